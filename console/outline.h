#ifndef KENTONGAN_OUTLINE_H
#define KENTONGAN_OUTLINE_H
/*
 * The kecamatan as shapes for a page: conf/batas.geojson, laid on a grid of some 250 m so that all
 * of them together are a few kilobytes, and neighbours still share their border exactly.
 */
#include "core/place.h"

struct shape {
	char code[PLACE_CODE_CHARS];
	char *path;			/* d of an SVG path */
	int x, y;			/* where its figure stands */
};
struct outline { struct shape *shapes; size_t n; int width, height; };

/* Without the file, or with one that is none, the outline is empty: logged, and there is no map. */
void outline_load(struct outline *o, const char *conf_dir);
void outline_release(struct outline *o);
#endif
