#include "tests/integration/markup.h"

#include <check.h>
#include <string.h>

#define DEPTH_MOST 64
#define NAME_CHARS 32

static const char *const voids[] = { "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
    "source", "track", "wbr", NULL };
static const char *const known[] = { "a", "abbr", "article", "aside", "audio", "b", "blockquote", "body", "br", "button", "caption",
    "circle", "clippath", "code", "col", "colgroup", "datalist", "dd", "defs", "desc", "details", "div", "dl", "dt", "em",
    "fieldset", "figcaption", "figure", "footer", "form", "g", "h1", "h2", "h3", "h4", "head", "header", "hr", "html", "i",
    "img", "input", "kbd", "label", "legend", "li", "line", "link", "main", "mark", "meta", "meter", "nav", "noscript", "ol",
    "optgroup", "option", "output", "p", "path", "pattern", "polygon", "polyline", "pre", "progress", "q", "rect", "s", "script",
    "section", "select", "small", "span", "strong", "sub", "summary", "sup", "svg", "symbol", "table", "tbody", "td", "text",
    "textarea", "tfoot", "th", "thead", "time", "title", "tr", "tspan", "u", "ul", "use", "var", "video", "wbr", NULL };

static int
is_in(const char *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return 1;
	return 0;
}

struct reading {
	const char *what, *at, *begin;
	int html;
	char open[DEPTH_MOST][NAME_CHARS];
	int depth;
	size_t elements;
};

#define GOOD(r, fact, why) ck_assert_msg(fact, "%s, byte %td: %s: %.80s", (r)->what, (r)->at - (r)->begin, why, (r)->at)

static void
read_name(struct reading *r, char out[NAME_CHARS])
{
	size_t n = strspn(r->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-");

	GOOD(r, n > 0 && n < NAME_CHARS, "no name");
	memcpy(out, r->at, n);
	out[n] = '\0';
	for (size_t i = 0; r->html && i < n; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
	r->at += n;
}

static void
read_entity(struct reading *r)
{
	size_t n = strspn(r->at + 1, "#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	GOOD(r, n > 1 && n < 10 && r->at[1 + n] == ';', "an & that begins no entity");
	r->at += n + 2;
}

/* After its name, up to and with ">".  1 if it has no end of its own. */
static int
read_attributes(struct reading *r, const char *element)
{
	char name[NAME_CHARS];
	int has_src = 0, alone = 0;

	for (;;) {
		size_t space = strspn(r->at, " \n\t");

		r->at += space;
		if (*r->at == '/') {
			alone = 1;
			r->at++;
		}
		if (*r->at == '>')
			break;
		GOOD(r, space > 0 && !alone, "no space before an attribute");
		read_name(r, name);
		GOOD(r, !r->html || (strncmp(name, "on", 2) != 0 && strcmp(name, "style") != 0 && strcmp(name, "srcdoc") != 0),
		    "an attribute that runs or styles");
		has_src |= strcmp(name, "src") == 0;
		if (*r->at != '=') {
			GOOD(r, r->html, "an attribute without a value");
			continue;
		}
		r->at++;
		GOOD(r, *r->at == '"', "a value without quotes");
		GOOD(r, strncmp(r->at, "\"javascript:", 12) != 0 && strncmp(r->at, "\"data:", 6) != 0, "an address that runs");
		for (r->at++; *r->at != '"'; ) {
			GOOD(r, *r->at != '\0' && *r->at != '<', "a value without an end");
			if (*r->at == '&')
				read_entity(r);
			else
				r->at++;
		}
		r->at++;
	}
	r->at++;
	GOOD(r, !r->html || strcmp(element, "script") != 0 || has_src, "a script in the page");
	return alone;
}

/* An option ends where the next one or its list's end comes; no other of ours is left open. */
static void
end_option(struct reading *r)
{
	if (r->html && r->depth > 0 && strcmp(r->open[r->depth - 1], "option") == 0)
		r->depth--;
}

static void
read_element(struct reading *r)
{
	char name[NAME_CHARS];

	r->at++;
	if (*r->at == '/') {
		r->at++;
		read_name(r, name);
		if (strcmp(name, "option") != 0)
			end_option(r);
		GOOD(r, r->depth > 0 && strcmp(r->open[r->depth - 1], name) == 0, r->depth > 0 ? r->open[r->depth - 1] : "nothing is open");
		r->depth--;
		GOOD(r, *r->at == '>', "an end with more in it");
		r->at++;
		return;
	}
	read_name(r, name);
	end_option(r);
	r->elements++;
	GOOD(r, !r->html || is_in(known, name) || is_in(voids, name), "an element that is not ours");
	if (read_attributes(r, name) || (r->html && is_in(voids, name)))
		return;
	GOOD(r, r->depth < DEPTH_MOST, "too deep");
	memcpy(r->open[r->depth++], name, sizeof(name));
}

size_t
markup_check(const char *what, const struct buf *page, int html)
{
	struct reading r = { .what = what, .at = buf_str(page), .begin = buf_str(page), .html = html };

	ck_assert_msg(strlen(r.at) == page->len, "%s: a NUL", what);
	if (strncmp(r.at, "<!doctype html>", 15) == 0 || strncmp(r.at, "<!DOCTYPE html>", 15) == 0)
		r.at += 15;
	else if (strncmp(r.at, "<?xml ", 6) == 0)
		r.at = strstr(r.at, "?>") + 2;
	while (*r.at != '\0') {
		if (*r.at == '<')
			read_element(&r);
		else if (*r.at == '&')
			read_entity(&r);
		else
			r.at++;
	}
	ck_assert_msg(r.depth == 0, "%s: %s is not closed", what, r.depth > 0 ? r.open[r.depth - 1] : "");
	ck_assert_msg(r.elements > 0, "%s: no markup at all", what);
	return r.elements;
}
