#include "store/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
part_name(struct part_name *out, const struct store *st, const char *from, const char *to,
    const struct sms_part *place)
{
	struct buf text = { 0 };

	memset(out, 0, sizeof(*out));
	out->place = *place;
	buf_addf(&text, "parts\n%s\n%s\n%u\n%u", from, to, place->reference, place->total);
	lookup_of(out->set, &st->lookup, buf_str(&text));
	buf_wipe(&text);
}

static void
add_keys(struct redis_args *keys, const struct store *st, const char *set)
{
	args_add_key(keys, st, KEY_META, NULL, NULL);
	if (set != NULL)
		args_add_key(keys, st, KEY_PART, set, NULL);
	args_add_key(keys, st, KEY_PARTS, NULL, NULL);
}

void
part_args(struct redis_args *out, const struct store *st, const struct part_name *name,
    const char *id, const struct buf *sealed, int64_t wait_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };

	add_keys(&keys, st, name->set);
	redis_args_adds(&args, name->set);
	redis_args_addi(&args, name->place.number);
	redis_args_addi(&args, name->place.total);
	redis_args_adds(&args, id);
	redis_args_add(&args, sealed->data, sealed->len);
	redis_args_addi(&args, wait_ms);
	store_call_args(out, "kt_part", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
}

/* From the pieces of a reply, the first at from: "" is missing. */
static void
read_pieces(struct part_answer *a, const redisReply *r, size_t from)
{
	for (size_t i = from; i < r->elements && a->n < SMS_PARTS; i++)
		a->pieces[a->n++] = r->element[i]->len > 0 ? r->element[i] : NULL;
}

void
part_answer(struct part_answer *a, const redisReply *r)
{
	static const char *const words[] = { [PART_WAITING] = "waiting", [PART_WHOLE] = "whole",
	    [PART_KNOWN] = "known", [PART_LATE] = "late", [PART_ALONE] = "alone", [PART_BUSY] = "busy" };

	memset(a, 0, sizeof(*a));
	a->word = PART_AWAY;
	if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements < 3)
		return;
	for (size_t i = 0; i < N_ELEMS(words); i++)
		if (strcmp(words[i], r->element[0]->str) == 0)
			a->word = (enum part_word)i;
	snprintf(a->born, sizeof(a->born), "%s", r->element[1]->str);
	code_parse(&a->code, r->element[2]->str, r->element[2]->len);
	read_pieces(a, r, 3);
}

void
parts_due_args(struct redis_args *out, const struct store *st, int most, int64_t lease_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };
	struct buf prefix = { 0 };

	add_keys(&keys, st, NULL);
	buf_add_key(&prefix, &st->keys, KEY_PART, NULL, NULL);
	redis_args_add(&args, prefix.data, prefix.len);
	redis_args_addi(&args, most);
	redis_args_addi(&args, lease_ms);
	store_call_args(out, "kt_parts", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
	buf_release(&prefix);
}

int
parts_due(struct part_answer *a, char set[LOOKUP_CHARS + 1], const redisReply *r, size_t i)
{
	const redisReply *one;

	memset(a, 0, sizeof(*a));
	if (r == NULL || r->type != REDIS_REPLY_ARRAY || i >= r->elements)
		return 0;
	one = r->element[i];
	if (one->type != REDIS_REPLY_ARRAY || one->elements < 2)
		return 0;
	a->word = PART_WHOLE;
	snprintf(set, LOOKUP_CHARS + 1, "%s", one->element[0]->str);
	snprintf(a->born, sizeof(a->born), "%s", one->element[1]->str);
	read_pieces(a, one, 2);
	return 1;
}

void
parts_taken_args(struct redis_args *out, const struct store *st, const char *set,
    const char *born, const struct code *code, int64_t keep_ms)
{
	struct redis_args keys = { 0 }, args = { 0 };

	add_keys(&keys, st, set);
	redis_args_adds(&args, set);
	redis_args_adds(&args, born);
	redis_args_adds(&args, code->s);
	redis_args_addi(&args, keep_ms);
	store_call_args(out, "kt_parts_taken", &keys, &args);
	redis_args_release(&keys);
	redis_args_release(&args);
}
