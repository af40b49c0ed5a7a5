/* /siaran: one message to many, drawn up and looked at first, then begun by who repeats how many. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/desk.h"
#include "console/drafts.h"
#include "console/fields.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/broadcast.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))
#define LISTED 30
#define LOOK_AGAIN "1"		/* seconds between two looks at one that is drawn up */

static const struct { const char *lang, *name; } languages[] = {
	{ TEXTS_BASE, "[[Bahasa Indonesia]]" }, { "jv", "[[Jawa]]" }, { "osi", "Osing" }, { "mad", "[[Madura]]" }, { "en", "[[Inggris]]" },
};
static const char *const to_words[] = { [TO_PLACE] = "[[warga yang melapor atau berlangganan di]]",
    [TO_INCIDENT] = "[[pelapor kejadian]]", [TO_OFFICERS] = "[[petugas]]" };

static int
may(struct http_req *r, const struct console *c, const struct who *w)
{
	if (!w->by_secret && access_may(c->h.policy, w->officer, MAY_BROADCAST, NULL))
		return 1;
	http_answer_problem(r, 403, "Forbidden",
	    "Siaran untuk operator meja 112 dan pimpinan kabupaten, dengan akun sendiri.");
	return 0;
}

/* ---- drawn up ---- */

/* NULL: drawn up from nothing; else a warning that the form already says, for a human to read and to change. */
static void
add_compose(struct buf *b, const struct console *c, const struct who *w, const struct warning_notice *from)
{
	struct buf words = { 0 };

	if (from != NULL)
		buf_add_notice_draft(&words, from);
	buf_adds(b, "<h2>[[Susun siaran]]</h2>\n<form method=\"post\" action=\"/siaran\">");
	frame_add_token(b, w);
	buf_adds(b, "<input type=\"hidden\" name=\"aksi\" value=\"susun\">\n<label>[[Kepada]]<select name=\"kepada\">\n");
	for (int to = TO_PLACE; to <= TO_OFFICERS; to++)
		buf_addf(b, "<option value=\"%s\">%s</option>\n", broadcast_to_name((enum broadcast_to)to), to_words[to]);
	buf_adds(b, "</select></label>\n<label>[[Tempat, kode kasus yang memimpin, atau kode unit]]<input name=\"sasaran\" required "
	    "list=\"tempat\" autocomplete=\"off\" maxlength=\"80\" value=\"");
	/* Of several kecamatan he chooses: a broadcast goes to one place. */
	if (from != NULL && from->places_n == 1)
		PLAIN(b, from->places[0]);
	buf_adds(b, "\"></label>\n");
	for (size_t i = 0; i < N_ELEMS(languages); i++) {
		buf_addf(b, "<label>[[Teks]], %s%s<textarea name=\"teks_%s\" rows=\"3\" maxlength=\"%" PRId64 "\"%s>",
		    languages[i].name, i > 0 ? " [[(boleh kosong)]]" : "", languages[i].lang, c->h.set.broadcast_text_bytes,
		    i == 0 ? " required" : "");
		if (i == 0)
			PLAIN(b, buf_str(&words));
		buf_adds(b, "</textarea></label>\n");
	}
	buf_release(&words);
	buf_addf(b, "<label class=\"centang\"><input type=\"checkbox\" name=\"latihan\" value=\"x\"%s> [[Latihan: bertanda LATIHAN]]</label>\n"
	    "<button>[[Lihat dahulu, belum dikirim]]</button></form>\n", from != NULL && from->drill ? " checked" : "");
	add_place_list(b, c);
}

static void
add_under_way(struct buf *b, const struct console *c)
{
	for (struct draft *d = draft_first(c); d != NULL; d = draft_next(d)) {
		const char *id = drawing_of(draft_drawing(d))->id;

		buf_addf(b, "<p class=\"pesan\"><a class=\"kode\" href=\"/siaran/%s\">%s</a> %s</p>\n", id, id,
		    draft_why(d)[0] == '\0' ? "[[sedang disusun]]" : "[[tidak jadi disusun]]");
	}
}

static void
add_list(struct buf *b, struct console *c)
{
	struct broadcast_entry *all;
	size_t n;

	if (broadcasts_list(&c->h.st, &all, &n) != 0) {
		add_said_message(b, SAID("Daftar siaran belum dapat dibaca; muat ulang."), 0);
		return;
	}
	buf_adds(b, "<h2>[[Siaran]]</h2>\n");
	add_under_way(b, c);
	buf_adds(b, n > 0 ? "<ul>\n" : "<p class=\"kosong\">[[Belum ada.]]</p>\n");
	for (size_t i = 0; i < n && i < LISTED; i++) {
		buf_addf(b, "<li><a class=\"kode\" href=\"/siaran/%s\">%s</a> [[%s]], ", all[i].id, all[i].id,
		    broadcast_state_name(all[i].state));
		add_said_time(b, all[i].at_ms);
		buf_adds(b, "</li>\n");
	}
	buf_adds(b, n > 0 ? "</ul>\n" : "");
	free(all);
}

