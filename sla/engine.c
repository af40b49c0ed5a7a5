#include "sla/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "core/rollcall.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/callout.h"
#include "store/canary.h"
#include "store/incident.h"
#include "store/rollcall.h"
#include "store/subscribe.h"
#include "store/warning.h"

#define DOUBT_MS DAY_MS		/* between two alarms that hardly anybody answers a roll-call */
#define LEAVERS_NAP_MS 10	/* between two steps through the open cases: deadlines come first */
#define SAY_EVERY_MS HOUR_MS	/* between two alarms of one kind */
#define STEPS_MAX 24		/* of one case in one pass; the rest follows in the next */

int
engine_init(struct engine *e, struct house *h)
{
	memset(e, 0, sizeof(*e));
	e->h = h;
	for (size_t i = 0; i < N_ELEMS(e->rounds); i++)
		e->rounds[i].cases = xcalloc((size_t)h->set.sla_batch, sizeof(*e->rounds[i].cases));
	e->fx = xmalloc(sizeof(*e->fx));
	store_second(&e->line, &h->st);
	return 0;
}

void
engine_release(struct engine *e)
{
	if (e->h == NULL)
		return;
	for (size_t i = 0; i < N_ELEMS(e->rounds); i++) {
		free(e->rounds[i].cases);
		commit_release(&e->rounds[i].batch);
	}
	free(e->fx);
	leavers_free(&e->leavers);
	drill_walk_release(&e->drill);
	broadcasts_stuck_release(&e->stuck);
	store_close(&e->line);
}

static int
needs_words(const struct effects *fx)
{
	for (int i = 0; i < fx->messages_n; i++)
		if (message_needs_words(&fx->messages[i]))
			return 1;
	return 0;
}

/* Opens the report behind a case: the due set's call leaves it out, for few need it. */
static int
open_words(struct engine *e, const struct code *code, struct laporan *words)
{
	struct stored_case s;
	struct case_keys keys;
	char lookup[33];
	int rc = -1;

	if (cases_load(&e->h->st, code, 1, &s) == 0)
		rc = stored_case_open(&s, &e->h->st, &keys, words, lookup);
	stored_case_release(&s);
	return rc;
}

/* A promise that nobody keeps must not stand in a log alone.  Once an hour, whichever case it is. */
static void
unserved(struct engine *e, const struct due_case *d, const char *why)
{
	char detail[TEXT_APA_CHARS + 1];
	int64_t mono = clock_mono_ms();

	if (!redis_pipe_is_up(e->h->st.pipe))
		return;			/* a version that was asked for in vain is not missing */
	log_error("due_unworkable", "case=%s why=%s", d->code.s, why);
	if (e->said_unserved_ms != 0 && mono - e->said_unserved_ms < SAY_EVERY_MS)
		return;
	snprintf(detail, sizeof(detail), "tenggat %s tidak terbaca, tidak dikerjakan: kentongan audit verify", d->code.s);
	house_alarm(e->h, "tenggat", "kasus", detail);
	if (redis_pipe_is_up(e->h->st.pipe))
		e->said_unserved_ms = mono;
}

/*
 * Decides everything that is due of one case and adds the commits.  They stand in one call, each
 * on the version the one before it makes: the first conflict fails the rest.
 */
static void
fire_case(struct engine *e, struct commit_batch *batch, const struct due_case *d, int64_t now_ms)
{
	const struct policy *p = version_policy(&e->h->versions, &e->h->st, d->s.c.policy);
	struct case_record before = d->s.c;
	struct case_keys keys;
	struct laporan words = { 0 };
	int opened = -1;

	/* Others may have said what its reporter did not. */
	if (before.state == CASE_SELESAI && now_ms >= before.confirm_by_ms && before.voices > 1 && quorum_look(e->h, d->code.s) != 0)
		return;
	if (p == NULL ||
	    case_keys_open(&keys, &e->h->st, d->s.wrapped.data, d->s.wrapped.len) != 0) {
		unserved(e, d, p == NULL ? "version" : "key");
		return;
	}
	for (int i = 0; i < STEPS_MAX; i++) {
		struct command cmd = { .event = ON_DUE, .by = BY_TIMER, .entropy = house_entropy(e->h) };

		if (case_decide(p, &e->h->roster, &before, &cmd, now_ms, e->fx) != 0)
			break;
		if (opened != 0 && needs_words(e->fx))
			opened = open_words(e, &d->code, &words);
		commit_add_case(batch, &e->h->st, p, &e->h->roster, &before, e->fx, &cmd, &keys,
		    opened == 0 ? &words : NULL, NULL);
		if (e->fx->esc.kind != ESC_NONE)
			log_info("escalated",
			    "case=%s kind=%s clock=%s rung=%s unit=%s late_ms=%" PRId64, d->code.s,
			    escalation_name(e->fx->esc.kind), e->fx->esc.clock, e->fx->esc.rung,
			    e->fx->esc.unit, e->fx->esc.late_ms);
		before = e->fx->after;
	}
	laporan_release(&words);
}

