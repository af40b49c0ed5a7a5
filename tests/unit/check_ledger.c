#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ledger.h"
#include "lib/buf.h"

Suite *ledger_suite(void);

#define T0 INT64_C(1795000000000)

/* Passes of one ledger that began at T0 with the gateway; then what each holder had at 1000. */
static const struct {
	const char *what;
	struct { const char *to; int64_t at; } pass[5];		/* to NULL: ends */
	int passes;
	struct { const char *holder; int64_t ms; } share[4];
	int64_t sum;
} stories[] = {
	{ "nobody else yet", { { 0 } }, 0, { { "gerbang", 1000 } }, 1000 },
	{ "queue, triage, unit", { { "antrean", 100 }, { "triase", 150 }, { "D112", 400 } }, 3,
	    { { "gerbang", 100 }, { "antrean", 50 }, { "triase", 250 }, { "D112", 600 } }, 1000 },
	{ "the same holder again changes nothing", { { "A", 100 }, { "A", 500 } }, 2,
	    { { "gerbang", 100 }, { "A", 900 } }, 1000 },
	{ "back to an earlier holder adds up", { { "A", 100 }, { "B", 300 }, { "A", 400 } }, 3,
	    { { "gerbang", 100 }, { "A", 800 }, { "B", 100 } }, 1000 },
	{ "an ended one stands still", { { "A", 100 }, { NULL, 600 } }, 2,
	    { { "gerbang", 100 }, { "A", 500 } }, 600 },
	{ "a time before the last one books nothing", { { "A", 500 }, { "B", 300 } }, 2,
	    { { "gerbang", 500 }, { "A", 0 }, { "B", 500 } }, 1000 },
};

/* Each holder once, with what he had; together all of it. */
static void
lists_it_all(const struct ledger *l, int64_t now)
{
	struct ledger_row rows[LEDGER_ROWS + 1];
	int n = ledger_list(l, now, rows);
	int64_t sum = 0;

	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(rows[i].ms, ledger_of(l, rows[i].holder, now));
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(rows[k].holder, rows[i].holder);
		sum += rows[i].ms;
	}
	ck_assert_int_eq(sum, ledger_sum(l, now));
}

START_TEST(story)
{
	struct ledger l;

	ledger_begin(&l, HOLDER_GATEWAY, T0);
	for (int i = 0; i < stories[_i].passes; i++) {
		if (stories[_i].pass[i].to == NULL)
			ledger_end(&l, T0 + stories[_i].pass[i].at);
		else
			ledger_pass(&l, stories[_i].pass[i].to, T0 + stories[_i].pass[i].at);
	}
	for (size_t i = 0; i < 4 && stories[_i].share[i].holder != NULL; i++)
		ck_assert_msg(ledger_of(&l, stories[_i].share[i].holder, T0 + 1000) ==
		    stories[_i].share[i].ms, "%s: %s", stories[_i].what,
		    stories[_i].share[i].holder);
	ck_assert_msg(ledger_sum(&l, T0 + 1000) == stories[_i].sum, "%s: sum", stories[_i].what);
	lists_it_all(&l, T0 + 1000);
}
END_TEST

/* Forty holders in sixteen rows: the last row takes the rest, and nothing is lost. */
START_TEST(rows_run_out)
{
	struct ledger l;
	char holder[HOLDER_CHARS];

	ledger_begin(&l, HOLDER_GATEWAY, T0);
	for (int i = 0; i < 40; i++) {
		snprintf(holder, sizeof(holder), "UNIT-%02d", i);
		ledger_pass(&l, holder, T0 + 10 * (i + 1));
		ck_assert_int_eq(ledger_sum(&l, T0 + 10 * (i + 1) + 3), 10 * (i + 1) + 3);
	}
	ledger_end(&l, T0 + 500);
	ck_assert_int_eq(l.n, LEDGER_ROWS);
	ck_assert_str_eq(l.rows[LEDGER_ROWS - 1].holder, HOLDER_OTHERS);
	ck_assert_int_eq(ledger_of(&l, "UNIT-00", T0 + 900), 10);
	ck_assert_int_eq(ledger_of(&l, "UNIT-39", T0 + 900), 0);
	ck_assert_int_eq(ledger_sum(&l, T0 + 900), 500);
}
END_TEST

START_TEST(random_passes_sum_to_the_time)
{
	struct ledger l;
	int64_t now = T0;
	char holder[HOLDER_CHARS];

	srandom(7);
	ledger_begin(&l, HOLDER_GATEWAY, T0);
	for (int i = 0; i < 5000; i++) {
		now += random() % 100000;
		snprintf(holder, sizeof(holder), "U%ld", random() % 30);
		ledger_pass(&l, holder, now);
		ck_assert_int_eq(ledger_sum(&l, now), now - T0);
		ck_assert_int_eq(ledger_sum(&l, now + 77), now + 77 - T0);
		lists_it_all(&l, now + 77);
	}
}
END_TEST

Suite *
ledger_suite(void)
{
	Suite *s = suite_create("ledger");
	TCase *tc = tcase_create("ledger");

	tcase_add_loop_test(tc, story, 0, N_ELEMS(stories));
	tcase_add_test(tc, rows_run_out);
	tcase_add_test(tc, random_passes_sum_to_the_time);
	suite_add_tcase(s, tc);
	return s;
}
