/* kentongan drill: a roll-call by SMS, now. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "store/rollcall.h"

int
cli_drill(int argc, char **argv)
{
	int all = 0, asked;
	const struct cli_flag flags[] = { { "all", NULL, &all } };
	struct house h;
	struct cli c;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0)
		return cli_usage("drill [--all]");
	if (cli_house(&c, &h) != 0)
		return 1;
	asked = rollcall_send(&h, h.store_ms, all, "cli");
	if (asked < 0)
		cli_fail("%s", store_error(&h.st));
	else
		printf("%d officers asked; 'kentongan officer reach' tells who answers\n", asked);
	house_close(&h);
	return asked < 0;
}
