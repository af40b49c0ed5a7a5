#include "store/legacy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "store/cases.h"

#define TRIES 5
#define LOGGED "impor"		/* the entry of a whole file */

static void
words_of(struct laporan *l, const struct legacy *from)
{
	struct buf id = { 0 };

	memset(l, 0, sizeof(*l));
	snprintf(l->channel, sizeof(l->channel), CHANNEL_LEGACY);
	buf_add_legacy_id(&id, from);
	l->message_id = buf_take(&id);
}

/*
 * Which of the codes it may have is its case (1, code), or the first that is nobody's (0).  -1 no answer,
 * -2 all three are others'.
 */
static int
look_up(struct store *st, const struct legacy *from, const struct code codes[3], struct code *code)
{
	struct stored_case s[3];
	int rc = cases_load(st, codes, 3, s) == 0 ? -2 : -1;

	for (int i = 0; rc == -2 && i < 3; i++) {
		const struct legacy *l = &s[i].c.legacy;

		if (s[i].there && s[i].readable && strcmp(l->source, from->source) == 0 &&
		    strcmp(l->number, from->number) == 0)
			*code = codes[i], rc = 1;
		else if (!s[i].there)
			*code = codes[i], rc = 0;
	}
	for (int i = 0; i < 3; i++)
		stored_case_release(&s[i]);
	return rc;
}

int
legacy_find(struct store *st, const struct legacy *from, struct code *code)
{
	struct laporan l;
	struct intake in;
	int rc;

	words_of(&l, from);
	intake_prepare(&in, st, &l);
	rc = look_up(st, from, in.codes, code);
	intake_release(&in);
	laporan_release(&l);
	return rc == -2 ? 0 : rc;
}

static void
facts_of(struct report_facts *f, const struct house *h, const struct legacy_row *row, const struct code *code,
    int64_t now_ms)
{
	memset(f, 0, sizeof(*f));
	f->code = *code;
	f->received_ms = row->words.received_ms;
	f->arrived_ms = now_ms;
	snprintf(f->lang, sizeof(f->lang), TEXTS_BASE);
	snprintf(f->policy, sizeof(f->policy), "%s", h->current);
	if (row->words.sender != NULL)
		lookup_of(f->reporter, &h->st.lookup, row->words.sender);
}

static enum commit_result
put_once(struct house *h, const struct legacy_row *row, const struct intake *in, const char *by,
    const struct code *code, const char **why)
{
	struct effects *fx = xcalloc(1, sizeof(*fx));
	struct case_record before = { .code = *code };
	struct report_facts facts;
	struct command cmd = { .event = row->open ? ON_LEGACY : ON_PAST, .by = BY_SYSTEM, .u = &row->u,
	    .report = &facts, .legacy = &row->facts };
	struct commit_batch b = { 0 };
	struct case_keys keys;
	enum commit_result result = COMMIT_REFUSED;

	snprintf(cmd.actor, sizeof(cmd.actor), "%s", by);
	facts_of(&facts, h, row, code, h->store_ms);
	commit_begin(&b, h->store_ms);
	*why = "kunci 'data' tidak terbaca; periksa DIR/secrets";
	if (case_keys_open(&keys, &h->st, in->wrapped, sizeof(in->wrapped)) != 0)
		goto out;
	if (case_decide(h->policy, &h->roster, &before, &cmd, h->store_ms, fx) != 0) {
		*why = refusal_text(fx->refusal);
		goto out;
	}
	commit_add_born(&b, &h->st, h->policy, &h->roster, &before, fx, &cmd, &keys, &row->words, in);
	commit_run(&b, &h->st);
	result = b.slots[0].result;
	*why = result == COMMIT_REFUSED ? store_error(&h->st) : "penyimpanan tidak menjawab; ulangi perintahnya";
	/* Not refused for what it is: another try may do. */
	result = result == COMMIT_REFUSED ? COMMIT_UNKNOWN : result;
out:
	memset(&keys, 0, sizeof(keys));
	commit_release(&b);
	free(fx);
	return result;
}

