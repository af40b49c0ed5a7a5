/* The supervisor: what it leaves behind however it ends, what it finds, and how its daemons stop. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/up.h"
#include "lib/config.h"
#include "lib/clock.h"
#include "tests/integration/living.h"
#include "tests/integration/peer.h"

Suite *up_suite(void);

#define STOP_MS 10000

static const char *const all[] = { "redis", "router", "sla", "notify", "ingest", "console" };

static void
begin(void)
{
	unsetenv("GLIBC_TUNABLES");		/* who runs the tests may have set it */
	house_make("");
	house_up();
}

/* How often the router has made the rules of a configuration ready. */
static int
rules_made(void)
{
	struct buf path = { 0 }, log = { 0 };
	int n = 0;

	buf_addf(&path, "%s/log/router.log", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 1 << 20, &log), 0);
	for (const char *at = buf_str(&log); (at = strstr(at, "event=rules ")) != NULL; at++)
		n++;
	buf_release(&path);
	buf_release(&log);
	return n;
}

static void
pids(pid_t out[N_ELEMS(all)])
{
	for (size_t i = 0; i < N_ELEMS(all); i++)
		out[i] = pid_of(all[i]);
}

static void
wait_gone(pid_t pid, const char *what, int64_t limit_ms)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + limit_ms;

	while (process_start_time(pid) != 0) {
		ck_assert_msg(clock_mono_ms() < until, "%s is still there", what);
		nanosleep(&pause, NULL);
	}
}

/* The house reads them anew when it comes up. */
static void
forget_secrets(void)
{
	buf_wipe(&house.secret);
	buf_wipe(&house.machine);
}

/* Killed hard, it takes its children along; the next finds what was there. */
START_TEST(killed_hard_it_leaves_nobody_behind)
{
	char code[CODE_CHARS + 1];
	pid_t p[N_ELEMS(all)];
	json_t *c;

	sms("+6281234567811", "lampu jalan mati di desa Kabat kecamatan Kabat", code);
	wait_state(code, "ditugaskan");
	pids(p);
	ck_assert_int_eq(kill(house.up, SIGKILL), 0);
	ck_assert_int_eq(waitpid(house.up, NULL, 0), house.up);
	for (size_t i = 0; i < N_ELEMS(all); i++)
		wait_gone(p[i], all[i], STOP_MS);
	forget_secrets();
	house_up();
	c = case_in(code, "ditugaskan");
	json_decref(c);
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
}
END_TEST

/* One of ours that was left is ended; whoever has got its number since is not ours. */
static pid_t
bystander(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGTERM, SIG_DFL);	/* Check's own handler would end the test */
		for (;;)
			pause();
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

static void
note_as(const char *name, pid_t pid, unsigned long long start)
{
	const struct { const char *suffix; unsigned long long value; } files[] = {
		{ "pid", (unsigned long long)pid }, { "start", start },
	};

	for (size_t i = 0; i < N_ELEMS(files); i++) {
		struct buf path = { 0 }, text = { 0 };

		buf_addf(&path, "%s/run/%s.%s", house.dir, name, files[i].suffix);
		buf_addf(&text, "%llu\n", files[i].value);
		ck_assert_int_eq(file_write(buf_str(&path), text.data, text.len, 0644), 0);
		buf_release(&path);
		buf_release(&text);
	}
}

START_TEST(what_was_left_is_ended_and_a_stranger_is_not)
{
	pid_t ours = bystander(), stranger = bystander();
	int status;

	ck_assert_int_eq(kill(house.up, SIGTERM), 0);
	ck_assert_int_eq(waitpid(house.up, &status, 0), house.up);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	forget_secrets();
	note_as("sla", ours, process_start_time(ours));
	note_as("notify", stranger, process_start_time(stranger) + 1);
	house_up();
	ck_assert_uint_eq(process_start_time(ours), 0);
	ck_assert_uint_ne(process_start_time(stranger), 0);
	ck_assert_int_eq(waitpid(ours, &status, 0), ours);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	kill(stranger, SIGKILL);
	waitpid(stranger, NULL, 0);
}
END_TEST

