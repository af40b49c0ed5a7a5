#include "cli/up.h"

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

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/seal.h"

#define DELAY_MIN_MS 100
#define DELAY_MAX_MS 5000
#define STEADY_MS 10000		/* ran so long: the next fall counts as the first */

void
child_arg(struct child *c, const char *arg)
{
	if (c->argc + 1 < (int)N_ELEMS(c->argv))
		c->argv[c->argc++] = xstrdup(arg);
}

unsigned long long
process_start_time(pid_t pid)
{
	struct buf path = { 0 }, stat = { 0 };
	unsigned long long start = 0;
	const char *p;

	buf_addf(&path, "/proc/%d/stat", (int)pid);
	if (file_read(buf_str(&path), 4096, &stat) == 0 &&
	    (p = strrchr(buf_str(&stat), ')')) != NULL && p[1] == ' ' && p[2] != 'Z') {
		for (int field = 2; field < 22 && p != NULL; field++)
			p = strchr(p + 1, ' ');
		if (p != NULL)
			start = strtoull(p, NULL, 10);
	}
	buf_release(&path);
	buf_release(&stat);
	return start;
}

static void
run_path(struct buf *b, const char *dir, const char *name, const char *suffix)
{
	buf_reset(b);
	buf_addf(b, "%s/run/%s.%s", dir, name, suffix);
}

static void
note_pid(const struct child *c)
{
	struct buf path = { 0 }, text = { 0 };

	run_path(&path, c->up->dir, c->name, "pid");
	buf_addf(&text, "%d\n", (int)c->pid);
	if (file_write(buf_str(&path), text.data, text.len, 0644) != 0)
		log_error("pid_file", "path=\"%s\" err=\"%s\"", buf_str(&path), strerror(errno));
	run_path(&path, c->up->dir, c->name, "start");
	buf_reset(&text);
	buf_addf(&text, "%llu\n", process_start_time(c->pid));
	if (file_write(buf_str(&path), text.data, text.len, 0644) != 0)
		log_error("pid_file", "path=\"%s\" err=\"%s\"", buf_str(&path), strerror(errno));
	buf_release(&path);
	buf_release(&text);
}

static void
forget_pid(const char *dir, const char *name)
{
	struct buf path = { 0 };

	run_path(&path, dir, name, "pid");
	unlink(buf_str(&path));
	run_path(&path, dir, name, "start");
	unlink(buf_str(&path));
	buf_release(&path);
}

