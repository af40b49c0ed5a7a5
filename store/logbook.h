#ifndef KENTONGAN_LOGBOOK_H
#define KENTONGAN_LOGBOOK_H
/*
 * The log: audit record, event and replay input in one.
 *
 * An entry is one line of JSON; its digest is BLAKE2b-256 over these bytes; it names the digest of
 * the previous entry of the same case ("prev").  Its seq is the stream id's first part, given by
 * the store without gaps.  The sealer folds (seq, digest) into the chain (store/chain.h).  The oldest
 * part of it lies in the archive (store/archive.h): what is read here comes from both.
 * What people wrote stands in "x", sealed with the case's key, as hex.
 */
#include <jansson.h>

#include "core/decide.h"
#include "store/store.h"

#define LOG_LEGACY "warisan"	/* true in the entries of an old complaint */
/* Whether figures leave the case of such an entry out: a drill, or an old complaint. */
int log_is_apart(const json_t *doc);
void log_hex(char out[65], const uint8_t digest[DIGEST_BYTES]);

/* The entry of a decision. */
void logbook_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const struct policy *p,
    const struct roster *r, const struct case_record *before, const struct effects *fx,
    const struct command *cmd, const struct seal_key *key, int64_t at_ms);
/* Of an answer that changed no case; actor NULL where nobody of ours did it. */
void logbook_note_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const char *what,
    const char *actor, const char *code, const char *kind, const char *note, int latihan, const struct seal_key *key,
    int64_t at_ms);
/*
 * Of a change of the roster: the officer's whole record but name and number, as he is from then on,
 * and the roster seq it makes.  The roster of any moment is what these entries make up to there.
 */
void logbook_officer_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const char *who,
    const struct officer *o, int64_t roster_seq, int64_t at_ms);
/* Of an official warning: all that is known of it then stands open in "per" (core/warning.h). */
#define LOG_WARNING "peringatan"
void logbook_warning_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const char *who,
    const struct warning_notice *n, int64_t at_ms);
/* Of versions and alarms: detail is plain and free of personal data. */
void logbook_plain_entry(struct buf *out, uint8_t digest[DIGEST_BYTES], const char *what,
    const char *who, const char *detail, int64_t at_ms);

/* One entry as read back. Bytes are borrowed for the call. */
struct log_line {
	int64_t seq;
	const char *entry;
	size_t len;
	const uint8_t *digest;
	size_t digest_len;
};
typedef int (*on_log_line)(const struct log_line *, void *);	/* other than 0: enough */
/*
 * Calls cb for up to max entries after seq, in order. Returns how many, -1 if the store or the
 * archive gave none.
 */
int logbook_read(struct store *st, int64_t after_seq, int max, on_log_line cb, void *arg);
/* Reads an XRANGE/XREAD entry; 0 or -1 when it is no entry of ours. */
int log_line_of(struct log_line *out, const redisReply *entry);
/*
 * The same for the entries with these seqs, "3,17,20" as a case holds them; those that are not there
 * any more are left out.  0, -1 if the store did not answer.
 */
int logbook_read_these(struct store *st, const char *seqs, on_log_line cb, void *arg);
/* The signed heads, oldest first; how many, or -1. */
int logbook_heads(struct store *st, void (*cb)(const char *line, void *), void *arg);
/* The words that its actor wrote, opened with the case's key.  0; -1: none, or another's key. */
int logbook_note(const struct log_line *line, const struct seal_key *key, struct buf *note);
/*
 * The reasons that the router gave with what it understood, into u->why; the rest of what it understood
 * stands open in the entry (store/recorded.h).  0, -1 as above.
 */
int logbook_why(const struct log_line *line, const struct seal_key *key, struct understanding *u);
int64_t logbook_last_seq(struct store *st);	/* -1 unknown */
/*
 * The seq after which the entries of that time and later stand, not beyond last; 0 (all of them) when
 * the store or the archive gave none.  A case's entries are never older than its report.
 */
int64_t logbook_seq_before(struct store *st, int64_t ms, int64_t last);

/*
 * Audit: recomputes every digest, the gap-freeness, each case's chain of entries, the regency's
 * chain up to where it is sealed, and the signed heads.  Writes a report; the first bad entry is
 * named.  0 clean, 1 something is wrong, -1 could not be read.
 */
int logbook_verify(struct store *st, struct buf *report);
/*
 * The same from the seam on: what lies in the archive is taken as it was when it left.  For a start that
 * must not wait for years to be read.
 */
int logbook_verify_live(struct store *st, struct buf *report);
#endif
