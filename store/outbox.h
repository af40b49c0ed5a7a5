#ifndef KENTONGAN_OUTBOX_H
#define KENTONGAN_OUTBOX_H
/*
 * The outbox: what is to leave the house.  Per recipient, lane and route a list of messages; only
 * its head stands in the line out:due:LANE:ROUTE.  A claim is a lease with a fencing number that
 * every later mark must show.  Lane e has lists and lines of its own, so that nothing waits before
 * it.  What may be bundled has lists of its own in lane n, so that an answer need not wait for it.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/storm.h"
#include "core/ways.h"
#include "store/store.h"

#define OUTBOX_ID_CHARS 48

/* The deterministic id of a case's n-th message. */
void message_id(char *out, size_t size, const char *code, int n);

struct outbox_item {
	char id[OUTBOX_ID_CHARS];
	int64_t fence;
	char kind[32];
	int64_t not_after_ms;
	int tries;
	int repeated;		/* it was being sent before and its outcome is unknown */
	char code[12];
	struct buf to, text;	/* opened: personal data */
	struct seal_key key;	/* the case's data key */
	uint8_t wrapped[SEAL_WRAPPED_BYTES];	/* the same as it lies in the store */
	struct buf answers;	/* Message-ID of the letter that this answers; "" none */
	struct buf brief;	/* its line in a digest; empty: it is never bundled */
	/* Of an errand that calls a message back: see struct channel; heard_ms is when that one was sent. */
	struct buf ref;
	char lang[4];		/* of its text; "" Indonesian */
	char walked[WALKED_CHARS];	/* the ways it went, this one last */
	int waiting;		/* of those that may be bundled: how many its recipient has, this one included */
	char storm[STORM_CHARS];	/* and his storm, as storm_read() takes it */
	int64_t heard_ms;	/* the recipient's own last message on this channel; 0 unknown */
	int latihan;
	int lane_e;		/* life and safety; of claimed ones */
	int readable;		/* 0: the payload could not be opened (erased, damaged) */
};
void outbox_item_release(struct outbox_item *it);

/*
 * A message that is claimed by nobody, opened: 1; 0 it, or its words, are gone; -1 no answer.  route: the
 * way it went.
 */
int outbox_peek(struct store *st, const char *id, struct outbox_item *it, char route[WAY_CHARS]);

/* What is asked for. */
enum outbox_lanes { LANES_BOTH, LANES_E, LANES_N };
struct outbox_claim {
	const char *route;
	int most;
	int64_t lease_ms;
	enum outbox_lanes lanes;
	int64_t per_hour, per_day;	/* budget in SMS parts; both 0: not counted */
	int64_t by_ms;			/* a store's time past this is not believed, and nothing claimed; 0: any */
};
/*
 * Claims messages of a route, lane e first.  items has room for the most; *now_ms gets the store's
 * time, *spent_ms the end of the window whose budget was used up before this claim, or 0.
 * Returns how many, -1 when its time is past by_ms or the store did not answer (those it may have claimed come again after
 * the lease).
 */
int outbox_claim(struct store *st, const struct outbox_claim *c, struct outbox_item *items,
    int64_t *now_ms, int64_t *spent_ms);
/*
 * The earliest time at which each of n routes has something to claim, INT64_MAX for none, in one
 * round trip.  -1: no answer, and nothing of first_ms holds.
 */
int outbox_firsts(struct store *st, const char *const *routes, size_t n, int64_t *first_ms);
/* What became of a claimed message. */
struct outbox_mark {
	const struct outbox_item *item;
	const char *state;	/* final: sent expired undeliverable; NULL: put back for at_ms */
	int64_t at_ms;
	int audit;			/* also a log entry */
	int waits;			/* sent, and a receipt is to come */
	int uncounted;		/* put back through no fault of this message: no try of it */
	int unspent;			/* surely not sent: its parts go back to the budget it was claimed on */
	const struct storm *storm;	/* its recipient's from now on; NULL: as it was */
	int full;			/* held: so many waiting are a digest */
	const char *ref;		/* sent: what it can be called back by; NULL: by nothing */
	const char *name;		/* sent: the platform's id of it, see store/said.h; NULL: none */
	/*
	 * Not NULL: it goes that way instead, under the next of its ids (ID.b, ID.c); of the rest above
	 * only unspent is used.
	 */
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

/* A message whose receipt is overdue or says "failed"; dropped: nobody needs it any more. */
struct outbox_overdue { struct outbox_item item; char route[WAY_CHARS]; int failed, lane_e, dropped; };
/* Up to max of them, oldest first; -1 no answer. */
int outbox_overdue(struct store *st, int64_t wait_ms, int max, struct outbox_overdue *out,
    int64_t *now_ms);
/*
 * Sends it by another route, or, with route NULL, gives it up: its absence is logged either way.
   1 done, 0 somebody else did, -1 no answer.
 */
int outbox_reroute(struct store *st, const struct outbox_overdue *o, const char *route,
    int64_t now_ms);

/* ---- many at once ---- */

/*
 * What the recipient of a claimed message has waiting on this way, that message first, opened; out
 * has room for most.  -1 no answer.
 */
int outbox_members(struct store *st, const char *route, const struct outbox_item *head, int most,
    struct outbox_item *out);
/*
 * The digest of n of these messages: it takes their place, and they end as "bundled".  unspent as in
 * a mark.  1 done; 0 not any more (one of them was called back, or the claim is lost); -1 no answer.
 */
int outbox_bundle(struct store *st, const char *route, const struct outbox_item *members, int n,
    const struct buf *text, int unspent, int64_t now_ms);
#define OUTBOX_DIGEST "ikhtisar"	/* its kind */
#define OUTBOX_ERRAND "cabut"		/* kind of what calls a message back */

/* ---- what is written ---- */

/* A message before it is sealed; brief "" where it is never bundled, lang "" for Indonesian. */
struct outbox_words {
	const char *code, *kind, *to, *text, *brief, *lang;
	const char *answers;		/* Message-ID of the letter that it answers; NULL none */
	size_t text_len;
	int latihan;
	int64_t heard_ms;
};
void outbox_seal(struct buf *out, const struct seal_key *key,
    const uint8_t wrapped[SEAL_WRAPPED_BYTES], const struct outbox_words *w);
/* Part of KEY_RCP: the list that such a message waits in. */
void outbox_list(char out[48], const char *route, int lane_e, int bundles);
/*
 * A drill's words, marked where they do not say so themselves: nobody must take them for earnest.  A file
 * that is to be fetched (route berkas) is no words.
 */
void buf_add_drill(struct buf *b, const char *route, const char *text, size_t len);
/* SMS parts of a text. */
int outbox_parts(const char *text, size_t len);
#endif
