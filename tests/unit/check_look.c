/* How pictures look: what was done to one to pass for another is seen through, and others stay others. */
#include <check.h>
#include <math.h>

#include "picture/picture.h"
#include "store/looks.h"
#include "tests/scene_made.h"

Suite *look_suite(void);

#define SCENES 40
static struct photo_rules usual;	/* as shipped */
static struct look scenes[SCENES];

static void
look_at(struct look *l, gdImagePtr im, int quality)
{
	struct buf in = { 0 }, out = { 0 };
	const char *ext = "";

	scene_encode(&in, im, quality);
	ck_assert_int_eq(picture_draw(&out, &ext, l, in.data, in.len, 1, 40000000L, 4096), PICTURE_DRAWN);
	buf_release(&in);
	buf_release(&out);
}

static void
begin(void)
{
	struct buf errors = { 0 };
	struct settings set = { 0 };

	ck_assert_int_eq(settings_load(&set, "conf", &errors), 0);
	usual = looks_rules(&set);
	settings_release(&set);
	buf_release(&errors);
	for (unsigned n = 0; n < SCENES; n++)
		look_at(&scenes[n], scene_made(n, 400, 300), 90);
}

static gdImagePtr recompressed(gdImagePtr im) { return im; }
static gdImagePtr cropped_around(gdImagePtr im) { return scene_cut(im, 5, 5, 5, 5); }
static gdImagePtr cropped_left(gdImagePtr im) { return scene_cut(im, 10, 0, 0, 0); }
static gdImagePtr cropped_below(gdImagePtr im) { return scene_cut(im, 0, 0, 0, 10); }
static gdImagePtr cropped_corner(gdImagePtr im) { return scene_cut(im, 8, 9, 0, 0); }
static gdImagePtr brighter(gdImagePtr im) { return scene_brighter(im, 40); }
static gdImagePtr darker(gdImagePtr im) { return scene_brighter(im, -40); }
static gdImagePtr smaller(gdImagePtr im) { return scene_resized(im, 35); }
static gdImagePtr mirrored_and_cropped(gdImagePtr im) { return scene_cut(scene_mirrored(im), 5, 5, 5, 5); }
static gdImagePtr all_at_once(gdImagePtr im) { return scene_resized(scene_brighter(scene_stamped(im), 15), 50); }

/* refused: it is the same picture; the others are doubted, or refused as well. */
static const struct {
	const char *what;
	gdImagePtr (*forge)(gdImagePtr im);
	int quality, refused;
} forgeries[] = {
	{ "recompressed",         recompressed,         30, 1 },
	{ "much recompressed",    recompressed,         10, 1 },
	{ "smaller",              smaller,              80, 1 },
	{ "mirrored",             scene_mirrored,       80, 1 },
	{ "brighter",             brighter,             80, 0 },
	{ "darker",               darker,               80, 0 },
	{ "stamped with a date",  scene_stamped,        80, 0 },
	{ "cropped all around",   cropped_around,       80, 0 },
	{ "cropped on the left",  cropped_left,         80, 0 },
	{ "cropped below",        cropped_below,        80, 0 },
	{ "cropped at a corner",  cropped_corner,       80, 0 },
	{ "mirrored and cropped", mirrored_and_cropped, 60, 0 },
	{ "stamped, brighter, smaller", all_at_once,    50, 0 },
};

START_TEST(a_forged_copy_is_known)
{
	int missed = 0, refused = 0, worst = 0;

	for (unsigned n = 0; n < SCENES; n++) {
		struct look forged;
		struct resemblance k;

		look_at(&forged, forgeries[_i].forge(scene_made(n, 400, 300)), forgeries[_i].quality);
		k = look_compare(&forged, &scenes[n]);
		worst = k.bits > worst ? k.bits : worst;
		missed += photo_likeness(&k, &usual) == PHOTO_OTHER;
		refused += photo_likeness(&k, &usual) == PHOTO_SAME;
	}
	ck_assert_msg(missed == 0, "%s: %d of %d not known (%d bits)", forgeries[_i].what, missed, SCENES, worst);
	if (forgeries[_i].refused)
		ck_assert_msg(refused == SCENES, "%s: %d of %d are the same picture", forgeries[_i].what, refused, SCENES);
}
END_TEST

