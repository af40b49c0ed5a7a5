/* The list behind a figure of the wall, as of the entry at which it was counted. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/board.h"
#include "console/case_page.h"
#include "lib/escape.h"

#define ROWS_MAX 100

static const struct { const char *name, *title, *empty; } lists[BOARD_LISTS] = {
	[LIST_OPEN] = { "buka", "[[Kasus terbuka]]", "[[Tidak ada kasus terbuka.]]" },
	[LIST_LATE] = { "lewat", "[[Lewat batas dan belum ditangani]]", "[[Tidak ada yang lewat batas.]]" },
	[LIST_TRIAGE] = { "triase", "[[Menunggu dibaca di meja 112]]", "[[Tidak ada yang menunggu dibaca.]]" },
	[LIST_KEPT] = { "tepat", "[[Ditangani tepat waktu, masuk dalam 24 jam]]", "[[Belum ada.]]" },
	[LIST_BROKEN] = { "telat", "[[Melewati batas, masuk dalam 24 jam]]", "[[Tidak ada yang melewati batas.]]" },
	[LIST_CAME] = { "masuk", "[[Laporan masuk]]", "[[Tidak ada laporan masuk.]]" },
	[LIST_HANDLED] = { "tangani", "[[Mulai ditangani]]", "[[Tidak ada.]]" },
	[LIST_INCIDENT] = { "kejadian", "[[Semua laporan dari kejadian ini]]", "[[Tidak ada laporan.]]" },
	[LIST_DRILL] = { "latihan", "[[Latihan]]", "[[Tidak ada latihan.]]" },
	[LIST_LEGACY] = { "warisan", "[[Laporan lama (impor) yang terbuka]]", "[[Tidak ada laporan lama yang terbuka.]]" },
};

/* As model_figures() counts. */
static int
is_decided(const struct figure *f, const struct model_case *c, int broken)
{
	if (c->received_ms < f->at_ms - DAY_MS || model_is_rejected(c) || c->promise_ms == 0)
		return 0;
	return broken ? c->breached_ms != 0 : c->handled_ms != 0 && c->breached_ms == 0;
}

int
figure_holds(const struct figure *f, const struct model_case *c)
{
	const int open = c->state != CASE_DITUTUP;

	if (c->latihan != (f->list == LIST_DRILL) && f->list != LIST_INCIDENT)
		return 0;
	if (c->legacy != (f->list == LIST_LEGACY))
		return 0;
	if (f->place[0] != '\0' && strncmp(c->place, f->place, strlen(f->place)) != 0)
		return 0;
	switch (f->list) {
	case LIST_DRILL:
	case LIST_LEGACY:
	case LIST_OPEN: return open;
	case LIST_LATE: return model_is_late(c, f->at_ms);
	case LIST_TRIAGE: return c->state == CASE_BARU;
	case LIST_KEPT: return is_decided(f, c, 0);
	case LIST_BROKEN: return is_decided(f, c, 1);
	case LIST_CAME: return c->received_ms >= f->from_ms && c->received_ms < f->to_ms;
	case LIST_HANDLED: return c->handled_ms != 0 && c->handled_ms >= f->from_ms && c->handled_ms < f->to_ms;
	case LIST_INCIDENT: return f->incident[0] != '\0' && strcmp(c->incident, f->incident) == 0;
	case BOARD_LISTS: break;
	}
	return 0;
}

void
figure_add_link(struct buf *b, const struct figure *f)
{
	buf_addf(b, "/papan?daftar=%s&amp;catatan=%" PRId64 "&amp;pada=%" PRId64, lists[f->list].name, f->seq, f->at_ms);
	if (f->to_ms != 0)
		buf_addf(b, "&amp;dari=%" PRId64 "&amp;sampai=%" PRId64, f->from_ms, f->to_ms);
	if (f->place[0] != '\0')
		buf_addf(b, "&amp;wilayah=%s", f->place);
	if (f->incident[0] != '\0') {
		buf_adds(b, "&amp;kejadian=");
		buf_add_url(b, f->incident, strlen(f->incident));
	}
}

static int64_t
number_of(struct http_req *r, const char *name, int64_t otherwise)
{
	size_t len;
	const char *s = http_req_query(r, name, &len);

	return s != NULL && s[0] >= '0' && s[0] <= '9' ? strtoll(s, NULL, 10) : otherwise;
}

