#ifndef KENTONGAN_GUARD_CLOCK_H
#define KENTONGAN_GUARD_CLOCK_H
/*
 * The clock guard: compares the store's clock with this machine's monotonic one.  A jump larger
 * than sla.clock_step is not believed at once: escalations are held for sla.guard_hold and an alarm
 * goes out; life-and-safety cases fire all the same.
 */
#include <stdint.h>

struct guard {
	int64_t store_ms, mono_ms;	/* at the last look */
	int64_t hold_until_mono_ms;
	int64_t jump_ms;		/* size of the last jump */
};

/* 1 when a jump was seen just now. */
int guard_look(struct guard *g, int64_t store_ms, int64_t mono_ms, int64_t step_ms,
    int64_t hold_ms);
int guard_holds(const struct guard *g, int64_t mono_ms);
#endif
