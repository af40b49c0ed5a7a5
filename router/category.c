#include "router/category.h"

#include <stdlib.h>
#include <string.h>

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

struct phrase {
	const struct category *category;
	const struct word_rule *rule;
	/* in the phrase: fewer than the tokens of a hit with gaps */
	int words;
};
struct classifier {
	struct matcher *rules, *owners;
	struct phrase *phrases;
	size_t phrases_n;
	size_t categories_n;
	const struct category *first;	/* categories lie in one array of the catalogue */
	const struct owner_rule **owner_rules;
	const struct category **owner_categories;
	size_t owners_n;
};

/*
 * The tokens that a category's hits stand on; longer reports share bits, which only
 * blurs `also`.
 */
struct cover { unsigned long long bits[4]; };

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
	buf_addf(errors, "kategori.yaml:%d: \"%s\" is no phrase; * only at a word's end or start, "
	    "~ between words, ^ first, $ last\n", line, words);
}

static int
add_category(struct classifier *c, const struct category *category, struct buf *errors)
{
	int rc = 0;

	for (size_t i = 0; i < category->rules_n; i++) {
		const struct word_rule *rule = &category->rules[i];

		if (matcher_add(c->rules, rule->words, (uint32_t)c->phrases_n) != 0) {
			bad_phrase(errors, rule->words, rule->line);
			rc = -1;
		}
		c->phrases[c->phrases_n++] = (struct phrase){ category, rule,
		    count_words(rule->words) };
	}
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

struct classifier *
classifier_new(const struct catalogue *cat, struct buf *errors)
{
	struct classifier *c = xcalloc(1, sizeof(*c));
	size_t rules = 0, owners = 0;
	int rc = 0;

	c->rules = matcher_new(0);
	c->owners = matcher_new(0);
	c->categories_n = catalogue_count(cat);
	c->first = category_at(cat, 0);
	for (size_t i = 0; i < c->categories_n; i++) {
		rules += category_at(cat, i)->rules_n;
		owners += category_at(cat, i)->owners_n;
	}
	c->phrases = xcalloc(rules + 1, sizeof(*c->phrases));
	c->owner_rules = xcalloc(owners + 1, sizeof(*c->owner_rules));
	c->owner_categories = xcalloc(owners + 1, sizeof(*c->owner_categories));
	for (size_t i = 0; i < c->categories_n; i++)
		rc |= add_category(c, category_at(cat, i), errors);
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
	free(c->phrases);
	free(c->owner_rules);
	free(c->owner_categories);
	free(c);
}

static void
cover_add(struct cover *c, size_t token)
{
	c->bits[token / 64 % 4] |= 1ULL << token % 64;
}

static int
cover_has(const struct cover *c, size_t token)
{
	return (c->bits[token / 64 % 4] >> token % 64 & 1) != 0;
}

static int
cover_count(const struct cover *a, const struct cover *b)
{
	int n = 0;

	for (size_t i = 0; i < N_ELEMS(a->bits); i++)
		n += __builtin_popcountll(a->bits[i] & b->bits[i]);
	return n;
}

static int
by_category_and_weight(const void *va, const void *vb, void *arg)
{
	const struct hit *a = va, *b = vb;
	const struct phrase *pa = (const struct phrase *)arg + a->value;
	const struct phrase *pb = (const struct phrase *)arg + b->value;
	int wa = abs(pa->rule->weight), wb = abs(pb->rule->weight);

	if (pa->category != pb->category)
		return pa->category < pb->category ? -1 : 1;
	if (wa != wb)
		return wa > wb ? -1 : 1;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return (int)a->from - (int)b->from;
}

/* 1 if the hit rests on a token that no heavier hit of its sign rests on; marks its tokens. */
static int
takes_tokens(struct cover *cover, const struct hit *hit, const struct phrase *p)
{
	int gaps = hit->to - hit->from > p->words, fresh = 0;

	for (size_t i = hit->from; i < hit->to; i++) {
		if (gaps && i != hit->from && i + 1 != hit->to)
			continue;	/* the words in a gap are not the phrase's */
		fresh |= !cover_has(cover, i);
		cover_add(cover, i);
	}
	return fresh;
}

static void
add_hits(const struct classifier *c, const struct hit *hits, size_t n, struct category_score *score,
    struct cover *cover)
{
	struct cover against = { { 0 } };

	for (size_t i = 0; i < n; i++) {
		const struct phrase *p = &c->phrases[hits[i].value];
		int weight = p->rule->weight;

		if (i > 0 && hits[i].value == hits[i - 1].value)
			continue;	/* said twice counts once */
		if (!takes_tokens(weight > 0 ? cover : &against, &hits[i], p))
			continue;
		score->score += weight;
		if (weight > 0 && score->words_n < CATEGORY_WORDS)
			score->words[score->words_n++] = p->rule;
	}
}

static int
confidence(int best, int second)
{
	return best <= 0 ? 0 : 1000 * best / (best + (second > 0 ? second : 0) + DOUBT);
}

struct ranked { struct category_score score; struct cover cover; };

/* Further problems in the same report: strong enough, and resting on other words. */
static void
add_also(struct category_choice *out, const struct ranked *ranked, size_t n,
    const struct ranked *best)
{
	for (size_t i = 0; i < n && out->also_n < UNDERSTANDING_ALSO; i++) {
		const struct ranked *r = &ranked[i];
		int own = cover_count(&r->cover, &r->cover);

		if (r == best || r->score.category->no_case || r->score.score < ALSO_MIN ||
		    100 * r->score.score < ALSO_SHARE_PERCENT * best->score.score ||
		    2 * cover_count(&r->cover, &best->cover) > own)
			continue;
		out->also[out->also_n++] = r->score.category;
	}
}

void
category_choose(const struct classifier *c, const struct tokens *t, int danger,
    struct category_choice *out)
{
	struct hit hits[HITS_MAX];
	struct ranked ranked[64];
	size_t n = matcher_run(c->rules, t, hits, HITS_MAX), ranked_n = 0;
	const struct ranked *best = NULL, *second = NULL;

	memset(out, 0, sizeof(*out));
	qsort_r(hits, n, sizeof(*hits), by_category_and_weight, c->phrases);
	for (size_t i = 0, end; i < n && ranked_n < N_ELEMS(ranked); i = end) {
		const struct category *category = c->phrases[hits[i].value].category;
		struct ranked *r = &ranked[ranked_n];

		for (end = i + 1; end < n && c->phrases[hits[end].value].category == category;)
			end++;
		if (danger && category->no_case)
			continue;
		memset(r, 0, sizeof(*r));
		r->score.category = category;
		add_hits(c, hits + i, end - i, &r->score, &r->cover);
		if (r->score.words_n > 0 && r->score.words[0]->weight < FOUNDING_WEIGHT)
			r->score.score /= 2;
		if (danger && category->urgency == URGENCY_DARURAT && r->score.score >= BONUS_FROM)
			r->score.score += DANGER_BONUS;
		ranked_n += r->score.score > 0;
	}
	for (size_t i = 0; i < ranked_n; i++) {
		if (best == NULL || ranked[i].score.score > best->score.score) {
			second = best;
			best = &ranked[i];
		} else if (second == NULL || ranked[i].score.score > second->score.score) {
			second = &ranked[i];
		}
	}
	if (best == NULL)
		return;
	out->best = best->score;
	if (second != NULL)
		out->second = second->score;
	out->confidence_permille = confidence(out->best.score, out->second.score);
	if (!best->score.category->no_case)
		add_also(out, ranked, ranked_n, best);
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

int
classifier_knows(const struct classifier *c, const char *word, size_t len)
{
	return matcher_knows(c->rules, word, len);
}
