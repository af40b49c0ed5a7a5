/* The house's time against a store's clock that is set, as several machines see it. */
#include <check.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "notify/lanes.h"
#include "store/house.h"
#include "store/steady.h"
#include "tests/integration/harness.h"
#include "tests/integration/kit.h"

Suite *steady_suite(void);

#define STEP_MS 20000

static struct bench b;

static void
begin(void)
{
	bench_begin(&b, NULL);
	bench_furnish(&b);
}

static void
end(void)
{
	bench_end(&b);
}

/*
 * A look from a machine whose boot clock stands at ms: between two looks the store's clock hardly
 * moves, so that a boot clock behind by an hour is a store's clock that was set on by one.
 */
static struct steady
look(const char *how, const char *machine, const char *boot, int64_t boot_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };
	struct steady s = { 0 };
	redisReply *r;

	args_add_key(&keys, &b.st, KEY_META, NULL, NULL);
	args_add_key(&keys, &b.st, KEY_LEASE, NULL, NULL);
	redis_args_adds(&args, how);
	redis_args_adds(&args, machine);
	redis_args_adds(&args, boot);
	redis_args_addi(&args, boot_ms);
	redis_args_addi(&args, STEP_MS);
	r = store_call(&b.st, "kt_steady", &keys, &args);
	ck_assert_msg(r != NULL && r->type == REDIS_REPLY_ARRAY, "%s", store_error(&b.st));
	s.jump_ms = strtoll(r->element[1]->str, NULL, 10);
	s.offset_ms = strtoll(r->element[2]->str, NULL, 10);
	s.other_boot = strcmp(r->element[3]->str, "1") == 0;
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	return s;
}

static int
is_about(int64_t ms, int64_t wanted_ms)
{
	return ms > wanted_ms - 5000 && ms < wanted_ms + 5000;
}

#define START_MS (100 * DAY_MS)

START_TEST(a_held_offset_outlives_the_looks_of_others)
{
	struct steady s;

	look("look", "a", "boot-a", START_MS);
	look("look", "b", "boot-b", 2 * START_MS);
	s = look("look", "a", "boot-a", START_MS - HOUR_MS);
	ck_assert(is_about(s.jump_ms, HOUR_MS) && is_about(s.offset_ms, -HOUR_MS));
	s = look("look", "b", "boot-b", 2 * START_MS - HOUR_MS);		/* set right by a already */
	ck_assert(s.jump_ms == 0 && is_about(s.offset_ms, -HOUR_MS));
	s = look("look", "c", "boot-c", 100);		/* new to the house */
	ck_assert(s.jump_ms == 0 && !s.other_boot && is_about(s.offset_ms, -HOUR_MS));
	s = look("look", "b", "boot-b2", 100);		/* started anew, but it measured nothing */
	ck_assert(!s.other_boot && is_about(s.offset_ms, -HOUR_MS));
	s = look("look", "a", "boot-a", START_MS - HOUR_MS);
	ck_assert(s.jump_ms == 0 && is_about(s.offset_ms, -HOUR_MS));
	s = look("look", "b", "boot-b2", 100 + HOUR_MS);	/* set back: both are one again */
	ck_assert(is_about(s.jump_ms, -HOUR_MS) && s.offset_ms == 0);
}
END_TEST

START_TEST(the_machine_that_measured_takes_it_back)
{
	struct steady s;

	look("look", "a", "boot-a", START_MS);
	look("look", "b", "boot-b", START_MS);
	look("look", "a", "boot-a", START_MS - HOUR_MS);
	s = look("look", "a", "boot-a2", 100);
	ck_assert(s.other_boot && s.offset_ms == 0);
	/* what another noted in the time that is given up is no measure of it */
	s = look("look", "b", "boot-b", START_MS - HOUR_MS);
	ck_assert(s.jump_ms == 0 && s.offset_ms == 0);
	s = look("look", "a", "boot-a2", 100);
	ck_assert(s.jump_ms == 0 && !s.other_boot && s.offset_ms == 0);
}
END_TEST

START_TEST(what_was_accepted_is_not_measured_again)
{
	struct steady s;

	look("look", "a", "boot-a", START_MS);
	look("look", "b", "boot-b", START_MS);
	look("look", "a", "boot-a", START_MS - HOUR_MS);
	s = look("accept", "desk", "", 5);
	ck_assert_int_eq(s.offset_ms, 0);
	s = look("look", "b", "boot-b", START_MS - HOUR_MS);
	ck_assert(s.jump_ms == 0 && s.offset_ms == 0);
	s = look("look", "a", "boot-a", START_MS - HOUR_MS);
	ck_assert(s.jump_ms == 0 && s.offset_ms == 0);
}
END_TEST

