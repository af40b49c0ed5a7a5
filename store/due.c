#include "store/due.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
due_ask(struct store *st, int max, int64_t lease_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 };
	int rc;

	args_add_key(&keys, st, KEY_DUE, NULL, NULL);
	args_add_key(&keys, st, KEY_LEASE, NULL, NULL);
	args_add_key(&keys, st, KEY_META, NULL, NULL);
	buf_add_key(&prefix, &st->keys, KEY_CASE, NULL, NULL);
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_addi(&args, max);
	redis_args_addi(&args, lease_ms);
	rc = store_queue(st, "kt_due", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
	return rc;
}

int
due_read(struct store *st, int max, struct due_case *out, int64_t *now_ms, int64_t *next_ms)
{
	redisReply *r = store_receive(st, "kt_due");
	int n = -1;

	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements >= 2) {
		n = 0;
		*now_ms = strtoll(r->element[0]->str, NULL, 10);
		*next_ms = (int64_t)strtod(r->element[1]->str, NULL);
		for (size_t i = 2; i < r->elements && n < max; i++) {
			const redisReply *e = r->element[i];

			if (e->type != REDIS_REPLY_ARRAY || e->elements != 4 ||
			    e->element[0]->len != CODE_CHARS)
				continue;
			memcpy(out[n].code.s, e->element[0]->str, CODE_CHARS + 1);
			stored_case_fill(&out[n].s, e->element[1], e->element[2], NULL, NULL,
			    e->element[3], NULL);
			n++;
		}
	}
	freeReplyObject(r);
	return n;
}

int
due_take(struct store *st, int max, int64_t lease_ms, struct due_case *out, int64_t *now_ms,
    int64_t *next_ms)
{
	if (due_ask(st, max, lease_ms) != 0)
		return -1;
	store_flush(st, "kt_due");
	return due_read(st, max, out, now_ms, next_ms);
}
