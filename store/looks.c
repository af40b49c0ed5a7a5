#include "store/looks.h"

#include <stdio.h>
#include <string.h>

#include "store/keys.h"

#define PAGE 500

/* One page of members, the latest first; cb other than 0 ends.  How many were there. */
static int
read_page(struct store *st, const struct buf *key, int64_t from,
    int (*cb)(const char *member, size_t len, void *arg), void *arg)
{
	redisReply *r = redis_pipe_command(st->pipe, "ZREVRANGE %b %lld %lld", key->data, key->len,
	    (long long)from, (long long)from + PAGE - 1);
	int n = r != NULL && r->type == REDIS_REPLY_ARRAY ? (int)r->elements : -1;

	for (int i = 0; i < n; i++)
		if (cb(r->element[i]->str, r->element[i]->len, arg) != 0)
			break;
	freeReplyObject(r);
	return n;
}

struct photo_rules
looks_rules(const struct settings *set)
{
	return (struct photo_rules){ .same_bits = set->photo_same_bits, .near_bits = set->photo_near_bits,
	    .slack_ms = set->photo_slack_ms, .far_m = set->photo_far_m };
}

struct passing { void (*cb)(const struct photo_seen *p, void *arg); void *arg; int64_t left; int passed; };

/* "7K3F9QXM b 00ff.."; what is no such line is passed over: it is compared with nothing. */
static int
pass(const char *member, size_t len, void *arg)
{
	struct passing *p = arg;
	struct photo_seen seen;

	if (p->left-- <= 0)
		return 1;
	if (len > CODE_CHARS + 3 && member[CODE_CHARS] == ' ' && look_read(&seen.look, member + CODE_CHARS + 3) == 0) {
		snprintf(seen.code, sizeof(seen.code), "%.*s", CODE_CHARS, member);
		seen.of_report = member[CODE_CHARS + 1] == 'l';
		p->cb(&seen, p->arg);
		p->passed++;
	}
	return 0;
}

int
looks_each(struct store *st, int64_t most, void (*cb)(const struct photo_seen *p, void *arg), void *arg)
{
	struct passing p = { cb, arg, most, 0 };
	struct buf key = { 0 };
	int n = PAGE;

	buf_add_key(&key, &st->keys, KEY_LOOKS, NULL, NULL);
	/* One that comes meanwhile moves the others on: some are then seen twice, none is missed. */
	for (int64_t from = 0; n == PAGE && p.left > 0; from += PAGE)
		n = read_page(st, &key, from, pass, &p);
	buf_release(&key);
	return n < 0 ? -1 : p.passed;
}

void
looks_sweep(struct store *st, int64_t before_ms, int64_t most)
{
	struct buf key = { 0 };

	buf_add_key(&key, &st->keys, KEY_LOOKS, NULL, NULL);
	freeReplyObject(redis_pipe_command(st->pipe, "ZREMRANGEBYSCORE %b -inf (%lld", key.data, key.len,
	    (long long)before_ms));
	freeReplyObject(redis_pipe_command(st->pipe, "ZREMRANGEBYRANK %b 0 %lld", key.data, key.len,
	    (long long)-most - 1));
	buf_release(&key);
}

struct erasing { struct store *st; const struct buf *key; const char *code; struct buf found; };

static int
find(const char *member, size_t len, void *arg)
{
	struct erasing *e = arg;

	if (len > CODE_CHARS && strncmp(member, e->code, CODE_CHARS) == 0)
		buf_addf(&e->found, "%.*s\n", (int)len, member);
	return 0;
}

int
looks_erase(struct store *st, const char *code)
{
	struct buf key = { 0 };
	struct erasing e = { st, &key, code, { 0 } };
	int n = PAGE, rc = 0;

	buf_add_key(&key, &st->keys, KEY_LOOKS, NULL, NULL);
	for (int64_t from = 0; n == PAGE; from += PAGE)
		n = read_page(st, &key, from, find, &e);
	rc = n < 0 ? -1 : 0;
	for (const char *p = buf_str(&e.found); rc == 0 && *p != '\0'; p += strcspn(p, "\n") + 1) {
		redisReply *r = redis_pipe_command(st->pipe, "ZREM %b %b", key.data, key.len, p, strcspn(p, "\n"));

		rc = r != NULL && r->type == REDIS_REPLY_INTEGER ? 0 : -1;
		freeReplyObject(r);
	}
	buf_release(&e.found);
	buf_release(&key);
	return rc;
}
