#ifndef KENTONGAN_ROLLCALLS_H
#define KENTONGAN_ROLLCALLS_H
/*
 * Roll-calls by SMS (core/rollcall.h): asking, hearing, counting.
 *
 * Each question goes out in the commit that notes it in the officer's record, so that a roll-call
 * that dies half way is taken up where it was and asks nobody twice.  Answers are noted beside the roster
 * and counted a few seconds later, many at once: each change of the roster is a new seq for all.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "store/house.h"

/*
 * Asks whoever is to be asked in the roll-call of that moment and was not yet; all: not heads alone.
 * Returns how many were asked, -1 with store_error().
 */
int rollcall_send(struct house *h, int64_t began_ms, int all, const char *who);
/* A message came from that officer's number.  Only one that was asked makes a difference. */
void rollcall_note(struct house *h, const struct officer *o, int64_t at_ms);
/*
 * Counts answers, and numbers that have been silent too long; of these the keeper of the rosters is
 * told, once.  0; 1: so few answer that their silence is not believed, and no rung was taken from
 * anybody; -1: the store did not answer or somebody was faster, come again.
 */
int rollcall_count(struct house *h);
#endif
