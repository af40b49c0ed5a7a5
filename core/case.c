#include "core/case.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "lib/escape.h"

static const char *const states[] = {
	[CASE_BARU] = "baru", [CASE_DITUGASKAN] = "ditugaskan", [CASE_DITERIMA] = "diterima",
	[CASE_MENUJU] = "menuju", [CASE_DITANGANI] = "ditangani", [CASE_SELESAI] = "selesai",
	[CASE_MENUNGGU] = "menunggu", [CASE_DITUTUP] = "ditutup",
};
static const char *const reasons[] = {
	[CLOSE_NONE] = "", [CLOSE_CONFIRMED] = "dikonfirmasi", [CLOSE_UNDISPUTED] = "tidak-disanggah",
	[CLOSE_REJECTED] = "ditolak", [CLOSE_DUPLICATE] = "ganda", [CLOSE_WITHDRAWN] = "dicabut",
};
static const char *const clock_states[] = {
	[CLOCK_NONE] = "tiada", [CLOCK_RUNNING] = "jalan", [CLOCK_PAUSED] = "jeda",
	[CLOCK_MET] = "terpenuhi", [CLOCK_STOPPED] = "henti",
};

const char *case_state_name(enum case_state s) { return states[s]; }
const char *close_reason_name(enum close_reason r) { return reasons[r]; }
const char *clock_state_name(enum clock_state s) { return clock_states[s]; }

int
case_state_of_name(const char *s, enum case_state *out)
{
	for (size_t i = 0; i < N_ELEMS(states); i++)
		if (strcmp(states[i], s) == 0) {
			*out = (enum case_state)i;
			return 0;
		}
	return -1;
}

const char *
case_lead(const struct case_record *c)
{
	return c->units_n > 0 ? c->units[0] : "";
}

const struct case_clock *
case_clock_named(const struct policy *p, const struct case_record *c, const char *name)
{
	int i = policy_clock_index(p, name);

	if (i < 0 || i >= c->clocks_n || c->clocks[i].state == CLOCK_NONE)
		return NULL;
	return &c->clocks[i];
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
	earlier(&due, c->review_ms);
	return due;
}

/*
 * The document's scalar fields as a table; both directions walk it.  A field at its zero value is
 * left out, which keeps a case near one kilobyte.
 */
enum field_kind { FIELD_INT, FIELD_ENUM, FIELD_MS, FIELD_TEXT };
struct field { const char *key; enum field_kind kind; size_t offset, size; };
#define INT(k, f) { k, FIELD_INT, offsetof(struct case_record, f), 0 }
#define ENUM(k, f) { k, FIELD_ENUM, offsetof(struct case_record, f), 0 }
#define MS(k, f) { k, FIELD_MS, offsetof(struct case_record, f), 0 }
#define TEXT(k, f) { k, FIELD_TEXT, offsetof(struct case_record, f), sizeof(((struct case_record *)0)->f) }

static const struct field fields[] = {
	TEXT("code", code.s), MS("v", version), ENUM("st", state), TEXT("pol", policy),
	TEXT("cat", category), ENUM("urg", urgency), TEXT("pl", place), TEXT("rt", rt), TEXT("rw", rw),
	INT("cf", confidence_permille), INT("sealed", sealed), INT("latihan", latihan), INT("e", lane_e), INT("hide", hide_reporter),
	TEXT("inc", incident), ENUM("cl", closed_as), TEXT("dup", duplicate_of),
	TEXT("ch", channel), TEXT("rep", reporter), TEXT("lang", lang),
	MS("rx", received_ms), MS("ar", arrived_ms), MS("op", opened_ms), MS("cls", closed_ms),
	MS("tl", told_ms), MS("tk", taken_ms), MS("go", going_ms), MS("sc", arrived_scene_ms),
	MS("hd", handled_ms), MS("rs", resolved_ms),
	TEXT("hold", holder), INT("msg", messages), INT("ho", hand_ons), INT("lv", level),
	MS("cfm", confirm_by_ms), MS("wt", wait_until_ms), ENUM("wb", wait_back), MS("rev", review_ms),
	ENUM("us", undo.state), TEXT("uo", undo.officer), MS("uu", undo.until_ms), INT("uc", undo.clocks),
	TEXT("dig", digest), TEXT("lh", ledger.holder), MS("ls", ledger.since_ms),
};

static void
encode_field(struct buf *b, const struct case_record *c, const struct field *f)
{
	const char *at = (const char *)c + f->offset;
	int64_t v;

	if (f->kind == FIELD_TEXT) {
		if (at[0] != '\0') {
			buf_addf(b, ",\"%s\":", f->key);
			buf_add_json(b, at, strlen(at));
		}
		return;
	}
	v = f->kind == FIELD_MS ? *(const int64_t *)at : *(const int *)at;
	if (v != 0)
		buf_addf(b, ",\"%s\":%" PRId64, f->key, v);
}

