#include "router/converse.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/message.h"
#include "lib/log.h"
#include "router/asked.h"
#include "core/assign.h"
#include "router/callout.h"
#include "router/together.h"
#include "router/work.h"
#include "store/broadcast.h"
#include "store/incident.h"
#include "store/rollcall.h"
#include "store/said.h"
#include "store/identity.h"
#include "store/subscribe.h"

#define TRIES 5
#define TAP_LIFE_MS 60000	/* a phone shows a button as waiting for less than that */

/* ---- answers ---- */

/* Whose number it is, on whatever channel. */
static const struct officer *
officer_behind(const struct router *r, const struct entry *e)
{
	if (e->words.sender == NULL)
		return NULL;
	for (size_t i = 0; i < r->h.roster.n; i++)
		if (!r->h.roster.officers[i].ended && strcmp(r->h.roster.officers[i].phone, e->words.sender) == 0)
			return &r->h.roster.officers[i];
	return NULL;
}

const struct officer *
officer_calling(const struct router *r, const struct entry *e)
{
	return strcmp(e->words.channel, "sms") == 0 ? officer_behind(r, e) : NULL;
}

/*
 * Most answers to one number in an hour: robots talk for ever, people do not.  An officer has many
 * cases in an hour, and must know of each whether his word counted.
 */
int
converse_may_answer(struct router *r, struct entry *e)
{
	int64_t most = officer_calling(r, e) != NULL ? r->h.set.officer_answers_per_hour : r->h.set.answers_per_hour;
	struct buf key = { 0 };
	redisReply *n;
	int ok = 1;

	if (e->words.no_reply || e->looping || laporan_address(&e->words) == NULL ||
	    e->words.reply_channel[0] == '\0')
		return 0;
	if (e->counted)
		return e->answers;
	buf_add_key(&key, &r->h.st.keys, KEY_TALK, NULL, NULL);
	n = redis_pipe_command(r->h.st.pipe, "HINCRBY %b %s:%lld 1", key.data, key.len, e->lookup,
	    (long long)(r->now_ms / HOUR_MS));
	if (n != NULL && n->type == REDIS_REPLY_INTEGER && n->integer > most)
		ok = 0;
	freeReplyObject(n);
	buf_release(&key);
	e->counted = 1;
	e->answers = ok;
	return ok;
}

/*
 * An answer with one log entry (none where what is NULL), by that officer where he is named; with use_up
 * it is all that becomes of the input. 1, or -1: come again.
 */
static int
answer_to(struct router *r, struct entry *e, const char *officer, int use_up, const char *what, const char *kind,
    const struct case_record *c, const struct template_value *values, size_t n)
{
	const char *said = kind != NULL ? message_kind_on(e->words.reply_channel, kind) : NULL;
	char wish[32] = "";
	struct answer a = { .what = what, .actor = officer, .kind = said != NULL ? said : "", .route = e->words.reply_channel,
	    .lang = e->asks_lang ? wish : NULL, .lookup = e->lookup,
	    .latihan = e->words.latihan, .lane_e = e->words.lane_e, .note = e->words.text,
	    .not_after_ms = r->now_ms + r->h.policy->message_life_ms, .heard_ms = e->words.received_ms };
	struct input_id in;
	struct buf text = { 0 }, to = { 0 };
	int rc;

	if (e->asks_lang && strcmp(e->lang, TEXTS_BASE) != 0)
		snprintf(wish, sizeof(wish), "%s %" PRId64, e->lang, r->now_ms);
	work_input(&in, e);
	in.stays = !use_up;
	if (use_up && e->s.version == 0)
		snprintf(in.reserved, sizeof(in.reserved), "%s", e->code.s);
	if (c != NULL)
		snprintf(a.code, sizeof(a.code), "%s", c->code.s);
	snprintf(a.id, sizeof(a.id), "%s.a", e->code.s);
	if (said != NULL && converse_may_answer(r, e)) {
		buf_adds(&to, laporan_address(&e->words));
		if (message_go_public(&said, &to, c == NULL || c->sealed) == 0 &&
		    message_answer(r->h.policy, e->lang, said, c, r->now_ms, values, n, &text) == 0) {
			a.kind = said;
			a.to = buf_str(&to);
		}
	}
	a.text = &text;
	a.text_lang = e->lang;
	commit_begin(&r->answers, r->now_ms);
	commit_add_answer(&r->answers, &r->h.st, &a, &e->keys, &in);
	commit_run(&r->answers, &r->h.st);
	own_forget(r);
	rc = r->answers.slots[0].result == COMMIT_OK || r->answers.slots[0].result == COMMIT_ALREADY ? 1 : -1;
	buf_wipe(&text);
	buf_wipe(&to);
	return rc;
}

static int
answer(struct router *r, struct entry *e, int use_up, const char *what, const char *kind, const struct case_record *c,
    const struct template_value *values, size_t n)
{
	return answer_to(r, e, NULL, use_up, what, kind, c, values, n);
}

/*
 * Counts in the hour of the officer's number, by more; names what.  A number can be forged: who sends
 * what does not count is counted by it.  -1: no answer.
 */
static int64_t
count_of(struct router *r, const char *name, const char *officer, int by)
{
	struct buf key = { 0 };
	redisReply *a;
	int64_t n = -1;

	buf_add_key(&key, &r->h.st.keys, KEY_TALK, NULL, NULL);
	a = redis_pipe_command(r->h.st.pipe, "HINCRBY %b %s-%s:%lld %d", key.data, key.len, name, officer,
	    (long long)(r->now_ms / HOUR_MS), by);
	if (a != NULL && a->type == REDIS_REPLY_INTEGER)
		n = a->integer;
	freeReplyObject(a);
	buf_release(&key);
	return n;
}

/*
 * An officer's command that does not count, with who he is said to be: a code that is wrong, over, or another's,
 * or an act that the case refuses.  Each is on record, but no more in an hour than router.refusals: who has his
 * number forged by a machine shall not have the record filled with it.
 */
static int
refuse(struct router *r, struct entry *e, const struct officer *o, const char *what, const char *kind,
    const struct case_record *c, const struct template_value *values, size_t n)
{
	int64_t before = count_of(r, "tolak", o->id, 1);

	if (before < 0)
		return -1;
	if (before > r->h.set.refusals) {
		log_warn("refusal_unrecorded", "officer=%s what=%s n=%" PRId64, o->id, what, before);
		what = NULL;
	}
	return answer_to(r, e, o->id, 1, what, kind, c, values, n);
}

int
converse_note(struct router *r, struct entry *e, const char *what)
{
	return answer(r, e, 1, what, NULL, NULL, NULL, 0);
}

static int
answer_example(struct router *r, struct entry *e, const struct officer *o, const char *example)
{
	const struct template_value v[] = { { "contoh", example } };

	return refuse(r, e, o, "tidak-paham", "jawab-salah", NULL, v, 1);
}

