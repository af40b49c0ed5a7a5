/* The wall's pictures: SVG made here, so that they are there without a script and on paper. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console/board.h"
#include "lib/escape.h"

/* ---- the last 24 hours ---- */

#define STEP 40			/* an hour's width */
#define HEIGHT 170
#define FOOT 24
#define HEAD 26	/* for the figure on the tallest bar */

static int
most_of(const struct board_tally *t)
{
	int most = 4;

	for (int i = 0; i < TALLY_HOURS; i++) {
		most = t->came[i] > most ? t->came[i] : most;
		most = t->handled[i] > most ? t->handled[i] : most;
	}
	return most;
}

static void
add_hour_bar(struct buf *b, const struct board_tally *t, int i, int most, int64_t seq)
{
	struct figure f = { .list = LIST_CAME, .seq = seq, .at_ms = t->at_ms, .from_ms = t->hour_ms + i * HOUR_MS,
	    .to_ms = t->hour_ms + (i + 1) * HOUR_MS };
	int tall = t->came[i] * HEIGHT / most, x = i * STEP;
	struct wib w;

	wib_of(&w, f.from_ms);
	buf_adds(b, "<a href=\"");
	figure_add_link(b, &f);
	buf_addf(b, "\"><title>[[Pukul]] %02d WIB: %d [[masuk]], %d [[ditangani]]</title><rect class=\"sentuh\" x=\"%d\" y=\"%d\" "
	    "width=\"%d\" height=\"%d\"/>", w.hour, t->came[i], t->handled[i], x, HEAD, STEP, HEIGHT);
	if (t->came[i] > 0)
		buf_addf(b, "<rect class=\"masuk\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
		    "<text x=\"%d\" y=\"%d\">%d</text>", x + 6, HEAD + HEIGHT - tall, STEP - 12, tall, x + STEP / 2,
		    HEAD + HEIGHT - tall - 4, t->came[i]);
	buf_adds(b, "</a>");
	if (w.hour % 3 == 0)
		buf_addf(b, "<text class=\"jam\" x=\"%d\" y=\"%d\">%02d</text>", x + STEP / 2, HEAD + HEIGHT + FOOT - 4,
		    w.hour);
	if (w.hour == 0 && i > 0)
		buf_addf(b, "<path class=\"tengah-malam\" d=\"M%d %dv%d\"/>", x, HEAD, HEIGHT + FOOT);
}

void
add_curve(struct buf *b, const struct board_tally *t, int64_t seq)
{
	int most = most_of(t), came = 0, handled = 0;

	for (int i = 0; i < TALLY_HOURS; i++) {
		came += t->came[i];
		handled += t->handled[i];
	}
	buf_addf(b, "<svg class=\"kurva\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"[[24 jam terakhir]]: %d [[masuk]], "
	    "%d [[ditangani]]\">\n<path class=\"dasar\" d=\"M0 %dh%d\"/>\n", TALLY_HOURS * STEP, HEAD + HEIGHT + FOOT, came,
	    handled, HEAD + HEIGHT, TALLY_HOURS * STEP);
	for (int i = 0; i < TALLY_HOURS; i++)
		add_hour_bar(b, t, i, most, seq);
	buf_adds(b, "<polyline class=\"tangani\" points=\"");
	for (int i = 0; i < TALLY_HOURS; i++)
		buf_addf(b, "%d,%d ", i * STEP + STEP / 2, HEAD + HEIGHT - t->handled[i] * HEIGHT / most);
	buf_adds(b, "\"/>");
	for (int i = 0; i < TALLY_HOURS; i++)
		if (t->handled[i] > 0)
			buf_addf(b, "<circle class=\"tangani\" cx=\"%d\" cy=\"%d\" r=\"4\"/>", i * STEP + STEP / 2,
			    HEAD + HEIGHT - t->handled[i] * HEIGHT / most);
	buf_addf(b, "\n</svg>\n<p class=\"kunci\"><span class=\"k-masuk\">%d [[masuk]]</span> <span class=\"k-tangani\">%d "
	    "[[ditangani]]</span></p>\n", came, handled);
}

/* ---- the map ---- */

/* Never by colour alone: the figure stands in the shape, lateness is a pattern and an exclamation mark. */
static int
shade(int open)
{
	return open == 0 ? 0 : open < 5 ? 1 : open < 15 ? 2 : open < 40 ? 3 : 4;
}

