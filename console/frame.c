#include "console/frame.h"

#include <string.h>

#include "lib/escape.h"
#include "lib/page.h"
#include "store/drill.h"

ASSET_DECLARE(console_web_kerangka_html);
ASSET_DECLARE(console_web_konsol_css);

/* Where one may go from every page; each asks for its access again. */
static const struct { const char *path, *name; int needs; enum access access; } menu[] = {
	{ "/tugas", "[[Tugas saya]]", 0, SEE_EXISTS },
	{ "/triase", "[[Meja 112]]", 1, SEE_TRIAGE },
	{ "/baru", "[[Catat]]", 1, MAY_ENTER },
	{ "/insiden", "[[Kejadian]]", 1, SEE_BOARD },
	{ "/jaga", "[[Jaga]]", 0, SEE_EXISTS },
	{ "/surat", "[[Surat]]", 1, SEE_TRIAGE },
	{ "/siaran", "[[Siaran]]", 1, MAY_BROADCAST },
	{ "/latihan", "[[Latihan]]", 1, MAY_DRILL },
	{ "/papan", "[[Papan]]", 1, SEE_BOARD },
	{ "/laporan", "[[Laporan]]", 1, SEE_BOARD },
	{ "/pengawasan", "[[Pengawasan]]", 1, SEE_LOOKS },
	{ "/buka-darurat", "[[Buka darurat]]", 1, MAY_BREAK },
	{ "/cari", "[[Cari]]", 0, SEE_EXISTS },
	{ "/sistem", "[[Sistem]]", 1, SEE_SYSTEM },
};

int
console_has_route(const struct console *c, const char *path)
{
	for (size_t i = 0; i < c->routes_n; i++)
		if (strcmp(c->routes[i].path, path) == 0)
			return 1;
	return 0;
}

