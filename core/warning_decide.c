/* Whether a warning is ours, what is new in it, and who hears of it. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/warning.h"

#define EARTH_KM 6371.0
#define DEGREE_KM 111.2
#define RADIANS (3.14159265358979323846 / 180)
#define AHEAD_MOST_MS (7 * DAY_MS)	/* an end later than this is not believed */
#define LONGER_MS HOUR_MS		/* an end so much later is news */
#define BORDER_KM 0.001			/* on the line is in it, however the sum is rounded */
#define FELT_UNSAID 2			/* MMI: who writes that it was felt, and not how */

/* ---- where ---- */

static double
km_between(double lat, double lng, double lat2, double lng2)
{
	double a = sin((lat2 - lat) * RADIANS / 2), b = sin((lng2 - lng) * RADIANS / 2);
	double h = a * a + cos(lat * RADIANS) * cos(lat2 * RADIANS) * b * b;

	return 2 * EARTH_KM * asin(sqrt(h < 1 ? h : 1));
}

static int
is_desa(const struct place *p)
{
	return p->kind == PLACE_DESA || p->kind == PLACE_KELURAHAN;
}

/* From there to the nearest desa of the regency. */
static double
km_to_us(const struct gazetteer *g, double lat, double lng)
{
	double nearest = HUGE_VAL;

	for (size_t i = 0; i < gazetteer_count(g); i++) {
		const struct place *p = place_at(g, i);

		if (is_desa(p))
			nearest = fmin(nearest, km_between(lat, lng, p->lat, p->lng));
	}
	return nearest;
}

/* Flat, by the degree of this latitude: an area that matters here is not as wide as the earth is round. */
static double
km_to_edge(double lat, double lng, const double *a, const double *b)
{
	double shrink = cos(lat * RADIANS);
	double x = (b[1] - a[1]) * shrink, y = b[0] - a[0], px = (lng - a[1]) * shrink, py = lat - a[0];
	double whole = x * x + y * y, t = whole > 0 ? (px * x + py * y) / whole : 0;

	t = t < 0 ? 0 : t > 1 ? 1 : t;
	return hypot(px - t * x, py - t * y) * DEGREE_KM;
}

static int
lies_in_ring(const double *p, size_t n, double lat, double lng, double edge_km)
{
	int inside = 0;

	for (size_t i = 0; i + 1 < n; i++) {
		const double *a = p + 2 * i, *b = a + 2;

		if (km_to_edge(lat, lng, a, b) <= edge_km + BORDER_KM)
			return 1;
		if ((a[0] > lat) != (b[0] > lat) && lng < a[1] + (b[1] - a[1]) * (lat - a[0]) / (b[0] - a[0]))
			inside = !inside;
	}
	return inside;
}

/* So far a ring reaches, and the edge around it: what lies outside need not be compared with each of its sides. */
struct box { double south, north, west, east; };

static void
box_of(struct box *b, const double *p, size_t n, double edge_km)
{
	double more = (edge_km + BORDER_KM) / DEGREE_KM;

	*b = (struct box){ p[0], p[0], p[1], p[1] };
	for (size_t i = 1; i < n; i++) {
		b->south = fmin(b->south, p[2 * i]);
		b->north = fmax(b->north, p[2 * i]);
		b->west = fmin(b->west, p[2 * i + 1]);
		b->east = fmax(b->east, p[2 * i + 1]);
	}
	b->south -= more;
	b->north += more;
	more /= fmax(cos(fmin(89, fmax(fabs(b->south), fabs(b->north))) * RADIANS), 0.01);
	b->west -= more;
	b->east += more;
}

static int
lies_in_box(const struct box *b, const struct place *p)
{
	return p->lat >= b->south && p->lat <= b->north && p->lng >= b->west && p->lng <= b->east;
}

static void
add_place(struct warning_notice *n, const struct place *p)
{
	for (int i = 0; i < n->places_n; i++)
		if (strcmp(n->places[i], p->code) == 0)
			return;
	if (n->places_n < WARNING_PLACES)
		snprintf(n->places[n->places_n++], sizeof(n->places[0]), "%s", p->code);
}

/* Where a name stands in a text as a whole word, in any case of letters; NULL nowhere. */
static const char *
named_at(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = strcasestr(text, name); len > 0 && s != NULL; s = strcasestr(s + 1, name))
		if ((s == text || !isalnum((unsigned char)s[-1])) && !isalnum((unsigned char)s[len]))
			return s;
	return NULL;
}

/*
 * An alert without a shape: by the words for its area.  A kecamatan's name alone means nothing, other
 * regencies have one of the same name; beside the regency's own it does.
 */
