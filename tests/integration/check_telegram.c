/* Telegram on a living house: what the bot is told, what it says, against a stand-in of its API. */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/code.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "tests/integration/living.h"
#include "tests/integration/sink.h"

#define SECRET "rahasia-kait-uji"
#define TOKEN "123456:AAtoken-uji"

static struct sink bot;
static int update_id = 1000;

static void
begin(void)
{
	char settings[256];

	sink_start(&bot, "telegram", TOKEN);
	snprintf(settings, sizeof(settings),
	    "telegram:\n  api: %s\n  timeout: 4s\nnotify:\n  retry: 100ms\n  lease: 10s\n", bot.base);
	/* all tests speak with the same few tongues: no robots */
	strncat(settings, "router:\n  exchanges: 100\n", sizeof(settings) - strlen(settings) - 1);
	house_make(settings);
	house_put_secret("telegram", SECRET);
	house_put_secret("telegram_token", TOKEN);
	house_up();
}

static void
end(void)
{
	house_down();
	sink_stop(&bot);
}

/* ---- what Telegram sends ---- */

static long
post_as(const char *secret, const char *body)
{
	struct buf header = { 0 };
	const char *headers[] = { "Content-Type: application/json", NULL, NULL };
	struct answer a;

	buf_addf(&header, "X-Telegram-Bot-Api-Secret-Token: %s", secret);
	headers[1] = buf_str(&header);
	ask(&a, house.http, "/hook/telegram", headers, body, strlen(body));
	buf_release(&header);
	answer_release(&a);
	return a.status;
}

static void
post(const char *body)
{
	ck_assert_int_eq(post_as(SECRET, body), 200);
}

/* A message of a private chat; content is its members after the date. */
static void
add_message(struct buf *b, int64_t chat, int message_id, const char *content)
{
	buf_addf(b, "{\"update_id\":%d,\"message\":{\"message_id\":%d,\"from\":{\"id\":%" PRId64
	    ",\"is_bot\":false,\"first_name\":\"Budi\",\"username\":\"budi\",\"language_code\":\"id\"},"
	    "\"chat\":{\"id\":%" PRId64 ",\"first_name\":\"Budi\",\"type\":\"private\"},\"date\":%" PRId64 ",%s}}",
	    ++update_id, message_id, chat, chat, clock_now_ms() / 1000, content);
}

static void
message(int64_t chat, int message_id, const char *content)
{
	struct buf b = { 0 };

	add_message(&b, chat, message_id, content);
	post(buf_str(&b));
	buf_release(&b);
}

/* The n-th message that the bot sent to a chat with these words in it. */
static void
said(int64_t chat, const char *words, size_t n, char *body, size_t size)
{
	const json_t *last;
	json_t *all;
	char to[40];

	snprintf(to, sizeof(to), "\"chat_id\":%" PRId64 ",", chat);
	for (int64_t until = clock_mono_ms() + LIMIT_MS;;) {
		const json_t *r;
		size_t i, found = 0;

		sink_wait(&bot, "/sendMessage", to, n, &all, &last);
		json_array_foreach(all, i, r) {
			const char *s = json_string_value(json_object_get(r, "body"));

			if (strstr(s, to) != NULL && strstr(s, words) != NULL && ++found == n)
				snprintf(body, size, "%s", s);
		}
		json_decref(all);
		if (found >= n)
			return;
		ck_assert_msg(clock_mono_ms() < until, "chat %" PRId64 " never heard \"%s\" %zu times", chat, words, n);
		nanosleep(&(struct timespec){ 0, 20 * 1000000L }, NULL);
	}
}

static void
code_said(int64_t chat, const char *words, char code[CODE_CHARS + 1])
{
	char body[2048];
	struct code c;

	said(chat, words, 1, body, sizeof(body));
	ck_assert_msg(code_find(&c, body, strlen(body)) == 0, "%s", body);
	memcpy(code, c.s, CODE_CHARS + 1);
}

/* ---- the road ---- */

