/* Everything that leaves the house: claims from the outbox, sends, marks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/httpc.h"
#include "notify/receipts.h"

#define CONNECTIONS_MAX 128

struct notify {
	struct house h;
	struct httpc *http;
	struct outlane *lanes;		/* lanes_n, as what follows */
	const char **routes;
	int64_t *first_ms;		/* of each lane, when something of it is due */
	size_t lanes_n;
	struct receipts receipts;
	struct event *tick;
};

/* One round of each lane that has something to do; milliseconds until the next is worth its while. */
static int64_t
run_lanes(struct notify *n)
{
	int64_t wait = n->h.set.notify_nap_ms;
	int known = outbox_firsts(&n->h.st, n->routes, n->lanes_n, n->first_ms) == 0;

	for (size_t i = 0; !n->h.daemon->stopping && i < n->lanes_n; i++) {
		int64_t next = known && outlane_rests(&n->lanes[i], n->first_ms[i]) ?
		    n->first_ms[i] - house_now_ms(&n->h) : outlane_run(&n->lanes[i]);

		wait = next < wait ? next : wait;
	}
	return wait > 0 ? wait : 0;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct notify *n = arg;
	int64_t wait = n->h.set.notify_nap_ms;
	struct timeval tv;

	(void)fd, (void)what;
	if (n->h.serving && !n->h.daemon->stopping) {
		wait = run_lanes(n);
		receipts_look(&n->receipts, n->lanes, n->lanes_n);
	}
	tv = ms_to_timeval(wait);
	event_add(n->tick, &tv);
}

/* What is in the air is waited for: its outcome must not become unknown by a mere restart. */
static int
on_idle(void *arg)
{
	const struct notify *n = arg;

	for (size_t i = 0; i < n->lanes_n; i++)
		if (outlane_is_busy(&n->lanes[i]))
			return 0;
	return 1;
}

/* What is still in the air when its lease ends is taken by another, and goes out twice. */
static int
outlasts_lease(const struct house *h, const struct channel *c)
{
	int64_t lease_ms = c->lease_ms > 0 ? c->lease_ms : h->set.notify_lease_ms;

	if (c->longest_ms < lease_ms)
		return 0;
	fprintf(stderr, "kentongan.yaml: %s: %" PRId64 " ms, must be shorter than %s (%" PRId64 " ms), or a message goes out "
	    "twice\n", c->longest_by, c->longest_ms, c->lease_ms > 0 ? "media.lease" : "notify.lease", lease_ms);
	return 1;
}

static int
notify_init(void *self, struct daemon *d, const char *port)
{
	struct notify *n = self;
	struct timeval now = { 0, 0 };

	(void)port;
	d->on_idle = on_idle;
	d->arg = n;
	n->http = httpc_new(d->base, CONNECTIONS_MAX);
	n->lanes = xcalloc(ways_out_n, sizeof(*n->lanes));
	n->routes = xcalloc(ways_out_n, sizeof(*n->routes));
	n->first_ms = xcalloc(ways_out_n, sizeof(*n->first_ms));
	receipts_init(&n->receipts, &n->h);
	for (size_t i = 0; i < ways_out_n; i++) {
		const struct ways_env env = { &n->h, d->base, n->http, d->dir };
		struct channel c = { .route = ways_out[i].route };
		int opened = ways_out[i].open(&c, &env);
		struct outlane *l = &n->lanes[n->lanes_n];

		if (opened > 0 && ways_out[i].spare)
			continue;
		if (opened < 0 ||
		    (opened > 0 && channel_file_init(&c, ways_out[i].route, d->dir) != 0))
			return -1;
		if (outlasts_lease(&n->h, &c)) {
			if (c.release != NULL)
				c.release(&c);
			return -1;
		}
		n->lanes_n++;
		if (outlane_init(l, &n->h, d->base, &c) != 0)
			return -1;
	}
	for (size_t i = 0; i < n->lanes_n; i++) {
		outlane_join(&n->lanes[i], n->lanes, n->lanes_n);
		n->routes[i] = n->lanes[i].channel.route;
	}
	n->tick = event_new(d->base, -1, 0, on_tick, n);
	if (n->tick == NULL || house_start(&n->h, d) != 0)
		return -1;
	event_add(n->tick, &now);
	daemon_ready(d, "");
	return 0;
}

static void
notify_release(void *self)
{
	struct notify *n = self;

	if (n->tick != NULL)
		event_free(n->tick);
	if (n->http != NULL)
		httpc_free(n->http);	/* first: what is in the air is answered "unknown" */
	for (size_t i = 0; i < n->lanes_n; i++)
		outlane_release(&n->lanes[i]);
	free(n->lanes);
	free(n->routes);
	free(n->first_ms);
	receipts_release(&n->receipts);
}

int
main(int argc, char **argv)
{
	static const struct house_life life = {
		"notify", NULL, notify_init, notify_release, NULL
	};
	static struct notify notify;

	return house_main(&life, &notify.h, &notify, argc, argv);
}
