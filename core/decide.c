#include "core/decide.h"

#include <string.h>

#include "core/act.h"
#include "core/authority.h"
#include "core/climb.h"
#include "core/clocks.h"
#include "core/question.h"
#include "core/step.h"
#include "core/tell.h"

static const char *const actors[] = {
	[BY_SYSTEM] = "sistem", [BY_ROUTER] = "router", [BY_OFFICER] = "petugas",
	[BY_OPERATOR] = "operator", [BY_RESIDENT] = "warga", [BY_TIMER] = "jam",
};
static const char *const refusals[] = {
	[REFUSED_NOT] = "",
	[REFUSED_STATE] = "perintah ini tidak cocok dengan keadaan kasus sekarang",
	[REFUSED_EARLY] = "belum ada tenggat yang jatuh",
	[REFUSED_REASON] = "alasan wajib ditulis; ulangi dengan alasan",
	[REFUSED_AUTHORITY] = "kasus ini bukan wewenang Anda; minta unit pemegang atau operator",
	[REFUSED_UNIT] = "unit tujuan tidak dikenal; pakai kode unit dari daftar",
	[REFUSED_TIME] = "waktunya sudah lewat atau melewati batas",
	[REFUSED_APPROVER] = "harus disetujui kepala yang bukan pemintanya",
	[REFUSED_LEGACY] = "laporan lama harus menyebut sumber dan nomornya di sana",
	[REFUSED_WAIT] = "alasan menunggu tidak ada di daftar; pakai salah satu alasan-tunggu",
	[REFUSED_WISH] = "tidak ada permintaan menunggu yang masih berlaku",
	[REFUSED_FIRST] = "kasus sudah dibuka",
	[REFUSED_FILE] = "nama berkas tidak dikenal",
	[REFUSED_HELP] = "tidak ada unit lain lagi untuk bantuan; sebut unitnya",
	[REFUSED_OPEN_WISH] = "permintaan menunggu yang lama belum dijawab",
	[REFUSED_ASKED] = "pertanyaan yang lama belum dijawab",
	[REFUSED_PLACE] = "tempat itu tidak dikenal; sebut nama desa dan kecamatannya",
	[REFUSED_POLICY] = "kasus ini sudah memakai aturan yang berlaku",
	[REFUSED_CLOCK] = "aturan yang berlaku tidak lagi punya salah satu jam kasus ini",
	[REFUSED_MEMBER] = "laporan ini mengikuti kasus lain; bekerjalah di kasus itu, atau pisahkan dulu",
	[REFUSED_ALONE] = "laporan ini tidak mengikuti kasus lain",
	[REFUSED_OWN] = "pekerjaan sendiri tidak dapat dibenarkan sendiri; yang menjawab pelapor, warga lain, atau ketua RT",
	[REFUSED_TRUTH] = "pakai --reason: belum-pasti sumber-kedua rt lokasi tidak-benar",
	[REFUSED_PHOTO] = "kasus ini baru selesai dengan foto bukti; kirim fotonya di halaman kasus",
	[REFUSED_CHECKER] = "foto diperiksa oleh kepala atau operator yang bukan pengirimnya",
	[REFUSED_TWIN] = "laporan ini sudah dibuka sebagai dua kasus",
	[REFUSED_KIND] = "pilih kategori masalah kedua: yang lain dari kasus ini, bukan yang rahasia, dan yang menjadi kasus",
	[REFUSED_CASE] = "nomor kasus tujuan salah atau kasus ini sendiri; periksa nomornya",
};
static const char *const escalations[] = {
	[ESC_NONE] = "", [ESC_WARNING] = "warning", [ESC_BREACH] = "breach", [ESC_RUNG] = "rung",
	[ESC_PASSED] = "passed",
};

const char *actor_name(enum actor_kind a) { return actors[a]; }
const char *refusal_text(enum refusal r) { return refusals[r]; }
const char *escalation_name(enum escalation_kind k) { return escalations[k]; }

static const char *
ledger_holder(const struct case_record *c)
{
	switch (c->state) {
	case CASE_BARU: return HOLDER_TRIAGE;
	case CASE_SELESAI: return HOLDER_RESIDENT;
	case CASE_MENUNGGU: return c->wait_asked ? HOLDER_RESIDENT : HOLDER_WAITING;
	default: return c->units_n > 0 ? c->units[0] : HOLDER_TRIAGE;
	}
}

