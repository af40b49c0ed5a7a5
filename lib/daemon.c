#include "lib/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/seal.h"

#define STOP_MS 10000
#define IDLE_LOOK_MS 20
#define TABLES_MAX 8

struct daemon_private {
	struct event *term, *interrupt, *hangup, *idle;
	int64_t stop_by_ms;
	int status;
	int notify;			/* datagram socket to systemd, -1: none */
	struct sockaddr_un notify_to;
	socklen_t notify_len;
	int64_t watchdog_ms, watchdog_next_ms;	/* 0: nobody watches */
};

static struct { const struct setting *table; size_t n; } tables[TABLES_MAX];
static size_t table_count;

void
daemon_settings(const struct setting *table, size_t n)
{
	if (table_count == TABLES_MAX)
		abort();		/* our own mistake */
	tables[table_count].table = table;
	tables[table_count++].n = n;
}

/* ---- flags ---- */

static const struct { const char *name, *argument, *what; } own_flags[] = {
	{ "conf", " DIR", "configuration folder (conf)" },
	{ "dir", " DIR", "where the daemon keeps its files (var)" },
	{ "redis", " URL", "redis://[:PASSWORD@]HOST:PORT or unix:/PATH, in place of the setting" },
	{ "log", " LEVEL", "debug, info, warn or error (info)" },
	{ "n", "", "check the configuration and leave" },
	{ "help", "", "this text" },
	{ "help-settings", "", "every setting with its default, its range and its meaning" },
	{ "version", "", "the version" },
};

static const char *
without_dashes(const char *name)
{
	return name + strspn(name, "-");
}

static void
print_help(const char *name, const struct daemon_flag *flags, size_t n)
{
	printf("usage: kentongan-%s [flags]\n", name);
	for (size_t i = 0; i < N_ELEMS(own_flags); i++)
		printf("  %s%s%s\n      %s\n", strlen(own_flags[i].name) == 1 ? "-" : "--",
		    own_flags[i].name, own_flags[i].argument, own_flags[i].what);
	for (size_t i = 0; i < n; i++)
		printf("  --%s VALUE\n      %s\n", without_dashes(flags[i].name), flags[i].what);
}

static void
print_settings(void)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < table_count; i++)
		config_describe(tables[i].table, tables[i].n, &out);
	fwrite(buf_str(&out), 1, out.len, stdout);
	buf_release(&out);
}

static void
print_version(const char *name)
{
#ifdef KENTONGAN_FAULTS
	printf("kentongan-%s %s, with fault hooks\n", name, KENTONGAN_VERSION);
#else
	printf("kentongan-%s %s\n", name, KENTONGAN_VERSION);
#endif
}

static int
set_log_level(const char *name, const char *level)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };

	for (size_t i = 0; i < N_ELEMS(levels); i++) {
		if (strcmp(levels[i], level) != 0)
			continue;
		log_init(name, (enum log_level)i);
		return 0;
	}
	return -1;
}

/* Where a flag's value goes; NULL if there is no such flag. */
static const char **
place_of(struct daemon *d, const struct daemon_flag *flags, size_t n, const char *name,
    size_t len, const char **level)
{
	const struct { const char *name; const char **value; } own[] = {
		{ "conf", &d->conf_dir }, { "dir", &d->dir }, { "redis", &d->redis_url },
		{ "log", level },
	};

	for (size_t i = 0; i < N_ELEMS(own); i++)
		if (strlen(own[i].name) == len && strncmp(own[i].name, name, len) == 0)
			return own[i].value;
	for (size_t i = 0; i < n; i++) {
		const char *flag = without_dashes(flags[i].name);

		if (strlen(flag) == len && strncmp(flag, name, len) == 0)
			return flags[i].value;
	}
	return NULL;
}

static int
usage_mistake(const char *name, const char *what, const char *flag)
{
	fprintf(stderr, "kentongan-%s: %s: %s (--help lists the flags)\n", name, flag, what);
	return 2;
}

/* 0 go on, 1 leave well, 2 leave badly. */
static int
read_flags(struct daemon *d, int argc, char **argv, const struct daemon_flag *flags, size_t n)
{
	const char *level = "info";

	for (int i = 1; i < argc; i++) {
		const char *name = without_dashes(argv[i]), **value;
		size_t len = strcspn(name, "=");

		if (argv[i][0] != '-' || len == 0)
			return usage_mistake(d->name, "not a flag", argv[i]);
		if (strcmp(name, "help") == 0) {
			print_help(d->name, flags, n);
			return 1;
		}
		if (strcmp(name, "help-settings") == 0) {
			print_settings();
			return 1;
		}
		if (strcmp(name, "version") == 0) {
			print_version(d->name);
			return 1;
		}
		if (strcmp(name, "n") == 0) {
			d->check_only = 1;
			continue;
		}
		value = place_of(d, flags, n, name, len, &level);
		if (value == NULL)
			return usage_mistake(d->name, "unknown flag", argv[i]);
		if (name[len] == '=')
			*value = name + len + 1;
		else if (i + 1 < argc)
			*value = argv[++i];
		else
			return usage_mistake(d->name, "its value is missing", argv[i]);
	}
	if (set_log_level(d->name, level) != 0)
		return usage_mistake(d->name, "debug, info, warn or error expected", "--log");
	return 0;
}

/* libevent's own warnings become lines like ours. */
static void
on_libevent_log(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_warn("libevent", "text=\"%s\"", log_quote(text, strlen(text)));
}

/* ---- systemd ---- */

