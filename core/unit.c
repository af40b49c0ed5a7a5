#include "core/unit.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/csv.h"
#include "lib/hash.h"

#define SHORTNAME_CHARS 24		/* longest, so that a receipt stays one SMS */

static const char *const tier_names[] = {
	[TIER_RT] = "rt", [TIER_DESA] = "desa", [TIER_KECAMATAN] = "kecamatan",
	[TIER_PUSKESMAS] = "puskesmas", [TIER_DINAS] = "dinas", [TIER_LAYANAN] = "layanan",
	[TIER_KABUPATEN] = "kabupaten", [TIER_LUAR] = "luar",
};

/* Who answers for an area, one row per unit and area, sorted. */
struct area {
	enum unit_tier tier;
	char place[sizeof ((struct unit *)0)->place];
	size_t unit;
	int served;			/* from the column bertugas */
};

struct unit_table {
	struct unit *units;		/* in the file's order */
	size_t n;
	const struct unit **by_code;	/* a hash table, at most half full */
	size_t by_code_n;		/* a power of two */
	struct area *areas;
	size_t areas_n;
};

enum { COL_CODE, COL_NAME, COL_SHORT, COL_TIER, COL_PARENT, COL_PLACE, COL_SERVES, COLS };

const char *
tier_name(enum unit_tier t)
{
	return tier_names[t];
}

int
tier_of_name(const char *s, enum unit_tier *out)
{
	for (size_t i = 0; i < N_ELEMS(tier_names); i++)
		if (strcmp(s, tier_names[i]) == 0) {
			*out = (enum unit_tier)i;
			return 0;
		}
	return -1;
}

/* ---- form of one row ---- */

static int
is_unit_code(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len < UNIT_CODE_CHARS &&
	    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == len;
}

static int
is_place_code(const char *s, size_t len)
{
	return len > 0 && len < sizeof((struct area *)0)->place &&
	    strspn(s, "0123456789.") >= len && s[0] != '.' && s[len - 1] != '.';
}

/* Area codes of a ';' list, one after the other; 0 at the end. */
static size_t
next_in_list(const char **list, const char **item)
{
	size_t len;

	*list += strspn(*list, "; ");
	*item = *list;
	len = strcspn(*list, ";");
	*list += len;
	while (len > 0 && (*item)[len - 1] == ' ')
		len--;
	return len;
}

/* A row being read. */
struct row {
	const struct csv *csv;
	size_t at;
	struct buf *errors;
	int mistakes;
};

