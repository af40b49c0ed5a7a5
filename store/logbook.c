#include "store/logbook.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/incident.h"
#include "lib/escape.h"
#include "store/archive.h"
#include "store/chain.h"

int
log_is_apart(const json_t *doc)
{
	return json_is_true(json_object_get(doc, "latihan")) || json_is_true(json_object_get(doc, LOG_LEGACY));
}

void
log_hex(char out[65], const uint8_t digest[DIGEST_BYTES])
{
	struct buf hex = { 0 };

	buf_add_hex(&hex, digest, DIGEST_BYTES);
	snprintf(out, 65, "%s", buf_str(&hex));
	buf_release(&hex);
}

/* ---- writing ---- */

/* The sealed part: the actor's words, why the router thought so, and the entropy of new nonces. */
static void
add_sealed(struct buf *b, const char *note, const struct understanding *u, uint64_t entropy,
    const struct seal_key *key)
{
	struct buf plain = { 0 }, sealed = { 0 };

	if ((note == NULL || note[0] == '\0') && u == NULL && entropy == 0)
		return;
	buf_addf(&plain, "{\"ent\":\"%016" PRIx64 "\"", entropy);
	buf_add_pair_if(&plain, "note", note);
	if (u != NULL) {
		buf_adds(&plain, ",\"why\":[");
		for (int i = 0; i < u->why_n; i++) {
			buf_adds(&plain, i ? "," : "");
			buf_add_json(&plain, u->why[i], strlen(u->why[i]));
		}
		buf_addc(&plain, ']');
	}
	buf_addc(&plain, '}');
	seal_add(&sealed, key, "note", plain.data, plain.len);
	buf_adds(b, ",\"x\":\"");
	buf_add_hex(b, sealed.data, sealed.len);
	buf_addc(b, '"');
	buf_wipe(&plain);
	buf_release(&sealed);
}

/* A word of ours, which needs no escapes, up to its closing quote. */
static void
add_name(struct buf *b, const char *before, const char *name)
{
	buf_adds(b, before);
	buf_adds(b, name);
	buf_addc(b, '"');
}

/* Where the time went until then: the rows sum up to the time since the report. */
static void
add_ledger(struct buf *b, const struct ledger *l, int64_t at_ms)
{
	struct ledger_row rows[LEDGER_ROWS + 1];
	int n = ledger_list(l, at_ms, rows);

	buf_adds(b, ",\"ledger\":[");
	for (int i = 0; i < n; i++) {
		buf_adds(b, i ? ",[" : "[");
		buf_add_json(b, rows[i].holder, strlen(rows[i].holder));
		buf_addc(b, ',');
		buf_addi(b, rows[i].ms);
		buf_addc(b, ']');
	}
	buf_addc(b, ']');
}

#define PEOPLE_MOST 8

/* Who was told of it, when and by which message, and whether he took it: who did nothing stands here. */
static void
add_people(struct buf *b, const struct case_record *c)
{
	buf_adds(b, ",\"people\":[");
	for (int i = 0; i < c->tasks_n && i < PEOPLE_MOST; i++) {
		buf_adds(b, i ? ",[" : "[");
		buf_add_json(b, c->tasks[i].officer, strlen(c->tasks[i].officer));
		buf_addf(b, ",%" PRId64 ",\"%s\",%d]", c->tasks[i].told_ms,
		    c->tasks[i].state == TASK_TAKEN ? "diambil" : "diam", c->tasks[i].message);
	}
	buf_addc(b, ']');
}

/* A day set anew, or another version's targets: what each clock was due before, and is now. */
static void
add_moved(struct buf *b, const struct policy *p, const struct case_record *before,
    const struct effects *fx, const struct command *cmd)
{
	const struct case_record *c = &fx->after;
	int n = 0;

	if (cmd->event != ON_DATE && cmd->event != ON_RECKON)
		return;
	buf_adds(b, ",\"moved\":[");
	for (int i = 0; i < c->clocks_n; i++) {
		const struct case_clock *old = case_clock_named(cmd->was != NULL ? cmd->was : p, before,
		    p->clocks[i].name);
		int64_t was = old != NULL ? old->due_ms : 0;

		if (c->clocks[i].due_ms != was)
			buf_addf(b, "%s[\"%s\",%" PRId64 ",%" PRId64 "]", n++ ? "," : "",
			    p->clocks[i].name, was, c->clocks[i].due_ms);
	}
	buf_addc(b, ']');
}

