/* kentongan case, kentongan cases: what is the state of things? */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/message.h"
#include "store/candidates.h"
#include "store/view.h"

static const struct policy *
policy_of(struct house *h, const struct stored_case *s)
{
	return s->there && s->readable && s->version > 0 ?
	    version_policy(&h->versions, &h->st, s->c.policy) : NULL;
}

/* The promise: the clock that stops when handled. */
static const struct case_clock *
promise(const struct policy *p, const struct case_record *c)
{
	for (int i = 0; i < c->clocks_n && i < p->clocks_n; i++)
		if (p->clocks[i].stop == STOP_ON_HANDLE && c->clocks[i].state != CLOCK_NONE)
			return &c->clocks[i];
	return NULL;
}

static void
print_line(const struct policy *p, const struct case_record *c, int64_t now)
{
	const struct case_clock *k = promise(p, c);
	struct buf left = { 0 };
	char shown[CODE_CHARS + 2];

	code_show(shown, &c->code);
	if (k != NULL && k->state == CLOCK_RUNNING) {
		buf_adds(&left, k->due_ms < now ? "lewat " : "sisa ");
		buf_add_duration(&left, k->due_ms < now ? now - k->due_ms : k->due_ms - now, "id");
	}
	printf("%s  %-11s %-8s %-18s %-14s %-12s %s\n", shown, case_state_name(c->state),
	    urgency_name(c->urgency), c->category, c->place, case_lead(c), buf_str(&left));
	buf_release(&left);
}

static void
print_case(const struct policy *p, const struct case_record *c, int64_t now)
{
	struct ledger_row rows[LEDGER_ROWS + 1];
	int n;

	print_line(p, c, now);
	if (c->abandoned_ms != 0) {
		struct buf at = { 0 };

		buf_add_wib_short(&at, c->abandoned_ms);
		printf("  diterima, terbengkalai: kembali ke unit %s\n", buf_str(&at));
		buf_release(&at);
	}
	for (int i = 0; i < c->clocks_n && i < p->clocks_n; i++) {
		struct buf due = { 0 };

		if (c->clocks[i].state == CLOCK_NONE)
			continue;
		buf_add_wib_short(&due, c->clocks[i].due_ms);
		printf("  %-14s %-10s batas %s%s\n", p->clocks[i].name,
		    clock_state_name(c->clocks[i].state), buf_str(&due),
		    c->clocks[i].breached_ms != 0 ? "  LEWAT" : "");
		buf_release(&due);
	}
	n = ledger_list(&c->ledger, now, rows);
	for (int i = 0; i < n; i++)
		printf("  %-24s %" PRId64 " detik\n", rows[i].holder, rows[i].ms / 1000);
}

/* What may be the same, for a human to decide; no answer is no reason to show nothing. */
static void
add_candidates(struct buf *b, struct house *h, const struct policy *p, const struct stored_case *s)
{
	static struct candidate list[CANDIDATES_MOST];
	int truncated, n = s->c.state == CASE_DITUTUP ? 0 : candidates_find(&h->st, p, &h->set, s, list, &truncated);

	if (b->len == 0 || n < 0)
		return;
	b->len--;			/* the closing brace */
	buf_adds(b, ",\"candidates\":");
	candidates_to_json(b, list, n);
	buf_addc(b, '}');
}

