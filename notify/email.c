/*
 * Letters by libesmtp.  It blocks, resolver included, and its limits are minutes: each letter has a
 * worker process of its own that is killed at email.limit, so the loop never waits and a server
 * that hangs costs one process.
 *
 * What is known    the worker writes one byte once the library has taken the last of the letter's
 *                  bytes: a worker killed before it surely sent nothing; after it nobody knows.
 *                  The library's own "1" means only that the protocol ran: what counts are the
 *                  server's codes for sender, recipient and the end of the data.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <auth-client.h>
#include <event2/event.h>
#include <libesmtp.h>

#include "core/code.h"
#include "core/mailbox.h"
#include "core/text.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "notify/channel.h"
#include "notify/mime.h"

#define ALL_SENT 'D'
#define LEAVING 421			/* RFC 5321, 3.8: whatever was said last, it is about the server */

/* What the worker found, over the pipe. */
struct verdict { int outcome, pause; char why[96]; };

struct email {
	const struct settings *set;
	const struct store *st;		/* its key makes the tokens */
	struct buf password;
	struct event_base *base;
	struct worker *workers;
};

struct worker {
	struct email *e;
	pid_t pid;
	int fd, all_sent;
	struct event *readable, *limit;
	on_sent done;
	void *arg;
	struct verdict verdict;
	size_t got;
	struct worker *next;
};

/* ---- in the worker: blocking, alone ---- */

struct letter { const char *data; size_t len; int given, fd; };

/* libesmtp reads the letter by this; len NULL means from the start. */
static const char *
next_bytes(void **ctx, int *len, void *arg)
{
	struct letter *l = arg;

	(void)ctx;
	if (len == NULL) {
		l->given = 0;
		return NULL;
	}
	if (l->given) {
		const char all_sent = ALL_SENT;

		*len = 0;
		if (write(l->fd, &all_sent, 1) != 1)
			_exit(1);	/* nobody listens any more */
		FAULT_POINT("mid_send");
		return NULL;
	}
	l->given = 1;
	*len = (int)l->len;
	return l->data;
}

/* Certificates that do not fit are refused: the answer stays 0. */
static void
on_event(smtp_session_t session, int event, void *arg, ...)
{
	(void)session, (void)event, (void)arg;
}

static int
log_in(auth_client_request_t request, char **result, int fields, void *arg)
{
	const struct email *e = arg;

	for (int i = 0; i < fields; i++)
		result[i] = request[i].flags & AUTH_PASS ? e->password.data : e->set->email_user;
	return 1;
}

static void
conclude(struct verdict *v, enum send_outcome outcome, int pause, const char *what, int code)
{
	v->outcome = outcome;
	v->pause = pause;
	snprintf(v->why, sizeof(v->why), "%s %d", what, code);
}

static void
judge(struct verdict *v, smtp_session_t s, smtp_message_t m, smtp_recipient_t to, int ran)
{
	const smtp_status_t *from = smtp_reverse_path_status(m), *rcpt = smtp_recipient_status(to),
	    *end = smtp_message_transfer_status(m);
	char text[64];

	(void)s;
	if (ran && end->code / 100 == 2 && rcpt->code / 100 == 2)
		conclude(v, SEND_DONE, 0, "accepted", end->code);
	else if (from->code == LEAVING || rcpt->code == LEAVING || end->code == LEAVING)
		conclude(v, SEND_RETRY, 1, "the server is going", LEAVING);
	else if (rcpt->code / 100 == 5)
		conclude(v, SEND_FINAL, 0, "recipient refused", rcpt->code);
	else if (rcpt->code / 100 == 4)
		conclude(v, SEND_RETRY, 0, "recipient put off", rcpt->code);
	else if (from->code / 100 == 5 || from->code / 100 == 4)
		conclude(v, SEND_RETRY, 1, "sender refused", from->code);
	else if (end->code / 100 == 5)
		conclude(v, SEND_FINAL, 0, "letter refused", end->code);
	else if (end->code / 100 == 4)
		conclude(v, SEND_RETRY, 0, "letter put off", end->code);
	else {
		/* No code at all: whether it was sent, the byte on the pipe tells. */
		v->outcome = SEND_RETRY;
		v->pause = smtp_errno() != SMTP_ERR_NOTHING_TO_DO;
		snprintf(v->why, sizeof(v->why), "no answer: %s",
		    smtp_strerror(smtp_errno(), text, sizeof(text)) != NULL ? text : "?");
	}
}

