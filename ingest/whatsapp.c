/* WhatsApp Cloud API: messages and statuses -> struct laporan and receipts. */
#include "ingest/whatsapp.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/hub.h"
#include "ingest/json_in.h"
#include "lib/escape.h"

#define ID_MAX 200
#define WAY "whatsapp"
/* What a human must see though we cannot: a view-once photo may be an emergency. */
#define UNREADABLE \
	"[pesan WhatsApp jenis ini tidak dapat dibaca sistem; mohon hubungi pengirimnya]"

/* ---- one message ---- */

/* A text that is there, within the bounds of ids; else NULL. */
static const char *
id_in(const json_t *o, const char *name, int *mistakes)
{
	const char *id = json_in_text(o, name, 1, mistakes);

	return id != NULL && id[0] != '\0' && strlen(id) <= ID_MAX ? id : NULL;
}

/* The contact that a message is from; with a single one there is no doubt. */
static const json_t *
contact_of(const json_t *value, const char *from)
{
	int ignored = 0;
	const json_t *contacts = json_in_array(value, "contacts", 0, &ignored), *c;
	size_t i;

	json_array_foreach(contacts, i, c) {
		const char *number = json_in_text(c, "wa_id", 0, &ignored);
		const char *user = json_in_text(c, "user_id", 0, &ignored);

		if (json_array_size(contacts) == 1 ||
		    (from != NULL && ((number != NULL && strcmp(number, from) == 0) ||
		    (user != NULL && strcmp(user, from) == 0))))
			return c;
	}
	return NULL;
}

/* Who hides his number behind a name has an id of his own with our account instead. */
static const char *
sender_of(const json_t *message, const json_t *value)
{
	static const char *const names[] = { "from", "from_user_id" };
	int ignored = 0;
	const json_t *c = contact_of(value, NULL);
	const char *id = NULL;

	for (size_t i = 0; id == NULL && i < N_ELEMS(names); i++)
		id = id_in(message, names[i], &ignored);
	if (id == NULL && c != NULL)
		id = id_in(c, "wa_id", &ignored);
	if (id == NULL && c != NULL)
		id = id_in(c, "user_id", &ignored);
	return id;
}

static const char *
read_text(struct laporan *l, const json_t *body, const char **text)
{
	int mistakes = 0;

	(void)l;
	*text = json_in_text(body, "body", 1, &mistakes);
	return *text != NULL && (*text)[0] != '\0' ? NULL : "body";
}

static const char *
read_media(struct laporan *l, const json_t *body, const char **text)
{
	int mistakes = 0;
	const char *id = id_in(body, "id", &mistakes);

	if (id == NULL)
		return "body";
	laporan_add_media(l, WAY, id);
	*text = json_in_text(body, "caption", 0, &mistakes);
	return NULL;
}

/* A voice says nothing to the machine: whoever speaks may be in danger, so a human hears it soon. */
static const char *
read_voice(struct laporan *l, const json_t *body, const char **text)
{
	const char *wrong = read_media(l, body, text);

	l->lane_e = wrong == NULL && (*text == NULL || (*text)[0] == '\0');
	return wrong;
}

static const char *
read_location(struct laporan *l, const json_t *body, const char **text)
{
	int mistakes = 0;
	const char *name = json_in_text(body, "name", 0, &mistakes);
	const char *address = json_in_text(body, "address", 0, &mistakes);
	struct buf where = { 0 };

	(void)text;
	mistakes = 0;			/* those two are extras */
	json_in_number(body, "latitude", 1, &l->lat, &mistakes);
	json_in_number(body, "longitude", 1, &l->lng, &mistakes);
	if (mistakes > 0 || !(l->lat >= -90 && l->lat <= 90) || !(l->lng >= -180 && l->lng <= 180))
		return "body";
	l->has_position = 1;
	buf_addf(&where, "%.200s%s%.400s", name != NULL ? name : "",
	    name != NULL && address != NULL ? ", " : "", address != NULL ? address : "");
	if (where.len > 0) {
		struct buf clean = { 0 };

		buf_add_utf8(&clean, where.data, where.len);	/* the cut may be inside a character */
		l->where = buf_take(&clean);
	}
	buf_release(&where);
	return NULL;
}

