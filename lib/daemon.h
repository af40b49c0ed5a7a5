#ifndef KENTONGAN_DAEMON_H
#define KENTONGAN_DAEMON_H
/*
 * The life that all daemons share: flags, configuration, signals, readiness, graceful stop.
 *
 * Flags      --conf DIR  --dir DIR  --redis URL  -n (check the configuration and leave)
 *            --log debug|info|warn|error
 *            --help --version --help-settings; a daemon adds its own through struct daemon_flag
 *            (name without dashes; both --name VALUE and --name=VALUE are read).
 * Signals    SIGTERM, SIGINT: on_stop, then the loop ends when on_idle says so or after 10 s; a
 *            second one ends it at once.
 *            SIGHUP: on_reload.  SIGPIPE is ignored.
 * Ready      prints "ready NAME key=value..." on standard output and tells systemd (READY=1,
 *            WATCHDOG=1, STOPPING=1, RELOADING=1 by sd_notify's datagram protocol).
 */
#include <stdint.h>

#include "lib/buf.h"

struct event_base;
struct setting;

struct daemon_flag { const char *name; const char **value; const char *what; };

struct daemon {
	const char *name;
	struct event_base *base;
	const char *conf_dir, *dir, *redis_url;	/* defaults: conf, var, from the settings */
	int check_only;
	int stopping;
	void (*on_stop)(void *arg);
	void (*on_reload)(void *arg);
	int (*on_idle)(void *arg);	/* 1: nothing left in the air */
	void *arg;
	struct daemon_private *priv;
};

/* Tables that --help-settings prints; call before daemon_init().  Borrowed for ever; 8 at most. */
void daemon_settings(const struct setting *table, size_t n);
/* 0, or the process's exit status + 1 is in the return (1 = leave with 0, 2 = leave with 1). */
int daemon_init(struct daemon *d, const char *name, int argc, char **argv,
    const struct daemon_flag *flags, size_t n);
/* Says ready once; detail is "http=127.0.0.1:8080 ..." or "". */
void daemon_ready(struct daemon *d, const char *detail);
/* Tells systemd's watchdog: call from the loop that does the work. */
void daemon_alive(struct daemon *d);
/* Until stopped; returns the exit status. */
int daemon_run(struct daemon *d);
/* Asks for a stop from inside; status is what daemon_run() returns. */
void daemon_stop(struct daemon *d, int status);
void daemon_release(struct daemon *d);
#endif
