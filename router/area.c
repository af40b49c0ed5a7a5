#include "router/area.h"

#include <geos_c.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define METRES_PER_DEGREE 110700.0	/* at 8 degrees south; a degree of longitude is a percent less */
#define CANDIDATES_MAX 32

struct area { const struct place *place; GEOSGeometry *shape; const GEOSPreparedGeometry *ready; };
struct areas {
	GEOSContextHandle_t geos;
	struct area *at;
	size_t n;
	GEOSSTRtree *tree;		/* its items are the areas */
};

static void
be_quiet(const char *message, void *arg)
{
	(void)message, (void)arg;	/* what is wrong is told with the feature's id */
}

/* ---- loading ---- */

static GEOSGeometry *
read_ring(const struct areas *a, const json_t *ring)
{
	size_t n = json_array_size(ring);
	GEOSCoordSequence *points = n < 4 ? NULL :
	    GEOSCoordSeq_create_r(a->geos, (unsigned)n, 2);

	if (points == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const json_t *p = json_array_get(ring, i);

		GEOSCoordSeq_setXY_r(a->geos, points, (unsigned)i,
		    json_number_value(json_array_get(p, 0)), json_number_value(json_array_get(p, 1)));
	}
	return GEOSGeom_createLinearRing_r(a->geos, points);	/* takes the points */
}

static GEOSGeometry *
read_polygon(const struct areas *a, const json_t *rings)
{
	size_t n = json_array_size(rings), holes_n = 0;
	GEOSGeometry **holes = xcalloc(n + 1, sizeof(*holes));
	GEOSGeometry *shell = read_ring(a, json_array_get(rings, 0)), *polygon = NULL;

	for (size_t i = 1; i < n; i++) {
		holes[holes_n] = read_ring(a, json_array_get(rings, i));
		holes_n += holes[holes_n] != NULL;
	}
	if (shell != NULL)	/* takes shell and holes */
		polygon = GEOSGeom_createPolygon_r(a->geos, shell, holes, (unsigned)holes_n);
	else
		for (size_t i = 0; i < holes_n; i++)
			GEOSGeom_destroy_r(a->geos, holes[i]);
	free(holes);
	return polygon;
}

static GEOSGeometry *
read_shape(const struct areas *a, const json_t *geometry)
{
	const char *type = json_string_value(json_object_get(geometry, "type"));
	const json_t *coordinates = json_object_get(geometry, "coordinates");
	GEOSGeometry **parts, *shape = NULL;
	size_t n = json_array_size(coordinates), kept = 0;

	if (type != NULL && strcmp(type, "Polygon") == 0)
		return read_polygon(a, coordinates);
	if (type == NULL || strcmp(type, "MultiPolygon") != 0 || n == 0)
		return NULL;
	parts = xcalloc(n, sizeof(*parts));
	for (size_t i = 0; i < n; i++) {
		parts[kept] = read_polygon(a, json_array_get(coordinates, i));
		kept += parts[kept] != NULL;
	}
	if (kept == n)
		shape = GEOSGeom_createCollection_r(a->geos, GEOS_MULTIPOLYGON, parts, (unsigned)n);
	else
		for (size_t i = 0; i < kept; i++)
			GEOSGeom_destroy_r(a->geos, parts[i]);
	free(parts);
	return shape;
}

static int
read_feature(struct areas *a, const struct gazetteer *g, const json_t *feature, struct buf *errors)
{
	const char *code = json_string_value(json_object_get(feature, "id"));
	const struct place *p = code == NULL ? NULL : place_find(g, code);
	struct area *area = &a->at[a->n];

	if (p == NULL || (p->kind != PLACE_DESA && p->kind != PLACE_KELURAHAN))
		return 0;		/* the wider areas are the sums of these */
	area->shape = read_shape(a, json_object_get(feature, "geometry"));
	if (area->shape == NULL) {
		buf_addf(errors, "batas.geojson: the geometry of %s is no polygon\n", code);
		return -1;
	}
	area->place = p;
	area->ready = GEOSPrepare_r(a->geos, area->shape);
	a->n++;
	return 0;
}

static int
read_features(struct areas *a, const struct gazetteer *g, const json_t *root, struct buf *errors)
{
	const json_t *features = json_object_get(root, "features");
	int rc = 0;

	a->at = xcalloc(json_array_size(features) + 1, sizeof(*a->at));
	for (size_t i = 0; i < json_array_size(features); i++)
		rc |= read_feature(a, g, json_array_get(features, i), errors);
	if (a->n == 0) {
		buf_adds(errors, "batas.geojson: no polygon of any desa of wilayah.csv\n");
		return -1;
	}
	a->tree = GEOSSTRtree_create_r(a->geos, 10);
	for (size_t i = 0; i < a->n; i++)
		GEOSSTRtree_insert_r(a->geos, a->tree, a->at[i].shape, &a->at[i]);
	return rc;
}

