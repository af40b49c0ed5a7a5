/*
 * Files that citizens send, on a living house: from each channel's hook to the sealed file and the
 * case's record, against a stand-in of the places where platforms keep them.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/media.h"
#include "lib/bounds.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "tests/integration/living.h"
#include "tests/integration/media_kit.h"
#include "tests/integration/peek.h"
#include "tests/integration/sink.h"
#include "tests/picture_made.h"

#define TOKEN "123456:AAtoken-uji"
#define APP_SECRET "rahasia-aplikasi-uji"
#define HOOK_SECRET "rahasia-kait-uji"
#define WORDS_CANARY "kenari-isi-berkas-42"

Suite *media_suite(void);

static struct sink kept;		/* the stand-in */

static void
begin(void)
{
	struct buf settings = { 0 };

	sink_start(&kept, "media", TOKEN);
	buf_addf(&settings, "graph:\n  api: %s/v23.0\ntelegram:\n  api: %s\nx:\n  api: %s\n  user_id: \"1111\"\n",
	    kept.base, kept.base, kept.base);
	buf_addf(&settings, "media:\n  size: 300KiB\n  tries: 3\n  tell_after: 2\n  retry: 100ms\n  within: 10s\n"
	    "  worker_within: 10s\n  worker_memory: 128MiB\n  lease: 21s\n  slow: 20KiB\n  slow_for: 4s\n  disk_free: 1MiB\n  hosts:\n"
	    "    whatsapp: \"%s http://localhost:%s\"\n    facebook: \"%s localhost\"\n    instagram: \"%s\"\n"
	    "    x: \"%s\"\n    x_private: \"http://localhost:%s\"\n", kept.base, strrchr(kept.base, ':') + 1,
	    kept.base, kept.base, kept.base, strrchr(kept.base, ':') + 1);
	/* all tests speak with the same few tongues: no robots */
	buf_adds(&settings, "router:\n  exchanges: 100\n");
	house_make(buf_str(&settings));
	house_put_secret("whatsapp_app", APP_SECRET);
	house_put_secret("meta", APP_SECRET);
	house_put_secret("whatsapp_token", TOKEN);
	house_put_secret("telegram", HOOK_SECRET);
	house_put_secret("telegram_token", TOKEN);
	house_put_secret("x", APP_SECRET);
	house_put_secret("x_token", TOKEN);
	house_up();
	buf_release(&settings);
}

static void
end(void)
{
	house_down();
	sink_stop(&kept);
}

/* ---- what the platforms keep ---- */

static void
keep_file(const char *id, const struct buf *data, const char *how, int times, const char *location)
{
	struct buf json = { 0 };

	buf_addf(&json, "{\"files\":{\"%s\":{\"data\":\"", id);
	buf_add_base64(&json, data->data, data->len);
	buf_addf(&json, "\",\"how\":\"%s\",\"times\":%d,\"location\":\"%s\"}}}", how, times, location);
	sink_feed(&kept, buf_str(&json));
	buf_release(&json);
}

static void
keep_bytes(const char *id, const char *bytes, size_t len, const char *how, int times)
{
	struct buf data = { 0 };

	buf_add(&data, bytes, len);
	keep_file(id, &data, how, times, "");
	buf_release(&data);
}

static void
keep_photo(const char *id, const char *how, int times, const char *location)
{
	struct buf photo = { 0 };

	picture_of_camera(&photo, 320, 200, 6);
	keep_file(id, &photo, how, times, location);
	buf_release(&photo);
}

#define VOICE "OggS\0\2..........OpusHead " WORDS_CANARY

/* ---- what they tell us ---- */

enum proof { PROOF_HUB, PROOF_X, PROOF_SECRET };

static void
call(const char *path, enum proof proof, const struct buf *body)
{
	struct buf header = { 0 };
	const char *headers[] = { NULL, "Content-Type: application/json", "Expect:", NULL };
	struct answer a;
	uint8_t mac[32];

	hmac_sha256(mac, APP_SECRET, strlen(APP_SECRET), body->data, body->len);
	switch (proof) {
	case PROOF_HUB:
		buf_adds(&header, "X-Hub-Signature-256: sha256=");
		buf_add_hex(&header, mac, sizeof(mac));
		break;
	case PROOF_X:
		buf_adds(&header, "x-twitter-webhooks-signature: sha256=");
		buf_add_base64(&header, mac, sizeof(mac));
		break;
	case PROOF_SECRET:
		buf_adds(&header, "X-Telegram-Bot-Api-Secret-Token: " HOOK_SECRET);
		break;
	}
	headers[0] = buf_str(&header);
	ask(&a, house.http, path, headers, body->data, body->len);
	ck_assert_msg(a.status == 200, "%s: %ld %s", path, a.status, buf_str(&a.body));
	answer_release(&a);
	buf_release(&header);
}

