/* Letters in: a real mailbox under a real Dovecot, fetched by a living house. */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/code.h"
#include "lib/bounds.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "store/outbox.h"
#include "tests/integration/eye.h"
#include "tests/integration/living.h"
#include "tests/integration/mailers.h"
#include "tests/integration/media_kit.h"
#include "tests/integration/peek.h"
#include "tests/picture_made.h"

#define REPORTS "kentongan_ingest_reports_total"
#define DROPPED "kentongan_ingest_dropped_total"
#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n"
#define LAMP "\r\nlampu jalan mati di desa kabat\r\n"

static struct mailers mail;
static int number;		/* of the next writer and Message-ID: with our pid, none is used twice */

static void
nap(void)
{
	nanosleep(&(struct timespec){ 0, 20 * 1000000L }, NULL);
}

/* ---- a house with a mailbox ---- */

static void
open_house(const char *more)
{
	struct buf settings = { 0 };

	buf_addf(&settings, "imap:\n  server: localhost\n  port: %s\n  ca: %s/cert.pem\n  user: lapor\n  every: 200ms\n"
	    "  letter: 4MiB\n  batch: 4\n  read_within: %s\n  read_memory: 64MiB\nmedia:\n  size: 300KiB\n  disk_free: 1MiB\n"
	    "pull:\n  lease: 1s\n  retry: 100ms\n  retry_max: 500ms\nnotify:\n  retry: 100ms\n"
	    "email:\n  from: lapor@uji.go.id\n  domain: uji.go.id\n%s", mail.imaps_port, mail.folder, BOUNDS_MEMORY ? "2s" : "10s",
	    more);
	house_make(buf_str(&settings));
	house_put_secret("imap_password", IMAP_PASSWORD);
	house_put_secret("smtp_password", SMTP_PASSWORD);
	house_up();
	eye_open();
	buf_release(&settings);
}

static void
begin(void)
{
	mailers_make(&mail);
	dovecot_start(&mail);
	open_house("");
}

static void
end(void)
{
	eye_close();
	house_down();
	peer_stop(&mail.dovecot);
	mailers_remove(&mail);
}

/* ---- letters ---- */

struct sent { char name[32], from[48]; };

/* A letter from somebody new; head and body as they stand in it. */
static struct sent
write_letter(const char *head, const char *body)
{
	struct sent s;
	struct buf b = { 0 };

	snprintf(s.from, sizeof(s.from), "warga%d.%d@contoh.id", (int)getpid(), ++number);
	buf_addf(&b, "Return-Path: <%s>\r\nFrom: Warga <%s>\r\nMessage-ID: <surat-%s>\r\n"
	    "Date: Sat, 21 Nov 2026 10:00:00 +0700\r\n%s%s", s.from, s.from, s.from, head, body);
	mailers_deliver(&mail, b.data, b.len, s.name);
	buf_release(&b);
	return s;
}

static void
is_seen(const char *name)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char flags[16] = "";

	while (mailers_flags(&mail, name, flags) != 0 || strchr(flags, 'S') == NULL) {
		ck_assert_msg(clock_mono_ms() < until, "%s is not marked: '%s'", name, flags);
		nap();
	}
}

static void
is_unseen(const char *name)
{
	char flags[16];

	ck_assert_int_eq(mailers_flags(&mail, name, flags), 0);
	ck_assert_msg(strchr(flags, 'S') == NULL, "%s is marked", name);
}

/* The code of the receipt that went to him. */
static void
receipt(const char *to, char code[CODE_CHARS + 1])
{
	json_t *m = outgoing_by("email", "*", "terima", to);

	snprintf(code, CODE_CHARS + 1, "%s", json_string_value(json_object_get(m, "code")));
	json_decref(m);
}

/* Messages of a kind ("" any) that went to him so far. */
static int
letters_to(const char *to, const char *kind)
{
	struct buf path = { 0 }, all = { 0 };
	int n = 0;

	buf_addf(&path, "%s/out/email.jsonl", house.dir);
	if (file_read(buf_str(&path), 64u << 20, &all) == 0)
		for (char *line = all.data, *nl; (nl = strchr(line, '\n')) != NULL; line = nl + 1) {
			json_t *m = json_loadb(line, (size_t)(nl - line), 0, NULL);

			n += strcmp(json_string_value(json_object_get(m, "to")), to) == 0 && (kind[0] == '\0' ||
			    strcmp(json_string_value(json_object_get(m, "kind")), kind) == 0);
			json_decref(m);
		}
	buf_release(&path);
	buf_release(&all);
	return n;
}

/* All that came before has been dealt with, for this came behind it and is answered. */
static void
barrier(void)
{
	struct sent s = write_letter(PLAIN, LAMP);
	char code[CODE_CHARS + 1];

	receipt(s.from, code);
	is_seen(s.name);
}

/* The Message-ID of a message of ours, without its angles. */
static void
our_id(const char *id, char out[96])
{
	char token[OUTBOX_TOKEN_CHARS + 1];

	outbox_token(token, &eye.st, id);
	snprintf(out, 96, "%s.%s@uji.go.id", id, token);
}

/* ---- the usual ---- */

START_TEST(a_letter_becomes_a_case_and_is_then_marked)
{
	struct sent s = write_letter("Subject: Lampu mati\r\n" PLAIN, "\r\nlampu jalan mati di desa kabat, mohon diperbaiki\r\n");
	char code[CODE_CHARS + 1], cursor[100];
	struct buf words = { 0 };
	long reports;

	receipt(s.from, code);
	is_seen(s.name);
	peek_words(house.dir, house.conf, code, &words);
	ck_assert_str_eq(buf_str(&words), "Lampu mati\nlampu jalan mati di desa kabat, mohon diperbaiki");
	buf_release(&words);
	eye_cursor("imap", cursor, sizeof(cursor));
	reports = figure(REPORTS);
	barrier();
	ck_assert_int_eq(figure(REPORTS), reports + 1);	/* several rounds later it is still one */
	ck_assert_int_eq(letters_to(s.from, "terima"), 1);
}
END_TEST

