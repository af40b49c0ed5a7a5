#include "lib/csv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"

/* Cells lie one after the other in text, each with its NUL; at[] holds where each begins. */
struct csv {
	char *file;
	struct buf text;
	size_t *at, cells, cells_cap;
	int *lines;		/* of each row, the header too */
	size_t rows, rows_cap;
	int columns;
};

struct reader {
	struct csv *c;
	const char *p, *end;
	int line;
	struct buf *errors;
	int mistakes;
};

static void __attribute__((format(printf, 3, 4)))
mistake(struct reader *r, int line, const char *fmt, ...)
{
	va_list ap;

	r->mistakes++;
	buf_addf(r->errors, "%s:%d: ", r->c->file, line);
	va_start(ap, fmt);
	buf_addv(r->errors, fmt, ap);
	va_end(ap);
	buf_addc(r->errors, '\n');
}

static void
cell_begin(struct csv *c)
{
	if (c->cells == c->cells_cap) {
		c->cells_cap = c->cells_cap > 0 ? c->cells_cap * 2 : 64;
		c->at = xrealloc(c->at, c->cells_cap * sizeof(*c->at));
	}
	c->at[c->cells++] = c->text.len;
}

/* From the opening quote past the closing one. */
static int
quoted(struct reader *r)
{
	int from = r->line;

	for (r->p++; r->p < r->end; r->p++) {
		if (*r->p == '"') {
			if (r->p + 1 == r->end || r->p[1] != '"') {
				r->p++;
				return 0;
			}
			r->p++;
		} else if (*r->p == '\n') {
			r->line++;
		}
		buf_addc(&r->c->text, *r->p);
	}
	mistake(r, from, "a quote is opened and never closed");
	return -1;
}

static int
cell(struct reader *r)
{
	cell_begin(r->c);
	if (r->p < r->end && *r->p == '"') {
		if (quoted(r) != 0)
			return -1;
	} else {
		while (r->p < r->end && strchr(",\r\n\"", *r->p) == NULL)
			buf_addc(&r->c->text, *r->p++);
	}
	buf_addc(&r->c->text, '\0');
	if (r->p == r->end || *r->p == ',' || *r->p == '\n')
		return 0;
	if (*r->p == '\r' && r->p + 1 < r->end && r->p[1] == '\n') {
		r->p++;
		return 0;
	}
	if (*r->p == '\r')
		mistake(r, r->line, "a carriage return without a line feed");
	else
		mistake(r, r->line, "a quote inside a cell: quote the whole cell, double it");
	return -1;
}

/* Reads cells up to the end of the line and steps over it. */
static int
row(struct reader *r)
{
	struct csv *c = r->c;
	size_t first = c->cells;
	int from = r->line, n;

	if (c->rows == c->rows_cap) {
		c->rows_cap = c->rows_cap > 0 ? c->rows_cap * 2 : 64;
		c->lines = xrealloc(c->lines, c->rows_cap * sizeof(*c->lines));
	}
	for (;;) {
		if (cell(r) != 0)
			return -1;
		if (r->p == r->end || *r->p == '\n')
			break;
		r->p++;		/* the comma */
	}
	if (r->p < r->end)
		r->p++;
	r->line++;
	n = (int)(c->cells - first);
	if (c->rows == 0)
		c->columns = n;
	if (n != c->columns) {
		mistake(r, from, "%d cells, the header has %d", n, c->columns);
		c->cells = first;	/* read on: all mistakes at once */
		return 0;
	}
	c->lines[c->rows++] = from;
	return 0;
}

static int
is_blank_line(const struct reader *r)
{
	return *r->p == '\n' || (*r->p == '\r' && r->p + 1 < r->end && r->p[1] == '\n');
}

static int
check_bytes(struct reader *r)
{
	const char *start = r->p;
	int line = 1;

	for (const char *p = start; p <= r->end; p++) {
		if (p < r->end && *p == '\0') {
			mistake(r, line, "a NUL byte");
			return -1;
		}
		if (p < r->end && *p != '\n')
			continue;
		if (!utf8_valid(start, (size_t)(p - start))) {
			mistake(r, line, "not UTF-8: save the file as UTF-8");
			return -1;
		}
		start = p + 1;
		line++;
	}
	return 0;
}

static int
check_header(struct reader *r)
{
	struct csv *c = r->c;

	for (int i = 0; i < c->columns; i++) {
		if (csv_column(c, c->text.data + c->at[i]) != i)
			mistake(r, c->lines[0], "the column \"%s\" is there twice",
			    c->text.data + c->at[i]);
	}
	return r->mistakes > 0 ? -1 : 0;
}

struct csv *
csv_parse(const char *file, const char *text, size_t len, struct buf *errors)
{
	struct csv *c = xcalloc(1, sizeof(*c));
	struct reader r = { .c = c, .p = text, .end = text + len, .line = 1, .errors = errors };

	c->file = xstrdup(file);
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.p += 3;		/* spreadsheets put a byte order mark */
	if (check_bytes(&r) != 0)
		goto out;
	while (r.p < r.end) {
		if (is_blank_line(&r)) {
			r.p += *r.p == '\n' ? 1 : 2;
			r.line++;
			continue;
		}
		if (row(&r) != 0)
			goto out;
	}
	if (c->rows == 0)
		mistake(&r, 1, "no header line");
	else
		check_header(&r);
out:
	if (r.mistakes == 0)
		return c;
	csv_free(c);
	return NULL;
}

void
csv_free(struct csv *c)
{
	if (c == NULL)
		return;
	free(c->file);
	free(c->at);
	free(c->lines);
	buf_release(&c->text);
	free(c);
}

size_t
csv_rows(const struct csv *c)
{
	return c->rows - 1;
}

int
csv_column(const struct csv *c, const char *name)
{
	for (int i = 0; i < c->columns; i++)
		if (strcmp(c->text.data + c->at[i], name) == 0)
			return i;
	return -1;
}

int
csv_line(const struct csv *c, size_t row_index)
{
	return row_index + 1 < c->rows ? c->lines[row_index + 1] : 0;
}

const char *
csv_cell(const struct csv *c, size_t row_index, int column)
{
	if (column < 0 || column >= c->columns || row_index + 1 >= c->rows)
		return "";
	return c->text.data + c->at[(row_index + 1) * (size_t)c->columns + (size_t)column];
}

int
csv_columns(const struct csv *c, const char *const *names, int *columns, size_t n,
    struct buf *errors)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		columns[i] = csv_column(c, names[i]);
		if (columns[i] >= 0)
			continue;
		buf_addf(errors, "%s:%d: the column \"%s\" is missing\n", c->file, c->lines[0],
		    names[i]);
		rc = -1;
	}
	return rc;
}

void
csv_mistake(const struct csv *c, size_t row_index, struct buf *errors, const char *fmt, ...)
{
	va_list ap;

	buf_addf(errors, "%s:%d: ", c->file, csv_line(c, row_index));
	va_start(ap, fmt);
	buf_addv(errors, fmt, ap);
	va_end(ap);
	buf_addc(errors, '\n');
}
