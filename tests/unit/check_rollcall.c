/* Do the numbers live?  Who does not answer is no rung. */
#include "core/rollcall.h"
#include "tests/unit/world.h"

Suite *rollcall_suite(void);

static int64_t
wib(const char *text)
{
	int64_t ms;

	ck_assert_msg(wib_parse(text, &ms) == 0, "%s", text);
	return ms;
}

/* 23 November 2026 is a Monday. */
static const struct { const char *now; int every, hour; const char *began; } calls[] = {
	{ "2026-11-23 08:59", 7, 9, NULL }, { "2026-11-23 09:00", 7, 9, "2026-11-23 09:00" },
	{ "2026-11-23 11:59", 7, 9, "2026-11-23 09:00" }, { "2026-11-23 12:00", 7, 9, NULL },
	{ "2026-11-24 09:30", 7, 9, NULL }, { "2026-11-30 09:30", 7, 9, "2026-11-30 09:00" },
	{ "2026-11-24 09:30", 1, 9, "2026-11-24 09:00" },
	{ "2026-11-24 00:30", 1, 23, NULL },
	{ "2026-11-23 09:30", 0, 9, NULL },
};

START_TEST(it_begins_at_its_hour)
{
	int64_t began = rollcall_began(wib(calls[_i].now), calls[_i].every, calls[_i].hour);

	ck_assert_msg(began == (calls[_i].began != NULL ? wib(calls[_i].began) : 0), "%s: %lld",
	    calls[_i].now, (long long)began);
}
END_TEST

START_TEST(who_is_asked)
{
	struct officer o = { .role = ROLE_KEPALA, .phone = "+62800" };

	ck_assert_int_eq(rollcall_asks(&o, 1000, 0), 1);
	o.role = ROLE_PETUGAS;
	ck_assert_int_eq(rollcall_asks(&o, 1000, 0), 0);
	ck_assert_int_eq(rollcall_asks(&o, 1000, 1), 1);
	rollcall_ask(&o, 1000, 1005);
	ck_assert_int_eq(rollcall_asks(&o, 1000, 1), 0);	/* once in a roll-call */
	ck_assert_int_eq(rollcall_asks(&o, 2000, 1), 1);
	o.ended = 1;
	ck_assert_int_eq(rollcall_asks(&o, 2000, 1), 0);
	o.ended = 0;
	o.phone[0] = '\0';
	ck_assert_int_eq(rollcall_asks(&o, 2000, 1), 0);
}
END_TEST

START_TEST(thirty_days_of_silence)
{
	struct officer o = { .role = ROLE_KEPALA, .phone = "+62800" };

	/* never asked: reachable for ever */
	ck_assert_int_eq(rollcall_miss(&o, INT64_C(1) << 50, 30 * DAY_MS), 0);
	rollcall_ask(&o, 1000, 1000);
	rollcall_ask(&o, 1000 + 7 * DAY_MS, 1000 + 7 * DAY_MS);	/* the first open one counts */
	ck_assert_int_eq(rollcall_miss(&o, 999 + 30 * DAY_MS, 30 * DAY_MS), 0);
	ck_assert_int_eq(rollcall_miss(&o, 1000 + 30 * DAY_MS, 0), 0);
	ck_assert_int_eq(rollcall_miss(&o, 1000 + 30 * DAY_MS, 30 * DAY_MS), 1);
	ck_assert_int_eq(o.silent, 1);
	ck_assert_int_eq(rollcall_miss(&o, 1001 + 30 * DAY_MS, 30 * DAY_MS), 0);	/* told once */
	/* an old message is no answer, a new one is */
	ck_assert_int_eq(rollcall_heard(&o, 999), 0);
	ck_assert_int_eq(rollcall_heard(&o, 1000 + 31 * DAY_MS), 1);
	ck_assert_int_eq(o.silent, 0);
	ck_assert_int_eq(o.asked_ms, 0);
	ck_assert_int_eq(rollcall_heard(&o, 1000 + 32 * DAY_MS), 0);
}
END_TEST

