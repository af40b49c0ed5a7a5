#ifndef KENTONGAN_FEATURES_H
#define KENTONGAN_FEATURES_H
/*
 * What the linear model sees of a report: hashes of its words, of pairs of neighbours, of stems,
 * and of the pieces of three to five bytes within words.  No text is kept.
 *
 * A change here makes every model.bin worthless: change LINEAR_FORMAT with it.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/linear.h"
#include "router/normalise.h"

#define FEATURE_WORDS 1024	/* of a longer letter the beginning is read */
#define FEATURE_PIECES 4096

struct features {
	uint32_t words[FEATURE_WORDS], pieces[FEATURE_PIECES];
	size_t words_n, pieces_n;
};

void features_of(const struct tokens *t, struct features *out);

/* A model's sums for the words that come again and again; of one model and one normaliser, one thread. */
struct features_memo;
struct features_memo *features_memo_new(void);
void features_memo_free(struct features_memo *memo);
/* The scores of linear_score() for features_of(t), to the bit. */
void features_score(struct features_memo *memo, const struct linear *m, const struct tokens *t, float *out);
#endif
