#include "cli/rerun.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "store/logbook.h"
#include "store/recorded.h"

#define SAID_MOST 20		/* differences that are written out; all are counted */

void
rerun_init(struct rerun *r)
{
	memset(r, 0, sizeof(*r));
	r->to_seq = INT64_MAX;
	r->cap = 1024;
	r->table = xcalloc(r->cap, sizeof(*r->table));
	r->fx = xcalloc(1, sizeof(*r->fx));
}

void
rerun_release(struct rerun *r)
{
	for (size_t i = 0; i < r->cap; i++) {
		if (r->table[i] == NULL)
			continue;
		free(r->table[i]->was.c);
		free(r->table[i]->would.c);
		buf_release(&r->table[i]->was.closed);
		buf_release(&r->table[i]->would.closed);
		free(r->table[i]);
	}
	free(r->table);
	free(r->fx);
	for (int64_t i = 0; i < r->changes_n; i++)
		officer_release(&r->changes[i]);
	free(r->changes);
	roster_release(&r->then);
	buf_release(&r->differences);
	memset(r, 0, sizeof(*r));
}

/* ---- who was on the roster ---- */

static void
change_roster(struct roster *t, const struct officer *o)
{
	size_t i = 0;

	while (i < t->n && strcmp(t->officers[i].id, o->id) != 0)
		i++;
	if (i == t->n) {
		t->officers = xrealloc(t->officers, (t->n + 1) * sizeof(*t->officers));
		t->n++;
	} else {
		officer_release(&t->officers[i]);
	}
	officer_copy(&t->officers[i], o);
}

/*
 * The roster of that seq.  A daemon may decide by the one before while a change is already in the
 * log, so it can be asked for again.
 */
static const struct roster *
roster_of(struct rerun *r, int64_t seq)
{
	if (r->changes_lack || seq <= 0 || seq > r->changes_n)
		return r->roster;
	if (seq == r->then.seq)
		return &r->then;
	if (seq < r->then.seq)
		roster_release(&r->then);
	for (int64_t i = r->then.seq; i < seq; i++)
		change_roster(&r->then, &r->changes[i]);
	roster_sort(&r->then);
	r->then.seq = seq;
	return &r->then;
}

/* ---- the cases met ---- */

static size_t
place_of(struct rerun_case *const *table, size_t cap, const char *code)
{
	size_t at = hash_text(code) & (cap - 1);

	while (table[at] != NULL && strcmp(table[at]->code.s, code) != 0)
		at = (at + 1) & (cap - 1);
	return at;
}

static void
grow(struct rerun *r)
{
	size_t cap = 2 * r->cap;
	struct rerun_case **table = xcalloc(cap, sizeof(*table));

	for (size_t i = 0; i < r->cap; i++)
		if (r->table[i] != NULL)
			table[place_of(table, cap, r->table[i]->code.s)] = r->table[i];
	free(r->table);
	r->table = table, r->cap = cap;
}

static struct rerun_case *
case_met(struct rerun *r, const struct code *code)
{
	size_t at;

	if (2 * r->n >= r->cap)
		grow(r);
	at = place_of(r->table, r->cap, code->s);
	if (r->table[at] == NULL) {
		r->table[at] = xcalloc(1, sizeof(**r->table));
		r->table[at]->code = *code;
		r->n++;
	}
	return r->table[at];
}

/* The case, opened again if it rests; NULL: it is not in this world. */
static struct case_record *
wake(struct rerun_world *w)
{
	if (w->c == NULL && w->closed.len > 0) {
		w->c = xcalloc(1, sizeof(*w->c));
		if (case_decode(w->c, w->closed.data, w->closed.len) != 0)
			abort();		/* we wrote it */
		buf_release(&w->closed);
	}
	return w->c;
}

static void
rest(struct rerun_world *w)
{
	if (w->c == NULL || w->c->state != CASE_DITUTUP)
		return;
	case_encode(&w->closed, w->c);
	free(w->c);
	w->c = NULL;
}

static struct case_record *
begin_in(struct rerun_world *w, const struct code *code)
{
	w->c = xcalloc(1, sizeof(*w->c));
	w->c->code = *code;
	return w->c;
}

/* ---- fates ---- */

static struct fate_clock *
clock_of(struct fate *f, const char *name)
{
	int i = 0;

	while (i < f->n && strcmp(f->clocks[i].name, name) != 0)
		i++;
	if (i == POLICY_CLOCKS)
		return NULL;
	if (i == f->n) {
		memcpy(f->clocks[i].name, name, strnlen(name, CLOCK_NAME_CHARS - 1) + 1);
		f->n++;
	}
	return &f->clocks[i];
}

static void
note_rung(struct fate *f, const struct escalation *e)
{
	struct fate_clock *k = clock_of(f, e->clock);

	/* a warning passed over is named by its per cent, not by a rung */
	if (k != NULL &&
	    (e->kind == ESC_RUNG || (e->kind == ESC_PASSED && strchr(e->rung, '%') == NULL)))
		k->rungs++;
}

