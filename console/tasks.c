/* /tugas: what waits for an officer, by time left; /cari: a case by its code or its reporter's number. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/case_page.h"
#include "console/fields.h"
#include "console/first.h"
#include "core/incident.h"
#include "core/message.h"
#include "core/phone.h"
#include "lib/escape.h"
#include "store/legacy.h"

#define SHOWN 50
#define PAGES_MOST 1000
#define NEAR_MS (30 * MINUTE_MS)

void
add_card(struct buf *b, const struct console *c, const struct officer *o, const struct held *h, int64_t now_ms)
{
	add_card_of(b, c, o, h, now_ms, NULL);
}

/* Where it lies, as closely as he may know (core/blur.h).  o may be NULL where nothing is sealed. */
static const char *
place_for(const struct console *c, const struct officer *o, const struct held *h)
{
	struct access_case a;

	model_access(c->model, h->c, h->sealed, &a);
	return access_is_blurred(c->h.policy, o, &a) ?
	    blur_area(c->h.policy->places, h->c->place, c->h.set.privacy_crowd)->code : h->c->place;
}

void
add_card_of(struct buf *b, const struct console *c, const struct officer *o, const struct held *h, int64_t now_ms,
    const char *unit)
{
	const struct model_case *m = h->c;
	int64_t left = m->promise_ms - now_ms;
	int runs = m->handled_ms == 0 && m->promise_ms != 0 && m->state != CASE_DITUTUP;
	char code[CODE_CHARS + 2];

	code_show(code, &m->code);
	buf_addf(b, "<li><a class=\"kartu%s\" href=\"/kasus/%s\"><strong class=\"kode\">%s</strong> ",
	    !runs ? "" : left < 0 ? " lewat-batas" : left < NEAR_MS ? " dekat-batas" : "", m->code.s, code);
	if (m->urgency != URGENCY_BIASA)
		buf_addf(b, "<span class=\"lencana %s\">[[%s]]</span> ", urgency_name(m->urgency), urgency_name(m->urgency));
	buf_adds(b, m->latihan ? "<span class=\"lencana latihan\">[[LATIHAN]]</span> " : "");
	buf_adds(b, m->legacy ? "<span class=\"lencana\">[[warisan]]</span> " : "");
	buf_adds(b, h->sealed ? "<span class=\"lencana\">[[tertutup]]</span> " : "");
	buf_adds(b, m->photo == PHOTO_DOUBTED ? "<span class=\"lencana mendesak\">[[foto diragukan]]</span> " : "");
	add_category_name(b, c, m->category);
	buf_adds(b, "<br>");
	add_place_name(b, c, place_for(c, o, h));
	if (unit != NULL) {
		buf_adds(b, unit[0] != '\0' ? "<br>" : "<br>[[meja 112]]");
		buf_add_html(b, unit, strlen(unit));
	}
	buf_addf(b, "<br>[[%s]]", case_state_words(m->state, CLOSE_NONE, "id"));
	if (runs) {
		buf_addf(b, ". <span class=\"%s\">%s", left < 0 ? "lewat" : left < NEAR_MS ? "dekat" : "",
		    left < 0 ? "[[Lewat]] " : "[[Sisa]] ");
		add_said_duration(b, left < 0 ? -left : left);
		buf_adds(b, "</span>");
	}
	if (m->truth != TRUTH_UNVERIFIED)
		buf_addf(b, "<br>[[%s]]", truth_words(m->truth));
	buf_adds(b, "</a></li>\n");
}

struct gathered {
	const struct console *c;
	const struct officer *o;
	enum relation least;		/* what he must have to do with it */
	struct first first;
};

/* What somebody's own unit holds is in a list of its own, and his by one cell of the table. */
static void
gather_own(struct gathered *g, const char *unit)
{
	enum viewer_class v = viewer_class_of(g->c->h.policy, g->o);
	size_t n;
	const struct held *all = model_held(g->c->model, unit, &n);

	for (size_t i = 0; i < n; i++)
		if (access_cell(v, RELATION_OWN, all[i].sealed, SEE_EXISTS))
			first_keep(&g->first, &all[i]);
}

