#ifndef KENTONGAN_STORE_LEGACY_H
#define KENTONGAN_STORE_LEGACY_H
/*
 * Old complaints into the house: each is a case that one commit makes whole, its sealed report with it.
 * Its code follows from its source and number, so whoever imports it again, after whatever death, finds
 * it.  They pass by the door and the router: nobody waits behind them.
 */
#include "core/legacy.h"
#include "store/house.h"

/* The case of that complaint, in the store or the archive: 1, 0 there is none, -1 no answer. */
int legacy_find(struct store *st, const struct legacy *from, struct code *code);

enum legacy_result {
	LEGACY_OK,		/* it is a case now */
	LEGACY_THERE,		/* it was one already */
	LEGACY_REFUSED,		/* this row cannot be one: *why */
	LEGACY_FAILED		/* no answer: *why; a later try is safe */
};
/* by: who imports.  code is filled for OK and THERE. */
enum legacy_result legacy_put(struct house *h, const struct legacy_row *row, const char *by, struct code *code,
    const char **why);

/* What became of the rows of a file so far; faulty counts rows too. */
struct legacy_sum { size_t rows, read, open, closed, there, faulty, refused; int failed; };
struct legacy_run {
	const struct legacy_file *file;
	int write;			/* 0: nothing is written; open and closed are those that would be */
	const char *by;			/* who imports */
	on_legacy_mistake *cb; void *arg;	/* hears each mistake */
	legacy_judge *judge; void *judge_arg;	/* whom a row complains about */
	struct legacy_sum sum;
	char why[160];			/* where sum.failed: why the next row did not go in */
};
/*
 * Goes on for so many rows: 1 there are more, 0 it is over.  When rows were written, one log entry at the
 * end says how many.
 */
int legacy_step(struct house *h, struct legacy_run *run, size_t rows);
#endif
