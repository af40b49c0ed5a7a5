/* The ways in: one row each. */
#include "ingest/way.h"

const struct way *const ways[] = {
	&way_sms_http,
	&way_whatsapp,
	&way_meta,
};
const size_t ways_n = N_ELEMS(ways);
