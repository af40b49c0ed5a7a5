/* Chat platforms, the pure parts: what an update says, what is asked of them, what their answers mean. */
#include <check.h>
#include <string.h>

#include <jansson.h>

#include "core/calendar.h"
#include "core/message.h"
#include "ingest/pull.h"
#include "ingest/telegram.h"
#include "ingest/x.h"
#include "lib/escape.h"
#include "lib/httpc.h"
#include "notify/telegram.h"
#include "notify/x.h"

Suite *chat_suite(void);

static struct ingest g;

static void
begin(void)
{
	memset(&g, 0, sizeof(g));
	g.h.set.text_bytes = 20;
	g.h.set.provider_age_ms = 3 * DAY_MS;
	g.h.set.x_user_id = (char *)(uintptr_t)"";
}

/* ---- updates ---- */

#define PRIVATE "\"message_id\":7,\"from\":{\"id\":5,\"is_bot\":false,\"first_name\":\"Siti\",\"last_name\":\"A\"}," \
    "\"chat\":{\"id\":5,\"type\":\"private\"},\"date\":1"
#define GROUP "\"message_id\":7,\"from\":{\"id\":5,\"is_bot\":false},\"chat\":{\"id\":-42,\"type\":\"group\"},\"date\":1"
static const struct {
	const char *what, *update;
	const char *id, *sender, *channel, *to, *text, *media;	/* NULL: none */
	int adds, lane_e;
} updates[] = {
	{ "words", "{\"message\":{" PRIVATE ",\"text\":\"jalan rusak\"}}", "5:7", "telegram:5", "telegram", NULL,
	  "jalan rusak", NULL, 0, 0 },
	{ "words too long are cut at a character", "{\"message\":{" PRIVATE ",\"text\":\"1234567890123456789\\u00e9x\"}}",
	  "5:7", "telegram:5", "telegram", NULL, "1234567890123456789", NULL, 0, 0 },
	{ "a group", "{\"message\":{" GROUP ",\"text\":\"jalan rusak\"}}", "-42:7", "telegram:5", "telegram-publik",
	  "telegram:-42:7", "jalan rusak", NULL, 0, 0 },
	{ "a picture in sizes, with its words", "{\"message\":{" PRIVATE ",\"caption\":\"jalan\",\"photo\":["
	  "{\"file_id\":\"s\",\"width\":9},{\"file_id\":\"l\",\"width\":99},{\"file_id\":\"m\",\"width\":19}]}}",
	  "5:7", "telegram:5", "telegram", NULL, "jalan", "telegram:l", 0, 0 },
	{ "a voice", "{\"message\":{" PRIVATE ",\"voice\":{\"file_id\":\"v\"}}}", "5:7", "telegram:5", "telegram", NULL,
	  NULL, "telegram:v", 1, 1 },
	{ "a voice with words", "{\"message\":{" PRIVATE ",\"caption\":\"dengar\",\"voice\":{\"file_id\":\"v\"}}}", "5:7",
	  "telegram:5", "telegram", NULL, "dengar", "telegram:v", 0, 0 },
	{ "a document", "{\"message\":{" PRIVATE ",\"document\":{\"file_id\":\"d\"}}}", "5:7", "telegram:5", "telegram",
	  NULL, NULL, "telegram:d", 1, 0 },
	{ "a pin", "{\"message\":{" PRIVATE ",\"venue\":{},\"location\":{\"latitude\":-8.2,\"longitude\":114}}}", "5:7",
	  "telegram:5", "telegram", NULL, NULL, NULL, 1, 0 },
	{ "his own number", "{\"message\":{" PRIVATE ",\"contact\":{\"phone_number\":\"+62811\",\"user_id\":5}}}", "5:7",
	  "telegram:5", "telegram", NULL, "Telepon saya: +62811", NULL, 1, 0 },
	{ "an edit", "{\"edited_message\":{" PRIVATE ",\"edit_date\":9,\"text\":\"api\"}}", "5:7:9", "telegram:5",
	  "telegram", NULL, "api", NULL, 1, 0 },
	{ "a button", "{\"callback_query\":{\"id\":\"77\",\"from\":{\"id\":5},\"message\":{\"message_id\":7,"
	  "\"chat\":{\"id\":5,\"type\":\"private\"}},\"data\":\"2\"}}", "tap:77", "telegram:5", "telegram", NULL, "2", NULL,
	  0, 0 },
	{ "a greeting", "{\"message\":{" PRIVATE ",\"text\":\"/start abc\"}}", "5:7", "telegram:5", "telegram", NULL,
	  "halo", NULL, 0, 0 },
	{ "a command to us by name", "{\"message\":{" PRIVATE ",\"text\":\"/cek@kita_bot 7K3F\"}}", "5:7", "telegram:5",
	  "telegram", NULL, "cek 7K3F", NULL, 0, 0 },
};

