#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "console/console.h"
#include "console/told.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "store/cases.h"
#include "store/chain.h"
#include "store/commit.h"
#include "store/reader.h"

#define CATCH_UP 2000
#define PING_MS 15000
#define SWEEP_MS 60000
#define CHECK_MS 3000		/* an ended session watches no longer than this */
#define BLOCK_MS "5000"

static void
later(struct console *c, int64_t ms)
{
	struct timeval tv = ms_to_timeval(ms);

	event_add(c->again, &tv);
}

struct known { struct console *c; struct commit_batch b; struct case_keys keys; const char *code; int n; };

static int
add_known(const char *officer, int64_t at_ms, void *arg)
{
	struct known *k = arg;
	struct answer a = { .what = "lihat-dulu", .actor = officer };

	snprintf(a.code, sizeof(a.code), "%s", k->code);
	reader_recorded(&k->b, k->code, officer, at_ms);
	commit_add_answer(&k->b, &k->c->h.st, &a, &k->keys, NULL);
	k->n++;
	return 0;
}

/*
 * A case is confidential from now on: who had opened it before goes on record, once, however many consoles
 * follow the log, and by the next one that reads it where this one dies.
 */
static void
name_readers(struct console *c, const char *code)
{
	struct known k = { .c = c, .code = code };
	int missing = 0;

	seal_key_random(&k.keys.key);
	seal_wrap(k.keys.wrapped, &c->h.st.master, &k.keys.key);
	commit_begin(&k.b, store_now_ms(&c->h.st));
	if (readers_each(&c->h.st, code, add_known, &k) != 0)
		missing = 1;
	else if (k.n > 0)
		commit_run(&k.b, &c->h.st);
	for (int i = 0; i < k.n && !missing; i++)
		missing = k.b.slots[i].result != COMMIT_OK && k.b.slots[i].result != COMMIT_CONFLICT;
	if (missing)
		log_error("readers_not_recorded", "case=%s readers=%d; they still stand on its page", code, k.n);
	commit_release(&k.b);
	memset(&k.keys, 0, sizeof(k.keys));
}

static int
take(const struct log_line *line, void *arg)
{
	struct console *c = arg;
	struct buf data = { 0 };
	enum model_event e = model_take(c->model, line, c->watchers != NULL ? &data : NULL);

	if (line->seq < 0)
		log_error("foreign_entry", "after=%" PRId64, model_seq(c->model));
	if (model_raised_ms(c->model) != 0) {
		window_sealed(c->window, model_raised_ms(c->model));
		name_readers(c, model_subject(c->model));
	}
	notices_take(&c->notices, line);
	alerts_take(&c->alerts, model_find(c->model, model_subject(c->model)), model_at_ms(c->model));
	if (e != MODEL_NOTHING) {
		if (e == MODEL_ESCALATION)
			told_fill(c, model_subject(c->model), &data);
		feed_publish(c, e, line->seq, model_subject(c->model), &data);
	}
	buf_release(&data);
	return 0;
}

static void
on_entries(const redisReply *r, void *arg)
{
	struct console *c = arg;

	c->following = 0;
	if (redis_class_of(r) != REDIS_FINE) {
		if (r != NULL)
			log_error("follow_failed", "err=\"%s\"", log_quote(r->str, r->len));
		later(c, 200);
		return;
	}
	if (r->type == REDIS_REPLY_ARRAY && r->elements == 1 && r->element[0]->elements == 2) {
		const redisReply *list = r->element[0]->element[1];

		for (size_t i = 0; i < list->elements; i++) {
			struct log_line line = { .seq = -1 };

			if (log_line_of(&line, list->element[i]) != 0)
				line.seq = -1;
			take(&line, c);
		}
	}
	later(c, 0);
}

