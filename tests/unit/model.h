#ifndef KENTONGAN_TESTS_MODEL_H
#define KENTONGAN_TESTS_MODEL_H
/*
 * The reference model of promises: what a slow and careful clerk would write down about one case.
 *
 * It shares no code with core/, only the types of commands and of the parsed policy.  It keeps the
 * list of what happened and works everything out afresh from its beginning at each step: the
 * absolute moments of every clock, who holds the case, what the next moment is and who hears of it.
 * It knows working days by reading conf/libur.csv itself.
 *
 * Not foretold, but taken as given: which commands are refused, who has the case's tasks and took
 * them, for which unit an actor speaks, and which acts stand noted when the targets change.  Not
 * modelled: whom a case is about (check_accused.c), shifts with a date, and how a lead's end reaches
 * those who follow it, which is check_incident.c's and check_floods.c's.
 *
 * Units      int64_t milliseconds since the epoch, UTC.
 * Ownership  policy and roster are borrowed; the model is a plain value.
 */
#include "core/decide.h"

#define MODEL_HISTORY 2048
#define MODEL_MOMENTS (CLOCK_WARNINGS + 1 + LADDER_RUNGS)
#define MODEL_TOLD 16

/* What happened once, as it is written down. */
struct model_entry {
	enum case_event on;
	enum actor_kind by;
	int64_t at_ms;
	int has_u;
	struct understanding u;
	char to_unit[UNIT_CODE_CHARS];
	char speaks_for[UNIT_CODE_CHARS];	/* the actor's unit in this case, "" none */
	char own_unit[UNIT_CODE_CHARS];		/* of the roster, "" none */
	int64_t until_ms;
	int accepted;				/* units of the case that have taken their task */
	int on_it;				/* the actor has the case or has taken a task of it */
	int photo;				/* a photo was sent: 1 good, 2 doubted; 0 none, or one that did not do */
	int another_holder;			/* the case changed hands */
	int one_again;				/* of what is not over: it follows a lead from then on */
	/* of a timer: what the model said would happen */
	enum due_said { SAID_NOTHING, SAID_REVIEW, SAID_WARNING, SAID_BREACH, SAID_RUNG, SAID_PROMISE } said;
	int clock, hurried, rung;	/* rung: the one that told somebody; -1 none did */
	/* of a recalculation: what counts from then on, and which clocks still wait for their act */
	const struct policy *p;
	unsigned ahead;			/* bit of an enum clock_stop */
};

enum moment_kind { MOMENT_WARNING, MOMENT_BREACH, MOMENT_RUNG };
struct moment { enum moment_kind kind; int index; int64_t at_ms; int done; };
struct model_clock {
	enum clock_state state;
	int64_t start_ms, due_ms, since_ms, waited_ms, breached_ms;
	int epoch;
	int64_t again_ms;	/* asked anew from then on, 0 never; from that rung, -1 the breach */
	int again_rung;
	const struct ladder *ladder;
	struct moment moments[MODEL_MOMENTS]; int n;
};
struct model_stay { char holder[HOLDER_CHARS]; int64_t from_ms; };

/* What must happen if the engine looks at the case now. */
struct model_fate {
	enum case_event as;		/* ON_DUE, ON_LAPSE, ON_RESUME */
	enum due_said said;
	struct escalation esc;
	char officers[MODEL_TOLD][OFFICER_ID_CHARS]; int officers_n;
	int clock, hurried, rung;
};

struct model {
	const struct policy *p, *first;		/* now, and when it was opened */
	struct report_facts report;
	struct model_entry history[MODEL_HISTORY]; int n;
	/* worked out from the above */
	enum case_state state;
	char category[CATEGORY_CHARS], place[PLACE_CODE_CHARS];
	enum urgency urgency;
	int sealed, asked, doubted;
	int apart;			/* broken out of another: a dispatcher has it until he says who goes */
	int follows;			/* another case: its own promise is noted, nobody hears of it */
	char units[CASE_UNITS][UNIT_CODE_CHARS]; int units_n;
	struct model_clock clocks[POLICY_CLOCKS];
	int64_t review_ms, wait_ms, wish_ms, confirm_ms, stall_ms;
	int passes, dated;
	int64_t told_ms; int told_height;	/* the last rung that told somebody */
	enum case_state wait_back, undo_state;
	unsigned undo_clocks;
	struct model_stay stays[MODEL_HISTORY + 4]; int stays_n;
	int64_t closed_ms;
};

void model_begin(struct model *m, const struct policy *p, const struct report_facts *f);
/* One more thing happened: all is worked out again. */
void model_append(struct model *m, const struct model_entry *e);
/* 0; -1: nothing is due at now.  The case gives tasks and holder, the roster who is on duty. */
int model_fate(struct model *m, const struct case_record *c, const struct roster *r,
    int64_t now_ms, struct model_fate *out);
int64_t model_due_ms(struct model *m);
int64_t model_clock_next(struct model *m, int clock);
/* Milliseconds with that holder up to now. */
int64_t model_held_ms(const struct model *m, const char *holder, int64_t now_ms);
/* Heads of a unit who can be reached, in order; at most max, and how many answer no roll-call. */
int model_heads(const struct roster *r, const char *unit, int64_t now_ms,
    char out[][OFFICER_ID_CHARS], int max, int *silent);
#endif
