#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/archive.h"
#include "store/chain.h"

extern const char _binary_store_kentongan_lua_start[], _binary_store_kentongan_lua_end[];

#define STORE_SCHEMA "1"

int
store_open(struct store *st, const struct settings *set, const char *dir, const char *url,
    const char *name, struct buf *errors)
{
	struct buf secret = { 0 };

	memset(st, 0, sizeof(*st));
	st->set = set;
	st->dir = xstrdup(dir);
	st->name = xstrdup(name);
	if (keyspace_init(&st->keys, set->regency) != 0) {
		buf_addf(errors, "regency: '%s' is no tag: letters, digits, '.', '-'\n",
		    set->regency);
		return -1;
	}
	if (redis_address_parse(&st->address, url, errors) != 0 ||
	    secret_key(dir, "data", &st->master, errors) != 0 ||
	    secret_key(dir, "lookup", &st->lookup, errors) != 0 ||
	    secret_read(dir, "redis", &secret, errors) != 0)
		return -1;
	if (st->address.password == NULL)
		st->address.password = buf_take(&secret);
	buf_wipe(&secret);
	st->pipe = redis_pipe_new(&st->address, name, set->redis_connect_ms, set->redis_command_ms);
	return 0;
}

void
store_second(struct store *out, const struct store *st)
{
	memset(out, 0, sizeof(*out));
	out->set = st->set;
	out->keys = st->keys;
	out->master = st->master;
	out->lookup = st->lookup;
	out->dir = xstrdup(st->dir);
	out->name = xstrdup(st->name);
	redis_address_copy(&out->address, &st->address);
	out->pipe = redis_pipe_new(&out->address, st->name, st->set->redis_connect_ms,
	    st->set->redis_command_ms);
}

void
store_close(struct store *st)
{
	if (st->pipe != NULL)
		redis_pipe_free(st->pipe);
	if (st->noted.fd > 0)
		close(st->noted.fd);
	redis_address_release(&st->address);
	buf_release(&st->why);
	free(st->dir);
	free(st->name);
	memset(st, 0, sizeof(*st));
}

const char *
store_error(const struct store *st)
{
	return buf_str(&st->why);
}

static void
because(struct store *st, const char *what, const redisReply *r)
{
	buf_reset(&st->why);
	buf_addf(&st->why, "%s: %s", what, r == NULL ? redis_pipe_error(st->pipe) :
	    r->type == REDIS_REPLY_ERROR ? r->str : "an answer of another form");
}

void
args_add_key(struct redis_args *a, const struct store *st, enum key_id id, const char *part,
    const char *more)
{
	const char *const parts[] = { st->keys.prefix, key_specs[id].name, part != NULL ? part : "",
	    more != NULL ? ":" : "", more != NULL ? more : "" };
	size_t lens[N_ELEMS(parts)], len = 0;
	char *to;

	for (size_t i = 0; i < N_ELEMS(parts); i++)
		len += lens[i] = strlen(parts[i]);
	to = redis_args_room(a, len);
	for (size_t i = 0; i < N_ELEMS(parts); to += lens[i++])
		memcpy(to, parts[i], lens[i]);
}

void
store_call_args(struct redis_args *out, const char *function, const struct redis_args *keys,
    const struct redis_args *args)
{
	redis_args_adds(out, "FCALL");
	redis_args_adds(out, function);
	redis_args_addi(out, keys->n);
	for (int i = 0; i < keys->n; i++)
		redis_args_add(out, keys->argv[i], keys->lens[i]);
	for (int i = 0; i < args->n; i++)
		redis_args_add(out, args->argv[i], args->lens[i]);
}

/* For tests the call may then be on its way with its answer unread. */
void
store_flush(const struct store *st, const char *function)
{
	redis_pipe_flush(st->pipe);
#ifdef KENTONGAN_FAULTS
	static const struct { const char *daemon, *function, *point; } points[] = {
		{ "router", "kt_commit", "after_commit_sent" },
		{ "sla", "kt_commit", "after_fire_sent" },
		{ "console", "kt_commit", "after_action_sent" },
		{ "notify", "kt_claim", "after_claim_sent" },
	};

	for (size_t i = 0; i < N_ELEMS(points); i++)
		if (strncmp(st->name, points[i].daemon, strlen(points[i].daemon)) == 0 &&
		    strcmp(function, points[i].function) == 0)
			FAULT_POINT(points[i].point);
#else
	(void)function;
#endif
}

