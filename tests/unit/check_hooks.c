/* From a platform's event to a report: the parts that need no house. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/hub.h"
#include "ingest/json_in.h"
#include "ingest/meta.h"
#include "ingest/whatsapp.h"

Suite *hooks_suite(void);

/* ---- documents ---- */

static const struct { const char *what, *body; int fits; } documents[] = {
	{ "an object",             "{\"a\":1}", 1 },
	{ "a list",                "[]", 0 },
	{ "two keys of one name",  "{\"a\":1,\"a\":2}", 0 },
	{ "bytes behind it",       "{\"a\":1}x", 0 },
	{ "a number too large",    "{\"a\":9223372036854775808}", 0 },
	{ "a lone surrogate",      "{\"a\":\"\\ud83d\"}", 1 },
	{ "a NUL",                 "{\"a\":\"\\u0000\"}", 1 },
	{ "broken UTF-8",          "{\"a\":\"\xff\"}", 1 },
	{ "depth 32",              "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", 1 },
	{ "depth 33",              "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", 0 },
	{ "nothing",               "", 0 },
};

START_TEST(a_document)
{
	struct buf mistakes = { 0 };
	json_t *doc = json_in_document(documents[_i].body, strlen(documents[_i].body), &mistakes);

	ck_assert_msg((doc != NULL) == documents[_i].fits, "%s: %s", documents[_i].what, buf_str(&mistakes));
	ck_assert_msg((mistakes.len == 0) == documents[_i].fits, "%s: %s", documents[_i].what, buf_str(&mistakes));
	json_decref(doc);
	buf_release(&mistakes);
}
END_TEST

START_TEST(looks_count_mistakes)
{
	json_t *doc = json_pack("{s:s,s:i,s:o,s:o}", "text", "x", "number", 7, "object", json_object(), "list", json_array());
	int mistakes = 0;
	double n = 0;

	ck_assert_str_eq(json_in_text(doc, "text", 1, &mistakes), "x");
	ck_assert_int_eq(json_in_number(doc, "number", 1, &n, &mistakes), 0);
	ck_assert(n == 7);
	ck_assert_ptr_nonnull(json_in_object(doc, "object", 1, &mistakes));
	ck_assert_ptr_nonnull(json_in_array(doc, "list", 1, &mistakes));
	ck_assert_ptr_null(json_in_text(doc, "none", 0, &mistakes));
	ck_assert_int_eq(mistakes, 0);
	ck_assert_ptr_null(json_in_text(doc, "none", 1, &mistakes));
	ck_assert_ptr_null(json_in_text(doc, "number", 0, &mistakes));
	ck_assert_ptr_null(json_in_object(doc, "list", 0, &mistakes));
	ck_assert_ptr_null(json_in_array(NULL, "list", 1, &mistakes));
	ck_assert_int_eq(json_in_number(doc, "text", 0, &n, &mistakes), -1);
	ck_assert_int_eq(mistakes, 5);
	json_decref(doc);
}
END_TEST

START_TEST(challenges)
{
	char most[HUB_CHALLENGE_MAX + 2];

	memset(most, 'a', sizeof(most));
	ck_assert(hub_challenge_fits("1158201444", 10) && hub_challenge_fits("aZ_-0", 5));
	ck_assert(hub_challenge_fits(most, HUB_CHALLENGE_MAX));
	ck_assert(!hub_challenge_fits(most, HUB_CHALLENGE_MAX + 1));
	ck_assert(!hub_challenge_fits("", 0) && !hub_challenge_fits("<b>", 3) && !hub_challenge_fits("a b", 3));
	ck_assert(!hub_challenge_fits("a\0b", 3));
}
END_TEST

/* ---- WhatsApp ---- */

#define HEAD "\"from\":\"6281234567890\",\"id\":\"wamid.1\",\"timestamp\":\"1767225600\","