START_TEST(a_case_by_mail_is_worked_on_and_closed)
{
	struct sent s = write_letter(PLAIN, LAMP);
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64], id[48], ours[96];
	struct buf reply = { 0 };
	json_t *m, *doc;

	receipt(s.from, code);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	snprintf(line, sizeof(line), "SELESAI %s lampu diganti", nonce);
	sms(officer, line, NULL);
	m = outgoing_by("email", code, "kabar-selesai", s.from);
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(m, "id")));
	json_decref(m);
	our_id(id, ours);

	/* Anybody can write his name above a letter: without our own Message-ID it is asked back. */
	buf_addf(&reply, "From: %s\r\nMessage-ID: <palsu-%s>\r\n\r\n1\r\n", s.from, s.from);
	mailers_deliver(&mail, reply.data, reply.len, line);
	json_decref(outgoing_by("email", "*", "pilih", s.from));
	wait_state(code, "selesai");

	buf_reset(&reply);
	buf_addf(&reply, "From: Warga <%s>\r\nMessage-ID: <balas-%s>\r\nSubject: Re: Laporan\r\n"
	    "In-Reply-To: <%s>\r\nReferences: <%s@uji.go.id>\r\n <%s>\r\n\r\n1\r\n\r\n"
	    "Pada Sab, 21 Nov 2026 pukul 10.00 Lapor <lapor@uji.go.id>\r\nmenulis:\r\n\r\n> Balas 2 bila belum beres\r\n"
	    "> kebakaran\r\n", s.from, s.from, ours, code, ours);
	mailers_deliver(&mail, reply.data, reply.len, line);
	doc = case_in(code, "ditutup");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "closed_as")), "dikonfirmasi");
	json_decref(doc);
	buf_release(&reply);
}
END_TEST

/* Entries of the case's log. */
static size_t
log_of(const char *code)
{
	json_t *doc = case_in_any(code);
	size_t n = json_array_size(json_object_get(doc, "log"));

	json_decref(doc);
	return n;
}

/* Of two open cases the one whose letter is answered. */
START_TEST(an_answer_belongs_to_its_case)
{
	struct sent s = write_letter(PLAIN, LAMP);
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char code[CODE_CHARS + 1], id[CODE_CHARS + 8], ours[96], name[32];
	struct buf letter = { 0 };
	size_t entries;

	receipt(s.from, code);
	buf_addf(&letter, "From: Warga <%s>\r\nMessage-ID: <kedua-%s>\r\n\r\njalan rusak berlubang di desa rogojampi\r\n", s.from,
	    s.from);
	mailers_deliver(&mail, letter.data, letter.len, name);
	while (letters_to(s.from, "terima") < 2) {
		ck_assert_msg(clock_mono_ms() < until, "no second case");
		nap();
	}
	entries = log_of(code);
	snprintf(id, sizeof(id), "%s.1", code);
	our_id(id, ours);
	buf_reset(&letter);
	buf_addf(&letter, "From: Warga <%s>\r\nMessage-ID: <tambah-%s>\r\nIn-Reply-To: <%s>\r\n\r\n"
	    "tiangnya nomor 12, di depan balai desa, sejak hari minggu\r\n", s.from, s.from, ours);
	mailers_deliver(&mail, letter.data, letter.len, name);
	while (log_of(code) == entries) {
		ck_assert_msg(clock_mono_ms() < until, "the answer is no note of %s", code);
		nap();
	}
	barrier();
	ck_assert_int_eq(letters_to(s.from, "terima"), 2);
	buf_release(&letter);
}
END_TEST

/* ---- who is not answered ---- */

static const char *const robots[] = {
	"Auto-Submitted: auto-replied\r\n", "Auto-Submitted: auto-generated\r\nIn-Reply-To: <x@uji.go.id>\r\n",
	"Precedence: bulk\r\nReferences: <x@uji.go.id>\r\n", "X-Auto-Response-Suppress: All\r\nIn-Reply-To: <x@uji.go.id>\r\n",
	"List-Id: <x.contoh.id>\r\nIn-Reply-To: <x@uji.go.id>\r\n", "Return-Path: <>\r\n",
	"Content-Type: multipart/report; boundary=b; report-type=disposition-notification\r\n",
};

START_TEST(an_automatic_reply_is_nothing)
{
	long reports, dropped = figure(DROPPED);
	struct sent s[N_ELEMS(robots)];

	barrier();
	reports = figure(REPORTS);
	for (size_t i = 0; i < N_ELEMS(robots); i++) {
		struct buf b = { 0 };

		snprintf(s[i].from, sizeof(s[i].from), "robot%zu@contoh.id", i);
		buf_addf(&b, "%sFrom: %s\r\nMessage-ID: <robot-%zu@contoh.id>\r\n\r\nSaya sedang cuti, kebakaran kirim ke rekan\r\n",
		    robots[i], s[i].from, i);
		mailers_deliver(&mail, b.data, b.len, s[i].name);
		buf_release(&b);
	}
	barrier();
	ck_assert_int_eq(figure(REPORTS), reports + 1);
	ck_assert_int_eq(figure(DROPPED), dropped + (long)N_ELEMS(robots));
	for (size_t i = 0; i < N_ELEMS(robots); i++) {
		is_seen(s[i].name);
		ck_assert_int_eq(letters_to(s[i].from, ""), 0);
	}
}
END_TEST

START_TEST(a_list_is_heard_and_not_answered)
{
	long reports = figure(REPORTS);
	struct sent s = write_letter("List-Id: <rt3.contoh.id>\r\nPrecedence: list\r\n" PLAIN, LAMP);

	is_seen(s.name);
	barrier();
	ck_assert_int_eq(figure(REPORTS), reports + 2);
	ck_assert_int_eq(letters_to(s.from, ""), 0);
}
END_TEST

/* ---- bounces ---- */

static void
bounce(const char *message_id, const char *action, const char *status)
{
	struct buf b = { 0 };
	char name[32];

	buf_addf(&b, "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.contoh.id>\r\n"
	    "Message-ID: <bounce-%d@mx.contoh.id>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
	    "--b\r\n" PLAIN "\r\nkebakaran di desa kabat\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	    "Reporting-MTA: dns; mx.contoh.id\r\n\r\nAction: %s\r\nStatus: %s\r\n\r\n"
	    "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <%s>\r\n\r\nx\r\n--b--\r\n", ++number, action, status, message_id);
	mailers_deliver(&mail, b.data, b.len, name);
	is_seen(name);
	buf_release(&b);
}

START_TEST(a_bounce_marks_its_letter)
{
	struct sent s = write_letter(PLAIN, LAMP);
	char code[CODE_CHARS + 1], id[48], ours[96], forged[96];
	long reports;
	json_t *m;

	receipt(s.from, code);
	m = outgoing_by("email", code, "terima", s.from);
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(m, "id")));
	json_decref(m);
	eye_becomes(id, "sent");
	reports = figure(REPORTS);
	our_id(id, ours);
	snprintf(forged, sizeof(forged), "%s.0123456789abcdef@uji.go.id", id);
	bounce(forged, "failed", "5.1.1");
	bounce(ours, "delayed", "4.4.1");
	eye_becomes(id, "sent");
	bounce(ours, "failed", "5.1.1");
	eye_becomes(id, "failed");
	alarm_names(id);
	bounce(ours, "failed", "5.1.1");	/* the same again */
	eye_becomes(id, "failed");
	bounce(ours, "delivered", "2.0.0");
	eye_becomes(id, "delivered");
	ck_assert_int_eq(figure(REPORTS), reports);
}
END_TEST