int
store_queue(struct store *st, const char *function, const struct redis_args *keys,
    const struct redis_args *args)
{
	struct redis_args all = { 0 };
	int rc;

	store_call_args(&all, function, keys, args);
	rc = redis_pipe_queue(st->pipe, all.n, (const char **)all.argv, all.lens);
	if (rc != 0)
		because(st, function, NULL);
	redis_args_release(&all);
	return rc;
}

redisReply *
store_receive(struct store *st, const char *function)
{
	redisReply *r = redis_pipe_reply(st->pipe);

	if (r == NULL || r->type == REDIS_REPLY_ERROR)
		because(st, function, r);
	return r;
}

redisReply *
store_call(struct store *st, const char *function, const struct redis_args *keys,
    const struct redis_args *args)
{
	if (store_queue(st, function, keys, args) != 0)
		return NULL;
	store_flush(st, function);
	return store_receive(st, function);
}

int
store_pulse(struct store *st, struct pulse *out)
{
	struct redis_args keys = { 0 }, args = { 0 };
	redisReply *r;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	args_add_key(&keys, st, KEY_META, NULL, NULL);
	args_add_key(&keys, st, KEY_CURRENT, NULL, NULL);
	r = store_call(st, "kt_now", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 4) {
		out->now_ms = strtoll(r->element[0]->str, NULL, 10);
		snprintf(out->version, sizeof(out->version), "%.32s", r->element[1]->str);
		out->roster = strtoll(r->element[2]->str, NULL, 10);
		out->free_ms = strtoll(r->element[3]->str, NULL, 10);
		rc = 0;
	}
	freeReplyObject(r);
	redis_args_release(&keys);
	return rc;
}

int64_t
store_now_ms(struct store *st)
{
	struct pulse p;

	return store_pulse(st, &p) == 0 ? p.now_ms : 0;
}

/* ---- safety ---- */

static const struct { const char *key, *must, *remedy; } safe[] = {
	{ "appendonly", "yes",
	    "start Redis with conf/redis.conf: without the append-only file an acknowledged "
	    "report can be lost" },
	{ "appendfsync", "always", "set appendfsync always: everysec loses the last second" },
	{ "no-appendfsync-on-rewrite", "no",
	    "set no-appendfsync-on-rewrite no: a rewrite would suspend fsync" },
	{ "maxmemory-policy", "noeviction",
	    "set maxmemory-policy noeviction: eviction deletes cases" },
};

static int
unsafe(struct store *st, const char *fmt, const char *a, const char *b, const char *c)
{
	buf_reset(&st->why);
	buf_addf(&st->why, "%s", fmt);
	buf_addf(&st->why, " (%s%s%s%s%s)", a, b[0] != '\0' ? ", " : "", b,
	    c[0] != '\0' ? "; " : "", c);
	return -1;
}