static int
gather(const struct model_case *m, int sealed, void *arg)
{
	struct gathered *g = arg;
	struct access_case a;
	struct held h = { .sealed = sealed, .c = m };

	model_access(g->c->model, m, sealed, &a);
	if (m->state == CASE_DITUTUP || !access_may(g->c->h.policy, g->o, SEE_EXISTS, &a) ||
	    relation_of(g->c->h.policy, g->o, &a) < g->least)
		return 0;
	h.rank = model_rank(m);
	first_keep(&g->first, &h);
	return 0;
}

static const struct { const char *name, *title; enum relation least; } views[] = {
	{ "", "[[Tugas unit saya]]", RELATION_OWN },
	{ "bawahan", "[[Termasuk unit di bawah saya]]", RELATION_BELOW },
	{ "wilayah", "[[Semua di wilayah saya]]", RELATION_AREA },
};

static void
add_views(struct buf *b, size_t at)
{
	buf_adds(b, "<p>");
	for (size_t i = 0; i < N_ELEMS(views); i++)
		if (i == at)
			buf_addf(b, "<strong>%s</strong> ", views[i].title);
		else
			buf_addf(b, "<a href=\"/tugas%s%s\">%s</a> ", i > 0 ? "?lihat=" : "", views[i].name, views[i].title);
	buf_adds(b, "</p>\n");
}

void
get_tasks(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct gathered g = { .c = c };
	size_t len = 0, at = 0, from, page;
	const char *view, *number;
	struct buf b = { 0 };
	struct who w;

	if (!gate(r, c, &w))
		return;
	view = http_req_query(r, "lihat", &len);
	number = http_req_query(r, "hal", &len);
	for (size_t i = 0; view != NULL && i < N_ELEMS(views); i++)
		if (strcmp(views[i].name, view) == 0)
			at = i;
	page = number != NULL ? strtoul(number, NULL, 10) : 0;
	g.o = w.officer;
	g.least = views[at].least;
	from = page < PAGES_MOST ? page * SHOWN : 0;
	first_begin(&g.first, from + SHOWN);
	if (g.least == RELATION_OWN) {
		gather_own(&g, w.officer->unit);
		if (strcmp(w.officer->unit, c->h.policy->triage_unit) == 0)
			gather_own(&g, "");
	} else {
		model_each(c->model, gather, &g);
	}
	first_cut(&g.first);
	buf_addf(&b, "<h1>%s: %zu</h1>\n", views[at].title, g.first.found);
	add_notices(&b, c, w.officer, house_now_ms(&c->h));
	add_views(&b, at);
	buf_adds(&b, "<ul class=\"daftar\">\n");
	for (size_t i = from; i < g.first.n; i++)
		add_card(&b, c, w.officer, &g.first.rows[i], house_now_ms(&c->h));
	buf_adds(&b, "</ul>\n");
	if (g.first.found == 0)
		buf_adds(&b, "<p class=\"kosong\">[[Tidak ada tugas terbuka. Tugas baru juga dikirim lewat SMS.]]</p>\n");
	if (from > 0)
		buf_addf(&b, "<p><a href=\"/tugas?lihat=%s&amp;hal=%zu\">[[Sebelumnya]]</a></p>\n", views[at].name, page - 1);
	if (g.first.found > from + SHOWN)
		buf_addf(&b, "<p><a href=\"/tugas?lihat=%s&amp;hal=%zu\">%zu [[lagi]]</a></p>\n", views[at].name, page + 1,
		    g.first.found - from - SHOWN);
	frame_answer(r, c, &w, 200, "[[Tugas]]", "/tugas", &b);
	buf_release(&b);
	first_release(&g.first);
}