static const struct board_place *
tally_of(const struct board_tally *t, const char *code)
{
	for (size_t i = 0; i < t->places_n; i++)
		if (strcmp(t->places[i].place->code, code) == 0)
			return &t->places[i];
	return NULL;
}

static void
add_shape(struct buf *b, const struct shape *s, const struct board_place *p, const struct figure *at)
{
	struct figure f = *at;

	f.list = p->late > 0 ? LIST_LATE : LIST_OPEN;
	snprintf(f.place, sizeof(f.place), "%s", p->place->code);
	buf_adds(b, "<a href=\"");
	figure_add_link(b, &f);
	buf_adds(b, "\"><title>");
	buf_add_html(b, p->place->name, strlen(p->place->name));
	buf_addf(b, ": %d [[terbuka]], %d [[lewat batas]]</title><path class=\"w%d\" d=\"%s\"/>", p->open, p->late,
	    shade(p->open), s->path);
	if (p->late > 0)
		buf_addf(b, "<path class=\"telat\" fill=\"url(#garis)\" d=\"%s\"/>", s->path);
	buf_adds(b, "</a>\n");
}

static void
add_count(struct buf *b, const struct shape *s, const struct board_place *p)
{
	if (p->open == 0)
		return;
	if (p->late > 0)
		buf_addf(b, "<text class=\"n-telat\" x=\"%d\" y=\"%d\">%d!</text>", s->x, s->y + 6, p->late);
	else
		buf_addf(b, "<text x=\"%d\" y=\"%d\">%d</text>", s->x, s->y + 6, p->open);
}

static void
add_place_rows(struct buf *b, const struct board_tally *t, const struct figure *at)
{
	buf_adds(b, "<details class=\"rincian\"><summary>[[Angka per kecamatan]]</summary><table><thead><tr><th>Kecamatan</th>"
	    "<th class=\"n\">[[Terbuka]]</th><th class=\"n\">[[Lewat batas]]</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < t->places_n; i++) {
		const struct board_place *p = &t->places[i];
		struct figure f = *at;

		if (p->open == 0)
			continue;
		snprintf(f.place, sizeof(f.place), "%s", p->place->code);
		f.list = LIST_OPEN;
		buf_adds(b, "<tr><td><a href=\"");
		figure_add_link(b, &f);
		buf_adds(b, "\">");
		buf_add_html(b, p->place->name, strlen(p->place->name));
		buf_addf(b, "</a></td><td class=\"n\">%d</td><td class=\"n%s\">%d</td></tr>\n", p->open,
		    p->late > 0 ? " lewat" : "", p->late);
	}
	buf_adds(b, "</tbody></table></details>\n");
}

void
add_map(struct buf *b, const struct console *c, const struct board_tally *t, int64_t seq)
{
	const struct figure at = { .seq = seq, .at_ms = t->at_ms };
	const struct outline *o = &c->outline;

	if (o->n > 0) {
		buf_addf(b, "<svg class=\"peta\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"[[Peta kecamatan]]\">"
		    "<defs><pattern id=\"garis\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" "
		    "patternTransform=\"rotate(45)\"><path class=\"garis\" d=\"M0 0v7\"/></pattern></defs>\n",
		    o->width, o->height);
		for (size_t i = 0; i < o->n; i++) {
			const struct board_place *p = tally_of(t, o->shapes[i].code);

			if (p != NULL)
				add_shape(b, &o->shapes[i], p, &at);
		}
		for (size_t i = 0; i < o->n; i++) {
			const struct board_place *p = tally_of(t, o->shapes[i].code);

			if (p != NULL)
				add_count(b, &o->shapes[i], p);
		}
		buf_adds(b, "</svg>\n<p class=\"kunci\">[[Angka: kasus terbuka. Bergaris dengan tanda <strong class=\"lewat\">!"
		    "</strong>: yang lewat batas.]]");
	} else {
		buf_adds(b, "<p class=\"kunci\">[[Peta tidak tersedia; angkanya di bawah.]]");
	}
	if (t->elsewhere.open > 0)
		buf_addf(b, " %d [[terbuka tempatnya belum jelas.]]", t->elsewhere.open);
	buf_adds(b, "</p>\n");
	add_place_rows(b, t, &at);
}
