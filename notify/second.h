#ifndef KENTONGAN_SECOND_H
#define KENTONGAN_SECOND_H
/*
 * The second way: what was sent and whose receipt says failed, or never came within
 * notify.receipt_wait, goes where its way out says (struct channel.second), or is given up; either
 * is an entry in the log.
 */
#include "notify/lanes.h"

/* One round over what waits; lanes are those of this house. */
void second_run(struct house *h, const struct outlane *lanes, size_t n);
#endif