/* The case did not take it from him, or from a resident (o NULL): what it is, and why. */
static int
answer_refused(struct router *r, struct entry *e, const struct officer *o, const struct code *code)
{
	const struct template_value v[] = { { "sebab", refusal_text(r->fx->refusal) } };

	r->fx->after.code = *code;
	return o != NULL ? refuse(r, e, o, "ditolak", "jawab-tolak", &r->fx->after, v, 1) :
	    answer(r, e, 1, "ditolak", "jawab-tolak", &r->fx->after, v, 1);
}

/* ---- finding the case ---- */

/* Some of an officer's tasks, with their nonces.  How many, -1 no answer. */
static int
tasks_read(struct router *r, const char *officer, struct code *codes, char nonces[][NONCE_CHARS + 1], int max)
{
	struct buf key = { 0 };
	redisReply *a;
	int n = -1;

	buf_add_key(&key, &r->h.st.keys, KEY_TASKS, officer, NULL);
	/* In a flood he has thousands: whether one or several is all that matters. */
	a = redis_pipe_command(r->h.st.pipe, "HRANDFIELD %b %d WITHVALUES", key.data, key.len, max);
	if (a != NULL && a->type == REDIS_REPLY_ARRAY) {
		n = 0;
		for (size_t i = 0; i + 1 < a->elements && n < max; i += 2) {
			if (code_parse(&codes[n], a->element[i + 1]->str, a->element[i + 1]->len) != 0)
				continue;
			snprintf(nonces[n++], NONCE_CHARS + 1, "%s", a->element[i]->str);
		}
	}
	freeReplyObject(a);
	buf_release(&key);
	return n;
}

/* The one task of an officer that has this nonce. 1, 0 none, -1 no answer. */
static int
task_by_nonce(struct router *r, const char *officer, const char *nonce, struct code *code)
{
	struct buf key = { 0 };
	redisReply *a;
	int n = -1;

	buf_add_key(&key, &r->h.st.keys, KEY_TASKS, officer, NULL);
	a = redis_pipe_command(r->h.st.pipe, "HGET %b %s", key.data, key.len, nonce);
	if (a != NULL && a->type != REDIS_REPLY_ERROR)
		n = a->type == REDIS_REPLY_STRING && code_parse(code, a->str, a->len) == 0;
	freeReplyObject(a);
	buf_release(&key);
	return n;
}

static int forward(struct router *r, struct entry *e, const struct case_record *c,
    const struct command *cmd, const struct input_id *in);

/*
 * Applies a command to a case until it is committed. 1 used up, 0 refused (fx tells
 * why), -1 come again.
 */
static int
apply_as(struct router *r, struct entry *e, const struct code *code, const struct command *wish, const struct input_id *in)
{
	for (int try = 0; try < TRIES; try++) {
		struct command now = *wish, *cmd = &now;	/* what it comes to depends on the version */
		struct stored_case s;
		struct case_keys keys;
		struct laporan words = { 0 };
		char lookup[33];
		const struct policy *p;
		int rc = -1;

		if (cases_load(&r->h.st, code, 1, &s) != 0)
			return -1;
		p = s.there && s.readable && s.version > 0 ? version_policy(&r->h.versions, &r->h.st, s.c.policy) : NULL;
		if (s.there && s.version == 0) {
			stored_case_release(&s);
			return -1;	/* not opened yet: it is next in line */
		}
		if (s.archived && cmd->by == BY_RESIDENT)
			e->follows = *code;
		if (p == NULL || s.archived || stored_case_open(&s, &r->h.st, &keys, &words, lookup) != 0) {
			memset(&r->fx->after, 0, sizeof(r->fx->after));
			r->fx->refusal = REFUSED_STATE;
			rc = 0;
		} else {
			if (words.text == NULL && cmd->by != BY_OFFICER && e->words.text != NULL)
				words.text = xstrdup(e->words.text);	/* opened by a photo or a place */
			if (cmd->event == ON_HELP) {
				units_help(p, &s.c, NULL, &r->help);
				cmd->u = &r->help;
			}
			cmd->entropy = house_entropy(&r->h);
			cmd->heard_ms = cmd->by != BY_OFFICER &&
			    (cmd->by != BY_ROUTER || cmd->event != ON_NOTE) &&
			    strcmp(e->words.reply_channel, s.c.channel) == 0 ? e->words.received_ms : 0;
			if (forward(r, e, &s.c, cmd, in) < 0)
				goto next;
			commit_begin(&r->answers, r->now_ms);
			group_reply(r, e, &s.c, words.text, cmd, &r->answers);
			if (case_decide(p, &r->h.roster, &s.c, cmd, r->now_ms, r->fx) != 0) {
				rc = 0;
			} else {
				enum commit_result result;

				commit_add_case(&r->answers, &r->h.st, p, &r->h.roster, &s.c, r->fx, cmd, &keys, &words, in);
				commit_run(&r->answers, &r->h.st);
				own_forget(r);
				result = r->answers.slots[0].result;
				rc = result == COMMIT_OK || result == COMMIT_ALREADY ? 1 :
				    result == COMMIT_CONFLICT || result == COMMIT_TAKEN ? 2 : -1;
				if (result == COMMIT_TAKEN)
					house_nonce_taken(&r->h);
				if (rc == 1)
					log_info("acted", "case=%s what=%s by=%s actor=%s state=%s", code->s, r->fx->what,
					    actor_name(cmd->by), cmd->actor, case_state_name(r->fx->state_after));
			}
		}
next:
		laporan_release(&words);
		stored_case_release(&s);
		if (rc != 2)
			return rc;
	}
	return -1;
}

/* What is said of a case that follows another reaches those who work on the other.  0, -1 come again. */
static int
forward(struct router *r, struct entry *e, const struct case_record *c, const struct command *cmd,
    const struct input_id *in)
{
	struct command also = { .event = ON_NOTE, .by = BY_ROUTER, .note = cmd->note };
	struct code lead, follows = e->follows;
	struct input_id beside = *in;
	int rc;

	if (cmd->event != ON_NOTE || cmd->by != BY_RESIDENT || c->lead[0] == '\0' ||
	    code_parse(&lead, c->lead, strlen(c->lead)) != 0)
		return 0;
	beside.stays = 1;
	beside.reserved[0] = '\0';
	rc = apply_as(r, e, &lead, &also, &beside);
	e->follows = follows;
	return rc < 0 ? -1 : 0;
}

int
converse_apply(struct router *r, struct entry *e, const struct code *code, const struct command *cmd)
{
	struct input_id in;

	work_input(&in, e);
	if (e->s.version == 0)
		snprintf(in.reserved, sizeof(in.reserved), "%s", e->code.s);
	return apply_as(r, e, code, cmd, &in);
}

int
converse_apply_beside(struct router *r, struct entry *e, const struct code *code, const struct command *cmd)
{
	struct input_id in;

	work_input(&in, e);
	in.stays = 1;
	return apply_as(r, e, code, cmd, &in);
}

