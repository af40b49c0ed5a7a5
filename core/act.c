#include "core/act.h"

#include <assert.h>
#include <string.h>

#include "core/access.h"
#include "core/assign.h"
#include "core/authority.h"
#include "core/clocks.h"
#include "core/incident.h"
#include "core/question.h"
#include "core/quorum.h"
#include "core/step.h"
#include "core/tell.h"

/* A unit that there is, and that the case is not about. */
static int
may_work(const struct step *s, const struct unit *u)
{
	return u != NULL && !unit_is_complained_of(s->p->units, u, s->c->about, s->c->place);
}

void
act_understand(struct step *s, const struct understanding *u)
{
	struct case_record *c = s->c;

	SET(c->category, u->category);
	SET(c->place, u->place);
	SET(c->rt, u->rt);
	SET(c->rw, u->rw);
	if (s->t->effects & FX_FIRST || u->urgency > c->urgency || s->cmd->by == BY_OPERATOR)
		c->urgency = u->urgency;
	c->confidence_permille = u->confidence_permille;
	c->unread = u->unread;
	c->sealed |= u->sealed || u->about[0] != '\0';	/* raised by anyone, lowered by none here */
	if (u->about[0] != '\0')
		SET(c->about, u->about);
	if (c->urgency == URGENCY_DARURAT)
		c->lane_e = 1;
	if (s->cmd->supported && c->doubted && c->reporter[0] != '\0') {
		c->doubted = 0;
		index_add(s, INDEX_SUPPORT, "", "");
	}
	if (s->t->on == ON_ASSIGN && s->cmd->incident[0] != '\0') {	/* read late: now its incident is known */
		SET(c->incident, s->cmd->incident);
		c->apart = s->cmd->apart;
	}
	if (s->t->to != CASE_DITUGASKAN && s->t->on != ON_PAST)
		return;			/* triage: no unit yet */
	/* The others are there already: a dispatcher, at once; whom he then sends is his to say. */
	if (c->apart && s->cmd->by == BY_ROUTER) {
		SET(c->units[0], s->p->triage_unit);
		c->units_n = 1;
		return;
	}
	c->units_n = 0;
	for (int i = 0; i < u->units_n && i < UNDERSTANDING_UNITS; i++)
		if (may_work(s, unit_find(s->p->units, u->units[i])))
			SET(c->units[c->units_n++], u->units[i]);
}

void
act_open(struct step *s)
{
	const struct report_facts *f = s->cmd->report;
	struct case_record *c = s->c;

	case_clear(c);
	c->code = f->code;
	SET(c->policy, f->policy);
	SET(c->channel, f->channel);
	SET(c->reporter, f->reporter);
	SET(c->lang, f->lang);
	SET(c->follows, f->follows);
	SET(c->twin, f->twin);
	SET(c->twin_category, f->twin_category);
	c->received_ms = c->heard_ms = f->received_ms;
	c->arrived_ms = f->arrived_ms;
	c->opened_ms = s->now_ms;
	c->latihan = f->latihan;
	c->root = f->root;
	c->lane_e = f->lane_e;
	c->hide_reporter = f->hide_reporter;
	c->doubted = f->doubted;
	ledger_begin(&c->ledger, HOLDER_GATEWAY, f->received_ms);
	ledger_pass(&c->ledger, HOLDER_QUEUE, f->arrived_ms);
	SET(c->incident, s->cmd->incident);
	SET(c->lead, s->cmd->lead);
	c->apart = s->cmd->apart;
	if (c->reporter[0] != '\0')
		index_add(s, INDEX_REPORTER_SET, "", "");
}

int
act_decline(struct step *s)
{
	s->c->hand_ons += s->c->units_n > 0;
	s->c->units_n = 0;
	return 0;
}

int
act_hand_on(struct step *s)
{
	const struct unit *u = unit_find(s->p->units,
	    is_passed_around(s, s->c) ? s->p->hand_ons_unit : s->cmd->to_unit);

	/* To itself would only start the clock of taking anew. */
	if (!may_work(s, u) || strcmp(u->code, case_lead(s->c)) == 0)
		return step_refuse(s, REFUSED_UNIT);
	s->c->hand_ons += s->c->units_n > 0;	/* from triage it is the first hand, not another */
	SET(s->c->units[0], u->code);
	s->c->units_n = 1;
	return 0;
}

