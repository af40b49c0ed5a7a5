#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/fault.h"
#include "lib/spool.h"

static char dir[64];
static struct buf name, data, errors;
static int64_t ms;

static struct spool *
open_spool(size_t files_max, int64_t bytes_max)
{
	struct spool *s = spool_open(dir, files_max, bytes_max, &errors);

	ck_assert_msg(s != NULL, "%s", buf_str(&errors));
	return s;
}

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/check_spool.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static const char *
path_of(const char *folder, const char *file)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s/%s", dir, folder, file);
	return path;
}

/* Counts, and removes if asked to. */
static int
files_in(const char *folder, int remove)
{
	DIR *d = opendir(path_of(folder, ""));
	const struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		if (remove)
			unlink(path_of(folder, e->d_name));
	}
	if (d != NULL)
		closedir(d);
	if (remove)
		rmdir(path_of(folder, ""));
	return n;
}

static void
teardown(void)
{
	files_in("new", 1);
	files_in("tmp", 1);
	files_in("corrupt", 1);
	ck_assert_int_eq(rmdir(dir), 0);
	buf_release(&name);
	buf_release(&data);
	buf_release(&errors);
}

START_TEST(what_is_put_is_drained_in_order)
{
	struct spool *s = open_spool(10, 100000);

	ck_assert_int_eq(spool_next(s, NULL, &name, &data, &ms), 0);
	ck_assert_int_eq(spool_put(s, "sms-2", 2000, "dua", 3), 0);
	ck_assert_int_eq(spool_put(s, "sms-10", 10000, "", 0), 0);
	ck_assert_int_eq(spool_put(s, "sms-1", 1000, "s\0tu\n", 5), 0);
	ck_assert_uint_eq(spool_count(s), 3);
	ck_assert_int_eq(spool_next(s, NULL, &name, &data, &ms), 1);
	ck_assert(data.len == 5 && memcmp(data.data, "s\0tu\n", 5) == 0);
	ck_assert_int_eq(ms, 1000);
	ck_assert_int_eq(spool_next(s, buf_str(&name), &name, &data, &ms), 1);
	ck_assert_str_eq(buf_str(&data), "dua");
	ck_assert_int_eq(spool_done(s, buf_str(&name)), 0);
	ck_assert_int_eq(spool_next(s, buf_str(&name), &name, &data, &ms), 1);
	ck_assert_int_eq(ms, 10000);
	ck_assert_uint_eq(data.len, 0);
	ck_assert_int_eq(spool_next(s, buf_str(&name), &name, &data, &ms), 0);
	ck_assert_uint_eq(spool_count(s), 2);
	ck_assert_int_eq(files_in("new", 0), 2);
	ck_assert_int_eq(files_in("tmp", 0), 0);
	spool_close(s);
}
END_TEST

START_TEST(the_same_id_is_one_file)
{
	struct spool *s = open_spool(10, 100000);

	ck_assert_int_eq(spool_put(s, "a", 1, "x", 1), 0);
	ck_assert_int_eq(spool_put(s, "a", 1, "x", 1), 0);
	ck_assert_int_eq(spool_put(s, "a", 2, "x", 1), 0);
	ck_assert_uint_eq(spool_count(s), 1);
	spool_close(s);
	s = open_spool(10, 100000);
	ck_assert_int_eq(spool_put(s, "a", 3, "x", 1), 0);
	ck_assert_uint_eq(spool_count(s), 1);
	spool_close(s);
}
END_TEST

START_TEST(a_restart_finds_everything_acknowledged_and_no_leftover)
{
	struct spool *s = open_spool(10, 100000);

	ck_assert_int_eq(spool_put(s, "a", 1, "isi", 3), 0);
	spool_close(s);
	ck_assert_int_eq(file_write(path_of("tmp", "half"), "kentongan-spo", 13, 0600), 0);
	s = open_spool(10, 100000);
	ck_assert_int_eq(files_in("tmp", 0), 0);
	ck_assert_int_eq(spool_next(s, NULL, &name, &data, &ms), 1);
	ck_assert_str_eq(buf_str(&data), "isi");
	spool_close(s);
}
END_TEST

