#include "store/archiver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include <jansson.h>

#include "core/calendar.h"
#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "store/cases.h"
#include "store/commit.h"
#include "store/document.h"
#include "store/officer.h"
#include "store/view.h"

#define YEAR_MIN 2000
#define CHANGED "the store changed while it was read; run it again"

void
archive_plan_at(struct archive_plan *out, const struct settings *set, int64_t now_ms)
{
	*out = (struct archive_plan){ now_ms - set->archive_after_ms, (int)set->archive_entries,
	    set->archive_free_bytes };
}

/* One round being prepared. */
struct moving {
	struct store *st;
	const struct archive_plan *plan;
	struct archive *archive;
	struct archive_round round;
	struct seam from, to;
	struct chain sealed;
	struct code *candidates; int candidates_n;
	char next_head[48];		/* heads before this id go; "" none */
	int broken;
};

static int
year_of(int64_t ms)
{
	struct wib t;

	wib_of(&t, ms);
	return t.year < YEAR_MIN ? YEAR_MIN : t.year;
}

static int
because_archive(struct moving *m)
{
	buf_reset(&m->st->why);
	buf_addf(&m->st->why, "archive: %s", archive_error(m->archive));
	return -1;
}

static enum archive_result
because_moved(struct store *st, const char *why)
{
	buf_reset(&st->why);
	buf_addf(&st->why, "archive: %s", why);
	return ARCHIVE_MOVED;
}

/* ---- what goes ---- */

static void
note_candidate(struct moving *m, const char *text)
{
	struct code c;

	if (text == NULL || code_parse(&c, text, strlen(text)) != 0)
		return;
	for (int i = 0; i < m->candidates_n; i++)
		if (strcmp(m->candidates[i].s, c.s) == 0)
			return;
	m->candidates[m->candidates_n++] = c;
}

/*
 * Entries go in the order of their seqs, while they are old, sealed, and of one year.  A closed case is
 * met here by its last entry: so nothing has to remember which cases are closed.
 */
static int
take_line(const struct log_line *line, void *arg)
{
	struct moving *m = arg;
	uint8_t digest[DIGEST_BYTES];
	struct archived_line *l;
	const json_t *now;
	json_t *doc;
	int64_t at;

	digest_of(digest, NULL, line->entry, line->len);
	doc = line->seq == m->to.c.seq + 1 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	if (doc == NULL || line->digest_len != DIGEST_BYTES ||
	    memcmp(digest, line->digest, DIGEST_BYTES) != 0) {
		json_decref(doc);
		m->broken = 1;
		return 1;
	}
	at = json_integer_value(json_object_get(doc, "at"));
	if (at < m->to.at_ms)
		at = m->to.at_ms;
	if (at >= m->plan->before_ms || line->seq > m->sealed.seq ||
	    (m->round.lines_n > 0 && year_of(at) != m->round.year)) {
		json_decref(doc);
		return 1;
	}
	m->round.year = year_of(at);
	m->to.at_ms = at;
	chain_fold(&m->to.c, line->seq, digest);
	l = &m->round.lines[m->round.lines_n++];
	l->seq = line->seq;
	buf_add(&l->entry, line->entry, line->len);
	memcpy(l->digest, digest, sizeof(digest));
	now = json_object_get(json_object_get(doc, "c"), "st");
	if (json_is_string(now) && strcmp(json_string_value(now), case_state_name(CASE_DITUTUP)) == 0)
		note_candidate(m, json_string_value(json_object_get(doc, "code")));
	json_decref(doc);
	return 0;
}

static int
take_lines(struct moving *m)
{
	int most = m->plan->entries;

	m->round.lines = xcalloc((size_t)most, sizeof(*m->round.lines));
	m->candidates = xcalloc((size_t)most, sizeof(*m->candidates));
	if (logbook_read(m->st, m->from.c.seq, most, take_line, m) < 0)
		return -1;
	if (!m->broken)
		return 0;
	buf_reset(&m->st->why);
	buf_addf(&m->st->why, "archive: entry %" PRId64 " is missing or was changed: nothing is moved; run "
	    "'kentongan audit verify'", m->to.c.seq + 1);
	return -1;
}

