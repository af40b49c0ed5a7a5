#ifndef KENTONGAN_RECORD_H
#define KENTONGAN_RECORD_H
/*
 * The record as a file, for whoever wants to verify it without us: every entry of the log, from archive
 * and store, the signed heads, the seams and the public keys, one JSON object a line (docs/record.md).
 *
 * Names no person.  Entries that concern a sealed case are there with their digest alone: the chain
 * covers them, and nobody learns what they say.
 */
#include <stdio.h>

#include "store/store.h"

struct record_counts { int64_t entries, withheld; int heads; };
/*
 * Signs a head at the end of the log and writes the record up to there.  0; -1 with store_error(), or
 * with errno for what the file did not take.
 */
int record_write(struct store *st, FILE *out, struct record_counts *counts);
#endif
