#include <check.h>
#include <stdlib.h>

#include "lib/log.h"
#include "lib/seal.h"

extern Suite *(*const suites[])(void);

/*
 * Runs every suite of the program, but for what is tagged slow and was not asked for by CK_INCLUDE_TAGS,
 * and closes with Check's one summary line.
 */
int
main(void)
{
	SRunner *runner = srunner_create(NULL);
	int failed;

	log_init("test", LOG_LEVEL_ERROR);
	seal_init();
	if (getenv("CK_INCLUDE_TAGS") == NULL)
		setenv("CK_EXCLUDE_TAGS", "slow", 0);
	for (size_t i = 0; suites[i] != NULL; i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
