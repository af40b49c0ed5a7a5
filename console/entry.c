/*
 * /baru: a report that somebody tells by telephone or at a counter, written down by an officer.
 *
 * The form carries a key of its own: sent twice it is one report.  What is sent under a key that is
 * known, and says something else, is added to the report of that key.
 */
#include "console/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/fields.h"
#include "core/message.h"
#include "core/phone.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "lib/seal.h"
#include "store/intake.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))
#define KEY_BYTES 12
#define LATER "Panggilan darurat, keterangan menyusul."

struct entered {
	char *number, *name, *words, *where, *place, *category, *key;
	char phone[PHONE_CHARS];
	const struct place *found;
	int urgent, hide, drill;
	struct code about;		/* what it completes; "" it is new */
};

static void
entered_release(struct entered *e)
{
	free(e->number);
	free(e->name);
	free(e->words);
	free(e->where);
	free(e->place);
	free(e->category);
	free(e->key);
}

/* ---- the form ---- */

static void
add_key(struct buf *b, const char *key)
{
	uint8_t random[KEY_BYTES];

	buf_adds(b, "<input type=\"hidden\" name=\"kunci\" value=\"");
	if (key[0] != '\0') {
		PLAIN(b, key);
	} else {
		random_bytes(random, sizeof(random));
		buf_add_hex(b, random, sizeof(random));
	}
	buf_adds(b, "\">\n");
}

static void
add_text_field(struct buf *b, const char *label, const char *name, const char *value, const char *more)
{
	buf_addf(b, "<label>%s<input name=\"%s\" autocomplete=\"off\" %s value=\"", label, name, more);
	PLAIN(b, value);
	buf_adds(b, "\"></label>\n");
}

static void
add_tick(struct buf *b, const char *label, const char *name, int ticked, const char *key)
{
	buf_addf(b, "<label class=\"centang\"><input type=\"checkbox\" name=\"%s\" value=\"1\" accesskey=\"%s\"%s> %s</label>\n",
	    name, key, ticked ? " checked" : "", label);
}

static void
add_entry_form(struct buf *b, const struct console *c, const struct who *w, const struct entered *e)
{
	const char *guess[1] = { e->category };
	int completes = e->about.s[0] != '\0';

	buf_adds(b, "<form method=\"post\" action=\"/baru\" class=\"catat\">\n");
	frame_add_token(b, w);
	add_key(b, e->key);
	if (completes)
		buf_addf(b, "<input type=\"hidden\" name=\"tentang\" value=\"%s\">\n", e->about.s);
	buf_adds(b, "<div class=\"kolom\"><div>\n");
	buf_addf(b, "<label>[[Apa yang terjadi <kbd>Alt+A</kbd>]]<textarea name=\"isi\" rows=\"5\" accesskey=\"a\" "
	    "maxlength=\"4000\"%s>", completes && e->words[0] != '\0' ? "" : " autofocus");
	PLAIN(b, e->words);
	buf_adds(b, "</textarea></label>\n");
	add_place_field(b, c, "", e->place);
	add_place_list(b, c);
	add_text_field(b, "[[Patokan, jalan, RT/RW]]", "lokasi", e->where, "maxlength=\"300\"");
	buf_adds(b, "</div><div>\n");
	add_text_field(b, "[[Nomor penelepon]]", "telepon", e->number,
	    "type=\"tel\" inputmode=\"tel\" maxlength=\"24\" accesskey=\"n\" placeholder=\"[[boleh kosong]]\"");
	add_text_field(b, "[[Nama]]", "nama", e->name, "maxlength=\"120\" placeholder=\"[[boleh kosong]]\"");
	add_category_field(b, c, w->lang, "", guess, e->category[0] != '\0');
	add_tick(b, "[[Rahasiakan siapa yang melapor]]", "rahasia", e->hide, "r");
	add_tick(b, "[[Ini latihan]]", "latihan", e->drill, "x");
	buf_adds(b, "</div></div>\n");
	if (completes)
		buf_adds(b, "<button accesskey=\"s\">[[Simpan tambahan <kbd>Alt+S</kbd>]]</button>\n");
	else
		buf_adds(b, "<div class=\"dua-tombol\"><button accesskey=\"s\">[[Simpan <kbd>Alt+S</kbd>]]</button>\n"
		    "<button class=\"bahaya\" name=\"darurat\" value=\"1\" accesskey=\"d\">[[DARURAT: kirim sekarang "
		    "<kbd>Alt+D</kbd>]]</button></div>\n<p class=\"hint\">[[Darurat mengirim apa yang sudah terisi; "
		    "sisanya diisi sesudahnya dan masuk ke kasus yang sama. Satu isian sudah cukup.]]</p>\n");
	buf_adds(b, "</form>\n<p class=\"hint bantu\">[[Semua dengan papan ketik: <kbd>Tab</kbd> isian berikutnya, "
	    "<kbd>Ctrl</kbd>+<kbd>Enter</kbd> simpan. Pada Firefox <kbd>Alt+Shift</kbd> sebagai ganti <kbd>Alt</kbd>.]]</p>\n"
	    "<script src=\"/meja.js\" defer></script>\n");
}

