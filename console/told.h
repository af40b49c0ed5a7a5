#ifndef KENTONGAN_CONSOLE_TOLD_H
#define KENTONGAN_CONSOLE_TOLD_H
/*
 * Whom an escalation told, and whether it reached him.  The log says the first, the outbox the second, and
 * it is read when it is shown: a receipt may come hours after the escalation.
 *
 * A row is a JSON list: officer, told_ms, what he did ("diam", "diambil", or "diberi-tahu": he only hears of it),
 * number of the message (0 none known), its state and when it came to that (store/told.h).
 */
#include <jansson.h>

#include "console/console.h"
#include "lib/buf.h"

/* The rows of an entry of the log that is an escalation, without what became of them; the caller frees. */
json_t *told_people(const json_t *entry);
/*
 * Adds to each row what became of its message.  Without an answer of the store the rows stay as they are,
 * and the log says so.
 */
void told_add(struct console *c, const char *code, json_t *rows);
/* The same for an escalation as JSON, which has the rows as "people". */
void told_fill(struct console *c, const char *code, struct buf *escalation);
/* A row, read; borrowed from it.  state "": nothing is known of its message. */
struct told_row { const char *officer, *did, *state; int64_t told_ms, at_ms; };
void told_row_read(struct told_row *t, const json_t *row);
#endif
