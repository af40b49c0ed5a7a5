#include "cli/sim_people.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assign.h"

enum { FOR_OFFICER = 1, FOR_DAY, FOR_MOMENT, FOR_REPORT, FOR_LATENCY,
	FOR_PLACE };

#define RESIDENTS 300000		/* who ever report */
#define ATTENTION_MS (4 * MINUTE_MS)	/* an officer gives to one message */

/* Of a usual day, per mille; a category that is not named gets one. */
static const struct { const char *code; int weight; } usual[] = {
	{ "jalan-rusak", 150 }, { "sampah", 90 }, { "lampu-jalan", 80 }, { "adminduk", 75 },
	{ "air-bersih", 60 }, { "drainase", 45 }, { "bansos", 45 }, { "listrik", 40 },
	{ "pohon", 35 }, { "lalu-lintas-parkir", 30 }, { "layanan-aparatur", 30 },
	{ "layanan-kesehatan", 25 }, { "ketertiban", 25 }, { "kebisingan", 20 },
	{ "pendidikan", 20 }, { "irigasi", 18 }, { "kecelakaan", 18 }, { "darurat-medis", 16 },
	{ "rtlh", 15 }, { "kemiskinan-kesehatan", 12 }, { "keamanan", 12 }, { "jembatan", 12 },
	{ "bencana", 10 }, { "perizinan-pajak", 10 }, { "dana-desa", 9 }, { "kebakaran", 8 },
	{ "hewan-liar", 8 }, { "pungli", 7 }, { "pertanian-ternak", 7 }, { "umkm-pasar", 7 },
	{ "pencemaran", 7 }, { "odgj", 6 }, { "tenaga-kerja", 6 }, { "anak-putus-sekolah", 5 },
	{ "kekerasan-anak", 4 }, { "proyek-desa", 4 }, { "lainnya", 30 }, { "spam", 30 },
	{ "terima-kasih", 12 },
};

/* Reports by the hour of the day, WIB: few at night, most before noon and after work. */
static const int by_hour[24] = {
	8, 5, 3, 3, 4, 12, 30, 55, 70, 75, 70, 60, 45, 48, 52, 55, 55, 58, 62, 66, 58, 42, 26, 14
};

static int
weight_of(const char *code)
{
	for (size_t i = 0; i < N_ELEMS(usual); i++)
		if (strcmp(usual[i].code, code) == 0)
			return usual[i].weight;
	return 1;
}

/*
 * Desa are of different sizes, the same ones in every run; how many live in each is not in the
 * gazetteer.  A kelurahan is a part of a town.
 */
static void
settle_places(struct sim_people *w)
{
	const struct gazetteer *g = w->p->places;
	double sum = 0;

	w->place = xcalloc(gazetteer_count(g) + 1, sizeof(*w->place));
	w->places = xcalloc(gazetteer_count(g) + 1, sizeof(*w->places));
	for (size_t i = 0; i < gazetteer_count(g); i++) {
		const struct place *p = place_at(g, i);
		struct dice d = dice_for(0, FOR_PLACE, i);

		if (p->kind != PLACE_DESA && p->kind != PLACE_KELURAHAN)
			continue;
		sum += (double)dice_while(&d, p->kind == PLACE_KELURAHAN ? 1500 : 1000, 0.5);
		w->place[w->places_n] = p;
		w->places[w->places_n++] = sum;
	}
}

static void
weigh_categories(struct sim_people *w)
{
	double sum = 0;

	w->categories_n = (int)catalogue_count(w->p->catalogue);
	w->categories = xcalloc((size_t)w->categories_n + 1, sizeof(*w->categories));
	for (int i = 0; i < w->categories_n; i++)
		w->categories[i] = sum += weight_of(category_at(w->p->catalogue, (size_t)i)->code);
}

int
sim_people_init(struct sim_people *w, const struct policy *p, const struct roster *r, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->p = p, w->r = r, w->seed = seed;
	settle_places(w);
	weigh_categories(w);
	w->officers = xcalloc(r->n + 1, sizeof(*w->officers));
	for (size_t i = 0; i < r->n; i++) {
		struct dice d = dice_for(seed, FOR_OFFICER, i);
		const struct unit *u = unit_find(p->units, r->officers[i].unit);
		int fate = (int)dice_below(&d, 100);

		w->officers[i].temper = u != NULL && u->tier == TIER_LAYANAN ? TEMPER_DESK :
		    fate < 15 ? TEMPER_LAZY : fate < 20 ? TEMPER_NO_SIGNAL :
		    fate < 50 ? TEMPER_QUICK : TEMPER_USUAL;
	}
	return w->places_n > 0 && w->categories_n > 0 ? 0 : -1;
}

void
sim_people_release(struct sim_people *w)
{
	free(w->officers);
	free(w->places);
	free(w->place);
	free(w->categories);
	memset(w, 0, sizeof(*w));
}

/* ---- residents ---- */

int
sim_reports_of_day(const struct sim_people *w, int64_t day, int mean)
{
	struct dice d = dice_for(w->seed, FOR_DAY, (uint64_t)day);
	struct wib t;

	wib_day_of(&t, day);
	return dice_poisson(&d, mean * (t.weekday == 0 ? 0.8 : t.weekday == 1 ? 1.2 : 1.0));
}

