#include "ingest/pace.h"

#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "ingest/form.h"

#define WINDOW_MS (10 * MINUTE_MS)
#define WAITING 4096			/* keys that were told to wait; of two in one place the later */

struct pacer {
	struct lookups *soft_address, *hard_address, *soft_number, *hard_number;
	int64_t wait_ms;
	struct { uint64_t key; int64_t told_ms; } waiting[WAITING];
};

struct pacer *
pacer_new(const struct settings *set)
{
	struct pacer *p = xcalloc(1, sizeof(*p));

	p->soft_address = lookups_new((int)set->form_soft_address, WINDOW_MS);
	p->hard_address = lookups_new((int)set->form_hard_address, WINDOW_MS);
	p->soft_number = lookups_new((int)set->form_soft_number, WINDOW_MS);
	p->hard_number = lookups_new((int)set->form_hard_number, WINDOW_MS);
	p->wait_ms = set->form_wait_ms;
	return p;
}

void
pacer_free(struct pacer *p)
{
	if (p == NULL)
		return;
	lookups_free(p->soft_address);
	lookups_free(p->hard_address);
	lookups_free(p->soft_number);
	lookups_free(p->hard_number);
	free(p);
}

static int
may(struct lookups *l, const char *who, int64_t mono_ms)
{
	return who == NULL || lookups_may(l, who, mono_ms);
}

/* 1 if it was told to wait long enough ago; a key that is new waits from now on. */
static int
has_waited(struct pacer *p, const char *key, int64_t mono_ms)
{
	uint64_t k = lookups_hash(key);
	size_t i = k % WAITING;

	if (key[0] == '\0')
		return 0;		/* nothing to know it by */
	if (p->waiting[i].key == k)
		return mono_ms - p->waiting[i].told_ms >= p->wait_ms;
	p->waiting[i].key = k;
	p->waiting[i].told_ms = mono_ms;
	return 0;
}

enum pace
pacer_ask(struct pacer *p, const char *address, const char *number, const char *key, int64_t mono_ms)
{
	if (!may(p->hard_address, address, mono_ms) || !may(p->hard_number, number, mono_ms))
		return PACE_FULL;
	if (may(p->soft_address, address, mono_ms) && may(p->soft_number, number, mono_ms))
		return PACE_GO;
	return has_waited(p, key, mono_ms) ? PACE_GO : PACE_WAIT;
}

void
pacer_count(struct pacer *p, const char *address, const char *number, int64_t mono_ms)
{
	lookups_wrong(p->soft_address, address, mono_ms);
	lookups_wrong(p->hard_address, address, mono_ms);
	if (number == NULL)
		return;
	lookups_wrong(p->soft_number, number, mono_ms);
	lookups_wrong(p->hard_number, number, mono_ms);
}
