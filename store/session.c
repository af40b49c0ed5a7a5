#include "store/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"

#define TOUCHES 30			/* of a session that is in use, noted in its idle time: not each request */
#define WAIT_MOST_MS (5 * MINUTE_MS)

/* HSET, HDEL or HGET of one field; the caller frees. */
static redisReply *
field(struct store *st, const char *command, enum key_id id, const char *name, const char *value)
{
	struct redis_args a = { 0 };
	redisReply *r;

	redis_args_adds(&a, command);
	args_add_key(&a, st, id, NULL, NULL);
	redis_args_adds(&a, name);
	if (value != NULL)
		redis_args_adds(&a, value);
	r = redis_pipe_call(st->pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
	return r;
}

static int
done(redisReply *r)
{
	int rc = r != NULL && r->type != REDIS_REPLY_ERROR ? 0 : -1;

	freeReplyObject(r);
	return rc;
}

/* How many fields HSET made or HDEL removed; -1 no answer. */
static int
changed(redisReply *r)
{
	int n = r != NULL && r->type == REDIS_REPLY_INTEGER ? (int)r->integer : -1;

	freeReplyObject(r);
	return n;
}

/* ---- sessions ---- */

/* 1 there was none under its token, 0 there was, -1 no answer. */
static int
put(struct store *st, const struct session *s)
{
	char value[128];

	snprintf(value, sizeof(value), "%s %" PRId64 " %" PRId64 " %" PRId64 " %d %d", s->officer, s->begun_ms,
	    s->seen_ms, s->proven_ms, s->lacks_factor, s->by_factor);
	return changed(field(st, "HSET", KEY_SESSIONS, s->kept, value));
}

int
session_keep(struct store *st, const struct session *s)
{
	int made = put(st, s);

	return made != 1 || session_end(st, s) == 0 ? made : -1;
}

static int
parse(struct session *s, const char *value)
{
	/* one begun by an older release has five: without a second factor */
	return sscanf(value, "%23s %" SCNd64 " %" SCNd64 " %" SCNd64 " %d %d", s->officer, &s->begun_ms,
	    &s->seen_ms, &s->proven_ms, &s->lacks_factor, &s->by_factor) >= 5 ? 0 : -1;
}

/*
 * A password is set first and its sessions are ended then; a session is put first and its account read again then.
 * So one of the two sees the other, and nobody has the token before.
 */
int
session_begin(struct store *st, const struct account *checked, int lacks_factor, int by_factor, int64_t now_ms,
    char token[TOKEN_CHARS + 1], struct session *s)
{
	struct account now;
	int rc;

	memset(s, 0, sizeof(*s));
	token_make(token, s->kept);
	snprintf(s->officer, sizeof(s->officer), "%s", checked->officer);
	s->begun_ms = s->seen_ms = s->proven_ms = now_ms;
	s->lacks_factor = lacks_factor;
	s->by_factor = by_factor;
	if (put(st, s) < 0)
		return -1;
	rc = account_load(st, checked->officer, &now) < 0 ? -1 : now.changed_ms != checked->changed_ms ||
	    now.has_totp != checked->has_totp;
	account_wipe(&now);
	if (rc != 0 && session_end(st, s) != 0)
		rc = -1;
	return rc;
}

int
session_renew(struct store *st, struct session *s, char token[TOKEN_CHARS + 1])
{
	struct session before = *s;
	int gone;

	token_make(token, s->kept);
	if (put(st, s) < 0)
		return -1;
	gone = changed(field(st, "HDEL", KEY_SESSIONS, before.kept, NULL));
	if (gone == 1)
		return 0;
	return session_end(st, s) == 0 && gone == 0 ? 1 : -1;
}

int
session_find(struct store *st, const char *token, struct session *s)
{
	redisReply *r;
	int rc = -1;

	memset(s, 0, sizeof(*s));
	token_keep(s->kept, token);
	r = field(st, "HGET", KEY_SESSIONS, s->kept, NULL);
	if (r != NULL && r->type == REDIS_REPLY_NIL)
		rc = 0;
	else if (r != NULL && r->type == REDIS_REPLY_STRING)
		rc = parse(s, r->str) == 0;
	freeReplyObject(r);
	return rc;
}

int
session_lives(struct store *st, struct session *s, int64_t now_ms, int64_t idle_ms, int64_t most_ms)
{
	if (now_ms - s->seen_ms > idle_ms || now_ms - s->begun_ms > most_ms) {
		session_end(st, s);
		return 0;
	}
	if (now_ms - s->seen_ms > idle_ms / TOUCHES || now_ms < s->seen_ms) {
		int kept;

		s->seen_ms = now_ms;
		kept = session_keep(st, s);
		return kept < 0 ? -1 : kept == 0;
	}
	return 1;
}

int
session_end(struct store *st, const struct session *s)
{
	return done(field(st, "HDEL", KEY_SESSIONS, s->kept, NULL));
}

/* Calls cb for each field; what it returns other than 0 removes the field.  How many, -1 not all of those. */
static int
each(struct store *st, enum key_id id, int (*cb)(const char *name, const char *value, const void *arg),
    const void *arg)
{
	struct buf key = { 0 };
	redisReply *r;
	int n = -1;

	buf_add_key(&key, &st->keys, id, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		n = 0;
		for (size_t i = 0; n >= 0 && i + 1 < r->elements; i += 2)
			if (cb(r->element[i]->str, r->element[i + 1]->str, arg))
				n = done(field(st, "HDEL", id, r->element[i]->str, NULL)) == 0 ? n + 1 : -1;
	}
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

static int
is_of(const char *name, const char *value, const void *officer)
{
	struct session s = { .by_factor = 0 };

	(void)name;
	return parse(&s, value) != 0 || strcmp(s.officer, officer) == 0;
}

/*
 * Until a look finds none: one that was renewed while it was ended stands under another token.  Its new token is
 * written before the old one goes, so the next look sees it.
 */
int
sessions_end_of(struct store *st, const char *officer)
{
	int ended, all = 0;

	while ((ended = each(st, KEY_SESSIONS, is_of, officer)) > 0)
		all += ended;
	return ended < 0 ? -1 : all;
}

static int
began_before(const char *name, const char *value, const void *limit)
{
	struct session s = { .by_factor = 0 };

	(void)name;
	return parse(&s, value) != 0 || s.begun_ms < *(const int64_t *)limit;
}

static int
failed_before(const char *name, const char *value, const void *limit)
{
	long long n, at;

	(void)name;
	return sscanf(value, "%lld %lld", &n, &at) != 2 || at < *(const int64_t *)limit;
}

void
sessions_sweep(struct store *st, int64_t now_ms, int64_t most_ms)
{
	int64_t begun = now_ms - most_ms, failed = now_ms - DAY_MS;

	each(st, KEY_SESSIONS, began_before, &begun);
	each(st, KEY_FAILED, failed_before, &failed);
}

/* ---- failures ---- */

/* Of a name from an address, hashed: what people mistype as their name may be their password. */
static void
failure_field(char out[LOOKUP_CHARS + 1], const struct store *st, const char *name, const char *peer)
{
	struct buf b = { 0 };

	buf_addf(&b, "gagal\n%s\n%s", name, peer);
	lookup_of(out, &st->lookup, buf_str(&b));
	buf_wipe(&b);
}

static int
failures(struct store *st, const char *name, const char *peer, int64_t *last_ms)
{
	char id[LOOKUP_CHARS + 1];
	redisReply *r;
	long long n = 0, at = 0;
	int rc = -1;

	failure_field(id, st, name, peer);
	r = field(st, "HGET", KEY_FAILED, id, NULL);
	if (r != NULL && r->type == REDIS_REPLY_NIL)
		rc = 0;
	else if (r != NULL && r->type == REDIS_REPLY_STRING)
		rc = sscanf(r->str, "%lld %lld", &n, &at) == 2 ? (int)n : 0;
	freeReplyObject(r);
	*last_ms = at;
	return rc;
}

int64_t
login_wait_ms(struct store *st, const char *name, const char *peer, int64_t now_ms)
{
	int64_t last_ms, wait_ms = 1000, left;
	int n = failures(st, name, peer, &last_ms);

	if (n <= FAILURES_FREE)
		return 0;
	for (int i = FAILURES_FREE + 1; i < n && wait_ms < WAIT_MOST_MS; i++)
		wait_ms *= 2;
	wait_ms = wait_ms < WAIT_MOST_MS ? wait_ms : WAIT_MOST_MS;
	left = last_ms + wait_ms - now_ms;
	return left <= 0 ? 0 : left < wait_ms ? left : wait_ms;
}

int
login_failed(struct store *st, const char *name, const char *peer, int64_t now_ms)
{
	char id[LOOKUP_CHARS + 1], value[48];
	int64_t last_ms;
	int n = failures(st, name, peer, &last_ms);

	if (n < 0)
		return -1;
	failure_field(id, st, name, peer);
	snprintf(value, sizeof(value), "%d %" PRId64, n + 1, now_ms);
	return done(field(st, "HSET", KEY_FAILED, id, value)) == 0 ? n + 1 : -1;
}

int
login_worked(struct store *st, const char *name, const char *peer)
{
	char id[LOOKUP_CHARS + 1];

	failure_field(id, st, name, peer);
	return done(field(st, "HDEL", KEY_FAILED, id, NULL));
}
