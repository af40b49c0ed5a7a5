#include "store/commit.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/logbook.h"
#include "store/outbox.h"

void
commit_begin(struct commit_batch *b, int64_t decided_ms)
{
	redis_args_reset(&b->keys);
	redis_args_reset(&b->args);
	b->n = 0;
	b->beside_n = 0;
	b->report = NULL;
	b->sent = 0;
	b->decided_ms = decided_ms;
}

void
commit_release(struct commit_batch *b)
{
	redis_args_release(&b->keys);
	redis_args_release(&b->args);
	free(b->slots);
	memset(b, 0, sizeof(*b));
}

int
case_keys_open(struct case_keys *k, const struct store *st, const void *wrapped, size_t len)
{
	if (len != SEAL_WRAPPED_BYTES || seal_unwrap(&k->key, &st->master, wrapped, len) != 0)
		return -1;
	memcpy(k->wrapped, wrapped, SEAL_WRAPPED_BYTES);
	return 0;
}

static struct commit_slot *
slot(struct commit_batch *b)
{
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 16;
		b->slots = xrealloc(b->slots, sizeof(*b->slots) * (size_t)b->cap);
	}
	memset(&b->slots[b->n], 0, sizeof(b->slots[0]));
	b->slots[b->n].result = COMMIT_UNKNOWN;
	return &b->slots[b->n++];
}

void
commit_beside(struct commit_batch *b, enum key_id key, const char *part, char op,
    const char *field, const char *value)
{
	struct commit_beside *x = &b->beside[b->beside_n++];

	assert(b->beside_n <= COMMIT_BESIDES);
	x->key = key;
	x->op = op;
	text_set(x->part, sizeof(x->part), part != NULL ? part : "");
	text_set(x->field, sizeof(x->field), field);
	text_set(x->value, sizeof(x->value), value);
}

void
commit_holds(struct commit_batch *b, const struct case_record *c)
{
	char version[24];

	snprintf(version, sizeof(version), "%" PRId64, c->version);
	commit_beside(b, KEY_CASE, c->code.s, '=', "v", version);
}

/* ---- the fixed part of one item; the order is the Lua side's item_read() ---- */

struct item {
	const char *code;
	int64_t expect;			/* -1: no document */
	const void *doc; size_t doc_len;
	const char *input;
	int64_t due_ms;			/* -1: not in the due set at all */
	const struct buf *entry; const uint8_t *digest;
	int index_n, out_n, cancel_n;
};

static void
add_item(struct commit_batch *b, const struct store *st, const struct item *it,
    const struct input_id *in)
{
	struct redis_args *a = &b->args;
	char ack[sizeof(in->entry) + 1];

	redis_args_adds(a, it->code);
	redis_args_addi(a, it->expect);
	redis_args_add(a, it->doc != NULL ? it->doc : "", it->doc_len);
	redis_args_adds(a, it->input);
	if (it->due_ms < 0)
		redis_args_adds(a, "");
	else
		redis_args_addi(a, it->due_ms);
	redis_args_adds(a, in != NULL && in->reserved[0] != '\0' ? "1" : "");
	snprintf(ack, sizeof(ack), "%s%s", in != NULL && in->stays ? "=" : "", in != NULL ? in->entry : "");
	redis_args_adds(a, ack);
	redis_args_add(a, buf_str(it->entry), it->entry->len);
	redis_args_add(a, it->digest, it->digest != NULL ? DIGEST_BYTES : 0);
	redis_args_addi(a, it->index_n);
	redis_args_addi(a, it->out_n);
	redis_args_addi(a, it->cancel_n);
	if (in != NULL && in->reserved[0] != '\0')
		args_add_key(&b->keys, st, KEY_CASE, in->reserved, NULL);
	if (in != NULL && in->entry[0] != '\0')
		args_add_key(&b->keys, st, KEY_IN, in->lane, NULL);
}

static void
add_index_bytes(struct commit_batch *b, const struct store *st, enum key_id key, const char *part,
    const char *op, const char *field, const void *value, size_t len)
{
	args_add_key(&b->keys, st, key, part, NULL);
	redis_args_adds(&b->args, op);
	redis_args_adds(&b->args, field);
	redis_args_add(&b->args, value, len);
}

static void
add_index(struct commit_batch *b, const struct store *st, enum key_id key, const char *part,
    const char *op, const char *field, const char *value)
{
	add_index_bytes(b, st, key, part, op, field, value, strlen(value));
}

