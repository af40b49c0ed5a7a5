#include "store/document.h"

#include <stdlib.h>
#include <string.h>

void
document_key(struct seal_key *key, const struct store *st, const char *label)
{
	digest_of(key->bytes, &st->master, label, strlen(label));
}

int
document_load(struct store *st, enum key_id id, const char *part, const char *label,
    const char *purpose, int64_t *version, struct buf *plain)
{
	struct buf key = { 0 };
	struct seal_key seal;
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &st->keys, id, part, NULL);
	r = redis_pipe_command(st->pipe, "HMGET %b v d", key.data, key.len);
	document_key(&seal, st, label);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
		const redisReply *v = r->element[0], *d = r->element[1];

		*version = v->type == REDIS_REPLY_STRING ? strtoll(v->str, NULL, 10) : 0;
		rc = d->type == REDIS_REPLY_STRING &&
		    seal_open(plain, &seal, purpose, d->str, d->len) == 0;
	}
	freeReplyObject(r);
	buf_release(&key);
	return rc;
}

void
document_gone(struct document_index out[DOCUMENT_FIELDS], enum key_id id, const char *part)
{
	static const char *const fields[DOCUMENT_FIELDS] = { "d", "v", "q", "i" };

	for (int i = 0; i < DOCUMENT_FIELDS; i++)
		out[i] = (struct document_index){ id, part, 'd', fields[i], "" };
}
