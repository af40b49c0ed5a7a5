#include "store/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/cases.h"
#include "store/incident.h"
#include "store/logbook.h"
#include "store/outbox.h"
#include "store/subscribe.h"

void
person_release(struct person *p)
{
	memset(p->to, 0, strlen(p->to));
	free(p->to);
	p->to = NULL;
}

void
crowd_release(struct crowd *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->all[i].to != NULL)
			person_release(&c->all[i]);
	free(c->all);
	free(c->codes);
	free(c->places);
	freeReplyObject(c->subscribers);
	memset(c, 0, sizeof(*c));
}

static void
add_person(struct crowd *c, const struct house *h, const char *to, const char *way, const char *lang)
{
	struct person *p;

	if ((int64_t)c->n >= 2 * h->set.broadcast_most) {	/* doubles are not out yet */
		c->over = 1;
		return;
	}
	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 256 : 2 * c->cap;
		c->all = xrealloc(c->all, c->cap * sizeof(*c->all));
	}
	p = &c->all[c->n++];
	lookup_of(p->lookup, &h->st.lookup, to);
	snprintf(p->way, sizeof(p->way), "%s", way);
	snprintf(p->lang, sizeof(p->lang), "%s", lang[0] != '\0' ? lang : TEXTS_BASE);
	p->to = xstrdup(to);
}

static int
lies_in(const char *place, const char *area)
{
	size_t len = strlen(area);

	return strncmp(place, area, len) == 0 && (place[len] == '\0' || place[len] == '.');
}

/*
 * A telephone number gets an SMS; who is known by another way alone gets it there, where that way lets us
 * begin a conversation.
 */
static const char *
way_of(const struct laporan *words, const char *to)
{
	static const char *const others[] = { "telegram", "email" };

	if (to[0] == '+')
		return "sms";
	for (size_t i = 0; i < N_ELEMS(others); i++)
		if (strcmp(words->reply_channel, others[i]) == 0)
			return others[i];
	return NULL;
}

/*
 * Of a case that is not sealed: an unforeseen SMS from the regency on the telephone of a battered child
 * may be read by whom he told of.
 */
static void
add_reporter(struct crowd *c, const struct house *h, const struct broadcast *b, const struct stored_case *s)
{
	struct laporan words = { 0 };
	struct case_keys keys;
	char lookup[LOOKUP_TEXT];
	const char *to, *way;

	if (!s->there || !s->readable || s->version <= 0 || s->c.sealed || s->c.latihan || case_is_legacy(&s->c) ||
	    s->c.quiet != QUIET_NOT || (b->to == TO_PLACE && !lies_in(s->c.place, b->target)) ||
	    stored_case_open(s, &h->st, &keys, &words, lookup) != 0)
		return;
	to = words.sender != NULL ? words.sender : "";
	way = to[0] != '\0' && !words.no_reply ? way_of(&words, to) : NULL;
	if (way != NULL)
		add_person(c, h, strcmp(way, "sms") == 0 ? to : laporan_address(&words), way, s->c.lang);
	memset(&keys, 0, sizeof(keys));
	laporan_release(&words);
}

/* ---- by their reports ---- */

static void
keep_code(struct crowd *c, const char *text)
{
	struct code code;

	if (code_parse(&code, text, strnlen(text, CODE_CHARS)) != 0)
		return;
	if (c->codes_n == c->codes_cap) {
		c->codes_cap = c->codes_cap == 0 ? 256 : 2 * c->codes_cap;
		c->codes = xrealloc(c->codes, c->codes_cap * sizeof(*c->codes));
	}
	c->codes[c->codes_n++] = code;
}

static int
by_code(const void *a, const void *b)
{
	return strcmp(((const struct code *)a)->s, ((const struct code *)b)->s);
}

static void
codes_once(struct crowd *c)
{
	size_t n = 0;

	if (c->codes_n == 0)
		return;
	qsort(c->codes, c->codes_n, sizeof(*c->codes), by_code);
	for (size_t i = 0; i < c->codes_n; i++)
		if (n == 0 || strcmp(c->codes[n - 1].s, c->codes[i].s) != 0)
			c->codes[n++] = c->codes[i];
	c->codes_n = n;
}

/* By its bytes: most entries are of other places, and a month of them is read. */
static int
on_entry(const struct log_line *line, void *arg)
{
	static const char code[] = "\"code\":\"";
	struct crowd *c = arg;
	const char *at;

	c->done++;
	c->seq = line->seq > c->seq ? line->seq : c->seq;
	if (memmem(line->entry, line->len, c->mark, strlen(c->mark)) == NULL)
		return 0;
	at = memmem(line->entry, line->len, code, sizeof(code) - 1);
	if (at != NULL && (size_t)(at - line->entry) + sizeof(code) - 1 + CODE_CHARS <= line->len)
		keep_code(c, at + sizeof(code) - 1);
	return 0;
}

