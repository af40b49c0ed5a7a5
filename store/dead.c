#include "store/dead.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/commit.h"

#define AGAIN "kirim-ulang"
#define ASIDE "kesampingkan"

/* ---- the list ---- */

/* "CODE.7.r2" was sent again twice; "CODE" is a report. */
static void
read_letter(struct dead_letter *l, const char *id, const char *value)
{
	const char *dot = strchr(id, '.'), *again = strstr(id, ".r");
	long long at = 0;

	memset(l, 0, sizeof(*l));
	snprintf(l->id, sizeof(l->id), "%s", id);
	if ((dot != NULL ? (size_t)(dot - id) : strlen(id)) == CODE_CHARS)
		snprintf(l->code, sizeof(l->code), "%.*s", CODE_CHARS, id);
	if (sscanf(value, "%lld %d %23s", &at, &l->tries, l->why) != 3)
		snprintf(l->why, sizeof(l->why), "?");
	l->at_ms = at;
	l->again = again != NULL ? (int)strtol(again + 2, NULL, 10) : 0;
}

static redisReply *
ask(struct store *st, const char *command, const char *id)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &st->keys, KEY_DEAD, NULL, NULL);
	r = redis_pipe_command(st->pipe, command, key.data, key.len, id);
	buf_release(&key);
	return r;
}

static int
latest_first(const void *a, const void *b)
{
	const struct dead_letter *x = a, *y = b;

	return x->at_ms != y->at_ms ? (x->at_ms < y->at_ms) - (x->at_ms > y->at_ms) : strcmp(x->id, y->id);
}

int
dead_list(struct store *st, struct dead_letter *out, int most, int *all)
{
	redisReply *r = ask(st, "HGETALL %b", NULL);
	struct dead_letter *list;
	int n;

	if (r == NULL || r->type != REDIS_REPLY_ARRAY) {
		freeReplyObject(r);
		return -1;
	}
	*all = (int)(r->elements / 2);
	list = xcalloc((size_t)*all + 1, sizeof(*list));
	for (int i = 0; i < *all; i++)
		read_letter(&list[i], r->element[2 * i]->str, r->element[2 * i + 1]->str);
	qsort(list, (size_t)*all, sizeof(*list), latest_first);
	n = *all < most ? *all : most;
	memcpy(out, list, (size_t)n * sizeof(*out));
	free(list);
	freeReplyObject(r);
	return n;
}

int
dead_find(struct store *st, const char *id, struct dead_letter *out)
{
	redisReply *r = ask(st, "HGET %b %s", id);
	int rc = r == NULL || r->type == REDIS_REPLY_ERROR ? -1 : r->type == REDIS_REPLY_STRING;

	if (rc == 1)
		read_letter(out, id, r->str);
	freeReplyObject(r);
	return rc;
}

int
dead_sweep(struct store *st, int64_t before_ms)
{
	redisReply *r = ask(st, "HGETALL %b", NULL);
	int n = 0;

	if (r == NULL || r->type != REDIS_REPLY_ARRAY) {
		freeReplyObject(r);
		return -1;
	}
	for (size_t i = 0; i + 1 < r->elements; i += 2)
		if (strtoll(r->element[i + 1]->str, NULL, 10) < before_ms) {
			freeReplyObject(ask(st, "HDEL %b %s", r->element[i]->str));
			n++;
		}
	freeReplyObject(r);
	return n;
}

/* ---- acts ---- */

#define LISTED_CHARS 64
/* It must still be listed as it was seen: of two who act at once the second finds it gone. */
static void
listed_as(char out[LISTED_CHARS], const struct dead_letter *l)
{
	snprintf(out, LISTED_CHARS, "%" PRId64 " %d %s", l->at_ms, l->tries, l->why);
}

static enum dead_result
outcome(struct commit_batch *b, struct store *st)
{
	enum commit_result r;

	commit_run(b, st);
	r = b->slots[0].result;
	commit_release(b);
	return r == COMMIT_OK ? DEAD_DONE : r == COMMIT_CONFLICT ? DEAD_GONE : DEAD_FAILED;
}

