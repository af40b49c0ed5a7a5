#ifndef KENTONGAN_HOLD_H
#define KENTONGAN_HOLD_H
/*
 * Held cases: evidence of a legal case, which nobody erases while it lasts, neither the timer nor a
 * command.  Who holds one and who lets it go stands in the log, with the reference and no other words.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Errors     -1: the store does not answer; see store_error().
 */
#include "core/code.h"
#include "core/roster.h"
#include "store/store.h"

/* Of the legal case, as LP/B/12/2026: letters, digits, spaces and /.- with a digit; never a name. */
#define HOLD_REFERENCE_CHARS 41
struct hold {
	char code[CODE_CHARS + 1];
	int64_t since_ms;
	char by[OFFICER_ID_CHARS], reference[HOLD_REFERENCE_CHARS];
};
struct holds { struct hold *list; size_t n; };

int hold_is_reference(const char *s);
/* 0 or -1; holds_free() in both cases. */
int holds_load(struct store *st, struct holds *out);
void holds_free(struct holds *h);
/* NULL: it is not held. */
const struct hold *hold_find(const struct holds *h, const char *code);

enum hold_result { HOLD_DONE, HOLD_NONE, HOLD_FAILED };
/*
 * HOLD_NONE: no such case, or erased already.  HOLD_FAILED: it may be held by now, but nobody could see whether it
 * still was there; to be repeated.  Held again it has the new reference.
 */
enum hold_result hold_set(struct store *st, const struct code *code, const char *by, const char *reference);
/* HOLD_NONE: it was not held. */
enum hold_result hold_end(struct store *st, const struct code *code, const char *by);
#endif
