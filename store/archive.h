#ifndef KENTONGAN_ARCHIVE_H
#define KENTONGAN_ARCHIVE_H
/*
 * The archive: DIR/arsip/YYYY.sqlite, one file for each year (WIB) with a part of the log in order
 * of seq, the cases closed long ago, and what both need to be read.  docs/record.md gives the tables.
 *
 * What lies here has left the store: the log up to the seam, and each case that the store knows as
 * archived (KEY_SHELF).  Rows beyond that are a round that was cut short; it writes them again.
 *
 * Units      int64_t milliseconds since the epoch, UTC.
 * Ownership  arguments are borrowed for the call; buffers get what is appended.
 * Errors     -1 and archive_error(), one line with the file and the remedy.
 */
#include "store/logbook.h"

/* Names the entry that each round leaves in the log. */
#define ARCHIVE_EVENT "arsip"

struct archive;
/* dir is DIR; never NULL.  Files are opened when they are needed, one without any is empty. */
struct archive *archive_open(const char *dir);
void archive_close(struct archive *a);
const char *archive_error(const struct archive *a);

/* ---- reading ---- */

/* Up to max entries with after < seq <= upto, in order, until cb says otherwise.  How many, or -1. */
int archive_entries(struct archive *a, int64_t after, int64_t upto, int max, on_log_line cb, void *arg);
/* One entry: 1 when cb got it, 0 when it is not there, -1. */
int archive_entry(struct archive *a, int64_t seq, on_log_line cb, void *arg);
/* Signed heads in the order of signing.  How many, or -1. */
int archive_heads(struct archive *a, void (*cb)(const char *line, void *), void *arg);
/* A version's bytes: 1, 0 when none of the files has it, -1. */
int archive_version(struct archive *a, const char *digest, struct buf *out);

/* A case as it left the store; wrapped is empty once it was erased.  messages: a JSON array. */
struct archived_case {
	char code[CODE_CHARS + 1];
	int64_t version, last_seq, closed_ms;
	struct buf doc, pub, sealed, wrapped, seqs, messages;
};
void archived_case_release(struct archived_case *c);
/* 1, 0, -1. */
int archive_case(struct archive *a, const char *code, struct archived_case *out);

/*
 * A part of those whose key is still there, in the order of files and codes: at most max of them after
 * *at, which is moved on; zeroed it stands before the first.  Filled are code, closed_ms, doc.  cb must not
 * erase.  How many; 0 past the last one; -1.
 */
struct archive_place { int year; char code[CODE_CHARS + 1]; };
int archive_keyed(struct archive *a, struct archive_place *at, int max, void (*cb)(const struct archived_case *, void *),
    void *arg);
/* How many cases lie in all files, and the bytes of these. */
int archive_size(struct archive *a, int64_t *cases, int64_t *bytes);

/* ---- writing ---- */

struct archived_line { int64_t seq; struct buf entry; uint8_t digest[DIGEST_BYTES]; };
struct archived_head { char id[40]; struct buf line; };
struct archived_version { char digest[33]; struct buf bytes; };
/* What one round moves; freed with archive_round_release(). */
struct archive_round {
	int year;			/* the file */
	struct archived_line *lines; int lines_n;
	struct archived_head *heads; int heads_n;
	struct archived_case *cases; int cases_n;
	struct archived_version *versions; int versions_n;
};
void archive_round_release(struct archive_round *r);
/*
 * One archiver at a time: from before the seam is read until its round has left the store, for what
 * archive_put() finds beyond the seam it takes for a round cut short, and deletes.  1 held, until
 * archive_close() or the end of the process; 0 another has it; -1.
 */
int archive_hold(struct archive *a);
/* BLAKE2b over all that a round's cases hold but their keys, cases in the order of their codes. */
void archive_round_digest(uint8_t out[DIGEST_BYTES], struct archive_round *r);
/* Writes a round, synced to the disk when it returns 0.  Written twice it lies there once. */
int archive_put(struct archive *a, const struct archive_round *r);
/* Reads a round back, by a connection of its own: 0 when every byte is there. */
int archive_read_back(struct archive *a, const struct archive_round *r);
/* The digest of the cases of the round that begins with this seq, as they lie: 1, 0 no such round, -1. */
int archive_digest(struct archive *a, int64_t first, uint8_t out[DIGEST_BYTES], int *cases_n);

/*
 * Deletes the key of an archived case: its words, notes and files are noise from then on; the record
 * stays whole.  The bytes are overwritten (secure_delete).  1, 0 when there is none, -1.
 */
int archive_erase(struct archive *a, const char *code);
#endif
