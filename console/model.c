#include "console/model.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/case_table.h"
#include "console/past.h"
#include "console/told.h"
#include "core/calendar.h"
#include "core/incident.h"
#include "lib/escape.h"
#include "lib/json_of.h"

#define PAST_MOST 20000			/* changes: two weeks of usual days, some hours of a flood */
#define SEALED_KEPT_MS (90 * DAY_MS)	/* as long as the log's live part can still name them */

/* Open cases of a unit. */
struct holding { struct held *rows; size_t n, cap; };

struct model {
	struct case_table open, sealed;
	struct model_escalation *ring; size_t ring_max, ring_n, ring_at;
	struct model_unit *units; size_t units_n;
	/* of units, by the ids that cases hold */
	char (*codes)[UNIT_CODE_CHARS]; struct holding *holdings; size_t codes_n;
	int64_t seq, at_ms, raised_ms;
	char subject[CODE_CHARS + 1];
	struct model_look *looks; size_t looks_n, looks_at;	/* a ring */
	struct past *past;
};

/* A few hundred units, named again and again: cases hold their numbers. */
static unsigned short
unit_id(struct model *m, const char *code)
{
	size_t i;

	for (i = 0; i < m->codes_n; i++)
		if (strcmp(m->codes[i], code) == 0)
			return (unsigned short)i;
	if (i > USHRT_MAX)
		return 0;
	m->codes = xrealloc(m->codes, (i + 1) * sizeof(*m->codes));
	m->holdings = xrealloc(m->holdings, (i + 1) * sizeof(*m->holdings));
	memset(&m->holdings[i], 0, sizeof(*m->holdings));
	text_set(m->codes[i], sizeof(m->codes[i]), code);
	m->codes_n++;
	return (unsigned short)i;
}

struct model *
model_new(size_t escalations_max)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->ring_max = escalations_max;
	m->ring = xcalloc(escalations_max, sizeof(*m->ring));
	m->looks = xcalloc(MODEL_LOOKS, sizeof(*m->looks));
	m->past = past_new(PAST_MOST);
	unit_id(m, "");			/* 0: what no unit has */
	return m;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	case_table_release(&m->open);
	case_table_release(&m->sealed);
	for (size_t i = 0; i < m->codes_n; i++)
		free(m->holdings[i].rows);
	free(m->holdings);
	free(m->ring);
	free(m->looks);
	free(m->units);
	free(m->codes);
	past_free(m->past);
	free(m);
}

void
model_skip(struct model *m, int64_t seq, int64_t at_ms)
{
	if (seq <= m->seq)
		return;
	m->seq = seq;
	m->at_ms = at_ms;
	past_begins(m->past, seq);
}

int64_t model_seq(const struct model *m) { return m->seq; }
int64_t model_at_ms(const struct model *m) { return m->at_ms; }
size_t model_open_count(const struct model *m) { return m->open.n; }
const char *model_subject(const struct model *m) { return m->subject; }
int64_t model_raised_ms(const struct model *m) { return m->raised_ms; }

size_t
model_bytes(const struct model *m)
{
	size_t held = 0;

	for (size_t i = 0; i < m->codes_n; i++)
		held += m->holdings[i].cap * sizeof(*m->holdings[i].rows);
	return case_table_bytes(&m->open) + case_table_bytes(&m->sealed) + held +
	    m->ring_max * sizeof(*m->ring) + MODEL_LOOKS * sizeof(*m->looks) + m->units_n * sizeof(*m->units) + past_bytes(m->past);
}

const char *
model_event_name(enum model_event e)
{
	static const char *const names[] = { "", "kasus", "eskalasi", "sistem", "peringatan" };

	return names[e];
}

/* ---- reading an entry ---- */

const char *
model_unit_code(const struct model *m, unsigned short id)
{
	return id < m->codes_n ? m->codes[id] : "";
}

