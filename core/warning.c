/* A warning and what is known of it, as they are kept and carried. */
#include "core/warning.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/escape.h"
#include "lib/json_of.h"

#define SCHEMA 1
#define DEPTH_MOST 800		/* km: no earthquake is deeper */
#define MAGNITUDE_MOST 100	/* tenths */
#define RADIUS_MOST 5000	/* km */

/* ---- words ---- */

static const char *const severities[] = { "Unknown", "Minor", "Moderate", "Severe", "Extreme" };
static const char *const soons[] = { "Unknown", "Past", "Future", "Expected", "Immediate" };
static const char *const certainties[] = { "Unknown", "Unlikely", "Possible", "Likely", "Observed" };
static const char *const kinds[] = { [WARNING_QUAKE] = "gempa", [WARNING_ALERT] = "waspada" };
static const char *const statuses[] = { [WARNING_ACTUAL] = "Actual", [WARNING_EXERCISE] = "Exercise", [WARNING_TEST] = "Test" };
static const char *const types[] = { [WARNING_FIRST] = "Alert", [WARNING_UPDATE] = "Update", [WARNING_CANCEL] = "Cancel" };
static const char *const steps[] = { [STEP_NEW] = "baru", [STEP_CHANGED] = "ubah", [STEP_LIFTED] = "cabut" };

const char *
warning_severity_name(int s)
{
	return s >= 0 && (size_t)s < N_ELEMS(severities) ? severities[s] : NULL;
}

const char *
warning_soon_name(int s)
{
	return s >= 0 && (size_t)s < N_ELEMS(soons) ? soons[s] : NULL;
}

const char *
warning_certainty_name(int c)
{
	return c >= 0 && (size_t)c < N_ELEMS(certainties) ? certainties[c] : NULL;
}

const char *
warning_step_name(enum warning_step s)
{
	return steps[s];
}

int
warning_word(const char *(*name)(int), const char *word)
{
	for (int i = 0; name(i) != NULL; i++)
		if (strcmp(name(i), word) == 0)
			return i;
	return -1;
}

/* The place of a word in a list of n, -1 none. */
static int
place_in(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return (int)i;
	return -1;
}

/* U+200B..200F, U+2028..202E, U+2060..206F and U+FEFF: invisible, or they turn the reading direction. */
static int
is_unseen(const unsigned char *s)
{
	if (s[0] == 0xE2 && s[1] == 0x80)
		return (s[2] >= 0x8B && s[2] <= 0x8F) || (s[2] >= 0xA8 && s[2] <= 0xAE);
	if (s[0] == 0xE2 && s[1] == 0x81)
		return s[2] >= 0xA0 && s[2] <= 0xAF;
	return s[0] == 0xEF && s[1] == 0xBB && s[2] == 0xBF;
}

void
warning_text(char *out, size_t size, const char *s)
{
	struct buf whole = { 0 };
	size_t n = 0, step;

	buf_add_utf8(&whole, s, strlen(s));
	for (const unsigned char *p = (const unsigned char *)buf_str(&whole); *p != '\0'; p += step) {
		step = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
		if (*p <= ' ' || *p == 0x7F || (*p == 0xC2 && p[1] < 0xA1)) {	/* C1 controls and the hard space too */
			if (n > 0 && out[n - 1] != ' ' && n + 1 < size)
				out[n++] = ' ';
			continue;
		}
		if (is_unseen(p))
			continue;
		if (n + step >= size)
			break;
		memcpy(out + n, p, step);
		n += step;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	buf_release(&whole);
}

/* ---- where ---- */

void
warning_release(struct warning *w)
{
	free(w->points);
	memset(w, 0, sizeof(*w));
}

int
warning_is_position(double lat, double lng)
{
	return isfinite(lat) && isfinite(lng) && lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180;
}

int
warning_add_ring(struct warning *w, const double *pairs, size_t n)
{
	if (n < 4 || w->rings_n == WARNING_RINGS || w->points_n + n > WARNING_POINTS ||
	    pairs[0] != pairs[2 * n - 2] || pairs[1] != pairs[2 * n - 1])
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!warning_is_position(pairs[2 * i], pairs[2 * i + 1]))
			return -1;
	w->points = xrealloc(w->points, (w->points_n + n) * 2 * sizeof(*w->points));
	memcpy(w->points + 2 * w->points_n, pairs, n * 2 * sizeof(*pairs));
	w->points_n += n;
	w->rings[w->rings_n++] = n;
	return 0;
}

