/* The ways out: one row each. */
#include "notify/files.h"
#include "notify/meta.h"
#include "notify/sms.h"
#include "notify/telegram.h"
#include "notify/whatsapp.h"
#include "notify/x.h"

const struct way_out ways_out[] = {
	/* route, open, spare */
	{ "sms", sms_open, 0 },
	{ "sms2", sms_open, 1 },
	{ "email", channel_email_open, 0 },
	{ "telegram", telegram_open, 0 },
	{ "telegram-publik", telegram_open, 0 },
	{ "x", x_open, 0 },
	{ "x-publik", x_open, 0 },
	{ "whatsapp", whatsapp_open, 0 },
	{ "facebook", facebook_open, 0 },
	{ "instagram", instagram_open, 0 },
	{ "berkas", files_open, 0 },
};
const size_t ways_out_n = N_ELEMS(ways_out);
