#include "store/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"
#include "store/logbook.h"

void
chain_fold(struct chain *c, int64_t seq, const uint8_t digest[DIGEST_BYTES])
{
	uint8_t step[8 + DIGEST_BYTES];

	for (int i = 0; i < 8; i++)
		step[i] = (uint8_t)((uint64_t)seq >> (56 - 8 * i));
	memcpy(step + 8, digest, DIGEST_BYTES);
	digest_chain(c->digest, c->digest, step, sizeof(step));
	c->seq = seq;
}

int
chain_read(struct store *st, struct chain *c)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	memset(c, 0, sizeof(*c));
	buf_add_key(&key, &st->keys, KEY_CHAIN, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HMGET %b seq digest", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
		rc = 0;
		if (r->element[0]->type == REDIS_REPLY_STRING) {
			c->seq = strtoll(r->element[0]->str, NULL, 10);
			if (r->element[1]->type != REDIS_REPLY_STRING ||
			    r->element[1]->len != 2 * DIGEST_BYTES ||
			    hex_decode(c->digest, r->element[1]->str, 2 * DIGEST_BYTES) != 0)
				rc = -1;
		}
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

struct sealing { struct chain c; int broken; };

static int
fold_line(const struct log_line *line, void *arg)
{
	struct sealing *s = arg;

	if (line->seq != s->c.seq + 1 || line->digest_len != DIGEST_BYTES) {
		s->broken = 1;
		return 1;
	}
	chain_fold(&s->c, line->seq, line->digest);
	return 0;
}

int
seam_read(struct store *st, struct seam *out)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	buf_add_key(&key, &st->keys, KEY_SEAM, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HMGET %b seq chain at", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements > 0 &&
	    r->element[0]->type == REDIS_REPLY_NIL) {
		rc = 0;
	} else if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 3) {
		const redisReply *chain = r->element[1], *at = r->element[2];

		if (at->type == REDIS_REPLY_STRING && chain->type == REDIS_REPLY_STRING &&
		    chain->len == 2 * DIGEST_BYTES &&
		    hex_decode(out->c.digest, chain->str, 2 * DIGEST_BYTES) == 0) {
			out->c.seq = strtoll(r->element[0]->str, NULL, 10);
			out->at_ms = strtoll(at->str, NULL, 10);
			rc = 0;
		}
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/* The bytes a head's signature covers; the same line is published. */
static void
head_text(struct buf *b, const struct head *h)
{
	buf_addf(b, "kentongan-head 1 seq=%" PRId64 " chain=%s at=%" PRId64 " key=%s", h->seq, h->chain,
	    h->at_ms, h->key);
}

static void
head_sign(struct buf *out, const struct chain *c, const uint8_t seed[32], int64_t at_ms)
{
	struct head h = { .seq = c->seq, .at_ms = at_ms };
	uint8_t public[32], sig[SIGN_BYTES];

	log_hex(h.chain, c->digest);
	sign_public(public, seed);
	key_id(h.key, public);
	head_text(out, &h);
	sign_bytes(sig, seed, out->data, out->len);
	buf_adds(out, " sig=");
	buf_add_hex(out, sig, sizeof(sig));
}

int
head_parse(struct head *h, const char *line, uint8_t sig[SIGN_BYTES], size_t *covered)
{
	const char *hex = strstr(line, " sig=");
	struct buf again = { 0 };
	long long seq = 0, at = 0;
	int rc = -1;

	memset(h, 0, sizeof(*h));
	if (sscanf(line, "kentongan-head 1 seq=%lld chain=%64s at=%lld key=%16s", &seq, h->chain, &at,
	    h->key) != 4 || hex == NULL || strlen(hex + 5) != 2 * SIGN_BYTES ||
	    hex_decode(sig, hex + 5, 2 * SIGN_BYTES) != 0)
		return -1;
	h->seq = seq;
	h->at_ms = at;
	*covered = (size_t)(hex - line);
	head_text(&again, h);		/* one way of writing it only */
	if (again.len == *covered && memcmp(again.data, line, again.len) == 0)
		rc = 0;
	buf_release(&again);
	return rc;
}

int
logbook_seal(struct store *st, int max, int *publish, const uint8_t sign_seed[32], int64_t now_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };
	struct sealing s = { .broken = 0 };
	struct buf head = { 0 };
	char hex[65];
	redisReply *r = NULL;
	int64_t from;
	int n = -1, read, signs;

	if (chain_read(st, &s.c) != 0)
		goto out;
	from = s.c.seq;
	read = logbook_read(st, from, max, fold_line, &s);
	if (read < 0)
		goto out;
	if (s.broken) {
		buf_reset(&st->why);
		buf_addf(&st->why, "the log has a gap or a foreign entry after seq %" PRId64
		    "; run 'kentongan audit verify'", s.c.seq);
		goto out;
	}
	/* A head says that nothing older comes after it: not before the whole log is folded. */
	signs = *publish && read < max;
	if (s.c.seq == from && !signs) {
		n = 0;
		goto out;
	}
	log_hex(hex, s.c.digest);
	args_add_key(&keys, st, KEY_CHAIN, NULL, NULL);
	args_add_key(&keys, st, KEY_HEADS, NULL, NULL);
	args_add_key(&keys, st, KEY_META, NULL, NULL);
	redis_args_addi(&args, from);
	redis_args_addi(&args, s.c.seq);
	redis_args_adds(&args, hex);
	if (signs)
		head_sign(&head, &s.c, sign_seed, now_ms);
	redis_args_adds(&args, buf_str(&head));
	redis_args_addi(&args, now_ms + HEAD_SLACK_MS / 2);
	r = store_call(st, "kt_chain", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_STRING) {
		/* another sealer was faster, or this one was held up: next time */
		n = strcmp(r->str, "ok") == 0 ? (int)(s.c.seq - from) : 0;
		if (signs && strcmp(r->str, "ok") == 0)
			*publish = 0;
	}
out:
	freeReplyObject(r);
	buf_release(&head);
	redis_args_release(&keys);
	redis_args_release(&args);
	return n;
}