/* A WhatsApp message; rest is its members after the time. */
static void
whatsapp(const char *from, const char *rest)
{
	struct buf b = { 0 };

	buf_addf(&b, "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"100200300400500\",\"changes\":[{\"value\":"
	    "{\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"622712345678\",\"phone_number_id\":\"106540352242922\"},"
	    "\"messages\":[{\"from\":\"%s\",\"id\":\"wamid.%d\",\"timestamp\":\"%lld\",%s}]},\"field\":\"messages\"}]}]}",
	    from, unlike_id(), (long long)(clock_now_ms() / 1000), rest);
	call("/hook/whatsapp", PROOF_HUB, &b);
	buf_release(&b);
}

static void
whatsapp_photo(const char *from, const char *id, const char *caption)
{
	struct buf rest = { 0 };

	buf_addf(&rest, "\"type\":\"image\",\"image\":{\"id\":\"%s\",\"mime_type\":\"image/jpeg\",\"caption\":\"%s\"}", id,
	    caption);
	whatsapp(from, buf_str(&rest));
	buf_release(&rest);
}

static void
telegram(int64_t chat, const char *content)
{
	struct buf b = { 0 };
	int id = unlike_id();

	buf_addf(&b, "{\"update_id\":%d,\"message\":{\"message_id\":%d,\"from\":{\"id\":%lld,\"is_bot\":false,\"first_name\":\"Budi\"},"
	    "\"chat\":{\"id\":%lld,\"first_name\":\"Budi\",\"type\":\"private\"},\"date\":%lld,%s}}", id, id,
	    (long long)chat, (long long)chat, (long long)(clock_now_ms() / 1000), content);
	call("/hook/telegram", PROOF_SECRET, &b);
	buf_release(&b);
}

/* A private message of Facebook or Instagram with words and a picture that lies at url. */
static void
place_photo(const char *object, const char *from, const char *words, const char *url)
{
	struct buf b = { 0 };

	buf_addf(&b, "{\"object\":\"%s\",\"entry\":[{\"id\":\"1\",\"time\":%lld,\"messaging\":[{\"sender\":{\"id\":\"%s\"},"
	    "\"recipient\":{\"id\":\"1\"},\"timestamp\":%lld,\"message\":{\"mid\":\"m_%d\",\"text\":\"%s\",\"attachments\":"
	    "[{\"type\":\"image\",\"payload\":{\"url\":", object, (long long)clock_now_ms() / 1000, from,
	    (long long)clock_now_ms(), unlike_id(), words);
	buf_add_json(&b, url, strlen(url));
	buf_adds(&b, "}}]}}]}]}");
	call("/hook/meta", PROOF_HUB, &b);
	buf_release(&b);
}

/* ---- what becomes of it ---- */

/* The code in the first answer by that route that has this in its line. */
static void
code_by(const char *route, const char *to, char code[CODE_CHARS + 1])
{
	json_t *m = outgoing_by(route, "*", "*", to);

	snprintf(code, CODE_CHARS + 1, "%s", member(m, "code"));
	ck_assert_uint_eq(strlen(code), CODE_CHARS);
	json_decref(m);
}

/* The same from what the stand-in was asked to send. */
static void
code_sent(const char *path, const char *to, char code[CODE_CHARS + 1])
{
	const json_t *last;
	struct code c;
	json_t *all;
	const char *body;

	sink_wait(&kept, path, to, 1, &all, &last);
	body = member(last, "body");
	ck_assert_msg(code_find(&c, body, strlen(body)) == 0, "%s", body);
	memcpy(code, c.s, CODE_CHARS + 1);
	json_decref(all);
}

/* ---- each channel's road ---- */

START_TEST(a_photo_by_whatsapp)
{
	char code[CODE_CHARS + 1];

	keep_photo("900001", "ok", 0, "");
	whatsapp_photo("6281240000001", "900001", "pohon tumbang menutup jalan di desa kabat");
	code_by("whatsapp", "+6281240000001", code);
	photo_is_clean(code);
	ck_assert_uint_eq(sink_count(&kept, "/v23.0/900001", ""), 1);
	ck_assert_uint_eq(sink_count(&kept, "/cdn/900001", ""), 1);
}
END_TEST

