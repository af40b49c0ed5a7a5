#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "lib/config.h"
#include "lib/daemon.h"

static int
init(struct daemon *d, const char *port_flag, const char **port, char *a, char *b, char *c)
{
	char name[] = "kentongan-uji";
	char *argv[] = { name, a, b, c, NULL };
	struct daemon_flag flags[] = { { port_flag, port, "port to bind" } };
	int argc = 1;

	while (argv[argc] != NULL)
		argc++;
	return daemon_init(d, "uji", argc, argv, flags, 1);
}

static char flag_n[] = "-n", flag_port[] = "--port", flag_8080[] = "8080", flag_eq[] = "--port=81";
static char flag_conf[] = "--conf=/etc/k", flag_dir[] = "--dir", flag_log[] = "--log=keras";
static char flag_version[] = "--version", flag_help[] = "--help", flag_none[] = "--tidak";
static char flag_settings[] = "--help-settings", flag_word[] = "kata";

START_TEST(flags_are_read)
{
	struct daemon d;
	const char *port = NULL;

	ck_assert_int_eq(init(&d, "port", &port, flag_n, flag_port, flag_8080), 0);
	ck_assert_str_eq(port, "8080");
	ck_assert_int_eq(d.check_only, 1);
	ck_assert_str_eq(d.conf_dir, "conf");
	ck_assert_str_eq(d.dir, "var");
	ck_assert_ptr_null(d.redis_url);
	daemon_release(&d);
	ck_assert_int_eq(init(&d, "--port", &port, flag_eq, flag_conf, NULL), 0);
	ck_assert_str_eq(port, "81");
	ck_assert_str_eq(d.conf_dir, "/etc/k");
	daemon_release(&d);
}
END_TEST

START_TEST(wrong_flags_leave_badly)
{
	struct daemon d;
	const char *port = NULL;

	ck_assert_int_eq(init(&d, "port", &port, flag_none, NULL, NULL), 2);
	ck_assert_int_eq(init(&d, "port", &port, flag_word, NULL, NULL), 2);
	ck_assert_int_eq(init(&d, "port", &port, flag_dir, NULL, NULL), 2);
	ck_assert_int_eq(init(&d, "port", &port, flag_log, NULL, NULL), 2);
	daemon_release(&d);
}
END_TEST

START_TEST(help_leaves_well)
{
	static const struct setting table[] = {
		{ "uji.http.port", SET_INT, 0, "8080", "0", "65535", "where it listens" },
	};
	char text[4096] = "";
	FILE *out = tmpfile();
	struct daemon d;
	const char *port = NULL;
	size_t n;

	daemon_settings(table, N_ELEMS(table));
	fflush(stdout);
	ck_assert_int_ge(dup2(fileno(out), STDOUT_FILENO), 0);
	ck_assert_int_eq(init(&d, "port", &port, flag_version, NULL, NULL), 1);
	ck_assert_int_eq(init(&d, "port", &port, flag_help, NULL, NULL), 1);
	ck_assert_int_eq(init(&d, "port", &port, flag_settings, NULL, NULL), 1);
	fflush(stdout);
	rewind(out);
	n = fread(text, 1, sizeof(text) - 1, out);
	ck_assert_uint_gt(n, 0);
	ck_assert_ptr_nonnull(strstr(text, "kentongan-uji "));
	ck_assert_ptr_nonnull(strstr(text, "--port VALUE"));
	ck_assert_ptr_nonnull(strstr(text, "uji.http.port: 8080"));
	fclose(out);
}
END_TEST

struct life { struct daemon *d; int stops, reloads, looks, idle_after; };

static void on_stop(void *arg) { ((struct life *)arg)->stops++; }

static void
on_reload(void *arg)
{
	((struct life *)arg)->reloads++;
	raise(SIGTERM);
}

static int
on_idle(void *arg)
{
	struct life *life = arg;

	return ++life->looks >= life->idle_after;
}

static void
hear(int fd, const char *beginning)
{
	char text[256] = "";
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	ck_assert_msg(n > 0 && strncmp(text, beginning, strlen(beginning)) == 0, "\"%s\" for \"%s\"",
	    text, beginning);
}

START_TEST(lives_and_tells_systemd)
{
	char dir[] = "/tmp/check_daemon.XXXXXX", usec[] = "30000000";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct life life = { .idle_after = 3 };
	struct daemon d;
	const char *port = NULL;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", dir);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	setenv("WATCHDOG_USEC", usec, 1);
	ck_assert_int_eq(init(&d, "port", &port, NULL, NULL, NULL), 0);
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	d.arg = &life;
	d.on_stop = on_stop;
	d.on_reload = on_reload;
	d.on_idle = on_idle;
	daemon_ready(&d, "http=127.0.0.1:8080");
	hear(fd, "READY=1\nSTATUS=");
	daemon_alive(&d);
	daemon_alive(&d);
	hear(fd, "WATCHDOG=1");
	ck_assert_int_eq(recv(fd, usec, 1, MSG_DONTWAIT), -1);
	raise(SIGHUP);			/* on_reload then asks for the end */
	ck_assert_int_eq(daemon_run(&d), 0);
	hear(fd, "RELOADING=1\nMONOTONIC_USEC=");
	hear(fd, "READY=1");
	hear(fd, "STOPPING=1");
	ck_assert_int_eq(life.stops, 1);
	ck_assert_int_eq(life.reloads, 1);
	ck_assert_int_eq(life.looks, 3);
	daemon_release(&d);
	unlink(at.sun_path);
	rmdir(dir);
}
END_TEST

static void
on_term_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	raise(SIGTERM);
}

START_TEST(a_second_signal_ends_at_once)
{
	struct life life = { .idle_after = 1000000 };
	struct timeval soon = { 0, 50000 };
	struct daemon d;
	const char *port = NULL;
	struct event *again;

	ck_assert_int_eq(init(&d, "port", &port, NULL, NULL, NULL), 0);
	d.arg = &life;
	d.on_idle = on_idle;
	again = event_new(d.base, -1, 0, on_term_again, NULL);
	event_add(again, &soon);
	daemon_stop(&d, 3);
	daemon_stop(&d, 0);
	ck_assert_int_eq(daemon_run(&d), 3);
	event_free(again);
	daemon_release(&d);
}
END_TEST

Suite *daemon_suite(void);

Suite *
daemon_suite(void)
{
	Suite *s = suite_create("daemon");
	TCase *tc = tcase_create("daemon");

	tcase_add_test(tc, flags_are_read);
	tcase_add_test(tc, wrong_flags_leave_badly);
	tcase_add_test(tc, help_leaves_well);
	tcase_add_test(tc, lives_and_tells_systemd);
	tcase_add_test(tc, a_second_signal_ends_at_once);
	suite_add_tcase(s, tc);
	return s;
}
