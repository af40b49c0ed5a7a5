/*
 * Canaries on a living house: known reports by the signed hook and the form, through the real door to the
 * router and no further; a broken link is named; nothing of them is left.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bounds.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "store/canary.h"
#include "store/house.h"
#include "store/logbook.h"
#include "tests/integration/visitor.h"
#include "tests/integration/eye.h"

Suite *kenari_suite(void);

/* A router under a sanitizer, on a busy machine, is not yet a broken link. */
#if BOUNDS_MEMORY
#define WITHIN "2s"
#else
#define WITHIN "15s"
#endif

static void
begin(void)
{
	house_make("canary:\n  every: 1s\n  within: " WITHIN "\n  category: lampu-jalan\n");
	house_up();
}

static void
begin_misread(void)
{
	house_make("canary:\n  every: 1s\n  within: " WITHIN "\n  category: banjir\n");
	house_up();
}

/* What sla says of that channel becomes this, of a canary sent after that time; since when. */
static int64_t
becomes(const char *channel, const char *words, int64_t after_ms)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS, since_ms = 0;
	char what[CANARY_SAID_CHARS] = "";
	struct house h;

	house_eye(&h);
	while (canary_said(&h.st, channel, &since_ms, what) != 1 || strstr(what, words) == NULL || since_ms <= after_ms)
		ck_assert_msg(clock_mono_ms() < limit, "%s is \"%s\", not \"%s\"", channel, what, words);
	house_close(&h);
	return since_ms;
}

static int
count_case(const struct log_line *line, void *arg)
{
	*(int *)arg += memmem(line->entry, line->len, "\"code\":", 7) != NULL ||
	    memmem(line->entry, line->len, "kenari", 6) != NULL;
	return 0;
}

/* None is a case for longer than it waits to be read. */
static void
no_case_stays(struct house *h)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;
	struct buf key = { 0 };
	size_t n;

	buf_add_key(&key, &h->st.keys, KEY_CASE, "*", NULL);
	do {
		redisReply *r = redis_pipe_command(h->st.pipe, "KEYS %b", key.data, key.len);

		ck_assert(r != NULL && r->type == REDIS_REPLY_ARRAY);
		n = r->elements;
		freeReplyObject(r);
		ck_assert_int_lt(clock_mono_ms(), limit);
	} while (n > 0);
	buf_release(&key);
}

/* Entries of a case or of a canary, deadlines, reports. */
static void
nothing_is_left(void)
{
	struct buf key = { 0 };
	struct house h;
	redisReply *r;
	int entries = 0;

	house_eye(&h);
	ck_assert_int_gt(logbook_read(&h.st, 0, 1 << 20, count_case, &entries), 0);
	ck_assert_int_eq(entries, 0);
	buf_add_key(&key, &h.st.keys, KEY_DUE, NULL, NULL);
	r = redis_pipe_command(h.st.pipe, "ZCARD %b", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER && r->integer == 0);
	freeReplyObject(r);
	buf_release(&key);
	no_case_stays(&h);
	house_close(&h);
}

START_TEST(each_channel_comes_through_and_leaves_nothing)
{
	struct buf page = { 0 };
	struct visitor admin;

	for (size_t i = 0; canary_channels[i] != NULL; i++)	/* twice: once could be left from the first look */
		becomes(canary_channels[i], CANARY_WELL, becomes(canary_channels[i], CANARY_WELL, 0));
	nothing_is_left();
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
	visitor_comes_in(&admin, "adm-o-kominfo-1");
	/* each second there is another one, and one that is late stands there as a broken link */
	for (int64_t limit = clock_mono_ms() + LIMIT_MS; strstr(buf_str(&page), "<td class=\"\">tiba</td>") == NULL; ) {
		ck_assert_msg(clock_mono_ms() < limit, "%s", buf_str(&page));
		ck_assert_int_eq(visitor_visits(&admin, "/sistem", &page), 200);
	}
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Laporan uji (kenari)"));
	buf_release(&page);
}
END_TEST

static const struct { const char *daemon, *words; } links[] = {
	{ "router", "router belum membacanya" },
	{ "ingest", "pintunya tidak menjawab" },
};

START_TEST(a_broken_link_is_named)
{
	pid_t pid = pid_of(links[_i].daemon);
	int64_t since;

	becomes("sms", CANARY_WELL, 0);
	becomes("web", CANARY_WELL, 0);
	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	for (size_t i = 0; canary_channels[i] != NULL; i++) {
		since = becomes(canary_channels[i], links[_i].words, 0);
		ck_assert_int_gt(since, 0);
	}
	alarm_names(links[_i].words);
	ck_assert_int_eq(kill(pid, SIGCONT), 0);
	for (size_t i = 0; canary_channels[i] != NULL; i++)
		becomes(canary_channels[i], CANARY_WELL, 0);
}
END_TEST

START_TEST(one_that_is_read_otherwise_is_named)
{
	becomes("sms", "dibaca sebagai lampu-jalan, seharusnya banjir", 0);
	alarm_names("dibaca sebagai lampu-jalan");
}
END_TEST

/* Only the house's own are canaries: an id that looks like one is a citizen's report. */
START_TEST(nobody_else_sends_one)
{
	char body[256], code[CODE_CHARS + 1];

	snprintf(body, sizeof(body), "{\"id\":\"kenari.sms.1795373253138.0123456789abcdef0123456789abcdef\","
	    "\"from\":\"+6281234512345\",\"text\":\"lampu jalan mati di desa kabat dekat masjid\"}");
	ck_assert_int_eq(post_signed(body, clock_now_ms() / 1000, 0, code), 202);
	wait_state(code, "ditugaskan");
}
END_TEST

Suite *
kenari_suite(void)
{
	Suite *s = suite_create("kenari");
	TCase *tc = tcase_create("kenari"), *misread = tcase_create("misread");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, each_channel_comes_through_and_leaves_nothing);
	tcase_add_loop_test(tc, a_broken_link_is_named, 0, N_ELEMS(links));
	tcase_add_test(tc, nobody_else_sends_one);
	suite_add_tcase(s, tc);
	tcase_add_unchecked_fixture(misread, begin_misread, house_down);
	tcase_add_test(misread, one_that_is_read_otherwise_is_named);
	suite_add_tcase(s, misread);
	return s;
}
