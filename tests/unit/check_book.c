/* Workbooks that we write, read as strangers would. */
#include <check.h>
#include <string.h>
#include <zip.h>

#include "console/book.h"
#include "core/calendar.h"
#include "lib/sheet.h"

Suite *book_suite(void);

static const struct sheet_limits most = { .unpacked_bytes = 1 << 20, .rows = 100, .columns = 8, .cell_bytes = 256 };

static void
make(struct buf *file)
{
	static const struct book_column columns[] = { { "Nama", 20 }, { "Jumlah", 8 }, { "Lama", 10 }, { "Kapan", 16 } };
	static const char *const texts[] = { "=1+1", "+62812", "-3", "@SUM(A1)", "http://example.org/", "a & <b> \"c\"" };
	struct book *b = book_new();
	struct wib w = { .year = 2026, .month = 12, .day = 1, .hour = 7, .minute = 30 };

	book_sheet(b, "Per unit", columns, N_ELEMS(columns));
	for (size_t i = 0; i < N_ELEMS(texts); i++)
		book_text(b, (uint32_t)i + 1, 0, texts[i]);
	book_number(b, 1, 1, 7);
	book_duration(b, 1, 2, 12 * HOUR_MS);
	book_time(b, 1, 3, wib_to_ms(&w));
	ck_assert_int_eq(book_end(b, file), 0);
}

START_TEST(comes_back_as_written)
{
	struct buf file = { 0 }, csv = { 0 }, errors = { 0 };

	make(&file);
	ck_assert_msg(sheet_to_csv(&csv, "f", file.data, file.len, &most, &errors) == 0, "%s", buf_str(&errors));
	ck_assert_str_eq(buf_str(&csv), "\"Nama\",\"Jumlah\",\"Lama\",\"Kapan\"\n"
	    "\"=1+1\",\"7\",\"12:00\",\"2026-12-01 07:30\"\n\"+62812\",\"\",\"\",\"\"\n\"-3\",\"\",\"\",\"\"\n"
	    "\"@SUM(A1)\",\"\",\"\",\"\"\n\"http://example.org/\",\"\",\"\",\"\"\n\"a & <b> \"\"c\"\"\",\"\",\"\",\"\"");
	buf_release(&file);
	buf_release(&csv);
}
END_TEST

/* Neither a formula nor a link: no program asks what the cell means. */
START_TEST(no_formula_whatever_is_written)
{
	struct buf file = { 0 };
	zip_error_t why;
	zip_source_t *source;
	zip_t *zip;
	zip_file_t *sheet;
	char text[16384];
	zip_int64_t n;

	make(&file);
	zip_error_init(&why);
	source = zip_source_buffer_create(file.data, file.len, 0, &why);
	zip = zip_open_from_source(source, ZIP_RDONLY, &why);
	ck_assert_ptr_nonnull(zip);
	sheet = zip_fopen(zip, "xl/worksheets/sheet1.xml", 0);
	ck_assert_ptr_nonnull(sheet);
	n = zip_fread(sheet, text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "</worksheet>"));
	ck_assert_ptr_null(strstr(text, "<f>"));
	ck_assert_ptr_null(strstr(text, "hyperlink"));
	ck_assert_ptr_nonnull(strstr(text, "state=\"frozen\""));
	zip_fclose(sheet);
	zip_discard(zip);
	buf_release(&file);
}
END_TEST

Suite *
book_suite(void)
{
	Suite *s = suite_create("book");
	TCase *tc = tcase_create("book");

	tcase_add_test(tc, comes_back_as_written);
	tcase_add_test(tc, no_formula_whatever_is_written);
	suite_add_tcase(s, tc);
	return s;
}
