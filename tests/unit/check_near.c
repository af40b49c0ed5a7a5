#include <check.h>
#include <string.h>

#include "lib/buf.h"
#include "router/near.h"

static const struct { const char *typed; uint32_t found; } rows[] = {
	{ "jambewangi", 1 },
	{ "jambewngi", 1 },		/* one less */
	{ "jambewwangi", 1 },		/* one more */
	{ "jambewanga", 1 },		/* another */
	{ "jambweangi", 1 },		/* swapped */
	{ "jambewangii", 1 },
	{ "xambewangi", 0 },		/* the first letter holds */
	{ "jambwngi", 0 },		/* two less */
	{ "jombewanga", 0 },		/* two others */
	{ "sempu", 2 },
	{ "sempo", 2 },
	{ "smepu", 2 },
	{ "j", 0 },
	{ "", 0 },
};

START_TEST(one_typing_error)
{
	struct near_words n = { 0 };
	uint32_t values[4] = { 0 };
	size_t found;

	near_add(&n, "jambewangi", 10, 1);
	near_add(&n, "sempu", 5, 2);
	found = near_find(&n, rows[_i].typed, strlen(rows[_i].typed), values, N_ELEMS(values));
	ck_assert_msg((found > 0) == (rows[_i].found != 0), "%s: %zu", rows[_i].typed, found);
	if (found > 0)
		ck_assert_uint_eq(values[0], rows[_i].found);
	near_release(&n);
}
END_TEST

START_TEST(nothing_added)
{
	struct near_words n = { 0 };
	uint32_t values[1];
	char word[2 * NEAR_CHARS];

	memset(word, 'a', sizeof(word));
	ck_assert_uint_eq(near_find(&n, "sempu", 5, values, 1), 0);
	near_add(&n, word, sizeof(word), 1);	/* too long: has no neighbours */
	ck_assert_uint_eq(near_find(&n, word, sizeof(word), values, 1), 0);
	near_release(&n);
}
END_TEST

Suite *near_suite(void);
Suite *
near_suite(void)
{
	Suite *s = suite_create("near");
	TCase *tc = tcase_create("near");

	tcase_add_loop_test(tc, one_typing_error, 0, N_ELEMS(rows));
	tcase_add_test(tc, nothing_added);
	suite_add_tcase(s, tc);
	return s;
}
