#include "sla/retaining.h"

#include <string.h>

#include "lib/log.h"

/* Deadlines come first: between two parts the engine has its turn. */
#define BETWEEN_MS 100

int64_t
retaining_run(struct retaining *t)
{
	struct house *h = t->h;
	struct retention_done done;
	int rc;

	if (store_now_ms(&h->st) == 0)
		return h->set.heartbeat_ms;	/* the store is away: it may be back soon */
	rc = retention_round(h, &t->r, &done);
	t->all.erased += done.erased;
	t->all.held += done.held;
	t->all.waiting += done.waiting;
	if (rc > 0)
		return BETWEEN_MS;
	if (rc < 0 && redis_pipe_is_up(h->st.pipe))	/* a store that is away has its own alarm */
		house_alarm(h, "retention", RETENTION_NAME, store_error(&h->st));
	if (t->all.erased + t->all.held + t->all.waiting > 0)
		log_info("retention", "erased=%d held=%d waiting=%d", t->all.erased, t->all.held, t->all.waiting);
	memset(&t->all, 0, sizeof(t->all));
	return h->set.retention_every_ms;
}
