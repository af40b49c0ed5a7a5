/* Telegram: an update of the bot -> struct laporan. */
#include "ingest/telegram.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/code.h"
#include "ingest/json_in.h"
#include "ingest/way.h"
#include "lib/buf.h"


/* ---- who ---- */

static int
id_of(const json_t *object, const char *member, int64_t *id)
{
	const json_t *v = json_object_get(object, member);

	if (!json_is_integer(v))
		return -1;
	*id = json_integer_value(v);
	return 0;
}

/* Sender, name and address of the answer.  0, or -1 with why. */
static int
read_origin(struct laporan *l, const json_t *from, const json_t *message, const char **why)
{
	const json_t *chat = json_object_get(message, "chat");
	const char *type = json_string_value(json_object_get(chat, "type"));
	const char *first = json_string_value(json_object_get(from, "first_name"));
	const char *last = json_string_value(json_object_get(from, "last_name"));
	int64_t chat_id, user_id, message_id, quoted_id;
	struct buf b = { 0 };
	char id[32];
	int private = type != NULL && strcmp(type, "private") == 0;

	*why = "incomplete";
	if (type == NULL || id_of(chat, "id", &chat_id) != 0 || id_of(from, "id", &user_id) != 0 ||
	    id_of(message, "message_id", &message_id) != 0)
		return -1;
	*why = "channel";
	if (!private && strcmp(type, "group") != 0 && strcmp(type, "supergroup") != 0)
		return -1;
	snprintf(id, sizeof(id), "%" PRId64, private ? chat_id : user_id);
	way_sender(l, "telegram", "telegram", id);
	if (!private) {
		snprintf(l->reply_channel, sizeof(l->reply_channel), "telegram-publik");
		buf_addf(&b, "telegram:%" PRId64 ":%" PRId64, chat_id, message_id);
		l->reply_to = buf_take(&b);
	}
	if (id_of(json_object_get(message, "reply_to_message"), "message_id", &quoted_id) == 0) {
		buf_addf(&b, "%" PRId64 ":%" PRId64, chat_id, quoted_id);
		laporan_set_quote(l, buf_str(&b));
		buf_reset(&b);
	}
	/* Two robots would talk to each other for ever. */
	l->no_reply = json_is_true(json_object_get(from, "is_bot"));
	if (first != NULL)
		buf_addf(&b, "%s%s%s", first, last != NULL ? " " : "", last != NULL ? last : "");
	l->name = b.len > 0 ? buf_take(&b) : NULL;
	buf_addf(&b, "%" PRId64 ":%" PRId64, chat_id, message_id);
	l->message_id = buf_take(&b);
	return 0;
}

static void
read_time(struct laporan *l, const struct ingest *g, const json_t *message)
{
	int64_t at_s;

	if (id_of(message, "date", &at_s) == 0 && at_s > 0 && at_s < INT64_MAX / 1000)
		l->provider_ms = at_s * 1000;
	l->received_ms = laporan_received_ms(l->provider_ms, house_now_ms(&g->h),
	    g->h.set.provider_age_ms);
}

/* ---- what ---- */

/* Telegram's own way of speaking: "/start" greets, "/cek@bot 7K3F9QXM" is "cek 7K3F9QXM". */
static char *
read_words(const struct ingest *g, const char *text)
{
	static const char *const greetings[] = { "start", "help", "mulai", "bantuan" };
	size_t word;
	struct buf b = { 0 };

	if (text == NULL || text[0] != '/')
		return way_text(g, text);
	word = strcspn(++text, "@ \n");
	for (size_t i = 0; i < N_ELEMS(greetings); i++)
		if (strlen(greetings[i]) == word && strncasecmp(text, greetings[i], word) == 0)
			return xstrdup("halo");
	buf_add(&b, text, word);
	buf_adds(&b, text + word + (text[word] == '@' ? strcspn(text + word, " \n") : 0));
	{
		char *cut = way_text(g, buf_str(&b));

		buf_release(&b);
		return cut;
	}
}

