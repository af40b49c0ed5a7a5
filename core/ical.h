#ifndef KENTONGAN_ICAL_H
#define KENTONGAN_ICAL_H
/*
 * The duties of an officer or a unit as a calendar that telephones read: text/calendar.
 *
 * It carries ids of officers and names of units; never a name or a number of a person, for a feed's
 * address is passed on.  Duty round the clock is no event.  A stretch of leave is cut out.
 *
 * Units      int64_t milliseconds since the epoch, UTC; the events are in UTC too, so that no time
 *            zone has to travel along.
 * Source     RFC 5545: lines end in CR LF and are folded at 75 octets (3.1), TEXT is escaped (3.3.11),
 *            each event has UID and DTSTAMP (3.6.1).
 */
#include "core/roster.h"
#include "core/unit.h"

#define ICAL_DAYS 60			/* ahead, unless somebody asks for another number */

struct ical {
	const struct roster *roster;
	const struct calendar *holidays;
	const struct unit_table *units;
	const char *regency;		/* tag of the keys: makes UIDs ours */
	const char *officer, *unit;	/* whose: one of the two, the other NULL */
	int64_t from_ms, until_ms;	/* what begins in between */
	int64_t now_ms;			/* DTSTAMP */
};
/* Appends the whole calendar; how many events it has. */
size_t ical_add(struct buf *b, const struct ical *x);
#endif
