/* The JSON API, reading part: lists from the model, a single case read and checked anew. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/case_page.h"
#include "console/drafts.h"
#include "console/gate.h"
#include "lib/page.h"
#include "store/view.h"

ASSET_DECLARE(console_web_openapi_json);

#define PAGE_MOST 1000

/* What narrows a list of cases; an empty one narrows nothing. */
struct narrowing {
	const char *unit, *state, *category, *urgency, *place, *incident;
	int overdue, drill;		/* drill: -1 both */
	int64_t limit;
	struct model_case after;	/* the last one of the page before: its order and code */
	int has_after;
};

static const char *
words_of(struct http_req *r, const char *name)
{
	size_t len;

	return http_req_query(r, name, &len);
}

/* "PROMISE.HANDLED.DUE.CODE": all that the order is made of. */
static int
read_after(struct narrowing *n, const char *s)
{
	char code[CODE_CHARS + 1];
	int handled, used = 0;

	n->has_after = 1;
	if (sscanf(s, "%" SCNd64 ".%d.%" SCNd64 ".%8[0-9A-Z]%n", &n->after.promise_ms, &handled, &n->after.due_ms, code,
	    &used) != 4 || s[used] != '\0')
		return -1;
	n->after.handled_ms = handled != 0;
	snprintf(n->after.code.s, sizeof(n->after.code.s), "%s", code);
	return 0;
}

static void
add_after(struct buf *b, const struct model_case *c)
{
	buf_addf(b, "%" PRId64 ".%d.%" PRId64 ".%s", c->promise_ms, c->handled_ms != 0, c->due_ms, c->code.s);
}

/* NULL, or what is wrong with the question. */
static const char *
read_narrowing(struct narrowing *n, struct http_req *r)
{
	static const char *const known[] = { "unit", "state", "category", "urgency", "place", "incident", "overdue",
	    "drill", "limit", "after" };
	const char *flag;
	enum case_state state;
	enum urgency urgency;
	char *end = NULL;

	*n = (struct narrowing){ words_of(r, known[0]), words_of(r, known[1]), words_of(r, known[2]),
	    words_of(r, known[3]), words_of(r, known[4]), words_of(r, known[5]), 0, -1, PAGE_MOST, { .seq = 0 }, 0 };
	if (n->state != NULL && case_state_of_name(n->state, &state) != 0)
		return SAID("state: baru, ditugaskan, diterima, menuju, ditangani, selesai atau menunggu.");
	if (n->urgency != NULL && urgency_of_name(n->urgency, &urgency) != 0)
		return SAID("urgency: biasa, mendesak atau darurat.");
	if ((flag = words_of(r, "overdue")) != NULL) {
		if (strcmp(flag, "1") != 0 && strcmp(flag, "true") != 0)
			return SAID("overdue: hanya 1 atau true.");
		n->overdue = 1;
	}
	if ((flag = words_of(r, "drill")) != NULL) {
		if (strcmp(flag, "0") != 0 && strcmp(flag, "1") != 0)
			return SAID("drill: 0 atau 1.");
		n->drill = flag[0] == '1';
	}
	if ((flag = words_of(r, "limit")) != NULL &&
	    ((n->limit = strtoll(flag, &end, 10)) < 1 || n->limit > PAGE_MOST || *end != '\0'))
		return SAID("limit: 1 sampai 1000.");
	if ((flag = words_of(r, "after")) != NULL && read_after(n, flag) != 0)
		return SAID("after: isi next dari halaman sebelumnya.");
	return NULL;
}

static int
is_other(const char *wanted, const char *is)
{
	return wanted != NULL && strcmp(wanted, is) != 0;
}

static int
has_unit(const struct model *m, const struct model_case *c, const char *unit)
{
	for (int i = 0; unit != NULL && i < c->units_n; i++)
		if (strcmp(model_unit_code(m, c->unit_ids[i]), unit) == 0)
			return 1;
	return unit == NULL;
}

static int
in_order(const struct model_case *x, const struct model_case *y)
{
	int order = model_compare(x, y);

	return order != 0 ? order : strcmp(x->code.s, y->code.s);
}

static int
by_order(const void *a, const void *b)
{
	return in_order(*(const struct model_case *const *)a, *(const struct model_case *const *)b);
}

struct gathering {
	const struct console *c;
	const struct officer *o;
	const struct narrowing *n;
	int64_t now_ms;
	const struct model_case **rows; size_t rows_n, cap;
};

