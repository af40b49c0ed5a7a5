#include <stdlib.h>
#include <string.h>

#include "console/board.h"

struct counting { struct board_tally *t; const struct console *c; };

static void
push(const struct model_case ***list, size_t *n, size_t *cap, const struct model_case *m)
{
	if (*n == *cap) {
		*cap = *cap == 0 ? 64 : 2 * *cap;
		*list = xrealloc(*list, *cap * sizeof(**list));
	}
	(*list)[(*n)++] = m;
}

static struct board_place *
place_of(struct board_tally *t, const char *code)
{
	for (size_t i = 0; i < t->places_n; i++)
		if (strncmp(t->places[i].place->code, code, PLACE_KECAMATAN_DIGITS) == 0)
			return &t->places[i];
	return &t->elsewhere;
}

static void
count_hour(const struct board_tally *t, int *hours, int64_t at_ms)
{
	int64_t hour = (at_ms - t->hour_ms) / HOUR_MS;

	if (at_ms >= t->hour_ms && hour < TALLY_HOURS)
		hours[hour]++;
}

static int
count(const struct model_case *m, int sealed, void *arg)
{
	const struct counting *k = arg;
	struct board_tally *t = k->t;
	struct board_place *p;

	if (sealed || m->latihan || m->legacy)
		return 0;
	count_hour(t, t->came, m->received_ms);
	count_hour(t, t->handled, m->handled_ms);
	if (m->state == CASE_DITUTUP)
		return 0;
	p = place_of(t, m->place);
	p->open++;
	if (model_is_late(m, t->at_ms)) {
		p->late++;
		push(&t->late, &t->late_n, &t->late_cap, m);
	}
	if (m->incident[0] != '\0' && m->lead[0] == '\0' && !m->apart && m->voices > 1)
		push(&t->leads, &t->leads_n, &t->leads_cap, m);
	return 0;
}

static int
by_promise(const void *a, const void *b)
{
	return model_compare(*(const struct model_case *const *)a, *(const struct model_case *const *)b);
}

static int
by_voices(const void *a, const void *b)
{
	const struct model_case *x = *(const struct model_case *const *)a, *y = *(const struct model_case *const *)b;

	return x->voices != y->voices ? y->voices - x->voices : strcmp(x->incident, y->incident);
}

void
board_tally_make(struct board_tally *t, const struct console *c, int64_t now_ms)
{
	const struct gazetteer *g = c->h.policy->places;

	memset(t, 0, sizeof(*t));
	t->at_ms = now_ms;
	t->hour_ms = now_ms - now_ms % HOUR_MS - (TALLY_HOURS - 1) * HOUR_MS;	/* WIB is whole hours off */
	for (size_t i = 0; i < gazetteer_count(g) && t->places_n < TALLY_KECAMATAN; i++)
		if (place_at(g, i)->kind == PLACE_KECAMATAN)
			t->places[t->places_n++].place = place_at(g, i);
	model_each(c->model, count, &(struct counting){ t, c });
	if (t->late_n > 1)
		qsort(t->late, t->late_n, sizeof(*t->late), by_promise);
	if (t->leads_n > 1)
		qsort(t->leads, t->leads_n, sizeof(*t->leads), by_voices);
}

void
board_tally_release(struct board_tally *t)
{
	free(t->late);
	free(t->leads);
}
