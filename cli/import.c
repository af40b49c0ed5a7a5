/* kentongan import: what was kept before this house. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "store/table.h"
#include "router/judge.h"
#include "store/legacy.h"

#define STEP_ROWS 100	/* after so many the store's time and the roster are read again */

static void
print_mistake(const struct legacy_mistake *m, void *arg)
{
	fprintf(stderr, "%s:%d: %s: %s; expected: %s\n", (const char *)arg, m->line, m->column, m->wrong_en,
	    m->expected_en);
}

static void
print_sum(const struct legacy_sum *sum, int dry)
{
	printf("%zu rows: %zu %s as open cases, %zu as closed ones, %zu are here already, %zu faulty\n", sum->rows,
	    sum->open, dry ? "would come in" : "came in", sum->closed, sum->there, sum->faulty + sum->refused);
	if (dry)
		printf("dry run: nothing was written\n");
}

static int
reports(struct house *h, const char *path, int dry)
{
	struct buf text = { 0 }, errors = { 0 };
	struct legacy_file *f = NULL;
	struct judge judge = { 0 };
	struct legacy_run run = { .write = !dry, .by = "cli", .cb = print_mistake, .arg = (void *)(uintptr_t)path,
	    .judge = judge_words, .judge_arg = &judge };
	int status = 1;

	if (table_read(&h->set, path, &text, &errors) == 0)
		f = legacy_open(path, buf_str(&text), text.len, &errors);
	if (f == NULL) {
		fputs(buf_str(&errors), stderr);
		cli_fail("%s: nothing was written", path);
		goto out;
	}
	run.file = f;
	while (legacy_step(h, &run, STEP_ROWS))
		;
	print_sum(&run.sum, dry);
	status = run.sum.failed ? cli_fail("stopped: %s; run it again, what is here is not taken twice", run.why) :
	    run.sum.faulty + run.sum.refused > 0;
out:
	judge_release(&judge);
	legacy_close(f);
	buf_wipe(&text);
	buf_release(&errors);
	return status;
}

int
cli_import(int argc, char **argv)
{
	int dry = 0, status;
	const struct cli_flag flags[] = { { "dry-run", NULL, &dry } };
	struct house h;
	struct cli c;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 2 ||
	    strcmp(c.args[0], "laporan") != 0)
		return cli_usage("import laporan FILE [--dry-run]   CSV or XLSX: sumber,nomor,diterima,isi and more");
	if (cli_house(&c, &h) != 0)
		return 1;
	status = reports(&h, c.args[1], dry);
	house_close(&h);
	return status;
}
