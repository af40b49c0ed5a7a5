#include "router/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/log.h"
#include "router/converse.h"
#include "router/support.h"
#include "router/together.h"
#include "router/canary.h"
#include "store/dead.h"
#include "store/apply.h"
#include "store/intake.h"

#define TRIES 8		/* of one report, each with other nonces */
#define FLIGHT 64	/* reports in one call: while the store works, the next are understood */

void
entry_release(struct entry *e)
{
	laporan_release(&e->words);
	stored_case_release(&e->s);
}

void
router_init(struct router *r)
{
	r->fx = xmalloc(sizeof(*r->fx));
	r->epoch = 1;
	store_second(&r->line, &r->h.st);
}

void
router_release(struct router *r)
{
	understander_free(r->understander);
	group_words_free(r->group_words);
	groups_forget(&r->groups);
	for (size_t i = 0; i < N_ELEMS(r->flights); i++)
		commit_release(&r->flights[i].batch);
	commit_release(&r->answers);
	store_close(&r->line);
	free(r->fx);
}

/* Whose words are read by the version before, or by nobody, until the configuration is mended. */
static int
rules_refused(struct router *r, const struct buf *errors)
{
	log_error("understander", "version=%s err=\"%s\"", r->h.current, log_quote(buf_str(errors), errors->len));
	if (r->understander != NULL)
		house_alarm(&r->h, "aturan", "router", "konfigurasi baru tidak dapat dipakai router, yang lama tetap berlaku; "
		    "jalankan kentongan check, lalu reload");
	else
		house_alarm(&r->h, "aturan", "router", "konfigurasi tidak dapat dipakai router: laporan belum dibaca; "
		    "jalankan kentongan check, lalu reload");
	snprintf(r->refused, sizeof(r->refused), "%s", r->h.current);
	return r->understander != NULL ? 0 : -1;
}

/* What cannot be used replaces nothing. */
static int
rules_refresh(struct router *r)
{
	struct buf errors = { 0 };
	struct understander *u;
	struct group_words *words;
	int rc = 0;

	if (strcmp(r->refused, r->h.current) == 0)
		return r->understander != NULL ? 0 : -1;
	u = understander_new(r->h.policy, &errors);
	words = group_words_new(r->h.policy, &errors);
	if (u == NULL || words == NULL) {
		understander_free(u);
		group_words_free(words);
		rc = rules_refused(r, &errors);
	} else {
		understander_free(r->understander);
		group_words_free(r->group_words);
		r->understander = u;
		r->group_words = words;
		r->refused[0] = '\0';
		snprintf(r->version, sizeof(r->version), "%s", r->h.current);
		log_info("rules", "version=%s", r->version);
	}
	buf_release(&errors);
	return rc;
}

int
router_refresh(struct router *r)
{
	if (house_refresh(&r->h) != 0)
		return -1;
	return strcmp(r->version, r->h.current) == 0 ? 0 : rules_refresh(r);
}

void
work_facts(struct report_facts *f, const struct router *r, const struct entry *e)
{
	memset(f, 0, sizeof(*f));
	f->code = e->code;
	f->received_ms = e->words.received_ms;
	f->arrived_ms = e->arrived_ms;
	f->lane_e = e->words.lane_e;
	f->latihan = e->words.latihan;
	f->hide_reporter = laporan_wishes_to_hide(&e->words);
	f->empty = laporan_is_empty(&e->words);
	f->doubted = e->doubted;
	f->root = e->words.unit[0] != '\0';
	if (!e->words.no_reply && !e->looping)
		snprintf(f->channel, sizeof(f->channel), "%s", e->words.reply_channel);
	snprintf(f->reporter, sizeof(f->reporter), "%s", e->lookup);
	snprintf(f->lang, sizeof(f->lang), "%s", e->lang);
	snprintf(f->policy, sizeof(f->policy), "%s", r->h.current);
}