static void
places_by_words(struct warning_notice *n, const struct gazetteer *g, const char *area)
{
	const struct place *regency = place_regency(g);

	if (regency == NULL || named_at(area, regency->name) == NULL)
		return;
	for (size_t i = 0; i < gazetteer_count(g); i++) {
		const struct place *p = place_at(g, i);

		/* One kecamatan bears the regency's name: that says the regency. */
		if (p->kind == PLACE_KECAMATAN && strcmp(p->name, regency->name) != 0 && named_at(area, p->name) != NULL)
			add_place(n, p);
	}
	if (n->places_n == 0)
		add_place(n, regency);
}

static void
add_kecamatan(struct warning_notice *n, const struct place *p)
{
	if (place_kecamatan(p) != NULL)
		add_place(n, place_kecamatan(p));
}

static void
places_by_shape(struct warning_notice *n, const struct gazetteer *g, const struct warning *w, double edge_km)
{
	const double *ring = w->points;

	for (int r = 0; r < w->rings_n; ring += 2 * w->rings[r], r++) {
		struct box box;

		box_of(&box, ring, w->rings[r], edge_km);
		for (size_t i = 0; i < gazetteer_count(g); i++) {
			const struct place *p = place_at(g, i);

			if (is_desa(p) && lies_in_box(&box, p) && lies_in_ring(ring, w->rings[r], p->lat, p->lng, edge_km))
				add_kecamatan(n, p);
		}
	}
	for (int c = 0; c < w->circles_n; c++)
		for (size_t i = 0; i < gazetteer_count(g); i++) {
			const struct place *p = place_at(g, i);

			if (is_desa(p) && km_between(w->circles[c].lat, w->circles[c].lng, p->lat, p->lng) <= w->circles[c].km + edge_km)
				add_kecamatan(n, p);
		}
}

static size_t
kecamatan_count(const struct gazetteer *g)
{
	size_t n = 0;

	for (size_t i = 0; i < gazetteer_count(g); i++)
		n += place_at(g, i)->kind == PLACE_KECAMATAN;
	return n;
}

/* All kecamatan are the regency. */
static void
join_places(struct warning_notice *n, const struct gazetteer *g)
{
	if (n->places_n > 1 && (size_t)n->places_n == kecamatan_count(g) && place_regency(g) != NULL) {
		memset(n->places, 0, sizeof(n->places));
		n->places_n = 0;
		add_place(n, place_regency(g));
	}
}

static void
say_area(struct warning_notice *n, const struct gazetteer *g)
{
	struct buf b = { 0 };

	for (int i = 0; i < n->places_n; i++) {
		const struct place *p = place_find(g, n->places[i]);

		if (p == NULL)
			continue;
		if (i == 0)
			buf_adds(&b, p->kind == PLACE_KABUPATEN ? "Kab. " : "Kec. ");
		else
			buf_adds(&b, ", ");
		if (b.len + strlen(p->name) + 16 >= sizeof(n->area)) {
			buf_addf(&b, "+%d", n->places_n - i);
			break;
		}
		buf_adds(&b, p->name);
	}
	warning_text(n->area, sizeof(n->area), buf_str(&b));
	buf_release(&b);
}

/* ---- an earthquake ---- */

/* The highest degree in the words before a name: "II-III Banyuwangi" is 3. */
static int
degree_before(const char *from, const char *until)
{
	static const struct { const char *word; int degree; } degrees[] = {
		{ "I", 1 }, { "II", 2 }, { "III", 3 }, { "IV", 4 }, { "V", 5 }, { "VI", 6 }, { "VII", 7 }, { "VIII", 8 },
		{ "IX", 9 }, { "X", 10 }, { "XI", 11 }, { "XII", 12 },
	};
	int most = 0;

	while (from < until) {
		size_t len = strspn(from, "IVX");

		for (size_t i = 0; i < N_ELEMS(degrees); i++)
			if (strlen(degrees[i].word) == len && strncmp(degrees[i].word, from, len) == 0 && degrees[i].degree > most)
				most = degrees[i].degree;
		from += len > 0 ? len : 1;
	}
	return most;
}

/* How strongly it was felt here, by the list "II-III Banyuwangi, II Jember"; 0 not. */
static int
felt_here(const struct gazetteer *g, const char *felt)
{
	const struct place *regency = place_regency(g);
	const char *at = regency != NULL ? named_at(felt, regency->name) : NULL, *from = at;
	int degree;

	if (at == NULL)
		return 0;
	while (from > felt && from[-1] != ',' && from[-1] != ';')
		from--;
	degree = degree_before(from, at);
	return degree > 0 ? degree : FELT_UNSAID;
}

