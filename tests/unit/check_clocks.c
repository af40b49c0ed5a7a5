/* Clocks and ladders beyond the four hours' plain run: night, conditions, questions, field crews. */
#include "store/logbook.h"
#include "tests/unit/world.h"

Suite *clocks_suite(void);

#define DESA "D-35.10.20.2005"
#define GENDOH "35.10.20.2005"
#define PTG "ptg-35.10.20.2005-1"
#define KPL "kpl-35.10.20.2005"
#define CAMAT "kpl-k-35.10.20"
#define BUPATI "kpl-bupati"

static struct policy *shipped;
static struct world w;
static int64_t t0;		/* Friday, 20 November 2026, 14:05 WIB */

static int64_t
at(int day, int hour, int minute)
{
	struct wib t = { .year = 2026, .month = 11, .day = day, .hour = hour, .minute = minute };

	return wib_to_ms(&t);
}

static void
load(void)
{
	shipped = world_policy(NULL);
	t0 = at(20, 14, 5);
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
	if (w.p != shipped)
		policy_free((struct policy *)(uintptr_t)w.p);
	roster_release(&w.r);
}

/* The shipped sla.yaml with one change. */
static struct policy *
policy_with(const char *from, const char *to)
{
	struct buf sla = conf_file("conf/sla.yaml"), changed = { 0 };
	const char *s = strstr(buf_str(&sla), from);
	struct policy *p;

	ck_assert_msg(s != NULL, "sla.yaml has no %s", from);
	buf_add(&changed, buf_str(&sla), (size_t)(s - buf_str(&sla)));
	buf_addf(&changed, "%s%s", to, s + strlen(from));
	p = world_policy(buf_str(&changed));
	snprintf(p->digest, sizeof(p->digest), "%064d", 7);
	buf_release(&sla);
	buf_release(&changed);
	return p;
}

static void
open_case(const char *category, enum urgency urgency, const char *units, int64_t received_ms)
{
	struct understanding u = world_understanding(category, urgency, GENDOH, units);

	w.now = received_ms;
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, received_ms), 0);
}

/* ---- the night ---- */

/* Received in the evening, broken at 23:30: the breach is noted then, its people sleep till five. */
START_TEST(night_holds_the_ladder)
{
	int64_t from = at(20, 19, 30);
	struct buf got = { 0 };
	static const char *const lines[] = { "+4h00 ditangani breach", "+9h30 ditangani rung kepala",
	    "+10h00 ditangani rung camat", "+10h30 ditangani rung sekda",
	    "+11h00 ditangani rung bupati", NULL };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, from);
	world_act(&w, ON_ACCEPT, PTG);
	world_run(&w, from + 12 * HOUR_MS, from, &got);
	world_assert_lines(&got, lines);
	ck_assert_int_eq(world_count_lines(&got, "ditangani rung"), 4);
	ck_assert_int_eq(world_clock(&w, "ditangani")->breached_ms, from + 4 * HOUR_MS);
	buf_release(&got);
}
END_TEST

/* What the due set holds is the morning itself: nothing has to remember it through a restart. */
START_TEST(night_is_in_the_due_moment)
{
	struct case_record read;
	struct buf doc = { 0 };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, at(20, 19, 30));
	world_act(&w, ON_ACCEPT, PTG);
	world_run(&w, at(20, 23, 30), t0, NULL);
	ck_assert_int_eq(world_clock(&w, "ditangani")->in_breach, 1);
	ck_assert_int_eq(case_due_ms(&w.c), at(21, 5, 0));
	case_encode(&doc, &w.c);
	ck_assert_int_eq(case_decode(&read, buf_str(&doc), doc.len), 0);
	ck_assert_int_eq(case_due_ms(&read), at(21, 5, 0));
	w.now = at(21, 5, 0);
	ck_assert_int_eq(world_due(&w), 0);
	ck_assert_int_eq(w.fx.esc.kind, ESC_RUNG);
	ck_assert_int_eq(w.fx.esc.late_ms, 0);
	ck_assert_ptr_nonnull(world_message(&w, "eskalasi", KPL));
	buf_release(&doc);
}
END_TEST

/* Each row: broken at that time of day, and when its head hears of it. */
static const struct { enum urgency urgency; int hour, minute, day_told, hour_told, minute_told; } nights[] = {
	{ URGENCY_BIASA, 20, 59, 20, 20, 59 },
	{ URGENCY_BIASA, 21, 0, 21, 5, 0 },
	{ URGENCY_BIASA, 23, 59, 21, 5, 0 },
	{ URGENCY_BIASA, 0, 0, 20, 5, 0 },
	{ URGENCY_BIASA, 4, 59, 20, 5, 0 },
	{ URGENCY_BIASA, 5, 0, 20, 5, 0 },
	{ URGENCY_MENDESAK, 23, 59, 20, 23, 59 },
	{ URGENCY_DARURAT, 2, 0, 20, 2, 0 },
};

START_TEST(night_has_sharp_edges)
{
	int64_t told = policy_past_night(shipped, nights[_i].urgency,
	    at(20, nights[_i].hour, nights[_i].minute));

	ck_assert_int_eq(told, at(nights[_i].day_told, nights[_i].hour_told, nights[_i].minute_told));
}
END_TEST

