#include "router/match.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* Symbols of the trie's edges below the words' own numbers. */
enum { SYMBOL_NONE, SYMBOL_START, SYMBOL_END, SYMBOL_GAP, SYMBOL_WORDS };

#define WILD_MIN 3		/* "a*" would fit half of all words ("aaaa*" is squeezed to it) */
#define TOKEN_SYMBOLS 6		/* three forms and a few wild cards */
#define FEW_HITS 64
#define STEPS_MAX 20000		/* edges looked at per report: bounds what hostile text can cost */

struct edge { uint32_t node, symbol, child; };	/* child 0: slot is free */
/* first: index + 1 into values; words: a bit for each word that may lead on; marks: the special edges. */
struct node { uint64_t words; uint32_t first; unsigned char marks; };
struct value { uint32_t value, next; };		/* next: index + 1 into values, 0 ends */
/*
 * What a word of a report is to the phrases, for when it comes again: its symbols, and the node that each
 * leads to from the root, 0 for none.  One line of the processor's cache.
 */
struct seen {
	alignas(64) uint32_t times;
	uint32_t symbols[TOKEN_SYMBOLS], roots[TOKEN_SYMBOLS];
};
struct wild { char *part; size_t len; int at_end; uint32_t symbol; };

struct matcher {
	int written_only;
	struct vocab *words;
	unsigned char *known;		/* by a word's number: some phrase has it */
	size_t known_n;
	struct wild *wilds;
	size_t wilds_n;
	unsigned char wild_letters[256];	/* 1: one begins so, 2: one ends so */
	struct edge *edges;		/* open addressing, a power of two, at most half full */
	size_t edges_n, slots_n;
	struct node *nodes;
	size_t nodes_n, nodes_cap;
	uint32_t *from_root;		/* by symbol: most words begin no phrase, so ask no hash */
	size_t from_root_n;
	struct value *values;
	size_t values_n, values_cap;
	struct seen *memo;		/* LEXEMES, by the tokens' own number */
	void *memo_room;
	unsigned char quiet;		/* its bit of the tokens' quiet; 0: it has none */
};

/* Of one token of a report. */
struct symbols { uint32_t symbols[TOKEN_SYMBOLS], roots[TOKEN_SYMBOLS]; };

struct run {
	const struct matcher *m;
	const struct tokens *t;
	struct symbols *tokens;
	struct hit *hits;
	size_t n, max, steps, start;
};

static size_t
slot_of(const struct matcher *m, uint32_t node, uint32_t symbol)
{
	uint64_t h = ((uint64_t)node << 32 | symbol) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h >> 32) & (m->slots_n - 1);
}

static struct edge *
find_edge(const struct matcher *m, uint32_t node, uint32_t symbol)
{
	size_t at = slot_of(m, node, symbol);

	while (m->edges[at].child != 0 &&
	    (m->edges[at].node != node || m->edges[at].symbol != symbol))
		at = (at + 1) & (m->slots_n - 1);
	return &m->edges[at];
}

static uint32_t
add_node(struct matcher *m)
{
	if (m->nodes_n == m->nodes_cap) {
		m->nodes_cap = m->nodes_cap == 0 ? 256 : 2 * m->nodes_cap;
		m->nodes = xrealloc(m->nodes, m->nodes_cap * sizeof(*m->nodes));
	}
	m->nodes[m->nodes_n] = (struct node){ 0 };
	return (uint32_t)m->nodes_n++;
}

static void
grow_edges(struct matcher *m)
{
	struct edge *old = m->edges;
	size_t n = m->slots_n;

	m->slots_n = n == 0 ? 512 : 2 * n;
	m->edges = xcalloc(m->slots_n, sizeof(*m->edges));
	for (size_t i = 0; i < n; i++)
		if (old[i].child != 0)
			*find_edge(m, old[i].node, old[i].symbol) = old[i];
	free(old);
}

static void
note_root(struct matcher *m, uint32_t symbol, uint32_t child)
{
	size_t n = m->from_root_n;

	if (symbol >= n) {
		m->from_root_n = 2 * (size_t)symbol + 64;
		m->from_root = xrealloc(m->from_root, m->from_root_n * sizeof(*m->from_root));
		memset(m->from_root + n, 0, (m->from_root_n - n) * sizeof(*m->from_root));
	}
	m->from_root[symbol] = child;
}

static uint64_t
word_bit(uint32_t symbol)
{
	return UINT64_C(1) << (symbol & 63);
}

/* Few words go on anywhere: the node's own bits answer most questions without a look at the hash. */
static uint32_t
child_of(const struct matcher *m, uint32_t node, uint32_t symbol)
{
	if ((m->nodes[node].words & word_bit(symbol)) == 0)
		return 0;
	return find_edge(m, node, symbol)->child;
}

static uint32_t
add_edge(struct matcher *m, uint32_t node, uint32_t symbol)
{
	struct edge *e = find_edge(m, node, symbol);

	if (e->child != 0)
		return e->child;
	if (2 * (m->edges_n + 1) > m->slots_n) {
		grow_edges(m);
		e = find_edge(m, node, symbol);
	}
	e->node = node;
	e->symbol = symbol;
	e->child = add_node(m);
	m->edges_n++;
	if (node == 0)
		note_root(m, symbol, e->child);
	if (symbol < SYMBOL_WORDS)
		m->nodes[node].marks |= (unsigned char)(1 << symbol);
	else
		m->nodes[node].words |= word_bit(symbol);
	return e->child;
}

