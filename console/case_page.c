#include "console/case_page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/message.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/filed.h"
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

/* 1 when he may go on; 0: he was asked. */
static int
has_said_why(struct http_req *r, struct console *c, struct looking *l, int because)
{
	size_t len = 0;

	if (!access_needs_why(c->h.policy, l->w.officer, &l->a))
		return 1;
	l->why = because ? http_req_field(r, "alasan", &len) : NULL;
	if (l->why != NULL && strlen(l->why) == len && len >= WHY_LEAST && len <= WHY_MOST)
		return 1;
	ask_why(r, c, l, because ? "Tulis alasannya, 20 sampai 500 huruf." : "");
	return 0;
}

static int
begin(struct http_req *r, struct console *c, struct looking *l, int changes, int because)
{
	const char *tail = http_req_tail(r);
	char lookup[LOOKUP_TEXT], code[CODE_CHARS + 2];

	memset(l, 0, sizeof(*l));
	if (!(changes ? gate_change(r, c, &l->w) : gate(r, c, &l->w)))
		return 0;
	snprintf(code, sizeof(code), "%.*s", (int)strcspn(tail, "/"), tail);
	if (code_parse(&l->code, code, strlen(code)) != 0)
		return answer_not_there(r);
	if (cases_load(&c->h.st, &l->code, 1, &l->s) != 0) {
		http_add_header(r, "Retry-After", "5");
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
		return 0;
	}
	if (!l->s.there || !l->s.readable || l->s.version == 0 ||
	    (l->p = version_policy(&c->h.versions, &c->h.st, l->s.c.policy)) == NULL)
		return answer_not_there(r);
	access_case_of(&l->a, &l->s.c, l->w.officer);
	if (!access_may(c->h.policy, l->w.officer, SEE_CASE, &l->a))
		return answer_not_there(r);
	if (!has_said_why(r, c, l, because))
		return 0;
	if (stored_case_open(&l->s, &c->h.st, &l->keys, &l->words, lookup) == 0) {
		if (access_may(c->h.policy, l->w.officer, SEE_WORDS, &l->a))
			l->opened = 1;
		else
			laporan_release(&l->words);
	}
	if (l->s.c.sealed && note_look(c, l, "lihat", l->why != NULL ? l->why : http_req_path(r)) != 0) {
		http_answer_problem(r, 503, "Service Unavailable",
		    "Pembacaan kasus tertutup harus tercatat, dan itu belum bisa; coba lagi.");
		return 0;
	}
	return 1;
}

int
looking_begin(struct http_req *r, struct console *c, struct looking *l, int changes)
{
	return begin(r, c, l, changes, 0);
}

int
looking_begin_because(struct http_req *r, struct console *c, struct looking *l)
{
	return begin(r, c, l, 1, 1);
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
		buf_add_wib_short(b, k->met_ms);
		buf_adds(b, k->breached_ms != 0 ? ", [[setelah lewat batas]].</p>\n" : ", [[tepat waktu]].</p>\n");
		return;
	}
	if (k->state != CLOCK_RUNNING)
		return;
	buf_addf(b, "<p class=\"%s\">", k->due_ms < now_ms ? "lewat" : "");
	buf_adds(b, k->due_ms < now_ms ? "[[Lewat]] " : "[[Sisa waktu menangani:]] ");
	buf_add_duration(b, k->due_ms < now_ms ? now_ms - k->due_ms : k->due_ms - now_ms, "id");
	buf_adds(b, k->due_ms < now_ms ? " [[dari batas]] " : ", [[batas]] ");
	buf_add_wib_short(b, k->due_ms);
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

/* What it is part of: who leads, or how many reported it. */
static void
add_incident(struct buf *b, const struct case_record *k)
{
	if (k->lead[0] != '\0')
		buf_addf(b, "mengikuti <a class=\"kode\" href=\"/kasus/%s\">%s</a>", k->lead, k->lead);
	else if (k->voices > 1)
		buf_addf(b, "%d suara, <a href=\"/insiden/%s\">lihat kejadiannya</a>", k->voices, k->code.s);
	if (k->apart)
		buf_adds(b, "bahaya tersendiri dari sebuah kejadian");
}

const char *
console_truth_words(enum truth t)
{
	static const char *const words[] = { [TRUTH_UNVERIFIED] = "belum dipastikan",
	    [TRUTH_SECOND] = "ada pelapor kedua", [TRUTH_RT] = "dipastikan RT",
	    [TRUTH_SCENE] = "dipastikan di lokasi", [TRUTH_UNFOUNDED] = "ternyata tidak benar" };

	return words[t];
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
	ROW(b, "[[Laporan masuk]]", buf_add_wib_short(&v, k->received_ms));
	ROW(b, "[[Pelapor]]", if (l->opened && access_may(c->h.policy, l->w.officer, SEE_REPORTER, &l->a))
	    add_reporter(&v, &l->words);
	    else if (k->hide_reporter) buf_adds(&v, "[[minta tidak disebut; tanyalah lewat tombol di bawah]]"));
	ROW(b, "[[Kebenaran]]", if (k->lead[0] != '\0' || k->voices > 1 || k->truth != TRUTH_UNVERIFIED)
	    buf_adds(&v, console_truth_words(k->truth)));
	ROW(b, "[[Kejadian]]", add_incident(&v, k));
	ROW(b, "[[Menunggu sampai]]", if (k->state == CASE_MENUNGGU) buf_add_wib_short(&v, k->wait_until_ms));
	ROW(b, "[[Masalah lain dari laporan ini]]",
	    if (k->twin[0] != '\0') buf_addf(&v, "<a class=\"kode\" href=\"/kasus/%s\">%s</a>", k->twin, k->twin));
	ROW(b, "[[Ditanyakan kepada pelapor]]", PLAIN(&v, question_name(k->question.what)));
	buf_adds(b, "</dl>\n");
}