void
model_access(const struct model *m, const struct model_case *c, int sealed, struct access_case *out)
{
	memset(out, 0, sizeof(*out));
	out->place = c->place;
	out->category = c->category;
	out->about = c->about;
	for (int i = 0; i < c->units_n; i++)
		out->units[out->units_n++] = model_unit_code(m, c->unit_ids[i]);
	out->sealed = sealed;
}

static void
read_units(struct model *m, struct model_case *c, const json_t *doc)
{
	const json_t *units = json_object_get(json_object_get(doc, "c"), "un"), *unit;
	size_t i;

	c->units_n = 0;
	json_array_foreach(units, i, unit)
		if (json_is_string(unit) && c->units_n < CASE_UNITS)
			c->unit_ids[c->units_n++] = unit_id(m, json_string_value(unit));
}

/* ---- who holds what ---- */

int64_t
model_rank(const struct model_case *c)
{
	/* Nothing was promised for an old one: it waits behind all for which something was. */
	return c->handled_ms == 0 && !c->legacy ? c->promise_ms : INT64_MAX / 2 + c->due_ms;
}

/* Out of its units' lists; before its units change, and before it is dropped. */
static void
let_go(struct model *m, struct model_case *c)
{
	for (int i = 0; i < c->holders_n; i++) {
		struct holding *h = &m->holdings[c->holders[i].unit];
		struct held *last = &h->rows[--h->n], *mine = &h->rows[c->holders[i].at];

		struct model_case *moved = case_table_find(last->sealed ? &m->sealed : &m->open, last->c->code.s);

		for (int k = 0; k < moved->holders_n; k++)
			if (moved->holders[k].unit == c->holders[i].unit)
				moved->holders[k].at = c->holders[i].at;
		*mine = *last;
	}
	c->holders_n = 0;
}

/* Into the lists of its units; what has none yet is in that of no unit. */
static void
hold(struct model *m, struct model_case *c, int sealed)
{
	const unsigned short nobody = 0;
	const unsigned short *ids = c->units_n > 0 ? c->unit_ids : &nobody;
	int n = c->units_n > 0 ? c->units_n : 1;

	if (c->state == CASE_DITUTUP)
		return;
	for (int i = 0; i < n; i++) {
		struct holding *h = &m->holdings[ids[i]];
		int twice = 0;

		for (int k = 0; k < c->holders_n; k++)
			twice |= c->holders[k].unit == ids[i];
		if (twice)
			continue;
		if (h->n == h->cap) {
			h->cap = h->cap == 0 ? 16 : 2 * h->cap;
			h->rows = xrealloc(h->rows, h->cap * sizeof(*h->rows));
		}
		c->holders[c->holders_n].unit = ids[i];
		c->holders[c->holders_n++].at = (unsigned)h->n;
		h->rows[h->n++] = (struct held){ model_rank(c), sealed, c };
	}
}

const struct held *
model_held(const struct model *m, const char *unit, size_t *n)
{
	for (size_t i = 0; i < m->codes_n; i++)
		if (strcmp(m->codes[i], unit) == 0) {
			*n = m->holdings[i].n;
			return m->holdings[i].rows;
		}
	*n = 0;
	return NULL;
}

