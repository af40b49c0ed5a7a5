#include "core/legacy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/assign.h"
#include "core/calendar.h"
#include "core/phone.h"
#include "lib/csv.h"

enum { COL_SOURCE, COL_NUMBER, COL_RECEIVED, COL_WORDS, COLS_MUST, COL_CATEGORY = COLS_MUST, COL_URGENCY,
	COL_PLACE, COL_WHERE, COL_UNIT, COL_NAME, COL_PHONE, COL_HANDLED, COL_CLOSED, COL_END, COLS };
static const char *const names[COLS] = { "sumber", "nomor", "diterima", "isi", "kategori", "urgensi", "tempat",
	"lokasi", "unit", "nama", "telepon", "ditangani", "ditutup", "hasil" };

/* Each once: what is wrong, what is expected, in both languages. */
enum wrong { WRONG_SOURCE, WRONG_NUMBER, WRONG_PERSON, WRONG_TWICE, WRONG_TIME, WRONG_FUTURE, WRONG_ORDER,
	WRONG_EMPTY, WRONG_LONG, WRONG_CATEGORY, WRONG_URGENCY, WRONG_PLACE, WRONG_UNIT, WRONG_PHONE, WRONG_END,
	WRONG_END_OPEN, WRONG_NAME, WRONG_UNJUDGED };
static const struct { const char *wrong, *expected, *wrong_en, *expected_en; } wrongs[] = {
	[WRONG_SOURCE] = { "sumber kosong atau salah tulis", "1 sampai 23 huruf, angka, titik atau tanda hubung, misalnya sp4n",
	    "source is empty or not right", "1 to 23 letters, digits, dots or hyphens, as sp4n" },
	[WRONG_NUMBER] = { "nomor kosong atau salah tulis", "1 sampai 40 huruf, angka atau ./_-#, tanpa spasi",
	    "number is empty or not right", "1 to 40 letters, digits or ./_-#, without spaces" },
	[WRONG_PERSON] = { "nomor ini tampak seperti NIK atau nomor telepon", "nomor laporan di sumbernya, bukan nomor orang",
	    "this number looks like a person's (NIK or telephone)", "the complaint's number at its source" },
	[WRONG_TWICE] = { "sumber dan nomor yang sama sudah ada di baris lain berkas ini", "satu baris untuk setiap laporan",
	    "the same source and number stand in another row of this file", "one row for each complaint" },
	[WRONG_TIME] = { "waktu tidak terbaca", "waktu WIB seperti 2025-03-01 14:05, atau tanggal saja",
	    "no time that can be read", "WIB, as 2025-03-01 14:05, or a day alone" },
	[WRONG_FUTURE] = { "waktu ini belum tiba", "waktu yang sudah lewat", "this time is still to come", "a time that is past" },
	[WRONG_ORDER] = { "waktu ini sebelum laporan diterima", "waktu sesudah kolom diterima",
	    "this is before the complaint came in", "a time after the column diterima" },
	[WRONG_EMPTY] = { "isi kosong", "kata-kata laporan", "the words are missing", "what was reported" },
	[WRONG_LONG] = { "terlalu panjang", "ringkaskan, atau naikkan ingest.form.text", "too long", "shorten it, or raise ingest.form.text" },
	[WRONG_CATEGORY] = { "kategori tidak dikenal", "kode atau nama dari kategori.yaml, atau kosong",
	    "no such category", "a code or name of kategori.yaml, or nothing" },
	[WRONG_URGENCY] = { "urgensi tidak dikenal", "biasa, mendesak, darurat atau kosong", "no such urgency",
	    "biasa, mendesak, darurat or nothing" },
	[WRONG_PLACE] = { "tempat tidak dikenal, atau ada beberapa yang bernama itu", "kode wilayah, atau seperti Ds. Kaligung, Kec. Blimbingsari",
	    "no such place, or several of that name", "a place's code, or as Ds. Kaligung, Kec. Blimbingsari" },
	[WRONG_UNIT] = { "unit tidak dikenal", "kode dari unit.csv, atau kosong", "no such unit", "a code of unit.csv, or nothing" },
	[WRONG_PHONE] = { "nomor telepon tidak terbaca", "seperti 081234567890 atau +62812..., atau kosong",
	    "no telephone number that can be read", "as 081234567890 or +62812..., or nothing" },
	[WRONG_END] = { "hasil tidak dikenal", "selesai, dikonfirmasi, ditolak, ganda, dicabut atau kosong",
	    "no such end", "selesai, dikonfirmasi, ditolak, ganda, dicabut or nothing" },
	[WRONG_END_OPEN] = { "ada hasil tetapi tidak ada waktu ditutup", "isi ditutup, atau kosongkan hasil",
	    "an end without a time of closing", "fill in ditutup, or leave hasil empty" },
	[WRONG_NAME] = { "nama terlalu panjang", "sampai 200 huruf", "the name is too long", "200 letters at most" },
	[WRONG_UNJUDGED] = { "tidak dapat diperiksa siapa yang diadukan", "aturan yang terbaca; jalankan kentongan check",
	    "nobody can say whom it complains about", "rules that can be read; run kentongan check" },
};

