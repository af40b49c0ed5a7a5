#include "store/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "store/commit.h"

#define KIND "kode-diri"
#define VALUE_CHARS 80

struct kept { int64_t since_ms; int tries; char hash[LOOKUP_CHARS + 1]; };

static const char *
about_of(const struct identity *who)
{
	return who->about != NULL ? who->about->s : "";
}

static const char *
kind_of(const struct identity *who)
{
	return who->kind != NULL ? who->kind : KIND;
}

/* 1, 0 none, -1 no answer; value gets it as it stands. */
static int
load(struct store *st, const char *lookup, char value[VALUE_CHARS], struct kept *k)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_IDENTITY, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b %s", key.data, key.len, lookup);
	if (r != NULL && r->type == REDIS_REPLY_NIL) {
		rc = 0;
	} else if (r != NULL && r->type == REDIS_REPLY_STRING) {
		snprintf(value, VALUE_CHARS, "%s", r->str);
		rc = sscanf(value, "%" SCNd64 " %d %32s", &k->since_ms, &k->tries, k->hash) == 3;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

static void
hash_of(char out[LOOKUP_CHARS + 1], const struct store *st, const char *lookup, const char *digits)
{
	struct buf b = { 0 };

	buf_addf(&b, "kode-diri:%s:%s", lookup, digits);
	lookup_of(out, &st->lookup, buf_str(&b));
	buf_wipe(&b);
}

static enum identity_result
put(struct store *st, const struct document *d)
{
	struct commit_batch b = { 0 };
	enum identity_result result;

	commit_begin(&b, store_now_ms(st));
	commit_add_document(&b, st, d);
	result = commit_run(&b, st) == 1 ? IDENTITY_OK : IDENTITY_FAILED;
	commit_release(&b);
	return result;
}

static void
draw(char digits[IDENTITY_DIGITS + 1])
{
	uint64_t r;

	random_bytes(&r, sizeof(r));
	snprintf(digits, IDENTITY_DIGITS + 1, "%06u", (unsigned)(r % 1000000));
}

enum identity_result
identity_ask(struct house *h, const struct identity *who, const char *by)
{
	int64_t now_ms = store_now_ms(&h->st);
	char digits[IDENTITY_DIGITS + 1], hash[LOOKUP_CHARS + 1], value[VALUE_CHARS];
	struct document d = { .key = KEY_META, .version = -1, .what = "diri-tanya", .who = by, .note = about_of(who),
		.index = { { KEY_IDENTITY, NULL, 's', who->lookup, value } }, .index_n = 1, .says_n = 1 };
	struct answer a = { .kind = kind_of(who), .route = who->route, .to = who->to, .text_lang = who->lang,
		.not_after_ms = now_ms + h->set.identity_life_ms };
	enum identity_result result = IDENTITY_FAILED;
	struct case_keys keys;
	struct buf text = { 0 };
	struct kept k;
	int rc = load(&h->st, who->lookup, value, &k);

	if (rc < 0)
		return IDENTITY_FAILED;
	if (rc == 1 && now_ms < k.since_ms + h->set.identity_life_ms)
		return IDENTITY_SOON;
	draw(digits);
	hash_of(hash, &h->st, who->lookup, digits);
	snprintf(value, sizeof(value), "%" PRId64 " 0 %s", now_ms, hash);
	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &h->st.master, &keys.key);
	snprintf(a.id, sizeof(a.id), "diri.%.8s.%" PRId64, who->lookup, now_ms);
	a.text = &text;
	d.says = &a;
	d.keys = &keys;
	{
		const struct template_value v[] = { { "kode", digits } };

		if (message_answer(h->policy, who->lang, kind_of(who), NULL, now_ms, v, N_ELEMS(v), &text) == 0) {
			result = put(&h->st, &d);
		} else {
			buf_reset(&h->st.why);
			buf_adds(&h->st.why, "pesan has no text for the code; run 'kentongan reload'");
		}
	}
	memset(digits, 0, sizeof(digits));
	buf_wipe(&text);
	return result;
}

enum identity_result
identity_prove(struct house *h, const struct identity *who, const char *digits, const char *by)
{
	int64_t now_ms = store_now_ms(&h->st);
	char was[VALUE_CHARS], value[VALUE_CHARS], hash[LOOKUP_CHARS + 1];
	struct document d = { .key = KEY_META, .version = -1, .who = by, .note = about_of(who),
		.index = { { KEY_IDENTITY, NULL, '=', who->lookup, was }, { KEY_IDENTITY, NULL, 'd', who->lookup, value } },
		.index_n = 2 };
	struct kept k;
	int rc = load(&h->st, who->lookup, was, &k), right;

	if (rc < 0)
		return IDENTITY_FAILED;
	if (rc == 0 || now_ms >= k.since_ms + h->set.identity_life_ms)
		return IDENTITY_NONE;
	if (k.tries >= h->set.identity_tries)
		return IDENTITY_SPENT;
	hash_of(hash, &h->st, who->lookup, digits);
	right = equal_secret(hash, k.hash, LOOKUP_CHARS);
	d.what = right ? "diri-benar" : "diri-salah";
	snprintf(value, sizeof(value), "%" PRId64 " %d %s", k.since_ms, k.tries + 1, k.hash);
	d.index[1].op = right ? 'd' : 's';
	/* Two who try at once: what one of them changed fails the other's commit. */
	if (put(&h->st, &d) != IDENTITY_OK)
		return IDENTITY_FAILED;
	return right ? IDENTITY_OK : IDENTITY_WRONG;
}

void
identity_sweep(struct store *st, int64_t before_ms)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &st->keys, KEY_IDENTITY, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2)
		if (strtoll(r->element[i + 1]->str, NULL, 10) < before_ms)
			freeReplyObject(redis_pipe_command(st->pipe, "HDEL %b %s", key.data, key.len, r->element[i]->str));
	freeReplyObject(r);
	buf_release(&key);
}
