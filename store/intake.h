#ifndef KENTONGAN_INTAKE_H
#define KENTONGAN_INTAKE_H
/*
 * The door: a report becomes durable and gets its code, once.
 *
 * The work is cut in two so that it also serves an asynchronous link: intake_prepare() seals the
 * report and names three codes, intake_args() makes the call, intake_result() reads the answer.
 * A prepared report can be written to the spool and offered again later with the same codes.
 *
 * Units      int64_t milliseconds since the epoch, UTC.
 */
#include "core/code.h"
#include "core/calendar.h"
#include "core/laporan.h"
#include "store/store.h"

#define INTAKE_DAYS 40

struct intake {
	struct code codes[3];
	char field[LOOKUP_CHARS + 1];	/* dedupe field, "" none */
	char lane[4];
	uint8_t wrapped[SEAL_WRAPPED_BYTES];
	struct buf pub, sealed;
	int64_t received_ms;
};
void intake_release(struct intake *in);

/*
 * Seals the report under a new data key.  The dedupe field is the keyed hash of channel and
 * message id; without an id, of channel, sender, text and the provider's time when it has one.
 * Never the same for two senders.  The codes are a keyed hash of that field, the sender and the
 * text: the same message is promised the same code each time.
 */
void intake_prepare(struct intake *in, const struct store *st, const struct laporan *l);

/* Day hashes to look at: today's first. Kept by the caller, refreshed when the day changes. */
struct intake_days { char day[INTAKE_DAYS][DAY_TEXT]; int n; int64_t today; };
/*
 * All that may be needed at now: today, around midnight also tomorrow, and every
 * earlier day of the window.
 */
void intake_days_at(struct intake_days *d, int64_t now_ms, int window);
/* Drops earlier days of which the store has no hash: what is past cannot appear any more. */
void intake_days_prune(struct intake_days *d, struct store *st);

/* The FCALL's arguments, joined. */
void intake_args(struct redis_args *out, const struct store *st, const struct intake *in,
    const struct intake_days *days);

enum intake_result { INTAKE_OK, INTAKE_SEEN, INTAKE_RETRY, INTAKE_UNKNOWN, INTAKE_FATAL };
/* code is filled for OK and SEEN. */
enum intake_result intake_result(const redisReply *r, struct code *code);

/*
 * The whole way at once, for who may wait for it: seals the report, offers it, reads the answer.
 * window: days that are looked back for a report heard twice.
 */
enum intake_result intake_take(struct store *st, const struct laporan *l, int64_t now_ms, int window,
    struct code *code);

/* For the spool: one self-contained line of bytes, and back.  0 or -1. */
void intake_encode(struct buf *b, const struct intake *in);
int intake_decode(struct intake *in, const char *data, size_t len);
#endif
