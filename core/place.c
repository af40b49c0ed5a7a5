#include "core/place.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/csv.h"

struct gazetteer {
	struct place *places;		/* never moved: spellings and parents point into it */
	size_t n;
	size_t *by_code;		/* indexes into places, sorted by code */
	struct spelling *spellings;	/* sorted by words, kind, code */
	size_t spellings_n, spellings_cap;
	size_t longest;
};

static const struct { const char *name; enum place_kind kind; size_t code_len; } kinds[] = {
	{ "kabupaten", PLACE_KABUPATEN, 5 },	/* 35.10 */
	{ "kecamatan", PLACE_KECAMATAN, 8 },	/* 35.10.xx */
	{ "desa",      PLACE_DESA,      13 },	/* 35.10.xx.yyyy */
	{ "kelurahan", PLACE_KELURAHAN, 13 },
};

enum { COL_CODE, COL_NAME, COL_KIND, COL_PARENT, COL_LAT, COL_LNG, COL_ALIAS, COL_DUSUN, COL_NEEDED,
	COL_PEOPLE = COL_NEEDED, COLS };
static const char *const columns[COLS] = {
	"kode", "nama", "jenis", "induk", "lat", "lng", "alias", "dusun", "penduduk"
};
#define PEOPLE_MOST 100000000

static int
is_word_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c >= 0x80;
}

/*
 * Lower-case words joined by one space.  Apostrophes vanish, as they do in a normalised report:
 * "Canga'an" and "cangaan" are one spelling.  Returns the number of words.
 */
static size_t
fold(struct buf *out, const char *s, size_t len)
{
	size_t words = 0;
	int inside = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\'')
			continue;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (!is_word_char(c)) {
			inside = 0;
			continue;
		}
		if (!inside && words++ > 0)
			buf_addc(out, ' ');
		inside = 1;
		buf_addc(out, (char)c);
	}
	return words;
}

static void
add_spelling(struct gazetteer *g, const struct place *p, enum spelling_kind kind,
    const char *s, size_t len)
{
	struct buf words = { 0 };
	size_t n = fold(&words, s, len);

	if (n == 0) {
		buf_release(&words);
		return;
	}
	if (g->spellings_n == g->spellings_cap) {
		g->spellings_cap = g->spellings_cap == 0 ? 256 : 2 * g->spellings_cap;
		g->spellings = xrealloc(g->spellings, g->spellings_cap * sizeof(*g->spellings));
	}
	if (n > g->longest)
		g->longest = n;
	g->spellings[g->spellings_n++] = (struct spelling){ buf_take(&words), kind, p };
}

/* Adds every item of a ';' list. */
static void
add_spellings(struct gazetteer *g, const struct place *p, enum spelling_kind kind, const char *list)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ";");

		add_spelling(g, p, kind, list, len);
		list += len;
		list += *list == ';';
	}
}

static int
is_code(const char *s, size_t len)
{
	if (strlen(s) != len)
		return 0;
	for (size_t i = 0; i < len; i++) {
		int dot = i == 2 || i == 5 || i == 8;

		if (dot ? s[i] != '.' : s[i] < '0' || s[i] > '9')
			return 0;
	}
	return 1;
}

static int
parse_degrees(const char *s, double limit, double *out)
{
	char *end;

	*out = strtod(s, &end);
	return end != s && *end == '\0' && *out >= -limit && *out <= limit ? 0 : -1;
}

/* A column that a file may leave out, and a row may leave empty: 0, not known. */
static int
parse_people(const char *s, int64_t *out)
{
	char *end;

	errno = 0;
	*out = *s == '\0' ? 0 : strtoll(s, &end, 10);
	return *s == '\0' || (s[0] >= '0' && s[0] <= '9' && *end == '\0' && errno == 0 && *out <= PEOPLE_MOST) ? 0 : -1;
}

static int
compare_index(const void *a, const void *b, void *arg)
{
	const struct place *places = arg;

	return strcmp(places[*(const size_t *)a].code, places[*(const size_t *)b].code);
}

static int
compare_spelling(const void *va, const void *vb)
{
	const struct spelling *a = va, *b = vb;
	int c = strcmp(a->words, b->words);

	if (c == 0)
		c = (int)a->kind - (int)b->kind;
	return c != 0 ? c : strcmp(a->place->code, b->place->code);
}

static int
read_place(struct gazetteer *g, const struct csv *csv, size_t row, const int *col,
    struct buf *errors)
{
	struct place *p = &g->places[g->n];
	const char *code = csv_cell(csv, row, col[COL_CODE]);
	const char *kind = csv_cell(csv, row, col[COL_KIND]);
	const char *name = csv_cell(csv, row, col[COL_NAME]);
	size_t k;

