/* kentongan check: the configuration, with example officers, by file and line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lib/clock.h"
#include "lib/config.h"

/*
 * petugas.csv beside the versioned files: a wrong row must not wait for the import to be found.  Whoever
 * keeps his officers elsewhere has none.
 */
static int
check_roster(const struct cli *c, const struct policy *p, size_t *officers, struct buf *errors)
{
	struct roster r = { 0 };
	struct buf path = { 0 }, text = { 0 };
	int bad = 0;

	*officers = 0;
	buf_addf(&path, "%s/petugas.csv", c->conf);
	if (file_read(buf_str(&path), 8u << 20, &text) == 0) {
		bad = roster_parse_csv(&r, buf_str(&path), buf_str(&text), text.len, errors) != 0 ||
		    policy_check_roster(p, &r, buf_str(&path), clock_now_ms(), errors) != 0;
		*officers = r.n;
	} else if (errno != ENOENT) {
		bad = 1;
		buf_addf(errors, "%s: cannot be read: %s\n", buf_str(&path), strerror(errno));
	}
	roster_release(&r);
	buf_release(&path);
	buf_wipe(&text);
	return bad;
}

int
cli_check(int argc, char **argv)
{
	struct cli c;
	struct buf errors = { 0 };
	struct settings set = { 0 };
	struct conf_set files = { 0 };
	struct policy *p = NULL;
	size_t officers = 0;
	int status = 1;

	if (cli_parse(&c, argc, argv, NULL, 0) != 0 || c.args_n != 0)
		return cli_usage("check [--conf DIR]");
	if (settings_load(&set, c.conf, &errors) == 0 &&
	    version_read_files(&files, c.conf, &errors) == 0 &&
	    (p = cli_policy(&files, &errors)) != NULL && check_roster(&c, p, &officers, &errors) == 0)
		status = 0;
	fputs(buf_str(&errors), stderr);
	if (status == 0)
		printf("%s: sound: %zu units, %zu places, %zu categories, %d clocks, %zu officers\n", c.conf,
		    units_count(p->units), gazetteer_count(p->places),
		    catalogue_count(p->catalogue), p->clocks_n, officers);
	policy_free(p);
	conf_release(&files);
	settings_release(&set);
	buf_release(&errors);
	return status;
}
