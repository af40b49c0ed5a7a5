#include "cli/mend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config.h"

#define MANIFEST_LIMIT 65536

/* The newest part: the last line of type i, "file NAME seq N type i".  0, or -1: there is none. */
static int
newest_part(const char *redis_dir, struct buf *path)
{
	struct buf manifest = { 0 }, text = { 0 };
	char *save, *line, name[256], found[256] = "";
	long long seq;

	buf_addf(&manifest, "%s/appendonlydir/appendonly.aof.manifest", redis_dir);
	if (file_read(buf_str(&manifest), MANIFEST_LIMIT, &text) == 0 && text.len > 0)
		for (line = strtok_r(text.data, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
			if (sscanf(line, "file %255s seq %lld", name, &seq) == 2 && strstr(line, " type i") != NULL)
				memcpy(found, name, sizeof(found));
	if (found[0] != '\0')
		buf_addf(path, "%s/appendonlydir/%s", redis_dir, found);
	buf_release(&manifest);
	buf_release(&text);
	return found[0] != '\0' ? 0 : -1;
}

/* "*3\r\n" or "$12\r\n" at at: the number, with *at behind it; -1 cut short, -2 something else. */
static long long
number_at(const char *data, size_t len, size_t *at, char kind)
{
	size_t i = *at;
	long long n = 0;

	if (i == len)
		return -1;
	if (data[i++] != kind)
		return -2;
	for (; i < len && data[i] >= '0' && data[i] <= '9' && n < INT32_MAX; i++)
		n = 10 * n + (data[i] - '0');
	if (i + 2 > len)
		return -1;
	if (data[i] != '\r' || data[i + 1] != '\n')
		return -2;
	*at = i + 2;
	return n;
}

/* One command: its name, with *at behind it; 0, -1 cut short, -2 something else. */
static int
command_at(const char *data, size_t len, size_t *at, const char **name, size_t *name_len)
{
	size_t i = *at;
	long long n = number_at(data, len, &i, '*');

	if (n < 0)
		return (int)n;
	for (long long k = 0; k < n; k++) {
		long long size = number_at(data, len, &i, '$');

		if (size < 0)
			return (int)size;
		if (i + (size_t)size + 2 > len)
			return -1;
		if (k == 0)
			*name = data + i, *name_len = (size_t)size;
		i += (size_t)size + 2;
	}
	*at = i;
	return 0;
}

static int
is(const char *word, const char *name, size_t len)
{
	return strlen(word) == len && strncasecmp(word, name, len) == 0;
}

/* How much of it is whole commands and whole transactions; len when it is no list of commands. */
static size_t
whole_of(const char *data, size_t len)
{
	size_t at = 0, whole = 0;
	int open = 0;

	while (at < len) {
		const char *name = "";
		size_t n = 0;
		int rc;

		if (data[at] == '#') {		/* a note of the time */
			const char *end = memchr(data + at, '\n', len - at);

			if (end == NULL)
				return whole;
			at = (size_t)(end - data) + 1;
		} else {
			rc = command_at(data, len, &at, &name, &n);
			if (rc != 0)
				return rc == -1 ? whole : len;
			open = is("MULTI", name, n) || (open && !is("EXEC", name, n));
		}
		if (!open)
			whole = at;
	}
	return whole;
}

long long
aof_mend(const char *redis_dir, struct buf *errors)
{
	struct buf path = { 0 };
	long long cut = 0;
	struct stat s;
	void *data;
	int fd = -1;

	if (newest_part(redis_dir, &path) != 0)
		goto out;		/* Redis has not run here yet */
	cut = -1;
	fd = open(buf_str(&path), O_RDWR | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &s) != 0)
		goto out;
	if (s.st_size == 0) {
		cut = 0;
		goto out;
	}
	data = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		goto out;
	cut = s.st_size - (long long)whole_of(data, (size_t)s.st_size);
	munmap(data, (size_t)s.st_size);
	if (cut > 0 && (ftruncate(fd, s.st_size - cut) != 0 || fsync(fd) != 0))
		cut = -1;
out:
	if (cut < 0)
		buf_addf(errors, "%s: cannot be looked at or mended: %s\n", buf_str(&path), strerror(errno));
	if (fd >= 0)
		close(fd);
	buf_release(&path);
	return cut;
}
