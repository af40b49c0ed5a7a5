#include "router/locate.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "router/near.h"
#include "router/spelling.h"
#include "router/vocab.h"

#define HITS_MAX 256
#define TWIN_NEAR_KM 8.0		/* from the middle of a kecamatan: just over its border */
#define MENTIONS_MAX 24
#define CANDIDATES_MAX 8
#define FUZZY_MIN 6		/* shorter names have too many neighbours among words */
#define FUZZY_MARKED 5		/* save after "desa" and the like, where only a name can stand */
#define FUZZY_ALONE 8		/* so long a name is believed without a word beside it */
#define FUZZY_PAIR 10		/* two words with an error between them: "klibaru wetan" */

/* Points for a candidate; the sums are small on purpose, so that they can be reckoned by hand. */
enum {
	POINTS_NAME = 30, POINTS_LANDMARK = 28, POINTS_ALIAS = 24,
	POINTS_FUZZY = 14, POINTS_DUSUN = 12,
	POINTS_MARKER = 30,		/* "desa X" for a desa, "kec X" for a kecamatan */
	POINTS_WRONG_MARKER = -40,
	POINTS_AT = 6, POINTS_NEAR_WORD = 3,	/* "di X"; "pasar X" */
	POINTS_WAY = -8,		/* "dari X", "arah X": rather another place, if one is named */
	POINTS_CONTEXT = 40,		/* another mention is its kecamatan, or its desa */
	POINTS_NEARBY = 8,		/* more than the lead below which equal names are rivals */
	POINTS_DESA = 5,		/* the smaller area says more */
};

/* What a name needs beside it to count; as the weights of nama_umum. */
enum { NEED_NOTHING, NEED_MARK, NEED_AT, NEED_DESA_OR_KECAMATAN, NEED_DESA_TOO };

enum mark { MARK_NONE, MARK_DESA, MARK_KECAMATAN, MARK_DUSUN, MARK_PLACE, MARK_WAY };
static const struct { const char *list; enum mark mark; } mark_lists[] = {
	{ "tanda_desa",      MARK_DESA },
	{ "tanda_kecamatan", MARK_KECAMATAN },
	{ "tanda_dusun",     MARK_DUSUN },
	{ "tanda_tempat",    MARK_PLACE },
	{ "tanda_arah",      MARK_WAY },
};

/* Words, and the spellings that each of them may stand for. */
struct index {
	struct vocab words;
	struct { uint32_t spelling, next; } *of;	/* next: index + 1, 0 ends */
	uint32_t *first;		/* by the word's number - 1: index + 1 into of */
	size_t n;
};

struct locator {
	struct matcher *names;		/* value: index of a spelling */
	const struct spelling *spellings;
	size_t spellings_n;
	struct mark_word { unsigned char mark, weight; } *marks;	/* by a word's number */
	size_t marks_n;
	struct vocab common;		/* names that are common words: what they need */
	unsigned char *common_need;
	struct near_words near_names;	/* folded spellings; value: index of a spelling */
	struct index bones;		/* names without their vowels */
	struct index joined;		/* names without their spaces */
	const struct classifier *known;
};

/* A place that the report names: some tokens, and what they may mean. */
struct mention {
	uint16_t from, to;
	int fuzzy;
	enum mark mark;			/* the word before or after it */
	int weight;			/* of that word, for MARK_PLACE and MARK_WAY */
	int need;			/* NEED_ */
	size_t n;
	struct {
		const struct place *place;
		enum spelling_kind kind;
		int points;
	} candidates[CANDIDATES_MAX];	/* set as far as n goes */
};

/* ---- building ---- */

