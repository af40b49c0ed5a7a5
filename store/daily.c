#include "store/daily.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/calendar.h"
#include "lib/escape.h"
#include "lib/json_of.h"

#define STEP 2000		/* entries in one answer */
#define CLOCKS_APART_MS HOUR_MS	/* an entry may be older than its neighbours: no clock is trusted to the second */

static const struct { const char *name, *type; } forms[DAILY_FORMS] = {
	[DAILY_CSV] = { "csv", "text/csv; charset=utf-8" },
	[DAILY_JSON] = { "json", "application/json" },
	[DAILY_GEOJSON] = { "geojson", "application/geo+json" },
};

struct daily {
	int64_t day, from_ms, to_ms;
	int64_t seq;			/* last entry of the day */
	int64_t read_seq;		/* last entry read; -1 none yet */
	int64_t first_seq;		/* entries after this one were read, some of them for the version alone */
	char version[33];		/* that was last named until the day's end; "" none in what was read */
	int renamed;			/* another was named since */
	json_t *cases;			/* code -> what the entry says of it: the "c" of the last one that day */
};

const char *daily_form_name(enum daily_form f) { return forms[f].name; }
const char *daily_form_type(enum daily_form f) { return forms[f].type; }

void
daily_name(char out[DAY_CHARS], int64_t day)
{
	struct wib w;

	wib_day_of(&w, day);
	snprintf(out, DAY_CHARS, "%04d-%02d-%02d", w.year % 10000, w.month, w.day);
}

int
daily_of_name(const char *s, int64_t *day)
{
	int64_t ms;

	if (strlen(s) != 10 || wib_parse(s, &ms) != 0)
		return -1;
	*day = wib_day(ms);
	return 0;
}

struct daily *
daily_new(int64_t day)
{
	struct daily *d = xcalloc(1, sizeof(*d));

	d->day = day;
	d->from_ms = day * DAY_MS - WIB_MS;
	d->to_ms = d->from_ms + DAY_MS;
	d->read_seq = -1;
	d->cases = json_object();
	return d;
}

void
daily_free(struct daily *d)
{
	if (d == NULL)
		return;
	json_decref(d->cases);
	free(d);
}

/* What rows need of a case; the rest of an entry is a kilobyte. */
static json_t *
kept_of(const json_t *now, const json_t *before, const json_t *rep)
{
	static const char *const fields[] = { "st", "as", "cat", "pl" };
	json_t *hide = json_object_get(before != NULL ? before : rep, "hide");	/* its opening says so once */
	json_t *kept = json_object();

	for (size_t i = 0; i < N_ELEMS(fields); i++)
		if (json_object_get(now, fields[i]) != NULL)
			json_object_set(kept, fields[i], json_object_get(now, fields[i]));
	if (hide != NULL)
		json_object_set(kept, "hide", hide);
	return kept;
}

/* Of an entry that names a version. */
static void
take_version(struct daily *d, const json_t *doc, int64_t at)
{
	if (strcmp(text_of(doc, "what"), "versi") != 0)
		return;
	if (at < d->to_ms)
		snprintf(d->version, sizeof(d->version), "%.32s", text_of(doc, "detail"));
	else
		d->renamed = 1;
}

void
daily_take(struct daily *d, const struct log_line *line)
{
	json_t *doc = line->seq >= 0 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	const char *code = json_string_value(json_object_get(doc, "code"));
	const json_t *now = json_object_get(doc, "c");
	int64_t at = json_integer_value(json_object_get(doc, "at"));
	int opens = json_integer_value(json_object_get(doc, "v")) == 1;

	if (doc != NULL && at < d->to_ms && line->seq > d->seq)
		d->seq = line->seq;
	take_version(d, doc, at);
	if (code == NULL || now == NULL || at < d->from_ms)
		goto out;
	if (json_object_get(now, "sealed") != NULL)
		json_object_del(d->cases, code);
	else if (at < d->to_ms && !log_is_apart(doc) &&
	    (opens || json_object_get(d->cases, code) != NULL))
		json_object_set_new(d->cases, code, kept_of(now, json_object_get(d->cases, code),
		    json_object_get(doc, "rep")));
out:
	json_decref(doc);
}

