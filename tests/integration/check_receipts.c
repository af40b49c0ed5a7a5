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
/* By another card, if the address is a number. */
static const char *
other_card(const struct outbox_item *it)
{
	return buf_str(&it->to)[0] == '+' ? "sms2" : NULL;
}

static struct outlane lanes[] = {
	{ .channel = { .route = "sms", .second = other_card } },
	{ .channel = { .route = "sms2" } },
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
	lanes[0].channel.second = other_card;
}

static void
end(void)
{
	receipts_release(&w);
	bench_end(&b);
}

static void
sent(const char *id, const char *to)
{
	struct outbox_item it;
	struct outbox_mark m = { .item = &it, .state = "sent", .waits = 1 };
	int64_t now;

	ck_assert_int_eq(kit_message(&b, id, to, 0), COMMIT_OK);
	ck_assert_int_eq(outbox_claim(&b.st, "sms", 1, 60000, &it, &now), 1);
	outbox_mark(&b.st, &m, 1, now);
	ck_assert_int_eq(m.result, 0);
	outbox_item_release(&it);
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
	lanes[0].channel.second = NULL;
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

Suite *receipts_suite(void);

Suite *
receipts_suite(void)
{
	Suite *s = suite_create("receipts");
	TCase *tc = tcase_create("receipts");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, failed_goes_the_second_way_once);
	tcase_add_test(tc, silence_counts_as_failure_after_its_time);
	tcase_add_test(tc, without_a_second_way_a_human_hears_of_it);
	tcase_add_test(tc, an_address_that_is_no_number_has_no_second_way);
	suite_add_tcase(s, tc);
	return s;
}
