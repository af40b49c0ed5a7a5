#ifndef KENTONGAN_INBOX_H
#define KENTONGAN_INBOX_H
/*
 * Reading the in streams: lane e first, own pending entries after a start or a lost answer, those
 * of dead routers after two looks.
 */
#include "lib/redis.h"
#include "router/work.h"

struct inbox;

struct inbox *inbox_new(struct router *r, struct event_base *base, const char *consumer);
void inbox_free(struct inbox *in);
/* Begins (or goes on) reading; own pending entries come first. */
void inbox_start(struct inbox *in);
/* Takes no new entries; 1 when none is being worked on. */
int inbox_stop(struct inbox *in);
#endif
