#ifndef KENTONGAN_PHRASE_H
#define KENTONGAN_PHRASE_H
/*
 * Word classes: "<tidak> sadar" stands for "tidak sadar", "gak sadar", "ora sadar" and so on.  A
 * class is a row "tidak = tidak, gak, ora" of the list `golongan`; a member may be several words.
 *
 * Every phrase is written out when the file is read, so that whoever uses a list, the look at the
 * door as well as the router, hears the same words and the reason names those that were said.
 */
#include "core/catalogue.h"

#define PHRASES_MAX 8000	/* one row stands for at most so many: beyond, the row is a mistake */

/* Replaces rows with classes by what they stand for.  -1 with a line per mistake. */
int phrases_expand(struct word_rule **rules, size_t *n, const struct word_rule *classes,
    size_t classes_n, const char *file, struct buf *errors);
#endif