static void
same(const char *what, const char *is, const char *expected)
{
	ck_assert_msg((is == NULL) == (expected == NULL) && (is == NULL || strcmp(is, expected) == 0), "%s: \"%s\"",
	    what, is != NULL ? is : "(none)");
}

START_TEST(an_update_is_read)
{
	json_t *doc = json_loads(updates[_i].update, 0, NULL);
	struct laporan l = { .channel = "" };
	const char *why = "", *what = updates[_i].what;

	ck_assert_ptr_nonnull(doc);
	ck_assert_msg(telegram_read(&l, &g, doc, &why) == 1, "%s: %s", what, why);
	same(what, l.message_id, updates[_i].id);
	same(what, l.sender, updates[_i].sender);
	same(what, l.channel, "telegram");
	same(what, l.reply_channel, updates[_i].channel);
	same(what, l.reply_to, updates[_i].to);
	same(what, l.text, updates[_i].text);
	same(what, l.media_n > 0 ? l.media[0] : NULL, updates[_i].media);
	ck_assert_msg(l.adds == updates[_i].adds && l.lane_e == updates[_i].lane_e, "%s", what);
	same(what, l.ack, strcmp(what, "a button") == 0 ? "telegram:tap:77" : NULL);
	ck_assert_msg(l.has_position == (strcmp(what, "a pin") == 0), "%s", what);
	laporan_release(&l);
	json_decref(doc);
}
END_TEST

/* ---- ids of X ---- */

static const struct { const char *a, *b; int order; } ids[] = {
	{ "1924465506158878979", "1924465506158878979", 0 }, { "9", "10", -1 }, { "1924465506158878980", "1924465506158878979", 1 },
	{ "999999999999999999", "1000000000000000000", -1 },
};

START_TEST(ids_are_compared_as_numbers)
{
	int order = x_id_compare(ids[_i].a, ids[_i].b);

	ck_assert_msg((order > 0) - (order < 0) == ids[_i].order, "%s %s", ids[_i].a, ids[_i].b);
	ck_assert(x_is_id(ids[_i].a) && !x_is_id("") && !x_is_id("-1") && !x_is_id("12345678901234567890") && !x_is_id(NULL));
}
END_TEST

START_TEST(both_notations_of_time)
{
	static const char *const times[] = { "Mon May 19 14:01:46 +0000 2025", "2025-05-19T14:01:46.000Z" };

	for (size_t i = 0; i < N_ELEMS(times); i++) {
		json_t *post = json_pack("{s:s,s:s,s:s,s:s}", "id", "1", "author_id", "5", "text", "a", "created_at", times[i]);
		struct laporan l = { .channel = "" };
		const char *why = "";

		ck_assert_int_eq(x_read_post(&l, &g, post, NULL, "", &why), 1);
		ck_assert_int_eq(l.provider_ms, INT64_C(1747663306000));
		laporan_release(&l);
		json_decref(post);
	}
}
END_TEST

/* ---- lengths ---- */

