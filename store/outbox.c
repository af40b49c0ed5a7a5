#include "store/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/text.h"
#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/logbook.h"
#include "store/said.h"

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
	buf_wipe(&it->answers);
	buf_wipe(&it->brief);
	buf_wipe(&it->ref);
}

/* ---- sealed ---- */

void
outbox_seal(struct buf *out, const struct seal_key *key,
    const uint8_t wrapped[SEAL_WRAPPED_BYTES], const struct outbox_words *w)
{
	struct buf plain = { 0 };

	buf_adds(&plain, "{\"schema\":1,\"to\":");
	buf_add_json(&plain, w->to, strlen(w->to));
	buf_adds(&plain, ",\"text\":");
	buf_add_json(&plain, w->text, w->text_len);
	buf_addf(&plain, ",\"code\":\"%s\",\"kind\":\"%s\"%s", w->code, w->kind,
	    w->latihan ? ",\"latihan\":true" : "");
	buf_add_pair_if(&plain, "brief", w->brief);
	buf_add_pair_if(&plain, "lang", w->lang);
	if (w->heard_ms > 0)
		buf_addf(&plain, ",\"heard\":%" PRId64, w->heard_ms);
	buf_add_pair_if(&plain, "ref", w->answers);
	buf_addc(&plain, '}');
	buf_add(out, wrapped, SEAL_WRAPPED_BYTES);
	seal_add(out, key, "message", plain.data, plain.len);
	buf_wipe(&plain);
}

/* Under a key of its own: a digest speaks of many cases and must not fall with one of them. */
static void
seal_alone(struct buf *out, const struct store *st, const struct outbox_words *w)
{
	uint8_t wrapped[SEAL_WRAPPED_BYTES];
	struct seal_key key;

	seal_key_random(&key);
	seal_wrap(wrapped, &st->master, &key);
	outbox_seal(out, &key, wrapped, w);
}

void
outbox_list(char out[48], const char *route, int lane_e, int bundles)
{
	snprintf(out, 48, "%s:%s", lane_e ? "e" : bundles ? "b" : "n", route);
}

#define DRILL_WORD "LATIHAN"

void
buf_add_drill(struct buf *b, const char *route, const char *text, size_t len)
{
	if (strcmp(route, "berkas") != 0 && memmem(text, len, DRILL_WORD, strlen(DRILL_WORD)) == NULL)
		buf_adds(b, DRILL_WORD ": ");
	buf_add(b, text, len);
}

int
outbox_parts(const char *text, size_t len)
{
	struct sms_size size;

	sms_measure(&size, text, len);
	return size.segments;
}

static const char *
string_of(const json_t *doc, const char *name)
{
	const char *s = json_string_value(json_object_get(doc, name));

	return s != NULL ? s : "";
}

static void
open_payload(struct outbox_item *it, const struct store *st, const char *p, size_t len)
{
	struct seal_key key;
	struct buf plain = { 0 };
	json_t *doc = NULL;
	const char *to, *text;

	if (len <= SEAL_WRAPPED_BYTES ||
	    seal_unwrap(&key, &st->master, p, SEAL_WRAPPED_BYTES) != 0 ||
	    seal_open(&plain, &key, "message", p + SEAL_WRAPPED_BYTES,
	    len - SEAL_WRAPPED_BYTES) != 0)
		goto out;
	doc = json_loadb(plain.data, plain.len, JSON_ALLOW_NUL, NULL);
	to = json_string_value(json_object_get(doc, "to"));
	text = json_string_value(json_object_get(doc, "text"));
	if (to == NULL || text == NULL)
		goto out;
	buf_adds(&it->to, to);
	buf_add(&it->text, text, json_string_length(json_object_get(doc, "text")));
	buf_adds(&it->answers, string_of(doc, "ref"));
	snprintf(it->code, sizeof(it->code), "%s", string_of(doc, "code"));
	snprintf(it->lang, sizeof(it->lang), "%s", string_of(doc, "lang"));
	buf_adds(&it->brief, string_of(doc, "brief"));
	it->latihan = json_is_true(json_object_get(doc, "latihan"));
	it->heard_ms = json_integer_value(json_object_get(doc, "heard"));
	it->key = key;
	memcpy(it->wrapped, p, SEAL_WRAPPED_BYTES);
	it->readable = 1;
	/* An errand's words are the platform's name of what it calls back. */
	if (strcmp(it->kind, OUTBOX_ERRAND) == 0)
		buf_add(&it->ref, it->text.data, it->text.len);
out:
	json_decref(doc);
	buf_wipe(&plain);
}

