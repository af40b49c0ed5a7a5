#include <check.h>
#include <math.h>
#include <string.h>

#include "router/area.h"
#include "tests/unit/conf_file.h"

static struct gazetteer *g;
static struct areas *areas;

static void
set_up(void)
{
	struct buf wilayah = conf_file("conf/wilayah.csv"), borders = conf_file("conf/batas.geojson");
	struct buf errors = { 0 };

	g = gazetteer_parse("w", buf_str(&wilayah), wilayah.len, NULL, NULL, 0, &errors);
	ck_assert_msg(g != NULL, "%s", buf_str(&errors));
	areas = areas_new(g, buf_str(&borders), borders.len, &errors);
	ck_assert_msg(areas != NULL, "%s", buf_str(&errors));
	buf_release(&wilayah);
	buf_release(&borders);
}

static void
tear_down(void)
{
	areas_free(areas);
	gazetteer_free(g);
}

START_TEST(every_desa_holds_its_own_point)
{
	size_t n = 0;

	for (size_t i = 0; i < gazetteer_count(g); i++) {
		const struct place *p = place_at(g, i);
		struct area_answer a;

		if (p->kind != PLACE_DESA && p->kind != PLACE_KELURAHAN)
			continue;
		area_find(areas, p->lat, p->lng, &a);
		ck_assert_msg(a.place == p, "%s: %s", p->code, a.place == NULL ? "-" : a.place->code);
		ck_assert(a.permille >= 800);
		ck_assert(area_distance_m(areas, p, p->lat, p->lng) == 0);
		ck_assert(area_distance_m(areas, p->parent, p->lat, p->lng) == 0);
		n++;
	}
	ck_assert_uint_eq(n, 217);
}
END_TEST

static const struct {
	const char *what;
	double lat, lng;
	const char *code, *nearest;	/* "" outside */
} points[] = {
	{ "at sea, east of Alas Purwo",    -8.45, 114.60, "", "35.10.04" },
	{ "another regency",              -8.17, 113.70, "", "35.10.11" },
	{ "another continent",            52.37,   4.90, "", NULL },
	{ "no place at all",               0,      0,    "", NULL },
};

START_TEST(outside)
{
	struct area_answer a;

	area_find(areas, points[_i].lat, points[_i].lng, &a);
	ck_assert_msg(a.place == NULL, "%s: %s", points[_i].what, a.place == NULL ? "" : a.place->code);
	ck_assert(a.nearest != NULL && a.nearest_m > AREA_SHORE_M);
	if (points[_i].nearest != NULL)
		ck_assert_msg(strncmp(a.nearest->code, points[_i].nearest, 8) == 0, "%s: %s",
		    points[_i].what, a.nearest->code);
}
END_TEST

START_TEST(a_border_names_the_neighbour)
{
	const struct place *p = place_find(g, "35.10.16.1007");
	struct area_answer a, last = { 0 };
	int both = 0;

	ck_assert(p != NULL);
	/* walk north until the next desa begins: just before, and just after, both are named */
	for (double lat = p->lat; lat < p->lat + 0.1; lat += 0.0002) {
		area_find(areas, lat, p->lng, &a);
		if (last.place != NULL && a.place != NULL && a.place != last.place) {
			both = a.neighbour == last.place && last.neighbour == a.place;
			break;
		}
		last = a;
	}
	ck_assert(both);
	ck_assert(a.permille < 900);
}
END_TEST

START_TEST(what_is_no_border_is_refused)
{
	static const struct { const char *what, *text; } rows[] = {
		{ "no JSON", "{" },
		{ "no feature", "{\"features\":[]}" },
		{ "a point", "{\"features\":[{\"id\":\"35.10.16.1007\",\"geometry\":"
		    "{\"type\":\"Point\",\"coordinates\":[1,2]}}]}" },
		{ "a ring of two points", "{\"features\":[{\"id\":\"35.10.16.1007\",\"geometry\":"
		    "{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4]]]}}]}" },
		{ "an open ring", "{\"features\":[{\"id\":\"35.10.16.1007\",\"geometry\":"
		    "{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4],[5,6],[7,8]]]}}]}" },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		struct buf errors = { 0 };

		ck_assert_msg(areas_new(g, rows[i].text, strlen(rows[i].text), &errors) == NULL, "%s",
		    rows[i].what);
		ck_assert_uint_gt(errors.len, 0);
		buf_release(&errors);
	}
}
END_TEST

Suite *area_suite(void);
Suite *
area_suite(void)
{
	Suite *s = suite_create("area");
	TCase *tc = tcase_create("area");

	tcase_add_unchecked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, every_desa_holds_its_own_point);
	tcase_add_loop_test(tc, outside, 0, N_ELEMS(points));
	tcase_add_test(tc, a_border_names_the_neighbour);
	tcase_add_test(tc, what_is_no_border_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
