/*
 * What the design takes for granted of Redis 7.0: if one of these turns red after an upgrade of
 * the server, the reasoning in store/ has to be gone through again.
 */
#include <stdlib.h>

#include "tests/integration/kit.h"

Suite *facts_suite(void);

static struct bench b;

static void
begin(void)
{
	bench_begin(&b, NULL);
}

static void
end(void)
{
	bench_end(&b);
}

static void
load(const char *body)
{
	struct buf code = { 0 };

	buf_addf(&code, "#!lua name=fakta\n%s", body);
	freeReplyObject(bench_command(&b, "FUNCTION LOAD REPLACE %b", code.data, code.len));
	buf_release(&code);
}

/* The answer to a command that may fail: an error's text is returned too. */
static redisReply *
try(const char *fmt, const char *a, const char *c)
{
	redisReply *r = redis_pipe_command(b.st.pipe, fmt, a, c);

	ck_assert_msg(r != NULL, "%s: %s", fmt, redis_pipe_error(b.st.pipe));
	return r;
}

static void
fails(const char *fmt, const char *a, const char *c, const char *says)
{
	redisReply *r = try(fmt, a, c);

	ck_assert_msg(r->type == REDIS_REPLY_ERROR && strstr(r->str, says) != NULL, "%s: %s", fmt,
	    r->str != NULL ? r->str : "no error");
	freeReplyObject(r);
}

/* Why every function looks before it writes. */
START_TEST(an_error_keeps_earlier_writes)
{
	load("redis.register_function('f', function(keys)\n"
	    "  redis.call('SET', keys[1], 'written')\n"
	    "  redis.call('LPUSH', keys[1], 'x')\n"
	    "end)");
	fails("FCALL f 1 %s", "a", NULL, "WRONGTYPE");
	ck_assert_int_eq(bench_integer(&b, "EXISTS a"), 1);
}
END_TEST

/* Why a function reads the time once. */
START_TEST(time_moves_inside_a_function)
{
	load("redis.register_function('f', function()\n"
	    "  local a = redis.call('TIME')\n"
	    "  for i = 1, 1000000 do\n"
	    "    local t = redis.call('TIME')\n"
	    "    if t[1] ~= a[1] or t[2] ~= a[2] then return 1 end\n"
	    "  end\n"
	    "  return 0\n"
	    "end)");
	ck_assert_int_eq(bench_integer(&b, "FCALL f 0"), 1);
}
END_TEST

/* Why the seq of the log can be the stream's id. */
START_TEST(stream_ids_never_go_back)
{
	struct buf id = { 0 };

	bench_text(&b, &id, "XADD s 5-0 a b");
	ck_assert_str_eq(buf_str(&id), "5-0");
	fails("XADD s 5-0 a %s", "b", NULL, "equal or smaller");
	fails("XADD s 4-9 a %s", "b", NULL, "equal or smaller");
	/* Not even after the entry is gone. */
	ck_assert_int_eq(bench_integer(&b, "XDEL s 5-0"), 1);
	fails("XADD s 5-0 a %s", "b", NULL, "equal or smaller");
	/* Nor with an id of the server's choice, were its clock behind. */
	bench_text(&b, &id, "XADD s 99999999999999-0 a b");
	bench_text(&b, &id, "XADD s * a b");
	ck_assert_str_eq(buf_str(&id), "99999999999999-1");
	/* A deleted stream has forgotten it: only the notes outside know. */
	ck_assert_int_eq(bench_integer(&b, "DEL s"), 1);
	bench_text(&b, &id, "XADD s 5-0 a b");
	ck_assert_str_eq(buf_str(&id), "5-0");
	buf_release(&id);
}
END_TEST

/* Why the intake stream has no MAXLEN: what is pending would lose its words. */
START_TEST(trimming_takes_pending_entries)
{
	static const char *const ways[] = { "XDEL s 1-0", "XTRIM s MAXLEN 0" };
	redisReply *r;

	freeReplyObject(bench_command(&b, "XGROUP CREATE s g 0 MKSTREAM"));
	freeReplyObject(bench_command(&b, "XADD s 1-0 a b"));
	freeReplyObject(bench_command(&b, "XREADGROUP GROUP g one STREAMS s >"));
	ck_assert_int_eq(bench_integer(&b, ways[_i]), 1);
	r = bench_command(&b, "XPENDING s g");
	ck_assert_int_eq(r->element[0]->integer, 1);
	freeReplyObject(r);
	r = bench_command(&b, "XREADGROUP GROUP g one STREAMS s 0");
	ck_assert_int_eq(r->element[0]->element[1]->element[0]->element[1]->type, REDIS_REPLY_NIL);
	freeReplyObject(r);
	ck_assert_int_eq(bench_integer(&b, "XACK s g 1-0"), 1);
}
END_TEST

/* Why the commit may go on in a full store while the door is shut. */
START_TEST(full_memory_refuses_what_does_not_allow_it)
{
	load("redis.register_function('shut', function(keys)\n"
	    "  return redis.call('SET', keys[1], '1')\n"
	    "end)\n"
	    "redis.register_function{ function_name = 'open', flags = { 'allow-oom' },\n"
	    "  callback = function(keys) return redis.call('SET', keys[1], '1') end }");
	freeReplyObject(bench_command(&b, "XGROUP CREATE s g 0 MKSTREAM"));
	freeReplyObject(bench_command(&b, "XADD s 1-0 a b"));
	freeReplyObject(bench_command(&b, "ZADD z 1 a"));
	freeReplyObject(bench_command(&b, "CONFIG SET maxmemory 1"));
	fails("FCALL shut 1 %s", "k", NULL, "OOM");
	fails("SET %s %s", "k", "1", "OOM");
	freeReplyObject(bench_command(&b, "FCALL open 1 k"));
	/* These work too. */
	freeReplyObject(bench_command(&b, "XREADGROUP GROUP g one STREAMS s >"));
	ck_assert_int_eq(bench_integer(&b, "XACK s g 1-0"), 1);
	ck_assert_int_eq(bench_integer(&b, "ZREM z a"), 1);
	ck_assert_int_eq(bench_integer(&b, "DEL k"), 1);
}
END_TEST

