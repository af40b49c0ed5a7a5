/* A complaint about somebody in office: he, those under him, and whoever is made confidential later. */
#include <check.h>

#include "core/access.h"
#include "core/assign.h"
#include "core/correct.h"
#include "tests/unit/world.h"

Suite *accused_suite(void);

#define DESA "35.10.20.2005"
#define T0 INT64_C(1795050000000)

static struct world w;
static struct policy *policy;

static void
begin(void)
{
	memset(&w, 0, sizeof(w));
	w.p = policy = world_policy(NULL);
	world_roster(&w.r);
	w.now = T0;
	w.entropy = 7;
}

static void
end(void)
{
	policy_free(policy);
	roster_release(&w.r);
}

static void
open_about(const char *category, enum urgency urgency, const char *units, const char *about)
{
	struct understanding u = world_understanding(category, urgency, DESA, units);

	snprintf(u.about, sizeof(u.about), "%s", about);
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
}

static int
is_accused(const char *officer)
{
	return access_is_accused(w.p, officer_find(&w.r, officer), w.c.about, w.c.place);
}

/* Of each office that can be complained about: nobody of it, nor below it, may know; nor is he told, ever. */
static const struct { const char *about, *accused, *below, *above; } offices[] = {
	{ "desa", "kpl-35.10.20.2005", "ptg-35.10.20.2005-1", "kpl-k-35.10.20" },
	{ "kecamatan", "kpl-k-35.10.20", "ptg-35.10.20.2005-1", "kpl-sekda" },
	{ "O-DINSOS", "kpl-o-dinsos", "ptg-o-uptdppa-1", "kpl-sekda" },
	{ "O-INSP", "kpl-o-insp", "ptg-o-insp-1", "kpl-sekda" },
	{ "SEKDA", "kpl-sekda", "kpl-o-insp", "kpl-bupati" },
	{ "BUPATI", "kpl-bupati", "kpl-bupati", "kpl-o-insp" },		/* all are under him: of him alone */
};

START_TEST(nobody_of_it_sees_that_it_exists)
{
	const char *people[] = { offices[_i].accused, offices[_i].below };
	struct access_case a;

	open_about("pungli", URGENCY_BIASA, "D-35.10.20.2005 K-35.10.20 O-DINSOS O-INSP SEKDA BUPATI", offices[_i].about);
	ck_assert_int_eq(w.c.sealed, 1);
	for (size_t i = 0; i < N_ELEMS(people); i++) {
		struct officer o = *world_officer(&w, people[i]);
		static const enum officer_role roles[] = { ROLE_PETUGAS, ROLE_KEPALA, ROLE_OPERATOR, ROLE_ADMIN, ROLE_PENGAWAS };

		for (size_t k = 0; k < N_ELEMS(roles); k++) {
			o.role = roles[k];	/* whatever he is, and even with its task in his hand */
			access_case_of(&a, &w.c, &o);
			a.tasked = 1;
			for (int x = SEE_EXISTS; x <= SEE_REPORTER; x++)
				ck_assert_msg(!access_may(w.p, &o, (enum access)x, &a), "%s as %s: %s", o.id,
				    role_name(o.role), access_name((enum access)x));
		}
	}
	access_case_of(&a, &w.c, world_officer(&w, offices[_i].above));
	ck_assert_int_eq(case_unit_index(&w.c, world_officer(&w, offices[_i].above)->unit) >= 0,
	    access_may(w.p, world_officer(&w, offices[_i].above), SEE_EXISTS, &a));
	for (int i = 0; i < w.c.units_n; i++)
		ck_assert_msg(!unit_is_complained_of(w.p->units, unit_find(w.p->units, w.c.units[i]), w.c.about, w.c.place),
		    "%s works on it", w.c.units[i]);
}
END_TEST

