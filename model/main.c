/*
 * kentongan-train: labelled texts to conf/model.bin, with the figures of a cross-validation.
 * It is no part of what runs: `make model` calls it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config.h"
#include "model/train.h"

#define BINS 10

static const char usage[] =
    "usage: kentongan-train [--conf DIR] [--out FILE] [--folds N] [--bits N] [--cost X]\n"
    "                       [--own N] [--peers FILE] TABLE...\n"
    "Trains the model of categories and danger from tab separated tables (columns text, label[,\n"
    "label_lain, mutu, urgensi], or text, urgensi) and prints what texts held back say about it.\n";

struct tally { size_t n, model, rules, both; };

static int
is_right(const struct sample *s, int category)
{
	return category >= 0 && (s->row->accepted >> category & 1) != 0;
}

/* The best by one voice alone; -1 if it says nothing. */
static int
best_by(const struct sample *s, size_t n, enum voice voice)
{
	int best = -1;

	for (size_t i = 0; i < n; i++)
		if ((best < 0 && (voice == VOICE_MODEL || s->voices[i][voice] > 0)) ||
		    (best >= 0 && s->voices[i][voice] > s->voices[best][voice]))
			best = (int)i;
	return best;
}

static void
count(struct tally *t, const struct samples *all, const struct sample *s,
    const struct linear_calibration *c)
{
	float share;

	t->n++;
	t->model += (size_t)is_right(s, best_by(s, all->categories, VOICE_MODEL));
	t->rules += (size_t)is_right(s, best_by(s, all->categories, VOICE_FIRST));
	t->both += (size_t)is_right(s, weigh_best(c, s, all->categories, &share));
}

static void
print_tally(const char *name, const struct tally *t)
{
	double n = (double)t->n;

	if (t->n > 0)
		printf("%-28s %6zu  %.3f  %.3f  %.3f\n", name, t->n, (double)t->model / n,
		    (double)t->rules / n, (double)t->both / n);
}

static void
print_reliability(const struct samples *s, const struct linear_calibration *c)
{
	size_t n[BINS] = { 0 }, right[BINS] = { 0 };
	double said[BINS] = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		float share;
		int best, bin;

		if (s->at[i].row->kind >= ROW_SHARED)
			continue;
		best = weigh_best(c, &s->at[i], s->categories, &share);
		bin = (int)(share * BINS);
		bin = bin < BINS ? bin : BINS - 1;
		n[bin]++;
		said[bin] += share;
		right[bin] += (size_t)is_right(&s->at[i], best);
	}
	printf("\nconfidence                    texts   said  right\n");
	for (int b = 0; b < BINS; b++)
		if (n[b] > 0)
			printf("%.1f to %.1f                   %6zu  %.3f  %.3f\n", b / 10.0,
			    (b + 1) / 10.0, n[b], said[b] / (double)n[b],
			    (double)right[b] / (double)n[b]);
}

/* How probable rules and model together find danger in rows whose urgensi is known. */
static void
print_danger(const struct samples *s, const struct linear_calibration *c)
{
	size_t n[BINS] = { 0 }, right[BINS] = { 0 };
	double said[BINS] = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		double p = alarm_permille(c, s->at[i].danger) / 1000.0;
		int bin = p * BINS < BINS - 1 ? (int)(p * BINS) : BINS - 1;

		if (s->at[i].row->danger < 0 || s->at[i].row->shared)
			continue;
		n[bin]++;
		said[bin] += p;
		right[bin] += (size_t)s->at[i].row->danger;
	}
	printf("\ndanger by all voices          texts   said   true\n");
	for (int b = 0; b < BINS; b++)
		if (n[b] > 0)
			printf("%.1f to %.1f                   %6zu  %.3f  %.3f\n", b / 10.0,
			    (b + 1) / 10.0, n[b], said[b] / (double)n[b],
			    (double)right[b] / (double)n[b]);
}

/* The rules' sum, as far as the voices carry it. */
static int
danger_said(const struct sample *s)
{
	return (int)(10 * s->danger[DANGER_RULES] + 0.5f);
}