void
work_input(struct input_id *in, const struct entry *e)
{
	memset(in, 0, sizeof(*in));
	snprintf(in->id, sizeof(in->id), "%s%s", e->lane, e->id);
	snprintf(in->lane, sizeof(in->lane), "%s", e->lane);
	if (MUTANT != 4)	/* planted: acknowledged by a second call, after the commit */
		snprintf(in->entry, sizeof(in->entry), "%s", e->id);
}

void
work_input_beside(struct input_id *in, const struct entry *e)
{
	work_input(in, e);
	in->id[0] = '\0';
	in->stays = 1;
}

/* Channel files write what a platform keeps as CHANNEL:ID; stored names have no colon. */
void
work_references(struct command *cmd, const struct entry *e)
{
	if (e->words.media_n == 0 || strchr(e->words.media[0], ':') == NULL)
		return;
	cmd->references = (const char *const *)e->words.media;
	cmd->references_n = e->words.media_n;
}

/*
 * Two places of that name: the one that lies by what he reported lately is meant.  Who cannot be asked
 * now, or has nothing open, is asked himself.
 */
static void
tell_twins_apart(struct router *r, const struct entry *e, const struct buf *text, struct hints *h,
    struct understanding *u)
{
	char earlier[PLACE_CODE_CHARS];

	if (u->place[0] != '\0' || u->rivals_n == 0 || converse_last_place(r, e, earlier) <= 0)
		return;
	h->earlier_place = earlier;
	if (understand(r->understander, buf_str(text), text->len, h, u) == 0 && u->place[0] != '\0' &&
	    u->why_n < UNDERSTANDING_WHYS)
		snprintf(u->why[u->why_n++], sizeof(u->why[0]), "bernama sama: dekat laporan pengirim yang terakhir");
	h->earlier_place = NULL;
}

/*
 * Danger is never dropped; before everybody runs for somebody who lately played, a human at the desk
 * hears it, unless another number says the same.
 */
static void
weigh_doubt(struct router *r, struct entry *e)
{
	struct understanding *u = &e->u;

	if (!e->doubted || u->urgency != URGENCY_DARURAT || u->unsure)
		return;
	e->supported = support_found(r, e);
	e->held = u->unsure = !e->supported;
	if (u->why_n < UNDERSTANDING_WHYS)
		snprintf(u->why[u->why_n++], sizeof(u->why[0]), "nomor ini hari ini mengirim laporan iseng%s",
		    e->supported ? "; nomor lain melaporkan hal yang sama" : "");
}

/* "TANGANI RSJ": a nonce may read like a word, and whoever sent it needs a human, not the door it names. */
static void
doubt_order(struct entry *e)
{
	struct understanding *u = &e->u;

	if (!e->ordered || u->urgency == URGENCY_DARURAT)
		return;
	u->unsure = 1;
	if (u->why_n < UNDERSTANDING_WHYS)
		snprintf(u->why[u->why_n++], sizeof(u->why[0]), "perintah petugas dari nomor yang bukan petugas");
}

const struct understanding *
entry_understand(struct router *r, struct entry *e)
{
	const char *text = e->words.text != NULL ? e->words.text : "";
	struct understanding *u = &e->u;
	struct hints h = { 0 };
	struct buf all = { 0 };

	if (e->understood)
		return u;
	e->understood = 1;
#ifdef KENTONGAN_FAULTS
	if (strstr(text, "RACUN-UJI") != NULL)
		abort();	/* planted poison for the tests of the way round it */
#endif
	h.place = e->words.place;
	h.category = e->words.category;
	h.other = e->words.twin[0] != '\0';
	h.urgent = e->words.urgent;
	h.root_of = e->words.unit[0] != '\0' ? e->words.unit : NULL;
	h.cell = e->words.cell;
	h.has_position = e->words.has_position;
	h.lat = e->words.lat, h.lng = e->words.lng;
	buf_adds(&all, text);
	if (e->words.where != NULL)
		buf_addf(&all, "\n%s", e->words.where);
	if (understand(r->understander, buf_str(&all), all.len, &h, u) != 0) {
		memset(u, 0, sizeof(*u));
		snprintf(u->category, sizeof(u->category), "lainnya");
		u->unsure = 1;
		u->unread = !laporan_is_empty(&e->words);	/* a missed call has nothing to read */
		snprintf(u->why[u->why_n++], sizeof(u->why[0]), "tidak dimengerti");
	}
	tell_twins_apart(r, e, &all, &h, u);
	if (e->words.lane_e && u->unsure && !h.other)
		/* the door heard danger: nobody waits for certainty */
		u->urgency = URGENCY_DARURAT;
	weigh_doubt(r, e);
	doubt_order(e);
	buf_wipe(&all);
	FAULT_POINT("after_classify");
	return u;
}

