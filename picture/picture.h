#ifndef KENTONGAN_PICTURE_H
#define KENTONGAN_PICTURE_H
/*
 * Drawing a stranger's picture anew: what comes out holds its pixels, turned upright, and nothing
 * else that was in it.  Runs in a process of its own that holds no key and may die.
 */
#include <stdint.h>

#include "core/look.h"
#include "core/media.h"
#include "lib/buf.h"

/*
 * What the camera wrote.  orientation 1..8 (EXIF 2.32, 4.6.4), 1 when it says nothing usable; taken_ms:
 * since the epoch, UTC, 0 unknown; a camera that does not say where its clock stands goes by WIB.
 */
struct picture_notes { int orientation, has_position; double lat, lng; int64_t taken_ms; };
/* data: the whole picture.  Never fails: what cannot be read was not there. */
void picture_notes_read(struct picture_notes *n, const void *data, size_t len);

enum picture_verdict { PICTURE_DRAWN, PICTURE_BROKEN, PICTURE_TOO_LARGE };
/*
 * Appends the new picture to out, and tells its extension in *ext (of an animation its first
 * image, as PNG), and how it looks.  pixels_most bounds what is decoded, edge_most the longest side
 * that comes out.
 */
enum picture_verdict picture_draw(struct buf *out, const char **ext, struct look *look, const void *data,
    size_t len, int orientation, long pixels_most, int edge_most);
#endif
