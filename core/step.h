#ifndef KENTONGAN_STEP_H
#define KENTONGAN_STEP_H
/*
 * One step of a case, as decide.c, act.c, clocks.c, tell.c, climb.c and authority.c pass it to each
 * other; nobody else includes this.
 *
 * Ownership  everything is borrowed from the caller of case_decide(), for that call.
 * Errors     who refuses returns step_refuse(); case_decide() then undoes what the step changed.
 */
#include <string.h>

#include "core/decide.h"

struct step {
	const struct policy *p;
	const struct roster *r;
	const struct command *cmd;
	const struct transition *t;	/* NULL until the command has found its row */
	int64_t now_ms;
	struct effects *fx;
	struct case_record *c;		/* the case as it is after the step: &fx->after */
	char leaver[OFFICER_ID_CHARS];	/* FX_RELEASE: who is gone, */
	char left_unit[UNIT_CODE_CHARS];	/* and which unit is to be told anew; "" none */
	uint64_t entropy;		/* moves on with each nonce drawn */
	int nonce_chars;
	int units_from;			/* tell_units() begins with this one: those before know */
};

/* Always -1. */
static inline int
step_refuse(struct step *s, enum refusal why)
{
	s->fx->refusal = why;
	return -1;
}

#define SET(dst, src) text_set((dst), sizeof(dst), (src))
#endif
