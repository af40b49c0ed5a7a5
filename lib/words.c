#include "lib/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"

#define INDEXES 4

const char *
lang_name(enum lang l)
{
	return l == LANG_EN ? "en" : "id";
}

int
lang_of_name(const char *s, size_t len, enum lang *out)
{
	if (len != 2 || (strncmp(s, "id", 2) != 0 && strncmp(s, "en", 2) != 0))
		return -1;
	*out = s[0] == 'e' ? LANG_EN : LANG_ID;
	return 0;
}

static size_t
span_blank(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (s[n] == ' ' || s[n] == '\t'))
		n++;
	return n;
}

/* Thousandths of what stands behind a language: "; q=0.8"; all of it where nothing does. */
static int
weight_of(const char *s, size_t len)
{
	static const int parts[] = { 1000, 0, 100, 10, 1 };	/* 0 . 8 0 0 */
	const char *q = memchr(s, '=', len);
	int weight = 0;

	if (q == NULL)
		return 1000;
	for (size_t i = 0; ++q < s + len && i < N_ELEMS(parts); i++)
		if (*q >= '0' && *q <= '9')
			weight += parts[i] * (*q - '0');
	return weight;
}

enum lang
lang_of_list(const char *s, size_t len)
{
	const char *end = s + len;
	enum lang best = LANG_ID, l;
	int most = 0;

	while (s < end) {
		const char *comma = memchr(s, ',', (size_t)(end - s)), *stop = comma != NULL ? comma : end;
		size_t tag = 0;
		char name[2] = { 0 };
		int weight;

		s += span_blank(s, (size_t)(stop - s));
		while (s + tag < stop && isalpha((unsigned char)s[tag]))	/* en-GB is English */
			tag++;
		for (size_t i = 0; i < 2 && i < tag; i++)
			name[i] = (char)tolower((unsigned char)s[i]);
		weight = weight_of(s + tag, (size_t)(stop - s) - tag);
		if (weight > most && lang_of_name(name, tag, &l) == 0) {
			best = l;
			most = weight;
		}
		s = stop + 1;
	}
	return best;
}

/* A chain of tables by the hash of the words, made when it is first asked; a program has one or two. */
static struct index {
	const struct words *of;
	const struct word **slots; /* NULL free */
	size_t mask;
} indexes[INDEXES];

static void
index_make(struct index *x, const struct words *w)
{
	size_t n = 0;

	for (const struct words *t = w; t != NULL; t = t->more)
		n += t->n;
	for (x->mask = 1; x->mask < 2 * n; x->mask = 2 * x->mask + 1)
		;
	x->of = w;
	x->slots = xcalloc(x->mask + 1, sizeof(*x->slots));
	for (; w != NULL; w = w->more)
		for (size_t i = 0; i < w->n; i++) {
			size_t at = hash_text(w->list[i].id) & x->mask;

			while (x->slots[at] != NULL)	/* of two rows the first is found first */
				at = (at + 1) & x->mask;
			x->slots[at] = &w->list[i];
		}
}

static const struct index *
index_of(const struct words *w)
{
	size_t i = 0;

	while (i < INDEXES - 1 && indexes[i].of != NULL && indexes[i].of != w)
		i++;
	if (indexes[i].of != w) {
		free(indexes[i].slots);
		index_make(&indexes[i], w);
	}
	return &indexes[i];
}

static const char *
find(const struct words *w, const char *id, size_t len)
{
	const struct index *x = index_of(w);
	size_t at = hash_bytes(HASH_NOTHING, id, len) & x->mask;

	for (; x->slots[at] != NULL; at = (at + 1) & x->mask)
		if (strncmp(x->slots[at]->id, id, len) == 0 && x->slots[at]->id[len] == '\0')
			return x->slots[at]->en;
	return NULL;
}

const char *
words_say(const struct words *w, enum lang l, const char *id)
{
	const char *said = l == LANG_ID ? NULL : find(w, id, strlen(id));

	return said != NULL ? said : id;
}

int
words_know(const struct words *w, enum lang l, const char *id)
{
	return l == LANG_ID || find(w, id, strlen(id)) != NULL;
}

void
words_put(struct buf *out, const struct words *w, enum lang l, const char *page, size_t len)
{
	const char *end = page + len, *p = page, *open, *close;

	while ((open = memmem(p, (size_t)(end - p), "[[", 2)) != NULL &&
	    (close = memmem(open, (size_t)(end - open), "]]", 2)) != NULL) {
		size_t n = (size_t)(close - open) - 2;
		const char *said = find(w, open + 2, n);

		buf_add(out, p, (size_t)(open - p));
		if (said == NULL)
			buf_add(out, open, n + 4);
		else if (l == LANG_ID)
			buf_add(out, open + 2, n);
		else
			buf_adds(out, said);
		p = close + 2;
	}
	buf_add(out, p, (size_t)(end - p));
}
