/* Uploads in pieces as files: what counts, what a crash or a full disk leaves, who may open them. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "store/settings.h"
#include "store/unfinished.h"

Suite *unfinished_suite(void);

#define LENGTH 1000
#define PIECES 3
#define PIECE 100

static char dir[64];
static struct store st;
static struct unfinished u;
static struct buf whole;			/* what is sent */
static const struct code his = { "7K3F9QXM" }, other = { "QKYDE6N4" };

static void
setup(void)
{
	char media[80];

	snprintf(dir, sizeof(dir), "/tmp/check_unfinished.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(media, sizeof(media), "%s/media", dir);
	ck_assert_int_eq(mkdir(media, 0700), 0);
	st.dir = dir;
	seal_key_random(&st.master);
	seal_key_random(&st.lookup);
	ck_assert_int_eq(unfinished_prepare(&st), 0);
	ck_assert_int_eq(unfinished_prepare(&st), 0);
	for (size_t i = 0; i < LENGTH; i++)
		buf_addc(&whole, (char)(i % 251));
}

static void
teardown(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
	buf_release(&whole);
}

/* Begun, with some pieces, and closed. */
static void
begun(void)
{
	ck_assert_int_eq(unfinished_begin(&u, &st, &his, LENGTH), 0);
	for (size_t i = 0; i < PIECES; i++)
		ck_assert_int_eq(unfinished_add(&u, whole.data + i * PIECE, PIECE), 0);
	unfinished_close(&u);
}

static void
opens(void)
{
	ck_assert_int_eq(unfinished_open(&u, &st, &his, u.id), UNFINISHED_OK);
}

static const char *
path(void)
{
	static char at[256];

	snprintf(at, sizeof(at), "%s/media/bagian/%s", dir, u.name);
	return at;
}

static void
holds_as_sent(void)
{
	struct buf out = { 0 };

	ck_assert_int_eq(unfinished_read(&u, &out), 0);
	ck_assert_uint_eq(out.len, u.have);
	ck_assert_int_eq(memcmp(out.data, whole.data, u.have), 0);
	buf_release(&out);
}

START_TEST(pieces_come_back)
{
	int64_t before = clock_now_ms() - 1000;

	begun();
	opens();
	ck_assert_uint_eq(u.length, LENGTH);
	ck_assert_uint_eq(u.have, PIECES * PIECE);
	ck_assert_int_eq(u.pieces, PIECES);
	ck_assert_int_eq(u.is_done, 0);
	ck_assert(u.touched_ms >= before && u.touched_ms <= clock_now_ms() + 1000);
	holds_as_sent();
	ck_assert_int_eq(unfinished_add(&u, whole.data + u.have, 1), 0);
	unfinished_close(&u);
	opens();
	ck_assert_uint_eq(u.have, PIECES * PIECE + 1);
	holds_as_sent();
	unfinished_close(&u);
}
END_TEST

/* By who knows report and id, one at a time, while it is there. */
START_TEST(who_may_open_it)
{
	static const char *const strange[] = { "", "0", "../../secrets/data", "0123456789ABCDEF0123456789ABCDEF",
	    "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef0" };
	struct unfinished second;

	begun();
	ck_assert_int_eq(unfinished_open(&second, &st, &other, u.id), UNFINISHED_GONE);
	for (size_t i = 0; i < N_ELEMS(strange); i++)
		ck_assert_msg(unfinished_open(&second, &st, &his, strange[i]) == UNFINISHED_GONE, "%s", strange[i]);
	opens();
	ck_assert_int_eq(unfinished_open(&second, &st, &his, u.id), UNFINISHED_BUSY);
	unfinished_close(&u);
	ck_assert_int_eq(unfinished_open(&second, &st, &his, u.id), UNFINISHED_OK);
	unfinished_close(&second);
	seal_key_random(&st.master);		/* another house's key */
	ck_assert_int_eq(unfinished_open(&second, &st, &his, u.id), UNFINISHED_BROKEN);
	ck_assert_int_eq(second.fd, -1);
	ck_assert_int_eq(unfinished_open(&second, &st, &his, u.id), UNFINISHED_GONE);
}
END_TEST

START_TEST(done_is_known_and_holds_nothing)
{
	struct stat s;

	begun();
	opens();
	ck_assert_int_eq(unfinished_count(&st, &his), 1);
	ck_assert_int_eq(unfinished_done(&u), 0);
	unfinished_close(&u);
	ck_assert_int_eq(stat(path(), &s), 0);
	ck_assert_int_lt(s.st_size, 2 * PIECE);
	opens();
	ck_assert(u.is_done && u.have == LENGTH);
	unfinished_close(&u);
	ck_assert_int_eq(unfinished_count(&st, &his), 0);
}
END_TEST

/* What stood behind the word when the machine fell is not read. */
START_TEST(done_outlives_a_fall)
{
	struct buf before = { 0 }, after = { 0 };

	begun();
	ck_assert_int_eq(file_read(path(), 1 << 20, &before), 0);
	opens();
	ck_assert_int_eq(unfinished_done(&u), 0);
	unfinished_close(&u);
	ck_assert_int_eq(file_read(path(), 1 << 20, &after), 0);
	buf_add(&after, before.data + after.len, before.len - after.len);
	ck_assert_int_eq(file_write(path(), after.data, after.len, 0600), 0);
	opens();
	ck_assert(u.is_done && u.have == LENGTH);
	unfinished_close(&u);
	buf_release(&before);
	buf_release(&after);
}
END_TEST

/* The disk is full in the middle of a piece: it is not there, and the next one stands in its place. */
START_TEST(a_full_disk)
{
	struct rlimit before, little;
	struct stat s;
	int set, rc, why;

	begun();
	opens();
	ck_assert_int_eq(stat(path(), &s), 0);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	little = (struct rlimit){ (rlim_t)s.st_size + PIECE / 2, before.rlim_max };
	/* Check writes to a file, too: nothing is asserted in between */
	set = setrlimit(RLIMIT_FSIZE, &little);
	rc = unfinished_add(&u, whole.data + u.have, PIECE);
	why = errno;
	set |= setrlimit(RLIMIT_FSIZE, &before);
	ck_assert_int_eq(set, 0);
	ck_assert_int_eq(rc, -1);
	ck_assert_int_eq(why, EFBIG);
	ck_assert_uint_eq(u.have, PIECES * PIECE);
	ck_assert_int_eq(u.pieces, PIECES);
	ck_assert_int_eq(unfinished_add(&u, whole.data + u.have, PIECE), 0);
	unfinished_close(&u);
	opens();
	ck_assert_uint_eq(u.have, (PIECES + 1) * PIECE);
	holds_as_sent();
	unfinished_close(&u);
}
END_TEST

/* Not synced: opening it does that. */
static void
writes(const struct buf *b)
{
	FILE *f = fopen(path(), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(b->data, 1, b->len, f), b->len);
	ck_assert_int_eq(fclose(f), 0);
}

/* A byte that changed, wherever: what is before it counts, and nothing is ever handed out that was not sent. */
START_TEST(a_changed_byte)
{
	struct buf good = { 0 }, out = { 0 };
	enum unfinished_result opened;
	size_t kept = 0;

	begun();
	ck_assert_int_eq(file_read(path(), 1 << 20, &good), 0);
	/* every third: each one opened is synced, and no field is shorter than four bytes */
	for (size_t i = 0; i < good.len; i += 3) {
		good.data[i] ^= 1;
		writes(&good);
		good.data[i] ^= 1;
		opened = unfinished_open(&u, &st, &his, u.id);
		if (opened != UNFINISHED_OK) {
			ck_assert_msg(opened == UNFINISHED_BROKEN && access(path(), F_OK) != 0, "byte %zu", i);
			continue;
		}
		buf_reset(&out);
		if (unfinished_read(&u, &out) == 0) {
			ck_assert_uint_eq(out.len, u.have);
			ck_assert_int_lt((int)u.have, PIECES * PIECE);
			ck_assert_msg(out.len == 0 || memcmp(out.data, whole.data, out.len) == 0, "byte %zu", i);
			kept += u.have > 0;
		} else {
			ck_assert_int_eq(errno, EBADMSG);
		}
		unfinished_close(&u);
	}
	ck_assert_uint_gt(kept, PIECE / 3);	/* the last piece's bytes, at the least */
	buf_release(&good);
	buf_release(&out);
}
END_TEST

/* A head that a crash left short is none. */
START_TEST(half_a_head)
{
	begun();
	ck_assert_int_eq(truncate(path(), 40), 0);
	ck_assert_int_eq(unfinished_open(&u, &st, &his, u.id), UNFINISHED_BROKEN);
	ck_assert_int_eq(unfinished_open(&u, &st, &his, u.id), UNFINISHED_GONE);
}
END_TEST

/* Pieces of one length, one put where the other was: each is sealed for its place. */
START_TEST(exchanged_pieces)
{
	struct buf file = { 0 }, out = { 0 };
	size_t record;
	char first[256];

	begun();
	ck_assert_int_eq(file_read(path(), 1 << 20, &file), 0);
	record = PIECE + SEAL_OVERHEAD + 4;
	ck_assert_uint_lt(record, sizeof(first));
	memcpy(first, file.data + file.len - 3 * record, record);
	memcpy(file.data + file.len - 3 * record, file.data + file.len - 2 * record, record);
	memcpy(file.data + file.len - 2 * record, first, record);
	ck_assert_int_eq(file_write(path(), file.data, file.len, 0600), 0);
	opens();
	ck_assert_int_eq(unfinished_read(&u, &out), -1);
	ck_assert_int_eq(errno, EBADMSG);
	unfinished_close(&u);
	buf_release(&file);
	buf_release(&out);
}
END_TEST

/* What is old goes, but for what somebody is just writing to; one that is removed is gone for its opener, too. */
START_TEST(sweeping)
{
	struct unfinished busy, left;
	int n;

	begun();
	left = u;
	ck_assert_int_eq(unfinished_begin(&busy, &st, &his, LENGTH), 0);
	ck_assert_int_eq(unfinished_begin(&u, &st, &other, LENGTH), 0);
	unfinished_close(&u);
	ck_assert_int_eq(unfinished_count(&st, &his), 2);
	ck_assert_int_eq(unfinished_begin(&u, &st, &other, LENGTH), 0);
	ck_assert_int_eq(unfinished_done(&u), 0);
	unfinished_close(&u);
	ck_assert_int_eq(unfinished_sweep(&st, left.touched_ms - 60000, &n), 0);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(unfinished_sweep(&st, clock_now_ms() + 60000, &n), 3);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(unfinished_count(&st, &his), 1);
	ck_assert_int_eq(unfinished_open(&u, &st, &his, left.id), UNFINISHED_GONE);
	ck_assert_int_eq(unfinished_add(&busy, whole.data, PIECE), 0);
	ck_assert_int_eq(unfinished_drop(&busy, &st), 0);
	unfinished_close(&busy);
	ck_assert_int_eq(unfinished_open(&u, &st, &his, busy.id), UNFINISHED_GONE);
	ck_assert_int_eq(unfinished_count(&st, &his), 0);
}
END_TEST

/* As left alone so long. */
static void
aged(const char *name, int64_t ms)
{
	int64_t then = clock_now_ms() - ms;
	struct timespec at = { then / 1000, then % 1000 * 1000000 };
	char file[256];

	snprintf(file, sizeof(file), "%s/media/bagian/%s", dir, name);
	ck_assert_int_eq(utimensat(AT_FDCWD, file, (struct timespec[]){ at, at }, 0), 0);
}

/* The empty ones go first, the older before the younger; then the oldest; an open one and a done one never. */
START_TEST(displacing)
{
	static const struct { int64_t age_ms; int pieces; } made[] = {
		{ 9000, 1 }, { 7000, 2 }, { 5000, 0 }, { 6000, 0 },
	};
	static const size_t goes[] = { 3, 2, 0, 1 };
	struct unfinished all[N_ELEMS(made)], busy, done;

	ck_assert_int_eq(unfinished_displace(&st, &his), 0);
	for (size_t i = 0; i < N_ELEMS(made); i++) {
		ck_assert_int_eq(unfinished_begin(&all[i], &st, &his, LENGTH), 0);
		for (int k = 0; k < made[i].pieces; k++)
			ck_assert_int_eq(unfinished_add(&all[i], whole.data, PIECE), 0);
		unfinished_close(&all[i]);
		aged(all[i].name, made[i].age_ms);
	}
	ck_assert_int_eq(unfinished_begin(&done, &st, &his, LENGTH), 0);
	ck_assert_int_eq(unfinished_done(&done), 0);
	unfinished_close(&done);
	aged(done.name, 20000);
	ck_assert_int_eq(unfinished_begin(&busy, &st, &his, LENGTH), 0);
	aged(busy.name, 20000);
	ck_assert_int_eq(unfinished_displace(&st, &other), 0);
	for (size_t i = 0; i < N_ELEMS(goes); i++) {
		ck_assert_int_eq(unfinished_count(&st, &his), (int)(N_ELEMS(made) - i) + 1);
		ck_assert_int_eq(unfinished_displace(&st, &his), 1);
		ck_assert_msg(unfinished_open(&u, &st, &his, all[goes[i]].id) == UNFINISHED_GONE, "%zu", i);
	}
	ck_assert_int_eq(unfinished_displace(&st, &his), 0);
	unfinished_close(&busy);
	ck_assert_int_eq(unfinished_open(&u, &st, &his, done.id), UNFINISHED_OK);
	unfinished_close(&u);
}
END_TEST

static const struct { const char *yaml; int rc; } lives[] = {
	{ "ingest: {photo: {resume: 7d}}\n", 0 },
	{ "ingest: {photo: {resume: 8d}}\n", -1 },
	{ "ingest: {photo: {resume: 8d}, dedupe_days: 9}\n", 0 },
	{ "ingest: {photo: {resume: 2d}, dedupe_days: 2}\n", -1 },
};

/* It may live only for as long as its last piece, sent again, is known as the same. */
START_TEST(life_and_redelivery)
{
	struct settings set = { 0 };
	struct buf file = { 0 }, errors = { 0 };
	int rc;

	buf_addf(&file, "%s/kentongan.yaml", dir);
	ck_assert_int_eq(file_write(buf_str(&file), lives[_i].yaml, strlen(lives[_i].yaml), 0600), 0);
	rc = settings_load(&set, dir, &errors);
	ck_assert_msg(rc == lives[_i].rc, "%s: %s", lives[_i].yaml, buf_str(&errors));
	ck_assert((strstr(buf_str(&errors), "ingest.photo.resume") != NULL) == (rc != 0));
	ck_assert((strstr(buf_str(&errors), "ingest.dedupe_days") != NULL) == (rc != 0));
	settings_release(&set);
	buf_release(&file);
	buf_release(&errors);
}
END_TEST

Suite *
unfinished_suite(void)
{
	Suite *s = suite_create("unfinished");
	TCase *tc = tcase_create("unfinished");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pieces_come_back);
	tcase_add_test(tc, who_may_open_it);
	tcase_add_test(tc, done_is_known_and_holds_nothing);
	tcase_add_test(tc, done_outlives_a_fall);
	tcase_add_test(tc, a_full_disk);
	tcase_add_test(tc, a_changed_byte);
	tcase_add_test(tc, half_a_head);
	tcase_add_test(tc, exchanged_pieces);
	tcase_add_test(tc, sweeping);
	tcase_add_test(tc, displacing);
	tcase_add_loop_test(tc, life_and_redelivery, 0, N_ELEMS(lives));
	suite_add_tcase(s, tc);
	return s;
}
