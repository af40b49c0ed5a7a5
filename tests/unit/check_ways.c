/* Which way a message goes on. */
#include <check.h>
#include <string.h>

#include "core/ways.h"

Suite *ways_suite(void);

static int
is_not_in(const char *way, void *shut)
{
	return strstr(shut, way) == NULL;
}

static const struct { const char *plan, *walked, *shut, *next; } steps[] = {
	{ "sms2 whatsapp", "sms",               "",               "sms2" },
	{ "sms2 whatsapp", "sms sms2",          "",               "whatsapp" },
	{ "sms2 whatsapp", "sms sms2 whatsapp", "",               NULL },
	{ "sms2 whatsapp", "sms",               "sms2",           "whatsapp" },
	{ "sms2 whatsapp", "sms whatsapp",      "",               "sms2" },	/* it was shut before */
	{ "sms2 whatsapp", "sms",               "sms2 whatsapp",  NULL },
	{ "",              "sms",               "",               NULL },
	{ "  sms2  ",      "sms",               "",               "sms2" },
	{ "sms sms2",      "sms sms2",          "",               NULL },	/* a plan that would run in a circle */
	{ "a b c d e",     "sms a b c",         "",               NULL },	/* far enough */
};

START_TEST(onward)
{
	char way[WAY_CHARS];
	int found = way_next(way, steps[_i].plan, steps[_i].walked, is_not_in,
	    (void *)(uintptr_t)steps[_i].shut);

	ck_assert_int_eq(found, steps[_i].next != NULL);
	if (found)
		ck_assert_str_eq(way, steps[_i].next);
}
END_TEST

static const struct { const char *route, *plan, *wrong; } plans[] = {
	{ "sms", "sms2 whatsapp", NULL }, { "sms", "", NULL }, { "whatsapp", "sms sms2", NULL },
	{ "sms", "sms2 sms", "sms is the way" }, { "sms", "sms2 sms2", "sms2 stands there twice" },
	{ "sms", "telegram", "telegram is no way" }, { "sms", "sms3", "sms3 is no way" },
	{ "sms", "a b c d", "more than 3" },
};

START_TEST(a_plan_is_checked)
{
	struct buf errors = { 0 };
	int rc = ways_check("sms.ways", plans[_i].route, plans[_i].plan, &errors);

	ck_assert_msg(rc == (plans[_i].wrong != NULL ? -1 : 0), "%s", plans[_i].plan);
	if (rc != 0)
		ck_assert_msg(strstr(buf_str(&errors), plans[_i].wrong) != NULL &&
		    strncmp(buf_str(&errors), "sms.ways: ", 10) == 0, "%s", buf_str(&errors));
	buf_release(&errors);
}
END_TEST

START_TEST(first_and_last)
{
	char way[WAY_CHARS];

	way_first(way, "sms sms2");
	ck_assert_str_eq(way, "sms");
	way_last(way, "sms sms2");
	ck_assert_str_eq(way, "sms2");
	way_last(way, "");
	ck_assert_str_eq(way, "");
	ck_assert_int_eq(ways_count(" sms  sms2 "), 2);
	ck_assert_int_eq(way_at(way, " sms  sms2 ", 1), 1);
	ck_assert_str_eq(way, "sms2");
	ck_assert_int_eq(way_at(way, " sms  sms2 ", 2), 0);
	for (int i = 0; way_at(way, ways_numbered(), i); i++)
		ck_assert_msg(way_is_numbered(way), "%s", way);
	ck_assert_int_ge(ways_count(ways_numbered()), 3);
}
END_TEST

Suite *
ways_suite(void)
{
	Suite *s = suite_create("ways");
	TCase *tc = tcase_create("ways");

	tcase_add_loop_test(tc, onward, 0, N_ELEMS(steps));
	tcase_add_loop_test(tc, a_plan_is_checked, 0, N_ELEMS(plans));
	tcase_add_test(tc, first_and_last);
	suite_add_tcase(s, tc);
	return s;
}
