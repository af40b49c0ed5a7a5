#include "store/broadcast.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/commit.h"
#include "store/crowd.h"
#include "store/document.h"
#include "store/outbox.h"

#define SEAL_LABEL "siaran"
#define PURPOSE "siaran"
#define PART_PEOPLE 100		/* of the list, sealed together */
#define AT_ONCE CROWD_STEP	/* messages of one commit */
#define NO_ANSWER "penyimpanan tidak menjawab; coba lagi"
#define TRIES 5			/* of a commit that lost its race */
#define CALLED_BACK 1000	/* of the latest messages of one that is cancelled; the window is no wider */

/* ---- the list, in sealed parts ---- */

static void
seal_part(struct buf *hex, const struct store *st, const struct person *all, size_t n)
{
	struct buf plain = { 0 }, sealed = { 0 };
	struct seal_key key;

	buf_addc(&plain, '[');
	for (size_t i = 0; i < n; i++) {
		buf_addf(&plain, "%s{\"k\":\"%s\",\"w\":\"%s\",\"l\":\"%s\"", i > 0 ? "," : "", all[i].lookup, all[i].way,
		    all[i].lang);
		buf_add_pair(&plain, "to", all[i].to);
		buf_addc(&plain, '}');
	}
	buf_addc(&plain, ']');
	document_key(&key, st, SEAL_LABEL);
	seal_add(&sealed, &key, PURPOSE, plain.data, plain.len);
	buf_add_hex(hex, sealed.data, sealed.len);
	buf_wipe(&plain);
	buf_release(&sealed);
}

static int
open_part(struct store *st, const char *hex, size_t len, struct buf *plain)
{
	uint8_t *sealed = xmalloc(len / 2 + 1);
	struct seal_key key;
	int rc = -1;

	document_key(&key, st, SEAL_LABEL);
	if (len % 2 == 0 && hex_decode(sealed, hex, len) == 0)
		rc = seal_open(plain, &key, PURPOSE, sealed, len / 2);
	free(sealed);
	return rc;
}

/* Fills people from that index on, at most n of them, all of one part: how many; 0 unreadable, -1 no answer. */
static int
load_people(struct store *st, const char *id, int from, int n, struct person *out)
{
	struct buf key = { 0 }, plain = { 0 };
	redisReply *r;
	json_t *list = NULL;
	int got = -1;

	buf_add_key(&key, &st->keys, KEY_BROADCAST_PEOPLE, id, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b %d", key.data, key.len, from / PART_PEOPLE);
	if (r != NULL && r->type != REDIS_REPLY_ERROR) {
		got = 0;
		if (r->type == REDIS_REPLY_STRING && open_part(st, r->str, r->len, &plain) == 0)
			list = json_loadb(plain.data, plain.len, 0, NULL);
	}
	for (size_t i = (size_t)(from % PART_PEOPLE); i < json_array_size(list) && got < n; i++) {
		const json_t *row = json_array_get(list, i);
		const char *to = json_string_value(json_object_get(row, "to"));
		struct person *p = &out[got];

		memset(p, 0, sizeof(*p));
		snprintf(p->lookup, sizeof(p->lookup), "%s", json_string_value(json_object_get(row, "k")));
		snprintf(p->way, sizeof(p->way), "%s", json_string_value(json_object_get(row, "w")));
		snprintf(p->lang, sizeof(p->lang), "%s", json_string_value(json_object_get(row, "l")));
		p->to = xstrdup(to != NULL ? to : "");
		got++;
	}
	json_decref(list);
	freeReplyObject(r);
	buf_release(&key);
	buf_wipe(&plain);
	return got;
}

/* ---- as a document ---- */

int
broadcast_load(struct store *st, const char *id, struct broadcast *out)
{
	struct buf plain = { 0 };
	int64_t version = 0;
	int rc = document_load(st, KEY_BROADCAST, id, SEAL_LABEL, PURPOSE, &version, &plain);

	memset(out, 0, sizeof(*out));
	if (rc == 1)
		rc = broadcast_decode(out, plain.data, plain.len) == 0;
	if (rc == 1)
		out->version = version;
	buf_wipe(&plain);
	return rc;
}

#define INDEX_CHARS 48
static void
index_value(char out[INDEX_CHARS], enum broadcast_state state, int64_t at_ms)
{
	snprintf(out, INDEX_CHARS, "%d %" PRId64, (int)state, at_ms);
}

static int64_t
state_ms(const struct broadcast *b)
{
	return b->state == BROADCAST_DRAFT ? b->made_ms : b->state == BROADCAST_GOING ? b->begun_ms : b->ended_ms;
}

/* What goes with one version of it. */
struct step {
	const char *what, *who;
	const struct document_index *more; int more_n;
	const struct answer *says; int says_n;
	const char *const *cancels; int cancels_n;
};

/* Writes b as its next version; the entry says what of it. */
static enum commit_result
put(struct house *h, struct broadcast *b, const struct step *s, const char *note)
{
	struct commit_batch batch = { 0 };
	struct buf plain = { 0 }, sealed = { 0 };
	struct case_keys keys;
	struct seal_key key;
	char value[INDEX_CHARS];
	struct document d = { .key = KEY_BROADCAST, .part = b->id, .version = b->version, .what = s->what, .who = s->who,
	    .note = note, .index = { { KEY_BROADCASTS, NULL, 's', b->id, value } }, .index_n = 1, .more = s->more,
	    .more_n = s->more_n, .says = s->says, .says_n = s->says_n, .keys = &keys, .cancels = s->cancels,
	    .cancels_n = s->cancels_n };
	enum commit_result result;

	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &h->st.master, &keys.key);
	index_value(value, b->state, state_ms(b));
	broadcast_encode(&plain, b);
	document_key(&key, &h->st, SEAL_LABEL);
	seal_add(&sealed, &key, PURPOSE, plain.data, plain.len);
	d.data = sealed.data, d.len = sealed.len;
	commit_begin(&batch, h->store_ms);
	commit_add_document(&batch, &h->st, &d);
	commit_run(&batch, &h->st);
	result = batch.slots[0].result;
	b->version += result == COMMIT_OK;
	commit_release(&batch);
	memset(&keys, 0, sizeof(keys));
	buf_wipe(&plain);
	buf_release(&sealed);
	return result;
}

