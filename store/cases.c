#include "store/cases.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "store/logbook.h"

void
stored_case_release(struct stored_case *s)
{
	buf_release(&s->pub);
	buf_release(&s->sealed);
	buf_wipe(&s->wrapped);
	buf_release(&s->seqs);
	s->there = 0;
}

static void
keep(struct buf *b, const redisReply *r)
{
	if (r != NULL && r->type == REDIS_REPLY_STRING)
		buf_add(b, r->str, r->len);
}

void
stored_case_fill(struct stored_case *s, const redisReply *v, const redisReply *d,
    const redisReply *m, const redisReply *l, const redisReply *k, const redisReply *q)
{
	memset(s, 0, sizeof(*s));
	if (v == NULL || v->type != REDIS_REPLY_STRING)
		return;
	s->there = 1;
	s->version = strtoll(v->str, NULL, 10);
	s->readable = s->version == 0 ||
	    (d != NULL && d->type == REDIS_REPLY_STRING &&
	    case_decode(&s->c, d->str, d->len) == 0 && s->c.version == s->version);
	keep(&s->pub, m);
	keep(&s->sealed, l);
	keep(&s->wrapped, k);
	keep(&s->seqs, q);
}

int
cases_load(struct store *st, const struct code *codes, size_t n, struct stored_case *out)
{
	static const char *const fields[] = { "v", "d", "m", "l", "k", "q" };
	struct redis_args a = { 0 };
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		redis_args_reset(&a);
		redis_args_adds(&a, "HMGET");
		args_add_key(&a, st, KEY_CASE, codes[i].s, NULL);
		for (size_t f = 0; f < N_ELEMS(fields); f++)
			redis_args_adds(&a, fields[f]);
		if (redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens) != 0)
			rc = -1;
	}
	for (size_t i = 0; i < n; i++) {
		redisReply *r = rc == 0 ? redis_pipe_reply(st->pipe) : NULL;

		if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != N_ELEMS(fields))
			rc = r == NULL || redis_class_of(r) != REDIS_FATAL ? -1 : rc;
		else
			stored_case_fill(&out[i], r->element[0], r->element[1], r->element[2],
			    r->element[3], r->element[4], r->element[5]);
		freeReplyObject(r);
	}
	redis_args_release(&a);
	return rc;
}

int
stored_case_open(const struct stored_case *s, const struct store *st, struct case_keys *keys,
    struct laporan *words, char lookup[33])
{
	struct buf plain = { 0 };
	int rc = -1;

	memset(words, 0, sizeof(*words));
	if (case_keys_open(keys, st, s->wrapped.data, s->wrapped.len) != 0)
		return -1;
	if (laporan_decode_public(words, lookup, buf_str(&s->pub), s->pub.len) == 0 &&
	    seal_open(&plain, &keys->key, "laporan", s->sealed.data, s->sealed.len) == 0 &&
	    laporan_decode_private(words, plain.data, plain.len) == 0)
		rc = 0;
	buf_wipe(&plain);
	return rc;
}

struct naming { const char *name; int found; };

static int
names_file(const struct log_line *line, void *arg)
{
	struct naming *n = arg;
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);
	const json_t *cmd = json_object_get(doc, "cmd");
	const char *event = json_string_value(json_object_get(cmd, "ev"));
	const char *file = json_string_value(json_object_get(cmd, "file"));

	n->found = event != NULL && strcmp(event, case_event_name(ON_FILE)) == 0 && file != NULL &&
	    strcmp(file, n->name) == 0;
	json_decref(doc);
	return n->found;
}

int
stored_case_has_file(const struct stored_case *s, struct store *st, const char *name)
{
	struct naming n = { .name = name };

	for (int i = 0; i < s->c.files_n; i++)
		if (strcmp(s->c.files[i], name) == 0)
			return 1;
	if (s->c.files_n < CASE_FILES)
		return 0;
	return logbook_read_these(st, buf_str(&s->seqs), names_file, &n) == 0 ? n.found : -1;
}