/* Old heads that name nothing past the new seam; the newest stays, for it is what is published. */
static int
take_heads(struct moving *m)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &m->st->keys, KEY_HEADS, NULL, NULL);
	r = redis_pipe_command(m->st->pipe, "XRANGE %b - + COUNT %d", key.data, key.len, m->plan->entries);
	buf_release(&key);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		m->round.heads = xcalloc(r->elements + 1, sizeof(*m->round.heads));
		for (size_t i = 0; i < r->elements; i++) {
			const redisReply *f = r->element[i]->element[1];
			struct archived_head *out = &m->round.heads[m->round.heads_n];
			const char *id = r->element[i]->element[0]->str;
			uint8_t sig[SIGN_BYTES];
			struct head h;
			size_t covered;

			if (f->elements != 2 || head_parse(&h, f->element[1]->str, sig, &covered) != 0 ||
			    h.seq > m->to.c.seq || h.at_ms >= m->plan->before_ms ||
			    (i + 1 == r->elements && (int)i + 1 < m->plan->entries))
				break;
			snprintf(out->id, sizeof(out->id), "%s", id);
			buf_add(&out->line, f->element[1]->str, f->element[1]->len);
			m->round.heads_n++;
			snprintf(m->next_head, sizeof(m->next_head), "%.*s-%lld", (int)strcspn(id, "-"), id,
			    strtoll(strchr(id, '-') + 1, NULL, 10) + 1);
		}
	}
	freeReplyObject(r);
	return rc;
}

static void
take_field(struct buf *b, const redisReply *r)
{
	if (r->type == REDIS_REPLY_STRING)
		buf_add(b, r->str, r->len);
}

static int64_t
last_of(const char *seqs)
{
	const char *comma = strrchr(seqs, ',');

	return strtoll(comma != NULL ? comma + 1 : seqs, NULL, 10);
}

static void
need_version(struct moving *m, const char *digest)
{
	struct archived_version *v = &m->round.versions[m->round.versions_n];

	for (int i = 0; i < m->round.versions_n; i++)
		if (strcmp(m->round.versions[i].digest, digest) == 0)
			return;
	snprintf(v->digest, sizeof(v->digest), "%s", digest);
	m->round.versions_n++;
}

/*
 * Of the candidates those that have not been reopened since.  One whose document nobody can read stays
 * where it is, and is named.
 */
static int
take_case(struct moving *m, const struct code *code, const redisReply *r)
{
	struct archived_case *out = &m->round.cases[m->round.cases_n];
	static struct case_record c;		/* large */

	if (r->element[0]->type != REDIS_REPLY_STRING)
		return 0;			/* archived already, by a round that was cut short */
	if (r->element[1]->type != REDIS_REPLY_STRING ||
	    case_decode(&c, r->element[1]->str, r->element[1]->len) != 0) {
		log_error("case_unreadable",
		    "case=%s err=\"not archived: its document cannot be read\"", code->s);
		return 0;
	}
	memset(out, 0, sizeof(*out));
	snprintf(out->code, sizeof(out->code), "%s", code->s);
	out->version = strtoll(r->element[0]->str, NULL, 10);
	take_field(&out->seqs, r->element[5]);
	out->last_seq = last_of(buf_str(&out->seqs));
	if (c.state != CASE_DITUTUP || out->last_seq > m->to.c.seq || out->version != c.version) {
		archived_case_release(out);
		return 0;
	}
	out->closed_ms = c.closed_ms;
	take_field(&out->doc, r->element[1]);
	take_field(&out->pub, r->element[2]);
	take_field(&out->sealed, r->element[3]);
	take_field(&out->wrapped, r->element[4]);
	need_version(m, c.policy);
	m->round.cases_n++;
	return view_messages(&out->messages, m->st, &c);
}

