#ifndef KENTONGAN_CHANNEL_H
#define KENTONGAN_CHANNEL_H
/*
 * A way out.  Each file of its own fills one struct channel; notify knows no more of it.
 *
 * Ownership  the item is notify's and lives until done() was called, which happens exactly once,
 *            during send() or later, always in the loop's thread; r and its strings are borrowed
 *            for that call.
 * Errors     an outcome says what is known, never more: UNKNOWN is neither failure nor success.
 */
#include "store/house.h"
#include "store/outbox.h"

enum send_outcome {
	SEND_DONE,		/* the gateway has it */
	SEND_RETRY,		/* surely not sent; may work later */
	SEND_FINAL,		/* surely not sent and never will be */
	SEND_UNKNOWN,		/* may or may not have been sent: again under the same id */
	SEND_ELSEWHERE		/* surely not sent and never will be this way: by the next one, if there is any */
};
struct send_result {
	enum send_outcome outcome;
	int64_t retry_after_ms;		/* the gateway's own word; 0 none */
	int64_t pause_ms;		/* the whole way stands still so long (throughput, its account) */
	const char *why;		/* for the log: no number, no text; may be NULL */
	enum send_outcome otherwise;	/* SEND_ELSEWHERE: what it is when there is no other way */
	int last;			/* SEND_UNKNOWN: not here again, by another way or not at all */
	const char *alarm;		/* what a human must do about the way, in Indonesian; may be NULL */
	const char *ref;		/* SEND_DONE: what the message is called back by; may be NULL */
	const char *name;		/* SEND_DONE: the id by which an answer quotes it; may be NULL */
};
typedef void (*on_sent)(const struct send_result *r, void *arg);

struct channel {
	const char *route;
	int in_flight;			/* most at once; 1 or more */
	int64_t per_second;		/* budget of this gateway; 0: notify.per_second */
	int64_t lease_ms, tries, retry_ms;	/* 0: notify.lease, notify.tries, notify.retry */
	/* One sending takes at most so long, less than its lease, as these settings say; 0: no time at all. */
	int64_t longest_ms;
	const char *longest_by;
	int64_t per_hour, per_day;	/* in SMS parts; 0: none */
	int is_file;			/* nothing stands behind it but DIR/out/ROUTE.jsonl */
	/* Delivery receipts come for what it sent: "sent" is then not the last word. */
	int receipts;
	void (*send)(struct channel *c, const struct outbox_item *item, on_sent done, void *arg);
	/*
	 * Takes back a message that was sent; item->ref is what send() gave out as ref.  May be NULL: the
	 * platform has no such thing, and then no ref is given out.  SEND_DONE it is gone; SEND_FINAL it
	 * stays.
	 */
	void (*cancel)(struct channel *c, const struct outbox_item *item, on_sent done, void *arg);
	/* May be NULL.  What was sent since the last flush is certain only after a 0. */
	int (*flush)(struct channel *c);
	void (*release)(struct channel *c);
	void *data;
};

struct httpc;
/* What a way out is made of. */
struct ways_env { struct house *h; struct event_base *base; struct httpc *http; const char *dir; };

/*
 * One row each.  open() fills *c, whose route is set: 0; 1 when this installation has no such gateway (the route then
 * writes to its file); -1 after naming the mistake on standard error.
 */
struct way_out {
	const char *route;
	int (*open)(struct channel *c, const struct ways_env *env);
	int spare;			/* there only with a gateway: no file stands for it */
};
extern const struct way_out ways_out[];
extern const size_t ways_out_n;

/* One file each; see struct way_out. */
int channel_email_open(struct channel *c, const struct ways_env *env);

/* Writes one JSON line per message to DIR/out/ROUTE.jsonl: what would be sent.  0 or -1. */
int channel_file_init(struct channel *c, const char *route, const char *dir);
#endif
