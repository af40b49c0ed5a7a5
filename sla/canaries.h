#ifndef KENTONGAN_CANARIES_H
#define KENTONGAN_CANARIES_H
/*
 * Every canary.every a known report goes in by each channel that this machine can send by itself, over
 * HTTP, signed as that channel asks for, through the public door.  One that the router has not read within
 * canary.within, or has read otherwise, is an alarm that names the channel and the broken link.
 */
#include "store/canary.h"
#include "store/house.h"

struct event_base;
struct canaries;
/* The first goes after one canary.every: a house that has just begun is not whole yet. */
struct canaries *canaries_new(struct house *h, struct event_base *base);
void canaries_free(struct canaries *c);
/* Sends what is due, looks for what is on its way; how long until the next look, in ms. */
int64_t canaries_run(struct canaries *c);
#endif
