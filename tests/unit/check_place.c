#include <check.h>
#include <string.h>

#include "core/place.h"
#include "tests/unit/conf_file.h"

#define HEADER "kode,nama,jenis,induk,lat,lng,alias,dusun\n"
#define KAB "35.10,Banyuwangi,kabupaten,,-8.36,114.2,,\n"
#define KEC "35.10.20,Sempu,kecamatan,35.10,-8.28,114.15,,\n"
#define DESA "35.10.20.2002,Jambewangi,desa,35.10.20,-8.27,114.1,Jambe Wangi,Tlogosari;Canga'an\n"

static struct gazetteer *
parse(const char *text, const char *tempat, struct buf *errors)
{
	return gazetteer_parse("wilayah.csv", text, strlen(text), "tempat.csv", tempat,
	    tempat == NULL ? 0 : strlen(tempat), errors);
}

static struct gazetteer *
regency(void)
{
	struct buf wilayah = conf_file("conf/wilayah.csv"), tempat = conf_file("conf/tempat.csv");
	struct buf errors = { 0 };
	struct gazetteer *g = parse(buf_str(&wilayah), buf_str(&tempat), &errors);

	ck_assert_msg(g != NULL, "%s", buf_str(&errors));
	buf_release(&wilayah);
	buf_release(&tempat);
	buf_release(&errors);
	return g;
}

START_TEST(whole_regency)
{
	struct gazetteer *g = regency();
	size_t count[4] = { 0 };

	for (size_t i = 0; i < gazetteer_count(g); i++)
		count[place_at(g, i)->kind]++;
	ck_assert_uint_eq(count[PLACE_KABUPATEN], 1);
	ck_assert_uint_eq(count[PLACE_KECAMATAN], 25);
	ck_assert_uint_eq(count[PLACE_DESA], 189);
	ck_assert_uint_eq(count[PLACE_KELURAHAN], 28);
	ck_assert_ptr_null(place_at(g, gazetteer_count(g)));
	gazetteer_free(g);
}
END_TEST

static const struct {
	const char *words;
	size_t n;
	enum spelling_kind kind;
	const char *code;
} spelled[] = {
	{ "jambewangi",          1, SPELLING_NAME,     "35.10.20.2002" },
	{ "jambe wangi",         1, SPELLING_ALIAS,    "35.10.20.2002" },
	{ "sempu",               2, SPELLING_NAME,     "35.10.20" },
	{ "watukebo",            2, SPELLING_NAME,     "35.10.18.2008" },
	{ "pengantigan",         2, SPELLING_NAME,     "35.10.16.1016" },
	{ "stasiun rogojampi",   1, SPELLING_LANDMARK, "35.10.13" },
	{ "tlogosari",           1, SPELLING_DUSUN,    "35.10.20.2002" },
	{ "cangaan",             1, SPELLING_DUSUN,    "35.10.09.2002" },
	{ "banyuwangi",          2, SPELLING_NAME,     "35.10" },
	{ "Sempu",               0, SPELLING_NAME,     NULL },
	{ "jakarta",             0, SPELLING_NAME,     NULL },
	{ "",                    0, SPELLING_NAME,     NULL },
};

START_TEST(spelling)
{
	struct gazetteer *g = regency();
	const struct spelling *s;
	size_t n = place_spelled(g, spelled[_i].words, &s);

	ck_assert_msg(n == spelled[_i].n, "%s: %zu meanings", spelled[_i].words, n);
	if (n > 0) {
		ck_assert_int_eq(s[0].kind, spelled[_i].kind);
		ck_assert_str_eq(s[0].place->code, spelled[_i].code);
	} else {
		ck_assert_ptr_null(s);
	}
	gazetteer_free(g);
}
END_TEST

START_TEST(areas)
{
	struct gazetteer *g = regency();
	const struct place *desa = place_find(g, "35.10.20.2002");
	struct buf b = { 0 };

	ck_assert_ptr_nonnull(desa);
	ck_assert_ptr_eq(desa->parent, place_find(g, "35.10.20"));
	ck_assert_ptr_eq(place_kecamatan(desa), desa->parent);
	ck_assert_ptr_eq(place_kecamatan(desa->parent), desa->parent);
	ck_assert_ptr_null(place_kecamatan(place_find(g, "35.10")));
	ck_assert_ptr_null(place_kecamatan(NULL));
	ck_assert_ptr_null(place_find(g, "35.10.20.9999"));
	ck_assert_ptr_null(place_find(g, ""));
	buf_add_place(&b, desa);
	ck_assert_str_eq(buf_str(&b), "Ds. Jambewangi, Kec. Sempu");
	buf_reset(&b);
	buf_add_place(&b, place_find(g, "35.10.16.1002"));
	ck_assert_str_eq(buf_str(&b), "Kel. Sobo, Kec. Banyuwangi");
	buf_reset(&b);
	buf_add_place(&b, place_find(g, "35.10"));
	ck_assert_str_eq(buf_str(&b), "Kab. Banyuwangi");
	ck_assert_uint_ge(gazetteer_longest(g), 3);
	buf_release(&b);
	gazetteer_free(g);
}
END_TEST

