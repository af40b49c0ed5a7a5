/* kentongan clock: whether the store's clock and the house's time are one; accept makes them so. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "store/commit.h"
#include "store/steady.h"

/* Before the clock is moved: whoever does it stands in the log. */
static int
note_accept(struct house *h, const char *officer, const char *why)
{
	struct commit_batch b = { 0 };
	int rc;

	commit_begin(&b, store_now_ms(&h->st));
	commit_add_document(&b, &h->st, &(struct document){ .key = KEY_HEARTBEAT, .version = -1,
	    .what = "jam-diterima", .who = officer, .note = why });
	rc = commit_run(&b, &h->st) == 1 ? 0 : -1;
	commit_release(&b);
	return rc;
}

static int
accept_clock(struct house *h, const char *as, const char *why, struct steady *s)
{
	const struct officer *o = as != NULL ? officer_find(&h->roster, as) : NULL;

	if (o == NULL || o->ended || why[0] == '\0')
		return cli_fail("clock accept needs --as OFFICER of the roster and --note WHY");
	if (note_accept(h, as, why) != 0)
		return cli_fail("not put on record, so nothing was changed: %s", store_error(&h->st));
	if (steady_accept(&h->st, s) != 0)
		return cli_fail("the store does not answer: %s; try again", store_error(&h->st));
	return 0;
}

int
cli_clock(int argc, char **argv)
{
	const char *as = NULL, *why = "";
	const struct cli_flag flags[] = { { "as", &as, NULL }, { "note", &why, NULL } };
	struct steady s;
	struct house h;
	struct cli c;
	int status, accept;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n > 1 ||
	    (c.args_n == 1 && strcmp(c.args[0], "accept") != 0))
		return cli_usage("clock [accept --as OFFICER --note WHY]");
	accept = c.args_n == 1;
	if (cli_house(&c, &h) != 0)
		return 1;
	if (accept)
		status = accept_clock(&h, as, why, &s);
	else if (steady_show(&h.st, &s) != 0)
		status = cli_fail("the store does not answer: %s; try again", store_error(&h.st));
	else
		status = 0;
	if (status == 0)
		printf("house %" PRId64 " ms, store's clock %+" PRId64 " ms beside it\n", s.now_ms,
		    -s.offset_ms);
	house_close(&h);
	return status;
}
