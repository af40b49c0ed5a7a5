/* kentongan audit verify: is the record whole? */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "lib/config.h"
#include "store/logbook.h"

int
cli_audit(int argc, char **argv)
{
	struct buf report = { 0 }, path = { 0 }, url = { 0 };
	struct house h;
	struct cli c;
	int rc;

	if (cli_parse(&c, argc, argv, NULL, 0) != 0 || c.args_n != 1 ||
	    strcmp(c.args[0], "verify") != 0)
		return cli_usage("audit verify [--dir DIR]");
	/* Not cli_house(): a store that daemons refuse is just what is to be looked at. */
	buf_addf(&path, "%s/run/redis.url", c.dir);
	if (c.redis != NULL)
		buf_adds(&url, c.redis);
	else if (file_read(buf_str(&path), 1024, &url) != 0)
		return cli_fail("%s: nothing runs there; name --redis URL", c.dir);
	buf_cut(&url, strcspn(buf_str(&url), "\n"));
	if (house_open(&h, c.conf, c.dir, buf_str(&url), "cli") != 0)
		return 1;
	rc = logbook_verify(&h.st, &report);
	fputs(buf_str(&report), stdout);
	if (rc < 0)
		cli_fail("the log could not be read: %s", redis_pipe_error(h.st.pipe));
	house_close(&h);
	buf_release(&report);
	buf_release(&path);
	buf_release(&url);
	return rc == 0 ? 0 : 1;
}
