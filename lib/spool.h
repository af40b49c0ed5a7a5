#ifndef KENTONGAN_SPOOL_H
#define KENTONGAN_SPOOL_H
/*
 * Reports on disk while the store is away: one file per report, written under tmp/, fsync'ed,
 * renamed into new/, folder fsync'ed; drained in order of name; corrupt/ is never deleted.
 * A file is a header line, the payload and its digest; a file whose digest does not fit goes to
 * corrupt/.  Bounded by count and bytes.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

struct spool;

/* Makes DIR/new, DIR/tmp, DIR/corrupt.  NULL with a reason in errors. */
struct spool *spool_open(const char *dir, size_t files_max, int64_t bytes_max, struct buf *errors);
void spool_close(struct spool *s);
/*
 * Durable when 0 is returned.  id ([A-Za-z0-9.-], at most 64) makes the name together with
 * received_ms: the same id twice is one file.  -1: full or the disk failed (errno); then nothing
 * may be acknowledged, and the file is not trusted afterwards.
 */
int spool_put(struct spool *s, const char *id, int64_t received_ms, const void *data, size_t len);
size_t spool_count(const struct spool *s);
/*
 * Oldest file whose name comes after after_name (NULL: the oldest): fills name and data anew.
 * Files that are not as they were written go to corrupt/ on the way.  1 if there is one, 0 if
 * there is none, -1 on a disk error.
 */
int spool_next(struct spool *s, const char *after_name, struct buf *name, struct buf *data,
    int64_t *received_ms);
/* After the store has it. */
int spool_done(struct spool *s, const char *name);
#endif
