#include "tests/integration/kannel.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/sms.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "tests/integration/peer.h"

#define FAKESMSC "/usr/lib/kannel/test/fakesmsc"
#define MESSAGES_MAX 4000
#define LINE_MAX_BYTES 256	/* the rest of a longer one waits in fakesmsc for the next line */

static struct phones { pid_t pid; int in, port, operator_port; char out[64]; } phones;
struct message { char to[24]; struct buf text; };
struct mailbox { struct message *all; size_t n; };

static const struct timespec pause_10ms = { 0, 10 * 1000000L };

/* ---- the house ---- */

/* An SMSC that speaks HTTP to bearerbox; nothing is sent by it. */
static void
add_operator(void)
{
	struct buf path = { 0 };
	FILE *f;

	buf_addf(&path, "%s/kannel.conf", house.conf);
	f = fopen(buf_str(&path), "a");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "\ngroup = smsc\nsmsc = http\nsmsc-id = OPERATOR\nallowed-smsc-id = OPERATOR\n"
	    "system-type = kannel\nport = %d\nsmsc-username = uji\nsmsc-password = uji\n"
	    "send-url = \"http://127.0.0.1:1/\"\nconnect-allow-ip = 127.0.0.1\n", phones.operator_port);
	ck_assert_int_eq(fclose(f), 0);
	buf_release(&path);
}

void
kannel_house(const char *settings)
{
	struct buf all = { 0 }, command = { 0 };

	phones.port = peer_free_port();
	phones.operator_port = peer_free_port();
	buf_addf(&all, "kannel:\n  run: true\n  url: http://127.0.0.1:%d\n%s", peer_free_port(), settings);
	house_make(buf_str(&all));
	buf_addf(&command, "sed -i 's/^port = 10000/port = %d/; s/^http-queue-delay = .*/http-queue-delay = 1/' %s/kannel.conf",
	    phones.port, house.conf);
	ck_assert_int_eq(system(buf_str(&command)), 0);
	buf_release(&all);
	add_operator();
	buf_release(&command);
}

/* fakesmsc takes one connection, so nobody may knock before it: the kernel's list tells. */
static int
is_listened_to(int port)
{
	struct buf sockets = { 0 };
	char want[64];
	int there;

	snprintf(want, sizeof(want), ":%04X 00000000:0000 0A", (unsigned)port);
	ck_assert_int_eq(file_read("/proc/net/tcp", 64u << 20, &sockets), 0);
	there = strstr(buf_str(&sockets), want) != NULL;
	buf_release(&sockets);
	return there;
}

void
phones_on(void)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char port[16];
	int p[2], out;

	while (!is_listened_to(phones.port)) {
		ck_assert_msg(clock_mono_ms() < until, "bearerbox does not listen; see %s/log/bearerbox.log", house.dir);
		nanosleep(&pause_10ms, NULL);
	}
	snprintf(phones.out, sizeof(phones.out), "%s/fakesmsc", house.dir);
	snprintf(port, sizeof(port), "%d", phones.port);
	ck_assert_int_eq(pipe2(p, O_CLOEXEC), 0);
	out = open(phones.out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	ck_assert_int_ge(out, 0);
	phones.pid = fork();
	if (phones.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(p[0], 0);
		dup2(out, 1);
		dup2(out, 2);
		execl(FAKESMSC, "fakesmsc", "-H", "127.0.0.1", "-r", port, "-i", "0.01", (char *)NULL);
		_exit(127);
	}
	close(p[0]);
	close(out);
	phones.in = p[1];
}

/* Not by closing its input: 1.4.5 frees something twice at the end of it. */
void
phones_off(void)
{
	int status;

	kill(phones.pid, SIGKILL);
	ck_assert_int_eq(waitpid(phones.pid, &status, 0), phones.pid);
	close(phones.in);
}

/* ---- an operator with an HTTP link: it brings what fakesmsc cannot type ---- */

void
operator_brings(const char *from, const char *udh, size_t udh_len, const char *utf16, size_t len)
{
	struct buf path = { 0 };
	char base[40];
	struct answer a;

	snprintf(base, sizeof(base), "http://127.0.0.1:%d", phones.operator_port);
	buf_adds(&path, "/?username=uji&password=uji&to=1708&coding=2&charset=UTF-16BE&from=");
	buf_add_url(&path, from, strlen(from));
	buf_adds(&path, "&udh=");
	buf_add_url(&path, udh, udh_len);
	buf_adds(&path, "&text=");
	buf_add_url(&path, utf16, len);
	ask(&a, base, buf_str(&path), NULL, NULL, 0);
	ck_assert_msg(a.status / 100 == 2 && strstr(buf_str(&a.body), "Sent") != NULL, "%ld %s", a.status, buf_str(&a.body));
	answer_release(&a);
	buf_release(&path);
}

/* ---- typing ---- */

/* Each test is a process of its own, so the count is fakesmsc's. */
static int
typed_so_far(void)
{
	struct buf all = { 0 };
	int n = 0;

	ck_assert_int_eq(file_read(phones.out, 64u << 20, &all), 0);
	for (const char *at = buf_str(&all); (at = strstr(at, "sent message ")) != NULL; at++)
		n++;
	buf_release(&all);
	return n;
}

