#include "console/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/tales.h"
#include "core/case.h"
#include "lib/json_of.h"

struct tale {
	char code[CODE_CHARS + 1], unit[UNIT_CODE_CHARS], kecamatan[PLACE_KECAMATAN_DIGITS + 1];
	int64_t received_ms, taken_ms, handled_ms, resolved_ms;
	unsigned short reopened;
	unsigned char end, sealed, drill, legacy, late;
};
struct report {
	int64_t from_ms, to_ms;
	struct tales tales;
};

struct report *
report_new(int64_t from_ms, int64_t to_ms)
{
	struct report *r = xcalloc(1, sizeof(*r));

	r->from_ms = from_ms;
	r->to_ms = to_ms;
	r->tales = (struct tales)TALES_OF(struct tale);
	return r;
}

void
report_free(struct report *r)
{
	if (r == NULL)
		return;
	tales_release(&r->tales);
	free(r);
}

static enum report_end
end_of(enum case_state state, const char *as)
{
	static const enum report_end ends[] = {
		[CLOSE_NONE] = END_UNCONFIRMED, [CLOSE_CONFIRMED] = END_CONFIRMED, [CLOSE_UNDISPUTED] = END_UNCONFIRMED,
		[CLOSE_REJECTED] = END_REJECTED, [CLOSE_DUPLICATE] = END_DUPLICATE, [CLOSE_WITHDRAWN] = END_WITHDRAWN,
		[CLOSE_DRILL] = END_WITHDRAWN,		/* counts nowhere */
	};

	enum close_reason why;

	if (state != CASE_DITUTUP)
		return END_OPEN;
	return close_reason_of_name(as, &why) == 0 ? ends[why] : END_UNCONFIRMED;
}

static int
is_taken(enum case_state s)
{
	return s == CASE_DITERIMA || s == CASE_MENUJU || s == CASE_DITANGANI || s == CASE_SELESAI;
}

static void
tell(struct tale *t, const json_t *doc, const json_t *now, enum case_state before, enum case_state state)
{
	const char *unit = json_string_value(json_array_get(json_object_get(now, "un"), 0));
	int64_t at = json_integer_value(json_object_get(doc, "at"));

	t->received_ms = json_integer_value(json_object_get(now, "rx"));
	t->handled_ms = json_integer_value(json_object_get(now, "hd"));
	t->late = json_integer_value(json_object_get(now, "br")) != 0;
	if (t->taken_ms == 0 && is_taken(state))
		t->taken_ms = at;
	if (state == CASE_SELESAI && before != CASE_SELESAI)
		t->resolved_ms = at;
	if ((before == CASE_SELESAI || before == CASE_DITUTUP) && state != before && state != CASE_DITUTUP) {
		t->reopened++;
		t->resolved_ms = 0;
	}
	t->end = (unsigned char)end_of(state, text_of(now, "as"));
	t->drill = json_is_true(json_object_get(doc, "latihan"));
	t->legacy = json_is_true(json_object_get(doc, LOG_LEGACY));
	t->sealed = json_object_get(now, "sealed") != NULL;
	if (unit != NULL)
		snprintf(t->unit, sizeof(t->unit), "%s", unit);
	snprintf(t->kecamatan, sizeof(t->kecamatan), "%s", text_of(now, "pl"));
}

void
report_take(struct report *r, const struct log_line *line)
{
	json_t *doc = line->seq >= 0 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	const json_t *now = json_object_get(doc, "c");
	int64_t received = json_integer_value(json_object_get(now, "rx"));
	enum case_state before, state;

	if (now == NULL || received < r->from_ms || received >= r->to_ms || text_of(doc, "code")[0] == '\0' ||
	    case_state_of_name(text_of(now, "st"), &state) != 0)
		goto out;
	if (case_state_of_name(text_of(doc, "from"), &before) != 0)
		before = CASE_BARU;
	tell(tales_at(&r->tales, tales_number(&r->tales, text_of(doc, "code"))), doc, now, before, state);
out:
	json_decref(doc);
}

static int
counts(const struct tale *t)
{
	return !t->sealed && !t->drill && !t->legacy;
}

size_t
report_legacy(const struct report *r, size_t *open)
{
	size_t n = 0;

	*open = 0;
	for (size_t i = 0; i < r->tales.n; i++) {
		const struct tale *t = tales_at(&r->tales, i);

		if (t->sealed || t->drill || !t->legacy)
			continue;
		n++;
		*open += t->end == END_OPEN;
	}
	return n;
}

