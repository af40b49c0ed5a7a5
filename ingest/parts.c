#include "ingest/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/way.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/parts.h"

#define SWEEP_MS 500
#define SWEEP_MOST 16
#define LEASE_MS 30000		/* a release that came to nothing is tried again after */
#define PLAIN "text/plain; charset=utf-8"

/* One part on its way, or one set being released (r NULL). */
struct joining {
	struct ingest *g;
	struct http_req *r;
	struct laporan l;		/* the part as a report of its own */
	char set[LOOKUP_CHARS + 1], born[24];
	unsigned number, total;
};

static void
joining_free(struct joining *j)
{
	laporan_release(&j->l);
	free(j);
}

static void
answer(struct joining *j, int taken)
{
	struct buf nothing = { 0 };

	if (j->r != NULL && taken) {
		http_answer(j->r, 200, PLAIN, &nothing);
	} else if (j->r != NULL) {
		j->g->refused++;
		http_add_header(j->r, "Retry-After", "5");
		http_answer_problem(j->r, 503, "Service Unavailable", "Belum tersimpan; kirim lagi dengan id yang sama.");
	}
	joining_free(j);
}

/* ---- sealed as a report whose words are "CODING HEX" ---- */

static void
seal_part(struct intake *in, const struct store *st, const struct laporan *l, const struct sms_piece *piece)
{
	struct laporan copy = *l;
	struct buf text = { 0 };

	buf_addf(&text, "%d ", (int)piece->coding);
	buf_add_hex(&text, piece->bytes, piece->len);
	copy.text = text.data;
	intake_prepare(in, st, &copy);
	buf_wipe(&text);
}

/* Opens one; the caller releases l and bytes, also after -1. */
static int
open_part(struct laporan *l, struct sms_piece *piece, struct buf *bytes, const struct store *st,
    const redisReply *sealed)
{
	struct intake in;
	struct seal_key key;
	struct buf plain = { 0 };
	char lookup[33];
	int rc = -1;

	if (intake_decode(&in, sealed->str, sealed->len) != 0)
		return -1;
	if (seal_unwrap(&key, &st->master, in.wrapped, sizeof(in.wrapped)) == 0 &&
	    seal_open(&plain, &key, "laporan", in.sealed.data, in.sealed.len) == 0 &&
	    laporan_decode_private(l, buf_str(&plain), plain.len) == 0 &&
	    laporan_decode_public(l, lookup, buf_str(&in.pub), in.pub.len) == 0 && l->text != NULL &&
	    strlen(l->text) >= 2) {
		size_t hex = strlen(l->text) - 2;

		rc = hex_decode(buf_room(bytes, hex / 2 + 1), l->text + 2, hex);
		if (rc == 0)
			buf_added(bytes, hex / 2);
		*piece = (struct sms_piece){ (enum sms_coding)(l->text[0] - '0'), buf_str(bytes), bytes->len };
	}
	memset(&key, 0, sizeof(key));
	buf_wipe(&plain);
	intake_release(&in);
	return rc;
}

/* ---- joined ---- */

/* One report from the parts that are there: sender and first moment are theirs.  0 or -1. */
static int
join(struct laporan *whole, const struct store *st, const struct part_answer *a, const char *set)
{
	struct sms_piece pieces[SMS_PARTS] = { { .bytes = NULL } };
	struct buf bytes[SMS_PARTS] = { { 0 } }, text = { 0 };
	int missing, there = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct laporan l = { .channel = "" };

		if (a->pieces[i] == NULL)
			continue;
		if (open_part(&l, &pieces[i], &bytes[i], st, a->pieces[i]) != 0) {
			log_error("part_unreadable", "set=%.8s part=%zu", set, i + 1);
			pieces[i].bytes = NULL;
			laporan_release(&l);
			continue;
		}
		if (there++ == 0) {
			*whole = l;
			continue;
		}
		if (l.received_ms < whole->received_ms)
			whole->received_ms = l.received_ms;
		whole->lane_e |= l.lane_e;
		laporan_release(&l);
	}
	missing = sms_join(&text, pieces, a->n);
	if (missing > 0)
		buf_addf(&text, "\n(SMS tidak lengkap: %zu dari %zu bagian sampai)", a->n - (size_t)missing, a->n);
	free(whole->text);
	free(whole->message_id);
	whole->text = xstrdup(buf_str(&text));
	buf_reset(&text);
	buf_addf(&text, "parts:%s:%s", set, a->born);
	whole->message_id = xstrdup(buf_str(&text));
	for (size_t i = 0; i < a->n; i++)
		buf_wipe(&bytes[i]);
	buf_wipe(&text);
	return there > 0 ? 0 : -1;
}

/* Its failure costs nothing: the set is released again under the same id, and known. */
static void
on_noted(const redisReply *r, void *arg)
{
	(void)arg;
	if (r != NULL && r->type == REDIS_REPLY_ERROR)
		log_error("parts_not_noted", "err=\"%s\"", log_quote(r->str, r->len));
}

