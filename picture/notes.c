/* What a camera wrote into a picture: which side is up, where it stood, and when. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <libexif/exif-data.h>

#include "picture/picture.h"

/* Larger blocks are no camera's: a JPEG segment cannot hold more. */
#define NOTES_MOST 65533
#define WIB_MINUTES (7 * 60)
#define TAG_OFFSET ((ExifTag)0x9011)	/* OffsetTimeOriginal, EXIF 2.31 */

static ExifEntry *
entry_of(ExifData *d, ExifIfd ifd, ExifTag tag, ExifFormat format, unsigned components)
{
	ExifEntry *e = exif_content_get_entry(d->ifd[ifd], tag);

	return e != NULL && e->format == format && e->components == components &&
	    e->size >= components * exif_format_get_size(format) ? e : NULL;
}

/* Degrees, minutes, seconds.  1 when they are an angle of at most so much. */
static int
read_angle(ExifData *d, ExifTag value, ExifTag side, const char *sides, double most, double *out)
{
	ExifEntry *v = entry_of(d, EXIF_IFD_GPS, value, EXIF_FORMAT_RATIONAL, 3);
	ExifEntry *s = exif_content_get_entry(d->ifd[EXIF_IFD_GPS], side);
	ExifByteOrder order = exif_data_get_byte_order(d);
	double sum = 0, unit = 1;

	if (v == NULL || s == NULL || s->format != EXIF_FORMAT_ASCII || s->size < 1 ||
	    s->data[0] == '\0' || strchr(sides, s->data[0]) == NULL)
		return 0;
	for (int i = 0; i < 3; i++, unit *= 60) {
		ExifRational r = exif_get_rational(v->data + 8 * i, order);

		if (r.denominator == 0 && r.numerator != 0)
			return 0;
		if (r.denominator != 0)
			sum += (double)r.numerator / r.denominator / unit;
	}
	*out = s->data[0] == sides[1] ? -sum : sum;
	return isfinite(sum) && sum <= most;
}

/* Text of an entry, cut to the buffer; "" when there is none. */
static void
read_text(char *out, size_t size, ExifData *d, ExifTag tag)
{
	ExifEntry *e = exif_content_get_entry(d->ifd[EXIF_IFD_EXIF], tag);
	size_t n = e != NULL && e->format == EXIF_FORMAT_ASCII ? e->size : 0;

	if (n > size - 1)
		n = size - 1;
	if (n > 0)
		memcpy(out, e->data, n);
	out[n] = '\0';
}

/* "2026:11:22 16:40:05", and perhaps "+07:00". */
static int64_t
read_taken(ExifData *d)
{
	char text[24], offset[8], sign;
	struct tm t = { 0 };
	int minutes = WIB_MINUTES, h, m;
	time_t s;

	read_text(text, sizeof(text), d, EXIF_TAG_DATE_TIME_ORIGINAL);
	read_text(offset, sizeof(offset), d, TAG_OFFSET);
	if (sscanf(text, "%4d:%2d:%2d %2d:%2d:%2d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min,
	    &t.tm_sec) != 6 || t.tm_year < 1990 || t.tm_mon < 1 || t.tm_mon > 12 || t.tm_mday < 1)
		return 0;
	if (sscanf(offset, "%c%2d:%2d", &sign, &h, &m) == 3 && (sign == '+' || sign == '-') && h <= 14)
		minutes = (sign == '-' ? -1 : 1) * (60 * h + m);
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	s = timegm(&t);
	return s > 0 ? ((int64_t)s - 60 * minutes) * 1000 : 0;
}

static void
read_block(struct picture_notes *n, const unsigned char *block, size_t len)
{
	ExifData *d = exif_data_new();
	ExifEntry *up;

	if (d == NULL)
		return;
	exif_data_unset_option(d, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
	exif_data_load_data(d, block, (unsigned)len);
	up = entry_of(d, EXIF_IFD_0, EXIF_TAG_ORIENTATION, EXIF_FORMAT_SHORT, 1);
	if (up != NULL) {
		int side = exif_get_short(up->data, exif_data_get_byte_order(d));

		n->orientation = side >= 1 && side <= 8 ? side : 1;
	}
	n->has_position = read_angle(d, (ExifTag)EXIF_TAG_GPS_LATITUDE,
	    (ExifTag)EXIF_TAG_GPS_LATITUDE_REF, "NS", 90, &n->lat) &&
	    read_angle(d, (ExifTag)EXIF_TAG_GPS_LONGITUDE, (ExifTag)EXIF_TAG_GPS_LONGITUDE_REF, "EW",
	    180, &n->lng) && (n->lat != 0 || n->lng != 0);
	n->taken_ms = read_taken(d);
	exif_data_unref(d);
}

static size_t
number(const unsigned char *p, int n, int big_end)
{
	size_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[big_end ? i : n - 1 - i];
	return v;
}

/* The block behind a JPEG's APP1 marker, from its "Exif" on. */
static const unsigned char *
in_jpeg(const unsigned char *p, size_t len, size_t *n)
{
	size_t at = 2;

	while (at + 10 <= len && p[at] == 0xff && p[at + 1] != 0xda) {
		size_t size = number(p + at + 2, 2, 1);

		if (p[at + 1] == 0xe1 && size >= 8 && at + 2 + size <= len &&
		    memcmp(p + at + 4, "Exif\0\0", 6) == 0) {
			*n = size - 2;
			return p + at + 4;
		}
		at += 2 + size;
	}
	return NULL;
}

/* A chunk by its name: PNG puts the length before it, WebP after. */
static const unsigned char *
in_chunks(const unsigned char *p, size_t len, size_t at, const char *name, int png, size_t *n)
{
	while (at + 8 <= len) {
		size_t size = number(p + at + (png ? 0 : 4), 4, png);

		if (size > len - at - 8)
			return NULL;
		if (memcmp(p + at + (png ? 4 : 0), name, 4) == 0) {
			*n = size;
			return p + at + 8;
		}
		at += 8 + size + (png ? 4 : size & 1);
	}
	return NULL;
}

void
picture_notes_read(struct picture_notes *n, const void *data, size_t len)
{
	const struct media_type *t = media_type_of(data, len);
	const unsigned char *block = NULL;
	struct buf whole = { 0 };
	size_t size = 0;

	*n = (struct picture_notes){ .orientation = 1 };
	if (t == NULL)
		return;
	if (strcmp(t->ext, "jpg") == 0)
		block = in_jpeg(data, len, &size);
	else if (strcmp(t->ext, "png") == 0)
		block = in_chunks(data, len, 8, "eXIf", 1, &size);
	else if (strcmp(t->ext, "webp") == 0)
		block = in_chunks(data, len, 12, "EXIF", 0, &size);
	if (block == NULL || size > NOTES_MOST)
		return;
	if (size < 6 || memcmp(block, "Exif\0\0", 6) != 0)	/* libexif wants it said */
		buf_add(&whole, "Exif\0\0", 6);
	buf_add(&whole, block, size);
	read_block(n, (const unsigned char *)whole.data, whole.len);
	buf_release(&whole);
}
