#ifndef KENTONGAN_STORE_H
#define KENTONGAN_STORE_H
/*
 * The store as a daemon sees it: one blocking connection with time limits, the key names, the keys
 * that seal.  Daemons where a citizen waits open a redis_link of their own beside it and use the
 * same argument builders.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock (store_now_ms).
 * Errors     -1 and store_error(): the last reason, one line, no personal data.
 */
#include <stdint.h>

#include "lib/redis.h"
#include "lib/seal.h"
#include "store/keys.h"
#include "store/settings.h"

struct store {
	const struct settings *set;
	struct keyspace keys;
	struct redis_address address;
	struct redis_pipe *pipe;
	struct seal_key master, lookup;	/* wraps data keys; hashes addresses */
	char *dir, *name;
	struct buf why;
	struct { int64_t seq, written; char digest[65]; int fd, slot; } noted;
};

/*
 * Reads the secrets under DIR/secrets and prepares the connection (it is made when first used).
 * name tells daemons apart: "sla", or "sla-2" for a second one.
 */
int store_open(struct store *st, const struct settings *set, const char *dir, const char *url,
    const char *name, struct buf *errors);
void store_close(struct store *st);
/*
 * A second connection with the same keys: calls on one do not stand in the way of the
 * other's answers.
 */
void store_second(struct store *out, const struct store *st);
const char *store_error(const struct store *st);

/* What every round of work begins with, in one call. */
struct pulse {
	int64_t now_ms;			/* time of the house, never going back */
	int64_t free_ms;		/* the same if it could; for who holds it against another clock */
	char version[33];		/* in force; "" none published yet */
	int64_t roster;			/* seq */
};
int store_pulse(struct store *st, struct pulse *out);	/* 0 or -1 */
/* The time alone; 0 when the store does not answer. */
int64_t store_now_ms(struct store *st);

/* Reply of an FCALL; NULL: unknown.  keys first, then args; both stay the caller's. */
redisReply *store_call(struct store *st, const char *function, const struct redis_args *keys,
    const struct redis_args *args);
/*
 * The same in steps: queued (0 or -1; then no reply belongs to it), sent together with all else
 * that is queued, answered in the order of queueing.  function names the call in errors.
 */
int store_queue(struct store *st, const char *function, const struct redis_args *keys,
    const struct redis_args *args);
void store_flush(const struct store *st, const char *function);
redisReply *store_receive(struct store *st, const char *function);

/* The same on an asynchronous link: the joined argument vector, valid until out is released. */
void store_call_args(struct redis_args *out, const char *function, const struct redis_args *keys,
    const struct redis_args *args);
void args_add_key(struct redis_args *a, const struct store *st, enum key_id id, const char *part,
    const char *more);

/*
 * Whether this store may be served on: Redis 7, AOF on with appendfsync always also during
 * rewrites, noeviction, our function library and no other version of it, our installation and no
 * older generation, and not behind the last entry this machine saw acknowledged (I18, I5).
 * 0 safe; -1 unsafe, with what is wrong and the remedy in store_error(); 1 cannot be told now.
 */
int store_check(struct store *st);

/* Installs the function library and the installation's identity; for `kentongan up` and deploys. */
int store_install(struct store *st);

/* Remembers the last acknowledged log entry; store_note_flush() writes it to DIR/noted/NAME. */
void store_note(struct store *st, int64_t seq, const char *digest_hex);
int store_note_flush(struct store *st);

/* Sign of life, with the time. */
void store_heartbeat(struct store *st, int64_t now_ms);
#endif
