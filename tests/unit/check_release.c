/* Who is gone has the task no more; who lets a case lie has it no more either. */
#include <inttypes.h>

#include "tests/unit/world.h"

Suite *release_suite(void);

#define DLH "O-DLH"
#define ONE "ptg-o-dlh-1"
#define TWO "ptg-o-dlh-2"
#define HEAD "kpl-o-dlh"
#define DESA "D-35.10.20.2005"
#define LONE "ptg-35.10.20.2005-1"	/* the only one of his desa */
#define LONE_HEAD "kpl-35.10.20.2005"

static struct policy *shipped;
static struct world w;
static int64_t t0;		/* Friday, 20 November 2026, 09:05 WIB */

static void
load(void)
{
	struct wib t = { .year = 2026, .month = 11, .day = 20, .hour = 9, .minute = 5 };

	shipped = world_policy(NULL);
	t0 = wib_to_ms(&t);
}

static void
unload(void)
{
	policy_free(shipped);
}

/* A case for two of one dinas, with a desa beside it. */
static void
begin(void)
{
	struct understanding u = world_understanding("sampah", URGENCY_BIASA, "35.10.20.2005",
	    DLH " " DESA);

	memset(&w, 0, sizeof(w));
	w.p = shipped;
	w.now = t0;
	world_roster(&w.r);
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
	ck_assert_int_eq(w.c.tasks_n, 3);
	w.now += MINUTE_MS;
}

static void
end(void)
{
	roster_release(&w.r);
}

/* He has left, and the house says so to the case. */
static int
gone(const char *id)
{
	struct command cmd = { .event = ON_RETURN, .by = BY_SYSTEM };

	world_officer(&w, id)->ended = 1;
	snprintf(cmd.leaver, sizeof(cmd.leaver), "%s", id);
	return world_send(&w, cmd);
}

static const struct case_task *
task_of(const char *id)
{
	return case_task_of(&w.c, id);
}

static int
dropped(const char *officer, const char *nonce)
{
	for (int i = 0; i < w.fx.indexes_n; i++)
		if (w.fx.indexes[i].kind == INDEX_TASK_DROP &&
		    strcmp(w.fx.indexes[i].officer, officer) == 0 &&
		    strcmp(w.fx.indexes[i].nonce, nonce) == 0)
			return 1;
	return 0;
}

static int
cancelled(int n)
{
	for (int i = 0; i < w.fx.cancels_n; i++)
		if (w.fx.cancels[i] == n)
			return 1;
	return 0;
}

START_TEST(the_holder_leaves)
{
	char nonce[NONCE_CHARS + 1];
	int64_t promise = world_clock(&w, "ditangani")->due_ms;
	int told;

	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	memcpy(nonce, task_of(ONE)->nonce, sizeof(nonce));
	told = task_of(ONE)->message;
	w.now += HOUR_MS;
	ck_assert_int_eq(gone(ONE), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_str_eq(w.fx.what, "kembali");
	ck_assert_str_eq(w.c.holder, "");
	ck_assert_ptr_null(task_of(ONE));
	ck_assert_int_eq(dropped(ONE, nonce), 1);
	ck_assert_int_eq(cancelled(told), 1);
	/* his colleague is told anew, under a number of his own; the desa has its task still */
	ck_assert_ptr_nonnull(world_message(&w, "tugas", TWO));
	ck_assert_ptr_null(world_message(&w, "tugas", LONE));
	ck_assert_ptr_nonnull(task_of(LONE));
	ck_assert_ptr_null(world_message(&w, "tugas", ONE));
	ck_assert_ptr_null(world_message(&w, "tarik", ONE));
	/* to take it there is time anew, to handle it there is not */
	ck_assert_int_eq(world_clock(&w, "diambil")->state, CLOCK_RUNNING);
	ck_assert_int_eq(world_clock(&w, "diambil")->epoch, 1);
	ck_assert_int_eq(world_clock(&w, "diambil")->start_ms, w.now);
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, promise);
	ck_assert_int_eq(w.c.abandoned, 0);
	/* and once is enough */
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, TWO), 0);
	ck_assert_int_eq(gone(ONE), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_str_eq(w.c.holder, TWO);
	ck_assert_int_eq(w.fx.messages_n, 0);
}
END_TEST

