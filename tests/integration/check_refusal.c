/*
 * What the store refuses: to serve when it is not safe, to write when a key is of another type.  And notify:
 * settings under which a message would go out twice.
 */
#include <stdlib.h>
#include <unistd.h>

#include "lib/config.h"
#include "store/chain.h"
#include "store/logbook.h"
#include "tests/integration/kit.h"
#include "tests/integration/peer.h"

Suite *refusal_suite(void);

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

/* ---- an unsafe store ---- */

static const struct { const char *key, *unsafe, *safe, *says, *remedy; } settings[] = {
	{ "appendonly", "no", "yes", "the store is not safe (appendonly, no;",
	    "start Redis with conf/redis.conf" },
	{ "appendfsync", "everysec", "always", "(appendfsync, everysec;",
	    "set appendfsync always" },
	{ "appendfsync", "no", "always", "(appendfsync, no;", "set appendfsync always" },
	{ "no-appendfsync-on-rewrite", "yes", "no", "(no-appendfsync-on-rewrite, yes;",
	    "set no-appendfsync-on-rewrite no" },
	{ "maxmemory-policy", "allkeys-lru", "noeviction", "(maxmemory-policy, allkeys-lru;",
	    "set maxmemory-policy noeviction" },
};

static void
refuses(const char *says, const char *remedy)
{
	ck_assert_int_eq(store_check(&b.st), -1);
	ck_assert_msg(strstr(store_error(&b.st), says) != NULL, "%s", store_error(&b.st));
	ck_assert_msg(strstr(store_error(&b.st), remedy) != NULL, "no remedy: %s",
	    store_error(&b.st));
}

START_TEST(unsafe_setting)
{
	ck_assert_msg(store_check(&b.st) == 0, "%s", store_error(&b.st));
	freeReplyObject(bench_command(&b, "CONFIG SET %s %s", settings[_i].key,
	    settings[_i].unsafe));
	refuses(settings[_i].says, settings[_i].remedy);
	freeReplyObject(bench_command(&b, "CONFIG SET %s %s", settings[_i].key,
	    settings[_i].safe));
	ck_assert(bench_until(bench_is_rewritten, &b, LIMIT_MS));
	ck_assert_msg(store_check(&b.st) == 0, "%s", store_error(&b.st));
}
END_TEST

static void emptied(void)
{
	freeReplyObject(bench_command(&b, "FLUSHALL"));
	refuses("the store is empty", "restore the data or the backup");
}

static void anothers(void)
{
	bench_integer(&b, "HSET %s installation 00000000000000000000000000000000",
	    bench_key(&b, KEY_META, NULL));
	refuses("belongs to another installation", "connect the right Redis");
}

/* An id that ours only begins with is not ours. */
static void nearly_ours(void)
{
	bench_integer(&b, "HSET %s installation %s", bench_key(&b, KEY_META, NULL), "");
	refuses("belongs to another installation", "connect the right Redis");
}

/* A copy from before a restore: the machine remembers the generation it has served. */
static void older_generation(void)
{
	bench_integer(&b, "HSET %s generation 3", bench_key(&b, KEY_META, NULL));
	ck_assert_msg(store_check(&b.st) == 0, "%s", store_error(&b.st));
	bench_integer(&b, "HSET %s generation 2", bench_key(&b, KEY_META, NULL));
	refuses("older generation", "connect the newer store");
}

static void another_schema(void)
{
	bench_integer(&b, "HSET %s schema 2", bench_key(&b, KEY_META, NULL));
	refuses("another schema", "run the upgrade");
}

static void no_library(void)
{
	freeReplyObject(bench_command(&b, "FUNCTION FLUSH"));
	refuses("the function library is missing", "run 'kentongan up'");
}

static void another_library(void)
{
	static const char code[] =
	    "#!lua name=kentongan\nredis.register_function('kt_now', function() return '0' end)";

	freeReplyObject(bench_command(&b, "FUNCTION LOAD REPLACE %b", code, sizeof(code) - 1));
	refuses("another version of the function library", "finish the upgrade");
}