static enum case_state
state_after(const struct step *s, const struct case_record *before)
{
	if (s->t->on == ON_SPLIT && s->c->units_n == 0)
		return CASE_BARU;		/* nobody had read it when it was merged */
	if (s->t->to != CASE_MENUNGGU)
		return s->t->to;
	if (s->t->on == ON_UNDO)
		return before->undo.state;
	if (s->t->on == ON_NOTE && (!before->wait_asked || s->cmd->by != BY_RESIDENT))
		return CASE_MENUNGGU;		/* only the one who was asked can answer */
	return s->t->on == ON_RESUME || s->t->on == ON_NOTE ? before->wait_back : CASE_MENUNGGU;
}

/* What an event changes by itself, before the clocks hear of it. */
static const struct { enum case_event on; int (*act)(struct step *s); } acts[] = {
	{ ON_HAND_ON, act_hand_on }, { ON_DECLINE, act_decline }, { ON_DROP, act_drop_unit },
	{ ON_TAKE_OVER, act_take_over }, { ON_ASK, act_ask }, { ON_WAIT, act_wish },
	{ ON_APPROVE, act_approve }, { ON_REFUSE, act_refuse }, { ON_UNDO, act_undo },
	{ ON_MERGE, act_merge }, { ON_QUIET, act_quiet }, { ON_WRONG_NUMBER, act_quiet },
	{ ON_LANGUAGE, act_speak }, { ON_FILE, act_file }, { ON_WHY, act_why },
	{ ON_ANSWER, act_answer }, { ON_DATE, act_date }, { ON_RECKON, act_reckon },
	{ ON_HELP, act_help }, { ON_DUPLICATE, act_duplicate }, { ON_SPLIT, act_split },
	{ ON_BREAK, act_break }, { ON_SECOND, act_second }, { ON_GROW, act_grow }, { ON_TRUTH, act_truth },
	{ ON_LOCATE, act_locate }, { ON_BELONG, act_belong }, { ON_PHOTO, act_photo },
	{ ON_PHOTO_FINE, act_photo_fine }, { ON_RESOLVE, act_resolve },
	{ ON_LEGACY, act_legacy }, { ON_PAST, act_legacy },
	{ ON_SEAL, act_seal }, { ON_SEAL_AWAY, act_seal },
};

/* In the field: on the way, or at work there. */
static int
is_in_field(enum case_state state)
{
	return state == CASE_MENUJU || state == CASE_DITANGANI;
}

/* Whatever those who have taken it on send is a sign of life; who only got the task is not there. */
static void
hear_from_field(struct step *s)
{
	struct case_record *c = s->c;
	const struct case_task *t = case_task_of(c, s->cmd->actor);

	if (!is_in_field(c->state))
		clocks_sign_end(s);
	else if (s->cmd->by == BY_OFFICER && (strcmp(c->holder, s->cmd->actor) == 0 ||
	    (t != NULL && t->state == TASK_TAKEN)))
		clocks_sign(s);
}

