#include <check.h>
#include <string.h>

#include "lib/words.h"

Suite *words_suite(void);

static const struct { const char *list, *lang; } lists[] = {
	{ "", "id" }, { "en", "en" }, { "EN-gb", "en" }, { "id", "id" }, { "ms, jv;q=0.9", "id" }, { "ms, en;q=0.1", "en" },
	{ "id-ID,id;q=0.9,en-US;q=0.8,en;q=0.7", "id" }, { "en-US,en;q=0.9,id;q=0.8", "en" },
	{ "id;q=0.5, en;q=0.501", "en" }, { "en;q=0.4,id;q=0.45", "id" }, { "id ; q=0.5 ,\ten", "en" },
	{ "en;q=0.5,id;q=0.5", "en" },	/* alike: the first */
	{ "en;q=0", "id" }, { "en;q=0.000, *", "id" }, { "*", "id" },
	/* what is no list says nothing */
	{ "eng", "id" }, { "e", "id" }, { ",,;,q=1,", "id" }, { "en;q=", "id" }, { "1en", "id" },
};

START_TEST(a_list_asks_for_a_language)
{
	enum lang l = lang_of_list(lists[_i].list, strlen(lists[_i].list));

	ck_assert_msg(strcmp(lang_name(l), lists[_i].lang) == 0, "\"%s\": %s", lists[_i].list, lang_name(l));
}
END_TEST

/* The end is where the length says, not where the header's line goes on. */
START_TEST(a_list_ends)
{
	ck_assert_int_eq(lang_of_list("en;q=0.3, id", 8), LANG_EN);
	ck_assert_int_eq(lang_of_list("id;q=0.9,en;q=0.95", 17), LANG_ID);
	ck_assert_int_eq(lang_of_list("english", 2), LANG_EN);
}
END_TEST

START_TEST(a_language_is_named)
{
	enum lang l = LANG_ID;

	ck_assert_int_eq(lang_of_name("en", 2, &l), 0);
	ck_assert_int_eq(l, LANG_EN);
	ck_assert_int_eq(lang_of_name("id; x", 2, &l), 0);
	ck_assert_int_eq(l, LANG_ID);
	ck_assert_int_eq(lang_of_name("en", 1, &l), -1);
	ck_assert_int_eq(lang_of_name("eng", 3, &l), -1);
	ck_assert_int_eq(lang_of_name("", 0, &l), -1);
	ck_assert_int_eq(l, LANG_ID);
}
END_TEST

Suite *
words_suite(void)
{
	Suite *s = suite_create("words");
	TCase *tc = tcase_create("words");

	tcase_add_loop_test(tc, a_list_asks_for_a_language, 0, N_ELEMS(lists));
	tcase_add_test(tc, a_list_ends);
	tcase_add_test(tc, a_language_is_named);
	suite_add_tcase(s, tc);
	return s;
}
