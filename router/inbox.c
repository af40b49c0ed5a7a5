#include "router/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"

#define SEEN_MAX 512
#define BLOCK_MS "1000"
#define FAILED_MS 100		/* before the next try */
static const char *const lanes[] = { "e", "n" };

/* An entry in another router's hands, as it was at the last look. */
struct held { char lane[4], id[32], consumer[32]; int deliveries; int64_t beat_ms; };

/* Deliveries of an entry that came to nothing because the store was away: we lived through them. */
struct outlived { char lane[4], id[32]; int n; };

struct inbox {
	struct router *r;
	struct redis_link *link;
	struct event *again, *scan;
	char consumer[32];
	int recover;			/* own pending entries must be read first */
	int waiting;			/* a blocking read is under way */
	int stopping;
	struct held held[SEEN_MAX];
	int held_n;
	struct outlived outlived[SEEN_MAX];
	int outlived_n;
};

static void
later(struct inbox *in, int64_t ms)
{
	struct timeval tv = ms_to_timeval(ms);

	event_add(in->again, &tv);
}

/* ---- entries ---- */

static int
entry_of(struct entry *e, const char *lane, const redisReply *r)
{
	const redisReply *f;

	memset(e, 0, sizeof(*e));
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 2)
		return -1;
	snprintf(e->lane, sizeof(e->lane), "%s", lane);
	snprintf(e->id, sizeof(e->id), "%s", r->element[0]->str);
	e->arrived_ms = strtoll(e->id, NULL, 10);
	e->deliveries = 1;
	f = r->element[1];
	/* nil fields: deleted while pending. */
	if (f->type != REDIS_REPLY_ARRAY || f->elements != 2 ||
	    code_parse(&e->code, f->element[1]->str, f->element[1]->len) != 0)
		return -1;
	return 0;
}

static void
drop_entry(struct inbox *in, const char *lane, const char *id)
{
	struct buf key = { 0 };

	log_warn("entry_gone", "lane=%s entry=%s", lane, id);
	buf_add_key(&key, &in->r->h.st.keys, KEY_IN, lane, NULL);
	freeReplyObject(redis_pipe_command(in->r->h.st.pipe, "XACK %b router %s", key.data, key.len,
	    id));
	buf_release(&key);
}

/* ---- deliveries that are nobody's fault ---- */

static struct outlived *
outlived_find(struct inbox *in, const struct entry *e)
{
	for (int i = 0; i < in->outlived_n; i++)
		if (strcmp(in->outlived[i].id, e->id) == 0 &&
		    strcmp(in->outlived[i].lane, e->lane) == 0)
			return &in->outlived[i];
	return NULL;
}

/*
 * Works off entries.  What the store's absence leaves undone must not count towards the deliveries
 * after which a report is taken for one that kills its reader.
 */
static int
work(struct inbox *in, struct entry *entries, int n)
{
	int rc = router_work(in->r, entries, n);

	for (int i = 0; i < n && rc != 0 && !redis_pipe_is_up(in->r->h.st.pipe); i++) {
		struct outlived *o = outlived_find(in, &entries[i]);

		if (o == NULL) {
			if (in->outlived_n == SEEN_MAX)
				continue;
			o = &in->outlived[in->outlived_n++];
			memset(o, 0, sizeof(*o));
			memcpy(o->lane, entries[i].lane, sizeof(o->lane));
			memcpy(o->id, entries[i].id, sizeof(o->id));
		}
		o->n++;
	}
	return rc;
}

/* Of all lanes in one go, in their order: what a round asks of the store it then asks once. */
static int
work_reply(struct inbox *in, const redisReply *r)
{
	struct entry *entries;
	int n = 0, rc;
	size_t most = 0;

	for (size_t i = 0; i < r->elements; i++)
		most += r->element[i]->element[1]->elements;
	entries = xcalloc(most + 1, sizeof(*entries));
	for (size_t i = 0; i < r->elements; i++) {
		const char *name = r->element[i]->element[0]->str;
		const char *lane = name[strlen(name) - 1] == 'e' ? "e" : "n";
		const redisReply *list = r->element[i]->element[1];

		for (size_t k = 0; k < list->elements; k++)
			if (entry_of(&entries[n], lane, list->element[k]) == 0)
				n++;
			else if (list->element[k]->type == REDIS_REPLY_ARRAY &&
			    list->element[k]->elements == 2)
				drop_entry(in, lane, list->element[k]->element[0]->str);
	}
	FAULT_POINT("after_read");
	rc = n > 0 ? work(in, entries, n) : 0;
	for (int i = 0; i < n; i++)
		entry_release(&entries[i]);
	free(entries);
	return rc;
}

/* ---- own pending entries, one by one: what kills the router must not take others with it ---- */

