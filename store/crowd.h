#ifndef KENTONGAN_CROWD_H
#define KENTONGAN_CROWD_H
/*
 * Who gets a broadcast: who reported in a place lately or subscribed to it, who reported an incident, or
 * officers; each once, without who said STOP.
 *
 * Found in steps, for a month of the log is read and each report opened: between two steps whoever asks
 * serves others.
 *
 * Ownership  a zeroed struct is a valid empty one; it owns its people, crowd_release() wipes them.
 */
#include "core/broadcast.h"
#include "store/house.h"

struct person { char lookup[LOOKUP_CHARS + 1], way[BROADCAST_WAY_CHARS], lang[4]; char *to; };
void person_release(struct person *p);
/* Whether each of n people (a step's worth at most) has said STOP.  0; -1 no answer. */
#define CROWD_STEP 100
int people_stopped(struct store *st, const struct person *all, size_t n, char *stopped);

enum crowd_phase { CROWD_LOG, CROWD_REPORTS, CROWD_SUBSCRIBERS, CROWD_OFFICERS, CROWD_ONCE, CROWD_STOPS, CROWD_DONE };
struct crowd {
	struct person *all; size_t n, cap;
	int over;			/* more than broadcast.most: there is no end to wait for */
	enum crowd_phase phase;
	int64_t done, of;		/* of this phase: entries, reports, places or people */
	/* its own */
	int64_t seq, end_seq;		/* of the log: read, and to be read */
	struct code *codes; size_t codes_n, codes_cap;
	char (*places)[PLACE_CODE_CHARS]; size_t places_n;
	redisReply *subscribers; size_t subscribers_at;	/* of the place that it has come to */
	char mark[BROADCAST_TARGET_CHARS + 16];		/* in the entries that count */
	size_t kept;			/* people that are settled; those between them and done are gone */
};
/* After house_refresh(); b's to and target are right.  0; -1 no answer. */
int crowd_begin(struct crowd *c, struct house *h, const struct broadcast *b);
/*
 * One step: 1 there are more, 0 that was all, -1 no answer.  The last ones count people, stopped and ways of b,
 * which had none.
 */
int crowd_step(struct crowd *c, struct house *h, struct broadcast *b);
void crowd_release(struct crowd *c);
#endif