/* What killed a router three times is read by a human. */
static void
call_poison(struct entry *e)
{
	struct understanding *u = &e->u;

	memset(u, 0, sizeof(*u));
	snprintf(u->category, sizeof(u->category), "lainnya");
	u->urgency = e->words.lane_e ? URGENCY_DARURAT : URGENCY_BIASA;
	u->unsure = u->unread = 1;
	snprintf(u->why[u->why_n++], sizeof(u->why[0]), "racun: tidak dapat dibaca mesin");
	e->understood = 1;
}

/* A case that the SLA engine opened for a human because no router was there. */
static int
was_opened_unread(const struct entry *e)
{
	return e->s.version > 0 && e->s.readable && e->s.c.state == CASE_BARU;
}

/*
 * His own case in the archive that these words name; whose it is not learns nothing by naming it.  A
 * link is not worth waiting for: without an answer the report goes its way alone.
 */
static void
find_archived(struct router *r, struct entry *e)
{
	struct stored_case s;
	struct code code;

	if (e->follows.s[0] != '\0' || e->lookup[0] == '\0' || e->words.text == NULL ||
	    code_find(&code, e->words.text, strlen(e->words.text)) != 0 ||
	    cases_load(&r->h.st, &code, 1, &s) != 0)
		return;
	if (s.archived && strcmp(s.c.reporter, e->lookup) == 0)
		e->follows = code;
	stored_case_release(&s);
}

/* The first further problem that others than those of the first must come for; NULL none. */
static const struct category *
second_problem(const struct router *r, const struct entry *e)
{
	const struct catalogue *all = r->h.policy->catalogue;
	const struct understanding *u = &e->u;
	const struct category *first = category_find(all, u->category);

	/* What is unclear, or secret, a human reads whole. */
	if (u->unsure || u->sealed || first == NULL || e->words.twin[0] != '\0' || was_opened_unread(e))
		return NULL;
	for (int i = 0; i < u->also_n; i++) {
		const struct category *k = category_find(all, u->also[i]);

		if (k == NULL || k->no_case || k->sealed || k == first)
			continue;
		/* One emergency has many sides: those who are called for it see to all of them. */
		if (u->urgency == URGENCY_DARURAT && k->urgency == URGENCY_DARURAT)
			continue;
		return k;
	}
	return NULL;
}

/*
 * A report that names two problems is two cases.  The second goes in with the commit that opens the first: it
 * is there with it or not at all.  *second is released by the caller.
 */
static void
split(struct router *r, struct entry *e, struct report_facts *f, struct intake *second)
{
	const struct category *k = second_problem(r, e);

	if (k == NULL)
		return;
	second_prepare(second, &r->h.st, e->code.s, &e->words, k->code, e->u.place);
	memcpy(f->twin, second->codes[0].s, sizeof(f->twin));
	memcpy(f->twin_category, k->code, sizeof(f->twin_category));
	commit_beside_report(&r->flights[0].batch, second);
}

/* What ended us so often stands in the list of what did not get through, too. */
static void
note_poison(struct router *r, const struct entry *e)
{
	char value[64];

	snprintf(value, sizeof(value), "%lld %d " DEAD_POISON, (long long)r->now_ms, e->deliveries);
	commit_beside(&r->flights[0].batch, KEY_DEAD, NULL, 's', e->code.s, value);
}

