/*
 * WhatsApp, Facebook and Instagram on real daemons: what Meta's platforms would call comes in by the
 * hooks, what we send goes to a strict stand-in of the Graph API (tests/fake/meta.py).
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "core/code.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "store/house.h"
#include "store/outbox.h"
#include "tests/integration/living.h"
#include "tests/integration/peer.h"

/* The place notes when it reads a request, and may have come to the first later than to the second. */
#define READ_LATE_S 0.1
#define APP_SECRET "rahasia-aplikasi-uji"
#define VERIFY "kata-uji"
#define TOKEN "token-uji"
#define NUMBER_ID "106540352242922"

Suite *meta_suite(void);

/* ---- the stand-in ---- */

static struct { struct peer peer; char url[48]; } fake;

static void
fake_start(void)
{
	const char *const argv[] = { "python3", "tests/fake/meta.py", TOKEN, NULL };
	char port[16];

	peer_start(&fake.peer, argv, "");
	peer_line(&fake.peer, "port ", port, sizeof(port));
	snprintf(fake.url, sizeof(fake.url), "http://127.0.0.1:%s", port);
}

static void
fake_stop(void)
{
	peer_stop(&fake.peer);
}

static json_t *
fake_ask(const char *path, const char *body)
{
	struct answer a;
	json_t *doc;

	ask(&a, fake.url, path, NULL, body, body != NULL ? strlen(body) : 0);
	ck_assert_int_eq(a.status, 200);
	doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
	ck_assert_ptr_nonnull(doc);
	answer_release(&a);
	return doc;
}

static void
fake_tell(const char *path, const char *body)
{
	json_decref(fake_ask(path, body));
}

static const char *
member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

/* How many accepted requests hold both words, and the first of them (NULL: not wanted). */
static int
accepted(const char *one, const char *two, json_t **first)
{
	json_t *got = fake_ask("/_got", NULL), *r;
	int n = 0;
	size_t i;

	json_array_foreach(json_object_get(got, "requests"), i, r)
		if (json_integer_value(json_object_get(r, "status")) == 200 &&
		    (strcmp(member(r, "mode"), "ok") == 0 || strcmp(member(r, "mode"), "slow") == 0) &&
		    strstr(member(r, "body"), one) != NULL &&
		    (strstr(member(r, "body"), two) != NULL || strstr(member(r, "path"), two) != NULL) && n++ == 0 &&
		    first != NULL)
			*first = json_incref(r);
	json_decref(got);
	return n;
}

/* An accepted request with both words, waited for; its body parsed, caller decrefs. */
static json_t *
sent(const char *one, const char *two)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	json_t *r = NULL, *body;

	while (accepted(one, two, &r) == 0) {
		ck_assert_msg(clock_mono_ms() < until, "nothing sent with \"%s\" and \"%s\"", one, two);
		nanosleep(&pause, NULL);
	}
	body = json_loads(member(r, "body"), 0, NULL);
	json_decref(r);
	ck_assert_ptr_nonnull(body);
	return body;
}

/* ---- calls of the platform ---- */

static long
call(const char *path, const char *secret, const char *body, size_t len)
{
	struct buf header = { 0 };
	const char *headers[] = { NULL, "Content-Type: application/json", "Expect:", NULL };
	struct answer a;
	uint8_t mac[32];

	hmac_sha256(mac, secret, strlen(secret), body, len);
	buf_adds(&header, "X-Hub-Signature-256: sha256=");
	buf_add_hex(&header, mac, sizeof(mac));
	headers[0] = buf_str(&header);
	ask(&a, house.http, path, headers, body, len);
	answer_release(&a);
	buf_release(&header);
	return a.status;
}

static void
wrap(struct buf *b, const char *number_id, const char *field, const char *name, const char *list)
{
	buf_addf(b, "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"100200300400500\",\"changes\":[{\"value\":"
	    "{\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"622712345678\",\"phone_number_id\":\"%s\"},"
	    "\"%s\":[%s]},\"field\":\"%s\"}]}]}", number_id, name, list, field);
}

static void
whatsapp(const char *messages)
{
	struct buf body = { 0 };

	wrap(&body, NUMBER_ID, "messages", "messages", messages);
	ck_assert_int_eq(call("/hook/whatsapp", APP_SECRET, body.data, body.len), 200);
	buf_release(&body);
}

/* One message: its id is drawn, its time is now. */
static void
message(struct buf *b, const char *from, const char *rest)
{
	buf_addf(b, "%s{\"from\":\"%s\",\"id\":\"wamid.%d.%d\",\"timestamp\":\"%lld\",%s}", b->len > 0 ? "," : "", from,
	    (int)getpid(), ++house.number, (long long)(clock_now_ms() / 1000), rest);
}

static void
one(const char *from, const char *rest)
{
	struct buf b = { 0 };

	message(&b, from, rest);
	whatsapp(buf_str(&b));
	buf_release(&b);
}

static void
one_text(const char *from, const char *text)
{
	struct buf rest = { 0 };

	buf_adds(&rest, "\"type\":\"text\",\"text\":{\"body\":");
	buf_add_json(&rest, text, strlen(text));
	buf_addc(&rest, '}');
	one(from, buf_str(&rest));
	buf_release(&rest);
}

static void
code_in(const char *text, char code[CODE_CHARS + 1])
{
	struct code c;

	ck_assert_msg(code_find(&c, text, strlen(text)) == 0, "no code in \"%s\"", text);
	snprintf(code, CODE_CHARS + 1, "%s", c.s);
}

/* The case's code from the free text that this number got. */
static void
receipt_of(const char *to, char code[CODE_CHARS + 1])
{
	json_t *body = sent(to, "\"type\":\"text\"");

	code_in(member(json_object_get(body, "text"), "body"), code);
	json_decref(body);
}

/* ---- the record ---- */

/* A field of a message in the store, waited for until it is what it should be. */
static void
message_is(const char *id, const char *field, const char *value)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf url = { 0 }, key = { 0 };
	char last[64] = "";
	struct house h;

	buf_addf(&url, "unix:%s/redis/redis.sock", house.dir);
	ck_assert_int_eq(house_open(&h, house.conf, house.dir, buf_str(&url), "test"), 0);
	buf_add_key(&key, &h.st.keys, KEY_MSG, id, NULL);
	while (strcmp(last, value) != 0) {
		redisReply *r = redis_pipe_command(h.st.pipe, "HGET %b %s", key.data, key.len, field);

		snprintf(last, sizeof(last), "%s", r != NULL && r->type == REDIS_REPLY_STRING ? r->str : "");
		freeReplyObject(r);
		ck_assert_msg(clock_mono_ms() < until, "%s of %s is \"%s\", not \"%s\"", field, id, last, value);
		nanosleep(&pause, NULL);
	}
	buf_release(&key);
	buf_release(&url);
	house_close(&h);
}

static void
status(const char *word, const char *opaque)
{
	struct buf list = { 0 }, body = { 0 };

	buf_addf(&list, "{\"id\":\"wamid.X\",\"status\":\"%s\",\"timestamp\":\"%lld\",\"recipient_id\":\"6281\","
	    "\"biz_opaque_callback_data\":\"%s\"%s}", word, (long long)(clock_now_ms() / 1000), opaque,
	    strcmp(word, "failed") == 0 ? ",\"errors\":[{\"code\":131026,\"title\":\"Message undeliverable\"}]" : "");
	wrap(&body, NUMBER_ID, "messages", "statuses", buf_str(&list));
	ck_assert_int_eq(call("/hook/whatsapp", APP_SECRET, body.data, body.len), 200);
	buf_release(&list);
	buf_release(&body);
}

