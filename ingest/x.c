/* X: posts that mention us and direct messages, in the three shapes of its hooks. */
#include "ingest/x.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "ingest/json_in.h"
#include "ingest/way.h"
#include "lib/escape.h"

#define ID_CHARS 19
#define TOKEN_MOST 256

int
x_is_id(const char *s)
{
	size_t n = s != NULL ? strspn(s, "0123456789") : 0;

	return n > 0 && n <= ID_CHARS && s[n] == '\0';
}

int
x_id_compare(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b);

	return m != n ? (m > n) - (m < n) : strcmp(a, b);
}

/* ---- signatures ---- */

/* sha256=BASE64 over the raw body. */
static int
signature_fits(const struct ingest *g, const char *header, const char *body, size_t len)
{
	uint8_t claimed[32];

	return header != NULL && strncmp(header, "sha256=", 7) == 0 &&
	    base64_decode(claimed, sizeof(claimed), header + 7, strlen(header + 7)) == 0 &&
	    way_signed(g, "x", body, len, claimed);
}

/*
 * Whoever asks is told our signature of his token.  With any token at all he could have a whole
 * forged event signed for him: what could be JSON is refused.
 */
static int
is_token(const char *s, size_t len)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/";

	return len > 0 && len <= TOKEN_MOST && strlen(s) == len && strspn(s, allowed) == len;
}

/* The handshake; it needs no store, for a wrong answer ends the hook at once. */
static void
get_x(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	struct buf body = { 0 };
	uint8_t mac[32];
	size_t len = 0;
	const char *token = http_req_query(r, "crc_token", &len);

	if (token == NULL || !is_token(token, len)) {
		http_answer_problem(r, 400, "Bad Request",
		    "crc_token harus 1 sampai 256 huruf, angka dan -_.=+/");
	} else if (way_sign(g, "x", token, len, mac) != 0) {
		http_answer_problem(r, 404, "Not Found", "Di sini belum ada rahasia untuk X.");
	} else {
		buf_adds(&body, "{\"response_token\":\"sha256=");
		buf_add_base64(&body, mac, sizeof(mac));
		buf_adds(&body, "\"}");
		http_answer_json(r, 200, &body);
	}
	buf_release(&body);
}

/* ---- what posts and messages share ---- */

/* The older shape names the month, the newer is RFC 3339; both are UTC.  0: neither. */
static int64_t
time_of(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct wib t = { 0 };
	char month[4] = "";
	const char *at;

	if (s == NULL)
		return 0;
	if (sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d", &t.year, &t.month, &t.day, &t.hour, &t.minute,
	    &t.second) != 6) {
		if (sscanf(s, "%*3s %3s %2d %2d:%2d:%2d +0000 %4d", month, &t.day, &t.hour,
		    &t.minute, &t.second, &t.year) != 6 || strlen(month) != 3 ||
		    (at = strstr(months, month)) == NULL)
			return 0;
		t.month = (int)(at - months) / 3 + 1;
	}
	return wib_to_ms(&t) + WIB_MS;
}

static void
set_times(struct laporan *l, const struct ingest *g, int64_t provider_ms)
{
	l->provider_ms = provider_ms;
	l->received_ms = laporan_received_ms(provider_ms, house_now_ms(&g->h),
	    g->h.set.provider_age_ms);
}

/* A reply begins with the names of those it is for: what was said comes after them. */
static const char *
after_names(const char *text)
{
	for (;;) {
		const char *at = text + strspn(text, " \n");

		if (*at != '@')
			return at;
		text = at + strcspn(at, " \n");
	}
}

/*
 * Where a file of the older shapes lies: of a film its smallest form, else the picture.  The numeric
 * id is of no use to fetch it by.
 */
