#ifndef KENTONGAN_JUDGE_H
#define KENTONGAN_JUDGE_H
/*
 * Whom words complain about, and whether they ask for secrecy: for who makes cases without the router, as
 * an import does.  By the same rules as a report's.
 */
#include "router/understand.h"

/* All 0 at first.  Borrows the policy of the last call. */
struct judge { const struct policy *policy; struct understander *understander; };
void judge_release(struct judge *j);
/* A legacy_judge() of core/legacy.h; arg is the struct judge. */
int judge_words(void *arg, const struct policy *p, const char *words, struct understanding *out);
#endif
