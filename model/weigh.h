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
#include "router/urgency.h"

struct sample {
	const struct row *row;
	float (*voices)[VOICES];	/* of each category; NULL for ROW_DANGER */
	float danger[DANGER_VOICES];
};
struct samples { struct sample *at; size_t n, categories; int knows_danger; };

/* Rows of the repository weigh as much together as the operators'; shared ones are left out. */
struct linear_calibration weigh_voices(const struct samples *s);
/*
 * The weights of danger's voices under which the urgensi of rows held back is likeliest; rows that
 * the rules were written from are left out, and nothing is changed if no danger was taught.
 */
void weigh_danger(const struct samples *s, struct linear_calibration *c);
/* The category with the largest sum of voices; share: its confidence, 0 to 1. */
int weigh_best(const struct linear_calibration *c, const struct sample *s, size_t categories,
    float *share);
void samples_free(struct samples *s);
#endif
