#include "lib/sheet.h"

#include <expat.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zip.h>

#define CHUNK_BYTES 16384
#define DEPTH_MOST 64
#define NAME_CHARS 256
#define FORMATS_MOST 250	/* each style is looked up among them */
#define COLUMN_LETTERS 3	/* XFD is the last that a sheet has */
#define WHOLE_MOST 1e15		/* whole numbers below stand in a double as they were typed */

struct text_list { struct buf text; size_t *at; size_t n, cap; };

struct book {
	const char *file;
	const struct sheet_limits *most;
	struct buf *errors;
	zip_t *zip;
	int64_t unpacked;
	int failed, stopped;

	/* of the part that is read just now */
	XML_Parser xml;
	int depth;
	struct buf text; int hears;	/* of the element we are in */

	/* workbook */
	char sheet_id[NAME_CHARS], path[NAME_CHARS];
	int base_1904;
	/* shared strings, and which formats (by style, by own number) say dates */
	struct text_list shared;
	struct buf item;
	int in_phonetic, in_xfs;
	char *dates; size_t dates_n, dates_cap;
	long formats[FORMATS_MOST]; size_t formats_n;

	/* rows */
	struct buf csv;
	struct buf *cells; int columns;
	int64_t row, line;
	int column;
	char type[12]; int style;
};

/* Row 0: about the whole file. */
static void __attribute__((format(printf, 3, 4)))
mistake(struct book *b, int64_t row, const char *fmt, ...)
{
	va_list ap;

	b->failed = 1;
	buf_addf(b->errors, "%s:", b->file);
	if (row > 0)
		buf_addf(b->errors, "%" PRId64 ":", row);
	buf_addc(b->errors, ' ');
	va_start(ap, fmt);
	buf_addv(b->errors, fmt, ap);
	va_end(ap);
	buf_addc(b->errors, '\n');
}

/* What cannot be read on ends here; expat may still call for what it holds. */
static void
stop(struct book *b)
{
	b->stopped = 1;
	XML_StopParser(b->xml, XML_FALSE);
}

/* Names come as "namespace|local": who writes x:row means the same. */
static const char *
local(const char *name)
{
	const char *bar = strrchr(name, '|');

	return bar != NULL ? bar + 1 : name;
}

static const char *
attribute(const char **atts, const char *name)
{
	for (size_t i = 0; atts[i] != NULL; i += 2)
		if (strcmp(local(atts[i]), name) == 0)
			return atts[i + 1];
	return "";
}

/* ---- the package ---- */

struct part_reader {
	const char *path;
	void (*begin)(struct book *b, const char *name, const char **atts);
	void (*end)(struct book *b, const char *name);
};

struct reading { struct book *b; const struct part_reader *how; };

static void
on_begin(void *arg, const char *name, const char **atts)
{
	struct reading *r = arg;

	if (r->b->stopped)
		return;
	if (++r->b->depth > DEPTH_MOST) {
		mistake(r->b, 0, "%s: more than %d elements inside each other; no spreadsheet program writes this",
		    r->how->path, DEPTH_MOST);
		stop(r->b);
		return;
	}
	r->how->begin(r->b, local(name), atts);
}

static void
on_end(void *arg, const char *name)
{
	struct reading *r = arg;

	r->b->depth--;
	if (!r->b->stopped && r->how->end != NULL)
		r->how->end(r->b, local(name));
}

static void
on_text(void *arg, const char *s, int len)
{
	struct book *b = ((struct reading *)arg)->b;

	if (b->hears && b->text.len <= (size_t)b->most->cell_bytes)
		buf_add(&b->text, s, (size_t)len);
}

/* No spreadsheet needs one, and entities that grow out of it are an attack. */
static void
on_doctype(void *arg, const char *name, const char *sysid, const char *pubid, int internal)
{
	struct reading *r = arg;

	(void)name, (void)sysid, (void)pubid, (void)internal;
	mistake(r->b, 0, "%s has a document type, which no spreadsheet needs; save the file anew", r->how->path);
	stop(r->b);
}

