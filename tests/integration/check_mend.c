/* Redis' append-only file after a hard end, on a real server: what `up` does before it starts one. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/mend.h"
#include "lib/config.h"
#include "store/logbook.h"
#include "tests/integration/kit.h"

Suite *mend_suite(void);

#define MULTI "*1\r\n$5\r\nMULTI\r\n"
#define EXEC "*1\r\n$4\r\nEXEC\r\n"

static struct bench b;
static struct code first;
static char aof[128];
static struct buf bytes;
static size_t multi;		/* where the last transaction begins */

/* A house with one case; then a second one, whose opening is the last transaction of the file. */
static void
begin(void)
{
	char *last = NULL;

	bench_begin(&b, NULL);
	bench_furnish(&b);
	first = kit_opened(&b, "1", 0);
	kit_opened(&b, "2", 0);
	ck_assert_int_eq(store_note_flush(&b.st), 0);
	bench_redis_kill(&b);
	snprintf(aof, sizeof(aof), "%s/appendonlydir/appendonly.aof.1.incr.aof", b.dir);
	ck_assert_int_eq(file_read(aof, 64 << 20, &bytes), 0);
	for (char *p = bytes.data; (p = memmem(p, bytes.len - (size_t)(p - bytes.data), MULTI, strlen(MULTI))) != NULL; p++)
		last = p;
	ck_assert_ptr_nonnull(last);
	multi = (size_t)(last - bytes.data);
}

static void
end(void)
{
	buf_release(&bytes);
	bench_end(&b);
}

static long long
size_of_aof(void)
{
	struct stat s;

	ck_assert_int_eq(stat(aof, &s), 0);
	return s.st_size;
}

static long long
mend(void)
{
	struct buf errors = { 0 };
	long long cut = aof_mend(b.dir, &errors);

	ck_assert_msg(cut >= 0, "%s", buf_str(&errors));
	buf_release(&errors);
	return cut;
}

/* The end of the n-th command of the transaction. */
static size_t
command_end(int n)
{
	const char *p = bytes.data + multi + strlen(MULTI);

	while (n-- > 0)
		p = (const char *)memmem(p + 1, bytes.len - (size_t)(p + 1 - bytes.data), "\r\n*", 3) + 2;
	return (size_t)(p - bytes.data);
}

static size_t in_a_command(void) { return command_end(2) + 7; }
static size_t between_two(void) { return command_end(3); }
static size_t behind_multi(void) { return multi + strlen(MULTI); }
static size_t in_multi(void) { return multi + 9; }
static size_t in_exec(void) { return bytes.len - 3; }

static size_t (*const cuts[])(void) = { in_a_command, between_two, behind_multi, in_multi, in_exec };

static int
is_whole(void)
{
	struct buf report = { 0 };
	int rc = logbook_verify(&b.st, &report);

	buf_release(&report);
	return rc == 0;
}

/* What was acknowledged after the first start is there after the second, and nothing else. */
START_TEST(what_was_cut_is_gone_and_the_rest_stays)
{
	struct buf notes = { 0 };

	ck_assert_int_eq(truncate(aof, (off_t)cuts[_i]()), 0);
	ck_assert_int_eq(mend(), (long long)(cuts[_i]() - multi));
	ck_assert_int_eq(size_of_aof(), (long long)multi);
	ck_assert_int_eq(mend(), 0);
	/* The bench acknowledged it, which a real kill could not have: its note is taken back. */
	buf_addf(&notes, "%s/noted/cli", b.dir);
	ck_assert_int_eq(unlink(buf_str(&notes)), 0);
	bench_redis_start(&b, NULL);
	kit_opened(&b, "3", 0);
	ck_assert_int_eq(kit_act(&b, &first, ON_ACCEPT, KIT_PTG), COMMIT_OK);
	ck_assert(is_whole());
	bench_redis_kill(&b);
	ck_assert_int_eq(mend(), 0);
	bench_redis_start(&b, NULL);
	ck_assert(is_whole());
	ck_assert_int_eq(kit_act(&b, &first, ON_HANDLE, KIT_PTG), COMMIT_OK);
	buf_release(&notes);
}
END_TEST

/*
 * The fact that this rests on, with Redis 7.0.15: of a transaction cut inside a command it leaves the
 * beginning.  Once this fails, cli/mend.c may go.
 */
START_TEST(redis_alone_leaves_it_open)
{
	ck_assert_int_eq(truncate(aof, (off_t)in_a_command()), 0);
	bench_redis_start(&b, NULL);
	bench_redis_kill(&b);
	ck_assert_int_eq(size_of_aof(), (long long)command_end(2));
	ck_assert_int_eq(mend(), (long long)(command_end(2) - multi));
}
END_TEST

START_TEST(what_is_whole_or_not_ours_is_left_alone)
{
	struct buf errors = { 0 };

	ck_assert_int_eq(mend(), 0);
	ck_assert_int_eq(size_of_aof(), (long long)bytes.len);
	/* Damage in the middle is for Redis to refuse, and for a human to look at. */
	bytes.data[multi / 2] ^= 0x40;
	memcpy(bytes.data, "*x\r\n", 4);
	ck_assert_int_eq(file_write(aof, bytes.data, bytes.len - 5, 0600), 0);
	ck_assert_int_eq(mend(), 0);
	ck_assert_int_eq(size_of_aof(), (long long)bytes.len - 5);
	ck_assert_int_eq(truncate(aof, 0), 0);
	ck_assert_int_eq(mend(), 0);
	ck_assert_int_eq(aof_mend("/nonexistent", &errors), 0);	/* Redis has not run there yet */
	buf_release(&errors);
}
END_TEST

Suite *
mend_suite(void)
{
	Suite *s = suite_create("mend");
	TCase *tc = tcase_create("mend");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, what_was_cut_is_gone_and_the_rest_stays, 0, N_ELEMS(cuts));
	tcase_add_test(tc, redis_alone_leaves_it_open);
	tcase_add_test(tc, what_is_whole_or_not_ours_is_left_alone);
	suite_add_tcase(s, tc);
	return s;
}
