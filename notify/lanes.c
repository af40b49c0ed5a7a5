#include "notify/lanes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "notify/retry.h"

#define ROUND_MS 10

static void on_landing(evutil_socket_t fd, short what, void *arg);

int
outlane_init(struct outlane *l, struct house *h, struct event_base *base, const struct channel *c)
{
	int batch = (int)h->set.notify_batch;

	memset(l, 0, sizeof(*l));
	l->h = h;
	l->channel = *c;
	l->flights_n = c->in_flight < batch ? c->in_flight : batch;
	l->flights = xcalloc((size_t)l->flights_n, sizeof(*l->flights));
	l->claimed = xcalloc((size_t)l->flights_n, sizeof(*l->claimed));
	l->marks = xcalloc((size_t)l->flights_n, sizeof(*l->marks));
	l->filled_mono_ms = clock_mono_ms();
	l->landing = event_new(base, -1, 0, on_landing, l);
	return l->landing != NULL ? 0 : -1;
}

void
outlane_release(struct outlane *l)
{
	if (l->channel.release != NULL)
		l->channel.release(&l->channel);	/* its outcomes still come, and are not marked */
	if (l->landing != NULL)
		event_free(l->landing);
	for (int i = 0; i < l->flights_n; i++)
		if (l->flights[i].state != FLIGHT_FREE)
			outbox_item_release(&l->flights[i].item);
	free(l->flights);
	free(l->claimed);
	free(l->marks);
	memset(l, 0, sizeof(*l));
}

int
outlane_is_busy(const struct outlane *l)
{
	return l->sending + l->landed > 0;
}

/* A channel's own figure, or that of all. */
static int64_t
or_else(int64_t own, int64_t all)
{
	return own > 0 ? own : all;
}

/* ---- the budget ---- */

static double
rate_of(const struct outlane *l)
{
	return (double)or_else(l->channel.per_second, l->h->set.notify_per_s);
}

static void
refill(struct outlane *l)
{
	int64_t mono = clock_mono_ms();
	double rate = rate_of(l);

	l->tokens += (double)(mono - l->filled_mono_ms) * rate / 1000.0;
	l->filled_mono_ms = mono;
	/* A tenth of a second's worth at most: no burst after a pause. */
	if (l->tokens > rate / 10 + 1)
		l->tokens = rate / 10 + 1;
}

/*
 * With a backlog a message becomes free each time the budget gives one or a recipient's last one
 * ends: taken up at once, each would cost a claim, a mark and two syncs of its own.
 */
static int64_t
next_round(const struct outlane *l)
{
	double missing = 1 - l->tokens;
	int64_t wait = missing > 0 ? (int64_t)(missing * 1000 / rate_of(l)) + 1 : 0;

	return wait > ROUND_MS ? wait : ROUND_MS;
}

/* ---- outcomes ---- */

/* From what became of it to what is marked. */
static void
settle(struct flight *f)
{
	struct outlane *l = f->l;
	const struct settings *set = &l->h->set;
	uint32_t jitter;
	struct retry_plan plan;

	if (f->result.outcome == SEND_ELSEWHERE) {
		f->mark.route = f->result.route;
		log_warn("sent_elsewhere", "route=%s to=%s message=%s err=\"%s\"", l->channel.route,
		    f->mark.route, f->item.id, log_quote(f->why, strlen(f->why)));
		return;
	}
	random_bytes(&jitter, sizeof(jitter));
	/* Not the time of the last claim: with all in the air that is as old as what hung longest. */
	plan = retry_after(&f->result, f->item.tries,
	    (int)or_else(l->channel.tries, set->notify_tries),
	    or_else(l->channel.retry_ms, set->notify_retry_ms), house_now_ms(l->h),
	    f->item.not_after_ms, jitter);
	f->mark.state = plan.state;
	f->mark.at_ms = plan.at_ms;
	f->mark.audit = plan.state != NULL && strcmp(plan.state, "sent") != 0;
	/* The way itself is shut: the queue waits and is not burnt against it. */
	if (f->result.outcome == SEND_RETRY && f->result.pause_ms > 0) {
		f->mark.state = NULL;
		f->mark.at_ms = house_now_ms(l->h) + f->result.pause_ms;
		f->mark.uncounted = 1;
		f->mark.audit = 0;
	}
	f->mark.waits = l->channel.receipts && f->result.outcome == SEND_DONE;
	if (f->result.outcome != SEND_DONE)
		log_warn("send_failed", "route=%s message=%s outcome=%d tries=%d next=%s err=\"%s\"",
		    l->channel.route, f->item.id, (int)f->result.outcome, f->item.tries + 1,
		    f->mark.state != NULL ? f->mark.state : "retry", log_quote(f->why, strlen(f->why)));
}

