/* The store's functions on a real server: the door, commits, the outbox, the due set, records. */
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "sla/sealer.h"
#include "store/house.h"
#include "store/filed.h"
#include "store/logbook.h"
#include "store/reader.h"
#include "tests/integration/peer.h"
#include "tests/integration/kit.h"

Suite *store_suite(void);

static struct bench b;

static void
begin(void)
{
	bench_begin(&b, NULL);
	bench_furnish(&b);
}

static void
end(void)
{
	bench_end(&b);
}

/* ---- intake ---- */

static const struct {
	const char *what;
	struct { const char *channel, *id, *sender, *text; int64_t provider_ms; } a, b;
	int same;
} twins[] = {
	{ "the same message id", { "sms", "1", "+6281", "banjir", 0 },
	    { "sms", "1", "+6281", "banjir", 0 }, 1 },
	{ "its text changed on the way", { "sms", "1", "+6281", "banjir", 0 },
	    { "sms", "1", "+6281", "banjir!", 0 }, 1 },
	{ "another id", { "sms", "1", "+6281", "banjir", 0 },
	    { "sms", "2", "+6281", "banjir", 0 }, 0 },
	{ "the same id on another channel", { "sms", "1", "+6281", "banjir", 0 },
	    { "web", "1", "+6281", "banjir", 0 }, 0 },
	{ "no id: sender, text and time", { "sms", NULL, "+6281", "banjir", 77 },
	    { "sms", NULL, "+6281", "banjir", 77 }, 1 },
	{ "no id: said again later", { "sms", NULL, "+6281", "banjir", 77 },
	    { "sms", NULL, "+6281", "banjir", 78 }, 0 },
	{ "no id: two citizens", { "sms", NULL, "+6281", "banjir", 77 },
	    { "sms", NULL, "+6282", "banjir", 77 }, 0 },
	{ "no id and no time", { "sms", NULL, "+6281", "banjir", 0 },
	    { "sms", NULL, "+6281", "banjir", 0 }, 0 },
};

START_TEST(twice)
{
	struct laporan first = kit_report(twins[_i].a.id, twins[_i].a.sender, twins[_i].a.text);
	struct laporan second = kit_report(twins[_i].b.id, twins[_i].b.sender, twins[_i].b.text);
	struct code one, two;

	first.provider_ms = twins[_i].a.provider_ms, second.provider_ms = twins[_i].b.provider_ms;
	memcpy(first.channel, twins[_i].a.channel, 4);
	memcpy(second.channel, twins[_i].b.channel, 4);
	ck_assert_int_eq(kit_take(&b.st, &first, &one), INTAKE_OK);
	ck_assert_msg(kit_take(&b.st, &second, &two) == (twins[_i].same ? INTAKE_SEEN :
	    INTAKE_OK), "%s", twins[_i].what);
	ck_assert_msg((strcmp(one.s, two.s) == 0) == twins[_i].same, "%s", twins[_i].what);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_IN, "n")),
	    twins[_i].same ? 1 : 2);
}
END_TEST

START_TEST(again_after_midnight)
{
	struct laporan l = kit_report("m", "+6281", "banjir");
	int64_t midnight = (store_now_ms(&b.st) / 86400000 + 1) * 86400000;
	struct code one, two;
	struct intake in;

	intake_prepare(&in, &b.st, &l);
	ck_assert_int_eq(kit_offer(&b.st, &in, midnight - 1, &one), INTAKE_OK);
	intake_release(&in);
	intake_prepare(&in, &b.st, &l);
	ck_assert_int_eq(kit_offer(&b.st, &in, midnight + 7 * 86400000 + 5, &two), INTAKE_SEEN);
	ck_assert_str_eq(one.s, two.s);
	/* Another worker whose clock is ahead by seconds has it under tomorrow. */
	intake_release(&in);
	l.message_id = (char *)(uintptr_t)"n";
	intake_prepare(&in, &b.st, &l);
	ck_assert_int_eq(kit_offer(&b.st, &in, midnight + 2, &one), INTAKE_OK);
	ck_assert_int_eq(kit_offer(&b.st, &in, midnight - 30000, &two), INTAKE_SEEN);
	ck_assert_str_eq(one.s, two.s);
	intake_release(&in);
}
END_TEST

/* Five workers, one message: sent before any answer is read. */
START_TEST(five_at_once)
{
	struct laporan l = kit_report("5", "+6281", "banjir");
	int ok = 0, seen = 0;
	struct code first = { "" };
	struct store st[5];

	for (int i = 0; i < 5; i++) {
		struct redis_args args = { 0 };
		struct intake_days days;
		struct intake in;

		bench_store(&b, &st[i], "ingest");
		intake_prepare(&in, &st[i], &l);
		intake_days_at(&days, store_now_ms(&st[i]), 8);
		intake_args(&args, &st[i], &in, &days);
		ck_assert_int_eq(redis_pipe_queue(st[i].pipe, args.n, (const char **)args.argv,
		    args.lens), 0);
		intake_release(&in);
		redis_args_release(&args);
	}
	for (int i = 0; i < 5; i++) {
		redisReply *r = redis_pipe_reply(st[i].pipe);
		struct code code;
		enum intake_result result = intake_result(r, &code);

		ok += result == INTAKE_OK;
		seen += result == INTAKE_SEEN;
		ck_assert(first.s[0] == '\0' || strcmp(first.s, code.s) == 0);
		first = code;
		freeReplyObject(r);
		store_close(&st[i]);
	}
	ck_assert_int_eq(ok, 1);
	ck_assert_int_eq(seen, 4);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_IN, "n")), 1);
}
END_TEST

START_TEST(codes_are_drawn_again)
{
	struct laporan l = kit_report("a", "+6281", "x");
	struct code taken, code;
	struct intake in;

	ck_assert_int_eq(kit_take(&b.st, &l, &taken), INTAKE_OK);
	l.message_id = (char *)(uintptr_t)"b";
	intake_prepare(&in, &b.st, &l);
	in.codes[0] = taken;
	ck_assert_int_eq(kit_offer(&b.st, &in, store_now_ms(&b.st), &code), INTAKE_OK);
	ck_assert_str_eq(code.s, in.codes[1].s);
	intake_release(&in);
	l.message_id = (char *)(uintptr_t)"c";
	intake_prepare(&in, &b.st, &l);
	in.codes[0] = in.codes[1] = in.codes[2] = taken;
	ck_assert_int_eq(kit_offer(&b.st, &in, store_now_ms(&b.st), &code), INTAKE_RETRY);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_IN, "n")), 2);
	intake_release(&in);
}
END_TEST

START_TEST(reports_come_back_whole)
{
	struct laporan l = kit_report("a", "+6281234567890",
	    "ada \"lubang\"\nbesar \xf0\x9f\x95\xb3");
	struct kit_case k;
	struct code code;
	struct intake in, spooled;
	struct buf file = { 0 };

	l.received_ms = 1795000000000, l.hide = 1;
	intake_prepare(&in, &b.st, &l);
	intake_encode(&file, &in);
	ck_assert_int_eq(intake_decode(&spooled, file.data, file.len), 0);
	ck_assert_int_eq(kit_offer(&b.st, &spooled, store_now_ms(&b.st), &code), INTAKE_OK);
	ck_assert_str_eq(code.s, in.codes[0].s);
	kit_load(&b, &k, &code);
	ck_assert_int_eq(k.s.version, 0);
	ck_assert_str_eq(k.words.text, l.text);
	ck_assert_str_eq(k.words.sender, l.sender);
	ck_assert_int_eq(k.words.received_ms, l.received_ms);
	ck_assert_int_eq(k.words.hide, 1);
	kit_release(&k);
	intake_release(&in);
	intake_release(&spooled);
	buf_release(&file);
}
END_TEST

/* ---- commits ---- */

START_TEST(commit_writes_all)
{
	struct code code = kit_reported(&b, "1", 0), found;
	struct input_id in = kit_input(&b, "in-1");
	struct commit_batch batch = { 0 };
	struct kit_case k, back;
	int64_t now = store_now_ms(&b.st), seq = logbook_last_seq(&b.st);
	struct buf text = { 0 };

	kit_load(&b, &k, &code);
	kit_decide_open(&b, &k, now);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, &in);
	ck_assert_int_eq(commit_run(&batch, &b.st), 1);
	ck_assert_int_eq(batch.slots[0].seq, seq + 1);
	ck_assert_int_eq(logbook_last_seq(&b.st), seq + 1);
	ck_assert_int_eq(b.st.noted.seq, seq + 1);
	kit_load(&b, &back, &code);
	ck_assert_int_eq(back.s.version, 1);
	ck_assert_int_eq(back.s.c.state, CASE_DITUGASKAN);
	ck_assert_str_eq(back.s.c.digest, batch.slots[0].digest);
	ck_assert_int_eq(bench_integer(&b, "ZSCORE %s %s", bench_key(&b, KEY_DUE, NULL), code.s),
	    case_due_ms(&back.s.c));
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_DUE, NULL)), 1);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_IN, "n")), 0);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_REPORTER, k.lookup)), 1);
	bench_text(&b, &text, "HGET %s %s", bench_key(&b, KEY_TASKS, KIT_PTG),
	    back.s.c.tasks[0].nonce);
	ck_assert_str_eq(buf_str(&text), code.s);
	ck_assert_int_eq(code_parse(&found, buf_str(&text), text.len), 0);
	/* An officer's and the resident's message, each at the head of its line. */
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_OUT, "n:sms")), 2);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_OUT, "e:sms")), 0);
	buf_release(&text);
	commit_release(&batch);
	kit_release(&k);
	kit_release(&back);
}
END_TEST

START_TEST(commit_answers)
{
	struct code code = kit_reported(&b, "1", 0);
	struct input_id in = kit_input(&b, "in-1");
	struct commit_batch batch = { 0 };
	struct kit_case k;
	int64_t now = store_now_ms(&b.st);

	kit_load(&b, &k, &code);
	kit_decide_open(&b, &k, now);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, &in);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_OK);
	/* No answer came, so it is sent again: the same input. */
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, &in);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_ALREADY);
	/* Decided on what is not there any more. */
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_CONFLICT);
	/* Decided at another time. */
	commit_begin(&batch, now - 61000);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_REFUSED);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "decided at another time"));
	ck_assert_int_eq(logbook_last_seq(&b.st), b.st.noted.seq);
	ck_assert_int_eq(bench_integer(&b, "HGET %s v", bench_key(&b, KEY_CASE, code.s)), 1);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_OUT, "n:sms")), 2);
	kit_release(&k);
}
END_TEST

