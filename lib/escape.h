#ifndef KENTONGAN_ESCAPE_H
#define KENTONGAN_ESCAPE_H
/*
 * The encoders: the only way by which text from outside enters an output (FAULTS I9).
 * All append to b and never fail; the input may hold any bytes, broken UTF-8 becomes U+FFFD
 * where the output must be UTF-8.
 */
#include "lib/buf.h"

/* HTML text and double-quoted attribute values. */
void buf_add_html(struct buf *b, const char *s, size_t len);
/* A JSON string with its quotes; </ and U+2028/9 are escaped too. */
void buf_add_json(struct buf *b, const char *s, size_t len);
/* ,"key":"value" of a JSON object; the key is our own text. */
void buf_add_pair(struct buf *b, const char *key, const char *value);
/* The same, or nothing where the value is NULL or "". */
void buf_add_pair_if(struct buf *b, const char *key, const char *value);
/* ,"key":number */
void buf_add_int(struct buf *b, const char *key, int64_t value);
/* XML 1.0 text and attribute values; characters XML forbids are left out. */
void buf_add_xml(struct buf *b, const char *s, size_t len);
/* One RFC 4180 cell, always quoted; a cell that a spreadsheet would run gets a ' in front. */
void buf_add_csv(struct buf *b, const char *s, size_t len);
/* RFC 3986 percent-encoding of everything but unreserved characters. */
void buf_add_url(struct buf *b, const char *s, size_t len);
/* key="value" material: quotes, backslash, controls, bidi and U+2028/9 as \u; cut at 512 bytes. */
void buf_add_logvalue(struct buf *b, const char *s, size_t len);
/* Lower-case hex. */
void buf_add_hex(struct buf *b, const void *data, size_t len);

/* Standard base64 with padding (RFC 4648 section 4). */
void buf_add_base64(struct buf *b, const void *data, size_t len);
/* Exactly want bytes out of a padded text; -1 for anything else. */
int base64_decode(void *out, size_t want, const char *text, size_t len);

/* Decodes exactly len hex digits into len / 2 bytes; -1 if any is no hex digit or len is odd. */
int hex_decode(void *out, const char *hex, size_t len);

/* 1 if the bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
int utf8_valid(const char *s, size_t len);
/* Appends s with every broken sequence replaced by U+FFFD. */
void buf_add_utf8(struct buf *b, const char *s, size_t len);
#endif
