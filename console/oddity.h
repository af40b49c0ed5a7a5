#ifndef KENTONGAN_ODDITY_H
#define KENTONGAN_ODDITY_H
/*
 * What looks as if somebody worked for the figures instead of the citizens, from the log alone.  Each
 * rule is a question that a human then answers: a line accuses nobody.
 *
 * Counted for the unit that led the case when it happened, of cases that came in within the period.
 * Cases that are sealed, by the last word of the log, and drills count nowhere.
 *
 * Units      int64_t milliseconds, UTC.
 * Ownership  policy is borrowed for the life of the struct; codes are the struct's.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/policy.h"
#include "store/logbook.h"

enum oddity_rule {
	ODD_LAST_MINUTE,	/* acts just before the deadline, beside the unit's other times */
	ODD_MASS,		/* one officer resolves many at once */
	ODD_NO_ACT,		/* resolved, and nobody ever went there or worked on it */
	ODD_NO_PHOTO,		/* resolved without the photo that its kind asks for */
	ODD_PHOTO,		/* photos that were seen before, or are doubted otherwise */
	ODD_LONGER,		/* made a kind of case with a longer target */
	ODD_HAND_ON,		/* handed on or declined just before the deadline */
	ODD_DISPUTED,		/* resolved, and the citizen said that it was not */
	ODD_AGAIN,		/* the same case closed and opened again, more than once */
	ODDITIES
};
const char *oddity_name(enum oddity_rule r);	/* of addresses and files */

struct oddity_limits {
	int64_t last_ms;	/* so near the deadline */
	int64_t last_times;	/* so many times as often as in an equal span before */
	int64_t mass_cases, mass_ms;	/* so many within so long */
	int64_t hand_on_ms;
	int64_t least;		/* fewer are no line of their own */
	int64_t percent;	/* of what could have been odd, where that is counted */
};

/* of: what could have been odd; 0 where that is not counted.  usual: of last-minute acts, what was to be expected. */
struct oddity_line { enum oddity_rule rule; char unit[UNIT_CODE_CHARS]; size_t count, of, usual; };

struct oddities;
struct oddities *oddities_new(int64_t from_ms, int64_t to_ms, const struct oddity_limits *l, const struct policy *p);
void oddities_free(struct oddities *o);
/* Entries in the order of the log, from the first that is not older than from_ms. */
void oddities_take(struct oddities *o, const struct log_line *line);
/*
 * The lines that pass their limits, by rule, most first; the caller frees.  below gets, by rule, how many
 * are in groups too small to be shown: 0 unless they are at least GROUP_LEAST together.
 */
size_t oddities_lines(const struct oddities *o, struct oddity_line **out, size_t below[ODDITIES]);
/* The cases behind a line, each once, as they were found; the caller frees the list. */
size_t oddities_cases(const struct oddities *o, enum oddity_rule rule, const char *unit, const char ***out);
#endif
