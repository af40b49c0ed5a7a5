#ifndef KENTONGAN_DEAD_H
#define KENTONGAN_DEAD_H
/*
 * What did not get through: messages that were given up, and reports that ended routers.  Each stands
 * in the list until a human sends it again or lays it aside; either act is a log entry, and of two who
 * act at once one does.
 *
 * A message keeps its sealed words while it is listed.  Sent again it is another message, CODE.7.r1:
 * the first one stays as it was, and what was changed stands sealed in the entry.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Errors     DEAD_FAILED: no answer or refused, see store_error(); nothing was written.
 */
#include "core/code.h"
#include "store/outbox.h"

#define DEAD_AGAIN_MOST 9		/* a message that died so often needs a human, not another try */
#define DEAD_POISON "racun"		/* why: a report, its id is the case's code */

struct dead_letter {
	char id[OUTBOX_ID_CHARS], code[CODE_CHARS + 1];	/* code "": of no case */
	int64_t at_ms;
	int tries, again;		/* of this message; how often it was sent again before */
	char why[24];			/* undeliverable, failed (by its receipt), DEAD_POISON */
};
/* Latest first, at most most; -1 no answer.  *all gets how many there are. */
int dead_list(struct store *st, struct dead_letter *out, int most, int *all);
/* One of them: 1 filled, 0 not listed (any more), -1 no answer. */
int dead_find(struct store *st, const char *id, struct dead_letter *out);

enum dead_result { DEAD_DONE, DEAD_GONE, DEAD_ERASED, DEAD_MANY, DEAD_FAILED };
/*
 * Sends it again by the way that it went; text NULL: as it was.  A drill's stays marked.  by: the
 * officer.  DEAD_ERASED: its words are not there any more.
 */
enum dead_result dead_again(struct store *st, const struct dead_letter *l, const char *text, const char *by,
    int64_t keep_ms);
/* Nobody needs it any more.  The entry names it and the reason, none of its words. */
enum dead_reason { ASIDE_TOLD, ASIDE_LATE, ASIDE_WRONG, ASIDE_DONE, ASIDE_N };
const char *dead_reason_name(enum dead_reason why);	/* sudah-diberi-tahu ...; NULL past the last */
enum dead_result dead_aside(struct store *st, const struct dead_letter *l, enum dead_reason why, const char *by);
/* Forgets what was listed before; how many, -1 no answer. */
int dead_sweep(struct store *st, int64_t before_ms);
#endif
