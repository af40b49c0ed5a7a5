#include "ingest/pull.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "ingest/way.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/pulled.h"
#include "store/warning.h"

#define AWAY_MS 500		/* the store is away: look again */
#define CONNECTIONS_MAX 8
#define LIMIT_MOST_MS INT64_C(3600000)

struct pulls { struct pull *at; size_t n; struct httpc *http; };

/* ---- time ---- */

static void
again(struct pull *p, int64_t ms)
{
	struct timeval tv = ms_to_timeval(ms > 0 ? ms : 0);

	if (!p->stopped)
		event_add(p->timer, &tv);
}

/* Jitter of a fifth each way: many pullers must not come back together. */
static int64_t
back_off(const struct pull *p)
{
	const struct settings *set = &p->g->h.set;
	int64_t wait = set->pull_retry_ms;
	uint32_t random;

	for (int i = 1; i < p->failures && wait < set->pull_retry_max_ms; i++)
		wait *= 2;
	if (wait > set->pull_retry_max_ms)
		wait = set->pull_retry_max_ms;
	random_bytes(&random, sizeof(random));
	return wait * 8 / 10 + wait * 4 / 10 * (int64_t)(random % 1000) / 1000;
}

/* ---- one page ---- */

static void
fail(struct pull *p, const char *why, int64_t wait_ms)
{
	int64_t wait;

	p->failures++;
	p->g->pull_failures++;
	p->first = 1;
	wait = back_off(p);
	if (wait < wait_ms)
		wait = wait_ms;
	if (p->failures == 1 || strcmp(why, buf_str(&p->said)) != 0) {
		log_warn("pull_failed", "source=%s failures=%d again_ms=%" PRId64 " err=\"%s\"",
		    p->source->name, p->failures, wait, log_quote(why, strlen(why)));
		buf_reset(&p->said);
		buf_adds(&p->said, why);
	}
	again(p, wait);
}

static void
go_on(struct pull *p)
{
	int64_t wait = p->more ? 0 : p->every_ms;

	if (p->failures > 1)
		log_info("pull_again", "source=%s failures=%d", p->source->name, p->failures);
	p->failures = 0;
	p->g->pulled++;
	p->first = !p->more;
	again(p, wait > p->wait_ms ? wait : p->wait_ms);
}

static void
on_saved(const redisReply *r, void *arg)
{
	struct pull *p = arg;
	int saved = pulled_saved(r);

	FAULT_POINT("after_pull_saved");
	if (p->stopped)
		return;
	if (saved > 0) {
		go_on(p);
		return;
	}
	if (saved == 0) {
		log_warn("pull_lost", "source=%s fence=%" PRId64, p->source->name, p->fence);
		p->fence = 0;
	}
	p->first = 1;			/* what the store has is read again with the lease */
	again(p, AWAY_MS);
}

static void
save(struct pull *p)
{
	struct redis_args a = { 0 };

	FAULT_POINT("before_pull_saved");
	pulled_save_args(&a, &p->g->h.st, p->source->name, p->fence, buf_str(&p->next));
	if (redis_link_send(p->g->link, on_saved, p, a.n, (const char **)a.argv, a.lens) != 0)
		on_saved(NULL, p);
	redis_args_release(&a);
}

/* All that the page held has been answered by the store. */
static void
settle(struct pull *p)
{
	if (p->stopped || !p->ended || p->waiting > 0)
		return;
	p->ended = 0;
	if (p->missing > 0)
		fail(p, p->full ? "as many warnings as may (warning.inbox) wait unjudged; see whether sla runs" :
		    "not all of the page could be stored", p->wait_ms);
	else if (p->next.len > 0 && strcmp(buf_str(&p->next), buf_str(&p->cursor)) != 0)
		save(p);
	else
		go_on(p);
}

static void
on_stored(enum receipt_result result, const struct code *code, void *arg)
{
	struct pull *p = arg;

	(void)code;
	p->waiting--;
	p->missing += result != RECEIPT_OK;
	settle(p);
}

void
pull_add(struct pull *p, struct laporan *l)
{
	p->waiting++;
	receive(p->g, l, 0, on_stored, p);
}

