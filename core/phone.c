#include "core/phone.h"

#include <stdint.h>
#include <string.h>

#include "lib/buf.h"

#define LABEL_CHARS 11			/* longest alphanumeric sender (3GPP TS 23.040) */
#define SHORT_CODE_MIN 3
#define SHORT_CODE_MAX 6
#define E164_MIN 7
#define E164_MAX 15
#define TYPED_MAX 24			/* digits with an international prefix in front */

/* What was typed, with the separators gone. */
struct typed {
	char digits[TYPED_MAX + 1];
	size_t n;
	int plus;
};

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A shop's or operator's name instead of a number: short, printable, with a letter in it. */
static int
is_label(const char *s, size_t len)
{
	int letters = 0;

	if (len == 0 || len > LABEL_CHARS)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (is_letter(s[i]))
			letters++;
		else if (!is_digit(s[i]) && (s[i] == '\0' || strchr(" ._-&", s[i]) == NULL))
			return 0;
	}
	return letters > 0;
}

static size_t
trim(const char **s, size_t len)
{
	while (len > 0 && (**s == ' ' || **s == '\t')) {
		++*s;
		len--;
	}
	while (len > 0 && ((*s)[len - 1] == ' ' || (*s)[len - 1] == '\t'))
		len--;
	return len;
}

static size_t
skip_tel(const char **s, size_t len)
{
	static const char scheme[] = "tel:";
	const char *end;

	if (len < sizeof scheme - 1)
		return len;
	for (size_t i = 0; i < sizeof scheme - 1; i++)
		if (((*s)[i] | 0x20) != scheme[i] && (*s)[i] != scheme[i])
			return len;
	*s += sizeof scheme - 1;
	len -= sizeof scheme - 1;
	end = memchr(*s, ';', len);	/* parameters of RFC 3966 */
	return end == NULL ? len : (size_t)(end - *s);
}

/*
 * One character: its digit, '+', or ' ' for a separator; 0 for anything else.  Phones with an
 * Asian keyboard send full-width forms, word processors no-break spaces and typographic hyphens.
 */
static char
read_char(const char *s, size_t len, size_t *used)
{
	const unsigned char *u = (const unsigned char *)s;

	*used = 1;
	if (is_digit(s[0]) || s[0] == '+')
		return s[0];
	if (s[0] != '\0' && strchr(" \t-.()/", s[0]) != NULL)
		return ' ';
	*used = 2;
	if (len >= 2 && u[0] == 0xC2 && u[1] == 0xA0)
		return ' ';
	*used = 3;
	if (len >= 3 && u[0] == 0xEF && u[1] == 0xBC && u[2] >= 0x90 && u[2] <= 0x99)
		return (char)('0' + (u[2] - 0x90));
	if (len >= 3 && u[0] == 0xEF && u[1] == 0xBC && u[2] == 0x8B)
		return '+';
	if (len >= 3 && u[0] == 0xE2 && u[1] == 0x80 && u[2] >= 0x90 && u[2] <= 0x95)
		return ' ';
	return 0;
}

static int
read_digits(struct typed *t, const char *s, size_t len)
{
	size_t used;

	memset(t, 0, sizeof *t);
	for (size_t i = 0; i < len; i += used) {
		char c = read_char(s + i, len - i, &used);

		if (c == ' ')
			continue;
		if (c == '+' && t->n == 0 && !t->plus)
			t->plus = 1;
		else if (is_digit(c) && t->n < TYPED_MAX)
			t->digits[t->n++] = c;
		else
			return -1;
	}
	return 0;
}

/* The part after 62.  Mobile numbers begin with 8; the rest are area code and subscriber. */
static enum phone_kind
indonesian(char out[PHONE_CHARS], const char *nsn, size_t n)
{
	if (n > 0 && nsn[0] == '0') {	/* +62 0812...: the trunk 0 was left in */
		nsn++;
		n--;
	}
	if (n == 0 || nsn[0] < '2')
		return PHONE_BAD;
	if (nsn[0] == '8' ? n < 9 || n > 13 : n < 7 || n > 11)
		return PHONE_BAD;
	memcpy(out, "+62", 3);
	memcpy(out + 3, nsn, n);
	out[3 + n] = '\0';
	return PHONE_E164;
}

static enum phone_kind
international(char out[PHONE_CHARS], const char *digits, size_t n)
{
	if (n >= 2 && memcmp(digits, "62", 2) == 0)
		return indonesian(out, digits + 2, n - 2);
	if (n < E164_MIN || n > E164_MAX || digits[0] == '0')
		return PHONE_BAD;
	out[0] = '+';
	memcpy(out + 1, digits, n);
	out[1 + n] = '\0';
	return PHONE_E164;
}

/*
 * Behind an international prefix.  001, 007 and 008 are carriers' own prefixes here, so that
 * 001 44... may be America or Britain: only our own 62 is taken behind them, never a guess.
 */
static enum phone_kind
after_prefix(char out[PHONE_CHARS], const char *digits, size_t n)
{
	static const char *const prefixes[] = { "01017", "001", "007", "008", "00" };

	for (size_t i = 0; i < N_ELEMS(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (n > len + 2 && memcmp(digits, prefixes[i], len) == 0 &&
		    memcmp(digits + len, "62", 2) == 0)
			return indonesian(out, digits + len + 2, n - len - 2);
	}
	if (n > 2 && digits[1] == '0' && strchr("178", digits[2]) == NULL)
		return international(out, digits + 2, n - 2);
	return PHONE_BAD;
}

static enum phone_kind
number(char out[PHONE_CHARS], const struct typed *t)
{
	const char *d = t->digits;

	if (t->plus)
		return international(out, d, t->n);
	if (t->n >= SHORT_CODE_MIN && t->n <= SHORT_CODE_MAX)
		return PHONE_LABEL;
	if (t->n < SHORT_CODE_MIN)
		return PHONE_BAD;
	if (memcmp(d, "00", 2) == 0 || memcmp(d, "01017", 5) == 0)
		return after_prefix(out, d, t->n);
	if (memcmp(d, "62", 2) == 0 && t->n >= 10 && t->n <= 15)
		return indonesian(out, d + 2, t->n - 2);
	if (d[0] == '0')
		return indonesian(out, d + 1, t->n - 1);
	if (d[0] == '8' && t->n >= 9 && t->n <= 12)
		return indonesian(out, d, t->n);
	return PHONE_BAD;
}

enum phone_kind
phone_normalise(char out[PHONE_CHARS], const char *s, size_t len)
{
	struct typed t;

	len = trim(&s, len);
	len = skip_tel(&s, len);
	if (read_digits(&t, s, len) == 0)
		return number(out, &t);
	return is_label(s, len) ? PHONE_LABEL : PHONE_BAD;
}
