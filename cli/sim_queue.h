#ifndef KENTONGAN_SIM_QUEUE_H
#define KENTONGAN_SIM_QUEUE_H
/*
 * What is to happen when, earliest first; of two at one moment the one that was put first.
 *
 * Units      int64_t milliseconds of the simulated clock.
 * Ownership  places that an entry names are the caller's and outlive it; a zeroed queue is empty.
 */
#include <stddef.h>
#include <stdint.h>

struct sim_event {
	int64_t at_ms;
	uint64_t order;			/* given by the queue */
	int kind;
	int officer;			/* its index; -1 none */
	int slot; uint32_t life;	/* of a case, and which case of that slot */
	int detail;
	int64_t number;
	int *where;			/* told the entry's place at each move, -1 when it left; or NULL */
};

struct sim_queue { struct sim_event *events; size_t n, cap; uint64_t order; };

void sim_queue_put(struct sim_queue *q, const struct sim_event *e);
/* 0 and the earliest, which leaves; -1: empty. */
int sim_queue_take(struct sim_queue *q, struct sim_event *out);
int64_t sim_queue_next_ms(const struct sim_queue *q);	/* INT64_MAX: empty */
/* An entry by its place: to another time, or out. */
void sim_queue_move(struct sim_queue *q, int place, int64_t at_ms);
void sim_queue_drop(struct sim_queue *q, int place);
void sim_queue_release(struct sim_queue *q);
#endif
