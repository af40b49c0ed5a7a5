#include "console/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
alerts_release(struct alerts *in)
{
	free(in->rows);
	*in = (struct alerts){ 0 };
}

const struct incident_alert *
alerts_find(const struct alerts *in, const char *name)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->rows[i].name, name) == 0)
			return &in->rows[i];
	return NULL;
}

int
alert_voices(int voices)
{
	static const int steps[] = { 1000, 500, 250, 100, 50, 25, 10, 5, 2 };

	for (size_t i = 0; i < N_ELEMS(steps); i++)
		if (voices >= steps[i])
			return steps[i];
	return 1;
}

static int
is_spoken_of(const struct model_case *c)
{
	return c->voices >= 2 || (c->truth != TRUTH_UNVERIFIED && c->truth != TRUTH_UNFOUNDED);
}

static struct incident_alert *
row_of(struct alerts *in, const struct model_case *c)
{
	struct incident_alert *a = (struct incident_alert *)(uintptr_t)alerts_find(in, c->incident);

	if (a != NULL)
		return a;
	if (!is_spoken_of(c))
		return NULL;
	if (in->n == in->cap) {
		in->cap = in->cap == 0 ? 32 : 2 * in->cap;
		in->rows = xrealloc(in->rows, in->cap * sizeof(*in->rows));
	}
	a = &in->rows[in->n++];
	memset(a, 0, sizeof(*a));
	snprintf(a->name, sizeof(a->name), "%s", c->incident);
	a->lead = c->code;
	return a;
}

void
alerts_take(struct alerts *in, const struct model_case *c, int64_t at_ms)
{
	struct incident_alert *a;
	struct incident_alert now;

	if (c == NULL || c->incident[0] == '\0' || c->lead[0] != '\0' || c->apart ||
	    (a = row_of(in, c)) == NULL)
		return;
	now = *a;
	now.lead = c->code;
	now.voices = alert_voices(c->voices > a->voices ? c->voices : a->voices);
	now.truth = c->truth;
	now.urgency = c->urgency;
	now.over = c->state == CASE_SELESAI || c->state == CASE_DITUTUP;
	if (a->last.seq != 0 && now.voices == a->voices && now.truth == a->truth &&
	    now.urgency == a->urgency && now.over == a->over)
		return;
	now.prior = a->last;
	now.last = (struct alert_mark){ c->seq, at_ms };
	if (now.first.seq == 0)
		now.first = now.last;
	*a = now;
}

void
alerts_sweep(struct alerts *in, const struct model *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < in->n; i++)
		if (model_find(m, in->rows[i].lead.s) != NULL)
			in->rows[kept++] = in->rows[i];
	in->n = kept;
}
