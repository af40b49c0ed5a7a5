#include "store/filed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/escape.h"

#define PURPOSE "media"
#define STORED_MOST ((size_t)128 << 20)

static void
path_of(struct buf *path, const struct store *st, const char *name, const char *end)
{
	buf_addf(path, "%s/media/%s%s", st->dir, name, end);
}

void
filed_name(char name[MEDIA_NAME_CHARS], const struct store *st, const char *message_id,
    const char *ext)
{
	char hash[LOOKUP_CHARS + 1];
	struct buf text = { 0 };

	buf_addf(&text, "file %s", message_id);
	lookup_of(hash, &st->lookup, buf_str(&text));
	snprintf(name, MEDIA_NAME_CHARS, "%s.%s", hash, ext);
	buf_release(&text);
}

int
filed_put(const struct store *st, const struct seal_key *key, const char *name, const void *data,
    size_t len)
{
	struct buf path = { 0 }, sealed = { 0 };
	int rc;

	path_of(&path, st, name, "");
	seal_add(&sealed, key, PURPOSE, data, len);
	rc = file_write(buf_str(&path), sealed.data, sealed.len, 0600);
	buf_release(&path);
	buf_release(&sealed);
	return rc;
}

int
filed_is_there(const struct store *st, const char *message_id)
{
	int there = 0;

	for (size_t i = 0; !there && media_type_at(i) != NULL; i++) {
		char name[MEDIA_NAME_CHARS];
		struct buf path = { 0 };

		filed_name(name, st, message_id, media_type_at(i)->ext);
		path_of(&path, st, name, "");
		there = access(buf_str(&path), F_OK) == 0;
		buf_release(&path);
	}
	return there;
}

int
filed_get(const struct store *st, const struct seal_key *key, const char *name, struct buf *out)
{
	struct buf path = { 0 }, sealed = { 0 };
	int rc = -1;

	errno = ENOENT;
	if (!media_is_name(name))
		return -1;
	path_of(&path, st, name, "");
	if (file_read(buf_str(&path), STORED_MOST, &sealed) == 0) {
		rc = seal_open(out, key, PURPOSE, sealed.data, sealed.len);
		if (rc != 0)
			errno = EBADMSG;
	}
	buf_release(&path);
	buf_release(&sealed);
	return rc;
}

/* ---- uploads ---- */

#define UPLOAD_END ".masuk"

static int
is_upload(const char *name)
{
	return strlen(name) == UPLOAD_NAME_CHARS - 1 &&
	    strspn(name, "0123456789abcdef") == UPLOAD_NAME_CHARS - 1;
}

static void
name_upload(char name[UPLOAD_NAME_CHARS], const struct store *st, const char *id)
{
	uint8_t raw[(UPLOAD_NAME_CHARS - 1) / 2];
	struct buf text = { 0 };

	if (id != NULL) {
		buf_addf(&text, "upload %s", id);
		lookup_of(name, &st->lookup, buf_str(&text));
	} else {
		random_bytes(raw, sizeof(raw));
		buf_add_hex(&text, raw, sizeof(raw));
		snprintf(name, UPLOAD_NAME_CHARS, "%s", buf_str(&text));
	}
	buf_release(&text);
}

int
upload_put(const struct store *st, const char *id, char name[UPLOAD_NAME_CHARS], const void *data,
    size_t len)
{
	uint8_t wrapped[SEAL_WRAPPED_BYTES];
	struct seal_key key;
	struct buf path = { 0 }, sealed = { 0 };
	int rc;

	name_upload(name, st, id);
	seal_key_random(&key);
	seal_wrap(wrapped, &st->master, &key);
	buf_add(&sealed, wrapped, sizeof(wrapped));
	seal_add(&sealed, &key, PURPOSE, data, len);
	path_of(&path, st, name, UPLOAD_END);
	rc = file_write(buf_str(&path), sealed.data, sealed.len, 0600);
	memset(&key, 0, sizeof(key));
	buf_release(&path);
	buf_release(&sealed);
	return rc;
}

int
upload_get(const struct store *st, const char *name, size_t most, struct buf *out)
{
	struct buf path = { 0 }, sealed = { 0 };
	struct seal_key key;
	int rc = -1;

	errno = ENOENT;
	if (!is_upload(name))
		return -1;
	path_of(&path, st, name, UPLOAD_END);
	if (file_read(buf_str(&path), most + SEAL_WRAPPED_BYTES + SEAL_OVERHEAD, &sealed) == 0) {
		if (sealed.len > SEAL_WRAPPED_BYTES &&
		    seal_unwrap(&key, &st->master, sealed.data, SEAL_WRAPPED_BYTES) == 0)
			rc = seal_open(out, &key, PURPOSE, sealed.data + SEAL_WRAPPED_BYTES,
			    sealed.len - SEAL_WRAPPED_BYTES);
		if (rc != 0)
			errno = EBADMSG;
		memset(&key, 0, sizeof(key));
	}
	buf_release(&path);
	buf_release(&sealed);
	return rc;
}

void
upload_drop(const struct store *st, const char *name)
{
	struct buf path = { 0 };

	if (!is_upload(name))
		return;
	path_of(&path, st, name, UPLOAD_END);
	unlink(buf_str(&path));		/* gone already is fine */
	buf_release(&path);
}

int
filed_sweep(const struct store *st, int64_t before_ms)
{
	struct buf folder = { 0 };
	struct dirent *d;
	DIR *dir;
	int n = 0;

	path_of(&folder, st, "", "");
	dir = opendir(buf_str(&folder));
	buf_release(&folder);
	if (dir == NULL)
		return -1;
	while ((d = readdir(dir)) != NULL) {
		struct stat s;

		if (!media_is_name(d->d_name) &&
		    fstatat(dirfd(dir), d->d_name, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(s.st_mode) &&
		    (int64_t)s.st_mtim.tv_sec * 1000 < before_ms && unlinkat(dirfd(dir), d->d_name, 0) == 0)
			n++;
	}
	closedir(dir);
	return n;
}

int64_t
filed_room(const struct store *st)
{
	struct buf path = { 0 };
	struct statvfs v;
	int rc;

	path_of(&path, st, "", "");
	rc = statvfs(buf_str(&path), &v);
	buf_release(&path);
	return rc == 0 ? (int64_t)v.f_bavail * (int64_t)v.f_frsize : -1;
}