static int
is_at_desk(const struct console *c, const struct who *w)
{
	return access_may(c->h.policy, w->officer, SEE_TRIAGE, NULL);
}

/*
 * The report as it went in, if it was he who wrote it down: 1, first is filled.  0 it was not, -1 no answer.
 * It may not have been read yet.
 */
static int
load_own(struct console *c, const struct who *w, const struct code *code, struct laporan *first)
{
	struct stored_case s;
	struct case_keys keys;
	char lookup[LOOKUP_TEXT];
	int own;

	memset(first, 0, sizeof(*first));
	if (cases_load(&c->h.st, code, 1, &s) != 0)
		return -1;
	own = s.there && stored_case_open(&s, &c->h.st, &keys, first, lookup) == 0 &&
	    strcmp(first->entered_by, w->officer->id) == 0;
	memset(&keys, 0, sizeof(keys));
	stored_case_release(&s);
	if (!own)
		laporan_release(first);
	return own;
}

/* Above the form: what became of the last one.  At a counter the case may be none of his to see. */
static void
add_receipt(struct buf *b, const struct console *c, const struct who *w, const struct code *code, int urgent)
{
	char shown[CODE_CHARS + 2];

	code_show(shown, code);
	buf_adds(b, "<p class=\"pesan baik\" role=\"status\">[[Tercatat dengan kode]] ");
	if (is_at_desk(c, w))
		buf_addf(b, "<a class=\"kode\" href=\"/kasus/%s\"><strong>%s</strong></a>", code->s, shown);
	else
		buf_addf(b, "<strong class=\"kode\">%s</strong>", shown);
	buf_addf(b, ". %s[[Bacakan kode ini kepada pelapor.]]</p>\n",
	    urgent ? "[[Petugas sedang dikabari; lengkapi di bawah.]] " : "");
}

/* What was sent already, and what of it the form goes on with. */
static void
add_sent(struct buf *b, const struct laporan *first, struct entered *e)
{
	buf_adds(b, "<p class=\"label\">[[Sudah terkirim]]</p>\n<blockquote lang=\"id\">");
	buf_add_shown(b, first->text != NULL ? first->text : "", first->text != NULL ? strlen(first->text) : 0);
	if (first->sender != NULL) {
		buf_adds(b, "\nPelapor: ");
		buf_add_shown(b, first->sender, strlen(first->sender));
	}
	buf_adds(b, "</blockquote>\n");
	if (first->place != NULL)
		e->place = first->place;
	if (first->where != NULL)
		e->where = first->where;
	if (first->category != NULL)
		e->category = first->category;
}

