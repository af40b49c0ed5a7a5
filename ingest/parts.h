#ifndef KENTONGAN_INGEST_PARTS_H
#define KENTONGAN_INGEST_PARTS_H
/*
 * A long SMS in parts: each is durable in the store before it is answered 2xx; together, or after
 * their time with what there is, they become one report; a late one is added to its case.
 *
 * Nothing of it lives in this process: the set in the store is found by any ingest, and released
 * again if the one that had it died.
 */
#include "core/sms.h"
#include "ingest/ingest.h"

/*
 * Takes one part and answers the call: 200 with an empty body, or 503.  l is the part as a report
 * of its own (its words decoded), borrowed for the call; from, to as the gateway has them.
 */
void parts_take(struct ingest *g, struct http_req *r, struct laporan *l, const char *from,
    const char *to, const struct sms_part *place, const struct sms_piece *piece);
/* Releases the sets whose time is over; every now and then. */
void parts_sweep(struct ingest *g);
#endif
