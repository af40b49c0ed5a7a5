/* X on a living house: the handshake, posts and messages in every shape, against a stand-in. */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/code.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "tests/integration/living.h"
#include "tests/integration/sink.h"

#define SECRET "rahasia-konsumen-uji"
#define TOKEN "AAAAtoken-x-uji"
#define US "1111111111111111111"

static struct sink x;

static void
begin(void)
{
	char settings[256];

	sink_start(&x, "x", TOKEN);
	snprintf(settings, sizeof(settings), "x:\n  api: %s\n  timeout: 8s\n  user_id: \"" US "\"\n  per_second: 100\n"
	    "notify:\n  retry: 100ms\n  lease: 10s\n", x.base);
	/* all tests speak with the same few tongues: no robots */
	strncat(settings, "router:\n  exchanges: 100\n", sizeof(settings) - strlen(settings) - 1);
	house_make(settings);
	house_put_secret("x", SECRET);
	house_put_secret("x_token", TOKEN);
	house_up();
}

static void
end(void)
{
	house_down();
	sink_stop(&x);
}

/* ---- what X sends ---- */

static long
post_with(const char *signature, const char *body)
{
	struct buf header = { 0 };
	const char *headers[] = { "Content-Type: application/json", NULL, NULL };
	struct answer a;

	buf_addf(&header, "x-twitter-webhooks-signature: %s", signature);
	headers[1] = buf_str(&header);
	ask(&a, house.http, "/hook/x", headers, body, strlen(body));
	buf_release(&header);
	answer_release(&a);
	return a.status;
}

static long
post(const char *body)
{
	struct buf signature = { 0 };
	uint8_t mac[32];
	long status;

	hmac_sha256(mac, SECRET, strlen(SECRET), body, strlen(body));
	buf_adds(&signature, "sha256=");
	buf_add_base64(&signature, mac, sizeof(mac));
	status = post_with(buf_str(&signature), body);
	buf_release(&signature);
	return status;
}

/* The older shape: cut text beside the whole one, a numeric id that is rounded already. */
static void
old_mention(struct buf *b, const char *id, const char *author, const char *name, const char *text)
{
	buf_addf(b, "{\"for_user_id\":\"" US "\",\"user_has_blocked\":\"false\",\"tweet_create_events\":[{"
	    "\"created_at\":\"Mon May 19 14:01:46 +0000 2025\",\"id\":1924465506158879000,\"id_str\":\"%s\","
	    "\"text\":\"@kabuji terpotong...\",\"truncated\":true,\"user\":{\"id_str\":\"%s\",\"name\":\"%s\","
	    "\"screen_name\":\"kenari_akun\"},\"in_reply_to_status_id_str\":null,\"extended_tweet\":{\"full_text\":\"%s\","
	    "\"entities\":{}},\"entities\":{},\"coordinates\":null,\"place\":null}]}", id, author, name, text);
}

/* The newer shape. */
static void
activity(struct buf *b, const char *type, const char *id, const char *author, const char *text)
{
	buf_addf(b, "{\"data\":{\"event_uuid\":\"-2080765813578191303\",\"filter\":{\"user_id\":\"" US "\"},"
	    "\"event_type\":\"%s\",\"tag\":\"mentions\",\"payload\":{\"id\":\"%s\",\"text\":\"%s\",\"author_id\":\"%s\","
	    "\"created_at\":\"2026-07-24T21:23:23.000Z\",\"conversation_id\":\"%s\"},"
	    "\"includes\":{\"users\":[{\"id\":\"%s\",\"username\":\"kenari_akun\",\"name\":\"Kenari Nama\"}]}}}",
	    type, id, text, author, id, author);
}

static void
replied(const char *post_id, size_t n, char code[CODE_CHARS + 1], char *body, size_t size)
{
	const json_t *last;
	json_t *all;
	char to[64];
	struct code c;

	snprintf(to, sizeof(to), "\"in_reply_to_tweet_id\":\"%s\"", post_id);
	sink_wait(&x, "/2/tweets", to, n, &all, &last);
	snprintf(body, size, "%s", json_string_value(json_object_get(last, "body")));
	json_decref(all);
	ck_assert_msg(code_find(&c, body, strlen(body)) == 0, "%s", body);
	memcpy(code, c.s, CODE_CHARS + 1);
}

/* ---- the handshake ---- */

static void
challenge(const char *token, long status, const char *expected)
{
	struct buf path = { 0 };
	struct answer a;

	buf_adds(&path, "/hook/x?crc_token=");
	buf_add_url(&path, token, strlen(token));
	buf_adds(&path, "&nonce=1");
	ask(&a, house.http, buf_str(&path), NULL, NULL, 0);
	ck_assert_int_eq(a.status, status);
	ck_assert_msg(strstr(buf_str(&a.body), expected) != NULL, "%s", buf_str(&a.body));
	answer_release(&a);
	buf_release(&path);
}

