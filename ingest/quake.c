/*
 * BMKG's earthquakes.  One has no number of its own: what names it is the moment at which it happened,
 * and its parameters may be corrected, so another reading of the same moment is another message about it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "ingest/json_in.h"
#include "ingest/warning_in.h"
#include "lib/json_of.h"

#define QUAKES_MOST 100
#define MAGNITUDE_MOST 10.0
#define DEPTH_MOST 800.0	/* km */

/* A number at the start of a text, and what follows it; or a number.  0, or -1. */
static int
number_of(const json_t *v, double least, double most, const char **rest, double *out)
{
	const char *s = json_string_value(v);
	char *end = NULL;

	*rest = "";
	if (json_is_number(v)) {
		*out = json_number_value(v);
	} else if (s != NULL && (strchr("+-.", s[0]) != NULL || (s[0] >= '0' && s[0] <= '9')) && s[0] != '\0' &&
	    strpbrk(s, "xXnN") == NULL) {
		*out = strtod(s, &end);
		if (end == s)
			return -1;
		*rest = end;
	} else {
		return -1;
	}
	return *out >= least && *out <= most ? 0 : -1;
}

/* "-8.80,114.40" */
static int
read_position(struct warning *w, const json_t *v)
{
	const char *rest, *s = json_string_value(v);
	json_t *east;
	int rc;

	if (s == NULL || number_of(v, -90, 90, &rest, &w->lat) != 0 || rest[0] != ',')
		return -1;
	east = json_string(rest + 1 + strspn(rest + 1, " "));
	rc = number_of(east, -180, 180, &rest, &w->lng);
	rc = rc == 0 && rest[0] == '\0' ? 0 : -1;
	json_decref(east);
	return rc;
}

static int
read_sizes(struct warning *w, const json_t *row)
{
	double magnitude, depth;
	const char *rest;

	if (number_of(json_object_get(row, "Magnitude"), 0, MAGNITUDE_MOST, &rest, &magnitude) != 0 || rest[0] != '\0')
		return -1;
	w->magnitude = (int)(magnitude * 10 + 0.5);
	if (number_of(json_object_get(row, "Kedalaman"), 0, DEPTH_MOST, &rest, &depth) != 0 ||
	    (strcasecmp(rest, " km") != 0 && strcasecmp(rest, "km") != 0 && rest[0] != '\0'))
		return -1;
	w->depth_km = (int)(depth + 0.5);
	return 0;
}

/* One that may come; words that deny it, or say that it is over, are no warning.  In doubt there is one. */
static int
speaks_of_tsunami(const char *note)
{
	return strcasestr(note, "tsunami") != NULL && strcasestr(note, "tidak berpotensi") == NULL &&
	    strcasestr(note, "tidak ada potensi") == NULL && strcasestr(note, "berakhir") == NULL;
}

static enum warning_severity
severity_of(const struct warning *w)
{
	static const struct { int magnitude; enum warning_severity severity; } steps[] = {
		{ 70, SEVERITY_EXTREME }, { 60, SEVERITY_SEVERE }, { 50, SEVERITY_MODERATE },
	};

	if (w->tsunami)
		return SEVERITY_EXTREME;
	for (size_t i = 0; i < N_ELEMS(steps); i++)
		if (w->magnitude >= steps[i].magnitude)
			return steps[i].severity;
	return SEVERITY_MINOR;
}

/* The moment names the earthquake; moment and parameters name this reading of it. */
static void
name_it(struct warning *w)
{
	struct buf b = { 0 };

	buf_addf(&b, "gempa\n%" PRId64, w->sent_ms);
	warning_name(w->about[0], &b);
	w->about_n = 1;
	buf_addf(&b, "\n%d\n%d\n%.4f,%.4f\n%s\n%s\n%s", w->magnitude, w->depth_km, w->lat, w->lng, w->headline, w->note, w->felt);
	warning_name(w->name, &b);
	buf_release(&b);
}

/* NULL, or what is wrong with it. */
static const char *
read_one(struct warning *w, const json_t *row, const char *source)
{
	memset(w, 0, sizeof(*w));
	w->kind = WARNING_QUAKE;
	warning_text(w->source, sizeof(w->source), source);
	if (moment_parse(text_of(row, "DateTime"), &w->sent_ms) != 0)
		return "DateTime is no moment like 2026-11-22T06:10:10+00:00";
	if (read_position(w, json_object_get(row, "Coordinates")) != 0)
		return "Coordinates are no position like -8.80,114.40";
	if (read_sizes(w, row) != 0)
		return "Magnitude or Kedalaman is no number in its range";
	warning_text(w->headline, sizeof(w->headline), text_of(row, "Wilayah"));
	warning_text(w->note, sizeof(w->note), text_of(row, "Potensi"));
	warning_text(w->felt, sizeof(w->felt), text_of(row, "Dirasakan"));
	if (w->headline[0] == '\0')
		return "Wilayah is missing";
	w->tsunami = speaks_of_tsunami(w->note);
	w->severity = severity_of(w);
	w->soon = SOON_IMMEDIATE;
	w->certainty = CERTAINTY_OBSERVED;
	warning_text(w->issuer, sizeof(w->issuer), "BMKG");
	warning_text(w->event, sizeof(w->event), w->tsunami ? "Gempa bumi, berpotensi tsunami" : "Gempa bumi");
	name_it(w);
	return NULL;
}

int
quakes_read(const char *json, size_t len, const char *source, on_warning_read cb, void *arg, struct buf *why)
{
	struct buf mistakes = { 0 };
	json_t *doc = json_in_document(json, len, &mistakes);
	const json_t *found = json_object_get(json_object_get(doc, "Infogempa"), "gempa");
	size_t n = json_is_array(found) ? json_array_size(found) : json_is_object(found);
	int bad = 0;

	buf_release(&mistakes);		/* they speak to who sends; ours say what is missing */
	if (n == 0 || n > QUAKES_MOST) {
		buf_adds(why, n > 0 ? "more earthquakes than one answer has" : "no JSON with Infogempa.gempa");
		json_decref(doc);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		struct warning w;
		const char *wrong = read_one(&w, json_is_array(found) ? json_array_get(found, i) : found, source);

		if (wrong == NULL)
			cb(&w, arg);
		else if (bad++ == 0)
			buf_addf(why, "earthquake %zu: %s", i + 1, wrong);
		warning_release(&w);
	}
	json_decref(doc);
	return bad;
}
