#ifndef KENTONGAN_ACT_H
#define KENTONGAN_ACT_H
/*
 * What each act changes in the case itself: who leads, who holds, when it was taken.  Clocks are
 * clocks.h, messages tell.h; decide.c says which act belongs to which event.
 *
 * Ownership  the step and its case are changed in place.
 * Errors     -1 and effects.refusal: not with this command; 0 from those that are never refused
 *            too, so that decide.c has them in one table.
 */
#include "core/decide.h"

struct step;

/* A case that did not exist yet, from the command's report. */
void act_open(struct step *s);
/* What was understood, or corrected, of the report. */
void act_understand(struct step *s, const struct understanding *u);
/* The router understands what a human got unread: it may turn out to be confidential. */
int act_read_late(struct step *s, const struct understanding *u);
int act_decline(struct step *s);
int act_hand_on(struct step *s);
/* The actor's unit leads from now on, he himself holds the case. */
int act_take_over(struct step *s);
/* Disputed: the one above takes it, the old one stays as support, all promises start anew. */
void act_reopen(struct step *s);
/* Waits for the resident's answer. */
int act_ask(struct step *s);
/* An officer asks for a wait; a second person grants it, or not. */
int act_wish(struct step *s);
int act_approve(struct step *s);
int act_refuse(struct step *s);
/* Nobody waits for an answer to it any more: who got a task for it alone is rid of it. */
void act_end_wish(struct step *s);
/* The case waits no more. */
void act_resume(struct step *s);
/* The Bupati's office asks why, or sets another day for the cure; the unit answers. */
int act_why(struct step *s);
int act_answer(struct step *s);
int act_date(struct step *s);
/* The step's policy counts for the case from now on. */
int act_reckon(struct step *s);
/* Units of u that have no part in the case yet get one; how many. */
int act_add_units(struct step *s, const struct understanding *u);
/* The second alarm's units join: event ON_HELP only. */
int act_help(struct step *s);
/* What the act changes, as long as the actor may take it back; else that nobody may. */
void act_note_undo(struct step *s, const struct case_record *before);
/* Takes the actor's last act back. */
int act_undo(struct step *s);
/* The unit for which the actor speaks is not needed: event ON_DROP only. */
int act_drop_unit(struct step *s);
/* Another case works for this one from now on, or does no more; closed as a second of another. */
int act_merge(struct step *s);
int act_split(struct step *s);
int act_break(struct step *s);
int act_duplicate(struct step *s);
/* Two problems in one report: once, of a kind that is a case and no secret. */
int act_second(struct step *s);
int act_grow(struct step *s);
int act_truth(struct step *s);
/* Confidential from now on; whom it is about works on it no more. */
int act_seal(struct step *s);
/* 1 if that takes it from those who work on it now. */
int act_seal_replaces(const struct step *s, const struct case_record *c);
/* Who has seen it makes it surer. */
void act_note_truth(struct step *s);
/* What the store's lists of incidents and their members must know of the step. */
void act_note_incident(struct step *s, const struct case_record *before);
/* From now on the reporter is told in the command's language. */
int act_speak(struct step *s);
/* One more stored file, by its name; the same twice is one. */
int act_file(struct step *s);
int act_photo(struct step *s);
int act_photo_fine(struct step *s);
int act_resolve(struct step *s);		/* refused where a photo is needed and none came */
/* From now on the reporter hears less, or nothing; what is queued for him is called back. */
int act_quiet(struct step *s);
/* When the case was first taken, gone to, reached, handled, resolved. */
void act_note_times(struct step *s);
/* The actor works on it: his colleagues need not come. */
void act_take_task(struct step *s);
/* All tasks end, nobody holds the case. */
void act_revoke(struct step *s);
/* An old complaint: its own times and end, as the file says them. */
int act_legacy(struct step *s);
void act_close(struct step *s);
/* The leaver's task ends, with what is still to reach him; if he held the case, nobody does. */
void act_release(struct step *s);
/* Until when an accepted case may lie without a sign of work; whether it was left lying. */
void act_note_progress(struct step *s, const struct case_record *before);
#endif