/* What nobody has read may be anything: the desk's ladder is climbed at night too. */
START_TEST(the_desk_has_no_night)
{
	struct understanding u = world_understanding("lainnya", URGENCY_BIASA, "", "");
	int64_t from = at(20, 23, 0);
	struct buf got = { 0 };
	static const char *const lines[] = { "+0h15 triase breach", "+0h15 triase rung meja-112",
	    "+0h30 triase rung sekda", "+0h45 triase rung bupati", NULL };

	w.now = from;
	ck_assert_int_eq(world_open(&w, ON_TRIAGE, &u, from), 0);
	world_run(&w, from + HOUR_MS, from, &got);
	world_assert_lines(&got, lines);
	buf_release(&got);
}
END_TEST

START_TEST(danger_ends_the_hold)
{
	struct understanding u = world_understanding("jalan-rusak", URGENCY_DARURAT, GENDOH, DESA);

	open_case("jalan-rusak", URGENCY_BIASA, DESA, at(20, 19, 30));
	world_act(&w, ON_ACCEPT, PTG);
	world_run(&w, at(21, 1, 0), t0, NULL);
	ck_assert_int_eq(case_due_ms(&w.c), at(21, 5, 0));
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_NOTE, .by = BY_RESIDENT,
	    .note = "ada yang terjebak", .u = &u }), 0);
	ck_assert(case_due_ms(&w.c) <= w.now);
}
END_TEST

/* A night that was slept through by the engine too: one message, the highest that is due. */
START_TEST(outage_over_a_held_morning)
{
	int64_t from = at(20, 19, 30);
	struct buf got = { 0 };
	static const char *const lines[] = { "+4h00 ditangani breach",
	    "+12h30 ditangani passed kepala terlambat", "+12h30 ditangani passed camat terlambat",
	    "+12h30 ditangani passed sekda terlambat", "+12h30 ditangani rung bupati", NULL };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, from);
	world_act(&w, ON_ACCEPT, PTG);
	world_run(&w, from + 4 * HOUR_MS, from, &got);
	w.now = from + 12 * HOUR_MS + 30 * MINUTE_MS;
	world_run(&w, w.now, from, &got);
	world_assert_lines(&got, lines);
	buf_release(&got);
}
END_TEST

/* ---- conditions ---- */

START_TEST(a_rung_for_some)
{
	struct buf got = { 0 };
	static const char *const lines[] = { "+4h00 ditangani breach",
	    "+4h00 ditangani passed kepala syarat", "+4h30 ditangani rung camat", NULL };

	w.p = policy_with("  - nama: desa-atas\n    anak:\n"
	    "      - {nama: kepala, kepada: kepala, setelah: 0s}\n"
	    "      - {nama: camat, kepada: induk, setelah: 30m}\n",
	    "  - nama: desa-atas\n    anak:\n"
	    "      - {nama: kepala, kepada: kepala, setelah: 0s, keadaan: [menuju]}\n"
	    "      - {nama: camat, kepada: induk, setelah: 30m, lewat: whatsapp, urgensi: biasa}\n");
	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	world_run(&w, t0 + 270 * MINUTE_MS, t0, &got);
	world_assert_lines(&got, lines);
	ck_assert_str_eq(world_message(&w, "eskalasi", CAMAT)->way, "whatsapp");
	buf_release(&got);
}
END_TEST

/* After an outage the highest rung that is for this case is told, not one that is for others. */
START_TEST(an_outage_passes_only_to_rungs_that_apply)
{
	struct buf got = { 0 };
	static const char *const lines[] = { "+5h05 ditangani passed kepala terlambat",
	    "+5h05 ditangani rung camat", "+5h05 ditangani passed sekda syarat", NULL };

	w.p = policy_with("  - nama: desa-atas\n    anak:\n"
	    "      - {nama: kepala, kepada: kepala, setelah: 0s}\n"
	    "      - {nama: camat, kepada: induk, setelah: 30m}\n"
	    "      - {nama: sekda, kepada: SEKDA, setelah: 60m}\n",
	    "  - nama: desa-atas\n    anak:\n"
	    "      - {nama: kepala, kepada: kepala, setelah: 0s}\n"
	    "      - {nama: camat, kepada: induk, setelah: 30m}\n"
	    "      - {nama: sekda, kepada: SEKDA, setelah: 60m, urgensi: darurat}\n");
	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	world_run(&w, t0 + 239 * MINUTE_MS, t0, NULL);
	w.now = t0 + 305 * MINUTE_MS;
	world_run(&w, w.now, t0, &got);
	world_assert_lines(&got, lines);
	buf_release(&got);
}
END_TEST

/* ---- several acknowledgements ---- */

START_TEST(two_units_must_accept)
{
	open_case("kecelakaan", URGENCY_DARURAT, "D112 D110 D119", t0);
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, "opr-d112-1"), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_RUNNING);
	/* A colleague of the same unit does not count. */
	w.now += MINUTE_MS;
	world_act(&w, ON_ACCEPT, "opr-d112-3");
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_RUNNING);
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, "ptg-d110-1"), 0);
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_MET);
	ck_assert_int_eq(world_clock(&w, "diambil")->met_ms, t0 + 3 * MINUTE_MS);
	ck_assert_str_eq(w.c.holder, "opr-d112-1");
}
END_TEST

