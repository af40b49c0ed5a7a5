#include "store/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lib/fault.h"

#define FORMAT 1		/* user_version of the files */
#define BUSY_MS 2000		/* a round holds a file for some 20 ms */

struct year_file { int year; sqlite3 *db; };
struct archive {
	char *folder;
	struct year_file *files; size_t n;	/* oldest first */
	int lock;				/* -1: not held */
	int failed;				/* the folder, or a file of it, could not be read */
	struct buf why;
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, e BLOB NOT NULL, h BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS head (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, line TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS kasus (code TEXT PRIMARY KEY, round INTEGER NOT NULL, v INTEGER NOT NULL,"
    " last INTEGER NOT NULL, closed INTEGER NOT NULL, d BLOB NOT NULL, m BLOB NOT NULL, l BLOB NOT NULL,"
    " q TEXT NOT NULL, msgs TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS kasus_round ON kasus (round, code);"
    "CREATE TABLE IF NOT EXISTS kunci (code TEXT PRIMARY KEY, k BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS versi (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS round (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);"
    "PRAGMA user_version=1;";

static void
path_of(struct buf *b, const struct archive *a, int year)
{
	buf_addf(b, "%s/%04d.sqlite", a->folder, year);
}

/* year 0: the folder itself. */
static int
failed(struct archive *a, int year, sqlite3 *db, const char *doing)
{
	const char *why = db != NULL ? sqlite3_errmsg(db) : strerror(errno);

	buf_reset(&a->why);
	buf_adds(&a->why, "arsip/");
	if (year != 0)
		buf_addf(&a->why, "%04d.sqlite", year);
	buf_addf(&a->why,
	    ": %s: %s; look at the disk, keep what there is, restore it from the newest backup "
	    "if it is damaged",
	    doing, why);
	a->failed = 1;
	return -1;
}

static int
by_year(const void *a, const void *b)
{
	return ((const struct year_file *)a)->year - ((const struct year_file *)b)->year;
}

struct archive *
archive_open(const char *dir)
{
	struct archive *a = xcalloc(1, sizeof(*a));
	struct buf folder = { 0 };
	struct dirent *e;
	DIR *d;

	a->lock = -1;
	buf_addf(&folder, "%s/arsip", dir);
	a->folder = buf_take(&folder);
	d = opendir(a->folder);
	if (d == NULL && errno != ENOENT)
		failed(a, 0, NULL, "the folder cannot be read");
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strlen(e->d_name) != 11 || strspn(e->d_name, "0123456789") != 4 ||
		    strcmp(e->d_name + 4, ".sqlite") != 0)
			continue;
		a->files = xrealloc(a->files, (a->n + 1) * sizeof(*a->files));
		a->files[a->n++] = (struct year_file){ (int)strtol(e->d_name, NULL, 10), NULL };
	}
	if (d != NULL)
		closedir(d);
	if (a->n > 1)
		qsort(a->files, a->n, sizeof(*a->files), by_year);
	return a;
}

void
archive_close(struct archive *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->n; i++)
		sqlite3_close(a->files[i].db);
	if (a->lock >= 0)
		close(a->lock);		/* and the lock with it */
	free(a->files);
	free(a->folder);
	buf_release(&a->why);
	free(a);
}

const char *
archive_error(const struct archive *a)
{
	return buf_str(&a->why);
}

static sqlite3_stmt *
prepare(struct archive *a, struct year_file *f, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) != SQLITE_OK)
		failed(a, f->year, f->db, "cannot be read");
	return s;
}