/* The head was asked to let it wait; then the case fell back, and the task is his own to do. */
START_TEST(an_old_wish_ends_no_new_task)
{
	struct command wish = { .event = ON_WAIT, .by = BY_OFFICER, .actor = LONE, .note = "aspal",
	    .reason = "anggaran", .until_ms = w.now + 5 * DAY_MS };
	struct understanding u = world_understanding("jalan-rusak", URGENCY_BIASA, "35.10.20.2005",
	    "D-35.10.20.2005");
	const char *head;

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, LONE), 0);
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_send(&w, wish), 0);
	head = w.c.wish.head;
	ck_assert_str_ne(head, "");
	for (size_t i = 0; i < w.r.n; i++)	/* nobody else is there */
		if (strcmp(w.r.officers[i].unit, "D-35.10.20.2005") == 0 &&
		    strcmp(w.r.officers[i].id, head) != 0)
			w.r.officers[i].ended = 1;
	w.now += HOUR_MS;
	ck_assert_int_eq(gone(LONE), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.c.tasks_n, 1);
	ck_assert_int_eq(w.c.tasks[0].state, TASK_OPEN);
	ck_assert_ptr_nonnull(world_message(&w, "tugas", w.c.tasks[0].officer));
	ck_assert_int_eq(dropped(w.c.tasks[0].officer, w.c.tasks[0].nonce), 0);
}
END_TEST

/* Who was asked to let it wait is gone: another may be asked. */
START_TEST(a_wish_outlives_its_head)
{
	struct command wish = { .event = ON_WAIT, .by = BY_OFFICER, .actor = ONE, .note = "aspal",
	    .reason = "anggaran", .until_ms = w.now + 5 * DAY_MS };
	char head[OFFICER_ID_CHARS];

	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	ck_assert_int_eq(world_send(&w, wish), 0);
	memcpy(head, w.c.wish.head, sizeof(head));
	ck_assert_str_ne(head, "");
	ck_assert_int_eq(world_send(&w, wish), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_OPEN_WISH);
	ck_assert_int_eq(gone(head), 0);
	ck_assert_int_eq(world_send(&w, wish), 0);
	ck_assert_str_ne(w.c.wish.head, head);
}
END_TEST

/* Nobody is put back by taking back what came before his going. */
START_TEST(what_is_taken_back_gives_it_to_nobody_gone)
{
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	ck_assert_int_eq(world_act(&w, ON_HANDLE, ONE), 0);
	ck_assert(w.c.undo.until_ms > w.now);
	ck_assert_int_eq(gone(ONE), 0);
	ck_assert_int_eq(world_act(&w, ON_UNDO, ONE), -1);
	ck_assert_str_eq(w.c.holder, "");
	ck_assert_int_eq(w.c.undo.until_ms, 0);
}
END_TEST

/* From whatever he was at: the case, not he, decides what becomes of it. */
static const struct { enum case_event acts[3]; int acts_n; enum case_state after; } stages[] = {
	{ { ON_ACCEPT, ON_GO }, 2, CASE_DITUGASKAN },
	{ { ON_ACCEPT, ON_GO, ON_ARRIVE }, 3, CASE_DITUGASKAN },
	{ { ON_HANDLE }, 1, CASE_DITUGASKAN },
	{ { ON_HANDLE, ON_ASK }, 2, CASE_DITUGASKAN },
	{ { ON_ACCEPT, ON_ASK }, 2, CASE_DITUGASKAN },
	{ { ON_HANDLE, ON_RESOLVE }, 2, CASE_SELESAI },	/* the resident's word is waited for still */
};

