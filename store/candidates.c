#include "store/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"

#define BATCH 200
#define LOOKED_AT 20000		/* open cases; the regency has some hundreds */

/* Kind, place and time alone say so much, that the words may yet bring it over the line. */
#define WORTH_OPENING (CANDIDATES_LEAST - 250)

static int
is_comparable(const struct case_record *of, const struct case_record *c)
{
	int64_t apart = of->received_ms - c->received_ms;

	return !c->sealed && c->latihan == of->latihan && strcmp(c->code.s, of->code.s) != 0 &&
	    apart <= CANDIDATES_AGE_MS && apart >= -CANDIDATES_AGE_MS && (of->lead[0] == '\0' || strcmp(of->lead, c->lead) != 0);
}

static void
insert(struct candidate out[CANDIDATES_MOST], int *n, const struct candidate *c)
{
	int at = *n;

	while (at > 0 && out[at - 1].like.score < c->like.score)
		at--;
	if (at == CANDIDATES_MOST)
		return;
	if (*n < CANDIDATES_MOST)
		++*n;
	memmove(out + at + 1, out + at, sizeof(*out) * (size_t)(*n - 1 - at));
	out[at] = *c;
}

static void
compare(struct store *st, const struct policy *p, const struct case_record *of, const char *text,
    const struct stored_case *s, struct candidate out[CANDIDATES_MOST], int *n)
{
	static struct candidate c;
	struct laporan words = { 0 };
	struct case_keys keys;
	char lookup[33];

	if (!s->readable || s->version <= 0 || !is_comparable(of, &s->c))
		return;
	c.c = s->c;
	likeness_of(&c.like, p, of, "", &s->c, "");
	if (c.like.score < WORTH_OPENING)
		return;
	if (stored_case_open(s, st, &keys, &words, lookup) == 0)
		likeness_of(&c.like, p, of, text, &s->c, words.text != NULL ? words.text : "");
	laporan_release(&words);
	if (c.like.score >= CANDIDATES_LEAST)
		insert(out, n, &c);
}

/* Codes of open cases; the caller frees.  -1 no answer. */
static redisReply *
open_cases(struct store *st)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &st->keys, KEY_DUE, NULL, NULL);
	r = redis_pipe_command(st->pipe, "ZRANGE %b 0 %d", key.data, key.len, LOOKED_AT);
	buf_release(&key);
	return r;
}

int
candidates_find(struct store *st, const struct policy *p, const struct stored_case *of,
    struct candidate out[CANDIDATES_MOST], int *truncated)
{
	struct laporan words = { 0 };
	struct case_keys keys;
	char lookup[33];
	redisReply *r;
	int n = 0;

	*truncated = 0;
	if (of->c.sealed || of->version <= 0)
		return 0;
	if (stored_case_open(of, st, &keys, &words, lookup) != 0)
		memset(&words, 0, sizeof(words));	/* erased: by kind, place and time alone */
	r = open_cases(st);
	if (r == NULL || r->type != REDIS_REPLY_ARRAY)
		n = -1;
	for (size_t at = 0; n >= 0 && at < r->elements && at < LOOKED_AT;) {
		struct code codes[BATCH];
		static struct stored_case s[BATCH];
		size_t got = 0;

		for (; at < r->elements && got < BATCH; at++)
			got += code_parse(&codes[got], r->element[at]->str, r->element[at]->len) == 0;
		if (cases_load(st, codes, got, s) != 0)
			n = -1;
		for (size_t i = 0; i < got; i++) {
			if (n >= 0)
				compare(st, p, &of->c, words.text != NULL ? words.text : "", &s[i], out, &n);
			stored_case_release(&s[i]);
		}
	}
	*truncated = n >= 0 && r->elements > LOOKED_AT;
	freeReplyObject(r);
	laporan_release(&words);
	return n;
}

int
candidates_among(struct store *st, const struct policy *p, const struct stored_case *of,
    const struct code *codes, size_t codes_n, struct candidate out[CANDIDATES_MOST])
{
	struct laporan words = { 0 };
	struct case_keys keys;
	char lookup[33];
	int n = 0;

	if (of->c.sealed || of->version <= 0 || codes_n == 0)
		return 0;
	if (stored_case_open(of, st, &keys, &words, lookup) != 0)
		memset(&words, 0, sizeof(words));
	for (size_t at = 0; n >= 0 && at < codes_n; at += BATCH) {
		static struct stored_case s[BATCH];
		size_t got = codes_n - at < BATCH ? codes_n - at : BATCH;

		if (cases_load(st, codes + at, got, s) != 0)
			n = -1;
		for (size_t i = 0; i < got; i++) {
			if (n >= 0)
				compare(st, p, &of->c, words.text != NULL ? words.text : "", &s[i], out, &n);
			stored_case_release(&s[i]);
		}
	}
	laporan_release(&words);
	return n;
}

void
candidates_to_json(struct buf *b, const struct candidate *list, int n)
{
	buf_addc(b, '[');
	for (int i = 0; i < n; i++) {
		const struct candidate *k = &list[i];

		buf_addf(b, "%s{\"code\":\"%s\",\"score\":%d.%03d,\"kind\":%d,\"place_score\":%d,\"time\":%d,\"text\":%d",
		    i ? "," : "", k->c.code.s, k->like.score / 1000, k->like.score % 1000, k->like.kind,
		    k->like.place, k->like.time, k->like.text);
		buf_add_pair(b, "place", k->c.place);
		buf_add_pair(b, "state", case_state_name(k->c.state));
		buf_add_pair(b, "lead", k->c.lead);
		buf_add_pair(b, "incident", k->c.incident);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}