/* Of one unit alone no two can accept; and the work may go on meanwhile. */
START_TEST(one_unit_is_enough_where_there_is_one)
{
	open_case("kecelakaan", URGENCY_DARURAT, "D112", t0);
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, "opr-d112-1"), 0);
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_MET);
	open_case("kecelakaan", URGENCY_DARURAT, "D112 D110", t0);
	ck_assert_int_eq(world_act(&w, ON_HANDLE, "opr-d112-1"), 0);
	ck_assert_int_eq(world_clock(&w, "ditangani")->state, CLOCK_MET);
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_RUNNING);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, "opr-d112-1"), 0);
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_MET);
}
END_TEST

/* ---- the second alarm ---- */

START_TEST(second_alarm_calls_the_others_alone)
{
	struct understanding more = world_understanding("kebakaran", URGENCY_DARURAT, GENDOH,
	    "D112 O-BPBD O-SATPOL");
	struct command alarm = { .event = ON_HELP, .by = BY_OFFICER, .actor = "opr-d112-1",
	    .note = "api menjalar", .u = &more };

	open_case("kebakaran", URGENCY_DARURAT, "D112 " DESA, t0);
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_send(&w, alarm), 0);
	ck_assert_int_eq(w.c.units_n, 4);
	ck_assert_str_eq(w.c.units[2], "O-BPBD");
	ck_assert_int_eq(w.c.alarms, 1);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.fx.messages_n, 2);
	for (int i = 0; i < w.fx.messages_n; i++)
		ck_assert_msg(strncmp(w.fx.messages[i].unit, "O-", 2) == 0, "told again: %s",
		    w.fx.messages[i].officer);
	ck_assert_int_eq(w.fx.cancels_n, 0);
	ck_assert_int_eq(world_send(&w, alarm), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_HELP);
}
END_TEST

/* ---- signs of life ---- */

START_TEST(silence_in_the_field_is_noticed)
{
	int64_t gone;

	open_case("kebakaran", URGENCY_DARURAT, "D112 " DESA, t0);
	ck_assert_ptr_null(case_clock_named(w.p, &w.c, "lapor-diri"));
	w.now = gone = t0 + 2 * MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_GO, PTG), 0);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->due_ms, gone + 30 * MINUTE_MS);
	/* Whatever he sends is a sign, what others do is none. */
	w.now = gone + 20 * MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_SIGN, PTG), 0);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->due_ms, w.now + 30 * MINUTE_MS);
	w.now += 5 * MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_NOTE, BUPATI), 0);
	ck_assert_int_eq(world_say(&w, ON_NOTE), 0);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->due_ms, w.now + 25 * MINUTE_MS);
	world_run(&w, gone + 50 * MINUTE_MS, t0, NULL);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->in_breach, 1);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->breached_ms, gone + 50 * MINUTE_MS);
	/* Heard of again: the next half hour; the missed one stays on the record. */
	ck_assert_int_eq(world_act(&w, ON_ARRIVE, PTG), 0);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->in_breach, 0);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->breached_ms, gone + 50 * MINUTE_MS);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, PTG), 0);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->state, CLOCK_MET);
}
END_TEST

/* A pothole is no danger: nobody has to report that he is well. */
START_TEST(no_signs_are_asked_where_nothing_threatens)
{
	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	ck_assert_int_eq(world_act(&w, ON_GO, PTG), 0);
	ck_assert_ptr_null(case_clock_named(w.p, &w.c, "lapor-diri"));
}
END_TEST

/* ---- the Bupati's office ---- */

START_TEST(a_question_has_its_own_clock)
{
	const struct message *m;
	struct buf got = { 0 };
	static const char *const lines[] = { "+4h00 jawab breach", "+4h00 jawab rung kepala", NULL };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	ck_assert_int_eq(world_act(&w, ON_ANSWER, PTG), -1);	/* nobody asked */
	ck_assert_int_eq(world_act(&w, ON_WHY, KPL), -1);	/* a head of desa may not */
	ck_assert_int_eq(w.fx.refusal, REFUSED_AUTHORITY);
	w.now = t0 + 2 * HOUR_MS;
	ck_assert_int_eq(world_act(&w, ON_WHY, BUPATI), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	m = world_message(&w, "mengapa", PTG);
	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(m->nonce, case_task_of(&w.c, PTG)->nonce);
	ck_assert_int_eq(world_clock(&w, "jawab")->due_ms, t0 + 4 * HOUR_MS);
	/* Asked again it is due no later. */
	w.now += HOUR_MS;
	ck_assert_int_eq(world_act(&w, ON_WHY, BUPATI), 0);
	ck_assert_int_eq(world_clock(&w, "jawab")->due_ms, t0 + 4 * HOUR_MS);
	world_run(&w, t0 + 4 * HOUR_MS, t0, &got);
	world_assert_lines(&got, lines);
	ck_assert_int_eq(world_act(&w, ON_ANSWER, PTG), 0);
	ck_assert_ptr_nonnull(world_message(&w, "jawaban", BUPATI));
	ck_assert_int_eq(world_clock(&w, "jawab")->state, CLOCK_MET);
	ck_assert_int_eq(world_clock(&w, "jawab")->breached_ms, t0 + 4 * HOUR_MS);
	/* The four hours went on all the while. */
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 4 * HOUR_MS);
	buf_release(&got);
}
END_TEST

