#include "router/normalise.h"

#include <libstemmer.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "router/near.h"
#include "router/spelling.h"

#define SPELT_OUT 4	/* so many single letters in a row are one word: "t o l o n g" */
#define NEAR_MIN 7	/* so long a danger word is recognised with one typing error */
#define BONES_WEIGHT 8	/* of the dangers that are known by their consonants */
#define WAYS 4		/* places a word can stand in */
#define SETS (LEXEMES / WAYS)
#define AHEAD 32		/* words whose places are asked for together: nearly every SMS has fewer */
#define STEM_MIN 5	/* shorter stems mean too much: "perapian" is no "api" */

/*
 * What reading a word found, kept for when it comes again: most words of a report are common ones.  What is
 * asked of a word without a stem lies in one line of the processor's cache.
 */
struct lexeme {
	alignas(64) uint32_t of_changes;	/* of the words known to the matchers */
	uint32_t times;			/* the slot was filled: a reader's own memo of it stands as long */
	const char *meant;		/* of the normaliser's tables; NULL: itself */
	uint32_t hash[FORMS], number[FORMS];
	uint16_t len[FORMS];		/* 0: no such form */
	char word[TOKEN_CHARS], stem[TOKEN_CHARS];
};

struct normaliser {
	struct vocab slang;		/* shorthand */
	struct buf meant;		/* the words meant, each ended by a NUL */
	uint32_t *meant_at;		/* by the shorthand's number - 1 */
	struct near_words dangers;	/* single words of the list darurat */
	struct vocab known;		/* the same; value of a near word: its number here */
	struct vocab bones;		/* the consonants of the dangers: "kbkrn" */
	uint32_t *bones_of;		/* by the bones' number - 1: the danger's number in known */
	struct vocab stemless;		/* words whose stem means something else */
	struct vocab words;		/* of the matchers' phrases */
	struct sb_stemmer *stemmer;
	struct lexeme *memo;		/* LEXEMES, by the word's hash: in one of WAYS places */
	void *memo_room;
	struct lexeme_mark *marks;	/* of each lexeme: only the place that may be it is looked at */
	unsigned char *used;		/* by set, a bit for each place: since all others were */
};

/* One character on its way: a byte of a word, or a border between words. */
struct reader {
	struct tokens *out;
	char word[TOKEN_CHARS];
	size_t len;
	uint32_t from, to;
	int is_plain;			/* letters alone, no two alike side by side */
	uint8_t typed, next;		/* TOKEN_ of the word; what stands before the next one */
};

static int
is_ending(char c)
{
	return c == '.' || c == '!' || c == '?' || c == '\n';
}

/* What parts one thing that is said from the next. */
static int
is_parting(char c)
{
	switch (c) {
	case '.': case ',': case ';': case ':': case '!': case '?': case '\n': case '\r': case '&': case '+': case '(': case ')':
		return 1;
	default:
		return 0;
	}
}

static int
is_letter(char c)
{
	return !(c >= '0' && c <= '9');
}

static uint32_t
add_text(struct tokens *t, const char *s, size_t len)
{
	uint32_t at = (uint32_t)t->text.len;
	char *to = buf_room(&t->text, len + 1);

	memcpy(to, s, len);
	to[len] = '\0';
	buf_added(&t->text, len + 1);
	return at;
}

static void
add_token(struct tokens *t, const char *s, size_t len, const struct reader *r)
{
	struct token *token;

	if (len == 0 || t->n == TOKENS_MAX)
		return;
	if (t->n == t->cap) {
		t->cap = t->cap == 0 ? 64 : 2 * t->cap;
		t->at = xrealloc(t->at, t->cap * sizeof(*t->at));
	}
	token = &t->at[t->n++];
	memset(token, 0, sizeof(*token));
	token->from = r->from;
	token->to = r->to;
	token->typed = r->typed;
	token->form[FORM_WRITTEN] = add_text(t, s, len);
	token->form_len[FORM_WRITTEN] = (uint16_t)len;
}

