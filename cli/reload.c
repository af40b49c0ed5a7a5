/* kentongan reload: checks the configuration and makes it the version in force. */
#include <stdio.h>

#include "cli/cli.h"

int
cli_reload(int argc, char **argv)
{
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	struct policy *p = NULL;
	char digest[65];
	struct house h;
	struct cli c;
	int status = 1;

	if (cli_parse(&c, argc, argv, NULL, 0) != 0 || c.args_n != 0)
		return cli_usage("reload [--conf DIR] [--dir DIR]");
	if (cli_house_unread(&c, &h) != 0)
		return 1;
	if (version_read_files(&files, c.conf, &errors) != 0 ||
	    (p = cli_policy(&files, &errors)) == NULL) {
		fputs(buf_str(&errors), stderr);
		cli_fail("%s is not sound; the version in force stays %s", c.conf,
		    h.policy != NULL ? h.current : "as it was");
	} else if (version_publish(&h.st, &files, "cli", digest) != 0) {
		cli_fail("not published: %s", store_error(&h.st));
	} else {
		printf("version %.32s\n", digest);
		status = 0;
	}
	policy_free(p);
	conf_release(&files);
	buf_release(&errors);
	house_close(&h);
	return status;
}