static void
add_escalation(struct buf *b, const struct escalation *e, const struct case_record *c, int64_t at_ms)
{
	if (e->kind == ESC_NONE)
		return;
	buf_adds(b, ",\"esc\":{");
	add_name(b, "\"kind\":\"", escalation_name(e->kind));
	add_name(b, ",\"clock\":\"", e->clock);
	add_name(b, ",\"rung\":\"", e->rung);
	add_name(b, ",\"unit\":\"", e->unit);
	add_name(b, ",\"told\":\"", e->told);
	buf_add_int(b, "due_ms", e->due_ms);
	buf_add_int(b, "late_ms", e->late_ms);
	buf_add_int(b, "epoch", e->epoch);
	buf_add_pair_if(b, "why", e->why);
	if (e->kind == ESC_BREACH || e->kind == ESC_RUNG) {
		add_ledger(b, &c->ledger, at_ms);
		add_people(b, c);
	}
	buf_addc(b, '}');
}

/* What readers of the log need of the case as it now is: the read model is made of this alone. */
static void
add_snapshot(struct buf *b, const struct policy *p, const struct case_record *c)
{
	int64_t promise = 0, met = 0, breached = 0;

	for (int i = 0; i < c->clocks_n; i++)
		if (p->clocks[i].stop == STOP_ON_HANDLE && c->clocks[i].state != CLOCK_NONE) {
			promise = c->clocks[i].due_ms;
			met = c->clocks[i].state == CLOCK_MET ? c->clocks[i].met_ms : 0;
			breached = c->clocks[i].breached_ms;
		}
	add_name(b, ",\"c\":{\"st\":\"", case_state_name(c->state));
	add_name(b, ",\"urg\":\"", urgency_name(c->urgency));
	add_name(b, ",\"cat\":\"", c->category);
	add_name(b, ",\"pl\":\"", c->place);
	buf_adds(b, ",\"un\":[");
	for (int i = 0; i < c->units_n; i++)
		add_name(b, i ? ",\"" : "\"", c->units[i]);
	buf_addc(b, ']');
	buf_add_int(b, "rx", c->received_ms);
	buf_add_int(b, "due", case_due_ms(c));
	buf_add_int(b, "pr", promise);
	buf_add_int(b, "hd", met);
	buf_add_int(b, "br", breached);
	buf_add_pair_if(b, "as", close_reason_name(c->closed_as));
	if (c->abandoned_ms != 0)
		buf_addf(b, ",\"ab\":%" PRId64, c->abandoned_ms);
	buf_add_pair_if(b, "abo", c->about);
	buf_add_pair_if(b, "inc", c->incident);
	buf_add_pair_if(b, "lead", c->lead);
	if (c->apart)
		buf_adds(b, ",\"apart\":1");
	if (c->root)
		buf_adds(b, ",\"root\":1");
	if (c->voices > 1)
		buf_addf(b, ",\"voices\":%d", c->voices);
	if (c->photo.state != PHOTO_NONE)
		buf_addf(b, ",\"ph\":%d", c->photo.state);
	if (c->truth != TRUTH_UNVERIFIED)
		buf_add_pair(b, "truth", truth_name(c->truth));
	buf_adds(b, c->sealed ? ",\"sealed\":1}" : "}");
}

/* Of the report only what decides; whose it is and what it says is not ours to repeat. */
static void
add_report(struct buf *b, const struct report_facts *f)
{
	static const char *const names[] = { "e", "hide", "empty", "who", "db", "root" };
	const int set[] = { f->lane_e, f->hide_reporter, f->empty, f->reporter[0] != '\0',
	    f->doubted, f->root };

	buf_addf(b, ",\"rep\":{\"ar\":%" PRId64, f->arrived_ms);
	buf_add_pair_if(b, "ch", f->channel);
	buf_add_pair_if(b, "lang", f->lang);
	buf_add_pair_if(b, "tw", f->twin);
	buf_add_pair_if(b, "tc", f->twin_category);
	for (size_t i = 0; i < N_ELEMS(names); i++)
		if (set[i])
			buf_addf(b, ",\"%s\":1", names[i]);
	buf_addc(b, '}');
}

static void
add_legacy(struct buf *b, const struct legacy_facts *f)
{
	buf_adds(b, ",\"leg\":{\"hd\":");
	buf_addf(b, "%" PRId64 ",\"cl\":%" PRId64, f->handled_ms, f->closed_ms);
	buf_add_pair(b, "src", f->from.source);
	buf_add_pair(b, "no", f->from.number);
	buf_add_pair_if(b, "as", close_reason_name(f->as));
	buf_addc(b, '}');
}

