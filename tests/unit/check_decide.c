/* The rules of a case, one by one, on the shipped policy and roster. */
#include <inttypes.h>

#include "tests/unit/world.h"

Suite *decide_suite(void);

#define DESA "D-35.10.20.2005"
#define KEC "K-35.10.20"
#define GENDOH "35.10.20.2005"
#define PTG "ptg-35.10.20.2005-1"
#define KPL "kpl-35.10.20.2005"
#define CAMAT "kpl-k-35.10.20"

static struct policy *shipped;
static struct world w;
static int64_t t0;		/* Friday, 20 November 2026, 14:05 WIB */

static void
load(void)
{
	struct wib t = { .year = 2026, .month = 11, .day = 20, .hour = 14, .minute = 5 };

	shipped = world_policy(NULL);
	t0 = wib_to_ms(&t);
}

static void
unload(void)
{
	policy_free(shipped);
}

static void
begin(void)
{
	memset(&w, 0, sizeof(w));
	w.p = shipped;
	w.now = t0;
	world_roster(&w.r);
}

static void
end(void)
{
	roster_release(&w.r);
}

static void
open_desa(void)
{
	struct understanding u = world_understanding("jalan-rusak", URGENCY_BIASA, GENDOH,
	    DESA " O-PUCKPP");

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
}

static void
open_sealed(void)
{
	struct understanding u = world_understanding("kekerasan-anak", URGENCY_MENDESAK, GENDOH,
	    "O-UPTDPPA O-DINSOS");

	u.sealed = 1;
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
}

static void
run_until(int64_t ms, struct buf *out)
{
	world_run(&w, ms, t0, out);
}

/* ---- the promise ---- */

static const struct {
	const char *what;
	enum case_event on;
	const char *category;
	enum urgency urgency;
	const char *units;
	int taken_min, handled_min, triage_min;		/* since received; 0: does not run */
} promises[] = {
	{ "four hours", ON_OPEN, "jalan-rusak", URGENCY_BIASA, DESA, 120, 240, 0 },
	{ "two for the camat", ON_OPEN, "adminduk", URGENCY_BIASA, KEC, 120, 120, 0 },
	{ "one in an emergency", ON_OPEN, "kebakaran", URGENCY_DARURAT, "O-DAMKAR", 5, 60, 0 },
	{ "urgent", ON_OPEN, "pohon", URGENCY_MENDESAK, "O-DLH", 30, 240, 0 },
	{ "in triage too", ON_TRIAGE, "lainnya", URGENCY_BIASA, "", 120, 240, 15 },
	{ "an emergency in triage", ON_TRIAGE, "lainnya", URGENCY_DARURAT, "", 5, 60, 5 },
};

/* Opened three hours after it reached the gateway: the promise does not start at our reading. */
START_TEST(promise)
{
	struct understanding u = world_understanding(promises[_i].category, promises[_i].urgency,
	    GENDOH, promises[_i].units);
	const char *what = promises[_i].what;
	int64_t received = t0 - 3 * HOUR_MS;

	ck_assert_int_eq(world_open(&w, promises[_i].on, &u, received), 0);
	ck_assert_msg(world_clock(&w, "diambil")->due_ms - received ==
	    promises[_i].taken_min * MINUTE_MS, "%s: taken", what);
	ck_assert_msg(world_clock(&w, "ditangani")->due_ms - received ==
	    promises[_i].handled_min * MINUTE_MS, "%s: handled", what);
	ck_assert_msg(world_clock(&w, "ditangani")->start_ms == received, "%s: start", what);
	if (promises[_i].triage_min == 0) {
		ck_assert_ptr_null(case_clock_named(w.p, &w.c, "triase"));
		ck_assert_int_eq(world_clock(&w, "diselesaikan")->start_ms, received);
	} else {
		ck_assert_int_eq(world_clock(&w, "triase")->due_ms,
		    received + promises[_i].triage_min * MINUTE_MS);
		ck_assert_msg(case_clock_named(w.p, &w.c, "diselesaikan") == NULL,
		    "%s: a cure promised", what);
	}
	ck_assert_int_eq(ledger_of(&w.c.ledger, HOLDER_GATEWAY, w.now), 40);
	ck_assert_int_eq(ledger_of(&w.c.ledger, HOLDER_QUEUE, w.now), 3 * HOUR_MS - 40);
}
END_TEST

/* What the officer does one hour after; then no clock that runs may be due later than before. */
static const struct {
	const char *what;
	enum case_event on;
	const char *by, *to_unit, *category;
} delays[] = {
	{ "a hand-on", ON_HAND_ON, PTG, "O-DLH", NULL },
	{ "re-categorising to a slower one", ON_ASSIGN, "opr-d112-1", "O-DLH", "dana-desa" },
	{ "declining", ON_DECLINE, PTG, NULL, NULL },
	{ "asking back", ON_ASK, PTG, NULL, NULL },
	{ "a note", ON_NOTE, PTG, NULL, NULL },
	{ "accepting", ON_ACCEPT, PTG, NULL, NULL },
	{ "going", ON_GO, PTG, NULL, NULL },
	{ "a take-over", ON_TAKE_OVER, "kpl-bupati", NULL, NULL },
	{ "a support unit that drops out", ON_DECLINE, "ptg-o-puckpp-1", NULL, NULL },
};

START_TEST(gives_no_time_back)
{
	struct understanding u = world_understanding(delays[_i].category != NULL ?
	    delays[_i].category : "", URGENCY_BIASA,
	    GENDOH, delays[_i].to_unit != NULL ? delays[_i].to_unit : "");
	struct command cmd = { .event = delays[_i].on, .by = BY_OFFICER, .note = "alasan",
	    .u = delays[_i].category != NULL ? &u : NULL };
	int64_t due[POLICY_CLOCKS];

	open_desa();
	for (int i = 0; i < w.c.clocks_n; i++)
		due[i] = w.c.clocks[i].due_ms;
	w.now += HOUR_MS;
	snprintf(cmd.actor, sizeof(cmd.actor), "%s", delays[_i].by);
	snprintf(cmd.to_unit, sizeof(cmd.to_unit), "%s",
	    delays[_i].to_unit != NULL ? delays[_i].to_unit : "");
	ck_assert_msg(world_send(&w, cmd) == 0, "%s: %s", delays[_i].what,
	    refusal_text(w.fx.refusal));
	ck_assert_int_eq(world_clock(&w, "ditangani")->state, CLOCK_RUNNING);
	for (int i = 1; i < w.c.clocks_n; i++)
		ck_assert_msg(w.c.clocks[i].due_ms <= due[i], "%s: %s is due later",
		    delays[_i].what, w.p->clocks[i].name);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 4 * HOUR_MS);
}
END_TEST

/* A camat has two hours from the citizen's time, also when the case comes to him late. */
START_TEST(a_stricter_unit_tightens)
{
	struct command cmd = { .event = ON_HAND_ON, .by = BY_OFFICER, .note = "wewenang camat",
	    .to_unit = KEC, .actor = PTG };

	open_desa();
	w.now += HOUR_MS;
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 2 * HOUR_MS);
	ck_assert_int_eq(w.c.hand_ons, 1);
	ck_assert_str_eq(case_lead(&w.c), KEC);
	/* Handed back: what has come nearer stays near. */
	memcpy(cmd.to_unit, DESA, sizeof(DESA));
	memcpy(cmd.actor, CAMAT, sizeof(CAMAT));
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 2 * HOUR_MS);
}
END_TEST

START_TEST(added_danger_tightens)
{
	struct understanding u = world_understanding("jalan-rusak", URGENCY_DARURAT, GENDOH, "");

	open_desa();
	w.now += 10 * MINUTE_MS;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_NOTE, .by = BY_RESIDENT,
	    .note = "ada korban", .u = &u }), 0);
	ck_assert_int_eq(w.c.urgency, URGENCY_DARURAT);
	ck_assert_int_eq(w.c.lane_e, 1);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + HOUR_MS);
	ck_assert_int_eq(world_clock(&w, "diambil")->due_ms, t0 + 5 * MINUTE_MS);
	ck_assert_int_eq(case_due_ms(&w.c), t0 + 150000);	/* half of five minutes: at once */
}
END_TEST

