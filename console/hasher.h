#ifndef KENTONGAN_HASHER_H
#define KENTONGAN_HASHER_H
/*
 * Passwords are checked and made in a few threads beside the loop: each takes tenths of a second and
 * 64 MiB on purpose, so their number bounds memory and the queue bounds patience.
 *
 * Ownership  a job's password is copied, and wiped when it is done.
 */
#include <event2/event.h>

#include "store/account.h"

#define HASHER_THREADS 2
#define HASHER_QUEUE 32

struct hasher;
/* NULL: threads or pipe not to be had. */
struct hasher *hasher_new(struct event_base *base);
/* Jobs that have not been answered are not answered any more. */
void hasher_free(struct hasher *h);
/*
 * Checks password against hash: cb comes later, from the loop, with whether it fitted; made is a new
 * hash where the old one was made with less than today's cost, else "".  Makes one: made is it.  -1:
 * the queue is full; cb does not come.
 */
typedef void (*on_hashed)(int fits, const char *made, void *arg);
int hasher_check(struct hasher *h, const char *hash, const char *password, size_t len, on_hashed cb,
    void *arg);
int hasher_make(struct hasher *h, const char *password, size_t len, on_hashed cb, void *arg);
#endif