static const char published[] = "{\"response_token\":\"sha256=Z6I1LRnbvmqn+zMPDaMqvQLr45ZDPrvqsKNYD7ehyfg=\"}";

START_TEST(the_handshake)
{
	struct answer a;

	challenge("9b4507b3-9040-4669-9ca3-6b94edb50553", 200, published);
	challenge("", 400, "crc_token");
	/* What could be an event must not be signed for whoever asks. */
	challenge("{\"for_user_id\":\"1\"}", 400, "crc_token");
	challenge("a b", 400, "crc_token");
	ask(&a, house.http, "/hook/x", NULL, NULL, 0);
	ck_assert_int_eq(a.status, 400);
	answer_release(&a);
}
END_TEST

START_TEST(the_handshake_needs_no_store)
{
	pid_t redis = pid_of("redis");

	ck_assert_int_eq(kill(redis, SIGSTOP), 0);
	challenge("9b4507b3-9040-4669-9ca3-6b94edb50553", 200, published);
	ck_assert_int_eq(kill(redis, SIGCONT), 0);
}
END_TEST

/* ---- the road ---- */

START_TEST(a_mention_is_worked_on_and_closed_in_public)
{
	static const char *const canaries[] = { "Kenari", "kenari", "lampu", "kabat", "Kabat", "222222222222" };
	const char *id = "1924465506158878979", *author = "2222222222222222222";
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64], body[1024];
	struct buf b = { 0 };
	json_t *doc, *all, *r;
	size_t i;

	old_mention(&b, id, author, "Kenari Nama", "@kabuji lampu jalan mati di desa kabat kenari-teks");
	ck_assert_int_eq(post(buf_str(&b)), 200);
	replied(id, 1, code, body, sizeof(body));
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "category")), "lampu-jalan");
	json_decref(doc);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "SELESAI %s lampu kenari diganti", nonce);
	sms(officer, line, NULL);
	wait_state(code, "selesai");
	replied(id, 2, code, body, sizeof(body));
	buf_reset(&b);
	activity(&b, "post.reply.create", "1924465506158879111", author, "@kabuji @lain 1");
	ck_assert_int_eq(post(buf_str(&b)), 200);
	doc = case_in(code, "ditutup");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "closed_as")), "dikonfirmasi");
	json_decref(doc);

	/* Of all that left for X nothing says who, what or where. */
	all = sink_records(&x);
	ck_assert_uint_ge(json_array_size(all), 2);
	json_array_foreach(all, i, r)
		for (size_t k = 0; k < N_ELEMS(canaries); k++)
			ck_assert_msg(strstr(json_string_value(json_object_get(r, "body")), canaries[k]) == NULL &&
			    strstr(json_string_value(json_object_get(r, "path")), canaries[k]) == NULL,
			    "%s in %s", canaries[k], json_string_value(json_object_get(r, "body")));
	json_decref(all);
	buf_release(&b);
}
END_TEST

START_TEST(a_message_is_answered_as_a_message)
{
	const json_t *last;
	json_t *all;
	const char *body =
	    "{\"for_user_id\":\"" US "\",\"direct_message_events\":[{\"type\":\"message_create\",\"id\":\"1954948849\","
	    "\"created_timestamp\":\"1516403560557\",\"message_create\":{\"target\":{\"recipient_id\":\"" US "\"},"
	    "\"sender_id\":\"3333333333333333333\",\"message_data\":{\"text\":\"sampah menumpuk di pasar genteng kulon\","
	    "\"entities\":{}}}}],\"users\":{\"3333333333333333333\":{\"screen_name\":\"b\",\"name\":\"Budi\"}}}";
	const char *newer =
	    "{\"data\":{\"event_uuid\":\"9\",\"filter\":{\"user_id\":\"" US "\"},\"event_type\":\"dm.received\",\"payload\":{"
	    "\"direct_message_events\":[{\"type\":\"message_create\",\"id\":\"1954948850\",\"created_timestamp\":\"1516403560557\","
	    "\"message_create\":{\"target\":{\"recipient_id\":\"" US "\"},\"sender_id\":\"3333333333333333334\","
	    "\"message_data\":{\"text\":\"cek\"}}}],\"users\":{\"3333333333333333334\":{\"data\":{\"username\":\"c\",\"name\":\"C\"}}}}}}";

	ck_assert_int_eq(post(body), 200);
	ck_assert_int_eq(post(body), 200);
	sink_wait(&x, "/2/dm_conversations/with/3333333333333333333/messages", "Genteng Kulon", 1, &all, &last);
	json_decref(all);
	ck_assert_int_eq(post(newer), 200);
	sink_wait(&x, "/2/dm_conversations/with/3333333333333333334/messages", "Tidak ada laporan", 1, &all, &last);
	json_decref(all);
	ck_assert_uint_eq(sink_count(&x, "/with/3333333333333333333/", ""), 1);
}
END_TEST