/* ---- hostile letters ---- */

/* Each is one report; the mailbox goes on and ingest is the same process. */
struct hostile { const char *what; void (*make)(struct buf *b); const char *words; };

#define FROM_HIM(n) "From: Tamu <tamu" n "@contoh.id>\r\nMessage-ID: <tamu" n "@contoh.id>\r\n"

static void
make_deep(struct buf *b)
{
	buf_adds(b, FROM_HIM("1") "Subject: dalam sekali\r\n");
	for (int i = 0; i < 100; i++)
		buf_addf(b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
	buf_adds(b, LAMP);
}

static void
make_parts(struct buf *b)
{
	buf_adds(b, FROM_HIM("2") "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	for (int i = 0; i < 10000; i++)
		buf_addf(b, "--b\r\n\r\n%s\r\n", i == 0 ? "lampu jalan mati di desa kabat" : "");
	buf_adds(b, "--b--\r\n");
}

static void
make_subject(struct buf *b)
{
	buf_adds(b, FROM_HIM("3") "Subject: lampu mati di kabat");
	while (b->len < 1024 * 1024) {
		buf_adds(b, "\r\n =?utf-8?q?panjang=0D=0ABcc:_x@y.id");
		for (int i = 0; i < 90; i++)
			buf_adds(b, "panjang___");
		buf_adds(b, "?=");
	}
	buf_adds(b, "\r\n\r\nisi\r\n");
}

static void
make_two_writers(struct buf *b)
{
	buf_adds(b, "From: siti@contoh.id, budi@contoh.id\r\nMessage-ID: <tamu4@contoh.id>\r\n\r\nlampu jalan mati di dua rumah\r\n");
}

static void
make_no_id(struct buf *b)
{
	buf_adds(b, "From: tamu5@contoh.id\r\n\r\nlampu jalan mati tanpa nomor surat\r\n");
}

static void
make_known_id(struct buf *b)
{
	buf_adds(b, "From: tamu6@contoh.id\r\nMessage-ID: <tamu4@contoh.id>\r\n\r\nlampu jalan mati dengan nomor orang lain\r\n");
}

static void
make_winmail(struct buf *b)
{
	buf_adds(b, FROM_HIM("7") "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nlampu jalan mati, lihat lampiran di sini\r\n"
	    "--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgAAAAA=\r\n--b--\r\n");
}

static void
make_lies(struct buf *b)
{
	buf_adds(b, FROM_HIM("8") "Subject: caf\xe9 \xff 8 bit\r\nX-\xc3\xa9: \x80\r\nContent-Type: text/plain; charset=utf-16\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\nlampu jalan mati\xff\xfe\xd8\r\n");
}

static void
make_line_ends(struct buf *b)
{
	buf_adds(b, "From: =?utf-8?b?VGFtdQ0KQmNjOiB4QHkuaWQ=?= <tamu9@contoh.id>\r\nMessage-ID: <tamu9@contoh.id>\r\n"
	    "Subject: =?utf-8?q?lampu=0D=0A=0D=0Abadan?=\r\n\r\nlampu jalan mati di baris baru sekali\r\n");
}

static void
make_large(struct buf *b)
{
	buf_adds(b, FROM_HIM("10") "Subject: foto lampu mati\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	    "--b\r\n\r\nlampu jalan mati di desa kabat, foto terlampir\r\n--b\r\nContent-Type: image/jpeg\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	while (b->len < 5 * 1024 * 1024)
		buf_adds(b, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n");
	buf_adds(b, "--b--\r\n");
}

static void
make_protocol(struct buf *b)
{
	buf_adds(b, FROM_HIM("11") "\r\nlampu jalan mati di tengah protokol\r\n");
	for (int i = 0; i < 30; i++)
		buf_addf(b, "A%03d OK Fetch completed\r\nB%03d BAD x\r\n* %d EXPUNGE\r\n* SEARCH 1 2 3\r\n)\r\n+ go\r\n", i, i, i);
}

static void
make_empty(struct buf *b)
{
	buf_adds(b, "\r\n");
}

static const struct hostile hostile[] = {
	{ "a hundred deep", make_deep, "dalam sekali\n[E-mail terlalu besar" },
	{ "ten thousand parts", make_parts, "lampu jalan mati di desa kabat" },
	{ "a megabyte of subject", make_subject, "lampu mati di kabat" },
	{ "two writers", make_two_writers, "lampu jalan mati di dua rumah" },
	{ "no Message-ID", make_no_id, "lampu jalan mati tanpa nomor surat" },
	{ "somebody else's Message-ID", make_known_id, "lampu jalan mati dengan nomor orang lain" },
	{ "winmail.dat", make_winmail, "[1 lampiran tidak dibuka" },
	{ "a lying charset and 8 bits in the head", make_lies, NULL },
	{ "line ends in encoded words", make_line_ends, "lampu badan\nlampu jalan mati di baris baru sekali" },
	{ "too large", make_large, "foto lampu mati\nlampu jalan mati di desa kabat, foto terlampir\n[E-mail terlalu besar" },
	{ "lines of the protocol", make_protocol, "A029 OK Fetch completed" },
	{ "no head", make_empty, NULL },
};

/* The console's list of cases; the caller decrefs. */
static json_t *
all_cases(void)
{
	struct answer a;
	json_t *doc;

	ask(&a, house.console, "/api/v1/cases", NULL, NULL, 0);
	doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
	ck_assert_ptr_nonnull(doc);
	answer_release(&a);
	return doc;
}

/* The code of a case with these words in it; 0 if there is none. */
static int
case_saying(const char *words, char code[CODE_CHARS + 1])
{
	json_t *doc = all_cases();
	const json_t *c;
	int found = 0;
	size_t i;

	json_array_foreach(json_object_get(doc, "cases"), i, c) {
		const char *its = json_string_value(json_object_get(c, "code"));
		struct buf said = { 0 };

		peek_words(house.dir, house.conf, its, &said);
		if (strstr(buf_str(&said), words) != NULL) {
			snprintf(code, CODE_CHARS + 1, "%s", its);
			found = 1;
		}
		buf_release(&said);
	}
	json_decref(doc);
	return found;
}

/* The same, waited for. */
static void
some_case_says(const char *what, const char *words, char code[CODE_CHARS + 1])
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (!case_saying(words, code)) {
		ck_assert_msg(clock_mono_ms() < until, "%s: no case says '%s'", what, words);
		nap();
	}
}

START_TEST(a_hostile_letter_is_one_report)
{
	pid_t before = pid_of("ingest");
	long reports = figure(REPORTS);
	struct buf b = { 0 };
	char name[32], code[CODE_CHARS + 1];

	hostile[_i].make(&b);
	mailers_deliver(&mail, b.data, b.len, name);
	is_seen(name);
	barrier();
	ck_assert_int_eq(figure(REPORTS), reports + 2);
	ck_assert_int_eq(pid_of("ingest"), before);
	if (hostile[_i].words != NULL)
		some_case_says(hostile[_i].what, hostile[_i].words, code);
	buf_release(&b);
}
END_TEST

/* A header for every four bytes: more memory than imap.read_memory. */
START_TEST(a_letter_that_unfolds_goes_to_a_human)
{
	pid_t before = pid_of("ingest");
	struct buf b = { 0 };
	char name[32], code[CODE_CHARS + 1];

	buf_adds(&b, FROM_HIM("21"));
	while (b.len < 3500 * 1000)
		buf_adds(&b, "a:\r\nb:\r\nc:\r\nd:\r\ne:\r\nf:\r\ng:\r\nh:\r\n");
	buf_adds(&b, LAMP);
	mailers_deliver(&mail, b.data, b.len, name);
	is_seen(name);
	barrier();
	ck_assert_int_eq(pid_of("ingest"), before);
	if (BOUNDS_MEMORY) {
		some_case_says("a letter that unfolds", "[E-mail ini tidak terbaca oleh mesin; buka INBOX, UID ", code);
		shell("grep -q 'event=letter_unread .*could not be taken apart' %s/log/ingest.log", house.dir);
	}
	buf_release(&b);
}
END_TEST

/* ---- what hangs on a letter ---- */

#define VOICE "OggS\0\2..........OpusHead kenari-suara-42"
#define INSIDE "Subject: lampu mati\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
#define SAID "--b\r\n" PLAIN LAMP

static void
add_part(struct buf *b, const char *head, const char *data, size_t len)
{
	buf_addf(b, "--b\r\n%sContent-Transfer-Encoding: base64\r\n\r\n", head);
	for (size_t at = 0; at < len; at += 57) {
		buf_add_base64(b, data + at, len - at < 57 ? len - at : 57);
		buf_adds(b, "\r\n");
	}
}

static void
add_photo(struct buf *b, const char *head)
{
	struct buf photo = { 0 };

	picture_of_camera(&photo, 320, 200, 6);
	add_part(b, head, photo.data, photo.len);
	buf_release(&photo);
}

/* The letter with those parts, from somebody new; its case. */
static struct sent
write_parts(const char *head, struct buf *parts, char code[CODE_CHARS + 1])
{
	struct sent s;
	json_t *m;

	buf_adds(parts, "--b--\r\n");
	s = write_letter(head, buf_str(parts));
	buf_release(parts);
	if (code != NULL) {
		m = outgoing_by("email", "*", "*", s.from);
		snprintf(code, CODE_CHARS + 1, "%s", member(m, "code"));
		json_decref(m);
	}
	return s;
}

/* A telephone's picture, drawn anew, and its place in the sealed note; whatever the letter calls it. */
static const struct { const char *what, *head; } pictures[] = {
	{ "as a telephone sends it", "Content-Type: image/jpeg; name=IMG_1.jpg\r\nContent-Disposition: attachment; filename=IMG_1.jpg\r\n" },
	{ "a name that climbs", "Content-Type: application/octet-stream\r\n"
	    "Content-Disposition: attachment; filename=\"../../../../secrets/data\"\r\n" },
	{ "a name with line ends and NUL", "Content-Type: image/jpeg;\r\n name*=utf-8''a%0d%0aBcc:x%00%2f..%2fb.php\r\n" },
	{ "called HTML", "Content-Type: text/html; name=\"<script>.html\"\r\nContent-Disposition: attachment\r\n" },
	{ "inside the text, and not small", "Content-Type: image/jpeg\r\nContent-ID: <a@b>\r\nContent-Disposition: inline\r\n" },
};

START_TEST(a_picture_is_a_file_of_its_case)
{
	struct buf parts = { 0 }, words = { 0 };
	char code[CODE_CHARS + 1];
	struct sent s;

	buf_adds(&parts, SAID);
	add_photo(&parts, pictures[_i].head);
	s = write_parts(INSIDE, &parts, code);
	photo_is_clean(code);
	is_seen(s.name);
	uploads_go();
	peek_words(house.dir, house.conf, code, &words);
	ck_assert_msg(strcmp(buf_str(&words), "lampu jalan mati di desa kabat\nlampu mati") == 0, "%s: %s", pictures[_i].what,
	    buf_str(&words));
	buf_release(&words);
}
END_TEST

/* Picture and voice are both kept; what is over media.size and what is no kind of ours is named. */
START_TEST(what_is_over_the_limits_is_said)
{
	struct buf parts = { 0 }, large = { 0 }, words = { 0 };
	char code[CODE_CHARS + 1];
	json_t *doc;

	buf_adds(&parts, SAID);
	add_photo(&parts, "Content-Type: image/jpeg\r\n");
	buf_add(&large, VOICE, sizeof(VOICE));
	memset(buf_room(&large, 300 * 1024), 'x', 300 * 1024);
	buf_added(&large, 300 * 1024);
	add_part(&parts, "Content-Type: audio/ogg; name=besar.ogg\r\n", large.data, large.len);
	add_part(&parts, "Content-Type: audio/ogg; name=suara.ogg\r\n", VOICE, sizeof(VOICE) - 1);
	add_part(&parts, "Content-Type: image/jpeg; name=foto.jpg\r\n", "<html>", 6);
	write_parts(INSIDE, &parts, code);
	doc = with_files(code, 2);
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "files")), 2);
	json_decref(doc);
	peek_words(house.dir, house.conf, code, &words);
	ck_assert_msg(strstr(buf_str(&words), "\n[2 lampiran tidak dibuka; lihat INBOX, UID ") != NULL, "%s", buf_str(&words));
	uploads_go();
	buf_release(&large);
	buf_release(&words);
}
END_TEST

