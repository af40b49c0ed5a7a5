/*
 * The table of keys, and that every call's keys lie in one slot of a cluster.  The calls are made
 * for real against a spy that stands where Redis would and writes down what it is asked.
 */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/archiver.h"
#include "store/chain.h"
#include "store/due.h"
#include "store/steady.h"
#include "store/intake.h"
#include "store/logbook.h"
#include "store/officer.h"
#include "store/outbox.h"
#include "store/parts.h"
#include "store/pulled.h"
#include "store/warning.h"
#include "tests/unit/world.h"

Suite *keys_suite(void);

#define TAG "3510"
#define PREFIX "kt:{" TAG "}:"

/* ---- the table ---- */

START_TEST(row_is_complete)
{
	const struct key_spec *k = &key_specs[_i];
	const char *const must[] = { k->name, k->type, k->holds, k->writer, k->reader, k->bound,
	    k->remover };
	static const char *const types[] = { "string", "hash", "list", "set", "sorted set",
	    "stream" };
	int known = 0;

	ck_assert_int_eq(k->id, _i);
	for (size_t i = 0; i < N_ELEMS(must); i++)
		ck_assert_msg(must[i] != NULL && must[i][0] != '\0', "row %d, column %zu", _i, i);
	for (size_t i = 0; i < N_ELEMS(types); i++)
		known |= strcmp(types[i], k->type) == 0;
	ck_assert_msg(known, "%s: %s is no type", k->name, k->type);
	for (int i = 0; i < KEYS_N; i++)
		ck_assert_msg(i == _i || strcmp(key_specs[i].name, k->name) != 0,
		    "%s stands twice", k->name);
}
END_TEST

static const struct { const char *key; unsigned slot; } slots[] = {
	{ "123456789", 0x31c3 & 16383 }, { "foo", 12182 }, { "hello", 866 }, { "", 0 },
};

static const struct { const char *a, *b; int same; } tags[] = {
	{ "kt:{3510}:log", "3510", 1 }, { "{user1000}.following", "{user1000}.followers", 1 },
	{ "foo{bar}{zap}", "bar", 1 }, { "foo{{bar}}zap", "{bar", 1 }, { "foo{}{bar}", "bar", 0 },
	{ "foo{bar", "bar", 0 }, { "kt:{3510}:log", "kt:{3511}:log", 0 },
};

START_TEST(slot_is_redis_own)
{
	for (size_t i = 0; i < N_ELEMS(slots); i++)
		ck_assert_msg(key_slot(slots[i].key, strlen(slots[i].key)) == slots[i].slot,
		    "%s", slots[i].key);
	for (size_t i = 0; i < N_ELEMS(tags); i++)
		ck_assert_msg((key_slot(tags[i].a, strlen(tags[i].a)) == key_slot(tags[i].b,
		    strlen(tags[i].b))) == tags[i].same, "%s and %s", tags[i].a, tags[i].b);
}
END_TEST

static const struct { const char *tag; int rc; } keyspaces[] = {
	{ "3510", 0 }, { "35.10-b", 0 }, { "", -1 }, { "a}b", -1 }, { "a{b", -1 }, { "a b", -1 },
	    { "a:b", -1 },
	{ "123456789012345678901", -1 },
};

START_TEST(tag_is_checked)
{
	struct keyspace ks;
	struct buf key = { 0 };

	ck_assert_msg(keyspace_init(&ks, keyspaces[_i].tag) == keyspaces[_i].rc, "'%s'",
	    keyspaces[_i].tag);
	if (keyspaces[_i].rc != 0)
		return;
	buf_add_key(&key, &ks, KEY_RCP, "e:sms", "abc");
	ck_assert_int_eq(strncmp(buf_str(&key), "kt:{", 4), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&key), "}:rcp:e:sms:abc"));
	buf_release(&key);
}
END_TEST

/* ---- the spy ---- */

static struct {
	char dir[32], path[64];
	pid_t pid;
	int pipe;			/* what it wrote down */
	struct settings set;
	struct store st;
} spy;

