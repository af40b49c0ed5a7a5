#include "sla/archiving.h"

#include <string.h>

#include "lib/log.h"
#include "store/archiver.h"

/* Deadlines come first: between two rounds the engine has its turn. */
#define BETWEEN_MS 100
#define IN_VAIN_MOST (10 * 60 * 1000 / BETWEEN_MS)	/* an archiver that stands still holds its lock */

int64_t
archiving_run(struct archiving *a)
{
	struct house *h = a->h;
	struct archive_plan plan;
	struct archive_done done;
	enum archive_result result;
	int64_t now = store_now_ms(&h->st);
	struct retired retired;

	if (now == 0)
		return h->set.heartbeat_ms;	/* the store is away: it may be back soon */
	archive_plan_at(&plan, &h->set, now);
	result = archiver_round(&h->st, &plan, &done);
	a->in_vain = result == ARCHIVE_MOVED ? a->in_vain + 1 : 0;
	if (result == ARCHIVE_MOVED && a->in_vain < IN_VAIN_MOST)
		return BETWEEN_MS;
	if (result != ARCHIVE_OK) {
		a->in_vain = 0;
		/* A store that is away has its own alarm. */
		if (redis_pipe_is_up(h->st.pipe))
			house_alarm(h, "archive", "arsip", store_error(&h->st));
		return h->set.archive_every_ms;
	}
	if (done.entries > 0) {
		log_info("archived", "entries=%d cases=%d heads=%d", done.entries, done.cases, done.heads);
		a->moved = 1;
		return BETWEEN_MS;
	}
	if (a->moved) {
		a->moved = 0;
		if (archiver_retire(&h->st, &retired) != 0)
			log_warn("not_retired", "err=\"%s\"",
			    log_quote(store_error(&h->st), strlen(store_error(&h->st))));
		else if (retired.versions + retired.officers > 0)
			log_info("retired", "versions=%d officers=%d", retired.versions, retired.officers);
	}
	return h->set.archive_every_ms;
}