static int
read_marks(struct locator *l, const struct catalogue *c, struct vocab *words, struct buf *errors)
{
	const struct word_rule *rules;
	size_t total = 0;

	for (size_t k = 0; k < N_ELEMS(mark_lists); k++)
		total += catalogue_words(c, mark_lists[k].list, &rules);
	l->marks_n = words->n + total + 1;	/* as far as the numbers can go here */
	l->marks = xcalloc(l->marks_n, sizeof(*l->marks));
	for (size_t k = 0; k < N_ELEMS(mark_lists); k++) {
		size_t n = catalogue_words(c, mark_lists[k].list, &rules);

		if (n == 0) {
			buf_addf(errors,
			    "kategori.yaml: no list %s; names of places cannot be weighed\n",
			    mark_lists[k].list);
			return -1;
		}
		for (size_t i = 0; i < n; i++) {
			uint32_t number =
			    vocab_add(words, rules[i].words, strlen(rules[i].words));

			if (l->marks[number].mark != MARK_NONE)
				continue;	/* the earlier list says more */
			l->marks[number] = (struct mark_word){
			    (unsigned char)mark_lists[k].mark, (unsigned char)rules[i].weight };
		}
	}
	return 0;
}

static void
read_common(struct locator *l, const struct catalogue *c)
{
	const struct word_rule *rules;
	size_t n = catalogue_words(c, "nama_umum", &rules);

	l->common_need = xcalloc(n + 1, 1);
	for (size_t i = 0; i < n; i++) {
		uint32_t number = vocab_add(&l->common, rules[i].words, strlen(rules[i].words));

		l->common_need[number - 1] = (unsigned char)rules[i].weight;
	}
}

static void
index_make(struct index *x, size_t most)
{
	x->of = xcalloc(most + 1, sizeof(*x->of));
	x->first = xcalloc(most + 1, sizeof(*x->first));
}

static void
index_release(struct index *x)
{
	vocab_release(&x->words);
	free(x->of);
	free(x->first);
}

static void
index_add(struct index *x, const char *word, size_t len, uint32_t spelling)
{
	uint32_t number = vocab_add(&x->words, word, len);

	x->of[x->n].spelling = spelling;
	x->of[x->n].next = x->first[number - 1];
	x->first[number - 1] = (uint32_t)++x->n;
}

/* The first of the word's spellings as index + 1 into of; 0: it has none. */
static uint32_t
index_find(const struct index *x, const char *word, size_t len)
{
	uint32_t number = vocab_find(&x->words, word, len);

	return number == 0 ? 0 : x->first[number - 1];
}

/* "kalibaru wetan" is "kalibaruwetan", too: where people leave out letters they leave out spaces. */
static void
add_near_names(struct locator *l, const struct spelling *s, uint32_t index)
{
	char joined[NEAR_CHARS], fold[NEAR_CHARS];
	size_t len = 0, n;

	if (strlen(s->words) > sizeof(joined) || s->place->kind == PLACE_KABUPATEN || s->kind == SPELLING_LANDMARK)
		return;
	for (const char *c = s->words; *c != '\0'; c++)
		if (*c != ' ')
			joined[len++] = *c;
	if (len < FUZZY_MARKED)
		return;
	near_add(&l->near_names, fold, spelling_fold(fold, joined, len), index);
	index_add(&l->joined, joined, len, index);
	n = spelling_bones(fold, joined, len);
	if (n >= BONES_MIN && s->kind <= SPELLING_ALIAS)
		index_add(&l->bones, fold, n, index);
}

struct locator *
locator_new(const struct gazetteer *g, const struct catalogue *c, const struct classifier *known,
    struct vocab *words, struct buf *errors)
{
	struct locator *l = xcalloc(1, sizeof(*l));

	l->spellings_n = gazetteer_spellings(g, &l->spellings);
	l->known = known;
	l->names = matcher_new(words, 1);
	index_make(&l->bones, l->spellings_n);
	index_make(&l->joined, l->spellings_n);
	read_common(l, c);
	if (read_marks(l, c, words, errors) != 0)
		goto refuse;
	for (uint32_t i = 0; i < l->spellings_n; i++) {
		/* all meanings of one spelling stand together: the first one speaks for them */
		if (i == 0 || strcmp(l->spellings[i - 1].words, l->spellings[i].words) != 0) {
			if (matcher_add(l->names, l->spellings[i].words, i) != 0) {
				buf_addf(errors,
				    "wilayah.csv: \"%s\" has too many words for a name\n",
				    l->spellings[i].words);
				goto refuse;
			}
		}
		add_near_names(l, &l->spellings[i], i);
	}
	matcher_grown(l->names);
	return l;
refuse:
	locator_free(l);
	return NULL;
}

