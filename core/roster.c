#include "core/roster.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/posts.h"
#include "core/unit.h"
#include "lib/csv.h"
#include "lib/escape.h"
#include "lib/hash.h"

#define SCHEMA 1
#define ORDER_MAX 99

static const char *const role_names[] = {
	[ROLE_PETUGAS] = "petugas", [ROLE_KEPALA] = "kepala",
	[ROLE_OPERATOR] = "operator", [ROLE_ADMIN] = "admin", [ROLE_PENGAWAS] = "pengawas",
};

const char *
role_name(enum officer_role r)
{
	return role_names[r];
}

int
role_of_name(const char *s, enum officer_role *out)
{
	for (size_t i = 0; i < N_ELEMS(role_names); i++)
		if (strcmp(s, role_names[i]) == 0) {
			*out = (enum officer_role)i;
			return 0;
		}
	return -1;
}

int
role_in_list(const char *list, enum officer_role r)
{
	const char *name = role_name(r);
	size_t len = strlen(name);

	for (list += strspn(list, " "); *list != '\0'; list += strspn(list, " ")) {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, name, len) == 0)
			return 1;
		list += n;
	}
	return 0;
}

/* ---- the import ---- */

enum { COL_ID, COL_NAME, COL_UNIT, COL_ROLE, COL_PHONE, COL_LANG, COL_ORDER, COL_DUTY, COLS };

static int
is_officer_id(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len < OFFICER_ID_CHARS &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len;
}

static int
is_lang(const char *s)
{
	size_t len = strlen(s);

	return (len == 2 || len == 3) && strspn(s, "abcdefghijklmnopqrstuvwxyz") == len;
}

int
officer_order_parse(const char *s, int *out)
{
	int value = 0;

	if (*s == '\0' || strlen(s) > 2)
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		value = value * 10 + (*s - '0');
	}
	*out = value;
	return 0;
}

static int
set_id(struct officer *o, const char *s)
{
	if (!is_officer_id(s))
		return -1;
	memcpy(o->id, s, strlen(s) + 1);
	return 0;
}

static int
set_name(struct officer *o, const char *s)
{
	free(o->name);
	o->name = xstrdup(s);
	return *s == '\0' ? -1 : 0;
}

static int
set_unit(struct officer *o, const char *s)
{
	if (*s == '\0' || strlen(s) >= sizeof o->unit)
		return -1;
	memcpy(o->unit, s, strlen(s) + 1);
	return 0;
}

static int
set_role(struct officer *o, const char *s)
{
	return role_of_name(s, &o->role);
}

static int
set_phone(struct officer *o, const char *s)
{
	if (*s == '\0')
		return 0;		/* reached at the console only */
	return phone_normalise(o->phone, s, strlen(s)) == PHONE_E164 ? 0 : -1;
}

static int
set_lang(struct officer *o, const char *s)
{
	if (!is_lang(s))
		return -1;
	memcpy(o->lang, s, strlen(s) + 1);
	return 0;
}

static int
set_order(struct officer *o, const char *s)
{
	return officer_order_parse(s, &o->order);
}

static int
set_duty(struct officer *o, const char *s)
{
	return duty_parse(s, &o->duty);
}

static const struct {
	const char *name;
	int (*set)(struct officer *o, const char *s);
	const char *remedy;
} fields[COLS] = {
	[COL_ID]    = { "id", set_id, "write 1 to 23 of a-z 0-9 . -" },
	[COL_NAME]  = { "nama", set_name, "write the officer's name" },
	[COL_UNIT]  = { "unit", set_unit, "write a kode of unit.csv" },
	[COL_ROLE]  = { "peran", set_role, "write petugas, kepala, operator, admin or pengawas" },
	[COL_PHONE] = { "telepon", set_phone, "write it like 0812xxxxxxxx or +62812xxxxxxxx" },
	[COL_LANG]  = { "bahasa", set_lang, "write id or en" },
	[COL_ORDER] = { "urutan", set_order, "write 0 to 99; the lowest is told first" },
	[COL_DUTY]  = { "jaga", set_duty, "write 24, jadwal, or like Sen-Jum 07:00-15:00" },
};

/* A telephone number is never repeated in a message: logs hold no personal data. */
static int
read_officer(struct officer *o, const struct csv *csv, size_t row, const int *columns,
    struct buf *errors)
{
	int mistakes = 0;