/* Sixteen inputs are remembered; the seventeenth pushes the first one out. */
START_TEST(inputs_are_remembered)
{
	struct code code = kit_opened(&b, "1", 0);
	struct commit_batch batch = { 0 };
	enum commit_result result[3];
	struct kit_case k;

	for (int i = 0; i < 19; i++) {
		struct input_id in = { .id = "" };
		int64_t now = store_now_ms(&b.st);

		/* 0..16 new, then 1 (the oldest remembered) and 0 again */
		snprintf(in.id, sizeof(in.id), "in-%d", i < 17 ? i : 18 - i);
		kit_load(&b, &k, &code);
		kit_decide_act(&b, &k, ON_NOTE, KIT_PTG, now);
		commit_begin(&batch, now);
		kit_add(&b, &batch, &k, &in);
		result[i % 3] = kit_run(&b, &batch);
		if (i < 17)
			ck_assert_int_eq(result[i % 3], COMMIT_OK);
		kit_release(&k);
	}
	ck_assert_int_eq(result[17 % 3], COMMIT_ALREADY);
	ck_assert_int_eq(result[18 % 3], COMMIT_OK);
}
END_TEST

START_TEST(a_taken_nonce)
{
	struct code code = kit_reported(&b, "1", 0);
	struct commit_batch batch = { 0 };
	struct kit_case k;
	int64_t now = store_now_ms(&b.st), seq = logbook_last_seq(&b.st);

	kit_load(&b, &k, &code);
	kit_decide_open(&b, &k, now);
	bench_integer(&b, "HSET %s %s 00000000", bench_key(&b, KEY_TASKS, KIT_PTG),
	    k.fx.after.tasks[0].nonce);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_TAKEN);
	ck_assert_int_eq(logbook_last_seq(&b.st), seq);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_DUE, NULL)), 0);
	/* With other entropy it goes. */
	k.cmd.entropy = 0;
	kit_decide(&b, &k, now);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_OK);
	kit_release(&k);
}
END_TEST

/* One of three conflicts: the others are written, the log has no gap. */
START_TEST(batch_with_a_conflict)
{
	struct commit_batch batch = { 0 };
	static struct kit_case k[3];
	struct code code[3];
	int64_t now, seq;
	char id[8];

	for (int i = 0; i < 3; i++) {
		snprintf(id, sizeof(id), "%d", i);
		code[i] = kit_opened(&b, id, 0);
	}
	now = store_now_ms(&b.st);
	for (int i = 0; i < 3; i++) {
		kit_load(&b, &k[i], &code[i]);
		kit_decide_act(&b, &k[i], ON_ACCEPT, KIT_PTG, now);
	}
	ck_assert_int_eq(kit_act(&b, &code[1], ON_NOTE, KIT_KPL), COMMIT_OK);
	seq = logbook_last_seq(&b.st);
	commit_begin(&batch, now);
	for (int i = 0; i < 3; i++)
		kit_add(&b, &batch, &k[i], NULL);
	ck_assert_int_eq(commit_run(&batch, &b.st), 2);
	ck_assert_int_eq(batch.slots[0].result, COMMIT_OK);
	ck_assert_int_eq(batch.slots[1].result, COMMIT_CONFLICT);
	ck_assert_int_eq(batch.slots[2].result, COMMIT_OK);
	ck_assert_int_eq(batch.slots[0].seq, seq + 1);
	ck_assert_int_eq(batch.slots[2].seq, seq + 2);
	ck_assert_int_eq(logbook_last_seq(&b.st), seq + 2);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_LOG, NULL)), seq + 2);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_DUE, NULL)), 3);
	commit_release(&batch);
	for (int i = 0; i < 3; i++)
		kit_release(&k[i]);
}
END_TEST

/* Opened, accepted, resolved and closed in one call: each stands on the one before. */
START_TEST(chained_commits)
{
	static const enum case_event on[] = { ON_ACCEPT, ON_RESOLVE, ON_CONFIRM };
	struct code code = kit_reported(&b, "1", 0);
	struct commit_batch batch = { 0 };
	struct kit_case k, back;
	int64_t now = store_now_ms(&b.st);

	kit_load(&b, &k, &code);
	kit_decide_open(&b, &k, now);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	for (size_t i = 0; i < N_ELEMS(on); i++) {
		k.before = k.fx.after;
		if (on[i] == ON_CONFIRM) {
			k.cmd = (struct command){ .event = ON_CONFIRM, .by = BY_RESIDENT };
			kit_decide(&b, &k, now);
		} else {
			kit_decide_act(&b, &k, on[i], KIT_PTG, now);
		}
		kit_add(&b, &batch, &k, NULL);
		/* The due set never has more than one member for it, and none in the end. */
	}
	ck_assert_int_eq(commit_run(&batch, &b.st), 4);
	kit_load(&b, &back, &code);
	ck_assert_int_eq(back.s.version, 4);
	ck_assert_int_eq(back.s.c.state, CASE_DITUTUP);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_DUE, NULL)), 0);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", bench_key(&b, KEY_TASKS, KIT_PTG)), 0);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", bench_key(&b, KEY_REPORTER, k.lookup)), 0);
	/* The first conflict fails the rest. */
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(commit_run(&batch, &b.st), 0);
	commit_release(&batch);
	kit_release(&k);
	kit_release(&back);
}
END_TEST

static const struct { char op; const char *field, *value; enum commit_result result; } rows[] = {
	{ 's', "a", "5", COMMIT_OK }, { 'c', "a", "1", COMMIT_OK }, { '=', "a", "6", COMMIT_OK }, { '=', "a", "5", COMMIT_CONFLICT },
	{ 's', "a", "7", COMMIT_OK }, { 'm', "a", "2", COMMIT_OK },
	{ 's', "b", "x", COMMIT_OK }, { 'd', "b", "", COMMIT_OK },
	{ 's', "c", "x", COMMIT_OK }, { 'u', "c", "y", COMMIT_TAKEN },
	{ 's', "d", "x", COMMIT_OK }, { 'D', "d", "x", COMMIT_OK },
	{ 's', "e", "1", COMMIT_OK }, { 's', "e", "2", COMMIT_OK }, { 'u', "f", "1", COMMIT_OK }, { 's', "f", "2", COMMIT_OK },
};

/* Writes of one call are made together, but whoever asks sees those that stand before him; in meta too, which is remembered. */
START_TEST(rows_of_a_call_stand_on_each_other)
{
	const enum key_id id = _i == 0 ? KEY_PRANKS : KEY_META;
	const char *key = bench_key(&b, id, NULL);
	struct commit_batch batch = { 0 };
	struct case_keys keys = { 0 };
	struct buf held = { 0 };

	commit_begin(&batch, store_now_ms(&b.st));
	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		commit_beside(&batch, id, NULL, rows[i].op, rows[i].field, rows[i].value);
		commit_add_answer(&batch, &b.st, &(struct answer){ .what = "uji", .actor = "", .code = "" }, &keys, NULL);
	}
	commit_run(&batch, &b.st);
	for (size_t i = 0; i < N_ELEMS(rows); i++)
		ck_assert_msg(batch.slots[i].result == rows[i].result, "%c %s %s: %d", rows[i].op, rows[i].field, rows[i].value,
		    (int)batch.slots[i].result);
	bench_text(&b, &held, "HGET %s a", key);
	ck_assert_str_eq(buf_str(&held), "5");
	bench_text(&b, &held, "HGET %s c", key);
	ck_assert_str_eq(buf_str(&held), "x");
	bench_text(&b, &held, "HGET %s e", key);
	ck_assert_str_eq(buf_str(&held), "2");
	bench_text(&b, &held, "HGET %s f", key);
	ck_assert_str_eq(buf_str(&held), "2");
	if (id == KEY_PRANKS)
		ck_assert_int_eq(bench_integer(&b, "HLEN %s", key), 4);
	commit_release(&batch);
	buf_release(&held);
}
END_TEST

/*
 * Two commits of one call on one case, and somebody was faster by one: his version is the very one
 * that the second expects of the first.  It must not be written on what it was not decided on.
 */
START_TEST(chain_broken_at_its_first)
{
	struct code code = kit_opened(&b, "1", 0);
	struct commit_batch batch = { 0 };
	struct kit_case k;
	int64_t now = store_now_ms(&b.st);

	kit_load(&b, &k, &code);
	kit_decide_act(&b, &k, ON_ACCEPT, KIT_PTG, now);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	k.before = k.fx.after;
	kit_decide_act(&b, &k, ON_RESOLVE, KIT_PTG, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_act(&b, &code, ON_NOTE, KIT_KPL), COMMIT_OK);
	ck_assert_int_eq(commit_run(&batch, &b.st), 0);
	ck_assert_int_eq(batch.slots[0].result, COMMIT_CONFLICT);
	ck_assert_int_eq(batch.slots[1].result, COMMIT_CONFLICT);
	commit_release(&batch);
	kit_release(&k);
	kit_load(&b, &k, &code);
	ck_assert_int_eq(k.s.version, 2);
	ck_assert_int_eq(k.s.c.state, CASE_DITUGASKAN);
	kit_release(&k);
}
END_TEST

/* ---- the outbox ---- */

static int64_t now_ms;

static int
claim(int max, int64_t lease_ms, struct outbox_item *items)
{
	int n = kit_claim(&b.st, "sms", max, lease_ms, items, &now_ms);

	ck_assert_int_ge(n, 0);
	return n;
}

static int
mark(const struct outbox_item *it, const char *state, int64_t at_ms)
{
	struct outbox_mark m = { .item = it, .state = state, .at_ms = at_ms,
	    .audit = state != NULL };

	outbox_mark(&b.st, &m, 1, now_ms);
	return m.result;
}

START_TEST(each_recipient_in_order)
{
	struct outbox_item it[8];

	for (int i = 1; i <= 3; i++) {
		char id[8];

		snprintf(id, sizeof(id), "a%d", i);
		ck_assert_int_eq(kit_message(&b, id, "+6281", 0), COMMIT_OK);
	}
	ck_assert_int_eq(kit_message(&b, "b1", "+6282", 0), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 0),
	    COMMIT_OK);	/* the same id: no second message */
	ck_assert_int_eq(claim(8, 60000, it), 2);
	ck_assert_str_eq(it[0].id, "a1");
	ck_assert_str_eq(it[1].id, "b1");
	ck_assert_str_eq(buf_str(&it[0].to), "+6281");
	ck_assert_str_eq(buf_str(&it[0].text), "kabar a1");
	ck_assert_int_eq(it[0].readable, 1);
	ck_assert_int_eq(it[0].repeated, 0);
	ck_assert_int_eq(claim(8, 60000, it + 2), 0);
	ck_assert_int_eq(mark(&it[0], "sent", 0), 0);
	for (int i = 2; i <= 3; i++) {
		char id[8];

		snprintf(id, sizeof(id), "a%d", i);
		ck_assert_int_eq(claim(8, 60000, it + 2), 1);
		ck_assert_str_eq(it[2].id, id);
		ck_assert_int_eq(mark(&it[2], i == 2 ? "undeliverable" : "sent", 0), 0);
		outbox_item_release(&it[2]);
	}
	ck_assert_int_eq(claim(8, 60000, it + 2), 0);
	ck_assert_int_eq(mark(&it[1], "sent", 0), 0);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_OUT, "n:sms")), 0);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_ENDED, NULL)), 4);
	outbox_item_release(&it[0]);
	outbox_item_release(&it[1]);
}
END_TEST

