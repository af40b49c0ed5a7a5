/* kentongan archive: moves what is old now, without waiting for the timer in sla. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "cli/cli.h"
#include "lib/config.h"
#include "store/archiver.h"

/* A house that works changes cases all the time, and the timer in sla is soon done with its round. */
#define TRIES 10
#define BETWEEN_MS 50

static int
move_all(struct house *h, const struct archive_plan *plan)
{
	const struct timespec pause = { .tv_nsec = BETWEEN_MS * 1000000 };
	struct archive_done done, all = { 0 };
	struct retired retired;
	int tries = 0;

	do {
		enum archive_result result = archiver_round(&h->st, plan, &done);

		if (result == ARCHIVE_FAILED || (result == ARCHIVE_MOVED && ++tries == TRIES))
			return cli_fail("archived so far: %d entries, %d cases; then: %s", all.entries,
			    all.cases, store_error(&h->st));
		if (result == ARCHIVE_MOVED) {
			nanosleep(&pause, NULL);
			continue;
		}
		tries = 0;
		all.entries += done.entries;
		all.cases += done.cases;
		all.heads += done.heads;
	} while (tries > 0 || done.entries > 0);
	if (archiver_retire(&h->st, &retired) != 0)
		return cli_fail("what only the past needed could not be removed: %s", store_error(&h->st));
	printf("archived: %d entries, %d cases, %d heads; removed: %d versions, %d officers\n",
	    all.entries, all.cases, all.heads, retired.versions, retired.officers);
	return 0;
}

int
cli_archive(int argc, char **argv)
{
	const char *after = NULL;
	const struct cli_flag flags[] = { { "after", &after, NULL } };
	struct archive_plan plan;
	struct house h;
	struct cli c;
	int64_t now, after_ms;
	int status;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0)
		return cli_usage("archive [--after DURATION]");
	if (after != NULL && config_duration(after, &after_ms) != 0)
		return cli_fail("--after %s: a duration, as 90d or 12h", after);
	if (cli_house(&c, &h) != 0)
		return 1;
	now = store_now_ms(&h.st);
	archive_plan_at(&plan, &h.set, now);
	if (after != NULL)
		plan.before_ms = now - after_ms;
	status = now == 0 ? cli_fail("the store does not answer: %s", redis_pipe_error(h.st.pipe)) :
	    move_all(&h, &plan);
	house_close(&h);
	return status;
}
