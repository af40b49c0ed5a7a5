#include <check.h>
#include <stdio.h>
#include <string.h>

#include "router/match.h"

static const char slang[] =
    "kategori:\n  - {kode: x, ringkas: x, urgensi: biasa, unit: [desa]}\n"
    "slang:\n  - {k: \"jln = jalan\"}\n";

/* Runs one phrase over one text; returns the hits and, of the first, its tokens. */
static size_t
run(int written_only, const char *phrase, const char *text, struct hit *first)
{
	struct buf errors = { 0 };
	struct catalogue *c = catalogue_parse("k", slang, sizeof(slang) - 1, &errors);
	struct normaliser *n = normaliser_new(c, &errors);
	struct matcher *m = matcher_new(normaliser_words(n), written_only);
	struct tokens t = { 0 };
	struct hit hits[16] = { { 0 } };
	size_t found;

	ck_assert_msg(n != NULL, "%s", buf_str(&errors));
	ck_assert_int_eq(matcher_add(m, "lain sekali", 9), 0);
	ck_assert_int_eq(matcher_add(m, phrase, 7), 0);
	matcher_grown(m);
	normaliser_run(n, text, strlen(text), &t);
	found = matcher_run(m, &t, hits, N_ELEMS(hits));
	*first = hits[0];
	tokens_release(&t);
	matcher_free(m);
	normaliser_free(n);
	catalogue_free(c);
	return found;
}

static const struct {
	const char *what;
	int written_only;
	const char *phrase, *text;
	size_t hits;
	int from, to;
} rows[] = {
	{ "word",                    0, "kobong",        "omahe kobong nemen",       1, 1, 2 },
	{ "phrase",                  0, "jalan rusak",   "ada jalan rusak",          1, 1, 3 },
	{ "phrase parted",           0, "jalan rusak",   "jalan yang rusak",         0, 0, 0 },
	{ "stem",                    0, "bakar",         "ada kebakaran",            1, 1, 2 },
	{ "no stem for names",       1, "bakar",         "ada kebakaran",            0, 0, 0 },
	{ "shorthand",               0, "jalan rusak",   "jln rusak",                1, 0, 2 },
	{ "no shorthand for names",  1, "jalan",         "jln",                      0, 0, 0 },
	{ "twice",                   0, "api",           "api, api",                 2, 0, 1 },
	{ "gap",                     0, "jalan ~ rusak", "jalan di depan sd rusak",  1, 0, 5 },
	{ "gap of nothing",          0, "jalan ~ rusak", "jalan rusak",              1, 0, 2 },
	{ "gap too wide",            0, "jalan ~ rusak", "jalan a1 b1 c1 rusak",     0, 0, 0 },
	{ "prefix",                  0, "ngejung*",      "strip ngejungjung",        1, 1, 2 },
	{ "prefix itself",           0, "ngejung*",      "ngejung",                  1, 0, 1 },
	{ "suffix",                  0, "*kobong",       "dikobong",                 1, 0, 1 },
	{ "start",                   0, "^ halo",        "halo pak",                 1, 0, 1 },
	{ "not at the start",        0, "^ halo",        "pak halo",                 0, 0, 0 },
	{ "whole text",              0, "^ tes $",       "TES!",                     1, 0, 1 },
	{ "not the whole text",      0, "^ tes $",       "tes ombak",                0, 0, 0 },
	{ "end",                     0, "suwun $",       "nggih suwun",              1, 1, 2 },
	{ "parted by normalising",   0, "e-ktp",         "cetak E-KTP",              1, 1, 3 },
	{ "empty text",              0, "api",           "",                         0, 0, 0 },
};

START_TEST(phrase)
{
	struct hit first;
	size_t n = run(rows[_i].written_only, rows[_i].phrase, rows[_i].text, &first);

	ck_assert_msg(n == rows[_i].hits, "%s: %zu hits", rows[_i].what, n);
	if (n > 0) {
		ck_assert_uint_eq(first.value, 7);
		ck_assert_msg(first.from == rows[_i].from && first.to == rows[_i].to, "%s: %d-%d",
		    rows[_i].what, first.from, first.to);
	}
}
END_TEST

