#include "store/retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "store/cases.h"
#include "store/erase.h"
#include "store/hold.h"

#define LOADED 100		/* cases read in one round trip */

int64_t
retention_due_ms(const struct policy *p, const struct settings *set, const char *category, int64_t closed_ms)
{
	const struct category *k = category_find(p->catalogue, category);
	int64_t keep_ms = k != NULL && k->keep_ms > 0 ? k->keep_ms : set->retention_ms;

	return keep_ms > 0 ? closed_ms + keep_ms : 0;
}

/* ---- looking ---- */

struct looking { struct house *h; void (*cb)(const struct retained *, void *); void *arg; };

static void
pass_on(struct looking *l, const struct case_record *c)
{
	struct retained r = { .code = c->code, .closed_ms = c->closed_ms };

	snprintf(r.category, sizeof(r.category), "%s", c->category);
	r.due_ms = retention_due_ms(l->h->policy, &l->h->set, c->category, c->closed_ms);
	l->cb(&r, l->arg);
}

static int
look_at(struct looking *l, const struct code *codes, size_t n)
{
	struct stored_case *s = xcalloc(n + 1, sizeof(*s));
	int rc = n > 0 ? cases_load(&l->h->st, codes, n, s) : 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		/* What was archived since is met there. */
		if (!s[i].archived && s[i].readable && s[i].version > 0 && s[i].wrapped.len > 0 &&
		    s[i].c.state == CASE_DITUTUP)
			pass_on(l, &s[i].c);
		stored_case_release(&s[i]);
	}
	free(s);
	return rc;
}

/* The names of keys end in the code. */
static int
look_at_keys(struct looking *l, const redisReply *keys)
{
	struct code codes[LOADED];
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < keys->elements; i++) {
		const redisReply *k = keys->element[i];

		if (k->len < CODE_CHARS || code_parse(&codes[n], k->str + k->len - CODE_CHARS, CODE_CHARS) != 0)
			continue;
		if (++n == LOADED) {
			rc = look_at(l, codes, n);
			n = 0;
		}
	}
	return rc == 0 ? look_at(l, codes, n) : -1;
}

/* 1 there is more, 0 the store has been seen, -1. */
static int
look_at_store(struct looking *l, struct retention_walk *w, int most)
{
	struct buf pattern = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&pattern, &l->h->st.keys, KEY_CASE, "*", NULL);
	r = redis_pipe_command(l->h->st.pipe, "SCAN %s MATCH %b COUNT %d", w->cursor[0] != '\0' ? w->cursor : "0",
	    pattern.data, pattern.len, most);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2 && look_at_keys(l, r->element[1]) == 0) {
		snprintf(w->cursor, sizeof(w->cursor), "%s", r->element[0]->str);
		rc = strcmp(w->cursor, "0") != 0;
	}
	freeReplyObject(r);
	buf_release(&pattern);
	return rc;
}

static void
on_archived(const struct archived_case *a, void *arg)
{
	static struct case_record c;		/* large */

	if (case_decode(&c, buf_str(&a->doc), a->doc.len) == 0)
		pass_on(arg, &c);
	else
		log_error("case_unreadable", "case=%s err=\"not erased: its document cannot be read\"", a->code);
}

static int
look_at_archive(struct looking *l, struct retention_walk *w, int most)
{
	struct archive *a = archive_open(l->h->st.dir);
	int n = archive_keyed(a, &w->at, most, on_archived, l);

	if (n < 0) {
		buf_reset(&l->h->st.why);
		buf_addf(&l->h->st.why, "archive: %s", archive_error(a));
	}
	archive_close(a);
	return n < 0 ? -1 : n > 0;
}

int
retention_look(struct house *h, struct retention_walk *w, int most, void (*cb)(const struct retained *r, void *),
    void *arg)
{
	struct looking l = { h, cb, arg };
	int rc;

	if (!w->in_archive) {
		rc = look_at_store(&l, w, most);
		w->in_archive = rc == 0;
		return rc < 0 ? -1 : 1;
	}
	rc = look_at_archive(&l, w, most);
	if (rc == 0)
		memset(w, 0, sizeof(*w));
	return rc;
}

/* ---- erasing ---- */

struct due { struct retained *list; int n; int64_t now_ms; };

static void
keep_due(const struct retained *r, void *arg)
{
	struct due *d = arg;

	if (r->due_ms == 0 || r->due_ms > d->now_ms)
		return;
	d->list = xrealloc(d->list, (size_t)(d->n + 1) * sizeof(*d->list));
	d->list[d->n++] = *r;
}

static int
erase_due(struct house *h, struct retention *r, const struct due *due, struct retention_done *done)
{
	int most = (int)h->set.retention_batch / 10;

	for (int i = 0; i < due->n && done->erased < most; i++)
		switch (case_erase_key(&h->st, &due->list[i].code, RETENTION_NAME, &r->rewrite)) {
		case ERASED:
			done->erased++;
			break;
		case ERASE_HELD:
			done->held++;
			break;
		case ERASE_WAITS:
			done->waiting++;
			break;
		case ERASE_NONE: case ERASE_OPEN:	/* somebody was faster, or it was reopened */
			break;
		case ERASE_FAILED:
			return -1;
		}
	return 0;
}

int
retention_round(struct house *h, struct retention *r, struct retention_done *done)
{
	struct retention_walk before = r->walk;
	struct due due = { .now_ms = store_now_ms(&h->st) };
	int rc;

	memset(done, 0, sizeof(*done));
	rc = retention_look(h, &r->walk, (int)h->set.retention_batch, keep_due, &due);
	if (rc >= 0 && erase_due(h, r, &due, done) != 0)
		rc = -1;
	/* Too many at once: this part again, without those that are gone. */
	if (rc < 0 || (done->erased > 0 && done->erased == h->set.retention_batch / 10)) {
		r->walk = before;
		rc = rc < 0 ? -1 : 1;
	}
	free(due.list);
	if (rc == 0 && r->rewrite) {
		int rewriting = erase_rewrite(&h->st);

		r->rewrite = rewriting != 1;
		rc = rewriting < 0 ? -1 : rewriting == 0;
	}
	return rc;
}
