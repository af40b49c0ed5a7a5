#ifndef KENTONGAN_ASSIGN_H
#define KENTONGAN_ASSIGN_H
/*
 * Who gets the task: category x place -> units, the lead first.
 *
 * Words      desa kecamatan puskesmas damkar rt of the catalogue become the unit that answers for
 *            the place; they drop out while the place is not known.
 * Interest   a complaint about somebody in office never goes to his unit nor to one under it; it
 *            then goes to the inspectorate (who leads pungli) or, if that is accused, above it.
 */
#include "core/case.h"
#include "core/catalogue.h"
#include "core/policy.h"
#include "core/understanding.h"

struct assignment {
	const struct category *category;
	const char *root_of;		/* a root problem: this unit and no other; NULL */
	const char *owner;		/* word or code of who owns the thing; NULL */
	const char *place;		/* code, "" if not known */
	const char *accused;		/* word or code of the unit complained about; NULL */
	enum urgency urgency;
	int certain;			/* of the category: else triage leads an emergency */
};

/* Fills out->units. */
void units_assign(const struct policy *p, const struct assignment *a, struct understanding *out);
/*
 * 1 if a complaint about that (a code or a word of the catalogue) is about the unit, or about one that
 * stands above it: it is kept from the unit then.  A word (desa, puskesmas) keeps it from all of that tier, for
 * the place that a report names need not be where the accused sits.
 */
int unit_is_complained_of(const struct unit_table *t, const struct unit *u, const char *about, const char *place);
/* Who looks into it instead of who would have; NULL: nobody stands above the accused. */
const struct unit *unit_overseer(const struct policy *p, const char *about, const char *place);
/*
 * What is known of a case, with the units that its second alarm calls: bantuan of its category, and
 * also (a code, or NULL).
 */
void units_help(const struct policy *p, const struct case_record *c, const char *also,
    struct understanding *out);
/* The unit of a catalogue's word or code for a place; NULL if there is none. */
const struct unit *unit_of_word(const struct unit_table *t, const char *word, const char *place);
#endif
