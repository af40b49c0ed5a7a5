#include "sla/guard.h"

int
guard_look(struct guard *g, int64_t store_ms, int64_t mono_ms, int64_t step_ms, int64_t hold_ms)
{
	int64_t jump = g->store_ms == 0 ? 0 : (store_ms - g->store_ms) - (mono_ms - g->mono_ms);

	g->store_ms = store_ms;
	g->mono_ms = mono_ms;
	if (jump <= step_ms && jump >= -step_ms)
		return 0;
	g->jump_ms = jump;
	g->hold_until_mono_ms = mono_ms + hold_ms;
	return 1;
}

int
guard_holds(const struct guard *g, int64_t mono_ms)
{
	return mono_ms < g->hold_until_mono_ms;
}
