#include "sla/sealer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/storm.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "store/chain.h"
#include "store/dead.h"
#include "store/said.h"
#include "store/glass.h"
#include "store/identity.h"
#include "store/looks.h"
#include "store/session.h"
#include "store/warning.h"

#define SEEN_DAYS 35
#define SEAL_BATCH 1000

int
sealer_init(struct sealer *s, struct house *h)
{
	struct buf errors = { 0 };
	struct seal_key k;
	int rc = secret_key(h->st.dir, "sign", &k, &errors);

	memset(s, 0, sizeof(*s));
	s->h = h;
	if (rc != 0)
		fputs(buf_str(&errors), stderr);
	else
		memcpy(s->seed, k.bytes, sizeof(s->seed));
	buf_release(&errors);
	return rc;
}

void
sealer_run(struct sealer *s)
{
	int64_t mono = clock_mono_ms(), now = store_now_ms(&s->h->st);
	int publish = mono >= s->head_next_ms, n;

	if (now == 0)
		return;
	if (!s->registered)
		s->registered = signers_register(&s->h->st, s->seed, now) == 0;
	do {
		int due = publish;

		n = logbook_seal(&s->h->st, SEAL_BATCH, &publish, s->seed, now);
		if (due && !publish)
			s->head_next_ms = mono + s->h->set.head_ms;
	} while (n == SEAL_BATCH);
	if (n < 0 && redis_pipe_is_up(s->h->st.pipe) && !s->stuck) {
		s->stuck = 1;
		house_alarm(s->h, "chain", "log", store_error(&s->h->st));
	}
	if (mono >= s->sweep_next_ms) {
		s->sweep_next_ms = mono + s->h->set.sweep_ms;
		sweep_run(s->h, now);
	}
}

static void
sweep_messages(struct house *h, int64_t now_ms)
{
	struct buf ended = { 0 };
	redisReply *r;

	buf_add_key(&ended, &h->st.keys, KEY_ENDED, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "ZRANGEBYSCORE %b -inf %lld LIMIT 0 1000", ended.data,
	    ended.len, (long long)(now_ms - h->set.keep_messages_ms));
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		struct buf key = { 0 };

		buf_add_key(&key, &h->st.keys, KEY_MSG, r->element[i]->str, NULL);
		freeReplyObject(redis_pipe_command(h->st.pipe, "DEL %b", key.data, key.len));
		freeReplyObject(redis_pipe_command(h->st.pipe, "ZREM %b %s", ended.data, ended.len,
		    r->element[i]->str));
		buf_release(&key);
	}
	freeReplyObject(r);
	buf_release(&ended);
}

/* Hashes of single days, older than these. */
static void
sweep_days(struct house *h, enum key_id id, int days, int64_t now_ms)
{
	/*
	 * A window of days is tried: one that was missed while the engine was down is
	 * still found.
	 */
	for (int d = days + 1; d <= days + 60; d++) {
		struct buf key = { 0 };
		char day[DAY_TEXT];

		utc_day_text(day, now_ms / DAY_MS - d);
		buf_add_key(&key, &h->st.keys, id, day, NULL);
		freeReplyObject(redis_pipe_command(h->st.pipe, "UNLINK %b", key.data, key.len));
		buf_release(&key);
	}
}

/* Of who has not asked for it again for long: we may not know his number any more. */
static void
sweep_languages(struct house *h, int64_t now_ms)
{
	struct buf key = { 0 };
	char cursor[32] = "0";

	buf_add_key(&key, &h->st.keys, KEY_LANGUAGE, NULL, NULL);
	do {
		redisReply *r = redis_pipe_command(h->st.pipe, "HSCAN %b %s COUNT 500", key.data, key.len, cursor);

		snprintf(cursor, sizeof(cursor), "0");
		if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
			const redisReply *found = r->element[1];

			snprintf(cursor, sizeof(cursor), "%s", r->element[0]->str);
			for (size_t i = 0; i + 1 < found->elements; i += 2) {
				const char *at = strchr(found->element[i + 1]->str, ' ');

				if (at == NULL || strtoll(at, NULL, 10) < now_ms - h->set.keep_languages_ms)
					freeReplyObject(redis_pipe_command(h->st.pipe, "HDEL %b %s", key.data,
					    key.len, found->element[i]->str));
			}
		}
		freeReplyObject(r);
	} while (strcmp(cursor, "0") != 0);
	buf_release(&key);
}

