#include "router/converse.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/message.h"
#include "lib/log.h"
#include "router/work.h"

#define TRIES 5
#define OPEN_MAX 8

/* ---- grammar ---- */

enum needs { NEEDS_NOTHING, NEEDS_NONCE };
static const struct {
	const char *word;
	enum case_event event;
	enum needs needs;
} officer_words[] = {
	{ "TERIMA", ON_ACCEPT, NEEDS_NOTHING }, { "MENUJU", ON_GO, NEEDS_NOTHING },
	{ "TIBA", ON_ARRIVE, NEEDS_NOTHING }, { "TANGANI", ON_HANDLE, NEEDS_NONCE },
	{ "SELESAI", ON_RESOLVE, NEEDS_NONCE }, { "TERUSKAN", ON_HAND_ON, NEEDS_NONCE },
	{ "BUKAN", ON_DECLINE, NEEDS_NONCE }, { "URUNG", ON_UNDO, NEEDS_NONCE },
};
static const struct { const char *word; enum speech_kind kind; } resident_words[] = {
	{ "CEK", SPEECH_CHECK }, { "BATAL", SPEECH_WITHDRAW }, { "1", SPEECH_YES },
	{ "2", SPEECH_NO },
	{ "YA", SPEECH_YES }, { "BELUM", SPEECH_NO },
};

