#ifndef KENTONGAN_GLASS_H
#define KENTONGAN_GLASS_H
/*
 * Breaking the glass: a case that is not an officer's is opened to him all the same, in an emergency, or
 * because he watches over the house.  He says why; the reason stands sealed in the log, and two others hear
 * of it at once, before anything is shown.  It is over by itself.  What it opens is core/access.h's.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Ownership  everything is borrowed for the call.
 */
#include "core/case.h"
#include "store/house.h"

struct case_keys;

struct glass {
	const struct officer *who;
	const struct case_record *c;
	const struct case_keys *keys;	/* of the case: the reason is sealed with them */
	const char *why;
};
enum glass_result {
	GLASS_OK,
	GLASS_ALONE,			/* there are no two others of glass.tell who could hear of it */
	GLASS_FAILED			/* store_error() says why */
};
/* until_ms gets its end. */
enum glass_result glass_break(struct house *h, const struct glass *g, int64_t *until_ms);
/* Until when it is open to him: 0 it is not (or no more), -1 no answer. */
int64_t glass_until(struct store *st, const char *officer, const char *code, int64_t now_ms);
/* Forgets what is over. */
void glass_sweep(struct store *st, int64_t now_ms);
#endif
