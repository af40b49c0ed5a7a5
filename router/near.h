#ifndef KENTONGAN_NEAR_H
#define KENTONGAN_NEAR_H
/*
 * Words that are one typing error away: one letter more, less, wrong, or two swapped; never the
 * first letter, nobody mistypes that of a word he is sure of.  Word and name share a spelling once
 * each may leave out one letter, so only those are looked up (Garbe's SymSpell), and by their
 * hashes: what leaves out letter i is reckoned from the whole word's hash in two steps.
 */
#include <stddef.h>
#include <stdint.h>

#include "router/vocab.h"

#define NEAR_CHARS 96		/* longer words have no neighbours */

#define NEAR_END 4		/* so many letters of either end are one, and longer than both: not all are mistyped */
#define NEAR_ENDS_BITS 13
#define NEAR_FILTER_BITS 17	/* 16 KiB: stays in the nearest cache */

struct near_entry { uint32_t word, value, next; };	/* next: index + 1, 0 ends */
struct near_slot { uint32_t hash, first; };		/* first: index + 1 into entries */
struct near_words {
	struct vocab words;		/* as added */
	struct near_slot *slots;	/* of words, and of words without one letter; half full at most */
	size_t slots_n, used;
	struct near_entry *entries;
	size_t entries_n;
	uint64_t lengths[256];		/* by the first letter: a bit for each length, 63 for all longer */
	uint64_t heads[1 << (NEAR_ENDS_BITS - 6)], tails[1 << (NEAR_ENDS_BITS - 6)];
	uint64_t filter[1 << (NEAR_FILTER_BITS - 6)];	/* a bit for each hash that stands in slots */
};

/* The value is the caller's; one word may be added with several. */
void near_add(struct near_words *n, const char *word, size_t len, uint32_t value);
/* Fills at most max values of words that equal the word or are near it; none twice in a row. */
size_t near_find(const struct near_words *n, const char *word, size_t len, uint32_t *values,
    size_t max);
void near_release(struct near_words *n);
#endif
