#include "store/leaver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/ways.h"
#include "lib/log.h"
#include "store/apply.h"
#include "store/outbox.h"

#define SCAN 500		/* where nobody else waits */
#define LOAD 100
#define GIVE_MOST 20		/* cases given back in one step: each is a commit */
#define CANCELS 200		/* messages called off by one commit */
#define WAIT_FIRST_MS 1000
#define WAIT_MOST_MS (10 * MINUTE_MS)

/* ---- his cases ---- */

/* As he was up to then: what he was told later, at a new number, is not meant. */
static int
is_his(const struct case_record *c, const struct leaver *l)
{
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, l->id) == 0)
			return c->tasks[i].told_ms <= l->since_ms;
	return strcmp(c->holder, l->id) == 0;
}

/* A case that nobody can work off would else fill the log. */
static void
name_stuck(struct leaver *l, const struct code *code, const char *why)
{
	for (int i = 0; i < l->named_n; i++)
		if (strcmp(l->named[i].s, code->s) == 0)
			return;
	if (l->named_n == LEAVER_NAMED)
		return;
	l->named[l->named_n++] = *code;
	log_error("give_back_failed", "case=%s officer=%s err=\"%s\"", code->s, l->id, why);
}

/* 1 it went back, 0 it is not his any more or cannot be given back, -1 the store did not answer. */
static int
give_back(struct house *h, const struct code *code, struct leaver *l, struct effects *fx)
{
	struct command cmd = { .event = ON_RETURN, .by = BY_SYSTEM };
	struct stored_case s;
	const char *why;
	enum commit_result result;
	int his;

	snprintf(cmd.leaver, sizeof(cmd.leaver), "%s", l->id);
	if (cases_load(&h->st, code, 1, &s) != 0)
		return -1;
	his = s.readable && s.version > 0 && is_his(&s.c, l);
	stored_case_release(&s);
	if (!his)
		return 0;
	result = case_apply(h, code, &cmd, NULL, NULL, fx, &why);
	if (result == COMMIT_UNKNOWN)
		return -1;
	if (result != COMMIT_OK) {
		name_stuck(l, code, why);
		l->stuck = 1;
		return 0;
	}
	log_info("given_back", "case=%s officer=%s what=%s state=%s", code->s, l->id, fx->what,
	    case_state_name(fx->state_after));
	return 1;
}

/* Those of one part of the due set: 1 all, 0 only as many as one step gives, -1 no answer. */
static int
give_back_some(struct house *h, struct leaver *l, const redisReply *part, int *back)
{
	static struct stored_case s[LOAD];
	struct effects *fx = xmalloc(sizeof(*fx));
	struct code codes[LOAD];
	int given = 0, rc = 1;

	for (size_t i = 0; i < part->elements && rc == 1; ) {
		size_t n = 0;

		for (; i < part->elements && n < LOAD; i += 2)
			n += code_parse(&codes[n], part->element[i]->str, part->element[i]->len) == 0;
		if (n > 0 && cases_load(&h->st, codes, n, s) != 0) {
			rc = -1;
			break;
		}
		for (size_t k = 0; k < n; k++) {
			if (rc == 1 && s[k].readable && s[k].version > 0 && is_his(&s[k].c, l)) {
				int one = given < GIVE_MOST ? give_back(h, &codes[k], l, fx) : 0;

				rc = one < 0 ? -1 : given < GIVE_MOST;
				given += one > 0;
			}
			stored_case_release(&s[k]);
		}
	}
	free(fx);
	l->back += given;
	*back += given;
	return rc;
}

/*
 * Every open case stands in the due set, also those that he holds without a task.  What is there from
 * the first step of a scan to the last is seen by it, and new ones are not his: the store takes no
 * decision made by the roster before.  1 the walk is over, 0 it goes on, -1 no answer.
 */
