#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ical.h"
#include "core/shift.h"
#include "lib/clock.h"

Suite *shift_suite(void);

#define HEADER "id,nama,unit,peran,telepon,bahasa,urutan,jaga\n"
static const char people[] = HEADER
    "ana,Contoh Ana,B,petugas,+6280000000001,id,1,jadwal\n"
    "budi,Contoh Budi,B,petugas,+6280000000002,id,2,jadwal\n"
    "cici,Contoh Cici,A,petugas,+6280000000003,id,1,24\n"
    "desi,Contoh Desi,B,petugas,+6280000000004,id,9,Sen-Jum 07:00-15:00\n";

static struct roster r;

static int64_t
wib(const char *text)
{
	int64_t ms;

	ck_assert_msg(wib_parse(text, &ms) == 0, "%s", text);
	return ms;
}

static struct officer *
who(const char *id)
{
	return (struct officer *)(uintptr_t)officer_find(&r, id);
}

static enum shift_error
give(const char *id, const char *unit, const char *from, const char *until)
{
	struct shift s = { wib(from), wib(until), "" };
	enum shift_error e;

	snprintf(s.unit, sizeof(s.unit), "%s", unit);
	e = officer_shift_add(who(id), &s);
	roster_sort(&r);
	return e;
}

static void
begin(void)
{
	struct buf errors = { 0 };

	memset(&r, 0, sizeof(r));
	ck_assert_msg(roster_parse_csv(&r, "petugas.csv", people, strlen(people), &errors) == 0,
	    "%s", buf_str(&errors));
	ck_assert_int_eq(give("budi", "B", "2026-12-02 06:00", "2026-12-02 14:00"), SHIFT_OK);
	ck_assert_int_eq(give("ana", "B", "2026-12-01 14:00", "2026-12-01 22:00"), SHIFT_OK);
	ck_assert_int_eq(give("ana", "B", "2026-12-01 06:00", "2026-12-01 14:00"), SHIFT_OK);
}

static void
end(void)
{
	roster_release(&r);
}

static void
expect(const char *unit, const char *when, const char *ids)
{
	const struct officer *out[8];
	struct buf b = { 0 };
	size_t n = roster_on_duty(&r, NULL, unit, ROLE_PETUGAS, wib(when), out, 8);

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i > 0 ? " " : "", out[i]->id);
	ck_assert_msg(strcmp(buf_str(&b), ids) == 0, "%s %s: %s", unit, when, buf_str(&b));
	buf_release(&b);
}

START_TEST(a_shift_is_duty)
{
	expect("B", "2026-12-01 05:59", "");
	expect("B", "2026-12-01 06:00", "ana");
	expect("B", "2026-12-01 10:00", "ana desi");	/* a Tuesday: office hours too */
	expect("B", "2026-12-01 14:00", "ana desi");
	expect("B", "2026-12-01 21:59", "ana");
	expect("B", "2026-12-01 22:00", "");
	expect("B", "2026-12-02 06:30", "budi");
}
END_TEST

/* While it runs he is at its unit and nowhere else. */
START_TEST(a_shift_at_another_unit)
{
	ck_assert_int_eq(give("desi", "A", "2026-12-01 08:00", "2026-12-01 12:00"), SHIFT_OK);
	expect("A", "2026-12-01 07:59", "cici");
	expect("A", "2026-12-01 08:00", "cici desi");
	expect("B", "2026-12-01 08:00", "ana");
	expect("B", "2026-12-01 12:00", "ana desi");
	expect("A", "2026-12-01 12:00", "cici");
	ck_assert_int_eq(give("cici", "B", "2026-12-01 08:00", "2026-12-01 09:00"), SHIFT_OK);
	expect("A", "2026-12-01 08:30", "desi");
	expect("B", "2026-12-01 08:30", "ana cici");
	who("cici")->away_from_ms = 1;
	expect("B", "2026-12-01 08:30", "ana");
	who("ana")->ended = 1;
	expect("B", "2026-12-01 08:30", "");
}
END_TEST

