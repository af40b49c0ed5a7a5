/* /laporan/kejanggalan and its CSV: what looks as if somebody worked for the figures, and the cases behind it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/frame.h"
#include "console/oddity.h"
#include "console/reckon.h"
#include "console/report.h"
#include "lib/escape.h"
#include "lib/log.h"

#define CASES_SHOWN 200

struct suspicion {
	struct reckoning k;
	struct oddities *o;
	struct oddity_limits l;
	int csv, rule;			/* of the line that is opened; -1 none */
	char unit[UNIT_CODE_CHARS];
};

/* What each rule asks, with its limits said. */
static const struct { const char *title, *question; } rules[ODDITIES] = {
	[ODD_LAST_MINUTE] = { "[[Ditangani di menit akhir]]", "[[Apakah tindakannya benar terjadi saat itu?]]" },
	[ODD_MASS] = { "[[Banyak diselesaikan sekaligus]]", "[[Apakah semuanya sungguh dikerjakan?]]" },
	[ODD_NO_ACT] = { "[[Selesai tanpa tindakan tercatat]]", "[[Apa yang dikerjakan, dan kapan?]]" },
	[ODD_NO_PHOTO] = { "[[Selesai tanpa foto bukti yang diminta]]", "[[Mengapa tidak ada foto?]]" },
	[ODD_PHOTO] = { "[[Foto bukti ditolak atau diragukan]]", "[[Foto siapa, dan dari mana?]]" },
	[ODD_LONGER] = { "[[Diubah ke kategori bertarget lebih lama]]", "[[Apakah kategori barunya benar?]]" },
	[ODD_HAND_ON] = { "[[Diteruskan menjelang batas]]", "[[Mengapa tidak sejak awal?]]" },
	[ODD_DISPUTED] = { "[[Dinyatakan selesai, lalu dibuka lagi]]", "[[Mengapa warga atau pemeriksa berkata lain?]]" },
	[ODD_AGAIN] = { "[[Kasus yang sama dibuka lagi berkali-kali]]", "[[Apa yang tidak kunjung beres?]]" },
};

static void
add_limit(struct buf *b, const struct suspicion *s, enum oddity_rule rule)
{
	const struct oddity_limits *l = &s->l;

	switch (rule) {
	case ODD_LAST_MINUTE:
		buf_adds(b, "[[tindakan pertama dalam]] ");
		add_said_duration(b, l->last_ms);
		buf_addf(b, " [[terakhir, paling sedikit]] %" PRId64 " [[kali lebih sering daripada biasanya pada unit itu]]", l->last_times);
		break;
	case ODD_MASS:
		buf_addf(b, "[[satu petugas]], %" PRId64 " [[kasus atau lebih dalam]] ", l->mass_cases);
		add_said_duration(b, l->mass_ms);
		break;
	case ODD_HAND_ON:
		buf_adds(b, "[[kurang dari]] ");
		add_said_duration(b, l->hand_on_ms);
		buf_adds(b, " [[sebelum batas]]");
		break;
	case ODD_NO_ACT: case ODD_NO_PHOTO: case ODD_DISPUTED:
		buf_addf(b, "[[paling sedikit]] %" PRId64 "%% [[dari yang diselesaikan]]", l->percent);
		break;
	case ODD_AGAIN:
		buf_adds(b, "[[dua kali atau lebih]]");
		break;
	default:
		buf_adds(b, "[[setiap kali]]");
	}
}

static const char *
unit_words(const struct suspicion *s, const char *unit)
{
	return unit[0] != '\0' ? console_unit_name(s->k.c, unit) : SAID("Meja 112, belum diberi unit");
}

/* Units have proper names; the desk has none. */
static void
add_unit(struct buf *b, const char *unit)
{
	if (words_know(&console_words, LANG_EN, unit))
		add_said(b, unit);
	else
		buf_add_html(b, unit, strlen(unit));
}

static void
add_where(struct buf *b, const struct suspicion *s, const struct oddity_line *l)
{
	reckon_add_range(b, &s->k, "&amp;");
	buf_addf(b, "&amp;aturan=%s&amp;unit=", oddity_name(l->rule));
	buf_add_url(b, l->unit, strlen(l->unit));
}

static void
add_line(struct buf *b, const struct suspicion *s, const struct oddity_line *l)
{
	const char *unit = unit_words(s, l->unit);

	buf_adds(b, "<tr><th scope=\"row\">");
	add_unit(b, unit);
	buf_adds(b, "</th><td class=\"n\"><a href=\"/laporan/kejanggalan?");
	add_where(b, s, l);
	buf_addf(b, "\">%zu</a></td><td class=\"n\">", l->count);
	if (l->of > 0)
		buf_addf(b, "%zu", l->of);
	else
		buf_adds(b, "&ndash;");
	buf_adds(b, "</td><td class=\"n\">");
	if (l->rule == ODD_LAST_MINUTE)
		buf_addf(b, "%zu", l->usual);
	else
		buf_adds(b, "&ndash;");
	buf_adds(b, "</td></tr>\n");
}

