/* The demo that the README shows: a regency's day on the real parts, judged by itself. */
#include <check.h>
#include <string.h>

#include "lib/buf.h"

#include "tests/integration/peer.h"

Suite *demo_suite(void);

/* Long enough for a case that its reporter closes and one that climbs to the Bupati. */
static const struct { const char *flags; const char *also; } days[] = {
	{ "--seconds 40", "catatan utuh" },
	{ "--kannel --seconds 40", "SMS sampai di telepon, dan tanda terimanya kembali" },
};

START_TEST(a_day_of_the_regency)
{
	struct buf said = { 0 };
	int status = run_line(&said, "$BIN/kentongan demo %s", days[_i].flags);

	ck_assert_msg(status == 0 && strstr(buf_str(&said), "  TIDAK  ") == NULL, "%d: %s", status, buf_str(&said));
	ck_assert_msg(strstr(buf_str(&said), days[_i].also) != NULL, "%s", buf_str(&said));
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "sampai di layar Bupati"));
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "masuk pertama kali: http://127.0.0.1:"));
	if (strstr(days[_i].flags, "kannel") != NULL) {
		ck_assert_ptr_nonnull(strstr(buf_str(&said), "KANNEL             <- +62"));
		ck_assert_ptr_nonnull(strstr(buf_str(&said), "KANNEL             -> "));
	}
	buf_release(&said);
}
END_TEST

Suite *
demo_suite(void)
{
	Suite *s = suite_create("demo");
	TCase *tc = tcase_create("demo");

	tcase_add_loop_test(tc, a_day_of_the_regency, 0, N_ELEMS(days));
	suite_add_tcase(s, tc);
	return s;
}
