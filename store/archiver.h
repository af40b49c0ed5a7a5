#ifndef KENTONGAN_ARCHIVER_H
#define KENTONGAN_ARCHIVER_H
/*
 * Moves what is old from the store into the archive, a round at a time: the oldest entries of the log
 * in order of seq, whosever they are, and each case that is closed and whose last entry is among them.
 *
 * A round is written and synced, read back by another connection, and only then removed from the store
 * by one function.  Killed anywhere it loses nothing; begun again it doubles nothing.  What has changed
 * meanwhile, or lost its key, stays for the next round.  One archiver works at a time (archive_hold()).
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock; bytes.
 * Errors     store_error() says what and what to do; nothing was removed then.
 */
#include "store/archive.h"
#include "store/chain.h"
#include "store/store.h"

struct archive_plan {
	int64_t before_ms;		/* entries older than this are moved */
	int entries;			/* most of one round */
	int64_t room_bytes;		/* the disk must have that much left */
};
/* As the settings say, at a time of the store. */
void archive_plan_at(struct archive_plan *out, const struct settings *set, int64_t now_ms);
/* No entries: nothing is old any more.  A round ends at the turn of a year, so another may follow any. */
struct archive_done { int entries, cases, heads; };
enum archive_result { ARCHIVE_OK, ARCHIVE_MOVED, ARCHIVE_FAILED };	/* MOVED: see below */
/* MOVED: the store changed meanwhile, or another archiver is at work; nothing was removed, come again. */
enum archive_result archiver_round(struct store *st, const struct archive_plan *p, struct archive_done *done);

/* The last step alone, for a round that lies in the archive: from seam to seam. */
struct archive_cut {
	const struct seam *from, *to;
	struct archive_round *round;
	const char *next_head;		/* heads before this id go; "" none */
};
enum archive_result archiver_cut(struct store *st, const struct archive_cut *cut, int64_t now_ms);

/*
 * Removes what only the past needed: versions of the configuration that no case in the store names and
 * that have not come into force since the seam (archived cases have theirs in the archive), and officers
 * who have left the service, have no task and were not changed since the seam (the record names them by
 * id alone).  0 or -1.
 */
struct retired { int versions, officers; };
int archiver_retire(struct store *st, struct retired *out);
/* One of them, as he was read: his document goes, the log says so.  1, 0 he was changed meanwhile, -1. */
int archiver_retire_officer(struct store *st, const struct officer *o);
#endif