#define NAME_BYTES 200
#define NIK_DIGITS 16
#define WHERE_BYTES 2000

struct legacy_file {
	struct csv *csv;
	int columns[COLS];
	size_t *by_id;			/* rows sorted by source and number */
};

/* One row while it is read. */
struct reading {
	const struct legacy_file *f;
	const struct legacy_reader *with;
	size_t i;
	int mistakes;
};

void
legacy_row_release(struct legacy_row *row)
{
	laporan_release(&row->words);
	memset(row, 0, sizeof(*row));
}

static const char *
cell(const struct legacy_file *f, size_t i, int column)
{
	return csv_cell(f->csv, i, f->columns[column]);
}

static void
mistake(struct reading *r, int column, enum wrong w)
{
	const struct legacy_mistake m = { csv_line(r->f->csv, r->i), names[column], wrongs[w].wrong, wrongs[w].expected,
	    wrongs[w].wrong_en, wrongs[w].expected_en };

	r->mistakes++;
	r->with->cb(&m, r->with->arg);
}

/* ---- the file ---- */

/* Source regardless of case, number as it is; then by row, so that the first of two is told apart. */
static int
compare_rows(const struct legacy_file *f, size_t x, size_t y)
{
	int by = strcasecmp(cell(f, x, COL_SOURCE), cell(f, y, COL_SOURCE));

	return by != 0 ? by : strcmp(cell(f, x, COL_NUMBER), cell(f, y, COL_NUMBER));
}

static int
by_id(const void *a, const void *b, void *arg)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int by = compare_rows(arg, x, y);

	return by != 0 ? by : (x > y) - (x < y);
}

struct legacy_file *
legacy_open(const char *name, const char *text, size_t len, struct buf *errors)
{
	struct legacy_file *f = xcalloc(1, sizeof(*f));
	size_t n;

	f->csv = csv_parse(name, text, len, errors);
	if (f->csv == NULL || csv_columns(f->csv, names, f->columns, COLS_MUST, errors) != 0) {
		legacy_close(f);
		return NULL;
	}
	for (int i = COLS_MUST; i < COLS; i++)
		f->columns[i] = csv_column(f->csv, names[i]);
	n = csv_rows(f->csv);
	f->by_id = xcalloc(n + 1, sizeof(*f->by_id));
	for (size_t i = 0; i < n; i++)
		f->by_id[i] = i;
	qsort_r(f->by_id, n, sizeof(*f->by_id), by_id, f);
	return f;
}

void
legacy_close(struct legacy_file *f)
{
	if (f == NULL)
		return;
	csv_free(f->csv);
	free(f->by_id);
	free(f);
}

size_t
legacy_rows(const struct legacy_file *f)
{
	return csv_rows(f->csv);
}

/* An earlier row is of the same complaint. */
static int
is_second(const struct legacy_file *f, size_t i)
{
	size_t low = 0, high = csv_rows(f->csv);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_rows(f, f->by_id[middle], i) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return f->by_id[low] != i;	/* the first of its equals stands there */
}

/* ---- who it is ---- */

/*
 * Who writes a person's number where the complaint's belongs would put it into the open record: a
 * telephone's however it is typed, or the digits of a NIK with whatever stands between them.
 */
static int
is_a_persons(const char *number)
{
	char phone[PHONE_CHARS];
	size_t digits = 0;

	if (phone_normalise(phone, number, strlen(number)) == PHONE_E164)
		return 1;
	for (const char *at = number; *at != '\0'; at++) {
		if (strchr(".-/_ ", *at) == NULL && !isdigit((unsigned char)*at))
			return 0;
		digits += isdigit((unsigned char)*at) != 0;
	}
	return digits == NIK_DIGITS;
}

static int
is_written(const char *s, const char *also, size_t size)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++)
		if (!isalnum((unsigned char)s[n]) && strchr(also, s[n]) == NULL)
			return 0;
	return n > 0 && n < size;
}

