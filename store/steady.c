#include "store/steady.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/seal.h"

#define MACHINE_CHARS 17

/* The machine's own id is not for others to know.  A machine without one is a new one at each start. */
static void
machine_id(char out[MACHINE_CHARS], const char *boot)
{
	struct buf id = { 0 }, hex = { 0 };
	uint8_t d[DIGEST_BYTES];

	if (file_read("/etc/machine-id", 256, &id) != 0 || id.len < 2) {
		buf_reset(&id);
		buf_adds(&id, boot);
	}
	digest_of(d, NULL, id.data, id.len);
	buf_add_hex(&hex, d, sizeof(d));
	snprintf(out, MACHINE_CHARS, "%.16s", buf_str(&hex));
	buf_release(&id);
	buf_release(&hex);
}

static int
call(struct store *st, const char *function, const struct redis_args *keys, const struct redis_args *args,
    struct steady *out)
{
	redisReply *r = store_call(st, function, keys, args);
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 5) {
		out->now_ms = strtoll(r->element[0]->str, NULL, 10);
		out->jump_ms = strtoll(r->element[1]->str, NULL, 10);
		out->offset_ms = strtoll(r->element[2]->str, NULL, 10);
		out->other_boot = strcmp(r->element[3]->str, "1") == 0;
		out->free_ms = strtoll(r->element[4]->str, NULL, 10);
		rc = 0;
	}
	freeReplyObject(r);
	return rc;
}

static int
ask(struct store *st, const char *how, const char *boot, int64_t step_ms, struct steady *out)
{
	struct redis_args keys = { 0 }, args = { 0 };
	char machine[MACHINE_CHARS];
	int rc;

	machine_id(machine, boot);
	args_add_key(&keys, st, KEY_META, NULL, NULL);
	args_add_key(&keys, st, KEY_LEASE, NULL, NULL);
	redis_args_adds(&args, how);
	redis_args_adds(&args, machine);
	redis_args_adds(&args, boot);
	redis_args_addi(&args, clock_boot_ms());
	redis_args_addi(&args, step_ms);
	rc = call(st, "kt_steady", &keys, &args, out);
	redis_args_release(&keys);
	redis_args_release(&args);
	return rc;
}

int
steady_look(struct store *st, const char *boot, int64_t step_ms, struct steady *out)
{
	return boot[0] == '\0' ? 1 : ask(st, "look", boot, step_ms, out);
}

int
steady_show(struct store *st, struct steady *out)
{
	struct redis_args keys = { 0 }, args = { 0 };
	int rc;

	args_add_key(&keys, st, KEY_META, NULL, NULL);
	rc = call(st, "kt_clock", &keys, &args, out);
	redis_args_release(&keys);
	return rc;
}

int
steady_accept(struct store *st, struct steady *out)
{
	return ask(st, "accept", "", 0, out);
}
