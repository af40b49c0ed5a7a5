#ifndef KENTONGAN_PHOTO_H
#define KENTONGAN_PHOTO_H
/*
 * A photo by which an officer shows that the work is done: is it one?  Pure: the same facts give the
 * same verdict.
 *
 * Units      int64_t milliseconds since the epoch, UTC; 0 unknown.  Bits of 64; metres.
 * Ownership  everything is borrowed for the call.
 */
#include "core/code.h"
#include "core/look.h"

/* Does a kind of case ask for one: not; it does; without one it cannot be resolved. */
enum photo_wish { PHOTO_NOT_ASKED, PHOTO_ASKED, PHOTO_NEEDED };

/* What is known of a case's photo: none came, one that is good, one to be checked, one that a human has checked. */
enum photo_state { PHOTO_NONE, PHOTO_GOOD, PHOTO_DOUBTED, PHOTO_CHECKED };

/* What speaks against it; several may. */
enum photo_doubt {
	PHOTO_OF_REPORT = 1,	/* the citizen's own picture */
	PHOTO_OF_OTHER = 2,	/* a proof that was sent before, for this case or another one */
	PHOTO_MIRRORED = 4,	/* the same as one of both, seen in the mirror */
	PHOTO_EARLY = 8,	/* taken before the task was given */
	PHOTO_LATE = 16,	/* taken in the future */
	PHOTO_FAR = 32,		/* taken somewhere else */
	PHOTO_EMPTY = 64	/* hardly anything on it */
};
#define PHOTO_DOUBTS 7
/* For the officer, Indonesian; i: 0 .. PHOTO_DOUBTS - 1, of the bit 1 << i. */
const char *photo_doubt_words(int i);
const char *photo_doubt_name(int i);

struct photo_rules {
	int64_t same_bits;		/* the same picture: so many of LIKENESS_BITS may differ, nothing cut off */
	int64_t near_bits;		/* made from it: the whole or a piece */
	int64_t slack_ms;		/* a camera's clock may be wrong by so much */
	int64_t far_m;			/* from where the case is */
};

enum photo_alike { PHOTO_OTHER, PHOTO_NEAR, PHOTO_SAME };
enum photo_alike photo_likeness(const struct resemblance *k, const struct photo_rules *r);

/* One that was seen before. */
struct photo_seen { struct look look; int of_report; char code[CODE_CHARS + 1]; };

struct photo_facts {
	struct look look;
	int64_t taken_ms;		/* by the camera */
	int has_position; double lat, lng;
	int64_t told_ms, now_ms;	/* when the task was given; now */
	int has_place; double place_lat, place_lng;	/* of the case, as exactly as it is known */
	int64_t place_radius_m;		/* how large what that stands for is */
};

struct photo_verdict {
	int refused;			/* another one is to be sent: it is the same picture, or there is nothing on it */
	unsigned doubts;		/* refused or not; 0: good */
	char like[CODE_CHARS + 1];	/* the case whose picture it is like; "" none */
	int bits;			/* that differ; LIKENESS_BITS: like none */
};

/*
 * In two steps, so that those seen before need not all be in memory: begin says what the photo itself
 * tells, compare is called with each seen one.
 */
void photo_judge(struct photo_verdict *v, const struct photo_facts *f, const struct photo_rules *r);
void photo_compare(struct photo_verdict *v, const struct photo_facts *f, const struct photo_seen *seen,
    const struct photo_rules *r);

/* Metres between two points of the earth (haversine). */
double photo_distance_m(double lat, double lng, double to_lat, double to_lng);

/*
 * The two digits that are to be seen on it, 10..99: they follow from the record of the task, which
 * nobody knows before it is given.  proof: the case's check code; nonce: "" of a sealed case.
 */
int photo_number(const char *code, const char *proof, const char *officer, const char *nonce, int64_t told_ms);
#endif