int
legacy_name(struct legacy *out, const char *source, const char *number)
{
	memset(out, 0, sizeof(*out));
	if (!is_written(source, ".-", sizeof(out->source)) || !is_written(number, "./_-#+", sizeof(out->number)))
		return -1;
	for (size_t i = 0; source[i] != '\0'; i++)
		out->source[i] = (char)tolower((unsigned char)source[i]);
	snprintf(out->number, sizeof(out->number), "%s", number);
	return 0;
}

void
buf_add_legacy_id(struct buf *b, const struct legacy *from)
{
	buf_addf(b, CHANNEL_LEGACY "\n%s\n%s", from->source, from->number);
}

static void
read_name(struct reading *r, struct legacy_row *row)
{
	const char *source = cell(r->f, r->i, COL_SOURCE), *number = cell(r->f, r->i, COL_NUMBER);
	struct buf id = { 0 };

	if (!is_written(source, ".-", LEGACY_SOURCE_CHARS))
		mistake(r, COL_SOURCE, WRONG_SOURCE);
	else if (!is_written(number, "./_-#+", LEGACY_NUMBER_CHARS))
		mistake(r, COL_NUMBER, WRONG_NUMBER);
	else if (is_a_persons(number))
		mistake(r, COL_NUMBER, WRONG_PERSON);
	else if (is_second(r->f, r->i))
		mistake(r, COL_NUMBER, WRONG_TWICE);
	if (legacy_name(&row->facts.from, source, number) != 0)
		return;
	buf_add_legacy_id(&id, &row->facts.from);
	row->words.message_id = buf_take(&id);
}

/* ---- when ---- */

/* 0 where the cell is empty or wrong. */
static int64_t
read_time(struct reading *r, int column, int64_t from_ms, int64_t now_ms)
{
	const char *s = cell(r->f, r->i, column);
	int64_t ms = 0;

	if (s[0] == '\0' && column != COL_RECEIVED)
		return 0;
	if (wib_parse(s, &ms) != 0 || ms <= 0)
		mistake(r, column, WRONG_TIME);
	else if (ms > now_ms)
		mistake(r, column, WRONG_FUTURE);
	else if (wib_day(ms) < wib_day(from_ms))
		mistake(r, column, WRONG_ORDER);
	else
		return ms < from_ms ? from_ms : ms;	/* a day alone, that of the report itself */
	return 0;
}

static void
read_end(struct reading *r, struct legacy_row *row)
{
	/* Nobody here has asked the reporter: that it was mended is the old keeper's word. */
	static const struct { const char *word; enum close_reason as; } ends[] = {
		{ "", CLOSE_UNDISPUTED }, { "selesai", CLOSE_UNDISPUTED }, { "dikonfirmasi", CLOSE_CONFIRMED },
		{ "ditolak", CLOSE_REJECTED }, { "ganda", CLOSE_DUPLICATE }, { "dicabut", CLOSE_WITHDRAWN },
	};
	const char *word = cell(r->f, r->i, COL_END);
	size_t at = 0;

	row->open = cell(r->f, r->i, COL_CLOSED)[0] == '\0';
	while (at < N_ELEMS(ends) && strcasecmp(ends[at].word, word) != 0)
		at++;
	if (at == N_ELEMS(ends))
		mistake(r, COL_END, WRONG_END);
	else if (row->open && word[0] != '\0')
		mistake(r, COL_END, WRONG_END_OPEN);
	else if (!row->open)
		row->facts.as = ends[at].as;
}

/* ---- what, where, whose ---- */

static const struct category *
category_typed(const struct catalogue *all, const char *typed)
{
	const struct category *k = category_find(all, typed);

	for (size_t i = 0; k == NULL && i < catalogue_count(all); i++) {
		const struct category *each = category_at(all, i);

		if (strcasecmp(each->code, typed) == 0 || strcasecmp(each->shortname, typed) == 0 ||
		    strcasecmp(each->name, typed) == 0)
			k = each;
	}
	return k;
}

static void
read_units(struct reading *r, struct legacy_row *row, const struct category *k)
{
	const struct policy *p = r->with->policy;
	const char *unit = cell(r->f, r->i, COL_UNIT), *about = row->u.about[0] != '\0' ? row->u.about : NULL;
	const struct unit *named = unit[0] != '\0' ? unit_find(p->units, unit) : NULL;

	if (unit[0] != '\0' && named == NULL) {
		mistake(r, COL_UNIT, WRONG_UNIT);
		return;
	}
	if (named != NULL && !unit_is_complained_of(p->units, named, about, row->u.place)) {
		snprintf(row->u.units[row->u.units_n++], UNIT_CODE_CHARS, "%s", unit);
		return;
	}
	units_assign(p, &(struct assignment){ .category = k, .place = row->u.place, .accused = about,
	    .urgency = row->u.urgency, .certain = 1 }, &row->u);
	if (row->u.units_n == 0)	/* whoever sorts what comes in sorts this too */
		snprintf(row->u.units[row->u.units_n++], UNIT_CODE_CHARS, "%s", p->triage_unit);
}

