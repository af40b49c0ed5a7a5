#ifndef KENTONGAN_LEAVER_H
#define KENTONGAN_LEAVER_H
/*
 * Officers who left the service, or have another number: their cases go back to the units, and
 * what is queued for the old number is called off.
 *
 * The commit that ends an officer (store/officer.c) notes him among the leavers in the same call, so
 * that whoever dies in between leaves the note; it goes when all is done.  The command works it off
 * at once, sla whatever is left; both may do so at the same time.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "store/house.h"

/* "ID HASH" as it stands in the note: the officer, and the keyed hash of the number that was his. */
#define LEAVER_CHARS (OFFICER_ID_CHARS + 1 + LOOKUP_CHARS + 1)

/*
 * Works off all that are noted.  Returns how many cases went back, -1 when something has to be done
 * again: the store did not answer, or somebody was faster.
 */
int leavers_release(struct house *h);
#endif