static void
read_case(struct model_case *c, const json_t *doc, int64_t seq)
{
	const json_t *now = json_object_get(doc, "c");

	text_set(c->code.s, sizeof(c->code.s), text_of(doc, "code"));
	c->version = int_of(doc, "v");
	c->seq = seq;
	if (c->version == 1) {
		c->opened_ms = int_of(doc, "at");
		c->hide_reporter = int_of(json_object_get(doc, "rep"), "hide") != 0;
	}
	c->latihan = json_is_true(json_object_get(doc, "latihan"));
	c->legacy = json_is_true(json_object_get(doc, LOG_LEGACY));
	if (case_state_of_name(text_of(now, "st"), &c->state) != 0)
		c->state = CASE_BARU;
	if (urgency_of_name(text_of(now, "urg"), &c->urgency) != 0)
		c->urgency = URGENCY_BIASA;
	text_set(c->category, sizeof(c->category), text_of(now, "cat"));
	text_set(c->place, sizeof(c->place), text_of(now, "pl"));
	text_set(c->unit, sizeof(c->unit),
	    json_is_string(json_array_get(json_object_get(now, "un"), 0)) ?
	    json_string_value(json_array_get(json_object_get(now, "un"), 0)) : "");
	c->received_ms = int_of(now, "rx");
	c->promise_ms = int_of(now, "pr");
	c->handled_ms = int_of(now, "hd");
	c->breached_ms = int_of(now, "br");
	c->abandoned_ms = int_of(now, "ab");
	c->due_ms = int_of(now, "due");
	text_set(c->incident, sizeof(c->incident), text_of(now, "inc"));
	text_set(c->lead, sizeof(c->lead), text_of(now, "lead"));
	c->apart = int_of(now, "apart") != 0;
	text_set(c->about, sizeof(c->about), text_of(now, "abo"));
	c->voices = (int)int_of(now, "voices");
	if (truth_of_name(text_of(now, "truth"), &c->truth) != 0)
		c->truth = TRUTH_UNVERIFIED;
	c->photo = (enum photo_state)(int_of(now, "ph") & 3);
	if (close_reason_of_name(text_of(now, "as"), &c->closed_as) != 0)
		c->closed_as = CLOSE_NONE;
	c->closed_ms = c->state != CASE_DITUTUP ? 0 : c->legacy && c->version == 1 ?
	    int_of(json_object_get(json_object_get(doc, "cmd"), "leg"), "cl") : int_of(doc, "at");
}

static void
raise_voices(struct model_case *c)
{
	if (c->followers > 0 && c->voices < 1 + c->followers)
		c->voices = 1 + c->followers;
}

/* A list as it stands; one that is missing or too long is empty. */
static void
copy_list(char *out, size_t size, const json_t *list)
{
	char *text = json_is_array(list) ? json_dumps(list, JSON_COMPACT) : NULL;

	text_set(out, size, text != NULL && strlen(text) < size ? text : "[]");
	free(text);
}

/* -1: the entry is none, and e stays as it is. */
static int
read_escalation(struct model_escalation *e, const json_t *doc, int64_t seq)
{
	static const struct { const char *name; enum escalation_kind kind; } kinds[] = {
		{ "warning", ESC_WARNING }, { "breach", ESC_BREACH }, { "rung", ESC_RUNG },
		{ "passed", ESC_PASSED },
	};
	const json_t *esc = json_object_get(doc, "esc"), *now = json_object_get(doc, "c"), *row;
	enum escalation_kind kind = ESC_NONE;
	json_t *people;
	size_t at;

	for (size_t i = 0; i < N_ELEMS(kinds); i++)
		if (strcmp(text_of(esc, "kind"), kinds[i].name) == 0)
			kind = kinds[i].kind;
	if (kind == ESC_NONE)
		return -1;
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->seq = seq;
	e->at_ms = int_of(doc, "at");
	e->due_ms = int_of(esc, "due_ms");
	e->late_ms = int_of(esc, "late_ms");
	e->latihan = json_is_true(json_object_get(doc, "latihan"));
	text_set(e->code.s, sizeof(e->code.s), text_of(doc, "code"));
	text_set(e->clock, sizeof(e->clock), text_of(esc, "clock"));
	text_set(e->rung, sizeof(e->rung), text_of(esc, "rung"));
	text_set(e->unit, sizeof(e->unit), text_of(esc, "unit"));
	text_set(e->told, sizeof(e->told), text_of(esc, "told"));
	text_set(e->why, sizeof(e->why), text_of(esc, "why"));
	text_set(e->category, sizeof(e->category), text_of(now, "cat"));
	text_set(e->place, sizeof(e->place), text_of(now, "pl"));
	e->received_ms = int_of(now, "rx");
	copy_list(e->ledger, sizeof(e->ledger), json_object_get(esc, "ledger"));
	people = told_people(doc);
	copy_list(e->people, sizeof(e->people), people);
	json_decref(people);
	json_array_foreach(json_object_get(esc, "ledger"), at, row) {
		const char *holder = json_string_value(json_array_get(row, 0));
		int64_t ms = json_integer_value(json_array_get(row, 1));

		if (holder != NULL && ms > e->longest_ms) {
			text_set(e->longest, sizeof(e->longest), holder);
			e->longest_ms = ms;
		}
	}
	json_array_foreach(json_object_get(esc, "people"), at, row) {
		const char *did = json_string_value(json_array_get(row, 2));

		e->silent += did != NULL && strcmp(did, "diam") == 0;
	}
	return 0;
}

