#ifndef KENTONGAN_CALLOUTS_H
#define KENTONGAN_CALLOUTS_H
/*
 * Volunteers and calls (core/callout.h) in the store.  Both lie sealed as a whole: names and numbers
 * nowhere open.  A call changes by one commit that writes it, what is said along with it, the log
 * entry, and uses the answer up; its version lets only one of two win.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/callout.h"
#include "store/commit.h"
#include "store/house.h"

/* New or changed ones.  How many, -1 with store_error(). */
int volunteers_put(struct store *st, const struct volunteer *list, size_t n, const char *who);
/* All; the caller frees.  0, -1 no answer. */
int volunteers_load(struct store *st, struct volunteer **list, size_t *n);
/*
 * He wants to be called no more.  input: the word he said so with, or NULL; another may have worked that off.
 * 1, 0 there is none, -1 with store_error().
 */
int volunteer_end(struct store *st, const char *id, const char *who, const struct input_id *input);
/* 1 found (volunteer_release() him), 0 there is none that can be read, -1 no answer. */
int volunteer_load(struct store *st, const char *id, struct volunteer *out);

int callout_load(struct store *st, const char *code, struct callout *out);	/* 1, 0 none, -1 */
#define CALLED_CHARS 48			/* of such a word */
/*
 * The call to which this number (its keyed hash) was called last: 1 with code and volunteer, 0 none.
 * word is what the store has under it.
 */
int called_parse(const char *word, struct code *code, char id[OFFICER_ID_CHARS]);
/*
 * Writes what was decided.  input is used up with it, or NULL.  COMMIT_CONFLICT: somebody was
 * faster, load it and decide again.
 */
enum commit_result callout_commit(struct house *h, const struct callout_effects *fx,
    const char *who, const struct input_id *input);

/* How it stands: by answer, and of those who have not answered, to how many the SMS did not get. */
struct callout_tally { int asked, yes, no, unclear, late, undelivered; };
/* 0; -1 no answer. */
int callout_tally(struct store *st, const struct callout *c, struct callout_tally *t);

/* Ends calls whose time is up, forgets old ones.  0; -1 come again. */
int callouts_sweep(struct house *h);
#endif
