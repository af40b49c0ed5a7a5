#include "ingest/letter.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/mailbox.h"
#include "ingest/letter_files.h"
#include "ingest/letter_text.h"
#include "lib/escape.h"
#include "lib/seal.h"

#define PART_BYTES (1024 * 1024)	/* decoded bytes of one text that are looked at */
#define REFERENCES 50			/* the last of a References header */
#define ANSWER_CHARS 120

void
letter_release(struct letter *l)
{
	free(l->from);
	free(l->name);
	free(l->subject);
	free(l->ref);
	free(l->text);
	for (int i = 0; i < l->answers_n; i++)
		free(l->answers[i]);
	buf_wipe(&l->files);
	memset(l, 0, sizeof(*l));
}

/* ---- bytes of a part as UTF-8 ---- */

/* What cannot be converted is U+FFFD. */
static int
convert(struct buf *out, const char *charset, const char *s, size_t len)
{
	iconv_t cd = iconv_open("UTF-8", charset);
	char *in = (char *)(uintptr_t)s;

	if (cd == (iconv_t)-1)
		return -1;
	while (len > 0) {
		char piece[1024], *to = piece;
		size_t room = sizeof(piece);
		size_t rc = iconv(cd, &in, &len, &to, &room);

		buf_add(out, piece, (size_t)(to - piece));
		if (rc == (size_t)-1 && errno != E2BIG) {
			buf_adds(out, "\xef\xbf\xbd");
			in++;
			len--;
		}
	}
	iconv_close(cd);
	return 0;
}

/*
 * The named charset is believed only where the bytes do not prove it wrong: what is valid UTF-8
 * beyond ASCII is UTF-8, whatever it is called; Latin-1 is what Windows means by it.
 */
static void
to_utf8(struct buf *out, const char *charset, const struct buf *bytes)
{
	int wide = charset != NULL && (strncasecmp(charset, "utf-16", 6) == 0 ||
	    strncasecmp(charset, "utf-32", 6) == 0 || strncasecmp(charset, "utf-7", 5) == 0 ||
	    strncasecmp(charset, "iso-2022", 8) == 0);

	if (!wide && utf8_valid(buf_str(bytes), bytes->len)) {
		buf_add(out, bytes->data, bytes->len);
		return;
	}
	if (charset == NULL || strncasecmp(charset, "utf-8", 5) == 0 ||
	    strcasecmp(charset, "us-ascii") == 0 || strcasecmp(charset, "iso-8859-1") == 0 ||
	    convert(out, charset, buf_str(bytes), bytes->len) != 0)
		convert(out, "WINDOWS-1252", buf_str(bytes), bytes->len);
}

static void
text_of(struct buf *out, GMimePart *part, struct letter_hung *hung)
{
	struct buf bytes = { 0 }, utf8 = { 0 }, plain = { 0 };
	const char *charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");

	letter_content(&bytes, part, PART_BYTES);
	to_utf8(&utf8, charset, &bytes);
	letter_plain(&plain, buf_str(&utf8), utf8.len);
	if (g_mime_content_type_is_type(g_mime_object_get_content_type(GMIME_OBJECT(part)), "text", "html")) {
		letter_html(out, buf_str(&plain), plain.len);
		letter_hung_page(hung, &plain);
	} else {
		buf_add(out, plain.data, plain.len);
	}
	buf_release(&bytes);
	buf_release(&utf8);
	buf_release(&plain);
}

/* ---- the parts ---- */

/* plain and html: what is said in each; one of several alternatives is chosen by whom they are of. */
struct walk {
	struct letter *l;
	const struct letter_limits *limits;
	int64_t parts;
	struct buf *plain, *html;
	struct letter_hung hung;
};

static void walk(struct walk *w, GMimeObject *o, int64_t depth);

static int
is_blank(const struct buf *b)
{
	return buf_str(b)[strspn(buf_str(b), " \t\n")] == '\0';
}

static void
append(struct buf *to, const struct buf *from)
{
	if (is_blank(from))
		return;
	if (to->len > 0 && to->data[to->len - 1] != '\n')
		buf_addc(to, '\n');
	buf_add(to, from->data, from->len);
}

static void
walk_all(struct walk *w, GMimeMultipart *m, int64_t depth)
{
	int n = g_mime_multipart_get_count(m);

	for (int i = 0; i < n && w->parts < w->limits->parts; i++)
		walk(w, g_mime_multipart_get_part(m, i), depth + 1);
	w->l->cut |= n > 0 && w->parts >= w->limits->parts;
}