/* The task's officer asks until that moment, the head of his unit grants it. */
static int
wait_until(int64_t until_ms)
{
	struct command wish = { .event = ON_WAIT, .by = BY_OFFICER, .note = "menunggu aspal",
	    .actor = PTG, .reason = "suku-cadang", .until_ms = until_ms };

	return world_send(&w, wish) == 0 ? world_act(&w, ON_APPROVE, KPL) : -1;
}

START_TEST(a_wait_stops_the_cure_alone)
{
	int64_t cure, legal;

	open_desa();
	world_act(&w, ON_ACCEPT, PTG);
	cure = world_clock(&w, "diselesaikan")->due_ms;
	legal = world_clock(&w, "hukum")->due_ms;
	w.now += HOUR_MS;
	ck_assert_int_eq(wait_until(t0 + 10 * DAY_MS), 0);
	ck_assert_int_eq(w.c.state, CASE_MENUNGGU);
	ck_assert_str_eq(w.c.wait_reason, "suku-cadang");
	ck_assert_ptr_nonnull(world_message(&w, "kabar-menunggu", "warga"));
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->state, CLOCK_PAUSED);
	ck_assert_int_eq(world_clock(&w, "ditangani")->state, CLOCK_RUNNING);
	ck_assert_int_eq(world_clock(&w, "hukum")->state, CLOCK_RUNNING);
	w.now += DAY_MS;
	ck_assert_int_eq(world_act(&w, ON_RESUME, PTG), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->due_ms, cure + DAY_MS);
	ck_assert_int_eq(world_clock(&w, "hukum")->due_ms, legal);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 4 * HOUR_MS);
	ck_assert_int_eq(ledger_of(&w.c.ledger, HOLDER_WAITING, w.now), DAY_MS);
	ck_assert_int_eq(w.c.waited_ms, DAY_MS);
	ck_assert_str_eq(w.c.wait_reason, "");
	/* The date alone ends it too. */
	ck_assert_int_eq(wait_until(w.now + 2 * DAY_MS), 0);
	run_until(w.now + 2 * DAY_MS, NULL);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->due_ms, cure + 3 * DAY_MS);
	/* All waits together are no longer than one may be. */
	ck_assert_int_eq(w.c.waited_ms, 3 * DAY_MS);
	ck_assert_int_eq(wait_until(w.now + 58 * DAY_MS), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_TIME);
	ck_assert_int_eq(wait_until(w.now + 57 * DAY_MS), 0);
}
END_TEST

static const struct {
	const char *what, *reason;
	int64_t until_ms;
	enum refusal why;
} waits[] = {
	{ "no reason of the list", "malas", DAY_MS, REFUSED_WAIT },
	{ "no reason", "", DAY_MS, REFUSED_WAIT },
	{ "no date", "anggaran", -1, REFUSED_TIME },
	{ "for ever", "anggaran", 61 * DAY_MS, REFUSED_TIME },
};

START_TEST(wait_needs)
{
	struct command cmd = { .event = ON_WAIT, .by = BY_OFFICER, .note = "anggaran",
	    .actor = PTG, .until_ms = t0 + waits[_i].until_ms };
	struct case_record before;

	open_desa();
	world_act(&w, ON_ACCEPT, PTG);
	before = w.c;
	snprintf(cmd.reason, sizeof(cmd.reason), "%s", waits[_i].reason);
	ck_assert_msg(world_send(&w, cmd) == -1 && w.fx.refusal == waits[_i].why, "%s",
	    waits[_i].what);
	ck_assert_msg(memcmp(&before, &w.c, sizeof(before)) == 0, "%s: changed", waits[_i].what);
}
END_TEST

/* A wish stops nothing until a second person, a head, says yes. */
START_TEST(a_wait_needs_a_second_person)
{
	struct command wish = { .event = ON_WAIT, .by = BY_OFFICER, .note = "aspal", .actor = KPL,
	    .reason = "anggaran", .until_ms = t0 + 10 * DAY_MS };
	const struct message *m;

	open_desa();
	world_act(&w, ON_ACCEPT, PTG);
	ck_assert_int_eq(world_act(&w, ON_APPROVE, KPL), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_WISH);
	ck_assert_int_eq(world_send(&w, wish), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->state, CLOCK_RUNNING);
	m = world_message(&w, "minta-tunggu", CAMAT);	/* his own head he is himself */
	ck_assert_ptr_nonnull(m);
	ck_assert_ptr_nonnull(case_task_of(&w.c, CAMAT));
	ck_assert_str_eq(m->nonce, case_task_of(&w.c, CAMAT)->nonce);
	ck_assert_int_eq(world_send(&w, wish), -1);	/* not changed under the eyes of who reads it */
	ck_assert_int_eq(w.fx.refusal, REFUSED_OPEN_WISH);
	ck_assert_int_eq(world_act(&w, ON_APPROVE, KPL), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_APPROVER);
	ck_assert_int_eq(world_act(&w, ON_APPROVE, PTG), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_APPROVER);
	ck_assert_int_eq(world_act(&w, ON_REFUSE, CAMAT), 0);
	ck_assert_ptr_nonnull(world_message(&w, "tunggu-ditolak", KPL));
	ck_assert_ptr_null(case_task_of(&w.c, CAMAT));
	ck_assert_int_eq(world_act(&w, ON_APPROVE, CAMAT), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_WISH);
	/* Asked again, then overtaken by work: it is of no more use. */
	ck_assert_int_eq(world_send(&w, wish), 0);
	ck_assert_int_eq(world_act(&w, ON_HANDLE, PTG), 0);
	ck_assert_int_eq(world_act(&w, ON_APPROVE, CAMAT), -1);
	ck_assert_int_eq(world_send(&w, wish), 0);
	w.now = wish.until_ms;
	ck_assert_int_eq(world_act(&w, ON_APPROVE, CAMAT), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_WISH);
}
END_TEST

/* A question to the resident is his time; only his answer ends it. */
START_TEST(asking_back)
{
	open_desa();
	world_act(&w, ON_ACCEPT, PTG);
	w.now += 10 * MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_ASK, PTG), 0);
	ck_assert_ptr_nonnull(world_message(&w, "kabar-tanya", "warga"));
	w.now += HOUR_MS;
	ck_assert_int_eq(world_act(&w, ON_NOTE, PTG), 0);
	ck_assert_int_eq(w.c.state, CASE_MENUNGGU);
	ck_assert_int_eq(world_say(&w, ON_NOTE), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_int_eq(ledger_of(&w.c.ledger, HOLDER_RESIDENT, w.now), HOUR_MS);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 4 * HOUR_MS);
}
END_TEST

START_TEST(a_note_does_not_end_a_wait_for_parts)
{
	open_desa();
	world_act(&w, ON_ACCEPT, PTG);
	ck_assert_int_eq(wait_until(t0 + 10 * DAY_MS), 0);
	ck_assert_int_eq(world_say(&w, ON_NOTE), 0);
	ck_assert_int_eq(w.c.state, CASE_MENUNGGU);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->state, CLOCK_PAUSED);
	ck_assert_ptr_nonnull(world_message(&w, "tambahan", PTG));
}
END_TEST

/* ---- warnings and rungs ---- */

START_TEST(nobody_acts)
{
	static const char *const lines[] = {
		"+1h00 diambil warning 50%", "+1h30 diambil warning 75%",
		    "+1h48 diambil warning 90%",
		"+2h00 diambil breach", "+2h00 diambil rung kepala", "+2h00 ditangani warning 50%",
		"+2h30 diambil rung camat", "+3h00 diambil rung sekda",
		    "+3h00 ditangani warning 75%",
		"+3h30 diambil rung bupati", "+3h36 ditangani warning 90%",
		    "+4h00 ditangani breach",
		"+4h00 ditangani rung kepala", "+4h30 ditangani rung camat",
		    "+5h00 ditangani rung sekda",
		"+5h30 ditangani rung bupati", NULL };
	struct buf got = { 0 }, want = { 0 };

	open_desa();
	run_until(t0 + 7 * HOUR_MS, &got);
	for (int i = 0; lines[i] != NULL; i++)
		buf_addf(&want, "%s\n", lines[i]);
	ck_assert_str_eq(buf_str(&got), buf_str(&want));
	ck_assert_int_eq(world_clock(&w, "ditangani")->breached_ms, t0 + 4 * HOUR_MS);
	buf_release(&got);
	buf_release(&want);
}
END_TEST

