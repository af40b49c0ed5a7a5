#ifndef KENTONGAN_STORE_BROADCAST_H
#define KENTONGAN_STORE_BROADCAST_H
/*
 * Broadcasts (core/broadcast.h) in the store.  Who gets one is a list beside it, in sealed parts, written
 * by the commit that draws it up; each further step is one commit of the broadcast's next version with
 * the messages of that step: however often the sender dies, nobody gets two and nobody is left out.
 *
 * It has no line of its own in the outbox: what waits for its turn waits in that list, and enters the
 * ordinary line only when nothing else is there to be overtaken.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/broadcast.h"
#include "store/crowd.h"
#include "store/house.h"

/*
 * One that is being drawn up, in steps between which others are served: people, stopped and ways are
 * filled for its to and target, and it is kept as a draft with the list of them by the last step; until
 * then nothing is written.
 */
struct drawing;
struct input_id;
/*
 * texts, by, drill, to and target of b are the caller's; b is taken over and empty afterwards.  NULL: *why
 * says what is wrong, and b is still the caller's.
 */
struct drawing *drawing_new(struct house *h, struct broadcast *b, const char **why);
/* 1 there are more steps, 0 it is kept, -1 drawing_why() says what is wrong. */
int drawing_step(struct drawing *d);
const char *drawing_why(const struct drawing *d);
/* With its id from the first on; lives as long as d. */
const struct broadcast *drawing_of(const struct drawing *d);
/* Where it is, and how far of how much of that; CROWD_DONE: its list is being sealed. */
enum crowd_phase drawing_progress(const struct drawing *d, int64_t *done, int64_t *of);
void drawing_free(struct drawing *d);
/* All steps at once, for a command: 0, b is the draft; -1 *why, and nothing was written. */
int broadcast_draw_up(struct house *h, struct broadcast *b, const char **why);
/* 1 (broadcast_release() it), 0 there is none that can be read, -1 no answer. */
int broadcast_load(struct store *st, const char *id, struct broadcast *out);
/* All of them, latest first; the caller frees ids.  0; -1 no answer. */
struct broadcast_entry { char id[BROADCAST_ID_CHARS]; enum broadcast_state state; int64_t at_ms; };
int broadcasts_list(struct store *st, struct broadcast_entry **out, size_t *n);

/* 0; -1 *why. */
int broadcast_begin(struct house *h, const char *id, const char *by, int64_t people, const char **why);
int broadcast_stop(struct house *h, const char *id, const char *by, const char **why);

/*
 * A draft that nobody confirmed, or what has long been said, as it was seen: its text and the list of its people
 * go; the record keeps who, what and how many.  1; 0 it is not so any more, and stays; -1 no answer.
 */
int broadcast_forget(struct store *st, const struct broadcast_entry *seen);

/* Those whose list cannot be read; all 0 at first. */
struct broadcasts_stuck { char (*ids)[BROADCAST_ID_CHARS]; size_t n; };
void broadcasts_stuck_release(struct broadcasts_stuck *s);
/*
 * Goes on with all that are under way, forgets what is old.  *sent counts messages.  One that cannot be
 * read is an alarm once, and left alone as long as stuck names it.  0; -1 come again.
 */
int broadcasts_step(struct house *h, struct broadcasts_stuck *stuck, int *sent);

/*
 * STOP: this number (its keyed hash) gets no broadcast until it subscribes again.  input: the word it was said
 * with, or NULL; another may have worked that off.  0, -1 no answer.
 */
int number_stops(struct house *h, const char *lookup, const struct input_id *input);
/*
 * Forgets some of those numbers, where broadcast.stops has passed since and nobody of ours has it: anybody
 * can have any number say STOP.  *cursor, 0 at first, is where the next call goes on.  0, -1 no answer.
 */
int stops_sweep(struct house *h, unsigned long long *cursor);
#endif