/* Each rung of each ladder to its end: those above hear of it, and the accused are passed. */
START_TEST(no_rung_tells_whom_it_is_about)
{
	int rungs = 0, passed = 0;

	open_about("pungli", URGENCY_BIASA, "D-35.10.20.2005 K-35.10.20 O-DINSOS O-INSP", offices[_i].about);
	for (int i = 0; i < 200 && case_due_ms(&w.c) != 0; i++) {
		w.now = case_due_ms(&w.c);
		ck_assert_int_eq(world_due(&w), 0);
		for (int m = 0; m < w.fx.messages_n; m++)
			ck_assert_msg(w.fx.messages[m].to != TO_OFFICER || !is_accused(w.fx.messages[m].officer), "%s gets %s",
			    w.fx.messages[m].officer, w.fx.messages[m].kind);
		ck_assert(w.fx.esc.kind != ESC_RUNG || !unit_is_complained_of(w.p->units, unit_find(w.p->units, w.fx.esc.told),
		    w.c.about, w.c.place));
		rungs += w.fx.esc.kind == ESC_RUNG;
		passed += w.fx.esc.kind == ESC_PASSED && strcmp(w.fx.esc.why, "tertutup") == 0;
	}
	ck_assert_int_gt(rungs, 0);
	ck_assert_msg(passed > 0 || strcmp(offices[_i].about, "desa") == 0 || strcmp(offices[_i].about, "kecamatan") == 0 ||
	    strcmp(offices[_i].about, "O-DINSOS") == 0, "%s: nobody was passed", offices[_i].about);
}
END_TEST

/* Who stands in for another unit's head by a shift is still who he is. */
START_TEST(a_shift_elsewhere_does_not_help_him)
{
	struct officer *o = world_officer(&w, "kpl-35.10.20.2005");
	struct shift s = { w.now - 1000, w.now + 30 * DAY_MS, "O-INSP" };

	o->shifts = &s;
	o->shifts_n = 1;
	roster_sort(&w.r);
	open_about("pungli", URGENCY_BIASA, "O-INSP", "desa");
	for (int m = 0; m < w.fx.messages_n; m++)
		ck_assert_str_ne(w.fx.messages[m].officer, "kpl-35.10.20.2005");
	ck_assert_int_gt(w.c.tasks_n, 0);
	for (int i = 0; i < 100 && case_due_ms(&w.c) != 0; i++) {
		w.now = case_due_ms(&w.c);
		ck_assert_int_eq(world_due(&w), 0);
		for (int m = 0; m < w.fx.messages_n; m++)
			ck_assert_str_ne(w.fx.messages[m].officer, "kpl-35.10.20.2005");
	}
	o = world_officer(&w, "kpl-35.10.20.2005");
	o->shifts = NULL;
	o->shifts_n = 0;
}
END_TEST

START_TEST(nobody_hands_it_to_him)
{
	struct correction k = { .to = "D-35.10.20.2005" };
	struct command cmd = { .event = ON_HAND_ON, .by = BY_OFFICER, .note = "mohon ditangani", .actor = "ptg-o-insp-1" };

	open_about("pungli", URGENCY_BIASA, "O-INSP", "desa");
	snprintf(cmd.to_unit, sizeof(cmd.to_unit), "D-35.10.20.2005");
	ck_assert_int_eq(world_send(&w, cmd), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_UNIT);
	ck_assert_ptr_nonnull(case_correct(w.p, &w.c, &k));
	ck_assert_int_eq(world_act(&w, ON_TAKE_OVER, "kpl-35.10.20.2005"), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_AUTHORITY);
	snprintf(cmd.to_unit, sizeof(cmd.to_unit), "K-35.10.20");
	ck_assert_int_eq(world_send(&w, cmd), 0);
}
END_TEST

/* ---- made confidential by who sees it ---- */

static int
seal(const char *officer, const char *about, const char *why)
{
	struct command cmd = { .event = ON_SEAL, .by = BY_OFFICER, .note = why };

	snprintf(cmd.actor, sizeof(cmd.actor), "%s", officer);
	snprintf(cmd.about, sizeof(cmd.about), "%s", about);
	return world_send(&w, cmd);
}

static int
may_know(const char *officer)
{
	struct access_case a;

	access_case_of(&a, &w.c, world_officer(&w, officer));
	return access_may(w.p, world_officer(&w, officer), SEE_EXISTS, &a);
}