static void
add_menu(struct buf *b, const struct console *c, const struct who *w, const char *here)
{
	for (size_t i = 0; i < N_ELEMS(menu); i++) {
		if (menu[i].needs && !access_may(c->h.policy, w->officer, menu[i].access, NULL))
			continue;
		if (!console_has_route(c, menu[i].path))
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

/*
 * The page's language and the way to the other.  speaks: its inside has words in both; else it is
 * Indonesian within whatever frame.
 */
static void
add_language(struct buf *page, enum lang lang, int speaks)
{
	const char *other = lang == LANG_EN ? "id" : "en";
	struct buf html = { 0 }, main = { 0 }, link = { 0 };

	buf_addf(&html, "<html lang=\"%s\">", lang_name(lang));
	buf_addf(&main, "<main id=\"isi\"%s>", lang != LANG_ID && !speaks ? " lang=\"id\"" : "");
	buf_addf(&link, "<a class=\"bahasa\" href=\"?lang=%s\" lang=\"%s\" hreflang=\"%s\">%s</a>", other, other, other,
	    lang == LANG_EN ? "Bahasa Indonesia" : "English");
	page_put(page, "<html lang=\"id\">", &html);
	page_put(page, "<main id=\"isi\">", &main);
	page_put(page, "<!--BAHASA-->", &link);
	buf_release(&html);
	buf_release(&main);
	buf_release(&link);
}

/*
 * Asked for each page: somebody may have begun one a second ago.  What it is called, strangers at the door
 * are not told: some come unannounced.
 */
static void
add_drill(struct buf *b, struct console *c, int inside)
{
	struct drill d;

	if (c->h.set.latihan)
		buf_adds(b, "<p class=\"pesan\" role=\"status\"><strong>[[LATIHAN.]]</strong> [[Semua yang masuk sekarang "
		    "ditandai latihan dan tidak dihitung.]]</p>\n");
	if (!inside || drill_now(&c->h.st, &d) != 1)
		return;
	buf_adds(b, "<p class=\"pesan\" role=\"status\"><strong>[[LATIHAN.]]</strong> ");
	buf_add_shown(b, d.name, strlen(d.name));
	buf_adds(b, ", [[sampai]] ");
	add_said_time(b, d.ends_ms);
	buf_adds(b, ". [[Yang tidak bertanda LATIHAN adalah sungguhan.]]</p>\n");
}

void
frame_answer(struct http_req *r, struct console *c, const struct who *w, int status,
    const char *title, const char *here, const struct buf *body)
{
	frame_answer_with(r, c, w, status, title, here, NULL, body);
}

void
frame_answer_with(struct http_req *r, struct console *c, const struct who *w, int status,
    const char *title, const char *here, const struct buf *head, const struct buf *body)
{
	const struct buf none = { 0 };
	enum lang lang = page_lang(r);
	struct buf page = { 0 }, said = { 0 }, nav = { 0 }, heading = { 0 }, told = { 0 };
	const struct unit *u = w != NULL ? unit_find(c->h.policy->units, w->officer->unit) : NULL;

	words_put(&heading, &console_words, lang, title, strlen(title));

	const struct template_value v[] = {
		{ "judul", buf_str(&heading) }, { "kabupaten", c->h.set.name },
		{ "nama", w != NULL ? w->officer->name : "" }, { "unit", u != NULL ? u->shortname : "" },
		{ "keluar", w != NULL && !w->by_secret ? w->csrf : "" },
	};

	page_fill(&page, "kerangka", ASSET(console_web_kerangka_html), v, N_ELEMS(v));
	if (w != NULL)
		add_menu(&nav, c, w, here);
	page_put(&page, "<!--KEPALA-->\n", head != NULL ? head : &none);
	page_put(&page, "<!--MENU-->", &nav);
	add_drill(&told, c, w != NULL);
	buf_add(&told, buf_str(body), body->len);
	page_put(&page, "<!--ISI-->", &told);
	add_language(&page, lang, strstr(buf_str(body), "[[") != NULL);
	words_put(&said, &console_words, lang, page.data, page.len);
	http_answer(r, status, "text/html; charset=utf-8", &said);
	buf_wipe(&said);
	buf_wipe(&page);
	buf_release(&nav);
	buf_release(&heading);
	buf_wipe(&told);
}

/* Marks of direction and without width: three bytes each, U+200B to 200F, 202A to 202E, 2066 to 2069, FEFF. */
static unsigned
unseen_at(const unsigned char *s, size_t len)
{
	unsigned u;

	if (len < 3 || (s[0] & 0xf0) != 0xe0)
		return 0;
	u = (unsigned)(s[0] & 15) << 12 | (unsigned)(s[1] & 63) << 6 | (s[2] & 63);
	return (u >= 0x200b && u <= 0x200f) || (u >= 0x202a && u <= 0x202e) ||
	    (u >= 0x2066 && u <= 0x2069) || u == 0xfeff ? u : 0;
}

void
buf_add_shown(struct buf *b, const char *s, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned u = unseen_at((const unsigned char *)s + i, len - i);

		if (u == 0)
			continue;
		buf_add_html(b, s + from, i - from);
		buf_addf(b, "[U+%04X]", u);
		from = i + 3;
		i += 2;
	}
	buf_add_html(b, s + from, len - from);
}

void
add_place_name(struct buf *b, const struct console *c, const char *code)
{
	const struct place *p = place_find(c->h.policy->places, code);
	struct buf name = { 0 };

	if (p == NULL && code[0] == '\0') {
		buf_adds(b, "[[tempat belum jelas]]");
		return;
	}
	if (p != NULL)
		buf_add_place(&name, p);
	else
		buf_adds(&name, code);
	buf_add_html(b, buf_str(&name), name.len);
	buf_release(&name);
}

void
add_category_name(struct buf *b, const struct console *c, const char *code)
{
	const struct category *k = category_find(c->h.policy->catalogue, code);
	add_said(b, k != NULL ? k->shortname : code);
}

void
get_console_css(struct http_req *r, void *arg)
{
	(void)arg;
	page_answer_asset(r, "text/css; charset=utf-8", ASSET(console_web_konsol_css));
}