static const struct { const char *from, *until; enum shift_error e; } more[] = {
	{ "2026-12-01 13:59", "2026-12-01 14:00", SHIFT_OVERLAPS },
	{ "2026-12-01 21:00", "2026-12-02 05:00", SHIFT_OVERLAPS },
	{ "2026-12-01 05:00", "2026-12-01 06:01", SHIFT_OVERLAPS },
	{ "2026-11-30 05:00", "2026-12-05 06:00", SHIFT_OVERLAPS },
	{ "2026-12-01 05:00", "2026-12-01 06:00", SHIFT_OK },
	{ "2026-12-01 22:00", "2026-12-02 06:00", SHIFT_OK },
	{ "2026-12-03 06:00", "2026-12-03 06:00", SHIFT_BACKWARDS },
	{ "2026-12-03 06:00", "2026-12-02 06:00", SHIFT_BACKWARDS },
};

START_TEST(no_two_at_once)
{
	ck_assert_int_eq(give("ana", "B", more[_i].from, more[_i].until), more[_i].e);
	ck_assert_uint_eq(who("ana")->shifts_n, more[_i].e == SHIFT_OK ? 3 : 2);
}
END_TEST

START_TEST(only_so_many)
{
	struct officer o = { .id = "x" };
	struct shift s = { 0, 0, "B" };

	for (int i = 0; i < OFFICER_SHIFTS; i++) {
		s.from_ms = i * HOUR_MS, s.until_ms = s.from_ms + HOUR_MS;
		ck_assert_int_eq(officer_shift_add(&o, &s), SHIFT_OK);
	}
	s.from_ms = s.until_ms, s.until_ms += HOUR_MS;
	ck_assert_int_eq(officer_shift_add(&o, &s), SHIFT_FULL);
	ck_assert_uint_eq(officer_shifts_forget(&o, 10 * HOUR_MS), 9);
	ck_assert_int_eq(officer_shift_add(&o, &s), SHIFT_OK);
	ck_assert_int_eq(officer_shift_drop(&o, 0, NULL), SHIFT_NONE);
	ck_assert_int_eq(officer_shift_drop(&o, s.from_ms, NULL), SHIFT_OK);
	officer_release(&o);
}
END_TEST

START_TEST(two_exchange)
{
	ck_assert_int_eq(officers_swap(who("ana"), wib("2026-12-01 14:00"), who("budi"),
	    wib("2026-12-02 06:00")), SHIFT_OK);
	roster_sort(&r);
	expect("B", "2026-12-01 20:00", "budi");
	expect("B", "2026-12-02 06:30", "ana");
	expect("B", "2026-12-01 06:30", "ana");
	/* one only takes the other's */
	ck_assert_int_eq(officers_swap(who("ana"), wib("2026-12-01 06:00"), who("budi"), 0),
	    SHIFT_OK);
	expect("B", "2026-12-01 06:30", "budi");
	ck_assert_uint_eq(who("ana")->shifts_n, 1);
	ck_assert_uint_eq(who("budi")->shifts_n, 2);
}
END_TEST

static const struct { const char *of_ana, *of_budi, *extra; enum shift_error e; } failing[] = {
	{ "2026-12-01 15:00", "2026-12-02 06:00", NULL, SHIFT_NONE },
	{ "2026-12-01 14:00", "2026-12-02 07:00", NULL, SHIFT_NONE },
	{ "2026-12-01 14:00", "2026-12-02 06:00", "2026-12-01 20:00", SHIFT_OVERLAPS },
};

/* What fails leaves both as they were. */
START_TEST(no_half_exchange)
{
	struct buf before = { 0 }, after = { 0 };

	if (failing[_i].extra != NULL)		/* budi is busy when ana's shift is */
		ck_assert_int_eq(give("budi", "B", failing[_i].extra, "2026-12-01 21:00"), SHIFT_OK);
	officer_encode(&before, who("ana"));
	officer_encode(&before, who("budi"));
	ck_assert_int_eq(officers_swap(who("ana"), wib(failing[_i].of_ana), who("budi"),
	    wib(failing[_i].of_budi)), failing[_i].e);
	officer_encode(&after, who("ana"));
	officer_encode(&after, who("budi"));
	ck_assert_str_eq(buf_str(&before), buf_str(&after));
	buf_release(&before);
	buf_release(&after);
}
END_TEST