static void
on_joined(enum receipt_result result, const struct code *code, void *arg)
{
	struct joining *j = arg;
	struct redis_args a = { 0 };

	if (result == RECEIPT_OK) {
		parts_taken_args(&a, &j->g->h.st, j->set, j->born, code, j->g->h.set.kannel_parts_keep_ms);
		redis_link_send(j->g->link, on_noted, NULL, a.n, (const char **)a.argv, a.lens);
		redis_args_release(&a);
		log_info("parts_joined", "case=%s", code->s);
	}
	answer(j, result == RECEIPT_OK);
}

static void
on_single(enum receipt_result result, const struct code *code, void *arg)
{
	(void)code;
	answer(arg, result == RECEIPT_OK);
}

static void
release_set(struct joining *j, const struct part_answer *a)
{
	struct laporan whole = { .channel = "" };

	snprintf(j->born, sizeof(j->born), "%s", a->born);
	if (join(&whole, &j->g->h.st, a, j->set) == 0) {
		receive(j->g, &whole, 1, on_joined, j);
	} else {
		log_error("parts_unreadable", "set=%s", j->set);
		answer(j, 0);
	}
	laporan_release(&whole);
}

/* ---- a part comes ---- */

/* As a report of its own it says what it is. */
static void
mark_single(struct joining *j)
{
	struct buf text = { 0 };

	buf_addf(&text, "%s\n(bagian %u dari %u SMS panjang)", j->l.text != NULL ? j->l.text : "", j->number, j->total);
	free(j->l.text);
	j->l.text = xstrdup(buf_str(&text));
	buf_wipe(&text);
}

static void
on_part(const redisReply *r, void *arg)
{
	struct joining *j = arg;
	struct part_answer a;

	part_answer(&a, r);
	switch (a.word) {
	case PART_WHOLE:
		release_set(j, &a);
		return;
	case PART_LATE:
		snprintf(j->l.about, sizeof(j->l.about), "%s", a.code.s);
		mark_single(j);
		receive(j->g, &j->l, 1, on_single, j);
		return;
	case PART_ALONE:
		mark_single(j);
		receive(j->g, &j->l, 1, on_single, j);
		return;
	case PART_WAITING: case PART_KNOWN: case PART_BUSY: case PART_AWAY:
		break;
	}
	if (r != NULL && r->type == REDIS_REPLY_ERROR)
		log_error("part_refused", "err=\"%s\"", log_quote(r->str, r->len));
	answer(j, a.word == PART_WAITING || a.word == PART_KNOWN);
}

void
parts_take(struct ingest *g, struct http_req *r, struct laporan *l, const char *from, const char *to,
    const struct sms_part *place, const struct sms_piece *piece)
{
	struct joining *j = xcalloc(1, sizeof(*j));
	struct redis_args args = { 0 };
	struct part_name name;
	struct buf sealed = { 0 };
	struct intake in;
	int danger = l->text != NULL && g->door != NULL && danger_at_door(g->door, l->text, strlen(l->text));

	j->g = g;
	j->r = r;
	l->lane_e |= danger;
	part_name(&name, &g->h.st, from, to, place);
	memcpy(j->set, name.set, sizeof(j->set));
	j->number = place->number;
	j->total = place->total;
	seal_part(&in, &g->h.st, l, piece);
	intake_encode(&sealed, &in);
	/* Who cries for help does not wait for the rest of his sentence. */
	part_args(&args, &g->h.st, &name, in.field, &sealed,
	    danger ? g->h.set.kannel_parts_danger_ms : g->h.set.kannel_parts_wait_ms);
	j->l = *l;
	memset(l, 0, sizeof(*l));
	if (!g->h.serving ||
	    redis_link_send(g->link, on_part, j, args.n, (const char **)args.argv, args.lens) != 0)
		on_part(NULL, j);
	intake_release(&in);
	buf_release(&sealed);
	redis_args_release(&args);
}

/* ---- time is over ---- */

static void
on_due(const redisReply *r, void *arg)
{
	struct ingest *g = arg;
	struct part_answer a;
	char set[LOOKUP_CHARS + 1];

	if (r != NULL && r->type == REDIS_REPLY_ERROR)
		log_error("parts_due", "err=\"%s\"", log_quote(r->str, r->len));
	for (size_t i = 0; parts_due(&a, set, r, i); i++) {
		struct joining *j = xcalloc(1, sizeof(*j));

		j->g = g;
		memcpy(j->set, set, sizeof(j->set));
		release_set(j, &a);
	}
}

void
parts_sweep(struct ingest *g)
{
	struct redis_args a = { 0 };

	if (!way_has_secret(g, "kannel") || clock_mono_ms() - g->parts_swept_ms < SWEEP_MS)
		return;
	g->parts_swept_ms = clock_mono_ms();
	parts_due_args(&a, &g->h.st, SWEEP_MOST, LEASE_MS);
	redis_link_send(g->link, on_due, g, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
}
