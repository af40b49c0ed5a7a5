#include "store/version.h"

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/archive.h"
#include "store/commit.h"

#define FILE_LIMIT (8u << 20)

/*
 * Not part of a version: settings of the machine, an import, the server's own.
 */
static const char *const left_out[] = { "kentongan.yaml", "petugas.csv", "redis.conf" };

static int
is_versioned(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; i < N_ELEMS(left_out); i++)
		if (strcmp(left_out[i], name) == 0)
			return 0;
	return dot != NULL && name[0] != '.' &&
	    (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".csv") == 0 || strcmp(dot, ".tsv") == 0 ||
	    strcmp(dot, ".bin") == 0 ||
	    strcmp(dot, ".geojson") == 0);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct conf_file *)a)->name, ((const struct conf_file *)b)->name);
}

static int
read_folder(struct conf_set *out, const char *conf_dir, const char *sub, struct buf *errors)
{
	struct buf path = { 0 };
	struct dirent *e;
	DIR *d;
	int rc = 0;

	buf_addf(&path, "%s/%s", conf_dir, sub);
	d = opendir(buf_str(&path));
	if (d == NULL) {
		buf_addf(errors, "%s: cannot be read: %s; name the configuration with --conf DIR\n",
		    buf_str(&path), strerror(errno));
		buf_release(&path);
		return -1;
	}
	while (rc == 0 && (e = readdir(d)) != NULL) {
		struct conf_file *f;

		if (!is_versioned(e->d_name))
			continue;
		out->files = xrealloc(out->files, sizeof(*out->files) * (out->n + 1));
		f = &out->files[out->n++];
		memset(f, 0, sizeof(*f));
		buf_reset(&path);
		buf_addf(&path, "%s%s", sub, e->d_name);
		f->name = xstrdup(buf_str(&path));
		buf_reset(&path);
		buf_addf(&path, "%s/%s", conf_dir, f->name);
		if (file_read(buf_str(&path), FILE_LIMIT, &f->data) != 0) {
			buf_addf(errors, "%s: cannot be read: %s\n", buf_str(&path),
			    strerror(errno));
			rc = -1;
		}
	}
	closedir(d);
	buf_release(&path);
	return rc;
}

int
version_read_files(struct conf_set *out, const char *conf_dir, struct buf *errors)
{
	if (read_folder(out, conf_dir, "", errors) != 0 ||
	    read_folder(out, conf_dir, "pesan/", errors) != 0)
		return -1;
	qsort(out->files, out->n, sizeof(*out->files), by_name);
	return 0;
}

static void
encode(struct buf *b, const struct conf_set *set)
{
	buf_adds(b, "kentongan-version 1\n");
	for (size_t i = 0; i < set->n; i++) {
		buf_addf(b, "%s %zu\n", set->files[i].name, set->files[i].data.len);
		buf_add(b, buf_str(&set->files[i].data), set->files[i].data.len);
	}
}

static int
decode(struct conf_set *out, const char *data, size_t len)
{
	const char *p = memchr(data, '\n', len), *end = data + len;

	if (p == NULL || strncmp(data, "kentongan-version 1\n", 20) != 0)
		return -1;
	for (p++; p < end;) {
		const char *line = memchr(p, '\n', (size_t)(end - p));
		char name[128];
		size_t size;
		struct conf_file *f;

		if (line == NULL || sscanf(p, "%127s %zu", name, &size) != 2 ||
		    size > (size_t)(end - line - 1))
			return -1;
		out->files = xrealloc(out->files, sizeof(*out->files) * (out->n + 1));
		f = &out->files[out->n++];
		memset(f, 0, sizeof(*f));
		f->name = xstrdup(name);
		buf_add(&f->data, line + 1, size);
		p = line + 1 + size;
	}
	return 0;
}

void
version_digest(char out[65], const struct conf_set *set)
{
	struct buf all = { 0 }, hex = { 0 };
	uint8_t d[DIGEST_BYTES];

	encode(&all, set);
	digest_of(d, NULL, all.data, all.len);
	buf_add_hex(&hex, d, sizeof(d));
	snprintf(out, 65, "%s", buf_str(&hex));
	buf_release(&all);
	buf_release(&hex);
}

