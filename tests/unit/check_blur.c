/* What somebody reads of a sealed case that he does not work on. */
#include <check.h>

#include "core/access.h"
#include "core/blur.h"
#include "tests/unit/world.h"

Suite *blur_suite(void);

static struct world w;
static struct policy *policy;

static void
begin(void)
{
	policy = world_policy(NULL);
	memset(&w, 0, sizeof(w));
	w.p = policy;
	world_roster(&w.r);
}

static void
end(void)
{
	policy_free(policy);
	roster_release(&w.r);
}

/* Kabat has 73530 people, Licin 28525; of no desa the number is known, nor of Blimbingsari. */
static const struct { const char *what, *place; int64_t crowd; const char *area; } areas[] = {
	{ "a desa whose number nobody knows is its kecamatan", "35.10.14.2012", 5000, "35.10.14" },
	{ "a kecamatan with just so many stays", "35.10.24", 28525, "35.10.24" },
	{ "one too few is the regency", "35.10.24", 28526, "35.10" },
	{ "a kecamatan without a number is the regency", "35.10.25.2010", 5000, "35.10" },
	{ "the regency stays, however many are asked for", "35.10", 9000000, "35.10" },
	{ "where no place is known it is the regency", "", 5000, "35.10" },
	{ "nor where it is known no more", "35.10.14.2099", 5000, "35.10" },
};

START_TEST(so_wide_is_the_place)
{
	ck_assert_msg(strcmp(blur_area(w.p->places, areas[_i].place, areas[_i].crowd)->code, areas[_i].area) == 0, "%s: %s",
	    areas[_i].what, blur_area(w.p->places, areas[_i].place, areas[_i].crowd)->code);
}
END_TEST

/* The area is the kecamatan of Kabat; the reporter is called Sulastri Wulandari. */
static const struct { const char *what, *text, *shown; } texts[] = {
	{ "a desa", "kejadian di desa Dadapan kemarin", "kejadian di desa <tempat> kemarin" },
	{ "a desa by its name alone", "orang dadapan tahu", "orang <tempat> tahu" },
	{ "the desa that is called like its kecamatan", "di desa kabat", "di desa <tempat>" },
	{ "the kecamatan itself", "di Kecamatan Kabat sini", "di Kecamatan Kabat sini" },
	{ "the regency", "se Banyuwangi tahu", "se Banyuwangi tahu" },
	{ "rt and rw", "rumah di rt 03 rw 2 itu", "rumah di rt <tempat> rw <tempat> itu" },
	{ "glued by a dot", "RT.03/RW.02", "RT <tempat>/RW <tempat>" },
	{ "glued", "rumah di rt03 RW2 no12", "rumah di <tempat> <tempat> <tempat>" },
	{ "digits behind another word", "covid19 naik", "covid19 naik" },
	{ "a street and a house", "jl. melati no 12", "jl <tempat> no <tempat>" },
	{ "a hamlet", "dusun sumberwaru sepi", "dusun <tempat> sepi" },
	{ "a position", "titik -8.27123, 114.31456", "titik -<tempat>, <tempat>" },
	{ "a price stays", "diminta 1.500 rupiah", "diminta 1.500 rupiah" },
	{ "a name written like one", "anak Kenarisari dipukuli", "anak <nama> dipukuli" },
	{ "the first word of a sentence", "Tolong cepat. Anak itu takut", "Tolong cepat. Anak itu takut" },
	{ "a name behind a title", "dekat pak slamet", "dekat pak <nama>" },
	{ "the reporter's own, in small letters", "saya sulastri wulandari", "saya <nama> <nama>" },
	{ "a number", "hubungi 081388899012", "hubungi <telepon>" },
	{ "words of every day", "sering dipukuli bapaknya sampai lebam", "sering dipukuli bapaknya sampai lebam" },
	{ "nothing", "", "" },
};

START_TEST(so_much_is_read)
{
	struct blur h = { w.p, &w.r, place_find(w.p->places, "35.10.14"), "Sulastri Wulandari" }, none = { 0 };
	struct buf out = { 0 };

	buf_add_blurred(&out, &h, texts[_i].text, strlen(texts[_i].text));
	ck_assert_msg(strcmp(buf_str(&out), texts[_i].shown) == 0, "%s: \"%s\"", texts[_i].what, buf_str(&out));
	buf_reset(&out);
	buf_add_blurred(&out, &none, texts[_i].text, strlen(texts[_i].text));
	ck_assert_str_eq(buf_str(&out), texts[_i].text);
	buf_release(&out);
}
END_TEST