static void
note(const char *who, long long seq, const char *digest)
{
	struct buf path = { 0 }, line = { 0 };

	buf_addf(&path, "%s/noted", b.dir);
	ck_assert_int_eq(store_note_flush(&b.st), 0);
	buf_addf(&path, "/%s", who);
	buf_addf(&line, "%lld %s\n", seq, digest);
	ck_assert_int_eq(file_write(buf_str(&path), line.data, line.len, 0600), 0);
	buf_release(&path);
	buf_release(&line);
}

/* What any daemon saw acknowledged must be on the log: the data is older than this machine. */
static void behind_a_note(void)
{
	note("router", logbook_last_seq(&b.st) + 1, b.st.noted.digest);
	refuses("the store has lost what was acknowledged", "restore the newest backup");
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "noted by router"));
}

static void beside_a_note(void)
{
	note("ingest", logbook_last_seq(&b.st),
	    "0000000000000000000000000000000000000000000000000000000000000000");
	refuses("the store was tampered with", "run 'kentongan audit verify'");
}

static void no_identity(void)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/secrets/installation", b.dir);
	ck_assert_int_eq(unlink(buf_str(&path)), 0);
	refuses("this machine has no installation id", "run 'kentongan up' once");
	/* And a new machine does not begin on an old store. */
	ck_assert_int_eq(store_install(&b.st), -1);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st),
	    "this machine is new but the store is not"));
	buf_release(&path);
}

static void (*const unsafe_stores[])(void) = {
	emptied, anothers, nearly_ours, older_generation, another_schema, no_library, another_library,
	    behind_a_note, beside_a_note,
	no_identity,
};

START_TEST(unsafe_store)
{
	ck_assert_msg(store_check(&b.st) == 0, "%s", store_error(&b.st));
	unsafe_stores[_i]();
}
END_TEST

START_TEST(a_store_that_is_away_is_not_unsafe)
{
	bench_redis_kill(&b);
	ck_assert_int_eq(store_check(&b.st), 1);
}
END_TEST

START_TEST(installing_again_changes_nothing)
{
	char before[48], after[48];

	bench_digest(&b, before);
	ck_assert_msg(store_install(&b.st) == 0, "%s", store_error(&b.st));
	bench_digest(&b, after);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(store_check(&b.st), 0);
}
END_TEST

/* ---- keys of another type: refused before the first write ---- */

/* A call on the bench: 0 it was done, -1 it was refused. */
typedef int (*store_act)(void);

static void
plant(const char *key, struct buf *was)
{
	redisReply *r = bench_command(&b, "DUMP %s", key);

	buf_reset(was);
	if (r->type == REDIS_REPLY_STRING)
		buf_add(was, r->str, r->len);
	freeReplyObject(r);
	bench_integer(&b, "DEL %s", key);
	freeReplyObject(bench_command(&b, "SET %s planted", key));
}

static void
pull(const char *key, const struct buf *was)
{
	bench_integer(&b, "DEL %s", key);
	if (was->len > 0)
		freeReplyObject(bench_command(&b, "RESTORE %s 0 %b", key, was->data, was->len));
}

/* What the store holds, but for the time of the last call. */
static void
digest(char out[48])
{
	const char *meta = bench_key(&b, KEY_META, NULL);
	struct buf type = { 0 };

	bench_text(&b, &type, "TYPE %s", meta);
	if (strcmp(buf_str(&type), "hash") == 0)
		bench_integer(&b, "HSET %s clock 1", meta);
	bench_digest(&b, out);
	buf_release(&type);
}

/*
 * Each key in turn is of another type; at the end the call is good, so that it was not refused
 * for another reason.
 */
static void
each_key(store_act act, const struct redis_args *keys)
{
	struct buf was = { 0 };

	for (int i = 0; i < keys->n; i++) {
		char before[48], after[48];

		plant(keys->argv[i], &was);
		digest(before);
		ck_assert_msg(act() == -1, "%s of another type is not refused", keys->argv[i]);
		digest(after);
		ck_assert_msg(strcmp(before, after) == 0,
		    "%s of another type: refused after a write", keys->argv[i]);
		pull(keys->argv[i], &was);
	}
	ck_assert_msg(act() == 0, "refused with all keys in order: %s", store_error(&b.st));
	buf_release(&was);
}

static struct kit_case one;
static const struct input_id *one_in;
static int64_t decided;

