#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "ingest/parts.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/canary.h"

#define SWEEP_MS 100
#define DRAIN_MS 200
#define DRAIN_BATCH 100
#define QUEUE_ASK_MS 500

/* A report on its way into the store. */
struct pending {
	struct ingest *g;
	struct intake in;
	int spoolable, answered, draws;
	int64_t since_ms;		/* monotonic */
	on_receipt cb;
	void *arg;
	struct pending *next, *prev;
};

struct spooled { char field[LOOKUP_CHARS + 1]; struct code code; };

static int send_in(struct pending *p);

/* ---- promised codes of the spool: a redelivery must hear the same one ---- */

static struct spooled *
spooled_slot(struct ingest *g, const char *field)
{
	size_t i = 0;

	for (const char *p = field; *p != '\0'; p++)
		i = i * 31 + (unsigned char)*p;
	for (i %= g->spooled_cap; g->spooled[i].field[0] != '\0'; i = (i + 1) % g->spooled_cap)
		if (strcmp(g->spooled[i].field, field) == 0)
			break;
	return &g->spooled[i];
}

static void
spooled_add(struct ingest *g, const char *field, const struct code *code)
{
	struct spooled *s;

	if (2 * (g->spooled_n + 1) > g->spooled_cap) {
		struct spooled *old = g->spooled;
		size_t cap = g->spooled_cap;

		g->spooled_cap = cap ? 2 * cap : 1024;
		g->spooled = xcalloc(g->spooled_cap, sizeof(*g->spooled));
		for (size_t i = 0; i < cap; i++)
			if (old[i].field[0] != '\0')
				*spooled_slot(g, old[i].field) = old[i];
		free(old);
	}
	s = spooled_slot(g, field);
	g->spooled_n += s->field[0] == '\0';
	snprintf(s->field, sizeof(s->field), "%s", field);
	s->code = *code;
}

static const struct code *
spooled_code(struct ingest *g, const char *field)
{
	struct spooled *s = g->spooled_cap > 0 ? spooled_slot(g, field) : NULL;

	return s != NULL && s->field[0] != '\0' ? &s->code : NULL;
}

/* ---- answers ---- */

static void
unlink_pending(struct pending *p)
{
	struct ingest *g = p->g;

	*(p->prev != NULL ? &p->prev->next : &g->first) = p->next;
	*(p->next != NULL ? &p->next->prev : &g->last) = p->prev;
	g->waiting--;
	p->prev = p->next = NULL;
}

/* Says it once; the struct lives on until the store's own answer has come. */
static void
answer(struct pending *p, enum receipt_result result, const struct code *code)
{
	if (p->answered)
		return;
	p->answered = 1;
	unlink_pending(p);
	FAULT_POINT("after_store");
	p->cb(result, code, p->arg);
	FAULT_POINT("after_reply");
}

static void
pending_free(struct pending *p)
{
	intake_release(&p->in);
	free(p);
}

static void
to_spool(struct pending *p)
{
	struct ingest *g = p->g;
	const struct code *promised = spooled_code(g, p->in.field);
	struct code code = promised != NULL ? *promised : p->in.codes[0];
	struct buf data = { 0 };

	if (!p->spoolable) {
		g->refused++;
		answer(p, RECEIPT_AWAY, NULL);
		return;
	}
	if (promised == NULL) {
		/* planted: the second try looks like another message */
		if (MUTANT == 13) {
			uint64_t other;

			random_bytes(&other, sizeof(other));
			snprintf(p->in.field, sizeof(p->in.field), "%016llx",
			    (unsigned long long)other);
		}
		intake_encode(&data, &p->in);
		if (spool_put(g->spool, p->in.field, p->in.received_ms, data.data, data.len) != 0) {
			log_error("spool_failed", "case=%s err=\"%s\"", code.s, strerror(errno));
			buf_release(&data);
			g->refused++;
			g->unspooled++;
			answer(p, RECEIPT_AWAY, NULL);
			return;
		}
		spooled_add(g, p->in.field, &code);
		g->spooled_total++;
		log_warn("spooled", "case=%s lane=%s files=%zu", code.s, p->in.lane,
		    spool_count(g->spool));
		buf_release(&data);
	}
	answer(p, RECEIPT_OK, &code);
}