/* What the gateway says of a message. */
static void
receipt(const char *id, enum receipt_news news, const char *answer)
{
	struct redis_args a = { 0 };
	redisReply *r;

	outbox_receipt_args(&a, &b.st, id, news, store_now_ms(&b.st));
	r = redis_pipe_call(b.st.pipe, a.n, (const char **)a.argv, a.lens);
	ck_assert_ptr_nonnull(r);
	ck_assert_msg(r->type == REDIS_REPLY_STRING && strcmp(r->str, answer) == 0, "%s: %s", id, r->str);
	freeReplyObject(r);
	redis_args_release(&a);
}

static void
send_and_wait(const char *id, struct outbox_item *it)
{
	struct outbox_mark m = { .item = it, .state = "sent", .waits = 1 };

	ck_assert_int_eq(kit_message(&b, id, "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(claim(8, 60000, it), 1);
	outbox_mark(&b.st, &m, 1, store_now_ms(&b.st));
	ck_assert_int_eq(m.result, 0);
}

static void
state_is(const char *id, const char *state)
{
	struct buf is = { 0 };

	bench_text(&b, &is, "HGET %s st", bench_key(&b, KEY_MSG, id));
	ck_assert_str_eq(buf_str(&is), state);
	buf_release(&is);
}

START_TEST(receipts_in_any_order)
{
	struct outbox_item it[2];
	int64_t seq;

	receipt("nobody.1", RECEIPT_DELIVERED, "unknown");
	send_and_wait("a1", it);
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s p", bench_key(&b, KEY_MSG, "a1")), 1);
	receipt("a1", RECEIPT_FAILED, "ok");
	state_is("a1", "failed");
	receipt("a1", RECEIPT_FAILED, "known");
	receipt("a1", RECEIPT_DELIVERED, "ok");			/* late, and better known */
	state_is("a1", "delivered");
	receipt("a1", RECEIPT_FAILED, "known");		/* never back */
	state_is("a1", "delivered");
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s p", bench_key(&b, KEY_MSG, "a1")), 0);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_WAITING, NULL)), 0);
	outbox_item_release(&it[0]);

	/* Before the gateway's own answer: it ends the message, and the answer comes too late. */
	ck_assert_int_eq(kit_message(&b, "a2", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "a3", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(claim(8, 60000, it), 1);
	seq = logbook_last_seq(&b.st);
	receipt("a2", RECEIPT_DELIVERED, "ok");
	ck_assert_int_eq(logbook_last_seq(&b.st), seq);
	ck_assert_int_eq(mark(&it[0], "sent", 0), 1);
	state_is("a2", "delivered");
	outbox_item_release(&it[0]);
	ck_assert_int_eq(claim(8, 60000, it), 1);
	ck_assert_str_eq(it[0].id, "a3");
	/* It failed, says the receipt, while it still seems to be sent: due for another way at once. */
	receipt("a3", RECEIPT_FAILED, "ok");
	ck_assert_int_eq(bench_integer(&b, "ZSCORE %s a3", bench_key(&b, KEY_WAITING, NULL)), 0);
	outbox_item_release(&it[0]);
}
END_TEST

START_TEST(undelivered_goes_another_way)
{
	struct outbox_item it[2];
	struct outbox_overdue o[4];
	int64_t now;

	send_and_wait("a1", it);
	ck_assert_int_eq(outbox_overdue(&b.st, 3600000, 4, o, &now), 0);
	receipt("a1", RECEIPT_FAILED, "ok");
	ck_assert_int_eq(outbox_overdue(&b.st, 3600000, 4, o, &now), 1);
	ck_assert_int_eq(o[0].failed, 1);
	ck_assert_str_eq(buf_str(&o[0].item.to), "+6281");
	ck_assert_int_eq(outbox_reroute(&b.st, &o[0], "sms2", now), 1);
	ck_assert_int_eq(outbox_reroute(&b.st, &o[0], "sms2", now), 0);	/* once, whoever asks */
	outbox_item_release(&o[0].item);
	ck_assert_int_eq(outbox_overdue(&b.st, 0, 4, o, &now), 0);
	ck_assert_int_eq(kit_claim(&b.st, "sms2", 4, 60000, it + 1, &now), 1);
	ck_assert_str_eq(it[1].id, "a1.b");
	ck_assert_str_eq(buf_str(&it[1].text), "kabar a1");
	outbox_item_release(&it[0]);
	outbox_item_release(&it[1]);

	send_and_wait("a2", it);
	ck_assert_int_eq(outbox_overdue(&b.st, 0, 4, o, &now), 1);
	ck_assert_int_eq(o[0].failed, 0);
	ck_assert_int_eq(outbox_reroute(&b.st, &o[0], NULL, now), 1);	/* no other way: given up */
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s p", bench_key(&b, KEY_MSG, "a2")), 0);
	outbox_item_release(&o[0].item);
	outbox_item_release(&it[0]);
}
END_TEST

/* Its own way cannot carry it: one call ends it there and puts it on the other line. */
START_TEST(a_claimed_message_is_given_away)
{
	struct outbox_item it[3];
	struct outbox_mark m = { .item = &it[0], .route = "sms2" };
	int64_t now;

	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 1), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "a2", "+6281", 1), COMMIT_OK);
	ck_assert_int_eq(claim(8, 60000, it), 1);
	ck_assert_int_eq(it[0].lane_e, 1);
	it[0].fence++;
	outbox_mark(&b.st, &m, 1, store_now_ms(&b.st));
	ck_assert_int_eq(m.result, 1);			/* not the one who claimed it */
	state_is("a1", "sending");
	it[0].fence--;
	outbox_mark(&b.st, &m, 1, store_now_ms(&b.st));
	ck_assert_int_eq(m.result, 0);
	state_is("a1", "failed");
	outbox_mark(&b.st, &m, 1, store_now_ms(&b.st));
	ck_assert_int_eq(m.result, 1);			/* once */
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s p", bench_key(&b, KEY_MSG, "a1")), 0);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_WAITING, NULL)), 0);
	ck_assert_int_eq(claim(8, 60000, it + 1), 1);	/* the recipient's next one is free */
	ck_assert_str_eq(it[1].id, "a2");
	ck_assert_int_eq(kit_claim(&b.st, "sms2", 4, 60000, it + 2, &now), 1);
	ck_assert_str_eq(it[2].id, "a1.b");
	ck_assert_int_eq(it[2].lane_e, 1);
	ck_assert_str_eq(buf_str(&it[2].text), "kabar a1");
	for (int i = 0; i < 3; i++)
		outbox_item_release(&it[i]);
}
END_TEST

/* The gateway's answer was lost; its status says that it has the message: nothing goes twice. */
START_TEST(sent_says_what_the_lost_answer_would_have)
{
	struct outbox_item it[2];

	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(claim(8, 60000, it), 1);
	ck_assert_int_eq(mark(&it[0], NULL, 0), 0);	/* unknown: to be tried again */
	state_is("a1", "queued");
	receipt("a1", RECEIPT_SENT, "ok");
	state_is("a1", "sent");
	receipt("a1", RECEIPT_SENT, "known");
	ck_assert_int_eq(claim(8, 60000, it + 1), 0);
	receipt("a1", RECEIPT_DELIVERED, "ok");
	state_is("a1", "delivered");
	receipt("a1", RECEIPT_SENT, "known");		/* they come in any order */
	state_is("a1", "delivered");
	outbox_item_release(&it[0]);
}
END_TEST

/* ---- many at once ---- */

/* Opens cases until so many tasks wait for one officer; claims the first of them. */
static void
claim_task(struct outbox_item *head, int waiting, struct code *codes)
{
	struct outbox_item it[8];
	int n, found = 0;

	for (int i = 0; i < waiting; i++) {
		char id[8];

		snprintf(id, sizeof(id), "t%d", i);
		codes[i] = kit_opened(&b, id, 0);
	}
	n = claim(8, 60000, it);
	for (int i = 0; i < n; i++) {
		if (strcmp(it[i].kind, "tugas") == 0 && !found) {
			*head = it[i];
			found = 1;
		} else {
			outbox_item_release(&it[i]);
		}
	}
	ck_assert_int_eq(found, 1);
	ck_assert_int_eq(head->waiting, waiting);
}

static int
bundle(const struct outbox_item *members, int n)
{
	struct buf text = { 0 };
	int rc;

	buf_adds(&text, "ikhtisar uji");
	rc = outbox_bundle(&b.st, "sms", members, n, &text, 0, store_now_ms(&b.st));
	buf_release(&text);
	return rc;
}

START_TEST(a_bundle_is_of_all_or_of_none)
{
	struct outbox_item head, members[4], digest[4];
	struct code codes[4];
	char id[64];
	int64_t now;
	int n;

	claim_task(&head, 4, codes);
	n = outbox_members(&b.st, "sms", &head, 4, members);
	ck_assert_int_eq(n, 4);
	ck_assert_str_eq(members[0].id, head.id);
	ck_assert_uint_gt(members[3].brief.len, 0);
	/* The last is called back before the digest is made. */
	ck_assert_int_eq(kit_act(&b, &codes[3], ON_ACCEPT, KIT_KPL), COMMIT_OK);
	ck_assert_int_eq(bundle(members, 4), 0);
	state_is(head.id, "sending");
	state_is(members[1].id, "queued");
	state_is(members[3].id, "superseded");
	members[0].fence++;
	ck_assert_int_eq(bundle(members, 3), 0);		/* not the one who claimed it */
	members[0].fence--;
	ck_assert_int_eq(bundle(members, 3), 1);
	ck_assert_int_eq(bundle(members, 3), 0);		/* once */
	for (int i = 0; i < 3; i++) {
		state_is(members[i].id, "bundled");
		ck_assert_int_eq(bench_integer(&b, "HEXISTS %s p", bench_key(&b, KEY_MSG, members[i].id)), 0);
	}
	ck_assert_int_eq(mark(&head, "sent", 0), 1);		/* the claim went with it */
	/* Under its own lease, and again with the same id and words when its sender dies. */
	snprintf(id, sizeof(id), "%s.i", head.id);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(kit_claim(&b.st, "sms", 4, i == 0 ? 0 : 60000, digest, &now), 1);
		ck_assert_str_eq(digest[0].id, id);
		ck_assert_str_eq(digest[0].kind, OUTBOX_DIGEST);
		ck_assert_str_eq(buf_str(&digest[0].text), "ikhtisar uji");
		ck_assert_str_eq(buf_str(&digest[0].to), buf_str(&head.to));
		ck_assert_int_eq(digest[0].repeated, i);
		if (i == 1)
			ck_assert_int_eq(mark(&digest[0], "sent", 0), 0);
		outbox_item_release(&digest[0]);
	}
	receipt(id, RECEIPT_DELIVERED, "ok");
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s td", bench_key(&b, KEY_MSG, members[2].id)), 1);
	receipt(members[2].id, RECEIPT_FAILED, "known");
	for (int i = 0; i < n; i++)
		outbox_item_release(&members[i]);
	outbox_item_release(&head);
}
END_TEST