void
locator_free(struct locator *l)
{
	if (l == NULL)
		return;
	matcher_free(l->names);
	vocab_release(&l->common);
	near_release(&l->near_names);
	index_release(&l->bones);
	index_release(&l->joined);
	free(l->marks);
	free(l->common_need);
	free(l);
}

/* ---- reading ---- */

static enum mark
mark_at(const struct locator *l, const struct tokens *t, size_t i, int *weight)
{
	uint32_t number = t->at[i].word[FORM_WRITTEN];
	const struct mark_word *m = &l->marks[number < l->marks_n ? number : 0];

	*weight = m->weight;
	return (enum mark)m->mark;
}

static int
is_mark(const struct locator *l, const struct tokens *t, size_t i)
{
	int weight;

	return mark_at(l, t, i, &weight) != MARK_NONE;
}

static int
need_of(const struct locator *l, const char *words)
{
	uint32_t number = vocab_find(&l->common, words, strlen(words));

	return number == 0 ? 0 : l->common_need[number - 1];
}

static void
add_candidate(struct mention *m, const struct place *p, enum spelling_kind kind, int points)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->candidates[i].place == p)
			return;
	if (m->n == CANDIDATES_MAX)
		return;
	m->candidates[m->n].place = p;
	m->candidates[m->n].kind = kind;
	m->candidates[m->n++].points = points;
}

static int
kind_points(enum spelling_kind kind)
{
	static const int points[] = {
		[SPELLING_NAME] = POINTS_NAME, [SPELLING_ALIAS] = POINTS_ALIAS,
		[SPELLING_DUSUN] = POINTS_DUSUN, [SPELLING_LANDMARK] = POINTS_LANDMARK,
	};

	return points[kind];
}

/* All meanings of the spelling whose first row is index. */
static void
add_meanings(const struct locator *l, struct mention *m, uint32_t index)
{
	const struct spelling *s = &l->spellings[index];

	for (; index < l->spellings_n && strcmp(l->spellings[index].words, s->words) == 0; index++)
		add_candidate(m, l->spellings[index].place, l->spellings[index].kind,
		    kind_points(l->spellings[index].kind));
	m->need = need_of(l, s->words);
}

/* Of equal length: "pasar genteng kulon" is the desa's name, not the market of Genteng. */
static uint64_t
longest_first(const struct hit *h, const void *locator)
{
	const struct locator *l = locator;

	return (uint64_t)(UINT16_MAX - (h->to - h->from)) << 8 | l->spellings[h->value].kind;
}

static int
overlaps(const struct mention *m, size_t n, size_t from, size_t to)
{
	for (size_t i = 0; i < n; i++)
		if (from < m[i].to && to > m[i].from)
			return 1;
	return 0;
}

static void
mention_begin(struct mention *m, size_t from, size_t to)
{
	memset(m, 0, offsetof(struct mention, candidates));
	m->from = (uint16_t)from;
	m->to = (uint16_t)to;
}

static size_t
find_names(const struct locator *l, const struct tokens *t, struct mention *m)
{
	struct hit hits[HITS_MAX];
	size_t n = matcher_run(l->names, t, hits, HITS_MAX), found = 0;

	hits_sort(hits, n, longest_first, l);
	for (size_t i = 0; i < n && found < MENTIONS_MAX; i++) {
		if (overlaps(m, found, hits[i].from, hits[i].to))
			continue;
		mention_begin(&m[found], hits[i].from, hits[i].to);
		add_meanings(l, &m[found++], hits[i].value);
	}
	return found;
}

/* 1 if the name is written so but for spaces. */
static int
is_joined(const char *name, const char *word)
{
	for (; *name != '\0'; name++)
		if (*name != ' ' && *name != *word++)
			return 0;
	return *word == '\0';
}

/* Hamlets only as written but for the spaces: their names are too many and too common. */
static void
add_misspelt(const struct locator *l, struct mention *m, const char *word, size_t len)
{
	uint32_t near[CANDIDATES_MAX];
	char fold[2 * TOKEN_CHARS];
	size_t n = spelling_fold(fold, word, len);

	n = near_find(&l->near_names, fold, n, near, N_ELEMS(near));

	for (size_t i = 0; i < n; i++) {
		const struct spelling *s = &l->spellings[near[i]];

		if (s->kind <= SPELLING_ALIAS || is_joined(s->words, word))
			add_candidate(m, s->place, s->kind, POINTS_FUZZY);
	}
}

