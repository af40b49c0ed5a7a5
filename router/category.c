#include "router/category.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "router/features.h"

#define HITS_MAX 512

/* Doubt that stays however many words fit: a score of 9 against nothing is 750 permille. */
#define DOUBT 3
/* "warga" alone speaks for no flood, however dangerous the rest of the report is. */
#define BONUS_FROM 4
/* Common words support a category but do not found one: without a heavier word they count half. */
#define FOUNDING_WEIGHT 3
/* A further problem needs so much of its own, and so much of the best one's score. */
#define ALSO_MIN 7
#define ALSO_SHARE_PERCENT 55
/* The model gives it at least this (0: undecided): else its words are used in another sense. */
#define ALSO_SCORE -0.7f
/*
 * In a short report "and the street lamps are out" is a part that is read by itself: a thing and what is wrong
 * with it, and hardly a doubt.  In a long letter a part is an aside as often as not.
 */
#define PART_REPORT_WORDS 40
#define PART_WORDS 2
#define PART_MIN 8
#define PART_PERMILLE 900

#define UNTAUGHT LINEAR_COLUMNS	/* behind the classes: the least that the model says of any */

struct phrase {
	const struct category *category;
	const struct word_rule *rule;
	/* in the phrase: fewer than the tokens of a hit with gaps */
	int words;
	int weight;		/* the rule's own, which lies elsewhere */
};
struct classifier {
	struct matcher *rules, *owners;
	const struct linear *model;
	struct features_memo *memo;
	/* by the catalogue's place: the class, UNTAUGHT of one that the model was not taught; TRAIT_ */
	unsigned char class_of[CATEGORIES_MAX], traits[CATEGORIES_MAX];
	struct phrase *phrases;		/* by category, then the heavier first, then as in the file */
	size_t phrases_n;
	size_t categories_n;
	size_t weighed;			/* so many of them are */
	const struct category *first;	/* categories lie in one array of the catalogue */
	unsigned char *part_marks;	/* PART_, by a word's number */
	size_t part_n;
	const struct owner_rule **owner_rules;
	const struct category **owner_categories;
	size_t owners_n;
};

/* What is asked of each category for each report. */
enum { TRAIT_DANGER = 1, TRAIT_NO_CASE = 2 };

/*
 * The tokens that a category's hits stand on; longer reports share bits, which only
 * blurs `also`.
 */
#define COVER_BITS 64
struct cover { unsigned long long bits[4]; };

/*
 * PART_BEGINS: "dan" begins what it joins.  PART_OF_FIRST: why the first problem is one, what comes of it, or
 * may come: "takut menimpa kabel listrik".
 */
enum { PART_BEGINS = 1, PART_OF_FIRST = 2 };
static const struct { const char *word; unsigned char mark; } part_words[] = {
	{ "dan", PART_BEGINS }, { "serta", PART_BEGINS }, { "lan", PART_BEGINS }, { "terus", PART_BEGINS },
	{ "plus", PART_BEGINS }, { "sekalian", PART_BEGINS }, { "sarta", PART_BEGINS }, { "ambi", PART_BEGINS },
	{ "selain", PART_BEGINS },
	{ "takut", PART_OF_FIRST }, { "khawatir", PART_OF_FIRST }, { "kuatir", PART_OF_FIRST },
	{ "kawatir", PART_OF_FIRST }, { "wedi", PART_OF_FIRST }, { "sehingga", PART_OF_FIRST },
	{ "sampai", PART_OF_FIRST }, { "karena", PART_OF_FIRST }, { "akibat", PART_OF_FIRST },
	{ "akibatnya", PART_OF_FIRST }, { "gara", PART_OF_FIRST }, { "supaya", PART_OF_FIRST },
	{ "agar", PART_OF_FIRST }, { "biar", PART_OF_FIRST }, { "nanti", PART_OF_FIRST },
	{ "jangan", PART_OF_FIRST }, { "bikin", PART_OF_FIRST }, { "membuat", PART_OF_FIRST },
};

