#include "notify/telegram.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/code.h"
#include "lib/escape.h"
#include "notify/api.h"

#define IN_FLIGHT 30
#define PUBLIC_PER_S 5		/* groups share the bot's 30 a second with everybody else */
#define TOAST_CHARS 200
#define PREFIX "telegram:"

/* ---- the request ---- */

static int
is_number(const char *s, size_t len)
{
	size_t sign = len > 0 && s[0] == '-';

	return len > sign && len <= 20 && strspn(s + sign, "0123456789") >= len - sign;
}

/*
 * Buttons say the same as the words that they stand below: 1, 2, with the code, so that they mean
 * this case even when another one is asked about meanwhile.
 */
static void
add_buttons(struct buf *b, const struct outbox_item *it, int private)
{
	if (strcmp(it->kind, "kabar-selesai") == 0 && strlen(it->code) == CODE_CHARS)
		buf_addf(b, ",\"reply_markup\":{\"inline_keyboard\":[["
		    "{\"text\":\"1 Sudah beres\",\"callback_data\":\"1 %s\"},"
		    "{\"text\":\"2 Belum\",\"callback_data\":\"2 %s\"}]]}", it->code, it->code);
	else if (private &&
	    (strcmp(it->kind, "terima") == 0 || strcmp(it->kind, "terima-triase") == 0))
		buf_adds(b, ",\"reply_markup\":{\"keyboard\":[["
		    "{\"text\":\"Kirim lokasi\",\"request_location\":true}]],"
		    "\"resize_keyboard\":true,\"one_time_keyboard\":true}");
}

/* The number at the chat's end of an address: "CHAT" or "CHAT:MESSAGE"; NULL when it is none. */
static const char *
chat_of(const char *to, size_t *len)
{
	if (strncmp(to, PREFIX, strlen(PREFIX)) != 0)
		return NULL;
	to += strlen(PREFIX);
	*len = strcspn(to, ":");
	return is_number(to, *len) ? to : NULL;
}

int
telegram_cancel_request(const struct outbox_item *it, struct buf *json)
{
	const char *ref = buf_str(&it->ref), *chat;
	size_t chat_len;

	chat = chat_of(buf_str(&it->to), &chat_len);
	if (chat == NULL || !is_number(ref, it->ref.len))
		return -1;
	buf_addf(json, "{\"chat_id\":%.*s,\"message_id\":%s}", (int)chat_len, chat, ref);
	return 0;
}

int
telegram_request(const struct outbox_item *it, const char **method, struct buf *json)
{
	const char *to = buf_str(&it->to), *chat, *message;
	size_t chat_len;

	if (strncmp(to, PREFIX, strlen(PREFIX)) != 0)
		return -1;
	chat = to + strlen(PREFIX);
	if (strncmp(chat, "tap:", 4) == 0) {
		*method = "answerCallbackQuery";
		buf_adds(json, "{\"callback_query_id\":");
		buf_add_json(json, chat + 4, strlen(chat + 4));
		buf_adds(json, ",\"text\":");
		buf_add_json(json, buf_str(&it->text),
		    it->text.len < TOAST_CHARS ? it->text.len : TOAST_CHARS);
		buf_addc(json, '}');
		return 0;
	}
	chat = chat_of(to, &chat_len);
	if (chat == NULL)
		return -1;
	message = chat[chat_len] == ':' ? chat + chat_len + 1 : NULL;
	if (message != NULL && !is_number(message, strlen(message)))
		return -1;
	*method = "sendMessage";
	buf_addf(json, "{\"chat_id\":%.*s,\"text\":", (int)chat_len, chat);
	buf_add_json(json, buf_str(&it->text), it->text.len);
	buf_adds(json, ",\"link_preview_options\":{\"is_disabled\":true}");
	if (message != NULL)
		buf_addf(json, ",\"reply_parameters\":{\"message_id\":%s,"
		    "\"allow_sending_without_reply\":true}", message);
	add_buttons(json, it, chat[0] != '-');
	buf_addc(json, '}');
	return 0;
}

/* ---- the answer ---- */

void
telegram_outcome(const struct httpc_answer *a, struct send_result *r, char *why, size_t size)
{
	const json_t *wait;
	const char *said;
	json_t *doc;

	if (api_outcome(a, r))
		return;
	doc = json_loadb(a->body, a->body_len, 0, NULL);
	said = json_string_value(json_object_get(doc, "description"));
	snprintf(why, size, "%d %s", a->status, said != NULL ? said : "no description");
	r->why = why;
	wait = json_object_get(json_object_get(doc, "parameters"), "retry_after");
	if (a->status == 200 && json_is_true(json_object_get(doc, "ok"))) {
		r->outcome = SEND_DONE;
	} else if (a->status == 200) {
		r->outcome = SEND_UNKNOWN;	/* a proxy's page, or cut: it may have been sent */
		r->why = "200 without ok";
	} else if (a->status == 429) {
		r->outcome = SEND_RETRY;
		r->retry_after_ms = json_is_integer(wait) ? json_integer_value(wait) * 1000 :
		    a->retry_after_ms;
	} else if (a->status == 404) {
		/* The path is the token: a wrong one is a mistake of ours, not the message's. */
		r->outcome = SEND_RETRY;
		r->retry_after_ms = r->pause_ms = API_REFUSED_PAUSE_MS;
	} else {
		r->outcome = SEND_FINAL;	/* blocked, no such chat, a button too old */
	}
	json_decref(doc);
}