/* A line of that route's file that holds this, waited for. */
static void
left(const char *route, const char *what)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, all = { 0 };

	buf_addf(&path, "%s/out/%s.jsonl", house.dir, route);
	while (strstr(buf_str(&all), what) == NULL) {
		ck_assert_msg(clock_mono_ms() < until, "no %s with %s", route, what);
		nanosleep(&pause, NULL);
		buf_reset(&all);
		file_read(buf_str(&path), 64u << 20, &all);
	}
	buf_release(&path);
	buf_release(&all);
}

/* That notify's log says this of a message; waited for. */
static void
is_logged(const char *words, const char *id)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, all = { 0 }, line = { 0 };

	buf_addf(&path, "%s/log/notify.log", house.dir);
	buf_addf(&line, "%s%s", words, id);
	while (strstr(buf_str(&all), buf_str(&line)) == NULL) {
		ck_assert_msg(clock_mono_ms() < until, "notify does not log %s", buf_str(&line));
		nanosleep(&pause, NULL);
		buf_reset(&all);
		file_read(buf_str(&path), 64u << 20, &all);
	}
	buf_release(&path);
	buf_release(&all);
	buf_release(&line);
}

/* Requests so far, answered or not, whose body has this. */
static int
asked(const char *what)
{
	json_t *got = fake_ask("/_got", NULL), *r;
	int n = 0;
	size_t i;

	json_array_foreach(json_object_get(got, "requests"), i, r)
		n += strstr(member(r, "body"), what) != NULL;
	json_decref(got);
	return n;
}

/* ---- WhatsApp ---- */

static void
begin_with(const char *more)
{
	struct buf settings = { 0 };

	fake_start();
	buf_addf(&settings, "router:\n  exchanges: 100\ngraph:\n  api: %s/v23.0\n  timeout: 5s\n  unknown_wait: 300ms\n  stop: 300ms\n  body: 64KiB\n"
	    "notify:\n  retry: 100ms\n%s", fake.url, more);
	house_make(buf_str(&settings));
	house_put_secret("whatsapp_app", APP_SECRET);
	house_put_secret("whatsapp_verify", VERIFY);
	house_put_secret("whatsapp_token", TOKEN);
	house_put_secret("meta", APP_SECRET);
	house_put_secret("meta_verify", VERIFY);
	house_put_secret("facebook_token", TOKEN);
	house_put_secret("instagram_token", TOKEN);
	fake_tell("/_template", "{\"name\":\"status_laporan\",\"parameters\":2}");
	house_up();
	buf_release(&settings);
}

static void
begin(void)
{
	begin_with("whatsapp:\n  phone_id: \"" NUMBER_ID "\"\n  template: status_laporan\n");
}

static void
begin_without_template(void)
{
	begin_with("whatsapp:\n  phone_id: \"" NUMBER_ID "\"\n");
}

static void
end(void)
{
	house_down();
	fake_stop();
}

static const struct { const char *query; long status; const char *body; } handshakes[] = {
	{ "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" VERIFY, 200, "1158201444" },
	{ "hub.mode=subscribe&hub.challenge=aB_9-&hub.verify_token=" VERIFY, 200, "aB_9-" },
	{ "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=lain", 403, NULL },
	{ "hub.mode=unsubscribe&hub.challenge=1158201444&hub.verify_token=" VERIFY, 403, NULL },
	{ "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=" VERIFY, 403, NULL },
	{ "hub.mode=subscribe&hub.challenge=&hub.verify_token=" VERIFY, 403, NULL },
	{ "hub.mode=subscribe&hub.verify_token=" VERIFY, 403, NULL },
	{ "", 403, NULL },
};

START_TEST(a_handshake)
{
	struct buf path = { 0 };
	struct answer a;

	buf_addf(&path, "/hook/whatsapp?%s", handshakes[_i].query);
	ask(&a, house.http, buf_str(&path), NULL, NULL, 0);
	ck_assert_int_eq(a.status, handshakes[_i].status);
	if (handshakes[_i].body != NULL) {
		ck_assert_str_eq(buf_str(&a.body), handshakes[_i].body);
		ck_assert_ptr_nonnull(strcasestr(buf_str(&a.head), "content-type: text/plain"));
	} else {
		ck_assert_ptr_null(strstr(buf_str(&a.body), "<script>"));
	}
	answer_release(&a);
	buf_release(&path);
}
END_TEST

/* The platform's own bytes with their escapes: another spelling of the same JSON has another MAC. */
static const char vector[] =
    "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"100200300400500\",\"changes\":[{\"value\":{"
    "\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"622712345678\",\"phone_number_id\":\"106540352242922\"},"
    "\"contacts\":[{\"profile\":{\"name\":\"Siti\"},\"wa_id\":\"6281234567890\"}],\"messages\":[{\"from\":\"6281234567890\","
    "\"id\":\"wamid.TEST0001\",\"timestamp\":\"1767225600\",\"type\":\"text\",\"text\":{\"body\":\"Jalan Merdeka banjir \\ud83d\\ude2d\"}}]},"
    "\"field\":\"messages\"}]}]}";
#define VECTOR_MAC "6aa102708d4aa2e65c2ac01f47e59147616b3a75033307bf8245b6de203de569"

static const struct { const char *header; long status; } signatures[] = {
	{ "X-Hub-Signature-256: sha256=" VECTOR_MAC, 200 },
	{ "X-Hub-Signature-256: sha256=" VECTOR_MAC, 200 },	/* again */
	{ "X-Hub-Signature-256: sha256=7aa102708d4aa2e65c2ac01f47e59147616b3a75033307bf8245b6de203de569", 401 },
	{ "X-Hub-Signature-256: sha256=6aa1", 401 },
	{ "X-Hub-Signature-256: sha256=" VECTOR_MAC "00", 401 },
	{ "X-Hub-Signature-256: sha1=" VECTOR_MAC, 401 },
	{ "X-Hub-Signature-256: " VECTOR_MAC, 401 },
	{ "X-Hub-Signature: sha256=" VECTOR_MAC, 401 },
	{ "X-Hub-Signature-256: sha256=zaa102708d4aa2e65c2ac01f47e59147616b3a75033307bf8245b6de203de569", 401 },
};

START_TEST(a_signature)
{
	const char *headers[] = { signatures[_i].header, "Content-Type: application/json", NULL };
	struct answer a;

	ck_assert_uint_eq(strlen(vector), 450);
	ask(&a, house.http, "/hook/whatsapp", headers, vector, strlen(vector));
	ck_assert_int_eq(a.status, signatures[_i].status);
	answer_release(&a);
}
END_TEST

/* Report, receipt, work, question with two buttons, one pressed: all where the resident is. */
START_TEST(a_report_and_its_end_on_whatsapp)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];
	json_t *doc, *body, *buttons;

	one_text("6281230000001", "lampu jalan mati di desa kabat depan balai desa sudah tiga hari");
	receipt_of("6281230000001", code);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(member(doc, "place"), "35.10.14.2012");
	json_decref(doc);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "SELESAI %s lampu sudah diganti", nonce);
	sms(officer, line, NULL);
	wait_state(code, "selesai");
	body = sent("6281230000001", "\"type\":\"interactive\"");
	buttons = json_object_get(json_object_get(json_object_get(body, "interactive"), "action"), "buttons");
	ck_assert_uint_eq(json_array_size(buttons), 2);
	ck_assert_str_eq(member(json_object_get(json_array_get(buttons, 0), "reply"), "id"), "1");
	ck_assert_str_eq(member(json_object_get(json_array_get(buttons, 1), "reply"), "id"), "2");
	json_decref(body);
	one("6281230000001", "\"context\":{\"from\":\"622712345678\",\"id\":\"wamid.OUT000001\"},\"type\":\"interactive\",\"interactive\":"
	    "{\"type\":\"button_reply\",\"button_reply\":{\"id\":\"1\",\"title\":\"Sudah beres\"}}");
	doc = case_in(code, "ditutup");
	ck_assert_str_eq(member(doc, "closed_as"), "dikonfirmasi");
	json_decref(doc);
}
END_TEST

