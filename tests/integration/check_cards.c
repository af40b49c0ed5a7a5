/* Two SMS cards: what one cannot bring goes by the other, and neither sends more than it may. */
#include <stdlib.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "store/told.h"
#include "tests/integration/post.h"

Suite *cards_suite(void);

#define HOUR INT64_C(3600000)
#define A "+6281234500001"
#define B "+6281234500002"
#define QUICK "notify:\n  nap: 20ms\n  retry: 50ms\n  tries: 4\n  lease: 30s\n  receipt_within: 1h\n"

static void
begin(void)
{
	post_begin(2, QUICK "  wait_e: 400ms\n  wait_n: 1h\n");
	post_open();
}

static void
begin_impatient(void)
{
	post_begin(2, QUICK "  wait_e: 0ms\n  wait_n: 500ms\n");
	post_open();
}

static void
set_spent(const char *field, long long value)
{
	struct buf key = { 0 };

	buf_add_key(&key, &post.b.st.keys, KEY_BUDGET, "sms", NULL);
	bench_integer(&post.b, "HSET %s %s %lld", buf_str(&key), field, value);
	buf_release(&key);
}

/* The card is in the hour and the day after this one, as after a clock that went back: neither ends meanwhile. */
static void
stay_in_one_hour(void)
{
	int64_t now = store_now_ms(&post.b.st);

	set_spent("h", now / HOUR + 1);
	set_spent("hn", 0);
	set_spent("d", (now + WIB_MS) / DAY_MS + 1);
	set_spent("dn", 0);
}

static void
begin_poor(void)
{
	post_begin(2, QUICK "  wait_n: 400ms\nsms:\n  per_hour: 2\n");
	stay_in_one_hour();
	post_open();
}

static void
begin_deaf(void)
{
	post_begin(2, QUICK);
	post_open();
}

/* An answer is waited for a second. */
static void
begin_hasty(void)
{
	post_begin(1, "notify:\n  nap: 20ms\n  retry: 50ms\n  tries: 4\nsms:\n  per_second: 500\n");
	post_open();
}

static void
begin_alone(void)
{
	post_begin(1, QUICK);
	post_open();
}

static void
begin_with_budget(void)
{
	post_begin(1, QUICK "sms:\n  per_hour: 5\n");
	stay_in_one_hour();
	post_open();
}

/* As the feed of escalations asks: by the id that he was told with, whichever way it went then. */
static void
is_told(const char *id, const char *state)
{
	struct told t;

	snprintf(t.id, sizeof(t.id), "%s", id);
	ck_assert_int_eq(told_read(&post.b.st, &t, 1), 0);
	ck_assert_msg(strcmp(t.state, state) == 0 && (t.at_ms > 0) == (strcmp(state, TOLD_GONE) != 0), "%s: %s", id, t.state);
}

/* ---- another way ---- */

START_TEST(what_failed_goes_by_the_second_card)
{
	struct taken *first, *second;
	size_t n, m;

	post_say("a1", A, 0, HOUR);
	ck_assert_uint_eq(post_took(0, "a1", 1), 1);
	post_becomes("a1", "st", "sent");
	post_receipt("a1", RECEIPT_FAILED);
	ck_assert_uint_eq(post_took(1, "a1.b", 1), 1);
	n = post_taken(0, &first);
	m = post_taken(1, &second);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(m, 1);
	ck_assert_str_eq(buf_str(&first[0].text), buf_str(&second[0].text));
	ck_assert_str_eq(second[0].to, A);
	post_taken_free(first, n);
	post_taken_free(second, m);
	/* The last way failed too: a human hears of it. */
	post_becomes("a1.b", "st", "sent");
	is_told("a1", "sent");
	is_told("nobody", TOLD_GONE);
	post_receipt("a1.b", RECEIPT_FAILED);
	post_logged("what=unconfirmed subject=a1.b detail=\"a1.b\"");
	post_audited("a1.b cek failed -");
}
END_TEST