static void
set_limits(smtp_session_t s, long ms)
{
	static const int phases[] = { Timeout_GREETING, Timeout_ENVELOPE, Timeout_DATA,
	    Timeout_TRANSFER, Timeout_DATA2 };

	for (size_t i = 0; i < N_ELEMS(phases); i++)
		smtp_set_timeout(s, phases[i] | Timeout_OVERRIDE_RFC2822_MINIMUM, ms);
}

static void
work(const struct email *e, const char *to, const struct buf *bytes, int fd)
{
	const struct settings *set = e->set;
	struct letter letter = { .data = bytes->data, .len = bytes->len, .fd = fd };
	struct verdict v = { .outcome = SEND_RETRY };
	struct buf server = { 0 };
	auth_context_t auth = NULL;
	smtp_session_t s;
	smtp_message_t m;
	smtp_recipient_t r;
	int ran;

	signal(SIGPIPE, SIG_IGN);
	if (set->email_ca[0] != '\0')
		setenv("SSL_CERT_FILE", set->email_ca, 1);
	auth_client_init();
	s = smtp_create_session();
	m = smtp_add_message(s);
	buf_addf(&server, "%s:%lld", set->email_server, (long long)set->email_port);
	smtp_set_server(s, buf_str(&server));
	smtp_set_hostname(s, set->email_domain);
	set_limits(s, (long)(set->email_limit_ms / 3));
	smtp_set_eventcb(s, on_event, NULL);
	smtp_starttls_enable(s, set->email_starttls ? Starttls_REQUIRED : Starttls_DISABLED);
	if (set->email_user[0] != '\0') {
		auth = auth_create_context();
		auth_set_mechanism_flags(auth, AUTH_PLUGIN_PLAIN, 0);
		auth_set_interact_cb(auth, log_in, (void *)(uintptr_t)e);
		smtp_auth_set_context(s, auth);
	}
	smtp_set_reverse_path(m, set->email_from);
	smtp_set_messagecb(m, next_bytes, &letter);
	r = smtp_add_recipient(m, to);
	smtp_option_require_all_recipients(s, 1);
	ran = smtp_start_session(s);
	judge(&v, s, m, r, ran);
	_exit(write(fd, &v, sizeof(v)) == (ssize_t)sizeof(v) ? 0 : 1);
}

/* ---- in the loop ---- */

static void
end_worker(struct worker *w)
{
	struct worker **at = &w->e->workers;
	struct send_result r = { .outcome = (enum send_outcome)w->verdict.outcome,
	    .pause_ms = w->verdict.pause ? w->e->set->email_pause_ms : 0, .why = w->verdict.why };

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	event_free(w->readable);
	event_free(w->limit);
	close(w->fd);
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	w->done(&r, w->arg);
	free(w);
}

/* The worker is gone, or is made to go, without a verdict. */
static void
without_verdict(struct worker *w, const char *why)
{
	w->verdict.outcome = w->all_sent ? SEND_UNKNOWN : SEND_RETRY;
	w->verdict.pause = 0;
	snprintf(w->verdict.why, sizeof(w->verdict.why), "%s", why);
	end_worker(w);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	ssize_t n;
	char byte;

	(void)what;
	if (!w->all_sent && w->got == 0 && recv(fd, &byte, 1, MSG_PEEK) == 1 && byte == ALL_SENT) {
		w->all_sent = recv(fd, &byte, 1, 0) == 1;
		return;
	}
	n = recv(fd, (char *)&w->verdict + w->got, sizeof(w->verdict) - w->got, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		without_verdict(w, "the mail worker died");
		return;
	}
	w->got += (size_t)n;
	if (w->got < sizeof(w->verdict))
		return;
	/* The data went out and no code came back: nobody knows. */
	if (w->all_sent && strncmp(w->verdict.why, "no answer", 9) == 0)
		w->verdict.outcome = SEND_UNKNOWN;
	end_worker(w);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	without_verdict(arg, "the mail server did not answer within email.limit");
}

