#ifndef KENTONGAN_VOCAB_H
#define KENTONGAN_VOCAB_H
/*
 * A set of words, each with a number: filled once, then only read.
 *
 * Ownership  words are copied.  Numbers count from 1 in the order of adding; 0 is "not there".
 */
#include <stddef.h>
#include <stdint.h>

struct vocab {
	char **words;		/* words[number - 1] */
	uint32_t *slots;	/* open addressing, a power of two, at most half full */
	size_t n, slots_n;
};

uint32_t vocab_add(struct vocab *v, const char *word, size_t len);
uint32_t vocab_find(const struct vocab *v, const char *word, size_t len);
/* The word of a number that vocab_add() gave out. */
const char *vocab_word(const struct vocab *v, uint32_t number);
void vocab_release(struct vocab *v);
#endif
