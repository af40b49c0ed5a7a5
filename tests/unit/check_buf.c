#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

/* A read of nothing into fresh memory must not show what lay there before. */
START_TEST(unused_room_is_no_text)
{
	char *before = xmalloc(256);
	struct buf b = { 0 };

	memset(before, 'x', 256);
	free(before);
	buf_room(&b, 250);
	ck_assert_uint_eq(strlen(b.data), 0);
	buf_release(&b);
}
END_TEST

START_TEST(an_empty_one_is_valid)
{
	struct buf b = { 0 };
	char *taken;

	ck_assert_str_eq(buf_str(&b), "");
	buf_cut(&b, 5);
	buf_reset(&b);
	taken = buf_take(&b);
	ck_assert_str_eq(taken, "");
	free(taken);
	buf_release(&b);
	buf_wipe(&b);
}
END_TEST

START_TEST(grows_and_keeps_what_it_has)
{
	struct buf b = { 0 };

	for (int i = 0; i < 10000; i++)
		buf_addf(&b, "%04d", i);
	ck_assert_uint_eq(b.len, 40000);
	ck_assert(memcmp(b.data + 4 * 1234, "1234", 4) == 0);
	ck_assert_uint_eq(strlen(buf_str(&b)), b.len);
	buf_cut(&b, 4);
	ck_assert_str_eq(buf_str(&b), "0000");
	buf_cut(&b, 400);
	ck_assert_uint_eq(b.len, 4);
	buf_release(&b);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(holds_any_bytes)
{
	struct buf b = { 0 };

	buf_add(&b, "a\0b", 3);
	buf_addc(&b, '\0');
	buf_adds(&b, "c");
	buf_add(&b, NULL, 0);
	ck_assert_uint_eq(b.len, 5);
	ck_assert(memcmp(b.data, "a\0b\0c", 6) == 0);
	buf_wipe(&b);
}
END_TEST

START_TEST(a_format_of_any_length)
{
	struct buf b = { 0 };

	for (int width = 0; width < 300; width++) {
		buf_reset(&b);
		buf_adds(&b, "<");
		buf_addf(&b, "%*s", width, "");
		buf_adds(&b, ">");
		ck_assert_uint_eq(b.len, (size_t)width + 2);
		ck_assert_int_eq(b.data[b.len - 1], '>');
	}
	buf_release(&b);
}
END_TEST

START_TEST(room_is_filled_by_the_caller)
{
	struct buf b = { 0 };

	memcpy(buf_room(&b, 3), "abc", 3);
	buf_added(&b, 2);
	ck_assert_str_eq(buf_str(&b), "ab");
	buf_release(&b);
}
END_TEST

Suite *buf_suite(void);

Suite *
buf_suite(void)
{
	Suite *s = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_test(tc, unused_room_is_no_text);
	tcase_add_test(tc, an_empty_one_is_valid);
	tcase_add_test(tc, grows_and_keeps_what_it_has);
	tcase_add_test(tc, holds_any_bytes);
	tcase_add_test(tc, a_format_of_any_length);
	tcase_add_test(tc, room_is_filled_by_the_caller);
	suite_add_tcase(s, tc);
	return s;
}
