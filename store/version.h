#ifndef KENTONGAN_VERSION_H
#define KENTONGAN_VERSION_H
/*
 * Versions of the configuration: immutable, named by the digest of their files, published to the
 * store.  Every daemon works on the version the store names; a running case finds its own again.
 *
 * Ownership  a cache owns the policies it hands out; they live as long as it does.
 */
#include "core/policy.h"
#include "store/store.h"

/*
 * Reads the files of a version (all but kentongan.yaml, petugas.csv, redis.conf,
 * borders) from DIR.
 */
int version_read_files(struct conf_set *out, const char *conf_dir, struct buf *errors);
void version_digest(char out[65], const struct conf_set *set);

/*
 * Publishes a checked set: the version is there before it is named.  0, or -1 with
 * store_error().
 */
int version_publish(struct store *st, const struct conf_set *set, const char *who, char digest[65]);

struct version_cache {
	struct version { char digest[33]; struct policy *policy; } *versions;
	size_t n;
};
void version_cache_release(struct version_cache *c);
/* The policy of a version, loaded at need.  NULL with a log line when it is gone or broken. */
const struct policy *version_policy(struct version_cache *c, struct store *st, const char *digest);
#endif