/* One number of a pragma or a query; -1. */
static int64_t
number_of(struct archive *a, struct year_file *f, const char *sql)
{
	sqlite3_stmt *s = prepare(a, f, sql);
	int64_t n = -1;

	if (s != NULL && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/*
 * Readers too open for writing: after a crash in the middle of a round it is the next one who reads
 * that rolls it back.
 */
static int
opened(struct archive *a, struct year_file *f)
{
	struct buf path = { 0 };
	int rc = 0;

	if (f->db != NULL)
		return 0;
	path_of(&path, a, f->year);
	if (sqlite3_open_v2(buf_str(&path), &f->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		rc = failed(a, f->year, f->db, "cannot be opened");
	} else {
		int64_t format;

		sqlite3_busy_timeout(f->db, BUSY_MS);
		format = number_of(a, f, "PRAGMA user_version");
		if (format != 0 && format != FORMAT && !a->failed) {
			buf_reset(&a->why);
			buf_addf(&a->why,
			    "%s: format %" PRId64 " is not known; use the version of kentongan "
			    "that wrote it",
			    buf_str(&path), format);
			a->failed = 1;
		}
		/* 0: made, and its first round was never finished */
		rc = format == FORMAT || format == 0 ? 0 : -1;
		if (rc == 0 && format == 0)
			rc = 1;
	}
	if (rc != 0) {
		sqlite3_close(f->db);
		f->db = NULL;
	}
	buf_release(&path);
	return rc;
}

/* ---- reading ---- */

static void
line_at(struct log_line *line, sqlite3_stmt *s)
{
	line->seq = sqlite3_column_int64(s, 0);
	line->entry = sqlite3_column_blob(s, 1);
	line->len = (size_t)sqlite3_column_bytes(s, 1);
	line->digest = sqlite3_column_blob(s, 2);
	line->digest_len = (size_t)sqlite3_column_bytes(s, 2);
	if (line->entry == NULL)
		line->entry = "";
}

/* How many rows cb got, or -1; *enough is set when it wanted no more. */
static int
entries_of(struct archive *a, struct year_file *f, int64_t range[2], int max, on_log_line cb, void *arg,
    int *enough)
{
	sqlite3_stmt *s;
	int n = 0, rc = opened(a, f);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	s = prepare(a, f, "SELECT seq, e, h FROM entry WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3");
	if (s == NULL)
		return -1;
	sqlite3_bind_int64(s, 1, range[0]);
	sqlite3_bind_int64(s, 2, range[1]);
	sqlite3_bind_int(s, 3, max);
	while (!*enough && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct log_line line;

		line_at(&line, s);
		n++;
		*enough = cb(&line, arg) != 0;
	}
	if (!*enough && rc != SQLITE_DONE)
		n = failed(a, f->year, f->db, "cannot be read");
	sqlite3_finalize(s);
	return n;
}

int
archive_entries(struct archive *a, int64_t after, int64_t upto, int max, on_log_line cb, void *arg)
{
	int64_t range[2] = { after, upto };
	int n = 0, enough = 0;

	if (a->failed)
		return -1;
	for (size_t i = 0; i < a->n && n < max && !enough; i++) {
		int k = entries_of(a, &a->files[i], range, max - n, cb, arg, &enough);

		if (k < 0)
			return -1;
		n += k;
	}
	return n;
}

int
archive_entry(struct archive *a, int64_t seq, on_log_line cb, void *arg)
{
	return archive_entries(a, seq - 1, seq, 1, cb, arg);
}

/* The first row of a query with one text to look for, newest file first: 1 with *out standing on it. */
static int
find_row(struct archive *a, const char *sql, const char *text, sqlite3_stmt **out)
{
	*out = NULL;
	if (a->failed)
		return -1;
	for (size_t i = a->n; i-- > 0;) {
		int rc = opened(a, &a->files[i]);

		if (rc > 0)
			continue;
		if (rc < 0 || (*out = prepare(a, &a->files[i], sql)) == NULL)
			return -1;
		sqlite3_bind_text(*out, 1, text, -1, SQLITE_STATIC);
		rc = sqlite3_step(*out);
		if (rc == SQLITE_ROW)
			return 1;
		if (rc != SQLITE_DONE)
			failed(a, a->files[i].year, a->files[i].db, "cannot be read");
		sqlite3_finalize(*out);
		*out = NULL;
		if (rc != SQLITE_DONE)
			return -1;
	}
	return 0;
}

static void
take_column(struct buf *out, sqlite3_stmt *s, int i)
{
	const void *bytes = sqlite3_column_blob(s, i);

	if (bytes != NULL)
		buf_add(out, bytes, (size_t)sqlite3_column_bytes(s, i));
}

int
archive_version(struct archive *a, const char *digest, struct buf *out)
{
	sqlite3_stmt *s;
	int rc = find_row(a, "SELECT bytes FROM versi WHERE digest = ?1", digest, &s);

	if (rc == 1)
		take_column(out, s, 0);
	sqlite3_finalize(s);
	return rc;
}

void
archived_case_release(struct archived_case *c)
{
	buf_release(&c->doc);
	buf_release(&c->pub);
	buf_release(&c->sealed);
	buf_wipe(&c->wrapped);
	buf_release(&c->seqs);
	buf_release(&c->messages);
}

#define CASE_COLUMNS \
	"kasus.code, v, last, closed, d, m, l, q, msgs, k FROM kasus LEFT JOIN kunci USING (code)"

static void
take_case(struct archived_case *c, sqlite3_stmt *s)
{
	memset(c, 0, sizeof(*c));
	snprintf(c->code, sizeof(c->code), "%s", (const char *)sqlite3_column_text(s, 0));
	c->version = sqlite3_column_int64(s, 1);
	c->last_seq = sqlite3_column_int64(s, 2);
	c->closed_ms = sqlite3_column_int64(s, 3);
	take_column(&c->doc, s, 4);
	take_column(&c->pub, s, 5);
	take_column(&c->sealed, s, 6);
	take_column(&c->seqs, s, 7);
	take_column(&c->messages, s, 8);
	take_column(&c->wrapped, s, 9);
}

int
archive_case(struct archive *a, const char *code, struct archived_case *out)
{
	sqlite3_stmt *s;
	int rc = find_row(a, "SELECT " CASE_COLUMNS " WHERE kasus.code = ?1", code, &s);

	if (rc == 1)
		take_case(out, s);
	sqlite3_finalize(s);
	return rc;
}

/* Those of one file after a code, by the small table of keys: how many, or -1. */
static int
keyed_of(struct archive *a, struct year_file *f, struct archive_place *at, int max,
    void (*cb)(const struct archived_case *, void *), void *arg)
{
	sqlite3_stmt *s;
	int n = 0, rc = opened(a, f);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	s = prepare(a, f, "SELECT kunci.code, closed, d FROM kunci JOIN kasus USING (code) WHERE kunci.code > ?1 "
	    "ORDER BY kunci.code LIMIT ?2");
	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, at->code, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(s, 2, max);
	for (; (rc = sqlite3_step(s)) == SQLITE_ROW; n++) {
		struct archived_case c = { .closed_ms = sqlite3_column_int64(s, 1) };

		snprintf(c.code, sizeof(c.code), "%s", (const char *)sqlite3_column_text(s, 0));
		take_column(&c.doc, s, 2);
		cb(&c, arg);
		memcpy(at->code, c.code, sizeof(at->code));
		archived_case_release(&c);
	}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? n : failed(a, f->year, f->db, "cannot be read");
}

int
archive_keyed(struct archive *a, struct archive_place *at, int max, void (*cb)(const struct archived_case *, void *),
    void *arg)
{
	int n = 0;

	if (a->failed)
		return -1;
	for (size_t i = 0; i < a->n && n == 0; i++) {
		if (a->files[i].year < at->year)
			continue;
		if (a->files[i].year > at->year)
			*at = (struct archive_place){ .year = a->files[i].year };
		n = keyed_of(a, &a->files[i], at, max, cb, arg);
	}
	return n;
}

int
archive_heads(struct archive *a, void (*cb)(const char *, void *), void *arg)
{
	int n = 0, rc;

	if (a->failed)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		sqlite3_stmt *s;

		rc = opened(a, &a->files[i]);
		if (rc > 0)
			continue;
		if (rc < 0 || (s = prepare(a, &a->files[i], "SELECT line FROM head ORDER BY n")) == NULL)
			return -1;
		for (; (rc = sqlite3_step(s)) == SQLITE_ROW; n++)
			cb((const char *)sqlite3_column_text(s, 0), arg);
		if (rc != SQLITE_DONE)
			failed(a, a->files[i].year, a->files[i].db, "cannot be read");
		sqlite3_finalize(s);
		if (rc != SQLITE_DONE)
			return -1;
	}
	return n;
}

int
archive_size(struct archive *a, int64_t *cases, int64_t *bytes)
{
	*cases = *bytes = 0;
	if (a->failed)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		struct buf path = { 0 };
		struct stat st;
		int rc = opened(a, &a->files[i]);

		path_of(&path, a, a->files[i].year);
		if (rc == 0 && stat(buf_str(&path), &st) == 0) {
			*bytes += st.st_size;
			*cases += number_of(a, &a->files[i], "SELECT count(*) FROM kasus");
		}
		buf_release(&path);
		if (rc < 0 || a->failed)
			return -1;
	}
	return 0;
}

/* ---- a round ---- */

void
archive_round_release(struct archive_round *r)
{
	for (int i = 0; i < r->lines_n; i++)
		buf_release(&r->lines[i].entry);
	for (int i = 0; i < r->heads_n; i++)
		buf_release(&r->heads[i].line);
	for (int i = 0; i < r->cases_n; i++)
		archived_case_release(&r->cases[i]);
	for (int i = 0; i < r->versions_n; i++)
		buf_release(&r->versions[i].bytes);
	free(r->lines);
	free(r->heads);
	free(r->cases);
	free(r->versions);
	memset(r, 0, sizeof(*r));
}

static void
add_part(struct buf *b, const void *data, size_t len)
{
	buf_addf(b, "%zu:", len);
	buf_add(b, data, len);
}

/* The key is left out: erasing it must not look like tampering. */
static void
case_digest(uint8_t chain[DIGEST_BYTES], const struct archived_case *c)
{
	uint8_t own[DIGEST_BYTES];
	struct buf b = { 0 };

	buf_addf(&b, "kentongan-kasus 1 %s %" PRId64 " %" PRId64 " %" PRId64 "\n", c->code, c->version,
	    c->last_seq, c->closed_ms);
	add_part(&b, buf_str(&c->doc), c->doc.len);
	add_part(&b, buf_str(&c->pub), c->pub.len);
	add_part(&b, buf_str(&c->sealed), c->sealed.len);
	add_part(&b, buf_str(&c->seqs), c->seqs.len);
	add_part(&b, buf_str(&c->messages), c->messages.len);
	digest_of(own, NULL, b.data, b.len);
	digest_chain(chain, chain, own, sizeof(own));
	buf_release(&b);
}

static int
by_code(const void *a, const void *b)
{
	return strcmp(((const struct archived_case *)a)->code, ((const struct archived_case *)b)->code);
}

void
archive_round_digest(uint8_t out[DIGEST_BYTES], struct archive_round *r)
{
	memset(out, 0, DIGEST_BYTES);
	if (r->cases_n > 1)
		qsort(r->cases, (size_t)r->cases_n, sizeof(*r->cases), by_code);
	for (int i = 0; i < r->cases_n; i++)
		case_digest(out, &r->cases[i]);
}

int
archive_digest(struct archive *a, int64_t first, uint8_t out[DIGEST_BYTES], int *cases_n)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM round WHERE first = %" PRId64, first);
	memset(out, 0, DIGEST_BYTES);
	*cases_n = 0;
	if (a->failed)
		return -1;
	for (size_t i = a->n; i-- > 0;) {
		struct year_file *f = &a->files[i];
		int rc = opened(a, f);
		sqlite3_stmt *s;

		if (rc > 0 || (rc == 0 && number_of(a, f, sql) != 1))
			continue;
		s = rc < 0 ? NULL : prepare(a, f, "SELECT " CASE_COLUMNS " WHERE round = ?1 ORDER BY code");
		if (s == NULL)
			return -1;
		sqlite3_bind_int64(s, 1, first);
		for (; (rc = sqlite3_step(s)) == SQLITE_ROW; (*cases_n)++) {
			struct archived_case c;

			take_case(&c, s);
			case_digest(out, &c);
			archived_case_release(&c);
		}
		sqlite3_finalize(s);
		return rc == SQLITE_DONE ? 1 : failed(a, f->year, f->db, "cannot be read");
	}
	return a->failed ? -1 : 0;
}

