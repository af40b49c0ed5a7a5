/* Fetching on a living house: pages, cursors, limits, two ingests, deaths in the middle. */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "core/code.h"
#include "lib/clock.h"
#include "store/pulled.h"
#include "tests/integration/eye.h"
#include "tests/integration/harness.h"
#include "tests/integration/living.h"
#include "tests/integration/sink.h"

#define BOT_TOKEN "123456:AAtoken-ambil"
#define X_TOKEN "AAAAtoken-x-ambil"
#define INBOX_TOKEN "token-kotak-masuk"

static struct sink bot, x, inbox;

static void
begin(void)
{
	char settings[1024];

	sink_start(&bot, "telegram", BOT_TOKEN);
	sink_start(&x, "x", X_TOKEN);
	sink_start(&inbox, "inbox", INBOX_TOKEN);
	snprintf(settings, sizeof(settings),
	    "telegram:\n  api: %s\n  pull: true\n"
	    "x:\n  api: %s\n  user_id: \"1111111111111111111\"\n  pull_every: 200ms\n  per_second: 100\n"
	    "pull:\n  lease: 3s\n  retry: 100ms\n  retry_max: 1s\n"
	    "  sms:\n    url: %s/inbox?key=rahasia\n    every: 200ms\n    list: /data/items\n    id: msgid\n"
	    "    from: msisdn\n    text: body\n    time: at\n    cursor: since\n"
	    "notify:\n  retry: 100ms\n", bot.base, x.base, inbox.base);
	house_make(settings);
	house_put_secret("telegram_token", BOT_TOKEN);
	house_put_secret("x_token", X_TOKEN);
	house_put_secret("sms_inbox_token", INBOX_TOKEN);
	house_up();
}

static void
end(void)
{
	house_down();
	sink_stop(&bot);
	sink_stop(&x);
	sink_stop(&inbox);
}

static void
nap(void)
{
	nanosleep(&(struct timespec){ 0, 20 * 1000000L }, NULL);
}

/* ---- Telegram ---- */

static void
add_update(struct buf *b, int64_t update_id, int64_t chat, const char *text)
{
	buf_addf(b, "%s{\"update_id\":%" PRId64 ",\"message\":{\"message_id\":1,\"from\":{\"id\":%" PRId64
	    ",\"is_bot\":false,\"first_name\":\"B\"},\"chat\":{\"id\":%" PRId64 ",\"type\":\"private\"},\"date\":%" PRId64
	    ",\"text\":\"%s\"}}", b->len > 0 ? "," : "", update_id, chat, chat, clock_now_ms() / 1000, text);
}

static void
feed_updates(struct buf *list)
{
	struct buf b = { 0 };

	buf_addf(&b, "{\"updates\":[%s]}", buf_str(list));
	sink_feed(&bot, buf_str(&b));
	buf_release(&b);
	buf_release(list);
}

static void
answered(int64_t chat)
{
	const json_t *last;
	json_t *all;
	char to[48];

	snprintf(to, sizeof(to), "\"chat_id\":%" PRId64 ",", chat);
	sink_wait(&bot, "/sendMessage", to, 1, &all, &last);
	json_decref(all);
}

/* Waits until an update with this id has been confirmed. */
static void
confirmed(int64_t update_id)
{
	const json_t *last;
	json_t *all;
	char offset[48];

	snprintf(offset, sizeof(offset), "\"offset\":%" PRId64 "}", update_id + 1);
	sink_wait(&bot, "/getUpdates", offset, 1, &all, &last);
	json_decref(all);
}

static size_t
answers_to(int64_t chat)
{
	char to[48];

	snprintf(to, sizeof(to), "\"chat_id\":%" PRId64 ",", chat);
	return sink_count(&bot, "/sendMessage", to);
}

