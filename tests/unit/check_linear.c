#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/linear.h"
#include "model/train.h"
#include "router/features.h"
#include "tests/unit/conf_file.h"

#define BITS 8
#define ROWS (1u << BITS)

/* Two categories of which only the rows of one hash each speak. */
static void
write_small(struct buf *out)
{
	static int8_t weights[3 * ROWS];
	struct linear_parts p = { .hash_bits = BITS, .classes = 2,
	    .codes = { "jalan-rusak", "kebakaran" }, .scales = { 0.5f, 0.25f, 1 },
	    .biases = { -1, 1, 3 }, .calibration = { .weight = { 2, 1 }, .danger = { 0, 1 } },
	    .weights = weights };

	memset(weights, 0, sizeof(weights));
	weights[3 * linear_row(7, BITS)] = 100;
	weights[3 * linear_row(9, BITS) + 1] = -100;
	weights[3 * linear_row(11, BITS) + 2] = 50;
	linear_write(out, &p);
}

static void
refused(const void *bytes, size_t len, const char *what, size_t at)
{
	struct buf errors = { 0 };
	/* exactly so long: a reader that goes beyond is seen by the sanitizer */
	void *exact = xmalloc(len + (len == 0));

	memcpy(exact, bytes, len);
	ck_assert_msg(linear_parse("model.bin", exact, len, &errors) == NULL, "%s at %zu", what,
	    at);
	ck_assert(strncmp(buf_str(&errors), "model.bin: byte ", 16) == 0);
	ck_assert(strstr(buf_str(&errors), "make model") != NULL);
	buf_release(&errors);
	free(exact);
}

START_TEST(predicts)
{
	const uint32_t words[] = { 7 }, pieces[] = { 9, 11 };
	struct buf b = { 0 }, errors = { 0 };
	struct linear *m;
	float out[LINEAR_COLUMNS];

	write_small(&b);
	m = linear_parse("model.bin", b.data, b.len, &errors);
	ck_assert_msg(m != NULL, "%s", buf_str(&errors));
	ck_assert_uint_eq(linear_classes(m), 2);
	ck_assert_str_eq(linear_class(m, 1), "kebakaran");
	ck_assert_uint_eq(strlen(linear_name(m)), 8);
	ck_assert_float_eq(linear_calibration(m)->weight[0], 2);
	linear_score(m, words, 1, pieces, 2, out);	/* norm: sqrt(2 * 2 + 2 + 1) */
	ck_assert_float_eq_tol(out[0], 2 * 100 * 0.5f / 2.6457513f - 1, 1e-4f);
	ck_assert_float_eq_tol(out[1], -100 * 0.25f / 2.6457513f + 1, 1e-4f);
	ck_assert_float_eq_tol(out[2], 50 / 2.6457513f + 3, 1e-4f);	/* danger, last */
	ck_assert_int_eq(linear_knows_danger(m), 1);
	linear_score(m, NULL, 0, NULL, 0, out);
	ck_assert_float_eq(out[0], -1);
	linear_free(m);
	buf_release(&b);
}
END_TEST

/* So many rows of 127 that 16 bits would overflow without care. */
START_TEST(adds_many)
{
	static uint32_t many[5000];
	struct buf b = { 0 }, errors = { 0 };
	struct linear *m;
	float out[LINEAR_COLUMNS];

	for (size_t i = 0; i < N_ELEMS(many); i++)
		many[i] = 7;
	write_small(&b);
	m = linear_parse("model.bin", b.data, b.len, &errors);
	linear_score(m, NULL, 0, many, N_ELEMS(many), out);
	ck_assert_float_eq_tol(out[0], 5000 * 100 * 0.5f / 70.717749f - 1, 0.1f);
	linear_free(m);
	buf_release(&b);
}
END_TEST

START_TEST(refuses_cut)
{
	struct buf b = { 0 };

	write_small(&b);
	for (size_t len = 0; len < b.len; len++)
		refused(b.data, len, "cut", len);
	buf_addc(&b, 'x');
	refused(b.data, b.len, "longer", b.len);
	buf_release(&b);
}
END_TEST

START_TEST(refuses_flipped)
{
	struct buf b = { 0 };

	write_small(&b);
	for (size_t i = 0; i < b.len; i++)
		for (int bit = 0; bit < 8; bit += 3) {
			b.data[i] = (char)(b.data[i] ^ 1 << bit);
			refused(b.data, b.len, "flipped", i);
			b.data[i] = (char)(b.data[i] ^ 1 << bit);
		}
	buf_release(&b);
}
END_TEST