static void
decide_round(struct engine *e, struct round *r)
{
	/* planted: the daemon's own clock */
	int64_t now = MUTANT == 6 ? clock_now_ms() + 1000 : r->now_ms;

	commit_begin(&r->batch, r->now_ms);
	for (int i = 0; i < r->n; i++) {
		const struct due_case *d = &r->cases[i];

		if (!d->s.there || !d->s.readable || d->s.version == 0)
			unserved(e, d, d->s.there ? "document" : "gone");
		else
			fire_case(e, &r->batch, d, now);
	}
	FAULT_POINT("before_fire");
	commit_queue(&r->batch, &e->line);
}

static void
finish_round(struct engine *e, struct round *r)
{
	int ok;

	if (r->batch.n > 0) {
		ok = commit_receive(&r->batch, &e->line);
		store_note(&e->h->st, e->line.noted.seq, e->line.noted.digest);
		FAULT_POINT("after_fire");
		e->fired += (unsigned long)ok;
		e->conflicts += (unsigned long)(r->batch.n - ok);
		for (int i = 0; i < r->batch.n; i++)
			if (r->batch.slots[i].result == COMMIT_TAKEN) {
				house_nonce_taken(e->h);
				break;
			}
		for (int i = 0; i < r->batch.n; i++)
			if (r->batch.slots[i].result == COMMIT_REFUSED) {
				log_error("fire_refused", "err=\"%s\"",
				    log_quote(store_error(&e->line),
				    strlen(store_error(&e->line))));
				break;
			}
	}
	for (int i = 0; i < r->n; i++)
		stored_case_release(&r->cases[i].s);
	r->n = 0;
	r->batch.n = 0;
}

#define LOOK_EVERY_MS 5000

static void
alarm_clock(struct engine *e, const struct steady *s)
{
	char detail[TEXT_APA_CHARS + 1];

	snprintf(detail, sizeof(detail), s->other_boot ?
	    "mesin baru dinyalakan; jam server yang berlaku. Periksa jamnya" :
	    "jam server meleset %" PRId64 " detik; hitungan kami tetap. Perbaiki jamnya, atau: "
	    "kentongan clock accept", -s->offset_ms / 1000);
	house_alarm(e->h, "clock", "redis", detail);
	e->said_boot_ms = clock_boot_ms();
}

/* Holds the store's clock against ours; from here on the house has the right time again. */
static void
look_at_clock(struct engine *e)
{
	char boot[CLOCK_BOOT_CHARS];
	struct steady s;
	int rc;

	clock_boot_id(boot);
	rc = steady_look(&e->h->st, boot, e->h->set.clock_step_ms, &s);
	if (rc < 0)
		return;		/* no answer: the next pass asks again */
	e->look_boot_ms = clock_boot_ms();
	if (rc > 0) {
		if (!e->said_blind)
			log_warn("clock_unwatched", "err=\"the kernel gives no boot_id; the store's clock is believed\"");
		e->said_blind = 1;
		return;
	}
	FAULT_POINT("clock_looked");
	house_set_time(e->h, s.now_ms, s.free_ms);
	if (s.jump_ms != 0)
		log_warn("clock_set", "jump_ms=%" PRId64 " offset_ms=%" PRId64, s.jump_ms, s.offset_ms);
	/* A clock that swings wakes its keeper once an hour, not with each swing. */
	if (s.other_boot || (s.offset_ms != 0 &&
	    (e->said_boot_ms == 0 || e->look_boot_ms - e->said_boot_ms >= SAY_EVERY_MS)))
		alarm_clock(e, &s);
}