/* The words before, the photo after: it is the same case's. */
START_TEST(a_photo_after_its_words)
{
	char code[CODE_CHARS + 1];

	keep_photo("900002", "ok", 0, "");
	whatsapp("6281240000002", "\"type\":\"text\",\"text\":{\"body\":\"jembatan bambu putus di desa sumberarum songgon\"}");
	code_by("whatsapp", "+6281240000002", code);
	whatsapp("6281240000002", "\"type\":\"image\",\"image\":{\"id\":\"900002\",\"mime_type\":\"image/jpeg\"}");
	photo_is_clean(code);
}
END_TEST

/* A voice alone goes to a human at once; the voice follows it to the same case, as it was. */
START_TEST(a_voice_by_telegram)
{
	struct buf file = { 0 };
	char code[CODE_CHARS + 1], name[MEDIA_NAME_CHARS];
	json_t *doc;

	keep_bytes("suara-1", VOICE, sizeof(VOICE) - 1, "ok", 0);
	telegram(4400001, "\"voice\":{\"duration\":4,\"mime_type\":\"audio/ogg\",\"file_id\":\"suara-1\",\"file_unique_id\":\"c\"}");
	code_sent("/sendMessage", "\"chat_id\":4400001,", code);
	file_of(code, &file, name);
	ck_assert_str_eq(strrchr(name, '.'), ".ogg");
	ck_assert(file.len == sizeof(VOICE) - 1 && memcmp(file.data, VOICE, file.len) == 0);
	doc = case_in(code, "baru");
	ck_assert_str_eq(member(doc, "urgency"), "darurat");
	json_decref(doc);
	buf_release(&file);
}
END_TEST

static const struct { const char *object, *route, *from; } places[] = {
	{ "page", "facebook", "5101" }, { "instagram", "instagram", "6101" },
};

START_TEST(a_photo_by_facebook_and_instagram)
{
	char code[CODE_CHARS + 1], id[24], url[128];
	struct buf to = { 0 };

	snprintf(id, sizeof(id), "meta-%d", _i);
	snprintf(url, sizeof(url), "%s/open/%s?oh=1&oe=2", kept.base, id);
	keep_photo(id, "ok", 0, "");
	place_photo(places[_i].object, places[_i].from, "drainase mampet di desa kabat depan masjid", url);
	buf_addf(&to, "%s:%s", places[_i].route, places[_i].from);
	code_by(places[_i].route, buf_str(&to), code);
	photo_is_clean(code);
	buf_release(&to);
}
END_TEST

/* A post names its picture by a key that must be looked up; a private message's file wants the token. */
static const struct { const char *what, *reply, *to; } by_x[] = {
	{ "a mention", "/2/tweets", "\"in_reply_to_tweet_id\":\"19244655061588790\"" },
	{ "a private message", "/2/dm_conversations/with/7002/messages", "" },
};

START_TEST(a_photo_by_x)
{
	struct buf b = { 0 };
	char code[CODE_CHARS + 1];

	keep_photo("3_77", "ok", 0, "");
	if (_i == 0)
		buf_adds(&b, "{\"data\":{\"event_uuid\":\"-1\",\"filter\":{\"user_id\":\"1111\"},\"event_type\":\"post.mention.create\","
		    "\"tag\":\"mentions\",\"payload\":{\"id\":\"19244655061588790\",\"text\":\"@kab lampu jalan mati di desa kabat\","
		    "\"author_id\":\"7001\",\"created_at\":\"2026-07-24T21:23:23.000Z\",\"conversation_id\":\"1\","
		    "\"attachments\":{\"media_keys\":[\"3_77\"]}},\"includes\":{\"users\":[{\"id\":\"7001\",\"name\":\"Ani\"}]}}}");
	else
		buf_addf(&b, "{\"for_user_id\":\"1111\",\"direct_message_events\":[{\"type\":\"message_create\",\"id\":\"%d\","
		    "\"created_timestamp\":\"%lld\",\"message_create\":{\"target\":{\"recipient_id\":\"1111\"},\"sender_id\":\"7002\","
		    "\"message_data\":{\"text\":\"lampu jalan mati di desa kabat\",\"attachment\":{\"type\":\"media\",\"media\":{\"id_str\":\"77\","
		    "\"media_url_https\":\"http://localhost:%s/private/3_77\"}}}}}],\"users\":{\"7002\":{\"name\":\"Ani\"}}}",
		    unlike_id(), (long long)clock_now_ms(), strrchr(kept.base, ':') + 1);
	call("/hook/x", PROOF_X, &b);
	code_sent(by_x[_i].reply, by_x[_i].to, code);
	photo_is_clean(code);
	buf_release(&b);
}
END_TEST

