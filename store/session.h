#ifndef KENTONGAN_SESSION_H
#define KENTONGAN_SESSION_H
/*
 * Who is logged in, and who tried.  The browser holds a token of 256 bits, the store only its
 * digest.  A session ends by itself after idle_ms without a request and after most_ms whatever
 * happens, by the store's clock; at once with its officer's password, service or log-out.
 *
 * Errors  -1: the store did not answer.
 */
#include "store/account.h"

struct session {
	char kept[65];			/* digest of its token */
	char officer[OFFICER_ID_CHARS];
	int64_t begun_ms, seen_ms;
	int64_t proven_ms;		/* the password was last typed then */
	int by_factor;			/* he typed a code of his telephone, then or since */
	int lacks_factor;		/* his role needs a second factor, and he has none yet */
};

/*
 * Begins one for whom the account, as it was read when his password was checked, lets in; the token is for the
 * cookie alone.  0; 1 the password was set anew meanwhile or a factor set up, and there is none; -1.
 */
int session_begin(struct store *st, const struct account *checked, int lacks_factor, int by_factor, int64_t now_ms,
    char token[TOKEN_CHARS + 1], struct session *s);
/* 1 there is one, alive or over; 0 there is none such; -1. */
int session_find(struct store *st, const char *token, struct session *s);
/* 1 it lives, and its last request was now; 0 it is over, and gone; -1. */
int session_lives(struct store *st, struct session *s, int64_t now_ms, int64_t idle_ms, int64_t most_ms);
/* It was used, or something else of it changed.  0; 1 it was ended meanwhile, and stays so; -1. */
int session_keep(struct store *st, const struct session *s);
/* The same session under another token: the one before opens nothing any more.  As session_keep(). */
int session_renew(struct store *st, struct session *s, char token[TOKEN_CHARS + 1]);
int session_end(struct store *st, const struct session *s);
/* All of an officer.  How many; -1: some may go on. */
int sessions_end_of(struct store *st, const char *officer);
/* Those that are over for longer than most_ms, and failures of yesterday. */
void sessions_sweep(struct store *st, int64_t now_ms, int64_t most_ms);

/*
 * How long who comes from there under that name has to wait now; 0 not at all.  From the fifth
 * failure on, doubling from a second to five minutes; a name is never shut for good.
 */
#define FAILURES_FREE 4
int64_t login_wait_ms(struct store *st, const char *name, const char *peer, int64_t now_ms);
/* One more failure, or none any more; how many there are now, -1. */
int login_failed(struct store *st, const char *name, const char *peer, int64_t now_ms);
int login_worked(struct store *st, const char *name, const char *peer);
#endif
