#ifndef KENTONGAN_RECORDED_H
#define KENTONGAN_RECORDED_H
/*
 * A log entry read back as the command that caused it, to be decided again.
 *
 * Notes stay sealed: where a reason was due it was there, for the command was taken, so a dash
 * stands for it.  Nonces stay sealed too and decide nothing.  Whose report it was is not in the log;
 * that somebody can be answered is.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Ownership  cmd points into the struct: it must not be copied; an entry's bytes are the caller's.
 */
#include "core/decide.h"

struct recorded {
	int64_t seq, at_ms;
	struct code code;
	int64_t version;
	char policy[33];
	char was[33];	/* of a recalculation: the version left; cmd.was is for the reader to set */
	int64_t roster_seq;
	char what[32];			/* the event as it was taken */
	char digest_prev[65];
	struct command cmd;
	struct understanding u;
	struct photo_verdict photo;
	struct report_facts report;
	struct legacy_facts legacy;
	char file[MEDIA_NAME_CHARS], cause[128];
	const char *references[FX_MESSAGES];
	struct question_option candidates[QUESTION_OPTIONS];
	struct escalation esc;		/* why: one of the static texts */
	int latihan, is_legacy;
	int has_report;			/* of an opening: 0, it was written before the log kept it */
};

/*
 * 1: an entry of a case; 0: another one (an officer, a version, a message); -1: cannot be read.
 */
int recorded_read(struct recorded *r, int64_t seq, const char *entry, size_t len);
/*
 * 1: a change of the roster with the officer's record from then on, without name and number, and the
 * seq that it makes; 0: another entry, or one written before the log kept it; -1: cannot be read.
 */
int recorded_officer(struct officer *o, int64_t *roster_seq, const char *entry, size_t len);
/* How many of an entry's bytes a repeated decision must give again: all before the sealed part. */
size_t recorded_open_bytes(const char *entry, size_t len);
#endif
