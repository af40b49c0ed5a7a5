#include "router/match.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* Symbols of the trie's edges below the words' own numbers. */
enum { SYMBOL_NONE, SYMBOL_START, SYMBOL_END, SYMBOL_GAP, SYMBOL_WORDS };

#define WILD_MIN 3		/* "a*" would fit half of all words ("aaaa*" is squeezed to it) */
#define TOKEN_SYMBOLS 6		/* three forms and a few wild cards */
#define FEW_HITS 64
#define FEW_TOKENS 64
#define FEW_CHILDREN 16		/* so many symbols fill a line of the cache */
#define STEPS_MAX 20000		/* edges looked at per report: bounds what hostile text can cost */

struct edge { uint32_t node, symbol, child; };	/* child 0: slot is free */
struct value { uint32_t value, next; };		/* next: index + 1 into values, 0 ends */
/* The trie as it grows. */
struct sapling {
	struct edge *edges;		/* open addressing, a power of two, at most half full */
	size_t edges_n, slots_n;
	uint32_t *first;		/* by node: index + 1 into values */
	size_t nodes_n, nodes_cap;
	struct value *values;
	size_t values_n, values_cap;
};
/*
 * The trie as it is read: nodes level by level, so that the children of one lie side by side, in the order of
 * their symbols, and end where those of the next node begin; likewise its values.  bits: one for each symbol
 * that may lead on, which answers most questions.
 */
struct node { uint64_t bits; uint32_t child, value; };
/*
 * What a word of a report is to the phrases, for when it comes again: its symbols, and the node that each
 * leads to from the root, 0 for none.  One line of the processor's cache.
 */
struct symbols { uint64_t bits; uint32_t symbols[TOKEN_SYMBOLS], roots[TOKEN_SYMBOLS]; };
struct seen { alignas(64) struct symbols is; uint32_t times; };
struct wild { char *part; size_t len; int at_end; uint32_t symbol; };

struct matcher {
	int written_only;
	struct vocab *words;
	unsigned char *known;		/* by a word's number: some phrase has it */
	size_t known_n;
	struct wild *wilds;
	size_t wilds_n;
	unsigned char wild_letters[256];	/* 1: one begins so, 2: one ends so */
	struct sapling *growing;	/* NULL once it is read */
	struct node *nodes;		/* and one behind the last */
	uint32_t *symbols;		/* by node: what leads to it */
	size_t nodes_n;
	uint32_t *values;
	uint32_t start;			/* where a report begins; 0: no phrase begins there */
	struct seen *memo;		/* LEXEMES, by the tokens' own number */
	void *memo_room;
	unsigned char quiet;		/* its bit of the tokens' quiet; 0: it has none */
};

struct run {
	const struct matcher *m;
	const struct tokens *t;
	const struct symbols *tokens;
	struct hit *hits;
	size_t n, max, steps, start;
};

/* ---- growing ---- */

static size_t
slot_of(const struct sapling *g, uint32_t node, uint32_t symbol)
{
	uint64_t h = ((uint64_t)node << 32 | symbol) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h >> 32) & (g->slots_n - 1);
}

static struct edge *
find_edge(const struct sapling *g, uint32_t node, uint32_t symbol)
{
	size_t at = slot_of(g, node, symbol);

	while (g->edges[at].child != 0 &&
	    (g->edges[at].node != node || g->edges[at].symbol != symbol))
		at = (at + 1) & (g->slots_n - 1);
	return &g->edges[at];
}

static uint32_t
add_node(struct sapling *g)
{
	if (g->nodes_n == g->nodes_cap) {
		g->nodes_cap = g->nodes_cap == 0 ? 256 : 2 * g->nodes_cap;
		g->first = xrealloc(g->first, g->nodes_cap * sizeof(*g->first));
	}
	g->first[g->nodes_n] = 0;
	return (uint32_t)g->nodes_n++;
}