static int
make_folder(struct archive *a)
{
	return mkdir(a->folder, 0700) == 0 || errno == EEXIST ? 0 : failed(a, 0, NULL, "the folder cannot be made");
}

int
archive_hold(struct archive *a)
{
	struct buf path = { 0 };
	int rc = 1;

	if (a->failed || make_folder(a) != 0)
		return -1;
	buf_addf(&path, "%s/lock", a->folder);
	if (a->lock < 0)
		a->lock = open(buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	buf_release(&path);
	if (a->lock < 0)
		return failed(a, 0, NULL, "its file lock cannot be opened");
	if (flock(a->lock, LOCK_EX | LOCK_NB) != 0)
		rc = errno == EWOULDBLOCK ? 0 : failed(a, 0, NULL, "its file lock cannot be locked");
	return rc;
}

/* The file of that year, made if it is not there: mode 0600, in a folder of mode 0700. */
static struct year_file *
file_of(struct archive *a, int year)
{
	struct buf path = { 0 };
	struct year_file *f = NULL;
	int fd;

	for (size_t i = 0; i < a->n; i++)
		if (a->files[i].year == year)
			f = &a->files[i];
	if (f != NULL)
		return f;
	path_of(&path, a, year);
	fd = make_folder(a) == 0 ? open(buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd < 0 && !a->failed)
		failed(a, year, NULL, "cannot be made");
	if (fd >= 0) {
		close(fd);
		a->files = xrealloc(a->files, (a->n + 1) * sizeof(*a->files));
		a->files[a->n++] = (struct year_file){ year, NULL };
		qsort(a->files, a->n, sizeof(*a->files), by_year);
		f = file_of(a, year);
	}
	buf_release(&path);
	return f;
}

static int
run(struct archive *a, struct year_file *f, const char *sql)
{
	return sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 :
	    failed(a, f->year, f->db, "cannot be written");
}

/* Ready to write: a file whose first round was cut short has no tables yet. */
static int
open_to_write(struct archive *a, struct year_file *f)
{
	struct buf path = { 0 };

	path_of(&path, a, f->year);
	if (f->db == NULL &&
	    sqlite3_open_v2(buf_str(&path), &f->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		failed(a, f->year, f->db, "cannot be opened");
	buf_release(&path);
	if (a->failed)
		return -1;
	sqlite3_busy_timeout(f->db, BUSY_MS);
	/* The journal's folder is synced too; what is deleted is overwritten. */
	return run(a, f, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON;"
	    "PRAGMA cache_size=-65536;");
}

static int
stepped(struct archive *a, struct year_file *f, sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : failed(a, f->year, f->db, "cannot be written");
}

static void
bind(sqlite3_stmt *s, int i, const struct buf *b)
{
	sqlite3_bind_blob(s, i, buf_str(b), (int)b->len, SQLITE_STATIC);
}

static void
bind_text(sqlite3_stmt *s, int i, const struct buf *b)
{
	sqlite3_bind_text(s, i, buf_str(b), (int)b->len, SQLITE_STATIC);
}

/*
 * An entry that is there must be the same: another one under its seq is another history.  What it
 * would mean is said by who reads the row back.
 */
static int
put_lines(struct archive *a, struct year_file *f, const struct archive_round *r)
{
	sqlite3_stmt *s = prepare(a, f, "INSERT OR IGNORE INTO entry (seq, e, h) VALUES (?1, ?2, ?3)");
	int rc = s == NULL ? -1 : 0;

	for (int i = 0; rc == 0 && i < r->lines_n; i++) {
		sqlite3_bind_int64(s, 1, r->lines[i].seq);
		bind(s, 2, &r->lines[i].entry);
		sqlite3_bind_blob(s, 3, r->lines[i].digest, DIGEST_BYTES, SQLITE_STATIC);
		rc = stepped(a, f, s);
	}
	sqlite3_finalize(s);
	return rc;
}

static int
put_heads(struct archive *a, struct year_file *f, const struct archive_round *r)
{
	sqlite3_stmt *s = prepare(a, f, "INSERT OR IGNORE INTO head (id, line) VALUES (?1, ?2)");
	int rc = s == NULL ? -1 : 0;

	for (int i = 0; rc == 0 && i < r->heads_n; i++) {
		sqlite3_bind_text(s, 1, r->heads[i].id, -1, SQLITE_STATIC);
		bind_text(s, 2, &r->heads[i].line);
		rc = stepped(a, f, s);
	}
	sqlite3_finalize(s);
	return rc;
}

static int
put_cases(struct archive *a, struct year_file *f, const struct archive_round *r)
{
	sqlite3_stmt *s = prepare(a, f,
	    "INSERT OR REPLACE INTO kasus (code, round, v, last, closed, d, m, l, q, msgs) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
	sqlite3_stmt *k = prepare(a, f, "INSERT OR REPLACE INTO kunci (code, k) VALUES (?1, ?2)");
	int rc = s == NULL || k == NULL ? -1 : 0;

	for (int i = 0; rc == 0 && i < r->cases_n; i++) {
		const struct archived_case *c = &r->cases[i];

		sqlite3_bind_text(s, 1, c->code, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, r->lines[0].seq);
		sqlite3_bind_int64(s, 3, c->version);
		sqlite3_bind_int64(s, 4, c->last_seq);
		sqlite3_bind_int64(s, 5, c->closed_ms);
		bind(s, 6, &c->doc);
		bind(s, 7, &c->pub);
		bind(s, 8, &c->sealed);
		bind_text(s, 9, &c->seqs);
		bind_text(s, 10, &c->messages);
		rc = stepped(a, f, s);
		if (rc == 0 && c->wrapped.len > 0) {
			sqlite3_bind_text(k, 1, c->code, -1, SQLITE_STATIC);
			bind(k, 2, &c->wrapped);
			rc = stepped(a, f, k);
		}
	}
	sqlite3_finalize(s);
	sqlite3_finalize(k);
	return rc;
}

static int
put_versions(struct archive *a, struct year_file *f, const struct archive_round *r)
{
	sqlite3_stmt *s = prepare(a, f, "INSERT OR IGNORE INTO versi (digest, bytes) VALUES (?1, ?2)");
	int rc = s == NULL ? -1 : 0;

	for (int i = 0; rc == 0 && i < r->versions_n; i++) {
		sqlite3_bind_text(s, 1, r->versions[i].digest, -1, SQLITE_STATIC);
		bind(s, 2, &r->versions[i].bytes);
		rc = stepped(a, f, s);
	}
	sqlite3_finalize(s);
	return rc;
}

/*
 * A round that was cut short left cases here which may have been reopened since: those go, and what is
 * still to be moved is written anew.
 */
static int
put_round(struct archive *a, struct year_file *f, const struct archive_round *r)
{
	int64_t first = r->lines[0].seq;
	char sql[320];

	snprintf(sql, sizeof(sql),
	    "DELETE FROM kunci WHERE code IN (SELECT code FROM kasus WHERE round >= %" PRId64 ");"
	    "DELETE FROM kasus WHERE round >= %" PRId64 ";"
	    "INSERT OR REPLACE INTO round (first, last) VALUES (%" PRId64 ", %" PRId64 ")",
	    first, first, first, r->lines[r->lines_n - 1].seq);
	return run(a, f, sql);
}

int
archive_put(struct archive *a, const struct archive_round *r)
{
	struct year_file *f = a->failed ? NULL : file_of(a, r->year);

	if (f == NULL || open_to_write(a, f) != 0)
		return -1;
	if (run(a, f, "BEGIN IMMEDIATE") != 0)
		return -1;
	if (run(a, f, schema) != 0 || put_round(a, f, r) != 0 || put_lines(a, f, r) != 0 ||
	    put_heads(a, f, r) != 0 || put_cases(a, f, r) != 0 || put_versions(a, f, r) != 0) {
		sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL); /* its own failure changes nothing */
		return -1;
	}
	FAULT_POINT("archive_before_commit");
	if (run(a, f, "COMMIT") != 0) {
		sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	FAULT_POINT("archive_after_commit");
	return 0;
}

/* ---- reading back ---- */

struct comparing { const struct archive_round *r; int at, other; };

static int
same_line(const struct log_line *line, void *arg)
{
	struct comparing *c = arg;
	const struct archived_line *l = &c->r->lines[c->at];

	c->other = line->seq != l->seq || line->len != l->entry.len || line->digest_len != DIGEST_BYTES ||
	    memcmp(line->entry, buf_str(&l->entry), line->len) != 0 ||
	    memcmp(line->digest, l->digest, DIGEST_BYTES) != 0;
	c->at += !c->other;
	return c->other;
}

static int
same_cases(struct archive *a, const struct archive_round *r)
{
	for (int i = 0; i < r->cases_n; i++) {
		struct archived_case c;
		uint8_t was[DIGEST_BYTES] = { 0 }, is[DIGEST_BYTES] = { 0 };
		int rc = archive_case(a, r->cases[i].code, &c), same;

		if (rc != 1)
			return rc;
		case_digest(was, &r->cases[i]);
		case_digest(is, &c);
		same = memcmp(was, is, sizeof(was)) == 0 && c.wrapped.len == r->cases[i].wrapped.len &&
		    memcmp(buf_str(&c.wrapped), buf_str(&r->cases[i].wrapped), c.wrapped.len) == 0;
		archived_case_release(&c);
		if (!same)
			return 0;
	}
	return 1;
}

static int
same_versions(struct archive *a, const struct archive_round *r)
{
	for (int i = 0; i < r->versions_n; i++) {
		struct buf is = { 0 };
		int same = archive_version(a, r->versions[i].digest, &is) == 1 &&
		    is.len == r->versions[i].bytes.len &&
		    memcmp(is.data, r->versions[i].bytes.data, is.len) == 0;

		buf_release(&is);
		if (!same)
			return 0;
	}
	return 1;
}

int
archive_read_back(struct archive *writer, const struct archive_round *r)
{
	struct comparing c = { .r = r };
	struct archive *a = xcalloc(1, sizeof(*a));
	int rc = -1;

	a->lock = -1;
	a->folder = xstrdup(writer->folder);
	a->files = xcalloc(1, sizeof(*a->files));
	a->files[0].year = r->year;
	a->n = 1;
	buf_reset(&writer->why);
	if (archive_entries(a, r->lines[0].seq - 1, r->lines[r->lines_n - 1].seq, r->lines_n,
	    same_line, &c) < 0)
		buf_adds(&writer->why, archive_error(a));
	else if (c.other)
		buf_addf(&writer->why,
		    "arsip/%04d.sqlite: entry %" PRId64 " in it is another one than the store's: "
		    "the store is an older copy, or the file was edited; run 'kentongan audit verify'",
		    r->year, r->lines[c.at].seq);
	else if (c.at != r->lines_n || same_cases(a, r) != 1 || same_versions(a, r) != 1)
		buf_addf(&writer->why,
		    "arsip/%04d.sqlite: what was written does not read back%s%s; look at the disk",
		    r->year, archive_error(a)[0] != '\0' ? ": " : "", archive_error(a));
	else
		rc = 0;
	archive_close(a);
	return rc;
}

/* ---- erasing ---- */

static int
erase_in(struct archive *a, struct year_file *f, const char *code)
{
	sqlite3_stmt *s;
	int rc = open_to_write(a, f);

	if (rc != 0 || (s = prepare(a, f, "DELETE FROM kunci WHERE code = ?1")) == NULL)
		return -1;
	sqlite3_bind_text(s, 1, code, -1, SQLITE_STATIC);
	rc = stepped(a, f, s);
	sqlite3_finalize(s);
	return rc != 0 ? -1 : sqlite3_changes(f->db) > 0;
}

int
archive_erase(struct archive *a, const char *code)
{
	int erased = 0;

	if (a->failed)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		int rc = opened(a, &a->files[i]);

		if (rc > 0)
			continue;
		rc = rc == 0 ? erase_in(a, &a->files[i], code) : -1;
		if (rc < 0)
			return -1;
		erased |= rc;
	}
	return erased;
}
