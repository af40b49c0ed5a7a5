#include "ingest/window.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "core/calendar.h"
#include "ingest/form.h"
#include "ingest/reader.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "lib/outline.h"
#include "lib/page.h"
#include "store/daily.h"

ASSET_DECLARE(ingest_web_peta_html);
ASSET_DECLARE(ingest_web_data_html);

#define FILE_BYTES (64u << 20)
#define LOOK_MS 1000		/* so often at most the file of now is looked at */
#define ROWS_SHOWN 150		/* of the list: the page stays small on a slow line */
#define DAYS_SHOWN 62

struct window_pages {
	struct buf dir;
	struct outline whole, *parts; size_t parts_n;
	json_t *now;			/* what kini.json said last; NULL nothing yet */
	struct timespec of;		/* its time */
	int64_t looked_ms;		/* monotonic */
};

struct window_pages *
window_pages_new(const char *conf_dir, const char *dir)
{
	struct window_pages *w = xcalloc(1, sizeof(*w));

	buf_addf(&w->dir, "%s/" WINDOW_DIR, dir);
	outline_load(&w->whole, conf_dir);
	w->parts_n = outlines_load(&w->parts, conf_dir);
	return w;
}

void
window_pages_free(struct window_pages *w)
{
	if (w == NULL)
		return;
	json_decref(w->now);
	outline_release(&w->whole);
	outlines_free(w->parts, w->parts_n);
	buf_release(&w->dir);
	free(w);
}

/* The file in DIR/terbuka; 0, or -1: there is none, or it could not be read. */
static int
read_window(const struct window_pages *w, const char *name, struct buf *out)
{
	struct buf path = { 0 };
	int rc;

	buf_addf(&path, "%s/%s", buf_str(&w->dir), name);
	rc = file_read(buf_str(&path), FILE_BYTES, out);
	if (rc != 0 && errno != ENOENT)
		log_error("window_unread", "file=\"%s\" err=\"%s\"", buf_str(&path), strerror(errno));
	buf_release(&path);
	return rc;
}

static void
look(struct window_pages *w)
{
	struct buf path = { 0 }, text = { 0 };
	struct stat s;
	json_t *doc;

	if (w->looked_ms != 0 && clock_mono_ms() - w->looked_ms < LOOK_MS)
		return;
	w->looked_ms = clock_mono_ms();
	buf_addf(&path, "%s/" WINDOW_NOW, buf_str(&w->dir));
	if (stat(buf_str(&path), &s) == 0 &&
	    (s.st_mtim.tv_sec != w->of.tv_sec || s.st_mtim.tv_nsec != w->of.tv_nsec) &&
	    read_window(w, WINDOW_NOW, &text) == 0 && (doc = json_loadb(text.data, text.len, 0, NULL)) != NULL) {
		json_decref(w->now);
		w->now = doc;
		w->of = s.st_mtim;
	}
	buf_release(&path);
	buf_release(&text);
}

/* Over the limit it has answered. */
static int
may_ask(struct http_req *r, struct ingest *g)
{
	int64_t now = clock_mono_ms();

	if (!lookups_may(g->asks, http_req_peer(r), now)) {
		http_add_header(r, "Retry-After", "600");
		http_answer_problem(r, 429, "Too Many Requests",
		    "Terlalu banyak permintaan dari alamat ini; coba lagi sepuluh menit lagi.");
		return 0;
	}
	lookups_wrong(g->asks, http_req_peer(r), now);
	return 1;
}

/* ---- what is asked for ---- */

struct view {
	const struct ingest *g;
	const struct policy *p;
	struct window_pages *w;
	struct reader who;
	const struct category *category;	/* NULL all */
	const struct place *kecamatan;		/* NULL all */
	enum window_state state;		/* WINDOW_STATES all */
};

static const char *
asked(struct http_req *r, const char *name)
{
	size_t len;
	const char *s = http_req_query(r, name, &len);

	return s != NULL ? s : "";
}