static int
call_commit(void)
{
	struct commit_batch batch = { 0 };
	enum commit_result result;

	commit_begin(&batch, decided);
	kit_add(&b, &batch, &one, one_in);
	result = kit_run(&b, &batch);
	ck_assert_msg(result == COMMIT_OK || result == COMMIT_REFUSED, "%d", (int)result);
	return result == COMMIT_OK ? 0 : -1;
}

/* Every key of the commit of what was decided, and those that the function finds by itself. */
static void
commit_keys(struct redis_args *keys)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_DUE, KEY_LEASE, KEY_ENDED };
	struct commit_batch batch = { 0 };
	struct buf found = { 0 };

	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		redis_args_adds(keys, bench_key(&b, fixed[i], NULL));
	commit_begin(&batch, decided);
	kit_add(&b, &batch, &one, one_in);
	for (int i = 0; i < batch.keys.n; i++)
		redis_args_adds(keys, batch.keys.argv[i]);
	commit_release(&batch);
	/* The list and line of him whose message is cancelled. */
	for (int i = 0; i < one.fx.cancels_n; i++) {
		static const char *const fields[] = { "q", "z" };
		char id[48];

		message_id(id, sizeof(id), one.before.code.s, one.fx.cancels[i]);
		for (size_t f = 0; f < N_ELEMS(fields); f++) {
			bench_text(&b, &found, "HGET %s %s", bench_key(&b, KEY_MSG, id),
			    fields[f]);
			ck_assert_uint_gt(found.len, 0);
			redis_args_adds(keys, buf_str(&found));
		}
	}
	buf_release(&found);
}

/* Handed on: messages cancelled, tasks dropped and given. */
START_TEST(hand_on_is_whole_or_nothing)
{
	struct code code = kit_opened(&b, "1", 0);
	struct redis_args keys = { 0 };

	decided = store_now_ms(&b.st);
	kit_load(&b, &one, &code);
	one.cmd = (struct command){ .event = ON_HAND_ON, .by = BY_OFFICER, .actor = KIT_PTG,
	    .note = "x", .to_unit = "O-DLH" };
	kit_decide(&b, &one, decided);
	ck_assert_int_gt(one.fx.cancels_n, 0);
	ck_assert_int_gt(one.fx.indexes_n, 1);
	commit_keys(&keys);
	ck_assert_int_gt(keys.n, 15);
	each_key(call_commit, &keys);
	kit_release(&one);
	redis_args_release(&keys);
}
END_TEST

/* Opened: input acknowledged, a reservation dropped. */
START_TEST(opening_is_whole_or_nothing)
{
	struct code fresh = kit_reported(&b, "2", 0), spare = kit_reported(&b, "3", 0);
	struct input_id in = kit_input(&b, "in-1");
	struct redis_args keys = { 0 };

	snprintf(in.reserved, sizeof(in.reserved), "%s", spare.s);
	one_in = &in;
	decided = store_now_ms(&b.st);
	kit_load(&b, &one, &fresh);
	kit_decide_open(&b, &one, decided);
	commit_keys(&keys);
	ck_assert_int_gt(keys.n, 12);
	each_key(call_commit, &keys);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_CASE, spare.s)), 0);
	kit_release(&one);
	redis_args_release(&keys);
}
END_TEST

/* A batch with one that cannot be written: what each is told is what happened to it. */
START_TEST(a_batch_tells_the_truth)
{
	static struct kit_case k[3];
	struct commit_batch batch = { 0 };
	struct code code[3];
	struct buf was = { 0 };
	const char *list;
	char id[48];

	for (int i = 0; i < 3; i++) {
		snprintf(id, sizeof(id), "%d", i);
		code[i] = kit_opened(&b, id, 0);
	}
	decided = store_now_ms(&b.st);
	commit_begin(&batch, decided);
	for (int i = 0; i < 3; i++) {
		kit_load(&b, &k[i], &code[i]);
		kit_decide_act(&b, &k[i], ON_ACCEPT, i == 1 ? KIT_KPL : KIT_PTG, decided);
		kit_add(&b, &batch, &k[i], NULL);
	}
	list = bench_key(&b, KEY_CASE, code[1].s);
	plant(list, &was);
	commit_run(&batch, &b.st);
	pull(list, &was);
	ck_assert_int_eq(batch.slots[1].result, COMMIT_REFUSED);
	for (int i = 0; i < 3; i++) {
		long long version = bench_integer(&b, "HGET %s v",
		    bench_key(&b, KEY_CASE, code[i].s));

		ck_assert_int_eq(version, batch.slots[i].result == COMMIT_OK ? 2 : 1);
		kit_release(&k[i]);
	}
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_LOG, NULL)),
	    logbook_last_seq(&b.st));
	commit_release(&batch);
	buf_release(&was);
}
END_TEST

