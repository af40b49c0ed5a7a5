#include "store/unfinished.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/escape.h"

#define PARENT "media"
#define FOLDER PARENT "/bagian"
#define PURPOSE_HEAD "unggahan"
#define PURPOSE_DONE "unggahan selesai"

/* A record: four bytes of its length, the most significant first, then so many sealed ones. */
#define COUNT_BYTES 4
#define LENGTH_BYTES 8
#define HEAD_BYTES (SEAL_WRAPPED_BYTES + SEAL_OVERHEAD + LENGTH_BYTES)
#define DONE_BYTES (COUNT_BYTES + SEAL_OVERHEAD)	/* a record of nothing: no piece is so short */
#define PIECE_MOST ((size_t)128 << 20)

static void
path_of(struct buf *path, const struct store *st, const char *name)
{
	buf_addf(path, "%s/" FOLDER "%s%s", st->dir, name[0] != '\0' ? "/" : "", name);
}

/* The half of a name that all uploads of a report have in common. */
static void
hash_of(char out[LOOKUP_CHARS + 1], const struct store *st, const struct code *code)
{
	struct buf text = { 0 };

	buf_addf(&text, "upload of %s", code->s);
	lookup_of(out, &st->lookup, buf_str(&text));
	buf_release(&text);
}

static void
name_it(struct unfinished *u, const struct store *st, const struct code *code, const char *id)
{
	char hash[LOOKUP_CHARS + 1];

	hash_of(hash, st, code);
	snprintf(u->id, sizeof(u->id), "%.32s", id);
	snprintf(u->name, sizeof(u->name), "%s%s", hash, u->id);
}

static int
is_id(const char *id)
{
	return strlen(id) == UNFINISHED_ID_CHARS - 1 &&
	    strspn(id, "0123456789abcdef") == UNFINISHED_ID_CHARS - 1;
}

/* A name made in that folder, below DIR, outlives a fall of the machine. */
static int
folder_sync(const struct store *st, const char *folder)
{
	struct buf path = { 0 };
	int fd, rc = -1;

	buf_addf(&path, "%s/%s", st->dir, folder);
	fd = open(buf_str(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		rc = fsync(fd);
		close(fd);
	}
	buf_release(&path);
	return rc;
}

int
unfinished_prepare(const struct store *st)
{
	struct buf path = { 0 };
	int rc;

	path_of(&path, st, "");
	rc = mkdir(buf_str(&path), 0700);
	if (rc == 0)
		rc = folder_sync(st, PARENT);
	else if (errno == EEXIST)
		rc = 0;
	buf_release(&path);
	return rc;
}

/* ---- bytes ---- */

static void
put_number(uint8_t *out, uint64_t n, size_t bytes)
{
	for (size_t i = bytes; i-- > 0; n >>= 8)
		out[i] = (uint8_t)n;
}

static uint64_t
get_number(const char *in, size_t bytes)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | (uint8_t)in[i];
	return n;
}