START_TEST(one_post_by_four_ways_is_one_report)
{
	const char *id = "1924465506158870001", *author = "4444444444444444444";
	const char *stream = "{\"data\":{\"id\":\"1924465506158870001\",\"text\":\"@kabuji jalan rusak di desa kabat\","
	    "\"author_id\":\"4444444444444444444\",\"created_at\":\"2026-07-24T21:23:23.000Z\"},"
	    "\"includes\":{\"users\":[]},\"matching_rules\":[{\"id\":\"1\",\"tag\":\"m\"}]}";
	char code[CODE_CHARS + 1], body[1024];
	struct buf b = { 0 };
	long taken = figure("kentongan_ingest_reports_total"), seen = figure("kentongan_ingest_redeliveries_total");

	old_mention(&b, id, author, "D", "@kabuji jalan rusak di desa kabat");
	ck_assert_int_eq(post(buf_str(&b)), 200);
	buf_reset(&b);
	activity(&b, "post.mention.create", id, author, "@kabuji jalan rusak di desa kabat");
	ck_assert_int_eq(post(buf_str(&b)), 200);
	buf_reset(&b);
	activity(&b, "post.reply.create", id, author, "@kabuji jalan rusak di desa kabat");
	ck_assert_int_eq(post(buf_str(&b)), 200);
	ck_assert_int_eq(post(stream), 200);
	ck_assert_int_eq(figure("kentongan_ingest_reports_total"), taken + 1);
	ck_assert_int_eq(figure("kentongan_ingest_redeliveries_total"), seen + 3);
	replied(id, 1, code, body, sizeof(body));
	buf_release(&b);
}
END_TEST

/* ---- what is no report ---- */

#define OLD(post) "{\"for_user_id\":\"" US "\",\"tweet_create_events\":[" post "]}"
#define NEW(type, payload) "{\"data\":{\"event_type\":\"" type "\",\"filter\":{\"user_id\":\"" US "\"},\"payload\":" payload "}}"
#define DM(event) "{\"for_user_id\":\"" US "\",\"direct_message_events\":[" event "]}"
static const struct { const char *what, *body; } no_reports[] = {
	{ "no author", OLD("{\"id_str\":\"1924465506158878979\",\"text\":\"@kabuji lampu jalan mati\"}") },
	{ "only the rounded id", OLD("{\"id\":1924465506158879000,\"text\":\"a\",\"user\":{\"id_str\":\"5\"}}") },
	{ "id no number", OLD("{\"id_str\":\"19x\",\"text\":\"a\",\"user\":{\"id_str\":\"5\"}}") },
	{ "id of twenty digits", OLD("{\"id_str\":\"19244655061588789790\",\"text\":\"a\",\"user\":{\"id_str\":\"5\"}}") },
	{ "no text", OLD("{\"id_str\":\"19\",\"user\":{\"id_str\":\"5\"}}") },
	{ "text a number", OLD("{\"id_str\":\"19\",\"text\":5,\"user\":{\"id_str\":\"5\"}}") },
	{ "our own post", OLD("{\"id_str\":\"19\",\"text\":\"a\",\"user\":{\"id_str\":\"" US "\"}}") },
	{ "a repost", OLD("{\"id_str\":\"19\",\"text\":\"a\",\"retweeted_status\":{},\"user\":{\"id_str\":\"5\"}}") },
	{ "names only", OLD("{\"id_str\":\"19\",\"text\":\"@kabuji @lain \",\"user\":{\"id_str\":\"5\"}}") },
	{ "for nobody", "{\"tweet_create_events\":[{\"id_str\":\"19\",\"text\":\"a\",\"user\":{\"id_str\":\"5\"}}]}" },
	{ "a deletion", "{\"for_user_id\":\"" US "\",\"tweet_delete_events\":[{}]}" },
	{ "another event", "{\"for_user_id\":\"" US "\",\"follow_events\":[{}]}" },
	{ "activity without author", NEW("post.mention.create", "{\"id\":\"19\",\"text\":\"a\"}") },
	{ "activity with a numeric id", NEW("post.mention.create", "{\"id\":19,\"text\":\"a\",\"author_id\":\"5\"}") },
	{ "activity without payload", "{\"data\":{\"event_type\":\"post.mention.create\"}}" },
	{ "our own activity", NEW("post.mention.create", "{\"id\":\"19\",\"text\":\"a\",\"author_id\":\"" US "\"}") },
	{ "deleted activity", NEW("post.delete", "{\"id\":\"19\"}") },
	{ "encrypted chat", NEW("chat.received", "{}") },
	{ "an activity to come", NEW("post.sing", "{}") },
	{ "our own message", DM("{\"type\":\"message_create\",\"id\":\"1\",\"message_create\":{\"sender_id\":\"" US "\",\"message_data\":{\"text\":\"a\"}}}") },
	{ "a message without sender", DM("{\"type\":\"message_create\",\"id\":\"1\",\"message_create\":{\"message_data\":{\"text\":\"a\"}}}") },
	{ "a message without id", DM("{\"type\":\"message_create\",\"message_create\":{\"sender_id\":\"5\",\"message_data\":{\"text\":\"a\"}}}") },
	{ "a message without words", DM("{\"type\":\"message_create\",\"id\":\"1\",\"message_create\":{\"sender_id\":\"5\",\"message_data\":{}}}") },
	{ "somebody typing", DM("{\"type\":\"participants_join\",\"id\":\"1\"}") },
	{ "a stream without author", "{\"data\":{\"id\":\"19\",\"text\":\"a\"},\"matching_rules\":[]}" },
	{ "no JSON", "{" }, { "a list", "[]" }, { "duplicate keys", "{\"a\":1,\"a\":2}" }, { "trailing bytes", "{} x" },
};