static void
mark_parts(struct classifier *c, struct vocab *words)
{
	c->part_n = words->n + N_ELEMS(part_words) + 1;	/* as far as the numbers can go here */
	c->part_marks = xcalloc(c->part_n, sizeof(*c->part_marks));
	for (size_t i = 0; i < N_ELEMS(part_words); i++)
		c->part_marks[vocab_add(words, part_words[i].word, strlen(part_words[i].word))] = part_words[i].mark;
}

static int
count_words(const char *phrase)
{
	int n = 0;

	for (const char *s = phrase; *s != '\0'; s += *s == ' ') {
		size_t len = strcspn(s, " ");

		n += !(len == 1 && strchr("^$~", *s) != NULL);
		s += len;
	}
	return n;
}

static void
bad_phrase(struct buf *errors, const char *words, int line)
{
	buf_addf(errors, "kategori.yaml:%d: \"%s\" is no phrase; more than a letter (repeated ones count "
	    "once), * only at a word's end or start, ~ between words, ^ first, $ last\n", line, words);
}

/* Rules lie in one array of their category, in the file's order. */
static int
heavier_first(const void *va, const void *vb)
{
	const struct word_rule *const *a = va, *const *b = vb;
	int x = abs((*a)->weight), y = abs((*b)->weight);

	return x != y ? (x < y ? 1 : -1) : (*a > *b) - (*a < *b);
}

/* Their phrases are numbered by weight; mistakes are named as they stand in the file. */
static int
add_rules(struct classifier *c, const struct category *category, struct buf *errors)
{
	const struct word_rule **rules = xcalloc(category->rules_n + 1, sizeof(*rules));
	uint32_t *values = xcalloc(category->rules_n + 1, sizeof(*values));
	int rc = 0;

	for (size_t i = 0; i < category->rules_n; i++)
		rules[i] = &category->rules[i];
	qsort(rules, category->rules_n, sizeof(*rules), heavier_first);
	for (size_t i = 0; i < category->rules_n; i++) {
		const struct word_rule *rule = rules[i];

		values[rule - category->rules] = (uint32_t)c->phrases_n;
		c->phrases[c->phrases_n++] = (struct phrase){ category, rule, count_words(rule->words), rule->weight };
	}
	for (size_t i = 0; i < category->rules_n; i++)
		if (matcher_add(c->rules, category->rules[i].words, values[i]) != 0) {
			bad_phrase(errors, category->rules[i].words, category->rules[i].line);
			rc = -1;
		}
	free(values);
	free(rules);
	return rc;
}

static int
add_category(struct classifier *c, const struct category *category, struct buf *errors)
{
	int rc = add_rules(c, category, errors);

	for (size_t i = 0; i < category->owners_n; i++) {
		const struct owner_rule *rule = &category->owners[i];

		if (matcher_add(c->owners, rule->words, (uint32_t)c->owners_n) != 0) {
			bad_phrase(errors, rule->words, rule->line);
			rc = -1;
		}
		c->owner_categories[c->owners_n] = category;
		c->owner_rules[c->owners_n++] = rule;
	}
	return rc;
}

static void
set_model(struct classifier *c, const struct catalogue *cat, const struct linear *m)
{
	c->model = m;
	c->memo = features_memo_new();
	memset(c->class_of, UNTAUGHT, sizeof(c->class_of));
	for (size_t i = 0; i < linear_classes(m); i++) {
		const struct category *category = category_find(cat, linear_class(m, i));

		if (category != NULL && category - c->first < CATEGORIES_MAX)
			c->class_of[category - c->first] = (unsigned char)i;
	}
}

struct classifier *
classifier_new(const struct catalogue *cat, const struct linear *m, struct vocab *words,
    struct buf *errors)
{
	struct classifier *c = xcalloc(1, sizeof(*c));
	size_t rules = 0, owners = 0;
	int rc = 0;