/* The same said in several ways: once. */
static void
walk_alternatives(struct walk *w, GMimeMultipart *m, int64_t depth)
{
	struct buf plain = { 0 }, html = { 0 }, *outer_plain = w->plain, *outer_html = w->html;

	w->plain = &plain;
	w->html = &html;
	walk_all(w, m, depth);
	w->plain = outer_plain;
	w->html = outer_html;
	append(w->plain, is_blank(&plain) ? &html : &plain);
	buf_release(&plain);
	buf_release(&html);
}

static void
walk_letter(struct walk *w, GMimeMessage *m, int64_t depth)
{
	GMimeObject *inside = m != NULL ? g_mime_message_get_mime_part(m) : NULL;
	const char *subject = m != NULL ? g_mime_message_get_subject(m) : NULL;
	struct buf line = { 0 };

	if (subject != NULL)
		letter_line(&line, subject, LETTER_LINE_BYTES);
	append(w->plain, &line);
	if (inside != NULL)
		walk(w, inside, depth + 1);
	buf_release(&line);
}

static void
walk_leaf(struct walk *w, GMimePart *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	int html = g_mime_content_type_is_type(type, "text", "html");
	struct buf words = { 0 };

	w->hung.last = part;
	if (!g_mime_part_is_attachment(part) && (html ||
	    g_mime_content_type_is_type(type, "text", "plain"))) {
		text_of(&words, part, &w->hung);
		append(html ? w->html : w->plain, &words);
	} else {
		letter_hung_add(&w->hung, part);
	}
	buf_release(&words);
}

static void
walk(struct walk *w, GMimeObject *o, int64_t depth)
{
	if (depth > w->limits->depth || w->parts >= w->limits->parts) {
		w->l->cut = 1;
		return;
	}
	w->parts++;
	if (GMIME_IS_MULTIPART(o)) {
		if (g_mime_content_type_is_type(g_mime_object_get_content_type(o), "multipart", "alternative"))
			walk_alternatives(w, GMIME_MULTIPART(o), depth);
		else
			walk_all(w, GMIME_MULTIPART(o), depth);
	} else if (GMIME_IS_MESSAGE_PART(o)) {
		walk_letter(w, g_mime_message_part_get_message(GMIME_MESSAGE_PART(o)), depth);
	} else if (GMIME_IS_PART(o)) {
		walk_leaf(w, GMIME_PART(o));
	} else {
		w->l->others++;
	}
}

static void
keep_words(struct letter *l, const struct buf *said, const struct letter_limits *limits)
{
	struct buf words = { 0 };
	size_t n;

	if (l->reply)
		letter_reply(&words, buf_str(said));
	else
		buf_add(&words, said->data, said->len);
	n = words.len;
	l->cut |= n > limits->text_bytes;
	if (n > limits->text_bytes)
		for (n = limits->text_bytes; n > 0 && ((unsigned char)words.data[n] & 0xc0) == 0x80; n--)
			;
	while (n > 0 && isspace((unsigned char)words.data[n - 1]))
		n--;
	buf_cut(&words, n);
	if (!is_blank(&words))
		l->text = buf_take(&words);
	buf_release(&words);
}

static void
read_parts(struct letter *l, GMimeMessage *m, const struct letter_limits *limits)
{
	struct buf plain = { 0 }, html = { 0 };
	struct walk w = { .l = l, .limits = limits, .plain = &plain, .html = &html };
	GMimeObject *o = g_mime_message_get_mime_part(m);

	if (o != NULL)
		walk(&w, o, 1);
	append(&plain, &html);
	keep_words(l, &plain, limits);
	letter_hung_keep(l, &w.hung, limits);
	letter_hung_release(&w.hung);
	buf_release(&plain);
	buf_release(&html);
}

/* ---- the head ---- */

static const char *
header(GMimeMessage *m, const char *name)
{
	const char *value = g_mime_object_get_header(GMIME_OBJECT(m), name);

	return value != NULL ? value + strspn(value, " \t") : NULL;
}

/* Exactly one writer: of two nobody can say which one is meant, and to whom an answer may go. */
static void
read_writer(struct letter *l, GMimeMessage *m)
{
	InternetAddressList *list = g_mime_message_get_from(m);
	InternetAddress *a = list != NULL && internet_address_list_length(list) == 1 ?
	    internet_address_list_get_address(list, 0) : NULL;
	const char *address = a != NULL && INTERNET_ADDRESS_IS_MAILBOX(a) ?
	    internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a)) : NULL;
	const char *name = a != NULL ? internet_address_get_name(a) : NULL;
	struct buf line = { 0 };

	if (address == NULL || !mailbox_fits(address))
		return;
	l->from = xstrdup(address);
	for (char *p = l->from; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if (name != NULL)
		letter_line(&line, name, LETTER_LINE_BYTES);
	if (line.len > 0)
		l->name = buf_take(&line);
	buf_release(&line);
}

