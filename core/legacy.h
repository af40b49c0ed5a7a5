#ifndef KENTONGAN_LEGACY_H
#define KENTONGAN_LEGACY_H
/*
 * Old complaints in a file of rows: what was kept before this house, one row each.  Pure.
 *
 * Columns    sumber (where it was kept), nomor (its number there), diterima, isi must be there;
 *            kategori, urgensi, tempat, lokasi, unit, nama, telepon, ditangani, ditutup, hasil may be.
 *            Without ditutup it is open.  Times are WIB, "2025-03-01 14:05" or a day alone.
 * Identity   source and number: the same pair is the same complaint for ever.
 * Ownership  rows own their words: legacy_row_release(). 
 */
#include "core/decide.h"
#include "core/laporan.h"
#include "core/policy.h"

struct legacy_row {
	int line;			/* in the file, the header is 1 */
	struct laporan words;
	struct understanding u;
	struct legacy_facts facts;
	int open;
};
void legacy_row_release(struct legacy_row *row);

/* What is wrong in which column, and what is expected there; static texts. */
struct legacy_mistake {
	int line;
	const char *column, *wrong, *expected;			/* Indonesian */
	const char *wrong_en, *expected_en;
};
typedef void on_legacy_mistake(const struct legacy_mistake *m, void *arg);

struct legacy_file;
/* NULL with a line for each mistake where the file is no table, or lacks a column that must be there. */
struct legacy_file *legacy_open(const char *name, const char *text, size_t len,
    struct buf *errors);
void legacy_close(struct legacy_file *f);
size_t legacy_rows(const struct legacy_file *f);
/*
 * Whom these words complain about and whether they are secret: into about, sealed and why of out, which
 * has its category and place.  0; -1: nobody can say.
 */
typedef int legacy_judge(void *arg, const struct policy *p, const char *words, struct understanding *out);
struct legacy_reader {
	const struct policy *policy;
	int64_t now_ms, text_bytes;		/* the most of its words */
	on_legacy_mistake *cb; void *arg;
	legacy_judge *judge; void *judge_arg;
};
/*
 * The i-th row, as a report and what is to be known of it.  The accused is never among its units, also
 * where the file names him.  0; -1: cb heard each mistake in it, and row is empty.
 */
int legacy_read(const struct legacy_file *f, size_t i, const struct legacy_reader *with, struct legacy_row *row);
/* Source and number as they are written in a case; 0 or -1: not so written. */
int legacy_name(struct legacy *out, const char *source, const char *number);
/* What names it wherever ids are compared, "impor\nSOURCE\nNUMBER". */
void buf_add_legacy_id(struct buf *b, const struct legacy *from);
#endif
