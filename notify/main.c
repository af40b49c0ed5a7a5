/* Everything that leaves the house: claims from the outbox, sends, marks. */
#include <string.h>

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/log.h"
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
	int more = 0;
	struct timeval tv;

	(void)fd, (void)what;
	for (int i = 0; n->h.serving && i < n->lanes_n; i++)
		more |= outlane_run(&n->lanes[i]);
	tv = ms_to_timeval(more ? 0 : n->h.set.notify_nap_ms);
	event_add(n->tick, &tv);
}

static int
notify_init(struct notify *n, struct daemon *d)
{
	struct timeval now = { 0, 0 };

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
notify_release(struct notify *n)
{
	if (n->tick != NULL)
		event_free(n->tick);
	for (int i = 0; i < n->lanes_n; i++)
		outlane_release(&n->lanes[i]);
}

int
main(int argc, char **argv)
{
	const char *instance = "notify";
	const struct daemon_flag flags[] = { { "name", &instance,
	    "name of this one when several run" } };
	struct notify notify;
	struct daemon d;
	int status;

	memset(&notify, 0, sizeof(notify));
	settings_register();
	status = daemon_init(&d, "notify", argc, argv, flags, N_ELEMS(flags));
	if (status != 0)
		return status - 1;
	status = 1;
	if (d.check_only) {
		status = house_check_only(d.conf_dir);
	} else if (house_open(&notify.h, d.conf_dir, d.dir, d.redis_url, instance) == 0) {
		if (notify_init(&notify, &d) == 0)
			status = daemon_run(&d);
		notify_release(&notify);
		house_close(&notify.h);
	}
	daemon_release(&d);
	return status;
}
