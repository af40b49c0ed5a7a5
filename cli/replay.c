/* kentongan replay: the log decided again, as it was and as it would have been. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/rerun.h"
#include "lib/config.h"
#include "store/logbook.h"

#define USAGE "replay [--conf DIR] [--roster FILE.csv] [--from SEQ] [--to SEQ] " \
	"[--dir DIR | --log FILE]"
#define BATCH 1000

/* What another version and roster are made of; zeroed: none was asked for. */
struct instead { struct policy *policy; struct roster roster; char digest[65]; };

static int
read_instead(struct instead *w, const struct cli *c, const char *roster, struct buf *errors)
{
	struct conf_set files = { 0 };
	struct buf text = { 0 };
	int rc = 0;

	if (c->conf_given) {
		rc = -1;
		if (version_read_files(&files, c->conf, errors) == 0 &&
		    (w->policy = policy_parse(&files, errors)) != NULL) {
			version_digest(w->digest, &files);
			rc = 0;
		}
	}
	if (rc == 0 && roster != NULL) {
		rc = file_read(roster, 8u << 20, &text);
		if (rc != 0)
			buf_addf(errors, "%s: cannot be read: %s\n", roster, strerror(errno));
		else
			rc = roster_parse_csv(&w->roster, roster, buf_str(&text), text.len, errors);
	}
	conf_release(&files);
	buf_release(&text);
	return rc;
}

/* ---- where the log comes from ---- */

static const struct policy *
policy_of_store(const char *digest, void *arg)
{
	struct house *h = arg;

	return version_policy(&h->versions, &h->st, digest);
}

struct reading { struct rerun *r; int64_t seq; int bad; };

static int
on_line(const struct log_line *line, void *arg)
{
	struct reading *x = arg;

	if (line->seq != x->seq + 1 && x->seq != 0) {
		x->bad = cli_fail("after seq %" PRId64 " the log has a gap; run 'kentongan audit verify'",
		    x->seq);
		return 1;
	}
	x->seq = line->seq;
	rerun_entry(x->r, line->seq, line->entry, line->len);
	return 0;
}

static int
read_store(struct rerun *r, struct house *h)
{
	struct reading x = { .r = r };
	int n = 0;

	do
		n = logbook_read(&h->st, x.seq, BATCH, on_line, &x);
	while (n == BATCH && !x.bad && x.seq < r->to_seq);
	if (n < 0)
		return cli_fail("the log cannot be read: %s", store_error(&h->st));
	return x.bad;
}

static const struct policy *
policy_of_conf(const char *digest, void *arg)
{
	const struct instead *w = arg;

	return strncmp(w->digest, digest, 32) == 0 ? w->policy : NULL;
}

/* A line each: the seq, a tab, the entry.  The version and the roster are those of --conf. */
static int
read_file(struct rerun *r, const char *path, struct instead *w)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *entry;
	size_t cap = 0;
	ssize_t len;
	int bad = 0;

	if (f == NULL)
		return cli_fail("%s: %s", path, strerror(errno));
	r->policy_of = policy_of_conf;
	r->arg = w;
	r->roster = &w->roster;
	for (int64_t n = 1; !bad && (len = getline(&line, &cap, f)) > 0; n++) {
		int64_t seq = strtoll(line, &entry, 10);

		if (line[len - 1] == '\n')
			line[--len] = '\0';
		if (*entry != '\t' || seq <= 0)
			bad = cli_fail("%s:%" PRId64 ": write SEQ, a tab and the entry", path, n);
		else
			rerun_entry(r, seq, entry + 1, (size_t)(len - (entry + 1 - line)));
	}
	free(line);
	fclose(f);
	return bad;
}

/* ---- what is said ---- */