static void
on_intake(const redisReply *r, void *arg)
{
	struct pending *p = arg;
	struct code code;
	enum intake_result result = intake_result(r, &code);

	/* came after its time: the spool has it, and dedupe will know */
	if (p->answered) {
		pending_free(p);
		return;
	}
	switch (result) {
	case INTAKE_OK: case INTAKE_SEEN:
		p->g->taken += result == INTAKE_OK;
		p->g->seen += result == INTAKE_SEEN;
		answer(p, RECEIPT_OK, &code);
		break;
	case INTAKE_RETRY:
		if (r != NULL && strncmp(r->str, "KENTONGAN", 9) == 0 && p->draws++ < 3) {
			uint64_t random;

			for (size_t i = 0; i < N_ELEMS(p->in.codes); i++) {
				random_bytes(&random, sizeof(random));
				code_make(&p->in.codes[i], random & ((UINT64_C(1) << 35) - 1));
			}
			if (send_in(p) == 0)
				return;
		}
		to_spool(p);
		break;
	case INTAKE_FATAL:
		log_error("intake_refused", "err=\"%s\"",
		    r != NULL && r->type == REDIS_REPLY_ERROR ? log_quote(r->str, r->len) :
		    "another form of answer");
		to_spool(p);
		break;
	case INTAKE_UNKNOWN:
		to_spool(p);
		break;
	}
	pending_free(p);
}

/* ---- the way in ---- */

static int
send_in(struct pending *p)
{
	struct ingest *g = p->g;
	int64_t now = house_now_ms(&g->h);

	if (now / DAY_MS != g->days.today || now % DAY_MS > DAY_MS - MINUTE_MS) {
		intake_days_at(&g->days, now, (int)g->h.set.dedupe_days);
		intake_days_prune(&g->days, &g->h.st);
	}
	redis_args_reset(&g->args);
	intake_args(&g->args, &g->h.st, &p->in, &g->days);
	FAULT_POINT("before_store");
	return redis_link_send(g->link, on_intake, p, g->args.n, (const char **)g->args.argv,
	    g->args.lens);
}

static int
is_full(struct ingest *g, const struct laporan *l)
{
	return !l->lane_e && g->queue_n > g->h.set.queue_max;
}

void
receive(struct ingest *g, struct laporan *l, int spoolable, on_receipt cb, void *arg)
{
	struct pending *p;

	if (!l->lane_e && l->text != NULL && g->door != NULL)
		l->lane_e = danger_at_door(g->door, l->text, strlen(l->text));
	if (g->h.set.latihan || canary_of_id(&g->h.st, l->message_id, NULL, NULL) == 0)
		l->latihan = 1;
	if (is_full(g, l)) {
		g->refused++;
		cb(RECEIPT_FULL, NULL, arg);
		return;
	}
	FAULT_POINT("after_parse");
	p = xcalloc(1, sizeof(*p));
	p->g = g;
	p->cb = cb;
	p->arg = arg;
	p->spoolable = spoolable || l->lane_e;
	p->since_ms = clock_mono_ms();
	intake_prepare(&p->in, &g->h.st, l);
	p->prev = g->last;
	*(g->last != NULL ? &g->last->next : &g->first) = p;
	g->last = p;
	g->waiting++;
	if (MUTANT == 1) {		/* planted: yes before the store has it */
		answer(p, RECEIPT_OK, &p->in.codes[0]);
	}
	if (!g->h.serving || send_in(p) != 0) {
		to_spool(p);
		pending_free(p);
	}
}

int
receive_waiting(const struct ingest *g)
{
	return g->waiting;
}

