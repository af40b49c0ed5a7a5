#include "router/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "router/match.h"
#include "router/normalise.h"
#include "router/work.h"
#include "store/incident.h"

#define HITS 64
#define DANGER INCIDENT_KINDS		/* the matcher's value of those words */

struct group_words {
	const struct policy *p;
	struct normaliser *normaliser;
	struct matcher *matcher;
	struct tokens tokens;
};

/* ---- words ---- */

static int
add_list(struct group_words *w, const char *list, uint32_t value, struct buf *errors)
{
	const struct word_rule *rules;
	size_t n = catalogue_words(w->p->catalogue, list, &rules);
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		if (matcher_add(w->matcher, rules[i].words, value) != 0) {
			buf_addf(errors, "kategori.yaml:%d: \"%s\" in %s is no phrase\n",
			    rules[i].line, rules[i].words, list);
			rc = -1;
		}
	return rc;
}

struct group_words *
group_words_new(const struct policy *p, struct buf *errors)
{
	struct group_words *w = xcalloc(1, sizeof(*w));
	int rc = 0;

	w->p = p;
	w->normaliser = normaliser_new(p->catalogue, errors);
	if (w->normaliser == NULL)
		goto refuse;
	w->matcher = matcher_new(normaliser_words(w->normaliser), 0);
	for (int i = 0; i < p->incidents_n; i++) {
		char list[INCIDENT_KIND_CHARS + 16];

		snprintf(list, sizeof(list), "kejadian-%s", p->incidents[i].name);
		rc |= add_list(w, list, (uint32_t)i, errors);
	}
	rc |= add_list(w, "terjebak", DANGER, errors);
	matcher_grown(w->matcher);
	if (rc == 0)
		return w;
refuse:
	group_words_free(w);
	return NULL;
}

void
group_words_free(struct group_words *w)
{
	if (w == NULL)
		return;
	normaliser_free(w->normaliser);
	matcher_free(w->matcher);
	tokens_release(&w->tokens);
	free(w);
}

static size_t
find_words(struct group_words *w, const char *text, struct hit *hits)
{
	normaliser_run(w->normaliser, text, strlen(text), &w->tokens);
	return matcher_run(w->matcher, &w->tokens, hits, HITS);
}

const struct incident_kind *
group_kind(struct group_words *w, const char *text, const char *category)
{
	struct hit hits[HITS];
	size_t n = 0;
	int asked = 0;

	for (int i = 0; i < w->p->incidents_n; i++) {
		if (strcmp(w->p->incidents[i].category, category) != 0)
			continue;
		n = asked++ == 0 ? find_words(w, text, hits) : n;
		for (size_t k = 0; k < n; k++)
			if (hits[k].value == (uint32_t)i)
				return &w->p->incidents[i];
	}
	return NULL;
}

static int
is_one_of(const struct tokens *t, size_t i, const char *const *words, size_t n)
{
	const char *s = token_form(t, i, FORM_WRITTEN);

	for (size_t k = 0; s != NULL && k < n; k++)
		if (strcmp(s, words[k]) == 0)
			return 1;
	return 0;
}

/* "tidak ada yang terjebak", "ora ono sing kejebak": nobody is. */
static int
is_denied(const struct tokens *t, size_t at)
{
	static const char *const no[] = { "tidak", "tdk", "tak", "gak", "ga", "nggak", "ngga", "ora",
	    "ra", "mboten", "belum", "blm", "durung", "sing", "lo'", "tada'", "bukan" };
	static const char *const is[] = { "ada", "ono", "ana", "onok", "enten", "wonten", "badha" };

	for (size_t i = at > 4 ? at - 4 : 0; i + 1 < at; i++)
		if (is_one_of(t, i, no, N_ELEMS(no)) && is_one_of(t, i + 1, is, N_ELEMS(is)))
			return 1;
	return 0;
}

int
group_danger(struct group_words *w, const char *text)
{
	struct hit hits[HITS];
	size_t n = find_words(w, text, hits);

	for (size_t i = 0; i < n; i++)
		if (hits[i].value == DANGER && !is_denied(&w->tokens, hits[i].from))
			return 1;
	return 0;
}

/* ---- what the store knows ---- */

void
groups_forget(struct groups *g)
{
	for (int i = 0; i < g->n; i++)
		free(g->list[i]);
	free(g->list);
	memset(g, 0, sizeof(*g));
}

