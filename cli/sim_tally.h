#ifndef KENTONGAN_SIM_TALLY_H
#define KENTONGAN_SIM_TALLY_H
/*
 * What a simulated regency comes to: shares, escalations, messages, loads.
 *
 * Ownership  a tally borrows the run it counts and must be released.
 */
#include "cli/sim.h"
#include "lib/buf.h"

#define TALLY_RUNGS 128
#define TALLY_MESSAGES 20000		/* a day and officer; more are counted as so many */

struct tally {
	const struct sim *s;
	int promise;			/* the clock that an act stops; -1 none */
	int64_t cases, no_case, merged, dropped, running;	/* not judged: see tally_print() */
	int64_t judged, within;		/* cases whose four hours can be judged */
	int64_t confirmed, undisputed, reopened;
	int64_t warnings[POLICY_CLOCKS], breaches[POLICY_CLOCKS], broken[POLICY_CLOCKS],
	    clocks[POLICY_CLOCKS];
	struct tally_rung { int clock; char rung[CLOCK_NAME_CHARS]; int64_t told, passed; }
	    rungs[TALLY_RUNGS]; int rungs_n;
	int64_t mail[TALLY_MESSAGES + 1];	/* officer-days by messages */
	int *today;			/* per officer */
	int64_t messages, digests;
	struct tally_unit { int64_t cases, judged, within; double *hours; int n, cap; } *units;
	int64_t ledger[TIER_LUAR + 7];	/* milliseconds by kind of holder */
};

void tally_init(struct tally *t, struct sim *s);	/* becomes the run's watcher */
/* One step, for a watcher that looks at steps besides. */
void tally_step(struct tally *t, const struct sim_step *step);
/* Judges the cases still open, then appends the report: lines of text. */
void tally_print(struct tally *t, struct buf *out);
void tally_release(struct tally *t);
#endif