static void
draw_id(struct broadcast *b)
{
	struct code code;
	uint64_t random;

	random_bytes(&random, sizeof(random));
	code_make(&code, random & ((UINT64_C(1) << 35) - 1));
	snprintf(b->id, sizeof(b->id), "S%s", code.s);
}

/* ---- drawn up ---- */

struct drawing {
	struct house *h;
	struct broadcast b;
	struct crowd crowd;
	struct buf *hex;		/* the list, part by part */
	size_t parts, sealed;
	const char *why;
};

/* The draft and the list of all who get it, in one commit. */
static int
put_draft(struct drawing *d)
{
	struct document_index *more = xcalloc(d->parts + 1, sizeof(*more));
	char (*names)[24] = xcalloc(d->parts + 1, sizeof(*names));
	struct step s = { .what = "siaran-konsep", .who = d->b.by, .more = more, .more_n = (int)d->parts };
	enum commit_result result;

	for (size_t i = 0; i < d->parts; i++) {
		snprintf(names[i], sizeof(names[0]), "%zu", i);
		more[i] = (struct document_index){ KEY_BROADCAST_PEOPLE, d->b.id, 's', names[i], buf_str(&d->hex[i]) };
	}
	result = put(d->h, &d->b, &s, d->b.id);
	free(names);
	free(more);
	return result == COMMIT_OK ? 0 : -1;
}

static const char *
wrong_target(const struct house *h, const struct broadcast *b)
{
	const struct policy *p = h->policy;
	struct code code;

	if (b->texts_n == 0 || b->texts[0].text[0] == '\0')
		return "teksnya kosong; tulis dahulu apa yang disampaikan";
	for (int i = 0; i < b->texts_n; i++)
		if ((int64_t)strlen(b->texts[i].text) > h->set.broadcast_text_bytes)
			return "teksnya terlalu panjang; ringkaskan (broadcast.text)";
	if (b->to == TO_PLACE && place_find(p->places, b->target) == NULL)
		return "tempat itu tidak ada; pakai kode atau nama kecamatan atau desa";
	if (b->to == TO_INCIDENT && code_parse(&code, b->target, strlen(b->target)) != 0)
		return "itu bukan kode kasus; pakai kode kasus yang memimpin kejadiannya";
	if (b->to == TO_OFFICERS && unit_find(p->units, b->target) == NULL && place_find(p->places, b->target) == NULL)
		return "tidak ada unit atau tempat dengan kode itu";
	return NULL;
}