static void
read_ref(struct letter *l, GMimeMessage *m)
{
	const char *id = g_mime_message_get_message_id(m);

	if (id != NULL && mailbox_id_fits(id))
		l->ref = xstrdup(id);
}

static void
read_subject(struct letter *l, GMimeMessage *m)
{
	const char *subject = g_mime_message_get_subject(m);
	struct buf line = { 0 };

	if (subject != NULL)
		letter_line(&line, subject, LETTER_LINE_BYTES);
	if (line.len > 0)
		l->subject = buf_take(&line);
	buf_release(&line);
}

static int
is_forwarded(const struct letter *l)
{
	static const char *const words[] = { "fw:", "fwd:", "terusan:", "trs:", "tr:" };

	for (size_t i = 0; l->subject != NULL && i < N_ELEMS(words); i++)
		if (strncasecmp(l->subject, words[i], strlen(words[i])) == 0)
			return 1;
	return 0;
}

/* Remembers X of <X@domain>. */
static void
add_answer(struct letter *l, const char *id, const char *domain)
{
	const char *at = id != NULL ? strrchr(id, '@') : NULL;
	char *x;

	if (at == NULL || strcasecmp(at + 1, domain) != 0 || at - id > ANSWER_CHARS ||
	    l->answers_n == LETTER_ANSWERS)
		return;
	x = xstrndup(id, (size_t)(at - id));
	if (mailbox_atom_fits(x))
		l->answers[l->answers_n++] = x;
	else
		free(x);
}

/* The nearest letter stands last in a header. */
static void
add_answers(struct letter *l, const char *value, const char *domain)
{
	GMimeReferences *ids = value != NULL ? g_mime_references_parse(NULL, value) : NULL;
	int n = ids != NULL ? g_mime_references_length(ids) : 0;

	for (int i = n - 1; i >= 0 && i >= n - REFERENCES; i--)
		add_answer(l, g_mime_references_get_message_id(ids, i), domain);
	if (ids != NULL)
		g_mime_references_free(ids);
}

/* RFC 3834 section 2, and what older robots say instead. */
static int
is_machine(GMimeMessage *m)
{
	const char *submitted = header(m, "Auto-Submitted"), *precedence = header(m, "Precedence");
	const char *path = header(m, "Return-Path");

	return (submitted != NULL && strncasecmp(submitted, "no", 2) != 0) ||
	    (precedence != NULL && (strncasecmp(precedence, "bulk", 4) == 0 ||
	    strncasecmp(precedence, "junk", 4) == 0 || strncasecmp(precedence, "list", 4) == 0)) ||
	    header(m, "X-Auto-Response-Suppress") != NULL || header(m, "X-Autoreply") != NULL ||
	    header(m, "X-Autorespond") != NULL || header(m, "List-Id") != NULL ||
	    header(m, "List-Unsubscribe") != NULL || (path != NULL && strncmp(path, "<>", 2) == 0);
}

static int
is_from_mail_system(const struct letter *l, GMimeMessage *m)
{
	GMimeObject *o = g_mime_message_get_mime_part(m);
	const char *path = header(m, "Return-Path");

	return (l->from != NULL && (strncmp(l->from, "mailer-daemon@", 14) == 0 ||
	    strncmp(l->from, "postmaster@", 11) == 0)) || (path != NULL && strncmp(path, "<>", 2) == 0) ||
	    (o != NULL && g_mime_content_type_is_type(g_mime_object_get_content_type(o), "multipart", "report"));
}

static void
read_head(struct letter *l, GMimeMessage *m, const struct letter_limits *limits)
{
	const char *to = header(m, "In-Reply-To"), *references = header(m, "References"),
	    *submitted = header(m, "Auto-Submitted");

	read_writer(l, m);
	read_subject(l, m);
	read_ref(l, m);
	l->report = is_from_mail_system(l, m);
	l->machine = l->report || is_machine(m);
	l->reply = ((to != NULL || references != NULL) && !is_forwarded(l)) ||
	    (submitted != NULL && strncasecmp(submitted, "auto-replied", 12) == 0);
	if (l->report)
		return;		/* whose letter it tells of stands in the one it returns */
	add_answers(l, to, limits->domain);
	add_answers(l, references, limits->domain);
}

/* ---- delivery reports ---- */

/* The value of a field in a block of lines, "" if it has none; size as for snprintf. */
static const char *
field_in(const char *at, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	out[0] = '\0';
	for (; at != NULL && *at != '\0'; at = strchr(at, '\n'), at += at != NULL)
		if (strncasecmp(at, name, n) == 0) {
			at += n + strspn(at + n, " \t");
			snprintf(out, size, "%.*s", (int)strcspn(at, "\r\n"), at);
			return at;
		}
	return NULL;
}