	for (k = 0; k < N_ELEMS(kinds); k++)
		if (strcmp(kinds[k].name, kind) == 0)
			break;
	if (k == N_ELEMS(kinds)) {
		csv_mistake(csv, row, errors, "jenis \"%s\" is none of kabupaten, kecamatan, desa, "
		    "kelurahan", kind);
		return -1;
	}
	if (!is_code(code, kinds[k].code_len)) {
		csv_mistake(csv, row, errors, "\"%s\" is no code of a %s; write 35.10, 35.10.xx or "
		    "35.10.xx.yyyy", code, kind);
		return -1;
	}
	if (*name == '\0') {
		csv_mistake(csv, row, errors, "%s has no name", code);
		return -1;
	}
	if (parse_degrees(csv_cell(csv, row, col[COL_LAT]), 90, &p->lat) != 0 ||
	    parse_degrees(csv_cell(csv, row, col[COL_LNG]), 180, &p->lng) != 0) {
		csv_mistake(csv, row, errors,
		    "lat and lng of %s must be degrees, e.g. -8.36466 and "
		    "114.20590", code);
		return -1;
	}
	if (parse_people(csv_cell(csv, row, col[COL_PEOPLE]), &p->people) != 0) {
		csv_mistake(csv, row, errors, "penduduk of %s must be a number of people, digits alone, or empty where "
		    "it is not known", code);
		return -1;
	}
	memcpy(p->code, code, kinds[k].code_len + 1);
	p->kind = kinds[k].kind;
	p->name = xstrdup(name);
	g->n++;
	add_spelling(g, p, SPELLING_NAME, name, strlen(name));
	add_spellings(g, p, SPELLING_ALIAS, csv_cell(csv, row, col[COL_ALIAS]));
	add_spellings(g, p, SPELLING_DUSUN, csv_cell(csv, row, col[COL_DUSUN]));
	return 0;
}

/* Twice the same code would make one of two places unreachable. */
static int
index_codes(struct gazetteer *g, const char *file, struct buf *errors)
{
	int rc = 0;

	g->by_code = xcalloc(g->n + 1, sizeof(*g->by_code));
	for (size_t i = 0; i < g->n; i++)
		g->by_code[i] = i;
	qsort_r(g->by_code, g->n, sizeof(*g->by_code), compare_index, g->places);
	for (size_t i = 1; i < g->n; i++) {
		const char *code = g->places[g->by_code[i]].code;

		if (strcmp(code, g->places[g->by_code[i - 1]].code) == 0) {
			buf_addf(errors, "%s: code %s stands twice; keep one row\n", file, code);
			rc = -1;
		}
	}
	return rc;
}

/* Rows may stand in any order, so parents are found when all are read. */
static int
link_parents(struct gazetteer *g, const struct csv *csv, const int *col, struct buf *errors)
{
	int rc = 0;

	for (size_t i = 0; i < g->n; i++) {
		struct place *p = &g->places[i];
		const char *parent = csv_cell(csv, i, col[COL_PARENT]);

		if (p->kind == PLACE_KABUPATEN)
			continue;
		p->parent = place_find(g, parent);
		if (p->parent == NULL || strncmp(p->code, parent, strlen(parent)) != 0 ||
		    p->parent->kind != (p->kind == PLACE_KECAMATAN ?
		    PLACE_KABUPATEN : PLACE_KECAMATAN)) {
			csv_mistake(csv, i, errors,
			    "induk \"%s\" of %s is not the area above it; write "
			    "the code without its last part", parent, p->code);
			rc = -1;
		}
	}
	return rc;
}

static int
read_places(struct gazetteer *g, const char *file, const char *text, size_t len, struct buf *errors)
{
	struct csv *csv = csv_parse(file, text, len, errors);
	int col[COLS];
	int rc = -1, bad = 0;

	if (csv == NULL || csv_columns(csv, columns, col, COL_NEEDED, errors) != 0)
		goto out;
	col[COL_PEOPLE] = csv_column(csv, columns[COL_PEOPLE]);
	g->places = xcalloc(csv_rows(csv) + 1, sizeof(*g->places));
	for (size_t i = 0; i < csv_rows(csv); i++)
		bad += read_place(g, csv, i, col, errors) != 0;
	if (bad > 0)
		goto out;		/* rows and places no longer match by index */
	if (g->n == 0) {
		buf_addf(errors, "%s: no place; a regency needs its kecamatan and desa\n", file);
		goto out;
	}
	rc = index_codes(g, file, errors) | link_parents(g, csv, col, errors);
out:
	csv_free(csv);
	return rc;
}

static int
read_landmarks(struct gazetteer *g, const char *file, const char *text, size_t len,
    struct buf *errors)
{
	static const char *const names[] = { "nama", "kode", "alias" };
	struct csv *csv = csv_parse(file, text, len, errors);
	int col[N_ELEMS(names)];
	int rc = -1;

	if (csv == NULL || csv_columns(csv, names, col, N_ELEMS(names), errors) != 0)
		goto out;
	rc = 0;
	for (size_t i = 0; i < csv_rows(csv); i++) {
		const char *name = csv_cell(csv, i, col[0]);
		const char *code = csv_cell(csv, i, col[1]);
		const struct place *p = place_find(g, code);

		if (p == NULL) {
			csv_mistake(csv, i, errors,
			    "code \"%s\" of \"%s\" is not in wilayah.csv", code, name);
			rc = -1;
			continue;
		}
		add_spelling(g, p, SPELLING_LANDMARK, name, strlen(name));
		add_spellings(g, p, SPELLING_LANDMARK, csv_cell(csv, i, col[2]));
	}
out:
	csv_free(csv);
	return rc;
}

