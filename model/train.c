#include "model/train.h"

#include <linear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "router/features.h"
#include "router/normalise.h"
#include "router/urgency.h"

#define EPSILON 0.05	/* liblinear stops there; smaller changes no figure, and takes longer */
#define SEED 3510
#define GUESSED_WEIGHT 2	/* of a row whose danger only follows from its category */

/* A row is taught several times: as written, with a place named, with words exchanged. */
enum wording { WORDING_WRITTEN, WORDING_PLACE, WORDING_PEERS, WORDINGS };

/* A text as liblinear and the rules see it. */
struct example {
	struct feature_node *nodes[WORDINGS];	/* ended by index -1; NULL: taught as written */
	float (*voices)[VOICES];	/* the rules'; NULL for ROW_DANGER */
	int danger;			/* 1, 0; -1: nobody can tell */
	int danger_times;		/* so often it is taught */
	float danger_voices[DANGER_VOICES];	/* the rules' */
};
struct workshop {
	const struct training *t;
	const struct rows *rows;
	struct example *examples;
	size_t categories, columns;	/* the last column is danger's */
	uint64_t taught;		/* bits of the categories that have rows */
	float *weights;			/* columns of each feature, feature by feature */
	float biases[LINEAR_COLUMNS];
	int knows_danger;
};

/* ---- preparing ---- */

static int
by_index(const void *a, const void *b)
{
	return ((const struct feature_node *)a)->index - ((const struct feature_node *)b)->index;
}

static size_t
merge(struct feature_node *nodes, size_t n)
{
	size_t kept = 0;

	qsort(nodes, n, sizeof(*nodes), by_index);
	for (size_t i = 0; i < n; i++)
		if (kept > 0 && nodes[kept - 1].index == nodes[i].index)
			nodes[kept - 1].value += nodes[i].value;
		else
			nodes[kept++] = nodes[i];
	return kept;
}

/* The same sums as linear_score() makes. */
static struct feature_node *
nodes_of(const struct tokens *tokens, unsigned bits)
{
	struct features f;
	struct feature_node *nodes;
	size_t n = 0;
	double norm;

	features_of(tokens, &f);
	norm = sqrt((double)(LINEAR_WORD_WEIGHT * LINEAR_WORD_WEIGHT * f.words_n +
	    f.pieces_n + 1));
	nodes = xcalloc(f.words_n + f.pieces_n + 2, sizeof(*nodes));
	for (size_t i = 0; i < f.words_n; i++)
		nodes[n++] = (struct feature_node){ (int)linear_row(f.words[i], bits) + 1,
		    LINEAR_WORD_WEIGHT / norm };
	for (size_t i = 0; i < f.pieces_n; i++)
		nodes[n++] = (struct feature_node){ (int)linear_row(f.pieces[i], bits) + 1,
		    1 / norm };
	n = merge(nodes, n);
	nodes[n++] = (struct feature_node){ (1 << bits) + 1, 1 };
	nodes[n++] = (struct feature_node){ -1, 0 };
	return xrealloc(nodes, n * sizeof(*nodes));
}

/*
 * Whether a row is an emergency: by its own column, else by its category where that is clear.
 * An emergency's category with what speaks against it, or a word of danger under a harmless one,
 * teaches nothing.
 */
static void
guess_danger(const struct workshop *w, const struct row *row, const struct alarm *alarm,
    struct example *e)
{
	int says = alarm->danger >= ALARM_LINE;
	enum urgency base;

	e->danger = row->danger;
	e->danger_times = row->kind == ROW_OPERATOR ? 1 : w->t->own_weight;
	if (row->danger >= 0)
		return;
	e->danger_times = GUESSED_WEIGHT;
	if (row->kind == ROW_PHRASE)
		return;
	base = category_at(w->t->catalogue, (size_t)row->label)->urgency;
	if (base == URGENCY_DARURAT && row->kind == ROW_OWN && alarm->lowered == 0 &&
	    alarm->mild < ALARM_LINE)
		e->danger = 1;
	else if (base == URGENCY_BIASA && (!says || row->kind == ROW_OPERATOR))
		e->danger = 0;
	else if (base == URGENCY_MENDESAK && alarm->danger == 0)
		e->danger = 0;
}

