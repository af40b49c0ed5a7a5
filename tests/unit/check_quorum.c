/* Who says that it is mended: the reporter, two of three others, the RT; never who mended it. */
#include "core/access.h"
#include "core/quorum.h"

#include "tests/unit/world.h"

Suite *quorum_suite(void);

#define JAMBEWANGI "35.10.20.2002"
#define RT_UNIT "RT-35.10.20.2002-01-01"
#define RT_HEAD "krt-35.10.20.2002-01-01"
#define WORKER "ptg-o-dishub-1"

static struct world w;

static void
begin(void)
{
	w = (struct world){ .p = world_policy(NULL), .now = INT64_C(1795000000000), .entropy = 7 };
	world_roster(&w.r);
}

/* A lamp in RT 01 RW 01, mended by the officer who took it. */
static void
resolved(const char *units, const char *worker)
{
	struct understanding u = world_understanding("lampu-jalan", URGENCY_BIASA, JAMBEWANGI, units);

	snprintf(u.rt, sizeof(u.rt), "01");
	snprintf(u.rw, sizeof(u.rw), "01");
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, worker), 0);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, worker), 0);
	ck_assert_int_eq(w.c.state, CASE_SELESAI);
}

static const struct { const char *what; int sealed; enum case_state state; const char *lead; int yes, no, reached; } words[] = {
	{ "nobody has said anything",      0, CASE_SELESAI,    "", 0, 0, 0 },
	{ "one is not enough",             0, CASE_SELESAI,    "", 1, 0, 0 },
	{ "two are",                       0, CASE_SELESAI,    "", 2, 0, 1 },
	{ "two of three",                  0, CASE_SELESAI,    "", 2, 1, 1 },
	{ "two of four are not",           0, CASE_SELESAI,    "", 2, 2, 0 },
	{ "four of six",                   0, CASE_SELESAI,    "", 4, 2, 1 },
	{ "it is not said to be mended",   0, CASE_DITANGANI,  "", 3, 0, 0 },
	{ "it is closed already",          0, CASE_DITUTUP,    "", 3, 0, 0 },
	{ "who follows has his own word",  0, CASE_SELESAI,    "ABCDEFGH", 3, 0, 0 },
	{ "sealed: its reporter alone",    1, CASE_SELESAI,    "", 3, 0, 0 },
};

START_TEST(two_of_three)
{
	struct case_record c = { .sealed = words[_i].sealed, .state = words[_i].state };

	snprintf(c.lead, sizeof(c.lead), "%s", words[_i].lead);
	ck_assert_msg(quorum_reached(w.p, &c, words[_i].yes, words[_i].no) == words[_i].reached, "%s", words[_i].what);
}
END_TEST

START_TEST(switched_off)
{
	struct policy none = *w.p;
	struct case_record c = { .state = CASE_SELESAI };

	none.quorum = 0;
	ck_assert_int_eq(quorum_reached(&none, &c, 9, 0), 0);
}
END_TEST

START_TEST(others_end_it_as_confirmed)
{
	resolved("O-DISHUB", WORKER);
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_ATTEST, .by = BY_SYSTEM, .voices = 2 }), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUTUP);
	ck_assert_int_eq(w.c.closed_as, CLOSE_CONFIRMED);
	ck_assert_ptr_nonnull(world_message(&w, "kabar-ditutup", "warga"));
}
END_TEST

START_TEST(without_a_word_it_is_not_confirmed)
{
	resolved("O-DISHUB", WORKER);
	world_run(&w, w.c.confirm_by_ms, w.now, NULL);
	ck_assert_int_eq(w.c.state, CASE_DITUTUP);
	ck_assert_int_eq(w.c.closed_as, CLOSE_UNDISPUTED);
}
END_TEST

START_TEST(the_head_of_the_rt_is_asked)
{
	const struct message *m;

	resolved("O-DISHUB", WORKER);
	m = world_message(&w, "tanya-tuntas", RT_HEAD);
	ck_assert_ptr_nonnull(m);
	ck_assert_str_ne(m->nonce, "");
	ck_assert_int_eq(world_act(&w, ON_ATTEST, RT_HEAD), 0);
	ck_assert_int_eq(w.c.closed_as, CLOSE_CONFIRMED);
}
END_TEST

