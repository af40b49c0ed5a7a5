/* /jaga: who is on duty in a unit, now and in the coming week, with its gaps; leave and swaps by its head. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/desk.h"
#include "console/fields.h"
#include "core/ical.h"
#include "core/shift.h"
#include "lib/escape.h"
#include "store/officer.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))
#define DAYS 7
#define STEP_MS (30 * MINUTE_MS)	/* duties begin at whole and half hours */
#define SHOWN 12			/* of those on duty at once */

/* ---- who is on duty when ---- */

struct duty_now { const struct officer *who[2 * SHOWN]; size_t n; };

static void
on_duty(struct duty_now *d, const struct console *c, const char *unit, int64_t at_ms)
{
	const struct calendar *holidays = c->h.policy->calendar;

	d->n = roster_on_duty(&c->h.roster, holidays, unit, ROLE_KEPALA, at_ms, d->who, SHOWN);
	d->n += roster_on_duty(&c->h.roster, holidays, unit, ROLE_PETUGAS, at_ms, d->who + d->n, SHOWN);
}

static int
is_same(const struct duty_now *a, const struct duty_now *b)
{
	return a->n == b->n && memcmp(a->who, b->who, a->n * sizeof(a->who[0])) == 0;
}

static void
add_names(struct buf *b, const struct duty_now *d)
{
	if (d->n == 0)
		buf_adds(b, "<strong class=\"lewat\">[[KOSONG, tidak ada yang bertugas]]</strong>");
	for (size_t i = 0; i < d->n; i++) {
		buf_adds(b, i > 0 ? ", " : "");
		PLAIN(b, d->who[i]->name);
		buf_adds(b, d->who[i]->role == ROLE_KEPALA ? " [[(kepala)]]" : "");
	}
}

/* The end of a day is its 24:00. */
static void
add_span(struct buf *b, int64_t from_ms, int64_t until_ms, const struct duty_now *d)
{
	int ends = (until_ms + WIB_MS) % DAY_MS == 0;

	buf_adds(b, "<li>");
	if (ends && until_ms - from_ms == DAY_MS) {
		buf_adds(b, "[[Sepanjang hari]]");
	} else {
		buf_add_wib_clock(b, from_ms);
		buf_adds(b, ends ? "&ndash;24:00" : "&ndash;");
		if (!ends)
			buf_add_wib_clock(b, until_ms);
		buf_adds(b, " WIB");
	}
	buf_adds(b, ": ");
	add_names(b, d);
	buf_adds(b, "</li>\n");
}

/* One day as spans of who is there; milliseconds without anybody. */
static int64_t
add_day(struct buf *b, const struct console *c, const char *unit, int64_t day)
{
	static const char *const names[] = { "[[Minggu]]", "[[Senin]]", "[[Selasa]]", "[[Rabu]]", "[[Kamis]]", "[[Jumat]]", "[[Sabtu]]" };
	struct wib w;
	struct duty_now was, is;
	int64_t begin, since, gap = 0;

	wib_day_of(&w, day);
	begin = since = wib_to_ms(&(struct wib){ .year = w.year, .month = w.month, .day = w.day });
	buf_addf(b, "<h3>%s, %d-%02d-%02d</h3>\n<ul>\n", names[w.weekday], w.year, w.month, w.day);
	on_duty(&was, c, unit, begin);
	for (int64_t at = begin + STEP_MS; at <= begin + DAY_MS; at += STEP_MS) {
		gap += was.n == 0 ? STEP_MS : 0;
		if (at < begin + DAY_MS)
			on_duty(&is, c, unit, at);
		if (at < begin + DAY_MS && is_same(&was, &is))
			continue;
		add_span(b, since, at, &was);
		since = at;
		was = is;
	}
	buf_adds(b, "</ul>\n");
	return gap;
}

/* ---- what a head does ---- */

struct own { const struct officer *list[400]; size_t n; };

static void
officers_of(struct own *own, const struct console *c, const char *unit)
{
	own->n = 0;
	for (size_t i = 0; i < c->h.roster.n && own->n < N_ELEMS(own->list); i++)
		if (strcmp(c->h.roster.officers[i].unit, unit) == 0 && !c->h.roster.officers[i].ended)
			own->list[own->n++] = &c->h.roster.officers[i];
}

static void
begin_form(struct buf *b, const struct who *w, const char *unit, const char *act)
{
	buf_adds(b, "<form method=\"post\" action=\"/jaga\">\n");
	frame_add_token(b, w);
	buf_addf(b, "<input type=\"hidden\" name=\"unit\" value=\"%s\"><input type=\"hidden\" name=\"aksi\" value=\"%s\">\n", unit,
	    act);
}