/* More words than a report holds: it ends with our saying so, and what hangs on it is not forgotten. */
START_TEST(a_long_letter_says_that_it_goes_on)
{
	struct buf parts = { 0 }, words = { 0 };
	char code[CODE_CHARS + 1];

	buf_adds(&parts, SAID);
	for (int i = 0; i < 400; i++)
		buf_adds(&parts, "lampunya mati lagi, tiangnya miring\r\n");
	add_part(&parts, "Content-Type: image/jpeg; name=foto.jpg\r\n", "<html>", 6);
	write_parts(INSIDE, &parts, code);
	peek_words(house.dir, house.conf, code, &words);
	ck_assert_uint_le(words.len, 8192);
	ck_assert_msg(strstr(buf_str(&words), "miring\n") != NULL &&
	    strstr(buf_str(&words), "\n[E-mail terlalu besar, tidak dibaca seluruhnya; lihat INBOX, UID ") != NULL &&
	    strstr(buf_str(&words), "\n[1 lampiran tidak dibuka; lihat INBOX, UID ") != NULL, "%s", buf_str(&words));
	buf_release(&words);
}
END_TEST

START_TEST(a_logo_is_no_file)
{
	static const char page[] = "Content-Type: text/html\r\n\r\n<p>lampu jalan mati di desa kabat</p><img src=\"cid:logo@a\">\r\n";
	struct buf parts = { 0 }, logo = { 0 }, words = { 0 };
	char code[CODE_CHARS + 1];
	json_t *doc;

	picture_encode(&logo, picture_drawn(32, 32), "png");
	buf_addf(&parts, "--b\r\n%s", page);
	add_part(&parts, "Content-Type: image/png\r\nContent-ID: <logo@a>\r\nContent-Disposition: inline\r\n", logo.data, logo.len);
	add_photo(&parts, "Content-Type: image/jpeg\r\n");
	write_parts("Content-Type: multipart/related; boundary=b\r\n\r\n", &parts, code);
	photo_is_clean(code);			/* the only one */
	doc = case_in_any(code);
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "files")), 1);
	json_decref(doc);
	peek_words(house.dir, house.conf, code, &words);
	ck_assert_str_eq(buf_str(&words), "lampu jalan mati di desa kabat");
	buf_release(&logo);
	buf_release(&words);
}
END_TEST