void
model_escalation_json(struct buf *b, const struct model_escalation *e)
{
	buf_addf(b, "{\"seq\":%" PRId64 ",\"code\":\"%s\",\"kind\":\"%s\"", e->seq, e->code.s,
	    escalation_name(e->kind));
	buf_add_pair(b, "clock", e->clock);
	buf_add_pair(b, "rung", e->rung);
	buf_add_pair(b, "unit", e->unit);
	buf_add_pair(b, "told", e->told);
	buf_add_pair(b, "why", e->why);
	buf_add_pair(b, "category", e->category);
	buf_add_pair(b, "place", e->place);
	buf_addf(b, ",\"elapsed_ms\":%" PRId64 ",\"ledger\":%s,\"people\":%s", e->at_ms - e->received_ms,
	    e->ledger, e->people);
	buf_addf(b,
	    ",\"due_ms\":%" PRId64 ",\"at_ms\":%" PRId64 ",\"late_ms\":%" PRId64 ",\"drill\":%s}",
	    e->due_ms, e->at_ms, e->late_ms, e->latihan ? "true" : "false");
}

void
model_case_json(struct buf *b, const struct model_case *c, int64_t now_ms)
{
	buf_addf(b,
	    "{\"seq\":%" PRId64 ",\"code\":\"%s\",\"state\":\"%s\",\"version\":%" PRId64
	    ",\"urgency\":\"%s\"",
	    c->seq, c->code.s, case_state_name(c->state), c->version, urgency_name(c->urgency));
	buf_add_pair(b, "category", c->category);
	buf_add_pair(b, "place", c->place);
	buf_add_pair(b, "unit", c->unit);
	buf_addf(b,
	    ",\"received_ms\":%" PRId64 ",\"promise_ms\":%" PRId64 ",\"handled_ms\":%" PRId64
	    ",\"breached_ms\":%" PRId64 ",\"drill\":%s",
	    c->received_ms, c->promise_ms, c->handled_ms, c->breached_ms,
	    c->latihan ? "true" : "false");
	buf_adds(b, c->legacy ? ",\"legacy\":true" : "");
	buf_add_pair(b, "truth", truth_name(c->truth));
	if (c->photo == PHOTO_DOUBTED)
		buf_adds(b, ",\"photo\":\"diragukan\"");
	buf_add_pair_if(b, "incident", c->incident);
	buf_add_pair_if(b, "lead", c->lead);
	if (c->voices > 1)
		buf_addf(b, ",\"voices\":%d", c->voices);
	if (c->abandoned_ms != 0)
		buf_addf(b, ",\"abandoned_ms\":%" PRId64, c->abandoned_ms);
	if (now_ms != 0 && c->handled_ms == 0 && c->promise_ms != 0)
		buf_addf(b, ",\"left_ms\":%" PRId64, c->promise_ms - now_ms);
	buf_addc(b, '}');
}

