#include "console/tales.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/code.h"
#include "lib/buf.h"
#include "lib/hash.h"

void *
tales_at(const struct tales *t, size_t i)
{
	return t->all + i * t->size;
}

static size_t *
slot_of(const struct tales *t, size_t *index, size_t cap, const char *code)
{
	for (size_t i = hash_text(code) % cap; ; i = (i + 1) % cap)
		if (index[i] == 0 || strcmp(tales_at(t, index[i] - 1), code) == 0)
			return &index[i];
}

static void
grow_index(struct tales *t)
{
	size_t cap = t->index_cap == 0 ? 1024 : 2 * t->index_cap, *index = xcalloc(cap, sizeof(*index));

	for (size_t i = 0; i < t->n; i++)
		*slot_of(t, index, cap, tales_at(t, i)) = i + 1;
	free(t->index);
	t->index = index;
	t->index_cap = cap;
}

size_t
tales_number(struct tales *t, const char *code)
{
	size_t *slot;

	if (2 * (t->n + 1) > t->index_cap)
		grow_index(t);
	slot = slot_of(t, t->index, t->index_cap, code);
	if (*slot == 0) {
		if (t->n == t->cap) {
			t->cap = t->cap == 0 ? 256 : 2 * t->cap;
			t->all = xrealloc(t->all, t->cap * t->size);
		}
		memset(tales_at(t, t->n), 0, t->size);
		snprintf(tales_at(t, t->n), CODE_CHARS + 1, "%s", code);
		*slot = ++t->n;
	}
	return *slot - 1;
}

void
tales_release(struct tales *t)
{
	free(t->all);
	free(t->index);
	*t = (struct tales){ .size = t->size };
}