/* ---- whose signatures ---- */

void
key_id(char out[KEY_ID_CHARS + 1], const uint8_t public[32])
{
	uint8_t digest[DIGEST_BYTES];
	char hex[65];

	digest_of(digest, NULL, public, 32);
	log_hex(hex, digest);
	snprintf(out, KEY_ID_CHARS + 1, "%.*s", KEY_ID_CHARS, hex);
}

void
signers_release(struct signers *s)
{
	for (size_t i = 0; i < s->n; i++)
		buf_release(&s->list[i].line);
	free(s->list);
	memset(s, 0, sizeof(*s));
}

static void
add_signature(struct buf *line, const char *name, const uint8_t *seed, size_t covered)
{
	uint8_t sig[SIGN_BYTES];

	buf_addf(line, " %s=", name);
	if (seed == NULL) {
		buf_addc(line, '-');
		return;
	}
	sign_bytes(sig, seed, line->data, covered);
	buf_add_hex(line, sig, sizeof(sig));
}

int
signers_register(struct store *st, const uint8_t seed[32], int64_t now_ms)
{
	char id[KEY_ID_CHARS + 1], by[KEY_ID_CHARS + 1] = "-";
	struct buf key = { 0 }, line = { 0 }, none = { 0 };
	uint8_t public[32], theirs[32];
	const uint8_t *previous = NULL;
	struct seal_key old;
	size_t covered;
	redisReply *r;
	int rc;

	sign_public(public, seed);
	key_id(id, public);
	if (secret_key(st->dir, "sign_previous", &old, &none) == 0) {
		previous = old.bytes;
		sign_public(theirs, previous);
		key_id(by, theirs);
	}
	buf_addf(&line, "kentongan-key 1 id=%s public=", id);
	buf_add_hex(&line, public, sizeof(public));
	buf_addf(&line, " at=%" PRId64 " by=%s", now_ms, by);
	covered = line.len;
	add_signature(&line, "own", seed, covered);
	add_signature(&line, "sig", previous, covered);
	buf_add_key(&key, &st->keys, KEY_SIGNERS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HSETNX %b %s %b", key.data, key.len, id, line.data, line.len);
	rc = r != NULL && r->type == REDIS_REPLY_INTEGER ? 0 : -1;
	freeReplyObject(r);
	buf_release(&key);
	buf_release(&line);
	buf_release(&none);		/* most houses have had one key only */
	return rc;
}

struct voucher {
	struct signer who;
	uint8_t sig[SIGN_BYTES];	/* of the key before it, when there is one */
	size_t covered;
	int trusted;
};

static int
signature_at(const char *line, const char *name, uint8_t sig[SIGN_BYTES])
{
	const char *at = strstr(line, name);

	return at != NULL && strspn(at + strlen(name), "0123456789abcdef") == 2 * SIGN_BYTES &&
	    hex_decode(sig, at + strlen(name), 2 * SIGN_BYTES) == 0 ? 0 : -1;
}

/* A line in its form, signed by the key that it names; else -1. */
static int
voucher_parse(struct voucher *v, const char *line)
{
	const char *end = strstr(line, " own=");
	char public[65] = "", id[KEY_ID_CHARS + 1];
	uint8_t own[SIGN_BYTES];
	long long at;

	memset(v, 0, sizeof(*v));
	if (sscanf(line, "kentongan-key 1 id=%16s public=%64s at=%lld by=%16s", v->who.id, public, &at,
		v->who.by) != 4 ||
	    end == NULL || strlen(public) != 64 || hex_decode(v->who.public, public, 64) != 0)
		return -1;
	key_id(id, v->who.public);
	v->covered = (size_t)(end - line);
	v->who.at_ms = at;
	if (strcmp(id, v->who.id) != 0 || signature_at(line, " own=", own) != 0 ||
	    sign_verify(own, v->who.public, line, v->covered) != 0 ||
	    (strcmp(v->who.by, "-") != 0 && signature_at(line, " sig=", v->sig) != 0))
		return -1;
	buf_adds(&v->who.line, line);
	return 0;
}

int
signer_parse(struct signer *out, const char *line)
{
	struct voucher v;
	int rc = voucher_parse(&v, line);

	*out = v.who;
	return rc;
}

static int
vouches(const struct voucher *elder, const struct voucher *v)
{
	return strcmp(v->who.by, elder->who.id) == 0 &&
	    sign_verify(v->sig, elder->who.public, v->who.line.data, v->covered) == 0;
}

/* Both signed the line of the younger one, so each vouches for the other. */
static void
spread_trust(struct voucher *all, size_t n)
{
	for (int changed = 1; changed;) {
		changed = 0;
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < n; j++)
				if (all[i].trusted != all[j].trusted && vouches(&all[i], &all[j]))
					all[i].trusted = all[j].trusted = changed = 1;
	}
}

