#include "console/first.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

static int
by_rank(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank) : strcmp(x->c->code.s, y->c->code.s);
}

void
first_begin(struct first *f, size_t wanted)
{
	memset(f, 0, sizeof(*f));
	f->rows = xcalloc(2 * wanted, sizeof(*f->rows));
	f->wanted = wanted;
	f->last = INT64_MAX;
}

void
first_cut(struct first *f)
{
	if (f->n > 1)
		qsort(f->rows, f->n, sizeof(*f->rows), by_rank);
	if (f->n >= f->wanted) {
		f->n = f->wanted;
		f->last = f->rows[f->n - 1].rank;
	}
}

void
first_keep(struct first *f, const struct held *h)
{
	f->found++;
	if (h->rank > f->last)
		return;
	f->rows[f->n++] = *h;
	if (f->n == 2 * f->wanted)
		first_cut(f);
}

void
first_release(struct first *f)
{
	free(f->rows);
}
