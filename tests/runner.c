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
struct tally { int next, run, failed; };

/* Works on the next suite that nobody has begun, until there is none. */
static void
work(struct tally *all)
{
	int i, n = 0;

	while (suites[n] != NULL)
		n++;
	while ((i = __atomic_fetch_add(&all->next, 1, __ATOMIC_RELAXED)) < n) {
		SRunner *runner = srunner_create(suites[i]());

		srunner_run_all(runner, CK_ENV);
		__atomic_fetch_add(&all->run, srunner_ntests_run(runner), __ATOMIC_RELAXED);
		__atomic_fetch_add(&all->failed, srunner_ntests_failed(runner), __ATOMIC_RELAXED);
		srunner_free(runner);
		fflush(stdout);
	}
}

/*
 * Most suites that drive daemons wait more than they work: side by side they end sooner.  A process that dies
 * counts as a failure.
 */
static int
side_by_side(int jobs)
{
	struct tally *all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int status;

	if (all == MAP_FAILED) {
		perror("tests: no memory for the tally");
		return 1;
	}
	fflush(NULL);
	for (int i = 0; i < jobs; i++) {
		pid = fork();
		if (pid == 0) {
			work(all);
			exit(EXIT_SUCCESS);
		}
		if (pid < 0) {
			perror("tests: no further process; give a lower TEST_JOBS");
			all->failed++;
			break;
		}
	}
	while ((pid = wait(&status)) > 0 || errno == EINTR)
		if (pid > 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS))
			__atomic_fetch_add(&all->failed, 1, __ATOMIC_RELAXED);
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
 * TEST_JOBS (1 to 16) suites run at a time; one suite alone (CK_RUN_SUITE) and a log (CK_XML_LOG_FILE_NAME) need 1.
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
	if (n == 1 || getenv("CK_RUN_SUITE") != NULL || getenv("CK_XML_LOG_FILE_NAME") != NULL)
		return one_after_another() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	return side_by_side((int)n) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
