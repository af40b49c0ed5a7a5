#include "core/tell.h"

#include <assert.h>
#include <string.h>

#include "core/access.h"
#include "core/incident.h"
#include "core/quorum.h"
#include "core/question.h"
#include "core/step.h"

static struct message *
message_add(struct step *s, const char *kind, char group)
{
	struct effects *fx = s->fx;
	struct case_record *c = s->c;
	struct message *m;

	if (fx->messages_n == FX_MESSAGES)
		return NULL;
	m = &fx->messages[fx->messages_n++];
	memset(m, 0, sizeof(*m));
	m->n = ++c->messages;
	m->kind = kind;
	m->group = group;
	m->lane_e = c->lane_e || c->urgency == URGENCY_DARURAT;
	m->not_before_ms = s->now_ms;
	m->not_after_ms = s->now_ms + s->p->message_life_ms;
	if (group == GROUP_FILE)
		return m;
	if (c->pending_n == CASE_PENDING) {	/* the oldest has long been sent */
		memmove(c->pending, c->pending + 1, sizeof(c->pending[0]) * (CASE_PENDING - 1));
		c->pending_n--;
	}
	c->pending[c->pending_n].n = m->n;
	c->pending[c->pending_n].group = group;
	c->pending[c->pending_n].unit[0] = c->pending[c->pending_n].officer[0] = '\0';
	c->pending_n++;
	return m;
}

/* Before all others: what is not asked for now is lost, and there is room for it. */
void
tell_platforms(struct step *s)
{
	for (int i = 0; i < s->cmd->references_n; i++) {
		struct message *m = message_add(s, "berkas", GROUP_FILE);

		if (m == NULL)
			return;
		m->to = TO_PLATFORM;
		m->reference = s->cmd->references[i];
		m->not_after_ms = 0;	/* its tries end it */
	}
}

struct message *
tell_officer(struct step *s, const struct officer *o, const char *kind, char group)
{
	/* Whom it is about is never told, by whichever way he came here. */
	struct message *m = access_is_accused(s->p, o, s->c->about, s->c->place) ? NULL : message_add(s, kind, group);

	if (m == NULL)
		return NULL;
	m->to = TO_OFFICER;
	SET(m->officer, o->id);
	SET(m->unit, o->unit);
	SET(s->c->pending[s->c->pending_n - 1].unit, o->unit);
	SET(s->c->pending[s->c->pending_n - 1].officer, o->id);
	return m;
}

/*
 * An officer who need not come is rid of the task, a stranger of somebody else's news.  Who only
 * wants no more news keeps what he has.
 */
static int
is_recalled(const struct step *s, char group)
{
	return group == GROUP_TASK || group == GROUP_WARNING || group == GROUP_ESCALATION ||
	    (s->t != NULL && s->t->on == ON_WRONG_NUMBER);
}

/* Cancels it if there is room to say so. */
static int
message_cancel(struct step *s, const struct case_pending *m)
{
	if (s->fx->cancels_n == FX_CANCELS)
		return 0;
	s->fx->recalls[s->fx->cancels_n] = is_recalled(s, m->group);
	s->fx->cancels[s->fx->cancels_n++] = m->n;
	return 1;
}

void
messages_cancel_to(struct step *s, const char *officer)
{
	struct case_record *c = s->c;
	int keep = 0;

	for (int i = 0; i < c->pending_n; i++)
		if (strcmp(c->pending[i].officer, officer) != 0 || !message_cancel(s, &c->pending[i]))
			c->pending[keep++] = c->pending[i];
	c->pending_n = keep;
}

static int
is_task_of(const struct case_record *c, int message, const char *officer)
{
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].message == message && strcmp(c->tasks[i].officer, officer) == 0)
			return 1;
	return 0;
}

void
messages_cancel(struct step *s, const char *groups, const char *unit, const char *but)
{
	struct case_record *c = s->c;
	int keep = 0;

	for (int i = 0; i < c->pending_n; i++) {
		const struct case_pending *m = &c->pending[i];

		if (strchr(groups, m->group) != NULL && (unit[0] == '\0' || strcmp(unit, m->unit) == 0) &&
		    !is_task_of(c, m->n, but) && message_cancel(s, m))
			continue;
		c->pending[keep++] = *m;
	}
	c->pending_n = keep;
}

