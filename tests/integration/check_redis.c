/* Both kinds of connection against a real server that is stopped, killed and started again. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/redis.h"
#include "tests/integration/peer.h"

static char dir[] = "/tmp/check_redis.XXXXXX";
static char socket_path[64];
static const char *password;
static pid_t server;
static struct redis_address address;

/* Returns when the server says that it accepts connections. */
static void
server_start(void)
{
	char line[512];
	int out[2], seen = 0;
	FILE *f;

	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	server = fork();
	ck_assert_int_ge(server, 0);
	if (server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], STDOUT_FILENO);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket_path,
		    "--dir", dir, "--save", "", "--requirepass", password != NULL ? password : "",
		    (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	f = fdopen(out[0], "r");
	while (!seen && fgets(line, sizeof(line), f) != NULL)
		seen = strstr(line, "ready to accept connections") != NULL;
	ck_assert_msg(seen, "redis-server did not start");
	fclose(f);		/* it goes on without a reader: its log lines fail, nothing else */
}

static void
server_kill(void)
{
	if (server <= 0)
		return;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	server = 0;
}

static void
setup(void)
{
	struct buf errors = { 0 }, url = { 0 };

	signal(SIGPIPE, SIG_IGN);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(socket_path, sizeof(socket_path), "%s/sock", dir);
	buf_addf(&url, "unix:%s", socket_path);
	ck_assert_int_eq(redis_address_parse(&address, buf_str(&url), &errors), 0);
	buf_release(&url);
}

static void
teardown(void)
{
	server_kill();
	unlink(socket_path);
	rmdir(dir);
	redis_address_release(&address);
}

/* ---- asynchronous ---- */

struct seen {
	struct event_base *base;
	struct redis_link *link;
	int up, changes;		/* as on_state told */
	int wait_up;			/* the loop ends when up is this */
	struct buf replies;		/* one letter or text each */
	size_t count, wait_count;	/* the loop ends at so many replies */
	int free_in_reply, free_in_state;
};

static void
on_state(int up, void *arg)
{
	struct seen *s = arg;

	s->up = up;
	s->changes++;
	if (up == s->wait_up)
		event_base_loopbreak(s->base);
	if (!up && s->free_in_state) {
		redis_link_free(s->link);
		s->link = NULL;
	}
}

static void
on_reply(const redisReply *r, void *arg)
{
	struct seen *s = arg;

	if (r == NULL)
		buf_adds(&s->replies, "? ");
	else if (r->type == REDIS_REPLY_INTEGER)
		buf_addf(&s->replies, "%lld ", r->integer);
	else
		buf_addf(&s->replies, "%s ", r->str != NULL ? r->str : "nil");
	if (++s->count == s->wait_count)
		event_base_loopbreak(s->base);
	if (s->free_in_reply && s->link != NULL) {
		struct redis_link *l = s->link;

		s->link = NULL;
		redis_link_free(l);
	}
}

static void
on_too_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	ck_abort_msg("waited %d ms for %s", LIMIT_MS, (const char *)arg);
}

static void
run(struct seen *s, const char *what)
{
	struct timeval limit = { LIMIT_MS / 1000, 0 };
	struct event *guard = evtimer_new(s->base, on_too_late, (void *)(uintptr_t)what);

	event_add(guard, &limit);
	event_base_dispatch(s->base);
	event_free(guard);
}

static void
run_until_up(struct seen *s, int up)
{
	s->wait_up = up;
	if (s->up != up)
		run(s, up ? "up" : "down");
	s->wait_up = -1;
}

static void
run_until_count(struct seen *s, size_t count)
{
	s->wait_count = count;
	if (s->count < count)
		run(s, "replies");
	s->wait_count = 0;
}

/* A server that has stopped is found out after SILENT_MS, and long before it would have been by NEVER_MS. */
#define SILENT_MS 300
#define NEVER_MS 20000