void
case_encode(struct buf *b, const struct case_record *c)
{
	buf_addf(b, "{\"schema\":%d", CASE_SCHEMA);
	for (size_t i = 0; i < N_ELEMS(fields); i++)
		encode_field(b, c, &fields[i]);
	buf_adds(b, ",\"un\":[");
	for (int i = 0; i < c->units_n; i++) {
		buf_adds(b, i ? "," : "");
		buf_add_json(b, c->units[i], strlen(c->units[i]));
	}
	buf_adds(b, "],\"ck\":[");
	for (int i = 0; i < c->clocks_n; i++) {
		const struct case_clock *k = &c->clocks[i];

		if (k->state == CLOCK_NONE)
			buf_adds(b, i ? ",0" : "0");
		else
			buf_addf(b, "%s[%d,%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64
			    ",%d,%d,%d,%d]", i ? "," : "", k->state, k->start_ms, k->due_ms, k->next_ms,
			    k->met_ms, k->breached_ms, k->warned, k->rung, k->in_breach, k->epoch);
	}
	buf_adds(b, "],\"ts\":[");
	for (int i = 0; i < c->tasks_n; i++) {
		const struct case_task *t = &c->tasks[i];

		buf_addf(b, "%s[\"%s\",\"%s\",\"%s\",%" PRId64 ",%d,%d]", i ? "," : "", t->officer,
		    t->unit, t->nonce, t->told_ms, t->state, t->message);
	}
	buf_adds(b, "],\"pd\":[");
	for (int i = 0; i < c->pending_n; i++)
		buf_addf(b, "%s[%d,%d,\"%s\"]", i ? "," : "", c->pending[i].n, c->pending[i].group,
		    c->pending[i].unit);
	buf_adds(b, "],\"lg\":[");
	for (int i = 0; i < c->ledger.n; i++)
		buf_addf(b, "%s[\"%s\",%" PRId64 "]", i ? "," : "", c->ledger.rows[i].holder,
		    c->ledger.rows[i].ms);
	buf_adds(b, "]}");
}

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
	if (!json_is_integer(v))
		return -1;
	if (f->kind == FIELD_MS)
		*(int64_t *)at = json_integer_value(v);
	else
		*(int *)at = (int)json_integer_value(v);
	return 0;
}

static int64_t
number_at(const json_t *list, size_t i)
{
	return json_integer_value(json_array_get(list, i));
}

static int
decode_lists(struct case_record *c, const json_t *doc)
{
	const json_t *units = json_object_get(doc, "un"), *clocks = json_object_get(doc, "ck");
	const json_t *tasks = json_object_get(doc, "ts"), *pending = json_object_get(doc, "pd");
	const json_t *ledger = json_object_get(doc, "lg"), *row;
	size_t i;

	if (json_array_size(units) > CASE_UNITS || json_array_size(clocks) > POLICY_CLOCKS ||
	    json_array_size(tasks) > CASE_TASKS || json_array_size(pending) > CASE_PENDING ||
	    json_array_size(ledger) > LEDGER_ROWS)
		return -1;
	json_array_foreach(units, i, row)
		if (copy_text(c->units[c->units_n++], UNIT_CODE_CHARS, row) != 0)
			return -1;
	json_array_foreach(clocks, i, row) {
		struct case_clock *k = &c->clocks[c->clocks_n++];

		k->state = (enum clock_state)number_at(row, 0);
		if (k->state > CLOCK_STOPPED)
			return -1;
		k->start_ms = number_at(row, 1), k->due_ms = number_at(row, 2), k->next_ms = number_at(row, 3);
		k->met_ms = number_at(row, 4), k->breached_ms = number_at(row, 5);
		k->warned = (int)number_at(row, 6), k->rung = (int)number_at(row, 7);
		k->in_breach = (int)number_at(row, 8), k->epoch = (int)number_at(row, 9);
	}
	json_array_foreach(tasks, i, row) {
		struct case_task *t = &c->tasks[c->tasks_n++];

		if (copy_text(t->officer, sizeof(t->officer), json_array_get(row, 0)) != 0 ||
		    copy_text(t->unit, sizeof(t->unit), json_array_get(row, 1)) != 0 ||
		    copy_text(t->nonce, sizeof(t->nonce), json_array_get(row, 2)) != 0)
			return -1;
		t->told_ms = number_at(row, 3);
		t->state = (enum task_state)number_at(row, 4);
		t->message = (int)number_at(row, 5);
	}
	json_array_foreach(pending, i, row) {
		struct case_pending *m = &c->pending[c->pending_n++];

		m->n = (int)number_at(row, 0);
		m->group = (char)number_at(row, 1);
		if (copy_text(m->unit, sizeof(m->unit), json_array_get(row, 2)) != 0)
			return -1;
	}
	json_array_foreach(ledger, i, row) {
		if (copy_text(c->ledger.rows[c->ledger.n].holder, HOLDER_CHARS, json_array_get(row, 0)) != 0)
			return -1;
		c->ledger.rows[c->ledger.n++].ms = number_at(row, 1);
	}
	return 0;
}

int
case_decode(struct case_record *c, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int rc = -1;

	memset(c, 0, sizeof(*c));
	if (json_integer_value(json_object_get(doc, "schema")) != CASE_SCHEMA)
		goto out;
	for (size_t i = 0; i < N_ELEMS(fields); i++)
		if (decode_field(c, doc, &fields[i]) != 0)
			goto out;
	if ((unsigned)c->state > CASE_DITUTUP || (unsigned)c->urgency > URGENCY_DARURAT ||
	    (unsigned)c->closed_as > CLOSE_WITHDRAWN || (unsigned)c->wait_back > CASE_DITUTUP ||
	    (unsigned)c->undo.state > CASE_DITUTUP)
		goto out;
	rc = decode_lists(c, doc);
out:
	json_decref(doc);
	return rc;
}
