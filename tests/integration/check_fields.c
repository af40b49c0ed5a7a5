/*
 * Each member of each documented payload, taken away and made of every other type, by the hooks of a
 * living house: what cannot be done without is refused or dropped and counted; all else is an extra,
 * and no citizen's words are lost for it.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "tests/integration/living.h"
#include "tests/say.h"

#define SECRET "rahasia-isian-uji"
#define WORDS "sampah menumpuk di pasar genteng kulon"
#define PATH_CHARS 128

Suite *fields_suite(void);

static int number;			/* what # stands for: ids are never used twice */
static pid_t ingest;

static void
begin(void)
{
	house_make(SAY_SETTINGS);
	for (size_t i = 0; i < say_ways_n; i++)
		if (strcmp(say_ways[i].secret, "sms_http") != 0)
			house_put_secret(say_ways[i].secret, SECRET);
	house_up();
	ingest = pid_of("ingest");
}

static void
end(void)
{
	ck_assert_int_eq(pid_of("ingest"), ingest);
	house_down();
}

/* ---- what the platforms send ---- */

/* How a call is proved. */
enum proof { PROOF_DATED, PROOF_GATEWAY, PROOF_HUB, PROOF_X, PROOF_SECRET };

#define WHATSAPP(rest) "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\"," \
    "\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"62271\",\"phone_number_id\":\"10\"}," \
    "\"contacts\":[{\"profile\":{\"name\":\"Siti\"},\"wa_id\":\"6281290000001\"}],\"messages\":[{\"from\":\"6281290000001\"," \
    "\"id\":\"wamid.#\",\"timestamp\":\"1795277808\"," rest "}]}}]}]}"
#define OF_MESSAGE "entry.0.changes.0.field entry.0.changes.0.value.messages.0.id entry.0.changes.0.value.messages.0.type object "
#define BODY "entry.0.changes.0.value.messages.0."
#define PLACE(object, inside) "{\"object\":\"" object "\",\"entry\":[{\"id\":\"1\",\"time\":1795277808," inside "}]}"
#define DIRECT(rest) "\"messaging\":[{\"sender\":{\"id\":\"55\"},\"recipient\":{\"id\":\"1\"},\"timestamp\":1795277808000," rest "}]"
#define SENDER "object entry.0.messaging.0.sender.id entry.0.messaging.0."
#define TELEGRAM(rest) "{\"update_id\":#,\"message\":{\"message_id\":#,\"from\":{\"id\":777,\"is_bot\":false,\"first_name\":\"B\"," \
    "\"last_name\":\"C\",\"username\":\"b\",\"language_code\":\"id\"},\"chat\":{\"id\":777,\"type\":\"private\",\"first_name\":\"B\"}," \
    "\"date\":1795277808," rest "}}"
#define OF_UPDATE "update_id message.message_id message.from.id message.chat.id message.chat.type "
#define X_US "1111111111111111111"

