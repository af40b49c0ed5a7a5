/*
 * The blocking connection: commands are queued, replies read in the same order.  When it is lost,
 * the replies still owed come as NULL, before those of a newer connection.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <sodium.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/redis.h"

#define BACKOFF_LEAST_MS 100
#define BACKOFF_MOST_MS 1000	/* it is on this machine or the next one; whoever waits for it waits this long */

struct redis_pipe {
	struct redis_address address;
	char *name;
	int64_t connect_ms, command_ms;
	redisContext *context;		/* NULL while there is none */
	size_t owed, lost;		/* replies to come; NULLs to hand out first */
	int64_t backoff_ms, next_try_ms;
	struct buf error;
};

struct redis_pipe *
redis_pipe_new(const struct redis_address *address, const char *name, int64_t connect_ms,
    int64_t command_ms)
{
	struct redis_pipe *p = xcalloc(1, sizeof(*p));

	redis_address_copy(&p->address, address);
	p->name = xstrdup(name != NULL ? name : "");
	p->connect_ms = connect_ms;
	p->command_ms = command_ms;
	return p;
}

void
redis_pipe_free(struct redis_pipe *p)
{
	if (p == NULL)
		return;
	if (p->context != NULL)
		redisFree(p->context);
	redis_address_release(&p->address);
	free(p->name);
	buf_release(&p->error);
	free(p);
}

static void
fail(struct redis_pipe *p, const char *why)
{
	buf_reset(&p->error);
	buf_adds(&p->error, why);
}

static void
give_up(struct redis_pipe *p)
{
	redisFree(p->context);
	p->context = NULL;
	p->lost += p->owed;
	p->owed = 0;
}

static void
drop(struct redis_pipe *p, const char *why)
{
	fail(p, why);
	give_up(p);
}

static void
fail_context(struct redis_pipe *p, const redisContext *c)
{
	if (c == NULL)
		fail(p, "out of memory");
	else if (c->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK))
		fail(p, "no reply in time");
	else
		fail(p, c->errstr);
}

/* One command of the greeting; an error reply to it is told, the connection is then of no use. */
static int
greet_with(struct redis_pipe *p, redisContext *c, int argc, const char **argv)
{
	redisReply *r = redisCommandArgv(c, argc, argv, NULL);
	int rc = r != NULL && r->type != REDIS_REPLY_ERROR ? 0 : -1;

	if (r == NULL)
		fail_context(p, c);
	else if (rc != 0)
		fail(p, r->str);
	freeReplyObject(r);
	return rc;
}

static int
greet(struct redis_pipe *p, redisContext *c)
{
	const char *auth[] = { "AUTH", p->address.password };
	const char *name[] = { "CLIENT", "SETNAME", p->name };
	const char *ping[] = { "PING" };

	if (p->address.password != NULL && greet_with(p, c, 2, auth) != 0)
		return -1;
	if (p->name[0] != '\0' && greet_with(p, c, 3, name) != 0)
		return -1;
	return greet_with(p, c, 1, ping);	/* LOADING shows here, not at the first call */
}

static int
try_connect(struct redis_pipe *p)
{
	struct timeval limit = ms_to_timeval(p->connect_ms);
	redisContext *c = p->address.path != NULL ?
	    redisConnectUnixWithTimeout(p->address.path, limit) :
	    redisConnectWithTimeout(p->address.host, p->address.port, limit);

	if (c == NULL || c->err != 0) {
		fail_context(p, c);
	} else if (redisSetTimeout(c, ms_to_timeval(p->command_ms)) != REDIS_OK) {
		fail_context(p, c);
	} else if (greet(p, c) == 0) {
		if (p->address.path == NULL)
			redisEnableKeepAlive(c);
		p->context = c;
		return 0;
	}
	if (c != NULL)
		redisFree(c);
	return -1;
}

/* The server may have gone while nothing was asked: seen here, it costs no unknown outcome. */
static int
is_stale(const struct redis_pipe *p)
{
	char byte;
	ssize_t n;

	if (p->owed > 0)
		return 0;
	n = recv(p->context->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static int
connected(struct redis_pipe *p)
{
	int64_t now_ms = clock_mono_ms();

	if (p->context != NULL && is_stale(p))
		drop(p, "the server closed the connection");
	if (p->context != NULL)
		return 0;
	if (now_ms < p->next_try_ms)
		return -1;		/* the reason of the last attempt still stands */
	if (try_connect(p) == 0) {
		if (p->backoff_ms > 0)
			log_info("redis_up", "link=%s", p->name);
		p->backoff_ms = 0;
		return 0;
	}
	if (p->backoff_ms == 0)
		log_warn("redis_lost", "link=%s err=\"%s\"", p->name,
		    log_quote(p->error.data, p->error.len));
	p->backoff_ms = p->backoff_ms == 0 ? BACKOFF_LEAST_MS : p->backoff_ms * 2;
	if (p->backoff_ms > BACKOFF_MOST_MS)
		p->backoff_ms = BACKOFF_MOST_MS;
	p->next_try_ms = clock_mono_ms() + p->backoff_ms / 2 +
	    randombytes_uniform((uint32_t)p->backoff_ms / 2 + 1);
	return -1;
}

int
redis_pipe_queue(struct redis_pipe *p, int argc, const char **argv, const size_t *lens)
{
	if (connected(p) != 0)
		return -1;
	if (redisAppendCommandArgv(p->context, argc, argv, lens) != REDIS_OK) {
		drop(p, p->context->errstr);
		return -1;
	}
	p->owed++;
	return 0;
}

void
redis_pipe_set_limit(struct redis_pipe *p, int64_t command_ms)
{
	p->command_ms = command_ms;
	if (p->context != NULL)
		drop(p, "another time limit");
}

int
redis_pipe_flush(struct redis_pipe *p)
{
	int done = p->context == NULL;

	while (!done)
		if (redisBufferWrite(p->context, &done) != REDIS_OK)
			return -1;	/* the reply's turn tells it and gives up */
	return p->context != NULL ? 0 : -1;
}

redisReply *
redis_pipe_reply(struct redis_pipe *p)
{
	void *reply = NULL;

	if (p->lost > 0) {
		p->lost--;
		return NULL;
	}
	if (p->owed == 0) {
		fail(p, "nothing was asked");
		return NULL;
	}
	p->owed--;
	if (redisGetReply(p->context, &reply) == REDIS_OK && reply != NULL)
		return reply;
	fail_context(p, p->context);
	give_up(p);		/* a late reply would be taken for the next command's */
	return NULL;
}

redisReply *
redis_pipe_call(struct redis_pipe *p, int argc, const char **argv, const size_t *lens)
{
	if (redis_pipe_queue(p, argc, argv, lens) != 0)
		return NULL;
	return redis_pipe_reply(p);
}

redisReply *
redis_pipe_command(struct redis_pipe *p, const char *fmt, ...)
{
	char *command = NULL;
	va_list ap;
	int len, rc;

	va_start(ap, fmt);
	len = redisvFormatCommand(&command, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();		/* a format of ours is wrong, or memory */
	if (connected(p) != 0) {
		free(command);
		return NULL;
	}
	rc = redisAppendFormattedCommand(p->context, command, (size_t)len);
	free(command);
	if (rc != REDIS_OK) {
		drop(p, p->context->errstr);
		return NULL;
	}
	p->owed++;
	return redis_pipe_reply(p);
}

const char *
redis_pipe_error(const struct redis_pipe *p)
{
	return buf_str(&p->error);
}

int
redis_pipe_is_up(const struct redis_pipe *p)
{
	return p->context != NULL;
}