int
signers_read(struct store *st, const uint8_t public[32], struct signers *out)
{
	struct buf key = { 0 };
	struct voucher *all;
	redisReply *r;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	buf_add_key(&key, &st->keys, KEY_SIGNERS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HVALS %b", key.data, key.len);
	buf_release(&key);
	if (r == NULL || r->type != REDIS_REPLY_ARRAY) {
		freeReplyObject(r);
		return -1;
	}
	all = xcalloc(r->elements + 1, sizeof(*all));
	for (size_t i = 0; i < r->elements; i++)
		if (voucher_parse(&all[n], r->element[i]->str) == 0) {
			all[n].trusted = memcmp(all[n].who.public, public, 32) == 0;
			n++;
		}
	freeReplyObject(r);
	spread_trust(all, n);
	out->list = xcalloc(n + 1, sizeof(*out->list));
	for (int own = 1; own >= 0; own--)
		for (size_t i = 0; i < n; i++)
			if (all[i].trusted && (memcmp(all[i].who.public, public, 32) == 0) == own)
				out->list[out->n++] = all[i].who;
	for (size_t i = 0; i < n; i++)
		if (!all[i].trusted)
			buf_release(&all[i].who.line);
	free(all);
	return 0;
}

int
head_verify(const struct signers *s, const char *line, struct head *out)
{
	uint8_t sig[SIGN_BYTES];
	size_t covered;

	if (head_parse(out, line, sig, &covered) != 0)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->list[i].id, out->key) == 0)
			return sign_verify(sig, s->list[i].public, line, covered);
	return -1;
}
