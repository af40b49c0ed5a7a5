#include "store/callout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "store/document.h"
#include "store/outbox.h"

#define SEAL_LABEL "relawan"
#define PUT_BATCH 100
#define SCAN "500"
#define HOPS 4				/* ways that a message goes on by */
#define TRIES 5

/* ---- sealed documents ---- */

/* Derived, so that a leaked lookup table opens no document. */
static void
volunteer_key(struct seal_key *key, const struct store *st)
{
	document_key(key, st, SEAL_LABEL);
}

/* ---- volunteers ---- */

int
volunteer_load(struct store *st, const char *id, struct volunteer *out)
{
	struct buf plain = { 0 };
	int64_t version = 0;
	int rc = document_load(st, KEY_VOLUNTEER, id, SEAL_LABEL, "volunteer", &version, &plain);

	if (rc == 1)
		rc = volunteer_decode(out, plain.data, plain.len) == 0;
	if (rc == 1)
		out->version = version;
	buf_wipe(&plain);
	return rc;
}

/* In place of that version of him. */
static void
add_volunteer(struct commit_batch *b, struct store *st, const struct volunteer *v, int64_t version, const char *who,
    const struct input_id *input)
{
	struct document d = { .key = KEY_VOLUNTEER, .part = v->id, .version = version, .what = "relawan", .who = who,
	    .note = v->id, .index = { { KEY_VOLUNTEERS, NULL, 's', v->id, "1" } }, .index_n = 1, .input = input };
	struct buf plain = { 0 }, sealed = { 0 };
	struct seal_key key;

	volunteer_key(&key, st);
	volunteer_encode(&plain, v);
	seal_add(&sealed, &key, "volunteer", plain.data, plain.len);
	d.data = sealed.data, d.len = sealed.len;
	commit_add_document(b, st, &d);
	buf_wipe(&plain);
	buf_release(&sealed);
}

int
volunteers_put(struct store *st, const struct volunteer *list, size_t n, const char *who)
{
	struct commit_batch b = { 0 };
	int written = 0;

	for (size_t i = 0; i < n && written >= 0; ) {
		int ok = 1;

		commit_begin(&b, store_now_ms(st));
		for (; i < n && b.n < PUT_BATCH && ok; i++) {
			struct buf before = { 0 };
			int64_t version = 0;

			ok = document_load(st, KEY_VOLUNTEER, list[i].id, SEAL_LABEL, "volunteer", &version, &before) >= 0;
			buf_wipe(&before);
			if (ok)
				add_volunteer(&b, st, &list[i], version, who, NULL);
		}
		written = ok && commit_run(&b, st) == b.n ? written + b.n : -1;
	}
	commit_release(&b);
	return written;
}

int
volunteer_end(struct store *st, const char *id, const char *who, const struct input_id *input)
{
	enum commit_result result = COMMIT_CONFLICT;

	for (int try = 0; try < TRIES && result == COMMIT_CONFLICT; try++) {
		struct commit_batch b = { 0 };
		struct volunteer v;
		int rc = volunteer_load(st, id, &v);

		if (rc != 1)
			return rc;
		v.ended = 1;
		commit_begin(&b, store_now_ms(st));
		add_volunteer(&b, st, &v, v.version, who, input);
		commit_run(&b, st);
		result = b.slots[0].result;
		commit_release(&b);
		volunteer_release(&v);
	}
	if (result == COMMIT_CONFLICT) {
		buf_reset(&st->why);
		buf_addf(&st->why, "%s: somebody else writes him at the same time; try again", id);
	}
	return result == COMMIT_OK || result == COMMIT_ALREADY ? 1 : -1;
}

int
volunteers_load(struct store *st, struct volunteer **list, size_t *n)
{
	struct buf key = { 0 };
	redisReply *ids;
	int rc = -1;

	*list = NULL;
	*n = 0;
	buf_add_key(&key, &st->keys, KEY_VOLUNTEERS, NULL, NULL);
	ids = redis_pipe_command(st->pipe, "HKEYS %b", key.data, key.len);
	if (ids != NULL && ids->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		*list = xcalloc(ids->elements + 1, sizeof(**list));
		for (size_t i = 0; i < ids->elements && rc == 0; i++) {
			int found = volunteer_load(st, ids->element[i]->str, &(*list)[*n]);

			rc = found < 0 ? -1 : 0;
			*n += found == 1;
			if (found == 0)
				log_error("volunteer_unreadable", "volunteer=%s", ids->element[i]->str);
		}
	}
	freeReplyObject(ids);
	buf_release(&key);
	return rc;
}

