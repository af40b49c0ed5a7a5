#include "lib/template.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 64
#define DEPTH_MAX 8

enum tag { TAG_HOLE, TAG_EACH, TAG_IF, TAG_END };

struct rendering {
	struct buf *out;		/* NULL: names are only reported */
	template_encoder encode;
	const struct template_source *source;
	void (*on_hole)(const char *name, size_t len, void *arg);
	void *arg;
	const char *text;
	struct buf *errors;
};

static int
mistake(const struct rendering *r, const char *at, const char *what, const char *name)
{
	int line = 1;

	for (const char *p = r->text; p < at; p++)
		line += *p == '\n';
	buf_addf(r->errors, "line %d: %s%s%s\n", line, what, name[0] != '\0' ? " " : "", name);
	return -1;
}

static int
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '_' || c == '-' || c == '.';
}

/* Reads {name}, {#name}, {?name} or {/name}; *p is then past it. */
static int
read_tag(const struct rendering *r, const char **p, enum tag *tag, char name[NAME_BYTES])
{
	const char *from = *p, *s = from + 1;
	size_t n = 0;

	*tag = *s == '#' ? TAG_EACH : *s == '?' ? TAG_IF : *s == '/' ? TAG_END : TAG_HOLE;
	if (*tag != TAG_HOLE)
		s++;
	while (is_name(*s) && n < NAME_BYTES - 1)
		name[n++] = *s++;
	name[n] = '\0';
	if (*s != '}' || n == 0)
		return mistake(r, from, "a { that opens no hole: write {{ for a brace", "");
	*p = s + 1;
	return 0;
}

static void
put_text(const struct rendering *r, const char *s, size_t len)
{
	if (r->out != NULL)
		buf_add(r->out, s, len);
}

static int
put_hole(const struct rendering *r, const char *at, const char *name)
{
	const char *value;

	if (r->on_hole != NULL)
		r->on_hole(name, strlen(name), r->arg);
	if (r->source == NULL)
		return 0;
	value = r->source->value(name, r->source->arg);
	if (value == NULL)
		return mistake(r, at, "unknown hole", name);
	if (r->out == NULL)
		return 0;
	if (r->encode != NULL)
		r->encode(r->out, value, strlen(value));
	else
		buf_adds(r->out, value);
	return 0;
}

static int render(const struct rendering *r, const char **p, const char *section, int depth);

/* Walks over a section without writing: finds its end and its mistakes. */
static int
skip(const struct rendering *r, const char **p, const char *name, int depth)
{
	struct rendering quiet = *r;

	quiet.out = NULL;
	quiet.source = NULL;
	return render(&quiet, p, name, depth);
}

static int
render_if(const struct rendering *r, const char *at, const char **p, const char *name, int depth)
{
	const char *value;

	if (r->on_hole != NULL)
		r->on_hole(name, strlen(name), r->arg);
	if (r->source == NULL)
		return render(r, p, name, depth);
	value = r->source->value(name, r->source->arg);
	if (value == NULL)
		return mistake(r, at, "unknown hole", name);
	return value[0] != '\0' ? render(r, p, name, depth) : skip(r, p, name, depth);
}

static int
render_each(const struct rendering *r, const char *at, const char **p, const char *name,
    int depth)
{
	const char *from = *p;
	int more;

	if (r->on_hole != NULL)
		r->on_hole(name, strlen(name), r->arg);
	if (r->source == NULL)
		return render(r, p, name, depth);
	if (r->source->next == NULL)
		return mistake(r, at, "no rows for the section", name);
	for (size_t i = 0; (more = r->source->next(name, i, r->source->arg)) == 1; i++) {
		*p = from;
		if (render(r, p, name, depth) != 0)
			return -1;
	}
	if (more < 0)
		return mistake(r, at, "unknown section", name);
	*p = from;
	return skip(r, p, name, depth);
}

/* Up to the end of the text, or past the end tag of the section that is open. */
static int
render(const struct rendering *r, const char **p, const char *section, int depth)
{
	char name[NAME_BYTES];
	enum tag tag;

	if (depth > DEPTH_MAX)
		return mistake(r, *p, "sections nested too deeply:", section);
	for (;;) {
		const char *at = *p + strcspn(*p, "{}");
		int rc;

		put_text(r, *p, (size_t)(at - *p));
		*p = at;
		if (*at == '\0')
			return section[0] == '\0' ? 0 :
			    mistake(r, at, "never closed: section", section);
		if (at[1] == at[0]) {
			put_text(r, at, 1);
			*p = at + 2;
			continue;
		}
		if (*at == '}')
			return mistake(r, at, "a } that closes no hole: write }} for a brace", "");
		if (read_tag(r, p, &tag, name) != 0)
			return -1;
		if (tag == TAG_END)
			return strcmp(name, section) == 0 ? 0 :
			    mistake(r, at, "not the section that is open:", name);
		if (tag == TAG_HOLE)
			rc = put_hole(r, at, name);
		else if (tag == TAG_IF)
			rc = render_if(r, at, p, name, depth + 1);
		else
			rc = render_each(r, at, p, name, depth + 1);
		if (rc != 0)
			return -1;
	}
}

int
template_render(struct buf *out, const char *text, template_encoder encode,
    const struct template_source *source, struct buf *errors)
{
	struct rendering r = { .out = out, .encode = encode, .source = source, .text = text,
	    .errors = errors };
	size_t begin = out->len;
	const char *p = text;

	if (render(&r, &p, "", 0) == 0)
		return 0;
	buf_cut(out, begin);
	return -1;
}

struct listed { const struct template_value *values; size_t n; };

static const char *
listed_value(const char *name, void *arg)
{
	const struct listed *l = arg;

	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->values[i].name, name) == 0)
			return l->values[i].value != NULL ? l->values[i].value : "";
	return NULL;
}

int
template_fill(struct buf *out, const char *text, template_encoder encode,
    const struct template_value *values, size_t n, struct buf *errors)
{
	struct listed l = { values, n };
	struct template_source source = { .value = listed_value, .arg = &l };

	return template_render(out, text, encode, &source, errors);
}

int
template_holes(const char *text, void (*cb)(const char *name, size_t len, void *arg), void *arg,
    struct buf *errors)
{
	struct rendering r = { .on_hole = cb, .arg = arg, .text = text, .errors = errors };
	const char *p = text;

	return render(&r, &p, "", 0);
}