/* What is held is looked at again as soon as it fills a digest, not while it is in the air. */
START_TEST(a_held_list_that_fills_is_due)
{
	struct storm s = { 1, 5, 1 };
	struct outbox_item head;
	struct outbox_mark m = { .item = &head, .uncounted = 1, .storm = &s, .full = 4 };
	struct code codes[3];
	struct buf score = { 0 };

	claim_task(&head, 2, codes);
	m.at_ms = store_now_ms(&b.st) + 3600000;
	outbox_mark(&b.st, &m, 1, now_ms);
	ck_assert_int_eq(m.result, 0);
	kit_opened(&b, "third", 0);
	bench_text(&b, &score, "ZSCORE %s %s", bench_key(&b, KEY_OUT, "n:sms"), head.id);
	ck_assert_int_eq(strtoll(buf_str(&score), NULL, 10), m.at_ms);
	kit_opened(&b, "fourth", 0);
	buf_reset(&score);
	bench_text(&b, &score, "ZSCORE %s %s", bench_key(&b, KEY_OUT, "n:sms"), head.id);
	ck_assert_int_lt(strtoll(buf_str(&score), NULL, 10), m.at_ms);
	buf_release(&score);
	outbox_item_release(&head);
}
END_TEST

/* What came while the head was in the air fills the digest as well. */
START_TEST(a_list_that_filled_in_the_air_is_due)
{
	struct storm s = { 1, 5, 1 };
	struct outbox_item head;
	struct outbox_mark m = { .item = &head, .uncounted = 1, .storm = &s, .full = 4 };
	struct code codes[3];
	struct buf score = { 0 };

	claim_task(&head, 2, codes);
	kit_opened(&b, "third", 0);
	kit_opened(&b, "fourth", 0);
	m.at_ms = store_now_ms(&b.st) + 3600000;
	outbox_mark(&b.st, &m, 1, now_ms);
	ck_assert_int_eq(m.result, 0);
	bench_text(&b, &score, "ZSCORE %s %s", bench_key(&b, KEY_OUT, "n:sms"), head.id);
	ck_assert_int_lt(strtoll(buf_str(&score), NULL, 10), m.at_ms);
	buf_release(&score);
	outbox_item_release(&head);
}
END_TEST

/* Opens reported cases in one commit; the officer hears of each so long after now. */
static void
open_told(const struct code *codes, const int64_t *after_ms, int n)
{
	struct commit_batch batch = { 0 };
	static struct kit_case k[2];
	int64_t now = store_now_ms(&b.st);

	commit_begin(&batch, now);
	for (int i = 0; i < n; i++) {
		kit_load(&b, &k[i], &codes[i]);
		kit_decide_open(&b, &k[i], now);
		for (int m = 0; m < k[i].fx.messages_n; m++)
			if (k[i].fx.messages[m].to == TO_OFFICER)
				k[i].fx.messages[m].not_before_ms += after_ms[i];
		kit_add(&b, &batch, &k[i], NULL);
	}
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_OK);
	for (int i = 0; i < n; i++)
		kit_release(&k[i]);
}

/* Claims what may go now and says it was sent: a bit for each case that an officer was told of. */
static int
told_now(const struct code *codes, int n)
{
	struct outbox_item it[8];
	int told = 0;

	for (int taken = claim(8, 60000, it); taken > 0; taken = claim(8, 60000, it)) {
		for (int i = 0; i < taken; i++) {
			for (int c = 0; c < n && strcmp(it[i].kind, "tugas") == 0; c++)
				told |= strncmp(it[i].id, codes[c].s, strlen(codes[c].s)) == 0 ? 1 << c : 0;
			ck_assert_int_eq(mark(&it[i], "sent", 0), 0);
			outbox_item_release(&it[i]);
		}
	}
	return told;
}

/* What an officer is told later holds up nothing that he may hear now, whichever came first. */
START_TEST(what_is_told_later_stands_behind)
{
	static const int64_t later[] = { 300000, 0 }, moment[] = { 0 };
	struct code codes[4];
	char id[8];

	for (int i = 0; i < 4; i++) {
		snprintf(id, sizeof(id), "%d", i);
		codes[i] = kit_reported(&b, id, 0);
	}
	open_told(&codes[0], later, 1);
	ck_assert_int_eq(told_now(codes, 4), 0);
	open_told(&codes[1], moment, 1);
	ck_assert_int_eq(told_now(codes, 4), 1 << 1);
	open_told(&codes[2], later, 2);		/* both in one commit, the later one first */
	ck_assert_int_eq(told_now(codes, 4), 1 << 3);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_OUT, "n:sms")), 1);
}
END_TEST

START_TEST(old_storms_are_swept)
{
	struct house h = { .st = b.st, .set = b.set };
	int64_t now = store_now_ms(&b.st);
	const struct storm loud = { now, 5, 1 };
	char text[STORM_CHARS];

	storm_write(text, &loud);
	bench_integer(&b, "HSET %s quiet %s loud %s", bench_key(&b, KEY_STORM, NULL), "1 5 1", text);
	sweep_run(&h, now);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", bench_key(&b, KEY_STORM, NULL)), 1);
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s loud", bench_key(&b, KEY_STORM, NULL)), 1);
}
END_TEST

START_TEST(old_wishes_for_a_language_are_swept)
{
	struct house h = { .st = b.st, .set = b.set };
	int64_t now = store_now_ms(&b.st);
	char wish[40];

	snprintf(wish, sizeof(wish), "jv %lld", (long long)now - 1000);
	bench_integer(&b, "HSET %s young %s", bench_key(&b, KEY_LANGUAGE, NULL), wish);
	snprintf(wish, sizeof(wish), "jv %lld", (long long)(now - b.set.keep_languages_ms - 1000));
	bench_integer(&b, "HSET %s old %s broken jv", bench_key(&b, KEY_LANGUAGE, NULL), wish);
	sweep_run(&h, now);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", bench_key(&b, KEY_LANGUAGE, NULL)), 1);
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s young", bench_key(&b, KEY_LANGUAGE, NULL)), 1);
}
END_TEST

/* ---- a card's budget ---- */

/* Claims on a budget: how many come; till is when there are more, 0: there was some left. */
static int
claim_on(int64_t per_hour, int64_t per_day, int64_t *till, struct outbox_item *it)
{
	const struct outbox_claim c = { .route = "sms", .most = 8, .lease_ms = 60000,
	    .per_hour = per_hour, .per_day = per_day };
	int n = outbox_claim(&b.st, &c, it, &now_ms, till);

	ck_assert_int_ge(n, 0);
	return n;
}

static void
end_sent(struct outbox_item *it, int n)
{
	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(mark(&it[i], "sent", 0), 0);
		outbox_item_release(&it[i]);
	}
}

static const char *
budget_key(void)
{
	static struct buf key;

	buf_reset(&key);
	buf_add_key(&key, &b.st.keys, KEY_BUDGET, "sms", NULL);
	return buf_str(&key);
}

START_TEST(a_budget_of_hour_and_day)
{
	struct outbox_item it[8];
	int64_t till, hour;

	for (int i = 0; i < 6; i++) {
		char id[8], to[16];

		snprintf(id, sizeof(id), "n%d", i);
		snprintf(to, sizeof(to), "+62810%d", i);
		ck_assert_int_eq(kit_message(&b, id, to, 0), COMMIT_OK);
	}
	ck_assert_int_eq(claim_on(2, 3, &till, it), 2);
	hour = now_ms / 3600000;
	end_sent(it, 2);
	ck_assert_int_eq(claim_on(2, 3, &till, it), 0);
	ck_assert_int_eq(till, (hour + 1) * 3600000);
	/* A clock that went back stays in its window, and stays used up. */
	bench_integer(&b, "HSET %s h %lld", budget_key(), (long long)hour + 1);
	ck_assert_int_eq(claim_on(2, 3, &till, it), 0);
	ck_assert_int_eq(till, (hour + 2) * 3600000);
	/* The next hour: one more, then the day is used up, until midnight WIB. */
	bench_integer(&b, "HSET %s h %lld", budget_key(), (long long)hour - 1);
	ck_assert_int_eq(claim_on(2, 3, &till, it), 1);
	end_sent(it, 1);
	ck_assert_int_eq(claim_on(2, 3, &till, it), 0);
	ck_assert_int_eq((till + 7 * 3600000) % 86400000, 0);
	ck_assert_int_gt(till, now_ms);
	ck_assert_int_le(till, now_ms + 86400000);
	/* An emergency always may, and counts. */
	ck_assert_int_eq(kit_message(&b, "e1", "+62819", 1), COMMIT_OK);
	ck_assert_int_eq(claim_on(2, 3, &till, it), 1);
	ck_assert_str_eq(it[0].id, "e1");
	ck_assert_int_eq(bench_integer(&b, "HGET %s dn", budget_key()), 4);
	end_sent(it, 1);
	/* Not sent after all: it has cost nothing. */
	bench_integer(&b, "HSET %s h 0 d 0", budget_key());
	ck_assert_int_eq(claim_on(2, 3, &till, it), 2);
	for (int i = 0; i < 2; i++) {
		struct outbox_mark m = { .item = &it[i], .uncounted = 1, .unspent = 1 };

		outbox_mark(&b.st, &m, 1, now_ms);
		ck_assert_int_eq(m.result, 0);
		outbox_item_release(&it[i]);
	}
	ck_assert_int_eq(bench_integer(&b, "HGET %s hn", budget_key()), 0);
	ck_assert_int_eq(claim_on(0, 0, &till, it), 3);		/* without a limit nothing waits */
	ck_assert_int_eq(till, 0);
	end_sent(it, 3);
}
END_TEST