START_TEST(a_new_day_for_the_cure)
{
	struct command date = { .event = ON_DATE, .by = BY_OFFICER, .actor = BUPATI,
	    .note = "tunggu musim kering" };
	int64_t legal;

	open_case("pohon", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	legal = world_clock(&w, "hukum")->due_ms;
	world_run(&w, world_clock(&w, "diselesaikan")->due_ms, t0, NULL);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->in_breach, 1);
	date.until_ms = w.now + 5 * DAY_MS;
	snprintf(date.actor, sizeof(date.actor), "%s", KPL);
	ck_assert_int_eq(world_send(&w, date), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_AUTHORITY);
	snprintf(date.actor, sizeof(date.actor), "%s", BUPATI);
	ck_assert_int_eq(world_send(&w, date), 0);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->due_ms, date.until_ms);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->in_breach, 0);
	ck_assert_int_ne(world_clock(&w, "diselesaikan")->breached_ms, 0);	/* never erased */
	ck_assert_int_eq(world_clock(&w, "hukum")->due_ms, legal);
	ck_assert_int_eq(world_message(&w, "kabar-tanggal", "warga")->due_ms, date.until_ms);
	date.until_ms = w.now;
	ck_assert_int_eq(world_send(&w, date), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_TIME);
}
END_TEST

/* ---- passed around ---- */

START_TEST(the_third_hand_over_is_the_sekdas)
{
	struct command on = { .event = ON_HAND_ON, .by = BY_OFFICER, .note = "bukan kami" };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	snprintf(on.actor, sizeof(on.actor), "%s", PTG);
	snprintf(on.to_unit, sizeof(on.to_unit), "%s", "O-PUCKPP");
	ck_assert_int_eq(world_send(&w, on), 0);
	snprintf(on.actor, sizeof(on.actor), "%s", "ptg-o-puckpp-1");
	snprintf(on.to_unit, sizeof(on.to_unit), "%s", "O-DLH");
	ck_assert_int_eq(world_send(&w, on), 0);
	ck_assert_str_eq(case_lead(&w.c), "O-DLH");
	/* Now even "not ours" goes to his desk, and the four hours run on. */
	ck_assert_int_eq(world_act(&w, ON_DECLINE, "ptg-o-dlh-1"), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_str_eq(case_lead(&w.c), "SEKDA");
	ck_assert_int_eq(w.c.hand_ons, 3);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 4 * HOUR_MS);
	/* His word stands; who gets it and passes it on brings it back to him. */
	snprintf(on.actor, sizeof(on.actor), "%s", "kpl-sekda");
	snprintf(on.to_unit, sizeof(on.to_unit), "%s", "O-PUCKPP");
	ck_assert_int_eq(world_send(&w, on), 0);
	ck_assert_str_eq(case_lead(&w.c), "O-PUCKPP");
	snprintf(on.actor, sizeof(on.actor), "%s", "ptg-o-puckpp-1");
	snprintf(on.to_unit, sizeof(on.to_unit), "%s", "O-DLH");
	ck_assert_int_eq(world_send(&w, on), 0);
	ck_assert_str_eq(case_lead(&w.c), "SEKDA");
}
END_TEST

/* ---- late by a decision ---- */

/* What falls due at this very moment, step by step; how many of its messages were of that kind. */
static int
told_now(const char *kind, const char *to)
{
	int n = 0;

	while (case_due_ms(&w.c) != 0 && case_due_ms(&w.c) <= w.now) {
		ck_assert_int_eq(world_due(&w), 0);
		n += world_message(&w, kind, to) != NULL;
	}
	return n;
}

/* The third hour turns out to be a fire: its one hour is past, but no house was down. */
START_TEST(danger_seen_late_climbs_from_now)
{
	struct understanding u = world_understanding("jalan-rusak", URGENCY_DARURAT, GENDOH, DESA);
	int64_t from = t0 + 3 * HOUR_MS;
	struct buf got = { 0 };
	static const char *const lines[] = { "+0h00 ditangani breach", "+0h00 ditangani rung kepala",
	    "+0h30 ditangani rung camat", "+1h00 ditangani rung sekda", NULL };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_GO, PTG);
	world_run(&w, from, t0, NULL);
	w.now = from;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_NOTE, .by = BY_RESIDENT,
	    .note = "ada yang terjebak", .u = &u }), 0);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + HOUR_MS);
	{
		struct world then = w;
		struct buf doc = { 0 };

		/* as it reads back from the store */
		case_encode(&doc, &w.c);
		ck_assert_int_eq(case_decode(&w.c, buf_str(&doc), doc.len), 0);
		buf_release(&doc);
		ck_assert_int_eq(told_now("eskalasi-telat", NULL), 0);
		w = then;
		ck_assert_int_eq(told_now("eskalasi", KPL), 1);
		ck_assert_int_eq(told_now("eskalasi", BUPATI), 0);
		w = then;
	}
	world_run(&w, from + HOUR_MS, from, &got);
	world_assert_lines(&got, lines);
	/* It was broken when the fire burned, whoever knew. */
	ck_assert_int_eq(world_clock(&w, "ditangani")->breached_ms, t0 + HOUR_MS);
	buf_release(&got);
}
END_TEST