int
daily_begins(const struct log_line *line, int64_t *at_ms)
{
	static const char opens[] = "\"v\":1,";
	json_t *doc = memmem(line->entry, line->len, opens, sizeof(opens) - 1) != NULL ?
	    json_loadb(line->entry, line->len, 0, NULL) : NULL;
	const json_t *now = json_object_get(doc, "c");
	int begins = now != NULL && json_object_get(doc, "code") != NULL && json_object_get(now, "sealed") == NULL &&
	    !log_is_apart(doc);

	*at_ms = json_integer_value(json_object_get(doc, "at"));
	json_decref(doc);
	return begins;
}

static int
take(const struct log_line *line, void *arg)
{
	daily_take(arg, line);
	return 0;
}

static int
take_earlier(const struct log_line *line, void *arg)
{
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);

	take_version(arg, doc, 0);
	json_decref(doc);
	return 0;
}

/* Only where another has been named since: else the one of that day is still in force. */
static int
wants_version(const struct daily *d)
{
	return d->renamed && d->version[0] == '\0' && d->first_seq > 0;
}

/* One step back before the day. */
static int
read_version(struct daily *d, struct store *st)
{
	int64_t from = d->first_seq > STEP ? d->first_seq - STEP : 0;

	if (logbook_read(st, from, (int)(d->first_seq - from), take_earlier, d) < 0)
		return -1;
	d->first_seq = from;
	return 0;
}

int
daily_read(struct daily *d, struct store *st, int64_t end_seq)
{
	int64_t most = end_seq - d->read_seq;
	int n;

	if (d->read_seq < 0) {
		d->read_seq = d->first_seq = logbook_seq_before(st, d->from_ms - CLOCKS_APART_MS, end_seq);
	} else if (most > 0) {
		n = logbook_read(st, d->read_seq, (int)(most < STEP ? most : STEP), take, d);
		if (n <= 0)
			return -1;
		d->read_seq += n;	/* seqs have no gaps */
	} else if (wants_version(d) && read_version(d, st) != 0) {
		return -1;
	}
	return d->read_seq < end_seq || wants_version(d);
}

const char *
daily_version(const struct daily *d)
{
	return d->renamed ? d->version : "";
}

size_t
daily_cases(const struct daily *d)
{
	return json_object_size(d->cases);
}

/* ---- writing ---- */

static size_t
rows_of(const struct daily *d, const struct policy *p, struct window_row **out)
{
	struct window_case *all = xcalloc(daily_cases(d) + 1, sizeof(*all));
	const char *code;
	json_t *c;
	size_t n = 0;

	json_object_foreach(d->cases, code, c) {
		enum case_state state;
		enum close_reason as;

		if (case_state_of_name(text_of(c, "st"), &state) != 0)
			continue;
		if (close_reason_of_name(text_of(c, "as"), &as) != 0)
			as = CLOSE_NONE;
		if (window_state_of(state, as, &all[n].state) != 0)
			continue;
		all[n].category = text_of(c, "cat");
		all[n].place = text_of(c, "pl");
		all[n].hide = json_object_get(c, "hide") != NULL;
		all[n++].day = d->day;
	}
	n = window_rows(p->catalogue, p->places, all, n, out);
	free(all);
	return n;
}

/* What a row says, in words. */
struct told { struct buf place; const char *category; const struct place *at; };

static void
told_of(struct told *t, const struct policy *p, const struct window_row *row)
{
	const struct category *k = category_find(p->catalogue, row->category);

	buf_reset(&t->place);
	t->at = place_find(p->places, row->place);
	if (t->at != NULL)
		buf_add_place(&t->place, t->at);
	t->category = k != NULL ? k->name : "";
}

static void
add_cell(struct buf *b, const char *s)
{
	if (b->len > 0 && b->data[b->len - 1] != '\n')
		buf_addc(b, ',');
	buf_add_csv(b, s, strlen(s));
}

