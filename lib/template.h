#ifndef KENTONGAN_TEMPLATE_H
#define KENTONGAN_TEMPLATE_H
/*
 * Pages and texts with {name} holes.  A hole is escaped for where it stands by the encoder given;
 * {{ and }} are literal braces.  {#name}...{/name} repeats its inside while the callback says so,
 * {?name}...{/name} keeps it when the value is not empty.
 */
#include <stddef.h>

#include "lib/buf.h"

typedef void (*template_encoder)(struct buf *b, const char *s, size_t len);
struct template_value { const char *name; const char *value; };

/*
 * 0, or -1 with the mistake (unknown hole, unclosed section) appended to errors; out is then as
 * before.  A {#name} section needs rows: see template_render().
 */
int template_fill(struct buf *out, const char *text, template_encoder encode,
    const struct template_value *values, size_t n, struct buf *errors);
/*
 * Where the values come from when a text has {#name} sections.  value() gives a hole's text, NULL
 * if there is no such hole; its result must live until the next call.  next() moves the section
 * name to its row index (0, 1, ...): 1 if there is one, 0 at the end, -1 if no such section exists.
 */
struct template_source {
	const char *(*value)(const char *name, void *arg);
	int (*next)(const char *name, size_t index, void *arg);
	void *arg;
};
int template_render(struct buf *out, const char *text, template_encoder encode,
    const struct template_source *source, struct buf *errors);
/*
 * Calls cb for each hole's name, those of sections too, in order; for checks at load. 0
 * or -1 as above.
 */
int template_holes(const char *text, void (*cb)(const char *name, size_t len, void *arg), void *arg,
    struct buf *errors);
#endif