static struct group *
group_new(struct groups *all, const char *name)
{
	struct group *g = xcalloc(1, sizeof(*g));

	if (all->n == all->cap) {
		all->cap = all->cap != 0 ? 2 * all->cap : 16;
		all->list = xrealloc(all->list, sizeof(struct group *) * (size_t)all->cap);
	}
	snprintf(g->name, sizeof(g->name), "%s", name);
	all->list[all->n++] = g;
	return g;
}

/* The case that leads it and how many follow. */
static void
read_lead(struct router *r, struct group *g)
{
	struct stored_case s;
	struct code code;
	struct buf key = { 0 };
	redisReply *n;

	if (code_parse(&code, g->registered, strlen(g->registered)) != 0 ||
	    cases_load(&r->h.st, &code, 1, &s) != 0)
		return;
	if (s.there && s.readable && s.version > 0 && !s.archived)
		g->lead = s.c;
	stored_case_release(&s);
	buf_add_key(&key, &r->h.st.keys, KEY_MEMBERS, code.s, NULL);
	n = redis_pipe_command(r->h.st.pipe, "HLEN %b", key.data, key.len);
	g->voices = 1 + (n != NULL && n->type == REDIS_REPLY_INTEGER ? (int)n->integer : 0);
	freeReplyObject(n);
	buf_release(&key);
}

/* Without an answer nobody is known to lead it: the commit will know better, and conflict. */
static struct group *
group_find(struct router *r, const char *name)
{
	struct buf key = { 0 };
	struct group *g;
	redisReply *a;

	for (int i = 0; i < r->groups.n; i++)
		if (strcmp(r->groups.list[i]->name, name) == 0)
			return r->groups.list[i];
	g = group_new(&r->groups, name);
	buf_add_key(&key, &r->h.st.keys, KEY_INCIDENTS, NULL, NULL);
	a = redis_pipe_command(r->h.st.pipe, "HGET %b %s", key.data, key.len, name);
	if (a != NULL && a->type == REDIS_REPLY_STRING && a->len < sizeof(g->registered)) {
		memcpy(g->registered, a->str, a->len + 1);
		read_lead(r, g);
	}
	freeReplyObject(a);
	buf_release(&key);
	return g;
}

/* ---- what a commit asks for ---- */

static void
follow(struct command *cmd, struct commit_batch *b, struct group *g)
{
	snprintf(cmd->incident, sizeof(cmd->incident), "%s", g->name);
	if (cmd->event == ON_ASSIGN || cmd->event == ON_LOCATE) {	/* it is there already, and is merged */
		cmd->event = ON_MERGE;
		cmd->by = BY_ROUTER;
		cmd->answer = 0;		/* that they are one is the answer */
		cmd->note = "kejadian yang sama";
		snprintf(cmd->into, sizeof(cmd->into), "%s", g->lead.code.s);
	} else {
		snprintf(cmd->lead, sizeof(cmd->lead), "%s", g->lead.code.s);
	}
	commit_holds(b, &g->lead);
	g->voices++;
}

/* Nobody leads it yet, or who did does no more: this one will, if that is still so. */
static void
lead(const struct case_record *c, struct command *cmd, struct commit_batch *b,
    struct group *const *near, int n)
{
	struct group *g = near[0];

	for (int i = 0; i < n; i++)
		commit_beside(b, KEY_INCIDENTS, NULL, '=', near[i]->name,
		    near[i]->registered[0] != '\0' ? near[i]->registered : "0");
	snprintf(cmd->incident, sizeof(cmd->incident), "%s", g->name);
	memset(&g->lead, 0, sizeof(g->lead));
	g->lead.code = c->code;
	g->lead.version = c->version + 1;
	g->lead.state = CASE_DITUGASKAN;
	g->lead.received_ms = c->received_ms;
	snprintf(g->registered, sizeof(g->registered), "%s", c->code.s);
	g->voices = 1;
}

/* One of those who are too few yet: it works for itself, and is remembered for when they are more. */
static void
stand_beside(const struct code *code, struct commit_batch *b, struct group *g)
{
	commit_beside(b, KEY_MEMBERS, g->lead.code.s, 's', code->s, "calon");
	commit_beside(b, KEY_CROWDS, NULL, 's', g->lead.code.s, "0");
	commit_holds(b, &g->lead);
	g->voices++;
}

