#ifndef KENTONGAN_MEDIA_H
#define KENTONGAN_MEDIA_H
/*
 * What a file is, told by its own first bytes: names and headers are the sender's word only.  Pure;
 * whatever is in the bytes, nothing outside them is read.
 *
 * Sources    JPEG ITU-T T.81 B.1, PNG (ISO 15948) 5.2, GIF89a, WebP RFC 9649, Ogg RFC 3533, AMR
 *            RFC 4867 5, MP4 and 3GP by the brands of ISO 14496-12 4.3, ZIP APPNOTE 4.3.16.
 */
#include <stddef.h>

enum media_class { MEDIA_PICTURE, MEDIA_SOUND, MEDIA_FILM, MEDIA_PAPER };

struct media_type {
	const char *ext;		/* of stored names */
	enum media_class kind;
	const char *words;		/* for people, Indonesian */
};

/* The type, of static storage; NULL for whatever is not taken (SVG, HTML, archives, programs). */
const struct media_type *media_type_of(const void *data, size_t len);
/* By the end of a stored name; NULL none of ours. */
const struct media_type *media_type_named(const char *name);
const struct media_type *media_type_at(size_t i);	/* NULL past the end */
/*
 * 1 when a file that is stored as it came is something else as well: markup near its beginning, an
 * archive's directory at its end.  Pictures are drawn anew and lose such things.
 */
int media_is_two_things(const void *data, size_t len);
/* Width and height of a picture as its head declares them.  0; -1 when there is no such head. */
int media_pixels(const void *data, size_t len, long *width, long *height);

/*
 * 1 for a name that this house gave a stored file: 64 hexadecimal digits (32 in its first days), a
 * dot, an extension of ours.  Nothing else is ever made part of a path.
 */
#define MEDIA_NAME_CHARS 72
int media_is_name(const char *name);
#endif