static int
check_settings(struct store *st)
{
	for (size_t i = 0; i < N_ELEMS(safe); i++) {
		redisReply *r = redis_pipe_command(st->pipe, "CONFIG GET %s", safe[i].key);
		int rc = 0;

		if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != 2) {
			because(st, "CONFIG GET", r);
			rc = redis_class_of(r) == REDIS_UNKNOWN ||
			    redis_class_of(r) == REDIS_RETRY ? 1 : -1;
		} else if (strcmp(r->element[1]->str, safe[i].must) != 0) {
			rc = unsafe(st, "the store is not safe", safe[i].key, r->element[1]->str,
			    safe[i].remedy);
		}
		freeReplyObject(r);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
check_version(struct store *st)
{
	redisReply *r = redis_pipe_command(st->pipe, "INFO server");
	const char *v = r != NULL && r->type == REDIS_REPLY_STRING ?
	    strstr(r->str, "redis_version:") : NULL;
	int rc = 0;

	if (v == NULL) {
		because(st, "INFO", r);
		rc = 1;
	} else if (strncmp(v, "redis_version:7.", 16) != 0) {
		char found[32];

		snprintf(found, sizeof(found), "%.*s", (int)strcspn(v + 14, "\r\n"), v + 14);
		rc = unsafe(st, "the store is another Redis than 7", found, "",
		    "install Debian 12's redis-server");
	}
	freeReplyObject(r);
	return rc;
}

static size_t
library_len(void)
{
	return (size_t)(_binary_store_kentongan_lua_end - _binary_store_kentongan_lua_start);
}

static int
check_library(struct store *st)
{
	redisReply *r = redis_pipe_command(st->pipe,
	    "FUNCTION LIST LIBRARYNAME kentongan WITHCODE");
	const redisReply *lib, *code = NULL;
	int rc = 0;

	if (r == NULL || r->type != REDIS_REPLY_ARRAY) {
		because(st, "FUNCTION LIST", r);
		rc = redis_class_of(r) == REDIS_FATAL ? -1 : 1;
		goto out;
	}
	lib = r->elements == 1 ? r->element[0] : NULL;
	for (size_t i = 0; lib != NULL && i + 1 < lib->elements; i += 2)
		if (strcmp(lib->element[i]->str, "library_code") == 0)
			code = lib->element[i + 1];
	if (code == NULL)
		rc = unsafe(st, "the function library is missing", "kentongan", "",
		    "run 'kentongan up': it installs its own");
	else if (code->len != library_len() ||
	    memcmp(code->str, _binary_store_kentongan_lua_start, code->len) != 0)
		rc = unsafe(st, "the store runs another version of the function library",
		    "kentongan", "",
		    "finish the upgrade: all daemons and the library must be of one build");
out:
	freeReplyObject(r);
	return rc;
}

static void
path_of(struct buf *b, const struct store *st, const char *file)
{
	buf_addf(b, "%s/%s", st->dir, file);
}

static int
make_noted(const struct store *st)
{
	struct buf path = { 0 };
	int rc;

	path_of(&path, st, "noted");
	rc = mkdir(buf_str(&path), 0700) != 0 && errno != EEXIST ? -1 : 0;
	buf_release(&path);
	return rc;
}

static int
check_installation(struct store *st)
{
	struct buf path = { 0 }, mine = { 0 }, key = { 0 };
	redisReply *r = NULL;
	int rc = -1;

	path_of(&path, st, "secrets/installation");
	buf_add_key(&key, &st->keys, KEY_META, NULL, NULL);
	if (file_read(buf_str(&path), 256, &mine) != 0) {
		unsafe(st, "this machine has no installation id", buf_str(&path), strerror(errno),
		    "run 'kentongan up' once");
		goto out;
	}
	r = redis_pipe_command(st->pipe, "HMGET %b installation schema", key.data, key.len);
	if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != 2) {
		because(st, "HMGET", r);
		rc = redis_class_of(r) == REDIS_FATAL ? -1 : 1;
	} else if (r->element[0]->type != REDIS_REPLY_STRING) {
		unsafe(st, "the store is empty", buf_str(&key), "no installation id",
		    "it is not the store this machine served: restore the data or the backup");
	} else if (strcspn(buf_str(&mine), "\n") != r->element[0]->len ||
	    memcmp(r->element[0]->str, mine.data, r->element[0]->len) != 0) {
		unsafe(st, "the store belongs to another installation", buf_str(&key), "",
		    "connect the right Redis");
	} else if (r->element[1]->type != REDIS_REPLY_STRING ||
	    strcmp(r->element[1]->str, STORE_SCHEMA) != 0) {
		unsafe(st, "the store has another schema", buf_str(&key), "",
		    "run the upgrade of this version");
	} else {
		rc = 0;
	}
out:
	freeReplyObject(r);
	buf_release(&path);
	buf_release(&mine);
	buf_release(&key);
	return rc;
}

/*
 * A restore raises the generation.  This machine remembers the highest it has served; a store of an
 * older one is a copy that was left behind.
 */
static int
check_generation(struct store *st)
{
	struct buf path = { 0 }, seen = { 0 }, key = { 0 }, text = { 0 };
	long long mine = 0, theirs = 0;
	redisReply *r;
	int rc = 0;

	path_of(&path, st, "noted/generation");
	buf_add_key(&key, &st->keys, KEY_META, NULL, NULL);
	if (file_read(buf_str(&path), 64, &seen) == 0)
		mine = strtoll(buf_str(&seen), NULL, 10);
	r = redis_pipe_command(st->pipe, "HGET %b generation", key.data, key.len);
	if (r == NULL || (r->type != REDIS_REPLY_STRING && r->type != REDIS_REPLY_NIL)) {
		because(st, "HGET", r);
		rc = redis_class_of(r) == REDIS_FATAL ? -1 : 1;
		goto out;
	}
	theirs = r->type == REDIS_REPLY_STRING ? strtoll(r->str, NULL, 10) : 0;
	buf_addf(&text, "%lld\n", theirs);
	if (theirs < mine) {
		rc = unsafe(st, "the store is of an older generation than this machine has served",
		    buf_str(&key), buf_str(&seen),
		    "it is a copy from before a restore: connect the newer store");
	} else if (theirs > mine) {
		if (make_noted(st) != 0 ||
		    file_write(buf_str(&path), text.data, text.len, 0600) != 0)
			rc = unsafe(st, "the generation cannot be noted", buf_str(&path),
			    strerror(errno), "make the folder writable");
	}
out:
	freeReplyObject(r);
	buf_release(&path);
	buf_release(&seen);
	buf_release(&key);
	buf_release(&text);
	return rc;
}

