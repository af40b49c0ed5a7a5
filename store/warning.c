#include "store/warning.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/commit.h"
#include "store/document.h"
#include "store/logbook.h"

#define SEAL_LABEL "peringatan"
#define TOLD_MOST 60			/* officers, of all units together */
#define STEPS_MOST 10000u		/* of one warning: four digits of a message's id */
#define NAMES_MOST (1 + WARNING_ABOUT)

/* ---- taking in ---- */

void
warning_take_args(struct redis_args *out, const struct store *st, const struct warning *w, int64_t most)
{
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf payload = { 0 };

	warning_encode(&payload, w);
	args_add_key(&keys, st, KEY_META, NULL, NULL);
	args_add_key(&keys, st, KEY_WARNINGS_IN, NULL, NULL);
	args_add_key(&keys, st, KEY_WARNINGS_SEEN, NULL, NULL);
	redis_args_adds(&args, w->name);
	redis_args_add(&args, payload.data, payload.len);
	redis_args_addi(&args, most);
	store_call_args(out, "kt_warn", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&payload);
}

enum warning_taken
warning_taken(const redisReply *r)
{
	if (r == NULL || r->type != REDIS_REPLY_STRING)
		return WARNING_UNKNOWN;
	if (strcmp(r->str, "full") == 0)
		return WARNING_FULL;
	return strcmp(r->str, "known") == 0 ? WARNING_KNOWN : WARNING_TAKEN;
}

/* ---- what is known ---- */

int
warning_load(struct store *st, const char *id, struct warning_notice *out)
{
	struct buf plain = { 0 };
	int64_t version = 0;
	int rc = document_load(st, KEY_WARNING, id, SEAL_LABEL, SEAL_LABEL, &version, &plain);

	memset(out, 0, sizeof(*out));
	if (rc == 1)
		rc = warning_notice_decode(out, buf_str(&plain), plain.len) == 0;
	out->version = version;
	buf_release(&plain);
	return rc;
}

/* The names by which a message may belong to one of ours: its own, then what it is about. */
static int
names_of(const struct warning *w, const char *names[NAMES_MOST])
{
	names[0] = w->name;
	for (int i = 0; i < w->about_n; i++)
		names[1 + i] = w->about[i];
	return 1 + w->about_n;
}

/* What its names lead to: 1, 0 nothing, -1 no answer. */
static int
find_known(struct store *st, const struct warning *w, struct warning_notice *out)
{
	const char *names[NAMES_MOST];
	int n = names_of(w, names), rc = 0;
	struct buf key = { 0 };

	buf_add_key(&key, &st->keys, KEY_WARNINGS_SEEN, NULL, NULL);
	for (int i = 0; i < n && rc == 0; i++) {
		redisReply *r = redis_pipe_command(st->pipe, "HGET %b %s", key.data, key.len, names[i]);
		const char *id = r != NULL && r->type == REDIS_REPLY_STRING ? strchr(r->str, ' ') : NULL;

		if (r == NULL || r->type == REDIS_REPLY_ERROR)
			rc = -1;
		else if (id != NULL)
			rc = warning_load(st, id + 1, out);
		freeReplyObject(r);
	}
	buf_release(&key);
	return rc;
}

/* ---- telling ---- */

/* The messages of one decision. */
struct telling {
	struct answer says[TOLD_MOST];
	struct buf texts[TOLD_MOST];
	const struct officer *to[TOLD_MOST];
	int n;
	struct case_keys keys;
};

static int
is_told(const struct telling *t, const struct officer *o)
{
	for (int i = 0; i < t->n; i++)
		if (t->to[i] == o)
			return 1;
	return 0;
}

static int
say_to(struct telling *t, const struct house *h, const struct warning_notice *n, const struct officer *o)
{
	static const char *const kinds[] = { [STEP_NEW] = "peringatan", [STEP_CHANGED] = "peringatan-ubah",
	    [STEP_LIFTED] = "peringatan-cabut" };
	struct buf source = { 0 }, words = { 0 }, area = { 0 }, until = { 0 };
	struct answer *a = &t->says[t->n];
	int rc;

	message_excerpt(&source, n->issuer, TEXT_SUMBER_CHARS - 2);
	message_excerpt(&words, n->words, TEXT_PERINGATAN_CHARS - 2);
	message_excerpt(&area, n->area, TEXT_DAERAH_CHARS - 2);
	buf_add_wib_short(&until, n->until_ms);
	*a = (struct answer){ .kind = kinds[n->step], .route = "sms", .to = o->phone, .text = &t->texts[t->n],
	    .text_lang = o->lang, .latihan = n->drill, .lane_e = n->at_once,
	    .not_after_ms = n->step == STEP_LIFTED ? h->store_ms + h->policy->message_life_ms : n->until_ms };
	snprintf(a->id, sizeof(a->id), "per.%s.%u.%s", n->id, (unsigned)(n->version + 1) % STEPS_MOST, o->id);
	{
		const struct template_value v[] = { { "sumber", buf_str(&source) }, { "peringatan", buf_str(&words) },
		    { "daerah", buf_str(&area) }, { "batas", buf_str(&until) } };

		rc = message_answer(h->policy, o->lang, a->kind, NULL, h->store_ms, v, N_ELEMS(v), &t->texts[t->n]);
	}
	buf_release(&source);
	buf_release(&words);
	buf_release(&area);
	buf_release(&until);
	if (rc == 0)
		t->to[t->n++] = o;
	return rc;
}

