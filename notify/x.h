#ifndef KENTONGAN_NOTIFY_X_H
#define KENTONGAN_NOTIFY_X_H
/* X, API v2.  Addresses: "x:USER" (a direct message), "x:post:POST" (a public answer below it). */
#include "notify/channel.h"

struct httpc_answer;

int x_open(struct channel *c, const struct ways_env *env);
/* Path below the interface's address and JSON document.  0; -1: no such address, or too long. */
int x_request(const struct outbox_item *it, struct buf *path, struct buf *json);
/* now_s: for x-rate-limit-reset.  r->why is kept in why, or is static. */
void x_outcome(const struct httpc_answer *a, int64_t now_s, struct send_result *r, char *why,
    size_t size);
/*
 * Length as X counts it (twitter-text, version 3): Latin and a little more count 1, all else 2, a
 * URL 23 whatever its length.
 */
#define X_POST_MOST 280
int x_weighted_length(const char *text, size_t len);
#endif
