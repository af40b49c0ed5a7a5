/* /laporan/berulang: what keeps coming back at one place, and the root problem that somebody owns. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/fields.h"
#include "console/frame.h"
#include "console/reckon.h"
#include "console/recur.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/intake.h"

#define CASES_SHOWN 50		/* of a group, one by one */
#define CODES_CHARS ((size_t)CASES_SHOWN * (CODE_CHARS + 1) + 1)

struct search {
	struct reckoning k;
	struct recurrences *r;
};

static int
may_open(const struct console *c, const struct who *w)
{
	const struct policy *p = c->h.policy;

	return !w->by_secret && access_may(p, w->officer, SEE_BOARD, NULL) && access_may(p, w->officer, MAY_ENTER, NULL);
}

/* Who sees too few of its cases leaves the group to somebody who sees them. */
static int
may_propose(const struct search *s, const struct recur_group *g)
{
	int64_t seen = 0;

	for (size_t i = 0; i < g->n && i < CASES_SHOWN; i++)
		seen += gate_may_list(s->k.c, s->k.w.officer, g->codes[i]);
	return may_open(s->k.c, &s->k.w) && seen >= s->k.c->h.set.recur_times;
}

/* ---- the list ---- */

static void
add_codes(struct buf *b, const struct search *s, const struct recur_group *g)
{
	size_t hidden = 0;

	buf_adds(b, "<p>");
	for (size_t i = 0; i < g->n; i++) {
		if (i >= CASES_SHOWN || !gate_may_list(s->k.c, s->k.w.officer, g->codes[i]))
			hidden++;
		else
			buf_addf(b, "<a class=\"kode\" href=\"/kasus/%s\">%s</a> ", g->codes[i], g->codes[i]);
	}
	if (hidden > 0)
		buf_addf(b, "<span class=\"hint\">%zu [[lagi tidak ditampilkan satu per satu.]]</span>", hidden);
	buf_adds(b, "</p>\n");
}

static void
add_hidden(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	buf_add_html(b, value, strlen(value));
	buf_adds(b, "\">");
}

/* Who owns the cure: the one proposed, or another that he chooses. */
static void
add_form(struct buf *b, const struct search *s, const struct recur_group *g, const struct unit *owner)
{
	struct buf codes = { 0 }, none = { 0 };

	for (size_t i = 0; i < g->n && i < CASES_SHOWN; i++)
		if (gate_may_list(s->k.c, s->k.w.officer, g->codes[i]))
			buf_addf(&codes, "%s%s", codes.len > 0 ? " " : "", g->codes[i]);
	if (owner != NULL) {
		buf_adds(&none, "[[Usulan:]] ");
		buf_add_html(&none, owner->name, strlen(owner->name));
	} else {
		buf_adds(&none, "[[Pilih unit]]");
	}
	buf_adds(b, "<form method=\"post\" action=\"/laporan/berulang\" class=\"tindak\">");
	frame_add_token(b, &s->k.w);
	add_hidden(b, "kategori", g->category);
	add_hidden(b, "tempat", g->place);
	add_hidden(b, "usulan", owner != NULL ? owner->code : "");
	add_hidden(b, "kasus", buf_str(&codes));
	add_unit_field(b, s->k.c, "[[Pemilik masalah]]", buf_str(&none), g->place, 0);
	buf_adds(b, "<button>[[Jadikan masalah akar]]</button></form>\n");
	buf_release(&codes);
	buf_release(&none);
}