/* Several recipients: the worst of them; ours have one. */
static void
read_status(struct letter *l, const struct buf *lines)
{
	const char *at = buf_str(lines);
	char status[16], action[16];

	field_in(at, "Action:", action, sizeof(action));
	while ((at = field_in(at, "Status:", status, sizeof(status))) != NULL) {
		enum letter_news news = status[0] == '5' ? LETTER_FAILED :
		    status[0] == '4' ? LETTER_DELAYED :
		    status[0] == '2' && strcasecmp(action, "delivered") == 0 ? LETTER_DELIVERED : LETTER_NO_NEWS;

		if (news > l->news)
			l->news = news;
	}
}

static void
read_returned(struct letter *l, GMimeMessage *m, const char *domain)
{
	if (m != NULL)
		add_answer(l, g_mime_message_get_message_id(m), domain);
}

static void
read_returned_head(struct letter *l, const struct buf *bytes, const char *domain)
{
	GMimeStream *s = g_mime_stream_mem_new_with_buffer(buf_str(bytes), bytes->len);
	GMimeParser *parser = g_mime_parser_new_with_stream(s);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);

	read_returned(l, m, domain);
	if (m != NULL)
		g_object_unref(m);
	g_object_unref(parser);
	g_object_unref(s);
}

static void
read_report(struct letter *l, GMimeMessage *m, const struct letter_limits *limits)
{
	GMimeObject *top = g_mime_message_get_mime_part(m);
	int n = top != NULL && GMIME_IS_MULTIPART(top) ? g_mime_multipart_get_count(GMIME_MULTIPART(top)) : 0;

	for (int i = 0; i < n && i < limits->parts; i++) {
		GMimeObject *o = g_mime_multipart_get_part(GMIME_MULTIPART(top), i);
		GMimeContentType *type = g_mime_object_get_content_type(o);
		struct buf bytes = { 0 };

		if (GMIME_IS_MESSAGE_PART(o))
			read_returned(l, g_mime_message_part_get_message(GMIME_MESSAGE_PART(o)), limits->domain);
		else if (GMIME_IS_PART(o))
			letter_content(&bytes, GMIME_PART(o), PART_BYTES);
		if (g_mime_content_type_is_type(type, "message", "delivery-status"))
			read_status(l, &bytes);
		else if (g_mime_content_type_is_type(type, "text", "rfc822-headers"))
			read_returned_head(l, &bytes, limits->domain);
		buf_release(&bytes);
	}
}

/* ---- all of it ---- */

static size_t
head_bytes(const char *bytes, size_t len)
{
	for (const char *at = bytes; (at = memchr(at, '\n', len - (size_t)(at - bytes))) != NULL; at++) {
		size_t here = (size_t)(at - bytes) + 1;

		if (here < len && bytes[here] == '\n')
			return here + 1;
		if (here + 1 < len && bytes[here] == '\r' && bytes[here + 1] == '\n')
			return here + 2;
	}
	return len;
}

static void
make_id(struct letter *l, GMimeMessage *m, const char *bytes, size_t len)
{
	const char *id = g_mime_message_get_message_id(m), *date = header(m, "Date");
	size_t head = head_bytes(bytes, len);
	uint8_t digest[DIGEST_BYTES];
	struct buf all = { 0 }, hex = { 0 };

	digest_of(digest, NULL, bytes + head, len - head);
	buf_addf(&all, "%s\n%s\n%s\n", id != NULL ? id : "", l->from != NULL ? l->from : "",
	    date != NULL ? date : "");
	buf_add(&all, digest, sizeof(digest));
	digest_of(digest, NULL, all.data, all.len);
	buf_add_hex(&hex, digest, LETTER_ID_CHARS / 2);
	snprintf(l->id, sizeof(l->id), "%s", buf_str(&hex));
	buf_release(&all);
	buf_release(&hex);
}

int
letter_read(struct letter *l, const char *bytes, size_t len, const struct letter_limits *limits)
{
	GMimeStream *s;
	GMimeParser *parser;
	GMimeMessage *m;

	memset(l, 0, sizeof(*l));
	g_mime_init();
	s = g_mime_stream_mem_new_with_buffer(bytes, len);
	parser = g_mime_parser_new_with_stream(s);
	m = g_mime_parser_construct_message(parser, NULL);
	if (m != NULL) {
		read_head(l, m, limits);
		make_id(l, m, bytes, len);
		if (l->report)
			read_report(l, m, limits);
		read_parts(l, m, limits);
		g_object_unref(m);
	}
	g_object_unref(parser);
	g_object_unref(s);
	return m != NULL ? 0 : -1;
}
