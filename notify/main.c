/* Everything that leaves the house: claims from the outbox, sends, marks. */
#include <event2/event.h>

#include "lib/clock.h"
#include "notify/lanes.h"

/* Routes; without a gateway configured each writes to its file. */
static const char *const routes[] = { "sms", "email" };

struct notify {
	struct house h;
	struct outlane lanes[N_ELEMS(routes)];
	int lanes_n;
	struct event *tick;
};

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct notify *n = arg;
	int64_t wait = n->h.set.notify_nap_ms;
	struct timeval tv;

	(void)fd, (void)what;
	for (int i = 0; n->h.serving && i < n->lanes_n; i++) {
		int64_t next = outlane_run(&n->lanes[i]);

		wait = next < wait ? next : wait;
	}
	tv = ms_to_timeval(wait);
	event_add(n->tick, &tv);
}

static int
notify_init(void *self, struct daemon *d, const char *port)
{
	struct notify *n = self;
	struct timeval now = { 0, 0 };

	(void)port;
	for (size_t i = 0; i < N_ELEMS(routes); i++) {
		struct channel c;

		if (channel_file_init(&c, routes[i], d->dir) != 0)
			return -1;
		outlane_init(&n->lanes[n->lanes_n++], &n->h, &c);
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
	for (int i = 0; i < n->lanes_n; i++)
		outlane_release(&n->lanes[i]);
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
