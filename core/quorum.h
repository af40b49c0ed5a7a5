#ifndef KENTONGAN_QUORUM_H
#define KENTONGAN_QUORUM_H
/*
 * When "selesai" is final without the reporter's own word: two of three others who reported the same
 * say so, or the head of the RT does.  Whoever worked on a case never says it about his own work.
 *
 * Others     who follows the case (its incident, IKUT) is asked about his own report; his 1 counts here.
 *            His 2 reopens at once, as his own, and counts against.
 * Sealed     cases ask their reporter alone.
 */
#include "core/case.h"
#include "core/policy.h"

#define CASE_QUORUM_MOST 32	/* as many are counted */

/* yes, no: reporters other than the case's own who answered 1, and 2.  1: it is final. */
int quorum_reached(const struct policy *p, const struct case_record *c, int yes, int no);
/* The RT that may be asked: known, of its place, and none of those who worked on it; NULL none. */
const struct unit *quorum_witness(const struct policy *p, const struct case_record *c);
/* 1 when that task is no work but the witness's question. */
int quorum_is_witness(const struct case_record *c, const struct case_task *t);
/* 1 when the officer had the case in hand, or a task of it, or belongs to one of its units. */
int quorum_is_own_work(const struct case_record *c, const struct officer *o);
#endif
