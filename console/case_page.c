#include "console/case_page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/told.h"
#include "core/incident.h"
#include "core/message.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/filed.h"
#include "store/glass.h"
#include "store/reader.h"
#include "store/view.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))

/* ---- who looks ---- */

static int
answer_not_there(struct http_req *r)
{
	http_answer_problem(r, 404, "Not Found", "Tidak ada kasus dengan kode itu.");
	return 0;
}

/* Each look into a sealed case stands on record, before anything of it is shown.  0 or -1. */
static int
note_look(struct console *c, struct looking *l, const char *what, const char *note)
{
	struct answer a = { .what = what, .actor = l->w.officer->id, .latihan = l->s.c.latihan, .note = note };
	struct commit_batch b = { 0 };
	int rc;

	memcpy(a.code, l->code.s, sizeof(a.code));
	commit_begin(&b, store_now_ms(&c->h.st));
	commit_add_answer(&b, &c->h.st, &a, &l->keys, NULL);
	rc = commit_run(&b, &c->h.st) == 1 ? 0 : -1;
	commit_release(&b);
	return rc;
}

#define WHY_LEAST 20		/* characters: "cek" is no reason */
#define WHY_MOST 500

/* The reason, as typed; NULL: there is none that says anything. */
const char *
looking_reason(struct http_req *r)
{
	size_t len = 0;
	const char *why = http_req_field(r, "alasan", &len);

	return why != NULL && strlen(why) == len && len >= WHY_LEAST && len <= WHY_MOST ? why : NULL;
}

static int
answer_away(struct http_req *r)
{
	http_add_header(r, "Retry-After", "5");
	http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	return 0;
}

/* Opens it for a while: the reason is on record and two others hear of it, or nothing is opened. */
static int
break_glass(struct http_req *r, struct console *c, struct looking *l)
{
	const char *why = looking_reason(r);
	struct glass g = { .who = l->w.officer, .c = &l->s.c, .keys = &l->keys, .why = why };

	if (why == NULL) {
		ask_why(r, c, l, SAID("Tulis alasannya, 20 sampai 500 huruf."));
		return 0;
	}
	if (!gate_proven(r, c, &l->w) || !gate_has_factor(r, c, &l->w))
		return 0;
	switch (glass_break(&c->h, &g, &l->glass_ms)) {
	case GLASS_OK:
		l->a.glass = 1;
		log_warn("glass_broken", "case=%s officer=%s", l->code.s, l->w.officer->id);
		return 1;
	case GLASS_ALONE:
		http_answer_problem(r, 422, "Unprocessable Content",
		    "Tidak ada dua orang yang dapat diberi tahu; minta admin memeriksa glass.tell dan daftar petugas.");
		return 0;
	default:
		return answer_away(r);
	}
}

/* Whether it is open to him, or he opens it now; else it is answered. */
static int
is_opened(struct http_req *r, struct console *c, struct looking *l, enum because because)
{
	const struct policy *p = c->h.policy;
	int may = access_may(p, l->w.officer, SEE_CASE, &l->a), breaks = access_may(p, l->w.officer, MAY_BREAK, NULL);

	if (may && !access_needs_why(p, l->w.officer, &l->a))
		return 1;
	if (!may && (!breaks || access_is_accused(p, l->w.officer, l->a.about, l->a.place)))
		return answer_not_there(r);
	l->glass_ms = glass_until(&c->h.st, l->w.officer->id, l->code.s, house_now_ms(&c->h));
	if (l->glass_ms < 0)
		return answer_away(r);
	l->a.glass = l->glass_ms > 0;
	if (l->a.glass)
		return 1;
	if (because == BECAUSE_EMERGENCY || (because == BECAUSE_WATCH && may))
		return break_glass(r, c, l);
	if (!may)		/* that there is one is nothing for him to know */
		return answer_not_there(r);
	ask_why(r, c, l, "");
	return 0;
}

/*
 * The one place where a case is opened for somebody: what he is not to read closely is gone from here on,
 * whichever page, list or answer is made of it.
 */
