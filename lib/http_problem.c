/* Refusals, in the language of who reads them. */
#include <string.h>

#include "lib/escape.h"
#include "lib/httpd_conn.h"

/* The one rule for it, by what has come of the head; 1 if he has chosen. */
static int
is_chosen(const struct http_guard *g, enum lang *l)
{
	size_t len, all;
	const char *asked = http_guard_query(g, "lang", &len), *cookies, *kept;

	if (asked != NULL && lang_of_name(asked, len, l) == 0)
		return 1;
	cookies = http_guard_header(g, "Cookie", &all);
	kept = cookies != NULL ? http_cookie_find(cookies, all, "bahasa", &len) : NULL;
	return kept != NULL && lang_of_name(kept, len, l) == 0;
}

enum lang
http_req_lang(const struct http_req *r)
{
	enum lang l;

	return r->c != NULL && is_chosen(&r->c->guard, &l) ? l : LANG_ID;
}

static enum lang
lang_of(const struct http_guard *g, int html)
{
	size_t len;
	const char *list;
	enum lang l;

	if (is_chosen(g, &l))
		return l;
	list = html ? NULL : http_guard_header(g, "Accept-Language", &len);
	return list != NULL ? lang_of_list(list, len) : LANG_ID;
}

/* The daemon's words come first. */
static const char *
say(const struct httpd *h, enum lang l, const char *id)
{
	const struct words *own = h->o.words;

	return words_say(own != NULL && words_know(own, l, id) ? own : &http_words, l, id);
}

static void
say_lines(struct buf *out, const struct httpd *h, enum lang l, const char *lines)
{
	struct buf one = { 0 };

	for (const char *at = lines; *at != '\0'; at += strspn(at, "\n")) {
		size_t len = strcspn(at, "\n");

		buf_reset(&one);
		buf_add(&one, at, len);
		if (at != lines)
			buf_addc(out, ' ');
		buf_adds(out, say(h, l, buf_str(&one)));
		at += len;
	}
	buf_release(&one);
}

/* What a resident understands; the status line keeps the protocol's phrase. */
static const char *
heading_of(int status, const char *title)
{
	static const struct { int status; const char *words; } headings[] = {
		{ 400, SAID("Belum bisa diterima") }, { 401, SAID("Belum dikenali") },
		{ 403, SAID("Tidak boleh dibuka") }, { 404, SAID("Tidak ditemukan") },
		{ 405, SAID("Alamat ini dipakai dengan cara lain") }, { 408, SAID("Terlalu lama") },
		{ 409, SAID("Sudah berubah sementara itu") }, { 410, SAID("Sudah tidak ada") },
		{ 413, SAID("Terlalu besar") }, { 414, SAID("Terlalu panjang") },
		{ 415, SAID("Jenis berkas ini tidak diterima") }, { 422, SAID("Belum bisa dijalankan") },
		{ 423, SAID("Sedang dipakai") }, { 429, SAID("Terlalu sering; tunggu sebentar") },
		{ 431, SAID("Terlalu panjang") }, { 500, SAID("Maaf, ada kesalahan di pihak kami") },
		{ 503, SAID("Maaf, sedang penuh atau terputus") }, { 507, SAID("Maaf, sedang penuh atau terputus") },
	};

	for (size_t i = 0; i < N_ELEMS(headings); i++)
		if (headings[i].status == status)
			return headings[i].words;
	return title;
}

static void
add_escaped(struct buf *out, const char *before, const char *text, const char *after)
{
	buf_adds(out, before);
	buf_add_html(out, text, strlen(text));
	buf_adds(out, after);
}

/* Whole without its style sheet: a server that refuses may not give that either. */
static void
add_page(struct buf *out, const struct httpd *h, enum lang l, const char *heading, const char *detail)
{
	buf_addf(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n", lang_name(l));
	add_escaped(out, "<title>", heading, " - Kentongan</title>\n");
	if (h->o.style != NULL)
		buf_addf(out, "<link rel=\"stylesheet\" href=\"%s\">\n", h->o.style);
	add_escaped(out, "</head>\n<body>\n<header><p class=\"merek\">Kentongan</p></header>\n<main>\n<h1>",
	    heading, "</h1>\n");
	if (detail[0] != '\0')
		add_escaped(out, "<p class=\"pesan\">", detail, "</p>\n");
	add_escaped(out, "<p><a href=\"/\">", say(h, l, SAID("Ke halaman depan")), "</a></p>\n</main>\n</body>\n</html>\n");
}

static void
add_json(struct buf *out, int status, const char *title, const char *detail)
{
	buf_addf(out, "{\"type\":\"about:blank\",\"status\":%d,\"title\":", status);
	buf_add_json(out, title, strlen(title));
	buf_adds(out, ",\"detail\":");
	buf_add_json(out, detail, strlen(detail));
	buf_adds(out, "}\n");
}

const char *
http_problem_add(struct buf *body, struct buf *headers, const struct http_conn *c, const char *path,
    int status, const char *title, const char *detail)
{
	const struct http_guard *g = &c->guard;
	/* Programs read what is under /api/, whatever their library says that it accepts. */
	int html = g->accepts_html && !g->accepts_json && strncmp(path, "/api/", 5) != 0;
	enum lang l = lang_of(g, html);
	struct buf said = { 0 };

	if (title == NULL)
		title = http_phrase(status);
	if (detail != NULL)
		say_lines(&said, c->h, l, detail);
	if (html)
		add_page(body, c->h, l, say(c->h, l, heading_of(status, title)), buf_str(&said));
	else
		add_json(body, status, title, buf_str(&said));
	buf_addf(headers, "Content-Language: %s\r\nVary: Cookie, Accept, Accept-Language\r\n", lang_name(l));
	buf_release(&said);
	return html ? "text/html; charset=utf-8" : "application/problem+json";
}

void
http_answer_problem(struct http_req *r, int status, const char *title, const char *detail)
{
	const char *type = NULL;
	struct buf page = { 0 };

	if (r->c != NULL)	/* somebody is still there to read it */
		type = http_problem_add(&page, &r->headers, r->c, buf_str(&r->path), status, title, detail);
	http_answer(r, status, type, &page);
	buf_release(&page);
}
