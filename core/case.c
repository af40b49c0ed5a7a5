#include "core/case.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "lib/escape.h"

static const char *const reasons[] = {
	[CLOSE_NONE] = "", [CLOSE_CONFIRMED] = "dikonfirmasi",
	[CLOSE_UNDISPUTED] = "tidak-disanggah",
	[CLOSE_REJECTED] = "ditolak", [CLOSE_DUPLICATE] = "ganda", [CLOSE_WITHDRAWN] = "dicabut",
	[CLOSE_DRILL] = "latihan",
};
static const char *const clock_states[] = {
	[CLOCK_NONE] = "tiada", [CLOCK_RUNNING] = "jalan", [CLOCK_PAUSED] = "jeda",
	[CLOCK_MET] = "terpenuhi", [CLOCK_STOPPED] = "henti",
};

const char *close_reason_name(enum close_reason r) { return reasons[r]; }

int
close_reason_of_name(const char *s, enum close_reason *out)
{
	for (size_t i = 0; i < N_ELEMS(reasons); i++)
		if (strcmp(reasons[i], s) == 0) {
			*out = (enum close_reason)i;
			return 0;
		}
	return -1;
}
const char *clock_state_name(enum clock_state s) { return clock_states[s]; }

int
case_is_legacy(const struct case_record *c)
{
	return c->legacy.source[0] != '\0';
}

int64_t
case_contact_ms(const struct case_record *c)
{
	int64_t asked_ms = c->state == CASE_SELESAI ? c->resolved_ms :
	    c->state == CASE_MENUNGGU && c->wait_asked ? c->wait_since_ms : 0;
	int64_t heard_ms = c->heard_ms > c->received_ms ? c->heard_ms : c->received_ms;

	return asked_ms > heard_ms ? asked_ms : heard_ms;
}

const char *
case_lead(const struct case_record *c)
{
	return c->units_n > 0 ? c->units[0] : "";
}

int
case_unit_index(const struct case_record *c, const char *unit)
{
	for (int i = 0; i < c->units_n; i++)
		if (strcmp(c->units[i], unit) == 0)
			return i;
	return -1;
}

struct case_task *
case_task_of(struct case_record *c, const char *officer)
{
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, officer) == 0)
			return &c->tasks[i];
	return NULL;
}

const struct case_clock *
case_clock_named(const struct policy *p, const struct case_record *c, const char *name)
{
	int i = policy_clock_index(p, name);

	if (i < 0 || i >= c->clocks_n || c->clocks[i].state == CLOCK_NONE)
		return NULL;
	return &c->clocks[i];
}

int
case_photo_number(const struct policy *p, const struct case_record *c, const char *officer)
{
	const struct category *k = category_find(p->catalogue, c->category);

	if (k == NULL || k->photo == PHOTO_NOT_ASKED || c->sealed)
		return 0;
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, officer) == 0)
			return photo_number(c->code.s, c->proof, officer, c->tasks[i].nonce, c->tasks[i].told_ms);
	return photo_number(c->code.s, c->proof, officer, "", c->told_ms);
}

static void
earlier(int64_t *due, int64_t ms)
{
	if (ms != 0 && (*due == 0 || ms < *due))
		*due = ms;
}

int64_t
case_due_ms(const struct case_record *c)
{
	int64_t due = 0;

	if (c->state == CASE_DITUTUP)
		return 0;
	for (int i = 0; i < c->clocks_n; i++)
		if (c->clocks[i].state == CLOCK_RUNNING)
			earlier(&due, c->clocks[i].next_ms);
	if (c->state == CASE_SELESAI)
		earlier(&due, c->confirm_by_ms);
	if (c->state == CASE_MENUNGGU)
		earlier(&due, c->wait_until_ms);
	if (c->state == CASE_DITERIMA)
		earlier(&due, c->stall_ms);
	earlier(&due, c->review_ms);
	return due;
}

int64_t
case_waited_ms(const struct case_record *c, int64_t now_ms)
{
	int waits = c->state == CASE_MENUNGGU && !c->wait_asked;

	return c->waited_ms + (waits ? now_ms - c->wait_since_ms : 0);
}