/* The store keeps nonces unique per officer and refuses one drawn twice. */
static void
nonce_next(struct step *s, char out[NONCE_CHARS + 1])
{
	s->entropy = s->entropy * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	nonce_make(out, s->nonce_chars, (uint32_t)(s->entropy >> 32));
}

void
index_add(struct step *s, enum index_kind kind, const char *officer, const char *nonce)
{
	struct index_op *op;

	assert(s->fx->indexes_n < FX_INDEXES);
	op = &s->fx->indexes[s->fx->indexes_n++];
	op->kind = kind;
	SET(op->officer, officer);
	SET(op->nonce, nonce);
}

void
task_drop(struct step *s, struct case_task *t)
{
	if (t->state == TASK_GONE)
		return;
	t->state = TASK_GONE;
	if (t->nonce[0] != '\0')
		index_add(s, INDEX_TASK_DROP, t->officer, t->nonce);
}

void
tasks_prune(struct case_record *c)
{
	int keep = 0;

	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE)
			c->tasks[keep++] = c->tasks[i];
	c->tasks_n = keep;
}

static void
task_give(struct step *s, const struct officer *o, const char *unit, const char *kind)
{
	struct case_record *c = s->c;
	struct case_task *t;
	struct message *m;

	if (case_task_of(c, o->id) != NULL || c->tasks_n == CASE_TASKS)
		return;
	m = tell_officer(s, o, kind, GROUP_TASK);
	if (m == NULL)
		return;
	t = &c->tasks[c->tasks_n++];
	memset(t, 0, sizeof(*t));
	SET(t->officer, o->id);
	SET(t->unit, unit);
	t->told_ms = s->now_ms;
	t->state = TASK_OPEN;
	t->message = m->n;
	SET(c->pending[c->pending_n - 1].unit, unit);
	if (!c->sealed) {		/* sealed cases are worked on at the console only */
		nonce_next(s, t->nonce);
		SET(m->nonce, t->nonce);
		index_add(s, INDEX_TASK_ADD, o->id, t->nonce);
	}
	if (c->told_ms == 0)
		c->told_ms = s->now_ms;
}

void
tell_gap(struct step *s, const char *unit, const char *rung)
{
	const struct officer *o[1];

	s->fx->gap = 1;
	if (roster_on_duty(s->r, s->p->calendar, s->p->roster_unit, ROLE_KEPALA, s->now_ms, o, 1) == 1) {
		struct message *m = tell_officer(s, o[0], "celah", GROUP_NOTICE);

		if (m != NULL) {
			SET(m->unit, unit);
			SET(m->rung, rung);
		}
	}
}

#define TOLD_MOST 8			/* of one unit, whatever the policy says */

/* Those on duty now, without the one who has just let the case lie, and whom it is about. */
static size_t
on_duty(const struct step *s, const char *unit, enum officer_role role, const struct officer **out,
    size_t max)
{
	const struct officer *all[TOLD_MOST + 1];
	size_t n, kept = 0;

	if (max > TOLD_MOST)
		max = TOLD_MOST;
	n = roster_on_duty(s->r, s->p->calendar, unit, role, s->now_ms, all, max + 1);
	for (size_t i = 0; i < n && kept < max; i++)
		if ((s->t->on != ON_ABANDON || strcmp(all[i]->id, s->leaver) != 0) &&
		    !access_is_accused(s->p, all[i], s->c->about, s->c->place))
			out[kept++] = all[i];
	return kept;
}

/* Officers of a unit who can be told now: those on duty, else its head. */
static size_t
reachable(const struct step *s, const char *unit, const struct officer **out, size_t max)
{
	size_t n = on_duty(s, unit, ROLE_PETUGAS, out, max);

	if (n == 0)
		n = on_duty(s, unit, ROLE_OPERATOR, out, max);
	return n != 0 ? n : on_duty(s, unit, ROLE_KEPALA, out, 1);
}

/*
 * Gives a unit its task.  Where nobody can be reached the superior unit is told at once, so that a
 * task never waits for a roster to be mended.
 */