	c->rules = matcher_new(words, 0);
	c->owners = matcher_new(words, 0);
	c->categories_n = catalogue_count(cat);
	c->first = category_at(cat, 0);
	c->weighed = c->categories_n < CATEGORIES_MAX ? c->categories_n : CATEGORIES_MAX;
	for (size_t i = 0; i < c->weighed; i++)
		c->traits[i] = (unsigned char)((c->first[i].urgency == URGENCY_DARURAT ? TRAIT_DANGER : 0) |
		    (c->first[i].no_case ? TRAIT_NO_CASE : 0));
	for (size_t i = 0; i < c->categories_n; i++) {
		rules += category_at(cat, i)->rules_n;
		owners += category_at(cat, i)->owners_n;
	}
	c->phrases = xcalloc(rules + 1, sizeof(*c->phrases));
	c->owner_rules = xcalloc(owners + 1, sizeof(*c->owner_rules));
	c->owner_categories = xcalloc(owners + 1, sizeof(*c->owner_categories));
	for (size_t i = 0; i < c->categories_n; i++)
		rc |= add_category(c, category_at(cat, i), errors);
	matcher_grown(c->rules);
	matcher_grown(c->owners);
	mark_parts(c, words);
	if (m != NULL)
		set_model(c, cat, m);
	if (rc != 0) {
		classifier_free(c);
		return NULL;
	}
	return c;
}

void
classifier_free(struct classifier *c)
{
	if (c == NULL)
		return;
	matcher_free(c->rules);
	matcher_free(c->owners);
	features_memo_free(c->memo);
	free(c->phrases);
	free(c->part_marks);
	free(c->owner_rules);
	free(c->owner_categories);
	free(c);
}

static void
cover_add(struct cover *c, size_t token)
{
	c->bits[token / COVER_BITS % N_ELEMS(c->bits)] |= 1ULL << token % COVER_BITS;
}

static int
cover_has(const struct cover *c, size_t token)
{
	return (c->bits[token / COVER_BITS % N_ELEMS(c->bits)] >> token % COVER_BITS & 1) != 0;
}

static int
cover_count(const struct cover *a, const struct cover *b)
{
	int n = 0;

	for (size_t i = 0; i < N_ELEMS(a->bits); i++)
		for (unsigned long long both = a->bits[i] & b->bits[i]; both != 0; both &= both - 1)
			n++;
	return n;
}

/* The tokens of a hit in a short report, as bits; the words in a gap are not the phrase's. */
static unsigned long long
tokens_of(const struct hit *hit, const struct phrase *p)
{
	unsigned n = (unsigned)(hit->to - hit->from);

	return (n > (unsigned)p->words ? 1ULL << (n - 1) | 1 : ~0ULL >> (COVER_BITS - n)) << hit->from;
}

/* 1 if the hit rests on a token that no heavier hit of its sign rests on; marks its tokens. */
static int
takes_tokens(struct cover *cover, const struct hit *hit, const struct phrase *p)
{
	int gaps = hit->to - hit->from > p->words, fresh = 0;

	if (hit->from < hit->to && hit->to <= COVER_BITS) {	/* all of an SMS */
		unsigned long long tokens = tokens_of(hit, p), before = cover->bits[0];

		cover->bits[0] |= tokens;
		return (tokens & ~before) != 0;
	}
	for (size_t i = hit->from; i < hit->to; i++) {
		if (gaps && i != hit->from && i + 1 != hit->to)
			continue;
		fresh |= !cover_has(cover, i);
		cover_add(cover, i);
	}
	return fresh;
}

struct ranked { struct category_score score; struct cover cover; int first_weight; };

/* The phrases that a report says, by category, and the heavier first. */
struct said { struct hit hits[HITS_MAX]; size_t n; };
/* Some of its tokens: from .. to - 1. */
struct span { size_t from, to; };

static void
find_said(const struct classifier *c, const struct tokens *t, struct said *out)
{
	out->n = matcher_run(c->rules, t, out->hits, HITS_MAX);
	for (size_t i = 0; i < out->n; i++)
		lines_ahead(&c->phrases[out->hits[i].value], sizeof(*c->phrases));
	hits_sort_by_value(out->hits, out->n);
}

