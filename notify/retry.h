#ifndef KENTONGAN_RETRY_H
#define KENTONGAN_RETRY_H
/* When to try again, and when to give up: pure. */
#include <stdint.h>

#include "notify/channel.h"

struct retry_plan { const char *state; int64_t at_ms; };	/* state NULL: again at at_ms */

/*
 * base_ms doubles with every try up to an hour, with +-20 % from jitter (any number); a gateway's
 * Retry-After is honoured when longer.  After tries_max tries, or past not_after, it is over.
 * While a whole gateway stands still (SEND_RETRY with a pause_ms) no message is given up for it, and
 * each is tried again after about the pause: an outage of six hours costs nothing but six hours.
 */
struct retry_plan retry_after(const struct send_result *r, int tries, int tries_max,
    int64_t base_ms, int64_t now_ms, int64_t not_after_ms, uint32_t jitter);
#endif