static void
note_fate(struct fate *f, const struct policy *p, const struct case_record *c)
{
	for (int i = 0; i < c->clocks_n; i++) {
		struct fate_clock *k = clock_of(f, p->clocks[i].name);

		if (k == NULL || c->clocks[i].state == CLOCK_NONE)
			continue;
		k->runs = 1;
		k->broken = c->clocks[i].breached_ms != 0;
		if (p->clocks[i].stop == STOP_ON_HANDLE)
			f->promise = k->broken ? PROMISE_BROKEN :
			    c->clocks[i].state == CLOCK_MET ? PROMISE_KEPT : PROMISE_OPEN;
	}
}

static const struct fate_clock *
clock_in(const struct fate *f, const char *name)
{
	static const struct fate_clock nothing;

	for (int i = 0; i < f->n; i++)
		if (strcmp(f->clocks[i].name, name) == 0)
			return &f->clocks[i];
	return &nothing;
}

static int
clock_differs(const struct fate_clock *a, const struct fate_clock *b)
{
	return a->broken != b->broken || a->rungs != b->rungs;
}

int
rerun_changed(const struct rerun_case *k)
{
	for (int i = 0; i < k->before.n; i++)
		if (clock_differs(&k->before.clocks[i], clock_in(&k->after, k->before.clocks[i].name)))
			return 1;
	for (int i = 0; i < k->after.n; i++)
		if (clock_differs(&k->after.clocks[i], clock_in(&k->before, k->after.clocks[i].name)))
			return 1;
	return 0;
}

static void
add_pair_of_clocks(struct buf *b, const char **gap, const struct fate_clock *x,
    const struct fate_clock *y, const char *name)
{
	if (!clock_differs(x, y))
		return;
	buf_addf(b, "%s%s: %s, %d rungs -> %s, %d rungs", *gap, name, x->broken ? "broken" : "kept",
	    x->rungs, y->broken ? "broken" : "kept", y->rungs);
	*gap = "; ";
}

void
buf_add_fates(struct buf *b, const struct rerun_case *k)
{
	const char *gap = "";

	for (int i = 0; i < k->before.n; i++)
		add_pair_of_clocks(b, &gap, &k->before.clocks[i],
		    clock_in(&k->after, k->before.clocks[i].name), k->before.clocks[i].name);
	for (int i = 0; i < k->after.n; i++)
		if (clock_in(&k->before, k->after.clocks[i].name)->name[0] == '\0')
			add_pair_of_clocks(b, &gap, clock_in(&k->before, k->after.clocks[i].name),
			    &k->after.clocks[i], k->after.clocks[i].name);
}

/* ---- as it was ---- */

static void
differs(struct rerun *r, const struct recorded *e, const char *what, const char *record,
    size_t record_n, const char *again, size_t again_n)
{
	if (r->differ++ < SAID_MOST)
		buf_addf(&r->differences, "seq %" PRId64 " %s: %s\n  record: %.*s\n  again:  %.*s\n",
		    e->seq, e->code.s, what, (int)record_n, record, (int)again_n, again);
}

static void
compare(struct rerun *r, const struct recorded *e, const struct policy *p,
    const struct case_record *before, const char *entry, size_t len)
{
	static const struct seal_key no_key;
	struct roster then = *roster_of(r, e->roster_seq);
	struct buf again = { 0 };
	uint8_t digest[DIGEST_BYTES];
	size_t open = recorded_open_bytes(entry, len), mine;

	then.seq = e->roster_seq;	/* the entry names the roster it was decided by */
	logbook_entry(&again, digest, p, &then, before, r->fx, &e->cmd, &no_key, e->at_ms);
	mine = recorded_open_bytes(again.data, again.len);
	if (e->seq >= r->from_seq) {
		r->entries++;
		r->rungs += e->esc.kind != ESC_NONE;
		if (mine != open || memcmp(again.data, entry, open) != 0)
			differs(r, e, "decided otherwise", entry, open, again.data, mine);
	}
	buf_release(&again);
}

