#include <stdlib.h>
#include <string.h>

#include "ingest/form.h"
#include "lib/hash.h"

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

uint64_t
lookups_hash(const char *text)
{
	return hash_text(text) | 1;
}

int
lookups_may(struct lookups *l, const char *address, int64_t mono_ms)
{
	uint64_t who = lookups_hash(address);
	size_t i = who % SLOTS;

	return l->slots[i].who != who || mono_ms - l->slots[i].since_ms > l->window_ms ||
	    l->slots[i].wrong < l->most;
}

void
lookups_wrong(struct lookups *l, const char *address, int64_t mono_ms)
{
	uint64_t who = lookups_hash(address);
	size_t i = who % SLOTS;

	if (l->slots[i].who != who || mono_ms - l->slots[i].since_ms > l->window_ms) {
		l->slots[i].who = who;
		l->slots[i].since_ms = mono_ms;
		l->slots[i].wrong = 0;
	}
	l->slots[i].wrong++;
}