static void
add_group(struct buf *b, const struct search *s, const struct recur_group *g)
{
	const struct policy *p = s->k.c->h.policy;
	const struct unit *owner = recur_owner(p, g);

	buf_adds(b, "<li class=\"kartu\"><h2>");
	add_category_name(b, s->k.c, g->category);
	buf_adds(b, ", ");
	add_place_name(b, s->k.c, g->place);
	buf_addf(b, "</h2>\n<p><strong>%zu</strong> [[laporan, yang pertama]] ", g->n);
	reckon_add_day(b, g->first_ms);
	buf_adds(b, ", [[yang terakhir]] ");
	reckon_add_day(b, g->last_ms);
	buf_adds(b, ". [[Paling sering dipegang:]] ");
	if (g->led[0] != '\0')
		buf_add_html(b, console_unit_name(s->k.c, g->led), strlen(console_unit_name(s->k.c, g->led)));
	else
		buf_adds(b, "[[belum ada unit]]");
	buf_adds(b, ".</p>\n");
	add_codes(b, s, g);
	if (g->root[0] != '\0')
		buf_addf(b, "<p>[[Masalah akarnya sedang dikerjakan:]] <a class=\"kode\" href=\"/kasus/%s\">%s</a></p>\n", g->root, g->root);
	else if (may_propose(s, g))
		add_form(b, s, g, owner);
	else if (owner != NULL) {
		buf_adds(b, "<p>[[Usulan pemilik:]] ");
		buf_add_html(b, owner->name, strlen(owner->name));
		buf_adds(b, "</p>\n");
	}
	buf_adds(b, "</li>\n");
}

static void
answer(struct reckoning *k)
{
	struct search *s = (struct search *)k;
	const struct settings *set = &k->c->h.set;
	struct recur_group *groups;
	size_t n = recurrences_groups(s->r, (size_t)set->recur_times, &groups);
	struct buf b = { 0 };

	buf_addf(&b, "<h1>[[Masalah berulang]]</h1>\n<p>%" PRId64 " [[laporan atau lebih dari jenis yang sama di desa yang sama. Yang "
	    "berulang tidak selesai dengan ditambal lagi: usulkan satu pemilik untuk akarnya.]]</p>\n"
	    "<form method=\"get\" action=\"/laporan/berulang\" class=\"rentang\">", set->recur_times);
	reckon_add_fields(&b, k);
	buf_adds(&b, "<button>[[Hitung]]</button></form>\n<ul class=\"daftar\">\n");
	for (size_t i = 0; i < n; i++)
		add_group(&b, s, &groups[i]);
	buf_adds(&b, "</ul>\n");
	if (n == 0)
		buf_adds(&b, "<p class=\"kosong\">[[Tidak ada yang berulang sebanyak itu dalam rentang ini.]]</p>\n");
	buf_adds(&b, "<p class=\"hint\">[[Tidak dihitung: latihan, kasus tertutup, laporan lama yang diimpor, yang ditolak, yang ganda, dan "
	    "yang mengikuti kasus lain. Setelah masalah akarnya selesai, hitungan mulai lagi dari awal.]]</p>\n");
	frame_answer(k->r, k->c, &k->w, 200, "[[Masalah berulang]]", "/laporan", &b);
	recurrences_groups_free(groups, n);
	buf_release(&b);
}

static void
start(struct reckoning *k)
{
	((struct search *)k)->r = recurrences_new(k->from_ms, k->to_ms, k->c->h.policy);
}

static void
take(struct reckoning *k, const struct log_line *line)
{
	recurrences_take(((struct search *)k)->r, line);
}

static void
release(struct reckoning *k)
{
	recurrences_free(((struct search *)k)->r);
	free(k);
}

void
get_recurrences(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct search *s;
	struct who w;

	if (!gate_for(r, c, &w, SEE_BOARD))
		return;
	s = xcalloc(1, sizeof(*s));
	s->k = (struct reckoning){ .start = start, .take = take, .answer = answer, .release = release,
	    .usual_ms = c->h.set.recur_ms };
	reckon_begin(&s->k, r, c, &w);
}

/* ---- a root problem of one ---- */

/* What the form says; strings are the caller's to free. */
struct wanted { char *category, *place, *unit, *codes; size_t n; };

static void
wanted_release(struct wanted *w)
{
	free(w->category);
	free(w->place);
	free(w->unit);
	free(w->codes);
}

