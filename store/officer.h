#ifndef KENTONGAN_OFFICERS_H
#define KENTONGAN_OFFICERS_H
/*
 * Officers are records in the store, changed only by logged commands.  The whole document is
 * sealed: names and numbers never lie open.  Every change raises the roster seq; daemons reload
 * when it moved.
 */
#include "core/roster.h"
#include "store/store.h"

/*
 * Writes officers (new or changed ones; unchanged are skipped).  Returns how many were written, -1
 * with store_error().  who is the author in the log.  A record with a version is only written over
 * that very version; one without (version 0) over any.  All are written in one call, or none is.
 */
#define OFFICERS_PUT_MOST 5000		/* the store serves nobody else meanwhile */
int officers_put(struct store *st, const struct officer *list, size_t n, const char *who);
/*
 * The same, and with each change a message that leaves if and only if it is written: says[i] goes with
 * list[i], sealed under keys.  Borrowed; NULL: none.
 */
struct answer;
struct case_keys;
int officers_put_saying(struct store *st, const struct officer *list, size_t n, const char *who,
    const struct answer *says, const struct case_keys *keys);
/*
 * Loads the roster if r is not of that seq (store_pulse): 1 loaded, as it is now and under the seq it
 * has now, 0 unchanged, -1 no answer.
 */
int officers_load(struct store *st, struct roster *r, int64_t seq);
/* The officer with that number (E.164); id gets OFFICER_ID_CHARS. 1 found, 0 none, -1 no answer. */
int officer_by_phone(struct store *st, const char *e164, char *id);
#endif
