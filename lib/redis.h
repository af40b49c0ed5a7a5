#ifndef KENTONGAN_REDIS_H
#define KENTONGAN_REDIS_H
/*
 * Redis connections over hiredis 0.14.
 *
 * Two kinds.  struct redis_link is asynchronous, for every place where a citizen or an officer
 * waits: own connect, command and ping timers, reconnect with jittered back-off (0.1 to 5 s).
 * struct redis_pipe is blocking with a time limit, for daemons that work in batches.
 *
 * URL        redis://[:PASSWORD@]HOST:PORT or unix:/path/to.sock; the password usually comes from
 *            a secret file instead and is sent by AUTH first.
 * Errors     every reply falls into one class by a table (redis_class_of): a missing reply is
 *            unknown, never failure.
 */
#include <stddef.h>
#include <stdint.h>

#include <hiredis/hiredis.h>

#include "lib/buf.h"

struct event_base;

enum redis_class {
	REDIS_FINE,
	/* not done, may work later: LOADING BUSY OOM NOREPLICAS READONLY MISCONF ... */
	REDIS_RETRY,
	REDIS_UNKNOWN,		/* connection lost or time-out: may or may not have been done */
	REDIS_FATAL	/* our mistake or a foreign store: NOAUTH WRONGTYPE, unknown function ... */
};

/* NULL is REDIS_UNKNOWN; any reply that is no error is REDIS_FINE. */
enum redis_class redis_class_of(const redisReply *r);
/* By the error's first word, e.g. "LOADING Redis is loading": for tests and log lines. */
enum redis_class redis_class_of_error(const char *text);

struct redis_address { char *host; int port; char *path; char *password; };
/* 0, or -1 with a reason in errors.  Free with redis_address_release(). */
int redis_address_parse(struct redis_address *a, const char *url, struct buf *errors);
void redis_address_release(struct redis_address *a);
void redis_address_copy(struct redis_address *to, const struct redis_address *from);

/* ---- asynchronous ---- */
struct redis_link;

/* r is NULL for unknown and is hiredis's, gone after the call. */
typedef void (*on_redis_reply)(const redisReply *r, void *arg);
typedef void (*on_redis_state)(int up, void *arg);

struct redis_link_options {
	const char *name;		/* CLIENT SETNAME */
	int64_t connect_ms, command_ms;	/* time limits */
	size_t in_flight_max;		/* more commands than this are refused at once */
	on_redis_state on_state;	/* may be NULL */
	void *arg;
};

/* Never NULL; connects in the background. address is copied. */
struct redis_link *redis_link_new(struct event_base *base, const struct redis_address *address,
    const struct redis_link_options *options);
/* Calls every outstanding callback with NULL first. */
void redis_link_free(struct redis_link *l);
int redis_link_is_up(const struct redis_link *l);
size_t redis_link_in_flight(const struct redis_link *l);
/*
 * Sends one command.  -1 (and no callback) if the link is down or full: nothing was sent.  After 0
 * the callback comes exactly once: with a reply, or with NULL when the connection or the time was
 * lost (a timed-out command takes its connection down, as later replies could not be told apart).
 */
int redis_link_send(struct redis_link *l, on_redis_reply cb, void *arg,
    int argc, const char **argv, const size_t *lens);
/* As above without a time limit: for XREAD/XREADGROUP BLOCK on a link of its own. */
int redis_link_send_blocking(struct redis_link *l, on_redis_reply cb, void *arg,
    int argc, const char **argv, const size_t *lens);

/* ---- blocking ---- */
struct redis_pipe;

struct redis_pipe *redis_pipe_new(const struct redis_address *address, const char *name,
    int64_t connect_ms, int64_t command_ms);
void redis_pipe_free(struct redis_pipe *p);
/*
 * Queues a command without waiting; replies come from redis_pipe_reply() in the same order.
 * Connects when needed (at most one attempt per back-off interval).  -1: no connection, nothing
 * was queued and no reply belongs to it.
 */
int redis_pipe_queue(struct redis_pipe *p, int argc, const char **argv, const size_t *lens);
/* Another limit for one answer, from the next connection on; the present one is closed. */
void redis_pipe_set_limit(struct redis_pipe *p, int64_t command_ms);
/* Hands what is queued to the kernel; replies are read as ever.  -1 when the connection is lost. */
int redis_pipe_flush(struct redis_pipe *p);
/* Next reply, NULL when the connection is lost (all queued ones are then unknown). Caller frees. */
redisReply *redis_pipe_reply(struct redis_pipe *p);
/*
 * Queue one and wait for it. NULL: unknown.  Caller frees with freeReplyObject(), which
 * takes NULL.
 */
redisReply *redis_pipe_call(struct redis_pipe *p, int argc, const char **argv, const size_t *lens);
/* printf-like convenience (hiredis format: %s %b %d); never put outside text into fmt. */
redisReply *redis_pipe_command(struct redis_pipe *p, const char *fmt, ...);
/* Why the last call gave NULL. */
const char *redis_pipe_error(const struct redis_pipe *p);
int redis_pipe_is_up(const struct redis_pipe *p);

/* Collects arguments for the calls above. Values are copied. */
struct redis_args { int n, cap; char **argv; size_t *lens; struct redis_chunk *chunk; };
void redis_args_add(struct redis_args *a, const void *data, size_t len);
/* The next argument, of that length and not yet set: for who puts it together in its place. */
char *redis_args_room(struct redis_args *a, size_t len);
void redis_args_adds(struct redis_args *a, const char *s);
void redis_args_addi(struct redis_args *a, int64_t i);
void redis_args_reset(struct redis_args *a);
void redis_args_release(struct redis_args *a);
#endif
