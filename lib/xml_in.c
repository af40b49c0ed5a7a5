#include "lib/xml_in.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#define NAME_CHARS 200

struct reading {
	XML_Parser xml;
	const struct xml_in *how;
	void *arg;
	struct buf text, *why;
	int depth, stopped;
};

static void
stop(struct reading *r, const char *what)
{
	if (r->stopped)
		return;
	r->stopped = 1;
	buf_addf(r->why, "line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(r->xml), what);
	XML_StopParser(r->xml, XML_FALSE);
}

/* "namespace|name" into its two parts; without a bar there is no namespace. */
static const char *
split(const char *whole, char ns[NAME_CHARS])
{
	const char *bar = strrchr(whole, '|');
	size_t n = bar != NULL ? (size_t)(bar - whole) : 0;

	ns[0] = '\0';
	if (n > 0 && n < NAME_CHARS) {
		memcpy(ns, whole, n);
		ns[n] = '\0';
	}
	return bar != NULL ? bar + 1 : whole;
}

static void
on_begin(void *arg, const char *whole, const char **atts)
{
	struct reading *r = arg;
	char ns[NAME_CHARS];
	const char *name = split(whole, ns);

	if (r->stopped)
		return;
	if (++r->depth > XML_IN_DEPTH) {
		stop(r, "too many elements inside each other");
		return;
	}
	buf_reset(&r->text);
	if (r->how->begin != NULL)
		r->how->begin(r->arg, r->depth, ns, name, atts);
}

static void
on_end(void *arg, const char *whole)
{
	struct reading *r = arg;
	char ns[NAME_CHARS];
	const char *name = split(whole, ns);

	if (r->stopped)
		return;
	if (r->how->end != NULL)
		r->how->end(r->arg, r->depth, ns, name, &r->text);
	buf_reset(&r->text);
	r->depth--;
}

static void
on_text(void *arg, const char *s, int len)
{
	struct reading *r = arg;

	if (!r->stopped && r->text.len + (size_t)len <= XML_IN_TEXT)
		buf_add(&r->text, s, (size_t)len);
}

/* Entities can only grow out of one. */
static void
on_doctype(void *arg, const char *name, const char *sysid, const char *pubid, int internal)
{
	(void)name, (void)sysid, (void)pubid, (void)internal;
	stop(arg, "it has a document type, which is refused");
}

const char *
xml_attribute(const char **atts, const char *name)
{
	for (size_t i = 0; atts[i] != NULL; i += 2) {
		char ns[NAME_CHARS];

		if (strcmp(split(atts[i], ns), name) == 0)
			return atts[i + 1];
	}
	return "";
}

int
xml_read(const char *xml, size_t len, const struct xml_in *how, void *arg, struct buf *why)
{
	struct reading r = { .xml = XML_ParserCreateNS(NULL, '|'), .how = how, .arg = arg, .why = why };

	if (r.xml == NULL)
		abort();		/* memory exhaustion, as everywhere */
	XML_SetUserData(r.xml, &r);
	XML_SetElementHandler(r.xml, on_begin, on_end);
	XML_SetCharacterDataHandler(r.xml, on_text);
	XML_SetStartDoctypeDeclHandler(r.xml, on_doctype);
	if (XML_Parse(r.xml, xml, (int)len, 1) != XML_STATUS_OK)
		stop(&r, XML_ErrorString(XML_GetErrorCode(r.xml)));
	XML_ParserFree(r.xml);
	buf_release(&r.text);
	return r.stopped ? -1 : 0;
}
