#ifndef KENTONGAN_PULL_H
#define KENTONGAN_PULL_H
/*
 * Fetching from what does not push.  A source is one file that fills struct pull_source and one row
 * in pullers.c: it asks, reads and says what it found; all the rest is here and the same for all.
 *
 * Once       of several ingests one fetches an account: who holds its lease.  The cursor lies in
 *            the store and is moved by the lease's holder only (fencing number), only after the
 *            store has every report of the page.  What is fetched twice is known by its message id.
 * Rhythm     each page at once while more follow, then every_ms; after trouble a back-off with
 *            jitter, or what the platform demands.
 * Units      int64_t milliseconds.
 */
#include "ingest/ingest.h"
#include "lib/httpc.h"
#include "store/outbox.h"

struct event_base;
struct pull;

struct pull_source {
	const char *name;		/* of its key in the store, in log lines and alarms */
	/* Fills data and every_ms.  0; 1 not configured here; -1 with the mistake in errors. */
	int (*open)(struct pull *p, struct buf *errors);
	/* Asks for the next page; pull_end() follows exactly once, later or from inside. */
	void (*fetch)(struct pull *p);
	void (*release)(struct pull *p);	/* of data; NULL when it has none */
};
extern const struct pull_source *const pull_sources[];
extern const size_t pull_sources_n;

struct pull {
	const struct pull_source *source;
	struct ingest *g;
	struct httpc *http;
	struct event_base *base;
	void *data;			/* the source's */
	int64_t every_ms;
	struct buf cursor;		/* as stored; "" none yet */
	int first;			/* of a round: what a source remembers of pages is void */
	/* the skeleton's */
	struct event *timer, *renewal;
	struct buf token;		/* the account's, from DIR/secrets */
	char owner[64];
	int64_t fence;			/* 0: not ours */
	int stopped, waiting, missing, full, ended, failures;
	struct buf next;		/* cursor to be saved; "" none */
	int more;
	int64_t wait_ms;
	struct buf said;		/* the trouble that was logged last: the same again is not said again */
};

enum pull_outcome { PULL_DONE, PULL_MORE, PULL_TROUBLE };
struct pull_result {
	enum pull_outcome outcome;
	const char *cursor;	/* to be saved once all is stored; NULL: stays as it is */
	int64_t wait_ms;	/* at least so long until the next call */
	const char *why;	/* trouble, for the log: no address with a token in it */
	const char *alarm;	/* what a human must do about it; NULL */
};
/* A report of the page; l is borrowed for the call. */
void pull_add(struct pull *p, struct laporan *l);
/* A warning of others, which is no report; lent for the call. */
struct warning;
void pull_warning(struct pull *p, const struct warning *w);
/* News of a message of ours, proved by its token: as taking_receipt(). */
void pull_receipt(struct pull *p, const char *id, const char *token, enum receipt_news news);
void pull_end(struct pull *p, const struct pull_result *r);

/* ---- for those that fetch by HTTP ---- */

/* DIR/secrets/NAME into p->token: as open(). */
int pull_token(struct pull *p, const char *name, struct buf *errors);
/*
 * 1 and *r filled when the answer is trouble whatever the platform: nothing came, a status other
 * than 200; 0 otherwise.  Either way r->wait_ms is what Retry-After and the x-rate-limit headers
 * demand.  now_s: the host's epoch seconds, as x-rate-limit-reset is meant.
 */
int pull_trouble(const struct httpc_answer *a, int64_t now_s, struct pull_result *r);

/* ---- for main ---- */

int pulls_start(struct ingest *g, struct event_base *base);
/* No more fetches; what is in the air is given up, leases too.  NULL is fine. */
void pulls_stop(struct pulls *all);
void pulls_free(struct pulls *all);
#endif