/* One request of the wire; how many bytes it took, 0 if it is not whole yet. */
static size_t
request_read(const char *data, size_t len, char **argv, size_t *lens, int max, int *argc)
{
	const char *p = data, *end = data + len, *line;
	long n;

	if ((line = memchr(p, '\n', len)) == NULL || *p != '*')
		return 0;
	n = strtol(p + 1, NULL, 10);
	*argc = 0;
	for (p = line + 1; n > 0 && *argc < max; n--) {
		if ((line = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return 0;
		lens[*argc] = strtoul(p + 1, NULL, 10);
		if (line + 1 + lens[*argc] + 2 > end)
			return 0;
		argv[(*argc)++] = (char *)(uintptr_t)(line + 1);
		p = line + 1 + lens[*argc - 1] + 2;
	}
	return (size_t)(p - data);
}

/*
 * Functions are refused after they are written down; the rest is answered as an empty store
 * would.
 */
static const char *
answer(const char *command, const char *what)
{
	static const struct { const char *command, *reply; } replies[] = {
		{ "FCALL", "-ERR spied\r\n" }, { "HMGET", "*2\r\n$-1\r\n$-1\r\n" },
		    { "XRANGE", "*0\r\n" },
		{ "HKEYS", "*0\r\n" }, { "HGET", "$1\r\n0\r\n" },
	};

	if (strncmp(what, "kt_now", 6) == 0)	/* the first question of all */
		return "*4\r\n$13\r\n1795000000000\r\n$0\r\n\r\n$1\r\n0\r\n$13\r\n1795000000000\r\n";
	for (size_t i = 0; i < N_ELEMS(replies); i++)
		if (strncmp(replies[i].command, command, strlen(replies[i].command)) == 0)
			return replies[i].reply;
	return "+OK\r\n";
}

/* A line a call: function, keys, "|", first argument. */
static void
note(int out, char **argv, const size_t *lens, int argc)
{
	struct buf line = { 0 };
	int keys = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;

	for (int i = 1; i < 3 + keys && i < argc; i++)
		if (i != 2)
			buf_addf(&line, "%.*s ", (int)lens[i], argv[i]);
	buf_addf(&line, "| %.*s\n", 3 + keys < argc ? (int)lens[3 + keys] : 0,
	    3 + keys < argc ? argv[3 + keys] : "");
	if (write(out, line.data, line.len) != (ssize_t)line.len)
		_exit(1);
	buf_release(&line);
}

static void
spy_run(int listener, int out)
{
	static char *argv[4096];
	static size_t lens[4096];
	struct buf in = { 0 };
	int fd = accept(listener, NULL, NULL), argc;
	size_t took;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, buf_room(&in, 65536), 65536)) > 0) {
		buf_added(&in, (size_t)n);
		while ((took = request_read(in.data, in.len, argv, lens, 4096, &argc)) > 0) {
			const char *reply = answer(argv[0], argc > 1 ? argv[1] : "");

			if (strncmp(argv[0], "FCALL", 5) == 0)
				note(out, argv, lens, argc);
			if (write(fd, reply, strlen(reply)) < 0)
				_exit(1);
			memmove(in.data, in.data + took, in.len - took);
			buf_cut(&in, in.len - took);
		}
	}
	_exit(0);
}

static void
spy_start(void)
{
	static const char *const secrets[] = { "data", "lookup", "redis", "sign" };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct buf errors = { 0 }, url = { 0 };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), out[2];

	snprintf(spy.dir, sizeof(spy.dir), "/tmp/check_keys.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(spy.dir));
	snprintf(spy.path, sizeof(spy.path), "%s/sock", spy.dir);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", spy.path);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(pipe(out), 0);
	spy.pid = fork();
	ck_assert_int_ge(spy.pid, 0);
	if (spy.pid == 0) {
		close(out[0]);
		spy_run(listener, out[1]);
	}
	close(listener);
	close(out[1]);
	spy.pipe = out[0];
	for (size_t i = 0; i < N_ELEMS(secrets); i++)
		ck_assert_msg(secret_ensure(spy.dir, secrets[i], &errors) == 0, "%s",
		    buf_str(&errors));
	ck_assert_int_eq(settings_load(&spy.set, "conf", &errors), 0);
	buf_addf(&url, "unix:%s", spy.path);
	ck_assert_msg(store_open(&spy.st, &spy.set, spy.dir, buf_str(&url), "test",
	    &errors) == 0, "%s", buf_str(&errors));
	buf_release(&url);
	buf_release(&errors);
}

