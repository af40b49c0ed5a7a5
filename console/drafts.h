#ifndef KENTONGAN_DRAFTS_H
#define KENTONGAN_DRAFTS_H
/*
 * Broadcasts that are being drawn up (store/broadcast.h) on the console's own loop: a step, then whoever
 * else waits, then the next step.  At most broadcast.drafts side by side.
 *
 * One is dropped when somebody says so, when its drafter may send no broadcast any more, and when he has
 * not looked for it for broadcast.unseen; nothing of it was written.
 */
#include "console/console.h"
#include "store/broadcast.h"

/*
 * Begins one; b is taken over.  Its id; NULL: *why, b is still the caller's.  *busy: as many as may be are
 * under way, and later it may go.
 */
const char *draft_begin(struct console *c, struct broadcast *b, int *busy, const char **why);

struct draft;
/* The one with that id while it is being drawn up, or could not be: then draft_why() is not "".  NULL: there is none. */
struct draft *draft_find(struct console *c, const char *id);
/* Somebody looks at it; it waits for its drafter alone. */
void draft_seen(struct draft *d, const char *officer);
const struct drawing *draft_drawing(const struct draft *d);
const char *draft_why(const struct draft *d);
/* It is gone. */
void draft_drop(struct console *c, struct draft *d);

struct draft *draft_first(const struct console *c);
struct draft *draft_next(const struct draft *d);
int drafts_under_way(const struct console *c);
void drafts_release(struct console *c);
#endif