static void
lead_with(struct case_record *c, const char *unit)
{
	int at = 0;

	while (at < c->units_n && strcmp(c->units[at], unit) != 0)
		at++;
	if (at == CASE_UNITS)
		at--;
	if (at == c->units_n)
		c->units_n++;
	memmove(c->units[1], c->units[0], sizeof(c->units[0]) * (size_t)at);
	SET(c->units[0], unit);
}

int
act_take_over(struct step *s)
{
	const struct officer *o = officer_find(s->r, s->cmd->actor);

	if (o != NULL)
		lead_with(s->c, o->unit);
	SET(s->c->holder, s->cmd->actor);
	return 0;
}

/* Who takes a disputed case: the superior; of a sealed one the next whom its ladder names. */
static const struct unit *
one_higher(const struct step *s)
{
	const struct unit *u = unit_find(s->p->units, case_lead(s->c));

	if (!s->c->sealed)
		return u != NULL && u->parent != NULL ? u->parent : u;
	for (int i = 0; i < s->c->clocks_n; i++) {
		const struct ladder *l = case_ladder(s->p, s->c, i);

		if (s->p->clocks[i].stop != STOP_ON_HANDLE || l == NULL)
			continue;
		for (int g = 0; g < l->n; g++)
			if (l->rungs[g].unit[0] != '\0' &&
			    case_unit_index(s->c, l->rungs[g].unit) < 0 &&
			    may_work(s, unit_find(s->p->units, l->rungs[g].unit)))
				return unit_find(s->p->units, l->rungs[g].unit);
	}
	return u;
}

void
act_reopen(struct step *s)
{
	struct case_record *c = s->c;
	const struct unit *up = one_higher(s);

	SET(c->lead, c->sealed ? "" : s->cmd->lead);	/* not over for several: they are one again */
	if (up != NULL)
		lead_with(c, up->code);
	c->level++;
	c->taken_ms = c->going_ms = c->arrived_scene_ms = c->handled_ms = c->resolved_ms = 0;
	c->holder[0] = '\0';
	c->date_ms = 0;
	memset(&c->photo, 0, sizeof(c->photo));
	clocks_reopen(s);
	if (c->lead[0] != '\0')
		clocks_follow(s);	/* those that ran on, a question to the unit say, are the lead's now */
}

static void
wait_begin(struct step *s, int asked, int64_t until_ms)
{
	s->c->wait_back = s->c->state;
	s->c->wait_asked = asked;
	s->c->wait_until_ms = until_ms;
	s->c->wait_since_ms = s->now_ms;
}

int
act_ask(struct step *s)
{
	wait_begin(s, 1, s->now_ms + s->p->ask_ms);
	return 0;
}

/* All waits of a case together are no longer than one may be. */
int
act_wish(struct step *s)
{
	struct case_record *c = s->c;
	int64_t until = s->cmd->until_ms;
	int listed = 0;

	for (int i = 0; i < s->p->wait_reasons_n; i++)
		listed |= strcmp(s->p->wait_reasons[i], s->cmd->reason) == 0;
	if (!listed)
		return step_refuse(s, REFUSED_WAIT);
	if (until <= s->now_ms || until - s->now_ms + c->waited_ms > s->p->wait_max_ms)
		return step_refuse(s, REFUSED_TIME);
	if (c->wish.until_ms > s->now_ms && c->wish.head[0] != '\0')	/* he must grant what he has read */
		return step_refuse(s, REFUSED_OPEN_WISH);
	act_end_wish(s);
	c->wish.until_ms = until;
	SET(c->wish.officer, s->cmd->actor);
	SET(c->wish.reason, s->cmd->reason);
	return 0;
}

void
act_end_wish(struct step *s)
{
	struct case_task *t = s->c->wish.head[0] != '\0' ? case_task_of(s->c, s->c->wish.head) : NULL;

	/* By its nonce: he may have got another task since, or in this very step. */
	if (t != NULL && t->state == TASK_OPEN && strcmp(t->nonce, s->c->wish.nonce) == 0)
		task_drop(s, t);
	memset(&s->c->wish, 0, sizeof(s->c->wish));
}

