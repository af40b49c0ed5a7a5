#include "cli/sim_queue.h"

#include <stdlib.h>

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
	if (e->where != NULL)
		*e->where = (int)at;
}

static void
rise(struct sim_queue *q, size_t at, struct sim_event e)
{
	for (; at > 0 && is_before(&e, &q->events[(at - 1) / 2]); at = (at - 1) / 2)
		set(q, at, &q->events[(at - 1) / 2]);
	set(q, at, &e);
}

static void
sink(struct sim_queue *q, size_t at, struct sim_event e)
{
	for (size_t child; (child = 2 * at + 1) < q->n; at = child) {
		child += child + 1 < q->n && is_before(&q->events[child + 1], &q->events[child]);
		if (!is_before(&q->events[child], &e))
			break;
		set(q, at, &q->events[child]);
	}
	set(q, at, &e);
}

static void
settle(struct sim_queue *q, size_t at, struct sim_event e)
{
	if (at > 0 && is_before(&e, &q->events[(at - 1) / 2]))
		rise(q, at, e);
	else
		sink(q, at, e);
}

void
sim_queue_put(struct sim_queue *q, const struct sim_event *e)
{
	struct sim_event mine = *e;

	if (q->n == q->cap) {
		q->cap = q->cap != 0 ? 2 * q->cap : 1024;
		q->events = xrealloc(q->events, q->cap * sizeof(*q->events));
	}
	mine.order = q->order++;
	rise(q, q->n++, mine);
}

void
sim_queue_drop(struct sim_queue *q, int place)
{
	struct sim_event last = q->events[--q->n];
	int *where = q->events[place].where;

	if (where != NULL)
		*where = -1;
	if ((size_t)place != q->n)
		settle(q, (size_t)place, last);
}

int
sim_queue_take(struct sim_queue *q, struct sim_event *out)
{
	if (q->n == 0)
		return -1;
	*out = q->events[0];
	sim_queue_drop(q, 0);
	return 0;
}

int64_t
sim_queue_next_ms(const struct sim_queue *q)
{
	return q->n > 0 ? q->events[0].at_ms : INT64_MAX;
}

void
sim_queue_move(struct sim_queue *q, int place, int64_t at_ms)
{
	struct sim_event e = q->events[place];

	e.at_ms = at_ms;
	e.order = q->order++;
	settle(q, (size_t)place, e);
}

void
sim_queue_release(struct sim_queue *q)
{
	free(q->events);
	*q = (struct sim_queue){ 0 };
}
