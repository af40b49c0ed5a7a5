#include "console/fields.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/frame.h"
#include "lib/escape.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))

/* words: HTML already, marks and all. */
static void
add_option(struct buf *b, const char *value, const char *words, int chosen)
{
	buf_adds(b, "<option value=\"");
	PLAIN(b, value);
	buf_addf(b, chosen ? "\" selected>%s</option>\n" : "\">%s</option>\n", words);
}

/* The short name says it at a glance, the long one what else belongs to it; in English there is the short one alone. */
static void
add_category_option(struct buf *b, const struct category *k, enum lang lang, int chosen)
{
	struct buf words = { 0 };

	if (lang != LANG_ID && words_know(&console_words, lang, k->shortname)) {
		buf_addf(&words, "[[%s]]", k->shortname);
	} else {
		PLAIN(&words, k->shortname);
		if (strcmp(k->shortname, k->name) != 0) {
			buf_adds(&words, ": ");
			PLAIN(&words, k->name);
		}
	}
	add_option(b, k->code, buf_str(&words), chosen);
	buf_release(&words);
}

static void
add_label(struct buf *b, const char *words, const char *key)
{
	buf_addf(b, "<label>%s", words);
	if (key[0] != '\0')
		buf_addf(b, " <kbd>%c</kbd>", toupper((unsigned char)key[0]));
}

void
add_category_field(struct buf *b, const struct console *c, enum lang lang, const char *key,
    const char *const *guesses, int guesses_n)
{
	const struct catalogue *all = c->h.policy->catalogue;

	add_label(b, "[[Kategori]]", key);
	buf_addf(b, "<select name=\"kategori\"%s%s%s>\n", key[0] != '\0' ? " data-tombol=\"" : "", key,
	    key[0] != '\0' ? "\"" : "");
	if (guesses_n == 0)
		add_option(b, "", "[[Belum tahu]]", 1);
	else
		buf_adds(b, "<optgroup label=\"[[Dugaan]]\">\n");
	for (int i = 0; i < guesses_n; i++) {
		const struct category *k = category_find(all, guesses[i]);

		if (k != NULL)
			add_category_option(b, k, lang, i == 0);
	}
	buf_adds(b, guesses_n > 0 ? "</optgroup>\n<optgroup label=\"[[Semua kategori]]\">\n" : "");
	for (size_t i = 0; i < catalogue_count(all); i++) {
		const struct category *k = category_at(all, i);
		int guessed = 0;

		for (int g = 0; g < guesses_n; g++)
			guessed |= strcmp(guesses[g], k->code) == 0;
		if (!guessed)
			add_category_option(b, k, lang, 0);
	}
	buf_addf(b, "%s</select></label>\n", guesses_n > 0 ? "</optgroup>\n" : "");
}

static void
add_name(struct buf *b, const struct place *p)
{
	struct buf name = { 0 };

	buf_add_place(&name, p);
	PLAIN(b, buf_str(&name));
	buf_release(&name);
}

void
add_place_field(struct buf *b, const struct console *c, const char *key, const char *value)
{
	const struct place *p = place_find(c->h.policy->places, value);

	add_label(b, "[[Tempat]]", key);
	buf_adds(b, "<input name=\"tempat\" list=\"tempat\" autocomplete=\"off\" maxlength=\"80\" "
	    "placeholder=\"[[nama desa, kelurahan atau kecamatan]]\"");
	if (key[0] != '\0')
		buf_addf(b, " data-tombol=\"%s\"", key);
	buf_adds(b, " value=\"");
	if (p != NULL)
		add_name(b, p);
	else
		PLAIN(b, value);
	buf_adds(b, "\"></label>\n");
}

void
add_place_list(struct buf *b, const struct console *c)
{
	const struct gazetteer *g = c->h.policy->places;

	buf_adds(b, "<datalist id=\"tempat\">\n");
	for (size_t i = 0; i < gazetteer_count(g); i++) {
		if (place_at(g, i)->kind == PLACE_KABUPATEN)
			continue;
		buf_adds(b, "<option value=\"");
		add_name(b, place_at(g, i));
		buf_adds(b, "\">\n");
	}
	buf_adds(b, "</datalist>\n");
}

#define KECAMATAN_CHARS 8	/* "35.10.14" */

static int
is_near(const struct unit *u, const char *place)
{
	if (u->place[0] == '\0')
		return 1;
	return place[0] != '\0' ? strncmp(u->place, place, KECAMATAN_CHARS) == 0 : u->tier == TIER_KECAMATAN;
}

static void
add_unit_option(struct buf *b, const struct unit *u)
{
	struct buf name = { 0 };

	PLAIN(&name, u->name);
	add_option(b, u->code, buf_str(&name), 0);
	buf_release(&name);
}

void
add_unit_field(struct buf *b, const struct console *c, const char *label, const char *none, const char *near,
    int required)
{
	add_label(b, label, "");
	buf_addf(b, "<select name=\"unit\"%s>", required ? " required" : "");
	add_option(b, "", none, 0);
	for (size_t i = 0; i < units_count(c->h.policy->units); i++) {
		const struct unit *u = unit_at(c->h.policy->units, i);

		if (near == NULL || is_near(u, near))
			add_unit_option(b, u);
	}
	buf_adds(b, "</select></label>\n");
}

void
add_urgency_field(struct buf *b, const char *key, enum urgency chosen)
{
	add_label(b, "[[Urgensi]]", key);
	buf_adds(b, "<select name=\"urgensi\"");
	if (key[0] != '\0')
		buf_addf(b, " data-tombol=\"%s\"", key);
	buf_adds(b, ">\n");
	for (int u = URGENCY_BIASA; u <= URGENCY_DARURAT; u++)
		buf_addf(b, "<option value=\"%s\"%s>[[%s]]</option>\n", urgency_name((enum urgency)u),
		    (enum urgency)u == chosen ? " selected" : "", urgency_name((enum urgency)u));
	buf_adds(b, "</select></label>\n");
}

char *
form_field(struct http_req *r, const char *name)
{
	size_t len = 0;
	const char *s = http_req_field(r, name, &len);

	return s != NULL ? xstrndup(s, len) : xstrdup("");
}

char *
form_words(struct http_req *r, const char *name)
{
	size_t len = 0;
	const char *s = http_req_field(r, name, &len);

	for (; s != NULL && len > 0 && isspace((unsigned char)*s); s++)
		len--;
	while (s != NULL && len > 0 && isspace((unsigned char)s[len - 1]))
		len--;
	return s != NULL ? xstrndup(s, len) : xstrdup("");
}
