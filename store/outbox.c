#include "store/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/fault.h"
#include "lib/log.h"
#include "store/logbook.h"

void
message_id(char *out, size_t size, const char *code, int n)
{
	snprintf(out, size, "%s.%d", code, n);
}

void
outbox_item_release(struct outbox_item *it)
{
	buf_wipe(&it->to);
	buf_wipe(&it->text);
	memset(&it->key, 0, sizeof(it->key));
	buf_wipe(&it->ref);
}

static void
open_payload(struct outbox_item *it, const struct store *st, const char *p, size_t len)
{
	struct seal_key key;
	struct buf plain = { 0 };
	json_t *doc = NULL;
	const char *to, *text, *code, *ref;

	if (len <= SEAL_WRAPPED_BYTES ||
	    seal_unwrap(&key, &st->master, p, SEAL_WRAPPED_BYTES) != 0 ||
	    seal_open(&plain, &key, "message", p + SEAL_WRAPPED_BYTES,
	    len - SEAL_WRAPPED_BYTES) != 0)
		goto out;
	doc = json_loadb(plain.data, plain.len, JSON_ALLOW_NUL, NULL);
	to = json_string_value(json_object_get(doc, "to"));
	text = json_string_value(json_object_get(doc, "text"));
	code = json_string_value(json_object_get(doc, "code"));
	if (to == NULL || text == NULL)
		goto out;
	buf_adds(&it->to, to);
	buf_add(&it->text, text, json_string_length(json_object_get(doc, "text")));
	ref = json_string_value(json_object_get(doc, "ref"));
	buf_adds(&it->ref, ref != NULL ? ref : "");
	snprintf(it->code, sizeof(it->code), "%s", code != NULL ? code : "");
	it->latihan = json_is_true(json_object_get(doc, "latihan"));
	it->heard_ms = json_integer_value(json_object_get(doc, "heard"));
	it->key = key;
	it->readable = 1;
out:
	json_decref(doc);
	buf_wipe(&plain);
}

static int
read_item(struct outbox_item *it, const struct store *st, const redisReply *r)
{
	memset(it, 0, sizeof(*it));
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 8)
		return -1;
	snprintf(it->id, sizeof(it->id), "%s", r->element[0]->str);
	it->fence = r->element[1]->integer;
	snprintf(it->kind, sizeof(it->kind), "%s", r->element[3]->str);
	it->not_after_ms = strtoll(r->element[4]->str, NULL, 10);
	it->tries = (int)strtol(r->element[5]->str, NULL, 10);
	it->repeated = strcmp(r->element[6]->str, "sending") == 0;
	it->lane_e = r->element[7]->integer != 0;
	open_payload(it, st, r->element[2]->str, r->element[2]->len);
	return 0;
}

int
outbox_claim(struct store *st, const char *route, int max, int64_t lease_ms,
    struct outbox_item *items, int64_t *now_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 };
	char line[48];
	redisReply *r;
	int n = -1;

	args_add_key(&keys, st, KEY_META, NULL, NULL);
	snprintf(line, sizeof(line), "e:%s", route);
	args_add_key(&keys, st, KEY_OUT, line, NULL);
	snprintf(line, sizeof(line), "n:%s", route);
	args_add_key(&keys, st, KEY_OUT, line, NULL);
	buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_addi(&args, max);
	redis_args_addi(&args, lease_ms);
	FAULT_POINT("before_mark_sending");
	r = store_call(st, "kt_claim", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements > 0) {
		n = 0;
		*now_ms = strtoll(r->element[0]->str, NULL, 10);
		for (size_t i = 1; i < r->elements && n < max; i++)
			if (read_item(&items[n], st, r->element[i]) == 0)
				n++;
		if (n > 0)
			FAULT_POINT("after_mark_sending");
	}
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
	return n;
}