static void
blur(const struct console *c, struct looking *l)
{
	if (!access_is_blurred(c->h.policy, l->w.officer, &l->a))
		return;
	l->blur = (struct blur){ c->h.policy, &c->h.roster,
	    blur_area(c->h.policy->places, l->s.c.place, c->h.set.privacy_crowd), l->words.name };
	blur_case(&l->blur, &l->s.c);
	blur_laporan(&l->blur, &l->words);
}

static int
begin(struct http_req *r, struct console *c, struct looking *l, const char *said, enum because because)
{
	char lookup[LOOKUP_TEXT], code[CODE_CHARS + 2];
	int readable;

	snprintf(code, sizeof(code), "%.*s", (int)strcspn(said, "/"), said);
	if (code_parse(&l->code, code, strlen(code)) != 0)
		return answer_not_there(r);
	if (cases_load(&c->h.st, &l->code, 1, &l->s) != 0)
		return answer_away(r);
	if (!l->s.there || !l->s.readable || l->s.version == 0 ||
	    (l->p = version_policy(&c->h.versions, &c->h.st, l->s.c.policy)) == NULL)
		return answer_not_there(r);
	access_case_of(&l->a, &l->s.c, l->w.officer);
	readable = stored_case_open(&l->s, &c->h.st, &l->keys, &l->words, lookup) == 0;
	if (!is_opened(r, c, l, because))
		return 0;
	l->opened = readable && access_may(c->h.policy, l->w.officer, SEE_WORDS, &l->a);
	if (readable && !l->opened)
		laporan_release(&l->words);
	blur(c, l);
	if (!l->s.c.sealed && !l->a.glass)
		return reader_note(&c->h.st, l->code.s, l->w.officer->id, house_now_ms(&c->h), c->h.set.readers_kept_ms) < 0 ?
		    answer_away(r) : 1;
	if (note_look(c, l, "lihat", http_req_path(r)) != 0) {
		http_answer_problem(r, 503, "Service Unavailable",
		    "Pembacaan kasus tertutup harus tercatat, dan itu belum bisa; coba lagi.");
		return 0;
	}
	return 1;
}

int
looking_begin(struct http_req *r, struct console *c, struct looking *l, int changes)
{
	memset(l, 0, sizeof(*l));
	if (!(changes ? gate_change(r, c, &l->w) : gate(r, c, &l->w)) || !begin(r, c, l, http_req_tail(r), BECAUSE_NOTHING))
		return 0;
	/* whatever the table may grant him one day: what is decided on a blurred case would be written so */
	if (changes && l->blur.area != NULL) {
		http_answer_problem(r, 403, "Forbidden", "Kasus tertutup ini terbuka bagi Anda hanya untuk dibaca.");
		return 0;
	}
	return 1;
}

int
looking_begin_because(struct http_req *r, struct console *c, struct looking *l, const char *code,
    enum because because)
{
	memset(l, 0, sizeof(*l));
	return gate_change(r, c, &l->w) && begin(r, c, l, code, because);
}

void
looking_release(struct looking *l)
{
	laporan_release(&l->words);
	stored_case_release(&l->s);
	memset(&l->keys, 0, sizeof(l->keys));
}

/* ---- what it is ---- */

static const struct case_clock *
promise_of(const struct policy *p, const struct case_record *c)
{
	for (int i = 0; i < c->clocks_n && i < p->clocks_n; i++)
		if (p->clocks[i].stop == STOP_ON_HANDLE && c->clocks[i].state != CLOCK_NONE)
			return &c->clocks[i];
	return NULL;
}

static void
add_time_left(struct buf *b, const struct case_clock *k, int64_t now_ms)
{
	if (k == NULL)
		return;
	if (k->state == CLOCK_MET) {
		buf_adds(b, "<p>[[Sudah ditangani]] ");
		add_said_time(b, k->met_ms);
		buf_adds(b, k->breached_ms != 0 ? ", [[setelah lewat batas]].</p>\n" : ", [[tepat waktu]].</p>\n");
		return;
	}
	if (k->state != CLOCK_RUNNING)
		return;
	buf_addf(b, "<p class=\"%s\">", k->due_ms < now_ms ? "lewat" : "");
	buf_adds(b, k->due_ms < now_ms ? "[[Lewat]] " : "[[Sisa waktu menangani:]] ");
	add_said_duration(b, k->due_ms < now_ms ? now_ms - k->due_ms : k->due_ms - now_ms);
	buf_adds(b, k->due_ms < now_ms ? " [[dari batas]] " : ", [[batas]] ");
	add_said_time(b, k->due_ms);
	buf_adds(b, "</p>\n");
}