static void
view_of(struct view *v, struct http_req *r, struct ingest *g)
{
	const struct place *place;

	memset(v, 0, sizeof(*v));
	v->g = g;
	v->p = pages_policy(g->pages);
	v->w = g->window;
	reader_of(&v->who, r);
	v->category = category_find(v->p->catalogue, asked(r, "kategori"));
	place = place_find(v->p->places, asked(r, "kecamatan"));
	v->kecamatan = place != NULL && place->kind == PLACE_KECAMATAN ? place : NULL;
	if (window_state_of_name(asked(r, "keadaan"), &v->state) != 0)
		v->state = WINDOW_STATES;
}

/* What a row of the file says. */
struct told { const struct category *category; const struct place *place; const char *state, *day; int count, in_fives; };

static int
read_row(struct told *t, const json_t *row, const struct policy *p)
{
	const char *category = json_string_value(json_object_get(row, "kategori"));
	const char *place = json_string_value(json_object_get(row, "tempat_kode"));

	t->category = category_find(p->catalogue, category != NULL ? category : "");
	t->place = place_find(p->places, place != NULL ? place : "");
	t->state = json_string_value(json_object_get(row, "keadaan"));
	t->day = json_string_value(json_object_get(row, "hari"));
	t->count = (int)json_integer_value(json_object_get(row, "jumlah"));
	t->in_fives = json_is_true(json_object_get(row, "dibulatkan"));
	return t->category != NULL && t->place != NULL && t->state != NULL ? 0 : -1;
}

static int
is_in(const struct place *p, const struct place *kecamatan)
{
	return place_kecamatan(p) == kecamatan;
}

/* but_place: whatever its place is. */
static int
fits(const struct view *v, const struct told *t, int but_place)
{
	return (v->category == NULL || v->category == t->category) &&
	    (v->state == WINDOW_STATES || strcmp(window_state_name(v->state), t->state) == 0) &&
	    (but_place || v->kecamatan == NULL || is_in(t->place, v->kecamatan));
}

/* A link to the same page; what is NULL is left out. */
static void
add_link(struct buf *b, const struct view *v, const char *kecamatan)
{
	buf_adds(b, "/peta?");
	if (v->category != NULL)
		buf_addf(b, "kategori=%s&", v->category->code);
	if (kecamatan != NULL)
		buf_addf(b, "kecamatan=%s&", kecamatan);
	if (v->state != WINDOW_STATES)
		buf_addf(b, "keadaan=%s&", window_state_name(v->state));
}

/* ---- the map ---- */

/* How many in the place with that code: a desa, or all of a kecamatan. */
static int
count_in(const struct view *v, const char *code)
{
	const json_t *row;
	int n = 0;
	size_t i;

	json_array_foreach(json_object_get(v->w->now, "baris"), i, row) {
		struct told t;

		if (read_row(&t, row, v->p) == 0 && fits(v, &t, 1) &&
		    strncmp(t.place->code, code, strlen(code)) == 0)
			n += t.count;
	}
	return n;
}

static int
shade(int n)
{
	return n == 0 ? 0 : n < 5 ? 1 : n < 15 ? 2 : n < 40 ? 3 : 4;
}

static const struct outline *
outline_of(const struct view *v)
{
	for (size_t i = 0; v->kecamatan != NULL && i < v->w->parts_n; i++)
		if (strcmp(v->w->parts[i].of, v->kecamatan->code) == 0)
			return &v->w->parts[i];
	return &v->w->whole;
}

static void
add_shape(struct buf *b, const struct view *v, const struct shape *s, int n)
{
	const struct place *p = place_find(v->p->places, s->code);
	struct buf link = { 0 };

	if (p == NULL)
		return;
	add_link(&link, v, s->code);
	if (v->kecamatan == NULL) {
		buf_adds(b, "<a href=\"");
		buf_add_html(b, buf_str(&link), link.len);
		buf_adds(b, "\">");
	}
	buf_adds(b, "<g><title>");
	buf_add_html(b, p->name, strlen(p->name));
	buf_addf(b, ": %d</title><path class=\"w%d\" d=\"%s\"/></g>%s\n", n, shade(n), s->path,
	    v->kecamatan == NULL ? "</a>" : "");
	buf_release(&link);
}

