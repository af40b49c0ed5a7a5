#include "core/phrase.h"

#include <stdlib.h>
#include <string.h>

struct writer {
	const struct word_rule *classes, *row;
	size_t classes_n;
	struct word_rule *out;
	size_t n, cap, first;		/* first: where this row's phrases begin */
	const char *mistake;
};

/* The members of a class, as "gak, ora, tidak"; NULL if there is no such class. */
static const char *
members_of(const struct writer *w, const char *name, size_t len)
{
	for (size_t i = 0; i < w->classes_n; i++)
		if (strncmp(w->classes[i].words, name, len) == 0 &&
		    strncmp(w->classes[i].words + len, " = ", 3) == 0)
			return w->classes[i].words + len + 3;
	return NULL;
}

static void
add_phrase(struct writer *w, const char *words)
{
	if (w->n == w->cap) {
		w->cap = w->cap == 0 ? 256 : 2 * w->cap;
		w->out = xrealloc(w->out, w->cap * sizeof(*w->out));
	}
	w->out[w->n++] = (struct word_rule){ xstrdup(words), w->row->weight, w->row->line };
}

/* Writes out the rest of a phrase behind what is already chosen. */
static void
expand(struct writer *w, struct buf *chosen, const char *rest)
{
	const char *open = strchr(rest, '<'), *close = open == NULL ? NULL : strchr(open, '>');
	size_t before = chosen->len;
	const char *member;

	if (w->mistake != NULL)
		return;
	if (close == NULL) {
		buf_adds(chosen, rest);
		if (open != NULL)
			w->mistake = "has a < without >";
		else if (w->n - w->first == PHRASES_MAX)
			w->mistake = "stands for too many phrases; use smaller classes";
		else
			add_phrase(w, buf_str(chosen));
		buf_cut(chosen, before);
		return;
	}
	member = members_of(w, open + 1, (size_t)(close - open - 1));
	if (member == NULL)
		w->mistake = "names a class that is not in the list golongan";
	buf_add(chosen, rest, (size_t)(open - rest));
	while (member != NULL && *member != '\0') {
		size_t len = strcspn(member, ","), kept = chosen->len;

		buf_add(chosen, member, len);
		expand(w, chosen, close + 1);
		buf_cut(chosen, kept);
		member += len;
		member += strspn(member, ", ");
	}
	buf_cut(chosen, before);
}

int
phrases_expand(struct word_rule **rules, size_t *n, const struct word_rule *classes,
    size_t classes_n, const char *file, struct buf *errors)
{
	struct writer w = { .classes = classes, .classes_n = classes_n };
	struct buf chosen = { 0 };
	int rc = 0;

	for (size_t i = 0; i < *n; i++) {
		w.row = &(*rules)[i];
		w.first = w.n;
		w.mistake = NULL;
		expand(&w, &chosen, w.row->words);
		if (w.mistake != NULL) {
			buf_addf(errors, "%s:%d: \"%s\" %s\n", file, w.row->line, w.row->words,
			    w.mistake);
			rc = -1;
		}
	}
	for (size_t i = 0; i < *n; i++)
		free((*rules)[i].words);
	free(*rules);
	buf_release(&chosen);
	if (w.out == NULL)
		w.out = xcalloc(1, sizeof(*w.out));
	*rules = w.out;
	*n = w.n;
	return rc;
}