static const struct {
	const char *what, *message;
	const char *wrong;			/* NULL: taken */
	const char *sender, *text, *media, *where;
	int position, lane_e;
} messages[] = {
	{ "a text", "{" HEAD "\"type\":\"text\",\"text\":{\"body\":\"banjir\"}}", NULL, "+6281234567890", "banjir", NULL, NULL, 0, 0 },
	{ "a quoted reply", "{" HEAD "\"context\":{\"id\":\"wamid.0\"},\"type\":\"text\",\"text\":{\"body\":\"2\"}}", NULL, "+6281234567890", "2", NULL, NULL, 0, 0 },
	{ "a picture", "{" HEAD "\"type\":\"image\",\"image\":{\"id\":\"27\",\"caption\":\"ini\"}}", NULL, "+6281234567890", "ini", "whatsapp:27", NULL, 0, 0 },
	{ "a paper", "{" HEAD "\"type\":\"document\",\"document\":{\"id\":\"28\",\"filename\":\"a.pdf\"}}", NULL, "+6281234567890", NULL, "whatsapp:28", NULL, 0, 0 },
	{ "a voice", "{" HEAD "\"type\":\"audio\",\"audio\":{\"id\":\"29\",\"voice\":true}}", NULL, "+6281234567890", NULL, "whatsapp:29", NULL, 0, 1 },
	{ "a place", "{" HEAD "\"type\":\"location\",\"location\":{\"latitude\":-8.2,\"longitude\":114,\"name\":\"Pasar\",\"address\":\"Jl. A\"}}", NULL, "+6281234567890", NULL, NULL, "Pasar, Jl. A", 1, 0 },
	{ "a bare place", "{" HEAD "\"type\":\"location\",\"location\":{\"latitude\":-8,\"longitude\":114,\"name\":7}}", NULL, "+6281234567890", NULL, NULL, NULL, 1, 0 },
	{ "our button", "{" HEAD "\"type\":\"button\",\"button\":{\"payload\":\"1\",\"text\":\"Sudah beres\"}}", NULL, "+6281234567890", "1", NULL, NULL, 0, 0 },
	{ "another button", "{" HEAD "\"type\":\"button\",\"button\":{\"payload\":\"menu-3\",\"text\":\"CEK\"}}", NULL, "+6281234567890", "CEK", NULL, NULL, 0, 0 },
	{ "a button of two", "{" HEAD "\"type\":\"interactive\",\"interactive\":{\"type\":\"button_reply\",\"button_reply\":{\"id\":\"2\",\"title\":\"Belum\"}}}", NULL, "+6281234567890", "2", NULL, NULL, 0, 0 },
	{ "a row of a list", "{" HEAD "\"type\":\"interactive\",\"interactive\":{\"type\":\"list_reply\",\"list_reply\":{\"id\":\"x\",\"title\":\"Jalan rusak\"}}}", NULL, "+6281234567890", "Jalan rusak", NULL, NULL, 0, 0 },
	{ "a hidden number", "{\"from\":\"ID.123\",\"id\":\"wamid.1\",\"timestamp\":\"1\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}", NULL, "whatsapp:ID.123", "x", NULL, NULL, 0, 0 },
	{ "no from at all", "{\"from_user_id\":\"ID.9\",\"id\":\"wamid.1\",\"timestamp\":\"1\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}", NULL, "whatsapp:ID.9", "x", NULL, NULL, 0, 0 },
	{ "a time of the wrong type", "{\"from\":\"6281234567890\",\"id\":\"wamid.1\",\"timestamp\":1767225600,\"type\":\"text\",\"text\":{\"body\":\"x\"}}", NULL, "+6281234567890", "x", NULL, NULL, 0, 0 },
	{ "no sender", "{\"id\":\"wamid.1\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}", "sender", NULL, NULL, NULL, NULL, 0, 0 },
	{ "no id", "{\"from\":\"6281234567890\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}", "id", NULL, NULL, NULL, NULL, 0, 0 },
	{ "no type", "{" HEAD "\"text\":{\"body\":\"x\"}}", "type", NULL, NULL, NULL, NULL, 0, 0 },
	{ "no body", "{" HEAD "\"type\":\"text\"}", "body", NULL, NULL, NULL, NULL, 0, 0 },
	{ "an empty body", "{" HEAD "\"type\":\"text\",\"text\":{\"body\":\"\"}}", "body", NULL, NULL, NULL, NULL, 0, 0 },
	{ "outside the world", "{" HEAD "\"type\":\"location\",\"location\":{\"latitude\":91,\"longitude\":0}}", "body", NULL, NULL, NULL, NULL, 0, 0 },
	{ "a reaction", "{" HEAD "\"type\":\"reaction\",\"reaction\":{}}", "reaction", NULL, NULL, NULL, NULL, 0, 0 },
	{ "a contact card", "{" HEAD "\"type\":\"contacts\",\"contacts\":[]}", "contacts", NULL, NULL, NULL, NULL, 0, 0 },
	{ "a new number", "{" HEAD "\"type\":\"system\",\"system\":{}}", "system", NULL, NULL, NULL, NULL, 0, 0 },
};

static void
same(const char *what, const char *is, const char *should)
{
	ck_assert_msg((is == NULL) == (should == NULL) && (is == NULL || strcmp(is, should) == 0), "%s: \"%s\", not \"%s\"",
	    what, is != NULL ? is : "(none)", should != NULL ? should : "(none)");
}