/* The platform's id of the first message with both words. */
static void
id_of(const char *first, const char *second, char *out, size_t size)
{
	json_t *r = NULL;

	json_decref(sent(first, second));
	ck_assert_int_gt(accepted(first, second, &r), 0);
	snprintf(out, size, "%s", member(r, "id"));
	ck_assert_str_ne(out, "");
	json_decref(r);
}

static void
quoting(const char *from, const char *id, const char *text)
{
	struct buf rest = { 0 };

	buf_addf(&rest, "\"context\":{\"from\":\"622712345678\",\"id\":\"%s\"},\"type\":\"text\",\"text\":{\"body\":", id);
	buf_add_json(&rest, text, strlen(text));
	buf_addc(&rest, '}');
	one(from, buf_str(&rest));
	buf_release(&rest);
}

/* Done, and said so: the code, and the platform's id of what we said. */
static void
solved(const char *from, const char *text, const char *receipt, char code[CODE_CHARS + 1], char id[256])
{
	char officer[24], nonce[8], line[64], shown[CODE_CHARS + 2];
	json_t *body;
	struct code c;

	one_text(from, text);
	body = sent(from, receipt);
	code_in(member(json_object_get(body, "text"), "body"), code);
	json_decref(body);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "SELESAI %s sudah diperbaiki", nonce);
	sms(officer, line, NULL);
	wait_state(code, "selesai");
	snprintf(c.s, sizeof(c.s), "%s", code);
	code_show(shown, &c);
	snprintf(line, sizeof(line), "%s selesai", shown);
	id_of(from, line, id, 256);
}

/* Two cases wait for the same man's verdict: the message that he quotes says which he means. */
START_TEST(a_quoted_message_says_which_case)
{
	static const char who[] = "6281230000031";
	char lamp[CODE_CHARS + 1], drain[CODE_CHARS + 1], lamp_id[256], drain_id[256];
	json_t *doc;

	solved(who, "lampu jalan mati di desa kabat depan balai desa", "lampu", lamp, lamp_id);
	solved(who, "got mampet di desa benculuk cluring air menggenang", "drainase", drain, drain_id);
	ck_assert_str_ne(lamp_id, drain_id);
	quoting(who, drain_id, "1");
	doc = case_in(drain, "ditutup");
	ck_assert_str_eq(member(doc, "closed_as"), "dikonfirmasi");
	json_decref(doc);
	wait_state(lamp, "selesai");
	/* Somebody else cannot speak for him by quoting. */
	quoting("6281230000032", lamp_id, "2");
	quoting(who, lamp_id, "tiang yang sebelah timur juga padam");
	told(lamp, "tambahan", "");
	wait_state(lamp, "selesai");
	quoting(who, lamp_id, "2");
	wait_state(lamp, "ditugaskan");
}
END_TEST

/* A template's quick reply, pressed by who has reported by SMS: one person, whatever the channel. */
START_TEST(one_person_on_two_channels)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];

	sms("081230000002", "jembatan bambu putus di desa sumberarum songgon", code);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "SELESAI %s sudah disambung", nonce);
	sms(officer, line, NULL);
	wait_state(code, "selesai");
	one("6281230000002", "\"type\":\"button\",\"button\":{\"payload\":\"2\",\"text\":\"Belum\"}");
	wait_state(code, "ditugaskan");
}
END_TEST

START_TEST(a_hidden_number_is_answered)
{
	struct buf b = { 0 }, body = { 0 };
	json_t *doc;

	buf_addf(&b, "{\"from_user_id\":\"ID.1349120865530274\",\"id\":\"wamid.hidden\",\"timestamp\":\"%lld\",\"type\":\"text\","
	    "\"text\":{\"body\":\"sampah menumpuk di pasar genteng kulon\"}}", (long long)(clock_now_ms() / 1000));
	wrap(&body, NUMBER_ID, "messages", "messages", buf_str(&b));
	ck_assert_int_eq(call("/hook/whatsapp", APP_SECRET, body.data, body.len), 200);
	doc = sent("ID.1349120865530274", "\"type\":\"text\"");
	ck_assert_str_eq(member(doc, "recipient"), "ID.1349120865530274");
	ck_assert_ptr_null(json_object_get(doc, "to"));
	json_decref(doc);
	buf_release(&b);
	buf_release(&body);
}
END_TEST

/* The same ids again, in another order and in one call with others: one case each. */
START_TEST(redelivery_and_disorder)
{
	struct buf b = { 0 }, swapped = { 0 };
	char first[512], second[512];

	message(&b, "6281230000003", "\"type\":\"text\",\"text\":{\"body\":\"pohon tumbang menutup jalan di desa kabat\"}");
	snprintf(first, sizeof(first), "%s", buf_str(&b));
	buf_reset(&b);
	message(&b, "6281230000004", "\"type\":\"text\",\"text\":{\"body\":\"drainase mampet di desa kabat depan masjid\"}");
	snprintf(second, sizeof(second), "%s", buf_str(&b));
	buf_addf(&swapped, "%s,%s,%s", second, first, second);
	whatsapp(first);
	whatsapp(buf_str(&swapped));
	whatsapp(buf_str(&swapped));
	one_text("6281230000005", "sampah menumpuk di pasar genteng kulon");
	json_decref(sent("6281230000003", "\"type\":\"text\""));
	json_decref(sent("6281230000004", "\"type\":\"text\""));
	json_decref(sent("6281230000005", "\"type\":\"text\""));	/* came last, so all before it was read */
	ck_assert_int_eq(accepted("6281230000003", "", NULL), 1);
	ck_assert_int_eq(accepted("6281230000004", "", NULL), 1);
	buf_release(&b);
	buf_release(&swapped);
}
END_TEST

/* What is wrong in one message does not touch the next one. */
static const char *const broken[] = {
	"{\"id\":\"wamid.b1\",\"timestamp\":\"1767225600\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}",
	"{\"from\":6281,\"id\":\"wamid.b2\",\"timestamp\":\"1767225600\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}",
	"{\"from\":\"6281230000006\",\"timestamp\":\"1767225600\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}",
	"{\"from\":\"6281230000006\",\"id\":17,\"timestamp\":\"1767225600\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}",
	"{\"from\":\"6281230000006\",\"id\":\"\",\"timestamp\":\"1767225600\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b3\",\"timestamp\":\"1767225600\",\"text\":{\"body\":\"x\"}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b4\",\"timestamp\":\"1767225600\",\"type\":\"text\"}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b5\",\"timestamp\":\"1767225600\",\"type\":\"text\",\"text\":\"x\"}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b6\",\"timestamp\":\"1767225600\",\"type\":\"text\",\"text\":{\"body\":[1]}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b7\",\"timestamp\":\"1767225600\",\"type\":\"location\",\"location\":{\"latitude\":-8.2}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b8\",\"timestamp\":\"1767225600\",\"type\":\"location\",\"location\":{\"latitude\":-98.2,\"longitude\":114}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b9\",\"timestamp\":\"1767225600\",\"type\":\"image\",\"image\":{\"mime_type\":\"image/jpeg\"}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b10\",\"timestamp\":\"1767225600\",\"type\":\"interactive\",\"interactive\":{\"type\":\"nfm_reply\"}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b11\",\"timestamp\":\"1767225600\",\"type\":\"reaction\",\"reaction\":{\"message_id\":\"wamid.OUT1\"}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b12\",\"timestamp\":\"1767225600\",\"type\":\"order\",\"order\":{}}",
	"{\"from\":\"6281230000006\",\"id\":\"wamid.b13\",\"timestamp\":\"1767225600\",\"type\":\"system\",\"system\":{\"body\":\"x\"}}",
	"\"no object\"", "null", "[]",
};