struct areas *
areas_new(const struct gazetteer *g, const char *geojson, size_t len, struct buf *errors)
{
	struct areas *a = xcalloc(1, sizeof(*a));
	json_error_t error;
	json_t *root = json_loadb(geojson, len, 0, &error);
	int rc = -1;

	a->geos = GEOS_init_r();
	GEOSContext_setErrorMessageHandler_r(a->geos, be_quiet, NULL);
	if (root == NULL)
		buf_addf(errors, "batas.geojson:%d: %s\n", error.line, error.text);
	else
		rc = read_features(a, g, root, errors);
	json_decref(root);
	if (rc != 0) {
		areas_free(a);
		return NULL;
	}
	return a;
}

void
areas_free(struct areas *a)
{
	if (a == NULL)
		return;
	if (a->tree != NULL)
		GEOSSTRtree_destroy_r(a->geos, a->tree);
	for (size_t i = 0; i < a->n; i++) {
		GEOSPreparedGeom_destroy_r(a->geos, a->at[i].ready);
		GEOSGeom_destroy_r(a->geos, a->at[i].shape);
	}
	free(a->at);
	GEOS_finish_r(a->geos);
	free(a);
}

/* ---- asking ---- */

struct near_areas { struct area *at[CANDIDATES_MAX]; size_t n; };

static void
on_area(void *item, void *arg)
{
	struct near_areas *near = arg;

	if (near->n < CANDIDATES_MAX)
		near->at[near->n++] = item;
}

static double
metres_to(const struct areas *a, const struct area *area, const GEOSGeometry *point)
{
	double degrees;

	if (GEOSPreparedIntersects_r(a->geos, area->ready, point) == 1)
		return 0;
	if (GEOSDistance_r(a->geos, area->shape, point, &degrees) != 1)
		return HUGE_VAL;
	return degrees * METRES_PER_DEGREE;
}

/* Areas whose box comes within so many metres of a position. */
static void
find_near(const struct areas *a, double lat, double lng, double metres, struct near_areas *out)
{
	double d = metres / METRES_PER_DEGREE;
	GEOSGeometry *box = GEOSGeom_createRectangle_r(a->geos, lng - d, lat - d, lng + d, lat + d);

	out->n = 0;
	if (box != NULL)
		GEOSSTRtree_query_r(a->geos, a->tree, box, on_area, out);
	GEOSGeom_destroy_r(a->geos, box);
}

/* The nearest area and the one after it. */
static void
take_nearest(const struct areas *a, const GEOSGeometry *point, struct area *const *among, size_t n,
    const struct area *best[2], double metres[2])
{
	best[0] = best[1] = NULL;
	metres[0] = metres[1] = HUGE_VAL;
	for (size_t i = 0; i < n; i++) {
		double m = metres_to(a, among[i], point);

		if (m < metres[0]) {
			best[1] = best[0], metres[1] = metres[0];
			best[0] = among[i], metres[0] = m;
		} else if (m < metres[1]) {
			best[1] = among[i], metres[1] = m;
		}
	}
}

static void
name_nearest(const struct areas *a, const GEOSGeometry *point, struct area_answer *out)
{
	for (size_t i = 0; i < a->n; i++) {
		double m = metres_to(a, &a->at[i], point);

		if (out->nearest == NULL || m < out->nearest_m) {
			out->nearest = a->at[i].place;
			out->nearest_m = m;
		}
	}
}

void
area_find(const struct areas *a, double lat, double lng, struct area_answer *out)
{
	GEOSGeometry *point = GEOSGeom_createPointFromXY_r(a->geos, lng, lat);
	struct near_areas near;
	const struct area *best[2];
	double metres[2];

	memset(out, 0, sizeof(*out));
	if (point == NULL)
		return;
	find_near(a, lat, lng, AREA_SHORE_M, &near);
	take_nearest(a, point, near.at, near.n, best, metres);
	if (best[0] != NULL && metres[0] <= AREA_SHORE_M) {
		out->place = best[0]->place;
		out->permille = metres[0] > 0 ? 700 : 980;
		if (metres[1] <= AREA_EDGE_M) {
			out->neighbour = best[1]->place;
			out->permille -= 150;
		}
	} else {
		name_nearest(a, point, out);
	}
	GEOSGeom_destroy_r(a->geos, point);
}

double
area_distance_m(const struct areas *a, const struct place *p, double lat, double lng)
{
	GEOSGeometry *point = GEOSGeom_createPointFromXY_r(a->geos, lng, lat);
	double best = HUGE_VAL;

	for (size_t i = 0; point != NULL && i < a->n && best > 0; i++)
		if (a->at[i].place == p || a->at[i].place->parent == p)
			best = fmin(best, metres_to(a, &a->at[i], point));
	GEOSGeom_destroy_r(a->geos, point);
	return best;
}
