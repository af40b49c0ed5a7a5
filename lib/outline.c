#include "lib/outline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/buf.h"
#include "lib/log.h"

#define WIDE 440		/* grid units across the regency */
#define MARGIN 4
#define LATITUDE_SHRINK 0.9893	/* cosine of 8.4 degrees: a degree of longitude there */

struct frame { double west, east, south, north, scale; };

static double
number_at(const json_t *pair, size_t i)
{
	return json_number_value(json_array_get(pair, i));
}

/* MultiPolygon or Polygon: calls cb for each ring. */
static void
each_ring(const json_t *geometry, void (*cb)(const json_t *ring, void *arg), void *arg)
{
	const json_t *all = json_object_get(geometry, "coordinates"), *part, *ring;
	const char *type = json_string_value(json_object_get(geometry, "type"));
	size_t i, j;

	if (type == NULL)
		return;
	if (strcmp(type, "Polygon") == 0) {
		json_array_foreach(all, i, ring) {
			cb(ring, arg);
		}
		return;
	}
	json_array_foreach(all, i, part) {
		json_array_foreach(part, j, ring) {
			cb(ring, arg);
		}
	}
}

static void
widen(const json_t *ring, void *arg)
{
	struct frame *f = arg;
	const json_t *pair;
	size_t i;

	json_array_foreach(ring, i, pair) {
		f->west = fmin(f->west, number_at(pair, 0));
		f->east = fmax(f->east, number_at(pair, 0));
		f->south = fmin(f->south, number_at(pair, 1));
		f->north = fmax(f->north, number_at(pair, 1));
	}
}

static int
grid_x(const struct frame *f, double lng)
{
	return MARGIN + (int)lround((lng - f->west) * LATITUDE_SHRINK * f->scale);
}

static int
grid_y(const struct frame *f, double lat)
{
	return MARGIN + (int)lround((f->north - lat) * f->scale);
}

struct drawing { const struct frame *f; struct buf path; };

/* Each point by itself, so that a border is the same from both its sides. */
static void
draw(const json_t *ring, void *arg)
{
	struct drawing *d = arg;
	const size_t before = d->path.len;
	int x = 0, y = 0, points = 0;
	const json_t *pair;
	size_t i;

	json_array_foreach(ring, i, pair) {
		int to_x = grid_x(d->f, number_at(pair, 0)), to_y = grid_y(d->f, number_at(pair, 1));

		if (points > 0 && to_x == x && to_y == y)
			continue;
		if (points == 0)
			buf_addf(&d->path, "M%d %d", to_x, to_y);
		else
			buf_addf(&d->path, "%s%d%s%d", points == 1 ? "l" : to_x - x < 0 ? "" : " ", to_x - x,
			    to_y - y < 0 ? "" : " ", to_y - y);
		x = to_x, y = to_y;
		points++;
	}
	if (points < 4)
		buf_cut(&d->path, before);	/* an islet smaller than the grid */
	else
		buf_addc(&d->path, 'z');
}

static const char *
property(const json_t *feature, const char *name)
{
	const char *s = json_string_value(json_object_get(json_object_get(feature, "properties"), name));

	return s != NULL ? s : "";
}

/* A part of that kecamatan; of "": a kecamatan. */
static int
belongs(const json_t *feature, const char *of)
{
	return of[0] == '\0' ? strcmp(property(feature, "jenis"), "kecamatan") == 0 :
	    strcmp(property(feature, "kode_induk"), of) == 0;
}

static void
add_shape(struct outline *o, const struct frame *f, const json_t *feature)
{
	const json_t *what = json_object_get(feature, "properties");
	const char *code = json_string_value(json_object_get(what, "kode"));
	struct drawing d = { .f = f };
	struct shape *s;

	if (code == NULL)
		return;
	each_ring(json_object_get(feature, "geometry"), draw, &d);
	o->shapes = xrealloc(o->shapes, (o->n + 1) * sizeof(*o->shapes));
	s = &o->shapes[o->n++];
	snprintf(s->code, sizeof(s->code), "%s", code);
	s->x = grid_x(f, json_number_value(json_object_get(what, "lng")));
	s->y = grid_y(f, json_number_value(json_object_get(what, "lat")));
	s->path = buf_take(&d.path);
}

static void
lay(struct outline *o, const json_t *features, const char *of)
{
	struct frame f = { 180, -180, 90, -90, 0 };
	const json_t *feature;
	size_t i;

	snprintf(o->of, sizeof(o->of), "%s", of);
	json_array_foreach(features, i, feature)
		if (belongs(feature, of))
			each_ring(json_object_get(feature, "geometry"), widen, &f);
	if (f.east <= f.west)
		return;
	f.scale = WIDE / ((f.east - f.west) * LATITUDE_SHRINK);
	o->west = f.west;
	o->north = f.north;
	o->scale = f.scale;
	o->width = WIDE + 2 * MARGIN;
	o->height = (int)ceil((f.north - f.south) * f.scale) + 2 * MARGIN;
	json_array_foreach(features, i, feature)
		if (belongs(feature, of))
			add_shape(o, &f, feature);
}

static json_t *
read_borders(const char *conf_dir)
{
	struct buf file = { 0 };
	json_error_t why;
	json_t *doc;

	buf_addf(&file, "%s/batas.geojson", conf_dir);
	doc = json_load_file(buf_str(&file), 0, &why);
	if (!json_is_array(json_object_get(doc, "features")))
		log_warn("no_map", "file=\"%s\" err=\"%s\"", log_quote(buf_str(&file), file.len),
		    log_quote(why.text, strlen(why.text)));
	buf_release(&file);
	return doc;
}

void
outline_load(struct outline *o, const char *conf_dir)
{
	json_t *doc = read_borders(conf_dir);

	lay(o, json_object_get(doc, "features"), "");
	json_decref(doc);
}

int
outline_point(const struct outline *o, double lat, double lng, int *x, int *y)
{
	const struct frame f = { .west = o->west, .north = o->north, .scale = o->scale };

	if (o->n == 0 || !(fabs(lat) <= 90) || !(fabs(lng) <= 180))
		return 0;
	*x = grid_x(&f, lng);
	*y = grid_y(&f, lat);
	return *x >= 0 && *x <= o->width && *y >= 0 && *y <= o->height;
}

size_t
outlines_load(struct outline **out, const char *conf_dir)
{
	json_t *doc = read_borders(conf_dir);
	const json_t *features = json_object_get(doc, "features"), *feature;
	size_t i, n = 0;

	*out = xcalloc(json_array_size(features) + 1, sizeof(**out));
	json_array_foreach(features, i, feature)
		if (belongs(feature, ""))
			lay(&(*out)[n++], features, property(feature, "kode"));
	json_decref(doc);
	return n;
}

void
outline_release(struct outline *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->shapes[i].path);
	free(o->shapes);
	*o = (struct outline){ 0 };
}

void
outlines_free(struct outline *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		outline_release(&list[i]);
	free(list);
}
