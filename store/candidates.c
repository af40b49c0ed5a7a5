#include "store/candidates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"
#include "store/looks.h"

#define BATCH 200
#define LOOKED_AT 20000		/* open cases; the regency has some hundreds */

/* Kind, place and time alone say so much, that the words may yet bring it over the line. */
#define WORTH_OPENING (CANDIDATES_LEAST - 250)

/* ---- photos ---- */

#define OWN_LOOKS 8		/* photos of the case that are compared */
#define ALIKE_MOST 64		/* cases whose photos are like one of them */

struct alike {
	const struct case_record *of;
	struct photo_rules rules;
	struct look own[OWN_LOOKS]; int own_n;
	struct { struct code code; enum photo_alike how; } rows[ALIKE_MOST]; int rows_n;
};

static void
take_own(const struct photo_seen *seen, void *arg)
{
	struct alike *a = arg;

	if (seen->of_report && a->own_n < OWN_LOOKS && strcmp(seen->code, a->of->code.s) == 0)
		a->own[a->own_n++] = seen->look;
}

static enum photo_alike
alike_as(const struct alike *a, const struct code *code)
{
	for (int i = 0; i < a->rows_n; i++)
		if (strcmp(a->rows[i].code.s, code->s) == 0)
			return a->rows[i].how;
	return PHOTO_OTHER;
}

static void
note_alike(struct alike *a, const char *code, enum photo_alike how)
{
	for (int i = 0; i < a->rows_n; i++)
		if (strcmp(a->rows[i].code.s, code) == 0) {
			a->rows[i].how = how > a->rows[i].how ? how : a->rows[i].how;
			return;
		}
	if (a->rows_n == ALIKE_MOST)
		return;			/* the latest came first: a picture that so many send goes around */
	snprintf(a->rows[a->rows_n].code.s, sizeof(a->rows[0].code.s), "%s", code);
	a->rows[a->rows_n++].how = how;
}

static void
compare_look(const struct photo_seen *seen, void *arg)
{
	struct alike *a = arg;
	enum photo_alike best = PHOTO_OTHER;

	/* what an officer took shows the thing mended */
	if (!seen->of_report || strcmp(seen->code, a->of->code.s) == 0)
		return;
	for (int i = 0; i < a->own_n; i++) {
		const struct resemblance k = look_compare(&a->own[i], &seen->look);
		enum photo_alike how = photo_likeness(&k, &a->rules);

		best = how > best ? how : best;
	}
	if (best != PHOTO_OTHER)
		note_alike(a, seen->code, best);
}

/* 0 or -1; a case without a picture is like none. */
static int
find_alike(struct store *st, const struct settings *set, const struct case_record *of, struct alike *a)
{
	a->of = of;
	a->rules = looks_rules(set);
	a->own_n = a->rows_n = 0;
	if (of->files_n == 0)
		return 0;
	if (looks_each(st, set->photo_looks, take_own, a) < 0)
		return -1;
	return a->own_n == 0 || looks_each(st, set->photo_looks, compare_look, a) >= 0 ? 0 : -1;
}

/* ---- all of it ---- */