START_TEST(a_report_is_worked_on_and_closed_by_a_button)
{
	const int64_t chat = INT64_C(4503599627370495);	/* 52 bits */
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64], body[2048], data[32];
	struct buf tap = { 0 };
	const json_t *last;
	json_t *doc, *all;

	message(chat, 1, "\"text\":\"pohon tumbang menutup jalan di desa licin kecamatan licin\"");
	code_said(chat, "Licin", code);
	said(chat, "request_location", 1, body, sizeof(body));
	first_task(code, officer, nonce);
	sms(officer, "TERIMA", NULL);
	wait_state(code, "diterima");
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	snprintf(line, sizeof(line), "SELESAI %s pohon sudah dipotong", nonce);
	sms(officer, line, NULL);
	wait_state(code, "selesai");
	snprintf(data, sizeof(data), "\"callback_data\":\"1 %s\"", code);
	said(chat, data, 1, body, sizeof(body));

	buf_addf(&tap, "{\"update_id\":%d,\"callback_query\":{\"id\":\"4382bfdwdsb323b2d9\",\"from\":{\"id\":%" PRId64
	    ",\"is_bot\":false,\"first_name\":\"Budi\"},\"message\":{\"message_id\":7,\"from\":{\"id\":99,\"is_bot\":true,"
	    "\"first_name\":\"Bot\"},\"chat\":{\"id\":%" PRId64 ",\"type\":\"private\"},\"date\":1},"
	    "\"chat_instance\":\"-1\",\"data\":\"1 %s\"}}", ++update_id, chat, chat, code);
	post(buf_str(&tap));
	doc = case_in(code, "ditutup");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "closed_as")), "dikonfirmasi");
	json_decref(doc);
	sink_wait(&bot, "/answerCallbackQuery", "\"4382bfdwdsb323b2d9\"", 1, &all, &last);
	json_decref(all);
	said(chat, "ditutup", 1, body, sizeof(body));
	post(buf_str(&tap));			/* redelivered: once is enough */
	message(chat, 8, "\"text\":\"cek\"");
	said(chat, "Tidak ada laporan terbuka", 1, body, sizeof(body));
	ck_assert_uint_eq(sink_count(&bot, "/answerCallbackQuery", ""), 1);
	buf_release(&tap);
}
END_TEST

START_TEST(words_photo_pin_and_voice_are_one_report)
{
	const int64_t chat = 2222222;
	char code[CODE_CHARS + 1], body[2048];
	struct buf again = { 0 };
	json_t *doc;

	message(chat, 1, "\"text\":\"jembatan bambu putus di desa sumberarum songgon\"");
	code_said(chat, "Sumberarum", code);
	add_message(&again, chat, 2, "\"photo\":[{\"file_id\":\"kecil\",\"file_unique_id\":\"a\",\"width\":90,\"height\":60},"
	    "{\"file_id\":\"besar\",\"file_unique_id\":\"b\",\"width\":1280,\"height\":960}]");
	post(buf_str(&again));
	post(buf_str(&again));
	message(chat, 3, "\"location\":{\"latitude\":-8.2331,\"longitude\":114.2043}");
	message(chat, 4, "\"voice\":{\"duration\":4,\"mime_type\":\"audio/ogg\",\"file_id\":\"suara\",\"file_unique_id\":\"c\"}");
	said(chat, "sampaikan ke petugas", 3, body, sizeof(body));
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "\"chat_id\":2222222,"), 4);
	doc = case_in(code, "ditugaskan");
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "log")), 4);
	json_decref(doc);
	buf_release(&again);
}
END_TEST

START_TEST(a_voice_alone_is_heard_like_an_emergency)
{
	const int64_t chat = 3333333;
	char code[CODE_CHARS + 1];
	json_t *doc;
	int64_t due, now = clock_now_ms();

	message(chat, 1, "\"voice\":{\"duration\":4,\"file_id\":\"suara\",\"file_unique_id\":\"c\"}");
	code_said(chat, "membacanya", code);
	doc = case_in(code, "baru");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "urgency")), "darurat");
	due = json_integer_value(json_object_get(json_object_get(doc, "next"), "at_ms"));
	ck_assert_msg(due > 0 && due <= now + 5 * 60000 + LIMIT_MS, "due in %" PRId64 " ms", due - now);
	json_decref(doc);
}
END_TEST

