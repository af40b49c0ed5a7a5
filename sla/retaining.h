#ifndef KENTONGAN_RETAINING_H
#define KENTONGAN_RETAINING_H
/*
 * Retention's timer: a part now, the next one soon while there is more, else after retention.every.
 * What fails is an alarm, once an hour, and is tried again after retention.every.
 */
#include "store/retention.h"

struct retaining { struct house *h; struct retention r; struct retention_done all; };

/* One part; how long until the next, in ms. */
int64_t retaining_run(struct retaining *t);
#endif
