#include "core/laporan.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "lib/escape.h"

void
laporan_release(struct laporan *l)
{
	free(l->message_id);
	free(l->sender);
	free(l->reply_to);
	free(l->ack);
	free(l->link);
	free(l->ref);
	free(l->quotes);
	free(l->name);
	free(l->text);
	free(l->where);
	free(l->cell);
	free(l->place);
	free(l->category);
	free(l->look);
	for (int i = 0; i < l->media_n; i++)
		free(l->media[i]);
	memset(l, 0, sizeof(*l));
}

int
laporan_is_empty(const struct laporan *l)
{
	return (l->text == NULL || l->text[0] == '\0') && l->where == NULL && l->place == NULL &&
	    l->category == NULL && l->media_n == 0 && !l->has_position && l->about[0] == '\0';
}

int
laporan_wishes_to_hide(const struct laporan *l)
{
	static const char *const words[] = { "RAHASIA", "RAHASIAKAN", "ANONIM", "TANPA NAMA" };
	const char *text = l->text != NULL ? l->text : "";

	text += strspn(text, " \t\r\n\"'(");
	for (size_t i = 0; i < N_ELEMS(words) && !l->hide; i++) {
		size_t n = strlen(words[i]);

		if (strncasecmp(text, words[i], n) == 0 && !isalnum((unsigned char)text[n]))
			return 1;
	}
	return l->hide;
}

const char *
laporan_address(const struct laporan *l)
{
	return l->reply_to != NULL ? l->reply_to : l->sender;
}

void
laporan_add_media(struct laporan *l, const char *channel, const char *id)
{
	struct buf name = { 0 };

	if (l->media_n == LAPORAN_MEDIA)
		return;
	buf_addf(&name, "%s:%s", channel, id);
	l->media[l->media_n++] = buf_take(&name);
}

void
laporan_set_quote(struct laporan *l, const char *id)
{
	free(l->quotes);
	l->quotes = id != NULL && id[0] != '\0' ? xstrdup(id) : NULL;
}

void
laporan_encode_private(struct buf *b, const struct laporan *l)
{
	buf_addf(b, "{\"schema\":%d", LAPORAN_SCHEMA);
	buf_add_pair_if(b, "id", l->message_id);
	buf_add_pair_if(b, "from", l->sender);
	buf_add_pair_if(b, "to", l->reply_to);
	buf_add_pair_if(b, "link", l->link);
	buf_add_pair_if(b, "ref", l->ref);
	buf_add_pair_if(b, "quotes", l->quotes);
	buf_add_pair_if(b, "name", l->name);
	buf_add_pair_if(b, "text", l->text);
	buf_add_pair_if(b, "where", l->where);
	buf_add_pair_if(b, "cell", l->cell);
	buf_add_pair_if(b, "place", l->place);
	buf_add_pair_if(b, "cat", l->category);
	buf_add_pair_if(b, "look", l->look);
	buf_add_pair_if(b, "twin", l->twin);
	buf_add_pair_if(b, "about", l->about);
	buf_add_pair_if(b, "verdict", l->verdict);
	buf_add_pair_if(b, "unit", l->unit);
	buf_add_pair_if(b, "thread", l->thread);
	buf_add_pair_if(b, "ack", l->ack);
	buf_adds(b, l->adds ? ",\"adds\":1" : "");
	if (l->has_position)
		buf_addf(b, ",\"lat\":%.6f,\"lng\":%.6f", l->lat, l->lng);
	for (int i = 0; i < l->media_n; i++) {
		buf_adds(b, i == 0 ? ",\"media\":[" : ",");
		buf_add_json(b, l->media[i], strlen(l->media[i]));
	}
	buf_adds(b, l->media_n > 0 ? "]}" : "}");
}

void
laporan_encode_public(struct buf *b, const struct laporan *l, const char *lookup)
{
	buf_addf(b, "{\"schema\":%d,\"ch\":\"%s\",\"rx\":%" PRId64, LAPORAN_SCHEMA, l->channel,
	    l->received_ms);
	buf_add_pair_if(b, "rep", lookup);
	buf_add_pair_if(b, "rch", l->reply_channel);
	buf_adds(b, l->lane_e ? ",\"e\":1" : "");
	buf_adds(b, l->latihan ? ",\"latihan\":1" : "");
	buf_adds(b, l->hide ? ",\"hide\":1" : "");
	buf_adds(b, l->urgent ? ",\"urg\":1" : "");
	buf_add_pair_if(b, "off", l->entered_by);
	buf_adds(b, l->no_reply ? ",\"nr\":1}" : "}");
}

