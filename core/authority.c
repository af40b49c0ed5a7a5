#include "core/authority.h"

#include <string.h>

#include "core/access.h"
#include "core/act.h"
#include "core/quorum.h"
#include "core/step.h"

#define ROUTER (1u << BY_ROUTER)
#define STAFF (1u << BY_OFFICER | 1u << BY_OPERATOR)
#define DESK (1u << BY_OPERATOR)
#define RESIDENT (1u << BY_RESIDENT)
#define TIMER (1u << BY_TIMER)
/* The resident's word is the resident's: no officer may say in his stead that it is fixed. */
static const unsigned senders[] = {
	[ON_OPEN] = ROUTER, [ON_TRIAGE] = ROUTER | TIMER,
	[ON_LEGACY] = 0, [ON_PAST] = 0, [ON_ASSIGN] = ROUTER | STAFF,
	[ON_ACCEPT] = STAFF, [ON_GO] = STAFF, [ON_ARRIVE] = STAFF, [ON_HANDLE] = STAFF,
	[ON_RESOLVE] = STAFF, [ON_DECLINE] = STAFF, [ON_DROP] = STAFF, [ON_HAND_ON] = STAFF,
	[ON_ASK] = STAFF, [ON_NOTE] = ROUTER | STAFF | RESIDENT, [ON_WAIT] = STAFF,
	[ON_APPROVE] = STAFF, [ON_REFUSE] = STAFF, [ON_WHY] = STAFF, [ON_ANSWER] = STAFF,
	[ON_DATE] = STAFF, [ON_RECKON] = STAFF, [ON_HELP] = STAFF, [ON_SIGN] = STAFF,
	[ON_RESUME] = STAFF | TIMER, [ON_CONFIRM] = RESIDENT | DESK, [ON_DISPUTE] = RESIDENT | STAFF,
	[ON_LAPSE] = TIMER, [ON_ATTEST] = STAFF, [ON_WITHDRAW] = RESIDENT | STAFF, [ON_WITHDRAW_ASKED] = RESIDENT,
	[ON_REJECT] = STAFF, [ON_MERGE] = ROUTER | STAFF, [ON_DUPLICATE] = STAFF, [ON_SPLIT] = STAFF,
	[ON_BREAK] = ROUTER | STAFF | RESIDENT, [ON_SECOND] = STAFF, [ON_GROW] = 0, [ON_TRUTH] = STAFF, [ON_SEAL] = STAFF, [ON_SEAL_AWAY] = STAFF, [ON_UNDO] = STAFF, [ON_TAKE_OVER] = STAFF,
	[ON_PHOTO] = STAFF, [ON_PHOTO_FINE] = STAFF, [ON_PHOTO_FALSE] = STAFF,
	[ON_FILE] = 0, [ON_FILE_MISSING] = 0,	/* the house itself */
	[ON_RETURN] = 0, [ON_LEAVE] = 0, [ON_ABANDON] = TIMER,
	[ON_QUIET] = RESIDENT, [ON_WRONG_NUMBER] = RESIDENT, [ON_LANGUAGE] = RESIDENT,
	[ON_LOCATE] = ROUTER | RESIDENT, [ON_BELONG] = RESIDENT,
	[ON_HEAP] = ROUTER, [ON_STAND_DOWN] = 0, [ON_DUE] = TIMER,
};

static int
is_seal(enum case_event on)
{
	return on == ON_SEAL || on == ON_SEAL_AWAY;
}

/* Whoever may read of it may keep it from those who may not. */
static int
may_seal(const struct step *s, const struct case_record *c, const struct officer *o)
{
	struct access_case a;

	access_case_of(&a, c, o);
	return access_may(s->p, o, SEE_CASE, &a);
}

/* The resident need not say why; whoever speaks or decides for him must. */
static int
needs_reason(const struct step *s)
{
	return (s->t->effects & FX_REASON) || (((1u << s->cmd->by) & STAFF) &&
	    (s->t->on == ON_WITHDRAW || s->t->on == ON_CONFIRM || s->t->on == ON_DISPUTE || is_seal(s->t->on)));
}

static int
has_authority(const struct step *s, const struct case_record *c)
{
	const struct officer *o;
	const struct unit *mine;

	if (s->cmd->by != BY_OFFICER && s->cmd->by != BY_OPERATOR)
		return 1;
	o = officer_find(s->r, s->cmd->actor);
	if (o == NULL || o->ended || o->role == ROLE_PENGAWAS)	/* who watches does nothing */
		return 0;
	if (access_is_accused(s->p, o, c->about, c->place))
		return 0;
	if (is_seal(s->t->on))
		return may_seal(s, c, o);
	/* He saw the case when he sent it: that it was taken from him meanwhile must not cost the photo. */
	if (s->t->on == ON_PHOTO)
		return 1;
	mine = unit_find(s->p->units, o->unit);
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, o->id) == 0 &&
		    (!quorum_is_witness(c, &c->tasks[i]) || s->t->on == ON_ATTEST || s->t->on == ON_DISPUTE))
			return 1;
	for (int i = 0; i < c->units_n; i++) {
		const struct unit *u = unit_find(s->p->units, c->units[i]);

		/* A sealed case is for the named units alone, not for those above them. */
		if (u != NULL &&
		    (u == mine || (!c->sealed && mine != NULL && unit_is_under(u, mine))))
			return 1;
	}
	if (strcmp(o->unit, s->p->triage_unit) == 0 && (!c->sealed || c->units_n == 0))
		return 1;
	return !c->sealed && (o->role == ROLE_OPERATOR || o->role == ROLE_ADMIN);
}