static void
notify_open(struct daemon_private *p)
{
	const char *path = getenv("NOTIFY_SOCKET"), *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	size_t len = path != NULL ? strlen(path) : 0;

	p->notify = -1;
	if (len > 1 && len < sizeof(p->notify_to.sun_path)) {
		p->notify_to.sun_family = AF_UNIX;
		memcpy(p->notify_to.sun_path, path, len);
		if (path[0] == '@')
			p->notify_to.sun_path[0] = '\0';
		p->notify_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
		p->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	if (usec != NULL && (pid == NULL || strtol(pid, NULL, 10) == (long)getpid()))
		p->watchdog_ms = strtoll(usec, NULL, 10) / 1000;
	unsetenv("NOTIFY_SOCKET");	/* workers of ours must not speak for us */
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void
notify_say(struct daemon_private *p, const char *text)
{
	if (p->notify < 0)
		return;
	if (sendto(p->notify, text, strlen(text), MSG_NOSIGNAL,
	    (struct sockaddr *)&p->notify_to, p->notify_len) < 0)
		log_warn("notify_failed", "err=\"%s\"", strerror(errno));
}

/* ---- signals and the end ---- */

static void
on_idle_look(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int late = clock_mono_ms() >= d->priv->stop_by_ms;

	(void)fd, (void)what;
	if (!late && d->on_idle != NULL && !d->on_idle(d->arg))
		return;
	if (late)
		log_warn("stop_forced", "after_ms=%d", STOP_MS);
	event_base_loopbreak(d->base);
}

void
daemon_stop(struct daemon *d, int status)
{
	struct daemon_private *p = d->priv;
	struct timeval look = ms_to_timeval(IDLE_LOOK_MS);

	if (status != 0)
		p->status = status;
	if (d->stopping)
		return;
	d->stopping = 1;
	p->stop_by_ms = clock_mono_ms() + STOP_MS;
	log_info("stopping", "status=%d", status);
	notify_say(p, "STOPPING=1");
	if (d->on_stop != NULL)
		d->on_stop(d->arg);
	event_add(p->idle, &look);
	event_active(p->idle, EV_TIMEOUT, 1);	/* perhaps there is nothing to wait for */
}

static void
on_stop_signal(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd, (void)what;
	if (d->stopping)
		event_base_loopbreak(d->base);
	else
		daemon_stop(d, 0);
}

static void
on_hangup(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	char text[64];

	(void)fd, (void)what;
	if (d->stopping)
		return;
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_mono_us());
	notify_say(d->priv, text);
	if (d->on_reload != NULL)
		d->on_reload(d->arg);
	notify_say(d->priv, "READY=1");
}

static struct event *
signal_event(struct daemon *d, int signal_number, event_callback_fn cb)
{
	struct event *e = evsignal_new(d->base, signal_number, cb, d);

	if (e == NULL || event_add(e, NULL) != 0)
		abort();		/* memory */
	return e;
}

/* libevent's own choice is a clock that moves once in 4 ms, and waits in whole milliseconds. */
static struct event_base *
precise_base(void)
{
	struct event_config *c = event_config_new();
	struct event_base *base = NULL;

	if (c != NULL && event_config_set_flag(c, EVENT_BASE_FLAG_PRECISE_TIMER) == 0)
		base = event_base_new_with_config(c);
	if (c != NULL)
		event_config_free(c);
	return base;
}

int
daemon_init(struct daemon *d, const char *name, int argc, char **argv,
    const struct daemon_flag *flags, size_t n)
{
	struct daemon_private *p;
	int leave;

	*d = (struct daemon){ .name = name, .conf_dir = "conf", .dir = "var" };
	log_init(name, LOG_LEVEL_INFO);
	FAULT_INIT(name);
	leave = read_flags(d, argc, argv, flags, n);
	if (leave != 0)
		return leave;
	signal(SIGPIPE, SIG_IGN);
	seal_init();
	event_set_log_callback(on_libevent_log);
	d->base = precise_base();
	if (d->base == NULL) {
		log_error("start_failed", "err=\"no event loop\"");
		return 2;
	}
	p = d->priv = xcalloc(1, sizeof(*p));
	p->term = signal_event(d, SIGTERM, on_stop_signal);
	p->interrupt = signal_event(d, SIGINT, on_stop_signal);
	p->hangup = signal_event(d, SIGHUP, on_hangup);
	p->idle = event_new(d->base, -1, EV_PERSIST, on_idle_look, d);
	if (p->idle == NULL)
		abort();		/* memory */
	notify_open(p);
	return 0;
}

void
daemon_ready(struct daemon *d, const char *detail)
{
	printf("ready %s%s%s\n", d->name, detail[0] != '\0' ? " " : "", detail);
	if (fflush(stdout) != 0)
		log_warn("ready_not_said", "err=\"%s\"", strerror(errno));
	notify_say(d->priv, "READY=1\nSTATUS=siap");
}

void
daemon_alive(struct daemon *d)
{
	struct daemon_private *p = d->priv;
	int64_t now_ms;

	if (p->watchdog_ms == 0)
		return;
	now_ms = clock_mono_ms();
	if (now_ms < p->watchdog_next_ms)
		return;
	p->watchdog_next_ms = now_ms + p->watchdog_ms / 4;
	notify_say(p, "WATCHDOG=1");
}

int
daemon_run(struct daemon *d)
{
	if (event_base_loop(d->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0) {
		log_error("loop_failed", "err=\"%s\"", strerror(errno));
		return EXIT_FAILURE;
	}
	return d->priv->status;
}

void
daemon_release(struct daemon *d)
{
	struct daemon_private *p = d->priv;

	if (p != NULL) {
		event_free(p->term);
		event_free(p->interrupt);
		event_free(p->hangup);
		event_free(p->idle);
		if (p->notify >= 0)
			close(p->notify);
		free(p);
	}
	if (d->base != NULL)
		event_base_free(d->base);
	*d = (struct daemon){ 0 };
}