/* ---- not a word ---- */

/* A letter of that writer with the camera's picture and nothing else. */
static void
write_wordless(const char *from, const char *head)
{
	struct buf b = { 0 };
	char name[32];

	buf_addf(&b, "From: Warga <%s>\r\nMessage-ID: <bisu-%d.%s>\r\n%sContent-Type: multipart/mixed; boundary=b\r\n\r\n", from,
	    ++number, from, head);
	add_photo(&b, "Content-Type: image/jpeg\r\n");
	buf_adds(&b, "--b--\r\n");
	mailers_deliver(&mail, b.data, b.len, name);
	is_seen(name);
	buf_release(&b);
}

/* Nobody knows him: a human looks at it. */
START_TEST(a_picture_without_a_word_goes_to_a_human)
{
	char code[CODE_CHARS + 1], from[48];
	json_t *m;

	snprintf(from, sizeof(from), "bisu%d@contoh.id", (int)getpid());
	write_wordless(from, "");
	m = outgoing_by("email", "*", "*", from);
	snprintf(code, sizeof(code), "%s", member(m, "code"));
	json_decref(m);
	photo_is_clean(code);
	wait_state(code, "baru");
}
END_TEST

/* Who has a case sends the picture of it: as a letter of its own, or below the one of two he answers. */
START_TEST(a_picture_without_a_word_joins_its_case)
{
	struct sent s = write_letter(PLAIN, LAMP);
	struct buf second = { 0 };
	char code[CODE_CHARS + 1], id[CODE_CHARS + 8], ours[96], head[160], name[32];
	int64_t until = clock_mono_ms() + LIMIT_MS;

	receipt(s.from, code);
	if (_i == 0) {
		write_wordless(s.from, "");
	} else {
		buf_addf(&second, "From: %s\r\nMessage-ID: <dua-%s>\r\n\r\njalan rusak berlubang di desa rogojampi\r\n", s.from, s.from);
		mailers_deliver(&mail, second.data, second.len, name);
		while (letters_to(s.from, "terima") < 2) {
			ck_assert_msg(clock_mono_ms() < until, "no second case");
			nap();
		}
		snprintf(id, sizeof(id), "%s.1", code);
		our_id(id, ours);
		snprintf(head, sizeof(head), "Subject: Re: Laporan\r\nIn-Reply-To: <%s>\r\n", ours);
		write_wordless(s.from, head);
	}
	photo_is_clean(code);
	barrier();
	ck_assert_int_eq(letters_to(s.from, "terima"), 1 + _i);
	buf_release(&second);
}
END_TEST

/* Below our letter, without a word, and of no kind that is kept: its case says so all the same. */
START_TEST(a_reply_of_nothing_that_is_kept)
{
	struct sent s = write_letter(PLAIN, LAMP);
	struct buf b = { 0 }, notes = { 0 };
	char code[CODE_CHARS + 1], id[CODE_CHARS + 8], ours[96], name[32];

	receipt(s.from, code);
	snprintf(id, sizeof(id), "%s.1", code);
	our_id(id, ours);
	buf_addf(&b, "From: %s\r\nMessage-ID: <kosong-%s>\r\nIn-Reply-To: <%s>\r\nContent-Type: application/zip\r\n\r\nPK\r\n",
	    s.from, s.from, ours);
	mailers_deliver(&mail, b.data, b.len, name);
	is_seen(name);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; !holds(&notes, "[1 lampiran tidak dibuka; lihat INBOX"); nap()) {
		ck_assert_msg(clock_mono_ms() < until, "%s", buf_str(&notes));
		buf_reset(&notes);
		peek_notes(house.dir, house.conf, code, &notes);
	}
	buf_release(&b);
	buf_release(&notes);
}
END_TEST

/* Nobody knows what it says: the emergency's clock, until somebody has listened. */
START_TEST(a_voice_without_a_word_is_heard_like_an_emergency)
{
	struct buf parts = { 0 };
	char code[CODE_CHARS + 1];
	json_t *doc;

	add_part(&parts, "Content-Type: application/octet-stream\r\n", VOICE, sizeof(VOICE) - 1);
	write_parts("Content-Type: multipart/mixed; boundary=b\r\n\r\n", &parts, code);
	doc = case_in(code, "baru");
	ck_assert_str_eq(member(doc, "urgency"), "darurat");
	json_decref(doc);
	json_decref(with_files(code, 1));
}
END_TEST

