#ifndef KENTONGAN_OUTBOX_H
#define KENTONGAN_OUTBOX_H
/*
 * The outbox: what is to leave the house.  Per recipient, lane and route a list of messages; only
 * its head stands in the line out:due:LANE:ROUTE.  A claim is a lease with a fencing number that
 * every later mark must show.  Lane e has lists and lines of its own, so that nothing waits before
 * it.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "store/store.h"

/* The deterministic id of a case's n-th message. */
void message_id(char *out, size_t size, const char *code, int n);

struct outbox_item {
	char id[48];
	int64_t fence;
	char kind[32];
	int64_t not_after_ms;
	int tries;
	int repeated;		/* it was being sent before and its outcome is unknown */
	char code[12];
	struct buf to, text;	/* opened: personal data */
	struct seal_key key;	/* the case's data key */
	struct buf ref;		/* Message-ID of the letter that this answers; "" none */
	int64_t heard_ms;	/* the recipient's own last message on this channel; 0 unknown */
	int latihan;
	int lane_e;		/* life and safety; of claimed ones */
	int readable;		/* 0: the payload could not be opened (erased, damaged) */
};
void outbox_item_release(struct outbox_item *it);

/*
 * Claims up to max messages of a route, lane e first.  items has room for max; *now_ms gets the
 * store's time.  Returns how many, -1 when the store did not answer (those it may have claimed come
 * again after the lease).
 */
int outbox_claim(struct store *st, const char *route, int max, int64_t lease_ms,
    struct outbox_item *items, int64_t *now_ms);
/* What became of a claimed message. */
struct outbox_mark {
	const struct outbox_item *item;
	const char *state;	/* final: sent expired undeliverable; NULL: put back for at_ms */
	int64_t at_ms;
	int audit;			/* also a log entry */
	int waits;			/* sent, and a receipt is to come */
	int uncounted;		/* put back through no fault of this message: no try of it */
	/* Not NULL: it goes that way instead, under the id ID.b; the rest above is then unused. */
	const char *route;
	int result;	/* 0 done, 1 lost (the claim is no longer ours), -1 unknown */
};
/* All in one round trip. */
void outbox_mark(struct store *st, struct outbox_mark *marks, int n, int64_t now_ms);

/* ---- receipts ---- */

/* 64 bits that only who was given a message's address for receipts knows, as 16 hex digits. */
#define OUTBOX_TOKEN_CHARS 16
void outbox_token(char out[OUTBOX_TOKEN_CHARS + 1], const struct store *st, const char *id);
/*
 * Arguments of the call that notes a receipt, for a link or a pipe; the answer is "ok", "known" or
 * "unknown".  RECEIPT_SENT (the gateway has it) ends what was about to be sent again because the
 * gateway's answer was lost; its delivery is still waited for.
 */
enum receipt_news { RECEIPT_FAILED, RECEIPT_DELIVERED, RECEIPT_SENT };
void outbox_receipt_args(struct redis_args *out, const struct store *st, const char *id,
    enum receipt_news news, int64_t now_ms);

/* A message whose receipt is overdue or says "failed". */
struct outbox_overdue { struct outbox_item item; char route[16]; int failed, lane_e; };
/* Up to max of them, oldest first; -1 no answer. */
int outbox_overdue(struct store *st, int64_t wait_ms, int max, struct outbox_overdue *out,
    int64_t *now_ms);
/*
 * Sends it by another route, or, with route NULL, gives it up: its absence is logged either way.
   1 done, 0 somebody else did, -1 no answer.
 */
int outbox_reroute(struct store *st, const struct outbox_overdue *o, const char *route,
    int64_t now_ms);
#endif
