#include "console/frame.h"

#include <string.h>

#include "lib/escape.h"
#include "lib/page.h"

ASSET_DECLARE(console_web_kerangka_html);
ASSET_DECLARE(console_web_konsol_css);

/* Where one may go from every page; each asks for its access again. */
static const struct { const char *path, *name; int needs; enum access access; } menu[] = {
	{ "/tugas", "Tugas saya", 0, SEE_EXISTS },
	{ "/triase", "Meja 112", 1, SEE_TRIAGE },
	{ "/papan", "Papan", 1, SEE_BOARD },
	{ "/cari", "Cari", 0, SEE_EXISTS },
	{ "/sistem", "Sistem", 1, SEE_SYSTEM },
};

static void
add_menu(struct buf *b, const struct console *c, const struct who *w, const char *here)
{
	for (size_t i = 0; i < N_ELEMS(menu); i++) {
		if (menu[i].needs && !access_may(c->h.policy, w->officer, menu[i].access, NULL))
			continue;
		if (!console_has_route(menu[i].path))
			continue;
		buf_addf(b, "<a href=\"%s\"%s>%s</a>\n", menu[i].path,
		    strcmp(menu[i].path, here) == 0 ? " aria-current=\"page\"" : "", menu[i].name);
	}
}

void
frame_add_token(struct buf *b, const struct who *w)
{
	buf_addf(b, "<input type=\"hidden\" name=\"" CSRF_FIELD "\" value=\"%s\">", w->csrf);
}

void
frame_answer(struct http_req *r, struct console *c, const struct who *w, int status,
    const char *title, const char *here, const struct buf *body)
{
	struct buf page = { 0 }, nav = { 0 }, token = { 0 };
	const struct unit *u = w != NULL ? unit_find(c->h.policy->units, w->officer->unit) : NULL;
	const struct template_value v[] = {
		{ "judul", title }, { "kabupaten", c->h.set.name },
		{ "nama", w != NULL ? w->officer->name : "" }, { "unit", u != NULL ? u->shortname : "" },
		{ "keluar", w != NULL && !w->by_secret ? w->csrf : "" },
	};

	page_fill(&page, "kerangka", ASSET(console_web_kerangka_html), v, N_ELEMS(v));
	if (w != NULL)
		add_menu(&nav, c, w, here);
	page_put(&page, "<!--MENU-->", &nav);
	page_put(&page, "<!--ISI-->", body);
	http_answer(r, status, "text/html; charset=utf-8", &page);
	buf_wipe(&page);
	buf_release(&nav);
	buf_release(&token);
}

void
add_place_name(struct buf *b, const struct console *c, const char *code)
{
	const struct place *p = place_find(c->h.policy->places, code);
	struct buf name = { 0 };

	if (p != NULL)
		buf_add_place(&name, p);
	else
		buf_adds(&name, code[0] != '\0' ? code : "tempat belum jelas");
	buf_add_html(b, buf_str(&name), name.len);
	buf_release(&name);
}

void
add_category_name(struct buf *b, const struct console *c, const char *code)
{
	const struct category *k = category_find(c->h.policy->catalogue, code);
	const char *name = k != NULL ? k->shortname : code;

	buf_add_html(b, name, strlen(name));
}

void
get_console_css(struct http_req *r, void *arg)
{
	(void)arg;
	page_answer_asset(r, "text/css; charset=utf-8", ASSET(console_web_konsol_css));
}