static int
feed(struct book *b, zip_file_t *f, const char *path)
{
	zip_int64_t n;

	for (;;) {
		void *room = XML_GetBuffer(b->xml, CHUNK_BYTES);

		if (room == NULL)
			abort();		/* memory exhaustion, as everywhere */
		n = zip_fread(f, room, CHUNK_BYTES);
		if (n < 0) {
			mistake(b, 0, "%s is damaged; save the file anew", path);
			return -1;
		}
		b->unpacked += n;
		if (b->unpacked > b->most->unpacked_bytes) {
			mistake(b, 0, "unpacks to more than %" PRId64 " bytes (import.unpacked); "
			    "save the rows alone, or in several files", b->most->unpacked_bytes);
			return -1;
		}
		if (XML_ParseBuffer(b->xml, (int)n, n == 0) != XML_STATUS_OK) {
			if (!b->stopped)
				mistake(b, 0, "%s: %s; save the file anew", path,
				    XML_ErrorString(XML_GetErrorCode(b->xml)));
			return -1;
		}
		if (n == 0)
			return 0;
	}
}

/* 0; -1 a mistake; 1 there is no such part. */
static int
read_part(struct book *b, const struct part_reader *how)
{
	zip_file_t *f = zip_fopen(b->zip, how->path, 0);
	struct reading r = { b, how };
	int rc;

	if (f == NULL && zip_error_code_zip(zip_get_error(b->zip)) == ZIP_ER_NOENT)
		return 1;
	if (f == NULL) {
		mistake(b, 0, "%s cannot be unpacked (%s); save it without a password", how->path,
		    zip_strerror(b->zip));
		return -1;
	}
	b->depth = b->hears = 0;
	b->xml = XML_ParserCreateNS(NULL, '|');
	if (b->xml == NULL)
		abort();
	XML_SetUserData(b->xml, &r);
	XML_SetElementHandler(b->xml, on_begin, on_end);
	XML_SetCharacterDataHandler(b->xml, on_text);
	XML_SetStartDoctypeDeclHandler(b->xml, on_doctype);
	rc = feed(b, f, how->path);
	XML_ParserFree(b->xml);
	zip_fclose(f);
	return b->failed ? -1 : rc;
}

/* ---- which sheet ---- */

static void
book_begin(struct book *b, const char *name, const char **atts)
{
	const char *state = attribute(atts, "state"), *base = attribute(atts, "date1904");

	if (strcmp(name, "workbookPr") == 0)
		b->base_1904 = strcmp(base, "1") == 0 || strcmp(base, "true") == 0;
	if (strcmp(name, "sheet") == 0 && b->sheet_id[0] == '\0' && (state[0] == '\0' || strcmp(state, "visible") == 0))
		snprintf(b->sheet_id, sizeof(b->sheet_id), "%s", attribute(atts, "id"));
}

/* A target is told from xl/, or from the root with a slash before it. */
static void
rels_begin(struct book *b, const char *name, const char **atts)
{
	const char *target = attribute(atts, "Target");

	if (strcmp(name, "Relationship") != 0 || strcmp(attribute(atts, "Id"), b->sheet_id) != 0)
		return;
	if (target[0] == '/')
		snprintf(b->path, sizeof(b->path), "%s", target + 1);
	else
		snprintf(b->path, sizeof(b->path), "xl/%s", target);
}

/* ---- shared strings ---- */

static void
list_add(struct text_list *l, const struct buf *text)
{
	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? 2 * l->cap : 256;
		l->at = xrealloc(l->at, l->cap * sizeof(*l->at));
	}
	l->at[l->n++] = l->text.len;
	buf_add(&l->text, buf_str(text), text->len);
	buf_addc(&l->text, '\0');
}

static void
shared_begin(struct book *b, const char *name, const char **atts)
{
	(void)atts;
	if (strcmp(name, "si") == 0)
		buf_reset(&b->item);
	if (strcmp(name, "rPh") == 0)
		b->in_phonetic = 1;
	if (strcmp(name, "t") == 0 && !b->in_phonetic) {
		buf_reset(&b->text);
		b->hears = 1;
	}
}