START_TEST(the_case_names_nothing_smaller)
{
	struct blur h = { w.p, &w.r, place_find(w.p->places, "35.10.14"), NULL };
	struct case_record c = { .place = "35.10.14.2012", .rt = "03", .rw = "02", .incident = "banjir:35.10.14.2012:9",
	    .units = { "O-DINSOS", "D-35.10.14.2012" }, .units_n = 2, .holder = "kpl-35.10.14.2012", .files_n = 2, .voices = 3 };

	ledger_begin(&c.ledger, "D-35.10.14.2012", 0);
	ledger_pass(&c.ledger, "O-DINSOS", 1000);
	ledger_pass(&c.ledger, "D-35.10.14.2012", 3000);
	blur_case(&h, &c);
	ck_assert_str_eq(c.place, "35.10.14");
	ck_assert(c.rt[0] == '\0' && c.rw[0] == '\0' && c.incident[0] == '\0' && c.holder[0] == '\0');
	ck_assert_int_eq(c.units_n, 1);
	ck_assert_str_eq(c.units[0], "O-DINSOS");
	ck_assert(c.files_n == 0 && c.voices == 0);
	/* a ledger still adds up to the whole time */
	ck_assert_str_eq(c.ledger.holder, HOLDER_OTHERS);
	ck_assert_int_eq(ledger_of(&c.ledger, HOLDER_OTHERS, 4000), 2000);
	ck_assert_int_eq(ledger_of(&c.ledger, "O-DINSOS", 4000), 2000);
	ck_assert(blur_hides_officer(&h, "kpl-35.10.14.2012") && blur_hides_officer(&h, "kpl-35.10.14.9999"));
	ck_assert(!blur_hides_officer(&h, "ptg-o-dinsos-1") && !blur_hides_officer(&h, ""));
}
END_TEST

static const struct { const char *what, *officer; int sealed, tasked, glass, blurred; } viewers[] = {
	{ "of its unit", "ptg-o-dinsos-2", 1, 0, 0, 0 },
	{ "of none of its units", "adm-o-kominfo-1", 1, 0, 0, 1 },
	{ "with a task in it", "adm-o-kominfo-1", 1, 1, 0, 0 },
	{ "who broke the glass must find the house", "opr-d112-1", 1, 0, 1, 0 },
	{ "an open case is blurred for nobody", "adm-o-kominfo-1", 0, 0, 0, 0 },
};

/* He opens it by the same door as who breaks the glass, and not to help. */
START_TEST(who_watches_is_no_helper)
{
	struct access_case a = { .place = "35.10.14.2012", .category = "kekerasan-anak", .units = { "O-DINSOS" }, .units_n = 1,
	    .sealed = 1, .glass = 1 };
	struct officer o = *officer_find(&w.r, "adm-o-kominfo-1");

	o.role = ROLE_PENGAWAS;
	ck_assert(access_is_blurred(w.p, &o, &a));
	a.sealed = 0;
	ck_assert(!access_is_blurred(w.p, &o, &a));
}
END_TEST

START_TEST(for_whom_it_is_blurred)
{
	struct access_case a = { .place = "35.10.14.2012", .category = "kekerasan-anak", .units = { "O-DINSOS" }, .units_n = 1,
	    .sealed = viewers[_i].sealed, .tasked = viewers[_i].tasked, .glass = viewers[_i].glass };

	ck_assert_msg(access_is_blurred(w.p, officer_find(&w.r, viewers[_i].officer), &a) == viewers[_i].blurred, "%s", viewers[_i].what);
}
END_TEST

Suite *
blur_suite(void)
{
	Suite *s = suite_create("blur");
	TCase *tc = tcase_create("blur");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, so_wide_is_the_place, 0, N_ELEMS(areas));
	tcase_add_loop_test(tc, so_much_is_read, 0, N_ELEMS(texts));
	tcase_add_test(tc, the_case_names_nothing_smaller);
	tcase_add_test(tc, who_watches_is_no_helper);
	tcase_add_loop_test(tc, for_whom_it_is_blurred, 0, N_ELEMS(viewers));
	suite_add_tcase(s, tc);
	return s;
}
