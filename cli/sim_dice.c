#include "cli/sim_dice.h"

#include <math.h>

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct dice
dice_for(uint64_t seed, uint64_t purpose, uint64_t which)
{
	return (struct dice){ mix(mix(seed + GOLDEN) ^ mix((purpose << 48) + which + GOLDEN)) };
}

uint64_t
dice_throw(struct dice *d)
{
	return mix(d->state += GOLDEN);
}

uint64_t
dice_below(struct dice *d, uint64_t n)
{
	return dice_throw(d) % n;	/* n is far below 2^64: the bias is nothing */
}

double
dice_unit(struct dice *d)
{
	return ((double)(dice_throw(d) >> 11) + 0.5) / 9007199254740992.0;
}

int
dice_chance(struct dice *d, int permille)
{
	return (int)dice_below(d, 1000) < permille;
}

static double
normal(struct dice *d)
{
	double u = dice_unit(d), v = dice_unit(d);

	return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

int64_t
dice_while(struct dice *d, int64_t median_ms, double sigma)
{
	return 1 + (int64_t)((double)median_ms * exp(sigma * normal(d)));
}

int
dice_poisson(struct dice *d, double mean)
{
	double limit = exp(-mean), product = dice_unit(d);
	int n = 0;

	if (mean > 200) {		/* close enough to normal, and exp() would end at zero */
		double x = mean + sqrt(mean) * normal(d);

		return x < 0 ? 0 : (int)(x + 0.5);
	}
	while (product > limit)
		product *= dice_unit(d), n++;
	return n;
}

int
dice_weighted(struct dice *d, const double *sums, int n)
{
	double x = dice_unit(d) * sums[n - 1];
	int low = 0, high = n - 1;

	while (low < high) {
		int mid = (low + high) / 2;

		if (sums[mid] > x)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}