static void
add_map(struct buf *b, const struct view *v)
{
	const struct outline *o = outline_of(v);
	int *counts = xcalloc(o->n + 1, sizeof(*counts));

	for (size_t i = 0; i < o->n; i++)
		counts[i] = count_in(v, o->shapes[i].code);
	if (o->n > 0) {
		buf_addf(b, "<svg class=\"peta\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"", o->width, o->height);
		buf_adds(b, reader_say(&v->who, v->kecamatan != NULL ? "Peta desa" : "Peta kecamatan"));
		buf_adds(b, "\">\n");
		for (size_t i = 0; i < o->n; i++)
			add_shape(b, v, &o->shapes[i], counts[i]);
		for (size_t i = 0; i < o->n; i++)
			if (counts[i] > 0)
				buf_addf(b, "<text x=\"%d\" y=\"%d\">%d</text>\n", o->shapes[i].x, o->shapes[i].y + 6, counts[i]);
		buf_addf(b, "</svg>\n<p class=\"hint\">%s</p>\n", reader_say(&v->who, v->kecamatan != NULL ?
		    "Angka: laporan di desa itu." : "Angka: laporan di kecamatan itu. Pilih satu untuk melihat desanya."));
	}
	free(counts);
}

/* ---- choices and lists ---- */

static void
add_option(struct buf *b, const char *value, int chosen)
{
	buf_addf(b, "<option value=\"%s\"%s>", value, chosen ? " selected" : "");
}

static void
add_choices(const struct view *v, struct buf *categories, struct buf *places, struct buf *states)
{
	for (size_t i = 0; i < catalogue_count(v->p->catalogue); i++) {
		const struct category *k = category_at(v->p->catalogue, i);

		if (k->no_case || k->sealed)
			continue;
		reader_add_choice(&v->who, k, k == v->category, categories);
	}
	for (size_t i = 0; i < gazetteer_count(v->p->places); i++) {
		const struct place *p = place_at(v->p->places, i);

		if (p->kind != PLACE_KECAMATAN)
			continue;
		add_option(places, p->code, p == v->kecamatan);
		buf_add_html(places, p->name, strlen(p->name));
		buf_adds(places, "</option>\n");
	}
	for (int i = 0; i < WINDOW_STATES; i++) {
		const char *name = window_state_name((enum window_state)i);

		add_option(states, name, (int)v->state == i);
		buf_adds(states, reader_say(&v->who, name));
		buf_adds(states, "</option>\n");
	}
}

static void
add_told(struct buf *b, const struct view *v, const struct told *t)
{
	struct buf place = { 0 };

	buf_add_place(&place, t->place);
	buf_adds(b, "<tr><td>");
	buf_adds(b, t->day != NULL ? t->day : "–");
	buf_adds(b, "</td><td>");
	reader_add_category(&v->who, t->category, b);
	buf_adds(b, "</td><td>");
	buf_add_html(b, buf_str(&place), place.len);
	buf_adds(b, "</td><td>");
	buf_adds(b, reader_say(&v->who, t->state));
	buf_addf(b, "</td><td class=\"angka\">%d%s</td></tr>\n", t->count, t->in_fives ? "+" : "");
	buf_release(&place);
}

static void
add_table_head(struct buf *b, const struct view *v, const char *what)
{
	static const char *const columns[] = { SAID("Hari"), SAID("Jenis"), SAID("Tempat"), SAID("Keadaan") };

	buf_adds(b, "<div class=\"gulir\"><table><thead><tr>");
	for (size_t i = 0; i < N_ELEMS(columns); i++)
		buf_addf(b, "<th scope=\"col\">%s</th>", reader_say(&v->who, columns[i]));
	buf_addf(b, "<th scope=\"col\" class=\"angka\">%s</th></tr></thead><tbody>\n", reader_say(&v->who, what));
}

/* The rows of that list of the file; how many fit, shown or not. */
static size_t
add_rows(struct buf *b, const struct view *v, const char *list)
{
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach(json_object_get(v->w->now, list), i, row) {
		struct told t;

		if (read_row(&t, row, v->p) != 0 || !fits(v, &t, 0))
			continue;
		if (n++ < ROWS_SHOWN)
			add_told(b, v, &t);
	}
	return n;
}

static void
add_list(struct buf *b, const struct view *v)
{
	struct buf rows = { 0 };
	size_t n = add_rows(&rows, v, "baris");

	if (n == 0) {
		buf_addf(b, "<p>%s</p>\n", reader_say(&v->who, "Tidak ada laporan yang cocok."));
	} else {
		add_table_head(b, v, SAID("Jumlah"));
		buf_add(b, rows.data, rows.len);
		buf_adds(b, "</tbody></table></div>\n");
	}
	if (n > ROWS_SHOWN)
		buf_addf(b, "<p>%s</p>\n", reader_say(&v->who, "Daftarnya lebih panjang; saring, atau ambil datanya."));
	buf_release(&rows);
}

static void
add_incidents(struct buf *b, const struct view *v)
{
	struct buf rows = { 0 };

	if (add_rows(&rows, v, "kejadian") > 0) {
		buf_addf(b, "<h2>%s</h2>\n", reader_say(&v->who, "Kejadian yang sedang berlangsung"));
		add_table_head(b, v, SAID("Pelapor"));
		buf_add(b, rows.data, rows.len);
		buf_adds(b, "</tbody></table></div>\n");
	}
	buf_release(&rows);
}

static void
answer_page(struct http_req *r, const struct view *v, const char *here, struct buf *page)
{
	reader_dress(&v->who, here, page);
	http_add_header(r, "Cache-Control", "private, max-age=60");
	http_answer(r, 200, "text/html; charset=utf-8", page);
}

void
get_map(struct http_req *r, void *arg)
{
	struct buf page = { 0 }, marked = { 0 }, clock = { 0 }, here = { 0 };
	struct buf parts[6] = { { 0 } };
	static const char *const markers[N_ELEMS(parts)] = { "<!--KATEGORI-->", "<!--KECAMATAN-->", "<!--KEADAAN-->",
		"<!--PETA-->", "<!--KEJADIAN-->", "<!--DAFTAR-->" };
	struct ingest *g = arg;
	struct view v;

	if (!may_ask(r, g))
		return;
	view_of(&v, r, g);
	look(v.w);
	if (v.w->now != NULL)
		buf_add_wib_short(&clock, json_integer_value(json_object_get(v.w->now, "pukul_ms")));
	add_choices(&v, &parts[0], &parts[1], &parts[2]);
	add_map(&parts[3], &v);
	add_incidents(&parts[4], &v);
	add_list(&parts[5], &v);
	{
		const struct template_value values[] = { { "kabupaten", g->h.set.name }, { "pukul", buf_str(&clock) },
			{ "kosong", v.w->now == NULL ? "1" : "" } };

		words_put(&marked, &public_words, v.who.lang, ASSET(ingest_web_peta_html));
		page_fill(&page, "peta", buf_str(&marked), marked.len, values, N_ELEMS(values));
	}
	for (size_t i = 0; i < N_ELEMS(parts); i++) {
		page_put(&page, markers[i], &parts[i]);
		buf_release(&parts[i]);
	}
	add_link(&here, &v, v.kecamatan != NULL ? v.kecamatan->code : NULL);
	answer_page(r, &v, buf_str(&here), &page);
	buf_release(&page);
	buf_release(&marked);
	buf_release(&clock);
	buf_release(&here);
}

/* ---- open data ---- */

static int
newest_first(const void *a, const void *b)
{
	return strcmp(b, a);
}

/* The days that are made. */
static size_t
days_made(const struct window_pages *w, char (**out)[DAY_CHARS])
{
	DIR *dir = opendir(buf_str(&w->dir));
	char (*list)[DAY_CHARS] = xcalloc(1, sizeof(*list));
	struct dirent *e;
	size_t n = 0;
	int64_t day;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		char name[DAY_CHARS];

		if (strlen(e->d_name) != 14 || strcmp(e->d_name + 10, ".csv") != 0)
			continue;
		snprintf(name, sizeof(name), "%.10s", e->d_name);
		if (daily_of_name(name, &day) != 0)
			continue;
		list = xrealloc(list, (n + 1) * sizeof(*list));
		memcpy(list[n++], name, sizeof(name));
	}
	if (dir != NULL)
		closedir(dir);
	if (n > 1)
		qsort(list, n, sizeof(*list), newest_first);
	*out = list;
	return n;
}