static struct intake arrived;

static int
call_intake(void)
{
	struct code code;
	enum intake_result result = kit_offer(&b.st, &arrived, decided, &code);

	return result == INTAKE_OK ? 0 : -1;
}

START_TEST(intake_is_whole_or_nothing)
{
	struct laporan l = kit_report("1", "+6281", "x");
	struct redis_args keys = { 0 };
	struct intake_days days;

	decided = store_now_ms(&b.st);
	intake_prepare(&arrived, &b.st, &l);
	intake_days_at(&days, decided, 8);
	redis_args_adds(&keys, bench_key(&b, KEY_IN, "n"));
	for (int i = 0; i < days.n; i++)
		redis_args_adds(&keys, bench_key(&b, KEY_SEEN, days.day[i]));
	each_key(call_intake, &keys);
	intake_release(&arrived);
	redis_args_release(&keys);
}
END_TEST

static int
call_due(void)
{
	static struct due_case due[4];
	int64_t now, next;
	int n = kit_due(&b.st, 4, 60000, due, &now, &next);

	for (int i = 0; i < n; i++)
		stored_case_release(&due[i].s);
	return n == 2 ? 0 : -1;
}

START_TEST(due_is_whole_or_nothing)
{
	static const enum key_id used[] = { KEY_META, KEY_DUE, KEY_LEASE };
	struct redis_args keys = { 0 };

	kit_opened(&b, "1", 5 * 3600000);
	kit_opened(&b, "2", 5 * 3600000);
	for (size_t i = 0; i < N_ELEMS(used); i++)
		redis_args_adds(&keys, bench_key(&b, used[i], NULL));
	each_key(call_due, &keys);
	redis_args_release(&keys);
}
END_TEST

static struct outbox_item items[4];

static int
call_claim(void)
{
	int64_t now;
	const struct outbox_claim c = { .route = "sms", .most = 4, .lease_ms = 60000, .per_hour = 9 };
	int64_t spent;
	int n = outbox_claim(&b.st, &c, items, &now, &spent);

	for (int i = 0; i < n; i++)
		outbox_item_release(&items[i]);
	return n == 2 ? 0 : -1;
}

START_TEST(claim_is_whole_or_nothing)
{
	struct redis_args keys = { 0 };

	ck_assert_int_eq(kit_message(&b, "e1", "+6281", 1), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "n1", "+6281", 0), COMMIT_OK);
	redis_args_adds(&keys, bench_key(&b, KEY_META, NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_OUT, "e:sms"));
	redis_args_adds(&keys, bench_key(&b, KEY_OUT, "n:sms"));
	redis_args_adds(&keys, bench_key(&b, KEY_BUDGET, "sms"));
	redis_args_adds(&keys, bench_key(&b, KEY_STORM, NULL));
	each_key(call_claim, &keys);
	redis_args_release(&keys);
}
END_TEST

static int
call_mark(void)
{
	struct outbox_mark m = { .item = &items[0], .state = "sent", .audit = 1 };

	outbox_mark(&b.st, &m, 1, decided);
	return m.result == 0 ? 0 : -1;
}

