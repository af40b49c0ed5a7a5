#include "sla/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"

#define STEPS_MAX 24		/* of one case in one pass; the rest follows in the next */

int
engine_init(struct engine *e, struct house *h)
{
	memset(e, 0, sizeof(*e));
	e->h = h;
	e->cases = xcalloc((size_t)h->set.sla_batch, sizeof(*e->cases));
	e->fx = xmalloc(sizeof(*e->fx));
	return 0;
}

void
engine_release(struct engine *e)
{
	free(e->cases);
	free(e->fx);
	commit_release(&e->batch);
}

static uint64_t
entropy(void)
{
	uint64_t e;

	random_bytes(&e, sizeof(e));
	return e;
}

static int
needs_words(const struct effects *fx)
{
	for (int i = 0; i < fx->messages_n; i++)
		if (message_needs_words(&fx->messages[i]))
			return 1;
	return 0;
}

/*
 * Decides everything that is due of one case and adds the commits.  They stand in one call, each
 * on the version the one before it makes: the first conflict fails the rest.
 */
static void
fire_case(struct engine *e, const struct due_case *d, int64_t now_ms)
{
	const struct policy *p = version_policy(&e->h->versions, &e->h->st, d->s.c.policy);
	struct case_record before = d->s.c;
	struct case_keys keys;
	struct laporan words = { 0 };
	char lookup[33];
	int opened = 0;

	if (p == NULL || case_keys_open(&keys, &e->h->st, d->s.wrapped.data, d->s.wrapped.len) != 0) {
		log_error("due_unworkable", "case=%s why=%s", d->code.s, p == NULL ? "version" : "key");
		return;
	}
	for (int i = 0; i < STEPS_MAX; i++) {
		struct command cmd = { .event = ON_DUE, .by = BY_TIMER, .entropy = entropy() };

		if (case_decide(p, &e->h->roster, &before, &cmd, now_ms, e->fx) != 0)
			break;
		if (!opened && needs_words(e->fx))
			opened = stored_case_open(&d->s, &e->h->st, &keys, &words, lookup) == 0;
		commit_add_case(&e->batch, &e->h->st, p, &e->h->roster, &before, e->fx, &cmd, &keys,
		    opened ? &words : NULL, NULL);
		if (e->fx->esc.kind != ESC_NONE)
			log_info("escalated", "case=%s kind=%s clock=%s rung=%s unit=%s late_ms=%" PRId64, d->code.s,
			    escalation_name(e->fx->esc.kind), e->fx->esc.clock, e->fx->esc.rung, e->fx->esc.unit,
			    e->fx->esc.late_ms);
		before = e->fx->after;
	}
	laporan_release(&words);
}

static void
fire_all(struct engine *e, int n, int64_t now_ms, int held)
{
	commit_begin(&e->batch, now_ms);
	for (int i = 0; i < n; i++) {
		const struct due_case *d = &e->cases[i];

		if (!d->s.there || !d->s.readable || d->s.version == 0) {
			log_error("due_unreadable", "case=%s there=%d err=\"no case of a known schema; see 'kentongan audit verify'\"",
			    d->code.s, d->s.there);
			continue;
		}
		/* A suspect clock must not wake an official for nothing, but a life does not wait for it. */
		if (held && !d->s.c.lane_e)
			continue;
		fire_case(e, d, now_ms);
	}
	FAULT_POINT("before_fire");
	if (e->batch.n > 0) {
		int ok = commit_run(&e->batch, &e->h->st);

		FAULT_POINT("after_fire");
		e->fired += (unsigned long)ok;
		e->conflicts += (unsigned long)(e->batch.n - ok);
		for (int i = 0; i < e->batch.n; i++)
			if (e->batch.slots[i].result == COMMIT_REFUSED) {
				log_error("fire_refused", "err=\"%s\"", log_quote(store_error(&e->h->st),
				    strlen(store_error(&e->h->st))));
				break;
			}
	}
}

/* Planted (MUTANT 5): what was read is taken out of the due set by a call of its own. */
static void
remove_due(struct engine *e, int n)
{
	struct buf key = { 0 };

	buf_add_key(&key, &e->h->st.keys, KEY_DUE, NULL, NULL);
	for (int i = 0; i < n; i++)
		freeReplyObject(redis_pipe_command(e->h->st.pipe, "ZREM %b %s", key.data, key.len, e->cases[i].code.s));
	buf_release(&key);
}

