/* From a letter's bytes to what its writer says. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/letter.h"
#include "ingest/letter_text.h"
#include "lib/buf.h"

Suite *letter_suite(void);

#define FROM "From: Siti <siti@contoh.id>\r\n"
#define HEAD FROM "Message-ID: <a@contoh.id>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0700\r\n"
#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n"

static const struct letter_limits limits = { .domain = "uji.go.id", .parts = 50, .depth = 10,
    .text_bytes = 8192, .files = 100, .file_bytes = 1000, .files_bytes = 10000 };

static void
read_it(struct letter *l, const char *bytes, size_t len)
{
	ck_assert_int_eq(letter_read(l, bytes, len, &limits), 0);
}

/* ---- words ---- */

static const struct { const char *what, *letter, *text; } words[] = {
	{ "plain", HEAD PLAIN "\r\nJalan rusak\r\ndi Kabat\r\n", "Jalan rusak\ndi Kabat" },
	{ "no type at all", HEAD "\r\nJalan rusak\r\n", "Jalan rusak" },
	{ "bare line feeds", "From: siti@contoh.id\n\nJalan rusak\n", "Jalan rusak" },
	{ "nothing", HEAD "\r\n", NULL },
	{ "blanks", HEAD "\r\n \r\n\t\r\n", NULL },
	{ "quoted-printable", HEAD PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "caf=C3=A9 =\r\nrusak\r\n", "caf\xc3\xa9 rusak" },
	{ "base64", HEAD PLAIN "Content-Transfer-Encoding: base64\r\n\r\nSmFsYW4gcnVzYWs=\r\n", "Jalan rusak" },
	{ "broken base64", HEAD PLAIN "Content-Transfer-Encoding: base64\r\n\r\nSmFs!!YW4gcnVzYWs\r\n", "Jalan rus" },
	{ "ISO-8859-1", HEAD "Content-Type: text/plain; charset=ISO-8859-1\r\n\r\ncaf\xe9 rusak\r\n", "caf\xc3\xa9 rusak" },
	{ "windows-1252", HEAD "Content-Type: text/plain; charset=windows-1252\r\n\r\n\x93rusak\x94\r\n",
	    "\xe2\x80\x9crusak\xe2\x80\x9d" },
	{ "windows called Latin-1", HEAD "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\x93rusak\x94\r\n",
	    "\xe2\x80\x9crusak\xe2\x80\x9d" },
	{ "UTF-16", HEAD "Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	    "//5KAGEAbABhAG4A\r\n", "Jalan" },
	{ "UTF-8 called Latin-1", HEAD "Content-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf\xc3\xa9\r\n", "caf\xc3\xa9" },
	{ "Latin-1 called UTF-8", HEAD PLAIN "\r\ncaf\xe9 rusak\r\n", "caf\xc3\xa9 rusak" },
	{ "8 bits called ASCII", HEAD "Content-Type: text/plain; charset=us-ascii\r\n\r\ncaf\xc3\xa9\r\n", "caf\xc3\xa9" },
	{ "a charset nobody has", HEAD "Content-Type: text/plain; charset=x-klingon\r\n\r\ncaf\xe9\r\n", "caf\xc3\xa9" },
	{ "NUL and escape", HEAD PLAIN "Content-Transfer-Encoding: base64\r\n\r\nYQBiG1szMW1j\r\n", "ab[31mc" },
	{ "HTML", HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>p{}</style></head>"
	    "<body><p>Jalan&nbsp;rusak &amp; gelap</p><p>di <b>Kabat</b><br>RT 3</p><script>x</script></body></html>\r\n",
	    "Jalan rusak & gelap\n\ndi Kabat\nRT 3" },
	{ "of two, the plain one", HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" PLAIN "\r\npolos\r\n"
	    "--b\r\nContent-Type: text/html\r\n\r\n<p>berhias</p>\r\n--b--\r\n", "polos" },
	{ "unless it is empty", HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" PLAIN "\r\n\r\n"
	    "--b\r\nContent-Type: text/html\r\n\r\n<p>berhias</p>\r\n--b--\r\n", "berhias" },
	{ "words before and behind a picture", HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" PLAIN
	    "\r\nsatu\r\n--b\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--b\r\n" PLAIN "\r\ndua\r\n--b--\r\n", "satu\ndua" },
	{ "a text that is an attachment", HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" PLAIN
	    "\r\nsatu\r\n--b\r\n" PLAIN "Content-Disposition: attachment; filename=a.txt\r\n\r\ndua\r\n--b--\r\n", "satu" },
	{ "a card is no words", HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" PLAIN
	    "\r\nsatu\r\n--b\r\nContent-Type: text/vcard\r\n\r\nBEGIN:VCARD\r\n--b--\r\n", "satu" },
	{ "a letter in the letter", HEAD "Content-Type: message/rfc822\r\n\r\nFrom: x@y.id\r\nSubject: Banjir\r\n\r\ndi Kabat\r\n",
	    "Banjir\ndi Kabat" },
	{ "no closing border", HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" PLAIN "\r\nterpotong", "terpotong" },
	{ "no border at all", HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\nhilang\r\n", NULL },
	{ "a reply", HEAD "In-Reply-To: <x@y.id>\r\n" PLAIN "\r\n1\r\n\r\nOn Sat, 21 Nov 2026 at 10:00, Lapor <lapor@uji.go.id>\r\n"
	    "wrote:\r\n> Balas 1 bila beres\r\n> 2 bila belum\r\n", "1" },
	{ "a reply in HTML", HEAD "In-Reply-To: <x@y.id>\r\nContent-Type: text/html\r\n\r\n<div>2</div><div class=\"gmail_quote\">"
	    "<div>Pada Sab, 21 Nov 2026 Lapor menulis:<br></div><blockquote>Balas 1</blockquote></div>\r\n", "2" },
	{ "signature and all of a first letter stay", HEAD PLAIN "\r\njalan rusak\r\n-- \r\nRT 3 Kabat\r\n",
	    "jalan rusak\n-- \nRT 3 Kabat" },
	{ "a forwarded letter is no reply", HEAD "Subject: Fwd: banjir\r\nReferences: <x@y.id>\r\n" PLAIN
	    "\r\nmohon dibantu\r\n> banjir di Kabat\r\n", "mohon dibantu\n> banjir di Kabat" },
};

START_TEST(the_words)
{
	struct letter l;

	read_it(&l, words[_i].letter, strlen(words[_i].letter));
	ck_assert_msg(words[_i].text == NULL ? l.text == NULL : l.text != NULL && strcmp(l.text, words[_i].text) == 0,
	    "%s: '%s'", words[_i].what, l.text != NULL ? l.text : "(none)");
	letter_release(&l);
}
END_TEST

static const struct { const char *what, *text, *says; } replies[] = {
	{ "nothing quoted", "sudah beres", "sudah beres" },
	{ "quoted below", "1\n\n> Balas 1", "1" },
	{ "quoted above", "On Sat, Lapor wrote:\n> Balas 1\n\n2 belum", "2 belum" },
	{ "between", "> satu\niya\n> dua\nbelum\n", "iya\nbelum" },
	{ "a mark and no >", "1\nPada Sab, 21 Nov 2026 pukul 10.00 Lapor menulis:\nBalas 1", "1" },
	{ "broken in three", "1\nPada Sab, 21 Nov 2026\npukul 10.00 Lapor\n<lapor@uji.go.id> menulis:\n> x", "1" },
	{ "Outlook", "1\n\nFrom: Lapor\nSent: Saturday\nTo: Siti\nSubject: x\n\nBalas 1", "1" },
	{ "Outlook, Indonesian", "1\n\nDari: Lapor\nDikirim: Sabtu\nKepada: Siti\n\nBalas 1", "1" },
	{ "a ruled line", "2\n________________________________\nBalas 1", "2" },
	{ "signature", "TERIMA 7K3\n-- \nBudi\nDinas PU", "TERIMA 7K3" },
	{ "telephone", "1\n\nDikirim dari iPhone saya", "1" },
	{ "nothing but quotes", "> Balas 1\n> Balas 2", "> Balas 1\n> Balas 2" },
	{ "On, and no quote", "On my street the lamp is dead", "On my street the lamp is dead" },
	{ "two paragraphs", "satu\n\n\n\ndua\n", "satu\n\ndua" },
};

START_TEST(a_reply)
{
	struct buf out = { 0 };

	letter_reply(&out, replies[_i].text);
	ck_assert_msg(strcmp(buf_str(&out), replies[_i].says) == 0, "%s: '%s'", replies[_i].what, buf_str(&out));
	buf_release(&out);
}
END_TEST

static const struct { const char *html, *text; } pages[] = {
	{ "a<br>b", "a\nb\n" }, { "<p>a</p>\n<p>b</p>", "a\n\nb\n" }, { "a  \n b", "a b\n" },
	{ "x < y & z", "x < y & z\n" }, { "&lt;b&gt; &#65;&#x42;&#x1F600;", "<b> AB\xf0\x9f\x98\x80\n" },
	{ "&#0;&#13;&#xD800;&#x110000;&#99999999999;x", "&#0;&#13;&#xD800;&#x110000;&#99999999999;x\n" },
	{ "<a href=\"x>y\">z</a>", "z\n" }, { "<!-- a -->b<!-- c", "b\n" }, { "<script>a</script>b<style>c", "b\n" },
	{ "<SCRIPT>a</sCrIpT >b", "b\n" }, { "<", "<\n" }, { "a<b", "a\n" }, { "</blockquote>a", "a\n" },
	{ "a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>e", "a\n> b\n> c\n> > d\ne\n" },
	{ "&", "&\n" }, { "&#", "&#\n" }, { "&nbsp;a&nbsp;", "a\n" }, { "", "" },
};

START_TEST(a_page)
{
	struct buf out = { 0 };

	letter_html(&out, pages[_i].html, strlen(pages[_i].html));
	ck_assert_msg(strcmp(buf_str(&out), pages[_i].text) == 0, "%s: '%s'", pages[_i].html, buf_str(&out));
	buf_release(&out);
}
END_TEST

/* ---- who, and what is not to be answered ---- */

static const struct { const char *what, *head, *from; } writers[] = {
	{ "a name", "From: \"Siti, RT 3\" <Siti@Contoh.ID>\r\n", "siti@contoh.id" },
	{ "an address", "From: siti@contoh.id\r\n", "siti@contoh.id" },
	{ "two", "From: siti@contoh.id, budi@contoh.id\r\n", NULL },
	{ "a group", "From: RT: siti@contoh.id;\r\n", NULL },
	{ "two headers", "From: siti@contoh.id\r\nFrom: budi@contoh.id\r\n", NULL },
	{ "none", "X: y\r\n", NULL }, { "empty", "From: \r\n", NULL }, { "no mailbox", "From: Siti <siti>\r\n", NULL },
	{ "a line end in it", "From: =?utf-8?q?siti=0D=0ABcc=3A_x?= <siti@contoh.id>\r\n", "siti@contoh.id" },
	{ "a line end in the address", "From: <\"siti\\\r\n x\"@contoh.id>\r\n", NULL },
	{ "an address in the name", "From: \"budi@contoh.id\" <siti@contoh.id>\r\n", "siti@contoh.id" },
};

START_TEST(a_writer)
{
	struct letter l;
	struct buf b = { 0 };

	buf_addf(&b, "%s\r\nx\r\n", writers[_i].head);
	read_it(&l, buf_str(&b), b.len);
	ck_assert_msg(writers[_i].from == NULL ? l.from == NULL : l.from != NULL && strcmp(l.from, writers[_i].from) == 0,
	    "%s: '%s'", writers[_i].what, l.from != NULL ? l.from : "(none)");
	if (l.name != NULL)
		ck_assert_ptr_null(strpbrk(l.name, "\r\n"));
	letter_release(&l);
	buf_release(&b);
}
END_TEST

static const struct { const char *head; int machine, reply, report; } robots[] = {
	{ "X: y", 0, 0, 0 }, { "Auto-Submitted: no", 0, 0, 0 }, { "Precedence: first-class", 0, 0, 0 },
	{ "Auto-Submitted: auto-replied", 1, 1, 0 }, { "Auto-Submitted: auto-replied; owner-email=\"x\"", 1, 1, 0 },
	{ "Auto-Submitted: auto-generated", 1, 0, 0 }, { "auto-submitted:Auto-Replied", 1, 1, 0 },
	{ "Precedence: bulk", 1, 0, 0 }, { "Precedence: list", 1, 0, 0 }, { "Precedence: Junk", 1, 0, 0 },
	{ "X-Auto-Response-Suppress: All", 1, 0, 0 }, { "List-Id: <x.contoh.id>", 1, 0, 0 },
	{ "List-Unsubscribe: <mailto:x@y.id>", 1, 0, 0 }, { "X-Autoreply: yes", 1, 0, 0 },
	{ "Return-Path: <>", 1, 0, 1 }, { "Return-Path: <siti@contoh.id>", 0, 0, 0 },
	{ "In-Reply-To: <a@b.id>", 0, 1, 0 }, { "Precedence: bulk\r\nIn-Reply-To: <a@b.id>", 1, 1, 0 },
	{ "Content-Type: multipart/report; report-type=delivery-status; boundary=b", 1, 0, 1 },
};

START_TEST(a_robot)
{
	struct letter l;
	struct buf b = { 0 };

	buf_addf(&b, FROM "%s\r\n\r\nx\r\n", robots[_i].head);
	read_it(&l, buf_str(&b), b.len);
	ck_assert_msg(l.machine == robots[_i].machine && l.reply == robots[_i].reply && l.report == robots[_i].report,
	    "%s: %d %d %d", robots[_i].head, l.machine, l.reply, l.report);
	letter_release(&l);
	buf_release(&b);
}
END_TEST

START_TEST(whose_letter_it_answers)
{
	static const char letter[] = FROM "In-Reply-To: <7K3F9QXM.4.0123456789abcdef@UJI.go.id>\r\n"
	    "References: <7K3F9QXM@uji.go.id>\r\n <x@contoh.id> <7K3F9QXM.3.ffff@uji.go.id>\r\n\t<a b@uji.go.id>\r\n\r\n1\r\n";
	struct letter l;

	read_it(&l, letter, strlen(letter));
	ck_assert_int_eq(l.answers_n, 3);
	ck_assert_str_eq(l.answers[0], "7K3F9QXM.4.0123456789abcdef");
	ck_assert_str_eq(l.answers[1], "7K3F9QXM.3.ffff");
	ck_assert_str_eq(l.answers[2], "7K3F9QXM");
	letter_release(&l);
}
END_TEST

/* ---- delivery reports ---- */

#define REPORT "From: Mail Delivery System <Mailer-Daemon@mx.contoh.id>\r\nContent-Type: multipart/report; " \
    "report-type=delivery-status; boundary=b\r\n\r\n--b\r\n" PLAIN "\r\nTidak sampai\r\n" \
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.contoh.id\r\n\r\n" \
    "Final-Recipient: rfc822; siti@contoh.id\r\n"
#define RETURNED "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <7K3F9QXM.4.0123456789abcdef@uji.go.id>\r\n" \
    "From: lapor@uji.go.id\r\n\r\nx\r\n--b--\r\n"
#define RETURNED_HEAD "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <7K3F9QXM.4.0123456789abcdef@uji.go.id>\r\n" \
    "--b--\r\n"

static const struct { const char *letter; enum letter_news news; int answers; } reports[] = {
	{ REPORT "Action: failed\r\nStatus: 5.1.1\r\n\r\n" RETURNED, LETTER_FAILED, 1 },
	{ REPORT "Action: failed\r\nStatus: 5.1.1\r\n\r\n" RETURNED_HEAD, LETTER_FAILED, 1 },
	{ REPORT "Status: 4.4.1\r\nAction: delayed\r\n\r\n" RETURNED, LETTER_DELAYED, 1 },
	{ REPORT "Action: delivered\r\nStatus: 2.0.0\r\n\r\n" RETURNED, LETTER_DELIVERED, 1 },
	{ REPORT "Action: relayed\r\nStatus: 2.0.0\r\n\r\n" RETURNED, LETTER_NO_NEWS, 1 },
	{ REPORT "Action: failed\r\n\r\n" RETURNED, LETTER_NO_NEWS, 1 },
	{ REPORT "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n", LETTER_FAILED, 0 },
	{ "From: MAILER-DAEMON@mx.contoh.id\r\n\r\nMessage-ID: <7K3F9QXM.4.0123456789abcdef@uji.go.id>\r\n", LETTER_NO_NEWS, 0 },
};

START_TEST(a_report)
{
	struct letter l;

	read_it(&l, reports[_i].letter, strlen(reports[_i].letter));
	ck_assert_int_eq(l.report, 1);
	ck_assert_int_eq(l.news, reports[_i].news);
	ck_assert_int_eq(l.answers_n, reports[_i].answers);
	if (l.answers_n > 0)
		ck_assert_str_eq(l.answers[0], "7K3F9QXM.4.0123456789abcdef");
	letter_release(&l);
}
END_TEST

/* ---- which letter, and what hangs on it ---- */

START_TEST(one_letter_wherever_it_lies)
{
	static const char *const same[] = { HEAD "\r\nx\r\n", "Received: by mx\r\n" HEAD "Subject: lain\r\n\r\nx\r\n" };
	static const char *const other[] = { HEAD "\r\ny\r\n", FROM "\r\nx\r\n",
	    "From: budi@contoh.id\r\nMessage-ID: <a@contoh.id>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0700\r\n\r\nx\r\n" };
	struct letter a, b;

	read_it(&a, same[0], strlen(same[0]));
	ck_assert_uint_eq(strlen(a.id), LETTER_ID_CHARS);
	read_it(&b, same[1], strlen(same[1]));
	ck_assert_str_eq(a.id, b.id);
	letter_release(&b);
	for (size_t i = 0; i < N_ELEMS(other); i++) {
		read_it(&b, other[i], strlen(other[i]));
		ck_assert_str_ne(a.id, b.id);
		letter_release(&b);
	}
	letter_release(&a);
}
END_TEST

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define WORDS "--b\r\n" PLAIN "\r\nlihat gambar\r\n"
#define BASE64 "Content-Transfer-Encoding: base64\r\n\r\n"
#define JPEG BASE64 "/9j/4AAQ\r\n"		/* six bytes that begin like one */
#define PDF BASE64 "JVBERi0xLjQ=\r\n"		/* eight */
#define LOGO "Content-Type: image/jpeg\r\nContent-ID: <logo@01D>\r\n"
#define RELATED "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"

/* bytes: of each file kept, 0 after the last. */
static const struct { const char *what, *letter; size_t bytes[4]; int others; } hung[] = {
	{ "a picture", HEAD MIXED WORDS "--b\r\nContent-Type: image/jpeg\r\n" JPEG "--b--\r\n", { 6 }, 0 },
	{ "two", HEAD MIXED WORDS "--b\r\nContent-Type: image/jpeg\r\n" JPEG "--b\r\nContent-Type: application/pdf\r\n" PDF "--b--\r\n",
	    { 6, 8 }, 0 },
	{ "nothing but it", HEAD "Content-Type: image/jpeg\r\n" JPEG, { 6 }, 0 },
	{ "by its bytes, not by its type", HEAD MIXED WORDS "--b\r\nContent-Type: application/x-msdownload; name=a.exe\r\n" JPEG
	    "--b--\r\n", { 6 }, 0 },
	{ "called a text", HEAD MIXED WORDS "--b\r\n" PLAIN "Content-Disposition: attachment; filename=\"../../a.txt\"\r\n" JPEG
	    "--b--\r\n", { 6 }, 0 },
	{ "a program called JPEG", HEAD MIXED WORDS "--b\r\nContent-Type: image/jpeg; name=a.jpg\r\n" BASE64 "TVqQAAMAAAA=\r\n--b--\r\n",
	    { 0 }, 1 },
	{ "nothing in it", HEAD MIXED WORDS "--b\r\nContent-Type: image/jpeg\r\n\r\n--b--\r\n", { 0 }, 1 },
	{ "winmail.dat", HEAD MIXED WORDS "--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n--b--\r\n", { 0 }, 1 },
	{ "quoted-printable", HEAD MIXED WORDS "--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "=25PDF-1=2E4\r\n--b--\r\n", { 8 }, 0 },
	{ "in a letter in the letter", HEAD "Content-Type: message/rfc822\r\n\r\nFrom: x@y.id\r\n" MIXED WORDS
	    "--b\r\nContent-Type: image/jpeg\r\n" JPEG "--b--\r\n", { 6 }, 0 },
	{ "larger than one may be", HEAD MIXED WORDS "--b\r\nContent-Type: application/pdf\r\n" BASE64
	    "JVBERi0xLjRYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhY\r\n--b\r\nContent-Type: image/jpeg\r\n" JPEG "--b--\r\n", { 6 }, 1 },
	{ "together more than all may be", HEAD MIXED WORDS "--b\r\nContent-Type: application/pdf\r\n" BASE64 "JVBERi0xLjRYWFhYWFhYWFhYWFhYWFhY\r\n"
	    "--b\r\nContent-Type: application/pdf\r\n" BASE64 "JVBERi0xLjRYWFhYWFhYWFhYWFhYWFhY\r\n--b\r\nContent-Type: image/jpeg\r\n" JPEG "--b--\r\n",
	    { 24, 6 }, 1 },
	{ "a fourth", HEAD MIXED WORDS "--b\r\nContent-Type: image/jpeg\r\n" JPEG "--b\r\nContent-Type: image/jpeg\r\n" JPEG
	    "--b\r\nContent-Type: image/jpeg\r\n" JPEG "--b\r\nContent-Type: image/jpeg\r\n" JPEG "--b--\r\n", { 6, 6, 6 }, 1 },
	{ "a signature's logo", HEAD RELATED "<p>lampu mati</p><img src=\"cid:logo@01D\">\r\n--b\r\n" LOGO
	    "Content-Disposition: inline; filename=a.jpg\r\n" JPEG "--b--\r\n", { 0 }, 0 },
	{ "a logo, its address in hex", HEAD RELATED "<p>lampu mati</p><img src='CID:logo%4001D'>\r\n--b\r\n" LOGO JPEG "--b--\r\n", { 0 }, 0 },
	{ "all that was sent is no logo", HEAD RELATED "<img src=\"cid:logo@01D\">\r\n--b\r\n" LOGO JPEG "--b--\r\n", { 6 }, 0 },
	{ "a page that shows another", HEAD RELATED "<p>lampu mati</p><img src=\"cid:logo@01D2\"> cid:log% cid:%\r\n--b\r\n" LOGO JPEG "--b--\r\n",
	    { 6 }, 0 },
	{ "called an attachment", HEAD RELATED "<p>lampu mati</p><img src=\"cid:logo@01D\">\r\n--b\r\n" LOGO
	    "Content-Disposition: attachment\r\n" JPEG "--b--\r\n", { 6 }, 0 },
	{ "not small", HEAD RELATED "<p>lampu mati</p><img src=\"cid:logo@01D\">\r\n--b\r\n" LOGO BASE64 "/9j/4AAQ/9j/4AAQ/9j/4AAQ\r\n--b--\r\n",
	    { 18 }, 0 },
	{ "a paper is no logo", HEAD RELATED "<p>lampu mati</p><a href=\"cid:logo@01D\">\r\n--b\r\n" LOGO PDF "--b--\r\n", { 8 }, 0 },
};

START_TEST(what_hangs_on_it)
{
	struct letter_limits small = limits;
	struct letter l;
	size_t sum = 0;
	int n = 0;

	small.files = 3;
	small.file_bytes = 30;
	small.files_bytes = 40;
	small.logo_bytes = 10;
	ck_assert_int_eq(letter_read(&l, hung[_i].letter, strlen(hung[_i].letter), &small), 0);
	for (; hung[_i].bytes[n] > 0; n++) {
		ck_assert_msg(n < l.files_n && l.file_bytes[n] == hung[_i].bytes[n], "%s: file %d", hung[_i].what, n);
		sum += hung[_i].bytes[n];
	}
	ck_assert_msg(l.files_n == n && l.others == hung[_i].others, "%s: %d files, %d others", hung[_i].what, l.files_n, l.others);
	ck_assert_uint_eq(l.files.len, sum);
	letter_release(&l);
}
END_TEST

/* Of a letter that was cut the last piece is half a file, those before it are whole. */
START_TEST(half_a_file_is_none)
{
	static const char letter[] = HEAD MIXED WORDS "--b\r\nContent-Type: application/pdf\r\n" PDF
	    "--b\r\nContent-Type: image/jpeg\r\n" BASE64 "/9j/4AAQ";
	struct letter_limits cut = limits;
	struct letter l;

	for (cut.beginning_only = 0; cut.beginning_only < 2; cut.beginning_only++) {
		ck_assert_int_eq(letter_read(&l, letter, strlen(letter), &cut), 0);
		ck_assert_int_eq(l.files_n, cut.beginning_only ? 1 : 2);
		ck_assert_int_eq(l.others, cut.beginning_only);
		ck_assert_uint_eq(l.file_bytes[0], 8);
		letter_release(&l);
	}
}
END_TEST

/* A report has room for so many, whatever the setting says. */
START_TEST(more_than_a_report_names)
{
	struct buf b = { 0 };
	struct letter l;

	buf_adds(&b, HEAD MIXED WORDS);
	for (int i = 0; i < LAPORAN_MEDIA + 2; i++)
		buf_adds(&b, "--b\r\nContent-Type: image/jpeg\r\n" JPEG);
	buf_adds(&b, "--b--\r\n");
	read_it(&l, buf_str(&b), b.len);
	ck_assert_int_eq(l.files_n, LAPORAN_MEDIA);
	ck_assert_int_eq(l.others, 2);
	letter_release(&l);
	buf_release(&b);
}
END_TEST

START_TEST(a_subject_is_one_line)
{
	static const char letter[] = HEAD "Subject: =?utf-8?q?Jalan=0D=0ABcc:_x@y.id=1B?=\r\n =?iso-8859-1?b?6Q==?=\r\n\r\nx\r\n";
	struct letter l;

	read_it(&l, letter, strlen(letter));
	ck_assert_str_eq(l.subject, "Jalan Bcc: x@y.id \xc3\xa9");
	letter_release(&l);
}
END_TEST

/* ---- too much of it ---- */

START_TEST(a_hundred_deep)
{
	struct buf b = { 0 };
	struct letter l;

	buf_adds(&b, HEAD);
	for (int i = 0; i < 100; i++)
		buf_addf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
	buf_adds(&b, "\r\ndasar\r\n");
	read_it(&l, buf_str(&b), b.len);
	ck_assert_int_eq(l.cut, 1);
	ck_assert_ptr_null(l.text);
	letter_release(&l);
	buf_release(&b);
}
END_TEST

START_TEST(ten_thousand_parts)
{
	struct buf b = { 0 };
	struct letter l;

	buf_adds(&b, HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	for (int i = 0; i < 10000; i++)
		buf_addf(&b, "--b\r\n\r\nbagian %d\r\n", i);
	read_it(&l, buf_str(&b), b.len);
	ck_assert_int_eq(l.cut, 1);
	ck_assert_ptr_nonnull(strstr(l.text, "bagian 40\n"));
	ck_assert_ptr_null(strstr(l.text, "bagian 50"));
	letter_release(&l);
	buf_release(&b);
}
END_TEST

START_TEST(a_megabyte_of_subject)
{
	struct buf b = { 0 };
	struct letter l;

	buf_adds(&b, HEAD "Subject: jalan");
	while (b.len < 1024 * 1024) {
		buf_adds(&b, "\r\n =?utf-8?q?=C3=A9?= =?utf-8?q?rusak_");
		for (int i = 0; i < 90; i++)
			buf_adds(&b, "sekali____");
		buf_adds(&b, "?=");
	}
	buf_adds(&b, "\r\n\r\nx\r\n");
	read_it(&l, buf_str(&b), b.len);
	ck_assert_ptr_nonnull(l.subject);
	ck_assert_uint_le(strlen(l.subject), LETTER_LINE_BYTES);
	ck_assert_ptr_nonnull(strstr(l.subject, "jalan \xc3\xa9rusak"));
	letter_release(&l);
	buf_release(&b);
}
END_TEST

START_TEST(words_are_cut_at_a_whole_character)
{
	struct buf b = { 0 };
	struct letter l;

	buf_adds(&b, HEAD PLAIN "\r\nx");
	for (int i = 0; i < 5000; i++)
		buf_adds(&b, "\xc3\xa9");
	read_it(&l, buf_str(&b), b.len);
	ck_assert_uint_eq(strlen(l.text), 8191);
	letter_release(&l);
	buf_release(&b);
}
END_TEST

Suite *
letter_suite(void)
{
	Suite *s = suite_create("letter");
	TCase *tc = tcase_create("letter");

	tcase_add_loop_test(tc, the_words, 0, N_ELEMS(words));
	tcase_add_loop_test(tc, a_reply, 0, N_ELEMS(replies));
	tcase_add_loop_test(tc, a_page, 0, N_ELEMS(pages));
	tcase_add_loop_test(tc, a_writer, 0, N_ELEMS(writers));
	tcase_add_loop_test(tc, a_robot, 0, N_ELEMS(robots));
	tcase_add_test(tc, whose_letter_it_answers);
	tcase_add_loop_test(tc, a_report, 0, N_ELEMS(reports));
	tcase_add_test(tc, one_letter_wherever_it_lies);
	tcase_add_loop_test(tc, what_hangs_on_it, 0, N_ELEMS(hung));
	tcase_add_test(tc, half_a_file_is_none);
	tcase_add_test(tc, more_than_a_report_names);
	tcase_add_test(tc, a_subject_is_one_line);
	tcase_add_test(tc, a_hundred_deep);
	tcase_add_test(tc, ten_thousand_parts);
	tcase_add_test(tc, a_megabyte_of_subject);
	tcase_add_test(tc, words_are_cut_at_a_whole_character);
	suite_add_tcase(s, tc);
	return s;
}