static void
read_what(struct reading *r, struct legacy_row *row)
{
	const struct policy *p = r->with->policy;
	const char *category = cell(r->f, r->i, COL_CATEGORY), *urgency = cell(r->f, r->i, COL_URGENCY);
	const char *place = cell(r->f, r->i, COL_PLACE), *wrong;
	const struct category *k = category_typed(p->catalogue, category[0] != '\0' ? category : "lainnya");
	const struct place *at = place[0] != '\0' ? place_typed(p->places, place, &wrong) : NULL;
	struct understanding *u = &row->u;

	if (k == NULL)
		mistake(r, COL_CATEGORY, WRONG_CATEGORY);
	if (place[0] != '\0' && at == NULL)
		mistake(r, COL_PLACE, WRONG_PLACE);
	if (urgency[0] != '\0' && urgency_of_name(urgency, &u->urgency) != 0)
		mistake(r, COL_URGENCY, WRONG_URGENCY);
	if (k == NULL)
		return;
	snprintf(u->category, sizeof(u->category), "%s", k->code);
	snprintf(u->place, sizeof(u->place), "%s", at != NULL ? at->code : "");
	u->urgency = urgency[0] != '\0' ? u->urgency : k->urgency;
	u->sealed = k->sealed;
	u->confidence_permille = category[0] != '\0' ? 1000 : 0;
	u->place_confidence_permille = at != NULL ? 1000 : 0;
	snprintf(u->why[u->why_n++], sizeof(u->why[0]), "menurut berkas impor");
	if (r->with->judge(r->with->judge_arg, p, cell(r->f, r->i, COL_WORDS), u) != 0)
		mistake(r, COL_WORDS, WRONG_UNJUDGED);
	read_units(r, row, k);
}

static char *
copy_or_null(const char *s)
{
	return s[0] != '\0' ? xstrdup(s) : NULL;
}

static void
read_words(struct reading *r, struct legacy_row *row, int64_t text_bytes)
{
	const char *words = cell(r->f, r->i, COL_WORDS), *where = cell(r->f, r->i, COL_WHERE);
	const char *name = cell(r->f, r->i, COL_NAME), *number = cell(r->f, r->i, COL_PHONE);
	char phone[PHONE_CHARS] = "";
	struct laporan *l = &row->words;

	if (words[0] == '\0')
		mistake(r, COL_WORDS, WRONG_EMPTY);
	else if (strlen(words) > (size_t)text_bytes)
		mistake(r, COL_WORDS, WRONG_LONG);
	if (strlen(where) > WHERE_BYTES)
		mistake(r, COL_WHERE, WRONG_LONG);
	if (strlen(name) > NAME_BYTES)
		mistake(r, COL_NAME, WRONG_NAME);
	if (number[0] != '\0' && phone_normalise(phone, number, strlen(number)) != PHONE_E164)
		mistake(r, COL_PHONE, WRONG_PHONE);
	l->text = copy_or_null(words);
	l->where = copy_or_null(where);
	l->name = copy_or_null(name);
	l->sender = copy_or_null(phone);
	l->no_reply = 1;		/* whatever became of it, it was long ago */
}

int
legacy_read(const struct legacy_file *f, size_t i, const struct legacy_reader *with, struct legacy_row *row)
{
	struct reading r = { .f = f, .with = with, .i = i };
	int64_t now_ms = with->now_ms;

	memset(row, 0, sizeof(*row));
	row->line = csv_line(f->csv, i);
	snprintf(row->words.channel, sizeof(row->words.channel), CHANNEL_LEGACY);
	read_name(&r, row);
	row->words.received_ms = read_time(&r, COL_RECEIVED, 0, now_ms);
	row->facts.handled_ms = read_time(&r, COL_HANDLED, row->words.received_ms, now_ms);
	row->facts.closed_ms = read_time(&r, COL_CLOSED, row->words.received_ms, now_ms);
	read_end(&r, row);
	read_words(&r, row, with->text_bytes);
	read_what(&r, row);
	if (row->u.place[0] != '\0')
		row->words.place = xstrdup(row->u.place);
	if (r.mistakes == 0)
		return 0;
	legacy_row_release(row);
	return -1;
}