static void
on_warned(const redisReply *r, void *arg)
{
	struct pull *p = arg;
	enum warning_taken taken = warning_taken(r);

	p->waiting--;
	p->missing += taken == WARNING_FULL || taken == WARNING_UNKNOWN;
	p->full |= taken == WARNING_FULL;
	p->g->warnings += taken == WARNING_TAKEN;
	settle(p);
}

void
pull_warning(struct pull *p, const struct warning *w)
{
	struct ingest *g = p->g;
	struct redis_args a = { 0 };

	p->waiting++;
	warning_take_args(&a, &g->h.st, w, g->h.set.warning_inbox);
	if (!g->h.serving || redis_link_send(g->link, on_warned, p, a.n, (const char **)a.argv, a.lens) != 0)
		on_warned(NULL, p);
	redis_args_release(&a);
}

static void
on_news_noted(const redisReply *r, void *arg)
{
	struct pull *p = arg;

	p->waiting--;
	p->missing += r == NULL || r->type != REDIS_REPLY_STRING;
	settle(p);
}

void
pull_receipt(struct pull *p, const char *id, const char *token, enum receipt_news news)
{
	struct ingest *g = p->g;
	struct redis_args a = { 0 };

	if (!way_token_fits(g, id, token)) {
		way_drop(g, p->source->name, "token");
		return;
	}
	g->receipts++;
	p->waiting++;
	outbox_receipt_args(&a, &g->h.st, id, news, house_now_ms(&g->h));
	if (!g->h.serving || redis_link_send(g->link, on_news_noted, p, a.n, (const char **)a.argv,
	    a.lens) != 0)
		on_news_noted(NULL, p);
	redis_args_release(&a);
}

void
pull_end(struct pull *p, const struct pull_result *r)
{
	if (p->stopped)
		return;
	if (r->alarm != NULL)
		house_alarm(&p->g->h, "pull", p->source->name, r->alarm);
	if (r->outcome == PULL_TROUBLE) {
		fail(p, r->why != NULL ? r->why : "", r->wait_ms);
		return;
	}
	p->more = r->outcome == PULL_MORE;
	p->wait_ms = r->wait_ms;
	buf_reset(&p->next);
	buf_adds(&p->next, r->cursor != NULL ? r->cursor : "");
	p->ended = 1;
	settle(p);
}

/* ---- the lease ---- */