/* ---- calls ---- */

int
callout_load(struct store *st, const char *code, struct callout *out)
{
	struct buf plain = { 0 };
	int64_t version;
	int rc = document_load(st, KEY_CALL, code, SEAL_LABEL, "callout", &version, &plain);

	if (rc == 1)
		rc = callout_decode(out, plain.data, plain.len) == 0;
	buf_wipe(&plain);
	return rc;
}

int
called_parse(const char *word, struct code *code, char id[OFFICER_ID_CHARS])
{
	size_t n = strcspn(word, " ");

	if (word[n] != ' ' || code_parse(code, word, n) != 0)
		return 0;
	snprintf(id, OFFICER_ID_CHARS, "%s", word + n + 1);
	return 1;
}

static void
message_name(char out[48], const struct callout *c, int person, int64_t version)
{
	snprintf(out, 48, "panggil.%s.%d.%" PRId64, c->code.s, person, version);
}

/* What is said to one, at his number; -1: he cannot be told. */
static int
compose(struct house *h, const struct callout *c, int person, const char *kind, struct answer *a,
    struct volunteer *v, struct buf *text)
{
	struct buf words = { 0 }, until = { 0 };
	char code[CODE_CHARS + 2];
	int rc = volunteer_load(&h->st, c->people[person].id, v);

	if (rc != 1)
		return -1;
	code_show(code, &c->code);
	buf_addf(&words, "%s%s", c->latihan ? "LATIHAN. " : "", c->words);
	buf_add_wib_short(&until, c->ends_ms);
	{
		const struct template_value values[] = { { "kode", code }, { "isi", buf_str(&words) },
		    { "batas", buf_str(&until) } };

		rc = message_answer(h->policy, v->lang, kind, NULL, h->store_ms, values, N_ELEMS(values),
		    text);
	}
	*a = (struct answer){ .kind = kind, .route = "sms", .to = v->phone, .text = text,
	    .text_lang = v->lang, .latihan = c->latihan, .lane_e = 0,
	    .not_after_ms = c->state == CALLOUT_OPEN ? c->ends_ms :
	    h->store_ms + h->policy->message_life_ms };
	message_name(a->id, c, person, c->version);
	buf_release(&words);
	buf_release(&until);
	return rc;
}

/* Who was called is found by his number until he is called elsewhere, or the call is forgotten. */
static void
index_called(struct document_index *x, char hash[LOOKUP_CHARS + 1], char word[CALLED_CHARS], struct store *st,
    const struct callout *c, const struct volunteer *v)
{
	lookup_of(hash, &st->lookup, v->phone);
	memcpy(word, c->code.s, CODE_CHARS);
	word[CODE_CHARS] = ' ';
	memcpy(word + CODE_CHARS + 1, v->id, sizeof(v->id));
	*x = (struct document_index){ KEY_CALLED, NULL, 's', hash, word };
}

/* Room for what one commit says. */
struct speaking {
	struct answer says[CALLOUT_MOST];
	struct volunteer who[CALLOUT_MOST];
	struct buf texts[CALLOUT_MOST];
	struct document_index called[CALLOUT_MOST];
	char hashes[CALLOUT_MOST][LOOKUP_CHARS + 1], words[CALLOUT_MOST][CALLED_CHARS];
	int n, made;
};

static void
speak(struct house *h, const struct callout_effects *fx, struct speaking *s)
{
	for (int i = 0; i < fx->says_n; i++) {
		int at = s->n;

		s->made++;
		if (compose(h, &fx->after, fx->says[i].person, fx->says[i].kind, &s->says[at], &s->who[at],
		    &s->texts[at]) != 0) {
			log_warn("volunteer_unreachable", "call=%s volunteer=%s", fx->after.code.s,
			    fx->after.people[fx->says[i].person].id);
			volunteer_release(&s->who[at]);
			buf_reset(&s->texts[at]);
			continue;
		}
		index_called(&s->called[at], s->hashes[at], s->words[at], &h->st, &fx->after, &s->who[at]);
		s->n++;
	}
}