int
act_approve(struct step *s)
{
	struct case_record *c = s->c;

	if (c->wish.until_ms <= s->now_ms)
		return step_refuse(s, REFUSED_WISH);
	clocks_pause(s);
	wait_begin(s, 0, c->wish.until_ms);
	SET(c->wait_reason, c->wish.reason);
	return 0;
}

int
act_refuse(struct step *s)
{
	if (s->c->wish.until_ms == 0)
		return step_refuse(s, REFUSED_WISH);
	return 0;
}

void
act_resume(struct step *s)
{
	struct case_record *c = s->c;

	clocks_resume(s);
	if (!c->wait_asked)
		c->waited_ms += s->now_ms - c->wait_since_ms;
	c->wait_until_ms = c->wait_since_ms = 0;
	c->wait_reason[0] = '\0';
}

/* Somebody who still serves waits for an answer, and its clock runs. */
static int
is_asked(const struct step *s)
{
	const struct officer *o = officer_find(s->r, s->c->asked_by);
	int clocks = 0, running = 0;

	for (int i = 0; i < s->c->clocks_n; i++)
		if (s->p->clocks[i].stop == STOP_ON_ANSWER) {
			clocks++;
			running |= s->c->clocks[i].state == CLOCK_RUNNING;
		}
	return o != NULL && !o->ended && (clocks == 0 || running);
}

int
act_why(struct step *s)
{
	if (strcmp(s->c->asked_by, s->cmd->actor) != 0 && is_asked(s))
		return step_refuse(s, REFUSED_ASKED);	/* each is owed an answer */
	SET(s->c->asked_by, s->cmd->actor);
	clocks_restart(s, STOP_ON_ANSWER);	/* a second question gives no more time for the first */
	return 0;
}

int
act_answer(struct step *s)
{
	return s->c->asked_by[0] != '\0' ? 0 : step_refuse(s, REFUSED_STATE);
}

/* Later than any target could have said is no date but a way to forget. */
#define DATE_MOST_MS (366 * DAY_MS)

int
act_date(struct step *s)
{
	if (s->cmd->until_ms <= s->now_ms || s->cmd->until_ms > s->now_ms + DATE_MOST_MS)
		return step_refuse(s, REFUSED_TIME);
	s->c->date_ms = s->cmd->until_ms;
	return clocks_set_date(s, s->cmd->until_ms) == 0 ? 0 : step_refuse(s, REFUSED_STATE);
}

int
act_reckon(struct step *s)
{
	if (s->cmd->was == NULL || strncmp(s->c->policy, s->p->digest, sizeof(s->c->policy) - 1) == 0)
		return step_refuse(s, REFUSED_POLICY);
	/* A clock that fell away would take its breach along. */
	for (int i = 0; i < s->c->clocks_n; i++)
		if (s->c->clocks[i].state != CLOCK_NONE &&
		    policy_clock_index(s->p, s->cmd->was->clocks[i].name) < 0)
			return step_refuse(s, REFUSED_CLOCK);
	clocks_reckon(s, s->cmd->was);
	SET(s->c->policy, s->p->digest);
	s->c->undo.until_ms = 0;	/* it names clocks by their rows */
	return 0;
}

int
act_add_units(struct step *s, const struct understanding *u)
{
	struct case_record *c = s->c;

	s->units_from = c->units_n;
	for (int i = 0; u != NULL && i < u->units_n && c->units_n < CASE_UNITS; i++)
		if (case_unit_index(c, u->units[i]) < 0 &&
		    may_work(s, unit_find(s->p->units, u->units[i])))
			SET(c->units[c->units_n++], u->units[i]);
	return c->units_n - s->units_from;
}

int
act_help(struct step *s)
{
	if (act_add_units(s, s->cmd->u) == 0)
		return step_refuse(s, REFUSED_HELP);
	s->c->alarms++;
	return 0;
}

void
act_note_undo(struct step *s, const struct case_record *before)
{
	struct case_record *c = s->c;
	unsigned fx = s->t->effects;

	if (fx & FX_UNDOABLE) {
		/* An act ends a wait for good: taken back, the work goes on where it was before. */
		c->undo.state = before->state == CASE_MENUNGGU ? before->wait_back : before->state;
		SET(c->undo.officer, s->cmd->actor);
		SET(c->undo.holder, before->holder);
		c->undo.until_ms = s->now_ms + s->p->undo_ms;
	} else if (c->state != before->state || (fx & FX_REVOKE) ||
	    ((fx & FX_BY_TASK) && strcmp(c->undo.officer, s->cmd->actor) != 0)) {
		c->undo.until_ms = 0;		/* others have built on it */
	}
}