/* A pin that overtakes its words opens the report; the words then say what it is. */
START_TEST(out_of_order_nothing_is_lost)
{
	char pin[CODE_CHARS + 1], words[CODE_CHARS + 1];

	message(3333555, 2, "\"location\":{\"latitude\":-8.2331,\"longitude\":114.2043}");
	code_said(3333555, "membacanya", pin);
	message(3333555, 1, "\"text\":\"jembatan bambu putus di desa sumberarum songgon\"");
	code_said(3333555, "Sumberarum", words);
	ck_assert_str_eq(pin, words);
	wait_state(words, "ditugaskan");
}
END_TEST

START_TEST(an_edit_is_added)
{
	char code[CODE_CHARS + 1], body[2048];
	struct buf b = { 0 };
	json_t *doc;

	message(3333666, 1, "\"text\":\"lampu jalan mati di desa kabat\"");
	code_said(3333666, "Kabat", code);
	buf_addf(&b, "{\"update_id\":%d,\"edited_message\":{\"message_id\":1,\"from\":{\"id\":3333666,\"is_bot\":false,"
	    "\"first_name\":\"B\"},\"chat\":{\"id\":3333666,\"type\":\"private\"},\"date\":1,\"edit_date\":2,"
	    "\"text\":\"lampu jalan mati di desa kabat, ada kebakaran\"}}", ++update_id);
	post(buf_str(&b));
	post(buf_str(&b));
	said(3333666, "sampaikan ke petugas", 1, body, sizeof(body));
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "\"chat_id\":3333666,"), 2);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "urgency")), "darurat");
	json_decref(doc);
	buf_release(&b);
}
END_TEST

/* Telegram comes again; who speaks of danger is heard at once. */
START_TEST(a_store_that_stands_still)
{
	struct buf quiet = { 0 }, danger = { 0 };
	char body[2048];
	pid_t redis = pid_of("redis");

	add_message(&quiet, 3333777, 1, "\"text\":\"lampu jalan mati di desa kabat\"");
	add_message(&danger, 3333778, 1, "\"text\":\"tolong kebakaran di desa kabat\"");
	ck_assert_int_eq(kill(redis, SIGSTOP), 0);
	ck_assert_int_eq(post_as(SECRET, buf_str(&quiet)), 503);
	ck_assert_int_eq(post_as(SECRET, buf_str(&danger)), 200);
	ck_assert_int_eq(kill(redis, SIGCONT), 0);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; post_as(SECRET, buf_str(&quiet)) != 200; )
		ck_assert_msg(clock_mono_ms() < until, "never taken");
	post(buf_str(&danger));
	said(3333777, "Kabat", 1, body, sizeof(body));
	said(3333778, "Kabat", 1, body, sizeof(body));
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "\"chat_id\":3333777,"), 1);
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "\"chat_id\":3333778,"), 1);
	buf_release(&quiet);
	buf_release(&danger);
}
END_TEST

START_TEST(a_greeting_is_greeted)
{
	char body[2048];

	message(3333444, 1, "\"text\":\"/start\",\"entities\":[{\"type\":\"bot_command\",\"offset\":0,\"length\":6}]");
	said(3333444, "Ingin melapor?", 1, body, sizeof(body));
	message(3333444, 2, "\"text\":\"/cek@kentongan_bot\"");
	said(3333444, "Laporan", 1, body, sizeof(body));
}
END_TEST

/* Everybody in the group reads the answer. */
START_TEST(a_group_hears_a_number_only)
{
	struct buf b = { 0 };
	char body[2048];

	buf_addf(&b, "{\"update_id\":%d,\"message\":{\"message_id\":55,\"from\":{\"id\":4444444,\"is_bot\":false,"
	    "\"first_name\":\"Kenari Warga\"},\"chat\":{\"id\":-1001234567890,\"title\":\"RT 3\",\"type\":\"supergroup\"},"
	    "\"date\":%" PRId64 ",\"text\":\"lampu jalan mati di desa kabat KENARI-TEKS\"}}", ++update_id, clock_now_ms() / 1000);
	post(buf_str(&b));
	said(-1001234567890, "dengan nomor", 1, body, sizeof(body));
	ck_assert_ptr_nonnull(strstr(body, "\"reply_parameters\":{\"message_id\":55,"));
	ck_assert_msg(strcasestr(body, "kenari") == NULL && strcasestr(body, "kabat") == NULL &&
	    strcasestr(body, "lampu") == NULL && strstr(body, "4444444") == NULL, "%s", body);
	buf_release(&b);
}
END_TEST

