/* Letters out: through a real mail server with STARTTLS and AUTH, and against one that misbehaves. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/code.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "store/outbox.h"
#include "tests/integration/eye.h"
#include "tests/integration/living.h"
#include "tests/integration/mailers.h"
#include "tests/integration/tell.h"

static struct mailers mail;
static struct peer server;		/* the one that misbehaves */
static char folder[64];

/* ---- a house whose letters go to that server ---- */

static void
open_house(const char *port, const char *tls, const char *user)
{
	struct buf settings = { 0 };

	buf_addf(&settings,
	    "notify:\n  retry: 50ms\n  nap: 20ms\n  tries: 6\n"
	    "email:\n  server: localhost\n  port: %s\n  %s\n  user: '%s'\n  from: lapor@uji.go.id\n"
	    "  domain: uji.go.id\n  limit: 3s\n  pause: 100ms\n", port, tls, user);
	house_make(buf_str(&settings));
	house_put_secret("smtp_password", SMTP_PASSWORD);
	house_up();
	eye_open();
	buf_release(&settings);
}

static void
close_house(void)
{
	eye_close();
	house_down();
}

static void
letter(const char *id, const char *to, const char *words)
{
	tell(&eye.st, "email", id, to, NULL, words);
}

static int
tries(const char *id)
{
	char n[16];

	eye_field(id, "n", n, sizeof(n));
	return (int)strtol(n, NULL, 10);
}

/* The Message-ID under which that message goes; in one of a few static places. */
static const char *
letter_id(const char *id)
{
	static char out[4][80];
	static int next;
	char token[OUTBOX_TOKEN_CHARS + 1], *here = out[next++ % 4];

	outbox_token(token, &eye.st, id);
	snprintf(here, sizeof(out[0]), "<%s.%s@uji.go.id>", id, token);
	return here;
}

/* Lines of a file of the stand-in that are equal to this one; all of them for NULL. */
static int
lines(const char *name, const char *equal)
{
	struct buf path = { 0 }, all = { 0 };
	int n = 0;

	buf_addf(&path, "%s/%s", folder, name);
	if (file_read(buf_str(&path), 1 << 20, &all) != 0)
		ck_assert_int_eq(errno, ENOENT);
	for (char *at = all.data, *nl; at != NULL && (nl = strchr(at, '\n')) != NULL; at = nl + 1)
		n += equal == NULL || (strncmp(at, equal, strlen(equal)) == 0 && at[strlen(equal)] == '\n');
	buf_release(&path);
	buf_release(&all);
	return n;
}

static void
at_least(const char *name, const char *equal, int n)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (lines(name, equal) < n) {
		ck_assert_msg(clock_mono_ms() < until, "%s: %d lines, not %d", name, lines(name, equal), n);
		nanosleep(&pause, NULL);
	}
}

/* ---- Exim ---- */

static void
begin_exim(void)
{
	struct buf tls = { 0 };

	mailers_make(&mail);
	exim_start(&mail);
	buf_addf(&tls, "starttls: true\n  ca: %s/cert.pem", mail.folder);
	open_house(mail.smtp_port, buf_str(&tls), "kentongan");
	buf_release(&tls);
}

static void
end_exim(void)
{
	close_house();
	peer_stop(&mail.exim);
	mailers_remove(&mail);
}

/* Until that message's letter stands in the mailbox to its last line: Exim writes it after it has taken it. */
static void
mailbox_holds(const char *id, struct buf *out)
{
	struct buf path = { 0 };
	char last[32];
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;

	snprintf(last, sizeof(last), "--=_%s--\n", id);
	buf_addf(&path, "%s/mail/all", mail.folder);
	while (file_read(buf_str(&path), 1 << 20, out) != 0 || strstr(buf_str(out), last) == NULL) {
		ck_assert_msg(clock_mono_ms() < until, "%s: no %s in\n%s", buf_str(&path), last, buf_str(out));
		buf_reset(out);
		nanosleep(&pause, NULL);
	}
	buf_release(&path);
}

