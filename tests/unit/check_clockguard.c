#include <check.h>

#include "lib/buf.h"
#include "sla/guard.h"

#define STEP 30000
#define HOLD 60000

/* Each row: both clocks go on by so much; is it a jump, and are escalations held afterwards? */
static const struct { const char *what; int64_t store, mono; int jump, held; } rows[] = {
	{ "both go on alike",              1000,     1000,  0, 0 },
	{ "a small drift is believed",     20000,    1000,  0, 0 },
	{ "an hour forward is held",       3600000,  1000,  1, 1 },
	{ "and held while time goes on",   30000,    30000, 0, 1 },
	{ "until the hold is over",        31000,    31000, 0, 0 },
	{ "a clock set back stands still", 0,        40000, 1, 1 },
	{ "and again it ends",             61000,    61000, 0, 0 },
};

START_TEST(jumps_are_held)
{
	struct guard g = { 0 };
	int64_t store = 1795000000000, mono = 5000;

	ck_assert_int_eq(guard_look(&g, store, mono, STEP, HOLD), 0);	/* the first look knows nothing */
	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		store += rows[i].store;
		mono += rows[i].mono;
		ck_assert_msg(guard_look(&g, store, mono, STEP, HOLD) == rows[i].jump, "%s", rows[i].what);
		ck_assert_msg(guard_holds(&g, mono) == rows[i].held, "%s: held", rows[i].what);
	}
}
END_TEST

Suite *clockguard_suite(void);

Suite *
clockguard_suite(void)
{
	Suite *s = suite_create("clockguard");
	TCase *tc = tcase_create("jumps");

	tcase_add_test(tc, jumps_are_held);
	suite_add_tcase(s, tc);
	return s;
}
