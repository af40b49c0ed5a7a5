/* Where a case lies, drawn here: the desa of its kecamatan, its own among them, the spot that its reporter sent. */
#include <stdio.h>
#include <string.h>

#include "console/case_page.h"
#include "lib/escape.h"

/* The kecamatan with its desa; the regency's where only a kecamatan is known, or may be. */
static const struct outline *
outline_around(const struct console *c, const struct place *at)
{
	const struct place *kecamatan = place_kecamatan(at);

	for (size_t i = 0; at != kecamatan && i < c->villages_n; i++)
		if (strcmp(c->villages[i].of, kecamatan->code) == 0)
			return &c->villages[i];
	return &c->outline;
}

/* What is pinned: 1.  Who may not read the words does not learn where their writer stood. */
static int
spot_on(const struct looking *l, const struct outline *o, int *x, int *y)
{
	return l->opened && l->words.has_position && outline_point(o, l->words.lat, l->words.lng, x, y);
}

void
add_case_map(struct buf *b, const struct console *c, const struct looking *l)
{
	const struct place *at = place_find(c->h.policy->places, l->s.c.place);
	const struct outline *o;
	int x, y, pinned;

	if (at == NULL || place_kecamatan(at) == NULL)
		return;
	o = outline_around(c, at);
	pinned = spot_on(l, o, &x, &y);
	if (!pinned && spot_on(l, &c->outline, &x, &y)) {
		o = &c->outline;	/* he stood in another kecamatan than the one it is about */
		at = place_kecamatan(at);
		pinned = 1;
	}
	if (o->n == 0)
		return;
	buf_addf(b, "<svg class=\"letak\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"[[Peta:]] ", o->width, o->height);
	add_place_name(b, c, at->code);
	buf_addf(b, "%s\">\n", pinned ? ", [[posisi dari pelapor]]" : "");
	for (size_t i = 0; i < o->n; i++)
		if (strcmp(o->shapes[i].code, at->code) != 0)
			buf_addf(b, "<path d=\"%s\"/>\n", o->shapes[i].path);
	/* last, so that no neighbour's border lies on its own */
	for (size_t i = 0; i < o->n; i++)
		if (strcmp(o->shapes[i].code, at->code) == 0)
			buf_addf(b, "<path class=\"di-sini\" d=\"%s\"/>\n", o->shapes[i].path);
	if (pinned)
		buf_addf(b, "<circle cx=\"%d\" cy=\"%d\" r=\"9\"/>\n", x, y);
	buf_adds(b, "</svg>\n");
	if (pinned)
		buf_adds(b, "<p class=\"hint\">[[Titik: posisi dari pelapor.]]</p>\n");
}