START_TEST(updates_are_stored_and_then_confirmed)
{
	struct buf list = { 0 };

	add_update(&list, 10, 100001, "jalan rusak di desa kabat");
	add_update(&list, 11, 100002, "lampu jalan mati di desa kabat");
	buf_adds(&list, ",{\"update_id\":12,\"message\":{\"message_id\":\"x\"}},{\"update_id\":13}");
	feed_updates(&list);
	answered(100001);
	answered(100002);
	confirmed(13);
	add_update(&list, 14, 100001, "jalan rusak di desa kabat");	/* the same message again */
	add_update(&list, 15, 100003, "jalan rusak di desa kabat");
	feed_updates(&list);
	answered(100003);
	confirmed(15);
	ck_assert_uint_eq(answers_to(100001), 1);
}
END_TEST

static const char *const troubles[] = {
	"{\"mode\":\"503\",\"times\":1}", "{\"mode\":\"die\",\"times\":1}", "{\"mode\":\"wrong-json\",\"times\":1}",
	"{\"mode\":\"hang-headers\",\"ms\":300,\"times\":1}", "{\"mode\":\"429\",\"retry_after\":1,\"times\":1}",
	"{\"mode\":\"slow\",\"ms\":700,\"times\":1}", "{\"mode\":\"hang\",\"ms\":300,\"times\":1}",
	"{\"mode\":\"reset\",\"times\":1}", "{\"mode\":\"die-after\",\"times\":1}",
};

START_TEST(trouble_loses_nothing)
{
	struct buf list = { 0 };

	const json_t *last;
	json_t *all;
	size_t n = sink_count(&bot, "/getUpdates", "");

	sink_mode(&bot, troubles[_i]);
	sink_wait(&bot, "/getUpdates", "", n + 2, &all, &last);	/* one of them met it */
	json_decref(all);
	add_update(&list, 20 + _i, 200000 + _i, "jalan rusak di desa kabat");
	feed_updates(&list);
	answered(200000 + _i);
	confirmed(20 + _i);
	ck_assert_uint_eq(answers_to(200000 + _i), 1);
}
END_TEST

START_TEST(a_webhook_beside_it_is_an_alarm)
{
	struct buf list = { 0 };
	int64_t until = clock_mono_ms() + LIMIT_MS;

	sink_feed(&bot, "{\"webhook\":true}");
	while (!sms_says("deleteWebhook")) {
		ck_assert_msg(clock_mono_ms() < until, "nobody is told of the webhook");
		nap();
	}
	sink_feed(&bot, "{\"webhook\":false}");
	add_update(&list, 30, 300001, "jalan rusak di desa kabat");
	feed_updates(&list);
	answered(300001);
}
END_TEST

/* ---- X ---- */

static void
feed_mentions(int from, int n)
{
	struct buf b = { 0 };

	buf_adds(&b, "{\"mentions\":[");
	for (int i = from; i < from + n; i++)
		buf_addf(&b, "%s{\"id\":\"18000000000000%05d\",\"author_id\":\"50000%05d\","
		    "\"created_at\":\"2026-07-24T21:23:23.000Z\",\"text\":\"@kabuji jalan rusak di desa kabat\"}",
		    i > from ? "," : "", i, i);
	buf_adds(&b, "]}");
	sink_feed(&x, buf_str(&b));
	buf_release(&b);
}

static void
each_replied_once(int from, int n)
{
	for (int i = from; i < from + n; i++) {
		char to[64];
		const json_t *last;
		json_t *all;

		snprintf(to, sizeof(to), "\"in_reply_to_tweet_id\":\"18000000000000%05d\"", i);
		ck_assert_uint_eq(sink_wait(&x, "/2/tweets", to, 1, &all, &last), 1);
		json_decref(all);
	}
}

static void
asked_since(int id)
{
	const json_t *last;
	json_t *all;
	char since[48];

	snprintf(since, sizeof(since), "&since_id=18000000000000%05d", id);
	sink_wait(&x, since, "", 2, &all, &last);	/* twice: nothing new keeps it */
	json_decref(all);
}

