#include "store/leaver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "lib/log.h"
#include "store/apply.h"
#include "store/outbox.h"

#define SCAN "500"
#define LOAD 100
#define CANCELS 200

struct leaver {
	char field[LEAVER_CHARS];
	char id[OFFICER_ID_CHARS], number[LOOKUP_CHARS + 1];
	int64_t since_ms;
};

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

/* 1 it went back, 0 it is not his any more, -1 come again. */
static int
give_back(struct house *h, const struct code *code, const struct leaver *l, struct effects *fx)
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
	if (result != COMMIT_OK) {
		log_error("give_back_failed", "case=%s officer=%s err=\"%s\"", code->s, l->id, why);
		return -1;
	}
	log_info("given_back", "case=%s officer=%s what=%s state=%s", code->s, l->id, fx->what,
	    case_state_name(fx->state_after));
	return 1;
}

/* Those of one part of the due set. */
static int
give_back_some(struct house *h, const struct leaver *l, const redisReply *part, struct effects *fx)
{
	static struct stored_case s[LOAD];
	struct code codes[LOAD];
	int back = 0, failed = 0;

	for (size_t i = 0; i < part->elements; ) {
		size_t n = 0;

		for (; i < part->elements && n < LOAD; i += 2)
			n += code_parse(&codes[n], part->element[i]->str, part->element[i]->len) == 0;
		if (n == 0)
			continue;
		if (cases_load(&h->st, codes, n, s) != 0)
			return -1;
		for (size_t k = 0; k < n; k++) {
			int rc = s[k].readable && s[k].version > 0 && is_his(&s[k].c, l) ?
			    give_back(h, &codes[k], l, fx) : 0;

			back += rc > 0;
			failed |= rc < 0;
			stored_case_release(&s[k]);
		}
	}
	return failed ? -1 : back;
}

/*
 * Every open case stands in the due set, also those that he holds without a task.  What is there from
 * the first step of a scan to the last is seen by it, and new ones are not his: the store takes no
 * decision made by the roster before.
 */
static int
give_all_back(struct house *h, const struct leaver *l, struct effects *fx)
{
	char cursor[32] = "0";
	struct buf key = { 0 };
	int back = 0, failed = 0;

	buf_add_key(&key, &h->st.keys, KEY_DUE, NULL, NULL);
	do {
		redisReply *r = redis_pipe_command(h->st.pipe, "ZSCAN %b %s COUNT " SCAN, key.data,
		    key.len, cursor);
		int rc = -1;

		if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
			rc = give_back_some(h, l, r->element[1], fx);
			snprintf(cursor, sizeof(cursor), "%s", r->element[0]->str);
		} else {
			snprintf(cursor, sizeof(cursor), "0");
		}
		freeReplyObject(r);
		back += rc > 0 ? rc : 0;
		failed |= rc < 0;
	} while (strcmp(cursor, "0") != 0);
	buf_release(&key);
	return failed ? -1 : back;
}

/* ---- what is queued for the old number ---- */

/* 1 if it is for the officer: the same number may have reported something as a resident. */
static int
is_for_officer(struct store *st, const char *id)
{
	struct buf key = { 0 };
	redisReply *r;
	int is;

	buf_add_key(&key, &st->keys, KEY_MSG, id, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b k", key.data, key.len);
	is = r != NULL && r->type == REDIS_REPLY_STRING && text_is_for_officers(r->str);
	freeReplyObject(r);
	buf_release(&key);
	return is;
}

static int
cancel_list(struct house *h, const struct leaver *l, const redisReply *list)
{
	const char *ids[CANCELS];
	struct commit_batch b = { 0 };
	struct document d = { .key = KEY_META, .version = -1, .what = "petugas-lepas", .who = h->st.name,
	    .note = l->id, .cancels = ids };
	int rc = 0;

	for (size_t i = 0; i < list->elements && d.cancels_n < CANCELS; i++)
		if (is_for_officer(&h->st, list->element[i]->str))
			ids[d.cancels_n++] = list->element[i]->str;
	if (d.cancels_n == 0)
		return 0;
	commit_begin(&b, store_now_ms(&h->st));
	commit_add_document(&b, &h->st, &d);
	rc = commit_run(&b, &h->st) == 1 ? 0 : -1;
	commit_release(&b);
	return rc;
}

/* Tasks are cancelled with their case; this is for the rest: alarms, digests, what others climb. */
static int
silence(struct house *h, const struct leaver *l)
{
	static const char *const routes[] = { "sms", "sms2" }, *const lanes[] = { "e", "n", "b" };
	int rc = 0;

	for (size_t i = 0; l->number[0] != '\0' && i < N_ELEMS(routes) * N_ELEMS(lanes); i++) {
		char name[48];
		struct buf key = { 0 };
		redisReply *r;

		snprintf(name, sizeof(name), "%s:%s", lanes[i % N_ELEMS(lanes)],
		    routes[i / N_ELEMS(lanes)]);
		buf_add_key(&key, &h->st.keys, KEY_RCP, name, l->number);
		r = redis_pipe_command(h->st.pipe, "LRANGE %b 0 %d", key.data, key.len, CANCELS - 1);
		if (r == NULL || r->type != REDIS_REPLY_ARRAY || cancel_list(h, l, r) != 0)
			rc = -1;
		freeReplyObject(r);
		buf_release(&key);
	}
	return rc;
}

/* ---- the notes ---- */

static int
forget(struct house *h, const struct leaver *l, int back)
{
	struct commit_batch b = { 0 };
	char detail[96], since[24];
	struct document d = { .key = KEY_LEAVERS, .version = -1, .what = "petugas-lepas",
	    .who = h->st.name, .note = detail, .index_n = 2 };
	int rc;

	snprintf(detail, sizeof(detail), "%s: %d kasus kembali ke unit", l->id, back);
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

static int
leaver_release(struct house *h, const struct leaver *l, struct effects *fx)
{
	int back = give_all_back(h, l, fx);

	if (back < 0 || silence(h, l) != 0 || forget(h, l, back) != 0)
		return -1;
	return back;
}

static void
leaver_of(struct leaver *l, const char *field, const char *since)
{
	size_t n = strcspn(field, " ");

	memset(l, 0, sizeof(*l));
	snprintf(l->field, sizeof(l->field), "%s", field);
	snprintf(l->id, sizeof(l->id), "%.*s", (int)n, field);
	snprintf(l->number, sizeof(l->number), "%s", field[n] != '\0' ? field + n + 1 : "");
	l->since_ms = strtoll(since, NULL, 10);
}

int
leavers_release(struct house *h)
{
	struct effects *fx = NULL;
	struct buf key = { 0 };
	redisReply *r;
	int back = 0, failed = 1;

	buf_add_key(&key, &h->st.keys, KEY_LEAVERS, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		failed = 0;
		if (r->elements > 0)
			fx = xmalloc(sizeof(*fx));
		for (size_t i = 0; i + 1 < r->elements; i += 2) {
			struct leaver l;
			int rc;

			leaver_of(&l, r->element[i]->str, r->element[i + 1]->str);
			rc = leaver_release(h, &l, fx);
			back += rc > 0 ? rc : 0;
			failed |= rc < 0;
		}
	}
	free(fx);
	freeReplyObject(r);
	buf_release(&key);
	return failed ? -1 : back;
}