void
telegram_sent(const struct httpc_answer *a, struct telegram_id *out)
{
	json_t *doc = json_loadb(a->body, a->body_len, 0, NULL);
	const json_t *result = json_object_get(doc, "result");
	const json_t *id = json_object_get(result, "message_id");
	const json_t *chat = json_object_get(json_object_get(result, "chat"), "id");

	memset(out, 0, sizeof(*out));
	if (json_is_integer(id))
		snprintf(out->ref, sizeof(out->ref), "%" JSON_INTEGER_FORMAT, json_integer_value(id));
	if (json_is_integer(id) && json_is_integer(chat))
		snprintf(out->name, sizeof(out->name), "%" JSON_INTEGER_FORMAT ":%" JSON_INTEGER_FORMAT,
		    json_integer_value(chat), json_integer_value(id));
	json_decref(doc);
}

/* The id that a group got when it became a larger one; 0: it did not. */
static int64_t
moved_to(const struct httpc_answer *a)
{
	json_t *doc = a->outcome == 0 && a->status == 400 ? json_loadb(a->body, a->body_len, 0, NULL) : NULL;
	const json_t *id = json_object_get(json_object_get(doc, "parameters"), "migrate_to_chat_id");
	int64_t chat = json_is_integer(id) ? json_integer_value(id) : 0;

	json_decref(doc);
	return chat;
}

static void
on_last_answer(const struct httpc_answer *a, void *arg)
{
	struct api_call *c = arg;
	struct send_result r;
	struct telegram_id sent;
	char why[96];

	telegram_outcome(a, &r, why, sizeof(why));
	if (r.outcome == SEND_DONE) {
		telegram_sent(a, &sent);
		r.ref = sent.ref;
		r.name = sent.name;
	}
	api_done(c, &r, a->outcome == 0 && (a->status == 401 || a->status == 404));
}

/* To where the group is now, once. */
static void
follow(struct api_call *c, int64_t chat)
{
	struct outbox_item there = *c->item;
	const char *to = buf_str(&c->item->to) + strlen(PREFIX), *method;
	struct buf url = { 0 }, json = { 0 };

	memset(&there.to, 0, sizeof(there.to));
	buf_addf(&there.to, PREFIX "%" PRId64 "%s", chat, to + strcspn(to, ":"));
	if (telegram_request(&there, &method, &json) == 0) {
		buf_addf(&url, "%s/bot%s/%s", buf_str(&c->api->base), buf_str(&c->api->token), method);
		api_post(c->api, buf_str(&url), 0, &json, on_last_answer, c->item, c->done, c->arg);
		free(c);
	} else {
		api_done(c, &(struct send_result){ .outcome = SEND_FINAL, .why = "no chat that a group could have moved to" }, 0);
	}
	buf_wipe(&there.to);
	buf_wipe(&url);
	buf_wipe(&json);
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	int64_t chat = moved_to(a);

	if (chat != 0)
		follow(arg, chat);
	else
		on_last_answer(a, arg);
}

static void
send_telegram(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	struct api *api = c->data;
	struct buf url = { 0 }, json = { 0 };
	const char *method;

	if (telegram_request(it, &method, &json) != 0) {
		done(&(struct send_result){ .outcome = SEND_FINAL,
		    .why = "no address of Telegram" }, arg);
	} else {
		buf_addf(&url, "%s/bot%s/%s", buf_str(&api->base), buf_str(&api->token), method);
		api_post(api, buf_str(&url), 0, &json, on_answer, it, done, arg);
	}
	buf_wipe(&url);
	buf_wipe(&json);
}

/* Within 48 hours; read or not, which no bot is told.  What is gone already is refused: it stays. */
static void
cancel_telegram(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	struct api *api = c->data;
	struct buf url = { 0 }, json = { 0 };

	if (telegram_cancel_request(it, &json) != 0) {
		done(&(struct send_result){ .outcome = SEND_FINAL,
		    .why = "no message of Telegram" }, arg);
	} else {
		buf_addf(&url, "%s/bot%s/deleteMessage", buf_str(&api->base), buf_str(&api->token));
		api_post(api, buf_str(&url), 0, &json, on_last_answer, it, done, arg);
	}
	buf_wipe(&url);
	buf_wipe(&json);
}

int
telegram_open(struct channel *c, const struct ways_env *env)
{
	const struct settings *set = &env->h->set;
	int rc;

	c->in_flight = IN_FLIGHT;
	c->per_second = strcmp(c->route, "telegram") == 0 ? set->telegram_per_s : PUBLIC_PER_S;
	c->send = send_telegram;
	c->cancel = cancel_telegram;
	rc = api_channel(c, env, "telegram_token", set->telegram_api, set->telegram_timeout_ms,
	    "telegram.timeout, twice (to a group, then to where it has moved)");
	c->longest_ms *= 2;
	return rc;
}