START_TEST(each_way_says_when_it_has_something)
{
	static const char *const ways[] = { "sms", "email", "x" };
	struct outbox_item it[8];
	int64_t first[3], till;

	ck_assert_int_eq(outbox_firsts(&b.st, ways, 3, first), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(first[i], INT64_MAX);
	ck_assert_int_eq(kit_message(&b, "n1", "+62811", 0), COMMIT_OK);
	ck_assert_int_eq(outbox_firsts(&b.st, ways, 3, first), 0);
	ck_assert_int_le(first[0], store_now_ms(&b.st));
	ck_assert_int_eq(first[1], INT64_MAX);
	/* Once it is claimed, only when the claim ends; an emergency behind it counts at once. */
	ck_assert_int_eq(claim_on(0, 0, &till, it), 1);
	ck_assert_int_eq(outbox_firsts(&b.st, ways, 3, first), 0);
	ck_assert_int_eq(first[0], now_ms + 60000);
	ck_assert_int_eq(kit_message(&b, "e1", "+62812", 1), COMMIT_OK);
	ck_assert_int_eq(outbox_firsts(&b.st, ways, 3, first), 0);
	ck_assert_int_le(first[0], store_now_ms(&b.st));
	/* What is no line is left to who claims of it: he says so. */
	freeReplyObject(bench_command(&b, "SET %s x", bench_key(&b, KEY_OUT, "n:x")));
	ck_assert_int_eq(outbox_firsts(&b.st, ways, 3, first), 0);
	ck_assert_int_eq(first[2], 0);
	end_sent(it, 1);
}
END_TEST

/* A store that stands still in the middle of it: what is asked next gets its own answer, not one of these. */
START_TEST(what_stood_still_answers_nobody_else)
{
	static const char *const ways[] = { "sms", "email", "x" };
	int64_t first[3], until = clock_mono_ms() + 60000;
	int own = 0;

	redis_pipe_set_limit(b.st.pipe, 100);
	ck_assert_int_eq(outbox_firsts(&b.st, ways, 3, first), 0);	/* there is a connection to be lost */
	kill(b.redis, SIGSTOP);
	ck_assert_int_eq(outbox_firsts(&b.st, ways, 3, first), -1);
	kill(b.redis, SIGCONT);
	for (int i = 0; own < 10; i++) {
		redisReply *r = redis_pipe_command(b.st.pipe, "ECHO %d", i);

		ck_assert_int_lt(clock_mono_ms(), until);
		ck_assert_msg(r == NULL || strtol(r->str, NULL, 10) == i, "%d: %s", i, r->str);
		own += r != NULL;
		freeReplyObject(r);
	}
}
END_TEST

/* ---- called back ---- */

static void
sent_with_ref(struct outbox_item *it)
{
	struct outbox_mark m = { .item = it, .state = "sent", .ref = "4711" };

	outbox_mark(&b.st, &m, 1, now_ms);
	ck_assert_int_eq(m.result, 0);
}

/* What a message is called back by stays readable for as long as its case, and no longer. */
static void
falls_with_the_case(const char *id, const struct code *code)
{
	redisReply *r = bench_command(&b, "HGET %s r", bench_key(&b, KEY_MSG, id));
	struct buf plain = { 0 };
	struct seal_key other;
	struct kit_case k;

	ck_assert(r->type == REDIS_REPLY_STRING && r->len > SEAL_WRAPPED_BYTES);
	kit_load(&b, &k, code);
	ck_assert_mem_eq(r->str, k.keys.wrapped, SEAL_WRAPPED_BYTES);
	ck_assert_int_eq(seal_open(&plain, &k.keys.key, "message", r->str + SEAL_WRAPPED_BYTES,
	    r->len - SEAL_WRAPPED_BYTES), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&plain), "\"text\":\"4711\""));
	seal_key_random(&other);
	ck_assert_int_ne(seal_open(&plain, &other, "message", r->str + SEAL_WRAPPED_BYTES,
	    r->len - SEAL_WRAPPED_BYTES), 0);
	buf_release(&plain);
	kit_release(&k);
	freeReplyObject(r);
}

/* A colleague takes the task: what told the first is called back by an errand with the platform's name. */
START_TEST(what_was_sent_is_called_back)
{
	struct outbox_item head, errand[4];
	struct code codes[1];
	char id[64];

	for (int in_the_air = 0; in_the_air < 2; in_the_air++) {
		codes[0] = kit_opened(&b, in_the_air ? "air" : "sent", 0);
		for (int n = claim(1, 60000, &head); n == 1; n = claim(1, 60000, &head)) {
			if (strcmp(head.kind, "tugas") == 0)
				break;
			ck_assert_int_eq(mark(&head, "sent", 0), 0);
			outbox_item_release(&head);
		}
		if (!in_the_air) {
			sent_with_ref(&head);
			falls_with_the_case(head.id, &codes[0]);
		}
		ck_assert_int_eq(kit_act(&b, &codes[0], ON_ACCEPT, KIT_KPL), COMMIT_OK);
		if (in_the_air)
			sent_with_ref(&head);
		snprintf(id, sizeof(id), "%s.x", head.id);
		for (int n = claim(1, 60000, errand); n == 1; n = claim(1, 60000, errand)) {
			if (strcmp(errand[0].kind, OUTBOX_ERRAND) == 0)
				break;
			ck_assert_int_eq(mark(&errand[0], "sent", 0), 0);
			outbox_item_release(&errand[0]);
		}
		ck_assert_str_eq(errand[0].id, id);
		ck_assert_str_eq(buf_str(&errand[0].ref), "4711");
		ck_assert_str_eq(buf_str(&errand[0].to), buf_str(&head.to));
		ck_assert_int_eq(mark(&errand[0], "recalled", 0), 0);
		outbox_item_release(&errand[0]);
		outbox_item_release(&head);
	}
}
END_TEST

START_TEST(life_and_safety_first)
{
	struct outbox_item it[2];

	ck_assert_int_eq(kit_message(&b, "n1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "n2", "+6282", 0), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "e1", "+6281", 1), COMMIT_OK);
	ck_assert_int_eq(claim(2, 60000, it), 2);
	ck_assert_str_eq(it[0].id, "e1");	/* though n1 waits for the same recipient */
	ck_assert_str_eq(it[1].id, "n1");
	outbox_item_release(&it[0]);
	outbox_item_release(&it[1]);
}
END_TEST

static struct outbox_item claimed;

static int
claims_again(void *arg)
{
	(void)arg;
	return claim(1, 60000, &claimed) == 1;
}

START_TEST(fences)
{
	struct outbox_item old;

	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(claim(1, 30, &old), 1);
	ck_assert(bench_until(claims_again, NULL, 5000));	/* its lease is over */
	ck_assert_str_eq(claimed.id, old.id);
	ck_assert_int_eq(claimed.fence, old.fence + 1);
	ck_assert_int_eq(claimed.repeated, 1);			/* its outcome is not known */
	ck_assert_str_eq(buf_str(&claimed.text), buf_str(&old.text));
	ck_assert_int_eq(mark(&old, "sent", 0), 1);
	ck_assert_int_eq(mark(&old, NULL, 0), 1);
	ck_assert_int_eq(mark(&claimed, "sent", 0), 0);
	ck_assert_int_eq(mark(&claimed, "sent", 0), 1);		/* once */
	outbox_item_release(&old);
	outbox_item_release(&claimed);
}
END_TEST

START_TEST(put_back)
{
	struct outbox_item it;

	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(claim(1, 60000, &it), 1);
	ck_assert_int_eq(mark(&it, NULL, now_ms + 200), 0);
	ck_assert_int_eq(bench_integer(&b, "ZSCORE %s a1", bench_key(&b, KEY_OUT, "n:sms")),
	    now_ms + 200);
	outbox_item_release(&it);
	ck_assert(bench_until(claims_again, NULL, 5000));
	ck_assert_int_ge(now_ms, 0);
	ck_assert_int_eq(claimed.tries, 1);
	ck_assert_int_eq(claimed.repeated, 0);
	outbox_item_release(&claimed);
}
END_TEST

/* Accepting cancels what the colleague has not got yet; what is on the way stays. */
START_TEST(acknowledgement_supersedes)
{
	struct code code = kit_reported(&b, "1", 0);
	struct commit_batch batch = { 0 };
	struct outbox_item it[8];
	struct buf state = { 0 };
	struct kit_case k;
	char id[48];
	int64_t now = store_now_ms(&b.st);
	int n, told;

	kit_load(&b, &k, &code);
	kit_decide_open(&b, &k, now);
	snprintf(k.u.units[0], sizeof(k.u.units[0]), "O-DLH");
	kit_decide(&b, &k, now);
	told = k.fx.after.tasks_n;
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_OK);
	ck_assert_int_ge(told, 1);
	ck_assert_int_eq(kit_act(&b, &code, ON_ACCEPT, "kpl-o-dlh"), COMMIT_OK);
	for (int i = 0; i < told; i++) {
		message_id(id, sizeof(id), code.s, k.fx.after.tasks[i].message);
		bench_text(&b, &state, "HGET %s st", bench_key(&b, KEY_MSG, id));
		ck_assert_str_eq(buf_str(&state), "superseded");
		ck_assert_int_eq(bench_integer(&b, "HEXISTS %s p", bench_key(&b, KEY_MSG, id)), 0);
	}
	n = claim(8, 60000, it);
	for (int i = 0; i < n; i++) {
		ck_assert_str_ne(it[i].kind, "tugas");
		outbox_item_release(&it[i]);
	}
	buf_release(&state);
	kit_release(&k);
}
END_TEST

START_TEST(what_is_on_the_way_is_not_superseded)
{
	struct code code = kit_opened(&b, "1", 0);
	struct outbox_item it[8];
	int n = claim(8, 60000, it), task = -1;

	for (int i = 0; i < n; i++)
		if (strcmp(it[i].kind, "tugas") == 0)
			task = i;
	ck_assert_int_ge(task, 0);
	ck_assert_int_eq(kit_act(&b, &code, ON_ACCEPT, KIT_KPL), COMMIT_OK);
	ck_assert_int_eq(mark(&it[task], "sent", 0), 0);
	for (int i = 0; i < n; i++)
		outbox_item_release(&it[i]);
}
END_TEST

/* A message that vanished, or is none any more, does not stand before the rest for ever. */
START_TEST(a_vanished_message_blocks_nobody)
{
	struct outbox_item it[4];

	for (int i = 1; i <= 4; i++) {
		char id[8];

		snprintf(id, sizeof(id), "a%d", i);
		ck_assert_int_eq(kit_message(&b, id, "+6281", 0), COMMIT_OK);
	}
	bench_integer(&b, "DEL %s", bench_key(&b, KEY_MSG, "a2"));
	bench_integer(&b, "DEL %s", bench_key(&b, KEY_MSG, "a3"));
	freeReplyObject(bench_command(&b, "SET %s x", bench_key(&b, KEY_MSG, "a3")));
	ck_assert_int_eq(claim(4, 60000, it), 1);
	ck_assert_int_eq(mark(&it[0], "sent", 0), 0);
	outbox_item_release(&it[0]);
	ck_assert_int_eq(claim(4, 60000, it), 1);
	ck_assert_str_eq(it[0].id, "a4");
	outbox_item_release(&it[0]);
}
END_TEST

START_TEST(a_damaged_message_stops_no_other)
{
	struct outbox_item it[4];

	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "b1", "+6282", 0), COMMIT_OK);
	bench_integer(&b, "DEL %s", bench_key(&b, KEY_MSG, "a1"));
	freeReplyObject(bench_command(&b, "SET %s x", bench_key(&b, KEY_MSG, "a1")));
	ck_assert_int_eq(claim(4, 60000, it), 2);
	ck_assert_str_eq(it[0].id, "a1");
	ck_assert_int_eq(it[0].readable, 0);
	ck_assert_int_eq(it[1].readable, 1);
	ck_assert_int_eq(claim(4, 60000, it + 2), 0);
	for (int i = 0; i < 2; i++)
		outbox_item_release(&it[i]);
	/* One that does not say whose list it stands in. */
	ck_assert_int_eq(kit_message(&b, "c1", "+6283", 0), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "d1", "+6284", 0), COMMIT_OK);
	bench_integer(&b, "HDEL %s q", bench_key(&b, KEY_MSG, "c1"));
	ck_assert_int_eq(claim(4, 60000, it), 2);
	ck_assert_int_eq(it[0].readable + it[1].readable, 1);
	for (int i = 0; i < 2; i++)
		outbox_item_release(&it[i]);
}
END_TEST