static void
refuse(on_sent done, void *arg, enum send_outcome outcome, const char *why)
{
	const struct send_result r = { .outcome = outcome, .why = why };

	done(&r, arg);
}

static int
letter_of(struct buf *out, const struct email *e, const struct outbox_item *it)
{
	struct buf subject = { 0 };
	struct code code;
	char shown[CODE_CHARS + 2] = "", token[OUTBOX_TOKEN_CHARS + 1];
	struct mail m = { .from = e->set->email_from, .from_name = e->set->name,
	    .to = buf_str(&it->to), .text = buf_str(&it->text), .text_len = it->text.len,
	    .lang = it->lang[0] != '\0' ? it->lang : TEXTS_BASE, .id = it->id, .token = token,
	    .domain = e->set->email_domain, .date_ms = clock_now_ms(),
	    .ref = it->answers.len > 0 ? buf_str(&it->answers) : NULL };
	int rc;

	outbox_token(token, e->st, it->id);
	if (code_parse(&code, it->code, strlen(it->code)) == 0) {
		m.thread = it->code;
		code_show(shown, &code);
		buf_addf(&subject, "%sLaporan %s", it->latihan ? "LATIHAN " : "", shown);
	} else
		buf_addf(&subject, "%s%s", it->latihan ? "LATIHAN " : "", e->set->name);
	m.subject = buf_str(&subject);
	rc = mime_build(out, &m);
	buf_release(&subject);
	return rc;
}

static void
send_mail(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	struct email *e = c->data;
	struct buf bytes = { 0 };
	struct worker *w;
	struct timeval limit = ms_to_timeval(e->set->email_limit_ms);
	int p[2];

	if (letter_of(&bytes, e, it) != 0) {
		buf_wipe(&bytes);
		refuse(done, arg, SEND_FINAL, "no mailbox");
		return;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) != 0) {
		buf_wipe(&bytes);
		refuse(done, arg, SEND_RETRY, strerror(errno));
		return;
	}
	w = xcalloc(1, sizeof(*w));
	*w = (struct worker){ .e = e, .fd = p[0], .done = done, .arg = arg };
	FAULT_POINT("worker_spawn");
	w->pid = fork();
	if (w->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int fd = 3; fd < 1024; fd++)
			if (fd != p[1])
				close(fd);
		work(e, buf_str(&it->to), &bytes, p[1]);
	}
	close(p[1]);
	buf_wipe(&bytes);
	if (w->pid < 0) {
		close(p[0]);
		free(w);
		refuse(done, arg, SEND_RETRY, strerror(errno));
		return;
	}
	evutil_make_socket_nonblocking(w->fd);
	w->readable = event_new(e->base, w->fd, EV_READ | EV_PERSIST, on_readable, w);
	w->limit = event_new(e->base, -1, 0, on_limit, w);
	event_add(w->readable, NULL);
	event_add(w->limit, &limit);
	w->next = e->workers;
	e->workers = w;
}

static void
release_email(struct channel *c)
{
	struct email *e = c->data;

	while (e->workers != NULL)
		without_verdict(e->workers, "notify ends");
	buf_wipe(&e->password);
	free(e);
}

int
channel_email_open(struct channel *c, const struct ways_env *env)
{
	const struct settings *set = &env->h->set;
	struct buf errors = { 0 };
	struct email *e;

	if (set->email_server[0] == '\0')
		return 1;
	if (!mailbox_fits(set->email_from)) {
		fprintf(stderr, "kentongan.yaml: email.from: '%s' is no mailbox; write one like lapor@example.go.id\n",
		    set->email_from);
		return -1;
	}
	e = xcalloc(1, sizeof(*e));
	e->set = set;
	e->st = &env->h->st;
	e->base = env->base;
	if (set->email_user[0] != '\0' &&
	    secret_read(env->dir, "smtp_password", &e->password, &errors) != 0) {
		fputs(buf_str(&errors), stderr);
		buf_release(&errors);
		free(e);
		return -1;
	}
	buf_release(&errors);
	*c = (struct channel){ .route = "email", .in_flight = (int)set->email_workers,
	    .per_second = set->email_per_s, .longest_ms = set->email_limit_ms, .longest_by = "email.limit",
	    .send = send_mail, .release = release_email, .data = e };
	return 0;
}
