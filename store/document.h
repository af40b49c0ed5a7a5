#ifndef KENTONGAN_DOCUMENT_H
#define KENTONGAN_DOCUMENT_H
/*
 * Documents that lie sealed as a whole under a key of their kind: volunteers, calls, subscribers.  And what any
 * document of the store is made of.
 */
#include "store/commit.h"

/* The key of that kind, from the house's own. */
void document_key(struct seal_key *key, const struct store *st, const char *label);
/*
 * Version (0 none) and opened bytes of one: 1, 0 there is none that can be read, -1 no answer.  The caller
 * wipes plain.
 */
int document_load(struct store *st, enum key_id id, const char *part, const char *label,
    const char *purpose, int64_t *version, struct buf *plain);
/*
 * The rows of a commit that take one away, sealed or not: its bytes, its version, its place in the log, the inputs
 * that it used up.
 */
#define DOCUMENT_FIELDS 4
void document_gone(struct document_index out[DOCUMENT_FIELDS], enum key_id id, const char *part);
#endif