static int
apply(struct step *s, const struct case_record *before)
{
	struct case_record *c = s->c;
	unsigned fx = s->t->effects;

	if (fx & FX_FIRST)
		act_open(s);
	if (fx & FX_REVOKE)
		act_revoke(s);
	if (fx & FX_RELEASE)
		act_release(s);
	if (s->cmd->u != NULL && s->t->on != ON_NOTE && s->t->on != ON_HELP &&
	    s->t->on != ON_LOCATE)
		act_understand(s, s->cmd->u);
	if (s->t->on == ON_NOTE && s->cmd->by == BY_ROUTER && s->cmd->u != NULL &&
	    act_read_late(s, s->cmd->u) != 0)
		return -1;
	if (fx & FX_FIRST)
		question_open(s);
	else if ((s->t->on == ON_ASSIGN || s->t->on == ON_MERGE) && c->place[0] != '\0') {
		question_close(c);
		tell_placed(s);
	}
	if (s->t->on == ON_ASSIGN && c->units_n == 0 && s->cmd->by != BY_ROUTER)
		return step_refuse(s, REFUSED_UNIT);
	for (size_t i = 0; i < N_ELEMS(acts); i++)
		if (acts[i].on == s->t->on && acts[i].act(s) != 0)
			return -1;
	c->state = state_after(s, before);
	if (c->state != CASE_BARU)
		c->unread = 0;		/* a human has read it and passed it on */
	if (before->state == CASE_MENUNGGU && c->state != CASE_MENUNGGU)
		act_resume(s);
	if (fx & FX_UNDOABLE)
		c->undo.clocks = 0;		/* clocks_stop() notes those it stops */
	if (fx & FX_FIRST)
		clocks_first(s);
	if (s->t->on == ON_NOTE && s->cmd->u != NULL && s->cmd->u->urgency > c->urgency) {
		c->urgency = s->cmd->u->urgency;	/* danger added: the nearer promise holds */
		c->lane_e |= c->urgency == URGENCY_DARURAT;
	}
	if (fx & FX_REOPEN)
		act_reopen(s);
	if (!(fx & FX_FIRST) && s->t->on != ON_RECKON)	/* which has reckoned them all */
		clocks_tighten(s, before);
	if (before->lead[0] != '\0' && c->lead[0] == '\0')
		clocks_leave(s);
	if (c->state == CASE_BARU && before->state != CASE_BARU && s->t->on == ON_SPLIT)
		clocks_restart(s, STOP_ON_TRIAGE);
	if (fx & FX_RESTART_TAKEN)
		clocks_restart(s, STOP_ON_ACCEPT);
	if (fx & FX_RESTART_TRIAGE)
		clocks_restart(s, STOP_ON_TRIAGE);
	if (fx & FX_BY_TASK)
		act_take_task(s);
	clocks_stop(s, fx);
	if (c->state != CASE_DITUTUP)
		clocks_accept(s);
	act_note_times(s);
	act_note_truth(s);
	hear_from_field(s);
	act_note_undo(s, before);
	act_note_progress(s, before);
	return 0;
}

static void
announce(struct step *s, const struct case_record *before)
{
	unsigned fx = s->t->effects;

	tell_platforms(s);
	/* What nobody disputes closes by itself, but not on the word of a photo that nobody has checked. */
	s->c->confirm_by_ms = s->c->state == CASE_SELESAI && s->c->photo.state != PHOTO_DOUBTED ?
	    s->now_ms + s->p->confirm_ms : 0;
	if (s->t->on == ON_NOTE && s->c->sealed && !before->sealed)
		tell_sealed(s, 0);
	else if ((fx & FX_TELL_HOLDERS) && s->c->lead[0] == '\0')	/* the lead's hear of it by the lead */
		tell_holders(s, "tambahan");
	if ((fx & FX_TELL_UNIT) && s->c->lead[0] == '\0')	/* who follows has no task */
		tell_units(s);
	if (s->t->on == ON_SEAL && s->c->state != CASE_DITUTUP)
		tell_sealed(s, strcmp(case_lead(before), case_lead(s->c)) != 0);
	if (fx & FX_TELL_DESK)
		tell_desk(s);
	if (s->t->on == ON_OPEN)
		tell_placeless(s);
	if ((fx & FX_RELEASE) && s->c->lead[0] == '\0')
		tell_release(s);
	if (s->t->on == ON_RESOLVE)
		tell_witness(s);
	if (s->t->on == ON_UNDO)
		witness_dismiss(s);
	if (s->t->on == ON_WAIT)
		tell_approver(s);
	if (s->t->on == ON_WHY)
		tell_holders(s, s->c->sealed ? "mengapa-rahasia" : "mengapa");
	if (s->t->on == ON_ANSWER)
		tell_asker(s);
	if (s->c->state == CASE_SELESAI && s->c->photo.state == PHOTO_DOUBTED && (s->t->on == ON_RESOLVE ||
	    before->photo.state != PHOTO_DOUBTED))
		tell_checker(s);
	if (s->t->on == ON_REFUSE)
		tell_wisher(s);
	if (s->t->on == ON_ANSWER)
		s->c->asked_by[0] = '\0';
	if (s->c->state != before->state || (fx & FX_REVOKE) || s->t->on == ON_REFUSE)
		act_end_wish(s);		/* answered, or overtaken */
	if ((fx & FX_TELL_REPORTER) || (s->cmd->answer && s->cmd->by == BY_RESIDENT))
		tell_reporter(s);
	if (fx & FX_STOP_ALL)
		act_close(s);
	else if (s->c->state != CASE_DITUTUP)
		ledger_pass(&s->c->ledger, ledger_holder(s->c), s->now_ms);
	tasks_prune(s->c);
	if (s->cmd->answer && s->cmd->by != BY_RESIDENT) {
		const struct officer *o = officer_find(s->r, s->cmd->actor);

		if (o != NULL)
			tell_officer(s, o, "jawab", GROUP_NOTICE);
	}
}