static void
figure_read(struct figure *f, struct http_req *r, const struct console *c, int64_t now_ms)
{
	size_t len;
	const char *list = http_req_query(r, "daftar", &len), *place = http_req_query(r, "wilayah", &len),
	    *incident = http_req_query(r, "kejadian", &len);

	memset(f, 0, sizeof(*f));
	for (size_t i = 0; i < BOARD_LISTS; i++)
		if (strcmp(list, lists[i].name) == 0)
			f->list = (enum board_list)i;
	f->seq = number_of(r, "catatan", model_seq(c->model));
	f->at_ms = number_of(r, "pada", now_ms);
	f->from_ms = number_of(r, "dari", now_ms - DAY_MS);
	f->to_ms = number_of(r, "sampai", now_ms + DAY_MS);
	snprintf(f->place, sizeof(f->place), "%s", place != NULL ? place : "");
	snprintf(f->incident, sizeof(f->incident), "%s", incident != NULL ? incident : "");
}

struct listing {
	const struct console *c;
	const struct officer *o;
	const struct figure *f;
	const struct model_case **rows; size_t n, cap;
	size_t hidden;		/* counted, and not his to see one by one */
};

static int
gather(const struct model_case *m, void *arg)
{
	struct listing *l = arg;
	struct access_case a;

	if (!figure_holds(l->f, m))
		return 0;
	model_access(l->c->model, m, 0, &a);
	if (!access_may(l->c->h.policy, l->o, SEE_EXISTS, &a)) {
		l->hidden++;
		return 0;
	}
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 256 : 2 * l->cap;
		l->rows = xrealloc(l->rows, l->cap * sizeof(*l->rows));
	}
	l->rows[l->n++] = m;
	return 0;
}

static int
by_time_left(const void *a, const void *b)
{
	return model_compare(*(const struct model_case *const *)a, *(const struct model_case *const *)b);
}

/* When it was counted, in words; and that it could not be shown as of then, where that is so. */
static void
add_instant(struct buf *b, const struct figure *f, int64_t asked_seq)
{
	buf_adds(b, "<p>[[Per]] ");
	add_said_time(b, f->at_ms);
	buf_addf(b, ", [[catatan ke-]]%" PRId64 ". ", f->seq);
	if (asked_seq == f->seq)
		buf_adds(b, "[[Daftar ini tetap seperti saat angkanya dihitung, juga bila kasusnya sudah berubah.]]</p>\n");
	else
		buf_addf(b, "<strong>[[Angka yang Anda buka dihitung pada catatan ke-]]%" PRId64 "; [[sejauh itu papan tidak lagi "
		    "menyimpan keadaannya, jadi ini daftar sekarang.]]</strong></p>\n", asked_seq);
}

static void
add_row(struct buf *b, const struct console *c, const struct model_case *m, const struct figure *f)
{
	const char *unit = m->unit[0] != '\0' ? console_unit_name(c, m->unit) : "";

	add_card_of(b, c, NULL, &(struct held){ .c = m }, f->at_ms, unit);
}

void
get_board_list(struct http_req *r, struct console *c, const struct who *w)
{
	struct listing l = { .c = c, .o = w->officer };
	int64_t now_ms = house_now_ms(&c->h), asked;
	struct buf b = { 0 };
	struct figure f;

	figure_read(&f, r, c, now_ms);
	l.f = &f;
	asked = f.seq;
	if (model_each_at(c->model, f.seq, gather, &l) != 0) {
		f.seq = model_seq(c->model);
		f.at_ms = now_ms;
		model_each_at(c->model, f.seq, gather, &l);
	}
	if (l.n > 1)
		qsort(l.rows, l.n, sizeof(*l.rows), by_time_left);
	buf_addf(&b, "<p><a href=\"/papan\">[[Kembali ke papan]]</a></p>\n<h1>%s", lists[f.list].title);
	if (f.place[0] != '\0') {
		buf_adds(&b, ", ");
		add_place_name(&b, c, f.place);
	}
	buf_addf(&b, ": <span id=\"jumlah\">%zu</span></h1>\n", l.n + l.hidden);
	add_instant(&b, &f, asked);
	if (l.hidden > 0)
		buf_addf(&b, "<p class=\"pesan\">%zu [[di antaranya bukan kasus unit atau wilayah Anda dan tidak ditampilkan satu "
		    "per satu.]]</p>\n", l.hidden);
	buf_adds(&b, "<ul class=\"daftar\">\n");
	for (size_t i = 0; i < l.n && i < ROWS_MAX; i++)
		add_row(&b, c, l.rows[i], &f);
	buf_adds(&b, "</ul>\n");
	if (l.n + l.hidden == 0)
		buf_addf(&b, "<p class=\"kosong\">%s</p>\n", lists[f.list].empty);
	if (l.n > ROWS_MAX)
		buf_addf(&b, "<p class=\"hint\">%zu [[lagi, yang waktunya lebih longgar. Semuanya ada di /api/v1/cases.]]</p>\n",
		    l.n - ROWS_MAX);
	frame_answer(r, c, w, 200, lists[f.list].title, "/papan", &b);
	free(l.rows);
	buf_release(&b);
}
