#ifndef KENTONGAN_TESTS_KIT_H
#define KENTONGAN_TESTS_KIT_H
/* Reports and cases on the bench: what the daemons do, in a few words. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "lib/escape.h"
#include "store/cases.h"
#include "store/commit.h"
#include "store/due.h"
#include "store/intake.h"
#include "store/outbox.h"
#include "tests/integration/harness.h"

#define KIT_DESA "D-35.10.20.2005"
#define KIT_PTG "ptg-35.10.20.2005-1"
#define KIT_KPL "kpl-35.10.20.2005"

/* Borrows its strings. */
static inline struct laporan
kit_report(const char *id, const char *sender, const char *text)
{
	return (struct laporan){ .channel = "sms", .reply_channel = "sms",
	    .message_id = (char *)(uintptr_t)id, .sender = (char *)(uintptr_t)sender,
	    .text = (char *)(uintptr_t)text };
}

/* Offers a prepared report at a time of day. */
static inline enum intake_result
kit_offer(struct store *st, const struct intake *in, int64_t at_ms, struct code *code)
{
	struct redis_args args = { 0 };
	struct intake_days days;
	enum intake_result result;
	redisReply *r;

	intake_days_at(&days, at_ms, 8);
	intake_args(&args, st, in, &days);
	r = redis_pipe_call(st->pipe, args.n, (const char **)args.argv, args.lens);
	result = intake_result(r, code);
	freeReplyObject(r);
	redis_args_release(&args);
	return result;
}

static inline enum intake_result
kit_take(struct store *st, const struct laporan *l, struct code *code)
{
	struct intake in;
	enum intake_result result;

	intake_prepare(&in, st, l);
	result = kit_offer(st, &in, store_now_ms(st), code);
	intake_release(&in);
	return result;
}

/* A report of its own, taken in; received so long ago. */
static inline struct code
kit_reported(struct bench *b, const char *id, int64_t ago_ms)
{
	struct laporan l = kit_report(id, "+6281234567890", "lubang kenari7 di depan warung");
	struct code code = { "" };

	l.received_ms = store_now_ms(&b->st) - ago_ms;
	ck_assert_int_eq(kit_take(&b->st, &l, &code), INTAKE_OK);
	return code;
}

/* A case as read from the store, its report opened, what was decided last. */
struct kit_case {
	struct stored_case s;
	struct case_record before;
	struct case_keys keys;
	struct laporan words;
	char lookup[33];
	struct effects fx;
	struct command cmd;
	struct understanding u;
	struct report_facts facts;
};

static inline void
kit_release(struct kit_case *k)
{
	laporan_release(&k->words);
	stored_case_release(&k->s);
}

static inline void
kit_load(struct bench *b, struct kit_case *k, const struct code *code)
{
	memset(k, 0, sizeof(*k));
	ck_assert_int_eq(cases_load(&b->st, code, 1, &k->s), 0);
	ck_assert_msg(k->s.there && k->s.readable, "%s", code->s);
	ck_assert_int_eq(stored_case_open(&k->s, &b->st, &k->keys, &k->words, k->lookup), 0);
	k->before = k->s.c;
	k->before.code = *code;
}

static inline void
kit_decide(struct bench *b, struct kit_case *k, int64_t now_ms)
{
	if (k->cmd.entropy == 0)
		random_bytes(&k->cmd.entropy, sizeof(k->cmd.entropy));
	ck_assert_msg(case_decide(b->policy, &b->roster, &k->before, &k->cmd, now_ms,
	    &k->fx) == 0, "%s", refusal_text(k->fx.refusal));
}

/* Decides the opening; the case goes to a desa. */
static inline void
kit_decide_open(struct bench *b, struct kit_case *k, int64_t now_ms)
{
	k->u = (struct understanding){ .category = "jalan-rusak", .place = "35.10.20.2005",
	    .units = { KIT_DESA }, .units_n = 1, .confidence_permille = 900 };
	k->facts = (struct report_facts){ .code = k->before.code,
	    .received_ms = k->words.received_ms, .arrived_ms = now_ms, .channel = "sms",
	    .lang = "id" };
	memcpy(k->facts.reporter, k->lookup, sizeof(k->lookup));
	memcpy(k->facts.policy, b->version, sizeof(b->version));
	k->cmd = (struct command){ .event = ON_OPEN, .by = BY_ROUTER, .u = &k->u,
	    .report = &k->facts };
	kit_decide(b, k, now_ms);
}