START_TEST(a_new_number_was_never_asked)
{
	struct officer o = { .phone = "+62800", .asked_ms = 5, .rollcall_ms = 4, .silent = 1 };
	struct officer fresh = { .phone = "+62800" };

	officer_renumber(&o, "+62800");
	ck_assert_int_eq(o.silent, 1);
	officer_keep(&fresh, &o);
	ck_assert_int_eq(fresh.silent, 1);
	officer_renumber(&fresh, "+62801");
	ck_assert_int_eq(fresh.silent, 0);
	ck_assert_int_eq(fresh.asked_ms, 0);
	officer_keep(&fresh, &o);
	ck_assert_int_eq(fresh.silent, 0);
	free(fresh.shifts);
}
END_TEST

START_TEST(a_record_keeps_it)
{
	struct officer o = { .id = "a", .unit = "B", .lang = "id", .phone = "+6280000000001",
	    .name = (char *)(uintptr_t)"X", .asked_ms = 5, .rollcall_ms = 4, .silent = 1 }, back;
	struct buf b = { 0 };

	ck_assert_int_eq(duty_parse("24", &o.duty), 0);
	officer_encode_public(&b, &o);
	ck_assert_int_eq(officer_decode_public(&back, b.data, b.len), 0);
	ck_assert_int_eq(back.asked_ms, 5);
	ck_assert_int_eq(back.rollcall_ms, 4);
	ck_assert_int_eq(back.silent, 1);
	officer_release(&back);
	buf_release(&b);
}
END_TEST

/* ---- on a ladder ---- */

static struct policy *shipped;
static struct world w;

static void
begin(void)
{
	struct understanding u = world_understanding("jalan-rusak", URGENCY_BIASA, "35.10.20.2005",
	    "D-35.10.20.2005");

	memset(&w, 0, sizeof(w));
	w.p = shipped = world_policy(NULL);
	w.now = wib("2026-11-20 09:05");
	world_roster(&w.r);
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
}

static void
end(void)
{
	roster_release(&w.r);
	policy_free(shipped);
}

/* Up to the first rung, reached or passed. */
static const struct escalation *
first_rung(void)
{
	while (w.fx.esc.kind != ESC_RUNG && w.fx.esc.kind != ESC_PASSED) {
		w.now = case_due_ms(&w.c);
		ck_assert_int_eq(world_due(&w), 0);
	}
	return &w.fx.esc;
}

START_TEST(a_silent_head_is_no_rung)
{
	world_officer(&w, "kpl-35.10.20.2005")->silent = 1;
	ck_assert_int_eq(first_rung()->kind, ESC_PASSED);
	ck_assert_str_eq(w.fx.esc.why, "tak-terjangkau");
	ck_assert_str_eq(w.fx.esc.rung, "kepala");
	ck_assert_int_eq(w.fx.gap, 1);
	/* the keeper of the rosters was told once, not in each case */
	ck_assert_int_eq(w.fx.messages_n, 0);
	/* the next one hears of it at once */
	ck_assert_int_le(case_due_ms(&w.c), w.now);
	ck_assert_int_eq(world_due(&w), 0);
	ck_assert_int_eq(w.fx.esc.kind, ESC_RUNG);
	ck_assert_ptr_nonnull(world_message(&w, "eskalasi", "kpl-k-35.10.20"));
}
END_TEST

START_TEST(who_was_never_asked_is_a_rung)
{
	ck_assert_int_eq(first_rung()->kind, ESC_RUNG);
	ck_assert_ptr_nonnull(world_message(&w, "eskalasi", "kpl-35.10.20.2005"));
}
END_TEST