static void
add_row(struct buf *b, const char *name, const struct buf *value)
{
	if (value->len == 0)
		return;
	buf_addf(b, "<dt>%s</dt><dd>", name);
	buf_add(b, value->data, value->len);
	buf_adds(b, "</dd>\n");
}

/* A row whose value the code in the middle writes. */
#define ROW(b, name, code) do { struct buf v = { 0 }; code; add_row(b, name, &v); buf_release(&v); } while (0)

static void
add_reporter(struct buf *b, const struct laporan *words)
{
	if (words->name != NULL)
		buf_add_shown(b, words->name, strlen(words->name));
	if (words->sender != NULL) {
		buf_adds(b, words->name != NULL ? ", " : "");
		PLAIN(b, words->sender);
	}
}

/* A telephone opens it in its own map; no page of others is asked for. */
static void
add_position(struct buf *b, const struct laporan *words)
{
	buf_addf(b, "<a href=\"geo:%.5f,%.5f\">%.5f, %.5f</a>", words->lat, words->lng, words->lat, words->lng);
}

/* What it is part of: who leads, or how many reported it. */
static void
add_incident(struct buf *b, const struct case_record *k)
{
	if (k->lead[0] != '\0')
		buf_addf(b, "[[mengikuti]] <a class=\"kode\" href=\"/kasus/%s\">%s</a>", k->lead, k->lead);
	else if (k->voices > 1)
		buf_addf(b, "%d [[suara]], <a href=\"/insiden/%s\">[[lihat kejadiannya]]</a>", k->voices, k->code.s);
	if (k->apart)
		buf_adds(b, "[[bahaya tersendiri dari sebuah kejadian]]");
}

void
add_case_facts(struct buf *b, const struct console *c, const struct looking *l)
{
	const struct case_record *k = &l->s.c;
	const struct officer *holder = officer_find(&c->h.roster, k->holder);

	buf_adds(b, "<dl class=\"rinci\">\n");
	ROW(b, "[[Keadaan]]", buf_addf(&v, "[[%s]]", case_state_words(k->state, k->closed_as, "id")));
	ROW(b, "[[Unit]]",
	    for (int i = 0; i < k->units_n; i++) {
		buf_adds(&v, i ? ", " : "");
		PLAIN(&v, console_unit_name(c, k->units[i]));
	    });
	ROW(b, "[[Pemegang]]", if (holder != NULL) PLAIN(&v, holder->name));
	ROW(b, "[[Tempat]]", add_place_name(&v, c, k->place); if (k->rt[0] != '\0') buf_addf(&v, ", RT %s RW %s", k->rt, k->rw));
	ROW(b, "[[Posisi dari pelapor]]", if (l->opened && l->words.has_position) add_position(&v, &l->words));
	ROW(b, "[[Laporan masuk]]", add_said_time(&v, k->received_ms));
	ROW(b, "[[Peringatan resmi]]", add_notices_at(&v, c, k->place, k->received_ms));
	ROW(b, "[[Pelapor]]", if (l->opened && access_may(c->h.policy, l->w.officer, SEE_REPORTER, &l->a))
	    add_reporter(&v, &l->words);
	    else if (k->hide_reporter) buf_adds(&v, "[[minta tidak disebut; tanyalah lewat tombol di bawah]]"));
	ROW(b, "[[Kebenaran]]", if (k->lead[0] != '\0' || k->voices > 1 || k->truth != TRUTH_UNVERIFIED)
	    buf_addf(&v, "[[%s]]", truth_words(k->truth)));
	ROW(b, "[[Kejadian]]", add_incident(&v, k));
	ROW(b, "[[Menunggu sampai]]", if (k->state == CASE_MENUNGGU) add_said_time(&v, k->wait_until_ms));
	ROW(b, "[[Masalah lain dari laporan ini]]",
	    if (k->twin[0] != '\0') buf_addf(&v, "<a class=\"kode\" href=\"/kasus/%s\">%s</a>", k->twin, k->twin));
	ROW(b, "[[Ditanyakan kepada pelapor]]", add_said(&v, question_name(k->question.what)));
	buf_adds(b, "</dl>\n");
}

