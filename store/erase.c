#include "store/erase.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/archive.h"
#include "store/cases.h"
#include "store/commit.h"
#include "store/dead.h"
#include "store/looks.h"
#include "store/outbox.h"

#define EVENT "hapus"

/* Asked before anything is touched: a hold keeps the words of its messages too. */
static int
is_held(struct store *st, const struct code *code)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_HOLDS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HEXISTS %b %s", key.data, key.len, code->s);
	if (r != NULL && r->type == REDIS_REPLY_INTEGER)
		rc = r->integer != 0;
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/*
 * One entry; with it, for a case in the store (version; 0 archived), the key.  A hold that came meanwhile
 * refuses both, and so does whatever else happened to the case.
 */
static enum erase_result
put_on_record(struct store *st, const struct code *code, const char *by, int64_t version)
{
	char was[24];
	const struct document d = {
		.key = KEY_META, .version = -1, .what = EVENT, .who = by, .note = code->s,
		.index = { { KEY_HOLDS, NULL, '=', code->s, "0" }, { KEY_CASE, code->s, '=', "v", was },
		    { KEY_CASE, code->s, 'd', "k", "" } },
		.index_n = version > 0 ? 3 : 1,
	};
	struct commit_batch b = { 0 };
	enum erase_result result = ERASED;

	snprintf(was, sizeof(was), "%" PRId64, version);
	commit_begin(&b, store_now_ms(st));
	commit_add_document(&b, st, &d);
	if (commit_run(&b, st) != 1)
		result = b.slots[0].result != COMMIT_CONFLICT ? ERASE_FAILED : is_held(st, code) > 0 ? ERASE_HELD : ERASE_OPEN;
	commit_release(&b);
	return result;
}

/* Words that wait for their receipt travel with a wrapped key of their own.  1 when one is on its way. */
static int
erase_message(struct store *st, const char *id)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_MSG, id, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b st", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_STRING)
		rc = strcmp(r->str, "queued") == 0 || strcmp(r->str, "sending") == 0;
	else if (r != NULL && r->type == REDIS_REPLY_NIL)
		rc = 0;
	freeReplyObject(r);
	if (rc == 0) {
		r = redis_pipe_command(st->pipe, "HDEL %b p r", key.data, key.len);
		rc = r != NULL && r->type == REDIS_REPLY_INTEGER ? 0 : -1;
		freeReplyObject(r);
	}
	buf_release(&key);
	return rc;
}

static int
erase_messages(struct store *st, const struct case_record *c)
{
	/* Itself, its further ways, the errand that called it back; each time that it was sent again. */
	static const char *const ends[] = { "", ".b", ".c", ".x" };
	int rc = 0;

	for (int n = 1; n <= c->messages && rc == 0; n++)
		for (int i = 0; i < (int)N_ELEMS(ends) * (DEAD_AGAIN_MOST + 1) && rc == 0; i++) {
			int again = i / (int)N_ELEMS(ends);
			char id[OUTBOX_ID_CHARS], tried[8] = "", whole[OUTBOX_ID_CHARS + 16];

			message_id(id, sizeof(id), c->code.s, n);
			if (again > 0)
				snprintf(tried, sizeof(tried), ".r%d", again);
			snprintf(whole, sizeof(whole), "%s%s%s", id, tried, ends[i % (int)N_ELEMS(ends)]);
			rc = erase_message(st, whole);
		}
	return rc;
}

int
erase_rewrite(struct store *st)
{
	/* One that was begun before may have read the key already. */
	redisReply *r = redis_pipe_command(st->pipe, "BGREWRITEAOF");
	int rc = r == NULL ? -1 : r->type == REDIS_REPLY_STATUS ? 1 :
	    strstr(r->str, "already in progress") != NULL ? 0 : -1;

	if (rc != 1) {
		buf_reset(&st->why);
		buf_addf(&st->why,
		    "erased, but the append-only file was not rewritten: %s; run BGREWRITEAOF",
		    r != NULL ? r->str : redis_pipe_error(st->pipe));
	}
	freeReplyObject(r);
	return rc;
}

static void
because_archive(struct store *st, const char *why)
{
	buf_reset(&st->why);
	buf_adds(&st->why, why);
}

struct archive *
archive_alone(struct store *st)
{
	struct archive *a = archive_open(st->dir);
	int alone = archive_hold(a);

	if (alone == 1)
		return a;
	because_archive(st, alone < 0 ? archive_error(a) :
	    "the archive is being written, by sla's timer or a command; try again when that is done");
	archive_close(a);
	return NULL;
}

/* Out of the files: 1, 0 none of them had it, -1. */
static int
erase_filed(struct store *st, struct archive *a, const struct code *code)
{
	int rc = archive_erase(a, code->s);

	if (rc != 1)
		because_archive(st, archive_error(a));
	return rc;
}

/* Between the entry and the file nobody holds the case without seeing that it goes: hold_set(). */
static enum erase_result
erase_archived(struct store *st, const struct code *code, const char *by)
{
	struct archive *a = archive_alone(st);
	enum erase_result result = a != NULL ? put_on_record(st, code, by, 0) : ERASE_FAILED;

	if (result == ERASED && erase_filed(st, a, code) != 1)
		result = ERASE_FAILED;
	archive_close(a);
	return result;
}

static enum erase_result
erase_loaded(struct store *st, const struct stored_case *s, const struct code *code, const char *by)
{
	int rc;

	if (s->version == 0 || !s->readable || s->c.state != CASE_DITUTUP)
		return ERASE_OPEN;
	if (looks_erase(st, code->s) != 0)
		return ERASE_FAILED;
	/* Of an archived case too: a queue that stood still is older than the case is. */
	rc = erase_messages(st, &s->c);
	if (rc != 0)
		return rc > 0 ? ERASE_WAITS : ERASE_FAILED;
	return s->archived ? erase_archived(st, code, by) : put_on_record(st, code, by, s->version);
}

enum erase_result
case_erase_key(struct store *st, const struct code *code, const char *by, int *rewrite)
{
	enum erase_result result = ERASE_NONE;
	struct stored_case s;
	int held = is_held(st, code);

	if (held != 0)
		return held > 0 ? ERASE_HELD : ERASE_FAILED;
	if (cases_load(st, code, 1, &s) != 0)
		return ERASE_FAILED;
	if (s.there && s.wrapped.len > 0)
		result = erase_loaded(st, &s, code, by);
	*rewrite |= result == ERASED;	/* of an archived case too: the file may be older than its archiving */
	/* A round that was cut short left a copy with the key, and the next may be months away. */
	if (s.there && !s.archived && (result == ERASED || s.wrapped.len == 0)) {
		struct archive *a = archive_open(st->dir);
		int copy = erase_filed(st, a, code);

		archive_close(a);
		result = copy < 0 ? ERASE_FAILED : copy > 0 ? ERASED : result;
	}
	stored_case_release(&s);
	return result;
}

enum erase_result
case_erase(struct store *st, const struct code *code, const char *by)
{
	int rewrite = 0;
	enum erase_result result = case_erase_key(st, code, by, &rewrite);

	/* What was appended before still holds the key. */
	return rewrite && erase_rewrite(st) != 1 ? ERASE_FAILED : result;
}
