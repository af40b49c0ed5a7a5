#include "core/incident.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const truths[] = {
	[TRUTH_UNVERIFIED] = "belum-pasti", [TRUTH_SECOND] = "sumber-kedua", [TRUTH_RT] = "rt",
	[TRUTH_SCENE] = "lokasi", [TRUTH_UNFOUNDED] = "tidak-benar",
};

const char *truth_name(enum truth t) { return truths[t]; }

const char *
truth_words(enum truth t)
{
	static const char *const words[] = {
		[TRUTH_UNVERIFIED] = "belum dipastikan", [TRUTH_SECOND] = "dilaporkan sumber kedua",
		[TRUTH_RT] = "dibenarkan RT", [TRUTH_SCENE] = "dibenarkan petugas di lokasi",
		[TRUTH_UNFOUNDED] = "ternyata tidak benar",
	};

	return words[t];
}

int
truth_of_name(const char *s, enum truth *out)
{
	for (size_t i = 0; i < N_ELEMS(truths); i++)
		if (strcmp(truths[i], s) == 0) {
			*out = (enum truth)i;
			return 0;
		}
	return -1;
}

/* ---- places ---- */

double
places_apart_km(const struct policy *p, const char *a, const char *b)
{
	const struct place *x = place_find(p->places, a), *y = place_find(p->places, b);

	return x == NULL || y == NULL ? -1 : place_apart_km(x, y);
}

static int
is_desa(const struct place *p)
{
	return p->kind == PLACE_DESA || p->kind == PLACE_KELURAHAN;
}

int
places_touch(const struct policy *p, const char *a, const char *b)
{
	const struct place *x = place_find(p->places, a), *y = place_find(p->places, b);

	if (x == NULL || y == NULL)
		return 0;
	if (x == y || x->parent == y || y->parent == x)
		return 1;
	return is_desa(x) && is_desa(y) && places_apart_km(p, a, b) <= p->near_km;
}

/* ---- names ---- */

const struct incident_kind *
incident_kind_find(const struct policy *p, const char *name)
{
	for (int i = 0; i < p->incidents_n; i++)
		if (strcmp(p->incidents[i].name, name) == 0)
			return &p->incidents[i];
	return NULL;
}

int
incident_takes(const struct policy *p, const struct incident_kind *k, const struct understanding *u)
{
	const struct place *at = place_find(p->places, u->place);

	return k != NULL && !u->unsure && !u->sealed && strcmp(u->category, k->category) == 0 &&
	    at != NULL && place_kecamatan(at) != NULL && (k->wide || is_desa(at));
}

void
incident_name(char out[INCIDENT_CHARS], const struct policy *p, const struct incident_kind *k,
    const char *place, int64_t received_ms, int back, int drill)
{
	const struct place *at = place_find(p->places, place);

	if (at != NULL && k->wide)
		at = place_kecamatan(at);
	snprintf(out, INCIDENT_CHARS, "%s%.12s-%.13s-%" PRId64, drill ? "L-" : "", k->name,
	    at != NULL ? at->code : "", received_ms / k->open_ms - back);
}

const struct incident_kind *
incident_kind_of(const struct policy *p, const char *name)
{
	size_t n;

	if (strncmp(name, "L-", 2) == 0)
		name += 2;
	n = strcspn(name, "-");
	for (int i = 0; i < p->incidents_n; i++)
		if (strlen(p->incidents[i].name) == n && memcmp(p->incidents[i].name, name, n) == 0)
			return &p->incidents[i];
	return NULL;
}

/* Both windows of one place. */
static int
add_names(char out[INCIDENT_NAMES][INCIDENT_CHARS], int n, const struct policy *p,
    const struct incident_kind *k, const char *place, int64_t received_ms, int drill)
{
	for (int back = 0; back < 2 && n < INCIDENT_NAMES; back++)
		incident_name(out[n++], p, k, place, received_ms, back, drill);
	return n;
}

int
incident_names(char out[INCIDENT_NAMES][INCIDENT_CHARS], const struct policy *p,
    const struct incident_kind *k, const char *place, int64_t received_ms, int drill)
{
	int n = add_names(out, 0, p, k, place, received_ms, drill);

	for (size_t i = 0; !k->wide && i < gazetteer_count(p->places); i++) {
		const struct place *at = place_at(p->places, i);

		if (is_desa(at) && strcmp(at->code, place) != 0 && places_touch(p, place, at->code))
			n = add_names(out, n, p, k, at->code, received_ms, drill);
	}
	return n;
}

/* ---- who belongs to it ---- */

int
incident_leads(const struct case_record *c)
{
	return c->version > 0 && c->lead[0] == '\0' && !c->sealed && c->state != CASE_SELESAI &&
	    c->state != CASE_DITUTUP;
}

