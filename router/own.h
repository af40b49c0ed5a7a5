#ifndef KENTONGAN_OWN_H
#define KENTONGAN_OWN_H
/*
 * The sender's own cases.  What he writes is held against them several times over, so they are read once:
 * for a batch of entries together, two round trips in all.  In a flood everybody is somebody who wrote before.
 *
 * Ownership  what is found is borrowed from the entry until its next reading.
 */
#include "core/code.h"
#include "store/cases.h"

struct router;
struct entry;

#define OWN_MAX 64	/* of a sender's cases; of further ones nobody says which are left out */

struct own {
	unsigned long epoch;		/* of the router when it was read; 0: it was not */
	int n;				/* of codes and s, which is NULL when only the codes are known */
	struct code codes[OWN_MAX];
	struct stored_case *s;
};

void own_release(struct own *own);
/* The router's own commit may have changed anybody's cases: what was read holds no more, but stays where it is. */
void own_forget(struct router *r);
/* Asks for the codes of everything that an entry's sender reported and that is still listed; 0, or -1 not sent. */
int own_ask(struct router *r, const struct entry *e);
/* Takes the answer.  How many codes, -1 no answer. */
int own_take(struct router *r, const struct entry *e);
/* Reads the cases of many senders at once; who has many is left to own_read(), as is what got no answer. */
void own_read_all(struct router *r, const struct entry *entries, int n);
/* Reads the sender's cases unless that was done and holds.  0, -1 no answer. */
int own_read(struct router *r, const struct entry *e);
/* One of those that were read; NULL when it is not among them, is only reserved or cannot be read. */
const struct stored_case *own_find(const struct own *own, const struct code *code);
#endif