static void
add_command(struct buf *b, const struct command *cmd)
{
	add_name(b, ",\"cmd\":{\"ev\":\"", case_event_name(cmd->event));
	buf_add_pair_if(b, "to", cmd->to_unit);
	if (cmd->event == ON_SEAL)
		buf_add_pair_if(b, "abo", cmd->about);
	buf_add_pair_if(b, "into", cmd->into);
	buf_add_pair_if(b, "cat", cmd->category);
	buf_add_pair_if(b, "inc", cmd->incident);
	buf_add_pair_if(b, "lead", cmd->lead);
	if (cmd->apart)
		buf_adds(b, ",\"apart\":1");
	if (cmd->supported)
		buf_adds(b, ",\"sup\":1");
	if (cmd->voices != 0)
		buf_addf(b, ",\"voices\":%d,\"second\":%d", cmd->voices, cmd->second);
	buf_add_pair_if(b, "lang", cmd->lang);
	buf_add_pair_if(b, "fol", cmd->report != NULL ? cmd->report->follows : "");
	buf_add_pair_if(b, "reason", cmd->reason);
	if (cmd->was != NULL)
		buf_addf(b, ",\"was\":\"%.32s\"", cmd->was->digest);
	buf_add_pair_if(b, "off", cmd->leaver);
	buf_add_pair_if(b, "file", cmd->file);
	buf_add_pair_if(b, "cause", cmd->cause);
	if (cmd->photo != NULL) {
		buf_addf(b, ",\"photo\":{\"no\":%d,\"db\":%u,\"bits\":%d", cmd->photo_number, cmd->photo->doubts,
		    cmd->photo->bits);
		buf_add_pair_if(b, "like", cmd->photo->like);
		buf_adds(b, cmd->photo->refused ? ",\"ref\":1}" : "}");
	}
	if (cmd->until_ms != 0)
		buf_addf(b, ",\"until\":%" PRId64, cmd->until_ms);
	if (cmd->u != NULL) {
		const struct understanding *u = cmd->u;

		buf_addf(b,
		    ",\"u\":{\"cat\":\"%s\",\"urg\":\"%s\",\"pl\":\"%s\",\"rt\":\"%s\","
		    "\"rw\":\"%s\",\"cf\":%d,"
		    "\"pcf\":%d,\"sealed\":%d,\"unsure\":%d,\"un\":[",
		    u->category, urgency_name(u->urgency), u->place, u->rt, u->rw,
		    u->confidence_permille, u->place_confidence_permille, u->sealed, u->unsure);
		for (int i = 0; i < u->units_n; i++)
			buf_addf(b, "%s\"%s\"", i ? "," : "", u->units[i]);
		for (int i = 0; i < u->rivals_n; i++)
			buf_addf(b, "%s\"%s\"", i ? "," : "],\"rv\":[", u->rivals[i]);
		for (int i = 0; i < u->also_n; i++)
			buf_addf(b, "%s\"%s\"", i ? "," : "],\"al\":[", u->also[i]);
		buf_addc(b, ']');
		buf_add_pair_if(b, "abo", u->about);
		buf_addc(b, '}');
	}
	for (int i = 0; i < cmd->candidates_n; i++)
		buf_addf(b, "%s[\"%s\",\"%s\"]%s", i ? "," : ",\"of\":[", cmd->candidates[i].id,
		    cmd->candidates[i].category, i + 1 == cmd->candidates_n ? "]" : "");
	if (cmd->report != NULL)
		add_report(b, cmd->report);
	if (cmd->legacy != NULL)
		add_legacy(b, cmd->legacy);
	if (cmd->heard_ms != 0)
		buf_addf(b, ",\"heard\":%" PRId64, cmd->heard_ms);
	if (cmd->references_n != 0)
		buf_addf(b, ",\"refs\":%d", cmd->references_n);
	buf_adds(b, cmd->answer ? ",\"ans\":1}" : "}");
}

void
logbook_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const struct policy *p,
    const struct roster *r, const struct case_record *before, const struct effects *fx,
    const struct command *cmd, const struct seal_key *key, int64_t at_ms)
{
	const struct case_record *c = &fx->after;
	uint64_t entropy = fx->indexes_n > 0 ? cmd->entropy : 0;

	add_name(out, "{\"schema\":1,\"code\":\"", c->code.s);
	buf_add_int(out, "v", c->version);
	buf_add_int(out, "at", at_ms);
	add_name(out, ",\"what\":\"", fx->what);
	add_name(out, ",\"by\":\"", actor_name(cmd->by));
	buf_add_pair_if(out, "actor", cmd->actor);
	add_name(out, ",\"from\":\"", before->version == 0 ? "" : case_state_name(before->state));
	add_name(out, ",\"to\":\"", case_state_name(c->state));
	add_name(out, ",\"policy\":\"", c->policy);
	buf_add_int(out, "roster", r->seq);
	add_command(out, cmd);
	add_escalation(out, &fx->esc, c, at_ms);
	add_moved(out, p, before, fx, cmd);
	add_snapshot(out, p, c);
	for (int i = 0; i < fx->messages_n; i++)
		buf_addf(out, "%s[%d,\"%s\",\"%s\"]%s", i ? "," : ",\"msgs\":[", fx->messages[i].n,
		    fx->messages[i].kind,
		    fx->messages[i].to == TO_OFFICER ? fx->messages[i].officer :
		    fx->messages[i].to == TO_REPORTER ? "warga" : "",
		    i + 1 == fx->messages_n ? "]" : "");
	for (int i = 0; i < fx->cancels_n; i++)
		buf_addf(out, "%s%d%s", i ? "," : ",\"cancel\":[", fx->cancels[i],
		    i + 1 == fx->cancels_n ? "]" : "");
	buf_adds(out, fx->gap ? ",\"gap\":1" : "");
	buf_adds(out, c->latihan ? ",\"latihan\":true" : "");
	buf_adds(out, case_is_legacy(c) ? ",\"" LOG_LEGACY "\":true" : "");
	buf_add_pair_if(out, "prev", before->digest);
	add_sealed(out, cmd->note, cmd->u, entropy, key);
	buf_addc(out, '}');
	digest_of(digest, NULL, out->data, out->len);
}