START_TEST(each_tells_its_own)
{
	open_desa();
	w.now = t0 + HOUR_MS;
	ck_assert_int_eq(world_due(&w), 0);
	ck_assert_ptr_nonnull(world_message(&w, "ingat", PTG));
	ck_assert_int_eq(world_message(&w, "ingat", PTG)->percent, 50);
	ck_assert_int_eq(world_due(&w), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_EARLY);
	run_until(t0 + 150 * MINUTE_MS - 1, NULL);
	w.now = t0 + 150 * MINUTE_MS;
	ck_assert_int_eq(world_due(&w), 0);
	ck_assert_str_eq(w.fx.esc.rung, "camat");
	ck_assert_str_eq(w.fx.esc.unit, DESA);
	ck_assert_str_eq(w.fx.esc.told, KEC);
	ck_assert_int_eq(w.fx.esc.late_ms, 0);
	ck_assert_int_eq(w.fx.esc.due_ms, t0 + 150 * MINUTE_MS);
	ck_assert_int_eq(w.fx.messages_n, 1);
	ck_assert_ptr_nonnull(world_message(&w, "eskalasi", CAMAT));
}
END_TEST

/*
 * The camat and his region's Sekda are on leave: both are passed at once, and the house says
 * so.
 */
START_TEST(empty_rungs)
{
	static const char *const lines[] = { "+2h00 diambil rung kepala",
	    "+2h30 diambil passed camat kosong",
		"+2h30 diambil passed sekda kosong", "+2h30 diambil rung bupati", NULL };
	struct buf got = { 0 };

	world_officer(&w, CAMAT)->away_from_ms = 1;
	world_officer(&w, "kpl-sekda")->ended = 1;
	open_desa();
	run_until(t0 + 150 * MINUTE_MS - 1, &got);
	w.now = t0 + 150 * MINUTE_MS;
	ck_assert_int_eq(world_due(&w), 0);
	ck_assert_int_eq(w.fx.esc.kind, ESC_PASSED);
	ck_assert_int_eq(w.fx.gap, 1);
	ck_assert_ptr_nonnull(world_message(&w, "celah", "kpl-o-kominfo"));
	ck_assert_int_eq(case_due_ms(&w.c), w.now);
	buf_adds(&got, "+2h30 diambil passed camat kosong\n");
	run_until(t0 + 4 * HOUR_MS - 1, &got);
	world_assert_lines(&got, lines);
	ck_assert_int_eq(world_count_lines(&got, "diambil rung"), 2);
	buf_release(&got);
}
END_TEST

/* The Bupati's feed is reached even when nobody sits there. */
START_TEST(the_feed_is_never_empty)
{
	static const char *const lines[] = { "+3h30 diambil rung bupati",
	    "+5h30 ditangani rung bupati", NULL };
	struct buf got = { 0 };

	world_officer(&w, "kpl-bupati")->ended = 1;
	open_desa();
	run_until(t0 + 7 * HOUR_MS, &got);
	world_assert_lines(&got, lines);
	buf_release(&got);
}
END_TEST

/* Six hours without an engine, then all at once. */
START_TEST(after_an_outage)
{
	static const char *const lines[] = {
		"+6h00 diambil passed 50% terlambat", "+6h00 diambil passed 75% terlambat",
		"+6h00 ditangani passed 50% terlambat", "+6h00 ditangani breach", NULL };
	struct buf got = { 0 };
	int64_t late = 0;
	int told = 0;

	open_desa();
	w.now = t0 + 6 * HOUR_MS;
	while (case_due_ms(&w.c) <= w.now) {
		int64_t due = case_due_ms(&w.c);

		ck_assert_int_eq(world_due(&w), 0);
		ck_assert_int_eq(w.fx.esc.late_ms, w.now - due);
		buf_addf(&got, "+6h00 %s %s%s%s%s%s\n", w.fx.esc.clock,
		    escalation_name(w.fx.esc.kind), w.fx.esc.rung[0] ? " " : "", w.fx.esc.rung,
		    w.fx.esc.why[0] ? " " : "", w.fx.esc.why);
		told += w.fx.messages_n;
		if (w.fx.esc.kind == ESC_RUNG) {
			/* He is told that it was our outage which kept it from him. */
			late = w.fx.esc.late_ms;
			ck_assert_ptr_nonnull(world_message(&w, "eskalasi-telat", NULL));
			ck_assert_int_eq(world_message(&w, "eskalasi-telat", NULL)->late_ms, late);
			ck_assert_int_eq(world_message(&w, "eskalasi-telat", NULL)->not_before_ms,
			    w.now + w.p->gather_ms);
		}
	}
	world_assert_lines(&got, lines);
	ck_assert_msg(world_count_lines(&got, " rung ") == 1, "one rung only:\n%s", buf_str(&got));
	ck_assert_int_eq(world_count_lines(&got, "ditangani rung bupati\n"), 1);
	ck_assert_int_eq(world_count_lines(&got, " passed "), 3 + 4 + 3 + 3);
	ck_assert_int_eq(told, 1);
	ck_assert_int_eq(late, 30 * MINUTE_MS);
	buf_release(&got);
}
END_TEST

/* Handed on in the middle of a climb: nobody above is left out, nobody hears twice. */
START_TEST(hand_on_changes_the_ladder)
{
	struct understanding u = world_understanding("kebisingan", URGENCY_BIASA, "35.10.20.2002",
	    "RT-35.10.20.2002-01-01");
	static const char *const before[] = { "+2h00 diambil rung ketua-rt",
	    "+2h15 diambil rung kades",
		"+2h45 diambil rung camat", NULL };
	struct buf got = { 0 };

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
	run_until(t0 + 165 * MINUTE_MS, &got);
	world_assert_lines(&got, before);
	buf_reset(&got);
	w.now = t0 + 170 * MINUTE_MS;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_HAND_ON, .by = BY_OFFICER,
	    .note = "wewenang dinas", .actor = "rt-35.10.20.2002-01-01", .to_unit = "O-DLH" }), 0);
	ck_assert_int_eq(world_clock(&w, "diambil")->due_ms, t0 + 2 * HOUR_MS);
	ck_assert_int_eq(world_clock(&w, "diambil")->epoch, 1);
	run_until(t0 + 230 * MINUTE_MS, &got);
	world_assert_lines(&got, (const char *const[]){ "+2h50 diambil passed kepala terlambat",
	    "+2h50 diambil rung sekda", "+3h00 diambil rung bupati", NULL });
	buf_release(&got);
}
END_TEST

/* ---- the act and its taking back ---- */

START_TEST(a_late_act_is_late)
{
	open_desa();
	w.now = t0 + 4 * HOUR_MS + 1;		/* the engine slept */
	ck_assert_int_eq(world_act(&w, ON_HANDLE, PTG), 0);
	ck_assert_int_eq(world_clock(&w, "ditangani")->state, CLOCK_MET);
	ck_assert_int_eq(world_clock(&w, "ditangani")->breached_ms, t0 + 4 * HOUR_MS);
	ck_assert_int_eq(world_clock(&w, "diambil")->breached_ms, t0 + 2 * HOUR_MS);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->breached_ms, 0);
}
END_TEST

START_TEST(undo_moves_no_clock)
{
	static const enum case_event acts[] = { ON_ACCEPT, ON_GO, ON_HANDLE, ON_RESOLVE };
	struct case_record was;

	open_desa();
	was = w.c;
	w.now += HOUR_MS;
	ck_assert_int_eq(world_act(&w, acts[_i], PTG), 0);
	w.now += 10 * MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_UNDO, PTG), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	for (int i = 0; i < w.c.clocks_n; i++) {
		ck_assert_int_eq(w.c.clocks[i].state, was.clocks[i].state);
		ck_assert_int_eq(w.c.clocks[i].due_ms, was.clocks[i].due_ms);
		ck_assert_int_eq(w.c.clocks[i].next_ms, was.clocks[i].next_ms);
		ck_assert_int_eq(w.c.clocks[i].epoch, was.clocks[i].epoch);
	}
	ck_assert_str_eq(w.c.holder, "");
	ck_assert_int_eq(w.c.taken_ms + w.c.going_ms + w.c.handled_ms + w.c.resolved_ms, 0);
	ck_assert_int_eq(w.c.confirm_by_ms, 0);
	ck_assert_int_eq(w.c.tasks[0].state, TASK_OPEN);
	ck_assert_int_eq(ledger_sum(&w.c.ledger, w.now), w.now - t0);
}
END_TEST