/* The same road for the form's photos; what was uploaded is gone when the case has it. */
START_TEST(a_photo_by_the_form)
{
	struct buf data = { 0 };
	char code[CODE_CHARS + 1], photo[96];

	form_report("jalan berlubang di desa kabat", "", code, photo);
	picture_of_camera(&data, 320, 200, 6);
	form_photo(photo, &data, 201);
	photo_is_clean(code);
	uploads_go();
	buf_release(&data);
}
END_TEST

/* What is sent after the end is kept all the same; the case stays closed. */
START_TEST(a_photo_after_the_end)
{
	struct buf data = { 0 };
	char code[CODE_CHARS + 1], photo[96], batal[32], why[160];
	json_t *doc;

	form_report("jalan berlubang di desa kabat", "081240000601", code, photo);
	wait_state(code, "ditugaskan");
	snprintf(batal, sizeof(batal), "BATAL %s", code);
	sms("+6281240000601", batal, NULL);
	wait_state(code, "ditutup");
	picture_of_camera(&data, 320, 200, 6);
	form_photo(photo, &data, 201);
	photo_is_clean(code);
	doc = case_in(code, "ditutup");
	ck_assert_int_eq(logged(doc, "berkas-hilang", why), 1);
	ck_assert_str_eq(why, "dikirim setelah kasus ditutup");
	json_decref(doc);
	buf_release(&data);
}
END_TEST

/* ---- what is not to be had ---- */

#define PNG_HUGE "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\2\0\0\0"
#define BYTES(s) s, sizeof(s) - 1
static const struct {
	const char *what;
	const char *url;		/* %B the stand-in, %P its port; NULL: the file below */
	const char *bytes; size_t len; const char *how;
	const char *cause;
} refused[] = {
	{ "this machine", "http://127.0.0.1:1/x", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "a cloud's own address", "http://169.254.169.254/latest/meta-data", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "itself, by six", "https://[::1]/x", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "itself, in disguise", "https://0x7f.1/x", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "a name before the host", "https://user@%P/x", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "a file", "file:///etc/passwd", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "gopher", "gopher://localhost/_x", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "another host", "https://example.com/x.jpg", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "a listed name that leads home", "https://localhost/x.jpg", NULL, 0, "ok", "alamatnya tidak diizinkan" },
	{ "nothing there", "%B/open/tidak-ada", NULL, 0, "ok", "sudah tidak disimpan di sana" },
	{ "HTML called JPEG", NULL, BYTES("<!DOCTYPE html><html>" WORDS_CANARY), "ok", "jenis berkas tidak diterima" },
	{ "SVG", NULL, BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x\"/>"), "ok", "jenis berkas tidak diterima" },
	{ "an archive", NULL, BYTES("PK\3\4\x14\0\0\0\x08\0" WORDS_CANARY), "ok", "jenis berkas tidak diterima" },
	{ "a voice with a page in it", NULL, BYTES("OggS\0\2<html><script>x</script>"), "ok", "jenis berkas tidak diterima" },
	{ "50,000 by 50,000 pixels", NULL, BYTES(PNG_HUGE), "ok", "gambar terlalu besar" },
	{ "half a picture", NULL, BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0"), "ok", "berkas tidak dapat dibaca" },
	{ "10 GB, as declared", NULL, BYTES("\xff\xd8\xff\xe0"), "declared", "terlalu besar" },
	{ "without end, undeclared", NULL, BYTES("\xff\xd8\xff\xe0"), "undeclared", "terlalu besar" },
	{ "a few bytes a second", NULL, BYTES("\xff\xd8\xff\xe0 ........................................"), "slow",
	    "sambungan putus atau terlalu lambat" },
};

/* The report is taken all the same, and its case says what became of the file. */
START_TEST(what_cannot_be_had)
{
	struct buf url = { 0 }, to = { 0 };
	char code[CODE_CHARS + 1], why[160], id[24], from[24];
	const char *p = refused[_i].url != NULL ? refused[_i].url : "%B/open/%F";
	json_t *doc;

	snprintf(id, sizeof(id), "buruk-%d", _i);
	snprintf(from, sizeof(from), "52%02d", _i);
	if (refused[_i].bytes != NULL)
		keep_bytes(id, refused[_i].bytes, refused[_i].len, refused[_i].how, 0);
	for (; *p != '\0'; p++)
		if (*p != '%')
			buf_addc(&url, *p);
		else if (*++p == 'B')
			buf_adds(&url, kept.base);
		else
			buf_adds(&url, *p == 'P' ? kept.base + strlen("http://") : id);
	place_photo("page", from, "drainase mampet di desa kabat depan masjid", buf_str(&url));
	buf_addf(&to, "facebook:%s", from);
	code_by("facebook", buf_str(&to), code);
	/* what is slow is tried again: first that it is late, then that it is given up */
	missing(code, strcmp(refused[_i].how, "slow") == 0 ? 2 : 1, why);
	ck_assert_msg(strstr(why, refused[_i].cause) != NULL, "%s: %s", refused[_i].what, why);
	ck_assert_ptr_nonnull(strstr(why, "facebook"));
	doc = case_in(code, "ditugaskan");
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "files")), 0);
	json_decref(doc);
	told(code, "tambahan", "");
	buf_release(&url);
	buf_release(&to);
}
END_TEST