static void
add_csv_row(struct buf *b, const char *day, const struct window_row *row, const struct told *t)
{
	add_cell(b, day);
	add_cell(b, row->category);
	add_cell(b, t->category);
	add_cell(b, row->place);
	add_cell(b, buf_str(&t->place));
	add_cell(b, window_state_name(row->state));
	buf_addf(b, ",%d,", row->count);
	buf_add_csv(b, row->in_fives ? "ya" : "tidak", row->in_fives ? 2 : 5);
	buf_adds(b, "\r\n");
}

static void
add_fields(struct buf *b, const char *day, const struct window_row *row, const struct told *t)
{
	buf_adds(b, "{\"kategori\":");
	buf_add_json(b, row->category, strlen(row->category));
	buf_add_pair_if(b, "hari", day);
	buf_add_pair(b, "arti", t->category);
	buf_add_pair(b, "tempat_kode", row->place);
	buf_add_pair(b, "tempat", buf_str(&t->place));
	buf_add_pair(b, "keadaan", window_state_name(row->state));
	buf_addf(b, ",\"jumlah\":%d,\"dibulatkan\":%s}", row->count, row->in_fives ? "true" : "false");
}

void
daily_row_json(struct buf *b, const struct policy *p, const struct window_row *row)
{
	char day[DAY_CHARS] = "";
	struct told t = { 0 };

	if (row->day != 0)
		daily_name(day, row->day);
	told_of(&t, p, row);
	add_fields(b, day, row, &t);
	buf_release(&t.place);
}

/* The point is the place's own, the same for all that happened there. */
static void
add_feature(struct buf *b, const char *day, const struct window_row *row, const struct told *t)
{
	buf_adds(b, "{\"type\":\"Feature\",\"geometry\":");
	if (t->at != NULL)
		buf_addf(b, "{\"type\":\"Point\",\"coordinates\":[%.5f,%.5f]}", t->at->lng, t->at->lat);
	else
		buf_adds(b, "null");
	buf_adds(b, ",\"properties\":");
	add_fields(b, day, row, t);
	buf_addc(b, '}');
}

static void
add_head(struct buf *b, const struct daily *d, const char *day, const struct daily_about *about)
{
	buf_addf(b, "{\"schema\":1,\"hari\":\"%s\",\"zona\":\"WIB (UTC+7)\",\"catatan_sampai\":%" PRId64, day, d->seq);
	buf_add_pair(b, "kabupaten", about->regency);
	buf_add_pair(b, "lisensi", about->licence);
	buf_add_pair(b, "versi", about->version);
}

void
daily_write(const struct daily *d, const struct policy *p, const struct daily_about *about,
    enum daily_form form, struct buf *out)
{
	struct window_row *rows;
	size_t n = rows_of(d, p, &rows);
	struct told t = { 0 };
	char day[DAY_CHARS];

	daily_name(day, d->day);
	if (form == DAILY_CSV) {
		buf_adds(out, "\"hari\",\"kategori\",\"arti\",\"tempat_kode\",\"tempat\",\"keadaan\",\"jumlah\",\"dibulatkan\"\r\n");
	} else {
		add_head(out, d, day, about);
		buf_adds(out, form == DAILY_JSON ? ",\"baris\":[" : ",\"type\":\"FeatureCollection\",\"features\":[");
	}
	for (size_t i = 0; i < n; i++) {
		told_of(&t, p, &rows[i]);
		if (form == DAILY_CSV) {
			add_csv_row(out, day, &rows[i], &t);
			continue;
		}
		buf_adds(out, i > 0 ? ",\n" : "\n");
		if (form == DAILY_JSON)
			add_fields(out, day, &rows[i], &t);
		else
			add_feature(out, day, &rows[i], &t);
	}
	if (form != DAILY_CSV)
		buf_adds(out, "\n]}\n");
	buf_release(&t.place);
	free(rows);
}

void
daily_publish(const struct daily *d, struct house *h, enum daily_form form, struct buf *out)
{
	const char *version = daily_version(d);
	const struct policy *p = version[0] != '\0' ? version_policy(&h->versions, &h->st, version) : NULL;
	const struct daily_about about = { h->set.name, h->set.licence, p != NULL ? version : h->current };

	daily_write(d, p != NULL ? p : h->policy, &about, form, out);
}
