#include "ingest/json_in.h"

#include <ctype.h>
#include <string.h>

#include "lib/escape.h"
#include "lib/words.h"

#define DEPTH_MAX 32

/* Brackets outside strings: jansson recurses, so depth is bounded before it sees the bytes. */
static int
is_shallow(const char *s, size_t len)
{
	int depth = 0, quoted = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted) {
			if (s[i] == '\\')
				i++;
			else if (s[i] == '"')
				quoted = 0;
		} else if (s[i] == '"') {
			quoted = 1;
		} else if (s[i] == '{' || s[i] == '[') {
			if (++depth > DEPTH_MAX)
				return 0;
		} else if (s[i] == '}' || s[i] == ']') {
			depth--;
		}
	}
	return 1;
}

static int
escape_at(const char *s, size_t left, unsigned *unit)
{
	uint8_t raw[2];

	if (left < 6 || s[0] != '\\' || s[1] != 'u' || hex_decode(raw, s + 2, 4) != 0)
		return 0;
	*unit = (unsigned)raw[0] << 8 | raw[1];
	return 1;
}

/* \u0000 and lone surrogates become \ufffd; pairs stay. */
static void
repair(struct buf *out, const char *s, size_t len)
{
	struct buf utf8 = { 0 };

	buf_add_utf8(&utf8, s, len);
	s = buf_str(&utf8);
	for (size_t i = 0; i < utf8.len; i++) {
		unsigned a, b;

		if (s[i] == '\\' && i + 1 < utf8.len && s[i + 1] != 'u') {
			buf_add(out, s + i, 2);
			i++;
		} else if (!escape_at(s + i, utf8.len - i, &a)) {
			buf_addc(out, s[i]);
		} else if (a >= 0xd800 && a < 0xdc00 &&
		    escape_at(s + i + 6, utf8.len - i > 6 ? utf8.len - i - 6 : 0, &b) &&
		    b >= 0xdc00 && b < 0xe000) {
			buf_add(out, s + i, 12);
			i += 11;
		} else {
			if (a == 0 || (a >= 0xd800 && a < 0xe000))
				buf_adds(out, "\\ufffd");
			else
				buf_add(out, s + i, 6);
			i += 5;
		}
	}
	buf_release(&utf8);
}

static int
field_fits(const json_t *doc, const struct json_field *f, size_t text_most, struct buf *mistakes)
{
	const json_t *v = json_object_get(doc, f->name);
	size_t most = f->most != 0 ? f->most : text_most;

	if (v == NULL && !f->required)
		return 1;
	if (v == NULL)
		buf_addf(mistakes, "%s\n%s", SAID("anggota ini tidak ada:"), f->name);
	else if (f->kind == JSON_IN_TEXT && !json_is_string(v))
		buf_addf(mistakes, "%s\n%s", SAID("anggota ini harus teks:"), f->name);
	else if (f->kind == JSON_IN_INT && !json_is_integer(v))
		buf_addf(mistakes, "%s\n%s", SAID("anggota ini harus bilangan bulat:"), f->name);
	else if (f->kind == JSON_IN_TEXT && json_string_length(v) > most)
		buf_addf(mistakes, "%s\n%s (%zu)", SAID("anggota ini terlalu panjang (bita paling banyak):"), f->name, most);
	else if (f->kind == JSON_IN_TEXT && f->most != 0 && json_string_length(v) == 0)
		buf_addf(mistakes, "%s\n%s", SAID("anggota ini kosong:"), f->name);
	else
		return 1;
	return 0;
}

json_t *
json_in_document(const char *body, size_t len, struct buf *mistakes)
{
	struct buf repaired = { 0 };
	json_error_t error;
	json_t *doc;

	if (!is_shallow(body, len)) {
		buf_addf(mistakes, "%s\n%d", SAID("bersarang lebih dalam dari"), DEPTH_MAX);
		return NULL;
	}
	doc = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
	if (doc == NULL) {
		repair(&repaired, body, len);
		doc = json_loadb(buf_str(&repaired), repaired.len, JSON_REJECT_DUPLICATES, &error);
	}
	if (!json_is_object(doc)) {
		buf_addf(mistakes, "%s\n%d %s", SAID("bukan objek JSON; periksa di sekitar bita"), error.position,
		    doc == NULL ? error.text : "");
		json_decref(doc);
		doc = NULL;
	}
	buf_release(&repaired);
	return doc;
}

json_t *
json_in(const char *body, size_t len, const struct json_field *fields, size_t n, size_t text_most,
    struct buf *mistakes)
{
	json_t *doc = json_in_document(body, len, mistakes);
	int fits = doc != NULL;

	for (size_t i = 0; fits && i < n; i++)
		fits = field_fits(doc, &fields[i], text_most, mistakes);
	if (!fits) {
		json_decref(doc);
		doc = NULL;
	}
	return doc;
}

/* ---- looks into a document ---- */

static const json_t *
look(const json_t *o, const char *name, json_type type, int required, int *mistakes)
{
	const json_t *v = json_object_get(o, name);

	if (v == NULL) {
		*mistakes += required;
		return NULL;
	}
	if (json_typeof(v) == type)
		return v;
	++*mistakes;
	return NULL;
}

const char *
json_in_text(const json_t *o, const char *name, int required, int *mistakes)
{
	return json_string_value(look(o, name, JSON_STRING, required, mistakes));
}

const json_t *
json_in_object(const json_t *o, const char *name, int required, int *mistakes)
{
	return look(o, name, JSON_OBJECT, required, mistakes);
}

const json_t *
json_in_array(const json_t *o, const char *name, int required, int *mistakes)
{
	return look(o, name, JSON_ARRAY, required, mistakes);
}

int
json_in_number(const json_t *o, const char *name, int required, double *out, int *mistakes)
{
	const json_t *v = json_object_get(o, name);

	if (json_is_number(v)) {
		*out = json_number_value(v);
		return 0;
	}
	*mistakes += v != NULL || required;
	return -1;
}