/* What an earlier release wrote is named, not misread. */
START_TEST(refuses_older)
{
	struct buf b = { 0 }, errors = { 0 };

	write_small(&b);
	b.data[8] = 1;
	ck_assert(linear_parse("model.bin", b.data, b.len, &errors) == NULL);
	ck_assert(strstr(buf_str(&errors), "a format that this program does not read") != NULL);
	buf_release(&errors);
	buf_release(&b);
}
END_TEST

/* A file whose check is right and whose contents are not. */
START_TEST(refuses_hand_made)
{
	static int8_t weights[3 * ROWS];
	struct linear_parts p = { .hash_bits = BITS, .classes = 2, .codes = { "satu", "dua" },
	    .weights = weights };
	struct buf b = { 0 };

	p.scales[0] = _i == 0 ? 1.0f / 0.0f : 1;
	if (_i == 1)
		memcpy(p.codes[1], "D\x01", 3);
	if (_i == 2)
		p.calibration.weight[1] = 1e30f;
	if (_i == 3)
		p.classes = 1;
	if (_i == 4)
		p.calibration.danger[1] = 0.0f / 0.0f;
	if (_i == 5)
		p.biases[2] = -1.0f / 0.0f;	/* danger's */
	linear_write(&b, &p);
	refused(b.data, b.len, "hand made", (size_t)_i);
	buf_release(&b);
}
END_TEST

static const struct { const char *text; const char *label; } taught[] = {
	{ "jalan berlubang depan pasar", "jalan-rusak" }, { "aspal jalan rusak", "jalan-rusak" },
	{ "jalan bolong parah", "jalan-rusak" }, { "lubang jalan dalam", "jalan-rusak" },
	{ "rumah terbakar api besar", "kebakaran" }, { "kebakaran gudang", "kebakaran" },
	{ "api membakar toko", "kebakaran" }, { "asap dan api dari rumah", "kebakaran" },
	{ "sampah menumpuk", "sampah" }, { "truk sampah tidak datang", "sampah" },
	{ "bau sampah busuk", "sampah" }, { "sampah di sungai", "sampah" },
};

static void
train_small(const struct catalogue *cat, struct buf *out, int danger)
{
	struct training t = TRAINING_DEFAULTS;
	struct rows rows = { 0 };
	struct samples samples = { 0 };
	struct buf errors = { 0 };
	int fire = (int)(category_find(cat, "kebakaran") - category_at(cat, 0));

	t.catalogue = cat;
	t.hash_bits = 12;
	t.folds = 2;
	rows.at = xcalloc(N_ELEMS(taught), sizeof(*rows.at));
	for (size_t i = 0; i < N_ELEMS(taught); i++) {
		int label = (int)(category_find(cat, taught[i].label) - category_at(cat, 0));

		rows.at[rows.n++] = (struct row){ xstrdup(taught[i].text), strlen(taught[i].text),
		    label, UINT64_C(1) << label, ROW_OWN, 0, danger ? label == fire : -1 };
	}
	ck_assert_msg(train_model(&t, &rows, out, &samples, &errors) == 0, "%s",
	    buf_str(&errors));
	samples_free(&samples);
	rows_release(&rows);
}

/* The same rows give the same bytes, and the bytes know what they were taught. */
START_TEST(trains_alike)
{
	struct buf text = conf_file("conf/kategori.yaml"), errors = { 0 }, a = { 0 }, b = { 0 };
	struct catalogue *cat = catalogue_parse("k", buf_str(&text), text.len, &errors);
	struct linear *m;
	struct classifier *c;
	struct normaliser *n = normaliser_new(cat, &errors);
	struct tokens t = { 0 };
	struct category_choice choice;

	train_small(cat, &a, 0);
	train_small(cat, &b, 0);
	ck_assert_uint_eq(a.len, b.len);
	ck_assert_mem_eq(a.data, b.data, a.len);
	m = linear_parse("model.bin", a.data, a.len, &errors);
	ck_assert_msg(m != NULL, "%s", buf_str(&errors));
	ck_assert_uint_eq(linear_classes(m), 3);
	c = classifier_new(cat, m, normaliser_words(n), &errors);
	normaliser_run(n, "lubang jalan", 12, &t);
	category_choose(c, &t, 0, &choice);
	ck_assert_str_eq(choice.model_best->code, "jalan-rusak");
	ck_assert_int_ge(choice.model_permille, choice.model_second_permille);
	tokens_release(&t);
	classifier_free(c);
	normaliser_free(n);
	linear_free(m);
	catalogue_free(cat);
	buf_release(&a);
	buf_release(&b);
	buf_release(&text);
}
END_TEST

