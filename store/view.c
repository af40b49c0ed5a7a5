#include "store/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/incident.h"
#include "lib/escape.h"
#include "store/logbook.h"
#include "store/outbox.h"

static void
add_next(struct buf *b, const struct policy *p, const struct case_record *c)
{
	int64_t due = case_due_ms(c);
	const char *name = "tinjau";

	for (int i = 0; i < c->clocks_n && i < p->clocks_n; i++)
		if (c->clocks[i].state == CLOCK_RUNNING && c->clocks[i].next_ms == due)
			name = p->clocks[i].name;
	if (c->state == CASE_SELESAI && c->confirm_by_ms == due)
		name = "konfirmasi";
	if (c->state == CASE_MENUNGGU && c->wait_until_ms == due)
		name = "menunggu";
	if (c->state == CASE_DITERIMA && c->stall_ms == due)
		name = "terbengkalai";
	if (due == 0)
		buf_adds(b, ",\"next\":null");
	else
		buf_addf(b, ",\"next\":{\"clock\":\"%s\",\"at_ms\":%" PRId64 "}", name, due);
}

static void
add_clocks(struct buf *b, const struct policy *p, const struct case_record *c, int64_t now_ms)
{
	int n = 0;

	buf_adds(b, ",\"clocks\":[");
	for (int i = 0; i < c->clocks_n && i < p->clocks_n; i++) {
		const struct case_clock *k = &c->clocks[i];

		if (k->state == CLOCK_NONE)
			continue;
		buf_addf(b,
		    "%s{\"clock\":\"%s\",\"state\":\"%s\",\"start_ms\":%" PRId64
		    ",\"due_ms\":%" PRId64 ",\"met_ms\":%" PRId64 ",\"breached_ms\":%" PRId64
		    ",\"left_ms\":%" PRId64 ",\"warned\":%d,\"rung\":%d,\"epoch\":%d}",
		    n++ ? "," : "", p->clocks[i].name, clock_state_name(k->state), k->start_ms,
		    k->due_ms, k->met_ms, k->breached_ms,
		    k->state == CLOCK_RUNNING ? k->due_ms - now_ms : 0, k->warned, k->rung,
		    k->epoch);
	}
	buf_addc(b, ']');
}

static void
add_ledger(struct buf *b, const struct case_record *c, int64_t now_ms)
{
	struct ledger_row rows[LEDGER_ROWS + 1];
	int n = ledger_list(&c->ledger, now_ms, rows);

	buf_adds(b, ",\"ledger\":[");
	for (int i = 0; i < n; i++)
		buf_addf(b, "%s{\"holder\":\"%s\",\"ms\":%" PRId64 "%s}", i ? "," : "", rows[i].holder,
		    rows[i].ms, strcmp(rows[i].holder, c->ledger.holder) == 0 ? ",\"now\":true" : "");
	buf_adds(b, "]");
}

/* "photo":{"state":"diragukan","number":47,"refused":0,"doubts":["jauh"]}; nothing while none came. */
static void
add_photo(struct buf *b, const struct case_record *c)
{
	static const char *const states[] = { [PHOTO_NONE] = "tidak-ada", [PHOTO_GOOD] = "baik",
	    [PHOTO_DOUBTED] = "diragukan", [PHOTO_CHECKED] = "diperiksa" };
	int n = 0;

	if (c->photo.state == PHOTO_NONE && c->photo.refused == 0)
		return;
	buf_addf(b, ",\"photo\":{\"state\":\"%s\",\"number\":%d,\"refused\":%d,\"doubts\":[", states[c->photo.state],
	    c->photo.number, c->photo.refused);
	for (int i = 0; i < PHOTO_DOUBTS; i++)
		if (c->photo.doubts >> i & 1)
			buf_addf(b, "%s\"%s\"", n++ ? "," : "", photo_doubt_name(i));
	buf_adds(b, "]}");
}