static int
add_media(struct laporan *l, const json_t *file)
{
	const char *id = json_string_value(json_object_get(file, "file_id"));

	if (id == NULL || id[0] == '\0')
		return 0;
	laporan_add_media(l, "telegram", id);
	return 1;
}

/* An array of sizes of one picture. */
static const json_t *
largest(const json_t *sizes)
{
	const json_t *size, *best = NULL;
	json_int_t most = -1;
	size_t i;

	json_array_foreach(sizes, i, size) {
		json_int_t width = json_integer_value(json_object_get(size, "width"));

		if (width > most) {
			most = width;
			best = size;
		}
	}
	return best;
}

static int
read_place(struct laporan *l, const json_t *message)
{
	const json_t *at = json_object_get(message, "location");
	const json_t *lat = json_object_get(at, "latitude");
	const json_t *lng = json_object_get(at, "longitude");

	if (!json_is_number(lat) || !json_is_number(lng))
		return 0;
	l->lat = json_number_value(lat);
	l->lng = json_number_value(lng);
	l->has_position = l->lat >= -90 && l->lat <= 90 && l->lng >= -180 && l->lng <= 180;
	return l->has_position;
}

/* His own number only: another's is nobody's consent. */
static char *
read_contact(const json_t *message)
{
	const json_t *contact = json_object_get(message, "contact");
	const char *number = json_string_value(json_object_get(contact, "phone_number"));
	int64_t owner, sender;
	struct buf b = { 0 };

	if (number == NULL || id_of(contact, "user_id", &owner) != 0 ||
	    id_of(json_object_get(message, "from"), "id", &sender) != 0 || owner != sender)
		return NULL;
	buf_addf(&b, "Telepon saya: %.32s", number);
	return buf_take(&b);
}

/* 1 when there is something that a human can read, see or hear. */
static int
read_content(struct laporan *l, const struct ingest *g, const json_t *message)
{
	static const char *const spoken[] = { "voice", "video_note", "audio" };
	static const char *const shown[] = { "video", "animation", "document" };
	const char *text = json_string_value(json_object_get(message, "text"));
	const char *caption = json_string_value(json_object_get(message, "caption"));
	int voice = 0, place;

	l->text = read_words(g, text != NULL ? text : caption);
	for (size_t i = 0; i < N_ELEMS(spoken); i++)
		voice += add_media(l, json_object_get(message, spoken[i]));
	add_media(l, largest(json_object_get(message, "photo")));
	for (size_t i = 0; i < N_ELEMS(shown) && l->media_n == 0; i++)
		add_media(l, json_object_get(message, shown[i]));
	place = read_place(l, message);
	if (l->text == NULL) {
		l->text = read_contact(message);
		l->adds = 1;
		/* Nobody can read from here whether it cries for help: a human listens at once. */
		l->lane_e = voice > 0 && l->text == NULL;
	}
	return l->text != NULL || l->media_n > 0 || place;
}

/* ---- the kinds of update ---- */

static int
read_message(struct laporan *l, const struct ingest *g, const json_t *message, const char **why)
{
	if (read_origin(l, json_object_get(message, "from"), message, why) != 0)
		return 0;
	read_time(l, g, message);
	*why = "no-words";		/* joined, pinned, a sticker */
	return read_content(l, g, message);
}

/* A live position moves every few seconds: the first one was the report. */
static int
read_edit(struct laporan *l, const struct ingest *g, const json_t *message, const char **why)
{
	struct buf id = { 0 };
	int64_t at_s;

	*why = "live-location";
	if (json_object_get(message, "location") != NULL)
		return 0;
	*why = "incomplete";
	if (id_of(message, "edit_date", &at_s) != 0 || !read_message(l, g, message, why))
		return 0;
	buf_addf(&id, "%s:%" PRId64, l->message_id, at_s);
	free(l->message_id);
	l->message_id = buf_take(&id);
	l->adds = 1;
	return 1;
}

