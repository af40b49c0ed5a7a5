#include "store/hold.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/archive.h"
#include "store/cases.h"
#include "store/commit.h"
#include "store/erase.h"

int
hold_is_reference(const char *s)
{
	int digits = 0;
	size_t i;

	for (i = 0; s[i] != '\0'; i++) {
		if (!isalnum((unsigned char)s[i]) && strchr(" /.-", s[i]) == NULL)
			return 0;
		digits |= isdigit((unsigned char)s[i]);
	}
	return digits && i < HOLD_REFERENCE_CHARS && s[0] != ' ';
}

/* "1795305071385 KPL-1 LP/B/12/2026" */
static int
read_hold(struct hold *h, const char *code, const char *value)
{
	int at = 0;

	memset(h, 0, sizeof(*h));
	snprintf(h->code, sizeof(h->code), "%s", code);
	if (sscanf(value, "%" SCNd64 " %23s %n", &h->since_ms, h->by, &at) != 2 || at == 0)
		return -1;
	snprintf(h->reference, sizeof(h->reference), "%s", value + at);
	return 0;
}

int
holds_load(struct store *st, struct holds *out)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	buf_add_key(&key, &st->keys, KEY_HOLDS, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGETALL %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY) {
		rc = 0;
		out->list = xcalloc(r->elements / 2 + 1, sizeof(*out->list));
		/* One that cannot be read holds none the less. */
		for (size_t i = 0; i + 1 < r->elements; i += 2)
			(void)read_hold(&out->list[out->n++], r->element[i]->str, r->element[i + 1]->str);
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

void
holds_free(struct holds *h)
{
	free(h->list);
	memset(h, 0, sizeof(*h));
}

const struct hold *
hold_find(const struct holds *h, const char *code)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->list[i].code, code) == 0)
			return &h->list[i];
	return NULL;
}

static enum hold_result
put(struct store *st, const struct document *d)
{
	struct commit_batch b = { 0 };
	enum hold_result result;

	commit_begin(&b, store_now_ms(st));
	commit_add_document(&b, st, d);
	result = commit_run(&b, st) == 1 ? HOLD_DONE : HOLD_FAILED;
	commit_release(&b);
	return result;
}

enum { NOT_THERE, IS_THERE, IS_ARCHIVED };

/* NOT_THERE: no such case, or erased; -1 no answer. */
static int
look(struct store *st, const struct code *code)
{
	struct stored_case s;
	int there;

	if (cases_load(st, code, 1, &s) != 0)
		return -1;
	there = !s.there || s.wrapped.len == 0 ? NOT_THERE : s.archived ? IS_ARCHIVED : IS_THERE;
	stored_case_release(&s);
	return there;
}

/*
 * Erasing asks in its commit that nothing holds the case, so once it is held only an erasing that began before can
 * take it away: that of an archived case goes on in the file, with the archive to itself.
 */
static int
look_again(struct store *st, const struct code *code, int there)
{
	struct archive *a;

	if (there != IS_ARCHIVED)
		return look(st, code);
	a = archive_alone(st);
	there = a != NULL ? look(st, code) : -1;
	archive_close(a);
	return there;
}

/* What is called held is there. */
enum hold_result
hold_set(struct store *st, const struct code *code, const char *by, const char *reference)
{
	char value[24 + OFFICER_ID_CHARS + HOLD_REFERENCE_CHARS], note[CODE_CHARS + 1 + HOLD_REFERENCE_CHARS];
	const struct document d = {
		.key = KEY_META, .version = -1, .what = "tahan", .who = by, .note = note,
		.index = { { KEY_HOLDS, NULL, 's', code->s, value } }, .index_n = 1,
	};
	int there = look(st, code);

	if (there <= NOT_THERE)
		return there == NOT_THERE ? HOLD_NONE : HOLD_FAILED;
	snprintf(value, sizeof(value), "%" PRId64 " %s %s", store_now_ms(st), by, reference);
	snprintf(note, sizeof(note), "%s %s", code->s, reference);
	if (put(st, &d) != HOLD_DONE)
		return HOLD_FAILED;
	there = look_again(st, code, there);
	if (there == NOT_THERE && hold_end(st, code, by) == HOLD_FAILED)
		there = -1;
	return there > NOT_THERE ? HOLD_DONE : there == NOT_THERE ? HOLD_NONE : HOLD_FAILED;
}

enum hold_result
hold_end(struct store *st, const struct code *code, const char *by)
{
	const struct document d = {
		.key = KEY_META, .version = -1, .what = "tahan-lepas", .who = by, .note = code->s,
		.index = { { KEY_HOLDS, NULL, 'd', code->s, "" } }, .index_n = 1,
	};
	struct holds held;
	int is;

	if (holds_load(st, &held) != 0) {
		holds_free(&held);
		return HOLD_FAILED;
	}
	is = hold_find(&held, code->s) != NULL;
	holds_free(&held);
	return is ? put(st, &d) : HOLD_NONE;
}