/* Its look was the house's only one; an upgrade is no start of the machine. */
START_TEST(the_look_of_the_release_before_counts)
{
	const char *meta = bench_key(&b, KEY_META, NULL);
	struct steady s;

	bench_integer(&b, "HSET %s clock_boot boot-a clock_at %lld clock_mono %lld clock_off %lld", meta,
	    (long long)(clock_now_ms() - HOUR_MS), (long long)START_MS, (long long)-HOUR_MS);
	s = look("look", "a", "boot-a", START_MS);
	ck_assert(s.jump_ms == 0 && is_about(s.offset_ms, -HOUR_MS));
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s clock_boot", bench_key(&b, KEY_META, NULL)), 0);
	s = look("look", "a", "boot-a2", 100);
	ck_assert(s.other_boot && s.offset_ms == 0);
}
END_TEST

START_TEST(showing_writes_nothing)
{
	char before[48], after[48];
	struct steady s;

	look("look", "a", "boot-a", START_MS);
	look("look", "a", "boot-a", START_MS - HOUR_MS);
	bench_digest(&b, before);
	ck_assert_int_eq(steady_show(&b.st, &s), 0);
	ck_assert(is_about(s.offset_ms, -HOUR_MS) && is_about(s.now_ms, clock_now_ms() - HOUR_MS));
	ck_assert_int_eq(steady_look(&b.st, "", STEP_MS, &s), 1);
	bench_digest(&b, after);
	ck_assert_str_eq(before, after);
}
END_TEST

/* ---- what others do meanwhile ---- */

static struct house house;

static void
open_house(void)
{
	ck_assert_int_eq(house_open(&house, "conf", b.dir, b.url, "notify"), 0);
	ck_assert_int_eq(house_refresh(&house), 0);
}

/* The store's clock leaps; no engine has looked. */
static void
leap(int64_t ms)
{
	bench_integer(&b, "HSET %s clock_off %lld", bench_key(&b, KEY_META, NULL), (long long)ms);
}

static int64_t
beat_of(const char *who)
{
	struct buf text = { 0 };
	int64_t ms;

	bench_text(&b, &text, "HGET %s %s", bench_key(&b, KEY_HEARTBEAT, NULL), who);
	ms = strtoll(buf_str(&text), NULL, 10);
	buf_release(&text);
	return ms;
}

START_TEST(in_doubt_nobody_is_silent)
{
	char dir[80], *argv[] = { (char *)(uintptr_t)"test", (char *)(uintptr_t)"--dir", dir, NULL };
	int64_t now = clock_now_ms(), seq;
	struct daemon d;

	snprintf(dir, sizeof(dir), "%s", b.dir);
	ck_assert_int_eq(daemon_init(&d, "test", 3, argv, NULL, 0), 0);
	open_house();
	house.daemon = &d;
	bench_integer(&b, "HSET %s sla %lld", bench_key(&b, KEY_HEARTBEAT, NULL), (long long)now);
	house_tick(&house);
	ck_assert(is_about(beat_of("notify"), now));
	seq = logbook_last_seq(&b.st);
	leap(DAY_MS);
	house.watched_ms = 0;
	house_tick(&house);
	ck_assert_msg(is_about(beat_of("notify"), now), "beats by a time in doubt");
	ck_assert_int_eq(logbook_last_seq(&b.st), seq);		/* no alarm */
	leap(0);
	/* Who beat ahead of time and died is found silent from now on. */
	bench_integer(&b, "HSET %s sla %lld", bench_key(&b, KEY_HEARTBEAT, NULL), (long long)(now + DAY_MS));
	house.watched_ms = 0;
	house_tick(&house);
	ck_assert(is_about(beat_of("sla"), now));
	house_close(&house);
	daemon_release(&d);
}
END_TEST

static int sends;

static void
count_send(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	(void)c, (void)it;
	sends++;
	done(&(struct send_result){ .outcome = SEND_DONE }, arg);
}

