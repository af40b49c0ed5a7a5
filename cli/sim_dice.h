#ifndef KENTONGAN_SIM_DICE_H
#define KENTONGAN_SIM_DICE_H
/*
 * Seeded chance for the simulator: the same seed throws the same for ever.
 *
 * Source     splitmix64 (Steele, Lea, Flood 2014); normal deviates by Box and Muller.
 */
#include <stdint.h>

struct dice { uint64_t state; };

/* Dice of their own for one thing (a report, an officer): what others throw does not move them. */
struct dice dice_for(uint64_t seed, uint64_t purpose, uint64_t which);
uint64_t dice_throw(struct dice *d);
uint64_t dice_below(struct dice *d, uint64_t n);	/* 0 .. n-1; n > 0 */
double dice_unit(struct dice *d);			/* (0, 1) */
int dice_chance(struct dice *d, int permille);
/* Milliseconds, half of them below the median; sigma is that of the logarithm. */
int64_t dice_while(struct dice *d, int64_t median_ms, double sigma);
int dice_poisson(struct dice *d, double mean);
/* Index of a weight, by weight; cumulative sums, rising, the last one the total. */
int dice_weighted(struct dice *d, const double *sums, int n);
#endif
