#ifndef KENTONGAN_ROUTER_CALLOUT_H
#define KENTONGAN_ROUTER_CALLOUT_H
/*
 * What volunteers answer to a call.  "1" and "2" mean the call, unless the same number also has a
 * report that waits for these very digits; BISA and TIDAK always do (core/callout.h).  Once the call is
 * over nothing but the bare word is one; all else is a report.
 */
#include "router/converse.h"

struct input_id;
struct router;
struct entry;

/* 1 used up, 0 no answer to a call, -1 come again. */
int volunteer_speaks(struct router *r, struct entry *e, const struct speech *s);
/* STOP, or a number that is not his: nobody calls him any more.  input: that word.  0, or -1: come again. */
int volunteer_quits(struct router *r, struct entry *e, const struct input_id *input);
#endif