/* ---- officers ---- */

/* As it should be written; with his own nonce where only one can be meant. */
static int
answer_how(struct router *r, struct entry *e, const struct officer *o, enum case_event ev, const char *nonce)
{
	static const struct { enum case_event event; const char *before, *after; } how[] = {
		{ ON_HANDLE, "TANGANI", "" }, { ON_RESOLVE, "SELESAI", " lampu sudah diganti" },
		{ ON_HAND_ON, "TERUSKAN", " O-DISHUB lampu milik Dishub" },
		{ ON_DECLINE, "BUKAN", " ini jalan provinsi" }, { ON_UNDO, "URUNG", "" },
		{ ON_GO, "MENUJU", "" }, { ON_ARRIVE, "TIBA", "" },
		{ ON_WAIT, "TUNGGU", " anggaran 14-12-2026 menunggu pengesahan" },
		{ ON_APPROVE, "SETUJU", "" }, { ON_REFUSE, "TOLAK", " tunggu sampai Senin saja" },
		{ ON_ANSWER, "JAWAB", " alat berat datang besok pagi" },
		{ ON_HELP, "BANTUAN", " api menjalar ke pasar" },
		{ ON_MERGE, "GABUNG", " 7K3F-9QXM laporan yang sama" }, { ON_SIGN, "AMAN", "" },
		{ ON_ATTEST, "BERES", "" }, { ON_DISPUTE, "MASIH", " masih mati dua" },
	};
	const char *before = "TERIMA", *after = "";
	char example[64];

	for (size_t i = 0; i < N_ELEMS(how); i++)
		if (how[i].event == ev)
			before = how[i].before, after = how[i].after;
	snprintf(example, sizeof(example), "%s %s%s", before, nonce[0] != '\0' ? nonce : "7K3", after);
	return answer_example(r, e, o, example);
}

/* A unit as officers write it: O-DISHUB, dishub. */
static void
unit_named(const struct router *r, char unit[UNIT_CODE_CHARS])
{
	char dinas[UNIT_CODE_CHARS + 2];

	snprintf(dinas, sizeof(dinas), "O-%s", unit);
	if (unit_find(r->h.policy->units, unit) == NULL && unit_find(r->h.policy->units, dinas) != NULL)
		snprintf(unit, UNIT_CODE_CHARS, "%.*s", UNIT_CODE_CHARS - 1, dinas);
}

/*
 * Wrong codes from an officer's number within the hour, this one (by) included.  The code stands only in the
 * message to him: who has to guess it is stopped before he can.  -1: no answer.
 */
static int64_t
wrong_nonces(struct router *r, const char *officer, int by)
{
	return count_of(r, "tebak", officer, by);
}

static void
count_guess(struct router *r, const struct speech *s, const char *officer)
{
	if (s->nonce[0] != '\0' && wrong_nonces(r, officer, 1) == r->h.set.nonce_tries)
		house_alarm(&r->h, "tebak", officer, "banyak kode tugas salah dari nomor seorang petugas; periksa apakah nomornya dipalsukan");
}

/* None of his open tasks is meant. */
static int
answer_no_task(struct router *r, struct entry *e, const struct speech *s, const struct officer *o, const char *only)
{
	char example[16];
	const struct template_value v[] = { { "nonce", s->nonce }, { "contoh", example } };
	int rc;

	log_warn("nonce_refused", "officer=%s event=%s", o->id, case_event_name(s->event));
	if (s->nonce[0] == '\0')
		return answer_how(r, e, o, s->event, only);
	snprintf(example, sizeof(example), "TERIMA %s", only[0] != '\0' ? only : "7K3");
	rc = refuse(r, e, o, "bukan-tugasnya", "jawab-kode", NULL, v, N_ELEMS(v));
	/* One that another router took over and worked off was right when it came. */
	if (rc > 0 && r->answers.slots[0].result == COMMIT_OK)
		count_guess(r, s, o->id);
	return rc;
}

static int
officer_speaks(struct router *r, struct entry *e, const struct officer *o, const struct speech *s)
{
	struct command cmd = { .event = s->event, .by = BY_OFFICER, .note = s->note };
	struct code codes[2], code;
	char nonces[2][NONCE_CHARS + 1], nonce[NONCE_CHARS + 1];
	int n = tasks_read(r, o->id, codes, nonces, 2), rc;
	int found = s->nonce[0] != '\0' && n > 0 ? task_by_nonce(r, o->id, s->nonce, &code) : 0;

	int64_t wrong = s->nonce[0] != '\0' ? wrong_nonces(r, o->id, 0) : 0;

	if (n < 0 || found < 0 || wrong < 0)
		return -1;
	if (wrong >= r->h.set.nonce_tries)
		return s->loose ? 0 : refuse(r, e, o, "kode-ditebak", "jawab-tebak", NULL, NULL, 0);
	snprintf(nonce, sizeof(nonce), "%s", s->nonce);
	if (s->nonce[0] == '\0' && (s->event == ON_ACCEPT || s->event == ON_GO || s->event == ON_ARRIVE ||
	    s->event == ON_SIGN)) {
		if (n > 1)
			return answer(r, e, 1, "tugas-banyak", "jawab-banyak", NULL, NULL, 0);
		if (n == 1) {
			code = codes[0];
			snprintf(nonce, sizeof(nonce), "%s", nonces[0]);
			found = 1;
		}
	}
	if (!found && s->loose) {
		/* "masih mati lampunya" is no guess */
		if (s->note[0] == '\0' || (s->event != ON_ATTEST && s->event != ON_DISPUTE))
			count_guess(r, s, o->id);
		return 0;
	}
	if (!found && n == 0)
		return refuse(r, e, o, "tiada-tugas", "jawab-kosong", NULL, NULL, 0);
	if (!found)
		return answer_no_task(r, e, s, o, n == 1 ? nonces[0] : "");
	cmd.answer = converse_may_answer(r, e);
	snprintf(cmd.actor, sizeof(cmd.actor), "%s", o->id);
	snprintf(cmd.to_unit, sizeof(cmd.to_unit), "%s", s->unit);
	snprintf(cmd.reason, sizeof(cmd.reason), "%s", s->reason);
	cmd.until_ms = s->until_ms;
	if (s->event == ON_MERGE && s->has_code)
		snprintf(cmd.into, sizeof(cmd.into), "%s", s->code.s);
	unit_named(r, cmd.to_unit);
	r->commands++;
	rc = converse_apply(r, e, &code, &cmd);
	if (rc == 0 && r->fx->refusal == REFUSED_REASON)
		return answer_how(r, e, o, s->event, nonce);
	return rc != 0 ? rc : answer_refused(r, e, o, &code);
}

/* ---- residents ---- */