static const struct {
	const char *what;
	int64_t later_ms;
	const char *by;
	enum refusal why;
} undos[] = {
	{ "in time", 10 * MINUTE_MS, PTG, REFUSED_NOT },
	{ "too late", 10 * MINUTE_MS + 1, PTG, REFUSED_TIME },
	{ "by another", MINUTE_MS, KPL, REFUSED_AUTHORITY },
};

START_TEST(undo_limits)
{
	open_desa();
	ck_assert_int_eq(world_act(&w, ON_HANDLE, PTG), 0);
	w.now += undos[_i].later_ms;
	ck_assert_msg(world_act(&w, ON_UNDO, undos[_i].by) == (undos[_i].why == REFUSED_NOT ? 0 :
	    -1), "%s", undos[_i].what);
	ck_assert_msg(w.fx.refusal == undos[_i].why, "%s: %d", undos[_i].what, (int)w.fx.refusal);
}
END_TEST

START_TEST(undo_gives_the_case_back_to_its_holder)
{
	open_desa();
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, PTG), 0);
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_HANDLE, "ptg-o-puckpp-1"), 0);
	ck_assert_str_eq(w.c.holder, "ptg-o-puckpp-1");
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_UNDO, "ptg-o-puckpp-1"), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_str_eq(w.c.holder, PTG);
	ck_assert_int_eq(w.c.taken_ms, t0);
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_MET);
	ck_assert_int_eq(world_clock(&w, "ditangani")->state, CLOCK_RUNNING);
}
END_TEST

START_TEST(a_take_over_ends_undo)
{
	open_desa();
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, PTG), 0);
	ck_assert_int_eq(world_act(&w, ON_TAKE_OVER, "kpl-bupati"), 0);
	ck_assert_str_eq(w.c.holder, "kpl-bupati");
	ck_assert_str_eq(case_lead(&w.c), "BUPATI");
	ck_assert_int_eq(world_act(&w, ON_UNDO, PTG), -1);
	ck_assert_str_eq(w.c.holder, "kpl-bupati");
}
END_TEST

START_TEST(undo_out_of_a_wait)
{
	open_desa();
	world_act(&w, ON_ACCEPT, PTG);
	world_act(&w, ON_ASK, PTG);
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_HANDLE, PTG), 0);
	ck_assert_int_eq(world_act(&w, ON_UNDO, PTG), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_int_eq(w.c.wait_until_ms, 0);
}
END_TEST

/* ---- the resident's word ---- */

START_TEST(dispute)
{
	const struct case_clock *k;

	open_desa();
	w.now = t0 + 4 * HOUR_MS;
	while (world_due(&w) == 0)
		continue;
	w.now += HOUR_MS;
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, PTG), 0);
	ck_assert_int_eq(case_due_ms(&w.c), w.c.review_ms);
	ck_assert_int_eq(w.c.confirm_by_ms, w.now + 3 * DAY_MS);
	w.now += HOUR_MS;
	ck_assert_int_eq(world_say(&w, ON_DISPUTE), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.c.level, 1);
	ck_assert_str_eq(case_lead(&w.c), KEC);
	ck_assert_str_eq(w.c.units[1], DESA);
	ck_assert_ptr_nonnull(world_message(&w, "sanggah", "ptg-k-35.10.20-1"));
	ck_assert_ptr_nonnull(world_message(&w, "kabar-dibuka", "warga"));
	k = world_clock(&w, "ditangani");
	ck_assert_int_eq(k->state, CLOCK_RUNNING);
	ck_assert_int_eq(k->epoch, 1);
	ck_assert_int_eq(k->due_ms, w.now + 2 * HOUR_MS);
	ck_assert_int_eq(k->warned + k->rung + k->in_breach, 0);
	ck_assert_int_eq(k->breached_ms, t0 + 4 * HOUR_MS);
	ck_assert_int_eq(w.c.handled_ms + w.c.resolved_ms + w.c.taken_ms, 0);
	ck_assert_int_eq(w.c.confirm_by_ms, 0);
}
END_TEST

static const struct {
	const char *what;
	enum case_event on; enum actor_kind by;
	enum case_state after; enum close_reason as;
} ends[] = {
	{ "confirmed", ON_CONFIRM, BY_RESIDENT, CASE_DITUTUP, CLOSE_CONFIRMED },
	{ "nobody objects", ON_DUE, BY_TIMER, CASE_DITUTUP, CLOSE_UNDISPUTED },
	{ "withdrawn", ON_WITHDRAW, BY_RESIDENT, CASE_DITUTUP, CLOSE_WITHDRAWN },
};

#define FILE_NAME "0123456789abcdef0123456789abcdef.jpg"

/* What was sent before the end is added after it; nothing else of the case moves, nobody is told. */
static void
a_file_may_still_come(void)
{
	struct case_record before = w.c;

	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_FILE, .by = BY_SYSTEM,
	    .file = FILE_NAME, .note = "gambar" }), 0);
	ck_assert_int_eq(w.c.files_n, before.files_n + 1);
	ck_assert_str_eq(w.c.files[before.files_n], FILE_NAME);
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_FILE_MISSING, .by = BY_SYSTEM,
	    .cause = "kedaluwarsa", .note = "kedaluwarsa" }), 0);
	ck_assert_int_eq(w.fx.messages_n + w.fx.cancels_n + w.fx.indexes_n, 0);
	ck_assert_int_eq(w.c.version, before.version + 2);
	ck_assert(w.c.state == before.state && w.c.closed_as == before.closed_as);
	ck_assert(w.c.closed_ms == before.closed_ms && case_due_ms(&w.c) == 0);
	ck_assert_int_eq(ledger_sum(&w.c.ledger, w.now + DAY_MS), ledger_sum(&before.ledger, w.now + DAY_MS));
}

START_TEST(ends_well)
{
	open_desa();
	w.now += MINUTE_MS;
	world_act(&w, ON_RESOLVE, PTG);
	if (ends[_i].on == ON_DUE)
		run_until(w.now + 3 * DAY_MS, NULL);
	else
		ck_assert_int_eq(world_send(&w,
		    (struct command){ .event = ends[_i].on, .by = ends[_i].by }), 0);
	ck_assert_msg(w.c.state == ends[_i].after && w.c.closed_as == ends[_i].as, "%s",
	    ends[_i].what);
	ck_assert_int_eq(case_due_ms(&w.c), 0);
	ck_assert_int_eq(w.c.tasks_n, 0);
	ck_assert_str_eq(w.c.holder, "");
	ck_assert_int_eq(ledger_sum(&w.c.ledger, w.now + DAY_MS), w.c.closed_ms - t0);
	ck_assert_int_eq(world_act(&w, ON_NOTE, PTG), -1);
	for (int e = ON_OPEN; e <= ON_DUE; e++)
		if (e != ON_FILE && e != ON_FILE_MISSING && e != ON_SEAL && e != ON_SEAL_AWAY)
			ck_assert_int_eq(world_send(&w, (struct command){ .event = (enum case_event)e,
			    .by = BY_SYSTEM, .note = "x" }), -1);
	a_file_may_still_come();
}
END_TEST

/* Whatever state a lane-e or sealed case is in, BATAL asks a human and closes nothing. */
static const struct { const char *what; int sealed; int acts; } withdrawals[] = {
	{ "an emergency", 0, 0 }, { "a taken emergency", 0, 1 }, { "a resolved emergency", 0, 2 },
	{ "an emergency taken over", 0, 3 }, { "a sealed case", 1, 0 },
};