/* Those of one category, as far as they lie within the span. */
static void
add_hits(const struct classifier *c, const struct hit *hits, size_t n, struct span span, struct ranked *r)
{
	struct cover against = { { 0 } };
	const struct hit *last = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct phrase *p = &c->phrases[hits[i].value];

		if (hits[i].from < span.from || hits[i].to > span.to || (last != NULL && hits[i].value == last->value))
			continue;	/* said twice counts once */
		last = &hits[i];
		if (!takes_tokens(p->weight > 0 ? &r->cover : &against, &hits[i], p))
			continue;
		r->score.score += p->weight;
		if (p->weight <= 0)
			continue;
		if (r->score.words_n == 0)
			r->first_weight = p->weight;
		if (r->score.words_n < CATEGORY_WORDS) {
			r->score.words[r->score.words_n++] = p->rule;
			lines_ahead(p->rule, sizeof(*p->rule));		/* for the reasons, when the model has spoken */
		}
	}
}

/* Member by member, the words as far as there are any: this is done for ten categories a report. */
static void
ranked_begin(struct ranked *r, const struct category *category)
{
	r->score.category = category;
	r->score.score = r->score.words_n = r->first_weight = 0;
	r->cover = (struct cover){ { 0 } };
}

static int
confidence(int best, int second)
{
	return best <= 0 ? 0 : 1000 * best / (best + (second > 0 ? second : 0) + DOUBT);
}

/* What the rules make of a report: categories with a score above 0, the best and the next. */
struct ranking {
	struct ranked at[CATEGORIES_MAX];
	size_t n;
	const struct ranked *best, *second;
};

static void
rank_rules(const struct classifier *c, const struct said *said, struct span span, int danger, struct ranking *out)
{
	const struct hit *hits = said->hits;
	size_t n = said->n;

	out->n = 0;
	out->best = out->second = NULL;
	for (size_t i = 0, end; i < n && out->n < N_ELEMS(out->at); i = end) {
		const struct category *category = c->phrases[hits[i].value].category;
		struct ranked *r = &out->at[out->n];

		for (end = i + 1; end < n && c->phrases[hits[end].value].category == category;)
			end++;
		if (danger && category->no_case)
			continue;
		ranked_begin(r, category);
		add_hits(c, hits + i, end - i, span, r);
		if (r->score.words_n > 0 && r->first_weight < FOUNDING_WEIGHT)
			r->score.score /= 2;
		if (danger && category->urgency == URGENCY_DARURAT && r->score.score >= BONUS_FROM)
			r->score.score += DANGER_BONUS;
		out->n += r->score.score > 0;
	}
	for (size_t i = 0; i < out->n; i++) {
		const struct ranked *r = &out->at[i];

		if (out->best == NULL || r->score.score > out->best->score.score) {
			out->second = out->best;
			out->best = r;
		} else if (out->second == NULL || r->score.score > out->second->score.score) {
			out->second = r;
		}
	}
}

/* What the rules and the word of danger say of a category that some rule speaks for. */
static void
ranked_voices(const struct ranking *ranking, const struct ranked *r, float *voices)
{
	voices[VOICE_RULES] = logf(1 + (float)r->score.score);
	voices[VOICE_SURE] = (float)r->score.score / 10;
	voices[VOICE_FIRST] = r == ranking->best;
}

/* Its place among those that are weighed; -1: it is not. */
static int
place_of(const struct classifier *c, const struct category *category)
{
	size_t at = (size_t)(category - c->first);

	return at < c->weighed ? (int)at : -1;
}

void
category_voices(const struct classifier *c, const struct tokens *t, int danger,
    float voices[][VOICES])
{
	struct ranking ranking;
	struct said said;

	find_said(c, t, &said);
	rank_rules(c, &said, (struct span){ 0, t->n }, danger, &ranking);
	memset(voices, 0, c->weighed * sizeof(*voices));
	for (size_t i = 0; danger && i < c->weighed; i++)
		voices[i][VOICE_DANGER] = (c->traits[i] & TRAIT_DANGER) != 0;
	for (size_t i = 0; i < ranking.n; i++) {
		int at = place_of(c, ranking.at[i].score.category);

		if (at >= 0)
			ranked_voices(&ranking, &ranking.at[i], voices[at]);
	}
}