START_TEST(in_doubt_nothing_is_sent_or_ended)
{
	const struct channel c = { .route = "sms", .in_flight = 4, .send = count_send };
	struct event_base *base = event_base_new();
	struct outlane l;
	struct buf state = { 0 };

	open_house();
	ck_assert_int_eq(outlane_init(&l, &house, base, &c), 0);
	ck_assert_int_eq(kit_message(&b, "n1", "+62811", 0), COMMIT_OK);
	leap(DAY_MS);			/* past its hour */
	l.filled_mono_ms -= 1000;
	outlane_run(&l);
	bench_text(&b, &state, "HGET %s st", bench_key(&b, KEY_MSG, "n1"));
	ck_assert_str_eq(buf_str(&state), "queued");
	ck_assert_int_eq(l.ended, 0);
	leap(0);
	l.filled_mono_ms -= 1000;
	outlane_run(&l);
	ck_assert_int_eq(sends, 1);
	outlane_release(&l);
	house_close(&house);
	event_base_free(base);
	buf_release(&state);
}
END_TEST

/* Claimed while the clock was a day ahead, and nobody was there to doubt it. */
START_TEST(a_claim_made_ahead_ends_as_if_made_now)
{
	struct outbox_item it[2];
	int64_t now, ends;
	struct buf score = { 0 };

	look("look", "a", "boot-a", START_MS);
	look("look", "a", "boot-a", START_MS + DAY_MS);		/* set back: the house is a day ahead of it */
	ck_assert_int_eq(kit_message(&b, "n1", "+62811", 0), COMMIT_OK);
	ck_assert_int_eq(kit_claim(&b.st, "sms", 2, 60000, it, &now), 1);
	outbox_item_release(&it[0]);
	look("look", "a", "boot-a", START_MS);			/* and now the house is set back */
	ck_assert_int_eq(kit_claim(&b.st, "sms", 2, 60000, it, &now), 0);
	bench_text(&b, &score, "ZSCORE %s n1", bench_key(&b, KEY_OUT, "n:sms"));
	ends = strtoll(buf_str(&score), NULL, 10);
	ck_assert(is_about(ends, now + 60000));
	buf_release(&score);
}
END_TEST

/* Who took deadlines by a time that was none would hold them for as long as the step was. */
START_TEST(a_step_frees_what_was_taken)
{
	const char *key = bench_key(&b, KEY_LEASE, NULL);

	look("look", "a", "boot-a", START_MS);
	bench_integer(&b, "ZADD %s %lld 7K3F9QXM", key, (long long)store_now_ms(&b.st) + 92000);
	look("look", "a", "boot-a", START_MS + 100);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", key), 1);
	look("look", "a", "boot-a", START_MS + 90000);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", key), 0);
}
END_TEST

/* A round without anything to do is left out, but not for ever: a claim also shortens claims made ahead. */
START_TEST(a_lane_with_nothing_due_rests)
{
	const struct channel c = { .route = "sms", .in_flight = 4, .send = count_send };
	struct event_base *base = event_base_new();
	struct outlane l;

	open_house();
	ck_assert_int_eq(outlane_init(&l, &house, base, &c), 0);
	ck_assert_int_eq(outlane_rests(&l, INT64_MAX), 0);		/* it has never asked */
	l.filled_mono_ms -= 1000;
	outlane_run(&l);
	ck_assert_int_eq(outlane_rests(&l, INT64_MAX), 1);
	ck_assert_int_eq(outlane_rests(&l, house_now_ms(&house) + 60000), 1);
	ck_assert_int_eq(outlane_rests(&l, house_now_ms(&house)), 0);
	l.spent_ms = house_now_ms(&house) + 60000;	/* its card's budget may be there again */
	ck_assert_int_eq(outlane_rests(&l, INT64_MAX), 0);
	l.spent_ms = 0;
	l.asked_mono_ms -= 1000;
	ck_assert_int_eq(outlane_rests(&l, INT64_MAX), 0);
	outlane_release(&l);
	house_close(&house);
	event_base_free(base);
}
END_TEST

Suite *
steady_suite(void)
{
	Suite *s = suite_create("steady");
	TCase *tc = tcase_create("steady");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_held_offset_outlives_the_looks_of_others);
	tcase_add_test(tc, the_machine_that_measured_takes_it_back);
	tcase_add_test(tc, what_was_accepted_is_not_measured_again);
	tcase_add_test(tc, the_look_of_the_release_before_counts);
	tcase_add_test(tc, showing_writes_nothing);
	tcase_add_test(tc, in_doubt_nobody_is_silent);
	tcase_add_test(tc, in_doubt_nothing_is_sent_or_ended);
	tcase_add_test(tc, a_claim_made_ahead_ends_as_if_made_now);
	tcase_add_test(tc, a_step_frees_what_was_taken);
	tcase_add_test(tc, a_lane_with_nothing_due_rests);
	suite_add_tcase(s, tc);
	return s;
}