static void
add_files(struct buf *b, const struct looking *l)
{
	for (int i = 0; l->opened && i < l->s.c.files_n; i++) {
		const char *name = l->s.c.files[i], *dot = strrchr(name, '.');
		int picture = dot != NULL && (strcmp(dot, ".jpg") == 0 || strcmp(dot, ".png") == 0);

		buf_addf(b, "<p><a href=\"/berkas/%s/%s\">%sberkas %d</a></p>\n", l->code.s, name,
		    picture ? "" : "buka ", i + 1);
		if (picture)
			buf_addf(b, "<img class=\"foto\" src=\"/berkas/%s/%s\" alt=\"foto %d dari %s\" loading=\"lazy\">\n",
			    l->code.s, name, i + 1, strcmp(name, l->s.c.photo.file) == 0 ? "petugas" : "pelapor");
	}
}

/* ---- what was done ---- */

struct timeline { struct buf *b; const struct console *c; const struct looking *l; };

static void
add_actor(struct buf *b, const struct console *c, const char *actor, const char *by)
{
	const struct officer *o = actor != NULL ? officer_find(&c->h.roster, actor) : NULL;

	if (o != NULL) {
		PLAIN(b, o->name);
		buf_adds(b, ", ");
		PLAIN(b, console_unit_name(c, o->unit));
	} else {
		PLAIN(b, actor != NULL ? actor : by != NULL ? by : "sistem");
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
		{ "pecah", "[[bahaya tersendiri, dipisahkan]]" }, { "kebenaran", "[[menetapkan kebenarannya]]" },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		if (strcmp(rows[i].what, what) == 0) {
			buf_adds(b, rows[i].words);
			return;
		}
	PLAIN(b, what);
}

static void
add_escalation_words(struct buf *b, const struct console *c, const json_t *esc)
{
	static const struct { const char *kind, *words; } kinds[] = { { "warning", "peringatan" },
	    { "breach", "lewat batas" }, { "rung", "naik" }, { "passed", "dilewati" } };
	const char *kind = json_string_value(json_object_get(esc, "kind"));
	const char *told = json_string_value(json_object_get(esc, "told"));
	const char *clock = json_string_value(json_object_get(esc, "clock"));

	for (size_t i = 0; kind != NULL && i < N_ELEMS(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			buf_adds(b, kinds[i].words);
	if (told != NULL && told[0] != '\0') {
		buf_adds(b, " ke ");
		PLAIN(b, console_unit_name(c, told));
	}
	buf_adds(b, ": ");
	console_add_missing(b, clock != NULL ? clock : "");
}

static int
is_for_another(const json_t *doc)
{
	const char *by = json_string_value(json_object_get(doc, "by"));

	return by != NULL && (strcmp(by, "router") == 0 || strcmp(by, "warga") == 0);
}

static int
add_step(const struct log_line *line, void *arg)
{
	struct timeline *t = arg;
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);
	const json_t *esc = json_object_get(doc, "esc");
	const char *what = json_string_value(json_object_get(doc, "what"));
	struct buf note = { 0 };
	int64_t at = json_integer_value(json_object_get(doc, "at"));

	if (doc == NULL || what == NULL || strcmp(what, "tinjau") == 0)
		goto out;
	buf_adds(t->b, "<li><time datetime=\"");
	buf_add_wib_iso(t->b, at);
	buf_adds(t->b, "\">");
	buf_add_wib_short(t->b, at);
	buf_adds(t->b, "</time> ");
	if (esc != NULL) {
		add_escalation_words(t->b, t->c, esc);
	} else {
		buf_adds(t->b, "<strong>");
		add_event_words(t->b, what);
		/* what the router or a citizen did has an actor only where an officer wrote it down for him */
		buf_adds(t->b, json_object_get(doc, "actor") != NULL && is_for_another(doc) ? "</strong>, dicatat oleh " :
		    "</strong>, ");
		add_actor(t->b, t->c, json_string_value(json_object_get(doc, "actor")),
		    json_string_value(json_object_get(doc, "by")));
	}
	if (t->l->opened && logbook_note(line, &t->l->keys.key, &note) == 0 && note.len > 0) {
		buf_adds(t->b, "<blockquote>");
		buf_add_shown(t->b, buf_str(&note), note.len);
		buf_adds(t->b, "</blockquote>");
	}
	buf_adds(t->b, "</li>\n");
out:
	buf_wipe(&note);
	json_decref(doc);
	return 0;
}

static void
add_ledger_table(struct buf *b, const struct console *c, const struct case_record *k, int64_t now_ms)
{
	static const struct { const char *holder, *words; } known[] = { { HOLDER_GATEWAY, "[[Gerbang pesan]]" },
	    { HOLDER_QUEUE, "[[Antrean]]" }, { HOLDER_TRIAGE, "[[Meja 112]]" }, { HOLDER_RESIDENT, "[[Menunggu warga]]" },
	    { HOLDER_WAITING, "[[Menunggu dengan izin]]" }, { HOLDER_OTHERS, "[[Lainnya]]" } };
	int open = k->ledger.holder[0] != '\0';

	for (int i = 0; i < k->ledger.n; i++)
		open &= strcmp(k->ledger.rows[i].holder, k->ledger.holder) != 0;
	buf_adds(b, "<h2>[[Waktu di siapa]]</h2>\n<table><tbody>\n");
	for (int i = 0; i < k->ledger.n + open; i++) {
		const char *holder = i < k->ledger.n ? k->ledger.rows[i].holder : k->ledger.holder;
		const char *words = NULL;

		for (size_t n = 0; n < N_ELEMS(known); n++)
			if (strcmp(known[n].holder, holder) == 0)
				words = known[n].words;
		buf_adds(b, "<tr><td>");
		if (words != NULL)
			buf_adds(b, words);
		else
			PLAIN(b, console_unit_name(c, holder));
		buf_adds(b, "</td><td class=\"n\">");
		buf_add_duration(b, ledger_of(&k->ledger, holder, now_ms), "id");
		buf_adds(b, "</td></tr>\n");
	}
	buf_adds(b, "</tbody></table>\n");
}

/* ---- the page ---- */

void
add_case_words(struct buf *b, const struct looking *l)
{
	if (l->opened && l->words.text != NULL) {
		buf_adds(b, "<h2>[[Yang dilaporkan]]</h2>\n<blockquote>");
		buf_add_shown(b, l->words.text, strlen(l->words.text));
		if (l->words.where != NULL) {
			buf_adds(b, "\n\nTempat menurut pelapor: ");
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
	buf_addf(b, "</h1>\n<p><span class=\"lencana %s\">[[%s]]</span> %s%s%s</p>\n", urgency_name(k->urgency),
	    urgency_name(k->urgency), k->sealed ? "<span class=\"lencana\">[[tertutup]]</span> " : "",
	    k->latihan ? "<span class=\"lencana latihan\">[[LATIHAN]]</span> " : "",
	    l->s.archived ? "<span class=\"lencana\">[[arsip]]</span>" : "");
	add_time_left(b, promise_of(l->p, k), now_ms);
}

void
answer_case_page(struct http_req *r, struct console *c, struct looking *l, int status,
    const char *message, int good, const char *kept_note)
{
	int64_t now_ms = house_now_ms(&c->h);
	struct buf b = { 0 };
	struct timeline t = { &b, c, l };

	if (message[0] != '\0') {
		buf_addf(&b, "<p class=\"pesan %s\" role=\"%s\">", good ? "baik" : "buruk", good ? "status" : "alert");
		PLAIN(&b, message);
		buf_adds(&b, "</p>\n");
	}
	add_case_head(&b, c, l, now_ms);
	if (l->s.c.state == CASE_BARU && access_may(c->h.policy, l->w.officer, SEE_TRIAGE, NULL))
		buf_addf(&b, "<p class=\"jalan\"><a class=\"tombol-kecil\" href=\"/triase/%s\">[[Baca di meja]]</a></p>\n", l->code.s);
	buf_adds(&b, "<div class=\"dua\"><div>\n");
	add_case_words(&b, l);
	add_photo_words(&b, c, l);
	if (!l->s.archived)
		add_actions(&b, c, l, kept_note);
	buf_adds(&b, "</div><div>\n<h2>[[Keterangan]]</h2>\n");
	add_case_facts(&b, c, l);
	add_ledger_table(&b, c, &l->s.c, now_ms);
	buf_adds(&b, "<h2>[[Riwayat]]</h2>\n<ol class=\"riwayat\">\n");
	if (logbook_read_these(&c->h.st, buf_str(&l->s.seqs), add_step, &t) != 0)
		buf_adds(&b, "<li>[[Riwayat belum dapat dibaca; muat ulang halaman ini.]]</li>\n");
	buf_adds(&b, "</ol>\n</div></div>\n");
	frame_answer(r, c, &l->w, status, l->code.s, "", &b);
	buf_wipe(&b);
}

void
get_case_page(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct looking l;

	if (looking_begin(r, c, &l, 0))
		answer_case_page(r, c, &l, 200, "", 0, "");
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
	if (slash == NULL || !l.opened || stored_case_has_file(&l.s, &c->h.st, slash + 1) != 1)
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
