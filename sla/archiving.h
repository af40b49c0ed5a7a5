#ifndef KENTONGAN_ARCHIVING_H
#define KENTONGAN_ARCHIVING_H
/*
 * The archive's timer: a round now, the next one soon while there is more, else after archive.every.
 * A round that fails is an alarm, once an hour, and is tried again after archive.every; so is one for which
 * another archiver leaves no turn for ten minutes.
 */
#include "store/house.h"

struct archiving { struct house *h; int moved, in_vain; };

/* One round; how long until the next, in ms. */
int64_t archiving_run(struct archiving *a);
#endif