static void
begin_with(struct seen *s, size_t in_flight, int64_t command_ms)
{
	struct redis_link_options o = { .name = "uji", .connect_ms = 2000, .command_ms = command_ms,
	    .in_flight_max = in_flight, .on_state = on_state, .arg = s };

	*s = (struct seen){ .wait_up = -1 };
	s->base = event_base_new();
	s->link = redis_link_new(s->base, &address, &o);
}

/* One that is only slow, on a busy machine, is waited for. */
static void
begin(struct seen *s, size_t in_flight)
{
	begin_with(s, in_flight, LIMIT_MS);
}

static void
end(struct seen *s)
{
	redis_link_free(s->link);
	event_base_free(s->base);
	buf_release(&s->replies);
}

static int
ask(struct seen *s, const char *a, const char *b, const char *c)
{
	const char *argv[] = { a, b, c };

	return redis_link_send(s->link, on_reply, s, c != NULL ? 3 : b != NULL ? 2 : 1, argv, NULL);
}

static int
ask_blocking(struct seen *s)
{
	const char *argv[] = { "BLPOP", "tak-ada", "0" };

	return redis_link_send_blocking(s->link, on_reply, s, 3, argv, NULL);
}

START_TEST(replies_in_order)
{
	struct seen s;

	server_start();
	begin(&s, 100);
	ck_assert_int_eq(ask(&s, "PING", NULL, NULL), -1);
	run_until_up(&s, 1);
	ck_assert_int_eq(redis_link_is_up(s.link), 1);
	ck_assert_int_eq(ask(&s, "SET", "a", "1"), 0);
	ck_assert_int_eq(ask(&s, "INCR", "a", NULL), 0);
	ck_assert_int_eq(ask(&s, "GET", "a", NULL), 0);
	ck_assert_int_eq(ask(&s, "GET", "b", NULL), 0);
	ck_assert_int_eq(ask(&s, "CLIENT", "GETNAME", NULL), 0);
	ck_assert_uint_eq(redis_link_in_flight(s.link), 5);
	run_until_count(&s, 5);
	ck_assert_str_eq(buf_str(&s.replies), "OK 2 2 nil uji ");
	ck_assert_uint_eq(redis_link_in_flight(s.link), 0);
	end(&s);
}
END_TEST

