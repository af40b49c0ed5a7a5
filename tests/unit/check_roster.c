#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/roster.h"
#include "core/unit.h"
#include "lib/config.h"

Suite *roster_suite(void);

#define HEADER "id,nama,unit,peran,telepon,bahasa,urutan,jaga\n"

/* 2026-11-16 was a Monday. */
static int64_t
at(int day, int hour, int minute)
{
	struct wib t = { .year = 2026, .month = 11, .day = 16 + day, .hour = hour,
	    .minute = minute };

	return wib_to_ms(&t);
}

static const struct { const char *text, *back; } duties[] = {
	{ "24", "24" },
	{ "Sen-Min 00:00-24:00", "24" },
	{ "Sen-Jum 07:00-15:00", "Sen-Jum 07:00-15:00" },
	{ "Sab,Min 22:00-06:00", "Sab-Min 22:00-06:00" },
	{ "Jum-Sen 08:00-12:30", "Sen,Jum-Min 08:00-12:30" },
	{ "Min 00:00-23:59", "Min 00:00-23:59" },
	{ "Sen,Rab,Jum 18:00-24:00", "Sen,Rab,Jum 18:00-24:00" },
	{ "Sen-Sen 07:00-15:00", "Sen 07:00-15:00" },
	{ "", NULL }, { "25", NULL }, { "24 ", NULL }, { "Sen-Jum", NULL },
	    { "Sen-Jum 07:00", NULL },
	{ "Sen-Jum 07:00-15:00 ", NULL }, { "Mon-Fri 07:00-15:00", NULL },
	    { "Sen- 07:00-15:00", NULL },
	{ "Sen-Jum 7:00-15:00", NULL }, { "Sen-Jum 07:60-15:00", NULL },
	    { "Sen-Jum 07:00-24:01", NULL },
	{ "Sen-Jum 07:00-07:00", NULL }, { "Sen-Jum 24:00-06:00", NULL },
	    { "Sen,, 07:00-15:00", NULL },
	{ "07:00-15:00", NULL },
	{ "jadwal", "jadwal" }, { "Jadwal", NULL },
	{ "Sen-Min 06:00-14:00", "Sen-Min 06:00-14:00" },
	{ "Sen-Min,Libur 06:00-14:00", "Sen-Min 06:00-14:00" },
	{ "Sen-Jum,Libur 07:00-15:00", "Sen-Jum,Libur 07:00-15:00" },
	{ "Libur,Sab 07:00-15:00", "Sab,Libur 07:00-15:00" },
	{ "Libur 07:00-15:00", "Libur 07:00-15:00" },
	{ "Libur-Sen 07:00-15:00", NULL }, { "Libu 07:00-15:00", NULL },
};

START_TEST(duty_words)
{
	struct duty d = { 0 };
	struct buf b = { 0 };
	int rc = duty_parse(duties[_i].text, &d);

	ck_assert_msg(rc == (duties[_i].back != NULL ? 0 : -1), "%s", duties[_i].text);
	if (rc == 0) {
		buf_add_duty(&b, &d);
		ck_assert_str_eq(buf_str(&b), duties[_i].back);
	}
	buf_release(&b);
}
END_TEST

static const struct { const char *duty; int day, hour, minute, on; } moments[] = {
	{ "24", 0, 0, 0, 1 }, { "24", 6, 23, 59, 1 },
	{ "Sen-Jum 07:00-15:00", 0, 6, 59, 0 }, { "Sen-Jum 07:00-15:00", 0, 7, 0, 1 },
	{ "Sen-Jum 07:00-15:00", 4, 14, 59, 1 }, { "Sen-Jum 07:00-15:00", 4, 15, 0, 0 },
	{ "Sen-Jum 07:00-15:00", 5, 10, 0, 0 }, { "Sen-Jum 07:00-15:00", -1, 10, 0, 0 },
	{ "Sab,Min 22:00-06:00", 5, 21, 59, 0 }, { "Sab,Min 22:00-06:00", 5, 22, 0, 1 },
	{ "Sab,Min 22:00-06:00", 5, 5, 0, 0 },		/* began on Friday: not theirs */
	{ "Sab,Min 22:00-06:00", 6, 5, 59, 1 }, { "Sab,Min 22:00-06:00", 6, 6, 0, 0 },
	{ "Sab,Min 22:00-06:00", 7, 5, 59, 1 },		/* Monday morning, began on Sunday */
	{ "Sab,Min 22:00-06:00", 7, 22, 0, 0 },
	{ "Sen 18:00-24:00", 0, 23, 59, 1 }, { "Sen 18:00-24:00", 1, 0, 0, 0 },
	{ "Sen 22:00-00:00", 0, 23, 59, 1 }, { "Sen 22:00-00:00", 1, 0, 0, 0 },
};