static inline void
kit_decide_act(struct bench *b, struct kit_case *k, enum case_event on, const char *officer,
    int64_t now_ms)
{
	k->cmd = (struct command){ .event = on, .by = BY_OFFICER, .note = "alasan" };
	snprintf(k->cmd.actor, sizeof(k->cmd.actor), "%s", officer);
	kit_decide(b, k, now_ms);
}

static inline void
kit_add(struct bench *b, struct commit_batch *batch, struct kit_case *k, const struct input_id *in)
{
	commit_add_case(batch, &b->st, b->policy, &b->roster, &k->before, &k->fx, &k->cmd,
	    &k->keys, &k->words, in);
}

/* The lane's first entry as an input: the only report on the bench, mostly. */
static inline struct input_id
kit_input(struct bench *b, const char *id)
{
	struct input_id in = { .lane = "n" };
	redisReply *r = bench_command(b, "XREADGROUP GROUP router test COUNT 1 STREAMS %s >",
	    bench_key(b, KEY_IN, "n"));

	ck_assert_int_eq(r->type, REDIS_REPLY_ARRAY);
	snprintf(in.id, sizeof(in.id), "%s", id);
	snprintf(in.entry, sizeof(in.entry), "%s",
	    r->element[0]->element[1]->element[0]->element[0]->str);
	freeReplyObject(r);
	return in;
}

static inline enum commit_result
kit_run(struct bench *b, struct commit_batch *batch)
{
	enum commit_result result;

	commit_run(batch, &b->st);
	result = batch->slots[0].result;
	commit_release(batch);
	return result;
}

/* Report, opened case and commit in one.  A number that the officer has already is drawn again. */
static inline struct code
kit_opened(struct bench *b, const char *id, int64_t ago_ms)
{
	struct code code = kit_reported(b, id, ago_ms);
	enum commit_result result;

	do {
		struct commit_batch batch = { 0 };
		static struct kit_case k;
		int64_t now = store_now_ms(&b->st);

		kit_load(b, &k, &code);
		kit_decide_open(b, &k, now);
		commit_begin(&batch, now);
		kit_add(b, &batch, &k, NULL);
		result = kit_run(b, &batch);
		kit_release(&k);
	} while (result == COMMIT_TAKEN);
	ck_assert_int_eq(result, COMMIT_OK);
	return code;
}

static inline enum commit_result
kit_act(struct bench *b, const struct code *code, enum case_event on, const char *officer)
{
	struct commit_batch batch = { 0 };
	static struct kit_case k;
	int64_t now = store_now_ms(&b->st);
	enum commit_result result;

	kit_load(b, &k, code);
	kit_decide_act(b, &k, on, officer, now);
	commit_begin(&batch, now);
	kit_add(b, &batch, &k, NULL);
	result = kit_run(b, &batch);
	kit_release(&k);
	return result;
}

static inline int
kit_due(struct store *st, int max, int64_t lease_ms, struct due_case *out, int64_t *now_ms,
    int64_t *next_ms)
{
	return due_take(st, max, lease_ms, out, now_ms, next_ms);
}

/* A claim without a budget. */
static inline int
kit_claim(struct store *st, const char *route, int most, int64_t lease_ms,
    struct outbox_item *items, int64_t *now_ms)
{
	const struct outbox_claim c = { .route = route, .most = most, .lease_ms = lease_ms };
	int64_t spent;

	return outbox_claim(st, &c, items, now_ms, &spent);
}

/* A message that belongs to no case. */
static inline enum commit_result
kit_message(struct bench *b, const char *id, const char *to, int lane_e)
{
	struct buf text = { 0 };
	struct commit_batch batch = { 0 };
	struct answer a = { .what = "cek", .kind = "cek", .route = "sms", .to = to,
	    .text = &text, .lane_e = lane_e };
	struct case_keys keys;
	enum commit_result result;
	int64_t now = store_now_ms(&b->st);

	snprintf(a.id, sizeof(a.id), "%s", id);
	buf_addf(&text, "kabar %s", id);
	a.not_after_ms = now + 3600000;
	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &b->st.master, &keys.key);
	commit_begin(&batch, now);
	commit_add_answer(&batch, &b->st, &a, &keys, NULL);
	result = kit_run(b, &batch);
	buf_release(&text);
	return result;
}
#endif
