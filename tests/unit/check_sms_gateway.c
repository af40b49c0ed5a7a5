/* SMS by another gateway: what it is asked, and what its answers mean. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "notify/sms_gateway.h"
#include "store/settings.h"

Suite *sms_gateway_suite(void);

static const struct {
	const char *what, *text;
	enum gateway_place place;
	const char *to, *words, *filled;	/* filled NULL: refused */
} fills[] = {
	{ "a form", "to={to_08}&message={text}", IN_FORM, "+6281234", "a&b=c d+\n", "to=081234&message=a%26b%3Dc%20d%2B%0A" },
	{ "JSON", "{\"to\":\"{to_e164}\",\"t\":\"{text}\"}", IN_JSON, "+6281234", "\"},{\"x\":\"\\\n",
	    "{\"to\":\"+6281234\",\"t\":\"\\\"},{\\\"x\\\":\\\"\\\\\\n\"}" },
	{ "an address", "http://g/?to={to_62}&m={text}&id={id}", IN_ADDRESS, "+6281234", "?#", "http://g/?to=6281234&m=%3F%23&id=AB.1" },
	{ "another country", "{to_08} {to_62}", IN_FORM, "+14155550123", "", "14155550123 14155550123" },
	{ "a header", "Authorization: Bearer {secret}", IN_HEADER, "", "", "Authorization: Bearer s&p" },
	{ "the secret in a form", "k={secret}", IN_FORM, "", "", "k=s%26p" },
	{ "words in a header", "X: {text}", IN_HEADER, "+62", "a\r\nY: b", NULL },
	{ "a number in a header", "X: {to_62}", IN_HEADER, "+62", "", NULL },
	{ "a word of nobody", "{to}", IN_FORM, "+62", "", NULL },
	{ "a long word of nobody", "{to_e164_and_more_than_that}", IN_FORM, "+62", "", NULL },
	{ "words are not filled in again", "{text}", IN_FORM, "+62", "{secret}", "%7Bsecret%7D" },
	{ "braces that are none", "{\"a\":{}} { text} {", IN_JSON, "+62", "", "{\"a\":{}} { text} {" },
};

START_TEST(a_request_is_filled_in)
{
	struct outbox_item item = { .id = "AB.1" };
	struct buf out = { 0 };
	const char *wrong = "";
	int rc;

	buf_adds(&item.to, fills[_i].to);
	buf_adds(&item.text, fills[_i].words);
	rc = sms_gateway_fill(&out, fills[_i].text, fills[_i].place, &item, "s&p", &wrong);
	ck_assert_msg((rc == 0) == (fills[_i].filled != NULL), "%s", fills[_i].what);
	if (rc == 0)
		ck_assert_str_eq(buf_str(&out), fills[_i].filled);
	else
		ck_assert_msg(*wrong == '{', "%s: %s", fills[_i].what, wrong);
	outbox_item_release(&item);
	buf_release(&out);
}
END_TEST

#define PAUSE 10000
#define STOP 300000

static const struct {
	const char *what;
	int outcome, status;
	const char *body;
	int tries;
	enum send_outcome means;
	int64_t pause_ms;
	int alarms;
} answers[] = {
	{ "yes",                    0, 200, "{\"status\":\"1\"}", 0, SEND_DONE, 0, 0 },
	{ "yes, as a number",       0, 200, "{\"status\":1}", 0, SEND_DONE, 0, 0 },
	{ "the other yes",          0, 200, "{\"status\":\"ok\"}", 0, SEND_DONE, 0, 0 },
	{ "no, for ever",           0, 200, "{\"status\":\"0\",\"text\":\"Invalid\"}", 0, SEND_ELSEWHERE, 0, 0 },
	{ "no, for now",            0, 200, "{\"status\":\"0\",\"text\":\"Busy\"}", 0, SEND_RETRY, 0, 0 },
	{ "neither yes nor no",     0, 200, "{\"x\":1}", 0, SEND_UNKNOWN, 0, 0 },
	{ "a page",                 0, 200, "<html>", 0, SEND_UNKNOWN, 0, 0 },
	{ "half a yes",             0, 200, "{\"status\":\"1\"", 0, SEND_UNKNOWN, 0, 0 },
	{ "no, and not to us",      0, 200, "{\"status\":\"0\",\"text\":\"Credit\"}", 0, SEND_RETRY, STOP, 1 },
	{ "unknown again",          0, 200, "<html>", 1, SEND_UNKNOWN, 0, 0 },
	{ "cut",                   -2, 0, "", 0, SEND_UNKNOWN, PAUSE, 0 },
	{ "cut again",             -2, 0, "", 1, SEND_UNKNOWN, PAUSE, 0 },
	{ "not reached",           -1, 0, "", 3, SEND_RETRY, PAUSE, 0 },
	{ "a bad number",           0, 400, "", 0, SEND_ELSEWHERE, 0, 0 },
	{ "our key",                0, 401, "", 0, SEND_RETRY, STOP, 1 },
	{ "not allowed",            0, 403, "", 0, SEND_RETRY, STOP, 1 },
	{ "not there",              0, 404, "", 0, SEND_RETRY, STOP, 1 },
	{ "no credit",              0, 402, "", 0, SEND_RETRY, STOP, 1 },
	{ "too many",               0, 429, "", 0, SEND_RETRY, 7, 0 },
	{ "over capacity",          0, 503, "", 0, SEND_RETRY, 7, 0 },
	{ "nobody behind the proxy", 0, 502, "", 0, SEND_RETRY, 7, 0 },
	{ "its own mistake",        0, 500, "", 0, SEND_UNKNOWN, PAUSE, 0 },
	{ "a redirect",             0, 302, "", 0, SEND_UNKNOWN, PAUSE, 0 },
};

START_TEST(an_answer_means)
{
	struct httpc_answer a = { .outcome = answers[_i].outcome, .status = answers[_i].status, .body = answers[_i].body,
	    .body_len = strlen(answers[_i].body), .retry_after_ms = 7 };
	struct settings set = { .gateway_ok_at = "/status", .gateway_ok_is = "1 ok", .gateway_error_at = "/text",
	    .gateway_final = "Invalid Empty", .gateway_stopped = "Credit Key", .gateway_pause_ms = PAUSE, .gateway_stop_ms = STOP };
	struct send_result r = sms_gateway_result(&a, &set, answers[_i].tries);

	ck_assert_msg(r.outcome == answers[_i].means, "%s: %d", answers[_i].what, (int)r.outcome);
	ck_assert_msg(r.pause_ms == answers[_i].pause_ms, "%s: rests %lld", answers[_i].what, (long long)r.pause_ms);
	ck_assert_msg((r.alarm != NULL) == answers[_i].alarms, "%s", answers[_i].what);
	ck_assert_msg((r.why == NULL) == (r.outcome == SEND_DONE), "%s: a reason for the log", answers[_i].what);
	if (r.outcome == SEND_UNKNOWN)
		ck_assert_msg(r.last == (answers[_i].tries > 0), "%s: last %d", answers[_i].what, r.last);
	if (r.outcome == SEND_ELSEWHERE)
		ck_assert_int_eq(r.otherwise, SEND_FINAL);
}
END_TEST

Suite *
sms_gateway_suite(void)
{
	Suite *s = suite_create("sms_gateway");
	TCase *tc = tcase_create("sms_gateway");

	tcase_add_loop_test(tc, a_request_is_filled_in, 0, N_ELEMS(fills));
	tcase_add_loop_test(tc, an_answer_means, 0, N_ELEMS(answers));
	suite_add_tcase(s, tc);
	return s;
}