static int
take_cases(struct moving *m)
{
	int rc = 0;

	m->round.cases = xcalloc((size_t)m->candidates_n + 1, sizeof(*m->round.cases));
	m->round.versions = xcalloc((size_t)m->candidates_n + 1, sizeof(*m->round.versions));
	for (int i = 0; rc == 0 && i < m->candidates_n; i++) {
		struct buf key = { 0 };
		redisReply *r;

		buf_add_key(&key, &m->st->keys, KEY_CASE, m->candidates[i].s, NULL);
		r = redis_pipe_command(m->st->pipe, "HMGET %b v d m l k q", key.data, key.len);
		rc = r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 6 ?
		    take_case(m, &m->candidates[i], r) : -1;
		freeReplyObject(r);
		buf_release(&key);
	}
	return rc;
}

/* Those that the archive has not yet. */
static int
take_versions(struct moving *m)
{
	int kept = 0;

	for (int i = 0; i < m->round.versions_n; i++) {
		struct archived_version v = m->round.versions[i];
		struct buf key = { 0 }, there = { 0 };
		int has = archive_version(m->archive, v.digest, &there);
		redisReply *r;

		buf_release(&there);
		if (has < 0)
			return because_archive(m);
		if (has)
			continue;
		buf_add_key(&key, &m->st->keys, KEY_VERSION, v.digest, NULL);
		r = redis_pipe_command(m->st->pipe, "GET %b", key.data, key.len);
		buf_release(&key);
		if (r != NULL && r->type == REDIS_REPLY_STRING) {
			buf_add(&v.bytes, r->str, r->len);
			m->round.versions[kept++] = v;
		} else {
			log_error("version_missing",
			    "version=%s err=\"cases that name it are archived without it\"", v.digest);
		}
		freeReplyObject(r);
	}
	m->round.versions_n = kept;
	return 0;
}

/* ---- out of the store ---- */

enum archive_result
archiver_cut(struct store *st, const struct archive_cut *cut, int64_t now_ms)
{
	static const enum key_id fixed[] = { KEY_META, KEY_LOG, KEY_SEAM, KEY_CHAIN, KEY_HEADS };
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf detail = { 0 }, entry = { 0 };
	uint8_t cases[DIGEST_BYTES], digest[DIGEST_BYTES];
	enum archive_result result = ARCHIVE_FAILED;
	char hex[65];
	redisReply *r;

	archive_round_digest(cases, cut->round);
	log_hex(hex, cases);
	buf_addf(&detail, "first=%" PRId64 " last=%" PRId64 " year=%d cases=%d digest=%s chain=",
	    cut->from->c.seq + 1, cut->to->c.seq, cut->round->year, cut->round->cases_n, hex);
	log_hex(hex, cut->to->c.digest);
	buf_adds(&detail, hex);
	logbook_plain_entry(&entry, digest, ARCHIVE_EVENT, st->name, buf_str(&detail), now_ms);
	for (size_t i = 0; i < N_ELEMS(fixed); i++)
		args_add_key(&keys, st, fixed[i], NULL, NULL);
	redis_args_addi(&args, cut->from->c.seq);
	redis_args_addi(&args, cut->to->c.seq);
	redis_args_adds(&args, hex);
	redis_args_addi(&args, cut->to->at_ms);
	redis_args_adds(&args, cut->next_head);
	redis_args_add(&args, entry.data, entry.len);
	redis_args_add(&args, digest, sizeof(digest));
	for (int i = 0; i < cut->round->cases_n; i++) {
		const struct archived_case *c = &cut->round->cases[i];
		char shelf[SHELF_CHARS + 1];

		shelf_of(shelf, c->code);
		args_add_key(&keys, st, KEY_CASE, c->code, NULL);
		args_add_key(&keys, st, KEY_SHELF, shelf, NULL);
		redis_args_addi(&args, c->version);
		redis_args_addi(&args, (int64_t)c->wrapped.len);
		redis_args_adds(&args, c->code + SHELF_CHARS);
		redis_args_addi(&args, cut->round->year);
	}
	FAULT_POINT("archive_before_remove");
	r = store_call(st, "kt_archive", &keys, &args);
	FAULT_POINT("archive_after_remove");
	if (r != NULL && r->type == REDIS_REPLY_INTEGER) {
		char own[65];

		log_hex(own, digest);
		store_note(st, r->integer, own);
		result = ARCHIVE_OK;
	} else if (r != NULL && r->type == REDIS_REPLY_STRING) {
		result = because_moved(st, CHANGED);
	}
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&detail);
	buf_release(&entry);
	return result;
}