static int
read_item(struct outbox_item *it, const struct store *st, const char *route, const redisReply *r)
{
	memset(it, 0, sizeof(*it));
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 11)
		return -1;
	snprintf(it->id, sizeof(it->id), "%s", r->element[0]->str);
	it->fence = r->element[1]->integer;
	snprintf(it->kind, sizeof(it->kind), "%s", r->element[3]->str);
	it->not_after_ms = strtoll(r->element[4]->str, NULL, 10);
	it->tries = (int)strtol(r->element[5]->str, NULL, 10);
	it->repeated = strcmp(r->element[6]->str, "sending") == 0;
	it->lane_e = r->element[7]->integer != 0;
	snprintf(it->walked, sizeof(it->walked), "%s",
	    r->element[8]->len > 0 ? r->element[8]->str : route);
	it->waiting = (int)r->element[9]->integer;
	snprintf(it->storm, sizeof(it->storm), "%s", r->element[10]->str);
	open_payload(it, st, r->element[2]->str, r->element[2]->len);
	return 0;
}

int
outbox_claim(struct store *st, const struct outbox_claim *c, struct outbox_item *items,
    int64_t *now_ms, int64_t *spent_ms)
{
	static const char *const first_last[] = { [LANES_BOTH] = "12", [LANES_E] = "11",
	    [LANES_N] = "22" };
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 };
	char line[48];
	redisReply *r;
	int n = -1;

	args_add_key(&keys, st, KEY_META, NULL, NULL);
	args_add_key(&keys, st, KEY_BUDGET, c->route, NULL);
	args_add_key(&keys, st, KEY_STORM, NULL, NULL);
	args_add_key(&keys, st, KEY_ENDED, NULL, NULL);
	snprintf(line, sizeof(line), "e:%s", c->route);
	args_add_key(&keys, st, KEY_OUT, line, NULL);
	snprintf(line, sizeof(line), "n:%s", c->route);
	args_add_key(&keys, st, KEY_OUT, line, NULL);
	buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_addi(&args, c->most);
	redis_args_addi(&args, c->lease_ms);
	redis_args_addi(&args, c->per_hour);
	redis_args_addi(&args, c->per_day);
	redis_args_add(&args, first_last[c->lanes], 1);
	redis_args_add(&args, first_last[c->lanes] + 1, 1);
	redis_args_addi(&args, c->by_ms);
	FAULT_POINT("before_mark_sending");
	*spent_ms = 0;
	r = store_call(st, "kt_claim", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements > 1) {
		n = 0;
		*now_ms = strtoll(r->element[0]->str, NULL, 10);
		*spent_ms = r->element[1]->integer;
		for (size_t i = 2; i < r->elements && n < c->most; i++)
			if (read_item(&items[n], st, c->route, r->element[i]) == 0)
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

/* The score of a line's first member; what is no line is said by who claims of it. */
static int64_t
first_of(const redisReply *r)
{
	if (r->type != REDIS_REPLY_ARRAY)
		return 0;
	return r->elements == 2 ? strtoll(r->element[1]->str, NULL, 10) : INT64_MAX;
}

int
outbox_firsts(struct store *st, const char *const *routes, size_t n, int64_t *first_ms)
{
	struct redis_args a = { 0 };
	size_t asked = 0;
	int rc = 0;

	for (size_t i = 0; i < 2 * n && rc == 0; i++) {
		char line[48];

		redis_args_reset(&a);
		redis_args_adds(&a, "ZRANGE");
		snprintf(line, sizeof(line), "%c:%s", i % 2 == 0 ? 'e' : 'n', routes[i / 2]);
		args_add_key(&a, st, KEY_OUT, line, NULL);
		redis_args_adds(&a, "0");
		redis_args_adds(&a, "0");
		redis_args_adds(&a, "WITHSCORES");
		rc = redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens);
		asked += rc == 0;
	}
	redis_args_release(&a);
	for (size_t i = 0; i < n; i++)
		first_ms[i] = INT64_MAX;
	/* All of them, also when one does not come: what is left would be taken for the next one's. */
	for (size_t i = 0; i < asked; i++) {
		redisReply *r = redis_pipe_reply(st->pipe);

		if (r == NULL)
			rc = -1;
		else if (first_of(r) < first_ms[i / 2])
			first_ms[i / 2] = first_of(r);
		freeReplyObject(r);
	}
	return rc;
}