START_TEST(withdraw_asks_a_human)
{
	struct understanding u = world_understanding("kebakaran", URGENCY_DARURAT, GENDOH,
	    "O-DAMKAR");

	if (withdrawals[_i].sealed)
		open_sealed();
	else
		ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
	if (withdrawals[_i].acts == 1)
		world_act(&w, ON_ACCEPT, "kpl-bupati");
	if (withdrawals[_i].acts == 2)
		ck_assert_int_eq(world_act(&w, ON_RESOLVE, "kpl-bupati"), 0);
	if (withdrawals[_i].acts == 3)
		ck_assert_int_eq(world_act(&w, ON_TAKE_OVER, "kpl-bupati"), 0);
	w.before = w.c;
	ck_assert_msg(world_say(&w, ON_WITHDRAW) == 0, "%s: %s", withdrawals[_i].what,
	    refusal_text(w.fx.refusal));
	ck_assert_msg(w.c.state == w.before.state, "%s is closed", withdrawals[_i].what);
	ck_assert_str_eq(w.fx.what, "minta-batal");
	ck_assert_msg(world_message(&w, "tambahan", NULL) != NULL, "%s: nobody hears of it",
	    withdrawals[_i].what);
	/* A human may, and must say why. */
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_WITHDRAW, .by = BY_OFFICER,
	    .actor = "ptg-o-uptdppa-1" }), -1);
}
END_TEST

/* ---- sealed ---- */

START_TEST(sealed_says_nothing)
{
	static const char *const plain[] = { "tugas", "ingat", "eskalasi", "sanggah", "terima",
	    "terima-triase" };
	struct buf got = { 0 };

	open_sealed();
	ck_assert_ptr_nonnull(world_message(&w, "tugas-rahasia", "ptg-o-uptdppa-1"));
	ck_assert_ptr_nonnull(world_message(&w, "terima-rahasia", "warga"));
	for (int step = 0; step < 30; step++) {
		for (int i = 0; i < w.fx.messages_n; i++) {
			const struct message *m = &w.fx.messages[i];

			ck_assert_str_eq(m->nonce, "");
			for (size_t k = 0; k < N_ELEMS(plain); k++)
				ck_assert_msg(strcmp(m->kind, plain[k]) != 0, "%s", m->kind);
			if (m->to == TO_OFFICER)
				ck_assert_msg(strcmp(m->unit, "O-UPTDPPA") == 0 ||
				    strcmp(m->unit, "O-DINSOS") == 0 ||
				    strcmp(m->unit, "SEKDA") == 0 ||
				    strcmp(m->unit, "BUPATI") == 0, "%s hears", m->unit);
		}
		for (int i = 0; i < w.fx.indexes_n; i++)
			ck_assert(w.fx.indexes[i].kind != INDEX_TASK_ADD &&
			    w.fx.indexes[i].kind != INDEX_TASK_DROP);
		for (int i = 0; i < w.c.tasks_n; i++)
			ck_assert_str_eq(w.c.tasks[i].nonce, "");
		w.now = case_due_ms(&w.c);
		ck_assert_int_eq(world_due(&w), 0);
	}
	buf_release(&got);
}
END_TEST

/*
 * Sealed by the resident's wish: its category's ladder is open, and names the camat as
 * superior.
 */
static const struct { const char *what, *category, *twin; int opened, sealed; enum refusal refusal; } seconds[] = {
	{ "another problem", "sampah", "", 1, 0, REFUSED_NOT },
	{ "the same one", "jalan-rusak", "", 1, 0, REFUSED_KIND },
	{ "one that is none", "matahari", "", 1, 0, REFUSED_KIND },
	{ "nothing said", "", "", 1, 0, REFUSED_KIND },
	{ "no case", "spam", "", 1, 0, REFUSED_KIND },
	{ "a secret", "kekerasan-anak", "", 1, 0, REFUSED_KIND },
	{ "of a secret", "sampah", "", 1, 1, REFUSED_STATE },
	{ "a third", "sampah", "7K4M2XA9", 1, 0, REFUSED_TWIN },
	{ "without a case", "sampah", "", 0, 0, REFUSED_CASE },
};

/* One report, two problems: its reporter hears both numbers, whoever works on the first goes on with it. */
START_TEST(a_second_problem)
{
	struct command cmd = { .event = ON_SECOND, .by = BY_OFFICER, .actor = PTG, .note = "juga sampah" };
	const struct message *m;
	struct case_record was;
	struct code other;
	int rc;

	open_desa();
	code_make(&other, 777);
	w.c.sealed = seconds[_i].sealed;
	snprintf(w.c.twin, sizeof(w.c.twin), "%s", seconds[_i].twin);
	snprintf(cmd.category, sizeof(cmd.category), "%s", seconds[_i].category);
	snprintf(cmd.into, sizeof(cmd.into), "%s", seconds[_i].opened ? other.s : "");
	was = w.c;
	rc = world_send(&w, cmd);
	ck_assert_msg((rc == 0) == (seconds[_i].refusal == REFUSED_NOT), "%s: %d", seconds[_i].what, rc);
	if (rc != 0) {
		ck_assert_msg(w.fx.refusal == seconds[_i].refusal, "%s: %s", seconds[_i].what, refusal_text(w.fx.refusal));
		return;
	}
	ck_assert_str_eq(w.c.twin, other.s);
	ck_assert_str_eq(w.c.twin_category, "sampah");
	ck_assert_int_eq(w.c.state, was.state);
	ck_assert_str_eq(w.c.category, was.category);
	ck_assert_int_eq(memcmp(w.c.clocks, was.clocks, sizeof(was.clocks)), 0);
	ck_assert_int_eq(w.c.tasks_n, was.tasks_n);
	ck_assert_int_eq(w.fx.cancels_n, 0);
	m = world_message(&w, "kabar-dua", "warga");
	ck_assert_ptr_nonnull(m);
	ck_assert_int_eq(m->to, TO_REPORTER);
	/* a bare reason is none */
	cmd.note = "";
	snprintf(w.c.twin, sizeof(w.c.twin), "%s", "");
	ck_assert_int_ne(world_send(&w, cmd), 0);
	ck_assert_int_eq(w.fx.refusal, REFUSED_REASON);
}
END_TEST

START_TEST(sealed_by_wish)
{
	struct understanding u = world_understanding("jalan-rusak", URGENCY_BIASA, GENDOH, DESA);
	static const char *const lines[] = { "+4h00 ditangani rung kepala",
	    "+4h30 ditangani passed camat tertutup",
		"+4h30 ditangani rung sekda", "+5h30 ditangani rung bupati", NULL };
	struct buf got = { 0 };

	u.sealed = 1;
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
	run_until(t0 + 7 * HOUR_MS, &got);
	world_assert_lines(&got, lines);
	ck_assert_int_eq(world_count_lines(&got, "rung camat"), 0);
	world_act(&w, ON_RESOLVE, PTG);
	ck_assert_int_eq(world_say(&w, ON_DISPUTE), 0);
	ck_assert_str_eq(case_lead(&w.c), "SEKDA");
	ck_assert_ptr_null(world_message(&w, "tugas-rahasia", "ptg-k-35.10.20-1"));
	buf_release(&got);
}
END_TEST

/* Nobody of the named unit can be reached: those above it are not told in its stead. */
START_TEST(sealed_task_does_not_climb)
{
	for (size_t i = 0; i < w.r.n; i++)
		if (strcmp(w.r.officers[i].unit, "O-UPTDPPA") == 0)
			w.r.officers[i].ended = 1;
	open_sealed();
	for (int i = 0; i < w.c.tasks_n; i++)
		ck_assert_str_eq(w.c.tasks[i].unit, "O-DINSOS");	/* named beside it */
	ck_assert_int_eq(w.fx.gap, 1);
	ck_assert_ptr_nonnull(world_message(&w, "celah", "kpl-o-kominfo"));
}
END_TEST

/* ---- who is told, who may ---- */

