#include "console/past.h"

#include <stdlib.h>
#include <string.h>

#include "console/model.h"

struct note { int64_t seq; struct model_case before; };
struct past {
	struct note *notes; size_t most, cap, n, at;	/* a ring once n is most; at: the next place */
	int64_t reaches;
};

struct past *
past_new(size_t most)
{
	struct past *p = xcalloc(1, sizeof(*p));

	p->most = most;
	return p;
}

void
past_free(struct past *p)
{
	if (p == NULL)
		return;
	free(p->notes);
	free(p);
}

size_t past_bytes(const struct past *p) { return p->cap * sizeof(*p->notes); }
int64_t past_reaches(const struct past *p) { return p->reaches; }

void
past_begins(struct past *p, int64_t seq)
{
	if (p->reaches < seq)
		p->reaches = seq;
}

void
past_note(struct past *p, int64_t seq, const struct model_case *before)
{
	struct note *note;

	if (p->n == p->cap && p->cap < p->most) {
		p->cap = p->cap == 0 ? 256 : 2 * p->cap;
		p->cap = p->cap < p->most ? p->cap : p->most;
		p->notes = xrealloc(p->notes, p->cap * sizeof(*p->notes));
	}
	note = &p->notes[p->at];
	if (p->n == p->most)
		past_begins(p, note->seq);	/* at that seq its change had happened already */
	else
		p->n++;
	note->seq = seq;
	note->before = *before;
	p->at = (p->at + 1) % p->most;
}

void
past_forget(struct past *p, const char *code)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->notes[i].before.code.s, code) == 0)
			p->notes[i].seq = 0;	/* after nothing: never shown */
}

/* By code, and of one code the earliest change first. */
static int
by_code(const void *a, const void *b)
{
	const struct note *x = *(const struct note *const *)a, *y = *(const struct note *const *)b;
	int order = strcmp(x->before.code.s, y->before.code.s);

	return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

size_t
past_at(const struct past *p, int64_t seq, const struct model_case ***out)
{
	const struct note **notes = xcalloc(p->n + 1, sizeof(*notes));
	size_t n = 0, kept = 0;

	*out = xcalloc(p->n + 1, sizeof(**out));
	for (size_t i = 0; i < p->n; i++)
		if (p->notes[i].seq > seq)
			notes[n++] = &p->notes[i];
	if (n > 1)
		qsort(notes, n, sizeof(*notes), by_code);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp((*out)[kept - 1]->code.s, notes[i]->before.code.s) != 0)
			(*out)[kept++] = &notes[i]->before;
	free(notes);
	return kept;
}
