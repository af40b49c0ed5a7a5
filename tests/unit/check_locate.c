#include <check.h>
#include <string.h>

#include "router/locate.h"
#include "tests/unit/conf_file.h"

static struct catalogue *catalogue;
static struct gazetteer *places;
static struct normaliser *normaliser;
static struct classifier *classifier;
static struct locator *locator;

static void
set_up(void)
{
	struct buf kategori = conf_file("conf/kategori.yaml"),
	    wilayah = conf_file("conf/wilayah.csv");
	struct buf tempat = conf_file("conf/tempat.csv"), errors = { 0 };

	catalogue = catalogue_parse("k", buf_str(&kategori), kategori.len, &errors);
	places = gazetteer_parse("w", buf_str(&wilayah), wilayah.len, "t", buf_str(&tempat),
	    tempat.len,
	    &errors);
	ck_assert_msg(catalogue != NULL && places != NULL, "%s", buf_str(&errors));
	normaliser = normaliser_new(catalogue, &errors);
	ck_assert_msg(normaliser != NULL, "%s", buf_str(&errors));
	classifier = classifier_new(catalogue, NULL, normaliser_words(normaliser), &errors);
	ck_assert_msg(classifier != NULL, "%s", buf_str(&errors));
	locator = locator_new(places, catalogue, classifier, normaliser_words(normaliser), &errors);
	ck_assert_msg(locator != NULL, "%s", buf_str(&errors));
	buf_release(&kategori);
	buf_release(&wilayah);
	buf_release(&tempat);
	buf_release(&errors);
}

static void
tear_down(void)
{
	locator_free(locator);
	classifier_free(classifier);
	normaliser_free(normaliser);
	gazetteer_free(places);
	catalogue_free(catalogue);
}

