#ifndef KENTONGAN_TALES_H
#define KENTONGAN_TALES_H
/*
 * What a walk through the log has gathered of each case: records of one size, found by code, in the
 * order in which the log first named them.
 *
 * Ownership  tales_release() frees all; a record moves when a further one is made.
 */
#include <stddef.h>

struct tales {
	size_t size;		/* of a record, whose first member is char code[CODE_CHARS + 1] */
	char *all; size_t n, cap;
	size_t *index; size_t index_cap;	/* open addressing by code: number and one, 0 free */
};
#define TALES_OF(type) { .size = sizeof(type) }

/* The number of the code's record, from 0; one that is new is zeroed but for the code. */
size_t tales_number(struct tales *t, const char *code);
void *tales_at(const struct tales *t, size_t i);
void tales_release(struct tales *t);
#endif