static void
mark_args(struct redis_args *all, const struct store *st, const struct outbox_mark *m,
    int64_t now_ms)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_ENDED, KEY_WAITING };
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 }, entry = { 0 }, detail = { 0 }, ref = { 0 };
	uint8_t digest[DIGEST_BYTES] = { 0 };
	char at[24], from[WAY_CHARS], storm[STORM_CHARS] = "", full[16] = "";
	char said[LOOKUP_CHARS + 1] = "";

	if (m->storm != NULL)
		storm_write(storm, m->storm);
	if (m->full > 0)
		snprintf(full, sizeof(full), "%d", m->full);
	if (m->ref != NULL)
		/* Under the case's key, so that erasing the case takes it along. */
		outbox_seal(&ref, &m->item->key, m->item->wrapped, &(struct outbox_words){
		    .code = m->item->code, .kind = OUTBOX_ERRAND, .to = buf_str(&m->item->to), .text = m->ref,
		    .text_len = strlen(m->ref), .brief = "", .lang = "", .heard_ms = now_ms });
	snprintf(at, sizeof(at), "%lld", (long long)m->at_ms);
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		args_add_key(&keys, st, fixed[i], NULL, NULL);
	args_add_key(&keys, st, KEY_MSG, m->item->id, NULL);
	way_last(from, m->item->walked);
	args_add_key(&keys, st, KEY_BUDGET, from, NULL);
	args_add_key(&keys, st, KEY_STORM, NULL, NULL);
	said_key(&keys, st, now_ms);
	if (m->name != NULL && m->item->code[0] != '\0')
		said_field(said, st, from, m->name);
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
	redis_args_adds(&args, m->unspent ? "1" : "");
	redis_args_adds(&args, storm);
	redis_args_adds(&args, full);
	redis_args_add(&args, buf_str(&ref), ref.len);
	redis_args_adds(&args, said);
	redis_args_adds(&args, m->item->code);
	store_call_args(all, "kt_mark", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
	buf_release(&entry);
	buf_release(&detail);
	buf_release(&ref);
}

