#include "store/steady.h"

#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

static int
ask(struct store *st, const char *how, int64_t step_ms, struct steady *out)
{
	struct redis_args keys = { 0 }, args = { 0 };
	char boot[CLOCK_BOOT_CHARS];
	redisReply *r;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	clock_boot_id(boot);
	args_add_key(&keys, st, KEY_META, NULL, NULL);
	args_add_key(&keys, st, KEY_LEASE, NULL, NULL);
	redis_args_adds(&args, how);
	redis_args_adds(&args, boot);
	redis_args_addi(&args, clock_boot_ms());
	redis_args_addi(&args, step_ms);
	r = store_call(st, "kt_steady", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 5) {
		out->now_ms = strtoll(r->element[0]->str, NULL, 10);
		out->jump_ms = strtoll(r->element[1]->str, NULL, 10);
		out->offset_ms = strtoll(r->element[2]->str, NULL, 10);
		out->other_boot = strcmp(r->element[3]->str, "1") == 0;
		out->free_ms = strtoll(r->element[4]->str, NULL, 10);
		rc = 0;
	}
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	return rc;
}

int
steady_look(struct store *st, int64_t step_ms, struct steady *out)
{
	return ask(st, "look", step_ms, out);
}

int
steady_accept(struct store *st, struct steady *out)
{
	return ask(st, "accept", 0, out);
}
