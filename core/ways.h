#ifndef KENTONGAN_WAYS_H
#define KENTONGAN_WAYS_H
/*
 * Which way a message goes on when its own did not bring it there.  Pure.
 *
 * A plan is the list of further ways of a route, in order, with spaces ("sms2 whatsapp"); the ways
 * walked are kept with the message in the same form, its first one first.  Only forward: no way is
 * walked twice, whatever the plan says meanwhile.
 */
#include <stddef.h>

#include "lib/buf.h"

#define WAY_CHARS 16
#define WAYS_MAX 4			/* walked by one message at most, its own included */
#define WALKED_CHARS (WAYS_MAX * WAY_CHARS)

/* The first and the last way of a list; "" of an empty one. */
void way_first(char out[WAY_CHARS], const char *list);
void way_last(char out[WAY_CHARS], const char *list);
/* A way that carries an officer's number. */
int way_is_numbered(const char *way);
/* All of these, as a list. */
const char *ways_numbered(void);
/* The n-th of a list, from 0: 1 and out; 0 when it has not so many. */
int way_at(char out[WAY_CHARS], const char *list, int n);
/* How many there are. */
int ways_count(const char *list);
/*
 * The next way of the plan that was not walked and that can(way, arg) be taken: 1 and out; 0 when
 * there is none.
 */
int way_next(char out[WAY_CHARS], const char *plan, const char *walked,
    int (*can)(const char *way, void *arg), void *arg);
/*
 * Whether a route may have this plan: known ways that carry the same addresses, none twice, not the
 * route itself.  0, or -1 with the mistake and its remedy appended to errors, which begins with
 * setting.
 */
int ways_check(const char *setting, const char *route, const char *plan, struct buf *errors);
#endif
