#ifndef KENTONGAN_TELL_H
#define KENTONGAN_TELL_H
/*
 * Who hears of a step: tasks with their messages, notices, news for the resident, and what of the
 * messages still queued is cancelled.  All is filled into the step's effects and case.
 *
 * Ownership  messages returned are the effects'; officers are the roster's.
 * Errors     a message beyond FX_MESSAGES is left out (NULL).  Nobody who could be told is a gap:
 *            effects.gap is set.
 */
#include "core/decide.h"

struct step;

/* One message to an officer; kind is static text of conf/pesan, group one of GROUP_*. */
struct message *tell_officer(struct step *s, const struct officer *o, const char *kind, char group);
/* A gap, told to the keeper of the roster: which unit had nobody, for which rung (or "tugas"). */
void tell_gap(struct step *s, const char *unit, const char *rung);
/* Tasks for the triage desk, and for the case's units; a case nobody was told of is the desk's. */
void tell_desk(struct step *s);
void tell_units(struct step *s);
/* It is confidential now: those who keep its task hear so; anew: other units lead, and are told. */
void tell_sealed(struct step *s, int anew);
/* The unit of who is gone gets the task anew; who let it lie hears that he has it no more. */
void tell_release(struct step *s);
/* A notice to those with a task; without any to the holder, else the lead, else the desk. */
void tell_holders(struct step *s, const char *kind);
/*
 * A wish to wait goes to a head who did not send it: of the lead unit, else of those above; his task
 * brings him the nonce to answer with.  And what became of it, to the one who wished.
 */
void tell_approver(struct step *s);
void tell_wisher(struct step *s);
/* A doubted photo, to the nearest head who did not send it. */
void tell_checker(struct step *s);
/* The head of the RT is asked whether it is so; and is asked no more. */
void tell_witness(struct step *s);
void witness_dismiss(struct step *s);
/* The answer, to the one who asked why. */
void tell_asker(struct step *s);
/* One fetch for each reference of the command, as a message that has no words. */
void tell_platforms(struct step *s);
/* What the resident hears of the step's event, if anything, and if he can be reached. */
/* Asked where it is he is silent: the desk hears of it, whoever has the case, unless he says it in time. */
void tell_placeless(struct step *s);
void tell_placed(struct step *s);
void tell_reporter(struct step *s);

/*
 * Cancels queued messages of these groups ("tw"), of one unit or of all (""), except those that
 * told the officer but ("": no exception) of his task.
 */
void messages_cancel(struct step *s, const char *groups, const char *unit, const char *but);

/* The same of all that is still to reach one officer. */
void messages_cancel_to(struct step *s, const char *officer);

/* Ends a task; its nonce is forgotten by the index. */
void task_drop(struct step *s, struct case_task *t);
/* Takes ended tasks out of the case. */
void tasks_prune(struct case_record *c);
/* One change of the store's look-up by officer and nonce ("" where the kind needs none). */
void index_add(struct step *s, enum index_kind kind, const char *officer, const char *nonce);
#endif