int
converse_list(struct router *r, struct entry *e, const char *word, const struct code *codes, int n)
{
	struct buf list = { 0 }, example = { 0 };
	char first[CODE_CHARS + 2];
	int rc;

	code_show(first, &codes[0]);
	buf_addf(&example, "%s %s", word, first);

	for (int i = 0; i < n && i < OPEN_MAX; i++) {
		char shown[CODE_CHARS + 2];

		code_show(shown, &codes[i]);
		buf_addf(&list, "%s%s", i ? ", " : "", shown);
	}
	{
		const struct template_value v[] = { { "daftar", buf_str(&list) }, { "contoh", buf_str(&example) } };

		rc = answer(r, e, 1, "pilih", "pilih", NULL, v, N_ELEMS(v));
	}
	buf_release(&list);
	buf_release(&example);
	return rc;
}

/* Time left while the promise runs; the plain truth when it is broken; neither once it is kept. */
static const char *
check_kind(const struct router *r, const struct case_record *c)
{
	for (int i = 0; i < c->clocks_n && i < r->h.policy->clocks_n; i++)
		if (r->h.policy->clocks[i].stop == STOP_ON_HANDLE && c->clocks[i].state == CLOCK_RUNNING)
			return c->clocks[i].due_ms < r->now_ms ? "cek-lewat" : "cek";
	return "cek-selesai";
}

/* Whoever follows another is as far as that one: it is on its way for both. */
static void
show_as_lead(struct router *r, struct stored_case *s)
{
	struct stored_case lead;
	struct code code;

	if (!s->readable || s->version == 0 || s->c.state == CASE_SELESAI || s->c.state == CASE_DITUTUP ||
	    s->c.lead[0] == '\0' || code_parse(&code, s->c.lead, strlen(s->c.lead)) != 0 ||
	    cases_load(&r->h.st, &code, 1, &lead) != 0)
		return;
	if (lead.readable && lead.version > 0 && lead.c.state != CASE_SELESAI && lead.c.state != CASE_DITUTUP)
		s->c.state = lead.c.state;
	stored_case_release(&lead);
}

static int
check(struct router *r, struct entry *e, const struct code *code)
{
	struct stored_case s;
	int rc;

	if (cases_load(&r->h.st, code, 1, &s) != 0)
		return -1;
	show_as_lead(r, &s);
	if (!s.there || !s.readable)
		rc = answer(r, e, 1, "cek", "cek-tiada", NULL, NULL, 0);
	else if (s.version == 0) {
		s.c.code = *code;
		rc = answer(r, e, 1, "cek", "cek-rahasia", &s.c, NULL, 0);
	} else
		rc = answer(r, e, 1, "cek", s.c.sealed ? "cek-rahasia" : check_kind(r, &s.c), &s.c, NULL, 0);
	stored_case_release(&s);
	return rc;
}

int
converse_own_cases(struct router *r, const struct entry *e, int only_done,
    struct code out[OPEN_MAX])
{
	int kept = 0;

	if (own_read(r, e) != 0)
		return -1;
	for (int i = 0; i < e->own->n && kept < OPEN_MAX; i++) {
		const struct stored_case *s = own_find(e->own, &e->own->codes[i]);

		/* what he writes is no part of an exercise in which his number was used, but "1" and "2" are */
		if (s != NULL && s->c.state != CASE_DITUTUP && (only_done || s->c.latihan == e->words.latihan) &&
		    case_contact_ms(&s->c) > r->now_ms - r->h.set.follow_up_ms && (!only_done || s->c.state == CASE_SELESAI))
			out[kept++] = e->own->codes[i];
	}
	return kept;
}

int
converse_last_place(struct router *r, const struct entry *e, char place[PLACE_CODE_CHARS])
{
	struct code codes[OPEN_MAX];
	int n = converse_own_cases(r, e, 0, codes);
	int64_t last_ms = -1;

	for (int i = 0; i < n; i++) {
		const struct stored_case *s = own_find(e->own, &codes[i]);

		if (s->c.place[0] != '\0' && s->c.received_ms > last_ms) {
			last_ms = s->c.received_ms;
			memcpy(place, s->c.place, sizeof(s->c.place));
		}
	}
	return n < 0 ? -1 : last_ms >= 0;
}

int
converse_is_own(struct router *r, const struct entry *e, const struct code *code)
{
	if (own_read(r, e) != 0)
		return -1;
	for (int i = 0; i < e->own->n; i++)
		if (strcmp(e->own->codes[i].s, code->s) == 0)
			return 1;
	return 0;
}

/* His own report of it, if he has one: 1 with its code. */
static int
follows_already(struct router *r, const struct entry *e, const struct code *lead, struct code *own)
{
	struct code codes[OPEN_MAX];
	int n = converse_own_cases(r, e, 0, codes), found = n < 0 ? -1 : 0;

	for (int i = 0; i < n && found == 0; i++) {
		found = strcmp(codes[i].s, lead->s) == 0 || strcmp(own_find(e->own, &codes[i])->c.lead, lead->s) == 0;
		*own = codes[i];
	}
	return found;
}

/* Opens his case behind that one.  1, -1 come again, 2 it has changed meanwhile. */
static int
open_behind(struct router *r, struct entry *e, const struct case_record *lead)
{
	struct command cmd = { .event = ON_OPEN, .by = BY_ROUTER, .u = &e->u,
	    .entropy = house_entropy(&r->h) };
	struct case_record before = { .code = e->code };
	struct report_facts f;
	struct input_id in;

	group_follow(&e->u, lead);
	work_facts(&f, r, e);
	cmd.report = &f;
	snprintf(cmd.incident, sizeof(cmd.incident), "%s", lead->incident);
	snprintf(cmd.lead, sizeof(cmd.lead), "%s", lead->code.s);
	work_input(&in, e);
	if (e->s.version != 0 ||
	    case_decide(r->h.policy, &r->h.roster, &before, &cmd, r->now_ms, r->fx) != 0)
		return -1;
	commit_begin(&r->answers, r->now_ms);
	commit_holds(&r->answers, lead);
	commit_add_case(&r->answers, &r->h.st, r->h.policy, &r->h.roster, &before, r->fx, &cmd,
	    &e->keys, &e->words, &in);
	commit_run(&r->answers, &r->h.st);
	own_forget(r);
	switch (r->answers.slots[0].result) {
	case COMMIT_OK: case COMMIT_ALREADY: return 1;
	case COMMIT_CONFLICT: return 2;
	default: return -1;
	}
}

/*
 * IKUT: a neighbour has the same trouble.  He gets a number of his own and all news of it; whoever is
 * not to know of a case learns nothing by naming it.
 */
