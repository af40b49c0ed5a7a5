/* /latihan: an exercise is begun and ended, and what units did in it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/desk.h"
#include "console/fields.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/drill.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))
#define LISTED 20
#define HERE "/latihan"

static int
may(struct http_req *r, const struct console *c, const struct who *w)
{
	if (!w->by_secret && access_may(c->h.policy, w->officer, MAY_DRILL, NULL))
		return 1;
	http_answer_problem(r, 403, "Forbidden",
	    "Latihan dimulai dan diakhiri oleh operator meja 112, admin atau pimpinan kabupaten, dengan akun sendiri.");
	return 0;
}

static void
begin_form(struct buf *b, const struct who *w, const char *act)
{
	buf_adds(b, "<form method=\"post\" action=\"" HERE "\">");
	frame_add_token(b, w);
	buf_addf(b, "<input type=\"hidden\" name=\"aksi\" value=\"%s\">", act);
}

static void
add_begin(struct buf *b, const struct who *w)
{
	buf_adds(b, "<h2>[[Mulai latihan]]</h2>\n");
	begin_form(b, w, "mulai");
	buf_adds(b, "<label>[[Nama]]<input name=\"nama\" required maxlength=\"60\" autocomplete=\"off\"></label>"
	    "<label>[[Berakhir paling lambat dalam (jam)]]<input name=\"jam\" inputmode=\"numeric\" required value=\"3\" maxlength=\"2\">"
	    "</label><button>[[Mulai latihan]]</button></form>\n<p class=\"hint\">[[Yang masuk dari warga selama latihan tetap sungguhan. Hanya "
	    "laporan dari <span class=\"kode\">kentongan drill play</span>, dan yang dicentang latihan di halaman Catat, bertanda "
	    "LATIHAN.]]</p>\n");
}

/* Which one, for the page may be an old one. */
static void
add_end(struct buf *b, const struct who *w, const struct drill *d)
{
	begin_form(b, w, "akhiri");
	buf_addf(b, "<input type=\"hidden\" name=\"no\" value=\"%s\">", d->id);
	buf_adds(b, "<button class=\"bahaya\">[[Akhiri latihan sekarang]]</button></form>\n<p class=\"hint\">[[Semua kasus latihan ditutup, "
	    "dan tiap petugas yang memegangnya diberi tahu sekali.]]</p>\n");
}

static void
add_times(struct buf *b, int n, int of, int64_t median, int64_t worst)
{
	buf_addf(b, "<td class=\"n\">%d [[dari]] %d</td><td class=\"n\">", n, of);
	if (n > 0)
		add_said_duration(b, median);
	buf_adds(b, n > 0 ? "</td><td class=\"n\">" : "&ndash;</td><td class=\"n\">&ndash;");
	if (n > 0)
		add_said_duration(b, worst);
	buf_adds(b, "</td>");
}

static void
add_rows(struct buf *b, const struct console *c, const struct case_record *cases, size_t n)
{
	struct drill_row *rows;
	size_t rows_n = drill_rows(cases, n, &rows);

	buf_adds(b, "<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"[[Waktu per unit]]\"><table><thead><tr>"
	    "<th scope=\"col\">[[Unit]]</th><th scope=\"col\" class=\"n\">[[Diterima]]</th><th scope=\"col\" class=\"n\">median</th>"
	    "<th scope=\"col\" class=\"n\">[[terlama]]</th><th scope=\"col\" class=\"n\">[[Ditangani]]</th><th scope=\"col\" class=\"n\">median</th>"
	    "<th scope=\"col\" class=\"n\">[[terlama]]</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < rows_n; i++) {
		const struct drill_row *row = &rows[i];

		buf_adds(b, "<tr><th scope=\"row\">");
		if (row->unit[0] != '\0')
			PLAIN(b, console_unit_name(c, row->unit));
		else
			buf_adds(b, "[[Meja 112, belum diberi unit]]");
		buf_adds(b, "</th>");
		add_times(b, row->taken, row->cases, row->taken_median_ms, row->taken_worst_ms);
		add_times(b, row->handled, row->cases, row->handled_median_ms, row->handled_worst_ms);
		buf_adds(b, "</tr>\n");
	}
	buf_adds(b, "</tbody></table></div>\n");
	free(rows);
}

