#include "notify/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/clock.h"
#include "lib/seal.h"

/* ---- what an answer means ---- */

static json_t *
parse(const struct httpc_answer *a)
{
	return a->body_len > 0 ? json_loadb(a->body, a->body_len, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

/* The id of what was sent; each of the three names it otherwise.  NULL: none. */
static const char *
id_of_sent(const json_t *doc)
{
	const json_t *first = json_array_get(json_object_get(doc, "messages"), 0);
	const json_t *ids[] = { json_object_get(first, "id"), json_object_get(doc, "message_id"),
	    json_object_get(doc, "id") };

	for (size_t i = 0; i < N_ELEMS(ids); i++)
		if (json_is_string(ids[i]))
			return json_string_value(ids[i]);
	return NULL;
}

static void
judge_status(struct graph_verdict *v, int status)
{
	struct send_result *r = &v->result;

	if (status == 429) {
		r->outcome = SEND_RETRY;
		r->pause_ms = r->retry_after_ms > 0 ? r->retry_after_ms : 1000;
	} else if (status == 503) {
		r->outcome = SEND_RETRY;
	} else if (status >= 500 || status == 408 || status < 400) {
		r->outcome = SEND_UNKNOWN;
	} else if (status == 401 || status == 403) {
		r->outcome = SEND_RETRY;
		v->flags = GRAPH_STOP | GRAPH_ALARM;
	} else {
		r->outcome = SEND_FINAL;
		v->flags = GRAPH_ALARM;
	}
}

static void
judge_code(struct graph_verdict *v, const struct graph_rule *rules, size_t n, int status)
{
	for (size_t i = 0; i < n; i++) {
		const struct graph_rule *rule = &rules[i];

		if (v->code < rule->first || v->code > rule->last)
			continue;
		v->result.outcome = rule->outcome;
		/* Its own word, where it gives one, before our guess. */
		v->result.pause_ms = rule->pause_ms > 0 && v->result.retry_after_ms > 0 ?
		    v->result.retry_after_ms : rule->pause_ms;
		if (rule->wait_ms > v->result.retry_after_ms)
			v->result.retry_after_ms = rule->wait_ms;
		v->flags = rule->flags;
		return;
	}
	judge_status(v, status);
}

void
graph_judge(struct graph_verdict *v, const struct graph_rule *rules, size_t n,
    const struct httpc_answer *a)
{
	const json_t *error, *code;
	json_t *doc;

	memset(v, 0, sizeof(*v));
	v->result.retry_after_ms = a->retry_after_ms;
	if (a->outcome != 0) {
		v->result.outcome = a->outcome == -1 ? SEND_RETRY : SEND_UNKNOWN;
		snprintf(v->why, sizeof(v->why), "%s", a->why != NULL ? a->why : "no answer");
		return;
	}
	doc = parse(a);
	error = json_object_get(doc, "error");
	code = json_object_get(error, "code");
	if (a->status >= 200 && a->status < 300 && error == NULL && id_of_sent(doc) != NULL) {
		v->result.outcome = SEND_DONE;
		snprintf(v->name, sizeof(v->name), "%s", id_of_sent(doc));
	} else if (json_is_integer(code)) {
		v->code = (int)json_integer_value(code);
		judge_code(v, rules, n, a->status);
		snprintf(v->why, sizeof(v->why), "status %d, code %d", a->status, v->code);
	} else {
		judge_status(v, a->status);
		snprintf(v->why, sizeof(v->why), "status %d, no code", a->status);
	}
	json_decref(doc);
}

/* ---- one account ---- */

char *
graph_url(const struct graph *g, const char *object, const char *edge)
{
	struct buf url = { 0 };

	buf_addf(&url, "%s/%s/%s", g->h->set.graph_api, object, edge);
	return buf_take(&url);
}

int
graph_open(struct graph *g, const struct ways_env *env, const char *route, const char *account,
    const char *edge)
{
	struct buf errors = { 0 }, token = { 0 };
	char name[32];
	int rc;

	memset(g, 0, sizeof(*g));
	g->h = env->h;
	g->http = env->http;
	g->route = route;
	snprintf(name, sizeof(name), "%s_token", route);
	rc = secret_read(env->dir, name, &token, &errors);
	if (rc == 0) {
		g->url = graph_url(g, account, edge);
		buf_addf(&g->header, "Authorization: Bearer %s", buf_str(&token));
	} else {
		fprintf(stderr, "%s%s is set up in kentongan.yaml: put its access token into "
		    "secrets/%s (mode 0400), or empty its id there\n", buf_str(&errors), route, name);
	}
	buf_wipe(&token);
	buf_release(&errors);
	return rc;
}

void
graph_release(struct graph *g)
{
	free(g->url);
	buf_wipe(&g->header);
	memset(g, 0, sizeof(*g));
}

void
graph_post(struct graph *g, const char *url, const struct buf *body, on_httpc_answer cb, void *arg)
{
	const char *const headers[] = { buf_str(&g->header), "Content-Type: application/json", NULL };
	const struct httpc_request req = { .method = "POST", .url = url != NULL ? url : g->url,
	    .headers = headers, .body = body->data, .body_len = body->len,
	    .total_ms = g->h->set.graph_timeout_ms };

	httpc_send(g->http, &req, cb, arg);
}

void
graph_heed(struct graph *g, const struct graph_verdict *v)
{
	char detail[140], subject[32];

	if (v->flags & GRAPH_STOP)
		g->stopped_until_ms = clock_mono_ms() + g->h->set.graph_stop_ms;
	if (!(v->flags & (GRAPH_ALARM | GRAPH_STOP)))
		return;
	snprintf(subject, sizeof(subject), "%s-%d", g->route, v->code);
	snprintf(detail, sizeof(detail), "%s menolak (%s); %s", g->route, v->why,
	    v->flags & GRAPH_STOP ? "periksa token dan akun di Meta" :
	    "lihat operations.md bagian Meta");
	house_alarm(g->h, "graph", subject, detail);
}

int64_t
graph_stopped(const struct graph *g)
{
	int64_t left = g->stopped_until_ms - clock_mono_ms();

	return g->stopped_until_ms != 0 && left > 0 ? left : 0;
}

int
graph_in_window(const struct graph *g, int64_t heard_ms)
{
	return heard_ms > 0 && house_now_ms(g->h) - heard_ms < g->h->set.window_ms;
}
