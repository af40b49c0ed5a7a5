/*
 * Redis stands still until the spool is full: what fits has its receipt, what does not is refused and comes
 * again; then all of it is drained in the order in which it came, each once, and somebody hears of it.  And
 * an ingest that starts just then.
 */
#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "store/house.h"
#include "tests/integration/eye.h"
#include "tests/integration/living.h"

Suite *spooled_suite(void);

#define FITS 40			/* spool.files */
#define MORE 5
#define SOON_MS 500		/* a new ingest says ready long before, where there is a store */

static void
begin(void)
{
	house_make("spool:\n  files: 40\n  after: 900ms\n");
	house_up();
}

/* The n-th report by the signed hook, a second after the one before: its status, its code. */
static long
report(int n, char code[CODE_CHARS + 1])
{
	static int64_t first_ms;
	char body[256];

	first_ms = first_ms != 0 ? first_ms : clock_now_ms() - 2 * (FITS + MORE) * 1000;

	snprintf(body, sizeof(body), "{\"id\":\"penuh-%d\",\"from\":\"+62812399%05d\",\"text\":\"lampu jalan mati di desa kabat "
	    "dekat rumah nomor %d\",\"time\":%lld}", n, n, n, (long long)(first_ms + n * 1000));
	return post_signed(body, clock_now_ms() / 1000, 0, code);
}

static json_int_t
ready_says(const char *http, long status, const char *member)
{
	struct answer a;
	json_t *doc;
	json_int_t n;

	ask(&a, http, "/readyz", NULL, NULL, 0);
	ck_assert_int_eq(a.status, status);
	doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
	n = json_integer_value(json_object_get(doc, member));
	json_decref(doc);
	answer_release(&a);
	return n;
}

static void
drained(void)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (figure("kentongan_ingest_spool_files") > 0)
		ck_assert_int_lt(clock_mono_ms(), until);
}

/* Reports as the router will read them: those of the spool in the order in which they came. */
static void
stand_in_order(char (*codes)[CODE_CHARS + 1], int n)
{
	struct buf key = { 0 };
	struct house h;
	redisReply *r;

	house_eye(&h);
	buf_add_key(&key, &h.st.keys, KEY_IN, "n", NULL);
	r = redis_pipe_command(h.st.pipe, "XRANGE %b - +", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_ARRAY);
	ck_assert_uint_eq(r->elements, (size_t)n);	/* each once */
	for (int i = 0; i < n; i++) {
		const redisReply *fields = r->element[i]->element[1];

		ck_assert_msg(strcmp(fields->element[1]->str, codes[i]) == 0, "%s stands in place %d, that is %s's",
		    fields->element[1]->str, i, codes[i]);
	}
	freeReplyObject(r);
	buf_release(&key);
	house_close(&h);
}

START_TEST(it_fills_says_so_and_drains_in_order)
{
	char codes[FITS + MORE][CODE_CHARS + 1], again[CODE_CHARS + 1];
	pid_t redis = pid_of("redis"), router = pid_of("router");

	ck_assert_int_eq(kill(router, SIGSTOP), 0);
	ck_assert_int_eq(kill(redis, SIGSTOP), 0);
	for (int n = 0; n < FITS; n++)
		ck_assert_int_eq(report(n, codes[n]), 202);
	/* a redelivery takes no second place, and hears the same code */
	ck_assert_int_eq(report(0, again), 202);
	ck_assert_str_eq(again, codes[0]);
	for (int n = FITS; n < FITS + MORE; n++)
		ck_assert_int_eq(report(n, codes[n]), 503);
	ck_assert_int_eq(ready_says(house.http, 503, "spooled"), FITS);
	ck_assert_int_ge(figure("kentongan_ingest_refused_total"), MORE);
	ck_assert_int_eq(kill(redis, SIGCONT), 0);
	drained();
	/* what was refused comes again, as gateways do */
	for (int n = FITS; n < FITS + MORE; n++)
		ck_assert_int_eq(report(n, codes[n]), 202);
	drained();		/* of those too, where the store was slow just then */
	stand_in_order(codes, FITS + MORE);
	ck_assert_int_eq(kill(router, SIGCONT), 0);
	for (int n = 0; n < FITS + MORE; n++)
		json_decref(case_in_any(codes[n]));
	alarm_names("DIR/spool penuh");
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
}
END_TEST

/* What a platform sends has no second place to wait in: its first call must find the store there. */
START_TEST(ready_is_said_once_reports_are_taken)
{
	pid_t redis = pid_of("redis"), other;
	char http[64];
	struct pollfd said;
	FILE *out;

	ck_assert_int_eq(kill(redis, SIGSTOP), 0);
	other = second_ingest_begin(&out);
	said = (struct pollfd){ .fd = fileno(out), .events = POLLIN };
	ck_assert_int_eq(poll(&said, 1, SOON_MS), 0);
	ck_assert_int_eq(kill(redis, SIGCONT), 0);
	second_ingest_ready(out, http);
	ck_assert_int_eq(ready_says(http, 200, "spooled"), 0);
	ck_assert_int_eq(kill(other, SIGTERM), 0);
	ck_assert_int_eq(waitpid(other, NULL, 0), other);
}
END_TEST

/* An SMS has one: after redis.connect it is taken all the same. */
START_TEST(without_a_store_it_is_ready_for_what_may_wait)
{
	pid_t redis = pid_of("redis"), other;
	char http[64];

	ck_assert_int_eq(kill(redis, SIGSTOP), 0);
	other = second_ingest(http);
	ck_assert_int_eq(ready_says(http, 503, "spooled"), 0);
	ck_assert_int_eq(kill(other, SIGTERM), 0);
	ck_assert_int_eq(waitpid(other, NULL, 0), other);
	ck_assert_int_eq(kill(redis, SIGCONT), 0);
}
END_TEST

static void
begin_patient(void)
{
	house_make("redis:\n  connect: 30s\nspool:\n  after: 900ms\n");
	house_up();
}

static void
begin_hasty(void)
{
	house_make("redis:\n  connect: 500ms\nspool:\n  after: 900ms\n");
	house_up();
}

Suite *
spooled_suite(void)
{
	Suite *s = suite_create("spooled");
	TCase *tc = tcase_create("spooled"), *patient = tcase_create("patient"), *hasty = tcase_create("hasty");

	tcase_add_checked_fixture(tc, begin, house_down);
	tcase_add_test(tc, it_fills_says_so_and_drains_in_order);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(patient, begin_patient, house_down);
	tcase_add_test(patient, ready_is_said_once_reports_are_taken);
	suite_add_tcase(s, patient);
	tcase_add_checked_fixture(hasty, begin_hasty, house_down);
	tcase_add_test(hasty, without_a_store_it_is_ready_for_what_may_wait);
	suite_add_tcase(s, hasty);
	return s;
}