/* Handled in the last minute, taken back when the promise was past: its head hears it then. */
START_TEST(taken_back_late_climbs_from_then)
{
	int64_t from = t0 + 4 * HOUR_MS + 5 * MINUTE_MS;
	struct buf got = { 0 };
	static const char *const lines[] = { "+0h00 ditangani breach", "+0h00 ditangani rung kepala",
	    "+0h30 ditangani rung camat", NULL };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_GO, PTG);
	world_run(&w, t0 + 239 * MINUTE_MS, t0, NULL);
	w.now = t0 + 239 * MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_HANDLE, PTG), 0);
	w.now = from;
	ck_assert_int_eq(world_act(&w, ON_UNDO, PTG), 0);
	world_run(&w, from + 45 * MINUTE_MS, from, &got);
	world_assert_lines(&got, lines);
	ck_assert_int_eq(world_clock(&w, "ditangani")->breached_ms, t0 + 4 * HOUR_MS);
	buf_release(&got);
}
END_TEST

/* After an outage one message: to the highest of all that are due, by who he is. */
START_TEST(the_highest_of_two_ladders_hears)
{
	open_case("sampah", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	world_act(&w, ON_HANDLE, PTG);
	ck_assert_int_eq(world_act(&w, ON_WHY, BUPATI), 0);
	world_run(&w, world_clock(&w, "jawab")->due_ms - 1, t0, NULL);
	w.now = world_clock(&w, "diselesaikan")->due_ms + 40 * DAY_MS;
	{
		struct world then = w;

		ck_assert_int_eq(told_now("eskalasi-telat", BUPATI), 1);
		w = then;
		ck_assert_int_eq(told_now("eskalasi-telat", KPL), 0);
		w = then;
		ck_assert_int_eq(told_now("eskalasi-telat", CAMAT), 0);
	}
}
END_TEST

/* ---- who may ask, and once ---- */

START_TEST(a_question_is_answered_once)
{
	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	ck_assert_int_eq(world_act(&w, ON_WHY, BUPATI), 0);
	ck_assert_int_eq(world_act(&w, ON_WHY, "kpl-sekda"), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_ASKED);
	ck_assert_int_eq(world_act(&w, ON_ANSWER, PTG), 0);
	ck_assert_ptr_nonnull(world_message(&w, "jawaban", BUPATI));
	ck_assert_str_eq(w.c.asked_by, "");
	ck_assert_int_eq(world_act(&w, ON_ANSWER, PTG), -1);
	ck_assert_int_eq(world_act(&w, ON_WHY, "kpl-sekda"), 0);
	/* One who serves no more waits for nothing. */
	world_officer(&w, "kpl-sekda")->ended = 1;
	ck_assert_int_eq(world_act(&w, ON_WHY, BUPATI), 0);
	/* As the release before left it: answered, and the name still there. */
	ck_assert_int_eq(world_act(&w, ON_ANSWER, PTG), 0);
	world_officer(&w, "kpl-sekda")->ended = 0;
	snprintf(w.c.asked_by, sizeof(w.c.asked_by), "%s", BUPATI);
	ck_assert_int_eq(world_act(&w, ON_WHY, "kpl-sekda"), 0);
}
END_TEST

/* A desk that read it after the day its cure was due: the ladder begins with its first rung. */
START_TEST(a_cure_known_too_late_climbs_from_then)
{
	struct understanding u = world_understanding("kecelakaan", URGENCY_BIASA, GENDOH, DESA);
	struct understanding none = world_understanding("lainnya", URGENCY_BIASA, "", "");
	int64_t from = t0 + 2 * DAY_MS + 20 * HOUR_MS;	/* a Monday, ten in the morning */

	w.now = t0;
	ck_assert_int_eq(world_open(&w, ON_TRIAGE, &none, t0), 0);
	world_run(&w, from, t0, NULL);
	w.now = from;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_ASSIGN, .by = BY_OPERATOR,
	    .actor = "opr-d112-1", .note = "kecelakaan", .u = &u }), 0);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->due_ms, t0 + DAY_MS);
	for (int i = 0; i < w.c.clocks_n; i++)	/* of the others nothing here */
		if (&w.c.clocks[i] != world_clock(&w, "diselesaikan"))
			w.c.clocks[i].state = CLOCK_MET;
	while (case_due_ms(&w.c) != 0 && case_due_ms(&w.c) <= w.now) {
		ck_assert_int_eq(world_due(&w), 0);
		ck_assert_ptr_null(world_message(&w, "eskalasi-telat", NULL));
	}
	ck_assert_str_eq(w.fx.esc.rung, "kepala");
	ck_assert_ptr_nonnull(world_message(&w, "eskalasi", KPL));
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->rung, 1);
	ck_assert(world_clock(&w, "diselesaikan")->next_ms > w.now);
}
END_TEST