START_TEST(one_broken_message_loses_no_other)
{
	struct buf b = { 0 };
	char from[16];

	snprintf(from, sizeof(from), "628123100%04d", _i);
	buf_adds(&b, broken[_i]);
	message(&b, from, "\"type\":\"text\",\"text\":{\"body\":\"sampah menumpuk di pasar genteng kulon \\ud83d\"}");
	whatsapp(buf_str(&b));
	json_decref(sent(from, "\"type\":\"text\""));
	ck_assert_int_eq(accepted("6281230000006", "", NULL), 0);
	buf_release(&b);
}
END_TEST

/* Well signed and yet nothing for us: 200, so that it does not come again for a week. */
static const char *const foreign[] = {
	"{}", "{\"object\":\"whatsapp_business_account\"}", "{\"object\":\"user\",\"entry\":[]}", "[]", "{\"object\":", "", "nul",
	"{\"object\":\"whatsapp_business_account\",\"object\":\"page\"}",
	"{\"object\":\"whatsapp_business_account\",\"entry\":[{\"changes\":[{\"field\":\"account_update\",\"value\":{}}]}]}",
	"{\"object\":\"whatsapp_business_account\",\"entry\":[{\"changes\":[{\"field\":\"messages\",\"value\":{\"metadata\":{\"phone_number_id\":\"1\"},"
	"\"messages\":[{\"from\":\"6281230000007\",\"id\":\"wamid.other\",\"type\":\"text\",\"text\":{\"body\":\"kebakaran di desa kabat\"}}]}}]}]}",
	"{\"object\":\"whatsapp_business_account\",\"entry\":[{\"changes\":[{\"field\":\"messages\",\"value\":{\"metadata\":{\"phone_number_id\":"
	"\"" NUMBER_ID "\"},\"errors\":[{\"code\":130429}],\"statuses\":[{\"status\":\"delivered\"},{\"status\":7},5]}}]}]}",
};

START_TEST(what_is_not_for_us_is_answered_200)
{
	ck_assert_int_eq(call("/hook/whatsapp", APP_SECRET, foreign[_i], strlen(foreign[_i])), 200);
	ck_assert_int_eq(call("/hook/whatsapp", "lain", foreign[_i], strlen(foreign[_i])), 401);
	ck_assert_int_eq(accepted("6281230000007", "", NULL), 0);
}
END_TEST

START_TEST(too_deep_and_too_large)
{
	struct buf b = { 0 };

	for (int i = 0; i < 3000; i++)
		buf_addc(&b, '[');
	ck_assert_int_eq(call("/hook/whatsapp", APP_SECRET, b.data, b.len), 200);
	while (b.len <= 64 * 1024)
		buf_adds(&b, "                ");
	ck_assert_int_eq(call("/hook/whatsapp", APP_SECRET, b.data, b.len), 413);
	buf_release(&b);
}
END_TEST

/* Text, photo, place and voice within minutes are one ticket. */
START_TEST(pieces_make_one_ticket)
{
	const char *from = "6281230000008";
	char code[CODE_CHARS + 1], shown[CODE_CHARS + 2];
	struct code c;

	one_text(from, "pohon tumbang menutup jalan di desa kabat");
	receipt_of(from, code);
	one(from, "\"type\":\"image\",\"image\":{\"id\":\"2754859441498128\",\"mime_type\":\"image/jpeg\",\"sha256\":\"x\"}");
	one(from, "\"type\":\"location\",\"location\":{\"latitude\":-8.2731,\"longitude\":114.3312,\"name\":\"Balai Desa\"}");
	one(from, "\"type\":\"audio\",\"audio\":{\"id\":\"2754859441498129\",\"mime_type\":\"audio/ogg\",\"voice\":true}");
	one(from, "\"type\":\"image\",\"image\":{\"id\":\"2754859441498140\",\"caption\":\"begini keadaannya pak\"}");
	left("sms", "berkas: whatsapp:2754859441498140; begini");	/* the picture is kept beside its words */
	for (int i = 0; i < 4; i++) {
		const struct timespec pause = { 0, 20 * 1000000L };
		int64_t until = clock_mono_ms() + LIMIT_MS;

		while (accepted(from, "sampaikan ke petugas", NULL) <= i) {
			ck_assert_int_lt(clock_mono_ms(), until);
			nanosleep(&pause, NULL);
		}
	}
	snprintf(c.s, sizeof(c.s), "%s", code);
	code_show(shown, &c);
	ck_assert_int_eq(accepted(from, shown, NULL), 5);
	ck_assert_int_eq(accepted(from, "", NULL), 5);
}
END_TEST

/* First the photo, then the words: still one ticket, and the words route it. */
START_TEST(words_after_the_photo)
{
	const char *from = "6281230000009";
	char code[CODE_CHARS + 1];
	json_t *doc;

	one(from, "\"type\":\"image\",\"image\":{\"id\":\"2754859441498130\",\"mime_type\":\"image/jpeg\"}");
	receipt_of(from, code);
	wait_state(code, "baru");
	one_text(from, "pohon mahoni tumbang menutup jalan di desa kabat");
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(member(doc, "place"), "35.10.14.2012");
	json_decref(doc);
	left("sms", ": pohon mahoni tumbang");	/* the unit's task says what it is about */
}
END_TEST

/* Nobody can tell what a voice says: a human hears it, by the clock of an emergency. */
START_TEST(a_voice_alone_goes_to_a_human)
{
	char code[CODE_CHARS + 1];
	json_t *doc;

	one("6281230000010", "\"type\":\"audio\",\"audio\":{\"id\":\"2754859441498131\",\"mime_type\":\"audio/ogg\",\"voice\":true}");
	receipt_of("6281230000010", code);
	doc = case_in(code, "baru");
	ck_assert_str_eq(member(doc, "urgency"), "darurat");
	json_decref(doc);
	told(code, "tugas", "");
	/* Quiet words behind it do not send the human away. */
	one_text("6281230000010", "sampah menumpuk di pasar genteng kulon");
	json_decref(sent("6281230000010", "sampaikan ke petugas"));
	doc = case_in(code, "baru");
	ck_assert_str_eq(member(doc, "urgency"), "darurat");
	json_decref(doc);
	one_text("6281230000010", "kebakaran rumah di desa kabat");
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(member(doc, "category"), "kebakaran");
	json_decref(doc);
}
END_TEST

/* What we cannot show may be an emergency all the same: a human asks back. */
START_TEST(an_unsupported_kind_goes_to_a_human)
{
	char code[CODE_CHARS + 1];

	one("6281230000018", "\"type\":\"unsupported\",\"errors\":[{\"code\":131051,\"title\":\"Message type unknown\"}]");
	receipt_of("6281230000018", code);
	wait_state(code, "baru");
	told(code, "tugas", "");
}
END_TEST

START_TEST(statuses_change_the_record)
{
	char code[CODE_CHARS + 1], id[24], opaque[64], forged[64];
	json_t *body;

	one_text("6281230000011", "drainase mampet di desa kabat depan masjid");
	body = sent("6281230000011", "\"type\":\"text\"");
	code_in(member(json_object_get(body, "text"), "body"), code);
	snprintf(opaque, sizeof(opaque), "%s", member(body, "biz_opaque_callback_data"));
	json_decref(body);
	snprintf(id, sizeof(id), "%.*s", (int)strcspn(opaque, " "), opaque);
	ck_assert_msg(strncmp(id, code, CODE_CHARS) == 0, "%s", opaque);
	message_is(id, "st", "sent");
	snprintf(forged, sizeof(forged), "%s 0123456789abcdef", id);
	status("failed", forged);
	status("sent", opaque);
	message_is(id, "st", "sent");
	status("read", opaque);			/* read without delivered */
	message_is(id, "st", "delivered");
	status("failed", opaque);		/* late: what is better known stays */
	message_is(id, "st", "delivered");
}
END_TEST

