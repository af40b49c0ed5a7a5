/* The log on a real server: sealed, signed, and every kind of tampering named. */
#include <stdlib.h>

#include <jansson.h>

#include "lib/config.h"
#include "store/chain.h"
#include "store/logbook.h"
#include "tests/integration/kit.h"

Suite *logbook_suite(void);

static struct bench b;
static uint8_t seed[32];

/* The log as it lies in the store: rewritten by those who would bend it. */
static struct line { char id[32]; struct buf entry; uint8_t digest[DIGEST_BYTES]; } *lines;
static int lines_n;
static int first_case;		/* index of the first entry of a case; five follow each other */

static void
read_lines(void)
{
	redisReply *r = bench_command(&b, "XRANGE %s - +", bench_key(&b, KEY_LOG, NULL));

	lines = xcalloc(r->elements + 1, sizeof(*lines));
	first_case = -1;
	for (lines_n = 0; (size_t)lines_n < r->elements; lines_n++) {
		const redisReply *e = r->element[lines_n], *f = e->element[1];
		struct line *l = &lines[lines_n];

		snprintf(l->id, sizeof(l->id), "%s", e->element[0]->str);
		buf_add(&l->entry, f->element[1]->str, f->element[1]->len);
		memcpy(l->digest, f->element[3]->str, DIGEST_BYTES);
		if (first_case < 0 && strstr(buf_str(&l->entry), "\"code\":") != NULL)
			first_case = lines_n;
	}
	freeReplyObject(r);
}

static void
free_lines(void)
{
	for (int i = 0; i < lines_n; i++)
		buf_release(&lines[i].entry);
	free(lines);
}

static void
write_lines(void)
{
	const char *log = bench_key(&b, KEY_LOG, NULL);

	bench_integer(&b, "DEL %s", log);
	for (int i = 0; i < lines_n; i++)
		if (lines[i].id[0] != '\0')
			freeReplyObject(bench_command(&b, "XADD %s %s e %b h %b", log,
			    lines[i].id, lines[i].entry.data, lines[i].entry.len,
			    lines[i].digest, (size_t)DIGEST_BYTES));
}

static int64_t
seq_of(int i)
{
	return strtoll(lines[i].id, NULL, 10);
}

static void
redigest(int i)
{
	digest_of(lines[i].digest, NULL, lines[i].entry.data, lines[i].entry.len);
}

/* Replaces one text by another of any length within an entry. */
static void
change(int i, const char *from, const char *to)
{
	struct buf *e = &lines[i].entry, changed = { 0 };
	const char *at = strstr(buf_str(e), from);

	ck_assert_msg(at != NULL, "%s is not in %s", from, buf_str(e));
	buf_add(&changed, e->data, (size_t)(at - e->data));
	buf_adds(&changed, to);
	buf_adds(&changed, at + strlen(from));
	buf_release(e);
	*e = changed;
}

/*
 * Two cases of five entries in all, between those of versions and officers and three unsealed
 * ones.
 */
