#include "core/posts.h"

#include <stdlib.h>
#include <string.h>

/* The groups of one unit and role lie together; a table by hash says where each begins. */
struct posts {
	struct post *rows;
	size_t n;
	uint32_t *begins;		/* row + 1, 0 free; open addressing */
	size_t mask;
};

void
posts_free(struct posts *x)
{
	if (x == NULL)
		return;
	free(x->rows);
	free(x->begins);
	free(x);
}

/* FNV-1a */
static size_t
hash_of(const char *unit, enum officer_role role)
{
	uint32_t h = 2166136261u ^ (uint32_t)role;

	for (; *unit != '\0'; unit++)
		h = (h ^ (unsigned char)*unit) * 16777619u;
	return h ^ h >> 15;
}

static size_t
slot_of(const struct posts *x, const char *unit, enum officer_role role)
{
	size_t at = hash_of(unit, role) & x->mask;

	while (x->begins[at] != 0) {
		const struct post *p = &x->rows[x->begins[at] - 1];

		if (p->role == role && strcmp(p->unit, unit) == 0)
			break;
		at = (at + 1) & x->mask;
	}
	return at;
}

const struct post *
posts_find(const struct posts *x, const char *unit, enum officer_role role)
{
	size_t at = x != NULL ? slot_of(x, unit, role) : 0;

	return x != NULL && x->begins[at] != 0 ? &x->rows[x->begins[at] - 1] : NULL;
}

static int
compare_posts(const void *a, const void *b)
{
	const struct post *x = a, *y = b;
	int diff = strcmp(x->unit, y->unit);

	if (diff == 0)
		diff = (int)x->role - (int)y->role;
	if (diff == 0)
		diff = x->o->order - y->o->order;
	return diff != 0 ? diff : strcmp(x->o->id, y->o->id);
}

/* His own unit, then every other one of his shifts, each once. */
static size_t
collect_posts(struct post *rows, const struct officer *o)
{
	size_t n = 1;

	rows[0] = (struct post){ o->unit, o->role, o };
	for (size_t i = 0; i < o->shifts_n; i++) {
		size_t k = 0;

		while (k < n && strcmp(rows[k].unit, o->shifts[i].unit) != 0)
			k++;
		if (k == n)
			rows[n++] = (struct post){ o->shifts[i].unit, o->role, o };
	}
	return n;
}

static int
is_same_group(const struct post *a, const struct post *b)
{
	return a->role == b->role && strcmp(a->unit, b->unit) == 0;
}

struct posts *
posts_of(const struct officer *officers, size_t officers_n)
{
	struct posts *x = xcalloc(1, sizeof *x);
	struct post *all;
	size_t most = 0, n = 0;

	for (size_t i = 0; i < officers_n; i++)
		most += 1 + officers[i].shifts_n;
	all = xcalloc(most + 1, sizeof *all);
	for (size_t i = 0; i < officers_n; i++)
		n += collect_posts(all + n, &officers[i]);
	if (n > 0)
		qsort(all, n, sizeof *all, compare_posts);
	for (x->mask = 15; x->mask < 2 * n; )
		x->mask = 2 * x->mask + 1;
	x->begins = xcalloc(x->mask + 1, sizeof *x->begins);
	x->rows = xcalloc(2 * n + 1, sizeof *x->rows);
	for (size_t i = 0; i < n; i++) {
		int is_first = i == 0 || !is_same_group(&all[i - 1], &all[i]);

		if (is_first && i > 0)
			x->n++;			/* the end of the group before */
		x->rows[x->n++] = all[i];
		if (is_first)
			x->begins[slot_of(x, all[i].unit, all[i].role)] = (uint32_t)x->n;
	}
	free(all);
	return x;
}