static int
joins(struct router *r, struct entry *e, const struct code *named)
{
	struct code code = *named, own;
	int rc = 2;

	for (int try = 0; try < 2 * TRIES && rc == 2; try++) {
		struct stored_case s;
		int already;

		if (cases_load(&r->h.st, &code, 1, &s) != 0)
			return -1;
		if (!s.there || !s.readable || s.version == 0 || s.c.sealed ||
		    s.c.latihan != e->words.latihan || e->lookup[0] == '\0') {
			rc = answer(r, e, 1, "ikut", "cek-tiada", NULL, NULL, 0);
		} else if (s.c.lead[0] != '\0' && code_parse(&code, s.c.lead, strlen(s.c.lead)) == 0) {
			rc = 2;			/* that one follows another itself */
		} else if ((already = follows_already(r, e, &code, &own)) != 0) {
			rc = already < 0 ? -1 : check(r, e, &own);
		} else if (!incident_leads(&s.c)) {
			rc = check(r, e, &code);
		} else {
			rc = open_behind(r, e, &s.c);
			r->commands += rc == 1;
		}
		stored_case_release(&s);
	}
	return rc == 2 ? -1 : rc;
}

/* Anybody can write anybody's name above a letter: alone it ends no case. */
static int
is_easily_forged(const struct entry *e)
{
	return strcmp(e->words.channel, "email") == 0;
}

static int
resident_acts(struct router *r, struct entry *e, const struct speech *s)
{
	static const enum case_event events[] = { [SPEECH_WITHDRAW] = ON_WITHDRAW, [SPEECH_YES] = ON_CONFIRM, [SPEECH_NO] = ON_DISPUTE };
	static const char *const words[] = { [SPEECH_WITHDRAW] = "BATAL", [SPEECH_YES] = "1", [SPEECH_NO] = "2" };
	struct command cmd = { .event = events[s->kind], .by = BY_RESIDENT, .note = e->words.text, .answer = converse_may_answer(r, e) };
	const struct officer *self = officer_behind(r, e);
	struct code codes[OPEN_MAX], code = s->code;
	int n, rc;

	if (self != NULL)
		snprintf(cmd.actor, sizeof(cmd.actor), "%s", self->id);
	if (s->has_code) {
		n = converse_is_own(r, e, &code);
		if (n < 0)
			return -1;
		if (n == 0)
			return answer(r, e, 1, "bukan-miliknya", "cek-tiada", NULL, NULL, 0);
	} else {
		n = converse_own_cases(r, e, s->kind != SPEECH_WITHDRAW, codes);
		if (n < 0)
			return -1;
		if (n == 0 && s->kind != SPEECH_WITHDRAW)
			return 0;	/* a lone "1" from somebody whom we asked nothing */
		if (n == 0)
			return answer(r, e, 1, "batal", "tanpa-laporan", NULL, NULL, 0);
		if (n > 1 || is_easily_forged(e))
			return converse_list(r, e, words[s->kind], codes, n);
		code = codes[0];
	}
	r->commands++;
	rc = converse_apply(r, e, &code, &cmd);
	if (rc == 0 && r->fx->refusal == REFUSED_OWN)
		return answer_refused(r, e, NULL, &code);
	if (rc > 0 && cmd.event == ON_CONFIRM && r->fx->after.lead[0] != '\0')
		quorum_look(&r->h, r->fx->after.lead);	/* what is missed here, sla finds when the case would lapse */
	return rc == 0 ? check(r, e, &code) : rc;
}

static int
resident_checks(struct router *r, struct entry *e, const struct speech *s)
{
	struct code codes[OPEN_MAX];
	int n;

	if (s->has_code)
		return check(r, e, &s->code);
	n = converse_own_cases(r, e, 0, codes);
	if (n < 0)
		return -1;
	if (n == 1)
		return check(r, e, &codes[0]);
	return n > 1 ? converse_list(r, e, "CEK", codes, n) : answer(r, e, 1, "cek", "tanpa-laporan", NULL, NULL, 0);
}

/*
 * A text that is no report of its own, from somebody with one open case, belongs to that case.
 * With danger in it the case becomes urgent at once.
 */
static int
follow_up(struct router *r, struct entry *e, const struct code *code)
{
	struct command cmd = { .event = ON_NOTE, .by = BY_RESIDENT, .u = &e->u,
	    .answer = converse_may_answer(r, e) };
	struct buf note = { 0 };
	int rc;

	describe_pieces(&note, &e->words);
	cmd.note = buf_str(&note);
	work_references(&cmd, e);
	rc = converse_apply(r, e, code, &cmd);
	buf_wipe(&note);
	return rc;
}

/*
 * The example goes back at once; the text itself goes on to a human, without a receipt: two answers
 * to one SMS, "nothing was changed" and "we have your report", would leave him guessing.
 */
static int
unclear_officer(struct router *r, struct entry *e, const struct officer *o, const char *nonce)
{
	char example[16];
	const struct template_value v[] = { { "contoh", example } };

	snprintf(example, sizeof(example), "TERIMA %s", nonce);
	if (answer_to(r, e, o->id, 0, "tidak-paham", "jawab-salah", NULL, v, 1) < 0)
		return -1;
	e->words.no_reply = 1;
	return 0;
}

/*
 * "SIAP pak meluncur" answers the roll-call, and perhaps he means it to a task: that one is not taken
 * by it, and he must know.
 */
static int
is_ready(struct router *r, struct entry *e, const struct officer *o)
{
	struct code codes[2];
	char nonces[2][NONCE_CHARS + 1], example[16];
	const struct template_value v[] = { { "contoh", example } };
	int n = tasks_read(r, o->id, codes, nonces, 2), untaken = n > 1;

	if (n == 1) {
		const struct case_task *t;
		struct stored_case s;

		if (cases_load(&r->h.st, &codes[0], 1, &s) != 0)
			return -1;
		t = s.readable && s.version > 0 ? case_task_of(&s.c, o->id) : NULL;
		untaken = t != NULL && t->state == TASK_OPEN;
		stored_case_release(&s);
	}
	if (n < 0)
		return -1;
	snprintf(example, sizeof(example), "TERIMA %s", n == 1 ? nonces[0] : "7K3");
	return answer(r, e, 1, "siap", untaken ? "jawab-salah" : NULL, NULL, v, 1);
}

int
converse_is_small_talk(const struct router *r, const struct understanding *u)
{
	const struct category *k = category_find(r->h.policy->catalogue, u->category);

	return k != NULL && k->no_case;
}

/*
 * STOP and SALAH: for each open case of this number.  A number that is on the roster and says it is
 * the wrong one is a matter for the roster's keeper: a forged sender must not silence an officer.
 */
