#ifndef KENTONGAN_REPORT_H
#define KENTONGAN_REPORT_H
/*
 * What units did in a period, from the log alone: times to taken, handled and resolved, and how the
 * citizens saw it.
 *
 * One small row is kept for each case that came in within the period; entries are read in steps and
 * forgotten.  Cases that are sealed, by the last word of the log, and drills count nowhere;
 * imported ones are counted apart.
 *
 * Groups of fewer than GROUP_LEAST cases are put together, and the next larger group with them while
 * they are still fewer: neither a row nor what is left when all others are taken away tells of one
 * case.
 *
 * Units      int64_t milliseconds, UTC.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "store/logbook.h"

#define GROUP_LEAST 5

enum report_end { END_OPEN, END_CONFIRMED, END_UNCONFIRMED, END_REJECTED, END_DUPLICATE, END_WITHDRAWN, END_N };
/* By the unit that led it last, or by kecamatan. */
enum report_by { BY_UNIT, BY_KECAMATAN, BY_N };

struct report_times { size_t n; int64_t median_ms, p90_ms; };	/* n 0: none */
struct report_row {
	char group[24];			/* "" several small ones together */
	int small;			/* so many groups in it */
	size_t count, reopened, late, ends[END_N];
	struct report_times taken, handled, resolved;
};

struct report;
struct report *report_new(int64_t from_ms, int64_t to_ms);
void report_free(struct report *r);
/* Entries in the order of the log, from the first that is not older than from_ms. */
void report_take(struct report *r, const struct log_line *line);
size_t report_cases(const struct report *r);
/* Old complaints that were imported: how many came in within the period, and how many are open; in no other figure. */
size_t report_legacy(const struct report *r, size_t *open);
/* The rows, largest first, those of several together last; the caller frees.  total gets all of them. */
size_t report_rows(const struct report *r, enum report_by by, struct report_row **out, struct report_row *total);
#endif