/*
 * Few bytes, 39 million pixels: its reader runs into its bound of memory, alone; who sends the next
 * picture does not notice.
 */
START_TEST(a_picture_that_unfolds)
{
	struct buf data = { 0 };
	char code[CODE_CHARS + 1], why[160];
	pid_t notify = pid_of("notify");
	gdImagePtr im = gdImageCreate(7900, 5000);

	ck_assert_ptr_nonnull(im);
	gdImageColorAllocate(im, 255, 255, 255);
	picture_encode(&data, im, "png");
	ck_assert_uint_lt(data.len, 300 * 1024);
	keep_file("900701", &data, "ok", 0, "");
	whatsapp_photo("6281240000701", "900701", "pohon tumbang menutup jalan di desa kabat");
	code_by("whatsapp", "+6281240000701", code);
	if (BOUNDS_MEMORY) {
		missing(code, 1, why);
		ck_assert_msg(strstr(why, "berkas tidak dapat dibaca") != NULL, "%s", why);
	}
	keep_photo("900702", "ok", 0, "");
	whatsapp_photo("6281240000702", "900702", "pohon tumbang menutup jalan di desa kabat");
	code_by("whatsapp", "+6281240000702", code);
	photo_is_clean(code);
	ck_assert_int_eq(pid_of("notify"), notify);
	buf_release(&data);
}
END_TEST

/* Redirects lead to where the first address may not lead either, and not for ever. */
static const struct { const char *what, *location; } detours[] = {
	{ "to this machine", "http://127.0.0.1:1/x" }, { "to a cloud's own address", "http://169.254.169.254/" },
	{ "to itself by six", "http://[::1]/x" }, { "to itself in disguise", "http://0x7f.1/x" },
	{ "to a name before a host", "https://a@b.fbcdn.net/" }, { "to a file", "file:///etc/passwd" },
	{ "to gopher", "gopher://127.0.0.1:6379/_FLUSHALL" }, { "to a listed name that leads home", "https://localhost/x.jpg" },
	{ "in circles", "" },
};

START_TEST(a_detour)
{
	struct buf to = { 0 };
	char code[CODE_CHARS + 1], why[160], id[24], from[24], url[128];

	snprintf(id, sizeof(id), "lewat-%d", _i);
	snprintf(from, sizeof(from), "53%02d", _i);
	snprintf(url, sizeof(url), "%s/open/%s", kept.base, id);
	keep_photo(id, "redirect", 0, detours[_i].location[0] != '\0' ? detours[_i].location : url);
	place_photo("page", from, "drainase mampet di desa kabat depan masjid", url);
	buf_addf(&to, "facebook:%s", from);
	code_by("facebook", buf_str(&to), code);
	missing(code, 1, why);
	ck_assert_msg(strstr(why, "alamatnya") != NULL, "%s: %s", detours[_i].what, why);
	ck_assert_uint_eq(sink_count(&kept, id, ""), detours[_i].location[0] != '\0' ? 1 : 4);
	buf_release(&to);
}
END_TEST

/* What passes is repeated until it is had. */
static const struct { const char *what, *how; int times, tries; } passing[] = {
	{ "an address that ended: asked for anew at once", "expired", 1, 0 },
	{ "an address that ends again and again", "expired", 3, 1 },
	{ "bytes that are not those of the digest", "wrong-sha", 1, 1 },
	{ "a service in trouble", "503", 2, 2 },
	{ "HTML by its head, a picture by its bytes", "as-html", 0, 0 },
};

/* Tries of the case's one fetch that failed. */
static long long
failed_tries(const char *code)
{
	json_t *doc = case_in_any(code);
	const json_t *m;
	long long n = -1;
	size_t i;

	json_array_foreach(json_object_get(doc, "messages"), i, m)
		if (strcmp(member(m, "kind"), "berkas") == 0)
			n = json_integer_value(json_object_get(m, "tries"));
	json_decref(doc);
	return n;
}

