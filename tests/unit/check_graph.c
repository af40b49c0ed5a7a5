/* What goes to Meta's Graph API, and what its answers mean. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "notify/meta.h"
#include "notify/whatsapp.h"

Suite *graph_suite(void);

#define ERROR(code) "{\"error\":{\"message\":\"x\",\"type\":\"OAuthException\",\"code\":" #code "}}"
#define OF_WHATSAPP 0
#define OF_META 1

static const struct {
	const char *what;
	int table, transport, status;
	const char *body;
	enum send_outcome outcome;
	unsigned flags;
	int64_t wait_ms, pause_ms;
} answers[] = {
	{ "an id was given",          OF_WHATSAPP, 0, 200, "{\"messages\":[{\"id\":\"wamid.1\"}]}", SEND_DONE, 0, 0, 0 },
	{ "a message's id",           OF_META,     0, 200, "{\"recipient_id\":\"1\",\"message_id\":\"m\"}", SEND_DONE, 0, 0, 0 },
	{ "a comment's id",           OF_META,     0, 200, "{\"id\":\"9_1\"}", SEND_DONE, 0, 0, 0 },
	{ "200 without an id",        OF_WHATSAPP, 0, 200, "{}", SEND_UNKNOWN, 0, 0, 0 },
	{ "an id that is no text",    OF_WHATSAPP, 0, 200, "{\"messages\":[{\"id\":7}]}", SEND_UNKNOWN, 0, 0, 0 },
	{ "200 and half a document",  OF_WHATSAPP, 0, 200, "{\"messages\":[", SEND_UNKNOWN, 0, 0, 0 },
	{ "200 and nothing",          OF_WHATSAPP, 0, 200, "", SEND_UNKNOWN, 0, 0, 0 },
	{ "surely not sent",          OF_WHATSAPP, -1, 0, "", SEND_RETRY, 0, 0, 0 },
	{ "cut in the middle",        OF_WHATSAPP, -2, 0, "", SEND_UNKNOWN, 0, 0, 0 },
	{ "503 took nothing",         OF_WHATSAPP, 0, 503, "<html>", SEND_RETRY, 0, 0, 0 },
	{ "500 may have",             OF_WHATSAPP, 0, 500, "<html>", SEND_UNKNOWN, 0, 0, 0 },
	{ "504 may have",             OF_WHATSAPP, 0, 504, "", SEND_UNKNOWN, 0, 0, 0 },
	{ "429 without a code",       OF_WHATSAPP, 0, 429, "", SEND_RETRY, 0, 0, 1000 },
	{ "401 without a code",       OF_WHATSAPP, 0, 401, "", SEND_RETRY, GRAPH_STOP | GRAPH_ALARM, 0, 0 },
	{ "404 without a code",       OF_WHATSAPP, 0, 404, "", SEND_FINAL, GRAPH_ALARM, 0, 0 },
	{ "a redirect is no answer",  OF_WHATSAPP, 0, 302, "", SEND_UNKNOWN, 0, 0, 0 },
	{ "an unknown code",          OF_WHATSAPP, 0, 400, ERROR(999999), SEND_FINAL, GRAPH_ALARM, 0, 0 },
	{ "a code that is no number", OF_WHATSAPP, 0, 400, "{\"error\":{\"code\":\"190\"}}", SEND_FINAL, GRAPH_ALARM, 0, 0 },
	{ "token",                    OF_WHATSAPP, 0, 401, ERROR(190), SEND_RETRY, GRAPH_STOP | GRAPH_ALARM, 0, 0 },
	{ "token, of old",            OF_WHATSAPP, 0, 401, ERROR(0), SEND_RETRY, GRAPH_STOP | GRAPH_ALARM, 0, 0 },
	{ "unpaid",                   OF_WHATSAPP, 0, 400, ERROR(131042), SEND_RETRY, GRAPH_STOP | GRAPH_ALARM, 0, 0 },
	{ "blocked",                  OF_WHATSAPP, 0, 403, ERROR(368), SEND_RETRY, GRAPH_STOP | GRAPH_ALARM, 0, 0 },
	{ "too fast",                 OF_WHATSAPP, 0, 429, ERROR(130429), SEND_RETRY, 0, 0, 1000 },
	{ "the app is too fast",      OF_WHATSAPP, 0, 400, ERROR(4), SEND_RETRY, 0, 0, 5000 },
	{ "too many to this one",     OF_WHATSAPP, 0, 400, ERROR(131056), SEND_RETRY, 0, 6000, 0 },
	{ "down",                     OF_WHATSAPP, 0, 500, ERROR(131000), SEND_RETRY, 0, 0, 0 },
	{ "not there",                OF_WHATSAPP, 0, 400, ERROR(131026), SEND_FINAL, GRAPH_SMS, 0, 0 },
	{ "window over",              OF_WHATSAPP, 0, 400, ERROR(131047), SEND_FINAL, GRAPH_WINDOW | GRAPH_SMS, 0, 0 },
	{ "template paused",          OF_WHATSAPP, 0, 400, ERROR(132015), SEND_FINAL, GRAPH_ALARM | GRAPH_SMS, 0, 0 },
	{ "our mistake",              OF_WHATSAPP, 0, 400, ERROR(131009), SEND_FINAL, GRAPH_ALARM, 0, 0 },
	{ "an error beside 200",      OF_WHATSAPP, 0, 200, ERROR(131047), SEND_FINAL, GRAPH_WINDOW | GRAPH_SMS, 0, 0 },
	{ "page: token",              OF_META, 0, 400, ERROR(190), SEND_RETRY, GRAPH_STOP | GRAPH_ALARM, 0, 0 },
	{ "page: too fast",           OF_META, 0, 400, ERROR(613), SEND_RETRY, 0, 0, 60000 },
	{ "page: not permitted",      OF_META, 0, 403, ERROR(200), SEND_FINAL, GRAPH_ALARM, 0, 0 },
	{ "page: window over",        OF_META, 0, 400, ERROR(10), SEND_FINAL, 0, 0, 0 },
	{ "page: person away",        OF_META, 0, 400, ERROR(551), SEND_FINAL, 0, 0, 0 },
	{ "page: again later",        OF_META, 0, 500, ERROR(2), SEND_RETRY, 0, 0, 0 },
};

START_TEST(an_answer_means)
{
	struct httpc_answer a = { .outcome = answers[_i].transport, .status = answers[_i].status,
	    .body = answers[_i].body, .body_len = strlen(answers[_i].body) };
	struct graph_verdict v;

	if (answers[_i].table == OF_WHATSAPP)
		graph_judge(&v, whatsapp_rules, whatsapp_rules_n, &a);
	else
		graph_judge(&v, meta_rules, meta_rules_n, &a);
	ck_assert_msg(v.result.outcome == answers[_i].outcome, "%s: outcome %d", answers[_i].what, (int)v.result.outcome);
	ck_assert_msg(v.flags == answers[_i].flags, "%s: flags %u", answers[_i].what, v.flags);
	ck_assert_msg(v.result.retry_after_ms == answers[_i].wait_ms, "%s: waits %lld", answers[_i].what, (long long)v.result.retry_after_ms);
	ck_assert_msg(v.result.pause_ms == answers[_i].pause_ms, "%s: pauses %lld", answers[_i].what, (long long)v.result.pause_ms);
	ck_assert_msg(v.result.outcome == SEND_DONE || v.why[0] != '\0', "%s: no reason", answers[_i].what);
}
END_TEST

/* The gateway's own word: for one person when it is the longer one, for the whole way in any case. */
START_TEST(retry_after_is_honoured)
{
	const char *body = ERROR(131056);
	struct httpc_answer a = { .status = 429, .body = body, .body_len = strlen(body), .retry_after_ms = 9000 };
	struct graph_verdict v;

	graph_judge(&v, whatsapp_rules, whatsapp_rules_n, &a);
	ck_assert_int_eq(v.result.retry_after_ms, 9000);
	a.retry_after_ms = 100;
	graph_judge(&v, whatsapp_rules, whatsapp_rules_n, &a);
	ck_assert_int_eq(v.result.retry_after_ms, 6000);
	a.body = ERROR(4);
	a.body_len = strlen(a.body);
	a.retry_after_ms = 2000;
	graph_judge(&v, meta_rules, meta_rules_n, &a);
	ck_assert_int_eq(v.result.pause_ms, 2000);	/* our guess would be a minute */
}
END_TEST