struct drawing *
drawing_new(struct house *h, struct broadcast *b, const char **why)
{
	struct drawing *d;

	*why = store_error(&h->st);
	if (house_refresh(h) != 0)
		return NULL;
	*why = wrong_target(h, b);
	if (*why != NULL)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->h = h;
	d->why = NO_ANSWER;
	if (crowd_begin(&d->crowd, h, b) != 0) {
		*why = d->why;
		drawing_free(d);
		return NULL;
	}
	d->b = *b;
	memset(b, 0, sizeof(*b));
	draw_id(&d->b);
	d->b.state = BROADCAST_DRAFT;
	d->b.made_ms = h->store_ms;
	return d;
}

static void
seal_next(struct drawing *d)
{
	size_t from = d->sealed * PART_PEOPLE, left = d->crowd.n - from;

	seal_part(&d->hex[d->sealed++], &d->h->st, d->crowd.all + from, left < PART_PEOPLE ? left : PART_PEOPLE);
}

int
drawing_step(struct drawing *d)
{
	int rc;

	if (d->crowd.phase != CROWD_DONE) {
		rc = crowd_step(&d->crowd, d->h, &d->b);
		if (d->crowd.over) {
			d->why = "penerimanya lebih dari broadcast.most; pilih wilayah yang lebih kecil";
			return -1;
		}
		if (rc != 0)
			return rc;
		d->parts = (d->crowd.n + PART_PEOPLE - 1) / PART_PEOPLE;
		d->hex = xcalloc(d->parts + 1, sizeof(*d->hex));
		return 1;
	}
	if (d->sealed < d->parts) {
		seal_next(d);
		return 1;
	}
	return house_refresh(d->h) == 0 ? put_draft(d) : -1;
}

const struct broadcast *drawing_of(const struct drawing *d) { return &d->b; }
const char *drawing_why(const struct drawing *d) { return d->why; }

enum crowd_phase
drawing_progress(const struct drawing *d, int64_t *done, int64_t *of)
{
	int sealing = d->crowd.phase == CROWD_DONE;

	*done = sealing ? (int64_t)d->sealed : d->crowd.done;
	*of = sealing ? (int64_t)d->parts : d->crowd.of;
	return d->crowd.phase;
}

void
drawing_free(struct drawing *d)
{
	if (d == NULL)
		return;
	crowd_release(&d->crowd);
	for (size_t i = 0; i < d->parts; i++)
		buf_release(&d->hex[i]);
	free(d->hex);
	broadcast_release(&d->b);
	free(d);
}

int
broadcast_draw_up(struct house *h, struct broadcast *b, const char **why)
{
	struct drawing *d = drawing_new(h, b, why);
	int rc = d != NULL ? 1 : -1;

	while (rc > 0)
		rc = drawing_step(d);
	if (rc == 0) {
		*b = d->b;
		memset(&d->b, 0, sizeof(d->b));
	} else if (d != NULL) {
		*why = d->why;
	}
	drawing_free(d);
	return rc;
}

static int
latest_first(const void *a, const void *b)
{
	const struct broadcast_entry *x = a, *y = b;

	return (x->at_ms < y->at_ms) - (x->at_ms > y->at_ms);
}

int
broadcasts_list(struct store *st, struct broadcast_entry **out, size_t *n)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	*out = NULL;
	*n = 0;
	buf_add_key(&key, &st->keys, KEY_BROADCASTS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		*out = xcalloc(r->elements / 2 + 1, sizeof(**out));
	}
	for (size_t i = 0; rc == 0 && i + 1 < r->elements; i += 2) {
		struct broadcast_entry *e = &(*out)[*n];
		int state;

		if (sscanf(r->element[i + 1]->str, "%d %" SCNd64, &state, &e->at_ms) != 2 || state < 0 ||
		    state > BROADCAST_CANCELLED)
			continue;
		snprintf(e->id, sizeof(e->id), "%s", r->element[i]->str);
		e->state = (enum broadcast_state)state;
		++*n;
	}
	if (*n > 0)
		qsort(*out, *n, sizeof(**out), latest_first);
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/* ---- what people do with it ---- */

static void
text_note(struct buf *note, const struct broadcast *b)
{
	buf_addf(note, "%s %s %s: %d orang, %d bagian SMS%s", b->id, broadcast_to_name(b->to), b->target, b->people,
	    broadcast_parts(b), b->drill ? ", LATIHAN" : "");
	for (int i = 0; i < b->texts_n; i++)
		buf_addf(note, " [%s] %s", b->texts[i].lang, b->texts[i].text);
}

