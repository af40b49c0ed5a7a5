#ifndef KENTONGAN_XML_IN_H
#define KENTONGAN_XML_IN_H
/*
 * XML from strangers, read by expat from memory: no document type and so no entity, no more elements
 * inside each other than XML_IN_DEPTH, and nothing is ever opened.
 *
 * Ownership  names, attributes and text are the reader's own for the call.
 */
#include "lib/buf.h"

#define XML_IN_DEPTH 32
#define XML_IN_TEXT (1024 * 1024)	/* bytes of one element's text; more is cut */

/* depth: 1 for the root.  ns: its namespace, "" none; name without a prefix. */
struct xml_in {
	void (*begin)(void *arg, int depth, const char *ns, const char *name, const char **atts);
	/* text: what stood in it, in front of its last child only where it has any. */
	void (*end)(void *arg, int depth, const char *ns, const char *name, const struct buf *text);
};
/* The value of an attribute by its name without a prefix, "" none. */
const char *xml_attribute(const char **atts, const char *name);
/* 0; -1 with the reason in why ("line 3: ..."): what came until there was told all the same. */
int xml_read(const char *xml, size_t len, const struct xml_in *how, void *arg, struct buf *why);
#endif
