#include "router/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "router/work.h"

#define FIELD_CHARS INCIDENT_CHARS

/* Clear of doubts: an emergency, open to all, of a kind and a place. */
static int
is_cry(const struct understanding *u)
{
	return u->urgency == URGENCY_DARURAT && !u->sealed && u->place[0] != '\0';
}

/* "kebakaran 35.10.14.2012" */
static void
field_of(char out[FIELD_CHARS], const struct understanding *u)
{
	snprintf(out, FIELD_CHARS, "%.24s %.*s", u->category, PLACE_CODE_CHARS - 1, u->place);
}

/* The case whose cry of that kind and place stands there, if it came within the time; 0, -1 there is none. */
static int
load_cry(struct router *r, enum key_id where, const struct understanding *u, struct stored_case *s)
{
	char field[FIELD_CHARS];
	struct buf key = { 0 };
	struct code code;
	redisReply *a;
	int rc = -1;

	field_of(field, u);
	buf_add_key(&key, &r->h.st.keys, where, NULL, NULL);
	a = redis_pipe_command(r->h.st.pipe, "HGET %b %s", key.data, key.len, field);
	if (a != NULL && a->type == REDIS_REPLY_STRING && a->len > CODE_CHARS &&
	    strtoll(a->str + CODE_CHARS, NULL, 10) > r->now_ms - r->h.set.support_ms &&
	    code_parse(&code, a->str, CODE_CHARS) == 0 && cases_load(&r->h.st, &code, 1, s) == 0) {
		rc = s->there && s->readable && s->version > 0 && !s->archived ? 0 : -1;
		if (rc != 0)
			stored_case_release(s);
	}
	freeReplyObject(a);
	buf_release(&key);
	return rc;
}

static int
is_another(const struct case_record *c, const struct entry *e)
{
	return c->reporter[0] != '\0' && strcmp(c->reporter, e->lookup) != 0;
}

int
support_found(struct router *r, const struct entry *e)
{
	struct stored_case s;
	int found;

	if (!is_cry(&e->u))
		return 0;
	if (load_cry(r, KEY_CRIES, &e->u, &s) != 0)
		return 0;
	/* what was rejected or taken back since supports nobody */
	found = is_another(&s.c, e) && !s.c.doubted && s.c.state != CASE_DITUTUP;
	stored_case_release(&s);
	return found;
}

static void
write_cry(struct router *r, const struct entry *e, struct commit_batch *b, enum key_id where)
{
	char field[FIELD_CHARS], value[CODE_CHARS + 24];

	field_of(field, &e->u);
	snprintf(value, sizeof(value), "%s %" PRId64, e->code.s, r->now_ms);
	commit_beside(b, where, NULL, 's', field, value);
}

void
support_note(struct router *r, const struct entry *e, struct commit_batch *b)
{
	struct stored_case s;
	int waits;

	if (!is_cry(&e->u) || e->lookup[0] == '\0' || e->words.latihan || (e->u.unsure && !e->held))
		return;
	waits = r->cries_held && load_cry(r, KEY_HELD, &e->u, &s) == 0;
	if (waits) {
		waits = s.c.doubted && s.c.state == CASE_BARU;
		if (waits && !e->doubted && is_another(&s.c, e)) {
			/* it is read again, and found supported: behind this one, in the lane of emergencies */
			commit_beside(b, KEY_IN, "e", 'x', "c", s.c.code.s);
			log_info("supported", "case=%s by=%s", s.c.code.s, e->code.s);
		}
		stored_case_release(&s);
	}
	if (!e->held)
		write_cry(r, e, b, KEY_CRIES);
	else if (!waits)
		write_cry(r, e, b, KEY_HELD);
	r->cries_held |= e->held;
}
