#ifndef KENTONGAN_PULLED_H
#define KENTONGAN_PULLED_H
/*
 * Who fetches an account, and how far: a lease with a fencing number, and a cursor that only its
 * holder moves.  Arguments and answers are apart, for an asynchronous link.
 *
 * Units      int64_t milliseconds, by the store's clock.
 */
#include "store/store.h"

/* Takes or renews.  owner: who asks, other for each process and start; lease_ms 0 gives it up. */
void pulled_take_args(struct redis_args *out, const struct store *st, const char *account,
    const char *owner, int64_t lease_ms);
/*
 * 1: it is ours, fence and cursor ("" none yet) are filled; 0: somebody else's for wait_ms more;
 * -1: no answer.
 */
int pulled_taken(const redisReply *r, int64_t *fence, struct buf *cursor, int64_t *wait_ms);

void pulled_save_args(struct redis_args *out, const struct store *st, const char *account,
    int64_t fence, const char *cursor);
/* 1 saved; 0 somebody else has it now, nothing was written; -1 no answer: perhaps saved. */
int pulled_saved(const redisReply *r);
#endif