static void
add_open(struct router *r, struct entry *e)
{
	const struct understanding *u = entry_understand(r, e);
	struct case_record before = { 0 };
	struct report_facts f;
	struct input_id in;
	struct intake second = { .field = "" };
	struct command cmd = { .by = BY_ROUTER, .u = u, .entropy = house_entropy(&r->h) };

	work_input(&in, e);
	memcpy(cmd.actor, e->words.entered_by, sizeof(cmd.actor));	/* both stand on record */
	find_archived(r, e);
	work_facts(&f, r, e);
	memcpy(f.follows, e->follows.s, sizeof(f.follows));
	memcpy(f.twin, e->words.twin, sizeof(f.twin));
	split(r, e, &f, &second);
	if (was_opened_unread(e)) {
		before = e->s.c;
		cmd.event = u->unsure ? ON_NOTE : ON_ASSIGN;
	} else {
		before.code = e->code;
		cmd.event = u->unsure ? ON_TRIAGE : ON_OPEN;
		cmd.report = &f;
		cmd.candidates = e->candidates;
		cmd.candidates_n = u->unsure ? e->candidates_n : 0;
	}
	work_references(&cmd, e);
	cmd.supported = e->supported;
	group_open(r, e, &cmd, &r->flights[0].batch);
	support_note(r, e, &r->flights[0].batch);
	if (e->deliveries >= r->h.set.router_deliveries)
		note_poison(r, e);
	if (case_decide(r->h.policy, &r->h.roster, &before, &cmd, r->now_ms, r->fx) != 0) {
		log_error("open_refused", "case=%s why=%d", e->code.s, (int)r->fx->refusal);
		commit_beside_nothing(&r->flights[0].batch);
		intake_release(&second);
		return;
	}
	commit_add_case(&r->flights[0].batch, &r->h.st, r->h.policy, &r->h.roster, &before, r->fx,
	    &cmd, &e->keys, &e->words, &in);
	intake_release(&second);
	r->opened++;
	r->triaged += u->unsure != 0;
	log_info("opened", "case=%s category=%s urgency=%s place=%s unit=%s triage=%d lane=%s incident=%s lead=%s",
	    e->code.s, u->category, urgency_name(u->urgency), u->place,
	    u->units_n > 0 ? u->units[0] : "", u->unsure, e->lane, cmd.incident, cmd.lead);
}

/* Nothing left to do with it: the case is there, or the reservation is gone. */
static void
acknowledge(struct router *r, const struct entry *e)
{
	struct buf key = { 0 };

	buf_add_key(&key, &r->h.st.keys, KEY_IN, e->lane, NULL);
	freeReplyObject(redis_pipe_command(r->h.st.pipe, "XACK %b router %s", key.data, key.len,
	    e->id));
	freeReplyObject(redis_pipe_command(r->h.st.pipe, "XDEL %b %s", key.data, key.len, e->id));
	buf_release(&key);
}

/*
 * What became of one commit: 0 done with, 1 decide again at once, -1 it stays pending
 * and is read again.
 */
static int
settle(struct router *r, const struct entry *e, enum commit_result result)
{
	switch (result) {
	case COMMIT_OK:
		if (MUTANT == 4)
			acknowledge(r, e);
		return 0;
	case COMMIT_ALREADY:
		acknowledge(r, e);
		groups_forget(&r->groups);	/* what it was to lead may be led by another */
		return 0;
	case COMMIT_TAKEN:
		house_nonce_taken(&r->h);
		return 1;		/* an officer with many tasks: another nonce will do */
	case COMMIT_REFUSED:
		log_error("commit_refused", "case=%s err=\"%s\"", e->code.s,
		    log_quote(store_error(&r->line), strlen(store_error(&r->line))));
		return -1;
	case COMMIT_CONFLICT:
		/* Another report of its incident was faster, or its lead has changed: look again. */
		groups_forget(&r->groups);
		return e->s.version == 0 ? 1 : -1;
	case COMMIT_UNKNOWN:
		break;
	}
	return -1;
}

/*
 * Hears what became of the flight in the air.  A report's code is its own, so only a repeated
 * delivery or the SLA engine can have been faster: both are found by reading the entry again.
 */