static int
has_room(struct moving *m)
{
	struct statvfs v;

	if (statvfs(m->st->dir, &v) == 0 &&
	    (int64_t)v.f_bavail * (int64_t)v.f_frsize >= m->plan->room_bytes)
		return 1;
	buf_reset(&m->st->why);
	buf_adds(&m->st->why,
	    "archive: the disk has less room than archive.disk_free; nothing is moved; make room "
	    "on the disk of arsip/");
	return 0;
}

/*
 * A killed archiver lets go of the lock, but its last call may still be on its way to the store.  If that
 * came in between, the cases read after it are too few, and what it moved would be deleted for them.
 */
static enum archive_result
look_again(struct moving *m)
{
	struct seam now;

	if (seam_read(m->st, &now) != 0)
		return ARCHIVE_FAILED;
	return now.c.seq == m->from.c.seq ? ARCHIVE_OK : because_moved(m->st, CHANGED);
}

static enum archive_result
work(struct moving *m, struct archive_done *done)
{
	int64_t now = store_now_ms(m->st);
	enum archive_result result;

	if (now == 0 || seam_read(m->st, &m->from) != 0 || chain_read(m->st, &m->sealed) != 0)
		return ARCHIVE_FAILED;
	m->to = m->from;
	if (take_lines(m) != 0)
		return ARCHIVE_FAILED;
	if (m->round.lines_n == 0)
		return ARCHIVE_OK;
	if (!has_room(m) || take_heads(m) != 0 || take_cases(m) != 0 || take_versions(m) != 0)
		return ARCHIVE_FAILED;
	result = look_again(m);
	if (result != ARCHIVE_OK)
		return result;
	if (archive_put(m->archive, &m->round) != 0) {
		because_archive(m);
		return ARCHIVE_FAILED;
	}
	if (archive_read_back(m->archive, &m->round) != 0) {
		because_archive(m);
		return ARCHIVE_FAILED;
	}
	FAULT_POINT("archive_after_verify");
	result = archiver_cut(
	    m->st, &(struct archive_cut){ &m->from, &m->to, &m->round, m->next_head }, now);
	if (result == ARCHIVE_OK)
		*done = (struct archive_done){ m->round.lines_n, m->round.cases_n, m->round.heads_n };
	return result;
}

enum archive_result
archiver_round(struct store *st, const struct archive_plan *p, struct archive_done *done)
{
	struct moving m = { .st = st, .plan = p, .archive = archive_open(st->dir) };
	enum archive_result result;

	memset(done, 0, sizeof(*done));
	switch (archive_hold(m.archive)) {
	case 1:
		result = work(&m, done);
		break;
	case 0:
		result = because_moved(st, "another archiver is at work, sla's timer or a 'kentongan archive'; "
		    "try again when it is done");
		break;
	default:
		because_archive(&m);
		result = ARCHIVE_FAILED;
	}
	archive_round_release(&m.round);
	archive_close(m.archive);
	free(m.candidates);
	return result;
}

/* ---- what only the past needed ---- */

struct digests { char (*list)[33]; size_t n, cap; };

static void
add_digest(struct digests *d, const char *text)
{
	for (size_t i = 0; i < d->n; i++)
		if (strncmp(d->list[i], text, 32) == 0)
			return;
	if (d->n == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 16;
		d->list = xrealloc(d->list, d->cap * sizeof(*d->list));
	}
	snprintf(d->list[d->n++], sizeof(*d->list), "%.32s", text);
}