static void
on_outcome(const struct send_result *r, void *arg)
{
	struct flight *f = arg;
	struct outlane *l = f->l;

	f->result = *r;
	snprintf(f->why, sizeof(f->why), "%s", r->why != NULL ? r->why : "");
	f->result.why = f->why;
	f->state = FLIGHT_LANDED;
	l->sending--;
	l->landed++;
	FAULT_POINT("after_send");
	if (r->pause_ms > 0)
		l->paused_until_mono_ms = clock_mono_ms() + r->pause_ms;
	event_active(l->landing, EV_TIMEOUT, 0);
}

/* What was sent but cannot be made certain is unknown, not done. */
static void
flush_landed(struct outlane *l)
{
	if (l->channel.flush == NULL || l->channel.flush(&l->channel) == 0)
		return;
	for (int i = 0; i < l->flights_n; i++) {
		struct flight *f = &l->flights[i];

		if (f->state == FLIGHT_LANDED && f->result.outcome == SEND_DONE) {
			snprintf(f->why, sizeof(f->why), "%s", strerror(errno));
			f->result.outcome = SEND_UNKNOWN;
		}
	}
}

static void
count(struct outlane *l, const struct outbox_mark *m)
{
	if (m->result != 0) {
		l->lost++;
	} else if (m->route != NULL) {
		l->moved++;
	} else if (m->state == NULL) {
		l->retried++;
	} else if (strcmp(m->state, "sent") == 0) {
		l->sent++;
	} else {
		l->ended++;
		if (strcmp(m->state, "undeliverable") == 0)
			house_alarm(l->h, "undeliverable",
			    m->item->code[0] != '\0' ? m->item->code : "pesan", m->item->id);
	}
}

static void
mark_landed(struct outlane *l)
{
	int n = 0;

	if (l->landed == 0)
		return;
	flush_landed(l);
	for (int i = 0; i < l->flights_n; i++) {
		struct flight *f = &l->flights[i];

		if (f->state != FLIGHT_LANDED)
			continue;
		if (f->mark.state == NULL)	/* else it was ended unsent */
			settle(f);
		l->marks[n++] = f->mark;
	}
	outbox_mark(&l->h->st, l->marks, n, l->now_ms);
	for (int i = 0; i < n; i++)
		count(l, &l->marks[i]);
	for (int i = 0; i < l->flights_n; i++)
		if (l->flights[i].state == FLIGHT_LANDED) {
			outbox_item_release(&l->flights[i].item);
			l->flights[i].state = FLIGHT_FREE;
		}
	l->landed = 0;
	FAULT_POINT("after_mark");
}

static void
on_landing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	mark_landed(arg);
}

/* ---- sending ---- */

static const char *
ended_unsent(const struct outlane *l, const struct outbox_item *it)
{
	if (!it->readable)
		return "undeliverable";
	return it->not_after_ms != 0 && l->now_ms > it->not_after_ms ? "expired" : NULL;
}

static void
launch(struct outlane *l, const struct outbox_item *it)
{
	struct flight *f = l->flights;
	const char *ended;

	while (f->state != FLIGHT_FREE)
		f++;
	memset(f, 0, sizeof(*f));
	f->l = l;
	f->item = *it;
	f->state = FLIGHT_SENDING;
	ended = ended_unsent(l, it);
	f->mark = (struct outbox_mark){ .item = &f->item, .state = ended, .audit = ended != NULL };
	l->sending++;
	if (ended != NULL) {
		f->state = FLIGHT_LANDED;
		l->sending--;
		l->landed++;
		return;
	}
	if (MUTANT == 8)	/* planted: marked as sent before it is */
		outbox_mark(&l->h->st, &(struct outbox_mark){ .item = &f->item, .state = "sent" }, 1,
		    l->now_ms);
	FAULT_POINT("before_send");
	l->channel.send(&l->channel, &f->item, on_outcome, f);
}

int64_t
outlane_run(struct outlane *l)
{
	int64_t mono = clock_mono_ms();
	int most = l->flights_n - l->sending - l->landed, n;

	refill(l);
	if (mono < l->paused_until_mono_ms)
		return l->paused_until_mono_ms - mono;
	if (l->tokens < most)
		most = (int)l->tokens;
	if (most <= 0)
		return next_round(l);
	n = outbox_claim(&l->h->st, l->channel.route, most,
	    or_else(l->channel.lease_ms, l->h->set.notify_lease_ms), l->claimed, &l->now_ms);
	if (n <= 0)
		return l->h->set.notify_nap_ms;
	FAULT_POINT("after_read");
	l->tokens -= n;
	for (int i = 0; i < n; i++)
		launch(l, &l->claimed[i]);
	mark_landed(l);
	return next_round(l);
}
