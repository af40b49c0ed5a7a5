#include "store/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDED "*"		/* before an officer's id: he is on record; no id begins so */

int
reader_note(struct store *st, const char *code, const char *officer, int64_t now_ms, int64_t keep_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };
	redisReply *r;
	int rc;

	args_add_key(&keys, st, KEY_READERS, code, NULL);
	redis_args_adds(&args, officer);
	redis_args_addi(&args, now_ms);
	redis_args_addi(&args, keep_ms);
	r = store_call(st, "kt_reader", &keys, &args);
	rc = r != NULL && r->type == REDIS_REPLY_INTEGER ? 0 : -1;
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	return rc;
}

void
reader_recorded(struct commit_batch *b, const char *code, const char *officer, int64_t at_ms)
{
	char field[OFFICER_ID_CHARS + 1], since[24];

	snprintf(field, sizeof(field), RECORDED "%s", officer);
	snprintf(since, sizeof(since), "%" PRId64, at_ms);
	/* what is gone by now, its end of time come, is not begun anew */
	commit_beside(b, KEY_READERS, code, '=', officer, since);
	commit_beside(b, KEY_READERS, code, '=', field, "0");
	commit_beside(b, KEY_READERS, code, 't', field, "");
}

int
readers_each(struct store *st, const char *code, int (*cb)(const char *officer, int64_t at_ms, void *arg), void *arg)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_READERS, code, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		for (size_t i = 0; i + 1 < r->elements; i += 2)
			if (r->element[i]->str[0] != RECORDED[0] &&
			    cb(r->element[i]->str, strtoll(r->element[i + 1]->str, NULL, 10), arg) != 0)
				break;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}