START_TEST(a_whatsapp_message)
{
	struct laporan l = { .channel = "" };
	json_t *m = json_loads(messages[_i].message, JSON_REJECT_DUPLICATES, NULL), *value = json_object();
	const char *what = messages[_i].what, *text;

	ck_assert_msg(m != NULL, "%s", what);
	same(what, whatsapp_read(&l, &text, m, value), messages[_i].wrong);
	if (messages[_i].wrong == NULL) {
		same(what, l.sender, messages[_i].sender);
		same(what, text, messages[_i].text);
		same(what, l.media[0], messages[_i].media);
		same(what, l.where, messages[_i].where);
		same(what, l.channel, "whatsapp");
		same(what, l.reply_channel, "whatsapp");
		same(what, l.message_id, "wamid.1");
		ck_assert_int_eq(l.has_position, messages[_i].position);
		ck_assert_int_eq(l.lane_e, messages[_i].lane_e);
	}
	laporan_release(&l);
	json_decref(m);
	json_decref(value);
}
END_TEST

START_TEST(name_and_time_of_a_whatsapp_message)
{
	json_t *value = json_loads("{\"contacts\":[{\"profile\":{\"name\":\"Budi\"},\"wa_id\":\"6289\"},{\"profile\":{\"name\":\"Siti\"},"
	    "\"wa_id\":\"6281234567890\"}]}", 0, NULL);
	json_t *m = json_loads("{" HEAD "\"type\":\"text\",\"text\":{\"body\":\"banjir\"}}", 0, NULL);
	struct laporan l = { .channel = "" };
	const char *text;

	ck_assert_ptr_null(whatsapp_read(&l, &text, m, value));
	ck_assert_str_eq(l.name, "Siti");
	ck_assert_int_eq(l.provider_ms, INT64_C(1767225600000));
	laporan_release(&l);
	json_decref(m);
	json_decref(value);
}
END_TEST

/* A type that nobody knew when this was written is read by a human: nothing is lost in silence. */
START_TEST(unsupported_goes_to_a_human)
{
	static const char *const types[] = { "unsupported", "hologram" };

	for (size_t i = 0; i < N_ELEMS(types); i++) {
		struct buf b = { 0 };
		struct laporan l = { .channel = "" };
		json_t *m, *value = json_object();
		const char *text = NULL;

		buf_addf(&b, "{" HEAD "\"type\":\"%s\",\"errors\":[{\"code\":131051}]}", types[i]);
		m = json_loads(buf_str(&b), 0, NULL);
		ck_assert_ptr_null(whatsapp_read(&l, &text, m, value));
		ck_assert(text != NULL && text[0] == '[');
		laporan_release(&l);
		json_decref(m);
		json_decref(value);
		buf_release(&b);
	}
}
END_TEST

/* ---- Facebook and Instagram ---- */

static const struct {
	const char *what, *channel, *field, *value;
	const char *wrong, *sender, *text, *reply_to, *link, *id;
} events[] = {
	{ "a message", "facebook", NULL, "{\"sender\":{\"id\":\"7\"},\"timestamp\":1767225600000,\"message\":{\"mid\":\"m1\",\"text\":\"banjir\"}}",
	    NULL, "facebook:7", "banjir", NULL, NULL, "m1" },
	{ "a quick reply", "facebook", NULL, "{\"sender\":{\"id\":\"7\"},\"message\":{\"mid\":\"m1\",\"text\":\"Belum\",\"quick_reply\":{\"payload\":\"2\"}}}",
	    NULL, "facebook:7", "2", NULL, NULL, "m1" },
	{ "a postback", "instagram", NULL, "{\"sender\":{\"id\":\"7\"},\"postback\":{\"mid\":\"m2\",\"title\":\"CEK\",\"payload\":\"x\"}}",
	    NULL, "instagram:7", "CEK", NULL, NULL, "m2" },
	{ "the door opened", "facebook", NULL, "{\"sender\":{\"id\":\"7\"},\"postback\":{\"mid\":\"m2\",\"title\":\"Mulai\",\"payload\":\"GET_STARTED\"}}",
	    "postback", NULL, NULL, NULL, NULL, NULL },
	{ "an echo", "facebook", NULL, "{\"sender\":{\"id\":\"7\"},\"message\":{\"mid\":\"m1\",\"is_echo\":true,\"text\":\"x\"}}",
	    "echo", NULL, NULL, NULL, NULL, NULL },
	{ "ourselves", "facebook", NULL, "{\"sender\":{\"id\":\"100\"},\"message\":{\"mid\":\"m1\",\"text\":\"x\"}}", "echo", NULL, NULL, NULL, NULL, NULL },
	{ "a comment", "facebook", "feed", "{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"9_1\",\"post_id\":\"100_9\",\"from\":{\"id\":\"7\",\"name\":\"Siti\"},"
	    "\"message\":\"banjir\",\"created_time\":1767225600}", NULL, "facebook:7", "banjir", "comment:9_1", "https://www.facebook.com/100_9", "comment:9_1" },
	{ "a post", "facebook", "feed", "{\"item\":\"status\",\"verb\":\"add\",\"post_id\":\"100_8\",\"from\":{\"id\":\"7\"},\"message\":\"banjir\"}",
	    NULL, "facebook:7", "banjir", "post:100_8", "https://www.facebook.com/100_8", "post:100_8" },
	{ "nobody's comment", "facebook", "feed", "{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"9_1\",\"post_id\":\"100_9\",\"message\":\"banjir\"}",
	    NULL, "facebook:comment:9_1", "banjir", "comment:9_1", "https://www.facebook.com/100_9", "comment:9_1" },
	{ "a removed one", "facebook", "feed", "{\"item\":\"comment\",\"verb\":\"remove\",\"comment_id\":\"9_1\",\"from\":{\"id\":\"7\"},\"message\":\"x\"}",
	    "verb", NULL, NULL, NULL, NULL, NULL },
	{ "a like", "facebook", "feed", "{\"item\":\"reaction\",\"verb\":\"add\",\"post_id\":\"9_1\"}", "item", NULL, NULL, NULL, NULL, NULL },
	{ "an id with a path", "facebook", "feed", "{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"9/../me\",\"message\":\"x\"}", "id", NULL, NULL, NULL, NULL, NULL },
	{ "a comment there", "instagram", "comments", "{\"id\":\"179\",\"from\":{\"id\":\"7\",\"username\":\"siti\"},\"media\":{\"id\":\"180\"},\"text\":\"banjir\"}",
	    NULL, "instagram:7", "banjir", "comment:179", "instagram:180", "comment:179" },
	{ "our own there", "instagram", "comments", "{\"id\":\"179\",\"from\":{\"id\":\"100\"},\"text\":\"x\"}", "echo", NULL, NULL, NULL, NULL, NULL },
	{ "a foreign field", "instagram", "feed", "{}", "field", NULL, NULL, NULL, NULL, NULL },
};

