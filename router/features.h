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

#include "router/normalise.h"

#define FEATURE_WORDS 1024	/* of a longer letter the beginning is read */
#define FEATURE_PIECES 4096

struct features {
	uint32_t words[FEATURE_WORDS], pieces[FEATURE_PIECES];
	size_t words_n, pieces_n;
};

void features_of(const struct tokens *t, struct features *out);
#endif
