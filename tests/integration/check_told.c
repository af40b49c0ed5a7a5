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
#include "lib/config.h"
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
	ck_assert_msg(visitor_hears(&bupati, "/api/v1/events?last_event_id=0", NULL, words, &heard), "%s", buf_str(&heard));
	snprintf(words, sizeof(words), "/kasus/%s", code);
	visitor_opens(&bupati, words, &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), ": sudah sampai "));
	answer_release(&a);
	buf_release(&heard);
	json_decref(before);
	json_decref(after);
}
END_TEST

static char new_code[CODE_CHARS + 1];

static void
report_another(void)
{
	sms("+6281234577100", "sampah menumpuk di desa macanputih kecamatan kabat", new_code);
}

/* Who asks for nothing that was hears what comes. */
START_TEST(what_happens_is_heard_at_once)
{
	struct buf heard = { 0 };

	ck_assert_msg(visitor_hears(&bupati, "/api/v1/events", report_another, "\"category\":\"sampah\"", &heard), "%s", buf_str(&heard));
	ck_assert_msg(strstr(buf_str(&heard), new_code) != NULL, "%s", buf_str(&heard));
	buf_release(&heard);
}
END_TEST

/* ---- what the formats ask for ---- */

/* RFC 4287 as far as XPath can say it; a line a rule. */
#define A(name) "*[local-name()='" name "' and namespace-uri()='http://www.w3.org/2005/Atom']"
#define WHEN "'dddd-dd-ddTdd:dd:dd+dd:dd'"
#define IS_TIME(path) "translate(" path ", '0123456789', 'dddddddddd') = " WHEN
static const char *const atom_rules[] = {
	"count(/" A("feed") ") = 1",
	"count(/" A("feed") "/" A("id") ") = 1 and count(/" A("feed") "/" A("title") ") = 1",
	"count(/" A("feed") "/" A("updated") ") = 1 and count(/" A("feed") "/" A("author") "/" A("name") ") = 1",
	"count(/" A("feed") "/" A("link") "[@rel='self']) = 1",
	"count(//" A("entry") ") > 2",
	"not(//" A("entry") "[count(" A("id") ") != 1 or count(" A("title") ") != 1 or count(" A("updated") ") != 1])",
	"not(//" A("entry") "[count(" A("link") "[@rel='alternate']) != 1])",
	"not(//" A("entry") "[" A("id") " = following-sibling::" A("entry") "/" A("id") "])",
	"not(//" A("updated") "[not(" IS_TIME("string(.)") ")])",
	"not(//" A("link") "[not(starts-with(@href, 'http://127.0.0.1:'))])",
	"not(//" A("entry") "[" A("title") " = ''])",
	"count(//" A("summary") "[contains(., 'tempat belum diketahui')]) > 0",
};

static void
atom_holds(const char *file, const char *rule)
{
	struct buf command = { 0 };
	char said[16] = "";
	FILE *f;

	buf_addf(&command, "xmllint --xpath \"%s\" %s", rule, file);
	f = popen(buf_str(&command), "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_msg(fgets(said, sizeof(said), f) != NULL && strncmp(said, "true", 4) == 0, "%s", rule);
	ck_assert_int_eq(pclose(f), 0);
	buf_release(&command);
}

static const char *
text_in(const json_t *o, const char *member)
{
	const char *s = json_string_value(json_object_get(o, member));

	ck_assert_msg(s != NULL && s[0] != '\0', "no %s", member);
	return s;
}

static void
begins(const json_t *o, const char *member, const char *with)
{
	ck_assert_msg(strncmp(text_in(o, member), with, strlen(with)) == 0, "%s is %s", member, text_in(o, member));
}

/* jsonfeed.org/version/1.1 */
static void
json_feed_holds(const struct buf *body)
{
	json_t *doc = json_loadb(body->data, body->len, 0, NULL);
	const json_t *items = json_object_get(doc, "items"), *item, *other;
	int64_t at;
	size_t i, k;

	ck_assert_str_eq(text_in(doc, "version"), "https://jsonfeed.org/version/1.1");
	text_in(doc, "title");
	begins(doc, "home_page_url", house.console);
	begins(doc, "feed_url", house.console);
	ck_assert(json_is_array(items) && json_array_size(items) > 2);
	json_array_foreach(items, i, item) {
		text_in(item, "content_text");
		text_in(item, "title");
		begins(item, "url", house.console);
		ck_assert_int_eq(strlen(text_in(item, "date_published")), sizeof("2026-11-23T18:57:04+07:00") - 1);
		at = json_integer_value(json_object_get(item, "seq"));
		json_array_foreach(items, k, other)
			ck_assert(k <= i || (strcmp(text_in(item, "id"), text_in(other, "id")) != 0 &&
			    json_integer_value(json_object_get(other, "seq")) < at));
	}
	json_decref(doc);
}

/* Readers far from here: absolute addresses, one id an entry, times with their zone; no place is no hole. */
START_TEST(the_feeds_are_what_their_formats_ask_for)
{
	struct buf file = { 0 }, b = { 0 };
	char nowhere[CODE_CHARS + 1], shown[CODE_CHARS + 2];
	struct answer a;
	struct code c;

	buf_addf(&b, "{\"id\":\"nowhere\",\"from\":\"+6281234600043\",\"text\":\"lampu jalan mati\",\"time\":%" PRId64 "}",
	    clock_now_ms() - 5 * HOUR_MS);
	ck_assert_int_eq(post_signed(buf_str(&b), clock_now_ms() / 1000, 0, nowhere), 202);
	ck_assert_int_eq(code_parse(&c, nowhere, strlen(nowhere)), 0);
	code_show(shown, &c);
	page_comes(bupati.cookie, ATOM, shown, 1, NULL);
	visitor_opens(&bupati, ATOM, &a);
	buf_addf(&file, "%s/feed.atom", house.dir);
	ck_assert_int_eq(file_write(buf_str(&file), a.body.data, a.body.len, 0600), 0);
	answer_release(&a);
	for (size_t i = 0; i < N_ELEMS(atom_rules); i++)
		atom_holds(buf_str(&file), atom_rules[i]);
	visitor_opens(&bupati, FEED, &a);
	json_feed_holds(&a.body);
	answer_release(&a);
	buf_release(&file);
	buf_release(&b);
}
END_TEST

Suite *
told_suite(void)
{
	Suite *s = suite_create("told");
	TCase *tc = tcase_create("told");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, what_arrives_late_is_said_when_it_arrives);
	tcase_add_test(tc, what_happens_is_heard_at_once);
	tcase_add_test(tc, the_feeds_are_what_their_formats_ask_for);
	suite_add_tcase(s, tc);
	return s;
}