static const struct warning_row *
quake_row(const struct warning_table *t, const struct gazetteer *g, const struct warning *w)
{
	double km = km_to_us(g, w->lat, w->lng);
	int felt = felt_here(g, w->felt);

	for (int i = 0; i < t->n; i++) {
		const struct warning_row *row = &t->rows[i];

		if (row->kind == WARNING_QUAKE && w->magnitude >= row->magnitude && (row->km <= 0 || km <= row->km) &&
		    (row->depth_km == 0 || w->depth_km <= row->depth_km) && (!row->tsunami || w->tsunami) &&
		    felt >= row->felt)
			return row;
	}
	return NULL;
}

static void
say_quake(struct warning_notice *n, const struct warning *w)
{
	struct buf b = { 0 };

	buf_addf(&b, "M%d,%d, ", w->magnitude / 10, w->magnitude % 10);
	buf_add_wib_short(&b, w->sent_ms);
	buf_addf(&b, ", kedalaman %d km. %s", w->depth_km, w->headline);
	if (w->note[0] != '\0')
		buf_addf(&b, ". %s", w->note);
	if (w->felt[0] != '\0')
		buf_addf(&b, ". Dirasakan: %s", w->felt);
	warning_text(n->words, sizeof(n->words), buf_str(&b));
	buf_release(&b);
}

/* ---- an alert ---- */

static const struct warning_row *
alert_row(const struct warning_table *t, const struct warning *w)
{
	for (int i = 0; i < t->n; i++) {
		const struct warning_row *row = &t->rows[i];

		if (row->kind == WARNING_ALERT && w->severity >= row->severity && w->soon >= row->soon &&
		    w->certainty >= row->certainty)
			return row;
	}
	return NULL;
}

/* ---- what is new ---- */

/* As the message says it: where and what.  0 places: it is not ours. */
static void
describe(struct warning_notice *n, const struct warning_table *t, const struct gazetteer *g, const struct warning *w,
    const struct warning_row *row)
{
	n->kind = w->kind;
	n->sent_ms = w->sent_ms;
	n->from_ms = w->onset_ms != 0 ? w->onset_ms : w->sent_ms;
	n->severity = w->severity, n->soon = w->soon, n->certainty = w->certainty;
	n->tsunami = w->tsunami;
	n->drill = w->status != WARNING_ACTUAL;
	n->magnitude = w->magnitude;
	memcpy(n->issuer, w->issuer, sizeof(n->issuer));
	memcpy(n->event, w->event, sizeof(n->event));
	if (w->kind == WARNING_QUAKE) {
		if (place_regency(g) != NULL)
			add_place(n, place_regency(g));
		say_quake(n, w);
	} else {
		if (w->rings_n + w->circles_n > 0)
			places_by_shape(n, g, w, t->edge_km);
		else
			places_by_words(n, g, w->area);
		join_places(n, g);
		warning_text(n->words, sizeof(n->words), w->headline[0] != '\0' ? w->headline : w->event);
	}
	say_area(n, g);
	if (row == NULL)
		return;
	n->until_ms = w->expires_ms != 0 ? w->expires_ms : n->from_ms + row->holds_ms;
	if (n->until_ms > w->sent_ms + AHEAD_MOST_MS)
		n->until_ms = w->sent_ms + AHEAD_MOST_MS;
	n->at_once = row->at_once;
	n->line = row->line;
	n->units_n = row->units_n;
	memcpy(n->units, row->units, sizeof(n->units));
}

static int
reaches_further(const struct warning_notice *now, const struct warning_notice *was)
{
	for (int i = 0; i < now->places_n; i++)
		if (!warning_covers(was, now->places[i]))
			return 1;
	return 0;
}

/* NULL: nothing for which somebody is to be told again. */
static const char *
news(const struct warning_notice *now, const struct warning_notice *was)
{
	if (was->step == STEP_LIFTED)
		return "it is in force again";
	if (now->tsunami != was->tsunami)
		return now->tsunami ? "a tsunami may come" : "no tsunami is to be expected any more";
	if (was->drill && !now->drill)
		return "it is no exercise any more";
	if (now->severity > was->severity || now->at_once > was->at_once)
		return "it is worse";
	if (reaches_further(now, was))
		return "it reaches further";
	if (now->until_ms >= was->until_ms + LONGER_MS)
		return "it lasts longer";
	return NULL;
}

