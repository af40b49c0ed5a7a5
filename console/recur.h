#ifndef KENTONGAN_RECUR_H
#define KENTONGAN_RECUR_H
/*
 * What keeps coming back: complaints of one kind at one desa, again and again, from the log alone.  Such
 * a group asks for a cure of what lies under it, and for somebody who owns that.
 *
 * Counted are cases that stand for themselves: no drill, nothing sealed, nobody's follower, not rejected
 * and no duplicate, and nothing imported.  A root problem that was resolved begins the count anew.
 *
 * Units      int64_t milliseconds, UTC.
 * Ownership  policy is borrowed for the life of the struct; what groups point at is the struct's.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/policy.h"
#include "store/logbook.h"

struct recur_group {
	const char *category, *place;		/* codes; the place is a desa or kelurahan */
	const char **codes; size_t n;		/* of its cases, the oldest first */
	int64_t first_ms, last_ms;		/* when the oldest and the newest came in */
	const char *led;			/* the unit that led most of them; "" none */
	const char *root;			/* the root problem that somebody works on; "" none yet */
};

struct recurrences;
struct recurrences *recurrences_new(int64_t from_ms, int64_t to_ms, const struct policy *p);
void recurrences_free(struct recurrences *r);
/* Entries in the order of the log, from the first that is not older than from_ms. */
void recurrences_take(struct recurrences *r, const struct log_line *line);
/*
 * Groups of at least that many cases, the largest first, then by category and place.  The caller frees
 * the list and each one's codes by recurrences_groups_free().
 */
size_t recurrences_groups(const struct recurrences *r, size_t least, struct recur_group **out);
void recurrences_groups_free(struct recur_group *groups, size_t n);
/*
 * Who is proposed to own the cure: the first dinas that the category knows, for it has the means; else the
 * unit above the one that led them, for that one has tried; else that one.  NULL: nobody is known.
 */
const struct unit *recur_owner(const struct policy *p, const struct recur_group *g);
#endif
