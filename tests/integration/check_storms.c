/*
 * Many tasks to one officer: the first few go by themselves, the rest is held and leaves as one
 * digest.  Real cases, real notify.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "lib/clock.h"
#include "tests/integration/post.h"

Suite *storms_suite(void);

#define HOUR INT64_C(3600000)
#define COUNT 3
#define QUICK "notify:\n  nap: 20ms\n  retry: 50ms\n  lease: 2s\n  storm_count: 3\n  storm_items: 5\n"

static struct code codes[16];
static char tasks[16][OUTBOX_ID_CHARS];
static char phone[24];			/* of KIT_PTG */

static void
open_with(const char *window)
{
	const struct officer *o;
	struct buf settings = { 0 };

	buf_addf(&settings, QUICK "  storm_window: %s\n", window);
	post_begin(1, buf_str(&settings));
	post_open();
	o = officer_find(&post.b.roster, KIT_PTG);
	ck_assert_ptr_nonnull(o);
	snprintf(phone, sizeof(phone), "%s", o->phone);
	buf_release(&settings);
}

static void
begin(void)
{
	open_with("10s");	/* on a busy machine too all of it happens within */
}

static void
begin_long(void)
{
	open_with("1h");
}

static void
open_cases(int from, int to)
{
	for (int i = from; i < to; i++)
		codes[i] = post_case(tasks[i]);
}

/* The digest that a task became part of. */
static void
bundled_in(const char *task, char digest[96])
{
	post_becomes(task, "st", "bundled");
	post_field(task, "in", digest);
}

/* What the officer was sent under that id; caller releases. */
static struct buf
words_of(const char *id)
{
	struct taken *all;
	struct buf words = { 0 };
	size_t n;

	post_took(0, id, 1);
	n = post_taken(0, &all);
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].id, id) == 0 && words.len == 0) {
			ck_assert_str_eq(all[i].to, phone);
			buf_add(&words, all[i].text.data, all[i].text.len);
		}
	post_taken_free(all, n);
	return words;
}

static int
names(const struct buf *words, const struct code *code)
{
	char shown[CODE_CHARS + 2];

	code_show(shown, code);
	return strstr(buf_str(words), shown) != NULL;
}

static void
nonce_of(const struct code *code, char nonce[NONCE_CHARS + 1])
{
	struct kit_case k;

	kit_load(&post.b, &k, code);
	snprintf(nonce, NONCE_CHARS + 1, "%s", k.before.tasks[0].nonce);
	kit_release(&k);
}

START_TEST(the_first_few_alone_the_rest_as_one)
{
	char digest[96], field[96], wanted[24], nonce[NONCE_CHARS + 1];
	struct buf words;

	open_cases(0, COUNT);
	for (int i = 0; i < COUNT; i++)
		ck_assert_uint_eq(post_took(0, tasks[i], 1), 1);
	open_cases(COUNT, COUNT + 3);
	post_becomes(tasks[COUNT], "full", "5");		/* held */
	/* A colleague takes one of them meanwhile: it is in no digest. */
	ck_assert_int_eq(kit_act(&post.b, &codes[COUNT + 1], ON_ACCEPT, KIT_KPL), COMMIT_OK);
	post_becomes(tasks[COUNT + 1], "st", "superseded");
	bundled_in(tasks[COUNT], digest);
	bundled_in(tasks[COUNT + 2], field);
	ck_assert_str_eq(digest, field);
	words = words_of(digest);
	ck_assert_msg(strncmp(buf_str(&words), "2 kabar", 7) == 0, "%s", buf_str(&words));
	for (int i = COUNT; i < COUNT + 3; i++) {
		ck_assert_msg(names(&words, &codes[i]) == (i != COUNT + 1), "%d: %s", i, buf_str(&words));
		if (i == COUNT + 1)
			continue;
		nonce_of(&codes[i], nonce);
		snprintf(wanted, sizeof(wanted), "TANGANI %s", nonce);
		ck_assert_msg(strstr(buf_str(&words), wanted) != NULL, "no %s: %s", wanted, buf_str(&words));
		ck_assert_uint_eq(post_took(0, tasks[i], 0), 0);
	}
	ck_assert_uint_eq(post_took(0, tasks[COUNT + 1], 0), 0);
	buf_reset(&words);
	buf_addf(&words, "%s ikhtisar bundled %s %s", digest, tasks[COUNT], tasks[COUNT + 2]);
	post_audited(buf_str(&words));
	post_logged("event=bundled");
	/* Its receipt counts for those in it. */
	post_becomes(digest, "st", "sent");
	post_receipt(digest, RECEIPT_DELIVERED);
	post_field(tasks[COUNT + 2], "td", field);
	ck_assert_str_ne(field, "");
	post_receipt(tasks[COUNT + 2], RECEIPT_FAILED);		/* nobody sent it */
	post_becomes(tasks[COUNT + 2], "st", "bundled");
	buf_release(&words);
}
END_TEST

/* What he asked for and what saves a life goes at once, past all that is held. */
START_TEST(answers_and_emergencies_are_not_held)
{
	open_cases(0, COUNT + 2);
	post_becomes(tasks[COUNT], "full", "5");
	post_say("jawab", phone, 0, HOUR);
	post_say("darurat", phone, 1, HOUR);
	ck_assert_uint_eq(post_took(0, "jawab", 1), 1);
	ck_assert_uint_eq(post_took(0, "darurat", 1), 1);
	ck_assert_uint_eq(post_took(0, tasks[COUNT], 0) + post_took(0, tasks[COUNT + 1], 0), 0);
}
END_TEST

