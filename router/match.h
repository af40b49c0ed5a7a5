#ifndef KENTONGAN_MATCH_H
#define KENTONGAN_MATCH_H
/*
 * Finds all phrases of a table in a report at once: a trie of words, built once.
 *
 * Phrases    words joined by one space.  * at a word's end or start stands for any letters, ~ for
 *            up to GAP_MAX other words, ^ and $ for the start and end of the report.
 * Forms      a word of the report fits by any of its forms, or, with written_only, as written.
 * Ownership  a phrase's value is the caller's number, handed back in the hit.
 * Threads    one matcher serves one thread, with its normaliser: what a word is to the phrases is
 *            remembered for when it comes again.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "router/normalise.h"

#define GAP_MAX 5
#define PHRASE_WORDS 12

struct matcher;
struct hit { uint32_t value; uint16_t from, to; };	/* tokens from .. to - 1 */

/* The phrases' words go into words, which must outlive the matcher: normaliser_words(). */
struct matcher *matcher_new(struct vocab *words, int written_only);
void matcher_free(struct matcher *m);
/* -1 if the phrase has no word, too many, a letter alone once normalised, or a misplaced * ~ ^ $. */
int matcher_add(struct matcher *m, const char *phrase, uint32_t value);
/* After the last phrase, before the first report: lays the trie out to be read. */
void matcher_grown(struct matcher *m);
/* Asks for what it knows of the words of a report that it is run on soon. */
void matcher_ahead(const struct matcher *m, const struct tokens *t);
/*
 * t: made by the normaliser of the words, after the last phrase was added.
 * Fills at most max hits in the order of their first token and returns how many.
 */
size_t matcher_run(const struct matcher *m, const struct tokens *t, struct hit *hits, size_t max);
/*
 * Sorts hits as their keys say, the smallest first; equal ones stay in their order.  A key is asked
 * for once for each hit.
 */
typedef uint64_t hit_key(const struct hit *h, const void *arg);
void hits_sort(struct hit *hits, size_t n, hit_key *key, const void *arg);
/* By their values, and those of one value by where they stand: where values are numbered in the order wanted. */
void hits_sort_by_value(struct hit *hits, size_t n);
/* 1 if the word with this number of the words stands in some phrase. */
int matcher_knows(const struct matcher *m, uint32_t word);
#endif
