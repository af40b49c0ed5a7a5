#include "router/vocab.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a: short words, and nobody outside chooses which words stand in the table. */
uint32_t
vocab_hash(const char *word, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)word[i]) * 16777619u;
	return h ^ h >> 15;
}

static int
is_word(const struct vocab *v, uint32_t number, const char *s, size_t len)
{
	size_t at = v->at[number - 1], end = at + len;

	return end < v->text.len && v->text.data[end] == '\0' && memcmp(v->text.data + at, s, len) == 0;
}

static void
put(struct vocab *v, uint32_t hash, uint32_t number)
{
	size_t at = hash & (v->slots_n - 1);

	while (v->slots[at].number != 0)
		at = (at + 1) & (v->slots_n - 1);
	v->slots[at] = (struct vocab_slot){ hash, number };
}

static void
grow(struct vocab *v)
{
	struct vocab_slot *old = v->slots;
	size_t n = v->slots_n;

	v->slots_n = n == 0 ? 256 : 2 * n;
	v->slots = xcalloc(v->slots_n, sizeof(*v->slots));
	for (size_t i = 0; i < n; i++)
		if (old[i].number != 0)
			put(v, old[i].hash, old[i].number);
	free(old);
}

uint32_t
vocab_find_hashed(const struct vocab *v, const char *word, size_t len, uint32_t hash)
{
	size_t at;

	if (v->slots_n == 0)
		return 0;
	for (at = hash & (v->slots_n - 1); v->slots[at].number != 0; at = (at + 1) & (v->slots_n - 1))
		/* equal hashes lie about a word in four thousand million; then the bytes decide */
		if (v->slots[at].hash == hash && is_word(v, v->slots[at].number, word, len))
			return v->slots[at].number;
	return 0;
}

uint32_t
vocab_find(const struct vocab *v, const char *word, size_t len)
{
	return vocab_find_hashed(v, word, len, vocab_hash(word, len));
}

uint32_t
vocab_add(struct vocab *v, const char *word, size_t len)
{
	uint32_t hash = vocab_hash(word, len), number = vocab_find_hashed(v, word, len, hash);

	if (number != 0)
		return number;
	if (2 * (v->n + 1) > v->slots_n)
		grow(v);
	if (v->n == v->cap) {
		v->cap = v->cap == 0 ? 128 : 2 * v->cap;
		v->at = xrealloc(v->at, v->cap * sizeof(*v->at));
	}
	v->changes++;
	v->at[v->n++] = (uint32_t)v->text.len;
	buf_add(&v->text, word, len);
	buf_addc(&v->text, '\0');
	put(v, hash, (uint32_t)v->n);
	return (uint32_t)v->n;
}

const char *
vocab_word(const struct vocab *v, uint32_t number)
{
	return v->text.data + v->at[number - 1];
}

void
vocab_release(struct vocab *v)
{
	buf_release(&v->text);
	free(v->at);
	free(v->slots);
	memset(v, 0, sizeof(*v));
}
