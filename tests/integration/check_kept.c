/* A living house that erases a second after closing: what the timer takes, what a legal case holds. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/eye.h"
#include "tests/integration/harness.h"
#include "tests/integration/living.h"

Suite *kept_suite(void);

#define WARGA "+6281290000001"
#define HEAD "kpl-35.10.20.2005"

static char code[CODE_CHARS + 1];

static void
live(void)
{
	struct buf words = { 0 };

	house_make("retention:\n  after: 1s\n  every: 200ms\n");
	house_up();
	eye_open();
	sms(WARGA, "lampu jalan mati kenari7 di depan balai desa Kaligung Rogojampi", code);
	wait_state(code, "ditugaskan");
	told(code, "terima", WARGA);
	buf_addf(&words, "hold %s --reference LP/B/12/2026 --as " HEAD, code);
	ck_assert_int_eq(house_command(buf_str(&words), NULL), 0);
	buf_reset(&words);
	buf_addf(&words, "BATAL %s", code);
	sms(WARGA, buf_str(&words), NULL);
	wait_state(code, "ditutup");
	buf_release(&words);
}

static void
die(void)
{
	eye_close();
	house_down();
}

static int
has_no_key(void *arg)
{
	struct buf key = { 0 };
	redisReply *r;
	int gone;

	(void)arg;
	buf_add_key(&key, &eye.st.keys, KEY_CASE, code, NULL);
	r = redis_pipe_command(eye.st.pipe, "HMGET %b d k", key.data, key.len);
	gone = r != NULL && r->element[0]->type == REDIS_REPLY_STRING && r->element[1]->type == REDIS_REPLY_NIL;
	freeReplyObject(r);
	buf_release(&key);
	return gone;
}

static int
is_due(void *arg)
{
	struct buf *said = arg;

	buf_reset(said);
	return house_command("retention --within 0s --json", said) == 0 && strstr(buf_str(said), "\"held\":1") != NULL &&
	    strstr(buf_str(said), code) != NULL;
}

/* The walk that erased it is over a little later. */
static int
is_logged(void *arg)
{
	struct buf said = { 0 };
	int is = run_line(&said, "grep -q 'event=retention erased=1' %s/log/sla.log", house.dir) == 0;

	(void)arg;
	buf_release(&said);
	return is;
}

START_TEST(the_timer_erases_and_says_before_what)
{
	struct buf said = { 0 }, words = { 0 };
	struct answer a = { 0 };

	ck_assert_msg(bench_until(is_due, &said, LIMIT_MS), "%s", buf_str(&said));
	buf_addf(&words, "erase %s --as " HEAD, code);
	ck_assert_int_eq(house_command(buf_str(&words), &said), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "a legal case needs it"));
	ck_assert_int_eq(has_no_key(NULL), 0);
	buf_reset(&said);
	ck_assert_int_eq(house_command("hold", &said), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "LP/B/12/2026"));
	buf_reset(&words);
	buf_addf(&words, "hold %s --release --as " HEAD, code);
	ck_assert_int_eq(house_command(buf_str(&words), NULL), 0);
	ck_assert_msg(bench_until(has_no_key, NULL, LIMIT_MS), "%s is not erased", code);
	/* Its state is shown as before, to whom has the code. */
	buf_reset(&words);
	buf_addf(&words, "/l/%s", code);
	ask(&a, house.http, buf_str(&words), NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "dicabut"));
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
	buf_reset(&said);
	ck_assert_int_ne(run_line(&said, "grep -rlE 'kenari7|81290000001' %s/log", house.dir), 0);
	ck_assert_msg(bench_until(is_logged, NULL, LIMIT_MS), "sla does not log what it erased");
	answer_release(&a);
	buf_release(&said);
	buf_release(&words);
}
END_TEST

Suite *
kept_suite(void)
{
	Suite *s = suite_create("kept");
	TCase *tc = tcase_create("kept");

	tcase_add_checked_fixture(tc, live, die);
	tcase_add_test(tc, the_timer_erases_and_says_before_what);
	suite_add_tcase(s, tc);
	return s;
}