START_TEST(all_pages_before_the_cursor)
{
	feed_mentions(1, 12);			/* three pages */
	each_replied_once(1, 12);
	asked_since(12);
	sink_feed(&x, "{\"errors\":[{\"title\":\"Not Found Error\",\"detail\":\"gone\"}]}");
	feed_mentions(13, 2);
	each_replied_once(13, 2);
	asked_since(14);
	sink_feed(&x, "{\"errors\":[]}");
}
END_TEST

/* Calls of the mentions, with the times at which they came. */
static size_t
calls(double *at, size_t max, size_t skip)
{
	json_t *all = sink_records(&x), *r;
	size_t i, n = 0;

	json_array_foreach(all, i, r)
		if (strstr(json_string_value(json_object_get(r, "path")), "/mentions") != NULL && n++ >= skip &&
		    n - skip <= max)
			at[n - skip - 1] = json_real_value(json_object_get(r, "mono"));
	json_decref(all);
	return n;
}

static void
waits_for_reset(const char *feed, const char *mode)
{
	size_t before, n;
	double at[64] = { 0 }, longest = 0;
	int64_t until = clock_mono_ms() + LIMIT_MS;

	before = calls(at, 0, 0);
	if (feed != NULL)
		sink_feed(&x, feed);
	if (mode != NULL)
		sink_mode(&x, mode);
	while (longest < 1.9) {
		ck_assert_msg(clock_mono_ms() < until, "never waited for the reset: %.2f s", longest);
		nap();
		n = calls(at, N_ELEMS(at), before) - before;
		longest = 0;
		for (size_t i = 1; i < n && i < N_ELEMS(at); i++)
			if (at[i] - at[i - 1] > longest)
				longest = at[i] - at[i - 1];
	}
}

START_TEST(limits_are_kept)
{
	waits_for_reset("{\"remaining\":0,\"reset\":3}", NULL);
	sink_feed(&x, "{\"remaining\":100,\"reset\":900}");
	feed_mentions(20, 1);
	each_replied_once(20, 1);
	waits_for_reset(NULL, "{\"mode\":\"429\",\"times\":1,\"reset\":3}");
	feed_mentions(21, 1);
	each_replied_once(21, 1);
}
END_TEST

START_TEST(a_round_cut_between_pages_begins_anew)
{
	feed_mentions(30, 11);
	sink_mode(&x, "{\"mode\":\"503\",\"times\":2}");
	each_replied_once(30, 11);
	asked_since(40);
}
END_TEST

/* ---- an SMS inbox ---- */

START_TEST(an_inbox_is_read_to_its_end)
{
	struct buf b = { 0 };
	const json_t *last;
	json_t *all;
	long dropped = figure("kentongan_ingest_dropped_total");

	buf_adds(&b, "{\"items\":[");
	for (int i = 1; i <= 7; i++)
		buf_addf(&b, "{\"msgid\":%d,\"msisdn\":\"08123450000%d\",\"body\":\"jalan rusak di desa kabat\",\"at\":%" PRId64 "},",
		    9000 + i, i, clock_now_ms() / 1000);
	buf_adds(&b, "{\"msgid\":9008,\"body\":\"tanpa pengirim\"},{\"msgid\":\"9009\",\"msisdn\":\"3346\",\"body\":\"pulsa gratis\"},"
	    "{\"msgid\":9010,\"msisdn\":\"081234500010\",\"body\":\"lampu jalan mati di desa kabat\"}]}");
	sink_feed(&inbox, buf_str(&b));
	for (int i = 1; i <= 7; i++) {
		char to[24];

		snprintf(to, sizeof(to), "+628123450000%d", i);
		while (!sms_says(to))	/* a receipt to that number */
			nap();
	}
	while (!sms_says("+6281234500010"))
		nap();
	sink_wait(&inbox, "since=9010", "", 2, &all, &last);
	json_decref(all);
	ck_assert_int_eq(figure("kentongan_ingest_dropped_total"), dropped + 1);
	ck_assert(!sms_says("\"3346\""));
	buf_release(&b);
}
END_TEST

