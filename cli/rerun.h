#ifndef KENTONGAN_RERUN_H
#define KENTONGAN_RERUN_H
/*
 * The time machine: a recorded log is decided again, entry by entry.
 *
 * As it was      each command under the version it was decided by must give the entry again, byte
 *                for byte up to what is sealed: every rung, due time, message and state.
 * As it would    the same people's commands under another version or roster, with an engine that
 *                is always awake: which cases would have ended otherwise.  A command that the other
 *                version refuses is left out and counted; nobody is assumed to act differently.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock; seqs of the log.
 * Ownership  policies and rosters are borrowed and outlive the run; entries are for the call.
 */
#include <stdint.h>

#include "core/decide.h"
#include "lib/buf.h"

/* What became of one clock of a case, and of the case. */
struct fate_clock { char name[CLOCK_NAME_CHARS]; int runs, broken, rungs; };
enum fate_promise { PROMISE_OPEN, PROMISE_KEPT, PROMISE_BROKEN };
struct fate { struct fate_clock clocks[POLICY_CLOCKS]; int n; enum fate_promise promise; };

/*
 * was, would: as it is in each world.  A closed case hardly ever changes: it rests as its document,
 * a seventh of the size, until something more is recorded of it.
 */
struct rerun_case {
	struct code code;
	char category[CATEGORY_CHARS], unit[UNIT_CODE_CHARS];
	int sealed, latihan, wanted;		/* wanted: opened between from and to */
	int compared;				/* an entry of it was */
	int lost;				/* it cannot be decided again: no beginning, or no version */
	int level;				/* how often it was reopened */
	struct rerun_world { struct case_record *c; struct buf closed; } was, would;
	struct fate before, after;
};

struct rerun {
	/* The version of these 32 hex digits; NULL: it is not to be had. */
	const struct policy *(*policy_of)(const char *digest, void *arg);
	void *arg;
	/*
	 * Who is taken for the officers where the log does not say it: of a log that lacks the change
	 * of some, or has none.
	 */
	const struct roster *roster;
	const struct policy *other;		/* NULL: as it was, only */
	const struct roster *other_roster;	/* NULL: the same */
	int64_t from_seq, to_seq;		/* which entries are compared, which cases listed */

	int64_t entries, rungs, cases_n;	/* compared */
	int64_t differ, lost, refused;
	int64_t last_ms, passed_ms;		/* of the log so far; what fell due was told until then */
	struct buf differences;			/* a line each, the first ones */
	struct rerun_case **table; size_t cap, n;	/* by code */
	struct effects *fx;
	struct officer *changes; int64_t changes_n;	/* of the roster; the n-th makes its seq n + 1 */
	int64_t changes_cap; int changes_lack;		/* the log lacks one */
	struct roster then;				/* made of the first then.seq of them */
};

void rerun_init(struct rerun *r);
/* The next entry, in order of seq; 0, -1: it cannot be read, and differences says why. */
int rerun_entry(struct rerun *r, int64_t seq, const char *entry, size_t len);
/* What would fall due until the log's last moment; then fates can be compared. */
void rerun_end(struct rerun *r);
/* Does the case end otherwise? */
int rerun_changed(const struct rerun_case *k);
/* "ditangani: kept, 0 rungs -> broken, 3 rungs", of the clocks that differ. */
void buf_add_fates(struct buf *b, const struct rerun_case *k);
void rerun_release(struct rerun *r);
#endif