/* As written but for the spaces. */
static void
add_joined(const struct locator *l, struct mention *m, const char *word, size_t len)
{
	for (uint32_t k = index_find(&l->joined, word, len); k != 0; k = l->joined.of[k - 1].next) {
		const struct spelling *s = &l->spellings[l->joined.of[k - 1].spelling];

		add_candidate(m, s->place, s->kind, POINTS_FUZZY);
	}
}

/* "muncr", "wngsrjo": every name that is left so when vowels are left out. */
static void
add_vowelless(const struct locator *l, struct mention *m, const char *word, size_t len)
{
	char bones[TOKEN_CHARS];
	size_t n = spelling_bones(bones, word, len);

	for (uint32_t k = n < BONES_MIN ? 0 : index_find(&l->bones, bones, n); k != 0; k = l->bones.of[k - 1].next) {
		const struct spelling *s = &l->spellings[l->bones.of[k - 1].spelling];

		if (spelling_is_cut(word, len, s->words))
			add_candidate(m, s->place, s->kind, POINTS_FUZZY);
	}
}

/* "manggil manggil" is a word, and no name. */
static int
is_said_twice(const struct tokens *t, size_t i)
{
	uint32_t hash = t->at[i].hash[FORM_WRITTEN];

	return (i > 0 && t->at[i - 1].hash[FORM_WRITTEN] == hash) ||
	    (i + 1 < t->n && t->at[i + 1].hash[FORM_WRITTEN] == hash);
}

/* 1 if nothing else explains the word. */
static int
is_strange(const struct locator *l, const struct tokens *t, size_t i)
{
	return !token_is_number(t, i) && !is_said_twice(t, i) &&
	    token_form(t, i, FORM_MEANT) == NULL &&
	    !is_mark(l, t, i) && !classifier_knows(l->known, t->at[i].word[FORM_WRITTEN]) &&
	    !classifier_knows(l->known, t->at[i].word[FORM_STEM]);
}

/* Words that stand where a name may be, misspelt: those which nothing else explains are strange. */
struct search { const struct locator *l; const struct tokens *t; unsigned char strange[TOKENS_MAX]; };

/* 1 if the word may be a misspelt name: long enough for that, too. */
static int
may_be_misspelt(const struct search *s, size_t i)
{
	size_t len = s->t->at[i].form_len[FORM_WRITTEN];
	int weight;
	enum mark mark = i == 0 ? MARK_NONE : mark_at(s->l, s->t, i - 1, &weight);
	int marked = mark == MARK_DESA || mark == MARK_KECAMATAN;

	return len >= (marked ? FUZZY_MARKED : FUZZY_MIN) && s->strange[i];
}

/* "jambe wangi", and with an error where a word of the two is nothing else: "klibaru wetan". */
static void
add_written_apart(const struct search *s, size_t i, struct mention *m)
{
	const struct tokens *t = s->t;
	char both[2 * TOKEN_CHARS];
	size_t len = t->at[i].form_len[FORM_WRITTEN], more = t->at[i + 1].form_len[FORM_WRITTEN];

	if (len + more < FUZZY_ALONE || len < 3 || more < 3)
		return;
	memcpy(both, token_form(t, i, FORM_WRITTEN), len);
	memcpy(both + len, token_form(t, i + 1, FORM_WRITTEN), more + 1);
	if (len + more >= FUZZY_PAIR && (s->strange[i] || s->strange[i + 1]))
		add_misspelt(s->l, m, both, len + more);
	else
		add_joined(s->l, m, both, len + more);
	m->to = (uint16_t)(i + 2);
}

/* One word with a typing error, or without its vowels. */
static void
add_mistyped(const struct search *s, size_t i, struct mention *m)
{
	const char *word = token_form(s->t, i, FORM_WRITTEN);
	size_t len = s->t->at[i].form_len[FORM_WRITTEN];

	m->to = (uint16_t)(i + 1);
	if (may_be_misspelt(s, i)) {
		add_misspelt(s->l, m, word, len);
		m->need = len < FUZZY_ALONE ? NEED_MARK : NEED_NOTHING;
	}
	if (m->n == 0 && len >= BONES_MIN && s->strange[i]) {
		add_vowelless(s->l, m, word, len);
		m->need = NEED_MARK;
	}
}

