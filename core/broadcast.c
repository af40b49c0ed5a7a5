#include "core/broadcast.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/calendar.h"
#include "lib/escape.h"
#include "lib/json_of.h"

#define SCHEMA 1

static const char *const states[] = {
	[BROADCAST_DRAFT] = "konsep", [BROADCAST_GOING] = "berjalan", [BROADCAST_DONE] = "selesai",
	[BROADCAST_CANCELLED] = "dibatalkan",
};
static const char *const tos[] = { [TO_PLACE] = "warga", [TO_INCIDENT] = "kejadian", [TO_OFFICERS] = "petugas" };
static const char *const refusals[] = {
	[BROADCAST_OK] = "",
	[BROADCAST_NOT_DRAFT] = "siaran itu sudah berjalan atau sudah berakhir",
	[BROADCAST_OTHER_NUMBER] = "jumlah penerima yang diketik tidak sama dengan yang tertulis; periksa lagi",
	[BROADCAST_OLD] = "konsep ini terlalu lama; susun lagi supaya penerimanya benar",
	[BROADCAST_OVER] = "siaran itu sudah berakhir",
	[BROADCAST_NOBODY] = "tidak ada penerima",
};

const char *broadcast_state_name(enum broadcast_state s) { return states[s]; }
const char *broadcast_to_name(enum broadcast_to to) { return tos[to]; }
const char *broadcast_refusal_text(enum broadcast_refusal r) { return refusals[r]; }

int
broadcast_to_of_name(const char *s, enum broadcast_to *out)
{
	for (size_t i = 0; i < N_ELEMS(tos); i++)
		if (strcmp(tos[i], s) == 0) {
			*out = (enum broadcast_to)i;
			return 0;
		}
	return -1;
}

void
broadcast_release(struct broadcast *b)
{
	for (int i = 0; i < b->texts_n; i++)
		free(b->texts[i].text);
	memset(b, 0, sizeof(*b));
}

void
buf_add_broadcast_text(struct buf *out, const struct broadcast *b, const char *lang)
{
	int at = 0;

	for (int i = 0; i < b->texts_n; i++)
		if (strcmp(b->texts[i].lang, lang) == 0)
			at = i;
	buf_adds(out, b->drill ? "LATIHAN. " : "");
	buf_adds(out, b->texts_n > 0 ? b->texts[at].text : "");
}

int
broadcast_parts(const struct broadcast *b)
{
	int n = 0;

	for (int i = 0; i < b->ways_n; i++)
		n += b->ways[i].parts;
	return n;
}

int
broadcast_count(struct broadcast *b, const char *way, int parts)
{
	int i = 0;

	while (i < b->ways_n && strcmp(b->ways[i].way, way) != 0)
		i++;
	if (i == BROADCAST_WAYS)
		return -1;
	if (i == b->ways_n) {
		snprintf(b->ways[i].way, sizeof(b->ways[i].way), "%s", way);
		b->ways_n++;
	}
	b->ways[i].n++;
	b->ways[i].parts += parts;
	b->people++;
	return 0;
}

int64_t
broadcast_takes_ms(const struct broadcast *b, int64_t per_minute)
{
	return ((int64_t)b->people * MINUTE_MS + per_minute - 1) / per_minute;
}

/* ---- its life ---- */

enum broadcast_refusal
broadcast_confirm(struct broadcast *b, const char *by, int64_t people, int64_t now_ms, int64_t keep_ms)
{
	if (b->state != BROADCAST_DRAFT)
		return BROADCAST_NOT_DRAFT;
	if (now_ms - b->made_ms > keep_ms)
		return BROADCAST_OLD;
	if (b->people == 0)
		return BROADCAST_NOBODY;
	if (people != b->people)
		return BROADCAST_OTHER_NUMBER;
	b->state = BROADCAST_GOING;
	b->begun_ms = now_ms;
	snprintf(b->confirmed_by, sizeof(b->confirmed_by), "%s", by);
	return BROADCAST_OK;
}

enum broadcast_refusal
broadcast_cancel(struct broadcast *b, const char *by, int64_t now_ms)
{
	if (b->state != BROADCAST_DRAFT && b->state != BROADCAST_GOING)
		return BROADCAST_OVER;
	b->state = BROADCAST_CANCELLED;
	b->ended_ms = now_ms;
	snprintf(b->cancelled_by, sizeof(b->cancelled_by), "%s", by);
	return BROADCAST_OK;
}

