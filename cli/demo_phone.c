/* Telephones of the demo (--kannel): fakesmsc plays the operator, bearerbox and smsbox are real. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "cli/cli.h"
#include "cli/demo.h"
#include "lib/clock.h"
#include "lib/config.h"

#define FAKESMSC "/usr/lib/kannel/test/fakesmsc"
#define LOOK_MS 50
#define SHOWN 1			/* of each kind as Kannel writes it */

struct demo_phones {
	int pid, in, out, typing;
	struct buf queue, said;		/* lines to type; what fakesmsc said */
	struct event *readable, *look;
	int typed, got;
};

int
demo_phone_check(void)
{
	if (access(FAKESMSC, X_OK) == 0)
		return 0;
	return cli_fail("%s: %s; --kannel needs 'apt-get install kannel kannel-extras'", FAKESMSC,
	    strerror(errno)) - 2;
}

/* ---- typing: a line at a time, for fakesmsc does not look for a second one in its buffer ---- */

static void
type_next(struct demo *d)
{
	struct demo_phones *p = d->phones;
	const char *nl = strchr(buf_str(&p->queue), '\n');
	struct buf rest = { 0 };
	size_t len;

	if (p->typing || p->pid == 0 || nl == NULL)
		return;
	len = (size_t)(nl + 1 - p->queue.data);
	if (write(p->in, p->queue.data, len) != (ssize_t)len)
		return;		/* it is gone: on_said() hears of it */
	if (p->typed++ < SHOWN)
		demo_say(d, SAYS_PHONE, "", "<- %.*s", (int)len - 1, p->queue.data);
	p->typing = 1;
	buf_adds(&rest, nl + 1);
	buf_release(&p->queue);
	p->queue = rest;
}

void
demo_phone_type(struct demo *d, const char *from, const char *text)
{
	buf_addf(&d->phones->queue, "%s 1708 text %s\n", from, text);
	type_next(d);
}

/* ---- hearing ---- */

static void
hear_line(struct demo *d, const char *line, size_t len)
{
	struct demo_phones *p = d->phones;
	const char *message = memmem(line, len, ": <", 3);

	if (memmem(line, len, "sent message", 12) != NULL) {
		p->typing = 0;
		type_next(d);
	} else if (memmem(line, len, "Got message", 11) != NULL && message != NULL) {
		if (p->got++ < SHOWN)
			demo_say(d, SAYS_PHONE, "", "-> %.*s", (int)(len - (size_t)(message + 3 - line) - 1),
			    message + 3);
	}
}

static void
on_said(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;
	struct demo_phones *p = d->phones;
	char chunk[16384];
	const char *at, *nl;
	ssize_t n = read(fd, chunk, sizeof(chunk));
	struct buf rest = { 0 };

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		event_del(p->readable);
		cli_fail("fakesmsc ended by itself; see %s/log/bearerbox.log", d->dir);
		d->status = 1;
		d->keep = 1;
		event_base_loopbreak(d->base);
		return;
	}
	buf_add(&p->said, chunk, (size_t)n);
	for (at = buf_str(&p->said); (nl = strchr(at, '\n')) != NULL; at = nl + 1)
		hear_line(d, at, (size_t)(nl - at));
	buf_adds(&rest, at);
	buf_release(&p->said);
	p->said = rest;
}

/* ---- life ---- */

static void
become_fakesmsc(int in, int out, int port)
{
	char number[16];
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(number, sizeof(number), "%d", port);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	execl(FAKESMSC, "fakesmsc", "-H", "127.0.0.1", "-r", number, "-i", "0.01", (char *)NULL);
	_exit(127);
}

static int
switch_on(struct demo *d)
{
	struct demo_phones *p = d->phones;
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) != 0)
		return -1;
	if (pipe2(out, O_CLOEXEC) != 0) {
		close(in[0]);
		close(in[1]);
		return -1;
	}
	p->pid = fork();
	if (p->pid == 0)
		become_fakesmsc(in[0], out[1], d->phone_port);
	close(in[0]);
	close(out[1]);
	p->in = in[1];
	p->out = out[0];
	evutil_make_socket_nonblocking(p->out);
	p->readable = event_new(d->base, p->out, EV_READ | EV_PERSIST, on_said, d);
	return p->pid > 0 && p->readable != NULL && event_add(p->readable, NULL) == 0 ? 0 : -1;
}

/* The fake SMSC takes one client, so nobody may knock before it: the kernel's list tells. */
static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;
	struct timeval soon = ms_to_timeval(LOOK_MS);
	struct buf sockets = { 0 };
	char want[64];

	(void)fd, (void)what;
	snprintf(want, sizeof(want), ":%04X 00000000:0000 0A", (unsigned)d->phone_port);
	if (file_read("/proc/net/tcp", 64u << 20, &sockets) != 0 || strstr(buf_str(&sockets), want) == NULL)
		event_add(d->phones->look, &soon);
	else if (switch_on(d) != 0)
		cli_fail("%s cannot be started: %s", FAKESMSC, strerror(errno));
	else
		demo_go(d);
	buf_release(&sockets);
}

int
demo_phone_begin(struct demo *d)
{
	struct timeval now = { 0, 0 };

	d->phones = xcalloc(1, sizeof(*d->phones));
	d->phones->look = evtimer_new(d->base, on_look, d);
	return d->phones->look != NULL && event_add(d->phones->look, &now) == 0 ? 0 : -1;
}

int
demo_phone_typed(const struct demo *d)
{
	return d->phones->typed;
}

int
demo_phone_got(const struct demo *d)
{
	return d->phones->got;
}

void
demo_phone_end(struct demo *d)
{
	struct demo_phones *p = d->phones;

	if (p == NULL)
		return;
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);	/* at the end of its input 1.4.5 crashes */
		waitpid(p->pid, NULL, 0);
		close(p->in);
		close(p->out);
	}
	if (p->readable != NULL)
		event_free(p->readable);
	if (p->look != NULL)
		event_free(p->look);
	buf_release(&p->queue);
	buf_release(&p->said);
	free(p);
	d->phones = NULL;
}