static void
add_officer_field(struct buf *b, const struct own *own, int away_only)
{
	buf_adds(b, "<label>[[Petugas]]<select name=\"petugas\">\n");
	for (size_t i = 0; i < own->n; i++) {
		if (away_only && own->list[i]->away_from_ms == 0)
			continue;
		buf_addf(b, "<option value=\"%s\">", own->list[i]->id);
		PLAIN(b, own->list[i]->name);
		buf_adds(b, "</option>\n");
	}
	buf_adds(b, "</select></label>\n");
}

/* Shifts with a date that are to come: each is named by who has it and when it begins. */
static int
add_shift_field(struct buf *b, const struct own *own, const char *name, const char *label, int64_t now_ms)
{
	int n = 0;

	buf_addf(b, "<label>%s<select name=\"%s\">\n", label, name);
	for (size_t i = 0; i < own->n; i++)
		for (size_t k = 0; k < own->list[i]->shifts_n; k++) {
			const struct shift *s = &own->list[i]->shifts[k];

			if (s->from_ms <= now_ms || n == 200)
				continue;
			buf_addf(b, "<option value=\"%s %" PRId64 "\">", own->list[i]->id, s->from_ms);
			PLAIN(b, own->list[i]->name);
			buf_adds(b, ", ");
			add_said_day_time(b, s->from_ms);
			buf_adds(b, "</option>\n");
			n++;
		}
	buf_adds(b, "</select></label>\n");
	return n;
}

static void
add_forms(struct buf *b, const struct console *c, const struct who *w, const char *unit, int64_t now_ms)
{
	struct buf swap = { 0 };
	struct own own;
	int away = 0;

	officers_of(&own, c, unit);
	for (size_t i = 0; i < own.n; i++)
		away += own.list[i]->away_from_ms != 0;
	buf_adds(b, "<h2>[[Cuti]]</h2>\n");
	begin_form(b, w, unit, "cuti");
	add_officer_field(b, &own, 0);
	buf_adds(b, "<label>[[Mulai]]<input type=\"date\" name=\"dari\" required></label>\n"
	    "<label>[[Hari terakhir]]<input type=\"date\" name=\"sampai\" required></label><button>[[Catat cuti]]</button></form>\n");
	if (away > 0) {
		begin_form(b, w, unit, "kembali");
		add_officer_field(b, &own, 1);
		buf_adds(b, "<button>[[Sudah kembali]]</button></form>\n");
	}
	begin_form(&swap, w, unit, "tukar");
	if (add_shift_field(&swap, &own, "satu", "[[Giliran]]", now_ms) > 1) {
		add_shift_field(&swap, &own, "dua", "[[ditukar dengan]]", now_ms);
		buf_adds(&swap, "<button>[[Tukar]]</button></form>\n");
		buf_adds(b, "<h2>[[Tukar giliran]]</h2>\n");
		buf_add(b, buf_str(&swap), swap.len);
	}
	buf_release(&swap);
}

/* ---- the page ---- */

static void
add_leave(struct buf *b, const struct console *c, const char *unit, int64_t now_ms)
{
	struct own own;

	officers_of(&own, c, unit);
	for (size_t i = 0; i < own.n; i++) {
		const struct officer *o = own.list[i];

		if (o->away_from_ms == 0 || (o->away_until_ms != 0 && o->away_until_ms <= now_ms))
			continue;
		buf_adds(b, "<li>[[Cuti:]] ");
		PLAIN(b, o->name);
		buf_adds(b, ", ");
		add_said_day_time(b, o->away_from_ms);
		buf_adds(b, " [[sampai]] ");
		if (o->away_until_ms != 0)
			add_said_day_time(b, o->away_until_ms);
		else
			buf_adds(b, "[[ada kabar]]");
		buf_adds(b, "</li>\n");
	}
}

/* Units without anybody just now, of those that he may look at. */
static void
add_empty_units(struct buf *b, const struct console *c, const struct officer *o, int64_t now_ms)
{
	const int most = (int)c->h.set.empty_units_listed;
	int n = 0;

	buf_adds(b, "<h2>[[Unit yang sekarang kosong]]</h2>\n<ul>\n");
	for (size_t i = 0; i < units_count(c->h.policy->units); i++) {
		const struct unit *u = unit_at(c->h.policy->units, i);
		struct duty_now d;

		if (u->tier == TIER_LUAR || u->tier == TIER_RT || !access_may_roster(c->h.policy, o, u->code, SEE_ROSTER))
			continue;
		on_duty(&d, c, u->code, now_ms);
		if (d.n == 0 && n++ < most) {
			buf_addf(b, "<li><a href=\"/jaga?unit=%s\">", u->code);
			PLAIN(b, u->name);
			buf_adds(b, "</a></li>\n");
		}
	}
	buf_addf(b, "</ul>\n<p class=\"%s\">%d [[unit kosong.]]</p>\n", n > 0 ? "lewat" : "kosong", n);
}