/* The other wordings of a row that is taught more than once. */
static void
vary(const struct workshop *w, size_t i, const struct normaliser *normaliser, struct tokens *tokens)
{
	const struct variations *v = w->t->variations;
	const struct row *row = &w->rows->at[i];
	struct buf text = { 0 };

	if (v == NULL || row->kind == ROW_OPERATOR || row->kind == ROW_PHRASE)
		return;
	for (int k = WORDING_PLACE; k < WORDINGS; k++) {
		text.len = 0;
		if (!(k == WORDING_PLACE ? variations_place(v, row->text, row->len, i, &text) :
		    variations_peers(v, row->text, row->len, i, &text)))
			continue;
		normaliser_run(normaliser, buf_str(&text), text.len, tokens);
		w->examples[i].nodes[k] = nodes_of(tokens, w->t->hash_bits);
	}
	buf_release(&text);
}

static int
prepare(struct workshop *w, struct buf *errors)
{
	const struct catalogue *cat = w->t->catalogue;
	struct normaliser *normaliser = normaliser_new(cat, errors);
	struct classifier *classifier = normaliser == NULL ? NULL :
	    classifier_new(cat, NULL, normaliser_words(normaliser), errors);
	struct alarm_words *alarms = normaliser == NULL ? NULL :
	    alarm_words_new(cat, normaliser_words(normaliser), errors);
	struct tokens tokens = { 0 };
	int rc = -1;

	if (normaliser == NULL || classifier == NULL || alarms == NULL)
		goto out;
	w->examples = xcalloc(w->rows->n + 1, sizeof(*w->examples));
	for (size_t i = 0; i < w->rows->n; i++) {
		const struct row *row = &w->rows->at[i];
		struct example *e = &w->examples[i];
		struct category_choice choice;
		struct alarm alarm;

		normaliser_run(normaliser, row->text, row->len, &tokens);
		e->nodes[WORDING_WRITTEN] = nodes_of(&tokens, w->t->hash_bits);
		alarm_read(alarms, row->text, row->len, &tokens, &alarm);
		guess_danger(w, row, &alarm, e);
		w->knows_danger |= row->danger == 1;
		category_choose(classifier, &tokens, alarm.danger >= ALARM_LINE, &choice);
		alarm_voices(&alarm, 0, 0, choice.rules_best, e->danger_voices);
		if (row->kind != ROW_DANGER) {
			e->voices = xcalloc(w->categories, sizeof(*e->voices));
			category_voices(classifier, &tokens, alarm.danger >= ALARM_LINE, e->voices);
			w->taught |= UINT64_C(1) << row->label;
		}
		vary(w, i, normaliser, &tokens);
	}
	rc = 0;
out:
	tokens_release(&tokens);
	alarm_words_free(alarms);
	classifier_free(classifier);
	normaliser_free(normaliser);
	return rc;
}

static void
workshop_release(struct workshop *w)
{
	for (size_t i = 0; w->examples != NULL && i < w->rows->n; i++) {
		for (int k = 0; k < WORDINGS; k++)
			free(w->examples[i].nodes[k]);
		free(w->examples[i].voices);
	}
	free(w->examples);
	free(w->weights);
}

/* ---- teaching ---- */

static void
quiet(const char *s)
{
	(void)s;
}

static int
times_taught(const struct workshop *w, const struct row *row)
{
	return row->kind == ROW_OPERATOR || row->kind == ROW_PHRASE ? 1 : w->t->own_weight;
}