/* ---- outbox items ---- */

static void
add_message(struct commit_batch *b, const struct store *st, const char *id, const char *route,
    int lane_e, const struct case_keys *keys, const struct outbox_words *w, int64_t not_before_ms,
    int64_t not_after_ms)
{
	char recipient[LOOKUP_CHARS + 1];
	char line[48], list[48];
	struct outbox_words marked = *w;
	struct buf payload = { 0 }, drill = { 0 };

	if (w->latihan) {
		buf_add_drill(&drill, route, w->text, w->text_len);
		marked.text = buf_str(&drill), marked.text_len = drill.len;
		w = &marked;
	}
	outbox_seal(&payload, &keys->key, keys->wrapped, w);
	lookup_of(recipient, &st->lookup, w->to);
	outbox_list(line, route, lane_e, 0);
	outbox_list(list, route, lane_e, w->brief[0] != '\0');
	args_add_key(&b->keys, st, KEY_MSG, id, NULL);
	args_add_key(&b->keys, st, KEY_RCP, list, recipient);
	args_add_key(&b->keys, st, KEY_OUT, line, NULL);
	redis_args_adds(&b->args, id);
	redis_args_add(&b->args, payload.data, payload.len);
	redis_args_adds(&b->args, w->kind);
	redis_args_addi(&b->args, not_before_ms);
	redis_args_addi(&b->args, not_after_ms);
	redis_args_addi(&b->args, outbox_parts(w->text, w->text_len));
	buf_release(&payload);
	buf_wipe(&drill);
}

/*
 * Bodies that are not the regency's have no account: each of their tasks comes with a link of its own,
 * which ends with the task.
 */
static void
add_outside_link(struct message *m, const struct store *st, const struct policy *p, const char *code)
{
	const struct unit *u = unit_find(p->units, m->unit);
	char token[OUTSIDE_TOKEN_CHARS + 1];

	m->link[0] = '\0';
	if (m->to != TO_OFFICER || m->group != GROUP_TASK || m->nonce[0] == '\0' || u == NULL ||
	    u->tier != TIER_LUAR || st->set == NULL || st->set->console_url[0] == '\0' ||
	    strlen(st->set->console_url) + CODE_CHARS + OUTSIDE_TOKEN_CHARS + 8 > TEXT_TAUTAN_CHARS)
		return;
	outside_token(token, st, code, m->officer, m->nonce);
	snprintf(m->link, sizeof(m->link), "%.60s/b/%s?t=%s", st->set->console_url, code, token);
}

void
outside_token(char out[OUTSIDE_TOKEN_CHARS + 1], const struct store *st, const char *code,
    const char *officer, const char *nonce)
{
	char whole[LOOKUP_CHARS + 1];
	struct buf b = { 0 };

	buf_addf(&b, "tugas-luar\n%s\n%s\n%s", code, officer, nonce);
	lookup_of(whole, &st->lookup, buf_str(&b));
	snprintf(out, OUTSIDE_TOKEN_CHARS + 1, "%.*s", OUTSIDE_TOKEN_CHARS, whole);
	buf_release(&b);
}

/* Renders what can be rendered; the rest is reported, for it concerns one recipient only. */
static int
render_all(struct outgoing *out, int *which, const struct store *st, const struct policy *p, const struct roster *r,
    const struct effects *fx, const struct command *cmd, const struct laporan *words,
    int64_t now_ms)
{
	int n = 0;

	for (int i = 0; i < fx->messages_n; i++) {
		struct message m = fx->messages[i];
		int rc;

		memset(&out[n], 0, sizeof(out[n]));
		add_outside_link(&m, st, p, fx->after.code.s);
		rc = message_render(p, r, &fx->after, words, cmd->note, &m, now_ms, &out[n]);
		if (rc < 0)
			log_warn("message_unreachable", "case=%s kind=%s officer=%s",
			    fx->after.code.s, fx->messages[i].kind, fx->messages[i].officer);
		if (rc == 0)
			which[n++] = i;
		else
			outgoing_release(&out[n]);
	}
	return n;
}

