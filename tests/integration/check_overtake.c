/*
 * Ten thousand reports wait to be read, then a thousand messages to be sent: words of danger, in
 * each of the four languages, pass by all of them, on a living house.
 */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/clock.h"
#include "store/house.h"
#include "store/intake.h"
#include "tests/integration/glance.h"
#include "tests/integration/living.h"

Suite *overtake_suite(void);

#define WAITING 10000
#define AT_ONCE 500			/* offered in one round trip */
#define WITHIN_MS 10000
#define DANGERS 4

/* Indonesian, Javanese, Osing, Madurese; far from each other, or they were one fire. */
static const char *const fires[DANGERS] = {
	"tolong kebakaran rumah warga di desa jambewangi kecamatan sempu",
	"tulung omahe tonggoku kobong neng desa kedungasri tegaldlimo",
	"tulung umahe wong kobong ring aliyan rogojampi",
	"tolong romana tatangga kobbhar e desa kalibaru wetan kalibaru",
};

static struct house eye;

static void
begin(void)
{
	char sed[160];

	house_make("");
	/* The desk is not to open what waits here on purpose. */
	snprintf(sed, sizeof(sed), "sed -i 's/unread: .*s/unread: 1h/' %s/kentongan.yaml", house.conf);
	ck_assert_int_eq(system(sed), 0);
	house_up();
	house_eye(&eye);
	glance_open(house.dir, house.conf);
}

static void
end(void)
{
	glance_close();
	house_close(&eye);
	house_down();
}

static int64_t
length_of(const char *command, enum key_id id, const char *part)
{
	struct buf key = { 0 };
	redisReply *r;
	int64_t n;

	buf_add_key(&key, &eye.st.keys, id, part, NULL);
	r = redis_pipe_command(eye.st.pipe, "%s %b", command, key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	n = r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

/* Each from another citizen, as the door would have taken it. */
static void
offer(int from, int n)
{
	struct redis_args args = { 0 };
	struct intake_days days;

	intake_days_at(&days, store_now_ms(&eye.st), 1);
	for (int i = from; i < from + n; i++) {
		char id[24], sender[24], text[96];
		struct laporan l = { .channel = "sms", .reply_channel = "sms", .message_id = id, .sender = sender, .text = text };
		struct intake in;

		snprintf(id, sizeof(id), "wait%d", i);
		snprintf(sender, sizeof(sender), "+62812%08d", i);
		snprintf(text, sizeof(text), "kk saya belum jadi sudah %d hari, desa aliyan rogojampi", i % 50 + 2);
		intake_prepare(&in, &eye.st, &l);
		redis_args_reset(&args);
		intake_args(&args, &eye.st, &in, &days);
		ck_assert_int_eq(redis_pipe_queue(eye.st.pipe, args.n, (const char **)args.argv, args.lens), 0);
		intake_release(&in);
	}
	redis_args_release(&args);
	for (int i = 0; i < n; i++) {
		redisReply *r = redis_pipe_reply(eye.st.pipe);
		struct code code;

		ck_assert_int_eq(intake_result(r, &code), INTAKE_OK);
		freeReplyObject(r);
	}
}

static int
is_less(const void *n)
{
	return length_of("XLEN", KEY_IN, "n") < *(const int *)n;
}

static int
has_tasks(const void *codes)
{
	const char (*code)[CODE_CHARS + 1] = codes;
	struct case_record c;
	int n = 0;

	while (n < DANGERS && glance_case(code[n], &c) && c.tasks_n > 0)
		n++;
	return n == DANGERS;
}

static void
until(int (*fact)(const void *), const void *arg)
{
	const struct timespec pause = { 0, 5 * 1000000L };
	int64_t limit = clock_mono_ms() + LIMIT_MS;

	while (!fact(arg)) {
		ck_assert_msg(clock_mono_ms() < limit, "it does not come");
		nanosleep(&pause, NULL);
	}
}

START_TEST(words_of_danger_pass_all_that_waits)
{
	const int read_by_then = WAITING - 2000;
	char codes[DANGERS][CODE_CHARS + 1];
	int64_t began, took, left;

	kill(pid_of("router"), SIGSTOP);
	kill(pid_of("notify"), SIGSTOP);
	for (int i = 0; i < WAITING; i += AT_ONCE)
		offer(i, AT_ONCE);
	for (int i = 0; i < DANGERS; i++) {
		char sender[24];

		snprintf(sender, sizeof(sender), "+62813%08d", i);
		sms(sender, fires[i], codes[i]);
	}
	ck_assert_int_ge(length_of("XLEN", KEY_IN, "n"), WAITING);
	ck_assert_int_eq(length_of("XLEN", KEY_IN, "e"), DANGERS);

	began = clock_mono_ms();
	kill(pid_of("router"), SIGCONT);
	until(has_tasks, codes);
	left = length_of("XLEN", KEY_IN, "n");
	took = clock_mono_ms() - began;
	ck_assert_msg(left > WAITING - 1000, "only %" PRId64 " wait still", left);

	/* Now a thousand messages and more wait behind a gateway that was away. */
	until(is_less, &read_by_then);
	kill(pid_of("router"), SIGSTOP);
	ck_assert_int_gt(length_of("ZCARD", KEY_OUT, "n:sms"), 1000);
	began = clock_mono_ms();
	kill(pid_of("notify"), SIGCONT);
	for (int i = 0; i < DANGERS; i++)
		told(codes[i], "tugas", "");
	took += clock_mono_ms() - began;
	ck_assert_int_gt(length_of("ZCARD", KEY_OUT, "n:sms"), 500);
	ck_assert_msg(took < WITHIN_MS, "the phones heard after %" PRId64 " ms", took);
	kill(pid_of("router"), SIGCONT);
}
END_TEST

Suite *
overtake_suite(void)
{
	Suite *s = suite_create("overtake");
	TCase *tc = tcase_create("overtake");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_set_timeout(tc, 180);
	tcase_add_test(tc, words_of_danger_pass_all_that_waits);
	suite_add_tcase(s, tc);
	return s;
}