START_TEST(a_letter_arrives_encrypted_and_logged_in)
{
	struct buf box = { 0 };

	letter("uji.1", "siti@contoh.id", "Laporan diterima\n.\nBcc: x@y.id\ncaf\xc3\xa9");
	eye_becomes("uji.1", "sent");
	mailbox_holds("uji.1", &box);
	ck_assert_ptr_nonnull(strstr(buf_str(&box), letter_id("uji.1")));
	ck_assert_ptr_nonnull(strstr(buf_str(&box), "To: <siti@contoh.id>"));
	ck_assert_ptr_nonnull(strstr(buf_str(&box), "Laporan diterima\n=2E\nBcc: x@y.id\ncaf=C3=A9"));
	ck_assert_ptr_nonnull(strstr(buf_str(&box), "with esmtpsa"));	/* RFC 3848: TLS and AUTH */
	ck_assert_ptr_null(strchr(buf_str(&box), '\r'));	/* one letter, whole: no stray line ends */
	buf_release(&box);

	letter("uji.2", "tolak@contoh.id", "tidak sampai");
	eye_becomes("uji.2", "undeliverable");
	letter("uji.3", "siti@contoh.id\r\nBcc: x@y.id", "tidak sampai");
	eye_becomes("uji.3", "undeliverable");
}
END_TEST

/* Lines of that letter's head, as the server got it. */
static void
head_of(const struct buf *box, const char *id, struct buf *out)
{
	const char *at = strstr(buf_str(box), letter_id(id)), *begin = at, *end;

	ck_assert_ptr_nonnull(at);
	while (begin > buf_str(box) && strncmp(begin, "\n\n", 2) != 0)
		begin--;
	end = strstr(at, "\n\n");
	ck_assert_ptr_nonnull(end);
	buf_add(out, begin, (size_t)(end - begin));
}

static const char *const attempts[] = {
	"a\r\nBcc: x@y.id\r\n\r\nb", "\r\nBcc: x@y.id", "\nTo: x@y.id\nSubject: y", "\r\n.\r\nMAIL FROM:<x@y.id>\r\n", "\n.\n", "\r.\r",
	"=?utf-8?q?=0D=0ABcc:_x@y.id?=", "From x@y.id\n>From y", "--=_uji.1--\r\nContent-Type: text/html\r\n\r\n<script>x</script>",
	"\u2028Bcc: x@y.id", "\x1b[2J\x07 \xff\xfe", "%s%n ${IFS} {{7*7}} <script>alert(1)</script>",
};

/* Whatever stands in the words, it is words: one letter each, with our headers and its one recipient. */
START_TEST(no_attempt_makes_a_header)
{
	static const char *const ours[] = { "From ", "Return-path:", "Envelope-to:", "Delivery-date:", "Received:", "From:", "To: <siti@contoh.id>",
	    "Subject:", "Date:", "Message-ID:", "Auto-Submitted:", "MIME-Version:", "Content-Language:", "Content-Type: multipart/alternative;",
	    "References:", "In-Reply-To:", " ", "\t" };
	char id[16];

	for (size_t i = 0; i < N_ELEMS(attempts); i++) {
		struct buf box = { 0 }, head = { 0 };
		int stood[N_ELEMS(ours)] = { 0 };
		const char *line;

		snprintf(id, sizeof(id), "uji.%zu", i + 1);
		letter(id, "siti@contoh.id", attempts[i]);
		eye_becomes(id, "sent");
		mailbox_holds(id, &box);
		head_of(&box, id, &head);
		for (line = buf_str(&head); *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
			size_t k = 0;

			if (*line == '\n')
				continue;
			while (k < N_ELEMS(ours) && strncasecmp(line, ours[k], strlen(ours[k])) != 0)
				k++;
			ck_assert_msg(k < N_ELEMS(ours), "%zu: \"%.80s\" stands in the head", i, line);
			/* each server adds its own Received; one To and no other behind it */
			ck_assert_msg(++stood[k] == 1 || strcmp(ours[k], "Received:") == 0 || ours[k][0] == ' ' ||
			    ours[k][0] == '\t', "%zu: %s stands twice", i, ours[k]);
			ck_assert_msg(strncmp(line, "To:", 3) != 0 || strcspn(line, "\n") == strlen("To: <siti@contoh.id>"), "%zu: %.80s",
			    i, line);
		}
		buf_release(&box);
		buf_release(&head);
	}
	shell("test $(grep -c '^Message-ID: ' %s/mail/all) = %zu && test $(grep -c ' <= ' %s/mainlog) = %zu", mail.folder,
	    N_ELEMS(attempts), mail.folder, N_ELEMS(attempts));
}
END_TEST