static int
is_superseded(void *arg)
{
	struct outbox_item it;
	struct buf state = { 0 };
	int is;

	if (claim(1, 60000, &it) == 1)
		outbox_item_release(&it);
	bench_text(&b, &state, "HGET %s st", bench_key(&b, KEY_MSG, arg));
	is = strcmp(buf_str(&state), "superseded") == 0;
	buf_release(&state);
	return is;
}

/* Its sender died with it in the air, and meanwhile it was called back: nobody tries it again. */
START_TEST(what_was_called_back_in_the_air_is_not_tried_again)
{
	struct outbox_item it;

	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(claim(1, 30, &it), 1);
	bench_integer(&b, "HSET %s x 0", bench_key(&b, KEY_MSG, "a1"));
	ck_assert(bench_until(is_superseded, "a1", 5000));
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_OUT, "n:sms")), 0);
	outbox_item_release(&it);
}
END_TEST

/* A mark that is refused half way has written nothing: not even by what name the message is known. */
START_TEST(a_refused_mark_leaves_no_name)
{
	struct outbox_item it;
	struct outbox_mark m = { .item = &it, .state = "sent", .name = "wamid.1", .audit = 1 };
	char day[DAY_TEXT];

	ck_assert_int_eq(kit_message(&b, "a1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(claim(1, 60000, &it), 1);
	snprintf(it.code, sizeof(it.code), "7K3F9QXM");
	freeReplyObject(bench_command(&b, "XADD %s 999999-0 e x", bench_key(&b, KEY_LOG, NULL)));
	outbox_mark(&b.st, &m, 1, now_ms);
	ck_assert_int_eq(m.result, -1);
	utc_day_text(day, now_ms / DAY_MS);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_SAID, day)), 0);
	outbox_item_release(&it);
}
END_TEST

/* ---- the due set ---- */

static struct { struct store *st; int n; } taker;
static struct due_case due[8];

static int
takes_all(void *arg)
{
	int64_t now, next;

	(void)arg;
	taker.n = kit_due(taker.st, 8, 60000, due, &now, &next);
	for (int i = 0; i < taker.n; i++)
		stored_case_release(&due[i].s);
	return taker.n == 2;
}

START_TEST(two_engines)
{
	struct code late = kit_opened(&b, "1", 5 * 3600000),
	    later = kit_opened(&b, "2", 3 * 3600000);
	int64_t now, next;
	struct store other;

	kit_opened(&b, "3", 0);			/* not due */
	bench_store(&b, &other, "sla-2");
	ck_assert_int_eq(kit_due(&b.st, 8, 50, due, &now, &next), 2);
	ck_assert_str_eq(due[0].code.s, late.s);
	ck_assert_str_eq(due[1].code.s, later.s);
	ck_assert_int_eq(due[0].s.readable, 1);
	ck_assert_int_eq(due[0].s.version, 1);
	ck_assert_int_le(next, now);
	for (int i = 0; i < 2; i++)
		stored_case_release(&due[i].s);
	ck_assert_int_eq(kit_due(&other, 8, 50, due, &now, &next), 0);
	taker.st = &other;
	ck_assert(bench_until(takes_all, NULL, 5000));	/* the first one's lease is over */
	ck_assert_int_eq(kit_due(&b.st, 8, 50, due, &now, &next), 0);
	/* A commit ends the lease: what is still due may be taken at once. */
	ck_assert_int_eq(kit_act(&b, &late, ON_NOTE, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(kit_due(&b.st, 8, 50, due, &now, &next), 1);
	ck_assert_str_eq(due[0].code.s, late.s);
	stored_case_release(&due[0].s);
	store_close(&other);
}
END_TEST

/* More than one page of the set is held by others: what lies behind is still found. */
START_TEST(behind_those_held)
{
	int64_t now, next;
	char id[8];

	for (int i = 0; i < 5; i++) {
		snprintf(id, sizeof(id), "%d", i);
		kit_opened(&b, id, 3 * 3600000);
	}
	for (int taken = 0; taken < 4; taken += 2) {
		ck_assert_int_eq(kit_due(&b.st, 2, 60000, due, &now, &next), 2);
		stored_case_release(&due[0].s);
		stored_case_release(&due[1].s);
	}
	ck_assert_int_eq(kit_due(&b.st, 2, 60000, due, &now, &next), 1);
	stored_case_release(&due[0].s);
}
END_TEST

START_TEST(a_damaged_case_stops_no_other)
{
	struct code bad = kit_opened(&b, "1", 5 * 3600000),
	    good = kit_opened(&b, "2", 3 * 3600000);
	int64_t now, next;

	bench_integer(&b, "DEL %s", bench_key(&b, KEY_CASE, bad.s));
	freeReplyObject(bench_command(&b, "SET %s x", bench_key(&b, KEY_CASE, bad.s)));
	ck_assert_int_eq(kit_due(&b.st, 8, 50, due, &now, &next), 2);
	ck_assert(!due[0].s.there || !due[0].s.readable || due[0].s.version == 0);
	ck_assert_str_eq(due[1].code.s, good.s);
	ck_assert_int_eq(due[1].s.readable, 1);
	stored_case_release(&due[0].s);
	stored_case_release(&due[1].s);
}
END_TEST

/* ---- officers and versions ---- */

START_TEST(officers_are_kept)
{
	struct officer list[2];
	struct roster r = { 0 };
	char id[OFFICER_ID_CHARS];

	ck_assert_int_eq(officers_put(&b.st, b.roster.officers, b.roster.n, "test"),
	    0);	/* nothing changed */
	ck_assert_int_eq(bench_load(&b, &b.roster), 0);
	list[0] = *officer_find(&b.roster, KIT_PTG);
	list[0].version = 0;
	ck_assert_int_eq(officer_by_phone(&b.st, list[0].phone, id), 1);
	ck_assert_str_eq(id, KIT_PTG);
	/* A new number: the old one is nobody's. */
	snprintf(list[0].phone, sizeof(list[0].phone), "+6281999999999");
	ck_assert_int_eq(officers_put(&b.st, list, 1, "test"), 1);
	ck_assert_int_eq(officer_by_phone(&b.st, "+6281999999999", id), 1);
	ck_assert_int_eq(officer_by_phone(&b.st, officer_find(&b.roster, KIT_PTG)->phone, id), 0);
	/* Somebody else's number. */
	list[1] = *officer_find(&b.roster, KIT_KPL);
	snprintf(list[1].phone, sizeof(list[1].phone), "+6281999999999");
	ck_assert_int_eq(officers_put(&b.st, list + 1, 1, "test"), -1);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st),
	    KIT_KPL ": the number belongs to another officer"));
	/* Once he has left, it is free. */
	list[0].ended = 1;
	ck_assert_int_eq(officers_put(&b.st, list, 1, "test"), 1);
	ck_assert_int_eq(officer_by_phone(&b.st, "+6281999999999", id), 0);
	ck_assert_int_eq(officers_put(&b.st, list + 1, 1, "test"), 1);
	ck_assert_int_eq(bench_load(&b, &r), 1);
	ck_assert_uint_eq(r.n, b.roster.n);
	ck_assert_int_eq(officer_find(&r, KIT_PTG)->ended, 1);
	ck_assert_int_eq(officer_find(&r, KIT_PTG)->version, 3);
	ck_assert_str_eq(officer_find(&r, KIT_KPL)->phone, "+6281999999999");
	ck_assert_int_eq(r.seq, b.roster.seq + 3);
	roster_release(&r);
}
END_TEST

/* What a replay does: the roster from the log alone, up to a seq of the roster. */
struct told { struct roster r; int64_t up_to; };

static int
on_told(const struct log_line *line, void *arg)
{
	struct told *t = arg;
	json_t *e = json_loadb(line->entry, line->len, 0, NULL), *off = json_object_get(e, "off");
	int64_t seq = json_integer_value(json_object_get(e, "roster"));
	struct officer o;
	char *text;
	size_t at = 0;

	if (off == NULL || seq > t->up_to) {
		json_decref(e);
		return 0;
	}
	ck_assert_int_eq(seq, t->r.seq + 1);
	text = json_dumps(off, JSON_COMPACT);
	ck_assert_int_eq(officer_decode_public(&o, text, strlen(text)), 0);
	while (at < t->r.n && strcmp(t->r.officers[at].id, o.id) != 0)
		at++;
	if (at == t->r.n)
		t->r.n++;
	ck_assert_uint_le(t->r.n, 1000);
	t->r.officers[at] = o;
	t->r.seq = seq;
	free(text);
	json_decref(e);
	return 0;
}

static void
roster_retold(struct told *t, int64_t up_to)
{
	memset(t, 0, sizeof(*t));
	t->up_to = up_to;
	t->r.officers = xcalloc(1000, sizeof(*t->r.officers));
	ck_assert_int_ge(logbook_read(&b.st, 0, 5000, on_told, t), 0);
	ck_assert_int_eq(t->r.seq, up_to);
	roster_sort(&t->r);
}

static void
expect_retold(const struct roster *true_one)
{
	struct told t;

	roster_retold(&t, true_one->seq);
	ck_assert_uint_eq(t.r.n, true_one->n);
	for (size_t i = 0; i < t.r.n; i++) {
		struct buf x = { 0 }, y = { 0 };

		officer_encode_public(&x, &t.r.officers[i]);
		officer_encode_public(&y, &true_one->officers[i]);
		ck_assert_str_eq(buf_str(&x), buf_str(&y));
		buf_release(&x);
		buf_release(&y);
	}
	roster_release(&t.r);
}