static void
shared_end(struct book *b, const char *name)
{
	if (strcmp(name, "t") == 0 && b->hears) {
		if (b->item.len <= (size_t)b->most->cell_bytes)
			buf_add(&b->item, buf_str(&b->text), b->text.len);
		b->hears = 0;
	}
	if (strcmp(name, "rPh") == 0)
		b->in_phonetic = 0;
	if (strcmp(name, "si") == 0)
		list_add(&b->shared, &b->item);
}

/* ---- which styles say dates ---- */

/* 18.8.30: 14 to 22 and 45 to 47 are built in. */
static int
is_date_format(const struct book *b, long id)
{
	if ((id >= 14 && id <= 22) || (id >= 45 && id <= 47))
		return 1;
	for (size_t i = 0; i < b->formats_n; i++)
		if (b->formats[i] == id)
			return 1;
	return 0;
}

/* Letters of days and hours that are neither quoted, nor escaped, nor a [colour] or [$currency]. */
static int
code_says_date(const char *code)
{
	for (const char *p = code; *p != '\0'; p++) {
		const char *end = *p == '"' ? strchr(p + 1, '"') : *p == '[' ? strchr(p, ']') : NULL;

		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (end != NULL)
			p = end;
		else if (strchr("dDyYhHsS", *p) != NULL)
			return 1;
	}
	return 0;
}

static void
styles_begin(struct book *b, const char *name, const char **atts)
{
	if (strcmp(name, "cellXfs") == 0)
		b->in_xfs = 1;
	if (strcmp(name, "numFmt") == 0 && code_says_date(attribute(atts, "formatCode"))) {
		if (b->formats_n == FORMATS_MOST) {
			mistake(b, 0, "more than %d formats of dates; copy the rows into a new file", FORMATS_MOST);
			stop(b);
			return;
		}
		b->formats[b->formats_n++] = strtol(attribute(atts, "numFmtId"), NULL, 10);
	}
	if (strcmp(name, "xf") == 0 && b->in_xfs) {
		if (b->dates_n == b->dates_cap) {
			b->dates_cap = b->dates_cap > 0 ? 2 * b->dates_cap : 64;
			b->dates = xrealloc(b->dates, b->dates_cap);
		}
		b->dates[b->dates_n++] = (char)is_date_format(b, strtol(attribute(atts, "numFmtId"), NULL, 10));
	}
}

static void
styles_end(struct book *b, const char *name)
{
	if (strcmp(name, "cellXfs") == 0)
		b->in_xfs = 0;
}

/* ---- cells ---- */

/* "BC12" is column 54; -1: no place of a cell. */
static int
column_of(const char *place)
{
	int n = 0;
	size_t i = 0;

	for (; i < COLUMN_LETTERS && place[i] >= 'A' && place[i] <= 'Z'; i++)
		n = 26 * n + (place[i] - 'A' + 1);
	return i > 0 && place[i] >= '0' && place[i] <= '9' ? n - 1 : -1;
}

static void
column_name(char out[COLUMN_LETTERS + 1], int column)
{
	char back[COLUMN_LETTERS + 1];
	int n = 0;

	for (int c = column + 1; c > 0 && n < COLUMN_LETTERS; c = (c - 1) / 26)
		back[n++] = (char)('A' + (c - 1) % 26);
	for (int i = 0; i < n; i++)
		out[i] = back[n - 1 - i];
	out[n] = '\0';
}

/* Days since 30 December 1899 (18.17.4.1), or since 1904, by the minute; below 1 a time of day. */
static void
add_date(struct buf *out, const struct book *b, double serial)
{
	int64_t minutes = (int64_t)floor(serial * 24 * 60 + 0.5);
	time_t at = (time_t)((minutes - (b->base_1904 ? 24107 : 25569) * INT64_C(1440)) * 60);
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL)
		return;
	if (serial >= 1)
		buf_addf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	if (minutes % 1440 != 0 || serial < 1)
		buf_addf(out, "%s%02d:%02d", serial >= 1 ? " " : "", tm.tm_hour, tm.tm_min);
}

#define SERIAL_MOST 2958466.0	/* the last day of the year 9999 */