/* Rows with urgensi teach danger: a fire that was not among them has it, refuse has none. */
START_TEST(learns_danger)
{
	static const char *const texts[] = { "ada api di toko", "sampah di jalan" };
	struct buf text = conf_file("conf/kategori.yaml"), errors = { 0 }, a = { 0 };
	struct catalogue *cat = catalogue_parse("k", buf_str(&text), text.len, &errors);
	struct normaliser *n = normaliser_new(cat, &errors);
	struct tokens t = { 0 };
	struct linear *m;
	float out[2][LINEAR_COLUMNS];

	train_small(cat, &a, 0);
	m = linear_parse("model.bin", a.data, a.len, &errors);
	ck_assert_int_eq(linear_knows_danger(m), 0);
	linear_free(m);
	a.len = 0;
	train_small(cat, &a, 1);
	m = linear_parse("model.bin", a.data, a.len, &errors);
	ck_assert_int_eq(linear_knows_danger(m), 1);
	for (int i = 0; i < 2; i++) {
		struct features f;

		normaliser_run(n, texts[i], strlen(texts[i]), &t);
		features_of(&t, &f);
		linear_score(m, f.words, f.words_n, f.pieces, f.pieces_n, out[i]);
	}
	ck_assert_float_gt(out[0][linear_classes(m)], out[1][linear_classes(m)]);
	linear_free(m);
	tokens_release(&t);
	normaliser_free(n);
	catalogue_free(cat);
	buf_release(&a);
	buf_release(&text);
}
END_TEST

static void
ck_same_tokens(const struct tokens *a, const struct tokens *b)
{
	ck_assert_uint_eq(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		ck_assert_mem_eq(a->at[i].hash, b->at[i].hash, sizeof(a->at[i].hash));
		ck_assert_mem_eq(a->at[i].word, b->at[i].word, sizeof(a->at[i].word));
		for (int f = FORM_WRITTEN; f < FORMS; f++) {
			const char *x = token_form(a, i, (enum token_form)f);
			const char *y = token_form(b, i, (enum token_form)f);

			ck_assert((x == NULL) == (y == NULL) && (x == NULL || strcmp(x, y) == 0));
		}
	}
}

/* The text of a table's line, and where the next line begins; NULL behind the last. */
static const char *
read_line(const char *line, size_t *len)
{
	*len = strcspn(line, "\t\n");
	return *line == '\0' ? NULL : line + strcspn(line, "\n") + 1;
}

/*
 * What is remembered of words changes nothing: one normaliser has read all texts before, the other
 * reads each after others; forms and scores are the same, the scores to the bit those without a memo.
 */
START_TEST(a_memo_changes_nothing)
{
	struct buf yaml = conf_file("conf/kategori.yaml"), bytes = conf_file("conf/model.bin"), errors = { 0 };
	struct buf table = conf_file("model/bahaya.tsv"), letter = { 0 };
	struct catalogue *cat = catalogue_parse("k", buf_str(&yaml), yaml.len, &errors);
	struct linear *m = linear_parse("model.bin", bytes.data, bytes.len, &errors);
	struct normaliser *used = normaliser_new(cat, &errors), *fresh = normaliser_new(cat, &errors);
	struct features_memo *memo = features_memo_new();
	struct tokens a = { 0 }, b = { 0 };
	struct vocab words = { .n = 0 };
	size_t len, lines = table.len;

	/* once more in a tongue of its own: words enough to push each other out */
	buf_room(&table, lines);
	buf_add(&table, table.data, lines);
	for (size_t i = lines; i < table.len; i++)
		table.data[i] = table.data[i] == 'a' ? 'o' : table.data[i];
	for (const char *line = table.data, *next; (next = read_line(line, &len)) != NULL; line = next) {
		normaliser_run(used, line, len, &a);
		for (size_t i = 0; i < a.n; i++)
			vocab_add(&words, token_form(&a, i, FORM_WRITTEN), a.at[i].form_len[FORM_WRITTEN]);
		buf_add(&letter, line, len);
		buf_addc(&letter, ' ');
	}
	ck_assert_uint_gt(words.n, LEXEMES / 2);
	buf_addc(&letter, '\n');
	buf_add(&letter, table.data, table.len);	/* first of all a letter whose end nobody reads */
	for (const char *line = letter.data, *next; (next = read_line(line, &len)) != NULL; line = next) {
		float with[LINEAR_COLUMNS], without[LINEAR_COLUMNS];
		static struct features f;

		normaliser_run(used, line, len, &a);
		normaliser_run(fresh, line, len, &b);
		ck_same_tokens(&a, &b);
		features_score(memo, m, &a, with);
		features_of(&b, &f);
		linear_score(m, f.words, f.words_n, f.pieces, f.pieces_n, without);
		ck_assert_mem_eq(with, without, (linear_classes(m) + 1) * sizeof(*with));
	}
	vocab_release(&words);
	features_memo_free(memo);
	normaliser_free(used);
	normaliser_free(fresh);
	tokens_release(&a);
	tokens_release(&b);
	linear_free(m);
	catalogue_free(cat);
	buf_release(&yaml);
	buf_release(&bytes);
	buf_release(&table);
	buf_release(&letter);
}
END_TEST