/* Everybody on duty in its units, each once.  -1: the version in force has no such text. */
static int
say_all(struct telling *t, const struct house *h, const struct warning_notice *n)
{
	static const enum officer_role roles[] = { ROLE_KEPALA, ROLE_OPERATOR, ROLE_PETUGAS };
	const struct officer *some[TOLD_MOST];
	size_t most = (size_t)h->set.warning_told;

	for (int u = 0; u < n->units_n; u++)
		for (size_t r = 0; r < N_ELEMS(roles); r++) {
			size_t got = roster_on_duty(&h->roster, h->policy->calendar, n->units[u], roles[r], h->store_ms, some,
			    most < TOLD_MOST ? most : TOLD_MOST);

			for (size_t i = 0; i < got && t->n < TOLD_MOST; i++)
				if (!is_told(t, some[i]) && say_to(t, h, n, some[i]) != 0)
					return -1;
		}
	return 0;
}

static void
telling_release(struct telling *t)
{
	for (int i = 0; i < TOLD_MOST; i++)
		buf_release(&t->texts[i]);
	memset(&t->keys, 0, sizeof(t->keys));
}

/* ---- judged ---- */

/* Names stay with what they belong to, so that what follows finds it. */
static int
add_names(struct document_index *out, const struct warning *w, const char *value)
{
	const char *names[NAMES_MOST];
	int n = names_of(w, names);

	for (int i = 0; i < n; i++)
		out[i] = (struct document_index){ KEY_WARNINGS_SEEN, NULL, 's', names[i], value };
	return n;
}

static enum commit_result
put(struct house *h, const char *entry, const struct warning *w, const struct warning_notice *n,
    const struct telling *t)
{
	struct document_index more[NAMES_MOST + 1] = { { KEY_WARNINGS_IN, NULL, 'X', entry, "" } };
	struct document doc = { .key = KEY_WARNING, .part = n->id, .version = n->version, .who = h->st.name, .warning = n,
	    .more = more, .says = t->says, .says_n = t->n, .keys = &t->keys };
	struct buf plain = { 0 }, sealed = { 0 };
	struct commit_batch b = { 0 };
	struct seal_key key;
	enum commit_result result;
	char value[48];

	snprintf(value, sizeof(value), "%" PRId64 " %s", h->store_ms, n->id);
	doc.more_n = 1 + add_names(more + 1, w, value);
	warning_notice_encode(&plain, n);
	document_key(&key, &h->st, SEAL_LABEL);
	seal_add(&sealed, &key, SEAL_LABEL, plain.data, plain.len);
	doc.data = sealed.data, doc.len = sealed.len;
	commit_begin(&b, h->store_ms);
	commit_add_document(&b, &h->st, &doc);
	FAULT_POINT("before_warning");
	commit_run(&b, &h->st);
	FAULT_POINT("after_warning");
	result = b.slots[0].result;
	commit_release(&b);
	buf_release(&plain);
	buf_release(&sealed);
	return result;
}

/* Judged without an entry in the log. */
static void
drop(struct house *h, const char *entry)
{
	struct buf key = { 0 };

	buf_add_key(&key, &h->st.keys, KEY_WARNINGS_IN, NULL, NULL);
	freeReplyObject(redis_pipe_command(h->st.pipe, "XDEL %b %s", key.data, key.len, entry));
	buf_release(&key);
}

static void
leave(struct house *h, const char *entry, const struct warning *w, const char *why)
{
	log_info("warning_left", "source=%s name=%s why=\"%s\"", w->source, w->name, why);
	drop(h, entry);
}