static const struct {
	const char *text, *place;
	int rivals;
	const char *rt;
} rows[] = {
	/* plain names, and the words beside them */
	{ "jalan rusak di jambewangi", "35.10.20.2002", 0, "" },
	{ "desa jambewangi kec sempu", "35.10.20.2002", 0, "" },
	{ "JAMBEWANGI, SEMPU", "35.10.20.2002", 0, "" },
	{ "omahe wong nang jambe wangi", "35.10.20.2002", 0, "" },
	{ "dusun tlogosari", "35.10.20.2002", 0, "" },
	{ "dusun krajan desa kabat rt 03 rw 2", "35.10.14.2012", 0, "03" },
	{ "rt3 rw1 sumberberas muncar", "35.10.05.2001", 0, "3" },
	{ "pasar muncar", "35.10.05", 0, "" },
	{ "kebakaran di pantai pulau merah", "35.10.01.2004", 0, "" },
	/* a desa and its kecamatan of one name */
	{ "desa sempu", "35.10.20.2001", 0, "" },
	{ "kec sempu", "35.10.20", 0, "" },
	{ "di sempu", "35.10.20", 1, "" },
	{ "kalipuro kelurahan", "35.10.21.1001", 0, "" },
	/* two places of one name */
	{ "di karangrejo", "", 2, "" },
	{ "karangrejo blimbingsari", "35.10.25.2008", 0, "" },
	{ "kel karangrejo", "35.10.16.1007", 0, "" },
	{ "desa karangrejo", "", 2, "" },
	{ "rejosari kec glagah dusun krajan", "35.10.15.2001", 0, "" },
	{ "watukebo", "", 2, "" },
	{ "watukebo wongsorejo", "35.10.18.2008", 0, "" },
	{ "tamansari tegalsari", "35.10.23.2003", 0, "" },
	{ "tamansari, licin", "35.10.24.2008", 0, "" },
	/* neither twin lies in the kecamatan that is named: the one just over its border, or the kecamatan */
	{ "banjir di watukebo rogojampi", "35.10.25.2003", 0, "" },
	{ "tamansari gambiran", "35.10.23.2003", 0, "" },
	{ "tolong, wongsorejo dusun karangrejo", "35.10.18", 0, "" },
	{ "jalan rusak tamansari srono", "35.10.08", 0, "" },
	{ "dusun karangrejo srono", "35.10.08", 0, "" },
	{ "karangrejo srono", "35.10.25.2008", 0, "" },
	{ "srono karangrejo wongsorejo", "", 2, "" },
	{ "dusun tamanagung srono", "35.10.08", 1, "" },
	/* one that is named elsewhere is where somebody comes from, goes to, or waits for help from */
	{ "kecelakaan di karangrejo arah genteng", "", 2, "" },
	{ "kebakaran rumah di karangrejo, pemadam dari genteng belum datang", "", 2, "" },
	{ "tenggelam di sungai karangrejo, korban warga muncar", "", 2, "" },
	{ "kecelakaan di tamansari, saya dari rogojampi", "", 2, "" },
	{ "kebakaran rumah dusun kebaman, pemadam dari genteng ditunggu", "35.10.08.2004", 0, "" },
	{ "dusun tamanagung", "35.10.06.2007", 0, "" },
	{ "dusun tamanagung desa kebaman srono", "35.10.08.2004", 0, "" },
	{ "pengantigan rogojampi", "35.10.13.2014", 0, "" },
	{ "pengantigan", "35.10.16.1016", 0, "" },
	/* common words */
	{ "genteng rumah saya bocor", "", 0, "" },
	{ "pasar genteng macet", "35.10.09", 0, "" },
	{ "jalan licin habis hujan", "", 0, "" },
	{ "desa licin", "35.10.24.2003", 0, "" },
	{ "rusak di sepanjang jalan", "", 0, "" },
	{ "sepanjang glenmore", "35.10.10.2002", 0, "" },
	{ "kaki saya bengkak", "", 0, "" },
	{ "wis padang", "", 0, "" },
	{ "padang singojuruh", "35.10.12.2008", 0, "" },
	{ "mangkat bareng", "", 0, "" },
	{ "rumah di sobo banyuwangi", "35.10.16.1002", 0, "" },
	{ "sobo banyuwangi", "35.10.16.1002", 0, "" },
	/* typing errors */
	{ "desa gabor", "35.10.12.2001", 0, "" },
	{ "ada gabor", "", 0, "" },
	{ "di jambewngi", "35.10.20.2002", 0, "" },
	{ "desa sumberbreas", "35.10.05.2001", 0, "" },
	{ "kabakaran di pasar", "", 0, "" },
	{ "wringin pitu", "35.10.04.2006", 0, "" },
	/* the old spelling, h after a consonant, doubled letters; and an error besides */
	{ "desa kedungredjo", "35.10.05.2002", 0, "" },
	{ "pasar rogojamphi", "35.10.13", 1, "" },
	{ "di djambewangi", "35.10.20.2002", 0, "" },
	{ "di jambbewngi", "35.10.20.2002", 0, "" },
	/* no vowels, where a word points at it */
	{ "kebakaran di jmbwngi", "35.10.20.2002", 0, "" },
	{ "jmbwngi", "", 0, "" },
	{ "di mncar", "35.10.05", 0, "" },
	/* said last, and apart: a common word is a name there */
	{ "ular masuk kamar mandi. Sobo", "35.10.16.1002", 0, "" },
	{ "ular masuk kamar mandi sobo", "", 0, "" },
	{ "atap bocor, anak masih kecil. Sepanjang", "35.10.10.2002", 0, "" },
	{ "atap bocor, anak masih kecil. sepanjang", "", 0, "" },
	{ "biawak masuk kandang ayam. bubuk", "35.10.13.2007", 0, "" },
	/* a capital within a sentence makes a name, at its start or in a letter of capitals it says nothing */
	{ "truk sampah ga dateng, perum Mendut Sobo", "35.10.16.1002", 0, "" },
	{ "kok nggak ada dokter gigi di Licin ya", "35.10.24", 1, "" },
	{ "sumur asat. Bengkak kakiku", "", 0, "" },
	{ "SUMUR ASAT KAKIKU BENGKAK LAGI", "", 0, "" },
	/* where it comes from, and where it is */
	{ "kiriman lumpur dari bayu, warga singojuruh mengungsi", "35.10.12", 1, "" },
	{ "lumpur dari bayu", "35.10.19.2006", 0, "" },
	/* two words with an error between them; one that is said twice is no name */
	{ "seragam. klibaru wetan", "35.10.11.2003", 0, "" },
	{ "di wringin puteh muncar", "35.10.05.2007", 0, "" },
	{ "monyet lepas, gombeng sri", "35.10.21.1006", 0, "" },
	{ "sopirnya manggil manggil", "", 0, "" },
	/* hamlets */
	{ "jembatan putus, dusun lider terisolir", "35.10.19.2007", 0, "" },
	{ "banjir rob, sampangan", "35.10.05.2002", 0, "" },
	{ "depan rth maron jam 7", "35.10.09.2003", 0, "" },
	/* no place */
	{ "banyuwangi", "", 0, "" },
	{ "kabupaten banyuwangi", "", 0, "" },
	{ "kota banyuwangi", "35.10.16", 0, "" },
	{ "lampu mati", "", 0, "" },
	{ "", "", 0, "" },
};

