/* The ways out: one row each. */
#include "notify/sms.h"

const struct way_out ways_out[] = {
	{ "sms", sms_open, NULL },
	{ "email", channel_email_open, NULL },
};
const size_t ways_out_n = N_ELEMS(ways_out);