static int
has_digest(const struct digests *d, const char *text)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->list[i], text) == 0)
			return 1;
	return 0;
}

/* One page of all keys: versions there are, and versions that cases name. */
static int
look_at_keys(struct store *st, const redisReply *page, struct digests *there, struct digests *named)
{
	static struct case_record c;
	struct buf version = { 0 }, of_case = { 0 };
	int rc = 0;

	buf_add_key(&version, &st->keys, KEY_VERSION, NULL, NULL);
	buf_add_key(&of_case, &st->keys, KEY_CASE, NULL, NULL);
	for (size_t i = 0; rc == 0 && i < page->elements; i++) {
		const char *key = page->element[i]->str;
		redisReply *r;

		if (strncmp(key, buf_str(&version), version.len) == 0)
			add_digest(there, key + version.len);
		if (strncmp(key, buf_str(&of_case), of_case.len) != 0)
			continue;
		r = redis_pipe_command(st->pipe, "HGET %b d", key, page->element[i]->len);
		if (r == NULL || r->type == REDIS_REPLY_ERROR)
			rc = -1;
		else if (r->type == REDIS_REPLY_STRING && case_decode(&c, r->str, r->len) == 0)
			add_digest(named, c.policy);
		freeReplyObject(r);
	}
	buf_release(&version);
	buf_release(&of_case);
	return rc;
}

static int
look_at_store(struct store *st, struct digests *there, struct digests *named)
{
	char cursor[32] = "0";
	int rc = 0;

	do {
		redisReply *r = redis_pipe_command(
		    st->pipe, "SCAN %s MATCH %s* COUNT 1000", cursor, st->keys.prefix);

		rc = r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2 ? 0 : -1;
		if (rc == 0) {
			snprintf(cursor, sizeof(cursor), "%s", r->element[0]->str);
			rc = look_at_keys(st, r->element[1], there, named);
		}
		freeReplyObject(r);
	} while (rc == 0 && strcmp(cursor, "0") != 0);
	return rc;
}

/* What the log says since the seam: versions that came into force, officers who were changed. */
struct recent { struct digests versions; char (*officers)[OFFICER_ID_CHARS]; size_t n; };

static int
take_recent(const struct log_line *line, void *arg)
{
	struct recent *r = arg;
	json_t *doc;
	const char *what, *detail;

	/* Most entries are of cases. */
	if (memmem(line->entry, line->len, "\"detail\":", 9) == NULL)
		return 0;
	doc = json_loadb(line->entry, line->len, 0, NULL);
	what = json_string_value(json_object_get(doc, "what"));
	detail = json_string_value(json_object_get(doc, "detail"));
	if (what != NULL && detail != NULL && strcmp(what, "versi") == 0 && strlen(detail) >= 32)
		add_digest(&r->versions, detail);
	if (what != NULL && detail != NULL && strcmp(what, "petugas") == 0) {
		r->officers = xrealloc(r->officers, (r->n + 1) * sizeof(*r->officers));
		snprintf(r->officers[r->n++], sizeof(*r->officers), "%s", detail);
	}
	json_decref(doc);
	return 0;
}

static int
look_at_log(struct store *st, struct recent *r)
{
	struct seam seam;
	int64_t after;
	int n;

	if (seam_read(st, &seam) != 0)
		return -1;
	for (after = seam.c.seq; (n = logbook_read(st, after, 1000, take_recent, r)) == 1000; after += n)
		continue;
	return n < 0 ? -1 : 0;
}

