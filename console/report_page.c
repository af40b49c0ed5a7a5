/*
 * /laporan and /laporan.csv.  The log is read in steps between which everybody else is served; the
 * request waits for its end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "console/frame.h"
#include "console/report.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/log.h"

#define STEP 500		/* entries between two looks at the others */
#define AT_ONCE 3		/* reports reckoned side by side */
#define RANGE_MOST_MS (366 * DAY_MS)
#define RANGE_USUAL_MS (30 * DAY_MS)

struct reckoning {
	struct console *c;
	struct http_req *r;
	int gone;			/* he hung up: nobody waits for it */
	struct event *next;
	struct report *report;
	struct who w;
	char officer[OFFICER_ID_CHARS];
	int64_t from_ms, to_ms, seq, end;
	enum report_by by;
	int csv;
};

/* ---- the table ---- */

static const struct { const char *name, *title, *column; } kinds[BY_N] = {
	[BY_UNIT] = { "unit", "Per unit", "Unit" }, [BY_KECAMATAN] = { "kecamatan", "Per kecamatan", "Kecamatan" },
};

static void
group_name(struct buf *b, const struct reckoning *k, const struct report_row *row)
{
	const struct place *p;

	if (row->small > 0)
		buf_addf(b, "%d lainnya, masing-masing sedikit", row->small);
	else if (row->group[0] == '\0')
		buf_adds(b, k->by == BY_UNIT ? "Meja 112, belum diberi unit" : "Tempat belum jelas");
	else if (k->by == BY_UNIT)
		buf_adds(b, console_unit_name(k->c, row->group));
	else if ((p = place_find(k->c->h.policy->places, row->group)) != NULL)
		buf_adds(b, p->name);
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
		buf_add_duration(b, ms, "id");
	buf_adds(b, "</td>");
}

