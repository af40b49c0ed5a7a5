#include "router/urgency.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HITS_MAX 1024
#define NEGATION_REACH 1	/* words between a negation and the danger it denies */
#define LETTER_WORDS 25
#define LETTER_LONG_WORDS 50
#define UNMISTAKABLE 20	/* so heavy a danger counts in full, however long the letter */
#define PAST_REACH 6
#define WISH_FAR 3	/* "takut", not "bisa", which is also venom: such a one speaks in a gap too */
#define FAINT_LINE 4		/* lighter words only add to others */
#define HEARSAY_REACH 3
#define RULES_MOST 40		/* more words say no more to the voices */

static_assert(DANGER_VOICES == LINEAR_DANGER_VOICES, "the model weighs each voice");

enum list {
	LIST_DANGER, LIST_MILD, LIST_URGENT, LIST_EASY, LIST_NEGATION, LIST_PAST, LIST_NOW,
	LIST_WISH, LIST_HEARSAY, LIST_FIGURE, LIST_TURN, LISTS
};
static const char *const list_names[LISTS] = {
	"darurat", "ringan", "mendesak", "santai", "negasi", "lampau", "sekarang", "harap", "kabar",
	"kiasan", "tetapi"
};

struct entry { enum list list; const struct word_rule *rule; uint64_t order; };	/* list, then the heaviest */
struct alarm_words {
	struct matcher *matcher;
	struct entry *entries;
	size_t n;
};

struct alarm_words *
alarm_words_new(const struct catalogue *c, struct vocab *words, struct buf *errors)
{
	struct alarm_words *w = xcalloc(1, sizeof(*w));
	const struct word_rule *rules;
	size_t total = 0;
	int rc = 0;

	w->matcher = matcher_new(words, 0);
	for (int l = 0; l < LISTS; l++)
		total += catalogue_words(c, list_names[l], &rules);
	w->entries = xcalloc(total + 1, sizeof(*w->entries));
	for (int l = 0; l < LISTS; l++) {
		size_t n = catalogue_words(c, list_names[l], &rules);

		for (size_t i = 0; i < n; i++) {
			if (matcher_add(w->matcher, rules[i].words, (uint32_t)w->n) != 0) {
				buf_addf(errors,
				    "kategori.yaml:%d: \"%s\" in %s is no phrase\n", rules[i].line,
				    rules[i].words, list_names[l]);
				rc = -1;
			}
			w->entries[w->n++] = (struct entry){ (enum list)l, &rules[i],
			    (uint64_t)l << 48 | (uint64_t)((int64_t)INT32_MAX - rules[i].weight) << 16 };
		}
	}
	if (rc != 0) {
		alarm_words_free(w);
		return NULL;
	}
	matcher_grown(w->matcher);
	return w;
}

void
alarm_words_free(struct alarm_words *w)
{
	if (w == NULL)
		return;
	matcher_free(w->matcher);
	free(w->entries);
	free(w);
}

/* By order, and of the same place the longest first: so a phrase is counted before the words inside it. */
static uint64_t
by_order_and_length(const struct hit *h, const void *entries)
{
	return ((const struct entry *)entries)[h->value].order | (uint64_t)(UINT16_MAX - (h->to - h->from));
}

/* 1 if a full stop, comma or the like stands between two tokens. */
static int
is_parted(const char *text, const struct tokens *t, size_t left, size_t right)
{
	for (uint32_t i = t->at[left].to; i < t->at[right].from; i++)
		if (strchr(".,;:!?\n", text[i]) != NULL)
			return 1;
	return 0;
}

struct reading {
	const struct alarm_words *w;
	const char *text;
	size_t len;
	const struct tokens *t;
	const struct hit *hits;
	size_t n;
	int goes_on;		/* a word says that it is happening now */
};

/* "The fire is out, but grandfather does not wake": what is told after a turn is not over. */
static int
turns_between(const struct reading *r, const struct hit *past, const struct hit *danger)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->w->entries[r->hits[i].value].list == LIST_TURN &&
		    r->hits[i].from >= past->to && r->hits[i].to <= danger->from)
			return 1;
	return 0;
}

/* How many words stand before the first gap of a phrase, and behind its last one. */
static void
phrase_ends(const char *words, int *first, int *last)
{
	int n = 1, gaps = 0;

	*first = 0;
	for (const char *s = words; *s != '\0'; s++) {
		if (*s == '~') {
			*first = gaps++ == 0 ? n - 1 : *first;
			n = 0;
		} else if (*s == ' ' && s[1] != '~') {
			n++;
		}
	}
	*last = n;
	if (gaps == 0)
		*first = n;
}

