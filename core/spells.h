#ifndef KENTONGAN_SPELLS_H
#define KENTONGAN_SPELLS_H
/*
 * How long reports lay with whom before somebody acted: the history that forecasts are made of.
 * A spell is a stretch in which one unit had a report on which nobody had acted yet; it ends with
 * the act, with the case, or with the report going to another unit.
 *
 * Units      int64_t milliseconds since the epoch, UTC.
 * Ownership  a zeroed struct is an empty history; spells_release() frees it.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/code.h"
#include "core/unit.h"

struct spell {
	struct code code;
	int unit;			/* index into spells.units */
	int urgent;			/* life and safety */
	int sealed;
	int load;			/* others that lay with the unit when this one came */
	int64_t received_ms;		/* age is counted from here */
	int64_t from_ms;		/* with this unit since */
	int64_t taken_ms;		/* somebody accepted; 0 nobody yet */
	int64_t handled_ms;		/* the act; 0 none */
	int64_t ended_ms;		/* what was known up to then; 0: it goes on */
	int64_t due_ms;			/* when the promise of an act breaks */
};

/* What a log entry says of its case. */
struct spell_note {
	struct code code;
	int64_t at_ms;
	const char *unit;		/* the lead, or the desk */
	int urgent, sealed, closed;
	int taken;			/* 1 somebody accepted, 0 nobody has, -1 as before */
	int64_t received_ms, handled_ms, due_ms;
};

struct spells {
	struct spell *list; size_t n, cap;
	struct spell_unit { char code[UNIT_CODE_CHARS]; int lying; } *units; size_t units_n;
	/* at: its spell that goes on, -1 none; acted: an earlier one ended in an act */
	struct spell_case { struct code code; long at; int acted; } *cases;
	size_t cases_n, cases_cap;
};

/* Notes in the order of the log. */
void spells_note(struct spells *s, const struct spell_note *n);
void spells_release(struct spells *s);
#endif
