/* Borders laid on a page's grid, and where a position lies among them. */
#include <check.h>
#include <string.h>

#include "lib/outline.h"

Suite *outline_suite(void);

/* Banyuwangi's town, a village far in the south, the sea, another island, what is no position. */
static const struct { double lat, lng; int there, x, y, near; } spots[] = {
	{ -8.2192, 114.3691, 1, 309, 198, 3 },
	{ -8.60, 113.90, 1, 40, 418, 3 },
	{ -6.20, 106.80, 0, 0, 0, 0 },
	{ 120, 114.3, 0, 0, 0, 0 },
	{ -8.2, 1e300, 0, 0, 0, 0 },
	{ (0.0 / 0.0), 114.3, 0, 0, 0, 0 },
};

START_TEST(a_position_on_the_map)
{
	struct outline o = { .n = 0 };
	int x = -1, y = -1;

	outline_load(&o, "conf");
	ck_assert_uint_eq(o.n, 25);
	ck_assert_int_eq(outline_point(&o, spots[_i].lat, spots[_i].lng, &x, &y), spots[_i].there);
	if (spots[_i].there)
		ck_assert_msg(x > spots[_i].x - spots[_i].near && x < spots[_i].x + spots[_i].near &&
		    y > spots[_i].y - spots[_i].near && y < spots[_i].y + spots[_i].near, "%d %d", x, y);
	outline_release(&o);
}
END_TEST

/* Each of the 217 is drawn on the map of its kecamatan. */
START_TEST(each_desa_is_on_one_map)
{
	struct outline *list;
	size_t n = outlines_load(&list, "conf"), desa = 0;

	for (size_t i = 0; i < n; i++)
		desa += list[i].n;
	ck_assert_uint_eq(n, 25);
	ck_assert_uint_eq(desa, 217);
	outlines_free(list, n);
}
END_TEST

START_TEST(without_borders_nothing_lies_anywhere)
{
	struct outline o = { .n = 0 };
	int x, y;

	ck_assert_int_eq(outline_point(&o, -8.2, 114.3, &x, &y), 0);
}
END_TEST

Suite *
outline_suite(void)
{
	Suite *s = suite_create("outline");
	TCase *tc = tcase_create("outline");

	tcase_add_loop_test(tc, a_position_on_the_map, 0, (int)(sizeof(spots) / sizeof(spots[0])));
	tcase_add_test(tc, each_desa_is_on_one_map);
	tcase_add_test(tc, without_borders_nothing_lies_anywhere);
	suite_add_tcase(s, tc);
	return s;
}