static int
walk_on(struct house *h, struct leaver *l, int64_t most, int *back)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &h->st.keys, KEY_DUE, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "ZSCAN %b %s COUNT %lld", key.data, key.len, l->cursor,
	    (long long)most);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2)
		rc = give_back_some(h, l, r->element[1], back);
	if (rc == 1) {		/* else this part comes again, without those that went back */
		snprintf(l->cursor, sizeof(l->cursor), "%s", r->element[0]->str);
		rc = strcmp(l->cursor, "0") == 0;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/* ---- what is queued for the old number ---- */

/* When a message was queued, and its kind in out; 0 it is not there, -1 no answer. */
static int64_t
queued_ms(struct store *st, const char *id, struct buf *kind)
{
	struct buf key = { 0 };
	redisReply *r;
	int64_t at = -1;

	buf_reset(kind);
	buf_add_key(&key, &st->keys, KEY_MSG, id, NULL);
	r = redis_pipe_command(st->pipe, "HMGET %b k t", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
		int there = r->element[0]->type == REDIS_REPLY_STRING && r->element[1]->type == REDIS_REPLY_STRING;

		buf_adds(kind, there ? r->element[0]->str : "");
		at = there ? strtoll(r->element[1]->str, NULL, 10) : 0;
	}
	freeReplyObject(r);
	buf_release(&key);
	return at;
}

/* Cuts what a message got on its way, ".b" by another way or ".i" in a digest: 1 it had that. */
static int
cut_way(char *id)
{
	char *dot = strrchr(id, '.');

	if (dot == NULL || dot[1] < 'b' || dot[1] > 'z' || dot[2] != '\0')
		return 0;
	*dot = '\0';
	return 1;
}

/*
 * 1 if it is for the officer who left, -1 no answer: the same number may have reported something as a resident,
 * and may by now be that of another officer, whose own were queued later.  What goes by another way, or in a digest,
 * was queued when the first of it was.
 */
static int
is_for_leaver(struct store *st, const struct leaver *l, const char *id)
{
	char first[OUTBOX_ID_CHARS];
	struct buf kind = { 0 };
	int64_t at = queued_ms(st, id, &kind), before = at;
	int is = at > 0 && text_is_for_officers(buf_str(&kind));

	snprintf(first, sizeof(first), "%s", id);
	while (is && at > l->since_ms && before >= 0 && cut_way(first)) {
		before = queued_ms(st, first, &kind);
		at = before > 0 ? before : at;
	}
	buf_release(&kind);
	return at < 0 || before < 0 ? -1 : is && at <= l->since_ms;
}

static int
cancel_some(struct house *h, const struct leaver *l, const char **ids, int n)
{
	struct commit_batch b = { 0 };
	struct document d = { .key = KEY_META, .version = -1, .what = "petugas-lepas", .who = h->st.name,
	    .note = l->id, .cancels = ids, .cancels_n = n };
	int rc;

	if (n == 0)
		return 0;
	commit_begin(&b, store_now_ms(&h->st));
	commit_add_document(&b, &h->st, &d);
	rc = commit_run(&b, &h->st) == 1 ? 0 : -1;
	commit_release(&b);
	return rc;
}

static int
cancel_list(struct house *h, const struct leaver *l, const redisReply *list)
{
	const char *ids[CANCELS];
	int n = 0, rc = 0;

	for (size_t i = 0; i < list->elements && rc == 0; i++) {
		int is = is_for_leaver(&h->st, l, list->element[i]->str);

		if (is > 0)
			ids[n++] = list->element[i]->str;
		rc = is < 0 ? -1 : 0;
		if (rc == 0 && n == CANCELS) {
			rc = cancel_some(h, l, ids, n);
			n = 0;
		}
	}
	return rc == 0 ? cancel_some(h, l, ids, n) : -1;
}

/* Tasks are cancelled with their case; this is for the rest: alarms, digests, what others climb. */
static int
silence(struct house *h, const struct leaver *l)
{
	static const char *const lanes[] = { "e", "n", "b" };
	char way[WAY_CHARS];
	int rc = 0;

	for (int w = 0; l->number[0] != '\0' && way_at(way, ways_numbered(), w); w++)
		for (size_t i = 0; i < N_ELEMS(lanes); i++) {
			char name[48];
			struct buf key = { 0 };
			redisReply *r;

			snprintf(name, sizeof(name), "%s:%s", lanes[i], way);
			buf_add_key(&key, &h->st.keys, KEY_RCP, name, l->number);
			r = redis_pipe_command(h->st.pipe, "LRANGE %b 0 -1", key.data, key.len);
			if (r == NULL || r->type != REDIS_REPLY_ARRAY || cancel_list(h, l, r) != 0)
				rc = -1;
			freeReplyObject(r);
			buf_release(&key);
		}
	return rc;
}

/* ---- the notes ---- */

static int
forget(struct house *h, const struct leaver *l)
{
	struct commit_batch b = { 0 };
	char detail[96], since[24];
	struct document d = { .key = KEY_LEAVERS, .version = -1, .what = "petugas-lepas",
	    .who = h->st.name, .note = detail, .index_n = 2 };
	int rc;

	snprintf(detail, sizeof(detail), "%s: %d kasus kembali ke unit", l->id, l->back);
	snprintf(since, sizeof(since), "%" PRId64, l->since_ms);
	d.index[0].key = d.index[1].key = KEY_LEAVERS;
	d.index[0].op = '=', d.index[1].op = 'd';
	d.index[0].field = d.index[1].field = l->field;
	d.index[0].value = since, d.index[1].value = "";
	commit_begin(&b, store_now_ms(&h->st));
	commit_add_document(&b, &h->st, &d);
	rc = commit_run(&b, &h->st) == 1 || b.slots[0].result == COMMIT_CONFLICT ? 0 : -1;
	commit_release(&b);
	return rc;
}

static void
leaver_of(struct leaver *l, const char *field, int64_t since_ms)
{
	size_t n = strcspn(field, " ");

	memset(l, 0, sizeof(*l));
	snprintf(l->field, sizeof(l->field), "%s", field);
	snprintf(l->id, sizeof(l->id), "%.*s", (int)n, field);
	snprintf(l->number, sizeof(l->number), "%s", field[n] != '\0' ? field + n + 1 : "");
	snprintf(l->cursor, sizeof(l->cursor), "0");
	l->since_ms = since_ms;
}

/* One who is noted: he stays as he was known, unless he is new or was noted anew. */
static void
note(struct leavers *w, const char *field, int64_t since_ms)
{
	size_t i = 0;

	while (i < w->n && strcmp(w->list[i].field, field) != 0)
		i++;
	if (i == w->n) {
		w->list = xrealloc(w->list, (w->n + 1) * sizeof(*w->list));
		leaver_of(&w->list[w->n++], field, since_ms);
	} else if (w->list[i].since_ms != since_ms) {
		leaver_of(&w->list[i], field, since_ms);
	}
	w->list[i].noted = 1;
}

static int
read_notes(struct house *h, struct leavers *w)
{
	struct buf key = { 0 };
	redisReply *r;
	size_t kept = 0;
	int rc = -1;

	buf_add_key(&key, &h->st.keys, KEY_LEAVERS, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		for (size_t i = 0; i < w->n; i++)
			w->list[i].noted = 0;
		for (size_t i = 0; i + 1 < r->elements; i += 2)
			note(w, r->element[i]->str, strtoll(r->element[i + 1]->str, NULL, 10));
		for (size_t i = 0; i < w->n; i++)
			if (w->list[i].noted)
				w->list[kept++] = w->list[i];
		w->n = kept;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/* ---- step by step ---- */

void
leavers_free(struct leavers *w)
{
	free(w->list);
	memset(w, 0, sizeof(*w));
}

/* Whose turn it is: those who wait longest first. */
static struct leaver *
next_of(const struct leavers *w, int64_t mono_ms)
{
	struct leaver *l = NULL;

	for (size_t i = 0; i < w->n; i++)
		if (w->list[i].next_ms <= mono_ms && (l == NULL || w->list[i].next_ms < l->next_ms))
			l = &w->list[i];
	return l;
}

int
leavers_step(struct house *h, struct leavers *w, int64_t most, int64_t mono_ms, int *back)
{
	struct leaver *l;
	int rc;

	if (read_notes(h, w) != 0)
		return -1;
	l = next_of(w, mono_ms);
	if (l == NULL)
		return 0;
	l->next_ms = mono_ms;
	rc = walk_on(h, l, most, back);
	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	if (!l->stuck && (silence(h, l) != 0 || forget(h, l) != 0))
		l->stuck = 1;
	if (l->stuck) {
		l->wait_ms = l->wait_ms == 0 ? WAIT_FIRST_MS : l->wait_ms * 2;
		if (l->wait_ms > WAIT_MOST_MS)
			l->wait_ms = WAIT_MOST_MS;
		l->next_ms = mono_ms + l->wait_ms;
		l->stuck = 0;
	}
	return 1;
}

int
leavers_release(struct house *h)
{
	struct leavers w = { 0 };
	int back = 0, rc;

	do
		rc = leavers_step(h, &w, SCAN, 0, &back);
	while (rc > 0);
	if (w.n > 0)
		rc = -1;
	leavers_free(&w);
	return rc < 0 ? -1 : back;
}
