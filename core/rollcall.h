#ifndef KENTONGAN_ROLLCALL_H
#define KENTONGAN_ROLLCALL_H
/*
 * Roll-calls: a drill SMS asks officers for one word.  A number that leaves them unanswered for as
 * long as sla.yaml allows (tak-terjangkau) is no rung of a ladder any more; any message from it makes
 * it one again.  Only an unanswered question counts: who was never asked is reachable.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock; days and hours in WIB.
 */
#include "core/roster.h"

/*
 * When the latest regular roll-call began: every so many days from a Monday, at that hour.  0: none
 * did within the last ROLLCALL_LATE_MS; one that is later than that is left out, for nobody
 * wants it at night.
 */
#define ROLLCALL_LATE_MS (3 * HOUR_MS)
int64_t rollcall_began(int64_t now_ms, int every_days, int hour);
/* Is he to be asked in the roll-call of that moment, and has not been yet?  all: not heads alone. */
int rollcall_asks(const struct officer *o, int64_t began_ms, int all);
/* Marks him as asked. */
void rollcall_ask(struct officer *o, int64_t began_ms, int64_t now_ms);
/* He wrote something at that time: 1 if that changes his record. */
int rollcall_heard(struct officer *o, int64_t heard_ms);
/* Has he been asked, and not answered, for so long?  1 if that changes his record.  limit_ms 0: never. */
int rollcall_miss(struct officer *o, int64_t now_ms, int64_t limit_ms);

/*
 * Silence of nearly all says something of our gateway, not of them: it is believed while at least so
 * many per cent of those ever asked are not overdue.
 */
int rollcall_is_believed(const struct roster *r, int64_t now_ms, int64_t limit_ms, int percent);

/* One unit's numbers: how many there are, how many of them are silent, of heads and of all. */
struct reach { const char *unit; int heads, heads_silent, all, all_silent; };
/* By unit, in their order; out has room for roster.n. Units are borrowed from the roster. */
size_t rollcall_reach(const struct roster *r, struct reach *out);
#endif