static int
goes_quiet(struct router *r, struct entry *e, const struct officer *o, const struct speech *s)
{
	struct command cmd = { .event = s->kind == SPEECH_STOP ? ON_QUIET : ON_WRONG_NUMBER,
	    .by = BY_RESIDENT, .note = e->words.text };
	struct code codes[OPEN_MAX];
	struct input_id in;
	int n = converse_own_cases(r, e, 0, codes);

	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (converse_apply_beside(r, e, &codes[i], &cmd) < 0)
			return -1;
	work_input_beside(&in, e);
	if (volunteer_quits(r, e, &in) != 0 || (e->lookup[0] != '\0' &&
	    (subscriber_stop(&r->h, e->lookup, &in) != 0 || number_stops(&r->h, e->lookup, &in) != 0)))
		return -1;
	if (o != NULL && s->kind == SPEECH_WRONG)
		house_alarm(&r->h, "wrong_number", o->id, "nomor petugas dibalas SALAH; periksa daftar petugas");
	r->commands++;
	return s->kind == SPEECH_STOP ? answer(r, e, 1, "stop", "stop", NULL, NULL, 0) :
	    answer(r, e, 1, "salah-nomor", "salah-nomor", NULL, NULL, 0);
}

/* LANGGANAN DESA KABAT: he hears when an incident begins there, and when it is over. */
static int
subscribes(struct router *r, struct entry *e)
{
	const struct understanding *u = entry_understand(r, e);
	const struct place *p = place_find(r->h.policy->places, u->place);
	struct subscriber s;
	struct buf name = { 0 };
	const char *kind = "langgan";
	int rc;

	if (p == NULL || (p->kind != PLACE_DESA && p->kind != PLACE_KELURAHAN) || u->rivals_n > 0)
		return answer(r, e, 1, "langganan", "langgan-tiada", NULL, NULL, 0);
	if (e->words.sender == NULL || e->lookup[0] == '\0' || r->h.set.subscribe_most == 0)
		return answer(r, e, 1, "langganan", "langgan-tidak", NULL, NULL, 0);
	rc = subscriber_load(&r->h.st, e->lookup, &s);
	if (rc < 0)
		return -1;
	snprintf(s.phone, sizeof(s.phone), "%s", e->words.sender);
	snprintf(s.lang, sizeof(s.lang), "%s", e->lang);
	if (subscriber_add(&s, p->code, r->h.set.subscribe_most) < 0) {
		kind = "langgan-penuh";
	} else {
		enum commit_result result;
		struct input_id in;

		work_input_beside(&in, e);
		result = subscriber_put(&r->h, e->lookup, &s, &in);
		if (result != COMMIT_OK && result != COMMIT_ALREADY)
			return -1;
	}
	r->commands++;
	buf_add_place(&name, p);
	{
		const struct template_value v[] = { { "tempat", buf_str(&name) } };

		rc = answer(r, e, 1, "langganan", kind, NULL, v, N_ELEMS(v));
	}
	buf_release(&name);
	return rc;
}

#define DATA_CATEGORY "data-pribadi"

/*
 * DATA SAYA: a code goes to his number, for it can be forged; with that code his wish becomes a case of its own
 * kind.  1 used up, 0 it is a report now, -1 come again.  A crash in between costs him another code.
 */
static int
asks_for_data(struct router *r, struct entry *e, const struct speech *s)
{
	const struct identity who = { e->lookup, e->words.reply_channel, laporan_address(&e->words), e->lang, NULL, "kode-data" };
	char digits[16];
	enum identity_result result;

	if (who.to == NULL || e->lookup[0] == '\0' || who.route[0] == '\0' || strstr(who.route, "-publik") != NULL ||
	    category_find(r->h.policy->catalogue, DATA_CATEGORY) == NULL)
		return answer(r, e, 1, "data-tanya", "data-salah", NULL, NULL, 0);
	if (s->note[0] == '\0') {
		result = identity_ask(&r->h, &who, "router");
		return result == IDENTITY_FAILED ? -1 : converse_note(r, e, "data-tanya");
	}
	snprintf(digits, sizeof(digits), "%.*s", IDENTITY_DIGITS, s->note);
	result = identity_prove(&r->h, &who, digits, "router");
	if (result == IDENTITY_FAILED)
		return -1;
	if (result != IDENTITY_OK)
		return answer(r, e, 1, "data-tanya", "data-salah", NULL, NULL, 0);
	free(e->words.category);
	e->words.category = xstrdup(DATA_CATEGORY);
	e->understood = 0;
	return 0;
}

/* From now on, in the cases that are open and in those to come. */
static int
speaks(struct router *r, struct entry *e, const struct speech *s)
{
	struct command cmd = { .event = ON_LANGUAGE, .by = BY_RESIDENT, .note = e->words.text };
	struct code codes[OPEN_MAX];
	char name[32];
	const char *lang;
	int n;

	speech_word(s->note, name, sizeof(name));
	lang = texts_language(r->h.policy->texts, name);
	if (lang == NULL || e->lookup[0] == '\0') {
		struct buf list = { 0 };
		int rc;

		texts_add_languages(&list, r->h.policy->texts);
		{
			const struct template_value v[] = { { "daftar", buf_str(&list) },
			    { "contoh", "BAHASA INDONESIA" } };

			rc = answer(r, e, 1, "bahasa-tiada", "bahasa-tiada", NULL, v, N_ELEMS(v));
		}
		buf_release(&list);
		return rc;
	}
	n = converse_own_cases(r, e, 0, codes);
	if (n < 0)
		return -1;
	snprintf(cmd.lang, sizeof(cmd.lang), "%s", lang);
	snprintf(e->lang, sizeof(e->lang), "%s", lang);
	e->asks_lang = 1;
	for (int i = 0; i < n; i++)
		if (converse_apply_beside(r, e, &codes[i], &cmd) < 0)
			return -1;
	r->commands++;
	return answer(r, e, 1, "bahasa", "bahasa", NULL, NULL, 0);
}

static int
belongs_to_open_case(struct router *r, struct entry *e, const struct officer *o)
{
	const struct understanding *u = entry_understand(r, e);
	struct code codes[64], found, whole;
	char nonces[2][NONCE_CHARS + 1];
	int n;

	if (o == NULL && code_find(&found, e->words.text, strlen(e->words.text)) == 0) {
		n = converse_is_own(r, e, &found);
		if (n == 1 && code_parse(&whole, e->words.text, strlen(e->words.text)) == 0)
			return check(r, e, &found);	/* the code and not a word: he asks */
		return n < 0 ? -1 : n == 1 ? follow_up(r, e, &found) : 0;
	}
	if (o == NULL && u->place[0] == '\0' && group_danger(r->group_words, e->words.text)) {
		n = converse_own_cases(r, e, 0, codes);
		if (n == 1)
			return follow_up(r, e, &codes[0]);	/* where, we know from his report */
		if (n < 0)
			return -1;
	}
	if ((!u->unsure && !converse_is_small_talk(r, u)) || u->urgency == URGENCY_DARURAT)
		return 0;		/* a report of its own */
	if (o != NULL) {
		n = tasks_read(r, o->id, codes, nonces, 2);
		if (n > 0 && converse_is_small_talk(r, u))
			return answer(r, e, 1, "basa-basi", NULL, NULL, NULL, 0);
		return n < 0 ? -1 : n == 0 ? 0 : unclear_officer(r, e, o, n == 1 ? nonces[0] : "7K3");
	}
	n = asked_heap(r, e);
	if (n != 0)
		return n;
	n = converse_own_cases(r, e, 0, codes);
	if (n > 1) {
		n = asked_which(r, e, codes, n, &found);
		codes[0] = found;
	}
	return n < 0 ? -1 : n == 1 ? follow_up(r, e, &codes[0]) : 0;
}

