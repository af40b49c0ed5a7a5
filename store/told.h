#ifndef KENTONGAN_TOLD_H
#define KENTONGAN_TOLD_H
/*
 * What became of the messages that told somebody, as it is now: the log says that he was told, the outbox
 * whether it came.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "store/outbox.h"

#define TOLD_DELIVERED "delivered"
#define TOLD_GONE "gone"		/* the store keeps it no more */

/*
 * id is filled by the caller; state is that of docs/protocol.md (queued sending sent delivered failed ...) of the
 * way that it went last, at_ms when it came to that: 0 while it waits.
 */
struct told { char id[OUTBOX_ID_CHARS], state[16]; int64_t at_ms; };
/* All in as many round trips as a message has ways; 0, or -1 when the store did not answer. */
int told_read(struct store *st, struct told *list, size_t n);
#endif
