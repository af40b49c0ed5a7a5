#ifndef KENTONGAN_READER_H
#define KENTONGAN_READER_H
/*
 * Who has opened a case that was open to him: known so that he can be named if it turns out to be
 * confidential.  The first time of each officer is kept, so that who reads a page again costs a
 * question to memory and no write.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Errors     -1: the store did not answer.
 */
#include "store/commit.h"

/* keep_ms: for how long, from the first who opened it; who looks again writes nothing.  0. */
int reader_note(struct store *st, const char *code, const char *officer, int64_t now_ms, int64_t keep_ms);
/*
 * Once it is confidential: the next item of the batch puts this reader on record, who first opened it at
 * that time.  COMMIT_CONFLICT: somebody else has, by the same commit as his entry.
 */
void reader_recorded(struct commit_batch *b, const char *code, const char *officer, int64_t at_ms);
/* Each officer and when he first opened it, in no order; cb other than 0 ends it. */
int readers_each(struct store *st, const char *code, int (*cb)(const char *officer, int64_t at_ms, void *arg), void *arg);
#endif
