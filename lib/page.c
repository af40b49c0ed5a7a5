#include "lib/page.h"

#include <string.h>

#include "lib/escape.h"
#include "lib/log.h"

void
page_fill(struct buf *out, const char *name, const char *text, size_t len,
    const struct template_value *values, size_t n)
{
	struct buf whole = { 0 }, errors = { 0 };

	buf_add(&whole, text, len);	/* a carried file does not end in NUL */
	if (template_fill(out, buf_str(&whole), buf_add_html, values, n, &errors) != 0)
		log_error("page_broken", "page=%s err=\"%s\"", name,
		    log_quote(buf_str(&errors), errors.len));
	buf_release(&whole);
	buf_release(&errors);
}

void
page_put(struct buf *page, const char *marker, const struct buf *text)
{
	const char *at = strstr(buf_str(page), marker);
	struct buf out = { 0 };

	if (at == NULL)
		return;
	buf_add(&out, page->data, (size_t)(at - page->data));
	buf_add(&out, buf_str(text), text->len);
	buf_adds(&out, at + strlen(marker));
	buf_release(page);
	*page = out;
}

void
page_answer_asset(struct http_req *r, const char *type, const char *data, size_t len)
{
	struct buf body = { 0 };

	buf_add(&body, data, len);
	http_answer(r, 200, type, &body);
	buf_release(&body);
}

#define REMEMBERED "; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"

void
page_remember(struct http_req *r, const char *name, const char *value)
{
	struct buf cookie = { 0 };

	buf_addf(&cookie, "%s=%s" REMEMBERED "%s", name, value, http_req_is_tls(r) ? "; Secure" : "");
	http_add_header(r, "Set-Cookie", buf_str(&cookie));
	buf_release(&cookie);
}

enum lang
page_lang(struct http_req *r)
{
	size_t len;
	const char *asked = http_req_query(r, "lang", &len);
	enum lang l;

	/* Else a browser that kept the page in one language shows it to who has just chosen the other. */
	http_add_header(r, "Vary", "Cookie");
	if (asked != NULL && lang_of_name(asked, len, &l) == 0)
		page_remember(r, "bahasa", lang_name(l));
	return http_req_lang(r);
}
