#ifndef KENTONGAN_ENGINE_H
#define KENTONGAN_ENGINE_H
/*
 * The SLA engine: due -> decide -> commit.  Several engines may run: each takes a lease on what is
 * due, and the case's version lets only one commit win.
 *
 * Units      int64_t milliseconds; times by the store's clock, waits by the monotonic one.
 */
#include "store/broadcast.h"
#include "store/drill.h"
#include "store/due.h"
#include "store/house.h"
#include "store/leaver.h"
#include "store/steady.h"

/* Where the next slice of a lane begins, as XRANGE has it; "": at its beginning. */
#define UNREAD_SLICE 200
struct unread_place { char id[48]; };

struct engine {
	struct house *h;
	struct store line;	/* for deadlines and their commits alone: answers are owed on it */
	int said_blind;
	int64_t look_boot_ms, said_boot_ms;	/* the last steady_look(), and the last alarm of one */
	int64_t said_unserved_ms;		/* the last alarm of a deadline that cannot be served; monotonic */
	/* Two rounds at a time: while the store commits one, the next is decided. */
	struct round {
		struct due_case *cases;
		int n;
		int64_t now_ms, next_ms;
		struct commit_batch batch;
	} rounds[2];
	struct effects *fx;
	struct leavers leavers;
	struct drill_walk drill;
	struct broadcasts_stuck stuck;
	unsigned long long stops_cursor;
	int given_back;			/* not yet told */
	struct unread_place unread_e, unread_n;
	int64_t unread_next_ms, leavers_next_ms, rollcall_next_ms, callouts_next_ms, subscribers_next_ms, broadcasts_next_ms, drills_next_ms, doubt_next_ms,
	    crowds_next_ms, warnings_next_ms;	/* monotonic */
	unsigned long fired, conflicts;
};

int engine_init(struct engine *e, struct house *h);
void engine_release(struct engine *e);
/*
 * Works off what is due now.  Returns how long to nap, at most sla.nap: the next deadline may be
 * nearer.  0 when there is more to do at once.
 */
int64_t engine_run(struct engine *e);
/* Opens for a human what no router has read in time. */
void engine_unread(struct engine *e);
/*
 * Gives back what officers who left still have: whoever ended them may have died over it.  Some cases at
 * a time, so that no deadline waits for it; returns how long to nap, at most sla.nap.
 */
int64_t engine_leavers(struct engine *e);
/* Brings those who follow a case to where it is, a part at a time.  As above(). */
int64_t engine_crowds(struct engine *e);
/* Judges official warnings that came in, and tells who is on duty. */
void engine_warnings(struct engine *e);
/* Ends calls for volunteers whose time is up. */
void engine_callouts(struct engine *e);
/* Ends an exercise whose time is up, and closes what is left of it, a part at a time.  As engine_leavers(). */
int64_t engine_drills(struct engine *e);
/* Broadcasts go on, at most four times a second: the engine naps up to sla.nap between. */
void engine_broadcasts(struct engine *e);
/* Residents hear of incidents in the desa that they subscribed to. */
void engine_subscribers(struct engine *e);
/* The regular roll-call, and what has become of the last ones. */
void engine_rollcall(struct engine *e);
#endif
