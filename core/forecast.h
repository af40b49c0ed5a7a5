#ifndef KENTONGAN_FORECAST_H
#define KENTONGAN_FORECAST_H
/*
 * Which promises will break: the chance that nobody acts on a report before its time is up.  Pure.
 *
 * Method     a piecewise-constant hazard model with two stages.  From the history of spells the
 *            rates of "accepted", "acted upon" and "acted upon after accepting" are events per time
 *            at risk, the product of an age's and an hour's rate, fitted by turns until both agree
 *            with the counts (a log-linear model), apart for danger to life; ages and hours with little
 *            data lean on what is usual.  A unit's own speed multiplies
 *            them: its events over those expected of it at the common rates, drawn towards 1 by a
 *            gamma prior, so that a unit with little history is taken to be like all; so does how
 *            much lay with it.  The chance is then worked out step by step to the due time, and set right by
 *            what became of the same questions in the history (beta calibration): people are less
 *            alike than rates.
 * Source     Holford, "The analysis of rates and of survivorship using log-linear models",
 *            Biometrics 36 (1980); Clayton and Kaldor, "Empirical Bayes estimates of age-standardized
 *            relative risks", Biometrics 43 (1987); Kull, Silva Filho and Flach, "Beta calibration",
 *            AISTATS (2017); Brier, Monthly Weather Review 78 (1950).
 * Units      int64_t milliseconds since the epoch, UTC; chances from 0 to 1.
 * Ownership  a forecast borrows nothing once learnt; forecast_free().
 */
#include "core/spells.h"
#include "lib/buf.h"

struct forecast;

/* From what ended, or was known, before until_ms.  Never NULL; of no history it says one half. */
struct forecast *forecast_learn(const struct spells *s, int64_t until_ms);
void forecast_free(struct forecast *f);

/* What weighs most; ratios are to what is usual, 1 is usual. */
struct forecast_why {
	int untaken;			/* nobody has accepted it yet */
	double speed;			/* of the unit, over all stages: below 1 is slow */
	double hour;			/* of this hour */
	double load;			/* of this load */
	int lying;			/* others that lay with the unit */
};
/* The chance that the spell's promise breaks at due_ms, no act being known at now_ms. */
double forecast_breach(const struct forecast *f, const struct spell *open, int64_t now_ms,
    struct forecast_why *why);
/* "nobody has accepted; unit 0.4 of the usual speed; night" */
void buf_add_forecast_why(struct buf *b, const struct forecast_why *why);

/* How good forecasts were: a reliability table of tenths and the Brier score. */
#define CALIBRATION_BINS 10
struct calibration {
	struct { int64_t n, happened; double sum; } bins[CALIBRATION_BINS];
	int64_t n, happened;
	double brier_sum;
};
void calibration_add(struct calibration *c, double chance, int happened);
double calibration_brier(const struct calibration *c);
/* The score of one who always says the share that happened: to be beaten. */
double calibration_base(const struct calibration *c);
void buf_add_calibration(struct buf *b, const struct calibration *c);
/*
 * Judges a forecast learnt until learnt_ms on what came after: each spell is asked about every
 * every_ms while its due time is less than horizon_ms away.
 */
void calibration_hold_out(struct calibration *c, const struct forecast *f, const struct spells *s,
    int64_t learnt_ms, int64_t until_ms, int64_t every_ms, int64_t horizon_ms);
#endif
