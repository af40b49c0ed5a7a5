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

#define SECRET "kunci-uji-konsol-0123456789abcdef"

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
console_up(const char *conf)
{
	struct buf bin = { 0 }, log = { 0 };

	bin_path(&bin, "kentongan-console");
	buf_addf(&log, "%s/console.log", b.dir);
	{
		const char *argv[] = { buf_str(&bin), "--conf", conf, "--dir", b.dir, "--redis", b.url, "--port", "0", NULL };

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

/* Whatever the hour is now: one in the morning of that day. */
static void
forward_to(int64_t day)
{
	shelf_forward(&b, day * DAY_MS - WIB_MS + HOUR_MS - store_now_ms(&b.st));
}

static void
day_path(char path[128], int64_t day, enum daily_form form)
{
	char name[DAY_CHARS];

	daily_name(name, day);
	snprintf(path, 128, "%s/" WINDOW_DIR "/%s.%s", b.dir, name, daily_form_name(form));
}

/* What anybody makes of that day by the log and version of now. */
static void
made_now(int64_t day, enum daily_form form, struct buf *out)
{
	const struct daily_about about = { "Kabupaten Banyuwangi", "CC BY 4.0", b.version };
	struct daily *d = daily_new(day);
	int more;

	while ((more = daily_read(d, &b.st, logbook_last_seq(&b.st))) > 0)
		;
	ck_assert_int_eq(more, 0);
	daily_write(d, b.policy, &about, form, out);
	daily_free(d);
}

START_TEST(each_day_is_written_once_it_is_over)
{
	struct wanted w = { .path = "" };
	struct buf again = { 0 };
	int64_t today = wib_day(store_now_ms(&b.st));

	put_file(b.dir, "secrets/console_admin", SECRET, sizeof(SECRET) - 1, 0400);
	kit_opened(&b, "buka-1", 0);
	kit_opened(&b, "buka-2", 0);
	forward_to(today + 1);
	kit_opened(&b, "besok", 0);
	console_up("conf");
	day_path(w.path, today, DAILY_CSV);
	ck_assert(bench_until(is_there, &w, LIMIT_MS));
	ck_assert_msg(strstr(buf_str(&w.text), "\"jalan-rusak\"") != NULL && strstr(buf_str(&w.text), "\"ditugaskan\",2,") != NULL,
	    "%s", buf_str(&w.text));
	/* by anybody with the same log, the same bytes */
	made_now(today, DAILY_CSV, &again);
	ck_assert_str_eq(buf_str(&again), buf_str(&w.text));
	/* the day that is not over yet has none */
	day_path(w.path, today + 1, DAILY_CSV);
	ck_assert_int_ne(access(w.path, F_OK), 0);
	peer_stop(&console);
	buf_release(&w.text);
	buf_release(&again);
}
END_TEST

/* Another version comes into force, in which a category is called otherwise. */
static void
rename_category(void)
{
	static const char was[] = "jalan berlubang", is[] = "jalan bolong";
	struct conf_set set = { 0 };
	struct buf errors = { 0 };
	char digest[65];
	int renamed = 0;

	ck_assert_int_eq(version_read_files(&set, "conf", &errors), 0);
	for (size_t i = 0; i < set.n; i++) {
		struct buf *text = &set.files[i].data, other = { 0 };
		char *at = strstr(buf_str(text), was);

		if (strcmp(set.files[i].name, "kategori.yaml") != 0 || at == NULL)
			continue;
		buf_add(&other, text->data, (size_t)(at - text->data));
		buf_adds(&other, is);
		buf_adds(&other, at + strlen(was));
		buf_release(text);
		*text = other;
		renamed = 1;
	}
	ck_assert_int_eq(renamed, 1);
	ck_assert_int_eq(version_publish(&b.st, &set, "test", digest), 0);
	ck_assert_int_ne(strncmp(digest, b.version, 32), 0);
	conf_release(&set);
	buf_release(&errors);
}

static int
all_made(void *arg)
{
	struct buf log = { 0 }, path = { 0 };
	int there;

	(void)arg;
	buf_addf(&path, "%s/console.log", b.dir);
	there = file_read(buf_str(&path), 1 << 20, &log) == 0 && strstr(buf_str(&log), "event=days_made") != NULL;
	buf_release(&path);
	buf_release(&log);
	return there;
}

#define GAP 3		/* days that nobody wrote, one of them without a report */

START_TEST(a_gap_is_filled_as_it_would_have_been_written)
{
	struct buf then[GAP][DAILY_FORMS];
	int64_t begun = wib_day(store_now_ms(&b.st)), first = begun + 2;
	struct wanted w = { .path = "" };

	memset(then, 0, sizeof(then));
	put_file(b.dir, "secrets/console_admin", SECRET, sizeof(SECRET) - 1, 0400);
	/* two days on record before the first report */
	for (int day = 0; day < GAP; day++) {
		forward_to(first + day);
		if (day != 1)
			kit_opened(&b, day == 0 ? "awal" : "akhir", 0);
		forward_to(first + day + 1);
		for (int f = 0; f < DAILY_FORMS; f++)
			made_now(first + day, (enum daily_form)f, &then[day][f]);
	}
	rename_category();
	kit_opened(&b, "kini", 0);
	console_up("conf");
	ck_assert(bench_until(all_made, NULL, LIMIT_MS));
	for (int day = 0; day < GAP; day++)
		for (int f = 0; f < DAILY_FORMS; f++) {
			day_path(w.path, first + day, (enum daily_form)f);
			ck_assert_msg(is_there(&w), "%s is missing", w.path);
			ck_assert_str_eq(buf_str(&w.text), buf_str(&then[day][f]));
			buf_release(&then[day][f]);
		}
	for (int64_t day = begun - 1; day <= first + GAP; day += day == first - 1 ? GAP + 1 : 1) {
		day_path(w.path, day, DAILY_CSV);
		ck_assert_msg(access(w.path, F_OK) != 0, "%s was made up", w.path);
	}
	peer_stop(&console);
	buf_release(&w.text);
}
END_TEST

/* Its entries have left the store. */
START_TEST(a_gap_is_filled_from_the_archive)
{
	struct buf conf = { 0 }, then = { 0 };
	int64_t day = wib_day(store_now_ms(&b.st));
	struct wanted w = { .path = "" };
	struct code code;

	put_file(b.dir, "secrets/console_admin", SECRET, sizeof(SECRET) - 1, 0400);
	shell("cp -r conf %s && printf 'public:\n  days: 120\n' >> %s/conf/kentongan.yaml", b.dir, b.dir);
	buf_addf(&conf, "%s/conf", b.dir);
	code = shelf_closed(&b, "lama");
	shelf_messages_end(&b, &code);
	forward_to(day + 1);
	made_now(day, DAILY_CSV, &then);
	ck_assert_ptr_nonnull(strstr(buf_str(&then), "\"jalan-rusak\""));
	forward_to(day + 100);
	shelf_seal(&b);
	ck_assert_uint_eq(shelf_archive(&b, 1000).cases, 1);
	kit_opened(&b, "kini", 0);
	console_up(buf_str(&conf));
	ck_assert(bench_until(all_made, NULL, LIMIT_MS));
	day_path(w.path, day, DAILY_CSV);
	ck_assert(is_there(&w));
	ck_assert_str_eq(buf_str(&w.text), buf_str(&then));
	peer_stop(&console);
	buf_release(&conf);
	buf_release(&then);
	buf_release(&w.text);
}
END_TEST

Suite *
daily_suite(void)
{
	Suite *s = suite_create("daily");
	TCase *tc = tcase_create("daily");

	tcase_add_checked_fixture(tc, bench_up, bench_down);
	tcase_add_test(tc, each_day_is_written_once_it_is_over);
	tcase_add_test(tc, a_gap_is_filled_as_it_would_have_been_written);
	tcase_add_test(tc, a_gap_is_filled_from_the_archive);
	suite_add_tcase(s, tc);
	return s;
}