/* The escalation of the entry; NULL: it is none. */
static enum model_event
describe(const json_t *doc, const struct log_line *line, const struct model_escalation *e, struct buf *data)
{
	struct model_case c = { .seq = 0 };

	/* A sealed case exists for nobody here. */
	if (json_object_get(json_object_get(doc, "c"), "sealed") != NULL)
		return MODEL_NOTHING;
	if (e != NULL) {
		model_escalation_json(data, e);
		return MODEL_ESCALATION;
	}
	if (json_object_get(doc, "c") != NULL) {
		read_case(&c, doc, line->seq);
		model_case_json(data, &c, 0);
		return MODEL_CASE;
	}
	if (strcmp(text_of(doc, "what"), "sistem") == 0 && text_of(doc, "detail")[0] != '\0') {
		buf_addf(data, "{\"seq\":%" PRId64 ",\"at_ms\":%" PRId64, line->seq,
		    int_of(doc, "at"));
		buf_add_pair(data, "who", text_of(doc, "actor"));
		buf_add_pair(data, "detail", text_of(doc, "detail"));
		buf_addc(data, '}');
		return MODEL_SYSTEM;
	}
	if (strcmp(text_of(doc, "what"), LOG_WARNING) == 0 && json_object_get(doc, "per") != NULL) {
		char *text = json_dumps(json_object_get(doc, "per"), JSON_COMPACT);

		buf_addf(data, "{\"seq\":%" PRId64 ",\"at_ms\":%" PRId64 ",\"warning\":%s}", line->seq, int_of(doc, "at"), text);
		free(text);
		return MODEL_WARNING;
	}
	return MODEL_NOTHING;
}

enum model_event
model_describe(const struct log_line *line, char code[CODE_CHARS + 1], struct buf *data)
{
	json_t *doc = line->seq >= 0 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	struct model_escalation esc;
	enum model_event e = doc == NULL ? MODEL_NOTHING :
	    describe(doc, line, read_escalation(&esc, doc, line->seq) == 0 ? &esc : NULL, data);

	text_set(code, CODE_CHARS + 1, text_of(doc, "code"));
	json_decref(doc);
	return e;
}

static struct model_unit *
unit_row(struct model *m, const char *unit)
{
	for (size_t i = 0; i < m->units_n; i++)
		if (strcmp(m->units[i].unit, unit) == 0)
			return &m->units[i];
	m->units = xrealloc(m->units, (m->units_n + 1) * sizeof(*m->units));
	memset(&m->units[m->units_n], 0, sizeof(*m->units));
	text_set(m->units[m->units_n].unit, sizeof(m->units[0].unit), unit);
	return &m->units[m->units_n++];
}

/* A case leaves the unit that led it until now.  Drills, and what came from triage, are nobody's. */
static void
count_unit(struct model *m, const struct model_case *before, const json_t *doc)
{
	const char *what = text_of(doc, "what");
	int passed = strcmp(what, "teruskan") == 0 || strcmp(what, "bukan") == 0;
	int left = strcmp(what, "terbengkalai") == 0;

	if (before->unit[0] == '\0' || before->latihan || before->legacy || (!passed && !left))
		return;
	unit_row(m, before->unit)->passed_on += passed;
	unit_row(m, before->unit)->abandoned += left;
}

/*
 * The log counts the voices of an incident when they have doubled; here each one that follows is
 * counted.  Who parts later did report it.
 */
static void
count_voice(struct model *m, const char *lead, int64_t seq)
{
	struct model_case *l = lead[0] == '\0' ? NULL : case_table_find(&m->open, lead);

	if (l == NULL)
		return;
	past_note(m->past, seq, l);
	l->followers++;
	raise_voices(l);
}

static void
drop(struct model *m, struct case_table *t, struct model_case *c)
{
	let_go(m, c);
	case_table_drop(t, c);
}