/* Readers, and what reads aloud, are told the language that the words are in. */
START_TEST(a_letter_says_its_language)
{
	static const struct { const char *lang, *said; } letters[] = {
		{ "en", "Content-Language: en\n" }, { NULL, "Content-Language: id\n" },
	};
	char id[8];

	for (size_t i = 0; i < N_ELEMS(letters); i++) {
		struct buf box = { 0 };
		const char *at;

		snprintf(id, sizeof(id), "uji.%zu", i);
		tell(&eye.st, "email", id, "siti@contoh.id", letters[i].lang, "kabar");
		eye_becomes(id, "sent");
		mailbox_holds(id, &box);
		at = strstr(buf_str(&box), letter_id(id));
		ck_assert_msg(at != NULL && strstr(at, letters[i].said) != NULL, "%s", buf_str(&box));
		buf_release(&box);
	}
}
END_TEST

/* Until notify has said so often that a letter did not go. */
static void
fails(int n)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, log = { 0 };
	int seen = 0;

	buf_addf(&path, "%s/log/notify.log", house.dir);
	while (seen < n) {
		ck_assert_msg(clock_mono_ms() < until, "notify failed %d times, not %d", seen, n);
		nanosleep(&pause, NULL);
		buf_reset(&log);
		ck_assert_int_eq(file_read(buf_str(&path), 16 << 20, &log), 0);
		seen = 0;
		for (const char *at = buf_str(&log); (at = strstr(at, "event=send_failed route=email")) != NULL; at++)
			seen++;
	}
	buf_release(&path);
	buf_release(&log);
}

/* Nobody we trust has signed its certificate: it hears neither password nor letter. */
static void
begin_distrustful(void)
{
	mailers_make(&mail);
	exim_start(&mail);
	open_house(mail.smtp_port, "starttls: true", "kentongan");
}

START_TEST(a_stranger_gets_no_letter)
{
	char state[16];

	letter("uji.1", "siti@contoh.id", "rahasia");
	fails(2);
	eye_field("uji.1", "st", state, sizeof(state));
	ck_assert_str_ne(state, "sent");
	shell("test ! -e %s/mail/all && ! grep -qs -e ' A=' -e ' <= ' %s/mainlog", mail.folder, mail.folder);
}
END_TEST

/* ---- the one that misbehaves ---- */

static void
mode(const char *m)
{
	put_file(folder, "mode", m, strlen(m), 0600);
}