void
logbook_note_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const char *what,
    const char *actor, const char *code, const char *kind, const char *note, int latihan, const struct seal_key *key,
    int64_t at_ms)
{
	buf_addf(out, "{\"schema\":1,\"at\":%" PRId64 ",\"what\":\"%s\"", at_ms, what);
	buf_add_pair_if(out, "actor", actor);
	buf_add_pair_if(out, "about", code);
	buf_add_pair_if(out, "kind", kind);
	buf_adds(out, latihan ? ",\"latihan\":true" : "");
	add_sealed(out, note, NULL, 0, key);
	buf_addc(out, '}');
	digest_of(digest, NULL, out->data, out->len);
}

void
logbook_officer_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const char *who,
    const struct officer *o, int64_t roster_seq, int64_t at_ms)
{
	buf_addf(out, "{\"schema\":1,\"at\":%" PRId64 ",\"what\":\"petugas\"", at_ms);
	buf_add_pair_if(out, "actor", who);
	buf_add_pair(out, "detail", o->id);
	buf_addf(out, ",\"roster\":%" PRId64 ",\"off\":", roster_seq);
	officer_encode_public(out, o);
	buf_addc(out, '}');
	digest_of(digest, NULL, out->data, out->len);
}

void
logbook_warning_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const char *who,
    const struct warning_notice *n, int64_t at_ms)
{
	buf_addf(out, "{\"schema\":1,\"at\":%" PRId64 ",\"what\":\"%s\"", at_ms, LOG_WARNING);
	buf_add_pair_if(out, "actor", who);
	buf_adds(out, n->drill ? ",\"latihan\":true" : "");
	buf_adds(out, ",\"per\":");
	warning_notice_encode(out, n);
	buf_addc(out, '}');
	digest_of(digest, NULL, out->data, out->len);
}

void
logbook_plain_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const char *what,
    const char *who, const char *detail, int64_t at_ms)
{
	buf_addf(out, "{\"schema\":1,\"at\":%" PRId64 ",\"what\":\"%s\"", at_ms, what);
	buf_add_pair_if(out, "actor", who);
	buf_add_pair_if(out, "detail", detail);
	buf_addc(out, '}');
	digest_of(digest, NULL, out->data, out->len);
}

/* ---- reading ---- */

int
log_line_of(struct log_line *out, const redisReply *entry)
{
	const redisReply *f;
	char id[32];

	if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 ||
	    entry->element[0]->type != REDIS_REPLY_STRING)
		return -1;
	f = entry->element[1];
	if (f->type != REDIS_REPLY_ARRAY || f->elements != 4 ||
	    strcmp(f->element[0]->str, "e") != 0 || strcmp(f->element[2]->str, "h") != 0)
		return -1;
	out->seq = strtoll(entry->element[0]->str, NULL, 10);
	snprintf(id, sizeof(id), "%" PRId64 "-0", out->seq);
	if (strcmp(id, entry->element[0]->str) != 0)
		return -1;		/* between two of ours */
	out->entry = f->element[1]->str;
	out->len = f->element[1]->len;
	out->digest = (const uint8_t *)f->element[3]->str;
	out->digest_len = f->element[3]->len;
	return 0;
}

/* Passes entries on and remembers how far it came. */
struct passing {
	on_log_line cb;
	void *arg;
	int64_t last;
	int n, enough;
};

static int
pass(const struct log_line *line, void *arg)
{
	struct passing *p = arg;

	p->n++;
	if (line->seq > 0)
		p->last = line->seq;
	p->enough = p->cb(line, p->arg) != 0;
	return p->enough;
}

/* -1: the archive cannot be read. */
static int
pass_archived(struct store *st, struct passing *p, int64_t upto, int max)
{
	struct archive *a = archive_open(st->dir);
	int rc = archive_entries(a, p->last, upto, max, pass, p);

	if (rc < 0) {
		buf_reset(&st->why);
		buf_adds(&st->why, archive_error(a));
	}
	archive_close(a);
	return rc < 0 ? -1 : 0;
}