/* Friday 20 and Saturday 21 November 2026 are no days of work here. */
static struct calendar *
feast(void)
{
	static const char text[] = "tanggal,nama,jenis\n"
	    "2026-11-20,Hari Jadi Banyuwangi,libur-daerah\n2026-11-21,Cuti,cuti-bersama\n";
	struct buf errors = { 0 };
	struct calendar *c = calendar_parse("libur.csv", text, strlen(text), &errors);

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	return c;
}

static void
expect_hours(const char *words, const struct calendar *c, int day, int hour, int minute, int on)
{
	struct duty_moment m;
	struct duty d;

	ck_assert_int_eq(duty_parse(words, &d), 0);
	duty_moment_at(&m, c, at(day, hour, minute));
	ck_assert_msg(duty_covers(&d, &m) == on, "%s day %d %02d:%02d", words, day, hour, minute);
}

START_TEST(duty_hours)
{
	expect_hours(moments[_i].duty, NULL, moments[_i].day, moments[_i].hour, moments[_i].minute,
	    moments[_i].on);
}
END_TEST

static const struct { const char *duty; int day, hour, on; } feasts[] = {
	{ "24", 4, 10, 1 }, { "24", 5, 10, 1 },
	{ "Sen-Jum 07:00-15:00", 3, 10, 1 }, { "Sen-Jum 07:00-15:00", 4, 10, 0 },
	{ "Sen-Jum 07:00-15:00", 7, 10, 1 },
	{ "Sen-Jum,Libur 07:00-15:00", 4, 10, 1 }, { "Sen-Jum,Libur 07:00-15:00", 5, 10, 1 },
	{ "Sen-Jum,Libur 07:00-15:00", 6, 10, 0 },	/* a Sunday like any other */
	{ "Sen-Min 07:00-15:00", 4, 10, 1 },
	{ "Sab 07:00-15:00", 5, 10, 0 },
	{ "Libur 07:00-15:00", 5, 10, 1 }, { "Libur 07:00-15:00", 3, 10, 0 },
	/* hours past midnight rest or not as the day does on which they began */
	{ "Sen-Jum 22:00-06:00", 4, 5, 1 }, { "Sen-Jum 22:00-06:00", 4, 23, 0 },
	{ "Sen-Jum 22:00-06:00", 5, 5, 0 },
	{ "Libur 22:00-06:00", 6, 5, 1 }, { "Libur 22:00-06:00", 4, 5, 0 },
	{ "jadwal", 0, 10, 0 }, { "jadwal", 4, 10, 0 },
};

START_TEST(duty_on_holidays)
{
	struct calendar *c = feast();

	expect_hours(feasts[_i].duty, c, feasts[_i].day, feasts[_i].hour, 0, feasts[_i].on);
	calendar_free(c);
}
END_TEST

static const char small[] = HEADER
    "ptg-b-2,Contoh Dua,B,petugas,0800-0000-002,id,2,24\n"
    "ptg-b-1,Contoh Satu,B,petugas,+6280000000001,id,1,24\n"
    "ptg-b-3,Contoh Tiga,B,petugas,,en,0,24\n"
    "ptg-b-4,Contoh Empat,B,petugas,+6280000000004,id,1,Sen-Jum 07:00-15:00\n"
    "kpl-b,Contoh Kepala,B,kepala,+6280000000005,id,1,24\n"
    "ptg-a-1,Contoh Enam,A,petugas,+6280000000006,id,1,24\n"
    "ptg-c-1,Contoh Tujuh,C,petugas,+6280000000007,id,1,24\n";