/* ---- time: what the store does not answer soon, and what waits on disk ---- */

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct ingest *g = arg;
	int64_t now = clock_mono_ms();

	(void)fd, (void)what;
	while (g->first != NULL && now - g->first->since_ms > g->h.set.spool_after_ms)
		to_spool(g->first);
}

static void
on_queue(const redisReply *r, void *arg)
{
	struct ingest *g = arg;

	if (r != NULL && r->type == REDIS_REPLY_INTEGER)
		g->queue_n = r->integer;
}

static void
ask_queue(struct ingest *g)
{
	struct redis_args a = { 0 };

	if (clock_mono_ms() - g->queue_asked_ms < QUEUE_ASK_MS)
		return;
	g->queue_asked_ms = clock_mono_ms();
	redis_args_adds(&a, "XLEN");
	args_add_key(&a, &g->h.st, KEY_IN, "n", NULL);
	redis_link_send(g->link, on_queue, g, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
}

/* Offers one spooled report to the store.  0 done with, -1 stop for now. */
static int
drain_one(struct ingest *g, const struct buf *name, const struct buf *data)
{
	struct redis_args a = { 0 };
	struct intake in;
	struct code code;
	enum intake_result result;
	redisReply *r;

	if (intake_decode(&in, buf_str(data), data->len) != 0) {
		log_error("spool_unreadable", "file=%s", buf_str(name));
		/* its digest was right, so it is of another version: it stays */
		return 0;
	}
	intake_args(&a, &g->h.st, &in, &g->days);
	r = redis_pipe_call(g->h.st.pipe, a.n, (const char **)a.argv, a.lens);
	result = intake_result(r, &code);
	freeReplyObject(r);
	redis_args_release(&a);
	if (result == INTAKE_OK || result == INTAKE_SEEN) {
		if (strcmp(code.s, in.codes[0].s) != 0)
			log_error("promised_code_taken", "promised=%s case=%s", in.codes[0].s,
			    code.s);
		if (spool_done(g->spool, buf_str(name)) != 0)
			log_error("spool_remove", "file=%s err=\"%s\"", buf_str(name),
			    strerror(errno));
		log_info("drained", "case=%s left=%zu", code.s, spool_count(g->spool));
	}
	intake_release(&in);
	return result == INTAKE_OK || result == INTAKE_SEEN ? 0 : -1;
}

/* Nobody could be told while the store was away. */
static void
tell_of_unspooled(struct ingest *g)
{
	struct buf detail = { 0 };

	buf_addf(&detail, "%llu kali laporan ditolak selagi Redis mati, sebab DIR/spool penuh atau disknya rusak: besarkan "
	    "spool.files dan spool.size, periksa disk, dan lihat apakah gateway mengirim lagi", (unsigned long long)g->unspooled);
	house_alarm(&g->h, "spool", "penuh", buf_str(&detail));
	g->unspooled = 0;
	buf_release(&detail);
}

/* sla's canaries come in by the public door: now and then it is said where that is. */
static void
say_door(struct ingest *g)
{
	const char *address = g->h.set.http_address;
	int64_t mono = clock_mono_ms();
	char url[CANARY_SAID_CHARS];
	int any = strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;

	if (g->http == NULL || (g->door_said_ms != 0 && mono - g->door_said_ms < MINUTE_MS))
		return;
	snprintf(url, sizeof(url), strchr(address, ':') != NULL && !any ? "http://[%s]:%d" : "http://%s:%d",
	    any ? "127.0.0.1" : address, httpd_port(g->http));
	if (canary_set_door(&g->h.st, url) == 0)
		g->door_said_ms = mono;
}

static void
on_link(int up, void *arg)
{
	(void)up;
	ingest_say_ready(arg);
}

static void
on_drain(evutil_socket_t fd, short what, void *arg)
{
	struct ingest *g = arg;
	struct buf name = { 0 }, data = { 0 }, after = { 0 };
	int64_t received_ms;

	(void)fd, (void)what;
	ingest_say_ready(g);
	ingest_renew(g);
	ask_queue(g);
	if (!g->h.serving || !redis_link_is_up(g->link))
		return;
	parts_sweep(g);
	say_door(g);
	if (spool_count(g->spool) == 0) {	/* all that was promised comes first */
		if (g->unspooled > 0)
			tell_of_unspooled(g);
		return;
	}
	intake_days_at(&g->days, house_now_ms(&g->h), (int)g->h.set.dedupe_days);
	for (int i = 0; i < DRAIN_BATCH; i++) {
		buf_reset(&name);
		buf_reset(&data);
		if (spool_next(g->spool, after.len > 0 ? buf_str(&after) : NULL, &name, &data,
		    &received_ms) != 1 ||
		    drain_one(g, &name, &data) != 0)
			break;
		buf_reset(&after);
		buf_add(&after, name.data, name.len);
	}
	if (spool_count(g->spool) == 0) {	/* from here on the store's own dedupe answers */
		memset(g->spooled, 0, g->spooled_cap * sizeof(*g->spooled));
		g->spooled_n = 0;
	}
	buf_release(&name);
	buf_release(&data);
	buf_release(&after);
}

/* What an earlier run promised. */
static void
read_promises(struct ingest *g)
{
	struct buf name = { 0 }, data = { 0 }, after = { 0 };
	int64_t received_ms;

	while (spool_next(g->spool, after.len > 0 ? buf_str(&after) : NULL, &name, &data,
	    &received_ms) == 1) {
		struct intake in;

		if (intake_decode(&in, buf_str(&data), data.len) == 0) {
			spooled_add(g, in.field, &in.codes[0]);
			intake_release(&in);
		}
		buf_reset(&after);
		buf_add(&after, name.data, name.len);
		buf_reset(&name);
		buf_reset(&data);
	}
	if (g->spooled_n > 0)
		log_warn("spool_found", "files=%zu", g->spooled_n);
	buf_release(&name);
	buf_release(&data);
	buf_release(&after);
}

int
receive_init(struct ingest *g, struct event_base *base)
{
	const struct redis_link_options o = { .name = "ingest",
	    .connect_ms = g->h.set.redis_connect_ms, .command_ms = g->h.set.redis_command_ms,
	    .in_flight_max = (size_t)g->h.set.in_flight,
	    .on_state = on_link, .arg = g };
	struct timeval sweep = ms_to_timeval(SWEEP_MS), drain = ms_to_timeval(DRAIN_MS);
	struct buf path = { 0 }, errors = { 0 };
	int rc = -1;

	g->base = base;
	buf_addf(&path, "%s/spool", g->h.st.dir);
	g->spool = spool_open(buf_str(&path), (size_t)g->h.set.spool_files, g->h.set.spool_bytes,
	    &errors);
	if (g->spool == NULL) {
		fputs(buf_str(&errors), stderr);
		goto out;
	}
	read_promises(g);
	g->link = redis_link_new(base, &g->h.st.address, &o);
	g->sweep = event_new(base, -1, EV_PERSIST, on_sweep, g);
	g->drain = event_new(base, -1, EV_PERSIST, on_drain, g);
	if (g->sweep != NULL && g->drain != NULL && event_add(g->sweep, &sweep) == 0 &&
	    event_add(g->drain, &drain) == 0)
		rc = 0;
out:
	buf_release(&path);
	buf_release(&errors);
	return rc;
}

void
receive_release(struct ingest *g)
{
	if (g->link != NULL)
		/* answers what still waits: on disk, or come again */
		redis_link_free(g->link);
	if (g->sweep != NULL)
		event_free(g->sweep);
	if (g->drain != NULL)
		event_free(g->drain);
	if (g->spool != NULL)
		spool_close(g->spool);
	free(g->spooled);
	redis_args_release(&g->args);
}