static void
repeat(struct rerun *r, struct rerun_case *k, struct recorded *e, const char *entry, size_t len)
{
	const struct policy *p = r->policy_of(e->policy, r->arg);
	struct case_record *c = wake(&k->was);

	if (e->version == 1 && c == NULL)
		c = begin_in(&k->was, &e->code);
	if (e->was[0] != '\0')
		e->cmd.was = r->policy_of(e->was, r->arg);
	if (p == NULL || c == NULL || c->version != e->version - 1 ||
	    (e->was[0] != '\0' && e->cmd.was == NULL) || (e->version == 1 && !e->has_report)) {
		r->lost += !k->lost;
		k->lost = 1;
		return;
	}
	memcpy(c->digest, e->digest_prev, sizeof(c->digest));
	if (case_decide(p, roster_of(r, e->roster_seq), c, &e->cmd, e->at_ms, r->fx) != 0) {
		differs(r, e, "refused now", e->what, strlen(e->what), refusal_text(r->fx->refusal),
		    strlen(refusal_text(r->fx->refusal)));
		k->lost = 1;
		return;
	}
	compare(r, e, p, c, entry, len);
	if (e->seq >= r->from_seq && !k->compared)
		k->compared = 1, r->cases_n++;
	*c = r->fx->after;
	note_rung(&k->before, &e->esc);
	note_fate(&k->before, p, c);
	memcpy(k->category, c->category, sizeof(k->category));
	memcpy(k->unit, case_lead(c), strlen(case_lead(c)) + 1);
	k->sealed = c->sealed, k->latihan = c->latihan, k->level = c->level;
	rest(&k->was);
}

/* ---- as it would be ---- */

static const struct roster *
roster_otherwise(struct rerun *r)
{
	return r->other_roster != NULL ? r->other_roster : roster_of(r, r->changes_n);
}

static int
decide_otherwise(struct rerun *r, struct rerun_case *k, const struct command *cmd, int64_t at_ms)
{
	struct case_record *c = k->would.c;

	if (case_decide(r->other, roster_otherwise(r), c, cmd, at_ms, r->fx) != 0)
		return -1;
	*c = r->fx->after;
	note_rung(&k->after, &r->fx->esc);
	note_fate(&k->after, r->other, c);
	return 0;
}

/* The engine, always awake: each moment at its moment. */
static void
pass_time(struct rerun *r, struct rerun_case *k, int64_t until_ms)
{
	const struct command due = { .event = ON_DUE, .by = BY_TIMER };

	while (k->would.c != NULL && k->would.c->version > 0) {
		int64_t at = case_due_ms(k->would.c);

		/* What was late before we knew of it falls due as soon as we do. */
		if (at != 0 && at < k->would.c->opened_ms)
			at = k->would.c->opened_ms;
		if (at == 0 || at > until_ms || decide_otherwise(r, k, &due, at) != 0)
			return;
	}
}

static void
retell(struct rerun *r, struct rerun_case *k, const struct recorded *e)
{
	struct command cmd = e->cmd;

	if (e->version == 1)
		begin_in(&k->would, &e->code);
	wake(&k->would);
	pass_time(r, k, e->at_ms);
	/* its own timers speak for it, and there is one version only */
	if (!(cmd.by == BY_TIMER && cmd.event == ON_DUE) && cmd.event != ON_RECKON &&
	    decide_otherwise(r, k, &cmd, e->at_ms) != 0)
		r->refused++;
	rest(&k->would);
}

/* What fell due until the last moment of the log so far. */
static void
pass_all(struct rerun *r)
{
	for (size_t i = 0; i < r->cap && r->other != NULL && r->passed_ms != r->last_ms; i++)
		if (r->table[i] != NULL && !r->table[i]->lost)
			pass_time(r, r->table[i], r->last_ms);
	r->passed_ms = r->last_ms;
}

/* 0, -1: an officer's record that cannot be read. */
static int
note_officer(struct rerun *r, const char *entry, size_t len)
{
	struct officer o;
	int64_t seq;
	int rc = recorded_officer(&o, &seq, entry, len);

	if (rc <= 0)
		return rc;
	pass_all(r);		/* by those who were there until now */
	r->changes_lack |= seq != r->changes_n + 1;
	if (r->changes_n == r->changes_cap) {
		r->changes_cap = r->changes_cap != 0 ? 2 * r->changes_cap : 1024;
		r->changes = xrealloc(r->changes, (size_t)r->changes_cap * sizeof(*r->changes));
	}
	r->changes[r->changes_n++] = o;
	return 0;
}

int
rerun_entry(struct rerun *r, int64_t seq, const char *entry, size_t len)
{
	struct recorded e;
	struct rerun_case *k;
	int rc = recorded_read(&e, seq, entry, len);

	if (seq > r->to_seq)
		return 0;
	if (rc == 0)
		rc = note_officer(r, entry, len);
	if (rc == 0)
		return 0;
	if (rc < 0) {
		if (r->differ++ < SAID_MOST)
			buf_addf(&r->differences, "seq %" PRId64 ": no entry that can be read; run "
			    "'kentongan audit verify'\n", seq);
		return -1;
	}
	k = case_met(r, &e.code);
	if (e.version == 1)
		k->wanted = seq >= r->from_seq;
	if (k->lost)
		return 0;
	r->last_ms = e.at_ms > r->last_ms ? e.at_ms : r->last_ms;
	repeat(r, k, &e, entry, len);
	if (!k->lost && r->other != NULL)
		retell(r, k, &e);
	return 0;
}

void
rerun_end(struct rerun *r)
{
	pass_all(r);
}