static void
fill(struct roster *r, const char *text)
{
	struct buf errors = { 0 };

	memset(r, 0, sizeof *r);
	ck_assert_msg(roster_parse_csv(r, "petugas.csv", text, strlen(text), &errors) == 0, "%s",
	    buf_str(&errors));
	buf_release(&errors);
}

static void
expect(const struct roster *r, const char *unit, enum officer_role role, int64_t now, size_t max,
    const char *ids)
{
	const struct officer *out[8];
	struct buf b = { 0 };
	size_t n = roster_on_duty(r, NULL, unit, role, now, out, max);

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i > 0 ? " " : "", out[i]->id);
	ck_assert_str_eq(buf_str(&b), ids);
	buf_release(&b);
}

START_TEST(on_duty_in_order)
{
	struct roster r;

	fill(&r, small);
	expect(&r, "B", ROLE_PETUGAS, at(0, 10, 0), 8, "ptg-b-1 ptg-b-4 ptg-b-2");
	expect(&r, "B", ROLE_PETUGAS, at(0, 20, 0), 8, "ptg-b-1 ptg-b-2");
	expect(&r, "B", ROLE_PETUGAS, at(0, 10, 0), 1, "ptg-b-1");
	expect(&r, "B", ROLE_PETUGAS, at(0, 10, 0), 0, "");
	expect(&r, "B", ROLE_KEPALA, at(0, 10, 0), 8, "kpl-b");
	expect(&r, "B", ROLE_OPERATOR, at(0, 10, 0), 8, "");
	expect(&r, "A", ROLE_PETUGAS, at(0, 10, 0), 8, "ptg-a-1");
	expect(&r, "C", ROLE_PETUGAS, at(0, 10, 0), 8, "ptg-c-1");
	expect(&r, "AB", ROLE_PETUGAS, at(0, 10, 0), 8, "");
	expect(&r, "D", ROLE_PETUGAS, at(0, 10, 0), 8, "");
	roster_release(&r);
	expect(&r, "B", ROLE_PETUGAS, at(0, 10, 0), 8, "");
	ck_assert_ptr_null(officer_find(&r, "kpl-b"));
}
END_TEST

static struct officer *
change(struct roster *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->officers[i].id, id) == 0)
			return &r->officers[i];
	ck_abort_msg("%s is gone", id);
}

START_TEST(away_or_ended_is_not_on_duty)
{
	struct roster r;
	struct officer *o;

	fill(&r, small);
	o = change(&r, "ptg-b-1");
	o->away_from_ms = at(1, 0, 0);
	o->away_until_ms = at(3, 0, 0);
	expect(&r, "B", ROLE_PETUGAS, at(1, 0, 0) - 1, 8, "ptg-b-1 ptg-b-2");
	expect(&r, "B", ROLE_PETUGAS, at(1, 0, 0), 8, "ptg-b-2");
	expect(&r, "B", ROLE_PETUGAS, at(3, 0, 0) - 1, 8, "ptg-b-2");
	expect(&r, "B", ROLE_PETUGAS, at(3, 0, 0), 8, "ptg-b-1 ptg-b-2");
	o->away_until_ms = 0;		/* nobody knows how long */
	expect(&r, "B", ROLE_PETUGAS, at(900, 20, 0), 8, "ptg-b-2");
	change(&r, "ptg-b-2")->ended = 1;
	expect(&r, "B", ROLE_PETUGAS, at(1, 20, 0), 8, "");
	roster_release(&r);
}
END_TEST

START_TEST(found_by_id)
{
	struct roster r;

	fill(&r, small);
	for (size_t i = 0; i < r.n; i++)
		ck_assert_ptr_eq(officer_find(&r, r.officers[i].id), &r.officers[i]);
	ck_assert_str_eq(officer_find(&r, "ptg-b-2")->phone, "+628000000002");
	ck_assert_str_eq(officer_find(&r, "ptg-b-3")->lang, "en");
	ck_assert_ptr_null(officer_find(&r, "ptg-b"));
	roster_release(&r);
}
END_TEST

