/*
 * The asynchronous connection.
 *
 * hiredis 0.14 frees its context by itself when a connection is lost, has no time limits, and must
 * not be asked to free it inside its connect and disconnect callbacks.  So the link lets go of the
 * context (context->data = NULL) the moment it hears of the loss, answers its own list of pending
 * commands, and only arms a timer for the next attempt.  A pending command that the link has
 * answered already is freed when hiredis comes round to it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <hiredis/adapters/libevent.h>
#include <hiredis/async.h>
#include <sodium.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/redis.h"

#define BACKOFF_LEAST_MS 100
#define BACKOFF_MOST_MS 1000	/* it is on this machine or the next one; whoever waits for it waits this long */
#define PING_MS 2000

struct pending {
	TAILQ_ENTRY(pending) entry;
	struct redis_link *link;	/* NULL: answered already */
	on_redis_reply cb;
	void *arg;
	int64_t deadline_us;		/* 0: none */
	int own;			/* greeting and ping: not the caller's, not counted */
};

struct redis_link {
	struct event_base *base;
	struct redis_address address;
	struct redis_link_options options;
	char *name;
	redisAsyncContext *context;	/* NULL while there is none */
	struct event *retry, *limit, *ping;
	TAILQ_HEAD(pendings, pending) pendings;
	size_t in_flight;
	int up;
	int64_t backoff_ms;
	int64_t connect_by_us;
	int busy, dead;		/* freed inside a callback of ours: the last one out frees */
};

static void
warn(const struct redis_link *l, const char *event, const char *why)
{
	log_warn(event, "link=%s err=\"%s\"", l->name, log_quote(why, strlen(why)));
}

static void
leave(struct redis_link *l)
{
	if (--l->busy == 0 && l->dead)
		free(l);
}

/* Every pending command gets "unknown".  Callbacks may send (refused), or free the link. */
static void
answer_all_unknown(struct redis_link *l)
{
	struct pending *p;

	while ((p = TAILQ_FIRST(&l->pendings)) != NULL) {
		TAILQ_REMOVE(&l->pendings, p, entry);
		p->link = NULL;
		l->in_flight -= !p->own;
		p->cb(NULL, p->arg);
	}
}

static void
retry_later(struct redis_link *l)
{
	struct timeval wait;
	int64_t half_ms;

	l->backoff_ms = l->backoff_ms == 0 ? BACKOFF_LEAST_MS : l->backoff_ms * 2;
	if (l->backoff_ms > BACKOFF_MOST_MS)
		l->backoff_ms = BACKOFF_MOST_MS;
	/* Half of it is drawn, so that all daemons do not come back in the same instant. */
	half_ms = l->backoff_ms / 2;
	wait = ms_to_timeval(half_ms + randombytes_uniform((uint32_t)half_ms + 1));
	event_add(l->retry, &wait);
}

/* The connection is lost or given up; hiredis still owns the context and will free it. */
static void
lost(struct redis_link *l, const char *why)
{
	int was_up = l->up;

	if (l->context == NULL)
		return;
	if (was_up || l->backoff_ms == 0)
		warn(l, "redis_lost", why);
	l->busy++;
	l->context->data = NULL;
	l->context = NULL;
	l->up = 0;
	l->connect_by_us = 0;
	event_del(l->limit);
	event_del(l->ping);
	retry_later(l);
	answer_all_unknown(l);
	if (was_up && !l->dead && l->options.on_state != NULL)
		l->options.on_state(0, l->options.arg);
	leave(l);
}

static void
take_down(struct redis_link *l, const char *why)
{
	redisAsyncContext *context = l->context;

	if (context == NULL)
		return;
	lost(l, why);
	redisAsyncFree(context);	/* deferred by hiredis inside a reply callback */
}

/* The limit is one for all commands: whatever was sent later ends later. */
static const struct pending *
first_limited(const struct redis_link *l)
{
	const struct pending *p = TAILQ_FIRST(&l->pendings);

	while (p != NULL && p->deadline_us == 0)
		p = TAILQ_NEXT(p, entry);
	return p;
}