/* A report that now has its kind and place: joins, leads, or waits until they are more. */
static void
gather(struct router *r, const struct case_record *c, const char *text, struct command *cmd,
    struct commit_batch *b)
{
	const struct policy *p = r->h.policy;
	const struct incident_kind *k = p->incidents_n > 0 ?
	    group_kind(r->group_words, text, cmd->u->category) : NULL;
	char names[INCIDENT_NAMES][INCIDENT_CHARS];
	struct group *near[INCIDENT_NAMES], *beside = NULL;
	int n, danger;

	if (!incident_takes(p, k, cmd->u))
		return;
	danger = group_danger(r->group_words, text);
	n = incident_names(names, p, k, cmd->u->place, c->received_ms, c->latihan);
	for (int i = 0; i < n; i++) {
		enum incident_bond bond;

		near[i] = group_find(r, names[i]);
		bond = incident_bond(k, &near[i]->lead, near[i]->voices, c->received_ms);
		if (bond == BOND_JOINS && danger) {
			if (cmd->event != ON_LOCATE) {	/* that one is a task of its own already */
				memcpy(cmd->incident, near[i]->name, sizeof(cmd->incident));
				cmd->apart = 1;
			}
			return;
		}
		if (bond == BOND_JOINS) {
			follow(cmd, b, near[i]);
			return;
		}
		if (bond == BOND_NEAR && beside == NULL)
			beside = near[i];
	}
	if (danger)
		return;			/* an emergency like any other, and nobody's lead */
	if (beside != NULL)
		stand_beside(&c->code, b, beside);
	else
		lead(c, cmd, b, near, n);
}

void
group_open(struct router *r, const struct entry *e, struct command *cmd, struct commit_batch *b)
{
	struct case_record c = { .code = e->code, .version = e->s.version,
	    .received_ms = e->words.received_ms, .latihan = e->words.latihan };

	if ((cmd->event == ON_OPEN || cmd->event == ON_ASSIGN) && e->words.unit[0] == '\0')
		gather(r, &c, e->words.text != NULL ? e->words.text : "", cmd, b);
}

/* Asked where it is, he said it, and nobody has gone yet. */
static int
is_placed_now(const struct case_record *c, const struct command *cmd)
{
	return c->incident[0] == '\0' && !c->sealed && cmd->u != NULL &&
	    ((cmd->event == ON_LOCATE && c->state == CASE_DITUGASKAN) ||
	    (cmd->event == ON_ASSIGN && cmd->by == BY_ROUTER && c->state == CASE_BARU));
}

static int
is_disputed_part(const struct case_record *c, const struct command *cmd)
{
	return cmd->event == ON_DISPUTE && c->incident[0] != '\0' && !c->apart && !c->sealed;
}

void
group_reply(struct router *r, const struct entry *e, const struct case_record *c, const char *first,
    struct command *cmd, struct commit_batch *b)
{
	struct group *g;

	cmd->lead[0] = cmd->incident[0] = '\0';
	if (cmd->event == ON_MERGE && merge_prepare(&r->h.st, c, cmd->into, cmd, b) != NULL)
		cmd->into[0] = '\0';		/* nobody can follow that one: it is refused as no case */
	if (cmd->event == ON_NOTE && cmd->by == BY_RESIDENT && c->lead[0] != '\0' &&
	    transition_find(c->state, ON_BREAK) != NULL && e->words.text != NULL &&
	    group_danger(r->group_words, e->words.text))
		cmd->event = ON_BREAK;
	if (is_placed_now(c, cmd) && first != NULL) {
		groups_forget(&r->groups);
		gather(r, c, first, cmd, b);
	}
	if (!is_disputed_part(c, cmd))
		return;
	groups_forget(&r->groups);
	g = group_find(r, c->incident);
	if (incident_leads(&g->lead) && strcmp(g->registered, c->code.s) != 0)
		follow(cmd, b, g);
	else
		lead(c, cmd, b, &g, 1);
	groups_forget(&r->groups);
}

void
group_follow(struct understanding *u, const struct case_record *c)
{
	memset(u, 0, sizeof(*u));
	memcpy(u->category, c->category, sizeof(u->category));
	memcpy(u->place, c->place, sizeof(u->place));
	u->urgency = c->urgency;
	u->confidence_permille = c->confidence_permille;
	u->place_confidence_permille = 1000;
	for (int i = 0; i < c->units_n && i < UNDERSTANDING_UNITS; i++)
		memcpy(u->units[u->units_n++], c->units[i], sizeof(u->units[0]));
	snprintf(u->why[u->why_n++], sizeof(u->why[0]), "ikut %s", c->code.s);
}
