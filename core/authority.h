#ifndef KENTONGAN_AUTHORITY_H
#define KENTONGAN_AUTHORITY_H
/*
 * Who may do what with a case.
 *
 * Errors     -1 and effects.refusal.
 */
#include "core/decide.h"

struct step;

/* Some commands mean another event, depending on the case and on who sends them. */
enum case_event command_event(const struct step *s, const struct case_record *c);
/*
 * 0, or -1 if this kind of sender may not cause the step's transition, if the case is none of his,
 * or if he gives no reason where one is due.
 */
int authority_check(struct step *s, const struct case_record *c);
/* Handed on or declined once more it is the desk's that decides such cases, whatever was asked for. */
int is_passed_around(const struct step *s, const struct case_record *c);
/*
 * For which of the case's units the actor speaks: a task may have come to him from one below.
 * An index of case_record.units; -1: for none.
 */
int actor_unit(const struct step *s, const struct case_record *c);
#endif
