/* Another SMS gateway, set up in kentongan.yaml alone: its fields, its proof, what it wants to hear. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/escape.h"
#include "lib/seal.h"
#include "tests/integration/living.h"

#define PATH "/hook/sms/gateway"
#define TOKEN "0123456789abcdef0123456789abcdef"

static const char twilio[] =
    "sms_map:\n  signature: twilio\n  header: X-Twilio-Signature\n"
    "  url: 'https://pengaduan.uji.go.id/hooks/twilio?src=sms&v=1'\n"
    "  id: MessageSid\n  from: From\n  text: Body\n  time: ''\n"
    "  reply: <Response/>\n  reply_type: text/xml\n";
static const char hmac[] =
    "sms_map:\n  signature: hmac-sha256\n  header: X-Hub\n  id: msg_id\n  from: nomor\n  text: isi\n  time: waktu\n";

static void
begin(const char *settings)
{
	house_make(settings);
	house_put_secret("sms_map", TOKEN);
	house_up();
}

static void begin_twilio(void) { begin(twilio); }
static void begin_hmac(void) { begin(hmac); }

static void
begin_twilio_json(void)
{
	begin("sms_map:\n  signature: twilio\n  header: X-Twilio-Signature\n"
	    "  url: 'https://pengaduan.uji.go.id/hooks/twilio'\n  id: MessageSid\n  from: From\n  text: Body\n");
}

static long
post(const char *type, const char *header, const char *body, const char *query, struct buf *answer_body)
{
	const char *headers[] = { type, header, NULL };
	struct buf path = { 0 };
	struct answer a;

	buf_addf(&path, PATH "%s", query);
	ask(&a, house.http, buf_str(&path), headers, body, strlen(body));
	if (answer_body != NULL)
		buf_add(answer_body, a.body.data, a.body.len);
	answer_release(&a);
	buf_release(&path);
	return a.status;
}

#define FORM "Content-Type: application/x-www-form-urlencoded"
#define JSON "Content-Type: application/json"
#define GOOD "X-Twilio-Signature: 6HnDbVY+u2JIqEX/DoEXle0VsY4="
#define BODY "MessageSid=SM0123456789abcdef0123456789abcdef&From=%2B6281234567890&To=%2B622712345678" \
    "&Body=Jalan+rusak+%2B+banjir+%26+lumpur&NumMedia=0"

START_TEST(twilio_signature)
{
	struct buf said = { 0 };

	ck_assert_int_eq(post(FORM, GOOD, BODY, "", &said), 200);
	ck_assert_str_eq(buf_str(&said), "<Response/>");
	told_any("+6281234567890");
	ck_assert_int_eq(post(FORM, "X-Twilio-Signature: 6HnDbVY+u2JIqEX/DoEXle0VsY5=", BODY, "", NULL), 401);
	ck_assert_int_eq(post(FORM, "X-Twilio-Signature: x", BODY, "", NULL), 401);
	ck_assert_int_eq(post(FORM, "X-Other: y", BODY, "", NULL), 401);
	ck_assert_int_eq(post(FORM, GOOD, BODY "&Extra=1", "", NULL), 401);
	buf_release(&said);
}
END_TEST

#define BODY_HASH "?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"

/* Well signed, and then read: what is missing is named. */
START_TEST(twilio_signature_of_json)
{
	static const char header[] = "X-Twilio-Signature: 0mCZXIbHWXsTc8WAsyyQhEpcbXg=";
	struct buf said = { 0 };

	ck_assert_int_eq(post(JSON, header, "{\"a\":1}", BODY_HASH, &said), 400);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "MessageSid"));
	ck_assert_int_eq(post(JSON, header, "{\"a\":2}", BODY_HASH, NULL), 401);
	ck_assert_int_eq(post(JSON, header, "{\"a\":1}", "", NULL), 401);
	buf_release(&said);
}
END_TEST

static void
signed_header(char out[128], const char *body)
{
	uint8_t mac[32];
	struct buf hex = { 0 };

	hmac_sha256(mac, TOKEN, strlen(TOKEN), body, strlen(body));
	buf_add_hex(&hex, mac, sizeof(mac));
	snprintf(out, 128, "X-Hub: sha256=%s", buf_str(&hex));
	buf_release(&hex);
}

static const struct { const char *type, *body; long status; const char *names; } calls[] = {
	{ JSON, "{\"msg_id\":77,\"nomor\":\"081234567891\",\"isi\":\"lampu jalan mati di desa kabat\",\"waktu\":1795277808}", 200, "" },
	{ JSON, "{\"msg_id\":\"a\",\"nomor\":\"TELKOMSEL\",\"isi\":\"Kuota Anda habis\"}", 200, "" },
	{ FORM, "msg_id=b&nomor=6281234567892&isi=", 200, "" },
	{ FORM, "msg_id=c&nomor=6281234567893&isi=a%00b%ff&waktu=besok", 200, "" },
	{ JSON, "{\"nomor\":\"081\",\"isi\":\"x\"}", 400, "msg_id" },
	{ JSON, "{\"msg_id\":[1],\"nomor\":\"081\",\"isi\":\"x\"}", 400, "msg_id" },
	{ JSON, "{\"msg_id\":\"d\",\"isi\":\"x\"}", 400, "nomor" },
	{ JSON, "{\"msg_id\":\"d\",\"nomor\":\"081\"}", 400, "isi" },
	{ JSON, "{\"msg_id\":\"d\",\"nomor\":null,\"isi\":\"x\"}", 400, "nomor" },
	{ JSON, "{\"msg_id\":\"d\",\"msg_id\":\"e\",\"nomor\":\"081\",\"isi\":\"x\"}", 400, "JSON" },
	{ JSON, "[]", 400, "JSON" }, { JSON, "", 400, "JSON" }, { FORM, "", 400, "msg_id" },
	{ "Content-Type: text/plain", "msg_id=e&nomor=081&isi=x", 400, "msg_id" },
};

START_TEST(fields_and_forgeries)
{
	char header[128];

	for (size_t i = 0; i < N_ELEMS(calls); i++) {
		struct buf said = { 0 };
		long status;

		signed_header(header, calls[i].body);
		status = post(calls[i].type, header, calls[i].body, "", &said);
		ck_assert_msg(status == calls[i].status, "%s: %ld %s", calls[i].body, status, buf_str(&said));
		ck_assert_msg(strstr(buf_str(&said), calls[i].names) != NULL, "%s: %s", calls[i].body, buf_str(&said));
		header[20] = header[20] == 'a' ? 'b' : 'a';
		ck_assert_int_eq(post(calls[i].type, header, calls[i].body, "", NULL), 401);
		buf_release(&said);
	}
	told_any("+6281234567891");
}
END_TEST

Suite *smsmap_suite(void);

Suite *
smsmap_suite(void)
{
	Suite *s = suite_create("smsmap");
	TCase *t = tcase_create("twilio"), *j = tcase_create("json"),
	    *h = tcase_create("hmac");

	tcase_add_checked_fixture(t, begin_twilio, house_down);
	tcase_add_test(t, twilio_signature);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(j, begin_twilio_json, house_down);
	tcase_add_test(j, twilio_signature_of_json);
	suite_add_tcase(s, j);
	tcase_add_checked_fixture(h, begin_hmac, house_down);
	tcase_add_test(h, fields_and_forgeries);
	suite_add_tcase(s, h);
	return s;
}