const char *
question_name(enum question q)
{
	static const char *const names[] = { [QUESTION_NONE] = "", [QUESTION_PLACE] = "tempat",
	    [QUESTION_CASE] = "laporan" };

	return names[q];
}

/*
 * The document's scalar fields as a table; both directions walk it.  A field at its zero value is
 * left out, which keeps a case near one kilobyte.
 */
enum field_kind { FIELD_INT, FIELD_MS, FIELD_TEXT };
struct field { const char *key; enum field_kind kind; size_t offset, size; int64_t most; };
#define NUMBER(k, f, most) { k, FIELD_INT, offsetof(struct case_record, f), 0, most }
#define INT(k, f) NUMBER(k, f, INT_MAX)
#define ENUM(k, f, last) NUMBER(k, f, last)
#define MS(k, f) { k, FIELD_MS, offsetof(struct case_record, f), 0, MS_MOST }
#define TEXT(k, f) { k, FIELD_TEXT, offsetof(struct case_record, f), \
	sizeof(((struct case_record *)0)->f), 0 }

static const struct field fields[] = {
	TEXT("code", code.s), MS("v", version), ENUM("st", state, CASE_DITUTUP),
	TEXT("pol", policy),
	TEXT("cat", category), ENUM("urg", urgency, URGENCY_DARURAT), TEXT("pl", place),
	TEXT("rt", rt), TEXT("rw", rw),
	INT("cf", confidence_permille), INT("sealed", sealed), INT("unr", unread), INT("latihan", latihan), INT("root", root),
	INT("e", lane_e), INT("hide", hide_reporter), INT("db", doubted), ENUM("qu", quiet, QUIET_WRONG_NUMBER),
	TEXT("abo", about),
	TEXT("inc", incident), TEXT("lead", lead), INT("apt", apart), INT("vo", voices),
	ENUM("tr", truth, TRUTH_UNFOUNDED), ENUM("cl", closed_as, CLOSE_DRILL), TEXT("dup", duplicate_of), TEXT("fol", follows),
	TEXT("tw", twin), TEXT("tc", twin_category),
	TEXT("lgs", legacy.source), TEXT("lgn", legacy.number),
	TEXT("pf", proof),
	TEXT("ch", channel), TEXT("rep", reporter), TEXT("lang", lang),
	MS("rx", received_ms), MS("ar", arrived_ms), MS("op", opened_ms), MS("cls", closed_ms),
	MS("heard", heard_ms),
	MS("tl", told_ms), MS("tk", taken_ms), MS("go", going_ms), MS("sc", arrived_scene_ms),
	MS("hd", handled_ms), MS("rs", resolved_ms),
	TEXT("hold", holder), INT("msg", messages), INT("ho", hand_ons), INT("lv", level),
	MS("cfm", confirm_by_ms), MS("wt", wait_until_ms), ENUM("wb", wait_back, CASE_DITUTUP),
	INT("wa", wait_asked), TEXT("wr", wait_reason), MS("ws", wait_since_ms),
	MS("wd", waited_ms),
	MS("wu", wish.until_ms), TEXT("wo", wish.officer), TEXT("ww", wish.reason), TEXT("wh", wish.head),
	TEXT("wn", wish.nonce),
	MS("dt", date_ms), TEXT("ask", asked_by), INT("al", alarms), MS("rev", review_ms),
	MS("mv", moved_ms), MS("sp", spoken_ms), INT("sr", spoken_height),
	ENUM("fs", photo.state, PHOTO_CHECKED), NUMBER("fd", photo.doubts, (1 << PHOTO_DOUBTS) - 1),
	INT("fn", photo.number), INT("fr", photo.refused), MS("ft", photo.at_ms), TEXT("fo", photo.officer),
	TEXT("ff", photo.file), TEXT("fk", photo.like),
	MS("stl", stall_ms), MS("abt", abandoned_ms), INT("abn", abandoned),
	ENUM("qw", question.what, QUESTION_CASE),
	ENUM("us", undo.state, CASE_DITUTUP), TEXT("uo", undo.officer), TEXT("uh", undo.holder),
	MS("uu", undo.until_ms), INT("uc", undo.clocks),
	TEXT("dig", digest), TEXT("lh", ledger.holder), MS("ls", ledger.since_ms),
};

