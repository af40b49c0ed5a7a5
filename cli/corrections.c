/* kentongan corrections: what people made of reports that the router had read, as training rows. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/opened.h"
#include "core/mask.h"
#include "lib/config.h"
#include "store/recorded.h"

#define FOLDER "latih"
#define FILE_NAME "koreksi.tsv"

/* What a person said of one case, last. */
struct said { int any; char category[CATEGORY_CHARS], place[PLACE_CODE_CHARS]; enum urgency urgency; };

static int
hear(const struct log_line *line, void *arg)
{
	struct said *s = arg;
	struct recorded *r = xmalloc(sizeof(*r));

	if (recorded_read(r, line->seq, line->entry, line->len) == 1 && r->cmd.event == ON_ASSIGN &&
	    (r->cmd.by == BY_OPERATOR || r->cmd.by == BY_OFFICER) && r->cmd.u != NULL) {
		s->any = 1;
		snprintf(s->category, sizeof(s->category), "%s", r->cmd.u->category);
		snprintf(s->place, sizeof(s->place), "%s", r->cmd.u->place);
		s->urgency = r->cmd.u->urgency;
	}
	free(r);
	return 0;
}

struct rows { struct house *h; struct buf text; int n, failed; };

/*
 * A sealed case teaches nobody: its words are for those it names.  The second case of a report has the
 * same words as the first, which stands for both.
 */
static int
add_row(const struct opened *o, void *arg)
{
	struct rows *rows = arg;
	struct said s = { 0 };

	if (o->s->c.sealed || o->words->twin[0] != '\0' || o->words->text == NULL || o->words->text[0] == '\0')
		return 0;
	if (logbook_read_these(&rows->h->st, buf_str(&o->s->seqs), hear, &s) != 0) {
		rows->failed = 1;
		return 1;
	}
	if (!s.any)
		return 0;
	buf_add_masked(&rows->text, o->words->text, strlen(o->words->text));
	buf_addf(&rows->text, "\t%s\t\t%s\t%s\tkoreksi\n", s.category, s.place, urgency_name(s.urgency));
	rows->n++;
	return 0;
}

static int
keep(const struct house *h, const struct rows *rows)
{
	struct buf path = { 0 };
	int status = 0;

	buf_addf(&path, "%s/" FOLDER, h->st.dir);
	if (mkdir(buf_str(&path), 0700) != 0 && errno != EEXIST)
		status = cli_fail("%s: %s", buf_str(&path), strerror(errno));
	buf_adds(&path, "/" FILE_NAME);
	if (status == 0 && file_write(buf_str(&path), rows->text.data, rows->text.len, 0600) != 0)
		status = cli_fail("%s: %s", buf_str(&path), strerror(errno));
	if (status == 0)
		printf("%d rows in %s; read them before you train with them: a name without a title is not masked\n",
		    rows->n, buf_str(&path));
	buf_release(&path);
	return status;
}

int
cli_corrections(int argc, char **argv)
{
	const char *since = "365d";
	const struct cli_flag flags[] = { { "since", &since, NULL } };
	struct rows rows = { .n = 0 };
	struct house h;
	struct cli c;
	int64_t for_ms;
	int status = 1, erased = 0;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0)
		return cli_usage("corrections [--since 365d]");
	if (config_duration(since, &for_ms) != 0)
		return cli_fail("--since %s: a duration, as 90d or 365d", since);
	if (cli_house(&c, &h) != 0)
		return 1;
	rows.h = &h;
	buf_adds(&rows.text, "text\tlabel\tlabel_lain\ttempat\turgensi\tmutu\n");
	if (house_refresh(&h) != 0 || opened_each(&h, h.store_ms - for_ms, add_row, &rows, &erased) != 0 ||
	    rows.failed)
		cli_fail("the log cannot be read: %s", store_error(&h.st));
	else
		status = keep(&h, &rows);
	buf_wipe(&rows.text);
	house_close(&h);
	return status;
}
