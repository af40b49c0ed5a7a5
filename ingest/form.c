/* The web form: fields -> struct laporan. */
#include "ingest/form.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/phone.h"
#include "ingest/reader.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/page.h"

ASSET_DECLARE(ingest_web_form_html);
ASSET_DECLARE(ingest_web_cek_html);
ASSET_DECLARE(ingest_web_gaya_css);
ASSET_DECLARE(ingest_web_form_js);

#define FORM_CSP "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " \
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

#define LANGS 2

struct pages { char *form[LANGS], *cek[LANGS]; const struct policy *policy; char *regency; };

/* ---- pages made once ---- */

static void
add_option(struct buf *b, const char *value, const char *name)
{
	buf_adds(b, "<option value=\"");
	buf_add_html(b, value, strlen(value));
	buf_adds(b, "\">");
	buf_add_html(b, name, strlen(name));
	buf_adds(b, "</option>");
}

static void
add_places(struct buf *b, const struct gazetteer *g)
{
	for (size_t k = 0; k < gazetteer_count(g); k++) {
		const struct place *kec = place_at(g, k);

		if (kec->kind != PLACE_KECAMATAN)
			continue;
		buf_adds(b, "<optgroup label=\"Kec. ");
		buf_add_html(b, kec->name, strlen(kec->name));
		buf_adds(b, "\">");
		for (size_t i = 0; i < gazetteer_count(g); i++)
			if (place_at(g, i)->parent == kec)
				add_option(b, place_at(g, i)->code, place_at(g, i)->name);
		buf_adds(b, "</optgroup>");
	}
}

static void
add_categories(struct buf *b, const struct catalogue *c, enum lang lang)
{
	const struct reader who = { .lang = lang };

	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct category *k = category_at(c, i);

		if (!k->no_case)
			reader_add_choice(&who, k, 0, b);
	}
}

/* {Braces} in it would be holes. */
static void
drop_braces(struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] != '{' && b->data[i] != '}')
			b->data[n++] = b->data[i];
	buf_cut(b, n);
}

struct pages *
pages_new(const struct policy *p, const char *regency, struct buf *errors)
{
	struct pages *pages = xcalloc(1, sizeof(*pages));
	struct buf page = { 0 }, places = { 0 };

	(void)errors;
	pages->policy = p;
	pages->regency = xstrdup(regency);
	add_places(&places, p->places);
	drop_braces(&places);
	for (int lang = 0; lang < LANGS; lang++) {
		struct buf categories = { 0 };

		words_put(&page, &public_words, (enum lang)lang, ASSET(ingest_web_form_html));
		add_categories(&categories, p->catalogue, (enum lang)lang);
		drop_braces(&categories);
		page_put(&page, "<!--DESA-->", &places);
		page_put(&page, "<!--KATEGORI-->", &categories);
		pages->form[lang] = buf_take(&page);
		words_put(&page, &public_words, (enum lang)lang, ASSET(ingest_web_cek_html));
		pages->cek[lang] = buf_take(&page);
		buf_release(&categories);
	}
	buf_release(&places);
	return pages;
}

void
pages_free(struct pages *p)
{
	if (p == NULL)
		return;
	for (int lang = 0; lang < LANGS; lang++) {
		free(p->form[lang]);
		free(p->cek[lang]);
	}
	free(p->regency);
	free(p);
}

const struct policy *
pages_policy(const struct pages *p)
{
	return p->policy;
}

/* ---- the form ---- */

static const char *
field(struct http_req *r, const char *name)
{
	size_t len;
	const char *v = http_req_method(r) == HTTP_POST ? http_req_field(r, name, &len) : NULL;

	return v != NULL ? v : "";
}

/* A key of this form: the same form sent twice is one report. */
static void
key_make(char out[33])
{
	uint8_t raw[16];
	struct buf hex = { 0 };

	random_bytes(raw, sizeof(raw));
	buf_add_hex(&hex, raw, sizeof(raw));
	snprintf(out, 33, "%s", buf_str(&hex));
	buf_release(&hex);
}

