/* /insiden: what many report at once; /insiden/CODE: one of them, by desa and hour. */
#include "console/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/incident.h"
#include "lib/escape.h"
#include "store/incident.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))
#define SHOWN 100

struct list { const struct console *c; const struct officer *o; const struct model_case **rows; size_t n, cap; };

static int
may_see(const struct console *c, const struct officer *o, const struct model_case *m)
{
	struct access_case a;

	model_access(c->model, m, 0, &a);
	return access_may(c->h.policy, o, SEE_EXISTS, &a);
}

static int
gather_leads(const struct model_case *m, int sealed, void *arg)
{
	struct list *g = arg;

	/* One report alone is no incident yet, though it has the name of one already. */
	if (sealed || m->state == CASE_DITUTUP || m->lead[0] != '\0' || m->apart || m->voices < 2 ||
	    !may_see(g->c, g->o, m))
		return 0;
	if (g->n == g->cap) {
		g->cap = g->cap == 0 ? 32 : 2 * g->cap;
		g->rows = xrealloc(g->rows, g->cap * sizeof(const struct model_case *));
	}
	g->rows[g->n++] = m;
	return 0;
}

static int
by_voices(const void *a, const void *b)
{
	const struct model_case *x = *(const struct model_case *const *)a, *y = *(const struct model_case *const *)b;

	if (x->latihan != y->latihan)
		return x->latihan - y->latihan;
	return x->voices != y->voices ? (x->voices < y->voices) - (x->voices > y->voices) :
	    (x->received_ms > y->received_ms) - (x->received_ms < y->received_ms);
}

struct broken { const struct console *c; const struct officer *o; const char *incident; struct buf *b; int n; int64_t now_ms; };

/* Dangers of their own in it: somebody trapped, somebody hurt. */
static int
count_broken(const struct model_case *m, int sealed, void *arg)
{
	struct broken *k = arg;

	if (sealed || !m->apart || m->state == CASE_DITUTUP || strcmp(m->incident, k->incident) != 0 ||
	    !may_see(k->c, k->o, m))
		return 0;
	k->n++;
	if (k->b != NULL)
		add_card(k->b, k->c, k->o, &(struct held){ .c = m }, k->now_ms);
	return 0;
}

static void
add_incident_card(struct buf *b, const struct console *c, const struct officer *o, const struct model_case *m)
{
	struct broken k = { .c = c, .o = o, .incident = m->incident };
	struct buf warned = { 0 };
	char code[CODE_CHARS + 2];

	if (m->incident[0] != '\0')
		model_each(c->model, count_broken, &k);
	code_show(code, &m->code);
	buf_addf(b, "<li><a class=\"kartu%s\" href=\"/insiden/%s\"><strong>%d [[suara]]</strong> <span class=\"lencana %s\">[[%s]]</span> %s",
	    k.n > 0 ? " lewat-batas" : "", m->code.s, m->voices, urgency_name(m->urgency), urgency_name(m->urgency),
	    m->latihan ? "<span class=\"lencana latihan\">[[LATIHAN]]</span> " : "");
	add_category_name(b, c, m->category);
	buf_adds(b, ", ");
	add_place_name(b, c, m->place);
	buf_adds(b, "<br>[[Sejak]] ");
	add_said_time(b, m->received_ms);
	buf_addf(b, ". [[Dipimpin kasus]] <span class=\"kode\">%s</span>, [[%s]]; [[%s]].", code,
	    case_state_words(m->state, CLOSE_NONE, "id"), truth_words(m->truth));
	if (k.n > 0)
		buf_addf(b, " <span class=\"lewat\">%d [[bahaya tersendiri.]]</span>", k.n);
	add_notices_at(&warned, c, m->place, m->received_ms);
	if (warned.len > 0)
		buf_addf(b, "<br>%s", buf_str(&warned));
	buf_release(&warned);
	buf_adds(b, "</a></li>\n");
}

void
get_incidents(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct list g = { .c = c };
	struct buf b = { 0 };
	struct who w;

	if (!gate_for(r, c, &w, SEE_BOARD))
		return;
	g.o = w.officer;
	model_each(c->model, gather_leads, &g);
	if (g.n > 1)
		qsort(g.rows, g.n, sizeof(*g.rows), by_voices);
	buf_addf(&b, "<h1>[[Kejadian yang dilaporkan banyak orang]]: %zu</h1>\n<ul class=\"daftar\">\n", g.n);
	for (size_t i = 0; i < g.n && i < SHOWN; i++)
		add_incident_card(&b, c, w.officer, g.rows[i]);
	buf_adds(&b, "</ul>\n");
	if (g.n == 0)
		buf_adds(&b, "<p class=\"kosong\">[[Tidak ada kejadian terbuka. Laporan sejenis yang berdekatan digabung "
		    "sendiri; lainnya digabung dari meja 112.]]</p>\n");
	frame_answer(r, c, &w, 200, "[[Kejadian]]", "/insiden", &b);
	buf_release(&b);
	free(g.rows);
}

/* ---- one of them ---- */