static void
unit_task(struct step *s, const char *code, size_t max, const char *kind)
{
	const struct officer *o[TOLD_MOST];
	const struct unit *u = unit_find(s->p->units, code);
	size_t n = 0;

	if (max > N_ELEMS(o))
		max = N_ELEMS(o);
	for (; u != NULL; u = s->c->sealed ? NULL : u->parent) {
		n = reachable(s, u->code, o, max);
		if (n > 0)
			break;
		tell_gap(s, u->code, "tugas");
	}
	for (size_t i = 0; i < n; i++)
		task_give(s, o[i], code, kind);
}

void
tell_desk(struct step *s)
{
	int from = s->fx->messages_n;

	unit_task(s, s->p->triage_unit, (size_t)s->p->told_max,
	    s->c->sealed ? "tugas-rahasia" : "tugas");
	/* Most who are asked answer at once: the desk hears of it when he does not. */
	for (int i = from; i < s->fx->messages_n && s->c->question.what == QUESTION_CASE; i++)
		s->fx->messages[i].not_before_ms += s->p->which_ms;
}

void
tell_placeless(struct step *s)
{
	const struct officer *o[1];
	struct message *m;

	if (s->c->question.what != QUESTION_PLACE || reachable(s, s->p->triage_unit, o, 1) == 0)
		return;
	m = tell_officer(s, o[0], "tanpa-tempat", GROUP_NOTICE);
	if (m != NULL)
		m->not_before_ms += s->p->where_ms;
}

void
tell_placed(struct step *s)
{
	messages_cancel(s, "i", s->p->triage_unit, "");
}

void
tell_units(struct step *s)
{
	const char *kind = s->c->sealed ? "tugas-rahasia" :
	    s->t->on == ON_DISPUTE ? "sanggah" : "tugas";

	for (int i = s->units_from; i < s->c->units_n; i++)
		unit_task(s, s->c->units[i], i == 0 ? (size_t)s->p->told_max : 1, kind);
	/*
	 * A case nobody was told of is the desk's; a sealed one only if no unit was
	 * named at all.
	 */
	if (s->c->tasks_n == 0 && (!s->c->sealed || s->c->units_n == 0))
		tell_desk(s);
}

void
tell_sealed(struct step *s, int anew)
{
	for (int i = 0; i < s->c->tasks_n; i++) {
		struct case_task *t = &s->c->tasks[i];
		const struct officer *o = t->state == TASK_GONE ? NULL : officer_find(s->r, t->officer);
		struct message *m = o == NULL || o->ended ? NULL : tell_officer(s, o, "tugas-rahasia", GROUP_TASK);

		if (m == NULL)
			continue;
		t->message = m->n;
		SET(s->c->pending[s->c->pending_n - 1].unit, t->unit);
	}
	if (anew)
		tell_units(s);
}

/* A notice to one who has a task, with the nonce he answers by. */
static struct message *
tell_about(struct step *s, const struct officer *o, const char *kind, const struct case_task *t)
{
	struct message *m = tell_officer(s, o, kind, GROUP_NOTICE);

	if (m != NULL)
		SET(m->nonce, t->nonce);
	return m;
}

void
tell_release(struct step *s)
{
	const struct officer *o = officer_find(s->r, s->leaver);
	int lead = strcmp(s->left_unit, case_lead(s->c)) == 0;

	if (s->left_unit[0] != '\0')
		unit_task(s, s->left_unit, lead || s->c->units_n == 0 ? (size_t)s->p->told_max : 1,
		    s->c->sealed ? "tugas-rahasia" : "tugas");
	if (s->c->state == CASE_DITUGASKAN && s->c->tasks_n == 0 && !s->c->sealed)
		tell_desk(s);
	if (s->t->on == ON_ABANDON && o != NULL && !o->ended)
		tell_officer(s, o, "tarik", GROUP_NOTICE);
}