static void
form_again(struct http_req *r, struct ingest *g, int status, const char *message)
{
	const char *desa = field(r, "desa"), *kategori = field(r, "kategori");
	const char *kunci = field(r, "kunci"), *form;
	const struct place *place = place_find(g->pages->policy->places, desa);
	const struct category *category = category_find(g->pages->policy->catalogue, kategori);
	struct buf page = { 0 };
	struct reader who;
	char key[33];

	reader_of(&who, r);
	form = g->pages->form[who.lang];
	if (kunci[0] == '\0') {
		key_make(key);
		kunci = key;
	}

	const struct template_value v[] = {
		{ "kabupaten", g->pages->regency }, { "pesan", reader_say(&who, message) }, { "darurat_dulu", "" },
		{ "kunci", kunci }, { "lat", field(r, "lat") }, { "lon", field(r, "lon") },
		{ "isi", field(r, "isi") }, { "lokasi", field(r, "lokasi") },
		{ "desa", place != NULL ? desa : "" },
		{ "desa_nama", place != NULL ? place->name : "" },
		{ "kategori", category != NULL ? kategori : "" },
		{ "kategori_nama", category != NULL ? category->name : "" },
		{ "nama", field(r, "nama") }, { "telepon", field(r, "telepon") },
		{ "rahasia", field(r, "rahasia") },
	};

	page_fill(&page, "form", form, strlen(form), v, N_ELEMS(v));
	reader_dress(&who, "/?", &page);
	http_add_header(r, "Content-Security-Policy", FORM_CSP);
	http_add_header(r, "Permissions-Policy", "geolocation=(self)");
	http_answer(r, status, "text/html; charset=utf-8", &page);
	buf_wipe(&page);
}

void
get_form(struct http_req *r, void *arg)
{
	form_again(r, arg, 200, "");
}

static int
number_in(const char *s, double min, double max, double *out)
{
	char *end;

	*out = strtod(s, &end);
	return s[0] != '\0' && *end == '\0' && *out >= min && *out <= max;
}

static char *
copy_or_null(const char *s)
{
	return s[0] != '\0' ? xstrdup(s) : NULL;
}

/* NULL when the fields can be taken, else what to mend. */
static const char *
fill(struct laporan *l, struct http_req *r, const struct ingest *g)
{
	const char *isi = field(r, "isi"), *desa = field(r, "desa"),
	    *kategori = field(r, "kategori");
	const char *telepon = field(r, "telepon"), *kunci = field(r, "kunci");
	char number[PHONE_CHARS];
	size_t words = strspn(isi, " \t\r\n");

	if (isi[words] == '\0')
		return SAID("Tulis dulu apa yang terjadi.");
	if (strlen(isi) > (size_t)g->h.set.text_bytes)
		return SAID("Laporan terlalu panjang; ringkaskan, atau kirim sisanya sebagai laporan "
		    "kedua.");
	if (strlen(kunci) > 128 || strlen(field(r, "lokasi")) > 2000 ||
	    strlen(field(r, "nama")) > 500)
		return SAID("Salah satu isian terlalu panjang.");
	if (desa[0] != '\0' && place_find(g->pages->policy->places, desa) == NULL)
		return SAID("Desa itu tidak ada dalam daftar; pilih lagi atau kosongkan.");
	if (kategori[0] != '\0' && category_find(g->pages->policy->catalogue, kategori) == NULL)
		return SAID("Jenis laporan itu tidak ada dalam daftar; pilih lagi atau kosongkan.");
	if (telepon[0] != '\0' && phone_normalise(number, telepon, strlen(telepon)) != PHONE_E164)
		return SAID("Nomor ponsel tidak terbaca; tulis seperti 0812 3456 7890 atau kosongkan.");
	snprintf(l->channel, sizeof(l->channel), "web");
	l->text = xstrdup(isi);
	l->where = copy_or_null(field(r, "lokasi"));
	l->name = copy_or_null(field(r, "nama"));
	l->place = copy_or_null(desa);
	l->category = copy_or_null(kategori);
	l->message_id = copy_or_null(kunci);
	l->hide = field(r, "rahasia")[0] != '\0';
	l->has_position = number_in(field(r, "lat"), -90, 90, &l->lat) &&
	    number_in(field(r, "lon"), -180, 180, &l->lng);
	if (telepon[0] != '\0') {
		l->sender = xstrdup(number);
		snprintf(l->reply_channel, sizeof(l->reply_channel), "sms");
	}
	l->received_ms = house_now_ms(&g->h);
	return NULL;
}

struct taken { struct http_req *r; struct ingest *g; int lane_e; int64_t received_ms; };

/* The promise as far as the door can tell: the router may find a nearer one. */
static int64_t
promise_ms(const struct ingest *g, int lane_e, int64_t received_ms)
{
	const struct policy *p = g->pages->policy;

	for (int i = 0; i < p->clocks_n; i++)
		if (p->clocks[i].stop == STOP_ON_HANDLE)
			return policy_due_ms(p, &p->clocks[i],
			    lane_e ? URGENCY_DARURAT : URGENCY_BIASA, "lainnya", TIER_DINAS,
			    received_ms);
	return received_ms;
}

