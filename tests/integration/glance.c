#include "tests/integration/glance.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/cases.h"
#include "store/house.h"
#include "store/incident.h"

static struct house h;
static struct { struct stored_case lead; struct member *m; size_t n; } list;

void
glance_open(const char *dir, const char *conf)
{
	struct buf url = { 0 };

	buf_addf(&url, "unix:%s/redis/redis.sock", dir);
	ck_assert_int_eq(house_open(&h, conf, dir, buf_str(&url), "test"), 0);
	buf_release(&url);
}

void
glance_close(void)
{
	stored_case_release(&list.lead);
	free(list.m);
	memset(&list, 0, sizeof(list));
	house_close(&h);
}

int
glance_case(const char *code, struct case_record *out)
{
	struct stored_case s;
	struct code k;
	int there;

	ck_assert_int_eq(code_parse(&k, code, strlen(code)), 0);
	ck_assert_int_eq(cases_load(&h.st, &k, 1, &s), 0);
	there = s.there && s.readable && s.version > 0;
	*out = s.c;
	stored_case_release(&s);
	return there;
}

int
glance_may(const char *code, const char *officer, enum access a)
{
	const struct officer *o;
	struct case_record c;
	struct access_case of;

	ck_assert_int_eq(house_refresh(&h), 0);
	o = officer_find(&h.roster, officer);
	ck_assert_msg(o != NULL, "%s", officer);
	ck_assert_msg(glance_case(code, &c), "%s is not opened", code);
	access_case_of(&of, &c, o);
	return access_may(h.policy, o, a, &of);
}

int
glance_due(void)
{
	struct buf key = { 0 };
	redisReply *r;
	int n;

	buf_add_key(&key, &h.st.keys, KEY_DUE, NULL, NULL);
	r = redis_pipe_command(h.st.pipe, "ZCARD %b", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	n = (int)r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

int64_t
glance_queued_ms(const char *id)
{
	struct buf key = { 0 };
	redisReply *r;
	int64_t ms;

	buf_add_key(&key, &h.st.keys, KEY_MSG, id, NULL);
	r = redis_pipe_command(h.st.pipe, "HGET %b t", key.data, key.len);
	ck_assert_msg(r != NULL && r->type == REDIS_REPLY_STRING, "%s is not there", id);
	ms = strtoll(r->str, NULL, 10);
	freeReplyObject(r);
	buf_release(&key);
	return ms;
}

int
glance_followers(const char *lead)
{
	struct code code;

	ck_assert_int_eq(house_refresh(&h), 0);
	ck_assert_int_eq(code_parse(&code, lead, strlen(lead)), 0);
	ck_assert_int_eq(cases_load(&h.st, &code, 1, &list.lead), 0);
	ck_assert_int_eq(members_load(&h.st, lead, &list.m, &list.n), 0);
	return (int)list.n;
}

void
glance_bring(void)
{
	int moved = 0;

	for (size_t i = 0; i < list.n; i++)
		ck_assert_int_eq(member_bring(&h, &list.lead, &list.m[i], list.n + 1, 100, &moved), 1);
}

int
glance_ask(const char *officer)
{
	static struct effects fx;
	int asked = 0;

	for (size_t i = 0; i < list.n; i++) {
		struct command cmd = { .event = ON_RESOLVE, .by = BY_OPERATOR, .note = "air surut" };
		const char *why = "";

		snprintf(cmd.actor, sizeof(cmd.actor), "%s", officer);
		asked += member_apply(&h, &list.lead, &list.m[i], &cmd, &fx, &why) == COMMIT_OK;
	}
	return asked;
}
