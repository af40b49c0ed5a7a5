#include "core/media.h"

#include <string.h>
#include <strings.h>

#include "lib/buf.h"

#define ARCHIVE_TAIL (65535 + 22)	/* an archive's directory ends at most so far from the end */
#define MARKUP_HEAD 1024

/* ---- types ---- */

enum { JPG, PNG, GIF, WEBP, PDF, OGG, AMR, MP3, AAC, M4A, MP4, FILM_3GP };
static const struct media_type types[] = {
	[JPG] = { "jpg", MEDIA_PICTURE, "gambar JPEG" },
	[PNG] = { "png", MEDIA_PICTURE, "gambar PNG" },
	[GIF] = { "gif", MEDIA_PICTURE, "gambar GIF" },
	[WEBP] = { "webp", MEDIA_PICTURE, "gambar WebP" },
	[PDF] = { "pdf", MEDIA_PAPER, "dokumen PDF" },
	[OGG] = { "ogg", MEDIA_SOUND, "suara" },
	[AMR] = { "amr", MEDIA_SOUND, "suara" },
	[MP3] = { "mp3", MEDIA_SOUND, "suara" },
	[AAC] = { "aac", MEDIA_SOUND, "suara" },
	[M4A] = { "m4a", MEDIA_SOUND, "suara" },
	[MP4] = { "mp4", MEDIA_FILM, "video" },
	[FILM_3GP] = { "3gp", MEDIA_FILM, "video" },
};

/* Bytes that a file of the type has at that place. */
static const struct { size_t at; const char *bytes; size_t n; int type; } magics[] = {
	{ 0, "\xff\xd8\xff", 3, JPG },		{ 0, "\x89PNG\r\n\x1a\n", 8, PNG },
	{ 0, "GIF87a", 6, GIF },		{ 0, "GIF89a", 6, GIF },
	{ 8, "WEBPVP8", 7, WEBP },		{ 0, "%PDF-", 5, PDF },
	{ 0, "OggS\0", 5, OGG },		{ 0, "#!AMR\n", 6, AMR },
	{ 0, "#!AMR-WB\n", 9, AMR },		{ 0, "ID3", 3, MP3 },
	{ 0, "\xff\xfb", 2, MP3 },		{ 0, "\xff\xf3", 2, MP3 },
	{ 0, "\xff\xf2", 2, MP3 },		{ 0, "\xff\xf1", 2, AAC },
	{ 0, "\xff\xf9", 2, AAC },
	{ 4, "ftypM4A ", 8, M4A },		{ 4, "ftypM4B ", 8, M4A },
	{ 4, "ftyp3g", 6, FILM_3GP },		{ 4, "ftypmp4", 7, MP4 },
	{ 4, "ftypiso", 7, MP4 },		{ 4, "ftypavc1", 8, MP4 },
	{ 4, "ftypM4V ", 8, MP4 },		{ 4, "ftypMSNV", 8, MP4 },
	{ 4, "ftypdash", 8, MP4 },		{ 4, "ftypqt  ", 8, MP4 },
};

static int
has_bytes(const unsigned char *p, size_t len, size_t at, const char *bytes, size_t n)
{
	return len >= at + n && memcmp(p + at, bytes, n) == 0;
}

const struct media_type *
media_type_of(const void *data, size_t len)
{
	for (size_t i = 0; i < N_ELEMS(magics); i++) {
		if (!has_bytes(data, len, magics[i].at, magics[i].bytes, magics[i].n) ||
		    len == magics[i].at + magics[i].n)
			continue;
		if (magics[i].type == WEBP && !has_bytes(data, len, 0, "RIFF", 4))
			continue;
		return &types[magics[i].type];
	}
	return NULL;
}

const struct media_type *
media_type_named(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < N_ELEMS(types); i++)
		if (strcmp(types[i].ext, dot + 1) == 0)
			return &types[i];
	return NULL;
}

const struct media_type *
media_type_at(size_t i)
{
	return i < N_ELEMS(types) ? &types[i] : NULL;
}

int
media_is_name(const char *name)
{
	size_t n = strspn(name, "0123456789abcdef");

	return (n == 64 || n == 32) && name[n] == '.' && strlen(name) < MEDIA_NAME_CHARS &&
	    strchr(name + n + 1, '.') == NULL && media_type_named(name) != NULL;
}

int
media_is_two_things(const void *data, size_t len)
{
	static const char *const markup[] = { "<html", "<!doctype", "<script", "<svg", "<?xml",
	    "<?php" };
	const unsigned char *p = data;
	size_t head = len < MARKUP_HEAD ? len : MARKUP_HEAD;
	size_t tail = len > ARCHIVE_TAIL ? len - ARCHIVE_TAIL : 0;

	for (size_t at = 0; at < head; at++)
		for (size_t i = 0; p[at] == '<' && i < N_ELEMS(markup); i++)
			if (len - at >= strlen(markup[i]) && strncasecmp((const char *)p + at, markup[i],
			    strlen(markup[i])) == 0)
				return 1;
	return memmem(p + tail, len - tail, "PK\5\6", 4) != NULL;
}

/* ---- how large a picture says it is ---- */

static long
big(const unsigned char *p, int n)
{
	long v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static long
little(const unsigned char *p, int n)
{
	long v = 0;

	for (int i = n; i-- > 0; )
		v = v << 8 | p[i];
	return v;
}

/* From marker to marker up to the first frame. */
static int
jpeg_pixels(const unsigned char *p, size_t len, long *width, long *height)
{
	size_t at = 2;

	while (at + 9 <= len && p[at] == 0xff) {
		unsigned char m = p[at + 1];

		if (m == 0xff) {		/* a fill byte */
			at++;
			continue;
		}
		if (m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc) {
			*height = big(p + at + 5, 2);
			*width = big(p + at + 7, 2);
			return 0;
		}
		at += 2 + (size_t)big(p + at + 2, 2);
	}
	return -1;
}

static int
webp_pixels(const unsigned char *p, size_t len, long *width, long *height)
{
	if (len < 30)
		return -1;
	if (memcmp(p + 12, "VP8X", 4) == 0) {
		*width = little(p + 24, 3) + 1;
		*height = little(p + 27, 3) + 1;
	} else if (memcmp(p + 12, "VP8L", 4) == 0) {
		*width = (little(p + 21, 4) & 0x3fff) + 1;
		*height = (little(p + 21, 4) >> 14 & 0x3fff) + 1;
	} else {
		*width = little(p + 26, 2) & 0x3fff;
		*height = little(p + 28, 2) & 0x3fff;
	}
	return 0;
}

int
media_pixels(const void *data, size_t len, long *width, long *height)
{
	const struct media_type *t = media_type_of(data, len);
	const unsigned char *p = data;
	int rc = -1;

	if (t == &types[JPG]) {
		rc = jpeg_pixels(p, len, width, height);
	} else if (t == &types[PNG] && has_bytes(p, len, 12, "IHDR", 4) && len >= 24) {
		*width = big(p + 16, 4);
		*height = big(p + 20, 4);
		rc = 0;
	} else if (t == &types[GIF] && len >= 10) {
		*width = little(p + 6, 2);
		*height = little(p + 8, 2);
		rc = 0;
	} else if (t == &types[WEBP]) {
		rc = webp_pixels(p, len, width, height);
	}
	return rc == 0 && *width > 0 && *height > 0 ? 0 : -1;
}