static void
begin_with(const char *tls)
{
	char port[16];
	struct buf log = { 0 };
	const char *const argv[] = { "python3", "tests/fake/smtp.py", folder, NULL };

	snprintf(folder, sizeof(folder), "/tmp/kt-mail.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	mode("ok");
	buf_addf(&log, "%s/err", folder);
	peer_start(&server, argv, buf_str(&log));
	peer_line(&server, "ready ", port, sizeof(port));
	open_house(port, tls, "kentongan");
	buf_release(&log);
}

static void begin_sink(void) { begin_with("starttls: false"); }
static void begin_stripped(void) { begin_with("starttls: true"); }

static void
end_sink(void)
{
	close_house();
	peer_stop(&server);
	shell("rm -rf %s", folder);
}

/* Somebody on the line took STARTTLS out of the greeting: not a word beyond EHLO. */
START_TEST(without_starttls_nothing_is_said)
{
	char state[16];

	letter("uji.1", "a@contoh.id", "kabar");
	at_least("sessions", "ok", 9);
	eye_field("uji.1", "st", state, sizeof(state));
	ck_assert_str_ne(state, "sent");
	ck_assert_str_ne(state, "undeliverable");
	ck_assert_int_ge(lines("verbs", "EHLO"), 8);
	ck_assert_int_eq(lines("verbs", "AUTH") + lines("verbs", "MAIL") + lines("verbs", "RCPT") + lines("verbs", "DATA"), 0);
}
END_TEST

START_TEST(greylisting_is_waited_out)
{
	mode("greylist:3");
	letter("uji.1", "a@contoh.id", "kabar");
	eye_becomes("uji.1", "sent");
	ck_assert_int_eq(tries("uji.1"), 3);
	ck_assert_int_eq(lines("taken", letter_id("uji.1")), 1);
	ck_assert_int_eq(lines("violations", NULL), 0);
}
END_TEST

START_TEST(a_refused_recipient_is_final)
{
	mode("rcpt550");
	letter("uji.1", "a@contoh.id", "kabar");
	eye_becomes("uji.1", "undeliverable");
	ck_assert_int_eq(lines("taken", NULL), 0);
}
END_TEST

/* The server refuses us, or is going, whatever was said last: all wait, none is burnt, and all go when it is mended. */
static const char *const shut[] = {
	"greet554", "greet421", "auth535", "ehlo=421", "ehlo=554", "auth=421", "auth=454", "auth=535", "mail=421", "mail=451",
	"mail=550", "rcpt=421", "data=421", "dot=421",
};

START_TEST(a_shut_door_burns_no_letter)
{
	char state[16];

	mode(shut[_i]);
	letter("uji.1", "a@contoh.id", "kabar");
	at_least("sessions", shut[_i], 9);	/* more often than notify.tries */
	eye_field("uji.1", "st", state, sizeof(state));
	ck_assert_str_ne(state, "undeliverable");
	mode("ok");
	eye_becomes("uji.1", "sent");
	ck_assert_int_eq(tries("uji.1"), 0);
}
END_TEST

/* It is about this letter or this recipient: later perhaps, or never. */
static const struct { const char *mode, *ends; } verbs[] = {
	{ "rcpt=450", "sent" }, { "rcpt=452", "sent" }, { "data=451", "sent" }, { "dot=452", "sent" },
	{ "rcpt=550", "undeliverable" }, { "rcpt=553", "undeliverable" }, { "data=554", "undeliverable" },
	{ "dot=552", "undeliverable" }, { "dot=554", "undeliverable" },
};

START_TEST(each_verb_may_be_refused)
{
	int later = strcmp(verbs[_i].ends, "sent") == 0;

	mode(verbs[_i].mode);
	letter("uji.1", "a@contoh.id", "kabar");
	if (later) {
		at_least("sessions", verbs[_i].mode, 2);
		mode("ok");
	}
	eye_becomes("uji.1", verbs[_i].ends);
	ck_assert_int_eq(lines("taken", letter_id("uji.1")), later);
	if (later)
		ck_assert_int_ge(tries("uji.1"), 2);
	else
		ck_assert_msg(lines("sessions", NULL) == 1, "%s: asked %d times", verbs[_i].mode, lines("sessions", NULL));
	ck_assert_int_eq(lines("violations", NULL), 0);
}
END_TEST

/* What is no dialogue at all is trouble that passes: the letter arrives, once. */
static const char *const babble[] = { "cutdata:2", "junk:2", "long:2" };

START_TEST(a_babbling_server_gets_it_once)
{
	mode(babble[_i]);
	letter("uji.1", "a@contoh.id", "kabar");
	eye_becomes("uji.1", "sent");
	ck_assert_int_eq(lines("taken", letter_id("uji.1")), 1);
	ck_assert_int_eq(lines("taken", NULL), 1);
	ck_assert_int_eq(lines("sessions", babble[_i]), 3);
}
END_TEST

START_TEST(put_off_for_ever_ends_undeliverable)
{
	mode("data451");
	letter("uji.1", "a@contoh.id", "kabar");
	eye_becomes("uji.1", "undeliverable");
	ck_assert_int_eq(lines("taken", NULL), 0);
}
END_TEST

START_TEST(cut_after_the_dot_is_sent_again_under_the_same_id)
{
	mode("cutdot:1");
	letter("uji.1", "a@contoh.id", "kabar");
	eye_becomes("uji.1", "sent");
	ck_assert_int_eq(lines("taken", letter_id("uji.1")), 2);
	ck_assert_int_eq(lines("taken", NULL), 2);
}
END_TEST

START_TEST(a_hanging_server_holds_up_nobody_else)
{
	char code[CODE_CHARS + 1];

	mode("hang");
	letter("uji.1", "a@contoh.id", "kabar");
	at_least("sessions", "hang", 1);
	sms("+6281234560077", "lampu jalan mati di desa kabat", code);
	told(code, "terima", "+6281234560077");		/* SMS go on meanwhile */
	mode("ok");
	eye_becomes("uji.1", "sent");
}
END_TEST

/* One refused among three: the others are delivered, and a human hears of that one. */
START_TEST(one_of_three_is_refused_alone)
{
	mode("rcpt550=b");
	letter("uji.1", "a@contoh.id", "kabar");
	letter("uji.2", "b@contoh.id", "kabar");
	letter("uji.3", "c@contoh.id", "kabar");
	eye_becomes("uji.1", "sent");
	eye_becomes("uji.2", "undeliverable");
	eye_becomes("uji.3", "sent");
	ck_assert_int_eq(lines("taken", letter_id("uji.1")), 1);
	ck_assert_int_eq(lines("taken", letter_id("uji.3")), 1);
	ck_assert_int_eq(lines("taken", NULL), 2);
	alarm_names("uji.2");
}
END_TEST

/* Until it is over with that message, one way or the other. */
static void
ends(const char *id, char state[32])
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + 2 * LIMIT_MS;

	for (;;) {
		eye_field(id, "st", state, 32);
		if (strcmp(state, "queued") != 0 && strcmp(state, "sending") != 0)
			return;
		ck_assert_msg(clock_mono_ms() < until, "%s is %s still", id, state);
		nanosleep(&pause, NULL);
	}
}