/* A row whose other labels name the category speaks neither for it nor against it. */
static int
speaks_for(const struct workshop *w, size_t i, size_t column, int *times)
{
	const struct row *row = &w->rows->at[i];
	const struct example *e = &w->examples[i];

	if (column == w->categories) {
		*times = e->danger < 0 ? 0 : e->danger_times;
		return e->danger == 1;
	}
	*times = row->kind == ROW_DANGER || (row->label != (int)column &&
	    (row->accepted >> column & 1) != 0) ? 0 : times_taught(w, row);
	return row->label == (int)column;
}

/* The k-th time a row is taught; what has no such wording is taught as written. */
static struct feature_node *
worded(const struct example *e, int k)
{
	struct feature_node *nodes = k < WORDINGS ? e->nodes[k] : NULL;

	return nodes == NULL ? e->nodes[WORDING_WRITTEN] : nodes;
}

/* Teaches one category, or danger.  fold: rows of that fold are held back; -1: none. */
static void
teach_column(struct workshop *w, size_t column, int fold)
{
	size_t most = w->rows->n * (size_t)w->t->own_weight, features = 1UL << w->t->hash_bits;
	struct problem p = { .n = (int)features + 1, .bias = 1 };
	struct parameter how = { .solver_type = L2R_L2LOSS_SVC_DUAL, .eps = EPSILON,
	    .C = column == w->categories ? w->t->danger_cost : w->t->cost };
	struct model *m;
	double sign;

	p.y = xcalloc(most, sizeof(*p.y));
	p.x = xcalloc(most, sizeof(*p.x));
	for (size_t i = 0; i < w->rows->n; i++) {
		int times, own = speaks_for(w, i, column, &times);

		if (fold >= 0 && i % (size_t)w->t->folds == (size_t)fold &&
		    w->rows->at[i].kind != ROW_PHRASE)
			continue;
		for (int k = 0; k < times; k++) {
			p.y[p.l] = own ? 1 : -1;
			p.x[p.l++] = worded(&w->examples[i], k);
		}
	}
	set_print_string_function(quiet);
	srand(SEED);
	m = train(&p, &how);
	sign = m->nr_class == 2 && m->label[0] == 1 ? 1 : -1;
	for (size_t f = 0; f < features; f++)
		w->weights[f * w->columns + column] = (float)(sign * m->w[f]);
	w->biases[column] = (float)(sign * m->w[features]);
	free_and_destroy_model(&m);
	free(p.y);
	free(p.x);
}

static void
teach(struct workshop *w, int fold)
{
	for (size_t c = 0; c < w->categories; c++)
		if ((w->taught >> c & 1) != 0)
			teach_column(w, c, fold);
	if (w->knows_danger)
		teach_column(w, w->categories, fold);
}

static void
score(const struct workshop *w, const struct example *e, float *out)
{
	double sum[LINEAR_COLUMNS];

	for (size_t c = 0; c < w->columns; c++)
		sum[c] = w->biases[c];
	for (const struct feature_node *n = e->nodes[WORDING_WRITTEN]; n[1].index >= 0; n++)
		for (size_t c = 0; c < w->columns; c++)
			sum[c] += n->value * w->weights[(size_t)(n->index - 1) * w->columns + c];
	for (size_t c = 0; c < w->columns; c++)
		out[c] = (float)sum[c];
}

static float
best_harmless(const struct workshop *w, const float *scores)
{
	float best = HARMLESS_LEAST;

	for (size_t c = 0; c < w->categories; c++)
		if ((w->taught >> c & 1) != 0 &&
		    category_at(w->t->catalogue, c)->urgency != URGENCY_DARURAT)
			best = fmaxf(best, scores[c]);
	return best;
}

