#ifndef KENTONGAN_MULTIPART_H
#define KENTONGAN_MULTIPART_H
/*
 * Forms with files in them: multipart/form-data, RFC 7578.
 *
 * Ownership  a part points into the body.
 * Errors     -1: no such form, or a broken one; parts before the break were passed on.
 */
#include <stddef.h>

struct multipart_part {
	const char *name; size_t name_len;	/* as sent; browsers write %22 for a quote in it */
	int is_file;
	const char *data; size_t len;
};
int multipart_walk(const char *content_type, const char *body, size_t len,
    void (*cb)(const struct multipart_part *p, void *arg), void *arg);
#endif
