/* Parts of long SMS in a real store: every word of kt_part, release, and what is forgotten. */
#include "store/parts.h"
#include "tests/integration/kit.h"
#include "tests/integration/peer.h"

Suite *parts_suite(void);

static struct bench bench;

static void
begin(void)
{
	bench_begin(&bench, NULL);
	bench_furnish(&bench);
}

static void
end(void)
{
	bench_end(&bench);
}

/* Offers part n of a set of three; the reply is the caller's. */
static redisReply *
offer(struct part_answer *a, unsigned reference, unsigned n, const char *id, const char *sealed, int64_t wait_ms)
{
	const struct sms_part place = { .reference = reference, .total = 3, .number = n };
	struct redis_args args = { 0 };
	struct part_name name;
	struct buf bytes = { 0 };
	redisReply *r;

	buf_adds(&bytes, sealed);
	part_name(&name, &bench.st, "+6281234567890", "1708", &place);
	part_args(&args, &bench.st, &name, id, &bytes, wait_ms);
	r = redis_pipe_call(bench.st.pipe, args.n, (const char **)args.argv, args.lens);
	part_answer(a, r);
	redis_args_release(&args);
	buf_release(&bytes);
	return r;
}

static enum part_word
word(unsigned reference, unsigned n, const char *id)
{
	struct part_answer a;
	redisReply *r = offer(&a, reference, n, id, id, 60000);

	freeReplyObject(r);
	return a.word;
}

static void
set_of(unsigned reference, struct part_name *name)
{
	const struct sms_part place = { .reference = reference, .total = 3, .number = 1 };

	part_name(name, &bench.st, "+6281234567890", "1708", &place);
}

static void
taken(unsigned reference, const char *born, const struct code *code, int64_t keep_ms, const char *answer)
{
	struct redis_args args = { 0 };
	struct part_name name;
	redisReply *r;

	set_of(reference, &name);
	parts_taken_args(&args, &bench.st, name.set, born, code, keep_ms);
	r = redis_pipe_call(bench.st.pipe, args.n, (const char **)args.argv, args.lens);
	ck_assert_int_eq(r->type, REDIS_REPLY_STRING);
	ck_assert_str_eq(r->str, answer);
	freeReplyObject(r);
	redis_args_release(&args);
}

/* Sets that are due now; the first in a and set.  The reply is the caller's. */
static redisReply *
due(struct part_answer *a, char set[LOOKUP_CHARS + 1], int64_t lease_ms)
{
	struct redis_args args = { 0 };
	redisReply *r;

	parts_due_args(&args, &bench.st, 10, lease_ms);
	r = redis_pipe_call(bench.st.pipe, args.n, (const char **)args.argv, args.lens);
	ck_assert_int_eq(r->type, REDIS_REPLY_ARRAY);
	parts_due(a, set, r, 0);
	redis_args_release(&args);
	return r;
}

START_TEST(a_whole_set_is_released_once)
{
	struct part_answer a;
	struct code code;
	redisReply *r;
	char born[24];

	code_make(&code, 9);
	ck_assert_int_eq(word(1, 3, "c"), PART_WAITING);
	ck_assert_int_eq(word(1, 1, "a"), PART_WAITING);
	ck_assert_int_eq(word(1, 1, "a"), PART_WAITING);	/* a repeat is no second part */
	ck_assert_int_eq(word(1, 1, "x"), PART_ALONE);		/* another text has its place */
	ck_assert_int_eq(word(2, 2, "b"), PART_WAITING);	/* another reference is another set */
	r = offer(&a, 1, 2, "b", "b", 60000);
	ck_assert_int_eq(a.word, PART_WHOLE);
	ck_assert_uint_eq(a.n, 3);
	ck_assert_str_eq(a.pieces[0]->str, "a");
	ck_assert_str_eq(a.pieces[1]->str, "b");
	ck_assert_str_eq(a.pieces[2]->str, "c");
	snprintf(born, sizeof(born), "%s", a.born);
	freeReplyObject(r);
	/* The release did not get through: a repeat brings the same again, under the same name. */
	r = offer(&a, 1, 3, "c", "c", 60000);
	ck_assert_int_eq(a.word, PART_WHOLE);
	ck_assert_str_eq(a.born, born);
	freeReplyObject(r);
	taken(1, "1", &code, 60000, "gone");			/* not this one */
	taken(1, born, &code, 60000, "ok");
	r = offer(&a, 1, 2, "b", "b", 60000);
	ck_assert_int_eq(a.word, PART_KNOWN);
	ck_assert_str_eq(a.code.s, code.s);
	freeReplyObject(r);
	/* The phone counts from the beginning again. */
	ck_assert_int_eq(word(1, 2, "other"), PART_WAITING);
	ck_assert_int_eq(word(1, 1, "a"), PART_WAITING);
}
END_TEST

