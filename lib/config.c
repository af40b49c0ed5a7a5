#include "lib/config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/yaml.h"

static const char *const type_names[] = {
	[SET_BOOL] = "true or false",
	[SET_INT] = "a whole number",
	[SET_DURATION] = "a duration like 500ms, 90s, 15m, 4h, 2d",
	[SET_SIZE] = "a size like 512, 16KiB, 2MiB, 1GiB",
	[SET_STRING] = "a text",
};

struct suffix { const char *name; int64_t factor; };

static const struct suffix duration_units[] = {
	{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
};
static const struct suffix size_units[] = {
	{ "", 1 }, { "KiB", 1024 }, { "MiB", 1024 * 1024 }, { "GiB", 1024 * 1024 * 1024 },
};

/* Digits, then one of the units. */
static int
measure(const char *s, const struct suffix *units, size_t n, int64_t *out)
{
	int64_t value = 0;
	const char *p = s;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (value > (INT64_MAX - 9) / 10)
			return -1;
		value = value * 10 + (*p - '0');
	}
	if (p == s)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(p, units[i].name) != 0)
			continue;
		if (value > INT64_MAX / units[i].factor)
			return -1;
		*out = value * units[i].factor;
		return 0;
	}
	return -1;
}

int
config_duration(const char *s, int64_t *ms)
{
	return measure(s, duration_units, N_ELEMS(duration_units), ms);
}

int
config_size(const char *s, int64_t *bytes)
{
	return measure(s, size_units, N_ELEMS(size_units), bytes);
}

static int
whole_number(const char *s, int64_t *out)
{
	static const struct suffix none[] = { { "", 1 } };
	int negative = s[0] == '-';

	if (measure(s + negative, none, 1, out) != 0)
		return -1;
	if (negative)
		*out = -*out;
	return 0;
}

/* A string's number is its length, so that bounds mean the same for every type. */
static int
number_of(enum setting_type type, const char *s, int64_t *out)
{
	switch (type) {
	case SET_BOOL:
		*out = strcmp(s, "true") == 0;
		return *out || strcmp(s, "false") == 0 ? 0 : -1;
	case SET_INT:
		return whole_number(s, out);
	case SET_DURATION:
		return config_duration(s, out);
	case SET_SIZE:
		return config_size(s, out);
	case SET_STRING:
		*out = (int64_t)strlen(s);
		return 0;
	}
	return -1;
}

static int64_t
bound(const struct setting *s, const char *text, int64_t none)
{
	int64_t value = none;

	if (text != NULL)
		number_of(s->type == SET_STRING ? SET_INT : s->type, text, &value);
	return value;
}

static void
store(const struct setting *s, void *into, const char *text, int64_t number)
{
	char *field = (char *)into + s->offset;

	if (s->type == SET_STRING) {
		free(*(char **)(void *)field);
		*(char **)(void *)field = xstrdup(text);
	} else if (s->type == SET_BOOL) {
		*(int *)(void *)field = (int)number;
	} else {
		*(int64_t *)(void *)field = number;
	}
}

static void
describe_expected(const struct setting *s, struct buf *out)
{
	buf_adds(out, type_names[s->type]);
	if (s->type == SET_STRING && (s->min != NULL || s->max != NULL))
		buf_adds(out, ", bytes");
	if (s->min != NULL)
		buf_addf(out, ", at least %s", s->min);
	if (s->max != NULL)
		buf_addf(out, ", at most %s", s->max);
}

struct reading {
	const struct setting *table;
	size_t n;
	void *into;
	const struct yaml *y;
	struct buf *errors;
	int mistakes;
};

static void
set(struct reading *r, const struct setting *s, int node)
{
	const char *text = yaml_str(r->y, node);
	struct buf expected = { 0 };
	int64_t number = 0;

	if (text == NULL || number_of(s->type, text, &number) != 0 ||
	    number < bound(s, s->min, INT64_MIN) || number > bound(s, s->max, INT64_MAX)) {
		describe_expected(s, &expected);
		yaml_mistake(r->y, node, r->errors, "%s: %s%s%s is not %s", s->key,
		    text != NULL ? "\"" : "", text != NULL ? text : "a list or a map",
		    text != NULL ? "\"" : "", buf_str(&expected));
		r->mistakes++;
	} else {
		store(s, r->into, text, number);
	}
	buf_release(&expected);
}