static void
follow(struct console *c)
{
	struct redis_args a = { 0 };
	char after[32];

	snprintf(after, sizeof(after), "%" PRId64 "-0", model_seq(c->model));
	redis_args_adds(&a, "XREAD");
	redis_args_adds(&a, "COUNT");
	redis_args_adds(&a, "500");
	redis_args_adds(&a, "BLOCK");
	redis_args_adds(&a, BLOCK_MS);
	redis_args_adds(&a, "STREAMS");
	args_add_key(&a, &c->h.st, KEY_LOG, NULL, NULL);
	redis_args_adds(&a, after);
	if (redis_link_send_blocking(c->link, on_entries, c, a.n, (const char **)a.argv,
	    a.lens) == 0)
		c->following = 1;
	else
		later(c, 100);
	redis_args_release(&a);
}

/* Of the years in the archive only what is still open matters. */
static int
skip_archive(struct console *c)
{
	struct seam seam;

	if (seam_read(&c->h.st, &seam) != 0)
		return -1;
	if (model_seq(c->model) == 0 && seam.c.seq > 0) {
		if (cases_silent(&c->h.st, seam.c.seq, take, c) != 0)
			return -1;
		model_skip(c->model, seam.c.seq, seam.at_ms);
	}
	return 0;
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct console *c = arg;

	(void)fd, (void)what;
	if (c->following || c->d->stopping)
		return;
	if (!c->h.serving) {
		later(c, 200);
		return;
	}
	if (!c->ready) {	/* the past first, in large steps */
		int n = skip_archive(c) != 0 ? -1 :
		    logbook_read(&c->h.st, model_seq(c->model), CATCH_UP, take, c);

		if (n == CATCH_UP || n < 0) {
			later(c, n < 0 ? 200 : 0);
			return;
		}
		c->ready = 1;
		log_info("model_ready", "seq=%" PRId64 " open=%zu bytes=%zu", model_seq(c->model),
		    model_open_count(c->model), model_bytes(c->model));
		daemon_ready(c->d, c->port);
	}
	feed_catch_up(c);
	follow(c);
}

static void
on_ping(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	feed_ping(arg);
}

static void
on_check(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	feed_check(arg);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct console *c = arg;

	(void)fd, (void)what;
	model_sweep(c->model, house_now_ms(&c->h));
	alerts_sweep(&c->alerts, c->model);
}

static void
on_replay(evutil_socket_t fd, short what, void *arg)
{
	struct console *c = arg;

	(void)fd, (void)what;
	if (c->ready && !c->d->stopping)
		feed_catch_up(c);
}

int
follow_init(struct console *c, struct event_base *base)
{
	const struct redis_link_options o = { .name = "console",
	    .connect_ms = c->h.set.redis_connect_ms, .command_ms = c->h.set.redis_command_ms,
	    .in_flight_max = 4 };
	struct timeval ping = ms_to_timeval(PING_MS), sweep = ms_to_timeval(SWEEP_MS),
	    check = ms_to_timeval(CHECK_MS);

	c->link = redis_link_new(base, &c->h.st.address, &o);
	c->again = event_new(base, -1, 0, on_again, c);
	c->ping = event_new(base, -1, EV_PERSIST, on_ping, c);
	c->check = event_new(base, -1, EV_PERSIST, on_check, c);
	c->sweep = event_new(base, -1, EV_PERSIST, on_sweep, c);
	c->replay = event_new(base, -1, 0, on_replay, c);
	if (c->replay == NULL || c->again == NULL || c->ping == NULL || c->sweep == NULL || event_add(c->ping, &ping) != 0 ||
	    c->check == NULL || event_add(c->check, &check) != 0 ||
	    event_add(c->sweep, &sweep) != 0)
		return -1;
	later(c, 0);
	return 0;
}

void
follow_release(struct console *c)
{
	struct event *const events[] = { c->ping, c->check, c->sweep, c->again, c->replay };

	if (c->link != NULL)
		redis_link_free(c->link);	/* first: it calls back */
	for (size_t i = 0; i < N_ELEMS(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
}