/* ---- carried ---- */

static void
add_names(struct buf *b, const char *key, const char *first, size_t stride, int n)
{
	buf_addf(b, ",\"%s\":[", key);
	for (int i = 0; i < n; i++) {
		const char *name = first + (size_t)i * stride;

		buf_adds(b, i > 0 ? "," : "");
		buf_add_json(b, name, strlen(name));
	}
	buf_addc(b, ']');
}

static void
add_area(struct buf *b, const struct warning *w)
{
	const double *p = w->points;

	buf_adds(b, ",\"rings\":[");
	for (int r = 0; r < w->rings_n; r++) {
		buf_adds(b, r > 0 ? ",[" : "[");
		for (size_t i = 0; i < w->rings[r]; i++, p += 2)
			buf_addf(b, "%s%.6f,%.6f", i > 0 ? "," : "", p[0], p[1]);
		buf_addc(b, ']');
	}
	buf_adds(b, "],\"circles\":[");
	for (int i = 0; i < w->circles_n; i++)
		buf_addf(b, "%s[%.6f,%.6f,%.3f]", i > 0 ? "," : "", w->circles[i].lat, w->circles[i].lng, w->circles[i].km);
	buf_addc(b, ']');
}

void
warning_encode(struct buf *b, const struct warning *w)
{
	buf_addf(b, "{\"schema\":%d,\"kind\":\"%s\",\"status\":\"%s\",\"type\":\"%s\",\"sent\":%" PRId64 ",\"onset\":%" PRId64
	    ",\"until\":%" PRId64 ",\"sev\":\"%s\",\"soon\":\"%s\",\"sure\":\"%s\",\"tsunami\":%d", SCHEMA, kinds[w->kind],
	    statuses[w->status], types[w->type], w->sent_ms, w->onset_ms, w->expires_ms, severities[w->severity],
	    soons[w->soon], certainties[w->certainty], w->tsunami);
	buf_add_pair(b, "source", w->source);
	buf_add_pair(b, "name", w->name);
	add_names(b, "about", w->about[0], sizeof(w->about[0]), w->about_n);
	buf_add_pair(b, "issuer", w->issuer);
	buf_add_pair(b, "event", w->event);
	buf_add_pair(b, "headline", w->headline);
	buf_add_pair(b, "area", w->area);
	if (w->kind == WARNING_QUAKE) {
		buf_addf(b, ",\"mag\":%d,\"depth\":%d,\"lat\":%.6f,\"lng\":%.6f", w->magnitude, w->depth_km, w->lat, w->lng);
		buf_add_pair(b, "felt", w->felt);
		buf_add_pair(b, "note", w->note);
	}
	add_area(b, w);
	buf_addc(b, '}');
}

/* A member that is one of n words: 0, or -1. */
static int
word_of(const json_t *doc, const char *key, const char *const *list, size_t n, int *out)
{
	*out = place_in(list, n, text_of(doc, key));
	return *out >= 0 ? 0 : -1;
}

static int
read_ring(struct warning *w, const json_t *list)
{
	size_t n = json_array_size(list);
	double *pairs = xcalloc(n + 1, sizeof(*pairs));
	int rc = -1;

	for (size_t i = 0; i < n; i++)
		pairs[i] = json_number_value(json_array_get(list, i));
	if (n % 2 == 0)
		rc = warning_add_ring(w, pairs, n / 2);
	free(pairs);
	return rc;
}

static int
read_area(struct warning *w, const json_t *doc)
{
	const json_t *rings = json_object_get(doc, "rings"), *circles = json_object_get(doc, "circles"), *row;
	size_t i;

	json_array_foreach(rings, i, row)
		if (read_ring(w, row) != 0)
			return -1;
	if (json_array_size(circles) > WARNING_CIRCLES)
		return -1;
	json_array_foreach(circles, i, row) {
		struct warning_circle *c = &w->circles[w->circles_n++];

		c->lat = json_number_value(json_array_get(row, 0));
		c->lng = json_number_value(json_array_get(row, 1));
		c->km = json_number_value(json_array_get(row, 2));
		if (!warning_is_position(c->lat, c->lng) || !(c->km >= 0 && c->km <= RADIUS_MOST))
			return -1;
	}
	return 0;
}