void
view_case_open(struct buf *b, const struct policy *p, const struct case_record *c, int64_t now_ms)
{
	char shown[CODE_CHARS + 2];

	code_show(shown, &c->code);
	buf_addf(b, "{\"code\":\"%s\",\"shown\":\"%s\",\"state\":\"%s\",\"version\":%" PRId64,
	    c->code.s, shown, case_state_name(c->state), c->version);
	buf_add_pair(b, "category", c->category);
	buf_add_pair(b, "urgency", urgency_name(c->urgency));
	buf_add_pair(b, "place", c->place);
	buf_add_pair(b, "rt", c->rt);
	buf_add_pair(b, "rw", c->rw);
	buf_adds(b, ",\"units\":[");
	for (int i = 0; i < c->units_n; i++)
		buf_addf(b, "%s\"%s\"", i ? "," : "", c->units[i]);
	buf_adds(b, "],\"files\":[");
	for (int i = 0; i < c->files_n; i++)
		buf_addf(b, "%s\"%s\"", i ? "," : "", c->files[i]);
	buf_addf(b, "],\"confidential\":%s,\"drill\":%s,\"confidence\":%.3f",
	    c->sealed ? "true" : "false", c->latihan ? "true" : "false",
	    c->confidence_permille / 1000.0);
	buf_add_pair(b, "incident", c->incident);
	buf_add_pair(b, "lead", c->lead);
	buf_addf(b, ",\"apart\":%s,\"voices\":%d", c->apart ? "true" : "false", c->voices);
	buf_add_pair(b, "truth", truth_name(c->truth));
	add_photo(b, c);
	buf_add_pair(b, "holder", c->holder);
	buf_add_pair(b, "closed_as", close_reason_name(c->closed_as));
	if (case_is_legacy(c)) {
		buf_adds(b, ",\"legacy\":{\"source\":");
		buf_add_json(b, c->legacy.source, strlen(c->legacy.source));
		buf_add_pair(b, "number", c->legacy.number);
		buf_addc(b, '}');
	}
	buf_add_pair_if(b, "follows", c->follows);
	buf_add_pair_if(b, "twin", c->twin);
	buf_add_pair_if(b, "proof", c->proof);
	buf_add_pair(b, "policy", c->policy);
	buf_add_pair(b, "wait_reason", c->wait_reason);
	buf_addf(b, ",\"waited_ms\":%" PRId64 ",\"wait_until_ms\":%" PRId64 ",\"date_ms\":%" PRId64
	    ",\"hand_ons\":%d,\"alarms\":%d,\"level\":%d", case_waited_ms(c, now_ms),
	    c->wait_until_ms, c->date_ms, c->hand_ons, c->alarms, c->level);
	buf_addf(b,
	    ",\"received_ms\":%" PRId64 ",\"opened_ms\":%" PRId64 ",\"told_ms\":%" PRId64
	    ",\"taken_ms\":%" PRId64 ",\"going_ms\":%" PRId64 ",\"on_scene_ms\":%" PRId64
	    ",\"handled_ms\":%" PRId64 ",\"resolved_ms\":%" PRId64 ",\"closed_ms\":%" PRId64,
	    c->received_ms, c->opened_ms, c->told_ms, c->taken_ms, c->going_ms, c->arrived_scene_ms,
	    c->handled_ms, c->resolved_ms, c->closed_ms);
	buf_addf(b, ",\"abandoned\":%d,\"abandoned_ms\":%" PRId64, c->abandoned, c->abandoned_ms);
	buf_addf(b, ",\"doubted\":%s", c->doubted ? "true" : "false");
	buf_add_pair(b, "question", question_name(c->question.what));
	add_next(b, p, c);
	add_clocks(b, p, c, now_ms);
	add_ledger(b, c, now_ms);
}

/* Of an escalation, what names no unit and nobody. */
static void
blur_escalation(json_t *doc)
{
	static const char *const named[] = { "unit", "told", "people", "ledger" };

	for (size_t i = 0; i < N_ELEMS(named); i++)
		(void)json_object_del(json_object_get(doc, "esc"), named[i]);	/* -1: it had none */
}

/* One entry for people: who did what when and why, without what is sealed. */
static void
add_entry(struct buf *b, const struct log_line *line, const struct blur *hide)
{
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);
	const char *what = json_string_value(json_object_get(doc, "what"));
	const char *by = json_string_value(json_object_get(doc, "by"));
	const char *actor = json_string_value(json_object_get(doc, "actor"));
	const json_t *esc = json_object_get(doc, "esc"), *cmd = json_object_get(doc, "cmd");
	const char *cause = json_string_value(json_object_get(cmd, "cause"));
	char *text;

	if (actor != NULL && blur_hides_officer(hide, actor))
		actor = "petugas";
	if (hide->area != NULL)
		blur_escalation(doc);
	buf_addf(b, "{\"seq\":%" PRId64 ",\"at_ms\":%" JSON_INTEGER_FORMAT, line->seq,
	    json_integer_value(json_object_get(doc, "at")));
	buf_add_pair(b, "who", actor != NULL ? actor : by != NULL ? by : "");
	buf_add_pair(b, "what", what != NULL ? what : "");
	buf_add_pair(b, "from",
	    json_is_string(json_object_get(doc, "from")) ?
	    json_string_value(json_object_get(doc, "from")) : "");
	buf_add_pair(b, "to",
	    json_is_string(json_object_get(doc, "to")) ?
	    json_string_value(json_object_get(doc, "to")) : "");
	buf_addf(b, ",\"version\":%" JSON_INTEGER_FORMAT,
	    json_integer_value(json_object_get(doc, "v")));
	if (esc != NULL) {
		const char *why = json_string_value(json_object_get(esc, "why"));

		buf_add_pair(b, "why",
		    why != NULL ? why : json_string_value(json_object_get(esc, "kind")));
		text = json_dumps(esc, JSON_COMPACT);
		buf_addf(b, ",\"escalation\":%s}", text);
		free(text);
	} else {
		buf_add_pair(b, "why", cause != NULL ? cause : "");
		buf_add_pair_if(b, "file", hide->area != NULL ? NULL : json_string_value(json_object_get(cmd, "file")));
		buf_addc(b, '}');
	}
	json_decref(doc);
}