/* The answer is lost, and a status says that the message has left: it does not leave again. */
START_TEST(a_status_stands_for_a_lost_answer)
{
	static const char who[] = "6281230000041";
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char opaque[64] = "", id[24];
	json_t *body;

	fake_tell("/_mode", "{\"mode\":\"hang\",\"times\":1}");
	one_text(who, "drainase mampet di desa kabat depan masjid");
	while (opaque[0] == '\0') {
		json_t *got = fake_ask("/_got", NULL), *r;
		size_t i;

		json_array_foreach(json_object_get(got, "requests"), i, r)
			if (strstr(member(r, "body"), who) != NULL) {
				body = json_loads(member(r, "body"), 0, NULL);
				snprintf(opaque, sizeof(opaque), "%s", member(body, "biz_opaque_callback_data"));
				json_decref(body);
			}
		json_decref(got);
		ck_assert_int_lt(clock_mono_ms(), until);
		nanosleep(&pause, NULL);
	}
	snprintf(id, sizeof(id), "%.*s", (int)strcspn(opaque, " "), opaque);
	status("sent", opaque);
	message_is(id, "st", "sent");
	is_logged("event=send_failed route=whatsapp message=", id);	/* the lost answer is given up */
	/* What waited behind it to the same person has left long after it would have come again. */
	one_text(who, "CEK");
	json_decref(sent(who, "Pemegang"));
	ck_assert_int_eq(asked(opaque), 1);
	status("delivered", opaque);
	message_is(id, "st", "delivered");
}
END_TEST

START_TEST(a_failed_status_sends_an_sms)
{
	char code[CODE_CHARS + 1], opaque[64];
	json_t *body;

	one_text("6281230000012", "drainase mampet di desa kabat depan masjid");
	body = sent("6281230000012", "\"type\":\"text\"");
	code_in(member(json_object_get(body, "text"), "body"), code);
	snprintf(opaque, sizeof(opaque), "%s", member(body, "biz_opaque_callback_data"));
	json_decref(body);
	status("failed", opaque);
	told(code, "terima", "+6281230000012");
}
END_TEST

START_TEST(who_is_not_on_whatsapp_gets_an_sms)
{
	fake_tell("/_absent", "{\"to\":\"6281230000013\"}");
	one_text("6281230000013", "drainase mampet di desa kabat depan masjid");
	left("sms", "\"to\":\"+6281230000013\"");
	ck_assert_int_eq(accepted("6281230000013", "", NULL), 0);
}
END_TEST

/* Their clock says it is too late for free text, ours did not. */
START_TEST(a_closed_window_takes_the_template)
{
	json_t *body, *parameters;
	char code[CODE_CHARS + 1];

	fake_tell("/_window", "{\"to\":\"6281230000014\",\"open\":false}");
	one_text("6281230000014", "drainase mampet di desa kabat depan masjid");
	body = sent("6281230000014", "\"type\":\"template\"");
	parameters = json_object_get(json_array_get(json_object_get(json_object_get(body, "template"), "components"), 0), "parameters");
	code_in(member(json_array_get(parameters, 0), "text"), code);
	ck_assert_ptr_nonnull(strstr(member(json_array_get(parameters, 1), "text"), "drainase"));
	json_decref(body);
	wait_state(code, "ditugaskan");
}
END_TEST

static void
old_message(const char *from)
{
	struct buf b = { 0 };

	buf_addf(&b, "{\"from\":\"%s\",\"id\":\"wamid.old.%s\",\"timestamp\":\"%lld\",\"type\":\"text\","
	    "\"text\":{\"body\":\"drainase mampet di desa kabat depan masjid\"}}", from, from,
	    (long long)(clock_now_ms() / 1000 - 25 * 3600));
	whatsapp(buf_str(&b));
	buf_release(&b);
}

/* Our own clock says it: free text is not even tried. */
START_TEST(an_old_message_is_answered_by_template)
{
	old_message("6281230000015");
	json_decref(sent("6281230000015", "\"type\":\"template\""));
	ck_assert_int_eq(accepted("6281230000015", "\"type\":\"text\",\"text\":{\"preview_url\"", NULL), 0);
}
END_TEST

START_TEST(an_old_message_without_template_is_answered_by_sms)
{
	old_message("6281230000016");
	left("sms", "\"to\":\"+6281230000016\"");
	ck_assert_int_eq(accepted("6281230000016", "", NULL), 0);
}
END_TEST

/* However the other side fails, the message arrives under its one id. */
static const struct { const char *mode; int tries; double apart; } modes[] = {
	{ "{\"mode\":\"slow\",\"ms\":300,\"times\":1}", 1, 0 },
	{ "{\"mode\":\"503\",\"times\":2}", 3, 0.08 },
	{ "{\"mode\":\"429\",\"times\":1}", 2, 1.0 },		/* Retry-After: 1 */
	{ "{\"mode\":\"hang-head\",\"times\":1}", 2, 5.3 },		/* the limit, and the rest after it */
	{ "{\"mode\":\"hang\",\"times\":1}", 2, 5.3 },
	{ "{\"mode\":\"die\",\"times\":2}", 3, 0 },			/* libcurl's own second try is at once */
	{ "{\"mode\":\"reset\",\"times\":1}", 2, 0.3 },
	{ "{\"mode\":\"wrong-json\",\"times\":1}", 2, 0.3 },
};

START_TEST(whatever_the_platform_does)
{
	char from[16], opaque[64];
	json_t *body, *got, *r;
	double last = 0;
	int tries = 0;
	size_t i;

	snprintf(from, sizeof(from), "628123200%04d", _i);
	fake_tell("/_mode", modes[_i].mode);
	one_text(from, "drainase mampet di desa kabat depan masjid");
	body = sent(from, "\"type\":\"text\"");
	snprintf(opaque, sizeof(opaque), "%s", member(body, "biz_opaque_callback_data"));
	json_decref(body);
	got = fake_ask("/_got", NULL);
	json_array_foreach(json_object_get(got, "requests"), i, r)
		if (strstr(member(r, "body"), from) != NULL) {
			double now = json_real_value(json_object_get(r, "at"));

			ck_assert_ptr_nonnull(strstr(member(r, "body"), opaque));
			ck_assert_msg(tries == 0 || now - last + READ_LATE_S >= modes[_i].apart, "%s: again after %.3f s", modes[_i].mode, now - last);
			last = now;
			tries++;
		}
	json_decref(got);
	ck_assert_msg(tries == modes[_i].tries, "%s: %d tries", modes[_i].mode, tries);
	fake_tell("/_mode", "{\"mode\":\"ok\"}");
}
END_TEST

/* A refused token: people with a number hear by SMS, and the keeper of the house hears why. */
START_TEST(a_refused_token_is_an_alarm)
{
	fake_tell("/_error", "{\"status\":401,\"code\":190}");
	one_text("6281230000017", "drainase mampet di desa kabat depan masjid");
	left("sms", "SISTEM: whatsapp menolak (status 401, code 190)");
	left("sms", "\"to\":\"+6281230000017\"");
}
END_TEST

/* ---- Facebook and Instagram ---- */

#define PAGE_ID "110022003300"
#define INSTAGRAM_ID "17841400000000001"

static void
begin_places(void)
{
	begin_with("facebook:\n  page_id: \"" PAGE_ID "\"\ninstagram:\n  account_id: \"" INSTAGRAM_ID "\"\n");
}

/* One entry of the page or of the Instagram account. */
static long
event(const char *object, const char *inside)
{
	struct buf body = { 0 };
	long answered;

	buf_addf(&body, "{\"object\":\"%s\",\"entry\":[{\"id\":\"%s\",\"time\":%lld,%s}]}", object,
	    strcmp(object, "page") == 0 ? PAGE_ID : INSTAGRAM_ID, (long long)(clock_now_ms() / 1000), inside);
	answered = call("/hook/meta", APP_SECRET, body.data, body.len);
	buf_release(&body);
	return answered;
}

