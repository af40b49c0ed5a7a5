/* The accounts that are fetched: one row each. */
#include "ingest/pull.h"
#include "ingest/pullers.h"

const struct pull_source *const pull_sources[] = {
	&pull_telegram,
	&pull_x,
	&pull_sms,
	&pull_imap,
	&pull_quake,
	&pull_felt,
	&pull_alert,
};
const size_t pull_sources_n = N_ELEMS(pull_sources);
