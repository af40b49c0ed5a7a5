#include "store/incident.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/incident.h"
#include "core/quorum.h"
#include "lib/log.h"

#define WAITS "calon"		/* in the list, instead of a state */
#define LOOKED_AT 8		/* members whose reporter is compared with the lead's */

/* ---- reading ---- */

static int
member_parse(struct member *m, const redisReply *code, const redisReply *value)
{
	char state[16], place[PLACE_CODE_CHARS] = "";
	long long received = 0;

	memset(m, 0, sizeof(*m));
	if (code->type != REDIS_REPLY_STRING || value->type != REDIS_REPLY_STRING ||
	    code_parse(&m->code, code->str, code->len) != 0)
		return -1;
	if (strcmp(value->str, WAITS) == 0) {
		m->waits = 1;
		return 0;
	}
	if (sscanf(value->str, "%15s %lld %15s", state, &received, place) < 2 ||
	    case_state_of_name(state, &m->state) != 0)
		return -1;
	m->received_ms = received;
	memcpy(m->place, place, sizeof(m->place));
	return 0;
}

static int
by_coming(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->received_ms != y->received_ms)
		return x->received_ms < y->received_ms ? -1 : 1;
	return strcmp(x->code.s, y->code.s);
}

int
members_load(struct store *st, const char *lead, struct member **out, size_t *n)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	*out = NULL;
	*n = 0;
	buf_add_key(&key, &st->keys, KEY_MEMBERS, lead, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		*out = xcalloc(r->elements / 2 + 1, sizeof(**out));
		for (size_t i = 0; i + 1 < r->elements; i += 2)
			if (member_parse(&(*out)[*n], r->element[i], r->element[i + 1]) == 0)
				++*n;
		qsort(*out, *n, sizeof(**out), by_coming);
		rc = 0;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

static void
count_in(struct crowd_figures *f, const char *place, enum case_state state, int64_t at_ms)
{
	int64_t hour = at_ms / HOUR_MS * HOUR_MS;
	size_t d = 0, t = 0;

	while (d < f->desa_n && strcmp(f->desa[d].place, place) != 0)
		d++;
	if (d == f->desa_n) {
		f->desa = xrealloc(f->desa, sizeof(*f->desa) * ++f->desa_n);
		memset(&f->desa[d], 0, sizeof(f->desa[d]));
		snprintf(f->desa[d].place, sizeof(f->desa[d].place), "%s", place);
	}
	f->desa[d].states[state]++;
	f->desa[d].n++;
	while (t < f->hours_n && f->hours[t].from_ms != hour)
		t++;
	if (t == f->hours_n) {
		f->hours = xrealloc(f->hours, sizeof(*f->hours) * ++f->hours_n);
		f->hours[t] = (struct crowd_hour){ hour, 0 };
	}
	f->hours[t].n++;
}

void
crowd_count(struct crowd_figures *f, const struct case_record *lead, const struct member *m, size_t n)
{
	memset(f, 0, sizeof(*f));
	count_in(f, lead->place, lead->state, lead->received_ms);
	for (size_t i = 0; i < n; i++)
		if (!m[i].waits)
			count_in(f, m[i].place, m[i].state, m[i].received_ms);
}

void
crowd_figures_release(struct crowd_figures *f)
{
	free(f->desa);
	free(f->hours);
	memset(f, 0, sizeof(*f));
}

struct crowd { struct code code; char noted[32]; int64_t version, members; };

static int
crowds_read(struct store *st, struct crowd **out, size_t *n)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	*out = NULL;
	*n = 0;
	buf_add_key(&key, &st->keys, KEY_CROWDS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		*out = xcalloc(r->elements / 2 + 1, sizeof(**out));
		for (size_t i = 0; i + 1 < r->elements; i += 2) {
			struct crowd *c = &(*out)[*n];

			if (code_parse(&c->code, r->element[i]->str, r->element[i]->len) != 0)
				continue;
			snprintf(c->noted, sizeof(c->noted), "%s", r->element[i + 1]->str);
			++*n;
		}
		rc = 0;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

int
crowds_load(struct store *st, struct code **out, size_t *n)
{
	struct crowd *all;
	int rc = crowds_read(st, &all, n);

	*out = xcalloc(*n + 1, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = all[i].code;
	free(all);
	return rc;
}

/* ---- the walk ---- */

/* What is noted of a crowd when nothing is left to do for it. */
static void
note_of(char out[32], const struct crowd *c)
{
	snprintf(out, 32, "%" PRId64 ":%" PRId64, c->version, c->members);
}

static int
ask(struct store *st, const char *command, enum key_id id, const char *part, const char *field)
{
	struct redis_args a = { 0 };
	int rc;

	redis_args_adds(&a, command);
	args_add_key(&a, st, id, part, NULL);
	if (field != NULL)
		redis_args_adds(&a, field);
	rc = redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
	return rc;
}

static int
answered(struct store *st, int64_t *out)
{
	redisReply *r = redis_pipe_reply(st->pipe);
	int rc = r != NULL && r->type != REDIS_REPLY_ERROR ? 0 : -1;

	*out = rc != 0 ? 0 : r->type == REDIS_REPLY_INTEGER ? r->integer :
	    r->type == REDIS_REPLY_STRING ? strtoll(r->str, NULL, 10) : -1;
	freeReplyObject(r);
	return rc;
}

/* Version of each lead (-1: it is gone) and how many follow it, in one round trip. */
static int
look_at(struct store *st, struct crowd *all, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		rc |= ask(st, "HGET", KEY_CASE, all[i].code.s, "v");
		rc |= ask(st, "HLEN", KEY_MEMBERS, all[i].code.s, NULL);
	}
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc |= answered(st, &all[i].version);
		rc |= answered(st, &all[i].members);
	}
	return rc;
}

/* The lead lies in the archive: who followed it is closed long since, or stands for himself. */
static void
forget(struct store *st, const struct crowd *c)
{
	struct buf members = { 0 }, crowds = { 0 }, noticed = { 0 };

	buf_add_key(&members, &st->keys, KEY_MEMBERS, c->code.s, NULL);
	buf_add_key(&crowds, &st->keys, KEY_CROWDS, NULL, NULL);
	buf_add_key(&noticed, &st->keys, KEY_NOTICED, c->code.s, NULL);
	freeReplyObject(redis_pipe_command(st->pipe, "DEL %b", members.data, members.len));
	freeReplyObject(redis_pipe_command(st->pipe, "DEL %b", noticed.data, noticed.len));
	freeReplyObject(redis_pipe_command(st->pipe, "HDEL %b %s", crowds.data, crowds.len, c->code.s));
	buf_release(&members);
	buf_release(&noticed);
	buf_release(&crowds);
}

static void
note(struct store *st, const struct crowd *c)
{
	struct buf key = { 0 };
	char value[32];

	note_of(value, c);
	buf_add_key(&key, &st->keys, KEY_CROWDS, NULL, NULL);
	freeReplyObject(redis_pipe_command(st->pipe, "HSET %b %s %s", key.data, key.len, c->code.s,
	    value));
	buf_release(&key);
}

/* Of those who were too few: what to do now. */
static enum case_event
waiting_follows(const struct policy *p, const struct case_record *lead, size_t voices)
{
	const struct incident_kind *k = incident_kind_of(p, lead->incident);

	return k != NULL && incident_leads(lead) && voices >= (size_t)k->least ? ON_MERGE : ON_DUE;
}

/* A case that stood in the list of that lead. */
struct follower {
	struct house *h;
	struct stored_case *lead;
	int waits;
	size_t voices;
	int tries;
	int left;			/* what is sent to those who follow is not for it any more */
};

static enum case_event
follower_goes(const struct follower *f, enum case_state state)
{
	return f->waits ? waiting_follows(f->h->policy, &f->lead->c, f->voices) : incident_follows(&f->lead->c, state);
}

/* Without an answer it stays as it was read, and the commit finds out. */
static void
lead_again(struct follower *f)
{
	struct stored_case s;

	if (cases_load(&f->h->st, &f->lead->c.code, 1, &s) != 0)
		return;
	if (s.there && s.readable && s.version > 0) {
		stored_case_release(f->lead);
		*f->lead = s;
	} else {
		stored_case_release(&s);
	}
}

/*
 * The list was read before the case was: whoever broke out, was parted or went to another incident since
 * then stands for himself, and what becomes of the lead is not for him.
 */
static const char *
follower_prepare(const struct policy *p, const struct case_record *c, struct command *cmd, struct commit_batch *b, void *arg)
{
	struct follower *f = arg;
	const struct case_record *lead = &f->lead->c;

	(void)p;
	if (f->tries++ > 0)
		lead_again(f);		/* somebody was faster, at the member or at its lead */
	f->left = f->waits ? c->lead[0] != '\0' || c->incident[0] != '\0' : strcmp(c->lead, lead->code.s) != 0;
	if (f->left)
		return "kasus ini sudah tidak mengikuti kejadian itu";
	f->left = cmd->by == BY_SYSTEM && follower_goes(f, c->state) != cmd->event;
	if (f->left)
		return "kejadian itu sudah berubah";
	if (cmd->event == ON_MERGE) {
		snprintf(cmd->into, sizeof(cmd->into), "%s", f->waits ? lead->code.s : lead->lead);
		snprintf(cmd->incident, sizeof(cmd->incident), "%s", lead->incident);
	}
	if (f->waits)		/* merged and parted again it looks as before, and waits no more */
		commit_beside(b, KEY_MEMBERS, lead->code.s, '=', c->code.s, WAITS);
	commit_holds(b, lead);
	return NULL;
}

enum commit_result
member_apply(struct house *h, struct stored_case *lead, const struct member *m, struct command *cmd, struct effects *fx,
    const char **why)
{
	struct follower f = { .h = h, .lead = lead, .waits = m->waits };

	return case_apply(h, &m->code, cmd, follower_prepare, &f, fx, why);
}

/* 0 done, or not for it (said once, and left); -1 come again. */
static int
send(struct house *h, const struct code *code, struct command *cmd, struct follower *f, int *moved)
{
	struct effects *fx = xcalloc(1, sizeof(*fx));
	const char *why = "";
	enum commit_result result = case_apply(h, code, cmd, f != NULL ? follower_prepare : NULL, f, fx, &why);

	free(fx);
	if (result == COMMIT_OK)
		++*moved;
	else if (result == COMMIT_REFUSED && f != NULL && f->left)
		log_info("member_left", "case=%s what=%s", code->s, case_event_name(cmd->event));
	else if (result == COMMIT_REFUSED)
		log_warn("member_refused", "case=%s what=%s why=\"%s\"", code->s,
		    case_event_name(cmd->event), why);
	return result == COMMIT_OK || result == COMMIT_REFUSED ? 0 : -1;
}

/* Whether anybody but the lead's own reporter is among the first. */
static int
has_second(struct house *h, const struct case_record *lead, const struct member *m, size_t n)
{
	int second = 0;

	for (size_t i = 0; i < n && i < LOOKED_AT && !second; i++) {
		struct stored_case s;

		if (cases_load(&h->st, &m[i].code, 1, &s) != 0)
			return 0;
		second = s.readable && s.version > 0 && strcmp(s.c.reporter, lead->reporter) != 0;
		stored_case_release(&s);
	}
	return second;
}

/*
 * Once it is twice as many as last time: a flood is a dozen entries of its lead, not a thousand.  And
 * when it is over, for then it is the number that stays.
 */
static int
grow(struct house *h, const struct case_record *lead, const struct member *m, size_t n, int *moved)
{
	struct command cmd = { .event = ON_GROW, .by = BY_SYSTEM };
	int waits = 0;

	for (size_t i = 0; i < n; i++)
		waits += m[i].waits;
	cmd.voices = 1 + (int)n - waits;
	if (lead->state == CASE_DITUTUP || cmd.voices < 2 || cmd.voices == lead->voices ||
	    (cmd.voices < 2 * lead->voices && lead->state != CASE_SELESAI))
		return 0;
	if (cmd.voices < lead->voices)
		return 0;		/* some have parted: it was as many */
	cmd.second = has_second(h, lead, m, n);
	return send(h, &lead->code, &cmd, NULL, moved);
}

int
member_bring(struct house *h, struct stored_case *lead, const struct member *m, size_t voices, int most, int *moved)
{
	struct follower f = { .h = h, .lead = lead, .waits = m->waits, .voices = voices };
	struct command cmd = { .event = follower_goes(&f, m->state), .by = BY_SYSTEM };
	char shown[CODE_CHARS + 2], why[64];

	if (cmd.event == ON_DUE)
		return 1;
	if (*moved >= most)
		return 0;
	code_show(shown, &lead->c.code);
	snprintf(why, sizeof(why), "mengikuti kejadian %s", shown);
	cmd.note = why;
	return send(h, &m->code, &cmd, &f, moved) == 0 ? 1 : -1;
}

/* 1 all are there, 2 nobody can tell, 0 more is to be done, -1 no answer. */
static int
walk(struct house *h, const struct crowd *c, int most, int *moved)
{
	struct stored_case s;
	struct member *m;
	size_t n;
	int rc = 1;

	if (cases_load(&h->st, &c->code, 1, &s) != 0)
		return -1;
	if (!s.readable || s.version <= 0) {	/* a damaged one must not stand before the others */
		log_error("lead_unreadable", "case=%s", c->code.s);
		stored_case_release(&s);
		return 2;
	}
	if (members_load(&h->st, c->code.s, &m, &n) != 0)
		rc = -1;
	if (rc > 0 && grow(h, &s.c, m, n, moved) != 0)
		rc = -1;
	for (size_t i = 0; i < n && rc > 0; i++)
		rc = member_bring(h, &s, &m[i], n + 1, most, moved);
	stored_case_release(&s);
	free(m);
	return rc;
}

int
crowds_step(struct house *h, int most, int *moved)
{
	struct crowd *all;
	size_t n;
	int rc = 0;

	*moved = 0;
	if (crowds_read(&h->st, &all, &n) != 0 || look_at(&h->st, all, n) != 0) {
		free(all);
		return -1;
	}
	for (size_t i = 0; i < n && rc == 0; i++) {
		char now[32];
		int there;

		note_of(now, &all[i]);
		if (all[i].version < 0)
			forget(&h->st, &all[i]);
		if (all[i].version < 0 || strcmp(now, all[i].noted) == 0)
			continue;
		there = walk(h, &all[i], most, moved);
		if (there == 1)
			note(&h->st, &all[i]);
		rc = there == 0 ? 1 : there < 0 ? -1 : 0;
	}
	free(all);
	return rc;
}

/* ---- the neighbours' word ---- */

#define ASKED_OF 64		/* closed parts whose end is looked at: two are enough mostly */

/* Those of the members who said yes, each reporter once and the case's own never. */
static int
count_yes(struct house *h, const struct case_record *lead, const struct member *m, size_t n, int most)
{
	char said[CASE_QUORUM_MOST][LOOKUP_TEXT];
	int yes = 0, looked = 0;

	for (size_t i = 0; i < n && yes < most && looked < ASKED_OF; i++) {
		struct stored_case s;
		int known;

		if (m[i].waits || m[i].state != CASE_DITUTUP)
			continue;
		looked++;
		if (cases_load(&h->st, &m[i].code, 1, &s) != 0)
			return -1;
		known = !s.readable || s.c.closed_as != CLOSE_CONFIRMED || s.c.reporter[0] == '\0' ||
		    strcmp(s.c.reporter, lead->reporter) == 0;
		for (int k = 0; k < yes && !known; k++)
			known = strcmp(said[k], s.c.reporter) == 0;
		if (!known)
			memcpy(said[yes++], s.c.reporter, sizeof(said[0]));
		stored_case_release(&s);
	}
	return yes;
}

int
quorum_look(struct house *h, const char *lead)
{
	struct command cmd = { .event = ON_ATTEST, .by = BY_SYSTEM, .note = "pelapor lain menyatakan sudah beres" };
	struct stored_case s;
	struct member *m;
	struct code code;
	int moved = 0, rc = 0, parted;
	size_t n, follow = 0;

	if (code_parse(&code, lead, strlen(lead)) != 0)
		return 0;
	if (cases_load(&h->st, &code, 1, &s) != 0)
		return -1;
	if (members_load(&h->st, code.s, &m, &n) != 0)
		rc = -1;
	for (size_t i = 0; i < n; i++)
		follow += !m[i].waits;
	/* Who answered 2 follows it no more. */
	parted = s.c.voices - 1 - (int)follow;
	if (rc == 0 && s.readable && s.version > 0 && quorum_reached(h->policy, &s.c, CASE_QUORUM_MOST, parted > 0 ? parted : 0)) {
		cmd.voices = count_yes(h, &s.c, m, n, CASE_QUORUM_MOST);
		if (cmd.voices < 0)
			rc = -1;
		else if (quorum_reached(h->policy, &s.c, cmd.voices, parted > 0 ? parted : 0))
			rc = send(h, &code, &cmd, NULL, &moved);
	}
	stored_case_release(&s);
	free(m);
	return rc != 0 ? rc : moved;
}

/* ---- by hand ---- */

const char *
merge_prepare(struct store *st, const struct case_record *c, const char *into, struct command *cmd,
    struct commit_batch *b)
{
	struct stored_case s;
	struct code code;
	const char *why = NULL;

	if (code_parse(&code, into, strlen(into)) != 0)
		return "kode tujuan itu bukan kode laporan";
	if (cases_load(st, &code, 1, &s) != 0)
		return "penyimpanan sedang tidak menjawab; coba lagi";
	if (!s.there || !s.readable || s.version <= 0 || s.archived || s.c.sealed)
		why = "tidak ada kasus terbuka dengan kode tujuan itu";
	else if (s.c.lead[0] != '\0')
		why = "kasus tujuan sendiri mengikuti kasus lain; gabung ke yang memimpin";
	else if (case_is_legacy(&s.c))	/* it has no clock: who follows it would wait for ever */
		why = "kasus tujuan adalah laporan lama; gabungkan laporan lama itu ke kasus ini";
	else if (s.c.latihan != c->latihan)
		why = s.c.latihan ? "kasus tujuan itu latihan, laporan ini bukan" : "laporan ini latihan, kasus tujuan bukan";
	else if (!incident_leads(&s.c))
		why = "kasus tujuan sudah selesai; tidak dapat diikuti lagi";
	snprintf(cmd->into, sizeof(cmd->into), "%s", code.s);
	snprintf(cmd->incident, sizeof(cmd->incident), "%s", s.c.incident);
	if (why == NULL)
		commit_holds(b, &s.c);
	stored_case_release(&s);
	return why;
}
