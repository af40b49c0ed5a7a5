/* /impor: old complaints from a file, for administrators: first what is wrong with it, then the rows that are right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "console/desk.h"
#include "console/fields.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "router/judge.h"
#include "store/legacy.h"
#include "store/table.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))
#define STEP_ROWS 20		/* in one turn: others wait no longer than these take */
#define LISTED 200		/* mistakes that the page shows; all are counted */
#define HERE "/impor"

/* One file at a time.  Its words are people's: they leave with the answer, or after console.prove. */
struct importing {
	struct console *c;
	struct event *turn;
	struct buf text;
	struct legacy_file *file;
	struct legacy_run run;
	struct judge judge;
	char by[OFFICER_ID_CHARS];
	int64_t begun_ms;
	int running, checked;		/* checked: read through once, and not written yet */
	struct legacy_mistake mistakes[LISTED]; size_t mistakes_n;
};

static void
on_mistake(const struct legacy_mistake *m, void *arg)
{
	struct importing *i = arg;

	if (i->mistakes_n < LISTED)
		i->mistakes[i->mistakes_n++] = *m;
}

static void
forget_file(struct importing *i)
{
	legacy_close(i->file);
	i->file = NULL;
	judge_release(&i->judge);
	buf_wipe(&i->text);
	i->checked = 0;
}

void
importing_free(struct importing *i)
{
	if (i == NULL)
		return;
	forget_file(i);
	if (i->turn != NULL)
		event_free(i->turn);
	free(i);
}

static void
turn_after(struct importing *i, int64_t ms)
{
	const struct timeval nap = ms_to_timeval(ms);

	if (event_add(i->turn, &nap) != 0) {
		log_error("import_stopped", "err=\"no timer\"");
		i->running = 0;
		forget_file(i);
	}
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct importing *i = arg;

	(void)fd, (void)what;
	if (!i->running) {		/* nobody has confirmed it */
		forget_file(i);
		return;
	}
	if (legacy_step(&i->c->h, &i->run, STEP_ROWS)) {
		turn_after(i, 1);
		return;
	}
	i->running = 0;
	i->checked = !i->run.write && !i->run.sum.failed;
	log_info("imported", "by=%s write=%d rows=%zu open=%zu closed=%zu there=%zu faulty=%zu failed=%d", i->by,
	    i->run.write, i->run.sum.rows, i->run.sum.open, i->run.sum.closed, i->run.sum.there,
	    i->run.sum.faulty + i->run.sum.refused, i->run.sum.failed);
	if (i->checked)
		turn_after(i, i->c->h.set.session_prove_ms);
	else
		forget_file(i);
}

static void
begin(struct importing *i, const char *by, int write)
{
	i->run = (struct legacy_run){ .file = i->file, .write = write, .by = i->by, .cb = on_mistake, .arg = i,
	    .judge = judge_words, .judge_arg = &i->judge };
	snprintf(i->by, sizeof(i->by), "%s", by);
	i->begun_ms = house_now_ms(&i->c->h);
	i->mistakes_n = 0;
	i->running = 1;
	i->checked = 0;
	turn_after(i, 1);
}

static struct importing *
importing_of(struct console *c)
{
	if (c->importing == NULL) {
		c->importing = xcalloc(1, sizeof(*c->importing));
		c->importing->c = c;
		c->importing->turn = event_new(c->d->base, -1, 0, on_turn, c->importing);
		if (c->importing->turn == NULL)
			abort();		/* out of memory, as xcalloc() */
	}
	return c->importing;
}

/* ---- the page ---- */

static void
begin_form(struct buf *b, const struct who *w, const char *act)
{
	buf_adds(b, "<form method=\"post\" action=\"" HERE "\" enctype=\"multipart/form-data\">");
	frame_add_token(b, w);
	buf_addf(b, "<input type=\"hidden\" name=\"aksi\" value=\"%s\">", act);
}

static void
add_upload(struct buf *b, const struct console *c, const struct who *w)
{
	buf_adds(b, "<h2>[[Berkas]]</h2>\n");
	begin_form(b, w, "periksa");
	buf_addf(b, "<label>[[CSV atau XLSX, sampai]] %lld MB"
	    "<input type=\"file\" name=\"berkas\" required accept=\".csv,.xlsx\"></label>"
	    "<button>[[Periksa]]</button></form>\n<p class=\"hint\">[[Kolom yang harus ada: sumber, nomor, diterima, isi. Boleh ada: "
	    "kategori, urgensi, tempat, lokasi, unit, nama, telepon, ditangani, ditutup, hasil. Baris tanpa waktu ditutup menjadi "
	    "tugas warisan unitnya, tanpa jam. Tidak ada SMS yang dikirim.]]</p>\n",
	    (long long)(c->h.set.import_bytes / 1000000));
}

static void
add_mistakes(struct buf *b, const struct importing *i)
{
	size_t all = i->run.sum.faulty + i->run.sum.refused;

	if (i->mistakes_n == 0)
		return;
	buf_adds(b, "<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"[[Baris yang salah]]\"><table><thead><tr>"
	    "<th scope=\"col\" class=\"n\">[[Baris]]</th><th scope=\"col\">[[Kolom]]</th><th scope=\"col\">[[Yang salah]]</th>"
	    "<th scope=\"col\">[[Yang diharapkan]]</th></tr></thead><tbody>\n");
	for (size_t m = 0; m < i->mistakes_n; m++) {
		buf_addf(b, "<tr><td class=\"n\">%d</td><td class=\"kode\" lang=\"id\">%s</td><td lang=\"id\">", i->mistakes[m].line, i->mistakes[m].column);
		PLAIN(b, i->mistakes[m].wrong);
		buf_adds(b, "</td><td lang=\"id\">");
		PLAIN(b, i->mistakes[m].expected);
		buf_adds(b, "</td></tr>\n");
	}
	buf_adds(b, "</tbody></table></div>\n");
	if (i->mistakes_n == LISTED)
		buf_addf(b, "<p class=\"hint\">[[Hanya]] %d [[yang pertama;]] %zu [[baris salah.]]</p>\n", LISTED, all);
}