static const struct { const char *text; int weight; } weights[] = {
	{ "", 0 }, { "lampu", 5 }, { "\xc3\xa9", 1 }, { "\xf0\x9f\x98\xb1", 2 }, { "\xe2\x80\x99", 1 }, { "\xe6\x97\xa5", 2 },
	{ "https://lapor.example/l/ABCDEFGH", 23 }, { "a https://x.y b", 27 }, { "http:// b", 25 }, { "\xff", 2 },
};

START_TEST(length_as_x_counts)
{
	ck_assert_msg(x_weighted_length(weights[_i].text, strlen(weights[_i].text)) == weights[_i].weight, "\"%s\": %d",
	    weights[_i].text, x_weighted_length(weights[_i].text, strlen(weights[_i].text)));
}
END_TEST

/* ---- requests ---- */

static const struct { const char *to, *kind, *method, *json; } telegram_calls[] = {
	{ "telegram:5", "cek", "sendMessage",
	  "{\"chat_id\":5,\"text\":\"a \\\"b\\\"\",\"link_preview_options\":{\"is_disabled\":true}}" },
	{ "telegram:-42:7", "publik", "sendMessage", "{\"chat_id\":-42,\"text\":\"a \\\"b\\\"\",\"link_preview_options\":"
	  "{\"is_disabled\":true},\"reply_parameters\":{\"message_id\":7,\"allow_sending_without_reply\":true}}" },
	{ "telegram:tap:77\"x", "tombol", "answerCallbackQuery",
	  "{\"callback_query_id\":\"77\\\"x\",\"text\":\"a \\\"b\\\"\"}" },
	{ "+62811", "cek", NULL, NULL }, { "telegram:", "cek", NULL, NULL }, { "telegram:5x", "cek", NULL, NULL },
	{ "telegram:5:", "cek", NULL, NULL }, { "telegram:5:7:8", "cek", NULL, NULL }, { "telegram:-", "cek", NULL, NULL },
};

START_TEST(a_call_to_telegram)
{
	struct outbox_item it = { .code = "7K3F9QXM" };
	struct buf json = { 0 };
	const char *method = NULL;

	buf_adds(&it.to, telegram_calls[_i].to);
	buf_adds(&it.text, "a \"b\"");
	snprintf(it.kind, sizeof(it.kind), "%s", telegram_calls[_i].kind);
	ck_assert_msg(telegram_request(&it, &method, &json) == (telegram_calls[_i].json != NULL ? 0 : -1), "%s",
	    telegram_calls[_i].to);
	if (telegram_calls[_i].json != NULL) {
		ck_assert_str_eq(method, telegram_calls[_i].method);
		ck_assert_str_eq(buf_str(&json), telegram_calls[_i].json);
	}
	outbox_item_release(&it);
	buf_release(&json);
}
END_TEST

static const struct { const char *to; size_t length; const char *path, *json; } x_calls[] = {
	{ "x:5", 2, "/2/dm_conversations/with/5/messages", "{\"text\":\"aa\"}" },
	{ "x:post:7", 2, "/2/tweets", "{\"text\":\"aa\",\"reply\":{\"in_reply_to_tweet_id\":\"7\"}}" },
	{ "x:post:7", 281, NULL, NULL }, { "x:", 2, NULL, NULL }, { "x:post:", 2, NULL, NULL },
	{ "x:5/../1", 2, NULL, NULL }, { "telegram:5", 2, NULL, NULL }, { "x:12345678901234567890", 2, NULL, NULL },
};

START_TEST(a_call_to_x)
{
	struct outbox_item it = { .code = "" };
	struct buf path = { 0 }, json = { 0 };

	buf_adds(&it.to, x_calls[_i].to);
	for (size_t i = 0; i < x_calls[_i].length; i++)
		buf_addc(&it.text, 'a');
	ck_assert_msg(x_request(&it, &path, &json) == (x_calls[_i].path != NULL ? 0 : -1), "%s", x_calls[_i].to);
	if (x_calls[_i].path != NULL) {
		ck_assert_str_eq(buf_str(&path), x_calls[_i].path);
		ck_assert_str_eq(buf_str(&json), x_calls[_i].json);
	}
	outbox_item_release(&it);
	buf_release(&path);
	buf_release(&json);
}
END_TEST

