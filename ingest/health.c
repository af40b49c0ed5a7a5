/* Is it alive, may it serve, how much has it done? */
#include <inttypes.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "lib/clock.h"

void
get_healthz(struct http_req *r, void *arg)
{
	struct buf body = { 0 };

	(void)arg;
	buf_adds(&body, "{\"status\":\"ok\"}");
	http_answer_json(r, 200, &body);
	buf_release(&body);
}

/* Into the store, that is. */
static int
takes(const struct ingest *g)
{
	return g->h.serving && redis_link_is_up(g->link);
}

void
ingest_say_ready(struct ingest *g)
{
	struct buf detail = { 0 };

	if (g->ready_by_ms == 0 || (!takes(g) && clock_mono_ms() < g->ready_by_ms))
		return;
	g->ready_by_ms = 0;
	buf_addf(&detail, "http=%s:%d", g->h.set.http_address, httpd_port(g->http));
	daemon_ready(g->h.daemon, buf_str(&detail));
	buf_release(&detail);
}

void
get_readyz(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	struct buf body = { 0 };
	int ready = takes(g);

	buf_addf(&body, "{\"status\":\"%s\",\"spooled\":%zu}", ready ? "ready" : "store away",
	    spool_count(g->spool));
	http_answer_json(r, ready ? 200 : 503, &body);
	buf_release(&body);
}

void
get_metrics(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	const struct { const char *name, *type, *help; uint64_t value; } rows[] = {
		{ "kentongan_ingest_reports_total", "counter", "Reports taken in.", g->taken },
		{ "kentongan_ingest_redeliveries_total", "counter",
		    "Reports that were there already.", g->seen },
		{ "kentongan_ingest_refused_total", "counter", "Requests refused or answered 503.",
		    g->refused },
		{ "kentongan_ingest_dropped_total", "counter",
		    "Events of a hook that are no reports.", g->dropped },
		{ "kentongan_ingest_binary_total", "counter",
		    "Messages without words, shown to a human in hex.", g->binary },
		{ "kentongan_ingest_receipts_total", "counter", "Delivery receipts.", g->receipts },
		{ "kentongan_ingest_pulled_total", "counter", "Pages fetched and stored.", g->pulled },
		{ "kentongan_ingest_pull_failures_total", "counter", "Fetches that failed.",
		    g->pull_failures },
		{ "kentongan_ingest_warnings_total", "counter", "Official warnings of others taken in.", g->warnings },
		{ "kentongan_ingest_spooled_total", "counter",
		    "Reports kept on disk while the store was away.", g->spooled_total },
		{ "kentongan_ingest_spool_files", "gauge", "Reports on disk now.",
		    spool_count(g->spool) },
		{ "kentongan_ingest_waiting", "gauge", "Reports waiting for the store.",
		    (uint64_t)g->waiting },
		{ "kentongan_ingest_serving", "gauge", "1 while the store is safe and there.",
		    (uint64_t)g->h.serving },
	};
	struct buf body = { 0 };

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		buf_addf(&body, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", rows[i].name,
		    rows[i].help, rows[i].name, rows[i].type, rows[i].name, rows[i].value);
	http_answer(r, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
	buf_release(&body);
}