/* ---- bodies ---- */

static struct outbox_item
item(const char *kind, const char *to, const char *text)
{
	struct outbox_item it = { .id = "7K3F9QXM.4", .code = "7K3F9QXM" };

	snprintf(it.kind, sizeof(it.kind), "%s", kind);
	buf_adds(&it.to, to);
	buf_adds(&it.text, text);
	return it;
}

static const char *
at(const json_t *doc, const char *a, const char *b)
{
	const char *s = json_string_value(json_object_get(json_object_get(doc, a), b));

	return s != NULL ? s : "";
}

static json_t *
whatsapp_says(const char *kind, const char *to, const char *text, enum whatsapp_form form)
{
	struct settings set = { .whatsapp_template = (char *)(uintptr_t)"status_laporan",
	    .whatsapp_language = (char *)(uintptr_t)"id" };
	struct outbox_item it = item(kind, to, text);
	struct buf body = { 0 };
	json_t *doc;

	whatsapp_body(&body, &it, form, &set, "0123456789abcdef");
	doc = json_loadb(body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(doc != NULL, "%s", buf_str(&body));
	ck_assert_str_eq(json_string_value(json_object_get(doc, "biz_opaque_callback_data")), "7K3F9QXM.4 0123456789abcdef");
	outbox_item_release(&it);
	buf_release(&body);
	return doc;
}

START_TEST(forms_of_whatsapp)
{
	const char *nasty = "baris\nsatu\t dua     tiga \"kutip\" \\ </script> \xf0\x9f\x98\xad";
	json_t *doc = whatsapp_says("terima", "+6281234567890", nasty, WHATSAPP_TEXT), *p;

	ck_assert_str_eq(json_string_value(json_object_get(doc, "to")), "6281234567890");
	ck_assert_ptr_null(json_object_get(doc, "recipient"));
	ck_assert_str_eq(at(doc, "text", "body"), nasty);
	json_decref(doc);

	doc = whatsapp_says("terima", "whatsapp:ID.13491208", "x", WHATSAPP_TEXT);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "recipient")), "ID.13491208");
	ck_assert_ptr_null(json_object_get(doc, "to"));
	json_decref(doc);

	doc = whatsapp_says("kabar-selesai", "+6281234567890", nasty, WHATSAPP_TEMPLATE);
	p = json_object_get(json_array_get(json_object_get(json_object_get(doc, "template"), "components"), 0), "parameters");
	ck_assert_uint_eq(json_array_size(p), 2);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(p, 1), "text")),
	    "baris satu dua tiga \"kutip\" \\ </script> \xf0\x9f\x98\xad");
	json_decref(doc);
}
END_TEST

