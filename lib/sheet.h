#ifndef KENTONGAN_SHEET_H
#define KENTONGAN_SHEET_H
/*
 * The first visible sheet of an XLSX workbook (ECMA-376 part 1, chapters 18.2 to 18.8) as the text of
 * a CSV file: what reads lib/csv.h then reads both, and line N of the text is row N of the sheet.
 *
 * Stored values count: of a formula its last result.  A number with a date format becomes
 * "2026-12-01" or "2026-12-01 07:00", as whoever typed it saw it; line breaks in cells become spaces.
 *
 * The file is a stranger's: it is unpacked only as far as the limits go, whatever its directory says
 * of sizes; a document type, and with it every entity, is refused.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

struct sheet_limits {
	int64_t unpacked_bytes;		/* of all parts that are read, together */
	int64_t rows, columns;		/* the sheet may go so far; the header counts too */
	int64_t cell_bytes;
};

/* The bytes begin as a ZIP archive does: it is no CSV. */
int sheet_is_workbook(const void *bytes, size_t len);
/*
 * Appends the text; file names it in mistakes.  0, or -1 with a line for each mistake (file, row,
 * column, remedy) and nothing appended.
 */
int sheet_to_csv(struct buf *out, const char *file, const void *bytes, size_t len,
    const struct sheet_limits *most, struct buf *errors);
#endif
