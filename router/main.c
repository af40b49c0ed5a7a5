/* From laporan to case to unit: reads the in streams, understands, assigns, and hears replies. */
#include <stdlib.h>

#include "router/inbox.h"
#include "router/rules.h"

struct routing { struct router r; struct inbox *inbox; };

static int
on_idle(void *arg)
{
	struct routing *g = arg;

	return inbox_stop(g->inbox);
}

static void
on_stop(void *arg)
{
	on_idle(arg);
}

static int
routing_init(void *self, struct daemon *d, const char *port)
{
	struct routing *g = self;

	(void)port;
	router_init(&g->r);
	g->inbox = inbox_new(&g->r, d->base, g->r.h.st.name);
	if (g->inbox == NULL || house_start(&g->r.h, d) != 0)
		return -1;
	d->on_stop = on_stop;
	d->on_idle = on_idle;
	d->arg = g;
	/* The rules are made ready before the first report comes; without the store they wait for it. */
	if (g->r.h.serving)
		router_refresh(&g->r);
	inbox_start(g->inbox);
	daemon_ready(d, "");
	return 0;
}

static void
routing_release(void *self)
{
	struct routing *g = self;

	inbox_free(g->inbox);
	router_release(&g->r);
}

int
main(int argc, char **argv)
{
	static const struct house_life life = {
		"router", NULL, routing_init, routing_release, rules_check
	};
	static struct routing routing;

	return house_main(&life, &routing.r.h, &routing, argc, argv);
}
