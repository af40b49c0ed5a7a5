#include "model/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config.h"

#define FILE_LIMIT (256u << 20)
#define COLUMNS_MAX 32
#define PHRASE_WEIGHT 4	/* lighter ones are common words */

const char *const row_kind_names[ROW_KINDS] = { "repository", "operator", "tulisan", "phrase",
    "bahaya" };

enum column { COLUMN_TEXT, COLUMN_LABEL, COLUMN_OTHER, COLUMN_QUALITY, COLUMN_URGENCY,
	COLUMNS };
static const char *const column_names[COLUMNS] = { "text", "label", "label_lain", "mutu",
    "urgensi" };

struct cell { const char *s; size_t len; };

static size_t
split(const char *line, size_t len, struct cell *out)
{
	size_t n = 0;

	for (const char *s = line, *end = line + len; n < COLUMNS_MAX; s++) {
		const char *tab = memchr(s, '\t', (size_t)(end - s));

		out[n++] = (struct cell){ s, (size_t)((tab == NULL ? end : tab) - s) };
		if (tab == NULL)
			break;
		s = tab;
	}
	return n;
}

static int
is_cell(const struct cell *c, const char *s)
{
	return c->len == strlen(s) && memcmp(c->s, s, c->len) == 0;
}

/* -1 if the catalogue has no such category. */
static int
label_of(const struct catalogue *c, const char *s, size_t len)
{
	char code[CATEGORY_CHARS];
	const struct category *found;

	if (len >= sizeof(code))
		return -1;
	memcpy(code, s, len);
	code[len] = '\0';
	found = category_find(c, code);
	return found == NULL || found - category_at(c, 0) >= 64 ?
	    -1 : (int)(found - category_at(c, 0));
}

static uint64_t
labels_of(const struct catalogue *c, const struct cell *cell)
{
	uint64_t bits = 0;

	for (size_t at = 0; at < cell->len;) {
		const char *end = memchr(cell->s + at, ';', cell->len - at);
		size_t len = end == NULL ? cell->len - at : (size_t)(end - cell->s) - at;
		int label = label_of(c, cell->s + at, len);

		if (label >= 0)
			bits |= UINT64_C(1) << label;
		at += len + 1;
	}
	return bits;
}

static struct row *
fresh_row(struct rows *r)
{
	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 1024 : 2 * r->cap;
		r->at = xrealloc(r->at, r->cap * sizeof(*r->at));
	}
	return &r->at[r->n++];
}

static int
danger_of(const struct cell *c)
{
	return is_cell(c, "darurat") ? 1 : is_cell(c, "mendesak") || is_cell(c, "biasa") ? 0 : -1;
}

static void
add_danger_row(struct rows *r, const struct cell *text, int danger, int shared)
{
	if (danger < 0)
		r->skipped++;
	else
		*fresh_row(r) = (struct row){ xstrndup(text->s, text->len), text->len, -1, 0,
		    ROW_DANGER, shared, danger };
}

static void
add_row(struct rows *r, const struct catalogue *c, const struct cell *cells[COLUMNS])
{
	static const struct cell none = { "", 0 };
	const struct cell *quality = cells[COLUMN_QUALITY] == NULL ? &none : cells[COLUMN_QUALITY];
	int danger = cells[COLUMN_URGENCY] == NULL ? -1 : danger_of(cells[COLUMN_URGENCY]), label;
	struct row *row;

	if (cells[COLUMN_LABEL] == NULL) {
		add_danger_row(r, cells[COLUMN_TEXT], danger, is_cell(quality, "tulisan"));
		return;
	}
	label = label_of(c, cells[COLUMN_LABEL]->s, cells[COLUMN_LABEL]->len);
	if (label < 0) {
		r->skipped++;
		return;
	}
	row = fresh_row(r);
	row->text = xstrndup(cells[COLUMN_TEXT]->s, cells[COLUMN_TEXT]->len);
	row->len = cells[COLUMN_TEXT]->len;
	row->label = label;
	row->accepted = UINT64_C(1) << label;
	if (cells[COLUMN_OTHER] != NULL)
		row->accepted |= labels_of(c, cells[COLUMN_OTHER]);
	row->kind = is_cell(quality, "operator") || is_cell(quality, "diperiksa") ? ROW_OPERATOR :
	    is_cell(quality, "tulisan") ? ROW_SHARED : ROW_OWN;
	row->shared = row->kind == ROW_SHARED;
	row->danger = danger;
}

static int
read_head(int at[COLUMNS], const struct cell *cells, size_t n, const char *path,
    struct buf *errors)
{
	for (int k = 0; k < COLUMNS; k++) {
		at[k] = -1;
		for (size_t i = 0; i < n; i++)
			if (is_cell(&cells[i], column_names[k]))
				at[k] = (int)i;
	}
	if (at[COLUMN_TEXT] >= 0 && (at[COLUMN_LABEL] >= 0 || at[COLUMN_URGENCY] >= 0))
		return 0;
	buf_addf(errors, "%s:1: no column %s; the head line names text and label, or text and "
	    "urgensi, parted by tabs\n", path, at[COLUMN_TEXT] < 0 ? "text" : "label");
	return -1;
}

int
rows_read(struct rows *r, const char *path, const struct catalogue *c, struct buf *errors)
{
	struct buf text = { 0 };
	int at[COLUMNS], line = 0, rc = -1;

	if (file_read(path, FILE_LIMIT, &text) != 0) {
		buf_addf(errors, "%s: cannot be read: %s\n", path, strerror(errno));
		goto out;
	}
	for (const char *s = buf_str(&text), *end = s + text.len; s < end;) {
		const char *newline = memchr(s, '\n', (size_t)(end - s));
		size_t len = (size_t)((newline == NULL ? end : newline) - s);
		struct cell cells[COLUMNS_MAX];
		const struct cell *named[COLUMNS] = { 0 };
		size_t n = split(s, len > 0 && s[len - 1] == '\r' ? len - 1 : len, cells);

		s += len + 1;
		if (++line == 1) {
			if (read_head(at, cells, n, path, errors) != 0)
				goto out;
			continue;
		}
		for (int k = 0; k < COLUMNS; k++)
			named[k] = at[k] >= 0 && (size_t)at[k] < n ? &cells[at[k]] : NULL;
		if (named[COLUMN_TEXT] == NULL ||
		    named[at[COLUMN_LABEL] >= 0 ? COLUMN_LABEL : COLUMN_URGENCY] == NULL) {
			buf_addf(errors, "%s:%d: fewer cells than the head line; part them by "
			    "tabs\n", path, line);
			goto out;
		}
		add_row(r, c, named);
	}
	digest_chain(r->digest, r->digest, buf_str(&text), text.len);
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

void
rows_add_phrases(struct rows *r, const struct catalogue *c)
{
	for (size_t i = 0; i < catalogue_count(c) && i < 64; i++) {
		const struct category *category = category_at(c, i);

		for (size_t k = 0; k < category->rules_n; k++) {
			const struct word_rule *rule = &category->rules[k];

			if (rule->weight < PHRASE_WEIGHT)
				continue;
			*fresh_row(r) = (struct row){ xstrdup(rule->words), strlen(rule->words),
			    (int)i, UINT64_C(1) << i, ROW_PHRASE, 0, -1 };
			digest_chain(r->digest, r->digest, rule->words, strlen(rule->words));
		}
	}
}

void
rows_release(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->at[i].text);
	free(r->at);
	memset(r, 0, sizeof(*r));
}