static size_t
find_misspelt(const struct locator *l, const struct tokens *t, struct mention *m, size_t found)
{
	struct search s;

	s.l = l;
	s.t = t;
	for (size_t i = 0; i < t->n; i++)
		s.strange[i] = (unsigned char)is_strange(l, t, i);
	for (size_t i = 0; i < t->n && found < MENTIONS_MAX; i++) {
		struct mention *k = &m[found];

		if (overlaps(m, found, i, i + 1))
			continue;
		mention_begin(k, i, i);
		k->fuzzy = 1;
		if (i + 1 < t->n && !overlaps(m, found, i + 1, i + 2))
			add_written_apart(&s, i, k);
		if (k->n == 0)
			add_mistyped(&s, i, k);
		found += k->n > 0;
	}
	return found;
}

/* A capital within a sentence, of one who does not begin every word so. */
static int
is_typed_as_name(const struct tokens *t, const struct mention *m)
{
	size_t capitals = 0;

	if ((t->at[m->from].typed & (TOKEN_CAPITAL | TOKEN_OPENS)) != TOKEN_CAPITAL)
		return 0;
	for (size_t i = 0; i < t->n; i++)
		capitals += (t->at[i].typed & TOKEN_CAPITAL) != 0;
	return 2 * capitals <= t->n;
}

/* What the writing says: a name's capital; "... tulung.  Sobo": what is said last, and apart. */
static void
add_typed(const struct tokens *t, struct mention *m)
{
	const struct token *first = &t->at[m->from];
	int last = m->from > 0 && m->to == t->n && first->from >= t->at[m->from - 1].to + 2;
	int weight = is_typed_as_name(t, m) + last;

	if (last && (first->typed & TOKEN_OPENS) != 0)
		weight = (first->typed & TOKEN_CAPITAL) != 0 ? NEED_DESA_OR_KECAMATAN : NEED_AT;
	if (weight == 0 || (m->mark != MARK_NONE && m->mark != MARK_PLACE))
		return;
	m->weight = m->mark == MARK_PLACE ? m->weight + weight : weight;
	m->mark = MARK_PLACE;
}

/* The word that points at the mention: before it, or "desa" and the like behind it. */
static void
find_mark(const struct locator *l, const struct tokens *t, struct mention *m,
    const struct mention *all,
    size_t n)
{
	int weight;
	enum mark behind;

	if (m->from > 0)
		m->mark = mark_at(l, t, m->from - 1U, &m->weight);
	if (m->mark == MARK_NONE && m->from > 0 && token_is_number(t, m->from - 1U)) {
		m->mark = MARK_PLACE;		/* "rt 3 sempu" */
		m->weight = 2;
	}
	add_typed(t, m);
	if (m->mark == MARK_DESA || m->mark == MARK_KECAMATAN || m->mark == MARK_DUSUN ||
	    m->to >= t->n)
		return;
	behind = mark_at(l, t, m->to, &weight);
	if ((behind == MARK_DESA || behind == MARK_KECAMATAN) &&
	    !overlaps(all, n, m->to + 1U, m->to + 2U))
		m->mark = behind;
}

/* "kel X" is a kelurahan.  "desa X" says less: people call a kelurahan desa, too. */
static int
mark_says_kind(const struct tokens *t, const struct mention *m, const struct place *p)
{
	const char *word = m->from == 0 ? "" : token_form(t, m->from - 1U, FORM_WRITTEN);

	return strncmp(word, "kel", 3) == 0 && p->kind == PLACE_KELURAHAN;
}

static int
mark_points(const struct tokens *t, const struct mention *m, const struct place *p,
    enum spelling_kind kind)
{
	int is_desa = p->kind == PLACE_DESA || p->kind == PLACE_KELURAHAN;

