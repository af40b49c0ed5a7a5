#ifndef KENTONGAN_RECEIPTS_H
#define KENTONGAN_RECEIPTS_H
/*
 * What was sent and is not known to have arrived: after notify.receipt_within, or at once when the
 * gateway says "failed", it goes by the second way of its route, once; without one a human hears
 * of it.
 */
#include "notify/lanes.h"
#include "store/house.h"

struct receipts {
	struct house *h;
	struct outbox_overdue *found;	/* room for one look */
	int64_t next_mono_ms;
	unsigned long rerouted, given_up;
};

void receipts_init(struct receipts *w, struct house *h);
void receipts_release(struct receipts *w);
/* Looks if it is time to; lanes are all ways out of this daemon. */
void receipts_look(struct receipts *w, const struct outlane *lanes, size_t n);
#endif