/* No task is open (taken over, or all who had one have left): the holder, the lead, the desk. */
static void
tell_somebody(struct step *s, const char *kind)
{
	const struct officer *o[1] = { officer_find(s->r, s->c->holder) };

	if ((o[0] == NULL || o[0]->ended) && reachable(s, case_lead(s->c), o, 1) == 0 &&
	    (s->c->sealed || reachable(s, s->p->triage_unit, o, 1) == 0))
		s->fx->gap = 1;
	else
		tell_officer(s, o[0], kind, GROUP_NOTICE);
}

void
tell_holders(struct step *s, const char *kind)
{
	int told = 0, n = s->c->tasks_n;

	for (int i = 0; i < n && told < s->p->told_max; i++) {
		const struct officer *o;

		if (s->c->tasks[i].state == TASK_GONE || quorum_is_witness(s->c, &s->c->tasks[i]))
			continue;
		o = officer_find(s->r, s->c->tasks[i].officer);
		if (o == NULL || o->ended)
			continue;
		if ((s->t->on == ON_WHY ? tell_about(s, o, kind, &s->c->tasks[i]) :
		    tell_officer(s, o, kind, GROUP_NOTICE)) != NULL)
			told++;
	}
	if (told == 0)
		tell_somebody(s, kind);
}

/* The nearest head on duty who is not that officer: of the lead unit, else of those above. */
static const struct officer *
head_but(const struct step *s, const char *officer)
{
	const struct officer *o[4];

	for (const struct unit *u = unit_find(s->p->units, case_lead(s->c)); u != NULL;
	    u = s->c->sealed ? NULL : u->parent) {
		size_t n = roster_on_duty(s->r, s->p->calendar, u->code, ROLE_KEPALA, s->now_ms, o, N_ELEMS(o));

		for (size_t i = 0; i < n; i++)
			if (strcmp(o[i]->id, officer) != 0 && !access_is_accused(s->p, o[i], s->c->about, s->c->place))
				return o[i];
	}
	return NULL;
}

void
tell_approver(struct step *s)
{
	const struct officer *head = head_but(s, s->cmd->actor);
	const char *kind = s->c->sealed ? "minta-tunggu-rahasia" : "minta-tunggu";

	if (head == NULL)
		tell_gap(s, case_lead(s->c), "setuju");
	else if (case_task_of(s->c, head->id) != NULL) {
		tell_about(s, head, kind, case_task_of(s->c, head->id));
		SET(s->c->wish.head, head->id);
	} else if (s->c->tasks_n == CASE_TASKS)
		tell_gap(s, case_lead(s->c), "setuju");
	else {
		task_give(s, head, case_lead(s->c), kind);
		SET(s->c->wish.head, head->id);
		SET(s->c->wish.nonce, case_task_of(s->c, head->id)->nonce);
	}
}

void
tell_checker(struct step *s)
{
	const struct officer *head = head_but(s, s->c->photo.officer);

	if (head == NULL)
		tell_gap(s, case_lead(s->c), "foto");
	else
		tell_officer(s, head, "periksa-foto", GROUP_NOTICE);
}

#define WITNESS_KIND "tanya-tuntas"

void
tell_witness(struct step *s)
{
	const struct unit *u = quorum_witness(s->p, s->c);
	const struct officer *o[1];

	if (u != NULL && text_segments_max(s->p->texts, WITNESS_KIND) > 0 &&	/* of versions that have it */
	    roster_on_duty(s->r, s->p->calendar, u->code, ROLE_KEPALA, s->now_ms, o, 1) == 1 &&
	    !quorum_is_own_work(s->c, o[0]))
		task_give(s, o[0], u->code, WITNESS_KIND);
}

void
witness_dismiss(struct step *s)
{
	for (int i = 0; i < s->c->tasks_n; i++)
		if (s->c->tasks[i].state != TASK_GONE && quorum_is_witness(s->c, &s->c->tasks[i]))
			task_drop(s, &s->c->tasks[i]);
}

static void
tell_one(struct step *s, const char *officer, const char *kind)
{
	const struct officer *o = officer_find(s->r, officer);

	if (o != NULL && !o->ended)
		tell_officer(s, o, kind, GROUP_NOTICE);
}

void
tell_wisher(struct step *s)
{
	tell_one(s, s->c->wish.officer, "tunggu-ditolak");
}

