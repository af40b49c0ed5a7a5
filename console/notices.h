#ifndef KENTONGAN_NOTICES_H
#define KENTONGAN_NOTICES_H
/*
 * Official warnings (core/warning.h) as the log has them, and where officers see them.  They are public
 * words of their source: whoever is logged in may read them.
 *
 * Units      int64_t milliseconds, UTC, by the store's clock.
 */
#include "core/warning.h"
#include "lib/httpd.h"
#include "store/logbook.h"

#define NOTICES_KEPT 200	/* the latest */

struct noticed { struct warning_notice n; int64_t seq, first_ms, at_ms; };	/* when the house first, and last, heard of it */
struct notices { struct noticed *rows; size_t n; };
void notices_release(struct notices *in);
/* The next entry of the log; others than of warnings are passed over. */
void notices_take(struct notices *in, const struct log_line *line);
/* NULL: none of that id. */
const struct noticed *notices_find(const struct notices *in, const char *id);

struct console;
struct officer;
/*
 * The warnings in force, each with its source, its time and until when, and for who may a link to a broadcast
 * of it.  Nothing where there is none.
 */
void add_notices(struct buf *b, const struct console *c, const struct officer *o, int64_t now_ms);
/* The same of one place and moment, in few words: for the page of a case. */
void add_notices_at(struct buf *b, const struct console *c, const char *place, int64_t ms);
/* What a broadcast of it would say to residents: a draft for a human. */
void buf_add_notice_draft(struct buf *b, const struct warning_notice *n);

void get_warnings(struct http_req *r, void *arg);
#endif