START_TEST(it_has_bounds)
{
	struct spool *s = open_spool(2, 100000);
	char large[900];

	ck_assert_int_eq(spool_put(s, "a", 1, "x", 1), 0);
	ck_assert_int_eq(spool_put(s, "b", 1, "x", 1), 0);
	ck_assert_int_eq(spool_put(s, "c", 1, "x", 1), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(spool_next(s, NULL, &name, &data, &ms), 1);
	ck_assert_int_eq(spool_done(s, buf_str(&name)), 0);
	ck_assert_int_eq(spool_put(s, "c", 1, "x", 1), 0);
	spool_close(s);
	memset(large, 'x', sizeof(large));
	s = open_spool(10, 1100);	/* what is there counts */
	ck_assert_int_eq(spool_put(s, "d", 1, large, sizeof(large)), -1);
	ck_assert_int_eq(errno, ENOSPC);
	spool_close(s);
	s = open_spool(10, 1200);
	ck_assert_int_eq(spool_put(s, "d", 1, large, sizeof(large)), 0);
	spool_close(s);
}
END_TEST

static const char *const bad_ids[] = { "", ".", "a/b", "../a", "a b", "a\n",
	"01234567890123456789012345678901234567890123456789012345678901234" };

START_TEST(ids_are_checked)
{
	struct spool *s = open_spool(10, 100000);
	int is_dot = strcmp(bad_ids[_i], ".") == 0;	/* harmless behind the time */

	ck_assert_int_eq(spool_put(s, bad_ids[_i], 1, "x", 1), is_dot ? 0 : -1);
	ck_assert_int_eq(files_in("new", 0), is_dot);
	spool_close(s);
}
END_TEST

enum damage { FLIP_HEAD, FLIP_BODY, FLIP_DIGEST, CUT, CUT_ALL, LONGER, DAMAGES };

static void
hurt(const char *path, enum damage how)
{
	struct buf text = { 0 };

	ck_assert_int_eq(file_read(path, 10000, &text), 0);
	switch (how) {
	case FLIP_HEAD: text.data[18] ^= 1; break;
	case FLIP_BODY: text.data[text.len - 67] ^= 1; break;
	case FLIP_DIGEST: text.data[text.len - 5] ^= 1; break;
	case CUT: buf_cut(&text, text.len - 1); break;
	case CUT_ALL: buf_cut(&text, 0); break;
	default: buf_adds(&text, "x"); break;
	}
	ck_assert_int_eq(file_write(path, text.data, text.len, 0600), 0);
	buf_release(&text);
}

START_TEST(damaged_files_are_set_aside)
{
	struct spool *s = open_spool(10, 100000);

	ck_assert_int_eq(spool_put(s, "a", 1, "satu", 4), 0);
	ck_assert_int_eq(spool_put(s, "b", 2, "dua", 3), 0);
	hurt(path_of("new", "000000000000001-a"), (enum damage)_i);
	ck_assert_int_eq(spool_next(s, NULL, &name, &data, &ms), 1);
	ck_assert_str_eq(buf_str(&data), "dua");
	ck_assert_int_eq(files_in("corrupt", 0), 1);
	ck_assert_uint_eq(spool_count(s), 1);
	/* A second one of the same name does not take the first one's place. */
	ck_assert_int_eq(spool_put(s, "a", 1, "satu", 4), 0);
	hurt(path_of("new", "000000000000001-a"), (enum damage)_i);
	ck_assert_int_eq(spool_next(s, NULL, &name, &data, &ms), 1);
	ck_assert_int_eq(files_in("corrupt", 0), 2);
	spool_close(s);
}
END_TEST

START_TEST(a_file_that_another_took_is_forgotten)
{
	struct spool *s = open_spool(10, 100000);

	ck_assert_int_eq(spool_put(s, "a", 1, "x", 1), 0);
	unlink(path_of("new", "000000000000001-a"));
	ck_assert_int_eq(spool_next(s, NULL, &name, &data, &ms), 0);
	ck_assert_uint_eq(spool_count(s), 0);
	ck_assert_int_eq(spool_done(s, "000000000000001-a"), 0);
	spool_close(s);
}
END_TEST

START_TEST(no_folder_no_spool)
{
	ck_assert_ptr_null(spool_open("/nowhere/at/all", 1, 1, &errors));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "/nowhere/at/all: "));
}
END_TEST

START_TEST(a_disk_that_fails_is_not_acknowledged)
{
	struct spool *s = open_spool(10, 100000);

	ck_assert_int_eq(rmdir(path_of("tmp", "")), 0);
	ck_assert_int_eq(spool_put(s, "a", 1, "x", 1), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_uint_eq(spool_count(s), 0);
	spool_close(s);
}
END_TEST

#ifdef KENTONGAN_FAULTS
START_TEST(an_fsync_error_leaves_nothing_behind)
{
	struct spool *s;

	setenv("KENTONGAN_FAULT", "spool_before_sync=err@1:EIO", 1);
	fault_init("unit");
	s = open_spool(10, 100000);
	ck_assert_int_eq(spool_put(s, "a", 1, "x", 1), -1);
	ck_assert_int_eq(errno, EIO);
	ck_assert_int_eq(files_in("new", 0), 0);
	ck_assert_int_eq(files_in("tmp", 0), 0);
	ck_assert_uint_eq(spool_count(s), 0);
	ck_assert_int_eq(spool_put(s, "a", 1, "x", 1), 0);
	spool_close(s);
}
END_TEST
#endif

Suite *spool_suite(void);

Suite *
spool_suite(void)
{
	Suite *s = suite_create("spool");
	TCase *tc = tcase_create("spool");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_put_is_drained_in_order);
	tcase_add_test(tc, the_same_id_is_one_file);
	tcase_add_test(tc, a_restart_finds_everything_acknowledged_and_no_leftover);
	tcase_add_test(tc, it_has_bounds);
	tcase_add_loop_test(tc, ids_are_checked, 0, N_ELEMS(bad_ids));
	tcase_add_loop_test(tc, damaged_files_are_set_aside, 0, DAMAGES);
	tcase_add_test(tc, a_file_that_another_took_is_forgotten);
	tcase_add_test(tc, no_folder_no_spool);
	tcase_add_test(tc, a_disk_that_fails_is_not_acknowledged);
#ifdef KENTONGAN_FAULTS
	tcase_add_test(tc, an_fsync_error_leaves_nothing_behind);
#endif
	suite_add_tcase(s, tc);
	return s;
}
