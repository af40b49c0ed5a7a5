#include "console/recur.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/tales.h"
#include "core/assign.h"
#include "core/case.h"
#include "lib/json_of.h"

/* A case as far as the log has told of it. */
struct tale {
	char code[CODE_CHARS + 1], unit[UNIT_CODE_CHARS], category[CATEGORY_CHARS], place[PLACE_CODE_CHARS];
	int64_t received_ms, resolved_ms;
	unsigned char out;		/* for one of the reasons it does not count */
	unsigned char root, closed;
};
struct recurrences {
	int64_t from_ms, to_ms;
	const struct policy *p;
	struct tales tales;
};

struct recurrences *
recurrences_new(int64_t from_ms, int64_t to_ms, const struct policy *p)
{
	struct recurrences *r = xcalloc(1, sizeof(*r));

	r->from_ms = from_ms;
	r->to_ms = to_ms;
	r->p = p;
	r->tales = (struct tales)TALES_OF(struct tale);
	return r;
}

void
recurrences_free(struct recurrences *r)
{
	if (r == NULL)
		return;
	tales_release(&r->tales);
	free(r);
}

static int
is_desa(const struct policy *p, const char *code)
{
	const struct place *at = place_find(p->places, code);

	return at != NULL && (at->kind == PLACE_DESA || at->kind == PLACE_KELURAHAN);
}

/* Closed as what it was not: nothing was there, or somebody else had said it. */
static int
was_nothing(const char *closed_as)
{
	return strcmp(closed_as, close_reason_name(CLOSE_REJECTED)) == 0 ||
	    strcmp(closed_as, close_reason_name(CLOSE_DUPLICATE)) == 0;
}

static void
tell(struct recurrences *r, struct tale *t, const json_t *doc, const json_t *now)
{
	const char *unit = json_string_value(json_array_get(json_object_get(now, "un"), 0));
	const struct category *k = category_find(r->p->catalogue, text_of(now, "cat"));

	t->received_ms = int_of(now, "rx");
	snprintf(t->category, sizeof(t->category), "%s", text_of(now, "cat"));
	snprintf(t->place, sizeof(t->place), "%s", text_of(now, "pl"));
	if (unit != NULL)
		snprintf(t->unit, sizeof(t->unit), "%s", unit);
	t->root = int_of(now, "root") != 0;
	t->closed = strcmp(text_of(now, "st"), case_state_name(CASE_DITUTUP)) == 0;
	if (strcmp(text_of(doc, "what"), "selesai") == 0)
		t->resolved_ms = int_of(doc, "at");
	t->out = k == NULL || k->no_case || json_object_get(now, "sealed") != NULL || log_is_apart(doc) ||
	    text_of(now, "lead")[0] != '\0' || was_nothing(text_of(now, "as")) || !is_desa(r->p, t->place);
}

void
recurrences_take(struct recurrences *r, const struct log_line *line)
{
	json_t *doc = line->seq >= 0 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	const json_t *now = json_object_get(doc, "c");

	if (now != NULL && int_of(now, "rx") >= r->from_ms && int_of(now, "rx") < r->to_ms &&
	    text_of(doc, "code")[0] != '\0')
		tell(r, tales_at(&r->tales, tales_number(&r->tales, text_of(doc, "code"))), doc, now);
	json_decref(doc);
}

/* ---- groups ---- */

static int
by_kind(const struct tale *a, const struct tale *b)
{
	int c = strcmp(a->category, b->category);

	return c != 0 ? c : strcmp(a->place, b->place);
}

static int
by_kind_and_time(const void *x, const void *y)
{
	const struct tale *a = *(const struct tale *const *)x, *b = *(const struct tale *const *)y;
	int c = by_kind(a, b);

	return c != 0 ? c : a->received_ms != b->received_ms ? (a->received_ms > b->received_ms) - (a->received_ms < b->received_ms) :
	    strcmp(a->code, b->code);
}

/* When the last cure of these was resolved, and the root problem that is open; both may be none. */
static int64_t
cured_ms(const struct tale *const *t, size_t n, const char **open)
{
	int64_t cured = 0;

	*open = "";
	for (size_t i = 0; i < n; i++) {
		if (!t[i]->root)
			continue;
		if (!t[i]->closed && t[i]->resolved_ms == 0)
			*open = t[i]->code;
		else if (t[i]->resolved_ms > cured)
			cured = t[i]->resolved_ms;
	}
	return cured;
}

static const char *
who_led_most(const struct tale *const *t, size_t n)
{
	const char *best = "";
	size_t most = 0;

	for (size_t i = 0; i < n; i++) {
		size_t times = 0;

		for (size_t k = 0; k < n; k++)
			times += !t[k]->root && strcmp(t[k]->unit, t[i]->unit) == 0;
		if (times > most && t[i]->unit[0] != '\0') {
			most = times;
			best = t[i]->unit;
		}
	}
	return best;
}

static void
make_group(struct recur_group *g, const struct tale *const *t, size_t n)
{
	int64_t cured = cured_ms(t, n, &g->root);

	g->category = t[0]->category;
	g->place = t[0]->place;
	g->codes = xcalloc(n, sizeof(*g->codes));
	g->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (t[i]->root || t[i]->received_ms <= cured)
			continue;
		if (g->n == 0)
			g->first_ms = t[i]->received_ms;
		g->last_ms = t[i]->received_ms;
		g->codes[g->n++] = t[i]->code;
	}
	g->led = who_led_most(t, n);
}

static int
largest_first(const void *x, const void *y)
{
	const struct recur_group *a = x, *b = y;
	int c = strcmp(a->category, b->category);

	if (a->n != b->n)
		return (a->n < b->n) - (a->n > b->n);
	return c != 0 ? c : strcmp(a->place, b->place);
}

size_t
recurrences_groups(const struct recurrences *r, size_t least, struct recur_group **out)
{
	const struct tale **t = xcalloc(r->tales.n + 1, sizeof(*t));
	size_t n = 0, groups = 0;

	for (size_t i = 0; i < r->tales.n; i++) {
		t[n] = tales_at(&r->tales, i);
		n += !t[n]->out;
	}
	if (n > 1)
		qsort(t, n, sizeof(*t), by_kind_and_time);
	*out = xcalloc(n + 1, sizeof(**out));
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && by_kind(t[i], t[end]) == 0;)
			end++;
		if (end - i < least)
			continue;
		make_group(&(*out)[groups], t + i, end - i);
		if ((*out)[groups].n >= least)
			groups++;
		else
			free((*out)[groups].codes);
	}
	free(t);
	if (groups > 1)
		qsort(*out, groups, sizeof(**out), largest_first);
	return groups;
}

void
recurrences_groups_free(struct recur_group *groups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(groups[i].codes);
	free(groups);
}

const struct unit *
recur_owner(const struct policy *p, const struct recur_group *g)
{
	const struct category *k = category_find(p->catalogue, g->category);
	const struct unit *led = unit_find(p->units, g->led);

	for (size_t i = 0; k != NULL && i < k->units_n; i++) {
		const struct unit *u = unit_of_word(p->units, k->units[i], g->place);

		if (u != NULL && u->tier == TIER_DINAS)
			return u;
	}
	return led != NULL && led->parent != NULL ? led->parent : led;
}
