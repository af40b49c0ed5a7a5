#ifndef KENTONGAN_STORE_CANARY_H
#define KENTONGAN_STORE_CANARY_H
/*
 * Canaries: reports that sla sends in by the public door, as a citizen would, to see that the road from
 * there to the router is whole.  The router reads each, notes that it came, and nothing of it is left: no
 * case, no entry, no message.
 *
 * A canary is known by its message id alone, which nobody can make without the house's look-up key.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "store/store.h"

#define CANARY_ID_CHARS 72
#define CANARY_CHANNEL_CHARS 8
#define CANARY_SAID_CHARS 128
/* The id of one sent at that time by that channel. */
void canary_id(char out[CANARY_ID_CHARS], const struct store *st, const char *channel, int64_t sent_ms);
/* 0 and its parts, or -1: no canary of ours; channel and sent_ms may be NULL. */
int canary_of_id(const struct store *st, const char *id, char channel[CANARY_CHANNEL_CHARS], int64_t *sent_ms);

/* Where ingest listens, "http://127.0.0.1:8080", as it says itself.  1, 0 it never said, -1 no answer. */
int canary_door(struct store *st, char out[CANARY_SAID_CHARS]);
int canary_set_door(struct store *st, const char *url);		/* 0; -1 no answer */

/* The last one of a channel that the router heard, and the category that it read.  1, 0 none yet, -1 no answer. */
int canary_heard(struct store *st, const char *channel, int64_t *sent_ms, char category[CANARY_SAID_CHARS]);
/* How the router notes it, in the commit that uses the report up. */
void canary_hearing(char out[CANARY_SAID_CHARS], int64_t sent_ms, const char *category);

/* What sla makes of a channel: "baik" or what is broken, since when.  0; -1 no answer. */
int canary_say(struct store *st, const char *channel, int64_t since_ms, const char *what);
int canary_said(struct store *st, const char *channel, int64_t *since_ms, char what[CANARY_SAID_CHARS]);	/* 1, 0 nothing, -1 */
#define CANARY_WELL "baik"

/* The channels that have one; NULL at the end. */
extern const char *const canary_channels[];
#endif
