#ifndef KENTONGAN_CSV_H
#define KENTONGAN_CSV_H
/*
 * RFC 4180 files with a header line, UTF-8, in memory; LF or CRLF.  Pure.
 * A row with another number of cells, a broken quote, a NUL or broken UTF-8 is a mistake with
 * file and line.
 */
#include <stddef.h>

#include "lib/buf.h"

struct csv;

struct csv *csv_parse(const char *file, const char *text, size_t len, struct buf *errors);
void csv_free(struct csv *c);
size_t csv_rows(const struct csv *c);			/* without the header */
int csv_column(const struct csv *c, const char *name);	/* -1 if there is none */
int csv_line(const struct csv *c, size_t row);
/* The cell, "" for column -1; borrowed. */
const char *csv_cell(const struct csv *c, size_t row, int column);
/* Looks up several columns at once; each missing one is a mistake.  0 or -1. */
int csv_columns(const struct csv *c, const char *const *names, int *columns, size_t n,
    struct buf *errors);
void csv_mistake(const struct csv *c, size_t row, struct buf *errors, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
#endif