/* The Bupati's office and the Sekda. */
static int
is_above_all(const struct step *s, const struct officer *o)
{
	const struct unit *u = unit_find(s->p->units, o->unit);

	return u != NULL && u->tier == TIER_KABUPATEN;
}

/* The head of the RT who was asked, and did no work here himself. */
static int
is_witness(const struct case_record *c, const struct officer *o)
{
	for (int i = 0; i < c->tasks_n; i++)
		if (strcmp(c->tasks[i].officer, o->id) == 0 && c->tasks[i].state != TASK_GONE &&
		    quorum_is_witness(c, &c->tasks[i]))
			return !quorum_is_own_work(c, o);
	return 0;
}

/* What takes more than to have to do with the case: who may, beyond has_authority(). */
static enum refusal
lacks_rank(const struct step *s, const struct case_record *c)
{
	const struct officer *o = officer_find(s->r, s->cmd->actor);

	switch (s->t->on) {
	case ON_APPROVE:
	case ON_REFUSE:
		if (o == NULL || o->role != ROLE_KEPALA || strcmp(o->id, c->wish.officer) == 0)
			return REFUSED_APPROVER;
		return REFUSED_NOT;
	case ON_PHOTO_FINE:
	case ON_PHOTO_FALSE:
		if (o == NULL || o->role == ROLE_PETUGAS || strcmp(o->id, c->photo.officer) == 0)
			return REFUSED_CHECKER;
		return c->photo.state == PHOTO_DOUBTED ? REFUSED_NOT : REFUSED_STATE;
	case ON_ATTEST:
		return o != NULL && is_witness(c, o) ? REFUSED_NOT : REFUSED_OWN;
	case ON_DISPUTE:		/* the desk speaks for whoever telephones */
		return s->cmd->by == BY_OPERATOR || (o != NULL && is_witness(c, o)) ? REFUSED_NOT : REFUSED_AUTHORITY;
	case ON_WHY:
	case ON_DATE:
		return o != NULL && is_above_all(s, o) ? REFUSED_NOT : REFUSED_AUTHORITY;
	case ON_RECKON:
		return o != NULL && (is_above_all(s, o) || o->role == ROLE_ADMIN) ? REFUSED_NOT :
		    REFUSED_AUTHORITY;
	default:
		return REFUSED_NOT;
	}
}

/* Whoever reported a thing and mended it himself is no witness of it. */
static int
is_his_work(const struct step *s, const struct case_record *c)
{
	const struct officer *o = s->cmd->actor[0] != '\0' ? officer_find(s->r, s->cmd->actor) : NULL;

	return o != NULL && quorum_is_own_work(c, o);
}

int
authority_check(struct step *s, const struct case_record *c)
{
	if (s->cmd->by != BY_SYSTEM && !(senders[s->t->on] >> s->cmd->by & 1))
		return step_refuse(s, REFUSED_AUTHORITY);
	if (!has_authority(s, c))
		return step_refuse(s, REFUSED_AUTHORITY);
	if ((s->cmd->by == BY_OFFICER || s->cmd->by == BY_OPERATOR) && lacks_rank(s, c) != REFUSED_NOT)
		return step_refuse(s, lacks_rank(s, c));
	if (s->t->on == ON_ATTEST && s->cmd->by == BY_SYSTEM && !quorum_reached(s->p, c, s->cmd->voices, 0))
		return step_refuse(s, REFUSED_AUTHORITY);
	if (s->t->on == ON_CONFIRM && s->cmd->by == BY_RESIDENT && is_his_work(s, c))
		return step_refuse(s, REFUSED_OWN);
	if (needs_reason(s) && (s->cmd->note == NULL || s->cmd->note[0] == '\0'))
		return step_refuse(s, REFUSED_REASON);
	return 0;
}

int
actor_unit(const struct step *s, const struct case_record *c)
{
	const struct officer *o = officer_find(s->r, s->cmd->actor);

	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE &&
		    strcmp(c->tasks[i].officer, s->cmd->actor) == 0)
			return case_unit_index(c, c->tasks[i].unit);
	return o != NULL ? case_unit_index(c, o->unit) : -1;
}

/* A sealed case is passed to nobody whom its category does not name. */
int
is_passed_around(const struct step *s, const struct case_record *c)
{
	return s->p->hand_ons_max > 0 && c->hand_ons + 1 >= s->p->hand_ons_max && !c->sealed &&
	    c->units_n > 0 && strcmp(case_lead(c), s->p->hand_ons_unit) != 0;
}

enum case_event
command_event(const struct step *s, const struct case_record *c)
{
	/* Nor does one reporter's word end what others report too; of a member it ends his own part alone. */
	if (s->cmd->event == ON_WITHDRAW && s->cmd->by == BY_RESIDENT &&
	    (c->sealed || (c->lane_e && c->lead[0] == '\0') || c->voices > 1))
		return ON_WITHDRAW_ASKED;
	if (s->cmd->event == ON_DECLINE || s->cmd->event == ON_DROP) {
		if (actor_unit(s, c) > 0)
			return ON_DROP;
		return is_passed_around(s, c) ? ON_HAND_ON : ON_DECLINE;
	}
	if (is_seal(s->cmd->event))
		return act_seal_replaces(s, c) && transition_find(c->state, ON_SEAL_AWAY) != NULL ? ON_SEAL_AWAY : ON_SEAL;
	/* Work in hand goes back; of one that waits for the resident's word only the task ends. */
	if (s->cmd->event == ON_RETURN || s->cmd->event == ON_LEAVE)
		return strcmp(c->holder, s->cmd->leaver) == 0 &&
		    transition_find(c->state, ON_RETURN) != NULL ? ON_RETURN : ON_LEAVE;
	return s->cmd->event;
}