static void
add_confirm(struct buf *b, const struct importing *i, const struct who *w)
{
	size_t n = i->run.sum.open + i->run.sum.closed;

	if (n > 0) {
		begin_form(b, w, "masukkan");
		buf_addf(b, "<button>[[Masukkan]] %zu [[baris yang benar]]</button></form>\n", n);
	}
	begin_form(b, w, "buang");
	buf_adds(b, "<button class=\"lain\">[[Buang berkas ini]]</button></form>\n");
}

static void
add_state(struct buf *b, const struct importing *i, const struct who *w)
{
	const struct legacy_sum *s = &i->run.sum;
	int ours = strcmp(i->by, w->officer->id) == 0;

	if (i->begun_ms == 0)
		return;
	if (i->running) {
		buf_addf(b, "<p class=\"pesan\" role=\"status\">%s: [[baris]] %zu [[dari]] %zu. <a href=\"" HERE "\">[[Muat ulang]]</a></p>\n",
		    i->run.write ? "[[Memasukkan]]" : "[[Memeriksa]]", s->read, s->rows);
		return;
	}
	buf_addf(b, "<h2>%s</h2>\n<p>%zu [[baris]]: %zu %s [[terbuka (warisan)]], %zu %s [[selesai (riwayat)]], %zu [[sudah ada]], "
	    "%zu [[salah]].</p>\n", i->run.write ? "[[Hasil impor]]" : "[[Hasil pemeriksaan, belum ada yang masuk]]", s->rows, s->open,
	    i->run.write ? "[[masuk sebagai]]" : "[[akan masuk sebagai]]", s->closed, i->run.write ? "[[masuk sebagai]]" : "[[akan masuk sebagai]]",
	    s->there, s->faulty + s->refused);
	if (s->failed) {
		buf_adds(b, "<p class=\"pesan buruk\" role=\"alert\">[[Berhenti di tengah:]] ");
		add_said(b, i->run.why);
		buf_adds(b, ". [[Unggah lagi; yang sudah masuk tidak masuk dua kali.]]</p>\n");
	}
	add_mistakes(b, i);
	if (i->checked && ours)
		add_confirm(b, i, w);
}

static void
answer_import(struct http_req *r, struct console *c, const struct who *w, int status, const char *message)
{
	struct importing *i = importing_of(c);
	struct buf b = { 0 };

	buf_adds(&b, "<h1>[[Impor laporan lama]]</h1>\n");
	add_said_message(&b, message, 0);
	add_state(&b, i, w);
	if (!i->running)
		add_upload(&b, c, w);
	buf_adds(&b, "<p><a href=\"/papan?daftar=warisan\">[[Laporan lama yang masih terbuka]]</a></p>\n");
	frame_answer(r, c, w, status, "[[Impor laporan lama]]", "/sistem", &b);
	buf_release(&b);
}

void
get_import(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate_for(r, c, &w, SEE_SYSTEM))
		answer_import(r, c, &w, 200, "");
}

/* ---- what is done ---- */

static const char *
check_file(struct http_req *r, struct importing *i, const struct who *w, struct buf *errors)
{
	struct console *c = i->c;
	size_t len = 0;
	const char *bytes = http_req_file(r, &len);

	if (bytes == NULL || len == 0)
		return SAID("pilih satu berkas CSV atau XLSX dahulu");
	forget_file(i);
	if (table_of_bytes(&c->h.set, "berkas", bytes, len, &i->text, errors) != 0 ||
	    (i->file = legacy_open("berkas", buf_str(&i->text), i->text.len, errors)) == NULL) {
		forget_file(i);
		return buf_str(errors);
	}
	begin(i, w->officer->id, 0);
	return NULL;
}

static const char *
write_file(struct importing *i, const struct who *w)
{
	if (!i->checked || strcmp(i->by, w->officer->id) != 0)
		return SAID("tidak ada berkas yang sudah diperiksa; unggah dahulu");
	begin(i, w->officer->id, 1);
	return NULL;
}

void
post_import(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct importing *i = importing_of(c);
	const char *wrong = NULL;
	struct buf errors = { 0 };
	struct who w;
	char *act;

	if (!gate_change(r, c, &w))
		return;
	if (!access_may(c->h.policy, w.officer, SEE_SYSTEM, NULL)) {
		http_answer_problem(r, 403, "Forbidden", "Impor laporan lama hanya untuk admin.");
		return;
	}
	if (!gate_proven(r, c, &w))
		return;
	act = form_field(r, "aksi");
	if (i->running)
		wrong = SAID("sebuah berkas sedang diproses; tunggu sampai selesai");
	else if (strcmp(act, "periksa") == 0)
		wrong = check_file(r, i, &w, &errors);
	else if (strcmp(act, "masukkan") == 0)
		wrong = write_file(i, &w);
	else if (strcmp(act, "buang") == 0)
		forget_file(i);
	else
		wrong = SAID("formulir ini tidak utuh; muat ulang halamannya");
	free(act);
	if (wrong != NULL)
		answer_import(r, c, &w, 422, wrong);
	else
		http_answer_redirect(r, 303, HERE);
	buf_release(&errors);
}
