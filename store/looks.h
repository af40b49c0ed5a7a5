#ifndef KENTONGAN_LOOKS_H
#define KENTONGAN_LOOKS_H
/*
 * How the pictures of the last months look, for who compares a new one.  A member is written by the
 * commit that stores the picture (commit.h); nothing of a sealed case stands here.
 *
 * Errors     -1: the store does not answer; see store_error().
 */
#include "core/photo.h"
#include "store/settings.h"
#include "store/store.h"

/* photo.* */
struct photo_rules looks_rules(const struct settings *set);
/* The latest first, at most so many.  How many were passed on. */
int looks_each(struct store *st, int64_t most, void (*cb)(const struct photo_seen *p, void *arg), void *arg);
/* Forgets what came before that time, and all but the latest most. */
void looks_sweep(struct store *st, int64_t before_ms, int64_t most);
/* Forgets those of one case. */
int looks_erase(struct store *st, const char *code);
#endif