START_TEST(trouble_passes)
{
	char code[CODE_CHARS + 1], id[24], from[24], to[32];

	snprintf(id, sizeof(id), "90010%d", _i);
	snprintf(from, sizeof(from), "628124000010%d", _i);
	snprintf(to, sizeof(to), "+%s", from);
	keep_photo(id, passing[_i].how, passing[_i].times, "");
	whatsapp_photo(from, id, "pohon tumbang menutup jalan di desa kabat");
	code_by("whatsapp", to, code);
	photo_is_clean(code);
	ck_assert_msg(failed_tries(code) == passing[_i].tries, "%s: %lld tries", passing[_i].what,
	    failed_tries(code));
}
END_TEST

/* A wrong digest for ever is no file at all. */
START_TEST(a_wrong_digest_is_not_believed)
{
	char code[CODE_CHARS + 1], why[160];
	json_t *doc;

	keep_photo("900201", "wrong-sha", 0, "");
	whatsapp_photo("6281240000201", "900201", "pohon tumbang menutup jalan di desa kabat");
	code_by("whatsapp", "+6281240000201", code);
	missing(code, 2, why);
	ck_assert_msg(strstr(why, "rusak di jalan") != NULL, "%s", why);
	doc = case_in_any(code);
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "files")), 0);
	json_decref(doc);
}
END_TEST

/* Our token does not follow a redirect to another origin: the stand-in would refuse it. */
START_TEST(a_redirect_does_not_see_the_token)
{
	char code[CODE_CHARS + 1], location[128];

	snprintf(location, sizeof(location), "http://localhost:%s/open/900302", strrchr(kept.base, ':') + 1);
	keep_photo("900301", "redirect", 0, location);
	keep_photo("900302", "ok", 0, "");
	whatsapp_photo("6281240000301", "900301", "pohon tumbang menutup jalan di desa kabat");
	code_by("whatsapp", "+6281240000301", code);
	/* Graph's digest is that of the first: bytes are compared wherever they came from. */
	photo_is_clean(code);
	ck_assert_uint_eq(sink_count(&kept, "/open/900302", ""), 1);
}
END_TEST

/* Who works on the case hears first that a voice is late, then that it will not come; and so do we. */
START_TEST(a_voice_that_does_not_come)
{
	char code[CODE_CHARS + 1], why[160], text[512];
	json_t *m;

	keep_bytes("suara-9", VOICE, sizeof(VOICE) - 1, "503", 0);
	telegram(4400009, "\"voice\":{\"duration\":4,\"mime_type\":\"audio/ogg\",\"file_id\":\"suara-9\",\"file_unique_id\":\"c\"}");
	code_sent("/sendMessage", "\"chat_id\":4400009,", code);
	missing(code, 1, why);
	ck_assert_msg(strstr(why, "belum didapat") != NULL, "%s", why);
	missing(code, 2, why);
	ck_assert_msg(strstr(why, "tidak didapat") != NULL, "%s", why);
	text_of(code, "tambahan", "", text);
	ck_assert_msg(strstr(text, "telegram belum didapat") != NULL, "%s", text);
	m = outgoing("", "sistem", "");
	json_decref(m);
}
END_TEST

/* ---- kill -9 ---- */

static void
kill_daemon(const char *name)
{
	ck_assert_int_eq(kill(pid_of(name), SIGKILL), 0);
}

/* Between the report and the fetch everybody dies: the reference is in the store. */
START_TEST(all_die_before_the_fetch)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	char code[CODE_CHARS + 1];
	pid_t notify = pid_of("notify");

	keep_photo("900401", "ok", 0, "");
	ck_assert_int_eq(kill(notify, SIGSTOP), 0);
	whatsapp_photo("6281240000401", "900401", "pohon tumbang menutup jalan di desa kabat");
	ck_assert_uint_eq(sink_count(&kept, "900401", ""), 0);
	kill_daemon("ingest");
	kill_daemon("router");
	ck_assert_int_eq(kill(notify, SIGKILL), 0);
	code_by("whatsapp", "+6281240000401", code);
	photo_is_clean(code);
	/* the next test's report is taken at once */
	for (int64_t until = clock_mono_ms() + LIMIT_MS; !house_is_ready(); nanosleep(&pause, NULL))
		ck_assert_msg(clock_mono_ms() < until, "ingest does not come back");
}
END_TEST

/* While a file is being fetched its fetcher dies: another takes it up, and the case names it once. */
START_TEST(the_fetcher_dies)
{
	char code[CODE_CHARS + 1], why[160];
	const json_t *last;
	json_t *all, *doc;

	keep_photo("900402", "hang", 1, "");
	whatsapp_photo("6281240000402", "900402", "pohon tumbang menutup jalan di desa kabat");
	sink_wait(&kept, "/cdn/900402", "", 1, &all, &last);
	json_decref(all);
	kill_daemon("notify");
	code_by("whatsapp", "+6281240000402", code);
	photo_is_clean(code);
	doc = case_in_any(code);
	ck_assert_int_eq(logged(doc, "berkas", why), 1);
	json_decref(doc);
}
END_TEST