int
outbox_peek(struct store *st, const char *id, struct outbox_item *it, char route[WAY_CHARS])
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	memset(it, 0, sizeof(*it));
	buf_add_key(&key, &st->keys, KEY_MSG, id, NULL);
	r = redis_pipe_command(st->pipe, "HMGET %b p k z w", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 4) {
		const redisReply *const *m = (const redisReply *const *)r->element;

		snprintf(it->id, sizeof(it->id), "%s", id);
		snprintf(it->kind, sizeof(it->kind), "%s", m[1]->type == REDIS_REPLY_STRING ? m[1]->str : "");
		if (m[2]->type == REDIS_REPLY_STRING && strrchr(m[2]->str, ':') != NULL) {
			snprintf(route, WAY_CHARS, "%s", strrchr(m[2]->str, ':') + 1);
			it->lane_e = strstr(m[2]->str, ":due:e:") != NULL;
		}
		if (m[0]->type == REDIS_REPLY_STRING && m[2]->type == REDIS_REPLY_STRING)
			open_payload(it, st, m[0]->str, m[0]->len);
		rc = it->readable;
		if (rc == 0)
			outbox_item_release(it);
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/* ---- another way ---- */

struct rerouting {
	const struct outbox_item *item;
	const char *why, *route;	/* route NULL: given up */
	int lane_e, unspent;
	int64_t fence;			/* of the claim that gives it away; 0: it waits for a receipt */
};

/* ID, ID.b, ID.c: one id for each way, so that a repeat on one is known from a way further. */
static void
next_id(char *out, size_t size, const struct outbox_item *it)
{
	int ways = ways_count(it->walked);
	size_t len = strlen(it->id), mark = ways > 1 && len > 2 ? 2 : 0;

	snprintf(out, size, "%.*s.%c", (int)(len - mark), it->id, 'a' + (ways > 0 ? ways : 1));
}

static void
reroute_args(struct redis_args *keys, struct redis_args *args, const struct store *st,
    const struct rerouting *w, int64_t now_ms)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_WAITING };
	const struct outbox_item *it = w->item;
	struct buf entry = { 0 }, detail = { 0 }, prefix = { 0 };
	char second[64], recipient[LOOKUP_CHARS + 1], line[48], list[48], walked[WALKED_CHARS + WAY_CHARS],
	    from[WAY_CHARS];
	uint8_t digest[DIGEST_BYTES];

	next_id(second, sizeof(second), it);
	way_last(from, it->walked);
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
		outbox_list(line, w->route, w->lane_e, 0);
		outbox_list(list, w->route, w->lane_e, it->brief.len > 0);
		snprintf(walked, sizeof(walked), "%s%s%s", it->walked, it->walked[0] != '\0' ? " " : "",
		    w->route);
		args_add_key(keys, st, KEY_MSG, second, NULL);
		args_add_key(keys, st, KEY_RCP, list, recipient);
		args_add_key(keys, st, KEY_OUT, line, NULL);
		redis_args_adds(args, second);
		redis_args_addi(args, now_ms);
		redis_args_addi(args, it->not_after_ms);
		redis_args_adds(args, walked);
	}
	if (w->fence != 0) {
		args_add_key(keys, st, KEY_ENDED, NULL, NULL);
		args_add_key(keys, st, KEY_BUDGET, from, NULL);
		buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
		redis_args_addi(args, w->fence);
		redis_args_add(args, prefix.data, prefix.len);
		redis_args_adds(args, w->unspent ? "1" : "");
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
	    .route = m->route, .lane_e = m->item->lane_e, .unspent = m->unspent,
	    .fence = m->item->fence }, now_ms);
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
	snprintf(o->item.walked, sizeof(o->item.walked), "%s",
	    r->element[6]->len > 0 ? r->element[6]->str : o->route);
	o->dropped = r->element[7]->len > 0;
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
			if (r->element[i]->type == REDIS_REPLY_ARRAY && r->element[i]->elements == 8)
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

/* ---- many at once ---- */

static void
recipient_list(struct redis_args *keys, const struct store *st, const char *route, const char *to)
{
	char recipient[LOOKUP_CHARS + 1], list[48];

	lookup_of(recipient, &st->lookup, to);
	outbox_list(list, route, 0, 1);
	args_add_key(keys, st, KEY_RCP, list, recipient);
}

