#include "router/near.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

static void
add_key(struct near_words *n, const char *key, size_t len, uint32_t word, uint32_t value)
{
	uint32_t number = vocab_add(&n->keys, key, len);

	if (number > n->first_cap) {
		size_t cap = n->first_cap == 0 ? 1024 : 2 * n->first_cap;

		n->first = xrealloc(n->first, cap * sizeof(*n->first));
		memset(n->first + n->first_cap, 0, (cap - n->first_cap) * sizeof(*n->first));
		n->first_cap = cap;
	}
	if ((n->entries_n & (n->entries_n - 1)) == 0)	/* grows at 0, 1, 2, 4, 8 ... */
		n->entries = xrealloc(n->entries,
		    (n->entries_n == 0 ? 1 : 2 * n->entries_n) * sizeof(*n->entries));
	n->entries[n->entries_n] = (struct near_entry){ word, value, n->first[number - 1] };
	n->first[number - 1] = (uint32_t)++n->entries_n;
}

/* The word without its letter i; 0 where that equals leaving out the letter before. */
static size_t
without_letter(char *out, const char *word, size_t len, size_t i)
{
	if (i > 0 && word[i] == word[i - 1])
		return 0;
	memcpy(out, word, i);
	memcpy(out + i, word + i + 1, len - i - 1);
	return len - 1;
}

void
near_add(struct near_words *n, const char *word, size_t len, uint32_t value)
{
	char less[NEAR_CHARS];
	uint32_t number;

	if (len < 2 || len > NEAR_CHARS)
		return;
	number = vocab_add(&n->words, word, len);
	add_key(n, word, len, number, value);
	for (size_t i = 0; i < len; i++) {
		size_t l = without_letter(less, word, len, i);

		if (l > 0)
			add_key(n, less, l, number, value);
	}
}

static int
is_near(const char *a, size_t la, const char *b, size_t lb)
{
	size_t i = 0;

	if (la > lb + 1 || lb > la + 1 || a[0] != b[0])
		return 0;
	while (i < la && i < lb && a[i] == b[i])
		i++;
	if (la > lb)
		return memcmp(a + i + 1, b + i, lb - i) == 0;
	if (la < lb)
		return memcmp(a + i, b + i + 1, la - i) == 0;
	return i == la || memcmp(a + i + 1, b + i + 1, la - i - 1) == 0 ||
	    (i + 1 < la && a[i] == b[i + 1] && a[i + 1] == b[i] &&
	    memcmp(a + i + 2, b + i + 2, la - i - 2) == 0);
}

static size_t
find_key(const struct near_words *n, const char *key, size_t key_len, const char *word, size_t len,
    uint32_t *values, size_t found, size_t max)
{
	uint32_t number = vocab_find(&n->keys, key, key_len);

	for (uint32_t k = number == 0 ? 0 : n->first[number - 1]; k != 0;
	    k = n->entries[k - 1].next) {
		const struct near_entry *e = &n->entries[k - 1];
		const char *other = vocab_word(&n->words, e->word);

		if (found < max && (found == 0 || values[found - 1] != e->value) &&
		    is_near(word, len, other, strlen(other)))
			values[found++] = e->value;
	}
	return found;
}

size_t
near_find(const struct near_words *n, const char *word, size_t len, uint32_t *values, size_t max)
{
	char less[NEAR_CHARS];
	size_t found;

	if (len < 2 || len > NEAR_CHARS)
		return 0;
	found = find_key(n, word, len, word, len, values, 0, max);
	for (size_t i = 0; i < len; i++) {
		size_t l = without_letter(less, word, len, i);

		if (l > 0)
			found = find_key(n, less, l, word, len, values, found, max);
	}
	return found;
}

void
near_release(struct near_words *n)
{
	vocab_release(&n->words);
	vocab_release(&n->keys);
	free(n->first);
	free(n->entries);
	memset(n, 0, sizeof(*n));
}