static void
encode_field(struct buf *b, const struct case_record *c, const struct field *f)
{
	const char *at = (const char *)c + f->offset;
	int64_t v;

	if (f->kind == FIELD_TEXT) {
		buf_add_pair_if(b, f->key, at);
		return;
	}
	v = f->kind == FIELD_MS ? *(const int64_t *)at : *(const int *)at;
	if (v != 0)
		buf_add_int(b, f->key, v);
}

/* Names of units and officers come from files of the regency: they are data like all others. */
static void
add_text(struct buf *b, const char *before, const char *s)
{
	buf_adds(b, before);
	buf_add_json(b, s, strlen(s));
}

static void
add_number(struct buf *b, int64_t v)
{
	buf_addc(b, ',');
	buf_addi(b, v);
}

static void
encode_clock(struct buf *b, const struct case_clock *k)
{
	if (k->state == CLOCK_NONE) {
		buf_addc(b, '0');
		return;
	}
	const int64_t row[] = { k->state, k->start_ms, k->due_ms, k->next_ms, k->met_ms, k->breached_ms, k->warned,
	    k->rung, k->in_breach, k->epoch, k->paused_ms, k->from_ms, k->from_rung + 1 };

	for (size_t i = 0; i < N_ELEMS(row) - (k->from_ms == 0 ? 2 : 0); i++) {
		buf_addc(b, i == 0 ? '[' : ',');
		buf_addi(b, row[i]);
	}
	buf_addc(b, ']');
}

static void
encode_task(struct buf *b, const struct case_task *t)
{
	add_text(b, "[", t->officer);
	add_text(b, ",", t->unit);
	add_text(b, ",", t->nonce);
	add_number(b, t->told_ms);
	add_number(b, t->state);
	add_number(b, t->message);
	buf_addc(b, ']');
}

void
case_clear(struct case_record *c)
{
	memset(c, 0, offsetof(struct case_record, tasks));
}

void
case_copy(struct case_record *to, const struct case_record *from)
{
	memcpy(to, from, offsetof(struct case_record, tasks));
	memcpy(to->tasks, from->tasks, (size_t)from->tasks_n * sizeof(*from->tasks));
	memcpy(to->pending, from->pending, (size_t)from->pending_n * sizeof(*from->pending));
	memcpy(to->files, from->files, (size_t)from->files_n * sizeof(*from->files));
}

void
case_encode(struct buf *b, const struct case_record *c)
{
	buf_addf(b, "{\"schema\":%d", CASE_SCHEMA);
	for (size_t i = 0; i < N_ELEMS(fields); i++)
		encode_field(b, c, &fields[i]);
	buf_adds(b, ",\"un\":[");
	for (int i = 0; i < c->units_n; i++)
		add_text(b, i ? "," : "", c->units[i]);
	buf_adds(b, "],\"ck\":[");
	for (int i = 0; i < c->clocks_n; i++) {
		buf_adds(b, i ? "," : "");
		encode_clock(b, &c->clocks[i]);
	}
	buf_adds(b, "],\"ts\":[");
	for (int i = 0; i < c->tasks_n; i++) {
		buf_adds(b, i ? "," : "");
		encode_task(b, &c->tasks[i]);
	}
	buf_adds(b, "],\"pd\":[");
	for (int i = 0; i < c->pending_n; i++) {
		buf_addf(b, "%s[%d,%d", i ? "," : "", c->pending[i].n, c->pending[i].group);
		add_text(b, ",", c->pending[i].unit);
		if (c->pending[i].officer[0] != '\0')
			add_text(b, ",", c->pending[i].officer);
		buf_addc(b, ']');
	}
	buf_adds(b, "],\"lg\":[");
	for (int i = 0; i < c->ledger.n; i++) {
		add_text(b, i ? ",[" : "[", c->ledger.rows[i].holder);
		add_number(b, c->ledger.rows[i].ms);
		buf_addc(b, ']');
	}
	for (int i = 0; i < c->files_n; i++)
		add_text(b, i ? "," : "],\"fl\":[", c->files[i]);
	for (int i = 0; i < c->question.options_n; i++) {
		add_text(b, i ? ",[" : "],\"qo\":[[", c->question.options[i].id);
		add_text(b, ",", c->question.options[i].category);
		buf_addc(b, ']');
	}
	buf_adds(b, "]}");
}

