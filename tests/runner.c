#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/seal.h"
#include "tests/suites.h"

#define MAX_JOBS 16
#define SLOWEST  8
#define HANGS_AFTER_S "400" /* Check's four seconds would time the machine, not find what never ends */
#define TOLD     65536 /* octets of failures that are said again at the end; further ones stand above */

/* What the processes of one run share. */
struct tally {
	int run, failed;
	size_t used; /* of told; may exceed it */
	char told[TOLD];
};

struct job { pid_t pid; size_t suite; int64_t began_ms; };

/* Keeps one failure for the end of the run, where a log that was cut still has it. */
static void
keep(struct tally *all, const char *line, size_t len)
{
	size_t at = __atomic_fetch_add(&all->used, len, __ATOMIC_RELAXED);

	if (at + len <= sizeof(all->told))
		memcpy(all->told + at, line, len);
}

static void
keep_failure(struct tally *all, TestResult *result)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), "%s:%d: %s: %s\n", tr_lfile(result), tr_lno(result), tr_tcname(result),
	                 tr_msg(result));

	keep(all, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static void
run_suite(Suite *suite, struct tally *all)
{
	SRunner *runner = srunner_create(suite);
	TestResult **failures;
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	failures = srunner_failures(runner);
	__atomic_fetch_add(&all->run, srunner_ntests_run(runner), __ATOMIC_RELAXED);
	__atomic_fetch_add(&all->failed, failed, __ATOMIC_RELAXED);
	for (int i = 0; i < failed; i++)
		keep_failure(all, failures[i]);
	free(failures);
	srunner_free(runner);
	fflush(stdout);
}

/* Waits for one of n jobs, frees its place and notes its time; one that dies counts as a failure. */
static void
await_one(struct job *jobs, int *n, struct tally *all, int *took_ms)
{
	char line[128];
	int status, i;
	pid_t pid;

	while ((pid = wait(&status)) < 0 && errno == EINTR)
		;
	for (i = 0; i < *n && jobs[i].pid != pid; i++)
		;
	if (i == *n)
		return;
	took_ms[jobs[i].suite] = (int)(clock_mono_ms() - jobs[i].began_ms);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
		__atomic_fetch_add(&all->failed, 1, __ATOMIC_RELAXED);
		keep(all, line, (size_t)snprintf(line, sizeof(line), "suite %s died: wait status %d\n", suites[jobs[i].suite].name, status));
	}
	jobs[i] = jobs[--*n];
}

/* Where the time of a run goes. */
static void
say_slowest(int *took_ms, size_t n)
{
	printf("slowest:");
	for (int shown = 0; shown < SLOWEST; shown++) {
		size_t most = 0;

		for (size_t i = 1; i < n; i++)
			if (took_ms[i] > took_ms[most])
				most = i;
		printf(" %s %.1f s", suites[most].name, took_ms[most] / 1000.0);
		took_ms[most] = 0;
	}
	printf("\n");
}

/*
 * Each suite in a process of its own, so many at a time: those that drive daemons wait more than they work,
 * and side by side they end sooner.  What one suite's fixtures leave in memory would be copied into, and
 * searched for leaks after, every test of those behind it: under a sanitizer that was most of the time.
 */
static int
side_by_side(int most)
{
	struct tally *all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct job jobs[MAX_JOBS];
	int running = 0, *took_ms;
	size_t n = 0;

	while (suites[n].name != NULL)
		n++;
	took_ms = calloc(n, sizeof(*took_ms));
	if (all == MAP_FAILED || took_ms == NULL) {
		perror("tests: no memory for the tally");
		return 1;
	}
	for (size_t i = 0; i < n; i++) {
		pid_t pid;

		if (running == most)
			await_one(jobs, &running, all, took_ms);
		fflush(NULL);
		pid = fork();
		if (pid == 0) {
			run_suite(suites[i].make(), all);
			exit(EXIT_SUCCESS);
		}
		if (pid < 0) {
			perror("tests: no further process; give a lower TEST_JOBS");
			all->failed++;
			break;
		}
		jobs[running++] = (struct job){ pid, i, clock_mono_ms() };
	}
	while (running > 0)
		await_one(jobs, &running, all, took_ms);
	say_slowest(took_ms, n);
	fwrite(all->told, 1, all->used < sizeof(all->told) ? all->used : sizeof(all->told), stdout);
	printf("all suites: %d checks, %d failed\n", all->run, all->failed);
	free(took_ms);
	return all->failed;
}

static int
one_after_another(void)
{
	SRunner *runner = srunner_create(NULL);
	int failed;

	for (size_t i = 0; suites[i].name != NULL; i++)
		srunner_add_suite(runner, suites[i].make());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed;
}

/*
 * Runs every suite of the program, but for what is tagged slow or browser (it needs Chromium) and was not
 * asked for by CK_INCLUDE_TAGS.
 * TEST_JOBS (1 to 16; 1) suites run at a time; one suite alone (CK_RUN_SUITE) and a log (CK_XML_LOG_FILE_NAME)
 * run in this process.
 */
int
main(void)
{
	const char *jobs = getenv("TEST_JOBS");
	long n = jobs != NULL ? strtol(jobs, NULL, 10) : 1;

	log_init("test", LOG_LEVEL_ERROR);
	seal_init();
	if (getenv("CK_INCLUDE_TAGS") == NULL)
		setenv("CK_EXCLUDE_TAGS", "slow browser", 0);
	setenv("CK_DEFAULT_TIMEOUT", HANGS_AFTER_S, 0);
	if (n < 1 || n > MAX_JOBS) {
		fprintf(stderr, "TEST_JOBS=%s: not a number from 1 to %d\n", jobs, MAX_JOBS);
		return EXIT_FAILURE;
	}
	if (getenv("CK_RUN_SUITE") != NULL || getenv("CK_XML_LOG_FILE_NAME") != NULL)
		return one_after_another() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	return side_by_side((int)n) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
