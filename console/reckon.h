#ifndef KENTONGAN_RECKON_H
#define KENTONGAN_RECKON_H
/*
 * Reports on a period: the log, live and archived, is read in steps between which everybody else is
 * served; the request waits for its end.
 *
 * Ownership  a reckoning lies at the beginning of the report's own struct, on the heap; reckon_begin()
 *            takes it over, and release() frees all of it.
 */
#include "console/gate.h"
#include "store/logbook.h"

struct reckoning {
	/* the report's own */
	void (*start)(struct reckoning *k);	/* the period is known now */
	void (*take)(struct reckoning *k, const struct log_line *line);
	void (*answer)(struct reckoning *k);	/* k->r is gone afterwards */
	void (*release)(struct reckoning *k);
	int64_t usual_ms;			/* how long the period is that nobody named; 0: thirty days */
	/* filled by reckon_begin() */
	struct console *c;
	struct http_req *r;
	struct who w;
	int64_t from_ms, to_ms, end;		/* end: the seq up to which was read */
	char officer[OFFICER_ID_CHARS];
	int64_t seq;
	int gone;				/* he hung up: nobody waits for it */
	struct event *next;
};
/* The period is ?dari= and ?sampai=, usual_ms up to today without. */
void reckon_begin(struct reckoning *k, struct http_req *r, struct console *c, const struct who *w);

/* The period as a query ("dari=2026-11-01&sampai=2026-11-22"), as fields of a form; a day of it. */
void reckon_add_range(struct buf *b, const struct reckoning *k, const char *separator);
void reckon_add_fields(struct buf *b, const struct reckoning *k);
void reckon_add_day(struct buf *b, int64_t ms);
#endif
