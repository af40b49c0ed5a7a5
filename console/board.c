/* The board that the Bupati's office leaves open: what is open, what is late, what climbs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/board.h"
#include "core/incident.h"
#include "core/message.h"
#include "core/rollcall.h"
#include "lib/escape.h"
#include "lib/page.h"

ASSET_DECLARE(console_web_papan_html);
ASSET_DECLARE(console_web_papan_css);
ASSET_DECLARE(console_web_papan_js);

#define LATEST 12
#define LATE_SHOWN 9
#define INCIDENTS_SHOWN 6

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
		{ "triase", SAID("belum dibaca") }, { "diambil", SAID("belum diambil") },
		{ "ditangani", SAID("belum ditangani") }, { "diselesaikan", SAID("belum selesai") },
		{ "hukum", SAID("melewati batas undang-undang") }, { "jawab", SAID("belum menjawab") },
		{ "lapor-diri", SAID("diam di lapangan") },
	};

	for (size_t i = 0; i < N_ELEMS(known); i++)
		if (strcmp(known[i].clock, clock) == 0) {
			buf_adds(b, known[i].words);
			return;
		}
	buf_adds(b, "belum ");
	buf_add_html(b, clock, strlen(clock));
}

void
add_missing(struct buf *b, const char *clock)
{
	struct buf words = { 0 };

	console_add_missing(&words, clock);
	add_said(b, buf_str(&words));
	buf_release(&words);
}

static void
add_cell(struct buf *b, const char *text)
{
	buf_adds(b, "<td>");
	buf_add_html(b, text, strlen(text));
	buf_adds(b, "</td>");
}

/* ---- what is late now ---- */

static int
may_list(const struct console *c, const struct officer *o, const struct model_case *m)
{
	struct access_case a;

	model_access(c->model, m, 0, &a);
	return access_may(c->h.policy, o, SEE_EXISTS, &a);
}

/* Minutes, for hours that are the whole day's business; days beyond that. */
static void
add_late_by(struct buf *b, int64_t ms)
{
	if (ms < DAY_MS)
		buf_addf(b, "%" PRId64 " [[menit]]", ms / MINUTE_MS);
	else
		add_said_duration(b, ms);
}

/* The desa and no more: the map has the kecamatan. */
static void
add_short_place(struct buf *b, const struct console *c, const char *code)
{
	const struct place *p = place_find(c->h.policy->places, code);
	if (p != NULL)
		buf_add_html(b, p->name, strlen(p->name));
	else
		buf_adds(b, "[[tempat belum jelas]]");
}

static void
add_late(struct buf *b, const struct console *c, const struct officer *o, const struct board_tally *t)
{
	size_t shown = 0;

	for (size_t i = 0; i < t->late_n && shown < LATE_SHOWN; i++) {
		const struct model_case *m = t->late[i];
		const char *unit = m->unit[0] != '\0' ? console_unit_name(c, m->unit) : "";
		char code[CODE_CHARS + 2];

		if (!may_list(c, o, m))
			continue;
		shown++;
		code_show(code, &m->code);
		buf_addf(b, "<li><a href=\"/kasus/%s\"><strong class=\"lewat\">", m->code.s);
		add_late_by(b, t->at_ms - m->promise_ms);
		buf_adds(b, unit[0] != '\0' ? "</strong> <b>" : "</strong> <b>[[meja 112]]");
		buf_add_html(b, unit, strlen(unit));
		buf_adds(b, "</b> <span>");
		add_category_name(b, c, m->category);
		buf_adds(b, ", ");
		add_short_place(b, c, m->place);
		buf_addf(b, "</span> <span class=\"kode\">%s</span></a></li>\n", code);
	}
	if (t->late_n == 0)
		buf_adds(b, "<li class=\"kosong\">[[Tidak ada yang lewat batas.]]</li>\n");
	else if (shown == 0)
		buf_adds(b, "<li class=\"kosong\">[[Yang lewat batas bukan kasus unit atau wilayah Anda.]]</li>\n");
}

static void
add_incidents(struct buf *b, const struct console *c, const struct officer *o, const struct board_tally *t, int64_t seq)
{
	size_t shown = 0;

	for (size_t i = 0; i < t->leads_n && shown < INCIDENTS_SHOWN; i++) {
		const struct model_case *m = t->leads[i];
		const struct incident_kind *k = incident_kind_of(c->h.policy, m->incident);
		struct figure f = { .list = LIST_INCIDENT, .seq = seq, .at_ms = t->at_ms };

		if (!may_list(c, o, m))
			continue;
		shown++;
		snprintf(f.incident, sizeof(f.incident), "%s", m->incident);
		buf_adds(b, "<li><a href=\"");
		figure_add_link(b, &f);
		buf_addf(b, "\"><strong>%d [[suara]]</strong> <b>", m->voices);
		if (k != NULL)
			add_said(b, k->name);
		else
			add_category_name(b, c, m->category);
		buf_adds(b, "</b> <span>");
		add_short_place(b, c, m->place);
		buf_addf(b, ", [[%s]], [[%s]]</span></a></li>\n", case_state_words(m->state, CLOSE_NONE, "id"),
		    truth_words(m->truth));
	}
	if (shown == 0)
		buf_adds(b, "<li class=\"kosong\">[[Tidak ada kejadian yang dilaporkan beberapa orang.]]</li>\n");
}

