#include <check.h>
#include <string.h>

#include "router/urgency.h"
#include "tests/unit/conf_file.h"

static const struct {
	const char *text;
	enum urgency base, urgency;
} rows[] = {
	/* danger, in the languages of the regency */
	{ "ada kebakaran", URGENCY_BIASA, URGENCY_DARURAT },
	{ "omahe kobong", URGENCY_BIASA, URGENCY_DARURAT },
	{ "katonon compo", URGENCY_BIASA, URGENCY_DARURAT },
	{ "bapak isun muntah getih", URGENCY_BIASA, URGENCY_DARURAT },
	{ "na' kene' ta' sadar", URGENCY_BIASA, URGENCY_DARURAT },
	{ "istri mau melahirkan", URGENCY_BIASA, URGENCY_DARURAT },
	{ "ibu tidak sadar", URGENCY_BIASA, URGENCY_DARURAT },
	{ "ana wong kelelep nang dam", URGENCY_BIASA, URGENCY_DARURAT },
	/* evidence next to it */
	{ "bukan kebakaran", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "dudu kobong", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "kebakaran kemarin sudah padam", URGENCY_DARURAT, URGENCY_MENDESAK },
	{ "wingi kobong, wis padam", URGENCY_DARURAT, URGENCY_MENDESAK },
	{ "takut kebakaran", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "jangan sampai kebakaran", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "banjir sebetis", URGENCY_DARURAT, URGENCY_MENDESAK },
	/* a fear in the gap of a phrase, and a comma that parts it from what did happen */
	{ "truk pasir takut nabrak anak", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "truk pasir, takut, nabrak anak", URGENCY_BIASA, URGENCY_DARURAT },
	{ "mimpi kebakaran", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "rumah ambruk, penghuni selamat", URGENCY_BIASA, URGENCY_MENDESAK },
	/* who does not wake, breathe or answer; who is under something; who is in the water */
	{ "simbah digugah ora tangi", URGENCY_BIASA, URGENCY_DARURAT },
	{ "bapak gak bangun2 dari tadi", URGENCY_BIASA, URGENCY_DARURAT },
	{ "wong wadon iki sing ambekan", URGENCY_BIASA, URGENCY_DARURAT },
	{ "lare niki mboten saged ambegan", URGENCY_BIASA, URGENCY_DARURAT },
	{ "na'-kana' ta' enga", URGENCY_BIASA, URGENCY_DARURAT },
	{ "tukang ketimpa tembok", URGENCY_BIASA, URGENCY_DARURAT },
	{ "adik mandi di embung belum muncul, hilang", URGENCY_BIASA, URGENCY_DARURAT },
	{ "anak minum minyak tanah", URGENCY_BIASA, URGENCY_DARURAT },
	{ "kaki dipatuk kobra", URGENCY_BIASA, URGENCY_DARURAT },
	{ "dia bawa parang", URGENCY_BIASA, URGENCY_DARURAT },
	{ "tolong kirim ambulans", URGENCY_BIASA, URGENCY_DARURAT },
	{ "^ tolong", URGENCY_BIASA, URGENCY_DARURAT },
	/* what only adds is nothing alone */
	{ "tolong segera, sekarang juga, bayi saya", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "ada api, tolong sekarang", URGENCY_BIASA, URGENCY_DARURAT },
	/* figures of speech, things, services */
	{ "harga cabai meledak", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "tenggelam dalam utang", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "hp saya jatuh ke sungai", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "kapan ambulans desa ada", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "nomor ambulans", URGENCY_BIASA, URGENCY_MENDESAK },
	/* nearly; gone by now; a thing, a smoke and a breath that are every night's */
	{ "hampir saja anak saya ketabrak mobil ngebut", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "hampir satu jam bapak pingsan", URGENCY_BIASA, URGENCY_DARURAT },
	{ "ana tabrakan nong mangir, isun mrono wis sepi", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "pintu air dam limo hilang", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "bau pabrik, napas sesek tiap malam", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "bapak napas sesek, tolong", URGENCY_BIASA, URGENCY_DARURAT },
	{ "asap pembakaran arang masuk rumah", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "asap tebal dari rumah kosong", URGENCY_BIASA, URGENCY_DARURAT },
	{ "ada kucing kejepit pipa", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "perahu wisata kebalik", URGENCY_BIASA, URGENCY_DARURAT },
	{ "buaya nerkam orang mancing", URGENCY_BIASA, URGENCY_DARURAT },
	/* the longer phrase says more: the brigade's name is a figure, its being called is none */
	{ "mobil pemadam kebakaran baru", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "tolong kirim pemadam kebakaran", URGENCY_BIASA, URGENCY_DARURAT },
	{ "rumah bekas kebakaran belum dibangun", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "rumah saya kebakaran", URGENCY_BIASA, URGENCY_DARURAT },
	/* what belongs to a danger speaks against nothing */
	{ "mulut miring mendadak", URGENCY_BIASA, URGENCY_DARURAT },
	/* over, but not what follows the turn */
	{ "api sudah padam", URGENCY_DARURAT, URGENCY_MENDESAK },
	{ "api sudah padam tapi kakek pingsan", URGENCY_BIASA, URGENCY_DARURAT },
	/* no evidence: a comma between, a fear behind, a past that goes on */
	{ "air tidak ada, kebakaran", URGENCY_BIASA, URGENCY_DARURAT },
	{ "rumah kebakaran takut merembet", URGENCY_BIASA, URGENCY_DARURAT },
	{ "kebakaran dari kemarin belum padam", URGENCY_BIASA, URGENCY_DARURAT },
	{ "kebakaran sekarang juga", URGENCY_BIASA, URGENCY_DARURAT },
	/* the category's own urgency, raised and lowered */
	{ "lampu mati", URGENCY_BIASA, URGENCY_BIASA },
	{ "dam jebol", URGENCY_BIASA, URGENCY_MENDESAK },
	{ "judi dadu tiap malam", URGENCY_MENDESAK, URGENCY_BIASA },
	{ "", URGENCY_BIASA, URGENCY_BIASA },
	{ "", URGENCY_DARURAT, URGENCY_DARURAT },
};

