#ifndef KENTONGAN_PAGE_H
#define KENTONGAN_PAGE_H
/*
 * Pages: files carried inside the programs, filled with values and answered.
 *
 * Ownership  all arguments are borrowed for the call.
 */
#include "lib/buf.h"
#include "lib/httpd.h"
#include "lib/template.h"
#include "lib/words.h"

/* A carried file by its path with _ for / and . : both its ends, and as "data, len" arguments. */
#define ASSET_DECLARE(path) extern const char _binary_##path##_start[], _binary_##path##_end[]
#define ASSET(path) \
	_binary_##path##_start, (size_t)(_binary_##path##_end - _binary_##path##_start)

/*
 * Appends the template with its holes filled, escaped for HTML.  A broken one is logged by the
 * page's name, and nothing is appended.
 */
void page_fill(struct buf *out, const char *name, const char *text, size_t len,
    const struct template_value *values, size_t n);
/* Puts text, as it is, in place of the first marker; without a marker nothing changes. */
void page_put(struct buf *page, const char *marker, const struct buf *text);
/* http_req_lang(), and what he asks for now is remembered in the cookie bahasa, which the answer varies by. */
enum lang page_lang(struct http_req *r);
/* Remembers a choice of his for a year; the cookie says no more than that. */
void page_remember(struct http_req *r, const char *name, const char *value);
/* Answers 200 with a carried file; r is gone afterwards. */
void page_answer_asset(struct http_req *r, const char *type, const char *data, size_t len);
#endif
