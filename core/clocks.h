#ifndef KENTONGAN_CLOCKS_H
#define KENTONGAN_CLOCKS_H
/*
 * The promises of a case: when its clocks start, come nearer, wait, stop and start anew.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock; a clock is named by
 *            its row in policy.clocks, the same in case_record.clocks.
 * Ownership  units and ladders are the policy's; the step is changed in place.
 * Errors     none: what the policy sets no target for does not run.
 */
#include "core/case.h"

struct step;

/*
 * The unit whose clock runs: the lead, or the triage desk while there is none; NULL:
 * neither known.
 */
const struct unit *case_answerable(const struct policy *p, const struct case_record *c);
/* The ladder that a clock climbs after its breach; NULL: none. */
const struct ladder *case_ladder(const struct policy *p, const struct case_record *c, int clock);
/* When a rung of its ladder is due: night holds it and those above it. */
int64_t clock_rung_ms(const struct policy *p, const struct case_record *c, int clock, int rung);
/* Its next warning, breach or rung; 0: none, or it does not run. */
int64_t clock_next(const struct policy *p, const struct case_record *c, int clock);

/* Those of a case just opened, and its first review. */
void clocks_first(struct step *s);
/*
 * After a change of category, urgency or unit: targets may only come nearer.  What did not run yet
 * starts at the citizen's time, not at ours.
 */
void clocks_tighten(struct step *s, const struct case_record *before);
/* Those that the transition's effects (FX_STOP_*) say are met, or of no more use. */
void clocks_stop(struct step *s, unsigned flags);
/* Another case climbs for this one from now on; it does no more: what is past is due now. */
void clocks_follow(struct step *s);
void clocks_leave(struct step *s);
/* Those of the taking, when as many units as the policy asks for have accepted. */
void clocks_accept(struct step *s);
/* Anew from now, those that stop so and run no more. */
void clocks_restart(struct step *s, enum clock_stop stop);
/* Anew from now, all that run no more, but not triage: the case was reopened. */
void clocks_reopen(struct step *s);
/* A sign of life from the field: its clock begins anew; ended: nobody is in the field any more. */
void clocks_sign(struct step *s);
void clocks_sign_end(struct step *s);
/* The cure is due at that moment and not before; a breach stays.  -1: no such clock runs. */
int clocks_set_date(struct step *s, int64_t due_ms);
/* The targets of the step's policy count instead of those the case ran under; breaches stay. */
void clocks_reckon(struct step *s, const struct policy *was);
/* While budget or parts are waited for, and when the wait is over. */
void clocks_pause(struct step *s);
void clocks_resume(struct step *s);
/* Those that the last act met run on, as if it had not been: an undo gives no time. */
void clocks_undo(struct step *s);
#endif