static void refuse(struct row *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
refuse(struct row *r, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	csv_mistake(r->csv, r->at, r->errors, "%s", buf_str(&b));
	r->mistakes++;
	buf_release(&b);
}

static void
check_names(struct row *r, const struct unit *u)
{
	const char *list = u->serves, *item;
	size_t len;

	if (u->name[0] == '\0')
		refuse(r, "nama is empty; people need to know who it is");
	if (u->shortname[0] == '\0' || strlen(u->shortname) > SHORTNAME_CHARS)
		refuse(r, "singkatan \"%s\" must have 1 to %d characters; it goes into an SMS",
		    u->shortname, SHORTNAME_CHARS);
	while ((len = next_in_list(&list, &item)) > 0)
		if (!is_place_code(item, len))
			refuse(r,
			    "bertugas \"%.*s\" is no area code; write codes of wilayah.csv "
			    "with ; between them",
			    (int)len, item);
}

/* Copies one row.  The superior is linked later, when all are known. */
static void
read_row(struct unit *u, struct row *r, const int *columns)
{
	const char *cells[COLS];

	for (int i = 0; i < COLS; i++)
		cells[i] = csv_cell(r->csv, r->at, columns[i]);
	u->name = xstrdup(cells[COL_NAME]);
	u->shortname = xstrdup(cells[COL_SHORT]);
	u->serves = xstrdup(cells[COL_SERVES]);
	if (is_unit_code(cells[COL_CODE]))
		memcpy(u->code, cells[COL_CODE], strlen(cells[COL_CODE]) + 1);
	else
		refuse(r, "kode \"%s\" is no unit code; use at most %d of A-Z 0-9 . -",
		    cells[COL_CODE], UNIT_CODE_CHARS - 1);
	if (tier_of_name(cells[COL_TIER], &u->tier) != 0)
		refuse(r,
		    "tingkat \"%s\" is unknown; write rt, desa, kecamatan, puskesmas, dinas, "
		    "layanan, kabupaten or luar",
		    cells[COL_TIER]);
	if (cells[COL_PLACE][0] == '\0' ||
	    is_place_code(cells[COL_PLACE], strlen(cells[COL_PLACE])))
		memcpy(u->place, cells[COL_PLACE], strlen(cells[COL_PLACE]) + 1);
	else
		refuse(r,
		    "wilayah \"%s\" is no area code; write one of wilayah.csv, or nothing for "
		    "the whole regency",
		    cells[COL_PLACE]);
	check_names(r, u);
}

/* ---- the table ---- */

/* Where the unit of that code stands in the hash table, or would.  Decisions ask some ten times. */
static size_t
place_of_code(const struct unit_table *t, const char *code)
{
	size_t at = hash_text(code) & (t->by_code_n - 1);

	while (t->by_code[at] != NULL && strcmp(t->by_code[at]->code, code) != 0)
		at = (at + 1) & (t->by_code_n - 1);
	return at;
}

static int
index_codes(struct unit_table *t, const struct csv *csv, struct buf *errors)
{
	int mistakes = 0;

	t->by_code_n = 16;
	while (t->by_code_n < 2 * t->n)
		t->by_code_n *= 2;
	t->by_code = xcalloc(t->by_code_n, sizeof *t->by_code);
	for (size_t i = 0; i < t->n; i++) {
		size_t at = place_of_code(t, t->units[i].code);

		if (t->by_code[at] == NULL) {
			t->by_code[at] = &t->units[i];
			continue;
		}
		csv_mistake(csv, i, errors, "kode %s stands twice (see line %d); remove one",
		    t->units[i].code, csv_line(csv, (size_t)(t->by_code[at] - t->units)));
		mistakes++;
	}
	return mistakes;
}

static int
link_parents(struct unit_table *t, const struct csv *csv, int column, struct buf *errors)
{
	int mistakes = 0;

	for (size_t i = 0; i < t->n; i++) {
		const char *code = csv_cell(csv, i, column);

		if (code[0] == '\0')
			continue;
		t->units[i].parent = unit_find(t, code);
		if (t->units[i].parent == NULL) {
			csv_mistake(csv, i, errors,
			    "induk \"%s\" is no unit; write the superior's kode, or nothing at "
			    "the top",
			    code);
			mistakes++;
		}
	}
	return mistakes;
}

/* Cuts each ring where it is found, so that it is told once and nobody walks it for ever. */
static int
find_rings(struct unit_table *t, const struct csv *csv, struct buf *errors)
{
	int mistakes = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct unit *up = t->units[i].parent;
		size_t steps = 0;

		while (up != NULL && up != &t->units[i] && steps++ <= t->n)
			up = up->parent;
		if (up == &t->units[i]) {
			csv_mistake(csv, i, errors,
			    "unit %s is its own superior, over %s; correct induk",
			    t->units[i].code, t->units[i].parent->code);
			t->units[i].parent = NULL;
			mistakes++;
		}
	}
	return mistakes;
}

static int
compare_areas(const void *a, const void *b)
{
	const struct area *x = a, *y = b;
	int diff = (int)x->tier - (int)y->tier;

	if (diff == 0)
		diff = strcmp(x->place, y->place);
	if (diff == 0)
		diff = x->served - y->served;
	return diff != 0 ? diff : (x->unit > y->unit) - (x->unit < y->unit);
}

static void
add_area(struct unit_table *t, size_t unit, const char *place, size_t len, int served)
{
	struct area *a;

	t->areas = xrealloc(t->areas, (t->areas_n + 1) * sizeof *t->areas);
	a = &t->areas[t->areas_n++];
	memset(a, 0, sizeof *a);
	a->tier = t->units[unit].tier;
	a->unit = unit;
	a->served = served;
	memcpy(a->place, place, len);
}

/* A place needs one answer from these; RT share a desa, dinas and outside bodies the regency. */
static int
is_territorial(enum unit_tier tier)
{
	return tier == TIER_DESA || tier == TIER_KECAMATAN || tier == TIER_PUSKESMAS ||
	    tier == TIER_LAYANAN;
}