/* Any daemon's note may be ahead of the others': all of them must be on the log. */
static const char *const noted_by[] = { "ingest", "router", "sla", "notify", "console", "cli" };

/*
 * A note has two slots written in turn, so that a cut write leaves the other; the higher seq holds.
 * A slot is "SEQ DIGEST", padded with spaces to a line of NOTE_SLOT bytes.
 */
#define NOTE_SLOT 128

static int
read_note(const struct buf *text, long long *seq, char digest[65])
{
	int found = -1;

	for (size_t at = 0; at < text->len; at += NOTE_SLOT) {
		char hex[65] = "";
		long long n = 0;

		if (sscanf(buf_str(text) + at, "%lld %64s", &n, hex) == 2 && strlen(hex) == 64 && n > *seq) {
			*seq = n;
			snprintf(digest, 65, "%s", hex);
			found = 0;
		}
	}
	return found;
}

static int
keep_digest(const struct log_line *line, void *arg)
{
	if (line->digest_len == DIGEST_BYTES)
		log_hex(arg, line->digest);
	return 1;
}

static void
hex_of_entry(char hex[65], const redisReply *entry)
{
	struct log_line line;

	if (log_line_of(&line, entry) == 0)
		keep_digest(&line, hex);
}

/* Of an entry that left for the archive; left as it is when the seam is not so far.  0, or -1: unsafe. */
static int
archived_digest(struct store *st, long long seq, char hex[65])
{
	struct archive *a;
	struct seam seam;
	int rc = 0;

	if (seam_read(st, &seam) != 0 || seq > seam.c.seq)
		return 0;
	a = archive_open(st->dir);
	if (archive_entry(a, seq, keep_digest, hex) < 0)
		rc = unsafe(st, "the archive cannot be read", archive_error(a), "", "");
	archive_close(a);
	return rc;
}

static int
check_one_note(struct store *st, const char *who)
{
	struct buf path = { 0 }, text = { 0 }, key = { 0 };
	char digest[65] = "", found[65] = "";
	long long seq = 0;
	redisReply *r = NULL;
	int rc = 0;

	buf_addf(&path, "%s/noted/%s", st->dir, who);
	if (file_read(buf_str(&path), 4 * NOTE_SLOT, &text) != 0 || read_note(&text, &seq, digest) != 0)
		goto out;
	buf_add_key(&key, &st->keys, KEY_LOG, NULL, NULL);
	r = redis_pipe_command(st->pipe, "XRANGE %b %lld-0 %lld-0", key.data, key.len, seq, seq);
	if (r == NULL || r->type != REDIS_REPLY_ARRAY) {
		because(st, "XRANGE", r);
		rc = redis_class_of(r) == REDIS_FATAL ? -1 : 1;
		goto out;
	}
	if (r->elements == 1)
		hex_of_entry(found, r->element[0]);
	else if (archived_digest(st, seq, found) < 0) {
		rc = -1;
		goto out;
	}
	if (strcmp(found, digest) != 0) {
		char entry[96];

		snprintf(entry, sizeof(entry), "log entry %lld noted by %s", seq, who);
		rc = unsafe(st, found[0] == '\0' ? "the store has lost what was acknowledged" :
		    "the store was tampered with", entry,
		    found[0] == '\0' ? "missing" : "another digest",
		    "stop, keep the data folder, run 'kentongan audit verify', restore the newest "
		    "backup");
	}
out:
	freeReplyObject(r);
	buf_release(&path);
	buf_release(&text);
	buf_release(&key);
	return rc;
}

int
store_check(struct store *st)
{
	int (*const checks[])(struct store *) = { check_version, check_settings, check_library,
	    check_installation, check_generation };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < N_ELEMS(checks); i++)
		rc = checks[i](st);
	for (size_t i = 0; rc == 0 && i < N_ELEMS(noted_by); i++)
		rc = check_one_note(st, noted_by[i]);
	return rc;
}

/* ---- installation ---- */

