#ifndef KENTONGAN_UNDERSTANDING_H
#define KENTONGAN_UNDERSTANDING_H
/*
 * What the router made of a report: part of the command that opens or corrects a case.
 * why names rules and words (they may quote the citizen, so they are sealed where stored).
 */
#include "core/catalogue.h"
#include "core/place.h"
#include "core/unit.h"

struct understanding {
	char category[CATEGORY_CHARS];
	enum urgency urgency;
	char place[PLACE_CODE_CHARS];		/* "" unknown */
	char rt[4], rw[4];
	char rivals[4][PLACE_CODE_CHARS]; int rivals_n;
	char also[3][CATEGORY_CHARS]; int also_n;
	char units[CATEGORY_UNITS][UNIT_CODE_CHARS]; int units_n;	/* lead first */
	int sealed;
	int confidence_permille, place_confidence_permille;
	int unsure;				/* a human must look: triage */
	char why[8][96]; int why_n;
};
#endif
