#ifndef KENTONGAN_RULES_H
#define KENTONGAN_RULES_H
/*
 * Whether the router can read by a configuration: what policy_parse() only carries along (words,
 * borders) is made ready once, as the router will.  For whoever checks or publishes one.
 */
#include "core/policy.h"

/* 0, or -1 with a line per mistake in errors. */
int rules_check(const struct policy *p, struct buf *errors);
#endif
