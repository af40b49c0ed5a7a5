#ifndef KENTONGAN_BROADCAST_H
#define KENTONGAN_BROADCAST_H
/*
 * One message to many: residents who reported or subscribed somewhere, reporters of one incident, or
 * officers.  Whom it goes to is settled when it is drawn up; a second confirmation lets it begin; then
 * it goes, so many a minute and only while nothing else waits, until all have it or somebody ends it.
 * Pure.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Ownership  a broadcast owns its texts; broadcast_release() frees them.
 */
#include <stdint.h>

#include "core/phone.h"
#include "core/place.h"
#include "core/roster.h"

enum broadcast_state { BROADCAST_DRAFT, BROADCAST_GOING, BROADCAST_DONE, BROADCAST_CANCELLED };
const char *broadcast_state_name(enum broadcast_state s);	/* konsep berjalan selesai dibatalkan */

enum broadcast_to { TO_PLACE, TO_INCIDENT, TO_OFFICERS };
const char *broadcast_to_name(enum broadcast_to to);		/* warga kejadian petugas */
int broadcast_to_of_name(const char *s, enum broadcast_to *out);	/* 0 or -1 */

#define BROADCAST_ID_CHARS 12
#define BROADCAST_TEXTS 6
#define BROADCAST_TARGET_CHARS 32
#define BROADCAST_WAYS 4
#define BROADCAST_WAY_CHARS 16

struct broadcast {
	char id[BROADCAST_ID_CHARS];
	int64_t version;			/* 0: new */
	enum broadcast_state state;
	enum broadcast_to to;
	char target[BROADCAST_TARGET_CHARS];	/* code of a place, case or unit; of TO_OFFICERS also of a place */
	char by[OFFICER_ID_CHARS], confirmed_by[OFFICER_ID_CHARS], cancelled_by[OFFICER_ID_CHARS];
	int64_t made_ms, begun_ms, ended_ms;
	int drill;
	struct { char lang[4]; char *text; } texts[BROADCAST_TEXTS]; int texts_n;	/* the first one for all others */
	int people, stopped;			/* who gets it; left out, for they said STOP */
	struct { char way[BROADCAST_WAY_CHARS]; int n, parts; } ways[BROADCAST_WAYS]; int ways_n;
	int next;				/* so many of them have theirs in the outbox, or were left out since */
	int left_out;				/* who said STOP after it was drawn up */
};
void broadcast_release(struct broadcast *b);
/* The words in that language, else in the first; marked as a drill where it is one.  Appends. */
void buf_add_broadcast_text(struct buf *out, const struct broadcast *b, const char *lang);
int broadcast_parts(const struct broadcast *b);			/* SMS parts of all */
/* One more person by that way with so many parts; -1: no room for the way. */
int broadcast_count(struct broadcast *b, const char *way, int parts);
/* How long it takes at so many a minute. */
int64_t broadcast_takes_ms(const struct broadcast *b, int64_t per_minute);

enum broadcast_refusal { BROADCAST_OK, BROADCAST_NOT_DRAFT, BROADCAST_OTHER_NUMBER, BROADCAST_OLD, BROADCAST_OVER,
	BROADCAST_NOBODY };
const char *broadcast_refusal_text(enum broadcast_refusal r);
/* It begins, by who repeats the number of people; a draft older than keep_ms is drawn up anew. */
enum broadcast_refusal broadcast_confirm(struct broadcast *b, const char *by, int64_t people, int64_t now_ms,
    int64_t keep_ms);
enum broadcast_refusal broadcast_cancel(struct broadcast *b, const char *by, int64_t now_ms);
/*
 * How many more may go now.  waiting: what stands in the lines of its ways and may go too, urgent: how much
 * of that is of life and safety.  Its own window: so many may stand there with it, no more.
 */
int broadcast_allow(const struct broadcast *b, int64_t now_ms, int64_t per_minute, int64_t window, int64_t waiting,
    int64_t urgent);
/* n more have theirs, out of them left_out nothing; the last ends it. */
void broadcast_passed(struct broadcast *b, int n, int left_out, int64_t now_ms);

void broadcast_encode(struct buf *b, const struct broadcast *c);
int broadcast_decode(struct broadcast *c, const char *json, size_t len);	/* 0 or -1 */
#endif