START_TEST(a_record_keeps_its_shifts)
{
	struct officer back;
	struct buf b = { 0 };

	for (int hidden = 0; hidden < 2; hidden++) {
		buf_reset(&b);
		if (hidden)
			officer_encode_public(&b, who("ana"));
		else
			officer_encode(&b, who("ana"));
		ck_assert_int_eq(hidden ? officer_decode_public(&back, b.data, b.len) :
		    officer_decode(&back, b.data, b.len), 0);
		ck_assert_uint_eq(back.shifts_n, 2);
		ck_assert_int_eq(back.shifts[1].from_ms, wib("2026-12-01 14:00"));
		ck_assert_int_eq(back.shifts[1].until_ms, wib("2026-12-01 22:00"));
		ck_assert_str_eq(back.shifts[1].unit, "B");
		officer_release(&back);
	}
	buf_release(&b);
}
END_TEST

static const char *const damaged[] = {
	"{}", "[[\"B\",5]]", "[[\"B\",5,5]]", "[[\"\",5,6]]", "[[5,5,6]]", "[[\"B\",\"5\",6]]",
	"[[\"B\",5,9],[\"B\",8,10]]", "[[\"B\",8,10],[\"B\",5,6]]",
	"[[\"012345678901234567890123\",5,6]]",
};

START_TEST(damaged_shifts_are_refused)
{
	struct officer o;
	struct buf b = { 0 };

	buf_addf(&b, "{\"schema\":1,\"id\":\"a\",\"nomor\":true,\"unit\":\"B\",\"peran\":\"petugas\","
	    "\"bahasa\":\"id\",\"jaga\":\"24\",\"urutan\":1,\"cuti_dari_ms\":0,\"cuti_sampai_ms\":0,"
	    "\"berakhir\":false,\"dinas\":%s,\"versi\":1}", damaged[_i]);
	ck_assert_msg(officer_decode_public(&o, b.data, b.len) == -1, "%s", buf_str(&b));
	buf_release(&b);
}
END_TEST

/* ---- jaga.csv ---- */

#define JAGA "petugas,unit,mulai,selesai\n"

static int
import(const char *text, struct buf *errors)
{
	size_t n;
	struct shift_row *rows = shifts_parse_csv("jaga.csv", text, strlen(text), &n, errors);
	int rc = rows != NULL ? shifts_import(r.officers, r.n, rows, n, "jaga.csv", errors) : -1;

	free(rows);
	roster_sort(&r);
	return rc;
}

START_TEST(the_file_is_the_schedule)
{
	struct buf errors = { 0 };

	ck_assert_int_eq(give("cici", "A", "2026-12-01 14:00", "2026-12-01 18:00"), SHIFT_OK);
	ck_assert_msg(import(JAGA "budi,B,2026-12-01 06:00,2026-12-01 14:00\n"
	    "ana,B,2026-12-01T22:00,2026-12-02 06:00\n", &errors) == 0, "%s", buf_str(&errors));
	expect("B", "2026-12-01 06:30", "budi");	/* was ana's */
	expect("B", "2026-12-01 20:00", "");		/* is nobody's any more */
	expect("B", "2026-12-01 23:00", "ana");
	expect("B", "2026-12-02 06:30", "budi");	/* past the file's time: stays */
	expect("A", "2026-12-01 15:00", "cici");	/* another unit: stays */
	/* the same again changes nothing */
	ck_assert_int_eq(import(JAGA "budi,B,2026-12-01 06:00,2026-12-01 14:00\n"
	    "ana,B,2026-12-01T22:00,2026-12-02 06:00\n", &errors), 0);
	ck_assert_uint_eq(who("ana")->shifts_n + who("budi")->shifts_n, 3);
	buf_release(&errors);
}
END_TEST

