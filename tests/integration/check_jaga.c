/* /jaga: who is on duty, gaps, leave and swaps by the head; a drill is seen on every page. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "tests/integration/visitor.h"

Suite *jaga_suite(void);

#define UNIT "O-DISHUB"

static struct visitor head, officer, other, desk;

static void
begin(void)
{
	house_make("drill: true\n");
	house_up();
	visitor_comes_in(&head, "kpl-o-dishub");
	visitor_comes_in(&officer, "ptg-o-dishub-1");
	visitor_comes_in(&other, "ptg-o-dlh-1");
	visitor_comes_in(&desk, "opr-d112-1");
}

static void
end(void)
{
	house_down();
}

static int
shows(struct visitor *v, const char *path, const char *words)
{
	struct buf page = { 0 };
	int found;

	ck_assert_int_eq(visitor_visits(v, path, &page), 200);
	found = strstr(buf_str(&page), words) != NULL;
	buf_release(&page);
	return found;
}

static void
command(const char *args, const char *words)
{
	struct buf out = { 0 };
	int is = house_command(args, &out);

	ck_assert_msg(is == 0 && strstr(buf_str(&out), words) != NULL, "%s: %d %s", args, is, buf_str(&out));
	buf_release(&out);
}

START_TEST(whose_roster_it_is)
{
	static const struct { struct visitor *v; const char *path; long status; } doors[] = {
		{ &officer, "/jaga", 200 }, { &officer, "/jaga?unit=O-DLH", 403 }, { &head, "/jaga?unit=O-DLH", 403 },
		{ &desk, "/jaga?unit=O-DLH", 200 }, { &desk, "/jaga?unit=TIADA", 404 },
	};

	for (size_t i = 0; i < N_ELEMS(doors); i++)
		ck_assert_msg(visitor_visits(doors[i].v, doors[i].path, NULL) == doors[i].status, "%zu %s", i, doors[i].path);
	ck_assert_int_eq(shows(&head, "/jaga", "Catat cuti"), 1);
	ck_assert_int_eq(shows(&officer, "/jaga", "Catat cuti"), 0);
	ck_assert_int_eq(shows(&desk, "/jaga?unit=" UNIT, "Catat cuti"), 0);
	ck_assert_int_eq(visitor_submits(&officer, "/jaga", "unit=" UNIT "&aksi=cuti&petugas=ptg-o-dishub-1&dari=2026-01-01&sampai=2099-01-01",
	    NULL, NULL), 403);
	ck_assert_int_eq(visitor_submits(&head, "/jaga", "unit=O-DLH&aksi=cuti&petugas=ptg-o-dlh-1&dari=2026-01-01&sampai=2099-01-01", NULL,
	    NULL), 403);
}
END_TEST

/* All on leave: the gap is marked; back again, it is closed. */
START_TEST(leave_makes_a_gap)
{
	static const char *const staff[] = { "kpl-o-dishub", "ptg-o-dishub-1", "ptg-o-dishub-2" };
	char form[160], to[160];

	ck_assert_int_eq(shows(&head, "/jaga", "Sekarang: <strong class=\"lewat\">KOSONG"), 0);
	ck_assert_int_eq(visitor_submits(&head, "/jaga", "unit=" UNIT "&aksi=cuti&petugas=ptg-o-dlh-1&dari=2026-01-01&sampai=2099-01-01",
	    NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&head, "/jaga", "unit=" UNIT "&aksi=cuti&petugas=ptg-o-dishub-1&dari=kapan&sampai=2099-01-01",
	    NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&head, "/jaga", "unit=" UNIT "&aksi=cuti&petugas=ptg-o-dishub-1&dari=2026-02-01&sampai=2026-01-01",
	    NULL, NULL), 422);
	for (size_t i = 0; i < N_ELEMS(staff); i++) {
		snprintf(form, sizeof(form), "unit=" UNIT "&aksi=cuti&petugas=%s&dari=2026-01-01&sampai=2099-01-01", staff[i]);
		ck_assert_int_eq(visitor_submits(&head, "/jaga", form, to, NULL), 303);
	}
	ck_assert_str_eq(to, "/jaga?unit=" UNIT);
	ck_assert_int_eq(shows(&head, "/jaga", "Sekarang: <strong class=\"lewat\">KOSONG"), 1);
	ck_assert_int_eq(shows(&head, "/jaga", "Cuti: "), 1);
	ck_assert_int_eq(shows(&head, "/jaga", "Tanpa petugas dalam tujuh hari: 7 hari"), 1);
	ck_assert_int_eq(shows(&desk, "/jaga", "/jaga?unit=" UNIT "\">"), 1);
	for (size_t i = 0; i < N_ELEMS(staff); i++) {
		snprintf(form, sizeof(form), "unit=" UNIT "&aksi=kembali&petugas=%s", staff[i]);
		ck_assert_int_eq(visitor_submits(&head, "/jaga", form, NULL, NULL), 303);
	}
	ck_assert_int_eq(shows(&head, "/jaga", "Sekarang: <strong class=\"lewat\">KOSONG"), 0);
}
END_TEST