static const struct {
	const char *what, *path;
	enum proof proof;
	long refused;			/* the answer to what cannot be taken */
	const char *json;
	const char *needs;		/* paths that it cannot be done without, apart by blanks */
} payloads[] = {
	{ "the signed hook", "/hook/sms/http", PROOF_DATED, 400,
	    "{\"id\":\"f#\",\"from\":\"+6281290000010\",\"text\":\"" WORDS "\"}", "id from text" },
	{ "a gateway by mapping", "/hook/sms/gateway", PROOF_GATEWAY, 400,
	    "{\"id\":\"f#\",\"from\":\"+6281290000011\",\"text\":\"" WORDS "\",\"time\":1795277808}", "id from text" },

	{ "WhatsApp: text", "/hook/whatsapp", PROOF_HUB, 200,
	    WHATSAPP("\"type\":\"text\",\"context\":{\"from\":\"62271\",\"id\":\"wamid.A\"},\"text\":{\"body\":\"" WORDS "\"}"),
	    OF_MESSAGE BODY "text.body" },
	{ "WhatsApp: image", "/hook/whatsapp", PROOF_HUB, 200,
	    WHATSAPP("\"type\":\"image\",\"image\":{\"id\":\"27#\",\"mime_type\":\"image/jpeg\",\"sha256\":\"x\",\"caption\":\"" WORDS "\"}"),
	    OF_MESSAGE BODY "image.id" },
	{ "WhatsApp: voice", "/hook/whatsapp", PROOF_HUB, 200,
	    WHATSAPP("\"type\":\"audio\",\"audio\":{\"id\":\"27#\",\"mime_type\":\"audio/ogg\",\"voice\":true}"),
	    OF_MESSAGE BODY "audio.id" },
	{ "WhatsApp: place", "/hook/whatsapp", PROOF_HUB, 200,
	    WHATSAPP("\"type\":\"location\",\"location\":{\"latitude\":-8.2,\"longitude\":114.3,\"name\":\"Pos\",\"address\":\"Kabat\","
	    "\"url\":\"https://x\"}"), OF_MESSAGE BODY "location.latitude " BODY "location.longitude" },
	{ "WhatsApp: a template's button", "/hook/whatsapp", PROOF_HUB, 200,
	    WHATSAPP("\"type\":\"button\",\"button\":{\"payload\":\"LAIN\",\"text\":\"" WORDS "\"}"), OF_MESSAGE BODY "button.text" },
	{ "WhatsApp: a button", "/hook/whatsapp", PROOF_HUB, 200,
	    WHATSAPP("\"type\":\"interactive\",\"interactive\":{\"type\":\"button_reply\",\"button_reply\":{\"id\":\"a\",\"title\":\"" WORDS
	    "\"}}"), OF_MESSAGE BODY "interactive.button_reply.title" },
	{ "WhatsApp: a row of a list", "/hook/whatsapp", PROOF_HUB, 200,
	    WHATSAPP("\"type\":\"interactive\",\"interactive\":{\"type\":\"list_reply\",\"list_reply\":{\"id\":\"a\",\"title\":\"" WORDS
	    "\",\"description\":\"d\"}}"), OF_MESSAGE BODY "interactive.list_reply.title" },

	{ "Facebook: a message", "/hook/meta", PROOF_HUB, 200,
	    PLACE("page", DIRECT("\"message\":{\"mid\":\"m#\",\"text\":\"" WORDS "\",\"reply_to\":{\"mid\":\"m1\"},\"attachments\":"
	    "[{\"type\":\"image\",\"payload\":{\"url\":\"https://x/y\"}}]}")), SENDER "message.mid" },
	{ "Instagram: a place alone", "/hook/meta", PROOF_HUB, 200,
	    PLACE("instagram", DIRECT("\"message\":{\"mid\":\"m#\",\"attachments\":[{\"type\":\"location\",\"payload\":{\"coordinates\":"
	    "{\"lat\":-8.2,\"long\":114.3}}}]}")), SENDER "message.mid entry.0.messaging.0.message.attachments.0.type "
	    "entry.0.messaging.0.message.attachments.0.payload.coordinates.lat "
	    "entry.0.messaging.0.message.attachments.0.payload.coordinates.long" },
	{ "Facebook: a postback", "/hook/meta", PROOF_HUB, 200,
	    PLACE("page", DIRECT("\"postback\":{\"mid\":\"m#\",\"title\":\"" WORDS "\",\"payload\":\"LAIN\"}")),
	    SENDER "postback.mid entry.0.messaging.0.postback.title" },
	{ "Facebook: a comment", "/hook/meta", PROOF_HUB, 200,
	    PLACE("page", "\"changes\":[{\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"add\",\"post_id\":\"1_9\","
	    "\"comment_id\":\"9_#\",\"parent_id\":\"1_9\",\"from\":{\"id\":\"56\",\"name\":\"Siti\"},\"message\":\"" WORDS "\","
	    "\"created_time\":1795277808,\"post\":{\"permalink_url\":\"https://www.facebook.com/x\"}}}]"),
	    "object entry.0.changes.0.field entry.0.changes.0.value.item entry.0.changes.0.value.verb "
	    "entry.0.changes.0.value.comment_id entry.0.changes.0.value.message" },
	{ "Instagram: a comment", "/hook/meta", PROOF_HUB, 200,
	    PLACE("instagram", "\"changes\":[{\"field\":\"comments\",\"value\":{\"id\":\"179#\",\"from\":{\"id\":\"57\",\"username\":\"s\"},"
	    "\"media\":{\"id\":\"18\",\"media_product_type\":\"FEED\"},\"parent_id\":\"17\",\"text\":\"" WORDS "\"}}]"),
	    "object entry.0.changes.0.field entry.0.changes.0.value.id entry.0.changes.0.value.text" },
	{ "Instagram: a comment in the entry", "/hook/meta", PROOF_HUB, 200,
	    PLACE("instagram", "\"field\":\"comments\",\"value\":{\"id\":\"180#\",\"from\":{\"id\":\"57\",\"username\":\"s\"},"
	    "\"media\":{\"id\":\"18\"},\"text\":\"" WORDS "\"}"), "object entry.0.field entry.0.value.id entry.0.value.text" },
	{ "Facebook: a mention", "/hook/meta", PROOF_HUB, 200,
	    PLACE("page", "\"changes\":[{\"field\":\"mention\",\"value\":{\"item\":\"post\",\"verb\":\"add\",\"post_id\":\"88_#\","
	    "\"sender_id\":\"58\",\"sender_name\":\"S\",\"created_time\":1795277808}}]"),
	    "object entry.0.changes.0.field entry.0.changes.0.value.post_id" },

	{ "Telegram: text", "/hook/telegram", PROOF_SECRET, 200,
	    TELEGRAM("\"reply_to_message\":{\"message_id\":1},\"text\":\"" WORDS "\""), OF_UPDATE "message.text" },
	{ "Telegram: photo", "/hook/telegram", PROOF_SECRET, 200,
	    TELEGRAM("\"caption\":\"" WORDS "\",\"photo\":[{\"file_id\":\"f#\",\"file_unique_id\":\"u\",\"width\":9,\"height\":9,"
	    "\"file_size\":9}]"), OF_UPDATE },
	{ "Telegram: voice", "/hook/telegram", PROOF_SECRET, 200,
	    TELEGRAM("\"voice\":{\"file_id\":\"f#\",\"file_unique_id\":\"u\",\"duration\":3,\"mime_type\":\"audio/ogg\"}"),
	    OF_UPDATE "message.voice.file_id" },
	{ "Telegram: place", "/hook/telegram", PROOF_SECRET, 200,
	    TELEGRAM("\"location\":{\"latitude\":-8.2,\"longitude\":114.3,\"horizontal_accuracy\":9}"),
	    OF_UPDATE "message.location.latitude message.location.longitude" },
	{ "Telegram: a button", "/hook/telegram", PROOF_SECRET, 200,
	    "{\"update_id\":#,\"callback_query\":{\"id\":\"4#\",\"from\":{\"id\":777,\"is_bot\":false,\"first_name\":\"B\"},\"message\":"
	    "{\"message_id\":7,\"chat\":{\"id\":777,\"type\":\"private\"},\"date\":1},\"chat_instance\":\"1\",\"data\":\"1\"}}",
	    "update_id callback_query.id callback_query.from.id callback_query.message.message_id callback_query.message.chat.id "
	    "callback_query.message.chat.type callback_query.data" },

	{ "X: account activity", "/hook/x", PROOF_X, 200,
	    "{\"for_user_id\":\"" X_US "\",\"user_has_blocked\":\"false\",\"tweet_create_events\":[{\"created_at\":"
	    "\"Mon May 19 14:01:46 +0000 2025\",\"id\":1924465506158879000,\"id_str\":\"19244655061#\",\"text\":\"@kabuji x\","
	    "\"truncated\":true,\"user\":{\"id_str\":\"66\",\"name\":\"S\",\"screen_name\":\"s\"},\"in_reply_to_status_id_str\":\"5\","
	    "\"extended_tweet\":{\"full_text\":\"@kabuji " WORDS "\",\"entities\":{}},\"entities\":{},\"coordinates\":"
	    "{\"coordinates\":[114.3,-8.2]}}]}",
	    "for_user_id tweet_create_events.0.id_str tweet_create_events.0.user.id_str" },
	{ "X: activity", "/hook/x", PROOF_X, 200,
	    "{\"data\":{\"event_uuid\":\"-9#\",\"filter\":{\"user_id\":\"" X_US "\"},\"event_type\":\"post.mention.create\",\"tag\":\"m\","
	    "\"payload\":{\"id\":\"19244655062#\",\"text\":\"@kabuji " WORDS "\",\"author_id\":\"67\",\"created_at\":"
	    "\"2026-07-24T21:23:23.000Z\",\"conversation_id\":\"1\",\"entities\":{\"mentions\":[]},\"referenced_tweets\":"
	    "[{\"type\":\"replied_to\",\"id\":\"5\"}]},\"includes\":{\"users\":[{\"id\":\"67\",\"username\":\"s\",\"name\":\"S\"}]}}}",
	    "data.event_type data.payload.id data.payload.author_id data.payload.text" },
	{ "X: a stream", "/hook/x", PROOF_X, 200,
	    "{\"data\":{\"id\":\"19244655063#\",\"text\":\"@kabuji " WORDS "\",\"author_id\":\"68\",\"created_at\":"
	    "\"2026-07-24T21:23:23.000Z\"},\"includes\":{\"users\":[]},\"matching_rules\":[{\"id\":\"1\",\"tag\":\"m\"}]}",
	    "data.id data.author_id data.text" },
	{ "X: a direct message", "/hook/x", PROOF_X, 200,
	    "{\"for_user_id\":\"" X_US "\",\"direct_message_events\":[{\"type\":\"message_create\",\"id\":\"195#\",\"created_timestamp\":"
	    "\"1795277808000\",\"message_create\":{\"target\":{\"recipient_id\":\"" X_US "\"},\"sender_id\":\"69\",\"message_data\":"
	    "{\"text\":\"" WORDS "\",\"entities\":{},\"attachment\":{\"type\":\"media\",\"media\":{\"id_str\":\"7\",\"media_url_https\":"
	    "\"https://x/y\"}}}}}],\"users\":{\"69\":{\"name\":\"S\",\"screen_name\":\"s\"}}}",
	    "for_user_id direct_message_events.0.type direct_message_events.0.id direct_message_events.0.message_create.sender_id "
	    "direct_message_events.0.message_create.message_data.text" },
};