/* ---- what climbs ---- */

static void
add_escalation(struct buf *b, const struct console *c, const struct model_escalation *e)
{
	static const char *const kinds[] = { [ESC_NONE] = "", [ESC_WARNING] = "[[peringatan]]",
	    [ESC_BREACH] = "[[lewat batas]]", [ESC_RUNG] = "[[naik]]", [ESC_PASSED] = "[[dilewati]]" };
	const char *unit = console_unit_name(c, e->unit),
	    *told = e->told[0] != '\0' ? console_unit_name(c, e->told) : "";
	char code[CODE_CHARS + 2];

	code_show(code, &e->code);
	buf_addf(b, "<li data-catatan=\"%" PRId64 "\"><a href=\"/kasus/%s\"><time datetime=\"", e->seq, e->code.s);
	buf_add_wib_iso(b, e->at_ms);
	buf_adds(b, "\">");
	buf_add_wib_clock(b, e->at_ms);
	buf_addf(b, "</time> <strong class=\"jenis %s\">%s%s", escalation_name(e->kind), e->latihan ? "[[LATIHAN]] " : "",
	    kinds[e->kind]);
	if (told[0] != '\0' && e->kind == ESC_RUNG) {
		buf_adds(b, " [[ke]] ");
		buf_add_html(b, told, strlen(told));
	}
	buf_adds(b, "</strong> <span>");
	buf_add_html(b, unit, strlen(unit));
	buf_adds(b, " ");
	add_missing(b, e->clock);
	if (e->why[0] != '\0') {
		buf_adds(b, " (");
		add_said(b, e->why);
		buf_adds(b, ")");
	}
	buf_addf(b, "</span> <span class=\"kode\">%s</span></a></li>\n", code);
}

static void
add_latest(struct buf *b, const struct console *c, const struct officer *o)
{
	const struct model_escalation *e;
	int shown = 0;

	for (size_t i = 0; shown < LATEST && (e = model_latest(c->model, i)) != NULL; i++) {
		/* A reminder is between us and the unit; fifty of them would push what climbs off the wall. */
		/* Nor is a rung that was overtaken after an outage: the one that was climbed says it. */
		if (e->kind == ESC_WARNING || (e->kind == ESC_PASSED && strcmp(e->why, "terlambat") == 0) ||
		    !gate_may_list(c, o, e->code.s))
			continue;
		shown++;
		add_escalation(b, c, e);
	}
	if (shown == 0)
		buf_adds(b, "<li class=\"kosong\">[[Belum ada yang lewat batas.]]</li>\n");
}

