/* kentongan route: what the router would make of each line, or of the reports of late. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/dry_run.h"
#include "core/calendar.h"
#include "lib/config.h"
#include "router/understand.h"

/* For people: what was understood, and why, a line each. */
static void
explain(struct buf *b, const struct policy *p, const struct understanding *u)
{
	const struct place *place = place_find(p->places, u->place);
	const struct category *k = category_find(p->catalogue, u->category);

	buf_addf(b, "%s, %s (%d %%)\n", urgency_name(u->urgency), k != NULL ? k->name : u->category,
	    u->confidence_permille / 10);
	buf_adds(b, "  tempat: ");
	if (place != NULL)
		buf_add_place(b, place);
	else
		buf_adds(b, "tidak diketahui");
	for (int i = 0; i < u->rivals_n; i++) {
		buf_adds(b, i == 0 ? "; bisa juga " : ", ");
		buf_add_place(b, place_find(p->places, u->rivals[i]));
	}
	buf_adds(b, u->unsure ? "\n  ke: meja triase" : "\n  ke:");
	for (int i = 0; i < u->units_n && !u->unsure; i++)
		buf_addf(b, "%s %s", i > 0 ? "," : "", unit_find(p->units, u->units[i])->name);
	for (int i = 0; i < u->also_n; i++)
		buf_addf(b, "\n  juga: %s", category_find(p->catalogue, u->also[i])->name);
	buf_adds(b, u->sealed ? "\n  rahasia" : "");
	for (int i = 0; i < u->why_n; i++)
		buf_addf(b, "\n  karena %s", u->why[i]);
}

static void
route_lines(const struct understander *u, const struct policy *p, int for_people)
{
	struct understanding out;
	struct buf line = { 0 };
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&text, &cap, stdin)) >= 0) {
		while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
			n--;
		memset(&out, 0, sizeof(out));
		if (understand(u, text, (size_t)n, NULL, &out) != 0) {
			snprintf(out.category, sizeof(out.category), "lainnya");
			out.unsure = 1;
		}
		buf_reset(&line);
		if (for_people)
			explain(&line, p, &out);
		else
			understanding_to_json(&line, &out);
		buf_addc(&line, '\n');
		fputs(buf_str(&line), stdout);
		fflush(stdout);
	}
	free(text);
	buf_release(&line);
}

int
cli_route(int argc, char **argv)
{
	const char *since = "30d";
	int explains = 0, dry = 0, status = 1;
	const struct cli_flag flags[] = { { "since", &since, NULL }, { "explain", NULL, &explains },
	    { "dry-run", NULL, &dry } };
	struct cli c;
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	struct policy *p = NULL;
	struct understander *u = NULL;
	int64_t for_ms;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0)
		return cli_usage("route [--explain | --dry-run [--since 30d]] [--conf DIR] < FILE; one text a line");
	if (config_duration(since, &for_ms) != 0)
		return cli_fail("--since %s: a duration, as 30d or 12h", since);
	if (version_read_files(&files, c.conf, &errors) == 0 &&
	    (p = policy_parse(&files, &errors)) != NULL &&
	    (u = understander_new(p, &errors)) != NULL) {
		status = 0;
		if (dry)
			status = dry_run(&c, u, for_ms);
		else
			route_lines(u, p, explains);
	}
	fputs(buf_str(&errors), stderr);
	understander_free(u);
	policy_free(p);
	conf_release(&files);
	buf_release(&errors);
	return status;
}