static void
said_as(const char *verb, const char *id, const char *from, const char *name, const char *text)
{
	struct buf b = { 0 };

	buf_addf(&b, "\"changes\":[{\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"%s\",\"post_id\":\"" PAGE_ID "_9\","
	    "\"comment_id\":\"%s\",\"parent_id\":\"" PAGE_ID "_9\",\"from\":{\"id\":\"%s\",\"name\":\"%s\"},\"message\":", verb, id, from,
	    name);
	buf_add_json(&b, text, strlen(text));
	buf_addf(&b, ",\"created_time\":%lld,\"post\":{\"permalink_url\":\"https://www.facebook.com/lapor/posts/9\"}}}]",
	    (long long)(clock_now_ms() / 1000));
	ck_assert_int_eq(event("page", buf_str(&b)), 200);
	buf_release(&b);
}

static void
comment(const char *id, const char *from, const char *name, const char *text)
{
	said_as("add", id, from, name, text);
}

static void
direct(const char *object, const char *from, const char *mid, const char *text)
{
	struct buf b = { 0 };

	buf_addf(&b, "\"messaging\":[{\"sender\":{\"id\":\"%s\"},\"recipient\":{\"id\":\"1\"},\"timestamp\":%lld,\"message\":{\"mid\":\"%s\",\"text\":",
	    from, (long long)clock_now_ms(), mid);
	buf_add_json(&b, text, strlen(text));
	buf_adds(&b, "}}]");
	ck_assert_int_eq(event(object, buf_str(&b)), 200);
	buf_release(&b);
}

START_TEST(the_hook_of_both_places_is_guarded)
{
	const char *body = "{\"object\":\"page\",\"entry\":[]}";
	struct answer a;

	ask(&a, house.http, "/hook/meta?hub.mode=subscribe&hub.challenge=77&hub.verify_token=" VERIFY, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_str_eq(buf_str(&a.body), "77");
	answer_release(&a);
	ask(&a, house.http, "/hook/meta?hub.mode=subscribe&hub.challenge=77&hub.verify_token=x", NULL, NULL, 0);
	ck_assert_int_eq(a.status, 403);
	answer_release(&a);
	ck_assert_int_eq(call("/hook/meta", APP_SECRET, body, strlen(body)), 200);
	ck_assert_int_eq(call("/hook/meta", "lain", body, strlen(body)), 401);
}
END_TEST

/* Of what stands in public, only code and link; of all else not a word, up to the closed case. */
START_TEST(a_comment_is_answered_in_public_without_a_name)
{
	static const char *const canaries[] = { "Kanaria", "81299887766", "lampu", "Kabat", "kabat", "masjid", "desa" };
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];
	const char *id = "9_101";
	struct timespec pause = { 0, 20 * 1000000L };
	int64_t until;
	json_t *body, *doc, *got, *r;
	size_t i;

	comment(id, "5001", "Siti Kanaria", "lampu jalan mati di desa kabat depan masjid, hubungi 081299887766");
	body = sent("nomor", "/v23.0/9_101/comments");
	code_in(member(body, "message"), code);
	ck_assert_ptr_nonnull(strstr(member(body, "message"), "https://"));
	ck_assert_uint_eq(json_object_size(body), 1);
	json_decref(body);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(member(doc, "place"), "35.10.14.2012");
	ck_assert_str_eq(member(doc, "link"), "https://www.facebook.com/lapor/posts/9");
	json_decref(doc);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	json_decref(sent("Ada kabar", "/v23.0/9_101/comments"));
	snprintf(line, sizeof(line), "SELESAI %s lampu di masjid diganti oleh Kanaria", nonce);
	sms(officer, line, NULL);
	json_decref(sent("Sudah beres?", "/v23.0/9_101/comments"));
	comment("9_102", "5001", "Siti Kanaria", "1");
	wait_state(code, "ditutup");
	until = clock_mono_ms() + LIMIT_MS;
	while (accepted("Ada kabar", "9_101", NULL) < 2) {	/* the last one: closed */
		ck_assert_int_lt(clock_mono_ms(), until);
		nanosleep(&pause, NULL);
	}
	got = fake_ask("/_got", NULL);
	ck_assert_uint_gt(json_array_size(json_object_get(got, "requests")), 3);
	json_array_foreach(json_object_get(got, "requests"), i, r)
		for (size_t k = 0; k < N_ELEMS(canaries) && strstr(member(r, "path"), id) != NULL; k++)
			ck_assert_msg(strstr(member(r, "body"), canaries[k]) == NULL, "%s in %s", canaries[k], member(r, "body"));
	json_decref(got);
}
END_TEST

/* Who mends his comment adds to his report: danger that he writes there is heard. */
START_TEST(an_edited_comment_is_added)
{
	long taken = figure("kentongan_ingest_reports_total");
	char code[CODE_CHARS + 1];
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	json_t *body, *doc = NULL;

	comment("9_110", "5021", "Siti", "lampu jalan mati di desa kabat");
	body = sent("nomor", "/v23.0/9_110/comments");
	code_in(member(body, "message"), code);
	json_decref(body);
	said_as("edited", "9_110", "5021", "Siti", "lampu jalan mati di desa kabat, ada kebakaran");
	said_as("edited", "9_110", "5021", "Siti", "lampu jalan mati di desa kabat, ada kebakaran");
	said_as("remove", "9_110", "5021", "Siti", "lampu jalan mati di desa kabat, ada kebakaran");
	while (doc == NULL || strcmp(member(doc, "urgency"), "darurat") != 0) {
		ck_assert_int_lt(clock_mono_ms(), until);
		json_decref(doc);
		nanosleep(&pause, NULL);
		doc = case_in_any(code);
	}
	json_decref(doc);
	ck_assert_int_eq(figure("kentongan_ingest_reports_total"), taken + 2);	/* once, however often it is told */
}
END_TEST

/* Nobody may see that a sealed case exists: its author alone is told. */
START_TEST(a_sealed_comment_is_answered_to_its_author)
{
	json_t *body;

	comment("9_201", "5002", "Budi", "tolong anak tetangga sering dipukuli bapaknya di desa kabat, lebam semua");
	body = sent("9_201", "/v23.0/" PAGE_ID "/messages");
	ck_assert_str_eq(member(json_object_get(body, "recipient"), "comment_id"), "9_201");
	ck_assert_ptr_null(strstr(member(json_object_get(body, "message"), "text"), "Kabat"));
	json_decref(body);
	ck_assert_int_eq(accepted("message", "9_201/comments", NULL), 0);
}
END_TEST

static const struct { const char *object, *from, *path; } directs[] = {
	{ "page", "5003", "/v23.0/" PAGE_ID "/messages" },
	{ "instagram", "6003", "/v23.0/" INSTAGRAM_ID "/messages" },
};

START_TEST(a_message_is_answered_to_its_sender)
{
	char code[CODE_CHARS + 1], mid[16];
	json_t *body, *doc;

	snprintf(mid, sizeof(mid), "m_dm%d", _i);
	direct(directs[_i].object, directs[_i].from, mid, "drainase mampet di desa kabat depan masjid");
	direct(directs[_i].object, directs[_i].from, mid, "drainase mampet di desa kabat depan masjid");
	body = sent(directs[_i].from, directs[_i].path);
	code_in(member(json_object_get(body, "message"), "text"), code);
	ck_assert_ptr_nonnull(strstr(member(json_object_get(body, "message"), "text"), "Kabat"));
	json_decref(body);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(member(doc, "category"), "drainase");
	json_decref(doc);
	snprintf(mid, sizeof(mid), "m_cek%d", _i);
	direct(directs[_i].object, directs[_i].from, mid, "CEK");
	body = sent("Pemegang", directs[_i].from);
	json_decref(body);
	ck_assert_int_eq(accepted(directs[_i].from, "Diterima", NULL), 1);	/* the same mid was one report */
}
END_TEST

