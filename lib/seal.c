#include "lib/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "lib/config.h"
#include "lib/escape.h"
#include "lib/log.h"

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define SECRET_LIMIT 4096

_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");
_Static_assert(SEAL_OVERHEAD == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
    crypto_aead_xchacha20poly1305_ietf_ABYTES, "overhead");
_Static_assert(SIGN_BYTES == crypto_sign_BYTES, "signature size");

/*
 * Random bytes are asked of the kernel a page at a time: a system call for every nonce was a tenth
 * of the intake.  Bytes leave the pool once and are wiped; a child never uses its parent's.
 */
static struct { unsigned char bytes[4096]; size_t left; } pool;

static void
forget_pool(void)
{
	sodium_memzero(&pool, sizeof(pool));
}

static void
draw(void *out, size_t len)
{
	if (len > sizeof(pool.bytes)) {
		randombytes_buf(out, len);
		return;
	}
	if (pool.left < len) {
		randombytes_buf(pool.bytes, sizeof(pool.bytes));
		pool.left = sizeof(pool.bytes);
	}
	pool.left -= len;
	memcpy(out, pool.bytes + pool.left, len);
	sodium_memzero(pool.bytes + pool.left, len);
}

void
seal_init(void)
{
	if (sodium_init() >= 0 && pthread_atfork(NULL, NULL, forget_pool) == 0)
		return;
	log_error("sodium_failed", "err=\"no source of randomness\"");
	exit(EXIT_FAILURE);
}

static void
seal_into(unsigned char *to, const struct seal_key *key, const char *purpose,
    const void *plain, size_t len)
{
	draw(to, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(to + NONCE_BYTES, NULL, plain, len,
	    (const unsigned char *)purpose, strlen(purpose), NULL, to, key->bytes);
}

static int
open_into(unsigned char *to, const struct seal_key *key, const char *purpose,
    const unsigned char *sealed, size_t len)
{
	if (len < SEAL_OVERHEAD)
		return -1;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(to, NULL, NULL, sealed + NONCE_BYTES,
	    len - NONCE_BYTES, (const unsigned char *)purpose, strlen(purpose), sealed, key->bytes);
}

void
seal_add(struct buf *out, const struct seal_key *key, const char *purpose,
    const void *plain, size_t len)
{
	seal_into((unsigned char *)buf_room(out, len + SEAL_OVERHEAD), key, purpose, plain, len);
	buf_added(out, len + SEAL_OVERHEAD);
}

int
seal_open(struct buf *out, const struct seal_key *key, const char *purpose,
    const void *sealed, size_t len)
{
	if (len < SEAL_OVERHEAD)
		return -1;
	if (open_into((unsigned char *)buf_room(out, len - SEAL_OVERHEAD), key, purpose, sealed,
	    len) != 0) {
		buf_cut(out, out->len);		/* its NUL again */
		return -1;
	}
	buf_added(out, len - SEAL_OVERHEAD);
	return 0;
}

void
seal_key_random(struct seal_key *key)
{
	draw(key->bytes, sizeof(key->bytes));
}

void
seal_wrap(uint8_t out[SEAL_WRAPPED_BYTES], const struct seal_key *master,
    const struct seal_key *key)
{
	seal_into(out, master, "wrap", key->bytes, sizeof(key->bytes));
}

int
seal_unwrap(struct seal_key *key, const struct seal_key *master, const void *wrapped, size_t len)
{
	if (len != SEAL_WRAPPED_BYTES)
		return -1;
	return open_into(key->bytes, master, "wrap", wrapped, len);
}

void
digest_of(uint8_t out[DIGEST_BYTES], const struct seal_key *key, const void *data, size_t len)
{
	crypto_generichash(out, DIGEST_BYTES, data, len, key != NULL ? key->bytes : NULL,
	    key != NULL ? sizeof(key->bytes) : 0);
}

void
digest_chain(uint8_t out[DIGEST_BYTES], const uint8_t previous[DIGEST_BYTES], const void *data,
    size_t len)
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
	crypto_generichash_update(&state, previous, DIGEST_BYTES);
	crypto_generichash_update(&state, data, len);
	crypto_generichash_final(&state, out, DIGEST_BYTES);
}

void
lookup_of(char out[LOOKUP_CHARS + 1], const struct seal_key *key, const char *channel_id)
{
	uint8_t digest[DIGEST_BYTES];

	digest_of(digest, key, channel_id, strlen(channel_id));
	sodium_bin2hex(out, LOOKUP_CHARS + 1, digest, LOOKUP_CHARS / 2);
}

void
sha256_of(uint8_t out[32], const void *data, size_t len)
{
	crypto_hash_sha256(out, data, len);
}

