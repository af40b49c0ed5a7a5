#include "core/door.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#define WORD_MAX 48		/* a longer run of letters is cut */
#define FORMS 4		/* as written, as meant, without a long and without a short ending */
#define PHRASE_MAX 4		/* words of a phrase; longer ones are known by their first four */
#define SEED 14695981039346656037ULL

/* A set or map of 64-bit hashes: open addressing, a power of two, at most half full. */
struct slot { uint64_t key, value; };
struct table { struct slot *slots; size_t n, used; };

struct door {
	struct table phrases;		/* hashes of phrases */
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
	uint64_t h = SEED;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)word[i]) * 1099511628211ULL;	/* FNV-1a */
	return h | 1;		/* never 0: that means "no word" */
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

static void
add_phrase(struct door *d, const char *s, size_t len)
{
	char word[WORD_MAX];
	uint64_t phrase = SEED;
	size_t at = 0, word_len;
	int n = 0;

	while (n < PHRASE_MAX && (word_len = next_word(s, len, &at, word)) > 0) {
		phrase = hash_join(phrase, hash_word(word, word_len));
		n++;
	}
	if (n > 0)
		table_put(&d->phrases, phrase | 1, 1);
}

/*
 * "kabel ~ kebakar" is known by its longest part: taking one word for danger is a mistake that
 * costs a place in the queue, missing the phrase may cost more.
 */
static void
add_rule(struct door *d, const char *words)
{
	const char *best = words;
	size_t best_len = 0;

	for (const char *s = words; *s != '\0';) {
		size_t len = strcspn(s, "~*^$");

		if (len > best_len) {
			best = s;
			best_len = len;
		}
		s += len;
		s += *s != '\0';
	}
	add_phrase(d, best, best_len);
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
	free(d->slang.slots);
	free(d);
}

int
danger_at_door(const struct door *d, const char *text, size_t len)
{
	uint64_t open[PHRASE_MAX][FORMS] = { { 0 } };	/* phrases that begin at the last words */
	char word[WORD_MAX];
	size_t at = 0, n;

	while ((n = next_word(text, len, &at, word)) > 0) {
		uint64_t written = hash_word(word, n);
		const struct slot *slang = table_find(&d->slang, written);
		size_t indonesian = without(word, n, "nya"), javanese = without(word, n, "ne");
		uint64_t form[FORMS] = {
			written, slang == NULL ? written : slang->value,
			hash_word(word, indonesian < n ? indonesian : javanese),
			hash_word(word, without(word, n, "e"))
		};

		memmove(open[1], open[0], sizeof(open) - sizeof(open[0]));
		for (int f = 0; f < FORMS; f++)
			open[0][f] = SEED;
		for (int back = 0; back < PHRASE_MAX; back++) {
			for (int f = 0; f < FORMS; f++) {
				if (open[back][f] == 0)
					continue;	/* the text began later */
				open[back][f] = hash_join(open[back][f], form[f]);
				if (table_find(&d->phrases, open[back][f] | 1) != NULL)
					return 1;
			}
		}
	}
	return 0;
}