START_TEST(only_the_question_has_buttons)
{
	static const struct { const char *kind; enum whatsapp_form form; } kinds[] = {
		{ "kabar-selesai", WHATSAPP_BUTTONS }, { "terima", WHATSAPP_TEXT }, { "kabar-tanya", WHATSAPP_TEXT },
	};

	for (size_t i = 0; i < N_ELEMS(kinds); i++) {
		struct outbox_item it = item(kinds[i].kind, "+6281", "x");

		ck_assert_int_eq(whatsapp_form_of(&it), kinds[i].form);
		outbox_item_release(&it);
	}
}
END_TEST

static const struct {
	const char *what, *to;
	int instagram, tagged, rc;
	const char *object, *body;
} requests[] = {
	{ "a person", "facebook:5001", 0, 0, 0, "", "{\"recipient\":{\"id\":\"5001\"},\"messaging_type\":\"RESPONSE\",\"message\":{\"text\":\"kabar\"}}" },
	{ "later", "facebook:5001", 0, 1, 0, "", "{\"recipient\":{\"id\":\"5001\"},\"messaging_type\":\"MESSAGE_TAG\",\"tag\":\"HUMAN_AGENT\",\"message\":{\"text\":\"kabar\"}}" },
	{ "a person there", "instagram:6001", 1, 0, 0, "", "{\"recipient\":{\"id\":\"6001\"},\"message\":{\"text\":\"kabar\"}}" },
	{ "under a comment", "comment:9_1", 0, 0, 0, "9_1", "{\"message\":\"kabar\"}" },
	{ "under a post", "post:9_1", 0, 0, 0, "9_1", "{\"message\":\"kabar\"}" },
	{ "its author", "private:comment:9_1", 0, 0, 0, "", "{\"recipient\":{\"comment_id\":\"9_1\"},\"messaging_type\":\"RESPONSE\",\"message\":{\"text\":\"kabar\"}}" },
	{ "a post's author", "private:post:9_1", 0, 0, 0, "", "{\"recipient\":{\"post_id\":\"9_1\"},\"messaging_type\":\"RESPONSE\",\"message\":{\"text\":\"kabar\"}}" },
	{ "an id cannot leave its place in the URL", "comment:../me?x=1", 0, 0, 0, "..%2Fme%3Fx%3D1", "{\"message\":\"kabar\"}" },
	{ "of the other place", "instagram:6001", 0, 0, -1, "", "" },
	{ "a number", "+6281", 0, 0, -1, "", "" },
	{ "known by his comment alone", "facebook:comment:9_1", 0, 0, -1, "", "" },
	{ "private to nobody", "private:+62", 0, 0, -1, "", "" },
};

