#include "lib/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/seal.h"

#define ID_CHARS_MAX 64
#define TIME_CHARS 15			/* milliseconds with leading zeros: names sort by time */
#define TRAILER_CHARS (DIGEST_BYTES * 2 + 1)
#define FILE_BYTES_MAX (64 * 1024 * 1024)

struct entry { char *name; int64_t bytes; };

struct spool {
	int fresh, tmp, corrupt;	/* folders; new is a word of another language */
	size_t files_max;
	int64_t bytes_max, bytes;
	struct entry *entries;		/* sorted by name */
	size_t n, cap;
};

/* ---- the list of files ---- */

/* Index of the first entry whose name is not before the given one. */
static size_t
position(const struct spool *s, const char *name)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(s->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
insert(struct spool *s, const char *name, int64_t bytes)
{
	size_t at = position(s, name);

	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? s->cap * 2 : 64;
		s->entries = xrealloc(s->entries, s->cap * sizeof(*s->entries));
	}
	memmove(s->entries + at + 1, s->entries + at, (s->n - at) * sizeof(*s->entries));
	s->entries[at] = (struct entry){ xstrdup(name), bytes };
	s->n++;
	s->bytes += bytes;
}

static void
forget(struct spool *s, size_t at)
{
	s->bytes -= s->entries[at].bytes;
	free(s->entries[at].name);
	s->n--;
	memmove(s->entries + at, s->entries + at + 1, (s->n - at) * sizeof(*s->entries));
}

static int
has_id(const struct spool *s, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (strlen(s->entries[i].name) > TIME_CHARS + 1 &&
		    strcmp(s->entries[i].name + TIME_CHARS + 1, id) == 0)
			return 1;
	return 0;
}

/* ---- opening ---- */