/* Our own buttons carry the verdict itself; others are taken at their word. */
static const char *
choose(const char *id, const char *title, const char **text)
{
	*text = id != NULL && (strcmp(id, "1") == 0 || strcmp(id, "2") == 0) ? id : title;
	return *text != NULL && (*text)[0] != '\0' ? NULL : "body";
}

static const char *
read_button(struct laporan *l, const json_t *body, const char **text)
{
	int mistakes = 0;

	(void)l;
	return choose(json_in_text(body, "payload", 0, &mistakes),
	    json_in_text(body, "text", 0, &mistakes), text);
}

static const char *
read_interactive(struct laporan *l, const json_t *body, const char **text)
{
	static const char *const kinds[] = { "button_reply", "list_reply" };
	int mistakes = 0;

	(void)l;
	for (size_t i = 0; i < N_ELEMS(kinds); i++) {
		const json_t *reply = json_in_object(body, kinds[i], 0, &mistakes);

		if (reply != NULL)
			return choose(json_in_text(reply, "id", 0, &mistakes),
			    json_in_text(reply, "title", 0, &mistakes), text);
	}
	return "body";
}

static const char *
read_unsupported(struct laporan *l, const json_t *body, const char **text)
{
	(void)l, (void)body;
	*text = UNREADABLE;
	return NULL;
}

static const struct {
	const char *type;
	int has_body;			/* an object by the type's name */
	/* NULL or the word for what is wrong; without it nothing is taken, by the type's name */
	const char *(*read)(struct laporan *l, const json_t *body, const char **text);
} types[] = {
	{ "text",        1, read_text },        { "image",    1, read_media },
	{ "video",       1, read_media },       { "document", 1, read_media },
	{ "sticker",     1, read_media },       { "audio",    1, read_voice },
	{ "voice",       1, read_voice },       { "location", 1, read_location },
	{ "button",      1, read_button },      { "interactive", 1, read_interactive },
	{ "unsupported", 0, read_unsupported },
	{ "reaction", 0, NULL }, { "contacts", 0, NULL }, { "order", 0, NULL }, { "system", 0, NULL },
};

static const char *
read_body(struct laporan *l, const json_t *message, const char *type, const char **text)
{
	int mistakes = 0;

	for (size_t i = 0; i < N_ELEMS(types); i++) {
		const json_t *body;

		if (strcmp(types[i].type, type) != 0)
			continue;
		if (types[i].read == NULL)
			return types[i].type;
		body = types[i].has_body ? json_in_object(message, type, 1, &mistakes) : NULL;
		return mistakes > 0 ? "body" : types[i].read(l, body, text);
	}
	return read_unsupported(l, NULL, text);		/* of a type that came after us */
}

const char *
whatsapp_read(struct laporan *l, const char **text, const json_t *message, const json_t *value)
{
	int mistakes = 0;
	const char *id = id_in(message, "id", &mistakes);
	const char *type = json_in_text(message, "type", 1, &mistakes);
	const char *seconds = json_in_text(message, "timestamp", 1, &mistakes);
	const char *sender = sender_of(message, value), *name, *wrong;

	*text = NULL;
	if (id == NULL)
		return "id";
	if (type == NULL)
		return "type";
	if (sender == NULL)
		return "sender";
	wrong = read_body(l, message, type, text);
	if (wrong != NULL)
		return wrong;
	l->message_id = xstrdup(id);
	way_sender(l, WAY, NULL, sender);
	laporan_set_quote(l, id_in(json_in_object(message, "context", 0, &mistakes), "id", &mistakes));
	name = json_in_text(json_in_object(contact_of(value, sender), "profile", 0, &mistakes), "name",
	    0, &mistakes);
	l->name = name != NULL && name[0] != '\0' ? xstrdup(name) : NULL;
	/* Without a believable time it came now: nobody's words are lost for a clock. */
	if (seconds != NULL && strlen(seconds) <= 11 && strspn(seconds, "0123456789") == strlen(seconds))
		l->provider_ms = strtoll(seconds, NULL, 10) * 1000;
	return NULL;
}

static void
take_message(struct ingest *g, struct taking *t, const json_t *message, const json_t *value)
{
	struct laporan l = { .channel = "" };
	const char *text, *wrong = whatsapp_read(&l, &text, message, value);

	if (wrong != NULL) {
		way_drop(g, WAY, wrong);
	} else {
		l.text = way_text(g, text);
		l.received_ms = laporan_received_ms(l.provider_ms, house_now_ms(&g->h),
		    g->h.set.provider_age_ms);
		taking_add(t, &l, 0);	/* Meta comes again for seven days */
	}
	laporan_release(&l);
}