START_TEST(he_leaves_at_any_stage)
{
	enum clock_state handled;

	for (int i = 0; i < stages[_i].acts_n; i++)
		ck_assert_int_eq(world_act(&w, stages[_i].acts[i], ONE), 0);
	handled = world_clock(&w, "ditangani")->state;
	w.now += MINUTE_MS;
	ck_assert_int_eq(gone(ONE), 0);
	ck_assert_int_eq(w.c.state, stages[_i].after);
	ck_assert_str_eq(w.c.holder, "");
	ck_assert_int_eq(world_clock(&w, "ditangani")->state, handled);
	ck_assert_int_eq(world_clock(&w, "diambil")->state,
	    stages[_i].after == CASE_DITUGASKAN ? CLOCK_RUNNING : CLOCK_MET);
	ck_assert_int_eq(world_message(&w, "tugas", TWO) != NULL,
	    stages[_i].after == CASE_DITUGASKAN);
	ck_assert_int_eq(w.c.wait_until_ms, 0);
}
END_TEST

START_TEST(a_budget_is_not_waited_for_without_a_holder)
{
	struct command wait = { .event = ON_WAIT, .by = BY_OFFICER, .note = "anggaran",
	    .actor = ONE, .reason = "anggaran", .until_ms = t0 + 9 * DAY_MS };
	int64_t due = world_clock(&w, "diselesaikan")->due_ms;

	ck_assert_int_eq(world_act(&w, ON_HANDLE, ONE), 0);
	ck_assert_int_eq(world_send(&w, wait), 0);
	ck_assert_int_eq(world_act(&w, ON_APPROVE, HEAD), 0);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->state, CLOCK_PAUSED);
	w.now += HOUR_MS;
	ck_assert_int_eq(gone(ONE), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	/* what was waited counts as waited, no more */
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->state, CLOCK_RUNNING);
	ck_assert_int_eq(world_clock(&w, "diselesaikan")->due_ms, due + HOUR_MS);
}
END_TEST

/* One of those who were told: the others have it, nobody is told again. */
START_TEST(one_of_several_leaves)
{
	char nonce[NONCE_CHARS + 1];

	memcpy(nonce, task_of(TWO)->nonce, sizeof(nonce));
	ck_assert_int_eq(gone(ONE), 0);
	ck_assert_str_eq(w.fx.what, "pergi");
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.fx.messages_n, 0);
	ck_assert_str_eq(task_of(TWO)->nonce, nonce);
	ck_assert_int_eq(world_clock(&w, "diambil")->epoch, 0);
	/* the last one: his head hears of it */
	ck_assert_int_eq(gone(TWO), 0);
	ck_assert_int_eq(w.fx.messages_n, 1);
	ck_assert_ptr_nonnull(world_message(&w, "tugas", HEAD));
	/* the other unit's only one */
	ck_assert_int_eq(gone(LONE), 0);
	ck_assert_ptr_nonnull(world_message(&w, "tugas", LONE_HEAD));
}
END_TEST

/* The case is in hand: a colleague who goes changes nothing. */
START_TEST(one_who_need_not_come_leaves)
{
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	ck_assert_int_eq(gone(TWO), 0);
	ck_assert_int_eq(w.c.state, CASE_DITERIMA);
	ck_assert_str_eq(w.c.holder, ONE);
	ck_assert_int_eq(w.fx.messages_n, 0);
	ck_assert_ptr_null(task_of(TWO));
}
END_TEST

