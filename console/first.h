#ifndef KENTONGAN_FIRST_H
#define KENTONGAN_FIRST_H
/*
 * The first cases of a long list by time left, without sorting all of it: at most twice as many as are
 * wanted are kept at a time.
 *
 * Ownership  first_release() what first_begin() made; the cases are the model's.
 */
#include "console/model.h"

struct first {
	struct held *rows; size_t n;
	size_t wanted, found;		/* found: how many there were */
	int64_t last;			/* rank of the last one wanted, once there are as many */
};
void first_begin(struct first *f, size_t wanted);
void first_keep(struct first *f, const struct held *h);
/* When all have been shown to it: rows holds the first n, in order; equal ranks by code. */
void first_cut(struct first *f);
void first_release(struct first *f);
#endif