static void
grow_edges(struct sapling *g)
{
	struct edge *old = g->edges;
	size_t n = g->slots_n;

	g->slots_n = n == 0 ? 512 : 2 * n;
	g->edges = xcalloc(g->slots_n, sizeof(*g->edges));
	for (size_t i = 0; i < n; i++)
		if (old[i].child != 0)
			*find_edge(g, old[i].node, old[i].symbol) = old[i];
	free(old);
}

static uint32_t
add_edge(struct sapling *g, uint32_t node, uint32_t symbol)
{
	struct edge *e = find_edge(g, node, symbol);

	if (e->child != 0)
		return e->child;
	if (2 * (g->edges_n + 1) > g->slots_n) {
		grow_edges(g);
		e = find_edge(g, node, symbol);
	}
	*e = (struct edge){ node, symbol, add_node(g) };
	g->edges_n++;
	return e->child;
}

static void
sapling_free(struct sapling *g)
{
	if (g == NULL)
		return;
	free(g->edges);
	free(g->first);
	free(g->values);
	free(g);
}

struct matcher *
matcher_new(struct vocab *words, int written_only)
{
	struct matcher *m = xcalloc(1, sizeof(*m));

	m->words = words;
	m->written_only = written_only;
	m->quiet = words->readers < 8 ? (unsigned char)(1 << words->readers++) : 0;
	m->memo = xaligned_zero(alignof(struct seen), LEXEMES * sizeof(*m->memo), &m->memo_room);
	m->growing = xcalloc(1, sizeof(*m->growing));
	grow_edges(m->growing);
	add_node(m->growing);	/* the root: never a child, so 0 can mean "no edge" */
	return m;
}

void
matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	free(m->known);
	for (size_t i = 0; i < m->wilds_n; i++)
		free(m->wilds[i].part);
	free(m->wilds);
	sapling_free(m->growing);
	free(m->nodes);
	free(m->symbols);
	free(m->values);
	free(m->memo_room);
	free(m);
}

/* The symbol of a word of a phrase. */
static uint32_t
symbol_of(struct matcher *m, const char *word, size_t len)
{
	uint32_t number = vocab_add(m->words, word, len);

	if (number >= m->known_n) {
		size_t n = m->known_n;

		m->known_n = 2 * (size_t)number + 64;
		m->known = xrealloc(m->known, m->known_n);
		memset(m->known + n, 0, m->known_n - n);
	}
	m->known[number] = 1;
	return number + SYMBOL_WORDS;
}

static void
add_wild(struct matcher *m, const char *part, int at_end, uint32_t symbol)
{
	for (size_t i = 0; i < m->wilds_n; i++)
		if (m->wilds[i].symbol == symbol)
			return;
	m->wilds = xrealloc(m->wilds, (m->wilds_n + 1) * sizeof(*m->wilds));
	m->wilds[m->wilds_n++] = (struct wild){ xstrdup(part), strlen(part), at_end, symbol };
	if (at_end)
		m->wild_letters[(unsigned char)part[0]] |= 1;
	else
		m->wild_letters[(unsigned char)part[strlen(part) - 1]] |= 2;
}

/* One word of a phrase to symbols: several where normalising parts it ("e-ktp", "rt3"). */
static int
symbols_of_word(struct matcher *m, const char *s, size_t len, uint32_t *out, size_t *n)
{
	int front = s[0] == '*', back = s[len - 1] == '*';
	struct buf words = { 0 };
	const char *w;
	int rc = -1;

	if ((front && back) || memchr(s + front, '*', len - (size_t)front - (size_t)back) != NULL)
		goto out;
	buf_add_normalised(&words, s, len);
	if (words.len == 0 || ((front || back) &&
	    (words.len < WILD_MIN || strchr(buf_str(&words), ' ') != NULL)))
		goto out;
	if (front || back) {
		struct buf name = { 0 };

		buf_addf(&name, front ? "*%s" : "%s*", buf_str(&words));
		out[*n] = symbol_of(m, name.data, name.len);
		add_wild(m, buf_str(&words), back, out[(*n)++]);
		buf_release(&name);
		rc = 0;
		goto out;
	}
	for (w = buf_str(&words); *w != '\0'; w += *w == ' ') {
		size_t l = strcspn(w, " ");

		if (*n == PHRASE_WORDS)
			goto out;
		out[(*n)++] = symbol_of(m, w, l);
		w += l;
	}
	rc = 0;
out:
	buf_release(&words);
	return rc;
}

