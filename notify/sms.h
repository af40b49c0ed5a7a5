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

/* A row of ways_out: 1 when neither kannel.url nor kannel.run is set. */
int sms_open(struct channel *c, const struct ways_env *env);

/* Address of the smsbox to send by, NULL if there is none; lives as long as set. */
const char *kannel_url(const struct settings *set);
/*
 * Appends the whole URL of one message.  receipts: http://HOST:PORT under which Kannel reaches
 * ingest, "" asks for no receipt.  It holds personal data and the password: wipe it.
 */
void sms_add_url(struct buf *url, const struct settings *set, const char *password,
    const char *receipts, const struct outbox_item *item, const char *token);
/*
 * What an answer means.  403 and 404 are mistakes of ours, 5xx and silence are Kannel's: the message
 * is kept and the whole way rests for pause_ms.  400 is about this one message.  A 202 that Kannel
 * did not write is unknown.
 */
struct send_result sms_result(const struct httpc_answer *a, int64_t pause_ms);
#endif