static int
open_folder(const char *dir, const char *name, struct buf *errors)
{
	struct buf path = { 0 };
	int fd = -1;

	buf_addf(&path, "%s%s%s", dir, name[0] != '\0' ? "/" : "", name);
	if ((mkdir(buf_str(&path), 0700) == 0 || errno == EEXIST))
		fd = open(buf_str(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		buf_addf(errors, "%s: %s\n", buf_str(&path), strerror(errno));
	buf_release(&path);
	return fd;
}

/* Calls each() for every file of a folder; -1 with errno. */
static int
each_file(struct spool *s, int folder, int (*each)(struct spool *s, const char *name))
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (rc == 0 && (errno = 0, e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			rc = each(s, e->d_name);
	if (rc == 0 && errno != 0)
		rc = -1;
	closedir(d);
	return rc;
}

/* Left by a crash before anything was acknowledged. */
static int
remove_leftover(struct spool *s, const char *name)
{
	return unlinkat(s->tmp, name, 0) == 0 || errno == ENOENT ? 0 : -1;
}

static int
load(struct spool *s, const char *name)
{
	struct stat st;

	if (fstatat(s->fresh, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -1;
	insert(s, name, st.st_size);
	return 0;
}

struct spool *
spool_open(const char *dir, size_t files_max, int64_t bytes_max, struct buf *errors)
{
	struct spool *s = xcalloc(1, sizeof(*s));
	int top;

	s->fresh = s->tmp = s->corrupt = -1;
	s->files_max = files_max;
	s->bytes_max = bytes_max;
	top = open_folder(dir, "", errors);
	if (top < 0)
		goto fail;
	s->fresh = open_folder(dir, "new", errors);
	s->tmp = open_folder(dir, "tmp", errors);
	s->corrupt = open_folder(dir, "corrupt", errors);
	if (s->fresh < 0 || s->tmp < 0 || s->corrupt < 0)
		goto fail;
	if (fsync(top) != 0 || each_file(s, s->tmp, remove_leftover) != 0 ||
	    each_file(s, s->fresh, load) != 0) {
		buf_addf(errors, "%s: %s\n", dir, strerror(errno));
		goto fail;
	}
	close(top);
	return s;
fail:
	if (top >= 0)
		close(top);
	spool_close(s);
	return NULL;
}

void
spool_close(struct spool *s)
{
	if (s == NULL)
		return;
	while (s->n > 0)
		forget(s, s->n - 1);
	free(s->entries);
	if (s->fresh >= 0)
		close(s->fresh);
	if (s->tmp >= 0)
		close(s->tmp);
	if (s->corrupt >= 0)
		close(s->corrupt);
	free(s);
}

size_t
spool_count(const struct spool *s)
{
	return s->n;
}

/* ---- writing ---- */

static int
is_id(const char *id)
{
	size_t len = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");

	return len > 0 && len <= ID_CHARS_MAX && id[len] == '\0';
}

static void
compose(struct buf *out, int64_t received_ms, const void *data, size_t len)
{
	uint8_t digest[DIGEST_BYTES];

	buf_addf(out, "kentongan-spool 1 %lld %zu\n", (long long)received_ms, len);
	buf_add(out, data, len);
	digest_of(digest, NULL, out->data, out->len);
	buf_add_hex(out, digest, sizeof(digest));
	buf_addc(out, '\n');
}

/* After an error of fsync pages may be marked clean though they never arrived: no second try. */
static int
write_synced(int fd, const char *data, size_t len)
{
	int pretended;

	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	pretended = FAULT_ERR("spool_before_sync");
	if (pretended != 0) {
		errno = pretended;
		return -1;
	}
	return fsync(fd);
}

/* tmp/ -> new/; a file whose place in the folder is not surely on disk is taken back. */
static int
publish(struct spool *s, const char *name)
{
	int saved;

	if (renameat(s->tmp, name, s->fresh, name) != 0)
		return -1;
	FAULT_POINT("spool_after_rename");
	if (fsync(s->fresh) == 0)
		return 0;
	saved = errno;
	unlinkat(s->fresh, name, 0);
	errno = saved;
	return -1;
}

static int
write_file(struct spool *s, const char *name, const struct buf *text)
{
	int fd = openat(s->tmp, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc, saved;

	if (fd < 0)
		return -1;
	rc = write_synced(fd, text->data, text->len);
	saved = errno;
	if (close(fd) != 0 && rc == 0) {
		rc = -1;
		saved = errno;
	}
	if (rc == 0) {
		rc = publish(s, name);
		saved = errno;
	}
	if (rc != 0)
		unlinkat(s->tmp, name, 0);
	errno = saved;
	return rc;
}

int
spool_put(struct spool *s, const char *id, int64_t received_ms, const void *data, size_t len)
{
	struct buf text = { 0 };
	char name[TIME_CHARS + ID_CHARS_MAX + 8];
	int rc, saved;

	if (!is_id(id) || received_ms < 0 || received_ms > 999999999999999) {
		errno = EINVAL;
		return -1;
	}
	if (has_id(s, id))
		return 0;
	compose(&text, received_ms, data, len);
	if (s->n >= s->files_max || s->bytes + (int64_t)text.len > s->bytes_max) {
		buf_wipe(&text);
		errno = ENOSPC;
		return -1;
	}
	snprintf(name, sizeof(name), "%015lld-%s", (long long)received_ms, id);
	rc = write_file(s, name, &text);
	saved = errno;
	if (rc == 0)
		insert(s, name, (int64_t)text.len);
	buf_wipe(&text);
	errno = saved;
	return rc;
}

/* ---- reading ---- */

static int
read_file(int folder, const char *name, struct buf *out)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), saved;
	ssize_t n = -1;

	buf_reset(out);
	if (fd < 0)
		return -1;
	do {
		n = read(fd, buf_room(out, 16384), 16384);
		if (n > 0)
			buf_added(out, (size_t)n);
	} while ((n > 0 && out->len <= FILE_BYTES_MAX) || (n < 0 && errno == EINTR));
	saved = errno;
	close(fd);
	errno = saved;
	return n < 0 ? -1 : 0;
}

/* Leaves only the payload in text; -1 if it is not what was written. */
static int
unpack(struct buf *text, int64_t *received_ms)
{
	uint8_t digest[DIGEST_BYTES], written[DIGEST_BYTES];
	long long ms;
	size_t len, body;
	int head = 0;

	if (text->len < TRAILER_CHARS || text->data[text->len - 1] != '\n')
		return -1;
	body = text->len - TRAILER_CHARS;
	digest_of(digest, NULL, text->data, body);
	if (hex_decode(written, text->data + body, DIGEST_BYTES * 2) != 0 ||
	    memcmp(digest, written, sizeof(digest)) != 0)
		return -1;
	if (sscanf(text->data, "kentongan-spool 1 %lld %zu%n", &ms, &len, &head) != 2 ||
	    text->data[head] != '\n' || (size_t)head + 1 + len != body)
		return -1;
	*received_ms = ms;
	memmove(text->data, text->data + head + 1, len);
	buf_cut(text, len);
	return 0;
}

/* Kept for a human to look at, under a name that takes no other file's place. */
static int
set_aside(struct spool *s, const char *name)
{
	char place[TIME_CHARS + ID_CHARS_MAX + 264];

	for (int i = 0; i < 1000; i++) {
		snprintf(place, sizeof(place), i == 0 ? "%s" : "%s.%d", name, i);
		if (renameat2(s->fresh, name, s->corrupt, place, RENAME_NOREPLACE) == 0) {
			log_error("spool_corrupt", "file=\"%s\"", log_quote(place, strlen(place)));
			return 0;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

int
spool_next(struct spool *s, const char *after_name, struct buf *name, struct buf *data,
    int64_t *received_ms)
{
	size_t at = after_name != NULL ? position(s, after_name) : 0;

	if (after_name != NULL && at < s->n && strcmp(s->entries[at].name, after_name) == 0)
		at++;
	while (at < s->n) {
		const char *file = s->entries[at].name;

		if (read_file(s->fresh, file, data) != 0) {
			if (errno != ENOENT)
				return -1;
		} else if (unpack(data, received_ms) == 0) {
			buf_reset(name);
			buf_adds(name, file);
			return 1;
		} else if (set_aside(s, file) != 0) {
			return -1;
		}
		forget(s, at);		/* another drainer took it, or it was set aside */
	}
	buf_reset(data);
	return 0;
}

int
spool_done(struct spool *s, const char *name)
{
	size_t at = position(s, name);

	FAULT_POINT("spool_drain_before_delete");
	/* Not synced: a file that comes back after a crash is drained again and known by its id. */
	if (unlinkat(s->fresh, name, 0) != 0 && errno != ENOENT)
		return -1;
	if (at < s->n && strcmp(s->entries[at].name, name) == 0)
		forget(s, at);
	return 0;
}
