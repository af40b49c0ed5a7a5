#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <gd.h>

#include "picture/picture.h"

#define JPEG_QUALITY 88
#define WEBP_QUALITY 85
#define LOOK_EDGE 256

static gdImagePtr
decode(const char *ext, void *data, int len)
{
	if (strcmp(ext, "jpg") == 0)
		return gdImageCreateFromJpegPtr(len, data);
	if (strcmp(ext, "png") == 0)
		return gdImageCreateFromPngPtr(len, data);
	if (strcmp(ext, "gif") == 0)
		return gdImageCreateFromGifPtr(len, data);
	return gdImageCreateFromWebpPtr(len, data);
}

static void *
encode(const char *ext, gdImagePtr im, int *len)
{
	if (strcmp(ext, "jpg") == 0)
		return gdImageJpegPtr(im, len, JPEG_QUALITY);
	if (strcmp(ext, "webp") == 0)
		return gdImageWebpPtrEx(im, len, WEBP_QUALITY);
	return gdImagePngPtr(im, len);
}

/* Takes im; what is returned takes its place.  NULL: no memory. */
static gdImagePtr
shrink(gdImagePtr im, int edge_most)
{
	int w = gdImageSX(im), h = gdImageSY(im), edge = w > h ? w : h;
	gdImagePtr small;

	if (edge <= edge_most)
		return im;
	w = (int)((long)w * edge_most / edge);
	h = (int)((long)h * edge_most / edge);
	gdImageSetInterpolationMethod(im, GD_BILINEAR_FIXED);
	small = gdImageScale(im, (unsigned)(w > 0 ? w : 1), (unsigned)(h > 0 ? h : 1));
	gdImageDestroy(im);
	return small;
}

/* As the eye should see it: gd turns against the clock. */
static gdImagePtr
turn_upright(gdImagePtr im, int orientation)
{
	static const struct { int degrees, mirror; } turns[9] = {
		[2] = { 0, 1 }, [3] = { 180, 0 }, [4] = { 180, 1 }, [5] = { 270, 1 }, [6] = { 270, 0 },
		[7] = { 90, 1 }, [8] = { 90, 0 },
	};
	gdImagePtr turned = im;

	if (turns[orientation].degrees != 0) {
		turned = gdImageRotateInterpolated(im, (float)turns[orientation].degrees, 0);
		gdImageDestroy(im);
	}
	if (turned != NULL && turns[orientation].mirror)
		gdImageFlipHorizontal(turned);
	return turned;
}

/* Smaller first: no piece of its look is finer than a 32nd of it. */
static int
read_look(struct look *look, gdImagePtr im)
{
	int w = gdImageSX(im), h = gdImageSY(im), edge = w > h ? w : h;
	int wide = edge > LOOK_EDGE ? w * LOOK_EDGE / edge : w, high = edge > LOOK_EDGE ? h * LOOK_EDGE / edge : h;
	gdImagePtr small = gdImageCreateTrueColor(wide > 0 ? wide : 1, high > 0 ? high : 1);
	unsigned char *gray;

	if (small == NULL)
		return -1;
	w = gdImageSX(small);
	h = gdImageSY(small);
	gray = xmalloc((size_t)w * (size_t)h);
	gdImageFilledRectangle(small, 0, 0, w - 1, h - 1, 0xffffff);	/* shows through what is clear */
	gdImageCopyResampled(small, im, 0, 0, 0, 0, w, h, gdImageSX(im), gdImageSY(im));
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			int c = gdImageTrueColorPixel(small, x, y);

			gray[y * w + x] = (unsigned char)((299 * gdTrueColorGetRed(c) +
			    587 * gdTrueColorGetGreen(c) + 114 * gdTrueColorGetBlue(c)) / 1000);
		}
	look_of(look, gray, (size_t)w, (size_t)h);
	free(gray);
	gdImageDestroy(small);
	return 0;
}

enum picture_verdict
picture_draw(struct buf *out, const char **ext, struct look *look, const void *data, size_t len,
    int orientation, long pixels_most, int edge_most)
{
	const struct media_type *t = media_type_of(data, len);
	long width, height;
	gdImagePtr im;
	void *bytes;
	int size = 0;

	if (t == NULL || t->kind != MEDIA_PICTURE || len > INT_MAX ||
	    media_pixels(data, len, &width, &height) != 0)
		return PICTURE_BROKEN;
	if (width > pixels_most / height)
		return PICTURE_TOO_LARGE;
	im = decode(t->ext, (void *)(uintptr_t)data, (int)len);
	/* What the head declares is not yet what was decoded. */
	if (im == NULL || (long)gdImageSX(im) > pixels_most / gdImageSY(im)) {
		if (im != NULL)
			gdImageDestroy(im);
		return PICTURE_BROKEN;
	}
	if (!gdImageTrueColor(im) && !gdImagePaletteToTrueColor(im)) {
		gdImageDestroy(im);
		return PICTURE_TOO_LARGE;
	}
	gdImageSaveAlpha(im, 1);
	im = shrink(im, edge_most);
	if (im != NULL)
		im = turn_upright(im, orientation);
	if (im == NULL)
		return PICTURE_TOO_LARGE;
	gdImageSaveAlpha(im, 1);
	if (read_look(look, im) != 0) {
		gdImageDestroy(im);
		return PICTURE_TOO_LARGE;
	}
	*ext = strcmp(t->ext, "gif") == 0 ? "png" : t->ext;
	bytes = encode(*ext, im, &size);
	gdImageDestroy(im);
	if (bytes == NULL || size <= 0)
		return PICTURE_BROKEN;
	buf_add(out, bytes, (size_t)size);
	gdFree(bytes);
	return PICTURE_DRAWN;
}