START_TEST(the_log_tells_the_roster_of_any_moment)
{
	struct officer o = *officer_find(&b.roster, KIT_PTG);
	struct roster later = { 0 };

	o.version = 0;
	o.away_from_ms = 1;
	o.away_until_ms = 99;
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), 1);
	o.ended = 1;
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), 1);
	ck_assert_int_eq(bench_load(&b, &later), 1);
	ck_assert_int_eq(later.seq, b.roster.seq + 2);
	expect_retold(&later);
	expect_retold(&b.roster);	/* as it was before */
	roster_release(&later);
}
END_TEST

/* A decision made by the roster before would tell somebody who is gone. */
START_TEST(a_decision_stands_on_the_roster_of_now)
{
	struct code code = kit_opened(&b, "1", 0);
	struct officer o = *officer_find(&b.roster, KIT_KPL);

	o.version = 0;
	o.ended = 1;
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), 1);
	ck_assert_int_eq(kit_act(&b, &code, ON_ACCEPT, KIT_PTG), COMMIT_CONFLICT);
	ck_assert_int_eq(bench_load(&b, &b.roster), 1);
	ck_assert_int_eq(kit_act(&b, &code, ON_ACCEPT, KIT_PTG), COMMIT_OK);
}
END_TEST

/* Noted in the same call that ends him, once; not for a change that nobody's number is touched by. */
START_TEST(who_leaves_is_noted)
{
	struct officer o = *officer_find(&b.roster, KIT_PTG);
	const char *key = bench_key(&b, KEY_LEAVERS, NULL);
	struct buf field = { 0 };

	o.version = 0;
	o.order = 7;
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), 1);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", key), 0);
	snprintf(o.phone, sizeof(o.phone), "+6281777777777");
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), 1);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", key), 1);
	o.ended = 1;
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), 1);
	o.order = 8;		/* who has left leaves no more */
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), 1);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", key), 2);
	bench_text(&b, &field, "HRANDFIELD %s", key);
	ck_assert_int_eq(strncmp(buf_str(&field), KIT_PTG " ", strlen(KIT_PTG) + 1), 0);
	buf_release(&field);
}
END_TEST

/* Two of one import share a number: one of them is told so, the others are written. */
START_TEST(two_with_one_number)
{
	struct officer list[2] = {
		{ .id = "baru-1", .name = (char *)(uintptr_t)"A", .unit = "O-DLH",
		    .phone = "+6281777777777", .lang = "id" },
		{ .id = "baru-2", .name = (char *)(uintptr_t)"B", .unit = "O-DLH",
		    .phone = "+6281777777777", .lang = "id" },
	};
	char id[OFFICER_ID_CHARS];

	ck_assert_int_eq(officers_put(&b.st, list, 2, "test"), -1);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "baru-2"));
	ck_assert_int_eq(officer_by_phone(&b.st, "+6281777777777", id), 1);
	ck_assert_str_eq(id, "baru-1");
}
END_TEST

/* Names and numbers lie open nowhere in the store. */
START_TEST(personal_data_is_sealed)
{
	static const char *const secret[] = { "Petugas Contoh 655", "628000000655",
	    "81234567890", "kenari7" };
	struct buf aof = { 0 }, path = { 0 };
	redisReply *r;

	kit_opened(&b, "1", 0);
	ck_assert_int_eq(kit_message(&b, "a1", "+6281234567890", 0), COMMIT_OK);
	r = bench_command(&b, "CONFIG GET appenddirname");
	buf_addf(&path, "%s/%s/appendonly.aof.1.incr.aof", b.dir, r->element[1]->str);
	ck_assert_int_eq(file_read(buf_str(&path), 256 << 20, &aof), 0);
	ck_assert_uint_gt(aof.len, 10000);
	ck_assert_ptr_nonnull(memmem(aof.data, aof.len, KIT_PTG, strlen(KIT_PTG)));
	for (size_t i = 0; i < N_ELEMS(secret); i++)
		ck_assert_msg(memmem(aof.data, aof.len, secret[i], strlen(secret[i])) == NULL,
		    "'%s' lies open", secret[i]);
	freeReplyObject(r);
	buf_release(&aof);
	buf_release(&path);
}
END_TEST

START_TEST(versions)
{
	struct pulse pulse;
	struct version_cache fresh = { 0 };
	struct conf_set set = { 0 };
	struct buf errors = { 0 };
	char digest[65], current[33];
	int64_t seq = logbook_last_seq(&b.st);

	ck_assert_int_eq(version_read_files(&set, "conf", &errors), 0);
	ck_assert_int_eq(version_publish(&b.st, &set, "test", digest), 0);
	ck_assert_int_eq(strncmp(digest, b.version, 32), 0);
	ck_assert_int_eq(logbook_last_seq(&b.st),
	    seq);		/* in force already: nothing happened */
	buf_adds(&set.files[0].data, "\n");
	ck_assert_int_eq(version_publish(&b.st, &set, "test", digest), 0);
	ck_assert_int_ne(strncmp(digest, b.version, 32), 0);
	ck_assert_int_eq(logbook_last_seq(&b.st), seq + 1);
	ck_assert_int_eq(store_pulse(&b.st, &pulse), 0);
	memcpy(current, pulse.version, sizeof(current));
	ck_assert_int_eq(strncmp(digest, current, 32), 0);
	/* The old one is still found, and only by its own bytes. */
	ck_assert_ptr_nonnull(version_policy(&fresh, &b.st, b.version));
	ck_assert_ptr_eq(version_policy(&fresh, &b.st, b.version), fresh.versions[0].policy);
	ck_assert_str_eq(version_policy(&fresh, &b.st, current)->digest, digest);
	ck_assert_ptr_null(version_policy(&fresh, &b.st, "00000000000000000000000000000000"));
	version_cache_release(&fresh);
	bench_integer(&b, "APPEND %s x", bench_key(&b, KEY_VERSION, b.version));
	ck_assert_ptr_null(version_policy(&fresh, &b.st, b.version));
	version_cache_release(&fresh);
	conf_release(&set);
	buf_release(&errors);
}
END_TEST

/* The version in force is of a release whose files this one cannot read: publishing is the remedy. */
START_TEST(a_reload_over_a_version_that_cannot_be_read)
{
	struct house h;
	struct buf line = { 0 };
	char digest[65];
	struct conf_set set = { 0 };
	struct buf errors = { 0 };

	ck_assert_int_eq(version_read_files(&set, "conf", &errors), 0);
	for (size_t i = 0; i < set.n; i++)
		if (strcmp(set.files[i].name, "sla.yaml") == 0)
			buf_adds(&set.files[i].data, "lain2: {}\n");
	ck_assert_int_eq(version_publish(&b.st, &set, "test", digest), 0);
	ck_assert_int_eq(house_open(&h, "conf", b.dir, b.url, "cli"), 0);
	ck_assert_int_eq(house_refresh(&h), -1);
	bin_path(&line, "kentongan");
	buf_addf(&line, " reload --redis %s --dir %s --conf conf >/dev/null", b.url, b.dir);
	ck_assert_int_eq(system(buf_str(&line)), 0);
	ck_assert_int_eq(house_refresh(&h), 0);
	ck_assert_str_eq(h.current, b.version);
	house_close(&h);
	conf_release(&set);
	buf_release(&line);
	buf_release(&errors);
}
END_TEST

static void
name_file(const struct code *code, const char *name)
{
	struct commit_batch batch = { 0 };
	int64_t now = store_now_ms(&b.st);
	struct kit_case k;

	kit_load(&b, &k, code);
	k.cmd = (struct command){ .event = ON_FILE, .by = BY_SYSTEM, .file = name, .note = "gambar" };
	kit_decide(&b, &k, now);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_OK);
	kit_release(&k);
}

/* The case lists so many; the road of `kentongan file` leads to those that its log alone names too. */
START_TEST(a_file_beyond_the_case_is_found)
{
	struct code code = kit_opened(&b, "1", 0), other = kit_opened(&b, "2", 0);
	char name[MEDIA_NAME_CHARS];
	struct kit_case k;

	for (int i = 0; i < CASE_FILES + 3; i++) {
		snprintf(name, sizeof(name), "%032x.jpg", (unsigned)i);
		name_file(&code, name);
		name_file(&other, "ffffffffffffffffffffffffffffffff.jpg");
	}
	kit_load(&b, &k, &code);
	ck_assert_int_eq(k.s.c.files_n, CASE_FILES);
	for (int i = 0; i < CASE_FILES + 4; i++) {
		snprintf(name, sizeof(name), "%032x.jpg", (unsigned)i);
		ck_assert_msg(stored_case_has_file(&k.s, &b.st, name) == (i < CASE_FILES + 3), "%s", name);
	}
	ck_assert_int_eq(stored_case_has_file(&k.s, &b.st, "ffffffffffffffffffffffffffffffff.jpg"), 0);
	bench_redis_kill(&b);
	ck_assert_int_eq(stored_case_has_file(&k.s, &b.st, name), -1);
	bench_redis_start(&b, NULL);
	kit_release(&k);
}
END_TEST

/* ---- files of nobody ---- */

static void
lay_file(const char *name, int64_t age_ms)
{
	int64_t at = clock_now_ms() - age_ms;
	const struct timespec then = { at / 1000, 0 }, both[2] = { then, then };
	struct buf path = { 0 };

	buf_addf(&path, "%s/media/%s", b.dir, name);
	ck_assert_int_eq(file_write(buf_str(&path), "x", 1, 0600), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, buf_str(&path), both, 0), 0);
	buf_release(&path);
}

static int
file_lies(const char *name)
{
	struct buf path = { 0 };
	int there;

	buf_addf(&path, "%s/media/%s", b.dir, name);
	there = access(buf_str(&path), F_OK) == 0;
	buf_release(&path);
	return there;
}

#define GONE "GGGGGGGG"			/* no case of that code was ever there */

/* owner NULL: the message of that number of a case that is there; name: as it is. */
static const struct { const char *what, *owner, *name; int64_t age_ms; int stays; } lying[] = {
	{ "its case is there, its message gone", NULL, NULL, 8 * 86400000LL, 1 },
	{ "its message is there, its case gone", GONE ".1", NULL, 8 * 86400000LL, 1 },
	{ "both are gone", GONE ".2", NULL, 8 * 86400000LL, 0 },
	{ "both are gone, and it is young", GONE ".3", NULL, 6 * 86400000LL, 1 },
	{ "named as in the first days", "", "0123456789abcdef0123456789abcdef.jpg", 99 * 86400000LL, 1 },
	{ "not named by our keys", "", "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef.jpg", 99 * 86400000LL, 1 },
};

