#ifndef KENTONGAN_POSTS_H
#define KENTONGAN_POSTS_H
/*
 * Who may stand where: officers by unit and role, found by one look however many there are.  It says
 * nothing of when; roster.c asks each one's duty.
 *
 * Ownership  an index borrows the officers and their shifts; made anew whenever these change.
 */
#include "core/roster.h"

struct posts;

/* An officer at his own unit, or at one that he has a shift for. */
struct post { const char *unit; enum officer_role role; const struct officer *o; };

struct posts *posts_of(const struct officer *officers, size_t n);
void posts_free(struct posts *x);		/* NULL is fine */
/*
 * The first of those of that role who may stand at that unit, by order and id; behind the last comes
 * one with o NULL.  NULL: nobody ever does.
 */
const struct post *posts_find(const struct posts *x, const char *unit, enum officer_role role);
#endif
