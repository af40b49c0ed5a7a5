/* kentongan retention: what the timer in sla will erase, and what a legal case holds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/calendar.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "store/hold.h"
#include "store/retention.h"

#define WITHIN_MS (30 * DAY_MS)
#define AT_ONCE 1000

struct all { struct retained *list; size_t n; };

static void
keep(const struct retained *r, void *arg)
{
	struct all *all = arg;

	all->list = xrealloc(all->list, (all->n + 1) * sizeof(*all->list));
	all->list[all->n++] = *r;
}

static int
by_code(const void *a, const void *b)
{
	return strcmp(((const struct retained *)a)->code.s, ((const struct retained *)b)->code.s);
}

/* A walk may pass a case on twice. */
static void
drop_twins(struct all *all)
{
	size_t n = 0;

	if (all->n > 1)
		qsort(all->list, all->n, sizeof(*all->list), by_code);
	for (size_t i = 0; i < all->n; i++)
		if (n == 0 || by_code(&all->list[n - 1], &all->list[i]) != 0)
			all->list[n++] = all->list[i];
	all->n = n;
}

/* A case that the timer takes by then, and how it is called. */
static const char *
fate(const struct retained *r, const struct holds *held, int64_t now_ms, int64_t until_ms)
{
	if (hold_find(held, r->code.s) != NULL)
		return "held";
	if (r->due_ms == 0 || r->due_ms > until_ms)
		return NULL;
	return r->due_ms <= now_ms ? "due" : "soon";
}

struct tally { int due, soon, held; };

static void
add_case(struct buf *b, const struct retained *r, const char *what, int json)
{
	if (json) {
		buf_addf(b, "%s{\"code\":\"%s\",\"category\":", b->len > 0 ? "," : "", r->code.s);
		buf_add_json(b, r->category, strlen(r->category));
		buf_addf(b, ",\"closed_ms\":%" PRId64 ",\"due_ms\":%" PRId64 ",\"fate\":\"%s\"}", r->closed_ms, r->due_ms,
		    what);
		return;
	}
	buf_addf(b, "%s  %-5s %-22s closed ", r->code.s, what, r->category);
	buf_add_wib_short(b, r->closed_ms);
	buf_adds(b, ", due ");
	if (r->due_ms > 0)
		buf_add_wib_short(b, r->due_ms);
	else
		buf_adds(b, "never");
	buf_addc(b, '\n');
}

static int
show(struct house *h, const struct all *all, const struct holds *held, int64_t within_ms, int json)
{
	int64_t now_ms = store_now_ms(&h->st);
	struct buf cases = { 0 }, after = { 0 }, within = { 0 };
	struct tally t = { 0 };
	int rc;

	for (size_t i = 0; i < all->n; i++) {
		const char *what = fate(&all->list[i], held, now_ms, now_ms + within_ms);

		if (what == NULL)
			continue;
		t.due += what[0] == 'd';
		t.soon += what[0] == 's';
		t.held += what[0] == 'h';
		add_case(&cases, &all->list[i], what, json);
	}
	buf_add_duration(&after, h->set.retention_ms, "en");
	buf_add_duration(&within, within_ms, "en");
	if (json)
		rc = printf("{\"after_ms\":%" PRId64 ",\"within_ms\":%" PRId64 ",\"closed\":%zu,\"due\":%d,\"soon\":%d,"
		    "\"held\":%d,\"cases\":[%s]}\n", h->set.retention_ms, within_ms, all->n, t.due, t.soon, t.held,
		    buf_str(&cases));
	else
		rc = printf("%zu closed cases hold personal data, which is erased %s after closing unless kategori.yaml says "
		    "otherwise\ndue now %d, within %s %d more, held %d\n%s", all->n,
		    h->set.retention_ms > 0 ? buf_str(&after) : "by hand only", t.due, buf_str(&within), t.soon, t.held,
		    buf_str(&cases));
	buf_release(&cases);
	buf_release(&after);
	buf_release(&within);
	return rc < 0;
}

int
cli_retention(int argc, char **argv)
{
	const char *within = NULL;
	const struct cli_flag flags[] = { { "within", &within, NULL } };
	int64_t within_ms = WITHIN_MS;
	struct retention_walk w = { 0 };
	struct all all = { 0 };
	struct holds held = { 0 };
	struct house h;
	struct cli c;
	int rc, status = 1;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0)
		return cli_usage("retention [--within DURATION] [--json]");
	if (within != NULL && config_duration(within, &within_ms) != 0)
		return cli_fail("--within %s: a duration, as 30d or 12h", within);
	if (cli_house(&c, &h) != 0)
		return 1;
	do
		rc = retention_look(&h, &w, AT_ONCE, keep, &all);
	while (rc > 0);
	if (rc < 0 || holds_load(&h.st, &held) != 0) {
		cli_fail("the cases cannot be looked through: %s", store_error(&h.st));
	} else {
		drop_twins(&all);
		status = show(&h, &all, &held, within_ms, c.json);
	}
	holds_free(&held);
	free(all.list);
	house_close(&h);
	return status;
}
