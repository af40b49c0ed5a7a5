#ifndef KENTONGAN_TESTS_SCENE_MADE_H
#define KENTONGAN_TESTS_SCENE_MADE_H
/*
 * Pictures of streets that never were, for tests: each number another one, always the same; and what
 * people do to a picture so that it passes for another.
 */
#include "tests/picture_made.h"

static inline unsigned
scene_draw_number(unsigned *state, unsigned below)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % below;
}

static inline int
scene_shade(unsigned *s, int base, int spread)
{
	int v = base + (int)scene_draw_number(s, (unsigned)spread * 2 + 1) - spread;

	return v < 0 ? 0 : v > 255 ? 255 : v;
}

/* Sky, ground, a road, houses, poles, a tree or two, and the grain of a cheap camera. */
static inline gdImagePtr
scene_made(unsigned number, int width, int height)
{
	unsigned s = number * 2654435761u + 12345u;
	gdImagePtr im = gdImageCreateTrueColor(width, height);
	int horizon = height * (25 + (int)scene_draw_number(&s, 40)) / 100;
	int sky = scene_shade(&s, 190, 60), ground = scene_shade(&s, 90, 50);

	ck_assert_ptr_nonnull(im);
	for (int y = 0; y < height; y++) {
		int v = y < horizon ? sky - 40 * y / height : ground + 50 * (y - horizon) / height;

		v = v < 0 ? 0 : v > 255 ? 255 : v;
		gdImageLine(im, 0, y, width - 1, y, gdTrueColor(v, v, y < horizon ? 255 : v / 2));
	}
	for (unsigned i = 0, n = 3 + scene_draw_number(&s, 6); i < n; i++) {
		int x = (int)scene_draw_number(&s, (unsigned)width), w = width * (8 + (int)scene_draw_number(&s, 22)) / 100;
		int h = height * (10 + (int)scene_draw_number(&s, 35)) / 100, v = scene_shade(&s, 128, 110);

		gdImageFilledRectangle(im, x - w / 2, horizon - h / 2, x + w / 2, horizon + h / 2, gdTrueColor(v, v * 3 / 4, v / 2));
	}
	for (unsigned i = 0, n = 1 + scene_draw_number(&s, 4); i < n; i++) {
		int x = (int)scene_draw_number(&s, (unsigned)width), y = horizon + (int)scene_draw_number(&s, (unsigned)(height - horizon));
		int w = width * (10 + (int)scene_draw_number(&s, 40)) / 100, h = height * (5 + (int)scene_draw_number(&s, 25)) / 100;
		int v = scene_shade(&s, 90, 85);

		gdImageFilledEllipse(im, x, y, w, h, gdTrueColor(v, v, v));
	}
	for (unsigned i = 0, n = scene_draw_number(&s, 4); i < n; i++) {
		int x = (int)scene_draw_number(&s, (unsigned)width);

		gdImageFilledRectangle(im, x, (int)scene_draw_number(&s, (unsigned)horizon), x + width / 60, height - 1, 0x202020);
	}
	for (int i = 0; i < width * height / 8; i++) {
		int x = (int)scene_draw_number(&s, (unsigned)width), y = (int)scene_draw_number(&s, (unsigned)height);
		int v = gdTrueColorGetRed(gdImageGetTrueColorPixel(im, x, y));

		v = scene_shade(&s, v, 20);
		gdImageSetPixel(im, x, y, gdTrueColor(v, v, v));
	}
	return im;
}

static inline gdImagePtr
scene_cut(gdImagePtr im, int left, int top, int right, int bottom)
{
	gdRect r = { gdImageSX(im) * left / 100, gdImageSY(im) * top / 100,
	    gdImageSX(im) * (100 - left - right) / 100, gdImageSY(im) * (100 - top - bottom) / 100 };
	gdImagePtr cut = gdImageCrop(im, &r);

	ck_assert_ptr_nonnull(cut);
	gdImageDestroy(im);
	return cut;
}

static inline gdImagePtr
scene_stamped(gdImagePtr im)
{
	int w = gdImageSX(im), h = gdImageSY(im);

	gdImageFilledRectangle(im, w * 55 / 100, h * 90 / 100, w - 1, h - 1, 0);
	for (int x = w * 57 / 100; x < w * 97 / 100; x += w / 40)
		gdImageFilledRectangle(im, x, h * 92 / 100, x + w / 80, h * 98 / 100, 0xffff00);
	return im;
}

static inline gdImagePtr
scene_brighter(gdImagePtr im, int by)
{
	gdImageBrightness(im, by);
	return im;
}

static inline gdImagePtr
scene_mirrored(gdImagePtr im)
{
	gdImageFlipHorizontal(im);
	return im;
}

static inline gdImagePtr
scene_resized(gdImagePtr im, int percent)
{
	gdImagePtr small = gdImageScale(im, (unsigned)(gdImageSX(im) * percent / 100),
	    (unsigned)(gdImageSY(im) * percent / 100));

	ck_assert_ptr_nonnull(small);
	gdImageDestroy(im);
	return small;
}

/* As JPEG of that quality; im is gone. */
static inline void
scene_encode(struct buf *out, gdImagePtr im, int quality)
{
	int size = 0;
	void *bytes = gdImageJpegPtr(im, &size, quality);

	ck_assert_ptr_nonnull(bytes);
	buf_add(out, bytes, (size_t)size);
	gdFree(bytes);
	gdImageDestroy(im);
}
#endif
