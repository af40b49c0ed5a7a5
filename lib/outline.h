#ifndef KENTONGAN_OUTLINE_H
#define KENTONGAN_OUTLINE_H
/*
 * Borders as shapes for a page: conf/batas.geojson, laid on a grid 440 units wide so that all of them
 * together are a few kilobytes, and neighbours still share their border exactly.
 */
#include <stddef.h>

#define OUTLINE_CODE_CHARS 16

struct shape {
	char code[OUTLINE_CODE_CHARS];
	char *path;			/* d of an SVG path */
	int x, y;			/* where its figure stands */
};
/* of: what its shapes are parts of; "" the kecamatan of the regency. */
struct outline {
	char of[OUTLINE_CODE_CHARS];
	struct shape *shapes; size_t n;
	int width, height;
	double west, north, scale;	/* how it was laid on the grid */
};

/* Without the file, or with one that is none, the outline is empty: logged, and there is no map. */
void outline_load(struct outline *o, const char *conf_dir);
void outline_release(struct outline *o);
/* Where a position lies on it, in degrees: 1; beside it: 0. */
int outline_point(const struct outline *o, double lat, double lng, int *x, int *y);
/* For each kecamatan the outline of its desa; how many, *out is the caller's: outlines_free(). */
size_t outlines_load(struct outline **out, const char *conf_dir);
void outlines_free(struct outline *list, size_t n);
#endif