static void
answer_all(struct http_req *r, struct console *c, const struct who *w, int status, const char *wrong)
{
	size_t len;
	const char *id = http_req_query(r, "peringatan", &len);
	const struct noticed *from = id != NULL ? notices_find(&c->notices, id) : NULL;
	struct buf b = { 0 };

	buf_adds(&b, "<h1>[[Siaran]]</h1>\n");
	add_said_message(&b, wrong, 0);
	add_compose(&b, c, w, from != NULL ? &from->n : NULL);
	add_list(&b, c);
	frame_answer(r, c, w, status, "[[Siaran]]", "/siaran", &b);
	buf_release(&b);
}

void
get_broadcasts(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate(r, c, &w) && may(r, c, &w))
		answer_all(r, c, &w, 200, "");
}

/* ---- one ---- */

static const char *
language_name(const char *lang)
{
	for (size_t i = 0; i < N_ELEMS(languages); i++)
		if (strcmp(languages[i].lang, lang) == 0)
			return languages[i].name;
	return lang;
}

static void
add_texts(struct buf *b, const struct broadcast *s)
{
	for (int i = 0; i < s->texts_n; i++) {
		struct buf text = { 0 };

		buf_add_broadcast_text(&text, s, s->texts[i].lang);
		buf_addf(b, "<h2>%s</h2>\n<blockquote lang=\"%s\">", language_name(s->texts[i].lang), s->texts[i].lang);
		buf_add_shown(b, buf_str(&text), text.len);
		buf_adds(b, "</blockquote>\n");
		buf_release(&text);
	}
}

static void
add_facts(struct buf *b, const struct console *c, const struct broadcast *s)
{
	const struct settings *set = &c->h.set;

	buf_addf(b, "<dl class=\"rinci\"><dt>[[Keadaan]]</dt><dd>[[%s]]</dd><dt>[[Kepada]]</dt><dd>%s ", broadcast_state_name(s->state), to_words[s->to]);
	if (place_find(c->h.policy->places, s->target) != NULL)
		add_place_name(b, c, s->target);
	else
		PLAIN(b, s->target);
	buf_addf(b, "</dd><dt>[[Penerima]]</dt><dd>%d [[orang]]", s->people);
	if (s->stopped + s->left_out > 0)
		buf_addf(b, "; %d [[lagi membalas STOP dan tidak dikirimi]]", s->stopped + s->left_out);
	buf_adds(b, "</dd>");
	for (int i = 0; i < s->ways_n; i++) {
		buf_adds(b, "<dt>[[Melalui]] ");
		PLAIN(b, s->ways[i].way);
		buf_addf(b, "</dt><dd>%d [[orang]]", s->ways[i].n);
		if (s->ways[i].parts > 0)
			buf_addf(b, ", %d [[bagian SMS]]", s->ways[i].parts);
		buf_adds(b, "</dd>");
	}
	if (set->broadcast_rupiah > 0)
		buf_addf(b, "<dt>[[Biaya SMS]]</dt><dd>Rp %" PRId64 " (Rp %" PRId64 " [[per bagian]])</dd>",
		    broadcast_parts(s) * set->broadcast_rupiah, set->broadcast_rupiah);
	buf_addf(b, "<dt>[[Laju]]</dt><dd>%" PRId64 " [[per menit, sesudah semua pesan lain; paling cepat selesai dalam]] ",
	    set->broadcast_per_minute);
	add_said_duration(b, broadcast_takes_ms(s, set->broadcast_per_minute));
	buf_addf(b, "</dd><dt>[[Sudah diantre]]</dt><dd>%d</dd><dt>[[Disusun oleh]]</dt><dd>", s->next - s->left_out);
	PLAIN(b, s->by);
	if (s->confirmed_by[0] != '\0') {
		buf_adds(b, "</dd><dt>[[Disetujui oleh]]</dt><dd>");
		PLAIN(b, s->confirmed_by);
		buf_adds(b, ", ");
		add_said_time(b, s->begun_ms);
	}
	if (s->cancelled_by[0] != '\0') {
		buf_adds(b, "</dd><dt>[[Dibatalkan oleh]]</dt><dd>");
		PLAIN(b, s->cancelled_by);
		buf_adds(b, ", ");
		add_said_time(b, s->ended_ms);
	}
	buf_adds(b, "</dd></dl>\n");
}

static void
begin_form(struct buf *b, const struct who *w, const struct broadcast *s, const char *act)
{
	buf_addf(b, "<form method=\"post\" action=\"/siaran/%s\">", s->id);
	frame_add_token(b, w);
	buf_addf(b, "<input type=\"hidden\" name=\"aksi\" value=\"%s\">", act);
}

