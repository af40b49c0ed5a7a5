#ifndef KENTONGAN_OPENED_H
#define KENTONGAN_OPENED_H
/*
 * The reports behind the cases that were opened since a time, one after the other, in the order of
 * the log: for whoever reads them again.
 */
#include "store/cases.h"
#include "store/house.h"

struct opened {
	const struct stored_case *s;	/* as it is now */
	const struct laporan *words;	/* as they came */
	const struct case_keys *keys;
};
/*
 * Calls cb for each; other than 0 ends it.  Drills, and what was erased, are left out; erased counts
 * them.  0, or -1 with store_error(): the log or a case cannot be read.
 */
int opened_each(struct house *h, int64_t since_ms, int (*cb)(const struct opened *o, void *arg),
    void *arg, int *erased);
#endif
