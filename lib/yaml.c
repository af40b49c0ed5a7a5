#include "lib/yaml.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#define DEPTH_MAX 64

struct yaml {
	char *file;
	yaml_document_t doc;
	int loaded;
};

static void __attribute__((format(printf, 4, 5)))
mistake(const char *file, int line, struct buf *errors, const char *fmt, ...)
{
	va_list ap;

	buf_addf(errors, "%s:%d: ", file, line);
	va_start(ap, fmt);
	buf_addv(errors, fmt, ap);
	va_end(ap);
	buf_addc(errors, '\n');
}

static void
parser_begin(yaml_parser_t *p, const char *text, size_t len)
{
	if (!yaml_parser_initialize(p))
		abort();		/* memory */
	yaml_parser_set_input_string(p, (const unsigned char *)text, len);
	yaml_parser_set_encoding(p, YAML_UTF8_ENCODING);
}

static int
line_at(const char *text, size_t len, size_t offset)
{
	int line = 1;

	for (size_t i = 0; i < len && i < offset; i++)
		line += text[i] == '\n';
	return line;
}

static void
explain(const yaml_parser_t *p, const char *file, const char *text, size_t len,
    struct buf *errors)
{
	int line = (int)p->problem_mark.line + 1;

	if (p->error == YAML_READER_ERROR)	/* it knows the byte only */
		line = line_at(text, len, p->problem_offset);
	if (p->context != NULL && p->context_mark.line != p->problem_mark.line)
		mistake(file, line, errors, "%s (%s that begins in line %d)", p->problem,
		    p->context, (int)p->context_mark.line + 1);
	else
		mistake(file, line, errors, "%s", p->problem != NULL ? p->problem : "not YAML");
}

static const char *
fault_of_scalar(const yaml_event_t *e)
{
	if (e->data.scalar.anchor != NULL)
		return "anchors are not used here";
	if (e->data.scalar.tag != NULL)
		return "tags are not used here";
	if (strlen((const char *)e->data.scalar.value) != e->data.scalar.length)
		return "a NUL character in a text";
	return NULL;
}

/* What the document API hides, the events still show. */
static const char *
fault_of(const yaml_event_t *e, int *depth, int *documents)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return ++*documents > 1 ? "only one document is expected" : NULL;
	case YAML_ALIAS_EVENT:
		return "aliases are not used here: write the value out";
	case YAML_SCALAR_EVENT:
		return fault_of_scalar(e);
	case YAML_SEQUENCE_START_EVENT:
		if (e->data.sequence_start.anchor != NULL)
			return "anchors are not used here";
		if (e->data.sequence_start.tag != NULL)
			return "tags are not used here";
		return ++*depth > DEPTH_MAX ? "nested too deeply" : NULL;
	case YAML_MAPPING_START_EVENT:
		if (e->data.mapping_start.anchor != NULL)
			return "anchors are not used here";
		if (e->data.mapping_start.tag != NULL)
			return "tags are not used here";
		return ++*depth > DEPTH_MAX ? "nested too deeply" : NULL;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		--*depth;
		return NULL;
	default:
		return NULL;
	}
}

static int
check_events(const char *file, const char *text, size_t len, struct buf *errors)
{
	yaml_parser_t parser;
	yaml_event_t e;
	int depth = 0, documents = 0, end = 0, rc = -1;

	parser_begin(&parser, text, len);
	while (!end) {
		const char *fault;
		int line;

		if (!yaml_parser_parse(&parser, &e)) {
			explain(&parser, file, text, len, errors);
			goto out;
		}
		end = e.type == YAML_STREAM_END_EVENT;
		fault = fault_of(&e, &depth, &documents);
		line = (int)e.start_mark.line + 1;
		yaml_event_delete(&e);
		if (fault != NULL) {
			mistake(file, line, errors, "%s", fault);
			goto out;
		}
	}
	rc = 0;
out:
	yaml_parser_delete(&parser);
	return rc;
}

static const yaml_node_t *
node_of(const struct yaml *y, int node)
{
	if (y == NULL || node <= 0 || node > y->doc.nodes.top - y->doc.nodes.start)
		return NULL;
	return y->doc.nodes.start + node - 1;
}

static const yaml_node_t *
node_as(const struct yaml *y, int node, yaml_node_type_t type)
{
	const yaml_node_t *n = node_of(y, node);

	return n != NULL && n->type == type ? n : NULL;
}

struct key { const char *text; int line; };

static int
by_text(const void *va, const void *vb)
{
	const struct key *a = va, *b = vb;
	int d = strcmp(a->text, b->text);

	return d != 0 ? d : a->line - b->line;
}

