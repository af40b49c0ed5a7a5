#ifndef KENTONGAN_YAML_H
#define KENTONGAN_YAML_H
/*
 * A YAML document in memory with line marks: libyaml's document API behind a few questions.
 * Pure: works on bytes, opens nothing.  Aliases, duplicate keys, several documents and tags are
 * mistakes.  Nodes are ids within the document; 0 is "no node", and every question about it
 * answers empty, so that lookups chain.
 */
#include <stddef.h>

#include "lib/buf.h"

struct yaml;

/* NULL on a mistake, described as "file:line: what" in errors.  Free with yaml_free(). */
struct yaml *yaml_parse(const char *file, const char *text, size_t len, struct buf *errors);
/*
 * libyaml exports a yaml_free of its own and would call ours in its place: the name for the
 * linker is another one.
 */
void yaml_free(struct yaml *y) __asm__("kentongan_yaml_free");

int yaml_root(const struct yaml *y);
int yaml_is_map(const struct yaml *y, int node);
int yaml_is_list(const struct yaml *y, int node);
/* Scalar text, or NULL when the node is none or no scalar; borrowed from y. */
const char *yaml_str(const struct yaml *y, int node);
/* 1-based line of the node, 0 for no node. */
int yaml_line(const struct yaml *y, int node);
/* Value of key in a map, 0 if absent. */
int yaml_get(const struct yaml *y, int map, const char *key);
/* Entries of a map or items of a list. */
size_t yaml_count(const struct yaml *y, int node);
int yaml_item(const struct yaml *y, int list, size_t i);
const char *yaml_key(const struct yaml *y, int map, size_t i);
int yaml_key_line(const struct yaml *y, int map, size_t i);
int yaml_value(const struct yaml *y, int map, size_t i);
/* Appends "file:line: ..." and a newline to errors. */
void yaml_mistake(const struct yaml *y, int node, struct buf *errors, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
#endif
