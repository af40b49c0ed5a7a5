#include "core/door.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/hash.h"

#define WORD_MAX 48		/* a longer run of letters is cut */
#define FORMS 4			/* as written, as meant, without a long and without a short ending */
#define PARTS_MAX 32		/* the latest of a text */
#define PAIR_REACH 8		/* words between two halves; the router bridges five */
#define PHRASE_MAX 4		/* words of a phrase; longer ones are known by their first four */

/* A set or map of 64-bit hashes: open addressing, a power of two, at most half full. */
struct slot { uint64_t key, value; };
struct table { struct slot *slots; size_t n, used; };

struct door {
	struct table phrases;		/* hashes of phrases */
	struct table parts, pairs;	/* of "kabel ~ putus": each half, and that they belong together */
	struct table alone;		/* "^ tolong $": phrases that must be the whole text */
	struct table slang;		/* hash of the shorthand -> hash of the word meant */
};

/* Order matters: a phrase is the words in their sequence. */
static uint64_t
hash_join(uint64_t phrase, uint64_t word)
{
	return (phrase ^ word) * 0x9e3779b97f4a7c15ULL + 1;
}

static const struct slot *
table_find(const struct table *t, uint64_t key)
{
	size_t at;

	if (t->n == 0)
		return NULL;
	for (at = (size_t)key & (t->n - 1); t->slots[at].key != 0; at = (at + 1) & (t->n - 1))
		if (t->slots[at].key == key)
			return &t->slots[at];
	return NULL;
}

static void
table_put(struct table *t, uint64_t key, uint64_t value)
{
	size_t at;

	if (table_find(t, key) != NULL)
		return;
	if (2 * (t->used + 1) > t->n) {
		struct table bigger = { xcalloc(t->n == 0 ? 256 : 2 * t->n, sizeof(*t->slots)),
		    t->n == 0 ? 256 : 2 * t->n, 0 };

		for (size_t i = 0; i < t->n; i++)
			if (t->slots[i].key != 0)
				table_put(&bigger, t->slots[i].key, t->slots[i].value);
		free(t->slots);
		*t = bigger;
	}
	for (at = (size_t)key & (t->n - 1); t->slots[at].key != 0;)
		at = (at + 1) & (t->n - 1);
	t->slots[at] = (struct slot){ key, value };
	t->used++;
}

/*
 * Reads the next word: lower case, apostrophes dropped, a letter three times or more once, a
 * doubled last letter once.  Returns its length, 0 at the end of the text.
 */
static size_t
next_word(const char *text, size_t len, size_t *at, char word[WORD_MAX])
{
	size_t n = 0, run = 0;

	for (; *at < len; (*at)++) {
		char c = text[*at];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		if (c == '\'' || c == '`')
			continue;
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
			if (n > 0)
				break;
			continue;
		}
		run = n > 0 && word[n - 1] == c ? run + 1 : 1;
		if (run == 3)
			n--;		/* takes the second one back */
		if (run < 3 && n < WORD_MAX)
			word[n++] = c;
	}
	return run == 2 && n > 3 ? n - 1 : n;
}

static uint64_t
hash_word(const char *word, size_t len)
{
	return hash_bytes(HASH_NOTHING, word, len) | 1;		/* never 0: that means "no word" */
}

static uint64_t
hash_next(const char *text, size_t len)
{
	char word[WORD_MAX] = "";
	size_t at = 0;

	return hash_word(word, next_word(text, len, &at, word));
}

static size_t
without(const char *word, size_t len, const char *ending)
{
	size_t n = strlen(ending);

	return len >= n + 4 && memcmp(word + len - n, ending, n) == 0 ? len - n : len;
}

/* In whichever order they stand. */
static uint64_t
hash_pair(uint64_t a, uint64_t b)
{
	return hash_join(hash_join(HASH_NOTHING, a < b ? a : b), a < b ? b : a) | 1;
}

/* 0 if there is no word in it. */
static uint64_t
hash_phrase(const char *s, size_t len)
{
	char word[WORD_MAX];
	uint64_t phrase = HASH_NOTHING;
	size_t at = 0, word_len;
	int n = 0;

	while (n < PHRASE_MAX && (word_len = next_word(s, len, &at, word)) > 0) {
		phrase = hash_join(phrase, hash_word(word, word_len));
		n++;
	}
	return n > 0 ? phrase | 1 : 0;
}

/*
 * "rumah ~ roboh" is known by its first two parts, in whichever order and somewhat
 * further apart than the rule says, for missing danger costs most.  One part alone is not enough:
 * "rumah" stands in every fourth report, and the router takes what is unclear and came by this lane
 * for an emergency.
 */