/* ---- answers ---- */

static const struct {
	int outcome, status; const char *body;
	enum send_outcome telegram, x;
} answers[] = {
	{ 0, 200, "{\"ok\":true,\"data\":{}}", SEND_DONE, SEND_DONE },
	{ 0, 201, "{\"data\":{\"id\":\"1\"}}", SEND_FINAL, SEND_DONE },
	{ 0, 200, "<html>", SEND_UNKNOWN, SEND_UNKNOWN },
	{ 0, 200, "{\"ok\":false}", SEND_UNKNOWN, SEND_UNKNOWN },
	{ 0, 400, "{\"ok\":false,\"description\":\"Bad Request: chat not found\"}", SEND_FINAL, SEND_FINAL },
	{ 0, 401, "{}", SEND_RETRY, SEND_RETRY },
	{ 0, 403, "{\"detail\":\"forbidden\"}", SEND_FINAL, SEND_FINAL },
	{ 0, 403, "{\"detail\":\"You are not allowed to create a Tweet with duplicate content.\"}", SEND_FINAL, SEND_DONE },
	{ 0, 404, "{}", SEND_RETRY, SEND_FINAL },
	{ 0, 429, "{}", SEND_RETRY, SEND_RETRY },
	{ 0, 500, "", SEND_UNKNOWN, SEND_UNKNOWN }, { 0, 502, "", SEND_UNKNOWN, SEND_UNKNOWN },
	{ 0, 503, "", SEND_RETRY, SEND_RETRY },
	{ -1, 0, "", SEND_RETRY, SEND_RETRY }, { -2, 0, "", SEND_UNKNOWN, SEND_UNKNOWN },
};

START_TEST(what_an_answer_means)
{
	const struct httpc_answer a = { .outcome = answers[_i].outcome, .status = answers[_i].status,
	    .body = answers[_i].body, .body_len = strlen(answers[_i].body), .remaining = -1, .why = "" };
	struct send_result r;
	char why[32];

	telegram_outcome(&a, &r, why, sizeof(why));
	ck_assert_msg(r.outcome == answers[_i].telegram, "Telegram %d %s", a.status, a.body);
	x_outcome(&a, 1000, &r, why, sizeof(why));
	ck_assert_msg(r.outcome == answers[_i].x, "X %d %s", a.status, a.body);
}
END_TEST

static const struct { int64_t reset_s, retry_after_ms, pause_ms; } limits[] = {
	{ 1010, 0, 10000 }, { 990, 0, 1000 }, { 999999, 0, 900000 }, { 0, 7000, 7000 }, { 0, 0, 60000 },
};

START_TEST(limits_are_read)
{
	const struct httpc_answer a = { .status = 429, .body = "", .reset_s = limits[_i].reset_s, .remaining = 0,
	    .retry_after_ms = limits[_i].retry_after_ms, .why = "" };
	const struct httpc_answer t = { .status = 429, .body = "{\"parameters\":{\"retry_after\":5}}", .body_len = 32,
	    .why = "" };
	struct send_result r;
	char why[32];

	x_outcome(&a, 1000, &r, why, sizeof(why));
	ck_assert_int_eq(r.pause_ms, limits[_i].pause_ms);
	telegram_outcome(&t, &r, why, sizeof(why));
	ck_assert_int_eq(r.retry_after_ms, 5000);
	ck_assert_int_eq(r.pause_ms, 0);	/* one chat's limit holds up nobody else */
}
END_TEST

