#include "lib/fault.h"

#ifdef KENTONGAN_FAULTS
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/log.h"

#define FAULTS_MAX 32
#define POINT_BYTES 64

static const char *const action_names[] = {
	"kill", "stop", "exit", "abort", "delay", "err", "short", "drop",
};
enum action { DO_KILL, DO_STOP, DO_EXIT, DO_ABORT, DO_DELAY, DO_ERR, DO_SHORT, DO_DROP };

static const struct { const char *name; int value; } errnos[] = {
	{ "EIO", EIO }, { "ENOSPC", ENOSPC }, { "EROFS", EROFS }, { "EACCES", EACCES },
	{ "EMFILE", EMFILE }, { "EPIPE", EPIPE }, { "ECONNRESET", ECONNRESET },
	{ "ETIMEDOUT", ETIMEDOUT }, { "EAGAIN", EAGAIN },
};

struct fault {
	char point[POINT_BYTES];
	enum action action;
	long nth, percent, arg;		/* 0: every time; 100: always */
	long hits;
};

static struct fault faults[FAULTS_MAX];
static size_t fault_count;
static uint64_t random_state;
static int record = -1;
static const char *program = "";

/* A fault that is not understood would be a test that tests nothing: leave. */
static void
refuse(const char *text)
{
	log_error("fault_not_understood", "fault=\"%s\"", log_quote(text, strlen(text)));
	exit(EXIT_FAILURE);
}

static long
argument(const char *text, const char *whole)
{
	char *end;
	long value;

	for (size_t i = 0; i < N_ELEMS(errnos); i++)
		if (strcmp(errnos[i].name, text) == 0)
			return errnos[i].value;
	value = strtol(text, &end, 10);
	if (end == text || *end != '\0')
		refuse(whole);
	return value;
}

/* point=action[@nth][%percent][:arg] */
static void
arm(const char *text)
{
	struct fault *f = &faults[fault_count];
	char action[16] = "", arg[32] = "";
	const char *rest;
	int used = 0;

	if (fault_count == FAULTS_MAX)
		refuse(text);
	*f = (struct fault){ .percent = 100 };
	if (sscanf(text, "%63[a-z0-9_.]=%15[a-z]%n", f->point, action, &used) != 2)
		refuse(text);
	rest = text + used;
	if (sscanf(rest, "@%ld%n", &f->nth, &used) == 1)
		rest += used;
	if (sscanf(rest, "%%%ld%n", &f->percent, &used) == 1)
		rest += used;
	if (sscanf(rest, ":%31s%n", arg, &used) == 1)
		rest += used;
	if (*rest != '\0')
		refuse(text);
	f->arg = arg[0] != '\0' ? argument(arg, text) : 0;
	for (size_t i = 0; i < N_ELEMS(action_names); i++) {
		if (strcmp(action_names[i], action) != 0)
			continue;
		f->action = (enum action)i;
		fault_count++;
		return;
	}
	refuse(text);
}

void
fault_init(const char *name)
{
	const char *list = getenv("KENTONGAN_FAULT"), *seed = getenv("KENTONGAN_FAULT_SEED");
	const char *file = getenv("KENTONGAN_FAULT_FILE");

	program = name;
	random_state = seed != NULL ? strtoull(seed, NULL, 10) : 1;
	if (file != NULL)
		record = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ";");
		char *one = xstrndup(list, n);

		if (n > 0)
			arm(one);
		free(one);
		list += n + (list[n] == ';');
	}
}

/* splitmix64: the same seed gives the same run. */
static uint64_t
draw(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* The point without the program it may be named for. */
static const char *
point_of(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot != NULL ? dot + 1 : name;
}

static int
is_meant(const struct fault *f, const char *point)
{
	size_t n = strcspn(f->point, ".");

	if (f->point[n] == '.' && (strlen(program) != n || strncmp(f->point, program, n) != 0))
		return 0;
	return strcmp(point_of(f->point), point) == 0;
}

static void
note(const struct fault *f)
{
	char line[160];
	int n = snprintf(line, sizeof(line), "%s.%s %s hit=%ld pid=%ld\n", program,
	    point_of(f->point), action_names[f->action], f->hits, (long)getpid());

	if (record >= 0 && write(record, line, (size_t)n) != n)
		refuse("the record of hits cannot be written");
}

static void
act(const struct fault *f, struct fault_outcome *out)
{
	struct timespec nap = { f->arg / 1000, f->arg % 1000 * 1000000 };

	switch (f->action) {
	case DO_KILL: kill(getpid(), SIGKILL); break;
	case DO_STOP: raise(SIGSTOP); break;
	case DO_EXIT: _exit((int)f->arg);
	case DO_ABORT: abort();
	case DO_DELAY: nanosleep(&nap, NULL); break;
	case DO_ERR: out->err = f->arg != 0 ? (int)f->arg : EIO; break;
	case DO_SHORT: out->shorten = f->arg; break;
	case DO_DROP: out->drop = 1; break;
	}
}

struct fault_outcome
fault_hit(const char *point)
{
	struct fault_outcome out = { .shorten = -1 };

	for (size_t i = 0; i < fault_count; i++) {
		struct fault *f = &faults[i];

		if (!is_meant(f, point))
			continue;
		f->hits++;
		if ((f->nth > 0 && f->hits != f->nth) || (long)(draw() % 100) >= f->percent)
			continue;
		note(f);
		act(f, &out);
	}
	return out;
}
#else
typedef int fault_hooks_are_not_built_in;
#endif
