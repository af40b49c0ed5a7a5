#ifndef KENTONGAN_JSON_IN_H
#define KENTONGAN_JSON_IN_H
/*
 * JSON from outside, read strictly: duplicate keys, depth over 32, trailing bytes and wrong types
 * are mistakes.  What old phones send inside strings (lone surrogates, NULs, broken UTF-8) is
 * repaired to U+FFFD instead: a citizen's words are not lost for it.
 */
#include <jansson.h>

#include "lib/buf.h"

enum json_in_kind { JSON_IN_TEXT, JSON_IN_INT };
/* most: bytes of a text, 0 the limit given to json_in(); unknown members are ignored. */
struct json_field { const char *name; enum json_in_kind kind; int required; size_t most; };

/*
 * An object whose fields fit, or NULL with what is wrong and what to send in mistakes, as
 * http_answer_problem() says it.  Caller decrefs.
 */
json_t *json_in(const char *body, size_t len, const struct json_field *fields, size_t n,
    size_t text_most, struct buf *mistakes);
/* Any object, for who looks into it piece by piece.  As json_in(). */
json_t *json_in_document(const char *body, size_t len, struct buf *mistakes);

/*
 * Looks into a piece.  One that is there and of another type, or is required and not there, adds to
 * *mistakes; NULL then, as for one that is simply not there.  Borrowed from the document.
 */
const char *json_in_text(const json_t *o, const char *name, int required, int *mistakes);
const json_t *json_in_object(const json_t *o, const char *name, int required, int *mistakes);
const json_t *json_in_array(const json_t *o, const char *name, int required, int *mistakes);
/* 0 and *out, or -1. */
int json_in_number(const json_t *o, const char *name, int required, double *out, int *mistakes);
#endif