int
broadcast_allow(const struct broadcast *b, int64_t now_ms, int64_t per_minute, int64_t window, int64_t waiting,
    int64_t urgent)
{
	/* The first may go at once; a clock that stood still earns nothing beyond the window. */
	int64_t earned = 1 + (now_ms - b->begun_ms) * per_minute / MINUTE_MS - b->next;
	int64_t room = window - waiting, left = b->people - b->next;

	if (b->state != BROADCAST_GOING || urgent > 0 || room <= 0 || earned <= 0)
		return 0;
	earned = earned < room ? earned : room;
	return (int)(earned < left ? earned : left);
}

void
broadcast_passed(struct broadcast *b, int n, int left_out, int64_t now_ms)
{
	b->next += n;
	b->left_out += left_out;
	if (b->next < b->people)
		return;
	b->state = BROADCAST_DONE;
	b->ended_ms = now_ms;
}

/* ---- as it lies in the store ---- */

void
broadcast_encode(struct buf *b, const struct broadcast *c)
{
	buf_addf(b, "{\"schema\":%d,\"st\":%d,\"to\":%d,\"v\":%" PRId64 ",\"made\":%" PRId64 ",\"begun\":%" PRId64
	    ",\"ended\":%" PRId64 ",\"drill\":%d,\"n\":%d,\"stop\":%d,\"next\":%d,\"out\":%d", SCHEMA, (int)c->state,
	    (int)c->to, c->version, c->made_ms, c->begun_ms, c->ended_ms, c->drill, c->people, c->stopped, c->next,
	    c->left_out);
	buf_add_pair(b, "id", c->id);
	buf_add_pair(b, "target", c->target);
	buf_add_pair(b, "by", c->by);
	buf_add_pair_if(b, "ok", c->confirmed_by);
	buf_add_pair_if(b, "no", c->cancelled_by);
	buf_adds(b, ",\"texts\":[");
	for (int i = 0; i < c->texts_n; i++) {
		buf_addf(b, "%s{\"l\":\"%s\"", i > 0 ? "," : "", c->texts[i].lang);
		buf_add_pair(b, "t", c->texts[i].text);
		buf_addc(b, '}');
	}
	buf_adds(b, "],\"ways\":[");
	for (int i = 0; i < c->ways_n; i++)
		buf_addf(b, "%s{\"w\":\"%s\",\"n\":%d,\"p\":%d}", i > 0 ? "," : "", c->ways[i].way, c->ways[i].n,
		    c->ways[i].parts);
	buf_adds(b, "]}");
}

static void
decode_lists(struct broadcast *c, const json_t *doc)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(doc, "texts"), i, row) {
		if (c->texts_n == BROADCAST_TEXTS)
			break;
		snprintf(c->texts[c->texts_n].lang, sizeof(c->texts[0].lang), "%s", text_of(row, "l"));
		c->texts[c->texts_n++].text = xstrdup(text_of(row, "t"));
	}
	json_array_foreach(json_object_get(doc, "ways"), i, row) {
		if (c->ways_n == BROADCAST_WAYS)
			break;
		snprintf(c->ways[c->ways_n].way, sizeof(c->ways[0].way), "%s", text_of(row, "w"));
		c->ways[c->ways_n].n = int_of(row, "n");
		c->ways[c->ways_n++].parts = int_of(row, "p");
	}
}

int
broadcast_decode(struct broadcast *c, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int state = int_of(doc, "st"), to = int_of(doc, "to"), rc = -1;

	memset(c, 0, sizeof(*c));
	if (int_of(doc, "schema") != SCHEMA || state < 0 || state > BROADCAST_CANCELLED || to < 0 || to > TO_OFFICERS)
		goto out;
	c->state = (enum broadcast_state)state;
	c->to = (enum broadcast_to)to;
	c->version = json_integer_value(json_object_get(doc, "v"));
	c->made_ms = json_integer_value(json_object_get(doc, "made"));
	c->begun_ms = json_integer_value(json_object_get(doc, "begun"));
	c->ended_ms = json_integer_value(json_object_get(doc, "ended"));
	c->drill = int_of(doc, "drill");
	c->people = int_of(doc, "n");
	c->stopped = int_of(doc, "stop");
	c->next = int_of(doc, "next");
	c->left_out = int_of(doc, "out");
	snprintf(c->id, sizeof(c->id), "%s", text_of(doc, "id"));
	snprintf(c->target, sizeof(c->target), "%s", text_of(doc, "target"));
	snprintf(c->by, sizeof(c->by), "%s", text_of(doc, "by"));
	snprintf(c->confirmed_by, sizeof(c->confirmed_by), "%s", text_of(doc, "ok"));
	snprintf(c->cancelled_by, sizeof(c->cancelled_by), "%s", text_of(doc, "no"));
	decode_lists(c, doc);
	rc = c->id[0] != '\0' && c->next >= 0 && c->next <= c->people ? 0 : -1;
out:
	json_decref(doc);
	if (rc != 0)
		broadcast_release(c);
	return rc;
}
