#ifndef KENTONGAN_INCIDENTS_H
#define KENTONGAN_INCIDENTS_H
/*
 * Who follows which case, in the store: a list beside the leading case that each commit of a member
 * keeps, and the walk that brings members to where their lead is.
 *
 * Nobody tells the walk anything: it compares the version of the lead and the number of its members
 * with those it noted when all were last where the lead is.  So it may be killed at any moment, run
 * twice, or begin years later.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "store/apply.h"
#include "store/cases.h"
#include "store/house.h"

struct member {
	struct code code;
	enum case_state state;
	int waits;		/* one of too few: not merged yet, works for itself */
	int64_t received_ms;
	char place[PLACE_CODE_CHARS];
};
/* All who follow the case, in the order of their coming; the caller frees.  0, -1 no answer. */
int members_load(struct store *st, const char *lead, struct member **out, size_t *n);

/* Voices of an incident by desa and by hour, its lead among them; those who wait are not counted yet. */
struct crowd_desa { char place[PLACE_CODE_CHARS]; int states[CASE_DITUTUP + 1], n; };
struct crowd_hour { int64_t from_ms; int n; };
struct crowd_figures {
	struct crowd_desa *desa; size_t desa_n;
	struct crowd_hour *hours; size_t hours_n;
};
void crowd_count(struct crowd_figures *f, const struct case_record *lead, const struct member *m, size_t n);
void crowd_figures_release(struct crowd_figures *f);

/* Codes of the cases that others follow; the caller frees.  0, -1 no answer. */
int crowds_load(struct store *st, struct code **out, size_t *n);

/*
 * Takes one of the list, which may be old by now, to where its lead is: 1 it is there, or has left the
 * incident since the list was read; 0 *moved has come to most already; -1 come again.  voices: how many
 * they are.  lead is read again where somebody was faster.
 */
int member_bring(struct house *h, struct stored_case *lead, const struct member *m, size_t voices, int most, int *moved);
/* A command of somebody's to one of the list, if it follows that case still: as case_apply(). */
enum commit_result member_apply(struct house *h, struct stored_case *lead, const struct member *m, struct command *cmd,
    struct effects *fx, const char **why);

/*
 * Brings at most so many members to where their lead is; *moved counts them.  1: more are waiting,
 * 0 done, -1 no answer.
 */
int crowds_step(struct house *h, int most, int *moved);

/*
 * Whether enough others who reported the same say that it is mended (core/quorum.h); then the leading
 * case is ended as confirmed.  1 it was, 0 not (yet), -1 no answer of the store.
 */
int quorum_look(struct house *h, const char *lead);

/*
 * Fills a command that merges a case into another, and what must hold when it is committed.  NULL, or
 * why that cannot be.
 */
const char *merge_prepare(struct store *st, const struct case_record *c, const char *into, struct command *cmd,
    struct commit_batch *b);
#endif
