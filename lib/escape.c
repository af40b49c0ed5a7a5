#include "lib/escape.h"

#include <stdint.h>
#include <string.h>

#include <sodium.h>

#define BROKEN UINT32_MAX
#define REPLACEMENT "\xef\xbf\xbd"
#define LOGVALUE_BYTES 512

/*
 * Reads one character: its length in bytes, its code point in *cp.  A broken sequence gives BROKEN
 * and the length of its longest good beginning, so that one replacement stands for each.
 */
static size_t
character(const char *text, size_t len, uint32_t *cp)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t need, i;
	uint32_t c;

	*cp = BROKEN;
	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 1;
	need = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	c = s[0] & (0x7f >> need);
	if (s[0] == 0xe0)
		low = 0xa0;		/* overlong */
	else if (s[0] == 0xed)
		high = 0x9f;		/* surrogates */
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;		/* past U+10FFFF */
	for (i = 1; i < need; i++) {
		if (i >= len || s[i] < low || s[i] > high)
			return i;
		c = c << 6 | (s[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*cp = c;
	return need;
}

int
utf8_valid(const char *s, size_t len)
{
	uint32_t cp;

	for (size_t i = 0; i < len; ) {
		i += character(s + i, len - i, &cp);
		if (cp == BROKEN)
			return 0;
	}
	return 1;
}

void
buf_add_utf8(struct buf *b, const char *s, size_t len)
{
	size_t start = 0, n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = character(s + i, len - i, &cp);
		if (cp != BROKEN)
			continue;
		buf_add(b, s + start, i - start);
		buf_adds(b, REPLACEMENT);
		start = i + n;
	}
	buf_add(b, s + start, len - start);
}

/* Characters that turn the text around them about: a reader would see another text. */
static int
is_bidi(uint32_t cp)
{
	return (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) ||
	    cp == 0x200e || cp == 0x200f || cp == 0x061c;
}

static int
is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

/*
 * Walks the text and copies what needs no change in one piece.  put() writes the replacement of a
 * character and returns 1, or returns 0 for a character that stays.
 */
typedef int (*put_character)(struct buf *b, uint32_t cp);

/* Printable, and special to no output. */
static int
is_harmless(uint32_t cp)
{
	return cp >= ' ' && cp < 0x7f && cp != '"' && cp != '&' && cp != '\'' && cp != '<' && cp != '>' &&
	    cp != '[' && cp != '\\';
}

static void
walk(struct buf *b, const char *s, size_t len, put_character put)
{
	size_t start = 0, n, before;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = character(s + i, len - i, &cp);
		before = i;
		if (is_harmless(cp))
			continue;
		buf_add(b, s + start, before - start);
		if (cp == BROKEN)
			buf_adds(b, REPLACEMENT);
		else if (!put(b, cp))
			buf_add(b, s + i, n);
		start = i + n;
	}
	buf_add(b, s + start, len - start);
}

static int
put_markup(struct buf *b, uint32_t cp)
{
	switch (cp) {
	case '&': buf_adds(b, "&amp;"); return 1;
	case '<': buf_adds(b, "&lt;"); return 1;
	case '>': buf_adds(b, "&gt;"); return 1;
	case '"': buf_adds(b, "&quot;"); return 1;
	case '\'': buf_adds(b, "&#39;"); return 1;
	default: return 0;
	}
}

static int
put_html(struct buf *b, uint32_t cp)
{
	if (put_markup(b, cp))
		return 1;
	if (is_bidi(cp))
		buf_addf(b, "\\u%04x", (unsigned)cp);
	else if (is_control(cp) && cp != '\t' && cp != '\n' && cp != '\r')
		buf_adds(b, REPLACEMENT);
	else if (cp == '[')
		buf_adds(b, "&#91;");	/* what is ours to translate stands in [[ ]]: lib/words.h */
	else
		return 0;
	return 1;
}

void
buf_add_html(struct buf *b, const char *s, size_t len)
{
	walk(b, s, len, put_html);
}

static int
put_json(struct buf *b, uint32_t cp)
{
	switch (cp) {
	case '"': buf_adds(b, "\\\""); return 1;
	case '\\': buf_adds(b, "\\\\"); return 1;
	case '\n': buf_adds(b, "\\n"); return 1;
	case '\r': buf_adds(b, "\\r"); return 1;
	case '\t': buf_adds(b, "\\t"); return 1;
	case '<':	/* covers </ and <!-- inside a script element */
	case 0x2028:
	case 0x2029:
		break;
	default:
		if (!is_control(cp))
			return 0;
	}
	buf_addf(b, "\\u%04x", (unsigned)cp);
	return 1;
}