static int
land(struct router *r, struct entry *entries, int last_try)
{
	struct flight *air = &r->flights[1];
	int n = air->batch.n, rc = 0;

	if (n == 0)
		return 0;
	commit_receive(&air->batch, &r->line);
	store_note(&r->h.st, r->line.noted.seq, r->line.noted.digest);
	FAULT_POINT("after_commit");
	for (int i = 0; i < n; i++) {
		struct entry *e = &entries[air->which[i]];
		int s = settle(r, e, air->batch.slots[i].result);

		e->again = s > 0 && !last_try;
		if (s != 0 && !e->again)
			rc = -1;
	}
	commit_begin(&air->batch, r->now_ms);
	return rc;
}

/* Sends what has been decided and hears of what was sent before it. */
static int
take_off(struct router *r, struct entry *entries, int last_try)
{
	struct flight swap;
	int rc;

	if (r->flights[0].batch.n > 0) {
		FAULT_POINT("before_commit");
		commit_queue(&r->flights[0].batch, &r->line);
		store_flush(&r->line, "kt_commit");
	}
	rc = land(r, entries, last_try);
	swap = r->flights[0];
	r->flights[0] = r->flights[1];
	r->flights[1] = swap;
	return rc;
}

static void
add(struct router *r, struct entry *entries, int i)
{
	entries[i].again = 0;
	r->flights[0].which[r->flights[0].batch.n] = i;
	add_open(r, &entries[i]);
}

/* All that has been decided is committed, or known to have to come again. */
static int
flush(struct router *r, struct entry *entries, int n)
{
	int rc = 0;

	for (int try = 0; try <= TRIES; try++) {
		rc |= take_off(r, entries, try == TRIES);
		rc |= land(r, entries, try == TRIES);
		for (int i = 0; i < n; i++)
			if (entries[i].again)
				add(r, entries, i);
		if (r->flights[0].batch.n == 0)
			break;
	}
	return rc;
}

static int
open_entry(struct router *r, struct entry *e)
{
	if (!e->s.there) {
		log_warn("entry_without_report", "case=%s lane=%s entry=%s", e->code.s, e->lane,
		    e->id);
		acknowledge(r, e);
		return -1;
	}
	if (e->s.version > 0 && !was_opened_unread(e)) {
		acknowledge(r, e);	/* done before, by us or by hand */
		return -1;
	}
	if (stored_case_open(&e->s, &r->h.st, &e->keys, &e->words, e->lookup) != 0) {
		if (e->deliveries >= r->h.set.router_deliveries)
			house_alarm(&r->h, "unreadable", e->code.s,
			    "laporan tidak dapat dibuka; periksa kunci 'data'");
		log_error("report_unreadable", "case=%s lane=%s entry=%s", e->code.s, e->lane,
		    e->id);
		return -1;		/* never acknowledged: it is all we have */
	}
	return 0;
}

/* ---- what is remembered of who writes ---- */

/* Queues a question for one field of each known sender; how many. */
static int
ask_of_senders(struct router *r, const struct entry *entries, int n, enum key_id key, const char *suffix)
{
	struct redis_args get = { 0 };
	int asked = 0;

	redis_args_adds(&get, "HMGET");
	args_add_key(&get, &r->h.st, key, NULL, NULL);
	for (int i = 0; i < n; i++)
		if (entries[i].opened && entries[i].lookup[0] != '\0') {
			char field[LOOKUP_TEXT + 8];

			snprintf(field, sizeof(field), "%s%s", entries[i].lookup, suffix);
			redis_args_adds(&get, field);
			asked++;
		}
	if (asked > 0 && redis_pipe_queue(r->h.st.pipe, get.n, (const char **)get.argv, get.lens) != 0)
		asked = 0;
	redis_args_release(&get);
	return asked;
}

#define ROW ":row"

/* A robot answers in words of its own: who says what we asked for is none. */
static int
is_command(const struct entry *e)
{
	struct speech s;

	speech_parse(&s, e->words.text != NULL ? e->words.text : "");
	return s.kind != SPEECH_NONE && s.kind != SPEECH_READY;
}