static void
arm_limit(struct redis_link *l)
{
	const struct pending *p;
	int64_t now_us, by_us = l->connect_by_us;
	struct timeval wait;

	p = first_limited(l);
	if (by_us == 0 && p != NULL)
		by_us = p->deadline_us;
	if (by_us == 0)
		return;
	now_us = clock_mono_us();
	wait = ms_to_timeval(by_us > now_us ? (by_us - now_us + 999) / 1000 : 0);
	event_add(l->limit, &wait);
}

/*
 * Fires for the command that was oldest when it was armed: sending arms nothing while it is armed,
 * which keeps a busy link from moving a timer with each command.
 */
static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct redis_link *l = arg;
	const struct pending *p;
	int64_t now_us = clock_mono_us();

	(void)fd, (void)what;
	if (l->connect_by_us > 0 && now_us >= l->connect_by_us) {
		take_down(l, "no connection in time");
		return;
	}
	p = first_limited(l);
	if (p != NULL && now_us >= p->deadline_us)
		take_down(l, "no reply in time");
	else
		arm_limit(l);
}

static void
on_reply(redisAsyncContext *context, void *reply, void *arg)
{
	struct pending *p = arg;
	struct redis_link *l = p->link;

	if (l != NULL && reply == NULL)
		lost(l, context->errstr != NULL && context->err != 0 ? context->errstr : "closed");
	if (p->link == NULL) {		/* answered, by lost() just now or before */
		free(p);
		return;
	}
	TAILQ_REMOVE(&l->pendings, p, entry);
	l->in_flight -= !p->own;
	l->busy++;
	p->cb(reply, p->arg);
	leave(l);
	free(p);
}

static int
send_command(struct redis_link *l, on_redis_reply cb, void *arg, int64_t limit_ms, int own,
    int argc, const char **argv, const size_t *lens)
{
	struct pending *p = xcalloc(1, sizeof(*p));

	p->link = l;
	p->own = own;
	p->cb = cb;
	p->arg = arg;
	p->deadline_us = limit_ms > 0 ? clock_mono_us() + limit_ms * 1000 : 0;
	if (redisAsyncCommandArgv(l->context, on_reply, p, argc, argv, lens) != REDIS_OK) {
		free(p);
		return -1;
	}
	TAILQ_INSERT_TAIL(&l->pendings, p, entry);
	l->in_flight += !own;
	if (limit_ms > 0 && !event_pending(l->limit, EV_TIMEOUT, NULL))
		arm_limit(l);
	return 0;
}

int
redis_link_send(struct redis_link *l, on_redis_reply cb, void *arg, int argc, const char **argv,
    const size_t *lens)
{
	if (!l->up || l->context == NULL || l->in_flight >= l->options.in_flight_max)
		return -1;
	return send_command(l, cb, arg, l->options.command_ms, 0, argc, argv, lens);
}

int
redis_link_send_blocking(struct redis_link *l, on_redis_reply cb, void *arg, int argc,
    const char **argv, const size_t *lens)
{
	if (!l->up || l->context == NULL || l->in_flight >= l->options.in_flight_max)
		return -1;
	return send_command(l, cb, arg, 0, 0, argc, argv, lens);
}

static void
send_own(struct redis_link *l, on_redis_reply cb, int argc, const char **argv)
{
	/* A failure shows in hiredis's next callback, as for every other command. */
	if (send_command(l, cb, l, l->options.command_ms, 1, argc, argv, NULL) != 0)
		log_warn("redis_send_failed", "link=%s", l->name);
}

static void
on_pong(const redisReply *r, void *arg)
{
	(void)r, (void)arg;	/* that it came is enough; that it did not is seen by the limit */
}

/* A half-open TCP connection looks well until something is asked. */
static void
on_ping(evutil_socket_t fd, short what, void *arg)
{
	static const char *ping[] = { "PING" };
	struct redis_link *l = arg;

	(void)fd, (void)what;
	if (l->up && l->context != NULL && l->in_flight == 0)
		send_own(l, on_pong, 1, ping);
}

/* Whether a refused greeting matters shows in the PING behind it: refused too, or not. */
static void
on_greeting(const redisReply *r, void *arg)
{
	const struct redis_link *l = arg;

	if (r != NULL && r->type == REDIS_REPLY_ERROR && l->backoff_ms < BACKOFF_MOST_MS)
		warn(l, "redis_greeting", r->str);
}

