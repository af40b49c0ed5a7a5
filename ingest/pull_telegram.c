/*
 * Telegram's getUpdates, for who has no public address for the hook.  The cursor is the offset: an
 * update is confirmed by asking for a higher one, so it moves only after the store has all below.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/pullers.h"
#include "ingest/telegram.h"
#include "ingest/way.h"
#include "lib/clock.h"

#define POLL_S 25
#define TOTAL_MS ((POLL_S + 10) * 1000)
#define ANSWER_BYTES (8u * 1024 * 1024)		/* a hundred updates of the longest texts */
#define EMPTY_MS 100

static int
open_telegram(struct pull *p, struct buf *errors)
{
	return p->g->h.set.telegram_pull ? pull_token(p, "telegram_token", errors) : 1;
}

static void
take_updates(struct pull *p, const json_t *updates, struct pull_result *r)
{
	char cursor[24];
	const json_t *update;
	int64_t next = strtoll(buf_str(&p->cursor), NULL, 10);
	size_t i;

	json_array_foreach(updates, i, update) {
		const json_t *id = json_object_get(update, "update_id");
		struct laporan l = { .channel = "" };
		const char *why = "incomplete";

		if (json_is_integer(id) && json_integer_value(id) >= next)
			next = json_integer_value(id) + 1;
		if (json_is_integer(id) && telegram_read(&l, p->g, update, &why))
			pull_add(p, &l);
		else
			way_drop(p->g, "telegram", why);
		laporan_release(&l);
	}
	snprintf(cursor, sizeof(cursor), "%" PRId64, next);
	r->outcome = i == 0 ? PULL_DONE : PULL_MORE;
	r->cursor = i == 0 ? NULL : cursor;
	if (i > 0 && strcmp(cursor, p->cursor.len > 0 ? buf_str(&p->cursor) : "0") == 0) {
		r->outcome = PULL_TROUBLE;	/* they would come again at once, for ever */
		r->why = "no update has a new update_id";
	}
	pull_end(p, r);
}

/* Another fetches, or a hook is set: a human has to choose one of the two. */
static void
on_conflict(struct pull *p, struct pull_result *r, const char *said)
{
	if (said != NULL && strstr(said, "webhook") != NULL) {
		r->why = "409: a webhook is set";
		r->alarm = "getUpdates ditolak: webhook masih terpasang; hapus dengan "
		    "deleteWebhook atau matikan telegram.pull";
		r->wait_ms = p->g->h.set.pull_retry_max_ms;
	} else {
		r->why = "409: somebody else fetches";
	}
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct pull_result r;
	int trouble = pull_trouble(a, clock_now_ms() / 1000, &r);
	json_t *doc = a->outcome != 0 ? NULL :
	    json_loadb(a->body, a->body_len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *wait = json_object_get(json_object_get(doc, "parameters"), "retry_after");
	const json_t *updates = json_object_get(doc, "result");

	if (a->status == 409)
		on_conflict(p, &r, json_string_value(json_object_get(doc, "description")));
	else if (a->status == 404)
		r.alarm = "akses ditolak; perbarui token di secrets/ lalu jalankan ulang ingest";
	if (json_is_integer(wait) && json_integer_value(wait) * 1000 > r.wait_ms)
		r.wait_ms = json_integer_value(wait) * 1000;
	if (!trouble && !json_is_array(updates)) {
		r.why = "200 without a list of updates";
		trouble = 1;
	}
	if (trouble)
		pull_end(p, &r);
	else
		take_updates(p, updates, &r);
	json_decref(doc);
}

static void
fetch_telegram(struct pull *p)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct buf url = { 0 }, body = { 0 };
	struct httpc_request req = { .method = "POST", .headers = headers, .total_ms = TOTAL_MS,
	    .answer_limit = ANSWER_BYTES };

	buf_addf(&url, "%s/bot%s/getUpdates", p->g->h.set.telegram_api, buf_str(&p->token));
	buf_addf(&body,
	    "{\"limit\":100,\"timeout\":%d,\"allowed_updates\":[\"message\",\"edited_message\","
	    "\"callback_query\",\"my_chat_member\"]", POLL_S);
	if (p->cursor.len > 0)
		buf_addf(&body, ",\"offset\":%s", buf_str(&p->cursor));
	buf_addc(&body, '}');
	req.url = buf_str(&url);
	req.body = body.data;
	req.body_len = body.len;
	p->every_ms = EMPTY_MS;		/* the long wait is Telegram's own */
	httpc_send(p->http, &req, on_answer, p);
	buf_wipe(&url);
	buf_release(&body);
}

const struct pull_source pull_telegram = { "telegram", open_telegram, fetch_telegram, NULL };
