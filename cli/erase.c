/* kentongan erase: a citizen's words, name and number of one closed case, for ever. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "store/erase.h"

static const struct { enum erase_result result; const char *why; } refusals[] = {
	{ ERASE_NONE, "no such case, or erased already" },
	{ ERASE_OPEN, "it is still worked on; close it first" },
	{ ERASE_HELD, "a legal case needs it; see kentongan hold" },
	{ ERASE_WAITS, "a message of it is still on its way; try again when it has ended" },
};

int
cli_erase(int argc, char **argv)
{
	const char *as = NULL;
	const struct cli_flag flags[] = { { "as", &as, NULL } };
	const struct officer *o;
	enum erase_result result;
	struct code code;
	struct house h;
	struct cli c;
	int status = 1;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 1 || as == NULL)
		return cli_usage("erase CODE --as OFFICER");
	if (code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		return cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	if (cli_house(&c, &h) != 0)
		return 1;
	o = officer_find(&h.roster, as);
	if (o == NULL || o->ended) {
		cli_fail("%s: no officer who serves; see kentongan officer list", as);
		house_close(&h);
		return 1;
	}
	result = case_erase(&h.st, &code, as);
	if (result == ERASED)
		status = printf("%s erased\n", code.s) < 0;
	else if (result == ERASE_FAILED)
		cli_fail("%s: %s", code.s, store_error(&h.st));
	for (size_t i = 0; i < N_ELEMS(refusals); i++)
		if (refusals[i].result == result)
			cli_fail("%s: %s", code.s, refusals[i].why);
	house_close(&h);
	return status;
}
