#include "core/access.h"

#include <string.h>

#include "core/assign.h"
#include "core/quorum.h"

static const char *const access_names[] = {
	[SEE_EXISTS] = "tahu", [SEE_CASE] = "kasus", [SEE_WORDS] = "isi", [SEE_REPORTER] = "pelapor",
	[SEE_BOARD] = "papan", [SEE_TRIAGE] = "triase", [SEE_SYSTEM] = "sistem", [SEE_EXPORT] = "ekspor",
	[SEE_LOOKS] = "pembacaan", [MAY_BROADCAST] = "siaran", [MAY_DRILL] = "latihan", [MAY_ENTER] = "catat",
	[MAY_BREAK] = "darurat",
};
static const char *const class_names[] = {
	[VIEWER_OFFICER] = "petugas", [VIEWER_HEAD] = "kepala", [VIEWER_OPERATOR] = "operator",
	[VIEWER_ABOVE] = "pimpinan", [VIEWER_ADMIN] = "admin",
	[VIEWER_WATCH] = "pengawas",
};
static const char *const relation_names[] = {
	[RELATION_NONE] = "lain", [RELATION_AREA] = "wilayah", [RELATION_BELOW] = "bawahan",
	[RELATION_OWN] = "sendiri",
};

const char *access_name(enum access a) { return access_names[a]; }
const char *viewer_class_name(enum viewer_class c) { return class_names[c]; }
const char *relation_name(enum relation r) { return relation_names[r]; }

#define BIT(a) (1u << (a))
#define LIST BIT(SEE_EXISTS)
#define READ (LIST | BIT(SEE_CASE))
#define WORDS (READ | BIT(SEE_WORDS))
#define ALL (WORDS | BIT(SEE_REPORTER))

/*
 * Of an open case.  The Bupati's office sees that and why it is late, not who complained; an
 * administrator keeps the machine, not the letters, nor the list of who read which.  A sealed one is for those it names, and for who
 * watches over them all: he reads every word, and still not whose they are.
 */
static const unsigned cells[VIEWER_N][RELATION_N] = {
	/*                      lain   wilayah  bawahan  sendiri */
	[VIEWER_OFFICER]  = {   0,     READ,    WORDS,   ALL },
	[VIEWER_HEAD]     = {   0,     READ,    WORDS,   ALL },
	[VIEWER_OPERATOR] = {   ALL,   ALL,     ALL,     ALL },
	[VIEWER_ABOVE]    = {   WORDS, WORDS,   WORDS,   ALL },
	[VIEWER_ADMIN]    = {   READ,  READ,    READ,    ALL },
	[VIEWER_WATCH]    = {   WORDS, WORDS,   WORDS,   WORDS },
};
static const unsigned sealed_own = ALL, sealed_watched = WORDS;
/* Of any case, by who may break the glass and did. */
static const unsigned broken = ALL;
/* What needs no case. */
static const unsigned general[VIEWER_N] = {
	[VIEWER_OFFICER] = BIT(MAY_ENTER),
	[VIEWER_HEAD] = BIT(SEE_BOARD) | BIT(MAY_ENTER) | BIT(MAY_BREAK),
	[VIEWER_OPERATOR] = BIT(SEE_BOARD) | BIT(SEE_TRIAGE) | BIT(MAY_ENTER) | BIT(MAY_BROADCAST) | BIT(MAY_DRILL) | BIT(MAY_BREAK),
	[VIEWER_ABOVE] = BIT(SEE_BOARD) | BIT(SEE_EXPORT) | BIT(MAY_BROADCAST) | BIT(MAY_DRILL) | BIT(MAY_BREAK),
	[VIEWER_ADMIN] = BIT(SEE_BOARD) | BIT(SEE_SYSTEM) | BIT(SEE_EXPORT) | BIT(MAY_DRILL),
	[VIEWER_WATCH] = BIT(SEE_BOARD) | BIT(SEE_EXPORT) | BIT(SEE_LOOKS),
};

int
access_cell(enum viewer_class v, enum relation r, int sealed, enum access a)
{
	unsigned granted = !sealed ? cells[v][r] : v == VIEWER_WATCH ? sealed_watched :
	    r == RELATION_OWN ? sealed_own : 0;

	return ((a <= SEE_REPORTER ? granted : general[v]) >> a) & 1;
}

int
access_cell_broken(enum viewer_class v, enum access a)
{
	return general[v] & BIT(MAY_BREAK) ? (broken >> a) & 1 : 0;
}

void
access_case_of(struct access_case *a, const struct case_record *c, const struct officer *o)
{
	memset(a, 0, sizeof(*a));
	a->place = c->place;
	a->category = c->category;
	a->about = c->about;
	for (int i = 0; i < c->units_n; i++)
		a->units[a->units_n++] = c->units[i];
	a->sealed = c->sealed;
	a->hide_reporter = c->hide_reporter;
	for (int i = 0; o != NULL && i < c->tasks_n; i++)
		a->tasked |= c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, o->id) == 0 &&
		    !quorum_is_witness(c, &c->tasks[i]);	/* a neighbour who is asked is shown nothing */
}

