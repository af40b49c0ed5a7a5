#ifndef KENTONGAN_ACCESS_H
#define KENTONGAN_ACCESS_H
/*
 * Who may see what: one function, asked on every path: page, JSON, list, count, feed, search,
 * export, file.  What is not granted by a row of its table is refused.  What somebody may do with a
 * case is core/authority.h's, checked again at the commit.
 *
 * Ownership  everything is borrowed for the call.
 */
#include "core/case.h"
#include "core/policy.h"
#include "core/roster.h"

enum access {
	SEE_EXISTS,	/* in lists, counts, feeds, search */
	SEE_CASE,	/* category, place, clocks, ledger, log */
	SEE_WORDS,	/* what the citizen wrote and sent */
	SEE_REPORTER,	/* who he is */
	SEE_BOARD,	/* figures of the whole regency; needs no case */
	SEE_TRIAGE,	/* the operators' desk; needs no case */
	SEE_SYSTEM,	/* health, queues, accounts; needs no case */
	SEE_EXPORT,	/* whole tables to take away; needs no case */
	SEE_LOOKS,	/* who looked into which sealed case; needs no case */
	MAY_ENTER,	/* write a report down for a citizen who calls or comes; needs no case */
	MAY_BROADCAST,	/* send one message to many; needs no case */
	MAY_DRILL,	/* begin and end an exercise; needs no case */
	MAY_BREAK,	/* open a case that is not his in an emergency, for a while, and others hear of it; needs no case */
	ACCESS_N
};
const char *access_name(enum access a);

/* Who looks: by what he is, and by what he has to do with the case. */
enum viewer_class { VIEWER_OFFICER, VIEWER_HEAD, VIEWER_OPERATOR, VIEWER_ABOVE, VIEWER_ADMIN, VIEWER_WATCH, VIEWER_N };
enum relation { RELATION_NONE, RELATION_AREA, RELATION_BELOW, RELATION_OWN, RELATION_N };
const char *viewer_class_name(enum viewer_class c);
const char *relation_name(enum relation r);

/* What of a case decides; from a case_record, or from what the read model keeps of it. */
struct access_case {
	const char *place, *category, *about;	/* about: NULL nobody in office */
	const char *units[CASE_UNITS]; int units_n;
	int sealed, hide_reporter;
	int tasked;		/* the viewer has, or had, its task */
	int glass;		/* he has opened it in an emergency, and that time is not over (store/glass.h) */
};
void access_case_of(struct access_case *a, const struct case_record *c, const struct officer *o);

/* NULL officer, or one who has ended: nobody, who may nothing. */
enum viewer_class viewer_class_of(const struct policy *p, const struct officer *o);
enum relation relation_of(const struct policy *p, const struct officer *o, const struct access_case *c);
/*
 * 1 if it complains about him, his unit or one above it: then there is no such case for him, whatever
 * else he is, and no message of it goes to him.
 */
int access_is_accused(const struct policy *p, const struct officer *o, const char *about, const char *place);
/* c may be NULL for what needs no case. */
int access_may(const struct policy *p, const struct officer *o, enum access a,
    const struct access_case *c);
/*
 * Who is on duty in a unit: his own, those below a head's, all for operators, those above and who watches.  The
 * plan is changed by the heads of the unit and of those above it, and by administrators.
 */
enum roster_access { SEE_ROSTER, MAY_ROSTER };
int access_may_roster(const struct policy *p, const struct officer *o, const char *unit, enum roster_access a);
/* 1 when he opens a sealed case only by saying why: it is not his own work. */
int access_needs_why(const struct policy *p, const struct officer *o, const struct access_case *c);
/*
 * 1 when he may see a sealed case and does not work on it: it has no task for him and is not of his unit, nor
 * has he opened it to help in an emergency (who watches opens it to watch).  He is shown it as core/blur.h leaves it.
 */
int access_is_blurred(const struct policy *p, const struct officer *o, const struct access_case *c);
/*
 * 1 for whom sealed cases are daily work: who watches, the desk, units that a sealed category names.  They log
 * in with a second factor and are logged out sooner.
 */
int access_meets_sealed(const struct policy *p, const struct officer *o);
/* One cell of the table, for who prints or tests it whole. */
int access_cell(enum viewer_class v, enum relation r, int sealed, enum access a);
/* The same of a case for which he broke the glass, beside what is his anyhow. */
int access_cell_broken(enum viewer_class v, enum access a);
#endif