static void
share_words(struct buf *share, struct buf *of, const struct model_figures *f)
{
	size_t decided = f->day_in_time + f->day_late;

	if (decided == 0) {
		buf_adds(share, "–");
		buf_adds(of, "[[belum ada yang dinilai]]");
	} else {
		buf_addf(share, "%zu%%", f->day_in_time * 100 / decided);
		buf_addf(of, "%zu [[dari]] %zu, 24 [[jam]]", f->day_in_time, decided);
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

/* How far behind the log what is shown is; a wall that says nothing of it is believed too long. */
static void
add_lag(struct buf *b, struct console *c)
{
	int64_t last = logbook_last_seq(&c->h.st), behind = last - model_seq(c->model);

	if (last < 0)
		buf_adds(b, "[[penyimpanan tidak menjawab]]");
	else if (behind <= 0)
		buf_adds(b, "[[tidak tertinggal]]");
	else
		buf_addf(b, "[[tertinggal]] %" PRId64 " [[catatan log]]", behind);
}

static void
add_number(struct buf *b, const char *words, const char *more, enum board_list list, const char *mark,
    const char *text, const struct board_tally *t, int64_t seq)
{
	const struct figure f = { .list = list, .seq = seq, .at_ms = t->at_ms };

	buf_addf(b, "<a class=\"angka-satu %s\" href=\"", mark);
	figure_add_link(b, &f);
	buf_addf(b, "\"><span>%s</span><strong>%s</strong><span>%s</span></a>\n", words, text, more);
}

static void
add_numbers(struct buf *b, const struct model_figures *f, const struct board_tally *t, int64_t seq)
{
	struct buf share = { 0 }, of = { 0 };
	char open[24], late[24], triage[24], broken[24];

	share_words(&share, &of, f);
	snprintf(open, sizeof(open), "%zu", f->open);
	snprintf(late, sizeof(late), "%zu", f->breaching);
	snprintf(triage, sizeof(triage), "%zu", f->triage);
	snprintf(broken, sizeof(broken), "%zu", f->day_late);
	add_number(b, "[[Terbuka]]", "[[kasus]]", LIST_OPEN, "", open, t, seq);
	add_number(b, "[[Lewat batas sekarang]]", "[[belum ditangani]]", LIST_LATE, f->breaching > 0 ? "bahaya" : "", late, t, seq);
	add_number(b, "[[Menunggu dibaca]]", "[[di meja 112]]", LIST_TRIAGE, "", triage, t, seq);
	add_number(b, "[[Ditangani tepat waktu]]", buf_str(&of), LIST_KEPT, "", buf_str(&share), t, seq);
	add_number(b, "[[Melewati batas]]", "[[dalam 24 jam]]", LIST_BROKEN, "", broken, t, seq);
	buf_release(&share);
	buf_release(&of);
}

void
get_home(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate(r, c, &w))
		http_answer_redirect(r, 303, console_first_page(c, w.officer));
}

static void
fill_board(struct buf *page, struct console *c, const struct who *w, const struct board_tally *t)
{
	struct buf numbers = { 0 }, late = { 0 }, latest = { 0 }, reach = { 0 }, passers = { 0 }, map = { 0 };
	struct buf curve = { 0 }, notices = { 0 }, incidents = { 0 }, clock = { 0 }, lag = { 0 }, heads = { 0 }, everybody = { 0 };
	int64_t seq = model_seq(c->model);
	struct model_figures f;
	char seq_text[24];

	model_figures(c->model, t->at_ms, &f);
	add_numbers(&numbers, &f, t, seq);
	add_late(&late, c, w->officer, t);
	add_latest(&latest, c, w->officer);
	add_reach(&reach, c, &heads, &everybody);
	add_passers(&passers, c);
	add_map(&map, c, t, seq);
	add_curve(&curve, t, seq);
	add_incidents(&incidents, c, w->officer, t, seq);
	add_notices(&notices, c, w->officer, t->at_ms);
	buf_add_wib_clock(&clock, t->at_ms);
	add_lag(&lag, c);
	snprintf(seq_text, sizeof(seq_text), "%" PRId64, seq);
	{
		const struct template_value v[] = { { "waktu", buf_str(&clock) }, { "seq", seq_text },
		    { "kepala", buf_str(&heads) }, { "petugas", buf_str(&everybody) } };
		const struct { const char *marker; const struct buf *text; } parts[] = {
			{ "<!--ANGKA-->", &numbers }, { "<!--LEWAT-->", &late }, { "<!--PETA-->", &map },
			{ "<!--ESKALASI-->", &latest }, { "<!--KURVA-->", &curve }, { "<!--KEJADIAN-->", &incidents },
			{ "<!--LAG-->", &lag }, { "<!--OPER-->", &passers }, { "<!--JANGKAUAN-->", &reach },
			{ "<!--PERINGATAN-->", &notices },
		};

		page_fill(page, "papan", ASSET(console_web_papan_html), v, N_ELEMS(v));
		for (size_t i = 0; i < N_ELEMS(parts); i++)
			page_put(page, parts[i].marker, parts[i].text);
	}
	{
		struct buf *const all[] = { &numbers, &late, &latest, &reach, &passers, &map, &curve, &incidents, &notices,
		    &clock, &lag, &heads, &everybody };

		for (size_t i = 0; i < N_ELEMS(all); i++)
			buf_release(all[i]);
	}
}

void
get_board(struct http_req *r, void *arg)
{
	static const char head[] = "<link rel=\"stylesheet\" href=\"/papan.css\">\n"
	    "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"[[Eskalasi]]\" href=\"/feed/eskalasi.atom\">\n"
	    "<link rel=\"alternate\" type=\"application/feed+json\" title=\"[[Eskalasi]]\" href=\"/feed/eskalasi.json\">\n"
	    "<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>\n"
	    "<script src=\"/papan.js\" defer></script>\n";
	struct console *c = arg;
	struct buf page = { 0 }, more = { 0 };
	struct board_tally t;
	struct who w;
	size_t len;

	if (!gate_for(r, c, &w, SEE_BOARD))
		return;
	if (http_req_query(r, "daftar", &len) != NULL) {
		get_board_list(r, c, &w);
		return;
	}
	board_tally_make(&t, c, house_now_ms(&c->h));
	fill_board(&page, c, &w, &t);
	buf_adds(&more, head);
	frame_answer_with(r, c, &w, 200, "[[Papan]]", "/papan", &more, &page);
	board_tally_release(&t);
	buf_release(&page);
	buf_release(&more);
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