void
phone_types(const char *from, const char *type_and_words)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf line = { 0 };
	int before = typed_so_far();

	buf_addf(&line, "%s 1708 %s\n", from, type_and_words);
	ck_assert_uint_lt(line.len, LINE_MAX_BYTES);
	ck_assert_int_eq(write(phones.in, line.data, line.len), (ssize_t)line.len);
	/* A second line before it has read the first would lie in its buffer unseen. */
	while (typed_so_far() == before) {
		ck_assert_msg(clock_mono_ms() < until, "fakesmsc does not take '%s'", buf_str(&line));
		nanosleep(&pause_10ms, NULL);
	}
	buf_release(&line);
}

void
phone_types_ucs2(const char *from, const char *words)
{
	struct buf wide = { 0 }, line = { 0 };

	sms_add_as_utf16(&wide, words, strlen(words));
	buf_adds(&line, "ucs2 ");
	buf_add_url(&line, wide.data, wide.len);
	phone_types(from, buf_str(&line));
	buf_release(&wide);
	buf_release(&line);
}

/* ---- reading ---- */

static void
add_decoded(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i] == '+' ? ' ' : s[i];

		if (c == '%' && len - i > 2 && hex_decode(&c, s + i + 1, 2) == 0)
			i += 2;
		buf_addc(out, c);
	}
}

static const char *
word_end(const char *s)
{
	return s + strcspn(s, " ");
}

/* "1708 +628... text W", "... data W", "... ucs2 W", "... udh U data W": to and words. */
static void
read_message(struct mailbox *box, const char *line, size_t len)
{
	char *copy = xstrndup(line, len);
	const char *to = word_end(copy) + 1, *type = word_end(to) + 1, *words;
	struct buf udh = { 0 }, raw = { 0 };
	struct sms_part part = { 0 };
	struct message *m;
	enum sms_coding coding = SMS_CODING_TEXT;

	if (strncmp(type, "udh ", 4) == 0) {
		add_decoded(&udh, type + 4, (size_t)(word_end(type + 4) - type - 4));
		type = word_end(type + 4) + 1;
	}
	words = word_end(type) + 1;
	if (strncmp(type, "text ", 5) == 0)
		buf_adds(&raw, words);
	else
		add_decoded(&raw, words, strlen(words));
	if (strncmp(type, "ucs2 ", 5) == 0)
		coding = SMS_CODING_UCS2;
	/* Kannel sends a text's parts one behind the other. */
	if (sms_part_read(&part, buf_str(&udh), udh.len) == 1 && part.number > 1) {
		ck_assert_uint_gt(box->n, 0);
		m = &box->all[box->n - 1];
	} else {
		ck_assert_uint_lt(box->n, MESSAGES_MAX);
		m = &box->all[box->n++];
		snprintf(m->to, sizeof(m->to), "%.*s", (int)(word_end(to) - to), to);
	}
	ck_assert_int_eq(strncmp(m->to, to, strlen(m->to)), 0);
	sms_add_words(&m->text, coding, buf_str(&raw), raw.len);
	buf_release(&udh);
	buf_release(&raw);
	free(copy);
}

static struct mailbox
mailbox_read(void)
{
	struct mailbox box = { .all = xcalloc(MESSAGES_MAX, sizeof(*box.all)) };
	struct buf all = { 0 };

	ck_assert_int_eq(file_read(phones.out, 64u << 20, &all), 0);
	for (const char *at = buf_str(&all), *end; (at = strstr(at, "Got message ")) != NULL; at = end) {
		const char *from = strstr(at, ": <");

		end = from != NULL ? strstr(from, ">\n") : NULL;
		if (end == NULL)
			break;		/* still being written */
		read_message(&box, from + 3, (size_t)(end - from - 3));
	}
	buf_release(&all);
	return box;
}

static void
mailbox_release(struct mailbox *box)
{
	for (size_t i = 0; i < box->n; i++)
		buf_release(&box->all[i].text);
	free(box->all);
}

static int
fits(const struct message *m, const char *to, const char *needle)
{
	return (to[0] == '\0' || strcmp(m->to, to) == 0) && strstr(buf_str(&m->text), needle) != NULL;
}

void
phone_gets(const char *to, const char *needle, struct buf *text, char *who)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	int found = 0;

	while (!found) {
		struct mailbox box = mailbox_read();

		for (size_t i = 0; i < box.n && !found; i++) {
			if (!fits(&box.all[i], to, needle))
				continue;
			found = 1;
			if (text != NULL)
				buf_adds(text, buf_str(&box.all[i].text));
			if (who != NULL)
				snprintf(who, 24, "%s", box.all[i].to);
		}
		mailbox_release(&box);
		ck_assert_msg(found || clock_mono_ms() < until, "no SMS with '%s' to '%s'", needle, to);
		if (!found)
			nanosleep(&pause_10ms, NULL);
	}
}

int
phone_count(const char *to, const char *needle)
{
	struct mailbox box = mailbox_read();
	int n = 0;

	for (size_t i = 0; i < box.n; i++)
		n += fits(&box.all[i], to, needle);
	mailbox_release(&box);
	return n;
}
