#include <check.h>
#include <string.h>

#include "lib/buf.h"
#include "router/spelling.h"

static const struct { const char *word, *fold, *bones; } words[] = {
	{ "kedungredjo", "kedungrejo", "kdngrj" },
	{ "rogojamphi", "rogojampi", "rgjmp" },
	{ "tjemara", "cemara", "cmr" },
	{ "soerabaja", "surabaja", "srbj" },
	{ "dhusun", "dusun", "dsn" },
	{ "tabbrak", "tabrak", "tbrk" },
	{ "menghajar", "menghajar", "mnghjr" },
	{ "aaa", "a", "" },
	{ "h", "h", "h" },
	{ "", "", "" },
};

START_TEST(one_word_several_ways)
{
	char out[64];
	size_t n = spelling_fold(out, words[_i].word, strlen(words[_i].word));

	ck_assert_msg(n == strlen(words[_i].fold) && memcmp(out, words[_i].fold, n) == 0, "%s: %.*s",
	    words[_i].word, (int)n, out);
	n = spelling_bones(out, words[_i].fold, strlen(words[_i].fold));
	ck_assert_msg(n == strlen(words[_i].bones) && memcmp(out, words[_i].bones, n) == 0, "%s: %.*s",
	    words[_i].fold, (int)n, out);
}
END_TEST

static const struct { const char *cut, *word; int is; } cuts[] = {
	{ "mncr", "muncar", 1 }, { "muncr", "muncar", 1 }, { "mncur", "muncar", 0 },
	{ "uncar", "muncar", 0 }, { "muncar", "muncar", 1 }, { "muncars", "muncar", 0 },
	{ "", "muncar", 0 },
};

START_TEST(what_is_left)
{
	ck_assert_int_eq(spelling_is_cut(cuts[_i].cut, strlen(cuts[_i].cut), cuts[_i].word),
	    cuts[_i].is);
}
END_TEST

Suite *spelling_suite(void);
Suite *
spelling_suite(void)
{
	Suite *s = suite_create("spelling");
	TCase *tc = tcase_create("spelling");

	tcase_add_loop_test(tc, one_word_several_ways, 0, N_ELEMS(words));
	tcase_add_loop_test(tc, what_is_left, 0, N_ELEMS(cuts));
	suite_add_tcase(s, tc);
	return s;
}
