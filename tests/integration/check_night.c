/*
 * A night on a real store, by a clock that is set forward: engines and the store itself are killed while a
 * ladder waits for the morning, and at five its head hears of it, once and not a moment late.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/calendar.h"
#include "sla/engine.h"
#include "tests/integration/shelf.h"

Suite *night_suite(void);

static struct bench b;
static struct code code;
static int64_t evening;		/* 19:30 WIB of some day */

/* The store's clock stands there from now on, until this machine's reaches it. */
static void
stand_at(int64_t ms)
{
	ck_assert_int_lt(store_now_ms(&b.st), ms);
	bench_integer(&b, "HSET %s clock %lld", bench_key(&b, KEY_META, NULL), (long long)ms);
	ck_assert_int_eq(store_now_ms(&b.st), ms);
}

static void
begin(void)
{
	struct wib t;

	shelf_begin(&b);
	wib_of(&t, store_now_ms(&b.st) + 2 * DAY_MS);
	t.hour = 19, t.minute = 30, t.second = 0;
	evening = wib_to_ms(&t);
	stand_at(evening);
	code = kit_opened(&b, "malam", 0);
	ck_assert_int_eq(kit_act(&b, &code, ON_GO, KIT_PTG), COMMIT_OK);
}

static void
end(void)
{
	bench_end(&b);
}

/* ---- engines ---- */

static void
work_on(int told)
{
	static struct house h;
	static struct engine e;

	if (house_open(&h, "conf", b.dir, b.url, "sla") != 0 || engine_init(&e, &h) != 0)
		_exit(2);
	for (;;) {
		engine_run(&e);
		if (write(told, "r", 1) != 1)
			_exit(1);
	}
}

/* One that looks ten times at what is due, and is killed in the middle of an eleventh. */
static void
an_engine_comes_and_is_killed(void)
{
	int told[2], status;
	char rounds[10];
	size_t n = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(told), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(told[0]);
		work_on(told[1]);
	}
	close(told[1]);
	while (n < sizeof(rounds)) {
		ssize_t got = read(told[0], rounds, sizeof(rounds) - n);

		ck_assert_msg(got > 0, "the engine ended by itself after %zu rounds", n);
		n += (size_t)got;
	}
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	close(told[0]);
}

/* ---- what is there ---- */

static int64_t
due_ms(void)
{
	struct buf score = { 0 };
	int64_t ms;

	bench_text(&b, &score, "ZSCORE %s %s", bench_key(&b, KEY_DUE, NULL), code.s);
	ms = strtoll(buf_str(&score), NULL, 10);
	buf_release(&score);
	return ms;
}

static int
times(const char *words)
{
	struct buf view = { 0 };
	int n = 0;

	shelf_view(&b, &code, &view);
	for (const char *at = strstr(buf_str(&view), words); at != NULL; at = strstr(at + 1, words))
		n++;
	buf_release(&view);
	return n;
}

#define OF_THE_FOUR_HOURS ",\"clock\":\"ditangani\",\"rung\":\"kepala\""

START_TEST(it_rings_at_five_whoever_died_meanwhile)
{
	int64_t five = evening + 9 * HOUR_MS + 30 * MINUTE_MS;
	struct buf view = { 0 };

	stand_at(evening + 4 * HOUR_MS);		/* half past eleven: broken now */
	an_engine_comes_and_is_killed();
	ck_assert_int_eq(times("\"kind\":\"breach\",\"clock\":\"ditangani\""), 1);
	ck_assert_int_eq(times("\"kind\":\"rung\""), 0);
	ck_assert_int_eq(due_ms(), five);

	bench_redis_kill(&b);				/* the store too */
	bench_redis_start(&b, NULL);
	ck_assert_int_eq(due_ms(), five);
	stand_at(five - 1);
	an_engine_comes_and_is_killed();
	an_engine_comes_and_is_killed();
	ck_assert_int_eq(times("\"kind\":\"rung\""), 0);
	ck_assert_int_eq(due_ms(), five);

	stand_at(five);
	an_engine_comes_and_is_killed();
	an_engine_comes_and_is_killed();
	ck_assert_int_eq(times("\"kind\":\"rung\"" OF_THE_FOUR_HOURS), 1);
	ck_assert_int_eq(times("\"kind\":\"passed\"" OF_THE_FOUR_HOURS), 0);
	shelf_view(&b, &code, &view);
	ck_assert_msg(strstr(buf_str(&view), "\"late_ms\":0,\"epoch\":0,\"ledger\"") != NULL, "%s", buf_str(&view));
	ck_assert_int_eq(due_ms(), five + 30 * MINUTE_MS);	/* those above as long after him as by day */
	buf_release(&view);
}
END_TEST

Suite *
night_suite(void)
{
	Suite *s = suite_create("night");
	TCase *tc = tcase_create("night");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, it_rings_at_five_whoever_died_meanwhile);
	suite_add_tcase(s, tc);
	return s;
}
