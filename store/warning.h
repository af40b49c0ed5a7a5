#ifndef KENTONGAN_WARNINGS_H
#define KENTONGAN_WARNINGS_H
/*
 * Official warnings (core/warning.h) in the store: ingest puts in what it fetched, once however often it
 * is served; sla judges each, once however many engines there are, and who is on duty hears of it in the
 * very commit that notes it.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/warning.h"
#include "store/house.h"

/* ---- taking in: arguments and answer apart, for an asynchronous link ---- */

void warning_take_args(struct redis_args *out, const struct store *st, const struct warning *w, int64_t most);
enum warning_taken {
	WARNING_TAKEN, WARNING_KNOWN,
	WARNING_FULL,		/* so many wait unjudged: sla does not work; come again */
	WARNING_UNKNOWN		/* no answer: perhaps taken; come again */
};
enum warning_taken warning_taken(const redisReply *r);

/* ---- judging ---- */

/*
 * Judges what has come in, at most so many, and tells who is on duty.  1 there is more to do at once, 0 not
 * now, -1 come again.
 */
int warnings_step(struct house *h, int most);
/* What is known of one: 1, 0 nothing, -1 no answer. */
int warning_load(struct store *st, const char *id, struct warning_notice *out);

/* Longer than anything is served (warning.fresh): what was forgotten would be news again. */
#define WARNINGS_KEPT_MS (35 * DAY_MS)
/* Forgets what came before. */
void warnings_sweep(struct store *st, int64_t before_ms);
#endif