static void
leave(struct warning_decision *out, const char *why)
{
	memset(out, 0, sizeof(*out));
	out->verdict = WARNING_LEAVE;
	out->why = why;
}

/* It holds no more: those who were told hear of it. */
static void
lift(struct warning_decision *out, const struct warning *w, const struct warning_notice *known, const char *why)
{
	out->notice = *known;
	out->notice.step = STEP_LIFTED;
	out->notice.sent_ms = w->sent_ms;
	out->notice.line = 0;
	out->verdict = WARNING_TELL;
	out->why = why;
}

static int
is_play_on_earnest(const struct warning *w, const struct warning_notice *known)
{
	return w->status != WARNING_ACTUAL && !known->drill;
}

static void
decide_known(struct warning_decision *out, const struct warning *w, const struct warning_notice *known,
    const struct warning_row *row, int64_t now_ms)
{
	struct warning_notice *n = &out->notice;
	const char *new;

	if (w->sent_ms < known->sent_ms) {
		leave(out, "older than what is known of it");
	} else if (is_play_on_earnest(w, known)) {
		leave(out, "an exercise changes nothing of what is real");
	} else if (row == NULL && known->tsunami && !w->tsunami && warning_is_on(known, now_ms)) {
		lift(out, w, known, "no tsunami is to be expected any more");
	} else if ((row == NULL || n->places_n == 0) && w->kind == WARNING_ALERT) {
		if (warning_is_on(known, now_ms))
			lift(out, w, known, "it does not concern us any more");
		else
			leave(out, "it does not concern us");
	} else if (row == NULL) {
		/* Parameters are corrected for hours; what was told stands until its end. */
		leave(out, "below the table's rows now; what was told stands");
	} else if (n->until_ms <= now_ms) {
		leave(out, "over");
	} else {
		n->step = STEP_CHANGED;
		/* Parameters of an earthquake are corrected; nothing that was told ends earlier by that. */
		if (w->kind == WARNING_QUAKE && n->until_ms < known->until_ms)
			n->until_ms = known->until_ms;
		new = news(n, known);
		out->verdict = new != NULL ? WARNING_TELL : WARNING_NOTE;
		out->why = new != NULL ? new : "it changed in nothing that wakes anybody";
	}
}

/*
 * The list of felt earthquakes says nothing of tsunamis, nor do some words for what is to be expected: that
 * is no all-clear.  What was said of it before holds until somebody speaks of it.
 */
static void
keep_unsaid(struct warning *w, const struct warning_notice *known)
{
	if (w->kind != WARNING_QUAKE || known == NULL || !known->tsunami || strcasestr(w->note, "tsunami") != NULL)
		return;
	w->tsunami = 1;
	w->severity = known->severity;
	memcpy(w->event, known->event, sizeof(w->event));
}

void
warning_decide(const struct warning_table *t, const struct gazetteer *g, const struct warning *said,
    const struct warning_notice *known, int64_t now_ms, struct warning_decision *out)
{
	struct warning whole = *said;		/* its points are borrowed */
	const struct warning *w = &whole;
	const struct warning_row *row;

	keep_unsaid(&whole, known);
	row = w->kind == WARNING_QUAKE ? quake_row(t, g, w) : alert_row(t, w);
	memset(out, 0, sizeof(*out));
	if (w->type == WARNING_CANCEL) {
		if (known == NULL || !warning_is_on(known, now_ms))
			leave(out, "it cancels nothing that is in force here");
		else if (w->sent_ms < known->sent_ms)
			leave(out, "older than what is known of it");
		else if (is_play_on_earnest(w, known))
			leave(out, "an exercise changes nothing of what is real");
		else
			lift(out, w, known, "its source takes it back");
		return;
	}
	if (w->status != WARNING_ACTUAL && !t->drills) {
		leave(out, "an exercise of its source; peringatan.yaml leaves those alone");
		return;
	}
	describe(&out->notice, t, g, w, row);
	if (known != NULL) {
		memcpy(out->notice.id, known->id, sizeof(known->id));
		out->notice.version = known->version;
		decide_known(out, w, known, row, now_ms);
	} else if (row == NULL) {
		leave(out, "below the table's rows, or too far away");
	} else if (out->notice.places_n == 0) {
		leave(out, "outside the regency");
	} else if (out->notice.until_ms <= now_ms) {
		leave(out, "over");
	} else {
		/* Its first message names it for good. */
		snprintf(out->notice.id, sizeof(out->notice.id), "P%.*s", WARNING_ID_CHARS - 2, w->name);
		out->verdict = WARNING_TELL;
		out->why = "new";
	}
}
