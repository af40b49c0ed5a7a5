#ifndef KENTONGAN_TELEGRAM_H
#define KENTONGAN_TELEGRAM_H
/*
 * One update of the Telegram Bot API (10.1) as a report: the same for the hook and for getUpdates.
 *
 * Private chats  the sender is "telegram:CHAT", answered there.
 * Groups         the sender is "telegram:USER"; everybody reads along, so the answer goes by the
 *                public route to "telegram:CHAT:MESSAGE".
 */
#include <jansson.h>

#include "ingest/ingest.h"

/*
 * 1 and l filled (released by the caller); 0 when there is no report in it: *why is then a word
 * for the log and the counter, static.
 */
int telegram_read(struct laporan *l, const struct ingest *g, const json_t *update,
    const char **why);
#endif