/* What the lines of kategori.yaml, ambang: bahaya and sangsi, would find of the same rows. */
static void
print_lines(const struct samples *s, const struct linear_calibration *c)
{
	static const int dangers[] = { 150, 200, 250, 300, 350, 400, 450, 500, 600 };
	static const int doubts[] = { 50, 80, 100, 150 };

	printf("\nbahaya sangsi                 recall  precision\n");
	for (size_t k = 0; k < N_ELEMS(dangers) * N_ELEMS(doubts); k++) {
		const struct alarm_lines lines = { .danger = dangers[k / N_ELEMS(doubts)],
		    .doubt = doubts[k % N_ELEMS(doubts)] };
		size_t all = 0, found = 0, right = 0;

		for (size_t i = 0; i < s->n; i++) {
			int stands;

			if (s->at[i].row->danger < 0 || s->at[i].row->shared)
				continue;
			stands = alarm_stands(&lines, danger_said(&s->at[i]),
			    alarm_permille(c, s->at[i].danger));
			all += (size_t)s->at[i].row->danger;
			found += (size_t)stands;
			right += (size_t)(stands && s->at[i].row->danger);
		}
		printf("%.2f   %.2f                   %.3f   %.3f\n", lines.danger / 1000.0,
		    lines.doubt / 1000.0, all == 0 ? 0 : (double)right / (double)all,
		    found == 0 ? 0 : (double)right / (double)found);
	}
}

static void
print_figures(const struct catalogue *cat, const struct samples *s,
    const struct linear_calibration *c)
{
	struct tally of[ROW_KINDS] = { { 0 } };

	printf("held back, accepted           texts  model  rules  together\n");
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].row->kind != ROW_DANGER)
			count(&of[s->at[i].row->kind], s, &s->at[i], c);
	for (int k = 0; k < ROW_KINDS; k++)
		print_tally(row_kind_names[k], &of[k]);
	for (int k = 0; k < ROW_SHARED; k++) {
		printf("\n%s\n", row_kind_names[k]);
		for (size_t i = 0; i < catalogue_count(cat); i++) {
			struct tally t = { 0 };

			for (size_t j = 0; j < s->n; j++)
				if (s->at[j].row->label == (int)i &&
				    s->at[j].row->kind == (enum row_kind)k)
					count(&t, s, &s->at[j], c);
			print_tally(category_at(cat, i)->code, &t);
		}
	}
	print_reliability(s, c);
	if (s->knows_danger) {
		print_danger(s, c);
		print_lines(s, c);
	}
}

static int
write_file(const char *path, const struct buf *b)
{
	struct buf fresh = { 0 };
	FILE *f;
	int rc = -1;

	buf_addf(&fresh, "%s.new", path);
	f = fopen(buf_str(&fresh), "wb");
	if (f != NULL) {
		rc = fwrite(b->data, 1, b->len, f) == b->len ? 0 : -1;
		if (fclose(f) != 0 || rc != 0 || rename(buf_str(&fresh), path) != 0)
			rc = -1;
	}
	if (rc != 0)
		fprintf(stderr, "kentongan-train: %s: %s\n", path, strerror(errno));
	buf_release(&fresh);
	return rc;
}

static struct catalogue *
read_catalogue(const char *conf, struct buf *errors)
{
	struct buf path = { 0 }, text = { 0 };
	struct catalogue *c = NULL;

	buf_addf(&path, "%s/kategori.yaml", conf);
	if (file_read(buf_str(&path), 8u << 20, &text) != 0)
		buf_addf(errors, "%s: %s\n", buf_str(&path), strerror(errno));
	else
		c = catalogue_parse(buf_str(&path), buf_str(&text), text.len, errors);
	buf_release(&path);
	buf_release(&text);
	return c;
}

/* Peers and the places of conf/wilayah.csv; what they are belongs to what the model was made of. */
static struct variations *
read_variations(const char *conf, const char *peers, struct gazetteer **places, struct rows *rows,
    struct buf *errors)
{
	struct buf path = { 0 }, table = { 0 }, words = { 0 };
	struct variations *v = NULL;

