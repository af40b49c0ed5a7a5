#ifndef KENTONGAN_CHANNEL_H
#define KENTONGAN_CHANNEL_H
/*
 * A way out.  Each file of its own fills one struct channel; notify knows no more of it.
 *
 * Ownership  the item is notify's and lives until done() was called, which happens exactly once,
 *            during send() or later.
 * Errors     an outcome says what is known, never more: UNKNOWN is neither failure nor success.
 */
#include "store/outbox.h"

enum send_outcome {
	SEND_DONE,		/* the gateway has it */
	SEND_RETRY,		/* surely not sent; may work later */
	SEND_FINAL,		/* surely not sent and never will be */
	SEND_UNKNOWN		/* may or may not have been sent: again under the same id */
};
struct send_result { enum send_outcome outcome; int64_t retry_after_ms; const char *why; };
typedef void (*on_sent)(const struct send_result *r, void *arg);

struct channel {
	const char *route;
	void (*send)(struct channel *c, const struct outbox_item *item, on_sent done, void *arg);
	/* May be NULL.  What was sent since the last flush is certain only after a 0. */
	int (*flush)(struct channel *c);
	void (*release)(struct channel *c);
	void *data;
};

/* Writes one JSON line per message to DIR/out/ROUTE.jsonl: what would be sent.  0 or -1. */
int channel_file_init(struct channel *c, const char *route, const char *dir);
#endif