START_TEST(mark_is_whole_or_nothing)
{
	static const char *const fields[] = { "q", "z" };
	struct redis_args keys = { 0 };
	struct buf key = { 0 };

	ck_assert_int_eq(kit_message(&b, "n1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(kit_message(&b, "n2", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(kit_claim(&b.st, "sms", 4, 60000, items, &decided), 1);
	redis_args_adds(&keys, bench_key(&b, KEY_META, NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_LOG, NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_ENDED, NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_WAITING, NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_BUDGET, "sms"));
	redis_args_adds(&keys, bench_key(&b, KEY_STORM, NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_MSG, "n1"));
	for (size_t i = 0; i < N_ELEMS(fields); i++) {
		bench_text(&b, &key, "HGET %s %s", bench_key(&b, KEY_MSG, "n1"), fields[i]);
		redis_args_adds(&keys, buf_str(&key));
	}
	each_key(call_mark, &keys);
	ck_assert_int_eq(bench_integer(&b, "ZCARD %s", bench_key(&b, KEY_OUT, "n:sms")), 1);
	outbox_item_release(&items[0]);
	redis_args_release(&keys);
	buf_release(&key);
}
END_TEST

static int
call_receipt(void)
{
	struct redis_args a = { 0 };
	redisReply *r;
	int rc;

	outbox_receipt_args(&a, &b.st, "n1", 0, decided);
	r = redis_pipe_call(b.st.pipe, a.n, (const char **)a.argv, a.lens);
	rc = r != NULL && r->type == REDIS_REPLY_STRING && strcmp(r->str, "ok") == 0 ? 0 : -1;
	freeReplyObject(r);
	redis_args_release(&a);
	return rc;
}

static int
call_reroute(void)
{
	struct outbox_overdue o = { .failed = 1 };

	snprintf(o.item.id, sizeof(o.item.id), "n1");
	buf_adds(&o.item.to, "+6281");
	{
		int rc = outbox_reroute(&b.st, &o, "sms2", decided);

		outbox_item_release(&o.item);
		return rc == 1 ? 0 : -1;
	}
}

static int
call_give_away(void)
{
	struct outbox_mark m = { .item = &items[0], .route = "sms2" };

	outbox_mark(&b.st, &m, 1, decided);
	return m.result == 0 ? 0 : -1;
}

START_TEST(giving_away_is_whole_or_nothing)
{
	static const char *const fields[] = { "q", "z" };
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_WAITING, KEY_ENDED };
	struct redis_args keys = { 0 };
	char recipient[LOOKUP_CHARS + 1];
	struct buf key = { 0 };

	ck_assert_int_eq(kit_message(&b, "n1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(kit_claim(&b.st, "sms", 4, 60000, items, &decided), 1);
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		redis_args_adds(&keys, bench_key(&b, fixed[i], NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_MSG, "n1"));
	for (size_t i = 0; i < N_ELEMS(fields); i++) {
		buf_reset(&key);
		bench_text(&b, &key, "HGET %s %s", bench_key(&b, KEY_MSG, "n1"), fields[i]);
		redis_args_adds(&keys, buf_str(&key));
	}
	redis_args_adds(&keys, bench_key(&b, KEY_BUDGET, "sms"));
	redis_args_adds(&keys, bench_key(&b, KEY_MSG, "n1.b"));
	redis_args_adds(&keys, bench_key(&b, KEY_OUT, "n:sms2"));
	lookup_of(recipient, &b.st.lookup, "+6281");
	buf_reset(&key);
	buf_add_key(&key, &b.st.keys, KEY_RCP, "n:sms2", recipient);
	redis_args_adds(&keys, buf_str(&key));
	each_key(call_give_away, &keys);
	outbox_item_release(&items[0]);
	redis_args_release(&keys);
	buf_release(&key);
}
END_TEST

START_TEST(receipts_and_reroutes_are_whole_or_nothing)
{
	struct redis_args keys = { 0 };
	struct outbox_mark m = { .item = &items[0], .state = "sent", .waits = 1 };
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_WAITING };
	char recipient[LOOKUP_CHARS + 1];
	struct buf key = { 0 };

	ck_assert_int_eq(kit_message(&b, "n1", "+6281", 0), COMMIT_OK);
	ck_assert_int_eq(kit_claim(&b.st, "sms", 4, 60000, items, &decided), 1);
	outbox_mark(&b.st, &m, 1, decided);
	ck_assert_int_eq(m.result, 0);
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		redis_args_adds(&keys, bench_key(&b, fixed[i], NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_MSG, "n1"));
	each_key(call_receipt, &keys);
	redis_args_adds(&keys, bench_key(&b, KEY_MSG, "n1.b"));
	redis_args_adds(&keys, bench_key(&b, KEY_OUT, "n:sms2"));
	lookup_of(recipient, &b.st.lookup, "+6281");
	buf_add_key(&key, &b.st.keys, KEY_RCP, "n:sms2", recipient);
	redis_args_adds(&keys, buf_str(&key));
	each_key(call_reroute, &keys);
	outbox_item_release(&items[0]);
	redis_args_release(&keys);
	buf_release(&key);
}
END_TEST

static int
call_bundle(void)
{
	struct buf text = { 0 };
	int rc;

	buf_adds(&text, "ikhtisar");
	rc = outbox_bundle(&b.st, "sms", items, 2, &text, 1, decided);
	buf_release(&text);
	return rc == 1 ? 0 : -1;
}

START_TEST(bundle_is_whole_or_nothing)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_ENDED };
	struct redis_args keys = { 0 };
	struct outbox_item claimed[8], head;
	struct buf key = { 0 };
	char id[64];
	int n, at = -1;

	kit_opened(&b, "1", 0);
	kit_opened(&b, "2", 0);
	n = kit_claim(&b.st, "sms", 8, 60000, claimed, &decided);
	for (int i = 0; i < n; i++)
		if (strcmp(claimed[i].kind, "tugas") == 0)
			at = i;
		else
			outbox_item_release(&claimed[i]);
	ck_assert_int_ge(at, 0);
	head = claimed[at];
	ck_assert_int_eq(outbox_members(&b.st, "sms", &head, 2, items), 2);
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		redis_args_adds(&keys, bench_key(&b, fixed[i], NULL));
	snprintf(id, sizeof(id), "%s.i", head.id);
	redis_args_adds(&keys, bench_key(&b, KEY_MSG, id));
	for (int i = 0; i < 2; i++)
		redis_args_adds(&keys, bench_key(&b, KEY_MSG, items[i].id));
	bench_text(&b, &key, "HGET %s q", bench_key(&b, KEY_MSG, head.id));
	redis_args_adds(&keys, buf_str(&key));
	redis_args_adds(&keys, bench_key(&b, KEY_OUT, "n:sms"));
	redis_args_adds(&keys, bench_key(&b, KEY_BUDGET, "sms"));
	each_key(call_bundle, &keys);
	for (int i = 0; i < 2; i++)
		outbox_item_release(&items[i]);
	outbox_item_release(&head);
	redis_args_release(&keys);
	buf_release(&key);
}
END_TEST