/* Open cases of a number, by its keyed hash: for who may see reporters. */
static void
add_by_number(struct buf *b, struct console *c, const struct who *w, const char *number)
{
	char lookup[LOOKUP_CHARS + 1];
	struct buf key = { 0 };
	redisReply *r;
	int shown = 0;

	lookup_of(lookup, &c->h.st.lookup, number);
	buf_add_key(&key, &c->h.st.keys, KEY_REPORTER, lookup, NULL);
	r = redis_pipe_command(c->h.st.pipe, "HKEYS %b", key.data, key.len);
	buf_adds(b, "<ul class=\"daftar\">\n");
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		const struct model_case *m = model_find(c->model, r->element[i]->str);
		struct access_case a;

		if (m == NULL)
			continue;
		model_access(c->model, m, 0, &a);
		if (!access_may(c->h.policy, w->officer, SEE_REPORTER, &a))
			continue;
		add_card(b, c, w->officer, &(struct held){ .c = m }, house_now_ms(&c->h));
		shown++;
	}
	buf_adds(b, "</ul>\n");
	if (shown == 0)
		buf_adds(b, "<p class=\"kosong\">[[Tidak ada kasus terbuka dengan nomor itu yang boleh Anda lihat.]]</p>\n");
	freeReplyObject(r);
	buf_release(&key);
}

/* "sp4n 2024-0117": an old complaint by its number there; 1 when there is such a case, whoever may open it. */
static int
find_old(struct console *c, const char *words, struct code *code)
{
	char source[LEGACY_SOURCE_CHARS];
	size_t n = strcspn(words, " ");
	struct legacy from;

	if (n == 0 || n >= sizeof(source) || words[n] == '\0')
		return 0;
	snprintf(source, sizeof(source), "%.*s", (int)n, words);
	return legacy_name(&from, source, words + n + 1) == 0 && legacy_find(&c->h.st, &from, code) == 1;
}

static void
answer_search(struct http_req *r, struct console *c, const struct who *w, const char *words)
{
	char number[PHONE_CHARS];
	struct buf b = { 0 };

	buf_adds(&b, "<h1>[[Cari]]</h1>\n<form method=\"post\" action=\"/cari\">\n");
	frame_add_token(&b, w);
	buf_adds(&b, "<label for=\"q\">[[Kode laporan, atau nomor telepon pelapor]]</label><input id=\"q\" name=\"q\" value=\"");
	buf_add_html(&b, words, strlen(words));
	buf_adds(&b, "\"><button>[[Cari]]</button></form>\n");
	if (words[0] == '\0')
		;
	else if (http_req_method(r) == HTTP_POST && phone_normalise(number, words, strlen(words)) == PHONE_E164)
		add_by_number(&b, c, w, number);
	else
		buf_adds(&b, "<p class=\"pesan\" role=\"alert\">[[Itu bukan kode laporan dan bukan nomor telepon. Kode "
		    "terdiri dari delapan huruf dan angka, misalnya 7K3F-9QXM.]]</p>\n");
	frame_answer(r, c, w, 200, "[[Cari]]", "/cari", &b);
	buf_wipe(&b);
}

/* A code leads to its case; whatever else is searched for is sent by the form. */
static void
search(struct http_req *r, struct console *c, const struct who *w, const char *words)
{
	struct buf to = { 0 };
	struct code code;

	if (code_parse(&code, words, strlen(words)) == 0 ||
	    (find_old(c, words, &code) && gate_may_list(c, w->officer, code.s))) {
		buf_addf(&to, "/kasus/%s", code.s);
		http_answer_redirect(r, 303, buf_str(&to));
	} else {
		answer_search(r, c, w, words);
	}
	buf_release(&to);
}

void
get_search(struct http_req *r, void *arg)
{
	struct who w;
	size_t len = 0;
	const char *words = http_req_query(r, "q", &len);

	if (gate(r, arg, &w))
		search(r, arg, &w, words != NULL ? words : "");
}

/* By a form: a number in an address would stand in the logs of every proxy on the way. */
void
post_search(struct http_req *r, void *arg)
{
	struct who w;
	char *words = form_words(r, "q");

	if (gate_change(r, arg, &w))
		search(r, arg, &w, words);
	memset(words, 0, strlen(words));
	free(words);
}
