#include "cli/sim_queue.h"

#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "lib/buf.h"

static int
is_before(const struct sim_node *a, const struct sim_node *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void
set(struct sim_queue *q, size_t at, struct sim_node e)
{
	q->nodes[at] = e;
	if (q->by_slot)
		q->places[e.index] = (int)at + 1;
}

/* Four children: half as deep as with two, and the four lie side by side. */
#define CHILDREN 4
#define PARENT(at) (((at) - 1) / CHILDREN)

static void
rise(struct sim_queue *q, size_t at, struct sim_node e)
{
	for (; at > 0 && is_before(&e, &q->nodes[PARENT(at)]); at = PARENT(at))
		set(q, at, q->nodes[PARENT(at)]);
	set(q, at, e);
}

static void
sink(struct sim_queue *q, size_t at, struct sim_node e)
{
	for (size_t child; (child = CHILDREN * at + 1) < q->n; at = child) {
		size_t end = child + CHILDREN < q->n ? child + CHILDREN : q->n;

		for (size_t c = child + 1; c < end; c++)
			if (is_before(&q->nodes[c], &q->nodes[child]))
				child = c;
		if (!is_before(&q->nodes[child], &e))
			break;
		set(q, at, q->nodes[child]);
	}
	set(q, at, e);
}

static void
settle(struct sim_queue *q, size_t at, struct sim_node e)
{
	if (at > 0 && is_before(&e, &q->nodes[PARENT(at)]))
		rise(q, at, e);
	else
		sink(q, at, e);
}

static void
add(struct sim_queue *q, int64_t at_ms, uint32_t order, uint32_t index)
{
	if (q->n == q->cap) {
		q->cap = q->cap != 0 ? 2 * q->cap : 1024;
		q->nodes = xrealloc(q->nodes, q->cap * sizeof(*q->nodes));
	}
	rise(q, q->n++, (struct sim_node){ at_ms, order, index });
}

static void
drop(struct sim_queue *q, size_t place)
{
	struct sim_node last = q->nodes[--q->n];

	if (q->by_slot)
		q->places[q->nodes[place].index] = 0;
	if (place != q->n)
		settle(q, place, last);
}

int64_t
sim_queue_next_ms(const struct sim_queue *q)
{
	return q->n > 0 ? q->nodes[0].at_ms : INT64_MAX;
}

/* ---- of events ---- */

/*
 * Only what comes soon is in the heap: after an earthquake a hundred thousand acts of later hours would
 * make it deeper than the cache.
 */
#define STRETCH_MS (10 * MINUTE_MS)
#define NOTHING UINT32_MAX
struct sim_kept { struct sim_event e; uint32_t order, next; };

static void
keep_for_later(struct sim_queue *q, uint32_t index)
{
	size_t at = q->later_at + (size_t)((q->events[index].e.at_ms - q->near_ms) / STRETCH_MS);

	if (at >= q->later_n) {
		size_t n = 2 * at + 64;

		q->later = xrealloc(q->later, n * sizeof(*q->later));
		while (q->later_n < n)
			q->later[q->later_n++] = NOTHING;
	}
	q->events[index].next = q->later[at];
	q->later[at] = index;
}

/* Fills an empty heap with the next stretch that has anything. */
static void
come_nearer(struct sim_queue *q)
{
	while (q->n == 0 && q->later_at < q->later_n) {
		uint32_t next;

		for (uint32_t i = q->later[q->later_at]; i != NOTHING; i = next) {
			next = q->events[i].next;
			add(q, q->events[i].e.at_ms, q->events[i].order, i);
		}
		q->later[q->later_at++] = NOTHING;
		q->near_ms += STRETCH_MS;
	}
}

/* Room for one more, and as much again: every event may be unused at once. */
static void
more_events(struct sim_queue *q)
{
	size_t n = q->events_n != 0 ? 2 * q->events_n : 1024;

	q->events = xrealloc(q->events, n * sizeof(*q->events));
	q->unused = xrealloc(q->unused, n * sizeof(*q->unused));
	while (n > q->events_n)
		q->unused[q->unused_n++] = (uint32_t)--n;
	q->events_n += q->unused_n;
}

void
sim_queue_put(struct sim_queue *q, const struct sim_event *e)
{
	uint32_t index;

	if (q->unused_n == 0)
		more_events(q);
	index = q->unused[--q->unused_n];
	q->events[index] = (struct sim_kept){ *e, q->order++, NOTHING };
	if (q->later_n == 0)
		q->near_ms = e->at_ms;
	if (e->at_ms < q->near_ms) {
		add(q, e->at_ms, q->events[index].order, index);
	} else {
		keep_for_later(q, index);
		come_nearer(q);
	}
}

int
sim_queue_take(struct sim_queue *q, struct sim_event *out)
{
	uint32_t index;

	if (q->n == 0)
		return -1;
	index = q->nodes[0].index;
	*out = q->events[index].e;
	q->unused[q->unused_n++] = index;
	drop(q, 0);
	come_nearer(q);
	return 0;
}

/* ---- of slots ---- */

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

int64_t
sim_queue_when(const struct sim_queue *q, int slot)
{
	return (size_t)slot < q->places_n && q->places[slot] != 0 ?
	    q->nodes[q->places[slot] - 1].at_ms : 0;
}

int
sim_queue_first(const struct sim_queue *q)
{
	return (int)q->nodes[0].index;
}

void
sim_queue_set(struct sim_queue *q, int slot, int64_t at_ms)
{
	int64_t was = sim_queue_when(q, slot);

	know_slot(q, slot);
	if (was == 0 && at_ms != 0)
		add(q, at_ms, q->order++, (uint32_t)slot);
	else if (was != 0 && at_ms == 0)
		drop(q, (size_t)q->places[slot] - 1);
	else if (was != at_ms)
		settle(q, (size_t)q->places[slot] - 1,
		    (struct sim_node){ at_ms, q->order++, (uint32_t)slot });
}

void
sim_queue_release(struct sim_queue *q)
{
	free(q->nodes);
	free(q->events);
	free(q->unused);
	free(q->later);
	free(q->places);
	*q = (struct sim_queue){ 0 };
}