/* A daemon that fell comes back where people have its address; the store too. */
START_TEST(whoever_falls_comes_back_at_its_place)
{
	char http[sizeof(house.http)], code[CODE_CHARS + 1];
	pid_t p[N_ELEMS(all)];

	snprintf(http, sizeof(http), "%s", house.http);
	pids(p);
	for (size_t i = 0; i < N_ELEMS(all); i++)
		ck_assert_int_eq(kill(p[i], SIGKILL), 0);
	for (size_t i = 0; i < N_ELEMS(all); i++) {
		wait_gone(p[i], all[i], STOP_MS);
		while (pid_of(all[i]) == p[i])		/* waits for the file of the new one */
			;
	}
	while (!house_is_ready()) {
		const struct timespec pause = { 0, 10 * 1000000L };

		nanosleep(&pause, NULL);
	}
	ck_assert_str_eq(house.http, http);
	sms("+6281234567812", "lampu jalan mati di desa Kabat kecamatan Kabat", code);
	wait_state(code, "ditugaskan");
}
END_TEST

/* The store stands still: whoever waits for it still stops in time, and says so by a clean end. */
START_TEST(a_daemon_stops_in_time_though_the_store_stands_still)
{
	int64_t begun;
	pid_t p[N_ELEMS(all)];

	pids(p);
	ck_assert_int_eq(kill(p[0], SIGSTOP), 0);
	begun = clock_mono_ms();
	for (size_t i = 1; i < N_ELEMS(all); i++)
		ck_assert_int_eq(kill(p[i], SIGTERM), 0);
	for (size_t i = 1; i < N_ELEMS(all); i++)
		wait_gone(p[i], all[i], begun + STOP_MS - clock_mono_ms());
	ck_assert_int_eq(kill(p[0], SIGCONT), 0);
	for (size_t i = 1; i < N_ELEMS(all); i++)
		while (pid_of(all[i]) == p[i])
			;
}
END_TEST

/* Making them takes as long as reading ten thousand reports: none waits for it, not after a reload either. */
START_TEST(the_rules_are_ready_before_a_report)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until;
	struct buf said = { 0 };

	ck_assert_int_eq(rules_made(), 1);
	ck_assert_int_eq(run_line(&said, "sed -i 's/arti: \"jembatan/arti: \"titian, jembatan/' %s/kategori.yaml && "
	    "grep -q titian %s/kategori.yaml", house.conf, house.conf), 0);
	ck_assert_int_eq(house_command("reload", NULL), 0);
	for (until = clock_mono_ms() + STOP_MS; rules_made() < 2; nanosleep(&pause, NULL))
		ck_assert_msg(clock_mono_ms() < until, "the router waits for a report before it reads the new rules");
	buf_release(&said);
}
END_TEST

/* What a daemon was started with; "" if it has no such variable, or is not there.  out is emptied first. */
static const char *
environment_of(const char *daemon, const char *name, struct buf *out)
{
	struct buf path = { 0 };
	const char *value = "";

	buf_reset(out);
	buf_addf(&path, "/proc/%d/environ", (int)pid_of(daemon));
	if (file_read(buf_str(&path), 1 << 20, out) != 0)
		buf_reset(out);
	for (const char *at = buf_str(out); at < buf_str(out) + out->len; at += strlen(at) + 1)
		if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '=')
			value = at + strlen(name) + 1;
	buf_release(&path);
	return value;
}

/* Of all daemons the router alone, also one that came back; what the operator set stands. */
START_TEST(the_router_gets_large_pages)
{
	static const char name[] = "GLIBC_TUNABLES", large[] = "glibc.malloc.hugetlb=1", own[] = "glibc.malloc.top_pad=65536";
	struct buf b = { 0 };
	pid_t old = pid_of("router");

	ck_assert_str_eq(environment_of("router", name, &b), large);
	ck_assert_str_eq(environment_of("ingest", name, &b), "");
	kill(old, SIGKILL);
	wait_gone(old, "router", STOP_MS);
	for (int64_t until = clock_mono_ms() + STOP_MS; strcmp(environment_of("router", name, &b), large) != 0;)
		ck_assert_msg(clock_mono_ms() < until, "the router came back with small pages");
	setenv(name, own, 1);
	house_restart();
	ck_assert_str_eq(environment_of("router", name, &b), own);
	buf_release(&b);
}
END_TEST

Suite *
up_suite(void)
{
	Suite *s = suite_create("up");
	TCase *tc = tcase_create("up");

	tcase_add_checked_fixture(tc, begin, house_down);
	tcase_set_timeout(tc, 90);
	tcase_add_test(tc, the_rules_are_ready_before_a_report);
	tcase_add_test(tc, the_router_gets_large_pages);
	tcase_add_test(tc, killed_hard_it_leaves_nobody_behind);
	tcase_add_test(tc, what_was_left_is_ended_and_a_stranger_is_not);
	tcase_add_test(tc, whoever_falls_comes_back_at_its_place);
	tcase_add_test(tc, a_daemon_stops_in_time_though_the_store_stands_still);
	suite_add_tcase(s, tc);
	return s;
}
