#include "core/shift.h"

#include <stdlib.h>
#include <string.h>

#include "lib/csv.h"

static const char *const texts[] = {
	[SHIFT_OK] = "",
	[SHIFT_NONE] = "has no shift that begins then; see 'kentongan officer shifts'",
	[SHIFT_OVERLAPS] = "has another shift at that time; take that one back or exchange it first",
	[SHIFT_FULL] = "has as many shifts as one officer can have; import fewer days at once",
	[SHIFT_BACKWARDS] = "the shift must end after it begins",
};

const char *
shift_error_text(enum shift_error e)
{
	return texts[e];
}

enum shift_error
officer_shift_add(struct officer *o, const struct shift *s)
{
	size_t at = o->shifts_n;

	if (s->until_ms <= s->from_ms)
		return SHIFT_BACKWARDS;
	while (at > 0 && o->shifts[at - 1].from_ms > s->from_ms)
		at--;
	if ((at > 0 && o->shifts[at - 1].until_ms > s->from_ms) ||
	    (at < o->shifts_n && o->shifts[at].from_ms < s->until_ms))
		return SHIFT_OVERLAPS;
	if (o->shifts_n == OFFICER_SHIFTS)
		return SHIFT_FULL;
	o->shifts = xrealloc(o->shifts, (o->shifts_n + 1) * sizeof *o->shifts);
	memmove(o->shifts + at + 1, o->shifts + at, (o->shifts_n - at) * sizeof *o->shifts);
	o->shifts[at] = *s;
	o->shifts_n++;
	return SHIFT_OK;
}

static void
take_out(struct officer *o, size_t at)
{
	o->shifts_n--;
	memmove(o->shifts + at, o->shifts + at + 1, (o->shifts_n - at) * sizeof *o->shifts);
}

enum shift_error
officer_shift_drop(struct officer *o, int64_t from_ms, struct shift *out)
{
	for (size_t i = 0; i < o->shifts_n; i++)
		if (o->shifts[i].from_ms == from_ms) {
			if (out != NULL)
				*out = o->shifts[i];
			take_out(o, i);
			return SHIFT_OK;
		}
	return SHIFT_NONE;
}

enum shift_error
officers_swap(struct officer *a, int64_t a_from_ms, struct officer *b, int64_t b_from_ms)
{
	struct shift of_a, of_b;
	enum shift_error rc = officer_shift_drop(a, a_from_ms, &of_a);

	if (rc != SHIFT_OK)
		return rc;
	if (b_from_ms != 0)
		rc = officer_shift_drop(b, b_from_ms, &of_b);
	if (rc != SHIFT_OK)
		goto keep_a;
	rc = officer_shift_add(b, &of_a);
	if (rc != SHIFT_OK)
		goto keep_both;
	if (b_from_ms == 0)
		return SHIFT_OK;
	rc = officer_shift_add(a, &of_b);
	if (rc == SHIFT_OK)
		return rc;
	officer_shift_drop(b, of_a.from_ms, NULL);
keep_both:
	if (b_from_ms != 0)
		officer_shift_add(b, &of_b);
keep_a:
	officer_shift_add(a, &of_a);
	return rc;
}

size_t
officer_shifts_forget(struct officer *o, int64_t before_ms)
{
	size_t gone = 0;

	while (gone < o->shifts_n && o->shifts[gone].until_ms < before_ms)
		gone++;
	o->shifts_n -= gone;
	memmove(o->shifts, o->shifts + gone, o->shifts_n * sizeof *o->shifts);
	return gone;
}

/* ---- the import ---- */

enum { COL_OFFICER, COL_UNIT, COL_FROM, COL_UNTIL, COLS };

static int
read_row(struct shift_row *row, const struct csv *csv, size_t i, const int *columns,
    struct buf *errors)
{
	const char *officer = csv_cell(csv, i, columns[COL_OFFICER]);
	const char *unit = csv_cell(csv, i, columns[COL_UNIT]);
	int mistakes = 0;

