/* What an operator says of a case, and whose it becomes by it. */
#include "core/correct.h"
#include "tests/unit/world.h"

Suite *correct_suite(void);

static struct policy *policy;

static void begin(void) { policy = world_policy(NULL); }
static void end(void) { policy_free(policy); }

/* Of a lamp in Kaligung that the router took for a road; "" stays as it is. */
static const struct {
	const char *what, *category, *place, *urgency, *to, *units, *rt;
	int usable;
} rows[] = {
	{ "nothing said", "", "", "", "", "O-PUCKPP", "03", 1 },
	{ "another category", "lampu-jalan", "", "", "", "O-DISHUB", "03", 1 },
	{ "another place: its RT goes", "", "35.10.14.2012", "", "", "O-PUCKPP", "", 1 },
	{ "a unit outright", "lampu-jalan", "", "", "O-DLH", "O-DLH", "03", 1 },
	{ "the one that came second leads", "lampu-jalan", "", "", "O-PUCKPP", "O-PUCKPP O-DISHUB", "03", 1 },
	{ "no such category", "lampu", "", "", "", "", "", 0 },
	{ "no such place", "", "35.10.99", "", "", "", "", 0 },
	{ "no such urgency", "", "", "gawat", "", "", "", 0 },
	{ "no such unit", "", "", "", "O-TIADA", "", "", 0 },
};

static const char *
said(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

START_TEST(comes_to)
{
	struct case_record c = { .category = "jalan-rusak", .place = "35.10.25.2007", .rt = "03", .rw = "01",
	    .urgency = URGENCY_BIASA };
	struct correction k = { .category = said(rows[_i].category), .place = said(rows[_i].place),
	    .urgency = said(rows[_i].urgency), .to = said(rows[_i].to) };
	const char *wrong = case_correct(policy, &c, &k);
	struct buf units = { 0 };

	ck_assert_msg((wrong == NULL) == rows[_i].usable, "%s: %s", rows[_i].what, wrong != NULL ? wrong : "taken");
	if (wrong != NULL)
		return;
	for (int i = 0; i < k.u.units_n; i++) {
		buf_addf(&units, "%s%s", i > 0 ? " " : "", k.u.units[i]);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(k.u.units[i], k.u.units[j]);
	}
	ck_assert_msg(strncmp(buf_str(&units), rows[_i].units, strlen(rows[_i].units)) == 0, "%s: %s", rows[_i].what,
	    buf_str(&units));
	buf_release(&units);
	ck_assert_str_eq(k.u.rt, rows[_i].rt);
	ck_assert_int_eq(k.u.unsure, 0);
}
END_TEST

/* Urgency said by the desk calls those near as well. */
START_TEST(an_emergency_calls_more)
{
	struct case_record c = { .category = "lampu-jalan", .place = "35.10.25.2007" };
	struct correction calm = { .urgency = "biasa" }, urgent = { .urgency = "darurat" };

	ck_assert_ptr_null(case_correct(policy, &c, &calm));
	ck_assert_ptr_null(case_correct(policy, &c, &urgent));
	ck_assert_int_eq(urgent.u.urgency, URGENCY_DARURAT);
	ck_assert_int_gt(urgent.u.units_n, calm.u.units_n);
}
END_TEST

Suite *
correct_suite(void)
{
	Suite *s = suite_create("correct");
	TCase *tc = tcase_create("correct");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, comes_to, 0, N_ELEMS(rows));
	tcase_add_test(tc, an_emergency_calls_more);
	suite_add_tcase(s, tc);
	return s;
}
