/* kentongan forecast: which promises will break within two hours, and why. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/cli.h"
#include "core/forecast.h"
#include "lib/escape.h"
#include "lib/json_of.h"
#include "store/logbook.h"

#define USAGE "forecast [--hours N] [--check] [--json] [--dir DIR]"
#define BATCH 1000
#define CHECK_EVERY_MS (20 * MINUTE_MS)

/* The log is read once, from its beginning; what is learnt of it is a few bytes a case. */
struct reading {
	struct spells spells;
	const struct policy *p;
	int64_t seq, first_ms, last_ms;
	int bad;
};

static int
is_time(int64_t ms)
{
	return ms >= 0 && ms <= MS_MOST;
}

static int
note_of(struct spell_note *n, const struct policy *p, const json_t *doc)
{
	const json_t *c = json_object_get(doc, "c");
	const char *unit = json_string_value(json_array_get(json_object_get(c, "un"), 0));
	const char *code = text_of(doc, "code");
	enum case_state state;
	enum urgency urgency;

	memset(n, 0, sizeof(*n));
	if (c == NULL || log_is_apart(doc) ||
	    code_parse(&n->code, code, strlen(code)) != 0 ||
	    case_state_of_name(text_of(c, "st"), &state) != 0 ||
	    urgency_of_name(text_of(c, "urg"), &urgency) != 0)
		return -1;
	n->at_ms = int_of(doc, "at");
	n->unit = unit != NULL ? unit : p->triage_unit;
	n->urgent = urgency == URGENCY_DARURAT;
	n->sealed = (int)int_of(c, "sealed");
	n->closed = state == CASE_DITUTUP;
	n->taken = state == CASE_MENUNGGU ? -1 : state == CASE_DITERIMA || state == CASE_MENUJU;
	n->received_ms = int_of(c, "rx");
	n->due_ms = int_of(c, "pr");
	n->handled_ms = int_of(c, "hd");
	return n->at_ms > 0 && is_time(n->at_ms) && is_time(n->received_ms) && is_time(n->due_ms) &&
	    is_time(n->handled_ms) ? 0 : -1;
}

static int
on_line(const struct log_line *line, void *arg)
{
	struct reading *x = arg;
	json_t *doc = line->seq > 0 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	struct spell_note n;

	if (doc == NULL) {
		x->bad = cli_fail("after seq %" PRId64 " stands what cannot be read; run 'kentongan audit "
		    "verify'", x->seq);
		return 1;
	}
	x->seq = line->seq;
	if (note_of(&n, x->p, doc) == 0) {
		spells_note(&x->spells, &n);
		x->first_ms = x->first_ms != 0 ? x->first_ms : n.at_ms;
		x->last_ms = n.at_ms;
	}
	json_decref(doc);
	return 0;
}

struct row { const struct spell *x; double chance; struct forecast_why why; };

/* The likeliest first; of two alike the one that is due first. */
static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->chance != y->chance)
		return x->chance < y->chance ? 1 : -1;
	return (x->x->due_ms > y->x->due_ms) - (x->x->due_ms < y->x->due_ms);
}

static void
say_row(const struct row *r, const struct reading *x, int json)
{
	const char *unit = x->spells.units[r->x->unit].code;
	struct buf why = { 0 }, due = { 0 };

	buf_add_forecast_why(&why, &r->why);
	buf_add_wib_short(&due, r->x->due_ms);
	if (json) {
		struct buf line = { 0 };

		buf_addf(&line, "{\"code\":\"%s\"", r->x->code.s);
		buf_add_pair(&line, "unit", unit);
		buf_addf(&line, ",\"due_ms\":%" PRId64 ",\"chance\":%.3f", r->x->due_ms, r->chance);
		buf_add_pair(&line, "why", buf_str(&why));
		printf("%s}\n", buf_str(&line));
		buf_release(&line);
	} else {
		printf("%3.0f %%  %s  %-22s %s  %s\n", 100 * r->chance, r->x->code.s, unit, buf_str(&due),
		    buf_str(&why));
	}
	buf_release(&why);
	buf_release(&due);
}

static void
say_open(const struct reading *x, int64_t now_ms, int64_t horizon_ms, int json)
{
	struct forecast *f = forecast_learn(&x->spells, now_ms);
	struct row *rows = xcalloc(x->spells.n + 1, sizeof(*rows));
	size_t n = 0;
	int sealed = 0;

	for (size_t i = 0; i < x->spells.n; i++) {
		const struct spell *s = &x->spells.list[i];

		if (s->ended_ms != 0 || s->due_ms <= now_ms || s->due_ms > now_ms + horizon_ms)
			continue;
		if (s->sealed) {	/* that it exists is for those named in it */
			sealed++;
			continue;
		}
		rows[n].x = s;
		rows[n].chance = forecast_breach(f, s, now_ms, &rows[n].why);
		n++;
	}
	qsort(rows, n, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < n; i++)
		say_row(&rows[i], x, json);
	if (!json)
		printf("%zu cases fall due within %.1f h without an act so far (%d sealed ones more)\n", n,
		    (double)horizon_ms / (double)HOUR_MS, sealed);
	free(rows);
	forecast_free(f);
}

/* Learnt on the first two thirds of the log's time, judged on the last. */
static int
say_check(const struct reading *x, int64_t now_ms, int64_t horizon_ms)
{
	int64_t learnt = x->first_ms + (x->last_ms - x->first_ms) / 3 * 2;
	struct forecast *f = forecast_learn(&x->spells, learnt);
	struct calibration c = { .n = 0 };
	struct buf b = { 0 };

	calibration_hold_out(&c, f, &x->spells, learnt, now_ms, CHECK_EVERY_MS, horizon_ms);
	buf_adds(&b, "learnt until ");
	buf_add_wib_short(&b, learnt);
	buf_adds(&b, ", judged on what came after\n");
	buf_add_calibration(&b, &c);
	fputs(buf_str(&b), stdout);
	buf_release(&b);
	forecast_free(f);
	return c.n > 0 ? 0 : cli_fail("nothing fell due in the last third of the log; come back later");
}

static int
forecast(struct house *h, int64_t horizon_ms, int check, int json)
{
	struct reading x = { .p = h->policy };
	int64_t now = store_now_ms(&h->st);
	int n, status = 1;

	do
		n = logbook_read(&h->st, x.seq, BATCH, on_line, &x);
	while (n == BATCH && !x.bad);
	if (n < 0 || now == 0) {
		cli_fail("the log cannot be read: %s", store_error(&h->st));
	} else if (!x.bad && check) {
		status = say_check(&x, now, horizon_ms);
	} else if (!x.bad) {
		say_open(&x, now, horizon_ms, json);
		status = 0;
	}
	spells_release(&x.spells);
	return status;
}

int
cli_forecast(int argc, char **argv)
{
	const char *hours = "2";
	char *end;
	double h;
	int check = 0, status;
	const struct cli_flag flags[] = { { "hours", &hours, NULL }, { "check", NULL, &check } };
	struct cli c;
	struct house house;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0)
		return 2;
	h = strtod(hours, &end);
	if (c.args_n != 0 || *hours == '\0' || *end != '\0' || !(h > 0 && h <= 48))
		return cli_usage(USAGE);
	if (cli_house(&c, &house) != 0)
		return 1;
	status = forecast(&house, (int64_t)(h * (double)HOUR_MS), check, c.json);
	house_close(&house);
	return status;
}