static void
begin(void)
{
	struct buf errors = { 0 };
	struct seal_key k;
	struct code one, two;

	bench_begin(&b, NULL);
	bench_furnish(&b);
	ck_assert_int_eq(secret_key(b.dir, "sign", &k, &errors), 0);
	memcpy(seed, k.bytes, sizeof(seed));
	ck_assert_int_eq(signers_register(&b.st, seed, store_now_ms(&b.st)), 0);
	one = kit_opened(&b, "1", 0);
	two = kit_opened(&b, "2", 0);
	ck_assert_int_eq(kit_act(&b, &one, ON_ACCEPT, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(kit_act(&b, &two, ON_NOTE, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(kit_act(&b, &one, ON_HANDLE, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(logbook_seal(&b.st, 10000, &(int){ 1 }, seed, store_now_ms(&b.st)),
	    (int)logbook_last_seq(&b.st));
	ck_assert_int_eq(kit_act(&b, &one, ON_RESOLVE, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(kit_act(&b, &two, ON_ACCEPT, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(store_note_flush(&b.st), 0);
	read_lines();
	ck_assert_int_eq(first_case, lines_n - 7);
	buf_release(&errors);
}

static void
end(void)
{
	free_lines();
	bench_end(&b);
}

static void
verify(int rc, const char *says)
{
	struct buf report = { 0 };

	ck_assert_msg(logbook_verify(&b.st, &report) == rc, "%s", buf_str(&report));
	ck_assert_msg(strstr(buf_str(&report), says) != NULL, "'%s' is missing in:\n%s", says,
	    buf_str(&report));
	buf_release(&report);
}

/* The first bad entry by its number. */
static void
verify_names(int64_t seq, const char *what)
{
	struct buf says = { 0 };

	buf_addf(&says, "entry %lld: %s", (long long)seq, what);
	verify(1, buf_str(&says));
	verify(1, "NOT CLEAN");
	buf_release(&says);
}

START_TEST(clean)
{
	struct buf says = { 0 };

	buf_addf(&says, "clean: %d entries, 2 cases, sealed up to %d\n", lines_n, lines_n - 2);
	verify(0, buf_str(&says));
	/*
	 * Rewritten as it was, byte for byte, nothing is found: the bench does not accuse by
	 * itself.
	 */
	write_lines();
	verify(0, buf_str(&says));
	buf_release(&says);
}
END_TEST

START_TEST(a_second_sealer_folds_nothing_twice)
{
	struct store other;
	int64_t now = store_now_ms(&b.st);

	bench_store(&b, &other, "sla-2");
	ck_assert_int_eq(logbook_seal(&other, 10000, &(int){ 0 }, seed, now), 2);
	ck_assert_int_eq(logbook_seal(&b.st, 10000, &(int){ 0 }, seed, now), 0);
	ck_assert_int_eq(logbook_seal(&b.st, 10000, &(int){ 1 }, seed, now), 0);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_HEADS, NULL)), 2);
	verify(0, "clean");
	store_close(&other);
}
END_TEST

/* Sealed in pieces or in one, the chain is the same. */
START_TEST(pieces_make_the_same_chain)
{
	struct buf once = { 0 }, pieces = { 0 };
	int64_t now = store_now_ms(&b.st);

	logbook_seal(&b.st, 10000, &(int){ 0 }, seed, now);
	bench_text(&b, &once, "HGET %s digest", bench_key(&b, KEY_CHAIN, NULL));
	bench_integer(&b, "DEL %s", bench_key(&b, KEY_CHAIN, NULL));
	while (logbook_seal(&b.st, 100, &(int){ 0 }, seed, now) == 100)
		continue;
	bench_text(&b, &pieces, "HGET %s digest", bench_key(&b, KEY_CHAIN, NULL));
	ck_assert_int_eq(once.len, 64);
	ck_assert_str_eq(buf_str(&once), buf_str(&pieces));
	verify(0, "clean");
	buf_release(&once);
	buf_release(&pieces);
}
END_TEST

/* ---- tampering ---- */

static void one_byte(void)		/* an old entry, its digest left as it was */
{
	change(10, "\"what\":\"petugas\"", "\"what\":\"petugaS\"");
	write_lines();
	verify_names(seq_of(10), "its bytes do not have its digest");
}

static void one_byte_of_the_digest(void)
{
	lines[10].digest[31] ^= 1;
	write_lines();
	verify_names(seq_of(10), "its bytes do not have its digest");
}

static void with_its_digest(void)	/* of no case: only the chain can tell */
{
	change(10, "\"what\":\"petugas\"", "\"what\":\"petugaS\"");
	redigest(10);
	write_lines();
	verify(1, "the chain up to here is not the one");
}

static void of_a_case_with_its_digest(void)
{
	change(first_case, "\"to\":\"ditugaskan\"", "\"to\":\"ditangani\"");
	redigest(first_case);
	write_lines();
	verify_names(seq_of(first_case + 2), "does not follow the previous entry of its case");
}

static void deleted(void)
{
	bench_integer(&b, "XDEL %s %s", bench_key(&b, KEY_LOG, NULL), lines[20].id);
	verify_names(seq_of(20), "is missing");
}

static void tail_cut(void)		/* past what is sealed */
{
	for (int i = lines_n - 4; i < lines_n; i++)
		lines[i].id[0] = '\0';
	write_lines();
	verify(1, "its tail was cut");
}

static void unsealed_tail_cut(void)
{
	int64_t seq = seq_of(lines_n - 1);

	bench_integer(&b, "XDEL %s %s", bench_key(&b, KEY_LOG, NULL), lines[lines_n - 1].id);
	verify_names(seq, "is missing: the store counted further");
}

/* The counter set back with it: the note on this machine's disk still knows. */
static void tail_cut_with_its_counter(void)
{
	bench_integer(&b, "XDEL %s %s", bench_key(&b, KEY_LOG, NULL), lines[lines_n - 1].id);
	bench_integer(&b, "HSET %s seq %d", bench_key(&b, KEY_META, NULL), lines_n - 1);
	verify(1, "the store has lost what was acknowledged");
}

static void reordered(void)
{
	struct line swap = lines[first_case + 2];
	char id[32];

	memcpy(id, lines[first_case].id, sizeof(id));
	lines[first_case + 2] = lines[first_case];
	memcpy(lines[first_case + 2].id, swap.id, sizeof(id));
	lines[first_case] = swap;
	memcpy(lines[first_case].id, id, sizeof(id));
	write_lines();
	verify_names(seq_of(first_case), "does not follow the previous entry of its case");
}

static void repeated(void)		/* an entry a second time, in place of another */
{
	struct line *was = &lines[first_case + 1], *of = &lines[first_case];

	buf_reset(&was->entry);
	buf_add(&was->entry, of->entry.data, of->entry.len);
	memcpy(was->digest, of->digest, DIGEST_BYTES);
	write_lines();
	verify_names(seq_of(first_case + 1), "does not follow the previous entry of its case");
}

static void foreign_at_the_end(void)
{
	freeReplyObject(bench_command(&b, "XADD %s %d-0 e {} x y", bench_key(&b, KEY_LOG, NULL),
	    lines_n + 1));
	verify_names(lines_n + 1, "is no entry of ours");
}

static void foreign_between(void)	/* an id between two of ours */
{
	freeReplyObject(bench_command(&b, "XADD %s %d-1 e {} h %b", bench_key(&b, KEY_LOG, NULL),
	    lines_n, lines[0].digest, (size_t)DIGEST_BYTES));
	verify_names(lines_n + 1, "is no entry of ours");
}

static void back_dated(void)		/* unsealed yet, with a right digest */
{
	json_t *doc = json_loadb(lines[lines_n - 1].entry.data, lines[lines_n - 1].entry.len, 0,
	    NULL);
	long long at = json_integer_value(json_object_get(doc, "at"));
	char from[40], to[40];

	snprintf(from, sizeof(from), "\"at\":%lld", at);
	snprintf(to, sizeof(to), "\"at\":%lld", at - 3600000);
	change(lines_n - 1, from, to);
	redigest(lines_n - 1);
	write_lines();
	verify_names(seq_of(lines_n - 1), "is dated more than a minute before");
	json_decref(doc);
}

/* The whole log and the chain made anew: what was signed tells. */
static void all_made_anew(void)
{
	change(10, "\"what\":\"petugas\"", "\"what\":\"petugaS\"");
	redigest(10);
	write_lines();
	bench_integer(&b, "DEL %s", bench_key(&b, KEY_CHAIN, NULL));
	ck_assert_int_gt(logbook_seal(&b.st, 10000, &(int){ 0 }, seed, store_now_ms(&b.st)), 0);
	verify_names(lines_n - 2, "the chain up to here is not the one that was signed");
}

static void the_seal_itself(void)
{
	bench_integer(&b, "HSET %s digest %064d", bench_key(&b, KEY_CHAIN, NULL), 0);
	verify_names(lines_n - 2, "the chain up to here is not the sealed one");
}

static void a_head_signed_by_another(void)
{
	uint8_t theirs[32] = { 7 };

	ck_assert_int_ge(logbook_seal(&b.st, 10000, &(int){ 1 }, theirs, store_now_ms(&b.st)), 0);
	verify_names(lines_n, "the signed head at this seq does not verify");
}

static void an_entry_that_is_none(void)
{
	lines[12].entry.data[0] = '[';
	redigest(12);
	write_lines();
	verify_names(seq_of(12), "is no JSON");
}

static void (*const tamperings[])(void) = {
	one_byte, one_byte_of_the_digest, with_its_digest, of_a_case_with_its_digest, deleted,
	    tail_cut,
	unsealed_tail_cut, tail_cut_with_its_counter, reordered, repeated, foreign_at_the_end,
	    foreign_between,
	back_dated, all_made_anew, the_seal_itself, a_head_signed_by_another,
	    an_entry_that_is_none,
};

START_TEST(tampering)
{
	tamperings[_i]();
}
END_TEST

/* The sealer does not fold over a hole: it says so and stops. */
START_TEST(the_sealer_stops_at_a_hole)
{
	bench_integer(&b, "XDEL %s %s", bench_key(&b, KEY_LOG, NULL), lines[lines_n - 2].id);
	ck_assert_int_eq(logbook_seal(&b.st, 10000, &(int){ 0 }, seed, 0), -1);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "run 'kentongan audit verify'"));
	ck_assert_int_eq(bench_integer(&b, "HGET %s seq", bench_key(&b, KEY_CHAIN, NULL)),
	    lines_n - 2);
}
END_TEST

/* A commit does not go on beside a foreign entry: half of a batch would be lost. */
START_TEST(no_commit_past_a_foreign_entry)
{
	struct code code = kit_reported(&b, "9", 0);
	struct commit_batch batch = { 0 };
	struct kit_case k;
	int64_t now = store_now_ms(&b.st);

	freeReplyObject(bench_command(&b, "XADD %s %d-0 e {} x y", bench_key(&b, KEY_LOG, NULL),
	    lines_n + 1));
	kit_load(&b, &k, &code);
	kit_decide_open(&b, &k, now);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_REFUSED);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "the log is ahead of its counter"));
	ck_assert_int_eq(bench_integer(&b, "HGET %s v", bench_key(&b, KEY_CASE, code.s)), 0);
	kit_release(&k);
}
END_TEST

Suite *
logbook_suite(void)
{
	Suite *s = suite_create("logbook");
	TCase *tc = tcase_create("logbook");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, clean);
	tcase_add_test(tc, a_second_sealer_folds_nothing_twice);
	tcase_add_test(tc, pieces_make_the_same_chain);
	tcase_add_loop_test(tc, tampering, 0, N_ELEMS(tamperings));
	tcase_add_test(tc, the_sealer_stops_at_a_hole);
	tcase_add_test(tc, no_commit_past_a_foreign_entry);
	suite_add_tcase(s, tc);
	return s;
}