static int
wait_gone(pid_t pid, unsigned long long start, int64_t limit_ms)
{
	int64_t until = clock_mono_ms() + limit_ms;
	const struct timespec pause = { 0, 10 * 1000000L };

	while (process_start_time(pid) == start && start != 0) {
		if (clock_mono_ms() > until)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int
leftover_end(const char *dir, const char *name)
{
	struct buf path = { 0 }, pid_text = { 0 }, start_text = { 0 };
	unsigned long long start;
	int rc = 0;
	pid_t pid;

	run_path(&path, dir, name, "pid");
	if (file_read(buf_str(&path), 64, &pid_text) != 0)
		goto out;
	run_path(&path, dir, name, "start");
	if (file_read(buf_str(&path), 64, &start_text) != 0)
		goto out;
	pid = (pid_t)strtol(buf_str(&pid_text), NULL, 10);
	start = strtoull(buf_str(&start_text), NULL, 10);
	/* Same pid but another start time: the number was given to a stranger since. */
	if (pid > 1 && start != 0 && process_start_time(pid) == start) {
		log_warn("leftover", "name=%s pid=%d", name, (int)pid);
		kill(pid, SIGTERM);
		if (wait_gone(pid, start, 12000) != 0) {
			kill(pid, SIGKILL);
			rc = wait_gone(pid, start, 2000);
		}
	}
	forget_pid(dir, name);
out:
	buf_release(&path);
	buf_release(&pid_text);
	buf_release(&start_text);
	return rc;
}

/* ---- what a child says ---- */

static void
take_line(struct child *c, const char *line)
{
	const char *http = strstr(line, "http=");

	if (strncmp(line, "ready ", 6) != 0 && strcmp(line, "ready") != 0)
		return;
	if (http != NULL) {
		free(c->http);
		c->http = xstrndup(http + 5, strcspn(http + 5, " \n"));
	}
	c->ready = 1;
	log_info("child_ready", "name=%s pid=%d", c->name, (int)c->pid);
	if (c->up->on_ready != NULL)
		c->up->on_ready(c->up);
}

static void
on_output(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;
	char chunk[1024];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	(void)what;
	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			event_del(c->readable);
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (chunk[i] != '\n') {
			if (c->line.len < 4096)
				buf_addc(&c->line, chunk[i]);
			continue;
		}
		take_line(c, buf_str(&c->line));
		buf_reset(&c->line);
	}
}

/* ---- life ---- */

static void
become(struct child *c, int out, pid_t parent)
{
	struct buf path = { 0 };
	sigset_t none;
	int log;

	/* Dies with us; if we died before this line, the check finds it. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	setpgid(0, 0);			/* a Ctrl-C at the terminal is ours to pass on, in order */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	buf_addf(&path, "%s/log/%s.log", c->up->dir, c->name);
	log = open(buf_str(&path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log >= 0)
		dup2(log, 2);
	dup2(out, 1);
	/* What the operator set stands. */
	if (c->wide_pages)
		setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 0);
	execv(c->argv[0], c->argv);
	fprintf(stderr, "kentongan: %s cannot be started: %s\n", c->argv[0], strerror(errno));
	_exit(127);
}

int
child_start(struct child *c)
{
	pid_t parent = getpid();
	int p[2];

	if (c->before != NULL)
		c->before(c);
	if (pipe2(p, O_CLOEXEC) != 0)
		return -1;
	c->argv[c->argc] = NULL;
	c->pid = fork();
	if (c->pid == 0)
		become(c, p[1], parent);
	close(p[1]);
	if (c->pid < 0) {
		log_error("fork", "name=%s err=\"%s\"", c->name, strerror(errno));
		c->pid = 0;
		close(p[0]);
		return -1;
	}
	evutil_make_socket_nonblocking(p[0]);
	c->out = p[0];
	c->ready = 0;
	c->starts++;
	c->started_ms = clock_mono_ms();
	buf_reset(&c->line);
	c->readable = event_new(c->up->base, p[0], EV_READ | EV_PERSIST, on_output, c);
	event_add(c->readable, NULL);
	note_pid(c);
	log_info("child_started", "name=%s pid=%d starts=%d", c->name, (int)c->pid, c->starts);
	return 0;
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;

	(void)fd, (void)what;
	if (!c->up->stopping && c->pid == 0 && child_start(c) != 0) {
		struct timeval tv = ms_to_timeval(1000);

		event_add(c->again, &tv);
	}
}

static void
ended(struct child *c, int status)
{
	struct timeval tv;
	uint32_t jitter;

	/* At our own word it is no news; else the reason stands in its log. */
	if (c->up->stopping)
		log_info("child_ended", "name=%s pid=%d", c->name, (int)c->pid);
	else
		log_warn("child_ended", "name=%s pid=%d %s=%d log=%s/log/%s.log", c->name, (int)c->pid,
		    WIFSIGNALED(status) ? "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		    c->up->dir, c->name);
	if (c->readable != NULL) {
		event_free(c->readable);
		close(c->out);
		c->readable = NULL;
	}
	forget_pid(c->up->dir, c->name);
	c->pid = 0;
	c->ready = 0;
	if (c->up->stopping)
		return;
	if (clock_mono_ms() - c->started_ms > STEADY_MS)
		c->delay_ms = 0;
	c->delay_ms = c->delay_ms == 0 ? DELAY_MIN_MS : 2 * c->delay_ms;
	if (c->delay_ms > DELAY_MAX_MS / 2)
		c->delay_ms = DELAY_MAX_MS / 2;
	random_bytes(&jitter, sizeof(jitter));
	tv = ms_to_timeval(c->delay_ms + (int64_t)(jitter % (uint32_t)c->delay_ms));
	if (c->again == NULL)
		c->again = event_new(c->up->base, -1, 0, on_again, c);
	event_add(c->again, &tv);
}

void
supervisor_reap(struct supervisor *up)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < up->n; i++)
			if (up->children[i].pid == pid)
				ended(&up->children[i], status);
}

void
child_stop(struct child *c, int64_t limit_ms)
{
	int64_t until = clock_mono_ms() + limit_ms;
	const struct timespec pause = { 0, 5 * 1000000L };
	int killed = 0;

	if (c->again != NULL)
		event_del(c->again);
	if (c->pid == 0)
		return;
	kill(c->pid, SIGTERM);
	kill(c->pid, SIGCONT);		/* one that was stopped could not hear */
	while (c->pid != 0) {
		supervisor_reap(c->up);
		if (c->pid != 0 && !killed && clock_mono_ms() > until) {
			kill(c->pid, SIGKILL);
			killed = 1;
		}
		if (c->pid != 0)
			nanosleep(&pause, NULL);
	}
}