/* What we say of each letter, against what the server says it holds. */
START_TEST(sent_is_what_the_server_holds)
{
	/* Where a mode ends letters it is waited for; what another holds up goes under the next ones. */
	static const struct { const char *mode; int ends; } modes[] = {
		{ "ok", 1 }, { "greylist:2", 1 }, { "rcpt550=x", 1 }, { "greet554", 0 }, { "greet421", 0 },
		{ "auth535", 0 }, { "data451", 0 }, { "cutdot:2", 1 }, { "hang", 0 },
		{ "mix greylist:3 cutdot:2 greet421 data451 ok rcpt550=x auth535 cutdot:9", 0 }, { "ok", 1 },
	};
	int n = 0, sent = 0, refused = 0, all;
	char id[16], to[32], state[32];

	for (size_t i = 0; i < N_ELEMS(modes); i++) {
		int sessions = lines("sessions", NULL);

		mode(modes[i].mode);
		for (int k = 0; k < 4; k++) {
			snprintf(id, sizeof(id), "uji.%d", ++n);
			snprintf(to, sizeof(to), "%s@contoh%d.id", k == 3 ? "x" : "a", n);
			letter(id, to, "kabar");
		}
		if (modes[i].ends)
			ends(id, state);
		else
			at_least("sessions", NULL, sessions + 4);
	}
	for (int i = 1; i <= n; i++) {
		snprintf(id, sizeof(id), "uji.%d", i);
		ends(id, state);
		all = lines("taken", letter_id(id));
		ck_assert_msg(strcmp(state, "sent") == 0 ? all >= 1 :
		    strcmp(state, "undeliverable") == 0 && all == 0, "%s is %s, the server has it %d times", id, state, all);
		sent += strcmp(state, "sent") == 0;
		refused += strcmp(state, "undeliverable") == 0;
	}
	ck_assert_int_eq(sent + refused, n);
	ck_assert_int_ge(sent, n / 2);
	ck_assert_int_ge(refused, 1);
	ck_assert_int_eq(lines("violations", NULL), 0);
}
END_TEST

Suite *email_suite(void);

Suite *
email_suite(void)
{
	Suite *s = suite_create("email");
	TCase *real = tcase_create("exim"), *sink = tcase_create("sink"), *distrustful = tcase_create("distrustful"),
	    *stripped = tcase_create("stripped");

	tcase_add_checked_fixture(real, begin_exim, end_exim);
	tcase_add_test(real, a_letter_arrives_encrypted_and_logged_in);
	tcase_add_test(real, no_attempt_makes_a_header);
	tcase_add_test(real, a_letter_says_its_language);
	suite_add_tcase(s, real);
	tcase_add_checked_fixture(distrustful, begin_distrustful, end_exim);
	tcase_add_test(distrustful, a_stranger_gets_no_letter);
	suite_add_tcase(s, distrustful);
	tcase_add_checked_fixture(stripped, begin_stripped, end_sink);
	tcase_add_test(stripped, without_starttls_nothing_is_said);
	suite_add_tcase(s, stripped);
	tcase_add_checked_fixture(sink, begin_sink, end_sink);
	tcase_add_test(sink, greylisting_is_waited_out);
	tcase_add_test(sink, a_refused_recipient_is_final);
	tcase_add_loop_test(sink, a_shut_door_burns_no_letter, 0, N_ELEMS(shut));
	tcase_add_loop_test(sink, each_verb_may_be_refused, 0, N_ELEMS(verbs));
	tcase_add_loop_test(sink, a_babbling_server_gets_it_once, 0, N_ELEMS(babble));
	tcase_add_test(sink, put_off_for_ever_ends_undeliverable);
	tcase_add_test(sink, cut_after_the_dot_is_sent_again_under_the_same_id);
	tcase_add_test(sink, a_hanging_server_holds_up_nobody_else);
	tcase_add_test(sink, one_of_three_is_refused_alone);
	tcase_add_test(sink, sent_is_what_the_server_holds);
	suite_add_tcase(s, sink);
	return s;
}
