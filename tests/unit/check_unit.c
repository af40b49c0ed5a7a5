#include <check.h>
#include <stdio.h>
#include <string.h>

#include "core/unit.h"
#include "lib/config.h"

Suite *unit_suite(void);

#define HEADER "kode,nama,singkatan,tingkat,induk,wilayah,bertugas\n"

static const char small[] = HEADER
    "BUPATI,Bupati,Bupati,kabupaten,,,\n"
    "SEKDA,Sekretaris Daerah,Sekda,kabupaten,BUPATI,,\n"
    "O-DINKES,Dinas Kesehatan,Dinkes,dinas,SEKDA,,\n"
    "O-DLH,Dinas Lingkungan Hidup,DLH,dinas,SEKDA,,\n"
    "D113,Damkar,Damkar,layanan,SEKDA,35.10.16,35.10; 35.10.21\n"
    "D113-09,Damkar Genteng,Damkar Genteng,layanan,SEKDA,35.10.09,35.10.20;35.10.10\n"
    "D112,Call Center,112,layanan,SEKDA,,\n"
    "D119,PSC,PSC 119,layanan,O-DINKES,,\n"
    "D-35.10.20.2002,Desa Jambewangi,Ds. Jambewangi,desa,K-35.10.20,35.10.20.2002,\n"
    "K-35.10.20,Kecamatan Sempu,Kec. Sempu,kecamatan,SEKDA,35.10.20,\n"
    "P-SEMPU,Puskesmas Sempu,PKM Sempu,puskesmas,O-DINKES,35.10.20.2001,35.10.20;35.10.20.2002\n"
    "P-GENDOH,Puskesmas Gendoh,PKM Gendoh,puskesmas,O-DINKES,35.10.20.2005,\n"
    "RT-35.10.20.2002-01-01,RT 01,RT 01,rt,D-35.10.20.2002,35.10.20.2002,\n"
    "RT-35.10.20.2002-02-01,RT 02,RT 02,rt,D-35.10.20.2002,35.10.20.2002,\n";

static struct unit_table *
table(const char *text)
{
	struct buf errors = { 0 };
	struct unit_table *t = units_parse("unit.csv", text, strlen(text), &errors);

	ck_assert_msg(t != NULL, "%s", buf_str(&errors));
	buf_release(&errors);
	return t;
}

START_TEST(a_row_is_read)
{
	struct unit_table *t = table(small);
	const struct unit *u = unit_find(t, "D-35.10.20.2002");

	ck_assert_uint_eq(units_count(t), 14);
	ck_assert_str_eq(unit_at(t, 0)->code, "BUPATI");
	ck_assert_ptr_null(unit_at(t, 0)->parent);
	ck_assert_str_eq(u->name, "Desa Jambewangi");
	ck_assert_str_eq(u->shortname, "Ds. Jambewangi");
	ck_assert_int_eq(u->tier, TIER_DESA);
	ck_assert_str_eq(u->place, "35.10.20.2002");
	ck_assert_str_eq(u->parent->code, "K-35.10.20");
	ck_assert_str_eq(unit_find(t, "D113-09")->serves, "35.10.20;35.10.10");
	ck_assert_ptr_null(unit_find(t, "D113-1"));
	ck_assert_ptr_null(unit_find(t, ""));
	units_free(t);
}
END_TEST

