#ifndef KENTONGAN_ACCOUNT_H
#define KENTONGAN_ACCOUNT_H
/*
 * How officers log in.  An account is a sealed document of its own beside the officer's, changed only
 * by logged commands; the log says that it changed, never to what.
 *
 * Password   argon2id in PHC form (RFC 9106; libsodium), 64 MiB, 3 passes.
 * One-time   a link's token is kept as its BLAKE2b; it opens one change of the password.
 * Units      int64_t milliseconds, UTC, by the store's clock.
 */
#include "core/roster.h"
#include "lib/totp.h"
#include "store/store.h"

#define ACCOUNT_HASH_CHARS 128
#define TOKEN_CHARS 43			/* 256 random bits, base 64 for addresses */

struct account {
	char officer[OFFICER_ID_CHARS];
	char hash[ACCOUNT_HASH_CHARS];	/* "" no password yet */
	int64_t changed_ms;		/* sessions begun before are over */
	uint8_t totp[TOTP_SECRET_BYTES]; int has_totp;
	int64_t totp_step;		/* the last one used */
	char once[65];			/* hex, of the token; "" none is out */
	int64_t once_until_ms;
	char feed[65]; int64_t feed_ms;	/* of the token in his feeds' address, and its making; "" none */
	int64_t version;		/* 0: there is none yet */
};
/* 1, 0 there is none (a is then empty but for the officer), -1 no answer or damaged. */
int account_load(struct store *st, const char *officer, struct account *a);
/*
 * Writes it over the version that was read: 0; 1 somebody else was faster; -1 with store_error().
 * what stands in the log: sandi, tautan, faktor, masuk, umpan; who is its author.
 */
int account_put(struct store *st, const struct account *a, const char *what, const char *who);
void account_wipe(struct account *a);
/*
 * A new link for him, good for life_ms, in place of one that is out; the path with the token, which
 * stands nowhere else.  0; -1 with store_error().
 */
int account_offer(struct store *st, const char *officer, int64_t life_ms, const char *who,
    struct buf *path);

/* A fresh token, and what is kept of it. */
void token_make(char token[TOKEN_CHARS + 1], char kept[65]);
void token_keep(char kept[65], const char *token);

#define PASSWORD_LEAST 12
#define PASSWORD_MOST 128
/*
 * NULL if it may be a password, else what is wrong with it, in Indonesian (NIST SP 800-63B: length and
 * a list of common ones, no rules of composition).
 */
const char *password_refused(const char *password, size_t len, const char *officer);
/* Slow, on purpose: not in an event loop.  0 or -1 (no memory). */
int password_hash(char out[ACCOUNT_HASH_CHARS], const char *password, size_t len);
/* Made with less than today's cost: to be made anew when the password is at hand. */
int password_is_cheap(const char *hash);
/* 1, 0.  hash "" takes as long and is 0. */
int password_fits(const char *hash, const char *password, size_t len);
#endif
