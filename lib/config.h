#ifndef KENTONGAN_CONFIG_H
#define KENTONGAN_CONFIG_H
/*
 * Typed settings from a YAML file, through a table.
 *
 * A setting is named by its dotted path (ingest.http.port).  Each has a type, a unit, a range and
 * a default; an unknown key, a wrong type, a value out of range or a duplicate key is a mistake
 * named by file, line, key and what was expected, with the nearest known key as the remedy.
 *
 * min and max of a string bound its length in bytes.
 *
 * Durations are written 90s, 15m, 4h, 2d, 500ms and read into int64_t milliseconds; sizes 16KiB,
 * 2MiB, or plain bytes, into int64_t bytes.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

enum setting_type { SET_BOOL, SET_INT, SET_DURATION, SET_SIZE, SET_STRING };

/* The field is int for SET_BOOL, int64_t for INT, DURATION and SIZE, char * (owned) for STRING. */
struct setting {
	const char *key;
	enum setting_type type;
	size_t offset;			/* of the field in the struct that is filled */
	const char *value;		/* default, written as in the file */
	const char *min, *max;		/* same notation; NULL: no bound */
	const char *what;		/* one line for --help-settings and the man page */
};

/*
 * Fills the struct at into with defaults, then with the file's values.  text is the file's bytes,
 * file its name for messages.  Returns 0, or -1 with one line per mistake appended to errors.
 * Strings already held are freed first: zero the struct before the first call.
 */
int config_parse(const struct setting *table, size_t n, void *into,
    const char *file, const char *text, size_t len, struct buf *errors);
void config_release(const struct setting *table, size_t n, void *into);

/* One value in the file's notation; 0 or -1. */
int config_duration(const char *s, int64_t *ms);
int config_size(const char *s, int64_t *bytes);

/* Prints key, type, default, range, meaning of every row: --help-settings. */
void config_describe(const struct setting *table, size_t n, struct buf *out);

/* Reads a whole file; -1 with errno set, also when it is larger than limit bytes (EFBIG). */
int file_read(const char *path, size_t limit, struct buf *out);
/* Writes by temporary file, fsync, rename, fsync of the folder; mode as given. -1 with errno. */
int file_write(const char *path, const void *data, size_t len, unsigned mode);
#endif
