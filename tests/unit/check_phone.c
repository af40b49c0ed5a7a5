#include <check.h>
#include <string.h>

#include "core/phone.h"
#include "lib/buf.h"

Suite *phone_suite(void);

static const struct {
	const char *typed;
	enum phone_kind kind;
	const char *e164;
} numbers[] = {
	{ "0812-3456-7890", PHONE_E164, "+6281234567890" },
	{ "62 812 3456 7890", PHONE_E164, "+6281234567890" },
	{ "+62 0812 3456 7890", PHONE_E164, "+6281234567890" },
	{ "+62 (0) 812 3456 7890", PHONE_E164, "+6281234567890" },
	{ "81234567890", PHONE_E164, "+6281234567890" },
	{ "+6281234567890", PHONE_E164, "+6281234567890" },
	{ "tel:+6281234567890", PHONE_E164, "+6281234567890" },
	{ "TEL:+6281234567890;ext=5", PHONE_E164, "+6281234567890" },
	{ "0062 812 3456 7890", PHONE_E164, "+6281234567890" },
	{ "001 62 812 3456 7890", PHONE_E164, "+6281234567890" },
	{ "00762812 3456 7890", PHONE_E164, "+6281234567890" },
	{ "00862812 3456 7890", PHONE_E164, "+6281234567890" },
	{ "01017 62812 3456 7890", PHONE_E164, "+6281234567890" },
	{ "０８１２３４５６７８９０", PHONE_E164, "+6281234567890" },
	{ "＋62812\xc2\xa0" "3456‑7890", PHONE_E164, "+6281234567890" },
	{ "  0812.3456.7890\t", PHONE_E164, "+6281234567890" },
	{ "(0271) 712345", PHONE_E164, "+62271712345" },
	{ "021-5551234", PHONE_E164, "+62215551234" },
	{ "0333 123456", PHONE_E164, "+62333123456" },
	{ "+14155550123", PHONE_E164, "+14155550123" },
	{ "+6591234567", PHONE_E164, "+6591234567" },
	{ "0065 9123 4567", PHONE_E164, "+6591234567" },
	{ "+6280000000001", PHONE_E164, "+6280000000001" },
	{ "+628123456789012", PHONE_E164, "+628123456789012" },	/* 13: lenient */
	{ "112", PHONE_LABEL, NULL },
	{ "95678", PHONE_LABEL, NULL },
	{ "1-708", PHONE_LABEL, NULL },
	{ "TELKOMSEL", PHONE_LABEL, NULL },
	{ "Info_PLN", PHONE_LABEL, NULL },
	{ "3Care", PHONE_LABEL, NULL },
	{ "", PHONE_BAD, NULL },
	{ "+", PHONE_BAD, NULL },
	{ "11", PHONE_BAD, NULL },
	{ "+112", PHONE_BAD, NULL },
	{ "00", PHONE_BAD, NULL },
	{ "0812", PHONE_LABEL, NULL },
	{ "08123456", PHONE_BAD, NULL },		/* too short to be a mobile */
	{ "+62812345", PHONE_BAD, NULL },
	{ "+6281234567890123", PHONE_BAD, NULL },
	{ "+62 112 345678", PHONE_BAD, NULL },
	{ "+1234567890123456", PHONE_BAD, NULL },
	{ "+0812345678", PHONE_BAD, NULL },
	{ "001 44 20 7946 0123", PHONE_BAD, NULL },	/* America, or Britain by a carrier? */
	{ "123456789", PHONE_BAD, NULL },
	{ "+62+81234567890", PHONE_BAD, NULL },
	{ "0812345678901234567890123456789", PHONE_BAD, NULL },
	{ "<script>alert", PHONE_BAD, NULL },
	{ "name\r\nX: y", PHONE_BAD, NULL },
	{ "a-very-long-sender", PHONE_BAD, NULL },
	{ "....", PHONE_BAD, NULL },
	{ "\xef\xbc", PHONE_BAD, NULL },		/* cut in the middle of a digit */
	{ "\xff\xfe", PHONE_BAD, NULL },
};

START_TEST(normalise)
{
	char out[PHONE_CHARS] = "untouched";
	enum phone_kind kind = phone_normalise(out, numbers[_i].typed, strlen(numbers[_i].typed));
	const char *expected = numbers[_i].e164 != NULL ? numbers[_i].e164 : "untouched";

	ck_assert_msg(kind == numbers[_i].kind, "%s: kind %d (%s)", numbers[_i].typed, (int)kind,
	    out);
	ck_assert_msg(strcmp(out, expected) == 0, "%s: %s", numbers[_i].typed, out);
}
END_TEST

START_TEST(a_nul_inside_is_refused)
{
	char out[PHONE_CHARS];

	ck_assert_int_eq(phone_normalise(out, "0812345\0" "67890", 13), PHONE_BAD);
	ck_assert_int_eq(phone_normalise(out, "INFO\0X", 6), PHONE_BAD);
}
END_TEST

START_TEST(what_came_out_goes_in_unchanged)
{
	char once[PHONE_CHARS], twice[PHONE_CHARS];
	const char *typed = numbers[_i].typed;

	if (phone_normalise(once, typed, strlen(typed)) != PHONE_E164)
		return;
	ck_assert_int_eq(phone_normalise(twice, once, strlen(once)), PHONE_E164);
	ck_assert_str_eq(twice, once);
}
END_TEST

Suite *
phone_suite(void)
{
	Suite *s = suite_create("phone");
	TCase *tc = tcase_create("phone");

	tcase_add_loop_test(tc, normalise, 0, (int)N_ELEMS(numbers));
	tcase_add_test(tc, a_nul_inside_is_refused);
	tcase_add_loop_test(tc, what_came_out_goes_in_unchanged, 0, (int)N_ELEMS(numbers));
	suite_add_tcase(s, tc);
	return s;
}
