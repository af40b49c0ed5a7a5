#ifndef KENTONGAN_NORMALISE_H
#define KENTONGAN_NORMALISE_H
/*
 * From what people type to words that can be compared.
 *
 * Broken UTF-8 is a word border; compatibility forms and case are folded, marks and zero-width
 * characters dropped, letters of other alphabets that look like ours read as ours; apostrophes join ("sake'" is "sake"), other punctuation parts.  A letter
 * three times or more counts once, a doubled last letter once; "anak2" is "anak", "k3bakaran" is
 * "kebakaran", "t o l o n g" is "tolong"; otherwise letters and digits part ("rt03" is "rt" "03").
 *
 * Each word has up to three forms: as written, the word meant by a shorthand or by a danger word
 * with one typing error or without vowels ("kbkrn"), and the stem (Snowball, Indonesian) where it
 * means the same: list tanpa_akar.  Names of places are compared as
 * written only.
 *
 * Ownership  the caller holds struct tokens and releases it; it can be filled again and again.
 * Threads    a normaliser serves one thread: the stemmer has scratch memory of its own, and what a
 *            word was read as is remembered.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/catalogue.h"
#include "lib/buf.h"
#include "router/vocab.h"

enum token_form { FORM_WRITTEN, FORM_MEANT, FORM_STEM, FORMS };

#define TOKENS_MAX 2000		/* words beyond are not read: nobody's report is that long */
#define LEXEMES 16384		/* words remembered; what was not used lately makes room */
#define TOKEN_CHARS 48		/* a longer run of letters is cut */

/* How it was typed: a capital begins it; before it stands a sentence's end, or a sign that parts. */
enum { TOKEN_CAPITAL = 1, TOKEN_OPENS = 2, TOKEN_PARTED = 4 };
struct token {
	uint32_t from, to;		/* bytes of the original text */
	uint32_t form[FORMS];		/* offsets into tokens.text; 0: no such form */
	uint32_t hash[FORMS];		/* of the form, for the tables of words */
	uint32_t word[FORMS];		/* its number among normaliser_words(); 0: no phrase has it */
	uint16_t form_len[FORMS];
	uint8_t typed;			/* TOKEN_ */
	uint8_t quiet;			/* a bit for each matcher to which it was known to be nothing when it was read */
	/* The normaliser's own memo of the word: who keeps something of a lexeme keeps it for these times. */
	uint32_t lexeme, lexeme_times;
};
/*
 * Which word stands in a lexeme: its hash; the lower 24 bits of its times, and below them a bit for each matcher to
 * which it is nothing.
 */
struct lexeme_mark { uint32_t hash, quiet; };
struct tokens {
	struct token *at;
	size_t n, cap;
	struct buf text;		/* the forms, each ended by a NUL; starts with one */
	struct lexeme_mark *marks;	/* by lexeme */
};

struct normaliser;

/* catalogue's list "slang": {k: "jln = jalan"}.  NULL with the reason in errors. */
struct normaliser *normaliser_new(const struct catalogue *c, struct buf *errors);
void normaliser_free(struct normaliser *n);
void normaliser_run(const struct normaliser *n, const char *text, size_t len, struct tokens *out);
/*
 * The words of all phrases that are sought in this normaliser's tokens: matchers put theirs in, so
 * that each form is looked up once, however many matchers read it.  Words put in later are not
 * known to tokens made before.
 */
struct vocab *normaliser_words(struct normaliser *n);
/* NULL if the word has no such form.  Here, for it is asked for some hundred times a text. */
static inline const char *
token_form(const struct tokens *t, size_t i, enum token_form form)
{
	uint32_t at = t->at[i].form[form];

	return at == 0 ? NULL : t->text.data + at;
}
/*
 * Notes that the word is nothing to the matcher of that bit, when it comes again.  Another word of the same report
 * may have pushed it out of its lexeme: then nothing is noted.
 */
static inline void
token_note_quiet(const struct tokens *t, size_t i, uint32_t bit)
{
	struct lexeme_mark *mark = &t->marks[t->at[i].lexeme];

	if (mark->quiet >> 8 == (t->at[i].lexeme_times & 0xffffff))
		mark->quiet |= bit;
}

int token_is_number(const struct tokens *t, size_t i);
void tokens_release(struct tokens *t);

/* The written forms only, joined by one space: for the words of rules and names. */
void buf_add_normalised(struct buf *out, const char *text, size_t len);
#endif
