#ifndef KENTONGAN_STORE_DRILL_H
#define KENTONGAN_STORE_DRILL_H
/*
 * Exercises (core/drill.h) in the store: one at a time.  When one ends, by word or by its planned end, the
 * engine closes what is still open of its stretch of the log and carries the mark, and nothing else; each
 * officer who has a task of it hears once that it is over.  An exercise stays the one being closed as long
 * as anything that came in before its end lies unread.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/drill.h"
#include "store/house.h"

/* The one that goes on: 1, 0 none, -1 no answer. */
int drill_now(struct store *st, struct drill *out);
/* 1, 0 there is none that can be read, -1 no answer. */
int drill_load(struct store *st, const char *id, struct drill *out);
/* Ids of all that are kept, latest first; the caller frees.  0; -1 no answer. */
struct drill_entry { char id[DRILL_ID_CHARS]; int64_t begun_ms; };
int drills_list(struct store *st, struct drill_entry **out, size_t *n);

/* d has name, by and ends_ms; the rest is filled in.  0; -1 *why. */
int drill_begin(struct house *h, struct drill *d, const char **why);
/* The one with that id, if it is the one that goes on: who has looked at another must not end this one. */
int drill_end(struct house *h, const char *id, const char *by, const char **why);
/* Codes of its openings up to this place in the log. */
struct drill_found { struct code *codes; size_t n, cap; int64_t seq; };
/* How far the closing of one has come; all 0 at first.  It may be lost: the next walk finds them closed. */
struct drill_walk {
	char id[DRILL_ID_CHARS];
	struct drill_found found;
	size_t at, kept;		/* of those found: looked at in this round, and still open */
	int leads;			/* in this round those go that others follow */
};
void drill_walk_release(struct drill_walk *w);
/*
 * Of one that has ended: reads a part of the log, then looks at most at so many cases and closes them, as long
 * as it is the one being closed.  *closed counts them.  1 there is more to do at once, 0 not now, -1 come again.
 */
int drill_close(struct house *h, struct drill *d, struct drill_walk *w, int most, int *closed);
/* Ends what is over by its plan, and closes the cases of the one that has ended: as drill_close(). */
int drills_step(struct house *h, struct drill_walk *w, int most, int *closed);

/* The cases of it, sealed ones left out; the caller frees.  0; -1 no answer. */
int drill_cases(struct house *h, const struct drill *d, struct case_record **out, size_t *n);
#endif
