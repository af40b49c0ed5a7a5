#include <check.h>
#include <string.h>

#include "router/category.h"

static const char text_of_rules[] =
    "kategori:\n"
    "  - kode: jalan\n    ringkas: jalan\n    urgensi: biasa\n    unit: [O-PUCKPP]\n"
    "    pemilik:\n      - {k: jalan nasional, unit: V-BBPJN}\n      - {k: gang, unit: desa}\n"
    "    kata:\n      - {k: jalan rusak, b: 8}\n      - {k: jalan, b: 2}\n      - {k: rusak, b: 2}\n"
    "      - {k: lampu, b: -5}\n"
    "  - kode: lampu\n    ringkas: lampu\n    urgensi: biasa\n    unit: [O-DISHUB]\n"
    "    kata:\n      - {k: lampu jalan, b: 8}\n      - {k: lampu, b: 4}\n"
    "  - kode: spam\n    ringkas: spam\n    urgensi: biasa\n    tanpa_kasus: ya\n"
    "    kata:\n      - {k: promo, b: 9}\n";

static const struct {
	const char *what, *text;
	int danger;
	const char *best;
	int score, permille;
	const char *owner;
} rows[] = {
	{ "phrase counts, not its words", "jalan rusak", 0, "jalan", 8, 727, NULL },
	{ "common words count half", "jalannya agak rusak", 0, "jalan", 2, 400, NULL },
	{ "said twice counts once", "rusak rusak rusak", 0, "jalan", 1, 250, NULL },
	{ "two categories", "lampu jalan rusak", 0, "lampu", 8, 571, NULL },
	{ "spam", "promo", 0, "spam", 9, 750, NULL },
	{ "no spam beside a danger", "promo", 1, NULL, 0, 0, NULL },
	{ "nothing", "halo", 0, NULL, 0, 0, NULL },
	{ "owner", "jalan nasional rusak", 0, "jalan", 2, 400, "V-BBPJN" },
	{ "owner by the file's order", "gang dekat jalan nasional rusak", 0, "jalan", 2, 400,
	    "V-BBPJN" },
	{ "owner word", "jalan gang", 0, "jalan", 1, 250, "desa" },
};

START_TEST(choice)
{
	struct buf errors = { 0 };
	struct catalogue *cat = catalogue_parse("k", text_of_rules, sizeof(text_of_rules) - 1,
	    &errors);
	struct classifier *c;
	struct normaliser *n;
	struct tokens t = { 0 };
	struct category_choice got;
	const char *owner;

	ck_assert_msg(cat != NULL, "%s", buf_str(&errors));
	n = normaliser_new(cat, &errors);
	ck_assert_msg(n != NULL, "%s", buf_str(&errors));
	c = classifier_new(cat, NULL, normaliser_words(n), &errors);
	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	normaliser_run(n, rows[_i].text, strlen(rows[_i].text), &t);
	category_choose(c, &t, rows[_i].danger, &got);
	if (rows[_i].best == NULL) {
		ck_assert_msg(got.best.category == NULL, "%s", rows[_i].what);
	} else {
		ck_assert_msg(got.best.category != NULL && strcmp(got.best.category->code,
		    rows[_i].best) == 0 &&
		    got.best.score == rows[_i].score &&
		    got.confidence_permille == rows[_i].permille,
		    "%s: %s %d %d", rows[_i].what,
		    got.best.category == NULL ? "nothing" : got.best.category->code, got.best.score,
		    got.confidence_permille);
		owner = category_owner(c, &t, got.best.category);
		ck_assert_msg(rows[_i].owner == NULL ? owner == NULL : owner != NULL &&
		    strcmp(owner, rows[_i].owner) == 0, "%s: owner %s", rows[_i].what, owner);
	}
	tokens_release(&t);
	normaliser_free(n);
	classifier_free(c);
	catalogue_free(cat);
}
END_TEST

START_TEST(bad_rules_are_named)
{
	static const char bad[] =
	    "kategori:\n  - kode: jalan\n    ringkas: jalan\n    urgensi: biasa\n    unit: [desa]\n"
	    "    kata:\n      - {k: \"~ jalan\", b: 8}\n";
	struct buf errors = { 0 };
	struct catalogue *cat = catalogue_parse("k", bad, sizeof(bad) - 1, &errors);
	struct vocab words = { .n = 0 };

	ck_assert_ptr_nonnull(cat);
	ck_assert_ptr_null(classifier_new(cat, NULL, &words, &errors));
	vocab_release(&words);
	ck_assert_msg(strstr(buf_str(&errors), "kategori.yaml:7: \"~ jalan\"") != NULL, "%s",
	    buf_str(&errors));
	buf_release(&errors);
	catalogue_free(cat);
}
END_TEST

Suite *category_suite(void);
Suite *
category_suite(void)
{
	Suite *s = suite_create("category");
	TCase *tc = tcase_create("category");

	tcase_add_loop_test(tc, choice, 0, N_ELEMS(rows));
	tcase_add_test(tc, bad_rules_are_named);
	suite_add_tcase(s, tc);
	return s;
}
