#ifndef KENTONGAN_SAID_H
#define KENTONGAN_SAID_H
/*
 * Which case a message of ours was about, by the platform's own id of it: who answers by quoting
 * says with that what he means.  One hash per UTC day (KEY_SAID); ids are kept as keyed hashes.
 */
#include "store/store.h"

/* Days after which the sweeper drops them; router.follow_up is shorter. */
#define SAID_DAYS 91

/* The field of a message by its route and the platform's id of it; routes of one platform are one. */
void said_field(char out[LOOKUP_CHARS + 1], const struct store *st, const char *route, const char *id);
/* The key of what was said on the UTC day of that time. */
void said_key(struct redis_args *out, const struct store *st, int64_t at_ms);
#endif