static const char *
address_of(const json_t *media)
{
	const char *best = json_string_value(json_object_get(media, "media_url_https"));
	const json_t *v;
	json_int_t least = -1;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(media, "video_info"), "variants"), i, v) {
		json_int_t rate = json_integer_value(json_object_get(v, "bitrate"));
		const char *type = json_string_value(json_object_get(v, "content_type"));

		if (type != NULL && strcmp(type, "video/mp4") == 0 && (least < 0 || rate < least) &&
		    json_is_string(json_object_get(v, "url"))) {
			least = rate;
			best = json_string_value(json_object_get(v, "url"));
		}
	}
	return best != NULL ? best : json_string_value(json_object_get(media, "id_str"));
}

/* NULL is no file. */
static void
add_media(struct laporan *l, const char *reference)
{
	if (reference != NULL && reference[0] != '\0')
		laporan_add_media(l, "x", reference);
}

/* GeoJSON: longitude first. */
static void
set_point(struct laporan *l, const json_t *point)
{
	const json_t *pair = json_object_get(point, "coordinates");
	const json_t *lng = json_array_get(pair, 0), *lat = json_array_get(pair, 1);

	if (json_array_size(pair) != 2 || !json_is_number(lng) || !json_is_number(lat))
		return;
	l->lng = json_number_value(lng);
	l->lat = json_number_value(lat);
	l->has_position = l->lat >= -90 && l->lat <= 90 && l->lng >= -180 && l->lng <= 180;
}

/* One post, whatever shape it came in. */
struct post { const char *id, *author, *name, *text, *created, *answers; const json_t *point; };

static int
fill_post(struct laporan *l, const struct ingest *g, const struct post *p, const char *us,
    const char **why)
{
	struct buf b = { 0 };

	*why = "incomplete";
	if (!x_is_id(p->id) || !x_is_id(p->author) || p->text == NULL)
		return 0;
	*why = "own";
	if (strcmp(p->author, us) == 0 || strcmp(p->author, g->h.set.x_user_id) == 0)
		return 0;
	way_sender(l, "x", "x", p->author);
	snprintf(l->reply_channel, sizeof(l->reply_channel), "x-publik");
	buf_addf(&b, "x:post:%s", p->id);
	l->reply_to = buf_take(&b);
	buf_addf(&b, "post:%s", p->id);
	l->message_id = buf_take(&b);
	laporan_set_quote(l, p->answers);
	l->name = p->name != NULL ? xstrdup(p->name) : NULL;
	l->text = way_text(g, after_names(p->text));
	set_point(l, p->point);
	set_times(l, g, time_of(p->created));
	l->adds = l->text == NULL;
	*why = "no-words";
	return 1;
}

static int
has_content(const struct laporan *l)
{
	return l->text != NULL || l->media_n > 0 || l->has_position;
}

/* Names stand beside the posts, by id. */
static const char *
name_of(const json_t *users, const char *id)
{
	const json_t *user;
	size_t i;

	json_array_foreach(users, i, user) {
		const char *s = json_string_value(json_object_get(user, "id"));

		if (s != NULL && id != NULL && strcmp(s, id) == 0)
			return json_string_value(json_object_get(user, "name"));
	}
	return NULL;
}

/* The post that it stands below. */
static const char *
answered_by(const json_t *post)
{
	const json_t *other;
	size_t i;

	json_array_foreach(json_object_get(post, "referenced_tweets"), i, other) {
		const char *how = json_string_value(json_object_get(other, "type"));

		if (how != NULL && strcmp(how, "replied_to") == 0)
			return json_string_value(json_object_get(other, "id"));
	}
	return NULL;
}

int
x_read_post(struct laporan *l, const struct ingest *g, const json_t *post, const json_t *users,
    const char *us, const char **why)
{
	const json_t *key, *keys = json_object_get(json_object_get(post, "attachments"),
	    "media_keys");
	const char *whole = json_string_value(
	    json_object_get(json_object_get(post, "note_tweet"), "text"));
	struct post p = {
		.id = json_string_value(json_object_get(post, "id")),
		.author = json_string_value(json_object_get(post, "author_id")),
		.text = whole != NULL ? whole : json_string_value(json_object_get(post, "text")),
		.created = json_string_value(json_object_get(post, "created_at")),
		.answers = answered_by(post),
		.point = json_object_get(json_object_get(post, "geo"), "coordinates"),
	};
	size_t i;

	p.name = name_of(users, p.author);
	if (!fill_post(l, g, &p, us, why))
		return 0;
	json_array_foreach(keys, i, key) {
		add_media(l, json_string_value(key));
	}
	return has_content(l);
}