/* The group has become a larger one since, under another id: the answer follows it. */
START_TEST(a_group_that_moved_is_followed)
{
	struct buf b = { 0 };
	char body[2048];
	const json_t *last;
	json_t *all;

	sink_feed(&bot, "{\"moved\":{\"-44001\":-100440010001,\"-44002\":-44002}}");
	for (int chat = -44001; chat >= -44002; chat--) {
		buf_reset(&b);
		buf_addf(&b, "{\"update_id\":%d,\"message\":{\"message_id\":56,\"from\":{\"id\":%d,\"is_bot\":false,"
		    "\"first_name\":\"B\"},\"chat\":{\"id\":%d,\"title\":\"RT 4\",\"type\":\"group\"},\"date\":%" PRId64 ","
		    "\"text\":\"lampu jalan mati di desa kabat\"}}", ++update_id, -chat, chat, clock_now_ms() / 1000);
		post(buf_str(&b));
	}
	said(-100440010001, "dengan nomor", 1, body, sizeof(body));
	ck_assert_ptr_nonnull(strstr(body, "\"reply_parameters\":{\"message_id\":56,"));
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "\"chat_id\":-44001,"), 1);
	/* One that leads to itself is not run after for ever. */
	sink_wait(&bot, "/sendMessage", "\"chat_id\":-44002,", 2, &all, &last);
	json_decref(all);
	message(44003, 1, "\"text\":\"lampu jalan mati di desa kabat\"");
	said(44003, "Kabat", 1, body, sizeof(body));
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "\"chat_id\":-44002,"), 2);
	buf_release(&b);
}
END_TEST

/* ---- what is no report ---- */

#define FROM "\"from\":{\"id\":5555555,\"is_bot\":false,\"first_name\":\"B\"}"
#define CHAT "\"chat\":{\"id\":5555555,\"type\":\"private\"}"
static const struct { const char *what, *body; } no_reports[] = {
	{ "no update_id", "{\"message\":{\"message_id\":1," FROM "," CHAT ",\"date\":1,\"text\":\"a\"}}" },
	{ "update_id a text", "{\"update_id\":\"1\",\"message\":{\"message_id\":1," FROM "," CHAT ",\"text\":\"a\"}}" },
	{ "no message_id", "{\"update_id\":1,\"message\":{" FROM "," CHAT ",\"date\":1,\"text\":\"a\"}}" },
	{ "message_id a real", "{\"update_id\":1,\"message\":{\"message_id\":1.5," FROM "," CHAT ",\"text\":\"a\"}}" },
	{ "no chat", "{\"update_id\":1,\"message\":{\"message_id\":1," FROM ",\"date\":1,\"text\":\"a\"}}" },
	{ "chat a number", "{\"update_id\":1,\"message\":{\"message_id\":1," FROM ",\"chat\":5,\"text\":\"a\"}}" },
	{ "chat id a text", "{\"update_id\":1,\"message\":{\"message_id\":1," FROM ",\"chat\":{\"id\":\"5\",\"type\":\"private\"},\"text\":\"a\"}}" },
	{ "chat id past 64 bits", "{\"update_id\":1,\"message\":{\"message_id\":1," FROM ",\"chat\":{\"id\":9223372036854775808,\"type\":\"private\"},\"text\":\"a\"}}" },
	{ "no from", "{\"update_id\":1,\"message\":{\"message_id\":1," CHAT ",\"date\":1,\"text\":\"a\"}}" },
	{ "text a number", "{\"update_id\":1,\"message\":{\"message_id\":1," FROM "," CHAT ",\"date\":1,\"text\":7}}" },
	{ "nothing to read", "{\"update_id\":1,\"message\":{\"message_id\":1," FROM "," CHAT ",\"date\":1,\"sticker\":{\"file_id\":\"x\"}}}" },
	{ "message a list", "{\"update_id\":1,\"message\":[]}" },
	{ "an empty update", "{\"update_id\":1}" },
	{ "duplicate keys", "{\"update_id\":1,\"update_id\":2}" },
	{ "no JSON", "{" },
	{ "a list", "[]" },
	{ "trailing bytes", "{\"update_id\":1} x" },
	{ "a channel's post", "{\"update_id\":1,\"channel_post\":{\"message_id\":1,\"chat\":{\"id\":-100,\"type\":\"channel\"},\"text\":\"a\"}}" },
	{ "blocked by the user", "{\"update_id\":1,\"my_chat_member\":{" FROM "," CHAT ",\"date\":1,\"new_chat_member\":{\"status\":\"kicked\"}}}" },
	{ "a live position", "{\"update_id\":1,\"edited_message\":{\"message_id\":1," FROM "," CHAT ",\"date\":1,\"edit_date\":2,\"location\":{\"latitude\":1,\"longitude\":2}}}" },
	{ "somebody else's button", "{\"update_id\":1,\"callback_query\":{\"id\":\"1\"," FROM ",\"message\":{\"message_id\":1," CHAT "},\"data\":\"hapus semua\"}}" },
	{ "a button without id", "{\"update_id\":1,\"callback_query\":{" FROM ",\"message\":{\"message_id\":1," CHAT "},\"data\":\"1\"}}" },
	{ "somebody else's number", "{\"update_id\":1,\"message\":{\"message_id\":1," FROM "," CHAT ",\"contact\":{\"phone_number\":\"+62811\",\"user_id\":7}}}" },
	{ "a place on no globe", "{\"update_id\":1,\"message\":{\"message_id\":1," FROM "," CHAT ",\"location\":{\"latitude\":91,\"longitude\":2}}}" },
};