static void
begin_phase(struct crowd *c, enum crowd_phase phase, size_t of)
{
	c->phase = phase;
	c->done = 0;
	c->of = (int64_t)of;
}

static void
begin_reports(struct crowd *c)
{
	codes_once(c);
	begin_phase(c, CROWD_REPORTS, c->codes_n);
}

/* Reports of late in that place, open or closed. */
static int
step_log(struct crowd *c, struct house *h)
{
	int n = c->seq < c->end_seq ? logbook_read(&h->st, c->seq, (int)h->set.broadcast_step, on_entry, c) : 0;

	if (n <= 0 || c->seq >= c->end_seq)
		begin_reports(c);
	return n < 0 ? -1 : 1;
}

static void
begin_subscribers(struct crowd *c, const struct house *h, const struct broadcast *b)
{
	const struct gazetteer *g = h->policy->places;

	/* copied: another version may be in force before the last of them is asked */
	c->places = xcalloc(gazetteer_count(g) + 1, sizeof(*c->places));
	for (size_t i = 0; i < gazetteer_count(g); i++)
		if (lies_in(place_at(g, i)->code, b->target))
			snprintf(c->places[c->places_n++], sizeof(c->places[0]), "%s", place_at(g, i)->code);
	begin_phase(c, CROWD_SUBSCRIBERS, c->places_n);
}

static int
step_reports(struct crowd *c, struct house *h, const struct broadcast *b)
{
	size_t left = (size_t)(c->of - c->done), n = left < CROWD_STEP ? left : CROWD_STEP;
	struct stored_case s[CROWD_STEP];
	int rc = n > 0 ? cases_load(&h->st, c->codes + c->done, n, s) : 0;

	for (size_t i = 0; i < n; i++) {
		if (rc == 0)
			add_reporter(c, h, b, &s[i]);
		stored_case_release(&s[i]);
	}
	c->done += (int64_t)n;
	if (rc == 0 && c->done == c->of) {
		if (b->to == TO_PLACE)
			begin_subscribers(c, h, b);
		else
			begin_phase(c, CROWD_ONCE, c->n);
	}
	return rc == 0 ? 1 : -1;
}

static int
find_members(struct crowd *c, struct house *h, const struct broadcast *b)
{
	struct member *m;
	size_t n;
	int rc = members_load(&h->st, b->target, &m, &n);

	keep_code(c, b->target);
	for (size_t i = 0; rc == 0 && i < n; i++)
		keep_code(c, m[i].code.s);
	free(m);
	begin_reports(c);
	return rc;
}

/* ---- by their subscription, by their office ---- */

/* The keyed hashes in a list of the store; freeReplyObject() it, NULL no answer. */
static redisReply *
lookups_in(struct store *st, enum key_id id, const char *part)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &st->keys, id, part, NULL);
	r = redis_pipe_command(st->pipe, "HKEYS %b", key.data, key.len);
	buf_release(&key);
	if (r != NULL && r->type != REDIS_REPLY_ARRAY) {
		freeReplyObject(r);
		r = NULL;
	}
	return r;
}

static int
step_subscribers(struct crowd *c, struct house *h)
{
	int rc = 0;

	if (c->done == c->of) {
		begin_phase(c, CROWD_ONCE, c->n);
		return 1;
	}
	if (c->subscribers == NULL) {
		c->subscribers = lookups_in(&h->st, KEY_SUBSCRIBERS, c->places[c->done]);
		c->subscribers_at = 0;
	}
	if (c->subscribers == NULL)
		return -1;
	for (int i = 0; rc >= 0 && i < CROWD_STEP && c->subscribers_at < c->subscribers->elements; i++) {
		struct subscriber s;

		rc = subscriber_load(&h->st, c->subscribers->element[c->subscribers_at++]->str, &s);
		if (rc == 1 && s.stopped_ms == 0)
			add_person(c, h, s.phone, "sms", s.lang);
	}
	if (c->subscribers_at == c->subscribers->elements) {
		freeReplyObject(c->subscribers);
		c->subscribers = NULL;
		c->done++;
	}
	return rc < 0 ? -1 : 1;
}