/* What our own buttons say: 1 or 2, and perhaps the code of the case asked about. */
static int
is_verdict(const char *data)
{
	struct code code;

	if (data[0] != '1' && data[0] != '2')
		return 0;
	return data[1] == '\0' ||
	    (data[1] == ' ' && code_parse(&code, data + 2, strlen(data + 2)) == 0);
}

static int
read_tap(struct laporan *l, const struct ingest *g, const json_t *tap, const char **why)
{
	const char *id = json_string_value(json_object_get(tap, "id"));
	const char *data = json_string_value(json_object_get(tap, "data"));
	struct buf b = { 0 };

	*why = "incomplete";
	if (id == NULL || id[0] == '\0' || strlen(id) > 64 || data == NULL ||
	    read_origin(l, json_object_get(tap, "from"), json_object_get(tap, "message"), why) != 0)
		return 0;
	*why = "foreign-button";
	if (!is_verdict(data))
		return 0;
	l->received_ms = house_now_ms(&g->h);	/* the message's date is that of our question */
	l->text = xstrdup(data);
	free(l->message_id);
	buf_addf(&b, "tap:%s", id);
	l->message_id = buf_take(&b);
	buf_addf(&b, "telegram:tap:%s", id);
	l->ack = buf_take(&b);
	return 1;
}

static int
read_membership(struct laporan *l, const struct ingest *g, const json_t *change, const char **why)
{
	const char *status = json_string_value(json_object_get(
	    json_object_get(change, "new_chat_member"), "status"));

	(void)l, (void)g;
	*why = status != NULL && strcmp(status, "kicked") == 0 ? "kicked" : "member";
	return 0;
}

static const struct {
	const char *member;
	int (*read)(struct laporan *, const struct ingest *, const json_t *, const char **);
} kinds[] = {
	{ "message", read_message }, { "edited_message", read_edit },
	{ "callback_query", read_tap }, { "my_chat_member", read_membership },
};

int
telegram_read(struct laporan *l, const struct ingest *g, const json_t *update, const char **why)
{
	for (size_t i = 0; i < N_ELEMS(kinds); i++) {
		const json_t *event = json_object_get(update, kinds[i].member);

		if (event == NULL)
			continue;
		*why = "incomplete";
		return json_is_object(event) && kinds[i].read(l, g, event, why);
	}
	*why = "other";
	return 0;
}

/* ---- the hook ---- */

static const struct json_field fields[] = { { "update_id", JSON_IN_INT, 1, 0 } };

static void
post_telegram(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	const char *token = http_req_header(r, "X-Telegram-Bot-Api-Secret-Token"), *why = "no-json";
	struct laporan l = { .channel = "" };
	struct buf mistakes = { 0 };
	struct taking *t;
	size_t len;
	const char *body = http_req_body(r, &len);
	json_t *doc;

	if (token == NULL || !way_secret_is(g, "telegram", token, strlen(token))) {
		way_refuse(g, r, "telegram", 401,
		    "X-Telegram-Bot-Api-Secret-Token harus rahasia telegram "
		    "yang diberikan kepada setWebhook.");
		return;
	}
	doc = json_in(body, len, fields, N_ELEMS(fields), (size_t)g->h.set.chat_body_bytes, &mistakes);
	if (doc != NULL && telegram_read(&l, g, doc, &why)) {
		t = taking_begin(g, r, 200, "text/plain; charset=utf-8", NULL);
		taking_add(t, &l, 0);	/* Telegram comes again for a day */
		taking_end(t);
	} else {
		way_drop(g, "telegram", why);
		way_nothing(r);
	}
	json_decref(doc);
	laporan_release(&l);
	buf_release(&mistakes);
}

const struct way way_telegram = {
	.path = "/hook/telegram", .post = post_telegram, .secrets = { "telegram" },
	.body_limit = offsetof(struct settings, chat_body_bytes),
};