static void
answer_roster(struct http_req *r, struct console *c, const struct who *w, const struct unit *u, int status, const char *message)
{
	int64_t now_ms = house_now_ms(&c->h), gap = 0;
	struct buf b = { 0 }, days = { 0 };
	struct duty_now d;

	buf_adds(&b, "<h1>[[Jaga:]] ");
	PLAIN(&b, u->name);
	buf_adds(&b, "</h1>\n");
	add_said_message(&b, message, status == 200);
	add_notices(&b, c, w->officer, now_ms);
	buf_addf(&b, "<form method=\"get\" action=\"/jaga\" class=\"rentang\"><label>[[Kode unit]]<input name=\"unit\" value=\"%s\" "
	    "autocomplete=\"off\"></label><button>[[Lihat]]</button></form>\n<ul>\n<li>[[Sekarang:]] ", u->code);
	on_duty(&d, c, u->code, now_ms);
	add_names(&b, &d);
	buf_adds(&b, "</li>\n");
	add_leave(&b, c, u->code, now_ms);
	for (int i = 0; i < DAYS; i++)
		gap += add_day(&days, c, u->code, wib_day(now_ms) + i);
	buf_adds(&b, "<li>[[Tanpa petugas dalam tujuh hari:]] ");
	if (gap > 0)
		add_said_duration(&b, gap);
	else
		buf_adds(&b, "[[tidak ada]]");
	buf_adds(&b, "</li>\n</ul>\n<div class=\"dua\"><div>\n<h2>[[Tujuh hari]]</h2>\n");
	buf_add(&b, buf_str(&days), days.len);
	buf_adds(&b, "</div><div>\n");
	if (!w->by_secret && access_may_roster(c->h.policy, w->officer, u->code, MAY_ROSTER))
		add_forms(&b, c, w, u->code, now_ms);
	add_empty_units(&b, c, w->officer, now_ms);
	buf_adds(&b, "</div></div>\n");
	frame_answer(r, c, w, status, "[[Jaga]]", "/jaga", &b);
	buf_release(&b);
	buf_release(&days);
}

/* The unit that was asked for, or his own; NULL and answered when he may not look at it. */
static const struct unit *
unit_asked(struct http_req *r, struct console *c, const struct who *w, const char *code, enum roster_access a)
{
	const struct unit *u = unit_find(c->h.policy->units, code != NULL && code[0] != '\0' ? code : w->officer->unit);

	if (u == NULL && w->by_secret && code == NULL)
		u = unit_find(c->h.policy->units, c->h.policy->triage_unit);
	if (u != NULL && access_may_roster(c->h.policy, w->officer, u->code, a))
		return u;
	http_answer_problem(r, u == NULL ? 404 : 403, u == NULL ? "Not Found" : "Forbidden", u == NULL ?
	    "Tidak ada unit dengan kode itu; lihat unit.csv." : "Jaga unit itu bukan urusan peran Anda.");
	return NULL;
}

/* For telephones that subscribe to it: his own duties, or those of a unit whose roster he may see. */
void
get_duty_calendar(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct ical x = { 0 };
	struct buf b = { 0 };
	struct who w;
	size_t len = 0;
	const char *asked;

	if (!gate_address(r, c, &w))
		return;
	asked = http_req_query(r, "unit", &len);
	if (asked != NULL) {
		const struct unit *u = unit_asked(r, c, &w, asked, SEE_ROSTER);

		if (u == NULL)
			return;
		x.unit = u->code;
	} else if (w.by_secret) {
		http_answer_problem(r, 403, "Forbidden", "Masuk dengan akun Anda sendiri dahulu.");
		return;
	} else {
		x.officer = w.officer->id;
	}
	x.roster = &c->h.roster, x.holidays = c->h.policy->calendar, x.units = c->h.policy->units;
	x.regency = c->h.set.regency;
	x.now_ms = house_now_ms(&c->h);
	x.from_ms = x.now_ms - DAY_MS, x.until_ms = x.now_ms + ICAL_DAYS * DAY_MS;
	ical_add(&b, &x);
	http_answer(r, 200, "text/calendar; charset=utf-8", &b);
	buf_release(&b);
}

void
get_roster(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const struct unit *u;
	struct who w;
	size_t len;

	if (gate(r, c, &w) && (u = unit_asked(r, c, &w, http_req_query(r, "unit", &len), SEE_ROSTER)) != NULL)
		answer_roster(r, c, &w, u, 200, "");
}

