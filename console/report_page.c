/* /laporan, /laporan.csv and /laporan.xlsx: what units did in a period. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/book.h"
#include "console/frame.h"
#include "console/reckon.h"
#include "console/report.h"
#include "lib/escape.h"
#include "lib/log.h"

/* What leaves the console as a file, and what a browser shows. */
enum report_form { FORM_PAGE, FORM_CSV, FORM_XLSX };
struct performance {
	struct reckoning k;
	struct report *report;
	enum report_by by;
	enum report_form form;
};

/* ---- the table ---- */

static const struct { const char *name, *title, *column; } kinds[BY_N] = {
	[BY_UNIT] = { "unit", SAID("Per unit"), SAID("Unit") },
	[BY_KECAMATAN] = { "kecamatan", SAID("Per kecamatan"), SAID("Kecamatan") },
};

static void
group_name(struct buf *b, const struct performance *p, const struct report_row *row)
{
	const struct place *place;

	if (row->small > 0)
		buf_addf(b, "%d lainnya, masing-masing sedikit", row->small);
	else if (row->group[0] == '\0')
		buf_adds(b, p->by == BY_UNIT ? SAID("Meja 112, belum diberi unit") : SAID("Tempat belum jelas"));
	else if (p->by == BY_UNIT)
		buf_adds(b, console_unit_name(p->k.c, row->group));
	else if ((place = place_find(p->k.c->h.policy->places, row->group)) != NULL)
		buf_adds(b, place->name);
	else
		buf_adds(b, row->group);
}

static void
add_time(struct buf *b, const struct report_times *t, int64_t ms)
{
	buf_adds(b, "<td class=\"n\">");
	if (t->n == 0)
		buf_adds(b, "&ndash;");
	else
		add_said_duration(b, ms);
	buf_adds(b, "</td>");
}

static void
add_row(struct buf *b, const struct performance *p, const struct report_row *row, const char *name)
{
	static const enum report_end shown[] = { END_CONFIRMED, END_UNCONFIRMED, END_REJECTED, END_DUPLICATE,
	    END_WITHDRAWN, END_OPEN };
	struct buf words = { 0 };

	if (name == NULL)
		group_name(&words, p, row);
	else
		buf_adds(&words, name);
	buf_adds(b, "<tr><th scope=\"row\">");
	if (row->small > 0)
		buf_addf(b, "%d [[lainnya, masing-masing sedikit]]", row->small);
	else if (name != NULL || row->group[0] == '\0')
		add_said(b, buf_str(&words));
	else
		buf_add_html(b, buf_str(&words), words.len);
	buf_addf(b, "</th><td class=\"n\">%zu</td>", row->count);
	add_time(b, &row->taken, row->taken.median_ms);
	add_time(b, &row->taken, row->taken.p90_ms);
	add_time(b, &row->handled, row->handled.median_ms);
	add_time(b, &row->handled, row->handled.p90_ms);
	add_time(b, &row->resolved, row->resolved.median_ms);
	add_time(b, &row->resolved, row->resolved.p90_ms);
	buf_addf(b, "<td class=\"n\">%zu</td><td class=\"n\">%zu</td>", row->late, row->reopened);
	for (size_t i = 0; i < N_ELEMS(shown); i++)
		buf_addf(b, "<td class=\"n\">%zu</td>", row->ends[shown[i]]);
	buf_adds(b, "</tr>\n");
	buf_release(&words);
}

static void
add_query(struct buf *b, const struct performance *p, enum report_by by)
{
	buf_addc(b, '?');
	reckon_add_range(b, &p->k, "&amp;");
	buf_addf(b, "&amp;per=%s", kinds[by].name);
}

static void
add_form(struct buf *b, const struct performance *p, const struct officer *o)
{
	buf_adds(b, "<form method=\"get\" action=\"/laporan\" class=\"rentang\">");
	reckon_add_fields(b, &p->k);
	buf_addf(b, "<input type=\"hidden\" name=\"per\" value=\"%s\"><button>[[Hitung]]</button></form>\n<p class=\"pilihan\">",
	    kinds[p->by].name);
	for (int i = 0; i < BY_N; i++) {
		if ((enum report_by)i == p->by) {
			buf_addf(b, "<strong>[[%s]]</strong> ", kinds[i].title);
			continue;
		}
		buf_adds(b, "<a href=\"/laporan");
		add_query(b, p, (enum report_by)i);
		buf_addf(b, "\">[[%s]]</a> ", kinds[i].title);
	}
	if (access_may(p->k.c->h.policy, o, SEE_EXPORT, NULL)) {
		buf_adds(b, "<a href=\"/laporan.csv");
		add_query(b, p, p->by);
		buf_adds(b, "\">[[Unduh CSV]]</a> <a href=\"/laporan.xlsx");
		add_query(b, p, p->by);
		buf_adds(b, "\">[[Unduh XLSX]]</a>");
	}
	buf_adds(b, " <a href=\"/laporan/berulang\">[[Masalah berulang]]</a> <a href=\"/laporan/kejanggalan?");
	reckon_add_range(b, &p->k, "&amp;");
	buf_adds(b, "\">[[Kejanggalan]]</a></p>\n");
}

