#ifndef KENTONGAN_DAILY_H
#define KENTONGAN_DAILY_H
/*
 * A day of the regency as open data: what was opened on that day (WIB), as far as it was at midnight,
 * in the rows of core/window.h.
 *
 * The same log gives the same bytes, whenever and by whomever they are made.  One thing alone changes a
 * day afterwards: a case that is sealed later is taken out.
 */
#include "core/policy.h"
#include "core/window.h"
#include "store/house.h"
#include "store/logbook.h"

enum daily_form { DAILY_CSV, DAILY_JSON, DAILY_GEOJSON, DAILY_FORMS };
const char *daily_form_name(enum daily_form f);		/* csv json geojson: the files end in it */
const char *daily_form_type(enum daily_form f);		/* media type */

struct daily;
/* day: WIB day number (core/calendar.h). */
struct daily *daily_new(int64_t day);
void daily_free(struct daily *d);
/* Entries in the order of the log, from the first of that day (or earlier) to the log's end. */
void daily_take(struct daily *d, const struct log_line *line);
/*
 * Reads them up to that seq, some thousands at each call: 1 there are more, 0 that was all, -1 the store
 * or the archive gave none.
 */
int daily_read(struct daily *d, struct store *st, int64_t end_seq);
/* The version in force when the day ended; "" the one that is in force now. */
const char *daily_version(const struct daily *d);
/* 1 when with this entry a case begins that a day may tell of; *at_ms when. */
int daily_begins(const struct log_line *line, int64_t *at_ms);
/* How many cases are in it, told or not. */
size_t daily_cases(const struct daily *d);

/* What stands in the files beside the rows. */
struct daily_about { const char *regency, *licence, *version; };
void daily_write(const struct daily *d, const struct policy *p, const struct daily_about *about,
    enum daily_form form, struct buf *out);
/* The same in the words of the version of that day, or of today's where that one is gone: the file names it. */
void daily_publish(const struct daily *d, struct house *h, enum daily_form form, struct buf *out);

/* One row as an object: {"kategori","hari"?,"arti","tempat_kode","tempat","keadaan","jumlah","dibulatkan"}. */
void daily_row_json(struct buf *b, const struct policy *p, const struct window_row *row);

/*
 * Where they lie: DIR/terbuka.  Files of a day are named by it, and end in the name of their form; what
 * is open now stands in WINDOW_NOW.  Each is written whole or not at all.
 */
#define WINDOW_DIR "terbuka"
#define WINDOW_NOW "kini.json"

/* "2026-11-21" of a WIB day number, and back; 0 or -1. */
#define DAY_CHARS 12
void daily_name(char out[DAY_CHARS], int64_t day);
int daily_of_name(const char *s, int64_t *day);
#endif
