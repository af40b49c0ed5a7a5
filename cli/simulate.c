/* kentongan simulate: a regency in virtual time; the same seed gives the same report. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/cli.h"
#include "cli/sim_tally.h"
#include "store/logbook.h"

#define USAGE "simulate [--seed N] [--days D] [--reports-per-day R] [--flood DAY]... " \
	"[--quake DAY]... [--engine-down DAY]... [--gateway-down DAY]... [--flood-reports N] " \
	"[--quake-reports N] [--log FILE] [--conf DIR]"

/* Who looks on: the figures (first: other watchers know it by the same pointer), and the log. */
struct watch { struct tally tally; FILE *log; int64_t seq; };

/* A whole number of this range, nothing behind it. */
static int
number(const char *s, int64_t least, int64_t most, int64_t *out)
{
	char *end;
	long long v = strtoll(s, &end, 10);

	if (*s == '\0' || *end != '\0' || v < least || v > most)
		return -1;
	*out = v;
	return 0;
}

static const struct { const char *name; enum sim_trouble_kind kind; } troubles[] = {
	{ "--flood", TROUBLE_FLOOD }, { "--quake", TROUBLE_QUAKE },
	{ "--engine-down", TROUBLE_ENGINE }, { "--gateway-down", TROUBLE_GATEWAY },
};

/* Takes --flood 40 and the like, which may stand several times, out of the arguments. */
static int
take_troubles(int *argc, char **argv, struct sim_options *opt)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		size_t t = 0;
		int64_t day;

		while (t < N_ELEMS(troubles) && strcmp(argv[i], troubles[t].name) != 0)
			t++;
		if (t == N_ELEMS(troubles)) {
			argv[kept++] = argv[i];
			continue;
		}
		if (i + 1 == *argc || number(argv[i + 1], 0, 100000, &day) != 0 ||
		    opt->troubles_n == SIM_TROUBLES) {
			cli_fail("%s needs a day, counted from 0; at most %d troubles", argv[i], SIM_TROUBLES);
			return -1;
		}
		opt->troubles[opt->troubles_n++] = (struct sim_trouble){ troubles[t].kind, (int)day };
		i++;
	}
	*argc = kept;
	return 0;
}

static int
read_options(struct sim_options *opt, struct cli *c, const char **log, int argc, char **argv)
{
	enum { SEED, DAYS, PER_DAY, FLOOD, QUAKE, NUMBERS };
	static const struct { const char *name; int64_t most; } wanted[NUMBERS] = {
		[SEED] = { "seed", INT64_MAX }, [DAYS] = { "days", 3660 },
		[PER_DAY] = { "reports-per-day", 100000 }, [FLOOD] = { "flood-reports", 900000 },
		[QUAKE] = { "quake-reports", 900000 },
	};
	const char *texts[NUMBERS] = { NULL };
	struct cli_flag flags[NUMBERS + 1] = { [NUMBERS] = { "log", log, NULL } };
	int64_t v[NUMBERS];

	*opt = sim_usual();
	v[SEED] = (int64_t)opt->seed, v[DAYS] = opt->days, v[PER_DAY] = opt->reports_per_day;
	v[FLOOD] = opt->flood_reports, v[QUAKE] = opt->quake_reports;
	for (int i = 0; i < NUMBERS; i++)
		flags[i] = (struct cli_flag){ wanted[i].name, &texts[i], NULL };
	if (take_troubles(&argc, argv, opt) != 0 ||
	    cli_parse(c, argc, argv, flags, N_ELEMS(flags)) != 0)
		return -1;
	for (int i = 0; i < NUMBERS; i++)
		if (texts[i] != NULL && number(texts[i], i == DAYS, wanted[i].most, &v[i]) != 0) {
			cli_fail("--%s %s: write a whole number from %d to %lld", wanted[i].name, texts[i],
			    i == DAYS, (long long)wanted[i].most);
			return -1;
		}
	if (c->args_n != 0) {
		cli_usage(USAGE);
		return -1;
	}
	opt->seed = (uint64_t)v[SEED];
	opt->days = (int)v[DAYS], opt->reports_per_day = (int)v[PER_DAY];
	opt->flood_reports = (int)v[FLOOD], opt->quake_reports = (int)v[QUAKE];
	return 0;
}

/* A line as kentongan replay --log reads it: the seq, a tab, the entry. */
static void
on_step(const struct sim *s, const struct sim_step *step, void *arg)
{
	static const struct seal_key nobodys;	/* what is sealed says nothing here */
	struct watch *w = arg;
	struct buf line = { 0 }, entry = { 0 };
	uint8_t digest[DIGEST_BYTES];

	tally_step(&w->tally, step);
	logbook_entry(&entry, digest, s->p, s->r, step->before, step->fx, step->cmd, &nobodys,
	    step->now_ms);
	buf_addf(&line, "%lld\t%s\n", (long long)++w->seq, buf_str(&entry));
	fwrite(line.data, 1, line.len, w->log);
	buf_release(&entry);
	buf_release(&line);
}

static int
end_log(FILE *log, const char *path)
{
	int bad = ferror(log);

	if (fclose(log) != 0 || bad)
		return cli_fail("%s: not written to its end: %s", path, strerror(errno));
	return 0;
}

/* What this process has worked, whoever else works on the machine. */
static int64_t
worked_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000) + u.ru_utime.tv_usec +
	    u.ru_stime.tv_usec;
}

static int
simulate(const struct policy *p, const struct roster *r, const struct sim_options *opt,
    const char *log)
{
	struct watch w = { .log = NULL };
	struct sim s;
	struct buf out = { 0 };
	int64_t worked;
	int status = 0;

	if (sim_init(&s, p, r, opt) != 0) {
		sim_release(&s);
		return cli_fail("petugas.csv: nobody is of unit %s, the triage desk; add its officers",
		    p->triage_unit);
	}
	if (log != NULL && (w.log = fopen(log, "w")) == NULL) {
		sim_release(&s);
		return cli_fail("%s: %s", log, strerror(errno));
	}
	tally_init(&w.tally, &s);
	if (w.log != NULL)
		s.on_step = on_step;
	worked = worked_us();
	sim_run(&s);
	worked = worked_us() - worked;
	tally_print(&w.tally, &out);
	fwrite(out.data, 1, out.len, stdout);
	/* Not part of the report: a machine's speed differs from run to run. */
	fprintf(stderr, "%.2f s of one core, %.0f case-events a second\n", (double)worked / 1e6,
	    (double)s.steps * 1e6 / (double)(worked > 0 ? worked : 1));
	if (w.log != NULL)
		status = end_log(w.log, log);
	buf_release(&out);
	tally_release(&w.tally);
	sim_release(&s);
	return status;
}

int
cli_simulate(int argc, char **argv)
{
	struct cli c;
	struct sim_options opt;
	struct policy *p = NULL;
	struct roster r = { 0 };
	struct buf errors = { 0 };
	const char *log = NULL;
	int status = 1;

	if (read_options(&opt, &c, &log, argc, argv) != 0)
		return 2;
	if (cli_conf(&c, &p, &r, &errors) == 0) {
		snprintf(opt.version, sizeof(opt.version), "%.32s", p->digest);
		status = simulate(p, &r, &opt, log);
	}
	fputs(buf_str(&errors), stderr);
	policy_free(p);
	roster_release(&r);
	buf_release(&errors);
	return status;
}
