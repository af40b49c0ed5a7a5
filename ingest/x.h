#ifndef KENTONGAN_X_H
#define KENTONGAN_X_H
/*
 * A post or a direct message on X as a report: the same for every shape of the hook (account
 * activity, X activity, filtered stream) and for fetched mentions.
 *
 * Posts      the sender is "x:USER", the answer goes by the public route to "x:post:POST"; the
 *            message id is "post:POST", so that one post by two ways is one report.
 * Messages   the sender is "x:USER", answered there.
 */
#include <jansson.h>

#include "ingest/ingest.h"

/* A post of API v2.  us: our own account, "" unknown.  As telegram_read(). */
int x_read_post(struct laporan *l, const struct ingest *g, const json_t *post, const json_t *users,
    const char *us, const char **why);
/* 1 to 19 digits. */
int x_is_id(const char *s);
/* Both are ids; below 0, 0, above 0 as a is older, the same, newer. */
int x_id_compare(const char *a, const char *b);
#endif