/* What was asked, one call a line. */
static struct buf
spy_end(void)
{
	struct buf asked = { 0 }, path = { 0 };
	static const char *const files[] = { "secrets/data", "secrets/lookup", "secrets/redis",
	    "secrets/sign", "secrets", "sock", "" };
	ssize_t n;

	store_close(&spy.st);
	settings_release(&spy.set);
	while ((n = read(spy.pipe, buf_room(&asked, 65536), 65536)) > 0)
		buf_added(&asked, (size_t)n);
	close(spy.pipe);
	waitpid(spy.pid, NULL, 0);
	for (size_t i = 0; i < N_ELEMS(files); i++) {
		buf_reset(&path);
		buf_addf(&path, "%s/%s", spy.dir, files[i]);
		remove(buf_str(&path));
	}
	buf_release(&path);
	return asked;
}

/* ---- every call there is ---- */

static const struct laporan words = { .channel = "sms", .message_id = (char *)(uintptr_t)"m1",
	.sender = (char *)(uintptr_t)"+6281234567890", .text = (char *)(uintptr_t)"jalan rusak" };

static void
call_commits(void)
{
	struct world w = { .now = INT64_C(1795000000000) };
	struct understanding u = world_understanding("jalan-rusak", URGENCY_DARURAT,
	    "35.10.20.2005", "D-35.10.20.2005 O-PUCKPP");
	struct policy *p = world_policy(NULL);
	struct report_facts f = { .received_ms = w.now, .arrived_ms = w.now, .channel = "sms",
	    .reporter = "0123456789abcdef0123456789abcdef", .lang = "id" };
	struct command cmd = { .event = ON_OPEN, .by = BY_ROUTER, .u = &u, .report = &f };
	struct input_id in = { .id = "in-1", .lane = "e", .entry = "1-0", .reserved = "00000000" };
	struct buf text = { 0 };
	struct answer a = { .what = "cek", .kind = "cek", .route = "sms", .to = words.sender,
	    .text = &text, .id = "in.e.1-0" };
	struct commit_batch b = { 0 };
	struct case_keys keys;

	w.p = p;
	world_roster(&w.r);
	code_make(&f.code, 7);
	seal_key_random(&keys.key);
	memset(keys.wrapped, 0, sizeof(keys.wrapped));
	ck_assert_int_eq(world_send(&w, cmd), 0);
	commit_begin(&b, w.now);
	commit_add_case(&b, &spy.st, p, &w.r, &w.before, &w.fx, &cmd, &keys, &words, &in);
	/* A second one of the same batch: with cancels and dropped nonces. */
	cmd = (struct command){ .event = ON_HAND_ON, .by = BY_OFFICER,
	    .actor = "ptg-35.10.20.2005-1", .to_unit = "O-DLH", .note = "x" };
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_gt(w.fx.cancels_n, 0);
	commit_add_case(&b, &spy.st, p, &w.r, &w.before, &w.fx, &cmd, &keys, &words, NULL);
	commit_add_answer(&b, &spy.st, &a, &keys, &in);
	commit_run(&b, &spy.st);
	ck_assert_int_eq(b.slots[0].result, COMMIT_REFUSED);
	ck_assert_int_eq(b.slots[2].result, COMMIT_REFUSED);
	commit_release(&b);
	roster_release(&w.r);
	policy_free(p);
	buf_release(&text);
}

