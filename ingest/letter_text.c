#include "ingest/letter_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/escape.h"

/* ---- HTML ---- */

#define NAME_CHARS 12
#define QUOTES_MOST 8		/* deeper ones are quoted as often */

struct html {
	struct buf *out;
	int line;			/* something stands on this line */
	int space, blank;		/* a space, an empty line is due before the next word */
	int quotes;			/* blockquotes we are in */
};

static void
end_line(struct html *h)
{
	if (h->line)
		buf_addc(h->out, '\n');
	h->line = h->space = 0;
}

static void
put(struct html *h, const char *s, size_t len)
{
	if (!h->line) {
		if (h->blank && h->out->len > 0)
			buf_addc(h->out, '\n');
		for (int i = 0; i < h->quotes && i < QUOTES_MOST; i++)
			buf_adds(h->out, "> ");
	} else if (h->space) {
		buf_addc(h->out, ' ');
	}
	h->line = 1;
	h->space = h->blank = 0;
	buf_add(h->out, s, len);
}

/* Where this comes next, whatever its case; the end if never. */
static const char *
find(const char *at, const char *end, const char *what)
{
	size_t n = strlen(what);

	for (; (size_t)(end - at) >= n; at++)
		if (strncasecmp(at, what, n) == 0)
			return at;
	return end;
}

/* Behind the tag that begins at <: quoted attributes may hold >. */
static const char *
after_tag(const char *at, const char *end)
{
	char quote = '\0';

	for (; at < end; at++)
		if (quote != '\0')
			quote = *at == quote ? '\0' : quote;
		else if (*at == '>')
			return at + 1;
		else if (*at == '"' || *at == '\'')
			quote = *at;
	return end;
}

static int
is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(name, names[i]) == 0)
			return 1;
	return 0;
}

/* at stands on <; where it goes on. */
static const char *
tag(struct html *h, const char *at, const char *end)
{
	static const char *const hidden[] = { "script", "style", "head", "title" };
	static const char *const lines[] = { "br", "div", "tr", "li", "ul", "ol", "table", "hr", "dt",
	    "dd", "section", "article" };
	static const char *const blocks[] = { "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre" };
	char name[NAME_CHARS + 1], close[NAME_CHARS + 3];
	int closing = at + 1 < end && at[1] == '/';
	size_t n = 0;

	if (end - at >= 4 && strncmp(at, "<!--", 4) == 0) {
		at = find(at + 4, end, "-->");
		return end - at >= 3 ? at + 3 : end;
	}
	for (const char *p = at + 1 + closing; p < end && n < NAME_CHARS && isalnum((unsigned char)*p); p++)
		name[n++] = *p;
	name[n] = '\0';
	at = after_tag(at, end);
	if (is_one_of(name, hidden, N_ELEMS(hidden)) && !closing) {
		snprintf(close, sizeof(close), "</%s", name);
		at = find(at, end, close);
		return after_tag(at, end);
	}
	if (strcasecmp(name, "blockquote") == 0) {
		end_line(h);
		h->quotes += closing ? -(h->quotes > 0) : 1;
	} else if (strcasecmp(name, "br") == 0 && !h->line) {
		h->blank = 1;
	} else if (is_one_of(name, lines, N_ELEMS(lines))) {
		end_line(h);
	} else if (is_one_of(name, blocks, N_ELEMS(blocks))) {
		end_line(h);
		h->blank = 1;
	}
	return at;
}