START_TEST(bad_phrases_are_refused)
{
	static const char *const bad[] = {
		"", " ", "^", "$", "^ $", "~ api", "api ~", "api ^ besar", "$ api", "a*b", "*",
		    "**", "*api*",
		"api  besar", "a b c d e f g h i j k l m", "...", "rt-3*", "aaaa*", "www", "x",
	};
	struct vocab words = { .n = 0 };
	struct matcher *m = matcher_new(&words, 0);

	for (size_t i = 0; i < N_ELEMS(bad); i++)
		ck_assert_msg(matcher_add(m, bad[i], 1) == -1, "\"%s\"", bad[i]);
	matcher_free(m);
	vocab_release(&words);
}
END_TEST

START_TEST(hostile_text_is_bounded)
{
	struct buf errors = { 0 }, text = { 0 };
	struct catalogue *c = catalogue_parse("k", slang, sizeof(slang) - 1, &errors);
	struct normaliser *n = normaliser_new(c, &errors);
	struct matcher *m = matcher_new(normaliser_words(n), 0);
	struct tokens t = { 0 };
	struct hit hits[64];

	ck_assert_int_eq(matcher_add(m, "a ~ a ~ a ~ a ~ a ~ b", 1), 0);
	matcher_grown(m);
	for (int i = 0; i < TOKENS_MAX; i++)
		buf_adds(&text, "a, ");
	buf_adds(&text, "a1 a1");
	normaliser_run(n, text.data, text.len, &t);
	ck_assert_uint_le(matcher_run(m, &t, hits, N_ELEMS(hits)), N_ELEMS(hits));
	tokens_release(&t);
	buf_release(&text);
	matcher_free(m);
	normaliser_free(n);
	catalogue_free(c);
}
END_TEST

/* One word that many go on from, others that go on from those: each phrase is found, with all its values. */
START_TEST(many_phrases_begin_alike)
{
	enum { MANY = 200 };
	struct buf errors = { 0 };
	struct catalogue *c = catalogue_parse("k", slang, sizeof(slang) - 1, &errors);
	struct normaliser *n = normaliser_new(c, &errors);
	struct matcher *m = matcher_new(normaliser_words(n), 0);
	struct tokens t = { 0 };
	struct hit hits[8];
	char words[64];

	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(words, sizeof(words), "pasar kut%c%c lama", 'a' + (int)(i % 20), 'a' + (int)(i / 20));
		ck_assert_int_eq(matcher_add(m, words, 2 * i), 0);
		ck_assert_int_eq(matcher_add(m, words, 2 * i + 1), 0);
	}
	matcher_grown(m);
	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(words, sizeof(words), "di pasar kut%c%c lama", 'a' + (int)(i % 20), 'a' + (int)(i / 20));
		normaliser_run(n, words, strlen(words), &t);
		ck_assert_uint_eq(matcher_run(m, &t, hits, N_ELEMS(hits)), 2);
		ck_assert_uint_eq(hits[0].value + hits[1].value, 4 * i + 1);
		ck_assert_uint_eq(matcher_run(m, &t, hits, 1), 1);		/* as many as there is room for */
	}
	snprintf(words, sizeof(words), "pasar kutzz lama");
	normaliser_run(n, words, strlen(words), &t);
	ck_assert_uint_eq(matcher_run(m, &t, hits, N_ELEMS(hits)), 0);
	tokens_release(&t);
	matcher_free(m);
	normaliser_free(n);
	catalogue_free(c);
}
END_TEST

/*
 * Words that share their places in the memo push each other out of it within one report.  However many do, and
 * wherever the phrase's word stands among them, it is found.
 */
