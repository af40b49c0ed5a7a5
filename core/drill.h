#ifndef KENTONGAN_DRILL_H
#define KENTONGAN_DRILL_H
/*
 * An exercise: begun and ended by somebody who may, with a name and a planned end, while the house runs.
 * It marks nothing by itself: only what its player sends in, or what somebody ticks as a drill, carries the
 * mark, so that a cry for help which comes meanwhile stays one.  Pure.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/calendar.h"
#include "core/case.h"
#include "core/roster.h"

#define DRILL_ID_CHARS 12
#define DRILL_NAME_CHARS 64
#define DRILL_LEAST_MS MINUTE_MS
#define DRILL_MOST_MS (2 * DAY_MS)	/* one that is forgotten must not hang over the house for ever */

struct drill {
	char id[DRILL_ID_CHARS], name[DRILL_NAME_CHARS];
	char by[OFFICER_ID_CHARS], ended_by[OFFICER_ID_CHARS];
	int64_t begun_ms, ends_ms, ended_ms;	/* planned end; when it ended, 0 it goes on */
	int64_t from_seq, to_seq;		/* its stretch of the log */
	int64_t version;			/* 0: new */
};
/* What is wrong with its name or its end, in Indonesian; NULL nothing. */
const char *drill_wrong(const struct drill *d, int64_t now_ms);
void drill_encode(struct buf *b, const struct drill *d);
int drill_decode(struct drill *d, const char *json, size_t len);	/* 0 or -1 */

/* ---- what units did ---- */

struct drill_row {
	char unit[UNIT_CODE_CHARS];		/* "" the desk's own */
	int cases, taken, handled;
	int64_t taken_median_ms, taken_worst_ms, handled_median_ms, handled_worst_ms;
};
/* Rows by unit of these cases of a drill, most cases first; a case counts for its lead.  The caller frees. */
size_t drill_rows(const struct case_record *cases, size_t n, struct drill_row **out);

/* ---- a simulated flood ---- */

#define DRILL_WORDS_CHARS 160
struct drill_report {
	int64_t after_ms;			/* since the play began */
	char words[DRILL_WORDS_CHARS], place[PLACE_CODE_CHARS];
};
/*
 * The i-th of n reports of a flood in a kecamatan within lasts_ms: the same for the same seed.  They come
 * as floods do, few at first, most in the middle.  0; -1: the place is none, or has no desa.
 */
int drill_flood(struct drill_report *out, const struct gazetteer *g, const char *kecamatan, uint64_t seed, int i,
    int n, int64_t lasts_ms);
#endif
