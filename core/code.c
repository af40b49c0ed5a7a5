#include "core/code.h"

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"

#define SYMBOL_BITS 5
#define HALF (CODE_CHARS / 2)
#define DIGITS 10			/* the first of the alphabet */

static const char alphabet[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Times x in GF(32) modulo x^5 + x^2 + 1, whose x generates all 31 non-zero elements. */
static unsigned
times_x(unsigned a)
{
	a <<= 1;
	return a & 0x20 ? a ^ 0x25 : a;
}

/*
 * The sum of symbol times weight, by Horner: the weights are x^7 .. x^1 and 1 for the check
 * symbol, all distinct and none zero.  So a wrong symbol, or a swap of two that differ, cannot
 * leave the sum at zero.
 */
static unsigned
weighted_sum(const unsigned *symbols, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = times_x(sum) ^ symbols[i];
	return sum;
}

/* -1 for what is no symbol.  U is not in the alphabet, and nothing is read as U. */
static int
symbol_of(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = c == '\0' ? NULL : strchr(alphabet, c);
	return at == NULL ? -1 : (int)(at - alphabet);
}

/* Length of a space or hyphen at s, 0 if there is none; phones turn - into other dashes. */
static size_t
separator(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	if (s[0] == ' ' || s[0] == '-' || s[0] == '\t')
		return 1;
	if (len >= 2 && u[0] == 0xC2 && u[1] == 0xA0)
		return 2;
	if (len >= 3 && u[0] == 0xE2 && u[1] == 0x80 && u[2] >= 0x90 && u[2] <= 0x95)
		return 3;
	return 0;
}

int
code_parse(struct code *out, const char *s, size_t len)
{
	unsigned symbols[CODE_CHARS];
	size_t n = 0, skip;

	for (size_t i = 0; i < len; i += skip) {
		int symbol;

		skip = separator(s + i, len - i);
		if (skip > 0)
			continue;
		symbol = symbol_of(s[i]);
		if (symbol < 0 || n == CODE_CHARS)
			return -1;
		symbols[n++] = (unsigned)symbol;
		skip = 1;
	}
	if (n != CODE_CHARS || weighted_sum(symbols, CODE_CHARS) != 0)
		return -1;
	for (size_t i = 0; i < CODE_CHARS; i++)
		out->s[i] = alphabet[symbols[i]];
	out->s[CODE_CHARS] = '\0';
	return 0;
}

/* ---- a code among other words ---- */

static int
is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (unsigned char)c >= 0x80;
}

static size_t
word_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_word_char(s[n]) && separator(s + n, len - n) == 0)
		n++;
	return n;
}

/* Something that has the shape of a code: 8 symbols in one word, or 4 and 4 beside each other. */
struct candidate {
	const char *s;
	size_t len;
	const char *second;		/* where the other half begins, NULL in one word */
	int hyphen;
};

static int
candidate_at(struct candidate *c, const char *s, size_t len)
{
	size_t first = word_length(s, len), gap = 0, step;

	memset(c, 0, sizeof *c);
	c->s = s;
	if (first == CODE_CHARS) {
		c->len = CODE_CHARS;
		return 1;
	}
	if (first != HALF)
		return 0;
	while (first + gap < len && (step = separator(s + first + gap, len - first - gap)) > 0) {
		if (s[first + gap] != ' ' && s[first + gap] != '\t')
			c->hyphen = 1;
		gap += step;
	}
	if (gap == 0 || word_length(s + first + gap, len - first - gap) != HALF)
		return 0;
	c->second = s + first + gap;
	c->len = first + gap + HALF;
	return 1;
}

struct kinds { int digits, lower, upper; };

static struct kinds
count_kinds(const char *s, size_t len)
{
	struct kinds k = { 0 };

	for (size_t i = 0; i < len; i++) {
		k.digits += s[i] >= '0' && s[i] <= '9';
		k.lower += s[i] >= 'a' && s[i] <= 'z';
		k.upper += s[i] >= 'A' && s[i] <= 'Z';
	}
	return k;
}

/* RT03 RW02 stands in every second report, and one in 32 of them would pass the check. */
static int
is_neighbourhood(const struct candidate *c)
{
	const char *halves[] = { c->s, c->second != NULL ? c->second : c->s + HALF };

	for (size_t i = 0; i < N_ELEMS(halves); i++)
		if ((halves[i][0] | 0x20) == 'r' && strchr("tTwW", halves[i][1]) != NULL &&
		    count_kinds(halves[i] + 2, 2).digits == 2)
			return 1;
	return 0;
}

/* anak-anak, laki-laki: a doubled word is Indonesian's plural. */
static int
is_doubled(const struct candidate *c)
{
	if (c->second == NULL)
		return 0;
	for (size_t i = 0; i < HALF; i++)
		if (symbol_of(c->s[i]) != symbol_of(c->second[i]))
			return 0;
	return 1;
}