START_TEST(told_officers_alone_have_nonces)
{
	int adds = 0;

	open_desa();
	ck_assert_int_eq(w.c.tasks_n, 2);
	ck_assert_str_eq(w.c.tasks[0].officer, PTG);
	for (int i = 0; i < w.fx.indexes_n; i++)
		adds += w.fx.indexes[i].kind == INDEX_TASK_ADD;
	ck_assert_int_eq(adds, 2);
	for (int i = 0; i < w.c.tasks_n; i++) {
		const struct message *m = world_message(&w, "tugas", w.c.tasks[i].officer);

		ck_assert_ptr_nonnull(m);
		ck_assert_int_eq(strlen(m->nonce), NONCE_LEAST);
		ck_assert_str_eq(m->nonce, w.c.tasks[i].nonce);
		ck_assert_int_eq(m->n, w.c.tasks[i].message);
		ck_assert_int_eq(m->not_after_ms, w.now + 12 * HOUR_MS);
	}
	/* Handed on: the old ones die, the new one has its own. */
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_HAND_ON, .by = BY_OFFICER,
	    .note = "x", .actor = PTG, .to_unit = "O-DLH" }), 0);
	ck_assert_int_eq(w.fx.indexes[0].kind, INDEX_TASK_DROP);
	ck_assert_int_eq(w.fx.indexes[1].kind, INDEX_TASK_DROP);
	ck_assert_int_eq(w.fx.indexes[2].kind, INDEX_TASK_ADD);
	ck_assert_str_eq(w.c.tasks[0].officer, "ptg-o-dlh-1");
}
END_TEST

static int
is_cancelled(int n)
{
	for (int i = 0; i < w.fx.cancels_n; i++)
		if (w.fx.cancels[i] == n)
			return 1;
	return 0;
}

/* Friday afternoon two of the dinas are on duty; the support unit's message is its own. */
START_TEST(acknowledgement_cancels)
{
	struct understanding u = world_understanding("sampah", URGENCY_BIASA, GENDOH,
	    "O-DLH O-PUCKPP");
	int mine, colleague, other;

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
	mine = world_message(&w, "tugas", "ptg-o-dlh-1")->n;
	colleague = world_message(&w, "tugas", "ptg-o-dlh-2")->n;
	other = world_message(&w, "tugas", "ptg-o-puckpp-1")->n;
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, "ptg-o-dlh-1"), 0);
	ck_assert(is_cancelled(colleague));
	ck_assert(!is_cancelled(mine));
	ck_assert(!is_cancelled(other));
	ck_assert_str_eq(w.c.holder, "ptg-o-dlh-1");
	/* From now on only the holder is reminded. */
	w.now = t0 + 2 * HOUR_MS;
	ck_assert_int_eq(world_due(&w), 0);
	ck_assert_int_eq(w.fx.messages_n, 1);
	ck_assert_ptr_nonnull(world_message(&w, "ingat", "ptg-o-dlh-1"));
	/* The real act cancels what is queued above him too. */
	w.now = t0 + 4 * HOUR_MS;
	while (world_due(&w) == 0 && w.fx.esc.kind != ESC_RUNG)
		continue;
	ck_assert_int_eq(world_act(&w, ON_HANDLE, "ptg-o-dlh-1"), 0);
	ck_assert(w.fx.cancels_n > 0);
	for (int i = 0; i < w.c.pending_n; i++)
		ck_assert_msg(strchr("we", w.c.pending[i].group) == NULL,
		    "message %d is still to go", w.c.pending[i].n);
}
END_TEST

/* The unit is empty: its superior has the task in its name, and may decline in its name. */
START_TEST(empty_unit_climbs)
{
	world_officer(&w, PTG)->ended = 1;
	world_officer(&w, KPL)->ended = 1;
	open_desa();
	ck_assert_int_eq(w.fx.gap, 1);
	ck_assert_str_eq(w.c.tasks[0].unit, DESA);
	ck_assert_str_eq(w.c.tasks[0].officer, "ptg-k-35.10.20-1");
	ck_assert_int_eq(world_act(&w, ON_DECLINE, w.c.tasks[0].officer), 0);
	ck_assert_int_eq(w.c.state, CASE_BARU);		/* he spoke for the lead: to the desk */
	ck_assert_int_eq(w.c.units_n, 0);
	ck_assert_str_eq(w.c.tasks[0].officer, "ptg-d112-1");
}
END_TEST

START_TEST(support_declines)
{
	open_desa();
	ck_assert_int_eq(world_act(&w, ON_DECLINE, "ptg-o-puckpp-1"), 0);
	ck_assert_str_eq(w.fx.what, "lepas");
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.c.units_n, 1);
	ck_assert_int_eq(w.c.tasks_n, 1);
	ck_assert_str_eq(w.c.tasks[0].officer, PTG);
	/* "lepas" by the lead himself is no way to be rid of it. */
	ck_assert_int_eq(world_act(&w, ON_DROP, PTG), 0);
	ck_assert_int_eq(w.c.state, CASE_BARU);
}
END_TEST

START_TEST(unknown_units_go_to_the_desk)
{
	struct understanding u = world_understanding("jalan-rusak", URGENCY_BIASA, GENDOH,
	    "X-TIADA");

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
	ck_assert_int_eq(w.c.units_n, 0);
	ck_assert_str_eq(w.c.tasks[0].officer, "ptg-d112-1");
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_ASSIGN, .by = BY_OPERATOR,
	    .actor = "opr-d112-1", .u = &u }), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_UNIT);
}
END_TEST

/* Twenty officers on one case, handed on: the new unit hears of it. */
START_TEST(a_crowd_is_revoked)
{
	struct understanding u = world_understanding("bencana", URGENCY_BIASA, GENDOH,
	    "O-BPBD O-DLH O-PUCKPP O-DINSOS O-SATPOL O-DISHUB O-DINKES " KEC);

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
	while (w.c.tasks_n < CASE_TASKS) {
		struct case_task *t = &w.c.tasks[w.c.tasks_n++];

		*t = w.c.tasks[0];
		snprintf(t->officer, sizeof(t->officer), "lain-%d", w.c.tasks_n);
	}
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_HAND_ON, .by = BY_OFFICER,
	    .note = "x", .actor = "ptg-o-bpbd-1", .to_unit = DESA }), 0);
	ck_assert_int_eq(w.c.tasks_n, 1);
	ck_assert_str_eq(w.c.tasks[0].officer, PTG);
	ck_assert_int_eq(w.fx.indexes_n, CASE_TASKS + 1);
}
END_TEST

static const struct {
	const char *what; int sealed;
	enum case_event on; enum actor_kind by; const char *actor; const char *note;
	enum refusal why;
} powers[] = {
	{ "a told officer", 0, ON_ACCEPT, BY_OFFICER, PTG, "", REFUSED_NOT },
	{ "his head", 0, ON_ACCEPT, BY_OFFICER, KPL, "", REFUSED_NOT },
	{ "the camat above", 0, ON_ACCEPT, BY_OFFICER, CAMAT, "", REFUSED_NOT },
	{ "the Bupati", 0, ON_TAKE_OVER, BY_OFFICER, "kpl-bupati", "", REFUSED_NOT },
	{ "the desk", 0, ON_HAND_ON, BY_OFFICER, "ptg-d112-1", "x", REFUSED_UNIT },
	{ "another desa", 0, ON_ACCEPT, BY_OFFICER, "ptg-35.10.20.2004-1", "", REFUSED_AUTHORITY },
	{ "another dinas", 0, ON_NOTE, BY_OFFICER, "kpl-o-dlh", "", REFUSED_AUTHORITY },
	{ "nobody", 0, ON_ACCEPT, BY_OFFICER, "", "", REFUSED_AUTHORITY },
	{ "an unknown one", 0, ON_ACCEPT, BY_OFFICER, "x", "", REFUSED_AUTHORITY },
	{ "a resident accepts", 0, ON_ACCEPT, BY_RESIDENT, "", "", REFUSED_AUTHORITY },
	{ "a resident assigns", 0, ON_ASSIGN, BY_RESIDENT, "", "", REFUSED_AUTHORITY },
	{ "an officer lets it fall due", 0, ON_DUE, BY_OFFICER, PTG, "", REFUSED_EARLY },
	{ "an officer withdraws silently", 0, ON_WITHDRAW, BY_OFFICER, PTG, "", REFUSED_REASON },
	{ "an officer withdraws", 0, ON_WITHDRAW, BY_OFFICER, PTG, "warga menelepon",
	    REFUSED_NOT },
	{ "no reason", 0, ON_RESOLVE, BY_OFFICER, PTG, "", REFUSED_REASON },
	{ "no reason at all", 0, ON_RESOLVE, BY_OFFICER, PTG, NULL, REFUSED_REASON },
	{ "opened again", 0, ON_OPEN, BY_ROUTER, "", "", REFUSED_STATE },
	{ "merged into nothing", 0, ON_MERGE, BY_OFFICER, PTG, "sama", REFUSED_CASE },
	{ "sealed: a named unit", 1, ON_ACCEPT, BY_OFFICER, "ptg-o-uptdppa-1", "", REFUSED_NOT },
	{ "sealed: the desk", 1, ON_ACCEPT, BY_OFFICER, "ptg-d112-1", "", REFUSED_AUTHORITY },
	{ "sealed: an operator", 1, ON_NOTE, BY_OPERATOR, "opr-d112-1", "", REFUSED_AUTHORITY },
	{ "sealed: an administrator", 1, ON_NOTE, BY_OFFICER, "adm-o-kominfo-1", "",
	    REFUSED_AUTHORITY },
	{ "sealed: who stands above", 1, ON_TAKE_OVER, BY_OFFICER, "kpl-sekda", "",
	    REFUSED_AUTHORITY },
	{ "sealed: the desa", 1, ON_NOTE, BY_OFFICER, KPL, "", REFUSED_AUTHORITY },
};

