#include <check.h>
#include <string.h>

#include "router/normalise.h"

static const char words[] =
    "kategori:\n  - kode: x\n    ringkas: x\n    urgensi: biasa\n    unit: [desa]\n"
    "darurat:\n  - {k: \"kebakaran\", b: 12}\n  - {k: \"tenggelam\", b: 12}\n"
    "  - {k: \"kejang\", b: 12}\n  - {k: \"patah\", b: 12}\n  - {k: \"rumah ~ roboh\", b: 12}\n"
    "tanpa_akar:\n  - {k: \"penduduk\"}\n"
    "slang:\n  - {k: \"jln = jalan\"}\n  - {k: \"kbakaran = kebakaran\"}\n";

static struct normaliser *
normaliser(void)
{
	struct buf errors = { 0 };
	struct catalogue *c = catalogue_parse("k", words, sizeof(words) - 1, &errors);
	struct normaliser *n;

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	n = normaliser_new(c, &errors);
	ck_assert_msg(n != NULL, "%s", buf_str(&errors));
	catalogue_free(c);
	return n;
}

static const struct { const char *what, *text, *written; } texts[] = {
	{ "case and punctuation", "TULUNG!! Omahe,wong-kobong.", "tulung omahe wong kobong" },
	{ "repeated letters", "tooolooong lagiii bannnjirrr", "tolong lagi banjir" },
	{ "doubled last letter", "tolongg kk aa", "tolong kk aa" },
	{ "apostrophes join", "na' kene\xe2\x80\x99 Jum'at", "na kene jumat" },
	{ "reduplication", "anak2 omah2e jalan2nya", "anak omahe jalannya" },
	{ "places in numbers", "RT03/RW02 rt3rw2", "rt 03 rw 02 rt 3 rw 2" },
	{ "numbers part from words", "300rb 5kg km5", "300 rb 5 kg km 5" },
	{ "digits for letters", "k3bakaran d4rurat", "kebakaran darurat" },
	{ "spelt out", "t o l o n g pak", "tolong pak" },
	{ "three letters alone stay", "a b c pak", "a b c pak" },
	{ "full width", "\xef\xbc\xa2\xef\xbc\xa1\xef\xbc\xae\xef\xbc\xaa\xef\xbc\xa9\xef\xbc\xb2", "banjir" },
	{ "marks and ligatures", "d\xc3\xa9sa ka\xef\xac\x81r", "desa kafir" },
	{ "zero width", "ban\xe2\x80\x8bjir ban\xe2\x80\x8d\xef\xbb\xbfjir", "banjir banjir" },
	{ "letters that look like ours", "k\xd0\xb5\xd0\xb1\xd0\xb0k\xd0\xb0r\xd0\xb0n d\xce\xbf\xd1\x80\xd0\xb0",
	    "ke\xd0\xb1" "akaran dopa" },
	{ "mathematical letters", "\xf0\x9d\x90\x9b\xf0\x9d\x90\x9a\xf0\x9d\x90\xa7jir", "banjir" },
	{ "broken UTF-8 parts", "api\xff\xfe" "besar \xc3", "api besar" },
	{ "emoji parts", "api\xf0\x9f\x94\xa5" "besar", "api besar" },
	{ "nothing", " .,!? ", "" },
};

START_TEST(written)
{
	struct buf b = { 0 };

	buf_add_normalised(&b, texts[_i].text, strlen(texts[_i].text));
	ck_assert_msg(strcmp(buf_str(&b), texts[_i].written) == 0,
	    "%s: \"%s\"", texts[_i].what, buf_str(&b));
	buf_release(&b);
}
END_TEST

static const struct { const char *word, *meant, *stem; } meanings[] = {
	{ "kbkrn", "kebakaran", NULL },		/* no vowels */
	{ "kbakarn", "kebakaran", NULL },
	{ "tnggelm", "tenggelam", NULL },
	{ "kjang", "kejang", NULL },
	{ "kebakarna", "kebakaran", NULL },	/* a typing error */
	{ "tnglm", NULL, NULL },		/* a consonant is missing: a guess */
	{ "abkbkrn", NULL, NULL },		/* another word that ends so */
	{ "pth", NULL, NULL },			/* too little is left */
	{ "jalanan", NULL, "jalan" },
	{ "penduduk", NULL, NULL },		/* its stem would be somebody who sits */
	{ "keduduk", NULL, "duduk" },
};