/* Words are exchanged for peers and places are named, each row's the same every time. */
START_TEST(varies)
{
	static const char peers[] = "# kin\nbapak ibu nenek\n\nsungai laut\n";
	static const char text[] = "Bapak ke sungai, bapaknya tidak";
	struct buf places = conf_file("conf/wilayah.csv"), errors = { 0 };
	struct gazetteer *g = gazetteer_parse("wilayah.csv", buf_str(&places), places.len, NULL,
	    NULL, 0, &errors);
	struct variations *v = variations_new("peers", peers, strlen(peers), g, &errors);
	int exchanged = 0;

	ck_assert_msg(v != NULL, "%s", buf_str(&errors));
	for (size_t i = 0; i < 20; i++) {
		struct buf a = { 0 }, b = { 0 };

		ck_assert_int_eq(variations_place(v, text, strlen(text), i, &a), 1);
		ck_assert(strncmp(buf_str(&a), "Bapak ke sungai, bapaknya tidak, ", 33) == 0);
		variations_place(v, text, strlen(text), i, &b);
		ck_assert_str_eq(buf_str(&a), buf_str(&b));
		a.len = b.len = 0;
		exchanged += variations_peers(v, text, strlen(text), i, &a);
		variations_peers(v, text, strlen(text), i, &b);
		ck_assert_str_eq(buf_str(&a), buf_str(&b));
		/* "bapaknya" has no peer, and what stands between words stays */
		ck_assert(strstr(buf_str(&a), ", bapaknya tidak") != NULL);
		a.len = 0;
		ck_assert_int_eq(variations_peers(v, "kucing", 6, i, &a), 0);
		buf_release(&a);
		buf_release(&b);
	}
	ck_assert_int_gt(exchanged, 10);
	variations_free(v);
	ck_assert(variations_new("peers", "dua tiga\nsendiri\n", 17, g, &errors) == NULL);
	ck_assert_str_eq(buf_str(&errors), "peers:2: a word alone has no peer; add one or take it out\n");
	gazetteer_free(g);
	buf_release(&places);
	buf_release(&errors);
}
END_TEST

static const struct { const char *what, *table; int rc; size_t rows; } tables[] = {
	{ "two columns", "text\tlabel\na\tjalan-rusak\nb\tsampah\n", 0, 2 },
	{ "in any order, others beside", "x\tlabel\ttext\n1\tjalan-rusak\ta\n", 0, 1 },
	{ "unknown labels are left out", "text\tlabel\na\tkewilayahan\n", 0, 0 },
	{ "danger alone", "text\turgensi\na\tdarurat\nb\tbiasa\nc\t-\n", 0, 2 },
	{ "no text", "teks\tlabel\na\tsampah\n", -1, 0 },
	{ "a short row", "text\tlabel\na\n", -1, 0 },
	{ "empty", "", 0, 0 },
};

START_TEST(reads_tables)
{
	struct buf text = conf_file("conf/kategori.yaml"), errors = { 0 };
	struct catalogue *cat = catalogue_parse("k", buf_str(&text), text.len, &errors);
	struct rows rows = { 0 };
	char path[] = "/tmp/kentongan-rows-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	fputs(tables[_i].table, f);
	fclose(f);
	ck_assert_msg(rows_read(&rows, path, cat, &errors) == tables[_i].rc, "%s: %s",
	    tables[_i].what, buf_str(&errors));
	ck_assert_msg(rows.n == tables[_i].rows, "%s", tables[_i].what);
	ck_assert_msg((errors.len > 0) == (tables[_i].rc != 0), "%s", tables[_i].what);
	remove(path);
	rows_release(&rows);
	catalogue_free(cat);
	buf_release(&text);
	buf_release(&errors);
}
END_TEST

Suite *linear_suite(void);
Suite *
linear_suite(void)
{
	Suite *s = suite_create("linear");
	TCase *tc = tcase_create("linear");

	tcase_add_test(tc, predicts);
	tcase_add_test(tc, adds_many);
	tcase_add_test(tc, refuses_cut);
	tcase_add_test(tc, refuses_flipped);
	tcase_add_test(tc, refuses_older);
	tcase_add_loop_test(tc, refuses_hand_made, 0, 6);
	tcase_add_test(tc, trains_alike);
	tcase_add_test(tc, learns_danger);
	tcase_add_test(tc, a_memo_changes_nothing);
	tcase_add_test(tc, varies);
	tcase_add_loop_test(tc, reads_tables, 0, (int)N_ELEMS(tables));
	suite_add_tcase(s, tc);
	return s;
}