static char *
text_of(const json_t *doc, const char *key)
{
	const char *s = json_string_value(json_object_get(doc, key));

	return s != NULL ? xstrdup(s) : NULL;
}

/* What is not there leaves it empty, as the struct was zeroed. */
static void
copy_text(char *out, size_t size, const json_t *doc, const char *key)
{
	const char *s = json_string_value(json_object_get(doc, key));

	if (s != NULL)
		snprintf(out, size, "%s", s);
}

int
laporan_decode_private(struct laporan *l, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	const json_t *media = json_object_get(doc, "media"), *m;
	int rc = -1;
	size_t i;

	if (json_integer_value(json_object_get(doc, "schema")) != LAPORAN_SCHEMA)
		goto out;
	l->message_id = text_of(doc, "id");
	l->sender = text_of(doc, "from");
	l->reply_to = text_of(doc, "to");
	l->link = text_of(doc, "link");
	l->ref = text_of(doc, "ref");
	l->quotes = text_of(doc, "quotes");
	l->name = text_of(doc, "name");
	l->text = text_of(doc, "text");
	l->where = text_of(doc, "where");
	l->cell = text_of(doc, "cell");
	l->place = text_of(doc, "place");
	l->look = text_of(doc, "look");
	l->category = text_of(doc, "cat");
	l->ack = text_of(doc, "ack");
	l->adds = json_integer_value(json_object_get(doc, "adds")) != 0;
	copy_text(l->twin, sizeof(l->twin), doc, "twin");
	copy_text(l->about, sizeof(l->about), doc, "about");
	copy_text(l->verdict, sizeof(l->verdict), doc, "verdict");
	copy_text(l->thread, sizeof(l->thread), doc, "thread");
	copy_text(l->unit, sizeof(l->unit), doc, "unit");
	if (json_is_number(json_object_get(doc, "lat"))) {
		l->lat = json_number_value(json_object_get(doc, "lat"));
		l->lng = json_number_value(json_object_get(doc, "lng"));
		l->has_position = 1;
	}
	json_array_foreach(media, i, m)
		if (l->media_n < LAPORAN_MEDIA && json_is_string(m))
			l->media[l->media_n++] = xstrdup(json_string_value(m));
	rc = 0;
out:
	json_decref(doc);
	return rc;
}

int
laporan_decode_public(struct laporan *l, char lookup[33], const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	const char *channel = json_string_value(json_object_get(doc, "ch"));
	const char *rep = json_string_value(json_object_get(doc, "rep"));
	const char *reply = json_string_value(json_object_get(doc, "rch"));
	int rc = -1;

	if (json_integer_value(json_object_get(doc, "schema")) != LAPORAN_SCHEMA || channel == NULL)
		goto out;
	snprintf(l->channel, sizeof(l->channel), "%s", channel);
	snprintf(l->reply_channel, sizeof(l->reply_channel), "%s", reply != NULL ? reply : "");
	snprintf(lookup, 33, "%s", rep != NULL ? rep : "");
	l->received_ms = json_integer_value(json_object_get(doc, "rx"));
	l->lane_e = json_integer_value(json_object_get(doc, "e")) != 0;
	l->latihan = json_integer_value(json_object_get(doc, "latihan")) != 0;
	l->hide = json_integer_value(json_object_get(doc, "hide")) != 0;
	l->urgent = json_integer_value(json_object_get(doc, "urg")) != 0;
	copy_text(l->entered_by, sizeof(l->entered_by), doc, "off");
	l->no_reply = json_integer_value(json_object_get(doc, "nr")) != 0;
	rc = 0;
out:
	json_decref(doc);
	return rc;
}

int64_t
laporan_received_ms(int64_t provider_ms, int64_t now_ms, int64_t max_age_ms)
{
	if (provider_ms <= 0 || provider_ms > now_ms || provider_ms < now_ms - max_age_ms)
		return now_ms;
	return provider_ms;
}