static int
read_quake(struct warning *w, const json_t *doc)
{
	w->magnitude = (int)int_of(doc, "mag");
	w->depth_km = (int)int_of(doc, "depth");
	w->lat = json_number_value(json_object_get(doc, "lat"));
	w->lng = json_number_value(json_object_get(doc, "lng"));
	warning_text(w->felt, sizeof(w->felt), text_of(doc, "felt"));
	warning_text(w->note, sizeof(w->note), text_of(doc, "note"));
	return w->magnitude >= 0 && w->magnitude <= MAGNITUDE_MOST && w->depth_km >= 0 && w->depth_km <= DEPTH_MOST &&
	    warning_is_position(w->lat, w->lng) ? 0 : -1;
}

static int
read_words(struct warning *w, const json_t *doc)
{
	int kind, status, type, severity, soon, sure;

	if (word_of(doc, "kind", kinds, N_ELEMS(kinds), &kind) != 0 ||
	    word_of(doc, "status", statuses, N_ELEMS(statuses), &status) != 0 ||
	    word_of(doc, "type", types, N_ELEMS(types), &type) != 0 ||
	    word_of(doc, "sev", severities, N_ELEMS(severities), &severity) != 0 ||
	    word_of(doc, "soon", soons, N_ELEMS(soons), &soon) != 0 ||
	    word_of(doc, "sure", certainties, N_ELEMS(certainties), &sure) != 0)
		return -1;
	w->kind = (enum warning_kind)kind;
	w->status = (enum warning_status)status;
	w->type = (enum warning_type)type;
	w->severity = (enum warning_severity)severity;
	w->soon = (enum warning_soon)soon;
	w->certainty = (enum warning_certainty)sure;
	return 0;
}

static int
read_names(struct warning *w, const json_t *doc)
{
	const json_t *about = json_object_get(doc, "about"), *row;
	size_t i;

	warning_text(w->name, sizeof(w->name), text_of(doc, "name"));
	if (json_array_size(about) > WARNING_ABOUT)
		return -1;
	json_array_foreach(about, i, row)
		if (json_is_string(row))
			warning_text(w->about[w->about_n++], sizeof(w->about[0]), json_string_value(row));
	return w->name[0] != '\0' ? 0 : -1;
}

int
warning_decode(struct warning *w, const char *json, size_t len)
{
	json_t *doc = len <= WARNING_BYTES ? json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	int rc = -1;

	memset(w, 0, sizeof(*w));
	w->sent_ms = int_of(doc, "sent");
	w->onset_ms = int_of(doc, "onset");
	w->expires_ms = int_of(doc, "until");
	w->tsunami = int_of(doc, "tsunami") != 0;
	warning_text(w->source, sizeof(w->source), text_of(doc, "source"));
	warning_text(w->issuer, sizeof(w->issuer), text_of(doc, "issuer"));
	warning_text(w->event, sizeof(w->event), text_of(doc, "event"));
	warning_text(w->headline, sizeof(w->headline), text_of(doc, "headline"));
	warning_text(w->area, sizeof(w->area), text_of(doc, "area"));
	if (int_of(doc, "schema") == SCHEMA && w->sent_ms > 0 && read_words(w, doc) == 0 && read_names(w, doc) == 0 &&
	    read_area(w, doc) == 0 && (w->kind != WARNING_QUAKE || read_quake(w, doc) == 0))
		rc = 0;
	json_decref(doc);
	if (rc != 0)
		warning_release(w);
	return rc;
}

/* ---- known ---- */