START_TEST(who_sees_it_may_raise_it)
{
	char nonce[NONCE_CHARS + 1];

	open_about("jalan-rusak", URGENCY_BIASA, "D-35.10.20.2005 K-35.10.20", "");
	ck_assert(may_know("kpl-bupati") && may_know("adm-o-kominfo-1"));
	snprintf(nonce, sizeof(nonce), "%s", w.c.tasks[0].nonce);
	ck_assert_str_ne(nonce, "");
	ck_assert_int_eq(seal("ptg-o-dlh-1", "", "anak disebut"), -1);	/* who sees nothing of it */
	ck_assert_int_eq(w.fx.refusal, REFUSED_AUTHORITY);
	ck_assert_int_eq(seal("adm-o-kominfo-1", "", ""), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_REASON);
	ck_assert_int_eq(seal("adm-o-kominfo-1", "", "nama anak disebut"), 0);
	ck_assert_int_eq(w.c.sealed, 1);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert(!may_know("kpl-bupati") && !may_know("adm-o-kominfo-1") && !may_know("opr-d112-1"));
	ck_assert(may_know("kpl-35.10.20.2005"));
	/* by SMS nobody moves it any more, and who has its task hears that it lies at the console */
	for (int i = 0; i < w.c.tasks_n; i++)
		ck_assert_str_eq(w.c.tasks[i].nonce, "");
	ck_assert_int_gt(w.fx.indexes_n, 0);
	ck_assert_int_eq(w.fx.indexes[0].kind, INDEX_TASK_DROP);
	ck_assert_ptr_nonnull(world_message(&w, "tugas-rahasia", NULL));
	ck_assert_int_eq(seal("kpl-35.10.20.2005", "", "sekali lagi"), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_STATE);
}
END_TEST

/* About the unit that works on it: others take it over, its clock of taking starts anew. */
START_TEST(about_who_works_on_it_it_leaves_him)
{
	open_about("jalan-rusak", URGENCY_BIASA, "D-35.10.20.2005", "");
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, "ptg-35.10.20.2005-1"), 0);
	ck_assert_int_eq(seal("kpl-k-35.10.20", "D-35.10.20.2005", "dana jalannya dipakai kepala desa"), 0);
	ck_assert_str_eq(w.fx.what, "rahasiakan-alihkan");
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_str_eq(w.c.holder, "");
	ck_assert_str_eq(case_lead(&w.c), "O-INSP");
	ck_assert_int_eq(w.c.units_n, 1);
	ck_assert_int_gt(w.c.tasks_n, 0);
	for (int i = 0; i < w.c.tasks_n; i++)
		ck_assert_str_eq(w.c.tasks[i].unit, "O-INSP");
	ck_assert_ptr_nonnull(world_message(&w, "tugas-rahasia", NULL));
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_RUNNING);
	ck_assert(!may_know("ptg-35.10.20.2005-1") && may_know("kpl-o-insp"));
	ck_assert_int_eq(world_act(&w, ON_NOTE, "ptg-35.10.20.2005-1"), -1);
	/* whoever may see it may say that it is not about them after all */
	ck_assert_int_eq(seal("kpl-o-insp", ABOUT_NOBODY, "bukan tentang desa"), 0);
	ck_assert_str_eq(w.c.about, "");
	ck_assert_int_eq(w.c.sealed, 1);
}
END_TEST

/* A closed case is closed still, and gone for them; a resolved one is looked at by others before it closes. */
START_TEST(in_its_last_states_too)
{
	open_about("jalan-rusak", URGENCY_BIASA, "D-35.10.20.2005", "");
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, "ptg-35.10.20.2005-1"), 0);
	if (_i == 1)
		ck_assert_int_eq(world_say(&w, ON_CONFIRM), 0);
	ck_assert_int_eq(seal("kpl-k-35.10.20", "D-35.10.20.2005", "tidak dikerjakan"), 0);
	ck_assert_int_eq(w.c.state, _i == 1 ? CASE_DITUTUP : CASE_SELESAI);
	ck_assert_str_eq(case_lead(&w.c), "O-INSP");
	ck_assert(!may_know("kpl-35.10.20.2005"));
	ck_assert_str_eq(w.c.holder, "");
	ck_assert_int_eq(w.c.tasks_n > 0, _i == 0);
}
END_TEST

