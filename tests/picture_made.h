#ifndef KENTONGAN_TESTS_PICTURE_MADE_H
#define KENTONGAN_TESTS_PICTURE_MADE_H
/* Pictures as telephones send them, for tests. */
#include <check.h>
#include <gd.h>
#include <string.h>

#include "lib/buf.h"

#define PICTURE_CANARY "KENARI-KAMERA-77"
#define PICTURE_LAT -8.219200
#define PICTURE_LNG 114.369100

/* A picture that is red in its upper left quarter and white elsewhere. */
static inline gdImagePtr
picture_drawn(int width, int height)
{
	gdImagePtr im = gdImageCreateTrueColor(width, height);

	ck_assert_ptr_nonnull(im);
	gdImageFilledRectangle(im, 0, 0, width - 1, height - 1, 0xffffff);
	gdImageFilledRectangle(im, 0, 0, width / 2 - 1, height / 2 - 1, 0xff0000);
	return im;
}

static inline void
picture_encode(struct buf *out, gdImagePtr im, const char *ext)
{
	int size = 0;
	void *bytes = strcmp(ext, "jpg") == 0 ? gdImageJpegPtr(im, &size, 90) :
	    strcmp(ext, "png") == 0 ? gdImagePngPtr(im, &size) :
	    strcmp(ext, "gif") == 0 ? gdImageGifPtr(im, &size) : gdImageWebpPtr(im, &size);

	ck_assert_ptr_nonnull(bytes);
	buf_add(out, bytes, (size_t)size);
	gdFree(bytes);
	gdImageDestroy(im);
}

/* The EXIF block of a camera that stood at 8.2192 S 114.3691 E; big-endian, as TIFF 6.0 has it. */
static inline void
picture_exif(struct buf *out, int orientation)
{
	static const unsigned char ifd0[] = {
		'M', 'M', 0, 42, 0, 0, 0, 8,
		0, 3,
		0x01, 0x0f, 0, 2, 0, 0, 0, 17, 0, 0, 0, 50,		/* make, at 50 */
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 1, 0, 0,		/* orientation, byte 31 */
		0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 68,		/* GPS, at 68 */
		0, 0, 0, 0,
	};
	static const unsigned char gps[] = {
		0, 4,
		0, 1, 0, 2, 0, 0, 0, 2, 'S', 0, 0, 0,
		0, 2, 0, 5, 0, 0, 0, 3, 0, 0, 0, 122,
		0, 3, 0, 2, 0, 0, 0, 2, 'E', 0, 0, 0,
		0, 4, 0, 5, 0, 0, 0, 3, 0, 0, 0, 146,
		0, 0, 0, 0,
		0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 0x5b, 0, 0, 0, 10, /* 9.1" */
		0, 0, 0, 114, 0, 0, 0, 1, 0, 0, 0, 22, 0, 0, 0, 1, 0, 0, 0, 0x57, 0, 0, 0, 10, /* 8.7" */
	};

	buf_adds(out, "Exif");
	buf_add(out, "\0\0", 2);
	buf_add(out, ifd0, sizeof(ifd0));
	out->data[out->len - sizeof(ifd0) + 31] = (char)orientation;
	buf_add(out, PICTURE_CANARY, 17);
	buf_addc(out, '\0');
	buf_add(out, gps, sizeof(gps));
}

/* The block of a camera that tells when: "2026:11:22 16:40:05", and where its clock stands ("+07:00", "" not). */
static inline void
picture_exif_taken(struct buf *out, const char *when, const char *offset)
{
	unsigned char ifd[] = {
		'M', 'M', 0, 42, 0, 0, 0, 8,
		0, 1, 0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0,	/* EXIF, at 26 */
		0, 2,
		0x90, 0x03, 0, 2, 0, 0, 0, 20, 0, 0, 0, 56,
		0x90, 0x11, 0, 2, 0, 0, 0, 7, 0, 0, 0, 76,
		0, 0, 0, 0,
	};
	char text[20] = "", zone[7] = "";

	memcpy(text, when, strnlen(when, sizeof(text)));
	memcpy(zone, offset, strnlen(offset, sizeof(zone)));
	buf_add(out, "Exif\0\0", 6);
	buf_add(out, ifd, sizeof(ifd));
	buf_add(out, text, sizeof(text));
	buf_add(out, zone, sizeof(zone));
}

/* A JPEG of that picture with that block behind its first marker; im is gone. */
static inline void
picture_with_notes(struct buf *out, gdImagePtr im, const struct buf *exif)
{
	struct buf plain = { 0 };
	unsigned char head[4] = { 0xff, 0xe1, 0, 0 };

	picture_encode(&plain, im, "jpg");
	head[2] = (unsigned char)((exif->len + 2) >> 8);
	head[3] = (unsigned char)(exif->len + 2);
	buf_add(out, plain.data, 2);
	buf_add(out, head, sizeof(head));
	buf_add(out, exif->data, exif->len);
	buf_add(out, plain.data + 2, plain.len - 2);
	buf_release(&plain);
}

static inline void
picture_of_camera(struct buf *out, int width, int height, int orientation)
{
	struct buf exif = { 0 };

	picture_exif(&exif, orientation);
	picture_with_notes(out, picture_drawn(width, height), &exif);
	buf_release(&exif);
}
#endif