static int
parse_phrase(struct matcher *m, const char *phrase, uint32_t *out, size_t *n)
{
	static const char special[] = "^$~";
	int words = 0;

	for (const char *s = phrase; *s != '\0'; s += *s == ' ') {
		size_t len = strcspn(s, " ");
		const char *mark = len == 1 ? strchr(special, *s) : NULL;

		if (*n == PHRASE_WORDS || len == 0)
			return -1;
		if (mark == NULL) {
			if ((*n > 0 && out[*n - 1] == SYMBOL_END) ||
			    symbols_of_word(m, s, len, out, n) != 0)
				return -1;
			words++;
		} else if ((*s == '^') != (s == phrase) || (*s == '~' && words == 0)) {
			return -1;
		} else {
			out[(*n)++] = *s == '^' ? SYMBOL_START : *s == '$' ?
			    SYMBOL_END : SYMBOL_GAP;
		}
		s += len;
	}
	return words > 0 && out[*n - 1] != SYMBOL_GAP ? 0 : -1;
}

/* Once normalised: "www" is "w", which stands in "rt 3 w 7" too. */
static int
is_one_letter(const char *phrase)
{
	struct buf words = { 0 };
	int one;

	buf_add_normalised(&words, phrase, strlen(phrase));
	one = words.len == 1;
	buf_release(&words);
	return one;
}

int
matcher_add(struct matcher *m, const char *phrase, uint32_t value)
{
	struct sapling *g = m->growing;
	uint32_t symbols[PHRASE_WORDS], node = 0;
	size_t n = 0;

	assert(g != NULL);
	if (parse_phrase(m, phrase, symbols, &n) != 0 || (n == 1 && is_one_letter(phrase)))
		return -1;
	for (size_t i = 0; i < n; i++)
		node = add_edge(g, node, symbols[i]);
	m->words->changes++;
	if (g->values_n == g->values_cap) {
		g->values_cap = g->values_cap == 0 ? 256 : 2 * g->values_cap;
		g->values = xrealloc(g->values, g->values_cap * sizeof(*g->values));
	}
	g->values[g->values_n] = (struct value){ value, g->first[node] };
	g->first[node] = (uint32_t)++g->values_n;
	return 0;
}

/* ---- grown ---- */

static uint64_t
symbol_bit(uint32_t symbol)
{
	return UINT64_C(1) << (symbol & 63);
}

/* Few have many children: those of most lie in one line of the cache. */
static uint32_t
find_child(const struct matcher *m, uint32_t node, uint32_t symbol)
{
	uint32_t from = m->nodes[node].child, to = m->nodes[node + 1].child;

	while (to - from > FEW_CHILDREN) {
		uint32_t mid = from + (to - from) / 2;

		if (m->symbols[mid] <= symbol)
			from = mid;
		else
			to = mid;
	}
	for (; from < to; from++)
		if (m->symbols[from] == symbol)
			return from;
	return 0;
}

/* Where that symbol leads to from a node; 0 nowhere. */
static inline uint32_t
child_of(const struct matcher *m, uint32_t node, uint32_t symbol)
{
	return (m->nodes[node].bits & symbol_bit(symbol)) == 0 ? 0 : find_child(m, node, symbol);
}

/* The same for a gap, whose symbol is one of the least: it stands first, or behind the report's end. */
static inline uint32_t
gap_of(const struct matcher *m, uint32_t node)
{
	uint32_t at = m->nodes[node].child;

	if ((m->nodes[node].bits & symbol_bit(SYMBOL_GAP)) == 0)
		return 0;
	at += m->symbols[at] == SYMBOL_END;
	return at < m->nodes[node + 1].child && m->symbols[at] == SYMBOL_GAP ? at : 0;
}

/* By parent, then by symbol. */
static int
by_place(const void *va, const void *vb)
{
	const struct edge *a = va, *b = vb;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return a->symbol < b->symbol ? -1 : 1;
}