/* ---- one call ---- */

static void
prove(struct buf *header, enum proof proof, const char *body, size_t len)
{
	struct buf dated = { 0 };
	long long now_s = (long long)(clock_now_ms() / 1000);
	const char *secret = proof == PROOF_DATED ? buf_str(&house.secret) : SECRET;
	uint8_t mac[32];

	if (proof == PROOF_DATED)
		buf_addf(&dated, "%lld.", now_s);
	buf_add(&dated, body, len);
	hmac_sha256(mac, secret, strlen(secret), dated.data, dated.len);
	switch (proof) {
	case PROOF_DATED: buf_addf(header, "X-Kentongan-Signature: t=%lld,v1=", now_s); break;
	case PROOF_GATEWAY: buf_adds(header, "X-Signature: sha256="); break;
	case PROOF_HUB: buf_adds(header, "X-Hub-Signature-256: sha256="); break;
	case PROOF_X: buf_adds(header, "x-twitter-webhooks-signature: sha256="); break;
	case PROOF_SECRET: buf_adds(header, "X-Telegram-Bot-Api-Secret-Token: " SECRET); break;
	}
	if (proof == PROOF_X)
		buf_add_base64(header, mac, sizeof(mac));
	else if (proof != PROOF_SECRET)
		buf_add_hex(header, mac, sizeof(mac));
	buf_release(&dated);
}