/* Those that may still wait: never more than its window are on their way, the others wait for another try. */
static int
waiting_ids(const struct broadcast *b, char (*ids)[OUTBOX_ID_CHARS], const char **list)
{
	int n = 0;

	for (int i = b->next - 1; i >= 0 && n < CALLED_BACK; i--, n++) {
		snprintf(ids[n], OUTBOX_ID_CHARS, "siar.%s.%d", b->id, i);
		list[n] = ids[n];
	}
	return n;
}

/* One change of somebody's, again while the sender is faster. */
static int
change(struct house *h, const char *id, const char *by, int64_t people, int begins, const char **why)
{
	char (*ids)[OUTBOX_ID_CHARS] = xcalloc(CALLED_BACK, sizeof(*ids));
	const char **list = xcalloc(CALLED_BACK, sizeof(*list));
	enum commit_result result = COMMIT_CONFLICT;

	for (int try = 0; try < TRIES && result == COMMIT_CONFLICT; try++) {
		struct step s = { .what = begins ? "siaran" : "siaran-batal", .who = by };
		struct broadcast b;
		struct buf note = { 0 };
		enum broadcast_refusal refusal;
		int rc;

		*why = NO_ANSWER;
		result = COMMIT_UNKNOWN;
		if (house_refresh(h) != 0 || (rc = broadcast_load(&h->st, id, &b)) < 0)
			break;
		if (rc == 0) {
			*why = "tidak ada siaran dengan nomor itu";
			break;
		}
		refusal = begins ? broadcast_confirm(&b, by, people, h->store_ms, h->set.broadcast_draft_ms) :
		    broadcast_cancel(&b, by, h->store_ms);
		*why = broadcast_refusal_text(refusal);
		if (refusal == BROADCAST_OK) {
			if (!begins) {
				s.cancels_n = waiting_ids(&b, ids, list);
				s.cancels = list;
			}
			text_note(&note, &b);
			result = put(h, &b, &s, buf_str(&note));
			*why = result == COMMIT_OK ? "" : NO_ANSWER;
		}
		broadcast_release(&b);
		buf_release(&note);
	}
	free(list);
	free(ids);
	return result == COMMIT_OK ? 0 : -1;
}

int
broadcast_begin(struct house *h, const char *id, const char *by, int64_t people, const char **why)
{
	return change(h, id, by, people, 1, why);
}

int
broadcast_stop(struct house *h, const char *id, const char *by, const char **why)
{
	return change(h, id, by, 0, 0, why);
}

/* ---- on its way ---- */

/*
 * What stands in the lines of its ways and may go now, or is on its way; -1 no answer.  What waits for its
 * next try, to a telephone that is switched off, is overtaken by nobody and keeps nobody waiting.
 */
static int
lines_of(struct house *h, const struct broadcast *b, int64_t *waiting, int64_t *urgent)
{
	struct store *st = &h->st;

	static const char lanes[] = "en";

	*waiting = *urgent = 0;
	for (int i = 0; i < b->ways_n; i++)
		for (int l = 0; lanes[l] != '\0'; l++) {
			char line[48];
			struct buf key = { 0 };
			redisReply *r;

			outbox_list(line, b->ways[i].way, lanes[l] == 'e', 0);
			buf_add_key(&key, &st->keys, KEY_OUT, line, NULL);
			r = redis_pipe_command(st->pipe, "ZCOUNT %b -inf %lld", key.data, key.len,
			    (long long)(h->store_ms + h->set.notify_lease_ms));
			buf_release(&key);
			if (r == NULL || r->type != REDIS_REPLY_INTEGER) {
				freeReplyObject(r);
				return -1;
			}
			*waiting += r->integer;
			*urgent += lanes[l] == 'e' ? r->integer : 0;
			freeReplyObject(r);
		}
	return 0;
}

static void
compose(struct answer *a, struct buf *text, const struct house *h, const struct broadcast *b, const struct person *p,
    int index)
{
	buf_add_broadcast_text(text, b, p->lang);
	*a = (struct answer){ .kind = "siaran", .route = p->way, .to = p->to, .text = text, .text_lang = p->lang,
	    .latihan = b->drill, .not_after_ms = h->store_ms + h->policy->message_life_ms };
	snprintf(a->id, sizeof(a->id), "siar.%s.%d", b->id, index);
}

enum { UNREADABLE = -2 };