/* How many codes stand there; 0 if one of them is none that he may know of. */
static size_t
count_codes(const struct console *c, const struct who *w, const char *s)
{
	size_t n = 0;
	struct code code;

	for (; *s != '\0'; s += *s == ' ') {
		size_t len = strcspn(s, " ");

		if (code_parse(&code, s, len) != 0 || !gate_may_list(c, w->officer, code.s))
			return 0;
		s += len;
		n++;
	}
	return n;
}

static const char *
read_wanted(struct http_req *r, const struct console *c, const struct who *who, struct wanted *w)
{
	const struct policy *p = c->h.policy;

	w->category = form_field(r, "kategori");
	w->place = form_field(r, "tempat");
	w->unit = form_field(r, "unit");
	w->codes = form_field(r, "kasus");
	if (w->unit[0] == '\0') {
		free(w->unit);
		w->unit = form_field(r, "usulan");
	}
	w->n = strlen(w->codes) < CODES_CHARS ? count_codes(c, who, w->codes) : 0;
	if (category_find(p->catalogue, w->category) == NULL || place_find(p->places, w->place) == NULL)
		return SAID("Kategori atau tempatnya tidak dikenal; muat ulang /laporan/berulang.");
	if (unit_find(p->units, w->unit) == NULL)
		return SAID("Pilih unit yang memiliki masalah ini.");
	if ((int64_t)w->n < c->h.set.recur_times)
		return SAID("Daftar kasusnya tidak utuh; muat ulang /laporan/berulang.");
	return NULL;
}

/*
 * A report of the office itself, by the door that all use.  Its key is the group with its oldest case: a
 * second press, and a second officer, find the same one.
 */
static void
fill_report(struct laporan *l, const struct console *c, const struct who *w, const struct wanted *v)
{
	const struct place *at = place_find(c->h.policy->places, v->place);
	struct buf id = { 0 }, text = { 0 };

	memset(l, 0, sizeof(*l));
	snprintf(l->channel, sizeof(l->channel), "%s", CHANNEL_ROOT);
	snprintf(l->entered_by, sizeof(l->entered_by), "%s", w->officer->id);
	snprintf(l->unit, sizeof(l->unit), "%s", v->unit);
	buf_addf(&id, "%s:%s:%s:%.*s", CHANNEL_ROOT, v->category, v->place, CODE_CHARS, v->codes);
	l->message_id = buf_take(&id);
	buf_addf(&text, "Masalah berulang: %s di %s, %zu laporan. Kasus: %s. Carikan sebabnya, bukan tambalannya.",
	    category_find(c->h.policy->catalogue, v->category)->name, at->name, v->n, v->codes);
	l->text = buf_take(&text);
	l->place = xstrdup(v->place);
	l->category = xstrdup(v->category);
	l->received_ms = house_now_ms(&c->h);
}

void
post_recurrence(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct wanted v = { .category = NULL };
	struct laporan l;
	struct buf to = { 0 };
	enum intake_result result;
	const char *wrong;
	struct code code;
	struct who w;

	if (!gate_change(r, c, &w))
		return;
	if (!may_open(c, &w)) {
		http_answer_problem(r, 403, "Forbidden", "Masalah akar dibuka kepala atau operator, dengan akunnya sendiri.");
		return;
	}
	wrong = read_wanted(r, c, &w, &v);
	if (wrong != NULL) {
		http_answer_problem(r, 422, "Unprocessable Content", wrong);
		wanted_release(&v);
		return;
	}
	fill_report(&l, c, &w, &v);
	result = intake_take(&c->h.st, &l, l.received_ms, (int)c->h.set.dedupe_days, &code);
	if (result == INTAKE_OK || result == INTAKE_SEEN) {
		log_info("root_opened", "case=%s officer=%s unit=%s cases=%zu again=%d", code.s, w.officer->id, v.unit, v.n,
		    result == INTAKE_SEEN);
		buf_addf(&to, "/kasus/%s", code.s);
		http_answer_redirect(r, 303, buf_str(&to));
	} else {
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; tekan lagi sebentar lagi.");
	}
	laporan_release(&l);
	wanted_release(&v);
	buf_release(&to);
}
