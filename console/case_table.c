#include "console/case_table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/model.h"
#include "lib/buf.h"
#include "lib/hash.h"

#define LEAST_SLOTS 1024

static struct model_case gone;		/* a slot that was used: the search goes on behind it */

/* Where it is, or where it would be put. */
static size_t
slot_of(const struct case_table *t, const char *code)
{
	size_t i, free_slot = SIZE_MAX;

	for (i = hash_text(code) % t->slots_n; t->slots[i] != NULL; i = (i + 1) % t->slots_n) {
		if (t->slots[i] == &gone)
			free_slot = free_slot == SIZE_MAX ? i : free_slot;
		else if (strcmp(t->slots[i]->code.s, code) == 0)
			return i;
	}
	return free_slot != SIZE_MAX ? free_slot : i;
}

static void
grow(struct case_table *t)
{
	free(t->slots);
	t->slots_n = 4 * t->n < LEAST_SLOTS ? LEAST_SLOTS : 4 * t->n;
	t->slots = xcalloc(t->slots_n, sizeof(struct model_case *));
	for (size_t i = 0; i < t->n; i++)
		t->slots[slot_of(t, t->all[i]->code.s)] = t->all[i];
	t->used = t->n;
}

struct model_case *
case_table_find(const struct case_table *t, const char *code)
{
	struct model_case *c = t->slots_n == 0 ? NULL : t->slots[slot_of(t, code)];

	return c == &gone ? NULL : c;
}

struct model_case *
case_table_put(struct case_table *t, const char *code)
{
	struct model_case *c = case_table_find(t, code);
	size_t at;

	if (c != NULL)
		return c;
	if (2 * (t->used + 1) > t->slots_n)
		grow(t);
	if (t->n == t->cap) {
		t->cap = t->cap == 0 ? LEAST_SLOTS / 2 : 2 * t->cap;
		t->all = xrealloc(t->all, t->cap * sizeof(struct model_case *));
	}
	c = xcalloc(1, sizeof(*c));
	snprintf(c->code.s, sizeof(c->code.s), "%s", code);
	at = slot_of(t, code);
	t->used += t->slots[at] == NULL;
	t->slots[at] = c;
	c->at = t->n;
	t->all[t->n++] = c;
	return c;
}

void
case_table_drop(struct case_table *t, struct model_case *c)
{
	t->slots[slot_of(t, c->code.s)] = &gone;
	t->all[c->at] = t->all[--t->n];
	t->all[c->at]->at = c->at;
	free(c);
}

void
case_table_release(struct case_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->all[i]);
	free(t->all);
	free(t->slots);
	memset(t, 0, sizeof(*t));
}

size_t
case_table_bytes(const struct case_table *t)
{
	return t->n * sizeof(struct model_case) + (t->cap + t->slots_n) * sizeof(struct model_case *);
}