static void
mark_args(struct redis_args *all, const struct store *st, const struct outbox_mark *m,
    int64_t now_ms)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_ENDED, KEY_WAITING };
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 }, entry = { 0 }, detail = { 0 };
	uint8_t digest[DIGEST_BYTES] = { 0 };
	char at[24];

	snprintf(at, sizeof(at), "%lld", (long long)m->at_ms);
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		args_add_key(&keys, st, fixed[i], NULL, NULL);
	args_add_key(&keys, st, KEY_MSG, m->item->id, NULL);
	buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
	if (m->state != NULL && m->audit) {
		buf_addf(&detail, "%s %s %s", m->item->id, m->item->kind, m->state);
		logbook_plain_entry(&entry, digest, "pesan", "notify", buf_str(&detail), now_ms);
	}
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_adds(&args, m->item->id);
	redis_args_addi(&args, m->item->fence);
	redis_args_adds(&args, m->state != NULL ? "end" : m->uncounted ? "wait" : "retry");
	redis_args_adds(&args, m->state != NULL ? m->state : at);
	redis_args_add(&args, buf_str(&entry), entry.len);
	redis_args_add(&args, digest, entry.len > 0 ? DIGEST_BYTES : 0);
	redis_args_adds(&args, m->waits ? "1" : "");
	store_call_args(all, "kt_mark", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
	buf_release(&entry);
	buf_release(&detail);
}

/* ---- another way ---- */

struct rerouting {
	const struct outbox_item *item;
	const char *why, *route;	/* route NULL: given up */
	int lane_e;
	int64_t fence;			/* of the claim that gives it away; 0: it waits for a receipt */
};

static void
reroute_args(struct redis_args *keys, struct redis_args *args, const struct store *st,
    const struct rerouting *w, int64_t now_ms)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_WAITING };
	const struct outbox_item *it = w->item;
	struct buf entry = { 0 }, detail = { 0 }, prefix = { 0 };
	char second[64], recipient[LOOKUP_CHARS + 1], line[48];
	uint8_t digest[DIGEST_BYTES];

	snprintf(second, sizeof(second), "%s.b", it->id);
	buf_addf(&detail, "%s %s %s %s", it->id, it->kind, w->why, w->route != NULL ? w->route : "-");
	logbook_plain_entry(&entry, digest, "pesan", "notify", buf_str(&detail), now_ms);
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		args_add_key(keys, st, fixed[i], NULL, NULL);
	args_add_key(keys, st, KEY_MSG, it->id, NULL);
	redis_args_adds(args, it->id);
	redis_args_add(args, entry.data, entry.len);
	redis_args_add(args, digest, sizeof(digest));
	if (w->route != NULL) {
		lookup_of(recipient, &st->lookup, buf_str(&it->to));
		snprintf(line, sizeof(line), "%s:%s", w->lane_e ? "e" : "n", w->route);
		args_add_key(keys, st, KEY_MSG, second, NULL);
		args_add_key(keys, st, KEY_RCP, line, recipient);
		args_add_key(keys, st, KEY_OUT, line, NULL);
		redis_args_adds(args, second);
		redis_args_addi(args, now_ms);
		redis_args_addi(args, it->not_after_ms);
	}
	if (w->fence != 0) {
		args_add_key(keys, st, KEY_ENDED, NULL, NULL);
		buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
		redis_args_addi(args, w->fence);
		redis_args_add(args, prefix.data, prefix.len);
	}
	buf_release(&entry);
	buf_release(&detail);
	buf_release(&prefix);
}

/* A claimed message that its own way cannot carry. */
static void
elsewhere_args(struct redis_args *all, const struct store *st, const struct outbox_mark *m,
    int64_t now_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };

	reroute_args(&keys, &args, st, &(struct rerouting){ .item = m->item, .why = "elsewhere",
	    .route = m->route, .lane_e = m->item->lane_e, .fence = m->item->fence }, now_ms);
	store_call_args(all, "kt_reroute", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
}

void
outbox_mark(struct store *st, struct outbox_mark *marks, int n, int64_t now_ms)
{
	struct redis_args all = { 0 };
	int queued = 0;

	for (int i = 0; i < n; i++) {
		redis_args_reset(&all);
		if (marks[i].route != NULL)
			elsewhere_args(&all, st, &marks[i], now_ms);
		else
			mark_args(&all, st, &marks[i], now_ms);
		marks[i].result = -1;
		if (queued == i &&
		    redis_pipe_queue(st->pipe, all.n, (const char **)all.argv, all.lens) == 0)
			queued++;
	}
	for (int i = 0; i < queued; i++) {
		redisReply *r = redis_pipe_reply(st->pipe);

		if (r != NULL && r->type == REDIS_REPLY_STRING)
			marks[i].result = strcmp(r->str, "ok") == 0 ? 0 : 1;
		else if (r != NULL && r->type == REDIS_REPLY_ERROR)
			log_error("mark_refused", "message=%s err=\"%s\"", marks[i].item->id,
			    log_quote(r->str, r->len));
		freeReplyObject(r);
	}
	redis_args_release(&all);
}

