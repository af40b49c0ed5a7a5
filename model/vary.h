#ifndef KENTONGAN_VARY_H
#define KENTONGAN_VARY_H
/*
 * Other ways of saying what a training row says, so that the model learns what a text is about and
 * not where it happened or whose leg it was: a place of the gazetteer is added, or words are
 * exchanged for their peers (model/setara.txt: a line holds words that can stand for each other,
 * # begins a comment).  Which place and which peer follows from the row's number alone, so the same
 * tables give the same model.
 *
 * Ownership  the caller frees it; the gazetteer must live as long.
 */
#include <stddef.h>

#include "core/place.h"
#include "lib/buf.h"

struct variations;

/* places may be NULL.  NULL with "file:line: what; remedy" in errors for a line of one word. */
struct variations *variations_new(const char *file, const char *peers, size_t len,
    const struct gazetteer *places, struct buf *errors);
void variations_free(struct variations *v);
/* Adds the text with a place named behind it; 0 if there is no place to name. */
int variations_place(const struct variations *v, const char *text, size_t len, size_t number,
    struct buf *out);
/* Adds the text with words exchanged for peers; 0 if no word has any. */
int variations_peers(const struct variations *v, const char *text, size_t len, size_t number,
    struct buf *out);
#endif