START_TEST(what_is_no_report_is_counted)
{
	long dropped = figure("kentongan_ingest_dropped_total"), taken = figure("kentongan_ingest_reports_total");

	ck_assert_int_eq(post(no_reports[_i].body), 200);
	ck_assert_msg(figure("kentongan_ingest_dropped_total") == dropped + 1, "%s", no_reports[_i].what);
	ck_assert_msg(figure("kentongan_ingest_reports_total") == taken, "%s", no_reports[_i].what);
}
END_TEST

START_TEST(forgeries_are_refused)
{
	const char *body = "{\"for_user_id\":\"1111111111111111111\",\"tweet_create_events\":"
	    "[{\"id_str\":\"1924465506158878979\",\"text\":\"@kabuji lampu jalan mati\"}]}";
	const char *good = "sha256=5TMGQJ/8lkmVdl3CHyisAQeWDRGYkFjz5cedxzIhlhA=";
	static const char *const bad[] = {
		"sha256=6TMGQJ/8lkmVdl3CHyisAQeWDRGYkFjz5cedxzIhlhA=", "sha256=", "",
		"5TMGQJ/8lkmVdl3CHyisAQeWDRGYkFjz5cedxzIhlhA=",
		"sha256=5TMGQJ/8lkmVdl3CHyisAQeWDRGYkFjz5cedxzIhlhA",
		"sha256=5TMGQJ_8lkmVdl3CHyisAQeWDRGYkFjz5cedxzIhlhA=",
		"sha256=5TMGQJ/8lkmVdl3CHyisAQeWDRGYkFjz5cedxzIhlhA=AAAA",
		"sha1=5TMGQJ/8lkmVdl3CHyisAQeWDRGYkFjz5cedxzIhlhA=",
	};
	struct answer a;

	ck_assert_uint_eq(strlen(body), 128);
	ck_assert_int_eq(post_with(good, body), 200);
	for (size_t i = 0; i < N_ELEMS(bad); i++)
		ck_assert_msg(post_with(bad[i], body) == 401, "%s", bad[i]);
	ck_assert_int_eq(post_with(good, "{}"), 401);
	ask(&a, house.http, "/hook/x", NULL, body, strlen(body));
	ck_assert_int_eq(a.status, 401);
	answer_release(&a);
}
END_TEST

/* ---- a platform in trouble ---- */

/* more: whether one more is right too, for the answer may have been lost. */
static const struct { const char *what, *mode; size_t calls; double apart_s; size_t more; } troubles[] = {
	{ "503", "{\"mode\":\"503\",\"times\":1}", 2, 0, 0 },
	{ "429", "{\"mode\":\"429\",\"times\":1,\"reset\":3}", 2, 2, 0 },
	{ "accepted and died", "{\"mode\":\"die\",\"times\":1}", 2, 0, 0 },
	/* Sent, and the answer lost: the second try is refused as a duplicate, and that is a yes. */
	{ "wrong JSON", "{\"mode\":\"wrong-json\",\"times\":1}", 2, 0, 0 },
	{ "slow", "{\"mode\":\"slow\",\"ms\":700,\"times\":1}", 1, 0, 0 },
	{ "no whole head", "{\"mode\":\"hang-headers\",\"ms\":300,\"times\":1}", 2, 0, 0 },
	{ "no answer at all", "{\"mode\":\"hang\",\"times\":1}", 2, 7.5, 0 },	/* until x.timeout */
	{ "answered, then reset", "{\"mode\":\"reset\",\"times\":1}", 1, 0, 1 },
};