/* ---- one status of what we sent ---- */

static void
take_status(struct ingest *g, struct taking *t, const json_t *status)
{
	static const struct { const char *word; enum receipt_news news; } words[] = {
		{ "sent", RECEIPT_SENT }, { "delivered", RECEIPT_DELIVERED },
		{ "read", RECEIPT_DELIVERED }, { "failed", RECEIPT_FAILED },
	};
	int mistakes = 0;
	const char *word = json_in_text(status, "status", 1, &mistakes);
	const char *ours = json_in_text(status, "biz_opaque_callback_data", 0, &mistakes);
	const char *space = ours != NULL ? strchr(ours, ' ') : NULL;
	char id[48];

	if (word == NULL || mistakes > 0) {
		way_drop(g, WAY, "status");
		return;
	}
	if (space == NULL || (size_t)(space - ours) >= sizeof(id)) {
		way_drop(g, WAY, "not-ours");	/* sent by hand from the platform's own pages */
		return;
	}
	snprintf(id, sizeof(id), "%.*s", (int)(space - ours), ours);
	for (size_t i = 0; i < N_ELEMS(words); i++)
		if (strcmp(words[i].word, word) == 0)
			taking_receipt(t, id, space + 1, words[i].news);
}

/* ---- the call ---- */

static void
take_change(struct ingest *g, struct taking *t, const json_t *change)
{
	const char *own = g->h.set.whatsapp_phone_id;
	int mistakes = 0;
	const char *field = json_in_text(change, "field", 1, &mistakes), *number;
	const json_t *value = json_in_object(change, "value", 1, &mistakes);
	const json_t *messages, *statuses, *one;
	size_t i;

	if (mistakes > 0 || strcmp(field, "messages") != 0) {
		way_drop(g, WAY, mistakes > 0 ? "change" : "field");
		return;
	}
	number = json_in_text(json_in_object(value, "metadata", 0, &mistakes), "phone_number_id", 0,
	    &mistakes);
	if (own[0] != '\0' && (number == NULL || strcmp(number, own) != 0)) {
		way_drop(g, WAY, "number");
		return;
	}
	messages = json_in_array(value, "messages", 0, &mistakes);
	statuses = json_in_array(value, "statuses", 0, &mistakes);
	json_array_foreach(messages, i, one) {
		take_message(g, t, one, value);
	}
	json_array_foreach(statuses, i, one) {
		take_status(g, t, one);
	}
	if (json_object_get(value, "errors") != NULL)
		way_drop(g, WAY, "errors");
	else if (mistakes > 0 || (messages == NULL && statuses == NULL))
		way_drop(g, WAY, "change");
}

static void
post_whatsapp(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	json_t *doc = hub_open(g, r, WAY, "whatsapp_app");
	const json_t *entries, *entry, *changes, *change;
	struct taking *t;
	const char *object;
	int mistakes = 0;
	size_t i, k;

	if (doc == NULL)
		return;
	t = taking_begin(g, r, 200, "text/plain; charset=utf-8", NULL);
	object = json_in_text(doc, "object", 1, &mistakes);
	if (object == NULL || strcmp(object, "whatsapp_business_account") != 0) {
		way_drop(g, WAY, "object");
	} else {
		entries = json_in_array(doc, "entry", 1, &mistakes);
		json_array_foreach(entries, i, entry) {
			changes = json_in_array(entry, "changes", 1, &mistakes);
			json_array_foreach(changes, k, change) {
				take_change(g, t, change);
			}
		}
		if (mistakes > 0)
			way_drop(g, WAY, "entry");
	}
	taking_end(t);
	json_decref(doc);
}

static void
get_whatsapp(struct http_req *r, void *arg)
{
	hub_handshake(arg, r, "whatsapp_verify");
}

const struct way way_whatsapp = {
	.path = "/hook/whatsapp", .get = get_whatsapp, .post = post_whatsapp,
	.body_limit = offsetof(struct settings, graph_body_bytes),
	.secrets = { "whatsapp_app", "whatsapp_verify" },
};