/* What was imported stands beside the table, never in it: nobody here promised anything for it. */
static void
add_legacy(struct buf *b, const struct performance *p)
{
	size_t open, n = report_legacy(p->report, &open);

	if (n == 0)
		return;
	buf_adds(b, "<p>[[Laporan lama (impor) yang diterima dalam rentang ini:]] ");
	if (n < GROUP_LEAST)
		buf_addf(b, "[[kurang dari]] %d", GROUP_LEAST);
	else
		buf_addf(b, "%zu", n);
	if (open >= GROUP_LEAST)
		buf_addf(b, ", %zu [[masih terbuka]]", open);
	buf_adds(b, ". [[Tidak dihitung dalam tabel.]] <a href=\"/papan?daftar=warisan\">[[Yang masih terbuka]]</a></p>\n");
}

static void
answer_page(struct performance *p, const struct report_row *rows, size_t n, const struct report_row *total)
{
	struct buf b = { 0 };

	buf_addf(&b, "<h1>[[Laporan kinerja]]</h1>\n");
	add_form(&b, p, p->k.w.officer);
	buf_addf(&b, "<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"[[Tabel kinerja]]\">"
	    "<table class=\"kinerja\"><thead><tr><th rowspan=\"2\" scope=\"col\">[[%s]]</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">[[Jumlah kasus]]</th><th colspan=\"2\" scope=\"colgroup\">[[Sampai diterima]]</th>"
	    "<th colspan=\"2\" scope=\"colgroup\">[[Sampai ditangani]]</th><th colspan=\"2\" scope=\"colgroup\">[[Sampai selesai]]</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">[[Lewat batas]]</th><th rowspan=\"2\" scope=\"col\" class=\"n\">[[Dibuka lagi]]</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">[[Dibenarkan warga]]</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">[[Ditutup, belum dikonfirmasi]]</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">[[Ditolak]]</th><th rowspan=\"2\" scope=\"col\" class=\"n\">[[Ganda]]</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">[[Dicabut]]</th><th rowspan=\"2\" scope=\"col\" class=\"n\">[[Masih terbuka]]</th></tr>\n<tr>",
	    kinds[p->by].column);
	for (int i = 0; i < 3; i++)
		buf_adds(&b, "<th scope=\"col\" class=\"n\">median</th><th scope=\"col\" class=\"n\">90%</th>");
	buf_adds(&b, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < n; i++)
		add_row(&b, p, &rows[i], NULL);
	if (total->count >= GROUP_LEAST)
		add_row(&b, p, total, SAID("Semua"));
	buf_adds(&b, "</tbody></table></div>\n");
	if (total->count < GROUP_LEAST)
		buf_addf(&b, "<p class=\"kosong\">[[Hanya]] %zu [[kasus masuk dalam rentang ini; di bawah]] %d [[kasus tidak ada angka "
		    "yang ditampilkan.]]</p>\n", total->count, GROUP_LEAST);
	add_legacy(&b, p);
	buf_addf(&b, "<p class=\"hint\">[[Sampai catatan ke-]]%" PRId64 ". [[Median: separuh kasus lebih cepat dari itu]]; 90%%: [[sembilan dari sepuluh]]. "
	    "[[Yang dibenarkan warga dan yang ditutup tanpa konfirmasi tidak pernah dijumlahkan. Latihan dan kasus tertutup tidak "
	    "dihitung. Unit atau kecamatan dengan kurang dari]] %d [[kasus digabung dalam satu baris, bila perlu bersama yang berikutnya, "
	    "supaya tidak ada angka tentang satu orang.]]</p>\n", p->k.end, GROUP_LEAST);
	frame_answer(p->k.r, p->k.c, &p->k.w, 200, "[[Laporan kinerja]]", "/laporan", &b);
	buf_release(&b);
}

