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

#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "tests/integration/living.h"

#define SECRET "rahasia-saluran-uji"

static int number;		/* of the next message: ids are never used twice */

static void
post_to(const char *path, const char *type, const char *header, const char *body)
{
	const char *headers[] = { type, header, NULL };
	struct answer a;

	ask(&a, house.http, path, headers, body, strlen(body));
	ck_assert_msg(a.status / 100 == 2, "%s: %ld %s", path, a.status, buf_str(&a.body));
	answer_release(&a);
}

static void
mac_of(uint8_t mac[32], const char *body)
{
	hmac_sha256(mac, SECRET, strlen(SECRET), body, strlen(body));
}

static void
add_hex_header(struct buf *out, const char *name, const char *body)
{
	uint8_t mac[32];

	mac_of(mac, body);
	buf_addf(out, "%s: sha256=", name);
	buf_add_hex(out, mac, sizeof(mac));
}

/* ---- how each channel says a text ---- */

static void
say_sms(const char *from, const char *text)
{
	sms(from, text, NULL);
}

static void
say_kannel(const char *from, const char *text)
{
	struct buf path = { 0 };
	struct answer a;

	buf_adds(&path, "/hook/sms/kannel?k=" SECRET "&to=1708&coding=0&charset=UTF-8&smsc=FAKE1&udh=&from=");
	buf_add_url(&path, from, strlen(from));
	buf_addf(&path, "&ts=%lld&id=kannel-%d&text=", (long long)(clock_now_ms() / 1000), number++);
	buf_add_url(&path, text, strlen(text));
	ask(&a, house.http, buf_str(&path), NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_uint_eq(a.body.len, 0);
	answer_release(&a);
	buf_release(&path);
}

static void
say_gateway(const char *from, const char *text)
{
	struct buf body = { 0 }, header = { 0 };

	buf_addf(&body, "{\"id\":\"gw-%d\",\"from\":\"%s\",\"text\":\"%s\"}", number++, from, text);
	add_hex_header(&header, "X-Signature", buf_str(&body));
	post_to("/hook/sms/gateway", "Content-Type: application/json", buf_str(&header), buf_str(&body));
	buf_release(&body);
	buf_release(&header);
}

static void
say_telegram(const char *from, const char *text)
{
	struct buf body = { 0 };
	const char *id = strchr(from, ':') + 1;

	buf_addf(&body, "{\"update_id\":%d,\"message\":{\"message_id\":%d,\"from\":{\"id\":%s,\"is_bot\":false,"
	    "\"first_name\":\"Uji\"},\"chat\":{\"id\":%s,\"type\":\"private\"},\"date\":%lld,\"text\":\"%s\"}}",
	    10000 + number, number, id, id, (long long)(clock_now_ms() / 1000), text);
	number++;
	post_to("/hook/telegram", "Content-Type: application/json",
	    "X-Telegram-Bot-Api-Secret-Token: " SECRET, buf_str(&body));
	buf_release(&body);
}

static void
say_x(const char *from, const char *text)
{
	struct buf body = { 0 }, header = { 0 };
	uint8_t mac[32];
	char b64[64];

	buf_addf(&body, "{\"for_user_id\":\"1111111111111111111\",\"direct_message_events\":[{\"type\":\"message_create\","
	    "\"id\":\"95%017d\",\"created_timestamp\":\"%lld\",\"message_create\":{\"target\":{\"recipient_id\":"
	    "\"1111111111111111111\"},\"sender_id\":\"%s\",\"message_data\":{\"text\":\"%s\"}}}]}", number++,
	    (long long)clock_now_ms(), strchr(from, ':') + 1, text);
	mac_of(mac, buf_str(&body));
	sodium_bin2base64(b64, sizeof(b64), mac, sizeof(mac), sodium_base64_VARIANT_ORIGINAL);
	buf_addf(&header, "x-twitter-webhooks-signature: sha256=%s", b64);
	post_to("/hook/x", "Content-Type: application/json", buf_str(&header), buf_str(&body));
	buf_release(&body);
	buf_release(&header);
}

static void
say_whatsapp(const char *from, const char *text)
{
	struct buf body = { 0 }, header = { 0 };

	buf_addf(&body, "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\","
	    "\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{\"phone_number_id\":\"106540352242922\"},\"messages\":"
	    "[{\"from\":\"%s\",\"id\":\"wamid.UJI%d\",\"timestamp\":\"%lld\",\"type\":\"text\",\"text\":{\"body\":\"%s\"}}]}}]}]}",
	    from + 1, number++, (long long)(clock_now_ms() / 1000), text);
	add_hex_header(&header, "X-Hub-Signature-256", buf_str(&body));
	post_to("/hook/whatsapp", "Content-Type: application/json", buf_str(&header), buf_str(&body));
	buf_release(&body);
	buf_release(&header);
}

/* A page's and an account's messages have one form. */
static void
say_meta(const char *object, const char *account, const char *from, const char *text)
{
	struct buf body = { 0 }, header = { 0 };

	buf_addf(&body, "{\"object\":\"%s\",\"entry\":[{\"id\":\"%s\",\"time\":%lld,\"messaging\":[{\"sender\":{\"id\":\"%s\"},"
	    "\"recipient\":{\"id\":\"%s\"},\"timestamp\":%lld,\"message\":{\"mid\":\"m_uji%d\",\"text\":\"%s\"}}]}]}", object, account,
	    (long long)clock_now_ms(), strchr(from, ':') + 1, account, (long long)clock_now_ms(), number++, text);
	add_hex_header(&header, "X-Hub-Signature-256", buf_str(&body));
	post_to("/hook/meta", "Content-Type: application/json", buf_str(&header), buf_str(&body));
	buf_release(&body);
	buf_release(&header);
}

static void
say_facebook(const char *from, const char *text)
{
	say_meta("page", "110022003300", from, text);
}

static void
say_instagram(const char *from, const char *text)
{
	say_meta("instagram", "17841400000000000", from, text);
}

/* ---- the table ---- */

static const struct {
	const char *name, *route;
	void (*say)(const char *from, const char *text);
	const char *from;		/* as the address of the answer */
} channels[] = {
	{ "sms_http", "sms", say_sms, "+6281234561001" },
	{ "kannel", "sms", say_kannel, "+6281234561002" },
	{ "gateway", "sms", say_gateway, "+6281234561003" },
	{ "telegram", "telegram", say_telegram, "telegram:561004" },
	{ "x", "x", say_x, "x:5610050000000000005" },
	{ "whatsapp", "whatsapp", say_whatsapp, "+6281234561006" },
	{ "facebook", "facebook", say_facebook, "facebook:561007" },
	{ "instagram", "instagram", say_instagram, "instagram:561008" },
};

static void
begin(void)
{
	static const char *const secrets[] = { "kannel", "sms_map", "telegram", "x", "whatsapp_app", "meta" };

	house_make("sms_map:\n  signature: hmac-sha256\nx:\n  user_id: '1111111111111111111'\n");
	for (size_t i = 0; i < N_ELEMS(secrets); i++)
		house_put_secret(secrets[i], SECRET);
	house_up();
}

START_TEST(a_report_goes_the_whole_road)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];
	json_t *m, *doc;

	channels[_i].say(channels[_i].from, "lampu jalan mati sudah tiga hari di desa kabat depan balai desa");
	m = outgoing_by(channels[_i].route, "*", "terima", channels[_i].from);
	snprintf(code, sizeof(code), "%s", json_string_value(json_object_get(m, "code")));
	json_decref(m);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	snprintf(line, sizeof(line), "SELESAI %s lampu diganti", nonce);
	sms(officer, line, NULL);
	json_decref(outgoing_by(channels[_i].route, code, "kabar-selesai", channels[_i].from));
	channels[_i].say(channels[_i].from, "1");
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

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_loop_test(tc, a_report_goes_the_whole_road, 0, N_ELEMS(channels));
	suite_add_tcase(s, tc);
	return s;
}