/* Two thousand borders to compare each line with: longer than imap.read_within. */
START_TEST(a_letter_that_cannot_be_read_goes_to_a_human)
{
	pid_t before = pid_of("ingest");
	struct buf b = { 0 };
	char name[32], report[CODE_CHARS + 1], code[CODE_CHARS + 1];

	buf_adds(&b, FROM_HIM("20"));
	for (int i = 0; i < 2000; i++)
		buf_addf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
	buf_adds(&b, "\r\n");
	while (b.len < 4000 * 1000)
		buf_adds(&b, "--x\r\n--x\r\n--x\r\n--x\r\n--x\r\n--x\r\n--x\r\n--x\r\n");
	mailers_deliver(&mail, b.data, b.len, name);
	sms("+6281234568001", "lampu jalan mati di desa kabat", report);	/* nobody waits for it */
	told(report, "terima", "+6281234568001");
	is_seen(name);
	barrier();
	ck_assert_int_eq(pid_of("ingest"), before);
	some_case_says("poison", "[E-mail ini tidak terbaca oleh mesin; buka INBOX, UID ", code);
	wait_state(code, "baru");		/* the desk's: no unit was guessed */
	buf_release(&b);
}
END_TEST

/* Its file cannot be opened: the server gives neither size nor letter, and those around it do come. */
START_TEST(a_letter_that_the_server_does_not_give_goes_to_a_human)
{
	static const char letter[] = FROM_HIM("30") LAMP;
	struct sent before = write_letter(PLAIN, LAMP), after;
	char code[CODE_CHARS + 1], name[32];

	mailers_deliver_closed(&mail, letter, strlen(letter), name);
	after = write_letter(PLAIN, LAMP);
	receipt(before.from, code);
	receipt(after.from, code);
	is_seen(after.name);
	some_case_says("a letter without its file", "[E-mail ini tidak terbaca oleh mesin; buka INBOX, UID ", code);
	ck_assert_int_eq(letters_to("tamu30@contoh.id", ""), 0);
	shell("grep -q 'event=letter_unread' %s/log/ingest.log", house.dir);
	shell("rm %s/mail/lapor/*/%s*", mail.folder, name);
}
END_TEST

/* ---- what is not stored is not marked ---- */

static void
wait_failures(long n)
{
	for (int64_t until = clock_mono_ms() + LIMIT_MS; figure("kentongan_ingest_pull_failures_total") < n; nap())
		ck_assert_msg(clock_mono_ms() < until, "what cannot be stored is taken for stored");
}

START_TEST(marked_only_once_it_is_stored)
{
	char code[CODE_CHARS + 1];
	struct sent s;
	long failures;

	barrier();
	failures = figure("kentongan_ingest_pull_failures_total");
	eye_break_intake(1);
	s = write_letter(PLAIN, LAMP);
	wait_failures(failures + 2);
	is_unseen(s.name);
	/* Killed with the letter fetched and not stored. */
	ck_assert_int_eq(kill(pid_of("ingest"), SIGKILL), 0);
	is_unseen(s.name);
	eye_break_intake(0);
	receipt(s.from, code);
	is_seen(s.name);
	barrier();
	ck_assert_int_eq(letters_to(s.from, "terima"), 1);
}
END_TEST

/* The file lies on disk and its report nowhere: whoever comes next writes it to the same place. */
START_TEST(death_between_file_and_report)
{
	struct buf parts = { 0 };
	char code[CODE_CHARS + 1], why[160];
	struct sent s;
	json_t *doc;
	long failures;

	barrier();
	uploads_go();
	failures = figure("kentongan_ingest_pull_failures_total");
	eye_break_intake(1);
	buf_adds(&parts, SAID);
	add_photo(&parts, "Content-Type: image/jpeg\r\n");
	s = write_parts(INSIDE, &parts, NULL);
	wait_failures(failures + 2);
	ck_assert_int_eq(lying(".masuk"), 1);
	is_unseen(s.name);
	ck_assert_int_eq(kill(pid_of("ingest"), SIGKILL), 0);
	is_unseen(s.name);
	eye_break_intake(0);
	receipt(s.from, code);
	photo_is_clean(code);
	is_seen(s.name);
	uploads_go();
	doc = case_in_any(code);
	ck_assert_int_eq(logged(doc, "berkas", why), 1);
	json_decref(doc);
}
END_TEST

/* The disk takes no file: it is tried again, and then the words go on alone. */
START_TEST(words_do_not_wait_for_a_disk)
{
	struct buf parts = { 0 }, words = { 0 };
	char code[CODE_CHARS + 1];
	struct sent s;
	json_t *doc;
	long failures;

	barrier();
	failures = figure("kentongan_ingest_pull_failures_total");
	shell("cd %s && mv media media.jauh && touch media", house.dir);
	buf_adds(&parts, SAID);
	add_photo(&parts, "Content-Type: image/jpeg\r\n");
	s = write_parts(INSIDE, &parts, code);
	is_seen(s.name);
	shell("cd %s && rm media && mv media.jauh media", house.dir);
	ck_assert_int_eq(figure("kentongan_ingest_pull_failures_total"), failures + 2);	/* imap.tries is 3 */
	peek_words(house.dir, house.conf, code, &words);
	ck_assert_msg(strstr(buf_str(&words), "mati\n[1 lampiran tidak dibuka; lihat INBOX, UID ") != NULL, "%s", buf_str(&words));
	doc = case_in_any(code);
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "files")), 0);
	json_decref(doc);
	alarm_names("media/");
	buf_release(&words);
}
END_TEST

START_TEST(death_in_the_middle_of_a_page)
{
	enum { LETTERS = 30 };
	struct sent s[LETTERS];
	char code[CODE_CHARS + 1];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < LETTERS; i++)
			s[i] = write_letter(PLAIN, LAMP);
		receipt(s[round].from, code);	/* somewhere in a page, which is of four */
		ck_assert_int_eq(kill(pid_of("ingest"), SIGKILL), 0);
		for (int i = 0; i < LETTERS; i++) {
			receipt(s[i].from, code);
			is_seen(s[i].name);
		}
		for (int i = 0; i < LETTERS; i++)
			ck_assert_msg(letters_to(s[i].from, "terima") == 1, "%s: %d receipts", s[i].from, letters_to(s[i].from, "terima"));
	}
}
END_TEST

START_TEST(two_pullers_are_one)
{
	enum { LETTERS = 12 };
	struct sent s[3 * LETTERS];
	pid_t first = pid_of("ingest"), other = second_ingest(NULL);
	char code[CODE_CHARS + 1];

	for (int i = 0; i < LETTERS; i++)
		s[i] = write_letter(PLAIN, LAMP);
	receipt(s[0].from, code);
	ck_assert_int_eq(kill(first, SIGSTOP), 0);	/* frozen with a page under way, perhaps */
	for (int i = LETTERS; i < 2 * LETTERS; i++)
		s[i] = write_letter(PLAIN, LAMP);
	receipt(s[2 * LETTERS - 1].from, code);
	ck_assert_int_eq(kill(first, SIGCONT), 0);
	for (int i = 2 * LETTERS; i < 3 * LETTERS; i++)
		s[i] = write_letter(PLAIN, LAMP);
	for (int i = 0; i < 3 * LETTERS; i++) {
		receipt(s[i].from, code);
		is_seen(s[i].name);
	}
	for (int i = 0; i < 3 * LETTERS; i++)
		ck_assert_msg(letters_to(s[i].from, "terima") == 1, "%s: %d receipts", s[i].from, letters_to(s[i].from, "terima"));
	ck_assert_int_eq(kill(other, SIGTERM), 0);
	ck_assert_int_eq(waitpid(other, NULL, 0), other);
}
END_TEST

