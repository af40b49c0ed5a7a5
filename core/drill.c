#include "core/drill.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/calendar.h"
#include "lib/escape.h"
#include "lib/json_of.h"

#define SCHEMA 1

const char *
drill_wrong(const struct drill *d, int64_t now_ms)
{
	if (d->name[0] == '\0')
		return "beri nama latihannya";
	if (strlen(d->name) >= sizeof(d->name) - 1)
		return "nama latihan terlalu panjang; sampai 62 huruf";
	if (d->ends_ms < now_ms + DRILL_LEAST_MS)
		return "rencana berakhirnya harus sesudah sekarang";
	if (d->ends_ms > now_ms + DRILL_MOST_MS)
		return "latihan paling lama dua hari";
	return NULL;
}

void
drill_encode(struct buf *b, const struct drill *d)
{
	buf_addf(b, "{\"schema\":%d,\"begun\":%" PRId64 ",\"ends\":%" PRId64 ",\"ended\":%" PRId64 ",\"from\":%" PRId64
	    ",\"to\":%" PRId64, SCHEMA, d->begun_ms, d->ends_ms, d->ended_ms, d->from_seq, d->to_seq);
	buf_add_pair(b, "id", d->id);
	buf_add_pair(b, "name", d->name);
	buf_add_pair(b, "by", d->by);
	buf_add_pair_if(b, "eby", d->ended_by);
	buf_addc(b, '}');
}

int
drill_decode(struct drill *d, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int rc = json_integer_value(json_object_get(doc, "schema")) == SCHEMA ? 0 : -1;

	memset(d, 0, sizeof(*d));
	d->begun_ms = json_integer_value(json_object_get(doc, "begun"));
	d->ends_ms = json_integer_value(json_object_get(doc, "ends"));
	d->ended_ms = json_integer_value(json_object_get(doc, "ended"));
	d->from_seq = json_integer_value(json_object_get(doc, "from"));
	d->to_seq = json_integer_value(json_object_get(doc, "to"));
	snprintf(d->id, sizeof(d->id), "%s", text_of(doc, "id"));
	snprintf(d->name, sizeof(d->name), "%s", text_of(doc, "name"));
	snprintf(d->by, sizeof(d->by), "%s", text_of(doc, "by"));
	snprintf(d->ended_by, sizeof(d->ended_by), "%s", text_of(doc, "eby"));
	json_decref(doc);
	return rc == 0 && d->id[0] != '\0' ? 0 : -1;
}

/* ---- what units did ---- */

static int
by_lead(const void *a, const void *b)
{
	return strcmp(case_lead(*(const struct case_record *const *)a), case_lead(*(const struct case_record *const *)b));
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
most_first(const void *a, const void *b)
{
	const struct drill_row *x = a, *y = b;

	return x->cases != y->cases ? y->cases - x->cases : strcmp(x->unit, y->unit);
}

/* Sorts; the nearest rank, always a time that there was. */
static void
middle_and_worst(int64_t *all, int n, int64_t *median, int64_t *worst)
{
	if (n == 0)
		return;
	qsort(all, (size_t)n, sizeof(*all), by_number);
	*median = all[(n - 1) / 2];
	*worst = all[n - 1];
}

/* Of one unit's cases, which follow each other. */
static void
fill_row(struct drill_row *row, const struct case_record *const *cases, size_t n)
{
	int64_t *taken = xcalloc(n, sizeof(*taken)), *handled = xcalloc(n, sizeof(*handled));

	memset(row, 0, sizeof(*row));
	snprintf(row->unit, sizeof(row->unit), "%s", case_lead(cases[0]));
	row->cases = (int)n;
	for (size_t i = 0; i < n; i++) {
		const struct case_record *c = cases[i];

		if (c->taken_ms != 0)
			taken[row->taken++] = c->taken_ms - c->received_ms;
		if (c->handled_ms != 0)
			handled[row->handled++] = c->handled_ms - c->received_ms;
	}
	middle_and_worst(taken, row->taken, &row->taken_median_ms, &row->taken_worst_ms);
	middle_and_worst(handled, row->handled, &row->handled_median_ms, &row->handled_worst_ms);
	free(taken);
	free(handled);
}

size_t
drill_rows(const struct case_record *cases, size_t n, struct drill_row **out)
{
	const struct case_record **sorted = xcalloc(n + 1, sizeof(*sorted));
	size_t rows = 0;

	*out = xcalloc(n + 1, sizeof(**out));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &cases[i];
	qsort(sorted, n, sizeof(*sorted), by_lead);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && strcmp(case_lead(sorted[k]), case_lead(sorted[i])) == 0; k++)
			;
		fill_row(&(*out)[rows++], sorted + i, k - i);
	}
	qsort(*out, rows, sizeof(**out), most_first);
	free(sorted);
	return rows;
}