/* A silent one beside one who answers: the rung is there. */
START_TEST(one_of_two_answers)
{
	const struct officer *out[2];
	size_t silent, n;

	world_officer(&w, "ptg-35.10.20.2005-1")->role = ROLE_KEPALA;
	world_officer(&w, "kpl-35.10.20.2005")->silent = 1;
	roster_sort(&w.r);
	n = roster_on_rung(&w.r, NULL, "D-35.10.20.2005", w.now, out, 2, &silent);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(silent, 1);
	ck_assert_str_eq(out[0]->id, "ptg-35.10.20.2005-1");
	/* who is silent still gets what is his by duty */
	ck_assert_uint_eq(roster_on_duty(&w.r, NULL, "D-35.10.20.2005", ROLE_KEPALA, w.now, out, 2), 2);
}
END_TEST

/* When hardly anybody answers, it is not them. */
START_TEST(whose_silence_is_believed)
{
	int64_t limit = 30 * DAY_MS, now = w.now + 40 * DAY_MS;

	ck_assert_int_eq(rollcall_is_believed(&w.r, now, limit, 20), 1);	/* nobody was asked */
	for (size_t i = 0; i < w.r.n; i++)
		w.r.officers[i].ended = i >= 10;
	for (size_t i = 0; i < 10; i++)
		rollcall_ask(&w.r.officers[i], w.now, w.now);
	ck_assert_int_eq(rollcall_is_believed(&w.r, now, limit, 20), 0);
	rollcall_heard(&w.r.officers[0], w.now + 1);
	ck_assert_int_eq(rollcall_is_believed(&w.r, now, limit, 20), 0);
	rollcall_heard(&w.r.officers[1], w.now + 1);
	ck_assert_int_eq(rollcall_is_believed(&w.r, now, limit, 20), 1);
	/* asked again this morning: he is not overdue */
	rollcall_ask(&w.r.officers[0], now, now);
	ck_assert_int_eq(rollcall_is_believed(&w.r, now, limit, 20), 1);
	ck_assert_int_eq(rollcall_is_believed(&w.r, now, limit, 0), 1);
}
END_TEST

START_TEST(reach_by_unit)
{
	struct reach *units = xcalloc(w.r.n + 1, sizeof(*units));
	size_t n, at = 0;

	world_officer(&w, "kpl-35.10.20.2005")->silent = 1;
	n = rollcall_reach(&w.r, units);
	ck_assert_uint_gt(n, 200);
	while (at < n && strcmp(units[at].unit, "D-35.10.20.2005") != 0)
		at++;
	ck_assert_uint_lt(at, n);
	ck_assert_int_eq(units[at].all, 2);
	ck_assert_int_eq(units[at].all_silent, 1);
	ck_assert_int_eq(units[at].heads, 1);
	ck_assert_int_eq(units[at].heads_silent, 1);
	world_officer(&w, "kpl-35.10.20.2005")->ended = 1;
	rollcall_reach(&w.r, units);
	ck_assert_int_eq(units[at].all, 1);
	ck_assert_int_eq(units[at].heads, 0);
	free(units);
}
END_TEST

Suite *
rollcall_suite(void)
{
	Suite *s = suite_create("rollcall");
	TCase *tc = tcase_create("rollcall"), *ladder = tcase_create("ladder");

	tcase_add_loop_test(tc, it_begins_at_its_hour, 0, (int)N_ELEMS(calls));
	tcase_add_test(tc, who_is_asked);
	tcase_add_test(tc, thirty_days_of_silence);
	tcase_add_test(tc, a_new_number_was_never_asked);
	tcase_add_test(tc, a_record_keeps_it);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(ladder, begin, end);
	tcase_add_test(ladder, a_silent_head_is_no_rung);
	tcase_add_test(ladder, who_was_never_asked_is_a_rung);
	tcase_add_test(ladder, one_of_two_answers);
	tcase_add_test(ladder, whose_silence_is_believed);
	tcase_add_test(ladder, reach_by_unit);
	suite_add_tcase(s, ladder);
	return s;
}