int
act_undo(struct step *s)
{
	struct case_record *c = s->c;
	struct case_task *t = case_task_of(c, s->cmd->actor);
	int64_t act_ms = c->undo.until_ms - s->p->undo_ms;
	int64_t *const noted[] = { &c->taken_ms, &c->going_ms, &c->arrived_scene_ms, &c->handled_ms,
	    &c->resolved_ms };

	if (c->undo.until_ms < s->now_ms || strcmp(c->undo.officer, s->cmd->actor) != 0)
		return step_refuse(s,
		    c->undo.until_ms < s->now_ms ? REFUSED_TIME : REFUSED_AUTHORITY);
	clocks_undo(s);
	for (size_t i = 0; i < N_ELEMS(noted); i++)
		if (*noted[i] >= act_ms)
			*noted[i] = 0;		/* it did not happen */
	SET(c->holder, c->undo.holder);
	if (t != NULL && strcmp(c->holder, s->cmd->actor) != 0)
		t->state = TASK_OPEN;
	return 0;
}

void
act_note_times(struct step *s)
{
	struct case_record *c = s->c;
	int64_t *at = NULL;

	switch (s->t->on) {
	case ON_ACCEPT: at = &c->taken_ms; break;
	case ON_GO: at = &c->going_ms; break;
	case ON_ARRIVE: at = &c->arrived_scene_ms; break;
	case ON_HANDLE: at = &c->handled_ms; break;
	case ON_RESOLVE: at = &c->resolved_ms; break;
	default: break;
	}
	if (at != NULL && *at == 0)
		*at = s->now_ms;
	if ((s->t->effects & FX_STOP_TAKEN) && c->taken_ms == 0)
		c->taken_ms = s->now_ms;
	if ((s->t->effects & FX_STOP_HANDLED) && c->handled_ms == 0)
		c->handled_ms = s->now_ms;
}

void
act_take_task(struct step *s)
{
	struct case_record *c = s->c;
	const struct officer *o = officer_find(s->r, s->cmd->actor);
	struct case_task *t = case_task_of(c, s->cmd->actor);
	char unit[UNIT_CODE_CHARS] = "?";

	if (t != NULL) {
		t->state = TASK_TAKEN;
		SET(unit, t->unit);
	} else if (o != NULL) {
		SET(unit, o->unit);
	}
	if (c->holder[0] == '\0' || (s->t->effects & FX_STOP_TAKEN))
		SET(c->holder, s->cmd->actor);
	/* His colleagues need not come; other units are told for their own part. */
	messages_cancel(s, "tw", unit, s->cmd->actor);
	if (s->t->effects & (FX_STOP_HANDLED | FX_STOP_RESOLVED)) {
		messages_cancel(s, "ew", "", "");
		tell_placed(s);		/* somebody was there */
	}
}

void
act_revoke(struct step *s)
{
	messages_cancel(s, "twe", "", "");
	for (int i = 0; i < s->c->tasks_n; i++)
		task_drop(s, &s->c->tasks[i]);
	tasks_prune(s->c);	/* makes room for those that follow in the same step */
	s->c->holder[0] = '\0';
}

/* Ends the task of one officer, or ("" for him) of all of a unit. */
static void
tasks_end(struct step *s, const char *officer, const char *unit)
{
	for (int i = 0; i < s->c->tasks_n; i++) {
		struct case_task *t = &s->c->tasks[i];

		if (officer[0] != '\0' ? strcmp(t->officer, officer) == 0 : strcmp(t->unit, unit) == 0)
			task_drop(s, t);
	}
}

/* Has anybody of that unit the task? */
static int
is_tasked(const struct case_record *c, const char *unit)
{
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].unit, unit) == 0)
			return 1;
	return 0;
}

/*
 * His colleagues were told that they need not come, or never told: if he held the case, his unit is
 * told anew, as at a hand-over.  If he only had the task, it is told when nobody else of it has.
 */
