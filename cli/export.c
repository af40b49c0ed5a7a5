/* kentongan export --record: the record as a file that anybody can verify without us. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "store/record.h"

#define RECORD_NAME "catatan.jsonl"

/* Whole or not at all: an export that was cut short would look like a record that was cut. */
static int
write_record(struct house *h, const char *path)
{
	struct buf tmp = { 0 };
	struct record_counts n;
	int status = 1;
	FILE *f;

	buf_addf(&tmp, "%s.tmp", path);
	f = fopen(buf_str(&tmp), "wx");
	if (f == NULL) {
		cli_fail("%s: %s", buf_str(&tmp), strerror(errno));
	} else if (record_write(&h->st, f, &n) != 0) {
		cli_fail("not exported: %s", store_error(&h->st)[0] != '\0' ? store_error(&h->st) :
		    redis_pipe_error(h->st.pipe));
	} else if (fsync(fileno(f)) != 0 || rename(buf_str(&tmp), path) != 0) {
		cli_fail("%s: %s", path, strerror(errno));
	} else {
		printf("%s: %" PRId64 " entries, %" PRId64 " of sealed cases withheld, %d heads\n",
		    path, n.entries, n.withheld, n.heads);
		status = 0;
	}
	if (f != NULL)
		fclose(f);
	if (f != NULL && status != 0)
		unlink(buf_str(&tmp));
	buf_release(&tmp);
	return status;
}

int
cli_export(int argc, char **argv)
{
	const char *record = NULL;
	const struct cli_flag flags[] = { { "record", &record, NULL } };
	struct buf path = { 0 };
	struct stat s;
	struct house h;
	struct cli c;
	int status;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0 || record == NULL)
		return cli_usage("export --record DIR|FILE");
	buf_adds(&path, record);
	if (stat(record, &s) == 0 && S_ISDIR(s.st_mode))
		buf_adds(&path, "/" RECORD_NAME);
	if (cli_house(&c, &h) != 0) {
		buf_release(&path);
		return 1;
	}
	status = write_record(&h, buf_str(&path));
	house_close(&h);
	buf_release(&path);
	return status;
}