static int
call_chain(void)
{
	uint8_t seed[32] = { 1 };

	return logbook_seal(&b.st, 10000, &(int){ 1 }, seed, store_now_ms(&b.st)) > 0 ? 0 : -1;
}

START_TEST(chain_is_whole_or_nothing)
{
	struct redis_args keys = { 0 };

	redis_args_adds(&keys, bench_key(&b, KEY_CHAIN, NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_HEADS, NULL));
	redis_args_adds(&keys, bench_key(&b, KEY_LOG, NULL));
	each_key(call_chain, &keys);
	redis_args_release(&keys);
}
END_TEST

/* A counter that is no number is found before the first write too. */
START_TEST(a_counter_that_is_no_number)
{
	struct officer o = { .id = "baru-1", .name = (char *)(uintptr_t)"A", .unit = "O-DLH",
	    .lang = "id" };
	char before[48], after[48];

	bench_integer(&b, "HSET %s roster x", bench_key(&b, KEY_META, NULL));
	digest(before);
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), -1);
	digest(after);
	ck_assert_str_eq(before, after);
	bench_integer(&b, "HSET %s roster 1 seq x", bench_key(&b, KEY_META, NULL));
	digest(before);
	ck_assert_int_eq(officers_put(&b.st, &o, 1, "test"), -1);
	digest(after);
	ck_assert_str_eq(before, after);
}
END_TEST

/* ---- a sending that outlasts its lease ---- */

