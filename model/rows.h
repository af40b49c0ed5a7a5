#ifndef KENTONGAN_ROWS_H
#define KENTONGAN_ROWS_H
/*
 * Labelled texts for the trainer: tab separated tables with a head line.  Columns text and label or
 * urgensi are needed, in any order; label_lain (other labels to be accepted, split by ;) and mutu
 * are read if there, others are passed over.  A table without label teaches danger alone.
 *
 * Ownership  the table owns its rows' texts.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/catalogue.h"
#include "lib/buf.h"
#include "lib/seal.h"

enum row_kind {
	ROW_OWN,		/* of the repository, or a correction: written or checked by a person */
	ROW_OPERATOR,		/* mutu operator: the label follows from the topic of another desk */
	ROW_SHARED,		/* mutu tulisan: the rules were written from these, so they judge nobody */
	ROW_PHRASE,		/* a phrase of kategori.yaml: taught, never held back */
	ROW_DANGER,		/* of a table without labels: only danger or not is taught */
	ROW_KINDS
};
extern const char *const row_kind_names[ROW_KINDS];

struct row {
	char *text;
	size_t len;
	int label;		/* the category's place in the catalogue; -1 for ROW_DANGER */
	uint64_t accepted;	/* bits of the labels that are right too */
	enum row_kind kind;
	int shared;		/* mutu tulisan */
	int danger;		/* 1 urgensi says darurat, 0 it says something else, -1 nothing */
};
struct rows {
	struct row *at;
	size_t n, cap;
	size_t skipped;		/* rows with a label that the catalogue does not have */
	uint8_t digest[DIGEST_BYTES];	/* of the files' bytes in their order */
};

/* Adds a file's rows.  0, or -1 with "file:line: what; remedy" in errors. */
int rows_read(struct rows *r, const char *path, const struct catalogue *c, struct buf *errors);
/* Adds the phrases of the catalogue that speak for a category by themselves. */
void rows_add_phrases(struct rows *r, const struct catalogue *c);
void rows_release(struct rows *r);
#endif
