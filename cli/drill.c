/* kentongan drill: a roll-call by SMS, now; and exercises: begun, played, ended, told of. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/drill_play.h"
#include "core/access.h"
#include "store/drill.h"
#include "store/rollcall.h"

struct drill_flags { const char *name, *until, *as, *place, *seed, *reports, *minutes, *speed; int all; };

/* ---- the roll-call ---- */

static int
rollcall(struct house *h, const struct cli *c, const struct drill_flags *f)
{
	int asked = rollcall_send(h, h->store_ms, f->all, "cli");

	(void)c;
	if (asked < 0)
		return cli_fail("%s", store_error(&h->st));
	printf("%d officers asked; 'kentongan officer reach' tells who answers\n", asked);
	return 0;
}

/* ---- exercises ---- */

static const char *
leader(const struct house *h, const struct drill_flags *f)
{
	const struct officer *o = f->as != NULL ? officer_find(&h->roster, f->as) : NULL;

	if (o != NULL && access_may(h->policy, o, MAY_DRILL, NULL))
		return o->id;
	cli_fail("--as %s: name an operator of the desk, an administrator, or somebody of the Bupati's office",
	    f->as != NULL ? f->as : "is missing");
	return NULL;
}

static int
begin(struct house *h, const struct cli *c, const struct drill_flags *f)
{
	const char *by = leader(h, f), *why;
	struct drill d = { .version = 0 };

	(void)c;
	if (by == NULL)
		return 1;
	if (f->name == NULL || f->until == NULL || wib_parse(f->until, &d.ends_ms) != 0)
		return cli_fail("drill begin needs --name and --until, in WIB like \"2026-12-01 12:00\"");
	snprintf(d.name, sizeof(d.name), "%s", f->name);
	snprintf(d.by, sizeof(d.by), "%s", by);
	if (drill_begin(h, &d, &why) != 0)
		return cli_fail("%s", why);
	printf("%s has begun; what carries no LATIHAN is real\n", d.id);
	return 0;
}

static int
end(struct house *h, const struct cli *c, const struct drill_flags *f)
{
	const char *by = leader(h, f), *why = "tidak ada latihan yang sedang berjalan";
	struct drill d = { .id = "" };
	int rc = 1;

	if (by == NULL)
		return 1;
	if (c->args_n == 2)
		snprintf(d.id, sizeof(d.id), "%s", c->args[1]);
	else
		rc = drill_now(&h->st, &d);
	if (rc < 0)
		return cli_fail("%s", store_error(&h->st));
	if (rc == 0 || drill_end(h, d.id, by, &why) != 0)
		return cli_fail("%s", why);
	printf("%s: it is over; its cases are being closed, and those who work on them are told\n", d.id);
	return 0;
}

static void
print_times(const char *what, int n, int of, int64_t median, int64_t worst)
{
	struct buf b = { 0 };

	printf("\t%s %d/%d", what, n, of);
	if (n > 0) {
		buf_add_duration(&b, median, "en");
		buf_adds(&b, ", worst ");
		buf_add_duration(&b, worst, "en");
		printf(" median %s", buf_str(&b));
	}
	buf_release(&b);
}

static int
print_drill(struct house *h, const struct drill *d)
{
	struct case_record *cases;
	struct drill_row *rows;
	struct buf times = { 0 };
	size_t n, rows_n;
	int open = 0;

	if (drill_cases(h, d, &cases, &n) != 0)
		return cli_fail("%s", store_error(&h->st));
	for (size_t i = 0; i < n; i++)
		open += cases[i].state != CASE_DITUTUP;
	buf_add_wib_plain(&times, d->begun_ms);
	buf_adds(&times, d->ended_ms != 0 ? " to " : ", planned until ");
	buf_add_wib_plain(&times, d->ended_ms != 0 ? d->ended_ms : d->ends_ms);
	printf("%s \"%s\" by %s, %s: %zu cases, %d open\n", d->id, d->name, d->by, buf_str(&times), n, open);
	rows_n = drill_rows(cases, n, &rows);
	for (size_t i = 0; i < rows_n; i++) {
		printf("%s\t%d", rows[i].unit[0] != '\0' ? rows[i].unit : "-", rows[i].cases);
		print_times("taken", rows[i].taken, rows[i].cases, rows[i].taken_median_ms, rows[i].taken_worst_ms);
		print_times("handled", rows[i].handled, rows[i].cases, rows[i].handled_median_ms, rows[i].handled_worst_ms);
		putchar('\n');
	}
	free(rows);
	free(cases);
	buf_release(&times);
	return 0;
}

