#include "store/canary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "kenari."
#define DOOR "pintu"

const char *const canary_channels[] = { "sms", "web", NULL };

void
canary_id(char out[CANARY_ID_CHARS], const struct store *st, const char *channel, int64_t sent_ms)
{
	char proof[LOOKUP_CHARS + 1];

	snprintf(out, CANARY_ID_CHARS, PREFIX "%.*s.%" PRId64, CANARY_CHANNEL_CHARS - 1, channel, sent_ms);
	lookup_of(proof, &st->lookup, out);	/* no number or address begins so */
	snprintf(out + strlen(out), CANARY_ID_CHARS - strlen(out), ".%s", proof);
}

int
canary_of_id(const struct store *st, const char *id, char channel[CANARY_CHANNEL_CHARS], int64_t *sent_ms)
{
	char own[CANARY_ID_CHARS], name[CANARY_CHANNEL_CHARS];
	int64_t ms;

	if (id == NULL || sscanf(id, PREFIX "%7[a-z].%" SCNd64 ".", name, &ms) != 2)
		return -1;
	canary_id(own, st, name, ms);
	if (strcmp(own, id) != 0)
		return -1;
	if (channel != NULL)
		memcpy(channel, name, sizeof(name));
	if (sent_ms != NULL)
		*sent_ms = ms;
	return 0;
}

static int
field_get(struct store *st, const char *field, char out[CANARY_SAID_CHARS])
{
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_CANARY, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HGET %b %s", key.data, key.len, field);
	if (r != NULL && r->type != REDIS_REPLY_ERROR)
		rc = r->type == REDIS_REPLY_STRING;
	snprintf(out, CANARY_SAID_CHARS, "%s", rc == 1 ? r->str : "");
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

static int
field_set(struct store *st, const char *field, const char *value)
{
	struct buf key = { 0 };
	redisReply *r;
	int rc;

	buf_add_key(&key, &st->keys, KEY_CANARY, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HSET %b %s %s", key.data, key.len, field, value);
	rc = r != NULL && r->type == REDIS_REPLY_INTEGER ? 0 : -1;
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

int
canary_door(struct store *st, char out[CANARY_SAID_CHARS])
{
	return field_get(st, DOOR, out);
}

int
canary_set_door(struct store *st, const char *url)
{
	return field_set(st, DOOR, url);
}

/* "1795373253138 lampu-jalan" */
static int
take_apart(const char *value, int64_t *ms, char words[CANARY_SAID_CHARS])
{
	char *end;

	*ms = strtoll(value, &end, 10);
	snprintf(words, CANARY_SAID_CHARS, "%s", end + (*end == ' '));
	return 1;
}

int
canary_heard(struct store *st, const char *channel, int64_t *sent_ms, char category[CANARY_SAID_CHARS])
{
	char value[CANARY_SAID_CHARS];
	int rc = field_get(st, channel, value);

	return rc == 1 ? take_apart(value, sent_ms, category) : rc;
}

void
canary_hearing(char out[CANARY_SAID_CHARS], int64_t sent_ms, const char *category)
{
	snprintf(out, CANARY_SAID_CHARS, "%" PRId64 " %s", sent_ms, category);
}

static void
verdict_of(char out[CANARY_CHANNEL_CHARS + 8], const char *channel)
{
	snprintf(out, CANARY_CHANNEL_CHARS + 8, "%.*s.hasil", CANARY_CHANNEL_CHARS - 1, channel);
}

int
canary_say(struct store *st, const char *channel, int64_t since_ms, const char *what)
{
	char field[CANARY_CHANNEL_CHARS + 8], value[CANARY_SAID_CHARS];

	verdict_of(field, channel);
	canary_hearing(value, since_ms, what);
	return field_set(st, field, value);
}

int
canary_said(struct store *st, const char *channel, int64_t *since_ms, char what[CANARY_SAID_CHARS])
{
	char field[CANARY_CHANNEL_CHARS + 8], value[CANARY_SAID_CHARS];
	int rc;

	verdict_of(field, channel);
	rc = field_get(st, field, value);
	return rc == 1 ? take_apart(value, since_ms, what) : rc;
}
