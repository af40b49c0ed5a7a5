#include "store/erase.h"

#include <stdio.h>
#include <string.h>

#include "store/archive.h"
#include "store/cases.h"
#include "store/commit.h"
#include "store/dead.h"
#include "store/looks.h"
#include "store/outbox.h"

#define EVENT "hapus"

/* One entry; with it, for a case in the store, the key. */
static int
put_on_record(struct store *st, const struct code *code, const char *by, int with_key)
{
	const struct document d = {
		.key = KEY_META, .version = -1, .what = EVENT, .who = by, .note = code->s,
		.index = { { KEY_CASE, code->s, 'd', "k", "" } }, .index_n = with_key,
	};
	struct commit_batch b = { 0 };
	int rc;

	commit_begin(&b, store_now_ms(st));
	commit_add_document(&b, st, &d);
	rc = commit_run(&b, st) == 1 ? 0 : -1;
	commit_release(&b);
	return rc;
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

static enum erase_result
erase_live(struct store *st, const struct stored_case *s, const struct code *code, const char *by)
{
	redisReply *r;
	int rc;

	if (s->version == 0 || !s->readable || s->c.state != CASE_DITUTUP)
		return ERASE_OPEN;
	rc = erase_messages(st, &s->c);
	if (rc != 0)
		return rc > 0 ? ERASE_WAITS : ERASE_FAILED;
	if (put_on_record(st, code, by, 1) != 0)
		return ERASE_FAILED;
	/* What was appended before still holds the key. */
	r = redis_pipe_command(st->pipe, "BGREWRITEAOF");
	rc = r != NULL &&
		(r->type == REDIS_REPLY_STATUS || strstr(r->str, "already in progress") != NULL)
	    ? 0
	    : -1;
	if (rc != 0) {
		buf_reset(&st->why);
		buf_addf(&st->why,
		    "erased, but the append-only file was not rewritten: %s; run BGREWRITEAOF",
		    r != NULL ? r->str : redis_pipe_error(st->pipe));
	}
	freeReplyObject(r);
	return rc == 0 ? ERASED : ERASE_FAILED;
}

static enum erase_result
erase_archived(struct store *st, const struct code *code, const char *by)
{
	struct archive *a;
	enum erase_result result;

	if (put_on_record(st, code, by, 0) != 0)
		return ERASE_FAILED;
	a = archive_open(st->dir);
	result = archive_erase(a, code->s) == 1 ? ERASED : ERASE_FAILED;
	if (result != ERASED) {
		buf_reset(&st->why);
		buf_adds(&st->why, archive_error(a));
	}
	archive_close(a);
	return result;
}

enum erase_result
case_erase(struct store *st, const struct code *code, const char *by)
{
	enum erase_result result = ERASE_NONE;
	struct stored_case s;

	if (cases_load(st, code, 1, &s) != 0)
		return ERASE_FAILED;
	if (s.there && s.wrapped.len > 0)
		result = looks_erase(st, code->s) != 0 ? ERASE_FAILED : s.archived ? erase_archived(st, code, by) : erase_live(st, &s, code, by);
	stored_case_release(&s);
	return result;
}
