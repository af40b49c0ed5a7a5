#ifndef KENTONGAN_UP_H
#define KENTONGAN_UP_H
/* Processes under `kentongan up`: started, watched, started again. */
#include <stdint.h>
#include <sys/types.h>

#include "lib/buf.h"

struct event_base;
struct event;
struct supervisor;

struct child {
	struct supervisor *up;
	const char *name;
	char *argv[24]; int argc;	/* owned strings */
	pid_t pid;			/* 0: not running */
	int out;			/* its standard output */
	struct event *readable, *again;
	struct buf line;		/* of its output so far */
	int ready, starts;
	int silent;			/* a stranger's program: it never says that it is ready */
	int wide_pages;			/* its tables are read all over: glibc asks the kernel for large pages */
	int64_t started_ms;		/* monotonic */
	int64_t delay_ms;		/* before the next start */
	char *http;			/* URL it said it listens on */
	int stop_signal;
	void (*before)(const struct child *c);	/* each start; NULL nothing */
};

struct supervisor {
	struct event_base *base;
	const char *dir, *conf;
	struct child children[10]; int n;
	int stopping;
	void (*on_ready)(struct supervisor *up);	/* a child said ready */
	void *arg;
};

void child_arg(struct child *c, const char *arg);
/* fork and exec; the child dies with us.  Its errors go to DIR/log/NAME.log.  0 or -1. */
int child_start(struct child *c);
/* Reaps whoever ended and plans the next start: 0.1 to 5 s later, with jitter, for ever. */
void supervisor_reap(struct supervisor *up);
/* Signals and waits up to limit_ms, then kills. */
void child_stop(struct child *c, int64_t limit_ms);
/*
 * A process of an earlier run that still lives (same pid, same start time): ended here.  -1 if it
 * cannot be.
 */
int leftover_end(const char *dir, const char *name);
/*
 * Start time of a process in clock ticks since boot, 0 if there is none or it has ended: /proc/PID/stat
 * field 22.
 */
unsigned long long process_start_time(pid_t pid);
#endif
