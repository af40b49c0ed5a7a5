#ifndef KENTONGAN_LANES_H
#define KENTONGAN_LANES_H
/*
 * One way out at work: claims within its budget, emergency first, sends, marks.
 *
 * Units      int64_t milliseconds; claims by the store's clock, the budget by the monotonic one.
 */
#include "notify/channel.h"
#include "store/house.h"

struct outlane {
	struct house *h;
	struct channel channel;
	double tokens;			/* may be sent now */
	int64_t filled_mono_ms;
	struct outbox_item *items;	/* notify.batch */
	struct outbox_mark *marks;
	struct send_result *results;	/* of the same item */
	int n, waiting;			/* claimed; of these without an outcome yet */
	int64_t now_ms;
	unsigned long sent, retried, ended, lost;
};

int outlane_init(struct outlane *l, struct house *h, const struct channel *c);
void outlane_release(struct outlane *l);
/* One round; milliseconds until the next is worth its while. */
int64_t outlane_run(struct outlane *l);
/* 1 while messages of it are in the air. */
int outlane_is_busy(const struct outlane *l);
#endif