/* What is done about a report that follows another is done there; it hears of it from the house. */
static int
is_for_the_lead(const struct step *s, const struct case_record *c)
{
	static const enum case_event leads[] = { ON_ASSIGN, ON_ACCEPT, ON_GO, ON_ARRIVE, ON_DECLINE, ON_DROP,
	    ON_HAND_ON, ON_ASK, ON_WAIT, ON_APPROVE, ON_REFUSE, ON_UNDO, ON_TAKE_OVER, ON_WHY, ON_ANSWER,
	    ON_DATE, ON_HELP, ON_SIGN,
	    ON_SEAL, ON_SEAL_AWAY };	/* all who follow the lead may know of it: first it is split off */

	if (c->lead[0] == '\0')
		return 0;
	for (size_t i = 0; i < N_ELEMS(leads); i++)
		if (leads[i] == s->t->on)
			return 1;
	return s->t->on == ON_HANDLE && s->cmd->by != BY_SYSTEM;
}

static int
prepare(struct step *s, const struct case_record *c, struct due *d)
{
	enum case_event on = command_event(s, c);

	if (on == ON_DUE) {
		*d = case_due_first(c);
		if (d->kind == DUE_NONE || d->at_ms > s->now_ms || c->state == CASE_DITUTUP)
			return step_refuse(s, REFUSED_EARLY);
		if (d->kind == DUE_CONFIRM)
			on = ON_LAPSE;
		else if (d->kind == DUE_WAIT)
			on = ON_RESUME;
		else if (d->kind == DUE_ABANDON)
			on = ON_ABANDON;
	}
	s->t = transition_find(c->state, on);
	if (s->t == NULL)
		return step_refuse(s, REFUSED_STATE);
	if ((c->version == 0) != ((s->t->effects & FX_FIRST) != 0))
		return step_refuse(s, c->version == 0 ? REFUSED_STATE : REFUSED_FIRST);
	if ((s->t->effects & FX_FIRST) && (s->cmd->report == NULL || s->cmd->u == NULL))
		return step_refuse(s, REFUSED_STATE);
	if (on == ON_STAND_DOWN && !c->latihan)		/* what is real no exercise ends */
		return step_refuse(s, REFUSED_STATE);
	if (is_for_the_lead(s, c))
		return step_refuse(s, REFUSED_MEMBER);
	SET(s->leaver, on == ON_ABANDON ? c->holder : s->cmd->leaver);
	return authority_check(s, c);
}

int
case_decide(const struct policy *policy, const struct roster *roster, const struct case_record *c,
    const struct command *cmd, int64_t now_ms, struct effects *fx)
{
	struct step s = { .p = policy, .r = roster, .cmd = cmd, .now_ms = now_ms, .fx = fx,
	    .c = &fx->after, .entropy = cmd->entropy, .nonce_chars = NONCE_LEAST + ENTROPY_EXTRA(cmd->entropy) };
	struct due d = { DUE_NONE, 0, 0 };

	fx->refusal = REFUSED_NOT;
	fx->messages_n = fx->cancels_n = fx->indexes_n = fx->gap = 0;
	fx->what = "";
	memset(&fx->esc, 0, sizeof(fx->esc));
	fx->esc.why = "";
	case_copy(&fx->after, c);
	fx->state_after = c->state;
	if (prepare(&s, c, &d) != 0)
		return -1;
	fx->what = case_event_name(s.t->on);
	if (cmd->heard_ms > s.c->heard_ms)
		s.c->heard_ms = cmd->heard_ms;
	if (s.t->on == ON_DUE) {
		climb_due(&s, &d);
		tasks_prune(s.c);
	} else {
		if (apply(&s, c) != 0)
			goto refused;
		announce(&s, c);
	}
	act_note_incident(&s, c);
	fx->after.version = c->version + 1;
	fx->state_after = fx->after.state;
	return 0;
refused:
	case_copy(&fx->after, c);
	fx->messages_n = fx->cancels_n = fx->indexes_n = fx->gap = 0;
	return -1;
}
