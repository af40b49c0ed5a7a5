#include "router/features.h"

#include <string.h>

#define PIECE_MIN 3
#define PIECE_MAX 5

#define FNV_START 2166136261u
#define FNV_STEP 16777619u

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

void
features_of(const struct tokens *t, struct features *out)
{
	uint32_t before = FNV_START ^ '^';

	out->words_n = out->pieces_n = 0;
	for (size_t i = 0; i < t->n && out->pieces_n < FEATURE_PIECES; i++) {
		enum token_form form = t->at[i].form[FORM_MEANT] != 0 ? FORM_MEANT : FORM_WRITTEN;
		const char *s = token_form(t, i, form);
		size_t len = t->at[i].form_len[form];
		uint32_t h;

		if (token_is_number(t, i)) {
			s = "0";	/* which number it is says nothing about the category */
			len = 1;
		}
		h = hash_bytes(FNV_START ^ 'w', s, len);
		add_word(out, h);
		add_word(out, before * 31 + h);
		if (t->at[i].form[FORM_STEM] != 0)
			add_word(out, hash_bytes(FNV_START ^ 's', token_form(t, i, FORM_STEM),
			    t->at[i].form_len[FORM_STEM]));
		else
			add_word(out, hash_bytes(FNV_START ^ 's', s, len));
		add_pieces(out, s, len);
		before = h;
	}
}
