/* A day that is over, by a clock that is set forward: the console writes it, anybody can make it again. */
#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "core/calendar.h"
#include "lib/config.h"
#include "store/daily.h"
#include "tests/integration/eye.h"
#include "tests/integration/shelf.h"

Suite *daily_suite(void);

static struct bench b;
static struct peer console;

static void
bench_up(void)
{
	shelf_begin(&b);
}

static void
bench_down(void)
{
	bench_end(&b);
}

static void
console_up(void)
{
	struct buf bin = { 0 }, log = { 0 };

	bin_path(&bin, "kentongan-console");
	buf_addf(&log, "%s/console.log", b.dir);
	{
		const char *argv[] = { buf_str(&bin), "--conf", "conf", "--dir", b.dir, "--redis", b.url, "--port", "0", NULL };

		peer_start(&console, argv, buf_str(&log));
	}
	buf_release(&bin);
	buf_release(&log);
}

struct wanted { char path[128]; struct buf text; };

static int
is_there(void *arg)
{
	struct wanted *w = arg;

	buf_reset(&w->text);
	return file_read(w->path, 1 << 20, &w->text) == 0;
}

START_TEST(each_day_is_written_once_it_is_over)
{
	struct wanted w = { .path = "" };
	struct daily *d;
	char day[DAY_CHARS];
	struct buf again = { 0 };
	int64_t today = wib_day(store_now_ms(&b.st));
	const struct daily_about about = { "Kabupaten Banyuwangi", "CC BY 4.0", b.version };
	int more;

	put_file(b.dir, "secrets/console_admin", "kunci-uji-konsol-0123456789abcdef", 33, 0400);
	kit_opened(&b, "buka-1", 0);
	kit_opened(&b, "buka-2", 0);
	daily_name(day, today);
	shelf_forward(&b, DAY_MS + HOUR_MS);
	kit_opened(&b, "besok", 0);
	console_up();
	snprintf(w.path, sizeof(w.path), "%s/" WINDOW_DIR "/%s.csv", b.dir, day);
	ck_assert(bench_until(is_there, &w, LIMIT_MS));
	ck_assert_msg(strstr(buf_str(&w.text), "\"jalan-rusak\"") != NULL && strstr(buf_str(&w.text), "\"ditugaskan\",2,") != NULL,
	    "%s", buf_str(&w.text));
	/* by anybody with the same log, the same bytes */
	d = daily_new(today);
	while ((more = daily_read(d, &b.st, logbook_last_seq(&b.st))) > 0)
		;
	ck_assert_int_eq(more, 0);
	daily_write(d, b.policy, &about, DAILY_CSV, &again);
	ck_assert_str_eq(buf_str(&again), buf_str(&w.text));
	daily_free(d);
	/* the day that is not over yet has none */
	daily_name(day, today + 1);
	snprintf(w.path, sizeof(w.path), "%s/" WINDOW_DIR "/%s.csv", b.dir, day);
	ck_assert_int_ne(access(w.path, F_OK), 0);
	peer_stop(&console);
	buf_release(&w.text);
	buf_release(&again);
}
END_TEST

Suite *
daily_suite(void)
{
	Suite *s = suite_create("daily");
	TCase *tc = tcase_create("daily");

	tcase_add_checked_fixture(tc, bench_up, bench_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_day_is_written_once_it_is_over);
	suite_add_tcase(s, tc);
	return s;
}