/* Who was sent a task and has not taken it may be anywhere. */
START_TEST(a_task_not_taken_is_no_sign)
{
	open_case("kebakaran", URGENCY_DARURAT, "D112 " DESA, t0);
	w.now = t0 + 2 * MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_GO, PTG), 0);
	w.now += 10 * MINUTE_MS;
	ck_assert_int_eq(case_task_of(&w.c, "ptg-d112-1")->state, TASK_OPEN);
	ck_assert_int_eq(world_act(&w, ON_NOTE, "ptg-d112-1"), 0);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->due_ms, w.now + 20 * MINUTE_MS);
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, "ptg-d112-1"), 0);
	ck_assert_int_eq(world_clock(&w, "lapor-diri")->due_ms, w.now + 30 * MINUTE_MS);
}
END_TEST

/* ---- another version's targets ---- */

START_TEST(recalculation_is_deliberate)
{
	struct policy *stricter = policy_with("      - {dalam: 4h}\n", "      - {dalam: 2h}\n");
	struct command reckon = { .event = ON_RECKON, .by = BY_OFFICER, .actor = PTG,
	    .note = "perintah Bupati", .was = shipped };
	struct seal_key key = { { 0 } };
	uint8_t digest[DIGEST_BYTES];
	struct buf entry = { 0 };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	world_run(&w, t0 + HOUR_MS, t0, NULL);
	w.p = stricter;
	ck_assert_int_eq(world_send(&w, reckon), -1);		/* not an officer of a desa */
	snprintf(reckon.actor, sizeof(reckon.actor), "%s", BUPATI);
	ck_assert_int_eq(world_send(&w, reckon), 0);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 2 * HOUR_MS);
	ck_assert_int_eq(world_clock(&w, "ditangani")->start_ms, t0);
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_MET);
	ck_assert_int_eq(strncmp(w.c.policy, stricter->digest, 32), 0);
	ck_assert_int_eq(case_due_ms(&w.c), t0 + 90 * MINUTE_MS);	/* 75 %: 50 is past */
	logbook_entry(&entry, digest, w.p, &w.r, &w.before, &w.fx, &reckon, &key, w.now);
	ck_assert_ptr_nonnull(strstr(buf_str(&entry), "\"actor\":\"" BUPATI "\""));
	{
		struct buf moved = { 0 };

		buf_addf(&moved, "\"moved\":[[\"ditangani\",%" PRId64 ",%" PRId64 "]]",
		    t0 + 4 * HOUR_MS, t0 + 2 * HOUR_MS);
		ck_assert_msg(strstr(buf_str(&entry), buf_str(&moved)) != NULL, "%s",
		    buf_str(&entry));
		buf_release(&moved);
	}
	ck_assert_int_eq(world_send(&w, reckon), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_POLICY);
	buf_release(&entry);
}
END_TEST

/* What was broken under the old targets stays broken, whatever the new ones say. */
START_TEST(recalculation_erases_no_breach)
{
	struct policy *laxer = policy_with("      - {dalam: 4h}\n", "      - {dalam: 8h}\n");
	struct command reckon = { .event = ON_RECKON, .by = BY_OFFICER, .actor = BUPATI,
	    .note = "banjir besar", .was = shipped };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	world_run(&w, t0 + 4 * HOUR_MS + MINUTE_MS, t0, NULL);
	w.p = laxer;
	ck_assert_int_eq(world_send(&w, reckon), 0);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 8 * HOUR_MS);
	ck_assert_int_eq(world_clock(&w, "ditangani")->in_breach, 0);
	ck_assert_int_eq(world_clock(&w, "ditangani")->breached_ms, t0 + 4 * HOUR_MS);
}
END_TEST

/* Broken while no engine looked, and of the new version no promise at all: it was broken. */
START_TEST(recalculation_drops_no_breach_with_its_target)
{
	struct policy *without = policy_with("      - {dalam: 14 hari kerja}\n", "");
	struct command reckon = { .event = ON_RECKON, .by = BY_OFFICER, .actor = BUPATI,
	    .note = "perintah Bupati", .was = shipped };
	int64_t due;

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	due = world_clock(&w, "hukum")->due_ms;
	w.now = due + MINUTE_MS;
	w.p = without;
	ck_assert_int_eq(world_send(&w, reckon), 0);
	ck_assert_int_eq(world_clock(&w, "hukum")->state, CLOCK_STOPPED);
	ck_assert_int_eq(world_clock(&w, "hukum")->breached_ms, due);
}
END_TEST

/* What was waited with leave stays waited: the cure's end is where it was, while it waits and after. */
START_TEST(recalculation_counts_what_was_waited)
{
	struct policy *stricter = policy_with("      - {dalam: 4h}\n", "      - {dalam: 2h}\n");
	struct command reckon = { .event = ON_RECKON, .by = BY_OFFICER, .actor = BUPATI,
	    .note = "perintah Bupati", .was = shipped };
	struct command wish = { .event = ON_WAIT, .by = BY_OFFICER, .note = "aspal", .actor = PTG,
	    .reason = "suku-cadang" };
	struct case_clock cure;

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	for (int wait = 0; wait < 2; wait++) {		/* the second is still on */
		wish.until_ms = w.now + 10 * DAY_MS;
		ck_assert_int_eq(world_send(&w, wish), 0);
		ck_assert_int_eq(world_act(&w, ON_APPROVE, KPL), 0);
		w.now += 2 * DAY_MS;
		if (_i == wait)
			break;
		ck_assert_int_eq(world_act(&w, ON_RESUME, PTG), 0);
		w.now += HOUR_MS;
	}
	cure = *world_clock(&w, "diselesaikan");
	w.p = stricter;
	ck_assert_int_eq(world_send(&w, reckon), 0);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->due_ms, cure.due_ms);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->epoch, cure.epoch);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->state, cure.state);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->paused_ms, cure.paused_ms);
}
END_TEST