/*
 * What speaks for each category, and e raised to it (less `zero`): shares are parts of the sum of these.  The
 * rules speak for few categories, and what the model alone speaks for is raised once for both.
 */
struct voiced { float heard[CATEGORIES_MAX], values[CATEGORIES_MAX], powers[CATEGORIES_MAX], zero; };

#define RAISED_MOST 80.0f	/* e to more than 88 is no float */

static void
raise_e(struct voiced *v, size_t i)
{
	float above = v->values[i] - v->zero;

	v->powers[i] = expf(above < RAISED_MOST ? above : RAISED_MOST);
}

/* Four sums side by side: each addition of one would wait for the one before. */
static float
sum_powers(const struct voiced *v, size_t n)
{
	float sums[4] = { 0 };
	size_t i = 0;

	for (; i + N_ELEMS(sums) <= n; i += N_ELEMS(sums))
		for (size_t k = 0; k < N_ELEMS(sums); k++)
			sums[k] += v->powers[i + k];
	for (; i < n; i++)
		sums[0] += v->powers[i];
	return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static int
permille_of(float power, float sum)
{
	return (int)(1000 * power / sum + 0.5f);
}

/* The categories with the largest and the next value; -1: none that may be. */
static void
best_two(const struct classifier *c, const float *values, int danger, int *best, int *second)
{
	float most = -INFINITY, next = -INFINITY;

	*best = *second = -1;
	for (int i = 0; i < (int)c->weighed; i++) {
		if (values[i] <= next || (danger && (c->traits[i] & TRAIT_NO_CASE) != 0))
			continue;
		if (values[i] > most) {
			*second = *best;
			next = most;
			*best = i;
			most = values[i];
		} else {
			*second = i;
			next = values[i];
		}
	}
}

/* The model's score of each category; its own shares name its guesses. */
static void
hear_model(const struct classifier *c, const struct tokens *t, int danger, struct voiced *v,
    struct category_choice *out)
{
	float scores[LINEAR_COLUMNS + 1], least = 0, harmless = HARMLESS_LEAST, sum;
	float weight = linear_calibration(c->model)->weight[VOICE_MODEL];
	size_t classes = linear_classes(c->model);
	int best, second;

	features_score(c->memo, c->model, t, scores);
	out->has_danger = linear_knows_danger(c->model);
	out->danger_score = scores[classes];
	for (size_t i = 0; i < classes; i++)
		least = scores[i] < least ? scores[i] : least;
	scores[UNTAUGHT] = least;
	v->zero = -INFINITY;
	for (size_t i = 0; i < c->weighed; i++) {
		float heard = scores[c->class_of[i]], value = heard * weight;

		v->heard[i] = heard;
		v->values[i] = value;
		v->zero = value > v->zero ? value : v->zero;
		if (heard > harmless && (c->traits[i] & TRAIT_DANGER) == 0)
			harmless = heard;
	}
	out->harmless_score = harmless;
	for (size_t i = 0; i < c->weighed; i++)
		raise_e(v, i);
	best_two(c, v->values, danger, &best, &second);
	if (best < 0 || second < 0)
		return;
	out->model_best = &c->first[best];
	out->model_second = &c->first[second];
	sum = sum_powers(v, c->weighed);
	out->model_permille = permille_of(v->powers[best], sum);
	out->model_second_permille = permille_of(v->powers[second], sum);
}

static const struct ranked *
ranked_of(const struct ranking *r, const struct category *category)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->at[i].score.category == category)
			return &r->at[i];
	return NULL;
}

static void
take_score(struct category_score *out, const struct ranking *r, const struct category *category)
{
	const struct ranked *found = ranked_of(r, category);

	memset(out, 0, sizeof(*out));
	if (found != NULL)
		*out = found->score;
	for (int i = 0; i < out->words_n; i++)
		lines_ahead(out->words[i]->words, 1);
	out->category = category;
}

/*
 * Further problems in the same report: strong enough by the rules, resting on other words, and
 * not thought absurd by the model, whose score for one category knows nothing of the others.
 * heard: the model's scores; NULL for rules alone.
 */
