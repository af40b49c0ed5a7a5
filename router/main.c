/* From laporan to case to unit: reads the in streams, understands, assigns, and hears replies. */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "router/inbox.h"

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
routing_init(struct routing *g, struct daemon *d, const char *name)
{
	g->r.fx = xmalloc(sizeof(*g->r.fx));
	g->inbox = inbox_new(&g->r, d->base, name);
	if (g->inbox == NULL || house_start(&g->r.h, d) != 0)
		return -1;
	d->on_stop = on_stop;
	d->on_idle = on_idle;
	d->arg = g;
	inbox_start(g->inbox);
	daemon_ready(d, "");
	return 0;
}

static void
routing_release(struct routing *g)
{
	inbox_free(g->inbox);
	understander_free(g->r.understander);
	commit_release(&g->r.batch);
	commit_release(&g->r.answers);
	free(g->r.fx);
}

int
main(int argc, char **argv)
{
	const char *instance = "router";
	const struct daemon_flag flags[] = { { "name", &instance,
	    "name of this router when several run" } };
	struct routing routing;
	struct daemon d;
	int status;

	memset(&routing, 0, sizeof(routing));
	settings_register();
	status = daemon_init(&d, "router", argc, argv, flags, N_ELEMS(flags));
	if (status != 0)
		return status - 1;
	status = 1;
	if (d.check_only) {
		status = house_check_only(d.conf_dir);
	} else if (house_open(&routing.r.h, d.conf_dir, d.dir, d.redis_url, instance) == 0) {
		if (routing_init(&routing, &d, instance) == 0)
			status = daemon_run(&d);
		routing_release(&routing);
		house_close(&routing.r.h);
	}
	daemon_release(&d);
	return status;
}
