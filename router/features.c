#include "router/features.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_MIN 3
#define PIECE_MAX 5

#define FNV_START 2166136261u
#define FNV_STEP 16777619u
#define BEFORE_FIRST (FNV_START ^ '^')

static uint32_t
hash_bytes(uint32_t h, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * FNV_STEP;
	return h;
}

static void
add_word(struct features *out, uint32_t hash)
{
	if (out->words_n < FEATURE_WORDS)
		out->words[out->words_n++] = hash;
}

/* "<jalan>": the borders belong to the first and last pieces. */
static void
add_pieces(struct features *out, const char *s, size_t len)
{
	char word[TOKEN_CHARS + 2];

	word[0] = '<';
	memcpy(word + 1, s, len);
	word[len + 1] = '>';
	len += 2;
	for (size_t from = 0; from + PIECE_MIN <= len; from++) {
		uint32_t h = hash_bytes(FNV_START ^ 'p', word + from, PIECE_MIN - 1);

		for (size_t to = from + PIECE_MIN; to <= len && to <= from + PIECE_MAX; to++) {
			h = (h ^ (unsigned char)word[to - 1]) * FNV_STEP;
			if (out->pieces_n < FEATURE_PIECES)
				out->pieces[out->pieces_n++] = h;
		}
	}
}

/* What of a token is a feature: the word as meant, and which number it is says nothing. */
struct said { const char *word, *stem; size_t len, stem_len; };

static struct said
said_by(const struct tokens *t, size_t i)
{
	enum token_form form = t->at[i].form[FORM_MEANT] != 0 ? FORM_MEANT : FORM_WRITTEN;
	struct said s = { token_form(t, i, form), token_form(t, i, FORM_STEM), t->at[i].form_len[form],
	    t->at[i].form_len[FORM_STEM] };

	if (token_is_number(t, i)) {
		s.word = "0";
		s.len = 1;
	}
	if (s.stem == NULL) {
		s.stem = s.word;
		s.stem_len = s.len;
	}
	return s;
}

static uint32_t
hash_word(const struct said *s)
{
	return hash_bytes(FNV_START ^ 'w', s->word, s->len);
}

static uint32_t
hash_pair(uint32_t before, uint32_t h)
{
	return before * 31 + h;
}

static uint32_t
hash_stem(const struct said *s)
{
	return hash_bytes(FNV_START ^ 's', s->stem, s->stem_len);
}

void
features_of(const struct tokens *t, struct features *out)
{
	uint32_t before = BEFORE_FIRST;

	out->words_n = out->pieces_n = 0;
	for (size_t i = 0; i < t->n && out->pieces_n < FEATURE_PIECES; i++) {
		struct said s = said_by(t, i);
		uint32_t h = hash_word(&s);

		add_word(out, h);
		add_word(out, hash_pair(before, h));
		add_word(out, hash_stem(&s));
		add_pieces(out, s.word, s.len);
		before = h;
	}
}

/* A word's own features, summed: all but those of pairs. */
struct word_sums { alignas(64) uint32_t times; uint32_t hash; uint16_t pieces_n; int16_t sums[LINEAR_COLUMNS]; };
_Static_assert((2 * LINEAR_WORD_WEIGHT + TOKEN_CHARS * (PIECE_MAX - PIECE_MIN + 1)) * 128 <= INT16_MAX,
    "a word's sums fit");
struct features_memo { struct word_sums *at; void *room; };	/* LEXEMES */

struct features_memo *
features_memo_new(void)
{
	struct features_memo *memo = xcalloc(1, sizeof(*memo));

	memo->at = xaligned_zero(alignof(struct word_sums), LEXEMES * sizeof(*memo->at), &memo->room);
	return memo;
}

void
features_memo_free(struct features_memo *memo)
{
	if (memo != NULL)
		free(memo->room);
	free(memo);
}

static void
sum_word(struct word_sums *w, const struct linear *m, const struct tokens *t, size_t i)
{
	struct said s = said_by(t, i);
	struct features f;
	int32_t sums[LINEAR_COLUMNS] = { 0 };

	w->times = t->at[i].lexeme_times;
	w->hash = hash_word(&s);
	f.words_n = f.pieces_n = 0;
	add_word(&f, w->hash);
	add_word(&f, hash_stem(&s));
	add_pieces(&f, s.word, s.len);
	linear_add(m, f.words, f.words_n, LINEAR_WORD_WEIGHT, sums);
	linear_add(m, f.pieces, f.pieces_n, 1, sums);
	w->pieces_n = (uint16_t)f.pieces_n;
	for (size_t k = 0; k < LINEAR_COLUMNS; k++)
		w->sums[k] = (int16_t)sums[k];
}

static void
score_letter(const struct linear *m, const struct tokens *t, float *out)
{
	struct features f;

	features_of(t, &f);
	linear_score(m, f.words, f.words_n, f.pieces, f.pieces_n, out);
}

void
features_score(struct features_memo *memo, const struct linear *m, const struct tokens *t, float *out)
{
	int32_t sums[LINEAR_COLUMNS] = { 0 };
	uint32_t pairs[FEATURE_WORDS], before = BEFORE_FIRST;
	size_t pieces_n = 0;

	if (3 * t->n > FEATURE_WORDS) {
		score_letter(m, t, out);
		return;
	}
	for (size_t i = 0; i < t->n; i++)
		lines_ahead(&memo->at[t->at[i].lexeme], sizeof(*memo->at));
	for (size_t i = 0; i < t->n; i++) {
		struct word_sums *w = &memo->at[t->at[i].lexeme];

		if (w->times != t->at[i].lexeme_times)
			sum_word(w, m, t, i);
		if (pieces_n + w->pieces_n > FEATURE_PIECES) {
			score_letter(m, t, out);	/* of which the end is not read */
			return;
		}
		pieces_n += w->pieces_n;
		pairs[i] = hash_pair(before, w->hash);
		before = w->hash;
		for (size_t k = 0; k < LINEAR_COLUMNS; k++)
			sums[k] += w->sums[k];
	}
	linear_add(m, pairs, t->n, LINEAR_WORD_WEIGHT, sums);
	linear_finish(m, sums, 3 * t->n, pieces_n, out);
}
