/* The web form: fields -> struct laporan. */
#include "ingest/form.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/phone.h"
#include "ingest/pace.h"
#include "ingest/reader.h"
#include "ingest/resume.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/page.h"
#include "store/identity.h"

ASSET_DECLARE(ingest_web_form_html);
ASSET_DECLARE(ingest_web_cek_html);
ASSET_DECLARE(ingest_web_hak_html);
ASSET_DECLARE(ingest_web_gaya_css);
ASSET_DECLARE(ingest_web_form_js);
ASSET_DECLARE(ingest_web_foto_js);

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

		if (!k->no_case && !k->proven)
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
	char key[33], days[24];
	int keeps = g->h.set.retention_ms > 0;

	snprintf(days, sizeof(days), "%" PRId64, g->h.set.retention_ms / DAY_MS);
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
		{ "rahasia", field(r, "rahasia") }, { "simpan", keeps ? days : "" }, { "tetap", keeps ? "" : "1" },
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

/* What anybody may choose on a form. */
static int
is_choice(const struct category *k)
{
	return k != NULL && !k->proven;
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
	if (kategori[0] != '\0' && !is_choice(category_find(g->pages->policy->catalogue, kategori)))
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

/* paced: it counts for its address, and for that number; "" none. */
struct taken { struct http_req *r; struct ingest *g; int lane_e; int64_t received_ms; int paced; char number[PHONE_CHARS]; };

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
	char token[33], pieces[RESUME_PATH_CHARS];

	status_token(token, t->g, code);
	buf_addf(&url, "/l/%s", code->s);
	if (http_req_wants_json(t->r)) {
		buf_addf(&body, "{\"code\":\"%s\",\"url\":\"%s\",\"due\":\"", code->s,
		    buf_str(&url));
		buf_add_wib_iso(&body, promise_ms(t->g, t->lane_e, t->received_ms));
		resume_path(pieces, t->g, code, "");
		buf_addf(&body, "\",\"due_ms\":%" PRId64 ",\"photo\":\"/foto/%s?t=%s\",\"upload\":\"%s\"}",
		    promise_ms(t->g, t->lane_e, t->received_ms), code->s, token, pieces);
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
		if (t->paced)
			pacer_count(t->g->pacer, http_req_peer(t->r), t->number[0] != '\0' ? t->number : NULL, clock_mono_ms());
		answer_taken(t, code);
	} else {
		http_add_header(t->r, "Retry-After", "30");
		if (http_req_wants_json(t->r))
			http_answer_problem(t->r, 503, "Service Unavailable",
			    "Laporan belum tersimpan; kirim lagi dengan kunci yang sama.");
		else
			form_again(t->r, t->g, 503,
			    SAID("Maaf, laporan belum tersimpan. Tulisan Anda masih ada di bawah: "
			    "tekan Kirim lagi sebentar lagi, atau telepon 112 bila darurat."));
	}
	free(t);
}

static void
refuse_form(struct http_req *r, struct ingest *g, int status, const char *mistake)
{
	g->refused++;
	if (http_req_wants_json(r))
		http_answer_problem(r, status, NULL, mistake);
	else
		form_again(r, g, status, mistake);
}

/* 1 it may come in now; 0 it was told when, with the words that it says still in the form. */
static int
is_in_pace(struct http_req *r, struct ingest *g, const struct laporan *l, int lane_e)
{
	const char *address = http_req_peer(r), *number = l->sender;
	int64_t now_ms = clock_mono_ms();
	enum pace pace;
	char wait[24];

	if (http_req_is_local(r))
		return 1;
	pace = lane_e ? PACE_GO : pacer_ask(g->pacer, address, number, l->message_id != NULL ? l->message_id : "", now_ms);
	if (pace == PACE_GO)
		return 1;
	snprintf(wait, sizeof(wait), "%" PRId64, pace == PACE_FULL ? 600 : (g->h.set.form_wait_ms + 999) / 1000);
	http_add_header(r, "Retry-After", wait);
	refuse_form(r, g, 429, pace == PACE_FULL ?
	    SAID("Terlalu banyak laporan dari jaringan atau nomor ini. Kirim lewat SMS, coba sepuluh menit lagi, atau telepon "
	    "112 bila darurat.") :
	    SAID("Banyak laporan dari jaringan atau nomor ini. Tulisan Anda masih ada di bawah: tunggu sebentar lalu tekan "
	    "Kirim lagi, kirim lewat SMS, atau telepon 112 bila darurat."));
	return 0;
}

/* Who sends its fields as something else gets told so, and not that they are empty. */
static const char *
fault_of_kind(struct http_req *r)
{
	const char *type = http_req_header(r, "Content-Type");

	if (type == NULL || strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0 ||
	    strncasecmp(type, "multipart/form-data", 19) == 0)
		return NULL;
	return SAID("Isian dibaca sebagai application/x-www-form-urlencoded atau multipart/form-data; kirim dengan salah satunya.");
}

void
post_lapor(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	struct laporan l = { .channel = "" };
	const char *kind = fault_of_kind(r), *mistake = kind != NULL ? kind : fill(&l, r, g);
	int lane_e = mistake == NULL && g->door != NULL && danger_at_door(g->door, l.text, strlen(l.text));
	struct taken *t;

	if (mistake != NULL) {
		refuse_form(r, g, kind != NULL ? 415 : 400, mistake);
	} else if (is_in_pace(r, g, &l, lane_e)) {
		t = xcalloc(1, sizeof(*t));
		t->r = r;
		t->g = g;
		t->received_ms = l.received_ms;
		t->lane_e = lane_e;
		t->paced = !http_req_is_local(r);
		snprintf(t->number, sizeof(t->number), "%s", l.sender != NULL ? l.sender : "");
		receive(g, &l, 0, on_form_taken, t);
	}
	laporan_release(&l);
}