static const struct { const char *settings, *secret, *says; } too_slow[] = {
	{ "email: {server: mx.example.go.id, from: a@example.go.id, limit: 30s}", "none",
	    "email.limit: 30000 ms, must be shorter than notify.lease (30000 ms)" },
	{ "media: {within: 90s, worker_within: 30s}", "none",
	    "media.within + media.worker_within: 120000 ms, must be shorter than media.lease (120000 ms)" },
	{ "kannel: {url: http://127.0.0.1:9, answer: 31s}", "kannel_send", "kannel.answer: 31000 ms, must be shorter" },
	{ "telegram: {timeout: 20s}\nnotify: {lease: 20s}", "telegram_token", "where it has moved): 40000 ms, must be shorter" },
	{ "x: {timeout: 20s}\nnotify: {lease: 20s}", "x_token", "x.timeout: 20000 ms, must be shorter" },
	{ "sms_gateway: {url: \"http://127.0.0.1:9/\", body: \"m={text}\", answer: 31s}", "sms_gateway",
	    "sms_gateway.answer: 31000 ms, must be shorter" },
	/* and a gateway that could not be asked at all */
	{ "sms_gateway: {url: \"http://127.0.0.1:9/\", body: \"to={to}&m={text}\"}", "sms_gateway", "sms_gateway.body: {to} cannot stand there" },
	{ "sms_gateway: {url: \"http://127.0.0.1:9/\", body: \"to={to_62}\"}", "sms_gateway", "sms_gateway.body: holds no {text}" },
	{ "sms_gateway: {url: \"http://127.0.0.1:9/\", body: \"m={text}\", headers: \"X: {to_62}\"}", "sms_gateway",
	    "sms_gateway.headers: {to_62} cannot stand there" },
	{ "sms_gateway: {url: \"http://127.0.0.1:9/\", body: \"m={text}\"}", "none", "secrets/sms_gateway" },
	{ "sms_gateway: {url: \"http://127.0.0.1:9/\", type: yaml}", "none", "write form or json" },
	{ "sms_gateway: {url: \"http://127.0.0.1:9/\", route: sms3}", "none", "is no card: write sms or sms2" },
	{ "sms_gateway: {url: \"http://127.0.0.1:9/\"}\nkannel: {run: true}", "none", "route sms goes by Kannel already" },
};

START_TEST(a_sending_ends_before_its_lease)
{
	struct buf said = { 0 };
	int status = run_line(&said, "cp -r conf %s/conf && printf '%%s\n' '%s' >> %s/conf/kentongan.yaml && printf secret > "
	    "%s/secrets/%s && chmod 400 %s/secrets/%s && timeout 60 \"$BIN\"/kentongan-notify --conf %s/conf --dir %s --redis %s", b.dir,
	    too_slow[_i].settings, b.dir, b.dir, too_slow[_i].secret, b.dir, too_slow[_i].secret, b.dir, b.dir, b.url);

	ck_assert_int_ne(status, 0);
	ck_assert_msg(strstr(buf_str(&said), too_slow[_i].says) != NULL, "%s", buf_str(&said));
	buf_release(&said);
}
END_TEST

Suite *
refusal_suite(void)
{
	Suite *s = suite_create("refusal");
	TCase *tc = tcase_create("refusal");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, unsafe_setting, 0, N_ELEMS(settings));
	tcase_add_loop_test(tc, unsafe_store, 0, N_ELEMS(unsafe_stores));
	tcase_add_test(tc, a_store_that_is_away_is_not_unsafe);
	tcase_add_test(tc, installing_again_changes_nothing);
	tcase_add_test(tc, hand_on_is_whole_or_nothing);
	tcase_add_test(tc, opening_is_whole_or_nothing);
	tcase_add_test(tc, a_batch_tells_the_truth);
	tcase_add_test(tc, intake_is_whole_or_nothing);
	tcase_add_test(tc, due_is_whole_or_nothing);
	tcase_add_test(tc, claim_is_whole_or_nothing);
	tcase_add_test(tc, mark_is_whole_or_nothing);
	tcase_add_test(tc, giving_away_is_whole_or_nothing);
	tcase_add_test(tc, bundle_is_whole_or_nothing);
	tcase_add_test(tc, receipts_and_reroutes_are_whole_or_nothing);
	tcase_add_test(tc, chain_is_whole_or_nothing);
	tcase_add_test(tc, a_counter_that_is_no_number);
	tcase_add_loop_test(tc, a_sending_ends_before_its_lease, 0, N_ELEMS(too_slow));
	suite_add_tcase(s, tc);
	return s;
}