static void
answer_form(struct http_req *r, struct console *c, const struct who *w, int status, const struct entered *e,
    const struct buf *above)
{
	struct buf b = { 0 };
	char shown[CODE_CHARS + 2];

	if (above != NULL)
		buf_add(&b, above->data, above->len);
	if (e->about.s[0] != '\0') {
		code_show(shown, &e->about);
		buf_addf(&b, "<h1>[[Lengkapi]] <span class=\"kode\">%s</span></h1>\n<p class=\"jalan\"><a class=\"tombol-kecil\" "
		    "accesskey=\"b\" href=\"/baru\">[[Laporan baru <kbd>Alt+B</kbd>]]</a></p>\n", shown);
	} else {
		buf_addf(&b, "<h1>%s</h1>\n", is_at_desk(c, w) ? "[[Catat telepon]]" : "[[Catat untuk warga di loket]]");
	}
	add_entry_form(&b, c, w, e);
	frame_answer(r, c, w, status, "[[Catat laporan]]", "/baru", &b);
	buf_wipe(&b);
}

void
get_entry(struct http_req *r, void *arg)
{
	static char nothing[] = "";
	struct console *c = arg;
	struct entered e = { .number = nothing, .name = nothing, .words = nothing, .where = nothing,
	    .place = nothing, .category = nothing, .key = nothing, .drill = c->h.set.latihan };
	const char *done, *about;
	struct laporan first = { .channel = "" };
	struct buf above = { 0 };
	struct code code;
	struct who w;
	size_t len;

	if (!gate_for(r, c, &w, MAY_ENTER))
		return;
	done = http_req_query(r, "sudah", &len);
	about = http_req_query(r, "lengkapi", &len);
	if (about != NULL && code_parse(&code, about, strlen(about)) == 0) {
		if (load_own(c, &w, &code, &first) == 1) {
			e.about = code;
			add_receipt(&above, c, &w, &code, 1);
			add_sent(&above, &first, &e);
		}
	} else if (done != NULL && code_parse(&code, done, strlen(done)) == 0)
		add_receipt(&above, c, &w, &code, 0);
	answer_form(r, c, &w, 200, &e, &above);
	laporan_release(&first);
	buf_wipe(&above);
}

/* ---- what becomes of it ---- */

static const char *
read_entry(struct http_req *r, const struct console *c, struct entered *e)
{
	const char *wrong = NULL;
	char *about = form_words(r, "tentang"), *drill = form_field(r, "latihan"), *hide = form_field(r, "rahasia"),
	    *urgent = form_field(r, "darurat");

	e->number = form_words(r, "telepon");
	e->name = form_words(r, "nama");
	e->words = form_words(r, "isi");
	e->where = form_words(r, "lokasi");
	e->place = form_words(r, "tempat");
	e->category = form_field(r, "kategori");
	e->key = form_words(r, "kunci");
	e->drill = drill[0] != '\0' || c->h.set.latihan;
	e->hide = hide[0] != '\0';
	e->urgent = urgent[0] != '\0';
	if (about[0] != '\0' && code_parse(&e->about, about, strlen(about)) != 0)
		wrong = SAID("kode kasus yang dilengkapi salah tulis");
	if (e->place[0] != '\0')
		e->found = place_typed(c->h.policy->places, e->place, &wrong);
	if (e->number[0] != '\0' && phone_normalise(e->phone, e->number, strlen(e->number)) != PHONE_E164)
		wrong = SAID("nomor telepon tidak terbaca; tulis seperti 0812 3456 7890, atau kosongkan");
	if (e->category[0] != '\0' && category_find(c->h.policy->catalogue, e->category) == NULL)
		wrong = SAID("kategori itu tidak ada");
	if (e->key[0] == '\0' || strlen(e->key) > 64)
		wrong = SAID("formulir ini tidak utuh; muat ulang halamannya");
	if (strlen(e->words) > (size_t)c->h.set.text_bytes || strlen(e->where) > 2000 || strlen(e->name) > 500)
		wrong = SAID("salah satu isian terlalu panjang; ringkaskan");
	/* An emergency goes out with whatever can be read of it: what is wrong is put right afterwards. */
	if (e->urgent && e->key[0] != '\0' && e->about.s[0] == '\0' && strlen(e->words) <= (size_t)c->h.set.text_bytes)
		wrong = NULL;
	if (wrong == NULL && e->words[0] == '\0' && e->found == NULL && e->where[0] == '\0' && e->phone[0] == '\0' &&
	    e->name[0] == '\0' && e->category[0] == '\0' && e->place[0] == '\0')
		wrong = SAID("isi dahulu apa yang terjadi, atau tempatnya");
	free(about);
	free(drill);
	free(hide);
	free(urgent);
	return wrong;
}

