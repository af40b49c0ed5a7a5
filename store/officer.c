#include "store/officer.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "store/commit.h"
#include "store/leaver.h"

/* The key that seals officers: derived, so that a leaked lookup table opens no document. */
static void
officer_key(struct seal_key *key, const struct store *st)
{
	digest_of(key->bytes, &st->master, "petugas", 7);
}

static int
decode_sealed(struct officer *o, const struct store *st, const redisReply *v, const redisReply *d)
{
	struct buf plain = { 0 };
	struct seal_key key;
	int rc = -1;

	memset(o, 0, sizeof(*o));
	officer_key(&key, st);
	if (v->type == REDIS_REPLY_STRING && d->type == REDIS_REPLY_STRING &&
	    seal_open(&plain, &key, "officer", d->str, d->len) == 0 &&
	    officer_decode(o, plain.data, plain.len) == 0) {
		o->version = strtoll(v->str, NULL, 10);
		rc = 0;
	}
	buf_wipe(&plain);
	return rc;
}

static void
fetch(struct store *st, const redisReply *ids, struct roster *r)
{
	struct redis_args a = { 0 };

	r->officers = xcalloc(ids->elements + 1, sizeof(*r->officers));
	for (size_t i = 0; i < ids->elements; i++) {
		redis_args_reset(&a);
		redis_args_adds(&a, "HMGET");
		args_add_key(&a, st, KEY_OFFICER, ids->element[i]->str, NULL);
		redis_args_adds(&a, "v");
		redis_args_adds(&a, "d");
		redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens);
	}
	for (size_t i = 0; i < ids->elements; i++) {
		redisReply *e = redis_pipe_reply(st->pipe);

		if (e != NULL && e->type == REDIS_REPLY_ARRAY && e->elements == 2 &&
		    decode_sealed(&r->officers[r->n], st, e->element[0], e->element[1]) == 0)
			r->n++;
		else
			log_error("officer_unreadable", "officer=%s", ids->element[i]->str);
		freeReplyObject(e);
	}
	redis_args_release(&a);
}

#define LOAD_TRIES 5

/* The seq of the roster, and how many have left it. */
static int
read_counts(struct store *st, int64_t *seq, int64_t *gone)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_META, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HMGET %b roster gone", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
		const redisReply *const *e = (const redisReply *const *)r->element;

		*seq = e[0]->type == REDIS_REPLY_STRING ? strtoll(e[0]->str, NULL, 10) : 0;
		*gone = e[1]->type == REDIS_REPLY_STRING ? strtoll(e[1]->str, NULL, 10) : 0;
		rc = 0;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

/* As fetch(), of all there are; the roster is empty before. */
static int
fetch_all(struct store *st, struct roster *r)
{
	struct buf key = { 0 };
	redisReply *ids;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_OFFICERS, NULL, NULL);
	ids = redis_pipe_command(st->pipe, "HKEYS %b", key.data, key.len);
	if (ids != NULL && ids->type == REDIS_REPLY_ARRAY) {
		fetch(st, ids, r);
		rc = redis_pipe_is_up(st->pipe) ? 0 : -1;
	}
	freeReplyObject(ids);
	buf_release(&key);
	return rc;
}

/*
 * Read until nothing changed meanwhile: decisions name the seq, and a replay must find the same
 * roster under it.  While it changes all the time the older seq is named: who has left since is then
 * found out when a decision is written.
 */
int
officers_load(struct store *st, struct roster *r, int64_t seq)
{
	struct roster fresh = { .seq = seq };
	int64_t after = -1, gone;
	int rc = 0;

	if (seq == r->seq && r->officers != NULL)
		return 0;
	for (int try = 0; try < LOAD_TRIES && rc == 0 && after != fresh.seq; try++) {
		roster_release(&fresh);
		rc = read_counts(st, &fresh.seq, &fresh.gone);
		if (rc == 0)
			rc = fetch_all(st, &fresh);
		if (rc == 0)
			rc = read_counts(st, &after, &gone);
	}
	if (rc != 0) {
		roster_release(&fresh);
		return -1;
	}
	roster_sort(&fresh);
	roster_release(r);
	*r = fresh;
	return 1;
}

