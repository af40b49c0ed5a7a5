#include "core/spells.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/hash.h"

static int
unit_known(struct spells *s, const char *code)
{
	size_t i = 0;

	while (i < s->units_n && strcmp(s->units[i].code, code) != 0)
		i++;
	if (i == s->units_n) {
		size_t len = strnlen(code, UNIT_CODE_CHARS - 1);

		s->units = xrealloc(s->units, (s->units_n + 1) * sizeof(*s->units));
		memset(&s->units[i], 0, sizeof(s->units[i]));
		memcpy(s->units[i].code, code, len);
		s->units_n++;
	}
	return (int)i;
}

static size_t
place_of(const struct spell_case *table, size_t cap, const char *code)
{
	size_t at = hash_text(code) & (cap - 1);

	while (table[at].code.s[0] != '\0' && strcmp(table[at].code.s, code) != 0)
		at = (at + 1) & (cap - 1);
	return at;
}

/* Where the case's last spell is noted. */
static struct spell_case *
case_of(struct spells *s, const struct code *code)
{
	size_t at;

	if (2 * s->cases_n >= s->cases_cap) {
		size_t cap = s->cases_cap != 0 ? 2 * s->cases_cap : 1024;
		struct spell_case *table = xcalloc(cap, sizeof(*table));

		for (size_t i = 0; i < s->cases_cap; i++)
			if (s->cases[i].code.s[0] != '\0')
				table[place_of(table, cap, s->cases[i].code.s)] = s->cases[i];
		free(s->cases);
		s->cases = table, s->cases_cap = cap;
	}
	at = place_of(s->cases, s->cases_cap, code->s);
	if (s->cases[at].code.s[0] == '\0') {
		s->cases[at] = (struct spell_case){ *code, -1, 0 };
		s->cases_n++;
	}
	return &s->cases[at];
}

static long
begin(struct spells *s, const struct spell_note *n, int64_t received_ms)
{
	struct spell *x;

	if (s->n == s->cap) {
		s->cap = s->cap != 0 ? 2 * s->cap : 1024;
		s->list = xrealloc(s->list, s->cap * sizeof(*s->list));
	}
	x = &s->list[s->n];
	memset(x, 0, sizeof(*x));
	x->code = n->code;
	x->unit = unit_known(s, n->unit);
	x->load = s->units[x->unit].lying++;
	x->urgent = n->urgent;
	x->received_ms = received_ms;
	x->from_ms = n->at_ms;
	return (long)s->n++;
}

static void
end(struct spells *s, struct spell_case *k, int64_t at_ms)
{
	struct spell *x = &s->list[k->at];

	x->ended_ms = at_ms;
	s->units[x->unit].lying--;
	k->at = -1;
}

void
spells_note(struct spells *s, const struct spell_note *n)
{
	struct spell_case *k = case_of(s, &n->code);
	struct spell *x = k->at >= 0 ? &s->list[k->at] : NULL;

	if (n->handled_ms != 0 || n->closed || n->due_ms == 0) {
		if (x == NULL)
			return;
		if (n->handled_ms != 0) {
			x->handled_ms = n->handled_ms;
			k->acted = 1;
		}
		end(s, k, n->handled_ms != 0 ? n->handled_ms : n->at_ms);
		return;
	}
	if (x != NULL && strcmp(s->units[x->unit].code, n->unit) != 0) {
		end(s, k, n->at_ms);
		x = NULL;
	}
	if (x == NULL) {
		/* A promise that began anew is as old as that: the act was disputed or taken back. */
		k->at = begin(s, n, k->acted ? n->at_ms : n->received_ms);
		x = &s->list[k->at];
	}
	x->urgent |= n->urgent;
	x->sealed |= n->sealed;
	x->due_ms = n->due_ms;
	if (n->taken > 0 && x->taken_ms == 0)
		x->taken_ms = n->at_ms;
	else if (n->taken == 0)
		x->taken_ms = 0;
}

void
spells_release(struct spells *s)
{
	free(s->list);
	free(s->units);
	free(s->cases);
	memset(s, 0, sizeof(*s));
}