/* The same at the inbox and at X: each message is one report, whatever became of the call that brought it. */
START_TEST(trouble_elsewhere_loses_nothing)
{
	struct buf b = { 0 };
	const json_t *last;
	json_t *all;
	char number[24], id[24];
	int64_t until = clock_mono_ms() + LIMIT_MS;

	snprintf(number, sizeof(number), "+62812340010%02d", _i);
	snprintf(id, sizeof(id), "mode%d", _i);
	sink_mode(&inbox, troubles[_i]);
	buf_addf(&b, "{\"items\":[{\"msgid\":\"%s\",\"msisdn\":\"%s\",\"body\":\"jalan rusak di desa kabat\"}]}", id, number);
	sink_feed(&inbox, buf_str(&b));
	buf_reset(&b);
	buf_addf(&b, "since=%s", id);
	sink_wait(&inbox, buf_str(&b), "", 1, &all, &last);
	json_decref(all);
	while (!sms_says(number)) {
		ck_assert_msg(clock_mono_ms() < until, "%s: %s is not answered", troubles[_i], number);
		nap();
	}
	sink_mode(&x, troubles[_i]);
	feed_mentions(100 + _i, 1);
	each_replied_once(100 + _i, 1);
	asked_since(100 + _i);
	buf_release(&b);
}
END_TEST

/* How many calls followed the first that got this status, and how long after it the first of them came. */
static size_t
after_status(const struct sink *s, const char *path, int status, double *wait_s)
{
	json_t *all = sink_records(s);
	const json_t *r;
	double told = 0;
	size_t i, n = 0;

	json_array_foreach(all, i, r) {
		double mono = json_real_value(json_object_get(r, "mono"));

		if (strstr(json_string_value(json_object_get(r, "path")), path) == NULL)
			continue;
		if (told > 0 && n++ == 0)
			*wait_s = mono - told;
		if (told == 0 && json_integer_value(json_object_get(r, "status")) == status)
			told = mono;
	}
	json_decref(all);
	return n;
}

/* Each is given the time that it asks for, in its own way of asking. */
START_TEST(patience_is_honoured)
{
	const struct { const struct sink *s; const char *path; } asked[] = { { &bot, "/getUpdates" }, { &inbox, "/inbox" } };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	double wait_s = 0;

	sink_mode(asked[_i].s, "{\"mode\":\"429\",\"retry_after\":2,\"times\":1}");
	while (after_status(asked[_i].s, asked[_i].path, 429, &wait_s) == 0) {
		ck_assert_msg(clock_mono_ms() < until, "%s was never put off, or never asked again", asked[_i].path);
		nap();
	}
	ck_assert_msg(wait_s >= 2, "%s: asked again after %.2f s", asked[_i].path, wait_s);
}
END_TEST

/* ---- two of them, and death ---- */

static size_t
conflicts(void)
{
	json_t *all = sink_records(&bot), *r;
	size_t i, n = 0;

	json_array_foreach(all, i, r)
		n += json_integer_value(json_object_get(r, "status")) == 409;
	json_decref(all);
	return n;
}

/* One call of a lease; the fence, 0 for a refusal. */
static int64_t
take(struct bench *b, const char *owner, int64_t lease_ms, const char *cursor)
{
	struct redis_args a = { 0 };
	struct buf known = { 0 };
	int64_t fence = 0, wait_ms = 0;
	redisReply *r;

	pulled_take_args(&a, &b->st, "akun", owner, lease_ms);
	r = redis_pipe_call(b->st.pipe, a.n, (const char **)a.argv, a.lens);
	ck_assert_int_ge(pulled_taken(r, &fence, &known, &wait_ms), 0);
	ck_assert(fence > 0 ? wait_ms == 0 : wait_ms > 0);
	if (fence > 0)
		ck_assert_str_eq(buf_str(&known), cursor);
	freeReplyObject(r);
	redis_args_release(&a);
	buf_release(&known);
	return fence;
}

