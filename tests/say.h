#ifndef KENTONGAN_SAY_H
#define KENTONGAN_SAY_H
/*
 * One text as each way in brings it, signed: for tests that walk every channel, and for the bench.
 *
 * Ownership  zero a struct said before its first use; said_release() frees it.
 */
#include <stdint.h>

#include "lib/buf.h"

struct said {
	struct buf path;
	struct buf type, proof;		/* whole header lines, "" none */
	struct buf body;		/* empty: a GET */
};
void said_release(struct said *s);

/* A way in, the secret that proves it (a file of DIR/secrets), and the route of its answers. */
struct say_way {
	const char *name, *secret, *route;
	void (*say)(struct said *out, const char *secret, int number, const char *from, const char *text);
	const char *sender;		/* what stands before a sender's digits */
};
extern const struct say_way say_ways[];
extern const size_t say_ways_n;

/* Settings under which all of them are open. */
#define SAY_SETTINGS "sms_map:\n  signature: hmac-sha256\nx:\n  user_id: '1111111111111111111'\n"

/*
 * Fills out anew.  number makes the message's id, each its own; from is the sender's address as
 * answers name it; text goes into JSON as it is: no quote, no backslash.
 */
void say(struct said *out, const struct say_way *way, const char *secret, int number, const char *from,
    const char *text);
#endif
