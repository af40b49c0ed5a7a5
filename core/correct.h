#ifndef KENTONGAN_CORRECT_H
#define KENTONGAN_CORRECT_H
/*
 * What somebody at the desk says of a case beside what is known of it: where the router was not sure,
 * or was wrong.
 *
 * Ownership  words are borrowed for as long as the struct is used; a zeroed one corrects nothing.
 */
#include "core/assign.h"

struct correction {
	const char *category, *place, *urgency;	/* codes and a name; NULL: as it is */
	const char *to;				/* a unit that leads outright; NULL: who answers for it */
	struct understanding u;			/* what it comes to */
};
/* Fills k->u from the case and the correction; NULL when it can be used, else what is wrong with it. */
const char *case_correct(const struct policy *p, const struct case_record *c, struct correction *k);
#endif