START_TEST(what_is_no_report_is_counted)
{
	long dropped = figure("kentongan_ingest_dropped_total"), taken = figure("kentongan_ingest_reports_total");

	post(no_reports[_i].body);
	ck_assert_msg(figure("kentongan_ingest_dropped_total") == dropped + 1, "%s", no_reports[_i].what);
	ck_assert_msg(figure("kentongan_ingest_reports_total") == taken, "%s", no_reports[_i].what);
}
END_TEST

START_TEST(forgeries_are_refused)
{
	struct buf b = { 0 };
	struct answer a;
	long taken = figure("kentongan_ingest_reports_total");

	add_message(&b, 6666666, 1, "\"text\":\"kebakaran di licin\"");
	ck_assert_int_eq(post_as("rahasia-kait-ujj", buf_str(&b)), 401);
	ck_assert_int_eq(post_as(SECRET "x", buf_str(&b)), 401);
	ck_assert_int_eq(post_as("", buf_str(&b)), 401);
	ask(&a, house.http, "/hook/telegram", NULL, b.data, b.len);
	ck_assert_int_eq(a.status, 401);
	answer_release(&a);
	ck_assert_int_eq(figure("kentongan_ingest_reports_total"), taken);
	buf_release(&b);
}
END_TEST

START_TEST(robots_are_not_answered)
{
	struct buf b = { 0 };
	char body[2048];

	buf_addf(&b, "{\"update_id\":%d,\"message\":{\"message_id\":1,\"from\":{\"id\":7777777,\"is_bot\":true,"
	    "\"first_name\":\"Robot\"},\"chat\":{\"id\":7777777,\"type\":\"private\"},\"date\":1,"
	    "\"text\":\"jalan rusak di desa kabat\"}}", ++update_id);
	post(buf_str(&b));
	message(7777778, 1, "\"text\":\"jalan rusak di desa kabat\"");
	said(7777778, "Kabat", 1, body, sizeof(body));	/* came later and is answered already */
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "7777777"), 0);
	buf_release(&b);
}
END_TEST

/* ---- a gateway in trouble ---- */