void
code_make(struct code *out, uint64_t random35)
{
	const struct candidate made = { .s = out->s, .len = CODE_CHARS, .second = out->s + HALF };
	unsigned symbols[CODE_CHARS];

	for (int i = CODE_CHARS - 2; i >= 0; i--) {
		symbols[i] = random35 & 31;
		random35 >>= SYMBOL_BITS;
	}
	for (;;) {
		symbols[CODE_CHARS - 1] = times_x(weighted_sum(symbols, CODE_CHARS - 1));
		for (int i = 0; i < CODE_CHARS; i++)
			out->s[i] = alphabet[symbols[i]];
		out->s[CODE_CHARS] = '\0';
		/*
		 * Nobody would find these in a text again.  What mends one kind may make another, but no turn
		 * leads back to one before it.
		 */
		if (is_neighbourhood(&made))
			symbols[out->s[0] == 'R' ? 0 : HALF]++;
		else if (count_kinds(out->s, HALF).digits == 0)
			symbols[0] %= DIGITS;
		else if (count_kinds(out->s + HALF, HALF).digits == 0)
			symbols[HALF] %= DIGITS;
		else if (is_doubled(&made))
			symbols[HALF + 1] ^= 1;	/* not the first, which the turn above may have made an S */
		else if (count_kinds(out->s, CODE_CHARS).digits == CODE_CHARS)
			symbols[0] += DIGITS;
		else
			break;
	}
}

/* Each half begins with a digit, the first with a smaller one than the second: code_make() has nothing to mend. */
void
code_number(struct code *out, uint64_t number)
{
	uint64_t high = number >> 25;

	code_make(out, high % 5 << 30 | (number >> 10 & 0x7fff) << 15 | (5 + high / 5 % 5) << 10 | (number & 0x3ff));
}

enum grade { UNLIKELY, AS_ANSWER, SPACED, SPACED_WELL, JOINED };

/*
 * One word in 32 passes the check by chance, so the shape must speak for a code too: letters and
 * digits mixed, or written as we write it.  Else it counts only as the last thing after at most
 * one word, as in "cek abcd efgh".  In "kode 7K3F 9QXM" two pairs have the shape: halves that
 * belong together by their look go first.
 */
static enum grade
grade(const struct candidate *c, size_t words_before, int is_last)
{
	struct kinds all = count_kinds(c->s, c->len);
	int letters = all.lower + all.upper;

	if (is_neighbourhood(c))
		return UNLIKELY;
	if (is_doubled(c) || all.digits == 0 || letters == 0) {
		if (c->hyphen && !is_doubled(c) && all.lower == 0 && letters > 0)
			return JOINED;
		return words_before <= 1 && is_last ? AS_ANSWER : UNLIKELY;
	}
	if (c->second == NULL || c->hyphen)
		return JOINED;
	if (count_kinds(c->s, HALF).digits > 0 && count_kinds(c->second, HALF).digits > 0)
		return SPACED_WELL;
	if (all.lower == 0)
		return SPACED;
	return words_before <= 1 && is_last ? AS_ANSWER : UNLIKELY;
}

static int
only_marks(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (is_word_char(s[i]) && separator(s + i, len - i) == 0)
			return 0;
	return 1;
}

int
code_find(struct code *out, const char *s, size_t len)
{
	enum grade best = UNLIKELY;
	size_t words = 0, i = 0;

	while (i < len) {
		size_t skip = separator(s + i, len - i);
		struct candidate c;
		struct code code;

		if (skip > 0 || !is_word_char(s[i])) {
			i += skip > 0 ? skip : 1;
			continue;
		}
		if (candidate_at(&c, s + i, len - i) && code_parse(&code, c.s, c.len) == 0) {
			size_t end = i + c.len;
			enum grade g = grade(&c, words, only_marks(s + end, len - end));

			if (g > best) {
				best = g;
				*out = code;
			}
		}
		i += word_length(s + i, len - i);
		words++;
	}
	return best == UNLIKELY ? -1 : 0;
}

void
code_show(char out[CODE_CHARS + 2], const struct code *c)
{
	memcpy(out, c->s, HALF);
	out[HALF] = '-';
	memcpy(out + HALF + 1, c->s + HALF, HALF);
	out[CODE_CHARS + 1] = '\0';
}

void
nonce_make(char out[NONCE_CHARS + 1], int chars, uint32_t random)
{
	static const char drawn[] = "23456789BCDFGHJKMNPQRSTVWXYZ";
	const uint32_t digits = 8, all = sizeof(drawn) - 1;

	for (int i = 0; i < chars; i++) {
		/* a digit, then a letter, in the longer ones */
		uint32_t from = chars > NONCE_LEAST && i == 1 ? digits : 0,
		    to = chars > NONCE_LEAST && i == 0 ? digits : all;

		out[i] = drawn[from + random % (to - from)];
		random /= to - from;
	}
	out[chars] = '\0';
}

int
nonce_parse(char out[NONCE_CHARS + 1], const char *s, size_t len)
{
	if (len < NONCE_LEAST || len > NONCE_CHARS)
		return -1;
	for (size_t i = 0; i < len; i++)
		if (symbol_of(s[i]) < 0)
			return -1;
	if (len > NONCE_LEAST && (s[0] < '2' || s[0] > '9' || symbol_of(s[1]) < 10))
		return -1;
	for (size_t i = 0; i < len; i++)
		out[i] = alphabet[symbol_of(s[i])];
	out[len] = '\0';
	return 0;
}

void
proof_make(char out[PROOF_CHARS + 1], const uint8_t *digest)
{
	for (size_t i = 0; i < PROOF_CHARS; i++) {
		size_t bit = i * SYMBOL_BITS;
		unsigned two = (unsigned)digest[bit / 8] << 8 | digest[bit / 8 + 1];

		out[i] = alphabet[two >> (16 - SYMBOL_BITS - bit % 8) & 31];
	}
	out[PROOF_CHARS] = '\0';
}

void
proof_show(char out[SHOWN_PROOF_CHARS], const char *proof)
{
	out[0] = '\0';
	if (proof[0] != '\0')
		snprintf(out, SHOWN_PROOF_CHARS, "%.5s-%.5s", proof, proof + PROOF_CHARS / 2);
}
