#include "store/recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/json_of.h"
#include "store/logbook.h"

#define TEXT(dst, o, name) snprintf((dst), sizeof(dst), "%s", text_of((o), (name)))

static int
actor_of_name(const char *s, enum actor_kind *out)
{
	for (int a = BY_SYSTEM; a <= BY_TIMER; a++)
		if (strcmp(actor_name((enum actor_kind)a), s) == 0) {
			*out = (enum actor_kind)a;
			return 0;
		}
	return -1;
}

static int
read_understanding(struct understanding *u, const json_t *o)
{
	const json_t *units = json_object_get(o, "un"), *rivals = json_object_get(o, "rv");
	const json_t *also = json_object_get(o, "al");

	TEXT(u->category, o, "cat");
	TEXT(u->place, o, "pl");
	TEXT(u->rt, o, "rt");
	TEXT(u->rw, o, "rw");
	u->confidence_permille = (int)int_of(o, "cf");
	u->place_confidence_permille = (int)int_of(o, "pcf");
	u->sealed = (int)int_of(o, "sealed");
	TEXT(u->about, o, "abo");
	u->unsure = (int)int_of(o, "unsure");
	for (size_t i = 0; i < json_array_size(units) && i < UNDERSTANDING_UNITS; i++) {
		const char *unit = json_string_value(json_array_get(units, i));

		snprintf(u->units[u->units_n++], UNIT_CODE_CHARS, "%s", unit != NULL ? unit : "");
	}
	for (size_t i = 0; i < json_array_size(rivals) && i < UNDERSTANDING_RIVALS; i++) {
		const char *place = json_string_value(json_array_get(rivals, i));

		snprintf(u->rivals[u->rivals_n++], PLACE_CODE_CHARS, "%s", place != NULL ? place : "");
	}
	for (size_t i = 0; i < json_array_size(also) && i < UNDERSTANDING_ALSO; i++) {
		const char *category = json_string_value(json_array_get(also, i));

		snprintf(u->also[u->also_n++], CATEGORY_CHARS, "%s", category != NULL ? category : "");
	}
	return urgency_of_name(text_of(o, "urg"), &u->urgency);
}

/* received_ms stands in the case's snapshot, the rest in the command. */
static void
read_report(struct recorded *r, const json_t *rep, const json_t *doc)
{
	struct report_facts *f = &r->report;

	r->has_report = rep != NULL;
	f->code = r->code;
	f->received_ms = int_of(json_object_get(doc, "c"), "rx");
	f->arrived_ms = int_of(rep, "ar");
	TEXT(f->channel, rep, "ch");
	TEXT(f->lang, rep, "lang");
	TEXT(f->twin, rep, "tw");
	TEXT(f->twin_category, rep, "tc");
	memcpy(f->policy, r->policy, sizeof(f->policy));
	f->latihan = r->latihan;
	f->lane_e = (int)int_of(rep, "e");
	f->hide_reporter = (int)int_of(rep, "hide");
	f->empty = (int)int_of(rep, "empty");
	f->doubted = (int)int_of(rep, "db");
	f->root = (int)int_of(rep, "root");
	TEXT(f->follows, json_object_get(doc, "cmd"), "fol");
	if (int_of(rep, "who"))
		snprintf(f->reporter, sizeof(f->reporter), "%032d", 0);
	r->cmd.report = f;
}

static void
read_candidates(struct recorded *r, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list) && i < QUESTION_OPTIONS; i++) {
		const json_t *row = json_array_get(list, i);
		const char *id = json_string_value(json_array_get(row, 0));
		const char *category = json_string_value(json_array_get(row, 1));
		struct question_option *o = &r->candidates[r->cmd.candidates_n++];

		snprintf(o->id, sizeof(o->id), "%s", id != NULL ? id : "");
		snprintf(o->category, sizeof(o->category), "%s", category != NULL ? category : "");
	}
	r->cmd.candidates = r->candidates;
}

static void
read_photo(struct recorded *r, const json_t *photo)
{
	r->photo.doubts = (unsigned)int_of(photo, "db") & ((1u << PHOTO_DOUBTS) - 1);
	r->photo.bits = (int)int_of(photo, "bits");
	r->photo.refused = (int)int_of(photo, "ref");
	TEXT(r->photo.like, photo, "like");
	r->cmd.photo = &r->photo;
	r->cmd.photo_number = (int)int_of(photo, "no");
}

static void
read_legacy(struct recorded *r, const json_t *leg)
{
	struct legacy_facts *f = &r->legacy;

	TEXT(f->from.source, leg, "src");
	TEXT(f->from.number, leg, "no");
	f->handled_ms = int_of(leg, "hd");
	f->closed_ms = int_of(leg, "cl");
	if (close_reason_of_name(text_of(leg, "as"), &f->as) != 0)
		f->as = CLOSE_NONE;
	r->cmd.legacy = f;
}

