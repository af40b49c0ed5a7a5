#ifndef KENTONGAN_RETENTION_H
#define KENTONGAN_RETENTION_H
/*
 * Retention: so long after its case was closed, a citizen's words, name and number are erased
 * (store/erase.h), whether the case lies in the store or in the archive.  Nothing remembers which cases
 * are closed and still have their key: all are walked through, a part at a time.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Errors     -1: store_error() says what and what to do; the same part comes again.
 */
#include "store/archive.h"
#include "store/house.h"

/* Names who erases, in the log. */
#define RETENTION_NAME "retensi"

struct retained { struct code code; char category[CATEGORY_CHARS]; int64_t closed_ms, due_ms; };

/* Where a walk stands; zeroed: at the beginning. */
struct retention_walk { int in_archive; char cursor[32]; struct archive_place at; };
/*
 * Passes on closed cases that still have their key, from a part of some `most`: 1 there is more, 0 all
 * were seen, and the walk begins anew.  A case may be passed on twice.
 */
int retention_look(struct house *h, struct retention_walk *w, int most, void (*cb)(const struct retained *r, void *),
    void *arg);
/* When a case of that category is due; 0 never by itself. */
int64_t retention_due_ms(const struct policy *p, const struct settings *set, const char *category, int64_t closed_ms);

/*
 * Erases what is due in the next part, at most a tenth of retention.batch.  1 there is more to do at once,
 * 0 not before the next walk, -1.
 */
struct retention { struct retention_walk walk; int rewrite; };
struct retention_done { int erased, held, waiting; };
int retention_round(struct house *h, struct retention *r, struct retention_done *done);
#endif