	switch (m->mark) {
	case MARK_DESA:
		if (kind == SPELLING_DUSUN || !is_desa)
			return POINTS_WRONG_MARKER;
		return POINTS_MARKER + (mark_says_kind(t, m, p) ? POINTS_AT : 0);
	case MARK_KECAMATAN:
		return p->kind == PLACE_KECAMATAN ? POINTS_MARKER : POINTS_WRONG_MARKER;
	case MARK_DUSUN:
		return kind == SPELLING_DUSUN ? POINTS_MARKER : POINTS_NEAR_WORD;
	case MARK_PLACE:
		return m->weight > 1 ? POINTS_AT : POINTS_NEAR_WORD;
	case MARK_WAY:
		return POINTS_WAY;
	case MARK_NONE:
		break;
	}
	return 0;
}

/* What another mention says for this candidate: it is its kecamatan, or the same desa again. */
static int
context_points(const struct mention *m, const struct place *p, enum spelling_kind kind,
    const struct mention *all, size_t n)
{
	int points = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; &all[i] != m && k < all[i].n; k++) {
			const struct place *q = all[i].candidates[k].place;

			if (p->kind == PLACE_KECAMATAN || p->kind == PLACE_KABUPATEN)
				continue;
			if (q == p && kind == SPELLING_DUSUN &&
			    all[i].candidates[k].kind == SPELLING_DUSUN)
				continue;	/* two hamlets happen to share a desa */
			if (q == p || q == p->parent)
				return POINTS_CONTEXT;
			if (q->parent == p->parent && all[i].need < NEED_AT)
				points = POINTS_AT;
		}
	}
	return points;
}

static int
is_same_again(const struct mention *m, const struct place *p, const struct mention *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; &all[i] != m && k < all[i].n; k++)
			if (all[i].candidates[k].place == p &&
			    all[i].candidates[k].kind != SPELLING_DUSUN)
				return 1;
	return 0;
}

/* How much the mention needs to be believed with this meaning. */
static int
need_for(const struct mention *m, size_t c, size_t tokens)
{
	int is_dusun = m->candidates[c].kind == SPELLING_DUSUN;

	if (m->need == NEED_DESA_TOO && !is_dusun)
		return NEED_NOTHING;	/* the hamlet's name is common, this desa's is not */
	if (is_dusun && m->need == NEED_NOTHING && m->from > 0 && m->to < tokens)
		/* places stand at the ends of a message, or are pointed at */
		return NEED_MARK;
	return m->need;
}

/* 1 if the mention has what a common word, a hamlet or a typing error needs to be believed. */
static int
is_backed(const struct mention *m, size_t c, const struct mention *all, size_t n, size_t tokens,
    int context)
{
	int strong = m->mark == MARK_DESA || m->mark == MARK_KECAMATAN || m->mark == MARK_DUSUN;
	int need = need_for(m, c, tokens);

	if (need == NEED_DESA_TOO)
		return is_same_again(m, m->candidates[c].place, all, n);
	if (need == NEED_NOTHING || strong || context >= POINTS_CONTEXT)
		return 1;
	return (m->mark == MARK_PLACE || m->mark == MARK_WAY) && m->weight >= need;
}

static void
weigh(const struct tokens *t, struct mention *m, const struct mention *all, size_t n,
    const struct place *nearby)
{
	for (size_t c = 0; c < m->n; c++) {
		const struct place *p = m->candidates[c].place;
		int context = context_points(m, p, m->candidates[c].kind, all, n);
		int *points = &m->candidates[c].points;

		if (p->kind == PLACE_KABUPATEN || !is_backed(m, c, all, n, t->n, context)) {
			*points = 0;
			continue;
		}
		*points += context + mark_points(t, m, p, m->candidates[c].kind);
		if (p->kind != PLACE_KECAMATAN)
			*points += POINTS_DESA;
		if (nearby != NULL && place_kecamatan(nearby) == place_kecamatan(p))
			*points += POINTS_NEARBY;
	}
}

/*
 * "Banyuwangi" alone is the regency, where everybody lives: it places nothing.  But what stands
 * before it is meant as a place: "sobo banyuwangi".
 */
static void
drop_regency(struct mention *m, struct mention *all, size_t n)
{
	int regency = 0;

	for (size_t c = 0; c < m->n; c++)
		regency |= m->candidates[c].place->kind == PLACE_KABUPATEN;
	if (!regency || m->mark == MARK_KECAMATAN)
		return;
	m->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (all[i].to == m->from && all[i].mark == MARK_NONE) {
			all[i].mark = MARK_PLACE;
			all[i].weight = 1;
		}
	}
}

