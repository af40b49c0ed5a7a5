#ifndef KENTONGAN_VIEW_H
#define KENTONGAN_VIEW_H
/* A case as JSON, for the command line and the API: the same everywhere. */
#include "core/blur.h"
#include "store/cases.h"

/* The case without its log: one object, ending before its closing brace. */
void view_case_open(struct buf *b, const struct policy *p, const struct case_record *c,
    int64_t now_ms);
/* What became of its messages, as an array; 0 or -1. */
int view_messages(struct buf *b, struct store *st, const struct case_record *c);
/*
 * The whole object with "log", read by the seqs the case holds, "messages" with their states and, for
 * what was said in public, "link".  hide: for who sees it blurred, as is s already; NULL: nothing is hidden.
 * 0, or -1 when the store did not answer.
 */
int view_case(struct buf *b, struct store *st, const struct policy *p, const struct stored_case *s,
    const struct blur *hide, int64_t now_ms);
#endif