static void
add_field(struct document *d, enum key_id key, char op, const char *field, const char *value)
{
	assert(d->index_n < DOCUMENT_INDEXES);
	d->index[d->index_n].key = key, d->index[d->index_n].op = op;
	d->index[d->index_n].field = field, d->index[d->index_n++].value = value;
}

/* What is put: the changes, by whom, what is said along with them. */
struct putting {
	const struct officer *list; size_t n;
	const char *who;
	const struct answer *says; const struct case_keys *keys;
};

/* seq is the roster's before this change: somebody else's in between is a conflict. */
static void
add_officer(struct commit_batch *b, struct store *st, const struct officer *o,
    const struct officer *old, int64_t seq, const struct putting *p, const struct answer *says)
{
	char now_hash[LOOKUP_CHARS + 1] = "", old_hash[LOOKUP_CHARS + 1] = "", before[24];
	char leaver[LEAVER_CHARS];
	struct officer fresh = *o;
	struct document d = { .key = KEY_OFFICER, .part = o->id,
	    .version = old != NULL ? old->version : 0, .who = p->who, .officer = &fresh,
	    .roster_seq = seq + 1, .says = says, .says_n = says != NULL, .keys = p->keys };
	struct buf plain = { 0 }, sealed = { 0 };
	struct seal_key key;

	fresh.version = d.version + 1;
	officer_key(&key, st);
	officer_encode(&plain, &fresh);
	seal_add(&sealed, &key, "officer", plain.data, plain.len);
	d.data = sealed.data, d.len = sealed.len;
	snprintf(before, sizeof(before), "%" PRId64, seq);
	add_field(&d, KEY_META, '=', "roster", before);
	add_field(&d, KEY_META, 'c', "roster", "1");
	add_field(&d, KEY_OFFICERS, 's', o->id, "1");
	if (old != NULL && old->phone[0] != '\0' && !old->ended &&
	    (strcmp(old->phone, o->phone) != 0 || o->ended)) {
		lookup_of(old_hash, &st->lookup, old->phone);
		add_field(&d, KEY_PHONES, 'd', old_hash, "");
	}
	if (old != NULL && old->asked_ms != 0 && o->asked_ms == 0)
		add_field(&d, KEY_HEARD, 'd', o->id, "");	/* his sign of life has been counted */
	if (old != NULL && !old->ended && (o->ended || old_hash[0] != '\0')) {
		snprintf(leaver, sizeof(leaver), "%s %s", o->id, old_hash);
		add_field(&d, KEY_LEAVERS, 't', leaver, "");
		add_field(&d, KEY_META, 'c', "gone", "1");
	}
	if (o->phone[0] != '\0' && !o->ended) {
		lookup_of(now_hash, &st->lookup, o->phone);
		add_field(&d, KEY_PHONES, 'u', now_hash, o->id);
	}
	commit_add_document(b, st, &d);
	buf_wipe(&plain);
	buf_release(&sealed);
}

#define PUT_TRIES 5

/* How many were written: all, or with the reason said, -1; PUT_AGAIN: the roster moved meanwhile. */
enum { PUT_AGAIN = -2 };

static int
put_run(struct commit_batch *b, struct store *st, const struct officer *const *who)
{
	int ok = commit_run(b, st);

	for (int i = 0; i < b->n; i++)
		if (b->slots[i].result != COMMIT_OK) {
			buf_reset(&st->why);
			buf_addf(&st->why, "officer %s: %s", who[i]->id,
			    b->slots[i].result == COMMIT_TAKEN ?
			    "the number belongs to another officer; end or change that one first" :
			    b->slots[i].result == COMMIT_CONFLICT ?
			    "changed by somebody else meanwhile; try again" :
			    "the store did not take it");
			return b->slots[i].result == COMMIT_CONFLICT ? PUT_AGAIN : -1;
		}
	return ok;
}

