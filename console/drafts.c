#include "console/drafts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/access.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/words.h"

struct draft {
	struct console *c;
	struct draft *next;
	struct event *turn;
	struct drawing *drawing;
	char id[BROADCAST_ID_CHARS], by[OFFICER_ID_CHARS];
	int64_t seen_ms;		/* monotonic */
	const char *why;		/* it could not be drawn up; "" it goes on */
};

static void
draft_free(struct draft *d)
{
	if (d->turn != NULL)
		event_free(d->turn);
	drawing_free(d->drawing);
	free(d);
}

void
draft_drop(struct console *c, struct draft *d)
{
	struct draft **at = &c->drafts;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	draft_free(d);
}

static void
turn_after(struct draft *d, int64_t ms)
{
	const struct timeval nap = ms_to_timeval(ms);

	if (event_add(d->turn, &nap) != 0)
		abort();		/* out of memory, as xcalloc() */
}

static const char *
no_longer_wanted(const struct draft *d)
{
	const struct house *h = &d->c->h;
	const struct officer *o = officer_find(&h->roster, d->by);

	if (clock_mono_ms() - d->seen_ms >= h->set.broadcast_unseen_ms)
		return "unseen";
	return o == NULL || !access_may(h->policy, o, MAY_BROADCAST, NULL) ? "not allowed any more" : NULL;
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct draft *d = arg;
	const char *reason = no_longer_wanted(d);
	int rc;

	(void)fd, (void)what;
	if (reason != NULL) {
		log_info("draft_dropped", "id=%s officer=%s why=\"%s\"", d->id, d->by, reason);
		draft_drop(d->c, d);
		return;
	}
	if (d->why[0] != '\0') {	/* what went wrong stays to be read */
		turn_after(d, d->c->h.set.broadcast_unseen_ms);
		return;
	}
	FAULT_POINT("before_draft_step");
	rc = drawing_step(d->drawing);
	if (rc > 0) {
		turn_after(d, 1);	/* others first */
	} else if (rc == 0) {
		log_info("draft_ready", "id=%s officer=%s", d->id, d->by);
		draft_drop(d->c, d);
	} else {
		d->why = drawing_why(d->drawing);
		log_warn("draft_failed", "id=%s officer=%s", d->id, d->by);
		turn_after(d, d->c->h.set.broadcast_unseen_ms);
	}
}

/* He has read what went wrong with his last ones, for he begins anew. */
static void
drop_failed(struct console *c, const char *officer)
{
	struct draft *next;

	for (struct draft *d = c->drafts; d != NULL; d = next) {
		next = d->next;
		if (d->why[0] != '\0' && strcmp(d->by, officer) == 0)
			draft_drop(c, d);
	}
}

const char *
draft_begin(struct console *c, struct broadcast *b, int *busy, const char **why)
{
	struct draft *d;

	drop_failed(c, b->by);
	*busy = drafts_under_way(c) >= c->h.set.broadcast_drafts;
	*why = SAID("beberapa siaran sedang disusun; coba lagi sebentar lagi");
	if (*busy)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->drawing = drawing_new(&c->h, b, why);
	if (d->drawing == NULL) {
		draft_free(d);
		return NULL;
	}
	d->turn = event_new(c->d->base, -1, 0, on_turn, d);
	if (d->turn == NULL)
		abort();		/* out of memory, as xcalloc() */
	d->c = c;
	snprintf(d->id, sizeof(d->id), "%s", drawing_of(d->drawing)->id);
	snprintf(d->by, sizeof(d->by), "%s", drawing_of(d->drawing)->by);
	d->why = "";
	d->seen_ms = clock_mono_ms();
	d->next = c->drafts;
	c->drafts = d;
	turn_after(d, 1);
	return d->id;
}

struct draft *
draft_find(struct console *c, const char *id)
{
	for (struct draft *d = c->drafts; d != NULL; d = d->next)
		if (strcmp(d->id, id) == 0)
			return d;
	return NULL;
}

void
draft_seen(struct draft *d, const char *officer)
{
	if (strcmp(d->by, officer) == 0)
		d->seen_ms = clock_mono_ms();
}

const struct drawing *draft_drawing(const struct draft *d) { return d->drawing; }
const char *draft_why(const struct draft *d) { return d->why; }
struct draft *draft_first(const struct console *c) { return c->drafts; }
struct draft *draft_next(const struct draft *d) { return d->next; }

/* One that failed waits only to be read about. */
int
drafts_under_way(const struct console *c)
{
	int n = 0;

	for (const struct draft *d = c->drafts; d != NULL; d = d->next)
		n += d->why[0] == '\0';
	return n;
}

void
drafts_release(struct console *c)
{
	while (c->drafts != NULL)
		draft_drop(c, c->drafts);
}
