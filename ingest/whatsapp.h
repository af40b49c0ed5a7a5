#ifndef KENTONGAN_WHATSAPP_H
#define KENTONGAN_WHATSAPP_H
/*
 * WhatsApp Cloud API, one message of a webhook call -> struct laporan.  Source: Meta's "messages
 * webhook reference" (2026-06).
 */
#include <jansson.h>

#include "core/laporan.h"

/*
 * Fills l (zeroed) from one of value's messages: everything but the text's length limit and the
 * times that depend on now; text is borrowed from the document.  NULL, or a word of ours for what
 * is not taken: "id" "sender" "type" "body" when that member is missing or of the wrong type, else
 * the kind that is no report ("reaction", "contacts", "order", "system").  l is released by the
 * caller either way.
 */
const char *whatsapp_read(struct laporan *l, const char **text, const json_t *message,
    const json_t *value);
#endif