static int
deliveries_of(struct inbox *in, const struct buf *key, const char *id)
{
	redisReply *r = redis_pipe_command(in->r->h.st.pipe, "XPENDING %b router %s %s 1",
	    key->data, key->len, id, id);
	int n = 1;

	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 1 &&
	    r->element[0]->elements == 4)
		n = (int)r->element[0]->element[3]->integer;
	freeReplyObject(r);
	return n;
}

/* Works off one pending entry after *from. 1 one done, 0 none left, -1 come again. */
static int
recover_one(struct inbox *in, const char *lane, char from[32])
{
	struct buf key = { 0 };
	const struct outlived *o;
	struct entry e;
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &in->r->h.st.keys, KEY_IN, lane, NULL);
	r = redis_pipe_command(in->r->h.st.pipe, "XREADGROUP GROUP router %s COUNT 1 STREAMS %b %s",
	    in->consumer, key.data, key.len, from);
	if (r == NULL || r->type == REDIS_REPLY_ERROR)
		goto out;
	rc = 0;
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 1 ||
	    r->element[0]->element[1]->elements == 0)
		goto out;
	rc = 1;
	snprintf(from, 32, "%s", r->element[0]->element[1]->element[0]->element[0]->str);
	if (entry_of(&e, lane, r->element[0]->element[1]->element[0]) != 0) {
		drop_entry(in, lane, from);
		goto out;
	}
	o = outlived_find(in, &e);
	e.deliveries = deliveries_of(in, &key, e.id) - (o != NULL ? o->n : 0);
	if (work(in, &e, 1) != 0 && !redis_pipe_is_up(in->r->h.st.pipe))
		rc = -1;
	entry_release(&e);
out:
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

static int
recover(struct inbox *in)
{
	for (size_t i = 0; i < N_ELEMS(lanes); i++) {
		char from[32] = "0";
		int rc;

		while ((rc = recover_one(in, lanes[i], from)) > 0)
			if (in->stopping)
				return -1;
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* ---- reading on ---- */

static void
on_entries(const redisReply *r, void *arg)
{
	struct inbox *in = arg;
	int failed = 0;

	in->waiting = 0;
	if (r == NULL || r->type == REDIS_REPLY_ERROR) {
		if (r != NULL)
			log_error("read_failed", "err=\"%s\"", log_quote(r->str, r->len));
		in->recover = 1;	/* what it may have given us stands pending */
		later(in, FAILED_MS);
		return;
	}
	if (r->type == REDIS_REPLY_ARRAY && work_reply(in, r) != 0)
		in->recover = failed = 1;
	/* A look at what is pending costs one call; only what failed must wait for its next try. */
	later(in, failed ? FAILED_MS : 0);
}

static void
read_on(struct inbox *in)
{
	struct redis_args a = { 0 };
	char count[16];

	snprintf(count, sizeof(count), "%lld", (long long)in->r->h.set.router_batch);
	redis_args_adds(&a, "XREADGROUP");
	redis_args_adds(&a, "GROUP");
	redis_args_adds(&a, "router");
	redis_args_adds(&a, in->consumer);
	redis_args_adds(&a, "COUNT");
	redis_args_adds(&a, count);
	redis_args_adds(&a, "BLOCK");
	redis_args_adds(&a, BLOCK_MS);
	redis_args_adds(&a, "STREAMS");
	for (size_t i = 0; i < N_ELEMS(lanes); i++)
		args_add_key(&a, &in->r->h.st, KEY_IN, lanes[i], NULL);
	redis_args_adds(&a, ">");
	redis_args_adds(&a, ">");
	if (redis_link_send_blocking(in->link, on_entries, in, a.n, (const char **)a.argv,
	    a.lens) == 0)
		in->waiting = 1;
	else
		later(in, FAILED_MS);	/* down: on_link() comes sooner */
	redis_args_release(&a);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct inbox *in = arg;

	(void)fd, (void)what;
	if (in->stopping || in->waiting)
		return;
	if (!in->r->h.serving) {
		in->recover = 1;
		later(in, FAILED_MS);
		return;
	}
	if (in->recover) {
		if (recover(in) != 0) {
			later(in, FAILED_MS);
			return;
		}
		in->recover = 0;
		in->outlived_n = 0;
	}
	read_on(in);
}

/* ---- entries of dead routers ---- */

static int64_t
beat_of(struct inbox *in, const char *consumer)
{
	struct buf key = { 0 };
	redisReply *r;
	int64_t ms = 0;

	buf_add_key(&key, &in->r->h.st.keys, KEY_HEARTBEAT, NULL, NULL);
	r = redis_pipe_command(in->r->h.st.pipe, "HGET %b %s", key.data, key.len, consumer);
	if (r != NULL && r->type == REDIS_REPLY_STRING)
		ms = strtoll(r->str, NULL, 10);
	freeReplyObject(r);
	buf_release(&key);
	return ms;
}

static const struct held *
held_before(const struct inbox *in, const struct held *h)
{
	for (int i = 0; i < in->held_n; i++)
		if (strcmp(in->held[i].id, h->id) == 0 && strcmp(in->held[i].lane, h->lane) == 0)
			return &in->held[i];
	return NULL;
}

static void
take_over(struct inbox *in, const struct held *h)
{
	struct buf key = { 0 };
	redisReply *r;

	FAULT_POINT("before_claim");
	buf_add_key(&key, &in->r->h.st.keys, KEY_IN, h->lane, NULL);
	/* Idle time follows the wall clock, so it decides nothing here. */
	r = redis_pipe_command(in->r->h.st.pipe, "XCLAIM %b router %s 0 %s RETRYCOUNT %d JUSTID",
	    key.data, key.len, in->consumer, h->id, h->deliveries);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 1) {
		log_warn("claimed", "lane=%s entry=%s from=%s", h->lane, h->id, h->consumer);
		in->recover = 1;
	}
	FAULT_POINT("after_claim");
	freeReplyObject(r);
	buf_release(&key);
}

static int
scan_lane(struct inbox *in, const char *lane, struct held *found, int n)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &in->r->h.st.keys, KEY_IN, lane, NULL);
	r = redis_pipe_command(in->r->h.st.pipe, "XPENDING %b router - + 256", key.data, key.len);
	for (size_t i = 0;
	    r != NULL && r->type == REDIS_REPLY_ARRAY && i < r->elements && n < SEEN_MAX; i++) {
		const redisReply *p = r->element[i];
		struct held h = { .deliveries = (int)p->element[3]->integer };
		const struct held *before;

		/*
		 * Nothing of ours is half done between callbacks: what is pending was
		 * left undone.
		 */
		if (strcmp(p->element[1]->str, in->consumer) == 0) {
			in->recover = 1;
			continue;
		}
		snprintf(h.lane, sizeof(h.lane), "%s", lane);
		snprintf(h.id, sizeof(h.id), "%s", p->element[0]->str);
		snprintf(h.consumer, sizeof(h.consumer), "%s", p->element[1]->str);
		h.beat_ms = beat_of(in, h.consumer);
		before = held_before(in, &h);
		if (before != NULL && strcmp(before->consumer, h.consumer) == 0 &&
		    before->deliveries == h.deliveries && before->beat_ms == h.beat_ms)
			/* seen twice, untouched, and its holder shows no life */
			take_over(in, &h);
		else
			found[n++] = h;
	}
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