START_TEST(where)
{
	struct tokens t = { 0 };
	struct location l;

	normaliser_run(normaliser, rows[_i].text, strlen(rows[_i].text), &t);
	place_locate(locator, &t, NULL, &l);
	ck_assert_msg(strcmp(l.place == NULL ? "" : l.place->code, rows[_i].place) == 0,
	    "\"%s\": %s",
	    rows[_i].text, l.place == NULL ? "nothing" : l.place->code);
	ck_assert_msg(l.rivals_n == rows[_i].rivals, "\"%s\": %d rivals", rows[_i].text,
	    l.rivals_n);
	ck_assert_msg(strcmp(l.rt, rows[_i].rt) == 0, "\"%s\": rt %s", rows[_i].text, l.rt);
	ck_assert_int_eq(l.place == NULL, l.confidence_permille == 0);
	tokens_release(&t);
}
END_TEST

START_TEST(nearby_tells_equal_names_apart)
{
	struct tokens t = { 0 };
	struct location l;

	normaliser_run(normaliser, "di karangrejo", 13, &t);
	place_locate(locator, &t, place_find(places, "35.10.25.2005"), &l);
	ck_assert_ptr_nonnull(l.place);
	ck_assert_str_eq(l.place->code, "35.10.25.2008");
	tokens_release(&t);
}
END_TEST

/* Every desa and kelurahan with its kind and kecamatan named is found, whatever its name. */
START_TEST(all_are_found)
{
	struct tokens t = { 0 };
	struct buf text = { 0 };
	struct location l;

	for (size_t i = 0; i < gazetteer_count(places); i++) {
		const struct place *p = place_at(places, i);

		if (p->kind != PLACE_DESA && p->kind != PLACE_KELURAHAN)
			continue;
		buf_reset(&text);
		buf_addf(&text, "lampu mati %s %s kec %s rt 2", p->kind == PLACE_DESA ?
		    "ds" : "kel", p->name,
		    p->parent->name);
		normaliser_run(normaliser, text.data, text.len, &t);
		place_locate(locator, &t, NULL, &l);
		ck_assert_msg(l.place == p, "%s: %s", buf_str(&text), l.place == NULL ?
		    "" : l.place->code);
	}
	buf_release(&text);
	tokens_release(&t);
}
END_TEST

Suite *locate_suite(void);
Suite *
locate_suite(void)
{
	Suite *s = suite_create("locate");
	TCase *tc = tcase_create("locate");

	tcase_add_unchecked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, where, 0, N_ELEMS(rows));
	tcase_add_test(tc, nearby_tells_equal_names_apart);
	tcase_add_test(tc, all_are_found);
	suite_add_tcase(s, tc);
	return s;
}