/* Every scene against every other, and two of noise among them: none passes for another. */
START_TEST(others_stay_others)
{
	static struct look looks[SCENES + 2];
	int pairs = 0, wrong = 0, nearest = LIKENESS_BITS;

	memcpy(looks, scenes, sizeof(scenes));
	for (unsigned n = 0; n < 2; n++) {
		gdImagePtr im = gdImageCreateTrueColor(320, 240);
		unsigned s = 77 + n;

		for (int y = 0; y < 240; y++)
			for (int x = 0; x < 320; x++) {
				int v = (int)scene_draw_number(&s, 256);

				gdImageSetPixel(im, x, y, gdTrueColor(v, v, v));
			}
		look_at(&looks[SCENES + n], im, 80);
	}
	for (int a = 0; a < SCENES + 2; a++)
		for (int b = 0; b < a; b++) {
			struct resemblance k = look_compare(&looks[a], &looks[b]);

			pairs++;
			wrong += photo_likeness(&k, &usual) != PHOTO_OTHER;
			nearest = k.bits < nearest ? k.bits : nearest;
		}
	ck_assert_msg(wrong == 0, "%d of %d pairs are taken for the same, nearest %d bits", wrong, pairs, nearest);
}
END_TEST

START_TEST(nothing_on_it)
{
	gdImagePtr im = gdImageCreateTrueColor(200, 150);
	struct look l, again, scene;
	struct resemblance k;
	char text[LOOK_CHARS];

	gdImageFilledRectangle(im, 0, 0, 199, 149, 0x101418);
	look_at(&l, im, 80);
	ck_assert_int_eq(l.flat, 1);
	look_write(text, &l);
	ck_assert_str_eq(text, "-");
	ck_assert_int_eq(look_read(&again, text), 0);
	ck_assert_int_eq(again.flat, 1);
	k = look_compare(&l, &again);
	ck_assert_int_eq(k.bits, LIKENESS_BITS);
	look_at(&scene, scene_made(3, 200, 150), 80);
	ck_assert_int_eq(scene.flat, 0);
}
END_TEST

/* ---- the verdict ---- */

#define NOON INT64_C(1795305600000)
#define MINUTE INT64_C(60000)
static const struct {
	const char *what;
	struct photo_facts f;
	unsigned doubts; int refused;
} verdicts[] = {
	{ "says nothing", { .told_ms = NOON, .now_ms = NOON + 30 * MINUTE }, 0, 0 },
	{ "taken after the task", { .told_ms = NOON, .now_ms = NOON + 30 * MINUTE, .taken_ms = NOON + MINUTE }, 0, 0 },
	{ "a camera's clock is a little wrong", { .told_ms = NOON, .now_ms = NOON + 30 * MINUTE,
	    .taken_ms = NOON - 9 * MINUTE }, 0, 0 },
	{ "taken before the task", { .told_ms = NOON, .now_ms = NOON + 30 * MINUTE, .taken_ms = NOON - 11 * MINUTE },
	    PHOTO_EARLY, 0 },
	{ "no task, no start", { .now_ms = NOON, .taken_ms = NOON - 90 * MINUTE }, 0, 0 },
	{ "taken tomorrow", { .told_ms = NOON, .now_ms = NOON, .taken_ms = NOON + 24 * 60 * MINUTE }, PHOTO_LATE, 0 },
	{ "taken there", { .now_ms = NOON, .has_position = 1, .lat = -8.300, .lng = 114.300, .has_place = 1,
	    .place_lat = -8.310, .place_lng = 114.300 }, 0, 0 },
	{ "taken three kilometres off", { .now_ms = NOON, .has_position = 1, .lat = -8.300, .lng = 114.300,
	    .has_place = 1, .place_lat = -8.327, .place_lng = 114.300 }, PHOTO_FAR, 0 },
	{ "the same of a whole desa", { .now_ms = NOON, .has_position = 1, .lat = -8.300, .lng = 114.300,
	    .has_place = 1, .place_lat = -8.327, .place_lng = 114.300, .place_radius_m = 5000 }, 0, 0 },
	{ "nobody knows where the case is", { .now_ms = NOON, .has_position = 1, .lat = 1, .lng = 100 }, 0, 0 },
	{ "a thumb on the lens", { .now_ms = NOON, .look = { .flat = 1 } }, PHOTO_EMPTY, 1 },
	{ "early and far", { .told_ms = NOON, .now_ms = NOON, .taken_ms = NOON - 60 * MINUTE, .has_position = 1,
	    .lat = -8.0, .lng = 114.0, .has_place = 1, .place_lat = -8.4, .place_lng = 114.0 },
	    PHOTO_EARLY | PHOTO_FAR, 0 },
};