static size_t
utf8_of(char out[4], unsigned long c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* at stands on &; where it goes on.  What is no entity is itself. */
static const char *
entity(struct html *h, const char *at, const char *end)
{
	static const struct { const char *name; unsigned long is; } named[] = {
		{ "amp;", '&' }, { "lt;", '<' }, { "gt;", '>' }, { "quot;", '"' }, { "apos;", '\'' },
		{ "nbsp;", ' ' }, { "hellip;", 0x2026 }, { "ndash;", 0x2013 }, { "mdash;", 0x2014 },
		{ "lsquo;", 0x2018 }, { "rsquo;", 0x2019 }, { "ldquo;", 0x201c }, { "rdquo;", 0x201d },
		{ "bull;", 0x2022 }, { "eacute;", 0xe9 }, { "copy;", 0xa9 },
	};
	char number[9], utf8[4], *stop;
	unsigned long c = 0;
	const char *after = at + 1;
	size_t n = 0;

	if (end - at > 2 && at[1] == '#') {
		int hex = at[2] == 'x' || at[2] == 'X';

		for (after = at + 2 + hex; after < end && n + 1 < sizeof(number) &&
		    isxdigit((unsigned char)*after); after++)
			number[n++] = *after;
		number[n] = '\0';
		c = strtoul(number, &stop, hex ? 16 : 10);
		if (n == 0 || *stop != '\0')
			c = 0;
		after += after < end && *after == ';';
	}
	for (size_t i = 0; c == 0 && i < N_ELEMS(named); i++) {
		size_t len = strlen(named[i].name);

		if ((size_t)(end - at) > len && strncmp(at + 1, named[i].name, len) == 0) {
			c = named[i].is;
			after = at + 1 + len;
		}
	}
	if (c == ' ' || c == 0xa0) {
		h->space = 1;
	} else if (c < ' ' || c == 0x7f || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
		put(h, at, 1);
		return at + 1;
	} else {
		put(h, utf8, utf8_of(utf8, c));
	}
	return after;
}

void
letter_html(struct buf *out, const char *html, size_t len)
{
	struct html h = { .out = out };
	const char *end = html + len;

	for (const char *at = html; at < end; ) {
		if (*at == '<' && at + 1 < end && (isalpha((unsigned char)at[1]) || at[1] == '/' || at[1] == '!')) {
			at = tag(&h, at, end);
		} else if (*at == '&') {
			at = entity(&h, at, end);
		} else if (isspace((unsigned char)*at)) {
			h.space = 1;
			at++;
		} else {
			put(&h, at++, 1);
			while (at < end && ((unsigned char)*at & 0xc0) == 0x80)
				buf_addc(out, *at++);
		}
	}
	end_line(&h);
}

/* ---- replies ---- */

#define WRAPPED_LINES 3		/* "On ..., ... wrote:" is broken into so many at most */
#define HEADS_LINES 4		/* From, Sent, To and Subject of a letter quoted without > */

/* A line of the text, without its end and the spaces around it. */
struct line { const char *s, *next; size_t len; };

static int
line_at(struct line *l, const char *at)
{
	size_t n = strcspn(at, "\n");

	if (*at == '\0')
		return 0;
	l->next = at + n + (at[n] == '\n');
	while (n > 0 && isspace((unsigned char)at[0]))
		at++, n--;
	while (n > 0 && isspace((unsigned char)at[n - 1]))
		n--;
	l->s = at;
	l->len = n;
	return 1;
}

static int
begins(const struct line *l, const char *with)
{
	return l->len >= strlen(with) && strncasecmp(l->s, with, strlen(with)) == 0;
}

static int
ends(const struct line *l, const char *with)
{
	size_t n = strlen(with);

	return l->len >= n && strncasecmp(l->s + l->len - n, with, n) == 0;
}

static int
begins_one_of(const struct line *l, const char *const *with, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (begins(l, with[i]))
			return 1;
	return 0;
}

/* "On Mon, ... Lapor <lapor@...> wrote:", perhaps broken; where it ends, NULL if it is none. */
static const char *
after_attribution(const char *at)
{
	static const char *const first[] = { "On ", "Pada ", "Tanggal ", "Le ", "Am ", "Op " };
	static const char *const last[] = { "wrote:", "menulis:", "schrieb:", "schreef:", "\303\251crit :" };
	struct line l;

	for (int i = 0; i < WRAPPED_LINES && line_at(&l, at); i++) {
		if (i == 0 && !begins_one_of(&l, first, N_ELEMS(first)))
			return NULL;
		for (size_t k = 0; k < N_ELEMS(last); k++)
			if (ends(&l, last[k]))
				return l.next;
		at = l.next;
	}
	return NULL;
}

/* From: and, soon below, Sent: and To:. */
static int
is_quoted_head(const char *at)
{
	static const char *const from[] = { "From:", "Dari:", "*From:*", "*Dari:*" };
	static const char *const sent[] = { "Sent:", "Date:", "Dikirim:", "Tanggal:", "*Sent:*", "*Date:*",
	    "*Dikirim:*" };
	struct line l;

	for (int i = 0; i < HEADS_LINES && line_at(&l, at); i++, at = l.next) {
		if (i == 0 && !begins_one_of(&l, from, N_ELEMS(from)))
			return 0;
		if (i > 0 && begins_one_of(&l, sent, N_ELEMS(sent)))
			return 1;
	}
	return 0;
}

/* What follows is not the writer's own. */
static int
is_end(const struct line *l, const char *at)
{
	static const char *const marks[] = { "-----Original Message", "----- Original Message",
	    "-------- Original Message", "-----Pesan Asli", "----- Pesan Asli", "-------- Pesan Asli",
	    "---------- Forwarded message", "---------- Pesan terusan", "____________________",
	    "Dikirim dari ", "Sent from my ", "Get Outlook for ", "Dapatkan Outlook " };

	return (l->len == 2 && memcmp(l->s, "--", 2) == 0) || begins_one_of(l, marks, N_ELEMS(marks)) ||
	    is_quoted_head(at);
}

static int
has_quoted_line(const char *at)
{
	for (struct line l; line_at(&l, at); at = l.next)
		if (l.len > 0 && l.s[0] == '>')
			return 1;
	return 0;
}

void
letter_reply(struct buf *out, const char *text)
{
	size_t before = out->len;
	const char *at = text, *after;
	int said = 0, blank = 0;

	for (struct line l; line_at(&l, at); at = after != NULL ? after : l.next) {
		after = after_attribution(at);
		if (is_end(&l, at) || (after != NULL && !has_quoted_line(after)))
			break;
		if (after != NULL || (l.len > 0 && l.s[0] == '>'))
			continue;
		if (l.len == 0) {
			blank = said;
			continue;
		}
		buf_adds(out, blank ? "\n\n" : said ? "\n" : "");
		buf_add(out, l.s, l.len);
		said = 1;
		blank = 0;
	}
	if (out->len == before)
		buf_adds(out, text);
}

/* ---- bytes ---- */

void
letter_line(struct buf *out, const char *s, size_t most)
{
	struct buf whole = { 0 };
	size_t n, start = out->len;

	buf_add_utf8(&whole, s, strlen(s));
	n = whole.len;
	if (n > most)
		for (n = most; n > 0 && ((unsigned char)whole.data[n] & 0xc0) == 0x80; n--)
			;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)whole.data[i];

		if (c > ' ' && c != 0x7f)
			buf_addc(out, (char)c);
		else if (out->len > start && out->data[out->len - 1] != ' ')
			buf_addc(out, ' ');
	}
	if (out->len > start && out->data[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
	buf_release(&whole);
}

void
letter_plain(struct buf *out, const char *s, size_t len)
{
	struct buf whole = { 0 };

	buf_add_utf8(&whole, s, len);
	for (size_t i = 0; i < whole.len; i++) {
		unsigned char c = (unsigned char)whole.data[i];

		if (c == '\r' && (i + 1 == whole.len || whole.data[i + 1] != '\n'))
			buf_addc(out, '\n');
		else if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f))
			buf_addc(out, (char)c);
	}
	buf_release(&whole);
}
