#include "store/glass.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/access.h"
#include "core/calendar.h"
#include "core/message.h"
#include "store/commit.h"

#define KIND "kaca"
#define TOLD 2
#define FIELD_CHARS (OFFICER_ID_CHARS + CODE_CHARS + 1)

static void
field_of(char out[FIELD_CHARS], const char *officer, const char *code)
{
	snprintf(out, FIELD_CHARS, "%.*s %.*s", OFFICER_ID_CHARS - 1, officer, CODE_CHARS, code);
}

/* ---- who hears of it ---- */

static int
may_be_told(const struct house *h, const struct glass *g, const struct officer *o, enum officer_role role, int64_t now_ms)
{
	return o->role == role && !o->ended && o->phone[0] != '\0' && strcmp(o->id, g->who->id) != 0 &&
	    !officer_is_away(o, now_ms) &&
	    !access_is_accused(h->policy, o, g->c->about, g->c->place) &&
	    (role != ROLE_KEPALA || strcmp(o->unit, case_lead(g->c)) == 0);
}

static int
find_told(const struct house *h, const struct glass *g, int64_t now_ms, const struct officer *told[TOLD])
{
	char *list = xstrdup(h->set.glass_tell), *rest;
	int n = 0;

	for (char *word = strtok_r(list, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		enum officer_role role;

		for (size_t i = 0; role_of_name(word, &role) == 0 && i < h->roster.n && n < TOLD; i++)
			if (may_be_told(h, g, &h->roster.officers[i], role, now_ms) &&
			    (n == 0 || told[0] != &h->roster.officers[i]))
				told[n++] = &h->roster.officers[i];
	}
	free(list);
	return n;
}

static int
write_text(struct house *h, const struct glass *g, const struct officer *to, int64_t until_ms, struct buf *out)
{
	const struct unit *u = unit_find(h->policy->units, g->who->unit);
	struct buf due = { 0 };
	char code[CODE_CHARS + 2];
	int rc;

	code_show(code, &g->c->code);
	buf_add_wib_short(&due, until_ms);
	{
		const struct template_value v[] = { { "kode", code }, { "unit", u != NULL ? u->shortname : g->who->unit },
			{ "batas", buf_str(&due) } };

		rc = message_answer(h->policy, to->lang, KIND, NULL, until_ms, v, N_ELEMS(v), out);
	}
	buf_release(&due);
	if (rc != 0) {
		buf_reset(&h->st.why);
		buf_adds(&h->st.why, "pesan has no text " KIND "; run 'kentongan reload'");
	}
	return rc;
}

/* ---- breaking it ---- */

/* The reason first, then word to the others together with the leave: none of it without what is before. */
static int
commit(struct house *h, const struct glass *g, const struct document *d, int64_t now_ms)
{
	struct answer why = { .what = "pecah-kaca", .actor = g->who->id, .latihan = g->c->latihan, .note = g->why };
	struct commit_batch b = { 0 };
	int rc;

	memcpy(why.code, g->c->code.s, sizeof(why.code));
	commit_begin(&b, now_ms);
	commit_add_answer(&b, &h->st, &why, g->keys, NULL);
	rc = commit_run(&b, &h->st) == 1 ? 0 : -1;
	if (rc == 0) {
		commit_begin(&b, now_ms);
		commit_add_document(&b, &h->st, d);
		rc = commit_run(&b, &h->st) == 1 ? 0 : -1;
	}
	commit_release(&b);
	return rc;
}

enum glass_result
glass_break(struct house *h, const struct glass *g, int64_t *until_ms)
{
	int64_t now_ms = store_now_ms(&h->st);
	const struct officer *told[TOLD];
	struct answer says[TOLD] = { { .kind = KIND } };
	struct buf text[TOLD] = { { 0 } };
	struct case_keys keys;
	char field[FIELD_CHARS], value[24];
	struct document d = { .key = KEY_META, .version = -1, .what = "kaca-kabar", .who = g->who->id,
		.note = g->c->code.s, .index = { { KEY_GLASS, NULL, 's', field, value } }, .index_n = 1,
		.says = says, .says_n = TOLD, .keys = &keys };
	enum glass_result result = GLASS_FAILED;

	if (now_ms == 0)
		return GLASS_FAILED;
	if (find_told(h, g, now_ms, told) < TOLD)
		return GLASS_ALONE;
	*until_ms = now_ms + h->set.glass_ms;
	field_of(field, g->who->id, g->c->code.s);
	snprintf(value, sizeof(value), "%" PRId64, *until_ms);
	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &h->st.master, &keys.key);
	for (int i = 0; i < TOLD; i++) {
		says[i] = (struct answer){ .kind = KIND, .route = "sms", .to = told[i]->phone, .text = &text[i],
			.text_lang = told[i]->lang, .lane_e = 1, .latihan = g->c->latihan,
			.not_after_ms = now_ms + DAY_MS };
		snprintf(says[i].id, sizeof(says[i].id), "kaca.%s.%" PRId64 ".%d", g->c->code.s, now_ms, i + 1);
		if (write_text(h, g, told[i], *until_ms, &text[i]) != 0)
			goto out;
	}
	result = commit(h, g, &d, now_ms) == 0 ? GLASS_OK : GLASS_FAILED;
out:
	for (int i = 0; i < TOLD; i++)
		buf_wipe(&text[i]);
	memset(&keys, 0, sizeof(keys));
	return result;
}

/* ---- while it lasts ---- */

int64_t
glass_until(struct store *st, const char *officer, const char *code, int64_t now_ms)
{
	struct buf key = { 0 };
	char field[FIELD_CHARS];
	int64_t until_ms = -1;
	redisReply *r;

	field_of(field, officer, code);
	buf_add_key(&key, &st->keys, KEY_GLASS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b %s", key.data, key.len, field);
	if (r != NULL && r->type == REDIS_REPLY_NIL)
		until_ms = 0;
	else if (r != NULL && r->type == REDIS_REPLY_STRING)
		until_ms = strtoll(r->str, NULL, 10);
	freeReplyObject(r);
	buf_release(&key);
	return until_ms >= 0 && until_ms <= now_ms ? 0 : until_ms;
}

void
glass_sweep(struct store *st, int64_t now_ms)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &st->keys, KEY_GLASS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2)
		if (strtoll(r->element[i + 1]->str, NULL, 10) <= now_ms)
			freeReplyObject(redis_pipe_command(st->pipe, "HDEL %b %s", key.data, key.len, r->element[i]->str));
	freeReplyObject(r);
	buf_release(&key);
}
