/* WhatsApp: free text inside the 24-hour window, the approved template or SMS outside it. */
#include "notify/whatsapp.h"

#include <stdlib.h>
#include <string.h>

#include "core/code.h"
#include "lib/escape.h"

#define TITLE_MAX 20			/* characters of a button */

/* What the codes mean.  wait: one message to the same person each six seconds, and small bursts. */
const struct graph_rule whatsapp_rules[] = {
	/* codes           outcome         wait  pause  flags */
	{ 0, 0,            SEND_RETRY,     0,    0,     GRAPH_STOP | GRAPH_ALARM },	/* token */
	{ 190, 190,        SEND_RETRY,     0,    0,     GRAPH_STOP | GRAPH_ALARM },
	{ 368, 368,        SEND_RETRY,     0,    0,     GRAPH_STOP | GRAPH_ALARM },	/* blocked */
	{ 131031, 131031,  SEND_RETRY,     0,    0,     GRAPH_STOP | GRAPH_ALARM },	/* locked */
	{ 131042, 131042,  SEND_RETRY,     0,    0,     GRAPH_STOP | GRAPH_ALARM },	/* unpaid */
	{ 4, 4,            SEND_RETRY,     0,    5000,  0 },	/* limits of app, account, number */
	{ 80007, 80007,    SEND_RETRY,     0,    5000,  0 },
	{ 130429, 130429,  SEND_RETRY,     0,    1000,  0 },
	{ 131056, 131056,  SEND_RETRY,     6000, 0,     0 },	/* too many to this one */
	{ 1, 2,            SEND_RETRY,     0,    0,     0 },	/* for a while */
	{ 131000, 131000,  SEND_RETRY,     0,    0,     0 },
	{ 131016, 131016,  SEND_RETRY,     0,    0,     0 },
	{ 133004, 133004,  SEND_RETRY,     0,    0,     0 },
	{ 131026, 131026,  SEND_FINAL,     0,    0,     GRAPH_SMS },	/* not on WhatsApp */
	{ 131047, 131047,  SEND_FINAL,     0,    0,     GRAPH_WINDOW | GRAPH_SMS },
	{ 131051, 131051,  SEND_FINAL,     0,    0,     0 },
	{ 131053, 131053,  SEND_FINAL,     0,    0,     0 },
	{ 132000, 132016,  SEND_FINAL,     0,    0,     GRAPH_ALARM | GRAPH_SMS },	/* template */
	{ 100, 100,        SEND_FINAL,     0,    0,     GRAPH_ALARM },	/* our mistake */
	{ 131008, 131009,  SEND_FINAL,     0,    0,     GRAPH_ALARM },
};
const size_t whatsapp_rules_n = N_ELEMS(whatsapp_rules);

/* ---- what is said ---- */

enum whatsapp_form
whatsapp_form_of(const struct outbox_item *it)
{
	return strcmp(it->kind, "kabar-selesai") == 0 ? WHATSAPP_BUTTONS : WHATSAPP_TEXT;
}

static void
add_string(struct buf *b, const char *s, size_t len)
{
	buf_add_json(b, s, len);
}

/* A template's parameter holds no line end, no tab and no run of blanks. */
static void
add_parameter(struct buf *b, const char *s)
{
	struct buf flat = { 0 };

	for (; *s != '\0'; s++) {
		char c = (unsigned char)*s < ' ' ? ' ' : *s;

		if (c != ' ' || (flat.len > 0 && flat.data[flat.len - 1] != ' '))
			buf_addc(&flat, c);
	}
	buf_adds(b, "{\"type\":\"text\",\"text\":");
	buf_add_json(b, buf_str(&flat), flat.len);
	buf_addc(b, '}');
	buf_wipe(&flat);
}

static void
add_text(struct buf *b, const struct outbox_item *it)
{
	buf_adds(b, "\"type\":\"text\",\"text\":{\"preview_url\":false,\"body\":");
	add_string(b, buf_str(&it->text), it->text.len);
	buf_addc(b, '}');
}

/* The buttons' ids are the answers that an SMS would bring. */
static void
add_buttons(struct buf *b, const struct outbox_item *it)
{
	static const char *const titles[] = { "Sudah beres", "Belum beres" };

	_Static_assert(sizeof("Sudah beres") <= TITLE_MAX + 1, "too long for a button");
	buf_adds(b, "\"type\":\"interactive\",\"interactive\":{\"type\":\"button\",\"body\":{\"text\":");
	add_string(b, buf_str(&it->text), it->text.len);
	buf_adds(b, "},\"action\":{\"buttons\":[");
	for (size_t i = 0; i < N_ELEMS(titles); i++)
		buf_addf(b, "%s{\"type\":\"reply\",\"reply\":{\"id\":\"%zu\",\"title\":\"%s\"}}",
		    i ? "," : "", i + 1, titles[i]);
	buf_adds(b, "]}}");
}

static void
add_template(struct buf *b, const struct outbox_item *it, const struct settings *set)
{
	char shown[CODE_CHARS + 2] = "-";
	struct code code;

	if (code_parse(&code, it->code, strlen(it->code)) == 0)
		code_show(shown, &code);
	buf_adds(b, "\"type\":\"template\",\"template\":{\"name\":");
	add_string(b, set->whatsapp_template, strlen(set->whatsapp_template));
	buf_adds(b, ",\"language\":{\"code\":");
	add_string(b, set->whatsapp_language, strlen(set->whatsapp_language));
	buf_adds(b, "},\"components\":[{\"type\":\"body\",\"parameters\":[");
	add_parameter(b, shown);
	buf_addc(b, ',');
	add_parameter(b, buf_str(&it->text));
	buf_adds(b, "]}]}");
}

