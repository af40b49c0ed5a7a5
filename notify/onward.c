#include "notify/onward.h"

#include <string.h>

#include "lib/clock.h"

struct choice { const struct outlane *all; size_t n; int64_t mono_ms; };

/*
 * A way that rests cannot help.  Nor can one without a gateway, but for SMS: an installation without
 * any gateway writes what would be sent into its file.
 */
static int
is_open(const char *way, void *arg)
{
	const struct choice *c = arg;

	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->all[i].channel.route, way) == 0)
			return c->all[i].paused_until_mono_ms <= c->mono_ms &&
			    (!c->all[i].channel.is_file || strcmp(way, "sms") == 0);
	return 0;
}

static const char *
plan_of(const struct settings *set, const char *route)
{
	const struct { const char *route, *plan; } plans[] = {
		{ "sms", set->sms_ways }, { "whatsapp", set->whatsapp_ways },
	};

	for (size_t i = 0; i < N_ELEMS(plans); i++)
		if (strcmp(plans[i].route, route) == 0 && plans[i].plan != NULL)
			return plans[i].plan;
	return "";
}

int
onward_among(const struct outlane *all, size_t n, const struct settings *set,
    const struct outbox_item *it, char route[WAY_CHARS])
{
	struct choice c = { all, n, clock_mono_ms() };
	char first[WAY_CHARS];

	way_first(first, it->walked);
	/* All further ways carry numbers. */
	if (buf_str(&it->to)[0] != '+' || strcmp(it->kind, OUTBOX_ERRAND) == 0)
		return 0;
	return way_next(route, plan_of(set, first), it->walked, is_open, &c);
}

int
onward(const struct outlane *l, const struct outbox_item *it, char route[WAY_CHARS])
{
	return onward_among(l->all, l->all_n, &l->h->set, it, route);
}

int
onward_is_open(const struct outlane *l)
{
	struct choice c = { l->all, l->all_n, clock_mono_ms() };
	char route[WAY_CHARS];

	return way_next(route, plan_of(&l->h->set, l->channel.route), l->channel.route, is_open, &c);
}

int
onward_is_time(const struct outlane *l, int lane_e)
{
	return l->down_mono_ms != 0 &&
	    clock_mono_ms() - l->down_mono_ms >= l->h->set.wait_ms[lane_e != 0];
}