/* Puts the edges side by side, those of node 0, then of 1 ...; where those of each begin, the caller frees. */
static size_t *
edges_by_node(struct sapling *g)
{
	size_t *first = xcalloc(g->nodes_n + 1, sizeof(*first)), n = 0;

	for (size_t i = 0; i < g->slots_n; i++)
		if (g->edges[i].child != 0)
			g->edges[n++] = g->edges[i];
	qsort(g->edges, n, sizeof(*g->edges), by_place);
	for (size_t i = 0; i < n; i++)
		first[g->edges[i].node + 1] = i + 1;
	for (size_t i = 1; i <= g->nodes_n; i++)
		if (first[i] == 0)
			first[i] = first[i - 1];
	return first;
}

static int
by_value(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

void
matcher_grown(struct matcher *m)
{
	struct sapling *g = m->growing;
	size_t *first, n = 1, values = 0;
	uint32_t *was;					/* by new number: the old one */

	assert(g != NULL);
	first = edges_by_node(g);
	was = xmalloc(g->nodes_n * sizeof(*was));
	m->nodes_n = g->nodes_n;
	m->nodes = xcalloc(m->nodes_n + 1, sizeof(*m->nodes));
	m->symbols = xcalloc(m->nodes_n, sizeof(*m->symbols));
	m->values = xmalloc((g->values_n + 1) * sizeof(*m->values));
	was[0] = 0;
	for (size_t i = 0; i < m->nodes_n; i++) {
		m->nodes[i].child = (uint32_t)n;
		m->nodes[i].value = (uint32_t)values;
		for (size_t e = first[was[i]]; e < first[was[i] + 1]; e++) {
			m->nodes[i].bits |= symbol_bit(g->edges[e].symbol);
			m->symbols[n] = g->edges[e].symbol;
			was[n++] = g->edges[e].child;
		}
		for (uint32_t v = g->first[was[i]]; v != 0; v = g->values[v - 1].next)
			m->values[values++] = g->values[v - 1].value;
		/* least first: hits that are sorted by them come sorted from each node */
		qsort(m->values + m->nodes[i].value, values - m->nodes[i].value, sizeof(*m->values), by_value);
	}
	m->nodes[m->nodes_n] = (struct node){ .child = (uint32_t)n, .value = (uint32_t)values };
	free(was);
	free(first);
	sapling_free(g);
	m->growing = NULL;
	m->start = child_of(m, 0, SYMBOL_START);
}

static void
report(struct run *r, uint32_t node, size_t end)
{
	for (uint32_t v = r->m->nodes[node].value; v < r->m->nodes[node + 1].value && r->n < r->max; v++)
		r->hits[r->n++] = (struct hit){ r->m->values[v], (uint16_t)r->start, (uint16_t)end };
}

static void walk(struct run *r, uint32_t node, size_t at, int may_gap);

/* Whether a token may lead on from a node of those bits: most do not, and are asked no more. */
static int
may_step(const struct run *r, uint64_t bits, size_t at)
{
	return (bits & r->tokens[at].bits) != 0;
}

/* Onward from a node by that token. */
static void
step(struct run *r, uint32_t node, size_t at)
{
	const struct symbols *own = &r->tokens[at];

	for (size_t k = 0; k < TOKEN_SYMBOLS && own->symbols[k] != SYMBOL_NONE; k++) {
		uint32_t child = child_of(r->m, node, own->symbols[k]);

		if (child != 0)
			walk(r, child, at + 1, 1);
	}
}

/* Follows every path from a node at a token.  Depth is bounded by PHRASE_WORDS. */
static void
walk(struct run *r, uint32_t node, size_t at, int may_gap)
{
	const struct node *here = &r->m->nodes[node];
	uint32_t child;
	size_t end;

	if (here[0].value != here[1].value)
		report(r, node, at);
	if (at == r->t->n) {
		child = child_of(r->m, node, SYMBOL_END);
		if (child != 0)
			report(r, child, at);
		return;
	}
	if (r->steps++ > STEPS_MAX)
		return;
	if (may_step(r, here->bits, at))
		step(r, node, at);
	child = may_gap ? gap_of(r->m, node) : 0;
	if (child == 0)
		return;
	end = at + GAP_MAX < r->t->n ? at + GAP_MAX + 1 : r->t->n;
	for (size_t k = at; k < end && r->steps++ <= STEPS_MAX; k++)
		if (may_step(r, r->m->nodes[child].bits, k))
			step(r, child, k);	/* no phrase ends with a gap */
}

static size_t
add_symbol(uint32_t *symbols, size_t n, uint32_t symbol)
{
	for (size_t i = 0; i < n; i++)
		if (symbols[i] == symbol)
			return n;
	if (n < TOKEN_SYMBOLS)
		symbols[n++] = symbol;
	return n;
}

static void
symbols_of_token(const struct matcher *m, const struct tokens *t, size_t i, uint32_t *symbols)
{
	size_t n = 0;

	for (int f = FORM_WRITTEN; f < (m->written_only ? FORM_WRITTEN + 1 : FORMS); f++) {
		const char *s = token_form(t, i, (enum token_form)f);
		size_t len = t->at[i].form_len[f];

		if (matcher_knows(m, t->at[i].word[f]))
			n = add_symbol(symbols, n, t->at[i].word[f] + SYMBOL_WORDS);
		if (s == NULL || f == FORM_STEM || ((m->wild_letters[(unsigned char)s[0]] & 1) == 0 &&
		    (m->wild_letters[(unsigned char)s[len - 1]] & 2) == 0))
			continue;
		for (size_t w = 0; w < m->wilds_n; w++) {
			const struct wild *wild = &m->wilds[w];
			size_t from = wild->at_end ? 0 : len - wild->len;

			if (len >= wild->len && s[from] == wild->part[0] &&
			    memcmp(s + from, wild->part, wild->len) == 0)
				n = add_symbol(symbols, n, wild->symbol);
		}
	}
	if (n < TOKEN_SYMBOLS)
		symbols[n] = SYMBOL_NONE;	/* ends them */
}

/* What the token is to the phrases; 0: nothing. */
static int
see(const struct matcher *m, const struct tokens *t, size_t i, struct symbols *out)
{
	struct seen *seen = &m->memo[t->at[i].lexeme];

	if (seen->times != t->at[i].lexeme_times) {
		struct symbols *is = &seen->is;

		symbols_of_token(m, t, i, is->symbols);
		is->bits = 0;
		for (size_t k = 0; k < TOKEN_SYMBOLS && is->symbols[k] != SYMBOL_NONE; k++) {
			is->bits |= symbol_bit(is->symbols[k]);
			is->roots[k] = child_of(m, 0, is->symbols[k]);
		}
		seen->times = t->at[i].lexeme_times;
	}
	if (seen->is.symbols[0] == SYMBOL_NONE) {
		token_note_quiet(t, i, m->quiet);
		return 0;
	}
	*out = seen->is;
	for (size_t k = 0; k < TOKEN_SYMBOLS && out->symbols[k] != SYMBOL_NONE; k++)
		lines_ahead(&m->nodes[out->roots[k]], sizeof(*m->nodes));
	return 1;
}

/* Of a phrase's first word: its values, and what goes on from it. */
static void
root_ahead(const struct matcher *m, const struct symbols *own)
{
	for (size_t k = 0; k < TOKEN_SYMBOLS && own->symbols[k] != SYMBOL_NONE; k++) {
		const struct node *root = &m->nodes[own->roots[k]];

		lines_ahead(&m->values[root->value], sizeof(*m->values));
		lines_ahead(&m->symbols[root->child], sizeof(*m->symbols));
	}
}

/* 0 the token is known to be nothing to the phrases; else what it is to them is asked for. */
static inline int
ask_ahead(const struct matcher *m, const struct tokens *t, size_t i)
{
	if ((t->at[i].quiet & m->quiet) != 0)
		return 0;
	lines_ahead(&m->memo[t->at[i].lexeme], sizeof(*m->memo));
	return 1;
}

void
matcher_ahead(const struct matcher *m, const struct tokens *t)
{
	for (size_t i = 0; i < t->n; i++)
		ask_ahead(m, t, i);
}

/* The words of the report may push each other out of the memo: those that stand there are copied. */
size_t
matcher_run(const struct matcher *m, const struct tokens *t, struct hit *hits, size_t max)
{
	struct symbols few[FEW_TOKENS], *own = few;	/* an SMS needs no memory of its own */
	size_t few_loud[FEW_TOKENS], *loud = few_loud;	/* the tokens that are something to the phrases */
	size_t maybe = 0, n = 0;
	struct run r = { .m = m, .t = t, .hits = hits, .max = max };

	assert(m->growing == NULL);
	if (t->n > FEW_TOKENS) {
		own = xmalloc(t->n * sizeof(*own));
		loud = xmalloc(t->n * sizeof(*loud));
	}
	r.tokens = own;
	for (size_t i = 0; i < t->n; i++) {
		own[i].bits = 0;
		if (ask_ahead(m, t, i))
			loud[maybe++] = i;
	}
	for (size_t i = 0; i < maybe; i++)
		if (see(m, t, loud[i], &own[loud[i]]))
			loud[n++] = loud[i];
	for (size_t i = 0; i < n; i++)
		root_ahead(m, &own[loud[i]]);
	if (m->start != 0)
		walk(&r, m->start, 0, 0);
	for (size_t i = 0; i < n; i++) {
		const struct symbols *first = &own[loud[i]];

		r.start = loud[i];
		r.steps = 0;
		for (size_t k = 0; k < TOKEN_SYMBOLS && first->symbols[k] != SYMBOL_NONE; k++)
			if (first->roots[k] != 0)
				walk(&r, first->roots[k], r.start + 1, 1);
	}
	if (own != few) {
		free(own);
		free(loud);
	}
	return r.n;
}

struct keyed { uint64_t key; size_t at; struct hit hit; };

static int
by_key(const void *va, const void *vb)
{
	const struct keyed *a = va, *b = vb;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->at < b->at ? -1 : 1;
}

/* An SMS has few hits, and those are put in their places one by one. */
static void
insert_all(struct keyed *k, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct keyed moved = k[i];
		size_t to = i;

		for (; to > 0 && k[to - 1].key > moved.key; to--)
			k[to] = k[to - 1];
		k[to] = moved;
	}
}

