#ifndef KENTONGAN_SHIFT_H
#define KENTONGAN_SHIFT_H
/*
 * Shifts with a date: given, taken back, exchanged, imported.  An officer's are in order and never
 * two at once.  The import:
 *   petugas,unit,mulai,selesai
 *   op-112-1,D112,2026-12-01 06:00,2026-12-01 14:00        WIB
 *
 * Units      int64_t milliseconds since the epoch, UTC.
 * Ownership  officers are changed in place and must own their shifts (officer_copy()).
 */
#include "core/roster.h"

enum shift_error { SHIFT_OK, SHIFT_NONE, SHIFT_OVERLAPS, SHIFT_FULL, SHIFT_BACKWARDS };
/* What is wrong and what to do. */
const char *shift_error_text(enum shift_error e);

enum shift_error officer_shift_add(struct officer *o, const struct shift *s);
/* The shift that begins at that moment; out, if not NULL, gets it. */
enum shift_error officer_shift_drop(struct officer *o, int64_t from_ms, struct shift *out);
/*
 * A takes B's shift, and B A's; b_from_ms 0: B only takes A's.  Whatever is wrong, both
 * stay as they were.
 */
enum shift_error officers_swap(struct officer *a, int64_t a_from_ms, struct officer *b,
    int64_t b_from_ms);
/* Forgets those that ended before; returns how many. */
size_t officer_shifts_forget(struct officer *o, int64_t before_ms);

struct shift_row { char officer[OFFICER_ID_CHARS]; struct shift shift; int line; };
/* The rows of an import, checked for form only; NULL with mistakes by line.  The caller frees. */
struct shift_row *shifts_parse_csv(const char *file, const char *text, size_t len, size_t *n,
    struct buf *errors);
/*
 * The file is the schedule of the units it names, from its first shift to its last: what these units had
 * there before is taken back, its rows are given.  officers[i] may change; 0, or -1 with mistakes by
 * line, and then they are of no use.
 */
int shifts_import(struct officer *officers, size_t officers_n, const struct shift_row *rows,
    size_t rows_n, const char *file, struct buf *errors);
#endif