/* It was sent before receipt_within, and of its receipt nothing is known. */
static void
sent_long_ago(const char *id)
{
	post_becomes(id, "st", "sent");
	freeReplyObject(bench_command(&post.b, "ZINCRBY %s %lld %s", bench_key(&post.b, KEY_WAITING, NULL),
	    (long long)(-2 * HOUR), id));
}

/* G4: no receipt in time is as good as a failure; and silence on the last way calls a human. */
START_TEST(silence_is_not_taken_for_an_arrival)
{
	post_say("a1", A, 0, HOUR);
	post_say("a2", B, 0, HOUR);
	ck_assert_uint_eq(post_took(0, "a1", 1), 1);
	post_becomes("a2", "st", "sent");
	post_receipt("a2", RECEIPT_DELIVERED);
	sent_long_ago("a1");
	ck_assert_uint_eq(post_took(1, "a1.b", 1), 1);
	post_audited("a1 cek unconfirmed sms2");
	sent_long_ago("a1.b");
	post_logged("what=unconfirmed subject=a1.b detail=\"a1.b\"");
	ck_assert_uint_eq(post_took(1, "a2.b", 0), 0);
	/* The late receipt is still heard. */
	post_receipt("a1", RECEIPT_DELIVERED);
	post_becomes("a1", "st", "delivered");
	is_told("a1", TOLD_DELIVERED);
	is_told("a2", TOLD_DELIVERED);
}
END_TEST

/* One card's gateway bars the number, the other's too: named, and a human hears. */
START_TEST(what_a_gateway_refuses_goes_by_the_other)
{
	sink_feed(&post.gate[0], "{\"barred\":[\"" A "\",\"" B "\"]}");
	sink_feed(&post.gate[1], "{\"barred\":[\"" B "\"]}");
	post_say("a1", A, 0, HOUR);
	ck_assert_uint_eq(post_took(1, "a1.b", 1), 1);
	post_becomes("a1", "st", "failed");
	post_say("b1", B, 0, HOUR);
	post_becomes("b1.b", "st", "undeliverable");
	post_logged("what=undeliverable subject=pesan detail=\"b1.b\"");
	ck_assert_uint_eq(post_took(0, "b1", 0), 0);
}
END_TEST

/* G6: the credit is used up.  The lane stops and says so, its queue is not burnt; an emergency leaves. */
START_TEST(without_credit_only_emergencies_leave)
{
	char tries[96];

	sink_mode(&post.gate[0], "{\"mode\":\"402\"}");
	post_say("n1", A, 0, HOUR);
	post_say("e1", B, 1, HOUR);
	ck_assert_uint_eq(post_took(1, "e1.b", 1), 1);
	post_logged("what=gerbang subject=sms");
	post_field("n1", "n", tries);
	ck_assert_str_eq(tries, "");
	post_field("n1", "alt", tries);
	ck_assert_str_eq(tries, "");
	/* What comes later need not try the shut way first. */
	post_say("e2", B, 1, HOUR);
	ck_assert_uint_eq(post_took(1, "e2.b", 1), 1);
	ck_assert_uint_eq(sink_count(&post.gate[0], "id%3De2%26", ""), 0);
	sink_mode(&post.gate[0], "{\"mode\":\"ok\"}");
	ck_assert_uint_eq(post_took(0, "n1", 1), 1);
	ck_assert_uint_eq(post_took(0, "e1", 0) + post_took(0, "e2", 0), 0);
}
END_TEST

START_TEST(nobody_waits_for_ever)
{
	sink_mode(&post.gate[0], "{\"mode\":\"503\"}");
	post_say("n1", A, 0, HOUR);
	post_say("n2", B, 0, HOUR);
	ck_assert_uint_eq(post_took(1, "n1.b", 1), 1);
	ck_assert_uint_eq(post_took(1, "n2.b", 1), 1);
	post_becomes("n1", "st", "failed");
	post_audited("n1 cek elsewhere sms2");
}
END_TEST

