#ifndef KENTONGAN_NOTIFY_TELEGRAM_H
#define KENTONGAN_NOTIFY_TELEGRAM_H
/*
 * Telegram, Bot API 10.1.  Addresses: "telegram:CHAT", "telegram:CHAT:MESSAGE" (an answer to that
 * message), "telegram:tap:ID" (the confirmation that a pressed button waits for).
 */
#include "notify/channel.h"

struct httpc_answer;

int telegram_open(struct channel *c, const struct ways_env *env);
/*
 * The call for a message: method's name and its JSON document.  0, or -1 when the address is none
 * of the above.
 */
int telegram_request(const struct outbox_item *it, const char **method, struct buf *json);
/* deleteMessage for what it->ref names; 0, or -1 when that is no message. */
int telegram_cancel_request(const struct outbox_item *it, struct buf *json);
/* The number of the message that was sent, and with its chat what an answer quotes; "" where not told. */
struct telegram_id { char ref[24], name[48]; };
void telegram_sent(const struct httpc_answer *a, struct telegram_id *out);
/* r->why is kept in why, or is static. */
void telegram_outcome(const struct httpc_answer *a, struct send_result *r, char *why, size_t size);
#endif