static enum dead_result
send(struct store *st, const struct dead_letter *l, const struct answer *a, const struct case_keys *keys)
{
	struct commit_batch b = { 0 };
	char value[LISTED_CHARS];

	listed_as(value, l);
	commit_begin(&b, store_now_ms(st));
	commit_beside(&b, KEY_DEAD, NULL, '=', l->id, value);
	commit_beside(&b, KEY_DEAD, NULL, 'd', l->id, "");
	commit_add_answer(&b, st, a, keys, NULL);
	return outcome(&b, st);
}

/* The same message whichever way it went, and whichever time this is: "CODE.7.b", "CODE.7.r1.b". */
static void
next_name(char out[OUTBOX_ID_CHARS], const struct dead_letter *l)
{
	size_t len = strlen(l->id);
	const char *again = strstr(l->id, ".r");

	if (again != NULL)
		len = (size_t)(again - l->id);
	else if (len > 2 && l->id[len - 2] == '.' && l->id[len - 1] >= 'a' && l->id[len - 1] <= 'z')
		len -= 2;
	snprintf(out, OUTBOX_ID_CHARS, "%.*s.r%d", (int)(len < 40 ? len : 40), l->id, l->again + 1);
}

enum dead_result
dead_again(struct store *st, const struct dead_letter *l, const char *text, const char *by, int64_t keep_ms)
{
	struct outbox_item it;
	struct case_keys keys;
	struct buf said = { 0 }, note = { 0 };
	char route[WAY_CHARS];
	enum dead_result result = DEAD_ERASED;
	int rc;

	if (l->again >= DEAD_AGAIN_MOST)
		return DEAD_MANY;
	rc = outbox_peek(st, l->id, &it, route);
	if (rc < 0)
		return DEAD_FAILED;
	if (rc == 1) {
		struct answer a = { .what = AGAIN, .actor = by, .kind = it.kind, .route = route, .to = buf_str(&it.to),
		    .text = &said, .text_lang = it.lang[0] != '\0' ? it.lang : NULL, .latihan = it.latihan,
		    .lane_e = it.lane_e, .heard_ms = it.heard_ms, .not_after_ms = store_now_ms(st) + keep_ms };

		keys.key = it.key;
		memcpy(keys.wrapped, it.wrapped, sizeof(keys.wrapped));
		if (text != NULL)
			buf_adds(&said, text);	/* a drill is marked again where it is stored */
		else
			buf_add(&said, buf_str(&it.text), it.text.len);
		next_name(a.id, l);
		snprintf(a.code, sizeof(a.code), "%s", l->code);
		buf_addf(&note, "%s -> %s%s%s", l->id, a.id, text != NULL ? ": " : "", text != NULL ? buf_str(&said) : "");
		a.note = buf_str(&note);
		result = send(st, l, &a, &keys);
		outbox_item_release(&it);
		memset(&keys, 0, sizeof(keys));
	}
	buf_wipe(&said);
	buf_wipe(&note);
	return result;
}

static const char *const reasons[] = { [ASIDE_TOLD] = "sudah-diberi-tahu", [ASIDE_LATE] = "tidak-perlu-lagi",
    [ASIDE_WRONG] = "alamat-salah", [ASIDE_DONE] = "sudah-dikerjakan" };

const char *
dead_reason_name(enum dead_reason why)
{
	return why < ASIDE_N ? reasons[why] : NULL;
}

enum dead_result
dead_aside(struct store *st, const struct dead_letter *l, enum dead_reason why, const char *by)
{
	struct buf detail = { 0 };
	char value[LISTED_CHARS];
	struct document d = { .key = KEY_META, .version = -1, .what = ASIDE, .who = by,
	    .index = { { KEY_DEAD, NULL, '=', l->id, value }, { KEY_DEAD, NULL, 'd', l->id, "" } }, .index_n = 2 };
	struct commit_batch b = { 0 };
	enum dead_result result;

	listed_as(value, l);
	buf_addf(&detail, "%s %s", l->id, reasons[why]);
	d.note = buf_str(&detail);
	commit_begin(&b, store_now_ms(st));
	commit_add_document(&b, st, &d);
	result = outcome(&b, st);
	buf_release(&detail);
	return result;
}
