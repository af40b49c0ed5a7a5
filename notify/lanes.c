#include "notify/lanes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "notify/retry.h"

#define ROUND_MS 10

int
outlane_init(struct outlane *l, struct house *h, const struct channel *c)
{
	memset(l, 0, sizeof(*l));
	l->h = h;
	l->channel = *c;
	l->items = xcalloc((size_t)h->set.notify_batch, sizeof(*l->items));
	l->marks = xcalloc((size_t)h->set.notify_batch, sizeof(*l->marks));
	l->results = xcalloc((size_t)h->set.notify_batch, sizeof(*l->results));
	l->filled_mono_ms = clock_mono_ms();
	return 0;
}

void
outlane_release(struct outlane *l)
{
	if (l->channel.release != NULL)
		l->channel.release(&l->channel);
	for (int i = 0; i < l->n; i++)
		outbox_item_release(&l->items[i]);
	free(l->items);
	free(l->marks);
	free(l->results);
	memset(l, 0, sizeof(*l));
}

int
outlane_is_busy(const struct outlane *l)
{
	return l->waiting > 0;
}

static void
refill(struct outlane *l)
{
	int64_t mono = clock_mono_ms();
	double rate = (double)l->h->set.notify_per_s;

	l->tokens += (double)(mono - l->filled_mono_ms) * rate / 1000.0;
	l->filled_mono_ms = mono;
	/* A tenth of a second's worth at most: no burst after a pause. */
	if (l->tokens > rate / 10 + 1)
		l->tokens = rate / 10 + 1;
}

static void
on_outcome(const struct send_result *r, void *arg)
{
	struct send_result *out = arg;

	*out = *r;
}

/* From what became of it to what is marked. */
static void
settle(struct outlane *l, int i)
{
	const struct outbox_item *it = &l->items[i];
	const struct send_result *r = &l->results[i];
	struct outbox_mark *m = &l->marks[i];
	uint32_t jitter;
	struct retry_plan plan;

	random_bytes(&jitter, sizeof(jitter));
	plan = retry_after(r, it->tries, (int)l->h->set.notify_tries, l->h->set.notify_retry_ms,
	    l->now_ms, it->not_after_ms, jitter);
	m->state = plan.state;
	m->at_ms = plan.at_ms;
	m->audit = plan.state != NULL && strcmp(plan.state, "sent") != 0;
	if (r->outcome != SEND_DONE)
		log_warn("send_failed", "message=%s outcome=%d tries=%d next=%s err=\"%s\"", it->id,
		    (int)r->outcome, it->tries + 1, plan.state != NULL ? plan.state : "retry",
		    r->why != NULL ? r->why : "");
}

/* What was sent but cannot be made certain is unknown, not done. */
static void
flush_round(struct outlane *l)
{
	if (l->channel.flush == NULL || l->channel.flush(&l->channel) == 0)
		return;
	for (int i = 0; i < l->n; i++)
		if (l->results[i].outcome == SEND_DONE)
			l->results[i] = (struct send_result){ .outcome = SEND_UNKNOWN, .why = strerror(errno) };
}

static int
ended_unsent(struct outlane *l, int i)
{
	const struct outbox_item *it = &l->items[i];
	const char *state = NULL;

	if (!it->readable)
		state = "undeliverable";
	else if (it->not_after_ms != 0 && l->now_ms > it->not_after_ms)
		state = "expired";
	if (state == NULL)
		return 0;
	l->marks[i] = (struct outbox_mark){ .item = it, .state = state, .audit = 1 };
	return 1;
}

static void
mark_all(struct outlane *l)
{
	outbox_mark(&l->h->st, l->marks, l->n, l->now_ms);
	for (int i = 0; i < l->n; i++) {
		const struct outbox_mark *m = &l->marks[i];

		if (m->result != 0) {
			l->lost++;
		} else if (m->state == NULL) {
			l->retried++;
		} else if (strcmp(m->state, "sent") == 0) {
			l->sent++;
		} else {
			l->ended++;
			if (strcmp(m->state, "undeliverable") == 0)
				house_alarm(l->h, "undeliverable",
				    m->item->code[0] != '\0' ? m->item->code : "pesan",
				    m->item->id);
		}
		outbox_item_release(&l->items[i]);
	}
	l->n = 0;
}

/*
 * With a backlog a message becomes free each time the budget gives one or a recipient's last one
 * ends: taken up at once, each would cost a claim, a mark and two syncs of its own.
 */
static int64_t
next_round(const struct outlane *l)
{
	double missing = 1 - l->tokens;
	int64_t wait = missing > 0 ? (int64_t)(missing * 1000 / (double)l->h->set.notify_per_s) + 1 : 0;

	return wait > ROUND_MS ? wait : ROUND_MS;
}

int64_t
outlane_run(struct outlane *l)
{
	int max = (int)l->h->set.notify_batch;

	refill(l);
	if (l->tokens < max)
		max = (int)l->tokens;
	if (max <= 0)
		return next_round(l);
	l->n = outbox_claim(&l->h->st, l->channel.route, max, l->h->set.notify_lease_ms, l->items,
	    &l->now_ms);
	if (l->n <= 0) {
		l->n = 0;
		return l->h->set.notify_nap_ms;
	}
	FAULT_POINT("after_read");
	l->tokens -= l->n;
	for (int i = 0; i < l->n; i++) {
		/* state stands for "not to be sent" until the outcomes are settled */
		if (ended_unsent(l, i))
			continue;
		l->marks[i] = (struct outbox_mark){ .item = &l->items[i] };
		if (MUTANT == 8)	/* planted: marked as sent before it is */
			outbox_mark(&l->h->st, &(struct outbox_mark){ .item = &l->items[i], .state = "sent" }, 1,
			    l->now_ms);
		FAULT_POINT("before_send");
		l->channel.send(&l->channel, &l->items[i], on_outcome, &l->results[i]);
		FAULT_POINT("after_send");
	}
	flush_round(l);
	for (int i = 0; i < l->n; i++)
		if (l->marks[i].state == NULL)
			settle(l, i);
	mark_all(l);
	FAULT_POINT("after_mark");
	return next_round(l);
}
