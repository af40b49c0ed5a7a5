#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/fault.h"

#ifdef KENTONGAN_FAULTS
START_TEST(faults_come_as_ordered)
{
	char file[] = "/tmp/check_fault.XXXXXX";
	int fd = mkstemp(file), hits = 0;
	struct buf text = { 0 };

	ck_assert_int_ge(fd, 0);
	setenv("KENTONGAN_FAULT_FILE", file, 1);
	setenv("KENTONGAN_FAULT", "a=err@2:ENOSPC;b=short:7;c=drop%50;d=delay:1;a=err@3:5", 1);
	setenv("KENTONGAN_FAULT_SEED", "42", 1);
	fault_init();
	ck_assert_int_eq(fault_hit("a").err, 0);
	ck_assert_int_eq(fault_hit("a").err, ENOSPC);
	ck_assert_int_eq(fault_hit("a").err, 5);
	ck_assert_int_eq(fault_hit("b").shorten, 7);
	ck_assert_int_eq(fault_hit("e").shorten, -1);
	FAULT_POINT("d");
	for (int i = 0; i < 1000; i++)
		hits += fault_hit("c").drop;
	ck_assert_int_gt(hits, 400);
	ck_assert_int_lt(hits, 600);
	ck_assert_int_eq(file_read(file, 1000000, &text), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "a err hit=2 pid="));
	ck_assert_ptr_null(strstr(buf_str(&text), "a err hit=1 pid="));
	buf_release(&text);
	close(fd);
	unlink(file);
}
END_TEST

static const char *const nonsense[] = { "a", "a=", "a=melt", "a=err@x", "a=err:EWHAT", "A=kill",
	"a=kill@1%50:1x", "a=kill@1@2" };

START_TEST(what_is_not_understood_ends_the_process)
{
	setenv("KENTONGAN_FAULT", nonsense[_i], 1);
	fault_init();
}
END_TEST

START_TEST(it_can_leave)
{
	setenv("KENTONGAN_FAULT", "a=exit:3", 1);
	fault_init();
	FAULT_POINT("a");
}
END_TEST
#else
START_TEST(without_hooks_nothing_happens)
{
	setenv("KENTONGAN_FAULT", "a=abort", 1);
	FAULT_INIT();
	FAULT_POINT("a");
	ck_assert_int_eq(FAULT_ERR("a"), 0);
}
END_TEST
#endif

Suite *fault_suite(void);

Suite *
fault_suite(void)
{
	Suite *s = suite_create("fault");
	TCase *tc = tcase_create("fault");

#ifdef KENTONGAN_FAULTS
	tcase_add_test(tc, faults_come_as_ordered);
	tcase_add_loop_exit_test(tc, what_is_not_understood_ends_the_process, EXIT_FAILURE, 0,
	    N_ELEMS(nonsense));
	tcase_add_exit_test(tc, it_can_leave, 3);
#else
	tcase_add_test(tc, without_hooks_nothing_happens);
#endif
	suite_add_tcase(s, tc);
	return s;
}