/* What became of a file that was to be fetched; the house itself says so. */
static void
file_news(struct command *cmd, const struct laporan *l)
{
	cmd->by = BY_SYSTEM;
	cmd->event = l->media_n > 0 ? ON_FILE : ON_FILE_MISSING;
	cmd->file = l->media_n > 0 ? l->media[0] : NULL;
	cmd->look = l->look;
	cmd->cause = l->media_n > 0 ? NULL : l->text;
	cmd->note = l->text;
}

/* First words and further ones, read as one report; what was known stays known. */
static void
understand_with(struct router *r, struct entry *e, const struct case_record *c, const struct laporan *first)
{
	struct laporan *l = &e->words, own = *l;
	struct buf all = { 0 };

	buf_addf(&all, "%s\n%s", first->text != NULL ? first->text : "", l->text != NULL ? l->text : "");
	l->text = all.data;
	if (l->where == NULL)
		l->where = first->where;
	if (l->place == NULL && c->place[0] != '\0')
		l->place = (char *)(uintptr_t)c->place;
	if (l->category == NULL)
		l->category = first->category;
	l->urgent |= c->urgency == URGENCY_DARURAT;
	e->understood = 0;
	entry_understand(r, e);
	*l = own;			/* the rest was only borrowed */
	buf_wipe(&all);
}

/*
 * What the officer who wrote the report down adds to it: 1 if it says better whose the case is, and nobody
 * has taken it yet; e->u is then of all that was said.  0 it is only more news, -1 no answer.
 */
static int
completes(struct router *r, struct entry *e, const struct code *code)
{
	struct laporan first = { 0 };
	struct case_keys keys;
	struct stored_case s;
	char lookup[LOOKUP_TEXT];
	const struct case_record *c = &s.c;
	int rc = 0;

	if (e->words.entered_by[0] == '\0')
		return 0;
	if (cases_load(&r->h.st, code, 1, &s) != 0)
		return -1;
	if (s.readable && s.version > 0 && !s.archived && !c->sealed && c->lead[0] == '\0' &&
	    (c->state == CASE_BARU || (c->state == CASE_DITUGASKAN && c->holder[0] == '\0')) &&
	    stored_case_open(&s, &r->h.st, &keys, &first, lookup) == 0) {
		understand_with(r, e, c, &first);
		rc = !e->u.unsure && (c->state == CASE_BARU || strcmp(e->u.category, c->category) != 0 ||
		    strcmp(e->u.place, c->place) != 0);
	}
	laporan_release(&first);
	stored_case_release(&s);
	return rc;
}

/* What he pressed on the page that is his alone. */
static enum case_event
verdict_event(const char *verdict)
{
	return strcmp(verdict, "beres") == 0 ? ON_CONFIRM : strcmp(verdict, "belum") == 0 ? ON_DISPUTE : ON_WITHDRAW;
}

/*
 * A photo sent from the report's own page, a part of its SMS that came late, the rest of what an officer
 * wrote down, or news of a file.
 */
static int
addition(struct router *r, struct entry *e)
{
	struct command cmd = { .event = ON_NOTE, .by = BY_RESIDENT };
	struct buf note = { 0 };
	struct code code;
	int rc, of_file = strcmp(e->words.channel, CHANNEL_FILES) == 0;

	if (code_parse(&code, e->words.about, strlen(e->words.about)) != 0)
		return 0;
	if (of_file) {
		file_news(&cmd, &e->words);
	} else if (e->words.verdict[0] != '\0') {
		cmd.event = verdict_event(e->words.verdict);
		cmd.note = e->words.text;
	} else {
		rc = completes(r, e, &code);
		if (rc < 0)
			return -1;
		describe_pieces(&note, &e->words);
		cmd.note = buf_str(&note);
		memcpy(cmd.actor, e->words.entered_by, sizeof(cmd.actor));
		work_references(&cmd, e);
		if (rc == 1) {
			cmd.event = ON_ASSIGN;
			cmd.by = BY_ROUTER;
			cmd.u = &e->u;
		} else if (e->words.text != NULL && e->words.text[0] != '\0') {
			cmd.u = entry_understand(r, e);	/* it may be the danger that was missing */
		}
	}
	rc = converse_apply(r, e, &code, &cmd);
	if (rc == 0 && e->follows.s[0] != '\0') {
		buf_wipe(&note);
		return 0;		/* from the archive nothing comes back: a new case, linked to it */
	}
	if (rc == 0 && cmd.references_n > 0) {
		/* Its case is over: no note any more, but what it shows is kept. */
		cmd.by = BY_SYSTEM;
		cmd.event = ON_FILE_MISSING;
		cmd.cause = "dikirim setelah kasus ditutup";
		rc = converse_apply(r, e, &code, &cmd);
	}
	/* Its case is gone. */
	if (rc == 0 && (of_file || e->words.media_n > 0))
		rc = answer(r, e, 1, "foto-terlambat", NULL, NULL, NULL, 0);
	buf_wipe(&note);
	return rc;
}

/*
 * A call nobody could take.  Who has an open case already is not asked again what is wrong: a phone
 * that rings us all night would else open a case, and cost an SMS, each time.
 */
static int
missed_call(struct router *r, struct entry *e)
{
	struct command cmd = { .event = ON_NOTE, .by = BY_RESIDENT,
	    .note = "panggilan tak terjawab atau pesan kosong" };
	struct code codes[OPEN_MAX];
	int n = e->lookup[0] != '\0' ? converse_own_cases(r, e, 0, codes) : 0;

	return n > 0 ? converse_apply(r, e, &codes[0], &cmd) : n;
}

/* The case of the message of ours that he quotes; found by day, as far back as a reply counts. */
static int
said_case(struct router *r, const struct laporan *l, struct code *out)
{
	char field[LOOKUP_CHARS + 1];
	int days = (int)(r->h.set.follow_up_ms / DAY_MS) + 1, rc = 0;

	said_field(field, &r->h.st, l->channel, l->quotes);
	for (int i = 0; i <= days; i++) {
		struct redis_args get = { 0 };

		redis_args_adds(&get, "HGET");
		said_key(&get, &r->h.st, r->now_ms - i * DAY_MS);
		redis_args_adds(&get, field);
		rc |= redis_pipe_queue(r->h.st.pipe, get.n, (const char **)get.argv, get.lens);
		redis_args_release(&get);
	}
	rc |= redis_pipe_flush(r->h.st.pipe);
	for (int i = 0; i <= days && rc == 0; i++) {
		redisReply *a = redis_pipe_reply(r->h.st.pipe);

		if (a == NULL)
			rc = -1;
		else if (a->type == REDIS_REPLY_STRING)
			code_parse(out, a->str, a->len);
		freeReplyObject(a);
	}
	return rc == 0 ? 0 : -1;
}

