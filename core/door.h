#ifndef KENTONGAN_DOOR_H
#define KENTONGAN_DOOR_H
/*
 * The look at the door: does a text name a danger?  Only chooses the lane in which a report waits,
 * so it may be wrong in one way only: it takes rather too many for dangerous.  No negation, no
 * grammar, no allocation; microseconds.  The router decides later, with all its rules.
 *
 * Words      the list `darurat` of kategori.yaml from weight DOOR_WEIGHT on, phrases with gaps by
 *            their parts; shorthand of the list `slang` is understood.
 */
#include <stddef.h>

#include "core/catalogue.h"

#define DOOR_WEIGHT 8

struct door;

struct door *door_new(const struct catalogue *c);
void door_free(struct door *d);
/* 1 or 0.  Any bytes; only ASCII letters and digits make words. */
int danger_at_door(const struct door *d, const char *text, size_t len);
#endif
