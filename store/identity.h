#ifndef KENTONGAN_IDENTITY_H
#define KENTONGAN_IDENTITY_H
/*
 * Whether somebody is who a number belongs to: a code of six digits goes there, and he says it.  It lives
 * for identity.life; until then the same number is asked once and guessed at identity.tries times.  The
 * store keeps a keyed hash of the code under the keyed hash of the number.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/code.h"
#include "store/house.h"

/*
 * Whom to ask: his keyed hash, where he is reached, in which language, and the case that he wrote, NULL none.
 * kind: of the text that says it; NULL the desk's.
 */
struct identity { const char *lookup, *route, *to, *lang; const struct code *about; const char *kind; };
#define IDENTITY_DIGITS 6	/* of the code that is sent to a telephone */
enum identity_result {
	IDENTITY_OK,
	IDENTITY_SOON,		/* asked: he has a code that still lives */
	IDENTITY_NONE,		/* proving: there is no code, or it is too old */
	IDENTITY_WRONG,
	IDENTITY_SPENT,		/* guessed too often */
	IDENTITY_FAILED		/* store_error() says why */
};
/* Both stand in the log, with who asks and the case, never with the number or the code. */
enum identity_result identity_ask(struct house *h, const struct identity *who, const char *by);
/* A code that is right is used up. */
enum identity_result identity_prove(struct house *h, const struct identity *who, const char *digits, const char *by);
/* Forgets codes from before that time. */
void identity_sweep(struct store *st, int64_t before_ms);
#endif