void
hits_sort(struct hit *hits, size_t n, hit_key *key, const void *arg)
{
	struct keyed few[FEW_HITS], *k = n <= FEW_HITS ? few : xmalloc(n * sizeof(*k));

	for (size_t i = 0; i < n; i++)
		k[i] = (struct keyed){ key(&hits[i], arg), i, hits[i] };
	if (k == few)
		insert_all(k, n);
	else
		qsort(k, n, sizeof(*k), by_key);
	for (size_t i = 0; i < n; i++)
		hits[i] = k[i].hit;
	if (k != few)
		free(k);
}

static int
by_number(const void *va, const void *vb)
{
	const uint64_t *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

/* A hit is sorted as the number that its parts make, the value first. */
void
hits_sort_by_value(struct hit *hits, size_t n)
{
	uint64_t few[FEW_HITS], *k = n <= FEW_HITS ? few : xmalloc(n * sizeof(*k));

	for (size_t i = 0; i < n; i++) {
		uint64_t moved = (uint64_t)hits[i].value << 32 | (uint32_t)hits[i].from << 16 | hits[i].to;
		size_t to = i;

		for (; k == few && to > 0 && k[to - 1] > moved; to--)
			k[to] = k[to - 1];
		k[to] = moved;
	}
	if (k != few)
		qsort(k, n, sizeof(*k), by_number);
	for (size_t i = 0; i < n; i++)
		hits[i] = (struct hit){ (uint32_t)(k[i] >> 32), (uint16_t)(k[i] >> 16), (uint16_t)k[i] };
	if (k != few)
		free(k);
}

int
matcher_knows(const struct matcher *m, uint32_t word)
{
	return word < m->known_n && m->known[word];
}
