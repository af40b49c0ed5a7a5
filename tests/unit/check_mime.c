#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "notify/mime.h"

static struct mail
letter(void)
{
	return (struct mail){ .from = "lapor@uji.go.id", .from_name = "Kabupaten Uji", .to = "siti@contoh.id",
	    .subject = "Laporan 7K3F-9QXM", .text = "Baris satu\nBaris dua", .text_len = 20, .lang = "id",
	    .id = "7K3F9QXM.4", .token = "0123456789abcdef", .domain = "uji.go.id", .thread = "7K3F9QXM",
	    .date_ms = INT64_C(1795277808000) };
}

START_TEST(an_answer_stands_in_its_thread)
{
	struct mail m = letter();
	struct buf out = { 0 };

	m.ref = "surat.1@contoh.id";
	ck_assert_int_eq(mime_build(&out, &m), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&out),
	    "\r\nReferences: <7K3F9QXM@uji.go.id>\r\n <surat.1@contoh.id>\r\nIn-Reply-To: <surat.1@contoh.id>\r\n"));
	buf_reset(&out);
	m.thread = NULL;
	ck_assert_int_eq(mime_build(&out, &m), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "\r\nReferences: <surat.1@contoh.id>\r\nIn-Reply-To: <surat.1@contoh.id>\r\n"));
	buf_reset(&out);
	m.ref = NULL;
	ck_assert_int_eq(mime_build(&out, &m), 0);
	ck_assert_ptr_null(strstr(buf_str(&out), "References"));
	buf_release(&out);
}
END_TEST

START_TEST(bytes_of_a_letter)
{
	struct mail m = letter();
	struct buf out = { 0 };

	ck_assert_int_eq(mime_build(&out, &m), 0);
	ck_assert_str_eq(buf_str(&out),
	    "From: \"Kabupaten Uji\" <lapor@uji.go.id>\r\n"
	    "To: <siti@contoh.id>\r\n"
	    "Subject: Laporan 7K3F-9QXM\r\n"
	    "Date: Sat, 21 Nov 2026 23:16:48 +0700\r\n"
	    "Message-ID: <7K3F9QXM.4.0123456789abcdef@uji.go.id>\r\n"
	    "References: <7K3F9QXM@uji.go.id>\r\n"
	    "In-Reply-To: <7K3F9QXM@uji.go.id>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Language: id\r\n"
	    "Content-Type: multipart/alternative; boundary=\"=_7K3F9QXM.4\"\r\n"
	    "\r\n"
	    "--=_7K3F9QXM.4\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "Baris satu\r\nBaris dua\r\n"
	    "--=_7K3F9QXM.4\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "<!DOCTYPE html><html lang=3D\"id\"><head><meta charset=3D\"utf-8\"><title>Lapor=\r\n"
	    "an 7K3F-9QXM</title></head><body><p>Baris satu<br>\r\n"
	    "Baris dua</p></body></html>\r\n"
	    "--=_7K3F9QXM.4--\r\n");
	buf_release(&out);
}
END_TEST

/* Whatever stands in subject, name and text: no new header, no forged border, no bare line end. */
static const char *const hostile[] = {
	"x\r\nBcc: korban@contoh.id", "x\nSubject: lain", "x\r\n\r\nisi lain", "\r\n.\r\nQUIT\r\n",
	".", "..\n.\n", "From siapa\nFrom: lain", "=?UTF-8?Q?=0D=0ABcc:_x@y.id?=", "--=_7K3F9QXM.4--",
	"\"><x@y.id>", "caf\xc3\xa9 \xf0\x9f\x98\xad banjir di jalan raya yang sangat panjang sekali sampai lebih dari satu baris",
	"<script>alert(1)</script>", "spasi di ujung \nbaris\t", "\r", "a\rb", "",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};

static int
count(const char *s, const char *what)
{
	int n = 0;

	for (; (s = strstr(s, what)) != NULL; s += strlen(what))
		n++;
	return n;
}