static int
confidence(int points, int fuzzy)
{
	static const struct { int points, permille; } steps[] = {
		{ 65, 950 }, { 45, 900 }, { 33, 850 }, { 24, 750 }, { 0, 600 },
	};

	for (size_t i = 0; i < N_ELEMS(steps); i++)
		if (points >= steps[i].points)
			return fuzzy ? steps[i].permille - 150 : steps[i].permille;
	return 0;
}

static const char *
rule_name(const struct mention *m, size_t c)
{
	static const char *const names[] = {
		[SPELLING_NAME] = "nama", [SPELLING_ALIAS] = "ejaan lain",
		    [SPELLING_DUSUN] = "dusun",
		[SPELLING_LANDMARK] = "tempat dikenal",
	};

	return m->fuzzy ? "salah ketik" : names[m->candidates[c].kind];
}

static void
add_rival(struct location *out, const struct place *p)
{
	for (int i = 0; i < out->rivals_n; i++)
		if (out->rivals[i] == p)
			return;
	if (out->rivals_n < UNDERSTANDING_RIVALS)
		out->rivals[out->rivals_n++] = p;
}

/* The best candidate of the best mention decides, unless another of the mention is as good. */
static void
decide(struct location *out, const struct mention *m, size_t best)
{
	const struct place *p = m->candidates[best].place;
	int points = m->candidates[best].points;

	out->from = m->from;
	out->to = m->to;
	out->rule = rule_name(m, best);
	out->confidence_permille = confidence(points, m->fuzzy);
	for (size_t c = 0; c < m->n; c++) {
		const struct place *q = m->candidates[c].place;

		if (c == best || points - m->candidates[c].points > POINTS_DESA ||
		    m->candidates[c].points <= 0)
			continue;
		if (q == p->parent) {
			/*
			 * the kecamatan and its desa bear one name: the wider area is
			 * never wrong
			 */
			add_rival(out, p);
			out->place = q;
			out->confidence_permille = 650;
			return;
		}
		add_rival(out, q);
	}
	if (out->rivals_n == 0) {
		out->place = p;
		return;
	}
	add_rival(out, p);
	out->confidence_permille = 0;
}

/* One stands right beside the other, or "kec", "desa", "dusun" alone between them. */
static int
is_beside(const struct locator *l, const struct tokens *t, const struct mention *a, const struct mention *b)
{
	const struct mention *first = a->from < b->from ? a : b, *second = first == a ? b : a;
	enum mark between;
	int weight;

	if (second->from != first->to + 1U)
		return second->from == first->to;
	between = mark_at(l, t, first->to, &weight);
	return between == MARK_KECAMATAN || between == MARK_DESA || between == MARK_DUSUN;
}

/*
 * The kecamatan that is named right beside; NULL none, or several.  One that is named elsewhere may be
 * where somebody comes from, goes to, or waits for help from.
 */
static const struct place *
named_kecamatan(const struct locator *l, const struct tokens *t, const struct mention *twins, const struct mention *all,
    size_t n)
{
	const struct place *named = NULL;

	for (size_t i = 0; i < n; i++) {
		if (&all[i] == twins || !is_beside(l, t, twins, &all[i]))
			continue;
		for (size_t c = 0; c < all[i].n; c++) {
			const struct place *p = all[i].candidates[c].place;

			if (p->kind != PLACE_KECAMATAN || all[i].candidates[c].points <= 0 || p == named)
				continue;
			if (named != NULL)
				return NULL;
			named = p;
		}
	}
	return named;
}

/*
 * "watukebo rogojampi": neither Watukebo lies there, but one just over the border, where Rogojampi
 * once was.  "karangrejo wongsorejo": both are far away, so that it is a hamlet that no list has: the
 * kecamatan that he named is where it is, and nothing is to be asked.
 */