/* He took it over and never had a task. */
START_TEST(who_took_over_leaves)
{
	ck_assert_int_eq(world_act(&w, ON_TAKE_OVER, HEAD), 0);
	ck_assert_int_eq(w.c.tasks_n, 0);
	ck_assert_int_eq(gone(HEAD), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_ptr_nonnull(world_message(&w, "tugas", ONE));
	ck_assert_ptr_nonnull(world_message(&w, "tugas", TWO));
}
END_TEST

/* A new number is like a new phone: nothing of the old one counts, he himself is told anew. */
START_TEST(another_number)
{
	struct command cmd = { .event = ON_RETURN, .by = BY_SYSTEM, .leaver = ONE };
	char nonce[NONCE_CHARS + 1];

	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	memcpy(nonce, task_of(ONE)->nonce, sizeof(nonce));
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_eq(dropped(ONE, nonce), 1);
	ck_assert_ptr_nonnull(world_message(&w, "tugas", ONE));
	ck_assert_ptr_nonnull(world_message(&w, "tugas", TWO));
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
}
END_TEST

START_TEST(warnings_to_him_are_called_back)
{
	int warned = 0;

	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	w.c.stall_ms = 0;
	while (w.fx.esc.kind != ESC_WARNING) {
		w.now = case_due_ms(&w.c);
		ck_assert_int_eq(world_due(&w), 0);
	}
	ck_assert_ptr_nonnull(world_message(&w, "ingat", ONE));
	warned = world_message(&w, "ingat", ONE)->n;
	ck_assert_int_eq(gone(ONE), 0);
	ck_assert_int_eq(cancelled(warned), 1);
	for (int i = 0; i < w.c.pending_n; i++)
		ck_assert_str_ne(w.c.pending[i].officer, ONE);
}
END_TEST

START_TEST(nobody_but_the_house_says_so)
{
	static const enum case_event on[] = { ON_RETURN, ON_LEAVE, ON_ABANDON };

	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	for (size_t i = 0; i < N_ELEMS(on); i++) {
		ck_assert_int_eq(world_act(&w, on[i], HEAD), -1);
		ck_assert_int_eq(w.fx.refusal, REFUSED_AUTHORITY);
		ck_assert_int_eq(world_say(&w, on[i]), -1);
	}
}
END_TEST

/* ---- accepted, abandoned ---- */

/* Lets time run to ms and says whether the case was taken from its holder on the way. */
static int
is_abandoned_by(int64_t ms)
{
	int was = w.c.abandoned;

	while (case_due_ms(&w.c) <= ms && w.c.abandoned == was) {
		w.now = case_due_ms(&w.c) > w.now ? case_due_ms(&w.c) : w.now;
		ck_assert_int_eq(world_due(&w), 0);
	}
	if (w.c.abandoned == was)
		w.now = ms;
	return w.c.abandoned > was;
}

START_TEST(accepted_and_abandoned)
{
	int64_t limit = shipped->stall_ms[URGENCY_BIASA], promise, accepted;

	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	accepted = w.now;
	promise = world_clock(&w, "ditangani")->due_ms;
	ck_assert_int_eq(is_abandoned_by(accepted + limit - 1), 0);
	ck_assert_int_eq(is_abandoned_by(accepted + limit), 1);
	ck_assert_str_eq(w.fx.what, "terbengkalai");
	ck_assert_int_eq(w.now, accepted + limit);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.c.abandoned, 1);
	ck_assert_int_eq(w.c.abandoned_ms, w.now);
	ck_assert_ptr_nonnull(world_message(&w, "tarik", ONE));
	ck_assert_ptr_nonnull(world_message(&w, "tugas", TWO));
	ck_assert_ptr_null(world_message(&w, "tugas", ONE));
	ck_assert_ptr_null(task_of(ONE));
	ck_assert_int_eq(world_clock(&w, "ditangani")->due_ms, promise);
	/* taken again it is abandoned no more, but it was */
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, TWO), 0);
	ck_assert_int_eq(w.c.abandoned_ms, 0);
	ck_assert_int_eq(w.c.abandoned, 1);
	ck_assert_int_eq(is_abandoned_by(w.now + limit), 1);
	ck_assert_int_eq(w.c.abandoned, 2);
	/* who let it lie before may have it now: somebody must */
	ck_assert_ptr_nonnull(world_message(&w, "tugas", ONE));
}
END_TEST

static const struct { enum case_event on; enum actor_kind by; int abandoned; } signs[] = {
	{ ON_GO, BY_OFFICER, 0 }, { ON_HANDLE, BY_OFFICER, 0 }, { ON_ASK, BY_OFFICER, 0 },
	{ ON_NOTE, BY_OFFICER, 0 },
	{ ON_NOTE, BY_RESIDENT, 1 },		/* that somebody waits is no work */
	{ ON_QUIET, BY_RESIDENT, 1 },
};

