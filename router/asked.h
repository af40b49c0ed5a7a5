#ifndef KENTONGAN_ASKED_H
#define KENTONGAN_ASKED_H
/*
 * What a sender was asked with his receipt (where it is, which case he means) and what he says to
 * it.  An answer is taken only where it can mean one thing; what is not understood goes its usual
 * way, and the desk has the case meanwhile.
 */
#include "router/converse.h"

/* 1 when the entry answers such a question and is used up, 0: it does not, -1: come again. */
int asked_answer(struct router *r, struct entry *e, const struct speech *s);
/*
 * Unclear, and no cry for help, from a number that is marked for pranks or has sent so many that nobody
 * has read yet: it joins the last of these and wakes nobody.  1 used up, 0 not such, -1 come again.
 */
int asked_heap(struct router *r, struct entry *e);
/*
 * A text that is no report of its own, from somebody with n open cases: 1 and in out the one that
 * it can only belong to.  0: no telling; the entry is made to ask him.  -1 come again.
 */
int asked_which(struct router *r, struct entry *e, const struct code *codes, int n, struct code *out);
#endif
