#ifndef KENTONGAN_LEAVER_H
#define KENTONGAN_LEAVER_H
/*
 * Officers who left the service, or have another number: their cases go back to the units, and
 * what was queued for the old number by then is called off.
 *
 * The commit that ends an officer (store/officer.c) notes him among the leavers in the same call, so
 * that whoever dies in between leaves the note; it goes when all is done.  The command works it off
 * at once, sla whatever is left; both may do so at the same time.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/code.h"
#include "store/house.h"

/* "ID HASH" as it stands in the note: the officer, and the keyed hash of the number that was his. */
#define LEAVER_CHARS (OFFICER_ID_CHARS + 1 + LOOKUP_CHARS + 1)

/*
 * Where one who works them off stands.  Zeroed: at the beginning; leavers_free() it.  Nobody's cases are
 * listed anywhere, so all open ones are walked through for each leaver, from his cursor.
 */
#define LEAVER_NAMED 16
struct leaver {
	char field[LEAVER_CHARS];
	char id[OFFICER_ID_CHARS], number[LOOKUP_CHARS + 1];
	int64_t since_ms;
	char cursor[32];
	int back;			/* cases that went back so far */
	int stuck;			/* some of this walk did not */
	int64_t next_ms, wait_ms;	/* the next walk, and how long it was put off */
	struct code named[LEAVER_NAMED]; int named_n;	/* logged already: they cannot be given back */
	int noted;
};
struct leavers { struct leaver *list; size_t n; };
void leavers_free(struct leavers *w);
/*
 * Looks through some `most` open cases for one of those noted.  What cannot be given back is named in the
 * log once and tried again later and later; the others do not wait for it.  mono_ms is any clock that
 * only goes forward; *back grows by the cases that went back.  1 there is more to do at once, 0 not before
 * a while, -1 the store did not answer.
 */
int leavers_step(struct house *h, struct leavers *w, int64_t most, int64_t mono_ms, int *back);

/*
 * Works off all that are noted, however long that takes.  Returns how many cases went back, -1 when
 * something has to be done again: the store did not answer, or a case could not be given back.
 */
int leavers_release(struct house *h);
#endif