enum commit_result
callout_commit(struct house *h, const struct callout_effects *fx, const char *who,
    const struct input_id *input)
{
	const struct callout *c = &fx->after;
	struct speaking *s = xcalloc(1, sizeof(*s));
	struct commit_batch b = { 0 };
	struct buf plain = { 0 }, sealed = { 0 };
	struct case_keys keys;
	struct seal_key key;
	char due[24], note[96];
	struct document d = { .key = KEY_CALL, .part = c->code.s, .version = c->version - 1,
	    .what = fx->what, .who = who, .note = note, .index_n = 1, .input = input, .keys = &keys };
	enum commit_result result;

	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &h->st.master, &keys.key);
	speak(h, fx, s);
	d.says = s->says, d.says_n = s->n;
	d.more = s->called, d.more_n = c->version == 1 ? s->n : 0;
	snprintf(due, sizeof(due), "%" PRId64,
	    c->state == CALLOUT_OPEN ? c->ends_ms : c->ends_ms + h->set.callout_keep_ms);
	d.index[0] = (struct document_index){ KEY_CALLS, NULL, 's', c->code.s, due };
	snprintf(note, sizeof(note), "%s: %d dipanggil, perlu %d, bisa %d", c->code.s, c->people_n,
	    c->needed, callout_count(c, CALL_YES));
	volunteer_key(&key, &h->st);
	callout_encode(&plain, c);
	seal_add(&sealed, &key, "callout", plain.data, plain.len);
	d.data = sealed.data, d.len = sealed.len;
	commit_begin(&b, h->store_ms);
	commit_add_document(&b, &h->st, &d);
	commit_run(&b, &h->st);
	result = b.slots[0].result;
	commit_release(&b);
	for (int i = 0; i < s->made; i++) {
		volunteer_release(&s->who[i]);
		buf_wipe(&s->texts[i]);
	}
	free(s);
	buf_wipe(&plain);
	buf_release(&sealed);
	return result;
}

/* ---- how it stands ---- */

/* The state of a message, or of the one it went on as: 1 it came to nothing, 0 not yet, -1 no answer. */
static int
is_lost(struct store *st, const char *id)
{
	static const char *const lost[] = { "failed", "undeliverable", "expired" };
	char at[OUTBOX_ID_CHARS];
	int rc = 0, more = 1;

	snprintf(at, sizeof(at), "%s", id);
	for (int hop = 0; hop < HOPS && more && rc >= 0; hop++) {
		struct buf key = { 0 };
		redisReply *r;

		buf_add_key(&key, &st->keys, KEY_MSG, at, NULL);
		r = redis_pipe_command(st->pipe, "HMGET %b st alt", key.data, key.len);
		more = 0;
		rc = r != NULL && r->type == REDIS_REPLY_ARRAY ? 0 : -1;
		for (size_t i = 0; rc == 0 && r->element[0]->type == REDIS_REPLY_STRING &&
		    i < N_ELEMS(lost); i++)
			rc |= strcmp(r->element[0]->str, lost[i]) == 0;
		if (rc >= 0 && r->element[1]->type == REDIS_REPLY_STRING) {
			snprintf(at, sizeof(at), "%s", r->element[1]->str);
			more = 1;
		}
		freeReplyObject(r);
		buf_release(&key);
	}
	return rc;
}

int
callout_tally(struct store *st, const struct callout *c, struct callout_tally *t)
{
	*t = (struct callout_tally){ .asked = callout_count(c, CALL_ASKED),
	    .yes = callout_count(c, CALL_YES), .no = callout_count(c, CALL_NO),
	    .unclear = callout_count(c, CALL_UNCLEAR), .late = callout_count(c, CALL_LATE) };
	for (int i = 0; i < c->people_n; i++) {
		char id[48];
		int lost;

		if (c->people[i].answer != CALL_ASKED)
			continue;
		message_name(id, c, i, 1);
		lost = is_lost(st, id);
		if (lost < 0)
			return -1;
		t->undelivered += lost;
	}
	t->asked -= t->undelivered;
	return 0;
}

/* ---- the end ---- */

/* The numbers that lead to a call, and the word that each has. */
struct callers { struct { char number[LOOKUP_CHARS + 1], word[CALLED_CHARS]; } *list; int n; };