/*
 * Who writes again within a minute each time, more than five times in a row, is most likely a robot
 * that answers our answers: what it writes is still taken in, nothing goes back.  Officers are
 * known and have a limit of their own.
 */
static void
guard_loops(struct router *r, struct entry *entries, int n, const redisReply *rows)
{
	const struct settings *set = &r->h.set;
	struct redis_args put = { 0 };

	redis_args_adds(&put, "HSET");
	args_add_key(&put, &r->h.st, KEY_TALK, NULL, NULL);
	for (int i = 0, at = 0; rows != NULL && rows->type == REDIS_REPLY_ARRAY && i < n; i++) {
		struct entry *e = &entries[i];
		long long row = 0, last = 0;
		char field[LOOKUP_TEXT + 8], value[48];
		int command;

		if (!e->opened || e->lookup[0] == '\0')
			continue;
		command = is_command(e) || e->words.twin[0] != '\0' || e->words.entered_by[0] != '\0';
		/* of the same sender in this batch the later one counts on from the earlier */
		for (int before = i - 1; before >= 0 && row == 0; before--)
			if (entries[before].opened && strcmp(entries[before].lookup, e->lookup) == 0) {
				row = entries[before].row;
				last = r->now_ms;
			}
		if (row == 0 && rows->element[at]->type == REDIS_REPLY_STRING &&
		    sscanf(rows->element[at]->str, "%lld %lld", &row, &last) != 2)
			row = 0;
		e->row = command ? row : r->now_ms - last < set->exchange_gap_ms ? row + 1 : 1;
		e->looping = e->row > set->exchanges && !command && officer_calling(r, e) == NULL;
		snprintf(field, sizeof(field), "%s" ROW, e->lookup);
		snprintf(value, sizeof(value), "%lld %lld", e->row, (long long)r->now_ms);
		redis_args_adds(&put, field);
		redis_args_adds(&put, value);
		at++;
	}
	if (put.n > 2)
		freeReplyObject(redis_pipe_call(r->h.st.pipe, put.n, (const char **)put.argv, put.lens));
	redis_args_release(&put);
}

static void
set_languages(struct entry *entries, int n, const redisReply *langs)
{
	for (int i = 0, at = 0; i < n; i++) {
		struct entry *e = &entries[i];
		const redisReply *said;

		snprintf(e->lang, sizeof(e->lang), TEXTS_BASE);
		if (langs == NULL || langs->type != REDIS_REPLY_ARRAY || !e->opened || e->lookup[0] == '\0')
			continue;
		said = langs->element[at++];
		if (said->type == REDIS_REPLY_STRING && strcspn(said->str, " ") < sizeof(e->lang))
			snprintf(e->lang, sizeof(e->lang), "%.*s", (int)strcspn(said->str, " "), said->str);
	}
}

static void
set_calls(struct entry *entries, int n, const redisReply *calls)
{
	for (int i = 0, at = 0; i < n; i++) {
		struct entry *e = &entries[i];
		const redisReply *call;

		e->called[0] = '\0';
		if (calls == NULL || calls->type != REDIS_REPLY_ARRAY || !e->opened || e->lookup[0] == '\0')
			continue;
		call = calls->element[at++];
		if (call->type == REDIS_REPLY_STRING && strcmp(e->words.channel, "sms") == 0)
			snprintf(e->called, sizeof(e->called), "%s", call->str);
	}
}

/* An earlier entry of this batch from the same person: its case must be there before this is read. */
static int
heard_before(const struct entry *entries, int i)
{
	for (int k = 0; k < i; k++)
		if (entries[i].lookup[0] != '\0' && strcmp(entries[k].lookup, entries[i].lookup) == 0)
			return 1;
	return 0;
}

/* Who has no case answers nothing that we asked: most senders, and they cost no further question. */
static int
ask_for_cases(struct router *r, const struct entry *entries, int n)
{
	int asked = 0;

	for (int i = 0; i < n; i++)
		if (entries[i].opened && entries[i].lookup[0] != '\0')
			asked += own_ask(r, &entries[i]) == 0;
	return asked;
}