	buf_addf(&path, "%s/wilayah.csv", conf);
	if (file_read(buf_str(&path), 8u << 20, &table) != 0)
		buf_addf(errors, "%s: %s\n", buf_str(&path), strerror(errno));
	else if (file_read(peers, 8u << 20, &words) != 0)
		buf_addf(errors, "%s: %s\n", peers, strerror(errno));
	else if ((*places = gazetteer_parse(buf_str(&path), buf_str(&table), table.len, NULL, NULL,
	    0, errors)) != NULL)
		v = variations_new(peers, buf_str(&words), words.len, *places, errors);
	if (v != NULL) {
		digest_chain(rows->digest, rows->digest, buf_str(&table), table.len);
		digest_chain(rows->digest, rows->digest, buf_str(&words), words.len);
	}
	buf_release(&path);
	buf_release(&table);
	buf_release(&words);
	return v;
}

static int
run(struct training *t, const char *conf, const char *peers, const char *to, char **paths, int n,
    struct buf *errors)
{
	struct catalogue *catalogue = read_catalogue(conf, errors);
	struct gazetteer *places = NULL;
	struct variations *variations = NULL;
	struct rows rows = { 0 };
	struct samples samples = { 0 };
	struct buf bytes = { 0 };
	struct linear *m = NULL;
	int rc = -1;

	if (catalogue == NULL)
		goto out;
	t->catalogue = catalogue;
	if (peers != NULL &&
	    (t->variations = variations = read_variations(conf, peers, &places, &rows, errors)) == NULL)
		goto out;
	for (int i = 0; i < n; i++)
		if (rows_read(&rows, paths[i], catalogue, errors) != 0)
			goto out;
	rows_add_phrases(&rows, catalogue);
	if (train_model(t, &rows, &bytes, &samples, errors) != 0 ||
	    (m = linear_parse(to, bytes.data, bytes.len, errors)) == NULL ||
	    write_file(to, &bytes) != 0)
		goto out;
	printf("%s: model %s, %zu rows (%zu of unknown labels left out), %zu categories, "
	    "%zu bytes\nvoices:", to, linear_name(m), rows.n, rows.skipped, linear_classes(m),
	    bytes.len);
	for (int v = 0; v < VOICES; v++)
		printf(" %.3f", (double)linear_calibration(m)->weight[v]);
	printf("\ndanger:");
	for (int v = 0; v < DANGER_VOICES; v++)
		printf(" %.3f", (double)linear_calibration(m)->danger[v]);
	printf("\n");
	print_figures(catalogue, &samples, linear_calibration(m));
	rc = 0;
out:
	linear_free(m);
	samples_free(&samples);
	rows_release(&rows);
	variations_free(variations);
	gazetteer_free(places);
	catalogue_free(catalogue);
	buf_release(&bytes);
	return rc;
}

/* 0, which none of them may be: it is no number up to 1,000. */
static int
small_number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	return end == s || *end != '\0' || n < 0 || n > 1000 ? 0 : (int)n;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "conf", required_argument, NULL, 'c' }, { "out", required_argument, NULL, 'o' },
		{ "folds", required_argument, NULL, 'f' }, { "bits", required_argument, NULL, 'b' },
		{ "cost", required_argument, NULL, 'x' }, { "own", required_argument, NULL, 'w' },
		{ "peers", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 }
	};
	struct training t = TRAINING_DEFAULTS;
	const char *conf = "conf", *to = "conf/model.bin", *peers = NULL;
	struct buf errors = { 0 };
	int option, rc;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c': conf = optarg; break;
		case 'o': to = optarg; break;
		case 'f': t.folds = small_number(optarg); break;
		case 'b': t.hash_bits = (unsigned)small_number(optarg); break;
		case 'x': t.cost = strtod(optarg, NULL); break;
		case 'w': t.own_weight = small_number(optarg); break;
		case 'p': peers = optarg; break;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind == argc || t.folds < 2 || t.hash_bits < 8 || t.hash_bits > 20 || t.cost <= 0 ||
	    t.own_weight < 1) {
		fputs(usage, stderr);
		return 2;
	}
	rc = run(&t, conf, peers, to, argv + optind, argc - optind, &errors);
	fputs(buf_str(&errors), stderr);
	buf_release(&errors);
	return rc == 0 ? 0 : 1;
}