START_TEST(two_change_their_shifts)
{
	/* 2099-12-01 06:00 and 2099-12-02 06:00 WIB */
	command("officer shift ptg-o-dishub-1 --from '2099-12-01 06:00' --until '2099-12-01 14:00'", "1 of 1");
	command("officer shift ptg-o-dishub-2 --from '2099-12-02 06:00' --until '2099-12-02 14:00'", "1 of 1");
	ck_assert_int_eq(visitor_submits(&head, "/jaga", "unit=" UNIT "&aksi=tukar&satu=ptg-o-dishub-1+4099849200000&dua=ptg-o-dishub-1+"
	    "4099849200000", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&head, "/jaga", "unit=" UNIT "&aksi=tukar&satu=ptg-o-dishub-1+1&dua=ptg-o-dishub-2+2", NULL, NULL),
	    422);
	ck_assert_int_eq(shows(&head, "/jaga", "ptg-o-dishub-1 4099762800000"), 1);
	ck_assert_int_eq(visitor_submits(&head, "/jaga", "unit=" UNIT "&aksi=tukar&satu=ptg-o-dishub-1+4099762800000&dua=ptg-o-dishub-2+"
	    "4099849200000", NULL, NULL), 303);
	command("officer shifts ptg-o-dishub-2", "2099-12-01 06:00\t2099-12-01 14:00");
	command("audit verify", "clean");
}
END_TEST

/* The time of a shift two days from now, as the command takes it and as the calendar says it (UTC). */
static void
in_two_days(int hour, char wib[24], char utc[24])
{
	time_t day = (time_t)((clock_now_ms() + 7 * 3600000) / 86400000 + 2) * 86400, at = day + hour * 3600;
	struct tm tm;

	strftime(wib, 24, "%Y-%m-%d %H:%M", gmtime_r(&at, &tm));
	at -= 7 * 3600;
	strftime(utc, 24, "%Y%m%dT%H%M%SZ", gmtime_r(&at, &tm));
}

START_TEST(duties_come_to_the_telephone)
{
	struct visitor telephone = { "", "" };
	char from[24], until[24], starts[24], ends[24], line[260], path[200];
	struct buf page = { 0 };
	const char *at;

	in_two_days(6, from, starts);
	in_two_days(14, until, ends);
	snprintf(line, sizeof(line), "officer shift ptg-o-dishub-1 --from '%s' --until '%s'", from, until);
	command(line, "1 of 1");
	command("officer passwd ptg-o-dishub-1", "/sandi/");
	ck_assert_int_eq(visitor_submits(&officer, "/akun", "aksi=buat", NULL, &page), 200);
	ck_assert_ptr_null(strstr(buf_str(&page), "/feed/eskalasi"));	/* not for his role */
	at = strstr(buf_str(&page), "/feed/jaga.ics?t=ptg-o-dishub-1.");
	ck_assert_ptr_nonnull(at);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "<"), at);
	ck_assert_int_eq(visitor_visits(&telephone, path, &page), 200);
	snprintf(line, sizeof(line), "DTSTART:%s\r\nDTEND:%s\r\n", starts, ends);
	ck_assert_msg(strstr(buf_str(&page), line) != NULL, "%s", buf_str(&page));
	ck_assert_ptr_null(strstr(buf_str(&page), "+62"));
	/* The address opens his duties, his unit's, and nothing else. */
	snprintf(line, sizeof(line), "%s&unit=" UNIT, path);
	ck_assert_int_eq(visitor_visits(&telephone, line, &page), 200);
	snprintf(line, sizeof(line), "%s&unit=O-DLH", path);
	ck_assert_int_eq(visitor_visits(&telephone, line, &page), 403);
	snprintf(line, sizeof(line), "/feed/eskalasi.json%s", strchr(path, '?'));
	ck_assert_int_eq(visitor_visits(&telephone, line, &page), 403);
	snprintf(line, sizeof(line), "/jaga%s", strchr(path, '?'));
	ck_assert_int_eq(visitor_visits(&telephone, line, &page), 303);
	ck_assert_int_eq(visitor_submits(&officer, "/akun", "aksi=cabut", NULL, NULL), 200);
	ck_assert_int_eq(visitor_visits(&telephone, path, &page), 401);
	ck_assert_int_eq(visitor_visits(&telephone, "/feed/jaga.ics", &page), 401);
	buf_release(&page);
}
END_TEST

START_TEST(a_drill_is_seen_everywhere)
{
	ck_assert_int_eq(shows(&head, "/jaga", "<strong>LATIHAN.</strong>"), 1);
	ck_assert_int_eq(shows(&desk, "/triase", "<strong>LATIHAN.</strong>"), 1);
}
END_TEST

Suite *
jaga_suite(void)
{
	Suite *s = suite_create("jaga");
	TCase *tc = tcase_create("jaga");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, whose_roster_it_is);
	tcase_add_test(tc, leave_makes_a_gap);
	tcase_add_test(tc, two_change_their_shifts);
	tcase_add_test(tc, duties_come_to_the_telephone);
	tcase_add_test(tc, a_drill_is_seen_everywhere);
	suite_add_tcase(s, tc);
	return s;
}