void
act_release(struct step *s)
{
	struct case_record *c = s->c;
	const struct case_task *t = case_task_of(c, s->leaver);

	if (strcmp(c->undo.officer, s->leaver) == 0 || strcmp(c->undo.holder, s->leaver) == 0)
		c->undo.until_ms = 0;		/* what is taken back must not give it to him */
	if (strcmp(c->wish.head, s->leaver) == 0)
		c->wish.head[0] = '\0';		/* another may be asked */
	SET(s->left_unit, t != NULL ? t->unit : "");
	messages_cancel_to(s, s->leaver);
	tasks_end(s, s->leaver, "");
	if (strcmp(c->holder, s->leaver) == 0) {
		c->holder[0] = '\0';
		if (s->left_unit[0] == '\0')
			SET(s->left_unit, case_lead(c));	/* he had taken it over */
	}
	if (s->t->on == ON_LEAVE) {
		if (s->t->to == CASE_SELESAI || is_tasked(c, s->left_unit))
			s->left_unit[0] = '\0';
	} else {
		tasks_end(s, "", s->left_unit);
		messages_cancel(s, "tw", s->left_unit, "");
		messages_cancel(s, "w", "", "");	/* nobody is late whom they could warn */
	}
	tasks_prune(c);
}

void
act_note_progress(struct step *s, const struct case_record *before)
{
	struct case_record *c = s->c;
	int64_t limit = s->p->stall_ms[c->urgency];
	int sign = before->state != CASE_DITERIMA || strcmp(before->holder, c->holder) != 0 ||
	    ((s->t->on == ON_NOTE || s->t->on == ON_WAIT || s->t->on == ON_ANSWER ||
	    s->t->on == ON_HELP) && (s->cmd->by == BY_OFFICER || s->cmd->by == BY_OPERATOR));

	if (c->state != CASE_DITERIMA || limit == 0)
		c->stall_ms = 0;
	else if (sign || c->stall_ms == 0 || (c->urgency > before->urgency && s->now_ms + limit < c->stall_ms))
		c->stall_ms = s->now_ms + limit;
	if (s->t->on == ON_ABANDON) {
		c->abandoned++;
		c->abandoned_ms = s->now_ms;
	} else if (c->holder[0] != '\0' || c->state == CASE_DITUTUP) {
		c->abandoned_ms = 0;
	}
}

int
act_drop_unit(struct step *s)
{
	struct case_record *c = s->c;
	int at = actor_unit(s, c);
	char unit[UNIT_CODE_CHARS];

	assert(at > 0);		/* command_event() saw to it */
	SET(unit, c->units[at]);
	c->units_n--;
	memmove(c->units + at, c->units + at + 1, sizeof(c->units[0]) * (size_t)(c->units_n - at));
	for (int i = 0; i < c->tasks_n; i++)
		if (strcmp(c->tasks[i].unit, unit) == 0)
			task_drop(s, &c->tasks[i]);
	messages_cancel(s, "tw", unit, "");
	return 0;
}

/* Whom a command that makes it confidential says that it is about; "" nobody. */
static const char *
about_after(const struct step *s, const struct case_record *c)
{
	if (strcmp(s->cmd->about, ABOUT_NOBODY) == 0)
		return "";
	return s->cmd->about[0] != '\0' ? s->cmd->about : c->about;
}

int
act_seal_replaces(const struct step *s, const struct case_record *c)
{
	const struct unit_table *t = s->p->units;
	const struct officer *o = officer_find(s->r, c->holder);
	const char *about = about_after(s, c);

	if (c->units_n == 0 && unit_is_complained_of(t, unit_find(t, s->p->triage_unit), about, c->place))
		return 1;		/* the desk may not read it either */
	for (int i = 0; i < c->units_n; i++)
		if (unit_is_complained_of(t, unit_find(t, c->units[i]), about, c->place))
			return 1;
	return o != NULL && unit_is_complained_of(t, unit_find(t, o->unit), about, c->place);
}

/* Units that it is about have no part in it any more; if none is left, who looks into such things leads. */
static void
drop_accused(struct step *s)
{
	struct case_record *c = s->c;
	const struct unit *overseer;
	int kept = 0, n = c->units_n;

	for (int i = 0; i < n; i++)
		if (may_work(s, unit_find(s->p->units, c->units[i])))
			SET(c->units[kept++], c->units[i]);
	c->units_n = kept;
	overseer = (n > 0 || s->t->on == ON_SEAL_AWAY) && kept == 0 ? unit_overseer(s->p, c->about, c->place) : NULL;
	if (overseer != NULL)
		SET(c->units[c->units_n++], overseer->code);
}

