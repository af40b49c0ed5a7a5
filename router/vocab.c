#include "router/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

/* FNV-1a: short words, and nobody outside chooses which words stand in the table. */
static uint32_t
hash(const char *s, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	return h ^ h >> 15;
}

static int
is_word(const char *word, const char *s, size_t len)
{
	return strncmp(word, s, len) == 0 && word[len] == '\0';
}

static void
grow(struct vocab *v)
{
	size_t n = v->slots_n == 0 ? 256 : 2 * v->slots_n;

	free(v->slots);
	v->slots = xcalloc(n, sizeof(*v->slots));
	v->slots_n = n;
	v->words = xrealloc(v->words, n / 2 * sizeof(*v->words));
	for (size_t i = 0; i < v->n; i++) {
		size_t at = hash(v->words[i], strlen(v->words[i])) & (n - 1);

		while (v->slots[at] != 0)
			at = (at + 1) & (n - 1);
		v->slots[at] = (uint32_t)i + 1;
	}
}

uint32_t
vocab_find(const struct vocab *v, const char *word, size_t len)
{
	size_t at;

	if (v->slots_n == 0)
		return 0;
	at = hash(word, len) & (v->slots_n - 1);
	while (v->slots[at] != 0 && !is_word(v->words[v->slots[at] - 1], word, len))
		at = (at + 1) & (v->slots_n - 1);
	return v->slots[at];
}

uint32_t
vocab_add(struct vocab *v, const char *word, size_t len)
{
	uint32_t number = vocab_find(v, word, len);
	size_t at;

	if (number != 0)
		return number;
	if (2 * (v->n + 1) > v->slots_n)
		grow(v);
	at = hash(word, len) & (v->slots_n - 1);
	while (v->slots[at] != 0)
		at = (at + 1) & (v->slots_n - 1);
	v->words[v->n++] = xstrndup(word, len);
	v->slots[at] = (uint32_t)v->n;
	return (uint32_t)v->n;
}

const char *
vocab_word(const struct vocab *v, uint32_t number)
{
	return v->words[number - 1];
}

void
vocab_release(struct vocab *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->words[i]);
	free(v->words);
	free(v->slots);
	memset(v, 0, sizeof(*v));
}