static void
add_number(struct buf *out, const struct book *b, const char *text)
{
	char *end;
	double x = strtod(text, &end);

	if (end == text || *end != '\0' || !isfinite(x))
		buf_adds(out, text);
	else if (b->style >= 0 && (size_t)b->style < b->dates_n && b->dates[b->style] && x >= 0 && x < SERIAL_MOST)
		add_date(out, b, x);
	else if (x == floor(x) && fabs(x) < WHOLE_MOST)
		buf_addf(out, "%.0f", x);
	else
		buf_addf(out, "%.15g", x);
}

/* "2026-12-01T07:00:00" as add_date() writes it. */
static void
add_iso(struct buf *out, const char *text)
{
	size_t len = strnlen(text, strlen("2026-12-01T07:00"));

	for (size_t i = 0; i < len; i++)
		buf_addc(out, text[i] == 'T' ? ' ' : text[i]);
}

static void
add_shared(struct buf *out, const struct book *b, const char *text)
{
	char *end;
	unsigned long i = strtoul(text, &end, 10);

	if (end != text && i < b->shared.n)
		buf_adds(out, b->shared.text.data + b->shared.at[i]);
}

static void
take_value(struct book *b, const char *text)
{
	struct buf *out = &b->cells[b->column];
	char at[COLUMN_LETTERS + 1];

	column_name(at, b->column);
	if (strcmp(b->type, "e") == 0)
		mistake(b, b->row, "column %s holds the error %s; write the value itself", at, text);
	else if (strcmp(b->type, "s") == 0)
		add_shared(out, b, text);
	else if (b->type[0] == '\0' || strcmp(b->type, "n") == 0)
		add_number(out, b, text);
	else if (strcmp(b->type, "d") == 0)
		add_iso(out, text);
	else
		buf_adds(out, text);
	if ((int64_t)out->len > b->most->cell_bytes) {
		mistake(b, b->row, "column %s has more than %" PRId64 " bytes (import.cell); shorten it", at,
		    b->most->cell_bytes);
		buf_reset(out);
	}
}

static void
cell_begin(struct book *b, const char **atts)
{
	const char *place = attribute(atts, "r"), *style = attribute(atts, "s");

	b->column = place[0] != '\0' ? column_of(place) : b->column + 1;
	snprintf(b->type, sizeof(b->type), "%s", attribute(atts, "t"));
	b->style = style[0] != '\0' ? (int)strtol(style, NULL, 10) : 0;
	if (b->column < 0) {
		mistake(b, b->row, "\"%.20s\" is no cell; save the file anew", place);
		stop(b);
	}
}

/* Cells beyond the limit may be there, if they are empty: programs write them for their looks. */
static int
has_room(struct book *b)
{
	if (b->column < b->most->columns)
		return 1;
	mistake(b, b->row, "more than %" PRId64 " columns (import.columns); keep the needed ones", b->most->columns);
	stop(b);
	return 0;
}

static void
row_begin(struct book *b, const char **atts)
{
	const char *r = attribute(atts, "r");
	int64_t row = r[0] != '\0' ? strtoll(r, NULL, 10) : b->row + 1;

	if (row <= b->row) {
		mistake(b, b->row, "row %.20s comes after it; save the file anew", r);
		stop(b);
		return;
	}
	b->row = row;
	b->column = -1;
	for (int i = 0; i < b->most->columns; i++)
		buf_reset(&b->cells[i]);
}

static void
add_cell(struct buf *csv, const struct buf *cell)
{
	buf_addc(csv, '"');
	for (size_t i = 0; i < cell->len; i++) {
		unsigned char c = (unsigned char)cell->data[i];

		if (c == '"')
			buf_addc(csv, '"');
		buf_addc(csv, c < ' ' ? ' ' : (char)c);
	}
	buf_addc(csv, '"');
}