static void
add_also(const struct classifier *c, struct category_choice *out, const struct ranking *ranking,
    const float *heard)
{
	const struct ranked *best = ranked_of(ranking, out->best.category);
	int least = best == NULL ? 0 : ALSO_SHARE_PERCENT * best->score.score;

	for (size_t i = 0; i < ranking->n && out->also_n < UNDERSTANDING_ALSO; i++) {
		const struct ranked *r = &ranking->at[i];
		int own = cover_count(&r->cover, &r->cover), at = place_of(c, r->score.category);

		if (r == best || r->score.category->no_case || r->score.score < ALSO_MIN ||
		    100 * r->score.score < least)
			continue;
		if (best != NULL && 2 * cover_count(&r->cover, &best->cover) > own)
			continue;
		if (heard != NULL && at >= 0 && heard[at] < ALSO_SCORE)
			continue;
		out->also[out->also_n++] = r->score.category;
	}
}

/* PART_ of the word, in any form in which it is written or meant. */
static int
part_mark(const struct classifier *c, const struct tokens *t, size_t i)
{
	const uint32_t *word = t->at[i].word;

	return (word[FORM_WRITTEN] < c->part_n ? c->part_marks[word[FORM_WRITTEN]] : 0) |
	    (word[FORM_MEANT] < c->part_n ? c->part_marks[word[FORM_MEANT]] : 0);
}

static int
begins_part(const struct classifier *c, const struct tokens *t, size_t i)
{
	return (t->at[i].typed & TOKEN_PARTED) != 0 || (part_mark(c, t, i) & PART_BEGINS) != 0;
}

static void
choose_by_rules(const struct classifier *c, const struct ranking *ranking,
    struct category_choice *out)
{
	if (ranking->best == NULL)
		return;
	out->best = ranking->best->score;
	if (ranking->second != NULL)
		out->second = ranking->second->score;
	out->confidence_permille = confidence(out->best.score, out->second.score);
	if (!out->best.category->no_case)
		add_also(c, out, ranking, NULL);
}

/* Model and rules together: the best and the next, and how sure. */
static void
weigh(const struct classifier *c, const struct tokens *t, int danger, const struct ranking *ranking,
    struct category_choice *out, struct voiced *v)
{
	const struct linear_calibration *k = linear_calibration(c->model);
	int best, second;

	hear_model(c, t, danger, v, out);
	for (size_t i = 0; danger && i < c->weighed; i++)
		if ((c->traits[i] & TRAIT_DANGER) != 0) {
			v->values[i] += k->weight[VOICE_DANGER];
			raise_e(v, i);
		}
	for (size_t i = 0; i < ranking->n; i++) {
		float voices[VOICES] = { 0 }, more = 0;
		int at = place_of(c, ranking->at[i].score.category);

		if (at < 0)
			continue;
		ranked_voices(ranking, &ranking->at[i], voices);
		for (int voice = VOICE_RULES; voice < VOICES; voice++)
			more += k->weight[voice] * voices[voice];
		v->values[at] += more;
		raise_e(v, (size_t)at);
	}
	best_two(c, v->values, danger, &best, &second);
	if (best < 0)
		return;
	take_score(&out->best, ranking, &c->first[best]);
	out->confidence_permille = permille_of(v->powers[best], sum_powers(v, c->weighed));
	if (second >= 0)
		take_score(&out->second, ranking, &c->first[second]);
}

static int
has_also(const struct category_choice *out, const struct category *category)
{
	for (int i = 0; i < out->also_n; i++)
		if (out->also[i] == category)
			return 1;
	return 0;
}

/* A thing and what is wrong with it, of another problem than the first. */
static int
is_of_a_part(const struct ranked *r, const struct category *first)
{
	return r->score.category != first && !r->score.category->no_case &&
	    r->score.category->urgency != URGENCY_DARURAT && r->score.score >= PART_MIN &&
	    cover_count(&r->cover, &r->cover) >= PART_WORDS;
}