/* The older shape; the numeric id beside id_str is rounded already. */
static int
read_old_post(struct laporan *l, const struct ingest *g, const json_t *post, const char *us,
    const char **why)
{
	const json_t *user = json_object_get(post, "user");
	const json_t *extended = json_object_get(post, "extended_tweet");
	const json_t *media, *m;
	const char *whole = json_string_value(json_object_get(extended, "full_text"));
	struct post p = {
		.id = json_string_value(json_object_get(post, "id_str")),
		.author = json_string_value(json_object_get(user, "id_str")),
		.name = json_string_value(json_object_get(user, "name")),
		.text = whole != NULL ? whole : json_string_value(json_object_get(post, "text")),
		.created = json_string_value(json_object_get(post, "created_at")),
		.answers = json_string_value(json_object_get(post, "in_reply_to_status_id_str")),
		.point = json_object_get(post, "coordinates"),
	};
	size_t i;

	*why = "repost";
	if (json_is_object(json_object_get(post, "retweeted_status")) ||
	    !fill_post(l, g, &p, us, why))
		return 0;
	media = json_object_get(json_object_get(extended != NULL ? extended : post,
	    extended != NULL ? "entities" : "extended_entities"), "media");
	json_array_foreach(media, i, m) {
		add_media(l, address_of(m));
	}
	return has_content(l);
}

/* users: by id, the person itself or under "data". */
static int
read_message(struct laporan *l, const struct ingest *g, const json_t *event, const json_t *users,
    const char *us, const char **why)
{
	const char *id = json_string_value(json_object_get(event, "id"));
	const char *type = json_string_value(json_object_get(event, "type"));
	const char *at = json_string_value(json_object_get(event, "created_timestamp"));
	const json_t *message = json_object_get(event, "message_create");
	const char *sender = json_string_value(json_object_get(message, "sender_id"));
	const json_t *data = json_object_get(message, "message_data"), *user;
	const char *text = json_string_value(json_object_get(data, "text")), *name;
	struct buf b = { 0 };

	*why = "other";
	if (type != NULL && strcmp(type, "message_create") != 0)
		return 0;
	*why = "incomplete";
	if (!x_is_id(id) || !x_is_id(sender) || type == NULL || text == NULL)
		return 0;
	*why = "own";
	if (strcmp(sender, us) == 0 || strcmp(sender, g->h.set.x_user_id) == 0)
		return 0;
	way_sender(l, "x", "x", sender);
	buf_addf(&b, "dm:%s", id);
	l->message_id = buf_take(&b);
	user = json_object_get(users, sender);
	name = json_string_value(json_object_get(user, "name"));
	if (name == NULL)
		name = json_string_value(json_object_get(json_object_get(user, "data"), "name"));
	l->name = name != NULL ? xstrdup(name) : NULL;
	l->text = way_text(g, text);
	add_media(l, address_of(json_object_get(json_object_get(data, "attachment"), "media")));
	set_times(l, g, at != NULL ? strtoll(at, NULL, 10) : 0);
	l->adds = l->text == NULL;
	*why = "no-words";
	return has_content(l);
}

/* ---- the shapes ---- */

/* What is being made of one call. */
struct call { struct ingest *g; struct taking *t; };

static void
add(struct call *c, struct laporan *l, int is_report, const char *why)
{
	if (is_report)
		taking_add(c->t, l, 0);		/* X comes again */
	else
		way_drop(c->g, "x", why);
	laporan_release(l);
}

static void
take_messages(struct call *c, const json_t *doc, const char *us)
{
	const json_t *event;
	size_t i;

	json_array_foreach(json_object_get(doc, "direct_message_events"), i, event) {
		struct laporan l = { .channel = "" };
		const char *why = "";
		int is = read_message(&l, c->g, event, json_object_get(doc, "users"), us, &why);

		add(c, &l, is, why);
	}
}