static char *
copy_or_null(const char *s)
{
	return s[0] != '\0' ? xstrdup(s) : NULL;
}

/* Places that nobody found on the list still say something to who drives there. */
static char *
where_of(const struct entered *e)
{
	struct buf b = { 0 };

	buf_adds(&b, e->where);
	if (e->found == NULL && e->place[0] != '\0')
		buf_addf(&b, "%s%s", b.len > 0 ? ", " : "", e->place);
	return b.len > 0 ? buf_take(&b) : NULL;
}

static void
fill_report(struct laporan *l, const struct console *c, const struct who *w, const struct entered *e)
{
	struct buf id = { 0 };

	memset(l, 0, sizeof(*l));
	snprintf(l->channel, sizeof(l->channel), "%s", is_at_desk(c, w) ? "telepon" : "loket");
	snprintf(l->entered_by, sizeof(l->entered_by), "%s", w->officer->id);
	buf_addf(&id, "%s:%s", w->officer->id, e->key);	/* nobody's key opens another's report */
	l->message_id = buf_take(&id);
	l->name = copy_or_null(e->name);
	l->text = copy_or_null(e->words);
	l->where = where_of(e);
	l->place = e->found != NULL ? xstrdup(e->found->code) : NULL;
	l->category = copy_or_null(e->category);
	l->hide = e->hide;
	l->latihan = e->drill;
	l->urgent = l->lane_e = e->urgent;
	if (e->urgent && l->text == NULL)
		l->text = xstrdup(LATER);
	if (e->phone[0] != '\0') {
		l->sender = xstrdup(e->phone);
		snprintf(l->reply_channel, sizeof(l->reply_channel), "sms");
	}
	l->received_ms = house_now_ms(&c->h);
}

/*
 * The rest of a report.  Its case was opened without a name and a number: they stand in its words, for who
 * may read these.
 */
static void
fill_rest(struct laporan *l, const struct console *c, const struct who *w, const struct entered *e)
{
	struct buf text = { 0 };

	fill_report(l, c, w, e);
	buf_adds(&text, e->words);
	if (!e->hide && (e->name[0] != '\0' || e->phone[0] != '\0'))
		buf_addf(&text, "%sPelapor: %s%s%s", text.len > 0 ? "\n" : "", e->name,
		    e->name[0] != '\0' && e->phone[0] != '\0' ? ", " : "", e->phone);
	free(l->text);
	l->text = text.len > 0 ? buf_take(&text) : NULL;
	free(l->sender);
	l->sender = NULL;
	l->reply_channel[0] = '\0';
	memcpy(l->about, e->about.s, sizeof(l->about));
	/* In the lane of emergencies, as what it completes: it must not wait behind all others. */
	l->urgent = 0;
	l->lane_e = 1;
}

