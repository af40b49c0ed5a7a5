#include "router/near.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#define BASE UINT64_C(0x9e3779b97f4a7c15)

/*
 * Hashes of a word and of all it becomes without one letter.  The word is a number in base BASE;
 * without letter i it is what stands before i, moved down by one place, and what stands behind.
 */
struct spellings { uint32_t hash[NEAR_CHARS + 1]; size_t n; };

static uint32_t
mix(uint64_t h, size_t len)
{
	h ^= len * UINT64_C(0xc2b2ae3d27d4eb4f);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(h >> 32);
}

static void
spell(struct spellings *s, const char *word, size_t len)
{
	uint64_t before[NEAR_CHARS + 1], place = 1;

	before[0] = 0;
	for (size_t i = 0; i < len; i++)
		before[i + 1] = before[i] * BASE + (unsigned char)word[i] + 1;
	s->n = 0;
	s->hash[s->n++] = mix(before[len], len);
	for (size_t i = len; i-- > 0; place *= BASE)
		/* leaving out one of two equal letters is the same either way */
		if (i == 0 || word[i] != word[i - 1])
			s->hash[s->n++] = mix(before[len] - (before[i + 1] - before[i]) * place,
			    len - 1);
}

static struct near_slot *
slot_of(const struct near_words *n, uint32_t hash)
{
	size_t at = hash & (n->slots_n - 1);

	while (n->slots[at].first != 0 && n->slots[at].hash != hash)
		at = (at + 1) & (n->slots_n - 1);
	return &n->slots[at];
}

static int
has_bit(const uint64_t *bits, size_t bit)
{
	return (int)(bits[bit / 64] >> bit % 64 & 1);
}

static uint32_t
filter_bit(uint32_t hash)
{
	return hash >> (32 - NEAR_FILTER_BITS);
}

/* Most spellings lead nowhere, and the bit says so without a look at a slot far away. */
static int
may_lead(const struct near_words *n, uint32_t hash)
{
	return has_bit(n->filter, filter_bit(hash));
}

static void
grow(struct near_words *n)
{
	struct near_slot *old = n->slots;
	size_t old_n = n->slots_n;

	n->slots_n = old_n == 0 ? 1024 : 2 * old_n;
	n->slots = xcalloc(n->slots_n, sizeof(*n->slots));
	for (size_t i = 0; i < old_n; i++)
		if (old[i].first != 0)
			*slot_of(n, old[i].hash) = old[i];
	free(old);
}

static void
add_key(struct near_words *n, uint32_t hash, uint32_t word, uint32_t value)
{
	struct near_slot *slot;

	if (2 * (n->used + 1) > n->slots_n)
		grow(n);
	slot = slot_of(n, hash);
	n->filter[filter_bit(hash) / 64] |= UINT64_C(1) << filter_bit(hash) % 64;
	if ((n->entries_n & (n->entries_n - 1)) == 0)	/* grows at 0, 1, 2, 4, 8 ... */
		n->entries = xrealloc(n->entries,
		    (n->entries_n == 0 ? 1 : 2 * n->entries_n) * sizeof(*n->entries));
	n->entries[n->entries_n] = (struct near_entry){ word, value, slot->first };
	n->used += slot->first == 0;
	*slot = (struct near_slot){ hash, (uint32_t)++n->entries_n };
}

static uint64_t
length_bit(size_t len)
{
	return UINT64_C(1) << (len < 63 ? len : 63);
}

/* Where an end of a word stands in the bits of the ends. */
static size_t
end_bit(const char *end)
{
	uint32_t h = 0;

	for (int i = 0; i < NEAR_END; i++)
		h = h * 31 + (unsigned char)end[i];
	return (h * 2654435769u) >> (32 - NEAR_ENDS_BITS);
}

/*
 * 1 if some word begins with the same letter, has a length that is near and, where both are so long
 * that one error leaves an end whole, the same beginning or end.
 */
static int
may_be_near(const struct near_words *n, const char *word, size_t len)
{
	if ((n->lengths[(unsigned char)word[0]] &
	    (length_bit(len - 1) | length_bit(len) | length_bit(len + 1))) == 0)
		return 0;
	return len <= 2 * NEAR_END + 1 || has_bit(n->heads, end_bit(word)) ||
	    has_bit(n->tails, end_bit(word + len - NEAR_END));
}

void
near_add(struct near_words *n, const char *word, size_t len, uint32_t value)
{
	struct spellings s;
	uint32_t number;

	if (len < 2 || len > NEAR_CHARS)
		return;
	number = vocab_add(&n->words, word, len);
	n->lengths[(unsigned char)word[0]] |= length_bit(len);
	if (len > 2 * NEAR_END) {
		n->heads[end_bit(word) / 64] |= UINT64_C(1) << end_bit(word) % 64;
		n->tails[end_bit(word + len - NEAR_END) / 64] |= UINT64_C(1) << end_bit(word + len - NEAR_END) % 64;
	}
	spell(&s, word, len);
	for (size_t i = 0; i < s.n; i++)
		add_key(n, s.hash[i], number, value);
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

size_t
near_find(const struct near_words *n, const char *word, size_t len, uint32_t *values, size_t max)
{
	struct spellings s;
	size_t found = 0;

	if (len < 2 || len > NEAR_CHARS || !may_be_near(n, word, len))
		return 0;
	spell(&s, word, len);
	for (size_t i = 0; i < s.n; i++) {
		if (!may_lead(n, s.hash[i]))
			continue;
		for (uint32_t k = slot_of(n, s.hash[i])->first; k != 0; k = n->entries[k - 1].next) {
			const struct near_entry *e = &n->entries[k - 1];
			const char *other = vocab_word(&n->words, e->word);

			if (found < max && (found == 0 || values[found - 1] != e->value) &&
			    is_near(word, len, other, strlen(other)))
				values[found++] = e->value;
		}
	}
	return found;
}

void
near_release(struct near_words *n)
{
	vocab_release(&n->words);
	free(n->slots);
	free(n->entries);
	memset(n, 0, sizeof(*n));
}