/*
 * The government moves a feast: who reports now has the day more, who reported before has what he was
 * told until somebody reckons it anew, and that says from when to when.
 */
START_TEST(a_feast_that_is_moved_moves_no_promise_by_itself)
{
	struct conf_set set = { 0 };
	struct buf errors = { 0 }, entry = { 0 }, moved = { 0 };
	struct seal_key key = { { 0 } };
	struct command reckon = { .event = ON_RECKON, .by = BY_OFFICER, .actor = BUPATI,
	    .note = "cuti bersama baru", .was = shipped };
	uint8_t digest[DIGEST_BYTES];
	struct policy *changed;
	int64_t before;

	ck_assert_int_eq(version_read_files(&set, "conf", &errors), 0);
	for (size_t i = 0; i < set.n; i++)
		if (strcmp(set.files[i].name, "libur.csv") == 0)
			buf_adds(&set.files[i].data, "2026-11-24,Cuti Bersama,cuti-bersama,resmi\n");
	ck_assert_ptr_nonnull(changed = policy_parse(&set, &errors));
	snprintf(changed->digest, sizeof(changed->digest), "%064d", 9);

	open_case("sampah", URGENCY_BIASA, DESA, t0);		/* two working days from Friday, 14:05 */
	before = world_clock(&w, "diselesaikan")->due_ms;
	ck_assert_int_eq(before, at(24, 14, 5));
	ck_assert_int_eq(policy_due_ms(changed, &changed->clocks[policy_clock_index(changed, "diselesaikan")],
	    URGENCY_BIASA, "sampah", TIER_DESA, t0), at(25, 14, 5));
	w.p = changed;
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, PTG), 0);	/* whatever happens to it */
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->due_ms, before);
	ck_assert_int_eq(world_send(&w, reckon), 0);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->due_ms, at(25, 14, 5));
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, t0 + 4 * HOUR_MS);	/* day and night */
	logbook_entry(&entry, digest, w.p, &w.r, &w.before, &w.fx, &reckon, &key, w.now);
	buf_addf(&moved, "[\"diselesaikan\",%" PRId64 ",%" PRId64 "]", before, at(25, 14, 5));
	ck_assert_msg(strstr(buf_str(&entry), buf_str(&moved)) != NULL, "%s", buf_str(&entry));
	conf_release(&set);
	buf_release(&errors);
	buf_release(&entry);
	buf_release(&moved);
}
END_TEST

/* Promises over midnight lose no minute and gain none: at the turn of a day, a month, a leap day, a year. */
static const struct { int year, month, day; } midnights[] = {
	{ 2026, 11, 20 }, { 2026, 11, 30 }, { 2026, 12, 31 }, { 2027, 2, 28 }, { 2028, 2, 28 }, { 2028, 2, 29 },
};

START_TEST(midnight_costs_no_minute)
{
	struct wib t = { .year = midnights[_i].year, .month = midnights[_i].month, .day = midnights[_i].day,
	    .hour = 20, .minute = 30 };

	for (int minutes = 0; minutes < 300; minutes += 7) {
		int64_t from = wib_to_ms(&t) + minutes * MINUTE_MS + 59999;
		struct buf got = { 0 }, want = { 0 };

		open_case("pohon", URGENCY_MENDESAK, DESA, from);	/* its night holds nobody */
		ck_assert_int_eq(world_act(&w, ON_GO, PTG), 0);
		world_run(&w, from + 300 * MINUTE_MS, from, &got);
		buf_adds(&want, "+2h00 ditangani warning 50%\n+3h00 ditangani warning 75%\n+3h36 ditangani warning 90%\n"
		    "+4h00 ditangani breach\n+4h00 ditangani rung kepala\n+4h30 ditangani rung camat\n"
		    "+5h00 ditangani rung sekda\n");
		ck_assert_msg(strcmp(buf_str(&got), buf_str(&want)) == 0, "from %d min after 20:30:59.999:\n%s", minutes,
		    buf_str(&got));
		ck_assert_int_eq(world_clock(&w, "ditangani")->breached_ms, from + 4 * HOUR_MS);
		buf_release(&got);
		buf_release(&want);
	}
}
END_TEST

/* Nor does a version that knows nothing of the clock. */
START_TEST(recalculation_loses_no_clock)
{
	struct policy *renamed = policy_with("  - nama: hukum\n    berhenti:",
	    "  - nama: undang\n    berhenti:");
	struct command reckon = { .event = ON_RECKON, .by = BY_OFFICER, .actor = BUPATI,
	    .note = "nama baru", .was = shipped };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	w.p = renamed;
	ck_assert_int_eq(world_send(&w, reckon), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_CLOCK);
}
END_TEST

