/* Who works: shifts, leave, those who go, drills; with the real daemons and commands. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/living.h"

Suite *people_suite(void);

static void
begin(void)
{
	house_make("");
	house_up();
}

static void
end(void)
{
	house_down();
}

/* ---- shifts by commands ---- */

static void
says(const char *args, int status, const char *words)
{
	struct buf out = { 0 };
	int is = house_command(args, &out);

	ck_assert_msg(is == status && strstr(buf_str(&out), words) != NULL, "%s: %d %s", args, is,
	    buf_str(&out));
	buf_release(&out);
}

static void
file_with(const char *name, const char *text, char path[64])
{
	FILE *f;

	snprintf(path, 64, "%s/%s", house.dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(a_month_of_shifts)
{
	char path[64], args[96];

	file_with("jaga.csv", "petugas,unit,mulai,selesai\n"
	    "kpl-bupati,D112,2099-12-01 06:00,2099-12-01 14:00\n"
	    "kpl-sekda,D112,2099-12-01 14:00,2099-12-01 22:00\n", path);
	snprintf(args, sizeof(args), "officer import-shifts %s", path);
	says(args, 0, "2 of");
	says(args, 0, "0 of");
	says("officer swap kpl-bupati '2099-12-01 06:00' kpl-sekda 2099-12-01T14:00", 0, "2 of 2");
	says("officer shifts D112", 0, "2099-12-01 06:00\t2099-12-01 14:00\tD112\tkpl-sekda");
	says("officer shifts kpl-bupati", 0, "2099-12-01 14:00\t2099-12-01 22:00\tD112\tkpl-bupati");
	says("officer swap kpl-bupati '2099-12-01 06:00' kpl-sekda 2099-12-01T14:00", 1,
	    "has no shift that begins then");
	says("officer shift kpl-bupati --from '2099-12-01 21:00' --until '2099-12-01 23:00'", 1,
	    "has another shift at that time");
	says("officer unshift kpl-bupati --from '2099-12-01 14:00'", 0, "1 of 1");
	says("officer shift kpl-bupati --from '2099-12-01 21:00' --until '2099-12-01 23:00' --unit X", 1,
	    "no such unit");
	file_with("jaga2.csv", "petugas,unit,mulai,selesai\nkpl-sekda,X9,2099-12-01,2099-12-02\n", path);
	snprintf(args, sizeof(args), "officer import-shifts %s", path);
	says(args, 1, ":2: unit \"X9\" is unknown");
}
END_TEST

/* An import says nothing of leave: it stays; who has left stays gone. */
START_TEST(an_import_keeps_what_it_does_not_say)
{
	char args[96];

	says("officer leave kpl-bupati --from 2099-01-01 --until 2099-01-31", 0, "1 of 1");
	says("officer end kpl-sekda", 0, "1 of 1");
	snprintf(args, sizeof(args), "officer import %s/petugas.csv", house.conf);
	says(args, 0, "kpl-sekda has left the service and stays so");
	says("officer list", 0, "kpl-sekda\tSEKDA\tkepala\t");
	says("officer leave kpl-bupati --from 2099-01-01 --until 2099-01-31", 0, "0 of 1");
	says("officer leave kpl-bupati --from 2099-01-31 --until 2099-01-01", 1, "must end after");
	says("officer back kpl-bupati", 0, "1 of 1");
}
END_TEST

START_TEST(a_calendar_for_the_phone)
{
	says("officer shift kpl-bupati --from '2099-12-01 06:00' --until '2099-12-01 14:00'", 0, "1 of 1");
	says("officer calendar kpl-bupati --days 3", 0, "BEGIN:VCALENDAR\r\n");
	says("officer calendar D112", 0, "SUMMARY:Jaga ");
	says("officer calendar nobody", 1, "neither an officer nor a unit");
	says("officer calendar D112 --days 0", 1, "write 1 to 400");
}
END_TEST

Suite *
people_suite(void)
{
	Suite *s = suite_create("people");
	TCase *tc = tcase_create("people");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_month_of_shifts);
	tcase_add_test(tc, an_import_keeps_what_it_does_not_say);
	tcase_add_test(tc, a_calendar_for_the_phone);
	suite_add_tcase(s, tc);
	return s;
}