/* What a part says, by the words that lie in it alone; NULL: nothing that is sure and another problem. */
static const struct category *
part_names(const struct classifier *c, const struct tokens *t, const struct said *said, struct span span,
    const struct category *first)
{
	struct tokens part = *t;
	struct ranking ranking;
	struct voiced voiced;
	struct category_choice choice;
	const struct ranked *r;
	int may = 0;

	part.at += span.from;
	part.n = span.to - span.from;
	memset(&choice, 0, sizeof(choice));
	rank_rules(c, said, span, 0, &ranking);
	for (size_t i = 0; i < ranking.n; i++)
		may |= is_of_a_part(&ranking.at[i], first);
	if (!may || ranking.best->score.category == first)
		return NULL;
	weigh(c, &part, 0, &ranking, &choice, &voiced);
	r = ranked_of(&ranking, choice.best.category);
	return r != NULL && is_of_a_part(r, first) && choice.confidence_permille >= PART_PERMILLE ?
	    r->score.category : NULL;
}

/*
 * Further problems that have a part of their own.  An emergency is not looked for here: it has words that
 * are heard anywhere, and those who are called for one see to its sides.
 */
static void
add_parts(const struct classifier *c, const struct tokens *t, const struct said *said, struct category_choice *out,
    const struct ranking *ranking)
{
	const struct ranked *best = ranked_of(ranking, out->best.category);
	int first_words;

	if (best == NULL || best->score.category->urgency == URGENCY_DARURAT || t->n > PART_REPORT_WORDS)
		return;
	first_words = cover_count(&best->cover, &best->cover);
	for (size_t i = 0, end; i < t->n && out->also_n < UNDERSTANDING_ALSO; i = end) {
		const struct category *named;
		int of_first = 0;	/* a word or two of the first may stand beside the second: "jalan rusak, lampu mati" */

		for (end = i; end < t->n && (end == i || !begins_part(c, t, end)); end++)
			of_first += cover_has(&best->cover, end);
		if (2 * of_first >= first_words || end - i < PART_WORDS || end - i == t->n ||
		    (part_mark(c, t, i) & PART_OF_FIRST) != 0)
			continue;
		named = part_names(c, t, said, (struct span){ i, end }, best->score.category);
		if (named != NULL && !has_also(out, named))
			out->also[out->also_n++] = named;
	}
}

static void
choose_together(const struct classifier *c, const struct tokens *t, const struct said *said, int danger,
    const struct ranking *ranking, struct category_choice *out)
{
	struct voiced voiced;

	weigh(c, t, danger, ranking, out, &voiced);
	if (out->best.category != NULL && !out->best.category->no_case) {
		add_also(c, out, ranking, voiced.heard);
		add_parts(c, t, said, out, ranking);
	}
}

void
category_choose(const struct classifier *c, const struct tokens *t, int danger,
    struct category_choice *out)
{
	struct ranking ranking;
	struct said said;

	memset(out, 0, sizeof(*out));
	find_said(c, t, &said);
	rank_rules(c, &said, (struct span){ 0, t->n }, danger, &ranking);
	out->rules_best = ranking.best == NULL ? NULL : ranking.best->score.category;
	/* a text without a word, or one that neither knows, is nobody's guess */
	if (c->model == NULL || t->n == 0)
		choose_by_rules(c, &ranking, out);
	else
		choose_together(c, t, &said, danger, &ranking, out);
}

const char *
category_owner(const struct classifier *c, const struct tokens *t, const struct category *category)
{
	struct hit hits[64];
	size_t n;
	uint32_t first = UINT32_MAX;

	if (category->owners_n == 0)
		return NULL;
	n = matcher_run(c->owners, t, hits, N_ELEMS(hits));
	for (size_t i = 0; i < n; i++)
		if (c->owner_categories[hits[i].value] == category && hits[i].value < first)
			first = hits[i].value;	/* the file's order says which owner goes first */
	return first == UINT32_MAX ? NULL : c->owner_rules[first]->unit;
}

void
category_ahead(const struct classifier *c, const struct tokens *t)
{
	matcher_ahead(c->rules, t);
}

int
classifier_knows(const struct classifier *c, uint32_t word)
{
	return matcher_knows(c->rules, word);
}