int64_t
engine_run(struct engine *e)
{
	const struct settings *set = &e->h->set;
	int64_t now = 0, next = 0, nap;
	int held, n;

	if (house_refresh(e->h) != 0)
		return set->sla_nap_ms;
	n = due_take(&e->h->st, (int)set->sla_batch, set->sla_lease_ms, e->cases, &now, &next);
	if (MUTANT == 5)
		remove_due(e, n);
	FAULT_POINT("after_scan");
	if (n < 0)
		return set->sla_nap_ms;
	if (guard_look(&e->guard, now, clock_mono_ms(), set->clock_step_ms, set->guard_hold_ms)) {
		char detail[128];

		snprintf(detail, sizeof(detail), "jam server melompat %" PRId64 " detik; eskalasi biasa ditahan", e->guard.jump_ms / 1000);
		house_alarm(e->h, "clock", "redis", detail);
		FAULT_POINT("guard_hold");
	}
	held = guard_holds(&e->guard, clock_mono_ms());
	if (MUTANT == 6)		/* planted: fires by the daemon's own clock */
		now = clock_now_ms() + 1000;
	fire_all(e, n, now, held);
	for (int i = 0; i < n; i++)
		stored_case_release(&e->cases[i].s);
	if (n == set->sla_batch)
		return 0;
	/* What was due is done or held; anything nearer than the nap is the next deadline itself. */
	nap = next > now ? next - now : n > 0 && !held ? 1 : set->sla_nap_ms;
	return nap < set->sla_nap_ms ? nap : set->sla_nap_ms;
}

/* ---- entries nobody has read ---- */

static void
open_unread(struct engine *e, const struct code *code, const char *entry, const char *lane, int64_t arrived_ms, int64_t now_ms)
{
	struct understanding u = { .unsure = 1 };
	struct report_facts f = { .code = *code, .arrived_ms = arrived_ms };
	struct command cmd = { .event = ON_TRIAGE, .by = BY_TIMER, .u = &u, .report = &f, .entropy = entropy() };
	struct case_record nothing = { 0 };
	struct stored_case s;
	struct case_keys keys;
	struct laporan words = { 0 };
	char lookup[33];

	if (cases_load(&e->h->st, code, 1, &s) != 0)
		return;
	if (!s.there || s.version > 0 || stored_case_open(&s, &e->h->st, &keys, &words, lookup) != 0)
		goto out;
	snprintf(u.category, sizeof(u.category), "lainnya");
	u.urgency = words.lane_e ? URGENCY_DARURAT : URGENCY_BIASA;
	f.received_ms = words.received_ms;
	f.lane_e = words.lane_e, f.latihan = words.latihan, f.hide_reporter = words.hide;
	snprintf(f.channel, sizeof(f.channel), "%s", words.no_reply ? "" : words.reply_channel);
	snprintf(f.reporter, sizeof(f.reporter), "%s", lookup);
	snprintf(f.lang, sizeof(f.lang), "id");
	snprintf(f.policy, sizeof(f.policy), "%s", e->h->current);
	nothing.code = *code;
	if (case_decide(e->h->policy, &e->h->roster, &nothing, &cmd, now_ms, e->fx) != 0)
		goto out;
	commit_begin(&e->batch, now_ms);
	/* The entry stays in its lane: a router that comes back may still understand it. */
	commit_add_case(&e->batch, &e->h->st, e->h->policy, &e->h->roster, &nothing, e->fx, &cmd, &keys, &words, NULL);
	if (commit_run(&e->batch, &e->h->st) == 1)
		log_warn("unread_opened", "case=%s lane=%s entry=%s waited_ms=%" PRId64, code->s, lane, entry, now_ms - arrived_ms);
out:
	laporan_release(&words);
	stored_case_release(&s);
}

static void
unread_lane(struct engine *e, const char *lane, int64_t now_ms)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &e->h->st.keys, KEY_IN, lane, NULL);
	r = redis_pipe_command(e->h->st.pipe, "XRANGE %b - %lld COUNT 200", key.data, key.len,
	    (long long)(now_ms - e->h->set.unread_ms));
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		const redisReply *id = r->element[i]->element[0], *f = r->element[i]->element[1];
		struct code code;

		if (f->type == REDIS_REPLY_ARRAY && f->elements == 2 &&
		    code_parse(&code, f->element[1]->str, f->element[1]->len) == 0)
			open_unread(e, &code, id->str, lane, strtoll(id->str, NULL, 10), now_ms);
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
	unread_lane(e, "e", now);
	unread_lane(e, "n", now);
}
