#include "notify/second.h"

#include <string.h>

#include "lib/log.h"

#define ROUND 32

static const char *
second_of(const struct outlane *lanes, size_t n, const struct outbox_overdue *o)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(lanes[i].channel.route, o->route) == 0)
			return o->item.readable && lanes[i].channel.second != NULL ?
			    lanes[i].channel.second(&o->item) : NULL;
	return NULL;
}

void
second_run(struct house *h, const struct outlane *lanes, size_t n)
{
	struct outbox_overdue late[ROUND];
	int64_t now;
	int found = outbox_overdue(&h->st, h->set.receipt_wait_ms, ROUND, late, &now);

	for (int i = 0; i < found; i++) {
		const char *route = second_of(lanes, n, &late[i]);

		if (outbox_reroute(&h->st, &late[i], route, now) == 1)
			log_warn("second_way", "message=%s route=%s to=%s why=%s", late[i].item.id,
			    late[i].route, route != NULL ? route : "-",
			    late[i].failed ? "failed" : "unconfirmed");
		outbox_item_release(&late[i].item);
	}
}