void
hmac_sha1(uint8_t out[20], const void *key, size_t key_len, const void *data, size_t len)
{
	if (HMAC(EVP_sha1(), key, (int)key_len, data, len, out, NULL) == NULL)
		abort();	/* memory */
}

void
hmac_sha256(uint8_t out[32], const void *key, size_t key_len, const void *data, size_t len)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_len);
	crypto_auth_hmacsha256_update(&state, data, len);
	crypto_auth_hmacsha256_final(&state, out);
}

int
equal_secret(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void
random_bytes(void *out, size_t len)
{
	draw(out, len);
}

void
sign_public(uint8_t pub[32], const uint8_t seed[32])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	crypto_sign_seed_keypair(pub, secret, seed);
	sodium_memzero(secret, sizeof(secret));
}

void
sign_bytes(uint8_t sig[SIGN_BYTES], const uint8_t seed[32], const void *data, size_t len)
{
	uint8_t pub[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];

	crypto_sign_seed_keypair(pub, secret, seed);
	crypto_sign_detached(sig, NULL, data, len, secret);
	sodium_memzero(secret, sizeof(secret));
}

int
sign_verify(const uint8_t sig[SIGN_BYTES], const uint8_t pub[32], const void *data, size_t len)
{
	return crypto_sign_verify_detached(sig, data, len, pub);
}

static int
secret_path(struct buf *path, const char *dir, const char *name, struct buf *errors)
{
	buf_addf(path, "%s/secrets/%s", dir, name);
	if (name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL)
		return 0;
	buf_addf(errors, "%s: not the name of a secret\n", buf_str(path));
	return -1;
}

int
secret_read(const char *dir, const char *name, struct buf *out, struct buf *errors)
{
	struct buf path = { 0 };
	size_t begin = out->len;
	struct stat st;
	int rc = -1;

	if (secret_path(&path, dir, name, errors) != 0)
		goto out;
	if (stat(buf_str(&path), &st) != 0) {
		buf_addf(errors, "%s: %s\n", buf_str(&path), strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0) {
		buf_addf(errors, "%s: must be a file that only its owner may read (chmod 0400)\n",
		    buf_str(&path));
		goto out;
	}
	if (file_read(buf_str(&path), SECRET_LIMIT, out) != 0) {
		buf_addf(errors, "%s: %s\n", buf_str(&path), strerror(errno));
		goto out;
	}
	if (out->len > begin && out->data[out->len - 1] == '\n')
		buf_cut(out, out->len - 1);
	if (out->len == begin) {
		buf_addf(errors, "%s: is empty\n", buf_str(&path));
		goto out;
	}
	rc = 0;
out:
	buf_release(&path);
	return rc;
}

int
secret_key(const char *dir, const char *name, struct seal_key *key, struct buf *errors)
{
	struct buf text = { 0 };
	int rc = -1;

	if (secret_read(dir, name, &text, errors) != 0)
		goto out;
	if (text.len != SEAL_KEY_BYTES * 2 || hex_decode(key->bytes, text.data, text.len) != 0) {
		buf_addf(errors, "%s/secrets/%s: must be %d hex digits\n", dir, name,
		    SEAL_KEY_BYTES * 2);
		goto out;
	}
	rc = 0;
out:
	buf_wipe(&text);
	return rc;
}

/* A file under a name of its own, then link(): of two starters one wins, and both read the same. */
static int
make_secret(const char *path)
{
	struct buf own = { 0 }, text = { 0 };
	uint8_t bytes[SEAL_KEY_BYTES];
	int rc, saved;

	draw(bytes, sizeof(bytes));
	buf_addf(&own, "%s.%ld", path, (long)getpid());
	buf_add_hex(&text, bytes, sizeof(bytes));
	buf_addc(&text, '\n');
	rc = file_write(buf_str(&own), text.data, text.len, 0400);
	if (rc == 0 && link(buf_str(&own), path) != 0 && errno != EEXIST)
		rc = -1;
	saved = errno;
	unlink(buf_str(&own));
	sodium_memzero(bytes, sizeof(bytes));
	buf_wipe(&text);
	buf_release(&own);
	errno = saved;
	return rc;
}

int
secret_ensure(const char *dir, const char *name, struct buf *errors)
{
	struct buf path = { 0 }, folder = { 0 };
	int rc = -1;

	if (secret_path(&path, dir, name, errors) != 0)
		goto out;
	buf_addf(&folder, "%s/secrets", dir);
	if (access(buf_str(&path), F_OK) == 0) {
		rc = 0;
		goto out;
	}
	if ((mkdir(buf_str(&folder), 0700) != 0 && errno != EEXIST) ||
	    make_secret(buf_str(&path)) != 0) {
		buf_addf(errors, "%s: %s\n", buf_str(&path), strerror(errno));
		goto out;
	}
	rc = 0;
out:
	buf_release(&path);
	buf_release(&folder);
	return rc;
}