START_TEST(nothing_hung_lies_in_the_clear)
{
	static const char *const canaries[] = { PICTURE_CANARY, "kenari-suara", "JFIF", "Exif", "OggS" };

	uploads_go();
	ck_assert_int_ge(media_holds_none(canaries, N_ELEMS(canaries)), 10);
}
END_TEST

/* ---- another UIDVALIDITY ---- */

START_TEST(a_mailbox_numbered_anew_doubles_nothing)
{
	struct sent known = write_letter(PLAIN, LAMP), nameless, later;
	char code[CODE_CHARS + 1], before[100], after[100];
	struct buf b = { 0 };
	int64_t until = clock_mono_ms() + 2 * LIMIT_MS;
	long seen;

	receipt(known.from, code);
	buf_addf(&b, "From: tanpa-id@contoh.id\r\nDate: Sat, 21 Nov 2026 10:00:00 +0700\r\n" LAMP);
	mailers_deliver(&mail, b.data, b.len, nameless.name);
	receipt("tanpa-id@contoh.id", code);
	barrier();
	eye_cursor("imap", before, sizeof(before));

	/* Its numbers and flags are lost: all of it looks new. */
	peer_stop(&mail.dovecot);
	shell("cd %s/mail/lapor && rm -f dovecot* && cd cur && for f in *; do mv \"$f\" \"../new/${f%%%%:*}\"; done", mail.folder);
	later = write_letter(PLAIN, LAMP);
	seen = figure("kentongan_ingest_redeliveries_total");
	dovecot_start(&mail);
	receipt(later.from, code);
	is_seen(later.name);
	is_seen(known.name);
	is_seen(nameless.name);
	do {
		eye_cursor("imap", after, sizeof(after));
		ck_assert_msg(clock_mono_ms() < until, "%s is still %s", after, before);
	} while (strtoll(after, NULL, 10) == strtoll(before, NULL, 10));
	ck_assert_int_ge(figure("kentongan_ingest_redeliveries_total"), seen + 2);
	barrier();
	ck_assert_int_eq(letters_to(known.from, "terima"), 1);
	ck_assert_int_eq(letters_to("tanpa-id@contoh.id", "terima"), 1);
	ck_assert_int_eq(letters_to(later.from, "terima"), 1);
	buf_release(&b);
}
END_TEST

START_TEST(words_and_passwords_are_nowhere)
{
	shell("test -n \"$(ls %s/log)\" && ! grep -rqF -e '" IMAP_PASSWORD "' -e 'balai desa, sejak' -e @contoh.id -e IMG_1 -e kenari %s/log",
	    house.dir, house.dir);
}
END_TEST

/* ---- with a real mail server on the way out ---- */

static void
begin_both(void)
{
	char more[256];

	mailers_make(&mail);
	dovecot_start(&mail);
	exim_start(&mail);
	snprintf(more, sizeof(more), "  server: localhost\n  port: %s\n  ca: %s/cert.pem\n  user: kentongan\n", mail.smtp_port,
	    mail.folder);
	open_house(more);
}

static void
end_both(void)
{
	end();
	peer_stop(&mail.exim);
}

/* The id of the case's message of that kind. */
static void
message_of(const char *code, const char *kind, char id[48])
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	for (id[0] = '\0'; id[0] == '\0'; nap()) {
		json_t *doc = case_in_any(code);
		const json_t *m;
		size_t i;

		json_array_foreach(json_object_get(doc, "messages"), i, m)
			if (strcmp(json_string_value(json_object_get(m, "kind")), kind) == 0)
				snprintf(id, 48, "%s", json_string_value(json_object_get(m, "id")));
		json_decref(doc);
		ck_assert_msg(clock_mono_ms() < until, "%s has no message %s", code, kind);
	}
}

/*
 * The Message-ID, with its angles, of the letter that Exim took for that message; it stands in the
 * thread of his.
 */
static void
message_id_taken(const char *id, const char *his, char out[128])
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, line = { 0 }, all = { 0 };
	const char *at = NULL;

	buf_addf(&path, "%s/mail/all", mail.folder);
	buf_addf(&line, "\nMessage-ID: <%s.", id);
	while (at == NULL) {
		ck_assert_msg(clock_mono_ms() < until, "Exim has no letter for %s", id);
		nap();
		buf_reset(&all);
		if (file_read(buf_str(&path), 64u << 20, &all) == 0)
			at = strstr(buf_str(&all), buf_str(&line));
	}
	at += strlen("\nMessage-ID: ");
	snprintf(out, 128, "%.*s", (int)strcspn(at, "\n"), at);
	buf_reset(&line);
	buf_addf(&line, "\nIn-Reply-To: <surat-%s>\n", his);
	ck_assert_msg(strstr(at, buf_str(&line)) != NULL, "%s: %.300s", id, at);
	buf_release(&path);
	buf_release(&line);
	buf_release(&all);
}

/* The only case there is. */
static void
only_case(char code[CODE_CHARS + 1])
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	for (code[0] = '\0'; code[0] == '\0'; nap()) {
		json_t *doc = all_cases();
		const json_t *c = json_array_get(json_object_get(doc, "cases"), 0);

		if (c != NULL)
			snprintf(code, CODE_CHARS + 1, "%s", json_string_value(json_object_get(c, "code")));
		json_decref(doc);
		ck_assert_msg(clock_mono_ms() < until, "no case");
	}
}

START_TEST(the_whole_road_by_mail)
{
	struct sent s = write_letter(PLAIN, LAMP);
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64], id[48], theirs[128], name[32];
	struct buf reply = { 0 };

	only_case(code);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	snprintf(line, sizeof(line), "SELESAI %s lampu diganti", nonce);
	sms(officer, line, NULL);
	message_of(code, "kabar-selesai", id);
	message_id_taken(id, s.from, theirs);
	buf_addf(&reply, "From: Warga <%s>\r\nMessage-ID: <jawab@contoh.id>\r\nIn-Reply-To: %s\r\n\r\n1\r\n> Balas 2\r\n",
	    s.from, theirs);
	mailers_deliver(&mail, reply.data, reply.len, name);
	wait_state(code, "ditutup");
	buf_release(&reply);
}
END_TEST

