#include <check.h>
#include <string.h>

#include "core/transition.h"

Suite *transition_suite(void);

/*
 * Columns: Baru diTugaskan diterima(A) Menuju ditangani(H) Selesai menunggu(W) ditutup(C).
 * The letter is the state after; "<" goes back to where it came from; "." is refused.
 */
static const char letters[] = "BTAMHSWC";
static const struct { enum case_event on; const char *row; } matrix[] = {
	/*                     BTAMHSWC */
	{ ON_OPEN,            "T......." },
	{ ON_TRIAGE,          "B......." },
	{ ON_LEGACY,          "T......." },
	{ ON_PAST,            "C......." },
	{ ON_ASSIGN,          "TTTTT.T." },
	{ ON_ACCEPT,          ".AAMH..." },
	{ ON_GO,              ".MMMH..." },
	{ ON_ARRIVE,          "...M...." },
	{ ON_HANDLE,          ".HHHH.H." },
	{ ON_RESOLVE,         ".SSSS.S." },
	{ ON_DECLINE,         ".BBB...." },
	{ ON_DROP,            ".TAMH..." },
	{ ON_HAND_ON,         "TTTTT..." },
	{ ON_ASK,             "WWW.W..." },
	{ ON_NOTE,            "BTAMHS<." },
	{ ON_WAIT,            "..A.H..." },
	{ ON_APPROVE,         "..W.W..." },
	{ ON_REFUSE,          "..A.H..." },
	{ ON_RESUME,          "......<." },
	{ ON_CONFIRM,         ".....C.." },
	{ ON_DISPUTE,         ".....T.." },
	{ ON_LAPSE,           ".....C.." },
	{ ON_ATTEST,          ".....C.." },
	{ ON_WITHDRAW,        "CCCCCCC." },
	{ ON_WITHDRAW_ASKED,  "BTAMHSW." },
	{ ON_REJECT,          "CCC....." },
	{ ON_MERGE,           "TTTTT.T." },
	{ ON_DUPLICATE,       "CCC....." },
	{ ON_SPLIT,           ".T..T..." },
	{ ON_BREAK,           ".T..T..." },
	{ ON_SECOND,          "BTAMHSW." },
	{ ON_GROW,            "BTAMHSW." },
	{ ON_SEAL,            "BTAMHSWC" },
	{ ON_SEAL_AWAY,       "TTTTT.T." },
	{ ON_TRUTH,           "BTAMHSW." },
	{ ON_PHOTO,           "BTAMHSWC" },
	{ ON_PHOTO_FINE,      "....HS.." },
	{ ON_PHOTO_FALSE,     ".....T.." },
	{ ON_QUIET,           "BTAMHSW." },
	{ ON_WRONG_NUMBER,    "BTAMHSW." },
	{ ON_LANGUAGE,        "BTAMHSW." },
	{ ON_UNDO,            "..<<<<.." },
	{ ON_TAKE_OVER,       "AAAAH.A." },
	{ ON_WHY,             "BTAMHSW." },
	{ ON_ANSWER,          "BTAMHSW." },
	{ ON_DATE,            ".TAMH..." },
	{ ON_RECKON,          "BTAMHSW." },
	{ ON_HELP,            ".TAMH..." },
	{ ON_SIGN,            "...MH..." },
	{ ON_FILE,            "BTAMHSWC" },
	{ ON_FILE_MISSING,    "BTAMHSWC" },
	{ ON_RETURN,          "..TTT.T." },
	{ ON_LEAVE,           "BTAMHSW." },
	{ ON_ABANDON,         "..T....." },
	{ ON_LOCATE,          ".TAMH..." },
	{ ON_BELONG,          "C......." },
	{ ON_HEAP,            "B......." },
	{ ON_STAND_DOWN,      "CCCCCCC." },
	{ ON_DUE,             "BTAMHSW." },
};

START_TEST(every_pair)
{
	const char *row = matrix[_i].row;

	ck_assert_int_eq(matrix[_i].on, _i);
	for (int from = CASE_BARU; from <= CASE_DITUTUP; from++) {
		const struct transition *t = transition_find((enum case_state)from, matrix[_i].on);
		char found = t == NULL ? '.' : letters[t->to];

		/* The table marks "back" by menunggu. */
		if (row[from] == '<')
			ck_assert_msg(found == 'W', "%s from %s is not there",
			    case_event_name(matrix[_i].on),
			    case_state_name((enum case_state)from));
		else
			ck_assert_msg(found == row[from], "%s from %s goes to %c, not %c",
			    case_event_name(matrix[_i].on), case_state_name((enum case_state)from),
			    found, row[from]);
	}
}
END_TEST

START_TEST(no_pair_twice)
{
	for (size_t i = 0; transition_at(i) != NULL; i++) {
		const struct transition *t = transition_at(i);

		ck_assert_msg(transition_find(t->from, t->on) == t, "row %zu can never be found",
		    i);
		ck_assert_msg(t->from != CASE_DITUTUP || (t->to == CASE_DITUTUP && t->effects == 0),
		    "row %zu leaves ditutup", i);
	}
}
END_TEST

