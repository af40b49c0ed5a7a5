/* Takes laporan in; says yes only once the store has them. */
#include <stdio.h>
#include <stdlib.h>

#include "ingest/form.h"
#include "ingest/pace.h"
#include "ingest/heads.h"
#include "ingest/ingest.h"
#include "ingest/pull.h"
#include "ingest/reader.h"
#include "ingest/resume.h"
#include "ingest/way.h"
#include "ingest/window.h"
#include "lib/clock.h"

static int
on_idle(void *arg)
{
	struct ingest *g = arg;

	return receive_waiting(g) == 0 && httpd_open(g->http) == 0;
}

static void
on_stop(void *arg)
{
	struct ingest *g = arg;

	pulls_stop(g->pulls);
	httpd_drain(g->http);
}

static int
read_secrets(struct ingest *g)
{
	struct buf errors = { 0 };
	int rc = ways_secrets_read(g, &errors);

	fputs(buf_str(&errors), stderr);
	buf_release(&errors);
	return rc;
}

static int
listen_http(struct ingest *g, struct daemon *d, const char *port)
{
	const struct settings *set = &g->h.set;
	struct httpd_options o;
	struct buf errors = { 0 };

	httpd_options_default(&o);
	buf_addf(&g->media, "%s/media", d->dir);
	o.address = set->http_address;
	o.port = port != NULL ? (int)strtol(port, NULL, 10) : (int)set->http_port;
	o.headers_limit_bytes = (size_t)set->http_headers_bytes;
	o.headers_ms = set->http_head_ms;
	o.body_bytes_per_s = set->http_body_rate;
	o.connections_max = (int)set->http_connections;
	o.connections_per_address = (int)set->http_per_address;
	o.uploads_max = (int)set->http_uploads;
	o.upload_dir = buf_str(&g->media);
	o.words = &public_words;
	o.style = "/gaya.css";
	o.on_cut = keep_cut;
	g->routes = ingest_routes(set, &g->routes_n);
	g->http = httpd_new(d->base, &o, g->routes, g->routes_n, g, &errors);
	fputs(buf_str(&errors), stderr);
	buf_release(&errors);
	return g->http != NULL ? 0 : -1;
}

static int
ingest_init(void *self, struct daemon *d, const char *port)
{
	struct ingest *g = self;

	/* A store that stands still must not make people wait: their reports go to the spool. */
	redis_pipe_set_limit(g->h.st.pipe, g->h.set.spool_after_ms / 3);
	d->on_stop = on_stop;
	d->on_idle = on_idle;
	d->arg = g;
	g->heads = heads_new(g);
	g->window = window_pages_new(d->conf_dir, d->dir);
	g->asks = lookups_new((int)g->h.set.public_asks, 10 * MINUTE_MS);
	g->pacer = pacer_new(&g->h.set);
	g->lookups = lookups_new((int)g->h.set.lookups_per_10min, 10 * MINUTE_MS);
	g->guesses = lookups_new((int)g->h.set.guesses_per_hour, HOUR_MS);
	if (ingest_read_door(g, d->conf_dir) != 0 || read_secrets(g) != 0 ||
	    receive_init(g, d->base) != 0 || resumes_start(g) != 0 || listen_http(g, d, port) != 0 ||
	    house_start(&g->h, d) != 0 || pulls_start(g, d->base) != 0)
		return -1;
	g->ready_by_ms = clock_mono_ms() + g->h.set.redis_connect_ms;
	return 0;
}

static void
ingest_release(void *self)
{
	struct ingest *g = self;

	pulls_stop(g->pulls);
	receive_release(g);
	pulls_free(g->pulls);
	if (g->http != NULL)
		httpd_free(g->http);
	buf_release(&g->media);
	free(g->routes);
	heads_free(g->heads);
	pacer_free(g->pacer);
	resumes_free(g->resumes);
	lookups_free(g->lookups);
	lookups_free(g->guesses);
	lookups_free(g->asks);
	window_pages_free(g->window);
	pages_free(g->pages);
	door_free(g->door);
	policy_free(g->door_policy);
	ways_secrets_release(g);
}

int
main(int argc, char **argv)
{
	static const struct house_life life = {
		"ingest", "port to listen on, in place of ingest.http.port",
		ingest_init, ingest_release, NULL
	};
	static struct ingest ingest;

	return house_main(&life, &ingest.h, &ingest, argc, argv);
}
