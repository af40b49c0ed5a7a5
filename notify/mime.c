#include "notify/mime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "core/mailbox.h"
#include "lib/escape.h"

#define BODY_LINE 76
#define WORD_BYTES 39		/* of UTF-8 in one encoded word: 64 characters in all; its line has no more than 76 */

/* ---- headers ---- */

static int
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || (unsigned char)*s > '~')
			return 0;
	return 1;
}

/* Bytes of the next piece that ends on a character's border. */
static size_t
piece(const char *s, size_t len)
{
	size_t n = len < WORD_BYTES ? len : WORD_BYTES;

	while (n < len && n > 1 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* Words of a header: as they are when they are short and plain, else RFC 2047, folded. */
static void
add_words(struct buf *out, const char *s)
{
	char b64[64];
	size_t len = strlen(s);

	if (is_plain(s) && len <= 60 && strstr(s, "=?") == NULL) {
		buf_adds(out, s);
		return;
	}
	for (size_t at = 0, n; at < len; at += n) {
		n = piece(s + at, len - at);
		sodium_bin2base64(b64, sizeof(b64), (const unsigned char *)s + at, n,
		    sodium_base64_VARIANT_ORIGINAL);
		buf_addf(out, "%s=?UTF-8?B?%s?=", at > 0 ? "\r\n " : "", b64);
	}
}

/* A name before an address: quoted, or encoded words, which want lines of their own; so do long ones. */
static void
add_name(struct buf *out, const char *name)
{
	if (!is_plain(name) || strpbrk(name, "\"\\") != NULL || strstr(name, "=?") != NULL ||
	    strlen(name) > 60) {
		add_words(out, name);
		buf_adds(out, "\r\n ");
	} else {
		buf_addf(out, "\"%s\"%s ", name, strlen(name) > 30 ? "\r\n" : "");
	}
}

static void
add_date(struct buf *out, int64_t ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	    "Sep", "Oct", "Nov", "Dec" };
	time_t wib = (time_t)(ms / 1000 + 7 * 3600);
	struct tm tm;

	gmtime_r(&wib, &tm);
	buf_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0700\r\n", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* His letter if there is one, and what binds all letters of the case. */
static void
add_thread(struct buf *out, const struct mail *m)
{
	struct buf last = { 0 };

	if (m->ref != NULL)
		buf_addf(&last, "<%s>", m->ref);
	else if (m->thread != NULL)
		buf_addf(&last, "<%s@%s>", m->thread, m->domain);
	if (m->ref != NULL && m->thread != NULL)
		buf_addf(out, "References: <%s@%s>\r\n %s\r\n", m->thread, m->domain, buf_str(&last));
	else if (last.len > 0)
		buf_addf(out, "References: %s\r\n", buf_str(&last));
	if (last.len > 0)
		buf_addf(out, "In-Reply-To: %s\r\n", buf_str(&last));
	buf_release(&last);
}

/* ---- bodies ---- */

/* RFC 2045 section 6.7; every line end of the text, of whatever kind, becomes CR LF. */
static void
add_quoted_printable(struct buf *out, const char *s, size_t len)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		int ends = c == '\n' || c == '\r', last;
		char code[4];

		if (ends) {
			i += c == '\r' && i + 1 < len && s[i + 1] == '\n';
			buf_adds(out, "\r\n");
			column = 0;
			continue;
		}
		last = i + 1 == len || s[i + 1] == '\n' || s[i + 1] == '\r';
		/* A dot or "From " at the start of a line is altered by servers on the way. */
		if ((c >= '!' && c <= '~' && c != '=' && !(column == 0 && (c == '.' || c == 'F'))) ||
		    (c == ' ' && !last)) {
			code[0] = (char)c;
			code[1] = '\0';
		} else {
			snprintf(code, sizeof(code), "=%02X", c);
		}
		if (column + strlen(code) > BODY_LINE - 1) {
			buf_adds(out, "=\r\n");
			column = 0;
			i--;		/* once more, now at the start of a line */
			continue;
		}
		buf_adds(out, code);
		column += strlen(code);
	}
	buf_adds(out, "\r\n");
}

static void
add_html(struct buf *out, const struct mail *m)
{
	struct buf escaped = { 0 };

	buf_addf(out, "<!DOCTYPE html><html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
	    m->lang);
	buf_add_html(out, m->subject, strlen(m->subject));
	buf_adds(out, "</title></head><body><p>");
	buf_add_html(&escaped, m->text, m->text_len);
	for (size_t i = 0; i < escaped.len; i++)
		if (escaped.data[i] == '\n')
			buf_adds(out, "<br>\n");
		else if (escaped.data[i] != '\r')
			buf_addc(out, escaped.data[i]);
	buf_adds(out, "</p></body></html>");
	buf_release(&escaped);
}

static void
add_part(struct buf *out, const char *boundary, const char *type, const char *s, size_t len)
{
	buf_addf(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n", boundary, type);
	add_quoted_printable(out, s, len);
}

int
mime_build(struct buf *out, const struct mail *m)
{
	struct buf html = { 0 };
	char boundary[80];

	if (!mailbox_fits(m->from) || !mailbox_fits(m->to) || !mailbox_domain_fits(m->domain) ||
	    !mailbox_atom_fits(m->id) || strlen(m->id) > 60 || !mailbox_atom_fits(m->token) ||
	    (m->thread != NULL && !mailbox_atom_fits(m->thread)) ||
	    (m->ref != NULL && !mailbox_id_fits(m->ref)))
		return -1;
	buf_adds(out, "From: ");
	if (m->from_name != NULL)
		add_name(out, m->from_name);
	buf_addf(out, "<%s>\r\nTo: <%s>\r\nSubject: ", m->from, m->to);
	add_words(out, m->subject);
	buf_adds(out, "\r\n");
	add_date(out, m->date_ms);
	buf_addf(out, "Message-ID: <%s.%s@%s>\r\n", m->id, m->token, m->domain);
	add_thread(out, m);
	/* "=_" stands in no quoted-printable text: the border cannot be forged from inside */
	snprintf(boundary, sizeof(boundary), "=_%s", m->id);
	buf_addf(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Language: %s\r\n"
	    "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", m->lang, boundary);
	add_part(out, boundary, "text/plain", m->text, m->text_len);
	add_html(&html, m);
	add_part(out, boundary, "text/html", html.data, html.len);
	buf_addf(out, "--%s--\r\n", boundary);
	buf_release(&html);
	return 0;
}
