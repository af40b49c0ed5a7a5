#ifndef KENTONGAN_MEND_H
#define KENTONGAN_MEND_H
/*
 * Redis' append-only file after a hard end.
 *
 * Redis 7.0 killed in the middle of a write leaves a transaction without its EXEC.  If the cut lies
 * between two commands it removes the whole transaction at the next start; if it lies inside a command
 * it removes that command alone (measured with 7.0.15), and the open MULTI swallows what is acknowledged
 * afterwards: at the start after that, half of the old transaction and the new ones are carried out as
 * one.  So the file is cut before the open MULTI, before Redis reads it: what stood there was never
 * acknowledged.
 */
#include "lib/buf.h"

/*
 * Looks at the newest part of REDIS_DIR/appendonlydir and cuts what is not whole from its end; a part
 * that is no list of commands is left to Redis.  How many bytes were cut; -1 with the reason in errors.
 */
long long aof_mend(const char *redis_dir, struct buf *errors);
#endif