static void
sweep_signs(struct house *h, int64_t now_ms)
{
	struct buf hb = { 0 }, lease = { 0 };
	redisReply *r;

	buf_add_key(&hb, &h->st.keys, KEY_HEARTBEAT, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGETALL %b", hb.data, hb.len);
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements;
	    i += 2) {
		const char *field = r->element[i]->str, *dot = strrchr(field, '.');
		int64_t at = dot != NULL ? strtoll(dot + 1, NULL, 10) * HOUR_MS :
		    strtoll(r->element[i + 1]->str, NULL, 10);

		if (at < now_ms - 2 * HOUR_MS)
			freeReplyObject(redis_pipe_command(h->st.pipe, "HDEL %b %s", hb.data,
			    hb.len, field));
	}
	freeReplyObject(r);
	buf_add_key(&lease, &h->st.keys, KEY_LEASE, NULL, NULL);
	freeReplyObject(redis_pipe_command(h->st.pipe, "ZREMRANGEBYSCORE %b -inf %lld", lease.data,
	    lease.len, (long long)(now_ms - MINUTE_MS)));
	buf_release(&hb);
	buf_release(&lease);
}

/* After a day he is as good as anybody. */
static void
sweep_pranks(struct house *h, int64_t now_ms)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &h->st.keys, KEY_PRANKS, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGETALL %b", key.data, key.len);
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2)
		if (strchr(r->element[i]->str, ':') == NULL &&
		    strtoll(r->element[i + 1]->str, NULL, 10) < now_ms - DAY_MS)
			freeReplyObject(redis_pipe_command(h->st.pipe, "HDEL %b %s %s" PRANK_TIMES, key.data, key.len,
			    r->element[i]->str, r->element[i]->str));
	freeReplyObject(r);
	buf_release(&key);
}

/* What was cried a day ago supports nobody any more. */
static void
sweep_cries(struct house *h, enum key_id where, int64_t now_ms)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &h->st.keys, where, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGETALL %b", key.data, key.len);
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2) {
		const char *since = strchr(r->element[i + 1]->str, ' ');

		if (since == NULL || strtoll(since, NULL, 10) < now_ms - DAY_MS)
			freeReplyObject(redis_pipe_command(h->st.pipe, "HDEL %b %b", key.data, key.len,
			    r->element[i]->str, r->element[i]->len));
	}
	freeReplyObject(r);
	buf_release(&key);
}

/* Who got many messages at once a day ago is a quiet recipient again. */
static void
sweep_storms(struct house *h, int64_t now_ms)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &h->st.keys, KEY_STORM, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGETALL %b", key.data, key.len);
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2) {
		struct storm s;

		storm_read(&s, r->element[i + 1]->str);
		if (s.since_ms < now_ms - DAY_MS)
			freeReplyObject(redis_pipe_command(h->st.pipe, "HDEL %b %b", key.data, key.len,
			    r->element[i]->str, r->element[i]->len));
	}
	freeReplyObject(r);
	buf_release(&key);
}

void
sweep_run(struct house *h, int64_t now_ms)
{
	struct buf talk = { 0 };

	sweep_messages(h, now_ms);
	(void)dead_sweep(&h->st, now_ms - h->set.keep_messages_ms);	/* without an answer: at the next round */
	sweep_days(h, KEY_SEEN, SEEN_DAYS, now_ms);
	sweep_days(h, KEY_SAID, SAID_DAYS, now_ms);
	sweep_signs(h, now_ms);
	sweep_languages(h, now_ms);
	sweep_storms(h, now_ms);
	sweep_pranks(h, now_ms);
	sweep_cries(h, KEY_CRIES, now_ms);
	sweep_cries(h, KEY_HELD, now_ms);
	identity_sweep(&h->st, now_ms - h->set.identity_life_ms);
	glass_sweep(&h->st, now_ms);
	warnings_sweep(&h->st, now_ms - WARNINGS_KEPT_MS);
	looks_sweep(&h->st, now_ms - h->set.photo_keep_ms, h->set.photo_looks);
	sessions_sweep(&h->st, now_ms, h->set.session_most_ms);
	buf_add_key(&talk, &h->st.keys, KEY_TALK, NULL, NULL);
	freeReplyObject(redis_pipe_command(h->st.pipe, "UNLINK %b", talk.data, talk.len));
	buf_release(&talk);
}
