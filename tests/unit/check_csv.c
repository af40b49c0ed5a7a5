#include <check.h>
#include <string.h>

#include "lib/csv.h"

#define TEXT(s) s, sizeof(s) - 1

START_TEST(cells_as_written)
{
	static const char text[] = "\xef\xbb\xbfkode,nama,catatan\r\n"
	    "1,Kabat,\"a, \"\"b\"\"\nc\"\r\n"
	    "\r\n"
	    "2,,\n"
	    "3,Glagah,x";
	struct buf errors = { 0 };
	struct csv *c = csv_parse("unit.csv", TEXT(text), &errors);
	int note;

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	note = csv_column(c, "catatan");
	ck_assert_uint_eq(csv_rows(c), 3);
	ck_assert_int_eq(csv_column(c, "kode"), 0);
	ck_assert_str_eq(csv_cell(c, 0, note), "a, \"b\"\nc");
	ck_assert_str_eq(csv_cell(c, 1, 1), "");
	ck_assert_str_eq(csv_cell(c, 2, 1), "Glagah");
	ck_assert_str_eq(csv_cell(c, 2, -1), "");
	ck_assert_str_eq(csv_cell(c, 3, 0), "");
	ck_assert_int_eq(csv_line(c, 0), 2);
	ck_assert_int_eq(csv_line(c, 1), 5);
	ck_assert_int_eq(csv_column(c, "tidak"), -1);
	csv_mistake(c, 2, &errors, "no %s", "such unit");
	ck_assert_str_eq(buf_str(&errors), "unit.csv:6: no such unit\n");
	csv_free(c);
	buf_release(&errors);
}
END_TEST

static const struct {
	const char *what, *text;
	size_t len;
	const char *error;
} bad[] = {
	{ "empty", TEXT(""), "f:1: no header" },
	{ "too few", TEXT("a,b\n1\n"), "f:2: 1 cells, the header has 2" },
	{ "too many, told for every line", TEXT("a\n1,2\n3\n4,5\n"), "f:4: 2 cells" },
	{ "quote not closed", TEXT("a\n\"x\n\n"), "f:2: a quote is opened" },
	{ "quote inside", TEXT("a\nx\"y\n"), "f:2: a quote inside a cell" },
	{ "text after quote", TEXT("a\n\"x\"y\n"), "f:2: " },
	{ "NUL", TEXT("a\nx\0y\n"), "f:2: a NUL" },
	{ "UTF-8", TEXT("a\nx\n\xff\n"), "f:3: not UTF-8" },
	{ "CR alone", TEXT("a\rb\n"), "f:1: a carriage return" },
	{ "column twice", TEXT("a,b,a\n"), "f:1: the column \"a\"" },
};

START_TEST(mistakes_are_named)
{
	struct buf errors = { 0 };
	struct csv *c = csv_parse("f", bad[_i].text, bad[_i].len, &errors);

	ck_assert_msg(c == NULL, "%s", bad[_i].what);
	ck_assert_msg(strstr(buf_str(&errors), bad[_i].error) != NULL, "%s: %s", bad[_i].what,
	    buf_str(&errors));
	buf_release(&errors);
}
END_TEST

START_TEST(columns_at_once)
{
	static const char *const names[] = { "b", "c", "a", "d" };
	struct buf errors = { 0 };
	struct csv *c = csv_parse("f", TEXT("a,b\n1,2\n"), &errors);
	int at[4];

	ck_assert_int_eq(csv_columns(c, names, at, 1, &errors), 0);
	ck_assert_int_eq(at[0], 1);
	ck_assert_int_eq(csv_columns(c, names, at, 4, &errors), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "\"c\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "\"d\""));
	csv_free(c);
	buf_release(&errors);
}
END_TEST

Suite *csv_suite(void);

Suite *
csv_suite(void)
{
	Suite *s = suite_create("csv");
	TCase *tc = tcase_create("csv");

	tcase_add_test(tc, cells_as_written);
	tcase_add_loop_test(tc, mistakes_are_named, 0, N_ELEMS(bad));
	tcase_add_test(tc, columns_at_once);
	suite_add_tcase(s, tc);
	return s;
}
