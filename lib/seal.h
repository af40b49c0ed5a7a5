#ifndef KENTONGAN_SEAL_H
#define KENTONGAN_SEAL_H
/*
 * Sealing, hashing, signing by libsodium.
 *
 * Sealed bytes: 24-byte nonce || XChaCha20-Poly1305-IETF ciphertext || 16-byte tag
 * (draft-irtf-cfrg-xchacha-03).  A case has a data key of its own; the data key is wrapped (sealed)
 * under the key file's key, so that erasing the wrapped key erases the case.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define SEAL_KEY_BYTES 32
#define SEAL_OVERHEAD 40		/* nonce and tag */
#define SEAL_WRAPPED_BYTES (SEAL_KEY_BYTES + SEAL_OVERHEAD)
#define DIGEST_BYTES 32
#define SIGN_BYTES 64

struct seal_key { uint8_t bytes[SEAL_KEY_BYTES]; };

/* Once per process before anything else here; ends the process if libsodium cannot start. */
void seal_init(void);

/* purpose separates uses (it is the associated data): "laporan", "case", "message", "wrap". */
void seal_add(struct buf *out, const struct seal_key *key, const char *purpose,
    const void *plain, size_t len);
/* -1 if the bytes were not sealed by this key for this purpose; out is then unchanged. */
int seal_open(struct buf *out, const struct seal_key *key, const char *purpose,
    const void *sealed, size_t len);
void seal_key_random(struct seal_key *key);
/* Wraps a data key; out gets SEAL_WRAPPED_BYTES.  Unwrap: 0 or -1. */
void seal_wrap(uint8_t out[SEAL_WRAPPED_BYTES], const struct seal_key *master,
    const struct seal_key *key);
int seal_unwrap(struct seal_key *key, const struct seal_key *master, const void *wrapped,
    size_t len);

/* BLAKE2b-256 (RFC 7693); keyed when key is not NULL. */
void digest_of(uint8_t out[DIGEST_BYTES], const struct seal_key *key, const void *data, size_t len);
/* The chain step: BLAKE2b(previous || data). */
void digest_chain(uint8_t out[DIGEST_BYTES], const uint8_t previous[DIGEST_BYTES], const void *data,
    size_t len);
/*
 * Look-up key of a phone number or chat id: first 16 bytes of the keyed BLAKE2b, as 32
 * hex digits.
 */
#define LOOKUP_CHARS 32
void lookup_of(char out[LOOKUP_CHARS + 1], const struct seal_key *key, const char *channel_id);

/* SHA-256 (FIPS 180-4): only to compare with what a platform says of a file. */
void sha256_of(uint8_t out[32], const void *data, size_t len);
/* HMAC-SHA256 (RFC 2104). */
/*
 * SHA-1 only where a gateway signs with it (RFC 2104): its collisions do not help to forge a MAC.
 */
void hmac_sha1(uint8_t out[20], const void *key, size_t key_len, const void *data, size_t len);
void hmac_sha256(uint8_t out[32], const void *key, size_t key_len, const void *data, size_t len);
/* Constant time; 1 if equal. */
int equal_secret(const void *a, const void *b, size_t len);
void random_bytes(void *out, size_t len);

/* Ed25519 (RFC 8032): seed is the 32-byte secret file. */
void sign_public(uint8_t pub[32], const uint8_t seed[32]);
void sign_bytes(uint8_t sig[SIGN_BYTES], const uint8_t seed[32], const void *data, size_t len);
int sign_verify(const uint8_t sig[SIGN_BYTES], const uint8_t pub[32], const void *data, size_t len);

/*
 * Reads DIR/secrets/NAME, trailing newline dropped.  Refuses a file that others than its owner may
 * read.  -1 with the reason appended to errors.
 */
int secret_read(const char *dir, const char *name, struct buf *out, struct buf *errors);
/* The same for a 32-byte key written as 64 hex digits. */
int secret_key(const char *dir, const char *name, struct seal_key *key, struct buf *errors);
/* Makes the file with random bytes (64 hex digits, mode 0400) unless it is there.  0 or -1. */
int secret_ensure(const char *dir, const char *name, struct buf *errors);
#endif
