#include "router/asked.h"

#include <stdio.h>
#include <string.h>

#include "core/assign.h"
#include "router/together.h"
#include "router/work.h"

/* His open cases, with what is asked about them; borrowed from the router. */
struct theirs { struct code codes[OPEN_MAX]; const struct stored_case *s[OPEN_MAX]; int n; };

/* 0, -1 no answer. */
static int
theirs_read(struct router *r, const struct entry *e, const struct code *codes, int n, struct theirs *own)
{
	memset(own, 0, sizeof(*own));
	if (own_read(r, e) != 0)
		return -1;
	for (int i = 0; i < n; i++) {
		own->s[own->n] = own_find(e->own, &codes[i]);
		if (own->s[own->n] != NULL)
			own->codes[own->n++] = codes[i];
	}
	return 0;
}

/* ---- answers ---- */

/* Reads the case's first words anew, knowing the place.  0, or -1: they cannot be opened. */
static int
understand_at(struct router *r, const struct stored_case *s, const char *place, struct case_keys *keys,
    struct understanding *u)
{
	struct laporan first = { 0 };
	char lookup[LOOKUP_TEXT];
	struct hints h = { .place = place, .category = NULL };
	int rc = -1;

	if (stored_case_open(s, &r->h.st, keys, &first, lookup) == 0) {
		h.category = first.category;
		rc = understand(r->understander, first.text != NULL ? first.text : "",
		    first.text != NULL ? strlen(first.text) : 0, &h, u);
	}
	laporan_release(&first);
	return rc;
}

/* The place goes to the case; a case that only waited for it goes to its units. */
static int
take_place(struct router *r, struct entry *e, const struct stored_case *s, const struct code *code,
    const char *place)
{
	struct command cmd = { .event = ON_LOCATE, .by = BY_RESIDENT, .note = e->words.text,
	    .answer = converse_may_answer(r, e) };
	struct understanding u = { 0 };
	struct case_keys keys;
	const struct category *k = category_find(r->h.policy->catalogue, s->c.category);
	const struct understanding *said = entry_understand(r, e);

	if (s->c.state == CASE_BARU) {
		cmd.event = ON_NOTE;
		if (understand_at(r, s, place, &keys, &u) == 0 && !u.unsure) {
			cmd.event = ON_ASSIGN;
			cmd.by = BY_ROUTER;
			cmd.answer = 0;		/* the assignment is his answer */
			cmd.u = &u;
		}
	} else {
		struct assignment a = { .category = k, .urgency = s->c.urgency, .certain = 1, .place = place };

		if (k == NULL)
			return 0;
		snprintf(u.category, sizeof(u.category), "%s", s->c.category);
		snprintf(u.place, sizeof(u.place), "%s", place);
		u.urgency = s->c.urgency;
		u.confidence_permille = s->c.confidence_permille;
		units_assign(r->h.policy, &a, &u);
		cmd.u = &u;
	}
	if (cmd.u != NULL) {
		snprintf(u.rt, sizeof(u.rt), "%s", said->rt);
		snprintf(u.rw, sizeof(u.rw), "%s", said->rw);
	}
	r->commands++;
	return converse_apply(r, e, code, &cmd);
}

/* The words of a case that only asked where they belong go to the case that he names. */
static int
take_case(struct router *r, struct entry *e, const struct stored_case *s, const struct code *code,
    const char *into)
{
	struct command note = { .event = ON_NOTE, .by = BY_RESIDENT, .answer = converse_may_answer(r, e) };
	struct command over = { .event = ON_BELONG, .by = BY_RESIDENT, .note = e->words.text };
	struct laporan first = { 0 };
	struct case_keys keys;
	char lookup[LOOKUP_TEXT];
	struct buf words = { 0 };
	struct code target;
	int rc = -1;

	if (code_parse(&target, into, strlen(into)) == 0 &&
	    stored_case_open(s, &r->h.st, &keys, &first, lookup) == 0) {
		describe_pieces(&words, &first);
		note.note = buf_str(&words);
		snprintf(over.into, sizeof(over.into), "%s", target.s);
		rc = converse_apply_beside(r, e, &target, &note);
		if (rc > 0)
			rc = converse_apply(r, e, code, &over);
	}
	r->commands++;
	laporan_release(&first);
	buf_wipe(&words);
	return rc;
}

static int
take_option(struct router *r, struct entry *e, const struct stored_case *s, const struct code *code,
    int choice)
{
	const char *id = s->c.question.options[choice - 1].id;

	return s->c.question.what == QUESTION_PLACE ? take_place(r, e, s, code, id) :
	    take_case(r, e, s, code, id);
}

/* A number alone.  With two questions open it may answer either: he is asked to name the case. */
static int
choose(struct router *r, struct entry *e, const struct theirs *own, int choice, const struct code *named)
{
	struct code asked[OPEN_MAX];
	char word[2] = { (char)('0' + choice), '\0' };
	int at = -1, n = 0, verdicts = 0;

	for (int i = 0; i < own->n; i++) {
		const struct case_record *c = &own->s[i]->c;
		int verdict = c->state == CASE_SELESAI && choice <= 2;

		if (named != NULL && strcmp(named->s, own->codes[i].s) != 0)
			continue;
		if (verdict || choice <= c->question.options_n)
			asked[n++] = own->codes[i];
		if (choice <= c->question.options_n)
			at = i;
		verdicts += verdict;
	}
	if (at < 0)
		return 0;
	if (n > 1)
		return converse_list(r, e, word, asked, n);
	return verdicts == 0 ? take_option(r, e, own->s[at], &own->codes[at], choice) : 0;
}