START_TEST(a_sign_of_work)
{
	int64_t limit = shipped->stall_ms[URGENCY_BIASA], accepted;
	struct command cmd = { .event = signs[_i].on, .by = signs[_i].by, .note = "di jalan" };

	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	accepted = w.now;
	w.now += limit / 2;
	if (cmd.by == BY_OFFICER)
		snprintf(cmd.actor, sizeof(cmd.actor), "%s", ONE);
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_eq(is_abandoned_by(accepted + limit), signs[_i].abandoned);
	/* a note gives as long again, and no longer */
	if (signs[_i].on == ON_NOTE && !signs[_i].abandoned)
		ck_assert_int_eq(is_abandoned_by(accepted + limit / 2 + limit), 1);
}
END_TEST

/* Danger that is added brings the end nearer; a second one who joins does not put it off. */
START_TEST(danger_brings_it_nearer)
{
	struct understanding u = world_understanding("sampah", URGENCY_DARURAT, "35.10.20.2005", DLH);
	struct command danger = { .event = ON_NOTE, .by = BY_RESIDENT, .note = "api!", .u = &u };
	int64_t stall;

	ck_assert_int_eq(world_act(&w, ON_ACCEPT, ONE), 0);
	stall = w.c.stall_ms;
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, LONE), 0);
	ck_assert_int_eq(w.c.stall_ms, stall);
	ck_assert_int_eq(world_send(&w, danger), 0);
	ck_assert_int_eq(w.c.stall_ms, w.now + shipped->stall_ms[URGENCY_DARURAT]);
}
END_TEST

/* Nobody else is there: his head has it, and where there is none the unit above. */
START_TEST(the_only_one_let_it_lie)
{
	struct understanding u = world_understanding("sampah", URGENCY_BIASA, "35.10.20.2005", DESA);

	w.now = t0;
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, t0), 0);
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, LONE), 0);
	ck_assert_int_eq(is_abandoned_by(w.now + shipped->stall_ms[URGENCY_BIASA]), 1);
	ck_assert_ptr_nonnull(world_message(&w, "tugas", LONE_HEAD));
	world_officer(&w, LONE)->ended = 1;
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, LONE_HEAD), 0);
	ck_assert_int_eq(is_abandoned_by(w.now + shipped->stall_ms[URGENCY_BIASA]), 1);
	ck_assert_ptr_nonnull(world_message(&w, "tugas", "ptg-k-35.10.20-1"));
	ck_assert_ptr_nonnull(world_message(&w, "celah", NULL));
}
END_TEST

Suite *
release_suite(void)
{
	Suite *s = suite_create("release");
	TCase *tc = tcase_create("release");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, the_holder_leaves);
	tcase_add_test(tc, an_old_wish_ends_no_new_task);
	tcase_add_test(tc, a_wish_outlives_its_head);
	tcase_add_test(tc, what_is_taken_back_gives_it_to_nobody_gone);
	tcase_add_loop_test(tc, he_leaves_at_any_stage, 0, (int)N_ELEMS(stages));
	tcase_add_test(tc, a_budget_is_not_waited_for_without_a_holder);
	tcase_add_test(tc, one_of_several_leaves);
	tcase_add_test(tc, one_who_need_not_come_leaves);
	tcase_add_test(tc, who_took_over_leaves);
	tcase_add_test(tc, another_number);
	tcase_add_test(tc, warnings_to_him_are_called_back);
	tcase_add_test(tc, nobody_but_the_house_says_so);
	tcase_add_test(tc, accepted_and_abandoned);
	tcase_add_loop_test(tc, a_sign_of_work, 0, (int)N_ELEMS(signs));
	tcase_add_test(tc, danger_brings_it_nearer);
	tcase_add_test(tc, the_only_one_let_it_lie);
	suite_add_tcase(s, tc);
	return s;
}