/* The next n of them, in one commit with the place it has come to.  How many messages; UNREADABLE, -1 come again. */
static int
pass_on(struct house *h, struct broadcast *b, int n)
{
	struct person people[AT_ONCE];
	struct answer says[AT_ONCE];
	struct buf texts[AT_ONCE];
	char stopped[AT_ONCE];
	struct buf note = { 0 };
	struct step s = { .what = "siaran-kirim", .who = h->st.name, .says = says };
	int got = load_people(&h->st, b->id, b->next, n < AT_ONCE ? n : AT_ONCE, people), rc = -1, from = b->next;

	memset(texts, 0, sizeof(texts));
	if (got <= 0)
		return got == 0 ? UNREADABLE : -1;
	if (people_stopped(&h->st, people, (size_t)got, stopped) != 0)
		goto out;
	for (int i = 0; i < got; i++)
		if (!stopped[i]) {
			compose(&says[s.says_n], &texts[i], h, b, &people[i], from + i);
			s.says_n++;
		}
	broadcast_passed(b, got, got - s.says_n, h->store_ms);
	buf_addf(&note, "%s: %d dari %d", b->id, b->next, b->people);
	FAULT_POINT("before_broadcast");
	rc = put(h, b, &s, buf_str(&note)) == COMMIT_OK ? s.says_n : -1;
	FAULT_POINT("after_broadcast");
out:
	for (int i = 0; i < got; i++) {
		buf_wipe(&texts[i]);
		person_release(&people[i]);
	}
	buf_release(&note);
	return rc;
}

/* 0, UNREADABLE, -1 come again. */
static int
go_on(struct house *h, const char *id, int *sent)
{
	int64_t waiting, urgent;
	struct broadcast b;
	int rc = broadcast_load(&h->st, id, &b), n;

	if (rc != 1)
		return rc == 0 ? UNREADABLE : -1;
	rc = lines_of(h, &b, &waiting, &urgent);
	n = rc == 0 ? broadcast_allow(&b, h->store_ms, h->set.broadcast_per_minute, h->set.broadcast_window, waiting,
	    urgent) : 0;
	if (n > 0) {
		rc = pass_on(h, &b, n);
		*sent += rc > 0 ? rc : 0;
		if (b.state == BROADCAST_DONE && rc >= 0)
			log_info("broadcast_done", "id=%s people=%d left_out=%d", b.id, b.people, b.left_out);
	}
	broadcast_release(&b);
	return rc < 0 ? rc : 0;
}

void
broadcasts_stuck_release(struct broadcasts_stuck *s)
{
	free(s->ids);
	memset(s, 0, sizeof(*s));
}

static int
is_stuck(const struct broadcasts_stuck *s, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->ids[i], id) == 0)
			return 1;
	return 0;
}

/* Left alone from now on: those behind it go on, and somebody hears of it once. */
static void
leave_stuck(struct house *h, struct broadcasts_stuck *s, const char *id)
{
	struct buf detail = { 0 };

	s->ids = xrealloc(s->ids, (s->n + 1) * sizeof(*s->ids));
	snprintf(s->ids[s->n++], sizeof(s->ids[0]), "%s", id);
	buf_addf(&detail, "siaran %s berhenti: daftar penerimanya tidak terbaca; batalkan dan susun lagi, atau pulihkan "
	    "kunci DIR/secrets/data lalu mulai ulang sla", id);
	house_alarm(h, "siaran", id, buf_str(&detail));
	buf_release(&detail);
}

int
broadcast_forget(struct store *st, const struct broadcast_entry *seen)
{
	const char *id = seen->id;
	char value[INDEX_CHARS];
	struct document d = { .key = KEY_META, .version = -1, .what = "siaran-lepas", .who = st->name, .note = id,
	    .index = { { KEY_BROADCASTS, NULL, '=', id, value }, { KEY_BROADCASTS, NULL, 'd', id, "" } },
	    .index_n = 2 + DOCUMENT_FIELDS };
	struct document_index *more = NULL;
	struct commit_batch b = { 0 };
	struct buf key = { 0 };
	redisReply *parts;
	int rc = -1;

	index_value(value, seen->state, seen->at_ms);
	document_gone(&d.index[2], KEY_BROADCAST, id);
	buf_add_key(&key, &st->keys, KEY_BROADCAST_PEOPLE, id, NULL);
	parts = redis_pipe_command(st->pipe, "HKEYS %b", key.data, key.len);
	if (parts != NULL && parts->type == REDIS_REPLY_ARRAY) {
		d.more = more = xcalloc(parts->elements + 1, sizeof(*more));
		for (; (size_t)d.more_n < parts->elements; d.more_n++)
			more[d.more_n] = (struct document_index){ KEY_BROADCAST_PEOPLE, id, 'd', parts->element[d.more_n]->str, "" };
		commit_begin(&b, store_now_ms(st));
		commit_add_document(&b, st, &d);
		commit_run(&b, st);
		rc = b.slots[0].result == COMMIT_OK ? 1 : b.slots[0].result == COMMIT_CONFLICT ? 0 : -1;
		commit_release(&b);
	}
	free(more);
	freeReplyObject(parts);
	buf_release(&key);
	return rc;
}

