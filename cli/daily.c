/* kentongan daily: a day's open data anew, to be compared with what was published. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "store/daily.h"

static int
write_day(struct house *h, int64_t day, enum daily_form form)
{
	struct daily *d = daily_new(day);
	int64_t end = logbook_last_seq(&h->st);
	struct buf out = { 0 };
	int more = end < 0 ? -1 : 1;

	while (more > 0)
		more = daily_read(d, &h->st, end);
	if (more == 0) {
		daily_publish(d, h, form, &out);
		fwrite(out.data, 1, out.len, stdout);
	}
	daily_free(d);
	buf_release(&out);
	return more == 0 ? 0 : cli_fail("the log could not be read: %s", store_error(&h->st));
}

int
cli_daily(int argc, char **argv)
{
	const char *wanted = "csv";
	const struct cli_flag flags[] = { { "form", &wanted, NULL } };
	struct house h;
	struct cli c;
	int64_t day;
	int form, status;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 1)
		return cli_usage("daily YYYY-MM-DD [--form csv|json|geojson]");
	if (daily_of_name(c.args[0], &day) != 0)
		return cli_fail("%s: no day; write it like 2026-11-21", c.args[0]);
	for (form = 0; form < DAILY_FORMS && strcmp(daily_form_name((enum daily_form)form), wanted) != 0; form++)
		;
	if (form == DAILY_FORMS)
		return cli_fail("--form %s: csv, json or geojson", wanted);
	if (cli_house(&c, &h) != 0)
		return 1;
	status = write_day(&h, day, (enum daily_form)form);
	house_close(&h);
	return status;
}