static int
save(struct bench *b, int64_t fence, const char *cursor)
{
	struct redis_args a = { 0 };
	redisReply *r;
	int saved;

	pulled_save_args(&a, &b->st, "akun", fence, cursor);
	r = redis_pipe_call(b->st.pipe, a.n, (const char **)a.argv, a.lens);
	saved = pulled_saved(r);
	freeReplyObject(r);
	redis_args_release(&a);
	return saved;
}

START_TEST(only_the_holder_moves_the_cursor)
{
	struct bench b;

	bench_begin(&b, NULL);
	bench_furnish(&b);
	ck_assert_int_eq(save(&b, 1, "7"), 0);		/* nobody holds it */
	ck_assert_int_eq(take(&b, "a", 60000, ""), 1);
	ck_assert_int_eq(take(&b, "b", 60000, ""), 0);
	ck_assert_int_eq(save(&b, 1, "7"), 1);
	ck_assert_int_eq(take(&b, "a", 60000, "7"), 1);	/* renewed: the same fence */
	ck_assert_int_eq(take(&b, "a", 0, "7"), 1);		/* given up */
	ck_assert_int_eq(take(&b, "b", 60000, "7"), 2);
	ck_assert_int_eq(save(&b, 1, "6"), 0);		/* thawed too late */
	ck_assert_int_eq(save(&b, 2, "8"), 1);
	ck_assert_int_eq(take(&b, "a", 60000, ""), 0);
	ck_assert_int_eq(take(&b, "b", 0, "8"), 2);
	ck_assert_int_eq(take(&b, "a", 60000, "8"), 3);
	bench_end(&b);
}
END_TEST

START_TEST(one_of_two_fetches)
{
	struct buf list = { 0 };
	pid_t first = pid_of("ingest"), other = second_ingest(NULL);
	size_t before = conflicts(), polls = sink_count(&bot, "/getUpdates", "");
	const json_t *last;
	json_t *all;

	/* Several rounds in which the second one would have begun too. */
	sink_wait(&bot, "/getUpdates", "", polls + 8, &all, &last);
	json_decref(all);
	for (int i = 0; i < 5; i++) {
		add_update(&list, 50 + i, 500000 + i, "jalan rusak di desa kabat");
		feed_updates(&list);
		confirmed(50 + i);
	}
	ck_assert_uint_eq(conflicts(), before);
	/* It freezes with an answer under way: the other goes on, and the thawed one writes nothing. */
	ck_assert_int_eq(kill(first, SIGSTOP), 0);
	for (int i = 0; i < 5; i++) {
		add_update(&list, 60 + i, 600000 + i, "jalan rusak di desa kabat");
		feed_updates(&list);
		confirmed(60 + i);
	}
	ck_assert_int_eq(kill(first, SIGCONT), 0);
	for (int i = 0; i < 5; i++) {
		add_update(&list, 70 + i, 700000 + i, "jalan rusak di desa kabat");
		feed_updates(&list);
		confirmed(70 + i);
	}
	for (int i = 0; i < 5; i++) {
		answered(500000 + i);
		answered(600000 + i);
		answered(700000 + i);
	}
	for (int i = 0; i < 5; i++)
		ck_assert_uint_eq(answers_to(500000 + i) + answers_to(600000 + i) + answers_to(700000 + i), 3);
	ck_assert_int_eq(kill(other, SIGTERM), 0);
	ck_assert_int_eq(waitpid(other, NULL, 0), other);
}
END_TEST