enum viewer_class
viewer_class_of(const struct policy *p, const struct officer *o)
{
	const struct unit *u = unit_find(p->units, o->unit);

	if (o->role == ROLE_ADMIN)
		return VIEWER_ADMIN;
	if (o->role == ROLE_PENGAWAS)
		return VIEWER_WATCH;
	if (u != NULL && u->tier == TIER_KABUPATEN)
		return VIEWER_ABOVE;
	if (o->role == ROLE_OPERATOR || strcmp(o->unit, p->triage_unit) == 0)
		return VIEWER_OPERATOR;
	return o->role == ROLE_KEPALA ? VIEWER_HEAD : VIEWER_OFFICER;
}

/* 1 if the unit answers for a place, and the case lies in it. */
static int
is_in_area(const struct unit *mine, const char *place)
{
	size_t len = mine != NULL ? strlen(mine->place) : 0;

	return len > 0 && strncmp(place, mine->place, len) == 0 &&
	    (place[len] == '\0' || place[len] == '.');
}

enum relation
relation_of(const struct policy *p, const struct officer *o, const struct access_case *c)
{
	const struct unit *mine = unit_find(p->units, o->unit);
	enum relation r = is_in_area(mine, c->place) ? RELATION_AREA : RELATION_NONE;

	if (c->tasked)
		return RELATION_OWN;
	for (int i = 0; i < c->units_n; i++) {
		const struct unit *u = unit_find(p->units, c->units[i]);

		if (u == NULL)
			continue;
		if (u == mine)
			return RELATION_OWN;
		if (mine != NULL && unit_is_under(u, mine))
			r = RELATION_BELOW;
	}
	/* What nobody has been given yet is the desk's own. */
	if (c->units_n == 0 && strcmp(o->unit, p->triage_unit) == 0)
		return RELATION_OWN;
	return r;
}

int
access_is_accused(const struct policy *p, const struct officer *o, const char *about, const char *place)
{
	return unit_is_complained_of(p->units, unit_find(p->units, o->unit), about, place);
}

int
access_may(const struct policy *p, const struct officer *o, enum access a,
    const struct access_case *c)
{
	enum viewer_class v;
	enum relation r;

	if (o == NULL || o->ended)
		return 0;
	v = viewer_class_of(p, o);
	if (a > SEE_REPORTER)
		return access_cell(v, RELATION_NONE, 0, a);
	if (c == NULL || access_is_accused(p, o, c->about, c->place))
		return 0;
	r = relation_of(p, o, c);
	/* The citizen's wish goes before every row: only the desk may look who he is. */
	if (a == SEE_REPORTER && c->hide_reporter && v != VIEWER_OPERATOR)
		return 0;
	return access_cell(v, r, c->sealed, a) ||
	    (c->glass && access_cell_broken(v, a));
}

int
access_may_roster(const struct policy *p, const struct officer *o, const char *unit, enum roster_access a)
{
	const struct unit *u = unit_find(p->units, unit), *mine = o != NULL ? unit_find(p->units, o->unit) : NULL;
	enum viewer_class v;

	if (o == NULL || o->ended || u == NULL)
		return 0;
	v = viewer_class_of(p, o);
	if (v == VIEWER_ADMIN)
		return 1;
	if (a == SEE_ROSTER && (v == VIEWER_OPERATOR || v == VIEWER_ABOVE || v == VIEWER_WATCH || u == mine))
		return 1;
	return o->role == ROLE_KEPALA && mine != NULL && unit_is_under(u, mine);
}

int
access_needs_why(const struct policy *p, const struct officer *o, const struct access_case *c)
{
	return c->sealed && viewer_class_of(p, o) == VIEWER_WATCH;
}

int
access_is_blurred(const struct policy *p, const struct officer *o, const struct access_case *c)
{
	int helps = c->glass && access_cell_broken(viewer_class_of(p, o), SEE_WORDS);

	return c->sealed && !helps && relation_of(p, o, c) != RELATION_OWN;
}

/* Of a category's units, words that stand for who answers for a place among them. */
static int
is_named_by(const struct policy *p, const struct category *k, const struct unit *mine)
{
	for (size_t i = 0; i < k->units_n; i++)
		if (unit_of_word(p->units, k->units[i], mine->place) == mine)
			return 1;
	return 0;
}

int
access_meets_sealed(const struct policy *p, const struct officer *o)
{
	const struct unit *mine = unit_find(p->units, o->unit);

	if (viewer_class_of(p, o) == VIEWER_WATCH || strcmp(o->unit, p->triage_unit) == 0)
		return 1;
	for (size_t i = 0; mine != NULL && i < catalogue_count(p->catalogue); i++)
		if (category_at(p->catalogue, i)->sealed && is_named_by(p, category_at(p->catalogue, i), mine))
			return 1;
	return 0;
}
