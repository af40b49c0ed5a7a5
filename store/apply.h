#ifndef KENTONGAN_APPLY_H
#define KENTONGAN_APPLY_H
/*
 * One command to one case of the store: read, decided, committed, again while somebody is faster.
 * For who has a single command and time to wait for it; daemons with many batch them.
 */
#include "store/cases.h"
#include "store/commit.h"
#include "store/house.h"

/*
 * What is only known once the case was read: fills the command, and what else must hold when it is committed
 * (commit_beside()); NULL, or why it cannot be.  Called at each try.
 */
typedef const char *apply_prepare(const struct policy *p, const struct case_record *c,
    struct command *cmd, struct commit_batch *b, void *arg);

struct intake;
/*
 * The same words as a report of their own, for commit_beside_report(): the second problem that a report names,
 * which that case is opened with (place "": where the words say).  intake_release() it.
 */
void second_prepare(struct intake *in, const struct store *st, const char *code, const struct laporan *words,
    const char *category, const char *place);

/*
 * COMMIT_OK with what was decided in fx; else *why says what is wrong.  prepare may be NULL; the
 * command's entropy is drawn here.  COMMIT_REFUSED: the case does not take it, or there is none.
 */
enum commit_result case_apply(struct house *h, const struct code *code, struct command *cmd,
    apply_prepare *prepare, void *arg, struct effects *fx, const char **why);
#endif