/* Raised to confidential: gone from lists, feeds and the past at once. */
static void
seal_up(struct model *m, const char *code)
{
	size_t kept = 0, first = m->ring_n == m->ring_max ? m->ring_at : 0;
	struct model_case *c = case_table_find(&m->open, code);
	int there = 0;

	if (c != NULL) {
		m->raised_ms = c->opened_ms != 0 ? c->opened_ms : c->received_ms;
		drop(m, &m->open, c);
	}
	past_forget(m->past, code);
	for (size_t i = 0; i < m->ring_n; i++)
		there |= strcmp(m->ring[i].code.s, code) == 0;
	if (!there)
		return;
	/* Oldest to the front first, so that what stays keeps its order. */
	struct model_escalation *old = xcalloc(m->ring_max, sizeof(*old));

	for (size_t i = 0; i < m->ring_n; i++) {
		const struct model_escalation *e = &m->ring[(first + i) % m->ring_max];

		if (strcmp(e->code.s, code) != 0)
			old[kept++] = *e;
	}
	free(m->ring);
	m->ring = old;
	m->ring_n = kept;
	m->ring_at = kept % m->ring_max;
}

static void
note_look(struct model *m, const json_t *doc, int64_t seq)
{
	static const char *const kinds[] = { "lihat", "berkas-dibuka", "lihat-dulu", "pecah-kaca" };
	struct model_look *l;

	for (size_t i = 0; i < N_ELEMS(kinds); i++)
		if (strcmp(text_of(doc, "what"), kinds[i]) == 0) {
			l = &m->looks[m->looks_at];
			*l = (struct model_look){ .seq = seq, .at_ms = int_of(doc, "at") };
			text_set(l->code.s, sizeof(l->code.s), text_of(doc, "about"));
			text_set(l->officer, sizeof(l->officer), text_of(doc, "actor"));
			text_set(l->what, sizeof(l->what), kinds[i]);
			m->looks_at = (m->looks_at + 1) % MODEL_LOOKS;
			m->looks_n += m->looks_n < MODEL_LOOKS;
		}
}

const struct model_look *
model_look(const struct model *m, size_t i)
{
	return i < m->looks_n ? &m->looks[(m->looks_at + MODEL_LOOKS - 1 - i) % MODEL_LOOKS] : NULL;
}

enum model_event
model_take(struct model *m, const struct log_line *line, struct buf *data)
{
	json_t *doc = line->seq >= 0 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	const char *code = text_of(doc, "code");
	const struct model_escalation *esc = NULL;
	enum model_event e = MODEL_NOTHING;

	if (doc == NULL || line->seq <= m->seq)
		goto out;
	m->seq = line->seq;
	m->at_ms = int_of(doc, "at");
	m->raised_ms = 0;
	text_set(m->subject, sizeof(m->subject), code);
	note_look(m, doc, line->seq);
	if (code[0] != '\0' && json_object_get(doc, "c") != NULL) {
		int sealed = json_object_get(json_object_get(doc, "c"), "sealed") != NULL;
		struct model_case *c = case_table_put(sealed ? &m->sealed : &m->open, code);
		char led[CODE_CHARS + 1];

		if (!sealed) {
			past_note(m->past, line->seq, c);
			count_unit(m, c, doc);
		}
		text_set(led, sizeof(led), c->lead);
		read_case(c, doc, line->seq);
		raise_voices(c);
		let_go(m, c);
		read_units(m, c, doc);
		hold(m, c, sealed);
		if (!sealed && strcmp(led, c->lead) != 0)
			count_voice(m, c->lead, line->seq);
		if (sealed)
			seal_up(m, code);
		else if (read_escalation(&m->ring[m->ring_at], doc, line->seq) == 0) {
			esc = &m->ring[m->ring_at];
			m->ring_at = (m->ring_at + 1) % m->ring_max;
			m->ring_n += m->ring_n < m->ring_max;
		}
	}
	if (data != NULL)
		e = describe(doc, line, esc, data);
out:
	json_decref(doc);
	return e;
}

/* ---- questions ---- */

static int
by_times(const void *a, const void *b)
{
	const struct model_unit *x = a, *y = b;
	int p = x->passed_on + x->abandoned, q = y->passed_on + y->abandoned;

	return p != q ? (p < q) - (p > q) : strcmp(x->unit, y->unit);
}