static void
add_callers(struct callers *all, const char *call, const redisReply *part)
{
	for (size_t i = 0; i + 1 < part->elements; i += 2) {
		const char *number = part->element[i]->str, *word = part->element[i + 1]->str;
		char id[OFFICER_ID_CHARS];
		struct code code;

		if (!called_parse(word, &code, id) || strcmp(code.s, call) != 0)
			continue;
		all->list = xrealloc(all->list, (size_t)(all->n + 1) * sizeof(*all->list));
		snprintf(all->list[all->n].number, sizeof(all->list[0].number), "%s", number);
		snprintf(all->list[all->n++].word, sizeof(all->list[0].word), "%s", word);
	}
}

/*
 * All of them are looked through, for who is called may have another number by now, and a call that cannot be
 * read names nobody.  0, or -1 no answer.
 */
static int
find_callers(struct store *st, const char *call, struct callers *all)
{
	char cursor[32] = "0";
	struct buf key = { 0 };
	int rc = 0;

	buf_add_key(&key, &st->keys, KEY_CALLED, NULL, NULL);
	do {
		redisReply *r = redis_pipe_command(st->pipe, "HSCAN %b %s COUNT " SCAN, key.data, key.len, cursor);

		if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
			add_callers(all, call, r->element[1]);
			snprintf(cursor, sizeof(cursor), "%s", r->element[0]->str);
		} else {
			rc = -1;
		}
		freeReplyObject(r);
	} while (rc == 0 && strcmp(cursor, "0") != 0);
	buf_release(&key);
	return rc;
}

/*
 * due: of the call, as it was seen; another may have ended it since, and then it is kept for a while.  A number
 * that leads to another call by now goes on leading there.
 */
static int
forget(struct house *h, const char *code, const char *due)
{
	struct document d = { .key = KEY_META, .version = -1, .what = "panggilan-lepas", .who = h->st.name, .note = code,
	    .index = { { KEY_CALLS, NULL, '=', code, due }, { KEY_CALLS, NULL, 'd', code, "" } },
	    .index_n = 2 + DOCUMENT_FIELDS };
	struct document_index *more = NULL;
	struct callers all = { 0 };
	struct commit_batch b = { 0 };
	int rc = find_callers(&h->st, code, &all);

	if (rc == 0) {
		document_gone(&d.index[2], KEY_CALL, code);
		d.more = more = xcalloc((size_t)all.n + 1, sizeof(*more));
		for (; d.more_n < all.n; d.more_n++)
			more[d.more_n] = (struct document_index){ KEY_CALLED, NULL, 'D', all.list[d.more_n].number,
			    all.list[d.more_n].word };
		commit_begin(&b, h->store_ms);
		commit_add_document(&b, &h->st, &d);
		commit_run(&b, &h->st);
		rc = b.slots[0].result == COMMIT_OK || b.slots[0].result == COMMIT_CONFLICT ? 0 : -1;
		commit_release(&b);
	}
	free(more);
	free(all.list);
	return rc;
}

static int
end_or_forget(struct house *h, const char *code, const char *due)
{
	struct callout_effects *fx = xmalloc(sizeof(*fx));
	struct callout *c = xcalloc(1, sizeof(*c));
	enum commit_result result;
	int rc = callout_load(&h->st, code, c);

	if (rc == 0)
		log_error("callout_unreadable", "call=%s err=\"it is forgotten; nobody was told\"", code);
	if (rc >= 0 && (rc == 0 || c->state == CALLOUT_ENDED)) {
		rc = forget(h, code, due);
	} else if (rc == 1 && callout_decide(c, CALL_ENDS, -1, h->store_ms, fx) == 0) {
		result = callout_commit(h, fx, h->st.name, NULL);
		rc = result == COMMIT_OK ? 0 : -1;
		if (rc == 0)
			log_info("callout_ended", "call=%s yes=%d needed=%d", code,
			    callout_count(c, CALL_YES), c->needed);
	}
	free(c);
	free(fx);
	return rc < 0 ? -1 : 0;
}

int
callouts_sweep(struct house *h)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &h->st.keys, KEY_CALLS, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		for (size_t i = 0; i + 1 < r->elements; i += 2)
			if (strtoll(r->element[i + 1]->str, NULL, 10) <= h->store_ms &&
			    end_or_forget(h, r->element[i]->str, r->element[i + 1]->str) != 0)
				rc = -1;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}