/* calls: at least; twice: whether one more is right too, for the answer may have been lost. */
#define ONCE "\"times\":1,\"only\":\"/sendMessage\""		/* not of a file that is still asked for */
static const struct { const char *what, *mode; int64_t chat; size_t calls; int twice; } troubles[] = {
	{ "503", "{\"mode\":\"503\"," ONCE "}", 8000001, 2, 0 },
	{ "429", "{\"mode\":\"429\"," ONCE ",\"retry_after\":2}", 8000002, 2, 0 },
	{ "accepted and died", "{\"mode\":\"die\"," ONCE "}", 8000003, 2, 0 },
	{ "a proxy's page", "{\"mode\":\"wrong-json\"," ONCE "}", 8000004, 2, 0 },
	{ "slow", "{\"mode\":\"slow\",\"ms\":700," ONCE "}", 8000005, 1, 0 },
	{ "answered, then reset", "{\"mode\":\"reset\"," ONCE "}", 8000006, 1, 1 },
	{ "no whole head", "{\"mode\":\"hang-headers\",\"ms\":300," ONCE "}", 8000007, 2, 0 },
	{ "no answer at all", "{\"mode\":\"hang\"," ONCE "}", 8000008, 2, 0 },	/* until telegram.timeout */
};

START_TEST(trouble_ends_in_one_answer)
{
	char content[128], to[40], body[2048], first[2048];
	const json_t *last;
	json_t *all, *r;
	size_t i, n = 0;
	double at[8] = { 0 };

	sink_mode(&bot, troubles[_i].mode);
	snprintf(content, sizeof(content), "\"text\":\"lampu jalan mati di desa kabat nomor %d\"", _i);
	message(troubles[_i].chat, 1, content);
	snprintf(to, sizeof(to), "\"chat_id\":%" PRId64 ",", troubles[_i].chat);
	sink_wait(&bot, "/sendMessage", to, troubles[_i].calls, &all, &last);
	first[0] = '\0';
	json_array_foreach(all, i, r) {
		const char *s = json_string_value(json_object_get(r, "body"));

		if (strstr(s, to) == NULL)
			continue;
		if (n < 8)
			at[n++] = json_real_value(json_object_get(r, "mono"));
		if (first[0] == '\0')
			snprintf(first, sizeof(first), "%s", s);
		ck_assert_msg(strcmp(first, s) == 0, "%s: other words at another try", troubles[_i].what);
	}
	json_decref(all);
	if (strcmp(troubles[_i].what, "429") == 0)
		ck_assert_msg(at[1] - at[0] >= 2, "came again after %.2f s", at[1] - at[0]);
	/* The next one to the same chat is last in its row: whatever was to come before it has come. */
	message(troubles[_i].chat, 2, "\"text\":\"cek\"");
	said(troubles[_i].chat, "Sisa waktu", 1, body, sizeof(body));
	n = sink_count(&bot, "/sendMessage", to) - 1;
	ck_assert_msg(n >= troubles[_i].calls && n <= troubles[_i].calls + (size_t)troubles[_i].twice,
	    "%s: %zu calls", troubles[_i].what, n);
}
END_TEST

/* A stranger is rid of somebody else's news; who only wants no more of it keeps what he has. */
START_TEST(news_to_a_stranger_is_taken_back)
{
	char code[CODE_CHARS + 1], body[128];
	const json_t *last;
	json_int_t status = 0;
	json_t *all;

	message(771, 1, "\"text\":\"lampu jalan mati di desa kabat depan balai desa\"");
	message(772, 1, "\"text\":\"lampu jalan mati di desa kabat depan balai desa\"");
	code_said(771, "Diterima", code);
	code_said(772, "Diterima", code);
	message(772, 2, "\"text\":\"STOP\"");
	said(772, "kabar biasa", 1, body, sizeof(body));
	message(771, 2, "\"text\":\"SALAH\"");
	for (int64_t until = clock_mono_ms() + LIMIT_MS; status == 0; ) {	/* on record before it is answered */
		ck_assert_msg(clock_mono_ms() < until, "not answered");
		ck_assert_uint_eq(sink_wait(&bot, "/deleteMessage", "\"chat_id\":771,", 1, &all, &last), 1);
		status = json_integer_value(json_object_get(last, "status"));
		json_decref(all);
	}
	ck_assert_int_eq(status, 200);
	ck_assert_uint_eq(sink_count(&bot, "/deleteMessage", ""), 1);
}
END_TEST