#define GOOD "a,X,B,petugas,,id,1,24\n"

static const struct { const char *what, *rows, *expected; } mistakes[] = {
	{ "an id in capitals", "A,X,B,petugas,,id,1,24\n", "petugas.csv:2: id \"A\"" },
	{ "an id too long", "abcdefghijklmnopqrstuvwx,X,B,petugas,,id,1,24\n",
	    "petugas.csv:2: id" },
	{ "no name", GOOD "b,,B,petugas,,id,1,24\n", "petugas.csv:3: nama" },
	{ "no unit", GOOD "b,X,,petugas,,id,1,24\n", "petugas.csv:3: unit" },
	{ "a unit too long", "b,X,ABCDEFGHIJKLMNOPQRSTUVWX,petugas,,id,1,24\n",
	    "petugas.csv:2: unit" },
	{ "unknown role", "b,X,B,camat,,id,1,24\n", "petugas.csv:2: peran \"camat\"" },
	{ "a short code", "b,X,B,petugas,112,id,1,24\n", "petugas.csv:2: telepon is not right" },
	{ "a number too short", "b,X,B,petugas,0812345,id,1,24\n",
	    "petugas.csv:2: telepon is not right" },
	{ "unknown language", "b,X,B,petugas,,indonesia,1,24\n", "petugas.csv:2: bahasa" },
	{ "no language", "b,X,B,petugas,,,1,24\n", "petugas.csv:2: bahasa" },
	{ "order in words", "b,X,B,petugas,,id,satu,24\n", "petugas.csv:2: urutan" },
	{ "order too high", "b,X,B,petugas,,id,100,24\n", "petugas.csv:2: urutan" },
	{ "no order", "b,X,B,petugas,,id,,24\n", "petugas.csv:2: urutan" },
	{ "unknown hours", "b,X,B,petugas,,id,1,siang\n", "petugas.csv:2: jaga \"siang\"" },
	{ "an id twice", GOOD "b,X,B,petugas,,id,1,24\n" GOOD,
	    "petugas.csv:4: id is the same as in line 2" },
	{ "a number twice",
	    "a,X,B,petugas,081234567890,id,1,24\nb,X,B,petugas,+6281234567890,id,1,24\n",
	  "petugas.csv:3: telepon is the same as in line 2" },
	{ "a cell too few", "a,X,B,petugas,,id,1\n", "petugas.csv:2:" },
};

START_TEST(mistakes_name_their_line)
{
	struct buf text = { 0 }, errors = { 0 };
	struct roster r = { 0 };

	buf_addf(&text, HEADER "%s", mistakes[_i].rows);
	ck_assert_msg(roster_parse_csv(&r, "petugas.csv", text.data, text.len, &errors) == -1,
	    "%s",
	    mistakes[_i].what);
	ck_assert_msg(strncmp(buf_str(&errors), mistakes[_i].expected,
	    strlen(mistakes[_i].expected)) == 0,
	    "%s: %s", mistakes[_i].what, buf_str(&errors));
	ck_assert_ptr_null(strstr(buf_str(&errors), "0812345"));
	ck_assert_uint_eq(r.n, 0);
	buf_release(&text);
	buf_release(&errors);
}
END_TEST