size_t
report_cases(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->tales.n; i++)
		n += (size_t)counts(tales_at(&r->tales, i));
	return n;
}

/* ---- figures ---- */

static int
by_number(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The nearest rank: always a time that there was. */
static struct report_times
times_of(int64_t *all, size_t n)
{
	struct report_times t = { .n = n };

	if (n == 0)
		return t;
	qsort(all, n, sizeof(*all), by_number);
	t.median_ms = all[(n - 1) / 2];
	t.p90_ms = all[(9 * n + 9) / 10 - 1];
	return t;
}

static const char *
group_of(const struct tale *t, enum report_by by)
{
	return by == BY_UNIT ? t->unit : t->kecamatan;
}

struct ordered { const struct tale *t; const char *group; };

static int
by_group(const void *a, const void *b)
{
	return strcmp(((const struct ordered *)a)->group, ((const struct ordered *)b)->group);
}

static void
reckon(struct report_row *row, const struct ordered *all, size_t n)
{
	int64_t *taken = xcalloc(n + 1, sizeof(*taken)), *handled = xcalloc(n + 1, sizeof(*handled)),
	    *resolved = xcalloc(n + 1, sizeof(*resolved));
	size_t taken_n = 0, handled_n = 0, resolved_n = 0;

	for (size_t i = 0; i < n; i++) {
		const struct tale *t = all[i].t;

		row->count++;
		row->reopened += t->reopened > 0;
		row->late += t->late;
		row->ends[t->end]++;
		if (t->taken_ms != 0)
			taken[taken_n++] = t->taken_ms - t->received_ms;
		if (t->handled_ms != 0)
			handled[handled_n++] = t->handled_ms - t->received_ms;
		if (t->resolved_ms != 0)
			resolved[resolved_n++] = t->resolved_ms - t->received_ms;
	}
	row->taken = times_of(taken, taken_n);
	row->handled = times_of(handled, handled_n);
	row->resolved = times_of(resolved, resolved_n);
	free(taken);
	free(handled);
	free(resolved);
}

struct part { size_t from, n; };

static int
larger_first(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : (x->from > y->from) - (x->from < y->from);
}

size_t
report_rows(const struct report *r, enum report_by by, struct report_row **out, struct report_row *total)
{
	struct ordered *all = xcalloc(r->tales.n + 1, sizeof(*all)), *small = xcalloc(r->tales.n + 1, sizeof(*small));
	struct part *parts = xcalloc(r->tales.n + 1, sizeof(*parts));
	size_t n = 0, parts_n = 0, small_n = 0, rows = 0, kept;

	for (size_t i = 0; i < r->tales.n; i++) {
		const struct tale *t = tales_at(&r->tales, i);

		if (counts(t))
			all[n++] = (struct ordered){ t, group_of(t, by) };
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), by_group);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(all[i].group, all[i - 1].group) != 0)
			parts[parts_n++].from = i;
		parts[parts_n - 1].n++;
	}
	qsort(parts, parts_n, sizeof(*parts), larger_first);
	for (kept = parts_n; kept > 0; kept--) {
		const struct part *p = &parts[kept - 1];

		if (p->n >= GROUP_LEAST && (small_n == 0 || small_n >= GROUP_LEAST))
			break;
		memcpy(&small[small_n], &all[p->from], p->n * sizeof(*small));
		small_n += p->n;
	}
	*out = xcalloc(kept + 1, sizeof(**out));
	for (rows = 0; rows < kept; rows++) {
		snprintf((*out)[rows].group, sizeof((*out)[rows].group), "%s", all[parts[rows].from].group);
		reckon(&(*out)[rows], &all[parts[rows].from], parts[rows].n);
	}
	/* Fewer than that in the whole period: their number is all that is said. */
	if (small_n >= GROUP_LEAST) {
		(*out)[rows].small = (int)(parts_n - kept);
		reckon(&(*out)[rows++], small, small_n);
	}
	memset(total, 0, sizeof(*total));
	if (n >= GROUP_LEAST)
		reckon(total, all, n);
	else
		total->count = n;
	free(all);
	free(small);
	free(parts);
	return rows;
}