/* Exim takes our receipt, cannot deliver it, and says so in its own words. */
START_TEST(a_real_bounce_is_understood)
{
	static const char letter[] = "From: pantul@contoh.id\r\nMessage-ID: <pantul@contoh.id>\r\n" LAMP;
	char name[32], code[CODE_CHARS + 1], id[48];

	mailers_deliver(&mail, letter, strlen(letter), name);
	is_seen(name);
	only_case(code);
	message_of(code, "terima", id);
	eye_becomes(id, "failed");
	alarm_names(id);
	ck_assert_int_eq(figure(REPORTS), 1);		/* the bounce is none */
}
END_TEST

/* ---- the line to the server ---- */

static void
begin_mailbox(void)
{
	mailers_make(&mail);
	dovecot_start(&mail);
}

static void
end_mailbox(void)
{
	peer_stop(&mail.dovecot);
	mailers_remove(&mail);
}

static void
line_house(const char *security, const char *port, const char *ca, const char *password)
{
	struct buf settings = { 0 };

	buf_addf(&settings, "imap:\n  server: localhost\n  security: %s\n  port: %s\n  ca: '%s'\n  user: lapor\n  every: 200ms\n"
	    "pull:\n  lease: 1s\n  retry: 100ms\n  retry_max: 300ms\nemail:\n  from: lapor@uji.go.id\n  domain: uji.go.id\n"
	    "media:\n  disk_free: 1024GiB\n", security, port, ca);		/* more than there is */
	house_make(buf_str(&settings));
	house_put_secret("imap_password", password);
	house_up();
	buf_release(&settings);
}

START_TEST(starttls_is_enough)
{
	struct sent s = write_letter(PLAIN, LAMP);
	struct buf ca = { 0 };
	char code[CODE_CHARS + 1];

	buf_addf(&ca, "%s/cert.pem", mail.folder);
	line_house("starttls", mail.imap_port, buf_str(&ca), IMAP_PASSWORD);
	receipt(s.from, code);
	house_down();
	buf_release(&ca);
}
END_TEST

/* Redis may lie on it too. */
START_TEST(a_full_disk_takes_words_and_no_files)
{
	struct buf ca = { 0 }, parts = { 0 };
	char code[CODE_CHARS + 1];

	buf_adds(&parts, SAID);
	add_photo(&parts, "Content-Type: image/jpeg\r\n");
	write_parts(INSIDE, &parts, NULL);
	buf_addf(&ca, "%s/cert.pem", mail.folder);
	line_house("tls", mail.imaps_port, buf_str(&ca), IMAP_PASSWORD);
	some_case_says("a full disk", "mati\n[1 lampiran tidak dibuka; lihat INBOX, UID ", code);
	ck_assert_int_eq(lying(".masuk"), 0);
	alarm_names("media.disk_free");
	house_down();
	buf_release(&ca);
}
END_TEST

START_TEST(a_stranger_gets_no_password)
{
	struct sent s = write_letter(PLAIN, LAMP);
	int64_t until = clock_mono_ms() + LIMIT_MS;

	line_house("tls", mail.imaps_port, "", IMAP_PASSWORD);	/* nobody we trust signed that certificate */
	while (figure("kentongan_ingest_pull_failures_total") < 2) {
		ck_assert_msg(clock_mono_ms() < until, "no failure is counted");
		nap();
	}
	is_unseen(s.name);
	shell("! grep -q 'Login: user=' %s/dovecot.log", mail.folder);
	house_down();
}
END_TEST

START_TEST(a_refused_password_is_an_alarm)
{
	struct buf ca = { 0 };

	buf_addf(&ca, "%s/cert.pem", mail.folder);
	line_house("tls", mail.imaps_port, buf_str(&ca), "salah");
	alarm_names("secrets/imap_password");
	house_down();
	buf_release(&ca);
}
END_TEST

Suite *imap_suite(void);

Suite *
imap_suite(void)
{
	Suite *s = suite_create("imap");
	TCase *tc = tcase_create("mailbox"), *both = tcase_create("mailbox and Exim"), *line = tcase_create("line");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, a_letter_becomes_a_case_and_is_then_marked);
	tcase_add_test(tc, a_case_by_mail_is_worked_on_and_closed);
	tcase_add_test(tc, an_answer_belongs_to_its_case);
	tcase_add_test(tc, an_automatic_reply_is_nothing);
	tcase_add_test(tc, a_list_is_heard_and_not_answered);
	tcase_add_test(tc, a_bounce_marks_its_letter);
	tcase_add_loop_test(tc, a_hostile_letter_is_one_report, 0, N_ELEMS(hostile));
	tcase_add_test(tc, a_letter_that_the_server_does_not_give_goes_to_a_human);
	tcase_add_test(tc, a_letter_that_cannot_be_read_goes_to_a_human);
	tcase_add_test(tc, a_letter_that_unfolds_goes_to_a_human);
	tcase_add_loop_test(tc, a_picture_is_a_file_of_its_case, 0, N_ELEMS(pictures));
	tcase_add_test(tc, what_is_over_the_limits_is_said);
	tcase_add_test(tc, a_long_letter_says_that_it_goes_on);
	tcase_add_test(tc, a_logo_is_no_file);
	tcase_add_test(tc, a_picture_without_a_word_goes_to_a_human);
	tcase_add_loop_test(tc, a_picture_without_a_word_joins_its_case, 0, 2);
	tcase_add_test(tc, a_reply_of_nothing_that_is_kept);
	tcase_add_test(tc, a_voice_without_a_word_is_heard_like_an_emergency);
	tcase_add_test(tc, marked_only_once_it_is_stored);
	tcase_add_test(tc, death_between_file_and_report);
	tcase_add_test(tc, words_do_not_wait_for_a_disk);
	tcase_add_test(tc, death_in_the_middle_of_a_page);
	tcase_add_test(tc, two_pullers_are_one);
	tcase_add_test(tc, nothing_hung_lies_in_the_clear);
	tcase_add_test(tc, a_mailbox_numbered_anew_doubles_nothing);
	tcase_add_test(tc, words_and_passwords_are_nowhere);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(both, begin_both, end_both);
	tcase_add_test(both, the_whole_road_by_mail);
	tcase_add_test(both, a_real_bounce_is_understood);
	suite_add_tcase(s, both);
	tcase_add_checked_fixture(line, begin_mailbox, end_mailbox);
	tcase_add_test(line, starttls_is_enough);
	tcase_add_test(line, a_full_disk_takes_words_and_no_files);
	tcase_add_test(line, a_stranger_gets_no_password);
	tcase_add_test(line, a_refused_password_is_an_alarm);
	suite_add_tcase(s, line);
	return s;
}
