/* What goes to Kannel's sendsms, and what its answers mean. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/httpc.h"
#include "notify/sms.h"
#include "store/settings.h"

Suite *sms_out_suite(void);

#define PAUSE 10000
#define STOP 300000

static const struct {
	const char *what;
	int outcome, status;
	const char *body;
	enum send_outcome means;
	int pauses;
} answers[] = {
	{ "accepted",              0, 202, "0: Accepted for delivery",          SEND_DONE,    0 },
	{ "queued by Kannel",      0, 202, "3: Queued for later delivery",      SEND_DONE,    0 },
	{ "202 of somebody else",  0, 202, "thank you",                         SEND_UNKNOWN, 0 },
	{ "202 without a word",    0, 202, "",                                  SEND_UNKNOWN, 0 },
	{ "202 cut short",         0, 202, "0",                                 SEND_UNKNOWN, 0 },
	{ "wrong password",        0, 403, "Authorization failed for sendsms",  SEND_RETRY,   1 },
	{ "wrong path",            0, 404, "Unknown request.",                  SEND_RETRY,   1 },
	{ "a number it bars",      0, 400, "Number(s) has/have been denied",    SEND_ELSEWHERE, 0 },
	{ "no credit",             0, 402, "Saldo habis",                       SEND_RETRY,   STOP },
	{ "too many",              0, 429, "",                                  SEND_RETRY,   7 },
	{ "temporal failure",      0, 503, "Temporal failure, try again later.", SEND_RETRY,  1 },
	{ "internal error",        0, 500, "",                                  SEND_RETRY,   1 },
	{ "a proxy's answer",      0, 302, "",                                  SEND_RETRY,   1 },
	{ "not reached",          -1, 0,   "",                                  SEND_RETRY,   1 },
	{ "cut or too late",      -2, 0,   "",                                  SEND_UNKNOWN, 0 },
	{ "an answer cut",        -2, 202, "0:",                                SEND_UNKNOWN, 0 },
};

START_TEST(answer_means)
{
	struct httpc_answer a = { .outcome = answers[_i].outcome, .status = answers[_i].status,
	    .body = answers[_i].body, .body_len = strlen(answers[_i].body), .retry_after_ms = 7 };
	struct send_result r = sms_result(&a, PAUSE, STOP);

	ck_assert_msg(r.outcome == answers[_i].means, "%s: %d", answers[_i].what, (int)r.outcome);
	ck_assert_msg(r.pause_ms == (answers[_i].pauses == 1 ? PAUSE : answers[_i].pauses), "%s", answers[_i].what);
	ck_assert_msg((r.why == NULL) == (r.outcome == SEND_DONE), "%s: a reason for the log", answers[_i].what);
	ck_assert_int_eq(r.retry_after_ms, 7);
}
END_TEST

static const struct {
	const char *text, *receipts;
	int lane_e;
	const char *url;
} urls[] = {
	{ "jalan & got #1", "", 0,
	    "http://k:1/cgi-bin/sendsms?username=kentongan&password=p%26w&from=1708&to=%2B628123"
	    "&coding=0&charset=UTF-8&text=jalan%20%26%20got%20%231" },
	{ "\xe2\x80\x9c\xf0\x9f\x98\xad", "", 1,
	    "http://k:1/cgi-bin/sendsms?username=kentongan&password=p%26w&from=1708&to=%2B628123"
	    "&priority=3&coding=2&text=%20%1C%D8%3D%DE-" },
	{ "ya", "http://i:2", 0,
	    "http://k:1/cgi-bin/sendsms?username=kentongan&password=p%26w&from=1708&to=%2B628123"
	    "&dlr-mask=19&dlr-url=http%3A%2F%2Fi%3A2%2Fhook%2Fdlr%2Fkannel%3Fid%3DAB.1%26t%3D0123%26d%3D%25d"
	    "&coding=0&charset=UTF-8&text=ya" },
};

START_TEST(url_of_a_message)
{
	struct outbox_item item = { .id = "AB.1", .lane_e = urls[_i].lane_e };
	struct settings set = { 0 };
	const struct sms_card *card;
	const char *smsbox;
	struct buf url = { 0 }, errors = { 0 };

	ck_assert_int_eq(settings_load(&set, "/no/such/folder", &errors), 0);
	ck_assert_ptr_null(sms_card_of(&set, "sms", &smsbox));
	set.kannel_run = 1;
	ck_assert_ptr_eq(sms_card_of(&set, "sms", &smsbox), &set.card[0]);
	ck_assert_str_eq(smsbox, "http://127.0.0.1:13013");
	ck_assert_ptr_null(sms_card_of(&set, "sms2", &smsbox));
	free(set.card[0].url);
	set.card[0].url = xstrdup("http://k:1");
	card = sms_card_of(&set, "sms", &smsbox);
	buf_adds(&item.to, "+628123");
	buf_adds(&item.text, urls[_i].text);
	sms_add_url(&url, smsbox, card, "p&w", urls[_i].receipts, &item, "0123");
	ck_assert_str_eq(buf_str(&url), urls[_i].url);
	outbox_item_release(&item);
	settings_release(&set);
	buf_release(&url);
	buf_release(&errors);
}
END_TEST

Suite *
sms_out_suite(void)
{
	Suite *s = suite_create("sms_out");
	TCase *tc = tcase_create("sms_out");

	tcase_add_loop_test(tc, answer_means, 0, N_ELEMS(answers));
	tcase_add_loop_test(tc, url_of_a_message, 0, N_ELEMS(urls));
	suite_add_tcase(s, tc);
	return s;
}
