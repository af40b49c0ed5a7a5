#ifndef KENTONGAN_NOTIFY_SMS_GATEWAY_H
#define KENTONGAN_NOTIFY_SMS_GATEWAY_H
/*
 * SMS by any gateway that takes a form or JSON over HTTP: which request it wants and how it says yes
 * stand in kentongan.yaml (sms_gateway.*).  The parts of it that decide.
 *
 * Texts      hold {to_e164} {to_62} {to_08} {text} {id} {secret}; each is written as the place wants
 *            it: percent-encoded in an address or a form, escaped inside the quotes of JSON.
 */
#include "lib/httpc.h"
#include "notify/channel.h"

/* For a route without Kannel: 1 when no gateway is set up for it either. */
int sms_gateway_open(struct channel *c, const struct ways_env *env);

enum gateway_place { IN_ADDRESS, IN_FORM, IN_JSON, IN_HEADER };
/*
 * Appends the text with its words filled in.  -1: a word that is none, or in a header one that comes
 * from outside; *wrong is where it begins.
 */
int sms_gateway_fill(struct buf *out, const char *text, enum gateway_place place,
    const struct outbox_item *item, const char *secret, const char **wrong);
/*
 * What an answer means.  A status of our own account (401, 402, 403, 404) stops the way, with an
 * alarm; 400 and its like are about this message: another way may take it.  Where the answer says yes
 * or no in its body (sms_gateway.ok_at), the body has the word; one that cannot be read is unknown.  What is
 * unknown after a try before goes another way or to a human: no gateway of this kind knows a message again.
 */
struct send_result sms_gateway_result(const struct httpc_answer *a, const struct settings *set, int tries);
#endif
