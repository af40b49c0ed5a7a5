#include "cli/sim_queue.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

static int
is_before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void
set(struct sim_queue *q, size_t at, const struct sim_event *e)
{
	q->events[at] = *e;
	if (q->by_slot)
		q->places[e->slot] = (int)at + 1;
}

/* Four children: half as deep as with two, and the four lie side by side. */
#define CHILDREN 4
#define PARENT(at) (((at) - 1) / CHILDREN)

static void
rise(struct sim_queue *q, size_t at, struct sim_event e)
{
	for (; at > 0 && is_before(&e, &q->events[PARENT(at)]); at = PARENT(at))
		set(q, at, &q->events[PARENT(at)]);
	set(q, at, &e);
}

static void
sink(struct sim_queue *q, size_t at, struct sim_event e)
{
	for (size_t child; (child = CHILDREN * at + 1) < q->n; at = child) {
		size_t end = child + CHILDREN < q->n ? child + CHILDREN : q->n;

		for (size_t c = child + 1; c < end; c++)
			if (is_before(&q->events[c], &q->events[child]))
				child = c;
		if (!is_before(&q->events[child], &e))
			break;
		set(q, at, &q->events[child]);
	}
	set(q, at, &e);
}

static void
settle(struct sim_queue *q, size_t at, struct sim_event e)
{
	if (at > 0 && is_before(&e, &q->events[PARENT(at)]))
		rise(q, at, e);
	else
		sink(q, at, e);
}

int
sim_queue_has(const struct sim_queue *q, int slot)
{
	return (size_t)slot < q->places_n && q->places[slot] != 0;
}

static void
know_slot(struct sim_queue *q, int slot)
{
	size_t n = q->places_n;

	if ((size_t)slot < n)
		return;
	q->places_n = (size_t)slot < 512 ? 1024 : 2 * (size_t)slot;
	q->places = xrealloc(q->places, q->places_n * sizeof(*q->places));
	memset(q->places + n, 0, (q->places_n - n) * sizeof(*q->places));
}

void
sim_queue_put(struct sim_queue *q, const struct sim_event *e)
{
	struct sim_event mine = *e;

	if (q->n == q->cap) {
		q->cap = q->cap != 0 ? 2 * q->cap : 1024;
		q->events = xrealloc(q->events, q->cap * sizeof(*q->events));
	}
	if (q->by_slot)
		know_slot(q, e->slot);
	mine.order = q->order++;
	rise(q, q->n++, mine);
}

static void
drop(struct sim_queue *q, size_t place)
{
	struct sim_event last = q->events[--q->n];

	if (q->by_slot)
		q->places[q->events[place].slot] = 0;
	if (place != q->n)
		settle(q, place, last);
}

int
sim_queue_take(struct sim_queue *q, struct sim_event *out)
{
	if (q->n == 0)
		return -1;
	*out = q->events[0];
	drop(q, 0);
	return 0;
}

int64_t
sim_queue_next_ms(const struct sim_queue *q)
{
	return q->n > 0 ? q->events[0].at_ms : INT64_MAX;
}

void
sim_queue_set(struct sim_queue *q, int slot, int64_t at_ms)
{
	struct sim_event e = { .at_ms = at_ms, .slot = slot };
	size_t place;

	if (!sim_queue_has(q, slot)) {
		if (at_ms != 0)
			sim_queue_put(q, &e);
		return;
	}
	place = (size_t)q->places[slot] - 1;
	if (at_ms == 0) {
		drop(q, place);
	} else if (q->events[place].at_ms != at_ms) {
		e.order = q->order++;
		settle(q, place, e);
	}
}

void
sim_queue_release(struct sim_queue *q)
{
	free(q->events);
	free(q->places);
	*q = (struct sim_queue){ 0 };
}