/* ---- reading: bytes of the store may be anybody's ---- */

static int
copy_text(char *out, size_t size, const json_t *v)
{
	const char *s = json_string_value(v);

	if (s == NULL || json_string_length(v) >= size)
		return -1;
	memcpy(out, s, json_string_length(v) + 1);
	return 0;
}

static int
decode_field(struct case_record *c, const json_t *doc, const struct field *f)
{
	const json_t *v = json_object_get(doc, f->key);
	char *at = (char *)c + f->offset;

	if (v == NULL)
		return 0;
	if (f->kind == FIELD_TEXT)
		return copy_text(at, f->size, v);
	if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > f->most)
		return -1;
	if (f->kind == FIELD_MS)
		*(int64_t *)at = json_integer_value(v);
	else
		*(int *)at = (int)json_integer_value(v);
	return 0;
}

/* Walks a row element by element; what does not fit spoils the row. */
struct row { const json_t *list; size_t at; int spoilt; };

static struct row
row_open(const json_t *list, size_t n)
{
	return (struct row){ list, 0, !json_is_array(list) || json_array_size(list) != n };
}

static int64_t
row_number(struct row *r, int64_t most)
{
	const json_t *v = json_array_get(r->list, r->at++);

	if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > most) {
		r->spoilt = 1;
		return 0;
	}
	return json_integer_value(v);
}

static void
row_text(struct row *r, char *out, size_t size)
{
	r->spoilt |= copy_text(out, size, json_array_get(r->list, r->at++)) != 0;
}

static int
decode_clock(struct case_clock *k, const json_t *list)
{
	size_t n = json_array_size(list);
	struct row r = row_open(list, n == 13 ? 13 : 11);

	if (json_is_integer(list))
		return json_integer_value(list) == 0 ? 0 : -1;
	k->state = (enum clock_state)row_number(&r, CLOCK_STOPPED);
	k->start_ms = row_number(&r, MS_MOST);
	k->due_ms = row_number(&r, MS_MOST);
	k->next_ms = row_number(&r, MS_MOST);
	k->met_ms = row_number(&r, MS_MOST);
	k->breached_ms = row_number(&r, MS_MOST);
	k->warned = (int)row_number(&r, CLOCK_WARNINGS);
	k->rung = (int)row_number(&r, LADDER_RUNGS);
	k->in_breach = (int)row_number(&r, 1);
	k->epoch = (int)row_number(&r, INT_MAX);
	k->paused_ms = row_number(&r, MS_MOST);
	if (n == 13) {
		k->from_ms = row_number(&r, MS_MOST);
		k->from_rung = (int)row_number(&r, LADDER_RUNGS) - 1;
	}
	return r.spoilt ? -1 : 0;
}

static int
decode_task(struct case_task *t, const json_t *list)
{
	struct row r = row_open(list, 6);

	row_text(&r, t->officer, sizeof(t->officer));
	row_text(&r, t->unit, sizeof(t->unit));
	row_text(&r, t->nonce, sizeof(t->nonce));
	t->told_ms = row_number(&r, MS_MOST);
	t->state = (enum task_state)row_number(&r, TASK_GONE);
	t->message = (int)row_number(&r, INT_MAX);
	return r.spoilt ? -1 : 0;
}

static int
decode_pending(struct case_pending *m, const json_t *list)
{
	int to_officer = json_array_size(list) == 4;
	struct row r = row_open(list, to_officer ? 4 : 3);

	m->n = (int)row_number(&r, INT_MAX);
	m->group = (char)row_number(&r, 127);
	row_text(&r, m->unit, sizeof(m->unit));
	if (to_officer)
		row_text(&r, m->officer, sizeof(m->officer));
	return r.spoilt || m->n == 0 || m->group == '\0' ||
	    strchr("tweri", m->group) == NULL ? -1 : 0;
}