START_TEST(a_record_comes_back)
{
	struct officer o = { .id = "kpl-b", .name = "Contoh \"Satu\" </é", .unit = "B",
	    .role = ROLE_OPERATOR, .phone = "+6280000000001", .lang = "en", .order = 7,
	    .away_from_ms = 1, .away_until_ms = INT64_C(1795280400000), .ended = 1,
	    .version = 42 };
	struct officer back;
	struct buf b = { 0 };

	ck_assert_int_eq(duty_parse("Sab,Min 22:00-06:00", &o.duty), 0);
	officer_encode(&b, &o);
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "\"schema\":1"));
	ck_assert_int_eq(officer_decode(&back, b.data, b.len), 0);
	ck_assert_str_eq(back.id, o.id);
	ck_assert_str_eq(back.name, o.name);
	ck_assert_str_eq(back.unit, o.unit);
	ck_assert_int_eq(back.role, o.role);
	ck_assert_str_eq(back.phone, o.phone);
	ck_assert_str_eq(back.lang, o.lang);
	ck_assert_int_eq(back.order, o.order);
	ck_assert_int_eq(back.duty.days, o.duty.days);
	ck_assert_int_eq(back.duty.from_min, o.duty.from_min);
	ck_assert_int_eq(back.duty.to_min, o.duty.to_min);
	ck_assert_int_eq(back.away_from_ms, o.away_from_ms);
	ck_assert_int_eq(back.away_until_ms, o.away_until_ms);
	ck_assert_int_eq(back.ended, 1);
	ck_assert_int_eq(back.version, 42);
	officer_release(&back);
	buf_release(&b);
}
END_TEST

/* The log's form: all but name and number, and whether there is one. */
START_TEST(a_record_without_the_person)
{
	struct officer o = { .id = "kpl-b", .name = "Contoh Satu", .unit = "B",
	    .role = ROLE_KEPALA, .lang = "en", .order = 7, .away_from_ms = 1, .away_until_ms = 9,
	    .version = 42 };
	struct officer back;
	struct buf b = { 0 };

	ck_assert_int_eq(duty_parse("Sab,Min 22:00-06:00", &o.duty), 0);
	if (_i)
		snprintf(o.phone, sizeof(o.phone), "+6280000000001");
	officer_encode_public(&b, &o);
	ck_assert_ptr_null(strstr(buf_str(&b), "Contoh"));
	ck_assert_ptr_null(strstr(buf_str(&b), "80000000001"));
	ck_assert_int_eq(officer_decode_public(&back, b.data, b.len), 0);
	ck_assert_str_eq(back.phone, _i ? OFFICER_HIDDEN : "");
	ck_assert_ptr_null(back.name);
	ck_assert_str_eq(back.id, "kpl-b");
	ck_assert_str_eq(back.unit, "B");
	ck_assert_str_eq(back.lang, "en");
	ck_assert_int_eq(back.role, ROLE_KEPALA);
	ck_assert_int_eq(back.order, 7);
	ck_assert_int_eq(back.duty.days, o.duty.days);
	ck_assert_int_eq(back.away_until_ms, 9);
	ck_assert_int_eq(back.version, 42);
	/* Neither form is taken for the other. */
	ck_assert_int_eq(officer_decode(&back, b.data, b.len), -1);
	buf_reset(&b);
	officer_encode(&b, &o);
	ck_assert_int_eq(officer_decode_public(&back, b.data, b.len), -1);
	buf_release(&b);
}
END_TEST

static const char record[] = "{\"schema\":1,\"id\":\"a\",\"nama\":\"X\",\"unit\":\"B\",\"peran\":\"petugas\","
    "\"telepon\":\"\",\"bahasa\":\"id\",\"jaga\":\"24\",\"urutan\":1,\"cuti_dari_ms\":0,"
    "\"cuti_sampai_ms\":0,\"berakhir\":false,\"versi\":1}";

static const struct { const char *from, *to; int rc; } changes[] = {
	{ "X", "X", 0 },
	{ "\"X\"", "\"\"", 0 },				/* erased */
	{ "\"schema\":1", "\"schema\":2", -1 },
	{ "\"schema\":1", "\"schema\":\"1\"", -1 },
	{ "\"schema\":1,", "", -1 },
	{ "\"id\":\"a\"", "\"id\":\"A\"", -1 },
	{ "\"id\":\"a\"", "\"id\":\"a\",\"id\":\"b\"", -1 },
	{ "\"id\":\"a\"", "\"id\":7", -1 },
	{ "petugas", "raja", -1 },
	{ "\"telepon\":\"\"", "\"telepon\":\"112\"", -1 },
	{ "\"telepon\":\"\"", "\"telepon\":null", -1 },
	{ "\"24\"", "\"\"", -1 },
	{ "\"urutan\":1", "\"urutan\":1.5", -1 },
	{ "\"urutan\":1", "\"urutan\":100", -1 },
	{ "\"cuti_dari_ms\":0", "\"cuti_dari_ms\":-1", -1 },
	{ "\"cuti_sampai_ms\":0", "\"cuti_sampai_ms\":99999999999999999999", -1 },
	{ "false", "0", -1 },
	{ "\"versi\":1}", "\"versi\":1", -1 },
	{ "{\"schema\":1", "[{\"schema\":1", -1 },
};

