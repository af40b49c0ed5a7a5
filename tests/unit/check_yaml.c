#include <check.h>
#include <string.h>

#include "lib/yaml.h"

START_TEST(questions_chain)
{
	static const char text[] = "jam:\n  - nama: diambil\n    ingat: [50, 75]\n  - nama: selesai\nlain: {}\n";
	struct buf errors = { 0 };
	struct yaml *y = yaml_parse("sla.yaml", text, strlen(text), &errors);
	int root, list, first, warn;

	ck_assert_msg(y != NULL, "%s", buf_str(&errors));
	root = yaml_root(y);
	list = yaml_get(y, root, "jam");
	first = yaml_item(y, list, 0);
	warn = yaml_get(y, first, "ingat");
	ck_assert(yaml_is_map(y, root) && !yaml_is_list(y, root));
	ck_assert(yaml_is_list(y, list));
	ck_assert_uint_eq(yaml_count(y, root), 2);
	ck_assert_uint_eq(yaml_count(y, list), 2);
	ck_assert_str_eq(yaml_str(y, yaml_get(y, first, "nama")), "diambil");
	ck_assert_str_eq(yaml_str(y, yaml_item(y, warn, 1)), "75");
	ck_assert_int_eq(yaml_line(y, yaml_item(y, list, 1)), 4);
	ck_assert_str_eq(yaml_key(y, root, 1), "lain");
	ck_assert_int_eq(yaml_key_line(y, root, 1), 5);
	ck_assert_uint_eq(yaml_count(y, yaml_value(y, root, 1)), 0);
	ck_assert_int_eq(yaml_get(y, yaml_item(y, list, 9), "nama"), 0);
	ck_assert_ptr_null(yaml_str(y, list));
	ck_assert_ptr_null(yaml_str(y, 0));
	ck_assert_int_eq(yaml_line(y, 0), 0);
	yaml_mistake(y, warn, &errors, "%d is too much", 75);
	ck_assert_str_eq(buf_str(&errors), "sla.yaml:3: 75 is too much\n");
	yaml_free(y);
	buf_release(&errors);
}
END_TEST

START_TEST(an_empty_file_has_no_root)
{
	struct buf errors = { 0 };
	struct yaml *y = yaml_parse("f", "# none\n", 7, &errors);

	ck_assert_ptr_nonnull(y);
	ck_assert_int_eq(yaml_root(y), 0);
	ck_assert_uint_eq(yaml_count(y, yaml_root(y)), 0);
	yaml_free(y);
	yaml_free(NULL);
	buf_release(&errors);
}
END_TEST

static const struct { const char *what, *text, *error; } bad[] = {
	{ "syntax", "a: 1\nb: [1, 2\nc: 3\n", "f:" },
	{ "tab", "a:\n\t- b\n", "f:2: " },
	{ "duplicate key", "a: 1\nb: 2\na: 3\n", "f:3: the key \"a\" is there already, in line 1" },
	{ "duplicate key below", "x:\n  a: 1\n  a: 3\n", "f:3: the key \"a\"" },
	{ "alias", "a: &x 1\nb: *x\n", "f:1: anchors" },
	{ "tag", "a: !!str 1\n", "f:1: tags" },
	{ "tag on a map", "a: !x {b: 1}\n", "f:1: tags" },
	{ "two documents", "a: 1\n---\nb: 2\n", "f:2: only one document" },
	{ "a map as a key", "? {a: 1}\n: 2\n", "f:1: a key must be" },
	{ "not UTF-8", "a: 1\nb: \xff\n", "f:2: " },
	{ "NUL", "a: \"x\\0y\"\n", "f:1: a NUL" },
};

START_TEST(mistakes_are_named)
{
	struct buf errors = { 0 };
	struct yaml *y = yaml_parse("f", bad[_i].text, strlen(bad[_i].text), &errors);

	ck_assert_msg(y == NULL, "%s", bad[_i].what);
	ck_assert_msg(strncmp(buf_str(&errors), bad[_i].error, strlen(bad[_i].error)) == 0, "%s: %s",
	    bad[_i].what, buf_str(&errors));
	buf_release(&errors);
}
END_TEST

START_TEST(depth_has_an_end)
{
	struct buf text = { 0 }, errors = { 0 };

	for (int i = 0; i < 5000; i++)
		buf_addc(&text, '[');
	ck_assert_ptr_null(yaml_parse("f", text.data, text.len, &errors));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "deep"));
	buf_release(&text);
	buf_release(&errors);
}
END_TEST

Suite *yaml_suite(void);

Suite *
yaml_suite(void)
{
	Suite *s = suite_create("yaml");
	TCase *tc = tcase_create("yaml");

	tcase_add_test(tc, questions_chain);
	tcase_add_test(tc, an_empty_file_has_no_root);
	tcase_add_loop_test(tc, mistakes_are_named, 0, N_ELEMS(bad));
	tcase_add_test(tc, depth_has_an_end);
	suite_add_tcase(s, tc);
	return s;
}
