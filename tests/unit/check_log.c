#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"

static int reading;
static char said[8192];

static void
setup(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
	reading = ends[0];
	log_init("uji", LOG_LEVEL_INFO);
}

static const char *
hear(void)
{
	ssize_t n = read(reading, said, sizeof(said) - 1);

	said[n > 0 ? n : 0] = '\0';
	return said;
}

START_TEST(one_event_a_line)
{
	log_info("naik", "case=%s late_ms=%d", "7K3F9QXM", 812);
	ck_assert_str_eq(hear(), "level=info daemon=uji event=naik case=7K3F9QXM late_ms=812\n");
	log_debug("tidak", "x=1");
	ck_assert_str_eq(hear(), "");
	log_warn("w", "a=\"%s\"", "b\nlevel=error event=palsu");
	ck_assert_str_eq(hear(), "level=warn daemon=uji event=w a=\"b level=error event=palsu\"\n");
	log_error("e", "a=\"%s\"", log_quote("x\"\ny", 4));
	ck_assert_str_eq(hear(), "level=error daemon=uji event=e a=\"x\\u0022\\u000ay\"\n");
}
END_TEST

START_TEST(long_lines_are_cut_and_stay_lines)
{
	static char text[10000];
	size_t len;

	memset(text, 'x', sizeof(text) - 1);
	log_info("panjang", "a=%s", text);
	len = strlen(hear());
	ck_assert_uint_lt(len, 4097);
	ck_assert_int_eq(said[len - 1], '\n');
	ck_assert_ptr_eq(strchr(said, '\n'), said + len - 1);
}
END_TEST

START_TEST(numbers_are_masked)
{
	ck_assert_str_eq(log_phone("+6281234567890"), "+62812****890");
	ck_assert_str_eq(log_phone("+1"), "****");
	ck_assert_str_eq(log_phone("\n\n\n\n\n\n\n\n\n\n\n"), "\\u000a\\u000a\\u000a\\u000a\\u000a\\u000a"
	    "****\\u000a\\u000a\\u000a");
}
END_TEST

START_TEST(what_cannot_be_said_is_counted)
{
	close(reading);
	close(STDERR_FILENO);
	errno = EDOM;
	log_info("hilang", "a=1");
	ck_assert_int_eq(errno, EDOM);
	ck_assert_uint_eq(log_lost(), 1);
}
END_TEST

START_TEST(clocks_agree_on_their_units)
{
	struct timeval tv = ms_to_timeval(12345);
	int64_t us = clock_mono_us(), ms = clock_mono_ms();

	ck_assert_int_eq(tv.tv_sec, 12);
	ck_assert_int_eq(tv.tv_usec, 345000);
	ck_assert_int_eq(ms_to_timeval(-5).tv_sec, 0);
	ck_assert_int_ge(ms, us / 1000);
	ck_assert_int_lt(ms - us / 1000, 5000);
	ck_assert_int_gt(clock_now_ms(), 1700000000000);
}
END_TEST

Suite *log_suite(void);

Suite *
log_suite(void)
{
	Suite *s = suite_create("log");
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, one_event_a_line);
	tcase_add_test(tc, long_lines_are_cut_and_stay_lines);
	tcase_add_test(tc, numbers_are_masked);
	tcase_add_test(tc, what_cannot_be_said_is_counted);
	tcase_add_test(tc, clocks_agree_on_their_units);
	suite_add_tcase(s, tc);
	return s;
}
