#ifndef KENTONGAN_CASE_TABLE_H
#define KENTONGAN_CASE_TABLE_H
/*
 * Cases by their code, each at one address from when it is put until it is dropped.
 *
 * Ownership  the table owns its cases and frees them when they are dropped.
 */
#include <stddef.h>

struct model_case;
struct case_table {
	struct model_case **all; size_t n, cap;		/* to walk: from the end if any is dropped */
	struct model_case **slots; size_t slots_n, used;	/* open addressing */
};

/* NULL if it is not there. */
struct model_case *case_table_find(const struct case_table *t, const char *code);
/* Found, or made with nothing but its code. */
struct model_case *case_table_put(struct case_table *t, const char *code);
void case_table_drop(struct case_table *t, struct model_case *c);
void case_table_release(struct case_table *t);
size_t case_table_bytes(const struct case_table *t);
#endif