/* Of a unit and those under it, or of those that answer for a place. */
static void
find_officers(struct crowd *c, const struct house *h, const struct broadcast *b)
{
	const struct unit_table *units = h->policy->units;
	const struct unit *top = unit_find(units, b->target);

	for (size_t i = 0; i < h->roster.n; i++) {
		const struct officer *o = &h->roster.officers[i];
		const struct unit *u = unit_find(units, o->unit);

		if (o->ended || u == NULL || o->phone[0] == '\0')
			continue;
		if (top != NULL ? unit_is_under(u, top) : u->place[0] != '\0' && lies_in(u->place, b->target))
			add_person(c, h, o->phone, "sms", o->lang);
	}
}

/* ---- each once, and nobody who said STOP ---- */

static int
by_lookup(const void *a, const void *b)
{
	return strcmp(((const struct person *)a)->lookup, ((const struct person *)b)->lookup);
}

static void
people_once(struct crowd *c)
{
	size_t once = 0;

	if (c->n > 0)
		qsort(c->all, c->n, sizeof(*c->all), by_lookup);
	for (size_t i = 0; i < c->n; i++) {
		if (once > 0 && strcmp(c->all[once - 1].lookup, c->all[i].lookup) == 0)
			person_release(&c->all[i]);
		else
			c->all[once++] = c->all[i];
	}
	c->n = once;
	begin_phase(c, CROWD_STOPS, once);
}

int
people_stopped(struct store *st, const struct person *all, size_t n, char *stopped)
{
	struct redis_args a = { 0 };
	redisReply *r;
	int rc = -1;

	redis_args_adds(&a, "HMGET");
	args_add_key(&a, st, KEY_STOPPED, NULL, NULL);
	for (size_t i = 0; i < n; i++)
		redis_args_adds(&a, all[i].lookup);
	r = redis_pipe_call(st->pipe, a.n, (const char **)a.argv, a.lens);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == n) {
		rc = 0;
		for (size_t i = 0; i < n; i++)
			stopped[i] = r->element[i]->type == REDIS_REPLY_STRING;
	}
	freeReplyObject(r);
	redis_args_release(&a);
	return rc;
}

static void
count_person(struct broadcast *b, const struct person *p)
{
	struct buf text = { 0 };

	buf_add_broadcast_text(&text, b, p->lang);
	broadcast_count(b, p->way, strcmp(p->way, "sms") == 0 ? outbox_parts(buf_str(&text), text.len) : 0);
	buf_release(&text);
}

static int
step_stops(struct crowd *c, struct house *h, struct broadcast *b)
{
	size_t at = (size_t)c->done, left = c->n - at, n = left < CROWD_STEP ? left : CROWD_STEP;
	char stopped[CROWD_STEP] = { 0 };

	if (n > 0 && people_stopped(&h->st, c->all + at, n, stopped) != 0)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		struct person p = c->all[i];

		c->all[i].to = NULL;
		if (stopped[i - at]) {
			b->stopped++;
			person_release(&p);
			continue;
		}
		c->all[c->kept++] = p;
		count_person(b, &p);
	}
	c->done += (int64_t)n;
	if (c->done < c->of)
		return 1;
	c->n = c->kept;
	begin_phase(c, CROWD_DONE, 0);
	c->over = c->over || (int64_t)c->n > h->set.broadcast_most;
	return 0;
}

/* ---- in steps ---- */

int
crowd_begin(struct crowd *c, struct house *h, const struct broadcast *b)
{
	memset(c, 0, sizeof(*c));
	if (b->to == TO_OFFICERS) {
		begin_phase(c, CROWD_OFFICERS, 0);
		return 0;
	}
	if (b->to == TO_INCIDENT)
		return find_members(c, h, b);
	snprintf(c->mark, sizeof(c->mark), "\"pl\":\"%s", b->target);
	c->end_seq = logbook_last_seq(&h->st);
	if (c->end_seq < 0)
		return -1;
	c->seq = logbook_seq_before(&h->st, h->store_ms - h->set.broadcast_reporters_ms, c->end_seq);
	c->seq -= c->seq > 0;
	begin_phase(c, CROWD_LOG, (size_t)(c->end_seq - c->seq));
	return 0;
}

int
crowd_step(struct crowd *c, struct house *h, struct broadcast *b)
{
	switch (c->phase) {
	case CROWD_LOG:
		return step_log(c, h);
	case CROWD_REPORTS:
		return step_reports(c, h, b);
	case CROWD_SUBSCRIBERS:
		return step_subscribers(c, h);
	case CROWD_OFFICERS:
		find_officers(c, h, b);
		begin_phase(c, CROWD_ONCE, c->n);
		return 1;
	case CROWD_ONCE:
		people_once(c);
		return 1;
	case CROWD_STOPS:
		return step_stops(c, h, b);
	case CROWD_DONE:
		break;
	}
	return 0;
}
