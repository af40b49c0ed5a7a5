/* Facebook page and Instagram: messages, comments, posts and mentions -> struct laporan. */
#include "ingest/meta.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/hub.h"
#include "ingest/json_in.h"
#include "lib/escape.h"
#include "lib/seal.h"

#define WAY "meta"
#define ID_MAX 200
#define SECONDS_MOST 100000000000.0	/* a larger time is in milliseconds */

/* An id that is there; it comes back in URLs of ours, so it holds nothing else than an id does. */
static const char *
id_in(const json_t *o, const char *name, int *mistakes)
{
	static const char letters[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.=:$";
	const char *id = json_in_text(o, name, 0, mistakes);
	size_t len = id != NULL ? strlen(id) : 0;

	return len > 0 && len <= ID_MAX && strspn(id, letters) == len ? id : NULL;
}

static int64_t
time_in(const json_t *o, const char *name)
{
	int ignored = 0;
	double t = 0;

	if (json_in_number(o, name, 0, &t, &ignored) != 0 || t <= 0 || t > 1e15)
		return 0;
	return (int64_t)(t < SECONDS_MOST ? t * 1000 : t);
}

static void
add_name(struct laporan *l, const char *name)
{
	if (name != NULL && name[0] != '\0')
		l->name = xstrdup(name);
}

static int
is_verdict(const char *payload)
{
	return payload != NULL && (strcmp(payload, "1") == 0 || strcmp(payload, "2") == 0);
}

/* ---- messages to us alone ---- */

/* -1: nothing that can be kept. */
static int
read_attachment(struct laporan *l, const char *channel, const json_t *a)
{
	int mistakes = 0;
	const char *type = json_in_text(a, "type", 1, &mistakes);
	const json_t *payload = json_in_object(a, "payload", 0, &mistakes);
	const json_t *at = json_in_object(payload, "coordinates", 0, &mistakes);
	const char *url = json_in_text(payload, "url", 0, &mistakes);

	if (type == NULL)
		return -1;
	if (at != NULL && json_in_number(at, "lat", 1, &l->lat, &mistakes) == 0 &&
	    json_in_number(at, "long", 1, &l->lng, &mistakes) == 0 &&
	    l->lat >= -90 && l->lat <= 90 && l->lng >= -180 && l->lng <= 180) {
		l->has_position = 1;
		return 0;
	}
	if (url == NULL || url[0] == '\0')
		return -1;
	laporan_add_media(l, channel, url);
	if (strcmp(type, "audio") == 0)
		l->lane_e = 1;		/* no machine here hears a voice: a human does, soon */
	return 0;
}

static const char *
read_direct(struct laporan *l, const char **text, const struct meta_event *e, const json_t *message)
{
	int mistakes = 0, kept = 0;
	const char *id = id_in(message, "mid", &mistakes), *choice;
	const json_t *attachments = json_in_array(message, "attachments", 0, &mistakes), *a;
	size_t i;

	if (json_is_true(json_object_get(message, "is_echo")))
		return "echo";
	if (json_is_true(json_object_get(message, "is_deleted")))
		return "deleted";
	if (id == NULL)
		return "id";
	*text = json_in_text(message, "text", 0, &mistakes);
	choice = json_in_text(json_in_object(message, "quick_reply", 0, &mistakes), "payload", 0,
	    &mistakes);
	if (is_verdict(choice))
		*text = choice;
	json_array_foreach(attachments, i, a)
		kept += read_attachment(l, e->channel, a) == 0;
	if (*text != NULL && (*text)[0] != '\0')
		l->lane_e = 0;		/* the words tell the lane */
	else if (kept == 0)
		return "body";
	l->message_id = xstrdup(id);
	laporan_set_quote(l, id_in(json_in_object(message, "reply_to", 0, &mistakes), "mid", &mistakes));
	return NULL;
}

static const char *
read_postback(struct laporan *l, const char **text, const json_t *postback)
{
	int mistakes = 0;
	const char *id = id_in(postback, "mid", &mistakes);
	const char *payload = json_in_text(postback, "payload", 0, &mistakes);
	const char *title = json_in_text(postback, "title", 0, &mistakes);

	if (payload != NULL && strcmp(payload, "GET_STARTED") == 0)
		return "postback";	/* he only opened the door */
	*text = is_verdict(payload) ? payload : title;
	if (id == NULL || *text == NULL || (*text)[0] == '\0')
		return id == NULL ? "id" : "body";
	l->message_id = xstrdup(id);
	return NULL;
}

const char *
meta_read_message(struct laporan *l, const char **text, const struct meta_event *e)
{
	int mistakes = 0;
	const json_t *message = json_in_object(e->value, "message", 0, &mistakes);
	const json_t *postback = json_in_object(e->value, "postback", 0, &mistakes);
	const char *sender = id_in(json_in_object(e->value, "sender", 0, &mistakes), "id", &mistakes);
	const char *wrong;

	*text = NULL;
	if (message == NULL && postback == NULL)
		return "event";		/* delivery, read, reaction, referral, opt-in */
	if (sender == NULL)
		return "sender";
	if (e->account != NULL && strcmp(sender, e->account) == 0)
		return "echo";
	wrong = message != NULL ? read_direct(l, text, e, message) : read_postback(l, text, postback);
	if (wrong != NULL)
		return wrong;
	way_sender(l, e->channel, e->channel, sender);
	l->provider_ms = time_in(e->value, "timestamp");
	return NULL;
}

/* ---- what was said in public ---- */

struct said {
	const char *id, *where;		/* of the comment or post, and which of the two */
	const char *from, *name;
	const char *post;		/* it stands under; an id, or an address as given */
};

/* Its author; who is not named is known by this one comment alone. */
static void
fill_public(struct laporan *l, const struct meta_event *e, const struct said *s)
{
	struct buf b = { 0 };

	buf_addf(&b, "%s:%s", s->where, s->id);
	way_sender(l, e->channel, e->channel, s->from != NULL ? s->from : buf_str(&b));
	l->reply_to = buf_take(&b);
	buf_addf(&b, "%s:%s", s->where, s->id);
	l->message_id = buf_take(&b);
	add_name(l, s->name);
	if (s->post != NULL && strncmp(s->post, "https://", 8) == 0)
		l->link = xstrdup(s->post);
	else if (s->post != NULL) {
		buf_addf(&b, strcmp(e->channel, "facebook") == 0 ? "https://www.facebook.com/%s" :
		    "instagram:%s", s->post);
		l->link = buf_take(&b);
	}
}

/* Its new words are a message of their own, the same on every try; when they were written nobody says. */
static void
become_edit(struct laporan *l, const char *text)
{
	uint8_t digest[32];
	struct buf id = { 0 };

	sha256_of(digest, text, strlen(text));
	buf_addf(&id, "%s:", l->message_id);
	buf_add_hex(&id, digest, 8);
	free(l->message_id);
	l->message_id = buf_take(&id);
	l->adds = 1;
}

static const char *
read_feed(struct laporan *l, const char **text, const struct meta_event *e)
{
	static const char *const posts[] = { "post", "status", "photo", "video" };
	int mistakes = 0, post = 0, edited;
	const char *item = json_in_text(e->value, "item", 1, &mistakes);
	const char *verb = json_in_text(e->value, "verb", 1, &mistakes);
	const json_t *from = json_in_object(e->value, "from", 0, &mistakes);
	struct said s = { .from = id_in(from, "id", &mistakes),
	    .name = json_in_text(from, "name", 0, &mistakes),
	    .post = json_in_text(json_in_object(e->value, "post", 0, &mistakes), "permalink_url", 0,
	    &mistakes) };

	if (item == NULL || verb == NULL)
		return "change";
	edited = strcmp(verb, "edited") == 0 || strcmp(verb, "edit") == 0;
	if (!edited && strcmp(verb, "add") != 0)
		return "verb";
	for (size_t i = 0; i < N_ELEMS(posts); i++)
		post |= strcmp(item, posts[i]) == 0;
	if (!post && strcmp(item, "comment") != 0)
		return "item";		/* shares, likes */
	if (s.from != NULL && e->account != NULL && strcmp(s.from, e->account) == 0)
		return "echo";
	s.where = post ? "post" : "comment";
	s.id = id_in(e->value, post ? "post_id" : "comment_id", &mistakes);
	if (s.post == NULL)
		s.post = id_in(e->value, "post_id", &mistakes);
	*text = json_in_text(e->value, "message", 0, &mistakes);
	if (s.id == NULL)
		return "id";
	if (*text == NULL || (*text)[0] == '\0')
		return "body";		/* a picture under a post, a friend's name */
	l->provider_ms = edited ? 0 : time_in(e->value, "created_time");
	fill_public(l, e, &s);
	if (edited)
		become_edit(l, *text);
	laporan_set_quote(l, id_in(e->value, "parent_id", &mistakes));
	return NULL;
}

static const char *
read_comment(struct laporan *l, const char **text, const struct meta_event *e)
{
	int mistakes = 0;
	const json_t *from = json_in_object(e->value, "from", 0, &mistakes);
	struct said s = { .id = id_in(e->value, "id", &mistakes), .where = "comment",
	    .from = id_in(from, "id", &mistakes), .name = json_in_text(from, "username", 0, &mistakes),
	    .post = id_in(json_in_object(e->value, "media", 0, &mistakes), "id", &mistakes) };

	if (s.from != NULL && e->account != NULL && strcmp(s.from, e->account) == 0)
		return "echo";
	*text = json_in_text(e->value, "text", 0, &mistakes);
	if (s.id == NULL)
		return "id";
	if (*text == NULL || (*text)[0] == '\0')
		return "body";
	l->provider_ms = time_in(e->entry, "time");
	fill_public(l, e, &s);
	laporan_set_quote(l, id_in(e->value, "parent_id", &mistakes));
	return NULL;
}

/*
 * Somebody named us elsewhere: the words are not in the call, so a human opens the link.  Our answer
 * could not stand there either.
 */
static const char *
read_mention(struct laporan *l, const char **text, const struct meta_event *e)
{
	int mistakes = 0, facebook = strcmp(e->channel, "facebook") == 0;
	const char *post = id_in(e->value, facebook ? "post_id" : "media_id", &mistakes);
	const char *comment = id_in(e->value, "comment_id", &mistakes);
	struct said s = { .id = comment != NULL ? comment : post,
	    .where = comment != NULL ? "comment" : "post", .post = post,
	    .from = id_in(e->value, "sender_id", &mistakes),
	    .name = json_in_text(e->value, "sender_name", 0, &mistakes) };
	struct buf words = { 0 };

	if (s.id == NULL)
		return "id";
	if (s.from != NULL && e->account != NULL && strcmp(s.from, e->account) == 0)
		return "echo";
	*text = json_in_text(e->value, "message", 0, &mistakes);
	l->provider_ms = time_in(e->value, "created_time");
	fill_public(l, e, &s);
	l->no_reply = 1;
	if (*text == NULL || (*text)[0] == '\0') {
		/* no scheme and no www: those are the marks of spam */
		buf_addf(&words, "[disebut di %s, baca di sana] %s.com/%s", e->channel, e->channel,
		    post != NULL ? post : s.id);
		l->text = buf_take(&words);
		*text = NULL;
	}
	return NULL;
}

const char *
meta_read_change(struct laporan *l, const char **text, const struct meta_event *e)
{
	static const struct {
		const char *channel, *field;
		const char *(*read)(struct laporan *l, const char **text, const struct meta_event *e);
	} fields[] = {
		{ "facebook", "feed", read_feed }, { "facebook", "mention", read_mention },
		{ "instagram", "comments", read_comment }, { "instagram", "live_comments", read_comment },
		{ "instagram", "mentions", read_mention },
	};

	*text = NULL;
	for (size_t i = 0; i < N_ELEMS(fields); i++)
		if (strcmp(fields[i].channel, e->channel) == 0 && strcmp(fields[i].field, e->field) == 0)
			return fields[i].read(l, text, e);
	return "field";
}

/* ---- the call ---- */

static void
take(struct ingest *g, struct taking *t, const struct meta_event *e)
{
	struct laporan l = { .channel = "" };
	const char *text = NULL, *wrong = !json_is_object(e->value) ? "event" :
	    e->field != NULL ? meta_read_change(&l, &text, e) : meta_read_message(&l, &text, e);

	if (wrong != NULL) {
		way_drop(g, e->channel, wrong);
	} else {
		if (text != NULL)
			l.text = way_text(g, text);
		l.received_ms = laporan_received_ms(l.provider_ms, house_now_ms(&g->h),
		    g->h.set.provider_age_ms);
		taking_add(t, &l, 0);	/* the platform comes again */
	}
	laporan_release(&l);
}

static void
take_entry(struct ingest *g, struct taking *t, const char *channel, const json_t *entry)
{
	const char *own = strcmp(channel, "facebook") == 0 ? g->h.set.facebook_page_id :
	    g->h.set.instagram_id;
	int mistakes = 0;
	struct meta_event e = { .channel = channel, .account = id_in(entry, "id", &mistakes),
	    .entry = entry };
	const json_t *messages = json_in_array(entry, "messaging", 0, &mistakes);
	const json_t *changes = json_in_array(entry, "changes", 0, &mistakes), *change;
	size_t i;

	if (!json_is_object(entry)) {
		way_drop(g, channel, "entry");
		return;
	}
	if (own[0] != '\0' && (e.account == NULL || strcmp(e.account, own) != 0)) {
		way_drop(g, channel, "account");
		return;
	}
	json_array_foreach(messages, i, e.value) {
		take(g, t, &e);
	}
	json_array_foreach(changes, i, change) {
		e.value = json_in_object(change, "value", 1, &mistakes);
		e.field = json_in_text(change, "field", 1, &mistakes);
		if (e.value != NULL && e.field != NULL)
			take(g, t, &e);
	}
	/* Apps with Instagram's own log-in get the change in the entry itself. */
	e.value = json_in_object(entry, "value", 0, &mistakes);
	e.field = json_in_text(entry, "field", 0, &mistakes);
	if (e.value != NULL && e.field != NULL)
		take(g, t, &e);
	else if (mistakes > 0 || (messages == NULL && changes == NULL))
		way_drop(g, channel, "change");
}

static void
post_meta(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	json_t *doc = hub_open(g, r, WAY, "meta");
	const json_t *entries, *entry;
	const char *object, *channel;
	struct taking *t;
	int mistakes = 0;
	size_t i;

	if (doc == NULL)
		return;
	t = taking_begin(g, r, 200, "text/plain; charset=utf-8", NULL);
	object = json_in_text(doc, "object", 1, &mistakes);
	channel = object == NULL ? NULL : strcmp(object, "page") == 0 ? "facebook" :
	    strcmp(object, "instagram") == 0 ? "instagram" : NULL;
	entries = json_in_array(doc, "entry", 1, &mistakes);
	if (channel == NULL || mistakes > 0) {
		way_drop(g, WAY, "object");
	} else {
		json_array_foreach(entries, i, entry) {
			take_entry(g, t, channel, entry);
		}
	}
	taking_end(t);
	json_decref(doc);
}

static void
get_meta(struct http_req *r, void *arg)
{
	hub_handshake(arg, r, "meta_verify");
}

const struct way way_meta = {
	.path = "/hook/meta", .get = get_meta, .post = post_meta,
	.body_limit = offsetof(struct settings, graph_body_bytes),
	.secrets = { "meta", "meta_verify" },
};
