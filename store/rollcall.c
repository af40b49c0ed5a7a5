#include "store/rollcall.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "core/rollcall.h"
#include "lib/log.h"
#include "store/commit.h"

#define ASKED_AT_ONCE 100
#define LIFE_MS (12 * HOUR_MS)		/* asked at nine, of no use at night */
#define NAMED_MOST 5			/* in an alarm */

/* ---- asking ---- */

static int
make_question(struct answer *a, struct buf *text, const struct house *h, const struct officer *o)
{
	const struct unit *u = unit_find(h->policy->units, o->unit);
	const struct template_value v[] = { { "unit", u != NULL ? u->shortname : o->unit } };

	*a = (struct answer){ .kind = "apel", .route = "sms", .to = o->phone, .text = text,
	    .text_lang = o->lang, .latihan = 1, .not_after_ms = h->store_ms + LIFE_MS };
	snprintf(a->id, sizeof(a->id), "apel.%s.%" PRId64, o->id, o->rollcall_ms);
	return message_answer(h->policy, o->lang, a->kind, NULL, h->store_ms, v, N_ELEMS(v), text);
}

static int
ask_some(struct house *h, const struct officer *list, size_t n, const char *who)
{
	struct answer says[ASKED_AT_ONCE];
	struct buf texts[ASKED_AT_ONCE] = { { 0 } };
	struct case_keys keys;
	int asked = -1;

	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &h->st.master, &keys.key);
	for (size_t i = 0; i < n; i++)
		if (make_question(&says[i], &texts[i], h, &list[i]) != 0) {
			buf_reset(&h->st.why);
			buf_adds(&h->st.why, "pesan has no text apel; run 'kentongan reload'");
			goto out;
		}
	asked = officers_put_saying(&h->st, list, n, who, says, &keys);
out:
	for (size_t i = 0; i < n; i++)
		buf_release(&texts[i]);
	return asked;
}

int
rollcall_send(struct house *h, int64_t began_ms, int all, const char *who)
{
	struct officer *list = xcalloc(h->roster.n + 1, sizeof(*list));
	size_t n = 0;
	int asked = 0;

	for (size_t i = 0; i < h->roster.n; i++)
		if (rollcall_asks(&h->roster.officers[i], began_ms, all)) {
			list[n] = h->roster.officers[i];	/* borrows name and shifts */
			rollcall_ask(&list[n++], began_ms, h->store_ms);
		}
	for (size_t i = 0; i < n && asked >= 0; i += ASKED_AT_ONCE) {
		int rc = ask_some(h, list + i, n - i < ASKED_AT_ONCE ? n - i : ASKED_AT_ONCE, who);

		asked = rc < 0 ? -1 : asked + rc;
	}
	free(list);
	if (asked > 0)
		log_info("rollcall", "asked=%d", asked);
	return asked;
}

/* ---- hearing ---- */

void
rollcall_note(struct house *h, const struct officer *o, int64_t at_ms)
{
	struct buf key = { 0 };

	if (o->asked_ms == 0)
		return;
	buf_add_key(&key, &h->st.keys, KEY_HEARD, NULL, NULL);
	freeReplyObject(redis_pipe_command(h->st.pipe, "HSET %b %s %lld", key.data, key.len, o->id,
	    (long long)at_ms));
	buf_release(&key);
}

/* ---- counting ---- */

/* Who answered, and what is noted of somebody whom nobody asks any more. */
static size_t
count_heard(struct house *h, const redisReply *heard, const struct buf *key, struct officer *out)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < heard->elements; i += 2) {
		const struct officer *o = officer_find(&h->roster, heard->element[i]->str);

		if (o == NULL || o->ended || o->asked_ms == 0) {
			freeReplyObject(redis_pipe_command(h->st.pipe, "HDEL %b %s", key->data,
			    key->len, heard->element[i]->str));
			continue;
		}
		out[n] = *o;
		n += (size_t)rollcall_heard(&out[n],
		    strtoll(heard->element[i + 1]->str, NULL, 10));
	}
	return n;
}

/* Said before it is written: a crash between says it once more, and not never. */
static void
tell_silent(struct house *h, const struct officer *list, size_t n)
{
	char detail[256];
	int at = snprintf(detail, sizeof(detail), "%zu nomor tidak menjawab apel, bukan anak tangga lagi:", n);

	for (size_t i = 0; i < n && i < NAMED_MOST; i++)
		at += snprintf(detail + at, sizeof(detail) - (size_t)at, " %s", list[i].id);
	if (n > NAMED_MOST)
		snprintf(detail + at, sizeof(detail) - (size_t)at, " ..");
	house_alarm(h, "apel", list[0].id, detail);
}

int
rollcall_count(struct house *h)
{
	struct officer *list = xcalloc(h->roster.n + 1, sizeof(*list));
	struct buf key = { 0 };
	redisReply *heard;
	size_t n = 0, silent;
	int rc = -1, believed = rollcall_is_believed(&h->roster, h->store_ms, h->policy->silent_ms,
	    (int)h->set.rollcall_percent), doubted = 0;

	buf_add_key(&key, &h->st.keys, KEY_HEARD, NULL, NULL);
	heard = redis_pipe_command(h->st.pipe, "HGETALL %b", key.data, key.len);
	if (heard == NULL || heard->type != REDIS_REPLY_ARRAY)
		goto out;
	n = silent = count_heard(h, heard, &key, list);
	for (size_t i = 0; i < h->roster.n; i++) {
		size_t k = 0;

		while (k < silent && strcmp(list[k].id, h->roster.officers[i].id) != 0)
			k++;
		if (k < silent)
			continue;		/* he has just answered */
		list[n] = h->roster.officers[i];
		if (!rollcall_miss(&list[n], h->store_ms, h->policy->silent_ms))
			continue;
		n += believed != 0;
		doubted |= !believed;
	}
	if (n > silent)
		tell_silent(h, list + silent, n - silent);
	rc = n == 0 || officers_put(&h->st, list, n, h->st.name) >= 0 ? doubted : -1;
out:
	freeReplyObject(heard);
	buf_release(&key);
	free(list);
	return rc;
}
