#include "store/subscribe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/incident.h"
#include "core/message.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/document.h"
#include "store/incident.h"

#define SEAL_LABEL "langganan"
#define PURPOSE "subscriber"
#define STOPPED "henti"		/* the list of those who stopped; no place is called so */
#define AT_ONCE 20		/* messages of one commit */
#define PLACES_MOST 64		/* desa of one incident whose subscribers are told */
#define VOICES_LEAST 2		/* one report is no incident yet */

/* ---- one of them ---- */

static void
encode(struct buf *b, const struct subscriber *s)
{
	buf_adds(b, "{\"schema\":1");
	buf_add_pair(b, "telepon", s->phone);
	buf_add_pair(b, "bahasa", s->lang);
	buf_addf(b, ",\"henti_ms\":%" PRId64 ",\"desa\":[", s->stopped_ms);
	for (int i = 0; i < s->places_n; i++)
		buf_addf(b, "%s\"%s\"", i > 0 ? "," : "", s->places[i]);
	buf_adds(b, "]}");
}

static void
set_text(char *out, size_t size, const json_t *text)
{
	const char *s = json_string_value(text);

	snprintf(out, size, "%s", s != NULL ? s : "");
}

static int
decode(struct subscriber *s, const struct buf *plain)
{
	json_t *doc = json_loadb(plain->data, plain->len, 0, NULL);
	const json_t *places = json_object_get(doc, "desa"), *place;
	size_t i;

	memset(s, 0, sizeof(*s));
	set_text(s->phone, sizeof(s->phone), json_object_get(doc, "telepon"));
	set_text(s->lang, sizeof(s->lang), json_object_get(doc, "bahasa"));
	s->stopped_ms = json_integer_value(json_object_get(doc, "henti_ms"));
	json_array_foreach(places, i, place)
		if (s->places_n < SUBSCRIBED_MOST)
			set_text(s->places[s->places_n++], PLACE_CODE_CHARS, place);
	json_decref(doc);
	return s->phone[0] != '\0' ? 0 : -1;
}

int
subscriber_load(struct store *st, const char *lookup, struct subscriber *out)
{
	struct buf plain = { 0 };
	int64_t version = 0;
	int rc = document_load(st, KEY_SUBSCRIBER, lookup, SEAL_LABEL, PURPOSE, &version, &plain);

	memset(out, 0, sizeof(*out));
	if (rc == 1)
		rc = decode(out, &plain) == 0;
	out->version = version;
	buf_wipe(&plain);
	return rc;
}

int
subscriber_add(struct subscriber *s, const char *place, int64_t most)
{
	if (s->stopped_ms != 0)
		s->places_n = 0;
	s->stopped_ms = 0;
	for (int i = 0; i < s->places_n; i++)
		if (strcmp(s->places[i], place) == 0)
			return 0;
	if (s->places_n >= most || s->places_n == SUBSCRIBED_MOST)
		return -1;
	snprintf(s->places[s->places_n++], PLACE_CODE_CHARS, "%s", place);
	return 1;
}

enum commit_result
subscriber_put(struct house *h, const char *lookup, const struct subscriber *s, const struct input_id *input)
{
	struct document_index lists[SUBSCRIBED_MOST + 2];
	struct commit_batch b = { 0 };
	struct buf plain = { 0 }, sealed = { 0 };
	struct seal_key key;
	char since[24];
	struct document d = { .key = KEY_SUBSCRIBER, .part = lookup, .version = s->version, .input = input,
	    .what = "langganan", .who = "warga", .note = s->stopped_ms != 0 ? "berhenti" : "mulai", .more = lists };
	enum commit_result result;

	snprintf(since, sizeof(since), "%" PRId64, h->store_ms);
	for (int i = 0; i < s->places_n; i++)
		lists[d.more_n++] = (struct document_index){ KEY_SUBSCRIBERS, s->places[i],
		    s->stopped_ms != 0 ? 'd' : 's', lookup, since };
	lists[d.more_n++] = (struct document_index){ KEY_SUBSCRIBERS, STOPPED, s->stopped_ms != 0 ? 's' : 'd', lookup, since };
	if (s->stopped_ms == 0)		/* who begins again may be told again */
		lists[d.more_n++] = (struct document_index){ KEY_STOPPED, NULL, 'd', lookup, "" };
	document_key(&key, &h->st, SEAL_LABEL);
	encode(&plain, s);
	seal_add(&sealed, &key, PURPOSE, plain.data, plain.len);
	d.data = sealed.data, d.len = sealed.len;
	commit_begin(&b, h->store_ms);
	commit_add_document(&b, &h->st, &d);
	commit_run(&b, &h->st);
	result = b.slots[0].result;
	commit_release(&b);
	buf_wipe(&plain);
	buf_release(&sealed);
	return result;
}