START_TEST(power)
{
	struct command cmd = { .event = powers[_i].on, .by = powers[_i].by,
	    .note = powers[_i].note };
	struct case_record before;

	if (powers[_i].sealed)
		open_sealed();
	else
		open_desa();
	before = w.c;
	snprintf(cmd.actor, sizeof(cmd.actor), "%s", powers[_i].actor);
	ck_assert_msg(world_send(&w, cmd) == (powers[_i].why == REFUSED_NOT ? 0 : -1) &&
	    w.fx.refusal == powers[_i].why,
	    "%s: %d %s", powers[_i].what, (int)w.fx.refusal, refusal_text(w.fx.refusal));
	if (powers[_i].why != REFUSED_NOT) {
		ck_assert_msg(world_same_case(&before, &w.fx.after), "%s: changed",
		    powers[_i].what);
		ck_assert_int_eq(w.fx.messages_n + w.fx.cancels_n + w.fx.indexes_n, 0);
		ck_assert_msg(refusal_text(w.fx.refusal)[0] != '\0', "%s: no text",
		    powers[_i].what);
	} else {
		ck_assert_int_eq(w.c.version, before.version + 1);
	}
}
END_TEST

/* In selesai: the word is the resident's. */
static const struct {
	const char *what;
	enum case_event on;
	enum actor_kind by;
	const char *note;
	enum refusal why;
} words[] = {
	{ "an officer confirms his own work", ON_CONFIRM, BY_OFFICER, "beres", REFUSED_AUTHORITY },
	{ "an officer lets the time lapse", ON_LAPSE, BY_OFFICER, "beres", REFUSED_AUTHORITY },
	{ "an officer disputes", ON_DISPUTE, BY_OFFICER, "x", REFUSED_AUTHORITY },
	{ "the desk speaks for a caller, silently", ON_CONFIRM, BY_OPERATOR, "", REFUSED_REASON },
	{ "the desk speaks for a caller", ON_DISPUTE, BY_OPERATOR, "warga menelepon",
	    REFUSED_NOT },
	{ "the resident", ON_CONFIRM, BY_RESIDENT, "", REFUSED_NOT },
	{ "the timer", ON_LAPSE, BY_TIMER, "", REFUSED_NOT },
};

START_TEST(word)
{
	struct command cmd = { .event = words[_i].on, .by = words[_i].by, .note = words[_i].note };

	open_desa();
	world_act(&w, ON_RESOLVE, PTG);
	snprintf(cmd.actor, sizeof(cmd.actor), "%s", words[_i].by == BY_OFFICER ? PTG :
	    words[_i].by == BY_OPERATOR ? "opr-d112-1" : "");
	ck_assert_int_eq(world_send(&w, cmd), words[_i].why == REFUSED_NOT ? 0 : -1);
	ck_assert_msg(w.fx.refusal == words[_i].why, "%s: %d", words[_i].what, (int)w.fx.refusal);
}
END_TEST

/* ---- the cure's target, small policies ---- */

START_TEST(a_note_in_triage_promises_no_cure)
{
	struct understanding u = world_understanding("lainnya", URGENCY_BIASA, "", "");
	struct understanding told = world_understanding("dana-desa", URGENCY_BIASA, GENDOH,
	    "O-INSP");

	ck_assert_int_eq(world_open(&w, ON_TRIAGE, &u, t0), 0);
	ck_assert_int_eq(world_say(&w, ON_NOTE), 0);
	ck_assert_ptr_null(case_clock_named(w.p, &w.c, "diselesaikan"));
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_ASSIGN, .by = BY_OFFICER,
	    .actor = "ptg-d112-1", .u = &told }), 0);
	ck_assert_int_eq(world_clock(&w, "triase")->state, CLOCK_MET);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->start_ms, t0);
	ck_assert_int_gt(world_clock(&w, "diselesaikan")->due_ms, t0 + 60 * DAY_MS);
}
END_TEST

#define SMALL(target, warn, rungs) \
	"jam:\n" \
	"  - {nama: ditangani, berhenti: tangani, ingat: [" warn "], tangga: satu,\n" \
	"     target: [{dalam: " target "}]}\n" \
	"  - {nama: ditutup, berhenti: tutup, ingat: [], tangga: satu, target: [{dalam: 9d}]}\n" \
	"tangga:\n" \
	"  - nama: satu\n" \
	"    anak: [" rungs "{nama: bupati, kepada: bupati, setelah: 9h}]\n" \
	"lain: {konfirmasi: 3d, urung: 10m, tunggu: 60d, tanya: 2d, tinjau: 1d,\n" \
	"  umur-pesan: 12h, diberitahu: 3, triase: D112, jadwal: O-KOMINFO}\n"

static const struct { const char *what, *sla, *story; } smalls[] = {
	{ "no warning at all", SMALL("4h", "", ""),
	    "+4h00 ditangani breach\n+13h00 ditangani rung bupati\n" },
	{ "a target of half a day", SMALL("12h", "10, 99", ""),
	    "+1h12 ditangani warning 10%\n+11h52 ditangani warning 99%\n"
	    "+12h00 ditangani breach\n" },
	{ "two rungs at the breach would be one too many",
	    SMALL("1h", "50", "{nama: kepala, kepada: kepala, setelah: 0s}, "
	    "{nama: sekda, kepada: SEKDA, setelah: 1m}, "),
	    "+0h30 ditangani warning 50%\n+1h00 ditangani breach\n+1h00 ditangani rung kepala\n"
	    "+1h01 ditangani rung sekda\n+10h00 ditangani rung bupati\n" },
};

START_TEST(small_policy)
{
	struct policy *p = world_policy(smalls[_i].sla);
	struct buf got = { 0 };

	w.p = p;
	open_desa();
	run_until(t0 + 14 * HOUR_MS, &got);
	ck_assert_msg(strcmp(buf_str(&got), smalls[_i].story) == 0, "%s:\n%s", smalls[_i].what,
	    buf_str(&got));
	/* A clock that stops at the closing is met by it. */
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, PTG), 0);
	ck_assert_int_eq(world_clock(&w, "ditutup")->state, CLOCK_RUNNING);
	ck_assert_int_eq(world_say(&w, ON_CONFIRM), 0);
	ck_assert_int_eq(world_clock(&w, "ditutup")->state, CLOCK_MET);
	buf_release(&got);
	policy_free(p);
}
END_TEST

START_TEST(a_case_is_looked_at_again)
{
	struct buf got = { 0 };

	open_desa();
	world_act(&w, ON_HANDLE, PTG);
	run_until(t0 + 50 * HOUR_MS, &got);
	world_assert_lines(&got, (const char *const[]){ "+24h00 tinjau", "+48h00 tinjau", NULL });
	ck_assert_int_ne(case_due_ms(&w.c), 0);
	buf_release(&got);
}
END_TEST

START_TEST(same_input_same_effects)
{
	static struct effects again;
	struct command cmd = { .event = ON_HAND_ON, .by = BY_OFFICER, .note = "x", .actor = PTG,
	    .to_unit = "O-DLH", .entropy = 77 };

	memset(&again, 0xa5, sizeof(again));	/* what was there before plays no part */
	open_desa();
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_eq(case_decide(w.p, &w.r, &w.before, &cmd, w.now, &again), 0);
	ck_assert(world_same_case(&again.after, &w.fx.after));
	ck_assert_int_eq(again.messages_n, w.fx.messages_n);
	ck_assert_int_eq(memcmp(again.messages, w.fx.messages,
	    sizeof(again.messages[0]) * (size_t)again.messages_n), 0);
	ck_assert_int_eq(again.indexes_n, w.fx.indexes_n);
}
END_TEST