/* ---- CSV ---- */

static void
add_text_cell(struct buf *b, const char *text)
{
	buf_add_csv(b, text, strlen(text));
}

static void
add_csv_time(struct buf *b, const struct report_times *t, int64_t ms)
{
	buf_adds(b, ",");
	if (t->n > 0)
		buf_addf(b, "%" PRId64, ms / 1000);
}

static void
add_csv_row(struct buf *b, const struct performance *p, const struct report_row *row)
{
	struct buf name = { 0 };

	group_name(&name, p, row);
	add_text_cell(b, row->group);
	buf_addc(b, ',');
	add_text_cell(b, buf_str(&name));
	buf_addf(b, ",%zu", row->count);
	add_csv_time(b, &row->taken, row->taken.median_ms);
	add_csv_time(b, &row->taken, row->taken.p90_ms);
	add_csv_time(b, &row->handled, row->handled.median_ms);
	add_csv_time(b, &row->handled, row->handled.p90_ms);
	add_csv_time(b, &row->resolved, row->resolved.median_ms);
	add_csv_time(b, &row->resolved, row->resolved.p90_ms);
	buf_addf(b, ",%zu,%zu,%zu,%zu,%zu,%zu,%zu,%zu\r\n", row->late, row->reopened, row->ends[END_CONFIRMED],
	    row->ends[END_UNCONFIRMED], row->ends[END_REJECTED], row->ends[END_DUPLICATE], row->ends[END_WITHDRAWN],
	    row->ends[END_OPEN]);
	buf_release(&name);
}

static void
answer_file(const struct performance *p, const char *ending, const char *type, const struct buf *file)
{
	struct buf name = { 0 };

	buf_addf(&name, "attachment; filename=\"laporan-%s-", kinds[p->by].name);
	reckon_add_day(&name, p->k.from_ms);
	buf_adds(&name, "-");
	reckon_add_day(&name, p->k.to_ms - 1);
	buf_addf(&name, ".%s\"", ending);
	http_add_header(p->k.r, "Content-Disposition", buf_str(&name));
	http_answer(p->k.r, 200, type, file);
	buf_release(&name);
}

static void
answer_csv(struct performance *p, const struct report_row *rows, size_t n)
{
	struct buf b = { 0 };

	buf_adds(&b, "kode,nama,kasus,diterima_median_s,diterima_p90_s,ditangani_median_s,ditangani_p90_s,selesai_median_s,"
	    "selesai_p90_s,lewat_batas,dibuka_lagi,dibenarkan_warga,ditutup_belum_dikonfirmasi,ditolak,ganda,dicabut,"
	    "masih_terbuka\r\n");
	for (size_t i = 0; i < n; i++)
		add_csv_row(&b, p, &rows[i]);
	answer_file(p, "csv", "text/csv; charset=utf-8", &b);
	buf_release(&b);
}

/* ---- XLSX ---- */

static void
add_book_row(struct book *b, uint32_t at, const struct performance *p, const struct report_row *row)
{
	const struct { const struct report_times *t; int64_t ms; } times[] = {
		{ &row->taken, row->taken.median_ms }, { &row->taken, row->taken.p90_ms },
		{ &row->handled, row->handled.median_ms }, { &row->handled, row->handled.p90_ms },
		{ &row->resolved, row->resolved.median_ms }, { &row->resolved, row->resolved.p90_ms } };
	const size_t counts[] = { row->late, row->reopened, row->ends[END_CONFIRMED], row->ends[END_UNCONFIRMED],
	    row->ends[END_REJECTED], row->ends[END_DUPLICATE], row->ends[END_WITHDRAWN], row->ends[END_OPEN] };
	struct buf name = { 0 };
	uint16_t column = 0;

	group_name(&name, p, row);
	book_text(b, at, column++, row->group);
	book_text(b, at, column++, buf_str(&name));
	book_number(b, at, column++, (double)row->count);
	for (size_t i = 0; i < N_ELEMS(times); i++, column++)
		if (times[i].t->n > 0)
			book_duration(b, at, column, times[i].ms);
	for (size_t i = 0; i < N_ELEMS(counts); i++)
		book_number(b, at, column++, (double)counts[i]);
	buf_release(&name);
}