static void
add_rendered(struct commit_batch *b, const struct store *st, const struct effects *fx,
    const struct case_keys *keys, const char *ref, const struct outgoing *out, const int *which, int n)
{
	for (int i = 0; i < n; i++) {
		const struct message *m = &fx->messages[which[i]];
		const struct outbox_words w = { .code = fx->after.code.s, .kind = out[i].kind,
		    .to = buf_str(&out[i].to), .text = buf_str(&out[i].text),
		    .text_len = out[i].text.len, .brief = buf_str(&out[i].brief), .lang = out[i].lang,
		    .latihan = fx->after.latihan,
		    .heard_ms = m->to == TO_REPORTER ? fx->after.heard_ms : 0,
		    .answers = m->to == TO_REPORTER ? ref : NULL };
		char id[OUTBOX_ID_CHARS];

		message_id(id, sizeof(id), fx->after.code.s, m->n);
		/* planted: an id that another try does not repeat */
		if (MUTANT == 7) {
			uint32_t salt;

			random_bytes(&salt, sizeof(salt));
			snprintf(id, sizeof(id), "%s.x%08x", fx->after.code.s, salt);
		}
		add_message(b, st, id, out[i].route, m->lane_e, keys, &w, m->not_before_ms,
		    m->not_after_ms);
	}
}

static void
add_cancel(struct commit_batch *b, const struct store *st, const char *id, int recall)
{
	args_add_key(&b->keys, st, KEY_MSG, id, NULL);
	redis_args_adds(&b->args, id);
	redis_args_adds(&b->args, recall ? "1" : "");
}

/* "ditugaskan 1795305071385 35.10.20.2005" */
static void
add_member(struct commit_batch *b, const struct store *st, const struct case_record *c, const char *lead)
{
	char value[64];

	snprintf(value, sizeof(value), "%s %" PRId64 " %s", case_state_name(c->state), c->received_ms,
	    c->place);
	add_index(b, st, KEY_MEMBERS, lead, "s", c->code.s, value);
	add_index(b, st, KEY_CROWDS, NULL, "s", lead, "0");	/* somebody is to look at it again */
}

/* How many index entries one change needs. */
static int
index_width(const struct effects *fx)
{
	int n = 0;

	for (int i = 0; i < fx->indexes_n; i++)
		n += fx->indexes[i].kind == INDEX_MEMBER_SET || fx->indexes[i].kind == INDEX_PRANK ? 2 : 1;
	return n;
}

/* "7K3F9QXM b 00ff..": b an officer's, l a citizen's.  What is sealed is compared with nothing. */
static int
keeps_look(const struct effects *fx, const struct command *cmd)
{
	return cmd->look != NULL && cmd->look[0] != '\0' && strcmp(cmd->look, "-") != 0 && !fx->after.sealed;
}

static void
add_look(struct commit_batch *b, const struct store *st, const struct effects *fx,
    const struct command *cmd)
{
	char member[LOOK_MEMBER_CHARS];

	if (!keeps_look(fx, cmd))
		return;
	snprintf(member, sizeof(member), "%s %c %s", fx->after.code.s, cmd->event == ON_PHOTO ? 'b' : 'l', cmd->look);
	add_index(b, st, KEY_LOOKS, NULL, "z", member, "");
}

static void
add_besides(struct commit_batch *b, const struct store *st)
{
	for (int i = 0; i < b->beside_n; i++) {
		const struct commit_beside *x = &b->beside[i];
		const char op[2] = { x->op, '\0' };

		add_index(b, st, x->key, x->part[0] != '\0' ? x->part : NULL, op, x->field, x->value);
	}
	b->beside_n = 0;
}