START_TEST(words_that_share_a_place_are_all_read)
{
	enum { SHARERS = 6 };
	static const char word[] = "kobong";
	struct buf errors = { 0 };
	struct catalogue *c = catalogue_parse("k", slang, sizeof(slang) - 1, &errors);
	struct normaliser *n = normaliser_new(c, &errors);
	struct matcher *m = matcher_new(normaliser_words(n), 0);
	struct tokens t = { 0 };
	char others[SHARERS][16];
	int found = 0;

	ck_assert_int_eq(matcher_add(m, word, 1), 0);
	matcher_grown(m);
	for (unsigned i = 0; found < SHARERS; i++) {
		char other[16];
		int len = snprintf(other, sizeof(other), "q%c%c%c%c%c", 'b' + (int)(i % 20), 'a' + (int)(i / 20 % 26),
		    'b' + (int)(i / 520 % 20), 'a' + (int)(i / 10400 % 26), 'z');

		/* of so few sets that every place of one is of the other, however many stand in a set */
		if ((vocab_hash(other, (size_t)len) ^ vocab_hash(word, strlen(word))) % LEXEMES == 0)
			memcpy(others[found++], other, sizeof(other));
	}
	for (int before = 0; before <= SHARERS; before++)
		for (int again = 0; again < 2; again++) {
			struct buf text = { 0 };
			struct hit hits[4];

			for (int i = 0; i < before; i++)
				buf_addf(&text, "%s ", others[i]);
			buf_adds(&text, word);
			for (int i = before; i < SHARERS; i++)
				buf_addf(&text, " %s", others[i]);
			normaliser_run(n, text.data, text.len, &t);
			ck_assert_msg(matcher_run(m, &t, hits, N_ELEMS(hits)) == 1, "not found in: %s", text.data);
			ck_assert_uint_eq(hits[0].from, before);
			buf_release(&text);
		}
	tokens_release(&t);
	matcher_free(m);
	normaliser_free(n);
	catalogue_free(c);
}
END_TEST

/* By values, then by where they stand: a few, and as many as a letter has. */
static const size_t amounts[] = { 0, 1, 24, 64, 65, 500 };
START_TEST(hits_stand_in_the_order_of_their_values)
{
	struct hit hits[500];
	size_t n = amounts[_i];

	for (size_t i = 0; i < n; i++) {
		uint16_t from = (uint16_t)((n - i) / 7);

		hits[i] = (struct hit){ (uint32_t)(i * 7919 % 50), from, (uint16_t)(from + 1 + i % 3) };
	}
	hits_sort_by_value(hits, n);
	for (size_t i = 1; i < n; i++) {
		const struct hit *a = &hits[i - 1], *b = &hits[i];

		ck_assert_msg(a->value < b->value || (a->value == b->value && (a->from < b->from ||
		    (a->from == b->from && a->to <= b->to))), "%zu of %zu", i, n);
	}
	for (size_t v = 0, at = 0; v < 50; v++) {	/* and none is lost */
		size_t made = 0;

		for (size_t i = 0; i < n; i++)
			made += i * 7919 % 50 == v;
		for (; made > 0; made--, at++)
			ck_assert_uint_eq(hits[at].value, v);
	}
}
END_TEST

Suite *match_suite(void);

Suite *
match_suite(void)
{
	Suite *s = suite_create("match");
	TCase *tc = tcase_create("match");

	tcase_add_loop_test(tc, phrase, 0, N_ELEMS(rows));
	tcase_add_test(tc, bad_phrases_are_refused);
	tcase_add_test(tc, hostile_text_is_bounded);
	tcase_add_test(tc, many_phrases_begin_alike);
	tcase_add_test(tc, words_that_share_a_place_are_all_read);
	tcase_add_loop_test(tc, hits_stand_in_the_order_of_their_values, 0, N_ELEMS(amounts));
	suite_add_tcase(s, tc);
	return s;
}