static void
add_days(struct buf *b, const struct view *v, char (*days)[DAY_CHARS], size_t n)
{
	if (n == 0)
		return;
	buf_addf(b, "<div class=\"gulir\"><table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n",
	    reader_say(&v->who, "Hari"), reader_say(&v->who, "Berkas"));
	for (size_t i = 0; i < n && i < DAYS_SHOWN; i++) {
		buf_addf(b, "<tr><td>%s</td><td>", days[i]);
		for (int f = 0; f < DAILY_FORMS; f++)
			buf_addf(b, "<a href=\"/data/%s.%s\">%s</a> ", days[i], daily_form_name((enum daily_form)f),
			    daily_form_name((enum daily_form)f));
		buf_adds(b, "</td></tr>\n");
	}
	buf_adds(b, "</tbody></table></div>\n");
	if (n > DAYS_SHOWN)
		buf_addf(b, "<p>%s</p>\n", reader_say(&v->who, "Hari sebelumnya ada di alamat yang sama bentuknya."));
}

void
get_data(struct http_req *r, void *arg)
{
	struct buf page = { 0 }, marked = { 0 }, files = { 0 };
	struct ingest *g = arg;
	char (*days)[DAY_CHARS];
	struct view v;
	size_t n;

	if (!may_ask(r, g))
		return;
	view_of(&v, r, g);
	n = days_made(v.w, &days);
	add_days(&files, &v, days, n);
	{
		const struct template_value values[] = { { "kabupaten", g->h.set.name }, { "lisensi", g->h.set.licence },
			{ "kosong", n == 0 ? "1" : "" } };

		words_put(&marked, &public_words, v.who.lang, ASSET(ingest_web_data_html));
		page_fill(&page, "data", buf_str(&marked), marked.len, values, N_ELEMS(values));
	}
	page_put(&page, "<!--BERKAS-->", &files);
	answer_page(r, &v, "/data?", &page);
	buf_release(&page);
	buf_release(&marked);
	buf_release(&files);
	free(days);
}