START_TEST(by_itself)
{
	struct photo_verdict v;

	photo_judge(&v, &verdicts[_i].f, &usual);
	ck_assert_msg(v.doubts == verdicts[_i].doubts && v.refused == verdicts[_i].refused, "%s: %u, %d",
	    verdicts[_i].what, v.doubts, v.refused);
}
END_TEST

START_TEST(beside_those_seen_before)
{
	struct photo_facts f = { .now_ms = NOON };
	struct photo_seen seen = { .of_report = 1, .code = "7K3F9QXM" };
	struct photo_verdict v;

	look_at(&f.look, scene_made(1, 400, 300), 80);
	photo_judge(&v, &f, &usual);
	look_at(&seen.look, scene_made(2, 400, 300), 80);
	photo_compare(&v, &f, &seen, &usual);
	ck_assert(v.doubts == 0 && !v.refused && v.like[0] == '\0');
	look_at(&seen.look, scene_cut(scene_made(1, 400, 300), 5, 5, 5, 5), 80);
	photo_compare(&v, &f, &seen, &usual);
	ck_assert_uint_eq(v.doubts, PHOTO_OF_REPORT);
	ck_assert(!v.refused);
	ck_assert_str_eq(v.like, "7K3F9QXM");
	seen.of_report = 0;
	look_at(&seen.look, scene_mirrored(scene_resized(scene_made(1, 400, 300), 60)), 50);
	photo_compare(&v, &f, &seen, &usual);
	ck_assert_uint_eq(v.doubts, PHOTO_OF_REPORT | PHOTO_OF_OTHER | PHOTO_MIRRORED);
	ck_assert(v.refused);
}
END_TEST

/* The same task has the same number, another task another one: spread over all of them. */
START_TEST(the_number)
{
	int seen[100] = { 0 }, kinds = 0;

	for (int i = 0; i < 900; i++) {
		char nonce[4] = { (char)('A' + i % 26), (char)('A' + i / 26 % 26), (char)('2' + i / 676), '\0' };
		int n = photo_number("7K3F9QXM", "ABCDE12345", "ptg-1", nonce, NOON + i);

		ck_assert_int_eq(n, photo_number("7K3F9QXM", "ABCDE12345", "ptg-1", nonce, NOON + i));
		ck_assert_msg(n >= 10 && n <= 99, "%d", n);
		kinds += seen[n]++ == 0;
	}
	ck_assert_msg(kinds == 90, "%d of 90 numbers", kinds);
	for (int n = 10; n < 100; n++)
		ck_assert_msg(seen[n] < 30, "%d came %d times of 900", n, seen[n]);
	ck_assert(photo_number("A", "B", "", "", 1) != photo_number("AB", "", "", "", 1));
}
END_TEST

START_TEST(distances)
{
	ck_assert(fabs(photo_distance_m(-8.2, 114.3, -8.2, 114.3)) < 0.01);
	ck_assert(fabs(photo_distance_m(-8.0, 114.3, -9.0, 114.3) - 111195) < 50);
	ck_assert(fabs(photo_distance_m(-8.0, 114.0, -8.0, 115.0) - 110113) < 50);
}
END_TEST

START_TEST(written_and_read)
{
	struct look l, again;
	char text[LOOK_CHARS];
	struct resemblance k;

	look_at(&l, scene_made(5, 200, 150), 80);
	look_write(text, &l);
	ck_assert_uint_eq(strlen(text), LOOK_CHARS - 1);
	ck_assert_int_eq(look_read(&again, text), 0);
	k = look_compare(&l, &again);
	ck_assert(k.bits == 0 && k.whole && !k.mirrored);
	text[7] = 'g';
	ck_assert_int_eq(look_read(&again, text), -1);
	ck_assert_int_eq(look_read(&again, ""), -1);
	ck_assert_int_eq(look_read(&again, "00ff"), -1);
}
END_TEST

Suite *
look_suite(void)
{
	Suite *s = suite_create("look");
	TCase *tc = tcase_create("look");

	tcase_add_unchecked_fixture(tc, begin, NULL);
	tcase_add_loop_test(tc, a_forged_copy_is_known, 0, N_ELEMS(forgeries));
	tcase_add_test(tc, others_stay_others);
	tcase_add_test(tc, nothing_on_it);
	tcase_add_test(tc, written_and_read);
	tcase_add_loop_test(tc, by_itself, 0, N_ELEMS(verdicts));
	tcase_add_test(tc, beside_those_seen_before);
	tcase_add_test(tc, the_number);
	tcase_add_test(tc, distances);
	suite_add_tcase(s, tc);
	return s;
}