static long
call(int which, const char *body)
{
	struct buf header = { 0 };
	const char *headers[] = { NULL, "Content-Type: application/json", NULL };
	struct answer a;

	prove(&header, payloads[which].proof, body, strlen(body));
	headers[0] = buf_str(&header);
	ask(&a, house.http, payloads[which].path, headers, body, strlen(body));
	answer_release(&a);
	buf_release(&header);
	return a.status;
}

/* The payload with ids of its own. */
static json_t *
fresh(int which)
{
	struct buf text = { 0 };
	json_t *doc;

	number++;
	for (const char *s = payloads[which].json; *s != '\0'; s++)
		if (*s == '#')
			buf_addf(&text, "%d", number);
		else
			buf_addc(&text, *s);
	doc = json_loadb(text.data, text.len, 0, NULL);
	ck_assert_msg(doc != NULL, "%s: %s", payloads[which].what, buf_str(&text));
	buf_release(&text);
	return doc;
}

/* ---- one member ---- */

/* The value at a path ("a.0.b"), with what holds it and its own name there. */
/* The place in a list that a part of a path names. */
static size_t
place_named(const char *name)
{
	return (size_t)strtoul(name, NULL, 10);
}

static json_t *
at_path(json_t *doc, const char *path, json_t **holder, char name[PATH_CHARS])
{
	json_t *v = doc;

	while (v != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		*holder = v;
		snprintf(name, PATH_CHARS, "%.*s", (int)n, path);
		v = json_is_array(v) ? json_array_get(v, place_named(name)) : json_object_get(v, name);
		path += n + (path[n] == '.');
	}
	return v;
}

/* 1 when the path is one of the list, or something of the list lies inside it. */
static int
is_needed(const char *list, const char *path)
{
	size_t len = strlen(path);

	for (const char *at = list; *at != '\0'; at += strcspn(at, " "), at += *at == ' ')
		if (strncmp(at, path, len) == 0 && (at[len] == ' ' || at[len] == '.' || at[len] == '\0'))
			return 1;
	return 0;
}

