#ifndef KENTONGAN_ROUTER_CANARY_H
#define KENTONGAN_ROUTER_CANARY_H
/* A canary (store/canary.h) is read like every report, noted as heard, and forgotten. */
#include "router/work.h"

/* 1 it was one and is used up, 0 it is none, -1 come again. */
int canary_take(struct router *r, struct entry *e);
#endif