static int
is_number(const struct outbox_item *it)
{
	return buf_str(&it->to)[0] == '+';
}

void
whatsapp_body(struct buf *out, const struct outbox_item *it, enum whatsapp_form form,
    const struct settings *set, const char *token)
{
	const char *to = buf_str(&it->to), *colon = strchr(to, ':');

	buf_adds(out, "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",");
	/* Who hides his number has an id of his own, in a member of its own. */
	buf_adds(out, is_number(it) ? "\"to\":" : "\"recipient\":");
	to = is_number(it) ? to + 1 : colon != NULL ? colon + 1 : to;
	add_string(out, to, strlen(to));
	buf_addc(out, ',');
	switch (form) {
	case WHATSAPP_TEXT: add_text(out, it); break;
	case WHATSAPP_BUTTONS: add_buttons(out, it); break;
	case WHATSAPP_TEMPLATE: add_template(out, it, set); break;
	}
	buf_addf(out, ",\"biz_opaque_callback_data\":\"%s %s\"}", it->id, token);
}

/* ---- sending ---- */

struct attempt {
	struct graph *g;
	const struct outbox_item *item;
	on_sent done;
	void *arg;
	enum whatsapp_form form;
};

static void on_answer(const struct httpc_answer *a, void *arg);

static void
post(struct attempt *t, enum whatsapp_form form)
{
	char token[OUTBOX_TOKEN_CHARS + 1];
	struct buf body = { 0 };

	t->form = form;
	outbox_token(token, &t->g->h->st, t->item->id);
	whatsapp_body(&body, t->item, form, &t->g->h->set, token);
	graph_post(t->g, NULL, &body, on_answer, t);
	buf_wipe(&body);
}

/* Another way (whatsapp.ways) to who has a number; else as it was judged. */
static void
divert(struct send_result *r, const struct outbox_item *it)
{
	if (!is_number(it))
		return;
	r->otherwise = r->outcome;
	r->outcome = SEND_ELSEWHERE;
}

static int
is_last_try(const struct attempt *t)
{
	return t->item->tries + 1 >= t->g->h->set.notify_tries;
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct attempt *t = arg;
	struct graph *g = t->g;
	struct graph_verdict v;

	graph_judge(&v, whatsapp_rules, whatsapp_rules_n, a);
	if ((v.flags & GRAPH_WINDOW) && t->form != WHATSAPP_TEMPLATE &&
	    g->h->set.whatsapp_template[0] != '\0') {
		post(t, WHATSAPP_TEMPLATE);	/* their clock counts, not ours */
		return;
	}
	graph_heed(g, &v);
	v.result.why = v.why;
	v.result.name = v.name;
	if (v.result.outcome == SEND_UNKNOWN && v.result.retry_after_ms < g->h->set.graph_unknown_ms)
		v.result.retry_after_ms = g->h->set.graph_unknown_ms;
	if ((v.flags & (GRAPH_SMS | GRAPH_STOP)) || (v.result.outcome == SEND_RETRY && is_last_try(t)))
		divert(&v.result, t->item);
	t->done(&v.result, t->arg);
	free(t);
}

/* Before anything is sent: 0 and *r when it will not be. */
static int
may_send(struct graph *g, const struct outbox_item *it, struct send_result *r)
{
	int64_t stopped = graph_stopped(g);

	if (stopped > 0) {
		*r = (struct send_result){ .outcome = SEND_RETRY, .retry_after_ms = stopped,
		    .why = "the account is stopped" };
	} else if (!graph_in_window(g, it->heard_ms) && g->h->set.whatsapp_template[0] == '\0') {
		*r = (struct send_result){ .outcome = SEND_FINAL,
		    .why = "the 24 hours are over and no template is set" };
	} else {
		return 1;
	}
	divert(r, it);
	return 0;
}

static void
send_whatsapp(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	struct graph *g = c->data;
	struct attempt *t;
	struct send_result r;

	if (!may_send(g, it, &r)) {
		done(&r, arg);
		return;
	}
	t = xcalloc(1, sizeof(*t));
	*t = (struct attempt){ .g = g, .item = it, .done = done, .arg = arg };
	post(t, graph_in_window(g, it->heard_ms) ? whatsapp_form_of(it) : WHATSAPP_TEMPLATE);
}

static void
release_whatsapp(struct channel *c)
{
	if (c->data != NULL)
		graph_release(c->data);
	free(c->data);
	c->data = NULL;
}

int
whatsapp_open(struct channel *c, const struct ways_env *env)
{
	const struct settings *set = &env->h->set;
	struct graph *g;

	if (set->whatsapp_phone_id[0] == '\0')
		return 1;
	g = xcalloc(1, sizeof(*g));
	if (graph_open(g, env, "whatsapp", set->whatsapp_phone_id, "messages") != 0) {
		free(g);
		return -1;
	}
	*c = (struct channel){ .route = "whatsapp", .in_flight = (int)set->graph_in_flight,
	    .per_second = set->whatsapp_per_s, .receipts = 1, .longest_ms = 2 * set->graph_timeout_ms,
	    .longest_by = "graph.timeout, twice (text, then its template)", .send = send_whatsapp,
	    .release = release_whatsapp, .data = g };
	return 0;
}