static int
ask_lease(struct pull *p, on_redis_reply cb)
{
	struct redis_args a = { 0 };
	int rc;

	pulled_take_args(&a, &p->g->h.st, p->source->name, p->owner, p->g->h.set.pull_lease_ms);
	rc = redis_link_send(p->g->link, cb, p, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
	return rc;
}

static void
on_lease(const redisReply *r, void *arg)
{
	struct pull *p = arg;
	int64_t fence = 0, wait_ms = 0;
	int taken = pulled_taken(r, &fence, &p->cursor, &wait_ms);

	if (p->stopped)
		return;
	if (taken <= 0) {
		p->fence = 0;
		p->first = 1;
		again(p, taken == 0 && wait_ms > 0 ? wait_ms : AWAY_MS);
		return;
	}
	if (fence != p->fence) {
		log_info("pulling", "source=%s fence=%" PRId64, p->source->name, fence);
		p->first = 1;
	}
	p->fence = fence;
	p->missing = p->full = 0;
	p->source->fetch(p);
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct pull *p = arg;

	(void)fd, (void)what;
	if (p->waiting > 0 || !p->g->h.serving || ask_lease(p, on_lease) != 0)
		again(p, AWAY_MS);
}

/* Only the fence tells at saving; this keeps others from beginning meanwhile. */
static void
on_renewed(const redisReply *r, void *arg)
{
	(void)r, (void)arg;
}

static void
on_renewal(evutil_socket_t fd, short what, void *arg)
{
	struct pull *p = arg;

	(void)fd, (void)what;
	if (p->fence > 0 && p->g->h.serving)
		ask_lease(p, on_renewed);
}

/* ---- by HTTP ---- */

int
pull_token(struct pull *p, const char *name, struct buf *errors)
{
	struct buf path = { 0 };
	int there;

	buf_addf(&path, "%s/secrets/%s", p->g->h.st.dir, name);
	there = access(buf_str(&path), F_OK) == 0;
	buf_release(&path);
	if (!there)
		return 1;
	return secret_read(p->g->h.st.dir, name, &p->token, errors);
}

int
pull_trouble(const struct httpc_answer *a, int64_t now_s, struct pull_result *r)
{
	memset(r, 0, sizeof(*r));
	r->outcome = PULL_TROUBLE;
	r->why = a->why;
	if (a->outcome != 0)
		return 1;
	r->wait_ms = a->retry_after_ms;
	if ((a->status == 429 || a->remaining == 0) && (a->reset_s - now_s) * 1000 > r->wait_ms)
		r->wait_ms = (a->reset_s - now_s) * 1000;
	if (r->wait_ms > LIMIT_MOST_MS)
		r->wait_ms = LIMIT_MOST_MS;
	if (a->status == 200 && a->why[0] == '\0')
		return 0;
	if (a->status == 401 || a->status == 403)
		r->alarm = "akses ditolak; perbarui token di secrets/ lalu jalankan ulang ingest";
	if (a->status != 200)
		r->why = a->status == 429 ? "429: too many calls" : a->status >= 500 ?
		    "5xx: the platform is in trouble" : "4xx: the call is refused";
	return 1;
}

/* ---- all of them ---- */

static int
start_one(struct pull *p, struct ingest *g, struct event_base *base,
    const struct pull_source *source, struct httpc *http)
{
	struct timeval third = ms_to_timeval(g->h.set.pull_lease_ms / 3);
	struct buf errors = { 0 };
	uint64_t once;
	int rc;

	random_bytes(&once, sizeof(once));
	*p = (struct pull){ .source = source, .g = g, .http = http, .base = base,
	    .first = 1 };
	/* Of this start alone: an answer owed to an earlier one is nobody's. */
	snprintf(p->owner, sizeof(p->owner), "%.32s:%016" PRIx64, g->h.st.name, once);
	p->timer = event_new(base, -1, 0, on_time, p);
	p->renewal = event_new(base, -1, EV_PERSIST, on_renewal, p);
	rc = p->timer != NULL && p->renewal != NULL ? source->open(p, &errors) : -1;
	if (rc == 0) {
		event_add(p->renewal, &third);
		again(p, 0);
	}
	fputs(buf_str(&errors), stderr);
	buf_release(&errors);
	return rc;
}

static void
end_one(struct pull *p)
{
	if (p->data != NULL)
		p->source->release(p);
	if (p->timer != NULL)
		event_free(p->timer);
	if (p->renewal != NULL)
		event_free(p->renewal);
	buf_wipe(&p->token);
	buf_release(&p->cursor);
	buf_release(&p->next);
	buf_release(&p->said);
}

int
pulls_start(struct ingest *g, struct event_base *base)
{
	struct pulls *all = xcalloc(1, sizeof(*all));

	g->pulls = all;
	all->at = xcalloc(pull_sources_n, sizeof(*all->at));
	all->http = httpc_new(base, CONNECTIONS_MAX);
	for (size_t i = 0; i < pull_sources_n; i++) {
		int rc = start_one(&all->at[all->n], g, base, pull_sources[i], all->http);

		if (rc < 0) {
			end_one(&all->at[all->n]);
			return -1;
		}
		if (rc == 0)
			all->n++;
		else
			end_one(&all->at[all->n]);
	}
	return 0;
}

/* So that the next one need not wait for its end. */
static void
give_up(struct pull *p)
{
	struct redis_args a = { 0 };

	pulled_take_args(&a, &p->g->h.st, p->source->name, p->owner, 0);
	freeReplyObject(redis_pipe_call(p->g->h.st.pipe, a.n, (const char **)a.argv, a.lens));
	redis_args_release(&a);
}

void
pulls_stop(struct pulls *all)
{
	if (all == NULL || all->http == NULL)
		return;
	for (size_t i = 0; i < all->n; i++) {
		struct pull *p = &all->at[i];

		p->stopped = 1;
		event_del(p->timer);
		event_del(p->renewal);
		if (p->fence > 0)
			give_up(p);
	}
	httpc_free(all->http);
	all->http = NULL;
}

void
pulls_free(struct pulls *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < all->n; i++)
		end_one(&all->at[i]);
	free(all->at);
	free(all);
}
