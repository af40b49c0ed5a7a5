#ifndef KENTONGAN_ALERTS_H
#define KENTONGAN_ALERTS_H
/*
 * What is said in public of each incident, and when it last changed.  An alert is a function of the
 * log: whoever reads it again makes the same numbers and times of the same messages.
 *
 * An incident is spoken of once two people or a second source say so; how sure it is stands in the
 * alert itself.  A danger of its own and a sealed case are never part of it.
 *
 * Units      int64_t milliseconds, UTC, by the store's clock.
 */
#include "console/model.h"

/* A message of an alert: the entry that made it, and when. */
struct alert_mark { int64_t seq, at_ms; };
struct incident_alert {
	char name[INCIDENT_CHARS];
	struct code lead;
	struct alert_mark first, prior, last;	/* prior.seq 0: the first is the last */
	int voices;			/* as last said: 2 5 10 25 ... or more */
	enum truth truth;
	enum urgency urgency;
	int over;			/* nothing is left to do */
};

struct alerts { struct incident_alert *rows; size_t n, cap; };
void alerts_release(struct alerts *in);
/* The case as the latest entry left it; NULL: that entry changed no open case. */
void alerts_take(struct alerts *in, const struct model_case *c, int64_t at_ms);
/* Forgets those whose lead the model has forgotten, or that was sealed. */
void alerts_sweep(struct alerts *in, const struct model *m);
/* NULL: nothing was said of it. */
const struct incident_alert *alerts_find(const struct alerts *in, const char *name);
/* So many or more, as an alert counts: a number that does not change with every single voice. */
int alert_voices(int voices);
#endif