/* ---- who may see it ---- */

/* The command's exit status; read gets what it says. */
static int
kentongan(const char *words, struct buf *read)
{
	struct buf command = { 0 };
	FILE *out;
	int status;

	bin_path(&command, "kentongan");
	buf_addf(&command, " %s --dir %s --conf %s 2>&1", words, house.dir, house.conf);
	out = popen(buf_str(&command), "r");
	ck_assert_ptr_nonnull(out);
	buf_reset(read);
	buf_added(read, fread(buf_room(read, 1 << 20), 1, 1 << 20, out));
	status = pclose(out);
	buf_release(&command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const struct { const char *name, *as; int status; } readings[] = {	/* name NULL: the file's */
	{ NULL, "", 2 },
	{ NULL, "--as kpl-siapa", 1 },
	{ NULL, "--as kpl-o-setwan", 1 },		/* he has ended */
	{ "../secrets/data", "--as kpl-o-dlh", 1 },
	{ "ffffffffffffffffffffffffffffffff.jpg", "--as kpl-o-dlh", 1 },
	{ NULL, "--as kpl-o-dlh", 0 },
};

/* kentongan file hands out the bytes to an officer, and the record says to whom: once, for one reading. */
START_TEST(a_file_is_opened_on_record)
{
	struct buf words = { 0 }, file = { 0 }, notes = { 0 }, read = { 0 };
	char code[CODE_CHARS + 1], name[MEDIA_NAME_CHARS];
	const char *first;

	keep_photo("900501", "ok", 0, "");
	whatsapp_photo("6281240000501", "900501", "pohon tumbang menutup jalan di desa kabat");
	code_by("whatsapp", "+6281240000501", code);
	file_of(code, &file, name);
	ck_assert_msg(kentongan("officer end kpl-o-setwan", &read) == 0, "%s", buf_str(&read));
	for (size_t i = 0; i < N_ELEMS(readings); i++) {
		buf_reset(&words);
		buf_addf(&words, "file %s %s %s", code,
		    readings[i].name != NULL ? readings[i].name : name, readings[i].as);
		ck_assert_msg(kentongan(buf_str(&words), &read) == readings[i].status, "%s: %s",
		    buf_str(&words), buf_str(&read));
	}
	ck_assert(read.len == file.len && memcmp(read.data, file.data, file.len) == 0);
	peek_notes(house.dir, house.conf, code, &notes);
	buf_reset(&words);
	buf_addf(&words, "berkas-dibuka by kpl-o-dlh: %s\n", name);
	first = strstr(buf_str(&notes), "berkas-dibuka");
	ck_assert_msg(first != NULL && strncmp(first, buf_str(&words), words.len) == 0 &&
	    strstr(first + 1, "berkas-dibuka") == NULL, "%s", buf_str(&notes));
	buf_release(&words);
	buf_release(&file);
	buf_release(&notes);
	buf_release(&read);
}
END_TEST

/* A sealed case names its file to nobody new: no text that leaves the house speaks of it. */
START_TEST(a_sealed_case_keeps_its_file_to_itself)
{
	struct buf path = { 0 }, sent = { 0 };
	char code[CODE_CHARS + 1], name[MEDIA_NAME_CHARS];
	const struct timespec pause = { 0, 20 * 1000000L };

	keep_photo("900502", "ok", 0, "");
	whatsapp_photo("6281240000502", "900502", "anak tetangga dipukuli bapaknya tiap malam di desa kabat");
	code_by("whatsapp", "+6281240000502", code);
	for (int64_t until = clock_mono_ms() + LIMIT_MS;
	    !peek_file_name(house.dir, house.conf, code, name); nanosleep(&pause, NULL))
		ck_assert_msg(clock_mono_ms() < until, "%s names no file", code);
	json_decref(outgoing(code, "tugas-rahasia", ""));
	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 16 << 20, &sent), 0);
	ck_assert(!holds(&sent, name) && !holds(&sent, "900502"));
	buf_release(&path);
	buf_release(&sent);
}
END_TEST

/* ---- at rest ---- */

static void
make_old(const char *name, int64_t age_s)
{
	const struct timespec then = { time(NULL) - age_s, 0 }, both[2] = { then, then };
	struct buf path = { 0 };

	buf_addf(&path, "%s/media/%s", house.dir, name);
	ck_assert_int_eq(file_write(buf_str(&path), "x", 1, 0600), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, buf_str(&path), both, 0), 0);
	buf_release(&path);
}