static const struct { enum unit_tier tier; const char *place, *unit; } places[] = {
	{ TIER_DESA, "35.10.20.2002", "D-35.10.20.2002" },
	{ TIER_DESA, "35.10.20.2003", NULL },
	{ TIER_DESA, "35.10.20", NULL },
	{ TIER_KECAMATAN, "35.10.20.2002", "K-35.10.20" },
	{ TIER_KECAMATAN, "35.10.20", "K-35.10.20" },
	{ TIER_KECAMATAN, "35.10.2", NULL },
	{ TIER_KECAMATAN, "35.10", NULL },
	{ TIER_PUSKESMAS, "35.10.20.2001", "P-SEMPU" },
	{ TIER_PUSKESMAS, "35.10.20.2002", "P-SEMPU" },
	{ TIER_PUSKESMAS, "35.10.20.2005", "P-GENDOH" },
	{ TIER_PUSKESMAS, "35.10.20", "P-SEMPU" },
	{ TIER_LAYANAN, "35.10.09.2004", "D113-09" },
	{ TIER_LAYANAN, "35.10.20.2002", "D113-09" },
	{ TIER_LAYANAN, "35.10.16.1002", "D113" },
	{ TIER_LAYANAN, "35.10.21", "D113" },
	{ TIER_LAYANAN, "35.10.01.2001", "D113" },
	{ TIER_LAYANAN, "", NULL },
	{ TIER_DINAS, "35.10.20.2002", NULL },
	{ TIER_RT, "35.10.20.2002", NULL },
	{ TIER_LUAR, "35.10", NULL },
	{ TIER_DESA, "35.10.20.2002.3.4.5.6", NULL },
};

START_TEST(a_place_finds_its_unit)
{
	struct unit_table *t = table(small);
	const struct unit *u = unit_for_place(t, places[_i].tier, places[_i].place);

	if (places[_i].unit == NULL)
		ck_assert_msg(u == NULL, "%s: %s", places[_i].place, u != NULL ? u->code : "");
	else
		ck_assert_msg(u != NULL && strcmp(u->code, places[_i].unit) == 0, "%s %s: %s",
		    tier_name(places[_i].tier), places[_i].place, u == NULL ? "none" : u->code);
	units_free(t);
}
END_TEST

START_TEST(under_a_superior)
{
	struct unit_table *t = table(small);
	const struct unit *rt = unit_find(t, "RT-35.10.20.2002-01-01");

	ck_assert(unit_is_under(rt, rt));
	ck_assert(unit_is_under(rt, unit_find(t, "K-35.10.20")));
	ck_assert(unit_is_under(rt, unit_find(t, "BUPATI")));
	ck_assert(!unit_is_under(rt, unit_find(t, "O-DINKES")));
	ck_assert(!unit_is_under(unit_find(t, "K-35.10.20"), rt));
	units_free(t);
}
END_TEST

START_TEST(tiers_have_names)
{
	enum unit_tier tier;

	for (int t = TIER_RT; t <= TIER_LUAR; t++) {
		ck_assert_int_eq(tier_of_name(tier_name((enum unit_tier)t), &tier), 0);
		ck_assert_int_eq(tier, t);
	}
	ck_assert_int_eq(tier_of_name("Desa", &tier), -1);
	ck_assert_int_eq(tier_of_name("", &tier), -1);
}
END_TEST

static const struct { const char *what, *rows, *expected; } mistakes[] = {
	{ "no units", "", "unit.csv:1: there are no units" },
	{ "lower-case code", "bupati,B,B,kabupaten,,,\n", "unit.csv:2: kode" },
	{ "a code with a space", "BU PATI,B,B,kabupaten,,,\n", "unit.csv:2: kode" },
	{ "a code too long", "ABCDEFGHIJKLMNOPQRSTUVWX,B,B,kabupaten,,,\n", "unit.csv:2: kode" },
	{ "no name", "B,,B,kabupaten,,,\n", "unit.csv:2: nama" },
	{ "no short name", "B,B,,kabupaten,,,\n", "unit.csv:2: singkatan" },
	{ "a short name too long", "B,B,Sekretariat Daerah Kabupaten,kabupaten,,,\n",
	    "unit.csv:2: singkatan" },
	{ "unknown tier", "B,B,B,provinsi,,,\n", "unit.csv:2: tingkat" },
	{ "a place that is none", "B,B,B,desa,,Sempu,\n", "unit.csv:2: wilayah" },
	{ "a place too long", "B,B,B,desa,,35.10.20.2002.1.1,\n", "unit.csv:2: wilayah" },
	{ "a served place that is none", "B,B,B,layanan,,,35.10;Sempu\n",
	    "unit.csv:2: bertugas" },
	{ "a code twice", "B,B,B,dinas,,,\nC,C,C,dinas,,,\nB,B,B,dinas,,,\n",
	    "unit.csv:4: kode B stands twice (see line 2)" },
	{ "unknown superior", "B,B,B,dinas,,,\nC,C,C,dinas,X,,\n", "unit.csv:3: induk \"X\"" },
	{ "its own superior", "B,B,B,dinas,B,,\n", "unit.csv:2: unit B is its own superior" },
	{ "a ring of three", "A,A,A,dinas,B,,\nB,B,B,dinas,C,,\nC,C,C,dinas,A,,\n",
	    "unit.csv:2: unit A is its own superior" },
	{ "a ring further up", "A,A,A,dinas,B,,\nB,B,B,dinas,C,,\nC,C,C,dinas,B,,\n",
	    "unit.csv:3: unit B is its own superior" },
	{ "two desa for one area", "A,A,A,desa,,35.10.20.2002,\nB,B,B,desa,,35.10.20.2002,\n",
	  "unit.csv:3: area 35.10.20.2002 already belongs to A (line 2)" },
	{ "two posts serve one area", "A,A,A,layanan,,,35.10.20\nB,B,B,layanan,,,35.10.20\n",
	  "unit.csv:3: area 35.10.20 already belongs to A (line 2)" },
	{ "a cell too many", "B,B,B,dinas,,,,\n", "unit.csv:2:" },
};