	for (int i = 0; i < COLS; i++) {
		const char *cell = csv_cell(csv, row, columns[i]);

		if (fields[i].set(o, cell) == 0)
			continue;
		if (i == COL_PHONE || i == COL_NAME)
			csv_mistake(csv, row, errors, "%s is not right; %s", fields[i].name,
			    fields[i].remedy);
		else
			csv_mistake(csv, row, errors, "%s \"%s\" is not right; %s",
			    fields[i].name, cell, fields[i].remedy);
		mistakes++;
	}
	return mistakes;
}

/* What must differ from officer to officer, with the row it came from. */
struct mark {
	const char *s;
	size_t row;
};

static int
compare_marks(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;
	int diff = strcmp(x->s, y->s);

	return diff != 0 ? diff : (x->row > y->row) - (x->row < y->row);
}

static int
check_twice(struct mark *marks, size_t n, const struct csv *csv, const char *what,
    struct buf *errors)
{
	int mistakes = 0;

	if (n > 0)
		qsort(marks, n, sizeof *marks, compare_marks);
	for (size_t i = 1; i < n; i++)
		if (strcmp(marks[i - 1].s, marks[i].s) == 0) {
			csv_mistake(csv, marks[i].row, errors,
			    "%s is the same as in line %d; each officer needs an own one",
			    what, csv_line(csv, marks[i - 1].row));
			mistakes++;
		}
	return mistakes;
}

/* An SMS reply is known by its number, so a number belongs to one officer. */
static int
check_distinct(const struct roster *r, const struct csv *csv, struct buf *errors)
{
	struct mark *marks = xcalloc(r->n + 1, sizeof *marks);
	size_t n = 0;
	int mistakes;

	for (size_t i = 0; i < r->n; i++)
		if (r->officers[i].id[0] != '\0')
			marks[n++] = (struct mark){ r->officers[i].id, i };
	mistakes = check_twice(marks, n, csv, "id", errors);
	n = 0;
	for (size_t i = 0; i < r->n; i++)
		if (r->officers[i].phone[0] != '\0')
			marks[n++] = (struct mark){ r->officers[i].phone, i };
	mistakes += check_twice(marks, n, csv, "telepon", errors);
	free(marks);
	return mistakes;
}

const struct officer *
roster_number_of(const struct roster *r, const char *phone, const char *but)
{
	for (size_t i = 0; phone[0] != '\0' && i < r->n; i++)
		if (!r->officers[i].ended && strcmp(r->officers[i].phone, phone) == 0 &&
		    strcmp(r->officers[i].id, but) != 0)
			return &r->officers[i];
	return NULL;
}

/* What a roster in force and its units make of the rows. */
struct surroundings { const struct roster *now; const struct unit_table *units; };

static int
check_against(const struct roster *r, const struct surroundings *with, const struct csv *csv, struct buf *errors)
{
	int mistakes = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct officer *o = &r->officers[i], *other = roster_number_of(with->now, o->phone, o->id);

		if (o->unit[0] != '\0' && unit_find(with->units, o->unit) == NULL) {
			csv_mistake(csv, i, errors, "unit \"%s\" is unknown; %s", o->unit, fields[COL_UNIT].remedy);
			mistakes++;
		}
		if (other != NULL) {
			csv_mistake(csv, i, errors, "telepon belongs to %s; give him another number first, or end him",
			    other->id);
			mistakes++;
		}
	}
	return mistakes;
}

static int
parse(struct roster *r, const struct surroundings *with, const char *file, const char *text, size_t len,
    struct buf *errors)
{
	const char *names[COLS];
	int columns[COLS], mistakes = 0, rc = -1;
	struct csv *csv = csv_parse(file, text, len, errors);

	for (int i = 0; i < COLS; i++)
		names[i] = fields[i].name;
	if (csv == NULL || csv_columns(csv, names, columns, COLS, errors) != 0)
		goto out;
	r->officers = xcalloc(csv_rows(csv) + 1, sizeof *r->officers);
	r->n = csv_rows(csv);
	for (size_t i = 0; i < r->n; i++) {
		mistakes += read_officer(&r->officers[i], csv, i, columns, errors);
		r->officers[i].line = csv_line(csv, i);
	}
	mistakes += check_distinct(r, csv, errors);
	if (with != NULL)
		mistakes += check_against(r, with, csv, errors);
	if (mistakes == 0) {
		roster_sort(r);
		rc = 0;
	} else {
		roster_release(r);
	}
out:
	csv_free(csv);
	return rc;
}