START_TEST(an_event_of_meta)
{
	struct laporan l = { .channel = "" };
	json_t *value = json_loads(events[_i].value, JSON_REJECT_DUPLICATES, NULL), *entry = json_object();
	struct meta_event e = { .channel = events[_i].channel, .account = "100", .entry = entry, .field = events[_i].field, .value = value };
	const char *what = events[_i].what, *text = NULL;

	ck_assert_msg(value != NULL, "%s", what);
	same(what, e.field != NULL ? meta_read_change(&l, &text, &e) : meta_read_message(&l, &text, &e), events[_i].wrong);
	if (events[_i].wrong == NULL) {
		same(what, l.sender, events[_i].sender);
		same(what, text, events[_i].text);
		same(what, l.reply_to, events[_i].reply_to);
		same(what, l.link, events[_i].link);
		same(what, l.message_id, events[_i].id);
		same(what, l.reply_channel, events[_i].channel);
		ck_assert(l.provider_ms == 0 || l.provider_ms == INT64_C(1767225600000));
	}
	laporan_release(&l);
	json_decref(value);
	json_decref(entry);
}
END_TEST

START_TEST(attachments_of_a_message)
{
	json_t *value = json_loads("{\"sender\":{\"id\":\"7\"},\"message\":{\"mid\":\"m1\",\"attachments\":["
	    "{\"type\":\"audio\",\"payload\":{\"url\":\"https://cdn/a\"}},{\"type\":\"location\",\"payload\":{\"coordinates\":{\"lat\":-8.2,\"long\":114.3}}},"
	    "{\"type\":\"image\"},7]}}", 0, NULL);
	struct meta_event e = { .channel = "facebook", .account = "100", .value = value };
	struct laporan l = { .channel = "" };
	const char *text;

	ck_assert_ptr_null(meta_read_message(&l, &text, &e));
	ck_assert_ptr_null(text);
	ck_assert_int_eq(l.media_n, 1);
	ck_assert_str_eq(l.media[0], "facebook:https://cdn/a");
	ck_assert(l.has_position && l.lat == -8.2 && l.lng == 114.3);
	ck_assert_int_eq(l.lane_e, 1);		/* a voice without a word */
	laporan_release(&l);
	json_decref(value);
}
END_TEST

Suite *
hooks_suite(void)
{
	Suite *s = suite_create("hooks");
	TCase *tc = tcase_create("hooks");

	tcase_add_loop_test(tc, a_document, 0, N_ELEMS(documents));
	tcase_add_test(tc, looks_count_mistakes);
	tcase_add_test(tc, challenges);
	tcase_add_loop_test(tc, a_whatsapp_message, 0, N_ELEMS(messages));
	tcase_add_test(tc, name_and_time_of_a_whatsapp_message);
	tcase_add_test(tc, unsupported_goes_to_a_human);
	tcase_add_loop_test(tc, an_event_of_meta, 0, N_ELEMS(events));
	tcase_add_test(tc, attachments_of_a_message);
	suite_add_tcase(s, tc);
	return s;
}