/* 0 done; 1 somebody was faster, again; -1 no answer, or refused. */
static int
judge(struct house *h, const char *entry, const struct warning *w)
{
	struct telling *t;
	struct warning_notice known;
	struct warning_decision d;
	int rc = find_known(&h->st, w, &known);

	if (rc < 0)
		return -1;
	if (h->policy->warnings == NULL) {
		leave(h, entry, w, "the version in force has no peringatan.yaml; add one and run 'kentongan reload'");
		return 0;
	}
	warning_decide(h->policy->warnings, h->policy->places, w, rc == 1 ? &known : NULL, h->store_ms, &d);
	if (d.verdict == WARNING_LEAVE) {
		leave(h, entry, w, d.why);
		return 0;
	}
	t = xcalloc(1, sizeof(*t));
	seal_key_random(&t->keys.key);
	seal_wrap(t->keys.wrapped, &h->st.master, &t->keys.key);
	/* A version older than this release has no such text; the wall shows it all the same. */
	if (d.verdict == WARNING_TELL && say_all(t, h, &d.notice) != 0)
		log_error("warning_untold", "warning=%s err=\"pesan has no text for it; run 'kentongan reload'\"", d.notice.id);
	switch (put(h, entry, w, &d.notice, t)) {
	case COMMIT_OK:
		log_info("warning", "warning=%s step=%s source=%s told=%d row=%d why=\"%s\"", d.notice.id,
		    warning_step_name(d.notice.step), w->source, t->n, d.notice.line, d.why);
		rc = 0;
		break;
	case COMMIT_ALREADY:
		rc = 0;
		break;
	case COMMIT_CONFLICT:
		rc = 1;
		break;
	default:
		log_error("warning_unwritten", "warning=%s err=\"%s\"", d.notice.id,
		    log_quote(store_error(&h->st), strlen(store_error(&h->st))));
		rc = -1;
	}
	telling_release(t);
	free(t);
	return rc;
}

/* The payload of an entry; NULL it has none. */
static const redisReply *
payload_of(const redisReply *fields)
{
	for (size_t i = 0; fields->type == REDIS_REPLY_ARRAY && i + 1 < fields->elements; i += 2)
		if (strcmp(fields->element[i]->str, "w") == 0)
			return fields->element[i + 1];
	return NULL;
}

static int
judge_entry(struct house *h, const redisReply *entry)
{
	const char *id = entry->element[0]->str;
	const redisReply *payload = payload_of(entry->element[1]);
	struct warning w;
	int rc;

	if (payload == NULL || warning_decode(&w, payload->str, payload->len) != 0) {
		log_error("warning_unreadable", "entry=%s err=\"no warning that this release can read; look at its source\"", id);
		drop(h, id);
		return 0;
	}
	rc = judge(h, id, &w);
	warning_release(&w);
	return rc;
}

int
warnings_step(struct house *h, int most)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = 0;

	buf_add_key(&key, &h->st.keys, KEY_WARNINGS_IN, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "XRANGE %b - + COUNT %d", key.data, key.len, most);
	buf_release(&key);
	if (r == NULL || r->type != REDIS_REPLY_ARRAY) {
		freeReplyObject(r);
		return -1;
	}
	/* One that cannot be written must not hold up those behind it. */
	for (size_t i = 0; i < r->elements; i++) {
		int one = judge_entry(h, r->element[i]);

		rc = one < 0 || rc < 0 ? -1 : rc | one;
	}
	if (rc == 0 && r->elements == (size_t)most)
		rc = 1;
	freeReplyObject(r);
	return rc;
}

/* ---- forgotten ---- */

static void
forget(struct store *st, const char *key, size_t len, const char *name, const char *value)
{
	const char *id = strchr(value, ' ');

	if (id != NULL) {
		struct buf doc = { 0 };

		buf_add_key(&doc, &st->keys, KEY_WARNING, id + 1, NULL);
		freeReplyObject(redis_pipe_command(st->pipe, "DEL %b", doc.data, doc.len));
		buf_release(&doc);
	}
	freeReplyObject(redis_pipe_command(st->pipe, "HDEL %b %s", key, len, name));
}

void
warnings_sweep(struct store *st, int64_t before_ms)
{
	struct buf key = { 0 };
	char cursor[32] = "0";

	buf_add_key(&key, &st->keys, KEY_WARNINGS_SEEN, NULL, NULL);
	do {
		redisReply *r = redis_pipe_command(st->pipe, "HSCAN %b %s COUNT 500", key.data, key.len, cursor);

		snprintf(cursor, sizeof(cursor), "0");
		if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
			const redisReply *found = r->element[1];

			snprintf(cursor, sizeof(cursor), "%s", r->element[0]->str);
			for (size_t i = 0; i + 1 < found->elements; i += 2)
				if (strtoll(found->element[i + 1]->str, NULL, 10) < before_ms)
					forget(st, key.data, key.len, found->element[i]->str, found->element[i + 1]->str);
		}
		freeReplyObject(r);
	} while (strcmp(cursor, "0") != 0);
	buf_release(&key);
}
