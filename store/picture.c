#include "store/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/calendar.h"
#include "core/media.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "store/settings.h"

#define PROGRAM "kentongan-picture"
#define SECONDS_SPARE 1
#define LINE_MOST 700
_Static_assert(LOOK_CHARS == 529, "its length stands in read_drawn() too");

struct picture_job {
	pid_t pid;
	int in, out;			/* memory files: the picture, the answer */
	int alive;			/* a pipe that ends with the process */
	struct event *ended, *limit;
	on_picture cb;
	void *arg;
};

/* Lies beside the program that runs now. */
static int
path_of_program(char path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return -1;
	self[n] = '\0';
	return snprintf(path, PATH_MAX, "%s/" PROGRAM, dirname(self)) < PATH_MAX ? 0 : -1;
}

static int
memory_file(const void *data, size_t len)
{
	int fd = memfd_create("picture", MFD_CLOEXEC);

	for (size_t at = 0; fd >= 0 && at < len; ) {
		ssize_t n = pwrite(fd, (const char *)data + at, len - at, (off_t)at);

		if (n <= 0) {
			close(fd);
			return -1;
		}
		at += (size_t)n;
	}
	return fd;
}

/* dup2() onto itself would leave the mark that closes it at exec. */
static int
place(int fd, int at)
{
	return fd == at ? fcntl(fd, F_SETFD, 0) : dup2(fd, at);
}

/* In the child, between fork and exec: nothing that is not safe there. */
static void
become(const struct picture_job *j, int alive, const char *path, char *const *argv)
{
	static char *const nothing[] = { NULL };
	int null = open("/dev/null", O_WRONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || place(j->in, STDIN_FILENO) < 0 || place(j->out, STDOUT_FILENO) < 0 ||
	    place(null, STDERR_FILENO) < 0 || place(alive, 3) < 0 || close_range(4, ~0U, 0) != 0)
		_exit(126);
	execve(path, argv, nothing);
	_exit(127);
}

static void
job_free(struct picture_job *j)
{
	if (j->ended != NULL)
		event_free(j->ended);
	if (j->limit != NULL)
		event_free(j->limit);
	for (int i = 0; i < 3; i++) {
		int fd = i == 0 ? j->in : i == 1 ? j->out : j->alive;

		if (fd >= 0)
			close(fd);
	}
	free(j);
}

static void
reap(struct picture_job *j, int *status)
{
	kill(j->pid, SIGKILL);
	while (waitpid(j->pid, status, 0) < 0 && errno == EINTR)
		;
}

void
picture_cancel(struct picture_job *j)
{
	int status;

	reap(j, &status);
	job_free(j);
}

/* "drawn EXT LOOK TAKEN [LAT LNG]" and the bytes after that line. */
static int
read_drawn(struct picture_news *n, const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len < LINE_MOST ? len : LINE_MOST);
	char line[LINE_MOST] = "", ext[8] = "", name[16];
	const struct media_type *t;
	struct look look;
	int fields;

	if (end == NULL)
		return -1;
	memcpy(line, text, (size_t)(end - text));
	fields = sscanf(line, "drawn %7s %528s %" SCNd64 " %lf %lf", ext, n->look, &n->taken_ms, &n->lat, &n->lng);
	n->data = end + 1;
	n->len = len - (size_t)(end + 1 - text);
	n->has_position = fields == 5 && n->lat >= -90 && n->lat <= 90 && n->lng >= -180 &&
	    n->lng <= 180;
	snprintf(name, sizeof(name), ".%s", ext);
	t = media_type_named(name);
	/* The bytes themselves must be what the line says. */
	if (fields < 3 || look_read(&look, n->look) != 0 || n->taken_ms < 0 || n->taken_ms > MS_MOST)
		return -1;
	if (t == NULL || t->kind != MEDIA_PICTURE || media_type_of(n->data, n->len) != t)
		return -1;
	n->ext = t->ext;
	return 0;
}

static void
read_answer(struct picture_news *n, const char *text, size_t len)
{
	if (len == 10 && memcmp(text, "too-large\n", 10) == 0) {
		n->outcome = PICTURE_OVERSIZE;
		n->why = "more pixels than media.megapixels";
	} else if (len > 6 && memcmp(text, "drawn ", 6) == 0 && read_drawn(n, text, len) == 0) {
		n->outcome = PICTURE_OK;
	} else {
		n->outcome = PICTURE_UNREADABLE;
		n->why = "no picture that can be read";
	}
}

static void
finish(struct picture_job *j, int timed_out)
{
	struct picture_news n = { .outcome = PICTURE_UNREADABLE, .ext = "" };
	struct buf answer = { 0 };
	off_t size;
	int status = 0;

	reap(j, &status);
	size = lseek(j->out, 0, SEEK_END);
	if (timed_out) {
		n.why = "the worker did not end within media.worker_within";
	} else if (WIFEXITED(status) && WEXITSTATUS(status) >= 126) {
		n.outcome = PICTURE_NO_WORKER;
		n.why = PROGRAM " cannot be started; it must lie beside this program";
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || size <= 0 ||
	    pread(j->out, buf_room(&answer, (size_t)size), (size_t)size, 0) != size) {
		n.why = "the worker died over it";
	} else {
		buf_added(&answer, (size_t)size);
		read_answer(&n, answer.data, answer.len);
	}
	j->cb(&n, j->arg);
	buf_wipe(&answer);
	job_free(j);
}

static void
on_ended(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	finish(arg, 0);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	finish(arg, 1);
}

static int
spawn(struct picture_job *j, const struct settings *set)
{
	char path[PATH_MAX], megapixels[24], edge[24], memory[24], seconds[24];
	char *const argv[] = { (char *)(uintptr_t)PROGRAM, megapixels, edge, memory, seconds, NULL };
	int p[2];

	snprintf(megapixels, sizeof(megapixels), "%lld", (long long)set->media_megapixels);
	snprintf(edge, sizeof(edge), "%lld", (long long)set->media_edge);
	snprintf(memory, sizeof(memory), "%lld", (long long)set->media_worker_bytes);
	snprintf(seconds, sizeof(seconds), "%lld",
	    (long long)set->media_worker_ms / 1000 + SECONDS_SPARE);
	if (path_of_program(path) != 0 || pipe2(p, O_CLOEXEC) != 0)
		return -1;
	j->alive = p[0];
	j->pid = fork();
	if (j->pid == 0)
		become(j, p[1], path, argv);
	close(p[1]);
	return j->pid > 0 ? 0 : -1;
}

struct picture_job *
picture_start(struct event_base *base, const struct settings *set, const void *data, size_t len,
    on_picture cb, void *arg)
{
	struct picture_job *j = xcalloc(1, sizeof(*j));
	struct timeval limit = ms_to_timeval(set->media_worker_ms);

	*j = (struct picture_job){ .in = -1, .out = -1, .alive = -1, .cb = cb, .arg = arg };
	j->in = memory_file(data, len);
	j->out = memory_file(NULL, 0);
	if (j->in < 0 || j->out < 0 || spawn(j, set) != 0) {
		cb(&(struct picture_news){ .outcome = PICTURE_NO_WORKER, .why = strerror(errno) }, arg);
		job_free(j);
		return NULL;
	}
	j->ended = event_new(base, j->alive, EV_READ, on_ended, j);
	j->limit = event_new(base, -1, 0, on_limit, j);
	if (j->ended == NULL || j->limit == NULL)
		abort();		/* memory */
	event_add(j->ended, NULL);
	event_add(j->limit, &limit);
	return j;
}