/* The log may have been cut behind the reader's place since the seam was read. */
static int
begins_later(const redisReply *r, int64_t seq)
{
	struct log_line line;

	return r->elements > 0 && log_line_of(&line, r->element[0]) == 0 && line.seq > seq;
}

int
logbook_read(struct store *st, int64_t after_seq, int max, on_log_line cb, void *arg)
{
	struct passing p = { .cb = cb, .arg = arg, .last = after_seq };
	struct buf key = { 0 };
	redisReply *r = NULL;
	struct seam seam;
	int rc;

	buf_add_key(&key, &st->keys, KEY_LOG, NULL, NULL);
	for (int try = 0; try < 2; try++) {
		rc = seam_read(st, &seam);
		if (rc == 0 && p.last < seam.c.seq)
			rc = pass_archived(st, &p, seam.c.seq, max - p.n);
		if (rc != 0 || p.enough || p.n == max)
			break;
		freeReplyObject(r);
		r = redis_pipe_command(st->pipe, "XRANGE %b (%lld-0 + COUNT %d", key.data, key.len,
		    (long long)p.last, max - p.n);
		rc = r != NULL && r->type == REDIS_REPLY_ARRAY ? 0 : -1;
		if (rc != 0 || !begins_later(r, p.last + 1))
			break;
	}
	for (size_t i = 0; rc == 0 && !p.enough && p.n < max && r != NULL && i < r->elements; i++) {
		struct log_line line = { .seq = -1 };

		/* A foreign entry is passed on with seq -1: the reader decides what that means. */
		if (log_line_of(&line, r->element[i]) != 0)
			line.seq = -1;
		pass(&line, &p);
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc == 0 ? p.n : -1;
}

static int
queue_entry(struct store *st, const struct buf *key, long long seq)
{
	struct redis_args a = { 0 };
	char id[32];
	int rc;

	snprintf(id, sizeof(id), "%lld-0", seq);
	redis_args_adds(&a, "XRANGE");
	redis_args_add(&a, key->data, key->len);
	redis_args_adds(&a, id);
	redis_args_adds(&a, id);
	rc = redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
	return rc;
}

/* Those of the list that the store has not: their seqs stand in the order of the list. */
struct finding {
	on_log_line cb;
	void *arg;
	struct store *st;
	struct archive *archive;	/* opened when the first is missed */
	int enough, failed;
};

static int
found(const struct log_line *line, void *arg)
{
	struct finding *f = arg;

	f->enough = f->cb(line, f->arg) != 0;
	return f->enough;
}

static int
find_archived(struct finding *f, long long seq)
{
	if (f->archive == NULL)
		f->archive = archive_open(f->st->dir);
	if (archive_entry(f->archive, seq, found, f) >= 0)
		return 0;
	buf_reset(&f->st->why);
	buf_adds(&f->st->why, archive_error(f->archive));
	return -1;
}

int
logbook_read_these(struct store *st, const char *seqs, on_log_line cb, void *arg)
{
	struct finding f = { .cb = cb, .arg = arg, .st = st };
	struct buf key = { 0 };
	const char *p = seqs;
	int n = 0, rc = 0, lost = 0;

	buf_add_key(&key, &st->keys, KEY_LOG, NULL, NULL);
	for (char *end; *p != '\0'; p = *end == ',' ? end + 1 : end, n++) {
		long long seq = strtoll(p, &end, 10);

		if (end == p)
			break;
		rc |= queue_entry(st, &key, seq);
	}
	p = seqs;
	for (int i = 0; rc == 0 && !lost && i < n; i++) {	/* every reply is taken, wanted or not */
		redisReply *r = redis_pipe_reply(st->pipe);
		char *end;
		long long seq = strtoll(p, &end, 10);
		struct log_line line;

		p = *end == ',' ? end + 1 : end;
		if (r == NULL)
			lost = 1;
		else if (!f.enough && r->type == REDIS_REPLY_ARRAY && r->elements == 1 &&
		    log_line_of(&line, r->element[0]) == 0)
			found(&line, &f);
		else if (!f.enough && find_archived(&f, seq) != 0)
			f.enough = f.failed = 1;
		freeReplyObject(r);
	}
	archive_close(f.archive);
	buf_release(&key);
	return rc != 0 || lost || f.failed ? -1 : 0;
}

struct probe { int64_t at_ms; int found; };

static int
read_time(const struct log_line *line, void *arg)
{
	struct probe *p = arg;
	const char *at;
	struct buf text = { 0 };

	buf_add(&text, line->entry, line->len);
	at = strstr(buf_str(&text), "\"at\":");
	if (at != NULL) {
		p->at_ms = strtoll(at + 5, NULL, 10);
		p->found = 1;
	}
	buf_release(&text);
	return 1;
}

int64_t
logbook_seq_before(struct store *st, int64_t ms, int64_t last)
{
	int64_t low = 0, high = last;

	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		struct probe p = { 0 };

		if (logbook_read(st, middle, 1, read_time, &p) < 0 || !p.found)
			return 0;
		if (p.at_ms < ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int64_t
logbook_last_seq(struct store *st)
{
	struct buf key = { 0 };
	redisReply *r;
	int64_t seq = -1;

	buf_add_key(&key, &st->keys, KEY_META, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b seq", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_STRING)
		seq = strtoll(r->str, NULL, 10);
	freeReplyObject(r);
	buf_release(&key);
	return seq;
}

static int
heads_of_store(struct store *st, void (*cb)(const char *, void *), void *arg)
{
	struct buf key = { 0 };
	redisReply *r;
	int n = -1;

	buf_add_key(&key, &st->keys, KEY_HEADS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "XRANGE %b - +", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY)
		n = 0;
	for (size_t i = 0; n >= 0 && i < r->elements; i++) {
		const redisReply *f = r->element[i]->elements == 2 ? r->element[i]->element[1] : NULL;

		if (f == NULL || f->type != REDIS_REPLY_ARRAY || f->elements != 2)
			continue;
		cb(f->element[1]->str, arg);
		n++;
	}
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

int
logbook_heads(struct store *st, void (*cb)(const char *, void *), void *arg)
{
	struct archive *a = archive_open(st->dir);
	int n = archive_heads(a, cb, arg), live = -1;

	if (n < 0) {
		buf_reset(&st->why);
		buf_adds(&st->why, archive_error(a));
	} else {
		live = heads_of_store(st, cb, arg);
	}
	archive_close(a);
	return live < 0 ? -1 : n + live;
}

/* ---- audit ---- */

struct last { char code[CODE_CHARS + 1]; char digest[65]; int64_t version; };
struct audit {
	struct chain c, sealed;
	struct last *table; size_t cap, n;	/* open addressing by code */
	struct head *heads; size_t heads_n, head_next;	/* as signed, by seq */
	struct signers signers;
	struct seam seam;
	struct archive *archive;
	struct buf *report;
	int bad, seal_seen, live;		/* live: from the seam on */
	int64_t at_ms, head_ms;		/* latest entry so far, last head passed */
};

static struct last *
last_of(struct audit *a, const char *code)
{
	uint8_t h[DIGEST_BYTES];
	size_t i;

	if (2 * a->n >= a->cap) {
		struct last *old = a->table;
		size_t cap = a->cap;

		a->cap = cap ? 2 * cap : 1024;
		a->table = xcalloc(a->cap, sizeof(*a->table));
		a->n = 0;
		for (i = 0; i < cap; i++)
			if (old[i].code[0] != '\0')
				*last_of(a, old[i].code) = old[i];
		free(old);
	}
	digest_of(h, NULL, code, strlen(code));
	memcpy(&i, h, sizeof(i));
	for (i %= a->cap; a->table[i].code[0] != '\0'; i = (i + 1) % a->cap)
		if (strcmp(a->table[i].code, code) == 0)
			return &a->table[i];
	snprintf(a->table[i].code, sizeof(a->table[i].code), "%s", code);
	a->n++;
	return &a->table[i];
}

static int
complain(struct audit *a, int64_t seq, const char *what)
{
	buf_addf(a->report, "entry %" PRId64 ": %s\n", seq, what);
	a->bad = 1;
	return 1;
}

static int
audit_case(struct audit *a, const json_t *doc, int64_t seq, const char *hex)
{
	const char *code = json_string_value(json_object_get(doc, "code"));
	const char *prev = json_string_value(json_object_get(doc, "prev"));
	struct last *l;

	if (code == NULL)
		return 0;
	l = last_of(a, code);
	if (a->live && l->version == 0 && prev != NULL) {
		/* The first that is read of a case whose beginning is archived. */
		l->version = json_integer_value(json_object_get(doc, "v")) - 1;
		snprintf(l->digest, sizeof(l->digest), "%s", prev);
	}
	if (strcmp(prev != NULL ? prev : "", l->digest) != 0)
		return complain(a, seq,
		    "does not follow the previous entry of its case: one was removed, inserted or "
		    "reordered");
	if (json_integer_value(json_object_get(doc, "v")) != l->version + 1)
		return complain(a, seq, "its case version does not follow");
	l->version++;
	snprintf(l->digest, sizeof(l->digest), "%s", hex);
	return 0;
}

/* Heads are signed in order; several may name one seq. */
static int
audit_head(struct audit *a)
{
	char hex[65];

	log_hex(hex, a->c.digest);
	for (; a->head_next < a->heads_n && a->heads[a->head_next].seq <= a->c.seq;
	    a->head_next++) {
		const struct head *h = &a->heads[a->head_next];

		if (h->seq < a->c.seq)
			return complain(a, h->seq,
			    "the signed head at this seq stands in no order");
		if (strcmp(h->chain, hex) != 0)
			return complain(a, h->seq,
			    "the chain up to here is not the one that was signed: an entry at or "
			    "before it was changed");
		if (a->at_ms > h->at_ms + HEAD_SLACK_MS)
			return complain(a, h->seq, "the head signed at this seq is older than an entry that it covers");
		a->head_ms = h->at_ms > a->head_ms ? h->at_ms : a->head_ms;
	}
	return 0;
}

/* What the archive was told to hold when this round of it left the store. */
static int
audit_round(struct audit *a, int64_t seq, const json_t *doc)
{
	const char *what = json_string_value(json_object_get(doc, "what"));
	const char *detail = json_string_value(json_object_get(doc, "detail"));
	uint8_t digest[DIGEST_BYTES];
	char said[65], hex[65];
	long long first, last;
	int cases, found_n, year, rc;

	if (a->live || what == NULL || strcmp(what, ARCHIVE_EVENT) != 0)
		return 0;
	if (detail == NULL || sscanf(detail, "first=%lld last=%lld year=%d cases=%d digest=%64s", &first, &last,
	    &year, &cases, said) != 5)
		return complain(a, seq, "is no record of an archiving: its detail has another form");
	if (last > a->seam.c.seq)
		return 0;		/* since we began */
	rc = archive_digest(a->archive, first, digest, &found_n);
	log_hex(hex, digest);
	if (rc == 1 && found_n == cases && strcmp(hex, said) == 0)
		return 0;
	buf_addf(a->report, "entry %" PRId64 ": the archive of %d does not hold the cases that left the store with "
	    "entries %lld to %lld: %s\n", seq, year, first, last, rc < 0 ? archive_error(a->archive) :
	    rc == 0 ? "it is missing, or older" : "one was changed, removed or added");
	a->bad = 1;
	return 1;
}

/* The seam was written when the archive was: both must be where the log now leads. */
static int
audit_seam(struct audit *a)
{
	if (a->c.seq != a->seam.c.seq || memcmp(a->c.digest, a->seam.c.digest, DIGEST_BYTES) == 0)
		return 0;
	return complain(a, a->c.seq, "the archived log up to here is not the one that left the store: an entry at "
	    "or before it was changed");
}

static const char *
why_missing(const struct audit *a)
{
	return a->c.seq < a->seam.c.seq ? "is missing: it was archived, and the archive has lost it" : "is missing";
}

static int
audit_line(const struct log_line *line, void *arg)
{
	struct audit *a = arg;
	uint8_t digest[DIGEST_BYTES];
	json_t *doc = NULL;
	int64_t at;
	char hex[65];
	int rc;

	if (line->seq < 0)
		return complain(a, a->c.seq + 1, "is no entry of ours");
	if (line->seq != a->c.seq + 1)
		return complain(a, a->c.seq + 1, why_missing(a));
	digest_of(digest, NULL, line->entry, line->len);
	if (line->digest_len != DIGEST_BYTES || memcmp(digest, line->digest, DIGEST_BYTES) != 0)
		return complain(a, line->seq, "its bytes do not have its digest: it was changed");
	doc = json_loadb(line->entry, line->len, JSON_REJECT_DUPLICATES, NULL);
	if (doc == NULL)
		return complain(a, line->seq, "is no JSON");
	log_hex(hex, digest);
	at = json_integer_value(json_object_get(doc, "at"));
	rc = audit_case(a, doc, line->seq, hex);
	if (rc == 0)
		rc = audit_round(a, line->seq, doc);
	json_decref(doc);
	if (rc != 0)
		return rc;
	if (at < a->at_ms - 60000)
		return complain(a, line->seq,
		    "is dated more than a minute before the one before it");
	if (at < a->head_ms - HEAD_SLACK_MS)
		return complain(a, line->seq,
		    "is dated before the head that was signed before it: it was back-dated");
	a->at_ms = at > a->at_ms ? at : a->at_ms;
	chain_fold(&a->c, line->seq, digest);
	if (audit_head(a) != 0 || audit_seam(a) != 0)
		return 1;
	if (line->seq == a->sealed.seq) {
		a->seal_seen = 1;
		if (memcmp(a->c.digest, a->sealed.digest, DIGEST_BYTES) != 0)
			return complain(a, line->seq,
			    "the chain up to here is not the sealed one: an entry at or before it "
			    "was changed");
	}
	return 0;
}

static void
take_head(const char *line, void *arg)
{
	struct audit *a = arg;
	struct head h;

	if (head_verify(&a->signers, line, &h) != 0)
		complain(a, h.seq, "the signed head at this seq does not verify");
	else if (h.seq > a->c.seq) {
		if ((a->heads_n & (a->heads_n - 1)) == 0)
			a->heads = xrealloc(a->heads, sizeof(*a->heads) * (a->heads_n ? 2 * a->heads_n : 1));
		a->heads[a->heads_n++] = h;
	}
}

/* Reads the signed heads: each must be met on the way, with its digest. */
static int
heads_read(struct store *st, struct audit *a)
{
	struct buf text = { 0 };
	uint8_t pub[32];
	struct seal_key k;
	int rc = 0;

	if (secret_key(st->dir, "sign", &k, &text) != 0) {
		buf_add(a->report, text.data, text.len);
		rc = -1;
	}
	sign_public(pub, k.bytes);
	buf_release(&text);
	if (rc != 0 || signers_read(st, pub, &a->signers) != 0)
		return -1;
	if ((a->live ? heads_of_store(st, take_head, a) : logbook_heads(st, take_head, a)) < 0) {
		buf_addf(a->report, "%s\n", store_error(st));
		return -1;
	}
	return 0;
}

static int
verify(struct store *st, struct buf *report, int live)
{
	struct audit a = { .report = report, .live = live };
	int n = 0, rc = -1, safe;
	int64_t counted, after;

	a.archive = archive_open(st->dir);
	if (chain_read(st, &a.sealed) != 0 || seam_read(st, &a.seam) != 0)
		goto out;
	if (live)
		a.c = a.seam.c;
	if (heads_read(st, &a) != 0)
		goto out;
	counted = logbook_last_seq(st);		/* before the log: a house that runs goes on writing */
	a.seal_seen = a.sealed.seq == a.c.seq;
	while (!a.bad && (n = logbook_read(st, a.c.seq, 1000, audit_line, &a)) == 1000)
		continue;
	after = logbook_last_seq(st);
	if (n < 0 || counted < 0 || after < 0)
		goto out;
	if (!a.bad && !a.seal_seen)
		complain(&a, a.c.seq + 1, a.c.seq < a.seam.c.seq ? why_missing(&a) :
		    "is missing: the log ends before the sealed chain, its tail was cut");
	if (!a.bad && a.c.seq < counted)
		complain(&a, a.c.seq + 1,
		    "is missing: the store counted further than the log goes");
	if (!a.bad && a.c.seq > after)
		complain(&a, a.c.seq, "is there, and the store has not counted so far");
	if (!a.bad && a.head_next < a.heads_n)
		complain(&a, a.heads[a.head_next].seq,
		    "is named by a signed head but the log ends before it: the tail was cut");
	safe = a.bad ? 0 : store_check(st);
	if (safe < 0) {
		buf_addf(report, "%s\n", store_error(st));
		a.bad = 1;
	}
	buf_addf(report, "%s: %" PRId64 " entries, %zu cases, sealed up to %" PRId64 "\n",
	    a.bad ? "NOT CLEAN" : "clean", a.c.seq, a.n, a.sealed.seq);
	rc = a.bad;
out:
	archive_close(a.archive);
	signers_release(&a.signers);
	free(a.table);
	free(a.heads);
	return rc;
}

int
logbook_verify(struct store *st, struct buf *report)
{
	return verify(st, report, 0);
}

int
logbook_verify_live(struct store *st, struct buf *report)
{
	return verify(st, report, 1);
}

/* The sealed part, opened; NULL: none, or another's key.  The caller decrefs. */
static json_t *
open_sealed(const json_t *doc, const struct seal_key *key)
{
	const json_t *x = json_object_get(doc, "x");
	struct buf sealed = { 0 }, plain = { 0 };
	json_t *out = NULL;

	if (json_is_string(x) && json_string_length(x) > 0 &&
	    hex_decode(buf_room(&sealed, json_string_length(x) / 2), json_string_value(x),
	    json_string_length(x)) == 0) {
		buf_added(&sealed, json_string_length(x) / 2);
		if (seal_open(&plain, key, "note", sealed.data, sealed.len) == 0)
			out = json_loadb(plain.data, plain.len, 0, NULL);
	}
	buf_release(&sealed);
	buf_wipe(&plain);
	return out;
}

int
logbook_note(const struct log_line *line, const struct seal_key *key, struct buf *note)
{
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL), *plain = open_sealed(doc, key);
	const char *words = json_string_value(json_object_get(plain, "note"));

	if (words != NULL)
		buf_adds(note, words);
	json_decref(plain);
	json_decref(doc);
	return words != NULL ? 0 : -1;
}

int
logbook_why(const struct log_line *line, const struct seal_key *key, struct understanding *u)
{
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL), *plain = open_sealed(doc, key);
	const json_t *why = json_object_get(plain, "why");
	int rc = why != NULL ? 0 : -1;

	u->why_n = 0;
	for (size_t i = 0; i < json_array_size(why) && i < UNDERSTANDING_WHYS; i++) {
		const char *reason = json_string_value(json_array_get(why, i));

		snprintf(u->why[u->why_n++], sizeof(u->why[0]), "%s", reason != NULL ? reason : "");
	}
	json_decref(plain);
	json_decref(doc);
	return rc;
}