/* Both are down: nothing runs to and fro, and all is there when one is back. */
START_TEST(no_loop_between_two_that_are_down)
{
	sink_mode(&post.gate[0], "{\"mode\":\"503\"}");
	sink_mode(&post.gate[1], "{\"mode\":\"503\"}");
	post_say("n1", A, 0, HOUR);
	post_say("e1", B, 1, HOUR);
	post_logged("route=sms2 message=e1.b");
	sink_mode(&post.gate[1], "{\"mode\":\"ok\"}");
	ck_assert_uint_eq(post_took(1, "e1.b", 1), 1);
	ck_assert_uint_eq(post_took(1, "n1.b", 1), 1);
	ck_assert_int_eq(bench_integer(&post.b, "EXISTS %s", bench_key(&post.b, KEY_MSG, "e1.c")), 0);
}
END_TEST

/* ---- what a gateway may do to a message ---- */

START_TEST(patience_is_honoured)
{
	const json_t *r, *all;
	json_t *records;

	sink_mode(&post.gate[0], "{\"mode\":\"429\",\"times\":1,\"retry_after\":1}");
	post_say("n1", A, 0, HOUR);
	ck_assert_uint_eq(post_took(0, "n1", 1), 1);
	records = sink_records(&post.gate[0]);
	all = records;
	ck_assert_uint_eq(json_array_size(all), 2);
	r = json_array_get(all, 1);
	ck_assert(json_number_value(json_object_get(r, "mono")) -
	    json_number_value(json_object_get(json_array_get(all, 0), "mono")) >= 1.0);
	json_decref(records);
}
END_TEST

/* G3: taken, but the answer was lost: once more under the same id, with the same words. */
START_TEST(taken_and_died_is_sent_twice_at_most)
{
	struct taken *all;
	size_t n;

	sink_mode(&post.gate[0], "{\"mode\":\"die-after\",\"times\":1}");
	post_say("n1", A, 0, HOUR);
	ck_assert_uint_eq(post_took(0, "n1", 2), 2);
	post_becomes("n1", "st", "sent");
	n = post_taken(0, &all);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(buf_str(&all[0].text), buf_str(&all[1].text));
	post_taken_free(all, n);
}
END_TEST

/* However smsbox fails, the words arrive under their one id; twice only where nobody can know. */
static const struct { const char *mode; size_t calls, more; } modes[] = {
	{ "{\"mode\":\"slow\",\"times\":1,\"ms\":300}", 1, 0 },
	{ "{\"mode\":\"503\",\"times\":2}", 3, 0 },
	{ "{\"mode\":\"hang-headers\",\"times\":1}", 2, 0 },
	{ "{\"mode\":\"hang\",\"times\":1}", 2, 0 },
	{ "{\"mode\":\"die\",\"times\":1}", 2, 0 },
	{ "{\"mode\":\"reset\",\"times\":1}", 1, 1 },		/* the answer may come through before it */
	{ "{\"mode\":\"wrong-json\",\"times\":1}", 2, 0 },	/* 202, and a page of somebody else */
};

START_TEST(whatever_smsbox_does)
{
	const json_t *r;
	json_t *all;
	size_t i, n;

	sink_mode(&post.gate[0], modes[_i].mode);
	post_say("n1", A, 0, HOUR);
	post_becomes("n1", "st", "sent");
	/* The next one to him leaves behind all tries of the first. */
	post_say("n2", A, 0, HOUR);
	ck_assert_uint_eq(post_took(0, "n2", 1), 1);
	all = sink_records(&post.gate[0]);
	n = json_array_size(all) - 1;
	ck_assert_msg(n >= modes[_i].calls && n <= modes[_i].calls + modes[_i].more, "%s: %zu calls", modes[_i].mode, n);
	json_array_foreach(all, i, r)
		if (i < n)
			ck_assert_str_eq(json_string_value(json_object_get(r, "path")),
			    json_string_value(json_object_get(json_array_get(all, 0), "path")));
	json_decref(all);
}
END_TEST