static void
add_indexes(struct commit_batch *b, const struct store *st, const struct effects *fx,
    const struct case_record *was, int64_t gone)
{
	const struct case_record *c = &fx->after;
	char received[24], before[24], times[LOOKUP_TEXT + 8];

	/* Decided by a roster from which somebody has left since, it might be him whom it tells. */
	snprintf(before, sizeof(before), "%" PRId64, gone);
	add_index(b, st, KEY_META, NULL, "=", "gone", before);
	snprintf(received, sizeof(received), "%" PRId64, c->received_ms);
	for (int i = 0; i < fx->indexes_n; i++) {
		const struct index_op *op = &fx->indexes[i];

		switch (op->kind) {
		case INDEX_TASK_ADD:
			add_index(b, st, KEY_TASKS, op->officer, "u", op->nonce, c->code.s);
			break;
		case INDEX_TASK_DROP:
			add_index(b, st, KEY_TASKS, op->officer, "d", op->nonce, "");
			break;
		case INDEX_REPORTER_SET:
			add_index(b, st, KEY_REPORTER, c->reporter, "s", c->code.s, received);
			break;
		case INDEX_REPORTER_DROP:
			add_index(b, st, KEY_REPORTER, c->reporter, "d", c->code.s, "");
			break;
		case INDEX_MEMBER_SET:
			add_member(b, st, c, op->officer);
			break;
		case INDEX_MEMBER_DROP:
			add_index(b, st, KEY_MEMBERS, op->officer, "d", c->code.s, "");
			break;
		case INDEX_INCIDENT_SET:
			add_index(b, st, KEY_INCIDENTS, NULL, "s", c->incident, c->code.s);
			break;
		case INDEX_PRANK:
			snprintf(times, sizeof(times), "%s" PRANK_TIMES, c->reporter);
			add_index(b, st, KEY_PRANKS, NULL, "t", c->reporter, "");
			add_index(b, st, KEY_PRANKS, NULL, "c", times, "1");
			break;
		case INDEX_SUPPORT:
			snprintf(times, sizeof(times), "%s" PRANK_TIMES, c->reporter);
			add_index(b, st, KEY_PRANKS, NULL, "m", times, "1");
			break;
		case INDEX_INCIDENT_DROP:
			add_index(b, st, KEY_INCIDENTS, NULL, "D", was->incident, c->code.s);
			break;
		}
	}
}

/* Planted (MUTANT 11): the log entry goes into a call of its own, after the commit. */
static struct commit_batch second_call;

static void
add_second_call(const struct store *st, int64_t decided_ms, const struct buf *entry,
    const uint8_t *digest)
{
	if (second_call.n == 0)
		commit_begin(&second_call, decided_ms);
	slot(&second_call);
	args_add_key(&second_call.keys, st, KEY_META, NULL, NULL);
	add_item(&second_call, st,
	    &(struct item){ .code = "", .expect = -1, .input = "", .due_ms = -1, .entry = entry,
	    .digest = digest },
	    NULL);
}

#define BORN_INDEXES 4
/* A report's parts; nobody may have come in under that code meanwhile. */
static void
add_born(struct commit_batch *b, const struct store *st, const char *code, const struct intake *in)
{
	add_index(b, st, KEY_CASE, code, "=", "m", "0");
	add_index_bytes(b, st, KEY_CASE, code, "s", "m", in->pub.data, in->pub.len);
	add_index_bytes(b, st, KEY_CASE, code, "s", "k", in->wrapped, sizeof(in->wrapped));
	add_index_bytes(b, st, KEY_CASE, code, "s", "l", in->sealed.data, in->sealed.len);
}

void
commit_beside_report(struct commit_batch *b, const struct intake *in)
{
	b->report = in;
}

void
commit_beside_nothing(struct commit_batch *b)
{
	b->beside_n = 0;
	b->report = NULL;
}

#define REPORT_INDEXES (BORN_INDEXES + 2)
/* What kt_intake writes. */
static void
add_report(struct commit_batch *b, const struct store *st)
{
	const struct intake *in = b->report;

	if (in == NULL)
		return;
	add_born(b, st, in->codes[0].s, in);
	add_index(b, st, KEY_CASE, in->codes[0].s, "s", "v", "0");
	add_index(b, st, KEY_IN, in->lane, "x", "c", in->codes[0].s);
	b->report = NULL;
}