struct matcher *
matcher_new(struct vocab *words, int written_only)
{
	struct matcher *m = xcalloc(1, sizeof(*m));

	m->words = words;
	m->written_only = written_only;
	m->quiet = words->readers < 8 ? (unsigned char)(1 << words->readers++) : 0;
	m->memo = xaligned_zero(alignof(struct seen), LEXEMES * sizeof(*m->memo), &m->memo_room);
	grow_edges(m);
	add_node(m);		/* the root: never a child, so 0 can mean "no edge" */
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
	free(m->edges);
	free(m->from_root);
	free(m->nodes);
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
	uint32_t symbols[PHRASE_WORDS], node = 0;
	size_t n = 0;

	if (parse_phrase(m, phrase, symbols, &n) != 0 || (n == 1 && is_one_letter(phrase)))
		return -1;
	for (size_t i = 0; i < n; i++)
		node = add_edge(m, node, symbols[i]);
	m->words->changes++;
	if (m->values_n == m->values_cap) {
		m->values_cap = m->values_cap == 0 ? 256 : 2 * m->values_cap;
		m->values = xrealloc(m->values, m->values_cap * sizeof(*m->values));
	}
	m->values[m->values_n] = (struct value){ value, m->nodes[node].first };
	m->nodes[node].first = (uint32_t)++m->values_n;
	return 0;
}

static void
report(struct run *r, uint32_t node, size_t end)
{
	for (uint32_t v = r->m->nodes[node].first; v != 0; v = r->m->values[v - 1].next)
		if (r->n < r->max)
			r->hits[r->n++] = (struct hit){ r->m->values[v - 1].value,
			    (uint16_t)r->start,
			    (uint16_t)end };
}

/* Follows every path from a node at a token.  Depth is bounded by PHRASE_WORDS. */
static void
walk(struct run *r, uint32_t node, size_t at, int may_gap)
{
	const struct matcher *m = r->m;

	if (m->nodes[node].first != 0)
		report(r, node, at);
	if (at == r->t->n) {
		if (m->nodes[node].marks & 1 << SYMBOL_END)
			report(r, find_edge(m, node, SYMBOL_END)->child, at);
		return;
	}
	if (r->steps++ > STEPS_MAX)
		return;
	for (size_t k = 0; k < TOKEN_SYMBOLS && r->tokens[at].symbols[k] != 0; k++) {
		uint32_t child = child_of(m, node, r->tokens[at].symbols[k]);

		if (child != 0)
			walk(r, child, at + 1, 1);
	}
	if (may_gap && m->nodes[node].marks & 1 << SYMBOL_GAP) {
		uint32_t child = find_edge(m, node, SYMBOL_GAP)->child;

		for (size_t k = 0; k <= GAP_MAX && at + k < r->t->n; k++)
			walk(r, child, at + k, 0);
	}
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

/* What the token is to the phrases. */
static void
see(const struct matcher *m, const struct tokens *t, size_t i, struct symbols *out)
{
	struct seen *seen;

	out->symbols[0] = SYMBOL_NONE;
	if (token_is_quiet(t, i, m->quiet))
		return;
	seen = &m->memo[t->at[i].lexeme];
	if (seen->times != t->at[i].lexeme_times) {
		symbols_of_token(m, t, i, seen->symbols);
		for (size_t k = 0; k < TOKEN_SYMBOLS && seen->symbols[k] != SYMBOL_NONE; k++)
			seen->roots[k] = seen->symbols[k] < m->from_root_n ? m->from_root[seen->symbols[k]] : 0;
		seen->times = t->at[i].lexeme_times;
	}
	if (seen->symbols[0] == SYMBOL_NONE) {
		token_note_quiet(t, i, m->quiet);
		return;
	}
	memcpy(out->symbols, seen->symbols, sizeof(seen->symbols));
	memcpy(out->roots, seen->roots, sizeof(seen->roots));
}

/* The words of the report may push each other out of the memo: those that stand there are copied. */
size_t
matcher_run(const struct matcher *m, const struct tokens *t, struct hit *hits, size_t max)
{
	struct symbols few[64];		/* an SMS needs no memory of its own */
	struct run r = { .m = m, .t = t, .tokens = few, .hits = hits, .max = max };

	if (t->n > N_ELEMS(few))
		r.tokens = xmalloc(t->n * sizeof(*r.tokens));
	for (size_t i = 0; i < t->n; i++)
		see(m, t, i, &r.tokens[i]);
	if (m->nodes[0].marks & 1 << SYMBOL_START)
		walk(&r, find_edge(m, 0, SYMBOL_START)->child, 0, 0);
	for (r.start = 0; r.start < t->n; r.start++) {
		const struct symbols *own = &r.tokens[r.start];

		r.steps = 0;
		for (size_t k = 0; k < TOKEN_SYMBOLS && own->symbols[k] != SYMBOL_NONE; k++)
			if (own->roots[k] != 0)
				walk(&r, own->roots[k], r.start + 1, 1);
	}
	if (r.tokens != few)
		free(r.tokens);
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

int
matcher_knows(const struct matcher *m, uint32_t word)
{
	return word < m->known_n && m->known[word];
}
