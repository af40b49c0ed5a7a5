#include "core/assign.h"

#include <string.h>

#include "core/unit.h"

static const struct { const char *word; enum unit_tier tier; } words[] = {
	{ "rt",        TIER_RT },
	{ "desa",      TIER_DESA },
	{ "kecamatan", TIER_KECAMATAN },
	{ "puskesmas", TIER_PUSKESMAS },
	{ "damkar",    TIER_LAYANAN },		/* only fire posts answer for places */
};

/* 1 and the tier if the word stands for whoever answers for the place. */
static int
tier_of_word(const char *word, enum unit_tier *out)
{
	for (size_t i = 0; i < N_ELEMS(words); i++) {
		if (words[i].word[0] == word[0] && strcmp(words[i].word, word) == 0) {
			*out = words[i].tier;
			return 1;
		}
	}
	return 0;
}

const struct unit *
unit_of_word(const struct unit_table *t, const char *word, const char *place)
{
	enum unit_tier tier;
	const struct unit *u;

	if (!tier_of_word(word, &tier))
		return unit_find(t, word);
	if (place[0] == '\0')
		return NULL;
	u = unit_for_place(t, tier, place);
	/* a unit of the whole regency is no answer to "which post is near" */
	return u != NULL && u->tier == tier && u->place[0] != '\0' ? u : NULL;
}

int
unit_is_complained_of(const struct unit_table *t, const struct unit *u, const char *about, const char *place)
{
	const struct unit *accused;
	enum unit_tier tier;

	if (about == NULL || about[0] == '\0' || u == NULL)
		return 0;
	accused = unit_of_word(t, about, place);
	/* All are under the highest: of it alone, or nobody would be left to look into it. */
	if (accused != NULL && (accused->parent != NULL ? unit_is_under(u, accused) : u == accused))
		return 1;
	return tier_of_word(about, &tier) && u->tier == tier;
}

static void
add_unit(const struct policy *p, const struct assignment *a, const struct unit *u,
    struct understanding *out)
{
	if (u == NULL || out->units_n == UNDERSTANDING_UNITS || unit_is_complained_of(p->units, u, a->accused, a->place))
		return;
	for (int i = 0; i < out->units_n; i++)
		if (strcmp(out->units[i], u->code) == 0)
			return;
	memcpy(out->units[out->units_n++], u->code, sizeof(out->units[0]));
}

static void
add_word(const struct policy *p, const struct assignment *a, const char *word,
    struct understanding *out)
{
	add_unit(p, a, unit_of_word(p->units, word, a->place), out);
}

/* Whoever leads pungli, or those above the accused. */
const struct unit *
unit_overseer(const struct policy *p, const char *about, const char *place)
{
	const struct category *pungli = category_find(p->catalogue, "pungli");
	const struct unit *u = pungli != NULL && pungli->units_n > 0 ? unit_of_word(p->units, pungli->units[0], place) : NULL;

	if (u != NULL && !unit_is_complained_of(p->units, u, about, place))
		return u;
	u = unit_of_word(p->units, about, place);
	return u != NULL ? u->parent : NULL;
}

void
units_assign(const struct policy *p, const struct assignment *a, struct understanding *out)
{
	const struct category *c = a->category;
	int emergency = a->urgency == URGENCY_DARURAT && !c->sealed;

	out->units_n = 0;
	if (a->root_of != NULL) {
		add_word(p, a, a->root_of, out);
		return;
	}
	if (a->accused != NULL)
		add_unit(p, a, unit_overseer(p, a->accused, a->place), out);
	/* an emergency of unknown kind is the desk's from the first minute */
	if (emergency && !a->certain)
		add_word(p, a, p->triage_unit, out);
	if (a->owner != NULL)
		add_word(p, a, a->owner, out);
	for (size_t i = 0; i < c->units_n; i++)
		add_word(p, a, c->units[i], out);
	if (emergency) {
		/* and one that its category does not foresee is also theirs who are near */
		add_word(p, a, p->triage_unit, out);
		add_word(p, a, "kecamatan", out);
		add_word(p, a, "desa", out);
	}
}

void
units_help(const struct policy *p, const struct case_record *c, const char *also,
    struct understanding *out)
{
	const struct assignment a = { .category = category_find(p->catalogue, c->category),
	    .place = c->place, .accused = c->about[0] != '\0' ? c->about : NULL, .urgency = c->urgency };

	memset(out, 0, sizeof(*out));
	memcpy(out->category, c->category, sizeof(out->category));
	memcpy(out->place, c->place, sizeof(out->place));
	memcpy(out->rt, c->rt, sizeof(out->rt));
	memcpy(out->rw, c->rw, sizeof(out->rw));
	out->urgency = c->urgency;
	out->sealed = c->sealed;
	memcpy(out->about, c->about, sizeof(out->about));
	out->confidence_permille = c->confidence_permille;
	if (also != NULL)
		add_word(p, &a, also, out);
	for (size_t i = 0; a.category != NULL && i < a.category->help_n; i++)
		add_word(p, &a, a.category->help[i], out);
}