START_TEST(a_damaged_record_is_refused)
{
	const char *found = strstr(record, changes[_i].from);
	struct buf b = { 0 };
	struct officer o;

	ck_assert_ptr_nonnull(found);
	buf_add(&b, record, (size_t)(found - record));
	buf_adds(&b, changes[_i].to);
	buf_adds(&b, found + strlen(changes[_i].from));
	ck_assert_msg(officer_decode(&o, b.data, b.len) == changes[_i].rc, "%s", b.data);
	officer_release(&o);
	buf_release(&b);
}
END_TEST

/* The example officers: everybody who can be told is there at any hour, and none is real. */
START_TEST(banyuwangi)
{
	struct buf officers = { 0 }, units = { 0 }, errors = { 0 };
	const struct officer *out[1];
	struct unit_table *t;
	struct roster r;

	ck_assert_int_eq(file_read("conf/petugas.csv", 1 << 20, &officers), 0);
	ck_assert_int_eq(file_read("conf/unit.csv", 1 << 20, &units), 0);
	t = units_parse("unit.csv", units.data, units.len, &errors);
	ck_assert_msg(t != NULL, "%s", buf_str(&errors));
	fill(&r, buf_str(&officers));
	for (size_t i = 0; i < r.n; i++) {
		ck_assert_msg(unit_find(t, r.officers[i].unit) != NULL, "%s", r.officers[i].id);
		ck_assert_int_eq(strncmp(r.officers[i].phone, "+6280000", 8), 0);
		ck_assert_ptr_nonnull(strstr(r.officers[i].name, "Contoh"));
	}
	for (size_t i = 0; i < units_count(t); i++) {
		const struct unit *u = unit_at(t, i);

		ck_assert_msg(roster_on_duty(&r, NULL, u->code, ROLE_PETUGAS, at(5, 3, 0), out,
		    1) == 1, "%s", u->code);
		if (u->tier != TIER_LUAR)
			ck_assert_msg(roster_on_duty(&r, NULL, u->code, ROLE_KEPALA, at(5, 3, 0), out,
			    1) == 1, "%s",
			    u->code);
	}
	for (int hour = 0; hour < 24; hour++)
		ck_assert_uint_eq(roster_on_duty(&r, NULL, "D112", ROLE_OPERATOR, at(5, hour, 0), out,
		    1), 1);
	roster_release(&r);
	units_free(t);
	buf_release(&officers);
	buf_release(&units);
	buf_release(&errors);
}
END_TEST

Suite *
roster_suite(void)
{
	Suite *s = suite_create("roster");
	TCase *tc = tcase_create("roster");

	tcase_add_loop_test(tc, duty_words, 0, (int)N_ELEMS(duties));
	tcase_add_loop_test(tc, duty_hours, 0, (int)N_ELEMS(moments));
	tcase_add_loop_test(tc, duty_on_holidays, 0, (int)N_ELEMS(feasts));
	tcase_add_test(tc, on_duty_in_order);
	tcase_add_test(tc, away_or_ended_is_not_on_duty);
	tcase_add_test(tc, found_by_id);
	tcase_add_loop_test(tc, mistakes_name_their_line, 0, (int)N_ELEMS(mistakes));
	tcase_add_test(tc, a_record_comes_back);
	tcase_add_loop_test(tc, a_record_without_the_person, 0, 2);
	tcase_add_loop_test(tc, a_damaged_record_is_refused, 0, (int)N_ELEMS(changes));
	tcase_add_test(tc, banyuwangi);
	suite_add_tcase(s, tc);
	return s;
}
