#include "tests/integration/harness.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/config.h"

#define START_MS 60000

int
bench_until(int (*fact)(void *arg), void *arg, int64_t limit_ms)
{
	int64_t end = clock_mono_ms() + limit_ms;

	for (;;) {
		if (fact(arg))
			return 1;
		if (clock_mono_ms() >= end)
			return 0;
		poll(NULL, 0, 2);
	}
}

static int
is_ready(void *arg)
{
	struct bench *b = arg;
	redisContext *c = redisConnectUnix(b->socket);
	redisReply *r = NULL;
	int ready = 0;

	if (c != NULL && c->err == 0) {
		freeReplyObject(redisCommand(c, "AUTH %s", b->password));
		r = redisCommand(c, "PING");
		ready = r != NULL && r->type == REDIS_REPLY_STATUS && strcmp(r->str, "PONG") == 0;
	}
	freeReplyObject(r);
	redisFree(c);
	return ready;
}

static void
serve(const struct bench *b, const char *const *options)
{
	const char *argv[64] = { "redis-server", "--port", "0", "--unixsocket", b->socket,
	    "--dir", b->dir,
	    "--logfile", "redis.log", "--save", "", "--appendonly", "yes", "--appendfsync",
	    "always",
	    "--maxmemory-policy", "noeviction", "--enable-debug-command", "local",
	    "--requirepass", b->password };
	int n = 21, null = open("/dev/null", O_RDWR);

	for (; options != NULL && *options != NULL && n < 63; options++)
		argv[n++] = *options;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	execvp("redis-server", (char *const *)(uintptr_t)argv);
	_exit(127);
}

void
bench_redis_start(struct bench *b, const char *const *options)
{
	b->redis = fork();
	ck_assert_int_ge(b->redis, 0);
	if (b->redis == 0)
		serve(b, options);
	ck_assert_msg(bench_until(is_ready, b, START_MS),
	    "redis-server does not answer; see %s/redis.log", b->dir);
}

void
bench_redis_kill(struct bench *b)
{
	if (b->redis <= 0)
		return;
	kill(b->redis, SIGKILL);
	waitpid(b->redis, NULL, 0);
	b->redis = 0;
}

void
bench_store(struct bench *b, struct store *st, const char *name)
{
	struct buf errors = { 0 };

	ck_assert_msg(store_open(st, &b->set, b->dir, b->url, name, &errors) == 0, "%s",
	    buf_str(&errors));
	buf_release(&errors);
}