/* Whom an escalation that has not left yet was to tell, as far as he may know of it now. */
static int
still_to_hear(const struct step *s, const struct officer *out[CASE_PENDING])
{
	int n = 0;

	for (int i = 0; i < s->c->pending_n; i++) {
		const struct officer *o = s->c->pending[i].group == GROUP_ESCALATION ?
		    officer_find(s->r, s->c->pending[i].officer) : NULL;
		struct access_case a;

		if (o == NULL || o->ended)
			continue;
		access_case_of(&a, s->c, o);
		if (access_may(s->p, o, SEE_EXISTS, &a))
			out[n++] = o;
	}
	return n;
}

static int
seal(struct step *s, const char *about)
{
	const struct officer *holder, *hear[CASE_PENDING];
	struct case_record *c = s->c;
	int had_units = c->units_n > 0 || s->t->on == ON_SEAL_AWAY, hear_n;

	c->sealed = 1;
	SET(c->about, about);
	c->undo.until_ms = 0;
	question_close(c);
	tell_placed(s);
	drop_accused(s);
	if (had_units && c->units_n == 0)
		return step_refuse(s, REFUSED_UNIT);	/* nobody would be left to see it */
	holder = officer_find(s->r, c->holder);
	if (holder != NULL && !may_work(s, unit_find(s->p->units, holder->unit)))
		c->holder[0] = '\0';
	/* What waits to be sent says what it is; a sealed task has no nonce, for SMS is read by others. */
	hear_n = still_to_hear(s, hear);
	messages_cancel(s, "twe", "", "");
	for (int i = 0; i < hear_n; i++)
		tell_officer(s, hear[i], "eskalasi-rahasia", GROUP_ESCALATION);
	for (int i = 0; i < c->tasks_n; i++) {
		struct case_task *t = &c->tasks[i];
		const struct officer *o = officer_find(s->r, t->officer);

		if (quorum_is_witness(c, t) || o == NULL || !may_work(s, unit_find(s->p->units, o->unit))) {
			messages_cancel_to(s, t->officer);
			task_drop(s, t);
		} else if (t->state != TASK_GONE && t->nonce[0] != '\0') {
			index_add(s, INDEX_TASK_DROP, t->officer, t->nonce);
			t->nonce[0] = '\0';
		}
	}
	return 0;
}

int
act_seal(struct step *s)
{
	struct case_record *c = s->c;
	const char *about = about_after(s, c);

	if (about[0] != '\0' && strcmp(about, c->about) != 0 && unit_find(s->p->units, about) == NULL)
		return step_refuse(s, REFUSED_UNIT);
	if (c->sealed && strcmp(about, c->about) == 0)
		return step_refuse(s, REFUSED_STATE);
	return seal(s, about);
}

int
act_read_late(struct step *s, const struct understanding *u)
{
	if (!s->c->unread)
		return 0;
	s->c->unread = u->unread;
	return (u->sealed || u->about[0] != '\0') && !s->c->sealed ? seal(s, u->about) : 0;
}

int
act_speak(struct step *s)
{
	memcpy(s->c->lang, s->cmd->lang, sizeof(s->c->lang));
	return 0;
}

/* The case that the command names, another one. */
static int
other_case(struct step *s, struct code *into)
{
	if (code_parse(into, s->cmd->into, strlen(s->cmd->into)) != 0 ||
	    strcmp(into->s, s->c->code.s) == 0)
		return step_refuse(s, REFUSED_CASE);
	return 0;
}

int
act_duplicate(struct step *s)
{
	struct code into;

	if (other_case(s, &into) != 0)
		return -1;
	SET(s->c->duplicate_of, into.s);
	return 0;
}

int
act_merge(struct step *s)
{
	struct code into;

	if (s->c->sealed)
		return step_refuse(s, REFUSED_STATE);	/* nobody may learn of it by another */
	if (other_case(s, &into) != 0)
		return -1;
	SET(s->c->lead, into.s);
	SET(s->c->incident, s->cmd->incident);
	s->c->apart = 0;
	clocks_follow(s);
	return 0;
}