/* Sorts, and keeps of several equal meanings of a spelling the best kind. */
static void
sort_spellings(struct gazetteer *g)
{
	size_t kept = 0;

	qsort(g->spellings, g->spellings_n, sizeof(*g->spellings), compare_spelling);
	for (size_t i = 0; i < g->spellings_n; i++) {
		int again = 0;

		for (size_t j = kept; j-- > 0;) {
			if (strcmp(g->spellings[j].words, g->spellings[i].words) != 0)
				break;
			again |= g->spellings[j].place == g->spellings[i].place;
		}
		if (again)
			free((char *)g->spellings[i].words);
		else
			g->spellings[kept++] = g->spellings[i];
	}
	g->spellings_n = kept;
}

struct gazetteer *
gazetteer_parse(const char *file, const char *text, size_t len,
    const char *tempat_file, const char *tempat, size_t tempat_len, struct buf *errors)
{
	struct gazetteer *g = xcalloc(1, sizeof(*g));

	if (read_places(g, file, text, len, errors) != 0)
		goto refuse;
	if (tempat != NULL && read_landmarks(g, tempat_file, tempat, tempat_len, errors) != 0)
		goto refuse;
	sort_spellings(g);
	return g;
refuse:
	gazetteer_free(g);
	return NULL;
}

void
gazetteer_free(struct gazetteer *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->n; i++)
		free(g->places[i].name);
	for (size_t i = 0; i < g->spellings_n; i++)
		free((char *)g->spellings[i].words);
	free(g->places);
	free(g->by_code);
	free(g->spellings);
	free(g);
}

size_t
gazetteer_count(const struct gazetteer *g)
{
	return g->n;
}

const struct place *
place_at(const struct gazetteer *g, size_t i)
{
	return i < g->n ? &g->places[i] : NULL;
}

const struct place *
place_regency(const struct gazetteer *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->places[i].kind == PLACE_KABUPATEN)
			return &g->places[i];
	return NULL;
}

const struct place *
place_find(const struct gazetteer *g, const char *code)
{
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct place *p = &g->places[g->by_code[mid]];
		int c = strcmp(p->code, code);

		if (c == 0)
			return p;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

size_t
place_spelled(const struct gazetteer *g, const char *words, const struct spelling **out)
{
	size_t low = 0, high = g->spellings_n, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(g->spellings[mid].words, words) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < g->spellings_n && strcmp(g->spellings[end].words, words) == 0;)
		end++;
	*out = end > low ? &g->spellings[low] : NULL;
	return end - low;
}

size_t
gazetteer_spellings(const struct gazetteer *g, const struct spelling **out)
{
	*out = g->spellings;
	return g->spellings_n;
}

size_t
gazetteer_longest(const struct gazetteer *g)
{
	return g->longest;
}

#define KM_OF_DEGREE 111.32	/* of latitude; of longitude nearly as much, so near the equator */

double
place_apart_km(const struct place *x, const struct place *y)
{
	double dy = (x->lat - y->lat) * KM_OF_DEGREE;
	double dx = (x->lng - y->lng) * KM_OF_DEGREE * cos(x->lat * M_PI / 180);

	return sqrt(dx * dx + dy * dy);
}

const struct place *
place_kecamatan(const struct place *p)
{
	while (p != NULL && p->kind != PLACE_KECAMATAN)
		p = p->kind == PLACE_KABUPATEN ? NULL : p->parent;
	return p;
}

void
buf_add_place(struct buf *b, const struct place *p)
{
	switch (p->kind) {
	case PLACE_KABUPATEN:
		buf_addf(b, "Kab. %s", p->name);
		break;
	case PLACE_KECAMATAN:
		buf_addf(b, "Kec. %s", p->name);
		break;
	case PLACE_DESA:
	case PLACE_KELURAHAN:
		buf_addf(b, "%s %s, ", p->kind == PLACE_DESA ? "Ds." : "Kel.", p->name);
		buf_add_place(b, p->parent);
		break;
	}
}

const struct place *
place_typed(const struct gazetteer *g, const char *typed, const char **wrong)
{
	const struct place *p = place_find(g, typed), *found = NULL;
	int n = 0;

	*wrong = NULL;
	if (p != NULL)
		return p;
	for (size_t i = 0; i < gazetteer_count(g); i++) {
		struct buf name = { 0 };
		int whole;

		p = place_at(g, i);
		buf_add_place(&name, p);
		whole = strcasecmp(buf_str(&name), typed) == 0;
		buf_release(&name);
		if (whole)
			return p;
		if (strcasecmp(p->name, typed) == 0) {
			found = p;
			n++;
		}
	}
	if (n == 1)
		return found;
	*wrong = n > 1 ? "ada beberapa tempat bernama itu; pilih satu dari daftarnya" :
	    "tempat itu tidak ada dalam daftar; pilih dari daftarnya, atau kosongkan";
	return NULL;
}
