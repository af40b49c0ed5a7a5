#ifndef KENTONGAN_LOOK_H
#define KENTONGAN_LOOK_H
/*
 * How a picture looks, in few bits: two pictures that people would call the same differ in few of
 * them, though every byte is another.  Pure.
 *
 * Two hashes of each piece.  The coarse one says which way the 64 lowest waves of the picture run:
 * signs of a discrete cosine transform (C. Zauner, "Implementation and Benchmarking of Perceptual
 * Image Hash Functions", 2010, 3.2.1, with zero for his median, so that the mirror image is a change
 * of known bits).  The fine one says where it grows brighter or darker from left to right (N. Krawetz, "Kind
 * of Like That", 2013: dHash; with a least step).  Pieces are the whole and what is left when its edges are cut off, which
 * is what a crop, or a strip with the date, changes least.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

/* The whole; nine and eight tenths of it; corners; one side cut off. */
#define LOOK_PIECES 11
struct look {
	uint64_t waves[LOOK_PIECES];
	struct slopes { uint64_t up, down; } slopes[LOOK_PIECES];
	int flat;		/* there is hardly anything on it: it looks like nothing else */
};
/* As hexadecimal digits, or "-" of a flat one. */
#define LOOK_CHARS (LOOK_PIECES * 48 + 1)

/* Of brightness 0..255, row by row; width and height at least 1. */
void look_of(struct look *l, const unsigned char *gray, size_t width, size_t height);
void look_write(char out[LOOK_CHARS], const struct look *l);
/* 0; -1 when it is none. */
int look_read(struct look *l, const char *text);

#define LIKENESS_BITS (64 + 128)
/* How two pictures differ where they are most alike. */
struct resemblance {
	int bits;		/* of LIKENESS_BITS */
	int mirrored;		/* one of them is the other's mirror image */
	int whole;		/* nothing was cut off */
};
/* Flat pictures differ in all bits from everything. */
struct resemblance look_compare(const struct look *a, const struct look *b);
#endif