/* The receipt comes before the answer, or in its place: then it is delivered, and not sent again. */
static const char *const before_the_answer[] = {
	"{\"mode\":\"slow\",\"times\":1,\"ms\":600}", "{\"mode\":\"hang\",\"times\":1}",
};

START_TEST(a_receipt_overtakes_the_answer)
{
	const json_t *last;
	json_t *all;

	sink_mode(&post.gate[0], before_the_answer[_i]);
	post_say("n1", A, 0, HOUR);
	sink_wait(&post.gate[0], "id%3Dn1%26", "", 1, &all, &last);
	json_decref(all);
	post_receipt("n1", RECEIPT_DELIVERED);
	post_becomes("n1", "st", "delivered");
	if (_i == 0)
		ck_assert_uint_eq(post_took(0, "n1", 1), 1);
	else
		post_logged("event=send_failed route=sms message=n1");
	/* Its answer is over, and what it left to do would be done before the last of these. */
	for (int i = 2; i < 6; i++) {
		char id[8];

		snprintf(id, sizeof(id), "n%d", i);
		post_say(id, A, 0, HOUR);
		ck_assert_uint_eq(post_took(0, id, 1), 1);
		post_becomes(id, "st", "sent");
	}
	post_becomes("n1", "st", "delivered");
	ck_assert_uint_eq(sink_count(&post.gate[0], "id%3Dn1%26", ""), 1);
}
END_TEST

static void
somebody(int i, char to[24])
{
	snprintf(to, 24, "+62812345%05d", i);
}

/* Kannel's call-backs compete with what is handed to it: never more than kannel.in_flight at once. */
START_TEST(no_more_in_the_air_than_may)
{
	const json_t *r;
	json_t *all;
	json_int_t most = 0;
	size_t i;

	sink_mode(&post.gate[0], "{\"mode\":\"slow\",\"ms\":100}");
	post_say_many("n", 120, somebody, 0, HOUR);
	post_empty("n:sms");
	all = sink_records(&post.gate[0]);
	ck_assert_uint_eq(json_array_size(all), 120);
	json_array_foreach(all, i, r)
		if (json_integer_value(json_object_get(r, "open")) > most)
			most = json_integer_value(json_object_get(r, "open"));
	json_decref(all);
	ck_assert_msg(most <= 16 && most >= 8, "%d at once", (int)most);
}
END_TEST

/* G5: what is better known stays, whoever says what, how often and in what order. */
START_TEST(receipts_never_go_back)
{
	post_say("a1", A, 0, HOUR);
	post_becomes("a1", "st", "sent");
	post_receipt("a1", RECEIPT_DELIVERED);
	post_receipt("a1", RECEIPT_FAILED);
	post_receipt("a1", RECEIPT_SENT);
	post_receipt("a1", RECEIPT_DELIVERED);
	post_receipt("nobody", RECEIPT_FAILED);
	post_becomes("a1", "st", "delivered");
	post_say("a2", A, 0, HOUR);
	ck_assert_uint_eq(post_took(0, "a2", 1), 1);
	ck_assert_uint_eq(post_took(1, "a1.b", 0), 0);
}
END_TEST

/* ---- budgets ---- */

/* Messages of lane n that the card took: the alarm about its budget is one of lane e. */
static size_t
took_ordinary(void)
{
	struct taken *all;
	size_t n = post_taken(0, &all), ordinary = 0;

	for (size_t i = 0; i < n; i++)
		ordinary += !all[i].urgent;
	post_taken_free(all, n);
	return ordinary;
}

static long long
spent(const char *field)
{
	struct buf key = { 0 };
	long long n;

	buf_add_key(&key, &post.b.st.keys, KEY_BUDGET, "sms", NULL);
	n = bench_integer(&post.b, "HGET %s %s", buf_str(&key), field);
	buf_release(&key);
	return n;
}