static int
decode_share(struct ledger *l, const json_t *list)
{
	struct row r = row_open(list, 2);

	row_text(&r, l->rows[l->n].holder, HOLDER_CHARS);
	l->rows[l->n++].ms = row_number(&r, MS_MOST);
	return r.spoilt ? -1 : 0;
}

static int
decode_option(struct question_option *o, const json_t *list)
{
	struct row r = row_open(list, 2);

	row_text(&r, o->id, sizeof(o->id));
	row_text(&r, o->category, sizeof(o->category));
	return r.spoilt ? -1 : 0;
}

static int
is_list(const json_t *v, size_t most)
{
	return json_is_array(v) && json_array_size(v) <= most;
}

static int
decode_lists(struct case_record *c, const json_t *doc)
{
	const json_t *units = json_object_get(doc, "un"), *clocks = json_object_get(doc, "ck");
	const json_t *tasks = json_object_get(doc, "ts"), *pending = json_object_get(doc, "pd");
	const json_t *ledger = json_object_get(doc, "lg"), *files = json_object_get(doc, "fl"), *row;
	const json_t *options = json_object_get(doc, "qo");
	size_t i;

	if (!is_list(units, CASE_UNITS) || !is_list(clocks, POLICY_CLOCKS) ||
	    !is_list(tasks, CASE_TASKS) || !is_list(pending, CASE_PENDING) ||
	    !is_list(ledger, LEDGER_ROWS) || (files != NULL && !is_list(files, CASE_FILES)) ||
	    (options != NULL && !is_list(options, QUESTION_OPTIONS)))
		return -1;
	json_array_foreach(units, i, row)
		if (copy_text(c->units[c->units_n++], UNIT_CODE_CHARS, row) != 0)
			return -1;
	json_array_foreach(clocks, i, row)
		if (decode_clock(&c->clocks[c->clocks_n++], row) != 0)
			return -1;
	json_array_foreach(tasks, i, row)
		if (decode_task(&c->tasks[c->tasks_n++], row) != 0)
			return -1;
	json_array_foreach(pending, i, row)
		if (decode_pending(&c->pending[c->pending_n++], row) != 0)
			return -1;
	json_array_foreach(ledger, i, row)
		if (decode_share(&c->ledger, row) != 0)
			return -1;
	json_array_foreach(options, i, row)
		if (decode_option(&c->question.options[c->question.options_n++], row) != 0)
			return -1;
	json_array_foreach(files, i, row)
		if (copy_text(c->files[c->files_n++], MEDIA_NAME_CHARS, row) != 0 ||
		    !media_is_name(c->files[i]))
			return -1;
	return 0;
}

/*
 * A wait of the release before does not say since when.  The clock of the cure was paused by it; where
 * that one ran no more, the ledger stands since then.
 */
static void
date_wait(struct case_record *c)
{
	if (c->state != CASE_MENUNGGU || c->wait_since_ms != 0)
		return;
	c->wait_since_ms = c->ledger.since_ms;
	for (int i = 0; i < c->clocks_n; i++)
		if (c->clocks[i].state == CLOCK_PAUSED)
			c->wait_since_ms = c->clocks[i].met_ms;
}

int
case_decode(struct case_record *c, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	struct code code;
	int rc = -1;

	memset(c, 0, sizeof(*c));
	if (json_integer_value(json_object_get(doc, "schema")) != CASE_SCHEMA)
		goto out;
	for (size_t i = 0; i < N_ELEMS(fields); i++)
		if (decode_field(c, doc, &fields[i]) != 0)
			goto out;
	if (c->version == 0 || code_parse(&code, c->code.s, strlen(c->code.s)) != 0 ||
	    strcmp(code.s, c->code.s) != 0)
		goto out;
	rc = decode_lists(c, doc);
	date_wait(c);
out:
	json_decref(doc);
	return rc;
}