static void
add_rule(struct door *d, const char *words)
{
	uint64_t first = 0, last = 0;

	if (words[0] == '^' && words[strlen(words) - 1] == '$') {
		table_put(&d->alone, hash_phrase(words + 1, strlen(words) - 2), 1);
		return;
	}
	for (const char *s = words; *s != '\0';) {
		size_t len = strcspn(s, "~*^$");
		uint64_t part = hash_phrase(s, len);

		if (first == 0)
			first = part;
		if (part != 0 && (last == first || last == 0))
			last = part;
		s += len;
		s += *s != '\0';
	}
	if (first == last) {
		if (first != 0)
			table_put(&d->phrases, first, 1);
		return;
	}
	table_put(&d->parts, first, 1);
	table_put(&d->parts, last, 1);
	table_put(&d->pairs, hash_pair(first, last), 1);
}

struct parts_seen { struct { uint64_t part; size_t word; } at[PARTS_MAX]; size_t n; };

/* Whether this part, which ends at that word, stands near its other half. */
static int
completes_pair(const struct door *d, struct parts_seen *seen, uint64_t part, size_t word)
{
	size_t first = seen->n > PARTS_MAX ? seen->n - PARTS_MAX : 0;

	if (table_find(&d->parts, part) == NULL)
		return 0;
	for (size_t i = seen->n; i > first; i--) {
		size_t k = (i - 1) % PARTS_MAX;

		if (word - seen->at[k].word > PAIR_REACH)
			break;
		if (seen->at[k].part == part)
			continue;
		if (table_find(&d->pairs, hash_pair(seen->at[k].part, part)) != NULL)
			return 1;
	}
	seen->at[seen->n % PARTS_MAX].part = part;
	seen->at[seen->n++ % PARTS_MAX].word = word;
	return 0;
}

struct door *
door_new(const struct catalogue *c)
{
	struct door *d = xcalloc(1, sizeof(*d));
	const struct word_rule *rules;
	size_t n = catalogue_words(c, "darurat", &rules);

	for (size_t i = 0; i < n; i++)
		if (rules[i].weight >= DOOR_WEIGHT)
			add_rule(d, rules[i].words);
	n = catalogue_words(c, "slang", &rules);
	for (size_t i = 0; i < n; i++) {
		const char *equals = strstr(rules[i].words, " = ");

		if (equals != NULL)
			table_put(&d->slang, hash_next(rules[i].words,
			    (size_t)(equals - rules[i].words)),
			    hash_next(equals + 3, strlen(equals + 3)));
	}
	return d;
}

void
door_free(struct door *d)
{
	if (d == NULL)
		return;
	free(d->phrases.slots);
	free(d->parts.slots);
	free(d->pairs.slots);
	free(d->alone.slots);
	free(d->slang.slots);
	free(d);
}

int
danger_at_door(const struct door *d, const char *text, size_t len)
{
	uint64_t open[PHRASE_MAX][FORMS] = { { 0 } };	/* phrases that begin at the last words */
	struct parts_seen seen = { .n = 0 };
	char word[WORD_MAX];
	size_t at = 0, n, words = 0;

	while ((n = next_word(text, len, &at, word)) > 0) {
		uint64_t written = hash_word(word, n);
		const struct slot *slang = table_find(&d->slang, written);
		size_t indonesian = without(word, n, "nya"), javanese = without(word, n, "ne");
		uint64_t form[FORMS] = {
			written, slang == NULL ? written : slang->value,
			hash_word(word, indonesian < n ? indonesian : javanese),
			hash_word(word, without(word, n, "e"))
		};

		words++;
		memmove(open[1], open[0], sizeof(open) - sizeof(open[0]));
		for (int f = 0; f < FORMS; f++)
			open[0][f] = HASH_NOTHING;
		for (int back = 0; back < PHRASE_MAX; back++) {
			for (int f = 0; f < FORMS; f++) {
				if (open[back][f] == 0)
					continue;	/* the text began later */
				open[back][f] = hash_join(open[back][f], form[f]);
				if (table_find(&d->phrases, open[back][f] | 1) != NULL ||
				    completes_pair(d, &seen, open[back][f] | 1, words))
					return 1;
			}
		}
	}
	for (int f = 0; f < FORMS && words > 0 && words <= PHRASE_MAX; f++)
		if (table_find(&d->alone, open[words - 1][f] | 1) != NULL)
			return 1;
	return 0;
}
