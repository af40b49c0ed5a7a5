#include "core/correct.h"

#include <stdio.h>
#include <string.h>

/* That unit leads, in the place of who would have; if it would have come anyhow, the two change places. */
static void
lead_with(struct understanding *u, const char *to)
{
	for (int i = 1; i < u->units_n; i++)
		if (strcmp(u->units[i], to) == 0)
			memcpy(u->units[i], u->units[0], sizeof(u->units[i]));
	snprintf(u->units[0], sizeof(u->units[0]), "%s", to);
	u->units_n = u->units_n > 0 ? u->units_n : 1;
}

const char *
case_correct(const struct policy *p, const struct case_record *c, struct correction *k)
{
	struct understanding *u = &k->u;
	const char *category = k->category != NULL ? k->category : c->category;
	const char *place = k->place != NULL ? k->place : c->place;
	struct assignment a = {
		.category = category_find(p->catalogue, category), .place = place, .certain = 1,
		.accused = c->about[0] != '\0' ? c->about : NULL
	};

	memset(u, 0, sizeof(*u));
	if (a.category == NULL)
		return "kategori itu tidak ada (conf/kategori.yaml)";
	if (place[0] != '\0' && place_find(p->places, place) == NULL)
		return "tempat itu tidak ada (conf/wilayah.csv)";
	if (k->urgency != NULL ? urgency_of_name(k->urgency, &u->urgency) != 0 :
	    (u->urgency = c->urgency, 0))
		return "urgensi itu tidak ada; pilih biasa, mendesak atau darurat";
	snprintf(u->category, sizeof(u->category), "%s", category);
	snprintf(u->place, sizeof(u->place), "%s", place);
	if (strcmp(place, c->place) == 0) {	/* its RT lies in its desa */
		memcpy(u->rt, c->rt, sizeof(u->rt));
		memcpy(u->rw, c->rw, sizeof(u->rw));
	}
	u->sealed = a.category->sealed || c->sealed;
	memcpy(u->about, c->about, sizeof(u->about));
	u->confidence_permille = u->place_confidence_permille = 1000;
	a.urgency = u->urgency;
	units_assign(p, &a, u);
	if (k->to != NULL) {
		if (unit_find(p->units, k->to) == NULL)
			return "unit itu tidak ada (conf/unit.csv)";
		if (unit_is_complained_of(p->units, unit_find(p->units, k->to), c->about, place))
			return "unit itu yang dikeluhkan, atau di bawahnya; pilih unit lain";
		lead_with(u, k->to);
	}
	return u->units_n > 0 ? NULL : "tidak ada unit yang menjawab untuk itu; sebut salah satu unit";
}