static int
name_current(struct store *st, const char *who, const char *digest)
{
	struct commit_batch b = { 0 };
	struct buf key = { 0 };
	redisReply *r;
	int rc = -1;

	buf_add_key(&key, &st->keys, KEY_CURRENT, NULL, NULL);
	r = redis_pipe_command(st->pipe, "HMGET %b v d", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
		const redisReply *v = r->element[0], *d = r->element[1];

		if (d->type == REDIS_REPLY_STRING && strcmp(d->str, digest) == 0) {
			rc = 0;			/* in force already */
		} else {
			commit_begin(&b, store_now_ms(st));
			commit_add_document(&b, st,
			    &(struct document){ .key = KEY_CURRENT,
			    .version = v->type == REDIS_REPLY_STRING ?
			    strtoll(v->str, NULL, 10) : 0,
			    .data = digest, .len = strlen(digest), .what = "versi", .who = who,
			    .note = digest });
			rc = commit_run(&b, st) == 1 ? 0 : -1;
		}
	}
	freeReplyObject(r);
	commit_release(&b);
	buf_release(&key);
	return rc;
}

int
version_publish(struct store *st, const struct conf_set *set, const char *who, char digest[65])
{
	struct buf key = { 0 }, all = { 0 };
	char id[33];
	redisReply *r;
	int rc = 0;

	version_digest(digest, set);
	snprintf(id, sizeof(id), "%.32s", digest);
	encode(&all, set);
	buf_add_key(&key, &st->keys, KEY_VERSION, id, NULL);
	/* Once more when it is named: the archive may take away an old version that nobody names. */
	for (int named = 0; named < 2; named++) {
		r = redis_pipe_command(st->pipe, "SET %b %b", key.data, key.len, all.data, all.len);
		rc = r != NULL && r->type == REDIS_REPLY_STATUS ? 0 : -1;
		freeReplyObject(r);
		if (rc != 0 || (!named && (rc = name_current(st, who, digest)) != 0))
			break;
	}
	buf_release(&key);
	buf_release(&all);
	return rc;
}

void
version_cache_release(struct version_cache *c)
{
	for (size_t i = 0; i < c->n; i++)
		policy_free(c->versions[i].policy);
	free(c->versions);
	memset(c, 0, sizeof(*c));
}

/* Of a version that only archived cases name. */
static int
archived(struct store *st, const char *digest, struct buf *out)
{
	struct archive *a = archive_open(st->dir);
	int rc = archive_version(a, digest, out);

	archive_close(a);
	return rc == 1 ? 0 : -1;
}

static struct policy *
load(struct store *st, const char *digest)
{
	struct buf key = { 0 }, errors = { 0 };
	struct conf_set set = { 0 };
	struct buf bytes = { 0 };
	struct policy *p = NULL;
	char found[65];
	redisReply *r;

	buf_add_key(&key, &st->keys, KEY_VERSION, digest, NULL);
	r = redis_pipe_command(st->pipe, "GET %b", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_STRING)
		buf_add(&bytes, r->str, r->len);
	else if (r == NULL || archived(st, digest, &bytes) != 0) {
		log_error("version_missing", "version=%s err=\"%s\"", digest,
		    r == NULL ? redis_pipe_error(st->pipe) :
		    "neither in the store nor in the archive; run 'kentongan reload'");
		goto out;
	}
	if (decode(&set, buf_str(&bytes), bytes.len) != 0) {
		log_error("version_broken", "version=%s err=\"its bytes are no version\"", digest);
		goto out;
	}
	version_digest(found, &set);
	if (strncmp(found, digest, 32) != 0) {
		log_error("version_broken", "version=%s err=\"its bytes do not have its digest\"",
		    digest);
		goto out;
	}
	p = policy_reopen(&set, &errors);
	if (p == NULL)
		log_error("version_broken", "version=%s err=\"%s\"", digest,
		    log_quote(buf_str(&errors), errors.len));
	else
		snprintf(p->digest, sizeof(p->digest), "%s", found);
out:
	freeReplyObject(r);
	conf_release(&set);
	buf_release(&key);
	buf_release(&bytes);
	buf_release(&errors);
	malloc_trim(0);		/* its bytes were several times what is kept of them */
	return p;
}

const struct policy *
version_policy(struct version_cache *c, struct store *st, const char *digest)
{
	struct policy *p;

	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->versions[i].digest, digest) == 0)
			return c->versions[i].policy;
	p = load(st, digest);
	if (p == NULL)
		return NULL;
	c->versions = xrealloc(c->versions, sizeof(*c->versions) * (c->n + 1));
	snprintf(c->versions[c->n].digest, sizeof(c->versions[0].digest), "%s", digest);
	c->versions[c->n++].policy = p;
	return p;
}
