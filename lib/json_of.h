#ifndef KENTONGAN_JSON_OF_H
#define KENTONGAN_JSON_OF_H
/*
 * Members of a document that somebody else wrote: what is not there, or of another type, is empty.
 *
 * Ownership  texts are the document's.
 */
#include <stdint.h>

#include <jansson.h>

/* "" where there is no such text; doc may be NULL. */
static inline const char *
text_of(const json_t *doc, const char *key)
{
	const char *s = json_string_value(json_object_get(doc, key));

	return s != NULL ? s : "";
}

/* 0 where there is no such number. */
static inline int64_t
int_of(const json_t *doc, const char *key)
{
	return json_integer_value(json_object_get(doc, key));
}
#endif