static void
add_files(struct buf *b, const struct looking *l)
{
	for (int i = 0; l->opened && i < l->s.c.files_n; i++) {
		const char *name = l->s.c.files[i], *dot = strrchr(name, '.');
		int picture = dot != NULL && (strcmp(dot, ".jpg") == 0 || strcmp(dot, ".png") == 0);

		buf_addf(b, "<p><a href=\"/berkas/%s/%s\">%s[[berkas]] %d</a></p>\n", l->code.s, name,
		    picture ? "" : "[[buka]] ", i + 1);
		if (picture)
			buf_addf(b, "<img class=\"foto\" src=\"/berkas/%s/%s\" alt=\"[[foto]] %d [[dari]] %s\" loading=\"lazy\">\n",
			    l->code.s, name, i + 1, strcmp(name, l->s.c.photo.file) == 0 ? "[[petugas]]" : "[[pelapor]]");
	}
}

/* ---- what was done ---- */

struct timeline { struct buf *b; struct console *c; const struct looking *l; };

static void
add_actor(struct buf *b, const struct console *c, const char *actor, const char *by)
{
	const struct officer *o = actor != NULL ? officer_find(&c->h.roster, actor) : NULL;

	if (o != NULL) {
		PLAIN(b, o->name);
		buf_adds(b, ", ");
		PLAIN(b, console_unit_name(c, o->unit));
	} else {
		add_said(b, actor != NULL ? actor : by != NULL && strcmp(by, "jam") != 0 ? by : SAID("sistem"));
	}
}

