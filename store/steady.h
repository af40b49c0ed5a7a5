#ifndef KENTONGAN_STEADY_H
#define KENTONGAN_STEADY_H
/*
 * The house's time keeps pace.  It is the store's clock, held against this machine's boot clock,
 * which runs evenly and through sleep: where the two part by more than sla.clock_step, somebody set
 * the store's clock, and the house goes on with the time it had.  A promise of four hours is then
 * four hours still.  Once the clock is set right, or a human says that it is, both are one again.
 * Each machine goes by its own looks: several engines on several machines agree.
 *
 * Units      int64_t milliseconds; offset is what the house adds to the store's clock.
 * Errors     -1 with store_error().
 */
#include "store/store.h"

struct steady {
	int64_t now_ms;			/* the house's time */
	int64_t free_ms;		/* what it would be if it could go back */
	int64_t jump_ms;		/* of the store's clock since the last look; 0 none */
	int64_t offset_ms;
	int other_boot;			/* this machine started anew: the store's clock counts */
};

/*
 * What the last look saw is in the store: it holds through restarts of all of us.  boot is
 * clock_boot_id(); 1, nothing done: it is "", and two looks could not be compared.
 */
int steady_look(struct store *st, const char *boot, int64_t step_ms, struct steady *out);
/* What the last look made of it; writes nothing. */
int steady_show(struct store *st, struct steady *out);
/* A human says that the store's clock is right.  Behind the house's time it stands until reached. */
int steady_accept(struct store *st, struct steady *out);
#endif