/*
 * Of a figure and a danger that overlap, the one that covers the other says more: "tolong kirim
 * pemadam kebakaran" is no figure.  Of "rumah ~ kebakaran" only an end is covered by "bekas
 * kebakaran": the words in its gap are not its own.
 */
static int
says_more(const struct reading *r, const struct hit *figure, const struct hit *danger)
{
	int first, last;

	if (figure->from < danger->from || figure->to > danger->to ||
	    figure->to - figure->from == danger->to - danger->from)
		return 1;
	phrase_ends(r->w->entries[danger->value].rule->words, &first, &last);
	return (figure->to == danger->to && figure->from < danger->to - last) ||
	    (figure->from == danger->from && figure->to > danger->from + first);
}

/*
 * "The truck, I fear it hits somebody": what stands in a gap of a phrase belongs to it as little as
 * what stands before it, and speaks of its last words.
 */
static int
is_in_gap(const struct hit *h, const struct hit *danger, const char *words, int *before)
{
	int first, last;

	phrase_ends(words, &first, &last);
	*before = danger->to - last - h->to;
	return first + last <= danger->to - danger->from && h->from >= danger->from + first &&
	    *before >= 0;
}

/* The word that explains a danger word away, or NULL. */
static const struct word_rule *
explained_by(const struct reading *r, const struct hit *danger)
{
	const struct word_rule *rule = r->w->entries[danger->value].rule;

	for (size_t i = 0; i < r->n; i++) {
		const struct hit *h = &r->hits[i];
		const struct entry *e = &r->w->entries[h->value];
		int before = danger->from - h->to, after = h->from - danger->to, gap;

		if (e->list == LIST_WISH && e->rule->weight >= WISH_FAR &&
		    is_in_gap(h, danger, rule->words, &gap) && gap < e->rule->weight &&
		    !is_parted(r->text, r->t, h->to - 1U, (size_t)(h->to + gap)))
			return e->rule;
		if (h->from >= danger->from && h->to <= danger->to && e->list != LIST_FIGURE)
			continue;	/* "tidak sadar": the negation belongs to the danger */
		switch (e->list) {
		case LIST_NEGATION:
			if (before >= 0 && before <= NEGATION_REACH &&
			    !is_parted(r->text, r->t, h->to - 1U, danger->from))
				return e->rule;
			break;
		case LIST_PAST:
			if (before <= PAST_REACH && after <= PAST_REACH &&
			    (e->rule->weight >= ALARM_LINE || !r->goes_on) &&
			    !turns_between(r, h, danger))
				return e->rule;
			break;
		case LIST_FIGURE:
			if (h->from < danger->to && h->to > danger->from &&
			    says_more(r, h, danger))
				return e->rule;
			break;
		case LIST_WISH:
			if (before >= 0 && before < e->rule->weight &&
			    !is_parted(r->text, r->t, h->to - 1U, danger->from))
				return e->rule;
			break;
		case LIST_HEARSAY:
			if (before >= 0 && before <= HEARSAY_REACH && memchr(r->text, '?',
			    r->len) != NULL)
				return e->rule;
			break;
		default:
			break;
		}
	}
	return NULL;
}

static void
read_danger(struct alarm *out, const struct reading *r, const struct hit *hit)
{
	const struct word_rule *rule = r->w->entries[hit->value].rule;
	const struct word_rule *by = explained_by(r, hit);

	if (by != NULL) {
		out->lowered++;
		if (out->lowered_word == NULL) {
			out->lowered_word = rule;
			out->lowered_by = by;
		}
		return;
	}
	if (rule->weight >= UNMISTAKABLE)
		out->danger += rule->weight;
	else if (rule->weight >= ALARM_LINE)
		out->likely += rule->weight;
	else if (rule->weight >= FAINT_LINE)
		out->faint += rule->weight;
	else
		out->hint += rule->weight;
	if (out->words_n < ALARM_WORDS)
		out->words[out->words_n++] = rule;
}

