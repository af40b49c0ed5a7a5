/* The board that the Bupati's office leaves open: what is open, what is late, what climbs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/gate.h"
#include "core/rollcall.h"
#include "lib/escape.h"
#include "lib/page.h"

ASSET_DECLARE(console_web_papan_html);
ASSET_DECLARE(console_web_papan_css);
ASSET_DECLARE(console_web_papan_js);

#define ROWS_MAX 100
#define LATEST 25
#define NEAR_MS (30 * MINUTE_MS)

enum list { LIST_OPEN, LIST_LATE, LIST_TRIAGE, LIST_DAY };
static const struct { const char *name, *title, *empty; } lists[] = {
	[LIST_OPEN] = { "buka", "Kasus terbuka, yang paling mendesak dahulu",
	    "Tidak ada kasus terbuka." },
	[LIST_LATE] = { "lewat", "Lewat batas dan belum ditangani", "Tidak ada yang lewat batas." },
	[LIST_TRIAGE] = { "triase", "Menunggu dibaca di triase", "Triase kosong." },
	[LIST_DAY] = { "hari", "Masuk dalam 24 jam terakhir", "Belum ada laporan dalam 24 jam." },
};

const char *
console_unit_name(const struct console *c, const char *code)
{
	const struct unit *u = c->h.policy != NULL ? unit_find(c->h.policy->units, code) : NULL;

	return u != NULL ? u->shortname : code;
}

void
console_add_missing(struct buf *b, const char *clock)
{
	static const struct { const char *clock, *words; } known[] = {
		{ "triase", "belum dibaca" }, { "diambil", "belum diambil" },
		{ "ditangani", "belum ditangani" }, { "diselesaikan", "belum selesai" },
		{ "hukum", "melewati batas undang-undang" }, { "jawab", "belum menjawab" },
		{ "lapor-diri", "diam di lapangan" },
	};

	for (size_t i = 0; i < N_ELEMS(known); i++)
		if (strcmp(known[i].clock, clock) == 0) {
			buf_adds(b, known[i].words);
			return;
		}
	buf_adds(b, "belum ");
	buf_add_html(b, clock, strlen(clock));
}

static int
belongs(const struct model_case *c, enum list l, int64_t now)
{
	switch (l) {
	case LIST_OPEN: return 1;
	case LIST_LATE: return c->handled_ms == 0 && c->promise_ms != 0 && c->promise_ms <= now;
	case LIST_TRIAGE: return c->state == CASE_BARU;
	case LIST_DAY: return c->received_ms >= now - DAY_MS;
	}
	return 0;
}

static void
add_left(struct buf *b, const struct model_case *c, int64_t now)
{
	int64_t left = c->promise_ms - now;

	if (c->handled_ms != 0 || c->promise_ms == 0) {
		buf_adds(b, "<td class=\"n\">ditangani</td>");
		return;
	}
	buf_addf(b, "<td class=\"n %s\">", left <= 0 ? "lewat" : left < NEAR_MS ? "dekat" : "");
	buf_adds(b, left <= 0 ? "lewat " : "sisa ");
	buf_add_duration(b, left <= 0 ? -left : left, "id");
	buf_adds(b, "</td>");
}

static void
add_cell(struct buf *b, const char *text)
{
	buf_adds(b, "<td>");
	buf_add_html(b, text, strlen(text));
	buf_adds(b, "</td>");
}

static void
add_row(struct buf *b, const struct console *c, const struct model_case *k, int64_t now)
{
	const struct place *p = c->h.policy != NULL ? place_find(c->h.policy->places, k->place) :
	    NULL;
	const struct category *cat = c->h.policy != NULL ?
	    category_find(c->h.policy->catalogue, k->category) : NULL;
	struct buf place = { 0 };
	char code[CODE_CHARS + 2];

	code_show(code, &k->code);
	if (p != NULL)
		buf_add_place(&place, p);
	buf_addf(b, "<tr id=\"%s\"%s>", k->code.s, k->latihan ? " class=\"latihan\"" : "");
	add_left(b, k, now);
	buf_addf(b, "<td class=\"n\">%s%s</td>", k->latihan ? "LATIHAN " : "", code);
	add_cell(b, k->abandoned_ms != 0 ? "diterima, terbengkalai" : case_state_name(k->state));
	add_cell(b, k->unit[0] != '\0' ? console_unit_name(c, k->unit) : "triase");
	add_cell(b, cat != NULL ? cat->shortname : k->category);
	add_cell(b, buf_str(&place));
	buf_adds(b, "</tr>\n");
	buf_release(&place);
}

static size_t
add_rows(struct buf *b, const struct console *c, enum list l, int64_t now)
{
	size_t max = model_open_count(c->model), n, shown = 0;
	const struct model_case **all = xcalloc(max + 1, sizeof(*all));

	n = model_open(c->model, all, max);
	for (size_t i = 0; i < n && shown < ROWS_MAX; i++)
		if (belongs(all[i], l, now)) {
			add_row(b, c, all[i], now);
			shown++;
		}
	free(all);
	return shown;
}

static void
add_latest(struct buf *b, const struct console *c)
{
	static const char *const kinds[] = { [ESC_NONE] = "", [ESC_WARNING] = "peringatan",
	    [ESC_BREACH] = "lewat batas",
	    [ESC_RUNG] = "naik", [ESC_PASSED] = "dilewati" };
	const struct model_escalation *e;
	int shown = 0;

	for (size_t i = 0; shown < LATEST && (e = model_latest(c->model, i)) != NULL; i++) {
		char code[CODE_CHARS + 2];
		const char *unit = console_unit_name(c, e->unit),
		    *told = e->told[0] != '\0' ? console_unit_name(c, e->told) : "";

		/* A reminder is between us and the unit; fifty of them would push what climbs off the wall. */
		if (e->kind == ESC_WARNING)
			continue;
		shown++;
		code_show(code, &e->code);
		buf_adds(b, "<li><time datetime=\"");
		buf_add_wib_iso(b, e->at_ms);
		buf_adds(b, "\">");
		buf_add_wib_clock(b, e->at_ms);
		buf_addf(b, "</time><span class=\"jenis %s\">%s", escalation_name(e->kind), kinds[e->kind]);
		if (told[0] != '\0' && e->kind == ESC_RUNG) {
			buf_adds(b, " ke ");
			buf_add_html(b, told, strlen(told));
		}
		buf_addf(b, "</span><span>%s%s, ", e->latihan ? "LATIHAN " : "", code);
		buf_add_html(b, unit, strlen(unit));
		buf_adds(b, ": ");
		console_add_missing(b, e->clock);
		if (e->why[0] != '\0')
			buf_addf(b, " (%s)", e->why);
		buf_adds(b, "</span></li>\n");
	}
	if (shown == 0)
		buf_adds(b, "<li class=\"kosong\">Belum ada yang lewat batas.</li>\n");
}