static int
is_same(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

/* What the store has under this key is what was sent now: 1.  0 it says something else, -1 no answer. */
static int
was_sent(struct console *c, const struct who *w, const struct code *code, const struct laporan *l)
{
	struct laporan first;
	int same = load_own(c, w, code, &first);

	if (same == 1)
		same = is_same(first.text, l->text) && is_same(first.where, l->where) && is_same(first.place, l->place) &&
		    is_same(first.category, l->category) && is_same(first.name, l->name) && is_same(first.sender, l->sender);
	laporan_release(&first);
	return same;
}

static int
send_in(struct console *c, const struct laporan *l, struct code *code)
{
	enum intake_result result = intake_take(&c->h.st, l, l->received_ms, (int)c->h.set.dedupe_days, code);

	return result == INTAKE_OK ? 1 : result == INTAKE_SEEN ? 0 : -1;
}

/* Adds it to the case; what is added once more is known by what it says.  0, -1 no answer. */
static int
send_rest(struct console *c, const struct who *w, const struct entered *e)
{
	struct laporan l;
	struct code code;
	struct buf id = { 0 };
	char hash[LOOKUP_CHARS + 1];
	int rc;

	fill_rest(&l, c, w, e);
	buf_addf(&id, "%s\n%s\n%s\n%s\n%s", l.text != NULL ? l.text : "", l.where != NULL ? l.where : "",
	    l.place != NULL ? l.place : "", l.category != NULL ? l.category : "", e->about.s);
	lookup_of(hash, &c->h.st.lookup, buf_str(&id));
	buf_reset(&id);
	buf_addf(&id, "%s:%s.%s", w->officer->id, e->key, hash);
	free(l.message_id);
	l.message_id = buf_take(&id);
	rc = send_in(c, &l, &code);
	laporan_release(&l);
	return rc < 0 ? -1 : 0;
}

#define NOT_HIS 1
/* 0: it is in, and e->about names its case; NOT_HIS to complete; -1 no answer. */
static int
send_all(struct console *c, const struct who *w, struct entered *e)
{
	struct laporan l;
	struct code code;
	int rc, same = 1;

	if (e->about.s[0] != '\0') {
		same = load_own(c, w, &e->about, &l);
		laporan_release(&l);
		return same == 1 ? send_rest(c, w, e) : same == 0 ? NOT_HIS : -1;
	}
	fill_report(&l, c, w, e);
	rc = send_in(c, &l, &code);
	if (rc == 0)
		same = was_sent(c, w, &code, &l);
	laporan_release(&l);
	if (rc < 0 || same < 0)
		return -1;
	e->about = code;
	log_info("entered", "case=%s officer=%s channel=%s urgent=%d again=%d", code.s, w->officer->id,
	    is_at_desk(c, w) ? "telepon" : "loket", e->urgent, rc == 0);
	return rc == 0 && !same ? send_rest(c, w, e) : 0;
}

static void
add_mistake(struct buf *b, const char *wrong)
{
	buf_adds(b, "<p class=\"pesan buruk\" role=\"alert\">[[Belum tersimpan:]] ");
	add_said(b, wrong);
	buf_adds(b, ".</p>\n");
}

void
post_entry(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct entered e = { .number = NULL };
	struct buf to = { 0 }, above = { 0 };
	const char *wrong;
	struct who w;
	int rc;

	if (!gate_change(r, c, &w))
		return;
	if (w.by_secret || !access_may(c->h.policy, w.officer, MAY_ENTER, NULL)) {
		http_answer_problem(r, 403, "Forbidden", "Mencatat laporan dilakukan dengan akun petugas sendiri.");
		return;
	}
	wrong = read_entry(r, c, &e);
	if (wrong != NULL) {
		add_mistake(&above, wrong);
		answer_form(r, c, &w, 422, &e, &above);
	} else if ((rc = send_all(c, &w, &e)) == NOT_HIS) {
		http_answer_problem(r, 404, "Not Found", "Tidak ada laporan dengan kode itu yang Anda catat.");
	} else if (rc != 0) {
		add_mistake(&above, SAID("penyimpanan sedang tidak menjawab; tulisan Anda masih ada, tekan lagi sebentar lagi"));
		answer_form(r, c, &w, 503, &e, &above);
	} else {
		buf_addf(&to, "/baru?%s=%s", e.urgent ? "lengkapi" : "sudah", e.about.s);
		http_answer_redirect(r, 303, buf_str(&to));
	}
	buf_release(&to);
	buf_wipe(&above);
	entered_release(&e);
}
