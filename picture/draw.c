#include <limits.h>
#include <string.h>

#include <gd.h>

#include "picture/picture.h"

#define JPEG_QUALITY 88
#define WEBP_QUALITY 85

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

enum picture_verdict
picture_draw(struct buf *out, const char **ext, const void *data, size_t len, int orientation,
    long pixels_most, int edge_most)
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
	*ext = strcmp(t->ext, "gif") == 0 ? "png" : t->ext;
	bytes = encode(*ext, im, &size);
	gdImageDestroy(im);
	if (bytes == NULL || size <= 0)
		return PICTURE_BROKEN;
	buf_add(out, bytes, (size_t)size);
	gdFree(bytes);
	return PICTURE_DRAWN;
}
