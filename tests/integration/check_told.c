/*
 * A gateway that takes every message at once and says hours later which ones arrived: the feed of escalations
 * must say of each officer whether he had it, as it is when somebody looks.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "tests/integration/peek.h"
#include "tests/integration/sink.h"
#include "tests/integration/visitor.h"

Suite *told_suite(void);

#define PASSWORD "sandi-kartu"
#define FEED "/feed/eskalasi.json"
#define ATOM "/feed/eskalasi.atom"

static struct sink gateway;
static struct visitor bupati;
static char code[CODE_CHARS + 1];

/* A report whose four hours are over when it comes: what is late escalates at once. */
static void
begin(void)
{
	struct buf b = { 0 };

	sink_start(&gateway, "kannel", PASSWORD);
	buf_addf(&b, "kannel:\n  url: %s\n  dlr_url: http://127.0.0.1:9\nconsole:\n  second_factor: none\n", gateway.base);
	house_make(buf_str(&b));
	house_put_secret("kannel_send", PASSWORD);
	house_up();
	visitor_enters(&bupati, "kpl-bupati");
	buf_reset(&b);
	buf_addf(&b, "{\"id\":\"late\",\"from\":\"+6281234600042\",\"text\":\"lampu jalan mati di desa kabat depan balai desa\","
	    "\"time\":%" PRId64 "}", clock_now_ms() - 5 * HOUR_MS);
	ck_assert_int_eq(post_signed(buf_str(&b), clock_now_ms() / 1000, 0, code), 202);
	buf_release(&b);
}

static void
end(void)
{
	house_down();
	sink_stop(&gateway);
}

/* ---- what the feed says ---- */

/* The row of somebody whom a breach or a rung told by that state; borrowed from *doc, NULL there is none. */
static const json_t *
row_in(const json_t *doc, const char *state, int64_t number)
{
	const json_t *item, *row;
	size_t i, k;

	json_array_foreach(json_object_get(doc, "items"), i, item)
		json_array_foreach(json_object_get(item, "people"), k, row)
			if (json_array_size(row) == 6 && strcmp(json_string_value(json_array_get(row, 4)), state) == 0 &&
			    (number == 0 || json_integer_value(json_array_get(row, 3)) == number))
				return row;
	return NULL;
}

/* Until the feed has such a row; the caller decrefs *doc. */
static const json_t *
feed_says(const char *state, int64_t number, json_t **doc, char etag[64])
{
	for (int64_t until = clock_mono_ms() + LIMIT_MS; ; ) {
		const json_t *row;
		const char *at;
		struct answer a;

		visitor_opens(&bupati, FEED, &a);
		ck_assert_int_eq(a.status, 200);
		*doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
		at = strstr(buf_str(&a.head), "ETag: ");
		ck_assert(*doc != NULL && at != NULL);
		snprintf(etag, 64, "%.*s", (int)strcspn(at + 6, "\r\n"), at + 6);
		row = row_in(*doc, state, number);
		ck_assert_msg(row != NULL || clock_mono_ms() < until, "nobody is %s: %s", state, buf_str(&a.body));
		answer_release(&a);
		if (row != NULL)
			return row;
		json_decref(*doc);
	}
}

/* As the gateway's own call, hours later. */
static void
arrives(int64_t number, int arrived)
{
	char id[32], token[17], path[128];
	struct answer a;

	snprintf(id, sizeof(id), "%s.%" PRId64, code, number);
	peek_token(house.dir, house.conf, id, token);
	snprintf(path, sizeof(path), "/hook/dlr/kannel?id=%s&t=%s&d=%d", id, token, arrived ? 1 : 2);
	ask(&a, house.http, path, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	answer_release(&a);
}

START_TEST(what_arrives_late_is_said_when_it_arrives)
{
	char sent_tag[64], late_tag[64], header[96], words[128];
	json_t *before, *after;
	const json_t *row = feed_says("sent", 0, &before, sent_tag);
	int64_t number = json_integer_value(json_array_get(row, 3)), sent_ms = json_integer_value(json_array_get(row, 5)), arrived_ms;
	struct buf heard = { 0 };
	struct answer a;

	ck_assert_int_gt(number, 0);
	ck_assert_int_gt(sent_ms, 0);
	ck_assert_int_ge(sent_ms, json_integer_value(json_array_get(row, 1)));
	ck_assert_ptr_null(row_in(before, "delivered", number));
	arrives(number, 1);
	row = feed_says("delivered", number, &after, late_tag);
	arrived_ms = json_integer_value(json_array_get(row, 5));
	ck_assert_int_ge(arrived_ms, sent_ms);
	/* who asks with the old tag gets it, though no escalation is new */
	ck_assert_str_ne(sent_tag, late_tag);
	snprintf(header, sizeof(header), "If-None-Match: %s", sent_tag);
	ask_as(&a, house.console, FEED, (const char *const[]){ bupati.cookie, header, NULL }, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	answer_release(&a);
	/* by Atom, by the replayed stream, and on the case's page */
	snprintf(words, sizeof(words), "state=\"delivered\" at_ms=\"%" PRId64 "\"", arrived_ms);
	visitor_opens(&bupati, ATOM, &a);
	ck_assert_msg(strstr(buf_str(&a.body), words) != NULL, "%s: %s", words, buf_str(&a.body));
	answer_release(&a);
	snprintf(words, sizeof(words), ",%" PRId64 ",\"delivered\",%" PRId64 "]", number, arrived_ms);
	ck_assert_msg(visitor_hears(&bupati, "/api/v1/events?last_event_id=0", words, &heard), "%s", buf_str(&heard));
	snprintf(words, sizeof(words), "/kasus/%s", code);
	visitor_opens(&bupati, words, &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), ": sudah sampai "));
	answer_release(&a);
	buf_release(&heard);
	json_decref(before);
	json_decref(after);
}
END_TEST

Suite *
told_suite(void)
{
	Suite *s = suite_create("told");
	TCase *tc = tcase_create("told");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, what_arrives_late_is_said_when_it_arrives);
	suite_add_tcase(s, tc);
	return s;
}