/* Three times or more the same letter is once; a doubled last letter of a longer word too. */
static size_t
squeeze(char *s, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len;) {
		size_t run = 1, keep;

		while (i + run < len && s[i + run] == s[i])
			run++;
		keep = run;	/* digits, and bytes of longer characters, stay as they are */
		if (s[i] >= 'a' && s[i] <= 'z' && (run > 2 || (i + run == len && len > 3)))
			keep = 1;
		memset(s + kept, s[i], keep);
		kept += keep;
		i += run;
	}
	return kept;
}

static int
is_counted(const char *s, size_t len)
{
	static const char *const counted[] = { "rt", "rw", "no", "km", "gg", "blok", "dk" };

	for (size_t i = 0; i < N_ELEMS(counted); i++)
		if (strlen(counted[i]) == len && memcmp(counted[i], s, len) == 0)
			return 1;
	return 0;
}

/* Digits that stand for letters inside a word; "rt3rw2" is no such word. */
static void
unleet(char *s, size_t len)
{
	static const char letters[] = "oi?eas????";

	for (size_t i = 1; i + 1 < len; i++) {
		char c;

		if (is_letter(s[i]) || !is_letter(s[i - 1]) || !is_letter(s[i + 1]))
			continue;
		c = letters[s[i] - '0'];
		if (c != '?' && !is_counted(s, i))
			s[i] = c;
	}
}

/* Adds the finished run as one word or, where letters meet digits, as several. */
static void
end_word(struct reader *r)
{
	size_t start = 0;

	if (r->len == 0)
		return;
	if (r->is_plain) {
		add_token(r->out, r->word, r->len, r);
		r->len = 0;
		return;
	}
	unleet(r->word, r->len);
	r->len = squeeze(r->word, r->len);
	while (start < r->len) {
		size_t end = start + 1;

		while (end < r->len && is_letter(r->word[end]) == is_letter(r->word[start]))
			end++;
		/* anak2, jalan2nya: the 2 says "twice", it is no number */
		if (is_letter(r->word[start]) && end - start >= 3 && end < r->len &&
		    r->word[end] == '2' && (end + 1 == r->len || is_letter(r->word[end + 1]))) {
			memmove(r->word + end, r->word + end + 1, r->len - end - 1);
			r->len--;
			while (end < r->len && is_letter(r->word[end]))
				end++;
		}
		add_token(r->out, r->word + start, end - start, r);
		r->typed = 0;
		start = end;
	}
	r->len = 0;
}

static void
begin_word(struct reader *r, size_t from, int capital)
{
	r->from = (uint32_t)from;
	r->is_plain = 1;
	r->typed = (uint8_t)(r->next | (capital ? TOKEN_CAPITAL : 0));
	r->next = 0;
}

static void
add_char(struct reader *r, const char *s, size_t len, size_t from, size_t to)
{
	if (r->len == 0)
		begin_word(r, from, 0);
	r->is_plain &= len == 1 && is_letter(s[0]) && (r->len == 0 || r->word[r->len - 1] != s[0]);
	r->to = (uint32_t)to;
	if (r->len + len <= sizeof(r->word)) {
		memcpy(r->word + r->len, s, len);
		r->len += len;
	}
}