static int
index_areas(struct unit_table *t, const struct csv *csv, struct buf *errors)
{
	int mistakes = 0;

	for (size_t i = 0; i < t->n; i++) {
		const char *list = t->units[i].serves, *item;
		size_t len;

		add_area(t, i, t->units[i].place, strlen(t->units[i].place), 0);
		while ((len = next_in_list(&list, &item)) > 0)
			add_area(t, i, item, len, 1);
	}
	qsort(t->areas, t->areas_n, sizeof *t->areas, compare_areas);
	for (size_t i = 1; i < t->areas_n; i++) {
		const struct area *a = &t->areas[i - 1], *b = &t->areas[i];

		if (a->tier != b->tier || strcmp(a->place, b->place) != 0 ||
		    a->place[0] == '\0' || a->served != b->served || a->unit == b->unit ||
		    !is_territorial(a->tier))
			continue;
		csv_mistake(csv, b->unit, errors,
		    "area %s already belongs to %s (line %d); one unit of tingkat %s for each "
		    "area",
		    a->place, t->units[a->unit].code, csv_line(csv, a->unit), tier_name(a->tier));
		mistakes++;
	}
	return mistakes;
}

static struct unit_table *
read_table(const struct csv *csv, const int *columns, struct buf *errors)
{
	struct unit_table *t = xcalloc(1, sizeof *t);
	int mistakes = 0;

	t->n = csv_rows(csv);
	t->units = xcalloc(t->n + 1, sizeof *t->units);
	for (size_t i = 0; i < t->n; i++) {
		struct row r = { csv, i, errors, 0 };

		read_row(&t->units[i], &r, columns);
		t->units[i].line = csv_line(csv, i);
		mistakes += r.mistakes;
	}
	if (mistakes == 0) {
		mistakes = index_codes(t, csv, errors);
		mistakes += link_parents(t, csv, columns[COL_PARENT], errors);
		mistakes += find_rings(t, csv, errors);
		mistakes += index_areas(t, csv, errors);
	}
	if (mistakes > 0) {
		units_free(t);
		t = NULL;
	}
	return t;
}

struct unit_table *
units_parse(const char *file, const char *text, size_t len, struct buf *errors)
{
	static const char *const names[COLS] = {
		"kode", "nama", "singkatan", "tingkat", "induk", "wilayah", "bertugas"
	};
	int columns[COLS];
	struct csv *csv = csv_parse(file, text, len, errors);
	struct unit_table *t = NULL;

	if (csv == NULL || csv_columns(csv, names, columns, COLS, errors) != 0)
		goto out;
	if (csv_rows(csv) == 0)
		buf_addf(errors, "%s:1: there are no units; nobody would hear of a report\n",
		    file);
	else
		t = read_table(csv, columns, errors);
out:
	csv_free(csv);
	return t;
}

void
units_free(struct unit_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->units[i].name);
		free(t->units[i].shortname);
		free(t->units[i].serves);
	}
	free(t->units);
	free(t->by_code);
	free(t->areas);
	free(t);
}

size_t
units_count(const struct unit_table *t)
{
	return t->n;
}

const struct unit *
unit_at(const struct unit_table *t, size_t i)
{
	return &t->units[i];
}

/* ---- questions ---- */

const struct unit *
unit_find(const struct unit_table *t, const char *code)
{
	return t->by_code[place_of_code(t, code)];
}

/* First row of the tier and area, or where it would stand. */
static size_t
first_area(const struct unit_table *t, enum unit_tier tier, const char *place)
{
	size_t low = 0, high = t->areas_n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct area *a = &t->areas[mid];
		int diff = (int)a->tier - (int)tier;

		if (diff == 0)
			diff = strcmp(a->place, place);
		if (diff < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The one unit of the tier for exactly this area: its own before one that serves it. */
static const struct unit *
unit_for_area(const struct unit_table *t, enum unit_tier tier, const char *place)
{
	const struct area *a = t->areas + first_area(t, tier, place), *next = a + 1;
	const struct area *end = t->areas + t->areas_n;

	if (a == end || a->tier != tier || strcmp(a->place, place) != 0)
		return NULL;
	if (next != end && next->tier == tier && strcmp(next->place, place) == 0 &&
	    next->served == a->served && next->unit != a->unit)
		return NULL;		/* several share it: no guess */
	return &t->units[a->unit];
}

const struct unit *
unit_for_place(const struct unit_table *t, enum unit_tier tier, const char *place)
{
	char area[sizeof ((struct area *)0)->place] = "";
	size_t len = strlen(place);

	if (len >= sizeof area)
		return NULL;
	memcpy(area, place, len);
	for (;;) {
		const struct unit *u = unit_for_area(t, tier, area);
		char *dot = strrchr(area, '.');

		if (u != NULL || area[0] == '\0')
			return u;
		if (dot == NULL)
			dot = area;
		*dot = '\0';
	}
}

int
unit_is_under(const struct unit *u, const struct unit *superior)
{
	while (u != NULL && u != superior)
		u = u->parent;
	return u != NULL;
}