int
act_split(struct step *s)
{
	if (s->c->lead[0] == '\0')
		return step_refuse(s, REFUSED_ALONE);
	s->c->lead[0] = s->c->incident[0] = '\0';
	return 0;
}

int
act_break(struct step *s)
{
	struct case_record *c = s->c;

	if (c->lead[0] == '\0')
		return step_refuse(s, REFUSED_ALONE);
	c->lead[0] = '\0';
	c->apart = 1;
	c->urgency = URGENCY_DARURAT;
	c->lane_e = 1;
	SET(c->units[0], s->p->triage_unit);	/* those in the field already work on the rest of it */
	c->units_n = 1;
	return 0;
}

int
act_grow(struct step *s)
{
	if (s->cmd->voices <= s->c->voices)
		return step_refuse(s, REFUSED_STATE);
	s->c->voices = s->cmd->voices;
	return 0;
}

int
act_truth(struct step *s)
{
	return truth_of_name(s->cmd->reason, &s->c->truth) == 0 ? 0 : step_refuse(s, REFUSED_TRUTH);
}

static void
raise_truth(struct case_record *c, enum truth t)
{
	if (c->truth < t)		/* also never what was found to be untrue */
		c->truth = t;
}

int
act_second(struct step *s)
{
	const struct category *k = category_find(s->p->catalogue, s->cmd->category);
	struct code other;

	if (s->c->sealed)
		return step_refuse(s, REFUSED_STATE);	/* what is secret stays whole */
	if (s->c->twin[0] != '\0')
		return step_refuse(s, REFUSED_TWIN);
	if (k == NULL || k->no_case || k->sealed || strcmp(k->code, s->c->category) == 0)
		return step_refuse(s, REFUSED_KIND);
	if (other_case(s, &other) != 0)
		return -1;
	SET(s->c->twin, other.s);
	SET(s->c->twin_category, k->code);
	return 0;
}

void
act_note_truth(struct step *s)
{
	const struct officer *o = officer_find(s->r, s->cmd->actor);
	const struct unit *u = o != NULL ? unit_find(s->p->units, o->unit) : NULL;

	if (s->t->on == ON_GROW && s->cmd->second)
		raise_truth(s->c, TRUTH_SECOND);
	if (s->cmd->by == BY_OFFICER && (s->t->on == ON_ARRIVE || s->t->on == ON_HANDLE))
		raise_truth(s->c, u != NULL && u->tier == TIER_RT ? TRUTH_RT : TRUTH_SCENE);
}

void
act_note_incident(struct step *s, const struct case_record *before)
{
	const struct case_record *c = s->c;
	int led = before->incident[0] != '\0' && !before->apart && incident_leads(before);
	int leads = c->incident[0] != '\0' && !c->apart && c->lead[0] == '\0' && !c->sealed &&
	    c->state != CASE_SELESAI && c->state != CASE_DITUTUP;

	if (strcmp(before->lead, c->lead) != 0 && before->lead[0] != '\0')
		index_add(s, INDEX_MEMBER_DROP, before->lead, "");
	if (c->lead[0] != '\0' && (strcmp(before->lead, c->lead) != 0 || before->state != c->state))
		index_add(s, INDEX_MEMBER_SET, c->lead, "");
	if (leads && !led)
		index_add(s, INDEX_INCIDENT_SET, "", "");
	else if (led && !leads)
		index_add(s, INDEX_INCIDENT_DROP, "", "");
}

int
act_file(struct step *s)
{
	struct case_record *c = s->c;
	const char *name = s->cmd->file;

	if (name == NULL || !media_is_name(name))
		return step_refuse(s, REFUSED_FILE);
	for (int i = 0; i < c->files_n; i++)
		if (strcmp(c->files[i], name) == 0)
			return 0;
	if (c->files_n < CASE_FILES)
		SET(c->files[c->files_n++], name);
	return 0;
}

