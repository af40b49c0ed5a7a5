#ifndef KENTONGAN_BOARD_H
#define KENTONGAN_BOARD_H
/*
 * The wall, in one pass over the model, and the lists behind its figures.
 *
 * Units  int64_t milliseconds, UTC, by the store's clock.
 */
#include "console/frame.h"

#define TALLY_HOURS 24
#define TALLY_KECAMATAN 64

/* What a list behind a figure holds. */
enum board_list {
	LIST_OPEN, LIST_LATE, LIST_TRIAGE, LIST_KEPT, LIST_BROKEN, LIST_CAME, LIST_HANDLED, LIST_INCIDENT, LIST_DRILL, LIST_LEGACY,
	BOARD_LISTS
};
/* All of a figure: which list, at which entry and time, and what narrows it. */
struct figure {
	enum board_list list;
	int64_t seq, at_ms;
	int64_t from_ms, to_ms;			/* of LIST_CAME and LIST_HANDLED */
	char place[PLACE_CODE_CHARS];		/* "" everywhere */
	char incident[INCIDENT_CHARS];
};
int figure_holds(const struct figure *f, const struct model_case *c);
/* The address of the list, escaped for an attribute. */
void figure_add_link(struct buf *b, const struct figure *f);
void get_board_list(struct http_req *r, struct console *c, const struct who *w);

struct board_place { const struct place *place; int open, late; };
struct board_tally {
	int64_t at_ms, hour_ms;			/* hour_ms: the first hour's begin */
	int came[TALLY_HOURS], handled[TALLY_HOURS];
	struct board_place places[TALLY_KECAMATAN]; size_t places_n;
	struct board_place elsewhere;		/* where nobody knows yet */
	const struct model_case **late; size_t late_n, late_cap;	/* worst first */
	const struct model_case **leads; size_t leads_n, leads_cap;	/* of open incidents, most voices first */
};
void board_tally_make(struct board_tally *t, const struct console *c, int64_t now_ms);
void board_tally_release(struct board_tally *t);

/* chart.c: pictures that need no script; each links what it counts. */
void add_curve(struct buf *b, const struct board_tally *t, int64_t seq);
void add_map(struct buf *b, const struct console *c, const struct board_tally *t, int64_t seq);
#endif