static void
add_case(struct commit_batch *b, struct store *st, const struct policy *p,
    const struct roster *r, const struct case_record *before, struct effects *fx,
    const struct command *cmd, const struct case_keys *keys, const struct laporan *words,
    const struct input_id *input, const struct intake *born)
{
	struct outgoing out[FX_MESSAGES];
	struct buf entry = { 0 }, doc = { 0 };
	uint8_t digest[DIGEST_BYTES];
	struct commit_slot *s = slot(b);
	int which[FX_MESSAGES];
	int n;

	logbook_entry(&entry, digest, p, r, before, fx, cmd, &keys->key, b->decided_ms);
	log_hex(fx->after.digest, digest);
	memcpy(s->digest, fx->after.digest, sizeof(s->digest));
	/* Before the receipt is rendered: it bears the check code of this very entry. */
	if (before->version == 0)
		proof_make(fx->after.proof, digest);
	n = render_all(out, which, st, p, r, fx, cmd, words, b->decided_ms);
	case_encode(&doc, &fx->after);
	if (MUTANT == 11) {
		add_second_call(st, b->decided_ms, &entry, digest);
		buf_reset(&entry);
	}
	args_add_key(&b->keys, st, KEY_CASE, fx->after.code.s, NULL);
	add_item(b, st, &(struct item){ .code = fx->after.code.s, .expect = before->version,
	    .doc = doc.data, .doc_len = doc.len, .input = input != NULL ? input->id : "",
	    .due_ms = case_due_ms(&fx->after), .entry = &entry, .digest = digest,
	    .index_n = 1 + index_width(fx) + b->beside_n + keeps_look(fx, cmd) + (born != NULL ? BORN_INDEXES : 0) +
	    (b->report != NULL ? REPORT_INDEXES : 0),
	    .out_n = n, .cancel_n = fx->cancels_n }, input);
	add_indexes(b, st, fx, before, r->gone);
	add_besides(b, st);
	add_look(b, st, fx, cmd);
	if (born != NULL)
		add_born(b, st, fx->after.code.s, born);
	add_report(b, st);
	add_rendered(b, st, fx, keys, words != NULL ? words->ref : NULL, out, which, n);
	for (int i = 0; i < fx->cancels_n; i++) {
		char id[48];

		message_id(id, sizeof(id), fx->after.code.s, fx->cancels[i]);
		add_cancel(b, st, id, fx->recalls[i]);
	}
	for (int i = 0; i < n; i++)
		outgoing_release(&out[i]);
	buf_release(&entry);
	buf_release(&doc);
}

void
commit_add_case(struct commit_batch *b, struct store *st, const struct policy *p,
    const struct roster *r, const struct case_record *before, struct effects *fx,
    const struct command *cmd, const struct case_keys *keys, const struct laporan *words,
    const struct input_id *input)
{
	add_case(b, st, p, r, before, fx, cmd, keys, words, input, NULL);
}

void
commit_add_born(struct commit_batch *b, struct store *st, const struct policy *p,
    const struct roster *r, const struct case_record *before, struct effects *fx,
    const struct command *cmd, const struct case_keys *keys, const struct laporan *words,
    const struct intake *born)
{
	add_case(b, st, p, r, before, fx, cmd, keys, words, NULL, born);
}

static void
add_said(struct commit_batch *b, const struct store *st, const struct answer *a,
    const struct case_keys *keys)
{
	add_message(b, st, a->id, a->route, a->lane_e, keys,
	    &(struct outbox_words){ .code = a->code, .kind = a->kind, .to = a->to,
	    .text = buf_str(a->text), .text_len = a->text->len, .brief = "",
	    .lang = a->text_lang != NULL ? a->text_lang : "", .latihan = a->latihan,
	    .heard_ms = a->heard_ms }, b->decided_ms, a->not_after_ms);
}

void
commit_add_answer(struct commit_batch *b, struct store *st, const struct answer *a,
    const struct case_keys *keys, const struct input_id *input)
{
	struct buf entry = { 0 };
	uint8_t digest[DIGEST_BYTES] = { 0 };
	struct commit_slot *s = slot(b);
	int out_n = a->to != NULL;

	if (a->what != NULL)
		logbook_note_entry(&entry, digest, a->what, a->actor, a->code, a->kind, a->note, a->latihan,
		    &keys->key, b->decided_ms);
	log_hex(s->digest, digest);
	args_add_key(&b->keys, st, KEY_META, NULL, NULL);
	add_item(b, st, &(struct item){ .code = "", .expect = -1, .input = "", .due_ms = -1,
	    .entry = &entry, .digest = digest, .index_n = (a->lang != NULL) + b->beside_n, .out_n = out_n }, input);
	if (a->lang != NULL)
		add_index(b, st, KEY_LANGUAGE, NULL, a->lang[0] != '\0' ? "s" : "d", a->lookup, a->lang);
	add_besides(b, st);
	if (out_n)
		add_said(b, st, a, keys);
	buf_release(&entry);
}

static void
add_document_index(struct commit_batch *b, const struct store *st, const struct document_index *x)
{
	const char op[2] = { x->op, '\0' };

	add_index(b, st, x->key, x->part, op, x->field, x->value);
}