/* ---- what is held of him ---- */

#define DATA_CATEGORY "data-pribadi"

static const struct { const char *code, *words; } data_wishes[] = {
	{ "salin", SAID("salinan") }, { "perbaiki", SAID("perbaikan") }, { "batasi", SAID("pembatasan") },
	{ "hapus", SAID("penghapusan") }, { "tarik", SAID("penarikan persetujuan") },
};

/* asked: a code is on its way, and the page has a field for it. */
static void
data_page(struct http_req *r, struct ingest *g, int status, const char *message, int asked)
{
	const char *wish = field(r, "minta");
	struct buf page = { 0 }, filled = { 0 }, wishes = { 0 };
	struct reader who;

	reader_of(&who, r);
	for (size_t i = 0; i < N_ELEMS(data_wishes); i++)
		buf_addf(&wishes, "<option value=\"%s\"%s>%s</option>\n", data_wishes[i].code,
		    strcmp(wish, data_wishes[i].code) == 0 ? " selected" : "", reader_say(&who, data_wishes[i].words));
	words_put(&page, &public_words, who.lang, ASSET(ingest_web_hak_html));
	page_put(&page, "<!--MINTA-->", &wishes);
	{
		const struct template_value v[] = { { "kabupaten", g->pages->regency }, { "pesan", reader_say(&who, message) },
			{ "telepon", field(r, "telepon") }, { "isi", field(r, "isi") }, { "kode", asked ? "1" : "" } };

		page_fill(&filled, "hak", buf_str(&page), page.len, v, N_ELEMS(v));
	}
	reader_dress(&who, "/data-saya?", &filled);
	http_answer(r, status, "text/html; charset=utf-8", &filled);
	buf_release(&page);
	buf_release(&wishes);
	buf_wipe(&filled);
}

void
get_data_page(struct http_req *r, void *arg)
{
	data_page(r, arg, 200, "", 0);
}

/* He has proven that the number is his: his wish is a report of its own kind. */
static void
take_wish(struct http_req *r, struct ingest *g, const char *number, const char *wish)
{
	struct laporan l = { .channel = "web", .reply_channel = "sms" };
	struct taken *t = xcalloc(1, sizeof(*t));
	struct buf text = { 0 };

	buf_addf(&text, "Permintaan data pribadi: %s. %s", wish, field(r, "isi"));
	l.text = buf_take(&text);
	l.sender = xstrdup(number);
	l.category = xstrdup(DATA_CATEGORY);
	l.received_ms = house_now_ms(&g->h);
	t->r = r;
	t->g = g;
	t->received_ms = l.received_ms;
	receive(g, &l, 0, on_form_taken, t);
	laporan_release(&l);
}

void
post_data_page(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	const char *typed = field(r, "telepon"), *digits = field(r, "kode"), *wish = NULL;
	char number[PHONE_CHARS], lookup[LOOKUP_CHARS + 1];
	const struct identity who = { lookup, "sms", number, "id", NULL, "kode-data" };
	enum identity_result result;

	for (size_t i = 0; i < N_ELEMS(data_wishes); i++)
		if (strcmp(field(r, "minta"), data_wishes[i].code) == 0)
			wish = data_wishes[i].words;
	if (phone_normalise(number, typed, strlen(typed)) != PHONE_E164 || wish == NULL ||
	    strlen(field(r, "isi")) > 2000) {
		data_page(r, g, 400, SAID("Tulis nomor ponsel Anda seperti 0812 3456 7890, dan pilih apa yang Anda minta."), 0);
		return;
	}
	if (!lookups_may(g->lookups, http_req_peer(r), clock_mono_ms())) {
		http_add_header(r, "Retry-After", "600");
		data_page(r, g, 429, SAID("Terlalu banyak percobaan; coba sepuluh menit lagi."), 1);
		return;
	}
	lookup_of(lookup, &g->h.st.lookup, number);
	if (g->h.policy == NULL)
		result = IDENTITY_FAILED;
	else
		result = digits[0] == '\0' ? identity_ask(&g->h, &who, "ingest") : identity_prove(&g->h, &who, digits, "ingest");
	if (result == IDENTITY_FAILED) {
		http_add_header(r, "Retry-After", "30");
		data_page(r, g, 503, SAID("Maaf, belum bisa; coba lagi sebentar lagi."), digits[0] != '\0');
	} else if (digits[0] == '\0') {
		/* whether one was on its way already is nobody's business */
		lookups_wrong(g->lookups, http_req_peer(r), clock_mono_ms());
		data_page(r, g, 200, SAID("Kode enam angka dikirim lewat SMS ke nomor itu. Ketik di bawah."), 1);
	} else if (result != IDENTITY_OK) {
		lookups_wrong(g->lookups, http_req_peer(r), clock_mono_ms());
		data_page(r, g, 403, SAID("Kode itu tidak cocok atau sudah lewat. Periksa SMS terakhir."), 1);
	} else {
		take_wish(r, g, number, wish);
	}
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

void
get_photo_js(struct http_req *r, void *arg)
{
	(void)arg;
	static_file(r, "text/javascript; charset=utf-8", ASSET(ingest_web_foto_js));
}