static const struct {
	struct httpc_answer a;
	int trouble; int64_t wait_ms; int alarm;
} fetched[] = {
	{ { .status = 200, .remaining = -1, .why = "" }, 0, 0, 0 },
	{ { .status = 200, .remaining = 5, .reset_s = 1900, .why = "" }, 0, 0, 0 },
	{ { .status = 200, .remaining = 0, .reset_s = 1010, .why = "" }, 0, 10000, 0 },
	{ { .status = 200, .remaining = 0, .reset_s = 90000, .why = "" }, 0, 3600000, 0 },
	{ { .status = 200, .remaining = -1, .why = "longer than the limit" }, 1, 0, 0 },
	{ { .status = 429, .remaining = -1, .reset_s = 1003, .why = "" }, 1, 3000, 0 },
	{ { .status = 503, .remaining = -1, .retry_after_ms = 4000, .why = "" }, 1, 4000, 0 },
	{ { .status = 401, .remaining = -1, .why = "" }, 1, 0, 1 },
	{ { .outcome = -2, .remaining = -1, .why = "cut" }, 1, 0, 0 },
};

START_TEST(what_a_fetch_must_wait_for)
{
	struct pull_result r;

	ck_assert_int_eq(pull_trouble(&fetched[_i].a, 1000, &r), fetched[_i].trouble);
	ck_assert_int_eq(r.wait_ms, fetched[_i].wait_ms);
	ck_assert_int_eq(r.alarm != NULL, fetched[_i].alarm);
}
END_TEST

/* ---- in public ---- */

static const struct { const char *route, *kind, *said; } routes[] = {
	{ "sms", "terima", "terima" }, { "x", "cek", "cek" }, { "x-publik", "terima", "publik" },
	{ "facebook-publik", "terima-rahasia", "publik" }, { "telegram-publik", "kabar-selesai", "publik-kabar" },
	{ "x-publik", "kabar-teruskan", NULL }, { "x-publik", "pilih", NULL }, { "publik", "terima", "terima" },
	{ "x-publik", "a-kind-to-come", NULL },
};

START_TEST(in_public_a_number_only)
{
	same(routes[_i].route, message_kind_on(routes[_i].route, routes[_i].kind), routes[_i].said);
}
END_TEST

static const struct { const char *bytes, *text; } base64[] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" },	/* RFC 4648 */
};

START_TEST(base64_there_and_back)
{
	struct buf b = { 0 };
	size_t n = strlen(base64[_i].bytes), len = strlen(base64[_i].text);
	char back[8] = "";

	buf_add_base64(&b, base64[_i].bytes, n);
	ck_assert_str_eq(buf_str(&b), base64[_i].text);
	ck_assert_int_eq(base64_decode(back, n, base64[_i].text, len), 0);
	ck_assert_mem_eq(back, base64[_i].bytes, n);
	ck_assert_int_eq(base64_decode(back, n + 1, base64[_i].text, len), -1);
	ck_assert_int_eq(base64_decode(back, 3, "Zm9", 3), -1);
	ck_assert_int_eq(base64_decode(back, 3, "Zm9v\n", 5), -1);
	buf_release(&b);
}
END_TEST

Suite *
chat_suite(void)
{
	Suite *s = suite_create("chat");
	TCase *tc = tcase_create("chat");

	tcase_add_checked_fixture(tc, begin, NULL);
	tcase_add_loop_test(tc, an_update_is_read, 0, N_ELEMS(updates));
	tcase_add_loop_test(tc, ids_are_compared_as_numbers, 0, N_ELEMS(ids));
	tcase_add_test(tc, both_notations_of_time);
	tcase_add_loop_test(tc, length_as_x_counts, 0, N_ELEMS(weights));
	tcase_add_loop_test(tc, a_call_to_telegram, 0, N_ELEMS(telegram_calls));
	tcase_add_loop_test(tc, a_call_to_x, 0, N_ELEMS(x_calls));
	tcase_add_loop_test(tc, what_an_answer_means, 0, N_ELEMS(answers));
	tcase_add_loop_test(tc, limits_are_read, 0, N_ELEMS(limits));
	tcase_add_loop_test(tc, what_a_fetch_must_wait_for, 0, N_ELEMS(fetched));
	tcase_add_loop_test(tc, in_public_a_number_only, 0, N_ELEMS(routes));
	tcase_add_loop_test(tc, base64_there_and_back, 0, N_ELEMS(base64));
	suite_add_tcase(s, tc);
	return s;
}