/* The row as a line at its own place: what stands between is empty lines.  The first with anything is the header. */
static void
row_end(struct book *b)
{
	int width = 0;

	for (int i = 0; i < b->most->columns; i++)
		if (b->cells[i].len > 0)
			width = i + 1;
	if (width == 0)
		return;
	if (b->row > b->most->rows || (int64_t)b->csv.len > b->most->unpacked_bytes) {
		mistake(b, b->row, "more than %" PRId64 " rows (import.rows) or %" PRId64
		    " bytes (import.unpacked); split the file", b->most->rows, b->most->unpacked_bytes);
		stop(b);
		return;
	}
	if (b->columns == 0)
		b->columns = width;
	for (; b->line < b->row; b->line++)
		if (b->line > 0)
			buf_addc(&b->csv, '\n');
	for (int i = 0; i < width || i < b->columns; i++) {
		if (i > 0)
			buf_addc(&b->csv, ',');
		add_cell(&b->csv, &b->cells[i]);
	}
}

static void
rows_begin(struct book *b, const char *name, const char **atts)
{
	if (strcmp(name, "row") == 0)
		row_begin(b, atts);
	else if (strcmp(name, "c") == 0)
		cell_begin(b, atts);
	else if (strcmp(name, "rPh") == 0)
		b->in_phonetic = 1;
	else if (strcmp(name, "v") == 0 || (strcmp(name, "t") == 0 && !b->in_phonetic)) {
		buf_reset(&b->text);
		b->hears = 1;
	}
}

static void
rows_end(struct book *b, const char *name)
{
	if (strcmp(name, "rPh") == 0)
		b->in_phonetic = 0;
	if ((strcmp(name, "v") == 0 || strcmp(name, "t") == 0) && b->hears) {
		b->hears = 0;
		if (b->text.len > 0 && b->column >= 0 && has_room(b))
			take_value(b, buf_str(&b->text));
	}
	if (strcmp(name, "row") == 0)
		row_end(b);
}

/* ---- the whole ---- */

int
sheet_is_workbook(const void *bytes, size_t len)
{
	return len >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

static int
read_book(struct book *b)
{
	static const struct part_reader book = { "xl/workbook.xml", book_begin, NULL },
	    rels = { "xl/_rels/workbook.xml.rels", rels_begin, NULL },
	    strings = { "xl/sharedStrings.xml", shared_begin, shared_end },
	    styles = { "xl/styles.xml", styles_begin, styles_end };
	const struct part_reader rows = { b->path, rows_begin, rows_end };

	if (read_part(b, &book) != 0 || read_part(b, &rels) != 0 || b->path[0] == '\0') {
		if (!b->failed)
			mistake(b, 0, "is no XLSX workbook with a visible sheet; save it as XLSX or CSV");
		return -1;
	}
	/* Neither need be there. */
	if (read_part(b, &strings) < 0 || read_part(b, &styles) < 0)
		return -1;
	if (read_part(b, &rows) > 0)
		mistake(b, 0, "%s is missing; save the file anew", b->path);
	return b->failed ? -1 : 0;
}

static zip_t *
open_zip(struct book *b, const void *bytes, size_t len)
{
	zip_error_t why;
	zip_source_t *source;
	zip_t *zip = NULL;

	zip_error_init(&why);
	source = zip_source_buffer_create(bytes, len, 0, &why);
	if (source != NULL)
		zip = zip_open_from_source(source, ZIP_RDONLY, &why);
	if (zip == NULL) {
		mistake(b, 0, "cannot be unpacked (%s); save the file anew", zip_error_strerror(&why));
		zip_source_free(source);
	}
	zip_error_fini(&why);
	return zip;
}

int
sheet_to_csv(struct buf *out, const char *file, const void *bytes, size_t len,
    const struct sheet_limits *most, struct buf *errors)
{
	struct book b = { .file = file, .most = most, .errors = errors };
	int rc = -1;

	b.cells = xcalloc((size_t)most->columns, sizeof(*b.cells));
	b.zip = open_zip(&b, bytes, len);
	if (b.zip != NULL && read_book(&b) == 0) {
		buf_add(out, buf_str(&b.csv), b.csv.len);
		rc = 0;
	}
	if (b.zip != NULL)
		zip_discard(b.zip);
	for (int i = 0; i < most->columns; i++)
		buf_release(&b.cells[i]);
	free(b.cells);
	free(b.shared.at);
	free(b.dates);
	buf_release(&b.shared.text);
	buf_release(&b.item);
	buf_release(&b.text);
	buf_release(&b.csv);
	return rc;
}