/* ---- acts ---- */

/* An officer of that unit, or NULL with the reason. */
static const struct officer *
officer_in(const struct console *c, const char *unit, const char *id, const char **wrong)
{
	const struct officer *o = officer_find(&c->h.roster, id);

	if (o != NULL && !o->ended && strcmp(o->unit, unit) == 0)
		return o;
	*wrong = SAID("petugas itu bukan dari unit ini");
	return NULL;
}

static const char *
write_all(struct console *c, const struct who *w, const struct officer *list, size_t n)
{
	return officers_put(&c->h.st, list, n, w->officer->id) >= 0 ? NULL :
	    SAID("belum tersimpan: penyimpanan tidak menjawab, atau orang lain baru saja mengubahnya; muat ulang dan coba lagi");
}

static const char *
set_leave(struct http_req *r, struct console *c, const struct who *w, const char *unit, int back)
{
	char *id = form_words(r, "petugas"), *from = form_words(r, "dari"), *until = form_words(r, "sampai");
	const char *wrong = NULL;
	const struct officer *old = officer_in(c, unit, id, &wrong);
	struct officer o;

	if (old != NULL) {
		officer_copy(&o, old);
		o.away_from_ms = o.away_until_ms = 0;
		if (!back && (wib_parse(from, &o.away_from_ms) != 0 || wib_parse(until, &o.away_until_ms) != 0))
			wrong = SAID("tanggalnya tidak terbaca; tulis seperti 2026-12-01");
		else if (!back && (o.away_until_ms += DAY_MS) <= o.away_from_ms)
			wrong = SAID("hari terakhir lebih dulu dari hari mulai");
		else
			wrong = write_all(c, w, &o, 1);
		officer_release(&o);
	}
	free(id);
	free(from);
	free(until);
	return wrong;
}

/* "ID 1795305071385" */
static const struct officer *
shift_named(const struct console *c, const char *unit, char *text, int64_t *from_ms, const char **wrong)
{
	char *blank = strchr(text, ' ');

	if (blank == NULL) {
		*wrong = SAID("pilih dua giliran");
		return NULL;
	}
	*blank = '\0';
	*from_ms = strtoll(blank + 1, NULL, 10);
	return officer_in(c, unit, text, wrong);
}

static const char *
swap(struct http_req *r, struct console *c, const struct who *w, const char *unit)
{
	char *one = form_words(r, "satu"), *two = form_words(r, "dua");
	const char *wrong = NULL;
	int64_t from[2] = { 0, 0 };
	const struct officer *a = shift_named(c, unit, one, &from[0], &wrong),
	    *b = a != NULL ? shift_named(c, unit, two, &from[1], &wrong) : NULL;
	struct officer both[2];

	if (a != NULL && a == b)
		wrong = SAID("itu giliran orang yang sama; pilih dua orang");
	else if (a != NULL && b != NULL) {
		officer_copy(&both[0], a);
		officer_copy(&both[1], b);
		wrong = officers_swap(&both[0], from[0], &both[1], from[1]) == SHIFT_OK ? write_all(c, w, both, 2) :
		    SAID("giliran itu sudah berubah, atau salah satu lalu bertugas dua kali sekaligus; muat ulang dan periksa");
		officer_release(&both[0]);
		officer_release(&both[1]);
	}
	free(one);
	free(two);
	return wrong;
}

void
post_roster(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const struct unit *u = NULL;
	const char *wrong;
	struct buf to = { 0 };
	char *code, *act;
	struct who w;

	if (!gate_change(r, c, &w))
		return;
	code = form_words(r, "unit");
	act = form_words(r, "aksi");
	if (w.by_secret)
		http_answer_problem(r, 403, "Forbidden", "Ini dilakukan petugas dengan akunnya sendiri.");
	else
		u = unit_asked(r, c, &w, code, MAY_ROSTER);
	if (u != NULL) {
		wrong = strcmp(act, "cuti") == 0 ? set_leave(r, c, &w, u->code, 0) :
		    strcmp(act, "kembali") == 0 ? set_leave(r, c, &w, u->code, 1) :
		    strcmp(act, "tukar") == 0 ? swap(r, c, &w, u->code) : "tindakan itu tidak ada";
		if (wrong != NULL)
			answer_roster(r, c, &w, u, 422, wrong);
		else {
			buf_addf(&to, "/jaga?unit=%s", u->code);
			(void)house_refresh(&c->h);	/* else the tick does it: the page may be a moment behind */
			http_answer_redirect(r, 303, buf_str(&to));
		}
	}
	buf_release(&to);
	free(code);
	free(act);
}