/* What must be true of a row because of its event or where it goes. */
static void
row_is_lawful(const struct transition *t, size_t i)
{
	unsigned ended = FX_STOP_ALL | FX_REVOKE;
	int acts = t->on == ON_HANDLE || t->on == ON_RESOLVE;

	if (t->to == CASE_DITUTUP && t->from != CASE_DITUTUP)
		ck_assert_msg((t->effects & ended) == ended,
		    "row %zu closes and leaves work open", i);
	else
		ck_assert_msg(!(t->effects & FX_STOP_ALL),
		    "row %zu stops the clocks of an open case", i);
	/* Only an act counts as handled: no hand-over, no wait, no acknowledgement (D5). */
	ck_assert_msg(!(t->effects & FX_STOP_HANDLED) || acts, "row %zu stops the four hours", i);
	ck_assert_msg(!(t->effects & FX_STOP_RESOLVED) || t->on == ON_RESOLVE, "row %zu", i);
	if (acts && t->from != CASE_DITANGANI)
		ck_assert_msg(t->effects & FX_STOP_HANDLED,
		    "row %zu is an act that does not count", i);
	ck_assert_msg(!(t->effects & FX_REOPEN) == (t->on != ON_DISPUTE && t->on != ON_PHOTO_FALSE), "row %zu reopens", i);
	ck_assert_msg(!(t->effects & FX_FIRST) == (t->on != ON_OPEN && t->on != ON_TRIAGE &&
	    t->on != ON_LEGACY && t->on != ON_PAST),
	    "row %zu", i);
	ck_assert_msg(!(t->effects & FX_CLIMB) == (t->on != ON_DUE), "row %zu", i);
	ck_assert_msg(t->on != ON_DUE || t->to == t->from, "row %zu: time alone changes a state",
	    i);
	/* Who is gone has the task no more: that, and a clock that starts anew, is all. */
	if (t->on == ON_RETURN || t->on == ON_LEAVE || t->on == ON_ABANDON)
		ck_assert_msg((t->effects & ~(unsigned)FX_RESTART_TAKEN) == FX_RELEASE &&
		    (t->effects & FX_RESTART_TAKEN) == (t->to == t->from ? 0u : FX_RESTART_TAKEN),
		    "row %zu", i);
	/* A second alarm, or a place, tells the units that join, and no others. */
	if (t->effects & FX_TELL_UNIT && !(t->effects & FX_FIRST) && t->on != ON_HELP &&
	    t->on != ON_LOCATE)
		ck_assert_msg(t->effects & FX_REVOKE, "row %zu gives tasks beside the old ones",
		    i);
}

START_TEST(rows_are_lawful)
{
	static const enum case_event reasoned[] = { ON_RESOLVE, ON_DECLINE, ON_DROP, ON_HAND_ON,
	    ON_ASK, ON_WAIT, ON_REFUSE, ON_REJECT, ON_MERGE, ON_DUPLICATE, ON_SPLIT, ON_SECOND, ON_TRUTH, ON_WHY, ON_ANSWER, ON_DATE, ON_RECKON,
	    ON_PHOTO_FINE, ON_PHOTO_FALSE };

	for (size_t i = 0; transition_at(i) != NULL; i++) {
		const struct transition *t = transition_at(i);
		unsigned must = 0;

		for (size_t e = 0; e < N_ELEMS(reasoned); e++)
			if (reasoned[e] == t->on)
				must = FX_REASON;
		ck_assert_msg((t->effects & FX_REASON) == must, "row %zu: reason of %s", i,
		    case_event_name(t->on));
		row_is_lawful(t, i);
	}
}
END_TEST

START_TEST(names_go_both_ways)
{
	enum case_event e;
	enum case_state s;

	for (int i = ON_OPEN; i <= ON_DUE; i++) {
		ck_assert_int_eq(case_event_of_name(case_event_name((enum case_event)i), &e), 0);
		ck_assert_int_eq(e, i);
	}
	for (int i = CASE_BARU; i <= CASE_DITUTUP; i++) {
		ck_assert_int_eq(case_state_of_name(case_state_name((enum case_state)i), &s), 0);
		ck_assert_int_eq(s, i);
	}
	ck_assert_int_eq(case_event_of_name("tutup", &e), -1);
	ck_assert_int_eq(case_event_of_name("", &e), -1);
	ck_assert_int_eq(case_state_of_name("Baru", &s), -1);
}
END_TEST

Suite *
transition_suite(void)
{
	Suite *s = suite_create("transition");
	TCase *tc = tcase_create("transition");

	tcase_add_loop_test(tc, every_pair, 0, N_ELEMS(matrix));
	tcase_add_test(tc, no_pair_twice);
	tcase_add_test(tc, rows_are_lawful);
	tcase_add_test(tc, names_go_both_ways);
	suite_add_tcase(s, tc);
	return s;
}