static const struct { const char *id, *before, *after; } shapes[] = {
	{ "17900000000000001", "\"changes\":[{\"field\":\"comments\",\"value\":", "}]" },
	{ "17900000000000002", "\"field\":\"comments\",\"value\":", "" },
};

START_TEST(an_instagram_comment_comes_in_two_shapes)
{
	char value[512], path[64];
	struct buf inside = { 0 };
	json_t *body;

	snprintf(value, sizeof(value), "{\"id\":\"%s\",\"from\":{\"id\":\"600%d\",\"username\":\"kanaria.ig\"},\"media\":{\"id\":\"18000000000000001\","
	    "\"media_product_type\":\"FEED\"},\"text\":\"pohon tumbang menutup jalan di desa kabat\"}", shapes[_i].id, _i + 4);
	buf_addf(&inside, "%s%s%s", shapes[_i].before, value, shapes[_i].after);
	ck_assert_int_eq(event("instagram", buf_str(&inside)), 200);
	snprintf(path, sizeof(path), "/v23.0/%s/replies", shapes[_i].id);
	body = sent("nomor", path);
	ck_assert_ptr_null(strstr(member(body, "message"), "kanaria"));
	ck_assert_ptr_null(strstr(member(body, "message"), "Kabat"));
	json_decref(body);
	buf_release(&inside);
}
END_TEST

/* What is no report is answered 200 and nothing else; what stands beside it is not lost. */
static const struct { const char *object, *inside; } nothing[] = {
	{ "page", "\"messaging\":[{\"sender\":{\"id\":\"7001\"},\"timestamp\":1,\"message\":{\"mid\":\"m1\",\"is_echo\":true,\"text\":\"banjir di desa kabat\"}}]" },
	{ "page", "\"messaging\":[{\"sender\":{\"id\":\"" PAGE_ID "\"},\"timestamp\":1,\"message\":{\"mid\":\"m2\",\"text\":\"banjir di desa kabat\"}}]" },
	{ "page", "\"messaging\":[{\"sender\":{\"id\":\"7001\"},\"timestamp\":1,\"message\":{\"mid\":\"m3\",\"is_deleted\":true}}]" },
	{ "page", "\"messaging\":[{\"sender\":{\"id\":\"7001\"},\"delivery\":{\"watermark\":1}}]" },
	{ "page", "\"messaging\":[{\"sender\":{\"id\":\"7001\"},\"read\":{\"watermark\":1}}]" },
	{ "page", "\"messaging\":[{\"sender\":{\"id\":\"7001\"},\"reaction\":{\"mid\":\"m\",\"action\":\"react\"}}]" },
	{ "page", "\"standby\":[{\"sender\":{\"id\":\"7001\"},\"timestamp\":1,\"message\":{\"mid\":\"m4\",\"text\":\"banjir di desa kabat\"}}]" },
	{ "page", "\"messaging\":[{\"timestamp\":1,\"message\":{\"mid\":\"m5\",\"text\":\"banjir di desa kabat\"}}]" },
	{ "page", "\"messaging\":[{\"sender\":{\"id\":7001},\"timestamp\":1,\"message\":{\"mid\":\"m6\",\"text\":\"banjir di desa kabat\"}}]" },
	{ "page", "\"messaging\":[{\"sender\":{\"id\":\"7001\"},\"timestamp\":1,\"message\":{\"text\":\"banjir di desa kabat\"}}]" },
	{ "page", "\"messaging\":[{\"sender\":{\"id\":\"7001\"},\"timestamp\":1,\"message\":{\"mid\":\"m7\"}}]" },
	{ "page", "\"messaging\":[7,null,\"x\"]" }, { "page", "\"messaging\":{}" }, { "page", "\"changes\":[{},{\"field\":1,\"value\":2}]" },
	{ "page", "\"changes\":[{\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"remove\",\"comment_id\":\"9_7001\",\"from\":{\"id\":\"7001\"},\"message\":\"banjir\"}}]" },
	{ "page", "\"changes\":[{\"field\":\"feed\",\"value\":{\"item\":\"reaction\",\"verb\":\"add\",\"post_id\":\"9_7001\",\"from\":{\"id\":\"7001\"}}}]" },
	{ "page", "\"changes\":[{\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"9_7001\",\"from\":{\"id\":\"" PAGE_ID "\"},\"message\":\"banjir\"}}]" },
	{ "page", "\"changes\":[{\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"../7001\",\"from\":{\"id\":\"7001\"},\"message\":\"banjir\"}}]" },
	{ "page", "\"changes\":[{\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"add\",\"from\":{\"id\":\"7001\"},\"message\":\"banjir\"}}]" },
	{ "page", "\"changes\":[{\"field\":\"ratings\",\"value\":{\"item\":\"7001\"}}]" },
	{ "instagram", "\"field\":\"comments\",\"value\":{\"id\":\"7001\",\"from\":{\"id\":\"" INSTAGRAM_ID "\"},\"text\":\"banjir\"}" },
	{ "instagram", "\"field\":\"comments\",\"value\":{\"from\":{\"id\":\"7001\"},\"text\":\"banjir\"}" },
	{ "instagram", "\"field\":\"story_insights\",\"value\":{\"id\":\"7001\"}" },
};

START_TEST(what_is_no_report_loses_no_report)
{
	struct buf body = { 0 };
	char from[8], mid[16];
	const char *object = nothing[_i].object;
	const char *id = strcmp(object, "page") == 0 ? PAGE_ID : INSTAGRAM_ID;

	snprintf(from, sizeof(from), "72%02d", _i);
	snprintf(mid, sizeof(mid), "m_beside%d", _i);
	buf_addf(&body, "{\"object\":\"%s\",\"entry\":[{\"id\":\"%s\",\"time\":1,%s},{\"id\":\"%s\",\"time\":1,\"messaging\":[{\"sender\":{\"id\":\"%s\"},"
	    "\"timestamp\":%lld,\"message\":{\"mid\":\"%s\",\"text\":\"sampah menumpuk di pasar genteng kulon\"}}]}]}", object, id,
	    nothing[_i].inside, id, from, (long long)clock_now_ms(), mid);
	ck_assert_int_eq(call("/hook/meta", APP_SECRET, body.data, body.len), 200);
	json_decref(sent(from, "/messages"));
	ck_assert_int_eq(accepted("7001", "", NULL), 0);
	buf_release(&body);
}
END_TEST

/* Named elsewhere: the words are not in the call, so a human gets the link. */
START_TEST(a_mention_goes_to_a_human)
{
	ck_assert_int_eq(event("page", "\"changes\":[{\"field\":\"mention\",\"value\":{\"item\":\"post\",\"verb\":\"add\",\"post_id\":\"8800_1\","
	    "\"sender_id\":\"5009\",\"sender_name\":\"Kanaria\",\"created_time\":1}}]"), 200);
	left("sms", "facebook.com/8800_1");
	ck_assert_int_eq(accepted("5009", "", NULL), 0);
	ck_assert_int_eq(accepted("8800_1", "", NULL), 0);
}
END_TEST

/* Told by the platform that the 24 hours are over: named so in the record, and a human hears of it. */
START_TEST(a_closed_window_ends_the_message)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char code[CODE_CHARS + 1] = "", alarm[64];
	json_t *doc, *m;
	size_t k;

	fake_tell("/_window", "{\"to\":\"5010\",\"open\":false}");
	direct("page", "5010", "m_closed", "drainase mampet di desa kabat depan masjid");
	while (code[0] == '\0') {
		json_t *got = fake_ask("/_got", NULL), *r;
		size_t i;

		json_array_foreach(json_object_get(got, "requests"), i, r)
			if (strstr(member(r, "body"), "\"5010\"") != NULL && json_integer_value(json_object_get(r, "code")) == 10)
				code_in(strstr(member(r, "body"), "\"text\""), code);
		json_decref(got);
		ck_assert_msg(clock_mono_ms() < until, "the page was not even asked");
		nanosleep(&pause, NULL);
	}
	snprintf(alarm, sizeof(alarm), "SISTEM: %s.", code);
	left("sms", alarm);
	doc = case_in(code, "ditugaskan");
	json_array_foreach(json_object_get(doc, "messages"), k, m)
		if (strcmp(member(m, "kind"), "terima") == 0)
			ck_assert_str_eq(member(m, "state"), "undeliverable");
	json_decref(doc);
	ck_assert_int_eq(accepted("5010", "", NULL), 0);
}
END_TEST