START_TEST(more_than_the_limit_is_refused)
{
	struct seen s;

	server_start();
	begin(&s, 3);
	run_until_up(&s, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(ask(&s, "PING", NULL, NULL), 0);
	ck_assert_int_eq(ask(&s, "PING", NULL, NULL), -1);
	run_until_count(&s, 3);
	ck_assert_int_eq(ask(&s, "PING", NULL, NULL), 0);
	run_until_count(&s, 4);
	end(&s);
}
END_TEST

START_TEST(a_lost_server_is_unknown_and_comes_back)
{
	struct seen s;

	server_start();
	begin(&s, 100);
	run_until_up(&s, 1);
	ck_assert_int_eq(ask_blocking(&s), 0);
	ck_assert_int_eq(ask(&s, "PING", NULL, NULL), 0);
	server_kill();
	run_until_up(&s, 0);
	ck_assert_str_eq(buf_str(&s.replies), "? ? ");
	ck_assert_int_eq(ask(&s, "PING", NULL, NULL), -1);
	server_start();
	run_until_up(&s, 1);
	ck_assert_int_eq(ask(&s, "ECHO", "x", NULL), 0);
	run_until_count(&s, 3);
	ck_assert_str_eq(buf_str(&s.replies), "? ? x ");
	ck_assert_int_eq(s.changes, 3);
	end(&s);
}
END_TEST

START_TEST(a_silent_server_is_unknown_in_time)
{
	int64_t from_ms;
	struct seen s;

	server_start();
	begin_with(&s, 100, SILENT_MS);
	run_until_up(&s, 1);
	kill(server, SIGSTOP);
	from_ms = clock_mono_ms();
	ck_assert_int_eq(ask(&s, "PING", NULL, NULL), 0);
	run_until_up(&s, 0);
	ck_assert_int_ge(clock_mono_ms() - from_ms, SILENT_MS - 1);
	ck_assert_int_lt(clock_mono_ms() - from_ms, NEVER_MS);
	ck_assert_str_eq(buf_str(&s.replies), "? ");
	kill(server, SIGCONT);
	run_until_up(&s, 1);
	end(&s);
}
END_TEST

START_TEST(silence_is_found_without_a_command)
{
	struct seen s;

	server_start();
	begin_with(&s, 100, SILENT_MS);
	run_until_up(&s, 1);
	kill(server, SIGSTOP);
	run_until_up(&s, 0);
	kill(server, SIGCONT);
	end(&s);
}
END_TEST

START_TEST(freeing_answers_what_is_out)
{
	struct seen s;

	server_start();
	begin(&s, 100);
	run_until_up(&s, 1);
	ck_assert_int_eq(ask_blocking(&s), 0);
	ck_assert_int_eq(ask(&s, "PING", NULL, NULL), 0);
	redis_link_free(s.link);
	s.link = NULL;
	ck_assert_str_eq(buf_str(&s.replies), "? ? ");
	end(&s);
}
END_TEST

START_TEST(may_be_freed_in_a_reply)
{
	struct seen s;

	server_start();
	begin(&s, 100);
	run_until_up(&s, 1);
	s.free_in_reply = 1;
	ck_assert_int_eq(ask(&s, "ECHO", "a", NULL), 0);
	ck_assert_int_eq(ask(&s, "ECHO", "b", NULL), 0);
	ck_assert_int_eq(ask(&s, "ECHO", "c", NULL), 0);
	run_until_count(&s, 3);
	ck_assert_str_eq(buf_str(&s.replies), "a ? ? ");
	event_base_loop(s.base, EVLOOP_NONBLOCK);
	end(&s);
}
END_TEST

START_TEST(may_be_freed_when_it_goes_down)
{
	struct seen s;

	server_start();
	begin(&s, 100);
	run_until_up(&s, 1);
	ck_assert_int_eq(ask_blocking(&s), 0);
	if (_i == 0)
		s.free_in_state = 1;
	else
		s.free_in_reply = 1;
	server_kill();
	run_until_count(&s, 1);
	event_base_loop(s.base, EVLOOP_NONBLOCK);
	ck_assert_ptr_null(s.link);
	ck_assert_str_eq(buf_str(&s.replies), "? ");
	end(&s);
}
END_TEST

START_TEST(the_password_decides)
{
	struct seen s;

	password = "rahasia";
	server_start();
	address.password = xstrdup(_i == 0 ? "rahasia" : "salah");
	begin(&s, 100);
	if (_i == 0) {
		run_until_up(&s, 1);
		ck_assert_int_eq(ask(&s, "PING", NULL, NULL), 0);
		run_until_count(&s, 1);
		ck_assert_str_eq(buf_str(&s.replies), "PONG ");
	} else {
		struct timeval a_while = { 0, 400000 };	/* some attempts */

		event_base_loopexit(s.base, &a_while);
		event_base_dispatch(s.base);
		ck_assert_int_eq(s.changes, 0);
		ck_assert_int_eq(redis_link_is_up(s.link), 0);
	}
	end(&s);
}
END_TEST

/* ---- blocking ---- */

static void
queue(struct redis_pipe *p, const char *a, const char *b)
{
	const char *argv[] = { a, b };

	ck_assert_msg(redis_pipe_queue(p, b != NULL ? 2 : 1, argv, NULL) == 0, "%s", redis_pipe_error(p));
}

static void
reply_is(struct redis_pipe *p, const char *text)
{
	redisReply *r = redis_pipe_reply(p);

	if (text == NULL)
		ck_assert_ptr_null(r);
	else
		ck_assert_msg(r != NULL && strcmp(r->str, text) == 0, "%s", redis_pipe_error(p));
	freeReplyObject(r);
}

static void
until_connected(struct redis_pipe *p)
{
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;
	redisReply *r = NULL;

	while (r == NULL && clock_mono_ms() < by_ms)
		r = redis_pipe_command(p, "PING");
	ck_assert_msg(r != NULL, "%s", redis_pipe_error(p));
	freeReplyObject(r);
}

START_TEST(pipe_replies_in_order)
{
	struct redis_pipe *p = redis_pipe_new(&address, "uji", 1000, LIMIT_MS);
	redisReply *r;

	server_start();
	queue(p, "ECHO", "a");
	queue(p, "ECHO", "b");
	reply_is(p, "a");
	queue(p, "ECHO", "c");
	reply_is(p, "b");
	reply_is(p, "c");
	reply_is(p, NULL);
	r = redis_pipe_command(p, "ECHO %b", "x\0y", (size_t)3);
	ck_assert(r != NULL && r->len == 3 && memcmp(r->str, "x\0y", 3) == 0);
	freeReplyObject(r);
	redis_pipe_free(p);
}
END_TEST

START_TEST(pipe_loss_is_unknown_for_all)
{
	struct redis_pipe *p = redis_pipe_new(&address, "uji", 1000, LIMIT_MS);

	server_start();
	queue(p, "ECHO", "a");
	queue(p, "ECHO", "b");
	server_kill();
	reply_is(p, NULL);
	ck_assert_int_eq(redis_pipe_is_up(p), 0);
	server_start();
	queue(p, "ECHO", "c");
	reply_is(p, NULL);		/* b's */
	reply_is(p, "c");
	redis_pipe_free(p);
}
END_TEST

START_TEST(pipe_waits_no_longer_than_its_time)
{
	struct redis_pipe *p = redis_pipe_new(&address, "uji", 1000, SILENT_MS);
	int64_t from_ms;

	server_start();
	until_connected(p);
	kill(server, SIGSTOP);
	from_ms = clock_mono_ms();
	ck_assert_ptr_null(redis_pipe_command(p, "PING"));
	ck_assert_int_lt(clock_mono_ms() - from_ms, NEVER_MS);
	ck_assert_str_eq(redis_pipe_error(p), "no reply in time");
	kill(server, SIGCONT);
	until_connected(p);
	redis_pipe_free(p);
}
END_TEST

START_TEST(pipe_sees_a_restart_before_it_asks)
{
	struct redis_pipe *p = redis_pipe_new(&address, "uji", 1000, LIMIT_MS);

	server_start();
	until_connected(p);
	server_kill();
	server_start();
	queue(p, "ECHO", "a");
	reply_is(p, "a");
	redis_pipe_free(p);
}
END_TEST

START_TEST(pipe_does_not_hammer)
{
	struct redis_pipe *p = redis_pipe_new(&address, "uji", 1000, LIMIT_MS);
	const char *argv[] = { "PING" };

	ck_assert_ptr_null(redis_pipe_call(p, 1, argv, NULL));	/* the attempt that fails */
	ck_assert_str_eq(redis_pipe_error(p), "No such file or directory");
	server_start();
	until_connected(p);
	redis_pipe_free(p);
}
END_TEST

Suite *redis_suite(void);

Suite *
redis_suite(void)
{
	Suite *s = suite_create("redis");
	TCase *tc = tcase_create("link");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, replies_in_order);
	tcase_add_test(tc, more_than_the_limit_is_refused);
	tcase_add_test(tc, a_lost_server_is_unknown_and_comes_back);
	tcase_add_test(tc, a_silent_server_is_unknown_in_time);
	tcase_add_test(tc, silence_is_found_without_a_command);
	tcase_add_test(tc, freeing_answers_what_is_out);
	tcase_add_test(tc, may_be_freed_in_a_reply);
	tcase_add_loop_test(tc, may_be_freed_when_it_goes_down, 0, 2);
	tcase_add_loop_test(tc, the_password_decides, 0, 2);
	suite_add_tcase(s, tc);
	tc = tcase_create("pipe");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pipe_replies_in_order);
	tcase_add_test(tc, pipe_loss_is_unknown_for_all);
	tcase_add_test(tc, pipe_waits_no_longer_than_its_time);
	tcase_add_test(tc, pipe_sees_a_restart_before_it_asks);
	tcase_add_test(tc, pipe_does_not_hammer);
	suite_add_tcase(s, tc);
	return s;
}