static void
add_rule(struct buf *b, const struct suspicion *s, enum oddity_rule rule, const struct oddity_line *lines, size_t n,
    size_t below)
{
	size_t there = 0;

	buf_addf(b, "<h2>%s</h2>\n<p class=\"hint\">[[Aturan:]] ", rules[rule].title);
	add_limit(b, s, rule);
	buf_addf(b, ". %s</p>\n", rules[rule].question);
	for (size_t i = 0; i < n; i++) {
		if (lines[i].rule != rule)
			continue;
		if (there++ == 0)
			buf_addf(b, "<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table><thead>"
			    "<tr><th scope=\"col\">[[Unit]]</th><th scope=\"col\" class=\"n\">[[Kali]]</th><th scope=\"col\" class=\"n\">[[dari]]</th><th scope=\"col\" class=\"n\">[[biasanya]]</th></tr>"
			    "</thead><tbody>\n", rules[rule].title);
		add_line(b, s, &lines[i]);
	}
	buf_adds(b, there > 0 ? "</tbody></table></div>\n" : "<p>[[Tidak ada yang melewati aturan ini.]]</p>\n");
	if (below > 0)
		buf_addf(b, "<p class=\"hint\">%zu [[kali lagi pada unit yang masing-masing kurang dari]] %" PRId64 ".</p>\n", below,
		    s->l.least);
}

static void
answer_lines(struct suspicion *s)
{
	size_t below[ODDITIES], n;
	struct oddity_line *lines;
	struct buf b = { 0 };

	n = oddities_lines(s->o, &lines, below);
	buf_adds(&b, "<h1>[[Kejanggalan]]</h1>\n<p>[[Baris di sini pertanyaan, bukan tuduhan: ada yang perlu dilihat orang.]]</p>\n"
	    "<form method=\"get\" action=\"/laporan/kejanggalan\" class=\"rentang\">");
	reckon_add_fields(&b, &s->k);
	buf_adds(&b, "<button>[[Hitung]]</button></form>\n<p><a href=\"/laporan?");
	reckon_add_range(&b, &s->k, "&amp;");
	buf_adds(&b, "\">[[Laporan kinerja]]</a>");
	if (access_may(s->k.c->h.policy, s->k.w.officer, SEE_EXPORT, NULL)) {
		buf_adds(&b, " <a href=\"/laporan/kejanggalan.csv?");
		reckon_add_range(&b, &s->k, "&amp;");
		buf_adds(&b, "\">[[Unduh CSV]]</a>");
	}
	buf_adds(&b, "</p>\n");
	for (int rule = 0; rule < ODDITIES; rule++)
		add_rule(&b, s, (enum oddity_rule)rule, lines, n, below[rule]);
	buf_addf(&b, "<p class=\"hint\">[[Kasus yang masuk dalam rentang itu, sampai catatan ke-]]%" PRId64 "; [[latihan dan kasus tertutup "
	    "tidak dihitung, dan yang kurang dari]] %" PRId64 " [[kali bukan baris sendiri. Target dan permintaan foto menurut aturan yang "
	    "berlaku sekarang.]]</p>\n", s->k.end, s->l.least);
	frame_answer(s->k.r, s->k.c, &s->k.w, 200, "[[Kejanggalan]]", "/laporan", &b);
	buf_release(&b);
	free(lines);
}

