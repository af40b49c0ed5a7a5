/* kentongan simulate: a regency in virtual time; the same seed gives the same report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/sim_tally.h"
#include "lib/clock.h"
#include "lib/config.h"

#define USAGE "simulate [--seed N] [--days D] [--reports-per-day R] [--flood DAY]... [--quake DAY]... " \
	"[--engine-down DAY]... [--gateway-down DAY]... [--flood-reports N] [--quake-reports N] [--conf DIR]"

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
read_options(struct sim_options *opt, struct cli *c, int argc, char **argv)
{
	enum { SEED, DAYS, PER_DAY, FLOOD, QUAKE, NUMBERS };
	static const struct { const char *name; int64_t most; } wanted[NUMBERS] = {
		[SEED] = { "seed", INT64_MAX }, [DAYS] = { "days", 3660 },
		[PER_DAY] = { "reports-per-day", 100000 }, [FLOOD] = { "flood-reports", 900000 },
		[QUAKE] = { "quake-reports", 900000 },
	};
	const char *texts[NUMBERS] = { NULL };
	struct cli_flag flags[NUMBERS];
	int64_t v[NUMBERS];

	*opt = sim_usual();
	v[SEED] = (int64_t)opt->seed, v[DAYS] = opt->days, v[PER_DAY] = opt->reports_per_day;
	v[FLOOD] = opt->flood_reports, v[QUAKE] = opt->quake_reports;
	for (int i = 0; i < NUMBERS; i++)
		flags[i] = (struct cli_flag){ wanted[i].name, &texts[i], NULL };
	if (take_troubles(&argc, argv, opt) != 0 || cli_parse(c, argc, argv, flags, NUMBERS) != 0)
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

static int
simulate(const struct policy *p, const struct roster *r, const struct sim_options *opt)
{
	struct sim s;
	struct tally t;
	struct buf out = { 0 };
	int64_t begun;

	if (sim_init(&s, p, r, opt) != 0) {
		sim_release(&s);
		return cli_fail("petugas.csv: nobody is of unit %s, the triage desk; add its officers",
		    p->triage_unit);
	}
	tally_init(&t, &s);
	begun = clock_mono_us();
	sim_run(&s);
	begun = clock_mono_us() - begun;
	tally_print(&t, &out);
	fwrite(out.data, 1, out.len, stdout);
	/* Not part of the report: a machine's speed differs from run to run. */
	fprintf(stderr, "%.2f s, %.0f case-events per second on one core\n", (double)begun / 1e6,
	    (double)s.steps * 1e6 / (double)(begun > 0 ? begun : 1));
	buf_release(&out);
	tally_release(&t);
	sim_release(&s);
	return 0;
}

int
cli_simulate(int argc, char **argv)
{
	struct cli c;
	struct sim_options opt;
	struct policy *p = NULL;
	struct roster r = { 0 };
	struct buf errors = { 0 };
	int status = 1;

	if (read_options(&opt, &c, argc, argv) != 0)
		return 2;
	if (cli_conf(&c, &p, &r, &errors) == 0)
		status = simulate(p, &r, &opt);
	fputs(buf_str(&errors), stderr);
	policy_free(p);
	roster_release(&r);
	buf_release(&errors);
	return status;
}