/* So many are waiting that they fill a digest: it does not wait for the hour to end. */
START_TEST(a_full_digest_leaves_at_once)
{
	char digest[96];
	struct buf words;

	open_cases(0, COUNT + 2);
	post_becomes(tasks[COUNT], "full", "5");
	open_cases(COUNT + 2, COUNT + 5);
	bundled_in(tasks[COUNT + 4], digest);
	words = words_of(digest);
	ck_assert_msg(strncmp(buf_str(&words), "5 kabar", 7) == 0, "%s", buf_str(&words));
	ck_assert_uint_eq(post_took(0, digest, 1), 1);
	buf_release(&words);
}
END_TEST

/* The gateway was away: of what has gathered only the first few leave alone, and nothing twice. */
START_TEST(what_gathered_in_an_outage_is_bundled)
{
	struct taken *all;
	char digest[96];
	size_t n, found = 0;

	sink_mode(&post.gate[0], "{\"mode\":\"503\"}");
	open_cases(0, 8);
	sink_mode(&post.gate[0], "{\"mode\":\"ok\"}");
	for (int i = 0; i < COUNT; i++)
		ck_assert_uint_eq(post_took(0, tasks[i], 1), 1);
	for (int i = COUNT; i < 8; i++) {
		struct buf words;

		bundled_in(tasks[i], digest);
		words = words_of(digest);
		ck_assert_msg(names(&words, &codes[i]), "%d: %s", i, buf_str(&words));
		buf_release(&words);
	}
	n = post_taken(0, &all);
	for (size_t i = 0; i < n; i++)
		found += strcmp(all[i].to, phone) == 0;
	ck_assert_uint_eq(found, COUNT + 1);
	post_taken_free(all, n);
}
END_TEST

/*
 * Killed while a digest is in the air: it comes at most once more, with the same words, and nothing
 * that is in it comes by itself.
 */
START_TEST(a_digest_outlives_its_sender)
{
	const json_t *last;
	json_t *records;
	struct taken *all;
	char digest[96];
	struct buf first;
	size_t n, before;

	open_cases(0, COUNT);
	for (int i = 0; i < COUNT; i++)
		post_becomes(tasks[i], "st", "sent");
	sink_mode(&post.gate[0], "{\"mode\":\"slow\",\"ms\":5000}");
	open_cases(COUNT, COUNT + 5);
	bundled_in(tasks[COUNT], digest);
	sink_wait(&post.gate[0], digest, "", 1, &records, &last);
	json_decref(records);
	post_becomes(digest, "st", "sending");
	post_kill();
	before = sink_count(&post.gate[0], digest, "");	/* mostly one: it waits a second for an answer */
	sink_mode(&post.gate[0], "{\"mode\":\"ok\"}");
	post_open();
	post_becomes(digest, "st", "sent");
	n = post_taken(0, &all);
	first = words_of(digest);
	for (size_t i = 0, times = 0; i < n; i++) {
		if (strcmp(all[i].id, digest) != 0)
			continue;
		ck_assert_str_eq(buf_str(&all[i].text), buf_str(&first));
		ck_assert_uint_le(++times, before + 1);
	}
	for (int i = COUNT; i < COUNT + 5; i++)
		ck_assert_uint_eq(post_took(0, tasks[i], 0), 0);
	buf_release(&first);
	post_taken_free(all, n);
}
END_TEST

/* What may have left already goes again under its own id: in a digest it would be there twice. */
START_TEST(what_was_tried_stays_itself)
{
	char digest[96];
	struct buf words;

	open_cases(0, COUNT);
	for (int i = 0; i < COUNT; i++)
		post_becomes(tasks[i], "st", "sent");
	open_cases(COUNT, COUNT + 1);
	post_becomes(tasks[COUNT], "full", "5");
	/* As if it had been tried before it was held. */
	bench_integer(&post.b, "HSET %s n 1", bench_key(&post.b, KEY_MSG, tasks[COUNT]));
	open_cases(COUNT + 1, COUNT + 6);
	ck_assert_uint_eq(post_took(0, tasks[COUNT], 1), 1);
	bundled_in(tasks[COUNT + 1], digest);
	words = words_of(digest);
	ck_assert(!names(&words, &codes[COUNT]));
	ck_assert(names(&words, &codes[COUNT + 5]));
	buf_release(&words);
}
END_TEST

Suite *
storms_suite(void)
{
	Suite *s = suite_create("storms");
	TCase *short_ones = tcase_create("a window of seconds"), *long_ones = tcase_create("an hour");

	tcase_add_checked_fixture(short_ones, begin, post_end);
	tcase_add_test(short_ones, the_first_few_alone_the_rest_as_one);
	tcase_add_checked_fixture(long_ones, begin_long, post_end);
	tcase_add_test(long_ones, answers_and_emergencies_are_not_held);
	tcase_add_test(long_ones, a_full_digest_leaves_at_once);
	tcase_add_test(long_ones, what_gathered_in_an_outage_is_bundled);
	tcase_add_test(long_ones, a_digest_outlives_its_sender);
	tcase_add_test(long_ones, what_was_tried_stays_itself);
	suite_add_tcase(s, short_ones);
	suite_add_tcase(s, long_ones);
	return s;
}