START_TEST(how_urgent)
{
	struct buf text = conf_file("conf/kategori.yaml"), errors = { 0 };
	struct catalogue *c = catalogue_parse("k", buf_str(&text), text.len, &errors);
	struct normaliser *n;
	struct alarm_words *w;
	struct tokens t = { 0 };
	struct alarm a;
	enum urgency got;

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	n = normaliser_new(c, &errors);
	w = alarm_words_new(c, normaliser_words(n), &errors);
	ck_assert_msg(n != NULL && w != NULL, "%s", buf_str(&errors));
	normaliser_run(n, rows[_i].text, strlen(rows[_i].text), &t);
	alarm_read(w, rows[_i].text, strlen(rows[_i].text), &t, &a);
	got = alarm_urgency(&a, rows[_i].base);
	ck_assert_msg(got == rows[_i].urgency, "\"%s\": %s (danger %d mild %d lowered %d)",
	    rows[_i].text,
	    urgency_name(got), a.danger, a.mild, a.lowered);
	tokens_release(&t);
	alarm_words_free(w);
	normaliser_free(n);
	catalogue_free(c);
	buf_release(&text);
}
END_TEST

/* Each voice moves the probability the way its weight says; none of them is 0.5. */
START_TEST(voices_of_danger)
{
	const struct linear_calibration c = { .danger = { 0, 2, -1, 1, 0, -3, -1, 1 } };
	const struct category fire = { .urgency = URGENCY_DARURAT };
	struct alarm quiet = { 0 }, loud = { .danger = 90 }, past = { .lowered = 1, .mild = 10 };
	float voices[DANGER_VOICES];

	alarm_voices(&quiet, 0, 0, NULL, voices);
	ck_assert_int_eq(alarm_permille(&c, voices), 500);
	alarm_voices(&quiet, 1, 0, NULL, voices);
	ck_assert_int_eq(alarm_permille(&c, voices), 881);	/* 1 / (1 + exp(-2)) */
	alarm_voices(&quiet, 0, 1, NULL, voices);
	ck_assert_int_eq(alarm_permille(&c, voices), 269);	/* some harmless category fits */
	alarm_voices(&quiet, 0, 0, &fire, voices);
	ck_assert_int_eq(alarm_permille(&c, voices), 731);
	alarm_voices(&loud, 0, 0, NULL, voices);
	ck_assert_float_eq(voices[DANGER_RULES], 4);	/* more words say no more */
	ck_assert_float_eq(voices[DANGER_SAID], 1);
	alarm_voices(&past, 0, 0, NULL, voices);
	ck_assert_float_eq(voices[DANGER_RULES], 0);
	ck_assert_int_eq(alarm_permille(&c, voices), 18);
}
END_TEST

Suite *urgency_suite(void);
Suite *
urgency_suite(void)
{
	Suite *s = suite_create("urgency");
	TCase *tc = tcase_create("urgency");

	tcase_add_test(tc, voices_of_danger);
	tcase_add_loop_test(tc, how_urgent, 0, N_ELEMS(rows));
	suite_add_tcase(s, tc);
	return s;
}
