/* What was sent and is not known to have arrived, on a real store. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notify/receipts.h"
#include "tests/integration/harness.h"
#include "tests/integration/kit.h"

static struct bench b;
static struct house h;
static struct receipts w;
static char plan[32];			/* sms.ways */

static struct outlane lanes[] = {
	{ .channel = { .route = "sms" } },
	{ .channel = { .route = "sms2" } },
	{ .channel = { .route = "whatsapp" } },
	{ .channel = { .route = "email" } },
};

static void
begin(void)
{
	bench_begin(&b, NULL);
	bench_furnish(&b);
	memset(&h, 0, sizeof(h));
	h.st = b.st;
	h.set.receipt_within_ms = 3600000;
	receipts_init(&w, &h);
	h.set.sms_ways = plan;
	snprintf(plan, sizeof(plan), "sms2 whatsapp");
	for (size_t i = 0; i < N_ELEMS(lanes); i++)
		lanes[i].channel.is_file = lanes[i].paused_until_mono_ms = 0;
}

static void
end(void)
{
	receipts_release(&w);
	bench_end(&b);
}

/* The only message on that way is sent; its id is as said. */
static void
sent_by(const char *route, const char *id)
{
	struct outbox_item it;
	struct outbox_mark m = { .item = &it, .state = "sent", .waits = 1 };
	int64_t now;

	ck_assert_int_eq(kit_claim(&b.st, route, 1, 60000, &it, &now), 1);
	ck_assert_str_eq(it.id, id);
	outbox_mark(&b.st, &m, 1, now);
	ck_assert_int_eq(m.result, 0);
	outbox_item_release(&it);
}

static void
sent(const char *id, const char *to)
{
	ck_assert_int_eq(kit_message(&b, id, to, 0), COMMIT_OK);
	sent_by("sms", id);
}

static void
failed(const char *id)
{
	struct redis_args a = { 0 };

	outbox_receipt_args(&a, &b.st, id, 0, store_now_ms(&b.st));
	freeReplyObject(redis_pipe_call(b.st.pipe, a.n, (const char **)a.argv, a.lens));
	redis_args_release(&a);
}

static void
look(unsigned long rerouted, unsigned long given_up)
{
	w.next_mono_ms = 0;
	receipts_look(&w, lanes, N_ELEMS(lanes));
	ck_assert_uint_eq(w.rerouted, rerouted);
	ck_assert_uint_eq(w.given_up, given_up);
}

START_TEST(failed_goes_the_second_way_once)
{
	sent("a1", "+6281");
	look(0, 0);			/* there is time yet */
	failed("a1");
	look(1, 0);
	look(1, 0);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_OUT, "n:sms2")), 1);
}
END_TEST

START_TEST(silence_counts_as_failure_after_its_time)
{
	h.set.receipt_within_ms = 0;
	sent("a1", "+6281");
	look(1, 0);
}
END_TEST

START_TEST(without_a_second_way_a_human_hears_of_it)
{
	plan[0] = '\0';
	sent("a1", "+6281");
	failed("a1");
	look(0, 1);
	look(0, 1);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_OUT, "n:sms2")), 0);
}
END_TEST

START_TEST(an_address_that_is_no_number_has_no_second_way)
{
	sent("a1", "telegram:77");
	failed("a1");
	look(0, 1);
}
END_TEST

/* Three ways, each under its own id with the same words; then a human, and never round again. */
START_TEST(every_way_is_walked_once_and_then_a_human_hears)
{
	static const struct { const char *route, *id; } steps[] = {
		{ "sms", "a1" }, { "sms2", "a1.b" }, { "whatsapp", "a1.c" },
	};

	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 0), COMMIT_OK);
	for (size_t i = 0; i < N_ELEMS(steps); i++) {
		sent_by(steps[i].route, steps[i].id);
		failed(steps[i].id);
		look(i < 2 ? i + 1 : 2, i == 2);
	}
	look(2, 1);
	for (size_t i = 0; i < N_ELEMS(steps); i++) {
		char line[24];

		snprintf(line, sizeof(line), "n:%s", steps[i].route);
		ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_OUT, line)), 0);
	}
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_WAITING, NULL)), 0);
}
END_TEST

/* A way that rests, or that is only a file, is passed over. */
START_TEST(what_cannot_carry_it_is_passed_over)
{
	lanes[1].paused_until_mono_ms = INT64_MAX;
	sent("a1", "+6281");
	failed("a1");
	look(1, 0);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_OUT, "n:whatsapp")), 1);
	lanes[2].channel.is_file = 1;
	sent("a2", "+6282");
	failed("a2");
	look(1, 1);
}
END_TEST

/* Called back after it was sent: nobody waits for it, so it goes nowhere else and alarms nobody. */
START_TEST(what_nobody_needs_any_more_goes_no_further)
{
	sent("a1", "+6281");
	bench_integer(&b, "HSET %s x 1", bench_key(&b, KEY_MSG, "a1"));
	failed("a1");
	look(0, 0);
	look(0, 0);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_WAITING, NULL)), 0);
}
END_TEST

Suite *receipts_suite(void);

Suite *
receipts_suite(void)
{
	Suite *s = suite_create("receipts");
	TCase *tc = tcase_create("receipts");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, failed_goes_the_second_way_once);
	tcase_add_test(tc, silence_counts_as_failure_after_its_time);
	tcase_add_test(tc, without_a_second_way_a_human_hears_of_it);
	tcase_add_test(tc, an_address_that_is_no_number_has_no_second_way);
	tcase_add_test(tc, every_way_is_walked_once_and_then_a_human_hears);
	tcase_add_test(tc, what_cannot_carry_it_is_passed_over);
	tcase_add_test(tc, what_nobody_needs_any_more_goes_no_further);
	suite_add_tcase(s, tc);
	return s;
}