static void
on_scan(evutil_socket_t fd, short what, void *arg)
{
	struct inbox *in = arg;
	struct held *found = xcalloc(SEEN_MAX, sizeof(*found));
	int n = 0;

	(void)fd, (void)what;
	if (in->r->h.serving && !in->stopping) {
		/* A new configuration takes a fifth of a second to make ready: not the next report's. */
		router_refresh(in->r);
		for (size_t i = 0; i < N_ELEMS(lanes); i++)
			n = scan_lane(in, lanes[i], found, n);
	}
	memcpy(in->held, found, sizeof(*found) * (size_t)n);
	in->held_n = n;
	free(found);
}

/* ---- life ---- */

static void
on_link(int up, void *arg)
{
	if (up)
		later(arg, 0);
}

struct inbox *
inbox_new(struct router *r, struct event_base *base, const char *consumer)
{
	struct inbox *in = xcalloc(1, sizeof(*in));
	const struct redis_link_options o = { .name = consumer,
	    .connect_ms = r->h.set.redis_connect_ms, .command_ms = r->h.set.redis_command_ms,
	    .in_flight_max = 4, .on_state = on_link, .arg = in };
	struct timeval every = ms_to_timeval(r->h.set.router_scan_ms);

	in->r = r;
	in->recover = 1;
	snprintf(in->consumer, sizeof(in->consumer), "%s", consumer);
	in->link = redis_link_new(base, &r->h.st.address, &o);
	in->again = event_new(base, -1, 0, on_again, in);
	in->scan = event_new(base, -1, EV_PERSIST, on_scan, in);
	if (in->again == NULL || in->scan == NULL || event_add(in->scan, &every) != 0) {
		inbox_free(in);
		return NULL;
	}
	return in;
}

void
inbox_free(struct inbox *in)
{
	if (in == NULL)
		return;
	in->stopping = 1;
	redis_link_free(in->link);	/* first: it calls back */
	if (in->again != NULL)
		event_free(in->again);
	if (in->scan != NULL)
		event_free(in->scan);
	free(in);
}

void
inbox_start(struct inbox *in)
{
	later(in, 0);
}

int
inbox_stop(struct inbox *in)
{
	in->stopping = 1;
	/* entries are worked off within one callback: none is half done between them */
	return 1;
}