/* The case whose message he answers, into e->quoted, if it is one of his own.  0, -1 no answer. */
static int
quoted_case(struct router *r, struct entry *e)
{
	int own;

	code_parse(&e->quoted, e->words.thread, strlen(e->words.thread));
	if (e->words.quotes != NULL && said_case(r, &e->words, &e->quoted) != 0)
		return -1;
	own = e->quoted.s[0] != '\0' ? converse_is_own(r, e, &e->quoted) : 0;
	if (own <= 0)
		memset(&e->quoted, 0, sizeof(e->quoted));
	return own < 0 ? -1 : 0;
}

/* The sender's last report that is still open and young.  1, 0 none, -1 no answer. */
static int
fresh_case(struct router *r, const struct entry *e, struct code *out)
{
	struct buf key = { 0 };
	redisReply *a;
	int64_t newest = r->now_ms - r->h.set.join_ms;
	int rc = -1;

	if (e->lookup[0] == '\0')
		return 0;
	buf_add_key(&key, &r->h.st.keys, KEY_REPORTER, e->lookup, NULL);
	a = redis_pipe_command(r->h.st.pipe, "HGETALL %b", key.data, key.len);
	if (a != NULL && a->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		for (size_t i = 0; i + 1 < a->elements; i += 2) {
			int64_t received = strtoll(a->element[i + 1]->str, NULL, 10);

			if (received < newest || code_parse(out, a->element[i]->str, a->element[i]->len) != 0)
				continue;
			newest = received;
			rc = 1;
		}
	}
	freeReplyObject(a);
	buf_release(&key);
	return rc;
}

/* An edit of what its sender told a moment ago is one report with it; long after, one of its own. */
static int
join(struct router *r, struct entry *e)
{
	struct command cmd = { .event = ON_NOTE, .by = BY_RESIDENT, .answer = converse_may_answer(r, e) };
	struct buf note = { 0 };
	struct code code;
	int rc = fresh_case(r, e, &code);

	if (rc <= 0)
		return rc;
	if (e->words.text != NULL)
		cmd.u = entry_understand(r, e);
	describe_pieces(&note, &e->words);
	cmd.note = buf_str(&note);
	work_references(&cmd, e);
	rc = converse_apply(r, e, &code, &cmd);
	buf_wipe(&note);
	return rc;
}

/* A button waits for an answer of its own, beside what becomes of the case.  0, or -1: come again. */
static int
confirm_tap(struct router *r, struct entry *e)
{
	struct input_id in;
	struct answer a = { .what = "tombol", .kind = "tombol", .route = e->words.reply_channel,
	    .to = e->words.ack, .lane_e = e->words.lane_e, .latihan = e->words.latihan,
	    .not_after_ms = r->now_ms + TAP_LIFE_MS };
	struct buf text = { 0 };
	int rc = -1;

	if (message_answer(r->h.policy, e->lang, a.kind, NULL, r->now_ms, NULL, 0, &text) == 0) {
		a.text = &text;
		a.text_lang = e->lang;
		snprintf(a.id, sizeof(a.id), "%s.k", e->code.s);
		commit_begin(&r->answers, r->now_ms);
		work_input_beside(&in, e);
		commit_add_answer(&r->answers, &r->h.st, &a, &e->keys, &in);
		commit_run(&r->answers, &r->h.st);
		own_forget(r);
		rc = r->answers.slots[0].result == COMMIT_OK || r->answers.slots[0].result == COMMIT_ALREADY ? 0 : -1;
	}
	buf_release(&text);
	return rc;
}

int
converse(struct router *r, struct entry *e)
{
	const struct officer *o = officer_calling(r, e);
	struct speech s;
	int rc;

	if (o != NULL)
		rollcall_note(&r->h, o, r->now_ms);	/* whatever it is, the number lives */
	if (e->words.about[0] != '\0')
		return addition(r, e);
	if (e->words.ack != NULL && confirm_tap(r, e) != 0)
		return -1;
	if (laporan_is_empty(&e->words))
		return missed_call(r, e);
	if (quoted_case(r, e) != 0)
		return -1;
	if (is_attachment(e))
		return e->quoted.s[0] != '\0' ? follow_up(r, e, &e->quoted) : together(r, e);
	if (e->words.adds) {
		rc = join(r, e);
		if (rc != 0 || e->words.text == NULL)
			return rc;
	}
	speech_parse(&s, e->words.text);
	if (s.kind == SPEECH_OFFICER && s.loose && o == NULL)
		s.kind = SPEECH_NONE;	/* "masih mati" is a resident's answer, also to what he quotes */
	e->ordered = s.kind == SPEECH_OFFICER && o == NULL && s.nonce[0] != '\0';
	if (s.kind == SPEECH_READY && (o == NULL || o->asked_ms == 0))
		s.kind = SPEECH_NONE;
	rc = volunteer_speaks(r, e, &s);
	if (rc != 0)
		return rc;
	rc = asked_answer(r, e, &s);
	if (rc != 0)
		return rc;
	/* Danger is a report of its own, also below an old message. */
	if (e->quoted.s[0] != '\0' && s.kind == SPEECH_NONE &&
	    entry_understand(r, e)->urgency != URGENCY_DARURAT) {
		rc = follow_up(r, e, &e->quoted);
		if (rc != 0)
			return rc;	/* else it was closed meanwhile: a report of its own */
	}
	if (e->quoted.s[0] != '\0' && !s.has_code) {
		s.code = e->quoted;
		s.has_code = 1;
	}
	switch (s.kind) {
	case SPEECH_OFFICER:
		/* From a stranger a command word is only a word: "selesai, terima kasih". */
		rc = o != NULL ? officer_speaks(r, e, o, &s) : 0;
		if (rc != 0)
			return rc;
		break;
	case SPEECH_CHECK:
		return resident_checks(r, e, &s);
	case SPEECH_WITHDRAW: case SPEECH_YES: case SPEECH_NO:
		rc = resident_acts(r, e, &s);
		if (rc != 0)
			return rc;
		break;
	case SPEECH_JOIN:
		return joins(r, e, &s.code);
	case SPEECH_STOP: case SPEECH_WRONG:
		return goes_quiet(r, e, o, &s);
	case SPEECH_LANGUAGE:
		return speaks(r, e, &s);
	case SPEECH_SUBSCRIBE:
		return subscribes(r, e);
	case SPEECH_DATA:
		return asks_for_data(r, e, &s);
	case SPEECH_READY:
		return is_ready(r, e, o);
	case SPEECH_NONE:
		break;
	}
	rc = together(r, e);
	if (rc != 0)
		return rc;
	return e->lookup[0] != '\0' || o != NULL ? belongs_to_open_case(r, e, o) : 0;
}
