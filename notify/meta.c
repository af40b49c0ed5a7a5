/* Facebook and Instagram: messages within 24 hours, answers under what was said in public. */
#include "notify/meta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"

#define PAUSE_MS 60000			/* rate limits are reckoned by the minute and the hour */
#define PRIVATE "private:"

const struct meta_place meta_facebook = { "facebook", "comments", 2000, 1 };
const struct meta_place meta_instagram = { "instagram", "replies", 1000, 0 };

const struct graph_rule meta_rules[] = {
	/* codes       outcome      wait  pause     flags */
	{ 190, 190,    SEND_RETRY,  0,    0,        GRAPH_STOP | GRAPH_ALARM },	/* token */
	{ 368, 368,    SEND_RETRY,  0,    0,        GRAPH_STOP | GRAPH_ALARM },	/* blocked */
	{ 4, 4,        SEND_RETRY,  0,    PAUSE_MS, 0 },
	{ 17, 17,      SEND_RETRY,  0,    PAUSE_MS, 0 },
	{ 32, 32,      SEND_RETRY,  0,    PAUSE_MS, 0 },
	{ 613, 613,    SEND_RETRY,  0,    PAUSE_MS, 0 },
	{ 1, 2,        SEND_RETRY,  0,    0,        0 },
	{ 1200, 1200,  SEND_RETRY,  0,    0,        0 },
	{ 10, 10,      SEND_FINAL,  0,    0,        0 },	/* outside the window, or not permitted */
	{ 200, 299,    SEND_FINAL,  0,    0,        GRAPH_ALARM },	/* not permitted */
	{ 551, 551,    SEND_FINAL,  0,    0,        0 },	/* he cannot be written to */
	{ 100, 100,    SEND_FINAL,  0,    0,        0 },	/* the comment is gone, more often than not */
	{ 10900, 10903, SEND_FINAL, 0,    0,        0 },	/* answered once already */
};
const size_t meta_rules_n = N_ELEMS(meta_rules);

/* ---- what is said ---- */

static void
add_text(struct buf *b, const struct buf *text, size_t most)
{
	size_t n = text->len;

	if (n > most)
		for (n = most; n > 0 && ((unsigned char)text->data[n] & 0xc0) == 0x80; n--)
			;
	buf_add_json(b, buf_str(text), n);
}

/* "comment" or "post" and the id behind it; NULL when it is neither. */
static const char *
public_id(const char *to, const char **kind)
{
	static const char *const kinds[] = { "comment", "post" };

	for (size_t i = 0; i < N_ELEMS(kinds); i++) {
		size_t n = strlen(kinds[i]);

		if (strncmp(to, kinds[i], n) == 0 && to[n] == ':' && to[n + 1] != '\0') {
			*kind = kinds[i];
			return to + n + 1;
		}
	}
	return NULL;
}

int
meta_request(struct buf *body, struct buf *object, const struct meta_place *p,
    const struct outbox_item *it, int tagged)
{
	const char *to = buf_str(&it->to), *kind, *id = public_id(to, &kind);
	size_t own = strlen(p->route);

	if (id != NULL) {		/* anybody reads it there */
		buf_add_url(object, id, strlen(id));
		buf_adds(body, "{\"message\":");
		add_text(body, &it->text, p->message_bytes);
		buf_addc(body, '}');
		return 0;
	}
	if (strncmp(to, PRIVATE, strlen(PRIVATE)) == 0 &&
	    (id = public_id(to + strlen(PRIVATE), &kind)) != NULL) {
		buf_addf(body, "{\"recipient\":{\"%s_id\":", kind);
	} else if (strncmp(to, p->route, own) == 0 && to[own] == ':' &&
	    public_id(to + own + 1, &kind) == NULL) {
		id = to + own + 1;
		buf_adds(body, "{\"recipient\":{\"id\":");
	} else {
		return -1;
	}
	buf_add_json(body, id, strlen(id));
	buf_adds(body, "},");
	if (tagged)
		buf_adds(body, "\"messaging_type\":\"MESSAGE_TAG\",\"tag\":\"HUMAN_AGENT\",");
	else if (p->typed)
		buf_adds(body, "\"messaging_type\":\"RESPONSE\",");
	buf_adds(body, "\"message\":{\"text\":");
	add_text(body, &it->text, p->message_bytes);
	buf_adds(body, "}}");
	return 0;
}

/* ---- sending ---- */

struct meta { struct graph g; const struct meta_place *place; };
struct attempt { struct graph *g; on_sent done; void *arg; };

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct attempt *t = arg;
	struct graph_verdict v;

	graph_judge(&v, meta_rules, meta_rules_n, a);
	graph_heed(t->g, &v);
	v.result.why = v.why;
	v.result.name = v.name;
	/* No status ever tells what became of it: it is sent again, once the other side has settled. */
	if (v.result.outcome == SEND_UNKNOWN && v.result.retry_after_ms < t->g->h->set.graph_unknown_ms)
		v.result.retry_after_ms = t->g->h->set.graph_unknown_ms;
	t->done(&v.result, t->arg);
	free(t);
}

static int
is_direct(const struct meta_place *p, const struct outbox_item *it)
{
	return strncmp(buf_str(&it->to), p->route, strlen(p->route)) == 0;
}

static void
send_meta(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	struct meta *m = c->data;
	struct graph *g = &m->g;
	int64_t stopped = graph_stopped(g);
	int late = is_direct(m->place, it) && !graph_in_window(g, it->heard_ms);
	struct buf body = { 0 }, object = { 0 };
	struct send_result r = { .outcome = SEND_FINAL };
	struct attempt *t;
	char *url;

	if (stopped > 0) {
		r = (struct send_result){ .outcome = SEND_RETRY, .retry_after_ms = stopped,
		    .why = "the account is stopped" };
	} else if (late && !g->h->set.human_agent) {
		r.why = "the 24 hours are over";
	} else if (meta_request(&body, &object, m->place, it, late) != 0) {
		r.why = "no address of this place";
	} else {
		t = xcalloc(1, sizeof(*t));
		*t = (struct attempt){ .g = g, .done = done, .arg = arg };
		url = object.len > 0 ? graph_url(g, buf_str(&object), m->place->edge) : NULL;
		graph_post(g, url, &body, on_answer, t);
		free(url);
		done = NULL;
	}
	buf_wipe(&body);
	buf_release(&object);
	if (done != NULL)
		done(&r, arg);
}

static void
release_meta(struct channel *c)
{
	struct meta *m = c->data;

	if (m != NULL)
		graph_release(&m->g);
	free(m);
	c->data = NULL;
}

static int
open_place(struct channel *c, const struct ways_env *env, const struct meta_place *p,
    const char *account)
{
	const struct settings *set = &env->h->set;
	struct meta *m;

	if (account[0] == '\0')
		return 1;
	m = xcalloc(1, sizeof(*m));
	m->place = p;
	if (graph_open(&m->g, env, p->route, account, "messages") != 0) {
		free(m);
		return -1;
	}
	*c = (struct channel){ .route = p->route, .in_flight = (int)set->graph_in_flight,
	    .per_second = set->facebook_per_s, .longest_ms = set->graph_timeout_ms, .longest_by = "graph.timeout",
	    .send = send_meta, .release = release_meta, .data = m };
	return 0;
}

int
facebook_open(struct channel *c, const struct ways_env *env)
{
	return open_place(c, env, &meta_facebook, env->h->set.facebook_page_id);
}

int
instagram_open(struct channel *c, const struct ways_env *env)
{
	return open_place(c, env, &meta_instagram, env->h->set.instagram_id);
}
