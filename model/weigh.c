#include "model/weigh.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 40
#define RIDGE 1e-3	/* keeps the weight of a voice that is never heard at 0 */

#define STEP_MOST 8		/* voices of a step at most */
static_assert(VOICES <= STEP_MOST && DANGER_VOICES <= STEP_MOST, "a step holds them");

struct step { double gradient[STEP_MOST], hessian[STEP_MOST][STEP_MOST], loss; };

static void
shares_of(const double *weight, const struct sample *s, size_t n, double *out)
{
	double most = -1e300, sum = 0;

	for (size_t i = 0; i < n; i++) {
		out[i] = 0;
		for (int v = 0; v < VOICES; v++)
			out[i] += weight[v] * s->voices[i][v];
		most = out[i] > most ? out[i] : most;
	}
	for (size_t i = 0; i < n; i++)
		sum += out[i] = exp(out[i] - most);
	for (size_t i = 0; i < n; i++)
		out[i] /= sum;
}

/* Any accepted label is right: the loss is the surprise that one of them was. */
static void
add_sample(struct step *step, const double *weight, const struct sample *s, size_t n, double counts)
{
	double shares[CATEGORIES_MAX], mean[VOICES] = { 0 }, right[VOICES] = { 0 }, sum = 0;

	shares_of(weight, s, n, shares);
	for (size_t i = 0; i < n; i++) {
		int accepted = (s->row->accepted >> i & 1) != 0;

		sum += accepted ? shares[i] : 0;
		for (int v = 0; v < VOICES; v++) {
			mean[v] += shares[i] * s->voices[i][v];
			right[v] += accepted ? shares[i] * s->voices[i][v] : 0;
		}
	}
	sum = sum > 1e-12 ? sum : 1e-12;
	step->loss -= counts * log(sum);
	for (int v = 0; v < VOICES; v++)
		step->gradient[v] += counts * (mean[v] - right[v] / sum);
	for (size_t i = 0; i < n; i++)
		for (int v = 0; v < VOICES; v++)
			for (int w = 0; w < VOICES; w++)
				step->hessian[v][w] += counts * shares[i] *
				    (s->voices[i][v] - mean[v]) * (s->voices[i][w] - mean[w]);
}

static struct step
step_at(const double *weight, const struct samples *s, const double *counts)
{
	struct step step = { .loss = 0 };

	for (size_t i = 0; i < s->n; i++)
		if (counts[s->at[i].row->kind] > 0)
			add_sample(&step, weight, &s->at[i], s->categories,
			    counts[s->at[i].row->kind]);
	for (int v = 0; v < VOICES; v++) {
		step.gradient[v] += RIDGE * weight[v];
		step.hessian[v][v] += RIDGE;
		step.loss += RIDGE * weight[v] * weight[v] / 2;
	}
	return step;
}

/* Solves hessian x = gradient by elimination; the matrix is positive definite. */
static void
solve(struct step *s, int n, double *x)
{
	for (int i = 0; i < n; i++)
		for (int k = i + 1; k < n; k++) {
			double f = s->hessian[k][i] / s->hessian[i][i];

			for (int j = i; j < n; j++)
				s->hessian[k][j] -= f * s->hessian[i][j];
			s->gradient[k] -= f * s->gradient[i];
		}
	for (int i = n - 1; i >= 0; i--) {
		x[i] = s->gradient[i];
		for (int j = i + 1; j < n; j++)
			x[i] -= s->hessian[i][j] * x[j];
		x[i] /= s->hessian[i][i];
	}
}

struct linear_calibration
weigh_voices(const struct samples *s)
{
	double weight[VOICES] = { 1, 1, 0, 0, 0 }, counts[ROW_KINDS] = { 0 };
	size_t of[ROW_KINDS] = { 0 };
	struct linear_calibration out = { .weight = { 0 } };
	struct step at;

	for (size_t i = 0; i < s->n; i++)
		of[s->at[i].row->kind]++;
	for (int k = 0; k < ROW_SHARED; k++)
		counts[k] = of[k] == 0 ? 0 : 1.0 / (double)of[k];
	at = step_at(weight, s, counts);
	for (int round = 0; round < ROUNDS; round++) {
		double move[STEP_MOST], length = 1;
		struct step next = at;

		solve(&next, VOICES, move);
		for (; length > 1e-6; length /= 2) {	/* shorter until it is better */
			double tried[VOICES];

			for (int v = 0; v < VOICES; v++)
				tried[v] = weight[v] - length * move[v];
			next = step_at(tried, s, counts);
			if (next.loss < at.loss) {
				memcpy(weight, tried, sizeof(weight));
				break;
			}
		}
		if (length <= 1e-6 || at.loss - next.loss < 1e-9)
			break;
		at = next;
	}
	for (int v = 0; v < VOICES; v++)
		out.weight[v] = (float)weight[v];
	return out;
}

static int
judges_danger(const struct sample *s)
{
	return s->row->danger >= 0 && !s->row->shared;
}

void
weigh_danger(const struct samples *s, struct linear_calibration *c)
{
	double weight[DANGER_VOICES] = { 0 };

	for (int round = 0; round < ROUNDS && s->knows_danger; round++) {
		struct step step = { .loss = 0 };
		double move[STEP_MOST];

		for (int v = 0; v < DANGER_VOICES; v++) {
			step.gradient[v] = RIDGE * weight[v];
			step.hessian[v][v] = RIDGE;
		}
		for (size_t i = 0; i < s->n; i++) {
			const float *x = s->at[i].danger;
			double sum = 0, p;

			if (!judges_danger(&s->at[i]))
				continue;
			for (int v = 0; v < DANGER_VOICES; v++)
				sum += weight[v] * x[v];
			p = 1 / (1 + exp(-sum));
			for (int v = 0; v < DANGER_VOICES; v++) {
				step.gradient[v] += (p - s->at[i].row->danger) * x[v];
				for (int w = 0; w < DANGER_VOICES; w++)
					step.hessian[v][w] += p * (1 - p) * x[v] * x[w];
			}
		}
		solve(&step, DANGER_VOICES, move);
		for (int v = 0; v < DANGER_VOICES; v++)
			weight[v] -= move[v];
	}
	for (int v = 0; v < DANGER_VOICES; v++)
		c->danger[v] = (float)weight[v];
}

int
weigh_best(const struct linear_calibration *c, const struct sample *s, size_t categories,
    float *share)
{
	double weight[VOICES], shares[CATEGORIES_MAX];
	int best = 0;

	for (int v = 0; v < VOICES; v++)
		weight[v] = c->weight[v];
	shares_of(weight, s, categories, shares);
	for (size_t i = 1; i < categories; i++)
		if (shares[i] > shares[best])
			best = (int)i;
	*share = (float)shares[best];
	return best;
}

void
samples_free(struct samples *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->at[i].voices);
	free(s->at);
	memset(s, 0, sizeof(*s));
}