int64_t
sim_moment_of_report(const struct sim_people *w, int64_t day, int n)
{
	struct dice d = dice_for(w->seed, FOR_MOMENT, (uint64_t)(day * 100000 + n));
	double sums[24], sum = 0;

	for (int i = 0; i < 24; i++)
		sums[i] = sum += by_hour[i];
	return dice_weighted(&d, sums, 24) * HOUR_MS + (int64_t)dice_below(&d, HOUR_MS);
}

static int
where(const struct sim_people *w, enum sim_occasion why, struct dice *d)
{
	int at = dice_weighted(d, w->places, w->places_n);

	/* Half of a flood is one desa; the rest its neighbours in the list of the regency. */
	if (why == OCCASION_FLOOD && dice_chance(d, 500))
		at = w->flood_place;
	else if (why == OCCASION_FLOOD)
		at = (w->flood_place + 1 + (int)dice_below(d, 6)) % w->places_n;
	return at;
}

static void
route(const struct sim_people *w, struct understanding *u)
{
	struct assignment a = { .category = category_find(w->p->catalogue, u->category),
	    .place = u->place, .urgency = u->urgency, .certain = 1 };

	u->sealed = a.category->sealed;
	units_assign(w->p, &a, u);
}

void
sim_report_draw(const struct sim_people *w, enum sim_occasion why, int64_t number,
    struct sim_report *out)
{
	struct dice d = dice_for(w->seed, FOR_REPORT, (uint64_t)number);
	const struct category *k = category_find(w->p->catalogue, "bencana");
	struct understanding *u = &out->truth;

	memset(out, 0, sizeof(*out));
	if (why == OCCASION_DAY || k == NULL)
		k = category_at(w->p->catalogue,
		    (size_t)dice_weighted(&d, w->categories, w->categories_n));
	memcpy(u->category, k->code, sizeof(u->category));
	out->place = where(w, why, &d);
	memcpy(u->place, w->place[out->place]->code, sizeof(u->place));
	u->urgency = k->urgency;
	/* Most who felt the earth shake are safe and say so; one in a hundred needs help now. */
	if (why != OCCASION_DAY)
		u->urgency = dice_chance(&d, 10) ? URGENCY_DARURAT : URGENCY_MENDESAK;
	u->confidence_permille = 900;
	route(w, u);
	out->read = *u;
	out->triage = why == OCCASION_DAY && dice_chance(&d, 90);
	if (dice_chance(&d, 60)) {	/* read wrongly: another office gets it first */
		k = category_at(w->p->catalogue,
		    (size_t)dice_weighted(&d, w->categories, w->categories_n));
		if (!k->sealed && !k->no_case && why == OCCASION_DAY) {
			memcpy(out->read.category, k->code, sizeof(u->category));
			route(w, &out->read);
		}
	}
	if (out->read.units_n == 0)
		out->triage = 1;
	snprintf(out->reporter, sizeof(out->reporter), "%032" PRIx64, 1 + dice_below(&d, RESIDENTS));
}

int64_t
sim_latency_ms(const struct sim_people *w, int64_t number)
{
	struct dice d = dice_for(w->seed, FOR_LATENCY, (uint64_t)number);

	return dice_while(&d, 4000, 0.8);
}

/* ---- officers ---- */

static int
is_night(int64_t ms)
{
	struct wib t;

	wib_of(&t, ms);
	return t.hour >= 22 || t.hour < 5;
}

static int64_t
morning_after(int64_t ms)
{
	int64_t day = wib_day(ms);
	int64_t five = day * DAY_MS + 5 * HOUR_MS - WIB_MS;

	return ms < five ? five : five + DAY_MS;
}

int64_t
sim_reaction_ms(struct sim_people *w, struct dice *d, int officer, int64_t heard_ms, int urgent)
{
	static const struct { int64_t median_ms, urgent_ms; double sigma; } tempers[] = {
		[TEMPER_QUICK] =     { 6 * MINUTE_MS,   2 * MINUTE_MS,  0.8 },
		[TEMPER_USUAL] =     { 25 * MINUTE_MS,  3 * MINUTE_MS,  0.9 },
		[TEMPER_LAZY] =      { 4 * HOUR_MS,     20 * MINUTE_MS, 1.2 },
		[TEMPER_NO_SIGNAL] = { 2 * HOUR_MS,     HOUR_MS,        1.0 },
		[TEMPER_DESK] =      { 4 * MINUTE_MS,   MINUTE_MS,      0.7 },
	};
	struct sim_officer *o = &w->officers[officer];
	int64_t at = heard_ms + dice_while(d, urgent ? tempers[o->temper].urgent_ms :
	    tempers[o->temper].median_ms, tempers[o->temper].sigma);

	/* Asleep; an emergency wakes three of four. */
	if (o->temper != TEMPER_DESK && is_night(at) && !(urgent && dice_chance(d, 750)))
		at = morning_after(at) + (int64_t)dice_below(d, 90 * MINUTE_MS);
	if (at < o->busy_ms && o->busy_ms - at < DAY_MS)
		at = o->busy_ms;
	o->busy_ms = at + ATTENTION_MS;
	return at;
}

int64_t
sim_work_ends_ms(struct dice *d, int64_t from_ms, int64_t median_ms, double sigma, int urgent)
{
	int64_t at = from_ms + dice_while(d, median_ms, sigma);

	return is_night(at) && !urgent ? morning_after(at) + (int64_t)dice_below(d, 3 * HOUR_MS) : at;
}
