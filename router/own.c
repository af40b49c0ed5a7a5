#include "router/own.h"

#include <stdlib.h>
#include <string.h>

#include "router/work.h"

#define FEW 8		/* cases of one sender that are read together with those of others */
#define TOGETHER 512	/* cases in one reading */

void
own_release(struct own *own)
{
	for (int i = 0; own->s != NULL && i < own->n; i++)
		stored_case_release(&own->s[i]);
	free(own->s);
	memset(own, 0, sizeof(*own));
}

void
own_forget(struct router *r)
{
	r->epoch++;
}

int
own_ask(struct router *r, const struct entry *e)
{
	struct redis_args a = { 0 };
	int rc;

	redis_args_adds(&a, "HKEYS");
	args_add_key(&a, &r->h.st, KEY_REPORTER, e->lookup, NULL);
	rc = redis_pipe_queue(r->h.st.pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
	return rc;
}

int
own_take(struct router *r, const struct entry *e)
{
	redisReply *a = redis_pipe_reply(r->h.st.pipe);
	struct own *own = e->own;
	int answered = a != NULL && a->type == REDIS_REPLY_ARRAY;

	own_release(own);
	for (size_t i = 0; answered && i < a->elements && own->n < OWN_MAX; i++)
		own->n += code_parse(&own->codes[own->n], a->element[i]->str, a->element[i]->len) == 0;
	if (answered && own->n == 0)
		own->epoch = r->epoch;		/* nothing further to read */
	freeReplyObject(a);
	return answered ? own->n : -1;
}

void
own_read_all(struct router *r, const struct entry *entries, int n)
{
	struct code codes[TOGETHER];
	struct stored_case *s = NULL, *next;
	int from = 0, all = 0, to;

	for (to = 0; to < n; to++) {
		const struct own *own = entries[to].own;

		if (own->n == 0 || own->n > FEW)
			continue;
		if (all + own->n > TOGETHER)
			break;
		memcpy(&codes[all], own->codes, (size_t)own->n * sizeof(*codes));
		all += own->n;
	}
	if (all == 0)
		return;			/* then nobody stands behind either */
	s = xcalloc((size_t)all, sizeof(*s));
	if (cases_load(&r->h.st, codes, (size_t)all, s) != 0)
		goto out;
	for (next = s; from < to; from++) {
		struct own *own = entries[from].own;

		if (own->n == 0 || own->n > FEW)
			continue;
		own->s = xcalloc((size_t)own->n, sizeof(*own->s));
		memcpy(own->s, next, (size_t)own->n * sizeof(*own->s));
		own->epoch = r->epoch;
		next += own->n;
	}
	if (to < n)
		own_read_all(r, entries + to, n - to);
out:
	free(s);
}

int
own_read(struct router *r, const struct entry *e)
{
	struct own *own = e->own;

	if (own->epoch == r->epoch || e->lookup[0] == '\0')
		return 0;
	if (own_ask(r, e) != 0 || own_take(r, e) < 0)
		return -1;
	if (own->n > 0) {
		own->s = xcalloc((size_t)own->n, sizeof(*own->s));
		if (cases_load(&r->h.st, own->codes, (size_t)own->n, own->s) != 0)
			return -1;
		own->epoch = r->epoch;
	}
	return 0;
}

const struct stored_case *
own_find(const struct own *own, const struct code *code)
{
	for (int i = 0; own->s != NULL && i < own->n; i++)
		if (strcmp(own->codes[i].s, code->s) == 0)
			return own->s[i].readable && own->s[i].version > 0 ? &own->s[i] : NULL;
	return NULL;
}