static void
add_drill(struct buf *b, struct console *c, const struct drill *d)
{
	struct case_record *cases;
	size_t n, open = 0;

	buf_adds(b, "<h2>");
	buf_add_shown(b, d->name, strlen(d->name));
	buf_adds(b, "</h2>\n<p>[[Dimulai]] ");
	add_said_time(b, d->begun_ms);
	buf_adds(b, " [[oleh]] ");
	PLAIN(b, d->by);
	if (d->ended_ms != 0) {
		buf_adds(b, ", [[berakhir]] ");
		add_said_time(b, d->ended_ms);
		buf_adds(b, " [[oleh]] ");
		PLAIN(b, d->ended_by);
	} else {
		buf_adds(b, ", [[berakhir paling lambat]] ");
		add_said_time(b, d->ends_ms);
	}
	buf_adds(b, ".</p>\n");
	if (drill_cases(&c->h, d, &cases, &n) != 0) {
		buf_adds(b, "<p class=\"pesan buruk\" role=\"alert\">[[Kasusnya belum dapat dibaca; muat ulang.]]</p>\n");
		return;
	}
	for (size_t i = 0; i < n; i++)
		open += cases[i].state != CASE_DITUTUP;
	buf_addf(b, "<p>%zu [[kasus latihan]], %zu [[masih terbuka]].</p>\n", n, open);
	if (n > 0)
		add_rows(b, c, cases, n);
	free(cases);
}

static void
add_list(struct buf *b, struct console *c, const char *shown)
{
	struct drill_entry *all;
	size_t n;

	if (drills_list(&c->h.st, &all, &n) != 0)
		return;		/* the page above says that the store does not answer */
	buf_adds(b, n > 1 ? "<h2>[[Latihan lain]]</h2>\n<ul>\n" : "");
	for (size_t i = 0; i < n && i < LISTED; i++) {
		if (strcmp(all[i].id, shown) == 0)
			continue;
		buf_addf(b, "<li><a href=\"" HERE "?no=%s\">", all[i].id);
		add_said_time(b, all[i].begun_ms);
		buf_adds(b, "</a></li>\n");
	}
	buf_adds(b, n > 1 ? "</ul>\n" : "");
	free(all);
}

/* The one that is asked for, else the one that goes on, else the latest: 1; 0 none, -1 no answer. */
static int
find_drill(struct console *c, const char *id, struct drill *d)
{
	struct drill_entry *all = NULL;
	size_t n = 0;
	int rc = id != NULL ? drill_load(&c->h.st, id, d) : drill_now(&c->h.st, d);

	if (rc == 0 && id == NULL) {
		rc = drills_list(&c->h.st, &all, &n);
		rc = rc == 0 && n > 0 ? drill_load(&c->h.st, all[0].id, d) : rc;
	}
	free(all);
	return rc;
}

static void
answer_drill(struct http_req *r, struct console *c, const struct who *w, int status, const char *wrong, const char *id)
{
	struct buf b = { 0 };
	struct drill d, now;
	int rc = find_drill(c, id, &d), going = drill_now(&c->h.st, &now);

	buf_adds(&b, "<h1>[[Latihan]]</h1>\n");
	if (rc < 0 || going < 0)
		wrong = SAID("Penyimpanan sedang tidak menjawab; muat ulang.");
	add_said_message(&b, wrong, 0);
	if (going == 1)
		add_end(&b, w, &now);
	else if (going == 0)
		add_begin(&b, w);
	if (rc == 1)
		add_drill(&b, c, &d);
	add_list(&b, c, rc == 1 ? d.id : "");
	frame_answer(r, c, w, status, "[[Latihan]]", HERE, &b);
	buf_release(&b);
}

void
get_drill(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;
	size_t len;

	if (gate(r, c, &w) && may(r, c, &w))
		answer_drill(r, c, &w, 200, "", http_req_query(r, "no", &len));
}

static int
begin_drill(struct http_req *r, struct console *c, const struct who *w, const char **why)
{
	char *name = form_words(r, "nama"), *hours = form_words(r, "jam"), *end;
	long n = strtol(hours, &end, 10);
	struct drill d = { .version = 0 };
	int rc = -1;

	*why = SAID("tulis dalam berapa jam latihannya berakhir, 1 sampai 48");
	if (end != hours && *end == '\0' && n >= 1 && n <= 48) {
		snprintf(d.name, sizeof(d.name), "%s", name);
		snprintf(d.by, sizeof(d.by), "%s", w->officer->id);
		d.ends_ms = house_now_ms(&c->h) + n * HOUR_MS;
		rc = drill_begin(&c->h, &d, why);
	}
	free(name);
	free(hours);
	return rc;
}

void
post_drill(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const char *why = SAID("formulir ini tidak utuh; muat ulang halamannya");
	struct who w;
	char *act, *id;
	int rc = -1;

	if (!gate_change(r, c, &w) || !may(r, c, &w) || !gate_proven(r, c, &w))
		return;
	act = form_field(r, "aksi");
	id = form_field(r, "no");
	if (strcmp(act, "mulai") == 0)
		rc = begin_drill(r, c, &w, &why);
	else if (strcmp(act, "akhiri") == 0 && id[0] != '\0')
		rc = drill_end(&c->h, id, w.officer->id, &why);
	free(act);
	free(id);
	log_info("drill", "officer=%s rc=%d", w.officer->id, rc);
	if (rc == 0)
		http_answer_redirect(r, 303, HERE);
	else
		answer_drill(r, c, &w, 422, why, NULL);
}