static int
gather(const struct model_case *m, int sealed, void *arg)
{
	struct gathering *g = arg;
	const struct narrowing *n = g->n;
	struct access_case a;

	if (sealed || m->state == CASE_DITUTUP || !has_unit(g->c->model, m, n->unit) ||
	    is_other(n->state, case_state_name(m->state)) || is_other(n->category, m->category) ||
	    is_other(n->urgency, urgency_name(m->urgency)) || is_other(n->incident, m->incident) ||
	    (n->place != NULL && strncmp(m->place, n->place, strlen(n->place)) != 0) ||
	    (n->overdue && !model_is_late(m, g->now_ms)) || (n->drill >= 0 && m->latihan != n->drill) ||
	    (n->has_after && in_order(m, &n->after) <= 0))
		return 0;
	model_access(g->c->model, m, 0, &a);
	if (!access_may(g->c->h.policy, g->o, SEE_EXISTS, &a))
		return 0;
	if (g->rows_n == g->cap) {
		g->cap = g->cap == 0 ? 256 : 2 * g->cap;
		g->rows = xrealloc(g->rows, g->cap * sizeof(*g->rows));
	}
	g->rows[g->rows_n++] = m;
	return 0;
}

void
get_cases(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct gathering g = { .c = c };
	struct narrowing n;
	struct buf b = { 0 };
	const char *wrong;
	struct who w;

	if (!gate(r, c, &w))
		return;
	wrong = read_narrowing(&n, r);
	if (wrong != NULL) {
		http_answer_problem(r, 400, "Bad Request", wrong);
		return;
	}
	g.o = w.officer;
	g.n = &n;
	g.now_ms = house_now_ms(&c->h);
	model_each(c->model, gather, &g);
	if (g.rows_n > 1)
		qsort(g.rows, g.rows_n, sizeof(*g.rows), by_order);
	buf_addf(&b, "{\"seq\":%" PRId64 ",\"total\":%zu,\"cases\":[", model_seq(c->model), g.rows_n);
	for (size_t i = 0; i < g.rows_n && i < (size_t)n.limit; i++) {
		buf_adds(&b, i > 0 ? "," : "");
		model_case_json(&b, g.rows[i], g.now_ms);
	}
	buf_addc(&b, ']');
	if (g.rows_n > (size_t)n.limit) {
		buf_adds(&b, ",\"next\":\"");
		add_after(&b, g.rows[n.limit - 1]);
		buf_addc(&b, '"');
	}
	buf_addc(&b, '}');
	http_answer_json(r, 200, &b);
	free(g.rows);
	buf_release(&b);
}

void
get_case(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct looking l;
	struct buf b = { 0 };

	/* What he may not see and what is not there look the same; a sealed one stands on record. */
	if (looking_begin(r, c, &l, 0)) {
		if (view_case(&b, &c->h.st, l.p, &l.s, &l.blur, house_now_ms(&c->h)) != 0)
			http_answer_problem(r, 404, "Not Found", "Tidak ada kasus dengan kode itu.");
		else
			http_answer_json(r, 200, &b);
	}
	looking_release(&l);
	buf_release(&b);
}

/* Open to all: it says how to ask, not what is answered. */
void
get_openapi(struct http_req *r, void *arg)
{
	(void)arg;
	page_answer_asset(r, "application/json", ASSET(console_web_openapi_json));
}

void
get_console_healthz(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct buf b = { 0 };

	buf_addf(&b, "{\"status\":\"%s\"}", c->ready && c->h.serving ? "ok" : "store away");
	http_answer_json(r, c->ready && c->h.serving ? 200 : 503, &b);
	buf_release(&b);
}

void
get_console_metrics(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct buf b = { 0 };
	const struct { const char *name, *help; int64_t value; } rows[] = {
		{ "kentongan_console_seq", "Last log entry taken into the read model.",
		    model_seq(c->model) },
		{ "kentongan_console_open_cases", "Open cases in the read model.",
		    (int64_t)model_open_count(c->model) },
		{ "kentongan_console_model_bytes", "Memory of the read model.",
		    (int64_t)model_bytes(c->model) },
		{ "kentongan_console_watchers", "Live feeds open.", c->watchers_n },
		{ "kentongan_console_drafts", "Broadcasts being drawn up.", drafts_under_way(c) },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		buf_addf(&b, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n", rows[i].name,
		    rows[i].help, rows[i].name, rows[i].name, rows[i].value);
	http_answer(r, 200, "text/plain; version=0.0.4; charset=utf-8", &b);
	buf_release(&b);
}
