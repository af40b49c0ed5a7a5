#include "tests/say.h"

#include <string.h>

#include <sodium.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/seal.h"

#define JSON_TYPE "Content-Type: application/json"

void
said_release(struct said *s)
{
	buf_release(&s->path);
	buf_release(&s->type);
	buf_release(&s->proof);
	buf_release(&s->body);
}

static void
prove(struct said *out, const char *name, const char *before, const char *secret, const struct buf *signed_text)
{
	uint8_t mac[32];

	hmac_sha256(mac, secret, strlen(secret), signed_text->data, signed_text->len);
	buf_addf(&out->proof, "%s: %s", name, before);
	buf_add_hex(&out->proof, mac, sizeof(mac));
}

/* The number behind "telegram:" and the like. */
static const char *
number_of(const char *from)
{
	return strchr(from, ':') + 1;
}

static void
say_http(struct said *out, const char *secret, int number, const char *from, const char *text)
{
	struct buf dated = { 0 }, before = { 0 };
	long long now = (long long)clock_now_ms();

	buf_adds(&out->path, "/hook/sms/http");
	buf_addf(&out->body, "{\"id\":\"say-%d\",\"from\":\"%s\",\"text\":\"%s\",\"time\":%lld}", number, from, text, now);
	buf_addf(&dated, "%lld.%s", now / 1000, buf_str(&out->body));
	buf_addf(&before, "t=%lld,v1=", now / 1000);
	prove(out, "X-Kentongan-Signature", buf_str(&before), secret, &dated);
	buf_release(&dated);
	buf_release(&before);
}

static void
say_kannel(struct said *out, const char *secret, int number, const char *from, const char *text)
{
	buf_addf(&out->path, "/hook/sms/kannel?k=%s&to=1708&coding=0&charset=UTF-8&smsc=FAKE1&udh=&from=", secret);
	buf_add_url(&out->path, from, strlen(from));
	buf_addf(&out->path, "&ts=%lld&id=kannel-%d&text=", (long long)(clock_now_ms() / 1000), number);
	buf_add_url(&out->path, text, strlen(text));
}

static void
say_gateway(struct said *out, const char *secret, int number, const char *from, const char *text)
{
	buf_adds(&out->path, "/hook/sms/gateway");
	buf_addf(&out->body, "{\"id\":\"gw-%d\",\"from\":\"%s\",\"text\":\"%s\"}", number, from, text);
	prove(out, "X-Signature", "sha256=", secret, &out->body);
}

static void
say_telegram(struct said *out, const char *secret, int number, const char *from, const char *text)
{
	const char *id = number_of(from);

	buf_adds(&out->path, "/hook/telegram");
	buf_addf(&out->body, "{\"update_id\":%d,\"message\":{\"message_id\":%d,\"from\":{\"id\":%s,\"is_bot\":false,"
	    "\"first_name\":\"Uji\"},\"chat\":{\"id\":%s,\"type\":\"private\"},\"date\":%lld,\"text\":\"%s\"}}",
	    10000 + number, number, id, id, (long long)(clock_now_ms() / 1000), text);
	buf_addf(&out->proof, "X-Telegram-Bot-Api-Secret-Token: %s", secret);
}

static void
say_x(struct said *out, const char *secret, int number, const char *from, const char *text)
{
	uint8_t mac[32];
	char b64[64];

	buf_adds(&out->path, "/hook/x");
	buf_addf(&out->body, "{\"for_user_id\":\"1111111111111111111\",\"direct_message_events\":[{\"type\":\"message_create\","
	    "\"id\":\"95%017d\",\"created_timestamp\":\"%lld\",\"message_create\":{\"target\":{\"recipient_id\":"
	    "\"1111111111111111111\"},\"sender_id\":\"%s\",\"message_data\":{\"text\":\"%s\"}}}]}", number,
	    (long long)clock_now_ms(), number_of(from), text);
	hmac_sha256(mac, secret, strlen(secret), out->body.data, out->body.len);
	sodium_bin2base64(b64, sizeof(b64), mac, sizeof(mac), sodium_base64_VARIANT_ORIGINAL);
	buf_addf(&out->proof, "x-twitter-webhooks-signature: sha256=%s", b64);
}

static void
say_whatsapp(struct said *out, const char *secret, int number, const char *from, const char *text)
{
	buf_adds(&out->path, "/hook/whatsapp");
	buf_addf(&out->body, "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\","
	    "\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{\"phone_number_id\":\"106540352242922\"},\"messages\":"
	    "[{\"from\":\"%s\",\"id\":\"wamid.UJI%d\",\"timestamp\":\"%lld\",\"type\":\"text\",\"text\":{\"body\":\"%s\"}}]}}]}]}",
	    from + 1, number, (long long)(clock_now_ms() / 1000), text);
	prove(out, "X-Hub-Signature-256", "sha256=", secret, &out->body);
}

/* A page's and an account's messages have one form. */
static void
say_meta(struct said *out, const char *object, const char *account, const char *secret, int number, const char *from,
    const char *text)
{
	long long now = (long long)clock_now_ms();

	buf_adds(&out->path, "/hook/meta");
	buf_addf(&out->body, "{\"object\":\"%s\",\"entry\":[{\"id\":\"%s\",\"time\":%lld,\"messaging\":[{\"sender\":{\"id\":\"%s\"},"
	    "\"recipient\":{\"id\":\"%s\"},\"timestamp\":%lld,\"message\":{\"mid\":\"m_uji%d\",\"text\":\"%s\"}}]}]}", object, account,
	    now, number_of(from), account, now, number, text);
	prove(out, "X-Hub-Signature-256", "sha256=", secret, &out->body);
}

static void
say_facebook(struct said *out, const char *secret, int number, const char *from, const char *text)
{
	say_meta(out, "page", "110022003300", secret, number, from, text);
}

static void
say_instagram(struct said *out, const char *secret, int number, const char *from, const char *text)
{
	say_meta(out, "instagram", "17841400000000000", secret, number, from, text);
}

const struct say_way say_ways[] = {
	{ "sms_http", "sms_http", "sms", say_http, "+62812" },
	{ "kannel", "kannel", "sms", say_kannel, "+62813" },
	{ "gateway", "sms_map", "sms", say_gateway, "+62814" },
	{ "telegram", "telegram", "telegram", say_telegram, "telegram:5" },
	{ "x", "x", "x", say_x, "x:56100" },
	{ "whatsapp", "whatsapp_app", "whatsapp", say_whatsapp, "+62815" },
	{ "facebook", "meta", "facebook", say_facebook, "facebook:5" },
	{ "instagram", "meta", "instagram", say_instagram, "instagram:5" },
};
const size_t say_ways_n = N_ELEMS(say_ways);

void
say(struct said *out, const struct say_way *way, const char *secret, int number, const char *from, const char *text)
{
	buf_reset(&out->path);
	buf_reset(&out->type);
	buf_reset(&out->proof);
	buf_reset(&out->body);
	way->say(out, secret, number, from, text);
	if (out->body.len > 0)
		buf_adds(&out->type, JSON_TYPE);
}