int
outbox_members(struct store *st, const char *route, const struct outbox_item *head, int most,
    struct outbox_item *out)
{
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 };
	redisReply *r;
	int n = -1;

	recipient_list(&keys, st, route, buf_str(&head->to));
	buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_addi(&args, most);
	r = store_call(st, "kt_members", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		n = 0;
		for (size_t i = 0; i < r->elements && n < most; i++) {
			const redisReply *m = r->element[i];
			struct outbox_item *it = &out[n++];

			memset(it, 0, sizeof(*it));
			snprintf(it->id, sizeof(it->id), "%s", m->element[0]->str);
			snprintf(it->kind, sizeof(it->kind), "%s", m->element[3]->str);
			it->not_after_ms = strtoll(m->element[4]->str, NULL, 10);
			open_payload(it, st, m->element[2]->str, m->element[2]->len);
			if (strcmp(it->id, head->id) == 0)
				it->fence = head->fence;
			else if (strcmp(m->element[1]->str, "queued") != 0)
				it->readable = 0;
		}
	}
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
	return n;
}

/* Its own last moment is that of the member that may wait longest: none is cut short. */
static int64_t
last_moment(const struct outbox_item *members, int n)
{
	int64_t last = 0;

	for (int i = 0; i < n; i++) {
		if (members[i].not_after_ms == 0)
			return 0;
		if (members[i].not_after_ms > last)
			last = members[i].not_after_ms;
	}
	return last;
}

int
outbox_bundle(struct store *st, const char *route, const struct outbox_item *members, int n,
    const struct buf *text, int unspent, int64_t now_ms)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_ENDED };
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf payload = { 0 }, entry = { 0 }, detail = { 0 }, prefix = { 0 }, marked = { 0 };
	uint8_t digest[DIGEST_BYTES];
	char id[64], line[48];
	redisReply *r;
	int rc = -1;

	if (members[0].latihan) {
		buf_add_drill(&marked, route, buf_str(text), text->len);
		text = &marked;
	}
	snprintf(id, sizeof(id), "%s.i", members[0].id);
	buf_addf(&detail, "%s " OUTBOX_DIGEST " bundled", id);
	for (int i = 0; i < n; i++)
		buf_addf(&detail, " %s", members[i].id);
	logbook_plain_entry(&entry, digest, "pesan", "notify", buf_str(&detail), now_ms);
	seal_alone(&payload, st, &(struct outbox_words){ .code = "", .kind = OUTBOX_DIGEST,
	    .to = buf_str(&members[0].to), .text = buf_str(text), .text_len = text->len,
	    /* Its list is that of its members; by another way it goes by itself. */
	    .brief = "", .lang = members[0].lang, .latihan = members[0].latihan });
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		args_add_key(&keys, st, fixed[i], NULL, NULL);
	args_add_key(&keys, st, KEY_MSG, id, NULL);
	recipient_list(&keys, st, route, buf_str(&members[0].to));
	outbox_list(line, route, 0, 0);
	args_add_key(&keys, st, KEY_OUT, line, NULL);
	args_add_key(&keys, st, KEY_BUDGET, route, NULL);
	buf_add_key(&prefix, &st->keys, KEY_MSG, NULL, NULL);
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_adds(&args, id);
	redis_args_add(&args, payload.data, payload.len);
	redis_args_adds(&args, OUTBOX_DIGEST);
	redis_args_addi(&args, last_moment(members, n));
	redis_args_addi(&args, outbox_parts(buf_str(text), text->len));
	redis_args_add(&args, entry.data, entry.len);
	redis_args_add(&args, digest, sizeof(digest));
	redis_args_addi(&args, members[0].fence);
	redis_args_adds(&args, unspent ? "1" : "");
	for (int i = 0; i < n; i++) {
		args_add_key(&keys, st, KEY_MSG, members[i].id, NULL);
		redis_args_adds(&args, members[i].id);
	}
	r = store_call(st, "kt_bundle", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_STRING)
		rc = strcmp(r->str, "ok") == 0;
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&marked);
	buf_release(&payload);
	buf_release(&entry);
	buf_release(&detail);
	buf_release(&prefix);
	return rc;
}
