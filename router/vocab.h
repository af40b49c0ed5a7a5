#ifndef KENTONGAN_VOCAB_H
#define KENTONGAN_VOCAB_H
/*
 * A set of words, each with a number: filled once, then only read.
 *
 * Ownership  words are copied, one behind the other.  Numbers count from 1 in the order of adding;
 *            0 is "not there".
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

/* The whole hash stands in the slot: a word that is not there is known by it, without a look. */
struct vocab_slot { uint32_t hash, number; };
struct vocab {
	struct buf text;		/* the words, each ended by a NUL */
	uint32_t *at;			/* by number - 1: where in text */
	struct vocab_slot *slots;	/* open addressing, a power of two, at most half full */
	size_t n, cap, slots_n;
	unsigned readers;		/* matchers whose phrases' words these are */
	uint32_t changes;		/* words and phrases came: what was remembered of a word is to be read again */
};

uint32_t vocab_add(struct vocab *v, const char *word, size_t len);
uint32_t vocab_find(const struct vocab *v, const char *word, size_t len);
/* The same with the word's hash, for who asks several sets about it. */
uint32_t vocab_hash(const char *word, size_t len);
uint32_t vocab_find_hashed(const struct vocab *v, const char *word, size_t len, uint32_t hash);
/* The word of a number that vocab_add() gave out; valid until the next add. */
const char *vocab_word(const struct vocab *v, uint32_t number);
void vocab_release(struct vocab *v);
#endif