START_TEST(a_file_of_nobody_goes)
{
	int64_t week_ago = clock_now_ms() - 7 * 86400000LL;
	struct code code = kit_opened(&b, "1", 0);
	char names[N_ELEMS(lying)][MEDIA_NAME_CHARS], id[24], owner[FILED_OWNER_CHARS];
	struct buf folder = { 0 };

	buf_addf(&folder, "%s/media", b.dir);
	ck_assert_int_eq(mkdir(buf_str(&folder), 0700), 0);
	bench_integer(&b, "HSET %s st sent", bench_key(&b, KEY_MSG, GONE ".1"));
	for (size_t i = 0; i < N_ELEMS(lying); i++) {
		snprintf(id, sizeof(id), "%s.999", code.s);
		if (lying[i].owner != NULL)
			snprintf(id, sizeof(id), "%s", lying[i].owner);
		if (lying[i].name != NULL) {
			snprintf(names[i], sizeof(names[i]), "%s", lying[i].name);
		} else {
			filed_name(names[i], &b.st, id, "jpg");
			ck_assert_ptr_null(strstr(names[i], code.s));
		}
		ck_assert_msg(filed_owner(owner, &b.st, names[i]) == (lying[i].name == NULL ? 0 : -1) &&
		    (lying[i].name != NULL || strcmp(owner, id) == 0), "%s: %s", lying[i].what, owner);
		lay_file(names[i], lying[i].age_ms);
	}
	/* No answer is no proof. */
	bench_redis_kill(&b);
	ck_assert_int_eq(filed_sweep(&b.st, week_ago), 0);
	bench_redis_start(&b, NULL);
	store_close(&b.st);
	bench_store(&b, &b.st, "cli");
	ck_assert_int_eq(filed_sweep(&b.st, week_ago), 1);
	for (size_t i = 0; i < N_ELEMS(lying); i++)
		ck_assert_msg(file_lies(names[i]) == lying[i].stays, "%s", lying[i].what);
	/* Nor is a store that has lost everything. */
	freeReplyObject(bench_command(&b, "FLUSHALL"));
	ck_assert_int_eq(filed_sweep(&b.st, week_ago), 0);
	ck_assert(file_lies(names[0]) && file_lies(names[1]));
	buf_release(&folder);
}
END_TEST

/* ---- the server is killed ---- */

/* What is acknowledged is there after the server was killed. */
START_TEST(kill_and_start)
{
	struct code code = kit_opened(&b, "1", 0);
	struct kit_case k;

	bench_redis_kill(&b);
	ck_assert_int_eq(store_now_ms(&b.st), 0);
	bench_redis_start(&b, NULL);
	store_close(&b.st);
	bench_store(&b, &b.st, "cli");
	kit_load(&b, &k, &code);
	ck_assert_int_eq(k.s.version, 1);
	ck_assert_msg(store_check(&b.st) == 0, "%s", store_error(&b.st));
	kit_release(&k);
}
END_TEST

static TCase *
on_bench(const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, begin, end);
	return tc;
}

static void
add_door(Suite *s)
{
	TCase *tc = on_bench("intake");

	tcase_add_loop_test(tc, twice, 0, N_ELEMS(twins));
	tcase_add_test(tc, again_after_midnight);
	tcase_add_test(tc, five_at_once);
	tcase_add_test(tc, codes_are_drawn_again);
	tcase_add_test(tc, reports_come_back_whole);
	suite_add_tcase(s, tc);
}

/* What another has taken out of the stream is not written again, whatever is read of it. */
START_TEST(an_entry_of_a_stream_is_used_up_once)
{
	const char *stream = bench_key(&b, KEY_WARNINGS_IN, NULL);
	struct warning_notice n = { .id = "Puji", .until_ms = 1 };
	struct document_index gone[] = { { KEY_WARNINGS_IN, NULL, 'X', "7-1", "" } };
	struct document doc = { .key = KEY_WARNING, .part = n.id, .data = "x", .len = 1, .who = "test", .warning = &n,
	    .more = gone, .more_n = 1 };
	struct commit_batch batch = { 0 };
	char before[48], after[48];

	freeReplyObject(bench_command(&b, "XADD %s 7-1 n a", stream));
	commit_begin(&batch, store_now_ms(&b.st));
	commit_add_document(&batch, &b.st, &doc);
	ck_assert_int_eq(commit_run(&batch, &b.st), 1);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", stream), 0);
	doc.version = 1;
	bench_digest(&b, before);
	commit_begin(&batch, store_now_ms(&b.st));
	commit_add_document(&batch, &b.st, &doc);
	ck_assert_int_eq(commit_run(&batch, &b.st), 0);
	ck_assert_int_eq(batch.slots[0].result, COMMIT_ALREADY);
	bench_digest(&b, after);
	ck_assert_str_eq(before, after);
	commit_release(&batch);
}
END_TEST

static void
add_commits(Suite *s)
{
	TCase *tc = on_bench("commit");

	tcase_add_test(tc, commit_writes_all);
	tcase_add_test(tc, commit_answers);
	tcase_add_test(tc, inputs_are_remembered);
	tcase_add_test(tc, a_taken_nonce);
	tcase_add_test(tc, batch_with_a_conflict);
	tcase_add_test(tc, chained_commits);
	tcase_add_loop_test(tc, rows_of_a_call_stand_on_each_other, 0, 2);
	tcase_add_test(tc, chain_broken_at_its_first);
	tcase_add_test(tc, kill_and_start);
	tcase_add_test(tc, a_file_beyond_the_case_is_found);
	tcase_add_test(tc, a_file_of_nobody_goes);
	tcase_add_test(tc, an_entry_of_a_stream_is_used_up_once);
	suite_add_tcase(s, tc);
}

static void
add_outbox(Suite *s)
{
	TCase *tc = on_bench("outbox");

	tcase_add_test(tc, each_recipient_in_order);
	tcase_add_test(tc, receipts_in_any_order);
	tcase_add_test(tc, undelivered_goes_another_way);
	tcase_add_test(tc, a_claimed_message_is_given_away);
	tcase_add_test(tc, sent_says_what_the_lost_answer_would_have);
	tcase_add_test(tc, a_bundle_is_of_all_or_of_none);
	tcase_add_test(tc, a_held_list_that_fills_is_due);
	tcase_add_test(tc, a_list_that_filled_in_the_air_is_due);
	tcase_add_test(tc, what_is_told_later_stands_behind);
	tcase_add_test(tc, old_storms_are_swept);
	tcase_add_test(tc, old_wishes_for_a_language_are_swept);
	tcase_add_test(tc, a_budget_of_hour_and_day);
	tcase_add_test(tc, each_way_says_when_it_has_something);
	tcase_add_test(tc, what_stood_still_answers_nobody_else);
	tcase_add_test(tc, what_was_sent_is_called_back);
	tcase_add_test(tc, life_and_safety_first);
	tcase_add_test(tc, fences);
	tcase_add_test(tc, put_back);
	tcase_add_test(tc, acknowledgement_supersedes);
	tcase_add_test(tc, what_is_on_the_way_is_not_superseded);
	tcase_add_test(tc, a_vanished_message_blocks_nobody);
	tcase_add_test(tc, a_damaged_message_stops_no_other);
	tcase_add_test(tc, what_was_called_back_in_the_air_is_not_tried_again);
	tcase_add_test(tc, a_refused_mark_leaves_no_name);
	suite_add_tcase(s, tc);
}

/* ---- who had opened a case before it was confidential ---- */

#define READ_CASE "7KQ4M2XA"

struct note { struct commit_batch b; struct case_keys keys; };

static int
puts_on_record(const char *officer, int64_t at_ms, void *arg)
{
	struct note *n = arg;

	reader_recorded(&n->b, READ_CASE, officer, at_ms);
	commit_add_answer(&n->b, &b.st, &(struct answer){ .what = "lihat-dulu", .actor = officer, .code = READ_CASE },
	    &n->keys, NULL);
	return 0;
}

/* Who dies over it leaves it to the next: nothing is claimed before it stands in the log. */
START_TEST(readers_reach_the_record_through_any_death)
{
	static const enum commit_result results[] = { COMMIT_OK, COMMIT_CONFLICT };
	const char *key = bench_key(&b, KEY_READERS, READ_CASE);
	struct note n = { 0 };

	seal_key_random(&n.keys.key);
	ck_assert_int_eq(reader_note(&b.st, READ_CASE, "kpl-bupati", 1000, HOUR_MS), 0);
	ck_assert_int_gt(bench_integer(&b, "PTTL %s", key), 0);
	/* one that a death left without an end gets it from the next who looks */
	ck_assert_int_eq(bench_integer(&b, "PERSIST %s", key), 1);
	ck_assert_int_eq(reader_note(&b.st, READ_CASE, "kpl-bupati", 2000, HOUR_MS), 0);
	ck_assert_int_gt(bench_integer(&b, "PTTL %s", key), 0);
	/* the first died before it sent this */
	commit_begin(&n.b, store_now_ms(&b.st));
	ck_assert_int_eq(readers_each(&b.st, READ_CASE, puts_on_record, &n), 0);
	ck_assert_int_eq(n.b.n, 1);
	for (size_t i = 0; i < N_ELEMS(results); i++) {
		commit_begin(&n.b, store_now_ms(&b.st));
		ck_assert_int_eq(readers_each(&b.st, READ_CASE, puts_on_record, &n), 0);
		ck_assert_int_eq(n.b.n, 1);
		commit_run(&n.b, &b.st);
		ck_assert_int_eq(n.b.slots[0].result, results[i]);
	}
	/* what has come to its end is not begun anew */
	commit_begin(&n.b, store_now_ms(&b.st));
	ck_assert_int_eq(readers_each(&b.st, READ_CASE, puts_on_record, &n), 0);
	ck_assert_int_eq(bench_integer(&b, "DEL %s", key), 1);
	commit_run(&n.b, &b.st);
	ck_assert_int_eq(n.b.slots[0].result, COMMIT_CONFLICT);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", key), 0);
	commit_release(&n.b);
}
END_TEST

Suite *
store_suite(void)
{
	Suite *s = suite_create("store");
	TCase *tc = on_bench("records");

	add_door(s);
	add_commits(s);
	add_outbox(s);
	tcase_add_test(tc, two_engines);
	tcase_add_test(tc, behind_those_held);
	tcase_add_test(tc, a_damaged_case_stops_no_other);
	tcase_add_test(tc, officers_are_kept);
	tcase_add_test(tc, two_with_one_number);
	tcase_add_test(tc, the_log_tells_the_roster_of_any_moment);
	tcase_add_test(tc, a_decision_stands_on_the_roster_of_now);
	tcase_add_test(tc, who_leaves_is_noted);
	tcase_add_test(tc, personal_data_is_sealed);
	tcase_add_test(tc, readers_reach_the_record_through_any_death);
	tcase_add_test(tc, versions);
	tcase_add_test(tc, a_reload_over_a_version_that_cannot_be_read);
	suite_add_tcase(s, tc);
	return s;
}
