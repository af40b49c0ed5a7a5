#include "core/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	[WINDOW_GIVEN] = "ditugaskan", [WINDOW_HANDLED] = "ditangani", [WINDOW_WAITING] = "menunggu",
	[WINDOW_RESOLVED] = "selesai", [WINDOW_CONFIRMED] = "dibenarkan-warga",
	[WINDOW_UNCONFIRMED] = "ditutup-belum-dikonfirmasi", [WINDOW_REJECTED] = "ditolak",
	[WINDOW_DUPLICATE] = "ganda", [WINDOW_WITHDRAWN] = "dicabut", [WINDOW_UNTOLD] = "tidak-dirinci",
};

const char *
window_state_name(enum window_state s)
{
	return names[s];
}

int
window_state_of_name(const char *s, enum window_state *out)
{
	for (int i = 0; i < WINDOW_STATES; i++)
		if (strcmp(names[i], s) == 0) {
			*out = (enum window_state)i;
			return 0;
		}
	return -1;
}

int
window_state_of(enum case_state s, enum close_reason closed_as, enum window_state *out)
{
	static const enum window_state ends[] = {
		[CLOSE_NONE] = WINDOW_UNCONFIRMED, [CLOSE_CONFIRMED] = WINDOW_CONFIRMED,
		[CLOSE_UNDISPUTED] = WINDOW_UNCONFIRMED, [CLOSE_REJECTED] = WINDOW_REJECTED,
		[CLOSE_DUPLICATE] = WINDOW_DUPLICATE, [CLOSE_WITHDRAWN] = WINDOW_WITHDRAWN,
		[CLOSE_DRILL] = WINDOW_WITHDRAWN,	/* never shown: drills are nobody's data */
	};

	switch (s) {
	case CASE_DITUGASKAN:
	case CASE_DITERIMA:
	case CASE_MENUJU:
		*out = WINDOW_GIVEN;
		return 0;
	case CASE_DITANGANI:
		*out = WINDOW_HANDLED;
		return 0;
	case CASE_MENUNGGU:
		*out = WINDOW_WAITING;
		return 0;
	case CASE_SELESAI:
		*out = WINDOW_RESOLVED;
		return 0;
	case CASE_DITUTUP:
		*out = ends[closed_as];
		return 0;
	default:
		return -1;
	}
}

int
window_is_of_things(const struct catalogue *k, const char *category)
{
	const struct category *c = category_find(k, category);

	return c != NULL && c->of_things && !c->sealed;
}

/* ---- rows ---- */

struct rows { struct window_row *list; size_t n; };

static int
by_key(const void *a, const void *b)
{
	const struct window_row *x = a, *y = b;
	int d = strcmp(x->category, y->category);

	if (d == 0)
		d = strcmp(x->place, y->place);
	if (d == 0)
		d = (x->state > y->state) - (x->state < y->state);
	if (d == 0)
		d = x->in_fives - y->in_fives;
	return d != 0 ? d : (x->day > y->day) - (x->day < y->day);
}

/* Equal ones become one; those of at least that many go to out, the others stay, in front. */
static size_t
gather(struct rows *out, struct window_row *in, size_t n, int least)
{
	size_t left = 0;

	if (n > 1)
		qsort(in, n, sizeof(*in), by_key);
	for (size_t i = 0, next; i < n; i = next) {
		int count = 0;

		for (next = i; next < n && by_key(&in[i], &in[next]) == 0; next++)
			count += in[next].count;
		if (count < least) {
			in[left] = in[i];
			in[left++].count = count;
			continue;
		}
		out->list[out->n] = in[i];
		out->list[out->n++].count = in[i].in_fives ? count - count % WINDOW_LEAST : count;
	}
	return left;
}

/* One step up; 0 when all of them are the whole regency's already. */
static int
widen(const struct gazetteer *g, const char *regency, struct window_row *rows, size_t n)
{
	int moved = 0;

	for (size_t i = 0; i < n; i++) {
		const struct place *p = place_find(g, rows[i].place);
		const char *up = p != NULL && p->parent != NULL ? p->parent->code : regency;

		if (strcmp(rows[i].place, up) == 0 || strcmp(rows[i].place, regency) == 0)
			continue;
		snprintf(rows[i].place, sizeof(rows[i].place), "%s", up);
		moved = 1;
	}
	return moved;
}

size_t
window_rows(const struct catalogue *k, const struct gazetteer *g, const struct window_case *cases,
    size_t n, struct window_row **out)
{
	struct window_row *things = xcalloc(n + 1, sizeof(*things)), *people = xcalloc(n + 1, sizeof(*people));
	const struct place *regency = place_regency(g);
	const char *whole = regency != NULL ? regency->code : "";
	struct rows rows = { xcalloc(n + 1, sizeof(*rows.list)), 0 };
	size_t things_n = 0, people_n = 0;

	for (size_t i = 0; i < n; i++) {
		const struct category *c = category_find(k, cases[i].category);
		const struct place *p = place_find(g, cases[i].place);
		int open = c != NULL && c->of_things && !cases[i].hide;
		struct window_row *row = open ? &things[things_n] : &people[people_n];

		if (c == NULL || c->sealed || c->no_case)
			continue;
		things_n += (size_t)open;
		people_n += (size_t)!open;
		snprintf(row->category, sizeof(row->category), "%s", c->code);
		snprintf(row->place, sizeof(row->place), "%s", p != NULL ? p->code : whole);
		row->state = cases[i].state;
		row->day = open ? cases[i].day : 0;
		row->count = 1;
		row->in_fives = !open;
	}
	gather(&rows, things, things_n, 1);
	do
		people_n = gather(&rows, people, people_n, WINDOW_LEAST);
	while (widen(g, whole, people, people_n));
	for (size_t i = 0; i < people_n; i++)
		people[i].state = WINDOW_UNTOLD;
	gather(&rows, people, people_n, WINDOW_LEAST);
	if (rows.n > 1)
		qsort(rows.list, rows.n, sizeof(*rows.list), by_key);
	free(things);
	free(people);
	*out = rows.list;
	return rows.n;
}