static void
settle_twins(const struct locator *l, const struct tokens *t, struct location *out, const struct mention *m,
    const struct mention *all, size_t n)
{
	const struct place *kecamatan = named_kecamatan(l, t, m, all, n), *near = NULL;
	double km = TWIN_NEAR_KM, next = -1;

	if (kecamatan == NULL)
		return;
	for (int i = 0; i < out->rivals_n; i++) {
		double d = place_apart_km(kecamatan, out->rivals[i]);

		if (d <= km) {
			next = near != NULL ? km : next;
			near = out->rivals[i];
			km = d;
		} else if (next < 0 || d < next) {
			next = d;
		}
	}
	if (near != NULL && next >= 0 && next < 2 * km)
		return;			/* both are near: he is asked */
	out->rivals_n = 0;
	out->place = near != NULL && m->mark != MARK_DUSUN ? near : kecamatan;
	out->confidence_permille = 700;
	out->rule = out->place == kecamatan ? "kecamatan disebut" : "dekat kecamatan yang disebut";
}

/* "dusun tamanagung srono": the desa of that name lies elsewhere, a hamlet in Srono is what he says. */
static void
settle_hamlet(const struct locator *l, const struct tokens *t, struct location *out, const struct mention *m,
    const struct mention *all, size_t n)
{
	const struct place *kecamatan = named_kecamatan(l, t, m, all, n);

	if (kecamatan == NULL || place_kecamatan(out->place) == kecamatan)
		return;
	add_rival(out, out->place);
	out->place = kecamatan;
	out->confidence_permille = 700;
	out->rule = "kecamatan disebut";
}

static int
is_word(const struct tokens *t, size_t i, const char *word)
{
	return token_form(t, i, FORM_WRITTEN)[0] == word[0] &&
	    strcmp(token_form(t, i, FORM_WRITTEN), word) == 0;
}

static void
read_number(const struct tokens *t, const char *word, char out[4])
{
	out[0] = '\0';
	for (size_t i = 0; i + 1 < t->n; i++) {
		size_t len = t->at[i + 1].form_len[FORM_WRITTEN];

		if (!is_word(t, i, word) || len > 3 ||
		    !token_is_number(t, i + 1))
			continue;
		memcpy(out, token_form(t, i + 1, FORM_WRITTEN), len + 1);
		return;
	}
}

static size_t
find_mentions(const struct locator *l, const struct tokens *t, struct mention *m)
{
	size_t n = find_misspelt(l, t, m, find_names(l, t, m));

	for (size_t i = 0; i < n; i++)
		find_mark(l, t, &m[i], m, n);
	for (size_t i = 0; i < n; i++)
		drop_regency(&m[i], m, n);
	return n;
}

void
place_locate(const struct locator *l, const struct tokens *t, const struct place *nearby,
    struct location *out)
{
	struct mention m[MENTIONS_MAX];
	size_t n = find_mentions(l, t, m);
	const struct mention *best = NULL;
	size_t best_c = 0;

	memset(out, 0, sizeof(*out));
	read_number(t, "rt", out->rt);
	read_number(t, "rw", out->rw);
	for (size_t i = 0; i < n; i++)
		weigh(t, &m[i], m, n, nearby);
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < m[i].n; c++) {
			int points = m[i].candidates[c].points;
			int lead = best == NULL ? points : points - best->candidates[best_c].points;

			if (points <= 0 || lead < 0 || (lead == 0 && best != NULL &&
			    best->from < m[i].from))
				continue;
			if (lead == 0 && best == &m[i])
				continue;
			best = &m[i];
			best_c = c;
		}
	}
	if (best != NULL)
		decide(out, best, best_c);
	if (best != NULL && out->place == NULL)
		settle_twins(l, t, out, best, m, n);
	else if (best != NULL && best->mark == MARK_DUSUN && best->candidates[best_c].kind != SPELLING_DUSUN)
		settle_hamlet(l, t, out, best, m, n);
}

size_t
place_words(const struct locator *l, const struct tokens *t)
{
	struct mention m[MENTIONS_MAX];
	size_t n = find_mentions(l, t, m), count = 0;

	for (size_t i = 0; i < t->n; i++)
		count += overlaps(m, n, i, i + 1) || is_mark(l, t, i) ||
		    token_is_number(t, i) ||
		    is_word(t, i, "rt") || is_word(t, i, "rw");
	return count;
}