int
roster_parse_csv(struct roster *r, const char *file, const char *text, size_t len,
    struct buf *errors)
{
	return parse(r, NULL, file, text, len, errors);
}

int
roster_import_csv(struct roster *r, const struct roster *now, const struct unit_table *units,
    const char *file, const char *text, size_t len, struct buf *errors)
{
	const struct surroundings with = { now, units };

	if (parse(r, &with, file, text, len, errors) != 0)
		return -1;
	for (size_t i = 0; i < r->n; i++) {
		const struct officer *old = officer_find(now, r->officers[i].id);

		if (old != NULL)
			officer_keep(&r->officers[i], old);
	}
	return 0;
}

/* ---- records ---- */

/* A record's own version says nothing of the officer. */
int
officer_is_same(const struct officer *a, const struct officer *b)
{
	struct officer x_of = *a, y_of = *b;
	struct buf x = { 0 }, y = { 0 };
	int same;

	x_of.version = y_of.version = 0;
	officer_encode(&x, &x_of);
	officer_encode(&y, &y_of);
	same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	buf_wipe(&x);
	buf_wipe(&y);
	return same;
}

void
officer_release(struct officer *o)
{
	free(o->name);
	free(o->shifts);
	memset(o, 0, sizeof *o);
}

void
officer_copy(struct officer *out, const struct officer *o)
{
	*out = *o;
	out->name = o->name != NULL ? xstrdup(o->name) : NULL;
	out->shifts = xcalloc(o->shifts_n + 1, sizeof *out->shifts);
	if (o->shifts_n > 0)
		memcpy(out->shifts, o->shifts, o->shifts_n * sizeof *out->shifts);
}

void
officer_renumber(struct officer *o, const char *phone)
{
	if (strcmp(o->phone, phone) == 0)
		return;
	memcpy(o->phone, phone, strlen(phone) + 1);
	o->rollcall_ms = o->asked_ms = 0;
	o->silent = 0;
}

void
officer_keep(struct officer *fresh, const struct officer *old)
{
	struct officer copy;

	officer_copy(&copy, old);
	free(fresh->shifts);
	fresh->shifts = copy.shifts, fresh->shifts_n = copy.shifts_n;
	free(copy.name);
	fresh->away_from_ms = old->away_from_ms;
	fresh->away_until_ms = old->away_until_ms;
	fresh->ended = old->ended;
	if (strcmp(fresh->phone, old->phone) == 0) {
		fresh->rollcall_ms = old->rollcall_ms;
		fresh->asked_ms = old->asked_ms;
		fresh->silent = old->silent;
	}
	fresh->version = old->version;
}

void
roster_release(struct roster *r)
{
	for (size_t i = 0; i < r->n; i++)
		officer_release(&r->officers[i]);
	free(r->officers);
	free(r->by_id);
	posts_free(r->posts);
	memset(r, 0, sizeof *r);
}

/* What both forms of a record have, up to its end. */
static void
add_rest(struct buf *b, const struct officer *o)
{
	struct buf duty = { 0 };

	buf_add_duty(&duty, &o->duty);
	buf_add_pair(b, "unit", o->unit);
	buf_add_pair(b, "peran", role_name(o->role));
	buf_add_pair(b, "bahasa", o->lang);
	buf_add_pair(b, "jaga", buf_str(&duty));
	buf_addf(b,
	    ",\"urutan\":%d,\"cuti_dari_ms\":%lld,\"cuti_sampai_ms\":%lld,\"berakhir\":%s",
	    o->order, (long long)o->away_from_ms, (long long)o->away_until_ms,
	    o->ended ? "true" : "false");
	if (o->rollcall_ms != 0)
		buf_addf(b, ",\"apel_ms\":%lld", (long long)o->rollcall_ms);
	if (o->asked_ms != 0)
		buf_addf(b, ",\"ditanya_ms\":%lld", (long long)o->asked_ms);
	if (o->silent)
		buf_adds(b, ",\"senyap\":true");
	for (size_t i = 0; i < o->shifts_n; i++)
		buf_addf(b, "%s[\"%s\",%lld,%lld]%s", i == 0 ? ",\"dinas\":[" : ",",
		    o->shifts[i].unit, (long long)o->shifts[i].from_ms,
		    (long long)o->shifts[i].until_ms, i + 1 == o->shifts_n ? "]" : "");
	buf_addf(b, ",\"versi\":%lld}", (long long)o->version);
	buf_release(&duty);
}

