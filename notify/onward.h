#ifndef KENTONGAN_ONWARD_H
#define KENTONGAN_ONWARD_H
/*
 * Where a message goes on when its way did not bring it there: the plans of the settings
 * (sms.ways, whatsapp.ways) and the ways that are open just now.
 */
#include "notify/lanes.h"

/* The next way of a message on this lane: 1 and route, 0 when there is none. */
int onward(const struct outlane *l, const struct outbox_item *it, char route[WAY_CHARS]);
/* The same for one whose lane may be gone: all are the ways out of this daemon. */
int onward_among(const struct outlane *all, size_t n, const struct settings *set,
    const struct outbox_item *it, char route[WAY_CHARS]);
/* 1 when anything of this lane can go on by another way now. */
int onward_is_open(const struct outlane *l);
/* 1 when the lane has been down for longer than messages of life and safety (or others) wait. */
int onward_is_time(const struct outlane *l, int lane_e);
#endif
