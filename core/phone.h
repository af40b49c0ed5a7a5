#ifndef KENTONGAN_PHONE_H
#define KENTONGAN_PHONE_H
/*
 * Indonesian and foreign telephone numbers to E.164 (ITU-T E.164); short codes and names are
 * labels, which can never be answered.
 */
#include <stddef.h>

enum phone_kind { PHONE_E164, PHONE_LABEL, PHONE_BAD };
#define PHONE_CHARS 17		/* '+', 15 digits, NUL */

/* out is filled for PHONE_E164 only. */
enum phone_kind phone_normalise(char out[PHONE_CHARS], const char *s, size_t len);
#endif
