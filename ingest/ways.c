/* The ways in: one row each. */
#include "ingest/way.h"

const struct way *const ways[] = {
	&way_sms_http,
	&way_sms_map,
	&way_sms_kannel,
	&way_dlr_kannel,
	&way_telegram,
	&way_x,
	&way_whatsapp,
	&way_meta,
};
const size_t ways_n = N_ELEMS(ways);
