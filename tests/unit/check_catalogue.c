#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue.h"
#include "tests/unit/conf_file.h"

static struct catalogue *
parse(const char *text, struct buf *errors)
{
	return catalogue_parse("kategori.yaml", text, strlen(text), errors);
}

static struct catalogue *
regency(void)
{
	struct buf text = conf_file("conf/kategori.yaml"), errors = { 0 };
	struct catalogue *c = parse(buf_str(&text), &errors);

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	buf_release(&text);
	buf_release(&errors);
	return c;
}

static const struct {
	const char *code;
	enum urgency urgency;
	int sealed, no_case;
	const char *programme, *lead;
} rows[] = {
	{ "darurat-medis",        URGENCY_DARURAT,  0, 0, "", "puskesmas" },
	{ "kebakaran",            URGENCY_DARURAT,  0, 0, "", "damkar" },
	{ "kekerasan-anak",       URGENCY_MENDESAK, 1, 0, "Banyuwangi Children Centre",
	    "O-DINSOS" },
	{ "kemiskinan-kesehatan", URGENCY_MENDESAK, 0, 0, "UGD Kemiskinan", "O-DINSOS" },
	{ "anak-putus-sekolah",   URGENCY_BIASA,    0, 0, "Garda Ampuh", "O-DISPENDIK" },
	{ "jalan-rusak",          URGENCY_BIASA,    0, 0, "", "O-PUCKPP" },
	{ "pungli",               URGENCY_BIASA,    1, 0, "", "O-INSP" },
	{ "dana-desa",            URGENCY_BIASA,    0, 0, "Smart Kampung (anggaran desa)",
	    "O-DPMD" },
	{ "spam",                 URGENCY_BIASA,    0, 1, "", NULL },
	{ "terima-kasih",         URGENCY_BIASA,    0, 1, "", NULL },
};

START_TEST(row)
{
	struct catalogue *cat = regency();
	const struct category *c = category_find(cat, rows[_i].code);

	ck_assert_msg(c != NULL, "%s", rows[_i].code);
	ck_assert_int_eq(c->urgency, rows[_i].urgency);
	ck_assert_int_eq(c->sealed, rows[_i].sealed);
	ck_assert_int_eq(c->no_case, rows[_i].no_case);
	ck_assert_str_eq(c->programme, rows[_i].programme);
	if (rows[_i].lead == NULL)
		ck_assert_uint_eq(c->units_n, 0);
	else
		ck_assert_str_eq(c->units[0], rows[_i].lead);
	catalogue_free(cat);
}
END_TEST

START_TEST(whole_catalogue)
{
	struct catalogue *cat = regency();
	const struct word_rule *words;

	ck_assert_uint_eq(catalogue_count(cat), 40);
	ck_assert_ptr_null(category_at(cat, 40));
	ck_assert_ptr_null(category_find(cat, "kewilayahan"));
	for (size_t i = 0; i < catalogue_count(cat); i++) {
		const struct category *c = category_at(cat, i);

		ck_assert_int_eq(c->rules_n > 0, !c->proven);	/* no words lead to what has to be proven */
		ck_assert(c->no_case || c->units_n > 0);
	}
	ck_assert_uint_gt(catalogue_words(cat, "darurat", &words), 100);
	ck_assert_int_eq(words[0].weight, 20);
	ck_assert_uint_gt(catalogue_words(cat, "slang", &words), 500);
	ck_assert_uint_eq(catalogue_words(cat, "kategori", &words), 0);
	ck_assert_ptr_null(words);
	catalogue_free(cat);
}
END_TEST

START_TEST(words_are_folded)
{
	struct buf errors = { 0 };
	struct catalogue *cat = parse("kategori:\n"
	    "  - kode: jalan\n    ringkas: jalan\n    urgensi: biasa\n    unit: [desa]\n"
	    "    pemilik: [{k: Jalan  Nasional, unit: V-BBPJN}]\n"
	    "    kata:\n      - {k: \" Jalan   RUSAK \", b: 4}\n      - {k: licin, b: -2}\n"
	    "negasi: [{k: bukan}]\n", &errors);
	const struct category *c;
	const struct word_rule *words;

	ck_assert_msg(cat != NULL, "%s", buf_str(&errors));
	c = category_at(cat, 0);
	ck_assert_uint_eq(c->rules_n, 2);
	ck_assert_str_eq(c->rules[0].words, "jalan rusak");
	ck_assert_int_eq(c->rules[0].weight, 4);
	ck_assert_int_eq(c->rules[0].line, 8);
	ck_assert_int_eq(c->rules[1].weight, -2);
	ck_assert_uint_eq(c->owners_n, 1);
	ck_assert_str_eq(c->owners[0].words, "jalan nasional");
	ck_assert_str_eq(c->owners[0].unit, "V-BBPJN");
	ck_assert_str_eq(c->name, "");
	ck_assert_uint_eq(catalogue_words(cat, "negasi", &words), 1);
	ck_assert_int_eq(words[0].weight, 1);
	catalogue_free(cat);
}
END_TEST