START_TEST(trouble_ends_in_one_answer)
{
	char id[32], to[64], code[CODE_CHARS + 1], body[1024];
	struct buf b = { 0 };
	json_t *all, *r;
	double at[4] = { 0 };
	size_t i, n = 0;

	sink_mode(&x, troubles[_i].mode);
	snprintf(id, sizeof(id), "19300000000000000%02d", _i);
	activity(&b, "post.mention.create", id, "6666666666666666666", "@kabuji jalan rusak di desa kabat");
	ck_assert_int_eq(post(buf_str(&b)), 200);
	replied(id, troubles[_i].calls, code, body, sizeof(body));
	snprintf(to, sizeof(to), "\"in_reply_to_tweet_id\":\"%s\"", id);
	all = sink_records(&x);
	json_array_foreach(all, i, r)
		if (strstr(json_string_value(json_object_get(r, "body")), to) != NULL && n < N_ELEMS(at))
			at[n++] = json_real_value(json_object_get(r, "mono"));
	json_decref(all);
	ck_assert_msg(at[n - 1] - at[0] >= troubles[_i].apart_s, "%s: came again after %.2f s", troubles[_i].what,
	    at[n - 1] - at[0]);
	/* A later answer to the same post comes behind all tries of this one. */
	buf_reset(&b);
	buf_addf(&b, "{\"data\":{\"id\":\"%s9\",\"text\":\"@kabuji cek %s\",\"author_id\":\"6666666666666666666\"},"
	    "\"matching_rules\":[]}", id + 1, code);
	ck_assert_int_eq(post(buf_str(&b)), 200);
	snprintf(to, sizeof(to), "%s9", id + 1);
	replied(to, 1, code, body, sizeof(body));
	snprintf(to, sizeof(to), "\"in_reply_to_tweet_id\":\"%s\"", id);
	n = sink_count(&x, "/2/tweets", to);
	ck_assert_msg(n >= troubles[_i].calls && n <= troubles[_i].calls + troubles[_i].more, "%s: %zu calls",
	    troubles[_i].what, n);
	buf_release(&b);
}
END_TEST

START_TEST(a_deleted_post_is_tried_once)
{
	struct buf b = { 0 };
	char code[CODE_CHARS + 1], body[1024];
	const json_t *last;
	json_t *all;

	sink_feed(&x, "{\"gone\":[\"1940000000000000001\"]}");
	activity(&b, "post.mention.create", "1940000000000000001", "7777777777777777777", "@kabuji jalan rusak di desa kabat");
	ck_assert_int_eq(post(buf_str(&b)), 200);
	sink_wait(&x, "/2/tweets", "\"1940000000000000001\"", 1, &all, &last);
	json_decref(all);
	told("", "sistem", "");
	buf_reset(&b);
	activity(&b, "post.mention.create", "1940000000000000002", "7777777777777777778", "@kabuji jalan rusak di desa kabat");
	ck_assert_int_eq(post(buf_str(&b)), 200);
	replied("1940000000000000002", 1, code, body, sizeof(body));
	ck_assert_uint_eq(sink_count(&x, "/2/tweets", "\"1940000000000000001\""), 1);
	buf_release(&b);
}
END_TEST

Suite *x_suite(void);

Suite *
x_suite(void)
{
	Suite *s = suite_create("x");
	TCase *tc = tcase_create("x");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, the_handshake);
	tcase_add_test(tc, the_handshake_needs_no_store);
	tcase_add_test(tc, a_mention_is_worked_on_and_closed_in_public);
	tcase_add_test(tc, a_message_is_answered_as_a_message);
	tcase_add_test(tc, one_post_by_four_ways_is_one_report);
	tcase_add_loop_test(tc, what_is_no_report_is_counted, 0, N_ELEMS(no_reports));
	tcase_add_test(tc, forgeries_are_refused);
	tcase_add_loop_test(tc, trouble_ends_in_one_answer, 0, N_ELEMS(troubles));
	tcase_add_test(tc, a_deleted_post_is_tried_once);
	suite_add_tcase(s, tc);
	return s;
}