/* Uploads that nobody took, halves and orphans do not lie there for ever; what tells no owner stays. */
START_TEST(leftovers_go)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	char orphan[MEDIA_NAME_CHARS];

	peek_name_of(house.dir, house.conf, "GGGGGGGG.1", orphan);	/* no such case, no such message */
	make_old(orphan, 8 * 86400);
	make_old("ffffffffffffffffffffffffffffffff.masuk", 8 * 86400);
	make_old("ffffffffffffffffffffffffffffffff.jpg.Xa3b", 8 * 86400);
	make_old("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee.masuk", 6 * 86400);
	make_old("ffffffffffffffffffffffffffffffff.png", 800 * 86400);
	kill_daemon("notify");		/* it looks when it starts, then each hour */
	for (int64_t until = clock_mono_ms() + LIMIT_MS;
	    lying("ffff.masuk") + lying(".Xa3b") + lying(orphan) > 0; nanosleep(&pause, NULL))
		ck_assert_msg(clock_mono_ms() < until, "leftovers are left");
	ck_assert_int_eq(lying("eeee.masuk"), 1);
	ck_assert_int_eq(lying("ffff.png"), 1);
	make_old("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee.masuk", 8 * 86400);
	kill_daemon("notify");
	uploads_go();
}
END_TEST

/* Nor is a token, an address of a file, or a place in any log. */
START_TEST(the_logs_say_little)
{
	static const char *const canaries[] = { TOKEN, "/cdn/", "/open/", "-8.219", PICTURE_CANARY };
	static const char *const daemons[] = { "ingest", "router", "notify", "sla", "console" };

	for (size_t i = 0; i < N_ELEMS(daemons); i++) {
		struct buf path = { 0 }, log = { 0 };

		buf_addf(&path, "%s/log/%s.log", house.dir, daemons[i]);
		ck_assert_msg(file_read(buf_str(&path), 64 << 20, &log) == 0, "%s", buf_str(&path));
		for (size_t c = 0; c < N_ELEMS(canaries); c++)
			ck_assert_msg(!holds(&log, canaries[c]), "%s.log holds %s", daemons[i], canaries[c]);
		if (strcmp(daemons[i], "notify") == 0)
			ck_assert(holds(&log, "event=file_stored") && holds(&log, "event=file_missing"));
		buf_release(&path);
		buf_release(&log);
	}
}
END_TEST

/* Runs last: nothing of what was fetched lies in the clear, and nobody else may read it. */
START_TEST(nothing_lies_in_the_clear)
{
	static const char *const canaries[] = { PICTURE_CANARY, WORDS_CANARY, "JFIF", "Exif", "OggS" };

	ck_assert_int_ge(media_holds_none(canaries, N_ELEMS(canaries)), 10);
}
END_TEST

Suite *
media_suite(void)
{
	Suite *s = suite_create("media");
	TCase *tc = tcase_create("media");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, a_photo_by_whatsapp);
	tcase_add_test(tc, a_photo_after_its_words);
	tcase_add_test(tc, a_voice_by_telegram);
	tcase_add_loop_test(tc, a_photo_by_facebook_and_instagram, 0, N_ELEMS(places));
	tcase_add_loop_test(tc, a_photo_by_x, 0, N_ELEMS(by_x));
	tcase_add_test(tc, a_photo_by_the_form);
	tcase_add_test(tc, a_photo_after_the_end);
	tcase_add_loop_test(tc, what_cannot_be_had, 0, N_ELEMS(refused));
	tcase_add_test(tc, a_picture_that_unfolds);
	tcase_add_loop_test(tc, a_detour, 0, N_ELEMS(detours));
	tcase_add_loop_test(tc, trouble_passes, 0, N_ELEMS(passing));
	tcase_add_test(tc, a_wrong_digest_is_not_believed);
	tcase_add_test(tc, a_redirect_does_not_see_the_token);
	tcase_add_test(tc, a_voice_that_does_not_come);
	tcase_add_test(tc, all_die_before_the_fetch);
	tcase_add_test(tc, the_fetcher_dies);
	tcase_add_test(tc, a_file_is_opened_on_record);
	tcase_add_test(tc, a_sealed_case_keeps_its_file_to_itself);
	tcase_add_test(tc, leftovers_go);
	tcase_add_test(tc, the_logs_say_little);
	tcase_add_test(tc, nothing_lies_in_the_clear);
	suite_add_tcase(s, tc);
	return s;
}