const struct model_unit *
model_units(struct model *m, size_t *n)
{
	if (m->units_n > 1)
		qsort(m->units, m->units_n, sizeof(*m->units), by_times);
	*n = m->units_n;
	return m->units;
}

static int
is_open(const struct model_case *c)
{
	return c->state != CASE_DITUTUP;
}

int
model_compare(const struct model_case *x, const struct model_case *y)
{
	int64_t p = model_rank(x), q = model_rank(y);

	return p < q ? -1 : p > q;
}

void
model_each(const struct model *m, int (*cb)(const struct model_case *c, int sealed, void *arg),
    void *arg)
{
	const struct case_table *tables[] = { &m->open, &m->sealed };

	for (size_t t = 0; t < N_ELEMS(tables); t++)
		for (size_t i = 0; i < tables[t]->n; i++)
			if (cb(tables[t]->all[i], t == 1, arg) != 0)
				return;
}

static int
code_order(const void *code, const void *row)
{
	return strcmp(code, (*(const struct model_case *const *)row)->code.s);
}

int
model_each_at(const struct model *m, int64_t seq, int (*cb)(const struct model_case *c, void *arg),
    void *arg)
{
	const struct model_case **then;
	size_t n;
	int enough = 0;

	if (seq > m->seq || seq < past_reaches(m->past))
		return -1;
	n = past_at(m->past, seq, &then);
	for (size_t i = 0; i < n && !enough; i++)
		if (then[i]->seq != 0)
			enough = cb(then[i], arg) != 0;
	for (size_t i = 0; i < m->open.n && !enough; i++)
		if (bsearch(m->open.all[i]->code.s, then, n, sizeof(*then), code_order) == NULL)
			enough = cb(m->open.all[i], arg) != 0;
	free(then);
	return 0;
}

int
model_is_sealed(const struct model *m, const char *code)
{
	return case_table_find(&m->sealed, code) != NULL;
}

int
model_is_late(const struct model_case *c, int64_t now_ms)
{
	return is_open(c) && c->handled_ms == 0 && c->promise_ms != 0 && c->promise_ms <= now_ms;
}

const struct model_case *
model_find(const struct model *m, const char *code)
{
	return case_table_find(&m->open, code);
}

const struct model_case *
model_find_sealed(const struct model *m, const char *code)
{
	return case_table_find(&m->sealed, code);
}

void
model_figures(const struct model *m, int64_t now_ms, struct model_figures *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < m->open.n; i++) {
		const struct model_case *c = m->open.all[i];

		if (c->latihan) {		/* drills are counted apart and nowhere else */
			out->drill += is_open(c);
			continue;
		}
		if (c->legacy) {		/* nor was anything promised for what is old */
			out->legacy += is_open(c);
			continue;
		}
		out->open += is_open(c);
		out->triage += c->state == CASE_BARU;
		out->breaching += model_is_late(c, now_ms);
		if (c->received_ms < now_ms - DAY_MS || model_is_rejected(c) || c->promise_ms == 0)
			continue;
		if (c->handled_ms != 0 && c->breached_ms == 0)
			out->day_in_time++;
		else if (c->breached_ms != 0)
			out->day_late++;
		out->day_handled += c->handled_ms != 0;
	}
}

const struct model_escalation *
model_latest(const struct model *m, size_t i)
{
	return i < m->ring_n ? &m->ring[(m->ring_at + m->ring_max - 1 - i) % m->ring_max] : NULL;
}

void
model_sweep(struct model *m, int64_t now_ms)
{
	struct case_table *const tables[] = { &m->open, &m->sealed };

	for (size_t t = 0; t < N_ELEMS(tables); t++)
		for (size_t i = tables[t]->n; i-- > 0; ) {
			struct model_case *c = tables[t]->all[i];

			if (c->closed_ms == 0 || c->closed_ms >= now_ms - (t == 1 ? SEALED_KEPT_MS : DAY_MS))
				continue;
			if (t == 0)
				past_note(m->past, m->seq + 1, c);
			drop(m, tables[t], c);
		}
}