/* Puts the paths of all that lies inside v, one a line. */
static void
list_paths(struct buf *out, const char *prefix, json_t *v)
{
	char path[PATH_CHARS];
	const char *name;
	json_t *inner;
	size_t i;

	json_object_foreach(v, name, inner) {
		snprintf(path, sizeof(path), "%s%s%s", prefix, prefix[0] != '\0' ? "." : "", name);
		buf_addf(out, "%s\n", path);
		list_paths(out, path, inner);
	}
	json_array_foreach(v, i, inner) {
		snprintf(path, sizeof(path), "%s.%zu", prefix, i);
		buf_addf(out, "%s\n", path);
		list_paths(out, path, inner);
	}
}

static const char *const others[] = { "null", "true", "17", "\"!\"", "[]", "{}", "[[17]]", "-1.5" };

/* Another value there; NULL takes it away.  0 when that is of the type it is anyway. */
static int
bend(json_t *doc, const char *path, const char *other)
{
	json_t *holder = doc, *v, *instead;
	char name[PATH_CHARS] = "";

	v = at_path(doc, path, &holder, name);
	if (other == NULL)
		return (json_is_array(holder) ? json_array_remove(holder, place_named(name)) :
		    json_object_del(holder, name)) == 0;
	instead = json_loads(other, JSON_DECODE_ANY, NULL);
	if (json_typeof(instead) == json_typeof(v) || (json_is_boolean(instead) && json_is_boolean(v)) ||
	    (json_is_number(instead) && json_is_number(v))) {
		json_decref(instead);
		return 0;
	}
	return (json_is_array(holder) ? json_array_set_new(holder, place_named(name), instead) :
	    json_object_set_new(holder, name, instead)) == 0;
}

static void
send_bent(int which, const char *path, const char *other)
{
	const char *how = other != NULL ? other : "missing";
	json_t *doc = fresh(which);
	long taken, dropped, refused, status;
	char *body;

	if (bend(doc, path, other)) {
		taken = figure("kentongan_ingest_reports_total");
		dropped = figure("kentongan_ingest_dropped_total");
		refused = figure("kentongan_ingest_refused_total");
		body = json_dumps(doc, JSON_COMPACT);
		status = call(which, body);
		taken = figure("kentongan_ingest_reports_total") - taken;
		dropped = figure("kentongan_ingest_dropped_total") - dropped;
		refused = figure("kentongan_ingest_refused_total") - refused;
		if (is_needed(payloads[which].needs, path)) {
			ck_assert_msg(status == payloads[which].refused, "%s: %s %s: %ld", payloads[which].what, path, how, status);
			ck_assert_msg(taken == 0, "%s: taken though %s is %s: %s", payloads[which].what, path, how, body);
			/* an empty list is no mistake of anybody's */
			ck_assert_msg(dropped + refused > 0 || (other == NULL && strchr("0123456789", path[strlen(path) - 1]) != NULL),
			    "%s: %s %s is counted nowhere", payloads[which].what, path, how);
		} else {
			ck_assert_msg(status / 100 == 2, "%s: %s %s: %ld", payloads[which].what, path, how, status);
			ck_assert_msg(taken == 1, "%s: lost for %s being %s: %s", payloads[which].what, path, how, body);
		}
		free(body);
	}
	json_decref(doc);
}

START_TEST(every_member_missing_or_of_another_type)
{
	struct buf paths = { 0 };
	char *whole, *path, *next;
	long taken = figure("kentongan_ingest_reports_total");
	json_t *doc;
	int n = 0;

	number = 100000 + 10000 * _i;
	doc = fresh(_i);
	whole = json_dumps(doc, JSON_COMPACT);
	ck_assert_int_eq(call(_i, whole) / 100, 2);
	ck_assert_msg(figure("kentongan_ingest_reports_total") == taken + 1, "%s is no report: %s", payloads[_i].what, whole);
	list_paths(&paths, "", doc);
	for (path = paths.data; path != NULL && *path != '\0'; path = next, n++) {
		next = strchr(path, '\n');
		*next++ = '\0';
		send_bent(_i, path, NULL);
		for (size_t i = 0; i < N_ELEMS(others); i++)
			/* Gateways differ in whether an id is a number. */
			if (payloads[_i].proof != PROOF_GATEWAY || strcmp(others[i], "17") != 0)
				send_bent(_i, path, others[i]);
	}
	ck_assert_int_ge(n, 3);
	free(whole);
	json_decref(doc);
	buf_release(&paths);
}
END_TEST

Suite *
fields_suite(void)
{
	Suite *s = suite_create("fields");
	TCase *tc = tcase_create("fields");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, every_member_missing_or_of_another_type, 0, N_ELEMS(payloads));
	suite_add_tcase(s, tc);
	return s;
}