/* The next word and where the rest begins. */
static const char *
word_of(const char *s, char *out, size_t size)
{
	size_t n = 0;

	while (*s != '\0' &&
	    (isspace((unsigned char)*s) || *s == '"' || *s == '\'' || *s == '.' || *s == ','))
		s++;
	while (*s != '\0' && !isspace((unsigned char)*s)) {
		if (n + 1 < size)
			out[n++] = *s;
		s++;
	}
	while (n > 0 && strchr(".,;:!\"'", out[n - 1]) != NULL)
		n--;
	out[n] = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static void
parse_resident(struct speech *s, enum speech_kind kind, const char *rest)
{
	char word[32];
	const char *after = word_of(rest, word, sizeof(word));

	if (word[0] != '\0') {
		if (code_parse(&s->code, rest, strlen(rest)) == 0 ||
		    code_parse(&s->code, word, strlen(word)) == 0)
			s->has_code = 1;
		else if (kind != SPEECH_CHECK)
			return;		/* "1 minggu jalan rusak" is a report */
		if (!s->has_code && (after[0] != '\0' || strlen(word) > CODE_CHARS + 4))
			return;		/* "cek jalan di depan pasar" is one too */
	}
	s->kind = kind;
	s->note = after;
}

static void
parse_officer(struct speech *s, size_t row, const char *rest)
{
	char word[UNIT_CODE_CHARS];
	const char *after = word_of(rest, word, sizeof(word));

	s->kind = SPEECH_OFFICER;
	s->event = officer_words[row].event;
	s->note = rest;
	if (strlen(word) == NONCE_CHARS && nonce_parse(s->nonce, word, strlen(word)) == 0)
		s->note = after;
	if (s->event == ON_HAND_ON) {
		s->note = word_of(s->note, s->unit, sizeof(s->unit));
		for (char *p = s->unit; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
	}
}

void
speech_parse(struct speech *s, const char *text)
{
	char word[32];
	const char *rest;

	memset(s, 0, sizeof(*s));
	s->note = "";
	rest = word_of(text, word, sizeof(word));
	for (size_t i = 0; i < N_ELEMS(resident_words); i++)
		if (strcasecmp(word, resident_words[i].word) == 0) {
			parse_resident(s, resident_words[i].kind, rest);
			return;
		}
	for (size_t i = 0; i < N_ELEMS(officer_words); i++)
		if (strcasecmp(word, officer_words[i].word) == 0) {
			parse_officer(s, i, rest);
			return;
		}
}

/* ---- answers ---- */

/* Most answers to one number in an hour: robots talk for ever, people do not. */
static int
may_answer(struct router *r, const struct entry *e)
{
	struct buf key = { 0 };
	redisReply *n;
	int ok = 1;

	if (e->words.no_reply || e->words.sender == NULL || e->words.reply_channel[0] == '\0')
		return 0;
	buf_add_key(&key, &r->h.st.keys, KEY_TALK, NULL, NULL);
	n = redis_pipe_command(r->h.st.pipe, "HINCRBY %b %s:%lld 1", key.data, key.len, e->lookup,
	    (long long)(r->now_ms / HOUR_MS));
	if (n != NULL && n->type == REDIS_REPLY_INTEGER && n->integer > r->h.set.answers_per_hour)
		ok = 0;
	freeReplyObject(n);
	buf_release(&key);
	return ok;
}

/*
 * An answer with one log entry; with use_up it is all that becomes of the input. 1, or
 * -1: come again.
 */
static int
answer(struct router *r, struct entry *e, int use_up, const char *what, const char *kind,
    const struct case_record *c, const struct template_value *values, size_t n)
{
	struct answer a = { .what = what, .kind = kind != NULL ? kind : "",
	    .route = e->words.reply_channel, .latihan = e->words.latihan, .lane_e = e->words.lane_e,
	    .note = e->words.text, .not_after_ms = r->now_ms + r->h.policy->message_life_ms };
	struct input_id in;
	struct buf text = { 0 };
	int rc;

	work_input(&in, e);
	if (e->s.version == 0)
		snprintf(in.reserved, sizeof(in.reserved), "%s", e->code.s);
	if (!use_up)
		memset(&in, 0, sizeof(in));
	if (c != NULL)
		snprintf(a.code, sizeof(a.code), "%s", c->code.s);
	snprintf(a.id, sizeof(a.id), "%s.a", e->code.s);
	if (kind != NULL && may_answer(r, e) &&
	    message_answer(r->h.policy, "id", kind, c, r->now_ms, values, n, &text) == 0)
		a.to = e->words.sender;
	a.text = &text;
	commit_begin(&r->answers, r->now_ms);
	commit_add_answer(&r->answers, &r->h.st, &a, &e->keys, &in);
	commit_run(&r->answers, &r->h.st);
	rc = r->answers.slots[0].result == COMMIT_OK ||
	    r->answers.slots[0].result == COMMIT_ALREADY ? 1 : -1;
	buf_wipe(&text);
	return rc;
}

static int
answer_example(struct router *r, struct entry *e, const char *example)
{
	const struct template_value v[] = { { "contoh", example } };

	return answer(r, e, 1, "tidak-paham", "jawab-salah", NULL, v, 1);
}

/* ---- finding the case ---- */

/* Codes in a hash: field -> code (tasks) or code -> time (reports). -1 no answer. */
static int
index_read(struct router *r, enum key_id key_id, const char *part, struct code *codes,
    char nonces[][NONCE_CHARS + 1], int max)
{
	struct buf key = { 0 };
	redisReply *a;
	int n = -1;

	buf_add_key(&key, &r->h.st.keys, key_id, part, NULL);
	a = redis_pipe_command(r->h.st.pipe, "HGETALL %b", key.data, key.len);
	if (a != NULL && a->type == REDIS_REPLY_ARRAY) {
		n = 0;
		for (size_t i = 0; i + 1 < a->elements && n < max; i += 2) {
			const redisReply *code = a->element[key_id == KEY_TASKS ? i + 1 : i];

			if (code_parse(&codes[n], code->str, code->len) != 0)
				continue;
			if (nonces != NULL)
				snprintf(nonces[n], NONCE_CHARS + 1, "%s", a->element[i]->str);
			n++;
		}
	}
	freeReplyObject(a);
	buf_release(&key);
	return n;
}

/*
 * Applies a command to a case until it is committed. 1 used up, 0 refused (fx tells
 * why), -1 come again.
 */
static int
apply(struct router *r, struct entry *e, const struct code *code, struct command *cmd)
{
	struct input_id in;

	work_input(&in, e);
	if (e->s.version == 0)
		snprintf(in.reserved, sizeof(in.reserved), "%s", e->code.s);
	for (int try = 0; try < TRIES; try++) {
		struct stored_case s;
		struct case_keys keys;
		struct laporan words = { 0 };
		char lookup[33];
		const struct policy *p;
		int rc = -1;

		if (cases_load(&r->h.st, code, 1, &s) != 0)
			return -1;
		p = s.there && s.readable && s.version > 0 ?
		    version_policy(&r->h.versions, &r->h.st, s.c.policy) : NULL;
		if (s.there && s.version == 0) {
			stored_case_release(&s);
			return -1;	/* not opened yet: it is next in line */
		}
		if (p == NULL || stored_case_open(&s, &r->h.st, &keys, &words, lookup) != 0) {
			r->fx->refusal = REFUSED_STATE;
			rc = 0;
		} else {
			cmd->entropy = work_entropy();
			if (case_decide(p, &r->h.roster, &s.c, cmd, r->now_ms, r->fx) != 0) {
				rc = 0;
			} else {
				enum commit_result result;

				commit_begin(&r->answers, r->now_ms);
				commit_add_case(&r->answers, &r->h.st, p, &r->h.roster, &s.c, r->fx,
				    cmd, &keys, &words, &in);
				commit_run(&r->answers, &r->h.st);
				result = r->answers.slots[0].result;
				rc = result == COMMIT_OK || result == COMMIT_ALREADY ? 1 :
				    result == COMMIT_CONFLICT || result == COMMIT_TAKEN ? 2 : -1;
				if (rc == 1)
					log_info("acted", "case=%s what=%s by=%s actor=%s state=%s",
					    code->s, r->fx->what, actor_name(cmd->by), cmd->actor,
					    case_state_name(r->fx->state_after));
			}
		}
		laporan_release(&words);
		stored_case_release(&s);
		if (rc != 2)
			return rc;
	}
	return -1;
}

/* ---- officers ---- */

static const struct officer *
officer_calling(const struct router *r, const struct entry *e)
{
	if (e->words.sender == NULL || strcmp(e->words.channel, "sms") != 0)
		return NULL;
	for (size_t i = 0; i < r->h.roster.n; i++)
		if (!r->h.roster.officers[i].ended &&
		    strcmp(r->h.roster.officers[i].phone, e->words.sender) == 0)
			return &r->h.roster.officers[i];
	return NULL;
}

static const char *
example_of(enum case_event ev)
{
	switch (ev) {
	case ON_HANDLE: return "TANGANI ABC (ABC = kode 3 huruf dari SMS tugas)";
	case ON_RESOLVE: return "SELESAI ABC lampu sudah diganti";
	case ON_HAND_ON: return "TERUSKAN ABC O-DISHUB lampu milik Dishub";
	case ON_DECLINE: return "BUKAN ABC ini jalan provinsi";
	case ON_UNDO: return "URUNG ABC";
	default: return "TERIMA ABC";
	}
}

static int
officer_speaks(struct router *r, struct entry *e, const struct officer *o, const struct speech *s)
{
	struct command cmd = {
		.event = s->event, .by = BY_OFFICER, .note = s->note, .answer = may_answer(r, e)
	};
	struct code codes[64];
	char nonces[64][NONCE_CHARS + 1];
	int n = index_read(r, KEY_TASKS, o->id, codes, nonces, 64), at = -1, rc;

	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (s->nonce[0] != '\0' && strcmp(nonces[i], s->nonce) == 0)
			at = i;
	if (s->nonce[0] == '\0' &&
	    (s->event == ON_ACCEPT || s->event == ON_GO || s->event == ON_ARRIVE)) {
		if (n > 1)
			return answer(r, e, 1, "tugas-banyak", "jawab-banyak", NULL, NULL, 0);
		at = n == 1 ? 0 : -1;
	}
	if (at < 0) {
		log_warn("nonce_refused", "officer=%s event=%s open=%d", o->id,
		    case_event_name(s->event), n);
		return answer_example(r, e, example_of(s->event));
	}
	snprintf(cmd.actor, sizeof(cmd.actor), "%s", o->id);
	snprintf(cmd.to_unit, sizeof(cmd.to_unit), "%s", s->unit);
	r->commands++;
	rc = apply(r, e, &codes[at], &cmd);
	if (rc == 0)
		rc = answer_example(r, e,
		    r->fx->refusal == REFUSED_REASON || r->fx->refusal == REFUSED_UNIT ?
		    example_of(s->event) : refusal_text(r->fx->refusal));
	return rc;
}

/* ---- residents ---- */

static int
list_cases(struct router *r, struct entry *e, const struct code *codes, int n)
{
	struct buf list = { 0 };
	int rc;

	for (int i = 0; i < n && i < OPEN_MAX; i++) {
		char shown[CODE_CHARS + 2];

		code_show(shown, &codes[i]);
		buf_addf(&list, "%s%s", i ? ", " : "", shown);
	}

	const struct template_value v[] = { { "daftar", buf_str(&list) } };

	rc = answer(r, e, 1, "pilih", "pilih", NULL, v, 1);
	buf_release(&list);
	return rc;
}

static int
check(struct router *r, struct entry *e, const struct code *code)
{
	struct stored_case s;
	int rc;

	if (cases_load(&r->h.st, code, 1, &s) != 0)
		return -1;
	if (!s.there || !s.readable)
		rc = answer(r, e, 1, "cek", "cek-tiada", NULL, NULL, 0);
	else if (s.version == 0) {
		s.c.code = *code;
		rc = answer(r, e, 1, "cek", "cek-rahasia", &s.c, NULL, 0);
	} else
		rc = answer(r, e, 1, "cek", s.c.sealed ? "cek-rahasia" : "cek", &s.c, NULL, 0);
	stored_case_release(&s);
	return rc;
}

/* The sender's open cases; with only_done those that wait for his verdict. -1 no answer. */
static int
own_cases(struct router *r, const struct entry *e, int only_done, struct code *out)
{
	struct code codes[64];
	int n = e->lookup[0] != '\0' ? index_read(r, KEY_REPORTER, e->lookup, codes, NULL, 64) : 0,
	    kept = 0;

	if (n < 0)
		return -1;
	for (int i = 0; i < n && kept < OPEN_MAX; i++) {
		struct stored_case s;

		if (cases_load(&r->h.st, &codes[i], 1, &s) != 0)
			return -1;
		if (s.readable && s.version > 0 && s.c.state != CASE_DITUTUP &&
		    s.c.received_ms > r->now_ms - r->h.set.follow_up_ms &&
		    (!only_done || s.c.state == CASE_SELESAI))
			out[kept++] = codes[i];
		stored_case_release(&s);
	}
	return kept;
}

static int
is_own(struct router *r, const struct entry *e, const struct code *code)
{
	struct code codes[64];
	int n = e->lookup[0] != '\0' ? index_read(r, KEY_REPORTER, e->lookup, codes, NULL, 64) : 0;

	for (int i = 0; i < n; i++)
		if (strcmp(codes[i].s, code->s) == 0)
			return 1;
	return n < 0 ? -1 : 0;
}

static int
resident_acts(struct router *r, struct entry *e, const struct speech *s)
{
	static const enum case_event events[] = { [SPEECH_WITHDRAW] = ON_WITHDRAW,
	    [SPEECH_YES] = ON_CONFIRM, [SPEECH_NO] = ON_DISPUTE };
	struct command cmd = { .event = events[s->kind], .by = BY_RESIDENT, .note = e->words.text };
	struct code codes[OPEN_MAX], code = s->code;
	int n, rc;

	if (s->has_code) {
		n = is_own(r, e, &code);
		if (n < 0)
			return -1;
		if (n == 0)
			return answer(r, e, 1, "bukan-miliknya", "cek-tiada", NULL, NULL, 0);
	} else {
		n = own_cases(r, e, s->kind != SPEECH_WITHDRAW, codes);
		if (n < 0)
			return -1;
		if (n == 0 && s->kind != SPEECH_WITHDRAW)
			/* a lone "1" from somebody whom we asked nothing: a human reads it */
			return 0;
		if (n == 0)
			return answer(r, e, 1, "batal", "cek-tiada", NULL, NULL, 0);
		if (n > 1)
			return list_cases(r, e, codes, n);
		code = codes[0];
	}
	r->commands++;
	rc = apply(r, e, &code, &cmd);
	return rc == 0 ? check(r, e, &code) : rc;
}

static int
resident_checks(struct router *r, struct entry *e, const struct speech *s)
{
	struct code codes[OPEN_MAX];
	int n;

	if (s->has_code)
		return check(r, e, &s->code);
	n = own_cases(r, e, 0, codes);
	if (n < 0)
		return -1;
	if (n == 1)
		return check(r, e, &codes[0]);
	return n > 1 ? list_cases(r, e, codes, n) :
	    answer(r, e, 1, "cek", "cek-tiada", NULL, NULL, 0);
}

/*
 * A text that is no report of its own, from somebody with one open case, belongs to that case.
 * With danger in it the case becomes urgent at once.
 */
static int
follow_up(struct router *r, struct entry *e, const struct code *code)
{
	struct command cmd = {
		.event = ON_NOTE, .by = BY_RESIDENT, .note = e->words.text, .u = &e->u
	};

	return apply(r, e, code, &cmd);
}

/* The example goes back at once; the text itself goes on to a human. */
static int
unclear_officer(struct router *r, struct entry *e)
{
	const struct template_value v[] = { { "contoh", example_of(ON_ACCEPT) } };

	return answer(r, e, 0, "tidak-paham", "jawab-salah", NULL, v, 1) < 0 ? -1 : 0;
}

static int
belongs_to_open_case(struct router *r, struct entry *e, const struct officer *o)
{
	const struct understanding *u = entry_understand(r, e);
	struct code codes[64], found;
	int n;

	if (o == NULL && code_find(&found, e->words.text, strlen(e->words.text)) == 0) {
		n = is_own(r, e, &found);
		return n < 0 ? -1 : n == 1 ? follow_up(r, e, &found) : 0;
	}
	if (!u->unsure || u->urgency == URGENCY_DARURAT)
		return 0;		/* a report of its own */
	if (o != NULL) {
		n = index_read(r, KEY_TASKS, o->id, codes, NULL, 64);
		return n < 0 ? -1 : n == 0 ? 0 : unclear_officer(r, e);
	}
	n = own_cases(r, e, 0, codes);
	return n < 0 ? -1 : n == 1 ? follow_up(r, e, &codes[0]) : 0;
}

/* A photo sent from the report's own page. */
static int
addition(struct router *r, struct entry *e)
{
	struct command cmd = { .event = ON_NOTE, .by = BY_RESIDENT };
	struct buf note = { 0 };
	struct code code;
	int rc;

	if (code_parse(&code, e->words.about, strlen(e->words.about)) != 0)
		return 0;
	buf_addf(&note, "foto: %s", e->words.media_n > 0 ? e->words.media[0] : "");
	cmd.note = buf_str(&note);
	rc = apply(r, e, &code, &cmd);
	/* Its case is over: the photo is kept, and said to be so in the log. */
	if (rc == 0)
		rc = answer(r, e, 1, "foto-terlambat", NULL, NULL, NULL, 0);
	buf_release(&note);
	return rc;
}

int
converse(struct router *r, struct entry *e)
{
	const struct officer *o = officer_calling(r, e);
	struct speech s;

	if (e->words.about[0] != '\0')
		return addition(r, e);

	speech_parse(&s, e->words.text);
	switch (s.kind) {
	case SPEECH_OFFICER:
		/* From a stranger a command word is only a word. */
		return o != NULL ? officer_speaks(r, e, o, &s) : 0;
	case SPEECH_CHECK:
		return resident_checks(r, e, &s);
	case SPEECH_WITHDRAW: case SPEECH_YES: case SPEECH_NO:
		return resident_acts(r, e, &s);
	case SPEECH_NONE:
		break;
	}
	return e->lookup[0] != '\0' || o != NULL ? belongs_to_open_case(r, e, o) : 0;
}
