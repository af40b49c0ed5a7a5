#include <check.h>

#include "lib/cidr.h"

Suite *cidr_suite(void);

static const struct { const char *list, *address; int within; } rows[] = {
	{ "10.35.0.0/16", "10.35.255.255", 1 }, { "10.35.0.0/16", "10.36.0.0", 0 },
	{ "10.35.0.0/15", "10.34.0.1", 1 }, { "10.35.7.8", "10.35.7.8", 1 }, { "10.35.7.8", "10.35.7.9", 0 },
	{ "0.0.0.0/0", "203.0.113.9", 1 }, { "0.0.0.0/0", "2001:db8::1", 0 }, { "::/0", "2001:db8::1", 1 },
	{ "fd35::/48", "fd35:0:0:1::9", 1 }, { "fd35::/48", "fd35:0:1::9", 0 },
	{ "192.0.2.0/24  10.0.0.0/8", "10.9.8.7", 1 }, { "10.0.0.0/8", "::ffff:10.9.8.7", 1 },
	/* what is no network lets nobody in; what is no address is nowhere */
	{ "", "10.0.0.1", 0 }, { "10.0.0.0/33", "10.0.0.1", 0 }, { "10.0.0.0/", "10.0.0.1", 0 }, { "10.0.0.0/-1", "10.0.0.1", 0 },
	{ "10.0.0.0/8x", "10.0.0.1", 0 }, { "kantor", "10.0.0.1", 0 }, { "0.0.0.0/0", "kantor", 0 }, { "0.0.0.0/0", "", 0 },
	{ "kantor 10.0.0.0/8", "10.0.0.1", 1 },
};

START_TEST(within)
{
	ck_assert_msg(cidr_list_has(rows[_i].list, rows[_i].address) == rows[_i].within, "%s in %s", rows[_i].address,
	    rows[_i].list);
}
END_TEST

START_TEST(mistakes_are_seen)
{
	static const char *const wrong[] = { "10.0.0.0/33", "10.0.0.0/", "kantor", "10.0.0.0/8,10.1.0.0/16", "::/129", "10.0.0/8",
	    "1111111111111111111111111111111111111111111111111111111111111111111111111111111/8" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!cidr_list_is_valid(wrong[i]), "%s", wrong[i]);
	ck_assert(cidr_list_is_valid(""));
	ck_assert(cidr_list_is_valid(" 10.0.0.0/8  fd35::/48 192.0.2.7 "));
}
END_TEST

Suite *
cidr_suite(void)
{
	Suite *s = suite_create("cidr");
	TCase *tc = tcase_create("cidr");

	tcase_add_loop_test(tc, within, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, mistakes_are_seen);
	suite_add_tcase(s, tc);
	return s;
}
