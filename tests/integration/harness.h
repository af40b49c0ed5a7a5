#ifndef KENTONGAN_TESTS_HARNESS_H
#define KENTONGAN_TESTS_HARNESS_H
/*
 * A bench for tests on real parts: a folder of its own under /tmp with secrets and a real
 * redis-server on a unix socket in it, appendonly yes, appendfsync always.
 *
 * Every mistake of the bench itself ends the test.  The folder stays if the test fails, with
 * redis.log in it; bench_end() removes it.  The server is killed by its pid, and dies with the
 * test process whatever happens.
 *
 * Units      int64_t milliseconds.
 */
#include <sys/types.h>

#include "core/decide.h"
#include "store/officer.h"
#include "store/settings.h"
#include "store/store.h"
#include "store/version.h"

struct bench {
	char dir[64], socket[96], url[112], password[80];
	pid_t redis;
	struct settings set;
	struct store st;		/* the one that tests use, named "cli" */
	struct version_cache versions;
	const struct policy *policy;	/* after bench_furnish() */
	char version[33];
	struct roster roster;
};

/* Starts the server; options: further words of its command line, NULL at the end, or NULL. */
void bench_begin(struct bench *b, const char *const *options);
/* Function library, identity, the version in conf/, the officers of petugas.csv. */
void bench_furnish(struct bench *b);
/* The roster as the store has it now: as officers_load(). */
int bench_load(struct bench *b, struct roster *r);
void bench_end(struct bench *b);

void bench_redis_start(struct bench *b, const char *const *options);
void bench_redis_kill(struct bench *b);		/* SIGKILL, waited for */

/* A second handle, as another daemon has it. The caller closes it. */
void bench_store(struct bench *b, struct store *st, const char *name);

/*
 * One command (hiredis format); an error reply or none ends the test.  The caller frees.
 * bench_integer() and bench_text() take the reply apart; "" is also nil.
 */
redisReply *bench_command(struct bench *b, const char *fmt, ...);
long long bench_integer(struct bench *b, const char *fmt, ...);
void bench_text(struct bench *b, struct buf *out, const char *fmt, ...);
/* For bench_until(), with the bench: no rewriting of the append-only file runs or is to come. */
int bench_is_rewritten(void *arg);

/* The whole name of a key; lives in one of a few static places, for use within one call. */
const char *bench_key(const struct bench *b, enum key_id id, const char *part);

/* Waits for a fact: asks again and again until it is true (1), or the time is up (0). */
int bench_until(int (*fact)(void *arg), void *arg, int64_t limit_ms);

/* SHA1 over all the store holds: equal means that nothing was written. */
void bench_digest(struct bench *b, char out[48]);
#endif
