#include "store/pulled.h"

#include <string.h>

static void
call(struct redis_args *out, const struct store *st, const char *account, struct redis_args *args)
{
	struct redis_args keys = { 0 };

	args_add_key(&keys, st, KEY_META, NULL, NULL);
	args_add_key(&keys, st, KEY_PULL, account, NULL);
	store_call_args(out, "kt_pull", &keys, args);
	redis_args_release(&keys);
	redis_args_release(args);
}

void
pulled_take_args(struct redis_args *out, const struct store *st, const char *account,
    const char *owner, int64_t lease_ms)
{
	struct redis_args args = { 0 };

	redis_args_adds(&args, "take");
	redis_args_adds(&args, owner);
	redis_args_addi(&args, lease_ms);
	call(out, st, account, &args);
}

int
pulled_taken(const redisReply *r, int64_t *fence, struct buf *cursor, int64_t *wait_ms)
{
	if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != 3 ||
	    r->element[0]->type != REDIS_REPLY_INTEGER ||
	    r->element[1]->type != REDIS_REPLY_STRING ||
	    r->element[2]->type != REDIS_REPLY_INTEGER)
		return -1;
	*wait_ms = r->element[2]->integer;
	if (r->element[0]->integer == 0)
		return 0;
	*fence = r->element[0]->integer;
	buf_reset(cursor);
	buf_add(cursor, r->element[1]->str, r->element[1]->len);
	return 1;
}

void
pulled_save_args(struct redis_args *out, const struct store *st, const char *account,
    int64_t fence, const char *cursor)
{
	struct redis_args args = { 0 };

	redis_args_adds(&args, "save");
	redis_args_addi(&args, fence);
	redis_args_adds(&args, cursor);
	call(out, st, account, &args);
}

int
pulled_saved(const redisReply *r)
{
	if (r == NULL || r->type != REDIS_REPLY_STRING)
		return -1;
	return strcmp(r->str, "ok") == 0;
}
