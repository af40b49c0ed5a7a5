/* Drawing strangers' pictures anew: what is kept, what is lost, what is refused. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "picture/picture.h"
#include "tests/picture_made.h"

Suite *picture_suite(void);

#define MOST 40000000L
#define EDGE 4096

static enum picture_verdict
draw(const struct buf *in, int orientation, struct buf *out, const char **ext)
{
	struct look look;

	return picture_draw(out, ext, &look, in->data, in->len, orientation, MOST, EDGE);
}

/* Where the camera stood is known before; in what comes out there is no trace of it. */
START_TEST(notes_are_read_and_gone)
{
	struct buf in = { 0 }, out = { 0 };
	struct picture_notes n;
	const char *ext = "";

	picture_of_camera(&in, 320, 200, 6);
	ck_assert_ptr_nonnull(memmem(in.data, in.len, PICTURE_CANARY, strlen(PICTURE_CANARY)));
	picture_notes_read(&n, in.data, in.len);
	ck_assert_int_eq(n.orientation, 6);
	ck_assert_int_eq(n.has_position, 1);
	ck_assert_msg(fabs(n.lat - PICTURE_LAT) < 0.0001, "%f", n.lat);
	ck_assert_msg(fabs(n.lng - PICTURE_LNG) < 0.0001, "%f", n.lng);
	ck_assert_int_eq(draw(&in, n.orientation, &out, &ext), PICTURE_DRAWN);
	ck_assert_str_eq(ext, "jpg");
	ck_assert_ptr_null(memmem(out.data, out.len, PICTURE_CANARY, strlen(PICTURE_CANARY)));
	ck_assert_ptr_null(memmem(out.data, out.len, "Exif", 4));
	picture_notes_read(&n, out.data, out.len);
	ck_assert(n.orientation == 1 && !n.has_position);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/* 16:40:05 on the wall is 09:40:05 UTC in WIB, which a camera without a zone goes by. */
static const struct { const char *when, *offset; int64_t ms; } taken[] = {
	{ "2026:11:22 16:40:05", "", INT64_C(1795340405000) },
	{ "2026:11:22 16:40:05", "+07:00", INT64_C(1795340405000) },
	{ "2026:11:22 17:40:05", "+08:00", INT64_C(1795340405000) },
	{ "2026:11:22 04:10:05", "-05:30", INT64_C(1795340405000) },
	{ "0000:00:00 00:00:00", "", 0 },
	{ "besok pagi", "", 0 },
	{ "", "", 0 },
};

START_TEST(when_it_was_taken)
{
	struct buf in = { 0 }, exif = { 0 };
	struct picture_notes n;

	picture_exif_taken(&exif, taken[_i].when, taken[_i].offset);
	picture_with_notes(&in, picture_drawn(64, 48), &exif);
	picture_notes_read(&n, in.data, in.len);
	ck_assert_msg(n.taken_ms == taken[_i].ms, "%s %s: %lld", taken[_i].when, taken[_i].offset, (long long)n.taken_ms);
	buf_release(&in);
	buf_release(&exif);
}
END_TEST

/* The red corner goes where EXIF says that the eye should see it: x, y in halves. */
static const struct { int orientation, width, height, x, y; } turns[] = {
	{ 1, 80, 40, 0, 0 }, { 2, 80, 40, 1, 0 }, { 3, 80, 40, 1, 1 }, { 4, 80, 40, 0, 1 },
	{ 5, 40, 80, 0, 0 }, { 6, 40, 80, 1, 0 }, { 7, 40, 80, 1, 1 }, { 8, 40, 80, 0, 1 },
};

START_TEST(it_stands_upright)
{
	struct buf in = { 0 }, out = { 0 };
	const char *ext = "";
	gdImagePtr im;

	picture_encode(&in, picture_drawn(80, 40), "png");
	ck_assert_int_eq(draw(&in, turns[_i].orientation, &out, &ext), PICTURE_DRAWN);
	im = gdImageCreateFromPngPtr((int)out.len, out.data);
	ck_assert_ptr_nonnull(im);
	ck_assert_int_eq(gdImageSX(im), turns[_i].width);
	ck_assert_int_eq(gdImageSY(im), turns[_i].height);
	for (int x = 0; x < 2; x++)
		for (int y = 0; y < 2; y++) {
			int c = gdImageGetTrueColorPixel(im, gdImageSX(im) * (2 * x + 1) / 4,
			    gdImageSY(im) * (2 * y + 1) / 4);
			int red = gdTrueColorGetRed(c) > 200 && gdTrueColorGetGreen(c) < 60;

			ck_assert_msg(red == (x == turns[_i].x && y == turns[_i].y),
			    "orientation %d: %d,%d is %06x", turns[_i].orientation, x, y, (unsigned)c);
		}
	gdImageDestroy(im);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

static const struct { const char *in, *out; } kinds[] = {
	{ "jpg", "jpg" }, { "png", "png" }, { "gif", "png" }, { "webp", "webp" },
};

START_TEST(every_kind)
{
	struct buf in = { 0 }, out = { 0 };
	const char *ext = "";
	long width, height;

	picture_encode(&in, picture_drawn(6000, 30), kinds[_i].in);
	ck_assert_int_eq(draw(&in, 1, &out, &ext), PICTURE_DRAWN);
	ck_assert_str_eq(ext, kinds[_i].out);
	ck_assert_int_eq(media_pixels(out.data, out.len, &width, &height), 0);
	ck_assert_int_eq(width, EDGE);		/* made smaller */
	ck_assert_int_eq(height, 20);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/* What hangs behind a picture, or hides in it, is not drawn. */
START_TEST(a_double_nature_is_lost)
{
	static const char tail[] = "<script>alert(1)</script>PK\5\6";
	struct buf in = { 0 }, out = { 0 };
	const char *ext = "";

	picture_encode(&in, picture_drawn(60, 40), kinds[_i].in);
	buf_add(&in, tail, sizeof(tail));
	ck_assert_int_eq(draw(&in, 1, &out, &ext), PICTURE_DRAWN);
	ck_assert_ptr_null(memmem(out.data, out.len, "<script>", 8));
	ck_assert_ptr_null(memmem(out.data, out.len, "PK\5\6", 4));
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/* Every beginning of a picture ends in a verdict; of the camera's notes too. */
START_TEST(cut_anywhere)
{
	struct buf in = { 0 };
	struct picture_notes n;
	struct look look;

	picture_of_camera(&in, 64, 48, 6);
	for (size_t len = 0; len < in.len; len += len < 300 ? 1 : 37) {
		struct buf out = { 0 };
		char *copy = malloc(len + 1);
		const char *ext = "";

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, in.data, len);
		picture_notes_read(&n, copy, len);
		if (picture_draw(&out, &ext, &look, copy, len, 1, MOST, EDGE) != PICTURE_DRAWN)
			ck_assert_uint_eq(out.len, 0);
		free(copy);
		buf_release(&out);
	}
	buf_release(&in);
}
END_TEST

/* Any byte of the notes may be anybody's. */
START_TEST(damaged_notes)
{
	struct buf in = { 0 };
	struct picture_notes n;

	picture_of_camera(&in, 16, 16, 1);
	for (size_t at = 2; at < 260 && at < in.len; at++)
		for (int v = 0; v < 256; v += 15) {
			char was = in.data[at];

			in.data[at] = (char)v;
			picture_notes_read(&n, in.data, in.len);
			ck_assert(n.orientation >= 1 && n.orientation <= 8);
			ck_assert(!n.has_position || (fabs(n.lat) <= 90 && fabs(n.lng) <= 180));
			in.data[at] = was;
		}
	buf_release(&in);
}
END_TEST

START_TEST(too_many_pixels)
{
	static const unsigned char large[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\2\0\0\0";
	struct buf in = { 0 }, out = { 0 };
	const char *ext = "";
	struct look look;

	buf_add(&in, large, sizeof(large) - 1);
	ck_assert_int_eq(draw(&in, 1, &out, &ext), PICTURE_TOO_LARGE);
	buf_reset(&in);
	picture_encode(&in, picture_drawn(300, 200), "png");
	ck_assert_int_eq(picture_draw(&out, &ext, &look, in.data, in.len, 1, 59999, EDGE), PICTURE_TOO_LARGE);
	ck_assert_int_eq(picture_draw(&out, &ext, &look, in.data, in.len, 1, 60000, EDGE), PICTURE_DRAWN);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/* Of an animation the first image is drawn; how many follow does not matter. */
START_TEST(an_animation)
{
	struct buf in = { 0 }, out = { 0 };
	const char *ext = "";
	gdImagePtr im = gdImageCreate(64, 48);
	long width, height;
	void *part;
	int size;

	ck_assert_ptr_nonnull(im);
	gdImageColorAllocate(im, 200, 30, 30);
	part = gdImageGifAnimBeginPtr(im, &size, 1, 0);
	buf_add(&in, part, (size_t)size);
	gdFree(part);
	part = gdImageGifAnimAddPtr(im, &size, 1, 0, 0, 1, 1, NULL);
	ck_assert_ptr_nonnull(part);
	for (int i = 0; i < 20000; i++)
		buf_add(&in, part, (size_t)size);
	gdFree(part);
	buf_addc(&in, ';');
	gdImageDestroy(im);
	ck_assert_int_eq(draw(&in, 1, &out, &ext), PICTURE_DRAWN);
	ck_assert_str_eq(ext, "png");
	ck_assert_int_eq(media_pixels(out.data, out.len, &width, &height), 0);
	ck_assert(width == 64 && height == 48);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/* A checksum that does not fit: the picture is broken, not believed. */
START_TEST(a_lying_checksum)
{
	struct buf in = { 0 }, out = { 0 };
	const char *ext = "";

	picture_encode(&in, picture_drawn(60, 40), "png");
	in.data[29] ^= 1;		/* of IHDR */
	ck_assert_int_eq(draw(&in, 1, &out, &ext), PICTURE_BROKEN);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

Suite *
picture_suite(void)
{
	Suite *s = suite_create("picture");
	TCase *tc = tcase_create("picture");

	gdSetErrorMethod(NULL);
	tcase_add_test(tc, notes_are_read_and_gone);
	tcase_add_loop_test(tc, when_it_was_taken, 0, N_ELEMS(taken));
	tcase_add_loop_test(tc, it_stands_upright, 0, N_ELEMS(turns));
	tcase_add_loop_test(tc, every_kind, 0, N_ELEMS(kinds));
	tcase_add_loop_test(tc, a_double_nature_is_lost, 0, N_ELEMS(kinds));
	tcase_add_test(tc, cut_anywhere);
	tcase_add_test(tc, damaged_notes);
	tcase_add_test(tc, too_many_pixels);
	tcase_add_test(tc, an_animation);
	tcase_add_test(tc, a_lying_checksum);
	suite_add_tcase(s, tc);
	return s;
}