/* A letter with these words in each place where words may stand: its headers, borders and lines are ours. */
static void
stays_a_letter(const char *words)
{
	struct mail m = letter();
	struct buf out = { 0 };
	struct buf head = { 0 };
	const char *s, *body, *html;
	size_t line = 0;

	m.subject = m.from_name = m.text = words;
	m.text_len = strlen(m.text);
	ck_assert_int_eq(mime_build(&out, &m), 0);
	s = buf_str(&out);
	body = strstr(s, "\r\n\r\n");
	ck_assert_ptr_nonnull(body);
	buf_add(&head, s, (size_t)(body - s) + 2);
	html = strstr(body, "text/html");
	for (size_t i = 0; i < out.len; i++) {
		unsigned char c = (unsigned char)s[i];

		line = c == '\n' ? 0 : line + 1;
		/* an assertion for each byte of so many letters would take minutes */
		if ((c != '\r' && c != '\n' && (c < ' ' || c > '~')) || (c == '\n') != (i > 0 && s[i - 1] == '\r') || line > 80)
			ck_abort_msg("byte %02x: %.120s", c, s + i + 1 - line);
	}
	ck_assert_int_ne(s[out.len - 1], '\r');
	ck_assert_int_eq(count(buf_str(&head), "\r\nSubject: "), 1);
	ck_assert_int_eq(count(buf_str(&head), "\r\nBcc:"), 0);
	ck_assert_int_eq(count(s, "\r\nFrom "), 0);
	ck_assert_int_eq(count(s, "\r\n."), 0);
	ck_assert_int_eq(count(html, "<script>"), 0);
	ck_assert_int_eq(count(s, "\r\n--=_7K3F9QXM.4--\r\n"), 1);
	ck_assert_int_eq(count(s, "\r\n--=_7K3F9QXM.4\r\n"), 2);
	ck_assert_int_eq(count(buf_str(&head), "\r\nMIME-Version: 1.0\r\n"), 1);
	/* the same headers as of a letter with nothing in it, and a line with encoded words within its 76 bytes */
	for (const char *at = buf_str(&head); *at != '\0'; at = strstr(at, "\r\n") + 2) {
		static const char *const ours[] = { "From: ", "To: ", "Subject: ", "Date: ", "Message-ID: ", "References: ", "In-Reply-To: ",
		    "MIME-Version: ", "Content-Type: ", "Auto-Submitted: ", "Content-Language: ", "Reply-To: ", "X-Kentongan", " " };
		int known = 0;

		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			known |= strncmp(at, ours[i], strlen(ours[i])) == 0;
		ck_assert_msg(known, "%.60s", at);
		/* RFC 2047, section 2 */
		if (memmem(at, strcspn(at, "\r"), "=?", 2) != NULL)
			ck_assert_msg(strcspn(at, "\r") <= 76, "%.100s", at);
	}
	buf_release(&head);
	buf_release(&out);
}

START_TEST(hostile_words_stay_words)
{
	stays_a_letter(hostile[_i]);
}
END_TEST

/* Pieces of what breaks a letter, and any bytes, in ten thousand orders; the same each time. */
START_TEST(ten_thousand_letters)
{
	static const char *const pieces[] = { "\r\n", "\n", "\r", ".", "..", "Bcc: x@y.id", "Subject: ", "From ", "=?UTF-8?Q?=0D=0A?=",
	    "--=_7K3F9QXM.4", "--", "<", ">", "\"", ":", ";", ",", " ", "\t", "\xc3\xa9", "\xf0\x9f\x98\xad", "\xff", "\x7f", "=", "?=", "&", "lampu mati",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct buf words = { 0 };
	uint64_t x = 20261201;

	for (int i = 0; i < 10000; i++) {
		buf_reset(&words);
		do {
			x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			if ((x >> 60) == 0)
				buf_addc(&words, (char)(1 + (x >> 33) % 255));
			else
				buf_adds(&words, pieces[(x >> 33) % (sizeof(pieces) / sizeof(pieces[0]))]);
		} while ((x >> 20) % 16 != 0);
		stays_a_letter(buf_str(&words));
	}
	buf_release(&words);
}
END_TEST

START_TEST(what_cannot_stand_in_a_header_is_refused)
{
	struct buf out = { 0 };
	struct mail m = letter();

	m.to = "a@b.id\r\nBcc: x@y.id";
	ck_assert_int_eq(mime_build(&out, &m), -1);
	m = letter(), m.from = "siapa";
	ck_assert_int_eq(mime_build(&out, &m), -1);
	m = letter(), m.id = "x>\r\nX: y";
	ck_assert_int_eq(mime_build(&out, &m), -1);
	m = letter(), m.ref = "a@contoh.id>\r\nX: y";
	ck_assert_int_eq(mime_build(&out, &m), -1);
	m = letter(), m.token = "x>";
	ck_assert_int_eq(mime_build(&out, &m), -1);
	m = letter(), m.thread = "a b";
	ck_assert_int_eq(mime_build(&out, &m), -1);
	m = letter(), m.domain = "a b";
	ck_assert_int_eq(mime_build(&out, &m), -1);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

Suite *mime_suite(void);

Suite *
mime_suite(void)
{
	Suite *s = suite_create("mime");
	TCase *tc = tcase_create("mime");

	tcase_add_test(tc, bytes_of_a_letter);
	tcase_add_test(tc, an_answer_stands_in_its_thread);
	tcase_add_loop_test(tc, hostile_words_stay_words, 0, N_ELEMS(hostile));
	tcase_add_test(tc, ten_thousand_letters);
	tcase_add_test(tc, what_cannot_stand_in_a_header_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
