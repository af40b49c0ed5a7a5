/* The ways out: one row each. */
#include "notify/sms.h"
#include "notify/telegram.h"
#include "notify/x.h"

const struct way_out ways_out[] = {
	{ "sms", sms_open, NULL },
	{ "email", channel_email_open, NULL },
	{ "telegram", telegram_open, NULL },
	{ "telegram-publik", telegram_open, NULL },
	{ "x", x_open, NULL },
	{ "x-publik", x_open, NULL },
};
const size_t ways_out_n = N_ELEMS(ways_out);
