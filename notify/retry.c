#include "notify/retry.h"

#include <stddef.h>

#define RETRY_MAX_MS INT64_C(3600000)

struct retry_plan
retry_after(const struct send_result *r, int tries, int tries_max, int64_t base_ms, int64_t now_ms,
    int64_t not_after_ms, uint32_t jitter)
{
	int gateway_fault = r->outcome == SEND_RETRY && r->pause_ms > 0;
	int64_t wait = base_ms;

	if (r->outcome == SEND_DONE)
		return (struct retry_plan){ "sent", 0 };
	if (r->outcome == SEND_FINAL || (tries + 1 >= tries_max && !gateway_fault))
		return (struct retry_plan){ "undeliverable", 0 };
	for (int i = 0; i < tries && wait < RETRY_MAX_MS; i++)
		wait *= 2;
	if (gateway_fault)
		wait = r->pause_ms;
	if (wait > RETRY_MAX_MS)
		wait = RETRY_MAX_MS;
	wait = wait * 8 / 10 + wait * 4 / 10 * (int64_t)(jitter % 1000) / 1000;
	if (r->retry_after_ms > wait)
		wait = r->retry_after_ms;
	if (not_after_ms != 0 && now_ms + wait > not_after_ms)
		return (struct retry_plan){
			r->outcome == SEND_UNKNOWN ? "undeliverable" : "expired", 0
		};
	return (struct retry_plan){ NULL, now_ms + wait };
}