/* Our own functions under it: reports are refused, what is in the house goes on. */
START_TEST(ours_in_a_full_store)
{
	struct laporan l = kit_report("2", "+6281", "x");
	struct code code, none;

	bench_furnish(&b);
	code = kit_opened(&b, "1", 0);
	freeReplyObject(bench_command(&b, "CONFIG SET maxmemory 1"));
	ck_assert_int_eq(kit_take(&b.st, &l, &none), INTAKE_RETRY);
	ck_assert_int_eq(kit_act(&b, &code, ON_ACCEPT, KIT_PTG), COMMIT_OK);
	ck_assert_int_ne(store_now_ms(&b.st), 0);
	freeReplyObject(bench_command(&b, "CONFIG SET maxmemory 0"));
	ck_assert_int_eq(kit_take(&b.st, &l, &none), INTAKE_OK);
}
END_TEST

START_TEST(functions_survive_flushall)
{
	load("redis.register_function('f', function() return 7 end)");
	freeReplyObject(bench_command(&b, "FLUSHALL"));
	ck_assert_int_eq(bench_integer(&b, "FCALL f 0"), 7);
}
END_TEST

/* Why replicas are asked after the call, not within it. */
START_TEST(wait_is_refused_in_functions)
{
	load("redis.register_function('f', function() return redis.call('WAIT', 0, 0) end)");
	fails("FCALL f %s", "0", NULL, "not allowed from script");
}
END_TEST

START_TEST(a_no_writes_function_cannot_write)
{
	load("redis.register_function{ function_name = 'f', flags = { 'no-writes' },\n"
	    "  callback = function(keys) return redis.call('SET', keys[1], '1') end }");
	fails("FCALL f 1 %s", "k", NULL, "Write commands are not allowed");
	ck_assert_int_eq(bench_integer(&b, "EXISTS k"), 0);
}
END_TEST

/* A number in a sorted set keeps every millisecond. */
START_TEST(scores_keep_milliseconds)
{
	struct buf score = { 0 };

	freeReplyObject(bench_command(&b, "ZADD z 253402300799999 last"));	/* the year 9999 */
	bench_text(&b, &score, "ZSCORE z last");
	ck_assert_str_eq(buf_str(&score), "253402300799999");
	buf_release(&score);
}
END_TEST

/* The server is in the midst of something: it takes a connection and does not answer. */
static int
is_busy(void *arg)
{
	struct timeval limit = { 0, 50000 };
	redisContext *c = redisConnectUnix(b.socket);
	redisReply *r = NULL;

	(void)arg;
	if (c != NULL && c->err == 0 && redisSetTimeout(c, limit) == REDIS_OK)
		r = redisCommand(c, "AUTH %s", b.password);
	freeReplyObject(r);
	redisFree(c);
	return r == NULL;
}

START_TEST(kill_inside_a_function_leaves_nothing)
{
	redisContext *c = redisConnectUnix(b.socket);
	int done = 0;

	load("redis.register_function('f', function(keys)\n"
	    "  redis.call('SET', keys[1], 'first')\n"
	    "  for i = 1, 1e9 do redis.call('GET', keys[1]) end\n"
	    "end)");
	freeReplyObject(bench_command(&b, "SET before 1"));
	ck_assert(c != NULL && c->err == 0);
	freeReplyObject(redisCommand(c, "AUTH %s", b.password));
	ck_assert_int_eq(redisAppendCommand(c, "FCALL f 1 a"), REDIS_OK);
	while (!done)
		ck_assert_int_eq(redisBufferWrite(c, &done), REDIS_OK);
	ck_assert(bench_until(is_busy, NULL, 5000));
	bench_redis_kill(&b);
	redisFree(c);
	bench_redis_start(&b, NULL);
	ck_assert_int_eq(bench_integer(&b, "EXISTS before"), 1);
	ck_assert_int_eq(bench_integer(&b, "EXISTS a"), 0);
}
END_TEST

Suite *
facts_suite(void)
{
	Suite *s = suite_create("facts");
	TCase *tc = tcase_create("facts");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, an_error_keeps_earlier_writes);
	tcase_add_test(tc, time_moves_inside_a_function);
	tcase_add_test(tc, stream_ids_never_go_back);
	tcase_add_loop_test(tc, trimming_takes_pending_entries, 0, 2);
	tcase_add_test(tc, full_memory_refuses_what_does_not_allow_it);
	tcase_add_test(tc, ours_in_a_full_store);
	tcase_add_test(tc, functions_survive_flushall);
	tcase_add_test(tc, wait_is_refused_in_functions);
	tcase_add_test(tc, a_no_writes_function_cannot_write);
	tcase_add_test(tc, scores_keep_milliseconds);
	tcase_add_test(tc, kill_inside_a_function_leaves_nothing);
	suite_add_tcase(s, tc);
	return s;
}