START_TEST(who_blocked_us_is_tried_once)
{
	char body[2048];
	const json_t *last;
	json_t *all;

	sink_feed(&bot, "{\"blocked\":[9000001]}");
	message(9000001, 1, "\"text\":\"lampu jalan mati di desa kabat\"");
	sink_wait(&bot, "/sendMessage", "\"chat_id\":9000001,", 1, &all, &last);
	json_decref(all);
	told("", "sistem", "");		/* undeliverable: a human hears of it */
	message(9000002, 1, "\"text\":\"lampu jalan mati di desa kabat\"");
	said(9000002, "Kabat", 1, body, sizeof(body));
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "\"chat_id\":9000001,"), 1);
}
END_TEST

/* A line of a file of the house that holds both, in this order, waited for. */
static void
has_line(const char *file, const char *one, const char *two)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, all = { 0 };
	int found = 0;

	buf_addf(&path, "%s/%s", house.dir, file);
	while (!found) {
		ck_assert_msg(clock_mono_ms() < until, "%s: no line with %s and %s", file, one, two);
		buf_reset(&all);
		ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &all), 0);
		for (const char *at = buf_str(&all); (at = strstr(at, one)) != NULL && !found; at++) {
			const char *rest = strstr(at, two);

			found = rest != NULL && rest < at + strcspn(at, "\n");
		}
		if (!found)
			nanosleep(&(struct timespec){ 0, 20 * 1000000L }, NULL);
	}
	buf_release(&path);
	buf_release(&all);
}

/* The whole way stands still: a queue must not be burnt for a token that has changed. */
START_TEST(a_refused_token_is_an_alarm)
{
	const json_t *last;
	json_t *records;

	sink_mode(&bot, "{\"mode\":\"401\"}");
	message(9100001, 1, "\"text\":\"lampu jalan mati di desa kabat\"");
	sink_wait(&bot, "/sendMessage", "\"chat_id\":9100001,", 1, &records, &last);
	json_decref(records);
	has_line("log/notify.log", "event=send_failed route=telegram ", "the token is refused");
	has_line("out/sms.jsonl", "secrets/telegram_token", "");
	message(9100002, 1, "\"text\":\"lampu jalan mati di desa kabat\"");
	/* By the hook's next answer that report is stored, and by the SMS way's it would have been sent. */
	sms("+6281234560077", "CEK", NULL);
	told("", "tanpa-laporan", "+6281234560077");
	ck_assert_uint_eq(sink_count(&bot, "/sendMessage", "\"chat_id\":91"), 1);
}
END_TEST

START_TEST(the_token_is_nowhere_in_the_logs)
{
	struct buf command = { 0 };

	buf_addf(&command, "test -n \"$(ls %s/log)\" && ! grep -rqF '%s' %s/log %s/out", house.dir, TOKEN, house.dir,
	    house.dir);
	ck_assert_int_eq(system(buf_str(&command)), 0);
	buf_release(&command);
}
END_TEST

Suite *telegram_suite(void);

Suite *
telegram_suite(void)
{
	Suite *s = suite_create("telegram");
	TCase *tc = tcase_create("telegram");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, a_report_is_worked_on_and_closed_by_a_button);
	tcase_add_test(tc, words_photo_pin_and_voice_are_one_report);
	tcase_add_test(tc, a_voice_alone_is_heard_like_an_emergency);
	tcase_add_test(tc, out_of_order_nothing_is_lost);
	tcase_add_test(tc, an_edit_is_added);
	tcase_add_test(tc, a_store_that_stands_still);
	tcase_add_test(tc, a_greeting_is_greeted);
	tcase_add_test(tc, a_group_hears_a_number_only);
	tcase_add_test(tc, a_group_that_moved_is_followed);
	tcase_add_loop_test(tc, what_is_no_report_is_counted, 0, N_ELEMS(no_reports));
	tcase_add_test(tc, forgeries_are_refused);
	tcase_add_test(tc, robots_are_not_answered);
	tcase_add_loop_test(tc, trouble_ends_in_one_answer, 0, N_ELEMS(troubles));
	tcase_add_test(tc, news_to_a_stranger_is_taken_back);
	tcase_add_test(tc, who_blocked_us_is_tried_once);
	tcase_add_test(tc, a_refused_token_is_an_alarm);	/* for a minute nothing is sent */
	tcase_add_test(tc, the_token_is_nowhere_in_the_logs);
	suite_add_tcase(s, tc);
	return s;
}