static void
add_row(struct buf *b, const struct reckoning *k, const struct report_row *row, const char *name)
{
	static const enum report_end shown[] = { END_CONFIRMED, END_UNCONFIRMED, END_REJECTED, END_DUPLICATE,
	    END_WITHDRAWN, END_OPEN };
	struct buf words = { 0 };

	if (name == NULL)
		group_name(&words, k, row);
	else
		buf_adds(&words, name);
	buf_adds(b, "<tr><th scope=\"row\">");
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
add_day(struct buf *b, int64_t ms)
{
	struct wib w;

	wib_of(&w, ms);
	buf_addf(b, "%04d-%02d-%02d", w.year, w.month, w.day);
}

static void
add_query(struct buf *b, const struct reckoning *k, enum report_by by)
{
	buf_adds(b, "?dari=");
	add_day(b, k->from_ms);
	buf_adds(b, "&amp;sampai=");
	add_day(b, k->to_ms - 1);
	buf_addf(b, "&amp;per=%s", kinds[by].name);
}

static void
add_form(struct buf *b, const struct reckoning *k, const struct officer *o)
{
	buf_adds(b, "<form method=\"get\" action=\"/laporan\" class=\"rentang\"><div><label for=\"dari\">Masuk sejak</label>"
	    "<input id=\"dari\" name=\"dari\" type=\"date\" value=\"");
	add_day(b, k->from_ms);
	buf_adds(b, "\"></div><div><label for=\"sampai\">sampai dengan</label><input id=\"sampai\" name=\"sampai\" "
	    "type=\"date\" value=\"");
	add_day(b, k->to_ms - 1);
	buf_addf(b, "\"></div><input type=\"hidden\" name=\"per\" value=\"%s\"><button>Hitung</button></form>\n<p>",
	    kinds[k->by].name);
	for (int i = 0; i < BY_N; i++) {
		if ((enum report_by)i == k->by) {
			buf_addf(b, "<strong>%s</strong> ", kinds[i].title);
			continue;
		}
		buf_adds(b, "<a href=\"/laporan");
		add_query(b, k, (enum report_by)i);
		buf_addf(b, "\">%s</a> ", kinds[i].title);
	}
	if (access_may(k->c->h.policy, o, SEE_EXPORT, NULL)) {
		buf_adds(b, "<a href=\"/laporan.csv");
		add_query(b, k, k->by);
		buf_adds(b, "\">Unduh CSV</a>");
	}
	buf_adds(b, "</p>\n");
}

static void
answer_page(struct reckoning *k, const struct report_row *rows, size_t n, const struct report_row *total)
{
	struct buf b = { 0 };

	buf_addf(&b, "<h1>Laporan kinerja</h1>\n");
	add_form(&b, k, k->w.officer);
	buf_addf(&b, "<div class=\"gulir\"><table class=\"kinerja\"><thead><tr><th rowspan=\"2\" scope=\"col\">%s</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">Kasus</th><th colspan=\"2\" scope=\"colgroup\">Sampai diterima</th>"
	    "<th colspan=\"2\" scope=\"colgroup\">Sampai ditangani</th><th colspan=\"2\" scope=\"colgroup\">Sampai selesai</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">Lewat batas</th><th rowspan=\"2\" scope=\"col\" class=\"n\">Dibuka lagi</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">Dibenarkan warga</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">Ditutup, belum dikonfirmasi</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">Ditolak</th><th rowspan=\"2\" scope=\"col\" class=\"n\">Ganda</th>"
	    "<th rowspan=\"2\" scope=\"col\" class=\"n\">Dicabut</th><th rowspan=\"2\" scope=\"col\" class=\"n\">Masih terbuka</th></tr>\n<tr>",
	    kinds[k->by].column);
	for (int i = 0; i < 3; i++)
		buf_adds(&b, "<th scope=\"col\" class=\"n\">median</th><th scope=\"col\" class=\"n\">90%</th>");
	buf_adds(&b, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < n; i++)
		add_row(&b, k, &rows[i], NULL);
	if (total->count >= GROUP_LEAST)
		add_row(&b, k, total, "Semua");
	buf_adds(&b, "</tbody></table></div>\n");
	if (total->count < GROUP_LEAST)
		buf_addf(&b, "<p class=\"kosong\">Hanya %zu kasus masuk dalam rentang ini; di bawah %d kasus tidak ada angka yang "
		    "ditampilkan.</p>\n", total->count, GROUP_LEAST);
	buf_addf(&b, "<p class=\"hint\">Sampai catatan ke-%" PRId64 ". Median: separuh kasus lebih cepat dari itu; 90%%: sembilan dari sepuluh. "
	    "Yang dibenarkan warga dan yang ditutup tanpa konfirmasi tidak pernah dijumlahkan. Latihan dan kasus tertutup tidak "
	    "dihitung. Unit atau kecamatan dengan kurang dari %d kasus digabung dalam satu baris, bila perlu bersama yang berikutnya, "
	    "supaya tidak ada angka tentang satu orang.</p>\n", k->end, GROUP_LEAST);
	frame_answer(k->r, k->c, &k->w, 200, "Laporan kinerja", "/laporan", &b);
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
add_csv_row(struct buf *b, const struct reckoning *k, const struct report_row *row)
{
	struct buf name = { 0 };

	group_name(&name, k, row);
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
answer_csv(struct reckoning *k, const struct report_row *rows, size_t n)
{
	struct buf b = { 0 }, name = { 0 };

	buf_adds(&b, "kode,nama,kasus,diterima_median_s,diterima_p90_s,ditangani_median_s,ditangani_p90_s,selesai_median_s,"
	    "selesai_p90_s,lewat_batas,dibuka_lagi,dibenarkan_warga,ditutup_belum_dikonfirmasi,ditolak,ganda,dicabut,"
	    "masih_terbuka\r\n");
	for (size_t i = 0; i < n; i++)
		add_csv_row(&b, k, &rows[i]);
	buf_addf(&name, "attachment; filename=\"laporan-%s-", kinds[k->by].name);
	add_day(&name, k->from_ms);
	buf_adds(&name, "-");
	add_day(&name, k->to_ms - 1);
	buf_adds(&name, ".csv\"");
	http_add_header(k->r, "Content-Disposition", buf_str(&name));
	http_answer(k->r, 200, "text/csv; charset=utf-8", &b);
	buf_release(&b);
	buf_release(&name);
}

/* ---- reckoning ---- */

static void
finish(struct reckoning *k)
{
	if (k->next != NULL)
		event_free(k->next);
	k->c->reports_n--;
	report_free(k->report);
	free(k);
}

static void
answer(struct reckoning *k)
{
	struct report_row *rows, total;
	size_t n;

	k->w.officer = officer_find(&k->c->h.roster, k->officer);	/* the roster may have been read anew */
	if (k->w.officer == NULL && !k->w.by_secret) {
		http_answer_problem(k->r, 401, "Unauthorized", "Masuk lagi di /masuk.");
		return;
	}
	if (k->w.by_secret)
		k->w.officer = gate_machine();
	n = report_rows(k->report, k->by, &rows, &total);
	if (k->csv)
		answer_csv(k, rows, n);
	else
		answer_page(k, rows, n, &total);
	free(rows);
}

static int
take(const struct log_line *line, void *arg)
{
	struct reckoning *k = arg;

	if (line->seq > k->end)
		return 1;
	report_take(k->report, line);
	k->seq = line->seq;
	return 0;
}

static void
on_next(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = { 0, 1000 };	/* others first */
	struct reckoning *k = arg;
	int n;

	(void)fd, (void)what;
	if (!k->gone && k->seq < k->end && !k->c->d->stopping) {
		n = logbook_read(&k->c->h.st, k->seq, STEP, take, k);
		if (n > 0 && k->seq < k->end) {
			event_add(k->next, &at_once);
			return;
		}
	}
	if (k->seq < k->end)
		http_answer_problem(k->r, 503, "Service Unavailable", "Catatan belum terbaca seluruhnya; coba lagi.");
	else
		answer(k);
	finish(k);
}

static void
on_gone(struct http_req *r, void *arg)
{
	struct reckoning *k = arg;

	(void)r;
	k->gone = 1;
}

static int64_t
day_asked(struct http_req *r, const char *name, int64_t otherwise)
{
	size_t len;
	const char *s = http_req_query(r, name, &len);
	int64_t ms;

	return s != NULL && wib_parse(s, &ms) == 0 ? ms : otherwise;
}

static void
begin(struct http_req *r, struct console *c, const struct who *w, int csv)
{
	static const struct timeval at_once = { 0, 0 };
	int64_t today = wib_day(house_now_ms(&c->h)) * DAY_MS - WIB_MS;
	size_t len;
	const char *per = http_req_query(r, "per", &len);
	struct reckoning *k;

	if (c->reports_n >= AT_ONCE) {
		http_add_header(r, "Retry-After", "5");
		http_answer_problem(r, 503, "Service Unavailable", "Beberapa laporan sedang dihitung; coba lagi sebentar lagi.");
		return;
	}
	k = xcalloc(1, sizeof(*k));
	k->c = c;
	k->r = r;
	k->w = *w;
	k->csv = csv;
	snprintf(k->officer, sizeof(k->officer), "%s", w->officer->id);
	for (int i = 0; i < BY_N; i++)
		if (per != NULL && strcmp(per, kinds[i].name) == 0)
			k->by = (enum report_by)i;
	k->to_ms = day_asked(r, "sampai", today) + DAY_MS;
	k->from_ms = day_asked(r, "dari", k->to_ms - RANGE_USUAL_MS);
	if (k->from_ms >= k->to_ms || k->to_ms - k->from_ms > RANGE_MOST_MS) {
		http_answer_problem(r, 400, "Bad Request", "Rentangnya paling lama 366 hari, dari tanggal yang lebih awal.");
		free(k);
		return;
	}
	c->reports_n++;
	k->report = report_new(k->from_ms, k->to_ms);
	k->end = model_seq(c->model);
	k->seq = logbook_seq_before(&c->h.st, k->from_ms - HOUR_MS, k->end);	/* no clock is trusted to the second */
	k->next = event_new(c->d->base, -1, 0, on_next, k);
	if (k->next == NULL || event_add(k->next, &at_once) != 0) {
		http_answer_problem(r, 503, "Service Unavailable", NULL);
		finish(k);
		return;
	}
	http_req_on_gone(r, on_gone, k);
}

void
get_report(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate_for(r, c, &w, SEE_BOARD))
		begin(r, c, &w, 0);
}

void
get_report_csv(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate_for(r, c, &w, SEE_EXPORT) && gate_proven(r, c, &w)) {
		log_info("report_taken", "officer=%s", w.officer->id);
		begin(r, c, &w, 1);
	}
}
