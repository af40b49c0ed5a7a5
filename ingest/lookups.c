#include <stdlib.h>
#include <string.h>

#include "ingest/form.h"

#define SLOTS 8192		/* an address over the limit is forgotten only by its window */

struct lookups {
	int most;
	int64_t window_ms;
	struct {
		uint64_t who;
		int64_t since_ms;
		int wrong;
	} slots[SLOTS];
};

struct lookups *
lookups_new(int most, int64_t window_ms)
{
	struct lookups *l = xcalloc(1, sizeof(*l));

	l->most = most;
	l->window_ms = window_ms;
	return l;
}

void
lookups_free(struct lookups *l)
{
	free(l);
}

static uint64_t
who_of(const char *address)
{
	uint64_t h = UINT64_C(1469598103934665603);

	for (; *address != '\0'; address++)
		h = (h ^ (unsigned char)*address) * UINT64_C(1099511628211);
	return h | 1;
}

int
lookups_may(struct lookups *l, const char *address, int64_t mono_ms)
{
	uint64_t who = who_of(address);
	size_t i = who % SLOTS;

	return l->slots[i].who != who || mono_ms - l->slots[i].since_ms > l->window_ms ||
	    l->slots[i].wrong < l->most;
}

void
lookups_wrong(struct lookups *l, const char *address, int64_t mono_ms)
{
	uint64_t who = who_of(address);
	size_t i = who % SLOTS;

	if (l->slots[i].who != who || mono_ms - l->slots[i].since_ms > l->window_ms) {
		l->slots[i].who = who;
		l->slots[i].since_ms = mono_ms;
		l->slots[i].wrong = 0;
	}
	l->slots[i].wrong++;
}
