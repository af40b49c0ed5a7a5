#include "cli/opened.h"

#include <stdlib.h>
#include <string.h>

#include "store/recorded.h"

#define ENTRIES 1000		/* of the log, read at once */

/* Codes of cases opened since, from a stretch of the log. */
struct stretch { struct code codes[ENTRIES]; int n; int64_t since_ms, seq; };

static int
note_opening(const struct log_line *line, void *arg)
{
	struct stretch *t = arg;
	struct recorded *r = xmalloc(sizeof(*r));

	t->seq = line->seq;
	if (recorded_read(r, line->seq, line->entry, line->len) == 1 && r->version == 1 &&
	    r->at_ms >= t->since_ms && !r->latihan && !r->is_legacy)
		t->codes[t->n++] = r->code;
	free(r);
	return 0;
}

/* Other than 0: enough. */
static int
show(struct house *h, struct stored_case *s, int (*cb)(const struct opened *, void *), void *arg,
    int *erased)
{
	struct laporan words = { 0 };
	struct case_keys keys;
	char lookup[LOOKUP_TEXT];
	struct opened o = { s, &words, &keys };
	int rc = 0;

	if (s->readable && stored_case_open(s, &h->st, &keys, &words, lookup) == 0)
		rc = cb(&o, arg);
	else
		(*erased)++;
	laporan_release(&words);
	return rc;
}

int
opened_each(struct house *h, int64_t since_ms, int (*cb)(const struct opened *o, void *arg),
    void *arg, int *erased)
{
	struct stretch *t = xcalloc(1, sizeof(*t));
	struct stored_case *s = xcalloc(ENTRIES, sizeof(*s));
	int n, rc = 0, enough = 0;

	t->since_ms = since_ms;
	do {
		t->n = 0;
		n = logbook_read(&h->st, t->seq, ENTRIES, note_opening, t);
		if (n < 0 || cases_load(&h->st, t->codes, (size_t)t->n, s) != 0) {
			rc = -1;
			break;
		}
		for (int i = 0; i < t->n; i++) {
			if (!enough)
				enough = show(h, &s[i], cb, arg, erased);
			stored_case_release(&s[i]);
		}
	} while (n == ENTRIES && !enough);
	free(s);
	free(t);
	return rc;
}