/* Planted (MUTANT 5): what was read is taken out of the due set by a call of its own. */
static void
remove_due(struct engine *e, const struct round *r)
{
	struct buf key = { 0 };

	buf_add_key(&key, &e->h->st.keys, KEY_DUE, NULL, NULL);
	for (int i = 0; i < r->n; i++)
		freeReplyObject(redis_pipe_command(e->h->st.pipe, "ZREM %b %s", key.data, key.len,
		    r->cases[i].code.s));
	buf_release(&key);
}

int64_t
engine_run(struct engine *e)
{
	const struct settings *set = &e->h->set;
	struct round *cur = &e->rounds[0], *other = &e->rounds[1], *swap;
	int max = (int)set->sla_batch, asked = 0, any = 0;
	int64_t nap;
	int known;

	if (e->look_boot_ms == 0 || clock_boot_ms() - e->look_boot_ms >= LOOK_EVERY_MS)
		look_at_clock(e);
	known = house_refresh(e->h);
	if (known > 0)
		look_at_clock(e);
	if (known != 0)
		return known > 0 ? 0 : set->sla_nap_ms;
	cur->n = due_take(&e->line, max, set->sla_lease_ms, cur->cases, &cur->now_ms,
	    &cur->next_ms);
	if (MUTANT == 5)
		remove_due(e, cur);
	FAULT_POINT("after_scan");
	if (cur->n < 0) {
		cur->n = 0;
		return set->sla_nap_ms;
	}
	if (cur->now_ms > house_now_ms(e->h) + set->clock_step_ms) {
		/* taken by a time that is none: again, by the right one */
		for (int i = 0; i < cur->n; i++)
			stored_case_release(&cur->cases[i].s);
		cur->n = 0;
		look_at_clock(e);
		return 0;
	}
	if (cur->n == max)
		asked += due_ask(&e->line, max, set->sla_lease_ms) == 0;
	store_flush(&e->line, "kt_due");
	for (;;) {
		any |= cur->n > 0;
		decide_round(e, cur);
		/*
		 * Behind the commit, in one piece with it: the store answers both after one sync,
		 * and has worked off a round while the next is decided.
		 */
		if (cur->n == max)
			asked += due_ask(&e->line, max, set->sla_lease_ms) == 0;
		store_flush(&e->line, "kt_commit");
		finish_round(e, other);
		if (asked == 0)
			break;
		other->n = due_read(&e->line, max, other->cases, &other->now_ms, &other->next_ms);
		other->n = other->n > 0 ? other->n : 0;
		asked--;
		swap = cur, cur = other, other = swap;
	}
	swap = cur, cur = other, other = swap;
	finish_round(e, other);
	/*
	 * What was due is done or held; anything nearer than the nap is the next
	 * deadline itself.
	 */
	nap = other->next_ms > other->now_ms ? other->next_ms - other->now_ms :
	    any ? 1 : set->sla_nap_ms;
	return nap < set->sla_nap_ms ? nap : set->sla_nap_ms;
}

/* ---- entries nobody has read ---- */

static void
open_unread(struct engine *e, const struct code *code, const char *entry, const char *lane,
    int64_t arrived_ms, int64_t now_ms)
{
	struct understanding u = { .unsure = 1 };
	struct report_facts f = { .code = *code, .arrived_ms = arrived_ms };
	struct command cmd = {
		.event = ON_TRIAGE, .by = BY_TIMER, .u = &u, .report = &f, .entropy = house_entropy(e->h)
	};
	struct commit_batch *batch = &e->rounds[0].batch;
	struct case_record nothing = { 0 };
	struct input_id in = { .stays = 1 };
	struct stored_case s;
	struct case_keys keys;
	struct laporan words = { 0 };
	char lookup[33];

	if (cases_load(&e->h->st, code, 1, &s) != 0)
		return;
	if (!s.there || s.version > 0 ||
	    stored_case_open(&s, &e->h->st, &keys, &words, lookup) != 0 ||
	    canary_of_id(&e->h->st, words.message_id, NULL, NULL) == 0)		/* its sender knows by now */
		goto out;
	snprintf(u.category, sizeof(u.category), "lainnya");
	u.urgency = words.lane_e ? URGENCY_DARURAT : URGENCY_BIASA;
	f.received_ms = words.received_ms;
	f.lane_e = words.lane_e, f.latihan = words.latihan;
	f.hide_reporter = laporan_wishes_to_hide(&words);
	f.empty = laporan_is_empty(&words);
	u.unread = !f.empty;
	snprintf(f.channel, sizeof(f.channel), "%s", words.no_reply ? "" : words.reply_channel);
	snprintf(f.reporter, sizeof(f.reporter), "%s", lookup);
	snprintf(f.lang, sizeof(f.lang), TEXTS_BASE);
	snprintf(f.policy, sizeof(f.policy), "%s", e->h->current);
	nothing.code = *code;
	if (case_decide(e->h->policy, &e->h->roster, &nothing, &cmd, now_ms, e->fx) != 0)
		goto out;
	commit_begin(batch, now_ms);
	/* The entry stays in its lane: a router that comes back may still understand it, or is back and has used it up. */
	snprintf(in.lane, sizeof(in.lane), "%s", lane);
	snprintf(in.entry, sizeof(in.entry), "%s", entry);
	commit_add_case(batch, &e->h->st, e->h->policy, &e->h->roster, &nothing, e->fx, &cmd, &keys,
	    &words, &in);
	if (commit_run(batch, &e->h->st) == 1)
		log_warn("unread_opened", "case=%s lane=%s entry=%s waited_ms=%" PRId64, code->s,
		    lane, entry, now_ms - arrived_ms);
out:
	laporan_release(&words);
	stored_case_release(&s);
}