static int
by_n(const void *a, const void *b)
{
	return ((const struct crowd_desa *)b)->n - ((const struct crowd_desa *)a)->n;
}

static int
by_hour(const void *a, const void *b)
{
	const struct crowd_hour *x = a, *y = b;

	return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

static void
add_desa(struct buf *b, const struct console *c, const struct crowd_figures *f)
{
	buf_adds(b, "<h2>[[Menurut desa]]</h2>\n<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"[[Menurut desa]]\">"
	    "<table><thead><tr><th>[[Desa]]</th><th class=\"n\">[[Suara]]</th>"
	    "<th>[[Keadaan]]</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < f->desa_n; i++) {
		int listed = 0;

		buf_adds(b, "<tr><td>");
		add_place_name(b, c, f->desa[i].place);
		buf_addf(b, "</td><td class=\"n\">%d</td><td>", f->desa[i].n);
		for (int s = 0; s <= CASE_DITUTUP; s++)
			if (f->desa[i].states[s] > 0)
				buf_addf(b, "%s%d [[%s]]", listed++ ? ", " : "", f->desa[i].states[s],
				    case_state_words((enum case_state)s, CLOSE_NONE, "id"));
		buf_adds(b, "</td></tr>\n");
	}
	buf_adds(b, "</tbody></table></div>\n");
}

static void
add_hours(struct buf *b, const struct crowd_figures *f)
{
	int most = 1;

	for (size_t i = 0; i < f->hours_n; i++)
		most = f->hours[i].n > most ? f->hours[i].n : most;
	buf_adds(b, "<h2>[[Menurut jam]]</h2>\n<table><tbody>\n");
	for (size_t i = 0; i < f->hours_n; i++) {
		buf_adds(b, "<tr><td>");
		add_said_time(b, f->hours[i].from_ms);
		buf_addf(b, "</td><td><meter min=\"0\" max=\"%d\" value=\"%d\"></meter></td><td class=\"n\">%d</td></tr>\n",
		    most, f->hours[i].n, f->hours[i].n);
	}
	buf_adds(b, "</tbody></table>\n");
}

static void
add_one(struct buf *b, struct console *c, const struct looking *l, const struct member *m, size_t n)
{
	struct broken k = { .c = c, .o = l->w.officer, .incident = l->s.c.incident, .now_ms = house_now_ms(&c->h) };
	struct buf list = { 0 }, warned = { 0 };
	struct crowd_figures f;
	size_t waits = 0;

	crowd_count(&f, &l->s.c, m, n);
	qsort(f.desa, f.desa_n, sizeof(*f.desa), by_n);
	qsort(f.hours, f.hours_n, sizeof(*f.hours), by_hour);
	for (size_t i = 0; i < n; i++)
		waits += m[i].waits != 0;
	add_case_head(b, c, l, k.now_ms);
	add_notices_at(&warned, c, l->s.c.place, l->s.c.received_ms);
	if (warned.len > 0)
		buf_addf(b, "<p>%s</p>\n", buf_str(&warned));
	buf_addf(b, "<p><strong>%zu [[suara]]</strong> [[dari]] %zu [[desa]]; [[%s]].%s</p>\n<p class=\"jalan\"><a class=\"tombol-kecil\" "
	    "href=\"/kasus/%s\">[[Kasus yang memimpin]]</a> <a class=\"tombol-kecil\" href=\"/insiden\">[[Semua kejadian]]</a></p>\n",
	    n - waits + 1, f.desa_n, truth_words(l->s.c.truth), waits > 0 ? " [[Ada laporan serupa yang belum cukup "
	    "banyak untuk digabung.]]" : "", l->code.s);
	k.b = &list;
	if (l->s.c.incident[0] != '\0')
		model_each(c->model, count_broken, &k);
	if (k.n > 0) {
		buf_addf(b, "<h2>[[Bahaya tersendiri di dalamnya]]: %d</h2>\n<ul class=\"daftar\">\n", k.n);
		buf_add(b, list.data, list.len);
		buf_adds(b, "</ul>\n");
	}
	buf_adds(b, "<div class=\"dua\"><div>\n");
	add_desa(b, c, &f);
	buf_adds(b, "</div><div>\n");
	add_hours(b, &f);
	buf_adds(b, "</div></div>\n");
	buf_release(&list);
	buf_release(&warned);
	crowd_figures_release(&f);
}

/* Who follows another is shown with the other. */
void
get_incident(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct member *m = NULL;
	struct buf b = { 0 };
	struct looking l;
	size_t n = 0;

	if (!looking_begin(r, c, &l, 0)) {
		looking_release(&l);
		return;
	}
	if (l.s.c.lead[0] != '\0') {
		buf_addf(&b, "/insiden/%s", l.s.c.lead);
		http_answer_redirect(r, 303, buf_str(&b));
	} else if (members_load(&c->h.st, l.code.s, &m, &n) != 0) {
		http_add_header(r, "Retry-After", "5");
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	} else {
		add_one(&b, c, &l, m, n);
		frame_answer(r, c, &l.w, 200, "[[Kejadian]]", "/insiden", &b);
	}
	buf_release(&b);
	free(m);
	looking_release(&l);
}