static void
call_intake(void)
{
	struct redis_args args = { 0 };
	struct intake_days days;
	struct intake in;

	intake_prepare(&in, &spy.st, &words);
	intake_days_at(&days, INT64_C(1795046390000), 8);	/* just before midnight UTC */
	ck_assert_int_eq(days.n, 10);
	intake_args(&args, &spy.st, &in, &days);
	freeReplyObject(redis_pipe_call(spy.st.pipe, args.n, (const char **)args.argv, args.lens));
	redis_args_release(&args);
	intake_release(&in);
}

static void
call_args(struct redis_args *args)
{
	freeReplyObject(redis_pipe_call(spy.st.pipe, args->n, (const char **)args->argv, args->lens));
	redis_args_release(args);
}

static void
call_archive(void)
{
	const struct seam from = { .at_ms = 0 }, to = { .c = { .seq = 1 }, .at_ms = 1 };
	struct archived_line line = { .seq = 1 };
	struct archived_case c = { .code = "7K3F9QXM", .version = 1 };
	struct archive_round round = { .year = 2026, .lines = &line, .lines_n = 1, .cases = &c, .cases_n = 1 };

	ck_assert_int_eq(archiver_cut(&spy.st, &(struct archive_cut){ &from, &to, &round, "" }, 5), ARCHIVE_FAILED);
}

static void
call_parts(void)
{
	struct sms_part place = { .reference = 7, .total = 2, .number = 1 };
	struct redis_args args = { 0 };
	struct part_name name;
	struct buf sealed = { 0 };
	struct code code;

	code_make(&code, 7);
	part_name(&name, &spy.st, "+6281234567890", "1708", &place);
	part_args(&args, &spy.st, &name, "id", &sealed, 5);
	call_args(&args);
	parts_due_args(&args, &spy.st, 2, 5);
	call_args(&args);
	parts_taken_args(&args, &spy.st, name.set, "5", &code, 5);
	call_args(&args);
}

static void
call_the_rest(void)
{
	static struct due_case due[2];
	static struct outbox_item items[2];
	struct steady steady;
	struct outbox_item item = { .id = "00000000.1", .fence = 1, .kind = "tugas", .walked = "sms" };
	struct outbox_mark marks[3] = { { .item = &item, .route = "sms2" }, { .item = &item, .state = "sent", .audit = 1 },
	    { .item = &item, .at_ms = 5 } };
	struct officer o = { .id = "baru-1", .name = (char *)(uintptr_t)"X", .unit = "O-DLH",
	    .phone = "+6281234567891", .lang = "id" };
	uint8_t seed[32] = { 1 };
	struct outbox_overdue o2 = { .item = item };
	struct buf text = { 0 };
	struct redis_args a = { 0 };
	struct redis_args pull = { 0 };
	int64_t now, next;

	call_parts();
	call_archive();
	store_now_ms(&spy.st);
	due_take(&spy.st, 2, 1000, due, &now, &next);
	steady_look(&spy.st, "b", 1000, &steady);
	steady_show(&spy.st, &steady);
	outbox_claim(&spy.st, &(struct outbox_claim){ .route = "sms", .most = 2, .lease_ms = 1000 }, items, &now, &next);
	outbox_mark(&spy.st, marks, 3, 5);
	outbox_receipt_args(&a, &spy.st, item.id, 0, 5);
	freeReplyObject(redis_pipe_call(spy.st.pipe, a.n, (const char **)a.argv, a.lens));
	redis_args_release(&a);
	outbox_overdue(&spy.st, 1, 1, &o2, &now);
	outbox_reroute(&spy.st, &o2, "sms2", 5);
	outbox_members(&spy.st, "sms", &item, 2, items);
	outbox_bundle(&spy.st, "sms", (const struct outbox_item[]){ item, item }, 2, &text, 0, 5);
	logbook_seal(&spy.st, 10, &(int){ 1 }, seed, 5);
	ck_assert_int_eq(officers_put(&spy.st, &o, 1, "test"), -1);
	pulled_take_args(&pull, &spy.st, "x", "ingest-1", 1000);
	call_args(&pull);
	warning_take_args(&pull, &spy.st, &(struct warning){ .name = "ab", .sent_ms = 1 }, 5);
	call_args(&pull);
}

