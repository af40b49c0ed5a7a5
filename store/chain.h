#ifndef KENTONGAN_CHAIN_H
#define KENTONGAN_CHAIN_H
/*
 * The regency's chain over the log, its signed heads, and whose signatures they are.
 *
 *   chain(0) = 32 zero bytes
 *   chain(n) = BLAKE2b(chain(n-1) || seq as 8 bytes big-endian || digest)
 *
 * A head is "kentongan-head 1 seq=N chain=HEX at=MS key=ID sig=HEX": Ed25519 (RFC 8032) over the bytes
 * before " sig=".  A key is known by the first 16 hex digits of the BLAKE2b of its public half; a key
 * that follows another is vouched for by both (docs/record.md).
 *
 * Units      int64_t milliseconds, UTC, by the store's clock.
 */
#include "store/store.h"

struct chain { int64_t seq; uint8_t digest[DIGEST_BYTES]; };

void chain_fold(struct chain *c, int64_t seq, const uint8_t digest[DIGEST_BYTES]);
/* Up to where it is folded; 0 or -1. */
int chain_read(struct store *st, struct chain *c);

/* The seam: the log up to there lies in the archive.  seq 0: nothing does. */
struct seam { struct chain c; int64_t at_ms; };
int seam_read(struct store *st, struct seam *out);	/* 0 or -1 */

/*
 * Folds up to max entries on; how many were folded, -1 on error.  *publish 1: signs a head too, once
 * the end of the log is reached, and is 0 when that was done.
 */
int logbook_seal(struct store *st, int max, int *publish, const uint8_t sign_seed[32],
    int64_t now_ms);

/* An entry is written within so long after its time, and a head within that of the log's end. */
#define HEAD_SLACK_MS 60000

#define KEY_ID_CHARS 16
struct head { int64_t seq, at_ms; char chain[65], key[KEY_ID_CHARS + 1]; };
/* Reads a head's line; 0, -1 when it has another form.  *covered: how many bytes its signature covers. */
int head_parse(struct head *h, const char *line, uint8_t sig[SIGN_BYTES], size_t *covered);

/* Public keys that our own vouches for, its own first. */
struct signers {
	struct signer {
		char id[KEY_ID_CHARS + 1], by[KEY_ID_CHARS + 1];	/* by: the key before it, "-" none */
		uint8_t public[32];
		int64_t at_ms;
		struct buf line;
	} *list;
	size_t n;
};
/* Reads a key's line, which the key itself must have signed; 0 with a line to release, or -1. */
int signer_parse(struct signer *out, const char *line);
void signers_release(struct signers *s);
/*
 * Puts our key on record, if it is not: after a change of keys with the signature of the one before
 * it, secrets/sign_previous.  0 or -1.
 */
int signers_register(struct store *st, const uint8_t seed[32], int64_t now_ms);
/* Those on record that a chain of signatures ties to this public key; -1 when the store gives none. */
int signers_read(struct store *st, const uint8_t public[32], struct signers *out);
/* 0 when one of them signed this head. */
int head_verify(const struct signers *s, const char *line, struct head *out);
void key_id(char out[KEY_ID_CHARS + 1], const uint8_t public[32]);
#endif