static void
answer_one(struct http_req *r, struct console *c, const struct who *w, const struct broadcast *s, int status,
    const char *wrong)
{
	struct buf b = { 0 };

	buf_addf(&b, "<h1>[[Siaran]] <span class=\"kode\">%s</span></h1>\n", s->id);
	add_said_message(&b, wrong, 0);
	if (s->drill)
		buf_adds(&b, "<p><span class=\"lencana latihan\">[[LATIHAN]]</span></p>\n");
	add_texts(&b, s);
	add_facts(&b, c, s);
	if (s->state == BROADCAST_DRAFT && s->people > 0) {
		begin_form(&b, w, s, "kirim");
		buf_adds(&b, "<label>[[Ketik jumlah penerimanya sekali lagi]]<input name=\"jumlah\" inputmode=\"numeric\" required "
		    "autocomplete=\"off\" maxlength=\"9\"></label><button class=\"bahaya\">[[Kirim sekarang]]</button></form>\n");
	} else if (s->state == BROADCAST_DRAFT) {
		buf_adds(&b, "<p class=\"kosong\">[[Tidak ada penerima.]]</p>\n");
	}
	if (s->state == BROADCAST_DRAFT || s->state == BROADCAST_GOING) {
		begin_form(&b, w, s, "batal");
		buf_addf(&b, "<button class=\"lain\">%s</button></form>\n", s->state == BROADCAST_GOING ?
		    "[[Batalkan yang belum terkirim]]" : "[[Buang konsep ini]]");
	}
	buf_adds(&b, "<p><a href=\"/siaran\">[[Semua siaran]]</a></p>\n");
	frame_answer(r, c, w, status, "[[Siaran]]", "/siaran", &b);
	buf_release(&b);
}

/* ---- one that is being drawn up ---- */

static const char *const phases[] = {
	[CROWD_LOG] = "[[Membaca catatan]]", [CROWD_REPORTS] = "[[Membuka laporan]]",
	[CROWD_SUBSCRIBERS] = "[[Mencari pelanggan]]", [CROWD_OFFICERS] = "[[Mencari petugas]]",
	[CROWD_ONCE] = "[[Menyisihkan yang ganda]]", [CROWD_STOPS] = "[[Menyisihkan yang membalas STOP]]",
	[CROWD_DONE] = "[[Menyegel daftarnya]]",
};

static void
add_progress(struct buf *b, const struct drawing *d)
{
	int64_t done, of;
	enum crowd_phase phase = drawing_progress(d, &done, &of);

	buf_addf(b, "<p class=\"pesan\" role=\"status\">[[Sedang disusun; belum ada yang dikirim.]] %s", phases[phase]);
	if (of > 0)
		buf_addf(b, ": %" PRId64 " [[dari]] %" PRId64, done, of);
	buf_addf(b, ". <a href=\"/siaran/%s\">[[Muat ulang]]</a></p>\n", drawing_of(d)->id);
}

/* It asks for itself again until it is the draft. */
static void
answer_draft(struct http_req *r, struct console *c, const struct who *w, struct draft *d)
{
	const struct broadcast *s = drawing_of(draft_drawing(d));
	struct buf b = { 0 };

	draft_seen(d, w->officer->id);
	buf_addf(&b, "<h1>[[Siaran]] <span class=\"kode\">%s</span></h1>\n", s->id);
	if (draft_why(d)[0] == '\0') {
		http_add_header(r, "Refresh", LOOK_AGAIN);
		add_progress(&b, draft_drawing(d));
	} else {
		add_said_message(&b, draft_why(d), 0);
	}
	add_texts(&b, s);
	begin_form(&b, w, s, "batal");
	buf_adds(&b, "<button class=\"lain\">[[Buang konsep ini]]</button></form>\n"
	    "<p><a href=\"/siaran\">[[Semua siaran]]</a></p>\n");
	frame_answer(r, c, w, 200, "[[Siaran]]", "/siaran", &b);
	buf_release(&b);
}

/* 1; else it has been answered. */
static int
find(struct http_req *r, struct console *c, struct broadcast *s)
{
	int rc = broadcast_load(&c->h.st, http_req_tail(r), s);

	if (rc == 0)
		http_answer_problem(r, 404, "Not Found", "Siaran itu tidak ada, atau sudah lama dihapus.");
	else if (rc < 0)
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	return rc == 1;
}

void
get_broadcast(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct broadcast s;
	struct draft *d;
	struct who w;

	if (!gate(r, c, &w) || !may(r, c, &w))
		return;
	d = draft_find(c, http_req_tail(r));
	if (d != NULL) {
		answer_draft(r, c, &w, d);
		return;
	}
	if (!find(r, c, &s))
		return;
	answer_one(r, c, &w, &s, 200, "");
	broadcast_release(&s);
}