static void
add_head(struct buf *b, const struct officer *o)
{
	buf_addf(b, "{\"schema\":%d", SCHEMA);
	buf_add_pair(b, "id", o->id);
}

void
officer_encode(struct buf *b, const struct officer *o)
{
	add_head(b, o);
	buf_add_pair(b, "nama", o->name != NULL ? o->name : "");
	buf_add_pair(b, "telepon", o->phone);
	add_rest(b, o);
}

void
officer_encode_public(struct buf *b, const struct officer *o)
{
	add_head(b, o);
	buf_addf(b, ",\"nomor\":%s", o->phone[0] != '\0' ? "true" : "false");
	add_rest(b, o);
}

static int
decode_strings(struct officer *o, const json_t *root, int hidden)
{
	for (int i = 0; i < COLS; i++) {
		const json_t *v = json_object_get(root, fields[i].name);

		if (i == COL_ORDER || (hidden && (i == COL_NAME || i == COL_PHONE)))
			continue;
		/* The name may be gone: it is erased when an officer's data are. */
		if (!json_is_string(v) ||
		    (fields[i].set(o, json_string_value(v)) != 0 && i != COL_NAME))
			return -1;
	}
	return 0;
}

static int
decode_number(const json_t *root, const char *name, int64_t *out)
{
	const json_t *v = json_object_get(root, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return -1;
	*out = json_integer_value(v);
	return 0;
}

static int
decode_flag(const json_t *root, const char *name, int *out)
{
	const json_t *v = json_object_get(root, name);

	*out = json_is_true(v);
	return json_is_boolean(v) ? 0 : -1;
}

static int
decode_shift(struct shift *out, const json_t *item)
{
	const char *unit = json_string_value(json_array_get(item, 0));
	const json_t *from = json_array_get(item, 1), *until = json_array_get(item, 2);

	if (json_array_size(item) != 3 || unit == NULL || *unit == '\0' ||
	    strlen(unit) >= sizeof out->unit || !json_is_integer(from) || !json_is_integer(until))
		return -1;
	memcpy(out->unit, unit, strlen(unit) + 1);
	out->from_ms = json_integer_value(from);
	out->until_ms = json_integer_value(until);
	return out->from_ms < out->until_ms ? 0 : -1;
}

/* They must come in order and apart: the questions below look for one shift only. */
static int
decode_shifts(struct officer *o, const json_t *list)
{
	size_t n = json_array_size(list);

	if (list == NULL)
		return 0;
	if (!json_is_array(list) || n > OFFICER_SHIFTS)
		return -1;
	o->shifts = xcalloc(n + 1, sizeof *o->shifts);
	for (size_t i = 0; i < n; i++, o->shifts_n++)
		if (decode_shift(&o->shifts[i], json_array_get(list, i)) != 0 ||
		    (i > 0 && o->shifts[i].from_ms < o->shifts[i - 1].until_ms))
			return -1;
	return 0;
}

/* Members that came later, and are left out where they say nothing. */
static int
decode_rollcall(struct officer *o, const json_t *root)
{
	if (json_object_get(root, "apel_ms") != NULL &&
	    decode_number(root, "apel_ms", &o->rollcall_ms) != 0)
		return -1;
	if (json_object_get(root, "ditanya_ms") != NULL &&
	    decode_number(root, "ditanya_ms", &o->asked_ms) != 0)
		return -1;
	return json_object_get(root, "senyap") != NULL ? decode_flag(root, "senyap", &o->silent) : 0;
}

static int
decode(struct officer *o, const json_t *root, int hidden)
{
	int64_t schema, order;
	int has_number = 0;

	if (decode_number(root, "schema", &schema) != 0 || schema != SCHEMA ||
	    decode_strings(o, root, hidden) != 0 ||
	    (hidden && decode_flag(root, "nomor", &has_number) != 0) ||
	    decode_flag(root, "berakhir", &o->ended) != 0 ||
	    decode_number(root, "urutan", &order) != 0 || order > ORDER_MAX ||
	    decode_number(root, "cuti_dari_ms", &o->away_from_ms) != 0 ||
	    decode_number(root, "cuti_sampai_ms", &o->away_until_ms) != 0 ||
	    decode_shifts(o, json_object_get(root, "dinas")) != 0 || decode_rollcall(o, root) != 0 ||
	    decode_number(root, "versi", &o->version) != 0)
		return -1;
	o->order = (int)order;
	if (has_number)
		memcpy(o->phone, OFFICER_HIDDEN, sizeof OFFICER_HIDDEN);
	return 0;
}

static int
decode_text(struct officer *o, const char *json, size_t len, int hidden)
{
	json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int rc;

	memset(o, 0, sizeof *o);
	rc = json_is_object(root) ? decode(o, root, hidden) : -1;
	if (rc != 0)
		officer_release(o);
	json_decref(root);
	return rc;
}

int
officer_decode(struct officer *o, const char *json, size_t len)
{
	return decode_text(o, json, len, 0);
}

int
officer_decode_public(struct officer *o, const char *json, size_t len)
{
	return decode_text(o, json, len, 1);
}

/* ---- questions ---- */

static int
compare_officers(const void *a, const void *b)
{
	const struct officer *x = a, *y = b;
	int diff = strcmp(x->unit, y->unit);

	if (diff == 0)
		diff = (int)x->role - (int)y->role;
	if (diff == 0)
		diff = x->order - y->order;
	return diff != 0 ? diff : strcmp(x->id, y->id);
}

/* Where the officer of that id stands in the table, or would.  Decisions ask some ten times. */
static size_t
place_of_id(const struct roster *r, const char *id)
{
	size_t at = hash_text(id) & (r->by_id_n - 1);

	while (r->by_id[at] != NULL && strcmp(r->by_id[at]->id, id) != 0)
		at = (at + 1) & (r->by_id_n - 1);
	return at;
}

void
roster_sort(struct roster *r)
{
	free(r->by_id);
	for (r->by_id_n = 16; r->by_id_n < 2 * r->n; )
		r->by_id_n *= 2;
	r->by_id = xcalloc(r->by_id_n, sizeof(*r->by_id));
	posts_free(r->posts);
	r->posts = NULL;
	if (r->n == 0)
		return;
	qsort(r->officers, r->n, sizeof *r->officers, compare_officers);
	for (size_t i = 0; i < r->n; i++)
		r->by_id[place_of_id(r, r->officers[i].id)] = &r->officers[i];
	r->posts = posts_of(r->officers, r->n);
}

const struct officer *
officer_find(const struct roster *r, const char *id)
{
	return r->n > 0 ? r->by_id[place_of_id(r, id)] : NULL;
}

int
officer_is_away(const struct officer *o, int64_t now_ms)
{
	if (o->away_from_ms == 0 && o->away_until_ms == 0)
		return 0;
	return now_ms >= o->away_from_ms && (o->away_until_ms == 0 || now_ms < o->away_until_ms);
}

const struct shift *
officer_shift_at(const struct officer *o, int64_t now_ms)
{
	size_t low = 0, high = o->shifts_n;

	while (low < high) {		/* the first that begins after now */
		size_t mid = low + (high - low) / 2;

		if (o->shifts[mid].from_ms <= now_ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && now_ms < o->shifts[low - 1].until_ms ? &o->shifts[low - 1] : NULL;
}

static int
is_posted(const struct officer *o, const char *unit, const struct duty_moment *m)
{
	const struct shift *s = officer_shift_at(o, m->ms);

	if (o->ended || o->phone[0] == '\0' || officer_is_away(o, m->ms))
		return 0;
	if (s != NULL)
		return strcmp(s->unit, unit) == 0;
	return strcmp(o->unit, unit) == 0 && duty_covers(&o->duty, m);
}

size_t
roster_on_duty(const struct roster *r, const struct calendar *holidays, const char *unit,
    enum officer_role role, int64_t now_ms, const struct officer **out, size_t max)
{
	const struct post *p = posts_find(r->posts, unit, role);
	struct duty_moment m;
	size_t n = 0;

	if (p == NULL)
		return 0;
	duty_moment_at(&m, holidays, now_ms);
	for (; n < max && p->o != NULL; p++)
		if (is_posted(p->o, unit, &m))
			out[n++] = p->o;
	return n;
}

size_t
roster_on_rung(const struct roster *r, const struct calendar *holidays, const char *unit,
    int64_t now_ms, const struct officer **out, size_t max, size_t *silent)
{
	const struct post *p = posts_find(r->posts, unit, ROLE_KEPALA);
	struct duty_moment m;
	size_t n = 0;

	*silent = 0;
	duty_moment_at(&m, holidays, now_ms);
	for (; p != NULL && p->o != NULL && n < max; p++) {
		if (!is_posted(p->o, unit, &m))
			continue;
		if (p->o->silent)
			++*silent;
		else
			out[n++] = p->o;
	}
	return n;
}