/* The answer to the greeting's PING: from now on the link is up. */
static void
on_ready(const redisReply *r, void *arg)
{
	struct redis_link *l = arg;
	struct timeval every = ms_to_timeval(PING_MS);

	if (r == NULL)
		return;
	if (r->type == REDIS_REPLY_ERROR) {
		if (l->backoff_ms < BACKOFF_MOST_MS)
			warn(l, "redis_refused", r->str);
		take_down(l, r->str);
		return;
	}
	l->up = 1;
	l->backoff_ms = 0;
	l->connect_by_us = 0;
	event_del(l->limit);
	event_add(l->ping, &every);
	log_info("redis_up", "link=%s", l->name);
	if (l->options.on_state != NULL)
		l->options.on_state(1, l->options.arg);
}

/* Queued before the connection stands: hiredis sends them first. */
static void
greet(struct redis_link *l)
{
	const char *auth[] = { "AUTH", l->address.password };
	const char *name[] = { "CLIENT", "SETNAME", l->name };
	const char *ping[] = { "PING" };

	if (l->address.password != NULL)
		send_own(l, on_greeting, 2, auth);
	if (l->name[0] != '\0')
		send_own(l, on_greeting, 3, name);
	send_own(l, on_ready, 1, ping);
}

static void
on_connect(const redisAsyncContext *context, int status)
{
	struct redis_link *l = context->data;

	if (l == NULL)
		return;
	if (status != REDIS_OK)
		lost(l, context->errstr);
	else if (l->address.path == NULL)
		redisEnableKeepAlive(&l->context->c);
}

static void
on_disconnect(const redisAsyncContext *context, int status)
{
	struct redis_link *l = context->data;

	(void)status;
	if (l != NULL)
		lost(l, context->err != 0 ? context->errstr : "closed");
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct redis_link *l = arg;
	redisAsyncContext *context;

	(void)fd, (void)what;
	context = l->address.path != NULL ? redisAsyncConnectUnix(l->address.path) :
	    redisAsyncConnect(l->address.host, l->address.port);
	if (context == NULL || context->err != 0) {
		const char *why = context != NULL ? context->errstr : "memory";

		if (l->backoff_ms == 0)
			warn(l, "redis_lost", why);
		if (context != NULL)
			redisAsyncFree(context);
		retry_later(l);
		return;
	}
	context->data = l;
	l->context = context;
	l->connect_by_us = clock_mono_us() + l->options.connect_ms * 1000;
	redisLibeventAttach(context, l->base);
	redisAsyncSetConnectCallback(context, on_connect);
	redisAsyncSetDisconnectCallback(context, on_disconnect);
	arm_limit(l);
	greet(l);
}

struct redis_link *
redis_link_new(struct event_base *base, const struct redis_address *address,
    const struct redis_link_options *options)
{
	struct redis_link *l = xcalloc(1, sizeof(*l));
	struct timeval now = { 0 };

	l->base = base;
	redis_address_copy(&l->address, address);
	l->options = *options;
	l->name = xstrdup(options->name != NULL ? options->name : "");
	TAILQ_INIT(&l->pendings);
	l->retry = evtimer_new(base, on_retry, l);
	l->limit = evtimer_new(base, on_limit, l);
	l->ping = event_new(base, -1, EV_PERSIST, on_ping, l);
	if (l->retry == NULL || l->limit == NULL || l->ping == NULL)
		abort();		/* memory */
	event_add(l->retry, &now);
	return l;
}

void
redis_link_free(struct redis_link *l)
{
	redisAsyncContext *context;

	if (l == NULL)
		return;
	context = l->context;
	l->busy++;
	l->dead = 1;
	l->up = 0;
	l->context = NULL;
	if (context != NULL)
		context->data = NULL;
	answer_all_unknown(l);
	if (context != NULL)
		redisAsyncFree(context);
	event_free(l->retry);
	event_free(l->limit);
	event_free(l->ping);
	redis_address_release(&l->address);
	free(l->name);
	leave(l);
}

int
redis_link_is_up(const struct redis_link *l)
{
	return l->up;
}

size_t
redis_link_in_flight(const struct redis_link *l)
{
	return l->in_flight;
}
