#include "core/photo.h"
#include "lib/hash.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EARTH_M 6371000.0

static const struct { const char *name, *words; } doubts[PHOTO_DOUBTS] = {
	{ "foto-laporan", "sama dengan foto pelapor" },
	{ "foto-lama", "sama dengan foto bukti yang pernah dikirim" },
	{ "cermin", "foto itu dibalik seperti di cermin" },
	{ "lebih-dulu", "diambil sebelum tugas diberikan" },
	{ "masa-depan", "jam kamera menunjukkan waktu yang belum tiba" },
	{ "jauh", "diambil jauh dari tempat kasus" },
	{ "kosong", "hampir tidak ada yang tampak pada foto" },
};

const char *photo_doubt_words(int i) { return doubts[i].words; }
const char *photo_doubt_name(int i) { return doubts[i].name; }

enum photo_alike
photo_likeness(const struct resemblance *k, const struct photo_rules *r)
{
	if (k->whole && k->bits <= r->same_bits)
		return PHOTO_SAME;
	return k->bits <= r->near_bits ? PHOTO_NEAR : PHOTO_OTHER;
}

double
photo_distance_m(double lat, double lng, double to_lat, double to_lng)
{
	double rad = M_PI / 180, s = sin((to_lat - lat) * rad / 2), t = sin((to_lng - lng) * rad / 2);
	double h = s * s + cos(lat * rad) * cos(to_lat * rad) * t * t;

	return 2 * EARTH_M * asin(sqrt(h < 1 ? h : 1));
}

void
photo_judge(struct photo_verdict *v, const struct photo_facts *f, const struct photo_rules *r)
{
	memset(v, 0, sizeof(*v));
	v->bits = LIKENESS_BITS;
	if (f->look.flat) {
		v->doubts |= PHOTO_EMPTY;
		v->refused = 1;
	}
	if (f->taken_ms != 0 && f->told_ms != 0 && f->taken_ms < f->told_ms - r->slack_ms)
		v->doubts |= PHOTO_EARLY;
	if (f->taken_ms != 0 && f->taken_ms > f->now_ms + r->slack_ms)
		v->doubts |= PHOTO_LATE;
	if (f->has_position && f->has_place &&
	    photo_distance_m(f->lat, f->lng, f->place_lat, f->place_lng) > (double)(r->far_m + f->place_radius_m))
		v->doubts |= PHOTO_FAR;
}

void
photo_compare(struct photo_verdict *v, const struct photo_facts *f, const struct photo_seen *seen,
    const struct photo_rules *r)
{
	struct resemblance k = look_compare(&f->look, &seen->look);
	enum photo_alike alike = photo_likeness(&k, r);

	if (alike == PHOTO_OTHER)
		return;
	v->doubts |= seen->of_report ? PHOTO_OF_REPORT : PHOTO_OF_OTHER;
	v->doubts |= k.mirrored ? PHOTO_MIRRORED : 0;
	v->refused |= alike == PHOTO_SAME;
	if (k.bits < v->bits) {
		v->bits = k.bits;
		snprintf(v->like, sizeof(v->like), "%s", seen->code);
	}
}

int
photo_number(const char *code, const char *proof, const char *officer, const char *nonce, int64_t told_ms)
{
	const char *const parts[] = { code, proof, officer, nonce };
	uint64_t h = HASH_NOTHING;

	for (size_t i = 0; i < N_ELEMS(parts); i++)
		h = hash_bytes(h, parts[i], strlen(parts[i]) + 1);
	for (int i = 0; i < 8; i++)
		h = hash_bytes(h, &(uint8_t){ (uint64_t)told_ms >> (8 * i) & 255 }, 1);
	h ^= h >> 32;
	return 10 + (int)(h % 90);
}
