#ifndef KENTONGAN_MASK_H
#define KENTONGAN_MASK_H
/*
 * Takes personal data out of a report before it becomes a training row.  Pure.
 *
 *   telephone numbers        <telepon>     NIK, KK, accounts, long digits   <angka>
 *   e-mail addresses         <email>       links                            <tautan>
 *   names after a title      <nama>        (pak bu sdr a.n. atas nama ...)
 *
 * It rather takes a word too many than a name too few: after a title every word that is no office
 * and no common word counts as a name.  A name without a title stays: a person reads the rows
 * before they are trained with (docs/model.md).
 */
#include <stddef.h>

#include "lib/buf.h"

/* Any bytes; tabs and line ends become spaces, so that the result fits a table's cell. */
void buf_add_masked(struct buf *out, const char *text, size_t len);
#endif