/* ---- receipts ---- */

void
outbox_token(char out[OUTBOX_TOKEN_CHARS + 1], const struct store *st, const char *id)
{
	char hash[LOOKUP_CHARS + 1];
	struct buf text = { 0 };

	buf_addf(&text, "receipt %s", id);
	lookup_of(hash, &st->lookup, buf_str(&text));
	memcpy(out, hash, OUTBOX_TOKEN_CHARS);
	out[OUTBOX_TOKEN_CHARS] = '\0';
	buf_release(&text);
}

void
outbox_receipt_args(struct redis_args *out, const struct store *st, const char *id,
    enum receipt_news news, int64_t now_ms)
{
	static const char *const words[] = { [RECEIPT_FAILED] = "failed",
	    [RECEIPT_DELIVERED] = "delivered", [RECEIPT_SENT] = "sent" };
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_ENDED, KEY_WAITING };
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 }, entry = { 0 }, detail = { 0 };
	uint8_t digest[DIGEST_BYTES] = { 0 };

	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		args_add_key(&keys, st, fixed[i], NULL, NULL);
	args_add_key(&keys, st, KEY_MSG, id, NULL);
	buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
	if (news == RECEIPT_FAILED) {	/* what did not arrive is part of the record */
		buf_addf(&detail, "%s failed", id);
		logbook_plain_entry(&entry, digest, "pesan", "gateway", buf_str(&detail), now_ms);
	}
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_adds(&args, id);
	redis_args_adds(&args, words[news]);
	redis_args_add(&args, buf_str(&entry), entry.len);
	redis_args_add(&args, digest, entry.len > 0 ? DIGEST_BYTES : 0);
	store_call_args(out, "kt_receipt", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
	buf_release(&entry);
	buf_release(&detail);
}

static void
read_overdue(struct outbox_overdue *o, const struct store *st, const redisReply *r)
{
	memset(o, 0, sizeof(*o));
	snprintf(o->item.id, sizeof(o->item.id), "%s", r->element[0]->str);
	o->failed = strcmp(r->element[1]->str, "failed") == 0;
	snprintf(o->item.kind, sizeof(o->item.kind), "%s", r->element[3]->str);
	o->item.not_after_ms = strtoll(r->element[4]->str, NULL, 10);
	o->lane_e = strstr(r->element[5]->str, ":due:e:") != NULL;
	if (strrchr(r->element[5]->str, ':') != NULL)
		snprintf(o->route, sizeof(o->route), "%s", strrchr(r->element[5]->str, ':') + 1);
	open_payload(&o->item, st, r->element[2]->str, r->element[2]->len);
}

int
outbox_overdue(struct store *st, int64_t wait_ms, int max, struct outbox_overdue *out,
    int64_t *now_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 };
	redisReply *r;
	int n = -1;

	args_add_key(&keys, st, KEY_META, NULL, NULL);
	args_add_key(&keys, st, KEY_WAITING, NULL, NULL);
	buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_addi(&args, wait_ms);
	redis_args_addi(&args, max);
	r = store_call(st, "kt_overdue", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements > 0) {
		n = 0;
		*now_ms = strtoll(r->element[0]->str, NULL, 10);
		for (size_t i = 1; i < r->elements && n < max; i++)
			if (r->element[i]->type == REDIS_REPLY_ARRAY && r->element[i]->elements == 6)
				read_overdue(&out[n++], st, r->element[i]);
	}
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
	return n;
}

int
outbox_reroute(struct store *st, const struct outbox_overdue *o, const char *route, int64_t now_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };
	redisReply *r;
	int rc = -1;

	reroute_args(&keys, &args, st, &(struct rerouting){ .item = &o->item,
	    .why = o->failed ? "failed" : "unconfirmed", .route = route, .lane_e = o->lane_e }, now_ms);
	r = store_call(st, "kt_reroute", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_STRING)
		rc = strcmp(r->str, "ok") == 0;
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	return rc;
}