static int
key_row(const char *key, size_t len)
{
	size_t head = strlen(PREFIX);

	for (int i = 0; i < KEYS_N; i++) {
		size_t n = strlen(key_specs[i].name);
		int parts = key_specs[i].name[n - 1] == ':';

		if (len >= head + n && strncmp(key + head, key_specs[i].name, n) == 0 &&
		    (parts ? len > head + n : len == head + n))
			return i;
	}
	return -1;
}

/* Everything that a function reads or writes, declared or made of a prefix inside it. */
START_TEST(all_calls_stay_in_one_slot)
{
	static const char *const functions[] = { "kt_commit", "kt_intake", "kt_now", "kt_due", "kt_steady", "kt_clock",
	    "kt_claim", "kt_mark", "kt_receipt", "kt_overdue", "kt_reroute", "kt_chain", "kt_pull",
	    "kt_part", "kt_parts", "kt_parts_taken", "kt_members", "kt_bundle", "kt_archive", "kt_warn" };
	static const enum key_id used[] = { KEY_META, KEY_IN, KEY_SEEN, KEY_CASE, KEY_DUE,
	    KEY_LEASE, KEY_LOG, KEY_CHAIN, KEY_HEADS, KEY_MSG, KEY_RCP, KEY_OUT, KEY_ENDED, KEY_WAITING,
	    KEY_OFFICER, KEY_OFFICERS, KEY_PHONES, KEY_TASKS, KEY_REPORTER, KEY_PULL,
	    KEY_PART, KEY_PARTS, KEY_BUDGET, KEY_STORM, KEY_SEAM, KEY_SHELF, KEY_WARNINGS_IN, KEY_WARNINGS_SEEN };
	int seen[KEYS_N] = { 0 };
	unsigned slot = key_slot(TAG, strlen(TAG));
	struct buf asked;

	spy_start();
	call_commits();
	call_intake();
	call_the_rest();
	asked = spy_end();
	for (size_t i = 0; i < N_ELEMS(functions); i++)
		ck_assert_msg(strstr(buf_str(&asked), functions[i]) != NULL, "%s was not called",
		    functions[i]);
	for (const char *line = buf_str(&asked); *line != '\0'; line = strchr(line, '\n') + 1) {
		const char *bar = strstr(line, " | "), *key = strchr(line, ' ') + 1;

		ck_assert_ptr_nonnull(bar);
		if (strncmp(bar + 3, "kt:",
		    3) == 0)	/* a prefix: what is made of it has its tag */
			ck_assert_msg(strncmp(bar + 3, PREFIX, strlen(PREFIX)) == 0, "%.40s", bar);
		for (; key < bar; key += strcspn(key, " ") + 1) {
			size_t len = strcspn(key, " ");
			int row = key_row(key, len);

			ck_assert_msg(strncmp(key, PREFIX, strlen(PREFIX)) == 0, "%.*s",
			    (int)len, key);
			ck_assert_msg(key_slot(key, len) == slot, "%.*s lies in another slot",
			    (int)len, key);
			ck_assert_msg(row >= 0, "%.10s: %.*s is no key of the table", line,
			    (int)len, key);
			seen[row] = 1;
		}
	}
	for (size_t i = 0; i < N_ELEMS(used); i++)
		ck_assert_msg(seen[used[i]], "no call with %s", key_specs[used[i]].name);
	buf_release(&asked);
}
END_TEST

Suite *
keys_suite(void)
{
	Suite *s = suite_create("keys");
	TCase *tc = tcase_create("keys");

	tcase_add_loop_test(tc, row_is_complete, 0, KEYS_N);
	tcase_add_test(tc, slot_is_redis_own);
	tcase_add_loop_test(tc, tag_is_checked, 0, N_ELEMS(keyspaces));
	tcase_add_test(tc, all_calls_stay_in_one_slot);
	suite_add_tcase(s, tc);
	return s;
}