static int
install_identity(struct store *st)
{
	struct buf path = { 0 }, id = { 0 }, key = { 0 };
	uint8_t raw[16];
	redisReply *r = NULL, *set = NULL;
	int rc = -1;

	path_of(&path, st, "secrets/installation");
	buf_add_key(&key, &st->keys, KEY_META, NULL, NULL);
	if (file_read(buf_str(&path), 256, &id) != 0) {
		/* A new machine: it may only begin on an empty store. */
		r = redis_pipe_command(st->pipe, "HGET %b installation", key.data, key.len);
		if (r == NULL || r->type != REDIS_REPLY_NIL) {
			if (r != NULL && r->type == REDIS_REPLY_STRING)
				unsafe(st, "this machine is new but the store is not",
				    buf_str(&key), "",
				    "bring secrets/ of the machine that served it, or connect an "
				    "empty Redis");
			else
				because(st, "HGET", r);
			goto out;
		}
		random_bytes(raw, sizeof(raw));
		buf_add_hex(&id, raw, sizeof(raw));
		set = redis_pipe_command(st->pipe,
		    "HSET %b installation %s schema %s generation 1 seq 0 clock 0 roster 0",
		    key.data, key.len, buf_str(&id), STORE_SCHEMA);
		if (set == NULL || set->type != REDIS_REPLY_INTEGER) {
			because(st, "HSET", set);
			goto out;
		}
		if (file_write(buf_str(&path), id.data, id.len, 0400) != 0) {
			unsafe(st, "cannot write", buf_str(&path), strerror(errno),
			    "make the folder writable");
			goto out;
		}
	}
	rc = 0;
out:
	freeReplyObject(r);
	freeReplyObject(set);
	buf_release(&path);
	buf_release(&id);
	buf_release(&key);
	return rc;
}

static int
install_groups(struct store *st)
{
	static const char *const lanes[] = { "e", "n" };
	int rc = 0;

	for (size_t i = 0; i < N_ELEMS(lanes) && rc == 0; i++) {
		struct buf key = { 0 };
		redisReply *r;

		buf_add_key(&key, &st->keys, KEY_IN, lanes[i], NULL);
		r = redis_pipe_command(st->pipe, "XGROUP CREATE %b router 0 MKSTREAM", key.data,
		    key.len);
		if (r == NULL ||
		    (r->type == REDIS_REPLY_ERROR && strncmp(r->str, "BUSYGROUP", 9) != 0)) {
			because(st, "XGROUP CREATE", r);
			rc = -1;
		}
		freeReplyObject(r);
		buf_release(&key);
	}
	return rc;
}

int
store_install(struct store *st)
{
	redisReply *r = redis_pipe_command(st->pipe, "FUNCTION LOAD REPLACE %b",
	    _binary_store_kentongan_lua_start, library_len());
	int rc = -1;

	if (r == NULL || r->type == REDIS_REPLY_ERROR)
		because(st, "FUNCTION LOAD", r);
	else if (install_identity(st) == 0 && install_groups(st) == 0)
		rc = 0;
	freeReplyObject(r);
	return rc;
}

/* ---- notes and heartbeat ---- */

void
store_note(struct store *st, int64_t seq, const char *digest_hex)
{
	if (seq <= st->noted.seq)
		return;
	st->noted.seq = seq;
	snprintf(st->noted.digest, sizeof(st->noted.digest), "%s", digest_hex);
}

static int
open_note(struct store *st)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/noted/%s", st->dir, st->name);
	if (st->noted.fd == 0 && make_noted(st) == 0) {
		st->noted.fd = open(buf_str(&path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (st->noted.fd < 0)
			st->noted.fd = 0;
	}
	buf_release(&path);
	return st->noted.fd > 0 ? 0 : -1;
}

int
store_note_flush(struct store *st)
{
	char slot[NOTE_SLOT + 1];
	int n;

	if (st->noted.seq <= st->noted.written)
		return 0;
	n = snprintf(slot, sizeof(slot), "%" PRId64 " %s", st->noted.seq, st->noted.digest);
	memset(slot + n, ' ', (size_t)(NOTE_SLOT - n));
	slot[NOTE_SLOT - 1] = '\n';
	/* In place: a new file and its folder would be three syncs, and the daemon's loop stands for each. */
	if (open_note(st) != 0 ||
	    pwrite(st->noted.fd, slot, NOTE_SLOT, st->noted.slot * NOTE_SLOT) != NOTE_SLOT ||
	    fdatasync(st->noted.fd) != 0) {
		log_error("note_failed", "daemon=%s err=\"%s\"", st->name, strerror(errno));
		return -1;
	}
	st->noted.slot = !st->noted.slot;
	st->noted.written = st->noted.seq;
	return 0;
}

void
store_heartbeat(struct store *st, int64_t now_ms)
{
	struct buf key = { 0 };

	buf_add_key(&key, &st->keys, KEY_HEARTBEAT, NULL, NULL);
	freeReplyObject(redis_pipe_command(st->pipe, "HSET %b %s %lld", key.data, key.len, st->name,
	    (long long)now_ms));
	buf_release(&key);
}
