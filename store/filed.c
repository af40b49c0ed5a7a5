#include "store/filed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/code.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/log.h"

#define PURPOSE "media"
#define STORED_MOST ((size_t)128 << 20)
#define MASKED_BYTES (LOOKUP_CHARS / 2)
#define ASKED_AT_ONCE 256

static void
path_of(struct buf *path, const struct store *st, const char *name, const char *end)
{
	buf_addf(path, "%s/media/%s%s", st->dir, name, end);
}

/* Lays the mask that goes with this hash over the bytes, or takes it off. */
static void
mask(uint8_t bytes[MASKED_BYTES], const struct store *st, const char *hash)
{
	char hex[LOOKUP_CHARS + 1];
	uint8_t over[MASKED_BYTES];
	struct buf text = { 0 };

	buf_addf(&text, "file name %s", hash);
	lookup_of(hex, &st->lookup, buf_str(&text));
	hex_decode(over, hex, LOOKUP_CHARS);
	for (size_t i = 0; i < MASKED_BYTES; i++)
		bytes[i] ^= over[i];
	buf_release(&text);
}

void
filed_name(char name[MEDIA_NAME_CHARS], const struct store *st, const char *message_id,
    const char *ext)
{
	uint8_t id[MASKED_BYTES] = { 0 };
	size_t len = strlen(message_id);
	char hash[LOOKUP_CHARS + 1];
	struct buf text = { 0 };

	buf_addf(&text, "file %s", message_id);
	lookup_of(hash, &st->lookup, buf_str(&text));
	memcpy(id, message_id, len < sizeof(id) ? len : sizeof(id));
	mask(id, st, hash);
	buf_reset(&text);
	buf_add_hex(&text, id, sizeof(id));
	snprintf(name, MEDIA_NAME_CHARS, "%s%s.%s", hash, buf_str(&text), ext);
	buf_release(&text);
}

int
filed_owner(char message_id[FILED_OWNER_CHARS], const struct store *st, const char *name)
{
	char hash[LOOKUP_CHARS + 1], again[MEDIA_NAME_CHARS];

	memset(message_id, 0, FILED_OWNER_CHARS);
	if (!media_is_name(name) || strchr(name, '.') != name + 2 * LOOKUP_CHARS)
		return -1;
	snprintf(hash, sizeof(hash), "%.*s", LOOKUP_CHARS, name);
	if (hex_decode(message_id, name + LOOKUP_CHARS, LOOKUP_CHARS) != 0)
		return -1;
	mask((uint8_t *)message_id, st, hash);
	filed_name(again, st, message_id, media_type_named(name)->ext);
	return strcmp(again, name) == 0 ? 0 : -1;
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

/* ---- what is nobody's ---- */

struct stored { char name[MEDIA_NAME_CHARS], message[FILED_OWNER_CHARS]; };

struct sweep {
	struct store *st;
	int folder, removed;
	struct stored *stored;		/* old files whose owner is to be asked for */
	size_t n, cap;
};

static void
take_away(struct sweep *w, const char *name)
{
	w->removed += unlinkat(w->folder, name, 0) == 0;
}

static void
look_at(struct sweep *w, const char *name)
{
	struct stored s = { .name = "" };

	if (!media_is_name(name)) {
		take_away(w, name);
	} else if (filed_owner(s.message, w->st, name) == 0) {
		snprintf(s.name, sizeof(s.name), "%.*s", MEDIA_NAME_CHARS - 1, name);
		if (w->n == w->cap) {
			w->cap = w->cap ? 2 * w->cap : 64;
			w->stored = xrealloc(w->stored, sizeof(*w->stored) * w->cap);
		}
		w->stored[w->n++] = s;
	}
}

static int
ask_shelf(struct store *st, const char *code)
{
	struct redis_args a = { 0 };
	char shelf[SHELF_CHARS + 1];
	int rc;

	shelf_of(shelf, code);
	redis_args_adds(&a, "HEXISTS");
	args_add_key(&a, st, KEY_SHELF, shelf, NULL);
	redis_args_adds(&a, strlen(code) > SHELF_CHARS ? code + SHELF_CHARS : "");
	rc = redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
	return rc;
}

/* Message ids are CODE.N.  Two questions: is it in the store, is its case in the archive? */
static int
ask_for_owner(struct store *st, const char *message)
{
	struct redis_args a = { 0 };
	char code[CODE_CHARS + 1];
	int rc;

	snprintf(code, sizeof(code), "%.*s", CODE_CHARS, message);
	redis_args_adds(&a, "EXISTS");
	args_add_key(&a, st, KEY_MSG, message, NULL);
	args_add_key(&a, st, KEY_CASE, code, NULL);
	rc = redis_pipe_queue(st->pipe, a.n, (const char **)a.argv, a.lens) != 0 || ask_shelf(st, code) != 0 ? -1 : 0;
	redis_args_release(&a);
	return rc;
}

/* How many of the answers say that it is somebody's; -1 unless both are clear. */
static int
owners(struct store *st)
{
	int n = 0;

	for (int i = 0; i < 2; i++) {
		redisReply *r = redis_pipe_reply(st->pipe);

		n = r == NULL || r->type != REDIS_REPLY_INTEGER || n < 0 ? -1 : n + (int)r->integer;
		freeReplyObject(r);
	}
	return n;
}

/* Only a clear no removes. */
static int
judge(struct sweep *w, const struct stored *some, size_t n)
{
	size_t queued = 0;
	int rc = 0;

	while (queued < n && ask_for_owner(w->st, some[queued].message) == 0)
		queued++;
	for (size_t i = 0; i < queued; i++) {
		int found = owners(w->st);

		if (found < 0)
			rc = -1;
		else if (found == 0)
			take_away(w, some[i].name);
	}
	return queued == n ? rc : -1;
}

/* An empty store, or an older one, knows no case: then every file would seem to be nobody's. */
static void
judge_all(struct sweep *w)
{
	int rc = w->n == 0 ? 0 : store_check(w->st);

	for (size_t at = 0; rc == 0 && at < w->n; at += ASKED_AT_ONCE)
		rc = judge(w, w->stored + at, w->n - at < ASKED_AT_ONCE ? w->n - at : ASKED_AT_ONCE);
	if (rc != 0)
		log_warn("files_not_judged", "files=%zu", w->n);
}

int
filed_sweep(struct store *st, int64_t before_ms)
{
	struct sweep w = { .st = st };
	struct buf folder = { 0 };
	struct dirent *d;
	DIR *dir;

	path_of(&folder, st, "", "");
	dir = opendir(buf_str(&folder));
	buf_release(&folder);
	if (dir == NULL)
		return -1;
	w.folder = dirfd(dir);
	while ((d = readdir(dir)) != NULL) {
		struct stat s;

		if (fstatat(w.folder, d->d_name, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(s.st_mode) &&
		    (int64_t)s.st_mtim.tv_sec * 1000 < before_ms)
			look_at(&w, d->d_name);
	}
	judge_all(&w);
	closedir(dir);
	free(w.stored);
	return w.removed;
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
