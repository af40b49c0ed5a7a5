#ifndef KENTONGAN_STORE_TABLE_H
#define KENTONGAN_STORE_TABLE_H
/* Files of rows as offices have them: CSV, or the first sheet of an XLSX workbook. */
#include "store/settings.h"

/*
 * Appends the file as CSV (lib/sheet.h), within the limits import.*; 0, or -1 with the mistakes in
 * errors.
 */
int table_read(const struct settings *set, const char *path, struct buf *out, struct buf *errors);
/* The same of bytes that came otherwise; name stands in the mistakes. */
int table_of_bytes(const struct settings *set, const char *name, const void *bytes, size_t len, struct buf *out,
    struct buf *errors);
#endif
