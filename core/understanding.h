#ifndef KENTONGAN_UNDERSTANDING_H
#define KENTONGAN_UNDERSTANDING_H
/*
 * What was made of a report: the router's answer, and part of the command that opens a case.
 * A plain value: no pointers, so it can be copied, stored and replayed.
 */
#include <stddef.h>

#include "core/catalogue.h"
#include "core/place.h"
#include "core/unit.h"

#define UNDERSTANDING_RIVALS 4
#define UNDERSTANDING_ALSO 3
#define UNDERSTANDING_UNITS 8
#define UNDERSTANDING_WHYS 8
#define UNDERSTANDING_WHY_CHARS 96

struct understanding {
	char category[CATEGORY_CHARS];		/* never "": lainnya if nothing fits */
	enum urgency urgency;
	char place[PLACE_CODE_CHARS];		/* "": not known, or two places of one name */
	char rt[4], rw[4];			/* digits, "" if not named */
	char rivals[UNDERSTANDING_RIVALS][PLACE_CODE_CHARS]; int rivals_n;
	char also[UNDERSTANDING_ALSO][CATEGORY_CHARS]; int also_n;	/* further problems named */
	char units[UNDERSTANDING_UNITS][UNIT_CODE_CHARS]; int units_n;	/* the lead first */
	int sealed;
	char about[UNIT_CODE_CHARS];		/* whom it complains about: a unit, or a word of the catalogue; "" nobody */
	int confidence_permille;		/* of the category */
	int place_confidence_permille;
	int unsure;				/* 1: somebody at the desk must look at it */
	int unread;				/* 1: no machine read the words, so that they may be secret */
	char why[UNDERSTANDING_WHYS][UNDERSTANDING_WHY_CHARS]; int why_n;	/* rule: words */
};
#endif