/* Without a number of ours: what would be sent is written down. */
START_TEST(whatsapp_without_an_account_goes_to_its_file)
{
	one_text("6281230000020", "drainase mampet di desa kabat depan masjid");
	left("whatsapp", "\"to\":\"+6281230000020\"");
	ck_assert_int_eq(accepted("6281230000020", "", NULL), 0);
}
END_TEST

/* Who said what, from all tests before: in no log line, and only sealed in the store. */
START_TEST(nobody_is_named_in_log_and_store)
{
	struct buf command = { 0 };

	comment("9_401", "5012", "Siti Kanaria", "pohon tumbang di desa kabat, hubungi Kanaria 081299887766");
	json_decref(sent("nomor", "/v23.0/9_401/comments"));
	buf_addf(&command, "grep -rqs 'event=opened' %s/log", house.dir);
	ck_assert_int_eq(system(buf_str(&command)), 0);
	buf_reset(&command);
	/* what lay in the spool may be gone before it is opened: not the status, but what is named tells */
	buf_addf(&command, "grep -rals -e Kanaria -e 81299887766 -e 9_401 %s/log %s/redis %s/spool | grep .", house.dir, house.dir,
	    house.dir);
	ck_assert_int_eq(WEXITSTATUS(system(buf_str(&command))), 1);
	buf_release(&command);
}
END_TEST

/* However the other side fails: a comment of the page and a message of the account each arrive. */
static const struct { const char *mode; int tries; double apart; } place_modes[] = {
	{ "{\"mode\":\"slow\",\"ms\":300,\"times\":1}", 1, 0 },
	{ "{\"mode\":\"503\",\"times\":2}", 3, 0.08 },
	{ "{\"mode\":\"429\",\"times\":1}", 2, 1.0 },		/* Retry-After: 1 */
	{ "{\"mode\":\"hang-head\",\"times\":1}", 2, 5.3 },		/* the limit, and the rest after it */
	{ "{\"mode\":\"hang\",\"times\":1}", 2, 5.3 },
	{ "{\"mode\":\"die\",\"times\":2}", 3, 0 },			/* libcurl's own second try is at once */
	{ "{\"mode\":\"reset\",\"times\":1}", 2, 0.3 },
	{ "{\"mode\":\"wrong-json\",\"times\":1}", 2, 0.3 },
};

START_TEST(whatever_the_places_do)
{
	int mode = _i / 2, in_public = _i % 2 == 0, tries = 0;
	char id[24], from[24], address[64];
	json_t *got, *r;
	double last = 0;
	size_t i;

	fake_tell("/_mode", place_modes[mode].mode);
	if (in_public) {
		snprintf(id, sizeof(id), "9_30%d", mode);
		snprintf(address, sizeof(address), "/v23.0/%s/comments", id);
		comment(id, "5011", "Budi", "pohon tumbang menutup jalan di desa kabat");
		json_decref(sent("nomor", address));
	} else {
		snprintf(id, sizeof(id), "m_mode%d", mode);
		snprintf(from, sizeof(from), "611%d", mode);
		snprintf(address, sizeof(address), "{\"id\":\"%s\"}", from);
		direct("instagram", from, id, "pohon tumbang menutup jalan di desa kabat");
		json_decref(sent(address, "/messages"));
	}
	got = fake_ask("/_got", NULL);
	json_array_foreach(json_object_get(got, "requests"), i, r) {
		double now = json_real_value(json_object_get(r, "at"));

		if (strcmp(member(r, "path"), address) != 0 && strstr(member(r, "body"), address) == NULL)
			continue;
		ck_assert_msg(tries == 0 || now - last + READ_LATE_S >= place_modes[mode].apart, "%s: again after %.3f s",
		    place_modes[mode].mode, now - last);
		last = now;
		tries++;
	}
	json_decref(got);
	ck_assert_msg(tries == place_modes[mode].tries, "%s: %d tries", place_modes[mode].mode, tries);
	fake_tell("/_mode", "{\"mode\":\"ok\"}");
}
END_TEST

Suite *
meta_suite(void)
{
	Suite *s = suite_create("meta");
	TCase *tc = tcase_create("whatsapp");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, a_handshake, 0, N_ELEMS(handshakes));
	tcase_add_loop_test(tc, a_signature, 0, N_ELEMS(signatures));
	tcase_add_test(tc, a_report_and_its_end_on_whatsapp);
	tcase_add_test(tc, one_person_on_two_channels);
	tcase_add_test(tc, a_quoted_message_says_which_case);
	tcase_add_test(tc, a_hidden_number_is_answered);
	tcase_add_test(tc, redelivery_and_disorder);
	tcase_add_loop_test(tc, one_broken_message_loses_no_other, 0, N_ELEMS(broken));
	tcase_add_loop_test(tc, what_is_not_for_us_is_answered_200, 0, N_ELEMS(foreign));
	tcase_add_test(tc, too_deep_and_too_large);
	tcase_add_test(tc, pieces_make_one_ticket);
	tcase_add_test(tc, words_after_the_photo);
	tcase_add_test(tc, a_voice_alone_goes_to_a_human);
	tcase_add_test(tc, an_unsupported_kind_goes_to_a_human);
	tcase_add_test(tc, statuses_change_the_record);
	tcase_add_test(tc, a_status_stands_for_a_lost_answer);
	tcase_add_test(tc, a_failed_status_sends_an_sms);
	tcase_add_test(tc, who_is_not_on_whatsapp_gets_an_sms);
	tcase_add_test(tc, a_closed_window_takes_the_template);
	tcase_add_test(tc, an_old_message_is_answered_by_template);
	tcase_add_loop_test(tc, whatever_the_platform_does, 0, N_ELEMS(modes));
	tcase_add_test(tc, a_refused_token_is_an_alarm);
	suite_add_tcase(s, tc);

	tc = tcase_create("whatsapp without template");
	tcase_add_unchecked_fixture(tc, begin_without_template, end);
	tcase_add_test(tc, an_old_message_without_template_is_answered_by_sms);
	suite_add_tcase(s, tc);

	tc = tcase_create("facebook and instagram");
	tcase_add_unchecked_fixture(tc, begin_places, end);
	tcase_add_test(tc, the_hook_of_both_places_is_guarded);
	tcase_add_test(tc, a_comment_is_answered_in_public_without_a_name);
	tcase_add_test(tc, an_edited_comment_is_added);
	tcase_add_test(tc, a_sealed_comment_is_answered_to_its_author);
	tcase_add_loop_test(tc, a_message_is_answered_to_its_sender, 0, N_ELEMS(directs));
	tcase_add_loop_test(tc, an_instagram_comment_comes_in_two_shapes, 0, N_ELEMS(shapes));
	tcase_add_loop_test(tc, what_is_no_report_loses_no_report, 0, N_ELEMS(nothing));
	tcase_add_test(tc, a_mention_goes_to_a_human);
	tcase_add_test(tc, a_closed_window_ends_the_message);
	tcase_add_test(tc, whatsapp_without_an_account_goes_to_its_file);
	tcase_add_test(tc, nobody_is_named_in_log_and_store);
	tcase_add_loop_test(tc, whatever_the_places_do, 0, 2 * N_ELEMS(place_modes));
	suite_add_tcase(s, tc);
	return s;
}