void
warning_notice_encode(struct buf *b, const struct warning_notice *n)
{
	buf_addf(b, "{\"schema\":%d", SCHEMA);
	buf_add_pair(b, "id", n->id);
	buf_addf(b, ",\"kind\":\"%s\",\"step\":\"%s\",\"sent_ms\":%" PRId64 ",\"from_ms\":%" PRId64 ",\"until_ms\":%" PRId64,
	    kinds[n->kind], steps[n->step], n->sent_ms, n->from_ms, n->until_ms);
	buf_add_pair(b, "issuer", n->issuer);
	buf_add_pair(b, "event", n->event);
	buf_add_pair(b, "words", n->words);
	buf_add_pair(b, "area", n->area);
	buf_addf(b, ",\"severity\":\"%s\",\"urgency\":\"%s\",\"certainty\":\"%s\",\"tsunami\":%s,\"at_once\":%s,\"drill\":%s",
	    severities[n->severity], soons[n->soon], certainties[n->certainty], n->tsunami ? "true" : "false",
	    n->at_once ? "true" : "false", n->drill ? "true" : "false");
	if (n->kind == WARNING_QUAKE)
		buf_addf(b, ",\"magnitude\":%d.%d", n->magnitude / 10, n->magnitude % 10);
	add_names(b, "places", n->places[0], sizeof(n->places[0]), n->places_n);
	add_names(b, "units", n->units[0], sizeof(n->units[0]), n->units_n);
	buf_addf(b, ",\"row\":%d}", n->line);
}

static int
read_list(const json_t *list, char *first, size_t stride, int most)
{
	const json_t *row;
	size_t i;
	int n = 0;

	json_array_foreach(list, i, row)
		if (json_is_string(row) && n < most)
			warning_text(first + (size_t)n++ * stride, stride, json_string_value(row));
	return n;
}

int
warning_notice_decode(struct warning_notice *n, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int kind, step, severity, soon, sure, rc = -1;

	memset(n, 0, sizeof(*n));
	if (int_of(doc, "schema") != SCHEMA || word_of(doc, "kind", kinds, N_ELEMS(kinds), &kind) != 0 ||
	    word_of(doc, "step", steps, N_ELEMS(steps), &step) != 0 ||
	    word_of(doc, "severity", severities, N_ELEMS(severities), &severity) != 0 ||
	    word_of(doc, "urgency", soons, N_ELEMS(soons), &soon) != 0 ||
	    word_of(doc, "certainty", certainties, N_ELEMS(certainties), &sure) != 0)
		goto out;
	n->kind = (enum warning_kind)kind;
	n->step = (enum warning_step)step;
	n->severity = (enum warning_severity)severity;
	n->soon = (enum warning_soon)soon;
	n->certainty = (enum warning_certainty)sure;
	n->sent_ms = int_of(doc, "sent_ms");
	n->from_ms = int_of(doc, "from_ms");
	n->until_ms = int_of(doc, "until_ms");
	n->magnitude = (int)lround(json_number_value(json_object_get(doc, "magnitude")) * 10);
	n->tsunami = json_is_true(json_object_get(doc, "tsunami"));
	n->at_once = json_is_true(json_object_get(doc, "at_once"));
	n->drill = json_is_true(json_object_get(doc, "drill"));
	n->line = (int)int_of(doc, "row");
	warning_text(n->id, sizeof(n->id), text_of(doc, "id"));
	warning_text(n->issuer, sizeof(n->issuer), text_of(doc, "issuer"));
	warning_text(n->event, sizeof(n->event), text_of(doc, "event"));
	warning_text(n->words, sizeof(n->words), text_of(doc, "words"));
	warning_text(n->area, sizeof(n->area), text_of(doc, "area"));
	n->places_n = read_list(json_object_get(doc, "places"), n->places[0], sizeof(n->places[0]), WARNING_PLACES);
	n->units_n = read_list(json_object_get(doc, "units"), n->units[0], sizeof(n->units[0]), WARNING_UNITS);
	rc = n->id[0] != '\0' ? 0 : -1;
out:
	json_decref(doc);
	return rc;
}

int
warning_is_on(const struct warning_notice *n, int64_t now_ms)
{
	return n->step != STEP_LIFTED && now_ms < n->until_ms;
}

int
warning_covers(const struct warning_notice *n, const char *place)
{
	for (int i = 0; i < n->places_n; i++) {
		size_t len = strlen(n->places[i]);

		if (strncmp(place, n->places[i], len) == 0 && (place[len] == '\0' || place[len] == '.'))
			return 1;
	}
	return 0;
}