/* Of a name that may be asked for: a day in one of the forms, or now; NULL for anything else. */
static const char *
type_of(const char *name)
{
	char day_name[DAY_CHARS];
	int64_t day;

	if (strcmp(name, WINDOW_NOW) == 0)
		return daily_form_type(DAILY_JSON);
	snprintf(day_name, sizeof(day_name), "%.10s", name);
	if (strlen(name) < 12 || name[10] != '.' || daily_of_name(day_name, &day) != 0)
		return NULL;
	for (int f = 0; f < DAILY_FORMS; f++)
		if (strcmp(name + 11, daily_form_name((enum daily_form)f)) == 0)
			return daily_form_type((enum daily_form)f);
	return NULL;
}

void
get_data_file(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	const char *type = type_of(http_req_tail(r));
	struct buf text = { 0 };

	if (!may_ask(r, g))
		return;
	if (type == NULL || read_window(g->window, http_req_tail(r), &text) != 0) {
		http_answer_problem(r, 404, "Not Found", "Berkas itu tidak ada; daftarnya di /data.");
	} else {
		http_add_header(r, "Cache-Control", "public, max-age=60");
		http_add_header(r, "Access-Control-Allow-Origin", "*");
		http_answer(r, 200, type, &text);
	}
	buf_release(&text);
}