#define ROW "  - kode: jalan\n    ringkas: jalan\n    urgensi: biasa\n    unit: [desa]\n"
static const struct { const char *what, *text, *error; } bad[] = {
	{ "no list", "negasi: []\n", "needs kategori" },
	{ "not yaml", "kategori: [", "kategori.yaml:" },
	{ "no code", "kategori:\n  - ringkas: x\n", "kategori.yaml:2: a category needs kode" },
	{ "code", "kategori:\n  - kode: Jalan Rusak\n", "needs kode" },
	{ "twice", "kategori:\n" ROW ROW, "stands twice" },
	{ "long name", "kategori:\n  - kode: x\n    ringkas: jalan rusak berat sekali\n    urgensi: biasa\n"
	    "    unit: [desa]\n", "ringkas of x" },
	{ "no SMS letters", "kategori:\n  - kode: x\n    ringkas: \"jalan \xe2\x80\x94\"\n"
	    "    urgensi: biasa\n    unit: [desa]\n", "ringkas of x" },
	{ "urgency", "kategori:\n  - kode: x\n    ringkas: x\n    urgensi: penting\n    unit: [desa]\n",
	    "urgensi of x" },
	{ "no unit", "kategori:\n  - kode: x\n    ringkas: x\n    urgensi: biasa\n",
	    "x has no unit" },
	{ "nine units", "kategori:\n  - kode: x\n    ringkas: x\n    urgensi: biasa\n"
	    "    unit: [a, b, c, d, e, f, g, h, i]\n", "more than 8" },
	{ "truth", "kategori:\n" ROW "    rahasia: mungkin\n", "rahasia must be ya or tidak" },
	{ "weight", "kategori:\n" ROW "    kata: [{k: a, b: banyak}]\n", "weight b of \"a\"" },
	{ "weight 0", "kategori:\n" ROW "    kata: [{k: a, b: 0}]\n", "weight b of \"a\"" },
	{ "weight too large", "kategori:\n" ROW "    kata: [{k: a, b: 101}]\n", "weight b" },
	{ "words", "kategori:\n" ROW "    kata: [{b: 3}]\n", "a word rule is" },
	{ "empty words", "kategori:\n" ROW "    kata: [{k: \" \", b: 3}]\n", "without words" },
	{ "unknown key", "kategori:\n" ROW "    kta: []\n", "no key \"kta\"" },
	{ "owner", "kategori:\n" ROW "    pemilik: [{k: a}]\n", "an owner is" },
	{ "list", "kategori:\n" ROW "negasi: tidak\n", "must be a list" },
};

START_TEST(mistake)
{
	struct buf errors = { 0 };
	struct catalogue *cat = parse(bad[_i].text, &errors);

	ck_assert_msg(cat == NULL, "%s: accepted", bad[_i].what);
	ck_assert_msg(strstr(buf_str(&errors), bad[_i].error) != NULL, "%s: %s", bad[_i].what,
	    buf_str(&errors));
	buf_release(&errors);
}
END_TEST

START_TEST(urgencies_by_name)
{
	enum urgency u;

	for (int i = URGENCY_BIASA; i <= URGENCY_DARURAT; i++) {
		ck_assert_int_eq(urgency_of_name(urgency_name((enum urgency)i), &u), 0);
		ck_assert_int_eq((int)u, i);
	}
	ck_assert_int_eq(urgency_of_name("gawat", &u), -1);
}
END_TEST

Suite *catalogue_suite(void);
Suite *
catalogue_suite(void)
{
	Suite *s = suite_create("catalogue");
	TCase *tc = tcase_create("catalogue");

	tcase_add_loop_test(tc, row, 0, N_ELEMS(rows));
	tcase_add_test(tc, whole_catalogue);
	tcase_add_test(tc, words_are_folded);
	tcase_add_loop_test(tc, mistake, 0, N_ELEMS(bad));
	tcase_add_test(tc, urgencies_by_name);
	suite_add_tcase(s, tc);
	return s;
}