/* ---- a simulated flood ---- */

/* What is cried before and after the place. */
static const struct { const char *before, *after; } cries[] = {
	{ "banjir masuk rumah setinggi lutut di ", "" },
	{ "tolong air sungai meluap, rumah kami di ", " sudah kebanjiran" },
	{ "banjir di ", ", ada lansia terjebak di dalam rumah" },
	{ "jalan ", " tergenang banjir sepinggang, motor tidak bisa lewat" },
	{ "air naik cepat di ", ", anak-anak perlu diungsikan" },
	{ "banjir bandang di ", ", beberapa rumah hanyut, tolong" },
	{ "dapur umum di ", " kehabisan beras, warga mengungsi karena banjir" },
	{ "tanggul jebol dekat ", ", air masuk kampung" },
};

/* splitmix64: the same numbers on every machine. */
static uint64_t
draw(uint64_t seed, uint64_t i)
{
	uint64_t z = seed + (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int
is_desa_of(const struct place *p, const char *kecamatan)
{
	return p->parent != NULL && (p->kind == PLACE_DESA || p->kind == PLACE_KELURAHAN) &&
	    strcmp(p->parent->code, kecamatan) == 0;
}

int
drill_flood(struct drill_report *out, const struct gazetteer *g, const char *kecamatan, uint64_t seed, int i, int n,
    int64_t lasts_ms)
{
	const struct place *hit = NULL;
	uint64_t desa = 0, wanted, cry;
	struct buf where = { 0 };
	int half = (n + 1) / 2;

	for (size_t k = 0; k < gazetteer_count(g); k++)
		desa += is_desa_of(place_at(g, k), kecamatan) != 0;
	if (desa == 0 || n <= 0 || i < 0 || i >= n)
		return -1;
	/* A river does not flood all of them: the first three lie along it. */
	wanted = draw(seed, (uint64_t)i * 2) % (desa < 3 ? desa : 3);
	for (size_t k = 0; k < gazetteer_count(g) && hit == NULL; k++)
		if (is_desa_of(place_at(g, k), kecamatan) && wanted-- == 0)
			hit = place_at(g, k);
	memset(out, 0, sizeof(*out));
	/* Half of them in the first, slow half of the hill and half in its mirror: closest in the middle. */
	out->after_ms = i < half ? lasts_ms / 2 - lasts_ms / 2 * (int64_t)(half - i - 1) * (half - i - 1) / ((int64_t)half * half) :
	    lasts_ms / 2 + lasts_ms / 2 * (int64_t)(i - half + 1) * (i - half + 1) / ((int64_t)half * half);
	buf_adds(&where, hit->kind == PLACE_DESA ? "desa " : "kelurahan ");
	buf_addf(&where, "%s kecamatan %s", hit->name, hit->parent->name);
	snprintf(out->place, sizeof(out->place), "%s", hit->code);
	cry = draw(seed, (uint64_t)i * 2 + 1) % N_ELEMS(cries);
	snprintf(out->words, sizeof(out->words), "%s%s%s", cries[cry].before, buf_str(&where), cries[cry].after);
	buf_release(&where);
	return 0;
}
