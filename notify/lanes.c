#include "notify/lanes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "notify/bundle.h"
#include "notify/onward.h"
#include "notify/retry.h"

#define ROUND_MS (1000 / OUTLANE_SLOTS)
#define ASK_MS 1000		/* a lane that rests is asked itself that often */

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

void
outlane_join(struct outlane *l, const struct outlane *all, size_t n)
{
	l->all = all;
	l->all_n = n;
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

/*
 * How long to wait for who asked for it.  He counts from his answer, and our clock and the store's are both
 * cut to whole milliseconds.
 */
#define CUT_MS 2

static int64_t
asked_wait(int64_t ms, int64_t most)
{
	return ms <= 0 ? 0 : ms < most ? ms + CUT_MS : most;
}

/* ---- the budget ---- */

static double
rate_of(const struct outlane *l)
{
	return (double)or_else(l->channel.per_second, l->h->set.notify_per_s);
}

static int64_t
lease_of(const struct outlane *l)
{
	return or_else(l->channel.lease_ms, l->h->set.notify_lease_ms);
}

static int
is_counted(const struct outlane *l)
{
	return l->channel.per_hour > 0 || l->channel.per_day > 0;
}

static void
refill(struct outlane *l)
{
	int64_t mono = clock_mono_ms(), now = mono / ROUND_MS, since = mono - l->filled_mono_ms;
	double rate = rate_of(l), most;

	/* Two rounds' worth at most, or that of a round which a slow disk made long: no pause gives a burst. */
	most = rate * (double)(l->busy && since > 2 * ROUND_MS ? since : 2 * ROUND_MS) / 1000.0 + 1;
	l->tokens += (double)since * rate / 1000.0;
	l->filled_mono_ms = mono;
	if (l->tokens > most)
		l->tokens = most;
	if (l->slot < now - OUTLANE_SLOTS)
		l->slot = now - OUTLANE_SLOTS;		/* all that is remembered is old */
	while (l->slot < now) {
		int *oldest = &l->recent[++l->slot % OUTLANE_SLOTS];

		l->recent_sum -= *oldest;
		*oldest = 0;
	}
}

/* What may leave now: what the bucket holds, and no second may hold more than the budget. */
static int
allowance(const struct outlane *l)
{
	double second = rate_of(l) - l->recent_sum;

	return (int)(second < l->tokens ? second : l->tokens);
}

static void
spend(struct outlane *l, int n)
{
	l->tokens -= n;
	l->recent[l->slot % OUTLANE_SLOTS] += n;
	l->recent_sum += n;
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

static int
is_errand(const struct outbox_item *it)
{
	return strcmp(it->kind, OUTBOX_ERRAND) == 0;
}

/* It goes on by the next of its ways, if one is there: 1. */
static int
go_elsewhere(struct flight *f)
{
	if (!onward(f->l, &f->item, f->route))
		return 0;
	f->mark.route = f->route;
	log_warn("sent_elsewhere", "route=%s to=%s message=%s err=\"%s\"", f->l->channel.route,
	    f->route, f->item.id, log_quote(f->why, strlen(f->why)));
	return 1;
}

/* The way itself is shut: the queue waits and is not burnt against it. */
static void
wait_for_way(struct flight *f)
{
	const struct settings *set = &f->l->h->set;
	int64_t wait = f->result.pause_ms;

	/* Life and safety is looked at again when it may leave for another way. */
	if (f->item.lane_e && set->wait_ms[1] < wait && onward_is_open(f->l))
		wait = set->wait_ms[1];
	f->mark.state = NULL;
	f->mark.at_ms = house_now_ms(f->l->h) + wait;
	f->mark.uncounted = 1;
	f->mark.audit = 0;
}

/* What was called back, or what the platform would not let us. */
static void
settle_errand(struct flight *f)
{
	if (f->mark.state != NULL)
		f->mark.state = f->result.outcome == SEND_DONE ? "recalled" : "kept";
	f->mark.audit = f->mark.state != NULL;
}

/* From what became of it to what is marked. */
static void
settle(struct flight *f)
{
	struct outlane *l = f->l;
	const struct settings *set = &l->h->set;
	uint32_t jitter;
	struct retry_plan plan;

	/* What may have been sent has cost what it costs. */
	f->mark.unspent = is_counted(l) && f->result.outcome != SEND_DONE &&
	    f->result.outcome != SEND_UNKNOWN;
	if (f->result.alarm != NULL)
		house_alarm(l->h, "gerbang", l->channel.route, f->result.alarm);
	if (f->result.outcome == SEND_ELSEWHERE || (f->result.outcome == SEND_UNKNOWN && f->result.last)) {
		if (go_elsewhere(f))
			return;
		f->result.outcome = f->result.outcome == SEND_UNKNOWN ? SEND_FINAL : f->result.otherwise;
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
	if (f->result.outcome == SEND_RETRY && f->result.pause_ms > 0)
		wait_for_way(f);
	if (is_errand(&f->item)) {
		settle_errand(f);
	} else if (f->result.outcome == SEND_DONE) {
		f->mark.waits = l->channel.receipts;
		f->mark.storm = f->storms ? &f->storm : NULL;
		f->mark.ref = f->ref[0] != '\0' ? f->ref : NULL;
		f->mark.name = f->name[0] != '\0' ? f->name : NULL;
	} else if (f->result.outcome != SEND_FINAL &&
	    (plan.state != NULL ? strcmp(plan.state, "undeliverable") == 0 :
	    onward_is_time(l, f->item.lane_e)) && go_elsewhere(f)) {
		return;
	}
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
	/* A platform's word, or its mistake, does not silence us for a year. */
	f->result.pause_ms = asked_wait(r->pause_ms, l->h->set.pause_max_ms);
	f->result.retry_after_ms = asked_wait(r->retry_after_ms, l->h->set.pause_max_ms);
	snprintf(f->why, sizeof(f->why), "%s", r->why != NULL ? r->why : "");
	f->result.why = f->why;
	snprintf(f->ref, sizeof(f->ref), "%s", r->ref != NULL ? r->ref : "");
	f->result.ref = NULL;
	/* One that is cut would be another's. */
	snprintf(f->name, sizeof(f->name), "%s",
	    r->name != NULL && strlen(r->name) < sizeof(f->name) ? r->name : "");
	f->result.name = NULL;
	if (r->outcome != SEND_UNKNOWN && r->pause_ms == 0)
		l->down_mono_ms = 0;
	else if (l->down_mono_ms == 0)
		l->down_mono_ms = clock_mono_ms();
	f->state = FLIGHT_LANDED;
	l->sending--;
	l->landed++;
	FAULT_POINT("after_send");
	if (r->pause_ms > 0)
		l->paused_until_mono_ms = clock_mono_ms() + f->result.pause_ms;
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
		if (!f->decided)
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
	if (is_errand(it))
		return l->now_ms - it->heard_ms > l->h->set.recall_ms ? "kept" : NULL;
	return it->not_after_ms != 0 && l->now_ms > it->not_after_ms ? "expired" : NULL;
}

static struct flight *
board(struct outlane *l, const struct outbox_item *it)
{
	struct flight *f = l->flights;

	while (f->state != FLIGHT_FREE)
		f++;
	memset(f, 0, sizeof(*f));
	f->l = l;
	f->item = *it;
	f->state = FLIGHT_SENDING;
	f->mark = (struct outbox_mark){ .item = &f->item };
	l->sending++;
	return f;
}

/* Its mark is decided without the gateway. */
static void
land_unsent(struct flight *f)
{
	f->decided = 1;
	f->state = FLIGHT_LANDED;
	f->l->sending--;
	f->l->landed++;
}

static void
launch(struct outlane *l, const struct outbox_item *it)
{
	struct flight *f = board(l, it);
	const char *ended = ended_unsent(l, it);

	if (ended != NULL) {
		f->mark.state = ended;
		f->mark.audit = 1;
		f->mark.unspent = is_counted(l);
		land_unsent(f);
		return;
	}
	switch (bundle_look(f, is_counted(l))) {
	case BUNDLE_NOT:
		break;
	case BUNDLE_HELD:
		land_unsent(f);
		return;
	case BUNDLE_DONE:
		outbox_item_release(&f->item);
		f->state = FLIGHT_FREE;
		l->sending--;
		return;
	}
	if (is_errand(it) && l->channel.cancel == NULL) {
		on_outcome(&(struct send_result){ .outcome = SEND_FINAL,
		    .why = "this platform takes nothing back" }, f);
		return;
	}
	if (MUTANT == 8)	/* planted: marked as sent before it is */
		outbox_mark(&l->h->st, &(struct outbox_mark){ .item = &f->item, .state = "sent" }, 1,
		    l->now_ms);
	FAULT_POINT("before_send");
	(is_errand(it) ? l->channel.cancel : l->channel.send)(&l->channel, &f->item, on_outcome, f);
}

/*
 * A store's clock that leapt makes all that rests due, and ends for good what may not be late: until
 * the engine has looked, or nobody does, nothing is touched.
 */
static int64_t
believed_until(const struct house *h)
{
	return h->store_ms == 0 ? 0 : house_now_ms(h) + h->set.clock_step_ms;
}

/*
 * Messages that need not wait any longer leave for another way; what has none waits on, untried.
 * Milliseconds until the next look.
 */
static int64_t
leave(struct outlane *l, enum outbox_lanes lanes, int64_t wait_ms)
{
	const struct outbox_claim claim = { .route = l->channel.route, .lanes = lanes,
	    .most = l->flights_n - l->sending - l->landed, .lease_ms = lease_of(l),
	    .by_ms = believed_until(l->h) };
	int64_t spent;
	int n = claim.most > 0 ? outbox_claim(&l->h->st, &claim, l->claimed, &l->now_ms, &spent) : 0;

	for (int i = 0; i < n; i++) {
		struct flight *f = board(l, &l->claimed[i]);

		snprintf(f->why, sizeof(f->why), "its own way is shut");
		if (!go_elsewhere(f)) {
			f->mark.at_ms = l->now_ms + wait_ms;
			f->mark.uncounted = 1;
		}
		land_unsent(f);
	}
	mark_landed(l);
	return n > 0 ? ROUND_MS : wait_ms < l->h->set.notify_nap_ms ? wait_ms : l->h->set.notify_nap_ms;
}

static int64_t
run_paused(struct outlane *l, int64_t wait_ms)
{
	if (!onward_is_open(l) || !onward_is_time(l, 1))
		return wait_ms;
	return leave(l, onward_is_time(l, 0) ? LANES_BOTH : LANES_E, wait_ms);
}

/* Once for each window: lane n waits, and a human may want to buy more. */
static void
note_spent(struct outlane *l, int64_t spent_ms)
{
	struct buf words = { 0 };

	if (spent_ms == l->spent_ms)
		return;
	if (spent_ms == 0) {
		log_info("budget_again", "route=%s", l->channel.route);
		l->spent_mono_ms = 0;
	} else {
		buf_addf(&words, "jatah kartu %s habis; pesan biasa menunggu sampai ", l->channel.route);
		buf_add_wib_short(&words, spent_ms);
		house_alarm(l->h, "jatah", l->channel.route, buf_str(&words));
		if (l->spent_mono_ms == 0)
			l->spent_mono_ms = clock_mono_ms();
	}
	l->spent_ms = spent_ms;
	buf_release(&words);
}

int
outlane_rests(struct outlane *l, int64_t first_ms)
{
	if (l->h->store_ms == 0 || first_ms <= house_now_ms(l->h) || l->spent_ms != 0 ||
	    clock_mono_ms() - l->asked_mono_ms >= ASK_MS)
		return 0;
	l->busy = 0;
	return 1;
}

int64_t
outlane_run(struct outlane *l)
{
	struct outbox_claim claim = { .route = l->channel.route,
	    .most = l->flights_n - l->sending - l->landed, .lease_ms = lease_of(l),
	    .per_hour = l->channel.per_hour, .per_day = l->channel.per_day,
	    .by_ms = believed_until(l->h) };
	int64_t mono = clock_mono_ms(), spent;
	int n;

	refill(l);
	if (mono < l->paused_until_mono_ms) {
		l->busy = 0;
		return run_paused(l, l->paused_until_mono_ms - mono);
	}
	if (allowance(l) < claim.most)
		claim.most = allowance(l);
	if (claim.most <= 0)
		return next_round(l);
	l->asked_mono_ms = mono;
	n = outbox_claim(&l->h->st, &claim, l->claimed, &l->now_ms, &spent);
	/* What is in the air may come back unsent, and its parts with it. */
	if (n >= 0 && l->sending == 0)
		note_spent(l, spent);
	if (n == 0 && l->spent_mono_ms != 0 && l->spent_ms > l->now_ms && onward_is_open(l) &&
	    mono - l->spent_mono_ms >= l->h->set.wait_ms[0])
		return leave(l, LANES_N, l->spent_ms - l->now_ms);
	l->busy = n > 0;
	if (n <= 0)
		return l->h->set.notify_nap_ms;
	FAULT_POINT("after_read");
	spend(l, n);
	for (int i = 0; i < n; i++)
		launch(l, &l->claimed[i]);
	mark_landed(l);
	return next_round(l);
}
