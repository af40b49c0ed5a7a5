#ifndef KENTONGAN_GROUP_H
#define KENTONGAN_GROUP_H
/*
 * Which reports are one incident (core/incident.h): asked of the store before a case is opened, and
 * asked once more by the commit itself.  A report joins only if its lead is still the version that was
 * read, and leads only if nobody else has begun to; else the commit conflicts and it is looked anew.
 *
 * Ownership  a struct groups belongs to its router; group_words borrow the policy.
 */
#include "core/incident.h"
#include "store/commit.h"

struct router;
struct entry;
struct group_words;

/* The words of the kinds, and those of people in danger.  NULL with the reasons in errors. */
struct group_words *group_words_new(const struct policy *p, struct buf *errors);
void group_words_free(struct group_words *w);
/* The kind of incident that a text speaks of, NULL none; whether somebody is in danger in it. */
const struct incident_kind *group_kind(struct group_words *w, const char *text, const char *category);
int group_danger(struct group_words *w, const char *text);

/* What is known of incidents while a batch of reports is worked off. */
struct group {
	char name[INCIDENT_CHARS];
	struct case_record lead;	/* version 0: nobody leads it */
	char registered[CODE_CHARS + 1];	/* as the store has it, "" nobody */
	int voices;
};
struct groups { struct group **list; int n, cap; };
void groups_forget(struct groups *g);

/* Fills the command that opens the entry's case, and what must hold when it is committed. */
void group_open(struct router *r, const struct entry *e, struct command *cmd,
    struct commit_batch *b);
/*
 * The same of a resident's word about a case: a danger breaks out of what it is part of; not over for
 * one more is one incident with those for whom it is not over either; who says where it is joins those
 * who reported it there.  first: the words that opened the case, or NULL.
 */
void group_reply(struct router *r, const struct entry *e, const struct case_record *c, const char *first,
    struct command *cmd, struct commit_batch *b);
/* What a neighbour joins with IKUT: opens the entry's case as one that follows that one. */
void group_follow(struct understanding *u, const struct case_record *lead);
#endif