void
buf_add_json(struct buf *b, const char *s, size_t len)
{
	buf_addc(b, '"');
	walk(b, s, len, put_json);
	buf_addc(b, '"');
}

void
buf_add_pair(struct buf *b, const char *key, const char *value)
{
	buf_adds(b, ",\"");
	buf_adds(b, key);
	buf_adds(b, "\":");
	buf_add_json(b, value, strlen(value));
}

void
buf_add_pair_if(struct buf *b, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		buf_add_pair(b, key, value);
}

void
buf_add_int(struct buf *b, const char *key, int64_t value)
{
	buf_adds(b, ",\"");
	buf_adds(b, key);
	buf_adds(b, "\":");
	buf_addi(b, value);
}

static int
put_xml(struct buf *b, uint32_t cp)
{
	if (put_markup(b, cp))
		return 1;
	if (cp == '\t' || cp == '\n' || cp == '\r') {
		buf_addf(b, "&#%u;", (unsigned)cp);	/* in attributes it becomes a space */
		return 1;
	}
	return cp < 0x20 || cp == 0xfffe || cp == 0xffff;
}

void
buf_add_xml(struct buf *b, const char *s, size_t len)
{
	walk(b, s, len, put_xml);
}

static int
put_csv(struct buf *b, uint32_t cp)
{
	if (cp == '"')
		buf_adds(b, "\"\"");
	else if (cp == 0)
		buf_adds(b, REPLACEMENT);
	else
		return 0;
	return 1;
}

/* Spreadsheets run a cell that begins so, blanks before it or not. */
static int
is_formula(const char *s, size_t len)
{
	uint32_t cp;

	if (len > 0 && (s[0] == '\t' || s[0] == '\r' || s[0] == '\n'))
		return 1;
	while (len > 0 && s[0] == ' ')
		s++, len--;
	if (len == 0)
		return 0;
	if (strchr("=+-@", s[0]) != NULL && s[0] != '\0')
		return 1;
	character(s, len, &cp);		/* the full-width forms are read as the plain ones */
	return cp == 0xff1d || cp == 0xff0b || cp == 0xff0d || cp == 0xff20;
}

void
buf_add_csv(struct buf *b, const char *s, size_t len)
{
	buf_addc(b, '"');
	if (is_formula(s, len))
		buf_addc(b, '\'');
	walk(b, s, len, put_csv);
	buf_addc(b, '"');
}

void
buf_add_url(struct buf *b, const char *s, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '.' || c == '_' || c == '~') {
			buf_addc(b, (char)c);
		} else {
			char hex[3] = { '%', digits[c >> 4], digits[c & 15] };

			buf_add(b, hex, 3);
		}
	}
}

static int
put_log(struct buf *b, uint32_t cp)
{
	int zero_width = cp >= 0x200b && cp <= 0x200d;

	if (cp != '"' && cp != '\\' && !is_control(cp) && !is_bidi(cp) && !zero_width &&
	    cp != 0x2028 && cp != 0x2029 && cp != 0xfeff)
		return 0;
	buf_addf(b, "\\u%04x", (unsigned)cp);
	return 1;
}

void
buf_add_logvalue(struct buf *b, const char *s, size_t len)
{
	size_t begin = b->len, n, before;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		before = b->len;
		n = character(s + i, len - i, &cp);
		if (cp == BROKEN)
			buf_adds(b, REPLACEMENT);
		else if (!put_log(b, cp))
			buf_add(b, s + i, n);
		if (b->len - begin > LOGVALUE_BYTES) {
			buf_cut(b, before);	/* never half a character */
			return;
		}
	}
}

void
buf_add_hex(struct buf *b, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;
	char *to = buf_room(b, len * 2);

	for (size_t i = 0; i < len; i++) {
		to[2 * i] = digits[p[i] >> 4];
		to[2 * i + 1] = digits[p[i] & 15];
	}
	buf_added(b, len * 2);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void
buf_add_base64(struct buf *b, const void *data, size_t len)
{
	size_t room = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);

	sodium_bin2base64(buf_room(b, room), room, data, len, sodium_base64_VARIANT_ORIGINAL);
	buf_added(b, room - 1);		/* without its NUL */
}

int
base64_decode(void *out, size_t want, const char *text, size_t len)
{
	size_t n;

	return sodium_base642bin(out, want, text, len, NULL, &n, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == 0 && n == want ? 0 : -1;
}

int
hex_decode(void *out, const char *hex, size_t len)
{
	unsigned char *to = out;

	if (len % 2 != 0)
		return -1;
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		to[i / 2] = (unsigned char)(high << 4 | low);
	}
	return 0;
}