/*
 * A slice of the lane, from where the last one ended: what was opened stays in it, and must not hide
 * what is behind.
 */
static void
unread_lane(struct engine *e, struct unread_place *from, const char *lane, int64_t now_ms)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &e->h->st.keys, KEY_IN, lane, NULL);
	r = redis_pipe_command(e->h->st.pipe, "XRANGE %b %s %lld COUNT %d", key.data, key.len,
	    from->id[0] != '\0' ? from->id : "-", (long long)(now_ms - e->h->set.unread_ms), UNREAD_SLICE);
	from->id[0] = '\0';
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		const redisReply *id = r->element[i]->element[0], *f = r->element[i]->element[1];
		struct code code;

		if (f->type == REDIS_REPLY_ARRAY && f->elements == 2 &&
		    code_parse(&code, f->element[1]->str, f->element[1]->len) == 0)
			open_unread(e, &code, id->str, lane, strtoll(id->str, NULL, 10), now_ms);
		if (i + 1 == UNREAD_SLICE)
			snprintf(from->id, sizeof(from->id), "(%s", id->str);
	}
	freeReplyObject(r);
	buf_release(&key);
}

void
engine_unread(struct engine *e)
{
	int64_t mono = clock_mono_ms(), now;

	if (mono < e->unread_next_ms || e->h->policy == NULL)
		return;
	e->unread_next_ms = mono + 1000;
	now = store_now_ms(&e->h->st);
	if (now == 0)
		return;
	unread_lane(e, &e->unread_e, "e", now);
	unread_lane(e, &e->unread_n, "n", now);
}

/* ---- cases of those who left ---- */

int64_t
engine_leavers(struct engine *e)
{
	const struct settings *set = &e->h->set;
	int64_t mono = clock_mono_ms();
	int rc;

	if (mono < e->leavers_next_ms || e->h->policy == NULL)
		return set->sla_nap_ms;
	rc = leavers_step(e->h, &e->leavers, set->leaver_cases, mono, &e->given_back);
	if (rc > 0)
		return LEAVERS_NAP_MS;
	e->leavers_next_ms = mono + 1000;
	if (e->given_back > 0)
		log_warn("leavers_released", "cases=%d", e->given_back);
	e->given_back = 0;
	return set->sla_nap_ms;
}

/* ---- reports of one incident ---- */

int64_t
engine_crowds(struct engine *e)
{
	const struct settings *set = &e->h->set;
	int64_t mono = clock_mono_ms();
	int moved = 0, rc;

	if (mono < e->crowds_next_ms || e->h->policy == NULL)
		return set->sla_nap_ms;
	rc = crowds_step(e->h, (int)set->leaver_cases, &moved);
	if (moved > 0)
		log_info("members_moved", "cases=%d", moved);
	if (rc > 0)
		return LEAVERS_NAP_MS;
	e->crowds_next_ms = mono + (set->sla_nap_ms < 1000 ? set->sla_nap_ms : 1000);
	return set->sla_nap_ms;
}

/* ---- do the numbers live? ---- */