	row->line = csv_line(csv, i);
	if (*officer == '\0' || strlen(officer) >= sizeof row->officer) {
		csv_mistake(csv, i, errors, "petugas is not right; write the id of an officer");
		mistakes++;
	} else {
		memcpy(row->officer, officer, strlen(officer) + 1);
	}
	if (*unit == '\0' || strlen(unit) >= sizeof row->shift.unit) {
		csv_mistake(csv, i, errors, "unit is not right; write a kode of unit.csv");
		mistakes++;
	} else {
		memcpy(row->shift.unit, unit, strlen(unit) + 1);
	}
	if (wib_parse(csv_cell(csv, i, columns[COL_FROM]), &row->shift.from_ms) != 0 ||
	    wib_parse(csv_cell(csv, i, columns[COL_UNTIL]), &row->shift.until_ms) != 0) {
		csv_mistake(csv, i, errors,
		    "mulai or selesai is no time; write it like 2026-12-01 06:00");
		mistakes++;
	}
	return mistakes;
}

struct shift_row *
shifts_parse_csv(const char *file, const char *text, size_t len, size_t *n, struct buf *errors)
{
	static const char *const names[COLS] = { "petugas", "unit", "mulai", "selesai" };
	int columns[COLS], mistakes = 0;
	struct csv *csv = csv_parse(file, text, len, errors);
	struct shift_row *rows = NULL;

	*n = 0;
	if (csv == NULL || csv_columns(csv, names, columns, COLS, errors) != 0)
		goto out;
	*n = csv_rows(csv);
	rows = xcalloc(*n + 1, sizeof *rows);
	for (size_t i = 0; i < *n; i++)
		mistakes += read_row(&rows[i], csv, i, columns, errors);
	if (mistakes > 0) {
		free(rows);
		rows = NULL;
	}
out:
	csv_free(csv);
	return rows;
}

/* The shifts of these units in the time that the file covers: the file says them anew. */
static void
take_back(struct officer *o, const struct shift_row *rows, size_t n, int64_t from_ms,
    int64_t until_ms)
{
	for (size_t i = o->shifts_n; i-- > 0; ) {
		int is_named = 0;

		for (size_t k = 0; k < n && !is_named; k++)
			is_named = strcmp(rows[k].shift.unit, o->shifts[i].unit) == 0;
		if (is_named && o->shifts[i].from_ms >= from_ms && o->shifts[i].from_ms < until_ms)
			take_out(o, i);
	}
}

int
shifts_import(struct officer *officers, size_t officers_n, const struct shift_row *rows,
    size_t rows_n, const char *file, struct buf *errors)
{
	int64_t from_ms = INT64_MAX, until_ms = 0;
	int mistakes = 0;

	for (size_t i = 0; i < rows_n; i++) {
		if (rows[i].shift.from_ms < from_ms)
			from_ms = rows[i].shift.from_ms;
		if (rows[i].shift.until_ms > until_ms)
			until_ms = rows[i].shift.until_ms;
	}
	for (size_t i = 0; i < officers_n; i++)
		take_back(&officers[i], rows, rows_n, from_ms, until_ms);
	for (size_t i = 0; i < rows_n; i++) {
		enum shift_error e = SHIFT_OK;
		size_t k = 0;

		while (k < officers_n && strcmp(officers[k].id, rows[i].officer) != 0)
			k++;
		if (k == officers_n || officers[k].ended) {
			buf_addf(errors, "%s:%d: petugas \"%s\" is not on the roster; add him first\n",
			    file, rows[i].line, rows[i].officer);
			mistakes++;
			continue;
		}
		e = officer_shift_add(&officers[k], &rows[i].shift);
		if (e != SHIFT_OK) {
			buf_addf(errors, "%s:%d: %s %s\n", file, rows[i].line, rows[i].officer,
			    shift_error_text(e));
			mistakes++;
		}
	}
	return mistakes == 0 ? 0 : -1;
}