/* What the figures are of: without it a file that was sent on says nothing. */
static void
add_book_notes(struct book *b, const struct performance *p)
{
	static const struct book_column columns[] = { { "Keterangan", 34 }, { "Nilai", 24 } };

	book_sheet(b, "Keterangan", columns, N_ELEMS(columns));
	book_text(b, 1, 0, "Masuk dari (WIB)");
	book_time(b, 1, 1, p->k.from_ms);
	book_text(b, 2, 0, "Masuk sebelum (WIB)");
	book_time(b, 2, 1, p->k.to_ms);
	book_text(b, 3, 0, "Dibuat (WIB)");
	book_time(b, 3, 1, store_now_ms(&p->k.c->h.st));
	book_text(b, 4, 0, "Sampai catatan ke-");
	book_number(b, 4, 1, (double)p->k.end);
	book_text(b, 5, 0, "Waktu ditulis jam:menit:detik. Latihan dan kasus tertutup tidak dihitung; kelompok kecil digabung.");
}

static void
answer_book(struct performance *p, const struct report_row *rows, size_t n)
{
	static const struct book_column columns[] = { { "Kode", 16 }, { "Nama", 40 }, { "Kasus", 8 },
	    { "Sampai diterima, median", 12 }, { "Sampai diterima, 90%", 12 }, { "Sampai ditangani, median", 12 },
	    { "Sampai ditangani, 90%", 12 }, { "Sampai selesai, median", 12 }, { "Sampai selesai, 90%", 12 },
	    { "Lewat batas", 9 }, { "Dibuka lagi", 9 }, { "Dibenarkan warga", 11 }, { "Ditutup, belum dikonfirmasi", 13 },
	    { "Ditolak", 9 }, { "Ganda", 9 }, { "Dicabut", 9 }, { "Masih terbuka", 9 } };
	struct book *book = book_new();
	struct buf b = { 0 };

	book_sheet(book, kinds[p->by].title, columns, N_ELEMS(columns));
	for (size_t i = 0; i < n; i++)
		add_book_row(book, (uint32_t)i + 1, p, &rows[i]);
	add_book_notes(book, p);
	if (book_end(book, &b) == 0) {
		answer_file(p, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &b);
	} else {
		log_error("report_not_written", "err=\"%s\"", strerror(errno));
		http_answer_problem(p->k.r, 503, "Service Unavailable", "Berkas tidak dapat dibuat; coba lagi, atau unduh CSV.");
	}
	buf_release(&b);
}

/* ---- reckoning ---- */

static void
start(struct reckoning *k)
{
	((struct performance *)k)->report = report_new(k->from_ms, k->to_ms);
}

static void
take(struct reckoning *k, const struct log_line *line)
{
	report_take(((struct performance *)k)->report, line);
}

static void
answer(struct reckoning *k)
{
	struct performance *p = (struct performance *)k;
	struct report_row *rows, total;
	size_t n = report_rows(p->report, p->by, &rows, &total);

	if (p->form == FORM_CSV)
		answer_csv(p, rows, n);
	else if (p->form == FORM_XLSX)
		answer_book(p, rows, n);
	else
		answer_page(p, rows, n, &total);
	free(rows);
}

static void
release(struct reckoning *k)
{
	report_free(((struct performance *)k)->report);
	free(k);
}

static void
begin(struct http_req *r, struct console *c, const struct who *w, enum report_form form)
{
	size_t len;
	const char *per = http_req_query(r, "per", &len);
	struct performance *p = xcalloc(1, sizeof(*p));

	p->k = (struct reckoning){ .start = start, .take = take, .answer = answer, .release = release };
	p->form = form;
	for (int i = 0; i < BY_N; i++)
		if (per != NULL && strcmp(per, kinds[i].name) == 0)
			p->by = (enum report_by)i;
	reckon_begin(&p->k, r, c, w);
}

void
get_report(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate_for(r, c, &w, SEE_BOARD))
		begin(r, c, &w, FORM_PAGE);
}

static void
get_file(struct http_req *r, struct console *c, enum report_form form)
{
	struct who w;

	if (gate_for(r, c, &w, SEE_EXPORT) && gate_proven(r, c, &w)) {
		log_info("report_taken", "officer=%s", w.officer->id);
		begin(r, c, &w, form);
	}
}

void
get_report_csv(struct http_req *r, void *arg)
{
	get_file(r, arg, FORM_CSV);
}

void
get_report_book(struct http_req *r, void *arg)
{
	get_file(r, arg, FORM_XLSX);
}
