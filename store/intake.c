#include "store/intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "lib/escape.h"
#include "lib/fault.h"

void
intake_release(struct intake *in)
{
	buf_release(&in->pub);
	buf_release(&in->sealed);
}

static void
dedupe_field(char out[LOOKUP_CHARS + 1], const struct store *st, const struct laporan *l)
{
	struct buf b = { 0 };

	out[0] = '\0';
	if (l->message_id != NULL) {
		buf_addf(&b, "id\n%s\n%s", l->channel, l->message_id);
	} else if (l->sender != NULL && l->provider_ms > 0) {
		buf_addf(&b, "text\n%s\n%s\n%" PRId64 "\n%s", l->channel, l->sender, l->provider_ms,
		    l->text != NULL ? l->text : "");
	}
	if (b.len == 0) {
		/*
		 * Nothing tells it from others, but our own second try must still be
		 * known as one.
		 */
		uint8_t once[16];

		random_bytes(once, sizeof(once));
		buf_add_hex(&b, once, sizeof(once));
	}
	if (MUTANT != 2)		/* planted: no dedupe */
		lookup_of(out, &st->lookup, buf_str(&b));
	buf_wipe(&b);
}

/*
 * The three codes follow from the message itself, by a keyed hash: every try to store it, by
 * whichever worker and after however many deaths, promises the same one.  Drawn anew each time, a
 * redelivery that went to the spool would promise another code than the store has given already.
 */
static void
draw_codes(struct intake *in, const struct store *st, const struct laporan *l)
{
	struct buf b = { 0 };
	uint8_t digest[DIGEST_BYTES];
	uint64_t random;

	buf_addf(&b, "code\n%s", in->field);
	/* An old complaint is known by its source and number alone: in a file that was mended too. */
	if (strcmp(l->channel, CHANNEL_LEGACY) != 0)
		buf_addf(&b, "\n%s\n%s", l->sender != NULL ? l->sender : "", l->text != NULL ? l->text : "");
	digest_of(digest, &st->lookup, b.data, b.len);
	for (size_t i = 0; i < N_ELEMS(in->codes); i++) {
		memcpy(&random, digest + i * sizeof(random), sizeof(random));
		code_make(&in->codes[i], random & ((UINT64_C(1) << 35) - 1));
	}
	buf_wipe(&b);
}

void
intake_prepare(struct intake *in, const struct store *st, const struct laporan *l)
{
	char lookup[LOOKUP_CHARS + 1] = "";
	struct seal_key key;
	struct buf plain = { 0 };

	memset(in, 0, sizeof(*in));
	dedupe_field(in->field, st, l);
	draw_codes(in, st, l);
	snprintf(in->lane, sizeof(in->lane), "%s", l->lane_e ? "e" : "n");
	in->received_ms = l->received_ms;
	if (l->sender != NULL)
		lookup_of(lookup, &st->lookup, l->sender);
	laporan_encode_public(&in->pub, l, lookup);
	laporan_encode_private(&plain, l);
	seal_key_random(&key);
	seal_wrap(in->wrapped, &st->master, &key);
	seal_add(&in->sealed, &key, "laporan", plain.data, plain.len);
	buf_wipe(&plain);
	memset(&key, 0, sizeof(key));
}

static void
add_day(struct intake_days *d, int64_t day)
{
	utc_day_text(d->day[d->n++], day);
}

void
intake_days_at(struct intake_days *d, int64_t now_ms, int window)
{
	int64_t today = now_ms / DAY_MS;

	d->n = 0;
	d->today = today;
	add_day(d, today);
	/* Another worker's clock may be ahead of ours by seconds. */
	if (now_ms % DAY_MS > DAY_MS - MINUTE_MS)
		add_day(d, today + 1);
	for (int i = 1; i <= window && d->n < INTAKE_DAYS; i++)
		add_day(d, today - i);
}

void
intake_days_prune(struct intake_days *d, struct store *st)
{
	/* today, and yesterday or tomorrow, may still grow */
	int keep = d->n > 1 ? 2 : d->n;

	for (int i = keep; i < d->n; i++) {
		struct buf key = { 0 };
		redisReply *r;

		buf_add_key(&key, &st->keys, KEY_SEEN, d->day[i], NULL);
		r = redis_pipe_command(st->pipe, "EXISTS %b", key.data, key.len);
		if (r == NULL || r->type != REDIS_REPLY_INTEGER || r->integer != 0)
			memmove(d->day[keep++], d->day[i], sizeof(d->day[0]));
		freeReplyObject(r);
		buf_release(&key);
	}
	d->n = keep;
}