struct log_list { struct buf *b; const struct blur *hide; int shown; };

static int
list_entry(const struct log_line *line, void *arg)
{
	struct log_list *l = arg;

	buf_adds(l->b, l->shown++ ? "," : "");
	add_entry(l->b, line, l->hide);
	return 0;
}

static int
add_log(struct buf *b, struct store *st, const char *seqs, const struct blur *hide)
{
	struct log_list l = { .b = b, .hide = hide };
	int rc;

	buf_adds(b, ",\"log\":[");
	rc = logbook_read_these(st, seqs, list_entry, &l);
	buf_addc(b, ']');
	return rc;
}

/* A field that is not there yet counts nothing. */
static const char *
number(const redisReply *field)
{
	return field->type == REDIS_REPLY_STRING ? field->str : "0";
}

static void
add_message(struct buf *b, const char *id, const redisReply *r, int more)
{
	/* Another way it went; the digest that it is part of. */
	static const struct { int at; const char *name; } others[] = { { 5, "then" }, { 6, "digest" } };

	buf_addf(b, "%s{\"id\":\"%s\",\"kind\":\"%s\",\"state\":\"%s\",\"tries\":%s,\"at_ms\":%s,"
	    "\"ended_ms\":%s", more ? "," : "", id, r->element[0]->str, r->element[1]->str,
	    number(r->element[2]), number(r->element[3]), number(r->element[4]));
	for (size_t i = 0; i < N_ELEMS(others); i++)
		if (r->element[others[i].at]->type == REDIS_REPLY_STRING)
			buf_addf(b, ",\"%s\":\"%s\"", others[i].name, r->element[others[i].at]->str);
	if (r->element[7]->type == REDIS_REPLY_STRING)
		buf_addf(b, ",\"delivered_ms\":%s", r->element[7]->str);
	buf_addc(b, '}');
}

int
view_messages(struct buf *b, struct store *st, const struct case_record *c)
{
	int rc = 0, shown = 0;

	buf_addc(b, '[');
	for (int i = 1; i <= c->messages && rc == 0; i++) {
		struct buf key = { 0 };
		char id[48];
		redisReply *r;

		message_id(id, sizeof(id), c->code.s, i);
		buf_add_key(&key, &st->keys, KEY_MSG, id, NULL);
		r = redis_pipe_command(st->pipe, "HMGET %b k st n t te alt in td", key.data, key.len);
		if (r == NULL || r->type != REDIS_REPLY_ARRAY)
			rc = -1;
		else if (r->element[1]->type == REDIS_REPLY_STRING)
			add_message(b, id, r, shown++ > 0);
		freeReplyObject(r);
		buf_release(&key);
	}
	buf_addc(b, ']');
	return rc;
}

/* The public post it was said under; it leads to its author, so not where he wished to stay unknown. */
static void
add_link(struct buf *b, const struct store *st, const struct stored_case *s)
{
	struct laporan words;
	struct case_keys keys;
	char lookup[33];

	if (s->c.sealed || s->c.hide_reporter)
		return;
	if (stored_case_open(s, st, &keys, &words, lookup) == 0)
		buf_add_pair_if(b, "link", words.link);
	laporan_release(&words);
}

int
view_case(struct buf *b, struct store *st, const struct policy *p, const struct stored_case *s,
    const struct blur *hide, int64_t now_ms)
{
	static const struct blur nothing;
	int rc;

	view_case_open(b, p, &s->c, now_ms);
	rc = add_log(b, st, buf_str(&s->seqs), hide != NULL ? hide : &nothing);
	buf_adds(b, ",\"messages\":");
	if (rc == 0 && s->archived)
		buf_add(b, s->messages.data, s->messages.len);
	else if (rc == 0)
		rc = view_messages(b, st, &s->c);
	if (s->archived)
		buf_adds(b, ",\"archived\":true");
	add_link(b, st, s);
	buf_addc(b, '}');
	return rc;
}