static int
is_comparable(const struct case_record *of, const struct case_record *c)
{
	/* An old complaint that is still open is as old as it is: its time says nothing against it. */
	int64_t apart = case_is_legacy(c) || case_is_legacy(of) ? 0 : of->received_ms - c->received_ms;

	return !c->sealed && c->state != CASE_DITUTUP && c->latihan == of->latihan && strcmp(c->code.s, of->code.s) != 0 &&
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
compare(struct store *st, const struct policy *p, const struct alike *a, const char *text, const struct stored_case *s,
    struct candidate out[CANDIDATES_MOST], int *n)
{
	static struct candidate c;
	struct laporan words = { 0 };
	struct case_keys keys;
	char lookup[33];
	enum photo_alike alike;

	if (!s->readable || s->version <= 0 || !is_comparable(a->of, &s->c))
		return;
	c.c = s->c;
	alike = alike_as(a, &s->c.code);
	likeness_of(&c.like, p, a->of, "", &s->c, "");
	if (c.like.score < WORTH_OPENING && alike == PHOTO_OTHER)
		return;
	if (stored_case_open(s, st, &keys, &words, lookup) == 0)
		likeness_of(&c.like, p, a->of, text, &s->c, words.text != NULL ? words.text : "");
	likeness_add_photo(&c.like, alike);
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
candidates_find(struct store *st, const struct policy *p, const struct settings *set, const struct stored_case *of,
    struct candidate out[CANDIDATES_MOST], int *truncated)
{
	static struct alike alike;
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
	if (r == NULL || r->type != REDIS_REPLY_ARRAY || find_alike(st, set, &of->c, &alike) != 0)
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
				compare(st, p, &alike, words.text != NULL ? words.text : "", &s[i], out, &n);
			stored_case_release(&s[i]);
		}
	}
	*truncated = n >= 0 && r->elements > LOOKED_AT;
	freeReplyObject(r);
	laporan_release(&words);
	return n;
}

/* The codes, and behind them those of whose photos are alike and that are not among them; how many. */
static size_t
join(struct code *out, const struct code *codes, size_t codes_n, const struct alike *a)
{
	size_t n = codes_n;

	memcpy(out, codes, codes_n * sizeof(*codes));
	for (int i = 0; i < a->rows_n; i++) {
		size_t at = 0;

		while (at < codes_n && strcmp(codes[at].s, a->rows[i].code.s) != 0)
			at++;
		if (at == codes_n)
			out[n++] = a->rows[i].code;
	}
	return n;
}

int
candidates_among(struct store *st, const struct policy *p, const struct settings *set, const struct stored_case *of,
    const struct code *codes, size_t codes_n, struct candidate out[CANDIDATES_MOST])
{
	static struct alike alike;
	struct laporan words = { 0 };
	struct case_keys keys;
	struct code *all;
	char lookup[33];
	size_t all_n;
	int n = 0;

	if (of->c.sealed || of->version <= 0)
		return 0;
	if (find_alike(st, set, &of->c, &alike) != 0)
		return -1;
	all = xcalloc(codes_n + ALIKE_MOST, sizeof(*all));
	all_n = join(all, codes, codes_n, &alike);
	if (stored_case_open(of, st, &keys, &words, lookup) != 0)
		memset(&words, 0, sizeof(words));
	for (size_t at = 0; n >= 0 && at < all_n; at += BATCH) {
		static struct stored_case s[BATCH];
		size_t got = all_n - at < BATCH ? all_n - at : BATCH;

		if (cases_load(st, all + at, got, s) != 0)
			n = -1;
		for (size_t i = 0; i < got; i++) {
			if (n >= 0)
				compare(st, p, &alike, words.text != NULL ? words.text : "", &s[i], out, &n);
			stored_case_release(&s[i]);
		}
	}
	free(all);
	laporan_release(&words);
	return n;
}

void
candidates_to_json(struct buf *b, const struct candidate *list, int n)
{
	buf_addc(b, '[');
	for (int i = 0; i < n; i++) {
		const struct candidate *k = &list[i];

		buf_addf(b, "%s{\"code\":\"%s\",\"score\":%d.%03d,\"kind\":%d,\"place_score\":%d,\"time\":%d,\"text\":%d,"
		    "\"photo\":%d", i ? "," : "", k->c.code.s, k->like.score / 1000, k->like.score % 1000, k->like.kind,
		    k->like.place, k->like.time, k->like.text, k->like.photo);
		buf_add_pair(b, "place", k->c.place);
		buf_add_pair(b, "state", case_state_name(k->c.state));
		buf_add_pair(b, "lead", k->c.lead);
		buf_add_pair(b, "incident", k->c.incident);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}
