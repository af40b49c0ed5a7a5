/* kentongan route: what the router would make of each line; needs no store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "router/understand.h"

static void
route_lines(const struct understander *u)
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
	struct cli c;
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	struct policy *p = NULL;
	struct understander *u = NULL;
	int status = 1;

	if (cli_parse(&c, argc, argv, NULL, 0) != 0)
		return 2;
	if (version_read_files(&files, c.conf, &errors) == 0 &&
	    (p = policy_parse(&files, &errors)) != NULL &&
	    (u = understander_new(p, &errors)) != NULL) {
		route_lines(u);
		status = 0;
	}
	fputs(buf_str(&errors), stderr);
	understander_free(u);
	policy_free(p);
	conf_release(&files);
	buf_release(&errors);
	return status;
}
