#ifndef KENTONGAN_NOTIFY_SMS_H
#define KENTONGAN_NOTIFY_SMS_H
/*
 * SMS by Kannel's sendsms: the parts of it that decide.
 *
 * Source     Kannel 1.4.5 user guide, "Using the sendsms service"; what it really answers was
 *            measured with fakesmsc.
 */
#include "lib/httpc.h"
#include "notify/channel.h"

/*
 * Rows of ways_out, one for each card.  Without a smsbox (neither kannel.url nor kannel.run, or no
 * sms2.url) the route goes by a gateway of another kind (notify/sms_gateway.h): 1 when there is none.
 */
int sms_open(struct channel *c, const struct ways_env *env);

/* What one card sends by: its settings and its smsbox; NULL when there is none.  Both live with set. */
const struct sms_card *sms_card_of(const struct settings *set, const char *route, const char **url);
/*
 * Appends the whole URL of one message.  receipts: http://HOST:PORT under which Kannel reaches
 * ingest, "" asks for no receipt.  It holds personal data and the password: wipe it.
 */
void sms_add_url(struct buf *url, const char *smsbox, const struct sms_card *card,
    const char *password, const char *receipts, const struct outbox_item *item, const char *token);
/*
 * What an answer means.  403 and 404 are mistakes of ours, 5xx and silence are Kannel's: the message
 * is kept and the whole way rests for pause_ms; for stop_ms, with an alarm, when the credit is used
 * up (402: a gateway behind Kannel's interface); after 429 for as long as it asks.  400 is about this one
 * message: another way may take it.  A 202 that Kannel did not write is unknown.
 */
struct send_result sms_result(const struct httpc_answer *a, int64_t pause_ms, int64_t stop_ms);
#endif