/* Figures are for who may see reports; single cases for who may see each of them. */
static void
answer_cases(struct suspicion *s)
{
	const char **codes, *unit = unit_words(s, s->unit);
	size_t n = oddities_cases(s->o, (enum oddity_rule)s->rule, s->unit, &codes), shown = 0, hidden = 0;
	int few = (int64_t)n < s->l.least;
	struct buf b = { 0 };

	buf_addf(&b, "<h1>%s</h1>\n<p>", rules[s->rule].title);
	add_unit(&b, unit);
	buf_adds(&b, ". [[Aturan:]] ");
	add_limit(&b, s, (enum oddity_rule)s->rule);
	buf_addf(&b, ". %s <a href=\"/laporan/kejanggalan?", rules[s->rule].question);
	reckon_add_range(&b, &s->k, "&amp;");
	buf_adds(&b, "\">[[Semua kejanggalan]]</a></p>\n<ul class=\"daftar\">\n");
	for (size_t i = 0; i < n && !few; i++) {
		const struct model_case *m = model_find(s->k.c->model, codes[i]);

		if (!gate_may_list(s->k.c, s->k.w.officer, codes[i]) || shown == CASES_SHOWN) {
			hidden++;
			continue;
		}
		shown++;
		buf_addf(&b, "<li><a class=\"kartu\" href=\"/kasus/%s\"><strong class=\"kode\">%s</strong> ", codes[i], codes[i]);
		if (m != NULL)
			add_category_name(&b, s->k.c, m->category);
		buf_adds(&b, "</a></li>\n");
	}
	buf_adds(&b, "</ul>\n");
	if (few)
		buf_addf(&b, "<p class=\"kosong\">[[Kurang dari]] %" PRId64 " [[kasus: bukan baris sendiri.]]</p>\n", s->l.least);
	if (hidden > 0)
		buf_addf(&b, "<p class=\"hint\">%zu [[lagi tidak ditampilkan satu per satu.]]</p>\n", hidden);
	frame_answer(s->k.r, s->k.c, &s->k.w, 200, rules[s->rule].title, "/laporan", &b);
	buf_release(&b);
	free(codes);
}

static void
answer_csv(struct suspicion *s)
{
	size_t below[ODDITIES], n;
	struct oddity_line *lines;
	struct buf b = { 0 }, name = { 0 };

	n = oddities_lines(s->o, &lines, below);
	buf_adds(&b, "aturan,unit,nama,kali,dari,biasanya\r\n");
	for (size_t i = 0; i < n; i++) {
		const char *unit = unit_words(s, lines[i].unit);

		buf_add_csv(&b, oddity_name(lines[i].rule), strlen(oddity_name(lines[i].rule)));
		buf_addc(&b, ',');
		buf_add_csv(&b, lines[i].unit, strlen(lines[i].unit));
		buf_addc(&b, ',');
		buf_add_csv(&b, unit, strlen(unit));
		buf_addf(&b, ",%zu,%zu,%zu\r\n", lines[i].count, lines[i].of, lines[i].usual);
	}
	buf_adds(&name, "attachment; filename=\"kejanggalan-");
	reckon_add_day(&name, s->k.from_ms);
	buf_addc(&name, '-');
	reckon_add_day(&name, s->k.to_ms - 1);
	buf_adds(&name, ".csv\"");
	http_add_header(s->k.r, "Content-Disposition", buf_str(&name));
	http_answer(s->k.r, 200, "text/csv; charset=utf-8", &b);
	buf_release(&b);
	buf_release(&name);
	free(lines);
}

/* ---- reckoning ---- */

static void
start(struct reckoning *k)
{
	const struct settings *set = &k->c->h.set;
	struct suspicion *s = (struct suspicion *)k;

	s->l = (struct oddity_limits){ set->oddity_last_ms, set->oddity_last_times, set->oddity_mass_cases,
	    set->oddity_mass_ms, set->oddity_hand_on_ms, set->oddity_least, set->oddity_percent };
	s->o = oddities_new(k->from_ms, k->to_ms, &s->l, k->c->h.policy);
}

static void
take(struct reckoning *k, const struct log_line *line)
{
	struct suspicion *s = (struct suspicion *)k;

	oddities_take(s->o, line);
}

static void
answer(struct reckoning *k)
{
	struct suspicion *s = (struct suspicion *)k;

	if (s->csv)
		answer_csv(s);
	else if (s->rule >= 0)
		answer_cases(s);
	else
		answer_lines(s);
}

static void
release(struct reckoning *k)
{
	oddities_free(((struct suspicion *)k)->o);
	free(k);
}

static void
begin(struct http_req *r, struct console *c, const struct who *w, int csv)
{
	size_t len;
	const char *rule = http_req_query(r, "aturan", &len), *unit = http_req_query(r, "unit", &len);
	struct suspicion *s = xcalloc(1, sizeof(*s));

	s->k = (struct reckoning){ .start = start, .take = take, .answer = answer, .release = release };
	s->csv = csv;
	s->rule = -1;
	for (int i = 0; i < ODDITIES; i++)
		if (rule != NULL && strcmp(rule, oddity_name((enum oddity_rule)i)) == 0)
			s->rule = i;
	snprintf(s->unit, sizeof(s->unit), "%s", unit != NULL ? unit : "");
	reckon_begin(&s->k, r, c, w);
}

void
get_oddities(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate_for(r, c, &w, SEE_BOARD))
		begin(r, c, &w, 0);
}

void
get_oddities_csv(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate_for(r, c, &w, SEE_EXPORT) && gate_proven(r, c, &w)) {
		log_info("oddities_taken", "officer=%s", w.officer->id);
		begin(r, c, &w, 1);
	}
}