/* What the router hears of a text held back. */
static void
add_sample(const struct workshop *w, size_t i, struct samples *out)
{
	struct sample *s = &out->at[out->n++];
	float scores[LINEAR_COLUMNS], least = 0;

	s->row = &w->rows->at[i];
	score(w, &w->examples[i], scores);
	memcpy(s->danger, w->examples[i].danger_voices, sizeof(s->danger));
	s->danger[DANGER_MODEL] = scores[w->categories];
	s->danger[DANGER_HARMLESS] = best_harmless(w, scores);
	if (s->row->kind == ROW_DANGER)
		return;
	s->voices = xcalloc(w->categories, sizeof(*s->voices));
	memcpy(s->voices, w->examples[i].voices, w->categories * sizeof(*s->voices));
	for (size_t c = 0; c < w->categories; c++)
		if ((w->taught >> c & 1) != 0 && scores[c] < least)
			least = scores[c];
	for (size_t c = 0; c < w->categories; c++)
		s->voices[c][VOICE_MODEL] = (w->taught >> c & 1) != 0 ? scores[c] : least;
}

static void
cross_validate(struct workshop *w, struct samples *out)
{
	size_t folds = (size_t)w->t->folds;

	out->at = xcalloc(w->rows->n + 1, sizeof(*out->at));
	out->categories = w->categories;
	out->knows_danger = w->knows_danger;
	for (size_t fold = 0; fold < folds; fold++) {
		teach(w, (int)fold);
		for (size_t i = fold; i < w->rows->n; i += folds)
			if (w->rows->at[i].kind != ROW_PHRASE)
				add_sample(w, i, out);
	}
}

/* ---- the file ---- */

static void
write_model(const struct workshop *w, const struct linear_calibration *calibration,
    struct buf *out)
{
	struct linear_parts p = { .hash_bits = w->t->hash_bits, .calibration = *calibration };
	size_t features = 1UL << w->t->hash_bits, columns = 0;
	size_t of[LINEAR_COLUMNS] = { 0 };
	int8_t *weights = xcalloc(features, LINEAR_COLUMNS);

	memcpy(p.digest, w->rows->digest, sizeof(p.digest));
	for (size_t c = 0; c < w->columns; c++) {
		float most = 1e-6f;

		if (c < w->categories && (w->taught >> c & 1) == 0)
			continue;
		for (size_t f = 0; f < features; f++)
			most = fmaxf(most, fabsf(w->weights[f * w->columns + c]));
		if (c < w->categories)
			memcpy(p.codes[columns], category_at(w->t->catalogue, c)->code,
			    CATEGORY_CHARS);
		p.scales[columns] = most / 127;
		p.biases[columns] = w->biases[c];
		of[columns++] = c;
	}
	for (size_t f = 0; f < features; f++)
		for (size_t k = 0; k < columns; k++)
			weights[f * columns + k] = (int8_t)lrintf(
			    w->weights[f * w->columns + of[k]] / p.scales[k]);
	p.classes = columns - 1;
	p.weights = weights;
	linear_write(out, &p);
	free(weights);
}

int
train_model(const struct training *t, const struct rows *rows, struct buf *out,
    struct samples *samples, struct buf *errors)
{
	struct workshop w = { .t = t, .rows = rows, .categories = catalogue_count(t->catalogue),
	    .columns = catalogue_count(t->catalogue) + 1 };
	struct linear_calibration calibration;
	int rc = -1;

	if (w.categories > LINEAR_CLASSES || rows->n < 2) {
		buf_addf(errors, "%zu categories and %zu rows; a model needs at most %d and at "
		    "least 2\n", w.categories, rows->n, LINEAR_CLASSES);
		return -1;
	}
	if (prepare(&w, errors) != 0)
		goto out;
	w.weights = xcalloc(w.columns << t->hash_bits, sizeof(*w.weights));
	cross_validate(&w, samples);
	calibration = weigh_voices(samples);
	weigh_danger(samples, &calibration);
	teach(&w, -1);
	write_model(&w, &calibration, out);
	rc = 0;
out:
	workshop_release(&w);
	return rc;
}
