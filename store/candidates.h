#ifndef KENTONGAN_CANDIDATES_H
#define KENTONGAN_CANDIDATES_H
/*
 * Open cases that may be the same as one: offered to people with a score, never merged by it.
 *
 * What people wrote is opened for the comparison and forgotten with it: no sketch, no hash of a text
 * is kept anywhere, so nothing of it outlives an erasure and nobody without the key can compare.
 * How citizens' photos look is kept (looks.h) and weighs in; it is found only where one was made from the other,
 * or taken from the same spot: two views of one thing from two sides are two pictures.
 */
#include "core/incident.h"
#include "store/cases.h"
#include "store/settings.h"

#define CANDIDATES_MOST 10
#define CANDIDATES_LEAST 500	/* of 1000 */
#define CANDIDATES_AGE_MS (3 * DAY_MS)	/* so far apart nobody means the same */
struct candidate { struct case_record c; struct likeness like; };

/*
 * The likeliest first, at most CANDIDATES_MOST, none below CANDIDATES_LEAST; how many, -1 no answer.  A
 * sealed case has none and is none's.  truncated: there are more open cases than are looked at.
 */
int candidates_find(struct store *st, const struct policy *p, const struct settings *set, const struct stored_case *of,
    struct candidate out[CANDIDATES_MOST], int *truncated);
/* The same among these cases and those whose photos are alike, for who has looked through all others himself. */
int candidates_among(struct store *st, const struct policy *p, const struct settings *set, const struct stored_case *of,
    const struct code *codes, size_t codes_n, struct candidate out[CANDIDATES_MOST]);
void candidates_to_json(struct buf *b, const struct candidate *list, int n);
#endif
