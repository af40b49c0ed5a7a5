#ifndef KENTONGAN_PEER_H
#define KENTONGAN_PEER_H
/*
 * Another program that a test talks to: a server or a stand-in.  It ends with the test, at the
 * latest when its standard input does.  A mistake ends the test.
 */
#include <sys/types.h>

#include "lib/buf.h"

/* So long a fact is waited for, on the busiest machine and under a sanitizer; one that holds is never waited out. */
#define LIMIT_MS 60000

struct peer { pid_t pid; int in, out; };

/* argv[0] is looked up in PATH; standard error goes to the file log ("" nowhere). */
void peer_start(struct peer *p, const char *const *argv, const char *log);
/* The first line of its output that begins so, without it and the line end. */
void peer_line(struct peer *p, const char *begins, char *out, size_t size);
/* A port of loopback that nobody has just now, for servers that take no socket from us. */
int peer_free_port(void);
/* Path of a program of this build. */
void bin_path(struct buf *b, const char *name);
/*
 * A command line of the shell to its end: what it said on both outputs is appended; its exit status.
 * $BIN is the folder of this build.
 */
int run_line(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* SIGTERM, SIGKILL after 5 s; waited for. */
void peer_stop(struct peer *p);
#endif
