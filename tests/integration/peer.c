#include "tests/integration/peer.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"

#define STOP_MS 5000

void
peer_start(struct peer *p, const char *const *argv, const char *log)
{
	int in[2], out[2];

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	p->pid = fork();
	ck_assert_int_ge(p->pid, 0);
	if (p->pid == 0) {
		int err = open(log[0] != '\0' ? log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0600);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err, 2);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p->in = in[1];
	p->out = out[0];
}

void
peer_line(struct peer *p, const char *begins, char *out, size_t size)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char line[1024];
	size_t n = 0;

	while (clock_mono_ms() < until) {
		struct pollfd f = { .fd = p->out, .events = POLLIN };

		if (poll(&f, 1, (int)(until - clock_mono_ms())) <= 0)
			break;
		ck_assert_msg(read(p->out, line + n, 1) == 1, "it ended before it said '%s'", begins);
		if (line[n] != '\n' && n + 2 < sizeof(line)) {
			n++;
			continue;
		}
		line[n] = '\0';
		n = 0;
		if (strncmp(line, begins, strlen(begins)) == 0) {
			ck_assert_int_lt(snprintf(out, size, "%s", line + strlen(begins)), (int)size);
			return;
		}
	}
	ck_abort_msg("no line '%s' within %d ms", begins, LIMIT_MS);
}

/*
 * Below those that the kernel hands out: between this look and the server's own bind() another suite could be
 * given one of them.
 */
int
peer_free_port(void)
{
	static unsigned drawn;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	for (int tries = 0; tries < 1000; tries++) {
		unsigned port = 10000 + ((unsigned)getpid() * 61 + drawn++ * 7919) % 20000;
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), taken;

		ck_assert_int_ge(fd, 0);
		a.sin_port = htons((uint16_t)port);
		taken = bind(fd, (const struct sockaddr *)&a, sizeof(a));
		close(fd);
		if (taken == 0)
			return (int)port;
	}
	ck_abort_msg("no port is free");
	return -1;
}

void
bin_path(struct buf *b, const char *name)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	ck_assert_int_gt(n, 0);
	path[n] = '\0';
	*strstr(path, "/tests/") = '\0';
	buf_addf(b, "%s/%s", path, name);
}

void
peer_stop(struct peer *p)
{
	int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	struct pollfd gone = { .fd = fd, .events = POLLIN };

	ck_assert_int_ge(fd, 0);
	close(p->in);
	kill(p->pid, SIGTERM);
	if (poll(&gone, 1, STOP_MS) <= 0)
		kill(p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(fd);
	close(p->out);
}

int
run_line(struct buf *out, const char *fmt, ...)
{
	struct buf command = { 0 };
	char some[4096];
	va_list ap;
	size_t n;
	FILE *f;
	int rc;

	buf_adds(&command, "{ BIN=");
	bin_path(&command, "");
	buf_adds(&command, "; ");
	va_start(ap, fmt);
	buf_addv(&command, fmt, ap);
	va_end(ap);
	buf_adds(&command, "; } 2>&1");
	f = popen(buf_str(&command), "r");
	ck_assert_ptr_nonnull(f);
	while ((n = fread(some, 1, sizeof(some), f)) > 0)
		buf_add(out, some, n);
	rc = pclose(f);
	buf_release(&command);
	ck_assert(WIFEXITED(rc));
	return WEXITSTATUS(rc);
}