static int
is_due(void *arg)
{
	redisReply **r = arg;
	struct part_answer a;
	char set[LOOKUP_CHARS + 1];

	freeReplyObject(*r);
	*r = due(&a, set, 1);
	return (*r)->elements > 0;
}

START_TEST(what_is_missing_is_waited_for_only_so_long)
{
	redisReply *r = NULL, *first;
	struct part_answer a;
	struct part_name name;
	struct code code;
	char set[LOOKUP_CHARS + 1], born[24];

	code_make(&code, 9);
	set_of(5, &name);
	first = offer(&a, 5, 1, "a", "a", 60000);
	freeReplyObject(first);
	r = due(&a, set, 1000);
	ck_assert_uint_eq(r->elements, 0);
	first = offer(&a, 5, 3, "c", "c", 50);		/* danger in it: sooner */
	ck_assert_int_eq(a.word, PART_WAITING);
	freeReplyObject(first);
	ck_assert(bench_until(is_due, &r, LIMIT_MS));
	ck_assert_int_eq(parts_due(&a, set, r, 0), 1);
	ck_assert_str_eq(set, name.set);
	ck_assert_uint_eq(a.n, 3);
	ck_assert_str_eq(a.pieces[0]->str, "a");
	ck_assert_ptr_null(a.pieces[1]);
	ck_assert_str_eq(a.pieces[2]->str, "c");
	snprintf(born, sizeof(born), "%s", a.born);
	/* While it is released nothing is added; a release that died is done again. */
	ck_assert_int_eq(word(5, 2, "b"), PART_BUSY);
	ck_assert(bench_until(is_due, &r, LIMIT_MS));
	ck_assert_int_eq(parts_due(&a, set, r, 0), 1);
	ck_assert_str_eq(a.born, born);
	ck_assert_ptr_null(a.pieces[1]);
	taken(5, born, &code, 50, "ok");
	first = offer(&a, 5, 2, "b", "b", 60000);
	ck_assert_int_eq(a.word, PART_LATE);
	ck_assert_str_eq(a.code.s, code.s);
	freeReplyObject(first);
	freeReplyObject(r);
	/* And long after that it is forgotten. */
	while (bench_integer(&bench, "EXISTS %s", bench_key(&bench, KEY_PART, name.set)) == 1)
		freeReplyObject(due(&a, set, 1000));
	ck_assert_int_eq(bench_integer(&bench, "ZCARD %s", bench_key(&bench, KEY_PARTS, NULL)), 0);
}
END_TEST

/* One that was bent by hand is reported, stays, and holds up nobody. */
START_TEST(a_damaged_set_holds_up_nobody)
{
	redisReply *r = NULL;
	struct part_answer a;
	char set[LOOKUP_CHARS + 1], digest[2][48];
	int whole = 0, damaged = 0;

	freeReplyObject(offer(&a, 6, 1, "a", "a", 1));
	freeReplyObject(bench_command(&bench, "ZADD %s 1 bent", bench_key(&bench, KEY_PARTS, NULL)));
	freeReplyObject(bench_command(&bench, "SET %s x", bench_key(&bench, KEY_PART, "bent")));
	while (whole == 0) {
		freeReplyObject(r);
		r = due(&a, set, 60000);
		for (size_t i = 0; parts_due(&a, set, r, i); i++) {
			whole += a.n == 3;
			damaged += a.n == 0;
		}
	}
	ck_assert_int_eq(whole, 1);
	ck_assert_int_eq(damaged, 1);
	freeReplyObject(r);
	ck_assert_int_eq(bench_integer(&bench, "EXISTS %s", bench_key(&bench, KEY_PART, "bent")), 1);
	/* A line of another type is refused before anything is written. */
	freeReplyObject(bench_command(&bench, "DEL %s", bench_key(&bench, KEY_PARTS, NULL)));
	freeReplyObject(bench_command(&bench, "SET %s x", bench_key(&bench, KEY_PARTS, NULL)));
	bench_digest(&bench, digest[0]);
	ck_assert_int_eq(word(8, 1, "a"), PART_AWAY);
	bench_digest(&bench, digest[1]);
	ck_assert_str_eq(digest[0], digest[1]);
}
END_TEST

Suite *
parts_suite(void)
{
	Suite *s = suite_create("parts");
	TCase *tc = tcase_create("parts");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_whole_set_is_released_once);
	tcase_add_test(tc, what_is_missing_is_waited_for_only_so_long);
	tcase_add_test(tc, a_damaged_set_holds_up_nobody);
	suite_add_tcase(s, tc);
	return s;
}
