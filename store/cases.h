#ifndef KENTONGAN_CASES_H
#define KENTONGAN_CASES_H
/*
 * Cases as they lie in the store.
 *
 * Ownership  a stored_case owns its bytes; stored_case_release() wipes and frees them.
 */
#include "core/case.h"
#include "core/laporan.h"
#include "store/commit.h"
#include "store/logbook.h"
#include "store/store.h"

struct stored_case {
	int there;			/* the key exists */
	int readable;			/* version 0, or a document of a known schema */
	int64_t version;		/* 0: only reserved */
	struct case_record c;		/* when version > 0 */
	struct buf pub, sealed, wrapped, seqs;
	/* It left the store: it may be read, and takes no commit any more. */
	int archived;
	struct buf messages;		/* then: what became of its messages, a JSON array */
};
void stored_case_release(struct stored_case *s);

/*
 * Loads n cases in one round trip, those that left the store from the archive; out has room for n.
 * 0, or -1 when the store did not answer or the archive cannot be read: then out is empty.
 */
int cases_load(struct store *st, const struct code *codes, size_t n, struct stored_case *out);
/* One that is not in the store: 1 filled, 0 the archive has none, -1 it cannot be read. */
int stored_case_archived(struct stored_case *s, struct store *st, const char *code);
/* Fills from the fields v, d, m, l, k, q as replied. */
void stored_case_fill(struct stored_case *s, const redisReply *v, const redisReply *d,
    const redisReply *m, const redisReply *l, const redisReply *k, const redisReply *q);

/*
 * Whether a stored file belongs to it: one that it lists, or, past CASE_FILES, one that its log names.
 * 1 yes, 0 no, -1 the store did not answer.
 */
int stored_case_has_file(const struct stored_case *s, struct store *st, const char *name);

/*
 * The latest entry of each open case that has said nothing since the seam, in the order of their seqs:
 * with the log after upto they are all that is to be known of open cases.  0, or -1.
 */
int cases_silent(struct store *st, int64_t upto, on_log_line cb, void *arg);

/* Opens the report behind a case; 0, or -1 if it was erased or damaged.  keys is filled too. */
int stored_case_open(const struct stored_case *s, const struct store *st, struct case_keys *keys,
    struct laporan *words, char lookup[33]);
#endif