/* The one that is named, else the one that goes on, else the latest. */
static int
status(struct house *h, const struct cli *c, const struct drill_flags *f)
{
	struct drill_entry *all = NULL;
	struct drill d;
	size_t n;
	int rc = c->args_n == 2 ? drill_load(&h->st, c->args[1], &d) : drill_now(&h->st, &d);

	(void)f;
	if (rc == 0 && c->args_n == 1 && drills_list(&h->st, &all, &n) == 0 && n > 0)
		rc = drill_load(&h->st, all[0].id, &d);
	free(all);
	if (rc < 0)
		return cli_fail("%s", store_error(&h->st));
	if (rc == 0 && c->args_n == 2)
		return cli_fail("%s: no such exercise", c->args[1]);
	if (rc == 0) {
		printf("there was no exercise yet\n");
		return 0;
	}
	return print_drill(h, &d);
}

static long long
number(const char *s, long long otherwise, long long most)
{
	char *rest;
	long long n = s != NULL ? strtoll(s, &rest, 10) : otherwise;

	return s != NULL && (rest == s || *rest != '\0' || n < 1 || n > most) ? -1 : n;
}

static int
play(struct house *h, const struct cli *c, const struct drill_flags *f)
{
	struct drill_play p = { .what = c->args[1], .place = f->place };
	long long seed = number(f->seed, 1, INT64_MAX), reports = number(f->reports, 60, 100000);
	long long minutes = number(f->minutes, 40, DRILL_MOST_MS / MINUTE_MS), speed = number(f->speed, 1, 3600);

	if (leader(h, f) == NULL)
		return 1;
	if (seed < 0 || reports < 0 || minutes < 0 || speed < 0)
		return cli_fail("--seed, --reports, --minutes and --speed are numbers from 1 on");
	if (strcmp(p.what, "flood") == 0 && p.place == NULL)
		return cli_fail("drill play flood needs --place, the code of a kecamatan");
	p.seed = (uint64_t)seed;
	p.reports = (int)reports;
	p.lasts_ms = minutes * MINUTE_MS;
	p.speed = (double)speed;
	return drill_play(h, &p);
}

static const struct {
	const char *name;
	int (*run)(struct house *h, const struct cli *c, const struct drill_flags *f);
	int least, most;
	const char *usage;
} commands[] = {
	{ "begin", begin, 1, 1, "--name N --until TIME --as OFFICER   an exercise; TIME in WIB" },
	{ "play", play, 2, 2, "FILE|flood [--place KECAMATAN] [--seed N] [--reports N] [--minutes N] [--speed F] --as OFFICER" },
	{ "status", status, 1, 2, "[ID]   how far it is, or what units did in it" },
	{ "end", end, 1, 2, "[ID] --as OFFICER   the one that goes on; its cases are closed" },
};

int
cli_drill(int argc, char **argv)
{
	struct drill_flags f = { .all = 0 };
	const struct cli_flag flags[] = { { "all", NULL, &f.all }, { "name", &f.name, NULL }, { "until", &f.until, NULL },
	    { "as", &f.as, NULL }, { "place", &f.place, NULL }, { "seed", &f.seed, NULL }, { "reports", &f.reports, NULL },
	    { "minutes", &f.minutes, NULL }, { "speed", &f.speed, NULL } };
	int (*run)(struct house *h, const struct cli *c, const struct drill_flags *f) = NULL;
	struct house h;
	struct cli c;
	int rc;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) == 0) {
		run = c.args_n == 0 ? rollcall : NULL;
		for (size_t i = 0; i < N_ELEMS(commands) && c.args_n > 0; i++)
			if (strcmp(commands[i].name, c.args[0]) == 0 && c.args_n >= commands[i].least &&
			    c.args_n <= commands[i].most)
				run = commands[i].run;
	}
	if (run == NULL) {
		fputs("usage: kentongan drill [--all]   ask heads, or all officers, by SMS whether their number lives\n", stderr);
		for (size_t i = 0; i < N_ELEMS(commands); i++)
			fprintf(stderr, "       kentongan drill %s %s\n", commands[i].name, commands[i].usage);
		return 2;
	}
	if (cli_house(&c, &h) != 0)
		return 1;
	rc = run(&h, &c, &f);
	house_close(&h);
	return rc;
}
