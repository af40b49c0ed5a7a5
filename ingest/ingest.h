#ifndef KENTONGAN_INGEST_H
#define KENTONGAN_INGEST_H
/*
 * Taking reports in: the daemon's state and the one way by which every channel's report becomes
 * durable.
 *
 * Units      int64_t milliseconds, by the store's clock reckoned on (house_now_ms).
 * Rule       yes is said only after the store, or the spool on this disk, has it.
 */
#include "core/door.h"
#include "core/laporan.h"
#include "lib/httpd.h"
#include "lib/redis.h"
#include "lib/spool.h"
#include "store/house.h"
#include "store/intake.h"

struct pending;
struct way_secret;
struct pulls;
struct ingest {
	struct house h;
	struct event_base *base;
	struct redis_link *link;
	struct httpd *http;
	struct spool *spool;
	/* read from conf/: the door must know danger words without a store */
	struct policy *door_policy;
	struct door *door;		/* of door_policy, then of each version in force */
	char version[33];		/* that door and pages are of; "": the files' */
	struct intake_days days;
	struct redis_args args;		/* of the call being made; kept for its memory */
	struct pending *first, *last;	/* oldest first */
	int waiting;
	/* promised codes of what lies in the spool */
	struct spooled *spooled; size_t spooled_cap, spooled_n;
	struct way_secret *secrets; size_t secrets_n;	/* of the hooks, see way.h */
	struct event *sweep, *drain;
	int64_t queue_n, queue_asked_ms;	/* unrouted reports of lane n at the last look */
	struct lookups *lookups;	/* wrong codes by address */
	struct lookups *guesses;	/* and of all addresses together, under "" */
	int64_t guess_again_ms;		/* monotonic: no alarm about them before */
	struct pacer *pacer;		/* reports by the form */
	struct resumes *resumes;	/* photos in pieces */
	struct lookups *asks;		/* for the public's window, by address */
	struct window_pages *window;
	struct pages *pages;
	struct heads_page *heads;	/* the record's public face */
	struct http_route *routes; size_t routes_n;
	struct buf media;		/* DIR/media: photos, and uploads while they arrive */
	struct pulls *pulls;
	int64_t parts_swept_ms, door_said_ms;	/* monotonic */
	int64_t ready_by_ms;		/* monotonic: ready is said then, with or without a store; 0: it was */
	int64_t full_said_ms, trouble_said_ms;	/* monotonic: when the keepers last heard it of the disk; 0: never */
	uint64_t unspooled;		/* reports refused since the last alarm, for the spool would not take them */
	uint64_t taken, seen, refused, spooled_total, dropped, receipts, binary;
	uint64_t warnings;		/* of others, taken in once each */
	uint64_t pulled, pull_failures;	/* pages fetched and stored; fetches that failed */
};

enum receipt_result {
	RECEIPT_OK,		/* the store or the spool has it */
	RECEIPT_AWAY,		/* nobody has it for certain: 503, come again */
	RECEIPT_FULL		/* too many waiting: 503 */
};
/* Called exactly once. code is valid for RECEIPT_OK. */
typedef void (*on_receipt)(enum receipt_result result, const struct code *code, void *arg);

/*
 * Takes a report in.  l is borrowed for the call; its lane is chosen here (danger words) unless it
 * is e already.  spoolable: may be kept on disk while the store is away (its sender would not come
 * again, or life depends on it).  Lane e always is.
 */
void receive(struct ingest *g, struct laporan *l, int spoolable, on_receipt cb, void *arg);

int receive_init(struct ingest *g, struct event_base *base);
void receive_release(struct ingest *g);
/* Reports in the air. */
int receive_waiting(const struct ingest *g);

/* The table of paths with the body limits of the settings; freed by the caller. */
struct http_route *ingest_routes(const struct settings *set, size_t *n);

/*
 * Door and form from the files, so that a report finds its lane while the store is away.  0, or -1
 * after naming the mistakes on standard error.
 */
int ingest_read_door(struct ingest *g, const char *conf_dir);
/* Door and form of the version in force, once it has changed; keeps the old ones on failure. */
void ingest_renew(struct ingest *g);

/* Handlers by file. */
/*
 * Asked at each change: says once that reports are taken, as soon as the store answers, or, where it does not
 * in the time of a connection, because the spool takes them.  Said sooner, what no spool takes was refused.
 */
void ingest_say_ready(struct ingest *g);
void get_healthz(struct http_req *r, void *arg);
void get_readyz(struct http_req *r, void *arg);
void get_metrics(struct http_req *r, void *arg);
#endif
