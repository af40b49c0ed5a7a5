#ifndef KENTONGAN_AREA_H
#define KENTONGAN_AREA_H
/*
 * From a position to the desa that it lies in: polygons of conf/batas.geojson, made ready once.
 *
 * Features   {"id": "35.10.xx.yyyy", "geometry": Polygon or MultiPolygon, [lng, lat]}; only desa and
 *            kelurahan of the gazetteer are kept.  The source says: not survey grade, no sea.
 * Units      degrees WGS84; metres are reckoned flat, true to a percent in a regency by the equator.
 * Ownership  places are borrowed from the gazetteer.  Threads: one set of areas serves one thread.
 */
#include <stddef.h>

#include "core/place.h"

#define AREA_EDGE_M 60		/* so near a border the neighbour may be meant: telephones err as much */
#define AREA_SHORE_M 500	/* so far outside still counts: beaches, river mouths, rough borders */

struct areas;
struct area_answer {
	const struct place *place;	/* NULL: outside the regency */
	const struct place *neighbour;	/* the next one if it is nearer than AREA_EDGE_M, or NULL */
	const struct place *nearest;	/* outside: the desa that is next to it */
	double nearest_m;
	int permille;
};

/* NULL with the reason in errors. */
struct areas *areas_new(const struct gazetteer *g, const char *geojson, size_t len,
    struct buf *errors);
void areas_free(struct areas *a);
void area_find(const struct areas *a, double lat, double lng, struct area_answer *out);
/* Metres from a position to the nearest point of a desa or kecamatan; 0 inside. */
double area_distance_m(const struct areas *a, const struct place *p, double lat, double lng);
#endif