/* Edits between two keys (Levenshtein); keys are short. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[128], n = strlen(b), corner, above;

	if (n >= N_ELEMS(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		corner = row[0]++;
		for (size_t j = 1; j <= n; j++) {
			above = row[j];
			if (a[i] == b[j - 1])
				row[j] = corner;
			else if (row[j - 1] < corner && row[j - 1] <= above)
				row[j] = row[j - 1] + 1;
			else
				row[j] = (above < corner ? above : corner) + 1;
			corner = above;
		}
	}
	return row[n];
}

static void
unknown_key(struct reading *r, const char *path, int key_node)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < r->n; i++) {
		size_t d = distance(path, r->table[i].key);

		if (d < best) {
			best = d;
			nearest = r->table[i].key;
		}
	}
	yaml_mistake(r->y, key_node, r->errors, nearest != NULL ?
	    "%s is no setting; the nearest is %s" : "%s is no setting%s", path,
	    nearest != NULL ? nearest : "");
	r->mistakes++;
}

static const struct setting *
find(const struct reading *r, const char *path)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->table[i].key, path) == 0)
			return &r->table[i];
	return NULL;
}

static int
is_section(const struct reading *r, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < r->n; i++)
		if (strncmp(r->table[i].key, path, len) == 0 && r->table[i].key[len] == '.')
			return 1;
	return 0;
}

static void
no_section(struct reading *r, int node, const char *path)
{
	yaml_mistake(r->y, node, r->errors, "%s: settings with deeper indentation expected", path);
	r->mistakes++;
}

static void
read_map(struct reading *r, int map, struct buf *path)
{
	size_t base = path->len;

	for (size_t i = 0; i < yaml_count(r->y, map); i++) {
		int value = yaml_value(r->y, map, i);
		const struct setting *s;
		const char *text = yaml_str(r->y, value);

		buf_addf(path, "%s%s", base > 0 ? "." : "", yaml_key(r->y, map, i));
		s = find(r, buf_str(path));
		if (s != NULL)
			set(r, s, value);
		else if (!is_section(r, buf_str(path)))
			unknown_key(r, buf_str(path), value);
		else if (yaml_is_map(r->y, value))
			read_map(r, value, path);
		else if (text == NULL || text[0] != '\0')	/* all below may be comments */
			no_section(r, value, buf_str(path));
		buf_cut(path, base);
	}
}

static int
defaults(const struct setting *table, size_t n, void *into, struct buf *errors)
{
	int64_t number = 0;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		if (number_of(table[i].type, table[i].value, &number) != 0) {
			buf_addf(errors, "%s: the default \"%s\" is not %s\n", table[i].key,
			    table[i].value, type_names[table[i].type]);
			rc = -1;
			continue;
		}
		store(&table[i], into, table[i].value, number);
	}
	return rc;
}

int
config_parse(const struct setting *table, size_t n, void *into, const char *file,
    const char *text, size_t len, struct buf *errors)
{
	struct reading r = { .table = table, .n = n, .into = into, .errors = errors };
	struct buf path = { 0 };
	struct yaml *y;
	int rc = -1;

	if (defaults(table, n, into, errors) != 0)
		return -1;
	y = yaml_parse(file, text, len, errors);
	if (y == NULL)
		return -1;
	r.y = y;
	if (yaml_is_map(y, yaml_root(y))) {
		read_map(&r, yaml_root(y), &path);
	} else if (yaml_root(y) != 0) {
		yaml_mistake(y, yaml_root(y), errors, "settings as \"key: value\" expected");
		r.mistakes++;
	}
	rc = r.mistakes > 0 ? -1 : 0;
	buf_release(&path);
	yaml_free(y);
	return rc;
}

void
config_release(const struct setting *table, size_t n, void *into)
{
	for (size_t i = 0; i < n; i++) {
		char **field = (char **)(void *)((char *)into + table[i].offset);

		if (table[i].type != SET_STRING)
			continue;
		free(*field);
		*field = NULL;
	}
}

void
config_describe(const struct setting *table, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "%s: %s\n    %s\n    ", table[i].key, table[i].value, table[i].what);
		describe_expected(&table[i], out);
		buf_addc(out, '\n');
	}
}

int
file_read(const char *path, size_t limit, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	size_t begin = out->len;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	while (out->len - begin <= limit) {
		n = read(fd, buf_room(out, 16384), 16384);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_added(out, (size_t)n);
	}
	if (n >= 0 && out->len - begin > limit) {
		errno = EFBIG;
		n = -1;
	}
	saved = errno;
	close(fd);
	if (n < 0)
		buf_cut(out, begin);
	errno = saved;
	return n < 0 ? -1 : 0;
}

static int
write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
folder_sync(const char *path)
{
	char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc, saved;

	free(copy);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

int
file_write(const char *path, const void *data, size_t len, unsigned mode)
{
	struct buf temporary = { 0 };
	int fd, rc = -1, saved;

	buf_addf(&temporary, "%s.XXXXXX", path);
	fd = mkostemp(temporary.data, O_CLOEXEC);
	if (fd < 0)
		goto out;
	if (fchmod(fd, (mode_t)mode) == 0 && write_all(fd, data, len) == 0 && fsync(fd) == 0)
		rc = 0;
	saved = errno;
	if (close(fd) != 0 && rc == 0)
		rc = -1;
	else
		errno = saved;
	if (rc == 0)
		rc = rename(buf_str(&temporary), path);
	if (rc != 0) {
		saved = errno;
		unlink(buf_str(&temporary));
		errno = saved;
		goto out;
	}
	rc = folder_sync(path);
out:
	saved = errno;
	buf_release(&temporary);
	errno = saved;
	return rc;
}
