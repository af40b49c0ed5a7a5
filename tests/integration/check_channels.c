/*
 * Every way in, one story: a report is answered on the channel it came by, worked on by an officer by
 * SMS, and closed by the resident on that channel.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "tests/integration/living.h"
#include "tests/say.h"

#define SECRET "rahasia-saluran-uji"

static struct said said;
static int number;		/* of the next message: ids are never used twice */

static void
send_by(const struct say_way *way, const char *from, const char *text)
{
	const char *headers[3] = { 0 };
	struct answer a;
	int n = 0;

	say(&said, way, strcmp(way->secret, "sms_http") == 0 ? buf_str(&house.secret) : SECRET, number++, from, text);
	if (said.type.len > 0)
		headers[n++] = buf_str(&said.type);
	if (said.proof.len > 0)
		headers[n++] = buf_str(&said.proof);
	ask(&a, house.http, buf_str(&said.path), headers, said.body.len > 0 ? said.body.data : NULL, said.body.len);
	ck_assert_msg(a.status / 100 == 2, "%s: %ld %s", buf_str(&said.path), a.status, buf_str(&a.body));
	answer_release(&a);
}

static void
begin(void)
{
	house_make(SAY_SETTINGS);
	for (size_t i = 0; i < say_ways_n; i++)
		if (strcmp(say_ways[i].secret, "sms_http") != 0)
			house_put_secret(say_ways[i].secret, SECRET);
	house_up();
}

static void
end(void)
{
	said_release(&said);
	house_down();
}

START_TEST(a_report_goes_the_whole_road)
{
	const struct say_way *way = &say_ways[_i];
	char from[32], code[CODE_CHARS + 1], officer[24], nonce[8], line[64];
	json_t *m, *doc;

	snprintf(from, sizeof(from), "%s34561%03d", way->sender, _i);
	send_by(way, from, "lampu jalan mati sudah tiga hari di desa kabat depan balai desa");
	m = outgoing_by(way->route, "*", "terima", from);
	snprintf(code, sizeof(code), "%s", json_string_value(json_object_get(m, "code")));
	json_decref(m);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	snprintf(line, sizeof(line), "SELESAI %s lampu diganti", nonce);
	sms(officer, line, NULL);
	json_decref(outgoing_by(way->route, code, "kabar-selesai", from));
	send_by(way, from, "1");
	doc = case_in(code, "ditutup");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "closed_as")), "dikonfirmasi");
	json_decref(doc);
}
END_TEST

Suite *channels_suite(void);

Suite *
channels_suite(void)
{
	Suite *s = suite_create("channels");
	TCase *tc = tcase_create("channels");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, a_report_goes_the_whole_road, 0, (int)say_ways_n);
	suite_add_tcase(s, tc);
	return s;
}