int
subscriber_stop(struct house *h, const char *lookup, const struct input_id *input)
{
	struct subscriber s;
	enum commit_result result;
	int rc = subscriber_load(&h->st, lookup, &s);

	if (rc != 1 || s.stopped_ms != 0)
		return rc < 0 ? -1 : 0;
	s.stopped_ms = h->store_ms;
	result = subscriber_put(h, lookup, &s, input);
	return result == COMMIT_OK || result == COMMIT_ALREADY ? 0 : -1;
}

/* ---- lists ---- */

struct listed { char lookup[LOOKUP_CHARS + 1]; char value[24]; };

static int
list_load(struct store *st, enum key_id id, const char *part, struct listed **out, size_t *n)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	*out = NULL;
	*n = 0;
	buf_add_key(&key, &st->keys, id, part, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		*out = xcalloc(r->elements / 2 + 1, sizeof(**out));
		for (size_t i = 0; i + 1 < r->elements; i += 2, ++*n) {
			snprintf((*out)[*n].lookup, sizeof((*out)[*n].lookup), "%s", r->element[i]->str);
			snprintf((*out)[*n].value, sizeof((*out)[*n].value), "%s", r->element[i + 1]->str);
		}
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/* ---- telling ---- */

#define BEGAN "kejadian"
#define OVER "surut"

struct telling {
	struct house *h;
	const struct case_record *lead;
	const char *what;		/* BEGAN or OVER */
	struct listed *told; size_t told_n;
	int most, *count;
	struct answer says[AT_ONCE];
	struct subscriber who[AT_ONCE];
	struct buf texts[AT_ONCE];
	char lookups[AT_ONCE][LOOKUP_CHARS + 1];
	int n;
};

static int
commit_told(struct telling *t)
{
	struct document_index noted[AT_ONCE];
	struct commit_batch b = { 0 };
	struct case_keys keys;
	char note[64];
	struct document d = { .key = KEY_NOTICED, .part = t->lead->code.s, .version = -1, .what = "langganan",
	    .who = t->h->st.name, .note = note, .says = t->says, .says_n = t->n, .keys = &keys, .more = noted,
	    .more_n = t->n };
	int rc;

	if (t->n == 0)
		return 0;
	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &t->h->st.master, &keys.key);
	snprintf(note, sizeof(note), "%s %s: %d", t->lead->code.s, t->what, t->n);
	for (int i = 0; i < t->n; i++)
		noted[i] = (struct document_index){ KEY_NOTICED, t->lead->code.s, 's', t->lookups[i], t->what };
	commit_begin(&b, t->h->store_ms);
	commit_add_document(&b, &t->h->st, &d);
	rc = commit_run(&b, &t->h->st) == 1 ? 0 : -1;
	commit_release(&b);
	*t->count += rc == 0 ? t->n : 0;
	for (int i = 0; i < t->n; i++)
		buf_wipe(&t->texts[i]);
	t->n = 0;
	return rc;
}

static const char *
told_what(const struct telling *t, const char *lookup)
{
	for (size_t i = 0; i < t->told_n; i++)
		if (strcmp(t->told[i].lookup, lookup) == 0)
			return t->told[i].value;
	for (int i = 0; i < t->n; i++)
		if (strcmp(t->lookups[i], lookup) == 0)
			return t->what;
	return "";
}

/* Where there is no such text (a version from before it) nobody is told. */
static int
compose(struct telling *t, const struct subscriber *s, struct buf *text)
{
	const struct policy *p = t->h->policy;
	const struct category *k = category_find(p->catalogue, t->lead->category);
	const struct place *at = place_find(p->places, t->lead->place);
	struct buf place = { 0 };
	int rc;

	if (at != NULL)
		buf_add_place(&place, at);
	{
		const struct template_value v[] = { { "kategori", k != NULL ? k->shortname : "" }, { "tempat", buf_str(&place) } };

		rc = message_answer(p, s->lang, strcmp(t->what, BEGAN) == 0 ? "langgan-kejadian" : "langgan-surut", NULL,
		    t->h->store_ms, v, N_ELEMS(v), text);
	}
	buf_release(&place);
	return rc;
}

/* 0 told, or not to be; 1 enough for now; -1 no answer. */
static int
tell_one(struct telling *t, const char *lookup)
{
	struct subscriber *s = &t->who[t->n];
	int rc;

	if (*t->count + t->n >= t->most)
		return 1;
	rc = subscriber_load(&t->h->st, lookup, s);
	if (rc < 0)
		return -1;
	if (rc == 0 || s->stopped_ms != 0 || compose(t, s, &t->texts[t->n]) != 0)
		return 0;
	snprintf(t->lookups[t->n], sizeof(t->lookups[0]), "%s", lookup);
	t->says[t->n] = (struct answer){ .kind = strcmp(t->what, BEGAN) == 0 ? "langgan-kejadian" : "langgan-surut",
	    .route = "sms", .to = s->phone, .text = &t->texts[t->n], .text_lang = s->lang,
	    .not_after_ms = t->h->store_ms + t->h->policy->message_life_ms };
	/* The same message whoever makes it: the store takes it once. */
	snprintf(t->says[t->n].id, sizeof(t->says[0].id), "%s.%s.%.16s", t->lead->code.s, t->what, lookup);
	t->n++;
	return t->n == AT_ONCE ? commit_told(t) : 0;
}

