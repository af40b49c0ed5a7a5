#ifndef KENTONGAN_BLUR_H
#define KENTONGAN_BLUR_H
/*
 * A sealed case for who may see it and does not work on it (access_is_blurred()): where it lies no closer
 * than among so many people, and its words without what tells whose they are.  Who lives in a hamlet is known
 * to everybody in it.  Pure.
 *
 *   the place              the smallest area with so many people; one whose number is not known has too few
 *   RT, RW, files, photo   gone, and the links to other cases, which tell of the same place
 *   units and officers     of a smaller area than that are gone: a desa's unit names the desa
 *   the words              place names smaller than that, numbers of houses, names, telephone numbers (core/mask.h)
 *
 * A name in small letters without a title stays: nothing tells it from another word.
 */
#include "core/case.h"
#include "core/laporan.h"
#include "core/policy.h"
#include "core/roster.h"

/* Borrowed, all of them.  area NULL: nothing is blurred. */
struct blur {
	const struct policy *p;
	const struct roster *people;
	const struct place *area;
	const char *name;		/* the reporter's own, that his words may hold; NULL none */
};

/* The smallest area around that place with so many people; the regency where none has, or no place is known. */
const struct place *blur_area(const struct gazetteer *g, const char *place, int64_t crowd);
int blur_hides_unit(const struct blur *h, const char *unit);
/* One whom nobody knows any more is hidden too: his id may name his desa. */
int blur_hides_officer(const struct blur *h, const char *id);
void blur_case(const struct blur *h, struct case_record *c);
void blur_laporan(const struct blur *h, struct laporan *l);
/* Any bytes; as they are where nothing is blurred. */
void buf_add_blurred(struct buf *out, const struct blur *h, const char *text, size_t len);
#endif