static const struct { const char *text, *says; } wrong[] = {
	{ "petugas,unit,mulai\na,B,2026-12-01\n", "selesai" },
	{ JAGA ",B,2026-12-01 06:00,2026-12-01 14:00\n", "jaga.csv:2: petugas is not right" },
	{ JAGA "ana,,2026-12-01 06:00,2026-12-01 14:00\n", "jaga.csv:2: unit is not right" },
	{ JAGA "ana,B,2026-12-01 6:00,2026-12-01 14:00\n", "jaga.csv:2: mulai or selesai" },
	{ JAGA "ana,B,2026-12-01 06:00,2026-12-32 14:00\n", "jaga.csv:2: mulai or selesai" },
	{ JAGA "ana,B,2026-12-01 06:00,2026-12-01 05:00\n", "jaga.csv:2: ana the shift must end" },
	{ JAGA "zul,B,2026-12-01 06:00,2026-12-01 14:00\n", "jaga.csv:2: petugas \"zul\" is not" },
	{ JAGA "ana,B,2026-12-01 06:00,2026-12-01 14:00\nana,B,2026-12-01 13:00,2026-12-01 15:00\n",
	    "jaga.csv:3: ana has another shift" },
};

START_TEST(a_wrong_file_names_its_line)
{
	struct buf errors = { 0 };

	ck_assert_int_eq(import(wrong[_i].text, &errors), -1);
	ck_assert_msg(strstr(buf_str(&errors), wrong[_i].says) != NULL, "%s", buf_str(&errors));
	buf_release(&errors);
}
END_TEST

/* ---- the calendar ---- */

static struct unit_table *units;

static size_t
calendar_of(struct buf *b, const char *officer, const char *unit, const struct calendar *holidays)
{
	struct ical x = { .roster = &r, .holidays = holidays, .units = units, .regency = "3510",
	    .officer = officer, .unit = unit, .from_ms = wib("2026-11-30 00:00"),
	    .until_ms = wib("2026-12-05 00:00"), .now_ms = wib("2026-11-29 08:00") };

	buf_reset(b);
	return ical_add(b, &x);
}

static void
units_begin(void)
{
	static const char text[] = "kode,nama,singkatan,tingkat,induk,wilayah,bertugas\n"
	    "A,Dinas A,A,dinas,,,\nB,Dinas B,B,dinas,,,\n";
	struct buf errors = { 0 };

	begin();
	units = units_parse("unit.csv", text, strlen(text), &errors);
	ck_assert_msg(units != NULL, "%s", buf_str(&errors));
}

static void
units_end(void)
{
	units_free(units);
	end();
}

START_TEST(a_calendar_of_shifts)
{
	struct buf b = { 0 };

	ck_assert_uint_eq(calendar_of(&b, "ana", NULL, NULL), 2);
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "DTSTAMP:20261129T010000Z\r\n"
	    "DTSTART:20261130T230000Z\r\nDTEND:20261201T070000Z\r\nSUMMARY:Jaga B: ana (petugas)\r\n"
	    "END:VEVENT\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "END:VCALENDAR\r\n"));
	ck_assert_ptr_null(strstr(buf_str(&b), "Contoh"));
	ck_assert_ptr_null(strstr(buf_str(&b), "8000000"));
	/* office hours, round the clock, by unit */
	ck_assert_uint_eq(calendar_of(&b, "desi", NULL, NULL), 5);
	ck_assert_uint_eq(calendar_of(&b, "cici", NULL, NULL), 0);
	ck_assert_uint_eq(calendar_of(&b, NULL, "B", NULL), 8);
	/* each UID once */
	for (const char *at = buf_str(&b); (at = strstr(at, "UID:")) != NULL; at += 4) {
		char uid[80];

		snprintf(uid, sizeof(uid), "%.*s\r\n", (int)strcspn(at, "\r"), at);
		ck_assert_ptr_eq(strstr(buf_str(&b), uid), at);
	}
	buf_release(&b);
}
END_TEST

START_TEST(leave_is_cut_out)
{
	struct buf b = { 0 };

	who("ana")->away_from_ms = wib("2026-12-01 10:00");
	who("ana")->away_until_ms = wib("2026-12-01 12:00");
	ck_assert_uint_eq(calendar_of(&b, "ana", NULL, NULL), 3);
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "DTSTART:20261130T230000Z\r\nDTEND:20261201T030000Z"));
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "DTSTART:20261201T050000Z\r\nDTEND:20261201T070000Z"));
	who("ana")->away_until_ms = 0;
	ck_assert_uint_eq(calendar_of(&b, "ana", NULL, NULL), 1);
	who("ana")->away_from_ms = 1;
	ck_assert_uint_eq(calendar_of(&b, "ana", NULL, NULL), 0);
	buf_release(&b);
}
END_TEST