/* Of whoever it is, somebody is left who hears of it and may work on it; nobody's case disappears. */
START_TEST(somebody_is_always_left)
{
	static const enum case_event first[] = { ON_OPEN, ON_TRIAGE };
	static const char *const about[] = { "BUPATI", "SEKDA", "O-KOMINFO", "D112", "O-INSP", "D-35.10.20.2005" };

	for (size_t i = 0; i < N_ELEMS(about); i++) {
		struct understanding u = world_understanding("jalan-rusak", URGENCY_BIASA, DESA,
		    first[_i] == ON_OPEN ? "D-35.10.20.2005" : "");
		int told = 0;

		ck_assert_int_eq(world_open(&w, first[_i], &u, w.now), 0);
		ck_assert_msg(seal("adm-o-kominfo-1", about[i], "uang pembangunan dipakai sendiri") == 0 ||
		    strcmp(about[i], "D112") == 0 || strcmp(about[i], "O-KOMINFO") == 0, "%s", about[i]);
		if (w.c.sealed == 0)
			ck_assert_int_eq(seal("kpl-bupati", about[i], "uang pembangunan dipakai sendiri"), 0);
		ck_assert_int_eq(w.c.sealed, 1);
		for (int t = 0; t < w.c.tasks_n; t++)
			told += w.c.tasks[t].state != TASK_GONE && !is_accused(w.c.tasks[t].officer);
		ck_assert_msg(told > 0, "about %s: nobody has its task", about[i]);
	}
}
END_TEST

/* What was to tell those above and had not left yet is said again, in the words of a sealed case. */
START_TEST(an_escalation_is_not_lost)
{
	int above = 0;

	open_about("jalan-rusak", URGENCY_BIASA, "D-35.10.20.2005 K-35.10.20", "");
	for (int i = 0; i < 200 && above == 0; i++) {
		w.now = case_due_ms(&w.c);
		ck_assert_int_eq(world_due(&w), 0);
		for (int p = 0; p < w.c.pending_n; p++)
			above += w.c.pending[p].group == GROUP_ESCALATION && strcmp(w.c.pending[p].officer, "kpl-k-35.10.20") == 0;
	}
	ck_assert_int_gt(above, 0);
	ck_assert_int_eq(seal("adm-o-kominfo-1", "", "nama anak disebut"), 0);
	ck_assert_ptr_nonnull(world_message(&w, "eskalasi-rahasia", "kpl-k-35.10.20"));
	for (int m = 0; m < w.fx.messages_n; m++)
		ck_assert(w.fx.messages[m].to != TO_OFFICER || strcmp(w.fx.messages[m].kind, "eskalasi-rahasia") != 0 ||
		    may_know(w.fx.messages[m].officer));
}
END_TEST

START_TEST(a_unit_that_is_none_is_refused)
{
	open_about("jalan-rusak", URGENCY_BIASA, "D-35.10.20.2005", "");
	ck_assert_int_eq(seal("kpl-k-35.10.20", "X-TIADA", "alasan"), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_UNIT);
	ck_assert_int_eq(w.c.sealed, 0);
}
END_TEST

Suite *
accused_suite(void)
{
	Suite *s = suite_create("accused");
	TCase *tc = tcase_create("accused");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, nobody_of_it_sees_that_it_exists, 0, N_ELEMS(offices));
	tcase_add_loop_test(tc, no_rung_tells_whom_it_is_about, 0, N_ELEMS(offices));
	tcase_add_test(tc, a_shift_elsewhere_does_not_help_him);
	tcase_add_test(tc, nobody_hands_it_to_him);
	tcase_add_test(tc, who_sees_it_may_raise_it);
	tcase_add_test(tc, about_who_works_on_it_it_leaves_him);
	tcase_add_loop_test(tc, in_its_last_states_too, 0, 2);
	tcase_add_loop_test(tc, somebody_is_always_left, 0, 2);
	tcase_add_test(tc, an_escalation_is_not_lost);
	tcase_add_test(tc, a_unit_that_is_none_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