static void
say_fates(const struct rerun *r)
{
	static const char *const promises[] = { "open", "kept", "broken" };
	int64_t changed = 0, sealed = 0, moved[3][3] = { { 0 } };

	for (size_t i = 0; i < r->cap; i++) {
		const struct rerun_case *k = r->table[i];
		struct buf line = { 0 };

		if (k == NULL || k->lost || !k->wanted || k->latihan)
			continue;
		moved[k->before.promise][k->after.promise]++;
		if (!rerun_changed(k))
			continue;
		changed++;
		sealed += k->sealed;
		buf_add_fates(&line, k);
		if (!k->sealed)		/* that it exists is for those named in it */
			printf("%s  %s  %s  %s\n", k->code.s, k->category, k->unit, buf_str(&line));
		buf_release(&line);
	}
	printf("%" PRId64 " cases would have ended otherwise (%" PRId64 " sealed ones are not listed)\n",
	    changed, sealed);
	for (int a = 0; a < 3; a++)
		for (int b = 0; b < 3; b++)
			if (a != b && moved[a][b] > 0)
				printf("  first act %s -> %s: %" PRId64 "\n", promises[a], promises[b],
				    moved[a][b]);
	printf("  first act in time: %" PRId64 " as it was, %" PRId64 " as it would be\n",
	    moved[1][0] + moved[1][1] + moved[1][2], moved[0][1] + moved[1][1] + moved[2][1]);
	if (r->refused > 0)
		printf("  %" PRId64 " commands do not fit the other rules and were left out\n", r->refused);
}

static int
say(const struct rerun *r)
{
	fputs(buf_str(&r->differences), stdout);
	printf("%" PRId64 " entries of %" PRId64 " cases decided again, %" PRId64 " of them warnings, "
	    "breaches and rungs: ", r->entries, r->cases_n, r->rungs);
	if (r->differ > 0)
		printf("%" PRId64 " differ\n", r->differ);
	else
		printf("bit for bit\n");
	if (r->lost > 0)
		printf("%" PRId64 " cases cannot be decided again: their beginning, or the version of their "
		    "rules, is not here\n", r->lost);
	if (r->other != NULL)
		say_fates(r);
	return r->differ > 0 || r->entries == 0;
}

/* The log's own version under another name is no other version. */
static void
choose(struct rerun *r, const struct instead *w, const char *current)
{
	int other = w->policy != NULL && strncmp(w->digest, current, 32) != 0;

	if (other || (w->roster.n > 0 && r->roster != &w->roster))
		r->other = other ? w->policy : r->policy_of(current, r->arg);
	if (w->roster.n > 0 && r->roster != &w->roster)
		r->other_roster = &w->roster;
}

static int
replay_house(struct rerun *r, struct instead *w, struct house *h)
{
	int status;

	r->policy_of = policy_of_store;
	r->arg = h;
	r->roster = &h->roster;
	choose(r, w, h->current);
	status = read_store(r, h);
	rerun_end(r);
	status = status != 0 ? status : say(r);
	house_close(h);
	return status;
}

static int
replay_file(const char *log, struct rerun *r, struct instead *w)
{
	int status;

	if (w->policy == NULL || w->roster.n == 0)
		return cli_fail("--log needs the version and the officers of that time: --conf DIR "
		    "--roster DIR/petugas.csv");
	status = read_file(r, log, w);
	return status != 0 ? status : say(r);
}

static int
seq_of(const char *s, int64_t otherwise, int64_t *out)
{
	char *end;

	*out = otherwise;
	if (s == NULL)
		return 0;
	*out = strtoll(s, &end, 10);
	return *s != '\0' && *end == '\0' && *out > 0 ? 0 : -1;
}

int
cli_replay(int argc, char **argv)
{
	const char *from = NULL, *to = NULL, *log = NULL, *roster = NULL;
	const struct cli_flag flags[] = {
		{ "from", &from, NULL }, { "to", &to, NULL }, { "log", &log, NULL },
		{ "roster", &roster, NULL },
	};
	struct cli c;
	struct rerun r;
	struct instead w = { 0 };
	struct house h;
	struct buf errors = { 0 };
	int status = 1;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0)
		return 2;
	rerun_init(&r);
	if (c.args_n != 0 || seq_of(from, 1, &r.from_seq) != 0 ||
	    seq_of(to, INT64_MAX, &r.to_seq) != 0)
		status = cli_usage(USAGE);
	else if (read_instead(&w, &c, roster, &errors) == 0)
		status = log != NULL ? replay_file(log, &r, &w) :
		    cli_house(&c, &h) != 0 ? 1 : replay_house(&r, &w, &h);
	fputs(buf_str(&errors), stderr);
	rerun_release(&r);
	policy_free(w.policy);
	roster_release(&w.roster);
	buf_release(&errors);
	return status;
}
