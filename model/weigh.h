#ifndef KENTONGAN_WEIGH_H
#define KENTONGAN_WEIGH_H
/*
 * How much model and rules count when they are heard together: the weights under which the labels
 * (or others to be accepted) of texts held back are likeliest.  What comes out of the softmax is then calibrated.
 */
#include <stddef.h>

#include "core/linear.h"
#include "model/rows.h"
#include "router/category.h"

struct sample {
	const struct row *row;
	float (*voices)[VOICES];	/* of each category */
};
struct samples { struct sample *at; size_t n, categories; };

/* Rows of the repository weigh as much together as the operators'; shared ones are left out. */
struct linear_calibration weigh_voices(const struct samples *s);
/* The category with the largest sum of voices; share: its confidence, 0 to 1. */
int weigh_best(const struct linear_calibration *c, const struct sample *s, size_t categories,
    float *share);
void samples_free(struct samples *s);
#endif
