/* Everything that leaves the house: claims from the outbox, sends, marks. */
#include <stdlib.h>

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/httpc.h"
#include "notify/second.h"

#define CONNECTIONS_MAX 128
#define SECOND_MS 500

struct notify {
	struct house h;
	struct httpc *http;
	struct outlane *lanes;
	size_t lanes_n;
	struct event *tick, *second;
};

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct notify *n = arg;
	int64_t wait = n->h.set.notify_nap_ms;
	struct timeval tv;

	(void)fd, (void)what;
	for (size_t i = 0; n->h.serving && !n->h.daemon->stopping && i < n->lanes_n; i++) {
		int64_t next = outlane_run(&n->lanes[i]);

		wait = next < wait ? next : wait;
	}
	tv = ms_to_timeval(wait);
	event_add(n->tick, &tv);
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct notify *n = arg;

	(void)fd, (void)what;
	if (n->h.serving && !n->h.daemon->stopping)
		second_run(&n->h, n->lanes, n->lanes_n);
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

static int
notify_init(void *self, struct daemon *d, const char *port)
{
	struct notify *n = self;
	struct timeval now = { 0, 0 }, each = ms_to_timeval(SECOND_MS);

	(void)port;
	d->on_idle = on_idle;
	d->arg = n;
	n->http = httpc_new(d->base, CONNECTIONS_MAX);
	n->lanes = xcalloc(ways_out_n, sizeof(*n->lanes));
	for (size_t i = 0; i < ways_out_n; i++) {
		const struct ways_env env = { &n->h, d->base, n->http, d->dir };
		struct channel c = { .route = ways_out[i].route };
		int rc = ways_out[i].open(&c, &env);

		if (rc > 0)
			rc = channel_file_init(&c, ways_out[i].route, d->dir);
		if (rc != 0 || outlane_init(&n->lanes[n->lanes_n++], &n->h, d->base, &c) != 0)
			return -1;
	}
	n->tick = event_new(d->base, -1, 0, on_tick, n);
	n->second = event_new(d->base, -1, EV_PERSIST, on_second, n);
	if (n->tick == NULL || n->second == NULL || house_start(&n->h, d) != 0)
		return -1;
	event_add(n->tick, &now);
	event_add(n->second, &each);
	daemon_ready(d, "");
	return 0;
}

static void
notify_release(void *self)
{
	struct notify *n = self;

	if (n->tick != NULL)
		event_free(n->tick);
	if (n->second != NULL)
		event_free(n->second);
	if (n->http != NULL)
		httpc_free(n->http);	/* first: what is in the air is answered "unknown" */
	for (size_t i = 0; i < n->lanes_n; i++)
		outlane_release(&n->lanes[i]);
	free(n->lanes);
}

int
main(int argc, char **argv)
{
	static const struct house_life life = {
		"notify", NULL, notify_init, notify_release
	};
	static struct notify notify;

	return house_main(&life, &notify.h, &notify, argc, argv);
}
