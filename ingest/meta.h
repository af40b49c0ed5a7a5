#ifndef KENTONGAN_META_H
#define KENTONGAN_META_H
/*
 * Facebook page and Instagram account: one event of a webhook call -> struct laporan.  Source:
 * Meta's pages "Webhooks for Messenger", "Webhooks for Pages", "Instagram webhook examples"
 * (2025-11).
 *
 * Who speaks is "facebook:ID" or "instagram:ID".  What was said in public is answered where it was
 * said: reply_to is "comment:ID" or "post:ID" (core/message.h sees to it that only a public text
 * goes there), link the post.
 *
 * Each fills l (zeroed) but for the text's length limit and the times that depend on now; text is
 * borrowed from the document.  NULL, or a word of ours for what is not taken.  l is released by the
 * caller either way.
 */
#include <jansson.h>

#include "core/laporan.h"

struct meta_event {
	const char *channel;		/* facebook, instagram */
	const char *account;		/* our own id there: what we say ourselves is no report */
	const json_t *entry;		/* it came in */
	const char *field;		/* of a change; NULL for a message */
	const json_t *value;		/* the change's, or the member of messaging[] */
};
const char *meta_read_message(struct laporan *l, const char **text, const struct meta_event *e);
const char *meta_read_change(struct laporan *l, const char **text, const struct meta_event *e);
#endif