START_TEST(every_spelling_is_found)
{
	struct gazetteer *g = regency();
	const struct spelling *all, *s;
	size_t n = gazetteer_spellings(g, &all);

	ck_assert_uint_gt(n, 300);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_ge(place_spelled(g, all[i].words, &s), 1);
		ck_assert(i == 0 || strcmp(all[i - 1].words, all[i].words) <= 0);
	}
	gazetteer_free(g);
}
END_TEST

START_TEST(rows_in_any_order)
{
	struct buf errors = { 0 };
	struct gazetteer *g = parse(HEADER DESA KEC KAB, NULL, &errors);
	const struct spelling *s;

	ck_assert_msg(g != NULL, "%s", buf_str(&errors));
	ck_assert_str_eq(place_find(g, "35.10.20.2002")->parent->name, "Sempu");
	ck_assert_uint_eq(place_spelled(g, "cangaan", &s), 1);
	gazetteer_free(g);
}
END_TEST

static const struct { const char *what, *text, *tempat, *error; } bad[] = {
	{ "no rows", HEADER, NULL, "no place" },
	{ "no column", "kode,nama\n35.10,B\n", NULL, "jenis" },
	{ "kind", HEADER KAB "35.10.20,Sempu,distrik,35.10,0,0,,\n", NULL, "wilayah.csv:3: jenis" },
	{ "code", HEADER KAB "35.10.2,Sempu,kecamatan,35.10,0,0,,\n", NULL,
	    "no code of a kecamatan" },
	{ "code of another kind", HEADER KAB "35.10.20.2002,Sempu,kecamatan,35.10,0,0,,\n", NULL,
	    "no code of a kecamatan" },
	{ "letters in a code", HEADER KAB "35.10.2O,Sempu,kecamatan,35.10,0,0,,\n", NULL,
	    "no code" },
	{ "degrees", HEADER KAB "35.10.20,Sempu,kecamatan,35.10,-98,0,,\n", NULL, "degrees" },
	{ "degrees", HEADER KAB "35.10.20,Sempu,kecamatan,35.10,-8.2,114.1E,,\n", NULL, "degrees" },
	{ "no name", HEADER KAB "35.10.20,,kecamatan,35.10,0,0,,\n", NULL, "no name" },
	{ "no parent", HEADER KAB DESA, NULL, "wilayah.csv:3: induk" },
	{ "parent of another", HEADER KAB KEC "35.10.21.2001,X,desa,35.10.20,0,0,,\n", NULL,
	    "induk" },
	{ "twice", HEADER KAB KEC KEC, NULL, "stands twice" },
	{ "landmark nowhere", HEADER KAB KEC, "nama,kode,alias\nPasar,35.10.21,\n",
	    "tempat.csv:2: code" },
};

START_TEST(mistake)
{
	struct buf errors = { 0 };
	struct gazetteer *g = parse(bad[_i].text, bad[_i].tempat, &errors);

	ck_assert_msg(g == NULL, "%s: accepted", bad[_i].what);
	ck_assert_msg(strstr(buf_str(&errors), bad[_i].error) != NULL, "%s: %s", bad[_i].what,
	    buf_str(&errors));
	buf_release(&errors);
}
END_TEST

Suite *place_suite(void);
Suite *
place_suite(void)
{
	Suite *s = suite_create("place");
	TCase *tc = tcase_create("place");

	tcase_add_test(tc, whole_regency);
	tcase_add_loop_test(tc, spelling, 0, N_ELEMS(spelled));
	tcase_add_test(tc, areas);
	tcase_add_test(tc, every_spelling_is_found);
	tcase_add_test(tc, rows_in_any_order);
	tcase_add_loop_test(tc, mistake, 0, N_ELEMS(bad));
	suite_add_tcase(s, tc);
	return s;
}
