#include "model/vary.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORD_CHARS 32
#define KEEP_OF 4	/* one word of so many stays as it is */

struct peer { char word[WORD_CHARS]; size_t first, n; };	/* its line's words: first to first + n */
struct variations {
	struct peer *sorted, *lines;	/* the same words, by spelling and as the file has them */
	size_t n, cap;
	const struct gazetteer *places;
};

static int
by_word(const void *a, const void *b)
{
	return strcmp(((const struct peer *)a)->word, ((const struct peer *)b)->word);
}

/* A word of two lines stands in the order of the file, whatever a library's sort does with equals. */
static int
by_word_and_line(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;
	int order = by_word(x, y);

	return order != 0 ? order : x->first < y->first ? -1 : x->first > y->first;
}

/* The words of a line; how many. */
static size_t
add_line(struct variations *v, const char *line, size_t len)
{
	size_t first = v->n;

	for (size_t at = 0; at < len;) {
		size_t to = at;

		while (to < len && line[to] != ' ')
			to++;
		if (to > at && to - at < WORD_CHARS) {
			if (v->n == v->cap) {
				v->cap = v->cap == 0 ? 256 : 2 * v->cap;
				v->lines = xrealloc(v->lines, v->cap * sizeof(*v->lines));
			}
			v->lines[v->n] = (struct peer){ "", first, 0 };
			memcpy(v->lines[v->n++].word, line + at, to - at);
		}
		at = to + 1;
	}
	for (size_t i = first; i < v->n; i++)
		v->lines[i].n = v->n - first;
	return v->n - first;
}

struct variations *
variations_new(const char *file, const char *peers, size_t len, const struct gazetteer *places,
    struct buf *errors)
{
	struct variations *v = xcalloc(1, sizeof(*v));
	int line = 0;

	v->places = places;
	for (const char *s = peers, *end = peers + len; s < end; line++) {
		const char *newline = memchr(s, '\n', (size_t)(end - s));
		size_t line_len = (size_t)((newline == NULL ? end : newline) - s);

		if (line_len > 0 && s[0] != '#' && add_line(v, s, line_len) < 2) {
			buf_addf(errors, "%s:%d: a word alone has no peer; add one or take it out\n",
			    file, line + 1);
			variations_free(v);
			return NULL;
		}
		s += line_len + 1;
	}
	v->sorted = xcalloc(v->n + 1, sizeof(*v->sorted));
	if (v->n > 0)
		memcpy(v->sorted, v->lines, v->n * sizeof(*v->sorted));
	qsort(v->sorted, v->n, sizeof(*v->sorted), by_word_and_line);
	return v;
}

void
variations_free(struct variations *v)
{
	if (v == NULL)
		return;
	free(v->sorted);
	free(v->lines);
	free(v);
}

/* Scattered, and the same everywhere. */
static uint32_t
scatter(size_t number, size_t at)
{
	uint32_t h = (uint32_t)number * 2654435769u + (uint32_t)at * 40503u;

	h ^= h >> 15;
	h *= 2246822519u;
	h ^= h >> 13;
	h *= 3266489917u;
	return h ^ h >> 16;
}

int
variations_place(const struct variations *v, const char *text, size_t len, size_t number,
    struct buf *out)
{
	size_t n = v->places == NULL ? 0 : gazetteer_count(v->places);

	if (n == 0)
		return 0;
	buf_add(out, text, len);
	buf_adds(out, ", ");
	buf_adds(out, place_at(v->places, scatter(number, 0) % n)->name);
	return 1;
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const struct peer *
find_peer(const struct variations *v, const char *s, size_t len)
{
	struct peer key = { "", 0, 0 };

	if (len >= WORD_CHARS)
		return NULL;
	for (size_t i = 0; i < len; i++)
		key.word[i] = s[i] <= 'Z' ? (char)(s[i] + 'a' - 'A') : s[i];
	return bsearch(&key, v->sorted, v->n, sizeof(key), by_word);
}

int
variations_peers(const struct variations *v, const char *text, size_t len, size_t number,
    struct buf *out)
{
	int changed = 0;

	for (size_t at = 0; at < len;) {
		size_t to = at;
		const struct peer *p;
		uint32_t dice = scatter(number, at + 1);

		while (to < len && is_letter(text[to]))
			to++;
		p = to == at ? NULL : find_peer(v, text + at, to - at);
		if (p != NULL && dice % KEEP_OF != 0) {
			buf_adds(out, v->lines[p->first + dice / KEEP_OF % p->n].word);
			changed = 1;
		} else {
			buf_add(out, text + at, to - at);
		}
		if (to < len)
			buf_addc(out, text[to]);
		at = to + 1;
	}
	return changed;
}
