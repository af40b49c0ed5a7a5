#include "store/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where its record is looked for next; at "" it is known. */
struct trail { char id[OUTBOX_ID_CHARS]; };

static int
queue(struct store *st, const char *id)
{
	struct redis_args a = { 0 };
	int rc;

	redis_args_adds(&a, "HMGET");
	args_add_key(&a, st, KEY_MSG, id, NULL);
	redis_args_adds(&a, "st");
	redis_args_adds(&a, "te");
	redis_args_adds(&a, "td");
	redis_args_adds(&a, "alt");
	rc = redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
	return rc;
}

static const char *
text_at(const redisReply *r, size_t i)
{
	return r->element[i]->type == REDIS_REPLY_STRING ? r->element[i]->str : NULL;
}

/* A receipt counts before all else: it may come for what went in a digest, or was given up. */
static void
read_told(struct told *t, struct trail *at, const redisReply *r)
{
	const char *state = text_at(r, 0), *ended = text_at(r, 1), *delivered = text_at(r, 2), *other = text_at(r, 3);

	snprintf(at->id, sizeof(at->id), "%s", delivered == NULL && other != NULL ? other : "");
	snprintf(t->state, sizeof(t->state), "%s", delivered != NULL ? TOLD_DELIVERED : state != NULL ? state : TOLD_GONE);
	t->at_ms = delivered != NULL ? strtoll(delivered, NULL, 10) : ended != NULL ? strtoll(ended, NULL, 10) : 0;
}

/* One round: all that is not known yet.  How many are to be asked again, -1 no answer. */
static int
ask(struct store *st, struct told *list, struct trail *trails, size_t n)
{
	int again = 0, rc = 0;

	for (size_t i = 0; i < n; i++)
		if (trails[i].id[0] != '\0' && queue(st, trails[i].id) != 0)
			return -1;
	for (size_t i = 0; i < n; i++) {
		redisReply *r;

		if (trails[i].id[0] == '\0')
			continue;
		r = redis_pipe_reply(st->pipe);
		if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != 4)
			rc = -1;
		else
			read_told(&list[i], &trails[i], r);
		again += trails[i].id[0] != '\0';
		freeReplyObject(r);
	}
	return rc != 0 ? rc : again;
}

int
told_read(struct store *st, struct told *list, size_t n)
{
	struct trail *trails = xcalloc(n + 1, sizeof(*trails));
	int left = n > 0;

	for (size_t i = 0; i < n; i++)
		memcpy(trails[i].id, list[i].id, sizeof(trails[i].id));
	for (int way = 0; way < WAYS_MAX && left > 0; way++)
		left = ask(st, list, trails, n);
	free(trails);
	return left < 0 ? -1 : 0;
}