static int
read_command(struct recorded *r, const json_t *doc)
{
	const json_t *cmd = json_object_get(doc, "cmd"), *u = json_object_get(cmd, "u");
	const json_t *photo = json_object_get(cmd, "photo"), *legacy = json_object_get(cmd, "leg");
	struct command *c = &r->cmd;

	if (case_event_of_name(text_of(cmd, "ev"), &c->event) != 0 ||
	    actor_of_name(text_of(doc, "by"), &c->by) != 0)
		return -1;
	c->note = "-";
	TEXT(c->actor, doc, "actor");
	TEXT(c->to_unit, cmd, "to");
	TEXT(c->about, cmd, "abo");
	TEXT(c->into, cmd, "into");
	TEXT(c->category, cmd, "cat");
	TEXT(c->incident, cmd, "inc");
	TEXT(c->lead, cmd, "lead");
	c->apart = (int)int_of(cmd, "apart");
	c->supported = (int)int_of(cmd, "sup");
	c->voices = (int)int_of(cmd, "voices");
	c->second = (int)int_of(cmd, "second");
	TEXT(c->lang, cmd, "lang");
	TEXT(c->reason, cmd, "reason");
	TEXT(c->leaver, cmd, "off");
	TEXT(r->was, cmd, "was");
	TEXT(r->file, cmd, "file");
	TEXT(r->cause, cmd, "cause");
	c->file = r->file[0] != '\0' ? r->file : NULL;
	c->cause = r->cause[0] != '\0' ? r->cause : NULL;
	c->until_ms = int_of(cmd, "until");
	c->heard_ms = int_of(cmd, "heard");
	c->answer = (int)int_of(cmd, "ans");
	if (int_of(cmd, "refs") < 0 || int_of(cmd, "refs") > FX_MESSAGES)
		return -1;
	c->references_n = (int)int_of(cmd, "refs");
	for (int i = 0; i < c->references_n; i++)
		r->references[i] = "";
	c->references = r->references;
	if (u != NULL && read_understanding(&r->u, u) != 0)
		return -1;
	c->u = u != NULL ? &r->u : NULL;
	if (photo != NULL)
		read_photo(r, photo);
	read_candidates(r, json_object_get(cmd, "of"));
	if (legacy != NULL)
		read_legacy(r, legacy);
	if (r->version == 1)
		read_report(r, json_object_get(cmd, "rep"), doc);
	return 0;
}

static void
read_escalation(struct escalation *e, const json_t *esc)
{
	static const char *const whys[] = { "kosong", "tak-terjangkau", "terlambat", "tertutup",
		"syarat" };

	e->why = "";
	for (int k = ESC_WARNING; k <= ESC_PASSED; k++)
		if (strcmp(escalation_name((enum escalation_kind)k), text_of(esc, "kind")) == 0)
			e->kind = (enum escalation_kind)k;
	TEXT(e->clock, esc, "clock");
	TEXT(e->rung, esc, "rung");
	TEXT(e->unit, esc, "unit");
	TEXT(e->told, esc, "told");
	e->due_ms = int_of(esc, "due_ms");
	e->late_ms = int_of(esc, "late_ms");
	e->epoch = (int)int_of(esc, "epoch");
	for (size_t i = 0; i < N_ELEMS(whys); i++)
		if (strcmp(whys[i], text_of(esc, "why")) == 0)
			e->why = whys[i];
}

static int
read_case_entry(struct recorded *r, const json_t *doc)
{
	const char *code = text_of(doc, "code");

	r->at_ms = int_of(doc, "at");
	r->version = int_of(doc, "v");
	r->roster_seq = int_of(doc, "roster");
	r->latihan = json_is_true(json_object_get(doc, "latihan"));
	r->is_legacy = json_is_true(json_object_get(doc, LOG_LEGACY));
	TEXT(r->policy, doc, "policy");
	TEXT(r->what, doc, "what");
	TEXT(r->digest_prev, doc, "prev");
	if (code_parse(&r->code, code, strlen(code)) != 0 || r->version <= 0 ||
	    r->at_ms <= 0 || r->at_ms > MS_MOST)
		return -1;
	read_escalation(&r->esc, json_object_get(doc, "esc"));
	return read_command(r, doc);
}

int
recorded_read(struct recorded *r, int64_t seq, const char *entry, size_t len)
{
	json_t *doc = json_loadb(entry, len, JSON_REJECT_DUPLICATES, NULL);
	int rc = -1;

	memset(r, 0, sizeof(*r));
	r->seq = seq;
	if (json_is_object(doc) && int_of(doc, "schema") == 1)
		rc = json_object_get(doc, "code") == NULL || json_object_get(doc, "cmd") == NULL ? 0 :
		    read_case_entry(r, doc) == 0 ? 1 : -1;
	json_decref(doc);
	return rc;
}

int
recorded_officer(struct officer *o, int64_t *roster_seq, const char *entry, size_t len)
{
	json_t *doc = json_loadb(entry, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *off = json_object_get(doc, "off");
	char *text;
	int rc = json_is_object(doc) ? 0 : -1;

	if (rc == 0 && strcmp(text_of(doc, "what"), "petugas") == 0 && off != NULL) {
		text = json_dumps(off, JSON_COMPACT);
		*roster_seq = int_of(doc, "roster");
		rc = text != NULL && officer_decode_public(o, text, strlen(text)) == 0 ? 1 : -1;
		free(text);
	}
	json_decref(doc);
	return rc;
}

size_t
recorded_open_bytes(const char *entry, size_t len)
{
	static const char sealed[] = ",\"x\":\"";

	/* The last member, hexadecimal: nothing that people wrote can stand behind it. */
	for (size_t at = len; at-- > 0; )
		if (at + sizeof(sealed) - 1 <= len && memcmp(entry + at, sealed, sizeof(sealed) - 1) == 0)
			return at;
	return len > 0 ? len - 1 : 0;		/* nor the closing brace */
}