START_TEST(what_is_not_stored_is_not_confirmed)
{
	struct buf list = { 0 };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	long failures = figure("kentongan_ingest_pull_failures_total");

	eye_open();
	eye_break_intake(1);
	add_update(&list, 80, 900001, "jalan rusak di desa kabat");
	add_update(&list, 81, 900002, "jalan rusak di desa kabat");
	feed_updates(&list);
	while (figure("kentongan_ingest_pull_failures_total") < failures + 2) {
		ck_assert_msg(clock_mono_ms() < until, "a page that cannot be stored is taken for stored");
		nap();
	}
	ck_assert_uint_eq(sink_count(&bot, "/getUpdates", "\"offset\":82}"), 0);
	eye_break_intake(0);
	eye_close();
	answered(900001);
	answered(900002);
	confirmed(81);
	ck_assert_uint_eq(answers_to(900001) + answers_to(900002), 2);
}
END_TEST

START_TEST(death_in_the_middle_of_a_page)
{
	enum { PAGE = 40 };
	struct buf list = { 0 };
	const json_t *last;
	json_t *all;

	for (int round = 0; round < 3; round++) {
		int64_t first = 1000 + round * PAGE;
		char to[48];

		for (int i = 0; i < PAGE; i++)
			add_update(&list, first + i, 800000 + first + i, "jalan rusak di desa kabat");
		feed_updates(&list);
		/* The first of the page is answered: the rest may or may not be stored by now. */
		snprintf(to, sizeof(to), "\"chat_id\":%" PRId64 ",", 800000 + first);
		sink_wait(&bot, "/sendMessage", to, 1, &all, &last);
		json_decref(all);
		ck_assert_int_eq(kill(pid_of("ingest"), SIGKILL), 0);
		confirmed(first + PAGE - 1);
	}
	for (int i = 0; i < 3 * PAGE; i++)
		answered(801000 + i);
	for (int i = 0; i < 3 * PAGE; i++)
		ck_assert_msg(answers_to(801000 + i) == 1, "chat %d was answered %zu times", 801000 + i,
		    answers_to(801000 + i));
}
END_TEST

START_TEST(tokens_are_nowhere_in_the_logs)
{
	struct buf command = { 0 };

	buf_addf(&command, "test -n \"$(ls %s/log)\" && ! grep -rqF -e '%s' -e '%s' -e '%s' -e key=rahasia %s/log %s/out",
	    house.dir, BOT_TOKEN, X_TOKEN, INBOX_TOKEN, house.dir, house.dir);
	ck_assert_int_eq(system(buf_str(&command)), 0);
	buf_release(&command);
}
END_TEST

Suite *pull_suite(void);

Suite *
pull_suite(void)
{
	Suite *s = suite_create("pull");
	TCase *tc = tcase_create("pull");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, updates_are_stored_and_then_confirmed);
	tcase_add_loop_test(tc, patience_is_honoured, 0, 2);		/* before any other 429 */
	tcase_add_loop_test(tc, trouble_loses_nothing, 0, N_ELEMS(troubles));
	tcase_add_test(tc, a_webhook_beside_it_is_an_alarm);
	tcase_add_test(tc, all_pages_before_the_cursor);
	tcase_add_test(tc, limits_are_kept);
	tcase_add_test(tc, a_round_cut_between_pages_begins_anew);
	tcase_add_test(tc, an_inbox_is_read_to_its_end);
	tcase_add_loop_test(tc, trouble_elsewhere_loses_nothing, 0, N_ELEMS(troubles));
	tcase_add_test(tc, only_the_holder_moves_the_cursor);
	tcase_add_test(tc, one_of_two_fetches);
	tcase_add_test(tc, what_is_not_stored_is_not_confirmed);
	tcase_add_test(tc, death_in_the_middle_of_a_page);
	tcase_add_test(tc, tokens_are_nowhere_in_the_logs);
	suite_add_tcase(s, tc);
	return s;
}