/* 1 if an earlier counted hit of the same list covers this one's words. */
static int
is_inside(const struct hit *hits, size_t n, const struct alarm_words *w, const struct hit *h)
{
	for (size_t i = 0; i < n; i++)
		if (w->entries[hits[i].value].list == w->entries[h->value].list &&
		    (hits[i].value == h->value || (hits[i].from <= h->from && hits[i].to >= h->to)))
			return 1;
	return 0;
}

/* "mulut miring": what belongs to a danger phrase speaks against nothing. */
static int
is_part_of_danger(const struct reading *r, const struct hit *h)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct hit *d = &r->hits[i];

		if (r->w->entries[d->value].list == LIST_DANGER && d->from <= h->from &&
		    d->to >= h->to && r->w->entries[d->value].rule->weight >= ALARM_LINE)
			return 1;
	}
	return 0;
}

void
alarm_read(const struct alarm_words *w, const char *text, size_t len, const struct tokens *t,
    struct alarm *out)
{
	struct hit hits[HITS_MAX];
	struct reading r = { w, text, len, t, hits, 0, 0 };

	memset(out, 0, sizeof(*out));
	r.n = matcher_run(w->matcher, t, hits, HITS_MAX);
	for (size_t i = 0; i < r.n; i++)
		lines_ahead(&w->entries[hits[i].value], sizeof(*w->entries));
	hits_sort(hits, r.n, by_order_and_length, w->entries);
	for (size_t i = 0; i < r.n; i++)
		r.goes_on |= w->entries[hits[i].value].list == LIST_NOW;
	for (size_t i = 0; i < r.n; i++) {
		const struct entry *e = &w->entries[hits[i].value];

		if (e->list > LIST_EASY)
			break;		/* the rest only explains */
		if (is_inside(hits, i, w, &hits[i]))
			continue;
		if (e->list == LIST_DANGER)
			read_danger(out, &r, &hits[i]);
		else if (e->list == LIST_MILD)
			out->mild += is_part_of_danger(&r, &hits[i]) ? 0 : e->rule->weight;
		else if (e->list == LIST_URGENT)
			out->urgent += e->rule->weight;
		else
			out->easy += e->rule->weight;
	}
	/* "please, now" alone is how everybody writes */
	if (out->danger + out->likely + out->faint > 0)
		out->faint += out->hint;
	/* in a long letter some of these always meet; in a cry for help they mean something */
	out->danger += out->likely / (int)(1 + t->n / LETTER_LONG_WORDS);
	out->danger += out->faint / (int)(1 + t->n / LETTER_WORDS);
}

enum urgency
alarm_urgency(const struct alarm *a, enum urgency base)
{
	int danger = a->danger - a->mild;

	if (danger >= ALARM_LINE)
		return URGENCY_DARURAT;
	if (base == URGENCY_DARURAT)
		return a->mild >= ALARM_LINE || a->lowered > 0 ? URGENCY_MENDESAK : URGENCY_DARURAT;
	if (a->urgent - a->easy >= ALARM_LINE || a->lowered > 0)
		return URGENCY_MENDESAK;
	if (base == URGENCY_MENDESAK && a->easy >= ALARM_LINE)
		return URGENCY_BIASA;
	return base;
}

void
alarm_voices(const struct alarm *a, float score, float harmless, const struct category *best,
    float voices[DANGER_VOICES])
{
	int danger = a->danger - a->mild;

	voices[DANGER_ALWAYS] = 1;
	voices[DANGER_MODEL] = score;
	voices[DANGER_HARMLESS] = harmless;
	voices[DANGER_RULES] = (float)(danger < 0 ? 0 : danger > RULES_MOST ? RULES_MOST : danger) / 10;
	voices[DANGER_SAID] = danger >= ALARM_LINE;
	voices[DANGER_LOWERED] = a->lowered > 0;
	voices[DANGER_MILD] = a->mild >= ALARM_LINE;
	voices[DANGER_CATEGORY] = best != NULL && best->urgency == URGENCY_DARURAT;
}

int
alarm_permille(const struct linear_calibration *c, const float voices[DANGER_VOICES])
{
	float sum = 0;

	for (int v = 0; v < DANGER_VOICES; v++)
		sum += c->danger[v] * voices[v];
	return (int)(1000 / (1 + expf(-sum)) + 0.5f);
}

int
alarm_stands(const struct alarm_lines *lines, int danger, int permille)
{
	return permille >= lines->danger || danger >= ALARM_PLAIN ||
	    (danger >= ALARM_LINE && permille >= lines->doubt);
}