/* What an ASCII letter or digit is read as; 0 for all others. */
static const char plain[128] = {
	['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7',
	['8'] = '8', ['9'] = '9',
	['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h',
	['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p',
	['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x',
	['y'] = 'y', ['z'] = 'z',
	['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h',
	['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p',
	['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x',
	['Y'] = 'y', ['Z'] = 'z',
};

/* Reads ASCII letters and digits from there on, as add_char() would one by one; where they end. */
static size_t
read_plain(struct reader *r, const char *text, size_t at, size_t len)
{
	char last = r->len == 0 ? '\0' : r->word[r->len - 1];
	size_t n = r->len;

	if (n == 0)
		begin_word(r, at, text[at] >= 'A' && text[at] <= 'Z');
	for (; at < len && (unsigned char)text[at] < 0x80 && plain[(unsigned char)text[at]] != 0; at++) {
		char c = plain[(unsigned char)text[at]];

		r->is_plain &= is_letter(c) & (c != last);
		if (n < sizeof(r->word)) {
			r->word[n++] = c;
			last = c;
		}
	}
	r->len = n;
	r->to = (uint32_t)at;
	return at;
}

static int
is_apostrophe(utf8proc_int32_t c)
{
	return c == '\'' || c == '`' || c == 0xb4 || c == 0x2bc || c == 0x2018 || c == 0x2019;
}

static int
is_word_category(utf8proc_category_t c)
{
	return (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO) ||
	    c == UTF8PROC_CATEGORY_ND;
}

/* Letters of other alphabets that look like ours, for those who would not be found. */
static utf8proc_int32_t
look_alike(utf8proc_int32_t c)
{
	static const struct { utf8proc_int32_t c; char as; } rows[] = {
		{ 0x430, 'a' }, { 0x432, 'b' }, { 0x435, 'e' }, { 0x43a, 'k' }, { 0x43c, 'm' },
		{ 0x43d, 'h' }, { 0x43e, 'o' }, { 0x440, 'p' }, { 0x441, 'c' }, { 0x442, 't' },
		{ 0x443, 'y' }, { 0x445, 'x' }, { 0x455, 's' }, { 0x456, 'i' }, { 0x458, 'j' },
		{ 0x4bb, 'h' }, { 0x501, 'd' }, { 0x51b, 'q' }, { 0x51d, 'w' },	/* Cyrillic */
		{ 0x3b1, 'a' }, { 0x3b5, 'e' }, { 0x3b9, 'i' }, { 0x3ba, 'k' }, { 0x3bd, 'v' },
		{ 0x3bf, 'o' }, { 0x3c1, 'p' }, { 0x3c4, 't' }, { 0x3c5, 'u' }, { 0x3c7, 'x' },	/* Greek */
		{ 0x131, 'i' }, { 0x251, 'a' }, { 0x261, 'g' }, { 0x269, 'i' },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		if (rows[i].c == c)
			return rows[i].as;
	return c;
}

/* One character beyond ASCII: folded, and what it folds to added. */
static void
read_character(struct reader *r, utf8proc_int32_t c, size_t from, size_t to)
{
	utf8proc_int32_t parts[32];
	utf8proc_ssize_t n;
	int boundary = 0;

	if (is_apostrophe(c))
		return;
	n = utf8proc_decompose_char(c, parts, 32, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
	    UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STRIPMARK, &boundary);
	for (utf8proc_ssize_t i = 0; i < n && i < 32; i++) {
		unsigned char bytes[4];
		utf8proc_ssize_t len = utf8proc_encode_char(look_alike(parts[i]), bytes);

		if (is_word_category(utf8proc_category(parts[i])))
			add_char(r, (const char *)bytes, (size_t)len, from, to);
		else if (!is_apostrophe(parts[i]))
			end_word(r);
	}
	if (n < 0)
		end_word(r);
}

static void
read_text(struct tokens *out, const char *text, size_t len)
{
	struct reader r = { .out = out, .next = TOKEN_OPENS };

	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)text[i];
		utf8proc_int32_t code;
		utf8proc_ssize_t n;

		if (c < 0x80 && plain[c] != 0) {
			i = read_plain(&r, text, i, len);
			continue;
		}
		if (c < 0x80) {
			if (!is_apostrophe(c))
				end_word(&r);
			if (is_ending((char)c))
				r.next |= TOKEN_OPENS;
			if (is_parting((char)c))
				r.next |= TOKEN_PARTED;
			i++;
			continue;
		}
		n = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
		    (utf8proc_ssize_t)(len - i), &code);
		if (n <= 0) {
			end_word(&r);
			i++;
			continue;
		}
		read_character(&r, code, i, i + (size_t)n);
		i += (size_t)n;
	}
	end_word(&r);
}

static int
is_single_letter(const struct tokens *t, size_t i)
{
	return t->at[i].form_len[FORM_WRITTEN] == 1 &&
	    is_letter(t->text.data[t->at[i].form[FORM_WRITTEN]]);
}

/* 1 if so many letters stand alone in a row: hardly ever. */
static int
has_spelt_out(const struct tokens *t)
{
	size_t run = 0;

	for (size_t i = 0; i < t->n && run < SPELT_OUT; i++)
		run = is_single_letter(t, i) ? run + 1 : 0;
	return run >= SPELT_OUT;
}

/* "t o l o n g": letters that stand alone become the word they spell. */
static void
join_spelt_out(struct tokens *t)
{
	size_t kept = 0;

	if (!has_spelt_out(t))
		return;
	for (size_t i = 0; i < t->n;) {
		size_t run = 0;

		while (i + run < t->n && run < TOKEN_CHARS && is_single_letter(t, i + run))
			run++;
		if (run >= SPELT_OUT) {
			char word[TOKEN_CHARS];

			for (size_t k = 0; k < run; k++)
				word[k] = t->text.data[t->at[i + k].form[FORM_WRITTEN]];
			t->at[kept] = t->at[i];
			t->at[kept].to = t->at[i + run - 1].to;
			t->at[kept].form[FORM_WRITTEN] = add_text(t, word, run);
			t->at[kept++].form_len[FORM_WRITTEN] = (uint16_t)run;
			i += run;
			continue;
		}
		do {
			t->at[kept++] = t->at[i++];
		} while (run-- > 1);
	}
	t->n = kept;
}

/* The danger word that is left when its vowels are put back: "kjang", "kbkrn"; NULL. */
static const char *
danger_without_vowels(const struct normaliser *n, const char *word, size_t len)
{
	char bones[TOKEN_CHARS];
	size_t bones_n = spelling_bones(bones, word, len);
	uint32_t number = bones_n < BONES_MIN ? 0 : vocab_find(&n->bones, bones, bones_n);
	const char *danger;

	if (number == 0)
		return NULL;
	danger = vocab_word(&n->known, n->bones_of[number - 1]);
	return strlen(danger) > len && spelling_is_cut(word, len, danger) ? danger : NULL;
}

/* The word meant by a shorthand or by a mistyped danger word; NULL if it means itself. */
static const char *
word_meant(const struct normaliser *n, const char *word, size_t len, uint32_t hash)
{
	uint32_t slang = vocab_find_hashed(&n->slang, word, len, hash), near[1];
	char fold[TOKEN_CHARS];
	size_t fold_n;

	if (slang != 0)
		return n->meant.data + n->meant_at[slang - 1];
	if (len < BONES_MIN || vocab_find_hashed(&n->known, word, len, hash) != 0)
		return NULL;
	fold_n = spelling_fold(fold, word, len);
	if (len >= NEAR_MIN - 1 && near_find(&n->dangers, fold, fold_n, near, 1) > 0)
		return vocab_word(&n->known, near[0]);
	return danger_without_vowels(n, word, len);
}

static void
take_form(const struct normaliser *n, struct lexeme *x, enum token_form form, const char *s, size_t len)
{
	x->len[form] = (uint16_t)len;
	x->hash[form] = vocab_hash(s, len);
	x->number[form] = vocab_find_hashed(&n->words, s, len, x->hash[form]);
}

static void
read_word(const struct normaliser *n, struct lexeme *x, const char *word, size_t len)
{
	const sb_symbol *stem;
	size_t stem_len;

	*x = (struct lexeme){ .times = x->times + 1, .of_changes = n->words.changes };
	memcpy(x->word, word, len);
	take_form(n, x, FORM_WRITTEN, word, len);
	if (!is_letter(word[0]))
		return;
	x->meant = word_meant(n, word, len, x->hash[FORM_WRITTEN]);
	if (x->meant != NULL) {
		word = x->meant;
		len = strlen(word);
		take_form(n, x, FORM_MEANT, word, len);
	}
	if (len < STEM_MIN || vocab_find(&n->stemless, word, len) != 0)
		return;
	stem = sb_stemmer_stem(n->stemmer, (const sb_symbol *)word, (int)len);
	if (stem == NULL)
		return;		/* out of memory: the other forms still stand */
	stem_len = (size_t)sb_stemmer_length(n->stemmer);
	if (stem_len < STEM_MIN || stem_len > sizeof(x->stem) ||
	    (stem_len == len && memcmp(stem, word, len) == 0))
		return;
	memcpy(x->stem, stem, stem_len);
	take_form(n, x, FORM_STEM, x->stem, stem_len);
}

/* The place of a set that makes room: the first that was not used since all others were. */
static uint32_t
room_in(const struct normaliser *n, uint32_t set)
{
	uint32_t way = 0;

	while (way < WAYS - 1 && (n->used[set] & 1 << way) != 0)
		way++;
	return way;
}

/* Where a word of that hash stands in the memo, if it does: sought without a branch, for any way is as likely. */
static uint32_t
place_of(const struct normaliser *n, uint32_t hash)
{
	const struct lexeme_mark *set = &n->marks[WAYS * (hash % SETS)];
	uint32_t way = 0;

	for (uint32_t w = 1; w < WAYS; w++)
		way = set[w].hash == hash ? w : way;
	return WAYS * (hash % SETS) + way;
}

static int
stands_at(const struct normaliser *n, uint32_t slot, const char *word, size_t len, uint32_t hash)
{
	const struct lexeme *x = &n->memo[slot];

	return n->marks[slot].hash == hash && x->len[FORM_WRITTEN] == len && x->of_changes == n->words.changes &&
	    memcmp(x->word, word, len) == 0;
}

/* Where in the memo the word stands from now on; place: where it may. */
static uint32_t
remember(const struct normaliser *n, const char *word, size_t len, uint32_t hash, uint32_t place)
{
	uint32_t set = hash % SETS, way = place % WAYS;
	int there = stands_at(n, place, word, len, hash);

	for (uint32_t w = 0; w < WAYS && !there; w++) {		/* two words may have one hash */
		way = w;
		there = stands_at(n, WAYS * set + way, word, len, hash);
	}
	if (!there) {
		struct lexeme *x;

		way = room_in(n, set);
		x = &n->memo[WAYS * set + way];
		read_word(n, x, word, len);
		n->marks[WAYS * set + way] = (struct lexeme_mark){ hash, x->times << 8 };
	}
	n->used[set] |= (unsigned char)(1 << way);
	if (n->used[set] == (1 << WAYS) - 1)
		n->used[set] = (unsigned char)(1 << way);
	return WAYS * set + way;
}

static void
add_forms(const struct normaliser *n, struct tokens *t, size_t i, uint32_t hash, uint32_t place)
{
	struct token *token = &t->at[i];
	uint32_t slot = remember(n, t->text.data + token->form[FORM_WRITTEN], token->form_len[FORM_WRITTEN], hash, place);
	const struct lexeme *x = &n->memo[slot];

	if (x->meant != NULL)
		token->form[FORM_MEANT] = add_text(t, x->meant, x->len[FORM_MEANT]);
	if (x->len[FORM_STEM] != 0)
		token->form[FORM_STEM] = add_text(t, x->stem, x->len[FORM_STEM]);
	memcpy(token->hash, x->hash, sizeof(token->hash));
	memcpy(token->word, x->number, sizeof(token->word));
	memcpy(token->form_len, x->len, sizeof(token->form_len));
	token->lexeme = slot;
	token->lexeme_times = x->times;
	token->quiet = (uint8_t)n->marks[slot].quiet;
}

/* Where the words' places begin is asked for together: the memo is larger than what a processor keeps at hand. */
static void
add_all_forms(const struct normaliser *n, struct tokens *t)
{
	uint32_t hashes[AHEAD], places[AHEAD];

	for (size_t from = 0; from < t->n; from += AHEAD) {
		size_t here = t->n - from < AHEAD ? t->n - from : AHEAD;

		for (size_t k = 0; k < here; k++) {
			const struct token *token = &t->at[from + k];

			hashes[k] = vocab_hash(t->text.data + token->form[FORM_WRITTEN], token->form_len[FORM_WRITTEN]);
			lines_ahead(&n->marks[WAYS * (hashes[k] % SETS)], 1);
		}
		for (size_t k = 0; k < here; k++) {
			places[k] = place_of(n, hashes[k]);
			lines_ahead(&n->memo[places[k]], offsetof(struct lexeme, stem));
		}
		for (size_t k = 0; k < here; k++)
			add_forms(n, t, from + k, hashes[k], places[k]);
	}
}

static void
clear(struct tokens *t)
{
	t->n = 0;
	buf_reset(&t->text);
	buf_addc(&t->text, '\0');	/* so that offset 0 can mean "none" */
}

void
normaliser_run(const struct normaliser *n, const char *text, size_t len, struct tokens *out)
{
	clear(out);
	out->marks = n->marks;
	if (len > UINT32_MAX / 2)
		len = UINT32_MAX / 2;
	read_text(out, text, len);
	join_spelt_out(out);
	add_all_forms(n, out);
}

void
buf_add_normalised(struct buf *out, const char *text, size_t len)
{
	struct tokens t = { 0 };

	clear(&t);
	read_text(&t, text, len);
	join_spelt_out(&t);
	for (size_t i = 0; i < t.n; i++) {
		if (i > 0)
			buf_addc(out, ' ');
		buf_adds(out, token_form(&t, i, FORM_WRITTEN));
	}
	tokens_release(&t);
}

struct vocab *
normaliser_words(struct normaliser *n)
{
	return &n->words;
}

int
token_is_number(const struct tokens *t, size_t i)
{
	return !is_letter(t->text.data[t->at[i].form[FORM_WRITTEN]]);
}

void
tokens_release(struct tokens *t)
{
	free(t->at);
	buf_release(&t->text);
	memset(t, 0, sizeof(*t));
}

/* "jln = jalan": one word for one word, so that word counts and offsets stay true. */
static int
add_slang(struct normaliser *n, const struct word_rule *rule, struct buf *errors)
{
	const char *equals = strstr(rule->words, " = ");
	struct buf from = { 0 }, to = { 0 };
	int rc = -1;

	if (equals != NULL) {
		buf_add_normalised(&from, rule->words, (size_t)(equals - rule->words));
		buf_add_normalised(&to, equals + 3, strlen(equals + 3));
	}
	if (from.len == 0 || to.len == 0 || from.len >= TOKEN_CHARS || to.len >= TOKEN_CHARS ||
	    strchr(buf_str(&from), ' ') != NULL || strchr(buf_str(&to), ' ') != NULL) {
		buf_addf(errors, "kategori.yaml:%d: slang is \"short = word\", one word each\n",
		    rule->line);
		goto out;
	}
	rc = 0;
	if (vocab_find(&n->slang, buf_str(&from), from.len) != 0)
		goto out;		/* two spellings that normalise to one: the first stays */
	n->meant_at[vocab_add(&n->slang, buf_str(&from), from.len) - 1] = (uint32_t)n->meant.len;
	buf_add(&n->meant, buf_str(&to), to.len + 1);
out:
	buf_release(&from);
	buf_release(&to);
	return rc;
}

static void
add_known(struct normaliser *n, const char *words)
{
	for (const char *s = words; *s != '\0'; s += *s == ' ') {
		size_t len = strcspn(s, " ");

		vocab_add(&n->known, s, len);
		s += len;
	}
}

static void
add_danger(struct normaliser *n, const char *word, size_t len, int weight)
{
	uint32_t number = vocab_add(&n->known, word, len), bones_number;
	char bones[TOKEN_CHARS];
	size_t bones_n = spelling_bones(bones, word, len);

	if (len >= NEAR_MIN) {
		char fold[TOKEN_CHARS];

		near_add(&n->dangers, fold, spelling_fold(fold, word, len), number);
	}
	if (weight < BONES_WEIGHT || bones_n < BONES_MIN)
		return;
	bones_number = vocab_add(&n->bones, bones, bones_n);
	if (bones_number <= n->bones.n - 1)
		return;			/* two dangers with the same bones: the first, they are kin */
	n->bones_of = xrealloc(n->bones_of, n->bones.n * sizeof(*n->bones_of));
	n->bones_of[bones_number - 1] = number;
}

/*
 * Whoever reports a fire types in haste: its words are worth a second look.  A word that stands in
 * the catalogue is meant as it is written.
 */
static void
add_dangers(struct normaliser *n, const struct catalogue *c)
{
	const struct word_rule *rules;
	size_t count = catalogue_words(c, "darurat", &rules);

	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(rules[i].words);

		if (len < BONES_MIN || len >= TOKEN_CHARS ||
		    strcspn(rules[i].words, " *~^$-'") != len)
			continue;
		add_danger(n, rules[i].words, len, rules[i].weight);
	}
	count = catalogue_words(c, "tanpa_akar", &rules);
	for (size_t i = 0; i < count; i++)
		vocab_add(&n->stemless, rules[i].words, strlen(rules[i].words));
	for (size_t i = 0; i < catalogue_count(c); i++)
		for (size_t k = 0; k < category_at(c, i)->rules_n; k++)
			add_known(n, category_at(c, i)->rules[k].words);
	count = catalogue_words(c, "mirip", &rules);
	for (size_t i = 0; i < count; i++)
		add_known(n, rules[i].words);
}

struct normaliser *
normaliser_new(const struct catalogue *c, struct buf *errors)
{
	struct normaliser *n = xcalloc(1, sizeof(*n));
	const struct word_rule *rules;
	size_t count = catalogue_words(c, "slang", &rules);
	int rc = 0;

	n->meant_at = xcalloc(count + 1, sizeof(*n->meant_at));
	n->memo = xaligned_zero(alignof(struct lexeme), LEXEMES * sizeof(*n->memo), &n->memo_room);
	n->marks = xcalloc(LEXEMES, sizeof(*n->marks));
	n->used = xcalloc(SETS, sizeof(*n->used));
	for (size_t i = 0; i < count; i++)
		rc |= add_slang(n, &rules[i], errors);
	add_dangers(n, c);
	n->stemmer = sb_stemmer_new("indonesian", "UTF_8");
	if (n->stemmer == NULL) {
		buf_adds(errors,
		    "libstemmer has no Indonesian stemmer; install libstemmer0d 2.0 or later\n");
		rc = -1;
	}
	if (rc != 0) {
		normaliser_free(n);
		return NULL;
	}
	return n;
}

void
normaliser_free(struct normaliser *n)
{
	if (n == NULL)
		return;
	vocab_release(&n->slang);
	vocab_release(&n->known);
	vocab_release(&n->bones);
	vocab_release(&n->stemless);
	vocab_release(&n->words);
	free(n->bones_of);
	near_release(&n->dangers);
	buf_release(&n->meant);
	free(n->meant_at);
	free(n->memo_room);
	free(n->marks);
	free(n->used);
	sb_stemmer_delete(n->stemmer);	/* NULL is fine */
	free(n);
}
