#ifndef KENTONGAN_SUPPORT_H
#define KENTONGAN_SUPPORT_H
/*
 * Danger beats prank, by evidence.  What a number marked for pranks cries waits for a human; if
 * somebody else reports the same danger from the same place within router.support, before or after
 * it, it goes its way like anybody's and its sender counts one prank less.
 *
 * The store keeps, for each kind of danger and place, the code of the last cry that was believed (KEY_CRIES)
 * and of the first that waits (KEY_HELD); whose they are stands in the cases alone.
 *
 * Errors     without an answer of the store nobody is known to support it: a human hears it.
 */
#include "store/commit.h"

struct router;
struct entry;

/* 1 if somebody else, himself not doubted, reported lately what the entry was understood to cry. */
int support_found(struct router *r, const struct entry *e);
/*
 * What the commit of the entry writes beside its case, so that it supports others or is supported.
 * If a cry waits that this one supports, that one is read once more: with the commit, or not at all.
 */
void support_note(struct router *r, const struct entry *e, struct commit_batch *b);
#endif