int
broadcasts_step(struct house *h, struct broadcasts_stuck *stuck, int *sent)
{
	struct broadcast_entry *all;
	size_t n;
	int rc = broadcasts_list(&h->st, &all, &n);

	*sent = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t keep = all[i].state == BROADCAST_DRAFT ? h->set.broadcast_draft_ms : h->set.broadcast_keep_ms;
		int done;

		if (all[i].state == BROADCAST_GOING && !is_stuck(stuck, all[i].id)) {
			done = go_on(h, all[i].id, sent);
			if (done == UNREADABLE)
				leave_stuck(h, stuck, all[i].id);
			rc = done == -1 ? -1 : rc;
		} else if (all[i].at_ms + keep <= h->store_ms && broadcast_forget(&h->st, &all[i]) < 0) {
			rc = -1;
		}
	}
	free(all);
	return rc;
}

/* ---- STOP ---- */

int
number_stops(struct house *h, const char *lookup, const struct input_id *input)
{
	struct commit_batch b = { 0 };
	/* once: who says it again, or has it said by others, adds nothing */
	struct document d = { .key = KEY_META, .version = -1, .what = "berhenti", .who = "warga", .input = input,
	    .index = { { KEY_STOPPED, NULL, '=', lookup, "0" }, { KEY_STOPPED, NULL, 't', lookup, "" } }, .index_n = 2 };
	int rc;

	commit_begin(&b, store_now_ms(&h->st));
	commit_add_document(&b, &h->st, &d);
	commit_run(&b, &h->st);
	rc = b.slots[0].result == COMMIT_OK || b.slots[0].result == COMMIT_CONFLICT ||
	    b.slots[0].result == COMMIT_ALREADY ? 0 : -1;
	commit_release(&b);
	return rc;
}

/* Whether anybody of ours has that number: with an open case, a subscription, or an office; -1 no answer. */
static int
is_known(struct store *st, const char *lookup)
{
	struct buf key = { 0 };
	redisReply *r;
	long long n = -1;

	buf_add_key(&key, &st->keys, KEY_REPORTER, lookup, NULL);
	buf_addc(&key, ' ');
	buf_add_key(&key, &st->keys, KEY_SUBSCRIBER, lookup, NULL);
	r = redis_pipe_command(st->pipe, "EXISTS %b %s", key.data, strcspn(buf_str(&key), " "),
	    strchr(buf_str(&key), ' ') + 1);
	if (r != NULL && r->type == REDIS_REPLY_INTEGER)
		n = r->integer;
	freeReplyObject(r);
	if (n == 0) {
		buf_reset(&key);
		buf_add_key(&key, &st->keys, KEY_PHONES, NULL, NULL);
		r = redis_pipe_command(st->pipe, "HEXISTS %b %s", key.data, key.len, lookup);
		n = r != NULL && r->type == REDIS_REPLY_INTEGER ? r->integer : -1;
		freeReplyObject(r);
	}
	buf_release(&key);
	return n < 0 ? -1 : n > 0;
}

int
stops_sweep(struct house *h, unsigned long long *cursor)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &h->st.keys, KEY_STOPPED, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HSCAN %b %llu COUNT %d", key.data, key.len, *cursor, AT_ONCE);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
		const redisReply *all = r->element[1];

		rc = 0;
		*cursor = strtoull(r->element[0]->str, NULL, 10);
		for (size_t i = 0; rc == 0 && i + 1 < all->elements; i += 2) {
			const char *lookup = all->element[i]->str;
			int known;

			if (strtoll(all->element[i + 1]->str, NULL, 10) + h->set.broadcast_stops_ms > h->store_ms)
				continue;
			known = is_known(&h->st, lookup);
			if (known == 0)
				freeReplyObject(redis_pipe_command(h->st.pipe, "HDEL %b %s", key.data, key.len, lookup));
			rc = known < 0 ? -1 : 0;
		}
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}
