#ifndef KENTONGAN_CONVERSE_H
#define KENTONGAN_CONVERSE_H
/*
 * What people answer: officers' replies to tasks, residents' questions and verdicts.  What
 * their words mean is read by router/speech.h.
 */
#include "router/speech.h"

struct router;
struct entry;

#define OPEN_MAX 8	/* cases of one sender that are told apart */
/* Whether one more answer may go to this sender this hour; counted once for an entry. */
int converse_may_answer(struct router *r, struct entry *e);
/*
 * Applies a command to a case until it is committed, which uses the entry up.  1 done, 0 refused
 * (r->fx tells why), -1 come again.
 */
int converse_apply(struct router *r, struct entry *e, const struct code *code, const struct command *cmd);
/* The same of a second case: the entry itself is not used up by it. */
int converse_apply_beside(struct router *r, struct entry *e, const struct code *code,
    const struct command *cmd);
/* Asks which of his cases he means: word with a code after it, in the example.  1, -1 come again. */
int converse_list(struct router *r, struct entry *e, const char *word, const struct code *codes, int n);
/* Where the last of the sender's open cases with a place is.  1, 0 none, -1 no answer. */
int converse_last_place(struct router *r, const struct entry *e, char place[PLACE_CODE_CHARS]);
/* Whether the sender has reported that case.  1, 0, -1 no answer. */
int converse_is_own(struct router *r, const struct entry *e, const struct code *code);
/* The sender's open cases; with only_done those that wait for his verdict.  How many, -1 no answer. */
int converse_own_cases(struct router *r, const struct entry *e, int only_done,
    struct code out[OPEN_MAX]);

/* 1 when the entry was a command or an answer and is used up; 0: it is a report; -1: come again. */
int converse(struct router *r, struct entry *e);
/* Thanks, greetings, "ok": no report. */
int converse_is_small_talk(const struct router *r, const struct understanding *u);
/* Uses the entry up with nothing but a log entry.  1, or -1: come again. */
int converse_note(struct router *r, struct entry *e, const char *what);
/* The officer whose telephone this came from, by SMS; NULL: none. */
const struct officer *officer_calling(const struct router *r, const struct entry *e);
#endif
