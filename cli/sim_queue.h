#ifndef KENTONGAN_SIM_QUEUE_H
#define KENTONGAN_SIM_QUEUE_H
/*
 * What is to happen when, earliest first; of two at one moment the one that was put first.
 *
 * Units      int64_t milliseconds of the simulated clock.
 * Ownership  a zeroed queue is empty; one whose places are kept (by_slot) holds each slot once.
 */
#include <stddef.h>
#include <stdint.h>

struct sim_event {
	int64_t at_ms;
	int64_t number;
	int slot; uint32_t life;	/* of a case, and which case of that slot */
	int kind, officer, detail;
};

/* A heap of these few bytes, so that four of them lie in a line of the cache. */
struct sim_node { int64_t at_ms; uint32_t order, index; };	/* index: of the event, or the slot */
struct sim_queue {
	struct sim_node *nodes; size_t n, cap;
	uint32_t order;
	struct sim_kept *events; uint32_t *unused; size_t events_n, unused_n;
	/* What comes at near_ms or later waits unsorted, a list for each stretch of time from there on. */
	int64_t near_ms; uint32_t *later; size_t later_at, later_n;
	int by_slot;		/* set on an empty queue */
	int *places; size_t places_n;	/* by slot: its place + 1; 0 not in it */
};

/* Not by_slot: one more, and 0 with the earliest, which leaves; -1: empty. */
void sim_queue_put(struct sim_queue *q, const struct sim_event *e);
int sim_queue_take(struct sim_queue *q, struct sim_event *out);
int64_t sim_queue_next_ms(const struct sim_queue *q);	/* INT64_MAX: empty */
/*
 * by_slot only: the slot's time, however it was before, 0: out; its time, 0 when it is not in; which
 * slot is the earliest, in a queue that is not empty.
 */
void sim_queue_set(struct sim_queue *q, int slot, int64_t at_ms);
int64_t sim_queue_when(const struct sim_queue *q, int slot);
int sim_queue_first(const struct sim_queue *q);
void sim_queue_release(struct sim_queue *q);
#endif