int
act_photo(struct step *s)
{
	struct case_record *c = s->c;
	const struct photo_verdict *v = s->cmd->photo;

	if (v == NULL || act_file(s) != 0)
		return step_refuse(s, REFUSED_FILE);
	if (v->refused) {
		c->photo.refused++;
		return 0;
	}
	/* What another is to look at stays as it is: no later photo clears it. */
	if (c->state == CASE_SELESAI && c->photo.state == PHOTO_DOUBTED)
		return 0;
	c->photo.state = v->doubts != 0 ? PHOTO_DOUBTED : PHOTO_GOOD;
	c->photo.doubts = (int)v->doubts;
	c->photo.number = s->cmd->photo_number;
	c->photo.at_ms = s->now_ms;
	SET(c->photo.officer, s->cmd->actor);
	SET(c->photo.file, s->cmd->file);
	SET(c->photo.like, v->like);
	return 0;
}

int
act_photo_fine(struct step *s)
{
	s->c->photo.state = PHOTO_CHECKED;
	return 0;
}

int
act_resolve(struct step *s)
{
	const struct category *k = category_find(s->p->catalogue, s->c->category);
	const struct officer *o = officer_find(s->r, s->cmd->actor);
	const struct unit *u = o != NULL ? unit_find(s->p->units, o->unit) : NULL;

	if (k == NULL || k->photo != PHOTO_NEEDED || s->c->photo.state != PHOTO_NONE)
		return 0;
	/* The house resolves who follows another case; bodies that are not the regency's have no page for it. */
	if (s->cmd->by == BY_SYSTEM || (u != NULL && u->tier == TIER_LUAR))
		return 0;
	return step_refuse(s, REFUSED_PHOTO);
}

int
act_quiet(struct step *s)
{
	struct case_record *c = s->c;

	if (s->t->on == ON_WRONG_NUMBER)
		c->quiet = QUIET_WRONG_NUMBER;
	else if (c->quiet == QUIET_NOT)
		c->quiet = QUIET_ASKED;
	if (c->quiet == QUIET_WRONG_NUMBER || !c->lane_e)
		messages_cancel(s, "r", "", "");
	return 0;
}

/*
 * Whose it was in all those years the file does not say: the time stands under a holder of its own, so
 * that no unit here answers for it.
 */
int
act_legacy(struct step *s)
{
	const struct legacy_facts *f = s->cmd->legacy;
	struct case_record *c = s->c;

	if (f == NULL || f->from.source[0] == '\0' || f->from.number[0] == '\0')
		return step_refuse(s, REFUSED_LEGACY);
	if (c->received_ms <= 0 || c->received_ms > s->now_ms || f->handled_ms > s->now_ms ||
	    (s->t->on == ON_PAST && (f->closed_ms < c->received_ms || f->closed_ms > s->now_ms)))
		return step_refuse(s, REFUSED_TIME);
	if (s->t->on == ON_LEGACY && c->units_n == 0)
		return step_refuse(s, REFUSED_UNIT);
	c->legacy = f->from;
	c->handled_ms = f->handled_ms;
	c->lane_e = 0;			/* what was an emergency then is none now */
	ledger_begin(&c->ledger, HOLDER_BEFORE, c->received_ms);
	return 0;
}

void
act_close(struct step *s)
{
	struct case_record *c = s->c;
	static const struct { enum case_event on; enum close_reason as; } map[] = {
		{ ON_CONFIRM, CLOSE_CONFIRMED }, { ON_LAPSE, CLOSE_UNDISPUTED }, { ON_ATTEST, CLOSE_CONFIRMED },
		{ ON_REJECT, CLOSE_REJECTED }, { ON_DUPLICATE, CLOSE_DUPLICATE },
		{ ON_WITHDRAW, CLOSE_WITHDRAWN }, { ON_BELONG, CLOSE_DUPLICATE },
		{ ON_STAND_DOWN, CLOSE_DRILL },
	};

	for (size_t i = 0; i < N_ELEMS(map); i++)
		if (map[i].on == s->t->on)
			c->closed_as = map[i].as;
	c->closed_ms = s->now_ms;
	if (s->t->on == ON_PAST) {
		c->closed_as = s->cmd->legacy->as;
		c->closed_ms = s->cmd->legacy->closed_ms;
	}
	question_close(c);
	messages_cancel(s, "i", "", "");
	ledger_end(&c->ledger, c->closed_ms);
	if (c->reporter[0] != '\0')
		index_add(s, INDEX_REPORTER_DROP, "", "");
	if (c->reporter[0] != '\0' && s->t->on == ON_REJECT && strcmp(s->cmd->reason, PRANK) == 0)
		index_add(s, INDEX_PRANK, "", "");
}