static int
check_map(const struct yaml *y, int map, struct buf *errors)
{
	size_t n = yaml_count(y, map);
	struct key *keys = xcalloc(n, sizeof(*keys));
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		keys[i].line = yaml_key_line(y, map, i);
		keys[i].text = yaml_key(y, map, i);
		if (keys[i].text == NULL) {
			mistake(y->file, keys[i].line, errors, "a key must be a plain text");
			keys[i].text = "";
			rc = -1;
		}
	}
	if (rc == 0)
		qsort(keys, n, sizeof(*keys), by_text);
	for (size_t i = 1; rc == 0 && i < n; i++) {
		if (strcmp(keys[i].text, keys[i - 1].text) != 0)
			continue;
		mistake(y->file, keys[i].line, errors,
		    "the key \"%s\" is there already, in line %d", keys[i].text, keys[i - 1].line);
		rc = -1;
	}
	free(keys);
	return rc;
}

struct yaml *
yaml_parse(const char *file, const char *text, size_t len, struct buf *errors)
{
	struct yaml *y = NULL;
	yaml_parser_t parser;
	int rc = -1;

	if (check_events(file, text, len, errors) != 0)
		return NULL;
	y = xcalloc(1, sizeof(*y));
	y->file = xstrdup(file);
	parser_begin(&parser, text, len);
	if (!yaml_parser_load(&parser, &y->doc)) {
		explain(&parser, file, text, len, errors);
		goto out;
	}
	y->loaded = 1;
	rc = 0;
	for (int i = 1; i <= y->doc.nodes.top - y->doc.nodes.start; i++)
		if (yaml_is_map(y, i) && check_map(y, i, errors) != 0)
			rc = -1;
out:
	yaml_parser_delete(&parser);
	if (rc == 0)
		return y;
	yaml_free(y);
	return NULL;
}

void
yaml_free(struct yaml *y)
{
	if (y == NULL)
		return;
	if (y->loaded)
		yaml_document_delete(&y->doc);
	free(y->file);
	free(y);
}

int
yaml_root(const struct yaml *y)
{
	return node_of(y, 1) != NULL ? 1 : 0;
}

int
yaml_is_map(const struct yaml *y, int node)
{
	return node_as(y, node, YAML_MAPPING_NODE) != NULL;
}

int
yaml_is_list(const struct yaml *y, int node)
{
	return node_as(y, node, YAML_SEQUENCE_NODE) != NULL;
}

const char *
yaml_str(const struct yaml *y, int node)
{
	const yaml_node_t *n = node_as(y, node, YAML_SCALAR_NODE);

	return n != NULL ? (const char *)n->data.scalar.value : NULL;
}

int
yaml_line(const struct yaml *y, int node)
{
	const yaml_node_t *n = node_of(y, node);

	return n != NULL ? (int)n->start_mark.line + 1 : 0;
}

size_t
yaml_count(const struct yaml *y, int node)
{
	const yaml_node_t *n = node_of(y, node);

	if (n != NULL && n->type == YAML_MAPPING_NODE)
		return (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
	if (n != NULL && n->type == YAML_SEQUENCE_NODE)
		return (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
	return 0;
}

int
yaml_get(const struct yaml *y, int map, const char *key)
{
	size_t n = yaml_is_map(y, map) ? yaml_count(y, map) : 0;

	for (size_t i = 0; i < n; i++) {
		const char *k = yaml_key(y, map, i);

		if (k != NULL && strcmp(k, key) == 0)
			return yaml_value(y, map, i);
	}
	return 0;
}

int
yaml_item(const struct yaml *y, int list, size_t i)
{
	const yaml_node_t *n = node_as(y, list, YAML_SEQUENCE_NODE);

	return n != NULL && i < yaml_count(y, list) ? n->data.sequence.items.start[i] : 0;
}

static const yaml_node_pair_t *
pair_of(const struct yaml *y, int map, size_t i)
{
	const yaml_node_t *n = node_as(y, map, YAML_MAPPING_NODE);

	return n != NULL && i < yaml_count(y, map) ? &n->data.mapping.pairs.start[i] : NULL;
}

const char *
yaml_key(const struct yaml *y, int map, size_t i)
{
	const yaml_node_pair_t *p = pair_of(y, map, i);

	return p != NULL ? yaml_str(y, p->key) : NULL;
}

int
yaml_key_line(const struct yaml *y, int map, size_t i)
{
	const yaml_node_pair_t *p = pair_of(y, map, i);

	return p != NULL ? yaml_line(y, p->key) : 0;
}

int
yaml_value(const struct yaml *y, int map, size_t i)
{
	const yaml_node_pair_t *p = pair_of(y, map, i);

	return p != NULL ? p->value : 0;
}

void
yaml_mistake(const struct yaml *y, int node, struct buf *errors, const char *fmt, ...)
{
	va_list ap;

	buf_addf(errors, "%s:%d: ", y->file, yaml_line(y, node));
	va_start(ap, fmt);
	buf_addv(errors, fmt, ap);
	va_end(ap);
	buf_addc(errors, '\n');
}
