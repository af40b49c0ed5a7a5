#ifndef KENTONGAN_PARTS_H
#define KENTONGAN_PARTS_H
/*
 * Parts of long SMS that the gateway did not join: kept in the store, sealed, until they are one
 * report.  A set is named by sender, receiver, reference and total; a part in it by its number.
 *
 * A set is released once: when the last part comes, or after its time with what there is.  Then it
 * remembers the report's code for a while, so that a late part finds its case.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/code.h"
#include "core/sms.h"
#include "store/store.h"

struct part_name { char set[LOOKUP_CHARS + 1]; struct sms_part place; };
/* Both numbers as the gateway has them. */
void part_name(struct part_name *out, const struct store *st, const char *from, const char *to,
    const struct sms_part *place);

enum part_word {
	PART_WAITING,		/* kept; others are missing */
	PART_WHOLE,		/* to be joined and taken in now */
	PART_KNOWN,		/* came before, and its set is a report already */
	PART_LATE,		/* belongs to the report named by code */
	PART_ALONE,		/* another message has its place in an unfinished set: its own report */
	PART_BUSY,		/* its set is just being released: come again */
	PART_AWAY		/* nobody has it */
};
struct part_answer {
	enum part_word word;
	char born[24];			/* of the set: with its name it is the joined text's id */
	struct code code;		/* PART_LATE, PART_KNOWN */
	const redisReply *pieces[SMS_PARTS]; size_t n;	/* sealed, of PART_WHOLE; NULL: missing */
};
/*
 * Call that keeps a part.  id: what tells it from another with the same place; sealed: as the
 * caller seals it; wait_ms: the set is released so long from now at the latest.
 */
void part_args(struct redis_args *out, const struct store *st, const struct part_name *name,
    const char *id, const struct buf *sealed, int64_t wait_ms);
/* Borrows from r, which may be NULL. */
void part_answer(struct part_answer *a, const redisReply *r);

/* Call for up to most sets whose time is over; each is leased to the caller. */
void parts_due_args(struct redis_args *out, const struct store *st, int most, int64_t lease_ms);
/* The i-th set of its answer: 1, or 0 when there are no more.  One without pieces is damaged. */
int parts_due(struct part_answer *a, char set[LOOKUP_CHARS + 1], const redisReply *r, size_t i);
/* Call: the set has become that report; its parts go, its name stays for keep_ms. */
void parts_taken_args(struct redis_args *out, const struct store *st, const char *set,
    const char *born, const struct code *code, int64_t keep_ms);
#endif