/* Cries of marked numbers that wait are rare: no emergency asks for those of its place while there are none. */
static int
ask_for_held(struct router *r)
{
	struct redis_args a = { 0 };
	int rc;

	redis_args_adds(&a, "HLEN");
	args_add_key(&a, &r->h.st, KEY_HELD, NULL, NULL);
	rc = redis_pipe_queue(r->h.st.pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
	return rc == 0;
}

static void
set_known(struct router *r, struct entry *entries, int n, int asked)
{
	for (int i = 0; i < n; i++) {
		struct entry *e = &entries[i];

		if (!e->opened || e->lookup[0] == '\0')
			continue;
		e->repeats = heard_before(entries, i);
		/* without an answer it is looked at more closely */
		e->known = asked-- <= 0 || own_take(r, e) != 0 || e->repeats;
	}
}

static int64_t
number_at(const redisReply *list, int at)
{
	return list != NULL && list->type == REDIS_REPLY_ARRAY && (size_t)at < list->elements &&
	    list->element[at]->type == REDIS_REPLY_STRING ? strtoll(list->element[at]->str, NULL, 10) : 0;
}

static void
set_doubts(struct router *r, struct entry *entries, int n, const redisReply *pranks, const redisReply *times)
{
	for (int i = 0, at = 0; i < n; i++) {
		if (!entries[i].opened || entries[i].lookup[0] == '\0')
			continue;
		entries[i].doubted = number_at(times, at) >= r->h.set.pranks &&
		    number_at(pranks, at) > r->now_ms - DAY_MS;
		at++;
	}
}

static void
remember_senders(struct router *r, struct entry *entries, int n)
{
	int rows_n = ask_of_senders(r, entries, n, KEY_TALK, ROW);
	int langs_n = ask_of_senders(r, entries, n, KEY_LANGUAGE, "");
	int calls_n = ask_of_senders(r, entries, n, KEY_CALLED, "");
	int pranks_n = ask_of_senders(r, entries, n, KEY_PRANKS, ""), times_n = ask_of_senders(r, entries, n, KEY_PRANKS, PRANK_TIMES);
	int cases_n = ask_for_cases(r, entries, n), held_n = ask_for_held(r);
	redisReply *rows, *langs, *calls, *pranks, *times, *held;

	redis_pipe_flush(r->h.st.pipe);
	rows = rows_n > 0 ? redis_pipe_reply(r->h.st.pipe) : NULL;
	langs = langs_n > 0 ? redis_pipe_reply(r->h.st.pipe) : NULL;
	calls = calls_n > 0 ? redis_pipe_reply(r->h.st.pipe) : NULL;
	pranks = pranks_n > 0 ? redis_pipe_reply(r->h.st.pipe) : NULL;
	times = times_n > 0 ? redis_pipe_reply(r->h.st.pipe) : NULL;
	set_doubts(r, entries, n, pranks, times);
	set_known(r, entries, n, cases_n);
	held = held_n > 0 ? redis_pipe_reply(r->h.st.pipe) : NULL;
	r->cries_held = held == NULL || held->type != REDIS_REPLY_INTEGER || held->integer > 0;
	freeReplyObject(held);
	set_languages(entries, n, langs);
	set_calls(entries, n, calls);
	guard_loops(r, entries, n, rows);
	own_read_all(r, entries, n);
	freeReplyObject(rows);
	freeReplyObject(langs);
	freeReplyObject(calls);
	freeReplyObject(pranks);
	freeReplyObject(times);
}

/* What he wrote just before, in this batch, may have changed what is remembered of him. */
static void
remember_again(struct router *r, struct entry *e)
{
	int langs_n = ask_of_senders(r, e, 1, KEY_LANGUAGE, ""), calls_n = ask_of_senders(r, e, 1, KEY_CALLED, "");
	redisReply *langs, *calls;

	own_forget(r);
	redis_pipe_flush(r->h.st.pipe);
	langs = langs_n > 0 ? redis_pipe_reply(r->h.st.pipe) : NULL;
	calls = calls_n > 0 ? redis_pipe_reply(r->h.st.pipe) : NULL;
	set_languages(e, 1, langs);
	set_calls(e, 1, calls);
	freeReplyObject(langs);
	freeReplyObject(calls);
}

/* What only a resident or an officer by telephone would say to us; the rest is a report and nothing else. */
static int
may_be_talk(const struct entry *e)
{
	if (e->words.twin[0] != '\0')
		return 0;	/* its words were heard with the first one's */
	if (e->words.entered_by[0] != '\0' && e->words.about[0] == '\0')
		return 0;	/* an officer wrote it down: he knows whether it is a report */
	return e->words.text != NULL || e->words.about[0] != '\0' || e->words.adds || is_attachment(e) ||
	    laporan_is_empty(&e->words);
}

/*
 * Hears it as talk: 0 it is a report; otherwise it is done with.  Replies act on cases that this batch may still
 * be changing: what stands before is sent first.  rc becomes -1 where the store did not answer.
 */
static int
talk(struct router *r, struct entry *entries, int n, struct entry *e, int *rc)
{
	struct speech s;
	int spoke;

	speech_parse(&s, e->words.text != NULL ? e->words.text : "");
	/* who is doubted may be supported by what stands before him */
	if (e->doubted || s.kind != SPEECH_NONE || e->words.about[0] != '\0' || e->words.adds || is_attachment(e) ||
	    e->repeats)
		*rc |= flush(r, entries, n);
	if (e->repeats)
		remember_again(r, e);
	spoke = converse(r, e);
	*rc = spoke < 0 ? -1 : *rc;
	return spoke;
}

static int
work_one(struct router *r, struct entry *entries, int n, int i)
{
	struct entry *e = &entries[i];
	int poison = e->deliveries >= r->h.set.router_deliveries, rc = 0, spoke;

	if (!e->opened)
		return 0;
	spoke = poison ? 0 : canary_take(r, e);
	if (spoke != 0)
		return spoke < 0 ? -1 : 0;
	if (poison)
		call_poison(e);
	else if (may_be_talk(e) && talk(r, entries, n, e, &rc) != 0)
		return rc;
	r->poisoned += (unsigned long)poison;
	add(r, entries, i);
	/* who supports a cry that waits may stand next */
	if (e->held)
		rc |= flush(r, entries, n);
	if (r->flights[0].batch.n >= FLIGHT)
		rc |= take_off(r, entries, 0);
	return rc;
}

int
router_work(struct router *r, struct entry *entries, int n)
{
	struct code *codes = xcalloc((size_t)n + 1, sizeof(*codes));
	struct stored_case *stored = xcalloc((size_t)n + 1, sizeof(*stored));
	struct own *own = xcalloc((size_t)n + 1, sizeof(*own));
	int rc = -1;

	for (int i = 0; i < n; i++)
		codes[i] = entries[i].code;
	if (router_refresh(r) != 0 || cases_load(&r->h.st, codes, (size_t)n, stored) != 0)
		goto out;
	rc = 0;
	r->now_ms = r->h.store_ms;
	groups_forget(&r->groups);
	for (size_t i = 0; i < N_ELEMS(r->flights); i++) {
		commit_begin(&r->flights[i].batch, r->now_ms);
		r->flights[i].which = xcalloc((size_t)n + 1, sizeof(int));
	}
	for (int i = 0; i < n; i++) {
		entries[i].s = stored[i];
		entries[i].own = &own[i];
		entries[i].opened = open_entry(r, &entries[i]) == 0;
	}
	remember_senders(r, entries, n);
	for (int i = 0; i < n; i++)
		if (work_one(r, entries, n, i) != 0)
			rc = -1;
	if (flush(r, entries, n) != 0)
		rc = -1;
out:
	for (int i = 0; i < n; i++)
		own_release(&own[i]);
	free(own);
	free(codes);
	free(stored);
	for (size_t i = 0; i < N_ELEMS(r->flights); i++) {
		free(r->flights[i].which);
		r->flights[i].which = NULL;
	}
	return rc;
}
