/* The ways out: one row each. */
#include "notify/files.h"
#include "notify/meta.h"
#include "notify/sms.h"
#include "notify/telegram.h"
#include "notify/whatsapp.h"
#include "notify/x.h"

const struct way_out ways_out[] = {
	{ "sms", sms_open },
	{ "email", channel_email_open },
	{ "telegram", telegram_open },
	{ "telegram-publik", telegram_open },
	{ "x", x_open },
	{ "x-publik", x_open },
	{ "whatsapp", whatsapp_open },
	{ "facebook", facebook_open },
	{ "instagram", instagram_open },
	{ "berkas", files_open },
};
const size_t ways_out_n = N_ELEMS(ways_out);