enum incident_bond
incident_bond(const struct incident_kind *k, const struct case_record *lead, int voices,
    int64_t received_ms)
{
	int64_t apart = received_ms - lead->received_ms;

	if (!incident_leads(lead) || lead->apart)
		return BOND_NONE;
	if (apart < 0)
		apart = -apart;		/* an outage may bring the later one first */
	if (voices >= k->least)
		return apart <= k->open_ms ? BOND_JOINS : BOND_NONE;
	if (apart > k->within_ms)
		return BOND_NONE;
	return voices + 1 >= k->least ? BOND_JOINS : BOND_NEAR;
}

enum case_event
incident_follows(const struct case_record *lead, enum case_state member)
{
	int over = lead->state == CASE_SELESAI || lead->state == CASE_DITUTUP;

	if (member == CASE_DITUTUP || member == CASE_SELESAI)
		return ON_DUE;
	if (lead->lead[0] != '\0')
		return ON_MERGE;	/* its lead follows another now */
	if (lead->sealed)
		return ON_SPLIT;	/* who follows it may not know of it, nor wait for it */
	if (over && lead->closed_as == CLOSE_REJECTED)
		return ON_REJECT;
	if (lead->state == CASE_DITUTUP && (lead->closed_as == CLOSE_WITHDRAWN ||
	    lead->closed_as == CLOSE_DUPLICATE || lead->closed_as == CLOSE_DRILL))
		return ON_SPLIT;	/* one reporter's word, or an exercise's end, ends nobody else's report */
	if (over)
		return ON_RESOLVE;
	return lead->handled_ms != 0 && member == CASE_DITUGASKAN ? ON_HANDLE : ON_DUE;
}

/* ---- candidates ---- */

#define PIECE 3			/* letters of a piece of text */
#define PIECES 2048		/* bits: far more than an SMS has pieces */

struct sketch { uint8_t bits[PIECES / 8]; int n; };

/* Letters and digits in lower case, one space between words; what else there is separates. */
static void
sketch_make(struct sketch *s, const char *text)
{
	unsigned char last[PIECE] = { ' ', ' ', ' ' };

	memset(s, 0, sizeof(*s));
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		uint32_t h = 2166136261u;

		c = c >= 0x80 || isalnum(c) ? (unsigned char)tolower(c) : ' ';
		if (c == ' ' && last[PIECE - 1] == ' ')
			continue;
		memmove(last, last + 1, PIECE - 1);
		last[PIECE - 1] = c;
		for (int i = 0; i < PIECE; i++)
			h = (h ^ last[i]) * 16777619u;
		h = (h ^ h >> 15) % PIECES;
		s->n += !(s->bits[h / 8] >> (h % 8) & 1);
		s->bits[h / 8] |= (uint8_t)(1u << (h % 8));
	}
}

int
text_likeness(const char *a, const char *b)
{
	struct sketch x, y;
	int both = 0;

	sketch_make(&x, a);
	sketch_make(&y, b);
	if (x.n == 0 || y.n == 0)
		return 0;
	for (size_t i = 0; i < sizeof(x.bits); i++)
		both += __builtin_popcount(x.bits[i] & y.bits[i]);
	return 2000 * both / (x.n + y.n);
}

static int
place_likeness(const struct policy *p, const char *a, const char *b)
{
	const struct place *x = place_find(p->places, a), *y = place_find(p->places, b);

	if (x == NULL || y == NULL)
		return 0;
	if (x == y)
		return is_desa(x) ? 1000 : 600;
	if (places_touch(p, a, b))
		return 700;
	return place_kecamatan(x) != NULL && place_kecamatan(x) == place_kecamatan(y) ? 400 : 0;
}

/* Halves with each doubling from an hour on: 1 h 1000, 2 h 500, 4 h 250. */
static int
time_likeness(int64_t apart_ms)
{
	if (apart_ms < 0)
		apart_ms = -apart_ms;
	return apart_ms <= HOUR_MS ? 1000 : (int)(1000 * HOUR_MS / apart_ms);
}

void
likeness_of(struct likeness *out, const struct policy *p, const struct case_record *a,
    const char *text_a, const struct case_record *b, const char *text_b)
{
	out->kind = strcmp(a->category, b->category) == 0 ? 1000 : 0;
	out->place = place_likeness(p, a->place, b->place);
	out->time = time_likeness(a->received_ms - b->received_ms);
	out->text = text_likeness(text_a, text_b);
	out->photo = 0;
	/* Of another category or another end of the regency it is another thing, whatever the words. */
	out->score = out->kind == 0 || out->place == 0 ? 0 :
	    (250 * out->kind + 350 * out->place + 150 * out->time + 250 * out->text) / 1000;
}

/* Of what is missing to certainty, this much is what photos can say. */
#define PHOTO_WEIGHT 600

void
likeness_add_photo(struct likeness *l, enum photo_alike alike)
{
	static const int says[] = { [PHOTO_OTHER] = 0, [PHOTO_NEAR] = 800, [PHOTO_SAME] = 1000 };

	l->photo = says[alike];
	if (l->place > 0)
		l->score += (1000 - l->score) * l->photo / 1000 * PHOTO_WEIGHT / 1000;
}