/* The option that the place named lies in, or the place itself where it was asked openly. */
static const char *
place_meant(const struct case_record *c, const char *place)
{
	const char *meant = NULL;
	int n = 0;

	if (c->question.options_n == 0)
		return place;
	for (int i = 0; i < c->question.options_n; i++) {
		const char *option = c->question.options[i].id;

		if (strcmp(option, place) == 0)
			return option;
		if (strncmp(option, place, PLACE_KECAMATAN_DIGITS) == 0)
			meant = option, n++;
	}
	return n == 1 ? meant : NULL;
}

/* Words that say where, and nothing else that would be a report of its own. */
static int
locate(struct router *r, struct entry *e, const struct theirs *own)
{
	const struct understanding *u = entry_understand(r, e);
	const char *place = NULL;
	int at = -1;

	if (u->place[0] == '\0')
		return 0;
	for (int i = 0; i < own->n; i++) {
		const struct case_record *c = &own->s[i]->c;
		const char *meant;

		if (c->question.what != QUESTION_PLACE || (at >= 0 && c->heard_ms < own->s[at]->c.heard_ms) ||
		    (!u->unsure && strcmp(u->category, c->category) != 0) ||
		    (meant = place_meant(c, u->place)) == NULL)
			continue;
		place = meant;
		at = i;
	}
	return at >= 0 ? take_place(r, e, own->s[at], &own->codes[at], place) : 0;
}

int
asked_answer(struct router *r, struct entry *e, const struct speech *s)
{
	int verdict = s->kind == SPEECH_YES || s->kind == SPEECH_NO, choice = 0, n, rc;
	struct code codes[OPEN_MAX];
	struct theirs own;

	if (!e->known || (s->kind != SPEECH_NONE && !verdict))
		return 0;
	if (verdict && s->has_code)
		choice = s->kind == SPEECH_YES ? 1 : 2;
	else
		choice = speech_choice(e->words.text);
	if (choice == 0 && verdict)
		return 0;
	n = converse_own_cases(r, e, 0, codes);
	if (n <= 0 || theirs_read(r, e, codes, n, &own) != 0)
		return n == 0 ? 0 : -1;
	rc = choice > 0 ? choose(r, e, &own, choice, s->has_code ? &s->code : NULL) : locate(r, e, &own);
	return rc;
}

/* ---- which case is meant ---- */

/* What speaks for this case and not for the others: he was asked about it; it is about the same. */
static int
speaks_for(const struct understanding *u, const struct case_record *c)
{
	int same_kind = strcmp(u->category, c->category) == 0;
	int same_place = u->place[0] != '\0' && strcmp(u->place, c->place) == 0;

	if (u->place[0] != '\0' && c->place[0] != '\0' && !same_place)
		return 0;
	return (c->state == CASE_MENUNGGU && c->wait_asked) || same_kind || same_place;
}

int
asked_which(struct router *r, struct entry *e, const struct code *codes, int n, struct code *out)
{
	const struct understanding *u = entry_understand(r, e);
	struct theirs own;
	int meant = 0;

	if (theirs_read(r, e, codes, n, &own) != 0)
		return -1;
	for (int i = 0; i < own.n; i++)
		if (speaks_for(u, &own.s[i]->c)) {
			*out = own.codes[i];
			meant++;
		}
	e->candidates_n = 0;
	for (int i = 0; i < own.n && meant != 1 && converse_may_answer(r, e); i++) {
		struct question_option *o = &e->candidates[e->candidates_n];

		if (e->candidates_n == QUESTION_OPTIONS)
			break;
		snprintf(o->id, sizeof(o->id), "%s", own.codes[i].s);
		snprintf(o->category, sizeof(o->category), "%s",
		    own.s[i]->c.sealed ? "" : own.s[i]->c.category);
		e->candidates_n++;
	}
	return meant == 1;
}

int
asked_heap(struct router *r, struct entry *e)
{
	const struct understanding *u = entry_understand(r, e);
	struct command cmd = { .event = ON_HEAP, .by = BY_ROUTER };
	struct code codes[OPEN_MAX];
	struct buf note = { 0 };
	struct theirs own;
	int n, unread = 0, last = -1, rc = 0;

	if (!e->known || u->urgency == URGENCY_DARURAT || e->words.lane_e ||
	    (!u->unsure && !converse_is_small_talk(r, u)))
		return 0;
	n = converse_own_cases(r, e, 0, codes);
	if (n <= 0 || theirs_read(r, e, codes, n, &own) != 0)
		return n == 0 ? 0 : -1;
	for (int i = 0; i < own.n; i++) {
		if (own.s[i]->c.state != CASE_BARU)
			continue;
		unread++;
		if (last < 0 || own.s[i]->c.received_ms > own.s[last]->c.received_ms)
			last = i;
	}
	if (last >= 0 && (e->doubted || unread >= r->h.set.unclear_most)) {
		describe_pieces(&note, &e->words);
		cmd.note = buf_str(&note);
		rc = converse_apply(r, e, &own.codes[last], &cmd);
	}
	buf_wipe(&note);
	return rc;
}