/* A clock of the new version that waits for an act long done has nothing to wait for. */
START_TEST(recalculation_starts_nothing_that_is_over)
{
	struct policy *before = policy_with("  - nama: diambil\n    berhenti: terima\n",
	    "  - nama: didengar\n    berhenti: jawab\n    ingat: [50]\n    tangga: meja\n"
	    "    target:\n      - {dalam: 9h}\n\n  - nama: diambil\n    berhenti: terima\n");
	struct policy *added = policy_with("  - nama: diambil\n    berhenti: terima\n",
	    "  - nama: didengar\n    berhenti: terima\n    ingat: [50]\n    tangga: meja\n"
	    "    target:\n      - {dalam: 9h}\n\n  - nama: diambil\n    berhenti: terima\n");
	struct command reckon = { .event = ON_RECKON, .by = BY_OFFICER, .actor = BUPATI,
	    .note = "perintah Bupati", .was = before };

	snprintf(added->digest, sizeof(added->digest), "%064d", 8);
	w.p = before;
	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	world_act(&w, ON_ACCEPT, PTG);
	ck_assert_ptr_null(case_clock_named(w.p, &w.c, "didengar"));
	w.p = added;
	ck_assert_int_eq(world_send(&w, reckon), 0);
	ck_assert_ptr_null(case_clock_named(w.p, &w.c, "didengar"));
	policy_free(before);
}
END_TEST

/* ---- where the time went ---- */

START_TEST(a_breach_says_where_the_time_went)
{
	struct seal_key key = { { 0 } };
	struct command due = { .event = ON_DUE, .by = BY_TIMER };
	uint8_t digest[DIGEST_BYTES];
	struct buf entry = { 0 }, want = { 0 };

	open_case("jalan-rusak", URGENCY_BIASA, DESA, t0);
	w.now = t0 + HOUR_MS;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_HAND_ON, .by = BY_OFFICER,
	    .actor = PTG, .note = "jalan kabupaten", .to_unit = "O-PUCKPP" }), 0);
	world_act(&w, ON_ACCEPT, "ptg-o-puckpp-1");
	world_run(&w, t0 + 4 * HOUR_MS, t0, NULL);
	ck_assert_int_eq(w.fx.esc.kind, ESC_RUNG);
	logbook_entry(&entry, digest, w.p, &w.r, &w.before, &w.fx, &due, &key, w.now);
	buf_addf(&want, "\"ledger\":[[\"gerbang\",40],[\"" DESA "\",%d],[\"O-PUCKPP\",%d]]",
	    (int)HOUR_MS - 40, (int)(3 * HOUR_MS));
	ck_assert_msg(strstr(buf_str(&entry), buf_str(&want)) != NULL, "%s not in %s",
	    buf_str(&want), buf_str(&entry));
	buf_release(&entry);
	buf_release(&want);
}
END_TEST

Suite *
clocks_suite(void)
{
	Suite *s = suite_create("clocks");
	TCase *tc = tcase_create("clocks");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, night_holds_the_ladder);
	tcase_add_test(tc, night_is_in_the_due_moment);
	tcase_add_loop_test(tc, night_has_sharp_edges, 0, N_ELEMS(nights));
	tcase_add_test(tc, the_desk_has_no_night);
	tcase_add_test(tc, danger_ends_the_hold);
	tcase_add_test(tc, outage_over_a_held_morning);
	tcase_add_test(tc, a_rung_for_some);
	tcase_add_test(tc, an_outage_passes_only_to_rungs_that_apply);
	tcase_add_test(tc, two_units_must_accept);
	tcase_add_test(tc, one_unit_is_enough_where_there_is_one);
	tcase_add_test(tc, second_alarm_calls_the_others_alone);
	tcase_add_test(tc, silence_in_the_field_is_noticed);
	tcase_add_test(tc, no_signs_are_asked_where_nothing_threatens);
	tcase_add_test(tc, a_task_not_taken_is_no_sign);
	tcase_add_test(tc, the_highest_of_two_ladders_hears);
	tcase_add_test(tc, danger_seen_late_climbs_from_now);
	tcase_add_test(tc, taken_back_late_climbs_from_then);
	tcase_add_test(tc, a_question_has_its_own_clock);
	tcase_add_test(tc, a_question_is_answered_once);
	tcase_add_test(tc, a_cure_known_too_late_climbs_from_then);
	tcase_add_test(tc, a_new_day_for_the_cure);
	tcase_add_test(tc, the_third_hand_over_is_the_sekdas);
	tcase_add_test(tc, recalculation_is_deliberate);
	tcase_add_test(tc, recalculation_erases_no_breach);
	tcase_add_test(tc, recalculation_drops_no_breach_with_its_target);
	tcase_add_loop_test(tc, recalculation_counts_what_was_waited, 0, 3);
	tcase_add_test(tc, a_feast_that_is_moved_moves_no_promise_by_itself);
	tcase_add_loop_test(tc, midnight_costs_no_minute, 0, N_ELEMS(midnights));
	tcase_add_test(tc, recalculation_loses_no_clock);
	tcase_add_test(tc, recalculation_starts_nothing_that_is_over);
	tcase_add_test(tc, a_breach_says_where_the_time_went);
	suite_add_tcase(s, tc);
	return s;
}
