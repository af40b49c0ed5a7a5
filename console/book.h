#ifndef KENTONGAN_BOOK_H
#define KENTONGAN_BOOK_H
/*
 * XLSX files that leave the console, by libxlsxwriter.  Texts are written as texts whatever they begin
 * with: no cell can become a formula or a link.  Durations and times are numbers with a format, so
 * that a spreadsheet reckons with them; times are WIB.
 *
 * Units      int64_t milliseconds (UTC for times); rows and columns count from 0.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

struct book_column { const char *title; int width; };	/* in characters */
struct book;

struct book *book_new(void);
/* A sheet with its header row, which stays in sight; further cells go into the latest sheet. */
void book_sheet(struct book *b, const char *name, const struct book_column *columns, size_t n);
void book_text(struct book *b, uint32_t row, uint16_t column, const char *text);
void book_number(struct book *b, uint32_t row, uint16_t column, double number);
void book_duration(struct book *b, uint32_t row, uint16_t column, int64_t ms);
void book_time(struct book *b, uint32_t row, uint16_t column, int64_t at_ms);
/* Appends the file and frees the book: 0, or -1 with errno when it could not be written. */
int book_end(struct book *b, struct buf *out);
#endif
