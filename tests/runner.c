#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/seal.h"

#define MAX_JOBS 16

extern Suite *(*const suites[])(void);

/* What the processes of one run share. */
struct tally { int run, failed; };

static void
run_suite(Suite *suite, struct tally *all)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	__atomic_fetch_add(&all->run, srunner_ntests_run(runner), __ATOMIC_RELAXED);
	__atomic_fetch_add(&all->failed, srunner_ntests_failed(runner), __ATOMIC_RELAXED);
	srunner_free(runner);
	fflush(stdout);
}

/* Waits for one suite; one that dies counts as a failure.  0 when none is running. */
static int
await_one(struct tally *all)
{
	int status;

	while (wait(&status) < 0)
		if (errno != EINTR)
			return 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
		__atomic_fetch_add(&all->failed, 1, __ATOMIC_RELAXED);
	return 1;
}

/*
 * Each suite in a process of its own, so many at a time: those that drive daemons wait more than they work,
 * and side by side they end sooner.  What one suite's fixtures leave in memory would be copied into, and
 * searched for leaks after, every test of those behind it: under a sanitizer that was most of the time.
 */
static int
side_by_side(int jobs)
{
	struct tally *all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int running = 0;

	if (all == MAP_FAILED) {
		perror("tests: no memory for the tally");
		return 1;
	}
	for (size_t i = 0; suites[i] != NULL; i++) {
		pid_t pid;

		if (running == jobs)
			running -= await_one(all);
		fflush(NULL);
		pid = fork();
		if (pid == 0) {
			run_suite(suites[i](), all);
			exit(EXIT_SUCCESS);
		}
		if (pid < 0) {
			perror("tests: no further process; give a lower TEST_JOBS");
			all->failed++;
			break;
		}
		running++;
	}
	while (await_one(all))
		;
	printf("all suites: %d checks, %d failed\n", all->run, all->failed);
	return all->failed;
}

static int
one_after_another(void)
{
	SRunner *runner = srunner_create(NULL);
	int failed;

	for (size_t i = 0; suites[i] != NULL; i++)
		srunner_add_suite(runner, suites[i]());
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
	if (n < 1 || n > MAX_JOBS) {
		fprintf(stderr, "TEST_JOBS=%s: not a number from 1 to %d\n", jobs, MAX_JOBS);
		return EXIT_FAILURE;
	}
	if (getenv("CK_RUN_SUITE") != NULL || getenv("CK_XML_LOG_FILE_NAME") != NULL)
		return one_after_another() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	return side_by_side((int)n) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
