#ifndef KENTONGAN_LANES_H
#define KENTONGAN_LANES_H
/*
 * One way out at work: claims within its budget and what it can have in the air, emergency first,
 * sends, marks.
 *
 * Units      int64_t milliseconds; claims by the store's clock, the budget by the monotonic one.
 */
#include "notify/channel.h"
#include "store/house.h"

#define OUTLANE_SLOTS 100	/* of a second: each is one round */

struct outlane;
/* One message in the air, or with an outcome that is not marked yet. */
struct flight {
	struct outlane *l;
	struct outbox_item item;
	struct outbox_mark mark;
	struct send_result result;
	char why[96], ref[48], name[192], route[WAY_CHARS];
	int storms;			/* once sent, storm is its recipient's */
	struct storm storm;
	int decided;			/* its mark is complete; nothing was sent */
	enum { FLIGHT_FREE, FLIGHT_SENDING, FLIGHT_LANDED } state;
};

struct outlane {
	struct house *h;
	struct channel channel;
	double tokens;			/* may be sent now */
	int busy;			/* the last claim gave something */
	int recent[OUTLANE_SLOTS], recent_sum;	/* claimed in each slot of the last second, and in all */
	int64_t slot;			/* number of the current one */
	int64_t filled_mono_ms, paused_until_mono_ms;
	int64_t asked_mono_ms;		/* when it last claimed */
	int64_t down_mono_ms;		/* since when nothing has been taken; 0: it takes */
	int64_t spent_mono_ms, spent_ms;	/* since when the budget is used up (0: it is not), and till when */
	const struct outlane *all;	/* all ways out of this daemon, all_n; NULL: this one alone */
	size_t all_n;
	struct flight *flights;		/* flights_n, of these sending in the air */
	int flights_n, sending, landed;
	struct outbox_item *claimed;	/* room for one claim */
	struct outbox_mark *marks;
	struct event *landing;		/* marks what landed after the round */
	int64_t now_ms;
	unsigned long sent, retried, moved, ended, lost, held, bundled;
};

/* 0 or -1; c is taken over. */
int outlane_init(struct outlane *l, struct house *h, struct event_base *base,
    const struct channel *c);
void outlane_release(struct outlane *l);
/* Tells a lane of the others, for what goes on by another way.  all is borrowed. */
void outlane_join(struct outlane *l, const struct outlane *all, size_t n);
/* One round; milliseconds until the next is worth its while. */
int64_t outlane_run(struct outlane *l);
/*
 * 1 when a round would find nothing: the first of its messages is for first_ms (INT64_MAX: there is
 * none).  Once a second it does not rest, for a claim also mends what a clock that was set back left.
 */
int outlane_rests(struct outlane *l, int64_t first_ms);
/* 1 while messages of it are in the air. */
int outlane_is_busy(const struct outlane *l);
#endif