static int
say_stale(struct store *st, const struct officer *o)
{
	buf_reset(&st->why);
	buf_addf(&st->why, "officer %s: changed by somebody else since you read him; try again", o->id);
	return -1;
}

/*
 * A number goes over only after its holder has another one: found here, before anything is written,
 * for the store would find it in the middle of the list.
 */
static int
check_numbers(struct store *st, const struct roster *now, const struct putting *put)
{
	for (size_t i = 0; i < put->n; i++) {
		const struct officer *o = &put->list[i], *other = o->ended ? NULL :
		    roster_number_of(now, o->phone, o->id);
		size_t j;

		for (j = 0; other != NULL && j < i; j++)
			if (strcmp(put->list[j].id, other->id) == 0)
				break;
		if (other == NULL || (j < i && (put->list[j].ended || strcmp(put->list[j].phone, o->phone) != 0)))
			continue;
		buf_reset(&st->why);
		buf_addf(&st->why, "officer %s: the number belongs to another officer; end or change that one first",
		    o->id);
		return -1;
	}
	return 0;
}

/* One try: each change stands on the roster that the one before it made.  0, -1 or PUT_AGAIN. */
static int
put_all(struct store *st, const struct putting *put, int *written)
{
	const struct officer *list = put->list;
	struct roster now = { 0 };
	struct commit_batch b = { 0 };
	const struct officer **batch;
	struct pulse p;
	int64_t seq;
	int rc = 0;

	if (store_pulse(st, &p) != 0 || officers_load(st, &now, p.roster) < 0)
		return -1;
	seq = now.seq;
	batch = xcalloc(put->n + 1, sizeof(*batch));
	commit_begin(&b, p.now_ms);
	rc = check_numbers(st, &now, put);
	for (size_t i = 0; i < put->n && rc == 0; i++) {
		const struct officer *old = officer_find(&now, list[i].id);

		if (old != NULL && officer_is_same(old, &list[i])) {
			/* as it is already */
		} else if (old != NULL && list[i].version != 0 && list[i].version != old->version) {
			rc = say_stale(st, &list[i]);
		} else {
			batch[b.n] = &list[i];
			add_officer(&b, st, &list[i], old, seq++, put,
			    put->says != NULL ? &put->says[i] : NULL);
		}
	}
	if (rc == 0 && b.n > 0) {
		rc = put_run(&b, st, batch);
		*written += rc > 0 ? rc : 0;
	}
	free(batch);
	commit_release(&b);
	roster_release(&now);
	return rc < 0 ? rc : 0;
}

/* A try that met somebody else's change finds what it has already written unchanged. */
int
officers_put_saying(struct store *st, const struct officer *list, size_t n, const char *who,
    const struct answer *says, const struct case_keys *keys)
{
	const struct putting put = { list, n, who, says, keys };
	int written = 0, rc = PUT_AGAIN;

	if (n > OFFICERS_PUT_MOST) {
		buf_reset(&st->why);
		buf_addf(&st->why, "%zu officers at once; %d at most: split the list", n, OFFICERS_PUT_MOST);
		return -1;
	}
	for (int try = 0; try < PUT_TRIES && rc == PUT_AGAIN; try++)
		rc = put_all(st, &put, &written);
	return rc == 0 ? written : -1;
}

int
officers_put(struct store *st, const struct officer *list, size_t n, const char *who)
{
	return officers_put_saying(st, list, n, who, NULL, NULL);
}

int
officer_by_phone(struct store *st, const char *e164, char *id)
{
	char hash[LOOKUP_CHARS + 1];
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	lookup_of(hash, &st->lookup, e164);
	buf_add_key(&key, &st->keys, KEY_PHONES, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b %s", key.data, key.len, hash);
	if (r != NULL && r->type == REDIS_REPLY_STRING) {
		snprintf(id, OFFICER_ID_CHARS, "%s", r->str);
		rc = 1;
	} else if (r != NULL && r->type == REDIS_REPLY_NIL) {
		rc = 0;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}