static int
retire_version(struct store *st, const char *digest)
{
	struct redis_args keys = { 0 }, args = { 0 };
	redisReply *r;
	int n = -1;

	args_add_key(&keys, st, KEY_CURRENT, NULL, NULL);
	args_add_key(&keys, st, KEY_VERSION, digest, NULL);
	redis_args_adds(&args, digest);
	r = store_call(st, "kt_retire", &keys, &args);
	if (r != NULL && r->type == REDIS_REPLY_INTEGER)
		n = (int)r->integer;
	freeReplyObject(r);
	redis_args_release(&keys);
	redis_args_release(&args);
	return n;
}

static int
has_tasks(struct store *st, const char *officer)
{
	struct buf key = { 0 };
	redisReply *r;
	int has = 1;

	buf_add_key(&key, &st->keys, KEY_TASKS, officer, NULL);
	r = redis_pipe_command(st->pipe, "EXISTS %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_INTEGER)
		has = r->integer != 0;
	freeReplyObject(r);
	buf_release(&key);
	return has;
}

static int
is_recent(const struct recent *r, const char *officer)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->officers[i], officer) == 0)
			return 1;
	return 0;
}

/* Nobody can be told by who has left, so the roster is the same as before and keeps its seq. */
int
archiver_retire_officer(struct store *st, const struct officer *o)
{
	const char *id = o->id;
	char version[24];
	struct document d = {
		.key = KEY_META, .version = -1, .what = "petugas-lepas", .who = "arsip", .note = id,
		.index = { { KEY_OFFICERS, NULL, 'd', id, "" }, { KEY_OFFICER, id, '=', "v", version } },
		.index_n = 2 + 2 * DOCUMENT_FIELDS,
	};
	struct commit_batch b = { 0 };
	enum commit_result result;

	snprintf(version, sizeof(version), "%" PRId64, o->version);
	document_gone(&d.index[2], KEY_OFFICER, id);
	document_gone(&d.index[2 + DOCUMENT_FIELDS], KEY_ACCOUNT, id);
	commit_begin(&b, store_now_ms(st));
	commit_add_document(&b, st, &d);
	commit_run(&b, st);
	result = b.slots[0].result;
	commit_release(&b);
	return result == COMMIT_OK ? 1 : result == COMMIT_CONFLICT ? 0 : -1;
}

static int
retire_officers(struct store *st, const struct roster *roster, const struct recent *recent)
{
	int n = 0;

	for (size_t i = 0; i < roster->n; i++) {
		const struct officer *o = &roster->officers[i];
		int gone;

		if (!o->ended || is_recent(recent, o->id) || has_tasks(st, o->id))
			continue;
		gone = archiver_retire_officer(st, o);
		if (gone < 0)
			return -1;
		n += gone;
	}
	return n;
}

int
archiver_retire(struct store *st, struct retired *out)
{
	struct digests there = { 0 }, named = { 0 };
	struct recent recent = { .n = 0 };
	struct roster roster = { 0 };
	struct pulse now;
	int rc = -1, idle = 0;

	memset(out, 0, sizeof(*out));
	if (store_pulse(st, &now) != 0 || officers_load(st, &roster, now.roster) < 0 ||
	    look_at_store(st, &there, &named) != 0)
		goto out;
	add_digest(&named, now.version);
	for (size_t i = 0; i < there.n; i++)
		idle += !has_digest(&named, there.list[i]);
	for (size_t i = 0; i < roster.n; i++)
		idle += roster.officers[i].ended;
	/* The log is read only when there is something to decide. */
	if (idle > 0 && look_at_log(st, &recent) != 0)
		goto out;
	rc = 0;
	for (size_t i = 0; i < there.n && rc == 0; i++) {
		int gone =
		    has_digest(&named, there.list[i]) || has_digest(&recent.versions, there.list[i])
		    ? 0
		    : retire_version(st, there.list[i]);

		rc = gone < 0 ? -1 : 0;
		out->versions += gone > 0;
	}
	if (rc == 0)
		out->officers = retire_officers(st, &roster, &recent);
	if (out->officers < 0)
		rc = -1;
out:
	roster_release(&roster);
	free(recent.officers);
	free(recent.versions.list);
	free(there.list);
	free(named.list);
	return rc;
}
