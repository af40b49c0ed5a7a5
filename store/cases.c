#include "store/cases.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "store/archive.h"
#include "store/logbook.h"

void
stored_case_release(struct stored_case *s)
{
	buf_release(&s->pub);
	buf_release(&s->sealed);
	buf_wipe(&s->wrapped);
	buf_release(&s->seqs);
	buf_release(&s->messages);
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
stored_case_archived(struct stored_case *s, struct store *st, const char *code)
{
	struct archive *a = archive_open(st->dir);
	struct archived_case c;
	int rc = archive_case(a, code, &c);

	if (rc < 0) {
		buf_reset(&st->why);
		buf_adds(&st->why, archive_error(a));
	}
	archive_close(a);
	if (rc != 1)
		return rc;
	memset(s, 0, sizeof(*s));
	s->there = s->archived = 1;
	s->version = c.version;
	s->readable = case_decode(&s->c, buf_str(&c.doc), c.doc.len) == 0 && s->c.version == c.version;
	s->pub = c.pub, s->sealed = c.sealed, s->wrapped = c.wrapped, s->seqs = c.seqs;
	s->messages = c.messages;
	buf_release(&c.doc);
	return 1;
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
	for (size_t i = 0; i < n && rc == 0; i++)
		if (!out[i].there && stored_case_archived(&out[i], st, codes[i].s) < 0)
			rc = -1;
	for (size_t i = 0; i < n && rc != 0; i++) {
		stored_case_release(&out[i]);
		memset(&out[i], 0, sizeof(out[i]));
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

/* ---- open cases that are silent ---- */

#define ASKED_AT_ONCE 500

struct seqs { int64_t *list; size_t n, cap; };

static void
keep_last(struct seqs *s, const redisReply *q, int64_t upto)
{
	const char *comma;
	int64_t seq;

	if (q->type != REDIS_REPLY_STRING)
		return;
	comma = strrchr(q->str, ',');
	seq = strtoll(comma != NULL ? comma + 1 : q->str, NULL, 10);
	if (seq == 0 || seq > upto)
		return;
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->list = xrealloc(s->list, s->cap * sizeof(*s->list));
	}
	s->list[s->n++] = seq;
}

static int
ask_last(struct store *st, const redisReply *codes, size_t from, size_t to, int64_t upto, struct seqs *out)
{
	int rc = 0;

	for (size_t i = from; i < to; i++) {
		struct redis_args a = { 0 };

		redis_args_adds(&a, "HGET");
		args_add_key(&a, st, KEY_CASE, codes->element[i]->str, NULL);
		redis_args_adds(&a, "q");
		rc |= redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens);
		redis_args_release(&a);
	}
	for (size_t i = from; rc == 0 && i < to; i++) {
		redisReply *r = redis_pipe_reply(st->pipe);

		if (r == NULL)
			rc = -1;
		else
			keep_last(out, r, upto);
		freeReplyObject(r);
	}
	return rc;
}

static int
by_seq(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

int
cases_silent(struct store *st, int64_t upto, on_log_line cb, void *arg)
{
	struct archive *archive = archive_open(st->dir);
	struct seqs s = { 0 };
	struct buf key = { 0 };
	redisReply *codes;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_DUE, NULL, NULL);
	codes = redis_pipe_command(st->pipe, "ZRANGE %b 0 -1", key.data, key.len);
	if (codes != NULL && codes->type == REDIS_REPLY_ARRAY)
		rc = 0;
	for (size_t at = 0; rc == 0 && at < codes->elements; at += ASKED_AT_ONCE)
		rc = ask_last(st, codes, at, at + ASKED_AT_ONCE < codes->elements ? at + ASKED_AT_ONCE : codes->elements, upto,
		    &s);
	if (s.n > 1)
		qsort(s.list, s.n, sizeof(*s.list), by_seq);
	for (size_t i = 0; rc == 0 && i < s.n; i++)
		if (archive_entry(archive, s.list[i], cb, arg) < 0) {
			buf_reset(&st->why);
			buf_adds(&st->why, archive_error(archive));
			rc = -1;
		}
	freeReplyObject(codes);
	archive_close(archive);
	free(s.list);
	buf_release(&key);
	return rc;
}