static TCase *
rules(const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_checked_fixture(tc, begin, end);
	return tc;
}

static void
add_promises(Suite *s)
{
	TCase *tc = rules("promise");

	tcase_add_loop_test(tc, promise, 0, N_ELEMS(promises));
	tcase_add_loop_test(tc, gives_no_time_back, 0, N_ELEMS(delays));
	tcase_add_test(tc, a_stricter_unit_tightens);
	tcase_add_test(tc, added_danger_tightens);
	tcase_add_test(tc, a_wait_stops_the_cure_alone);
	tcase_add_test(tc, a_wait_needs_a_second_person);
	tcase_add_loop_test(tc, wait_needs, 0, N_ELEMS(waits));
	tcase_add_test(tc, asking_back);
	tcase_add_test(tc, a_note_does_not_end_a_wait_for_parts);
	tcase_add_test(tc, a_note_in_triage_promises_no_cure);
	suite_add_tcase(s, tc);
}

static void
add_climbs(Suite *s)
{
	TCase *tc = rules("climb");

	tcase_add_test(tc, nobody_acts);
	tcase_add_test(tc, each_tells_its_own);
	tcase_add_test(tc, empty_rungs);
	tcase_add_test(tc, the_feed_is_never_empty);
	tcase_add_test(tc, after_an_outage);
	tcase_add_test(tc, hand_on_changes_the_ladder);
	tcase_add_loop_test(tc, small_policy, 0, N_ELEMS(smalls));
	tcase_add_test(tc, a_case_is_looked_at_again);
	suite_add_tcase(s, tc);
}

static void
add_acts(Suite *s)
{
	TCase *tc = rules("acts");

	tcase_add_test(tc, a_late_act_is_late);
	tcase_add_loop_test(tc, undo_moves_no_clock, 0, 4);
	tcase_add_loop_test(tc, undo_limits, 0, N_ELEMS(undos));
	tcase_add_test(tc, undo_gives_the_case_back_to_its_holder);
	tcase_add_test(tc, a_take_over_ends_undo);
	tcase_add_test(tc, undo_out_of_a_wait);
	tcase_add_test(tc, dispute);
	tcase_add_loop_test(tc, ends_well, 0, N_ELEMS(ends));
	tcase_add_loop_test(tc, withdraw_asks_a_human, 0, N_ELEMS(withdrawals));
	tcase_add_test(tc, same_input_same_effects);
	suite_add_tcase(s, tc);
}

static void
add_people(Suite *s)
{
	TCase *tc = rules("people");

	tcase_add_test(tc, sealed_says_nothing);
	tcase_add_test(tc, sealed_by_wish);
	tcase_add_loop_test(tc, a_second_problem, 0, N_ELEMS(seconds));
	tcase_add_test(tc, sealed_task_does_not_climb);
	tcase_add_test(tc, told_officers_alone_have_nonces);
	tcase_add_test(tc, acknowledgement_cancels);
	tcase_add_test(tc, empty_unit_climbs);
	tcase_add_test(tc, support_declines);
	tcase_add_test(tc, unknown_units_go_to_the_desk);
	tcase_add_test(tc, a_crowd_is_revoked);
	tcase_add_loop_test(tc, power, 0, N_ELEMS(powers));
	tcase_add_loop_test(tc, word, 0, N_ELEMS(words));
	suite_add_tcase(s, tc);
}

/* ---- files ---- */

/* Each reference is asked for once, with no time limit of its own, and whatever becomes of the case. */
START_TEST(references_are_fetched)
{
	static const char *const references[] = { "whatsapp:1", "whatsapp:2" };
	const struct message *m;
	int pending;

	open_desa();
	pending = w.c.pending_n;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_NOTE, .by = BY_RESIDENT,
	    .note = "foto", .references = references, .references_n = 2 }), 0);
	m = world_message(&w, "berkas", "");
	ck_assert_ptr_nonnull(m);
	ck_assert(m->to == TO_PLATFORM && m->not_after_ms == 0 && m[1].to == TO_PLATFORM);
	ck_assert_str_eq(m[0].reference, "whatsapp:1");
	ck_assert_str_eq(m[1].reference, "whatsapp:2");
	ck_assert_int_ne(m[0].n, m[1].n);
	/* the notices may be called back, the fetches not */
	ck_assert_int_eq(w.c.pending_n, pending + w.fx.messages_n - 2);
}
END_TEST

static const struct { const char *what, *name; int rc, files; } stored[] = {
	{ "a stored file", FILE_NAME, 0, 1 },
	{ "none", NULL, -1, 0 },
	{ "a way out", "../../etc/passwd.jpg", -1, 0 },
	{ "another type", "0123456789abcdef0123456789abcdef.exe", -1, 0 },
};

START_TEST(a_file_is_named_once)
{
	struct command cmd = { .event = ON_FILE, .by = BY_SYSTEM, .file = stored[_i].name,
	    .note = "gambar" };

	open_desa();
	for (int twice = 0; twice < 2; twice++)
		ck_assert_msg(world_send(&w, cmd) == stored[_i].rc, "%s", stored[_i].what);
	ck_assert_msg(w.c.files_n == stored[_i].files, "%s", stored[_i].what);
	ck_assert_msg(stored[_i].rc != 0 || w.fx.messages_n == 0, "%s: somebody is told",
	    stored[_i].what);
}
END_TEST

/* Nobody but the house says what lies in its store; of a missing file the holder hears. */
START_TEST(only_the_house_speaks_of_files)
{
	struct command cmd = { .event = ON_FILE_MISSING, .note = "kedaluwarsa", .cause = "kedaluwarsa" };

	open_desa();
	for (int by = BY_ROUTER; by <= BY_TIMER; by++) {
		cmd.by = (enum actor_kind)by;
		snprintf(cmd.actor, sizeof(cmd.actor), "%s",
		    by == BY_OFFICER || by == BY_OPERATOR ? PTG : "");
		ck_assert_int_eq(world_send(&w, cmd), -1);
		ck_assert_int_eq(w.fx.refusal, REFUSED_AUTHORITY);
	}
	cmd.by = BY_SYSTEM;
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_ptr_nonnull(world_message(&w, "tambahan", PTG));
	ck_assert_int_eq(w.c.files_n, 0);
}
END_TEST

/* A file is no answer: who was asked a question is still waited for. */
START_TEST(a_file_ends_no_wait)
{
	int64_t until;

	open_desa();
	world_act(&w, ON_ACCEPT, PTG);
	ck_assert_int_eq(world_act(&w, ON_ASK, PTG), 0);
	until = w.c.wait_until_ms;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_FILE, .by = BY_SYSTEM,
	    .file = FILE_NAME, .note = "gambar" }), 0);
	ck_assert(w.c.state == CASE_MENUNGGU && w.c.wait_until_ms == until && w.c.wait_asked);
}
END_TEST

START_TEST(a_case_lists_so_many_files)
{
	char name[MEDIA_NAME_CHARS];

	open_desa();
	for (int i = 0; i < CASE_FILES + 3; i++) {
		snprintf(name, sizeof(name), "%032x.jpg", (unsigned)i);
		ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_FILE, .by = BY_SYSTEM,
		    .file = name, .note = "gambar" }), 0);
	}
	ck_assert_int_eq(w.c.files_n, CASE_FILES);
}
END_TEST

static void
add_files(Suite *s)
{
	TCase *tc = rules("files");

	tcase_add_test(tc, references_are_fetched);
	tcase_add_loop_test(tc, a_file_is_named_once, 0, N_ELEMS(stored));
	tcase_add_test(tc, only_the_house_speaks_of_files);
	tcase_add_test(tc, a_file_ends_no_wait);
	tcase_add_test(tc, a_case_lists_so_many_files);
	suite_add_tcase(s, tc);
}

Suite *
decide_suite(void)
{
	Suite *s = suite_create("decide");

	add_promises(s);
	add_climbs(s);
	add_acts(s);
	add_people(s);
	add_files(s);
	return s;
}