void
engine_rollcall(struct engine *e)
{
	const struct settings *set = &e->h->set;
	int64_t mono = clock_mono_ms(), began;
	int rc;

	if (mono < e->rollcall_next_ms || house_refresh(e->h) != 0)
		return;
	e->rollcall_next_ms = mono + set->rollcall_count_ms;
	rc = rollcall_count(e->h);
	if (rc < 0)
		return;
	if (rc > 0 && mono >= e->doubt_next_ms) {
		e->doubt_next_ms = mono + DOUBT_MS;
		house_alarm(e->h, "apel", "gerbang",
		    "hampir semua nomor tidak menjawab apel; periksa gerbang SMS; anak tangga tidak diubah");
	}
	began = rollcall_began(e->h->store_ms, (int)set->rollcall_days, (int)set->rollcall_hour);
	if (began != 0 && house_refresh(e->h) == 0 && rollcall_send(e->h, began, 0, e->h->st.name) < 0)
		log_error("rollcall_failed", "err=\"%s\"",
		    log_quote(store_error(&e->h->st), strlen(store_error(&e->h->st))));
}

/* ---- residents who subscribed to a desa ---- */

void
engine_subscribers(struct engine *e)
{
	int64_t mono = clock_mono_ms();
	int told = 0;

	if (mono < e->subscribers_next_ms || house_refresh(e->h) != 0 || e->h->policy == NULL)
		return;
	e->subscribers_next_ms = mono + 1000;
	if (subscribers_tell(e->h, (int)e->h->set.subscribe_batch, &told) < 0 || subscribers_sweep(e->h) != 0)
		log_warn("subscribers_unfinished", "err=\"%s\"",
		    log_quote(store_error(&e->h->st), strlen(store_error(&e->h->st))));
	if (told > 0)
		log_info("subscribers_told", "people=%d", told);
}

/* ---- broadcasts ---- */

#define BROADCAST_EVERY_MS 250

void
engine_broadcasts(struct engine *e)
{
	int64_t mono = clock_mono_ms();
	int sent = 0, rc;

	if (mono < e->broadcasts_next_ms || house_refresh(e->h) != 0 || e->h->policy == NULL)
		return;
	e->broadcasts_next_ms = mono + BROADCAST_EVERY_MS;
	rc = broadcasts_step(e->h, &e->stuck, &sent);
	rc |= stops_sweep(e->h, &e->stops_cursor);
	if (rc != 0)
		log_warn("broadcasts_unfinished", "err=\"%s\"",
		    log_quote(store_error(&e->h->st), strlen(store_error(&e->h->st))));
	if (sent > 0)
		log_info("broadcast", "people=%d", sent);
}

/* ---- exercises ---- */

int64_t
engine_drills(struct engine *e)
{
	const struct settings *set = &e->h->set;
	int64_t mono = clock_mono_ms();
	int closed = 0, rc;

	if (mono < e->drills_next_ms || house_refresh(e->h) != 0 || e->h->policy == NULL)
		return set->sla_nap_ms;
	rc = drills_step(e->h, &e->drill, (int)set->drill_cases, &closed);
	if (closed > 0)
		log_info("drill_closed", "cases=%d", closed);
	if (rc > 0)
		return LEAVERS_NAP_MS;
	e->drills_next_ms = mono + 1000;
	if (rc < 0)
		log_warn("drill_unfinished", "err=\"%s\"",
		    log_quote(store_error(&e->h->st), strlen(store_error(&e->h->st))));
	return set->sla_nap_ms;
}

/* ---- official warnings ---- */

#define WARNINGS_EVERY_MS 250
#define WARNINGS_AT_ONCE 20

void
engine_warnings(struct engine *e)
{
	int64_t mono = clock_mono_ms();

	if (mono < e->warnings_next_ms || house_refresh(e->h) != 0 || e->h->policy == NULL)
		return;
	e->warnings_next_ms = mono + WARNINGS_EVERY_MS;
	if (warnings_step(e->h, WARNINGS_AT_ONCE) < 0)
		log_warn("warnings_unfinished", "err=\"%s\"",
		    log_quote(store_error(&e->h->st), strlen(store_error(&e->h->st))));
}

/* ---- calls for volunteers ---- */

void
engine_callouts(struct engine *e)
{
	int64_t mono = clock_mono_ms();

	if (mono < e->callouts_next_ms || house_refresh(e->h) != 0)
		return;
	e->callouts_next_ms = mono + 1000;
	if (callouts_sweep(e->h) != 0)
		log_warn("callouts_unfinished", "err=\"%s\"",
		    log_quote(store_error(&e->h->st), strlen(store_error(&e->h->st))));
}