void
bench_begin(struct bench *b, const char *const *options)
{
	static const char *const secrets[] = { "data", "lookup", "redis", "sign" };
	struct buf errors = { 0 }, password = { 0 };

	signal(SIGPIPE, SIG_IGN);
	memset(b, 0, sizeof(*b));
	snprintf(b->dir, sizeof(b->dir), "/tmp/kentongan-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(b->dir));
	snprintf(b->socket, sizeof(b->socket), "%s/redis.sock", b->dir);
	snprintf(b->url, sizeof(b->url), "unix:%s", b->socket);
	for (size_t i = 0; i < N_ELEMS(secrets); i++)
		ck_assert_msg(secret_ensure(b->dir, secrets[i], &errors) == 0, "%s",
		    buf_str(&errors));
	ck_assert_int_eq(secret_read(b->dir, "redis", &password, &errors), 0);
	snprintf(b->password, sizeof(b->password), "%s", buf_str(&password));
	ck_assert_msg(settings_load(&b->set, "conf", &errors) == 0, "%s", buf_str(&errors));
	bench_redis_start(b, options);
	bench_store(b, &b->st, "cli");
	buf_release(&password);
	buf_release(&errors);
}

int
bench_load(struct bench *b, struct roster *r)
{
	struct pulse p;

	ck_assert_int_eq(store_pulse(&b->st, &p), 0);
	return officers_load(&b->st, r, p.roster);
}

static void
publish(struct bench *b)
{
	struct pulse p;
	struct buf errors = { 0 };
	struct conf_set set = { 0 };
	char digest[65];

	ck_assert_msg(version_read_files(&set, "conf", &errors) == 0, "%s", buf_str(&errors));
	ck_assert_msg(version_publish(&b->st, &set, "test", digest) == 0, "%s",
	    store_error(&b->st));
	ck_assert_int_eq(store_pulse(&b->st, &p), 0);
	memcpy(b->version, p.version, sizeof(b->version));
	b->policy = version_policy(&b->versions, &b->st, b->version);
	ck_assert_ptr_nonnull(b->policy);
	conf_release(&set);
	buf_release(&errors);
}

static void
employ(struct bench *b)
{
	struct buf errors = { 0 }, csv = { 0 };
	struct roster r = { 0 };

	ck_assert_int_eq(file_read("conf/petugas.csv", 8 << 20, &csv), 0);
	ck_assert_msg(roster_parse_csv(&r, "petugas.csv", buf_str(&csv), csv.len, &errors) == 0,
	    "%s", buf_str(&errors));
	ck_assert_msg(officers_put(&b->st, r.officers, r.n, "test") == (int)r.n, "%s",
	    store_error(&b->st));
	ck_assert_int_eq(bench_load(b, &b->roster), 1);
	ck_assert_uint_eq(b->roster.n, r.n);
	roster_release(&r);
	buf_release(&csv);
	buf_release(&errors);
}

void
bench_furnish(struct bench *b)
{
	ck_assert_msg(store_install(&b->st) == 0, "%s", store_error(&b->st));
	publish(b);
	employ(b);
}

/* Only what is under our own folder; links are removed, not followed. */
static void
remove_tree(const char *path)
{
	DIR *d = opendir(path);
	struct buf sub = { 0 };
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		buf_reset(&sub);
		buf_addf(&sub, "%s/%s", path, e->d_name);
		if (lstat(buf_str(&sub), &st) == 0 && S_ISDIR(st.st_mode))
			remove_tree(buf_str(&sub));
		else
			unlink(buf_str(&sub));
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
	buf_release(&sub);
}

void
bench_end(struct bench *b)
{
	bench_redis_kill(b);
	roster_release(&b->roster);
	version_cache_release(&b->versions);
	store_close(&b->st);
	settings_release(&b->set);
	if (strncmp(b->dir, "/tmp/kentongan-test.", 20) == 0)
		remove_tree(b->dir);
}

/* ---- asking the server ---- */

static redisReply *
ask(struct bench *b, const char *fmt, va_list ap)
{
	redisReply *r;
	char *wire = NULL;
	int len = redisvFormatCommand(&wire, fmt, ap);
	redisContext *c = redisConnectUnix(b->socket);

	ck_assert_int_gt(len, 0);
	ck_assert_msg(c != NULL && c->err == 0, "no connection for %s", fmt);
	freeReplyObject(redisCommand(c, "AUTH %s", b->password));
	ck_assert_int_eq(redisAppendFormattedCommand(c, wire, (size_t)len), REDIS_OK);
	ck_assert_msg(redisGetReply(c, (void **)&r) == REDIS_OK, "no answer to %s", fmt);
	ck_assert_msg(r->type != REDIS_REPLY_ERROR, "%s: %s", fmt, r->str);
	free(wire);
	redisFree(c);
	return r;
}

redisReply *
bench_command(struct bench *b, const char *fmt, ...)
{
	redisReply *r;
	va_list ap;

	va_start(ap, fmt);
	r = ask(b, fmt, ap);
	va_end(ap);
	return r;
}

long long
bench_integer(struct bench *b, const char *fmt, ...)
{
	redisReply *r;
	long long n;
	va_list ap;

	va_start(ap, fmt);
	r = ask(b, fmt, ap);
	va_end(ap);
	ck_assert_msg(r->type == REDIS_REPLY_INTEGER || r->type == REDIS_REPLY_STRING ||
	    r->type == REDIS_REPLY_NIL,
	    "%s: type %d", fmt, r->type);
	n = r->type == REDIS_REPLY_INTEGER ? r->integer : r->type == REDIS_REPLY_STRING ?
	    strtoll(r->str, NULL, 10) : 0;
	freeReplyObject(r);
	return n;
}

void
bench_text(struct bench *b, struct buf *out, const char *fmt, ...)
{
	redisReply *r;
	va_list ap;

	va_start(ap, fmt);
	r = ask(b, fmt, ap);
	va_end(ap);
	buf_reset(out);
	if (r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS)
		buf_add(out, r->str, r->len);
	freeReplyObject(r);
}

int
bench_is_rewritten(void *arg)
{
	struct buf info = { 0 };
	int done;

	bench_text(arg, &info, "INFO persistence");
	done = strstr(buf_str(&info), "aof_rewrite_in_progress:0") != NULL &&
	    strstr(buf_str(&info), "aof_rewrite_scheduled:0") != NULL;
	buf_release(&info);
	return done;
}

const char *
bench_key(const struct bench *b, enum key_id id, const char *part)
{
	static char keys[8][160];
	static size_t next;
	char *key = keys[next++ % N_ELEMS(keys)];
	struct buf k = { 0 };

	buf_add_key(&k, &b->st.keys, id, part, NULL);
	snprintf(key, sizeof(keys[0]), "%s", buf_str(&k));
	buf_release(&k);
	return key;
}

void
bench_digest(struct bench *b, char out[48])
{
	struct buf sha = { 0 };

	bench_text(b, &sha, "DEBUG DIGEST");
	snprintf(out, 48, "%s", buf_str(&sha));
	buf_release(&sha);
}