START_TEST(mistakes_name_their_line)
{
	struct buf text = { 0 }, errors = { 0 };

	buf_addf(&text, HEADER "%s", mistakes[_i].rows);
	ck_assert_msg(units_parse("unit.csv", text.data, text.len, &errors) == NULL, "%s",
	    mistakes[_i].what);
	ck_assert_msg(strncmp(buf_str(&errors), mistakes[_i].expected,
	    strlen(mistakes[_i].expected)) == 0,
	    "%s: %s", mistakes[_i].what, buf_str(&errors));
	ck_assert_msg(strchr(buf_str(&errors), '\n') == buf_str(&errors) + errors.len - 1,
	    "%s: %s",
	    mistakes[_i].what, buf_str(&errors));
	buf_release(&text);
	buf_release(&errors);
}
END_TEST

/* The regency's own file: every rung of the ladder exists for every place. */
START_TEST(banyuwangi)
{
	struct buf text = { 0 };
	size_t counts[TIER_LUAR + 1] = { 0 };
	struct unit_table *t;

	ck_assert_int_eq(file_read("conf/unit.csv", 1 << 20, &text), 0);
	t = table(buf_str(&text));
	for (size_t i = 0; i < units_count(t); i++) {
		const struct unit *u = unit_at(t, i);

		counts[u->tier]++;
		ck_assert_msg(unit_is_under(u, unit_find(t, "BUPATI")), "%s", u->code);
		if (u->tier != TIER_DESA)
			continue;
		ck_assert_ptr_eq(unit_for_place(t, TIER_DESA, u->place), u);
		ck_assert_ptr_eq(unit_for_place(t, TIER_KECAMATAN, u->place), u->parent);
		ck_assert_ptr_nonnull(unit_for_place(t, TIER_PUSKESMAS, u->place));
		ck_assert_int_eq(strncmp(unit_for_place(t, TIER_LAYANAN, u->place)->code, "D113",
		    4), 0);
	}
	ck_assert_uint_eq(counts[TIER_DESA], 217);
	ck_assert_uint_eq(counts[TIER_KECAMATAN], 25);
	ck_assert_uint_eq(counts[TIER_PUSKESMAS], 45);
	ck_assert_uint_eq(counts[TIER_KABUPATEN], 2);
	ck_assert_uint_ge(counts[TIER_RT], 2);
	units_free(t);
	buf_release(&text);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *s = suite_create("unit");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, a_row_is_read);
	tcase_add_loop_test(tc, a_place_finds_its_unit, 0, (int)N_ELEMS(places));
	tcase_add_test(tc, under_a_superior);
	tcase_add_test(tc, tiers_have_names);
	tcase_add_loop_test(tc, mistakes_name_their_line, 0, (int)N_ELEMS(mistakes));
	tcase_add_test(tc, banyuwangi);
	suite_add_tcase(s, tc);
	return s;
}