static void
share_words(struct buf *share, struct buf *of, const struct model_figures *f)
{
	size_t decided = f->day_in_time + f->day_late;

	if (decided == 0) {
		buf_adds(share, "–");
		buf_adds(of, "belum ada");
	} else {
		buf_addf(share, "%zu%%", f->day_in_time * 100 / decided);
		buf_addf(of, "%zu dari %zu", f->day_in_time, decided);
	}
}

/* Units with a number that does not answer, and in the sums how many do. */
static void
add_reach(struct buf *b, const struct console *c, struct buf *heads, struct buf *everybody)
{
	struct reach *units = xcalloc(c->h.roster.n + 1, sizeof(*units)), sum = { .unit = "" };
	size_t n = rollcall_reach(&c->h.roster, units);

	for (size_t i = 0; i < n; i++) {
		const struct reach *u = &units[i];

		sum.heads += u->heads, sum.heads_silent += u->heads_silent;
		sum.all += u->all, sum.all_silent += u->all_silent;
		if (u->all_silent == 0)
			continue;
		buf_adds(b, "<tr>");
		add_cell(b, console_unit_name(c, u->unit));
		buf_addf(b, "<td class=\"n\">%d / %d</td></tr>\n", u->all - u->all_silent, u->all);
	}
	buf_addf(heads, "%d / %d", sum.heads - sum.heads_silent, sum.heads);
	buf_addf(everybody, "%d / %d", sum.all - sum.all_silent, sum.all);
	free(units);
}

#define PASSERS_SHOWN 10

/* Units that passed cases on or let them lie, most first. */
static void
add_passers(struct buf *b, const struct console *c)
{
	size_t n;
	const struct model_unit *units = model_units(c->model, &n);

	for (size_t i = 0; i < n && i < PASSERS_SHOWN; i++) {
		buf_adds(b, "<tr>");
		add_cell(b, console_unit_name(c, units[i].unit));
		buf_addf(b, "<td class=\"n\">%d</td><td class=\"n\">%d</td></tr>\n", units[i].passed_on,
		    units[i].abandoned);
	}
}