/* Account activity: lists of posts and messages. */
static void
take_activity_old(struct call *c, const json_t *doc)
{
	const char *us = json_string_value(json_object_get(doc, "for_user_id"));
	const json_t *posts = json_object_get(doc, "tweet_create_events"), *post;
	size_t i;

	if (us == NULL) {
		way_drop(c->g, "x", "incomplete");
		return;
	}
	json_array_foreach(posts, i, post) {
		struct laporan l = { .channel = "" };
		const char *why = "";
		int is = read_old_post(&l, c->g, post, us, &why);

		add(c, &l, is, why);
	}
	take_messages(c, doc, us);
	if (!json_is_array(posts) && !json_is_array(json_object_get(doc, "direct_message_events")))
		way_drop(c->g, "x", json_object_get(doc, "tweet_delete_events") != NULL ?
		    "post.delete" : "other");
}

static void
take_post(struct call *c, const json_t *post, const json_t *users, const char *us)
{
	struct laporan l = { .channel = "" };
	const char *why = "";
	int is = x_read_post(&l, c->g, post, users, us, &why);

	add(c, &l, is, why);
}

/* X activity: one event with its type. */
static void
take_activity(struct call *c, const json_t *data, const char *type)
{
	static const char *const posts[] = { "post.mention.create", "post.reply.create",
	    "post.quote.create" };
	static const char *const others[] = { "post.delete", "chat.received", "oauth.revoke" };
	const json_t *payload = json_object_get(data, "payload");
	const json_t *users = json_object_get(json_object_get(data, "includes"), "users");
	const char *us = json_string_value(json_object_get(json_object_get(data, "filter"),
	    "user_id"));
	const char *kind = "other";

	if (us == NULL)
		us = "";
	for (size_t i = 0; i < N_ELEMS(posts); i++)
		if (strcmp(type, posts[i]) == 0) {
			take_post(c, payload, users, us);
			return;
		}
	if (strcmp(type, "dm.received") == 0 &&
	    json_is_array(json_object_get(payload, "direct_message_events"))) {
		take_messages(c, payload, us);
		return;
	}
	for (size_t i = 0; i < N_ELEMS(others); i++)
		if (strcmp(type, others[i]) == 0)
			kind = others[i];
	way_drop(c->g, "x", kind);
}

static void
take_all(struct call *c, const json_t *doc)
{
	const json_t *data = json_object_get(doc, "data");
	const char *type = json_string_value(json_object_get(data, "event_type"));

	if (type != NULL)
		take_activity(c, data, type);
	else if (data != NULL)		/* a filtered stream */
		take_post(c, data, json_object_get(json_object_get(doc, "includes"), "users"), "");
	else
		take_activity_old(c, doc);
}

static void
post_x(struct http_req *r, void *arg)
{
	struct call c = { .g = arg };
	struct buf mistakes = { 0 };
	size_t len;
	const char *body = http_req_body(r, &len);
	json_t *doc;

	if (!signature_fits(c.g, http_req_header(r, "x-twitter-webhooks-signature"), body, len)) {
		way_refuse(c.g, r, "x", 401,
		    "x-twitter-webhooks-signature harus sha256= dan base64 "
		    "dari HMAC-SHA256 atas isinya dengan rahasia x.");
		return;
	}
	doc = json_in(body, len, NULL, 0, (size_t)c.g->h.set.chat_body_bytes, &mistakes);
	if (doc == NULL) {
		way_drop(c.g, "x", "no-json");
		way_nothing(r);
	} else {
		c.t = taking_begin(c.g, r, 200, "text/plain; charset=utf-8", NULL);
		take_all(&c, doc);
		taking_end(c.t);
	}
	json_decref(doc);
	buf_release(&mistakes);
}

const struct way way_x = {
	.path = "/hook/x", .get = get_x, .post = post_x, .secrets = { "x" },
	.body_limit = offsetof(struct settings, chat_body_bytes),
};