static void
add_event_words(struct buf *b, const char *what)
{
	static const struct { const char *what, *words; } rows[] = {
		{ "buka", "[[laporan masuk dan ditugaskan]]" }, { "triase", "[[laporan masuk, dibaca meja 112]]" },
		{ "tugaskan", "[[ditugaskan]]" }, { "terima", "[[menerima tugas]]" }, { "menuju", "[[menuju lokasi]]" },
		{ "tiba", "[[tiba di lokasi]]" }, { "tangani", "[[menangani]]" }, { "selesai", "[[menyatakan selesai]]" },
		{ "bukan", "[[menyatakan bukan wewenangnya]]" }, { "lepas", "[[tidak diperlukan]]" },
		{ "teruskan", "[[meneruskan]]" }, { "tanya", "[[bertanya kepada pelapor]]" }, { "catat", "[[catatan]]" },
		{ "tunggu", "[[minta menunggu]]" }, { "setuju", "[[menyetujui menunggu]]" },
		{ "tidak-setuju", "[[menolak menunggu]]" }, { "lanjut", "[[dilanjutkan]]" }, { "benar", "[[warga: sudah beres]]" },
		{ "dibenarkan", "[[warga lain atau RT: sudah beres]]" },
		{ "sanggah", "[[warga: belum beres]]" }, { "lewat", "[[ditutup, tidak disanggah]]" },
		{ "batal", "[[dicabut pelapor]]" }, { "minta-batal", "[[pelapor minta dicabut]]" }, { "tolak", "[[ditolak]]" },
		{ "gabung", "[[digabung]]" }, { "urung", "[[membatalkan perbuatannya]]" }, { "ambil-alih", "[[mengambil alih]]" },
		{ "mengapa", "[[bertanya mengapa]]" }, { "jawaban", "[[menjawab]]" }, { "tanggal", "[[menetapkan tanggal]]" },
		{ "hitung-ulang", "[[target dihitung ulang]]" }, { "bantuan", "[[memanggil bantuan]]" },
		{ "aman", "[[memberi kabar aman]]" }, { "berkas", "[[berkas tersimpan]]" },
		{ "berkas-hilang", "[[berkas tidak didapat]]" }, { "kembali", "[[tugas kembali ke unit]]" },
		{ "pergi", "[[petugas pergi]]" }, { "terbengkalai", "[[terbengkalai, kembali ke unit]]" },
		{ "letak", "[[pelapor menyebut tempatnya]]" }, { "milik", "[[milik laporan lain]]" },
		{ "foto", "[[mengirim foto bukti]]" }, { "foto-sah", "[[memeriksa foto: sah]]" },
		{ "foto-palsu", "[[memeriksa foto: tidak sah]]" },
		{ "bertambah", "[[pelapor bertambah]]" }, { "pisah", "[[dipisahkan]]" }, { "ganda", "[[laporan ganda]]" },
		{ "rahasiakan", "[[merahasiakan]]" }, { "rahasiakan-alihkan", "[[merahasiakan dan mengalihkan]]" },
		{ "pecah", "[[bahaya tersendiri, dipisahkan]]" }, { "kebenaran", "[[menetapkan kebenarannya]]" },
		{ "dua", "[[membuka masalah kedua sebagai kasus sendiri]]" },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		if (strcmp(rows[i].what, what) == 0) {
			buf_adds(b, rows[i].words);
			return;
		}
	PLAIN(b, what);
}

static void
add_escalation_words(struct buf *b, const struct console *c, const struct blur *hide, const json_t *esc)
{
	static const struct { const char *kind, *words; } kinds[] = { { "warning", "[[peringatan]]" },
	    { "breach", "[[lewat batas]]" }, { "rung", "[[naik]]" }, { "passed", "[[dilewati]]" } };
	const char *kind = json_string_value(json_object_get(esc, "kind"));
	const char *told = json_string_value(json_object_get(esc, "told"));
	const char *clock = json_string_value(json_object_get(esc, "clock"));

	for (size_t i = 0; kind != NULL && i < N_ELEMS(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			buf_adds(b, kinds[i].words);
	if (told != NULL && told[0] != '\0' && !blur_hides_unit(hide, told)) {
		buf_adds(b, " [[ke]] ");
		PLAIN(b, console_unit_name(c, told));
	}
	buf_adds(b, ": ");
	add_missing(b, clock != NULL ? clock : "");
}

/* Whom it told, and whether that reached him by now. */
static void
add_told(const struct timeline *t, const json_t *doc)
{
	static const struct { const char *state, *words; } states[] = { { "delivered", "[[sudah sampai]]" },
	    { "sent", "[[terkirim, belum ada tanda sampai]]" }, { "queued", "[[menunggu dikirim]]" },
	    { "sending", "[[sedang dikirim]]" }, { "failed", "[[tidak sampai]]" }, { "undeliverable", "[[tidak sampai]]" },
	    { "expired", "[[tidak terkirim pada waktunya]]" }, { "superseded", "[[tidak perlu lagi, tidak dikirim]]" },
	    { "bundled", "[[dalam ikhtisar]]" }, { "gone", "[[tidak disimpan lagi]]" } };
	json_t *rows = told_people(doc), *row;
	size_t i;

	if (!t->l->s.archived)
		told_add(t->c, t->l->code.s, rows);
	json_array_foreach(rows, i, row) {
		struct told_row r;

		told_row_read(&r, row);
		if (blur_hides_officer(&t->l->blur, r.officer))
			continue;
		buf_adds(t->b, "<br><span class=\"hint\">");
		add_actor(t->b, t->c, r.officer, NULL);
		for (size_t k = 0; k < N_ELEMS(states); k++)
			if (strcmp(states[k].state, r.state) == 0)
				buf_addf(t->b, ": %s", states[k].words);
		if (r.at_ms != 0) {
			buf_adds(t->b, " ");
			buf_add_wib_short(t->b, r.at_ms);
		}
		buf_adds(t->b, "</span>\n");
	}
	json_decref(rows);
}

static int
is_for_another(const json_t *doc)
{
	const char *by = json_string_value(json_object_get(doc, "by"));

	return by != NULL && (strcmp(by, "router") == 0 || strcmp(by, "warga") == 0);
}

static void
add_step(struct timeline *t, const struct log_line *line)
{
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);
	const json_t *esc = json_object_get(doc, "esc");
	const char *what = json_string_value(json_object_get(doc, "what")),
	    *actor = json_string_value(json_object_get(doc, "actor"));
	struct buf note = { 0 };
	int64_t at = json_integer_value(json_object_get(doc, "at"));

	if (doc == NULL || what == NULL || strcmp(what, "tinjau") == 0)
		goto out;
	buf_adds(t->b, "<li><time datetime=\"");
	buf_add_wib_iso(t->b, at);
	buf_adds(t->b, "\">");
	add_said_time(t->b, at);
	buf_adds(t->b, "</time> ");
	if (esc != NULL) {
		add_escalation_words(t->b, t->c, &t->l->blur, esc);
		add_told(t, doc);
	} else {
		buf_adds(t->b, "<strong>");
		add_event_words(t->b, what);
		/* what the router or a citizen did has an actor only where an officer wrote it down for him */
		buf_adds(t->b, actor != NULL && is_for_another(doc) ? "</strong>, [[dicatat oleh]] " :
		    "</strong>, ");
		add_actor(t->b, t->c, actor != NULL && blur_hides_officer(&t->l->blur, actor) ? "petugas" : actor,
		    json_string_value(json_object_get(doc, "by")));
	}
	if (t->l->opened && logbook_note(line, &t->l->keys.key, &note) == 0 && note.len > 0) {
		struct buf read = { 0 };

		buf_add_blurred(&read, &t->l->blur, buf_str(&note), note.len);
		buf_adds(t->b, "<blockquote lang=\"id\">");
		buf_add_shown(t->b, buf_str(&read), read.len);
		buf_wipe(&read);
		buf_adds(t->b, "</blockquote>");
	}
	buf_adds(t->b, "</li>\n");
out:
	buf_wipe(&note);
	json_decref(doc);
}

/* The entries come through the connection by which an escalation asks on: first all of them, then what is asked. */
struct entries { struct log_line *rows; size_t n, cap; };

static int
keep_entry(const struct log_line *line, void *arg)
{
	struct entries *e = arg;

	if (e->n == e->cap) {
		e->cap = e->cap == 0 ? 32 : 2 * e->cap;
		e->rows = xrealloc(e->rows, e->cap * sizeof(*e->rows));
	}
	e->rows[e->n++] = (struct log_line){ .seq = line->seq, .entry = xstrndup(line->entry, line->len), .len = line->len };
	return 0;
}

static void
add_timeline(struct buf *b, struct console *c, const struct looking *l)
{
	struct timeline t = { b, c, l };
	struct entries e = { 0 };
	int rc = logbook_read_these(&c->h.st, buf_str(&l->s.seqs), keep_entry, &e);

	buf_adds(b, "<h2>[[Riwayat]]</h2>\n<ol class=\"riwayat\">\n");
	for (size_t i = 0; i < e.n; i++) {
		add_step(&t, &e.rows[i]);
		free((char *)e.rows[i].entry);
	}
	free(e.rows);
	if (rc != 0)
		buf_adds(b, "<li>[[Riwayat belum dapat dibaca; muat ulang halaman ini.]]</li>\n");
	buf_adds(b, "</ol>\n");
}

static void
add_ledger_table(struct buf *b, const struct console *c, const struct case_record *k, int64_t now_ms)
{
	static const struct { const char *holder, *words; } known[] = { { HOLDER_GATEWAY, "[[Gerbang pesan]]" },
	    { HOLDER_QUEUE, "[[Antrean]]" }, { HOLDER_TRIAGE, "[[Meja 112]]" }, { HOLDER_RESIDENT, "[[Menunggu warga]]" },
	    { HOLDER_WAITING, "[[Menunggu dengan izin]]" }, { HOLDER_OTHERS, "[[Lainnya]]" } };
	struct ledger_row rows[LEDGER_ROWS + 1];
	int rows_n = ledger_list(&k->ledger, now_ms, rows);

	buf_adds(b, "<h2>[[Waktu di siapa]]</h2>\n<table><tbody>\n");
	for (int i = 0; i < rows_n; i++) {
		const char *holder = rows[i].holder, *words = NULL;

		for (size_t n = 0; n < N_ELEMS(known); n++)
			if (strcmp(known[n].holder, holder) == 0)
				words = known[n].words;
		buf_adds(b, "<tr><td>");
		if (words != NULL)
			buf_adds(b, words);
		else
			PLAIN(b, console_unit_name(c, holder));
		buf_adds(b, "</td><td class=\"n\">");
		add_said_duration(b, rows[i].ms);
		buf_adds(b, "</td></tr>\n");
	}
	buf_adds(b, "</tbody></table>\n");
}

/* ---- the page ---- */

void
add_case_words(struct buf *b, const struct looking *l)
{
	if (l->opened && l->words.text != NULL) {
		buf_adds(b, "<h2>[[Yang dilaporkan]]</h2>\n<blockquote lang=\"id\">");
		buf_add_shown(b, l->words.text, strlen(l->words.text));
		if (l->words.where != NULL) {
			buf_adds(b, "</blockquote>\n<p>[[Tempat menurut pelapor:]]</p>\n<blockquote lang=\"id\">");
			buf_add_shown(b, l->words.where, strlen(l->words.where));
		}
		buf_adds(b, "</blockquote>\n");
	} else if (!l->opened) {
		buf_adds(b, "<p class=\"hint\">[[Isi laporan hanya untuk unit yang menanganinya.]]</p>\n");
	}
	add_files(b, l);
}

void
add_case_head(struct buf *b, const struct console *c, const struct looking *l, int64_t now_ms)
{
	const struct case_record *k = &l->s.c;
	char code[CODE_CHARS + 2];

	code_show(code, &l->code);
	buf_addf(b, "<h1><span class=\"kode\">%s</span> ", code);
	add_category_name(b, c, k->category);
	buf_addf(b, "</h1>\n<p><span class=\"lencana %s\">[[%s]]</span> %s%s%s%s%s</p>\n", urgency_name(k->urgency),
	    urgency_name(k->urgency), k->sealed ? "<span class=\"lencana\">[[tertutup]]</span> " : "",
	    k->latihan ? "<span class=\"lencana latihan\">[[LATIHAN]]</span> " : "",
	    case_is_legacy(k) ? "<span class=\"lencana\">[[warisan]]</span> " : "",
	    k->root ? "<span class=\"lencana\">[[masalah akar]]</span> " : "",
	    l->s.archived ? "<span class=\"lencana\">[[arsip]]</span>" : "");
	if (case_is_legacy(k)) {
		buf_adds(b, "<p class=\"hint\">[[Laporan lama, diimpor. Sumber:]] ");
		PLAIN(b, k->legacy.source);
		buf_adds(b, ", [[nomor]] ");
		PLAIN(b, k->legacy.number);
		buf_adds(b, ". [[Tanpa janji empat jam.]]</p>\n");
	}
	add_time_left(b, promise_of(l->p, k), now_ms);
}

/* A page that lies open is asked for again when its time is over, and there is nothing then. */
static void
add_glass(struct http_req *r, struct buf *b, const struct looking *l, int64_t now_ms)
{
	char line[64];

	snprintf(line, sizeof(line), "%lld; url=/kasus/%s", (long long)((l->glass_ms - now_ms) / 1000 + 1), l->code.s);
	http_add_header(r, "Refresh", line);
	buf_adds(b, "<p class=\"pesan buruk\" role=\"status\">[[Terbuka untuk Anda sampai]] ");
	add_said_time(b, l->glass_ms);
	buf_adds(b, ". [[Alasan Anda tercatat, dan dua orang lain sudah diberi tahu.]]</p>\n");
}

struct readers { struct buf rows; const struct console *c; };

static int
add_reader(const char *officer, int64_t at_ms, void *arg)
{
	struct readers *x = arg;
	const struct officer *o = officer_find(&x->c->h.roster, officer);

	buf_adds(&x->rows, "<li>");
	add_said_time(&x->rows, at_ms);
	buf_adds(&x->rows, " ");
	PLAIN(&x->rows, o != NULL ? o->name : officer);
	if (o != NULL) {
		buf_adds(&x->rows, ", ");
		PLAIN(&x->rows, console_unit_name(x->c, o->unit));
	}
	buf_adds(&x->rows, "</li>\n");
	return 0;
}

/* Who had opened it while it was open to more than now. */
static void
add_readers(struct buf *b, struct console *c, const struct looking *l)
{
	struct readers x = { .c = c };

	if (readers_each(&c->h.st, l->code.s, add_reader, &x) != 0)
		buf_adds(b, "<p>[[Siapa yang sudah membacanya belum dapat dibaca; muat ulang halaman ini.]]</p>\n");
	else if (x.rows.len > 0) {
		buf_adds(b, "<h2>[[Sudah membukanya sebelum dirahasiakan]]</h2>\n<ul>\n");
		buf_add(b, x.rows.data, x.rows.len);
		buf_adds(b, "</ul>\n");
	}
	buf_release(&x.rows);
}

void
answer_case_page(struct http_req *r, struct console *c, struct looking *l, int status,
    const char *message, int good, const char *kept_note)
{
	int64_t now_ms = house_now_ms(&c->h);
	struct buf b = { 0 };

	add_said_message(&b, message, good);
	if (l->glass_ms != 0)
		add_glass(r, &b, l, now_ms);
	add_case_head(&b, c, l, now_ms);
	if (l->s.c.state == CASE_BARU && access_may(c->h.policy, l->w.officer, SEE_TRIAGE, NULL))
		buf_addf(&b, "<p class=\"jalan\"><a class=\"tombol-kecil\" href=\"/triase/%s\">[[Baca di meja]]</a></p>\n", l->code.s);
	buf_adds(&b, "<div class=\"dua\"><div>\n");
	add_case_words(&b, l);
	add_photo_words(&b, c, l);
	/* only a picture says anew what the desk has already decided by the words */
	if (l->s.c.files_n > 0 && l->s.c.state != CASE_DITUTUP && l->opened && access_may(c->h.policy, l->w.officer, SEE_TRIAGE, NULL))
		add_candidates(&b, c, l, 0);
	if (!l->s.archived)
		add_actions(&b, c, l, kept_note);
	buf_adds(&b, "</div><div>\n<h2>[[Keterangan]]</h2>\n");
	add_case_facts(&b, c, l);
	add_case_map(&b, c, l);
	add_ledger_table(&b, c, &l->s.c, now_ms);
	add_timeline(&b, c, l);
	if (l->s.c.sealed)
		add_readers(&b, c, l);
	buf_adds(&b, "</div></div>\n");
	frame_answer(r, c, &l->w, status, l->code.s, "", &b);
	buf_wipe(&b);
}

void
get_case_page(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct looking l;

	if (looking_begin(r, c, &l, 0)) {
		size_t len = 0;

		l.all_units = http_req_query(r, "unit", &len) != NULL;
		answer_case_page(r, c, &l, 200, "", 0, "");
	}
	looking_release(&l);
}

/* ---- files ---- */

static const char *
type_of(const char *name)
{
	static const struct { const char *ext, *type; } types[] = { { ".jpg", "image/jpeg" },
	    { ".png", "image/png" }, { ".pdf", "application/pdf" } };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < N_ELEMS(types); i++)
		if (strcmp(types[i].ext, dot) == 0)
			return types[i].type;
	return "application/octet-stream";
}

void
get_case_file(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const char *slash = strchr(http_req_tail(r), '/');
	struct buf data = { 0 }, name = { 0 };
	struct looking l;

	if (!looking_begin(r, c, &l, 0)) {
		looking_release(&l);
		return;
	}
	if (l.s.c.sealed && !gate_proven(r, c, &l.w))
		;			/* what a child sent is not opened by whoever finds a screen unlocked */
	else if (slash == NULL || !l.opened || l.blur.area != NULL || stored_case_has_file(&l.s, &c->h.st, slash + 1) != 1)
		http_answer_problem(r, 404, "Not Found", "Tidak ada berkas itu.");
	else if (filed_get(&c->h.st, &l.keys.key, slash + 1, &data) != 0)
		http_answer_problem(r, 404, "Not Found", "Berkas itu tidak dapat dibuka.");
	else if (note_look(c, &l, "berkas-dibuka", slash + 1) != 0)
		http_answer_problem(r, 503, "Service Unavailable", "Pembacaan harus tercatat; coba lagi.");
	else {
		buf_addf(&name, "attachment; filename=\"%s\"", slash + 1);
		http_add_header(r, "Content-Disposition", buf_str(&name));
		http_answer(r, 200, type_of(slash + 1), &data);
	}
	buf_wipe(&data);
	buf_release(&name);
	looking_release(&l);
}
