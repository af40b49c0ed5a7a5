#ifndef KENTONGAN_QUESTION_H
#define KENTONGAN_QUESTION_H
/*
 * What a report leaves open is asked of its sender: once, with his receipt.  Nothing waits for his
 * answer: whoever reads the case meanwhile has it.
 */
#include "core/step.h"

/* Notes in the case what is to be asked; its receipt then asks it (tell_reporter). */
void question_open(struct step *s);
/* The text of conf/pesan that asks it; NULL: there is nothing to ask. */
const char *question_kind(const struct case_record *c);
/* Answered, or of no interest any more. */
void question_close(struct case_record *c);
/* ON_LOCATE: the place, and the units that answer for it. 0, or -1 refused. */
int act_locate(struct step *s);
/* ON_BELONG: its words went to another of the sender's cases.  0, or -1 refused. */
int act_belong(struct step *s);
#endif