void
commit_add_document(struct commit_batch *b, struct store *st, const struct document *d)
{
	struct buf entry = { 0 };
	uint8_t digest[DIGEST_BYTES];
	struct commit_slot *s = slot(b);

	if (d->officer != NULL)
		logbook_officer_entry(&entry, digest, d->who, d->officer, d->roster_seq, b->decided_ms);
	else if (d->warning != NULL)
		logbook_warning_entry(&entry, digest, d->who, d->warning, b->decided_ms);
	else
		logbook_plain_entry(&entry, digest, d->what, d->who, d->note, b->decided_ms);
	log_hex(s->digest, digest);
	args_add_key(&b->keys, st, d->key, d->part, NULL);
	add_item(b, st,
	    &(struct item){ .code = "", .expect = d->version, .doc = d->data, .doc_len = d->len,
	    .input = d->input != NULL ? d->input->id : "", .due_ms = -1, .entry = &entry,
	    .digest = digest, .index_n = d->index_n + d->more_n,
	    .out_n = d->says_n, .cancel_n = d->cancels_n },
	    d->input);
	for (int i = 0; i < d->index_n; i++)
		add_document_index(b, st, &d->index[i]);
	for (int i = 0; i < d->more_n; i++)
		add_document_index(b, st, &d->more[i]);
	for (int i = 0; i < d->says_n; i++)
		add_said(b, st, &d->says[i], d->keys);
	for (int i = 0; i < d->cancels_n; i++)
		add_cancel(b, st, d->cancels[i], 1);
	buf_release(&entry);
}

static const struct { const char *word; enum commit_result result; } answers[] = {
	{ "ok", COMMIT_OK }, { "conflict", COMMIT_CONFLICT }, { "already", COMMIT_ALREADY },
	{ "taken", COMMIT_TAKEN },
};

static void
read_slot(struct store *st, struct commit_slot *s, const redisReply *r)
{
	s->result = COMMIT_REFUSED;
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 3 ||
	    r->element[0]->type != REDIS_REPLY_STRING)
		return;
	for (size_t i = 0; i < N_ELEMS(answers); i++)
		if (strcmp(answers[i].word, r->element[0]->str) == 0)
			s->result = answers[i].result;
	s->seq = r->element[1]->type == REDIS_REPLY_INTEGER ? r->element[1]->integer : 0;
	if (s->result == COMMIT_REFUSED && r->element[2]->type == REDIS_REPLY_STRING) {
		buf_reset(&st->why);
		buf_addf(&st->why, "kt_commit: %s", r->element[2]->str);
	}
}

void
commit_queue(struct commit_batch *b, struct store *st)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_DUE, KEY_LEASE, KEY_ENDED };
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 };

	if (b->n == 0)
		return;
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		args_add_key(&keys, st, fixed[i], NULL, NULL);
	for (int i = 0; i < b->keys.n; i++)
		redis_args_add(&keys, b->keys.argv[i], b->keys.lens[i]);
	buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_addi(&args, b->decided_ms);
	redis_args_addi(&args, b->n);
	for (int i = 0; i < b->args.n; i++)
		redis_args_add(&args, b->args.argv[i], b->args.lens[i]);
	b->sent = store_queue(st, "kt_commit", &keys, &args) == 0;
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
}

int
commit_receive(struct commit_batch *b, struct store *st)
{
	redisReply *r = b->sent ? store_receive(st, "kt_commit") : NULL;
	int ok = 0;

	b->sent = 0;
	for (int i = 0; i < b->n; i++) {
		struct commit_slot *s = &b->slots[i];

		if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == (size_t)b->n)
			read_slot(st, s, r->element[i]);
		else
			s->result = redis_class_of(r) == REDIS_UNKNOWN ? COMMIT_UNKNOWN :
			    COMMIT_REFUSED;
		if (s->result == COMMIT_OK) {
			ok++;
			if (s->seq > 0)
				store_note(st, s->seq, s->digest);
		}
	}
	freeReplyObject(r);
	if (MUTANT == 11 && b != &second_call) {
		commit_run(&second_call, st);
		commit_begin(&second_call, b->decided_ms);
	}
	return ok;
}

int
commit_run(struct commit_batch *b, struct store *st)
{
	commit_queue(b, st);
	store_flush(st, "kt_commit");
	return commit_receive(b, st);
}