static int
tell_place(struct telling *t, const char *place)
{
	struct listed *all;
	size_t n;
	int rc = list_load(&t->h->st, KEY_SUBSCRIBERS, place, &all, &n);

	for (size_t i = 0; i < n && rc == 0; i++)
		if (told_what(t, all[i].lookup)[0] == '\0')
			rc = tell_one(t, all[i].lookup);
	free(all);
	return rc;
}

/* The desa that the lead and its members name, each once. */
static size_t
places_of(const struct case_record *lead, const struct member *m, size_t n, char out[PLACES_MOST][PLACE_CODE_CHARS])
{
	size_t places = 1;

	snprintf(out[0], PLACE_CODE_CHARS, "%s", lead->place);
	for (size_t i = 0; i < n && places < PLACES_MOST; i++) {
		size_t k = 0;

		while (k < places && strcmp(out[k], m[i].place) != 0)
			k++;
		if (k == places && !m[i].waits && m[i].place[0] != '\0')
			memcpy(out[places++], m[i].place, PLACE_CODE_CHARS);
	}
	return places;
}

static int
tell_of_beginning(struct telling *t)
{
	char places[PLACES_MOST][PLACE_CODE_CHARS];
	struct member *m;
	size_t n, places_n;
	int rc = members_load(&t->h->st, t->lead->code.s, &m, &n);

	places_n = places_of(t->lead, m, n, places);
	for (size_t i = 0; i < places_n && rc == 0; i++)
		rc = tell_place(t, places[i]);
	free(m);
	return rc;
}

/* Who was told that it began is told that it is over, and nobody else. */
static int
tell_of_end(struct telling *t)
{
	int rc = 0;

	for (size_t i = 0; i < t->told_n && rc == 0; i++)
		if (strcmp(t->told[i].value, BEGAN) == 0)
			rc = tell_one(t, t->told[i].lookup);
	return rc;
}

/* Of a withdrawn or rejected one there was nothing; it is over all the same. */
static int
tell_of(struct house *h, const struct case_record *lead, int most, int *count)
{
	struct telling *t = xcalloc(1, sizeof(*t));
	int over = lead->state == CASE_SELESAI || lead->state == CASE_DITUTUP, rc;

	*t = (struct telling){ .h = h, .lead = lead, .what = over ? OVER : BEGAN, .most = most, .count = count };
	rc = list_load(&h->st, KEY_NOTICED, lead->code.s, &t->told, &t->told_n);
	if (rc == 0)
		rc = over ? tell_of_end(t) : tell_of_beginning(t);
	if (commit_told(t) != 0)
		rc = -1;
	free(t->told);
	free(t);
	return rc;
}

int
subscribers_tell(struct house *h, int most, int *told)
{
	struct code *leads;
	size_t n;
	int rc = crowds_load(&h->st, &leads, &n);

	*told = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct stored_case s;

		if (cases_load(&h->st, &leads[i], 1, &s) != 0) {
			rc = -1;
			break;
		}
		if (s.readable && s.version > 0 && !s.c.sealed && !s.c.latihan && s.c.voices >= VOICES_LEAST &&
		    incident_kind_of(h->policy, s.c.incident) != NULL)
			rc = tell_of(h, &s.c, most, told);
		stored_case_release(&s);
	}
	free(leads);
	return rc;
}

/* ---- forgetting ---- */

static void
drop_key(struct store *st, enum key_id id, const char *part, const char *field)
{
	struct buf key = { 0 };

	buf_add_key(&key, &st->keys, id, part, NULL);
	if (field != NULL)
		freeReplyObject(redis_pipe_command(st->pipe, "HDEL %b %s", key.data, key.len, field));
	else
		freeReplyObject(redis_pipe_command(st->pipe, "DEL %b", key.data, key.len));
	buf_release(&key);
}

int
subscribers_sweep(struct house *h)
{
	struct listed *all;
	size_t n;
	int rc = list_load(&h->st, KEY_SUBSCRIBERS, STOPPED, &all, &n);

	for (size_t i = 0; i < n; i++)
		if (strtoll(all[i].value, NULL, 10) + h->set.subscribe_forget_ms <= h->store_ms) {
			drop_key(&h->st, KEY_SUBSCRIBER, all[i].lookup, NULL);
			drop_key(&h->st, KEY_SUBSCRIBERS, STOPPED, all[i].lookup);
		}
	free(all);
	return rc;
}
