/* conf/peringatan.yaml: which warnings are ours, and who is told of them. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/warning.h"
#include "lib/config.h"
#include "lib/yaml.h"

#define HOLDS_LEAST_MS MINUTE_MS
#define HOLDS_MOST_MS (7 * DAY_MS)
#define EDGE_MOST 50		/* km */
#define REACH_MOST 5000		/* km */
#define DEPTH_MOST 800		/* km */

struct reading {
	const struct yaml *y;
	const struct unit_table *units;
	struct buf *errors;
	int mistakes;
	/* who is told where a row names nobody */
	char usual[WARNING_UNITS][UNIT_CODE_CHARS]; int usual_n;
};

static void refuse(struct reading *r, int node, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void
refuse(struct reading *r, int node, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	yaml_mistake(r->y, node, r->errors, "%s", buf_str(&b));
	r->mistakes++;
	buf_release(&b);
}

static void
check_keys(struct reading *r, int map, const char *what, const char *const *known, size_t n)
{
	for (size_t i = 0; i < yaml_count(r->y, map); i++) {
		const char *key = yaml_key(r->y, map, i);
		size_t k = 0;

		while (k < n && strcmp(known[k], key) != 0)
			k++;
		if (k == n)
			refuse(r, yaml_value(r->y, map, i), "%s has no key \"%s\"; see the head of conf/peringatan.yaml", what, key);
	}
}

/* A whole number, or one with a decimal place where tenths is set (5.0 is 50 then). 0; -1 something else. */
static int
number(const char *s, int tenths, long least, long most, long *out)
{
	char *end;
	long n;

	if (s == NULL || s[0] < '0' || s[0] > '9' || strlen(s) > 8)
		return -1;
	n = strtol(s, &end, 10);
	if (tenths) {
		n *= 10;
		if (end[0] == '.' && end[1] >= '0' && end[1] <= '9') {
			n += end[1] - '0';
			end += 2;
		}
	}
	*out = n;
	return *end == '\0' && n >= least && n <= most ? 0 : -1;
}

static int
read_number(struct reading *r, int map, const char *key, int tenths, long least, long most)
{
	int node = yaml_get(r->y, map, key);
	long n = 0;

	if (node != 0 && number(yaml_str(r->y, node), tenths, least, most, &n) != 0)
		refuse(r, node, "%s must be a number from %ld to %ld%s", key, tenths ? least / 10 : least,
		    tenths ? most / 10 : most, tenths ? ", at most one decimal place" : "");
	return (int)n;
}

/* One of two words, the second where it is not there. */
static int
read_choice(struct reading *r, int map, const char *key, const char *yes, const char *no)
{
	int node = yaml_get(r->y, map, key);
	const char *s = yaml_str(r->y, node);

	if (node == 0 || (s != NULL && strcmp(s, no) == 0))
		return 0;
	if (s == NULL || strcmp(s, yes) != 0)
		refuse(r, node, "%s must be %s or %s", key, yes, no);
	return 1;
}

static int
read_word(struct reading *r, int map, const char *key, const char *(*name)(int))
{
	int node = yaml_get(r->y, map, key), i = 0;
	const char *s = yaml_str(r->y, node);

	if (node == 0)
		return 0;
	if (s == NULL || (i = warning_word(name, s)) < 0) {
		struct buf all = { 0 };

		for (int k = 0; name(k) != NULL; k++)
			buf_addf(&all, "%s%s", k > 0 ? ", " : "", name(k));
		refuse(r, node, "%s must be one of: %s", key, buf_str(&all));
		buf_release(&all);
		return 0;
	}
	return i;
}

static int
read_units(struct reading *r, int node, char (*out)[UNIT_CODE_CHARS])
{
	size_t n = yaml_is_list(r->y, node) ? yaml_count(r->y, node) : 0;
	int kept = 0;

	if (n == 0 || n > WARNING_UNITS) {
		refuse(r, node != 0 ? node : yaml_root(r->y), "kepada must be a list of 1 to %d units", WARNING_UNITS);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		const char *code = yaml_str(r->y, yaml_item(r->y, node, i));

		if (code == NULL || strlen(code) >= UNIT_CODE_CHARS ||
		    (r->units != NULL && unit_find(r->units, code) == NULL))
			refuse(r, yaml_item(r->y, node, i), "kepada: no unit \"%s\"; write a kode of unit.csv",
			    code != NULL ? code : "");
		else
			memcpy(out[kept++], code, strlen(code) + 1);
	}
	return kept;
}

/* ---- rows ---- */

static void
read_common(struct reading *r, int map, struct warning_row *row)
{
	int holds = yaml_get(r->y, map, "berlaku"), units = yaml_get(r->y, map, "kepada");
	const char *s = yaml_str(r->y, holds);

	row->line = yaml_line(r->y, map);
	if (s == NULL || config_duration(s, &row->holds_ms) != 0 || row->holds_ms < HOLDS_LEAST_MS ||
	    row->holds_ms > HOLDS_MOST_MS)
		refuse(r, holds != 0 ? holds : map, "needs berlaku: how long it counts where the source names no end, 1m to 7d");
	row->at_once = read_choice(r, map, "segera", "ya", "tidak");
	if (units != 0) {
		row->units_n = read_units(r, units, row->units);
	} else {
		memcpy(row->units, r->usual, sizeof(row->units));
		row->units_n = r->usual_n;
	}
}

/* I to XII; 0 it is none. */
static int
roman(const char *s)
{
	static const char *const degrees[] = { "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII" };

	for (size_t i = 0; s != NULL && i < N_ELEMS(degrees); i++)
		if (strcmp(degrees[i], s) == 0)
			return (int)i + 1;
	return 0;
}

static void
read_quake_row(struct reading *r, int map, struct warning_row *row)
{
	static const char *const keys[] = { "magnitudo", "jarak", "kedalaman", "dirasakan", "tsunami", "berlaku", "segera", "kepada" };
	int felt = yaml_get(r->y, map, "dirasakan");

	check_keys(r, map, "gempa", keys, N_ELEMS(keys));
	row->kind = WARNING_QUAKE;
	row->magnitude = read_number(r, map, "magnitudo", 1, 10, 100);
	row->km = read_number(r, map, "jarak", 0, 1, REACH_MOST);
	row->depth_km = read_number(r, map, "kedalaman", 0, 1, DEPTH_MOST);
	row->tsunami = read_choice(r, map, "tsunami", "ya", "tidak");
	row->felt = roman(yaml_str(r->y, felt));
	if (felt != 0 && row->felt == 0)
		refuse(r, felt, "dirasakan must be a degree of MMI, I to XII");
	if (row->km == 0 && row->felt == 0)
		refuse(r, map, "gempa needs jarak (km) or dirasakan: else each earthquake anywhere would be ours");
	read_common(r, map, row);
}

static void
read_alert_row(struct reading *r, int map, struct warning_row *row)
{
	static const char *const keys[] = { "keparahan", "kemendesakan", "kepastian", "berlaku", "segera", "kepada" };

	check_keys(r, map, "waspada", keys, N_ELEMS(keys));
	row->kind = WARNING_ALERT;
	row->severity = (enum warning_severity)read_word(r, map, "keparahan", warning_severity_name);
	row->soon = (enum warning_soon)read_word(r, map, "kemendesakan", warning_soon_name);
	row->certainty = (enum warning_certainty)read_word(r, map, "kepastian", warning_certainty_name);
	read_common(r, map, row);
}

static void
read_rows(struct reading *r, struct warning_table *t, const char *key,
    void (*read)(struct reading *, int, struct warning_row *))
{
	int list = yaml_get(r->y, yaml_root(r->y), key);

	if (list == 0)
		return;
	if (!yaml_is_list(r->y, list)) {
		refuse(r, list, "%s must be a list of rows like {berlaku: 3h}", key);
		return;
	}
	for (size_t i = 0; i < yaml_count(r->y, list); i++) {
		int map = yaml_item(r->y, list, i);

		if (t->n == WARNING_ROWS) {
			refuse(r, map, "more than %d rows; join some", WARNING_ROWS);
			return;
		}
		if (!yaml_is_map(r->y, map))
			refuse(r, map, "%s: a row is a map like {berlaku: 3h}", key);
		else
			read(r, map, &t->rows[t->n++]);
	}
}

struct warning_table *
warning_table_parse(const char *file, const char *text, size_t len, const struct unit_table *units, struct buf *errors)
{
	static const char *const keys[] = { "latihan", "tepi", "kepada", "gempa", "waspada" };
	struct yaml *y = yaml_parse(file, text, len, errors);
	struct reading r = { .y = y, .units = units, .errors = errors };
	struct warning_table *t;

	if (y == NULL)
		return NULL;
	t = xcalloc(1, sizeof(*t));
	if (yaml_is_map(y, yaml_root(y))) {
		check_keys(&r, yaml_root(y), "peringatan.yaml", keys, N_ELEMS(keys));
		t->drills = read_choice(&r, yaml_root(y), "latihan", "tandai", "abaikan");
		t->edge_km = read_number(&r, yaml_root(y), "tepi", 0, 0, EDGE_MOST);
		r.usual_n = read_units(&r, yaml_get(y, yaml_root(y), "kepada"), r.usual);
		read_rows(&r, t, "gempa", read_quake_row);
		read_rows(&r, t, "waspada", read_alert_row);
	} else {
		refuse(&r, yaml_root(y), "must be a map with kepada, gempa and waspada");
	}
	yaml_free(y);
	if (r.mistakes > 0) {
		free(t);
		return NULL;
	}
	return t;
}
