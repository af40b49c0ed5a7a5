#include <check.h>
#include <string.h>

#include "core/catalogue.h"

#define HEAD "kategori:\n  - {kode: x, ringkas: x, urgensi: biasa, unit: [desa]}\n" \
    "golongan:\n  - {k: \"tidak = tidak, gak, ora ono\"}\n  - {k: \"napas = napas, ambekan\"}\n"

static const struct { const char *rule; const char *phrases[7]; } rows[] = {
	{ "kobong", { "kobong" } },
	{ "<tidak> sadar", { "tidak sadar", "gak sadar", "ora ono sadar" } },
	{ "wong <tidak> ~ <napas>", { "wong tidak ~ napas", "wong tidak ~ ambekan",
	    "wong gak ~ napas", "wong gak ~ ambekan", "wong ora ono ~ napas",
	    "wong ora ono ~ ambekan" } },
	{ "<napas>", { "napas", "ambekan" } },
};

START_TEST(classes_are_written_out)
{
	struct buf text = { 0 }, errors = { 0 };
	const struct word_rule *rules;
	struct catalogue *c;
	size_t n, want = 0;

	buf_addf(&text, HEAD "darurat:\n  - {k: \"%s\", b: 12}\n", rows[_i].rule);
	c = catalogue_parse("k", buf_str(&text), text.len, &errors);
	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	n = catalogue_words(c, "darurat", &rules);
	while (rows[_i].phrases[want] != NULL)
		want++;
	ck_assert_uint_eq(n, want);
	for (size_t i = 0; i < n; i++) {
		ck_assert_str_eq(rules[i].words, rows[_i].phrases[i]);
		ck_assert_int_eq(rules[i].weight, 12);
		ck_assert_int_eq(rules[i].line, 7);
	}
	catalogue_free(c);
	buf_release(&text);
}
END_TEST

static const char *const mistakes[] = {
	"<tida> sadar", "<tidak sadar", "<> sadar",
	"<tidak> <tidak> <tidak> <tidak> <tidak> <tidak> <tidak> <tidak> <tidak>",	/* 3^9 */
};

START_TEST(a_class_that_is_none_is_told)
{
	struct buf text = { 0 }, errors = { 0 };

	buf_addf(&text, HEAD "darurat:\n  - {k: \"%s\", b: 12}\n", mistakes[_i]);
	ck_assert_msg(catalogue_parse("k", buf_str(&text), text.len, &errors) == NULL, "%s",
	    mistakes[_i]);
	ck_assert_msg(strncmp(buf_str(&errors), "k:7: ", 5) == 0, "%s", buf_str(&errors));
	buf_release(&text);
	buf_release(&errors);
}
END_TEST

Suite *phrase_suite(void);
Suite *
phrase_suite(void)
{
	Suite *s = suite_create("phrase");
	TCase *tc = tcase_create("phrase");

	tcase_add_loop_test(tc, classes_are_written_out, 0, N_ELEMS(rows));
	tcase_add_loop_test(tc, a_class_that_is_none_is_told, 0, N_ELEMS(mistakes));
	suite_add_tcase(s, tc);
	return s;
}