static int
write_at(int fd, const struct buf *b, size_t at)
{
	for (size_t done = 0; done < b->len; ) {
		ssize_t n = pwrite(fd, b->data + done, b->len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

/* Fills out with so many bytes; -1: they are not there, EBADMSG, or cannot be read. */
static int
read_at(int fd, size_t at, size_t len, struct buf *out)
{
	char *room;

	buf_reset(out);
	room = buf_room(out, len);
	for (size_t done = 0; done < len; ) {
		ssize_t n = pread(fd, room + done, len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EBADMSG;
		if (n <= 0)
			return -1;
		done += (size_t)n;
	}
	buf_added(out, len);
	return 0;
}

/* What seals the piece of that place. */
static const char *
purpose_of(char out[40], size_t offset)
{
	snprintf(out, 40, "bagian %zu", offset);
	return out;
}

/* A record of these bytes. */
static void
add_record(struct buf *out, const struct seal_key *key, const char *purpose, const void *data, size_t len)
{
	uint8_t count[COUNT_BYTES];

	put_number(count, len + SEAL_OVERHEAD, sizeof(count));
	buf_add(out, count, sizeof(count));
	seal_add(out, key, purpose, data, len);
}

/* Opens the record there, whose sealed bytes are so many. */
static int
open_record(const struct unfinished *u, size_t at, size_t sealed, const char *purpose, struct buf *out)
{
	struct buf raw = { 0 };
	int rc = read_at(u->fd, at + COUNT_BYTES, sealed, &raw);

	if (rc == 0 && (rc = seal_open(out, &u->key, purpose, raw.data, raw.len)) != 0)
		errno = EBADMSG;
	buf_release(&raw);
	return rc;
}

/* Fills in how many sealed bytes the record there has.  -1: no whole one is within the file, EBADMSG, or errno. */
static int
record_at(const struct unfinished *u, size_t at, size_t size, size_t *sealed)
{
	struct buf count = { 0 };
	int rc = -1;

	*sealed = 0;
	errno = EBADMSG;
	if (at + COUNT_BYTES <= size && (rc = read_at(u->fd, at, COUNT_BYTES, &count)) == 0)
		*sealed = (size_t)get_number(count.data, COUNT_BYTES);
	buf_release(&count);
	if (rc != 0)
		return -1;
	errno = EBADMSG;
	return *sealed < SEAL_OVERHEAD || *sealed > PIECE_MOST || *sealed > size - at - COUNT_BYTES ? -1 : 0;
}

/* ---- what is there ---- */

/* Passes over the records; a last one that a crash left half written is no piece.  -1: the disk, errno. */
static int
count_pieces(struct unfinished *u, size_t size)
{
	size_t at = HEAD_BYTES, sealed, before = HEAD_BYTES, last = 0;
	struct buf plain = { 0 };
	char purpose[40];
	int rc = 0;

	while ((rc = record_at(u, at, size, &sealed)) == 0) {
		if (sealed == SEAL_OVERHEAD) {
			rc = open_record(u, at, sealed, PURPOSE_DONE, &plain);
			u->is_done = rc == 0;
			break;
		}
		before = at;
		last = sealed;
		at += COUNT_BYTES + sealed;
		u->have += sealed - SEAL_OVERHEAD;
		u->pieces++;
	}
	u->end = at;
	if ((rc == 0 || errno == EBADMSG) && !u->is_done && u->pieces > 0 && (rc = open_record(u, before, last,
	    purpose_of(purpose, u->have - (last - SEAL_OVERHEAD)), &plain)) != 0 && errno == EBADMSG) {
		u->end = before;
		u->have -= last - SEAL_OVERHEAD;
		u->pieces--;
	}
	if (u->is_done)
		u->have = u->length;
	buf_wipe(&plain);
	return rc == 0 || errno == EBADMSG ? 0 : -1;
}

static int
read_head(struct unfinished *u, const struct store *st)
{
	struct buf raw = { 0 }, plain = { 0 };
	int rc = read_at(u->fd, 0, HEAD_BYTES, &raw);

	if (rc == 0) {
		rc = seal_unwrap(&u->key, &st->master, raw.data, SEAL_WRAPPED_BYTES) == 0 &&
		    seal_open(&plain, &u->key, PURPOSE_HEAD, raw.data + SEAL_WRAPPED_BYTES,
		    raw.len - SEAL_WRAPPED_BYTES) == 0 ? 0 : -1;
		if (rc == 0)
			u->length = (size_t)get_number(plain.data, LENGTH_BYTES);
		else
			errno = EBADMSG;
	}
	buf_release(&raw);
	buf_release(&plain);
	return rc;
}

/* 0 it is ours now; -1: somebody else's (EWOULDBLOCK), or removed meanwhile (ENOENT). */
static int
lock(int fd, struct stat *s)
{
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, s) != 0)
		return -1;
	errno = ENOENT;
	return s->st_nlink > 0 ? 0 : -1;
}

static int64_t
date_of(const struct stat *s)
{
	return (int64_t)s->st_mtim.tv_sec * 1000 + s->st_mtim.tv_nsec / 1000000;
}

static int
open_file(struct unfinished *u, const struct store *st, int flags)
{
	struct buf path = { 0 };
	int fd;

	path_of(&path, st, u->name);
	fd = open(buf_str(&path), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	buf_release(&path);
	return fd;
}

enum unfinished_result
unfinished_open(struct unfinished *u, const struct store *st, const struct code *code, const char *id)
{
	enum unfinished_result result = UNFINISHED_FAILED;
	struct unfinished named = { .fd = -1 };		/* id may be that in u */
	struct stat s;

	if (is_id(id))
		name_it(&named, st, code, id);
	*u = named;
	if (u->id[0] == '\0')
		return UNFINISHED_GONE;
	u->fd = open_file(u, st, 0);
	if (u->fd < 0 || lock(u->fd, &s) != 0) {
		result = errno == ENOENT ? UNFINISHED_GONE : errno == EWOULDBLOCK ? UNFINISHED_BUSY : result;
	} else if (read_head(u, st) != 0) {
		if (errno == EBADMSG && unfinished_drop(u, st) == 0)
			result = UNFINISHED_BROKEN;
	} else if (count_pieces(u, (size_t)s.st_size) == 0 && fdatasync(u->fd) == 0) {
		/* Synced: whoever wrote the last piece may have died before he did. */
		u->touched_ms = date_of(&s);
		return UNFINISHED_OK;
	}
	unfinished_close(u);
	return result;
}

/* ---- changes ---- */

int
unfinished_begin(struct unfinished *u, const struct store *st, const struct code *code, size_t length)
{
	uint8_t wrapped[SEAL_WRAPPED_BYTES], raw[(UNFINISHED_ID_CHARS - 1) / 2], number[LENGTH_BYTES];
	struct buf head = { 0 };
	struct stat s;
	int saved;

	*u = (struct unfinished){ .length = length, .end = HEAD_BYTES };
	random_bytes(raw, sizeof(raw));
	buf_add_hex(&head, raw, sizeof(raw));
	name_it(u, st, code, buf_str(&head));
	buf_reset(&head);
	seal_key_random(&u->key);
	seal_wrap(wrapped, &st->master, &u->key);
	put_number(number, length, sizeof(number));
	buf_add(&head, wrapped, sizeof(wrapped));
	seal_add(&head, &u->key, PURPOSE_HEAD, number, sizeof(number));
	u->fd = open_file(u, st, O_CREAT | O_EXCL);
	if (u->fd >= 0 && lock(u->fd, &s) == 0 && write_at(u->fd, &head, 0) == 0 && fsync(u->fd) == 0 &&
	    folder_sync(st, FOLDER) == 0 && fstat(u->fd, &s) == 0) {
		u->touched_ms = date_of(&s);
		buf_release(&head);
		return 0;
	}
	saved = errno;
	if (u->fd >= 0)
		unfinished_drop(u, st);
	unfinished_close(u);
	buf_release(&head);
	errno = saved;
	return -1;
}

int
unfinished_add(struct unfinished *u, const void *data, size_t len)
{
	struct buf record = { 0 };
	struct stat s;
	char purpose[40];
	int rc;

	add_record(&record, &u->key, purpose_of(purpose, u->have), data, len);
	/* What a crash left behind the last piece must not stand behind this one. */
	rc = ftruncate(u->fd, (off_t)u->end) == 0 && write_at(u->fd, &record, u->end) == 0 &&
	    fdatasync(u->fd) == 0 && fstat(u->fd, &s) == 0 ? 0 : -1;
	if (rc == 0) {
		u->end += record.len;
		u->have += len;
		u->pieces++;
		u->touched_ms = date_of(&s);
	} else {
		int saved = errno;

		if (ftruncate(u->fd, (off_t)u->end) == 0)	/* else the next piece begins by it */
			errno = saved;
	}
	buf_release(&record);
	return rc;
}

int
unfinished_read(const struct unfinished *u, struct buf *out)
{
	size_t have = 0;
	char purpose[40];

	for (size_t at = HEAD_BYTES; at < u->end; ) {
		size_t sealed;

		if (record_at(u, at, u->end, &sealed) != 0 ||
		    open_record(u, at, sealed, purpose_of(purpose, have), out) != 0)
			return -1;
		have += sealed - SEAL_OVERHEAD;
		at += COUNT_BYTES + sealed;
	}
	return 0;
}

/* The word goes over the first piece: whatever a crash leaves behind it, it says that all is done. */
int
unfinished_done(struct unfinished *u)
{
	struct buf record = { 0 };
	int rc;

	add_record(&record, &u->key, PURPOSE_DONE, "", 0);
	rc = write_at(u->fd, &record, HEAD_BYTES) == 0 && ftruncate(u->fd, HEAD_BYTES + DONE_BYTES) == 0 &&
	    fdatasync(u->fd) == 0 ? 0 : -1;
	if (rc == 0) {
		u->is_done = 1;
		u->have = u->length;
		u->end = HEAD_BYTES + DONE_BYTES;
	}
	buf_release(&record);
	return rc;
}

int
unfinished_drop(const struct unfinished *u, const struct store *st)
{
	struct buf path = { 0 };
	int rc;

	path_of(&path, st, u->name);
	rc = unlink(buf_str(&path));
	buf_release(&path);
	return rc;
}

void
unfinished_close(struct unfinished *u)
{
	int saved = errno;

	if (u->fd >= 0)
		close(u->fd);		/* and the lock with it */
	memset(&u->key, 0, sizeof(u->key));
	u->fd = -1;
	errno = saved;
}

/* ---- all of them ---- */

static DIR *
open_folder(const struct store *st)
{
	struct buf path = { 0 };
	DIR *dir;

	path_of(&path, st, "");
	dir = opendir(buf_str(&path));
	buf_release(&path);
	return dir;
}

static int
look_at(int folder, const char *name, struct stat *s)
{
	return fstatat(folder, name, s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(s->st_mode) ? 0 : -1;
}

static int
is_done(const struct stat *s)
{
	return s->st_size == HEAD_BYTES + DONE_BYTES;
}

/* Begun and not done. */
static int
is_begun(int folder, const char *name, struct stat *s)
{
	return look_at(folder, name, s) == 0 && !is_done(s);
}

int
unfinished_count(const struct store *st, const struct code *code)
{
	char hash[LOOKUP_CHARS + 1];
	DIR *dir = open_folder(st);
	struct dirent *d;
	struct stat s;
	int n = 0;

	if (dir == NULL)
		return -1;
	hash_of(hash, st, code);
	while ((d = readdir(dir)) != NULL)
		n += strncmp(d->d_name, hash, LOOKUP_CHARS) == 0 && is_begun(dirfd(dir), d->d_name, &s);
	closedir(dir);
	return n;
}

/* Locked, to be removed; -1 also for one that somebody has open: he is just writing to it. */
static int
open_locked(int folder, const char *name, struct stat *s)
{
	int fd = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || (lock(fd, s) == 0 && S_ISREG(s->st_mode)))
		return fd;
	close(fd);
	return -1;
}

static int
goes_before(const struct stat *a, const struct stat *b)
{
	int a_is_empty = a->st_size <= (off_t)HEAD_BYTES, b_is_empty = b->st_size <= (off_t)HEAD_BYTES;

	return a_is_empty != b_is_empty ? a_is_empty : date_of(a) < date_of(b);
}

int
unfinished_displace(const struct store *st, const struct code *code)
{
	char hash[LOOKUP_CHARS + 1], name[UNFINISHED_NAME_CHARS] = "";
	DIR *dir = open_folder(st);
	struct stat s, first = { 0 };
	struct dirent *d;
	int fd = -1, other, rc = 0;

	if (dir == NULL)
		return -1;
	hash_of(hash, st, code);
	while ((d = readdir(dir)) != NULL) {
		if (strncmp(d->d_name, hash, LOOKUP_CHARS) != 0 || !is_begun(dirfd(dir), d->d_name, &s) ||
		    (fd >= 0 && !goes_before(&s, &first)) || (other = open_locked(dirfd(dir), d->d_name, &s)) < 0)
			continue;
		if (fd >= 0)
			close(fd);
		fd = other;
		first = s;
		snprintf(name, sizeof(name), "%.64s", d->d_name);
	}
	if (fd >= 0) {
		rc = unlinkat(dirfd(dir), name, 0) == 0 ? 1 : -1;
		close(fd);
	}
	closedir(dir);
	return rc;
}

static int
remove_old(int folder, const char *name, int64_t before_ms)
{
	struct stat s;
	int fd = open_locked(folder, name, &s), gone;

	if (fd < 0)
		return 0;
	gone = date_of(&s) < before_ms && unlinkat(folder, name, 0) == 0;
	close(fd);
	return gone;
}

int
unfinished_sweep(const struct store *st, int64_t before_ms, int *begun)
{
	DIR *dir = open_folder(st);
	struct dirent *d;
	struct stat s;
	int n = 0;

	if (dir == NULL)
		return -1;
	*begun = 0;
	while ((d = readdir(dir)) != NULL) {
		if (look_at(dirfd(dir), d->d_name, &s) != 0)
			continue;
		/* A lock, even a short one, would have its client told that somebody else is writing. */
		if (date_of(&s) < before_ms && remove_old(dirfd(dir), d->d_name, before_ms))
			n++;
		else if (!is_done(&s))
			++*begun;
	}
	closedir(dir);
	return n;
}