static void
answer_taken(const struct taken *t, const struct code *code)
{
	struct buf url = { 0 }, cookie = { 0 }, body = { 0 };
	char token[33];

	status_token(token, t->g, code);
	buf_addf(&url, "/l/%s", code->s);
	if (http_req_wants_json(t->r)) {
		buf_addf(&body, "{\"code\":\"%s\",\"url\":\"%s\",\"due\":\"", code->s,
		    buf_str(&url));
		buf_add_wib_iso(&body, promise_ms(t->g, t->lane_e, t->received_ms));
		buf_addf(&body, "\",\"due_ms\":%" PRId64 ",\"photo\":\"/foto/%s?t=%s\"}",
		    promise_ms(t->g, t->lane_e, t->received_ms), code->s, token);
		http_answer_json(t->r, 201, &body);
	} else {
		const char *proto = http_req_header(t->r, "X-Forwarded-Proto");

		buf_addf(&cookie, "kt=%s; Path=/l/%s; HttpOnly; SameSite=Lax; Max-Age=7776000%s",
		    token, code->s, proto != NULL && strcmp(proto, "https") == 0 ? "; Secure" : "");
		http_add_header(t->r, "Set-Cookie", buf_str(&cookie));
		http_answer_redirect(t->r, 303, buf_str(&url));
	}
	buf_release(&url);
	buf_release(&cookie);
	buf_release(&body);
}

static void
on_form_taken(enum receipt_result result, const struct code *code, void *arg)
{
	struct taken *t = arg;

	if (result == RECEIPT_OK) {
		answer_taken(t, code);
	} else {
		http_add_header(t->r, "Retry-After", "30");
		if (http_req_wants_json(t->r))
			http_answer_problem(t->r, 503, "Service Unavailable",
			    "The report could not be stored; send it again with the same kunci.");
		else
			form_again(t->r, t->g, 503,
			    SAID("Maaf, laporan belum tersimpan. Tulisan Anda masih ada di bawah: "
			    "tekan Kirim lagi sebentar lagi, atau telepon 112 bila darurat."));
	}
	free(t);
}

void
post_lapor(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	struct laporan l = { .channel = "" };
	const char *mistake = fill(&l, r, g);
	struct taken *t;

	if (mistake != NULL) {
		g->refused++;
		if (http_req_wants_json(r))
			http_answer_problem(r, 400, "Bad Request", mistake);
		else
			form_again(r, g, 400, mistake);
	} else {
		t = xcalloc(1, sizeof(*t));
		t->r = r;
		t->g = g;
		t->received_ms = l.received_ms;
		t->lane_e = g->door != NULL && danger_at_door(g->door, l.text, strlen(l.text));
		receive(g, &l, 0, on_form_taken, t);
	}
	laporan_release(&l);
}

/* ---- look-up page, static files ---- */

static void
cek_page(struct http_req *r, struct ingest *g, int status, const char *message)
{
	struct buf page = { 0 };
	struct reader who;

	reader_of(&who, r);

	const struct template_value v[] = { { "pesan", reader_say(&who, message) } };

	page_fill(&page, "cek", g->pages->cek[who.lang], strlen(g->pages->cek[who.lang]), v, N_ELEMS(v));
	reader_dress(&who, "/cek?", &page);
	http_answer(r, status, "text/html; charset=utf-8", &page);
	buf_release(&page);
}

void
get_cek(struct http_req *r, void *arg)
{
	cek_page(r, arg, 200, "");
}

void
post_cek(struct http_req *r, void *arg)
{
	const char *typed = field(r, "kode");
	struct buf url = { 0 };
	struct code code;

	if (code_parse(&code, typed, strlen(typed)) != 0) {
		cek_page(r, arg, 400, SAID("Kode itu salah tulis; periksa lagi kedelapan hurufnya."));
		return;
	}
	buf_addf(&url, "/l/%s", code.s);
	http_answer_redirect(r, 303, buf_str(&url));
	buf_release(&url);
}

static void
static_file(struct http_req *r, const char *type, const char *data, size_t len)
{
	http_add_header(r, "Cache-Control", "public, max-age=3600");
	page_answer_asset(r, type, data, len);
}

void
get_css(struct http_req *r, void *arg)
{
	(void)arg;
	static_file(r, "text/css; charset=utf-8", ASSET(ingest_web_gaya_css));
}

void
get_js(struct http_req *r, void *arg)
{
	(void)arg;
	static_file(r, "text/javascript; charset=utf-8", ASSET(ingest_web_form_js));
}
