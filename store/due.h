#ifndef KENTONGAN_DUE_H
#define KENTONGAN_DUE_H
/*
 * The due set: exactly one member per case that is not ditutup.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "store/cases.h"

struct due_case { struct code code; struct stored_case s; };

/*
 * Takes up to max due cases that no other engine holds, under a lease: due_ask() queues the
 * call, store_flush() sends it, due_read() reads its answer.  *now_ms gets the store's time, *next_ms the earliest member of the
 * whole set (0: empty).  The cases come without their sealed reports.  Returns how many; -1: no
 * answer.
 */
int due_ask(struct store *st, int max, int64_t lease_ms);	/* 0 or -1 */
int due_read(struct store *st, int max, struct due_case *out, int64_t *now_ms, int64_t *next_ms);
/* Both at once. */
int due_take(struct store *st, int max, int64_t lease_ms, struct due_case *out, int64_t *now_ms,
    int64_t *next_ms);
#endif