void
tell_asker(struct step *s)
{
	tell_one(s, s->c->asked_by, s->c->sealed ? "jawaban-rahasia" : "jawaban");
}

/* What the resident hears of each event; sealed cases say as little as the second column. */
static const struct { enum case_event on; const char *kind, *sealed; } news[] = {
	{ ON_OPEN,      "terima",          "terima-rahasia" },
	{ ON_TRIAGE,    "terima-triase",   "terima-rahasia" },
	{ ON_ASSIGN,    "terima",          NULL },
	{ ON_ACCEPT,    "kabar-diterima",  NULL },
	{ ON_GO,        "kabar-menuju",    NULL },
	{ ON_ARRIVE,    "kabar-tiba",      NULL },
	{ ON_HANDLE,    "kabar-ditangani", NULL },
	{ ON_RESOLVE,   "kabar-selesai",   NULL },
	{ ON_HAND_ON,   "kabar-teruskan",  NULL },
	{ ON_ASK,       "kabar-tanya",     "kabar-tanya" },
	{ ON_APPROVE,   "kabar-menunggu",  NULL },
	{ ON_DATE,      "kabar-tanggal",   NULL },
	{ ON_CONFIRM,   "kabar-ditutup",   NULL },
	{ ON_LAPSE,     "kabar-ditutup",   NULL },
	{ ON_ATTEST,    "kabar-ditutup",   NULL },
	{ ON_DISPUTE,   "kabar-dibuka",    NULL },
	{ ON_PHOTO_FALSE, "kabar-dibuka",  NULL },
	{ ON_REJECT,    "kabar-ditolak",   NULL },
	{ ON_MERGE,     "kabar-gabung",    NULL },
	{ ON_DUPLICATE, "kabar-digabung",  NULL },
	{ ON_SPLIT,     "kabar-pisah",     NULL },
	{ ON_BREAK,     "kabar-pecah",     NULL },
	{ ON_SECOND,    "kabar-dua",       NULL },
	{ ON_WITHDRAW,  "kabar-batal",     NULL },
	{ ON_WITHDRAW_ASKED, "kabar-tambah", NULL },
	{ ON_NOTE,      "kabar-tambah",    NULL },
};

/* "Has the water gone?" rather than "is it fixed?" */
static int
asks_whether_it_is_over(const struct step *s)
{
	const struct incident_kind *k = incident_kind_of(s->p, s->c->incident);

	return k != NULL && k->sweep;
}

void
tell_reporter(struct step *s)
{
	const struct category *k = category_find(s->p->catalogue, s->c->category);

	if (s->c->reporter[0] == '\0' || s->c->quiet == QUIET_WRONG_NUMBER ||
	    (s->c->quiet == QUIET_ASKED && !s->c->lane_e))
		return;
	for (size_t i = 0; i < N_ELEMS(news); i++) {
		const char *kind = s->c->sealed ? news[i].sealed : news[i].kind;
		struct message *m;

		if (news[i].on != s->t->on || kind == NULL)
			continue;
		/* To "halo" or "1" out of the blue nothing is promised; a human reads it all the same. */
		if ((s->t->effects & FX_FIRST) && !s->c->sealed && k != NULL && k->no_case)
			kind = "sapa";
		if (s->c->lead[0] != '\0' && s->t->on == ON_OPEN)
			kind = "terima-kejadian";
		if (s->c->lead[0] != '\0' && s->t->on == ON_RESOLVE && asks_whether_it_is_over(s))
			kind = "kabar-surut";
		if (s->cmd->report != NULL && s->cmd->report->empty)
			kind = "terima-kosong";
		if ((s->t->effects & FX_FIRST) && s->c->twin[0] != '\0') {
			if (s->c->twin_category[0] == '\0')
				return;		/* the first one's receipt names both */
			kind = "terima-dua";
		}
		if ((s->t->effects & FX_FIRST) && question_kind(s->c) != NULL)
			kind = question_kind(s->c);
		m = message_add(s, kind, GROUP_REPORTER);
		if (m != NULL) {
			m->to = TO_REPORTER;
			SET(m->unit, case_lead(s->c));
			m->due_ms = s->t->on == ON_DATE ? s->cmd->until_ms : 0;
		}
	}
}