/* ---- what is done ---- */

/* NULL, or what is wrong with the form. */
static const char *
read_form(struct http_req *r, const struct console *c, struct broadcast *s)
{
	char *to = form_field(r, "kepada"), *target = form_words(r, "sasaran"), *drill = form_field(r, "latihan");
	const char *wrong = NULL, *none;
	const struct place *place = place_typed(c->h.policy->places, target, &none);
	struct code code;

	s->drill = drill[0] != '\0';
	if (broadcast_to_of_name(to, &s->to) != 0)
		wrong = SAID("formulir ini tidak utuh; muat ulang halamannya");
	else if (s->to == TO_INCIDENT && code_parse(&code, target, strlen(target)) == 0)
		snprintf(s->target, sizeof(s->target), "%s", code.s);
	else if (s->to != TO_INCIDENT && place != NULL)
		snprintf(s->target, sizeof(s->target), "%s", place->code);
	else if (s->to == TO_OFFICERS && unit_find(c->h.policy->units, target) != NULL)
		snprintf(s->target, sizeof(s->target), "%s", unit_find(c->h.policy->units, target)->code);
	else
		wrong = s->to == TO_INCIDENT ? SAID("itu bukan kode kasus") : s->to == TO_OFFICERS ?
		    SAID("tidak ada unit atau tempat dengan nama itu; pakai kode unit") : none;
	for (size_t i = 0; i < N_ELEMS(languages); i++) {
		char field[16];
		char *text;

		snprintf(field, sizeof(field), "teks_%s", languages[i].lang);
		text = form_words(r, field);
		if (text[0] == '\0') {
			free(text);
			continue;
		}
		snprintf(s->texts[s->texts_n].lang, sizeof(s->texts[0].lang), "%s", languages[i].lang);
		s->texts[s->texts_n++].text = text;
	}
	free(to);
	free(target);
	free(drill);
	return wrong;
}

static void
go_to(struct http_req *r, const char *id)
{
	struct buf to = { 0 };

	buf_addf(&to, "/siaran/%s", id);
	http_answer_redirect(r, 303, buf_str(&to));
	buf_release(&to);
}

void
post_broadcasts(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct broadcast s = { .id = "" };
	const char *wrong, *id = NULL;
	struct who w;
	int busy = 0;

	if (!gate_change(r, c, &w) || !may(r, c, &w))
		return;
	snprintf(s.by, sizeof(s.by), "%s", w.officer->id);
	wrong = read_form(r, c, &s);
	if (wrong == NULL)
		id = draft_begin(c, &s, &busy, &wrong);
	if (id != NULL)
		go_to(r, id);
	else
		answer_all(r, c, &w, busy ? 503 : 422, wrong);
	broadcast_release(&s);
}

/* Nothing of it was kept: it may go without proof of who says so. */
static void
drop_draft(struct http_req *r, struct console *c, const struct who *w, struct draft *d)
{
	char *act = form_field(r, "aksi");

	if (strcmp(act, "batal") == 0) {
		log_info("draft_dropped", "id=%s officer=%s why=\"said so\"", http_req_tail(r), w->officer->id);
		draft_drop(c, d);
		http_answer_redirect(r, 303, "/siaran");
	} else {
		answer_draft(r, c, w, d);
	}
	free(act);
}

void
post_broadcast(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const char *why = SAID("formulir ini tidak utuh; muat ulang halamannya");
	struct broadcast s;
	struct draft *d;
	struct who w;
	char *act, *people, *end;
	long long n;
	int rc = -1;

	if (!gate_change(r, c, &w) || !may(r, c, &w))
		return;
	d = draft_find(c, http_req_tail(r));
	if (d != NULL) {
		drop_draft(r, c, &w, d);
		return;
	}
	if (!gate_proven(r, c, &w) || !find(r, c, &s))
		return;
	act = form_field(r, "aksi");
	people = form_words(r, "jumlah");
	n = strtoll(people, &end, 10);
	if (strcmp(act, "kirim") == 0)
		rc = broadcast_begin(&c->h, s.id, w.officer->id, end != people && *end == '\0' ? n : -1, &why);
	else if (strcmp(act, "batal") == 0)
		rc = broadcast_stop(&c->h, s.id, w.officer->id, &why);
	log_info("broadcast", "id=%s officer=%s act=%s rc=%d", s.id, w.officer->id, strcmp(act, "kirim") == 0 ? "begin" :
	    "cancel", rc);
	if (rc == 0)
		go_to(r, s.id);
	else
		answer_one(r, c, &w, &s, 422, why);
	broadcast_release(&s);
	free(act);
	free(people);
}