/* It is a question, no task: it opens him neither the case nor anything to do with it. */
START_TEST(who_is_asked_may_only_answer)
{
	static const enum case_event others[] = { ON_WITHDRAW, ON_NOTE, ON_UNDO, ON_HANDLE, ON_CONFIRM, ON_TRUTH };
	struct access_case a;

	resolved("O-DISHUB", WORKER);
	for (size_t i = 0; i < N_ELEMS(others); i++)
		ck_assert_msg(world_act(&w, others[i], RT_HEAD) == -1, "%s", case_event_name(others[i]));
	access_case_of(&a, &w.c, officer_find(&w.r, RT_HEAD));
	ck_assert_int_eq(a.tasked, 0);
	ck_assert(!access_may(w.p, officer_find(&w.r, RT_HEAD), SEE_REPORTER, &a));
	access_case_of(&a, &w.c, officer_find(&w.r, WORKER));
	ck_assert_int_eq(a.tasked, 1);
}
END_TEST

START_TEST(the_head_of_the_rt_disputes)
{
	int level;

	resolved("O-DISHUB", WORKER);
	level = w.c.level;
	ck_assert_int_eq(world_act(&w, ON_DISPUTE, RT_HEAD), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.c.level, level + 1);
}
END_TEST

START_TEST(nobody_says_it_of_his_own_work)
{
	struct command own = { .event = ON_CONFIRM, .by = BY_RESIDENT, .note = "1" };

	resolved("O-DISHUB", WORKER);
	ck_assert_int_eq(world_act(&w, ON_ATTEST, WORKER), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_OWN);
	ck_assert_int_eq(world_act(&w, ON_DISPUTE, WORKER), -1);
	/* nor from his own number, as if he were a resident */
	snprintf(own.actor, sizeof(own.actor), WORKER);
	ck_assert_int_eq(world_send(&w, own), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_OWN);
	ck_assert_int_eq(w.c.state, CASE_SELESAI);
	/* the head of his office has not mended it, and is of the same unit all the same */
	snprintf(own.actor, sizeof(own.actor), "kpl-o-dishub");
	ck_assert_int_eq(world_send(&w, own), -1);
	/* an officer of somewhere else is a resident like any other */
	snprintf(own.actor, sizeof(own.actor), "kpl-bupati");
	ck_assert_int_eq(world_send(&w, own), 0);
	ck_assert_int_eq(w.c.closed_as, CLOSE_CONFIRMED);
}
END_TEST

START_TEST(an_rt_that_worked_is_not_asked)
{
	resolved(RT_UNIT, RT_HEAD);
	ck_assert_ptr_null(world_message(&w, "tanya-tuntas", NULL));
	ck_assert_int_eq(world_act(&w, ON_ATTEST, RT_HEAD), -1);
}
END_TEST

/* What was undone is asked about no more, and the question was no task. */
START_TEST(undone_the_question_ends)
{
	resolved("O-DISHUB", WORKER);
	ck_assert_int_eq(world_act(&w, ON_UNDO, WORKER), 0);
	ck_assert_int_eq(world_act(&w, ON_ATTEST, RT_HEAD), -1);
	ck_assert_int_eq(world_act(&w, ON_HANDLE, RT_HEAD), -1);
}
END_TEST

START_TEST(of_sealed_cases_the_reporter_alone)
{
	struct command word = { .event = ON_ATTEST, .by = BY_SYSTEM, .voices = 2 };

	resolved("O-DISHUB", WORKER);
	w.c.sealed = 1;
	ck_assert_ptr_null(quorum_witness(w.p, &w.c));
	ck_assert_int_eq(world_send(&w, word), -1);
	ck_assert_int_eq(w.c.state, CASE_SELESAI);
}
END_TEST

Suite *
quorum_suite(void)
{
	Suite *s = suite_create("quorum");
	TCase *tc = tcase_create("quorum");

	tcase_add_checked_fixture(tc, begin, NULL);
	tcase_add_loop_test(tc, two_of_three, 0, (int)N_ELEMS(words));
	tcase_add_test(tc, switched_off);
	tcase_add_test(tc, others_end_it_as_confirmed);
	tcase_add_test(tc, without_a_word_it_is_not_confirmed);
	tcase_add_test(tc, the_head_of_the_rt_is_asked);
	tcase_add_test(tc, who_is_asked_may_only_answer);
	tcase_add_test(tc, the_head_of_the_rt_disputes);
	tcase_add_test(tc, nobody_says_it_of_his_own_work);
	tcase_add_test(tc, an_rt_that_worked_is_not_asked);
	tcase_add_test(tc, undone_the_question_ends);
	tcase_add_test(tc, of_sealed_cases_the_reporter_alone);
	suite_add_tcase(s, tc);
	return s;
}