int
cli_case(int argc, char **argv)
{
	struct stored_case s = { 0 };
	struct buf out = { 0 };
	const struct policy *p;
	struct code code;
	struct house h;
	struct cli c;
	int status = 1;
	int64_t now;

	if (cli_parse(&c, argc, argv, NULL, 0) != 0 || c.args_n != 1)
		return cli_usage("case CODE [--json]");
	if (code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		return cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	if (cli_house(&c, &h) != 0)
		return 1;
	now = store_now_ms(&h.st);
	if (now == 0 || cases_load(&h.st, &code, 1, &s) != 0)
		cli_fail("the store does not answer: %s", redis_pipe_error(h.st.pipe));
	else if (!s.there)
		cli_fail("%s: no such case", code.s);
	else if (s.version == 0 && c.json)
		status = printf("{\"code\":\"%s\",\"state\":\"masuk\",\"version\":0}\n",
		    code.s) < 0;
	else if (s.version == 0)
		status = printf("%s  masuk, belum dibaca\n", code.s) < 0;
	else if ((p = policy_of(&h, &s)) == NULL)
		cli_fail("%s: its document or its version %s cannot be read", code.s, s.c.policy);
	else if (!c.json) {
		print_case(p, &s.c, now);
		status = 0;
	} else if (view_case(&out, &h.st, p, &s, NULL, now) == 0) {
		add_candidates(&out, &h, p, &s);
		puts(buf_str(&out));
		status = 0;
	}
	buf_release(&out);
	stored_case_release(&s);
	house_close(&h);
	return status;
}

/* ---- cases ---- */

struct row { struct case_record c; const struct policy *p; int64_t due_ms; };
struct listing {
	struct row *rows;
	size_t n, cap;
	const char *unit;
	int any_state;
	enum case_state state;
	int overdue;
	int64_t now;
};

static void
keep(struct listing *l, struct house *h, const struct stored_case *s)
{
	const struct policy *p = policy_of(h, s);
	const struct case_clock *k = p != NULL ? promise(p, &s->c) : NULL;
	int mine = l->unit == NULL;

	if (p == NULL || (!l->any_state && s->c.state != l->state))
		return;
	for (int i = 0; !mine && i < s->c.units_n; i++)
		mine = strcmp(s->c.units[i], l->unit) == 0;
	if (!mine || (l->overdue && (k == NULL || k->state != CLOCK_RUNNING || k->due_ms > l->now)))
		return;
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->rows = xrealloc(l->rows, l->cap * sizeof(*l->rows));
	}
	l->rows[l->n++] = (struct row){ s->c, p,
	    k != NULL && k->state == CLOCK_RUNNING ? k->due_ms : INT64_MAX };
}

static int
by_time_left(const void *a, const void *b)
{
	int64_t x = ((const struct row *)a)->due_ms, y = ((const struct row *)b)->due_ms;

	return x < y ? -1 : x > y;
}

#define BATCH 200

static int
collect(struct listing *l, struct house *h)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &h->st.keys, KEY_DUE, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "ZRANGE %b 0 -1", key.data, key.len);
	if (r == NULL || r->type != REDIS_REPLY_ARRAY)
		goto out;
	for (size_t at = 0; at < r->elements;) {
		struct code codes[BATCH];
		struct stored_case s[BATCH];
		size_t n = 0;

		for (; at < r->elements && n < BATCH; at++)
			if (code_parse(&codes[n], r->element[at]->str, r->element[at]->len) == 0)
				n++;
		if (cases_load(&h->st, codes, n, s) != 0)
			goto out;
		for (size_t i = 0; i < n; i++) {
			keep(l, h, &s[i]);
			stored_case_release(&s[i]);
		}
	}
	if (l->n > 1)
		qsort(l->rows, l->n, sizeof(*l->rows), by_time_left);
	rc = 0;
out:
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

static void
print_all(const struct listing *l, int json)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		if (!json) {
			print_line(l->rows[i].p, &l->rows[i].c, l->now);
			continue;
		}
		buf_adds(&out, i ? ",\n" : "[");
		view_case_open(&out, l->rows[i].p, &l->rows[i].c, l->now);
		buf_addc(&out, '}');
	}
	if (json)
		printf("%s%s]\n", buf_str(&out), l->n == 0 ? "[" : "");
	buf_release(&out);
}

int
cli_cases(int argc, char **argv)
{
	const char *state = NULL;
	struct listing l = { .any_state = 1 };
	const struct cli_flag flags[] = { { "unit", &l.unit, NULL }, { "state", &state, NULL },
	    { "overdue", NULL, &l.overdue } };
	struct house h;
	struct cli c;
	int status = 1;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0)
		return cli_usage("cases [--unit U] [--state S] [--overdue] [--json]");
	if (state != NULL) {
		l.any_state = 0;
		if (case_state_of_name(state, &l.state) != 0)
			return cli_fail(
			    "--state %s: one of baru ditugaskan diterima menuju ditangani selesai "
			    "menunggu",
			    state);
	}
	if (cli_house(&c, &h) != 0)
		return 1;
	l.now = store_now_ms(&h.st);
	if (l.unit != NULL && unit_find(h.policy->units, l.unit) == NULL)
		cli_fail("--unit %s: no such unit; see conf/unit.csv", l.unit);
	else if (l.now == 0 || collect(&l, &h) != 0)
		cli_fail("the store does not answer: %s", redis_pipe_error(h.st.pipe));
	else {
		print_all(&l, c.json);
		status = 0;
	}
	free(l.rows);
	house_close(&h);
	return status;
}