/* The page around the two lists: the figures in words. */
static void
fill_board(struct buf *page, const struct console *c, enum list l, int is_empty, int64_t now,
    const struct buf *heads, const struct buf *everybody)
{
	struct buf share = { 0 }, of = { 0 }, clock = { 0 };
	char open[24], breaching[24], triage[24], seq[24];
	struct model_figures f;

	model_figures(c->model, now, &f);
	share_words(&share, &of, &f);
	buf_add_wib_clock(&clock, now);
	snprintf(open, sizeof(open), "%zu", f.open);
	snprintf(breaching, sizeof(breaching), "%zu", f.breaching);
	snprintf(triage, sizeof(triage), "%zu", f.triage);
	snprintf(seq, sizeof(seq), "%" PRId64, model_seq(c->model));

	const struct template_value v[] = {
		{ "kabupaten", c->h.set.name }, { "waktu", buf_str(&clock) },
		{ "seq", seq }, { "open", open }, { "breaching", breaching },
		{ "bahaya", f.breaching > 0 ? "bahaya" : "" }, { "triage", triage },
		{ "share", buf_str(&share) }, { "of", buf_str(&of) },
		{ "kepala", buf_str(heads) }, { "petugas", buf_str(everybody) },
		{ "judul", lists[l].title }, { "kosong", is_empty ? lists[l].empty : "" },
	};

	page_fill(page, "papan", ASSET(console_web_papan_html), v, N_ELEMS(v));
	buf_release(&share);
	buf_release(&of);
	buf_release(&clock);
}

void
get_home(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate(r, c, &w))
		http_answer_redirect(r, 303, console_first_page(c, w.officer));
}

void
get_board(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;
	int64_t now = house_now_ms(&c->h);
	struct buf page = { 0 }, rows = { 0 }, latest = { 0 }, reach = { 0 }, passers = { 0 };
	struct buf heads = { 0 }, everybody = { 0 };
	enum list l = LIST_OPEN;
	const char *which;
	size_t len, shown;

	if (!gate_for(r, c, &w, SEE_BOARD))
		return;
	which = http_req_query(r, "daftar", &len);
	for (size_t i = 0; which != NULL && i < N_ELEMS(lists); i++)
		if (strcmp(which, lists[i].name) == 0)
			l = (enum list)i;
	shown = add_rows(&rows, c, l, now);
	add_latest(&latest, c);
	add_reach(&reach, c, &heads, &everybody);
	fill_board(&page, c, l, shown == 0, now, &heads, &everybody);
	page_put(&page, "<!--KASUS-->", &rows);
	page_put(&page, "<!--ESKALASI-->", &latest);
	page_put(&page, "<!--JANGKAUAN-->", &reach);
	add_passers(&passers, c);
	page_put(&page, "<!--OPER-->", &passers);
	http_answer(r, 200, "text/html; charset=utf-8", &page);
	buf_release(&page);
	buf_release(&rows);
	buf_release(&latest);
	buf_release(&reach);
	buf_release(&passers);
	buf_release(&heads);
	buf_release(&everybody);
}

void
get_board_json(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;
	const struct model_unit *units;
	struct buf b = { 0 };
	struct model_figures f;
	int64_t now = house_now_ms(&c->h);
	size_t n;

	if (!gate_for(r, c, &w, SEE_BOARD))
		return;
	model_figures(c->model, now, &f);
	buf_addf(&b,
	    "{\"seq\":%" PRId64 ",\"at_ms\":%" PRId64
	    ",\"open\":%zu,\"breaching\":%zu,\"triage\":%zu,\"drill\":%zu,"
	    "\"day_in_time\":%zu,\"day_late\":%zu,\"units\":[",
	    model_seq(c->model), now, f.open, f.breaching, f.triage, f.drill, f.day_in_time,
	    f.day_late);
	units = model_units(c->model, &n);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s{\"unit\":\"%s\",\"passed_on\":%d,\"abandoned\":%d}", i ? "," : "",
		    units[i].unit, units[i].passed_on, units[i].abandoned);
	buf_adds(&b, "]}");
	http_answer_json(r, 200, &b);
	buf_release(&b);
}

void
get_board_css(struct http_req *r, void *arg)
{
	(void)arg;
	page_answer_asset(r, "text/css; charset=utf-8", ASSET(console_web_papan_css));
}

void
get_board_js(struct http_req *r, void *arg)
{
	(void)arg;
	page_answer_asset(r, "text/javascript; charset=utf-8", ASSET(console_web_papan_js));
}