START_TEST(what_is_meant)
{
	struct normaliser *n = normaliser();
	struct tokens t = { 0 };
	const char *word = meanings[_i].word, *meant, *stem;

	normaliser_run(n, word, strlen(word), &t);
	ck_assert_uint_eq(t.n, 1);
	meant = token_form(&t, 0, FORM_MEANT);
	stem = token_form(&t, 0, FORM_STEM);
	ck_assert_msg((meant == NULL) == (meanings[_i].meant == NULL) &&
	    (meant == NULL || strcmp(meant, meanings[_i].meant) == 0), "%s: %s", word, meant);
	if (meanings[_i].meant == NULL)
		ck_assert_msg((stem == NULL) == (meanings[_i].stem == NULL) &&
		    (stem == NULL || strcmp(stem, meanings[_i].stem) == 0), "%s: stem %s", word, stem);
	tokens_release(&t);
	normaliser_free(n);
}
END_TEST

START_TEST(forms)
{
	struct normaliser *n = normaliser();
	struct tokens t = { 0 };
	static const char text[] = "ada Kbakaran di jln";

	normaliser_run(n, text, sizeof(text) - 1, &t);
	ck_assert_uint_eq(t.n, 4);
	ck_assert_str_eq(token_form(&t, 1, FORM_WRITTEN), "kbakaran");
	ck_assert_str_eq(token_form(&t, 1, FORM_MEANT), "kebakaran");
	ck_assert_str_eq(token_form(&t, 1, FORM_STEM), "bakar");
	ck_assert_str_eq(token_form(&t, 3, FORM_MEANT), "jalan");
	ck_assert_ptr_null(token_form(&t, 0, FORM_MEANT));
	ck_assert_ptr_null(token_form(&t, 0, FORM_STEM));
	ck_assert_uint_eq(t.at[1].from, 4);
	ck_assert_uint_eq(t.at[1].to, 12);
	/* the same tokens again: nothing of the first text is left */
	normaliser_run(n, "t o l o n g", 11, &t);
	ck_assert_uint_eq(t.n, 1);
	ck_assert_str_eq(token_form(&t, 0, FORM_WRITTEN), "tolong");
	ck_assert_uint_eq(t.at[0].from, 0);
	ck_assert_uint_eq(t.at[0].to, 11);
	tokens_release(&t);
	normaliser_free(n);
}
END_TEST

START_TEST(long_texts_are_bounded)
{
	struct normaliser *n = normaliser();
	struct tokens t = { 0 };
	struct buf text = { 0 };

	for (int i = 0; i < 5000; i++)
		buf_adds(&text, "kebakaran ");
	normaliser_run(n, text.data, text.len, &t);
	ck_assert_uint_eq(t.n, TOKENS_MAX);
	buf_reset(&text);
	for (int i = 0; i < 5000; i++)
		buf_adds(&text, "ab");
	normaliser_run(n, text.data, text.len, &t);
	ck_assert_uint_eq(t.n, 1);
	ck_assert_uint_eq(strlen(token_form(&t, 0, FORM_WRITTEN)), TOKEN_CHARS);
	tokens_release(&t);
	buf_release(&text);
	normaliser_free(n);
}
END_TEST

START_TEST(bad_slang_is_named)
{
	static const char bad[] =
	    "kategori:\n  - kode: x\n    ringkas: x\n    urgensi: biasa\n    unit: [desa]\n"
	    "slang:\n  - {k: \"jln jalan\"}\n";
	struct buf errors = { 0 };
	struct catalogue *c = catalogue_parse("k", bad, sizeof(bad) - 1, &errors);

	ck_assert_ptr_nonnull(c);
	ck_assert_ptr_null(normaliser_new(c, &errors));
	ck_assert_str_eq(buf_str(&errors),
	    "kategori.yaml:7: slang is \"short = word\", one word each\n");
	catalogue_free(c);
	buf_release(&errors);
}
END_TEST

Suite *normalise_suite(void);
Suite *
normalise_suite(void)
{
	Suite *s = suite_create("normalise");
	TCase *tc = tcase_create("normalise");

	tcase_add_loop_test(tc, written, 0, N_ELEMS(texts));
	tcase_add_loop_test(tc, what_is_meant, 0, N_ELEMS(meanings));
	tcase_add_test(tc, forms);
	tcase_add_test(tc, long_texts_are_bounded);
	tcase_add_test(tc, bad_slang_is_named);
	suite_add_tcase(s, tc);
	return s;
}
