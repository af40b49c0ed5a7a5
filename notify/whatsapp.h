#ifndef KENTONGAN_NOTIFY_WHATSAPP_H
#define KENTONGAN_NOTIFY_WHATSAPP_H
/* WhatsApp Cloud API, out: what is said in which form, and what its error codes mean. */
#include "notify/graph.h"

/* Free text, the closing question with two buttons, or the approved template. */
enum whatsapp_form { WHATSAPP_TEXT, WHATSAPP_BUTTONS, WHATSAPP_TEMPLATE };
/* Within the window: the form of its kind. */
enum whatsapp_form whatsapp_form_of(const struct outbox_item *it);
/* The request's body; token proves the receipts that come back. */
void whatsapp_body(struct buf *out, const struct outbox_item *it, enum whatsapp_form form,
    const struct settings *set, const char *token);

extern const struct graph_rule whatsapp_rules[];
extern const size_t whatsapp_rules_n;

/* One row of ways_out[]. */
int whatsapp_open(struct channel *c, const struct ways_env *env);
#endif