START_TEST(a_request_to_a_place)
{
	struct outbox_item it = item("terima", requests[_i].to, "kabar");
	struct buf body = { 0 }, object = { 0 };

	ck_assert_msg(meta_request(&body, &object, requests[_i].instagram ? &meta_instagram : &meta_facebook, &it,
	    requests[_i].tagged) == requests[_i].rc, "%s", requests[_i].what);
	ck_assert_msg(strcmp(buf_str(&object), requests[_i].object) == 0, "%s: %s", requests[_i].what, buf_str(&object));
	ck_assert_msg(strcmp(buf_str(&body), requests[_i].body) == 0, "%s: %s", requests[_i].what, buf_str(&body));
	outbox_item_release(&it);
	buf_release(&body);
	buf_release(&object);
}
END_TEST

/* Cut at the place's limit, and never inside a character. */
START_TEST(long_texts_are_cut)
{
	struct outbox_item it = item("terima", "instagram:1", "");
	struct buf body = { 0 }, object = { 0 };
	const char *text;
	json_t *doc;

	buf_addc(&it.text, 'x');
	while (it.text.len < 3000)
		buf_adds(&it.text, "\xc3\xa9");
	ck_assert_int_eq(meta_request(&body, &object, &meta_instagram, &it, 0), 0);
	doc = json_loadb(body.data, body.len, 0, NULL);
	text = at(doc, "message", "text");
	ck_assert_uint_eq(strlen(text), 999);
	ck_assert_uint_eq((unsigned char)text[998], 0xa9);
	json_decref(doc);
	outbox_item_release(&it);
	buf_release(&body);
}
END_TEST

Suite *
graph_suite(void)
{
	Suite *s = suite_create("graph");
	TCase *tc = tcase_create("graph");

	tcase_add_loop_test(tc, an_answer_means, 0, N_ELEMS(answers));
	tcase_add_test(tc, retry_after_is_honoured);
	tcase_add_test(tc, forms_of_whatsapp);
	tcase_add_test(tc, only_the_question_has_buttons);
	tcase_add_loop_test(tc, a_request_to_a_place, 0, N_ELEMS(requests));
	tcase_add_test(tc, long_texts_are_cut);
	suite_add_tcase(s, tc);
	return s;
}