START_TEST(holidays_are_left_out)
{
	static const char text[] = "tanggal,nama,jenis\n2026-12-02,Pilkada,libur-daerah\n";
	struct buf b = { 0 };
	struct calendar *c = calendar_parse("libur.csv", text, strlen(text), &b);

	ck_assert_uint_eq(calendar_of(&b, "desi", NULL, c), 4);
	ck_assert_ptr_null(strstr(buf_str(&b), "DTSTART:20261202T000000Z"));
	calendar_free(c);
	buf_release(&b);
}
END_TEST

/* Lines of 75 octets at most, no character torn, and whole again when unfolded. */
START_TEST(long_lines_are_folded)
{
	struct buf b = { 0 };
	struct ical x = { .roster = &r, .units = units, .regency = "3510", .now_ms = 1,
	    .unit = "Satu, dua; tiga\\ \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" };
	size_t folds = 0;

	ical_add(&b, &x);
	for (const char *line = buf_str(&b), *end_of; *line != '\0'; line = end_of + 2) {
		end_of = strstr(line, "\r\n");
		ck_assert_ptr_nonnull(end_of);
		ck_assert_int_le(end_of - line, 75);
		folds += *line == ' ';
		ck_assert_int_ne((unsigned char)line[*line == ' '] & 0xc0, 0x80);
	}
	ck_assert_uint_eq(folds, 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "X-WR-CALNAME:Jaga Satu\\, dua\\; tiga\\\\ \xc3\xa9"));
	buf_release(&b);
}
END_TEST

/*
 * A regency's roster is asked for each task and rung; the simulator asks for years in seconds.  The
 * limit is a hundred times what was measured, so that a busy machine does not turn it red: a search
 * through all officers does.
 */
START_TEST(a_question_is_short)
{
	const struct officer *out[3];
	struct roster big = { 0 };
	struct buf csv = { 0 }, errors = { 0 };
	int64_t began, now = wib("2026-12-01 10:00");
	size_t found = 0;

	buf_adds(&csv, HEADER);
	for (int i = 0; i < 20000; i++)
		buf_addf(&csv, "p-%d,Contoh,U%d,petugas,+62800%08d,id,1,Sen-Jum 07:00-15:00\n", i,
		    i / 3, i);
	ck_assert_int_eq(roster_parse_csv(&big, "x", buf_str(&csv), csv.len, &errors), 0);
	began = clock_mono_ms();
	for (int i = 0; i < 100000; i++) {
		char unit[24];

		snprintf(unit, sizeof(unit), "U%d", i * 7 % 6666);
		found += roster_on_duty(&big, NULL, unit, ROLE_PETUGAS, now, out, 3);
	}
	ck_assert_uint_eq(found, 300000);
	ck_assert_msg(clock_mono_ms() - began < 3000, "%lld ms", (long long)(clock_mono_ms() - began));
	roster_release(&big);
	buf_release(&csv);
	buf_release(&errors);
}
END_TEST

Suite *
shift_suite(void)
{
	Suite *s = suite_create("shift");
	TCase *tc = tcase_create("shift"), *cal = tcase_create("calendar");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_shift_is_duty);
	tcase_add_test(tc, a_shift_at_another_unit);
	tcase_add_loop_test(tc, no_two_at_once, 0, (int)N_ELEMS(more));
	tcase_add_test(tc, only_so_many);
	tcase_add_test(tc, two_exchange);
	tcase_add_loop_test(tc, no_half_exchange, 0, (int)N_ELEMS(failing));
	tcase_add_test(tc, a_record_keeps_its_shifts);
	tcase_add_loop_test(tc, damaged_shifts_are_refused, 0, (int)N_ELEMS(damaged));
	tcase_add_test(tc, the_file_is_the_schedule);
	tcase_add_loop_test(tc, a_wrong_file_names_its_line, 0, (int)N_ELEMS(wrong));
	tcase_add_test(tc, a_question_is_short);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(cal, units_begin, units_end);
	tcase_add_test(cal, a_calendar_of_shifts);
	tcase_add_test(cal, leave_is_cut_out);
	tcase_add_test(cal, holidays_are_left_out);
	tcase_add_test(cal, long_lines_are_folded);
	suite_add_tcase(s, cal);
	return s;
}