enum legacy_result
legacy_put(struct house *h, const struct legacy_row *row, const char *by, struct code *code, const char **why)
{
	enum legacy_result result = LEGACY_FAILED;
	struct intake in;

	*why = "penyimpanan tidak menjawab; ulangi perintahnya";
	intake_prepare(&in, &h->st, &row->words);
	for (int try = 0; try < TRIES; try++) {
		int rc = look_up(&h->st, &row->facts.from, in.codes, code);
		enum commit_result done;

		if (rc == 1) {
			result = LEGACY_THERE;
			break;
		}
		if (rc < 0) {
			*why = rc == -2 ? "ketiga kode yang mungkin sudah dipakai laporan lain" : *why;
			result = rc == -2 ? LEGACY_REFUSED : LEGACY_FAILED;
			break;
		}
		done = put_once(h, row, &in, by, code, why);
		if (done == COMMIT_OK) {
			result = LEGACY_OK;
			break;
		}
		if (done == COMMIT_REFUSED) {
			result = LEGACY_REFUSED;
			break;
		}
		/* Somebody was faster, has left the roster, or we waited too long: look again. */
		if (house_refresh(h) != 0)
			break;
	}
	intake_release(&in);
	return result;
}

/* How many, from where they came; the rows have entries of their own. */
static void
note_file(struct house *h, const char *by, const struct legacy_sum *sum)
{
	struct commit_batch b = { 0 };
	struct buf note = { 0 };
	struct document d = { .key = KEY_META, .version = -1, .what = LOGGED, .who = by };

	if (sum->open + sum->closed == 0)
		return;
	buf_addf(&note, "terbuka=%zu selesai=%zu sudah-ada=%zu salah=%zu", sum->open, sum->closed, sum->there,
	    sum->faulty + sum->refused);
	d.note = buf_str(&note);
	commit_begin(&b, store_now_ms(&h->st));
	commit_add_document(&b, &h->st, &d);
	if (commit_run(&b, &h->st) != 1)
		log_warn("import_not_noted", "err=\"%s\"", store_error(&h->st));
	commit_release(&b);
	buf_release(&note);
}

static void
refused(const struct legacy_row *row, const char *why, on_legacy_mistake *cb, void *arg)
{
	const struct legacy_mistake m = { row->line, "nomor", why, "baris yang dapat menjadi kasus", why,
	    "a row that can be a case" };

	cb(&m, arg);
}

static void
fail(struct legacy_run *run, const char *why)
{
	run->sum.failed = 1;
	snprintf(run->why, sizeof(run->why), "%s", why);
}

static void
put_row(struct house *h, struct legacy_run *run, const struct legacy_row *row)
{
	const char *why;
	struct code code;

	switch (legacy_put(h, row, run->by, &code, &why)) {
	case LEGACY_OK:
		run->sum.open += (size_t)row->open;
		run->sum.closed += (size_t)!row->open;
		break;
	case LEGACY_THERE:
		run->sum.there++;
		break;
	case LEGACY_REFUSED:
		run->sum.refused++;
		refused(row, why, run->cb, run->arg);
		break;
	case LEGACY_FAILED:
		fail(run, why);
		break;
	}
}

static void
would_put_row(struct house *h, struct legacy_run *run, const struct legacy_row *row)
{
	struct code code;

	switch (legacy_find(&h->st, &row->facts.from, &code)) {
	case 1: run->sum.there++; break;
	case 0:
		run->sum.open += (size_t)row->open;
		run->sum.closed += (size_t)!row->open;
		break;
	default:
		fail(run, store_error(&h->st));
	}
}

static void
one_row(struct house *h, struct legacy_run *run)
{
	const struct legacy_reader with = { .policy = h->policy, .now_ms = h->store_ms, .text_bytes = h->set.text_bytes,
	    .cb = run->cb, .arg = run->arg, .judge = run->judge, .judge_arg = run->judge_arg };
	struct legacy_row row;

	if (legacy_read(run->file, run->sum.read, &with, &row) != 0) {
		run->sum.faulty++;
	} else {
		if (run->write)
			put_row(h, run, &row);
		else
			would_put_row(h, run, &row);
		legacy_row_release(&row);
	}
	run->sum.read += !run->sum.failed;
}

int
legacy_step(struct house *h, struct legacy_run *run, size_t rows)
{
	run->sum.rows = legacy_rows(run->file);
	if (house_refresh(h) != 0)
		fail(run, store_error(&h->st));
	for (size_t i = 0; i < rows && run->sum.read < run->sum.rows && !run->sum.failed; i++)
		one_row(h, run);
	if (run->sum.read < run->sum.rows && !run->sum.failed)
		return 1;
	if (run->write)
		note_file(h, run->by, &run->sum);
	return 0;
}