START_TEST(a_card_sends_no_more_than_it_may)
{
	post_say_many("n", 8, somebody, 0, 3 * HOUR);
	post_logged("what=jatah subject=sms");
	ck_assert_uint_eq(took_ordinary(), 5);
	post_say("e1", B, 1, HOUR);		/* an emergency always may */
	ck_assert_uint_eq(post_took(0, "e1", 1), 1);
	/* Who starts again has not forgotten. */
	post_kill();
	post_open();
	post_say("e2", B, 1, HOUR);
	ck_assert_uint_eq(post_took(0, "e2", 1), 1);
	ck_assert_uint_eq(took_ordinary(), 5);
	ck_assert_int_eq(bench_integer(&post.b, "ZCARD %s", bench_key(&post.b, KEY_OUT, "n:sms")), 3);
	/* The hour is over: an earlier one than the clock's. */
	set_spent("h", spent("h") - 2);
	post_empty("n:sms");
	post_logged("event=budget_again");
	ck_assert_int_eq(spent("hn"), 3);
	/* The alarm about it went to a human as a message of life and safety. */
	post_audited("jatah");
}
END_TEST

/* Nor does anybody wait an hour for a card while there is another. */
START_TEST(what_a_card_may_not_send_goes_by_the_other)
{
	struct taken *all;
	size_t n;

	post_say_many("n", 6, somebody, 0, HOUR);
	post_empty("n:sms");
	post_empty("n:sms2");
	ck_assert_uint_eq(took_ordinary(), 2);
	n = post_taken(1, &all);
	ck_assert_uint_ge(n, 4);
	post_taken_free(all, n);
}
END_TEST

/* What the gateway refused has cost nothing. */
START_TEST(an_outage_costs_no_budget)
{
	const json_t *last;
	json_t *all;

	sink_mode(&post.gate[0], "{\"mode\":\"503\"}");
	post_say_many("n", 4, somebody, 0, 3 * HOUR);
	sink_wait(&post.gate[0], "sendsms", "", 12, &all, &last);
	json_decref(all);
	sink_mode(&post.gate[0], "{\"mode\":\"ok\"}");
	for (int i = 0; i < 4; i++) {
		char id[8];

		snprintf(id, sizeof(id), "n%d", i);
		post_becomes(id, "st", "sent");
	}
	ck_assert_int_eq(spent("hn"), 4);
	ck_assert_int_eq(spent("dn"), 4);
}
END_TEST

static TCase *
group(Suite *s, const char *name, void (*set_up)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, set_up, post_end);
	suite_add_tcase(s, tc);
	return tc;
}

Suite *
cards_suite(void)
{
	Suite *s = suite_create("cards");
	TCase *two = group(s, "two", begin), *impatient = group(s, "impatient", begin_impatient),
	    *deaf = group(s, "deaf", begin_deaf), *one = group(s, "one", begin_alone),
	    *budget = group(s, "budget", begin_with_budget), *poor = group(s, "poor", begin_poor),
	    *hasty = group(s, "hasty", begin_hasty);

	tcase_add_test(two, what_failed_goes_by_the_second_card);
	tcase_add_test(two, what_a_gateway_refuses_goes_by_the_other);
	tcase_add_test(two, without_credit_only_emergencies_leave);
	tcase_add_test(two, receipts_never_go_back);
	tcase_add_test(deaf, silence_is_not_taken_for_an_arrival);
	tcase_add_test(impatient, nobody_waits_for_ever);
	tcase_add_test(impatient, no_loop_between_two_that_are_down);
	tcase_add_test(one, patience_is_honoured);
	tcase_add_test(one, taken_and_died_is_sent_twice_at_most);
	tcase_add_loop_test(hasty, whatever_smsbox_does, 0, N_ELEMS(modes));
	tcase_add_loop_test(hasty, a_receipt_overtakes_the_answer, 0, N_ELEMS(before_the_answer));
	tcase_add_test(hasty, no_more_in_the_air_than_may);
	tcase_add_test(budget, a_card_sends_no_more_than_it_may);
	tcase_add_test(poor, what_a_card_may_not_send_goes_by_the_other);
	tcase_add_test(budget, an_outage_costs_no_budget);
	return s;
}