void
intake_args(struct redis_args *out, const struct store *st, const struct intake *in,
    const struct intake_days *days)
{
	redis_args_adds(out, "FCALL");
	redis_args_adds(out, "kt_intake");
	redis_args_addi(out, 7 + days->n);
	args_add_key(out, st, KEY_IN, in->lane, NULL);
	for (int i = 0; i < days->n; i++)
		args_add_key(out, st, KEY_SEEN, days->day[i], NULL);
	for (size_t i = 0; i < N_ELEMS(in->codes); i++)
		args_add_key(out, st, KEY_CASE, in->codes[i].s, NULL);
	for (size_t i = 0; i < N_ELEMS(in->codes); i++) {
		char shelf[SHELF_CHARS + 1];

		shelf_of(shelf, in->codes[i].s);
		args_add_key(out, st, KEY_SHELF, shelf, NULL);
	}
	redis_args_addi(out, days->n);
	redis_args_adds(out, in->field);
	for (size_t i = 0; i < N_ELEMS(in->codes); i++)
		redis_args_adds(out, in->codes[i].s);
	redis_args_add(out, in->pub.data, in->pub.len);
	redis_args_add(out, in->wrapped, sizeof(in->wrapped));
	redis_args_add(out, in->sealed.data, in->sealed.len);
}

enum intake_result
intake_result(const redisReply *r, struct code *code)
{
	switch (redis_class_of(r)) {
	case REDIS_RETRY: return INTAKE_RETRY;
	case REDIS_UNKNOWN: return INTAKE_UNKNOWN;
	case REDIS_FATAL:
		/* Our own function's refusal: three taken codes.  Another draw will do. */
		return strncmp(r->str, "KENTONGAN ", 10) == 0 ? INTAKE_RETRY : INTAKE_FATAL;
	case REDIS_FINE: break;
	}
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 3 ||
	    r->element[0]->type != REDIS_REPLY_STRING ||
	    code_parse(code, r->element[0]->str, r->element[0]->len) != 0)
		return INTAKE_FATAL;
	return r->element[1]->integer != 0 ? INTAKE_SEEN : INTAKE_OK;
}

enum intake_result
intake_take(struct store *st, const struct laporan *l, int64_t now_ms, int window, struct code *code)
{
	struct redis_args args = { 0 };
	struct intake_days days;
	struct intake in;
	enum intake_result result;
	redisReply *r;

	intake_days_at(&days, now_ms, window);
	intake_prepare(&in, st, l);
	intake_args(&args, st, &in, &days);
	r = redis_pipe_call(st->pipe, args.n, (const char **)args.argv, args.lens);
	result = intake_result(r, code);
	freeReplyObject(r);
	redis_args_release(&args);
	intake_release(&in);
	return result;
}

#define SPOOL_HEAD "kentongan-intake 1"

void
intake_encode(struct buf *b, const struct intake *in)
{
	buf_addf(b, "%s %s %s %s %s %s %" PRId64 " %zu %zu\n", SPOOL_HEAD, in->lane, in->codes[0].s,
	    in->codes[1].s, in->codes[2].s, in->field[0] != '\0' ? in->field : "-", in->received_ms,
	    in->pub.len, in->sealed.len);
	buf_add(b, in->wrapped, sizeof(in->wrapped));
	buf_add(b, in->pub.data, in->pub.len);
	buf_add(b, in->sealed.data, in->sealed.len);
}

int
intake_decode(struct intake *in, const char *data, size_t len)
{
	const char *end = memchr(data, '\n', len);
	char head[192];
	size_t pub, sealed, at;
	long long received;

	memset(in, 0, sizeof(*in));
	if (end == NULL || (size_t)(end - data) >= sizeof(head))
		return -1;
	memcpy(head, data, (size_t)(end - data));
	head[end - data] = '\0';
	if (sscanf(head, SPOOL_HEAD " %3s %8s %8s %8s %32s %lld %zu %zu", in->lane, in->codes[0].s,
	    in->codes[1].s, in->codes[2].s, in->field, &received, &pub, &sealed) != 8)
		return -1;
	at = (size_t)(end - data) + 1;
	if (pub > len || sealed > len || at + SEAL_WRAPPED_BYTES + pub + sealed != len)
		return -1;
	if (strcmp(in->field, "-") == 0)
		in->field[0] = '\0';
	in->received_ms = received;
	memcpy(in->wrapped, data + at, SEAL_WRAPPED_BYTES);
	buf_add(&in->pub, data + at + SEAL_WRAPPED_BYTES, pub);
	buf_add(&in->sealed, data + at + SEAL_WRAPPED_BYTES + pub, sealed);
	return 0;
}
