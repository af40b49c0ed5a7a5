#ifndef KENTONGAN_CLIMB_H
#define KENTONGAN_CLIMB_H
/*
 * What falls due in a case, and what then happens: warnings, the breach, the rungs of the ladder,
 * the review of a case nobody touched.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/decide.h"

struct step;

enum due_kind { DUE_NONE, DUE_CLOCK, DUE_WAIT, DUE_CONFIRM, DUE_ABANDON, DUE_REVIEW };
struct due { enum due_kind kind; int clock; int64_t at_ms; };	/* clock: its row, for DUE_CLOCK */

/* The earliest of a case; DUE_NONE: nothing is due, ever. */
struct due case_due_first(const struct case_record *c);
/* One warning, breach or rung of a clock, or a review; effects.esc says which. */
void climb_due(struct step *s, const struct due *d);
#endif
