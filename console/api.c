/* The JSON API, reading part: lists from the model, a single case read and checked anew. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/gate.h"
#include "store/view.h"

#define CASES_MAX 1000

void
get_cases(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const struct model_case *rows[CASES_MAX];
	size_t n = model_open(c->model, rows, CASES_MAX), len;
	const char *unit = http_req_query(r, "unit", &len),
	    *state = http_req_query(r, "state", &len);
	int64_t now = house_now_ms(&c->h);
	struct buf b = { 0 };
	struct who w;
	int shown = 0;

	if (!gate(r, c, &w))
		return;
	buf_addf(&b, "{\"seq\":%" PRId64 ",\"cases\":[", model_seq(c->model));
	for (size_t i = 0; i < n; i++) {
		struct access_case a;

		model_access(c->model, rows[i], 0, &a);
		if (!access_may(c->h.policy, w.officer, SEE_EXISTS, &a))
			continue;
		if ((unit != NULL && strcmp(unit, rows[i]->unit) != 0) ||
		    (state != NULL && strcmp(state, case_state_name(rows[i]->state)) != 0))
			continue;
		buf_adds(&b, shown++ ? "," : "");
		model_case_json(&b, rows[i], now);
	}
	buf_adds(&b, "]}");
	http_answer_json(r, 200, &b);
	buf_release(&b);
}

void
get_case(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const char *tail = http_req_tail(r);
	struct stored_case s = { 0 };
	const struct policy *p;
	struct buf b = { 0 };
	struct access_case a;
	struct code code;
	struct who w;

	if (!gate(r, c, &w))
		return;
	/* What he may not see and what is not there look the same. */
	if (code_parse(&code, tail, strlen(tail)) != 0 || cases_load(&c->h.st, &code, 1, &s) != 0 ||
	    !s.there || !s.readable || s.version == 0 ||
	    (access_case_of(&a, &s.c, w.officer), !access_may(c->h.policy, w.officer, SEE_CASE, &a)) ||
	    (p = version_policy(&c->h.versions, &c->h.st, s.c.policy)) == NULL ||
	    view_case(&b, &c->h.st, p, &s, house_now_ms(&c->h)) != 0)
		http_answer_problem(r, 404, "Not Found", "Tidak ada kasus dengan kode itu.");
	else
		http_answer_json(r, 200, &b);
	stored_case_release(&s);
	buf_release(&b);
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
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		buf_addf(&b, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n", rows[i].name,
		    rows[i].help, rows[i].name, rows[i].name, rows[i].value);
	http_answer(r, 200, "text/plain; version=0.0.4; charset=utf-8", &b);
	buf_release(&b);
}
