#include "store/drill.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/apply.h"
#include "store/cases.h"
#include "store/commit.h"
#include "store/document.h"
#include "store/logbook.h"

#define SEAL_LABEL "latihan"
#define NOW_FIELD "kini"	/* of KEY_DRILLS: the one that goes on */
#define ENDING_FIELD "usai"	/* the one whose cases are being closed */
#define GRACE_MS MINUTE_MS	/* what its player sent last is in a lane by then */
#define ENTRIES 1000		/* of the log, read at once */
#define AT_ONCE 100
#define TRIES 5
#define OVER_KIND "latihan-usai"

/* ---- read ---- */

int
drill_load(struct store *st, const char *id, struct drill *out)
{
	struct buf plain = { 0 };
	int64_t version = 0;
	int rc = document_load(st, KEY_DRILL, id, SEAL_LABEL, SEAL_LABEL, &version, &plain);

	memset(out, 0, sizeof(*out));
	if (rc == 1)
		rc = drill_decode(out, buf_str(&plain), plain.len) == 0;
	out->version = version;
	buf_release(&plain);
	return rc;
}

/* The drill that a field of the list names: 1, 0 none, -1 no answer. */
static int
load_named(struct store *st, const char *field, struct drill *out)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	buf_add_key(&key, &st->keys, KEY_DRILLS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b %s", key.data, key.len, field);
	if (r != NULL && r->type == REDIS_REPLY_NIL)
		rc = 0;
	else if (r != NULL && r->type == REDIS_REPLY_STRING)
		rc = drill_load(st, r->str, out);
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

int
drill_now(struct store *st, struct drill *out)
{
	return load_named(st, NOW_FIELD, out);
}

static int
latest_first(const void *a, const void *b)
{
	const struct drill_entry *x = a, *y = b;

	return (x->begun_ms < y->begun_ms) - (x->begun_ms > y->begun_ms);
}

int
drills_list(struct store *st, struct drill_entry **out, size_t *n)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	*out = NULL;
	*n = 0;
	buf_add_key(&key, &st->keys, KEY_DRILLS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		*out = xcalloc(r->elements / 2 + 1, sizeof(**out));
	}
	for (size_t i = 0; rc == 0 && i + 1 < r->elements; i += 2) {
		if (strcmp(r->element[i]->str, NOW_FIELD) == 0 || strcmp(r->element[i]->str, ENDING_FIELD) == 0)
			continue;
		snprintf((*out)[*n].id, sizeof((*out)[0].id), "%s", r->element[i]->str);
		(*out)[(*n)++].begun_ms = strtoll(r->element[i + 1]->str, NULL, 10);
	}
	if (*n > 0)
		qsort(*out, *n, sizeof(**out), latest_first);
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/* ---- begun and ended ---- */

static enum commit_result
put(struct house *h, struct drill *d, const char *what, const char *who, const struct document_index *more, int more_n)
{
	struct commit_batch b = { 0 };
	struct buf plain = { 0 }, sealed = { 0 }, note = { 0 };
	struct seal_key key;
	struct document doc = { .key = KEY_DRILL, .part = d->id, .version = d->version, .what = what, .who = who,
	    .more = more, .more_n = more_n };
	enum commit_result result;

	drill_encode(&plain, d);
	document_key(&key, &h->st, SEAL_LABEL);
	seal_add(&sealed, &key, SEAL_LABEL, plain.data, plain.len);
	buf_addf(&note, "%s %s", d->id, d->name);
	doc.data = sealed.data, doc.len = sealed.len;
	doc.note = buf_str(&note);
	commit_begin(&b, h->store_ms);
	commit_add_document(&b, &h->st, &doc);
	commit_run(&b, &h->st);
	result = b.slots[0].result;
	commit_release(&b);
	buf_release(&plain);
	buf_release(&sealed);
	buf_release(&note);
	return result;
}

static void
draw_id(struct drill *d)
{
	struct code code;
	uint64_t random;

	random_bytes(&random, sizeof(random));
	code_make(&code, random & ((UINT64_C(1) << 35) - 1));
	snprintf(d->id, sizeof(d->id), "L%s", code.s);
}

int
drill_begin(struct house *h, struct drill *d, const char **why)
{
	char begun[24];
	struct document_index more[] = { { KEY_DRILLS, NULL, '=', NOW_FIELD, "0" }, { KEY_DRILLS, NULL, '=', ENDING_FIELD, "0" },
	    { KEY_DRILLS, NULL, 's', NOW_FIELD, d->id }, { KEY_DRILLS, NULL, 's', d->id, begun } };
	enum commit_result result;

	*why = "penyimpanan tidak menjawab; coba lagi";
	if (house_refresh(h) != 0 || (d->from_seq = logbook_last_seq(&h->st)) < 0)
		return -1;
	*why = drill_wrong(d, h->store_ms);
	if (*why != NULL)
		return -1;
	draw_id(d);
	d->begun_ms = h->store_ms;
	snprintf(begun, sizeof(begun), "%" PRId64, d->begun_ms);
	result = put(h, d, "latihan-mulai", d->by, more, N_ELEMS(more));
	*why = result == COMMIT_CONFLICT ? "latihan lain masih berjalan atau baru diakhiri; tunggu sampai kasusnya tertutup" :
	    "penyimpanan tidak menjawab; coba lagi";
	d->version += result == COMMIT_OK;
	return result == COMMIT_OK ? 0 : -1;
}

int
drill_end(struct house *h, const char *id, const char *by, const char **why)
{
	enum commit_result result = COMMIT_CONFLICT;

	for (int try = 0; try < TRIES && result == COMMIT_CONFLICT; try++) {
		struct drill d;
		struct document_index more[] = { { KEY_DRILLS, NULL, 'D', NOW_FIELD, d.id },
		    { KEY_DRILLS, NULL, 's', ENDING_FIELD, d.id } };
		int rc;

		*why = "penyimpanan tidak menjawab; coba lagi";
		if (house_refresh(h) != 0 || (rc = drill_now(&h->st, &d)) < 0)
			return -1;
		if (rc == 0) {
			*why = "tidak ada latihan yang sedang berjalan";
			return -1;
		}
		if (strcmp(d.id, id) != 0) {
			*why = "latihan itu sudah berakhir; yang berjalan sekarang latihan lain";
			return -1;
		}
		d.ended_ms = h->store_ms;
		d.to_seq = logbook_last_seq(&h->st);
		snprintf(d.ended_by, sizeof(d.ended_by), "%s", by);
		result = put(h, &d, OVER_KIND, by, more, N_ELEMS(more));
	}
	return result == COMMIT_OK ? 0 : -1;
}

/* ---- its cases ---- */

/* Openings that carry the mark, by their bytes. */
static int
on_entry(const struct log_line *line, void *arg)
{
	static const char marked[] = "\"latihan\":true", first[] = "\"v\":1,", code[] = "\"code\":\"";
	struct drill_found *f = arg;
	const char *at;

	f->seq = line->seq > f->seq ? line->seq : f->seq;
	if (memmem(line->entry, line->len, marked, sizeof(marked) - 1) == NULL ||
	    memmem(line->entry, line->len, first, sizeof(first) - 1) == NULL ||
	    (at = memmem(line->entry, line->len, code, sizeof(code) - 1)) == NULL)
		return 0;
	if (f->n == f->cap) {
		f->cap = f->cap == 0 ? 64 : 2 * f->cap;
		f->codes = xrealloc(f->codes, f->cap * sizeof(*f->codes));
	}
	at += sizeof(code) - 1;
	if (at + CODE_CHARS <= line->entry + line->len && code_parse(&f->codes[f->n], at, CODE_CHARS) == 0)
		f->n++;
	return 0;
}

/* Opened from its beginning up to that entry. */
static int
find_codes(struct house *h, const struct drill *d, int64_t upto, struct drill_found *f)
{
	int n = 1;

	f->seq = d->from_seq;
	while (n > 0 && f->seq < upto) {
		int64_t most = upto - f->seq;

		n = logbook_read(&h->st, f->seq, most < ENTRIES ? (int)most : ENTRIES, on_entry, f);
	}
	return n < 0 ? -1 : 0;
}

int
drill_cases(struct house *h, const struct drill *d, struct case_record **out, size_t *n)
{
	struct drill_found f = { 0 };
	int64_t upto = d->ended_ms != 0 ? d->to_seq : logbook_last_seq(&h->st);
	int rc = upto < 0 ? -1 : find_codes(h, d, upto, &f);

	*n = 0;
	*out = xcalloc(f.n + 1, sizeof(**out));
	for (size_t at = 0; at < f.n && rc == 0; at += AT_ONCE) {
		size_t got = f.n - at < AT_ONCE ? f.n - at : AT_ONCE;
		struct stored_case s[AT_ONCE];

		rc = cases_load(&h->st, f.codes + at, got, s);
		for (size_t i = 0; i < got; i++) {
			if (rc == 0 && s[i].there && s[i].readable && s[i].version > 0 && s[i].c.latihan && !s[i].c.sealed)
				(*out)[(*n)++] = s[i].c;
			stored_case_release(&s[i]);
		}
	}
	free(f.codes);
	if (rc != 0) {
		free(*out);
		*out = NULL;
		*n = 0;
	}
	return rc;
}

/* ---- it is over ---- */

/* To each who has a task of it, once however many he has: the message's id is his and the drill's. */
static int
tell_over(struct house *h, const struct drill *d, const struct case_record *c)
{
	struct answer says[CASE_TASKS];
	struct buf texts[CASE_TASKS];
	struct commit_batch b = { 0 };
	struct case_keys keys;
	struct document doc = { .key = KEY_META, .version = -1, .what = "latihan-usai-kabar", .who = h->st.name, .note = d->id,
	    .says = says, .keys = &keys, .index = { { KEY_DRILLS, NULL, '=', ENDING_FIELD, d->id } }, .index_n = 1 };
	int rc = 0;

	memset(texts, 0, sizeof(texts));
	for (int i = 0; i < c->tasks_n; i++) {
		const struct officer *o = officer_find(&h->roster, c->tasks[i].officer);
		struct buf *text = &texts[doc.says_n];

		if (o == NULL || o->ended || o->phone[0] == '\0' || c->tasks[i].state == TASK_GONE ||
		    message_answer(h->policy, o->lang, OVER_KIND, NULL, h->store_ms, NULL, 0, text) != 0)
			continue;
		says[doc.says_n] = (struct answer){ .kind = OVER_KIND, .route = "sms", .to = o->phone, .text = text,
		    .text_lang = o->lang, .latihan = 1, .not_after_ms = h->store_ms + h->policy->message_life_ms };
		snprintf(says[doc.says_n].id, sizeof(says[0].id), "%s.%s", d->id, o->id);
		doc.says_n++;
	}
	if (doc.says_n > 0) {
		seal_key_random(&keys.key);
		seal_wrap(keys.wrapped, &h->st.master, &keys.key);
		commit_begin(&b, h->store_ms);
		commit_add_document(&b, &h->st, &doc);
		rc = commit_run(&b, &h->st) == 1 ? 0 : -1;
		commit_release(&b);
		memset(&keys, 0, sizeof(keys));
	}
	for (int i = 0; i < doc.says_n; i++)
		buf_release(&texts[i]);
	return rc;
}

/*
 * Whoever stood still for so long has read in the log what the next exercise opened: none of it is closed
 * while that one goes on.
 */
static const char *
close_prepare(const struct policy *p, const struct case_record *c, struct command *cmd, struct commit_batch *b, void *arg)
{
	const struct drill *d = arg;

	(void)p, (void)c, (void)cmd;
	commit_beside(b, KEY_DRILLS, NULL, '=', ENDING_FIELD, d->id);
	return NULL;
}

static enum commit_result
close_one(struct house *h, struct drill *d, const struct case_record *c)
{
	struct command cmd = { .event = ON_STAND_DOWN, .by = BY_SYSTEM };
	struct effects *fx = xcalloc(1, sizeof(*fx));
	const char *why;
	enum commit_result result;

	/* Before it is closed: afterwards nobody has a task of it. */
	if (tell_over(h, d, c) != 0) {
		free(fx);
		return COMMIT_UNKNOWN;
	}
	FAULT_POINT("before_stand_down");
	result = case_apply(h, &c->code, &cmd, close_prepare, d, fx, &why);
	if (result != COMMIT_OK)
		log_warn("stand_down", "case=%s err=\"%s\"", c->code.s, why);
	free(fx);
	return result;
}

/* ---- bit by bit ---- */

void
drill_walk_release(struct drill_walk *w)
{
	free(w->found.codes);
	memset(w, 0, sizeof(*w));
}

/* Whether the case goes on being one of those to be closed: 1, 0, -1 come again. */
static int
close_in_turn(struct house *h, struct drill *d, const struct drill_walk *w, const struct stored_case *s, int *closed)
{
	if (!s->there || !s->readable || s->version <= 0 || !s->c.latihan || s->c.state == CASE_DITUTUP)
		return 0;
	/* Those that follow another first: a lead that closes must not call its followers to work. */
	if (!w->leads && s->c.lead[0] == '\0')
		return 1;
	switch (close_one(h, d, &s->c)) {
	case COMMIT_OK:
		++*closed;
		return 0;
	case COMMIT_REFUSED:
		return 1;
	default:
		return -1;
	}
}

/* Looks at the next few that were found, sealed ones too: they are closed like all, and shown in no report. */
static int
close_some(struct house *h, struct drill *d, struct drill_walk *w, int most, int *closed)
{
	struct drill_found *f = &w->found;
	int stays = 0;

	for (int i = 0; i < most && w->at < f->n && stays >= 0; i++) {
		struct stored_case s;

		stays = cases_load(&h->st, &f->codes[w->at], 1, &s) == 0 ? close_in_turn(h, d, w, &s, closed) : -1;
		stored_case_release(&s);
		if (stays == 1)
			f->codes[w->kept++] = f->codes[w->at];
		w->at += stays >= 0;
	}
	if (stays >= 0 && w->at == f->n) {
		f->n = w->kept;
		w->at = w->kept = 0;
		w->leads = !w->leads;
	}
	return stays < 0 ? -1 : 0;
}

/* One part of the log: 1 there is more of it, 0 its end, -1 no answer. */
static int
read_some(struct house *h, struct drill_walk *w)
{
	int n = logbook_read(&h->st, w->found.seq, ENTRIES, on_entry, &w->found);

	return n < 0 ? -1 : n == ENTRIES;
}

int
drill_close(struct house *h, struct drill *d, struct drill_walk *w, int most, int *closed)
{
	int rc;

	*closed = 0;
	if (strcmp(w->id, d->id) != 0) {
		drill_walk_release(w);
		snprintf(w->id, sizeof(w->id), "%s", d->id);
		w->found.seq = d->from_seq;
	}
	if (w->at == 0 && !w->leads && (rc = read_some(h, w)) != 0)
		return rc;
	if (w->found.n > 0 || w->leads) {
		rc = close_some(h, d, w, most, closed);
		return rc == 0 ? w->at > 0 || w->leads : rc;
	}
	return 0;
}

/* Closed, and nothing that came in until the end waits to be opened: no more is to be done about it. */
static int
forget_ending(struct house *h, const struct drill *d)
{
	struct commit_batch b = { 0 };
	struct document doc = { .key = KEY_META, .version = -1, .what = "latihan-tertutup", .who = h->st.name, .note = d->id,
	    .index = { { KEY_DRILLS, NULL, 'D', ENDING_FIELD, d->id } }, .index_n = 1 };
	int rc;

	commit_begin(&b, store_now_ms(&h->st));
	commit_add_document(&b, &h->st, &doc);
	rc = commit_run(&b, &h->st) == 1 ? 0 : -1;
	commit_release(&b);
	return rc;
}

/* Whether a lane still holds what came in by then: a router that comes back will open it.  -1 no answer. */
static int
lies_unread(struct store *st, int64_t upto_ms)
{
	static const char *const lanes[] = { "e", "n" };
	int there = 0;

	for (size_t i = 0; i < N_ELEMS(lanes) && there == 0; i++) {
		struct buf key = { 0 };
		redisReply *r;

		buf_add_key(&key, &st->keys, KEY_IN, lanes[i], NULL);
		r = redis_pipe_command(st->pipe, "XRANGE %b - %lld COUNT 1", key.data, key.len, (long long)upto_ms);
		there = r != NULL && r->type == REDIS_REPLY_ARRAY ? r->elements > 0 : -1;
		freeReplyObject(r);
		buf_release(&key);
	}
	return there;
}

int
drills_step(struct house *h, struct drill_walk *w, int most, int *closed)
{
	struct drill d;
	const char *why;
	int rc = drill_now(&h->st, &d), unread;

	*closed = 0;
	if (rc == 1 && d.ends_ms <= h->store_ms)
		rc = drill_end(h, d.id, h->st.name, &why);
	if (rc < 0 || (rc = load_named(&h->st, ENDING_FIELD, &d)) != 1) {
		if (rc == 0)
			drill_walk_release(w);
		return rc < 0 ? -1 : 0;
	}
	/* Asked before the log is read: what has left its lane by now stands in the log by then. */
	unread = lies_unread(&h->st, d.ended_ms + GRACE_MS);
	if (unread < 0)
		return -1;
	rc = drill_close(h, &d, w, most, closed);
	if (rc == 0 && w->found.n == 0 && !unread && d.ended_ms + GRACE_MS <= h->store_ms)
		rc = forget_ending(h, &d);
	return rc;
}
