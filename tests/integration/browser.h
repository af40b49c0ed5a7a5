#ifndef KENTONGAN_TESTS_BROWSER_H
#define KENTONGAN_TESTS_BROWSER_H
/* An officer at the console of the living house, by plain HTTP: cookie, pages, forms. */
#include "tests/integration/living.h"

struct visitor { char cookie[96], tanda[64]; };

/* A session of his, as after a log-in (which check_login tests). */
void come_in(struct visitor *v, const char *officer);
/* The status; page may be NULL, else buf_release() it. */
long visit(struct visitor *v, const char *path, struct buf *page);
/*
 * Sends a form, "a=b&c=d" already encoded, with his token; to gets where it leads ("" nowhere), page what
 * came; each may be NULL.  The status.
 */
long send_form(struct visitor *v, const char *path, const char *fields, char to[160], struct buf *page);
/* The value of the field of that name in a page. */
void field_of(const struct buf *page, const char *name, char *out, size_t size);
#endif
